//! Looking for a person: the form, and just enough of each one found to choose.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use model::agency::RoleKind;
use registry::{Birth, Comparable};
use serde::Deserialize;

use super::allows::Allows;
use super::frame::Frame;
use super::map::placed;
use super::values::{Shown, headline, plain};
use super::view::{AGAIN, Asked, Sent, Typed, View};
use super::words::Words;
use crate::problem::Problem;
use crate::searched::Fields;
use crate::service::{self, Field, HitView, SearchForm, ShownValue, Standing, WorkForm};

/// Where the form is, and where it is sent to.
pub(crate) const SEARCH: &str = "/search";

/// Columns of person records by which people are told apart, beside their names. Nothing else is shown before one is chosen.
const TELLING_APART: [&str; 5] = ["birth_date", "birth_year", "born", "city", "district"];

/// Columns that are shown too where that is needed: where it was searched by address, or where two who were found have all else in
/// common.
const WHOLE_ADDRESS: [&str; 3] = ["house_number", "street", "postcode"];

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    t: Words,
    /// What the chosen purpose allows.
    allows: Option<Allows>,
    fields: Vec<SearchField>,
    /// What is to be mended in a form of the page.
    errors: Vec<FormError>,
    /// Whether the page begins there, and not with a field.
    focuses_errors: bool,
    /// The parts of a search that the purpose lets be compared, where it doesn't let all be.
    compared: Option<String>,
    /// What is said of the search before, which stands in the form or is gone.
    kept: Option<String>,
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
    fields: Vec<SearchField>,
    /// Where it was asked who works: the employer.
    employer: String,
    /// Whether it was asked from a dossier who else is there, and nobody but its person was found.
    is_nobody_else: bool,
    hits: Vec<Hit>,
    found: u64,
    more: bool,
    not_used: Vec<String>,
    /// Whether something was compared as a whole, so that a slip in it finds nobody.
    is_whole: bool,
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

/// A field of the form.
pub(super) struct SearchField {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) text: String,
    /// What is wrong with what was typed.
    pub(super) wrong: Option<String>,
    /// Whether the purpose lets nothing be compared with it.
    pub(super) is_off: bool,
    /// Whether the purpose lets it be compared by itself alone.
    pub(super) is_alone: bool,
    /// Whether the page begins with it.
    pub(super) is_first: bool,
    /// Whether it takes words, in whatever direction they are written.
    pub(super) is_text: bool,
    pub(super) begins_pair: bool,
    pub(super) ends_pair: bool,
    /// The ids of what is said of it.
    pub(super) described_by: String,
}

/// Something that is wrong with a form: where, and what.
#[derive(Clone)]
pub(crate) struct FormError {
    pub(crate) href: String,
    pub(crate) text: String,
}

/// Why nobody is searched for though the form was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrong {
    NothingAsked,
    BirthDateUnread,
    NoSuchDay,
    NothingCompared,
    BirthTooWide,
}

/// A field of a search: its name, its id, and what gives its label and its hint.
type FieldWords = (&'static str, &'static str, fn(Words) -> (String, Option<String>));

/// The fields in the order of the form; the second and the third stand side by side, where little is said of them.
static FIELDS: [FieldWords; 5] = [
    ("name", "name", |t: Words| (t.s("search-name"), Some(t.s("search-name-hint")))),
    ("birth_date", "birth-date", |t: Words| (t.s("search-birth-date"), Some(t.s("search-birth-date-hint")))),
    ("identifier", "identifier", |t: Words| (t.s("search-identifier"), Some(t.s("search-identifier-hint")))),
    ("address", "address", |t: Words| (t.s("search-address"), Some(t.s("search-address-hint")))),
    ("contact", "contact", |t: Words| (t.s("search-contact"), None)),
];

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
    /// The employer of a dossier of which it is asked who else works there. The form has no field for it: an employer is opened
    /// from a dossier, not searched for.
    #[serde(default)]
    employer: String,
    /// Whose dossier it is from which it is asked who else is there, as results name them. The search and its entry in the log
    /// know nothing of it.
    #[serde(default)]
    person: String,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
    /// Whether to search once more for what was searched for last.
    #[serde(default)]
    kept: bool,
}

