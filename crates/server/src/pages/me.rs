//! What a citizen sees: who looked at them, and what is held about them.

use askama::Template;
use axum::response::Response;
use gate::Part;
use serde::Deserialize;

use super::contest::{self, ContestRow};
use super::frame::Frame;
use super::person::{Dossier, dossier};
use super::values::{Rule, rules};
use super::view::{Asked, View, number_of};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, LookView};

#[derive(Template)]
#[template(path = "looks.html")]
struct LooksPage {
    frame: Frame,
    t: Words,
    groups: Vec<Group>,
    log_index: String,
    keys: Vec<String>,
    older: Option<String>,
    is_first: bool,
}

/// Looks that are shown as one: those of the person themselves that follow each other, or a single look of others.
struct Group {
    at: String,
    own: bool,
    sentence: String,
    looks: Vec<Look>,
}

/// A look as the page shows it.
struct Look {
    log_index: u64,
    at: String,
    /// A sentence: who did what.
    sentence: String,
    own: bool,
    role: Option<String>,
    says: Option<String>,
    legal_basis: Vec<String>,
    registers: Vec<String>,
    rules: Vec<Rule>,
    case_named: bool,
    justification: Option<String>,
    refused: Vec<String>,
    entry: String,
    commitment: String,
    parts: Vec<Receipt>,
}

/// A part of what the log binds.
struct Receipt {
    name: String,
    /// None when the part concerns others and stays closed.
    salt: Option<String>,
    text: String,
    digest: String,
}

#[derive(Template)]
#[template(path = "records.html")]
struct RecordsPage {
    frame: Frame,
    t: Words,
    dossier: Dossier,
    may_search: bool,
    contests: Vec<ContestRow>,
    told: Option<String>,
    /// Whether nobody can judge what was just contested.
    told_unreached: bool,
}

/// What was just written: the number of its entry.
#[derive(Default, Deserialize)]
pub(crate) struct Written {
    contested: Option<String>,
    withdrawn: Option<String>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Before {
    before: Option<String>,
}

/// Shows who looked.
pub(crate) async fn looks(view: View, Asked(asked): Asked<Before>) -> Response {
    let answer = match asked {
        Ok(asked) => looks_page(&view, asked.before.as_deref()).await,
        Err(problem) => Err(problem),
    };
    view.answer_asked(Some("own"), answer)
}

async fn looks_page(view: &View, before: Option<&str>) -> Result<Response, Problem> {
    let before = before.map(number_of).transpose()?;
    let found = service::looks_at_self(&view.app, view.acting()?, before).await?;
    let page = LooksPage {
        frame: view.frame()?,
        t: view.t,
        groups: grouped(view.t, found.looks.into_iter().map(|found| look(view, found)).collect()),
        log_index: view.t.number(&found.log_index),
        keys: found.keys,
        older: found.next.map(|next| format!("/me?before={next}")),
        is_first: before.is_none(),
    };
    view.page(&page)
}

fn grouped(t: Words, looks: Vec<Look>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for look in looks {
        match groups.last_mut() {
            Some(last) if last.own && look.own => last.looks.push(look),
            _ => groups.push(Group {
                at: look.at.clone(),
                own: look.own,
                sentence: look.sentence.clone(),
                looks: vec![look],
            }),
        }
    }
    for group in groups.iter_mut().filter(|group| group.own) {
        group.sentence = t.count("look-yourself", &(group.looks.len() as u64));
    }
    groups
}

fn look(view: &View, found: LookView) -> Look {
    let t = view.t;
    let agency = found.agency.as_ref().map(|id| {
        let english = found.agency_title.as_deref().unwrap_or(id);
        t.pick(english, found.agency_title_fr.as_deref().unwrap_or(english)).to_owned()
    });
    let own = agency.is_none();
    let verb = if found.refused.is_empty() { "look" } else { "look-refused" };
    let sentence = match &agency {
        Some(agency) => t.with(&format!("{verb}-{}", found.kind), "agency", agency),
        None => t.count("look-yourself", &1),
    };
    let says = found.says.as_ref().map(|says| t.pick(says, found.says_fr.as_deref().unwrap_or(says)).to_owned());
    Look {
        log_index: found.log_index,
        at: found.at,
        sentence,
        own,
        role: found.role.map(|role| t.pick(&role, found.role_fr.as_deref().unwrap_or(&role)).to_owned()),
        says,
        legal_basis: found.legal_basis,
        registers: found.registers.iter().map(|register| view.register_title(register)).collect(),
        rules: rules(t, &found.classes),
        case_named: found.case_named,
        justification: found.justification,
        refused: found.refused,
        entry: found.entry,
        commitment: found.commitment,
        parts: found.parts.iter().map(receipt).collect(),
    }
}

fn receipt(part: &Part) -> Receipt {
    let digest = hex::encode(part.digest().0);
    match part {
        Part::Opened { name, salt, text } => {
            Receipt { name: name.clone(), salt: Some(hex::encode(salt.0)), text: text.clone(), digest }
        }
        Part::Closed { .. } => Receipt { name: String::new(), salt: None, text: String::new(), digest },
    }
}

/// Shows what is held.
pub(crate) async fn records(view: View, Asked(asked): Asked<Written>) -> Response {
    let answer = match asked {
        Ok(written) => records_page(&view, &written).await,
        Err(problem) => Err(problem),
    };
    view.answer_asked(Some("own"), answer)
}

async fn records_page(view: &View, written: &Written) -> Result<Response, Problem> {
    let t = view.t;
    let found = service::own_records(&view.app, view.acting()?, true).await?;
    let is_unreached = |entry| found.contests.iter().any(|known| known.log_index == entry && known.unreached);
    let (told, told_unreached) = match (&written.contested, &written.withdrawn) {
        (Some(text), _) => {
            let entry = number_of(text)?;
            let unreached = is_unreached(entry);
            let key = if unreached { "contest-written-unreached" } else { "contest-written" };
            (Some(t.with(key, "entry", t.number(&entry))), unreached)
        }
        (None, Some(text)) => (Some(t.with("contest-withdrawn", "entry", t.number(&number_of(text)?))), false),
        (None, None) => (None, false),
    };
    let contests = found.contests.iter().map(|contest| contest::row(view, contest)).collect();
    let dossier = dossier(view, found.dossier);
    let page = RecordsPage { frame: view.frame()?, t, dossier, may_search: false, contests, told, told_unreached };
    view.page(&page)
}
