//! Uncertain links, for data stewards.

use std::collections::HashSet;
use std::sync::Arc;

use gate::Permit;
use model::{OfficerId, RecordId, Subject, Verdict};
use registry::{ClusterEdge, Effect, FieldEvidence, Index, WaitReason, Waiting};
use serde::{Deserialize, Serialize};
use state::{Contest, Judged, Proposal, Review, Reviews, Standing};
use utoipa::ToSchema;

use super::explain::OutcomeView;
use super::given::{GivenColumn, Origin, ReasonView, Reasons, Values, WithheldColumn, given, origins};
use super::judged::{ProposalView, proposals, settled};
use super::own_reason::OwnReason;
use super::said::Said;
use super::work::WorkForm;
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
    /// Pairs within reach of which a judgement was in force when the index was built.
    pub judged: u64,
    /// Pairs judged since.
    pub judged_since: u64,
    /// The number of its entry in the log.
    pub log_index: u64,
    /// The one record.
    pub left: ReviewRow,
    /// The other.
    pub right: ReviewRow,
    /// Where the one came from, and what its row has besides.
    pub left_source: SourceView,
    /// The same of the other.
    pub right_source: SourceView,
    /// Log2 of the odds that they are of one person.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// The probability from which on the linkage puts two records together by themselves, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Field by field how they compare.
    #[schema(value_type = Vec<Object>)]
    pub fields: Vec<FieldEvidence>,
    /// What the linkage made of the two, and on what that rests.
    pub outcome: OutcomeView,
    /// Why it waits in the queue, where it does: `near-threshold`, `kept-apart`, `others-fit`, `weak-link` or
    /// `shared-identifier`, which is told only where the identifier is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why columns are withheld.
    #[schema(value_type = Vec<ReasonView>)]
    pub reasons: Vec<Arc<ReasonView>>,
    /// What a judgement would do.
    #[schema(value_type = Object)]
    pub effect: Effect,
    /// That the person contests the link, while nobody has judged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contested: Option<ContestedView>,
    /// That the person contests the other of the two records as well: one judgement settles both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contested_too: Option<ContestedView>,
    /// What was said of it since the index was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<SaidView>,
    /// The next pair of the same list that waits for whom is asking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// Whether the pair is of the quality sample.
    pub sampled: bool,
    /// The verdicts that count only when a second steward comes to the same.
    pub second_reviewer: Vec<String>,
    /// The persons of the two records: their records within reach, and the links that hold them together.
    pub cluster: ClusterView,
}

/// The persons of a pair.
#[derive(Clone, Serialize, ToSchema)]
pub struct ClusterView {
    /// Their records: those of the pair first, then those with the weakest links, then those of `listed` that are none of
    /// these.
    pub records: Vec<ClusterRecordView>,
    /// How many of them, from the first on, are in the picture: 24 at most.
    pub pictured: usize,
    /// The links between those of the picture, the weakest first: of each record that to the record which it agrees with most.
    pub links: Vec<ClusterLinkView>,
    /// A page of all links, the weakest first, 24 at most. Each can be cut.
    pub listed: Vec<ClusterLinkView>,
    /// How many weaker links come before those that are listed.
    pub listed_from: u64,
    /// How many links there are.
    pub link_count: u64,
    /// How many records the picture leaves out.
    pub left_out: u64,
}

/// A record of a pair's persons.
#[derive(Clone, Serialize, ToSchema)]
pub struct ClusterRecordView {
    /// `left` for the person of the left record, `right` for that of the right one where it is another.
    pub person: String,
    /// What is given of it.
    pub row: ReviewRow,
}

/// A link between two records of one person.
#[derive(Clone, Serialize, ToSchema)]
pub struct ClusterLinkView {
    /// Its number among the links of the pair's persons, in this generation.
    pub number: u64,
    /// The place of its one record in the list.
    pub left: usize,
    /// The place of the other.
    pub right: usize,
    /// Log2 of the odds that they are of one person.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// How many records would stand apart on either side without it, by the strongest links alone; none when others hold
    /// them together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apart: Option<[u64; 2]>,
    /// Whether a steward judged that they are of one person, where the index follows that: then they are, whatever the weight.
    pub judged: bool,
    /// Whether it is the pair itself.
    pub is_pair: bool,
    /// What was said of it since the index was built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<SaidView>,
}

