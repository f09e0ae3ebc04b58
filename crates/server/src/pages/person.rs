//! One person, assembled for the purpose that was chosen.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use model::agency::RoleKind;
use serde::Deserialize;

use super::differ::with_code;
use super::frame::Frame;
use super::map::{Map, map};
use super::relations::{Relations, record_anchor, relations};
use super::search::{asked_again, work_of};
use super::timeline::{Timeline, timeline};
use super::values::{KeptColumns, Shown, comparison, headline, kept, plain, reduced, sentence, share, shown};
use super::view::{Asked, View};
use super::words::{ProjectText, Words};
use crate::districts::Unreadable;
use crate::problem::Problem;
use crate::service::{self, DossierView, EarlierView, GivenColumn, LinkEvidence, RecordView, SectionView};

/// The width of the picture of weights, in its own units.
const WEIGHTS_WIDTH: f64 = 200.0;

/// The least that is told of what is missing from the weight of a link, in bits: less is rounding.
const LEAST_REST: f64 = 0.05;

/// The most values that are told of a thing in which registers differ; the records have all of them.
const DIFFERING_MAX: usize = 6;

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    t: Words,
    person: String,
    dossier: Dossier,
    /// Whether to lead on to searches: citizens have none.
    may_search: bool,
}

/// A dossier as the page shows it; shared with the page of what is held about a citizen.
pub(crate) struct Dossier {
    pub(crate) name: Option<String>,
    pub(crate) at: String,
    pub(crate) log_index: String,
    pub(crate) registers: u64,
    pub(crate) records: u64,
    pub(crate) given: u64,
    pub(crate) masked: u64,
    pub(crate) withheld: u64,
    /// The least certain link.
    pub(crate) weakest: Option<String>,
    /// What the registers say of who the person is, agreeing or not, and all else in which they differ.
    pub(crate) identity: Vec<Identity>,
    pub(crate) sections: Vec<Section>,
    pub(crate) timeline: Option<Timeline>,
    pub(crate) map: Option<Map>,
    /// Whether there is no map where there should be one.
    pub(crate) map_missing: bool,
    pub(crate) relations: Option<Relations>,
    pub(crate) earlier: Vec<Earlier>,
}

/// A look of the same agency before this one.
pub(crate) struct Earlier {
    pub(crate) at: String,
    pub(crate) role: String,
    pub(crate) purpose: String,
}

/// One thing that registers say of someone, and which of them say what.
pub(crate) struct Identity {
    pub(crate) title: String,
    /// Each value with the registers that have it, the most frequent first.
    pub(crate) values: Vec<(String, Vec<String>)>,
    /// How many values are left out.
    pub(crate) more: u64,
    /// What is said where they are not all the same.
    pub(crate) differs: Option<String>,
}

/// The records of a register.
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) agency: String,
    pub(crate) laws: Vec<ProjectText>,
    pub(crate) bought: Option<String>,
    pub(crate) count: u64,
    pub(crate) records: Vec<Record>,
    /// Columns of which less than the values is given.
    pub(crate) reduced: Option<KeptColumns>,
    pub(crate) withheld: Option<KeptColumns>,
}

/// A record.
pub(crate) struct Record {
    /// Where links lead that mean it.
    pub(crate) anchor: String,
    pub(crate) number: u64,
    pub(crate) fields: Vec<Shown>,
    pub(crate) file: Option<String>,
    pub(crate) row: Option<String>,
    pub(crate) run: Option<String>,
    /// When the run read the row in.
    pub(crate) fresh: Option<String>,
    pub(crate) link: Link,
    /// Since when the person contests that it is about them.
    pub(crate) contested: Option<String>,
    /// What it is called when they contest it; on their own page alone.
    pub(crate) name: Option<String>,
}

/// How sure it is that the record belongs to the person.
pub(crate) struct Link {
    pub(crate) alone: bool,
    pub(crate) percent: String,
    pub(crate) weight: String,
    pub(crate) via: Option<String>,
    pub(crate) waterfall: Waterfall,
}

/// How the weight of a link comes about, step by step.
#[derive(Default)]
pub(crate) struct Waterfall {
    pub(crate) steps: Vec<Step>,
    /// Where no weight is, between 0 and 200.
    pub(crate) zero: String,
}

/// A comparison and what it adds; the last step is all of them together.
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) sentence: String,
    pub(crate) weight: String,
    /// What all up to this one add up to; nothing beside the last, whose weight it is.
    pub(crate) sum: String,
    /// `for` one person, `against` it, the `rest` that is not told one by one, or the `whole`.
    pub(crate) kind: &'static str,
    /// Where its bar begins and how long it is, between 0 and 200.
    pub(crate) x: String,
    pub(crate) width: String,
    /// Where the bar before it ended, and where the one after it begins.
    pub(crate) from: String,
    pub(crate) to: String,
}

