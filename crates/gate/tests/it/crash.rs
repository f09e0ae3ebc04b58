//! What a crash leaves between detail and entry is put right when the gate opens.

use std::sync::Arc;

use gate::{GateError, LogWitness};
use model::{OfficerId, PurposeId};
use state::{NewLook, State, StoredLook};
use testkit::ProjectFolder;
use tlog::Storage as _;
use tlog::fault::MemoryStorage;

use crate::house::{House, ZACHARIAS, master, open, signing_key, zacharias};

fn again(look: &StoredLook) -> NewLook {
    NewLook {
        commitment: look.commitment,
        at: look.at,
        account: Some(OfficerId::new("officer-canary").unwrap()),
        purpose: look.purpose.clone(),
        day: look.at.date_naive(),
        persons: vec![ZACHARIAS],
        counts_to_budget: true,
        stands_in: None,
        counts_as: Some(state::Activity::Look),
        detail: look.detail.clone(),
    }
}

#[tokio::test]
async fn details_find_their_entry_and_those_without_one_are_erased() {
    let house = House::new().await;
    for _ in 0..3 {
        let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
        let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    }
    house.gate.close().await.unwrap();
    let looks = house.state.looks_of(&[ZACHARIAS], state::Page::first(10)).await.unwrap();
    assert_eq!(looks.iter().map(|look| look.leaf).collect::<Vec<_>>(), [Some(2), Some(1), Some(0)]);
    let storage = house.log.reboot(1);

    // The store of another machine that crashed at the worst moments: the places of two entries were not noted, and a
    // third look had its detail but no entry.
    let folder = ProjectFolder::small();
    let data = folder.root().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let orphan = {
        let state = State::open(&data.join("state.sqlite"), master()).await.unwrap();
        let mut unlogged = again(&looks[0]);
        unlogged.commitment = [9; 32];
        unlogged.purpose = PurposeId::new("loan-relief").unwrap();
        let orphan = unlogged.commitment;
        state.put_looks(vec![again(&looks[0]), again(&looks[2]), unlogged]).await.unwrap();
        assert_eq!(state.looks_without_leaf().await.unwrap().len(), 3);
        state.close().await.unwrap();
        orphan
    };
    let reopened = House::over(folder, storage, state::Options::default()).await;
    let leaf = async |look: &StoredLook| reopened.state.look(&look.commitment).await.unwrap().unwrap().leaf;
    assert_eq!((leaf(&looks[0]).await, leaf(&looks[2]).await), (Some(2), Some(0)));
    assert_eq!(reopened.state.look(&orphan).await.unwrap(), None);
    assert!(reopened.state.was_erased(&orphan).await.unwrap());
}

#[tokio::test]
async fn a_log_that_lost_power_keeps_every_entry_that_was_answered() {
    for seed in 0..20 {
        let house = House::new().await;
        let mut granted = Vec::new();
        for _ in 0..3 {
            let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
            granted.push(house.gate.commit(permit, vec![zacharias()]).await.unwrap().leaf());
        }
        let before = house.entries().await;
        let reopened = crate::house::open_log(&house.log.reboot(seed));
        for leaf in granted {
            let entry = gate::Entry::decode(&reopened.entry(leaf).unwrap()).unwrap();
            assert_eq!(entry, before[leaf as usize], "seed {seed}");
        }
    }
}

/// Gives why neither the log nor the gate opens with this store of details, nothing of the log written.
async fn refused(state: &State, storage: &MemoryStorage) -> GateError {
    let seen = storage.restart();
    let witness = LogWitness::of(state).await.unwrap();
    let error = witness.open_log(signing_key(), Arc::new(seen.clone()), tlog::Options::default()).unwrap_err();
    assert!(error.is_of_another_log(), "{error}");
    assert!(error.to_string().contains("delete nothing"), "{error}");
    assert_eq!(seen.writes(), 0);
    // Who opens the log without asking gets no gate.
    if seen.read("checkpoint").is_ok() {
        let opened = House::over_state(ProjectFolder::small(), seen, state.clone()).await;
        let again = opened.err().expect("the gate opens over a log that is not the one");
        assert_eq!(again.to_string(), error.to_string());
    }
    error
}

