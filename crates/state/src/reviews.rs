//! What stewards said of uncertain pairs since the index was built, which doesn't know of it yet, and what waits for a second
//! steward, however long.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::{OfficerId, RecordId, Verdict};
use parking_lot::RwLock;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::contests::{ContestEnd, OfContests, end_in, reopen_in};
use crate::error::StateError;
use crate::looks::fixed;
use crate::seal::Tag;
use crate::spoken::Spoken;
use crate::store::State;
use crate::writer::Durability;

const REVIEW: &str = "review";

/// How far the review of a pair is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Judged: it counts from the next run of linking on.
    Judged,
    /// One steward's word, which waits for a second.
    Proposed,
    /// What was said last by the same account was taken back: all is as if it had not been said.
    TakenBack,
}

impl Standing {
    const ALL: [Self; 3] = [Self::Judged, Self::Proposed, Self::TakenBack];

    /// Gives the name used in tables and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Judged => "judged",
            Self::Proposed => "proposed",
            Self::TakenBack => "taken-back",
        }
    }
}

/// The last that was said of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Review {
    /// What was said.
    pub verdict: Verdict,
    /// What it counts for.
    pub standing: Standing,
    /// Its entry in the log.
    pub leaf: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; only good to be asked whether it was someone.
    account: Tag,
}

/// What one steward said of two records and a second has yet to say.
#[derive(Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The record with the smaller id.
    pub left: RecordId,
    /// The other.
    pub right: RecordId,
    /// What was said.
    pub review: Review,
}

/// Shows neither record.
impl fmt::Debug for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proposal").field("review", &self.review).finish_non_exhaustive()
    }
}

/// What was judged of two records, and counts.
#[derive(Clone, PartialEq, Eq)]
pub struct Judged {
    /// The record with the smaller id.
    pub left: RecordId,
    /// The other.
    pub right: RecordId,
    /// Why, in the steward's words.
    pub reason: String,
    /// What was said.
    pub review: Review,
}

/// Shows neither record, nor why.
impl fmt::Debug for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judged").field("review", &self.review).finish_non_exhaustive()
    }
}

/// What is sealed of a row: two records, and why something was said of them.
struct Unsealed {
    left: RecordId,
    right: RecordId,
    reason: String,
}

/// What was said of a pair, of which records and why where that is kept, and whether in the generation that is asked about.
type Kept = (Review, Option<Unsealed>, bool);

/// What was said in the generation that was asked about last. It is read anew once anything was written but looks: a queue asks
/// several times for each of its pages.
#[derive(Default)]
pub(crate) struct LastRead(RwLock<Option<(String, u64, Arc<Said>)>>);

impl LastRead {
    /// Gives what was said in a generation, where nothing was written since it was read.
    fn of(&self, generation: &str, writes: u64) -> Option<Arc<Said>> {
        let last = self.0.read();
        let (of, at, said) = last.as_ref()?;
        (of == generation && *at == writes).then(|| Arc::clone(said))
    }

    /// Keeps what was read after so many writes, unless there are more by `now`: what was erased meanwhile is forgotten already.
    fn keep(&self, (generation, writes): (&str, u64), said: &Arc<Said>, now: impl Fn() -> u64) {
        let mut last = self.0.write();
        if now() == writes {
            *last = Some((generation.to_owned(), writes, Arc::clone(said)));
        }
    }

    /// Forgets it, as where something is erased.
    pub(crate) fn forget(&self) {
        *self.0.write() = None;
    }
}

/// Follows what was said next of a pair: `take` gives what was said of a row. What is taken back is gone, and what was said before
/// it is the last word again. A proposal that its account repeats is one proposal.
fn follow<T>(said: &mut Vec<T>, next: T, take: impl Fn(&T) -> &Review) {
    let review = *take(&next);
    match (review.standing, review.verdict) {
        (Standing::TakenBack, Verdict::TakenBack) => {
            if let Some(at) = said.iter().rposition(|one| take(one).account == review.account) {
                said.remove(at);
            }
        }
        // Earlier versions opened the pair again, whatever had been said of it before.
        (Standing::TakenBack, _) => said.clear(),
        (Standing::Proposed, _) => {
            let is_repeated = |last: &Review| {
                (last.standing, last.verdict, last.account) == (review.standing, review.verdict, review.account)
            };
            said.pop_if(|last| is_repeated(take(last)));
            said.push(next);
        }
        (Standing::Judged, _) => said.push(next),
    }
}

