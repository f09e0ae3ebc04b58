//! What plans are made, and which are refused.

use std::sync::Arc;

use model::diagnostic::SourceFile;
use model::{Legible, ModelKind};
use pipeline::{Models, Side, plan};

use crate::fixture::{Republic, model};

#[test]
fn models_come_after_what_they_read_and_lie_on_their_side_of_the_spine() {
    let graph = plan(&Republic::new().project).unwrap();
    let names = |which| graph.nodes(which).map(|node| node.model.as_str()).collect::<Vec<_>>();
    assert_eq!(names(Models::All), ["census_clean", "incomes", "person_census", "person_donations", "person_tax"]);
    assert_eq!(names(Models::PersonSide), ["census_clean", "person_census", "person_donations", "person_tax"]);
    assert_eq!(names(Models::ObjectSide), ["incomes"]);
    let node = graph.node(&"person_census".parse().unwrap()).unwrap();
    assert_eq!((node.side, node.register.as_ref(), node.reads.len()), (Side::Person, None, 1));
    assert_eq!(node.inputs()[0].to_string(), "models.census_clean");
}

/// Plans the republic with one model put in its place, and gives what is wrong, one line each.
fn problems(sql: &str) -> String {
    let mut republic = Republic::new();
    republic.put(model("incomes", ModelKind::Object, "tax", sql));
    plan(&republic.project).unwrap_err().to_string()
}

#[test]
fn what_may_not_be_read_is_pointed_at() {
    let cases = [
        (
            "select _record\nfrom registers.taxx",
            "models/incomes.sql:3:6: error[model/unknown-table]: there is no register `taxx`",
        ),
        ("select _record from models.nothing", "error[model/unknown-table]: there is no model `nothing`"),
        ("select _record from registers.census", "error[model/other-register]: the model is of the register `tax`"),
        ("select _record from models.census_clean", "a model of `census`"),
        ("select _record from spine.links", "error[model/unknown-table]: a model can't read `spine.links`"),
        ("select _record from quarantine.tax_quarantine", "error[model/unknown-table]"),
        ("delete from registers.tax", "error[model/sql]"),
        ("selec 1", "error[model/sql]"),
        ("select 1 as income", "error[model/reads-nothing]"),
    ];
    for (sql, expected) in cases {
        let said = problems(sql);
        assert!(said.starts_with("models/incomes.sql:"), "{said}");
        assert!(said.contains(expected), "{said}");
        assert!(said.contains("help: "), "{said}");
    }
}

#[test]
fn two_registers_in_one_select_are_refused() {
    let said = problems(
        "select t._record, c.street from registers.tax t join registers.census c on t.last_name = c.last_name",
    );
    assert!(said.contains("a row never joins two registers"), "{said}");
}

#[test]
fn a_cycle_is_spelled_out_once() {
    let mut republic = Republic::new();
    for (name, reads) in [("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"), ("e", "e")] {
        republic.put(model(name, ModelKind::Step, "tax", &format!("select _record from models.{reads}")));
    }
    let said = plan(&republic.project).unwrap_err();
    let messages: Vec<&str> = said.0.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "models read each other in a circle: a reads b reads c reads a",
            "models read each other in a circle: e reads e"
        ]
    );
    assert_eq!(said.0[0].path().to_str(), Some("models/a.sql"));
    let span = said.0[0].span.clone().unwrap();
    assert_eq!(&said.0[0].file.text[span], "models.b");
}

/// Gives the lineage of the model `incomes` with this SQL, one line a column.
fn lineage(sql: &str) -> Option<Vec<String>> {
    let mut republic = Republic::new();
    republic.put(model("incomes", ModelKind::Object, "tax", sql));
    let mut step =
        model("steps", ModelKind::Step, "tax", "select _record, income * 12 as income, ssn from registers.tax");
    step.says.clear();
    republic.put(step);
    let graph = plan(&republic.project).unwrap();
    let columns = graph.lineage(&"incomes".parse().unwrap())?;
    let line = |made: pipeline::ColumnLineage| {
        let sources: Vec<String> = made.sources.iter().map(|source| source.column.clone()).collect();
        format!("{}: {}", made.column, sources.join(" "))
    };
    Some(columns.into_iter().map(line).collect())
}

