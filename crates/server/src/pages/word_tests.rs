//! Every word that the pages use is there in both languages, and every word that is there is used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::class::SpecialCategory;
use model::{Class, Job};

use crate::pages::rules::RULES;
use crate::problem::KINDS;
use crate::service;

/// Keys that code chooses among, so that they don't stand directly in a call.
const CHOSEN_KEYS: [&str; 38] = [
    "cluster-judged",
    "cluster-proposed",
    "contest-written",
    "contest-written-unreached",
    "expect-held",
    "expect-not-null",
    "expect-older",
    "expect-unique",
    "matched-same",
    "matched-similar",
    "nav-agreements",
    "nav-desk",
    "nav-log",
    "nav-looks",
    "nav-purposes",
    "nav-quality",
    "nav-records",
    "nav-registers",
    "nav-review",
    "nav-runs",
    "nav-search",
    "needs-case",
    "needs-justification",
    "queue-decided",
    "queue-proposed",
    "queue-taken-back",
    "said-before-contest",
    "said-before-contest-own",
    "said-before-index",
    "said-before-index-own",
    "said-judged",
    "said-judged-own",
    "said-proposed",
    "said-proposed-own",
    "step-frequent",
    "step-rare",
    "why-too-many-gone",
    "why-too-many-others",
];

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|known| known == extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{} has no .{extension}", folder.display());
    found
}

/// Gives the keys of a language, each with the variables that its text names.
fn keys_of(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files(&crate_folder().join("locales").join(language), "ftl") {
        let mut key = String::new();
        for line in text.lines() {
            if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with([' ', '#'])) {
                key = name.to_owned();
                assert!(keys.insert(key.clone(), BTreeSet::new()).is_none(), "{}: {key} twice", path.display());
            }
            for piece in line.split('$').skip(1) {
                let name: String = piece.chars().take_while(char::is_ascii_alphanumeric).collect();
                keys.get_mut(&key).unwrap().insert(name);
            }
        }
    }
    keys
}

/// Kinds of legal grounds of the Data Privacy Vocabulary that have words.
const LEGAL_GROUNDS: [&str; 10] = [
    "Consent",
    "Contract",
    "ContractPerformance",
    "ExplicitConsent",
    "LegalObligation",
    "LegitimateInterest",
    "OfficialAuthorityOfController",
    "PublicInterest",
    "VitalInterest",
    "VitalInterestOfDataSubject",
];

#[test]
fn laws_are_told_in_words() {
    use crate::pages::words::{Language, Words};
    let told = |language, basis: &[&str], french: Option<&[&str]>| -> Vec<(String, bool)> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let laws = Words::new(language).laws(&owned(basis), french.map(owned).as_deref());
        laws.into_iter().map(|law| (law.text, law.is_foreign)).collect()
    };
    let basis = ["dpv:LegalObligation", "Registers Act, art. 9", "dpv:NotOne"];
    let english = |text: &str| (text.to_owned(), false);
    let in_words = [english("a duty set by law"), english("Registers Act, art. 9"), english("dpv:NotOne")];
    let loi = ["dpv:PublicInterest", "Loi sur les registres, art. 9"];
    assert_eq!(told(Language::English, &basis, None), in_words);
    assert_eq!(told(Language::English, &basis, Some(&loi)), in_words);
    // On a French page English is marked as such, unless the project says it in French.
    let marked = told(Language::French, &basis, None).into_iter().map(|(_, is_foreign)| is_foreign).collect::<Vec<_>>();
    assert_eq!(marked, [false, true, true]);
    assert_eq!(
        told(Language::French, &basis, Some(&loi)),
        ["une mission d’intérêt public", "Loi sur les registres, art. 9"].map(|text| (text.to_owned(), false))
    );
}

