//! Sessions: who holds the id is the actor that was signed in with it.

use std::fmt;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::Row;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::StateError;
use crate::store::State;
use crate::writer::Durability;

const SESSION: &str = "session";

/// The secret that names a session: 256 random bits. Only its hash is kept.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SessionId([u8; 32]);

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(…)")
    }
}

impl SessionId {
    /// Gives the id as 64 hexadecimal digits, for a cookie or a token. A secret: never log it.
    #[must_use]
    pub fn to_text(&self) -> String {
        hex::encode(self.0)
    }

    /// Gives the id written as `text`; none when it isn't one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut id = [0; 32];
        hex::decode_to_slice(text, &mut id).ok()?;
        Some(Self(id))
    }

    /// Gives what is kept: an id of 256 random bits needs no salt.
    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

/// A session that is neither expired nor revoked.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// The actor, in the JSON that it was begun with.
    pub actor_json: String,
    /// Until when.
    pub expires: DateTime<Utc>,
}

/// Shows nobody.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl State {
    /// Begins a session of an actor and gives its id, which is kept nowhere.
    ///
    /// # Errors
    /// [`StateError`]; no session was begun.
    pub async fn new_session(&self, actor_json: &str, expires: DateTime<Utc>) -> Result<SessionId, StateError> {
        let mut id = SessionId([0; 32]);
        getrandom::fill(&mut id.0).map_err(|_| StateError::Random)?;
        let hash = id.hash();
        let sealed = self.inner.keys.seal_row(SESSION, &hash, actor_json.as_bytes())?;
        let expires_ms = expires.timestamp_millis();
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT INTO sessions (id, sealed, expires) VALUES (?, ?, ?)")
                    .bind(hash.to_vec())
                    .bind(sealed)
                    .bind(expires_ms)
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await?;
        Ok(id)
    }

    /// Gives the session of this id; none when there is none, or it expired before `now`, or was revoked.
    ///
    /// # Errors
    /// [`StateError`] when the database fails or the session can't be unsealed.
    pub async fn session(&self, id: &SessionId, now: DateTime<Utc>) -> Result<Option<Session>, StateError> {
        let hash = id.hash();
        let found =
            sqlx::query("SELECT sealed, expires FROM sessions WHERE id = ? AND expires > ? AND revoked IS NULL")
                .bind(hash.to_vec())
                .bind(now.timestamp_millis())
                .fetch_optional(&self.inner.readers)
                .await?;
        let Some(row) = found else { return Ok(None) };
        let changed = || StateError::Unsealable { what: SESSION };
        let actor = self.inner.keys.unseal_row(SESSION, &hash, row.try_get(0)?)?;
        let actor_json = String::from_utf8(actor.to_vec()).map_err(|_| changed())?;
        let expires = DateTime::from_timestamp_millis(row.try_get(1)?).ok_or_else(changed)?;
        Ok(Some(Session { actor_json, expires }))
    }

    /// Ends a session; tells whether it was open.
    ///
    /// # Errors
    /// [`StateError`]; the session was not ended.
    pub async fn revoke(&self, id: &SessionId, now: DateTime<Utc>) -> Result<bool, StateError> {
        let hash = id.hash().to_vec();
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                let done = sqlx::query("UPDATE sessions SET revoked = ? WHERE id = ? AND revoked IS NULL")
                    .bind(now.timestamp_millis())
                    .bind(hash)
                    .execute(connection)
                    .await?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    /// Deletes the sessions that expired before `now`, and gives how many.
    ///
    /// # Errors
    /// [`StateError`]; none was deleted.
    pub async fn delete_expired_sessions(&self, now: DateTime<Utc>) -> Result<u64, StateError> {
        self.write(Durability::Now, move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM sessions WHERE expires <= ?")
                    .bind(now.timestamp_millis())
                    .execute(connection)
                    .await?;
                Ok(done.rows_affected())
            })
        })
        .await
    }
}