#[test]
fn columns_are_traced_to_the_register() {
    let cases: [(&str, &[&str]); 8] = [
        ("select _record, income from registers.tax", &["_record: _record", "income: income"]),
        ("select _record, 1 as income from registers.tax", &["_record: _record", "income: "]),
        (
            "select t._record, coalesce(t.income, length(registers.tax.ssn)) as income from registers.tax, registers.tax t",
            &["_record: _record", "income: income ssn"],
        ),
        (
            "with a as (select _record, ssn as income from registers.tax) select a.* from a",
            &["_record: _record", "income: ssn"],
        ),
        (
            "select _record, income from registers.tax union all select _record, ssn from registers.tax",
            &["_record: _record", "income: income ssn"],
        ),
        (
            "select r as _record, i as income from (select _record, ssn from registers.tax) as x(r, i)",
            &["_record: _record", "income: ssn"],
        ),
        // Through another model.
        ("select _record, income || ssn as income from models.steps", &["_record: _record", "income: income ssn"]),
        // What only filters is not in it.
        ("select _record, ssn from registers.tax where income > 0", &["_record: _record", "ssn: ssn"]),
    ];
    for (sql, expected) in cases {
        assert_eq!(lineage(sql).unwrap(), expected, "{sql}");
    }
    let all = lineage("select * from registers.tax").unwrap();
    assert_eq!(all.last().map(String::as_str), Some("_run: _run"));
    assert_eq!(
        lineage("select * exclude (ssn) from registers.tax"),
        None,
        "nothing is said where the text does not tell"
    );
}

#[test]
fn columns_that_are_not_there_are_pointed_at() {
    let sql = "select _record,\n  é.incom as income from registers.tax é";
    let said = problems(sql);
    assert!(
        said.starts_with("models/incomes.sql:3:5: error[model/unknown-column]: there is no column `incom`"),
        "{said}"
    );
    assert!(said.contains("there are first_name, last_name"), "{said}");
    for sql in [
        "select _record, income from registers.tax where incom > 0",
        "select a._record, a.income from registers.tax a join registers.tax b on a.ssn = b.sssn",
        "with a as (select _record from registers.tax) select _record, income from a",
        "select _record, upper(missing) as ssn from models.incomes_step",
    ] {
        let mut republic = Republic::new();
        republic.put(model("incomes_step", ModelKind::Step, "tax", "select _record, ssn from registers.tax"));
        republic.put(model("incomes", ModelKind::Object, "tax", sql));
        let said = plan(&republic.project).unwrap_err().to_string();
        assert!(said.contains("model/unknown-column"), "{sql}: {said}");
    }
    // Names of another scope, or of what is not known, are left to the engine.
    for sql in [
        "select _record, (select max(ssn) from registers.tax b where b.income = a.income) as ssn from registers.tax a",
        "select _record, x as ssn from registers.tax, unnest([1, 2]) as t(x)",
        "select _record, income from registers.tax order by income",
    ] {
        let mut republic = Republic::new();
        republic.put(model("incomes", ModelKind::Object, "tax", sql));
        assert!(plan(&republic.project).is_ok(), "{sql}: {:?}", plan(&republic.project));
    }
}

