//! What is shown, what is not, and what the person looked at learns of it. Invariants 1 to 4, 6 and 8.

use std::fmt::Write as _;

use arrow_array::Array as _;
use gate::{Denied, EntryKind};
use model::request::Action;
use model::{Disclosure, PersonId};
use registry::{Dossier, FieldEvidence, Page, RegistryError, SearchQuery};
use tlog::fault::Fault;

use crate::house::{DONATIONS, House, citizen, officer};

pub(crate) fn named(name: &str) -> SearchQuery {
    SearchQuery { name: name.to_owned(), ..SearchQuery::default() }
}

/// Writes out all that is disclosed of a table, down to its values.
pub(crate) fn written(disclosed: &gate::Disclosed) -> String {
    let gate::Disclosed { batch, columns, records } = disclosed;
    let mut text = format!("{columns:?} {records:?}\n");
    for row in 0..batch.num_rows() {
        for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
            let value = arrow_cast::display::array_value_to_string(array, row).unwrap();
            writeln!(text, "{row} {}: {} {value}", field.name(), array.is_null(row)).unwrap();
        }
    }
    text
}

/// Writes out all that a dossier shows of rows.
pub(crate) fn rendered(dossier: &Dossier) -> String {
    let section = |section: &registry::Section| format!("{} {}", section.register, written(&section.disclosed));
    dossier.sections.iter().map(section).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dossier_has_what_is_granted_and_no_more() {
    let house = House::new().await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    let dossier = house.open(&index, ysolde).await;
    let mut registers: Vec<&str> = dossier.sections.iter().map(|section| section.register.as_str()).collect();
    registers.sort_unstable();
    assert_eq!(registers, ["loans", "tax"]);
    let text = rendered(&dossier);
    assert!(text.contains("Quillfeather"));
    for hidden in ["TN-48151", "31415", "Nightingale", "555-0199", "Marzipan", "donations"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    for section in &dossier.sections {
        assert_eq!(section.evidence.len(), section.disclosed.records.len());
        for evidence in &section.evidence {
            assert_ne!(evidence.via.as_ref().map(|via| via.as_str()), Some("donations"));
            assert_eq!(evidence.alone, evidence.via.is_none());
            // What is held before anything is compared comes first, and is of no column.
            assert!(
                evidence.fields.first().is_none_or(|first| first.name == FieldEvidence::PRIOR && first.weight < 0.0)
            );
            let beside = [FieldEvidence::PRIOR, FieldEvidence::HOUSEHOLD];
            for field in evidence.fields.iter().filter(|field| !beside.contains(&field.name.as_str())) {
                let is_given = |column: &gate::ColumnDisclosed| {
                    column.name == field.name && column.disclosure == Disclosure::Value
                };
                assert!(section.disclosed.columns.iter().any(is_given), "{}", field.name);
            }
        }
    }
    assert!(dossier.sections.iter().any(|section| section.evidence.iter().any(|one| !one.fields.is_empty())));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_reach_changes_nothing_shown() {
    let mut many = DONATIONS.replace("R-2,Elif,Marchetti", "R-2,Chloé,Okafor");
    for number in 10..60 {
        many.push_str(&format!("R-{number},Amelia,Okafor,Marzipan League,{number}.00\n"));
    }
    let one = "receipt,first_name,last_name,party,amount\nR-9,Farid,Petrovsky,Thursday Club,1.00\n";
    let mut answers = Vec::new();
    for donations in [DONATIONS, &many, one] {
        let house = House::with(donations, |_| {}).await;
        let index = house.index();
        let mut text = String::new();
        for name in ["Amelia Okafor", "Ysolde Quillfeather", "Marzipan", "Chloe"] {
            let answer = house.search(&index, &named(name)).await;
            text.push_str(&format!("{name} {} {:?}\n", answer.more, answer.not_used));
            for hit in &answer.hits {
                text.push_str(&format!(
                    "{} {:?} {} {} {:?}\n",
                    hit.score,
                    hit.matched,
                    hit.register,
                    written(&hit.shown),
                    hit.registers
                ));
            }
        }
        let ysolde = house.find(&index, "Ysolde Quillfeather").await;
        text.push_str(&rendered(&house.open(&index, ysolde).await));
        answers.push(text);
    }
    assert_eq!(answers[0].lines().collect::<Vec<_>>(), answers[1].lines().collect::<Vec<_>>());
    assert_eq!(answers[0].lines().collect::<Vec<_>>(), answers[2].lines().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_person_is_answered_and_logged_like_any() {
    let house = House::new().await;
    let index = house.index();
    let before = house.gate.log_size();
    let dossier = house.open(&index, PersonId(987_654_321)).await;
    assert!(dossier.sections.is_empty());
    assert_eq!((dossier.leaf, house.gate.log_size()), (before, before + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_sees_every_look_also_after_a_merge() {
    // No donation is hers: two base records that come together are to be one person and nothing else.
    let donations = DONATIONS.replace("R-1,Ysolde,Quillfeather", "R-1,Chloé,Okafor");
    let house = House::with(&donations, |folder| {
        // At first the loan is written so that nobody takes it for hers.
        let loan = "LN-7001,Ysolde,Quillfeather,1984-03-12";
        folder.replace("incoming/loans_2025.csv", loan, "LN-7001,Wanda,Tumbleweed,1931-10-30");
    })
    .await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    let wanda = house.find(&index, "Wanda Tumbleweed").await;
    assert_ne!(ysolde, wanda);
    let looks = [house.open(&index, ysolde).await.leaf, house.open(&index, wanda).await.leaf];

    let loan = "LN-7001,Wanda,Tumbleweed,1931-10-30";
    house.folder.replace("incoming/loans_2025.csv", loan, "LN-7001,Ysolde,Quillfeather,1984-03-12");
    house.ingest("two").await;
    house.build_and_link("two").await;
    house.build_index("index-two").await;
    let index = house.index();
    for id in [ysolde, wanda] {
        assert_eq!(index.persons_ever(id).unwrap().len(), 2, "the merge connects both ids");
        let found = index.looks_at_self(&house.gate, &citizen(id), Page::first(100)).await.unwrap();
        let leaves: Vec<u64> = found.looks.iter().map(|look| look.leaf).collect();
        assert!(looks.iter().all(|leaf| leaves.contains(leaf)), "{id} of {looks:?}: {leaves:?}");
        assert!(found.looks.iter().any(|look| look.kind == EntryKind::Search));
        let own = index.open_person(&house.gate, &citizen(id), false).await.unwrap();
        assert!(rendered(&own).contains("TN-48151"), "their records are theirs to see under either id");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_merge_and_a_split_give_nobody_the_looks_of_another() {
    // No donation is hers: two base records that come together are to be one person and nothing else.
    let donations = DONATIONS.replace("R-1,Ysolde,Quillfeather", "R-1,Chloé,Okafor");
    let (hers, wandas) = ("LN-7001,Ysolde,Quillfeather,1984-03-12", "LN-7001,Wanda,Tumbleweed,1931-10-30");
    let house = House::with(&donations, |folder| folder.replace("incoming/loans_2025.csv", hers, wandas)).await;
    // What each of the two was ever given: the keys, and the entries of the last list.
    let mut keys: [Vec<gate::PersonKey>; 2] = Default::default();
    let mut lists: [Vec<u64>; 2] = Default::default();

    let index = house.index();
    let before = [house.find(&index, "Ysolde Quillfeather").await, house.find(&index, "Wanda Tumbleweed").await];
    let alone = [house.open(&index, before[0]).await.leaf, house.open(&index, before[1]).await.leaf];
    for (person, keys) in before.iter().zip(&mut keys) {
        keys.extend(index.looks_at_self(&house.gate, &citizen(*person), Page::first(100)).await.unwrap().key);
    }
    assert!(keys.iter().all(|keys| keys.len() == 1));
    drop(index);

    house.folder.replace("incoming/loans_2025.csv", wandas, hers);
    house.ingest("merge").await;
    house.build_and_link("merge").await;
    house.build_index("index-merge").await;
    let index = house.index();
    let merged = house.find(&index, "Ysolde Quillfeather").await;
    let together = house.open(&index, merged).await.leaf;
    for (person, keys) in before.iter().zip(&mut keys) {
        // One of the two ids went into the other: under that one a key is given, under this one none.
        let found = index.looks_at_self(&house.gate, &citizen(*person), Page::first(100)).await.unwrap();
        assert_eq!(found.key.is_some(), *person == merged);
        keys.extend(found.key);
    }
    drop(index);

    house.folder.replace("incoming/loans_2025.csv", hers, wandas);
    house.ingest("split").await;
    house.build_and_link("split").await;
    house.build_index("index-split").await;
    let index = house.index();
    let after = [house.find(&index, "Ysolde Quillfeather").await, house.find(&index, "Wanda Tumbleweed").await];
    assert_ne!(after[0], after[1]);
    assert!(index.persons_ever(after[0]).unwrap().contains(&after[1]), "the ids stay connected");
    for ((person, keys), list) in after.iter().zip(&mut keys).zip(&mut lists) {
        let found = index.looks_at_self(&house.gate, &citizen(*person), Page::first(100)).await.unwrap();
        keys.extend(found.key);
        for look in &found.looks {
            assert_eq!(gate::commitment_of(&look.proof.parts), look.proof.commitment);
            assert_eq!(house.gate.entry_bytes(look.leaf).await.unwrap(), look.proof.entry.as_bytes());
        }
        list.extend(found.looks.iter().map(|look| look.leaf));
    }
    for (own, other) in [(0, 1), (1, 0)] {
        assert!(lists[own].contains(&alone[own]), "found by the record, whatever the id");
        assert!(lists[own].contains(&together), "their record was looked at");
        assert!(!lists[own].contains(&alone[other]), "only the other's was");
        assert!(keys[own].iter().all(|key| !keys[other].contains(key)), "nobody has a key of the other's");
        let entry = house.gate.entries(alone[other]..alone[other] + 1).await.unwrap().remove(0).entry;
        assert!(keys[own].iter().all(|key| !entry.is_about(key)), "and none that finds the look at the other");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_fails_gives_no_row() {
    let house = House::new().await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    house.log.fail_at(house.log.writes(), Fault::DiskFull);
    let open = officer(Action::OpenPerson { person: ysolde });
    let opened = index.open_person(&house.gate, &open, true).await;
    assert!(matches!(opened, Err(RegistryError::Denied(Denied::Failed(_)))));
    let found = index.search(&house.gate, &officer(Action::Search), &named("Ysolde")).await;
    assert!(matches!(found, Err(RegistryError::Denied(Denied::Failed(_)))));
}
