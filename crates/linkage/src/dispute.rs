//! What a person says of a record that was linked to them: that it is not about them.

use gate::{Gate, LookSubject, Permit};
use lake::Lake;
use model::{Judgement, RecordId, Verdict};

use crate::error::LinkageError;
use crate::judgement::{append, check};

/// Writes that a person contests that a record is theirs: to the log through the gate, then to the spine. Gives the number
/// of its log entry.
///
/// `dispute` has the verdict [`Verdict::Disputed`]; its left record is the contested one, its right one ties it to the
/// person, who is `subject` with all of their records. Those that `base` names are listed beside it: whom the contested record
/// alone held is to stay. They are to be records of base registers, and none where the contested one is attached itself: what
/// is attached follows without being listed, and rows of the spine are not erased. From the next run of `link` on the contested
/// record is held where it is, and decides nothing, until a steward has judged the two or the person takes the dispute back.
///
/// The log's detail has the person's words; the spine has the entry's number in their place, for its rows are not erased.
///
/// # Errors
/// [`LinkageError::Judgement`] when it gives no reason or is about one record only; [`LinkageError::Denied`] when the gate
/// does not take it; [`LinkageError::Lake`] when it can't be written to the spine: the log then says more than counts.
pub async fn dispute(
    lake: &Lake,
    gate: &Gate,
    permit: Permit,
    subject: LookSubject,
    dispute: &Judgement,
    base: &[RecordId],
) -> Result<u64, LinkageError> {
    write(lake, gate, permit, subject, dispute, Some(base)).await
}

/// Writes that a person takes a dispute back, as [`dispute`] does it, with the verdict [`Verdict::Withdrawn`]. What stewards
/// judged before holds again, and the score where they judged nothing.
///
/// # Errors
/// As [`dispute`].
pub async fn withdraw(
    lake: &Lake,
    gate: &Gate,
    permit: Permit,
    subject: LookSubject,
    dispute: &Judgement,
) -> Result<u64, LinkageError> {
    write(lake, gate, permit, subject, dispute, None).await
}

/// Writes a dispute with whom it holds; without, that it is taken back.
async fn write(
    lake: &Lake,
    gate: &Gate,
    permit: Permit,
    subject: LookSubject,
    dispute: &Judgement,
    held: Option<&[RecordId]>,
) -> Result<u64, LinkageError> {
    let verdict = if held.is_some() { Verdict::Disputed } else { Verdict::Withdrawn };
    if dispute.verdict != verdict {
        return Err(LinkageError::Judgement("a dispute is made or taken back, and says which"));
    }
    check(dispute)?;
    let leaf = gate.record_contest(permit, subject, dispute).await.map_err(LinkageError::Denied)?;
    append(lake, &Judgement { reason: format!("entry {leaf} of the log"), ..dispute.clone() }, held).await?;
    Ok(leaf)
}