impl SearchAsked {
    fn is_empty(&self) -> bool {
        [&self.name, &self.birth_date, &self.identifier, &self.contact, &self.address, &self.employer]
            .iter()
            .all(|text| text.trim().is_empty())
    }

    /// Tells whether it is asked who works at an employer, which the form doesn't show again.
    fn is_employer(&self) -> bool {
        !self.employer.trim().is_empty()
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
        Self { again: true, ..Self::of(typed.fields.iter().map(|(name, text)| (name.as_str(), text))) }
    }

    /// Gives the form with these fields filled in.
    fn of<'a>(fields: impl Iterator<Item = (&'a str, &'a String)>) -> Self {
        let mut asked = Self::default();
        for (name, text) in fields {
            match name {
                "name" => asked.name.clone_from(text),
                "birth_date" => asked.birth_date.clone_from(text),
                "identifier" => asked.identifier.clone_from(text),
                "contact" => asked.contact.clone_from(text),
                "address" => asked.address.clone_from(text),
                _ => {}
            }
        }
        asked
    }

    /// Gives the birth date as the service reads it: `1984-03-12` or, as people write it, `12.3.1984` or `12/03/1984`, day first;
    /// without the day, `1984-03` or `3/1984`, and `1984` alone. None when it can't be read.
    fn birth_date(&self) -> Option<String> {
        if self.birth_date.trim().is_empty() {
            return Some(String::new());
        }
        self.birth_in_order()?.parse::<Birth>().ok().map(|birth| birth.to_string())
    }

    /// Tells whether what is written is a day that the month does not have.
    fn is_no_such_day(&self) -> bool {
        let Some(written) = self.birth_in_order() else { return false };
        let Some((month, day)) = written.rsplit_once('-') else { return false };
        let is_number = matches!(day.len(), 1 | 2) && day.bytes().all(|byte| byte.is_ascii_digit());
        is_number && matches!(month.parse::<Birth>(), Ok(Birth::Month(_))) && written.parse::<Birth>().is_err()
    }

    /// Gives the parts of the birth date with the year first.
    fn birth_in_order(&self) -> Option<String> {
        let parts: Vec<&str> =
            self.birth_date.trim().split(['-', '.', '/', ' ']).filter(|part| !part.is_empty()).collect();
        Some(match parts.as_slice() {
            [year] => (*year).to_owned(),
            [year, month] if year.len() == 4 => format!("{year}-{month}"),
            [month, year] => format!("{year}-{month}"),
            [year, month, day] if year.len() == 4 => format!("{year}-{month}-{day}"),
            [day, month, year] => format!("{year}-{month}-{day}"),
            _ => return None,
        })
    }

    fn text(&self, name: &str) -> &str {
        match name {
            "name" => &self.name,
            "birth_date" => &self.birth_date,
            "identifier" => &self.identifier,
            "contact" => &self.contact,
            "address" => &self.address,
            _ => "",
        }
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
    /// Whether the form is filled in with what was searched for last. Nobody is searched for by that: an address may be asked for
    /// by a browser alone.
    #[serde(default)]
    kept: bool,
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
    let answer = officer(&view).and_then(|()| {
        let led = asked?;
        let last = if led.kept { last(&view)? } else { None };
        let kept = last.is_some().then(|| view.t.s("search-kept"));
        form_page(&view, Filled { asked: last.unwrap_or_default(), kept, ..Filled::default() }, led)
    });
    view.answer(answer)
}

/// Gives what was searched for last, where what is worked on has not changed since.
fn last(view: &View) -> Result<Option<SearchAsked>, Problem> {
    let fields = view.app.last_search(view.acting()?)?;
    Ok(fields.map(|fields: Fields| SearchAsked::of(fields.iter().map(|(name, text)| (*name, text)))))
}

