//! The versions of the database file.

use std::path::Path;

use sqlx::Row;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use crate::error::StateError;

/// Marks a database as Lucarne's: `Luca` in ASCII.
const APPLICATION_ID: i64 = 0x4c75_6361;

/// What brings a file from version N to N + 1, at place N.
const MIGRATIONS: [&str; 1] = [include_str!("../migrations/0001_initial.sql")];

/// The version that this build reads and writes.
pub(crate) const VERSION: i64 = MIGRATIONS.len() as i64;

async fn number(connection: &mut SqliteConnection, pragma: &'static str) -> Result<i64, StateError> {
    let row: SqliteRow = sqlx::query(pragma).fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}

/// Brings the file at `path` to [`VERSION`]; each step is a transaction.
pub(crate) async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StateError> {
    let application = number(connection, "PRAGMA application_id").await?;
    let found = number(connection, "PRAGMA user_version").await?;
    let tables = number(connection, "SELECT count(*) FROM sqlite_schema").await?;
    let is_new = application == 0 && found == 0 && tables == 0;
    if !is_new && application != APPLICATION_ID {
        return Err(StateError::NotOurs { path: path.to_owned() });
    }
    let other_version = || StateError::OtherVersion { path: path.to_owned(), found, expected: VERSION };
    let steps_done = usize::try_from(found).map_err(|_| other_version())?;
    let steps = MIGRATIONS.get(steps_done..).ok_or_else(other_version)?;
    for (step, sql) in (steps_done + 1..).zip(steps) {
        let script = format!(
            "BEGIN IMMEDIATE;\n{sql}\nPRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {step};\nCOMMIT;"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&mut *connection).await?;
    }
    Ok(())
}
