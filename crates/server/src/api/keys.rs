//! The keys of bodies and of what follows `?`. One that is not known is a problem: a misspelt part of a search, left out in
//! silence, would widen it.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, IgnoredAny};

use super::log::VerifyForm;
use super::persons::{DossierForm, HouseholdForm};
use crate::service::{
    ContestForm, ExplainForm, JudgementForm, NamedJudgementForm, NamedTakeBackForm, ResolveForm, SearchForm,
    TakeBackForm,
};

/// The longest key that is repeated, in bytes.
const SHOWN_MAX: usize = 40;

/// A body whose keys are known. A test holds them against the description of the API.
pub(crate) trait Keyed: DeserializeOwned {
    /// All of them.
    const KEYS: &'static [&'static str];
    /// Those that must be there.
    const NEEDED: &'static [&'static str];
}

macro_rules! keyed {
    ($($form:ident: [$($needed:literal),*], [$($other:literal),*];)*) => {
        $(impl Keyed for $form {
            const KEYS: &'static [&'static str] = &[$($needed,)* $($other,)*];
            const NEEDED: &'static [&'static str] = &[$($needed,)*];
        })*

        /// The forms by name, for the test.
        #[cfg(test)]
        const ALL: &[(&str, &[&str], &[&str])] =
            &[$((stringify!($form), <$form as Keyed>::KEYS, <$form as Keyed>::NEEDED),)*];
    };
}

keyed! {
    SearchForm: ["purpose"],
        ["case", "justification", "name", "birth_date", "identifier", "contact", "address", "employer", "limit"];
    HouseholdForm: ["purpose", "address"], ["case", "justification"];
    ResolveForm: ["purpose", "register", "key", "values"], ["case", "justification"];
    DossierForm: ["purpose"], ["case", "justification", "explain"];
    ContestForm: [], ["reason"];
    ExplainForm: ["purpose", "left", "right"], ["case", "justification"];
    VerifyForm: [], ["checkpoint"];
    JudgementForm: ["generation", "verdict", "reason"], ["seen"];
    TakeBackForm: ["generation", "reason"], ["entry"];
    NamedJudgementForm: ["left", "right", "generation", "verdict", "reason"], ["seen"];
    NamedTakeBackForm: ["left", "right", "generation", "reason"], ["entry"];
}

/// The keys of a body, and of their values nothing.
pub(crate) type Keys = BTreeMap<String, IgnoredAny>;

/// Says what is wrong with the keys of a body, if something is.
pub(crate) fn wrong<T: Keyed>(keys: &Keys) -> Option<String> {
    if let Some(wrong) = unknown("the body", keys.keys().map(String::as_str), T::KEYS) {
        return Some(wrong);
    }
    let missing = T::NEEDED.iter().find(|needed| !keys.contains_key(**needed))?;
    Some(format!("the body lacks the key `{missing}`: {}", listed(T::KEYS)))
}

/// Says which key after `?` is not known, if one is: a misspelt filter, left out in silence, would widen what is asked for.
pub(crate) fn wrong_in_address<'a>(keys: impl Iterator<Item = &'a str>, known: &[String]) -> Option<String> {
    unknown("what follows `?`", keys, known)
}

fn unknown<'a>(of: &str, mut keys: impl Iterator<Item = &'a str>, known: &[impl AsRef<str>]) -> Option<String> {
    let key = keys.find(|key| !known.iter().any(|known| known.as_ref() == *key))?;
    // What is not written like a key may be a value that slipped into the place of one: it is not repeated.
    Some(match is_like_a_key(key) {
        true => format!("{of} can't have the key `{key}`: {}", listed(known)),
        false => format!("{of} has a key that it can't have: {}", listed(known)),
    })
}

fn listed(known: &[impl AsRef<str>]) -> String {
    format!("known are {}", known.iter().map(|key| format!("`{}`", key.as_ref())).collect::<Vec<_>>().join(", "))
}

fn is_like_a_key(text: &str) -> bool {
    text.len() <= SHOWN_MAX && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Gives the properties that a schema has and needs, those of the schemas that it is made of too.
    fn properties(schemas: &Value, schema: &Value, has: &mut BTreeSet<String>, needs: &mut BTreeSet<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            let named = &schemas[name.rsplit('/').next().unwrap()];
            properties(schemas, named, has, needs);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            properties(schemas, part, has, needs);
        }
        has.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        needs.extend(schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()));
    }

    #[test]
    fn keys_are_those_of_the_description() {
        let description = serde_json::to_value(super::super::openapi()).unwrap();
        let schemas = &description["components"]["schemas"];
        for &(form, keys, needed) in ALL {
            let (mut has, mut needs) = (BTreeSet::new(), BTreeSet::new());
            properties(schemas, &schemas[form], &mut has, &mut needs);
            let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
            assert_eq!((has, needs), (set(keys), set(needed)), "{form}");
        }
    }

    #[test]
    fn a_key_that_is_wrong_or_missing_is_named_and_a_value_is_not() {
        let said = |body: &str| wrong::<SearchForm>(&serde_json::from_str(body).unwrap());
        assert_eq!(said(r#"{"purpose": "x", "name": "y"}"#), None);
        let misspelt = said(r#"{"purpose": "x", "name": "y", "brith_date": "1984-03-12"}"#).unwrap();
        assert!(misspelt.contains("`brith_date`: known are `purpose`, ") && misspelt.contains("`birth_date`"));
        assert!(!misspelt.contains("1984"));
        assert!(said("{}").unwrap().starts_with("the body lacks the key `purpose`: known are"));
        for value in ["Quillfeather", "jane doe", "1984-03-12", &"q".repeat(41)] {
            let said = said(&format!("{{\"purpose\": \"x\", \"{value}\": 1}}")).unwrap();
            assert!(!said.contains(value) && said.contains("known are"), "{said}");
        }
    }
}
