//! How the writer reaches `state` and the log.

use std::collections::HashSet;

use futures::future::BoxFuture;
use model::PersonId;
use state::{NewLook, PlacedLooks, ReadyLook, State, StateError, UnsavedKeys};
use tlog::Appender;
use tokio::sync::oneshot;

use crate::error::GateError;
use crate::keys::PersonKey;
use crate::writer::{BudgetKey, Details, Leaves, Put};

/// Details in SQLite.
pub(crate) struct DetailsInState(pub(crate) State);

impl Details for DetailsInState {
    type Sealed = ReadyLook;

    fn make_ready(&self, look: NewLook) -> Result<(ReadyLook, Vec<PersonKey>, UnsavedKeys), GateError> {
        let (ready, keys, unsaved) = self.0.make_ready(look).map_err(GateError::state)?;
        Ok((ready, keys.into_iter().map(PersonKey::from_bytes).collect(), unsaved))
    }

    fn person_keys(&self, persons: Vec<PersonId>) -> BoxFuture<'_, Result<(Vec<PersonKey>, UnsavedKeys), GateError>> {
        Box::pin(async move {
            let (keys, unsaved) = self.0.person_keys_for_looks(&persons).await.map_err(GateError::state)?;
            Ok((keys.into_iter().map(PersonKey::from_bytes).collect(), unsaved))
        })
    }

    fn put(&self, looks: Vec<ReadyLook>, unsaved: UnsavedKeys) -> BoxFuture<'_, Result<Put, GateError>> {
        Box::pin(async move {
            match self.0.keep_looks(looks, unsaved).await {
                Ok(first) => Ok(Put::Kept(first)),
                Err(StateError::SamePersonKey) => Ok(Put::KeysChanged),
                Err(error) => Err(GateError::state(error)),
            }
        })
    }

    fn place(&self, runs: Vec<PlacedLooks>) -> BoxFuture<'_, Result<(), GateError>> {
        Box::pin(async move { self.0.place_looks(&runs).await.map_err(GateError::state) })
    }

    fn persons_opened<'a>(&'a self, key: &'a BudgetKey) -> BoxFuture<'a, Result<HashSet<PersonId>, GateError>> {
        Box::pin(async move {
            let persons = self.0.persons_opened(&key.account, &key.purpose, key.day).await.map_err(GateError::state)?;
            Ok(persons.into_iter().collect())
        })
    }
}

/// Entries in the transparency log. A batch becomes durable as a whole.
pub(crate) struct LeavesInLog(pub(crate) Appender);

impl Leaves for LeavesInLog {
    fn check_open(&self) -> Result<(), GateError> {
        self.0.check_open().map_err(GateError::log)
    }

    fn append(&self, entries: Vec<Vec<u8>>) -> BoxFuture<'_, Result<u64, GateError>> {
        let (done, appended) = oneshot::channel();
        // The log calls back from its own thread, which must not wait: a oneshot never does. If nobody waits any more,
        // the entries are in the log all the same.
        self.0.submit_all(entries, move |result| drop(done.send(result)));
        Box::pin(async move {
            let appended = appended.await.map_err(|_| GateError::Closed)?.map_err(GateError::log)?;
            Ok(appended.range.start)
        })
    }
}
