//! Records that came by themselves: sealed, known after a restart, gone when erased.

use std::collections::BTreeMap;

use model::{PersonId, RecordId, RegisterId};
use state::{Arrival, StateError};

use crate::kit::{at, holds, open, open_small, raw, run};

fn arrival(digit: char, name: &str, person: Option<u64>) -> Arrival {
    Arrival {
        record: RecordId::from_hex(&RegisterId::new("loans").unwrap(), &digit.to_string().repeat(32)).unwrap(),
        values: BTreeMap::from([("first_name".to_owned(), name.to_owned())]),
        person: person.map(PersonId),
        leaf: 4,
        at: at(7),
    }
}

#[tokio::test]
async fn what_came_is_known_after_a_restart_until_it_is_erased() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (one, two) = (arrival('a', "Canary-Ann", Some(77)), arrival('b', "Canary-Bo", None));
    for came in [&one, &two] {
        state.keep_arrival(came).await.unwrap();
    }
    assert_eq!(state.arrivals().await.unwrap(), [one.clone(), two.clone()]);
    assert!(!format!("{one:?}").contains("Canary"));
    // What comes again takes the place of what came.
    let again = Arrival { leaf: 9, at: at(9), ..arrival('a', "Canary-Anna", Some(77)) };
    state.keep_arrival(&again).await.unwrap();
    drop(state);
    let bytes = raw(folder.path());
    for canary in ["Canary", "aaaaaaaaaaaaaaaa", "first_name"] {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary} stands in the file");
    }
    let state = open(folder.path()).await;
    assert_eq!(state.arrivals().await.unwrap(), [two.clone(), again.clone()]);
    assert_eq!(state.erase_arrivals(&[again.record.clone(), one.record]).await.unwrap(), 1);
    assert_eq!(state.erase_arrivals(&[again.record]).await.unwrap(), 0);
    assert_eq!(state.arrivals().await.unwrap(), [two]);
}

#[tokio::test]
async fn of_what_is_erased_or_came_anew_no_sealed_byte_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (one, other) = (arrival('a', "Ann", Some(77)), arrival('b', "Bo", None));
    let mut sealed = Vec::new();
    for came in [&one, &arrival('a', "Anna", Some(77)), &other] {
        state.keep_arrival(came).await.unwrap();
        let newest = rusqlite::Connection::open(folder.path().join("state.recent.sqlite")).unwrap();
        let query = "SELECT sealed FROM arrivals ORDER BY id DESC LIMIT 1";
        sealed.push(newest.query_row(query, (), |row| row.get::<_, Vec<u8>>(0)).unwrap());
    }
    assert!(holds(&raw(folder.path()), &sealed[1]), "the search itself works");
    assert_eq!(state.erase_arrivals(&[one.record]).await.unwrap(), 1);
    let left: Vec<bool> = sealed.iter().map(|sealed| holds(&raw(folder.path()), sealed)).collect();
    assert_eq!(left, [false, false, true]);
}

#[tokio::test]
async fn what_earlier_versions_kept_is_moved_over_once_and_hides_nothing_newer() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (one, two) = (arrival('a', "Ann", Some(77)), arrival('b', "Bo", None));
    for came in [&one, &two] {
        state.keep_arrival(came).await.unwrap();
    }
    drop(state);
    // As they left it: in the store's tables, and nothing beside it.
    let recent = folder.path().join("state.recent.sqlite");
    let columns = "(record, sealed, leaf, at) SELECT record, sealed, leaf, at FROM";
    let back = format!(
        "ATTACH '{}' AS beside; INSERT INTO main.arrivals {columns} beside.arrivals ORDER BY id; DELETE FROM beside.arrivals",
        recent.display()
    );
    run(folder.path(), &back).await;
    let state = open(folder.path()).await;
    assert_eq!(state.arrivals().await.unwrap(), [one.clone(), two.clone()]);
    // A crash between both steps leaves a record in both places, and since then it came again.
    let again = Arrival { leaf: 9, at: at(9), ..arrival('a', "Anna", None) };
    state.keep_arrival(&again).await.unwrap();
    drop(state);
    let both = back.replace("DELETE FROM beside.arrivals", "UPDATE main.arrivals SET leaf = 3");
    run(folder.path(), &both).await;
    for _ in 0..2 {
        let state = open(folder.path()).await;
        assert_eq!(state.arrivals().await.unwrap(), [two.clone(), again.clone()]);
    }
}

#[tokio::test]
async fn a_record_for_which_there_is_no_room_is_not_kept_and_takes_nothing_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let one = arrival('a', "Ann", Some(77));
    let state = open(folder.path()).await;
    state.keep_arrival(&one).await.unwrap();
    drop(state);
    let state = open_small(folder.path(), 1).await;
    let two = arrival('b', &"Bo".repeat(20_000), None);
    let error = state.keep_arrival(&two).await.unwrap_err();
    assert!(matches!(error, StateError::Full(_)), "{error:?}");
    assert!(!error.is_uncertain() && !state.is_uncertain());
    assert_eq!(state.arrivals().await.unwrap(), std::slice::from_ref(&one));
    drop(state);
    let state = open(folder.path()).await;
    state.keep_arrival(&two).await.unwrap();
    assert_eq!(state.arrivals().await.unwrap(), [one, two]);
}