/// How the form is filled in.
#[derive(Default)]
struct Filled {
    asked: SearchAsked,
    was_sent: bool,
    /// What else is wrong than what can be told from the fields.
    wrong: Option<Wrong>,
    kept: Option<String>,
}

impl Filled {
    fn sent(asked: SearchAsked, wrong: Option<Wrong>) -> Self {
        Self { asked, was_sent: true, wrong, kept: None }
    }
}

/// Lets only those go on who search for persons.
pub(crate) fn officer(view: &View) -> Result<(), Problem> {
    view.acting()?.must_be(RoleKind::Officer)
}

fn form_page(view: &View, filled: Filled, led: LedHere) -> Result<Response, Problem> {
    let Filled { asked, was_sent, wrong, kept } = filled;
    let t = view.t;
    let mut frame = view.frame()?;
    if was_sent {
        // Where the form of the purpose is shown again, that one is repeated and carries this one along.
        if view.retyped.is_none() {
            frame.repeat = asked.fields();
            frame.repeat.push((AGAIN, true.to_string()));
        }
        let typed = Typed::new(SEARCH, &asked.fields()).filter(|_| !asked.is_empty() && !asked.is_employer());
        frame.carry(typed.as_ref())?;
    }
    let person = led.person.filter(|person| is_pseudonym(person));
    let wrong = wrong.or_else(|| was_sent.then(|| wrong_with(&asked)).flatten());
    let compared = compared(view, &frame)?;
    let focuses_errors = !frame.work_errors.is_empty();
    let fields = fields(t, &asked, compared.as_ref(), wrong, !focuses_errors);
    // Until the purpose can be used the form of the search is not there.
    let of_search = if frame.is_ready() { errors(t, &fields, wrong) } else { Vec::new() };
    let errors: Vec<FormError> = frame.work_errors.iter().cloned().chain(of_search).collect();
    // Shown again, in the other language perhaps, a form that can be sent is none that was wrong.
    let is_wrong = was_sent && (!asked.again || !errors.is_empty());
    let status = if is_wrong { axum::http::StatusCode::BAD_REQUEST } else { axum::http::StatusCode::OK };
    let page = SearchPage {
        t,
        allows: frame
            .acting
            .as_ref()
            .and_then(|acting| Some(Allows::of(view, acting.purpose.as_ref()?, acting.is_mine))),
        compared: compared
            .map(|known| known.parts)
            .filter(|parts| FIELDS.iter().any(|(name, ..)| !parts.contains(name)))
            .map(|parts| {
                let used = FIELDS.iter().filter(|(name, ..)| parts.contains(name));
                used.map(|(name, ..)| t.of("part", name)).collect::<Vec<_>>().join(", ")
            }),
        changed: led.changed && person.is_some(),
        person: person.filter(|_| frame.is_ready()).map(|person| person_under(view, &person)),
        kept,
        fields,
        errors,
        focuses_errors,
        frame,
    };
    view.page_as(status, &page)
}

/// Tells what is wrong with a form, as far as its fields tell.
fn wrong_with(asked: &SearchAsked) -> Option<Wrong> {
    if asked.is_empty() {
        return Some(Wrong::NothingAsked);
    }
    if asked.is_no_such_day() {
        return Some(Wrong::NoSuchDay);
    }
    asked.birth_date().is_none().then_some(Wrong::BirthDateUnread)
}

/// Gives what is wrong with the birth date, if it is that.
fn birth_wrong(t: Words, wrong: Wrong) -> Option<String> {
    match wrong {
        Wrong::BirthDateUnread => Some(t.s("search-birth-date-unread")),
        Wrong::NoSuchDay => Some(t.s("search-no-such-day")),
        Wrong::NothingAsked | Wrong::NothingCompared | Wrong::BirthTooWide => None,
    }
}

