//! Looking for a person: the form, and just enough of each one found to choose.

use askama::Template;
use axum::response::Response;
use chrono::NaiveDate;
use model::agency::RoleKind;
use serde::Deserialize;

use super::allows::Allows;
use super::frame::Frame;
use super::values::{Shown, headline, is_name, shown};
use super::view::{AGAIN, Asked, Sent, Typed, View};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, Field, HitView, SearchForm, ShownValue, WorkForm};

/// Where the form is, and where it is sent to.
pub(crate) const SEARCH: &str = "/search";

/// Classes by which people are told apart. Nothing else is shown before one is chosen.
const TELLING_APART: [&str; 4] = ["identity", "identifier", "address", "contact"];

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    t: Words,
    /// What the chosen purpose allows.
    allows: Option<Allows>,
    asked: SearchAsked,
    nothing_asked: bool,
    birth_date_unread: bool,
    /// Where the person is who was open when the purpose was chosen, or to whom a link of an earlier page led.
    person: Option<String>,
    /// Whether it was a link of a page that said another purpose, case or reason.
    changed: bool,
}

#[derive(Template)]
#[template(path = "results.html")]
struct ResultsPage {
    frame: Frame,
    t: Words,
    asked: SearchAsked,
    hits: Vec<Hit>,
    found: u64,
    more: bool,
    not_used: Vec<String>,
    log_index: String,
}

/// Someone who was found.
pub(crate) struct Hit {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) fields: Vec<Shown>,
    pub(crate) matched: Vec<String>,
    pub(crate) registers: Vec<String>,
}

/// What a form of the page sends.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct SearchAsked {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    birth_date: String,
    #[serde(default)]
    identifier: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    address: String,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

impl SearchAsked {
    fn is_empty(&self) -> bool {
        [&self.name, &self.birth_date, &self.identifier, &self.contact, &self.address]
            .iter()
            .all(|text| text.trim().is_empty())
    }

    /// Gives what was typed.
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("name", self.name.clone()),
            ("birth_date", self.birth_date.clone()),
            ("identifier", self.identifier.clone()),
            ("contact", self.contact.clone()),
            ("address", self.address.clone()),
        ]
    }

    /// Gives what was typed, as it travelled along, for its form to be shown again.
    fn again(typed: &Typed) -> Self {
        let field = |name: &str| {
            let known = typed.fields.iter().find(|(known, _)| known == name);
            known.map(|(_, text)| text.clone()).unwrap_or_default()
        };
        Self {
            form_token: String::new(),
            name: field("name"),
            birth_date: field("birth_date"),
            identifier: field("identifier"),
            contact: field("contact"),
            address: field("address"),
            again: true,
        }
    }

    /// Gives the birth date as the service reads it: `1984-03-12` or, as people write it, `12.3.1984` or `12/03/1984`,
    /// day first; none when it can't be read.
    fn birth_date(&self) -> Option<String> {
        let written = self.birth_date.trim();
        if written.is_empty() {
            return Some(String::new());
        }
        let dates = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %m %Y"];
        dates.iter().find_map(|format| NaiveDate::parse_from_str(written, format).ok()).map(|date| date.to_string())
    }
}

/// Where persons are, but for their pseudonyms.
const PERSONS: &str = "/person/";

/// The longest pseudonym that is led back to, in bytes.
const PSEUDONYM_MAX: usize = 80;

/// What leads to the form.
#[derive(Default, Deserialize)]
pub(crate) struct LedHere {
    /// The pseudonym of the person who was open when the purpose was chosen.
    person: Option<String>,
    /// Whether a link led here that was made under another purpose, case or reason.
    #[serde(default)]
    changed: bool,
}

/// Gives the link to a person under what the session holds now.
fn person_under(view: &View, person: &str) -> String {
    format!("{PERSONS}{person}?under={}", view.under())
}

/// Gives where somebody asks again for a person to whom a link led that was made under something else.
pub(crate) fn asked_again(person: &str) -> String {
    if is_pseudonym(person) { format!("{SEARCH}?person={person}&changed=true") } else { SEARCH.to_owned() }
}

/// Gives the pseudonym in the path of a person; none in other paths.
pub(crate) fn person_at(path: &str) -> Option<&str> {
    path.strip_prefix(PERSONS).filter(|person| is_pseudonym(person))
}

fn is_pseudonym(text: &str) -> bool {
    let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=PSEUDONYM_MAX).contains(&text.len()) && text.bytes().all(is_of_one)
}

