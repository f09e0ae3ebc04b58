//! The records, encoded: every distinct value once, every record as a row of 32-bit codes.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use rayon::prelude::*;

use crate::compare::Values;
use crate::error::Error;
use crate::pool::{MISSING, Pool, mix, stable_hash};
use crate::settings::Settings;

/// The most records: indices are 32 bits, and the last is kept free.
pub const RECORDS_MAX: usize = u32::MAX as usize - 1;

/// Records encoded for linkage under one [`Settings`].
///
/// Records are known by their index, from 0, in the order they came. Per record it holds four bytes for each
/// comparison, four for each column, and ten more; distinct values are held once.
pub struct Dataset {
    pub(crate) settings: Arc<Settings>,
    pub(crate) records: usize,
    pub(crate) columns: Vec<Column>,
    /// Shared with the parts of the data that are looked at alone, see [`Dataset::part`].
    pub(crate) values: Arc<Vec<Values>>,
    /// Row-major: the codes of record `r` are `codes[r * comparisons..][..comparisons]`.
    pub(crate) codes: Vec<u32>,
    pub(crate) sources: Vec<u16>,
    pub(crate) source_names: Vec<String>,
    /// The tier of each source: 0 for base sources, then one number for each source that is only attached.
    pub(crate) tiers: Vec<u16>,
    /// A word per record that does not depend on the order of records; it breaks ties.
    pub(crate) ties: Vec<u64>,
}

/// One column as it was given, trimmed.
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) pool: Pool,
    pub(crate) codes: Vec<u32>,
}

/// The tiers of sources: they follow the names, not the order in which sources came.
pub(crate) fn tier_of(settings: &Settings, source: &str) -> u16 {
    settings.attach_only.iter().position(|one| one == source).map_or(0, |at| at as u16 + 1)
}

impl Dataset {
    /// Encodes one batch of records.
    ///
    /// # Errors
    /// When the settings contradict themselves, a column is missing or is not text, or there are too many records.
    pub fn new(settings: &Settings, batch: &RecordBatch) -> Result<Self, Error> {
        Self::from_batches(settings, std::iter::once(batch))
    }

    /// Encodes batches of records, which count on from one to the next.
    ///
    /// # Errors
    /// As [`Dataset::new`].
    pub fn from_batches<'a>(
        settings: &Settings,
        batches: impl IntoIterator<Item = &'a RecordBatch>,
    ) -> Result<Self, Error> {
        let mut builder = DatasetBuilder::new(settings)?;
        for batch in batches {
            builder.push(batch)?;
        }
        builder.finish()
    }

    /// Returns the settings the records were encoded for.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the number of records.
    pub fn len(&self) -> usize {
        self.records
    }

    /// Says whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Returns the source of a record; the empty text when the settings name no source column.
    pub fn source(&self, record: u32) -> &str {
        &self.source_names[usize::from(self.sources[record as usize])]
    }

    /// Says whether a record is of a source that is only attached, see [`Settings::attach_only`].
    pub fn is_attached(&self, record: u32) -> bool {
        self.tier(record) != 0
    }

    /// Returns the heap bytes the records take, values included.
    pub fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(|column| column.pool.bytes() + column.codes.capacity() * 4).sum();
        let values: usize = self.values.iter().map(Values::bytes).sum();
        columns + values + self.codes.capacity() * 4 + self.sources.capacity() * 2 + self.ties.capacity() * 8
    }

    pub(crate) fn row(&self, record: u32) -> &[u32] {
        let width = self.values.len();
        &self.codes[record as usize * width..][..width]
    }

    pub(crate) fn tier(&self, record: u32) -> u16 {
        self.tiers[usize::from(self.sources[record as usize])]
    }

    /// Returns the raw value of a record in a column, or nothing where it is missing.
    pub(crate) fn raw(&self, column: &str, record: u32) -> Option<&str> {
        let column = self.columns.iter().find(|one| one.name == column)?;
        let code = column.codes[record as usize];
        (code != MISSING).then(|| column.pool.get(code))
    }

    /// Returns some records as a data set of their own, in the order of `records`, without the raw values that only
    /// blocking and explanations need. Values, levels and weights are the same.
    pub(crate) fn part(&self, records: &[u32]) -> Self {
        let of = |record: &u32| *record as usize;
        let width = self.values.len();
        let mut codes = vec![MISSING; records.len() * width];
        let rows = codes.par_chunks_mut(width).with_min_len(PART_ROWS);
        rows.zip(records).for_each(|(row, record)| row.copy_from_slice(self.row(*record)));
        Self {
            settings: Arc::clone(&self.settings),
            records: records.len(),
            columns: Vec::new(),
            values: Arc::clone(&self.values),
            codes,
            sources: records.iter().map(|record| self.sources[of(record)]).collect(),
            source_names: self.source_names.clone(),
            tiers: self.tiers.clone(),
            ties: records.iter().map(|record| self.ties[of(record)]).collect(),
        }
    }

    pub(crate) fn check_record(&self, record: u32) -> Result<(), Error> {
        if (record as usize) < self.records {
            return Ok(());
        }
        Err(Error::NoSuchRecord { index: record as usize, records: self.records })
    }
}

