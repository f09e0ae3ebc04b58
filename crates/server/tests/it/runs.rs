//! The data engineer's page: for that role, the pipeline as it is, and no row of it.

use gate::EntryKind;
use lake::TableRef;
use model::request::Action;
use model::{Actor, Job, PurposeId, Request, RunId};

use crate::house::{Answer, Ask, House, WITHHELD};
use crate::pages::{FORM, enter, form_token};

#[tokio::test(flavor = "multi_thread")]
async fn the_pipeline_is_for_data_engineers_and_shows_no_row() {
    let house = House::new().await;
    for who in ["officer", "steward", "dpo", "citizen"] {
        let session = enter(&house, who).await;
        assert_eq!(house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await.status, 403, "{who}");
    }
    let size = house.gate.log_size();
    let session = enter(&house, "engineer").await;
    let page = house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await;
    assert_eq!((page.status.as_u16(), house.gate.log_size()), (200, size));
    for canary in WITHHELD.iter().chain(&["Quillfeather", "Ysolde", "Okafor"]) {
        assert!(!page.text.contains(canary), "{canary}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_box_of_the_picture_leads_to_its_table() {
    let house = House::new().await;
    let session = enter(&house, "engineer").await;
    let page = house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await.text;
    let boxes: Vec<&str> = page
        .split("<a class=\"node")
        .skip(1)
        .filter_map(|rest| rest.split("href=\"#").nth(1)?.split('"').next())
        .collect();
    // Three registers, four models, spine and index.
    assert_eq!(boxes.len(), 9, "{boxes:?}");
    for anchor in boxes {
        assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
    }
    assert!(
        !page.contains("node missing") && !page.contains("node careful") && !page.contains("node noted"),
        "all is there and nothing is newer"
    );
    for told in ["81 person records", "Nothing is in quarantine.", "The index in service"] {
        assert!(page.contains(told), "{told} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_project_says_of_models_and_registers_is_text() {
    let house = House::with(|folder| {
        folder.replace("models/loan.sql", "says = \"A loan\"", "says = \"</title><script>alert(1)</script>\"");
        folder.replace(
            "registers/tax.toml",
            "title = \"Tax returns\"",
            "title = \"\\\"><img src=x onerror=alert(1)>\"",
        );
    })
    .await;
    let session = enter(&house, "engineer").await;
    let page = house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await.text;
    assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
    assert!(page.contains("&#60;script&#62;alert"), "it is said all the same");
}

const TAX: &str = "incoming/tax_2025.csv";

/// Has a register's delivery read in, and gives the page of what became of it.
async fn read_in(house: &House, session: &str, register: &str) -> (String, Answer) {
    let runs = house.ask(Ask::new("GET", "/runs").header("cookie", session)).await;
    let body = format!("form_token={}&register={register}", form_token(&runs.text));
    let begun = house.ask(Ask::new("POST", "/runs/deliveries").header("cookie", session).text(FORM, &body)).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let path = begun.headers["location"].to_str().unwrap().to_owned();
    // The page waits a moment for the outcome, and tells how far it is where that was not enough.
    loop {
        let page = house.ask(Ask::new("GET", &path).header("cookie", session)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        if !page.text.contains("<progress") {
            return (path, page);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engineer_reads_a_delivery_in_and_sees_why_rows_are_in_quarantine() {
    let house = House::new().await;
    let session = enter(&house, "engineer").await;
    let get = async |path: &str| house.ask(Ask::new("GET", path).header("cookie", &session)).await;
    assert!(get("/runs/quarantine/tax").await.text.contains("Last run:"));
    let size = house.gate.log_size();
    let (_, page) = read_in(&house, &session, "tax").await;
    assert!(page.text.contains("It was read in before"), "{}", page.text);
    assert_eq!(house.gate.log_size(), size, "nothing was written");

    let header = "tax_number,first_name,last_name,birth_date,street,district,income\n";
    let bad = format!("{header}TN-900,Canary,Canary,never,9 Canary Lane,North,1.00\n");
    house.folder().replace(TAX, header, &bad);
    let (path, page) = read_in(&house, &session, "tax").await;
    assert!(
        page.text.contains("It was read in;") && page.text.contains("href=\"/runs/quarantine/tax\""),
        "{}",
        page.text
    );
    assert!(page.text.contains("0 new, 0 changed, 0 gone"), "{}", page.text);
    let leaf = house.gate.log_size() - 1;
    let entry = house.gate.entries(leaf..leaf + 1).await.unwrap().remove(0).entry;
    assert_eq!((entry.kind, entry.quarantined), (EntryKind::Ingest, Some(1)));
    assert_eq!(entry.by, gate::By::Recipient("education/engineer".parse().unwrap()));

    let events = get(&format!("{path}/events")).await;
    assert_eq!((events.status.as_u16(), &events.headers["content-type"]), (200, &"text/event-stream".parse().unwrap()));
    assert!(
        events.text.starts_with("event: ended\ndata: {") && events.text.matches("event:").count() == 1,
        "{}",
        events.text
    );

    let why = get("/runs/quarantine/tax").await;
    for told in [
        "not a day in a format",
        "<code class=\"small soft\">not-a-date</code>",
        "incoming/tax_2025.csv, line 2",
        "Earlier run:",
    ] {
        assert!(why.text.contains(told), "{told} in {}", why.text);
    }
    let runs = get("/runs").await;
    assert!(runs.text.contains("1 in quarantine</span>") && runs.text.contains("as before"), "{}", runs.text);
    assert!(runs.text.contains("One table was written after the index in service read it."), "{}", runs.text);
    for canary in WITHHELD.iter().chain(&["Canary", "Ysolde", "Okafor"]) {
        for page in [&page, &why, &runs, &events] {
            assert!(!page.text.contains(canary), "{canary}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_refused_leaves_the_table_and_says_why() {
    let house = House::new().await;
    let session = enter(&house, "engineer").await;
    house.folder().replace(TAX, "tax_number,first_name", "tax_no,first_name");
    let size = house.gate.log_size();
    let (_, page) = read_in(&house, &session, "tax").await;
    assert!(page.text.contains("Nothing of it was taken.") && page.text.contains("role=\"alert\""), "{}", page.text);
    assert_eq!(house.gate.log_size(), size);
    let runs = house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await;
    assert!(runs.text.contains("tag refused"), "{}", runs.text);
}

/// Takes the changed tax register in, as `by`.
async fn deliver_tax(house: &House, by: &Actor, run: &str) -> Result<server::Delivery, server::DeliveryError> {
    let register = &house.gate.project().registers["tax"];
    let run = RunId::new(run).unwrap();
    server::deliver(&house.gate, &house.lake, register, &run, by, house.clock.as_ref(), &|_| {}).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_entry_in_the_log_no_row_of_a_delivery_can_be_read() {
    let house = House::new().await;
    let header = "tax_number,first_name,last_name,birth_date,street,district,income\n";
    let rows = "TN-901,Canary,Canary,1990-01-01,9 Canary Lane,North,1.00\nTN-902,Canary,Canary,never,9 Canary Lane,North,1.00\n";
    house.folder().replace(TAX, header, &format!("{header}{rows}"));
    let tables = [TableRef::register(&"tax".parse().unwrap()), TableRef::quarantine(&"tax".parse().unwrap())];
    let versions = async || {
        let infos = [house.lake.info(&tables[0]).await.unwrap(), house.lake.info(&tables[1]).await.unwrap()];
        infos.map(|info| info.map(|info| (info.version, info.rows)))
    };
    let before = versions().await;

    let officer = &house.identities.iter().find(|identity| identity.name == "officer").unwrap().actor;
    let size = house.gate.log_size();
    let refused = deliver_tax(&house, officer, "by-an-officer").await.unwrap_err();
    assert!(matches!(refused, server::DeliveryError::Denied(gate::Denied::Refused(_))), "{refused:?}");
    assert_eq!(house.gate.log_size(), size + 1, "the refusal is in the log");
    assert_eq!(versions().await, before);

    let taken = deliver_tax(&house, &Actor::System, "by-the-system").await.unwrap();
    assert!(!taken.report.unchanged, "what was refused was not taken");
    let leaf = taken.log_index.unwrap();
    assert_eq!(house.gate.entries(leaf..leaf + 1).await.unwrap()[0].entry.quarantined, Some(1));
    let after = versions().await;
    assert_ne!(after, before);

    house.folder().replace(TAX, "TN-901", "TN-903");
    house.gate.close().await.unwrap();
    let failed = deliver_tax(&house, &Actor::System, "without-a-log").await.unwrap_err();
    assert!(matches!(failed, server::DeliveryError::Denied(gate::Denied::Failed(_))), "{failed:?}");
    assert_eq!(versions().await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_engineers_read_deliveries_in_or_see_how_far_they_are() {
    let house = House::new().await;
    let engineer = enter(&house, "engineer").await;
    let (path, _) = read_in(&house, &engineer, "tax").await;
    for who in ["officer", "steward", "dpo", "citizen"] {
        let session = enter(&house, who).await;
        for path in [path.as_str(), &format!("{path}/events"), "/runs/quarantine/tax"] {
            assert_eq!(house.ask(Ask::new("GET", path).header("cookie", &session)).await.status, 403, "{who} {path}");
        }
        let first = house.ask(Ask::new("GET", "/registers").header("cookie", &session)).await;
        let body = format!("form_token={}&register=tax", form_token(&first.text));
        let begun = house.ask(Ask::new("POST", "/runs/deliveries").header("cookie", &session).text(FORM, &body)).await;
        assert_eq!(begun.status, 403, "{who}");
    }
    for path in
        ["/runs/deliveries/99", "/runs/deliveries/99/events", "/runs/quarantine/nothing", "/runs/quarantine/..%2Ftax"]
    {
        assert_eq!(house.ask(Ask::new("GET", path).header("cookie", &engineer)).await.status, 404, "{path}");
    }
    let forged = house.ask(
        Ask::new("POST", "/runs/deliveries").header("cookie", &engineer).text(FORM, "form_token=AAAA&register=tax"),
    );
    assert_eq!(forged.await.status, 403);
    let without = house.ask(Ask::new("GET", &format!("{path}/events"))).await;
    assert_eq!(without.status, 303, "a stream is of a session");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_without_a_header_line_shows_nobody() {
    let house = House::new().await;
    let session = enter(&house, "engineer").await;
    let header = "tax_number,first_name,last_name,birth_date,street,district,income\n";
    for first in [
        "TN-900,Canary,Canary-Smith,1970-01-01,9 Canary Lane,North,1.00\n",
        "tax_number,first_name,last_name,birth_date,street,district,income,Canary\n",
        "tax_number,first_name,last_name,birth_date,street,district,income,Canary,Canary\n",
    ] {
        house.folder().replace(TAX, header, first);
        let (_, page) = read_in(&house, &session, "tax").await;
        assert!(page.text.contains("tax_2025.csv") && !page.text.contains("Canary"), "{}", page.text);
        house.folder().replace(TAX, first, header);
    }
}

const HEADER: &str = "tax_number,first_name,last_name,birth_date,street,district,income\n";

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_have_been_are_told_from_what_is_kept_of_them() {
    let house = House::new().await;
    let session = enter(&house, "engineer").await;
    let get = async |path: &str| house.ask(Ask::new("GET", path).header("cookie", &session)).await;
    let past = |page: &Answer| {
        let (_, past) = page.text.split_once("id=\"past\"").expect("past runs");
        past.split("</section>").next().unwrap().to_owned()
    };
    let row = |page: &Answer, run: &str| {
        let rows = past(page);
        let found = rows.split("<tr>").find(|row| row.contains(&format!(">{run}</code>")));
        found.unwrap_or_else(|| panic!("{run} in {rows}")).to_owned()
    };
    let page = get("/runs").await;
    for (run, did, became) in [
        ("build-one", "Build models", "3 tables made"),
        ("build-two", "Build models", "one table made"),
        ("link-one", "Link records", "done"),
        ("index-one", "Build the index", "in service"),
        ("resolve-one", "Link records", "records read by a server"),
    ] {
        let row = row(&page, run);
        assert!(row.contains(did) && row.contains(became) && row.contains("The system"), "{row}");
    }
    assert!(!past(&page).contains("Earlier runs"), "the log has no more");

    house.folder().replace(TAX, HEADER, &format!("{HEADER}TN-900,Canary,Canary,never,9 Canary Lane,North,1.00\n"));
    let (_, taken) = read_in(&house, &session, "tax").await;
    let (_, run) = taken.text.split_once("<dd><code>r").expect("the run");
    let run = format!("r{}", run.split('<').next().unwrap());
    // What does not fit, and who may not.
    house.clock.advance(chrono::TimeDelta::minutes(5));
    house.folder().replace(TAX, "tax_number,first_name", "tax_no,first_name");
    read_in(&house, &session, "tax").await;
    house.folder().replace(TAX, "tax_no,first_name", "tax_number,first_name");
    house.folder().replace(TAX, "TN-900", "TN-901");
    let officer = &house.identities.iter().find(|identity| identity.name == "officer").unwrap().actor;
    deliver_tax(&house, officer, "by-an-officer").await.unwrap_err();

    let page = get("/runs").await;
    let ingest = row(&page, &run);
    for told in ["Read in: Tax returns", "done", ">1<", "Entry"] {
        assert!(ingest.contains(told), "{told} in {ingest}");
    }
    let refused = row(&page, "by-an-officer");
    assert!(refused.contains("tag refused") && refused.contains("refused</span>"), "{refused}");
    let rows = past(&page);
    let not_taken =
        rows.split("<tr>").skip(1).find(|row| row.contains("not taken")).expect("the delivery that does not fit");
    assert!(not_taken.contains("has no column <code>tax_number</code>"), "{not_taken}");
    assert!(not_taken.contains("href=\"/runs/deliveries/"), "{not_taken}");
    let begins = rows.split("<time datetime=\"").skip(1).map(|row| row.split('"').next().unwrap());
    let begins: Vec<&str> = begins.collect();
    assert!(begins.is_sorted_by(|later, earlier| later >= earlier), "the latest first: {begins:?}");
    assert!(!page.text.contains("Canary"), "{}", page.text);

    // Earlier ones have a page of their own.
    let first = house.gate.entries(0..1).await.unwrap().remove(0).entry;
    let earlier = get("/runs?before=1").await;
    assert_eq!(past(&earlier).matches("<tr>").count(), 1 + 1, "{}", earlier.text);
    assert!(past(&earlier).contains(first.run.unwrap().as_str()) && past(&earlier).contains("Latest runs"));
    assert_eq!(get("/runs?before=Quillfeather").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_found_however_much_was_asked_since() {
    let house = House::new().await;
    let session = enter(&house, "engineer").await;
    let get = async |path: &str| {
        let page = house.ask(Ask::new("GET", path).header("cookie", &session)).await;
        let (_, past) = page.text.split_once("id=\"past\"").unwrap_or_else(|| panic!("past runs in {}", page.text));
        past.split("</section>").next().unwrap().to_owned()
    };
    let officer = house.identities.iter().find(|identity| identity.name == "officer").unwrap();
    let refuse = async |purpose: &str, action: Action, times: usize| {
        let refused = Request {
            actor: officer.actor.clone(),
            purpose: PurposeId::new(purpose).unwrap(),
            case: None,
            justification: None,
            by_program: false,
            action,
        };
        let asked = (0..times).map(|_| house.gate.decide(&refused));
        for answer in futures::future::join_all(asked).await {
            answer.map(drop).unwrap_err();
        }
    };
    let made = ["build-one", "link-one", "index-one"];
    let has_all = |past: &str| made.iter().all(|run| past.contains(&format!(">{run}</code>")));
    for _ in 0..2 {
        refuse("party-finance", Action::Search, 501).await;
    }
    let past = get("/runs").await;
    assert!(has_all(&past) && !past.contains("Earlier runs"), "a search is no run: {past}");
    let refused_before = past.matches("tag refused").count();

    // A page has fifty; what was refused as a run is one of them.
    refuse("job-build", Action::RunJob { job: Job::Build }, 51).await;
    let latest = get("/runs").await;
    assert_eq!(latest.matches("tag refused").count(), 50, "{latest}");
    assert!(!has_all(&latest) && !latest.contains("Latest runs"), "{latest}");
    let before = house.gate.log_size() - 50;
    assert!(latest.contains(&format!("href=\"/runs?before={before}#past\"")), "{latest}");
    let earlier = get(&format!("/runs?before={before}")).await;
    assert_eq!(earlier.matches("tag refused").count(), refused_before + 1, "{earlier}");
    assert!(has_all(&earlier) && earlier.contains("Latest runs") && !earlier.contains("Earlier runs"), "{earlier}");
    let none = get("/runs?before=0").await;
    assert!(none.contains("There is no earlier run.") && none.contains("Latest runs"), "{none}");
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_delivery_is_not_taken_is_told_in_french() {
    let house = House::new().await;
    let session = format!("{}; lucarne_lang=fr", enter(&house, "engineer").await);
    let bad: String = (0..40).map(|at| format!("TN-9{at},Canary,Canary,never,9 Canary Lane,North,1.00\n")).collect();
    let many = format!("{HEADER}{bad}");
    for (from, to, says) in [
        ("tax_number,first_name", "tax_no,first_name", "n’a pas de colonne <code>tax_number</code>"),
        ("income\n", "income,Canary\n", "n’est pas celle du registre."),
        (HEADER, many.as_str(), "Le texte n’est pas un jour"),
        (HEADER, "", "n’a pas de colonne <code>tax_number</code>"),
    ] {
        house.folder().replace(TAX, from, to);
        let (_, page) = read_in(&house, &session, "tax").await;
        assert!(page.text.contains("role=\"alert\"") && page.text.contains(says), "{says} in {}", page.text);
        assert_eq!(page.text.matches(" lang=\"en\"").count(), 1, "the other language alone: {}", page.text);
        assert!(!page.text.contains("Canary"), "{}", page.text);
        let runs = house.ask(Ask::new("GET", "/runs").header("cookie", &session)).await;
        assert!(runs.text.contains("rejetée") && !runs.text.contains("Canary"), "{}", runs.text);
        if !to.is_empty() {
            house.folder().replace(TAX, to, from);
        } else {
            let text = std::fs::read_to_string(house.folder().root().join(TAX)).unwrap();
            house.folder().write(TAX, &format!("{HEADER}{text}"));
        }
    }
}
