//! What stewards judge of two records, and take back: one after the other, and whole, whoever goes away meanwhile.

use gate::Permit;
use model::request::Action;
use model::{RecordId, Verdict};
use registry::{Decided, Written};
use state::{Contest, OfContests, Review, Reviews, Standing, StateError};

use super::explain::{named_records, out_of_reach};
use super::own_reason::OwnReason;
use super::review::{
    Found, JudgedView, JudgementForm, NamedJudgementForm, NamedTakeBackForm, PairPlace, TakeBackForm, account, find,
    find_named, is_contested_since, needs_second, review_work, reviews,
};
use super::work::request;
use crate::app::{App, Who};
use crate::problem::Problem;

/// Does work to its end, also when whoever asked for it has gone: the log and the state are written one after the other, and the state
/// is not to know less than the log.
pub(super) async fn whole<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.unwrap_or_else(|error| {
        let code = if error.is_panic() { "internal" } else { "unavailable" };
        Err(Problem::failure(code, &error))
    })
}

/// What is known of pairs as something is said of one.
struct Known {
    reviews: Reviews,
    /// All open contests.
    contests: Vec<Contest>,
    /// What was said last of the two records that are named, before the index was built too.
    of_named: Option<Review>,
}

impl Known {
    /// Reads it; nobody else may say anything until what is said is written.
    async fn of(app: &App, meant: &Meant) -> Result<Self, Problem> {
        let unavailable = |error: StateError| Problem::failure("unavailable", &error);
        let contests = app.state().open_contests().await.map_err(unavailable)?;
        let of_named = match meant {
            Meant::Place(_) => None,
            Meant::Named(left, right) => {
                app.state().said_last(app.index().generation(), left, right).await.map_err(unavailable)?
            }
        };
        Ok(Self { reviews: reviews(app).await?, contests, of_named })
    }

    /// Gives what was said last of the two records that are meant; of those that are not named, since the index was built.
    fn said(&self, left: &RecordId, right: &RecordId) -> Option<Review> {
        self.reviews.of(left, right).or(self.of_named)
    }

    /// Does so; none where the person contests it since, which whoever said it had not read.
    fn last(&self, left: &RecordId, right: &RecordId) -> Option<Review> {
        let is_before = |review: &Review| is_contested_since(&self.contests, (left, right), review.leaf);
        self.said(left, right).filter(|review| !is_before(review))
    }
}

/// Which two records something is said of.
enum Meant {
    /// Those of a number.
    Place(PairPlace),
    /// Those that the steward names, the smaller id first.
    Named(RecordId, RecordId),
}

impl Meant {
    /// Gives the two.
    ///
    /// # Errors
    /// When they are not there or out of reach, which is in the log by then of those that are named.
    async fn find(&self, app: &App, permit: Permit, reviews: &Reviews) -> Result<Found, Problem> {
        match self {
            Self::Place(place) => find(app, &permit, reviews, *place).await?.ok_or_else(no_pair),
            Self::Named(left, right) => find_named(app, permit, (left, right)).await?.ok_or_else(out_of_reach),
        }
    }

    /// Gives what is not there, where they are gone meanwhile.
    fn nobody(&self) -> Problem {
        match self {
            Self::Place(_) => no_pair(),
            Self::Named(..) => out_of_reach(),
        }
    }
}

fn no_pair() -> Problem {
    Problem::new("not-found", "no uncertain pair has this number").in_words("problem-is-no-pair")
}

/// Writes what a steward decided. It counts from the next run of `link` on; where the project wants a second steward, once
/// that one comes to the same. Sent twice, for the same reason, it is written once; a proposal sent twice is in the log twice
/// and waits once.
///
/// # Errors
/// For others than stewards; a verdict or reason that is missing; a pair of another generation, or that the person contests
/// since it was shown; what the gate refuses, and what fails.
pub async fn judge(
    app: &App,
    who: &Who,
    place: impl Into<PairPlace>,
    form: &JudgementForm,
) -> Result<JudgedView, Problem> {
    let (app, who, meant, form) = (app.clone(), who.clone(), Meant::Place(place.into()), form.clone());
    whole(async move { judge_now(&app, &who, &meant, &form).await }).await
}

/// Writes what a steward decided of two records that they name, of the queue or not, as [`judge`] does. Their persons count to
/// the budget of the account under the purpose, as those of an explanation do. What was judged of the two before, in whatever
/// generation of the index, is undone by it.
///
/// # Errors
/// As [`judge`]; when the ids can't be read or are the same; when a record is unknown or out of reach, which is the same answer,
/// and in the log as a look at whoever is there.
pub async fn judge_named(app: &App, who: &Who, form: &NamedJudgementForm) -> Result<JudgedView, Problem> {
    let (app, who, form) = (app.clone(), who.clone(), form.clone());
    let NamedJudgementForm { left, right, generation, verdict, reason, seen } = form;
    let form = JudgementForm { generation, verdict, reason, seen };
    let (left, right) = named_records(app.project(), &left, &right)?;
    whole(async move { judge_now(&app, &who, &Meant::Named(left, right), &form).await }).await
}