/// Gives what these rows of one pair, of whatever generations, leave in force, in their order. A proposal of which no row names
/// the records waits for nobody once the next generation is in service, as the last of these rows or `now` may be of.
fn followed_across(rows: &[SqliteRow], now: Option<&str>) -> Result<Vec<Review>, StateError> {
    let waits = |(review, is_named): &(Review, bool)| review.standing != Standing::Proposed || *is_named;
    let mut said: Vec<(Review, bool)> = Vec::with_capacity(rows.len());
    let mut of: Option<&str> = None;
    for row in rows {
        let (generation, is_named) = (row.try_get::<&str, _>(6)?, row.try_get::<i64, _>(7)? != 0);
        if of.is_some_and(|of| of != generation) {
            said.retain(waits);
        }
        follow(&mut said, (read_review(row)?, is_named), |(review, _)| review);
        of = Some(generation);
    }
    if now.is_some_and(|now| of != Some(now)) {
        said.retain(waits);
    }
    Ok(said.into_iter().map(|(review, _)| review).collect())
}

/// Gives what these rows of one pair, of one generation, leave in force, in their order.
fn followed(rows: &[SqliteRow]) -> Result<Vec<Review>, StateError> {
    let mut said: Vec<Review> = Vec::with_capacity(rows.len());
    for row in rows {
        follow(&mut said, read_review(row)?, |review| review);
    }
    Ok(said)
}

/// The last that was said of each pair of a generation, and of those of which something is proposed.
#[derive(Debug)]
pub struct Reviews {
    state: State,
    said: Arc<Said>,
}

/// What was said in a generation, as it was read.
#[derive(Debug, Default)]
struct Said {
    /// By the record with the smaller id, where the pair is named: the other, and what was said last.
    named: HashMap<RecordId, Vec<(RecordId, Review)>>,
    /// Where it isn't, or not any more.
    unnamed: HashMap<Tag, Review>,
    proposals: Vec<Proposal>,
    judged: Vec<Judged>,
    /// By entry of the log where in `judged` it is.
    judged_in: HashMap<u64, usize>,
    /// What was ever proposed of these pairs, by its entry in the log: the two records.
    proposed: HashMap<u64, (RecordId, RecordId)>,
}

impl Reviews {
    /// Gives what was said last of two records, the smaller id first, and not taken back; none when nothing was.
    #[must_use]
    pub fn of(&self, left: &RecordId, right: &RecordId) -> Option<Review> {
        let said = self.said.named.get(left).into_iter().flatten().find(|(other, _)| other == right);
        if let Some((_, review)) = said {
            return Some(*review);
        }
        // A queue asks for thousands of pairs: they are hashed where that can find something alone.
        if self.said.unnamed.is_empty() {
            return None;
        }
        let inner = &self.state.inner;
        self.said.unnamed.get(&inner.pair_tags.of(&inner.keys, left, right)).copied()
    }

    /// Gives what waits for a second steward, the longest waiting first, those of earlier generations among them.
    #[must_use]
    pub fn proposals(&self) -> &[Proposal] {
        &self.said.proposals
    }

    /// Gives what was judged in this generation and not taken back since, the latest first. What an earlier version wrote, and
    /// what was said of erased records, is not among it: nothing names their pairs.
    #[must_use]
    pub fn judged(&self) -> &[Judged] {
        &self.said.judged
    }

    /// Gives what was judged in an entry of the log, unless it was taken back since or its records are named no more.
    #[must_use]
    pub fn judged_in(&self, leaf: u64) -> Option<&Judged> {
        self.said.judged_in.get(&leaf).and_then(|at| self.said.judged.get(*at))
    }

    /// Gives the two records of what was proposed in an entry of the log, waiting or judged since in this generation.
    #[must_use]
    pub fn proposed_in(&self, leaf: u64) -> Option<(&RecordId, &RecordId)> {
        self.said.proposed.get(&leaf).map(|(left, right)| (left, right))
    }