/// Shows the form.
pub(crate) async fn form(view: View, Asked(asked): Asked<LedHere>) -> Response {
    let answer = officer(&view).and_then(|()| form_page(&view, SearchAsked::default(), false, asked?));
    view.answer(answer)
}

/// Lets only those go on who search for persons.
pub(crate) fn officer(view: &View) -> Result<(), Problem> {
    view.acting()?.must_be(RoleKind::Officer)
}

fn form_page(view: &View, asked: SearchAsked, was_sent: bool, led: LedHere) -> Result<Response, Problem> {
    let mut frame = view.frame()?;
    if was_sent {
        // Where the form of the purpose is shown again, that one is repeated and carries this one along.
        if view.retyped.is_none() {
            frame.repeat = asked.fields();
            frame.repeat.push((AGAIN, true.to_string()));
        }
        frame.carry(Typed::new(SEARCH, &asked.fields()).filter(|_| !asked.is_empty()).as_ref())?;
    }
    let person = led.person.filter(|person| is_pseudonym(person));
    let is_whole = asked.again && !asked.is_empty() && asked.birth_date().is_some();
    let page = SearchPage {
        t: view.t,
        allows: frame
            .acting
            .as_ref()
            .and_then(|acting| Some(Allows::of(view, acting.purpose.as_ref()?, acting.is_mine))),
        nothing_asked: was_sent && asked.is_empty(),
        birth_date_unread: was_sent && asked.birth_date().is_none(),
        changed: led.changed && person.is_some(),
        person: person.filter(|_| frame.is_ready()).map(|person| person_under(view, &person)),
        asked,
        frame,
    };
    let is_wrong = was_sent && !is_whole;
    let status = if is_wrong { axum::http::StatusCode::BAD_REQUEST } else { axum::http::StatusCode::OK };
    view.page_as(status, &page)
}

/// Shows the form again, as it was filled in. Nobody is searched for.
pub(crate) fn form_again(view: &View, typed: &Typed) -> Result<Response, Problem> {
    officer(view)?;
    form_page(view, SearchAsked::again(typed), true, LedHere::default())
}

/// Shows the form as it is at first.
pub(crate) fn form_anew(view: &View) -> Result<Response, Problem> {
    officer(view)?;
    form_page(view, SearchAsked::default(), false, LedHere::default())
}

/// Gives what someone works on, as the service takes it.
pub(crate) fn work_of(view: &View) -> Result<WorkForm, Problem> {
    let work = view.acting()?.work.clone();
    Ok(WorkForm { purpose: work.purpose.unwrap_or_default(), case: work.case, justification: work.justification })
}

/// Shows who was found.
pub(crate) async fn results(view: View, Sent(form): Sent<SearchAsked>) -> Response {
    let typed = form.as_ref().ok().and_then(|form| view.typed(&form.form_token, SEARCH, &form.fields()));
    let answer = match form {
        Ok(form) => search(&view, form).await,
        Err(problem) => Err(problem),
    };
    view.answer_typed(Some("search"), typed, answer)
}

async fn search(view: &View, asked: SearchAsked) -> Result<Response, Problem> {
    view.acting_by(&asked.form_token)?;
    officer(view)?;
    if asked.again {
        return form_page(view, asked, true, LedHere::default());
    }
    let work = work_of(view)?;
    let Some(birth_date) = asked.birth_date().filter(|_| !asked.is_empty() && !work.purpose.is_empty()) else {
        return form_page(view, asked, true, LedHere::default());
    };
    let form = SearchForm {
        work,
        name: asked.name.clone(),
        birth_date,
        identifier: asked.identifier.clone(),
        contact: asked.contact.clone(),
        address: asked.address.clone(),
        limit: 0,
    };
    let t = view.t;
    let found = service::search(&view.app, view.acting()?, &form).await?;
    let mut frame = view.frame()?;
    // In the other language the persons found are shown once more, which is a search once more, with its own entry.
    frame.repeat = asked.fields();
    let page = ResultsPage {
        frame,
        t,
        asked,
        found: found.hits.len() as u64,
        hits: found.hits.into_iter().map(|found| hit(view, found)).collect(),
        more: found.more,
        not_used: found.not_used.iter().map(|part| t.of("part", part)).collect(),
        log_index: t.number(&found.log_index),
    };
    view.page(&page)
}

