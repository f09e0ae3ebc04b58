//! How much accounts ask: numbers by account and day.
//!
//! Looks are counted when they are moved into the tables, so that telling the numbers costs a row for each account and day,
//! however many looks there are. An account is a keyed hash here; its name is in the sealed details of its looks alone. Of the
//! looks of a day the newest is kept beside the number, to find that name by. Which the others were is not: numbers are told,
//! and nobody's work is listed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use rusqlite::params;
use sqlx::{Row as _, SqliteConnection};

use crate::error::StateError;
use crate::looks::{day_number, fixed};
use crate::recent;
use crate::seal::Tag;
use crate::store::State;

/// For how many days numbers are kept, the newest day counted; the numbers of earlier ones are deleted.
pub const ACTIVITY_DAYS: u64 = 40;

/// As what a look counts among what its account does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Something was shown.
    Look,
    /// Something was refused.
    Refusal,
}

impl Activity {
    /// Gives the number that stands for it in frames.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Look => 1,
            Self::Refusal => 2,
        }
    }

    /// Gives what a number in a frame stands for.
    pub(crate) fn of_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Look),
            2 => Some(Self::Refusal),
            _ => None,
        }
    }
}

/// What a look adds to the numbers of its account.
#[derive(Clone, Copy)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Active {
    pub(crate) account: Tag,
    pub(crate) day: i64,
    pub(crate) activity: Activity,
}

/// Numbers of looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActivityCount {
    /// Looks by which something was shown.
    pub looks: u64,
    /// Looks that were refused.
    pub refusals: u64,
}

impl ActivityCount {
    fn add(&mut self, activity: Activity) {
        match activity {
            Activity::Look => self.looks += 1,
            Activity::Refusal => self.refusals += 1,
        }
    }

    fn total(self) -> u64 {
        self.looks.saturating_add(self.refusals)
    }
}

/// How much an account asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveAccount {
    /// How much.
    pub count: ActivityCount,
    /// The commitment of a look whose detail names the account: the newest of one of the days. None when the details of all
    /// those were erased.
    pub named_by: Option<[u8; 32]>,
}

/// The accounts that asked most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MostActive {
    /// They, the most active first.
    pub accounts: Vec<ActiveAccount>,
    /// How many others there are.
    pub others: u64,
    /// How much those asked together.
    pub of_others: ActivityCount,
    /// The day from which looks are counted, in a store that had some before: those of earlier days are in no number, and
    /// of the day itself perhaps not all. None in a store that has counted from its beginning.
    pub counted_since: Option<NaiveDate>,
}

/// Numbers to be added to the table: by account and day how many, and the newest look.
#[derive(Default)]
pub(crate) struct Sums(BTreeMap<(Tag, i64), (ActivityCount, i64)>);

impl Sums {
    /// Counts a look. Later looks come later.
    pub(crate) fn add(&mut self, active: Active, look: i64) {
        let (count, newest) = self.0.entry((active.account, active.day)).or_default();
        count.add(active.activity);
        *newest = look;
    }

    /// Adds the numbers to those of the table, and deletes those of days long past. A clock that ran ahead for a while can
    /// delete numbers too early, and nothing else.
    pub(crate) fn insert(&self, transaction: &rusqlite::Transaction<'_>) -> Result<(), StateError> {
        let Some(newest) = self.0.keys().map(|(_, day)| *day).max() else { return Ok(()) };
        let mut rows = transaction.prepare_cached(
            "INSERT INTO activity (account, day, looks, refusals, look) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (account, day) DO UPDATE SET looks = activity.looks + excluded.looks, \
             refusals = activity.refusals + excluded.refusals, look = excluded.look",
        )?;
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        for ((account, day), (count, look)) in &self.0 {
            let (looks, refusals) = (number(count.looks), number(count.refusals));
            rows.execute(params![account.as_slice(), day, looks, refusals, look])?;
        }
        let long_past = newest.saturating_sub(ACTIVITY_DAYS as i64);
        transaction.execute("DELETE FROM activity WHERE day <= ?", [long_past])?;
        Ok(())
    }
}

