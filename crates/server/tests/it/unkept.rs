//! What the state can't keep counts nowhere, and is said once when it is said again.

use serde_json::json;
use sqlx::ConnectOptions as _;

use crate::house::{Ask, House};
use crate::languages::Visit;
use crate::taken_back::{get, judge, post, shown, take_back};

/// No room for what those who review know of what is said.
const NO_REVIEW: &str = "CREATE TRIGGER no_room BEFORE INSERT ON reviews BEGIN SELECT RAISE(ABORT, 'no room'); END";

/// No room for what those who contest know of it.
const NO_CONTEST: &str = "CREATE TRIGGER no_room BEFORE INSERT ON contests BEGIN SELECT RAISE(ABORT, 'no room'); END";

/// No room for what the next run takes over.
const NOT_SPOKEN: &str = "CREATE TRIGGER no_room BEFORE INSERT ON spoken BEGIN SELECT RAISE(ABORT, 'no room'); END";

const ROOM: &str = "DROP TRIGGER no_room";

impl House {
    /// Runs SQL behind the back of the state.
    async fn run_sql(&self, sql: &'static str) {
        let project = self.folder().load().unwrap_or_else(|found| panic!("{found}"));
        let file = project.data_dir().join("state.sqlite");
        let mut connection = sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judgement_that_could_not_be_kept_is_made_once_when_it_is_made_again() {
    let mut house = House::new().await;
    house.run_again("two").await;
    let at = ("index-two", 0);
    let before = (get(&house, "steward", "").await, shown(&house, 0).await);
    let different = json!({ "generation": "index-two", "verdict": "different", "reason": "two births are on record" });
    for (no_room, said) in [(NO_REVIEW, 0), (NOT_SPOKEN, 2)] {
        let size = house.gate.log_size();
        house.run_sql(no_room).await;
        let failed = post(&house, "steward", "0/judgement", &different).await;
        assert_eq!((failed.status.as_u16(), failed.problem().as_str()), (503, "unavailable"), "{}", failed.text);
        assert!(house.gate.log_size() > size, "the log says more than counts");
        let visit = Visit::of(&house, "steward").await;
        let pair = visit.get("/review/0").await;
        let fields = "generation=index-two&verdict=different&reason=two+births+are+on+record";
        let failed = visit.send(&pair, "/review/0", fields).await;
        assert_eq!(failed.status, 503, "{}", failed.text);
        assert!(failed.text.contains("<h1"), "{}", failed.text);
        assert_eq!((get(&house, "steward", "").await, shown(&house, 0).await), before, "{no_room}");
        assert_eq!(house.judgements().await, said, "{no_room}");
        house.run_sql(ROOM).await;
        assert_eq!(judge(&house, "steward", at, "different").await, "judged");

        house.run_sql(no_room).await;
        assert_eq!(take_back(&house, "steward", at).await.status, 503);
        assert_eq!(get(&house, "steward", "/0").await["said"]["verdict"], "different", "{no_room}");
        assert_eq!(house.judgements().await, said + 1, "{no_room}");
        house.run_sql(ROOM).await;
        assert_eq!(take_back(&house, "steward", at).await.status, 200);
        assert_eq!(take_back(&house, "steward", at).await.status, 404, "there was one");
        assert_eq!((get(&house, "steward", "").await, shown(&house, 0).await), before, "{no_room}");
        assert_eq!(house.judgements().await, said + 2, "{no_room}");
    }
    house.run_again("three").await;
    assert_eq!((get(&house, "steward", "").await, shown(&house, 0).await), before, "nothing is in force");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contest_that_could_not_be_kept_is_made_once_when_it_is_made_again() {
    let house = House::new().await;
    let own = house.own_records().await.json();
    let section = own["sections"].as_array().unwrap().iter().find(|section| section["register"] == "loans").unwrap();
    let name = section["records"][0]["name"].as_str().unwrap();
    let say = async |what: &str| {
        let body = if what == "contest" { json!({ "reason": "I never borrowed a canary cent" }) } else { json!({}) };
        let path = format!("/api/v1/me/records/{name}/{what}");
        house.ask(Ask::new("POST", &path).token(&house.token("citizen")).json(&body)).await
    };
    let standings = async || {
        let own = house.own_records().await.json();
        let contests = own["contests"].as_array().unwrap().clone();
        contests.iter().map(|contest| contest["standing"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for no_room in [NO_CONTEST, NOT_SPOKEN] {
        house.run_sql(no_room).await;
        let failed = say("contest").await;
        assert_eq!((failed.status.as_u16(), failed.problem().as_str()), (503, "unavailable"), "{}", failed.text);
        assert_eq!((standings().await.len(), house.judgements().await), (0, 0), "{no_room}");
        house.run_sql(ROOM).await;
    }
    assert_eq!(say("contest").await.status, 200);
    house.run_sql(NOT_SPOKEN).await;
    assert_eq!(say("take-back").await.status, 503);
    assert_eq!((standings().await, house.judgements().await), (vec!["open".to_owned()], 1));
    house.run_sql(ROOM).await;
    assert_eq!(say("take-back").await.status, 200);
    assert_eq!(say("take-back").await.status, 404, "there was one");
    assert_eq!((standings().await, house.judgements().await), (vec!["withdrawn".to_owned()], 2));
}
