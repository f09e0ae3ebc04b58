//! What the spine held before the run.

use std::collections::BTreeSet;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use gate::JobGrant;
use lake::{Lake, TableRef};
use matching::{Model, Settings, TrainingReport};
use model::{PersonId, RegisterId, RunId};

use crate::compute::Matched;
use crate::error::LinkageError;
use crate::identity::{Before, Marks, marks_of_text};
use crate::records::{Records, hash_of};
use crate::rows;
use crate::spine;
use crate::watch::{self, Watch};
use crate::wave::{self, Drawn};

/// The spine before the run.
#[derive(Debug)]
pub(crate) struct Previous {
    /// The person of each record, if it had one.
    pub(crate) persons: Vec<Option<PersonId>>,
    /// Under which ids the records were, where these are others.
    pub(crate) marks: Marks,
    /// Persons that held records which are no longer there.
    pub(crate) gone_with: BTreeSet<PersonId>,
    /// Those of them that held records of base registers which are no longer there.
    pub(crate) lost_base: BTreeSet<PersonId>,
    /// An id above all that were ever given.
    pub(crate) unused: PersonId,
    /// The number of the run that wrote `links`; 0 when none did.
    pub(crate) generation: i64,
    /// Generations of runs that wrote events and were cut short before they wrote `links`.
    pub(crate) cut_short: BTreeSet<i64>,
    /// The newest model, with its version.
    pub(crate) model: Option<(i64, ModelText)>,
    /// What was watched of the run that wrote `links`.
    pub(crate) watch: Option<Watch>,
    /// The pairs of the quality sample.
    pub(crate) drawn: Vec<Drawn>,
}

/// A model as `spine.models` holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModelText {
    pub(crate) settings: String,
    pub(crate) model: String,
    pub(crate) training: String,
}

impl ModelText {
    /// Gives the model and what its training said; none when it was learnt under settings by which other things are learnt, when
    /// another version of Lucarne wrote it, or when it was only presumed, since there were too few records to learn from.
    ///
    /// A rule more by which pairs are found, or another threshold, changes no m and no u: nothing is learnt anew for it.
    pub(crate) fn learnt_under(&self, settings: &Settings) -> Option<(Model, TrainingReport)> {
        let learnt_by: Settings = serde_json::from_str(&self.settings).ok()?;
        if !learnt_by.learns_as(settings) {
            return None;
        }
        let model: Model = serde_json::from_str(&self.model).ok()?;
        let training: TrainingReport = serde_json::from_str(&self.training).ok()?;
        (training.records > 0 && model.check(settings).is_ok()).then_some((model, training))
    }
}

/// The model that a run weighs by, as the spine is to hold it.
pub(crate) struct NextModel {
    pub(crate) version: i64,
    /// Its text, when it differs from the last one's.
    text: Option<ModelText>,
}

impl NextModel {
    /// Gives its row of `models`; none when the last one is the same.
    pub(crate) fn row(&self, at: DateTime<Utc>, run: &RunId) -> Result<Option<RecordBatch>, LinkageError> {
        let row = |text: &ModelText| rows::model(self.version, at, run, [&text.settings, &text.model, &text.training]);
        self.text.as_ref().map(row).transpose()
    }
}

impl Previous {
    /// Gives the version of the model of a run.
    pub(crate) fn next_model(&self, matched: &Matched) -> Result<NextModel, LinkageError> {
        let json = |written: serde_json::Result<String>| {
            written.map_err(|error| LinkageError::Config(format!("the model can't be written as JSON: {error}")))
        };
        let settings = json(serde_json::to_string(matched.data.settings()))?;
        let model = json(serde_json::to_string(&matched.model))?;
        let training = json(serde_json::to_string(&matched.training))?;
        // A model that was learnt again from other records may come out the same: it stays the version that it is.
        let last = self.model.as_ref();
        if let Some((version, _)) = last.filter(|(_, last)| last.settings == settings && last.model == model) {
            return Ok(NextModel { version: *version, text: None });
        }
        let version = last.map_or(1, |(version, _)| version + 1);
        Ok(NextModel { version, text: Some(ModelText { settings, model, training }) })
    }