/// What a link to a person carries.
#[derive(Deserialize)]
pub(crate) struct LinkTo {
    /// The purpose, case and reason under which it was made, as [`View::under`] tells them. An address that was typed or kept
    /// has none: it opens under what the bar says then.
    under: Option<String>,
}

/// Shows a dossier.
pub(crate) async fn page(view: View, Path(person): Path<String>, Asked(link): Asked<LinkTo>) -> Response {
    let answer = match link {
        Ok(link) => open(&view, &person, link.under.as_deref()).await,
        Err(problem) => Err(problem),
    };
    view.answer_asked(Some("person"), answer)
}

async fn open(view: &View, person: &str, under: Option<&str>) -> Result<Response, Problem> {
    view.acting()?.must_be(RoleKind::Officer)?;
    // A page in another window was opened under one case, and the session holds another by now. The look would be on the
    // record, for the person to read, under a case and a reason that nobody meant for it: so it is asked for anew.
    if under.is_some_and(|under| !view.is_under(under)) {
        return Ok(Redirect::to(&asked_again(person)).into_response());
    }
    let work = work_of(view)?;
    // An address that was kept: first it is said why.
    if work.purpose.is_empty() {
        return Ok(Redirect::to("/search").into_response());
    }
    let found = service::dossier(&view.app, view.acting()?, person, &work, true).await?;
    let person = found.person.clone();
    let page = PersonPage { frame: view.frame()?, t: view.t, person, dossier: dossier(view, found), may_search: true };
    view.page(&page)
}

/// Gives a dossier as the page shows it.
pub(crate) fn dossier(view: &View, found: DossierView) -> Dossier {
    let t = view.t;
    let records = || found.sections.iter().flat_map(|section| &section.records);
    let fields = || records().flat_map(|record| record.values.fields()).filter(|field| field.value.text().is_some());
    let weakest =
        records().filter(|record| !record.link.alone).map(|record| record.link.probability).min_by(f64::total_cmp);
    let name = records().find_map(|record| headline(record.values.fields()));
    let (map, map_missing) = match map(view, &found.sections) {
        Ok(map) => (map, false),
        Err(Unreadable) => (None, true),
    };
    Dossier {
        timeline: timeline(view, &found.sections),
        map,
        map_missing,
        relations: relations(view, &found.person, &found.sections, name.as_deref()),
        earlier: found.earlier.iter().map(|look| earlier(view, look)).collect(),
        name,
        at: found.at.clone(),
        log_index: t.number(&found.log_index),
        registers: found.sections.len() as u64,
        records: records().count() as u64,
        given: fields().filter(|field| field.column.rule.disclosure == "value").count() as u64,
        masked: fields().filter(|field| field.column.rule.disclosure != "value").count() as u64,
        withheld: found.sections.iter().map(|section| section.withheld.len() as u64).sum(),
        weakest: weakest.map(|weakest| t.percent(&weakest)),
        identity: identity(t, &named(view, &found.sections))
            .into_iter()
            .chain(differing(t, &shared(view, &found.sections)))
            .collect(),
        sections: found.sections.iter().map(|section| self::section(view, section, &found)).collect(),
    }
}

fn earlier(view: &View, look: &EarlierView) -> Earlier {
    let agency = view.acting().ok().and_then(|who| who.agency());
    Earlier {
        at: look.at.clone(),
        role: agency
            .map_or_else(|| look.role.clone(), |agency| view.recipient_title(&format!("{agency}/{}", look.role))),
        purpose: look.purpose.as_deref().map(|purpose| view.purpose_says(purpose)).unwrap_or_default(),
    }
}

/// A value that a register gives as it is.
struct Held<'a> {
    class: &'a str,
    called: Called<'a>,
    text: String,
    /// The code that the text puts into words, by which it is compared.
    code: Option<String>,
    register: &'a str,
    /// The day on which it was read in.
    day: Option<String>,
}

/// What a column is called: its name, its title in English and that in French.
type Called<'a> = [&'a str; 3];

fn called(column: &GivenColumn) -> Called<'_> {
    [&column.name, &column.title, &column.title_fr]
}

/// Tells whether two columns of one class hold the same thing, as far as their names tell: one of these meets. It is asked in
/// both languages, whichever the page has: what differs does so for every reader.
fn meet(one: &Called<'_>, other: &Called<'_>) -> bool {
    one.iter().zip(other).any(|(one, other)| one.to_lowercase() == other.to_lowercase())
}

