//! Who else is at an address, asked for beside the picture of a dossier.
//!
//! It is what the form of a search does with an address alone: the same service under the same purpose, and so the same rules,
//! the same refusals and the same entry in the log, which names everyone who is shown. Only the answer is smaller: a part of a
//! page, which a script puts below the picture. Without scripts the same fields are sent to the search itself.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::frame::Frame;
use super::problem;
use super::relations::{address_of, is_same};
use super::search::{Hit, SEARCH, hit, officer, work_of};
use super::view::{Sent, Typed, View};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, HitView, MatchView, SearchForm, SearchView};

/// The most persons that the picture has room for; the table has all of them.
const MEMBERS_MAX: usize = 12;

#[derive(Template)]
#[template(path = "household.html")]
struct HouseholdPart {
    frame: Frame,
    t: Words,
    household: Household,
}

/// Who was found at an address.
pub(crate) struct Household {
    /// How many others are there: in a sentence, and as the picture says it.
    pub(crate) says: String,
    pub(crate) label: String,
    /// Whom the picture has no room for, as it says it; none where it shows everyone.
    pub(crate) rest: Option<String>,
    /// The most persons that the picture shows.
    pub(crate) most: usize,
    /// Whether the person whose dossier it is was found too; they are not among the others.
    pub(crate) is_with: bool,
    /// The others at this address.
    pub(crate) here: Vec<Hit>,
    /// Those at an address that is like it.
    pub(crate) alike: Vec<Hit>,
    /// Whether there are more than one search shows.
    pub(crate) more: bool,
    /// Parts of the search that were not used.
    pub(crate) not_used: Vec<String>,
    pub(crate) log_index: String,
    /// What was searched for.
    pub(crate) address: String,
}

impl Household {
    /// Gives the household of these persons, with nothing else said yet.
    pub(crate) fn of(t: Words, here: Vec<Hit>, alike: Vec<Hit>) -> Self {
        let count = here.len() as u64;
        let rest = here.len().saturating_sub(MEMBERS_MAX) as u64;
        Self {
            says: t.count("household-count", &count),
            label: t.count("household-node", &count),
            rest: (rest > 0).then(|| t.count("relations-more", &rest)),
            most: MEMBERS_MAX,
            is_with: false,
            here,
            alike,
            more: false,
            not_used: Vec::new(),
            log_index: String::new(),
            address: String::new(),
        }
    }
}

/// What the form beside the picture sends.
#[derive(Deserialize)]
pub(crate) struct HouseholdAsked {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    address: String,
    /// Whose dossier the picture is of, as results of searches name them. They are in the picture already, so they are not
    /// listed again; the search and its entry in the log know nothing of it.
    #[serde(default)]
    person: String,
}

/// Shows who else is at an address.
pub(crate) async fn part(view: View, Sent(form): Sent<HouseholdAsked>) -> Response {
    let typed = form.as_ref().ok().and_then(|form| Typed::new(SEARCH, &[("address", form.address.clone())]));
    let answer = match form {
        Ok(form) => found(&view, &form).await,
        Err(problem) => Err(problem),
    };
    answer.unwrap_or_else(|problem| problem::answer_part(&view, typed, problem))
}

async fn found(view: &View, asked: &HouseholdAsked) -> Result<Response, Problem> {
    // First: to whoever has no session any more, every form is one of another session.
    let who = view.acting()?;
    view.check_form(&asked.form_token)?;
    officer(view)?;
    let form = SearchForm { work: work_of(view)?, address: asked.address.clone(), ..SearchForm::default() };
    let found = service::search(&view.app, who, &form).await?;
    let part = HouseholdPart { frame: view.frame()?, t: view.t, household: household(view, asked, found) };
    view.page(&part)
}

fn household(view: &View, asked: &HouseholdAsked, found: SearchView) -> Household {
    let t = view.t;
    let (own, others): (Vec<HitView>, Vec<HitView>) =
        found.hits.into_iter().partition(|found| found.person == asked.person);
    let (here, alike): (Vec<HitView>, Vec<HitView>) =
        others.into_iter().partition(|found| is_here(found, &asked.address));
    let shown = |found: Vec<HitView>| -> Vec<Hit> { found.into_iter().map(|found| hit(view, found)).collect() };
    Household {
        is_with: !own.is_empty(),
        more: found.more,
        not_used: found.not_used.iter().map(|part| t.of("part", part)).collect(),
        log_index: t.number(&found.log_index),
        address: asked.address.clone(),
        ..Household::of(t, shown(here), shown(alike))
    }
}

