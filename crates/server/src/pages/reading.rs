//! A register's delivery, read in by a data engineer: how far it is, and what became of it.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use source::{ReasonCount, SourceError};

use super::frame::Frame;
use super::progress;
use super::view::{Sent, View, number_of};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, ReadIn, Reading};

/// How many names of a list are told.
const NAMED_MAX: usize = 5;

#[derive(Template)]
#[template(path = "reading.html")]
struct ReadingPage {
    frame: Frame,
    t: Words,
    register: String,
    /// The page of why rows are in quarantine.
    quarantine: String,
    taken: Option<Taken>,
    /// Why nothing was taken.
    refused: Option<Why>,
}

/// Why nothing of a delivery was taken. No value of a row is in it.
struct Why {
    /// What is wrong and what to do.
    says: String,
    /// What the machine says of it, in English.
    technical: Option<String>,
    /// Where too many rows are bad: for what, the most frequent reason first.
    bad: Vec<Bad>,
}

/// Rows that are bad for one reason.
struct Bad {
    rows: String,
    says: String,
    column: Option<String>,
    /// Where the first of them are.
    places: Vec<String>,
}

/// A delivery that was taken.
struct Taken {
    run: String,
    rows: String,
    quarantined: u64,
    /// How many records are new, changed and gone.
    compared: String,
    entry: String,
}

/// A delivery in the list of those that were read in since the server was started.
pub(crate) struct ReadingLine {
    pub(crate) href: String,
    pub(crate) register: String,
    pub(crate) says: String,
    pub(crate) tag: &'static str,
}

/// Gives the deliveries that are or were read in, the latest first.
pub(crate) fn lines(view: &View) -> Vec<ReadingLine> {
    view.app.ingests().latest().iter().map(|run| line(view, run)).collect()
}

fn line(view: &View, run: &Reading) -> ReadingLine {
    let t = view.t;
    let progress = run.progress();
    let (says, tag) = match progress.outcome {
        None => (far(t, progress.done, progress.of), "tag"),
        Some(Ok(ReadIn::Taken { rows, quarantined, .. })) => (taken(t, rows, quarantined), "tag good"),
        Some(Ok(ReadIn::Unchanged)) => (t.s("reading-unchanged-short"), "tag"),
        Some(Ok(ReadIn::Refused(_)) | Err(_)) => (t.s("reading-refused-short"), "tag refused"),
    };
    ReadingLine {
        href: format!("/runs/deliveries/{}", run.number),
        register: view.register_title(run.key.as_str()),
        says,
        tag,
    }
}

fn taken(t: Words, rows: u64, quarantined: u64) -> String {
    t.with_all("graph-quarantined", &[("rows", t.number(&rows)), ("bad", t.number(&quarantined))])
}

fn far(t: Words, done: u64, of: u64) -> String {
    if of == 0 {
        return t.s("progress-begins");
    }
    let megabytes = |bytes: u64| t.decimal(&format!("{:.1}", bytes as f64 / 1e6));
    t.with_all("reading-far", &[("done", megabytes(done)), ("all", megabytes(of))])
}

/// Gives why nothing of a delivery was taken, in the page's language.
fn why(view: &View, error: &SourceError) -> Why {
    let bad = match error {
        SourceError::TooManyBad { register, reasons, .. } => {
            reasons.iter().map(|reason| bad_rows(view, register.as_str(), reason)).collect()
        }
        _ => Vec::new(),
    };
    Why { says: in_words(view.t, error), technical: technical(error), bad }
}

fn bad_rows(view: &View, register: &str, reason: &ReasonCount) -> Bad {
    let t = view.t;
    let register = view.app.project().registers.values().find(|known| known.id.as_str() == register);
    let title = |name: &String| match register.and_then(|register| register.columns.get(name)) {
        Some(column) => t.pick(&column.title, column.title_fr.as_deref().unwrap_or(&column.title)).to_owned(),
        None => name.clone(),
    };
    Bad {
        rows: t.count("graph-rows", &reason.rows),
        says: t.of("bad-row", reason.code),
        column: reason.column.as_ref().map(title),
        places: reason.samples.clone(),
    }
}