/// Gives the parts of a search that the purpose lets be compared. None where that is not for the form to say: nobody is searched
/// for yet, or whatever is asked will be refused, by rules that say why.
fn compared(view: &View, frame: &Frame) -> Result<Option<Comparable>, Problem> {
    let Some(acting) = &frame.acting else { return Ok(None) };
    let is_in_force = acting.purpose.as_ref().is_some_and(|purpose| purpose.standing == Standing::InForce);
    let can_be_used = acting.is_mine && is_in_force && frame.is_ready();
    if !can_be_used {
        return Ok(None);
    }
    let known = service::comparable(&view.app, view.acting()?, &work_of(view)?)?;
    Ok((!known.parts.is_empty()).then_some(known))
}

/// Gives the fields of the form, filled in; `compared` are those that can be used, or all. `begins` where the page begins with the
/// form.
fn fields(
    t: Words,
    asked: &SearchAsked,
    compared: Option<&Comparable>,
    wrong: Option<Wrong>,
    begins: bool,
) -> Vec<SearchField> {
    let is_off = |name: &str| compared.is_some_and(|known| !known.parts.contains(&name));
    let is_alone = |name: &str| compared.is_some_and(|known| known.alone.contains(&name));
    let birth_wrong = wrong.and_then(|wrong| birth_wrong(t, wrong));
    let is_wrong = |name: &str| birth_wrong.is_some() && name == "birth_date" && !is_off(name);
    // What is said of a field that is compared by itself takes several lines: it has a row of its own.
    let is_pair = !FIELDS[1..=2].iter().any(|(name, ..)| is_alone(name));
    // The first that is wrong, else the first that can be filled in.
    let at_first = FIELDS.iter().find(|(name, ..)| is_wrong(name));
    let at_first = at_first.or_else(|| FIELDS.iter().find(|(name, ..)| !is_off(name))).map(|(name, ..)| *name);
    let field = |(at, &(name, id, words)): (usize, &FieldWords)| {
        let (label, hint) = words(t);
        let (is_off, is_alone) = (is_off(name), is_alone(name));
        let wrong = birth_wrong.clone().filter(|_| is_wrong(name));
        let described = [(hint.is_some(), "hint"), (is_off, "off"), (is_alone, "alone"), (wrong.is_some(), "wrong")];
        let described = described.iter().filter(|(is_said, _)| *is_said).map(|(_, what)| format!("{id}-{what}"));
        SearchField {
            id,
            name,
            label,
            hint,
            text: asked.text(name).to_owned(),
            described_by: described.collect::<Vec<_>>().join(" "),
            wrong,
            is_off,
            is_alone,
            is_first: begins && at_first == Some(name),
            is_text: matches!(name, "name" | "address"),
            begins_pair: is_pair && at == 1,
            ends_pair: is_pair && at == 2,
        }
    };
    FIELDS.iter().enumerate().map(field).collect()
}

/// Gives the fields in every state that they have, for the page that shows them: filled in, with a date that can't be read, compared
/// by itself alone, and off.
pub(super) fn fields_in_every_state(t: Words) -> Vec<SearchField> {
    let asked = SearchAsked { name: "Ana Ruiz".to_owned(), birth_date: "31.31".to_owned(), ..SearchAsked::default() };
    let known = Comparable { parts: vec!["name", "birth_date", "identifier"], alone: vec!["identifier"] };
    fields(t, &asked, Some(&known), Some(Wrong::BirthDateUnread), false)
}

/// Gives what is wrong with the form, each with the field in which it can be mended.
fn errors(t: Words, fields: &[SearchField], wrong: Option<Wrong>) -> Vec<FormError> {
    let to = |field: Option<&SearchField>| format!("#{}", field.map_or("main", |field| field.id));
    let first = || to(fields.iter().find(|field| !field.is_off));
    let error = match wrong {
        None => return Vec::new(),
        Some(Wrong::NothingAsked) => FormError { href: first(), text: t.s("search-nothing-asked") },
        Some(of_birth @ (Wrong::BirthDateUnread | Wrong::NoSuchDay)) => FormError {
            href: to(fields.iter().find(|field| field.name == "birth_date")),
            text: birth_wrong(t, of_birth).unwrap_or_default(),
        },
        Some(Wrong::NothingCompared) => FormError { href: first(), text: t.s("search-nothing-compared") },
        Some(Wrong::BirthTooWide) => {
            let other = fields.iter().find(|field| !field.is_off && field.name != "birth_date");
            FormError { href: to(other), text: t.s("search-birth-wide") }
        }
    };
    vec![error]
}

