//! Who looked at a person, for that person.

use gate::{Gate, GateError, LookSubject, Looks};
use model::{Actor, PersonId, Request};

use crate::error::RegistryError;
use crate::index::Index;

pub use state::Page;

impl Index {
    /// Gives the looks at the citizen who asks, and writes that they asked. A look under any id that merges and splits
    /// connect with theirs is found by its records: it is theirs when it was about one that is theirs today. The key is
    /// that of the id which they have now, and of no other.
    ///
    /// # Errors
    /// [`RegistryError::Denied`] unless a citizen asks about themselves, or when the gate fails.
    pub async fn looks_at_self(&self, gate: &Gate, request: &Request, page: Page) -> Result<Looks, RegistryError> {
        let Actor::Citizen { person, .. } = &request.actor else {
            return Err(RegistryError::Gate(GateError::Subjects));
        };
        let current = self.current_id(*person)?;
        let now = LookSubject { person: current, records: self.records_of(current)? };
        let mut before = self.persons_ever(*person)?;
        before.retain(|id| *id != current);
        Ok(gate.looks_of_self(request, &now, &before, page).await?)
    }

    /// Gives the id that a person's records have today. It is another one when all of them went to one other person since;
    /// where they went to several, nobody can tell whose the old id is, and it stays, without records.
    pub(crate) fn current_id(&self, person: PersonId) -> Result<PersonId, RegistryError> {
        if !self.links_of(person)?.is_empty() {
            return Ok(person);
        }
        let mut heirs = Vec::new();
        for other in self.persons_ever(person)? {
            if !self.links_of(other)?.is_empty() {
                heirs.push(other);
            }
        }
        Ok(if let [heir] = heirs[..] { heir } else { person })
    }
}