#[test]
fn a_mistake_hides_none_of_another_model() {
    let mut republic = Republic::new();
    republic.put(model("a", ModelKind::Step, "tax", "select _record from registers.taxx"));
    republic.put(model("b", ModelKind::Step, "tax", "select _record, x from models.a"));
    republic.put(model("c", ModelKind::Step, "tax", "select _record, incom as income from registers.tax"));
    let said = plan(&republic.project).unwrap_err();
    let found: Vec<_> = said.0.iter().map(|problem| (problem.path().to_str().unwrap(), problem.code)).collect();
    // What `b` has of `a` can't be told, so that nothing is said of it but what hangs on itself alone.
    let expected = [
        ("models/a.sql", "model/unknown-table"),
        ("models/b.sql", "model/columns"),
        ("models/c.sql", "model/unknown-column"),
    ];
    assert_eq!(found, expected);

    // Nor does a cycle, and what is wrong with a column is said once, and held against nobody else.
    let mut republic = Republic::new();
    republic.put(model(
        "a",
        ModelKind::Step,
        "tax",
        "select _record, incom from registers.tax join models.b using (ssn)",
    ));
    republic.put(model("b", ModelKind::Step, "tax", "select _record, ssn, ssn, ssn from models.a"));
    republic.put(model("c", ModelKind::Step, "tax", "select _record, incom from registers.tax"));
    republic.put(model("d", ModelKind::Step, "tax", "select _record, income from models.c"));
    let said = plan(&republic.project).unwrap_err();
    let found: Vec<_> = said.0.iter().map(|problem| (problem.path().to_str().unwrap(), problem.code)).collect();
    let expected = [
        ("models/a.sql", "model/columns"),
        ("models/a.sql", "model/cycle"),
        ("models/b.sql", "model/columns"),
        ("models/c.sql", "model/unknown-column"),
    ];
    assert_eq!(found, expected, "{said}");
}

#[test]
fn a_column_that_may_not_be_there_is_pointed_at() {
    // Where: before the `^`.
    for (sql, at) in [
        ("select _record, income as ^incom from (select * from registers.tax) incom where income > 0", "incom"),
        ("select _record, 'as incom' as \"^incom\" from registers.tax", "incom"),
        ("-- all\n^select income from registers.tax", "select"),
        ("select _record, income, ^income from registers.tax", "income"),
    ] {
        let place = sql.find('^').unwrap();
        let sql = &sql.replace('^', "");
        let mut republic = Republic::new();
        republic.put(model("incomes", ModelKind::Object, "tax", sql));
        let said = plan(&republic.project).unwrap_err();
        let span = said.0[0].span.clone().unwrap();
        assert_eq!((said.0[0].code, &said.0[0].file.text[span.clone()]), ("model/columns", at), "{sql}");
        assert_eq!(span.start, said.0[0].file.text.rfind(sql.as_str()).unwrap() + place, "{sql}");
    }
}