    /// Tells whether an account said it.
    #[must_use]
    pub fn is_by(&self, review: &Review, account: &OfficerId) -> bool {
        review.account == self.state.inner.keys.account(account)
    }
}

impl State {
    /// Keeps what a steward said of two records, the smaller id first, and why, in a generation of the index. A proposal that
    /// is `for_queue` waits for a second steward in whatever generation, else as long as its pair is in a list of its own.
    /// What was judged is found by its records, and why, until the next generation is in service: see
    /// [`State::forget_judged_before`]. With [`Standing::TakenBack`] and [`Verdict::TakenBack`] what the same account said last of
    /// the two, and did not take back before, is as if it had not been said; the row of it stays.
    ///
    /// # Errors
    /// [`StateError`]; it was not kept.
    #[expect(clippy::too_many_arguments, reason = "a row of a table")]
    pub async fn note_review(
        &self,
        generation: &str,
        pair: (&RecordId, &RecordId),
        by: &OfficerId,
        verdict: Verdict,
        standing: Standing,
        leaf: u64,
        at: DateTime<Utc>,
        kept: (bool, &str),
    ) -> Result<(), StateError> {
        let with = (OfContests::Stay, None);
        self.note_review_and(generation, pair, by, verdict, standing, leaf, at, kept, with).await
    }

