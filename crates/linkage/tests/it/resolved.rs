//! Lines that come by and by leave what linking the same records at once gives, by the same model.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use linkage::{Deed, FileOptions, RecordName, ResolveOptions, Resolver, link_files};
use model::LinkageConfig;
use model::diagnostic::SourceFile;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::fixture::Row;
use crate::loose::read;
use crate::people::deliveries;

/// Limits so low that single records carry blocks over them and back.
const CONFIG: &str = "threshold = 0.9
block_size_max = 6
one_record_per_person = { tax = 0.8 }
[[block]]
on = [\"national_id\"]
[[block]]
on = [\"birth_date\"]
[[block]]
on = [\"first_name\"]
[[block]]
on = [\"last_name.sound\", \"birth_date.year\"]
[[compare]]
column = \"first_name\"
as = \"name\"
swapped_with = \"last_name\"
[[compare]]
column = \"last_name\"
as = \"name\"
term_frequency = true
[[compare]]
column = \"birth_date\"
as = \"date\"
[[compare]]
column = \"national_id\"
as = \"identifier\"
";

const COLUMNS: [&str; 4] = ["first_name", "last_name", "birth_date", "national_id"];

/// A record's values, in the order of [`COLUMNS`].
pub(crate) type Values = [Option<String>; 4];

pub(crate) type Records = BTreeMap<RecordName, Values>;

pub(crate) type Clusters = BTreeSet<BTreeSet<RecordName>>;

pub(crate) fn config() -> LinkageConfig {
    LinkageConfig::parse(&SourceFile { path: "linkage.toml".into(), text: CONFIG.to_owned() }).unwrap()
}

/// All records that there may be, and what was learnt of them, as JSON.
pub(crate) struct Town {
    pub(crate) all: Vec<(RecordName, Values)>,
    pub(crate) model: String,
}

pub(crate) static TOWN: LazyLock<Town> = LazyLock::new(|| {
    let made = deliveries(60);
    let record = |source: &str, row: &Row, national_id: Option<String>| {
        let born = row.birth_date.map(|day| day.to_string());
        let name = RecordName { source: source.to_owned(), id: row.key.clone() };
        (name, [row.first_name.clone(), row.last_name.clone(), born, national_id])
    };
    let tax = made.tax.iter().map(|row| record("tax", row, row.own[0].clone()));
    let census = made.census.iter().map(|row| record("census", row, None));
    let all: Vec<(RecordName, Values)> = tax.chain(census).collect();
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("model.json");
    let inputs = write(folder.path(), &all.iter().cloned().collect());
    let options = FileOptions { model: Some(kept.clone()), ..FileOptions::new(inputs, folder.path().join("out")) };
    link_files(&config(), &options, &|_| {}).unwrap();
    Town { all, model: std::fs::read_to_string(kept).unwrap() }
});

/// Writes records, a file for each source, and gives the files.
pub(crate) fn write(folder: &Path, records: &Records) -> Vec<PathBuf> {
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for (name, values) in records {
        let text = texts.entry(&name.source).or_insert_with(|| format!("unique_id,{}\n", COLUMNS.join(",")));
        let values = values.each_ref().map(|value| value.as_deref().unwrap_or_default());
        text.push_str(&format!("{},{}\n", name.id, values.join(",")));
    }
    let write = |(source, text): (&str, String)| {
        let path = folder.join(format!("{source}.csv"));
        std::fs::write(&path, text).unwrap();
        path
    };
    texts.into_iter().map(write).collect()
}

pub(crate) fn line(name: &RecordName, values: &Values) -> String {
    let mut line = serde_json::json!({ "unique_id": name.id, "source": name.source });
    for (column, value) in COLUMNS.iter().zip(values) {
        line[*column] = serde_json::json!(value);
    }
    line.to_string()
}

/// What a line says: a record as it first was, a record with the values of another, or a record that goes.
#[derive(Debug, Clone)]
enum Step {
    Own(Index),
    OfAnother(Index, Index),
    Gone(Index),
}

fn batches() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let index = any::<Index>;
    let step = prop_oneof![
        3 => index().prop_map(Step::Own),
        2 => (index(), index()).prop_map(|(name, values)| Step::OfAnother(name, values)),
        3 => index().prop_map(Step::Gone),
    ];
    prop::collection::vec(prop::collection::vec(step, 1..40), 1..7)
}

/// The clusters of records in memory.
pub(crate) fn resolved(resolver: &Resolver, records: &Records) -> Clusters {
    let cluster = |name: &RecordName| {
        let mut cluster: BTreeSet<RecordName> = resolver.others(name).unwrap().into_iter().collect();
        assert!(cluster.insert(name.clone()), "a record is no other of itself");
        cluster
    };
    records.keys().map(cluster).collect()
}

/// The clusters that linking files of the records gives.
fn linked(folder: &Path, model: &Path, records: &Records) -> Clusters {
    let whole = folder.join("whole");
    std::fs::create_dir(&whole).unwrap();
    let inputs = write(&whole, records);
    let options = FileOptions { model: Some(model.to_owned()), ..FileOptions::new(inputs, whole.join("out")) };
    let report = link_files(&config(), &options, &|_| {}).unwrap();
    assert_eq!(report.records, records.len() as u64);
    let table = read(&whole.join("out/clusters.parquet"));
    let text = |place: usize| table.column(place).as_string::<i32>();
    let numbers = table.column(2).as_primitive::<Int64Type>();
    let mut clusters: BTreeMap<i64, BTreeSet<RecordName>> = BTreeMap::new();
    for row in 0..table.num_rows() {
        let name = RecordName { source: text(0).value(row).to_owned(), id: text(1).value(row).to_owned() };
        clusters.entry(numbers.value(row)).or_default().insert(name);
    }
    clusters.into_values().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn lines_leave_what_linking_their_records_at_once_gives(
        share in 30_usize..100,
        batches in batches(),
        restart in any::<Index>(),
    ) {
        let Town { all, model } = &*TOWN;
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("model.json");
        std::fs::write(&kept, model).unwrap();
        // Those of the files lie among all.
        let start = all.iter().enumerate().filter(|(place, _)| place * 37 % 100 < share);
        let mut here: Records = start.map(|(_, record)| record.clone()).collect();
        let options = ResolveOptions {
            inputs: write(folder.path(), &here),
            id: "unique_id".to_owned(),
            source: None,
            journal: Some(folder.path().join("taken.jsonl")),
            model: Some(kept.clone()),
        };
        let open = || Resolver::open(&config(), &options, &|_| {}).unwrap();
        let mut resolver = open();
        prop_assert!(!resolver.opening().model_learnt);
        let restart = restart.index(batches.len());
        // By record that a line came to: whether it went by the last one.
        let mut last: BTreeMap<RecordName, bool> = BTreeMap::new();
        let of_files: BTreeSet<RecordName> = here.keys().cloned().collect();
        for (at, batch) in batches.iter().enumerate() {
            if at == restart {
                let before = resolved(&resolver, &here);
                drop(resolver);
                resolver = open();
                // Of each record the last line, and of those that went the names that files have.
                let remaining = last.iter().filter(|(name, is_gone)| !**is_gone || of_files.contains(*name)).count();
                prop_assert_eq!(resolver.replayed(), remaining as u64);
                prop_assert_eq!(resolved(&resolver, &here), before);
            }
            let (mut lines, mut expected) = (Vec::new(), Vec::new());
            for step in batch {
                let (name, values) = match step {
                    Step::Own(name) => name.get(all).clone(),
                    Step::OfAnother(name, values) => (name.get(all).0.clone(), values.get(all).1.clone()),
                    Step::Gone(name) => {
                        let name = &name.get(all).0;
                        lines.push(
                            serde_json::json!({ "unique_id": name.id, "source": name.source, "_gone": true }).to_string(),
                        );
                        let went = here.remove(name).map(|_| Deed::Gone);
                        if went.is_some() {
                            last.insert(name.clone(), true);
                        }
                        expected.push(went);
                        continue;
                    }
                };
                lines.push(line(&name, &values));
                last.insert(name.clone(), false);
                expected.push(Some(if here.insert(name, values).is_some() { Deed::Changed } else { Deed::New }));
            }
            let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
            let answers = resolver.take(&texts).unwrap();
            let done: Vec<Option<Deed>> =
                answers.iter().map(|answer| answer.as_ref().ok().map(|answer| answer.done)).collect();
            prop_assert_eq!(done, expected);
        }
        prop_assume!(!here.is_empty());
        prop_assert_eq!(resolver.records(), here.len());
        prop_assert_eq!(resolved(&resolver, &here), linked(folder.path(), &kept, &here));
    }
}
