//! What a citizen sees: who looked at them, and what is held about them.

use askama::Template;
use axum::response::Response;
use gate::Part;
use serde::Deserialize;

use super::contest::{self, ContestRow};
use super::done::done_and_said;
use super::frame::Frame;
use super::person::{Dossier, dossier};
use super::rules::told;
use super::values::{Rule, rules};
use super::view::{Asked, View, number_of};
use super::words::{ProjectText, Words};
use crate::problem::Problem;
use crate::service::{self, ClassRule, LookView};

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
pub(crate) struct Group {
    pub(crate) at: String,
    pub(crate) own: bool,
    pub(crate) sentence: String,
    pub(crate) looks: Vec<Look>,
}

/// A look as the page shows it.
pub(crate) struct Look {
    pub(crate) log_index: u64,
    at: String,
    /// A sentence: who did what.
    sentence: String,
    own: bool,
    pub(crate) role: Option<String>,
    pub(crate) says: Option<String>,
    pub(crate) laws: Vec<ProjectText>,
    pub(crate) registers: Vec<String>,
    pub(crate) rules: Vec<Rule>,
    /// Registers with their columns of these classes.
    pub(crate) columns: Vec<(String, String)>,
    pub(crate) case_named: bool,
    /// What was done, where the program gave the reason.
    pub(crate) done: Option<String>,
    /// What whoever looked gave as their reason.
    pub(crate) justification: Option<String>,
    /// What the rules that refused it say, and their names.
    pub(crate) refused: Vec<(String, String)>,
    pub(crate) entry: String,
    pub(crate) commitment: String,
    pub(crate) parts: Vec<Receipt>,
}

/// A part of what the log binds.
pub(crate) struct Receipt {
    pub(crate) name: String,
    /// None when the part concerns others and stays closed.
    pub(crate) salt: Option<String>,
    pub(crate) text: String,
    pub(crate) digest: String,
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
        groups: grouped(
            view.t,
            found.looks,
            |register| view.register_title(register),
            |register, classes| columns_of(view, register, classes),
        ),
        log_index: view.t.number(&found.log_index),
        keys: found.keys,
        older: found.next.map(|next| format!("/me?before={next}")),
        is_first: before.is_none(),
    };
    view.page(&page)
}

/// Gives looks as the page shows them, in the order in which they are given.
/// `columns_of` gives the columns of a register that are of some of the classes.
pub(crate) fn grouped(
    t: Words,
    looks: Vec<LookView>,
    register_title: impl Fn(&str) -> String,
    columns_of: impl Fn(&str, &[ClassRule]) -> Vec<String>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for look in looks.into_iter().map(|found| look(t, found, &register_title, &columns_of)) {
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

/// Gives what people call the columns of a register that are of classes of which anything is given, as the register is now.
fn columns_of(view: &View, register: &str, classes: &[ClassRule]) -> Vec<String> {
    let register = view.app.project().registers.values().find(|known| known.id.as_str() == register);
    let is_given = |column: &model::Column| {
        let class = column.class.to_string();
        classes.iter().any(|rule| rule.class == class && !matches!(&*rule.disclosure, "withheld" | "match-only"))
    };
    let title = |column: &model::Column| {
        view.t.pick(&column.title, column.title_fr.as_deref().unwrap_or(&column.title)).to_owned()
    };
    let columns = register.into_iter().flat_map(|register| register.columns.values());
    columns.filter(|column| is_given(column)).map(title).collect()
}

fn look(
    t: Words,
    found: LookView,
    register_title: impl Fn(&str) -> String,
    columns_of: impl Fn(&str, &[ClassRule]) -> Vec<String>,
) -> Look {
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
    let (done, justification) = done_and_said(t, found.justification);
    Look {
        log_index: found.log_index,
        at: found.at,
        sentence,
        own,
        role: found.role.map(|role| t.pick(&role, found.role_fr.as_deref().unwrap_or(&role)).to_owned()),
        says,
        laws: t.laws(&found.legal_basis, found.legal_basis_fr.as_deref()),
        columns: found
            .registers
            .iter()
            .map(|register| (register_title(register), columns_of(register, &found.classes).join(", ")))
            .filter(|(_, columns)| !columns.is_empty())
            .collect(),
        registers: found.registers.iter().map(|register| register_title(register)).collect(),
        rules: rules(t, &found.classes),
        case_named: found.case_named,
        done,
        justification,
        refused: told(t, &found.refused),
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
    let title = |register: &str| view.register_title(register);
    let contests = found.contests.iter().map(|contest| contest::row(t, contest, title)).collect();
    let dossier = dossier(view, found.dossier);
    let page = RecordsPage { frame: view.frame()?, t, dossier, may_search: false, contests, told, told_unreached };
    view.page(&page)
}
