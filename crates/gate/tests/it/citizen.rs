//! Who looked at me: complete, provable, and silent about others. Invariant 6.

use gate::{Entry, EntryKind, LookSubject, Part, PersonKey, commitment_of};
use model::agency::RoleKind;
use model::request::Action;
use model::{Clock as _, PersonId, Request};
use state::Page;
use testkit::ProjectFolder;
use tlog::fault::MemoryStorage;

use crate::house::{
    House, YSOLDE, ZACHARIAS, citizen, member, officer, open, open_log, own, record, register, request, ysolde,
    zacharias,
};

#[tokio::test]
async fn a_citizen_sees_every_look_and_can_prove_each() {
    let house = House::new().await;
    // A look, a search that showed another person too, a refusal, and a look at the other person.
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    let permit = house.gate.decide(&request(officer(), "loan-relief", Action::Search)).await.unwrap();
    let _ = house.gate.commit(permit, vec![ysolde(), zacharias()]).await.unwrap();
    let mut refused = open(ZACHARIAS);
    refused.actor = member("tax/case-officer", RoleKind::Officer);
    house.gate.decide(&refused).await.unwrap_err();
    let permit = house.gate.decide(&open(YSOLDE)).await.unwrap();
    let _ = house.gate.commit(permit, vec![ysolde()]).await.unwrap();

    let answer = house.gate.looks_of_self(&own(ZACHARIAS), &zacharias(), &[], Page::first(100)).await.unwrap();
    assert_eq!(answer.leaf, 4, "asking is itself in the log");
    assert_eq!(answer.next, None);
    let kinds: Vec<_> = answer.looks.iter().map(|look| (look.leaf, look.kind, look.refused.is_some())).collect();
    let expected = [
        (4, EntryKind::Own, false),
        (2, EntryKind::Look, true),
        (1, EntryKind::Search, false),
        (0, EntryKind::Look, false),
    ];
    assert_eq!(kinds, expected);

    let look = &answer.looks[3];
    assert_eq!(look.agency.as_ref().unwrap().as_str(), "education");
    assert_eq!(look.role_title.as_deref(), Some("Case officer"));
    assert_eq!(look.says.as_deref(), Some("Decide whether a borrower's income entitles them to relief"));
    assert_eq!(look.legal_basis, ["dpv:PublicInterest", "Loan Relief Act, art. 4"]);
    assert_eq!(look.registers, [register("tax"), register("loans")]);
    assert!(look.case_named);
    assert_eq!(look.justification.as_deref(), Some("because of the canary, who asked us to"));
    assert_eq!(answer.looks[2].justification, None, "the words of a search may name the others");
    assert!(!answer.looks[1].refused.as_ref().unwrap().rules.is_empty());

    for look in &answer.looks {
        assert_eq!(commitment_of(&look.proof.parts), look.proof.commitment);
        let entry = Entry::decode(look.proof.entry.as_bytes()).unwrap();
        assert_eq!(entry.commitment, look.proof.commitment);
        assert_eq!(house.gate.entry_bytes(look.leaf).await.unwrap(), look.proof.entry.as_bytes());
        let proof = house.gate.prove(look.leaf).await.unwrap();
        assert_eq!(proof.entry, look.proof.entry.as_bytes());
    }
    // Complete: the key finds these entries in the log and no others.
    let key = answer.key.as_ref().unwrap();
    assert_eq!(PersonKey::from_hex(&key.to_hex()).as_ref(), Some(key));
    let entries = house.entries().await;
    let found: Vec<_> = (0..).zip(&entries).filter(|(_, entry)| entry.is_about(key)).map(|(leaf, _)| leaf).collect();
    let mut listed: Vec<u64> = answer.looks.iter().map(|look| look.leaf).collect();
    listed.reverse();
    assert_eq!(found, listed);
    // Silent about others: neither the officer's account, nor the case, nor who else was found.
    let shown = serde_json::to_string(&answer.looks).unwrap();
    let others =
        [YSOLDE.0.to_string(), ysolde().records[0].hash_hex(), "officer-canary\\\"".into(), "CASE-CANARY".into()];
    for hidden in others {
        assert!(!shown.contains(&hidden), "{hidden}");
    }
    house.assert_log_is_clean().await;
}

