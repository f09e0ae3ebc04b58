//! Splink's models: DuckDB's functions, SQL that is refused, and the same pairs, levels and weights as Splink's.
//!
//! What is compared with was made by Splink 5.0.0 and DuckDB 2.0.0 with `bench/linkage/splink_parity.py`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type, Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray};
use matching::Silent;
use matching::splink::{self, SplinkError, SplinkLinker, SplinkModel, SplinkPair};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/splink").join(name)
}

fn table(name: &str) -> Vec<RecordBatch> {
    read(&golden(name))
}

#[expect(clippy::disallowed_methods, reason = "a file of the test's own")]
fn read(path: &Path) -> Vec<RecordBatch> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap).collect()
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let array = batch.column_by_name(column).unwrap();
    match array.data_type() {
        arrow_schema::DataType::Utf8 => array.as_string::<i32>().iter().map(|value| value.map(str::to_owned)).collect(),
        _ => array.as_primitive::<Int64Type>().iter().map(|value| value.map(|value| value.to_string())).collect(),
    }
}

fn doubles(batch: &RecordBatch, column: &str) -> Vec<Option<f64>> {
    batch.column_by_name(column).unwrap().as_primitive::<Float64Type>().iter().collect()
}

fn integers(batch: &RecordBatch, column: &str) -> Vec<Option<i32>> {
    batch.column_by_name(column).unwrap().as_primitive::<Int32Type>().iter().collect()
}

#[test]
fn distances_are_duckdbs() {
    let mut rows = 0;
    for batch in table("distances.parquet") {
        let (a, b) = (texts(&batch, "a"), texts(&batch, "b"));
        let (levenshtein, damerau) = (integers(&batch, "levenshtein"), integers(&batch, "damerau_levenshtein"));
        let (jaro, jaro_winkler) = (doubles(&batch, "jaro"), doubles(&batch, "jaro_winkler"));
        let jaccard = doubles(&batch, "jaccard");
        for row in 0..batch.num_rows() {
            let (a, b) = (a[row].as_deref().unwrap(), b[row].as_deref().unwrap());
            let (left, right) = (a.as_bytes(), b.as_bytes());
            assert_eq!(Some(splink::levenshtein(left, right) as i32), levenshtein[row], "{a:?} {b:?}");
            assert_eq!(Some(splink::damerau_levenshtein(left, right) as i32), damerau[row], "{a:?} {b:?}");
            // The same to the last bit.
            assert_eq!(Some(splink::jaro_similarity(left, right)), jaro[row], "{a:?} {b:?}");
            assert_eq!(Some(splink::jaro_winkler_similarity(left, right)), jaro_winkler[row], "{a:?} {b:?}");
            assert_eq!(splink::jaccard(left, right), jaccard[row], "{a:?} {b:?}");
            rows += 1;
        }
    }
    assert_eq!(rows, 4_000);
}

/// Splink's pairs of a model, each with its comparison vector, weight, probability and rule.
type Expected = BTreeMap<(String, String), (Vec<i8>, f64, f64, i8)>;

fn expected(batches: &[RecordBatch], model: &SplinkModel) -> Expected {
    let mut pairs = Expected::new();
    for batch in batches {
        let key = |side: char| {
            let ids = texts(batch, &format!("{}_{side}", model.id_column()));
            let sources = model.source_column().map(|source| texts(batch, &format!("{source}_{side}")));
            move |row: usize| {
                let source = sources.as_ref().and_then(|sources| sources[row].clone()).unwrap_or_default();
                format!("{source}/{}", ids[row].clone().unwrap())
            }
        };
        let (left, right) = (key('l'), key('r'));
        let bytes = |column: &str| batch.column_by_name(column).unwrap().as_primitive::<Int8Type>().clone();
        let gammas: Vec<_> = model
            .comparisons()
            .iter()
            .map(|comparison| bytes(&format!("gamma_{}", comparison.name.replace(' ', "_"))))
            .collect();
        let (weights, probabilities) = (doubles(batch, "match_weight"), doubles(batch, "match_probability"));
        let rules = bytes("match_key");
        for row in 0..batch.num_rows() {
            let vector = gammas.iter().map(|gamma| gamma.value(row)).collect();
            let scored = (vector, weights[row].unwrap(), probabilities[row].unwrap(), rules.value(row));
            assert!(pairs.insert((left(row), right(row)), scored).is_none(), "a pair comes twice");
        }
    }
    pairs
}

