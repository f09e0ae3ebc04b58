//! Whatever fails, nothing is given. Invariant 8.

use gate::{Denied, Entry, EntryKind};
use testkit::ProjectFolder;
use tlog::fault::{Fault, MemoryStorage};

use crate::house::{House, ZACHARIAS, open, zacharias};

#[tokio::test]
async fn a_clock_that_fails_closes_the_gate() {
    let house = House::new().await;
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    house.clock.fail();
    assert!(matches!(house.gate.commit(permit, vec![zacharias()]).await, Err(Denied::Failed(_))));
    assert!(matches!(house.gate.decide(&open(ZACHARIAS)).await, Err(Denied::Failed(_))));
    assert_eq!(house.gate.log_size(), 0);
}

/// Every write that one look causes in the log is made to fail in every way, one at a time.
#[tokio::test]
async fn a_log_that_fails_gives_no_grant_and_no_refusal() {
    for fault in [Fault::Error, Fault::ShortWrite, Fault::DiskFull, Fault::Crash] {
        for wants_refusal in [false, true] {
            let house = House::new().await;
            house.log.fail_at(house.log.writes(), fault);
            let mut request = open(ZACHARIAS);
            if wants_refusal {
                request.case = None;
            }
            let outcome = match house.gate.decide(&request).await {
                Ok(permit) => house.gate.commit(permit, vec![zacharias()]).await.map(|grant| grant.leaf()),
                Err(denied) => Err(denied),
            };
            assert!(matches!(outcome, Err(Denied::Failed(_))), "{fault:?}, refusal: {wants_refusal}: {outcome:?}");
            // The log is poisoned: nothing is given until it is opened anew, and whoever asks is told. Unless there was only no room:
            // then nothing is given until there is.
            let is_full = fault == Fault::DiskFull;
            let why = if is_full { house.gate.last_failure() } else { house.gate.failure() };
            assert!(matches!(why, Some(gate::GateError::Log(_))), "{fault:?}");
            assert_eq!(house.gate.failure().is_none(), is_full, "{fault:?}");
            let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
            let again = house.gate.commit(permit, vec![zacharias()]).await;
            assert!(matches!(again, Err(Denied::Failed(_))), "{fault:?}");
            house.log.make_room();
            let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
            let with_room = house.gate.commit(permit, vec![zacharias()]).await;
            assert_eq!(with_room.is_ok(), is_full, "{fault:?}: {with_room:?}");
            if is_full {
                assert_eq!(with_room.unwrap().leaf(), 0, "what failed is not in the log");
                assert!(house.gate.last_failure().is_none());
                assert_eq!(house.gate.verify(&mut |_, _| {}, None).unwrap().checkpoint.size, 1);
            }
        }
    }
}

#[tokio::test]
async fn a_store_that_is_full_gives_no_grant_and_writes_no_entry() {
    let options = state::Options { pages_max: Some(60) };
    let house = House::over(ProjectFolder::small(), MemoryStorage::new(), options).await;
    let mut request = open(ZACHARIAS);
    request.justification = Some("a long reason, ".repeat(100));
    assert!(house.gate.last_failure().is_none());
    let mut granted = 0;
    let denied = loop {
        let permit = house.gate.decide(&request).await.unwrap();
        match house.gate.commit(permit, vec![zacharias()]).await {
            Ok(_) => granted += 1,
            Err(denied) => break denied,
        }
        assert!(granted < 10_000, "the store never gets full");
    };
    assert!(matches!(denied, Denied::Failed(_)), "{denied:?}");
    assert_eq!(house.gate.log_size(), granted, "an entry for each grant and none for the failure");
    assert!(house.gate.failure().is_none(), "it goes on when there is room");
    let why = house.gate.last_failure().expect("none could be written since");
    assert!(std::error::Error::source(&why).unwrap().to_string().contains("the disk is full"), "{why:?}");
}

#[tokio::test]
async fn a_policy_that_fails_refuses() {
    let folder = ProjectFolder::small();
    folder.write(
        "policies/failing.cedar",
        r#"@id("failing.overflows")
@says("Never reached.")
@says_fr("Jamais atteint.")
@needed("Nothing.")
@needed_fr("Rien.")
forbid (principal, action == Action::"open-person", resource)
when { context.persons_today + 9223372036854775807 < 0 };
"#,
    );
    let house = House::over(folder, MemoryStorage::new(), state::Options::default()).await;
    let denied = house.gate.decide(&open(ZACHARIAS)).await.unwrap_err();
    let Denied::Refused(refusal) = denied else { panic!("{denied:?}") };
    assert!(refusal.reasons.iter().any(|reason| reason.rule == "policy.failed"), "{refusal:?}");
}

#[tokio::test]
async fn a_closed_gate_gives_nothing() {
    let house = House::new().await;
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    house.gate.close().await.unwrap();
    assert!(matches!(house.gate.commit(permit, vec![zacharias()]).await, Err(Denied::Failed(_))));
}

#[tokio::test]
async fn one_flipped_bit_is_found() {
    let house = House::new().await;
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let grant = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    let proof = house.gate.prove(grant.leaf()).await.unwrap();
    let key = crate::house::signing_key().verifying_key();
    let checkpoint = tlog::Checkpoint::open(proof.checkpoint.as_bytes(), &key).unwrap();
    assert!(proof.inclusion.verify(tlog::leaf_hash(&proof.entry), &checkpoint).is_ok());
    let report = house.gate.verify(&mut |_, _| {}, Some(&proof.checkpoint)).unwrap();
    assert_eq!(report.checkpoint.size, 1);

    let mut entry = proof.entry.clone();
    entry[20] ^= 1;
    assert!(proof.inclusion.verify(tlog::leaf_hash(&entry), &checkpoint).is_err());
    assert!(Entry::decode(&entry).is_err() || Entry::decode(&entry).unwrap().kind != EntryKind::Look);
}
