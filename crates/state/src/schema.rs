//! The versions of the database file.

use std::path::Path;

use sqlx::Row;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use crate::error::StateError;

/// What a file holds.
pub(crate) struct Schema {
    /// Marks a database as Lucarne's.
    application_id: i64,
    /// What brings a file from version N to N + 1, at place N. There are as many versions as steps.
    migrations: &'static [&'static str],
}

/// The store: `Luca` in ASCII.
pub(crate) const STORE: Schema = Schema {
    application_id: 0x4c75_6361,
    migrations: &[
        include_str!("../migrations/0001_initial.sql"),
        include_str!("../migrations/0002_reviews.sql"),
        include_str!("../migrations/0003_contests.sql"),
        include_str!("../migrations/0004_arrivals.sql"),
        include_str!("../migrations/0005_proposals.sql"),
        include_str!("../migrations/0006_activity.sql"),
        include_str!("../migrations/0007_counted_since.sql"),
        include_str!("../migrations/0008_spoken.sql"),
    ],
};

/// The looks that are not in the store's tables yet, and records that came by themselves: `Lucr` in ASCII.
pub(crate) const RECENT: Schema = Schema {
    application_id: 0x4c75_6372,
    migrations: &[
        include_str!("../migrations/recent/0001_initial.sql"),
        include_str!("../migrations/recent/0002_arrivals.sql"),
    ],
};

async fn number(connection: &mut SqliteConnection, pragma: &'static str) -> Result<i64, StateError> {
    let row: SqliteRow = sqlx::query(pragma).fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}

impl Schema {
    /// Brings the file at `path` to the version that this build reads and writes; each step is a transaction.
    pub(crate) async fn migrate(&self, connection: &mut SqliteConnection, path: &Path) -> Result<(), StateError> {
        let Self { application_id, migrations } = self;
        let application = number(connection, "PRAGMA application_id").await?;
        let found = number(connection, "PRAGMA user_version").await?;
        let tables = number(connection, "SELECT count(*) FROM sqlite_schema").await?;
        let is_new = application == 0 && found == 0 && tables == 0;
        if !is_new && application != *application_id {
            return Err(StateError::NotOurs { path: path.to_owned() });
        }
        let expected = migrations.len() as i64;
        let other_version = || StateError::OtherVersion { path: path.to_owned(), found, expected };
        let steps_done = usize::try_from(found).map_err(|_| other_version())?;
        let steps = migrations.get(steps_done..).ok_or_else(other_version)?;
        for (step, sql) in (steps_done + 1..).zip(steps) {
            let script = format!(
                "BEGIN IMMEDIATE;\n{sql}\nPRAGMA application_id = {application_id};\nPRAGMA user_version = {step};\nCOMMIT;"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&mut *connection).await?;
        }
        Ok(())
    }
}