#[tokio::test]
async fn what_an_engine_refuses_is_told_before_there_is_data() {
    let columns = |register: &model::Register| -> arrow_schema::SchemaRef {
        let type_of = |of: model::ColumnType| match of {
            model::ColumnType::Integer => arrow_schema::DataType::Int64,
            model::ColumnType::Date => arrow_schema::DataType::Date32,
            _ => arrow_schema::DataType::Utf8,
        };
        let own = register.columns.values().map(|column| (column.name.as_str(), type_of(column.r#type)));
        let all = own.chain(model::record::column::ALL.map(|name| (name, arrow_schema::DataType::Utf8)));
        let fields = all.map(|(name, of)| arrow_schema::Field::new(name, of, true)).collect::<Vec<_>>();
        Arc::new(arrow_schema::Schema::new(fields))
    };
    // Where, if that can be told: before the `^`.
    for (kind, sql, at, said) in [
        (ModelKind::Object, "select _record, ^nofunc(income) as income from registers.tax", Some("nofunc"), "nofunc"),
        (
            ModelKind::Object,
            "select _record, income from registers.tax union all select _record from registers.tax",
            None,
            "UNION",
        ),
        (ModelKind::Object, "select ^_record, count(*) as income from registers.tax", None, "GROUP BY"),
        (ModelKind::Person, "select _record, 1 as ^sex from registers.tax", Some("sex"), "`sex` is Int64"),
        (ModelKind::Person, "select _record, null as ^sex from registers.tax", Some("sex"), "always null"),
        (ModelKind::Step, "select _record, ssn from models.broken", None, ""),
    ] {
        let mut republic = Republic::new();
        republic.put(model(
            "broken",
            ModelKind::Step,
            "tax",
            "select _record, ssn, nix(ssn) as income from registers.tax",
        ));
        let place = sql.find('^');
        let sql = &sql.replace('^', "");
        republic.put(model("tried", kind, "tax", sql));
        let legible = Legible::of(&republic.project);
        assert_eq!(pipeline::check(&legible).to_string(), "", "{sql}");
        let found = pipeline::try_out(&legible, columns).await.0;
        let of = |name: &str| found.iter().filter(|one| one.path().file_stem().unwrap() == name).collect::<Vec<_>>();
        assert_eq!(of("broken").len(), 1, "{found:#?}");
        let tried = of("tried");
        if said.is_empty() {
            // It is right, and what it reads was told of.
            assert_eq!(tried.len(), 0, "{tried:#?}");
            continue;
        }
        assert_eq!(tried.len(), 1, "{sql}: {tried:#?}");
        assert!(tried[0].message.contains(said), "{sql}: {}", tried[0].message);
        if let (Some(at), Some(place)) = (at, place) {
            let span = tried[0].span.clone().unwrap();
            let text = &tried[0].file.text;
            assert_eq!((&text[span.clone()], span.start), (at, text.rfind(sql.as_str()).unwrap() + place), "{sql}");
        }
    }
}

#[test]
fn what_hangs_on_a_file_that_is_wrong_is_not_said() {
    let mut republic = Republic::new();
    republic.put(model("a", ModelKind::Step, "tax", "select _record, incom as income from registers.tax"));
    republic.put(model("b", ModelKind::Step, "tax", "select _record, x from models.a"));
    republic.put(model("c", ModelKind::Step, "census", "selec"));
    republic.put(model("d", ModelKind::Step, "census", "select _record from registers.cens"));
    let legible = Legible::of(&republic.project);
    let codes = |legible: &Legible| -> Vec<String> {
        let told = pipeline::check(legible).0;
        told.iter().map(|found| format!("{} {}", found.path().file_stem().unwrap().display(), found.code)).collect()
    };
    let all = ["a model/unknown-column", "b model/columns", "c model/sql", "d model/unknown-table"];
    assert_eq!(codes(&legible), all);
    assert_eq!(plan(&republic.project).unwrap_err(), pipeline::check(&legible));

    // A register whose file is wrong is there, and its columns are not known.
    let mut without = legible.clone();
    without.registers.insert("tax".parse().unwrap(), None);
    assert_eq!(codes(&without), ["b model/unknown-column", "c model/sql", "d model/unknown-table"]);
    let two = "select _record from registers.census, registers.tax";
    republic.put(model("e", ModelKind::Step, "tax", two));
    let mut joins = Legible::of(&republic.project);
    joins.models["e"].model = None;
    assert!(codes(&joins).contains(&"e model/other-register".to_owned()), "of whichever it is");
    republic.project.models.shift_remove("e");

    // Of a model whose settings are wrong the SQL is read all the same, and which register it is of is not known.
    let mut without = legible.clone();
    for id in ["a", "c", "d"] {
        without.models.get_mut(id).unwrap().model = None;
    }
    assert_eq!(codes(&without), all);
    let mut of_other = legible.clone();
    let text = &mut of_other.models["d"];
    text.file = Arc::new(SourceFile {
        path: text.file.path.clone(),
        text: text.file.text.replace("registers.cens", "registers.tax"),
    });
    assert!(codes(&of_other).contains(&"d model/other-register".to_owned()));
    of_other.models["d"].model = None;
    assert!(!codes(&of_other).iter().any(|told| told.starts_with("d ")));

    // A file without text was told of when it was read.
    let text = &mut without.models["c"];
    text.file = Arc::new(SourceFile { path: text.file.path.clone(), text: String::new() });
    text.sql_begins = 0;
    assert!(!codes(&without).contains(&"c model/sql".to_owned()));
}
