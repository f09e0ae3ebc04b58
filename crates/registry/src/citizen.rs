//! Who looked at a person, for that person.

use gate::{Gate, GateError, LookSubject, Looks};
use model::{Actor, Request};

use crate::error::RegistryError;
use crate::index::Index;

pub use state::Page;

impl Index {
    /// Gives the looks at the citizen who asks, and writes that they asked. Looks at any person that one of their records
    /// ever belonged to are found, as far as they were about that record.
    ///
    /// # Errors
    /// [`RegistryError::Denied`] unless a citizen asks about themselves, or when the gate fails.
    pub async fn looks_at_self(&self, gate: &Gate, request: &Request, page: Page) -> Result<Looks, RegistryError> {
        let Actor::Citizen { person, .. } = &request.actor else {
            return Err(RegistryError::Gate(GateError::Subjects));
        };
        let now = LookSubject { person: *person, records: self.records_of(*person)? };
        let before = self.persons_ever(*person)?;
        Ok(gate.looks_of_self(request, &now, &before[1..], page).await?)
    }
}
