//! Who opened a person before, for colleagues of the same agency.
//!
//! An agency may know that one of its own was here already; that another one looked can be the secret of an investigation, and
//! is told to the person alone. So looks of other agencies are neither listed nor counted.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use model::{PurposeId, RoleId};
use state::Page;

use crate::citizen::Myself;
use crate::detail::Stored;
use crate::entry::{By, Entry, EntryKind};
use crate::error::GateError;
use crate::grant::Grant;

/// How many looks at the person are searched for those of the agency, newest first.
const LOOKS_SEARCHED: u32 = 200;

/// A look of the same agency at the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierLook {
    /// Its entry in the log.
    pub leaf: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// In which role.
    pub role: RoleId,
    /// Under which purpose; none when the project has it no more.
    pub purpose: Option<PurposeId>,
}

impl Grant {
    /// Gives the last looks, at most `limit`, by which the asker's own agency opened this person before, newest first. Empty
    /// when nobody of an agency asks, or for several persons.
    ///
    /// # Errors
    /// When a look or its entry can't be read.
    pub async fn earlier_looks(&self, limit: usize) -> Result<Vec<EarlierLook>, GateError> {
        let [subject] = self.subjects.as_slice() else { return Ok(Vec::new()) };
        let inner = Arc::clone(&self.gate);
        let pending = inner.writer.pending.lock().clone();
        let page = Page::first(LOOKS_SEARCHED);
        let stored = inner.state.looks_of(&[subject.person], page).await.map_err(GateError::state)?;
        let (own_leaf, who) = (self.leaf, Myself::of(subject));
        let search = move || {
            let entry = |leaf| Entry::decode(&inner.log.entry(leaf).map_err(GateError::log)?);
            let By::Recipient(asker) = entry(own_leaf)?.by else { return Ok(Vec::new()) };
            let mut found = Vec::new();
            for look in stored {
                // Without an entry nobody was answered.
                let leaf = look.leaf.or_else(|| pending.get(&look.commitment).copied());
                let Some(leaf) = leaf.filter(|leaf| *leaf != own_leaf) else { continue };
                let entry = entry(leaf)?;
                let By::Recipient(by) = entry.by else { continue };
                if entry.kind != EntryKind::Look || by.agency != asker.agency {
                    continue;
                }
                // The id may have been another person's: the records decide.
                let detail = Stored::decode(&look.detail, &look.commitment)?.open()?;
                if detail.subjects.iter().any(|subject| who.is(subject)) {
                    found.push(EarlierLook { leaf, at: look.at, role: by.role, purpose: entry.purpose });
                }
                if found.len() == limit {
                    break;
                }
            }
            Ok(found)
        };
        tokio::task::spawn_blocking(search).await.map_err(GateError::state)?
    }
}
