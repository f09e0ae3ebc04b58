//! Records that came by themselves: sealed, known after a restart, gone when erased.

use std::collections::BTreeMap;

use model::{PersonId, RecordId, RegisterId};
use state::Arrival;

use crate::kit::{at, open, raw};

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
