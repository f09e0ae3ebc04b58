//! What of a register is in quarantine. Counts only: no row and no value, which nothing here can read.

use lake::{TableInfo, TableRef};
use model::agency::RoleKind;
use model::{Register, RegisterId};

use crate::app::{App, Who};
use crate::problem::Problem;

/// Gives a register and what its quarantine says of itself; none of one of which nothing was ever put there.
///
/// # Errors
/// For other roles than data engineers; for a register that the project doesn't have; when the table can't be read.
pub(crate) async fn quarantined<'a>(
    app: &'a App,
    who: &Who,
    register: &str,
) -> Result<(&'a Register, Option<TableInfo>), Problem> {
    who.must_be(RoleKind::Engineer)?;
    let missing = || Problem::new("not-found", "the project has no such register").in_words("problem-is-no-register");
    let id = RegisterId::new(register).map_err(|_| missing())?;
    let register = app.project().registers.get(&id).ok_or_else(missing)?;
    let found = app.lake().info(&TableRef::quarantine(&id)).await;
    Ok((register, found.map_err(|error| Problem::failure("unavailable", &error))?))
}