async fn judge_now(app: &App, who: &Who, meant: &Meant, form: &JudgementForm) -> Result<JudgedView, Problem> {
    let verdict = match form.verdict.as_str() {
        "same" => Verdict::Same,
        "different" => Verdict::Different,
        "cannot-say" => Verdict::CannotSay,
        _ => {
            let unknown = Problem::new("bad-request", "`verdict` is same, different or cannot-say");
            return Err(unknown.in_words("problem-is-verdict"));
        }
    };
    let reason = form.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Problem::new("bad-request", "`reason` is empty: a judgement without a reason can't be reviewed")
            .in_words("problem-is-no-reason"));
    }
    let _turn = app.turns().take().await;
    let (known, account) = (Known::of(app, meant).await?, account(who)?);
    let standing = |left: &RecordId, right: &RecordId| {
        // A proposal that another steward made of the same, or a judgement that two came to before.
        let by_another = |review: Review| review.verdict == verdict && !known.reviews.is_by(&review, account);
        let is_second = known.last(left, right).is_some_and(by_another);
        let is_proposal = needs_second(app).contains(&verdict) && !is_second;
        (if is_proposal { Standing::Proposed } else { Standing::Judged }, is_proposal)
    };
    let said = Said { verdict, reason, seen: form.seen, taken_back: None };
    write(app, who, meant, &form.generation, &known, said, standing).await
}

/// Takes back what was said last of a pair since the index was built. All is then as if it had not been said: what was said of the
/// pair before holds again, a proposal that it confirmed waits again, a contest that it settled is open again. Where nothing
/// else was said the pair is open. The log and the spine tell of both, what was said and that it was taken back.
///
/// # Errors
/// As [`judge`]; when nothing was said of the pair, or others said the last of it: nobody takes back what another said, nor their
/// own word from below it; when the last of it is another entry than the form names.
pub async fn take_back(
    app: &App,
    who: &Who,
    place: impl Into<PairPlace>,
    form: &TakeBackForm,
) -> Result<JudgedView, Problem> {
    let (app, who, meant, form) = (app.clone(), who.clone(), Meant::Place(place.into()), form.clone());
    whole(async move { take_back_now(&app, &who, &meant, &form).await }).await
}

/// Takes back what was said last of two records that a steward names, in whatever generation of the index that was, as
/// [`take_back`] does. Where an index was built of it, the next run of `link` gives what it would have given had it never been
/// said; of which records a proposal was that it confirmed is forgotten by then, so that waits for nobody. No budget keeps a
/// steward from it: whose records they are they chose before.
///
/// # Errors
/// As [`take_back`]; when the ids can't be read or are the same. That there is nothing to be taken back is told of any two
/// records alike, there or not.
pub async fn take_back_named(app: &App, who: &Who, form: &NamedTakeBackForm) -> Result<JudgedView, Problem> {
    let (app, who, form) = (app.clone(), who.clone(), form.clone());
    let NamedTakeBackForm { left, right, generation, reason, entry } = form;
    let form = TakeBackForm { generation, reason, entry };
    let (left, right) = named_records(app.project(), &left, &right)?;
    whole(async move { take_back_now(&app, &who, &Meant::Named(left, right), &form).await }).await
}

async fn take_back_now(app: &App, who: &Who, meant: &Meant, form: &TakeBackForm) -> Result<JudgedView, Problem> {
    // One after the other. Who comes second finds what was said before as the last word, and takes that back unless the form
    // names what it takes back: sent twice, it would take back two.
    let _turn = app.turns().take().await;
    let (known, account) = (Known::of(app, meant).await?, account(who)?);
    let reviews = &known.reviews;
    let permit = app.gate().decide(&OwnReason::Withdrawal.request(app, who)?).await?;
    let nothing = || match meant {
        Meant::Place(_) => Problem::new("not-found", "you said nothing of this pair since the index was built")
            .in_words("problem-is-nothing-said"),
        Meant::Named(..) => Problem::new("not-found", "nothing that you said last of these two records is in force")
            .in_words("problem-is-nothing-in-force"),
    };
    let said = match meant {
        Meant::Place(place) => {
            let found = find(app, &permit, reviews, *place).await?.ok_or_else(nothing)?;
            known.said(&found.left, &found.right)
        }
        // Whether they are there is asked once it is their own word: else this would tell it, and be in no log.
        Meant::Named(left, right) => known.said(left, right),
    };
    let review = said.filter(|review| reviews.is_by(review, account)).ok_or_else(nothing)?;
    if form.entry.is_some_and(|entry| entry != review.leaf) {
        return Err(nothing());
    }
    if form.reason.trim().is_empty() {
        return Err(Problem::new("bad-request", "`reason` is empty: say why it is taken back")
            .in_words("problem-is-no-reason-back"));
    }
    // A proposal counted for nothing: to take it back leaves what was judged before as it is.
    let was_proposed = review.standing == Standing::Proposed;
    let standing = |_: &RecordId, _: &RecordId| (Standing::TakenBack, was_proposed);
    let reason = form.reason.trim().to_owned();
    let said = Said { verdict: Verdict::TakenBack, reason, seen: None, taken_back: Some(review.leaf) };
    write(app, who, meant, &form.generation, &known, said, standing).await
}

