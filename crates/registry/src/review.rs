//! Uncertain links, pair by pair, for a data steward.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use gate::{Disclosed, Gate, Grant, LookSubject, Permit};
use linkage::Said;
use model::request::Action;
use model::{Judgement, PersonId, Project, RecordId, RegisterId, Request, Verdict};
use serde::{Deserialize, Serialize};
use state::Spoken;

use crate::cluster::Cluster;
use crate::error::RegistryError;
use crate::explain::{Explainer, FieldEvidence};
use crate::folder;
use crate::index::Index;
use crate::outcome::{Outcome, Weighed};

const FILE: &str = "pairs.json";

/// The pairs of a generation as they are served, those first of which a decision buys most.
pub(crate) struct Pairs {
    pairs: Vec<KnownPair>,
    judged_in: Vec<JudgedIn>,
    verdicts: HashMap<(RecordId, RecordId), Verdict>,
}

impl Pairs {
    /// Reads the pairs of a generation.
    pub(crate) fn load(generation: &Path) -> Result<Self, RegistryError> {
        let PairList { pairs, judged_in, verdicts } = PairList::load(generation)?;
        let record = |text: &str| {
            let wrong = |_| RegistryError::damaged(&generation.join(FILE), "it names what is no record");
            text.parse::<RecordId>().map_err(wrong)
        };
        let known = |pair: StoredPair| {
            let StoredPair { left, right, weight, probability, is_uncertain, turn, waits } = pair;
            let (left, right) = (record(&left)?, record(&right)?);
            Ok(KnownPair { left, right, weight, probability, is_uncertain, turn, waits })
        };
        let pairs = pairs.into_iter().map(known).collect::<Result<Vec<_>, RegistryError>>()?;
        let judged = |of: StoredVerdict| -> Result<_, RegistryError> {
            Ok(((record(&of.left)?, record(&of.right)?), of.verdict))
        };
        let verdicts = verdicts.into_iter().map(judged).collect::<Result<HashMap<_, _>, RegistryError>>()?;
        Ok(Self { pairs, judged_in, verdicts })
    }

    /// Gives what a steward judged of two records, that they are of one person or of two, where it was in force when the
    /// generation was made.
    pub(crate) fn verdict(&self, left: &RecordId, right: &RecordId) -> Option<Verdict> {
        let (left, right) = if left < right { (left, right) } else { (right, left) };
        self.verdicts.get(&(left.clone(), right.clone())).copied()
    }

    /// Gives the pairs of which both records are of these registers. Their numbers are their places among these.
    pub(crate) fn within<'p, 'r>(
        &'p self,
        registers: &'r [RegisterId],
    ) -> impl Iterator<Item = &'p KnownPair> + use<'p, 'r> {
        let is_within = |pair: &&KnownPair| [&pair.left, &pair.right].iter().all(|id| registers.contains(&id.register));
        self.pairs.iter().filter(is_within)
    }
}

/// The uncertain pairs of a generation as they are kept.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct PairList {
    pairs: Vec<StoredPair>,
    /// Of lists of before judgements were counted by registers none are known.
    #[serde(default)]
    judged_in: Vec<JudgedIn>,
    /// What is in force of pairs that were judged to be of one person, or of two.
    #[serde(default)]
    verdicts: Vec<StoredVerdict>,
}

/// What a steward judged of two records.
#[derive(Serialize, Deserialize)]
struct StoredVerdict {
    left: String,
    right: String,
    verdict: Verdict,
}

/// How many pairs of two registers were judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JudgedIn {
    /// The registers, in order.
    registers: [String; 2],
    /// Pairs of which a judgement is in force.
    judged: u64,
    /// Pairs of the quality sample that were judged.
    sample_judged: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredPair {
    left: String,
    right: String,
    weight: f64,
    probability: f64,
    /// Whether it is near the threshold; all were when there was no sample.
    #[serde(default = "yes")]
    is_uncertain: bool,
    /// Its turn in the quality sample, if it is of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn: Option<u64>,
    /// Why it waits; of pairs of before persons kept apart were listed, nothing.
    #[serde(flatten)]
    waits: Waits,
}

