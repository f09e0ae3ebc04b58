//! Links the persons of Anytown and says how right the result is: `anytown_eval persons.parquet`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("give the path of persons.parquet")?;
    let batches: Vec<RecordBatch> =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()?.collect::<Result<_, _>>()?;
    let copies = std::env::args().nth(3).map_or(Ok(1), |text| text.parse::<u8>())?;
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
    for mode in [0, 1, 5, 6, 7, 8, 9, 10, 11] {
        matching::MODE.store(mode, std::sync::atomic::Ordering::Relaxed);
        let now = Instant::now();
        let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default())?;
        let quality = matching::evaluate(&predictions.edges, &clustering.labels, &truth, None);
        if mode == 0 {
            println!("pairs {:?}", quality.pairs);
        }
        println!("mode {mode} clusters {:?} in {:?}", quality.clusters, now.elapsed());
    }
    if std::env::args().nth(2).is_some_and(|what| what == "x") {
        let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default())?;
        let edges: hashbrown::HashMap<(u32, u32), f32> =
            predictions.edges.iter().map(|e| ((e.left, e.right), e.weight)).collect();
        let mut by = std::collections::BTreeMap::<String, usize>::new();
        let mut members = hashbrown::HashMap::<u32, Vec<u32>>::new();
        for (r, t) in truth.iter().enumerate() {
            members.entry(*t).or_default().push(r as u32);
        }
        let mut shown = 0;
        let mut list: Vec<_> = members.into_iter().collect();
        list.sort_unstable();
        for (_, m) in &list {
            let mut split = false;
            for (i, a) in m.iter().enumerate() {
                for b in &m[i + 1..] {
                    if clustering.labels[*a as usize] != clustering.labels[*b as usize] {
                        split = true;
                        let mut s = [data.source(*a), data.source(*b)];
                        s.sort_unstable();
                        let e = match edges.get(&(*a, *b)) {
                            None => "none",
                            Some(w) if *w >= 4.25 => ">=T",
                            Some(w) if *w >= 0.0 => ">=0",
                            _ => "<0",
                        };
                        *by.entry(format!("{s:?} {e}")).or_default() += 1;
                    }
                }
            }
            if split && shown < 25 {
                shown += 1;
                println!("--- split person");
                for a in m {
                    let x = matching::explain(&data, &model, *a, m[0])?;
                    let v: Vec<String> = x
                        .fields
                        .iter()
                        .filter(|f| f.name != "swapped(first_name+last_name)")
                        .map(|f| f.left.iter().map(|v| v.clone().unwrap_or("-".into())).collect::<Vec<_>>().join("/"))
                        .collect();
                    println!(
                        "{:6} {:6} {:10.10} {}",
                        a,
                        clustering.labels[*a as usize],
                        data.source(*a),
                        v.join(" | ")
                    );
                }
                for (i, a) in m.iter().enumerate() {
                    for b in &m[i + 1..] {
                        if clustering.labels[*a as usize] != clustering.labels[*b as usize] {
                            let x = matching::explain(&data, &model, *a, *b)?;
                            println!(
                                "   {a} {b} {:.1} house {:.1}: {}",
                                x.weight,
                                x.household_weight,
                                x.fields
                                    .iter()
                                    .map(|f| format!("{} {:.1}", f.level, f.weight))
                                    .collect::<Vec<_>>()
                                    .join(", ")
                            );
                        }
                    }
                }
            }
        }
        println!("{by:#?}");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown"));
    let seconds = (predicted - trained).as_secs_f64();
    println!(
        "records {} bytes/record {} encode {encoded:?} train {:?} predict {:?}; {:.2} M pairs/s",
        data.len(),
        data.bytes() / data.len(),
        trained - encoded,
        predicted - trained,
        predictions.report.pairs_scored as f64 / seconds / 1e6
    );
    Ok(())
}
