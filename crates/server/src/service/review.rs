//! Uncertain links, for data stewards.

use std::sync::Arc;

use model::request::Action;
use model::{RecordId, Subject, Verdict};
use registry::{Decided, FieldEvidence};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::given::{GivenColumn, ReasonView, Reasons, Values, WithheldColumn, given};
use super::work::{WorkForm, request};
use crate::app::{App, Who};
use crate::problem::Problem;

/// Two records that may be of one person.
#[derive(Clone, Serialize, ToSchema)]
pub struct PairView {
    /// The pair's number.
    pub number: u64,
    /// The generation of the index in which it has this number; a judgement names it.
    pub generation: String,
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
    /// Why columns are withheld.
    #[schema(value_type = Vec<ReasonView>)]
    pub reasons: Vec<Arc<ReasonView>>,
}

/// A record of a pair.
#[derive(Clone, Serialize, ToSchema)]
pub struct ReviewRow {
    /// Its register.
    pub register: String,
    /// The columns that are given.
    #[schema(value_type = Vec<GivenColumn>)]
    pub columns: Arc<[GivenColumn]>,
    /// Their values; `null` where the record has none.
    #[schema(value_type = Object)]
    pub values: Values,
    /// What is withheld, and why.
    pub withheld: Vec<WithheldColumn>,
}

/// What a steward decides.
#[derive(Clone, Deserialize, ToSchema)]
pub struct JudgementForm {
    /// The `generation` of the pair that was shown: in another one the number may be another pair's.
    pub generation: String,
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
    let mut reasons = Reasons::default();
    let mut row = |record: &RecordId, shown: &Option<gate::Disclosed>| -> Result<ReviewRow, Problem> {
        let (columns, values, withheld) = match shown {
            Some(shown) => given(app, &record.register, shown, &mut reasons)?.into_row(),
            None => (Arc::from([]), Values::none(), Vec::new()),
        };
        Ok(ReviewRow { register: record.register.to_string(), columns, values, withheld })
    };
    let (left, right) = (row(&pair.left, &pair.left_shown)?, row(&pair.right, &pair.right_shown)?);
    Ok(PairView {
        number,
        generation: index.generation().to_owned(),
        open: progress.open,
        judged: progress.judged,
        log_index: pair.leaf,
        left,
        right,
        weight: pair.weight,
        probability: pair.probability,
        fields: pair.fields,
        reasons: reasons.into_views(),
    })
}

/// Writes what a steward decided and gives the number of its log entry. It counts from the next run of `link` on.
///
/// # Errors
/// For others than stewards; a verdict or reason that is missing; a pair of another generation; what the gate refuses, and
/// what fails.
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
    let index = app.index();
    if form.generation != index.generation() {
        return Err(Problem::new("changed-meanwhile", "the pairs were numbered anew since this one was shown"));
    }
    let at = app.now()?;
    let decided = Decided { verdict, at, reason };
    let leaf = index.judge(app.lake(), app.gate(), &request, number, decided).await?;
    leaf.ok_or_else(|| Problem::new("not-found", "no uncertain pair has this number"))
}
