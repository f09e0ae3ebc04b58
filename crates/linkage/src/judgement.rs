//! What stewards decide about two records: kept for ever, and stronger than any score.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::{RecordBatch, StringArray, TimestampMicrosecondArray};
use futures::StreamExt;
use gate::{Gate, JobGrant, LookSubject, Permit};
use lake::{Lake, TableRef, Write, WriteMode};
use model::{Judgement, RecordId, Verdict};
use state::Spoken;
use std::sync::Arc;

use crate::error::LinkageError;
use crate::records::Records;
use crate::report::JudgementCounts;
use crate::spine;

/// What was said, and is in the log.
#[derive(Debug)]
#[must_use = "what was said counts once it is kept for the spine"]
pub struct Said {
    /// The number of its log entry.
    pub leaf: u64,
    /// What the spine is to have of it. Whoever says it keeps it in [`State`](state::State) with what else is noted of it there, and
    /// the next run takes it over, see [`settle`].
    pub spoken: Spoken,
}

/// Writes a steward's judgement to the log, through the gate.
///
/// Once it is kept it counts from the next run of `link` on. A later judgement about the same two records undoes it; `cannot-say`
/// leaves them to the score, judged. [`Verdict::TakenBack`] takes back what the same account judged last of them: from the next run
/// on all is as if that had never been judged, the dispute that it settled included. Where there is nothing to take back it changes
/// nothing, and what is taken back twice, by the entry that its reason names (see [`model::taken_back`]), is taken back once.
/// `permit` is one to review links, `subjects` the persons of the two records.
///
/// # Errors
/// [`LinkageError::Judgement`] when it gives no reason, or its records are the same or not in order;
/// [`LinkageError::Denied`] when the gate does not take it.
pub async fn judge(
    gate: &Gate,
    permit: Permit,
    subjects: Vec<LookSubject>,
    judgement: &Judgement,
) -> Result<Said, LinkageError> {
    check(judgement)?;
    let leaf = gate.record_judgement(permit, subjects, judgement).await.map_err(LinkageError::Denied)?;
    Ok(Said { leaf, spoken: Spoken { judgement: judgement.clone(), held: None } })
}

/// Writes to the log what a steward proposes, which counts for nothing until a second one comes to the same and [`judge`] is
/// called. Gives the number of its log entry; the spine is told nothing.
///
/// # Errors
/// As [`judge`].
pub async fn propose(
    gate: &Gate,
    permit: Permit,
    subjects: Vec<LookSubject>,
    judgement: &Judgement,
) -> Result<u64, LinkageError> {
    check(judgement)?;
    gate.record_proposal(permit, subjects, judgement).await.map_err(LinkageError::Denied)
}

/// Does as [`judge`], or where it is a proposal as [`propose`], with two records that the steward named themselves: their persons
/// count to the budget of the account. Gives the number of the log entry, and what is to be kept for the spine; none of a proposal.
///
/// # Errors
/// As [`judge`].
pub async fn judge_named(
    gate: &Gate,
    permit: Permit,
    subjects: Vec<LookSubject>,
    judgement: &Judgement,
    is_proposal: bool,
) -> Result<(u64, Option<Spoken>), LinkageError> {
    check(judgement)?;
    let leaf = gate.record_named(permit, subjects, judgement, is_proposal).await.map_err(LinkageError::Denied)?;
    let spoken = (!is_proposal).then(|| Spoken { judgement: judgement.clone(), held: None });
    Ok((leaf, spoken))
}

pub(crate) fn check(judgement: &Judgement) -> Result<(), LinkageError> {
    let Judgement { left, right, verdict, .. } = judgement;
    if left == right || (left > right && !verdict.is_of_the_person()) {
        return Err(LinkageError::Judgement("a judgement is about two records, the smaller id first"));
    }
    if judgement.reason.trim().is_empty() {
        return Err(LinkageError::Judgement("say why: a judgement without a reason can't be reviewed"));
    }
    Ok(())
}

/// How many were said, in the metadata of a commit of `judgements`: its rows are more where a contest lists records.
const SAID: &str = "said";

