//! A project's records in memory, and records that come to them one by one.
//!
//! What is read is what `link` reads, through a job grant of the gate, and pairs are weighed by the model that `link` last
//! used. So whom a record that comes is put to is whom the next run would put it to.
//!
//! Records that their person disputes are left out: they decide nothing until a steward has judged them, see `freeze`.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use gate::Gate;
use lake::Lake;
use matching::{Breakdown, Resident, probability};
use model::{Actor, Project, RecordId, RegisterId, RunId};

use crate::compute;
use crate::coverage::covered;
use crate::error::LinkageError;
use crate::explain::PinnedModel;
use crate::judgement::InForce;
use crate::link::{Loaded, is_granted, load, settings_of_project, start};
use crate::records::Records;
use crate::report::LinkProgress;
use crate::settings::columns_of;
use crate::shape;
use crate::spine;

/// The values of a record by column of person records: dates as `YYYY-MM-DD`.
pub type Values = BTreeMap<String, String>;

/// How many columns that are compared a record must have values of.
const COMPARED_MIN: usize = 2;

/// A project's records in memory.
pub struct Residents {
    resident: Resident,
    /// Those that were read.
    records: Records,
    registers: BTreeSet<RegisterId>,
    wanted: BTreeSet<String>,
    /// Those that came since, by index and by id.
    arrived: HashMap<u32, RecordId>,
    by_id: HashMap<RecordId, u32>,
}

/// The record that was read which one that came agrees with most.
#[derive(Clone, PartialEq)]
pub struct Nearest {
    /// The record.
    pub record: RecordId,
    /// The log2 odds that both are of one person, by what may be compared.
    pub weight: f64,
    /// The probability that goes with it.
    pub probability: f64,
    /// Whether the two agree themselves. If not, the one that came agrees with another that came, and that one, or one
    /// further on, with this.
    pub is_direct: bool,
}

impl Residents {
    /// Reads the person records of all registers that agreements cover, and links them by the newest model of the spine.
    /// Nothing is learnt, and nothing is written but the entry of the run in the log and, before, what was said and waits for the
    /// spine.
    ///
    /// Takes about 250 bytes a record, twelve for each blocking rule and 24 for each kept pair, besides distinct values
    /// once.
    ///
    /// # Errors
    /// As [`link`](crate::link()), and [`LinkageError::NoModel`] when the spine has no model that was learnt under the
    /// settings of the project.
    pub async fn load(
        lake: &Lake,
        gate: &Gate,
        project: &Project,
        by: &Actor,
        run: &RunId,
        progress: &(dyn Fn(LinkProgress) + Send + Sync),
    ) -> Result<Self, LinkageError> {
        let config = project.linkage.as_ref().ok_or(LinkageError::NoConfig)?;
        let models = covered(project, config)?;
        let settings = settings_of_project(config, &models)?;
        let grant = start(lake, gate, by, run, &models, false, &[spine::MODELS, spine::JUDGEMENTS]).await?;
        let pinned = PinnedModel::read(&grant).await?.filter(|pinned| pinned.settings == settings);
        let model = pinned.ok_or(LinkageError::NoModel)?.model;
        let Loaded { records, data, .. } = load(lake, &grant, &models, &settings, &[], progress).await?;
        let in_force = match is_granted(&grant, spine::JUDGEMENTS) {
            true => InForce::read(&grant).await?,
            false => InForce::default(),
        };
        // Those about a disputed record wait, since it is taken out.
        let (judgements, _) = in_force.for_records(&records);
        let disputed: BTreeSet<u32> =
            in_force.disputes.values().flatten().filter_map(|(contested, _)| records.find_id(contested)).collect();
        let disputed: Vec<u32> = disputed.into_iter().collect();
        let work = move |told: &dyn matching::Progress| {
            // People are served meanwhile: the other half of the cores is theirs.
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(cores.div_ceil(2)).build();
            pool.map_err(|error| LinkageError::Threads(error.to_string()))?.install(|| {
                let mut resident = Resident::new(data, model, judgements, told)?;
                if !disputed.is_empty() {
                    resident.change(&disputed, None)?;
                }
                Ok::<_, LinkageError>(resident)
            })
        };
        let resident = compute::blocking(progress, work).await??;
        Ok(Self {
            resident,
            records,
            registers: models.into_iter().map(|model| model.register).collect(),
            wanted: columns_of(&settings),
            arrived: HashMap::new(),
            by_id: HashMap::new(),
        })
    }

