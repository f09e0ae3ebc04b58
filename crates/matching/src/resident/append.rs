//! Records that come after a data set was encoded.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use rayon::prelude::*;

use crate::compare::Values;
use crate::dataset::{self, Column, Dataset, RECORDS_MAX};
use crate::error::Error;
use crate::pool::{MISSING, mix, room, stable_hash};
use crate::settings::Comparison;

/// How many records are worth being encoded by several threads.
const MANY: usize = 64;

impl Dataset {
    /// Makes it possible to append records: what was dropped when the records were encoded is worked out again.
    pub(super) fn open(&mut self) -> Result<(), Error> {
        let room = room(self.records);
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
        let of_column = |column: &mut Column| {
            let mut codes = Vec::with_capacity(rows);
            dataset::each_text(&column.name, dataset::find(batch, &column.name)?, |value| {
                codes.push(column.pool.intern(value.unwrap_or_default().trim())?);
                Ok(())
            })?;
            Ok(codes)
        };
        let raw: Vec<Vec<u32>> = match rows {
            ..MANY => self.columns.iter_mut().map(of_column).collect::<Result<_, Error>>()?,
            _ => self.columns.par_iter_mut().map(of_column).collect::<Result<_, Error>>()?,
        };
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
        let of_comparison = |(values, comparison): (&mut Values, &Comparison)| {
            let places: Vec<usize> = comparison
                .columns
                .iter()
                .filter_map(|name| columns.iter().position(|column| column.name == *name))
                .collect();
            let mut codes = Vec::with_capacity(rows);
            #[expect(clippy::needless_range_loop, reason = "several columns are read at one row")]
            for row in 0..rows {
                let mut parts = [MISSING; 3];
                for (part, place) in places.iter().enumerate() {
                    parts[part] = values.intern_raw(part, &columns[*place].pool, raw[*place][row])?;
                }
                codes.push(if places.len() == 1 { parts[0] } else { values.intern_parts(parts)? });
            }
            values.prepare();
            Ok(codes)
        };
        let by_comparison: Vec<Vec<u32>> = match rows {
            ..MANY => values.iter_mut().zip(&settings.comparisons).map(of_comparison).collect::<Result<_, Error>>()?,
            _ => values.par_iter_mut().zip(&settings.comparisons).map(of_comparison).collect::<Result<_, Error>>()?,
        };
        let mut codes = vec![MISSING; rows * width];
        for (at, of_rows) in by_comparison.into_iter().enumerate() {
            of_rows.into_iter().enumerate().for_each(|(row, code)| codes[row * width + at] = code);
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