/// The name of a batch that the spine has: its transaction, of which there is one.
const BATCH: &str = "lucarne.judgements.";

/// Appends to the spine what people said and it has not: all at once, in the order in which they said it. Each run does so before it
/// reads what was judged, and so does whoever makes an index. Interrupted at any point it gives the same when it is done again.
///
/// # Errors
/// When what was said can't be read, or the table of judgements can't be written: it is kept as before.
pub async fn settle(lake: &Lake, gate: &Gate) -> Result<(), LinkageError> {
    // What is said while one batch is written is of another.
    while let Some(batch) = gate.spoken_batch().await.map_err(LinkageError::Kept)? {
        let rows = batch.said.iter().map(rows_of).collect::<Result<Vec<_>, _>>()?;
        lake.write(Write {
            table: TableRef::spine(spine::JUDGEMENTS),
            schema: Arc::clone(&spine::JUDGEMENTS_SCHEMA),
            batches: rows.into(),
            mode: WriteMode::Append,
            // One that was written and not noted as such is recognised.
            txn: Some((format!("{BATCH}{}", batch.name), 0)),
            statistics: Vec::new(),
            metadata: BTreeMap::from([(SAID.to_owned(), batch.said.len().to_string())]),
        })
        .await?;
        gate.spoken_written(&batch).await.map_err(LinkageError::Kept)?;
    }
    Ok(())
}

/// Gives the rows of what was said: its own and, of a dispute, the records of the person who makes it.
fn rows_of(spoken: &Spoken) -> Result<RecordBatch, LinkageError> {
    let Judgement { left, right, verdict, by, at, reason } = &spoken.judgement;
    let held = spoken.held.as_deref();
    // The list begins with the contested record itself, so that a second list is told from the end of the first, and one that is
    // empty from none.
    let others = held.unwrap_or_default().iter().filter(|record| *record != left);
    let list = held.map(|_| left).into_iter().chain(others).map(|record| (record, HELD));
    let rows: Vec<(&RecordId, &str)> = std::iter::once((right, verdict.as_str())).chain(list).collect();
    let same = |text: &str| Arc::new(StringArray::from(vec![text.to_owned(); rows.len()]));
    let rights: StringArray = rows.iter().map(|(right, _)| Some(right.to_string())).collect();
    let verdicts: StringArray = rows.iter().map(|(_, verdict)| Some(*verdict)).collect();
    let at = TimestampMicrosecondArray::from(vec![at.timestamp_micros(); rows.len()]).with_timezone("UTC");
    let columns: Vec<arrow_array::ArrayRef> =
        vec![same(&left.to_string()), Arc::new(rights), Arc::new(verdicts), same(by), Arc::new(at), same(reason)];
    Ok(RecordBatch::try_new(Arc::clone(&spine::JUDGEMENTS_SCHEMA), columns)?)
}

const VERDICTS: [Verdict; 6] =
    [Verdict::Same, Verdict::Different, Verdict::CannotSay, Verdict::Disputed, Verdict::Withdrawn, Verdict::TakenBack];

/// What the column `verdict` has in rows that list the records of a person who disputes one.
const HELD: &str = "held";

/// Gives the pairs that stewards have judged, each once, the smaller id first, with what is in force of each, whether their records
/// are there or not. Those that a person disputes since are left out: they wait for a steward again.
///
/// # Errors
/// When the grant does not reach the judgements, or they can't be read.
pub async fn judged(grant: &JobGrant) -> Result<Vec<((RecordId, RecordId), Verdict)>, LinkageError> {
    let InForce { by_pair, disputes, .. } = InForce::read(grant).await?;
    Ok(by_pair.into_iter().filter(|(pair, _)| !disputes.contains_key(pair)).collect())
}

/// Gives two records, the smaller id first.
pub(crate) fn ordered(one: &RecordId, other: &RecordId) -> (RecordId, RecordId) {
    let (left, right) = if one < other { (one, other) } else { (other, one) };
    (left.clone(), right.clone())
}

