//! One person, assembled for one purpose at the moment of the question, and not kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use gate::{Disclosed, EarlierLook, Gate, Grant, LookSubject};
use linkage::{Nearest, Values};
use model::request::Action;
use model::{Actor, PersonId, PurposeId, RecordId, RegisterId, Request};
use serde::Serialize;

use crate::error::RegistryError;
use crate::explain::FieldEvidence;
use crate::index::Index;
use crate::link::{Link, Place};

/// A person's records, as far as the purpose reaches.
pub struct Dossier {
    /// The person. Agencies see a pseudonym of it.
    pub person: PersonId,
    /// The number of its entry in the log.
    pub leaf: u64,
    /// When it was assembled.
    pub at: DateTime<Utc>,
    /// The purpose.
    pub purpose: PurposeId,
    /// One section for each register within reach that has records of the person.
    pub sections: Vec<Section>,
    /// The last looks at the person by the asker's own agency, newest first; only with `explain`.
    pub earlier: Vec<EarlierLook>,
}

/// How many earlier looks a dossier names.
const EARLIER_MAX: usize = 10;

/// The records of one register.
pub struct Section {
    /// The register.
    pub register: RegisterId,
    /// What the purpose discloses of them.
    pub disclosed: Disclosed,
    /// What links each row to the person, in the order of the rows.
    pub evidence: Vec<Evidence>,
}

/// What links a record to its person.
#[derive(Clone, PartialEq, Serialize)]
pub struct Evidence {
    /// Log2 of the odds that the record and the one it agrees with most are of one person; 0 when `alone`.
    pub weight: f64,
    /// The probability that goes with it; 1 when `alone`.
    pub probability: f64,
    /// Whether no link is told. Either nothing had to be linked, or what the record agrees with most is out of reach: that
    /// there is such a record, and how much the two agree, is then not the asker's to know.
    pub alone: bool,
    /// The register of the record that it agrees with most, when that is within reach too.
    pub via: Option<RegisterId>,
    /// Whether a steward judged that the two are of one person: then they are, whatever the weight. It is told where that other
    /// record is within reach.
    pub judged: bool,
    /// Field by field why the two agree, as far as both are disclosed.
    pub fields: Vec<FieldEvidence>,
}

impl Index {
    /// Opens the person whom the request names under its purpose; a citizen's request to read their own names them.
    /// With `explain` the evidence says field by field why records were linked, and the dossier which colleagues opened it
    /// before, which costs about a millisecond.
    ///
    /// A person that the spine doesn't have is answered like one without records within reach, and logged alike, so that
    /// nothing is learnt from the difference.
    ///
    /// # Errors
    /// [`RegistryError::Denied`] when the gate refuses or fails; whatever keeps the index from being read.
    pub async fn open_person(&self, gate: &Gate, request: &Request, explain: bool) -> Result<Dossier, RegistryError> {
        let person = match (&request.action, &request.actor) {
            (Action::OpenPerson { person }, _) => *person,
            (Action::ReadOwn, Actor::Citizen { person, .. }) => *person,
            _ => return Err(RegistryError::NotAPerson),
        };
        let permit = gate.decide(request).await?;
        let links = match request.action {
            // An id that a merge took away still stands for its person: their records are theirs to see.
            Action::ReadOwn => self.links_of(self.current_id(person)?)?,
            _ => self.links_of(person)?,
        };
        let records = self.record_ids(&links)?;
        let grant = gate.commit(permit, vec![LookSubject { person, records }]).await?;
        let mut dossier = self.assemble(&grant, person, &links, explain)?;
        if explain {
            dossier.earlier = grant.earlier_looks(EARLIER_MAX).await.map_err(gate::Denied::Failed)?;
        }
        Ok(dossier)
    }

