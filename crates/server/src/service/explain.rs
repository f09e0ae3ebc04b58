//! Why two records are, or are not, of one person.

use std::cmp::Ordering;
use std::sync::Arc;

use model::request::Action;
use model::{Project, RecordId, Register, RegisterId};
use registry::{Effect, FieldEvidence, Merge, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::given::{ReasonView, Reasons};
use super::review::{
    ContestedView, ReviewRow, SaidView, account, contested_views, needs_second, open_contests, review_row, reviews,
    said_view,
};
use super::work::{WorkForm, request};
use crate::app::{App, Who};
use crate::problem::Problem;

/// What the linkage made of two records, and on what that rests.
#[derive(Clone, Serialize, ToSchema)]
pub struct OutcomeView {
    /// `together` or `apart`.
    pub outcome: String,
    /// `judged` (a steward judged so), `score` (how much the two agree), `others` (other records of their persons, or a judgement of
    /// others), `kept-apart` (they agree enough, and their persons are kept apart all the same), `others-fit` (they agree enough,
    /// one is of an attached register, and another person fits it about as well), or `untold` (only a part of how much they agree
    /// may be told, and by that part it would be otherwise).
    pub ground: String,
    /// What a steward judged, `same` or `different`, where that is the ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Whether the weight beside it is what the purpose gives of both, and not all that the linkage compares.
    pub by_given: bool,
    /// What keeps their persons apart, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<MergeView>,
    /// All of it in a sentence.
    pub sentence: String,
}

/// What keeps two persons apart although a pair of theirs agrees enough, in log2 odds. The weight of that pair, `against` and
/// `penalty` add up to `weight`. Other records than those that are shown have their say in it, as they have in who is one
/// person; records that are only attached have none.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub struct MergeView {
    /// What it weighs that both are one person.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// What their other records hold against it, at most 0.
    pub against: f64,
    /// What it costs that a register with one record for each person would have several, at most 0. It is given where the
    /// purpose shows every register that is held to have one record for each person; else `against` has it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub penalty: Option<f64>,
}

impl From<&Merge> for MergeView {
    fn from(merge: &Merge) -> Self {
        let Merge { weight, against, penalty } = *merge;
        Self { weight, probability: merge.probability(), against, penalty }
    }
}

impl From<&Outcome> for OutcomeView {
    fn from(outcome: &Outcome) -> Self {
        Self {
            outcome: if outcome.is_one_person { "together" } else { "apart" }.to_owned(),
            ground: outcome.ground.as_str().to_owned(),
            verdict: outcome.verdict.map(|verdict| verdict.as_str().to_owned()),
            by_given: outcome.by_given,
            merge: outcome.merge.as_ref().map(MergeView::from),
            sentence: outcome.sentence().to_owned(),
        }
    }
}

impl OutcomeView {
    /// Gives the steps that come after those of the pair, where its persons are kept apart.
    pub(crate) fn steps(&self) -> Vec<FieldEvidence> {
        let merge = self.merge.map(|MergeView { weight, against, penalty, .. }| Merge { weight, against, penalty });
        merge.as_ref().map(FieldEvidence::of_merge).unwrap_or_default()
    }
}

/// Which two records are meant, and under which purpose, for which case and why.
#[derive(Clone, Deserialize, ToSchema)]
pub struct ExplainForm {
    /// Under which purpose of link review, for which case and why.
    #[serde(flatten)]
    pub work: WorkForm,
    /// The one record: its register, `:` and its key as the register's files write it (commas between several columns), or the 32
    /// hexadecimal digits of its id.
    #[schema(example = "loans:SL-2026-0417")]
    pub left: String,
    /// The other.
    #[schema(example = "tax:ffeeddccbbaa99887766554433221100")]
    pub right: String,
}

/// Why two records are, or are not, of one person.
#[derive(Clone, Serialize, ToSchema)]
pub struct ExplainedView {
    /// The generation of the index that knows the two so; what is said of them names it.
    pub generation: String,
    /// The number of its entry in the log, which has the persons of both records as subjects.
    pub log_index: u64,
    /// The record with the smaller id.
    pub left: ReviewRow,
    /// The other.
    pub right: ReviewRow,
    /// Log2 of the odds that they are of one person. Of a pair of which nothing was kept, by what the purpose gives of both.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// Field by field how they compare.
    #[schema(value_type = Vec<Object>)]
    pub fields: Vec<FieldEvidence>,
    /// What the linkage made of the two, and on what that rests.
    pub outcome: OutcomeView,
    /// Why columns are withheld.
    #[schema(value_type = Vec<ReasonView>)]
    pub reasons: Vec<Arc<ReasonView>>,
    /// Of how many records their persons are.
    #[schema(value_type = Object)]
    pub effect: Effect,
    /// That the person contests the link, while nobody has judged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contested: Option<ContestedView>,
    /// That the person contests the other of the two records as well: one judgement settles both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contested_too: Option<ContestedView>,
    /// What was said of the two last and not taken back, whatever was linked and indexed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<SaidView>,
    /// The verdicts that count only when a second steward comes to the same.
    pub second_reviewer: Vec<String>,
}