    /// Keeps what a steward said as [`note_review`](Self::note_review) does, and with it what becomes of the contests of the two
    /// records, and what the spine is to have of it, where it counts: all or nothing.
    ///
    /// # Errors
    /// [`StateError`]; it was not kept, contests are as before, and the spine is told nothing.
    #[expect(clippy::too_many_arguments, reason = "a row of a table, and what goes with it")]
    pub async fn note_review_and(
        &self,
        generation: &str,
        (left, right): (&RecordId, &RecordId),
        by: &OfficerId,
        verdict: Verdict,
        standing: Standing,
        leaf: u64,
        at: DateTime<Utc>,
        (for_queue, reason): (bool, &str),
        (contests, spoken): (OfContests, Option<&Spoken>),
    ) -> Result<(), StateError> {
        let spoken = spoken.map(|spoken| self.seal_spoken(spoken)).transpose()?;
        let (pair, account) = (self.inner.keys.pair(left, right), self.inner.keys.account(by));
        let generation = generation.to_owned();
        // What waits for somebody else, and what can be gone back to, has to be found by more than its pair. Why something is
        // proposed is told to nobody: the second comes to it by themselves.
        let records = match standing {
            Standing::Proposed if for_queue => Some(self.seal_pair(&pair, left, right, "")?),
            Standing::Judged => Some(self.seal_pair(&pair, left, right, reason)?),
            Standing::Proposed | Standing::TakenBack => None,
        };
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO reviews (generation, pair, account, verdict, standing, leaf, at, records) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(generation)
                .bind(pair.to_vec())
                .bind(account.to_vec())
                .bind(verdict.as_str())
                .bind(standing.as_str())
                .bind(i64::try_from(leaf).unwrap_or(i64::MAX))
                .bind(at.timestamp_millis())
                .bind(records)
                .execute(&mut *connection)
                .await?;
                if let Some(spoken) = spoken {
                    spoken.keep_in(&mut *connection).await?;
                }
                match contests {
                    OfContests::Stay => {}
                    OfContests::End => {
                        end_in(connection, &pair, ContestEnd { verdict, leaf, at }).await?;
                    }
                    OfContests::Reopen(ended) => {
                        reopen_in(connection, &pair, ended).await?;
                    }
                }
                Ok(())
            })
        })
        .await?;
        if contests != OfContests::Stay {
            self.inner.read_open_contests().await?;
        }
        Ok(())
    }

    /// Gives what was said in a generation of the index, and what was proposed in earlier ones of which nobody spoke between.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a row was changed by something else.
    pub async fn reviews(&self, generation: &str) -> Result<Reviews, StateError> {
        // Counted before it is read: what is written meanwhile makes it old.
        let writes = self.inner.kept();
        let last = &self.inner.reviews;
        let said = match last.of(generation, writes) {
            Some(said) => said,
            None => {
                let said = Arc::new(self.read_said(generation).await?);
                last.keep((generation, writes), &said, || self.inner.kept());
                said
            }
        };
        Ok(Reviews { state: self.clone(), said })
    }

    async fn read_said(&self, generation: &str) -> Result<Said, StateError> {
        let rows = sqlx::query(
            "SELECT pair, account, verdict, standing, leaf, at, records, generation = ?1 FROM reviews \
             WHERE generation = ?1 OR pair IN (SELECT pair FROM reviews \
             WHERE records IS NOT NULL AND standing = 'proposed' AND generation <> ?1) ORDER BY id",
        )
        .bind(generation.to_owned())
        .fetch_all(&self.inner.readers)
        .await?;
        let mut said: HashMap<Tag, Vec<Kept>> = HashMap::with_capacity(rows.len());
        let mut proposed: HashMap<u64, (RecordId, RecordId)> = HashMap::new();
        for row in &rows {
            let (pair, review): (Tag, Review) = (fixed(row, 0)?, read_review(row)?);
            let (sealed, is_now) = (row.try_get::<Option<Vec<u8>>, _>(6)?, row.try_get::<i64, _>(7)? != 0);
            let records = sealed.map(|sealed| self.unseal_pair(&pair, &sealed)).transpose()?;
            if let Some(Unsealed { left, right, .. }) = &records
                && review.standing == Standing::Proposed
                && is_now
            {
                proposed.insert(review.leaf, (left.clone(), right.clone()));
            }
            follow(said.entry(pair).or_default(), (review, records, is_now), |(review, ..)| review);
        }
        let mut named: HashMap<RecordId, Vec<(RecordId, Review)>> = HashMap::with_capacity(said.len());
        let mut unnamed = HashMap::new();
        let (mut judged, mut proposals): (Vec<Judged>, Vec<Proposal>) = (Vec::new(), Vec::new());
        for (pair, of_pair) in said {
            // What was judged in other generations is for their indexes to know. A proposal of one waits as long as nobody spoke
            // after it there.
            let before = of_pair.iter().rposition(|(.., is_now)| !is_now);
            let waits = |review: &Review, records: &Option<Unsealed>, at: usize| {
                before == Some(at) && review.standing == Standing::Proposed && records.is_some()
            };
            // Whoever came to the same in this generation finds it by the number under which it waited for them.
            for (at, (review, records, _)) in of_pair.iter().enumerate() {
                if let Some(Unsealed { left, right, .. }) = records
                    && waits(review, records, at)
                {
                    proposed.insert(review.leaf, (left.clone(), right.clone()));
                }
            }
            let of_whom = of_pair.iter().find_map(|(_, records, _)| records.as_ref());
            let of_whom = of_whom.map(|records| (records.left.clone(), records.right.clone()));
            let last = of_pair
                .into_iter()
                .enumerate()
                .rfind(|(at, (review, records, is_now))| *is_now || waits(review, records, *at));
            let Some((_, (review, records, _))) = last else { continue };
            match of_whom {
                Some((left, right)) => named.entry(left).or_default().push((right, review)),
                None => _ = unnamed.insert(pair, review),
            }
            let Some(Unsealed { left, right, reason }) = records else { continue };
            if review.standing == Standing::Judged {
                judged.push(Judged { left, right, reason, review });
            } else {
                proposed.insert(review.leaf, (left.clone(), right.clone()));
                proposals.push(Proposal { left, right, review });
            }
        }
        judged.sort_unstable_by_key(|judged| std::cmp::Reverse(judged.review.leaf));
        let judged_in = judged.iter().enumerate().map(|(at, judged)| (judged.review.leaf, at)).collect();
        proposals.sort_unstable_by_key(|proposal| proposal.review.leaf);
        Ok(Said { named, unnamed, proposals, judged, judged_in, proposed })
    }

    /// Tells whether the judgement of entry `leaf` of the log was made in a generation of the index, which then knows nothing
    /// of it, and not taken back since: the next run of linking does.
    ///
    /// # Errors
    /// [`StateError`] when the database fails.
    pub async fn is_judged_in(&self, generation: &str, leaf: u64) -> Result<bool, StateError> {
        let Ok(entry) = i64::try_from(leaf) else { return Ok(false) };
        let rows = sqlx::query(
            "SELECT pair, account, verdict, standing, leaf, at FROM reviews WHERE generation = ?1 \
             AND pair = (SELECT pair FROM reviews WHERE generation = ?1 AND leaf = ?2) ORDER BY id",
        )
        .bind(generation.to_owned())
        .bind(entry)
        .fetch_all(&self.inner.readers)
        .await?;
        Ok(followed(&rows)?.iter().any(|review| review.leaf == leaf))
    }

    /// Tells whether what was said in entry `leaf` of the log was taken back, in whatever generation of the index that was; not
    /// where nothing is kept of it.
    ///
    /// # Errors
    /// [`StateError`] when the database fails.
    pub async fn is_taken_back(&self, leaf: u64) -> Result<bool, StateError> {
        let Ok(entry) = i64::try_from(leaf) else { return Ok(false) };
        let rows = sqlx::query(
            "SELECT pair, account, verdict, standing, leaf, at, generation, records IS NOT NULL FROM reviews \
             WHERE pair = (SELECT pair FROM reviews WHERE leaf = ?1) ORDER BY id",
        )
        .bind(entry)
        .fetch_all(&self.inner.readers)
        .await?;
        Ok(!rows.is_empty() && followed_across(&rows, None)?.iter().all(|review| review.leaf != leaf))
    }

    /// Gives what was said last of two records, the smaller id first, and not taken back, whatever generation of the index was in
    /// service then, where `now` is; none when nothing was. Of proposals of before, only those that wait are among it.
    ///
    /// # Errors
    /// [`StateError`] when the database fails.
    pub async fn said_last(&self, now: &str, left: &RecordId, right: &RecordId) -> Result<Option<Review>, StateError> {
        let pair = self.inner.keys.pair(left, right);
        let rows = sqlx::query(
            "SELECT pair, account, verdict, standing, leaf, at, generation, records IS NOT NULL FROM reviews \
             WHERE pair = ?1 ORDER BY id",
        )
        .bind(pair.to_vec())
        .fetch_all(&self.inner.readers)
        .await?;
        Ok(followed_across(&rows, Some(now))?.pop())
    }

    /// Erases of what was judged in other generations than this one, which is in service, of which records it was and why: its
    /// index knows what came of it, and nobody goes back to it. Erases as well of which records something was proposed where
    /// it was taken back, or somebody spoke of the two since and did not take that back: the proposal waits for nobody. Tells of
    /// how many sayings. To be called whenever an index comes into service.
    ///
    /// # Errors
    /// As [`State::erase_look`].
    pub async fn forget_judged_before(&self, generation: &str) -> Result<u64, StateError> {
        let rows = sqlx::query(
            "SELECT pair, account, verdict, standing, leaf, at, id, records IS NOT NULL FROM reviews \
             WHERE generation <> ?1 AND pair IN (SELECT pair FROM reviews \
             WHERE records IS NOT NULL AND generation <> ?1) ORDER BY id",
        )
        .bind(generation.to_owned())
        .fetch_all(&self.inner.readers)
        .await?;
        let mut said: HashMap<Tag, Vec<(Review, i64)>> = HashMap::new();
        let mut ended: HashSet<i64> = HashSet::new();
        for row in &rows {
            let (pair, review): (Tag, Review) = (fixed(row, 0)?, read_review(row)?);
            let (id, is_named) = (row.try_get::<i64, _>(6)?, row.try_get::<i64, _>(7)? != 0);
            if is_named {
                ended.insert(id);
            }
            follow(said.entry(pair).or_default(), (review, id), |(review, _)| review);
        }
        for of_pair in said.values() {
            if let Some((_, id)) = of_pair.last().filter(|(review, _)| review.standing == Standing::Proposed) {
                ended.remove(id);
            }
        }
        self.forget_records(ended.into_iter().collect()).await
    }

    /// Erases of which records it was, and why, in these rows; tells how many they are.
    async fn forget_records(&self, rows: Vec<i64>) -> Result<u64, StateError> {
        let forgotten = rows.len() as u64;
        if forgotten == 0 {
            return Ok(0);
        }
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                for id in rows {
                    let erase = "UPDATE reviews SET records = NULL WHERE id = ?";
                    sqlx::query(erase).bind(id).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
        .await?;
        self.truncate().await?;
        Ok(forgotten)
    }

    /// Erases which records stewards judged or proposed something of, and why, where one is this record; tells of how many
    /// sayings. What they said stays, of records that nobody can name any more.
    ///
    /// # Errors
    /// As [`State::erase_look`].
    pub async fn erase_reviews_of_record(&self, record: &RecordId) -> Result<u64, StateError> {
        let query = "SELECT id, pair, records FROM reviews WHERE records IS NOT NULL";
        let rows = sqlx::query(query).fetch_all(&self.inner.readers).await?;
        let mut wanted: Vec<i64> = Vec::new();
        for row in &rows {
            let Unsealed { left, right, .. } = self.unseal_pair(&fixed(row, 1)?, row.try_get(2)?)?;
            if left == *record || right == *record {
                wanted.push(row.try_get(0)?);
            }
        }
        self.forget_records(wanted).await
    }

    fn seal_pair(&self, pair: &Tag, left: &RecordId, right: &RecordId, reason: &str) -> Result<Vec<u8>, StateError> {
        let json = serde_json::to_vec(&[left.to_string(), right.to_string(), reason.to_owned()]);
        let json = json.map_err(|_| StateError::Unsealable { what: REVIEW })?;
        self.inner.keys.seal_row(REVIEW, pair, &json)
    }

    fn unseal_pair(&self, pair: &Tag, sealed: &[u8]) -> Result<Unsealed, StateError> {
        let changed = || StateError::Unsealable { what: REVIEW };
        let json = self.inner.keys.unseal_row(REVIEW, pair, sealed)?;
        let texts: Vec<String> = serde_json::from_slice(&json).map_err(|_| changed())?;
        // Earlier versions kept no reason.
        let (left, right, reason) = match texts.as_slice() {
            [left, right] => (left, right, String::new()),
            [left, right, reason] => (left, right, reason.clone()),
            _ => return Err(changed()),
        };
        let (left, right) = (left.parse().map_err(|_| changed())?, right.parse().map_err(|_| changed())?);
        // A row that was put in the place of another would name other records than it is found by.
        if self.inner.keys.pair(&left, &right) != *pair {
            return Err(changed());
        }
        Ok(Unsealed { left, right, reason })
    }
}