    /// Gives what the records were before.
    pub(crate) fn before(&self) -> Before<'_> {
        let Self { persons, marks, gone_with, lost_base, unused, generation, .. } = self;
        Before { persons, marks, gone_with, lost_base, unused: *unused, generation: generation + 1 }
    }

    /// Reads what the grant reaches of the spine; tables that are not there yet are empty. `attached` are the registers whose
    /// records are only attached.
    pub(crate) async fn read(
        lake: &Lake,
        grant: &JobGrant,
        records: &Records,
        attached: &BTreeSet<String>,
    ) -> Result<Self, LinkageError> {
        let mut previous = Self {
            persons: vec![None; records.len()],
            marks: Marks::new(),
            gone_with: BTreeSet::new(),
            lost_base: BTreeSet::new(),
            unused: PersonId(1),
            generation: 0,
            cut_short: BTreeSet::new(),
            model: None,
            watch: None,
            drawn: wave::before(lake, grant, records).await?,
        };
        let is_there = |name| grant.versions().iter().any(|(table, _)| *table == TableRef::spine(name));
        if is_there(spine::LINKS) {
            let info = lake.info(&TableRef::spine(spine::LINKS)).await?;
            previous.watch = info.as_ref().and_then(|info| watch::kept(&info.metadata));
            // Links that an earlier version of Lucarne wrote say nothing of ids of before.
            let has_marks = info.as_ref().is_some_and(|info| info.schema.field_with_name(WAS).is_ok());
            let generation = info.and_then(|info| info.metadata.get(spine::GENERATION)?.parse().ok());
            previous.generation = generation.ok_or_else(|| malformed(spine::LINKS, "it has no generation"))?;
            previous.read_links(grant, records, attached, has_marks).await?;
        }
        if is_there(spine::EVENTS) {
            previous.read_events(grant).await?;
        }
        if is_there(spine::MODELS) {
            previous.read_models(grant).await?;
        }
        Ok(previous)
    }

    fn was_given(&mut self, person: PersonId) {
        self.unused = self.unused.max(PersonId(person.0 + 1));
    }

    async fn read_links(
        &mut self,
        grant: &JobGrant,
        records: &Records,
        attached: &BTreeSet<String>,
        has_marks: bool,
    ) -> Result<(), LinkageError> {
        let columns = ["register", "record", "person", WAS];
        let columns = if has_marks { &columns[..] } else { &columns[..3] };
        let mut batches = grant.scan(&TableRef::spine(spine::LINKS), Some(columns)).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let marks = match has_marks {
                true => {
                    let texts = batch.column(3).as_string_opt::<i32>();
                    Some(texts.ok_or_else(|| malformed(spine::LINKS, "its columns are of other types"))?)
                }
                false => None,
            };
            let (Some(registers), Some(hashes), Some(persons)) = (
                batch.column(0).as_string_opt::<i32>(),
                batch.column(1).as_string_opt::<i32>(),
                batch.column(2).as_primitive_opt::<Int64Type>(),
            ) else {
                return Err(malformed(spine::LINKS, "its columns are of other types"));
            };
            // Rows come register by register: the name is looked up where it changes.
            let mut register: (String, Option<u16>) = (String::new(), None);
            for index in 0..batch.num_rows() {
                let person =
                    person_of(persons.value(index)).ok_or_else(|| malformed(spine::LINKS, "a person has no id"))?;
                self.was_given(person);
                if registers.value(index) != register.0 {
                    let name = registers.value(index).to_owned();
                    let number = RegisterId::new(&name).ok().and_then(|id| records.number_of(&id));
                    register = (name, number);
                }
                let hash = hash_of(hashes.value(index)).ok_or_else(|| malformed(spine::LINKS, "a record has no id"))?;
                let Some(record) = register.1.and_then(|register| records.find(register, &hash)) else {
                    self.gone_with.insert(person);
                    if register.1.is_some() && !attached.contains(&register.0) {
                        self.lost_base.insert(person);
                    }
                    continue;
                };
                self.persons[record as usize] = Some(person);
                if let Some(text) = marks.filter(|marks| marks.is_valid(index)).map(|marks| marks.value(index)) {
                    let of_record = marks_of_text(text);
                    let of_record = of_record.ok_or_else(|| malformed(spine::LINKS, "`was` can't be read"))?;
                    of_record.iter().for_each(|mark| self.was_given(mark.person));
                    self.marks.insert(record, of_record);
                }
            }
        }
        Ok(())
    }

    async fn read_events(&mut self, grant: &JobGrant) -> Result<(), LinkageError> {
        let columns = ["generation", "person"];
        let mut batches = grant.scan(&TableRef::spine(spine::EVENTS), Some(&columns)).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let (Some(generations), Some(persons)) =
                (batch.column(0).as_primitive_opt::<Int64Type>(), batch.column(1).as_primitive_opt::<Int64Type>())
            else {
                return Err(malformed(spine::EVENTS, "its columns are of other types"));
            };
            for index in 0..batch.num_rows() {
                if generations.value(index) > self.generation {
                    self.cut_short.insert(generations.value(index));
                } else {
                    let person = person_of(persons.value(index));
                    self.was_given(person.ok_or_else(|| malformed(spine::EVENTS, "a person has no id"))?);
                }
            }
        }
        Ok(())
    }

    async fn read_models(&mut self, grant: &JobGrant) -> Result<(), LinkageError> {
        let columns = ["version", "settings", "model", "training"];
        let mut batches = grant.scan(&TableRef::spine(spine::MODELS), Some(&columns)).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let (Some(versions), Some(settings), Some(models), Some(trainings)) = (
                batch.column(0).as_primitive_opt::<Int64Type>(),
                batch.column(1).as_string_opt::<i32>(),
                batch.column(2).as_string_opt::<i32>(),
                batch.column(3).as_string_opt::<i32>(),
            ) else {
                return Err(malformed(spine::MODELS, "its columns are of other types"));
            };
            for index in 0..batch.num_rows() {
                let version = versions.value(index);
                if self.model.as_ref().is_none_or(|(newest, _)| version > *newest) {
                    let text = ModelText {
                        settings: settings.value(index).to_owned(),
                        model: models.value(index).to_owned(),
                        training: trainings.value(index).to_owned(),
                    };
                    self.model = Some((version, text));
                }
            }
        }
        Ok(())
    }
}

/// The column of `links` that tells under which ids a record was.
const WAS: &str = "was";

fn malformed(table: &'static str, problem: &'static str) -> LinkageError {
    LinkageError::Table { table: TableRef::spine(table).to_string(), problem }
}

fn person_of(value: i64) -> Option<PersonId> {
    u64::try_from(value).ok().filter(|id| *id > 0).map(PersonId)
}