/// Reads how somebody names a record: by its register, `:` and its key, or by its register, `:` and the 32 hexadecimal digits of its
/// id. A key is written as the register's files write it; that of several columns has commas between. None where it can't be read.
///
/// Whether there is such a register or record is not told by it.
pub(crate) fn named_record(project: &Project, text: &str) -> Option<RecordId> {
    let text = text.trim();
    if let Ok(record) = text.parse() {
        return Some(record);
    }
    let (register, key) = text.split_once(':')?;
    let (id, key): (RegisterId, &str) = (register.trim_end().parse().ok()?, key.trim());
    if key.chars().all(|letter| letter == ',' || letter.is_whitespace()) {
        return None;
    }
    let values = project.registers.get(&id).and_then(|register| values_of_key(register, key));
    // What is no key of the register is nobody's, as a key is that no record has.
    let values = values.unwrap_or_else(|| vec![Some(key.to_owned())]);
    let values: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
    Some(RecordId::from_key(&id, &values))
}

/// Reads a key as record ids know it. A comma in a key of one column is its own.
fn values_of_key(register: &Register, key: &str) -> Option<Vec<Option<String>>> {
    let written: Vec<&str> = if register.key.len() > 1 { key.split(',').collect() } else { vec![key] };
    if written.len() != register.key.len() {
        return None;
    }
    let of_column = |(name, written): (&String, &str)| match written.trim() {
        "" => Some(None),
        written => source::text_in_ids(register.columns.get(name)?, written).map(Some),
    };
    register.key.iter().zip(written).map(of_column).collect()
}

/// Reads how somebody names two records, and gives the one with the smaller id first.
///
/// # Errors
/// When they can't be read or are the same.
pub(super) fn named_records(project: &Project, one: &str, other: &str) -> Result<(RecordId, RecordId), Problem> {
    let unread = || {
        let what = "`left` and `right` name two records: each by its register, `:` and its key, or the 32 hexadecimal digits \
                    of its id";
        Problem::new("bad-request", what).in_words("problem-is-record-id")
    };
    let record = |text: &str| named_record(project, text).ok_or_else(unread);
    let (one, other) = (record(one)?, record(other)?);
    match one.cmp(&other) {
        Ordering::Less => Ok((one, other)),
        Ordering::Greater => Ok((other, one)),
        Ordering::Equal => Err(unread()),
    }
}

/// Gives that a record which somebody names is not there or out of reach, which of both is told to nobody.
pub(super) fn out_of_reach() -> Problem {
    let what = "a record is not there, or out of reach of this purpose";
    Problem::new("not-found", what).in_words("problem-is-out-of-reach")
}

/// Explains any two records, of the queue or not. It is a look at both persons, as showing a pair of the queue is; as whoever
/// asks names them, they count to the budget of the account under the purpose.
///
/// # Errors
/// When the ids can't be read or are the same; what the gate refuses, and what fails; when a record is unknown or out of
/// reach, which is the same answer, and in the log as a look at whoever is there.
pub async fn explain(app: &App, who: &Who, form: &ExplainForm) -> Result<ExplainedView, Problem> {
    let request = request(who, &form.work, Action::ReviewLink)?;
    let permit = app.gate().decide(&request).await?;
    let (left, right) = named_records(app.project(), &form.left, &form.right)?;
    // What is not there is told only once it is in the log that somebody asked.
    let pair = app.index().named_pair(app.gate(), permit, (&left, &right)).await?.ok_or_else(out_of_reach)?;
    // Read after the look was written: what was contested and said before is shown.
    let reached = app.gate().decide(&request).await?;
    let (contests, account, both) = (open_contests(app, &reached).await?, account(who)?, (&left, &right));
    let (reviews, generation) = (reviews(app).await?, app.index().generation());
    let last = app.state().said_last(generation, both.0, both.1).await;
    let last = last.map_err(|error| Problem::failure("unavailable", &error))?;
    let said = last.map(|review| said_view(&reviews, &contests, account, both, &review));
    let (contested, contested_too) = contested_views(&contests, both);
    let mut reasons = Reasons::default();
    let left_row = review_row(app, &pair.left, pair.left_shown.as_ref(), &mut reasons)?;
    let right_row = review_row(app, &pair.right, pair.right_shown.as_ref(), &mut reasons)?;
    Ok(ExplainedView {
        generation: generation.to_owned(),
        log_index: pair.leaf,
        left: left_row,
        right: right_row,
        weight: pair.weight,
        probability: pair.probability,
        outcome: OutcomeView::from(&pair.outcome),
        fields: pair.fields,
        reasons: reasons.into_views(),
        effect: pair.effect,
        contested,
        contested_too,
        said,
        second_reviewer: needs_second(app).iter().map(|verdict| verdict.as_str().to_owned()).collect(),
    })
}
