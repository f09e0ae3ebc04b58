//! Uncertain links, for data stewards.

use model::request::Action;
use model::{RecordId, Subject, Verdict};
use registry::{Decided, FieldEvidence};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dossier::{FieldView, Withheld, fields_of};
use super::work::{WorkForm, request};
use crate::app::{App, Who};
use crate::problem::Problem;

/// Two records that may be of one person.
#[derive(Clone, Serialize, ToSchema)]
pub struct PairView {
    /// The pair's number.
    pub number: u64,
    /// Pairs that wait.
    pub open: u64,
    /// Pairs that were judged when the index was built.
    pub judged: u64,
    /// The number of its entry in the log.
    pub log_index: u64,
    /// The one record.
    pub left: ReviewRow,
    /// The other.
    pub right: ReviewRow,
    /// Log2 of the odds that they are of one person.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// Field by field how they compare.
    #[schema(value_type = Vec<Object>)]
    pub fields: Vec<FieldEvidence>,
}

/// A record of a pair.
#[derive(Clone, Serialize, ToSchema)]
pub struct ReviewRow {
    /// Its register.
    pub register: String,
    /// The values that are given.
    pub fields: Vec<FieldView>,
    /// What is withheld, and why.
    pub withheld: Vec<Withheld>,
}

/// What a steward decides.
#[derive(Clone, Deserialize, ToSchema)]
pub struct JudgementForm {
    /// `same`, `different` or `cannot-say`.
    pub verdict: String,
    /// Why, in the steward's words.
    pub reason: String,
}

/// Gives the work of the review. Others than stewards are refused it by the gate, on the record.
fn review_work(app: &App, justification: String) -> Result<WorkForm, Problem> {
    let purpose = app.project().purposes.values().find(|purpose| purpose.subject == Subject::LinkReview);
    let purpose =
        purpose.ok_or_else(|| Problem::new("not-found", "the project has no purpose of subject `link-review`"))?;
    Ok(WorkForm { purpose: purpose.id.to_string(), case: None, justification: Some(justification) })
}

/// Shows an uncertain pair, the most uncertain first.
///
/// # Errors
/// For others than stewards; what the gate refuses, and what fails; when there is no such pair.
pub async fn pair(app: &App, who: &Who, number: u64) -> Result<PairView, Problem> {
    let work = review_work(app, "Settling an uncertain link of the queue".to_owned())?;
    let request = request(who, &work, Action::ReviewLink)?;
    let index = app.index();
    let pair = index.pair(app.gate(), &request, number).await?;
    let pair = pair.ok_or_else(|| Problem::new("not-found", "no uncertain pair has this number"))?;
    let progress = index.review_progress();
    let row = |record: &RecordId, shown: &Option<gate::Disclosed>| -> Result<ReviewRow, Problem> {
        let (rows, withheld) = match shown {
            Some(shown) => fields_of(app.project(), &record.register, shown, true)?,
            None => (Vec::new(), Vec::new()),
        };
        let fields = rows.into_iter().next().unwrap_or_default();
        Ok(ReviewRow { register: record.register.to_string(), fields, withheld })
    };
    Ok(PairView {
        number,
        open: progress.open,
        judged: progress.judged,
        log_index: pair.leaf,
        left: row(&pair.left, &pair.left_shown)?,
        right: row(&pair.right, &pair.right_shown)?,
        weight: pair.weight,
        probability: pair.probability,
        fields: pair.fields,
    })
}

/// Writes what a steward decided and gives the number of its log entry. It counts from the next run of `link` on.
///
/// # Errors
/// For others than stewards; a verdict or reason that is missing; what the gate refuses, and what fails.
pub async fn judge(app: &App, who: &Who, number: u64, form: &JudgementForm) -> Result<u64, Problem> {
    let verdict = match form.verdict.as_str() {
        "same" => Verdict::Same,
        "different" => Verdict::Different,
        "cannot-say" => Verdict::CannotSay,
        _ => return Err(Problem::new("bad-request", "`verdict` is same, different or cannot-say")),
    };
    let reason = form.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Problem::new("bad-request", "`reason` is empty: a judgement without a reason can't be reviewed"));
    }
    let work = review_work(app, reason.clone())?;
    let request = request(who, &work, Action::ReviewLink)?;
    let at = app.now()?;
    let decided = Decided { verdict, at, reason };
    let leaf = app.index().judge(app.lake(), app.gate(), &request, number, decided).await?;
    leaf.ok_or_else(|| Problem::new("not-found", "no uncertain pair has this number"))
}