fn read_review(row: &SqliteRow) -> Result<Review, StateError> {
    let changed = || StateError::Unsealable { what: REVIEW };
    let (verdict, standing): (&str, &str) = (row.try_get(2)?, row.try_get(3)?);
    let verdicts = [Verdict::Same, Verdict::Different, Verdict::CannotSay, Verdict::TakenBack];
    Ok(Review {
        verdict: verdicts.into_iter().find(|known| known.as_str() == verdict).ok_or_else(changed)?,
        standing: Standing::ALL.into_iter().find(|known| known.as_str() == standing).ok_or_else(changed)?,
        leaf: u64::try_from(row.try_get::<i64, _>(4)?).map_err(|_| changed())?,
        at: DateTime::from_timestamp_millis(row.try_get(5)?).ok_or_else(changed)?,
        account: fixed(row, 1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_kept_until_something_is_written_or_erased() {
        let (last, said) = (LastRead::default(), Arc::new(Said::default()));
        let is_kept = |generation: &str, writes: u64| last.of(generation, writes).is_some();
        last.keep(("g1", 3), &said, || 3);
        assert!(is_kept("g1", 3));
        assert!(!is_kept("g1", 4), "something was written since");
        assert!(!is_kept("g2", 3), "another index is in service");
        last.forget();
        assert!(!is_kept("g1", 3));
        last.keep(("g1", 3), &said, || 4);
        assert!(last.0.read().is_none(), "something was erased while it was read");
    }
}