/// Tells whether someone was found at this very address: the search says so, or the record that is shown names it, as the
/// picture tells whether two records name one place. A search finds addresses that are like it too, such as the next house's.
fn is_here(found: &HitView, address: &str) -> bool {
    let is_the_same = |matched: &MatchView| matched.part == "address" && matched.how == "same";
    found.matched.iter().any(is_the_same) || address_of(&found.values).is_some_and(|theirs| is_same(&theirs, address))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pages::words::Language;
    use crate::service::Values;

    const HOSTILE: &str = r#""><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 31337 * 31337 }}&lt;"#;

    fn someone(number: usize, name: &str) -> Hit {
        Hit {
            href: format!("/person/p-{number}"),
            name: name.to_owned(),
            fields: Vec::new(),
            matched: Vec::new(),
            registers: Vec::new(),
        }
    }

    fn written(household: Household, t: Words) -> String {
        HouseholdPart { frame: Frame::of_nobody(), t, household }.render().unwrap()
    }

    #[test]
    fn what_is_said_counts_those_at_the_address_and_the_picture_has_room_for_some() {
        let t = Words::new(Language::English);
        let people = |count: usize| (0..count).map(|at| someone(at, "Ana Ruiz")).collect::<Vec<_>>();
        let nobody = Household::of(t, Vec::new(), people(3));
        assert_eq!((nobody.says.as_str(), nobody.rest.as_deref()), (&*t.count("household-count", &0), None));
        let html = written(nobody, t);
        assert!(html.contains(&t.count("household-alike", &3)) && !html.contains("data-members"), "{html}");
        assert!(Household::of(t, people(MEMBERS_MAX), Vec::new()).rest.is_none());
        let many = Household::of(t, people(MEMBERS_MAX + 3), Vec::new());
        assert_eq!(many.rest.as_deref(), Some("3 more, in the table"));
        let html = written(many, t);
        assert_eq!(html.matches("class=\"main\"").count(), MEMBERS_MAX + 3, "the table has everyone");
        assert!(html.contains("data-label=\"Household (15)\"") && html.contains("data-most=\"12\""), "{html}");
        assert!(!html.contains("<form"), "one search shows all of them");
        let more = Household { more: true, address: HOSTILE.into(), ..Household::of(t, people(1), Vec::new()) };
        let html = written(more, t);
        assert!(
            html.contains("<form method=\"post\" action=\"/search\">") && html.contains("name=\"again\""),
            "{html}"
        );
    }

    #[test]
    fn a_hostile_name_is_text_wherever_it_stands() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let household = Household {
                more: true,
                not_used: vec![HOSTILE.into()],
                address: HOSTILE.into(),
                ..Household::of(t, vec![someone(1, HOSTILE)], vec![someone(2, HOSTILE)])
            };
            let html = written(household, t);
            for tag in ["<script>alert", "<img", "onerror='", "value=\"\">"] {
                assert!(!html.contains(tag), "{tag} got through: {html}");
            }
            assert!(html.matches("&#60;script&#62;alert(1)&#60;/script&#62;").count() >= 4, "{html}");
            assert!(!html.contains("982007569"), "no value is a template");
        }
    }

    #[test]
    fn the_very_address_is_what_the_search_calls_the_same() {
        let found = |part: &str, how: &str| HitView {
            person: "p-1".into(),
            score: 1.0,
            matched: vec![MatchView { part: part.into(), how: how.into() }],
            register: "tax".into(),
            columns: Arc::from([]),
            values: Values::none(),
            withheld: Vec::new(),
            registers: Vec::new(),
        };
        assert!(is_here(&found("address", "same"), "7 Nightingale Row"));
        assert!(!is_here(&found("address", "similar"), "7 Nightingale Row"), "the next house, perhaps");
        assert!(!is_here(&found("name", "same"), "7 Nightingale Row"));
    }
}