/// How many rows of a part a thread copies at least.
const PART_ROWS: usize = 4_096;

/// How many records are encoded before other threads would have heard of them.
const FEW: usize = 64;

/// Returns how many columns of so many records a thread takes at least: all where these are few.
fn at_least(records: usize) -> usize {
    if records < FEW { usize::MAX } else { 1 }
}

/// Takes batches one after the other, so that the caller need not hold them all.
pub struct DatasetBuilder {
    settings: Settings,
    columns: Vec<Column>,
    source: Column,
    ids: Vec<u64>,
    records: usize,
}

impl DatasetBuilder {
    /// Returns a builder without records.
    ///
    /// # Errors
    /// When the settings contradict themselves.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        settings.check()?;
        let mut columns: Vec<Column> = Vec::new();
        let compared = settings.comparisons.iter().flat_map(|comparison| comparison.columns.iter());
        let training = settings.training_blocks();
        let keys = settings.blocks.iter().chain(&training).flat_map(|block| block.keys.iter().chain(&block.split));
        for name in compared.chain(keys.map(|key| &key.column)) {
            if columns.iter().all(|column| column.name != *name) {
                columns.push(Column { name: name.clone(), pool: Pool::new(), codes: Vec::new() });
            }
        }
        let source = Column { name: settings.source.clone().unwrap_or_default(), pool: Pool::new(), codes: Vec::new() };
        Ok(Self { settings: settings.clone(), columns, source, ids: Vec::new(), records: 0 })
    }

    /// Adds records.
    ///
    /// # Errors
    /// When a column is missing or is not text, or there are too many records or values.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        self.records += batch.num_rows();
        if self.records > RECORDS_MAX {
            return Err(Error::TooMany("records", RECORDS_MAX));
        }
        let columns = self.columns.par_iter_mut().with_min_len(at_least(batch.num_rows()));
        columns.try_for_each(|column| column.push(find(batch, &column.name)?))?;
        if self.settings.source.is_some() {
            self.source.push(find(batch, &self.source.name)?)?;
        }
        if let Some(id) = &self.settings.id {
            let ids = &mut self.ids;
            each_text(id, find(batch, id)?, |value| {
                ids.push(stable_hash(value.unwrap_or_default().as_bytes()));
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Encodes what was added.
    ///
    /// # Errors
    /// When there are too many distinct values or sources.
    pub fn finish(mut self) -> Result<Dataset, Error> {
        let least = at_least(self.records);
        self.columns.par_iter_mut().with_min_len(least).for_each(|column| column.pool.finish());
        let Self { settings, columns, source, ids, records } = self;
        let encoded: Vec<(Values, Vec<u32>)> = settings
            .comparisons
            .par_iter()
            .with_min_len(least)
            .map(|comparison| {
                let used: Vec<&Column> = comparison
                    .columns
                    .iter()
                    .filter_map(|name| columns.iter().find(|column| column.name == *name))
                    .collect();
                encode(Values::new(&comparison.kind, used.len()), &used, records)
            })
            .collect::<Result<_, Error>>()?;
        let width = encoded.len();
        let mut codes = vec![MISSING; records * width];
        codes.par_chunks_mut(width).with_min_len(FEW).enumerate().for_each(|(record, row)| {
            for (code, (_, of_comparison)) in row.iter_mut().zip(&encoded) {
                *code = of_comparison[record];
            }
        });
        let values: Vec<Values> = encoded.into_iter().map(|(values, _)| values).collect();

        if source.pool.len() > usize::from(u16::MAX) {
            return Err(Error::TooMany("sources", usize::from(u16::MAX)));
        }
        let source_names: Vec<String> =
            (0..source.pool.len() as u32).map(|code| source.pool.get(code).to_owned()).collect();
        let sources: Vec<u16> = match settings.source {
            Some(_) => source.codes.iter().map(|code| *code as u16).collect(),
            None => vec![0; records],
        };
        let tiers = source_names.iter().map(|name| tier_of(&settings, name)).collect();
        let ties = if ids.is_empty() { content_hashes(&columns, &sources, &source_names, records) } else { ids };
        let (settings, values) = (Arc::new(settings), Arc::new(values));
        Ok(Dataset { settings, records, columns, values, codes, sources, source_names, tiers, ties })
    }
}

/// Hashes what each record holds, for breaking ties where no column of ids is given.
fn content_hashes(columns: &[Column], sources: &[u16], source_names: &[String], records: usize) -> Vec<u64> {
    let of_values: Vec<Vec<u64>> = columns
        .par_iter()
        .with_min_len(at_least(records))
        .map(|column| (0..column.pool.len() as u32).map(|code| stable_hash(column.pool.get(code).as_bytes())).collect())
        .collect();
    let of_sources: Vec<u64> = source_names.iter().map(|name| stable_hash(name.as_bytes())).collect();
    (0..records)
        .into_par_iter()
        .with_min_len(FEW)
        .map(|record| {
            let start = of_sources[usize::from(sources[record])];
            let columns = columns.iter().zip(&of_values);
            columns.fold(start, |hash, (column, hashes)| mix(hash ^ hashes[column.codes[record] as usize]))
        })
        .collect()
}

impl Column {
    pub(crate) fn push(&mut self, array: &dyn Array) -> Result<(), Error> {
        self.codes.reserve(array.len());
        let Self { name, pool, codes } = self;
        each_text(name, array, |value| {
            codes.push(pool.intern(value.unwrap_or_default().trim())?);
            Ok(())
        })
    }
}

fn encode(mut values: Values, columns: &[&Column], records: usize) -> Result<(Values, Vec<u32>), Error> {
    for (at, column) in columns.iter().enumerate() {
        (0..column.pool.len() as u32).try_for_each(|code| values.intern_raw(at, &column.pool, code).map(drop))?;
    }
    let translated = std::mem::take(&mut values.of_raw);
    let part = |at: usize, record: usize| match (translated.get(at), columns.get(at)) {
        (Some(table), Some(column)) => table[column.codes[record] as usize],
        _ => MISSING,
    };
    let codes = if columns.len() == 1 {
        (0..records).map(|record| part(0, record)).collect()
    } else {
        (0..records)
            .map(|record| values.intern_parts([part(0, record), part(1, record), part(2, record)]))
            .collect::<Result<_, _>>()?
    };
    values.of_raw = translated;
    values.finish();
    Ok((values, codes))
}

pub(crate) fn find<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array, Error> {
    batch.column_by_name(name).map(AsRef::as_ref).ok_or_else(|| Error::ColumnMissing {
        column: name.to_owned(),
        present: batch.schema().fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", "),
    })
}

pub(crate) fn each_text(
    name: &str,
    array: &dyn Array,
    mut take: impl FnMut(Option<&str>) -> Result<(), Error>,
) -> Result<(), Error> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().try_for_each(&mut take),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().try_for_each(&mut take),
        DataType::Utf8View => array.as_string_view().iter().try_for_each(&mut take),
        DataType::Null => (0..array.len()).try_for_each(|_| take(None)),
        other => Err(Error::ColumnType { column: name.to_owned(), found: other.to_string() }),
    }
}
