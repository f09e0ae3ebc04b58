//! One person, assembled for the purpose that was chosen.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use model::agency::RoleKind;
use serde::Deserialize;

use super::conflicts::{Identity, conflicts};
use super::contest::ContestRow;
use super::frame::Frame;
use super::known_as::known_as;
use super::mailed::line;
use super::map::{Map, map, placed};
use super::plainly::{level, strength, told_plainly};
use super::relations::{Relations, record_anchor, relations};
use super::search::{asked_again, work_of};
use super::timeline::{Timeline, timeline};
use super::values::{
    KeptColumns, Shown, comparison, kept, record_of_file, reduced, reduced_to_oneself, sentence, share, shown,
};
use super::view::{Asked, View};
use super::words::{ProjectText, Words};
use crate::districts::Unreadable;
use crate::problem::Problem;
use crate::service::{self, DossierView, EarlierView, GivenColumn, LinkEvidence, RecordView, SectionView};

/// The width of the picture of weights, in its own units.
const WEIGHTS_WIDTH: f64 = 200.0;

/// The least that is told of what is missing from the weight of a link, in bits: less is rounding.
const LEAST_REST: f64 = 0.05;

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    frame: Frame,
    t: Words,
    person: String,
    dossier: Dossier,
    /// Whether to lead on to searches: citizens have none.
    may_search: bool,
    /// Whether there is a search to go back to.
    searched: bool,
}

/// A dossier as the page shows it; shared with the page of what is held about a citizen.
pub(crate) struct Dossier {
    /// What the person is called, as most records write it.
    pub(crate) name: Option<String>,
    /// The other names that records have.
    pub(crate) other_names: Vec<String>,
    /// Whether records have other names, and whether they write it in other ways.
    pub(crate) name_differs: bool,
    pub(crate) name_is_written_differently: bool,
    /// What the purpose asked of each record, yes or no.
    pub(crate) answers: Vec<Answer>,
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
    /// What the person contests, on their own page alone.
    pub(crate) contests: Vec<ContestRow>,
}

/// A look of the same agency before this one.
pub(crate) struct Earlier {
    pub(crate) at: String,
    pub(crate) role: String,
    pub(crate) purpose: String,
}

/// An answer to what the purpose asks of a record.
pub(crate) struct Answer {
    pub(crate) title: String,
    pub(crate) says: String,
    /// The record, and where the page tells of it.
    pub(crate) record: String,
    pub(crate) href: String,
}

/// The records of a register.
pub(crate) struct Section {
    pub(crate) id: String,
    /// The register's id.
    pub(crate) register: String,
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
    /// Which record of the file it is, in words.
    pub(crate) row: Option<String>,
    pub(crate) run: Option<String>,
    /// When the run read the row in.
    pub(crate) fresh: Option<String>,
    pub(crate) link: Link,
    /// Since when the person contests that it is about them.
    pub(crate) contested: Option<String>,
    /// How a steward judged that, while it has yet to take effect.
    pub(crate) judged: Option<String>,
    /// Whether it was judged not to be about the person.
    pub(crate) is_judged_away: bool,
    /// What it is called when they contest it; on their own page alone.
    pub(crate) name: Option<String>,
}

impl Record {
    /// Tells whether there is something in it that could be contested: it is not, nor was it just judged so.
    pub(crate) fn may_be_contested(&self) -> bool {
        self.contested.is_none() && !self.is_judged_away
    }
}

/// How sure it is that the record belongs to the person.
pub(crate) struct Link {
    pub(crate) alone: bool,
    /// Whether others of the page are linked to it, where it is not linked itself.
    pub(crate) is_linked_to: bool,
    pub(crate) percent: String,
    pub(crate) weight: String,
    pub(crate) via: Option<String>,
    /// Whether it is so since a steward judged it.
    pub(crate) judged: bool,
    pub(crate) waterfall: Waterfall,
}

/// How the weight of a link comes about, step by step.
#[derive(Default)]
pub(crate) struct Waterfall {
    pub(crate) steps: Vec<Step>,
    /// Where no weight is, between 0 and 200.
    pub(crate) zero: String,
}