    fn assemble(
        &self,
        grant: &Grant,
        person: PersonId,
        links: &[Link],
        explain: bool,
    ) -> Result<Dossier, RegistryError> {
        let mut explained = match explain {
            true => self.explained(grant, links)?,
            false => HashMap::new(),
        };
        let mut sections = Vec::new();
        for register in grant.registers() {
            let Some(number) = self.numbers.get(register) else { continue };
            let here: Vec<&Link> = links.iter().filter(|link| link.place.register == *number).collect();
            if here.is_empty() {
                continue;
            }
            let hashes: Vec<[u8; 16]> = here.iter().map(|link| link.place.hash).collect();
            let disclosed = grant.apply(register, &self.register_rows(register, &hashes)?)?;
            let mut evidence = Vec::with_capacity(disclosed.records.len());
            for record in &disclosed.records {
                match here.iter().find(|link| link.place.hash == record.hash) {
                    Some(link) => {
                        let fields = explained.remove(&link.place).unwrap_or_default();
                        evidence.push(self.evidence(grant, link, fields)?);
                    }
                    None => return Err(RegistryError::Stale { register: register.clone() }),
                }
            }
            sections.push(Section { register: register.clone(), disclosed, evidence });
        }
        Ok(Dossier {
            person,
            leaf: grant.leaf(),
            at: grant.at(),
            purpose: grant.purpose().clone(),
            sections,
            earlier: Vec::new(),
        })
    }

    /// Gives why each of these records was linked to another, as far as the grant gives both; by the place of the record.
    fn explained(&self, grant: &Grant, links: &[Link]) -> Result<HashMap<Place, Vec<FieldEvidence>>, RegistryError> {
        let Some(explainer) = &self.explainer else { return Ok(HashMap::new()) };
        let mut linked = Vec::with_capacity(links.len());
        for link in links {
            if let Some(via) = link.via {
                linked.push((link.place, self.record_id(link.place)?, self.record_id(via)?));
            }
        }
        let records: Vec<RecordId> = linked.iter().flat_map(|(_, record, via)| [record, via]).cloned().collect();
        let shown = self.disclosed_persons(grant, &records)?;
        let both = linked.iter().filter_map(|(place, record, via)| {
            let pair = (shown.get(record)?, shown.get(via)?);
            Some((*place, pair))
        });
        let (places, pairs): (Vec<Place>, Vec<_>) = both.unzip();
        Ok(places.into_iter().zip(explainer.explain(&pairs)?).collect())
    }

    /// Gives what links a record to its person, with why.
    fn evidence(&self, grant: &Grant, link: &Link, fields: Vec<FieldEvidence>) -> Result<Evidence, RegistryError> {
        let via = match link.via {
            Some(via) => Some(self.record_id(via)?).filter(|via| grant.registers().contains(&via.register)),
            None => None,
        };
        let (weight, probability) = if via.is_some() { (link.weight, link.probability) } else { (0.0, 1.0) };
        let judged = link.is_judged && via.is_some();
        Ok(Evidence { weight, probability, alone: via.is_none(), via: via.map(|via| via.register), judged, fields })
    }

    /// Gives what links a record that who asks brought to the record that it agrees with most, which is of a subject of the
    /// grant.
    pub(crate) fn evidence_of_given(
        &self,
        grant: &Grant,
        nearest: &Nearest,
        given: &Values,
        not_used: &[String],
    ) -> Result<Evidence, RegistryError> {
        let register = &nearest.record.register;
        if !nearest.is_direct || !grant.registers().contains(register) {
            let (alone, fields) = (true, Vec::new());
            return Ok(Evidence { weight: 0.0, probability: 1.0, alone, via: None, judged: false, fields });
        }
        let fields = match (&self.explainer, self.disclosed_person(grant, &nearest.record)?) {
            (Some(explainer), Some(row)) => explainer.explain_given(given, not_used, &row)?,
            _ => Vec::new(),
        };
        let Nearest { weight, probability, .. } = *nearest;
        // Of what was brought nobody has judged anything.
        Ok(Evidence { weight, probability, alone: false, via: Some(register.clone()), judged: false, fields })
    }

