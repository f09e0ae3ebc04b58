//! Writes that the log knows of: files read in, what stewards decide, and what people contest.

use indexmap::IndexMap;
use model::agency::RoleKind;
use model::purpose::INGEST;
use model::request::Action;
use model::{Actor, Judgement, PurposeId, RegisterId, Request, RunId, Verdict};
use policy::{Names, Reason, Sentences};
use state::{Spoken, SpokenBatch};

use crate::LookSubject;
use crate::detail::{Detail, IngestedFile, More};
use crate::entry::EntryKind;
use crate::error::{Denied, GateError};
use crate::gate::{Draft, Gate, RunDraft};
use crate::grant::Permit;
use crate::writer::Outcome;

/// What an ingest did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingest {
    /// The run.
    pub run: RunId,
    /// The register.
    pub register: RegisterId,
    /// The files that it read. Their names and digests are kept in the detail: both may tell of persons.
    pub files: Vec<IngestedFile>,
    /// Rows taken in.
    pub rows: u64,
    /// Rows put into quarantine.
    pub quarantined: u64,
}

impl Gate {
    /// Writes that a register's files were read in, and gives the entry's place in the log.
    ///
    /// # Errors
    /// [`Denied::Refused`] when `by` is neither the system nor an engineer; [`Denied::Failed`] when the project has no
    /// such register or the entry can't be written.
    pub async fn record_ingest(&self, by: &Actor, ingest: Ingest) -> Result<u64, Denied> {
        let inner = &self.inner;
        let at = inner.now()?;
        let Ingest { run, register, files, rows, quarantined } = ingest;
        if !inner.project.registers.contains_key(&register) {
            return Err(GateError::UnknownRegister(register).into());
        }
        let may = matches!(by, Actor::System | Actor::Member { role: RoleKind::Engineer, .. });
        let reasons = if may { Vec::new() } else { vec![not_an_engineer()] };
        let purpose = PurposeId::new(INGEST).map_err(|error| GateError::Rules(error.to_string()))?;
        let draft = Draft {
            kind: if may { EntryKind::Ingest } else { EntryKind::Refusal },
            asked: (!may).then_some(EntryKind::Ingest),
            at,
            actor: by.clone(),
            purpose,
            registers: vec![register],
            classes: IndexMap::new(),
            rules: reasons.iter().map(|reason| reason.rule.clone()).collect(),
            run: Some(RunDraft {
                run,
                job: None,
                tables: Vec::new(),
                files: Some(files.len() as u64),
                rows: Some(rows),
                quarantined: Some(quarantined),
            }),
            detail: Detail { officer: by.account().cloned(), more: Some(More::Ingest { files }), ..Detail::default() },
            spending: None,
        };
        match inner.write(draft).await? {
            Outcome::Written(leaf) if may => Ok(leaf),
            Outcome::Written(leaf) => Err(Denied::Refused(crate::Refusal { leaf, reasons })),
            Outcome::Failed(error) => Err(error.into()),
            Outcome::OverBudget(_) => Err(GateError::Rules("an ingest takes nothing out of a budget".into()).into()),
        }
    }

    /// Writes what a steward decided about a link, and gives the entry's place in the log. The permit is one to review
    /// links; the subjects are the persons of the two records.
    ///
    /// # Errors
    /// [`Denied::Failed`] when the permit is for something else or stale, or the entry can't be written.
    pub async fn record_judgement(
        &self,
        permit: Permit,
        subjects: Vec<LookSubject>,
        judgement: &Judgement,
    ) -> Result<u64, Denied> {
        self.record_review(permit, subjects, More::Judgement { judgement: judgement.clone() }).await
    }

    /// Writes what a steward proposes about a link, which counts once a second one comes to the same. As
    /// [`record_judgement`](Self::record_judgement); the detail says that it is a proposal.
    ///
    /// # Errors
    /// As [`record_judgement`](Self::record_judgement).
    pub async fn record_proposal(
        &self,
        permit: Permit,
        subjects: Vec<LookSubject>,
        judgement: &Judgement,
    ) -> Result<u64, Denied> {
        self.record_review(permit, subjects, More::Proposal { judgement: judgement.clone() }).await
    }

    /// Writes that a person contests that a record is theirs, or takes that back, and gives the entry's place in the log. The
    /// permit is one to read their own; the subject is they, with all of their records.
    ///
    /// # Errors
    /// [`Denied::Failed`] when the permit is for something else, of another account or stale, when what is contested is not
    /// one of their records, or the entry can't be written.
    pub async fn record_contest(
        &self,
        permit: Permit,
        subject: LookSubject,
        contest: &Judgement,
    ) -> Result<u64, Denied> {
        let Request { action, actor, .. } = &permit.request;
        let account = match (action, actor) {
            (Action::ReadOwn, Actor::Citizen { account, .. }) => account,
            _ => return Err(GateError::Rules("a contest needs a permit to read one's own".into()).into()),
        };
        if !contest.verdict.is_of_the_person() || contest.by != account.as_str() {
            return Err(GateError::Rules("a contest is a person's own word".into()).into());
        }
        // What was theirs when they contested it may be another's by the time that they take it back.
        let is_theirs = |record| subject.records.contains(record);
        if contest.verdict == Verdict::Disputed && !(is_theirs(&contest.left) && is_theirs(&contest.right)) {
            return Err(GateError::Subjects.into());
        }
        let more = More::Contest { judgement: contest.clone() };
        Ok(self.spend(permit, &[subject], Some(more)).await?.leaf)
    }

    /// Gives what people said since a batch was last written to the spine; none when they said nothing. The same batch is given
    /// until it is [written](Self::spoken_written).
    ///
    /// # Errors
    /// When the store of what people decide fails.
    pub async fn spoken_batch(&self) -> Result<Option<SpokenBatch>, GateError> {
        self.inner.state.spoken_batch().await.map_err(GateError::state)
    }

    /// Notes that a batch of what people said is in the spine.
    ///
    /// # Errors
    /// As [`spoken_batch`](Self::spoken_batch); the batch is given once more then.
    pub async fn spoken_written(&self, batch: &SpokenBatch) -> Result<(), GateError> {
        self.inner.state.spoken_written(batch).await.map_err(GateError::state)
    }

    /// Keeps for the spine what was said, and is in the log, where nothing else is to be noted of it.
    ///
    /// # Errors
    /// As [`spoken_batch`](Self::spoken_batch); the log then says more than counts.
    pub async fn keep_spoken(&self, spoken: &Spoken) -> Result<(), GateError> {
        self.inner.state.keep_spoken(spoken).await.map_err(GateError::state)
    }

    async fn record_review(&self, permit: Permit, subjects: Vec<LookSubject>, more: More) -> Result<u64, Denied> {
        if permit.request.action != Action::ReviewLink {
            return Err(GateError::Rules("a judgement needs a permit to review links".into()).into());
        }
        Ok(self.spend(permit, &subjects, Some(more)).await?.leaf)
    }
}

fn not_an_engineer() -> Reason {
    let sentences = Sentences {
        says: "Registers are read in by the system or by data engineers.",
        says_fr: "Les registres sont chargés par le système ou par les ingénieurs de données.",
        needed: "A role of a data engineer.",
        needed_fr: "Un rôle d’ingénieur de données.",
    };
    Reason::new("ingest.not-an-engineer", None, sentences, &Names::default())
}
