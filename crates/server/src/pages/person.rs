//! One person, assembled for the purpose that was chosen.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use model::agency::RoleKind;

use super::frame::Frame;
use super::map::{Map, map};
use super::relations::{Relations, record_anchor, relations};
use super::search::work_of;
use super::timeline::{Timeline, timeline};
use super::values::{Kept, Shown, comparison, headline, kept, sentence, share, shown};
use super::view::View;
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, DossierView, EarlierView, Field, LinkEvidence, ReasonView, RecordView, SectionView};

/// Half the width of the picture of weights, in its own units.
const HALF_WIDTH: f64 = 100.0;

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
    /// What the registers say of who the person is, agreeing or not.
    pub(crate) identity: Vec<Identity>,
    pub(crate) sections: Vec<Section>,
    pub(crate) timeline: Option<Timeline>,
    pub(crate) map: Option<Map>,
    /// Why there is no map, where there should be one.
    pub(crate) map_missing: Option<String>,
    pub(crate) relations: Option<Relations>,
    pub(crate) earlier: Vec<Earlier>,
}

/// A look of the same agency before this one.
pub(crate) struct Earlier {
    pub(crate) at: String,
    pub(crate) role: String,
    pub(crate) purpose: String,
}

/// One thing that says who someone is, and which registers say what.
pub(crate) struct Identity {
    pub(crate) title: String,
    /// Each value with the registers that have it, the most frequent first.
    pub(crate) values: Vec<(String, Vec<String>)>,
    pub(crate) conflict: bool,
}

/// The records of a register.
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) agency: String,
    pub(crate) legal_basis: String,
    pub(crate) bought: Option<String>,
    pub(crate) count: u64,
    pub(crate) records: Vec<Record>,
    pub(crate) withheld: Vec<Kept>,
    pub(crate) withheld_count: u64,
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
    pub(crate) steps: Vec<Step>,
}

/// A comparison and what it adds.
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) sentence: String,
    pub(crate) weight: String,
    /// Where its bar begins and how long it is, between 0 and 200; 100 is no weight.
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) against: bool,
}

/// Shows a dossier.
pub(crate) async fn page(view: View, Path(person): Path<String>) -> Response {
    let answer = open(&view, &person).await;
    view.answer_asked(Some("person"), answer)
}

async fn open(view: &View, person: &str) -> Result<Response, Problem> {
    view.acting()?.must_be(RoleKind::Officer)?;
    let work = work_of(view)?;
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
        Ok(map) => (map, None),
        Err(why) => (None, Some(why)),
    };
    Dossier {
        timeline: timeline(view, &found.sections),
        map,
        map_missing,
        relations: relations(view, &found.sections, name.as_deref()),
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
        identity: identity(view, &found.sections),
        sections: found.sections.iter().map(|section| self::section(view, section, &found.reasons)).collect(),
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

/// Gathers what registers say of who the person is. Values are compared as they are shown, without regard to case, and
/// none is chosen over another.
fn identity(view: &View, sections: &[SectionView]) -> Vec<Identity> {
    let t = view.t;
    let mut found: Vec<Identity> = Vec::new();
    for section in sections {
        let register = t.pick(&section.title, &section.title_fr);
        let is_identity = |field: &Field<'_>| {
            let rule = &field.column.rule;
            rule.class == "identity" && rule.disclosure == "value"
        };
        for field in section.records.iter().flat_map(|record| record.values.fields()).filter(is_identity) {
            let field = shown(t, view.app.project(), &section.register, field);
            let Some(text) = field.text else { continue };
            let at = found.iter().position(|known| known.title.eq_ignore_ascii_case(&field.title));
            let entry = match at {
                Some(at) => &mut found[at],
                None => {
                    found.push(Identity { title: field.title, values: Vec::new(), conflict: false });
                    let last = found.len() - 1;
                    &mut found[last]
                }
            };
            match entry.values.iter_mut().find(|(known, _)| known.to_lowercase() == text.to_lowercase()) {
                Some((_, registers)) if registers.iter().any(|known| known == register) => {}
                Some((_, registers)) => registers.push(register.to_owned()),
                None => entry.values.push((text, vec![register.to_owned()])),
            }
        }
    }
    for entry in &mut found {
        entry.values.sort_by_key(|(_, registers)| std::cmp::Reverse(registers.len()));
        entry.conflict = entry.values.len() > 1;
    }
    found
}

fn section(view: &View, section: &SectionView, reasons: &[Arc<ReasonView>]) -> Section {
    let t = view.t;
    Section {
        id: section.register.replace('_', "-"),
        title: t.pick(&section.title, &section.title_fr).to_owned(),
        agency: view.agency_title(&section.agency),
        legal_basis: section.legal_basis.clone(),
        bought: section.bought.clone(),
        count: section.records.len() as u64,
        records: section
            .records
            .iter()
            .zip(1..)
            .map(|(record, number)| self::record(view, section, record, number))
            .collect(),
        withheld: section.withheld.iter().map(|column| kept(t, column, reasons)).collect(),
        withheld_count: section.withheld.len() as u64,
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
        steps: steps(t, &link.fields),
    }
}

/// Gives comparisons with bars on one scale: right of the middle for, left of it against.
pub(crate) fn steps(t: Words, fields: &[service::FieldEvidence]) -> Vec<Step> {
    let largest = fields.iter().map(|field| field.weight.abs()).fold(1.0, f64::max);
    let step = |field: &service::FieldEvidence| {
        let width = field.weight.abs() / largest * HALF_WIDTH;
        let x = if field.weight < 0.0 { HALF_WIDTH - width } else { HALF_WIDTH };
        Step {
            name: match field.name.as_str() {
                service::FieldEvidence::PRIOR => t.s("step-prior-name"),
                service::FieldEvidence::HOUSEHOLD => t.s("step-household-name"),
                name => comparison(t, name),
            },
            sentence: told(t, field),
            weight: t.weight(&field.weight),
            x: format!("{x:.1}"),
            width: format!("{width:.1}"),
            against: field.weight < 0.0,
        }
    };
    fields.iter().map(step).collect()
}

/// Gives what a comparison found, in a sentence or two.
fn told(t: Words, field: &service::FieldEvidence) -> String {
    match (field.level.as_str(), field.m) {
        (service::FieldEvidence::PRIOR, None) => return t.s("step-prior"),
        (service::FieldEvidence::HOUSEHOLD, None) => return t.s("step-household"),
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

    #[test]
    fn bars_share_one_scale_and_stay_within_it() {
        let field = |weight| service::FieldEvidence {
            name: "first_name".into(),
            left: Vec::new(),
            right: Vec::new(),
            level: "equal".into(),
            m: Some(0.8),
            u: Some(0.0005),
            weight,
            term_frequency: None,
            term_frequency_weight: 0.0,
            sentence: String::new(),
        };
        let steps = steps(Words::new(Language::English), &[field(8.0), field(-4.0), field(0.0)]);
        assert_eq!(steps[0].name, "First name");
        assert!(steps[0].sentence.starts_with("Equal.") && steps[0].sentence.contains("1 in 2,000"));
        let bars: Vec<(&str, &str, bool)> = steps.iter().map(|s| (s.x.as_str(), s.width.as_str(), s.against)).collect();
        assert_eq!(bars, [("100.0", "100.0", false), ("50.0", "50.0", true), ("100.0", "0.0", false)]);
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
