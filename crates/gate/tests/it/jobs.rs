//! Runs over whole tables.

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use futures::TryStreamExt;
use gate::{Denied, EntryKind, GateError, Ingest, IngestedFile};
use lake::TableRef;
use model::agency::RoleKind;
use model::{Actor, Class, Disclosure, Job, ModelId, RunId};
use testkit::ProjectFolder;
use tlog::fault::MemoryStorage;

use crate::house::{House, member, officer, register, tax_rows, write};

fn run(name: &str) -> RunId {
    RunId::new(name).unwrap()
}

fn table(name: &str) -> TableRef {
    TableRef::register(&register(name))
}

fn model(name: &str) -> TableRef {
    TableRef::model(&ModelId::new(name).unwrap())
}

async fn refused(house: &House, by: &Actor, job: Job, tables: &[TableRef]) -> Vec<(String, Option<String>)> {
    let size = house.gate.log_size();
    let Err(Denied::Refused(refusal)) = house.gate.start_job(by, job, &run("run-9"), tables).await else {
        panic!("{job:?} over {tables:?} is not refused")
    };
    assert_eq!(refusal.leaf, size, "refusals are in the log");
    let entry = house.entries().await.pop().unwrap();
    assert_eq!((entry.kind, entry.asked), (EntryKind::Refusal, Some(EntryKind::Job)));
    let file = |file: std::path::PathBuf| file.to_string_lossy().into_owned();
    refusal.reasons.into_iter().map(|reason| (reason.rule, reason.file.map(file))).collect()
}

#[tokio::test]
async fn a_run_reads_its_tables_in_the_versions_of_its_beginning() {
    let house = House::new().await;
    let tables = [table("tax"), table("loans"), model("tax_person")];
    let grant = house.gate.start_job(&Actor::System, Job::Build, &run("run-1"), &tables).await.unwrap();
    assert_eq!(grant.versions(), [(table("tax"), 0), (table("loans"), 0)]);
    assert_eq!((grant.leaf(), grant.run().as_str(), grant.job()), (0, "run-1", Job::Build));

    write(&house.lake, table("tax"), tax_rows([100, 200])).await;
    let incomes = |batches: Vec<arrow_array::RecordBatch>| -> Vec<i128> {
        let of = |batch: &arrow_array::RecordBatch| {
            batch.column_by_name("income").unwrap().as_primitive::<Decimal128Type>().values().to_vec()
        };
        batches.iter().flat_map(of).collect()
    };
    let scanned = grant.scan(&table("tax"), Some(&["income"])).await.unwrap().try_collect().await.unwrap();
    assert_eq!(incomes(scanned), [3_141_500, 9_000_000]);
    let session = grant.session().await.unwrap();
    let (_, rows) = session.query("select income from registers.tax").await.unwrap();
    let mut queried = incomes(rows.try_collect().await.unwrap());
    queried.sort_unstable();
    assert_eq!(queried, [3_141_500, 9_000_000]);
    assert!(session.query("select * from registers.donations").await.is_err(), "not named when the run began");

    // A model that the run makes is read as it is by then.
    assert!(session.query("select * from models.tax_person").await.is_err());
    write(&house.lake, model("tax_person"), tax_rows([1, 2])).await;
    let session = grant.session().await.unwrap();
    assert!(session.query("select * from models.tax_person").await.is_ok());
    assert!(
        grant.session_of(&[model("tax_person")]).await.unwrap().query("select * from registers.tax").await.is_err()
    );

    let denied = grant.scan(&table("donations"), None).await.err().unwrap();
    assert!(matches!(denied, GateError::TableNotGranted(_)));

    let entry = &house.entries().await[0];
    assert_eq!((entry.kind, entry.job, entry.subjects), (EntryKind::Job, Some(Job::Build), 0));
    let read: Vec<_> = entry.tables.iter().map(|read| (read.table.as_str(), read.version)).collect();
    assert_eq!(read, [("registers.tax", Some(0)), ("registers.loans", Some(0)), ("models.tax_person", None)]);
    assert_eq!(entry.classes[&Class::Income], Disclosure::Value);
    assert!(!entry.classes.contains_key(&Class::Donation));
}

#[tokio::test]
async fn jobs_are_for_the_system_and_engineers() {
    let house = House::new().await;
    let engineer = member("education/engineer", RoleKind::Engineer);
    assert!(house.gate.start_job(&engineer, Job::Build, &run("run-1"), &[table("tax")]).await.is_ok());
    let steward = member("education/steward", RoleKind::Steward);
    for by in [officer(), steward, crate::house::citizen(crate::house::ZACHARIAS)] {
        assert!(!refused(&house, &by, Job::Build, &[table("tax")]).await.is_empty());
    }
    house.assert_log_is_clean().await;
}