/// Gives a sentence that says what is wrong with a delivery and what to do. Where there is no header line the first row
/// stands for it: a column that the register does not have is not named.
pub(crate) fn in_words(t: Words, error: &SourceError) -> String {
    let register = |register: &model::RegisterId| ("register", register.to_string());
    let file = |file: &std::path::Path| ("file", file.display().to_string());
    let list = |names: &[String]| names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    match error {
        SourceError::NoFiles { register: id, patterns } => {
            t.with_all("why-no-files", &[register(id), ("patterns", list(patterns))])
        }
        SourceError::Pattern { register: id, pattern } => {
            t.with_all("why-pattern", &[register(id), ("pattern", pattern.clone())])
        }
        SourceError::Bought { register: id, missing } => {
            t.with_all("why-bought", &[register(id), ("missing", missing.replace(' ', "-"))])
        }
        SourceError::Register { register: id, .. } => t.with_all("why-register", &[register(id)]),
        SourceError::EmptyFile { file: path, format } => {
            t.with_all("why-empty", &[file(path), ("format", format.unwrap_or_default().to_owned())])
        }
        SourceError::NoRows { register: id, files } => {
            t.with_all("why-no-rows", &[register(id), ("files", list(files))])
        }
        SourceError::Delimiter { file: path, expected, stated, found } => {
            let shown = |delimiter: &char| delimiter.escape_default().to_string();
            let expected = ("expected", t.number(&(*expected as u64)));
            let mut values = vec![file(path), expected, ("stated", shown(stated))];
            match found {
                None => t.with_all("why-no-delimiter", &values),
                Some(found) => {
                    values.push(("found", shown(found)));
                    t.with_all("why-delimiter", &values)
                }
            }
        }
        SourceError::MissingColumn { file: path, register: id, column, nearest } => {
            let mut values = vec![file(path), register(id), ("column", column.clone())];
            match nearest {
                None => t.with_all("why-missing-column", &values),
                Some(nearest) => {
                    values.push(("nearest", nearest.clone()));
                    t.with_all("why-missing-column-near", &values)
                }
            }
        }
        SourceError::AbsentColumn { register: id, column } => {
            t.with_all("why-absent-column", &[register(id), ("column", column.clone())])
        }
        SourceError::NewColumn { file: path, .. } | SourceError::ColumnTwice { file: path, .. } => {
            t.with_all("why-other-header", &[file(path)])
        }
        SourceError::Header { file: path, register: id, .. } => t.with_all("why-header", &[file(path), register(id)]),
        SourceError::Parquet { file: path, .. } => t.with_all("why-parquet", &[file(path)]),
        SourceError::ParquetType { file: path, column, of } => {
            t.with_all("why-parquet-type", &[file(path), ("column", column.clone()), ("of", of.clone())])
        }
        SourceError::TooManyBad { register: id, rows, quarantined, share_max, .. } => {
            let (bad, share) = (("bad", t.number(quarantined)), ("share", t.rate(share_max)));
            t.with_all("why-too-many-bad", &[register(id), ("rows", t.number(rows)), bad, share])
        }
        SourceError::TooManyGone { register: id, records, gone, new, share_max } => {
            // What is cut off brings fewer records. With nearly as many others it is something else.
            let is_other = new.saturating_mul(10) >= gone.saturating_mul(9);
            let key = if is_other { "why-too-many-others" } else { "why-too-many-gone" };
            // What is to be written is TOML, whatever the page's language.
            let up = ("up", source::share_up(gone, records).to_string());
            let (gone, share) = (("gone", t.number(gone)), ("share", t.rate(share_max)));
            let (records, new) = (("records", t.number(records)), ("new", t.number(new)));
            t.with_all(key, &[register(id), records, gone, new, share, up])
        }
        SourceError::Changed { file: path } => t.with_all("why-changed", &[file(path)]),
        SourceError::Io { file: path, .. } => t.with_all("why-io", &[file(path)]),
        SourceError::Lake(_) => t.s("why-lake"),
        _ => t.s("why-ended"),
    }
}

/// Gives what is left to be said of a failure, which comes from code that has no other words.
fn technical(error: &SourceError) -> Option<String> {
    match error {
        SourceError::Register { message, .. } => Some(message.clone()),
        SourceError::Header { why, .. } | SourceError::Parquet { why, .. } => Some((*why).to_owned()),
        SourceError::Io { source, .. } => Some(source.to_string()),
        SourceError::Lake(error) => Some(error.to_string()),
        _ => None,
    }
}

/// What an engineer sends to have a delivery read in.
#[derive(Deserialize)]
pub(crate) struct Begun {
    form_token: String,
    #[serde(default)]
    register: String,
}

/// Begins to read a delivery in, and leads to the page that tells how far that is.
pub(crate) async fn begin(view: View, Sent(form): Sent<Begun>) -> Response {
    let answer = match form {
        Ok(form) => begun(&view, &form),
        Err(problem) => Err(problem),
    };
    view.answer(answer)
}

