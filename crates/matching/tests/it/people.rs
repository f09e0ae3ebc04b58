//! Made-up records, and settings that suit them.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use matching::{Block, Clustering, Comparison, Dataset, Judgements, Kind, Model, Settings, Silent};

/// Source, id, given name, family name, birth date, identifier, house number, street, place, sex.
pub(crate) type Row = [&'static str; 10];

pub(crate) const COLUMNS: [&str; 10] =
    ["source", "id", "given", "family", "birth", "ssn", "number", "street", "place", "sex"];

/// One record from words: `source id given family birth ssn number street place sex`, `-` for a missing value.
pub(crate) fn row(line: &'static str) -> Row {
    let words: Vec<&str> = line.split_whitespace().map(|word| if word == "-" { "" } else { word }).collect();
    words.try_into().unwrap_or_else(|_| panic!("not ten words: {line}"))
}

pub(crate) fn batch<S: AsRef<str>>(names: &[&str], rows: &[Vec<S>]) -> RecordBatch {
    let column = |at: usize| {
        let values = rows.iter().map(|row| Some(row[at].as_ref()).filter(|value| !value.is_empty()));
        Arc::new(StringArray::from_iter(values)) as ArrayRef
    };
    RecordBatch::try_from_iter(names.iter().enumerate().map(|(at, name)| (*name, column(at)))).unwrap()
}

pub(crate) fn batch_of(rows: &[Row]) -> RecordBatch {
    batch(&COLUMNS, &rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>())
}

pub(crate) fn settings() -> Settings {
    Settings {
        comparisons: vec![
            Comparison::new("given", Kind::GivenName),
            Comparison::new("family", Kind::FamilyName),
            Comparison::of(["given", "family"], Kind::SwappedNames),
            Comparison::new("birth", Kind::Date),
            Comparison::new("ssn", Kind::Identifier),
            Comparison::of(["number", "street", "place"], Kind::Address),
            Comparison::new("sex", Kind::Sex),
        ],
        blocks: vec![
            Block::on(["ssn"]).unwrap(),
            Block::on(["given", "family"]).unwrap(),
            Block::on(["birth"]).unwrap(),
            Block::on(["family", "place"]).unwrap(),
            Block::on(["street", "number"]).unwrap(),
        ],
        source: Some("source".to_owned()),
        id: Some("id".to_owned()),
        prior: Some(1e-4),
        ..Settings::default()
    }
}

/// What is presumed, with households.
pub(crate) fn model(settings: &Settings) -> Model {
    Model { household: Some(1e-4), ..Model::presumed(settings) }
}

pub(crate) fn cluster(settings: &Settings, rows: &[Row], judgements: &Judgements) -> Clustering {
    let data = Dataset::new(settings, &batch_of(rows)).unwrap();
    let model = model(settings);
    let predictions = matching::predict(&data, &model, &Silent).unwrap();
    matching::cluster(&data, &model, &predictions, judgements).unwrap()
}

/// The clusters as sorted lists of ids, sorted.
pub(crate) fn partition(rows: &[Row], labels: &[u32]) -> Vec<Vec<&'static str>> {
    let mut clusters = std::collections::BTreeMap::<u32, Vec<&str>>::new();
    for (row, label) in rows.iter().zip(labels) {
        clusters.entry(*label).or_default().push(row[1]);
    }
    let mut clusters: Vec<Vec<&str>> = clusters.into_values().collect();
    clusters.iter_mut().for_each(|cluster| cluster.sort_unstable());
    clusters.sort_unstable();
    clusters
}