/// Shows the form again, as it was filled in. Nobody is searched for.
pub(crate) fn form_again(view: &View, typed: &Typed) -> Result<Response, Problem> {
    officer(view)?;
    form_page(view, Filled::sent(SearchAsked::again(typed), None), LedHere::default())
}

/// Shows the form as it is at first.
pub(crate) fn form_anew(view: &View) -> Result<Response, Problem> {
    officer(view)?;
    form_page(view, Filled::default(), LedHere::default())
}

/// Gives what someone works on, as the service takes it.
pub(crate) fn work_of(view: &View) -> Result<WorkForm, Problem> {
    let work = view.acting()?.work.clone();
    Ok(WorkForm { purpose: work.purpose.unwrap_or_default(), case: work.case, justification: work.justification })
}

/// Shows who was found.
pub(crate) async fn results(view: View, Sent(form): Sent<SearchAsked>) -> Response {
    let form = form.and_then(|form| or_kept(&view, form));
    let of_form = form.as_ref().ok().filter(|form| !form.is_employer());
    let typed = of_form.and_then(|form| view.typed(&form.form_token, SEARCH, &form.fields()));
    let answer = match form {
        Ok(form) => search(&view, form).await,
        Err(problem) => Err(problem),
    };
    view.answer_typed(Some("search"), typed, answer)
}

/// Fills a form that asks for the search before once more with what was typed into that, where it is still held.
fn or_kept(view: &View, form: SearchAsked) -> Result<SearchAsked, Problem> {
    if !form.kept || view.who.is_none() {
        return Ok(form);
    }
    Ok(match last(view)? {
        Some(last) => SearchAsked { form_token: form.form_token, ..last },
        None => form,
    })
}

async fn search(view: &View, asked: SearchAsked) -> Result<Response, Problem> {
    view.acting_by(&asked.form_token)?;
    officer(view)?;
    let t = view.t;
    if asked.kept {
        let kept = Some(t.s("search-not-kept"));
        return form_page(view, Filled { kept, ..Filled::default() }, LedHere::default());
    }
    if asked.again {
        return form_page(view, Filled::sent(asked, None), LedHere::default());
    }
    let work = work_of(view)?;
    let Some(birth_date) = asked.birth_date().filter(|_| !asked.is_empty() && !work.purpose.is_empty()) else {
        return form_page(view, Filled::sent(asked, None), LedHere::default());
    };
    let form = SearchForm {
        work,
        name: asked.name.clone(),
        birth_date,
        identifier: asked.identifier.clone(),
        contact: asked.contact.clone(),
        address: asked.address.clone(),
        employer: asked.employer.clone(),
        limit: 0,
    };
    let found = match service::search(&view.app, view.acting()?, &form).await {
        Err(problem) if service::is_nothing_asked(&problem) => {
            return form_page(view, Filled::sent(asked, Some(Wrong::NothingAsked)), LedHere::default());
        }
        Err(problem) if service::is_nothing_compared(&problem) => {
            return form_page(view, Filled::sent(asked, Some(Wrong::NothingCompared)), LedHere::default());
        }
        Err(problem) if service::is_birth_too_wide(&problem) => {
            return form_page(view, Filled::sent(asked, Some(Wrong::BirthTooWide)), LedHere::default());
        }
        found => found?,
    };
    // An employer is not searched for: the way back from there is the dossier.
    if !asked.is_employer() {
        view.app.keep_search(view.acting()?, asked.fields())?;
    }
    let mut frame = view.frame()?;
    // In the other language the persons found are shown once more, which is a search once more, with its own entry.
    frame.repeat = asked.fields();
    if asked.is_employer() {
        frame.repeat.push(("employer", asked.employer.clone()));
    }
    if !asked.person.is_empty() {
        frame.repeat.push(("person", asked.person.clone()));
    }
    let fields = fields(t, &asked, compared(view, &frame)?.as_ref(), None, false);
    let by_address = !asked.address.trim().is_empty() && !found.not_used.iter().any(|part| part == "address");
    let page = ResultsPage {
        frame,
        t,
        fields,
        employer: asked.employer,
        is_nobody_else: !found.more && is_only(&found.hits, &asked.person),
        found: found.hits.len() as u64,
        hits: hits(view, found.hits, by_address),
        more: found.more,
        not_used: found.not_used.iter().map(|part| t.of("part", part)).collect(),
        is_whole: !found.as_a_whole.is_empty(),
        log_index: t.number(&found.log_index),
    };
    view.page(&page)
}