fn begun(view: &View, form: &Begun) -> Result<Response, Problem> {
    let who = view.acting_by(&form.form_token)?;
    let run = service::begin_reading(&view.app, who, &form.register)?;
    Ok(Redirect::to(&format!("/runs/deliveries/{}", run.number)).into_response())
}

fn run_of(view: &View, number: &str) -> Result<Reading, Problem> {
    service::reading(&view.app, view.acting()?, number_of(number)?)
}

/// Tells what became of a delivery, or how far it is.
pub(crate) async fn page(view: View, Path(number): Path<String>) -> Response {
    let answer = shown(&view, &number).await;
    view.answer(answer)
}

async fn shown(view: &View, number: &str) -> Result<Response, Problem> {
    let (run, t) = (run_of(view, number)?, view.t);
    let register = view.register_title(run.key.as_str());
    let Some(outcome) = progress::outcome(&run).await? else {
        let title = t.with("reading-under-way", "register", register);
        return progress::page(view, &run, title, &format!("/runs/deliveries/{}", run.number), far);
    };
    let quarantine = format!("/runs/quarantine/{}", run.key);
    let (taken, refused) = match outcome {
        ReadIn::Taken { run, rows, quarantined, new, changed, gone, log_index } => {
            let counts = [("new", t.number(&new)), ("changed", t.number(&changed)), ("gone", t.number(&gone))];
            let compared = t.with_all("reading-compared", &counts);
            (Some(Taken { run, rows: t.number(&rows), quarantined, compared, entry: t.number(&log_index) }), None)
        }
        ReadIn::Unchanged => (None, None),
        ReadIn::Refused(not_taken) => (None, Some(why(view, &not_taken.why))),
    };
    view.page(&ReadingPage { frame: view.frame()?, t, register, quarantine, taken, refused })
}

/// Tells how far a delivery is, while it is read in.
pub(crate) async fn events(view: View, Path(number): Path<String>) -> Response {
    let answer = run_of(&view, &number).and_then(|run| progress::events(&view, &run, far));
    view.answer(answer)
}

#[cfg(test)]
mod tests {
    use super::super::words::Language;
    use super::*;

    #[test]
    fn what_is_empty_or_cut_off_is_told_as_it_is_in_both_languages() {
        let id: model::RegisterId = "people".parse().unwrap();
        let empty = |name: &str, format| SourceError::EmptyFile { file: name.into(), format: Some(format) };
        let gone =
            |new| SourceError::TooManyGone { register: id.clone(), records: 918, gone: 870, new, share_max: 0.5 };
        let cases: [(SourceError, &[&str], &[&str]); 5] = [
            (empty("a.csv", "csv"), &["a.csv", "header line"], &["a.csv", "ligne d’en-tête"]),
            (empty("a.jsonl", "json-lines"), &["not one line"], &["pas une seule ligne"]),
            (empty("a.parquet", "parquet"), &["without rows"], &["sans lignes"]),
            (
                gone(3),
                &["870 of the 918 records of people", "50.0%", "write `gone_share_max = 0.95`"],
                &["870 enregistrements du registre people sur 918", "50,0\u{a0}%", "écrivez `gone_share_max = 0.95`"],
            ),
            (gone(865), &["865 others", "the key or the columns"], &["865 autres", "la clé ou les colonnes"]),
        ];
        for (error, english, french) in cases {
            for (language, parts) in [(Language::English, english), (Language::French, french)] {
                let said = in_words(Words::new(language), &error);
                assert!(parts.iter().all(|part| said.contains(part)), "{said}");
            }
        }
    }

    #[test]
    fn what_the_machine_says_is_folded_and_marked_as_english() {
        for (language, says) in [(Language::English, "can’t be read"), (Language::French, "ne peut pas être lu")] {
            let t = Words::new(language);
            let error = SourceError::Io { file: "a.csv".into(), source: std::io::Error::other("the disk is gone") };
            let why = Why { says: in_words(t, &error), technical: technical(&error), bad: Vec::new() };
            let (frame, quarantine) = (Frame::of_nobody(), String::new());
            let register = "People".to_owned();
            let page = ReadingPage { frame, t, register, quarantine, taken: None, refused: Some(why) };
            let html = page.render().unwrap();
            let (before, folded) = html.split_once("<details class=\"more\"><summary>").unwrap();
            assert!(before.contains(says) && !before.contains("the disk is gone"), "{before}");
            let (folded, _) = folded.split_once("</details>").unwrap();
            assert!(folded.starts_with(&t.s("technical-words")), "{folded}");
            assert!(folded.contains("<p lang=\"en\"><code>the disk is gone</code></p>"), "{folded}");
        }
    }
}
