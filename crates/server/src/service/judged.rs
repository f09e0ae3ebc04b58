//! What stewards said since the index was built: to go back to it, and not to ask the same once more.

use std::collections::HashMap;

use gate::Permit;
use model::request::Action;
use model::{OfficerId, RecordId, Verdict};
use registry::{Index, PersonPairs};
use serde::Serialize;
use state::{Contest, Judged, Reviews};
use utoipa::ToSchema;

use super::review::{PROPOSALS_FROM, account, is_contested_since, open_contests, review_work, reviews};
use super::work::request;
use crate::app::{App, Who};
use crate::problem::Problem;

/// The most judgements that are listed at once.
pub(crate) const JUDGEMENTS_MAX: u64 = 20;

/// What one steward said and a second has yet to say.
#[derive(Clone, Serialize, ToSchema)]
pub struct ProposalView {
    /// The number under which it is looked at.
    pub number: u64,
    /// Whether the asker said it; else it waits for them.
    pub own: bool,
    /// Since when, in UTC.
    pub at: String,
    /// What would come of it: `merge` of two persons, `apart` of two, `cut` of a link of one, or `keep` of it. Of one's own
    /// alone: whoever is the second looks at the pair first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Gives what waits for a second steward, as far as a permit reaches, the longest waiting first. What was proposed before the
/// person contested it, in one of the open `contests`, is not the first of two, and is not among it.
pub(crate) fn proposals(
    index: &Index,
    permit: &Permit,
    reviews: &Reviews,
    account: &OfficerId,
    contests: &[Contest],
) -> Result<Vec<ProposalView>, Problem> {
    let mut found = Vec::new();
    for proposal in reviews.proposals() {
        let (left, right, review) = (&proposal.left, &proposal.right, &proposal.review);
        if !index.may_review(permit, left, right) || is_contested_since(contests, (left, right), review.leaf) {
            continue;
        }
        let own = reviews.is_by(review, account);
        let are_two = index.are_two_persons(permit, left, right)?;
        let kind = match (review.verdict, are_two) {
            (Verdict::Same, true) => "merge",
            (Verdict::Same, false) => "keep",
            (_, true) => "apart",
            (_, false) => "cut",
        };
        found.push(ProposalView {
            number: PROPOSALS_FROM + review.leaf,
            own,
            at: review.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            kind: own.then(|| kind.to_owned()),
        });
    }
    Ok(found)
}

/// Gives the persons of whom a steward has said, since the index was built, that they are one or two, or an account proposes it:
/// another pair of theirs would ask the same again. That nobody can say leaves the question to other pairs of the two, and so does
/// what the person contested after it was said, in one of the open `contests`.
pub(crate) fn settled(
    index: &Index,
    permit: &Permit,
    reviews: &Reviews,
    account: &OfficerId,
    contests: &[Contest],
) -> Result<PersonPairs, Problem> {
    let judged = reviews.judged().iter().map(|judged| (&judged.left, &judged.right, &judged.review));
    let proposed = reviews.proposals().iter().filter(|proposal| reviews.is_by(&proposal.review, account));
    let proposed = proposed.map(|proposal| (&proposal.left, &proposal.right, &proposal.review));
    let said = judged.chain(proposed).filter(|(left, right, review)| {
        review.verdict != Verdict::CannotSay && !is_contested_since(contests, (*left, *right), review.leaf)
    });
    Ok(index.person_pairs(permit, said.map(|(left, right, _)| (left, right)))?)
}

/// What was judged since the index was built.
pub(crate) struct JudgementsView {
    /// At most [`JUDGEMENTS_MAX`]: one's own first, the latest before the others.
    pub(crate) judgements: Vec<JudgementView>,
    /// How many come before these.
    pub(crate) from: u64,
    /// How many there are.
    pub(crate) of: u64,
}

/// A judgement in force. Whom it is about, and why it was judged so, is on the page of the pair alone, which is a look.
pub(crate) struct JudgementView {
    /// The number under which the pair is looked at.
    pub(crate) number: u64,
    /// `pair` of the queue, `contested`, `sample`, or `link` of one person's records and whatever has no other number.
    pub(crate) kind: &'static str,
    /// `same`, `different` or `cannot-say`.
    pub(crate) verdict: String,
    /// Its entry in the log.
    pub(crate) log_index: u64,
    /// When, in UTC.
    pub(crate) at: String,
    /// Whether the asker said it.
    pub(crate) own: bool,
}

/// Gives what was judged since the index was built and counts, within reach, from the `from`th on. What the person contested after
/// it was judged waits to be judged again, and is not among it. It shows nobody, and is no look.
///
/// # Errors
/// For others than stewards, which the gate refuses on the record; what fails.
pub(crate) async fn judgements(app: &App, who: &Who, from: u64) -> Result<JudgementsView, Problem> {
    let work = review_work(app, "Seeing what was judged of links".to_owned())?;
    let permit = app.gate().decide(&request(who, &work, Action::ReviewLink)?).await?;
    let (index, reviews, account) = (app.index(), reviews(app).await?, account(who)?);
    let contests = open_contests(app, &permit).await?;
    let is_within = |judged: &&Judged| {
        let pair = (&judged.left, &judged.right);
        index.may_review(&permit, pair.0, pair.1) && !is_contested_since(&contests, pair, judged.review.leaf)
    };
    let is_own = |judged: &&Judged| reviews.is_by(&judged.review, account);
    let (own, others): (Vec<&Judged>, Vec<&Judged>) = reviews.judged().iter().filter(is_within).partition(is_own);
    let of = (own.len() + others.len()) as u64;
    let from = if from < of { from } else { 0 };
    let numbered: HashMap<(&RecordId, &RecordId), (u64, bool)> = index
        .all_pairs(&permit)
        .map(|waiting| ((waiting.left, waiting.right), (waiting.number, waiting.is_uncertain)))
        .collect();
    let pairs = numbered.len() as u64;
    let mut judgements = Vec::new();
    for judged in own.into_iter().chain(others).skip(from as usize).take(JUDGEMENTS_MAX as usize) {
        let (left, right, review) = (&judged.left, &judged.right, &judged.review);
        let contest = app.state().settled_contest(left, right, review.leaf).await;
        let contest = contest.map_err(|error| Problem::failure("unavailable", &error))?;
        // A contested pair may wait in the queue, or be of the sample, as well.
        let (number, kind) = match (numbered.get(&(left, right)), contest) {
            (_, Some(contest)) => (pairs + contest.id, "contested"),
            (Some((number, true)), None) => (*number, "pair"),
            (Some((number, false)), None) => (*number, "sample"),
            (None, None) => (PROPOSALS_FROM + review.leaf, "link"),
        };
        judgements.push(JudgementView {
            number,
            kind,
            verdict: review.verdict.as_str().to_owned(),
            log_index: review.leaf,
            at: review.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            own: reviews.is_by(review, account),
        });
    }
    Ok(JudgementsView { judgements, from, of })
}