/// The judgements in force: of several about the same two records, the last that was appended and not taken back. A dispute leaves
/// what was judged before as it is, for the person may take it back; any judgement that comes after it ends it.
#[derive(Debug, Default)]
pub(crate) struct InForce {
    by_pair: BTreeMap<(RecordId, RecordId), Verdict>,
    /// By the same pairs, disputes that no steward has judged: the contested record, and what ties it to the person. Of a pair there
    /// are two where the person contests both records.
    pub(crate) disputes: BTreeMap<(RecordId, RecordId), Vec<(RecordId, RecordId)>>,
    /// By contested record the base records of its person when it was disputed, whether they are there or not, and itself. Lists
    /// of earlier versions have attached records too.
    held: BTreeMap<RecordId, Vec<RecordId>>,
    /// By the same pairs what was said, in the order in which it was, without what was taken back.
    said: BTreeMap<(RecordId, RecordId), Vec<Saying>>,
    /// What was taken back: of which pair, by which account, and the judgement's entry of the log.
    taken_back: BTreeSet<((RecordId, RecordId), String, u64)>,
}

/// What was said of two records, as it is followed.
#[derive(Debug)]
struct Saying {
    verdict: Verdict,
    /// The account that said it.
    by: String,
    /// As they were named: of a dispute the contested record, and what ties it to the person.
    records: (RecordId, RecordId),
}

impl Saying {
    /// Tells whether it is what this account judged, which nobody else can take back.
    fn is_judged_by(&self, account: &str) -> bool {
        matches!(self.verdict, Verdict::Same | Verdict::Different | Verdict::CannotSay) && self.by == account
    }
}

