//! Who else is at an address, or works at an employer, asked for beside the picture of a dossier.
//!
//! It is what a search does with an address alone, or with an employer alone: the same service under the same purpose, and so
//! the same rules, the same refusals and the same entry in the log, which names everyone who is shown. Only the answer is
//! smaller: a part of a page, which a script puts below the picture. Without scripts the same fields are sent to the search
//! itself.

use askama::Template;
use axum::response::Response;
use registry::HITS_MAX;
use serde::Deserialize;

use super::address::{Address, address_of, house_number};
use super::frame::Frame;
use super::problem;
use super::relations::is_same;
use super::search::{Hit, SEARCH, hits, officer, work_of};
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

/// Who was found at an address, or at an employer.
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
    /// The others at this address or employer.
    pub(crate) here: Vec<Hit>,
    /// Those at an address that is like it.
    pub(crate) alike: Vec<Hit>,
    /// What is said where there are more than one search shows.
    pub(crate) more: Option<String>,
    /// Parts of the search that were not used: then nobody was looked for.
    pub(crate) not_used: Vec<String>,
    /// The number of the entry in the log; empty where nobody was looked for.
    pub(crate) log_index: String,
    /// The address that was searched for; empty where it was an employer.
    pub(crate) address: String,
}

impl Household {
    /// Gives the household of these persons, with nothing else said yet; `more` where one search does not show all.
    pub(crate) fn of(t: Words, here: Vec<Hit>, alike: Vec<Hit>, more: bool) -> Self {
        let count = here.len() as u64;
        let rest = here.len().saturating_sub(MEMBERS_MAX) as u64;
        // What answers best comes first: where nobody is shown whose address is only like this one, more may be at this one.
        let is_cut = more && alike.is_empty() && count > 0;
        let (says, label, others) = if is_cut {
            (
                t.count("household-count-more", &count),
                t.count("household-node-more", &count),
                t.s("household-more-here"),
            )
        } else {
            (t.count("household-count", &count), t.count("household-node", &count), t.s("household-more"))
        };
        Self {
            says,
            label,
            rest: (rest > 0).then(|| t.count("relations-more", &rest)),
            most: MEMBERS_MAX,
            is_with: false,
            here,
            alike,
            more: more.then_some(others),
            not_used: Vec::new(),
            log_index: String::new(),
            address: String::new(),
        }
    }

    /// Gives those who work at an employer: all of them, since where more do than the purpose opens the search is refused.
    pub(crate) fn at_work(t: Words, others: Vec<Hit>) -> Self {
        let count = others.len() as u64;
        let all = Self::of(t, others, Vec::new(), false);
        Self { says: t.count("colleagues-count", &count), label: t.count("colleagues-node", &count), ..all }
    }
}

/// What a hop leads on from.
enum LeadsFrom {
    Address,
    Employer,
}

/// What the form beside the picture sends.
#[derive(Deserialize)]
pub(crate) struct HouseholdAsked {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    employer: String,
    /// Whose dossier the picture is of, as results of searches name them. They are in the picture already, so they are not
    /// listed again; the search and its entry in the log know nothing of it.
    #[serde(default)]
    person: String,
}

impl HouseholdAsked {
    fn leads_from(&self) -> LeadsFrom {
        if self.employer.trim().is_empty() { LeadsFrom::Address } else { LeadsFrom::Employer }
    }
}

/// Shows who else is at an address, or works at an employer.
pub(crate) async fn part(view: View, Sent(form): Sent<HouseholdAsked>) -> Response {
    // The form of the search has a field for an address, and none for an employer.
    let of_form = form.as_ref().ok().filter(|form| matches!(form.leads_from(), LeadsFrom::Address));
    let typed = of_form.and_then(|form| Typed::new(SEARCH, &[("address", form.address.clone())]));
    let answer = match form {
        Ok(form) => found(&view, &form).await,
        Err(problem) => Err(problem),
    };
    answer.unwrap_or_else(|problem| problem::answer_part(&view, typed, problem))
}

async fn found(view: &View, asked: &HouseholdAsked) -> Result<Response, Problem> {
    let who = view.acting_by(&asked.form_token)?;
    officer(view)?;
    let (work, address, employer) = (work_of(view)?, asked.address.clone(), asked.employer.clone());
    let form = SearchForm { work, address, employer, limit: HITS_MAX, ..SearchForm::default() };
    let household = match service::search(&view.app, who, &form).await {
        Err(problem) if service::is_nothing_compared(&problem) => {
            nobody_compared(view.t, &asked.leads_from(), &asked.address)
        }
        found => household(view, asked, found?),
    };
    view.page(&HouseholdPart { frame: view.frame()?, t: view.t, household })
}