fn yes() -> bool {
    true
}

/// Why a pair waits in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitReason {
    /// Its weight is near the threshold.
    NearThreshold,
    /// Two persons are kept apart although this pair of theirs reaches the threshold.
    KeptApart,
    /// A record of an attached register stays without this person, which it fits, since another fits about as well.
    OthersFit,
    /// A person hangs on it alone.
    WeakLink,
    /// Two persons have one identifier, which these two records hold.
    SharedIdentifier,
}

impl WaitReason {
    /// Gives how spine and API write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NearThreshold => "near-threshold",
            Self::KeptApart => "kept-apart",
            Self::OthersFit => "others-fit",
            Self::WeakLink => "weak-link",
            Self::SharedIdentifier => "shared-identifier",
        }
    }

    /// Reads it; none of what another version wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let all = [Self::NearThreshold, Self::KeptApart, Self::OthersFit, Self::WeakLink, Self::SharedIdentifier];
        all.into_iter().find(|known| known.as_str() == text)
    }
}

/// What keeps two persons apart although a pair of theirs reaches the threshold, in log2 odds. The weight of that pair,
/// `against` and `penalty` add up to `weight`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// What it weighs that both are one person.
    pub weight: f64,
    /// What their other records hold against it, at most 0.
    pub against: f64,
    /// What it costs that a register with one record for each person would have several, at most 0. None where it may not be
    /// told apart: `against` has it then.
    pub penalty: Option<f64>,
}

impl Merge {
    /// Gives the probability that goes with its weight.
    #[must_use]
    pub fn probability(&self) -> f64 {
        matching::probability(self.weight)
    }

    /// Gives it without telling what a register's having one record for each person has to do with it.
    pub(crate) fn folded(self) -> Self {
        Self { against: self.against + self.penalty.unwrap_or(0.0), penalty: None, ..self }
    }
}

/// Why a pair waits, and what a decision of it buys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<WaitReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) merge: Option<Merge>,
    /// The chance that a verdict changes something, times the records that move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) worth: Option<f64>,
}

/// Why a pair is listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    /// Whether nobody has judged it.
    pub(crate) is_open: bool,
    /// Whether it is near the threshold.
    pub(crate) is_uncertain: bool,
    /// Its turn in the quality sample, if it is of it.
    pub(crate) turn: Option<u64>,
    /// Why it waits.
    pub(crate) waits: Waits,
}

impl PairList {
    pub(crate) fn add(&mut self, (left, right): (&str, &str), (weight, probability): (f64, f64), listed: Listed) {
        let Listed { is_open, is_uncertain, turn, waits } = listed;
        if is_open {
            let (left, right) = (left.to_owned(), right.to_owned());
            self.pairs.push(StoredPair { left, right, weight, probability, is_uncertain, turn, waits });
        } else if turn.is_some() {
            self.judged_in([left, right]).sample_judged += 1;
        }
    }

    /// Notes the judgements in force, and counts them, whether their pairs are listed or not. Those of pairs that wait are not
    /// counted: no run has followed them yet.
    pub(crate) fn note_judged(&mut self, judged: &[((RecordId, RecordId), Verdict)]) {
        let waiting: HashSet<(String, String)> =
            self.pairs.iter().map(|pair| (pair.left.clone(), pair.right.clone())).collect();
        for ((left, right), verdict) in judged {
            let is_followed = !waiting.contains(&(left.to_string(), right.to_string()));
            self.judged_in([left.register.as_str(), right.register.as_str()]).judged += u64::from(is_followed);
            if matches!(verdict, Verdict::Same | Verdict::Different) {
                let (left, right) = (left.to_string(), right.to_string());
                self.verdicts.push(StoredVerdict { left, right, verdict: *verdict });
            }
        }
    }