/// Which two records are meant: a pair of the queue, or a link of its persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairPlace {
    /// The number of the pair.
    pub pair: u64,
    /// The number of the link among those of the pair's persons; none when the pair itself is meant.
    pub link: Option<u64>,
}

impl From<u64> for PairPlace {
    fn from(pair: u64) -> Self {
        Self { pair, link: None }
    }
}

/// What the person whom a record was linked to says of it. Who it is stays theirs.
#[derive(Clone, Serialize, ToSchema)]
pub struct ContestedView {
    /// Which of the two records they contest: `left` or `right`.
    pub record: String,
    /// Since when, in UTC.
    pub since: String,
    /// Why, in their words.
    pub reason: String,
}

/// What was said last of a pair.
#[derive(Clone, Serialize, ToSchema)]
pub struct SaidView {
    /// `same`, `different` or `cannot-say`.
    pub verdict: String,
    /// `judged`, or `proposed` while it waits for a second steward.
    pub standing: String,
    /// Whether the asker said it.
    pub own: bool,
    /// Whether the person contests the link since: it waits to be judged again, and of two stewards this was not the first.
    pub before_contest: bool,
    /// Whether it was judged before the index in service was built. Of pairs that are shown by their number none is.
    pub before_index: bool,
    /// Its entry in the log.
    pub log_index: u64,
    /// When, in UTC.
    pub at: String,
    /// Why, in the asker's own words, where they judged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where a judgement is, and what it counts for.
#[derive(Clone, Serialize, ToSchema)]
pub struct JudgedView {
    /// The number of its entry in the log.
    pub log_index: u64,
    /// `judged`, `proposed` or `taken-back`.
    pub standing: String,
}

/// How far the review is.
#[derive(Clone, Serialize, ToSchema)]
pub struct ProgressView {
    /// Pairs that wait for whom is asking.
    pub open: u64,
    /// Those of them that a person contests. They come first, with numbers above those of uncertain pairs.
    pub contested: u64,
    /// Those of them whose persons are kept apart although the two agree enough.
    pub kept_apart: u64,
    /// Those of them that alone hold a person together.
    pub weak_links: u64,
    /// The first of all that wait: those that are contested or wait for a second steward, then those of which one decision
    /// buys most, by the chance that it changes something times the records that move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// Pairs within reach of which a judgement was in force when the index was built.
    pub judged: u64,
    /// Pairs judged since.
    pub judged_since: u64,
    /// Pairs of which one steward said what a second has yet to say.
    pub proposed: u64,
    /// Those of them of which the asker said it, where they can be looked at and taken back.
    pub own_proposals: Vec<u64>,
    /// What waits for a second steward, the longest waiting first: what others said waits for the asker.
    pub proposals: Vec<ProposalView>,
    /// Those that wait and come last, since their persons were judged together since the index was built.
    pub set_aside: u64,
    /// The first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_set_aside: Option<u64>,
    /// The pairs drawn at random to measure quality by. They are not among the others, unless they are uncertain too.
    pub sample: SampleProgressView,
}

/// How far the quality sample is.
#[derive(Clone, Default, Serialize, ToSchema)]
pub struct SampleProgressView {
    /// Pairs that wait for whom is asking.
    pub open: u64,
    /// The first of them, in the order in which they were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// Pairs that were judged, those of before the index was built included.
    pub judged: u64,
}

/// Which pairs are gone through one after the other.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// Those that are contested or uncertain.
    #[default]
    Queue,
    /// Those of the quality sample.
    Sample,
}

/// A record of a pair.
#[derive(Clone, Serialize, ToSchema)]
pub struct ReviewRow {
    /// Its register.
    pub register: String,
    /// The columns that are given.
    #[schema(value_type = Vec<GivenColumn>)]
    pub columns: Said<GivenColumn>,
    /// Their values; `null` where the record has none.
    #[schema(value_type = Object)]
    pub values: Values,
    /// What is withheld, and why.
    #[schema(value_type = Vec<WithheldColumn>)]
    pub withheld: Said<WithheldColumn>,
}