/// Gives what is said where the purpose lets nothing be compared of what is asked by.
fn nobody_compared(t: Words, from: &LeadsFrom, address: &str) -> Household {
    let nobody = not_looked_for(t, Household::of(t, Vec::new(), Vec::new(), false));
    match from {
        LeadsFrom::Address => {
            Household { not_used: vec![t.of("part", "address")], address: address.to_owned(), ..nobody }
        }
        LeadsFrom::Employer => {
            Household { says: t.s("colleagues-not-looked-for"), not_used: vec![t.of("part", "employer")], ..nobody }
        }
    }
}

fn household(view: &View, asked: &HouseholdAsked, found: SearchView) -> Household {
    let t = view.t;
    let (own, others): (Vec<HitView>, Vec<HitView>) =
        found.hits.into_iter().partition(|found| found.person == asked.person);
    let shown = |found: Vec<HitView>, by_address: bool| -> Vec<Hit> { hits(view, found, by_address) };
    let (all, address) = match asked.leads_from() {
        LeadsFrom::Address => {
            let (here, alike): (Vec<HitView>, Vec<HitView>) =
                others.into_iter().partition(|found| is_here(found, &asked.address));
            (Household::of(t, shown(here, true), shown(alike, true), found.more), asked.address.clone())
        }
        LeadsFrom::Employer => (Household::at_work(t, shown(others, false)), String::new()),
    };
    Household { is_with: !own.is_empty(), log_index: t.number(&found.log_index), address, ..all }
}

/// Says of a household that nobody was looked for, which is not that nobody is there.
pub(crate) fn not_looked_for(t: Words, household: Household) -> Household {
    Household { says: t.s("household-not-looked-for"), label: t.s("household-node-not-looked-for"), ..household }
}

/// Tells whether someone was found at this very address, which names a house: the search says so, or the record that is shown
/// names it with the same number, as the picture tells whether two records name one place. A search finds addresses that are
/// like it too, such as the next house's, or a street of which the number is not known.
pub(crate) fn is_here(found: &HitView, address: &str) -> bool {
    let Some(number) = house_number(address) else { return false };
    let is_the_same = |matched: &MatchView| matched.part == "address" && matched.how == "same";
    let is_the_house = |theirs: Address| names_house(&theirs, &number, address);
    found.matched.iter().any(is_the_same) || address_of(&found.values).is_some_and(is_the_house)
}

/// Tells whether an address is the house of this number at `asked`.
fn names_house(theirs: &Address, number: &str, asked: &str) -> bool {
    theirs.is_of_a_house && house_number(&theirs.text).as_deref() == Some(number) && is_same(&theirs.text, asked)
}