#[tokio::test]
async fn who_are_looked_at_for_the_first_time_by_several_at_once_have_one_key() {
    let house = House::new().await;
    let look = async |person, subject: LookSubject| {
        let permit = house.gate.decide(&open(person)).await.unwrap();
        house.gate.commit(permit, vec![subject]).await.unwrap().leaf()
    };
    // Handed over at once, so that they are of one batch or two: each was made ready with a key of its own.
    let looks = (0..12).map(|number| match number % 2 {
        0 => look(ZACHARIAS, zacharias()),
        _ => look(YSOLDE, ysolde()),
    });
    let leaves = futures::future::join_all(looks).await;
    let answer = house.gate.looks_of_self(&own(ZACHARIAS), &zacharias(), &[], Page::first(100)).await.unwrap();
    let mut expected: Vec<u64> = leaves.into_iter().step_by(2).chain([answer.leaf]).collect();
    expected.sort_unstable();
    let mut listed: Vec<u64> = answer.looks.iter().map(|look| look.leaf).collect();
    listed.reverse();
    assert_eq!(listed, expected);
    let key = answer.key.as_ref().unwrap();
    let entries = house.entries().await;
    let found: Vec<u64> = (0..).zip(&entries).filter(|(_, entry)| entry.is_about(key)).map(|(leaf, _)| leaf).collect();
    assert_eq!(found, expected, "the log has all of them under the key that the person holds");
}

#[tokio::test]
async fn a_changed_part_opens_nothing() {
    let house = House::new().await;
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    let answer = house.gate.looks_of_self(&own(ZACHARIAS), &zacharias(), &[], Page::first(100)).await.unwrap();
    let proof = &answer.looks[1].proof;
    for (index, part) in proof.parts.iter().enumerate() {
        let mut parts = proof.parts.clone();
        match part.clone() {
            Part::Opened { name, salt, text } => parts[index] = Part::Opened { name, salt, text: text + " " },
            Part::Closed { mut digest } => {
                digest.0[0] ^= 1;
                parts[index] = Part::Closed { digest };
            }
        }
        assert_ne!(commitment_of(&parts), proof.commitment);
    }
}

#[tokio::test]
async fn nobody_reads_the_list_of_another() {
    let house = House::new().await;
    let page = Page::first(10);
    assert!(house.gate.looks_of_self(&own(ZACHARIAS), &ysolde(), &[], page).await.is_err());
    let officers = request(officer(), "own-data", Action::ReadOwn);
    assert!(house.gate.looks_of_self(&officers, &zacharias(), &[], page).await.is_err());
    let opens = request(citizen(ZACHARIAS), "own-data", Action::OpenPerson { person: ZACHARIAS });
    assert!(house.gate.looks_of_self(&opens, &zacharias(), &[], page).await.is_err());
}

#[tokio::test]
async fn looks_are_found_again_after_a_split_by_those_whose_records_they_were_about() {
    let house = House::new().await;
    let (merged, other) = (ZACHARIAS, PersonId(77));
    let permit = house.gate.decide(&open(merged)).await.unwrap();
    // A wrong link made the records of two people one person's.
    let both = LookSubject { person: merged, records: vec![record("tax", "TN-48151"), record("loans", "LN-7001")] };
    let _ = house.gate.commit(permit, vec![both]).await.unwrap();

    let split_off = LookSubject { person: other, records: vec![record("loans", "LN-7001")] };
    let answer = house.gate.looks_of_self(&own(other), &split_off, &[merged], Page::first(10)).await.unwrap();
    assert_eq!(answer.looks.iter().map(|look| look.leaf).collect::<Vec<_>>(), [1, 0]);
    assert_eq!(answer.looks[1].registers, [register("tax"), register("loans")]);

    let third = LookSubject { person: PersonId(78), records: vec![record("donations", "R-9")] };
    let answer = house.gate.looks_of_self(&own(PersonId(78)), &third, &[merged], Page::first(10)).await.unwrap();
    assert_eq!(answer.looks.iter().map(|look| look.leaf).collect::<Vec<_>>(), [2], "only their own asking");
}

