//! Links the persons of Anytown and says how right and how fast that is: `anytown_eval persons.parquet [copies]`.
//!
//! The file has the columns src, truth, first_name, mi, last_name, dob, ssn, street_number, street_name, zip and sex.
//! With copies, as many towns of other people are linked at once: a measure of speed and memory, and of quality only up
//! to 26 copies, since then family names and streets come again.
// What an example has to say goes to the screen.
#![allow(clippy::print_stdout)]

use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use matching::{Block, Comparison, Dataset, Judgements, Kind, Settings, Silent};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn settings() -> Result<Settings, matching::Error> {
    Ok(Settings {
        comparisons: vec![
            Comparison::new("first_name", Kind::GivenName).with_term_frequency(),
            Comparison::new("last_name", Kind::FamilyName).with_term_frequency(),
            Comparison::new("mi", Kind::Exact),
            Comparison::of(["first_name", "last_name"], Kind::SwappedNames),
            Comparison::new("dob", Kind::Date),
            Comparison::new("ssn", Kind::Identifier),
            Comparison::of(["street_number", "street_name", "zip"], Kind::Address),
            Comparison::new("sex", Kind::Sex),
        ],
        blocks: vec![
            Block::on(["ssn"])?,
            Block::on(["first_name", "last_name"])?,
            Block::on(["last_name", "dob"])?,
            Block::on(["first_name", "dob"])?,
            Block::on(["last_name", "zip"])?,
            Block::on(["first_name", "zip", "mi"])?,
            Block::on(["street_name", "street_number"])?,
            Block::on(["first_name[..3]", "last_name[..4]", "dob.year"])?,
            Block::on(["dob", "mi", "sex"])?,
            Block::on(["first_name", "mi", "soundex(last_name)"])?,
        ],
        source: Some("src".to_owned()),
        id: None,
        one_record_per_person: [("social_security", 0.999), ("decennial_census", 0.999), ("taxes_1040", 0.999)]
            .map(|(source, strength)| (source.to_owned(), strength))
            .into(),
        ..Settings::default()
    })
}

/// The same town with other people: family names, dates, identifiers, streets and truths are shifted by `copy`.
fn another_town(batch: &RecordBatch, copy: u8) -> Result<RecordBatch, arrow_schema::ArrowError> {
    if copy == 0 {
        return Ok(batch.clone());
    }
    let (letters, digits) = (copy % 26, copy / 26);
    let shift = |byte: u8, digits: u8| match byte {
        b'a'..=b'z' => (byte - b'a' + letters) % 26 + b'a',
        b'A'..=b'Z' => (byte - b'A' + letters) % 26 + b'A',
        b'0'..=b'9' => (byte - b'0' + digits) % 10 + b'0',
        other => other,
    };
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        let changed = |text: &str| -> String {
            match field.name().as_str() {
                "last_name" | "street_name" => text.bytes().map(|byte| char::from(shift(byte, 0))).collect(),
                "ssn" => {
                    let places = text.bytes().enumerate();
                    let by = [copy % 10, copy / 10 % 10, copy / 100];
                    places.map(|(at, byte)| char::from(shift(byte, by.get(at).copied().unwrap_or(digits)))).collect()
                }
                "dob" => {
                    let by = [0, 0, copy / 10 % 10, copy % 10, 0, 0, 0, copy / 100];
                    text.bytes().zip(by).map(|(byte, by)| char::from(shift(byte, by))).collect()
                }
                "truth" => format!("{text}/{copy}"),
                _ => text.to_owned(),
            }
        };
        match column.as_string_opt::<i32>() {
            Some(texts) => Arc::new(StringArray::from_iter(texts.iter().map(|text| text.map(changed)))) as ArrayRef,
            None => column.clone(),
        }
    });
    RecordBatch::try_new(batch.schema(), columns.collect())
}

#[expect(clippy::disallowed_methods, reason = "a file of persons that were made up")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give the path of persons.parquet")?;
    let batches: Vec<RecordBatch> =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()?.collect::<Result<_, _>>()?;
    let copies = std::env::args().nth(2).map_or(Ok(1), |text| text.parse::<u8>())?;
    let batches: Vec<RecordBatch> = (0..copies)
        .flat_map(|copy| batches.iter().map(move |batch| another_town(batch, copy)))
        .collect::<Result<_, _>>()?;
    let mut people = hashbrown::HashMap::new();
    let mut truth: Vec<u32> = Vec::new();
    for batch in &batches {
        let column = batch.column_by_name("truth").ok_or("the truth is missing")?;
        for person in column.as_string::<i32>().iter() {
            let next = people.len() as u32;
            truth.push(*people.entry(person.unwrap_or_default().to_owned()).or_insert(next));
        }
    }
    let settings = settings()?;
    let started = Instant::now();
    let data = Dataset::from_batches(&settings, &batches)?;
    let encoded = started.elapsed();
    let (model, training) = matching::train(&data, &Silent)?;
    let trained = started.elapsed();
    let predictions = matching::predict(&data, &model, &Silent)?;
    let predicted = started.elapsed();
    println!("{}", serde_json::to_string_pretty(&training)?);
    println!("prior {:.3e} household {:?}", model.prior, model.household);
    for comparison in &model.comparisons {
        println!("{}", comparison.name);
        for level in &comparison.levels {
            println!(
                "  {:28} m {:.6} u {:.8} h {:.6} weight {:7.2} household {:7.2}",
                level.name,
                level.m,
                level.u,
                level.h,
                (level.m / level.u).log2(),
                (level.h / level.u).log2()
            );
        }
    }
    println!("{}", serde_json::to_string_pretty(&predictions.report)?);
    let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default())?;
    let clustered = started.elapsed();
    let quality = matching::evaluate(&predictions.edges, &clustering.labels, &truth, None);
    println!("pairs {:?}\nclusters {:?}\nrefused {}", quality.pairs, quality.clusters, clustering.refused.len());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown"));
    let seconds = (predicted - trained).as_secs_f64();
    println!(
        "records {} bytes/record {} encode {encoded:?} train {:?} predict {:?} cluster {:?}; {:.2} M pairs/s",
        data.len(),
        data.bytes() / data.len(),
        trained - encoded,
        predicted - trained,
        clustered - predicted,
        predictions.report.pairs_scored as f64 / seconds / 1e6
    );
    Ok(())
}
