//! Erased means gone from the bytes on disk; kept means not readable there.

use std::path::Path;

use model::{AgencyId, CaseId, PersonId};
use sqlx::{ConnectOptions, Row};
use state::Page;

use crate::kit::{at, file, holds, look, officer, open, raw};

/// What is kept of a look: wrapped key and sealed detail, as bytes.
async fn sealed(folder: &Path, commitment: &[u8; 32]) -> (Vec<u8>, Vec<u8>) {
    let mut connection =
        sqlx::sqlite::SqliteConnectOptions::new().filename(file(folder)).read_only(true).connect().await.unwrap();
    let row = sqlx::query(
        "SELECT wrapped_key, sealed FROM details JOIN looks ON looks.id = details.look WHERE commitment = ?",
    )
    .bind(commitment.to_vec())
    .fetch_one(&mut connection)
    .await
    .unwrap();
    (row.get(0), row.get(1))
}

/// A piece of some bytes that is long enough not to occur by chance.
fn piece(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.len() / 2..bytes.len() / 2 + 16]
}

#[tokio::test]
async fn no_personal_value_stands_in_clear_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let canary = "Zyxwvut-2906";
    let mut look = look(1, &[0x1122_3344_5566_7788], &format!("{{\"name\":\"{canary}\"}}"));
    look.account = Some(officer("o-canary-3517"));
    state.put_looks(vec![look.clone()]).await.unwrap();
    let keys = state.person_keys(&look.persons).await.unwrap();
    let session = state.new_session("{\"account\":\"s-canary-8874\"}", at(9_999)).await.unwrap();
    let agency = AgencyId::new("education").unwrap();
    let case = CaseId("case-canary-5561".to_owned());
    state.open_case(&agency, &case, "title-canary-4402", &officer("by-canary-7710"), at(1)).await.unwrap();
    let id_bytes = look.persons[0].0.to_le_bytes();
    let id_bytes_reversed = look.persons[0].0.to_be_bytes();
    let id_digits = look.persons[0].0.to_string();
    let session_text = session.to_text();
    let session_bytes = hex::decode(&session_text).unwrap();
    for closed in [false, true] {
        if closed {
            state.clone().close().await.unwrap();
        }
        let bytes = raw(folder.path());
        assert!(holds(&bytes, b"loan-relief"), "the search itself works");
        for secret in [
            canary.as_bytes(),
            b"o-canary-3517",
            b"s-canary-8874",
            b"case-canary-5561",
            b"title-canary-4402",
            b"by-canary-7710",
            session_text.as_bytes(),
            &session_bytes,
            &keys[0],
            &id_bytes,
            &id_bytes_reversed,
            id_digits.as_bytes(),
            &[42; 32],
        ] {
            assert!(!holds(&bytes, secret), "{:?}", String::from_utf8_lossy(secret));
        }
    }
}

#[tokio::test]
async fn an_erased_look_is_gone_from_the_bytes_and_the_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    // Long details fill overflow pages, short ones share a page.
    let long = "x".repeat(20_000);
    let looks: Vec<_> =
        (0..40).map(|number| look(number, &[number], if number % 2 == 0 { "a short detail" } else { &long })).collect();
    state.put_looks(looks.clone()).await.unwrap();
    // From the file of recent looks into the tables, where each is found by itself.
    state.erase_look(&[2; 32], at(99)).await.unwrap();
    for number in [8, 9] {
        let commitment = looks[number].commitment;
        let (wrapped_key, detail) = sealed(folder.path(), &commitment).await;
        let before = raw(folder.path());
        assert!(holds(&before, piece(&wrapped_key)) && holds(&before, piece(&detail)), "the search itself works");
        assert!(state.erase_look(&commitment, at(100)).await.unwrap());
        let after = raw(folder.path());
        assert!(!holds(&after, piece(&wrapped_key)) && !holds(&after, piece(&detail)), "{number}");
        for start in (0..detail.len() - 16).step_by(1_000) {
            assert!(!holds(&after, &detail[start..start + 16]), "{number} at {start}");
        }
        assert_eq!(state.look(&commitment).await.unwrap(), None);
        assert!(state.was_erased(&commitment).await.unwrap());
        assert!(!state.erase_look(&commitment, at(101)).await.unwrap());
        let person = looks[number].persons[0];
        assert!(state.looks_of(&[person], Page::first(10)).await.unwrap().is_empty());
    }
    assert!(!state.was_erased(&looks[7].commitment).await.unwrap());
    assert!(!state.erase_look(&[1; 32], at(100)).await.unwrap());
    assert_eq!(state.looks_without_leaf().await.unwrap().len(), 38);
    drop(state);
    let state = open(folder.path()).await;
    for (number, look) in looks.iter().enumerate().filter(|(number, _)| ![8, 9].contains(number)) {
        assert_eq!(state.look(&look.commitment).await.unwrap().unwrap().detail, look.detail, "{number}");
    }
}