    /// Gives the counts of two registers, or of those of two records.
    fn judged_in(&mut self, records: [&str; 2]) -> &mut JudgedIn {
        let mut registers = records.map(|record| record.split(':').next().unwrap_or_default().to_owned());
        registers.sort_unstable();
        let known = self.judged_in.iter().position(|judged| judged.registers == registers);
        let at = known.unwrap_or(self.judged_in.len());
        if known.is_none() {
            self.judged_in.push(JudgedIn { registers, judged: 0, sample_judged: 0 });
        }
        &mut self.judged_in[at]
    }

    pub(crate) fn save(mut self, generation: &Path) -> Result<(), RegistryError> {
        // Of pairs of before the order was kept with them, the most uncertain come first.
        let worth = |pair: &StoredPair| pair.waits.worth.unwrap_or_else(|| 0.5 - (pair.probability - 0.5).abs());
        // Those of the sample alone come last, so that the numbers of the others are their places in the queue.
        self.pairs.sort_by(|a, b| {
            let by_worth = b.is_uncertain.cmp(&a.is_uncertain).then_with(|| worth(b).total_cmp(&worth(a)));
            by_worth.then_with(|| (&a.left, &a.right).cmp(&(&b.left, &b.right)))
        });
        let path = generation.join(FILE);
        let text = serde_json::to_vec(&self).map_err(RegistryError::json(&path))?;
        folder::write_durably(&path, &text)
    }

    pub(crate) fn load(generation: &Path) -> Result<Self, RegistryError> {
        let path = generation.join(FILE);
        serde_json::from_slice(&folder::read(&path)?).map_err(RegistryError::json(&path))
    }
}

/// Tells whether somebody may judge a pair of records of these registers on a day: a purpose of link review that is in force
/// then, as its agreement is, reaches both.
#[must_use]
pub fn may_be_reviewed(project: &Project, day: NaiveDate, left: &RegisterId, right: &RegisterId) -> bool {
    linkage::Reviewable::on(project, day).has_registers(left.as_str(), right.as_str())
}

/// How far the review is, as far as a permit reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReviewProgress {
    /// Uncertain pairs that wait.
    pub open: u64,
    /// Pairs of which a judgement was in force when the index was built, whether they would wait without it or not.
    pub judged: u64,
    /// Pairs of the quality sample that were judged when the index was built.
    pub sample_judged: u64,
}

/// A pair that waits, as far as it is told without showing it. The records stay inside.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'p> {
    /// Its number in this generation of the index.
    pub number: u64,
    /// The smaller record id.
    pub left: &'p RecordId,
    /// The larger record id.
    pub right: &'p RecordId,
    /// Whether it waits in the queue.
    pub is_uncertain: bool,
    /// Its turn in the quality sample, if it is of it.
    pub turn: Option<u64>,
    /// Why it waits; none of pairs that are of the quality sample alone.
    pub reason: Option<WaitReason>,
}

/// Two records that may be of one person.
pub struct Pair {
    /// Its number in this generation of the index.
    pub number: u64,
    /// The number of its entry in the log.
    pub leaf: u64,
    /// The smaller record id. It stays inside.
    pub left: RecordId,
    /// The larger record id. It stays inside.
    pub right: RecordId,
    /// What the purpose discloses of the left record; none when it has no person record any more.
    pub left_shown: Option<Disclosed>,
    /// What the purpose discloses of the right record.
    pub right_shown: Option<Disclosed>,
    /// What it discloses of the left record's own row in its register, with where that came from; none when the row is gone.
    pub left_row: Option<Disclosed>,
    /// The same of the right record.
    pub right_row: Option<Disclosed>,
    /// Log2 of the odds that they are of one person.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// Field by field how they compare.
    pub fields: Vec<FieldEvidence>,
    /// What the linkage made of the two records.
    pub outcome: Outcome,
    /// Why it waits in the queue, where it does.
    pub reason: Option<WaitReason>,
    /// What a judgement would do.
    pub effect: Effect,
    /// The persons of the two records, with the links that hold each together.
    pub cluster: Cluster,
}

