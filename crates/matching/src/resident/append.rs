//! Records that come after a data set was encoded.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;

use crate::dataset::{self, Dataset, RECORDS_MAX};
use crate::error::Error;
use crate::pool::{MISSING, mix, stable_hash};

/// One in how many records may come before there must be more room.
pub(super) const HEADROOM: usize = 16;

impl Dataset {
    /// Makes it possible to append records: what was dropped when the records were encoded is worked out again.
    pub(super) fn open(&mut self) -> Result<(), Error> {
        // Room for some that come: to move all records to a larger place takes half a second where there are millions.
        let room = self.records / HEADROOM + 1;
        for column in &mut self.columns {
            column.pool.open();
            column.codes.reserve_exact(room);
        }
        self.codes.reserve_exact(room * self.values.len());
        self.sources.reserve_exact(room);
        self.ties.reserve_exact(room);
        let values = Arc::get_mut(&mut self.values).ok_or(Error::InUse)?;
        values.iter_mut().for_each(crate::compare::Values::open);
        Ok(())
    }

    /// Appends records and returns their indices. On an error nothing is appended; values that were new may stay in the
    /// dictionaries.
    pub(super) fn append(&mut self, batch: &RecordBatch) -> Result<Range<u32>, Error> {
        let rows = batch.num_rows();
        if self.records + rows > RECORDS_MAX {
            return Err(Error::TooMany("records", RECORDS_MAX));
        }
        let mut raw: Vec<Vec<u32>> = Vec::with_capacity(self.columns.len());
        for column in &mut self.columns {
            let mut codes = Vec::with_capacity(rows);
            dataset::each_text(&column.name, dataset::find(batch, &column.name)?, |value| {
                codes.push(column.pool.intern(value.unwrap_or_default().trim())?);
                Ok(())
            })?;
            raw.push(codes);
        }
        let sources = self.sources_of(batch)?;
        let codes = self.codes_of(&raw, rows)?;
        let ties = self.ties_of(batch, &raw, &sources)?;
        for (column, codes) in self.columns.iter_mut().zip(raw) {
            column.codes.extend(codes);
        }
        self.codes.extend(codes);
        self.sources.extend(sources);
        self.ties.extend(ties);
        let first = self.records as u32;
        self.records += rows;
        Ok(first..self.records as u32)
    }

    /// Forgets what a record holds. Its index stays taken.
    pub(super) fn forget(&mut self, record: u32) {
        let (record, width) = (record as usize, self.values.len());
        self.codes[record * width..][..width].fill(MISSING);
        self.columns.iter_mut().for_each(|column| column.codes[record] = MISSING);
    }

    fn sources_of(&mut self, batch: &RecordBatch) -> Result<Vec<u16>, Error> {
        let Some(name) = self.settings.source.clone() else { return Ok(vec![0; batch.num_rows()]) };
        let Self { settings, source_names, tiers, .. } = self;
        let mut sources = Vec::with_capacity(batch.num_rows());
        dataset::each_text(&name, dataset::find(batch, &name)?, |value| {
            let value = value.unwrap_or_default().trim();
            let known = source_names.iter().position(|name| name == value);
            let place = known.unwrap_or_else(|| {
                tiers.push(dataset::tier_of(settings, value));
                source_names.push(value.to_owned());
                source_names.len() - 1
            });
            sources.push(u16::try_from(place).map_err(|_| Error::TooMany("sources", usize::from(u16::MAX)))?);
            Ok(())
        })?;
        Ok(sources)
    }

    /// Returns the codes of what is compared, row by row.
    fn codes_of(&mut self, raw: &[Vec<u32>], rows: usize) -> Result<Vec<u32>, Error> {
        let Self { settings, columns, values, .. } = self;
        let values = Arc::get_mut(values).ok_or(Error::InUse)?;
        let width = values.len();
        let mut codes = vec![MISSING; rows * width];
        for (at, (values, comparison)) in values.iter_mut().zip(&settings.comparisons).enumerate() {
            let places: Vec<usize> = comparison
                .columns
                .iter()
                .filter_map(|name| columns.iter().position(|column| column.name == *name))
                .collect();
            for row in 0..rows {
                let mut parts = [MISSING; 3];
                for (part, place) in places.iter().enumerate() {
                    parts[part] = values.intern_column(part, columns[*place].pool.get(raw[*place][row]))?;
                }
                let code = if places.len() == 1 { parts[0] } else { values.intern_parts(parts)? };
                codes[row * width + at] = code;
            }
            values.prepare();
        }
        Ok(codes)
    }

    /// Returns the words that break ties, as they are worked out for records that were there from the beginning.
    fn ties_of(&self, batch: &RecordBatch, raw: &[Vec<u32>], sources: &[u16]) -> Result<Vec<u64>, Error> {
        if let Some(id) = &self.settings.id {
            let mut ties = Vec::with_capacity(batch.num_rows());
            dataset::each_text(id, dataset::find(batch, id)?, |value| {
                ties.push(stable_hash(value.unwrap_or_default().as_bytes()));
                Ok(())
            })?;
            return Ok(ties);
        }
        let of_row = |(row, source): (usize, &u16)| {
            let start = stable_hash(self.source_names[usize::from(*source)].as_bytes());
            let columns = self.columns.iter().zip(raw);
            columns.fold(start, |hash, (column, codes)| mix(hash ^ stable_hash(column.pool.get(codes[row]).as_bytes())))
        };
        Ok(sources.iter().enumerate().map(of_row).collect())
    }
}