/// Gives the values of the columns that `is_told` tells.
fn held<'a>(
    view: &View,
    sections: &'a [SectionView],
    is_told: impl Fn(&SectionView, &GivenColumn) -> bool,
) -> Vec<Held<'a>> {
    let t = view.t;
    let mut all = Vec::new();
    for section in sections {
        let register = t.pick(&section.title, &section.title_fr);
        // All records of a register have its columns.
        let are_told: Vec<bool> = section.columns.iter().map(|column| is_told(section, column)).collect();
        for record in &section.records {
            let moment = record.run.as_deref().and_then(moment_of_run);
            let day = moment.as_deref().and_then(|moment| moment.get(..10));
            for (field, _) in record.values.fields().zip(&are_told).filter(|(_, is_told)| **is_told) {
                let Shown { text, code, .. } = shown(t, view.app.project(), &section.register, field);
                let Some(text) = text else { continue };
                let (class, called) = (field.column.rule.class.as_str(), called(field.column));
                all.push(Held { class, called, text, code, register, day: day.map(str::to_owned) });
            }
        }
    }
    all
}

/// Gives what registers say of who the person is.
fn named<'a>(view: &View, sections: &'a [SectionView]) -> Vec<Held<'a>> {
    held(view, sections, |_, column| column.rule.class == "identity" && column.rule.disclosure == "value")
}

/// Gives what several registers hold beside who the person is. What is of a register's own work, such as its numbers, is not
/// for others to agree with.
fn shared<'a>(view: &View, sections: &'a [SectionView]) -> Vec<Held<'a>> {
    let is_compared = |column: &GivenColumn| {
        let rule = &column.rule;
        rule.disclosure == "value" && !matches!(rule.class.as_str(), "identity" | "administrative")
    };
    let is_shared = |section: &SectionView, column: &GivenColumn| {
        let others = sections.iter().filter(|other| other.register != section.register);
        let mut columns = others.flat_map(|other| other.columns.iter());
        columns.any(|other| other.rule.class == column.rule.class && meet(&called(other), &called(column)))
    };
    held(view, sections, |section, column| is_compared(column) && is_shared(section, column))
}

/// A thing that registers hold.
struct Thing<'a> {
    class: &'a str,
    /// What its columns are called.
    called: Vec<Called<'a>>,
    values: Vec<ValueHeld<'a>>,
}

/// A value of a thing.
struct ValueHeld<'a> {
    text: String,
    code: Option<&'a str>,
    /// As it is compared.
    compared: String,
    /// The registers that have it, and the last day on which each read it in.
    registers: Vec<(&'a str, Option<&'a str>)>,
}

/// Tells columns apart into things: two whose names meet hold one thing, be it through a third.
fn things<'a>(held: &[Held<'a>]) -> Vec<Thing<'a>> {
    let mut things: Vec<Thing<'a>> = Vec::new();
    for one in held {
        if things.iter().any(|thing| thing.class == one.class && thing.called.contains(&one.called)) {
            continue;
        }
        let is_of =
            |thing: &Thing<'_>| thing.class == one.class && thing.called.iter().any(|known| meet(known, &one.called));
        let places = things.iter().enumerate().filter(|(_, thing)| is_of(thing));
        let mut places: Vec<usize> = places.map(|(place, _)| place).collect();
        if places.is_empty() {
            places.push(things.len());
            things.push(Thing { class: one.class, called: Vec::new(), values: Vec::new() });
        }
        // The later ones are taken out from the last on, so that the others keep their places.
        for place in places.split_off(1).into_iter().rev() {
            let joined = things.remove(place);
            things[places[0]].called.extend(joined.called);
        }
        things[places[0]].called.push(one.called);
    }
    things
}