/// Tells whether one person was found, and it is this one.
fn is_only(found: &[HitView], person: &str) -> bool {
    matches!(found, [one] if one.person == person)
}

/// Gives those who were found as pages show them: with what tells them apart, and no more. `by_address` where that is what they were
/// searched by.
pub(crate) fn hits(view: &View, found: Vec<HitView>, by_address: bool) -> Vec<Hit> {
    let mut alike: HashMap<Vec<String>, usize> = HashMap::new();
    for found in &found {
        *alike.entry(told_of(found)).or_default() += 1;
    }
    let hit_of = |found: HitView| {
        let is_one_of_many = alike.get(&told_of(&found)).is_some_and(|count| *count > 1);
        hit(view, found, by_address || is_one_of_many)
    };
    found.into_iter().map(hit_of).collect()
}

/// Gives what is shown of somebody in any case, as it is compared with that of others.
fn told_of(found: &HitView) -> Vec<String> {
    let told = found.values.fields().filter(|field| TELLING_APART.contains(&field.column.name.as_str()));
    let told = told.filter_map(|field| field.value.text()).map(|text| plain(&text));
    headline(found.values.fields()).map(|name| plain(&name)).into_iter().chain(told).collect()
}

fn hit(view: &View, found: HitView, with_address: bool) -> Hit {
    let t = view.t;
    let name = headline(found.values.fields()).unwrap_or_else(|| t.s("results-nameless"));
    let tells_apart = |field: &Field<'_>| {
        let column = field.column.name.as_str();
        TELLING_APART.contains(&column) || (with_address && WHOLE_ADDRESS.contains(&column))
    };
    // The year says nothing beside the whole date.
    let is_date = |field: Field<'_>| {
        field.column.name == "birth_date"
            && field.column.rule.disclosure == "value"
            && *field.value != ShownValue::Missing(())
    };
    let has_date = found.values.fields().any(is_date);
    let says_less = |field: &Field<'_>| has_date && matches!(field.column.name.as_str(), "birth_year" | "born");
    let fields = found.values.fields().filter(tells_apart).filter(|field| !says_less(field));
    let matched = |matched: &service::MatchView| match matched.how.as_str() {
        "last-name" => t.s("matched-last-name"),
        "part" => t.of("matched-part", &matched.part),
        how => {
            let part = t.of("part", &matched.part);
            t.with_all(if how == "same" { "matched-same" } else { "matched-similar" }, &[("part", part)])
        }
    };
    Hit {
        href: person_under(view, &found.person),
        fields: fields.map(|field| placed(view, &found.register, field)).filter(|shown| shown.text.is_some()).collect(),
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
        let asked = SearchAsked { name: HOSTILE.into(), address: HOSTILE.into(), ..SearchAsked::default() };
        let page = ResultsPage {
            frame,
            t,
            fields: fields(t, &asked, None, None, false),
            employer: HOSTILE.into(),
            is_nobody_else: false,
            hits: vec![hit],
            found: 1,
            more: false,
            not_used: vec![HOSTILE.into()],
            is_whole: true,
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
        for (written, known) in
            [("2003-11", "2003-11"), ("11/2003", "2003-11"), ("3.1984", "1984-03"), ("1984", "1984")]
        {
            assert_eq!(read(written).as_deref(), Some(known), "{written}");
        }
        for written in ["12", "1984-13-01", "13/1984", "12/03/84", "20 03 -11 1", "yesterday", "12 March 1984"] {
            assert_eq!(read(written), None, "{written}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_told_apart_from_what_cannot_be_read() {
        let asked = |text: &str| SearchAsked { birth_date: text.into(), ..SearchAsked::default() };
        for (written, is_no_day) in [
            ("31.2.1984", true),
            ("1983-02-29", true),
            ("0/3/1984", true),
            ("29.2.1984", false),
            ("12.13.1984", false),
            ("13.1984", false),
            ("31.2.84", false),
            ("yesterday", false),
            ("", false),
        ] {
            assert_eq!(asked(written).is_no_such_day(), is_no_day, "{written}");
            assert!(!is_no_day || asked(written).birth_date().is_none(), "{written}");
        }
        for (language, says) in [(Language::English, "no such day"), (Language::French, "n’existe pas")] {
            let t = Words::new(language);
            let fields = fields(t, &asked("31.2.1984"), None, wrong_with(&asked("31.2.1984")), false);
            let field = fields.iter().find(|field| field.name == "birth_date").unwrap();
            assert!(field.wrong.as_ref().is_some_and(|wrong| wrong.contains(says)), "{:?}", field.wrong);
            let errors = errors(t, &fields, Some(Wrong::NoSuchDay));
            assert_eq!((errors.len(), errors[0].href.as_str()), (1, "#birth-date"));
            assert!(errors[0].text.contains(says));
        }
    }

    #[test]
    fn a_form_begins_with_the_first_field_that_is_wrong_else_with_one_that_can_be_used() {
        let t = Words::new(Language::English);
        let asked = SearchAsked { birth_date: "someday".into(), ..SearchAsked::default() };
        let first = |compared: Option<&Comparable>, wrong: Option<Wrong>| {
            let fields = fields(t, &asked, compared, wrong, true);
            let first: Vec<&str> = fields.iter().filter(|field| field.is_first).map(|field| field.id).collect();
            let hrefs: Vec<String> = errors(t, &fields, wrong).into_iter().map(|error| error.href).collect();
            (first.join(" "), hrefs.join(" "))
        };
        assert_eq!(first(None, None), ("name".to_owned(), String::new()));
        let beside = fields(t, &asked, None, None, true);
        assert!(beside[1].begins_pair && beside[2].ends_pair, "little is said of either");
        assert_eq!(first(None, Some(Wrong::BirthDateUnread)), ("birth-date".to_owned(), "#birth-date".to_owned()));
        let numbers = &Comparable { parts: vec!["identifier"], alone: vec!["identifier"] };
        assert_eq!(
            first(Some(numbers), Some(Wrong::NothingAsked)),
            ("identifier".to_owned(), "#identifier".to_owned())
        );
        assert_eq!(first(Some(numbers), Some(Wrong::NothingCompared)).1, "#identifier");
        let dates = Comparable { parts: vec!["name", "birth_date"], alone: Vec::new() };
        assert_eq!(first(Some(&dates), Some(Wrong::BirthTooWide)).1, "#name", "what is missing is another part");
        let fields = fields(t, &asked, Some(numbers), None, false);
        assert!(fields.iter().all(|field| !field.begins_pair && !field.ends_pair), "much is said of one of the two");
        let number = fields.iter().find(|field| field.name == "identifier").unwrap();
        assert_eq!(number.described_by, "identifier-hint identifier-alone");
        assert!(fields.iter().all(|field| field.is_off == (field.name != "identifier") && !field.is_first));
        let off = fields.iter().find(|field| field.name == "birth_date").unwrap();
        assert_eq!((off.text.as_str(), off.described_by.as_str()), ("someday", "birth-date-hint birth-date-off"));
    }
}