#[cfg(test)]
mod tests {
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
        let nobody = Household::of(t, Vec::new(), people(3), false);
        assert_eq!((nobody.says.as_str(), nobody.rest.as_deref()), (&*t.count("household-count", &0), None));
        let html = written(nobody, t);
        assert!(html.contains(&t.count("household-alike", &3)) && !html.contains("data-members"), "{html}");
        assert!(Household::of(t, people(MEMBERS_MAX), Vec::new(), false).rest.is_none());
        let many = Household::of(t, people(MEMBERS_MAX + 3), Vec::new(), false);
        assert_eq!(many.rest.as_deref(), Some("3 more, in the table"));
        let html = written(many, t);
        assert_eq!(html.matches("class=\"main\"").count(), MEMBERS_MAX + 3, "the table has everyone");
        assert!(html.contains("data-label=\"Household (15)\"") && html.contains("data-most=\"12\""), "{html}");
        assert!(!html.contains("<form"), "one search shows all of them");
        let more = Household { address: HOSTILE.into(), ..Household::of(t, people(1), people(1), true) };
        let html = written(more, t);
        assert!(
            html.contains("<form method=\"post\" action=\"/search\">") && html.contains("name=\"again\""),
            "{html}"
        );
    }

    #[test]
    fn where_not_all_are_shown_it_is_said_whose_address_the_others_have() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let people = |count: usize| (0..count).map(|at| someone(at, "Ana Ruiz")).collect::<Vec<_>>();
            let is_said = |household: &Household| {
                assert!(household.more.is_some());
                household.more == Some(t.s("household-more-here"))
            };
            // The cut is among those who are here: how many there are is not known.
            let cut = Household::of(t, people(49), Vec::new(), true);
            assert!(is_said(&cut));
            assert_eq!(cut.says, t.count("household-count-more", &49));
            assert_ne!(cut.says, t.count("household-count", &49));
            assert_eq!(cut.label, t.count("household-node-more", &49));
            let html = written(cut, t);
            assert!(html.contains(&t.s("household-more-here")) && html.contains("action=\"/search\""), "{html}");
            // It is among those whose address is like it: all who are here are shown.
            for here in [0, 1, 30] {
                let all = Household::of(t, people(here), people(3), true);
                assert!(!is_said(&all), "{here}");
                assert_eq!(all.says, t.count("household-count", &(here as u64)));
                assert_eq!(all.label, t.count("household-node", &(here as u64)));
            }
            assert_eq!(Household::of(t, people(49), Vec::new(), false).more, None);
        }
    }

    #[test]
    fn all_who_work_at_an_employer_are_colleagues() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let people = |count: usize| (0..count).map(|at| someone(at, "Ana Ruiz")).collect::<Vec<_>>();
            let html = written(Household::at_work(t, people(3)), t);
            assert!(html.contains(&format!("<h3>{}</h3>", t.count("colleagues-count", &3))), "{html}");
            assert!(html.contains(&format!("data-label=\"{}\"", t.count("colleagues-node", &3))), "{html}");
            assert!(
                !html.contains("<details") && !html.contains("<form"),
                "nobody is next door, and nobody is left out"
            );
            assert!(!html.contains(&t.count("household-count", &3)), "{html}");
            let nobody = Household::at_work(t, Vec::new());
            assert_eq!(nobody.says, t.count("colleagues-count", &0));
        }
    }

    #[test]
    fn where_nobody_was_looked_for_it_is_not_said_that_nobody_is_there() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let nobody = Household::of(t, Vec::new(), Vec::new(), false);
            let html = written(not_looked_for(t, nobody), t);
            for wrong in [t.count("household-count", &0), t.count("household-node", &0)] {
                assert!(!html.contains(&wrong), "{html}");
            }
            assert!(html.contains(&format!("<h3>{}</h3>", t.s("household-not-looked-for"))), "{html}");
        }
    }

    #[test]
    fn what_is_not_compared_is_what_was_asked_by() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let told = [
                (LeadsFrom::Address, "household-not-looked-for", "address", "7 Nightingale Row"),
                (LeadsFrom::Employer, "colleagues-not-looked-for", "employer", ""),
            ];
            for (from, says, part, address) in told {
                let nobody = nobody_compared(t, &from, "7 Nightingale Row");
                assert_eq!((nobody.says.as_str(), nobody.address.as_str()), (&*t.s(says), address));
                assert_eq!(nobody.not_used, [t.of("part", part)]);
                assert_eq!(nobody.label, t.s("household-node-not-looked-for"));
                assert!(nobody.log_index.is_empty() && nobody.more.is_none());
            }
        }
    }

    #[test]
    fn a_hostile_name_is_text_wherever_it_stands() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let household = Household {
                not_used: vec![HOSTILE.into()],
                address: HOSTILE.into(),
                ..Household::of(t, vec![someone(1, HOSTILE)], vec![someone(2, HOSTILE)], true)
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
            columns: service::Said::default(),
            values: Values::none(),
            withheld: service::Said::default(),
            registers: Vec::new(),
        };
        assert!(is_here(&found("address", "same"), "7 Nightingale Row"));
        assert!(!is_here(&found("address", "similar"), "7 Nightingale Row"), "the next house, perhaps");
        assert!(!is_here(&found("name", "same"), "7 Nightingale Row"));
        for many in ["Nightingale Row", "10115", "Nightingale Row, 10115", "Newmere"] {
            assert!(!is_here(&found("address", "same"), many), "{many} is no house");
        }
    }

    #[test]
    fn a_record_names_the_house_when_it_has_its_number() {
        let names = |text: &str, is_of_a_house: bool| {
            let theirs = Address { text: text.into(), is_of_a_house };
            names_house(&theirs, "62", "62 Robin Lane, Apt 38, 16385, Newmere")
        };
        assert!(names("62 Robin Lane, Apt 38, 16385", true));
        assert!(names("62 ROBIN LANE, 16385, NEWMERE", true), "whatever of the rest it leaves out");
        assert!(!names("64 Robin Lane, Apt 38, 16385", true), "the next house");
        assert!(!names("62 Robin Lane, Apt 39, 16385", true), "the next flat");
        // The number of the flat is none of the house.
        assert!(!names("Robin Lane, Apt 38, 16385, Newmere", false) && !names("Robin Lane, 16385, Newmere", false));
    }
}
