//! What plans are made, and which are refused.

use model::ModelKind;
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