/// What hangs on a judgement: records within reach, the two themselves among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// Whether the two records are of one person as it is.
    pub is_one_person: bool,
    /// How many records the left one's person has.
    pub left_records: u64,
    /// How many records the right one's person has.
    pub right_records: u64,
}

/// A pair of the list.
#[derive(Clone)]
pub(crate) struct KnownPair {
    pub(crate) left: RecordId,
    pub(crate) right: RecordId,
    pub(crate) weight: f64,
    pub(crate) probability: f64,
    pub(crate) is_uncertain: bool,
    pub(crate) turn: Option<u64>,
    pub(crate) waits: Waits,
}

impl KnownPair {
    fn waiting(&self, number: u64) -> Waiting<'_> {
        let Self { left, right, is_uncertain, turn, waits, .. } = self;
        let reason = waits.reason.filter(|_| *is_uncertain);
        Waiting { number, left, right, is_uncertain: *is_uncertain, turn: *turn, reason }
    }
}

/// What a steward decided.
pub struct Decided {
    /// Whether the records are of one person.
    pub verdict: Verdict,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// Why, in the steward's words.
    pub reason: String,
    /// Whether a second steward has to come to the same before it counts.
    pub is_proposal: bool,
}

/// What a steward said, and is in the log.
#[must_use = "what was said counts once it is kept"]
pub struct Written {
    /// The number of its log entry.
    pub leaf: u64,
    /// What is to be kept of it for the spine; none of a proposal, which counts for nothing yet.
    pub spoken: Option<Spoken>,
}

/// Gives the registers whose pairs a permit lets be reviewed: none, when it is one for something else.
pub(crate) fn reviewed(permit: &Permit) -> &[RegisterId] {
    if permit.request().action == Action::ReviewLink { permit.registers() } else { &[] }
}

/// Pairs of persons, known by their records. Whose records they are stays inside.
#[derive(Default)]
pub struct PersonPairs {
    persons: HashMap<RecordId, PersonId>,
    pairs: HashSet<(PersonId, PersonId)>,
}

impl PersonPairs {
    /// Tells whether two records are of such persons.
    #[must_use]
    pub fn has(&self, left: &RecordId, right: &RecordId) -> bool {
        let (Some(one), Some(other)) = (self.persons.get(left), self.persons.get(right)) else { return false };
        self.pairs.contains(&(*one.min(other), *one.max(other)))
    }
}

impl Index {
    /// Gives the name of this generation of the index. The numbers of pairs hold within one generation.
    #[must_use]
    pub fn generation(&self) -> &str {
        &self.meta.run
    }

    /// Gives how far the review is of the pairs that a permit lets be reviewed.
    #[must_use]
    pub fn review_progress(&self, permit: &Permit) -> ReviewProgress {
        let registers = reviewed(permit);
        let is_reached = |name: &String| registers.iter().any(|register| register.as_str() == name);
        let open = self.pairs.within(registers).filter(|pair| pair.is_uncertain).count() as u64;
        let reached = self.pairs.judged_in.iter().filter(|judged| judged.registers.iter().all(is_reached));
        reached.fold(ReviewProgress { open, judged: 0, sample_judged: 0 }, |sum, judged| ReviewProgress {
            judged: sum.judged + judged.judged,
            sample_judged: sum.sample_judged + judged.sample_judged,
            ..sum
        })
    }

