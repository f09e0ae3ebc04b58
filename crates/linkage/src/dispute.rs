//! What a person says of a record that was linked to them: that it is not about them.

use gate::{Gate, LookSubject, Permit};
use model::{Judgement, RecordId, Verdict};
use state::Spoken;

use crate::error::LinkageError;
use crate::judgement::{Said, check};

/// Writes to the log, through the gate, that a person contests that a record is theirs.
///
/// `dispute` has the verdict [`Verdict::Disputed`]; its left record is the contested one, its right one ties it to the
/// person, who is `subject` with all of their records. Those that `base` names are listed beside it: whom the contested record
/// alone held is to stay. They are to be records of base registers, and none where the contested one is attached itself: what
/// is attached follows without being listed, and rows of the spine are not erased. Once it is kept, from the next run of `link` on,
/// the contested record is held where it is, and decides nothing, until a steward has judged the two or the person takes the
/// dispute back.
///
/// The log's detail has the person's words; the spine has the entry's number in their place, for its rows are not erased.
///
/// # Errors
/// [`LinkageError::Judgement`] when it gives no reason or is about one record only; [`LinkageError::Denied`] when the gate
/// does not take it.
pub async fn dispute(
    gate: &Gate,
    permit: Permit,
    subject: LookSubject,
    dispute: &Judgement,
    base: &[RecordId],
) -> Result<Said, LinkageError> {
    write(gate, permit, subject, dispute, Some(base)).await
}

/// Writes that a person takes a dispute back, as [`dispute`] does it, with the verdict [`Verdict::Withdrawn`]. What stewards
/// judged before holds again, and the score where they judged nothing.
///
/// # Errors
/// As [`dispute`].
pub async fn withdraw(
    gate: &Gate,
    permit: Permit,
    subject: LookSubject,
    dispute: &Judgement,
) -> Result<Said, LinkageError> {
    write(gate, permit, subject, dispute, None).await
}

/// Writes a dispute with whom it holds; without, that it is taken back.
async fn write(
    gate: &Gate,
    permit: Permit,
    subject: LookSubject,
    dispute: &Judgement,
    held: Option<&[RecordId]>,
) -> Result<Said, LinkageError> {
    let verdict = if held.is_some() { Verdict::Disputed } else { Verdict::Withdrawn };
    if dispute.verdict != verdict {
        return Err(LinkageError::Judgement("a dispute is made or taken back, and says which"));
    }
    check(dispute)?;
    let leaf = gate.record_contest(permit, subject, dispute).await.map_err(LinkageError::Denied)?;
    let judgement = Judgement { reason: format!("entry {leaf} of the log"), ..dispute.clone() };
    Ok(Said { leaf, spoken: Spoken { judgement, held: held.map(<[RecordId]>::to_vec) } })
}