    /// Gives the registers whose records were read.
    #[must_use]
    pub fn registers(&self) -> &BTreeSet<RegisterId> {
        &self.registers
    }

    /// Gives the columns of person records that are compared or blocked by.
    #[must_use]
    pub fn columns(&self) -> &BTreeSet<String> {
        &self.wanted
    }

    /// Gives how many records were read.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records.len()
    }

    /// Gives how many came since and are there.
    #[must_use]
    pub fn arrivals(&self) -> usize {
        self.arrived.len()
    }

    /// Says whether a record was among those that were read.
    #[must_use]
    pub fn has_read(&self, record: &RecordId) -> bool {
        self.records.find_id(record).is_some()
    }

    /// Says whether a record of these values can be compared with any other: it has all keys of a blocking rule, and
    /// values of two columns that are compared.
    #[must_use]
    pub fn can_compare(&self, values: &Values) -> bool {
        let settings = self.resident.data().settings();
        let has = |column: &String| values.get(column).is_some_and(|value| !value.trim().is_empty());
        let compared: BTreeSet<&String> = settings
            .comparisons
            .iter()
            .flat_map(|comparison| &comparison.columns)
            .filter(|column| has(column))
            .collect();
        let is_keyed = |block: &matching::Block| {
            let mut keys = block.keys.iter();
            keys.all(|key| values.get(&key.column).is_some_and(|value| key.of(value.trim()).is_some()))
        };
        compared.len() >= COMPARED_MIN && settings.blocks.iter().any(is_keyed)
    }

    /// Takes a record, in the place of what came before of the same one.
    ///
    /// # Errors
    /// [`LinkageError::Matching`] when there are too many records or values. Nothing has changed then.
    pub fn put(&mut self, record: &RecordId, values: &Values) -> Result<(), LinkageError> {
        let going: Vec<u32> = self.by_id.get(record).copied().into_iter().collect();
        let batch = self.batch(record, values)?;
        let index = self.resident.change(&going, Some(&batch))?.added.start;
        for index in going {
            self.arrived.remove(&index);
        }
        self.arrived.insert(index, record.clone());
        self.by_id.insert(record.clone(), index);
        Ok(())
    }

    /// Takes a record away that came. All is as if it had not come.
    ///
    /// # Errors
    /// [`LinkageError::NoArrival`] when there is no such record.
    pub fn take_away(&mut self, record: &RecordId) -> Result<(), LinkageError> {
        let index = *self.by_id.get(record).ok_or(LinkageError::NoArrival)?;
        self.resident.change(&[index], None)?;
        self.by_id.remove(record);
        self.arrived.remove(&index);
        Ok(())
    }

    /// Gives the record, of those that were read, which one that came agrees with most: of its own person, and so that the
    /// two reach the threshold by the columns alone of which `may_compare` lets those of a register be compared. Where it
    /// agrees with none so, those are asked that it agrees with and that came themselves.
    ///
    /// Of records that `is_asked` leaves out nothing is said. An attached record says nothing of records of other registers.
    ///
    /// # Errors
    /// [`LinkageError::NoArrival`] when there is no such record.
    pub fn nearest(
        &self,
        record: &RecordId,
        may_compare: &dyn Fn(&RegisterId, &str) -> bool,
        is_asked: &dyn Fn(&RecordId) -> bool,
    ) -> Result<Option<Nearest>, LinkageError> {
        let first = *self.by_id.get(record).ok_or(LinkageError::NoArrival)?;
        let label = self.resident.cluster_of(first);
        let mut seen = HashSet::from([first]);
        let mut here = vec![first];
        while !here.is_empty() {
            let (mut best, mut next): (Option<Nearest>, Vec<u32>) = (None, Vec::new());
            for one in &here {
                for edge in self.resident.edges_of(*one) {
                    let other = if edge.left == *one { edge.right } else { edge.left };
                    let of_its_person = self.resident.cluster_of(other) == label;
                    if !of_its_person || seen.contains(&other) || !self.may_tell(*one, other) {
                        continue;
                    }
                    let Some(id) = self.id(other).filter(|id| is_asked(id)) else { continue };
                    let Some(weight) = self.weight(*one, other, may_compare)? else { continue };
                    if self.arrived.contains_key(&other) {
                        seen.insert(other);
                        next.push(other);
                        continue;
                    }
                    let found =
                        Nearest { record: id, weight, probability: probability(weight), is_direct: *one == first };
                    if best.as_ref().is_none_or(|best| nearer(&found, best) == Ordering::Less) {
                        best = Some(found);
                    }
                }
            }
            if best.is_some() {
                return Ok(best);
            }
            here = next;
        }
        Ok(None)
    }

    /// Says whether something may be said of a record by another: of attached ones only to those of the same register.
    fn may_tell(&self, record: u32, other: u32) -> bool {
        let data = self.resident.data();
        !data.is_attached(other) || (data.is_attached(record) && data.source(record) == data.source(other))
    }

    /// Gives what two records weigh by what may be compared; none when that is short of the threshold.
    fn weight(
        &self,
        one: u32,
        other: u32,
        may_compare: &dyn Fn(&RegisterId, &str) -> bool,
    ) -> Result<Option<f64>, LinkageError> {
        let (Some(left), Some(right)) = (self.id(one), self.id(other)) else { return Ok(None) };
        let settings = self.resident.data().settings();
        let Breakdown { prior_weight, household_weight, fields } = self.resident.break_down(one, other)?;
        let may = |column: &String| may_compare(&left.register, column) && may_compare(&right.register, column);
        let comparisons = settings.comparisons.iter().zip(fields);
        let compared = comparisons.filter(|(comparison, _)| comparison.columns.iter().all(may));
        let weight: f64 = prior_weight + household_weight + compared.map(|(_, weight)| weight).sum::<f64>();
        Ok(Some(weight).filter(|weight| *weight >= settings.threshold_weight()))
    }

    fn id(&self, index: u32) -> Option<RecordId> {
        if (index as usize) < self.records.len() {
            return Some(self.records.id(index));
        }
        self.arrived.get(&index).cloned()
    }

    /// Gives a record in the shape that matching wants, with the id that it will have when it is delivered.
    fn batch(&self, record: &RecordId, values: &Values) -> Result<RecordBatch, LinkageError> {
        let mut fields = Vec::with_capacity(self.wanted.len());
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.wanted.len());
        for name in &self.wanted {
            let value = values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
            fields.push(Field::new(name, DataType::Utf8, true));
            columns.push(Arc::new(StringArray::from(vec![value])));
        }
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
        let text = |text: &str| Arc::new(StringArray::from(vec![text]));
        Ok(shape::fit(&self.wanted, &batch, text(record.register.as_str()), text(&record.hash_hex()))?)
    }
}

/// Shows sizes only.
impl std::fmt::Debug for Residents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Residents")
            .field("records", &self.records.len())
            .field("arrivals", &self.arrived.len())
            .finish_non_exhaustive()
    }
}

/// Orders what agrees more before what agrees less, and what agrees as much by id.
fn nearer(one: &Nearest, other: &Nearest) -> Ordering {
    other.weight.total_cmp(&one.weight).then_with(|| one.record.cmp(&other.record))
}