    /// Gives the pair `number` of those within these registers.
    fn pair_within<'p>(&'p self, registers: &[RegisterId], number: u64) -> Option<&'p KnownPair> {
        usize::try_from(number).ok().and_then(|number| self.pairs.within(registers).nth(number))
    }

    /// Gives the pair `number`, uncertain or of the quality sample; none past the last.
    #[must_use]
    pub fn waiting<'p>(&'p self, permit: &Permit, number: u64) -> Option<Waiting<'p>> {
        self.pair_within(reviewed(permit), number).map(|pair| pair.waiting(number))
    }

    /// Gives all pairs that wait, uncertain or of the quality sample, in the order of their numbers.
    pub fn all_pairs<'p>(&'p self, permit: &'p Permit) -> impl Iterator<Item = Waiting<'p>> {
        let numbered = self.pairs.within(reviewed(permit)).zip(0..);
        numbered.map(|(pair, number)| pair.waiting(number))
    }

    /// Shows the pair `number`, counted from 0, those first of which a decision buys most; none past the last. Of the links
    /// of its persons those from the weakest but `links` on are listed.
    ///
    /// # Errors
    /// [`RegistryError::Denied`] when the gate refuses or fails; whatever keeps the index from being read.
    pub async fn pair(
        &self,
        gate: &Gate,
        request: &Request,
        number: u64,
        links: u64,
    ) -> Result<Option<Pair>, RegistryError> {
        let permit = gate.decide(request).await?;
        let Some(known) = self.pair_within(reviewed(&permit), number).cloned() else { return Ok(None) };
        let grant = gate.commit(permit, self.subjects_of(&[&known.left, &known.right])?).await?;
        self.show_pair(&grant, number, known, links).map(Some)
    }

    pub(crate) fn show_pair(
        &self,
        grant: &Grant,
        number: u64,
        known: KnownPair,
        links: u64,
    ) -> Result<Pair, RegistryError> {
        let KnownPair { left, right, weight, probability, is_uncertain, waits, .. } = known;
        let effect = self.effect(grant, &left, &right)?;
        let folded = |merge: Merge| if self.tells_penalty(grant) { merge } else { merge.folded() };
        let waits = Waits { merge: waits.merge.map(folded), ..waits };
        let fields = self.fields_between(grant, &left, &right)?;
        // That two records share an identifier tells something of it, and is for those alone who see it in both.
        let is_told = |reason: &WaitReason| {
            let explainer = self.explainer.as_ref();
            *reason != WaitReason::SharedIdentifier || explainer.is_some_and(|by| by.shows_identifier(&fields))
        };
        let reason = waits.reason.filter(|reason| is_uncertain && is_told(reason));
        Ok(Pair {
            number,
            leaf: grant.leaf(),
            left_shown: self.disclosed_person(grant, &left)?,
            right_shown: self.disclosed_person(grant, &right)?,
            left_row: self.disclosed_row(grant, &left)?,
            right_row: self.disclosed_row(grant, &right)?,
            outcome: self.outcome((&left, &right), effect.is_one_person, Weighed::kept(weight), waits),
            fields,
            reason,
            effect,
            cluster: self.cluster(grant, (&left, &right), links)?,
            left,
            right,
            weight,
            probability,
        })
    }

    /// Gives the odds, as a probability, from which on the linkage of this index puts two records together by themselves; none
    /// where it holds no model.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        self.explainer.as_ref().map(Explainer::threshold_probability)
    }

    /// Tells whether two records that a permit reaches are of two persons.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn are_two_persons(&self, permit: &Permit, left: &RecordId, right: &RecordId) -> Result<bool, RegistryError> {
        Ok(self.may_review(permit, left, right) && self.persons_of_both(left, right)?.is_some())
    }

    /// Gives the pairs of persons who have these pairs of records, as far as a permit reaches them.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn person_pairs<'a>(
        &self,
        permit: &Permit,
        pairs: impl Iterator<Item = (&'a RecordId, &'a RecordId)>,
    ) -> Result<PersonPairs, RegistryError> {
        let mut found = PersonPairs::default();
        for (left, right) in pairs.filter(|(left, right)| self.may_review(permit, left, right)) {
            let Some([one, other]) = self.persons_of_both(left, right)? else { continue };
            found.pairs.insert((one.min(other), one.max(other)));
            for person in [one, other] {
                let records = self.records_of(person)?;
                let within_reach = records.into_iter().filter(|record| permit.registers().contains(&record.register));
                found.persons.extend(within_reach.map(|record| (record, person)));
            }
        }
        Ok(found)
    }

    /// Gives the two persons who have two records; none when a record is of nobody, or both are of one person.
    fn persons_of_both(&self, left: &RecordId, right: &RecordId) -> Result<Option<[PersonId; 2]>, RegistryError> {
        let person = |record: &RecordId| match self.place(record) {
            Some(place) => self.person_of(place),
            None => Ok(None),
        };
        Ok(person(left)?.zip(person(right)?).filter(|(one, other)| one != other).map(|(one, other)| [one, other]))
    }

    /// Tells whether a grant lets it be told apart what it costs that a register would have several records of a person: that
    /// both persons have one there. It hangs on the registers that the linkage holds for such, never on those that the persons
    /// have records in: else it would tell by itself.
    fn tells_penalty(&self, grant: &Grant) -> bool {
        let Some(explainer) = &self.explainer else { return false };
        let of_project = self.project.linkage.iter().flat_map(|linkage| linkage.one_record_per_person.keys());
        let is_shown = |name: &String| grant.registers().iter().any(|register| register.as_str() == name);
        explainer.one_record_registers().chain(of_project).all(is_shown)
    }

    /// Gives what the linkage made of two records that weigh so much.
    pub(crate) fn outcome(
        &self,
        (left, right): (&RecordId, &RecordId),
        is_one_person: bool,
        weighed: Weighed,
        waits: Waits,
    ) -> Outcome {
        let verdict = self.pairs.verdict(left, right);
        Outcome::of(is_one_person, verdict, weighed, self.explainer.as_ref().map(Explainer::threshold), waits)
    }

    fn effect(&self, grant: &Grant, left: &RecordId, right: &RecordId) -> Result<Effect, RegistryError> {
        let person = |record: &RecordId| match self.place(record) {
            Some(place) => self.person_of(place),
            None => Ok(None),
        };
        let within = |person: Option<PersonId>| -> Result<u64, RegistryError> {
            let Some(person) = person else { return Ok(1) };
            let records = self.records_of(person)?;
            Ok(records.iter().filter(|record| grant.registers().contains(&record.register)).count() as u64)
        };
        let (left, right) = (person(left)?, person(right)?);
        let is_one_person = left.is_some() && left == right;
        Ok(Effect { is_one_person, left_records: within(left)?, right_records: within(right)? })
    }

    /// Writes to the log what a steward decided about the pair `number`; gives what is to be kept of it, or none when there is no
    /// such pair. Once that is kept it counts from the next run of `link` on; a proposal doesn't.
    ///
    /// # Errors
    /// [`RegistryError::Denied`] when the gate refuses or fails, [`RegistryError::Linkage`] when no reason is given.
    pub async fn judge(
        &self,
        gate: &Gate,
        request: &Request,
        number: u64,
        decided: Decided,
    ) -> Result<Option<Written>, RegistryError> {
        let permit = gate.decide(request).await?;
        let Some(KnownPair { left, right, .. }) = self.pair_within(reviewed(&permit), number).cloned() else {
            return Ok(None);
        };
        self.write_judgement(gate, permit, (left, right), decided).await.map(Some)
    }

    pub(crate) async fn write_judgement(
        &self,
        gate: &Gate,
        permit: Permit,
        (left, right): (RecordId, RecordId),
        decided: Decided,
    ) -> Result<Written, RegistryError> {
        let by = permit.request().actor.account().ok_or(RegistryError::NotAPerson)?.to_string();
        let subjects = self.subjects_of(&[&left, &right])?;
        let Decided { verdict, at, reason, is_proposal } = decided;
        let judgement = Judgement { left, right, verdict, by, at, reason };
        if is_proposal {
            let leaf = linkage::propose(gate, permit, subjects, &judgement).await?;
            return Ok(Written { leaf, spoken: None });
        }
        let Said { leaf, spoken } = linkage::judge(gate, permit, subjects, &judgement).await?;
        Ok(Written { leaf, spoken: Some(spoken) })
    }

    /// Gives the persons of records, each once, with all of their records.
    pub(crate) fn subjects_of(&self, records: &[&RecordId]) -> Result<Vec<LookSubject>, RegistryError> {
        let mut subjects: Vec<LookSubject> = Vec::new();
        for record in records {
            let Some(place) = self.place(record) else { continue };
            let Some(person) = self.person_of(place)? else { continue };
            if !subjects.iter().any(|subject| subject.person == person) {
                subjects.push(LookSubject { person, records: self.records_of(person)? });
            }
        }
        Ok(subjects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_persons_are_known_by_any_of_their_records() {
        let record = |digit: char| -> RecordId { format!("tax:{}", digit.to_string().repeat(32)).parse().unwrap() };
        let persons = [('a', 7), ('b', 7), ('c', 3), ('d', 9)];
        let pairs = PersonPairs {
            persons: persons.into_iter().map(|(digit, person)| (record(digit), PersonId(person))).collect(),
            pairs: HashSet::from([(PersonId(3), PersonId(7))]),
        };
        let has = |one, other| pairs.has(&record(one), &record(other));
        assert!(has('a', 'c') && has('c', 'b'), "whichever records of the two, in any order");
        assert!(!has('a', 'd') && !has('c', 'd'), "another person is of no such pair");
        assert!(!has('a', 'b'), "records of one person");
        assert!(!has('a', 'e') && !PersonPairs::default().has(&record('a'), &record('c')));
    }

    #[test]
    fn pairs_out_of_reach_are_no_pairs() {
        let project = testkit::ProjectFolder::small().load().unwrap();
        let reviewable = linkage::Reviewable::of(&project);
        assert!(reviewable.has("tax:00", "loans:00"));
        assert!(!reviewable.has("tax:00", "donations:00"), "the review's agreement doesn't cover donations");
        assert!(!reviewable.has("tax2:00", "loans:00") && !reviewable.has("tax", "loans"));
    }

    #[test]
    fn nobody_reviews_before_or_after_the_days_of_purpose_and_agreement() {
        let project = testkit::ProjectFolder::small().load().unwrap();
        let [tax, loans, donations] = ["tax", "loans", "donations"].map(|id| RegisterId::new(id).unwrap());
        let on = |day: &str, left, right| may_be_reviewed(&project, day.parse().unwrap(), left, right);
        assert!(on("2026-05-04", &tax, &loans) && on("2026-05-04", &loans, &loans));
        assert!(!on("2026-05-04", &tax, &donations));
        assert!(!on("1999-12-31", &tax, &loans) && !on("2999-01-01", &tax, &loans));
    }

    #[test]
    fn pairs_come_in_the_order_of_what_a_decision_buys() {
        let dir = tempfile::tempdir().unwrap();
        let mut list = PairList::default();
        let waits = |reason, worth| Waits { reason: Some(reason), merge: None, worth: Some(worth) };
        let listed = |waits| Listed { is_open: true, is_uncertain: true, turn: None, waits };
        list.add(("a", "b"), (0.0, 0.5), listed(waits(WaitReason::NearThreshold, 0.05)));
        list.add(("c", "d"), (20.0, 1.0), listed(waits(WaitReason::KeptApart, 1.5)));
        list.add(("e", "f"), (9.0, 0.998), listed(waits(WaitReason::WeakLink, 0.6)));
        list.save(dir.path()).unwrap();
        let list = PairList::load(dir.path()).unwrap();
        let order: Vec<(&str, Option<WaitReason>)> =
            list.pairs.iter().map(|pair| (pair.left.as_str(), pair.waits.reason)).collect();
        let expected = [("c", WaitReason::KeptApart), ("e", WaitReason::WeakLink), ("a", WaitReason::NearThreshold)];
        assert_eq!(order, expected.map(|(left, reason)| (left, Some(reason))));
    }

    #[test]
    fn of_pairs_without_an_order_the_most_uncertain_comes_first_and_judged_ones_of_the_sample_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        let mut list = PairList::default();
        let waits = Waits::default();
        let listed = |is_open, is_uncertain, turn| Listed { is_open, is_uncertain, turn, waits };
        list.add(("a", "b"), (4.0, 0.94), listed(true, true, None));
        list.add(("c", "d"), (0.1, 0.52), listed(true, true, Some(4)));
        list.add(("e", "f"), (0.0, 0.50), listed(false, true, None));
        list.add(("g:7", "h:8"), (40.0, 1.0), listed(false, false, Some(1)));
        list.save(dir.path()).unwrap();
        let list = PairList::load(dir.path()).unwrap();
        assert_eq!((list.pairs[0].left.as_str(), list.pairs[0].turn), ("c", Some(4)));
        let registers = ["g".to_owned(), "h".to_owned()];
        assert_eq!(list.pairs.len(), 2);
        assert_eq!(list.judged_in, [JudgedIn { registers, judged: 0, sample_judged: 1 }]);
    }

    #[test]
    fn judgements_in_force_are_counted_by_registers_unless_their_pair_waits() {
        let record =
            |register: &str, digit: u8| RecordId { register: RegisterId::new(register).unwrap(), hash: [digit; 16] };
        let mut list = PairList::default();
        let listed = Listed { is_open: true, is_uncertain: true, turn: None, waits: Waits::default() };
        let waits = (record("loans", 1), record("tax", 1));
        list.add((&waits.0.to_string(), &waits.1.to_string()), (4.0, 0.94), listed);
        let gone = [(record("loans", 2), record("tax", 1)), (record("tax", 1), record("tax", 2))];
        let judged =
            [(gone[0].clone(), Verdict::Same), (waits, Verdict::Different), (gone[1].clone(), Verdict::CannotSay)];
        list.note_judged(&judged);
        let counts: Vec<(&str, &str, u64)> = list
            .judged_in
            .iter()
            .map(|judged| (judged.registers[0].as_str(), judged.registers[1].as_str(), judged.judged))
            .collect();
        assert_eq!(counts, [("loans", "tax", 1), ("tax", "tax", 1)]);

        // What was judged is known of either order; that nobody could say is no verdict.
        let dir = tempfile::tempdir().unwrap();
        list.save(dir.path()).unwrap();
        let pairs = Pairs::load(dir.path()).unwrap();
        let verdict = |(left, right): &(RecordId, RecordId)| [pairs.verdict(left, right), pairs.verdict(right, left)];
        assert_eq!(verdict(&gone[0]), [Some(Verdict::Same); 2]);
        assert_eq!(verdict(&judged[1].0), [Some(Verdict::Different); 2]);
        assert_eq!(verdict(&gone[1]), [None; 2]);
    }

    #[test]
    fn pairs_of_before_there_were_samples_are_all_uncertain() {
        let text = r#"{"pairs":[{"left":"a","right":"b","weight":1.0,"probability":0.6}],"judged":3}"#;
        let list: PairList = serde_json::from_str(text).unwrap();
        assert!(list.pairs[0].is_uncertain && list.pairs[0].turn.is_none());
        assert_eq!(list.pairs[0].waits, Waits::default());
        assert!(list.judged_in.is_empty(), "of which registers they were is not known");
    }

    #[test]
    fn every_reason_is_read_as_it_is_written() {
        let all = ["near-threshold", "kept-apart", "others-fit", "weak-link", "shared-identifier"];
        for text in all {
            assert_eq!(WaitReason::read(text).map(WaitReason::as_str), Some(text));
        }
        assert_eq!(WaitReason::read("of-another-version"), None);
    }
}