/// What a steward says.
struct Said {
    verdict: Verdict,
    /// Why, in their words.
    reason: String,
    /// The entry of the look that showed the two, where that is told.
    seen: Option<u64>,
    /// The entry of what is taken back.
    taken_back: Option<u64>,
}

/// Writes what was said, beside what was said before; `standing` gives what it counts for, and whether it goes to the log alone.
async fn write(
    app: &App,
    who: &Who,
    meant: &Meant,
    generation: &str,
    known: &Known,
    said: Said,
    standing: impl Fn(&RecordId, &RecordId) -> (Standing, bool),
) -> Result<JudgedView, Problem> {
    let request = match said.taken_back {
        Some(entry) => OwnReason::TakenBack { entry, reason: said.reason }.request(app, who)?,
        None => request(who, &review_work(app, said.reason)?, Action::ReviewLink)?,
    };
    let reason = request.justification.clone().unwrap_or_default();
    let index = app.index();
    if generation != index.generation() {
        return Err(Problem::new("changed-meanwhile", "the pairs were numbered anew since this one was shown")
            .in_words("problem-is-numbered-anew"));
    }
    let account = account(who)?;
    let permit = app.gate().decide(&request).await?;
    let found = meant.find(app, permit, &known.reviews).await?;
    let pair = (&found.left, &found.right);
    // It would end what the person says meanwhile, unread.
    if said.seen.is_some_and(|seen| is_contested_since(&known.contests, pair, seen)) {
        let contested = "the person contests the link since the pair was shown: read why, and judge it then";
        return Err(Problem::new("changed-meanwhile", contested).in_words("problem-is-contested-since"));
    }
    // The same sent twice: a second row would have to be taken back by itself. A proposal that is repeated is one anyhow.
    let is_again = |last: &Review| {
        let is_same = last.verdict == said.verdict && known.reviews.is_by(last, account);
        is_same && known.reviews.judged_in(last.leaf).is_some_and(|judged| judged.reason == reason)
    };
    if let Some(first) = known.last(pair.0, pair.1).filter(is_again) {
        return Ok(JudgedView { log_index: first.leaf, standing: first.standing.as_str().to_owned() });
    }
    let ((standing, is_proposal), at) = (standing(pair.0, pair.1), app.now()?);
    let decided = Decided { verdict: said.verdict, at, reason: reason.clone(), is_proposal };
    let written = match meant {
        Meant::Named(..) if said.taken_back.is_none() => index.judge_named(app.gate(), &request, pair, decided).await?,
        Meant::Place(place) if !found.by_records => index.judge(app.gate(), &request, place.pair, decided).await?,
        Meant::Named(..) | Meant::Place(_) => index.judge_contested(app.gate(), &request, pair, decided).await?,
    };
    let Written { leaf, spoken } = written.ok_or_else(|| meant.nobody())?;
    // Taking back what settled a contest opens it again: the contested record is held as before, for the spine follows what was
    // said without what was taken back.
    let contests = match (standing, said.taken_back) {
        (Standing::Judged, _) => OfContests::End,
        (Standing::TakenBack, Some(settling)) => OfContests::Reopen(settling),
        (Standing::Proposed | Standing::TakenBack, _) => OfContests::Stay,
    };
    // The log has it. Should this fail, nothing counts, here or for the spine, and the pair is shown once more.
    // A contest is in the queue as long as it is open, and nothing waits for a second steward once it was taken back.
    let (kept, with) = ((found.contest.is_none(), reason.as_str()), (contests, spoken.as_ref()));
    let noted = app.state();
    let noted = noted.note_review_and(generation, pair, account, said.verdict, standing, leaf, at, kept, with);
    noted.await.map_err(|error| Problem::failure("unavailable", &error))?;
    Ok(JudgedView { log_index: leaf, standing: standing.as_str().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_a_failure_of_the_server() {
        let mut answers: Vec<Result<(), Problem>> = Vec::new();
        let failed = whole(async move { answers.pop().expect("a canary") }).await.unwrap_err();
        assert_eq!((failed.kind.as_str(), failed.status), ("/problems/internal", 500));
        assert!(failed.event.is_some() && !failed.detail.contains("canary"), "{}", failed.detail);
    }
}