/// Where a record of a pair came from, as a dossier says it.
#[derive(Clone, Default, Serialize, ToSchema)]
pub struct SourceView {
    /// The file that the row came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The row's number in that file, counted from 0 over data rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<i64>,
    /// Columns of the row itself that are withheld, and why: those that no record of a person is made of among them.
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
    /// The `log_index` of the pair that was shown: what the person contests since is not judged unread.
    #[serde(default)]
    pub seen: Option<u64>,
}

/// What a steward takes back, and why.
#[derive(Clone, Deserialize, ToSchema)]
pub struct TakeBackForm {
    /// The `generation` of the pair that was shown.
    pub generation: String,
    /// Why, in the steward's words.
    pub reason: String,
    /// The `log_index` of what is taken back: nothing else is, where the form is sent twice.
    #[serde(default)]
    pub entry: Option<u64>,
}

/// What a steward decides of two records that they name.
#[derive(Clone, Deserialize, ToSchema)]
pub struct NamedJudgementForm {
    /// The one record: its register, `:` and its key as the register's files write it (commas between several columns), or the 32
    /// hexadecimal digits of its id.
    #[schema(example = "loans:SL-2026-0417")]
    pub left: String,
    /// The other.
    #[schema(example = "tax:ffeeddccbbaa99887766554433221100")]
    pub right: String,
    /// The `generation` of the explanation: it tells what the index in service made of the two.
    pub generation: String,
    /// `same`, `different` or `cannot-say`.
    pub verdict: String,
    /// Why, in the steward's words.
    pub reason: String,
    /// The `log_index` of the explanation: what the person contests since is not judged unread.
    #[serde(default)]
    pub seen: Option<u64>,
}

/// What a steward takes back of two records that they name, and why.
#[derive(Clone, Deserialize, ToSchema)]
pub struct NamedTakeBackForm {
    /// The one record: its register, `:` and its key as the register's files write it (commas between several columns), or the 32
    /// hexadecimal digits of its id.
    #[schema(example = "loans:SL-2026-0417")]
    pub left: String,
    /// The other.
    #[schema(example = "tax:ffeeddccbbaa99887766554433221100")]
    pub right: String,
    /// The `generation` of the explanation.
    pub generation: String,
    /// Why, in the steward's words.
    pub reason: String,
    /// The `log_index` of what is taken back: nothing else is, where the form is sent twice.
    #[serde(default)]
    pub entry: Option<u64>,
}

/// Gives the work of the review. Others than stewards are refused it by the gate, on the record.
///
/// # Errors
/// When the project has no purpose of reviews.
pub(crate) fn review_work(app: &App, justification: String) -> Result<WorkForm, Problem> {
    let purpose = app.project().purposes.values().find(|purpose| purpose.subject == Subject::LinkReview);
    let none = || {
        Problem::new("not-found", "the project has no purpose of subject `link-review`")
            .in_words("problem-is-no-purpose-review")
    };
    let purpose = purpose.ok_or_else(none)?;
    Ok(WorkForm { purpose: purpose.id.to_string(), case: None, justification: Some(justification) })
}

/// Gives the account of a steward; others have none that judges.
pub(super) fn account(who: &Who) -> Result<&OfficerId, Problem> {
    who.actor().account().ok_or_else(|| {
        Problem::new("wrong-role", "only members of agencies review links").in_words("problem-is-agencies-task")
    })
}

/// Gives what was said since the index was built.
pub(super) async fn reviews(app: &App) -> Result<Reviews, Problem> {
    let reviews = app.state().reviews(app.index().generation()).await;
    reviews.map_err(|error| Problem::failure("unavailable", &error))
}

/// Gives the open contests whose records are both within reach, the oldest first.
pub(super) async fn open_contests(app: &App, permit: &Permit) -> Result<Vec<Contest>, Problem> {
    let mut contests = app.state().open_contests().await.map_err(|error| Problem::failure("unavailable", &error))?;
    contests.retain(|contest| app.index().may_review(permit, &contest.contested, &contest.tied));
    Ok(contests)
}

/// From here on numbers are those of proposals, and of what was judged of pairs without a number: of each its entry in the log,
/// counted on. Numbers of pairs and contests are far below, and JSON keeps all of them exact.
pub(super) const PROPOSALS_FROM: u64 = 1 << 50;