fn keys(batches: &[RecordBatch], model: &SplinkModel) -> Vec<String> {
    batches
        .iter()
        .flat_map(|batch| {
            let ids = texts(batch, model.id_column());
            let sources = model.source_column().map(|source| texts(batch, source));
            (0..batch.num_rows())
                .map(move |row| {
                    let source = sources.as_ref().and_then(|sources| sources[row].clone()).unwrap_or_default();
                    format!("{source}/{}", ids[row].clone().unwrap())
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The sample's persons, of some data sets only where these are named.
fn persons(sources: &[&str]) -> Vec<RecordBatch> {
    let wanted = |batch: &RecordBatch| -> Vec<bool> {
        texts(batch, "src")
            .iter()
            .map(|source| sources.is_empty() || sources.contains(&source.as_deref().unwrap()))
            .collect()
    };
    // Batches of one record are as good as large ones; those of other data sets are left out.
    table("persons.parquet")
        .iter()
        .flat_map(|batch| {
            let wanted = wanted(batch);
            (0..batch.num_rows()).filter(|row| wanted[*row]).map(|row| batch.slice(row, 1)).collect::<Vec<_>>()
        })
        .collect()
}

fn model(path: &Path) -> SplinkModel {
    SplinkModel::from_json(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn linker(name: &str, sources: &[&str]) -> (SplinkLinker, Vec<String>) {
    let model = model(&golden(&format!("{name}.json")));
    let batches = persons(sources);
    let keys = keys(&batches, &model);
    (SplinkLinker::new(&model, &batches).unwrap(), keys)
}

fn same_as_splink(name: &str, sources: &[&str]) {
    let (linker, keys) = linker(name, sources);
    let expected = expected(&table(&format!("{name}_pairs.parquet")), linker.model());
    same_as(&linker, &keys, expected);
}

fn same_as(linker: &SplinkLinker, keys: &[String], mut expected: Expected) {
    let (pairs, report) = linker.pairs(None, &Silent).unwrap();
    assert_eq!(report.pairs, expected.len() as u64);
    assert_eq!(report.rules.iter().map(|rule| rule.pairs).sum::<u64>(), report.pairs);
    let parts = linker.parts();
    for pair in &pairs {
        let sum = linker.model().prior_weight() + parts.weights(pair).sum::<f64>();
        assert!((sum - pair.weight).abs() <= 1e-9, "the parts of {} are {sum}", pair.weight);
        let key = (keys[pair.left as usize].clone(), keys[pair.right as usize].clone());
        let (vector, weight, probability, rule) =
            expected.remove(&key).unwrap_or_else(|| panic!("{key:?} is no pair of Splink's"));
        assert_eq!(linker.gammas(pair).collect::<Vec<_>>(), vector, "{key:?}");
        assert!((pair.weight - weight).abs() <= 1e-9, "{key:?}: {} is not {weight}", pair.weight);
        assert!((pair.probability() - probability).abs() <= 1e-12, "{key:?}");
        assert_eq!(pair.rule, rule as u16, "{key:?}");
    }
    assert!(expected.is_empty(), "Splink has {} pairs more", expected.len());
    // With a least weight, pairs are given up early, and what is left is the same.
    for least in [-4.0, 3.0, 12.5] {
        let (kept, _) = linker.pairs(Some(least), &Silent).unwrap();
        let heavy: Vec<SplinkPair> = pairs.iter().copied().filter(|pair| pair.weight >= least).collect();
        assert_eq!(kept, heavy, "{least}");
    }
}

#[test]
fn the_usual_model_gives_splinks_result() {
    same_as_splink("usual", &[]);
}

#[test]
fn comparisons_of_the_libraries_give_splinks_result() {
    same_as_splink("libraries", &["census", "tax"]);
}

#[test]
fn three_data_sets_and_defaults_give_splinks_result() {
    same_as_splink("three", &[]);
}

/// Holds our result on any table to Splink's. `bench/linkage/splink_parity.py run PERSONS FOLDER` makes the folder.
#[test]
#[ignore = "needs SPLINK_PERSONS and SPLINK_FOLDER"]
fn same_as_splink_on_files() {
    let [persons, folder] = ["SPLINK_PERSONS", "SPLINK_FOLDER"].map(|name| PathBuf::from(std::env::var(name).unwrap()));
    let model = model(&folder.join("model.json"));
    let batches = read(&persons);
    let linker = SplinkLinker::new(&model, &batches).unwrap();
    let expected = expected(&read(&folder.join("model_pairs.parquet")), &model);
    println!("{} records, {} pairs", linker.len(), expected.len());
    same_as(&linker, &keys(&batches, &model), expected);
}

/// Says how many pairs a second one thread scores.
#[test]
#[ignore = "needs SPLINK_PERSONS and SPLINK_MODEL, and an idle machine"]
fn measure() {
    let [persons, path] = ["SPLINK_PERSONS", "SPLINK_MODEL"].map(|name| PathBuf::from(std::env::var(name).unwrap()));
    let (batches, model) = (read(&persons), model(&path));
    for threads in [1, std::thread::available_parallelism().unwrap().get()] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let started = std::time::Instant::now();
        let linker = pool.install(|| SplinkLinker::new(&model, &batches).unwrap());
        println!("{threads} threads: {} records made ready in {:.2?}", linker.len(), started.elapsed());
        for least in [None, Some(-4.0), Some(4.0)] {
            let started = std::time::Instant::now();
            let report = pool.install(|| linker.predict(least, &Silent, &|_| {}).unwrap());
            let seconds = started.elapsed().as_secs_f64();
            let speed = report.pairs as f64 / seconds / threads as f64 / 1e6;
            println!(
                "  least {least:?}: {} pairs, {} kept, {seconds:.2} s, {speed:.2} million pairs a second and thread",
                report.pairs, report.kept
            );
        }
    }
}

#[test]
fn pairs_do_not_depend_on_the_number_of_threads() {
    let (linker, _) = linker("usual", &[]);
    let run = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| linker.pairs(Some(0.0), &Silent).unwrap())
    };
    let one = run(1);
    assert_eq!(one, run(3));
    let streamed = std::sync::Mutex::new(Vec::new());
    let report =
        linker.predict(Some(0.0), &Silent, &|pairs| streamed.lock().unwrap().extend_from_slice(pairs)).unwrap();
    let mut streamed = streamed.into_inner().unwrap();
    let place = |pair: &SplinkPair| (pair.left, pair.right);
    streamed.sort_by_key(place);
    let (mut gathered, gathered_report) = one;
    gathered.sort_by_key(place);
    assert_eq!((streamed, report), (gathered, gathered_report));
}

/// A model of one comparison and one rule, to be changed.
fn small(levels: &[Value]) -> Value {
    json!({
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": 0.5,
        "comparisons": [{"output_column_name": "name", "comparison_levels": levels}],
        "blocking_rules_to_generate_predictions":
            [{"blocking_rule": "l.\"block\" = r.\"block\"", "sql_dialect": "duckdb"}],
    })
}

fn level(sql: &str) -> Value {
    json!({"sql_condition": sql, "m_probability": 0.5, "u_probability": 0.25})
}

fn records(names: &[Option<&str>]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..names.len() as i64));
    let block: ArrayRef = Arc::new(StringArray::from(vec!["one"; names.len()]));
    let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    RecordBatch::try_from_iter([("id", ids), ("block", block), ("name", names)]).unwrap()
}

/// The comparison vectors of all pairs of some names under one condition and ELSE.
fn met(sql: &str, names: &[Option<&str>]) -> Result<Vec<i8>, SplinkError> {
    let model = SplinkModel::from_json(&small(&[level(sql), level("ELSE")]).to_string())?;
    let linker = SplinkLinker::new(&model, &[records(names)])?;
    let (pairs, _) = linker.pairs(None, &Silent)?;
    Ok(pairs.iter().flat_map(|pair| linker.gammas(pair).collect::<Vec<_>>()).collect())
}

#[test]
fn letters_and_dates_are_duckdbs() {
    // Each text is compared with what DuckDB makes of it, through the SQL of a model.
    for batch in table("letters.parquet") {
        let [letters, lower, upper] = ["c", "lower", "upper"].map(|column| {
            let texts = integers(&batch, column);
            texts.into_iter().map(|code| char::from_u32(code.unwrap() as u32).unwrap().to_string()).collect::<Vec<_>>()
        });
        let trimmed: Vec<bool> =
            batch.column_by_name("trimmed").unwrap().as_boolean().iter().map(Option::unwrap).collect();
        for ((letter, trimmed), (lower, upper)) in letters.iter().zip(&trimmed).zip(lower.iter().zip(&upper)) {
            for (sql, other) in [("LOWER(name_l) = name_r", lower), ("UPPER(name_l) = name_r", upper)] {
                assert_eq!(met(sql, &[Some(letter), Some(other)]).unwrap(), [1], "{sql} {letter:?} {other:?}");
            }
            let empty = met("TRIM(name_l) = name_r", &[Some(letter), Some("")]).unwrap();
            assert_eq!(empty, [i8::from(*trimmed)], "{letter:?}");
        }
    }
    for batch in table("dates.parquet") {
        let (text, format) = (texts(&batch, "text"), texts(&batch, "format"));
        let micros = batch.column_by_name("micros").unwrap().as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            let (text, format) = (text[row].as_deref().unwrap(), format[row].as_deref().unwrap());
            let sql = if micros.is_null(row) {
                format!("try_strptime(name_l, '{format}') IS NULL AND name_r IS NULL")
            } else {
                let seconds = micros.value(row) / 1_000_000;
                format!("EPOCH(try_strptime(name_l, '{format}')) = {seconds} AND name_r IS NULL")
            };
            assert_eq!(met(&sql, &[Some(text), None]).unwrap(), [1], "{text:?} {format}");
        }
    }
}

#[test]
fn other_letters_have_no_case() {
    let known: std::collections::BTreeSet<i32> =
        table("letters.parquet").iter().flat_map(|batch| integers(batch, "c")).map(Option::unwrap).collect();
    let others: String =
        (1..=0x0010_ffff).filter(|code| !known.contains(&(*code as i32))).filter_map(char::from_u32).collect();
    for sql in ["LOWER(name_l) = name_r", "UPPER(name_l) = name_r"] {
        assert_eq!(met(sql, &[Some(&others), Some(&others)]).unwrap(), [1], "{sql}");
    }
}

#[test]
fn null_is_neither_true_nor_false() {
    for (sql, names, expected) in [
        ("name_l = name_r", [None, None], 0),
        ("NOT (name_l = name_r)", [Some("a"), None], 0),
        ("name_l = name_r OR name_r IS NULL", [Some("a"), None], 1),
        ("(name_l = name_r) IS NULL", [Some("a"), None], 1),
        ("NOT (name_l = name_r AND name_l = 'b')", [Some("a"), None], 1),
        ("NOT (name_l = name_r OR name_l = 'b')", [Some("a"), None], 0),
        ("levenshtein(name_l, name_r) > 1", [Some("a"), None], 0),
        ("NOT levenshtein(name_l, name_r) > 1", [Some("a"), None], 0),
        ("levenshtein(name_l, name_r) IS NULL", [Some("a"), None], 1),
        ("name_l <> name_r", [Some(""), Some("a")], 1),
        ("NULLIF(name_l, '') <> name_r", [Some(""), Some("a")], 0),
        ("CONCAT(name_l, name_r) = 'a'", [Some("a"), None], 1),
        ("name_l || name_r = 'a'", [Some("a"), None], 0),
        ("CASE WHEN name_l = name_r THEN 1 ELSE 2 END = 2", [Some("a"), None], 1),
        ("length(name_l) < length(name_r)", [Some("a"), Some("bc")], 1),
        ("2 >= levenshtein(name_l, name_r)", [Some("kitten"), Some("kitn")], 1),
        ("'é' = name_l AND name_r < 'b'", [Some("é"), Some("abc")], 1),
        ("jaro_winkler_similarity(name_l, name_r) = -100", [Some("abc"), Some("abd")], 0),
        (
            "jaro_winkler_similarity(name_l, name_r) = -100 OR jaro_winkler_similarity(name_l, name_r) > 0.8",
            [Some("abc"), Some("abd")],
            1,
        ),
    ] {
        assert_eq!(met(sql, &names).unwrap(), [expected], "{sql}");
    }
}

#[test]
fn what_duckdb_stops_at_stops_here() {
    // Two empty texts are never compared where an equal pair is caught before.
    assert_eq!(met("jaccard(name_l, name_r) > 0.1", &[Some(""), None]).unwrap(), [0]);
    let error = met("jaccard(name_l, name_r) > 0.1", &[Some(""), Some("a")]).unwrap_err();
    let SplinkError::Evaluation { place, at, .. } = &error else { panic!("{error}") };
    assert_eq!((place.as_str(), *at), ("comparison \"name\", level 1 (\"1\")", 1));
    assert!(met("jaccard(name_l, name_r) > 0.1", &[Some(""), Some("")]).is_err());
}

#[test]
fn what_is_not_supported_is_refused_by_position() {
    let refused = |json: &Value| match SplinkModel::from_json(&json.to_string()) {
        Ok(model) => SplinkLinker::new(&model, &[records(&[Some("a"), Some("b")])]).err(),
        Err(error) => Some(error),
    };
    let message = |json: &Value| refused(json).unwrap_or_else(|| panic!("{json} is accepted")).to_string();
    for (sql, expected) in [
        ("hamming(name_l, name_r) <= 1", "character 1: the function hamming is not supported"),
        ("\"name_l\" = \"name_r\" AND soundex(name_l) = 'A'", "character 25: the function soundex is not supported"),
        ("name_l = 1", "character 8: text is compared with an integer, cast the column first"),
        ("levenshtein(id_l, id_r) < 2", "character 13: the function takes text here, not an integer"),
        ("name_l", "character 1: a condition is expected, which is true or false"),
        ("list_intersect(name_l, name_r)[1] = 'a'", "character 31: parts of lists are not supported"),
    ] {
        let mut named = level(sql);
        named["label_for_charts"] = json!("Near");
        let found = message(&small(&[level("name_l IS NULL"), named, level("ELSE")]));
        let wanted = format!("comparison \"name\", level 2 (\"Near\"), {expected}; docs/splink.md lists what is read");
        assert_eq!(found, wanted, "{sql}");
    }
    let good = small(&[level("name_l = name_r"), level("ELSE")]);
    assert!(refused(&good).is_none());
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut json = good.clone();
        change(&mut json);
        message(&json)
    };
    for (expected, change) in [
        ("\"colour\" is not known", &(|json: &mut Value| json["colour"] = json!(1)) as &dyn Fn(&mut Value)),
        ("sql_dialect must be duckdb", &|json| json["sql_dialect"] = json!("spark")),
        ("link_type must be", &|json| json["link_type"] = json!("both")),
        ("there are no blocking rules", &|json| json["blocking_rules_to_generate_predictions"] = json!([])),
        ("blocking rule 1, character 3: a blocking rule needs an equality", &|json| {
            json["blocking_rules_to_generate_predictions"] = json!(["1 = 1"]);
        }),
        ("arrays_to_explode is not supported", &|json| {
            json["blocking_rules_to_generate_predictions"][0]["arrays_to_explode"] = json!(["block"]);
        }),
        ("level 1: m_probability is not between", &|json| {
            json["comparisons"][0]["comparison_levels"][0]["m_probability"] = json!(0.0);
        }),
        ("level 1: the setting \"m\" is not known", &|json| {
            json["comparisons"][0]["comparison_levels"][0]["m"] = json!(0.5);
        }),
        ("no level is an exact match of \"block\"", &|json| {
            json["comparisons"][0]["comparison_levels"][0]["tf_adjustment_column"] = json!("block");
        }),
        ("the last level, and no other, must be ELSE", &|json| {
            json["comparisons"][0]["comparison_levels"] = json!([level("ELSE"), level("name_l = name_r")]);
        }),
        ("column \"other\" is in the Splink model but not in the records, which have id, block, name", &|json| {
            json["unique_id_column_name"] = json!("other");
        }),
        ("the id column \"block\" must be unique", &|json| json["unique_id_column_name"] = json!("block")),
    ] {
        let found = changed(change);
        assert!(found.contains(expected), "{found} does not say {expected}");
    }
    assert!(matches!(SplinkModel::from_json("{"), Err(SplinkError::Json(_))));
}
