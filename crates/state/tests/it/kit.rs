//! What the tests share.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use model::{OfficerId, PersonId, PurposeId};
use sqlx::ConnectOptions as _;
use state::{Activity, MasterKey, NewLook, Options, State};

pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join("state.sqlite")
}

pub(crate) fn key() -> MasterKey {
    MasterKey::from_bytes([42; 32])
}

pub(crate) async fn open(folder: &Path) -> State {
    State::open(&file(folder), key()).await.unwrap()
}

pub(crate) async fn open_small(folder: &Path, pages_max: u32) -> State {
    State::open_with(&file(folder), key(), Options { pages_max: Some(pages_max) }).await.unwrap()
}

pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_770_000_000_000 + second * 1000).unwrap()
}

pub(crate) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 4).unwrap()
}

pub(crate) fn officer(id: &str) -> OfficerId {
    OfficerId::new(id).unwrap()
}

pub(crate) fn purpose(id: &str) -> PurposeId {
    PurposeId::new(id).unwrap()
}

/// A look of number `number`: its commitment is made of it.
pub(crate) fn look(number: u64, persons: &[u64], detail: &str) -> NewLook {
    let mut commitment = [0xab; 32];
    commitment[..8].copy_from_slice(&number.to_le_bytes());
    NewLook {
        commitment,
        at: at(i64::try_from(number).unwrap()),
        account: Some(officer("o-martin")),
        purpose: purpose("loan-relief"),
        day: day(),
        persons: persons.iter().map(|person| PersonId(*person)).collect(),
        counts_to_budget: true,
        stands_in: None,
        counts_as: Some(Activity::Look),
        detail: detail.as_bytes().to_vec(),
    }
}

/// The bytes of every file of the store, one after the other.
pub(crate) fn raw(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    bytes
}

pub(crate) fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    assert!(!needle.is_empty());
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Runs SQL behind the store's back.
pub(crate) async fn run(folder: &Path, sql: &str) {
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file(folder))
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
}