impl PairPlace {
    /// Tells whether it is known as what somebody said of it, and by no other number: once that is taken back there is nothing
    /// to be seen here.
    #[must_use]
    pub fn is_proposal(&self) -> bool {
        self.pair >= PROPOSALS_FROM
    }
}

/// Gives the proposals of pairs that have no other number in the index in service: links that somebody proposed to cut, and
/// pairs that are not uncertain any more. Those whose records are gone or out of reach are left out.
fn unnumbered<'r>(
    index: &Index,
    permit: &Permit,
    reviews: &'r Reviews,
    contests: &[Contest],
) -> Result<Vec<&'r Proposal>, Problem> {
    let mut found = Vec::new();
    if reviews.proposals().is_empty() {
        return Ok(found);
    }
    // Pairs of the quality sample wait in its own list.
    let numbered: HashSet<(&RecordId, &RecordId)> = index
        .all_pairs(permit)
        .map(|waiting| (waiting.left, waiting.right))
        .chain(contests.iter().map(Contest::pair))
        .collect();
    for proposal in reviews.proposals() {
        let (left, right) = (&proposal.left, &proposal.right);
        if !numbered.contains(&(left, right))
            && index.may_review(permit, left, right)
            && index.has_record(left)?
            && index.has_record(right)?
        {
            found.push(proposal);
        }
    }
    Ok(found)
}

/// A pair of the queue.
pub(super) struct Found {
    pub(super) left: RecordId,
    pub(super) right: RecordId,
    /// The open contest of the two; where there is none, the one that its number is of, judged in this generation.
    pub(super) contest: Option<Contest>,
    /// Whether it is known by its records, and not by a number among the uncertain pairs.
    pub(super) by_records: bool,
    /// Whether it is of the quality sample.
    sampled: bool,
}

/// Gives the pair, or the link of its persons, that is meant.
pub(super) async fn find(
    app: &App,
    permit: &Permit,
    reviews: &Reviews,
    place: PairPlace,
) -> Result<Option<Found>, Problem> {
    let pair = find_pair(app, permit, reviews, place.pair).await?;
    let Some(link) = place.link else { return Ok(pair) };
    let Some(pair) = pair else { return Ok(None) };
    let Some((left, right)) = app.index().cluster_edge(permit, (&pair.left, &pair.right), link)? else {
        return Ok(None);
    };
    let contests = open_contests(app, permit).await?;
    let contest = contests.into_iter().find(|contest| contest.pair() == (&left, &right));
    Ok(Some(Found { left, right, contest, by_records: true, sampled: false }))
}

/// Gives two records that a steward names, the smaller id first; none where one is not there or out of reach, which is in the log
/// by then.
pub(super) async fn find_named(
    app: &App,
    permit: Permit,
    (left, right): (&RecordId, &RecordId),
) -> Result<Option<Found>, Problem> {
    let Some(permit) = app.index().within_reach(app.gate(), permit, (left, right)).await? else { return Ok(None) };
    let contest = open_contests(app, &permit).await?.into_iter().find(|contest| contest.pair() == (left, right));
    Ok(Some(Found { left: left.clone(), right: right.clone(), contest, by_records: true, sampled: false }))
}

