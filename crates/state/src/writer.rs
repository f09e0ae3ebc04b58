//! The one writer: a transaction at a time, and none after one whose outcome isn't known.

use std::future::Future;
use std::pin::Pin;

use sqlx::SqliteConnection;

use crate::error::StateError;

/// Work within a transaction.
pub(crate) type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, StateError>> + Send + 'c>>;

/// When a write must have reached the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Before it is acknowledged.
    Now,
    /// With the next write that is [`Durability::Now`]: both go to the same write-ahead log, in order, and a sync of it
    /// covers what was written before.
    WithTheNext,
}

/// The one connection that writes: a second one would make the first forget its pages.
pub(crate) struct Writer {
    pub(crate) connection: SqliteConnection,
    /// What the connection's `synchronous` is set to; none when it isn't known.
    set_to: Option<Durability>,
    /// Whether how a transaction ended isn't known.
    uncertain: bool,
}

impl Writer {
    /// Takes a connection.
    pub(crate) fn new(connection: SqliteConnection) -> Self {
        Self { connection, set_to: None, uncertain: false }
    }

    /// Tells whether how a transaction ended isn't known.
    pub(crate) fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// Does the work in one transaction. When it fails nothing of it is kept.
    ///
    /// # Errors
    /// Those of the work; [`StateError::Full`] when there is no room for it; [`StateError::CommitFailed`] when the commit failed
    /// otherwise, and [`StateError::Uncertain`] ever after.
    pub(crate) async fn transact<T, F>(&mut self, durability: Durability, work: F) -> Result<T, StateError>
    where
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send,
    {
        if self.uncertain {
            return Err(StateError::Uncertain);
        }
        self.set_durability(durability).await?;
        // Set until the end is known, so that a task that dies on the way leaves it set.
        self.uncertain = true;
        if let Err(error) = sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await {
            self.uncertain = !is_idle(&mut self.connection).await;
            return Err(error.into());
        }
        let outcome = work(&mut self.connection).await;
        self.end(outcome).await
    }

    /// Ends a transaction: commits what went well, takes back what did not.
    async fn end<T>(&mut self, outcome: Result<T, StateError>) -> Result<T, StateError> {
        let connection = &mut self.connection;
        match outcome {
            Ok(value) => {
                if let Err(error) = sqlx::query("COMMIT").execute(&mut *connection).await {
                    let error = StateError::from(error);
                    // For the last page, which makes it count, there was no room: see `recent::Journal::failed_commit`.
                    if matches!(error, StateError::Full(_)) && is_undone(connection).await {
                        self.uncertain = false;
                        return Err(error);
                    }
                    tracing::error!("a commit failed; nothing more is written until the server is restarted");
                    return Err(StateError::CommitFailed(error.into()));
                }
                self.uncertain = false;
                Ok(value)
            }
            Err(error) => {
                self.uncertain = !is_undone(connection).await;
                Err(error)
            }
        }
    }

    /// Sets whether a commit waits for the disk: `FULL` syncs the write-ahead log at each commit, `NORMAL` doesn't.
    async fn set_durability(&mut self, durability: Durability) -> Result<(), StateError> {
        if self.set_to == Some(durability) {
            return Ok(());
        }
        let pragma = match durability {
            Durability::Now => "PRAGMA synchronous = FULL",
            Durability::WithTheNext => "PRAGMA synchronous = NORMAL",
        };
        self.set_to = None;
        sqlx::query(pragma).execute(&mut self.connection).await?;
        self.set_to = Some(durability);
        Ok(())
    }
}

/// Takes a transaction back, and tells whether that is certain.
async fn is_undone(connection: &mut SqliteConnection) -> bool {
    let rolled_back = sqlx::query("ROLLBACK").execute(&mut *connection).await.is_ok();
    // SQLite rolls back by itself after some errors, such as a full disk; then there is nothing to roll back.
    rolled_back || is_idle(connection).await
}

/// Tells whether no transaction is open: only then can one be begun.
async fn is_idle(connection: &mut SqliteConnection) -> bool {
    sqlx::query("BEGIN").execute(&mut *connection).await.is_ok()
        && sqlx::query("ROLLBACK").execute(connection).await.is_ok()
}
