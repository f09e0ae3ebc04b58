//! What builds write, and what they leave alone.

use gate::Denied;
use indexmap::IndexMap;
use lake::TableRef;
use model::{Expectations, ModelKind};
use pipeline::{BuildReport, ModelOutcome, ModelProblem, Models, PipelineError, build};

use crate::fixture::{Opened, Republic, Row, SYSTEM, model, put_register, run};

fn rows(count: usize) -> Vec<Row> {
    (0..count).map(|row| Row::new(&row.to_string(), "Ada", &format!("Name{row}"), (1980, 1, 1), &["1", "2"])).collect()
}

async fn ingest(opened: &Opened, republic: &Republic) {
    for register in ["tax", "census", "donations"] {
        put_register(&opened.lake, &republic.project, register, &rows(10)).await;
    }
}

async fn build_all(opened: &Opened, republic: &Republic) -> Result<BuildReport, PipelineError> {
    build(&opened.lake, &opened.gate, &republic.project, &SYSTEM, &run("build-1"), Models::All, &|_| {}).await
}

fn built(report: &BuildReport) -> Vec<&str> {
    let models = report.models.iter().filter(|model| model.outcome == ModelOutcome::Built);
    models.map(|model| model.model.as_str()).collect()
}

async fn version(opened: &Opened, name: &str) -> Option<u64> {
    opened.lake.info(&TableRef::model(&name.parse().unwrap())).await.unwrap().map(|info| info.version)
}

#[tokio::test]
async fn only_what_changed_is_built_again() {
    let mut republic = Republic::new();
    let opened = republic.open().await;
    ingest(&opened, &republic).await;
    let report = build_all(&opened, &republic).await.unwrap();
    assert_eq!(built(&report).len(), 5);
    assert_eq!(report.rows_written(), 50);

    let report = build_all(&opened, &republic).await.unwrap();
    assert_eq!(built(&report), [""; 0]);
    assert_eq!(report.models.len(), 5, "models that are up to date are reported too");

    // A register delivered anew: its models, and those that read them.
    put_register(&opened.lake, &republic.project, "census", &rows(12)).await;
    let report = build_all(&opened, &republic).await.unwrap();
    assert_eq!(built(&report), ["census_clean", "person_census"]);
    let rows_of = |name: &str| report.models.iter().find(|model| model.model.as_str() == name).map(|model| model.rows);
    assert_eq!((rows_of("person_census"), rows_of("person_tax")), (Some(12), Some(10)));

    // A text: that model.
    drop(opened);
    republic.change("incomes", |model| model.text.push_str(" where income > 0"));
    let opened = republic.open().await;
    assert_eq!(built(&build_all(&opened, &republic).await.unwrap()), ["incomes"]);

    // A class of the register: its models, since their columns are judged anew.
    drop(opened);
    republic.project.registers["tax"].columns["income"].class = model::Class::Tax;
    let opened = republic.open().await;
    assert_eq!(built(&build_all(&opened, &republic).await.unwrap()), ["incomes", "person_tax"]);
}

#[tokio::test]
async fn sides_are_built_one_after_the_other() {
    let mut republic = Republic::new();
    republic.put(model("streets", ModelKind::Object, "census", "select _record, street from models.census_clean"));
    let opened = republic.open().await;
    ingest(&opened, &republic).await;
    let side = async |which| {
        build(&opened.lake, &opened.gate, &republic.project, &SYSTEM, &run("build-1"), which, &|_| {}).await
    };
    let error = side(Models::ObjectSide).await.unwrap_err();
    assert!(matches!(&error, PipelineError::NotBuilt { model, .. } if model.as_str() == "census_clean"), "{error}");
    assert_eq!(built(&side(Models::PersonSide).await.unwrap()).len(), 4);
    assert_eq!(built(&side(Models::ObjectSide).await.unwrap()), ["incomes", "streets"]);
}

