//! What must hold whatever the records.

use std::collections::{BTreeMap, BTreeSet};

use matching::{Dataset, Judgements, Kept, Settings, Silent};
use proptest::prelude::*;

use crate::people::{Row, batch_of, cluster, model, partition, settings};

const GIVEN: [&str; 6] = ["Hannah", "Miriam", "Owen", "Hanna", "William", "Bill"];
const FAMILY: [&str; 4] = ["Brennan", "Brenan", "Castello", "Hannah"];
const BIRTH: [&str; 5] = ["", "1990-05-01", "1990-01-05", "1990-05-02", "1947-11-23"];
const SSN: [&str; 5] = ["", "111111111", "111111112", "222222222", "333333333"];
const STREET: [(&str, &str, &str); 3] = [("", "", ""), ("12", "Elm", "100"), ("8", "Oak", "200")];
const SOURCES: [&str; 5] = ["register", "tax", "census", "broker", "forms"];

fn rows(sources: usize) -> impl Strategy<Value = Vec<Row>> {
    let one = (0..sources, 0..GIVEN.len(), 0..FAMILY.len(), 0..BIRTH.len(), 0..SSN.len(), 0..STREET.len());
    prop::collection::vec(one, 2..24).prop_map(|drawn| {
        const IDS: [&str; 24] = [
            "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17",
            "18", "19", "20", "21", "22", "23",
        ];
        drawn
            .into_iter()
            .enumerate()
            .map(|(at, (source, given, family, birth, ssn, street))| {
                let (number, street, place) = STREET[street];
                [
                    SOURCES[source],
                    IDS[at],
                    GIVEN[given],
                    FAMILY[family],
                    BIRTH[birth],
                    SSN[ssn],
                    number,
                    street,
                    place,
                    "",
                ]
            })
            .collect()
    })
}

fn strict() -> Settings {
    Settings {
        one_record_per_person: BTreeMap::from([("register".to_owned(), 0.999), ("forms".to_owned(), 0.99)]),
        attach_only: BTreeSet::from(["broker".to_owned(), "forms".to_owned()]),
        ..settings()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_order_of_records_does_not_matter(rows in rows(5), seed in any::<u64>()) {
        let mut shuffled = rows.clone();
        let mut state = seed;
        for at in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(at, (state >> 33) as usize % (at + 1));
        }
        let before = cluster(&strict(), &rows, &Judgements::default());
        let after = cluster(&strict(), &shuffled, &Judgements::default());
        prop_assert_eq!(partition(&rows, &before.labels), partition(&shuffled, &after.labels));
    }

    #[test]
    fn attached_records_leave_base_clusters_as_they_are(rows in rows(5), block_size_max in 2_usize..9) {
        let settings = Settings { block_size_max, ..strict() };
        let base: Vec<Row> = rows.iter().copied().filter(|row| !settings.attach_only.contains(row[0])).collect();
        let with = cluster(&settings, &rows, &Judgements::default());
        let without = cluster(&settings, &base, &Judgements::default());
        let of_base = |partition: Vec<Vec<&'static str>>| -> Vec<Vec<&'static str>> {
            let is_base = |id: &&str| base.iter().any(|row| row[1] == *id);
            let mut kept: Vec<Vec<&str>> =
                partition.into_iter().map(|cluster| cluster.into_iter().filter(is_base).collect()).collect();
            kept.retain(|cluster: &Vec<&str>| !cluster.is_empty());
            kept.sort_unstable();
            kept
        };
        prop_assert_eq!(of_base(partition(&rows, &with.labels)), partition(&base, &without.labels));
    }

    #[test]
    fn attach_only_sources_do_not_depend_on_each_other(rows in rows(5)) {
        let settings = strict();
        let without_forms: Vec<Row> = rows.iter().copied().filter(|row| row[0] != "forms").collect();
        let all = cluster(&settings, &rows, &Judgements::default());
        let fewer = cluster(&settings, &without_forms, &Judgements::default());
        let mut kept: Vec<Vec<&str>> = partition(&rows, &all.labels)
            .into_iter()
            .map(|cluster| cluster.into_iter().filter(|id| without_forms.iter().any(|row| row[1] == *id)).collect())
            .filter(|cluster: &Vec<&str>| !cluster.is_empty())
            .collect();
        kept.sort_unstable();
        prop_assert_eq!(kept, partition(&without_forms, &fewer.labels));
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    // Enough records for several tiles: 40 × 40 namesakes of few families.
    let rows: Vec<Vec<String>> = (0_usize..1600)
        .map(|at| {
            let source = SOURCES[at % 3];
            let birth = format!("19{:02}-{:02}-{:02}", at / 3 % 97, at % 12 + 1, at % 28 + 1);
            let ssn = format!("{:09}", at / 3 * 7919);
            let row = [source, "", GIVEN[at / 3 % 6], FAMILY[at / 7 % 4], &birth, &ssn, "1", "Elm", "100", "F"];
            let mut row = row.map(str::to_owned).to_vec();
            row[1] = at.to_string();
            row
        })
        .collect();
    let batch = crate::people::batch(&crate::people::COLUMNS, &rows);
    let settings = Settings { random_pairs: 100_000, ..settings() };
    let run = |threads: usize| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| {
            let data = Dataset::new(&settings, &batch).unwrap();
            let (model, report) = matching::train(&data, &Silent).unwrap();
            let predictions = matching::predict(&data, &model, &Silent).unwrap();
            let clustering = matching::cluster(&data, &model, &predictions, &Judgements::default()).unwrap();
            (model, report, predictions.edges, predictions.report, clustering)
        })
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn a_model_is_text_and_back() {
    let settings = settings();
    let rows: Vec<Row> = vec![crate::people::row("register a1 Hannah Brennan 1990-05-01 1 12 Elm 100 F"); 2];
    let data = Dataset::new(&settings, &batch_of(&rows)).unwrap();
    let (learnt, _) = matching::train(&data, &Silent).unwrap();
    for model in [model(&settings), learnt] {
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<matching::Model>(&text).unwrap(), model);
        model.check(&settings).unwrap();
    }
    let text = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_merge_that_reaches_the_threshold_is_refused_only_for_what_it_is_told(rows in rows(5)) {
        let settings = strict();
        let threshold = settings.threshold_weight();
        let clustering = cluster(&settings, &rows, &Judgements::default());
        for refusal in &clustering.refused {
            let attached = [refusal.left, refusal.right]
                .map(|record| settings.attach_only.contains(rows[record as usize][0]));
            match refusal.kept {
                Kept::Outweighed => prop_assert!(refusal.merge_weight.unwrap() < threshold, "{:?}", refusal),
                Kept::OthersFit { ahead } => {
                    prop_assert!(refusal.merge_weight.unwrap() >= threshold, "{:?}", refusal);
                    prop_assert!(ahead.abs() < settings.attach_margin, "{:?}", refusal);
                    prop_assert!(attached.contains(&true), "{:?}", refusal);
                }
                Kept::Attached => {
                    prop_assert!(refusal.merge_weight.is_none() && attached.contains(&true), "{:?}", refusal);
                }
                Kept::Split => {
                    prop_assert!(refusal.merge_weight.unwrap() >= threshold, "{:?}", refusal);
                    prop_assert!(clustering.repaired > 0 && !attached.contains(&true), "{:?}", refusal);
                }
                Kept::Judged => prop_assert!(false, "nobody judged: {:?}", refusal),
            }
        }
    }
}
