//! Cases and sessions.

use model::{AgencyId, CaseId};
use state::{SessionId, StateError};

use crate::kit::{at, officer, open};

#[tokio::test]
async fn cases_are_opened_once_listed_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let (education, tax) = (AgencyId::new("education").unwrap(), AgencyId::new("tax-office").unwrap());
    let (first, second) = (CaseId("2026/1".to_owned()), CaseId("2026/2".to_owned()));
    state.open_case(&education, &first, "Appeal", &officer("o-1"), at(1)).await.unwrap();
    state.open_case(&education, &second, "Relief", &officer("o-2"), at(2)).await.unwrap();
    state.open_case(&tax, &first, "Audit", &officer("o-3"), at(3)).await.unwrap();
    let again = state.open_case(&education, &first, "Other", &officer("o-9"), at(4)).await;
    assert!(matches!(again, Err(StateError::CaseExists)));
    let titles = |cases: &[state::Case]| cases.iter().map(|case| case.title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&state.cases(&education).await.unwrap()), ["Relief", "Appeal"]);
    assert_eq!(titles(&state.cases(&tax).await.unwrap()), ["Audit"]);
    assert_eq!(state.case(&tax, &second).await.unwrap(), None);

    assert!(state.close_case(&education, &first, at(5)).await.unwrap());
    assert!(!state.close_case(&education, &first, at(6)).await.unwrap());
    assert!(!state.close_case(&tax, &second, at(6)).await.unwrap());
    drop(state);
    let state = open(folder.path()).await;
    let case = state.case(&education, &first).await.unwrap().unwrap();
    assert_eq!((case.agency, case.id, case.by), (education, first, officer("o-1")));
    assert_eq!((case.opened, case.closed), (at(1), Some(at(5))));
    assert_eq!(state.case(&tax, &CaseId("2026/1".to_owned())).await.unwrap().unwrap().closed, None);
}

#[tokio::test]
async fn sessions_end_when_they_expire_or_are_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let state = open(folder.path()).await;
    let first = state.new_session("{\"kind\":\"system\"}", at(10)).await.unwrap();
    let second = state.new_session("{}", at(20)).await.unwrap();
    assert_ne!(first, second);
    let session = state.session(&first, at(9)).await.unwrap().unwrap();
    assert_eq!((session.actor_json.as_str(), session.expires), ("{\"kind\":\"system\"}", at(10)));
    assert_eq!(state.session(&first, at(10)).await.unwrap(), None, "at its end it is over");
    let unknown = SessionId::parse(&"0".repeat(64)).unwrap();
    assert_eq!(state.session(&unknown, at(1)).await.unwrap(), None);

    assert!(state.revoke(&second, at(5)).await.unwrap());
    assert!(!state.revoke(&second, at(6)).await.unwrap());
    assert!(!state.revoke(&unknown, at(6)).await.unwrap());
    assert_eq!(state.session(&second, at(6)).await.unwrap(), None);
    drop(state);
    let state = open(folder.path()).await;
    assert_eq!(state.session(&second, at(6)).await.unwrap(), None);
    assert!(state.session(&first, at(6)).await.unwrap().is_some());
    assert_eq!(state.delete_expired_sessions(at(15)).await.unwrap(), 1);
    assert_eq!(state.session(&first, at(6)).await.unwrap(), None);
}

#[test]
fn session_ids_read_back_what_they_write_and_show_nothing() {
    let text = "0123456789abcdef".repeat(4);
    let id = SessionId::parse(&text).unwrap();
    assert_eq!(id.to_text(), text);
    assert!(!format!("{id:?}").contains("0123"));
    for bad in ["", "0", &text[1..], &format!("{text}0"), &text.replace('0', "g")] {
        assert_eq!(SessionId::parse(bad), None, "{bad}");
    }
}