#[tokio::test]
async fn nothing_of_an_earlier_id_is_given_but_looks_at_own_records() {
    let house = House::new().await;
    let (mine, other) = (ZACHARIAS, PersonId(77));
    let stranger = LookSubject { person: other, records: vec![record("tax", "TN-62342")] };
    // A wrong link joined the two for a while. Under the other's id: a look at them alone, a refusal, and while the ids
    // were joined a look at both. Then three looks more at the other.
    let look_at_other = || async {
        let permit = house.gate.decide(&open(other)).await.unwrap();
        let _ = house.gate.commit(permit, vec![stranger.clone()]).await.unwrap();
    };
    look_at_other().await;
    let mut refused = open(other);
    refused.actor = member("tax/case-officer", RoleKind::Officer);
    house.gate.decide(&refused).await.unwrap_err();
    let both = LookSubject { person: other, records: vec![record("tax", "TN-62342"), record("tax", "TN-48151")] };
    let permit = house.gate.decide(&open(other)).await.unwrap();
    let _ = house.gate.commit(permit, vec![both]).await.unwrap();
    for _ in 0..3 {
        look_at_other().await;
    }

    let answer = house.gate.looks_of_self(&own(mine), &zacharias(), &[other], Page::first(2)).await.unwrap();
    let leaves: Vec<u64> = answer.looks.iter().map(|look| look.leaf).collect();
    assert_eq!((leaves, answer.next), (vec![6, 2], None), "the page has no gap where the other's looks are");
    let proof = &answer.looks[1].proof;
    assert_eq!(commitment_of(&proof.parts), proof.commitment, "a look under an earlier id is proven by its parts");
    assert_eq!(house.gate.entry_bytes(2).await.unwrap(), proof.entry.as_bytes());
    let key = answer.key.unwrap();
    let entries = house.entries().await;
    let found: Vec<_> = (0..).zip(&entries).filter(|(_, entry)| entry.is_about(&key)).map(|(leaf, _)| leaf).collect();
    assert_eq!(found, [6], "the key finds nothing that was under the other's id");

    // Who signed in with the other's id while their records go by this one is given neither key.
    let answer = house.gate.looks_of_self(&own(other), &zacharias(), &[other], Page::first(10)).await.unwrap();
    assert_eq!(answer.key, None);
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let house = House::new().await;
    for _ in 0..5 {
        let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
        let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    }
    let first = house.gate.looks_of_self(&own(ZACHARIAS), &zacharias(), &[], Page::first(4)).await.unwrap();
    let next = Page { before: first.next, limit: 4 };
    let second = house.gate.looks_of_self(&own(ZACHARIAS), &zacharias(), &[], next).await.unwrap();
    let leaves = |looks: &gate::Looks| looks.looks.iter().map(|look| look.leaf).collect::<Vec<_>>();
    assert_eq!((leaves(&first), leaves(&second)), (vec![5, 4, 3, 2], vec![1, 0]));
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn auditors_count_without_seeing_anyone() {
    let house = House::new().await;
    for _ in 0..2 {
        let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
        let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    }
    assert_eq!(house.gate.counts().await.unwrap().len(), 1);
    let mut refused = open(ZACHARIAS);
    refused.case = None;
    house.gate.decide(&refused).await.unwrap_err();
    let counts = house.gate.counts().await.unwrap();
    let [(purpose, by, count)] = &counts[..] else { panic!("{counts:?}") };
    assert_eq!(
        (purpose.as_ref().unwrap().as_str(), by.to_string().as_str()),
        ("loan-relief", "education/case-officer")
    );
    assert_eq!((count.looks, count.subjects, count.refusals, count.others), (2, 2, 1, 0));
}

#[tokio::test]
async fn auditors_see_what_each_day_brought_and_which_rules_refused() {
    let house = House::new().await;
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    let today = house.clock.now().unwrap().date_naive();
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    assert_eq!(house.gate.usage(day("1970-01-01")).await.unwrap().days.len(), 1);
    // Entries that come later are added to what is remembered.
    house.clock.advance(chrono::TimeDelta::days(2));
    let mut refused = open(ZACHARIAS);
    refused.case = None;
    for _ in 0..2 {
        house.gate.decide(&refused).await.unwrap_err();
    }
    let usage = house.gate.usage(day("1970-01-01")).await.unwrap();
    let later = today + chrono::TimeDelta::days(2);
    assert_eq!(usage.days.keys().copied().collect::<Vec<_>>(), [today, later]);
    assert_eq!((usage.days[&today][&EntryKind::Look], usage.days[&later][&EntryKind::Refusal]), (1, 2));
    let refused_by: Vec<u64> = usage.refused_by.values().copied().collect();
    assert_eq!(refused_by, [2], "{:?}", usage.refused_by);
    // Days before the one asked for are left out; rules are counted over the whole log.
    let recent = house.gate.usage(later).await.unwrap();
    assert_eq!((recent.days.len(), recent.refused_by), (1, usage.refused_by));
}

fn said(verdict: model::Verdict, by: &str, left: model::RecordId, right: model::RecordId) -> model::Judgement {
    let at = "2026-05-04T12:00:00Z".parse().unwrap();
    model::Judgement { left, right, verdict, by: by.to_owned(), at, reason: "not Nightingale Row, ever".to_owned() }
}

#[tokio::test]
async fn only_the_person_contests_a_record_and_the_log_has_it() {
    use model::Verdict;
    let house = House::new().await;
    let request = own(ZACHARIAS);
    let account = request.actor.account().unwrap().to_string();
    let [tax, loans] = [record("tax", "TN-48151"), record("loans", "LN-7001")];
    let dispute = said(Verdict::Disputed, &account, loans.clone(), tax.clone());
    let permit = house.gate.decide(&request).await.unwrap();
    let leaf = house.gate.record_contest(permit, zacharias(), &dispute).await.unwrap();
    let entry = house.entries().await.remove(leaf as usize);
    assert_eq!((entry.kind, entry.by.to_string().as_str(), entry.subjects), (EntryKind::Contest, "citizen", 1));
    let looks = house.gate.looks_of_self(&request, &zacharias(), &[], Page::first(10)).await.unwrap();
    assert!(looks.looks.iter().any(|look| look.leaf == leaf && look.kind == EntryKind::Contest));
    house.assert_log_is_clean().await;

    let size = house.gate.log_size();
    // Neither another purpose's permit, nor another person's, account's or record, nor a verdict that is a steward's.
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    house.gate.record_contest(permit, zacharias(), &dispute).await.unwrap_err();
    let permit = house.gate.decide(&own(YSOLDE)).await.unwrap();
    house.gate.record_contest(permit, zacharias(), &dispute).await.unwrap_err();
    let others = [
        said(Verdict::Disputed, "somebody-else", loans.clone(), tax.clone()),
        said(Verdict::Disputed, &account, record("tax", "TN-62342"), tax.clone()),
        said(Verdict::Disputed, &account, loans.clone(), record("tax", "TN-62342")),
        said(Verdict::Different, &account, loans, tax),
    ];
    for other in others {
        let permit = house.gate.decide(&request).await.unwrap();
        house.gate.record_contest(permit, zacharias(), &other).await.unwrap_err();
    }
    assert_eq!(house.gate.log_size(), size, "nothing of it was written");
}

#[tokio::test]
async fn a_record_has_a_name_for_its_person_alone() {
    let house = House::new().await;
    let (tax, loans) = (record("tax", "TN-48151"), record("loans", "LN-7001"));
    let name = house.gate.own_record_name(ZACHARIAS, &tax);
    assert_eq!(name, house.gate.own_record_name(ZACHARIAS, &tax));
    assert_ne!(name, house.gate.own_record_name(YSOLDE, &tax));
    assert_ne!(name, house.gate.own_record_name(ZACHARIAS, &loans));
    assert!(!name.contains(&tax.hash_hex()));
}

#[tokio::test]
async fn who_gave_a_reason_is_sealed_with_the_look_and_not_read_out_of_it() {
    let house = House::new().await;
    for by_program in [true, false] {
        let permit = house.gate.decide(&Request { by_program, ..open(ZACHARIAS) }).await.unwrap();
        let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    }
    let answer = house.gate.looks_of_self(&own(ZACHARIAS), &zacharias(), &[], Page::first(10)).await.unwrap();
    let told: Vec<_> = answer.looks.iter().map(|look| (look.kind, look.by_program)).collect();
    assert_eq!(told, [(EntryKind::Own, false), (EntryKind::Look, false), (EntryKind::Look, true)]);
    assert_eq!(answer.looks[1].justification, answer.looks[2].justification);
    // It is part of what the entry commits to.
    for look in &answer.looks {
        let says_so = |part: &Part| matches!(part, Part::Opened { text, .. } if text.contains("\"by_program\":true"));
        assert_eq!(look.proof.parts.iter().any(says_so), look.by_program);
        assert_eq!(commitment_of(&look.proof.parts), look.proof.commitment);
    }
}

#[tokio::test]
async fn entries_of_the_version_before_are_read_and_of_a_search_name_more() {
    let house = House::new().await;
    for action in [Action::Search, Action::OpenPerson { person: ZACHARIAS }] {
        let permit = house.gate.decide(&request(officer(), "loan-relief", action)).await.unwrap();
        let _ = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    }
    let entries = house.entries().await;
    assert!(entries.iter().all(|entry| entry.v == gate::ENTRY_VERSION));
    house.gate.close().await.unwrap();
    // The same log as the version before would have written it: a search names all that a look does.
    let classes = entries[1].classes.clone();
    let first = entries.into_iter().map(|entry| Entry { v: 1, classes: classes.clone(), ..entry }.encode().unwrap());
    let storage = MemoryStorage::new();
    let log = open_log(&storage);
    log.append(first.collect()).unwrap();
    log.close().unwrap();
    let reopened = House::over_state(ProjectFolder::small(), storage, house.state.clone()).await.unwrap();
    let permit = reopened.gate.decide(&request(officer(), "loan-relief", Action::Search)).await.unwrap();
    let _ = reopened.gate.commit(permit, vec![zacharias()]).await.unwrap();

    let answer = reopened.gate.looks_of_self(&own(ZACHARIAS), &zacharias(), &[], Page::first(10)).await.unwrap();
    let told: Vec<_> = answer.looks.iter().map(|look| (look.leaf, look.kind, look.names_more)).collect();
    let expected = [
        (3, EntryKind::Own, false),
        (2, EntryKind::Search, false),
        (1, EntryKind::Look, false),
        (0, EntryKind::Search, true),
    ];
    assert_eq!(told, expected);
    assert_eq!((&answer.looks[3].classes, &answer.looks[2].classes), (&classes, &classes));
    assert!(answer.looks[1].classes.len() < classes.len());
}
