//! Why rows of a register are in quarantine: counts by run, reason and column, and where the first rows are. No row and no
//! value, which nothing here can read.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use lake::TableInfo;
use model::{Delivery, Register};
use source::{QuarantinedFor, QuarantinedRun};

use super::frame::Frame;
use super::values::noted_place;
use super::view::View;
use super::words::Words;
use crate::problem::Problem;
use crate::service;

#[derive(Template)]
#[template(path = "quarantine.html")]
struct QuarantinePage {
    frame: Frame,
    t: Words,
    title: String,
    /// The register's own page.
    href: String,
    rows: u64,
    /// Whether rows of earlier runs stay in quarantine beside those of the last.
    keeps: bool,
    runs: Vec<Run>,
}

/// A run that read the register in.
struct Run {
    name: String,
    at: String,
    rows: String,
    quarantined: String,
    share: String,
    is_last: bool,
    reasons: Vec<Reason>,
}

/// Rows of a run for one reason in one column.
struct Reason {
    says: String,
    code: String,
    column: Option<String>,
    rows: String,
    /// Where the first of them are.
    places: Vec<String>,
}

/// Shows the page.
pub(crate) async fn page(view: View, Path(register): Path<String>) -> Response {
    let answer = quarantine(&view, &register).await;
    view.answer(answer)
}

async fn quarantine(view: &View, register: &str) -> Result<Response, Problem> {
    let (register, found) = service::quarantined(&view.app, view.acting()?, register).await?;
    view.page(&shown(view.t, view.frame()?, register, found.as_ref()))
}

fn shown(t: Words, frame: Frame, register: &Register, found: Option<&TableInfo>) -> QuarantinePage {
    let runs = found.map(source::quarantined_runs).unwrap_or_default();
    QuarantinePage {
        frame,
        t,
        title: t.pick(&register.title, register.title_fr.as_deref().unwrap_or(&register.title)).to_owned(),
        href: format!("/registers/{}", register.id),
        rows: found.map_or(0, |found| found.rows),
        keeps: register.delivery == Delivery::Changes,
        runs: runs.iter().enumerate().map(|(at, known)| run(t, register, known, at == 0)).collect(),
    }
}

fn run(t: Words, register: &Register, known: &QuarantinedRun, is_last: bool) -> Run {
    let share = if known.rows == 0 { 0.0 } else { known.quarantined as f64 / known.rows as f64 };
    Run {
        name: known.run.clone(),
        at: known.at.clone(),
        rows: t.number(&known.rows),
        quarantined: t.number(&known.quarantined),
        share: t.rate(&share),
        is_last,
        reasons: known.reasons.iter().map(|reason| self::reason(t, register, reason)).collect(),
    }
}

fn reason(t: Words, register: &Register, known: &QuarantinedFor) -> Reason {
    let title = |name: &String| match register.columns.get(name) {
        Some(column) => t.pick(&column.title, column.title_fr.as_deref().unwrap_or(&column.title)).to_owned(),
        None => name.clone(),
    };
    Reason {
        says: t.of("bad-row", &known.code),
        code: known.code.clone(),
        column: known.column.as_ref().map(title),
        rows: t.number(&known.rows),
        places: known.samples.iter().map(|place| noted_place(t, place)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    fn info(rows: u64, runs: Option<&str>) -> TableInfo {
        TableInfo {
            version: 1,
            rows,
            bytes: 0,
            schema: std::sync::Arc::new(arrow_schema::Schema::empty()),
            last_modified: "2026-05-04T12:00:00Z".parse().unwrap(),
            metadata: runs.map(|runs| ("runs".to_owned(), runs.to_owned())).into_iter().collect(),
        }
    }

    #[test]
    fn reasons_are_told_by_run_in_both_languages() {
        let project = testkit::ProjectFolder::small().load().unwrap();
        let tax = project.registers.values().find(|register| register.id.as_str() == "tax").unwrap();
        let runs = r#"[{"run":"r2","at":"2026-05-04T12:00:00Z","rows":1200,"quarantined":7,"reasons":[
            {"code":"not-a-date","column":"birth_date","rows":4,"samples":["incoming/<b>.csv:3","incoming/b.parquet, row 7"]},
            {"code":"field-count","rows":3,"samples":[]}]},
            {"run":"r1","at":"2026-05-03T12:00:00Z","rows":0,"quarantined":0,"reasons":[]}]"#;
        for (language, says, line, record) in [
            (Language::English, "not a day in a format", "line", "record 8 of the file"),
            (Language::French, "n’est pas un jour", "ligne", "enregistrement 8 du fichier"),
        ] {
            let t = Words::new(language);
            let html = shown(t, Frame::of_nobody(), tax, Some(&info(7, Some(runs)))).render().unwrap();
            for told in [says, "<code>r2</code>", "<code>r1</code>", "not-a-date", "field-count"] {
                assert!(html.contains(told), "{told} in {html}");
            }
            assert!(html.contains(&format!("incoming/&#60;b&#62;.csv, {line} 3")) && !html.contains("NaN"), "{html}");
            assert!(html.contains(&format!("incoming/b.parquet, {record}")), "{html}");
        }
    }

    #[test]
    fn nothing_noted_is_said_so() {
        let project = testkit::ProjectFolder::small().load().unwrap();
        let tax = project.registers.values().next().unwrap();
        let t = Words::new(Language::English);
        for found in [None, Some(info(0, None)), Some(info(3, Some("not JSON")))] {
            let html = shown(t, Frame::of_nobody(), tax, found.as_ref()).render().unwrap();
            assert!(html.contains("No run has noted why"), "{html}");
        }
    }
}