#[tokio::test]
async fn a_broken_expectation_leaves_the_old_table_and_what_reads_it() {
    let mut republic = Republic::new();
    let opened = republic.open().await;
    ingest(&opened, &republic).await;
    build_all(&opened, &republic).await.unwrap();
    drop(opened);

    republic.change("census_clean", |model| {
        model.expect = Expectations {
            unique: vec!["first_name".to_owned()],
            accepted: IndexMap::from([("street".to_owned(), vec!["2".to_owned()])]),
            rows_min: Some(11),
            ..Expectations::default()
        };
        model.text.insert_str(model.sql_begins, "-- changed\n");
    });
    republic.change("incomes", |model| model.text.push_str(" where income > 0"));
    let opened = republic.open().await;
    let error = build_all(&opened, &republic).await.unwrap_err();
    let PipelineError::Failed(failures) = &error else { panic!("{error}") };
    let failed: Vec<&str> = failures.iter().map(|failure| failure.model.as_str()).collect();
    assert_eq!(failed, ["census_clean", "person_census"]);
    let ModelProblem::Expectations(broken) = &failures[0].problem else { panic!("{error}") };
    assert_eq!(broken.iter().map(|broken| broken.rows_broken).collect::<Vec<_>>(), [9, 10, 10]);
    assert_eq!(
        (broken[0].samples[0].row, broken[0].samples[0].file.as_deref()),
        (Some(1), Some("incoming/census.csv"))
    );

    let said = error.to_string();
    assert!(said.contains("models/census_clean.sql: model `census_clean`"), "{said}");
    assert!(
        said.contains("`first_name` is unique: 9 of 10 rows are not so (such as incoming/census.csv row 1"),
        "{said}"
    );
    assert!(said.contains("at least 11 rows, found 10"), "{said}");
    assert!(said.contains("`person_census`: not built, since `census_clean`, which it reads, failed"), "{said}");
    assert!(!said.contains("Ada"), "no value is shown: {said}");

    assert_eq!(version(&opened, "census_clean").await, Some(0), "the old table stays");
    assert_eq!(version(&opened, "person_census").await, Some(0));
    assert_eq!(version(&opened, "incomes").await, Some(1), "others are built");
    let files = std::fs::read_dir(republic.project.data_dir().join("lake/models/census_clean")).unwrap();
    let left =
        files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "parquet")).count();
    assert_eq!(left, 1, "the rows that were not accepted are removed");
}

#[tokio::test]
async fn columns_without_a_class_are_refused() {
    let cases = [
        ("select first_name from registers.tax", ModelKind::Object, "the model has no `_record`"),
        ("select _record, income * 2 as double from registers.tax", ModelKind::Object, "`double` has no class"),
        ("select _record, income from registers.tax", ModelKind::Person, "`income` has no class"),
        ("select _record, income as last_name from registers.tax", ModelKind::Person, "`last_name` is Int64"),
        ("select _record, null as party from registers.donations", ModelKind::Object, "`party` is always null"),
        ("select _record, income as _hidden from registers.tax", ModelKind::Object, "`_hidden` begins with `_`"),
        ("select _record, nothing from registers.tax", ModelKind::Object, "there is no column `nothing`"),
        // Here the text does not tell the columns; the engine does.
        (
            "select * exclude (income) from (select *, 1 as one from registers.tax)",
            ModelKind::Object,
            "`one` has no class",
        ),
        ("select * from registers.tax t join registers.tax u using (_record)", ModelKind::Object, "is there twice"),
    ];
    for (sql, kind, expected) in cases {
        let mut republic = Republic::new();
        let register = if sql.contains("donations") { "donations" } else { "tax" };
        republic.put(model("incomes", kind, register, sql));
        let opened = republic.open().await;
        ingest(&opened, &republic).await;
        let error = build_all(&opened, &republic).await.unwrap_err().to_string();
        assert!(error.starts_with("models/incomes.sql:") && error.contains(expected), "{sql}: {error}");
        assert_eq!(version(&opened, "incomes").await, None, "{sql}");
    }
}

#[tokio::test]
async fn nothing_is_built_without_registers_or_against_the_rules() {
    let mut republic = Republic::new();
    let opened = republic.open().await;
    let error = build_all(&opened, &republic).await.unwrap_err();
    assert!(matches!(error, PipelineError::NotIngested { .. }), "{error}");
    ingest(&opened, &republic).await;
    drop(opened);

    // The agreement of the job's purpose has ended.
    let agreement = &mut republic.project.agreements["building"];
    agreement.valid.until = agreement.valid.from;
    let opened = republic.open().await;
    let error = build_all(&opened, &republic).await.unwrap_err();
    assert!(matches!(error, PipelineError::Denied(Denied::Refused(_))), "{error}");
    assert_eq!(version(&opened, "incomes").await, None);
}
