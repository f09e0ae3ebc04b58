//! Somebody leaves every register, and nothing that is stored has them any more. Invariant 9, as far as it is built: what is
//! not is named in `docs/ARCHITECTURE.md`.

use std::fs;

use model::RecordId;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::answers::named;
use crate::generations::files_below;
use crate::house::{DONATIONS, House};
use crate::separation::{documents, rows_of_the_store, texts_of};

/// What only Ysolde's rows have, in lower case; the full-text index has her telephone number without its dash.
const MARKERS: [&str; 10] = [
    "ysolde",
    "quillfeather",
    "tn-48151",
    "nightingale",
    "31415.00",
    "ln-7001",
    "555-0199",
    "5550199",
    "marzipan",
    "777.25",
];

/// Something stored: where it lies, and what it says in lower case.
struct Stored {
    place: String,
    text: String,
}

/// Reads all that is below `data/`: tables row by row, the index by row and document, any other file as it is; and the log.
async fn all_that_is_stored(house: &House) -> Vec<Stored> {
    let data = house.project.data_dir();
    let mut all = Vec::new();
    let mut add = |place: String, text: &str| all.push(Stored { place, text: text.to_lowercase() });
    for path in files_below(&data) {
        let place = path.display().to_string();
        if path.extension().is_some_and(|end| end == "parquet") {
            #[expect(clippy::disallowed_methods, reason = "what lies on the disk is looked at as it is")]
            let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&path).unwrap()).unwrap();
            for batch in reader.build().unwrap() {
                texts_of(&batch.unwrap()).iter().for_each(|text| add(place.clone(), text));
            }
        } else {
            add(place, &String::from_utf8_lossy(&fs::read(&path).unwrap()));
        }
    }
    let generation = data.join("index").join(fs::read_to_string(data.join("index/CURRENT")).unwrap());
    for (keyspace, rows) in rows_of_the_store(&generation) {
        rows.iter().for_each(|row| add(format!("store: {keyspace}"), row));
    }
    documents(&generation).iter().for_each(|(_, text)| add("terms".to_owned(), text));
    for leaf in 0..house.gate.log_size() {
        let entry = house.gate.entry_bytes(leaf).await.unwrap();
        add(format!("log: {leaf}"), &String::from_utf8_lossy(&entry));
    }
    all
}

/// Gives where a text is.
fn places<'a>(all: &'a [Stored], text: &str) -> Vec<&'a str> {
    all.iter().filter(|stored| stored.text.contains(text)).map(|stored| stored.place.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_every_register_is_nowhere_and_the_log_holds() {
    let house = House::with(DONATIONS, |folder| {
        let full = "delivery = \"full\"";
        folder.replace("registers/donations.toml", "delivery = \"changes\"", full);
    })
    .await;
    let ids: Vec<String> = [("tax", "TN-48151"), ("loans", "LN-7001"), ("donations", "R-1")]
        .map(|(register, key)| RecordId::from_key(&register.parse().unwrap(), &[Some(key)]).hash_hex())
        .into();
    let sought: Vec<&str> = MARKERS.into_iter().chain(ids.iter().map(String::as_str)).collect();

    // An officer finds and opens her.
    let index = house.index();
    let searched = house.search(&index, &named("Ysolde Quillfeather")).await;
    let ysolde = searched.hits[0].person;
    let opened = house.open(&index, ysolde).await.leaf;
    drop(index);
    let before = all_that_is_stored(&house).await;
    for text in &sought {
        assert!(!places(&before, text).is_empty(), "{text} is somewhere, or the search for it would say nothing");
    }
    for part in ["store: register.", "store: model.", "store: persons", "terms", ".parquet"] {
        let of_part = |text: &&str| places(&before, text).iter().any(|place| place.contains(part));
        assert!(sought.iter().any(of_part), "what is in {part} is read");
    }
    house.gate.prove(opened).await.unwrap();
    let checkpoint = house.gate.log_checkpoint();

    // Every register is delivered without her.
    for name in ["tax", "loans", "donations"] {
        let path = house.folder.root().join(format!("incoming/{name}_2025.csv"));
        let rows = fs::read_to_string(&path).unwrap();
        let kept: String =
            rows.lines().filter(|row| !row.contains("Quillfeather")).map(|row| format!("{row}\n")).collect();
        assert_eq!(kept.lines().count() + 1, rows.lines().count());
        fs::write(path, kept).unwrap();
    }
    house.ingest("two").await;
    house.build_and_link("two").await;
    house.build_index("index-two").await;
    // The details of looks at her go too; those that show others beside her name her, and go as a whole.
    let now = "2026-05-04T13:00:00Z".parse().unwrap();
    let erased = house.state.erase_looks_of_person(ysolde, now).await.unwrap();
    assert!(erased.looks.len() + erased.shared.len() >= 2, "the search and the dossier");
    for commitment in &erased.shared {
        assert!(house.state.erase_look(commitment, now).await.unwrap());
    }
    assert!(house.state.erase_person_key(ysolde).await.unwrap());

    // Older versions of tables have her rows until they are removed, which no command does yet.
    let old = all_that_is_stored(&house).await;
    for text in &sought {
        for place in places(&old, text) {
            assert!(place.contains("/lake/") && place.ends_with(".parquet"), "{text} is in {place}");
        }
    }
    for table in house.lake.tables().await.unwrap() {
        house.lake.vacuum(&table).await.unwrap();
    }
    let after = all_that_is_stored(&house).await;
    for text in &sought {
        assert_eq!(places(&after, text), Vec::<&str>::new(), "{text} is left");
    }
    assert!(!places(&after, "okafor").is_empty(), "everybody else is still there");

    // What was sealed of the looks is gone, and the log proves all the same that they were.
    assert!(house.state.looks_of(&[ysolde], state::Page::first(10)).await.unwrap().is_empty());
    for commitment in erased.looks.iter().chain(&erased.shared) {
        assert!(house.state.look(commitment).await.unwrap().is_none());
        assert!(house.state.was_erased(commitment).await.unwrap());
    }
    house.gate.verify(&mut |_, _| {}, Some(&*checkpoint)).unwrap();
    for leaf in [searched.leaf, opened] {
        house.gate.prove(leaf).await.unwrap();
    }
}