impl InForce {
    /// Reads all judgements.
    pub(crate) async fn read(grant: &JobGrant) -> Result<Self, LinkageError> {
        let malformed =
            |problem| LinkageError::Table { table: TableRef::spine(spine::JUDGEMENTS).to_string(), problem };
        let mut in_force = Self::default();
        let columns = ["left", "right", "verdict", "by", "reason"];
        let mut batches = grant.scan(&TableRef::spine(spine::JUDGEMENTS), Some(&columns)).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let text = |place: usize| batch.column(place).as_string_opt::<i32>();
            let (Some(left), Some(right), Some(verdict)) = (text(0), text(1), text(2)) else {
                return Err(malformed("its columns are not text"));
            };
            let (Some(by), Some(reason)) = (text(3), text(4)) else {
                return Err(malformed("its columns are not text"));
            };
            for index in 0..batch.num_rows() {
                let record = |of: &StringArray| of.value(index).parse::<RecordId>();
                let (Ok(left), Ok(right)) = (record(left), record(right)) else {
                    return Err(malformed("a record id can't be read"));
                };
                if verdict.value(index) == HELD {
                    in_force.hold(left, right);
                    continue;
                }
                let Some(verdict) = VERDICTS.into_iter().find(|known| known.as_str() == verdict.value(index)) else {
                    return Err(malformed("a verdict can't be read"));
                };
                let by = by.value(index);
                if verdict == Verdict::TakenBack && in_force.is_again((&left, &right), by, reason.value(index)) {
                    continue;
                }
                in_force.follow(left, right, verdict, by);
            }
        }
        Ok(in_force)
    }

    /// Tells whether an account took back the same judgement of two records before, and notes that it does. Earlier versions wrote it
    /// once more where they could not note elsewhere that it was written, and that is not to take back what was judged before it as well.
    fn is_again(&mut self, (left, right): (&RecordId, &RecordId), by: &str, reason: &str) -> bool {
        let Some((entry, _)) = model::taken_back(reason) else { return false };
        !self.taken_back.insert((ordered(left, right), by.to_owned(), entry))
    }

    /// Follows the next judgement, of an account.
    pub(crate) fn follow(&mut self, left: RecordId, right: RecordId, verdict: Verdict, by: &str) {
        let pair = ordered(&left, &right);
        let said = self.said.entry(pair.clone()).or_default();
        if verdict == Verdict::TakenBack {
            if let Some(at) = said.iter().rposition(|one| one.is_judged_by(by)) {
                said.remove(at);
            }
        } else {
            said.push(Saying { verdict, by: by.to_owned(), records: (left, right) });
        }
        // What was taken back may have ended a dispute, or hidden what was judged before: all that is left is followed anew.
        let (mut judged, mut disputes): (_, Vec<(RecordId, RecordId)>) = (None, Vec::new());
        for one in &*said {
            match one.verdict {
                Verdict::Disputed if disputes.contains(&one.records) => {}
                Verdict::Disputed => disputes.push(one.records.clone()),
                // Whoever contests both records and takes one of that back contests the other.
                Verdict::Withdrawn => disputes.retain(|records| *records != one.records),
                Verdict::Same | Verdict::Different | Verdict::CannotSay => {
                    judged = Some(one.verdict);
                    disputes.clear();
                }
                Verdict::TakenBack => {}
            }
        }
        match judged {
            Some(verdict) => self.by_pair.insert(pair.clone(), verdict),
            None => self.by_pair.remove(&pair),
        };
        match disputes.is_empty() {
            false => self.disputes.insert(pair, disputes),
            true => self.disputes.remove(&pair),
        };
    }

    /// Notes a record of the person who disputes `contested`; that record itself begins a new list.
    fn hold(&mut self, contested: RecordId, record: RecordId) {
        if contested == record {
            self.held.insert(contested, vec![record]);
        } else {
            self.held.entry(contested).or_default().push(record);
        }
    }

    /// Tells how many disputes have no list of whom the contested record alone held: those that were made before lists were.
    pub(crate) fn unlisted(&self) -> usize {
        self.disputes.values().flatten().filter(|(contested, _)| !self.held.contains_key(contested)).count()
    }

    /// Gives the base records of the person who disputes `contested` as they were then, as far as they are still there.
    pub(crate) fn held<'a>(
        &'a self,
        contested: &RecordId,
        records: &'a Records,
    ) -> impl Iterator<Item = u32> + use<'a> {
        let held = self.held.get(contested).map_or(&[][..], Vec::as_slice);
        held.iter().filter_map(|record| records.find_id(record))
    }

    /// Gives what was judged of two records, in any order; of a disputed pair, that it is.
    pub(crate) fn of(&self, one: &RecordId, other: &RecordId) -> Option<Verdict> {
        let pair = ordered(one, other);
        if self.disputes.contains_key(&pair) {
            return Some(Verdict::Disputed);
        }
        self.by_pair.get(&pair).copied()
    }

    /// Gives the pairs that stewards have judged and whose records are there, the smaller record first.
    pub(crate) fn pairs<'a>(&'a self, records: &'a Records) -> impl Iterator<Item = (u32, u32)> + 'a {
        self.by_pair.keys().filter_map(|(one, other)| {
            let (one, other) = (records.find_id(one)?, records.find_id(other)?);
            Some((one.min(other), one.max(other)))
        })
    }

    /// Gives what stewards judged of the pairs whose records are there and that nobody disputes since, the smaller record first.
    pub(crate) fn verdicts<'a>(&'a self, records: &'a Records) -> impl Iterator<Item = ((u32, u32), Verdict)> + 'a {
        let settled = self.by_pair.iter().filter(|(pair, _)| !self.disputes.contains_key(*pair));
        settled.filter_map(|((one, other), verdict)| {
            let (one, other) = (records.find_id(one)?, records.find_id(other)?);
            Some(((one.min(other), one.max(other)), *verdict))
        })
    }

    /// Gives what stewards judged of a pair, the smaller id first, disputed or not.
    pub(crate) fn judged(&self, pair: &(RecordId, RecordId)) -> Option<Verdict> {
        self.by_pair.get(pair).copied()
    }

    /// Gives the judgements as `matching` takes them, and how many there are.
    pub(crate) fn for_records(&self, records: &Records) -> (matching::Judgements, JudgementCounts) {
        let mut judgements = matching::Judgements::default();
        let mut counts = JudgementCounts::default();
        for (pair, verdict) in &self.by_pair {
            let (left, right) = pair;
            // A disputed pair is held by other means, unless stewards said before that it is none.
            if *verdict == Verdict::CannotSay || (*verdict == Verdict::Same && self.disputes.contains_key(pair)) {
                continue;
            }
            let (Some(left), Some(right)) = (records.find_id(left), records.find_id(right)) else {
                counts.waiting += 1;
                continue;
            };
            if *verdict == Verdict::Same {
                judgements.must_link.push((left, right));
                counts.same += 1;
            } else {
                judgements.cannot_link.push((left, right));
                counts.different += 1;
            }
        }
        (judgements, counts)
    }
}