/// Gives the names that a family of keys has: each is one that the server can be given.
fn families() -> BTreeMap<&'static str, Vec<String>> {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let disclosures = ["value", "yes-no", "district", "coarse", "last", "presence", "match-only", "withheld"];
    let kinds: Vec<String> = service::kinds().into_iter().map(str::to_owned).collect();
    let columns: Vec<&str> = model::sql_model::PERSON_COLUMNS.iter().map(|(name, _)| *name).collect();
    // A comparison whose value is missing says so in a sentence of its own.
    let levels: Vec<String> = registry::level_names()
        .into_iter()
        .filter(|level| level != "missing")
        .map(|level| level.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"))
        .collect();
    BTreeMap::from([
        ("class", Class::ALL.iter().map(ToString::to_string).collect()),
        ("special", SpecialCategory::ALL.iter().map(ToString::to_string).collect()),
        ("how", own(&disclosures)),
        // The others give no value, so there is nothing to say beside it.
        ("masked", own(&["yes-no", "district", "coarse", "last", "presence"])),
        ("kind", kinds.clone()),
        ("look", kinds.iter().filter(|kind| *kind != "refusal").cloned().collect()),
        ("refused-to", kinds.iter().filter(|kind| *kind != "refusal").cloned().collect()),
        ("look-refused", kinds.into_iter().filter(|kind| kind != "refusal").collect()),
        ("by", own(&["citizen", "system", "unknown"])),
        ("job", Job::ALL.iter().map(|job| job.as_str().to_owned()).collect()),
        ("subject", own(&["one-person", "self", "link-review", "run"])),
        ("standing", own(&["in-force", "not-yet", "expired"])),
        ("namespace", lake::Namespace::ALL.iter().map(|namespace| namespace.as_str().to_owned()).collect()),
        ("part", own(&["name", "birth_date", "identifier", "contact", "address", "employer"])),
        ("matched-part", own(&["name", "birth_date"])),
        ("part-of-entry", own(&["terms", "justification", "subject", "officer", "case", "more"])),
        ("field", own(&columns)),
        // The codes of sex in person records.
        ("sex", own(&["F", "M"])),
        ("verdict", own(&["same", "different", "cannot-say"])),
        ("judged-kind", own(&["contested", "sample", "link"])),
        ("proposal", own(&["merge", "apart", "cut", "keep"])),
        ("form", own(&linkage::FORMS)),
        ("doubt", matching::DoubtKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()),
        ("distribution", linkage::Distribution::ALL.iter().map(|what| what.as_str().to_owned()).collect()),
        ("thing", own(&["record", "records", "address", "employer", "others"])),
        ("level", levels),
        ("dpv", own(&LEGAL_GROUNDS)),
        ("bad-row", source::reason_codes().map(str::to_owned).collect()),
        ("rule", RULES.iter().map(|rule| rule.replace('.', "-")).collect()),
        ("fault", own(&service::FAULTS)),
        ("asked", own(&["search", "person", "own", "review", "explain", "judgement", "contest", "page"])),
        ("contest-standing", own(&["open", "same", "different", "cannot-say", "withdrawn"])),
        ("problem-title", KINDS.iter().map(|(kind, ..)| (*kind).to_owned()).collect()),
        ("problem-do", KINDS.iter().map(|(kind, ..)| (*kind).to_owned()).collect()),
    ])
}

/// Gives the texts between quotes that directly follow `before` in `text`.
fn quoted<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn used_keys() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let families = families();
    let sources = files(&crate_folder().join("templates"), "html").into_iter();
    for (path, text) in sources.chain(files(&crate_folder().join("src/pages"), "rs")) {
        if path.ends_with("words.rs") || path.ends_with("word_tests.rs") {
            continue;
        }
        for call in ["t.s(\"", "t.with(\"", "t.with_all(\"", "t.count(\""] {
            used.extend(quoted(&text, call).into_iter().map(str::to_owned));
        }
        for family in quoted(&text, "t.of(\"") {
            assert!(families.contains_key(family), "{}: family {family} is not listed", path.display());
        }
        for key in CHOSEN_KEYS {
            if text.contains(&format!("\"{key}\"")) {
                used.insert(key.to_owned());
            }
        }
    }
    // What problems are about is said where they arise.
    for folder in ["src", "src/service", "src/pages"] {
        for (path, text) in files(&crate_folder().join(folder), "rs") {
            if path.ends_with("word_tests.rs") {
                continue;
            }
            for call in [".in_words(\"", ".in_words_with(\""] {
                used.extend(quoted(&text, call).into_iter().map(str::to_owned));
            }
        }
    }
    for (family, names) in families {
        used.extend(names.iter().map(|name| format!("{family}-{}", name.replace('_', "-"))));
    }
    used
}

#[test]
fn both_languages_have_the_same_words_with_the_same_variables() {
    let (english, french) = (keys_of("en"), keys_of("fr"));
    let names = |keys: &BTreeMap<String, BTreeSet<String>>| keys.keys().cloned().collect::<BTreeSet<_>>();
    let missing: Vec<String> = names(&english).symmetric_difference(&names(&french)).cloned().collect();
    assert!(missing.is_empty(), "in one language only: {missing:?}");
    for (key, variables) in &english {
        // A number in words may be left out, so that `one person` need not say 1.
        let needed = |variables: &BTreeSet<String>| variables.iter().filter(|v| *v != "n").cloned().collect::<Vec<_>>();
        assert_eq!(needed(variables), needed(&french[key]), "{key}");
    }
}

#[test]
fn no_french_line_can_begin_with_a_sign_that_belongs_to_the_word_before() {
    let mut plain = Vec::new();
    for (path, text) in files(&crate_folder().join("locales").join("fr"), "ftl") {
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            // Fluent's own syntax has none of these signs after a space: selectors have `->`, placeables `{ $name }`.
            let before_sign = [':', ';', '?', '!', '%', '»'].iter().any(|sign| line.contains(&format!(" {sign}")));
            if before_sign || line.contains("« ") {
                plain.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
            }
        }
    }
    assert!(plain.is_empty(), "a space that may break, where U+00A0 has to stand: {plain:#?}");
}