/// Gives someone who was found as pages show them.
pub(crate) fn hit(view: &View, found: HitView) -> Hit {
    let t = view.t;
    let name = headline(found.values.fields()).unwrap_or_else(|| t.s("results-nameless"));
    let tells_apart = |field: &Field<'_>| TELLING_APART.contains(&field.column.rule.class.as_str()) && !is_name(*field);
    // The year says nothing beside the whole date.
    let is_date = |field: Field<'_>| {
        field.column.name == "birth_date"
            && field.column.rule.disclosure == "value"
            && *field.value != ShownValue::Missing(())
    };
    let has_date = found.values.fields().any(is_date);
    let says_less = |field: &Field<'_>| has_date && matches!(field.column.name.as_str(), "birth_year" | "born");
    let fields = found.values.fields().filter(tells_apart).filter(|field| !says_less(field));
    let matched = |matched: &service::MatchView| {
        let part = t.of("part", &matched.part);
        t.with_all(if matched.how == "same" { "matched-same" } else { "matched-similar" }, &[("part", part)])
    };
    Hit {
        href: person_under(view, &found.person),
        fields: fields
            .map(|field| shown(t, view.app.project(), &found.register, field))
            .filter(|shown| shown.text.is_some())
            .collect(),
        matched: found.matched.iter().map(matched).collect(),
        registers: found.registers.iter().map(|register| view.register_title(register)).collect(),
        name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    /// What someone might have given to a register as their name.
    const HOSTILE: &str = r#""><script>alert(1)</script><img src=x onerror='alert(2)'>{{ 31337 * 31337 }}&lt;"#;

    #[test]
    fn a_hostile_name_is_text_wherever_it_stands() {
        let t = Words::new(Language::English);
        let mut frame = Frame::of_nobody();
        frame.repeat = vec![("name", HOSTILE.to_owned())];
        let field = Shown {
            title: HOSTILE.into(),
            text: Some(HOSTILE.into()),
            code: Some(HOSTILE.into()),
            masked: None,
            class: HOSTILE.into(),
            special: false,
        };
        let hit = Hit {
            href: "/person/p-1".into(),
            name: HOSTILE.into(),
            fields: vec![field],
            matched: vec![HOSTILE.into()],
            registers: vec![HOSTILE.into()],
        };
        let page = ResultsPage {
            frame,
            t,
            asked: SearchAsked { name: HOSTILE.into(), address: HOSTILE.into(), ..SearchAsked::default() },
            hits: vec![hit],
            found: 1,
            more: false,
            not_used: vec![HOSTILE.into()],
            log_index: "1".into(),
        };
        let html = page.render().unwrap();
        for tag in ["<script>alert", "<img", "onerror='"] {
            assert!(!html.contains(tag), "{tag} got through");
        }
        let written = "&#60;script&#62;alert(1)&#60;/script&#62;";
        assert!(html.matches(written).count() >= 8, "{}", html.matches(written).count());
        assert!(!html.contains("982007569"), "no value is a template");
        assert!(!html.contains("value=\"\">"), "no value closes an attribute");
    }

    #[test]
    fn persons_are_led_back_to_by_their_pseudonyms_alone() {
        assert_eq!(person_at("/person/p-4k3jq7xw"), Some("p-4k3jq7xw"));
        let long = format!("/person/{}", "p".repeat(PSEUDONYM_MAX + 1));
        for other in
            ["/person/", "/person", "/person/p-1/x", "/person/p%20", "/persons/p-1", "/review/0", long.as_str()]
        {
            assert_eq!(person_at(other), None, "{other}");
        }
    }

    #[test]
    fn nothing_but_a_pseudonym_is_asked_for_again() {
        assert_eq!(asked_again("p-4k3jq7xw"), "/search?person=p-4k3jq7xw&changed=true");
        for other in ["", "p 1", "p-1&x=1", "<b>", "p-1\r\nx: y"] {
            assert_eq!(asked_again(other), SEARCH, "{other}");
        }
    }

    #[test]
    fn birth_dates_are_read_as_people_write_them() {
        let read = |text: &str| SearchAsked { birth_date: text.into(), ..SearchAsked::default() }.birth_date();
        for written in ["1984-03-12", "12.3.1984", "12/03/1984", " 12 03 1984 "] {
            assert_eq!(read(written).as_deref(), Some("1984-03-12"), "{written}");
        }
        assert_eq!(read("").as_deref(), Some(""));
        for written in ["12", "1984-13-01", "yesterday"] {
            assert_eq!(read(written), None, "{written}");
        }
    }
}