impl Waterfall {
    /// Says beside the sum that a judgement decides, and not that.
    pub(super) fn say_judged(&mut self, t: Words) {
        if let Some(whole) = self.steps.last_mut() {
            let judged = t.s("step-judged");
            whole.sentence = format!("{} {judged}", whole.sentence);
            whole.plain = format!("{} {judged}", whole.plain);
        }
    }
}

/// A comparison and what it adds; the last step is all of them together.
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) sentence: String,
    /// The same for the person whom it is about.
    pub(crate) plain: String,
    pub(crate) weight: String,
    /// The weight in words.
    pub(crate) strength: String,
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
    let searched = view.app.last_search(view.acting()?)?.is_some();
    let (frame, dossier) = (view.frame()?, dossier(view, found));
    view.page(&PersonPage { frame, t: view.t, person, dossier, may_search: true, searched })
}

/// Gives a dossier as the page shows it.
pub(crate) fn dossier(view: &View, found: DossierView) -> Dossier {
    let t = view.t;
    let records = || found.sections.iter().flat_map(|section| &section.records);
    let fields = || records().flat_map(|record| record.values.fields()).filter(|field| field.value.text().is_some());
    // Of what a steward judged the percentage doesn't say how certain it is.
    let weighed = records().filter(|record| !record.link.alone && !record.link.judged);
    let weakest = weighed.map(|record| record.link.probability).min_by(f64::total_cmp);
    let known = known_as(view.app.project(), &found.sections);
    let name = known.as_ref().map(|known| known.text.clone());
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
        contests: Vec::new(),
        name,
        other_names: known.as_ref().map(|known| known.others.clone()).unwrap_or_default(),
        name_differs: known.as_ref().is_some_and(|known| known.differs),
        name_is_written_differently: known.as_ref().is_some_and(|known| known.is_written_differently),
        answers: found.sections.iter().flat_map(|section| answers(view, section)).collect(),
        at: found.at.clone(),
        log_index: t.number(&found.log_index),
        registers: found.sections.len() as u64,
        records: records().count() as u64,
        given: fields().filter(|field| field.column.rule.disclosure == "value").count() as u64,
        masked: fields().filter(|field| field.column.rule.disclosure != "value").count() as u64,
        withheld: found.sections.iter().map(|section| section.withheld.len() as u64).sum(),
        weakest: weakest.map(|weakest| t.percent(&weakest)),
        identity: conflicts(view, &found.sections),
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

/// Gives what the purpose asked of the records of a register, and the answers.
fn answers(view: &View, section: &SectionView) -> Vec<Answer> {
    let register = view.t.pick(&section.title, &section.title_fr);
    let mut answers = Vec::new();
    for (record, number) in section.records.iter().zip(1..) {
        for field in record.values.fields().filter(|field| field.column.rule.disclosure == "yes-no") {
            let Shown { title, text, .. } = shown(view.t, view.app.project(), &section.register, field);
            let Some(says) = text else { continue };
            let is_one = section.records.len() == 1;
            let record = if is_one { register.to_owned() } else { format!("{register} {number}") };
            let href = format!("#{}", record_anchor(&section.register, number));
            answers.push(Answer { title, says, record, href });
        }
    }
    answers
}

fn section(view: &View, section: &SectionView, found: &DossierView) -> Section {
    let t = view.t;
    let is_own = is_own(found);
    let purpose = view.purpose_says(&found.purpose);
    let less = |column: &GivenColumn| if is_own { reduced_to_oneself(t, column) } else { reduced(t, column, &purpose) };
    let reduced = section.columns.iter().filter_map(less).collect();
    let withheld = section.withheld.iter().map(|column| kept(view, column, &found.reasons)).collect();
    let ask = if is_own {
        let sentence = t.with("ask-oneself", "contact", view.contact_of(&section.agency));
        vec![line(&sentence, view.address_of(&section.agency))]
    } else {
        view.whom_to_ask(std::slice::from_ref(&section.agency), &found.purpose)
    };
    Section {
        id: section.register.replace('_', "-"),
        register: section.register.clone(),
        title: t.pick(&section.title, &section.title_fr).to_owned(),
        agency: view.agency_title(&section.agency),
        laws: t.law(&section.legal_basis, section.legal_basis_fr.as_deref()),
        bought: section.bought.clone(),
        count: section.records.len() as u64,
        records: section
            .records
            .iter()
            .zip(1..)
            .map(|(record, number)| self::record(view, found, section, record, number))
            .collect(),
        reduced: KeptColumns::reduced(t, reduced).map(|kept| kept.asking(&ask).told_to_oneself(is_own)),
        withheld: KeptColumns::withheld(t, withheld).map(|kept| kept.asking(&ask).told_to_oneself(is_own)),
    }
}

/// Tells whether a dossier is what a citizen reads about themselves.
fn is_own(found: &DossierView) -> bool {
    found.person == "me"
}

/// Gives how a contest of a record was judged, as officers read it, or the person.
pub(crate) fn judged(t: Words, judged: &service::ContestJudged, is_own: bool) -> String {
    let when = t.moment(&judged.at);
    match (judged.verdict.as_str(), is_own) {
        ("different", true) => t.with("record-judged-different-own", "when", when),
        ("different", false) => t.with("record-judged-different", "when", when),
        ("same", true) => t.with("record-judged-same-own", "when", when),
        ("same", false) => t.with("record-judged-same", "when", when),
        _ => t.with("record-judged-cannot-say", "when", when),
    }
}

fn record(view: &View, found: &DossierView, section: &SectionView, record: &RecordView, number: u64) -> Record {
    let t = view.t;
    let is_own = is_own(found);
    let contest_judged = record.contest_judged.as_ref();
    Record {
        judged: contest_judged.map(|found| judged(t, found, is_own)),
        is_judged_away: contest_judged.is_some_and(|found| found.verdict == "different"),
        anchor: record_anchor(&section.register, number),
        number,
        fields: record.values.fields().map(|field| placed(view, &section.register, field)).collect(),
        file: record.file.clone(),
        row: record.row.map(|row| record_of_file(t, row)),
        fresh: record.run.as_deref().and_then(moment_of_run),
        run: record.run.clone(),
        link: Link { is_linked_to: is_linked_to(&found.sections, section, record), ..link(view, &record.link) },
        contested: record.contested_since.clone(),
        name: record.name.clone(),
    }
}

/// Gives the moment that the name of a run tells (`r20261124-064000-123-7`); none for names of other forms.
pub(crate) fn moment_of_run(run: &str) -> Option<String> {
    let text = run.strip_prefix('r')?.get(..15)?;
    let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d-%H%M%S").ok()?;
    Some(moment.and_utc().to_rfc3339())
}

/// Tells whether other records of the page are linked to one that is not linked itself. What a link tells is the register of the
/// record that another agrees with most: which one it is is known where the page has one of that register.
pub(crate) fn is_linked_to(sections: &[SectionView], section: &SectionView, record: &RecordView) -> bool {
    let is_tied = |other: &RecordView| other.link.via.as_deref() == Some(section.register.as_str());
    let mut others = sections.iter().flat_map(|section| &section.records);
    record.link.alone && section.records.len() == 1 && others.any(is_tied)
}

fn link(view: &View, link: &LinkEvidence) -> Link {
    let t = view.t;
    let mut waterfall = waterfall(t, &link.fields, link.weight, link.probability);
    if link.judged {
        waterfall.say_judged(t);
    }
    Link {
        alone: link.alone,
        is_linked_to: false,
        percent: t.percent(&link.probability),
        weight: t.weight(&link.weight),
        via: link.via.as_deref().map(|register| view.register_title(register)),
        judged: link.judged,
        waterfall,
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
        (name(field), told(t, field), told_plainly(t, field), field.weight, kind)
    };
    // What speaks of the persons comes after all that speaks of the pair.
    let of_persons = [service::FieldEvidence::AGAINST, service::FieldEvidence::PENALTY, service::FieldEvidence::BEYOND];
    let (after, before): (Vec<_>, Vec<_>) = fields.iter().partition(|field| of_persons.contains(&field.name.as_str()));
    let mut parts: Vec<(String, String, String, f64, &'static str)> = before.into_iter().map(part).collect();
    let rest = weight - fields.iter().map(|field| field.weight).sum::<f64>();
    if rest.abs() >= LEAST_REST {
        parts.push((t.s("step-rest-name"), t.s("step-rest"), t.s("plain-rest"), rest, "rest"));
    }
    parts.extend(after.into_iter().map(part));
    let sums = parts.iter().scan(0.0, |sum, (_, _, _, weight, _)| {
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
        .map(|((name, sentence, plain, weight, kind), (from, to))| Step {
            name,
            sentence,
            plain,
            weight: t.weight(&weight),
            strength: strength(t, weight),
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
        plain: t.with("plain-whole", "percent", t.percent(&probability)),
        weight: t.weight(&weight),
        strength: strength(t, weight),
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
    let level = sentence(&level(t, field));
    let told = t.with_all("step-found", &[("level", level), ("m", share(t, m)), ("u", share(t, u))]);
    let Some(held_by) = field.term_frequency else { return told };
    let rarity = if field.term_frequency_weight >= 0.0 { "step-rare" } else { "step-frequent" };
    format!("{told} {}", t.with(rarity, "share", share(t, held_by)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    #[test]
    fn beside_the_sum_of_a_judged_link_it_is_said_that_the_judgement_decides() {
        let fields = [evidence(service::FieldEvidence::PRIOR, -10.0), evidence("first_name", 6.0)];
        for (language, judged) in
            [(Language::English, "judged them to be one person"), (Language::French, "a jugé qu’il s’agit d’une même")]
        {
            let t = Words::new(language);
            let mut told = waterfall(t, &fields, -4.0, 0.06);
            assert!(told.steps.iter().all(|step| !step.sentence.contains(judged)));
            told.say_judged(t);
            let (whole, parts) = told.steps.split_last().unwrap();
            assert!(whole.sentence.contains(judged) && whole.plain.contains(judged), "{}", whole.sentence);
            assert!(parts.iter().all(|step| !step.sentence.contains(judged)));
        }
        let mut nothing = Waterfall::default();
        nothing.say_judged(Words::new(Language::English));
        assert!(nothing.steps.is_empty(), "where nothing is told of how they agree");
    }

    #[test]
    fn a_run_tells_when_it_was() {
        assert_eq!(moment_of_run("r20261124-064000-123-7").unwrap(), "2026-11-24T06:40:00+00:00");
        for other in ["", "r", "run-1", "r2026é124-064000"] {
            assert_eq!(moment_of_run(other), None, "{other}");
        }
    }

    /// A register with a record for each of these: the register of the one that it agrees with most.
    fn tied(register: &str, vias: &[Option<&str>]) -> SectionView {
        let record = |via: &Option<&str>| RecordView {
            values: service::Values::none(),
            file: None,
            row: None,
            run: None,
            link: LinkEvidence {
                weight: 0.0,
                probability: 1.0,
                alone: via.is_none(),
                via: via.map(str::to_owned),
                judged: false,
                fields: Vec::new(),
            },
            contested_since: None,
            contest_judged: None,
            name: None,
        };
        SectionView {
            register: register.to_owned(),
            title: register.to_owned(),
            title_fr: register.to_owned(),
            agency: "finance".to_owned(),
            agency_title: "Finance".to_owned(),
            legal_basis: String::new(),
            legal_basis_fr: None,
            bought: None,
            columns: service::Said::default(),
            records: vias.iter().map(record).collect(),
            withheld: service::Said::default(),
        }
    }

    #[test]
    fn others_are_linked_to_the_only_record_of_the_register_that_they_name() {
        let reached = |sections: &[SectionView]| -> Vec<bool> {
            let all = sections.iter().flat_map(|section| section.records.iter().map(move |record| (section, record)));
            all.map(|(section, record)| is_linked_to(sections, section, record)).collect()
        };
        assert_eq!(reached(&[tied("population", &[None]), tied("loans", &[Some("population")])]), [true, false]);
        assert_eq!(reached(&[tied("population", &[None]), tied("loans", &[None])]), [false, false]);
        // Which one of several is meant isn't known; one that is linked itself says how.
        assert_eq!(reached(&[tied("tax", &[None, Some("tax")]), tied("loans", &[Some("tax")])]), [false; 3]);
        assert_eq!(reached(&[tied("tax", &[Some("loans")]), tied("loans", &[Some("tax")])]), [false; 2]);
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