/// Gives the things that are held, with who says what of them. Values are compared as `compared` gives them.
fn said<'a>(held: &'a [Held<'a>], compared: impl Fn(&str) -> String) -> Vec<Thing<'a>> {
    let mut things = things(held);
    for one in held {
        let of_it = |thing: &&mut Thing<'_>| thing.class == one.class && thing.called.contains(&one.called);
        let Some(thing) = things.iter_mut().find(of_it) else { continue };
        let compared = compared(one.code.as_deref().unwrap_or(&one.text));
        let at = thing.values.iter().position(|known| known.compared == compared).unwrap_or_else(|| {
            let (text, code) = (one.text.clone(), one.code.as_deref());
            thing.values.push(ValueHeld { text, code, compared, registers: Vec::new() });
            thing.values.len() - 1
        });
        let registers = &mut thing.values[at].registers;
        match registers.iter_mut().find(|(register, _)| *register == one.register) {
            Some((_, day)) => *day = (*day).max(one.day.as_deref()),
            None => registers.push((one.register, one.day.as_deref())),
        }
    }
    for thing in &mut things {
        // Two codes may be called alike.
        let texts: Vec<String> = thing.values.iter().map(|value| value.text.clone()).collect();
        for value in &mut thing.values {
            if let Some(code) = value.code
                && texts.iter().filter(|text| **text == value.text).count() > 1
            {
                value.text = with_code((std::mem::take(&mut value.text), Some(code.to_owned())));
            }
        }
        thing.values.sort_by_key(|value| std::cmp::Reverse(value.registers.len()));
    }
    things
}

/// Tells whether registers say different things: several say something, and not all of them all of it.
fn registers_differ(thing: &Thing<'_>) -> bool {
    let registers = thing.values.iter().flat_map(|value| value.registers.iter().map(|(register, _)| *register));
    let all = registers.collect::<BTreeSet<&str>>().len();
    all > 1 && thing.values.iter().any(|value| value.registers.len() < all)
}

/// Gathers what registers say of who the person is, agreeing or not. Values are compared without regard to case, and none is
/// chosen over another.
fn identity(t: Words, held: &[Held<'_>]) -> Vec<Identity> {
    let told = |thing: Thing<'_>| {
        let differs = match thing.values.len() {
            0 | 1 => None,
            _ if registers_differ(&thing) => Some(t.s("identity-differs")),
            _ => Some(t.s("identity-records-differ")),
        };
        let value = |value: &ValueHeld<'_>| {
            let registers = value.registers.iter().map(|(register, _)| (*register).to_owned());
            (value.text.clone(), registers.collect())
        };
        Identity { title: title(t, &thing), values: thing.values.iter().map(value).collect(), more: 0, differs }
    };
    said(held, str::to_lowercase).into_iter().map(told).collect()
}

/// Gives what a thing is called: as its first column is.
fn title(t: Words, thing: &Thing<'_>) -> String {
    thing.called.first().map(|[_, title, title_fr]| t.pick(title, title_fr).to_owned()).unwrap_or_default()
}