/// Gives the pair of a number: those that the index lists count from 0; above them all each contest has its own, and from
/// [`PROPOSALS_FROM`] on each proposal.
async fn find_pair(app: &App, permit: &Permit, reviews: &Reviews, number: u64) -> Result<Option<Found>, Problem> {
    let index = app.index();
    if let Some(leaf) = number.checked_sub(PROPOSALS_FROM) {
        let judged = || reviews.judged_in(leaf).map(|judged| (&judged.left, &judged.right));
        let pair = reviews.proposed_in(leaf).or_else(judged);
        // Once it was taken back there is nothing to be said of it but through the pair whose link it is.
        let pair =
            pair.filter(|(left, right)| index.may_review(permit, left, right) && reviews.of(left, right).is_some());
        let Some((left, right)) = pair else { return Ok(None) };
        let contest = open_contests(app, permit).await?.into_iter().find(|contest| contest.pair() == (left, right));
        let (left, right) = (left.clone(), right.clone());
        return Ok(Some(Found { left, right, contest, by_records: true, sampled: false }));
    }
    if let Some(Waiting { left, right, turn, .. }) = index.waiting(permit, number) {
        let contests = open_contests(app, permit).await?;
        let contest = contests.into_iter().find(|contest| contest.pair() == (left, right));
        let sampled = turn.is_some();
        return Ok(Some(Found { left: left.clone(), right: right.clone(), contest, by_records: false, sampled }));
    }
    let id = number.saturating_sub(index.all_pairs(permit).count() as u64);
    let contest = app.state().contest(id).await.map_err(|error| Problem::failure("unavailable", &error))?;
    let is_shown = |contest: &Contest| {
        let (left, right) = contest.pair();
        index.may_review(permit, left, right) && (contest.ended.is_none() || reviews.of(left, right).is_some())
    };
    let Some(mut contest) = contest.filter(is_shown) else { return Ok(None) };
    // What the person contests of the two by now is read here too: to judge it settles that.
    if contest.ended.is_some() {
        let open = open_contests(app, permit).await?.into_iter().find(|open| open.pair() == contest.pair());
        contest = open.unwrap_or(contest);
    }
    let (left, right) = contest.pair();
    let (left, right) = (left.clone(), right.clone());
    Ok(Some(Found { left, right, contest: Some(contest), by_records: true, sampled: false }))
}

/// Gives how far the review is, from the pair `from` on. It shows nobody, and is no look.
///
/// # Errors
/// For others than stewards, which the gate refuses on the record; what fails.
pub async fn progress(app: &App, who: &Who, from: u64) -> Result<ProgressView, Problem> {
    progress_by(app, who, &reviews(app).await?, from).await
}

/// Gives how far the review is by what was said.
async fn progress_by(app: &App, who: &Who, reviews: &Reviews, from: u64) -> Result<ProgressView, Problem> {
    let permit = app.gate().decide(&OwnReason::Progress.request(app, who)?).await?;
    let (index, account) = (app.index(), account(who)?);
    let judged = index.review_progress(&permit).judged;
    let contests = open_contests(app, &permit).await?;
    let sample = sample_progress(index, &permit, (reviews, contests.as_slice()), account, from);
    let mut progress = ProgressView {
        open: 0,
        contested: 0,
        kept_apart: 0,
        weak_links: 0,
        next: None,
        judged,
        judged_since: 0,
        proposed: 0,
        own_proposals: Vec::new(),
        proposals: proposals(index, &permit, reviews, account, &contests)?,
        set_aside: 0,
        next_set_aside: None,
        sample,
    };
    // What the person contested since waits, and is not judged.
    let is_since = |pair: (&RecordId, &RecordId), leaf: u64| is_contested_since(&contests, pair, leaf);
    let is_within = |judged: &&Judged| {
        let pair = (&judged.left, &judged.right);
        index.may_review(&permit, pair.0, pair.1) && !is_since(pair, judged.review.leaf)
    };
    progress.judged_since = reviews.judged().iter().filter(is_within).count() as u64;
    let uncertain = index.all_pairs(&permit).count() as u64;
    // Contested pairs come first, the longest open before the others, then proposals that have no other number, whatever
    // numbers they have.
    let unnumbered = unnumbered(index, &permit, reviews, &contests)?;
    let own = progress.proposals.iter().filter(|proposal| proposal.own);
    progress.own_proposals = own.map(|proposal| proposal.number).collect();
    // Where the person contests both records of a pair, one judgement settles both.
    let mut pairs = HashSet::with_capacity(contests.len());
    let mut queue: Vec<Queued<'_>> = Vec::with_capacity(contests.len());
    for contest in &contests {
        if pairs.insert(contest.pair()) {
            queue.push((uncertain + contest.id, Rank::Contested, contest.pair(), None));
        }
    }
    let proposed = |proposal: &&'_ Proposal| PROPOSALS_FROM + proposal.review.leaf;
    queue.extend(unnumbered.iter().map(|found| (proposed(found), Rank::Proposed, (&found.left, &found.right), None)));
    let is_contested = |pair: &(&RecordId, &RecordId)| contests.iter().any(|contest| contest.pair() == *pair);
    let numbered = index.all_pairs(&permit).filter(|waiting| waiting.is_uncertain);
    let settled = settled(index, &permit, reviews, account, &contests)?;
    let numbered = numbered.map(|waiting| {
        let pair = (waiting.left, waiting.right);
        // What was said of the pair itself is no reason to leave it to the end.
        let is_again = settled.has(pair.0, pair.1) && reviews.of(pair.0, pair.1).is_none();
        (waiting.number, if is_again { Rank::SetAside } else { Rank::Uncertain }, pair, waiting.reason)
    });
    queue.extend(numbered.filter(|(_, _, pair, _)| !is_contested(pair)));
    let passed = from.checked_sub(1).map(|number| {
        let known = queue.iter().find(|(known, ..)| *known == number);
        (known.map_or_else(|| Rank::of(number, uncertain), |(_, rank, ..)| *rank), number)
    });
    let mut next: Option<(Rank, u64)> = None;
    for (number, rank, (left, right), reason) in queue {
        let review = reviews.of(left, right);
        match review.map(|review| (review.standing, review.leaf)) {
            // One that is among those that are named was counted with them.
            Some((Standing::Judged, leaf)) => {
                let is_counted = reviews.judged_in(leaf).is_none() && !is_since((left, right), leaf);
                progress.judged_since += u64::from(is_counted);
            }
            Some((Standing::Proposed, leaf)) => progress.proposed += u64::from(!is_since((left, right), leaf)),
            Some((Standing::TakenBack, _)) | None => {}
        }
        if is_open(reviews, review.as_ref(), account, &contests, (left, right)) {
            progress.open += 1;
            progress.contested += u64::from(rank == Rank::Contested);
            let apart = [WaitReason::KeptApart, WaitReason::OthersFit];
            progress.kept_apart += u64::from(reason.is_some_and(|reason| apart.contains(&reason)));
            progress.weak_links += u64::from(reason == Some(WaitReason::WeakLink));
            if rank == Rank::SetAside {
                progress.set_aside += 1;
                progress.next_set_aside = progress.next_set_aside.or(Some(number));
            }
            let is_next = passed.is_none_or(|passed| (rank, number) > passed);
            if is_next && next.is_none_or(|known| (rank, number) < known) {
                next = Some((rank, number));
            }
        }
    }
    progress.next = next.map(|(_, number)| number);
    Ok(progress)
}