#[cfg(test)]
mod tests {
    use model::Verdict::{CannotSay, Different, Disputed, Same, TakenBack, Withdrawn};

    use super::*;

    /// Two stewards, and the person whom it is about.
    const ACCOUNTS: [&str; 3] = ["steward-one", "steward-two", "citizen-one"];

    fn pair() -> (RecordId, RecordId) {
        let record = |digit: &str| -> RecordId { format!("tax:{}", digit.repeat(32)).parse().unwrap() };
        (record("a"), record("b"))
    }

    /// Gives what is in force after so many sayings: a verdict, and the place of its account.
    fn after(said: &[(Verdict, usize)]) -> InForce {
        let mut in_force = InForce::default();
        for (verdict, by) in said {
            let (left, right) = pair();
            // The person names the contested record first, whichever id is smaller.
            let (left, right) = if verdict.is_of_the_person() { (right, left) } else { (left, right) };
            in_force.follow(left, right, *verdict, ACCOUNTS[*by]);
        }
        in_force
    }

    /// Gives what was judged, and which record is contested.
    fn state(said: &[(Verdict, usize)]) -> (Option<Verdict>, Option<RecordId>) {
        let (in_force, pair) = (after(said), pair());
        let dispute = in_force.disputes.get(&pair).and_then(|disputes| disputes.first());
        (in_force.judged(&pair), dispute.map(|(contested, _)| contested.clone()))
    }

    #[test]
    fn what_is_taken_back_was_never_said_and_what_was_judged_before_holds_again() {
        assert_eq!(after(&[(Same, 0), (TakenBack, 0)]).of(&pair().0, &pair().1), None);
        assert!(after(&[(CannotSay, 0), (TakenBack, 0)]).by_pair.is_empty(), "it is not counted as judged");
        assert_eq!(state(&[(Same, 0), (Different, 0), (TakenBack, 0)]).0, Some(Same));
        assert_eq!(state(&[(Same, 0), (Different, 0), (TakenBack, 0), (TakenBack, 0)]).0, None);
        assert_eq!(state(&[(Same, 0), (TakenBack, 0), (TakenBack, 0), (Different, 0)]).0, Some(Different));
        // Earlier versions took back by saying that nobody can say, which stays what it says.
        assert_eq!(state(&[(Same, 0), (CannotSay, 0)]).0, Some(CannotSay));
    }

    #[test]
    fn nobody_takes_back_what_another_judged() {
        assert_eq!(state(&[(Same, 0), (TakenBack, 1)]).0, Some(Same));
        assert_eq!(state(&[(Same, 0), (TakenBack, 2)]).0, Some(Same));
        assert_eq!(state(&[(Same, 0), (Different, 1), (TakenBack, 0)]).0, Some(Different), "the last stands");
        assert_eq!(state(&[(Same, 0), (Different, 1), (TakenBack, 0), (TakenBack, 1)]).0, None);
        assert_eq!(state(&[(Same, 0), (Different, 1), (TakenBack, 1)]).0, Some(Same));
    }

    #[test]
    fn a_dispute_is_open_again_when_what_settled_it_is_taken_back() {
        let contested = Some(pair().1);
        let settled = [(Same, 1), (Disputed, 2), (Different, 0)];
        assert_eq!(state(&settled), (Some(Different), None));
        let open = [&settled[..], &[(TakenBack, 0)]].concat();
        assert_eq!(state(&open), (Some(Same), contested.clone()));
        assert_eq!(after(&open).of(&pair().0, &pair().1), Some(Disputed));
        assert_eq!(state(&[&open[..], &[(Withdrawn, 2)]].concat()), (Some(Same), None));
        assert_eq!(state(&[&open[..], &[(TakenBack, 1)]].concat()), (None, contested), "what came before it, too");
        // What the person took back meanwhile stays so, and no steward takes back what the person says.
        let anew = [(Disputed, 2), (Same, 0), (Disputed, 2), (Withdrawn, 2), (TakenBack, 0)];
        assert_eq!(state(&anew), (None, None));
        assert!(state(&[(Disputed, 0), (TakenBack, 0)]).1.is_some());
    }

