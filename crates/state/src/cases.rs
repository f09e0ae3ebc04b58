//! Cases: what an agency works on, so that a look can be for one.

use std::fmt;

use chrono::{DateTime, Utc};
use model::{AgencyId, CaseId, OfficerId};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::error::StateError;
use crate::looks::fixed;
use crate::seal::{Keys, Tag};
use crate::store::State;
use crate::writer::Durability;

const CASE: &str = "case";

/// A case of an agency.
#[derive(Clone, PartialEq, Eq)]
pub struct Case {
    /// The agency.
    pub agency: AgencyId,
    /// Its reference, as the agency writes it.
    pub id: CaseId,
    /// What it is about.
    pub title: String,
    /// Who opened it.
    pub by: OfficerId,
    /// When it was opened.
    pub opened: DateTime<Utc>,
    /// When it was closed, if it was.
    pub closed: Option<DateTime<Utc>>,
}

/// Shows nothing that names a person; references and titles of cases may.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("agency", &self.agency)
            .field("opened", &self.opened)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

/// What is sealed of a case.
#[derive(Serialize, Deserialize)]
struct Sealed {
    id: CaseId,
    title: String,
    by: OfficerId,
}

impl State {
    /// Opens a case of an agency.
    ///
    /// # Errors
    /// [`StateError::CaseExists`] when the agency has one of this reference, open or closed; any other of the database.
    pub async fn open_case(
        &self,
        agency: &AgencyId,
        case: &CaseId,
        title: &str,
        by: &OfficerId,
        at: DateTime<Utc>,
    ) -> Result<(), StateError> {
        let name = self.inner.keys.case(agency, case);
        let content = Sealed { id: case.clone(), title: title.to_owned(), by: by.clone() };
        let json = serde_json::to_vec(&content).map_err(|_| StateError::Unsealable { what: CASE })?;
        let sealed = self.inner.keys.seal_row(CASE, &name, &json)?;
        let agency = agency.as_str().to_owned();
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                let done =
                    sqlx::query("INSERT OR IGNORE INTO cases (agency, name, sealed, opened) VALUES (?, ?, ?, ?)")
                        .bind(agency)
                        .bind(name.to_vec())
                        .bind(sealed)
                        .bind(at.timestamp_millis())
                        .execute(connection)
                        .await?;
                if done.rows_affected() == 0 { Err(StateError::CaseExists) } else { Ok(()) }
            })
        })
        .await
    }

    /// Closes a case; tells whether it was open.
    ///
    /// # Errors
    /// [`StateError`]; the case was not closed.
    pub async fn close_case(&self, agency: &AgencyId, case: &CaseId, at: DateTime<Utc>) -> Result<bool, StateError> {
        let name = self.inner.keys.case(agency, case).to_vec();
        let agency = agency.as_str().to_owned();
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE cases SET closed = ? WHERE agency = ? AND name = ? AND closed IS NULL")
                    .bind(at.timestamp_millis())
                    .bind(agency)
                    .bind(name)
                    .execute(connection)
                    .await?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    /// Gives the cases of an agency, newest first.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or a case can't be unsealed.
    pub async fn cases(&self, agency: &AgencyId) -> Result<Vec<Case>, StateError> {
        let rows =
            sqlx::query("SELECT name, sealed, opened, closed FROM cases WHERE agency = ? ORDER BY opened DESC, name")
                .bind(agency.as_str().to_owned())
                .fetch_all(&self.inner.readers)
                .await?;
        rows.iter().map(|row| read(&self.inner.keys, agency, row)).collect()
    }

    /// Gives a case of an agency; none when it has none of this reference.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or the case can't be unsealed.
    pub async fn case(&self, agency: &AgencyId, case: &CaseId) -> Result<Option<Case>, StateError> {
        let row = sqlx::query("SELECT name, sealed, opened, closed FROM cases WHERE agency = ? AND name = ?")
            .bind(agency.as_str().to_owned())
            .bind(self.inner.keys.case(agency, case).to_vec())
            .fetch_optional(&self.inner.readers)
            .await?;
        row.map(|row| read(&self.inner.keys, agency, &row)).transpose()
    }
}

fn read(keys: &Keys, agency: &AgencyId, row: &SqliteRow) -> Result<Case, StateError> {
    let changed = || StateError::Unsealable { what: CASE };
    let name: Tag = fixed(row, 0)?;
    let json = keys.unseal_row(CASE, &name, row.try_get(1)?)?;
    let Sealed { id, title, by } = serde_json::from_slice(&json).map_err(|_| changed())?;
    let opened = DateTime::from_timestamp_millis(row.try_get(2)?).ok_or_else(changed)?;
    let closed: Option<i64> = row.try_get(3)?;
    let closed = closed.map(|ms| DateTime::from_timestamp_millis(ms).ok_or_else(changed)).transpose()?;
    Ok(Case { agency: agency.clone(), id, title, by, opened, closed })
}