/// What waits: its number, its rank, its two records and why it waits.
type Queued<'a> = (u64, Rank, (&'a RecordId, &'a RecordId), Option<WaitReason>);

/// What comes before what in the queue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Contested,
    Proposed,
    Uncertain,
    /// Uncertain too, but of persons who were judged together since: it would ask the same again.
    SetAside,
}

impl Rank {
    /// Gives where the pair of a number stands, where so many pairs are numbered by the index.
    fn of(number: u64, pairs: u64) -> Self {
        match number {
            number if number < pairs => Self::Uncertain,
            number if number < PROPOSALS_FROM => Self::Contested,
            _ => Self::Proposed,
        }
    }
}

/// Tells whether the person contested a pair, in one of the open `contests`, after what was said of it in the entry `leaf` of the
/// log: whoever said it had not read why.
pub(super) fn is_contested_since(contests: &[Contest], pair: (&RecordId, &RecordId), leaf: u64) -> bool {
    contests.iter().any(|contest| contest.leaf > leaf && contest.pair() == pair)
}

/// Tells whether a pair, of which this was said last, waits for whom is asking: nobody said anything, or another steward proposed
/// something. What was said before the person contested it, in one of the open `contests`, leaves it to everybody.
fn is_open(
    reviews: &Reviews,
    said: Option<&Review>,
    account: &OfficerId,
    contests: &[Contest],
    pair: (&RecordId, &RecordId),
) -> bool {
    said.is_none_or(|said| {
        let waits = said.standing == Standing::Proposed && !reviews.is_by(said, account);
        waits || is_contested_since(contests, pair, said.leaf)
    })
}

