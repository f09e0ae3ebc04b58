//! Proposes settings for a file of records, prints why, and says how right they are: `auto_eval records.parquet truth`.
//!
//! `truth` names the column that holds each record's person. It has no part in the proposal.
// What an example has to say goes to the screen.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs::File;
use std::time::Instant;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt64Type};
use matching::auto::{self, Role};
use matching::{Dataset, Judgements, Settings, Silent};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

#[expect(clippy::disallowed_methods, reason = "a file of persons that were made up")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(truth_column)) = (arguments.next(), arguments.next()) else {
        return Err("give the path of a Parquet file and the column of the truth".into());
    };
    let batches: Vec<RecordBatch> =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()?.collect::<Result<_, _>>()?;
    let mut people = BTreeMap::new();
    let mut truth: Vec<u32> = Vec::new();
    for batch in &batches {
        let column = batch.column_by_name(&truth_column).ok_or("the truth is missing")?;
        for at in 0..batch.num_rows() {
            let person = if let Some(texts) = column.as_string_opt::<i32>() {
                texts.value(at).to_owned()
            } else if let Some(numbers) = column.as_primitive_opt::<Int64Type>() {
                numbers.value(at).to_string()
            } else {
                column
                    .as_primitive_opt::<UInt64Type>()
                    .ok_or("the truth is neither text nor number")?
                    .value(at)
                    .to_string()
            };
            let next = people.len() as u32;
            truth.push(*people.entry(person).or_insert(next));
        }
    }
    let mut options = auto::Options::default();
    let is_text = |batch: &RecordBatch| {
        batch.column_by_name(&truth_column).is_some_and(|one| one.as_string_opt::<i32>().is_some())
    };
    if batches.first().is_some_and(is_text) {
        options.roles.insert(truth_column.clone(), Role::Unused);
    }
    let started = Instant::now();
    let proposal = auto::propose(&batches, &options)?;
    let proposed = started.elapsed();
    for column in &proposal.columns {
        println!("{:<20} {:?}: {}", column.column, column.role, column.reason);
    }
    for (comparison, reason) in proposal.settings.comparisons.iter().zip(&proposal.comparisons) {
        println!("{} {:?}: {reason}", comparison.name(), comparison.kind);
    }
    for block in &proposal.blocks {
        println!("{}: {}", block.rule, block.reason);
    }
    println!("{}", proposal.notes.join("\n"));

    let started = Instant::now();
    let data = Dataset::from_batches(&proposal.settings, &batches)?;
    let (model, training) = matching::train(&data, &Silent)?;
    let predictions = matching::predict(&data, &model, &Silent)?;
    let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default())?;
    let quality = matching::evaluate(&predictions.edges, &clustering.labels, &truth, None);
    println!("{}", training.warnings.join("\n"));
    println!("pairs {:?}\nclusters {:?}", quality.pairs, quality.clusters);
    let linked = started.elapsed();
    // What rules miss is told from what is scored too low by keeping every pair.
    let every = Settings { edge_weight_min: -1e6, ..proposal.settings.clone() };
    let given = matching::predict(&Dataset::from_batches(&every, &batches)?, &model, &Silent)?;
    let right = given.edges.iter().filter(|edge| truth[edge.left as usize] == truth[edge.right as usize]).count();
    println!(
        "{} records, proposed in {proposed:?}, linked in {linked:?}; presumed {:.0} pairs and recall {:.4}; scored {} pairs, \
         with {:.4} of the right ones",
        data.len(),
        proposal.pairs,
        proposal.recall,
        predictions.report.pairs_scored,
        right as f64 / quality.pairs.wanted as f64
    );
    Ok(())
}
