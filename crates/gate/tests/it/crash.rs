//! What a crash leaves between detail and entry is put right when the gate opens.

use model::{OfficerId, PurposeId};
use state::{NewLook, State, StoredLook};
use testkit::ProjectFolder;
use tlog::fault::MemoryStorage;

use crate::house::{House, ZACHARIAS, master, open, zacharias};

fn again(look: &StoredLook) -> NewLook {
    NewLook {
        commitment: look.commitment,
        at: look.at,
        account: Some(OfficerId::new("officer-canary").unwrap()),
        purpose: look.purpose.clone(),
        day: look.at.date_naive(),
        persons: vec![ZACHARIAS],
        counts_to_budget: true,
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