/// Gives the things that several registers hold and in which they differ. Values are compared as [`plain`] gives them, and
/// none is chosen over another.
fn differing(t: Words, held: &[Held<'_>]) -> Vec<Identity> {
    said(held, plain).into_iter().filter(registers_differ).map(|thing| difference(t, thing)).collect()
}

/// Gives what registers say of a thing in which they differ.
fn difference(t: Words, thing: Thing<'_>) -> Identity {
    let title = title(t, &thing);
    let more = thing.values.len().saturating_sub(DIFFERING_MAX) as u64;
    let told = |(register, day): (&str, Option<&str>)| match day {
        Some(day) => t.with_all("identity-held", &[("register", register.to_owned()), ("when", t.date(day))]),
        None => register.to_owned(),
    };
    let value = |value: ValueHeld<'_>| (value.text, value.registers.into_iter().map(told).collect());
    let values = thing.values.into_iter().take(DIFFERING_MAX).map(value).collect();
    Identity { title, values, more, differs: Some(t.s("identity-differs")) }
}

fn section(view: &View, section: &SectionView, found: &DossierView) -> Section {
    let t = view.t;
    let purpose = view.purpose_says(&found.purpose);
    let reduced = section.columns.iter().filter_map(|column| reduced(t, column, &purpose)).collect();
    let withheld = section.withheld.iter().map(|column| kept(t, column, &found.reasons)).collect();
    let ask = view.whom_to_ask(std::slice::from_ref(&section.agency), &found.purpose);
    Section {
        id: section.register.replace('_', "-"),
        title: t.pick(&section.title, &section.title_fr).to_owned(),
        agency: view.agency_title(&section.agency),
        laws: t.law(&section.legal_basis, section.legal_basis_fr.as_deref()),
        bought: section.bought.clone(),
        count: section.records.len() as u64,
        records: section
            .records
            .iter()
            .zip(1..)
            .map(|(record, number)| self::record(view, section, record, number))
            .collect(),
        reduced: KeptColumns::reduced(t, reduced).map(|kept| kept.asking(&ask)),
        withheld: KeptColumns::withheld(t, withheld).map(|kept| kept.asking(&ask)),
    }
}

fn record(view: &View, section: &SectionView, record: &RecordView, number: u64) -> Record {
    Record {
        anchor: record_anchor(&section.register, number),
        number,
        fields: record
            .values
            .fields()
            .map(|field| shown(view.t, view.app.project(), &section.register, field))
            .collect(),
        file: record.file.clone(),
        row: record.row.map(|row| row.to_string()),
        fresh: record.run.as_deref().and_then(moment_of_run),
        run: record.run.clone(),
        link: link(view, &record.link),
        contested: record.contested_since.clone(),
        name: record.name.clone(),
    }
}

/// Gives the moment that the name of a run tells (`r20261124-064000-123-7`); none for names of other forms.
fn moment_of_run(run: &str) -> Option<String> {
    let text = run.strip_prefix('r')?.get(..15)?;
    let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d-%H%M%S").ok()?;
    Some(moment.and_utc().to_rfc3339())
}

fn link(view: &View, link: &LinkEvidence) -> Link {
    let t = view.t;
    Link {
        alone: link.alone,
        percent: t.percent(&link.probability),
        weight: t.weight(&link.weight),
        via: link.via.as_deref().map(|register| view.register_title(register)),
        waterfall: waterfall(t, &link.fields, link.weight, link.probability),
    }
}

/// Gives how a weight comes about: each bar begins where the one before ended, and the last is the whole, so that all of it
/// adds up. Of comparisons that are not told, what they add together is told: it is what is missing from the weight.
pub(crate) fn waterfall(t: Words, fields: &[service::FieldEvidence], weight: f64, probability: f64) -> Waterfall {
    if fields.is_empty() {
        return Waterfall::default();
    }
    let name = |field: &service::FieldEvidence| match field.name.as_str() {
        service::FieldEvidence::PRIOR => t.s("step-prior-name"),
        service::FieldEvidence::HOUSEHOLD => t.s("step-household-name"),
        service::FieldEvidence::AGAINST => t.s("step-against-name"),
        service::FieldEvidence::PENALTY => t.s("step-one-record-name"),
        service::FieldEvidence::BEYOND => t.s("step-beyond-name"),
        name => comparison(t, name),
    };
    let part = |field: &service::FieldEvidence| {
        let kind = if field.weight < 0.0 { "against" } else { "for" };
        (name(field), told(t, field), field.weight, kind)
    };
    // What speaks of the persons comes after all that speaks of the pair.
    let of_persons = [service::FieldEvidence::AGAINST, service::FieldEvidence::PENALTY, service::FieldEvidence::BEYOND];
    let (after, before): (Vec<_>, Vec<_>) = fields.iter().partition(|field| of_persons.contains(&field.name.as_str()));
    let mut parts: Vec<(String, String, f64, &'static str)> = before.into_iter().map(part).collect();
    let rest = weight - fields.iter().map(|field| field.weight).sum::<f64>();
    if rest.abs() >= LEAST_REST {
        parts.push((t.s("step-rest-name"), t.s("step-rest"), rest, "rest"));
    }
    parts.extend(after.into_iter().map(part));
    let sums = parts.iter().scan(0.0, |sum, (_, _, weight, _)| {
        *sum += *weight;
        Some(*sum)
    });
    let sums: Vec<f64> = sums.collect();
    let low = sums.iter().copied().fold(weight.min(0.0), f64::min);
    let high = sums.iter().copied().fold(weight.max(0.0), f64::max);
    let unit = WEIGHTS_WIDTH / (high - low).max(1.0);
    let place = |bits: f64| (bits - low) * unit;
    let number = |value: f64| format!("{value:.1}");
    let begins = std::iter::once(0.0).chain(sums.iter().copied());
    let mut steps: Vec<Step> = parts
        .into_iter()
        .zip(begins.zip(&sums))
        .map(|((name, sentence, weight, kind), (from, to))| Step {
            name,
            sentence,
            weight: t.weight(&weight),
            sum: t.weight(to),
            kind,
            x: number(place(from.min(*to))),
            width: number((from - to).abs() * unit),
            from: number(place(from)),
            to: number(place(*to)),
        })
        .collect();
    steps.push(Step {
        name: t.s("step-whole-name"),
        sentence: t.with("step-whole", "percent", t.percent(&probability)),
        weight: t.weight(&weight),
        sum: String::new(),
        kind: "whole",
        x: number(place(weight.min(0.0))),
        width: number(weight.abs() * unit),
        from: number(place(weight)),
        to: number(place(weight)),
    });
    Waterfall { steps, zero: number(place(0.0)) }
}

/// Gives what a comparison found, in a sentence or two.
fn told(t: Words, field: &service::FieldEvidence) -> String {
    match (field.level.as_str(), field.m) {
        (service::FieldEvidence::PRIOR, None) => return t.s("step-prior"),
        (service::FieldEvidence::HOUSEHOLD, None) => return t.s("step-household"),
        (service::FieldEvidence::AGAINST, None) => return t.s("step-against"),
        (service::FieldEvidence::PENALTY, None) => return t.s("step-one-record"),
        (service::FieldEvidence::BEYOND, None) => return t.s("step-beyond"),
        // A name that is in another's place: that comparison tells it.
        ("exchanged", None) => return t.s("step-exchanged"),
        _ => {}
    }
    let (Some(m), Some(u)) = (field.m, field.u) else { return t.s("step-missing") };
    let level = match field.level.strip_prefix("within ").and_then(|rest| rest.strip_suffix(" edits")) {
        Some(edits) => t.count("step-within", &edits.parse().unwrap_or_default()),
        None => t.of("level", &field.level.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")),
    };
    let told = t.with_all("step-found", &[("level", sentence(&level)), ("m", share(t, m)), ("u", share(t, u))]);
    let Some(held_by) = field.term_frequency else { return told };
    let rarity = if field.term_frequency_weight >= 0.0 { "step-rare" } else { "step-frequent" };
    format!("{told} {}", t.with(rarity, "share", share(t, held_by)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    #[test]
    fn a_run_tells_when_it_was() {
        assert_eq!(moment_of_run("r20261124-064000-123-7").unwrap(), "2026-11-24T06:40:00+00:00");
        for other in ["", "r", "run-1", "r2026é124-064000"] {
            assert_eq!(moment_of_run(other), None, "{other}");
        }
    }

    fn evidence(name: &str, weight: f64) -> service::FieldEvidence {
        service::FieldEvidence {
            name: name.into(),
            left: Vec::new(),
            right: Vec::new(),
            level: if name == service::FieldEvidence::PRIOR { name.into() } else { "equal".into() },
            m: (name != service::FieldEvidence::PRIOR).then_some(0.8),
            u: (name != service::FieldEvidence::PRIOR).then_some(0.0005),
            weight,
            term_frequency: None,
            term_frequency_weight: 0.0,
            sentence: String::new(),
        }
    }

    /// Gives kind, weight, sum, beginning and length of each bar.
    fn bars<'a>(waterfall: &'a Waterfall) -> Vec<[&'a str; 5]> {
        let bar = |step: &'a Step| [step.kind, step.weight.as_str(), &step.sum, &step.x, &step.width];
        waterfall.steps.iter().map(bar).collect()
    }

    #[test]
    fn each_bar_begins_where_the_one_before_ended_and_the_last_is_the_whole() {
        let fields = [
            evidence(service::FieldEvidence::PRIOR, -10.0),
            evidence("first_name", 15.0),
            evidence("last_name", -5.0),
            evidence("phone", 0.0),
        ];
        let found = waterfall(Words::new(Language::English), &fields, 10.0, 0.9734);
        assert_eq!(
            bars(&found),
            [
                ["against", "\u{2212}10.0", "\u{2212}10.0", "0.0", "100.0"],
                ["for", "+15.0", "+5.0", "0.0", "150.0"],
                ["against", "\u{2212}5.0", "0.0", "100.0", "50.0"],
                ["for", "0.0", "0.0", "100.0", "0.0"],
                ["rest", "+10.0", "+10.0", "100.0", "100.0"],
                ["whole", "+10.0", "", "100.0", "100.0"],
            ]
        );
        assert_eq!(found.zero, "100.0");
        let ends: Vec<(&str, &str)> = found.steps.iter().map(|step| (step.from.as_str(), step.to.as_str())).collect();
        assert!(ends.windows(2).all(|two| two[0].1 == two[1].0), "{ends:?}");
        let steps = &found.steps;
        assert_eq!((steps[0].name.as_str(), steps[1].name.as_str()), ("To begin with", "First name"));
        assert!(steps[1].sentence.starts_with("Equal.") && steps[1].sentence.contains("1 in 2,000"));
        assert!(steps[5].sentence.starts_with("97.3%"), "{}", steps[5].sentence);
    }

    #[test]
    fn what_adds_up_by_itself_has_no_rest() {
        let en = Words::new(Language::English);
        let fields = [evidence(service::FieldEvidence::PRIOR, -10.0), evidence("first_name", 6.0)];
        let found = waterfall(en, &fields, -4.0, 0.06);
        let kinds: Vec<&str> = found.steps.iter().map(|step| step.kind).collect();
        assert_eq!(kinds, ["against", "for", "whole"]);
        assert_eq!((bars(&found)[2], found.zero.as_str()), (["whole", "\u{2212}4.0", "", "120.0", "80.0"], "200.0"));
        assert_eq!(bars(&waterfall(en, &fields, -4.03, 0.06)).len(), 3, "rounding is no rest");
        assert_eq!(
            bars(&waterfall(en, &fields, -6.0, 0.02))[2],
            ["rest", "\u{2212}2.0", "\u{2212}6.0", "80.0", "40.0"]
        );
        assert!(waterfall(en, &[], 12.0, 1.0).steps.is_empty(), "where no field is told, nothing is");
    }

    #[test]
    fn registers_that_differ_are_side_by_side_and_those_that_agree_are_not_told() {
        let held = |class, name, title, text: &str, register, day: Option<&str>| Held {
            class,
            called: [name, title, title],
            text: text.to_owned(),
            code: None,
            register,
            day: day.map(str::to_owned),
        };
        let all = [
            held("contact", "phone", "Telephone", "555-0101", "Loans", Some("2026-11-20")),
            held("contact", "tel", "telephone", "555 0199", "Tax", None),
            held("contact", "phone", "Phone", "5550101", "Benefits", Some("2026-11-23")),
            held("contact", "phone", "Phone", "555 01 01", "Loans", Some("2026-11-24")),
            held("address", "zip", "Postcode", "10115", "Loans", None),
            held("address", "postcode", "Postcode", "10115", "Tax", None),
            // Only one register says anything of it.
            held("employment", "employer", "Employer", "Alder & Sons", "Tax", None),
            held("employment", "employer", "Employer", "Birch Mills", "Tax", None),
            // The same name in another class is another thing.
            held("loan", "status", "Status", "repaid", "Loans", None),
            held("migration", "status", "Status", "resident", "Immigration", None),
        ];
        let found = differing(Words::new(Language::English), &all);
        assert_eq!(found.len(), 1);
        let Identity { title, values, more, differs } = &found[0];
        assert_eq!((title.as_str(), *more, differs.as_deref()), ("Telephone", 0, Some("registers differ")));
        let told = |text: &str, registers: &[&str]| {
            (text.to_owned(), registers.iter().map(|register| (*register).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(
            *values,
            [
                told("555-0101", &["Loans (24 November 2026)", "Benefits (23 November 2026)"]),
                told("555 0199", &["Tax"])
            ]
        );
    }

    #[test]
    fn of_many_values_that_differ_some_are_told_and_the_others_counted() {
        let value = |at: usize| Held {
            class: "address",
            called: ["street", "Street", "Rue"],
            text: format!("{at} Long Street"),
            code: None,
            register: if at == 0 { "Tax" } else { "Library" },
            day: None,
        };
        let all: Vec<Held<'_>> = (0..40).map(value).collect();
        let found = differing(Words::new(Language::French), &all);
        assert_eq!((found[0].values.len(), found[0].more), (DIFFERING_MAX, 40 - DIFFERING_MAX as u64));
        // Two registers that have the same two values don't differ.
        let both = |register| (0..2).map(move |at| Held { register, ..value(at) });
        let all: Vec<Held<'_>> = both("Tax").chain(both("Library")).collect();
        assert!(differing(Words::new(Language::French), &all).is_empty());
    }

    fn name<'a>(called: Called<'a>, text: &str, register: &'a str) -> Held<'a> {
        Held { class: "identity", called, text: text.to_owned(), code: None, register, day: None }
    }

    #[test]
    fn what_registers_call_differently_meets_in_both_languages() {
        let all = [
            name(["birth_date", "Birth date", "Date de naissance"], "12 March 1984", "Tax"),
            name(["surname", "Surname", "Nom"], "Ruiz", "Tax"),
            name(["dob", "Date of birth", "Date de naissance"], "21 March 1984", "Loans"),
            name(["last_name", "Last name", "Nom"], "RUIZ", "Loans"),
            name(["given_names", "Given names", "Prénoms"], "Ana Maria", "Tax"),
        ];
        for (language, titles, tag) in [
            (Language::English, ["Birth date", "Surname", "Given names"], "registers differ"),
            (Language::French, ["Date de naissance", "Nom", "Prénoms"], "les registres diffèrent"),
        ] {
            let found = identity(Words::new(language), &all);
            assert_eq!(found.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>(), titles);
            assert_eq!((found[0].values.len(), found[0].differs.as_deref()), (2, Some(tag)));
            assert_eq!(found[1].values, [("Ruiz".to_owned(), vec!["Tax".to_owned(), "Loans".to_owned()])]);
            assert_eq!((found[1].differs.as_deref(), found[2].differs.as_deref()), (None, None));
        }
        // Beyond name and birth they meet in the same way.
        let tel = |called, text: &str, register| Held { class: "contact", ..name(called, text, register) };
        let all = [
            tel(["phone", "Telephone", "Téléphone"], "555-0101", "Tax"),
            tel(["mobile", "Mobile", "TÉLÉPHONE"], "555-0199", "Loans"),
        ];
        for (language, title) in [(Language::English, "Telephone"), (Language::French, "Téléphone")] {
            let found = differing(Words::new(language), &all);
            assert_eq!(found.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>(), [title]);
        }
    }

    #[test]
    fn columns_meet_through_a_third_wherever_it_stands() {
        let (tax, loans) = (["surname", "Surname", "Nom de famille"], ["last", "Last name", "Nom"]);
        let third = ["surname", "Family name", "Nom"];
        for order in [[tax, loans, third], [third, tax, loans], [tax, third, loans]] {
            let all = order.map(|called| name(called, "Ruiz", "Tax"));
            let found = things(&all);
            assert_eq!((found.len(), found[0].called.len()), (1, 3));
        }
        let apart = [name(tax, "Ruiz", "Tax"), name(loans, "Ruiz", "Loans")];
        assert_eq!(things(&apart).len(), 2);
    }

    #[test]
    fn records_of_one_register_differ_without_registers_differing() {
        let last = ["last_name", "Last name", "Nom"];
        let two = |register| [name(last, "Ruiz", register), name(last, "Okafor", register)];
        for (language, records, registers) in [
            (Language::English, "records differ", "registers differ"),
            (Language::French, "les enregistrements diffèrent", "les registres diffèrent"),
        ] {
            let differs = |held: &[Held<'_>]| identity(Words::new(language), held).remove(0).differs;
            assert_eq!(differs(&two("Tax")).as_deref(), Some(records));
            let both: Vec<Held<'_>> = two("Tax").into_iter().chain(two("Loans")).collect();
            assert_eq!(differs(&both).as_deref(), Some(records), "both have both");
            let more: Vec<Held<'_>> = two("Tax").into_iter().chain([name(last, "Ruiz", "Loans")]).collect();
            assert_eq!(differs(&more).as_deref(), Some(registers));
            assert_eq!(differs(&two("Tax")[..1]), None);
        }
    }

    #[test]
    fn codes_are_compared_and_those_that_are_called_alike_are_told_apart() {
        let called = ["title", "Title", "Civilité"];
        let coded = |text: &str, code: &str, register| Held {
            code: (!code.is_empty()).then(|| code.to_owned()),
            ..name(called, text, register)
        };
        let all = [coded("Mme", "Mrs", "Tax"), coded("Mme", "Ms", "Loans"), coded("Mrs", "", "Benefits")];
        let found = identity(Words::new(Language::French), &all);
        let told = |text: &str, registers: &[&str]| {
            (text.to_owned(), registers.iter().map(|register| (*register).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(found[0].values, [told("Mme (Mrs)", &["Tax", "Benefits"]), told("Mme (Ms)", &["Loans"])]);
        let found = identity(Words::new(Language::French), &all[..1]);
        assert_eq!(found[0].values, [told("Mme", &["Tax"])]);
    }

    #[test]
    fn what_keeps_two_persons_apart_comes_last_and_adds_up() {
        let merge = registry::Merge { weight: 1.0, against: -2.0, penalty: Some(-7.0) };
        let mut fields = vec![evidence(service::FieldEvidence::PRIOR, -10.0), evidence("first_name", 15.0)];
        fields.extend(service::FieldEvidence::of_merge(&merge));
        for (language, name) in [(Language::English, "Other records"), (Language::French, "Autres enregistrements")] {
            let found = waterfall(Words::new(language), &fields, 1.0, 0.67);
            let kinds: Vec<&str> = found.steps.iter().map(|step| step.kind).collect();
            assert_eq!(kinds, ["against", "for", "rest", "against", "against", "whole"]);
            assert_eq!(found.steps[3].name, name);
            assert_eq!(found.steps[4].sum, found.steps[5].weight, "they add up to all together");
            assert!(found.steps[3..5].iter().all(|step| !step.sentence.is_empty() && !step.sentence.contains("step-")));
        }
    }

    #[test]
    fn comparisons_are_told_in_the_language_of_the_page() {
        let field = |level: &str, m, share, rarity| service::FieldEvidence {
            name: "first_name".into(),
            left: Vec::new(),
            right: Vec::new(),
            level: level.into(),
            m,
            u: Some(0.02),
            weight: 1.0,
            term_frequency: share,
            term_frequency_weight: rarity,
            sentence: String::new(),
        };
        let (en, fr) = (Words::new(Language::English), Words::new(Language::French));
        assert_eq!(told(en, &field("missing", None, None, 0.0)), en.s("step-missing"));
        for (level, key) in [("prior", "step-prior"), ("household", "step-household"), ("exchanged", "step-exchanged")]
        {
            assert_eq!(told(fr, &field(level, None, None, 0.0)), fr.s(key));
        }
        let slip = field("one slip", Some(0.05), None, 0.0);
        assert!(told(en, &slip).starts_with("One slip."), "{}", told(en, &slip));
        assert!(told(fr, &slip).contains("2,0\u{a0}%"), "{}", told(fr, &slip));
        assert!(told(en, &field("within 2 edits", Some(0.05), None, 0.0)).contains('2'));
        let rare = told(en, &field("equal", Some(0.9), Some(0.0001), 3.0));
        let frequent = told(en, &field("equal", Some(0.9), Some(0.0001), -3.0));
        assert!(rare.contains("10,000") && rare != frequent, "{rare} {frequent}");
    }
}