#[test]
fn every_problem_that_a_page_can_show_has_words() {
    let mut without = Vec::new();
    for folder in ["src/service", "src/pages"] {
        for (path, text) in files(&crate_folder().join(folder), "rs") {
            // Tests make problems of their own; to resolve is asked for over the API alone.
            if ["word_tests.rs", "resolve.rs"].iter().any(|name| path.ends_with(name)) {
                continue;
            }
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
            // Whoever is not known is led to the first page, or told by a page that says no more than that.
            let unknown = shipped.matches("Problem::new(\"unauthenticated\"").count();
            let made = shipped.matches("Problem::new(").count() - unknown;
            // Those of runs that are busy are made by `progress`, for whoever begins one.
            let busy = shipped.matches("busy.in_words(").count();
            let said = shipped.matches(".in_words(").count() + shipped.matches(".in_words_with(").count();
            if made + busy != said {
                without.push(format!("{}: {made} made, {said} in words", path.display()));
            }
        }
    }
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn every_word_that_is_used_is_there_and_every_word_that_is_there_is_used() {
    let there: BTreeSet<String> = keys_of("en").into_keys().collect();
    let used = used_keys();
    let missing: Vec<&String> = used.difference(&there).collect();
    let unused: Vec<&String> = there.difference(&used).collect();
    assert!(missing.is_empty() && unused.is_empty(), "missing: {missing:?}; unused: {unused:?}");
}

#[test]
fn every_word_can_be_given_in_both_languages() {
    use crate::pages::words::{Language, Words};
    for language in [Language::English, Language::French] {
        let words = Words::new(language);
        for (key, variables) in keys_of(words.code()) {
            let text = if variables.contains("count") {
                words.count(&key, &2)
            } else {
                let names: Vec<&'static str> = variables.iter().map(|name| &*name.clone().leak()).collect();
                words.with_all(&key, &names.into_iter().map(|name| (name, "x".to_owned())).collect::<Vec<_>>())
            };
            assert!(text != key && !text.contains('$') && !text.contains('{'), "{key}: {text}");
        }
    }
}

/// Those of two families are given by what was read in, and each is shown by the template that is named with it.
#[test]
fn what_stands_between_backticks_is_marked_as_code() {
    const SHOWN_BY: [(&str, &str, &str); 2] =
        [("bad-row-", "quarantined.html", "t.coded(reason.says)"), ("why-", "reading.html", "t.coded(why.says)")];
    let templates = files(&crate_folder().join("templates"), "html");
    let text_of = |name: &str| {
        let found = templates.iter().find(|(path, _)| path.ends_with(name)).unwrap_or_else(|| panic!("{name}"));
        found.1.as_str()
    };
    let mut coded = 0;
    for language in ["en", "fr"] {
        for (path, text) in files(&crate_folder().join("locales").join(language), "ftl") {
            let mut key = "";
            for line in text.lines() {
                if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with([' ', '#'])) {
                    key = name;
                }
                if line.starts_with('#') || !line.contains('`') {
                    continue;
                }
                assert!(line.matches('`').count().is_multiple_of(2), "{}: {line}", path.display());
                coded += 1;
                if let Some(&(_, template, marked)) = SHOWN_BY.iter().find(|(family, ..)| key.starts_with(family)) {
                    assert!(text_of(template).contains(marked), "{template} shows {key}");
                    continue;
                }
                let (mut shown, mut marked) = (0, 0);
                for (_, template) in &templates {
                    for call in ["t.s(", "t.count(", "t.with(", "t.with_all("] {
                        shown += template.matches(&format!("{call}\"{key}\"")).count();
                        marked += template.matches(&format!("t.coded({call}\"{key}\"")).count();
                    }
                }
                assert!(shown > 0 && shown == marked, "{key}: {shown} shown, {marked} marked as code");
            }
        }
    }
    assert!(coded > 20, "{coded}: the search for code finds it");
    for (path, text) in &templates {
        assert!(!text.contains('`'), "{} has a backtick", path.display());
    }
}

#[test]
fn pages_and_problems_begin_alike_where_they_say_the_same() {
    use crate::pages::words::{Language, Words};
    for language in [Language::English, Language::French] {
        let t = Words::new(language);
        for (of_problem, of_page) in [
            ("problem-is-birth-date", "search-birth-date-unread"),
            ("problem-is-not-compared", "search-nothing-compared"),
        ] {
            let [problem, page] = [of_problem, of_page].map(|key| t.s(key));
            let first = |text: &str| text.split_inclusive('.').next().map(str::to_owned);
            assert!(problem.len() > 20 && page.ends_with('.'), "{of_problem}: {problem}, {page}");
            assert_eq!(first(&problem), first(&page), "{of_problem}");
        }
    }
}
