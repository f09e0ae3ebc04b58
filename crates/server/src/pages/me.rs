//! What a citizen sees: who looked at them, and what is held about them.

use askama::Template;
use axum::response::Response;
use gate::Part;
use model::RegisterId;
use model::sql_model::PERSON_COLUMNS;
use serde::Deserialize;

use super::contest;
use super::done::done_and_said;
use super::frame::Frame;
use super::person::{Dossier, Record, dossier};
use super::rules::told;
use super::values::{Rule, rules};
use super::view::{Asked, View, number_of};
use super::words::{ProjectText, Words};
use crate::problem::Problem;
use crate::service::{self, ClassRule, LookView, OwnContest};

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
    /// Whether all that there is was done by the person themselves.
    nobody_else: bool,
}

/// Looks that are shown as one: those of the person themselves that follow each other, or those of others that do and are
/// alike.
pub(crate) struct Group {
    pub(crate) at: String,
    pub(crate) own: bool,
    pub(crate) sentence: String,
    /// How often, and what the looks after the first are called, where there are several of others.
    pub(crate) times: Option<String>,
    pub(crate) others: Option<String>,
    /// The latest first.
    pub(crate) looks: Vec<Look>,
}

/// In what looks of others are alike, so that they are told as one: all that is told of them but reason and registers, and
/// the day (UTC).
#[derive(PartialEq, Eq)]
struct Likeness {
    kind: String,
    who: (Option<String>, Option<String>),
    purpose: Option<String>,
    refused: Vec<String>,
    alone: bool,
    case_named: bool,
    day: String,
}

impl Likeness {
    fn of(look: &LookView) -> Self {
        Self {
            kind: look.kind.clone(),
            who: (look.agency.clone(), look.role.clone()),
            purpose: look.purpose.clone(),
            refused: look.refused.clone(),
            alone: look.alone,
            case_named: look.case_named,
            day: look.at.chars().take(10).collect(),
        }
    }
}

/// A look as the page shows it.
pub(crate) struct Look {
    pub(crate) log_index: u64,
    pub(crate) at: String,
    /// A sentence: who did what.
    sentence: String,
    own: bool,
    likeness: Likeness,
    /// Whether it was a search, which shows a row of results.
    pub(crate) is_search: bool,
    /// Whether its entry names more classes than such a row can have.
    pub(crate) entry_names_more: bool,
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
    told: Option<String>,
    /// Where the record is that it is told of, while the page has it.
    told_at: Option<String>,
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
    let groups = grouped(
        view.t,
        found.looks,
        |register| view.register_title(register),
        |is_search, register, classes| columns_of(view, is_search, register, classes),
    );
    let page = LooksPage {
        frame: view.frame()?,
        t: view.t,
        nobody_else: before.is_none() && found.next.is_none() && is_own(&groups),
        groups,
        log_index: view.t.number(&found.log_index),
        keys: found.keys,
        older: found.next.map(|next| format!("/me?before={next}")),
        is_first: before.is_none(),
    };
    view.page(&page)
}

/// Tells whether there are looks, and none of them is another's.
fn is_own(groups: &[Group]) -> bool {
    !groups.is_empty() && groups.iter().all(|group| group.own)
}

/// Gives looks as the page shows them, in the order in which they are given.
/// `columns_of` gives the columns of a register that are of some of the classes: all of its own, or those that a row of results
/// of a search can have.
pub(crate) fn grouped(
    t: Words,
    looks: Vec<LookView>,
    register_title: impl Fn(&str) -> String,
    columns_of: impl Fn(bool, &str, &[ClassRule]) -> Vec<String>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for look in looks.into_iter().map(|found| look(t, found, &register_title, &columns_of)) {
        match groups.last_mut() {
            Some(last) if last.own && look.own => last.looks.push(look),
            Some(last) if !last.own && last.looks.iter().any(|known| known.likeness == look.likeness) => {
                last.looks.push(look);
            }
            _ => groups.push(Group {
                at: look.at.clone(),
                own: look.own,
                sentence: look.sentence.clone(),
                times: None,
                others: None,
                looks: vec![look],
            }),
        }
    }
    for group in &mut groups {
        let count = group.looks.len() as u64;
        if group.own {
            group.sentence = t.count("look-yourself", &count);
        } else if count > 1 {
            group.times = Some(t.count("look-times", &count));
            group.others = Some(t.count("look-others", &(count - 1)));
        }
    }
    groups
}

/// Gives what people call the columns of a register that are of classes of which anything is given, as the register is now. In
/// the results of a search stand records of persons, most columns of which have names that all registers have in common.
fn columns_of(view: &View, is_search: bool, register: &str, classes: &[ClassRule]) -> Vec<String> {
    let register = view.app.project().registers.values().find(|known| known.id.as_str() == register);
    let is_class_given = |class: model::Class| {
        let class = class.to_string();
        classes.iter().any(|rule| rule.class == class && !matches!(&*rule.disclosure, "withheld" | "match-only"))
    };
    if is_search {
        let Some(register) = register else { return Vec::new() };
        let given = view.app.gate().found_by(&register.id).iter().filter(|(_, class)| is_class_given(*class));
        return given.map(|(name, _)| found_title(view, &register.id, name)).collect();
    }
    let is_given = |column: &model::Column| is_class_given(column.class);
    let title = |column: &model::Column| {
        view.t.pick(&column.title, column.title_fr.as_deref().unwrap_or(&column.title)).to_owned()
    };
    let columns = register.into_iter().flat_map(|register| register.columns.values());
    columns.filter(|column| is_given(column)).map(title).collect()
}

