//! What stewards said of uncertain pairs since the index was built, which doesn't know of it yet.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use model::{OfficerId, RecordId, Verdict};
use sqlx::Row;

use crate::error::StateError;
use crate::looks::fixed;
use crate::seal::Tag;
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
    /// What was said was taken back: the pair is open again.
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

/// The last that was said of each pair of a generation.
#[derive(Debug)]
pub struct Reviews {
    state: State,
    by_pair: HashMap<Tag, Review>,
}

impl Reviews {
    /// Gives what was said last of two records, the smaller id first; none when nothing was, or it was taken back.
    #[must_use]
    pub fn of(&self, left: &RecordId, right: &RecordId) -> Option<Review> {
        if self.by_pair.is_empty() {
            return None;
        }
        let review = self.by_pair.get(&self.state.inner.keys.pair(left, right)).copied();
        review.filter(|review| review.standing != Standing::TakenBack)
    }

    /// Tells whether an account said it.
    #[must_use]
    pub fn is_by(&self, review: &Review, account: &OfficerId) -> bool {
        review.account == self.state.inner.keys.account(account)
    }
}

impl State {
    /// Keeps what a steward said of two records, the smaller id first, in a generation of the index.
    ///
    /// # Errors
    /// [`StateError`]; it was not kept.
    #[expect(clippy::too_many_arguments, reason = "a row of a table")]
    pub async fn note_review(
        &self,
        generation: &str,
        (left, right): (&RecordId, &RecordId),
        by: &OfficerId,
        verdict: Verdict,
        standing: Standing,
        leaf: u64,
        at: DateTime<Utc>,
    ) -> Result<(), StateError> {
        let (pair, account) = (self.inner.keys.pair(left, right), self.inner.keys.account(by));
        let generation = generation.to_owned();
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO reviews (generation, pair, account, verdict, standing, leaf, at) \
                     VALUES (?, ?, ?, ?, ?, ?, ?)",
                )
                .bind(generation)
                .bind(pair.to_vec())
                .bind(account.to_vec())
                .bind(verdict.as_str())
                .bind(standing.as_str())
                .bind(i64::try_from(leaf).unwrap_or(i64::MAX))
                .bind(at.timestamp_millis())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Gives what was said in a generation of the index.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a row was changed by something else.
    pub async fn reviews(&self, generation: &str) -> Result<Reviews, StateError> {
        let rows = sqlx::query(
            "SELECT pair, account, verdict, standing, leaf, at FROM reviews WHERE generation = ? ORDER BY id",
        )
        .bind(generation.to_owned())
        .fetch_all(&self.inner.readers)
        .await?;
        let changed = || StateError::Unsealable { what: REVIEW };
        let mut by_pair = HashMap::with_capacity(rows.len());
        for row in &rows {
            let (verdict, standing): (&str, &str) = (row.try_get(2)?, row.try_get(3)?);
            let verdicts = [Verdict::Same, Verdict::Different, Verdict::CannotSay];
            let review = Review {
                verdict: verdicts.into_iter().find(|known| known.as_str() == verdict).ok_or_else(changed)?,
                standing: Standing::ALL.into_iter().find(|known| known.as_str() == standing).ok_or_else(changed)?,
                leaf: u64::try_from(row.try_get::<i64, _>(4)?).map_err(|_| changed())?,
                at: DateTime::from_timestamp_millis(row.try_get(5)?).ok_or_else(changed)?,
                account: fixed(row, 1)?,
            };
            by_pair.insert(fixed(row, 0)?, review);
        }
        Ok(Reviews { state: self.clone(), by_pair })
    }
}