#[tokio::test]
async fn a_log_that_was_rolled_back_taken_away_or_replaced_opens_no_gate_and_erases_nothing() {
    let house = House::new().await;
    let look = async |house: &House| {
        let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
        house.gate.commit(permit, vec![zacharias()]).await.unwrap().leaf()
    };
    look(&house).await;
    let early = house.log.restart();
    for _ in 0..2 {
        look(&house).await;
    }
    house.gate.close().await.unwrap();
    let late = house.log.restart();
    let before = house.state.looks_of(&[ZACHARIAS], state::Page::first(10)).await.unwrap();
    assert_eq!(before.iter().map(|look| look.leaf).collect::<Vec<_>>(), [Some(2), Some(1), Some(0)]);
    // A detail without an entry, as a crash leaves it, is erased over the right log alone.
    let mut unlogged = again(&before[0]);
    unlogged.commitment = [9; 32];
    house.state.put_looks(vec![unlogged]).await.unwrap();

    let error = refused(&house.state, &early).await;
    assert!(matches!(error, GateError::LogRolledBack { known: 3, size: 1 }), "{error:?}");
    let error = refused(&house.state, &MemoryStorage::new()).await;
    assert!(matches!(error, GateError::LogGone { known: 3 }), "{error:?}");
    let other = House::new().await;
    for _ in 0..3 {
        look(&other).await;
    }
    other.gate.close().await.unwrap();
    let error = refused(&house.state, &other.log).await;
    assert!(matches!(error, GateError::LogReplaced { leaf: 2 }), "{error:?}");

    assert!(house.state.look(&[9; 32]).await.unwrap().is_some());
    for look in &before {
        assert_eq!(house.state.look(&look.commitment).await.unwrap().as_ref(), Some(look));
    }
    let witness = LogWitness::of(&house.state).await.unwrap();
    let log = witness.open_log(signing_key(), Arc::new(late.restart()), tlog::Options::default()).unwrap();
    assert_eq!(log.size(), 3);
    let reopened = House::over_state(ProjectFolder::small(), late, house.state.clone()).await.unwrap();
    assert!(reopened.state.was_erased(&[9; 32]).await.unwrap());
}

/// Whatever of the last looks a crash leaves: the store never knows more than the log.
#[tokio::test]
async fn a_crash_is_never_taken_for_a_log_that_was_rolled_back() {
    for seed in 0..8 {
        let house = House::new().await;
        for number in 0..3 {
            let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
            let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
            // Sometimes places are noted by now, and sometimes not.
            if number < seed % 4 {
                tokio::time::sleep(std::time::Duration::from_millis(120)).await;
            }
        }
        let witness = LogWitness::of(&house.state).await.unwrap();
        let storage = Arc::new(house.log.reboot(seed));
        let log = witness.open_log(signing_key(), storage, tlog::Options::default()).unwrap();
        assert!(log.size() >= 3, "seed {seed}");
    }
}

/// The same of a log that was opened anew: the newest place that is noted is of before, in a tile that is being made anew.
#[tokio::test]
async fn a_crash_after_the_log_was_opened_anew_is_not_taken_for_one_either() {
    for seed in 0..24 {
        let house = House::new().await;
        let look = async |house: &House| {
            let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
            house.gate.commit(permit, vec![zacharias()]).await.unwrap().leaf()
        };
        look(&house).await;
        house.gate.close().await.unwrap();
        let reopened =
            House::over_state(ProjectFolder::small(), house.log.restart(), house.state.clone()).await.unwrap();
        look(&reopened).await;
        // Publishes, and nothing of that is durable but the checkpoint.
        assert_eq!(reopened.gate.verify(&mut |_, _| (), None).unwrap().checkpoint.size, 2);
        let witness = LogWitness::of(&reopened.state).await.unwrap();
        let storage = Arc::new(reopened.log.reboot(seed));
        let log = witness.open_log(signing_key(), storage, tlog::Options::default());
        assert!(log.is_ok_and(|log| log.size() == 2), "seed {seed}");
    }
}

#[tokio::test]
async fn a_gate_does_not_open_over_a_log_of_something_else() {
    let storage = MemoryStorage::new();
    let log = crate::house::open_log(&storage);
    log.append(vec![b"not an entry".to_vec()]).unwrap();
    log.close().unwrap();
    let house = House::over(ProjectFolder::small(), storage, state::Options::default()).await;
    assert!(house.gate.entries(0..1).await.is_err());
    assert!(house.gate.counts().await.is_err());
}