#[tokio::test]
async fn a_look_that_was_just_kept_can_be_erased_from_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    // Sealed details can't be told from noise; a frame has the commitment, which the log and the tables have too, next to
    // them. Until the look is erased the file of recent looks has it.
    let recent = || {
        let name = |name: &str| folder.path().join(name);
        [name("state.recent.sqlite"), name("state.recent.sqlite-wal")].map(|file| std::fs::read(file).unwrap()).concat()
    };
    let looks: Vec<_> = (0..60).map(|number| look(number, &[number], &"a long detail ".repeat(400))).collect();
    for look in &looks {
        state.put_looks(vec![look.clone()]).await.unwrap();
    }
    assert!(looks.iter().all(|look| holds(&recent(), &look.commitment)), "the search itself works");
    assert!(state.erase_look(&looks[30].commitment, at(100)).await.unwrap());
    assert!(!looks.iter().any(|look| holds(&recent(), &look.commitment)));
    assert!(recent().len() < 100_000, "no page of theirs is left");
    assert_eq!(state.looks_without_leaf().await.unwrap().len(), 59);
}

#[tokio::test]
async fn erasing_a_person_keeps_what_is_about_others_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let looks = [look(0, &[1], "only the first"), look(1, &[1, 2], "both"), look(2, &[2], "only the second")];
    state.put_looks(looks.to_vec()).await.unwrap();
    let erased = state.erase_looks_of_person(PersonId(1), at(100)).await.unwrap();
    assert_eq!(erased.looks, [looks[0].commitment]);
    assert_eq!(erased.shared, [looks[1].commitment]);
    assert!(state.looks_of(&[PersonId(1)], Page::first(10)).await.unwrap().is_empty());
    assert_eq!(state.looks_of(&[PersonId(2)], Page::first(10)).await.unwrap().len(), 2);
    let opened = state.persons_opened(&officer("o-martin"), &looks[0].purpose, looks[0].day).await.unwrap();
    assert_eq!(opened, [PersonId(2)]);
    // The last person of a look takes its detail along.
    let erased = state.erase_looks_of_person(PersonId(2), at(101)).await.unwrap();
    assert_eq!((erased.looks.len(), erased.shared.len()), (2, 0));
    assert_eq!(state.look(&looks[1].commitment).await.unwrap(), None);
}

#[tokio::test]
async fn an_erased_person_key_is_gone_from_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    state.person_keys(&[PersonId(1), PersonId(2)]).await.unwrap();
    state.erase_person_key(PersonId(3)).await.unwrap();
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file(folder.path()))
        .read_only(true)
        .connect()
        .await
        .unwrap();
    let rows = sqlx::query("SELECT wrapped_key FROM person_keys").fetch_all(&mut connection).await.unwrap();
    let wrapped: Vec<Vec<u8>> = rows.iter().map(|row| row.get(0)).collect();
    drop(connection);
    state.erase_person_key(PersonId(1)).await.unwrap();
    let bytes = raw(folder.path());
    let left = wrapped.iter().filter(|wrapped| holds(&bytes, piece(wrapped))).count();
    assert_eq!(left, 1);
}