impl State {
    /// Gives the accounts that asked most on these days (UTC), at most so many, and the sum of all others. Only looks that say as
    /// what they count are counted, erased ones too, and of at most the last [`ACTIVITY_DAYS`] days.
    ///
    /// # Errors
    /// [`StateError`] when the database fails.
    pub async fn most_active(&self, days: RangeInclusive<NaiveDate>, most: usize) -> Result<MostActive, StateError> {
        let days = day_number(*days.start())..=day_number(*days.end());
        // First what is in memory: what is moved from there meanwhile is in the tables, which say up to which frame they have
        // all. Both are asked of one moment of the tables, so that no look is counted twice and none is missed.
        let memory = self.inner.recent.snapshot();
        let mut tables = self.inner.readers.begin().await?;
        let settled = recent::settled(&mut tables).await?;
        let sums = "SELECT account, sum(looks), sum(refusals) FROM activity WHERE day BETWEEN ? AND ? GROUP BY account";
        let rows = sqlx::query(sums).bind(*days.start()).bind(*days.end()).fetch_all(&mut *tables).await?;
        let mut known: HashMap<Tag, (ActivityCount, Option<[u8; 32]>)> = HashMap::with_capacity(rows.len());
        for row in rows {
            let number = |column: usize| row.try_get::<i64, _>(column).map(i64::unsigned_abs);
            let count = ActivityCount { looks: number(1)?, refusals: number(2)? };
            known.insert(fixed(&row, 0)?, (count, None));
        }
        for look in memory.looks_after(settled) {
            if let Some(active) = look.active.filter(|active| days.contains(&active.day)) {
                let (count, newest) = known.entry(active.account).or_default();
                count.add(active.activity);
                *newest = Some(look.commitment);
            }
        }
        let mut order: Vec<_> = known.into_iter().collect();
        // By tag where numbers are equal, so that the order stays as it is.
        order.sort_unstable_by_key(|(account, (count, _))| (Reverse(count.total()), *account));
        let rest = order.split_off(most.min(order.len()));
        let counted_since = counted_since(&mut tables).await?;
        let mut found = MostActive { others: rest.len() as u64, counted_since, ..MostActive::default() };
        for (_, (count, _)) in &rest {
            found.of_others.looks += count.looks;
            found.of_others.refusals += count.refusals;
        }
        for (account, (count, in_memory)) in order {
            let named_by = match in_memory {
                Some(commitment) => Some(commitment),
                None => newest_kept(&mut tables, &account, &days).await?,
            };
            found.accounts.push(ActiveAccount { count, named_by });
        }
        tables.commit().await?;
        Ok(found)
    }
}

/// Gives the newest look of an account whose detail is there, of those that are kept beside the numbers.
async fn newest_kept(
    connection: &mut SqliteConnection,
    account: &Tag,
    days: &RangeInclusive<i64>,
) -> Result<Option<[u8; 32]>, StateError> {
    let row = sqlx::query(
        "SELECT looks.commitment FROM activity JOIN looks ON looks.id = activity.look \
         JOIN details ON details.look = activity.look \
         WHERE activity.account = ? AND activity.day BETWEEN ? AND ? ORDER BY activity.look DESC LIMIT 1",
    )
    .bind(account.to_vec())
    .bind(*days.start())
    .bind(*days.end())
    .fetch_optional(connection)
    .await?;
    row.map(|row| fixed(&row, 0)).transpose()
}

/// Gives the day from which looks are counted, where the store had some before.
async fn counted_since(connection: &mut SqliteConnection) -> Result<Option<NaiveDate>, StateError> {
    let kept = sqlx::query("SELECT value FROM meta WHERE name = 'counted_since'").fetch_optional(connection).await?;
    let Some(row) = kept else { return Ok(None) };
    let text: &[u8] = row.try_get(0)?;
    let day = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    day.map(Some).ok_or(StateError::Unsealable { what: "day" })
}