/// Gives what people call a column of records of persons: the usual ones in the pages' words, any further one as its register
/// does.
fn found_title(view: &View, register: &RegisterId, name: &str) -> String {
    if PERSON_COLUMNS.iter().any(|(usual, _)| *usual == name) {
        return view.t.of("field", name);
    }
    let (english, french) = service::titles(view.app.project(), register, name);
    view.t.pick(&english, &french).to_owned()
}

fn look(
    t: Words,
    found: LookView,
    register_title: impl Fn(&str) -> String,
    columns_of: impl Fn(bool, &str, &[ClassRule]) -> Vec<String>,
) -> Look {
    let (likeness, is_search) = (Likeness::of(&found), found.kind == "search");
    let agency = found.agency.as_ref().map(|id| {
        let english = found.agency_title.as_deref().unwrap_or(id);
        t.pick(english, found.agency_title_fr.as_deref().unwrap_or(english)).to_owned()
    });
    let own = agency.is_none();
    let verb = if found.refused.is_empty() { "look" } else { "look-refused" };
    let sentence = match &agency {
        Some(agency) if is_search && found.alone && found.refused.is_empty() => {
            t.with("look-search-alone", "agency", agency)
        }
        Some(agency) => t.with(&format!("{verb}-{}", found.kind), "agency", agency),
        None => t.count("look-yourself", &1),
    };
    let says = found.says.as_ref().map(|says| t.pick(says, found.says_fr.as_deref().unwrap_or(says)).to_owned());
    let (done, justification) = done_and_said(t, &found);
    Look {
        log_index: found.log_index,
        at: found.at,
        likeness,
        is_search,
        entry_names_more: found.entry_names_more,
        sentence,
        own,
        role: found.role.map(|role| t.pick(&role, found.role_fr.as_deref().unwrap_or(&role)).to_owned()),
        says,
        laws: t.laws(&found.legal_basis, found.legal_basis_fr.as_deref()),
        columns: found
            .registers
            .iter()
            .map(|register| (register_title(register), columns_of(is_search, register, &found.classes).join(", ")))
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
    let contests =
        found.contests.iter().map(|contest| contest::row(t, contest, |register| view.register_title(register)));
    let contests = contests.collect();
    let told = told_of(view, &found.contests, written)?;
    let dossier = Dossier { contests, ..dossier(view, found.dossier) };
    let mut records = dossier.sections.iter().flat_map(|section| &section.records);
    let named =
        |record: &&Record| record.name.is_some() && record.name.as_deref() == told.as_ref().map(|told| &*told.record);
    let told_at = records.find(named).map(|record| format!("#{}", record.anchor));
    let (told, told_unreached) = told.map_or((None, false), |told| (Some(told.sentence), told.unreached));
    let page = RecordsPage { frame: view.frame()?, t, dossier, may_search: false, told, told_at, told_unreached };
    view.page(&page)
}

/// What was just contested, or taken back.
struct ToldOf {
    sentence: String,
    /// The record's name.
    record: String,
    /// Whether nobody can judge it.
    unreached: bool,
}

/// Gives what was just written of a contest, when it is one of theirs; whoever typed another number is told nothing.
fn told_of(view: &View, contests: &[OwnContest], written: &Written) -> Result<Option<ToldOf>, Problem> {
    let t = view.t;
    let contested = written.contested.as_deref().map(number_of).transpose()?;
    let withdrawn = written.withdrawn.as_deref().map(number_of).transpose()?;
    let is_it = |contest: &&OwnContest| match contested {
        Some(entry) => contest.log_index == entry,
        None => withdrawn.is_some() && contest.ended_log_index == withdrawn,
    };
    let Some(contest) = contests.iter().find(is_it) else { return Ok(None) };
    let entry = contested.or(withdrawn).unwrap_or_default();
    let values = [("register", view.register_title(&contest.register)), ("entry", t.number(&entry))];
    let sentence = match contested {
        None => t.with_all("contest-withdrawn", &values),
        Some(_) if contest.unreached => t.with_all("contest-written-unreached", &values),
        Some(_) => t.with_all("contest-written", &values),
    };
    Ok(Some(ToldOf { sentence, record: contest.record.clone(), unreached: contested.is_some() && contest.unreached }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    #[test]
    fn only_where_all_looks_are_ones_own_nobody_else_has_looked() {
        let look = |agency: Option<&str>| LookView {
            kind: "look".into(),
            agency: agency.map(Into::into),
            at: "2026-05-04T12:00:00Z".into(),
            ..LookView::default()
        };
        let told = |looks: Vec<LookView>| {
            let groups = grouped(Words::new(Language::English), looks, str::to_owned, |_, _, _| Vec::new());
            is_own(&groups)
        };
        assert!(told(vec![look(None), look(None)]));
        assert!(!told(vec![look(None), look(Some("education")), look(None)]));
        assert!(!told(Vec::new()), "that is said in other words");
    }
}