#[tokio::test]
async fn no_job_reads_the_quarantine_or_what_the_project_does_not_have() {
    let house = House::new().await;
    let quarantine = TableRef::quarantine(&register("tax"));
    for job in Job::ALL {
        let reasons = refused(&house, &Actor::System, job, std::slice::from_ref(&quarantine)).await;
        assert_eq!(reasons[0].0, "job.table-not-for-job");
        let reasons = refused(&house, &Actor::System, job, &[table("nothing"), model("nothing")]).await;
        assert!(reasons.iter().all(|(rule, _)| rule == "job.unknown-table"), "{reasons:?}");
    }
    let reasons = refused(&house, &Actor::System, Job::Build, &[TableRef::spine("links")]).await;
    assert_eq!(reasons[0].0, "job.table-not-for-job");
    for job in [Job::Link, Job::Index] {
        assert!(house.gate.start_job(&Actor::System, job, &run("run-1"), &[TableRef::spine("links")]).await.is_ok());
    }
}

#[tokio::test]
async fn linking_needs_an_agreement_for_each_register() {
    let house = House::new().await;
    let tables = [model("tax_person"), model("loan_person"), model("donation_person")];
    let grant = house.gate.start_job(&Actor::System, Job::Link, &run("run-1"), &tables).await.unwrap();
    assert_eq!(grant.versions(), [], "no model is built yet");
    let entry = &house.entries().await[0];
    assert_eq!(entry.registers, [register("tax"), register("loans"), register("donations")]);

    // The agreement that attaches the donations ends before the others.
    let folder = ProjectFolder::small();
    folder.replace("agreements/party-finance.toml", "until = 2026-12-31", "until = 2026-03-31");
    folder.replace("purposes/party-finance.toml", "until = 2026-12-31", "until = 2026-03-31");
    let house = House::over(folder, MemoryStorage::new(), state::Options::default()).await;
    let reasons = refused(&house, &Actor::System, Job::Link, &tables).await;
    let expected = ("linking.agreement-not-in-force".to_owned(), Some("agreements/party-finance.toml".to_owned()));
    assert_eq!(reasons, [expected]);
    assert!(house.gate.start_job(&Actor::System, Job::Link, &run("run-2"), &tables[..2]).await.is_ok());
}

#[tokio::test]
async fn building_a_register_of_a_special_category_needs_an_agreement_that_names_it() {
    let folder = ProjectFolder::small();
    folder.replace("agreements/operation.toml", "special_categories = [\"politics\"]\n", "");
    folder.replace("purposes/own-data.toml", "donation = \"value\"\n", "");
    let house = House::over(folder, MemoryStorage::new(), state::Options::default()).await;
    for job in [Job::Build, Job::Index] {
        let reasons = refused(&house, &Actor::System, job, &[table("tax"), model("donation_person")]).await;
        let expected = ("job.category-not-named".to_owned(), Some("agreements/operation.toml".to_owned()));
        assert_eq!(reasons, [expected]);
        assert!(house.gate.start_job(&Actor::System, job, &run("run-1"), &[table("tax")]).await.is_ok());
    }
}

#[tokio::test]
async fn an_ingest_is_logged_without_names_of_files() {
    let house = House::new().await;
    let ingest = Ingest {
        run: run("run-1"),
        register: register("tax"),
        files: vec![IngestedFile { path: "incoming/tax_Quillfeather.csv".into(), sha256: "ab".repeat(32) }],
        rows: 2,
        quarantined: 1,
    };
    let leaf = house.gate.record_ingest(&Actor::System, ingest.clone()).await.unwrap();
    assert_eq!(leaf, 0);
    let entry = &house.entries().await[0];
    assert_eq!(
        (entry.kind, entry.files, entry.rows, entry.quarantined),
        (EntryKind::Ingest, Some(1), Some(2), Some(1))
    );
    assert!(!String::from_utf8(house.gate.entry_bytes(0).await.unwrap()).unwrap().contains("abab"));
    let denied = house.gate.record_ingest(&officer(), ingest).await.unwrap_err();
    let Denied::Refused(refusal) = denied else { panic!("{denied:?}") };
    assert_eq!((refusal.leaf, refusal.reasons[0].rule.as_str()), (1, "ingest.not-an-engineer"));
    house.assert_log_is_clean().await;
}