    #[test]
    fn of_two_records_that_are_both_contested_one_can_be_taken_back() {
        let (one, other) = pair();
        let contested = |said: &[(&RecordId, Verdict)]| {
            let mut in_force = InForce::default();
            for (contested, verdict) in said {
                let tied = if **contested == one { &other } else { &one };
                let (left, right) = if verdict.is_of_the_person() { (*contested, tied) } else { (&one, &other) };
                let by = if verdict.is_of_the_person() { ACCOUNTS[2] } else { ACCOUNTS[0] };
                in_force.follow(left.clone(), right.clone(), *verdict, by);
            }
            let of_pair = in_force.disputes.remove(&pair()).unwrap_or_default();
            of_pair.into_iter().map(|(contested, _)| contested).collect::<Vec<_>>()
        };
        let both = [(&other, Disputed), (&one, Disputed)];
        assert_eq!(contested(&both), [other.clone(), one.clone()]);
        assert_eq!(contested(&[&both[..], &[(&one, Withdrawn)]].concat()), std::slice::from_ref(&other));
        assert_eq!(contested(&[&both[..], &[(&other, Withdrawn)]].concat()), std::slice::from_ref(&one));
        assert!(contested(&[&both[..], &[(&one, Withdrawn), (&other, Withdrawn)]].concat()).is_empty());
        // A steward judges the two records, and with them both; whoever takes that back opens both.
        let judged = [&both[..], &[(&one, Different)]].concat();
        assert!(contested(&judged).is_empty());
        assert_eq!(contested(&[&judged[..], &[(&one, TakenBack)]].concat()), [other.clone(), one.clone()]);
    }

    #[test]
    fn what_is_taken_back_twice_by_its_entry_is_taken_back_once() {
        let mut in_force = InForce::default();
        let (left, right) = pair();
        assert!(!in_force.is_again((&left, &right), ACCOUNTS[0], "taking back entry 7: mistaken"));
        assert!(in_force.is_again((&right, &left), ACCOUNTS[0], "taking back entry 7: I misread the year"));
        assert!(!in_force.is_again((&left, &right), ACCOUNTS[1], "taking back entry 7: mistaken"), "another's");
        assert!(!in_force.is_again((&left, &right), ACCOUNTS[0], "taking back entry 8: mistaken"), "another judgement");
        for unnamed in ["mistaken", "taking back entry x: mistaken", "taking back entry 9"] {
            assert!(!in_force.is_again((&left, &right), ACCOUNTS[0], unnamed));
            assert!(!in_force.is_again((&left, &right), ACCOUNTS[0], unnamed), "no entry is named: {unnamed}");
        }
    }

    #[test]
    fn any_order_of_sayings_is_as_if_what_was_taken_back_had_never_been_said() {
        let verdicts = [Same, Different, CannotSay, Disputed, Withdrawn, TakenBack, TakenBack];
        let mut dice = 20_u64;
        let mut below = |bound: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) as usize % bound
        };
        for _ in 0..2_000 {
            let mut said: Vec<(Verdict, usize)> = Vec::new();
            let mut left = said.clone();
            for _ in 0..below(12) {
                let verdict = verdicts[below(verdicts.len())];
                let by = if verdict.is_of_the_person() { 2 } else { below(2) };
                said.push((verdict, by));
                if verdict != TakenBack {
                    left.push((verdict, by));
                } else if let Some(at) = left.iter().rposition(|(_, of)| *of == by) {
                    left.remove(at);
                }
            }
            assert_eq!(state(&said), state(&left), "{said:?}");
        }
    }
}