/// Gives how far the quality sample is, from the pair before `from` on.
fn sample_progress(
    index: &Index,
    permit: &Permit,
    (reviews, contests): (&Reviews, &[Contest]),
    account: &OfficerId,
    from: u64,
) -> SampleProgressView {
    let mut turns: Vec<(u64, Waiting<'_>)> =
        index.all_pairs(permit).filter_map(|waiting| Some((waiting.turn?, waiting))).collect();
    turns.sort_unstable_by_key(|(turn, _)| *turn);
    let before = from.checked_sub(1);
    let passed = turns.iter().find(|(_, waiting)| Some(waiting.number) == before).map(|(turn, _)| *turn);
    let mut progress = SampleProgressView { judged: index.review_progress(permit).sample_judged, ..Default::default() };
    for (turn, waiting) in turns {
        let pair = (waiting.left, waiting.right);
        let said = reviews.of(pair.0, pair.1);
        let is_judged = said
            .as_ref()
            .is_some_and(|said| said.standing == Standing::Judged && !is_contested_since(contests, pair, said.leaf));
        progress.judged += u64::from(is_judged);
        if is_open(reviews, said.as_ref(), account, contests, pair) {
            progress.open += 1;
            if passed.is_none_or(|passed| turn > passed) && progress.next.is_none() {
                progress.next = Some(waiting.number);
            }
        }
    }
    progress
}

/// Shows a pair that waits, those first of which a decision buys most, or a link of its persons, and which pair comes after
/// it in a list. The links of its persons are listed from the weakest but `links` on.
///
/// # Errors
/// For others than stewards; what the gate refuses, and what fails; when there is no such pair or link.
pub async fn pair(
    app: &App,
    who: &Who,
    place: impl Into<PairPlace>,
    list: List,
    links: u64,
) -> Result<PairView, Problem> {
    let place = place.into();
    let number = place.pair;
    let request = OwnReason::Pair.request(app, who)?;
    let index = app.index();
    let nobody = || Problem::new("not-found", "no uncertain pair has this number").in_words("problem-is-no-pair");
    let reviews = reviews(app).await?;
    let permit = app.gate().decide(&request).await?;
    let found = find(app, &permit, &reviews, place).await?.ok_or_else(nobody)?;
    let pair = match found.by_records {
        true => index.contested_pair(app.gate(), &request, (number, links), (&found.left, &found.right)).await?,
        false => index.pair(app.gate(), &request, number, links).await?,
    };
    let pair = pair.ok_or_else(nobody)?;
    let account = account(who)?;
    let sampled = found.sampled;
    let progress = progress_by(app, who, &reviews, number.saturating_add(1)).await?;
    // Read after the look was written: what was contested before is shown.
    let contests = open_contests(app, &permit).await?;
    let both = (&pair.left, &pair.right);
    let (contested, contested_too) = contested_views(&contests, both);
    let said = |left: &RecordId, right: &RecordId| {
        reviews.of(left, right).map(|review| said_view(&reviews, &contests, account, (left, right), &review))
    };
    let mut reasons = Reasons::default();
    let mut row = |record: &RecordId, shown: &Option<gate::Disclosed>| -> Result<ReviewRow, Problem> {
        review_row(app, record, shown.as_ref(), &mut reasons)
    };
    let (left, right) = (row(&pair.left, &pair.left_shown)?, row(&pair.right, &pair.right_shown)?);
    let mut records = Vec::with_capacity(pair.cluster.records.len());
    for record in &pair.cluster.records {
        let person = if record.is_right { "right" } else { "left" }.to_owned();
        records.push(ClusterRecordView { person, row: row(&record.id, &record.shown)? });
    }
    let left_source = source(app, &pair.left, pair.left_row.as_ref(), &left, &mut reasons)?;
    let right_source = source(app, &pair.right, pair.right_row.as_ref(), &right, &mut reasons)?;
    let link = |edge: &ClusterEdge| {
        let (one, other) = (&pair.cluster.records[edge.records.0].id, &pair.cluster.records[edge.records.1].id);
        ClusterLinkView {
            number: edge.number,
            left: edge.records.0,
            right: edge.records.1,
            weight: edge.weight,
            probability: edge.probability,
            apart: edge.apart.map(|(one, other)| [one, other]),
            judged: edge.judged,
            is_pair: (one, other) == (&pair.left, &pair.right) || (other, one) == (&pair.left, &pair.right),
            said: said(one, other),
        }
    };
    let cluster = ClusterView {
        records,
        pictured: pair.cluster.pictured,
        links: pair.cluster.edges.iter().map(link).collect(),
        listed: pair.cluster.listed.iter().map(link).collect(),
        listed_from: pair.cluster.listed_from,
        link_count: pair.cluster.link_count,
        left_out: pair.cluster.left_out,
    };
    let said = said(&pair.left, &pair.right);
    Ok(PairView {
        number,
        generation: index.generation().to_owned(),
        open: if list == List::Sample { progress.sample.open } else { progress.open },
        judged: progress.judged,
        judged_since: progress.judged_since,
        log_index: pair.leaf,
        left,
        right,
        left_source,
        right_source,
        weight: pair.weight,
        probability: pair.probability,
        threshold: index.threshold(),
        fields: pair.fields,
        outcome: OutcomeView::from(&pair.outcome),
        reason: pair.reason.map(|reason| reason.as_str().to_owned()),
        reasons: reasons.into_views(),
        effect: pair.effect,
        contested,
        contested_too,
        said,
        next: if list == List::Sample { progress.sample.next } else { progress.next },
        sampled,
        second_reviewer: needs_second(app).iter().map(|verdict| verdict.as_str().to_owned()).collect(),
        cluster,
    })
}

/// Gives what the person contests of two records, in the open `contests`: of the one, and of the other as well.
pub(super) fn contested_views(
    contests: &[Contest],
    pair: (&RecordId, &RecordId),
) -> (Option<ContestedView>, Option<ContestedView>) {
    let mut contested = contests.iter().filter(|contest| contest.pair() == pair).map(|contest| ContestedView {
        record: if contest.contested == *pair.0 { "left" } else { "right" }.to_owned(),
        since: contest.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        reason: contest.reason.clone(),
    });
    (contested.next(), contested.next())
}

/// Gives what was said last of a pair to an account, which may have said it.
pub(super) fn said_view(
    reviews: &Reviews,
    contests: &[Contest],
    account: &OfficerId,
    pair: (&RecordId, &RecordId),
    review: &Review,
) -> SaidView {
    let own = reviews.is_by(review, account);
    SaidView {
        verdict: review.verdict.as_str().to_owned(),
        standing: review.standing.as_str().to_owned(),
        own,
        before_contest: is_contested_since(contests, pair, review.leaf),
        before_index: reviews.of(pair.0, pair.1).is_none(),
        log_index: review.leaf,
        at: review.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        reason: reviews.judged_in(review.leaf).filter(|_| own).map(|judged| judged.reason.clone()),
    }
}

/// Gives what is given of a record; nothing where it has no person record any more.
pub(crate) fn review_row(
    app: &App,
    record: &RecordId,
    shown: Option<&gate::Disclosed>,
    reasons: &mut Reasons,
) -> Result<ReviewRow, Problem> {
    let (columns, values, withheld) = match shown {
        Some(shown) => given(app, &record.register, shown, reasons)?.into_row(),
        None => (Said::default(), Values::none(), Said::default()),
    };
    Ok(ReviewRow { register: record.register.to_string(), columns, values, withheld })
}

/// Gives where a record came from, and what of its own row is withheld beyond what its person record, which is shown, says.
fn source(
    app: &App,
    record: &RecordId,
    own: Option<&gate::Disclosed>,
    shown: &ReviewRow,
    reasons: &mut Reasons,
) -> Result<SourceView, Problem> {
    let Some(own) = own else { return Ok(SourceView::default()) };
    let is_told = |name: &str| {
        let withheld = shown.withheld.iter().map(|withheld| withheld.column.name.as_str());
        shown.columns.iter().map(|column| column.name.as_str()).chain(withheld).any(|known| known == name)
    };
    let withheld = given(app, &record.register, own, reasons)?.withheld;
    let withheld = withheld.iter().filter(|withheld| !is_told(&withheld.column.name)).cloned().collect();
    let Origin { file, row, .. } = origins(own)?.into_iter().next().unwrap_or_default();
    Ok(SourceView { file, row, withheld })
}

/// Gives the verdicts to which two stewards have to come.
pub(super) fn needs_second(app: &App) -> &[Verdict] {
    app.project().linkage.as_ref().map_or(&[], |linkage| linkage.second_reviewer.as_slice())
}