    /// Gives why two records agree, field by field; fields of which the grant doesn't give both values are left out.
    pub(crate) fn fields_between(
        &self,
        grant: &Grant,
        left: &RecordId,
        right: &RecordId,
    ) -> Result<Vec<FieldEvidence>, RegistryError> {
        let (left, right) = (self.disclosed_person(grant, left)?, self.disclosed_person(grant, right)?);
        let (Some(explainer), Some(left), Some(right)) = (&self.explainer, left, right) else { return Ok(Vec::new()) };
        // The explanation is made of what is disclosed, so it can tell nothing else.
        Ok(explainer.explain(&[(&left, &right)])?.into_iter().next().unwrap_or_default())
    }

    /// Gives what the grant discloses of records as [`disclosed_person`](Self::disclosed_person) does of each. The rows of a model are
    /// read and masked at once: to do it for each record takes most of the time of a dossier that has many.
    pub(crate) fn disclosed_persons(
        &self,
        grant: &Grant,
        records: &[RecordId],
    ) -> Result<HashMap<RecordId, Disclosed>, RegistryError> {
        let mut of_registers: BTreeMap<&RegisterId, Vec<[u8; 16]>> = BTreeMap::new();
        for record in records.iter().filter(|record| grant.registers().contains(&record.register)) {
            of_registers.entry(&record.register).or_default().push(record.hash);
        }
        let mut shown = HashMap::with_capacity(records.len());
        for (register, mut hashes) in of_registers {
            hashes.sort_unstable();
            hashes.dedup();
            for model in self.person_models.get(register).into_iter().flatten() {
                let Some(rows) = self.person_rows(model, &hashes)?.filter(|rows| rows.num_rows() > 0) else { continue };
                let Disclosed { batch, columns, records } = grant.apply_model(model, &rows)?;
                for (row, record) in records.into_iter().enumerate() {
                    // Each record is in one model.
                    let (batch, columns) = (batch.slice(row, 1), Arc::clone(&columns));
                    shown.insert(record.clone(), Disclosed { batch, columns, records: vec![record] });
                }
            }
        }
        Ok(shown)
    }

    /// Gives what the grant discloses of a record's row in its register's person model: one row, or none when there is none
    /// or the grant doesn't reach it.
    pub(crate) fn disclosed_person(
        &self,
        grant: &Grant,
        record: &RecordId,
    ) -> Result<Option<Disclosed>, RegistryError> {
        if !grant.registers().contains(&record.register) {
            return Ok(None);
        }
        for model in self.person_models.get(&record.register).into_iter().flatten() {
            if let Some(row) = self.person_rows(model, &[record.hash])?.filter(|row| row.num_rows() == 1) {
                let disclosed = grant.apply_model(model, &row)?;
                return Ok(Some(disclosed).filter(|disclosed| disclosed.records.len() == 1));
            }
        }
        Ok(None)
    }

    /// Gives what the grant discloses of a record's own row in its register: one row, with where it came from; none when there
    /// is none or the grant doesn't reach it.
    pub(crate) fn disclosed_row(&self, grant: &Grant, record: &RecordId) -> Result<Option<Disclosed>, RegistryError> {
        if !grant.registers().contains(&record.register) {
            return Ok(None);
        }
        let rows = match self.register_rows(&record.register, &[record.hash]) {
            Err(RegistryError::Stale { .. }) => return Ok(None),
            rows => rows?,
        };
        Ok(Some(grant.apply(&record.register, &rows)?).filter(|disclosed| disclosed.records.len() == 1))
    }

    fn record_ids(&self, links: &[Link]) -> Result<Vec<RecordId>, RegistryError> {
        links.iter().map(|link| self.record_id(link.place)).collect()
    }

    /// Gives the ids of all records of a person. They stay inside: they go to the gate alone.
    pub(crate) fn records_of(&self, person: PersonId) -> Result<Vec<RecordId>, RegistryError> {
        self.record_ids(&self.links_of(person)?)
    }
}
