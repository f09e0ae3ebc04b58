//! The log: its entries, filters in the address, whether all of it holds.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::frame::{Choice, Frame};
use super::progress;
use super::rules::{rule_says, told};
use super::values::{Rule, rules};
use super::view::{AGAIN, Asked, Sent, View, number_of};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, EntryView, LogFilter, Verification};

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    frame: Frame,
    t: Words,
    size: u64,
    /// How many entries are as asked for.
    matching: u64,
    entries: Vec<Line>,
    filters: Filters,
    older: Option<String>,
    newest: Option<String>,
    checkpoint: String,
    /// The checkpoint that was pasted, where the form of a verification is shown again.
    saved: String,
}

/// What entries can be filtered by.
pub(crate) struct Filters {
    /// What keeps its ids apart from those of others on the page.
    pub(crate) prefix: &'static str,
    /// What it is called where it can't be seen.
    pub(crate) label: String,
    pub(crate) kinds: Vec<Choice>,
    pub(crate) purposes: Vec<Choice>,
    pub(crate) agencies: Vec<Choice>,
    /// Roles of agencies, and who acts without one.
    pub(crate) roles: Vec<Choice>,
    /// Rules that refused.
    pub(crate) rules: Vec<Choice>,
    /// The first day, as fields of dates have it; empty where none is asked for.
    pub(crate) from: String,
    /// The last one.
    pub(crate) until: String,
    /// Whether any is chosen.
    pub(crate) filtered: bool,
}

/// An entry in the list.
struct Line {
    index: u64,
    href: String,
    kind: String,
    refused: bool,
    /// What was asked for, of a refusal.
    asked: Option<String>,
    at: String,
    by: String,
    purpose: Option<String>,
    /// How many persons it is about; none where it can be about none.
    subjects: Option<String>,
    about: String,
    /// What the rules that refused say, and their names.
    rules: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    frame: Frame,
    t: Words,
    line: Line,
    registers: Vec<String>,
    rules: Vec<Rule>,
    run: Option<String>,
    tables: Vec<String>,
    rows: Option<String>,
    quarantined: Option<String>,
    commitment: String,
    bytes: String,
    leaf_hash: String,
    path: Vec<String>,
    checkpoint: String,
    is_auditor: bool,
}

#[derive(Template)]
#[template(path = "verified.html")]
struct VerifiedPage {
    frame: Frame,
    t: Words,
    outcome: Verified,
    checkpoint: String,
}

/// What came of a verification.
pub(super) struct Verified {
    pub(super) verified: bool,
    pub(super) entries: u64,
    pub(super) root: Option<String>,
    /// What differs, where something does.
    pub(super) fault: Option<Fault>,
    /// Milliseconds.
    pub(super) took: String,
    /// Whether it was compared with a checkpoint of before.
    pub(super) compared: bool,
}

/// Where and how a log does not hold together.
pub(super) struct Fault {
    /// In a sentence.
    pub(super) says: String,
    /// To the byte, in English.
    pub(super) technical: String,
}

impl Fault {
    /// Gives it of a kind of [`service::FAULTS`].
    pub(super) fn new(t: Words, kind: &str, technical: String) -> Self {
        Self { says: t.of("fault", kind), technical }
    }
}

/// What the address filters by.
#[derive(Default, Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    before: Option<String>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    agency: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
}

/// Tells whether a text can stand in an address as it is. Only names that pages offer are in addresses that they make:
/// letters, digits, `-`, `_`, in names of rules `.`, and between an agency and its role `/`.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
}

/// Gives the address of the entries that a rule refused; none for a rule whose name can't stand in an address.
pub(crate) fn refused_by_href(rule: &str) -> Option<String> {
    is_name(rule).then(|| format!("/log?kind=refusal&rule={rule}"))
}

impl Filter {
    /// Gives the address of these filters, and of the entries before one.
    fn href(&self, before: Option<u64>) -> String {
        let before = before.map(|before| before.to_string()).unwrap_or_default();
        let all = [
            ("kind", &self.kind),
            ("purpose", &self.purpose),
            ("agency", &self.agency),
            ("role", &self.role),
            ("rule", &self.rule),
            ("from", &self.from),
            ("until", &self.until),
            ("before", &before),
        ];
        let pairs: Vec<String> = all
            .iter()
            .filter(|(_, text)| is_name(text.as_str()))
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        if pairs.is_empty() { "/log".to_owned() } else { format!("/log?{}", pairs.join("&")) }
    }
}

/// Shows the entries.
pub(crate) async fn page(view: View, Asked(filter): Asked<Filter>) -> Response {
    let answer = match filter {
        Ok(filter) => entries(&view, filter, None).await,
        Err(problem) => Err(problem),
    };
    view.answer(answer)
}

async fn entries(view: &View, filter: Filter, form: Option<&Verifying>) -> Result<Response, Problem> {
    let t = view.t;
    let before = filter.before.as_deref().filter(|text| !text.is_empty());
    let before = before.map(number_of).transpose()?;
    let wanted = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let asked = LogFilter {
        before,
        limit: None,
        kind: wanted(&filter.kind),
        purpose: wanted(&filter.purpose),
        agency: wanted(&filter.agency),
        role: wanted(&filter.role),
        rule: wanted(&filter.rule),
        from: wanted(&filter.from),
        until: wanted(&filter.until),
    };
    let who = view.acting()?;
    let found = service::entries(&view.app, who, &asked).await?;
    let mut rules = service::refusing_rules(&view.app, who).await?;
    // A rule that has refused nothing yet can be asked for all the same.
    let other = asked.rule.clone().filter(|rule| !rules.contains(rule));
    rules.extend(other);
    let choice =
        |value: &str, title: String, chosen: &str| Choice { value: value.to_owned(), title, chosen: value == chosen };
    let project = view.app.project();
    let filters = Filters {
        prefix: "",
        label: t.s("log-filters"),
        kinds: service::kinds().into_iter().map(|kind| choice(kind, t.of("kind", kind), &filter.kind)).collect(),
        purposes: project
            .purposes
            .keys()
            .map(|id| choice(id.as_str(), view.purpose_says(id.as_str()), &filter.purpose))
            .collect(),
        agencies: project
            .agencies
            .keys()
            .map(|id| choice(id.as_str(), view.agency_title(id.as_str()), &filter.agency))
            .collect(),
        roles: roles(view).into_iter().map(|(role, title)| choice(&role, title, &filter.role)).collect(),
        rules: rules.iter().map(|rule| choice(rule, rule_says(t, rule), &filter.rule)).collect(),
        from: filter.from.clone(),
        until: filter.until.clone(),
        filtered: asked.is_any(),
    };
    let mut frame = view.frame()?;
    if let Some(form) = form {
        LOG.clone_into(&mut frame.back);
        VERIFY.clone_into(&mut frame.repeat_at);
        frame.repeat = form.fields();
        frame.repeat.push((AGAIN, true.to_string()));
    }
    let page = LogPage {
        frame,
        t,
        size: found.size,
        matching: found.matching,
        entries: found.entries.iter().map(|entry| line(view, entry)).collect(),
        filters,
        older: found.next.map(|next| filter.href(Some(next))),
        newest: before.map(|_| filter.href(None)),
        checkpoint: service::checkpoint(&view.app),
        saved: form.map(|form| form.saved.clone()).unwrap_or_default(),
    };
    view.page(&page)
}

/// Gives whoever can be behind an entry, as the log names them and as people do.
fn roles(view: &View) -> Vec<(String, String)> {
    let agencies = view.app.project().agencies.values();
    let of = |agency: &model::Agency| {
        let roles = agency.roles.iter().map(|role| format!("{}/{}", agency.id, role.id));
        roles.collect::<Vec<_>>()
    };
    let of_agencies = agencies.flat_map(of);
    let others = ["citizen", "system", "unknown"].map(str::to_owned);
    of_agencies.chain(others).map(|by| (by.clone(), view.recipient_title(&by))).collect()
}

/// Kinds of entries that are about no person whatever they say.
const ABOUT_NOBODY: [&str; 3] = ["job", "ingest", "oversight"];

fn line(view: &View, entry: &EntryView) -> Line {
    let t = view.t;
    let registers =
        || entry.registers.iter().map(|register| view.register_title(register)).collect::<Vec<_>>().join(", ");
    let about = match entry.kind.as_str() {
        "job" => entry.job.as_deref().map(|job| t.of("job", job)).unwrap_or_default(),
        // The rules say it.
        "refusal" => String::new(),
        _ => registers(),
    };
    Line {
        index: entry.index,
        href: format!("/log/{}", entry.index),
        kind: t.of("kind", &entry.kind),
        refused: entry.kind == "refusal",
        asked: entry.asked.as_deref().map(|asked| t.of("refused-to", asked)),
        at: entry.at.clone(),
        by: view.recipient_title(&entry.by),
        purpose: entry.purpose.as_deref().map(|purpose| view.purpose_says(purpose)),
        subjects: (!ABOUT_NOBODY.contains(&entry.kind.as_str())).then(|| t.number(&u64::from(entry.subjects))),
        about,
        rules: told(t, &entry.rules),
    }
}

/// Shows an entry and what proves that it is in the log.
pub(crate) async fn entry(view: View, Path(index): Path<String>) -> Response {
    let answer = entry_page(&view, &index).await;
    view.answer(answer)
}

async fn entry_page(view: &View, index: &str) -> Result<Response, Problem> {
    let t = view.t;
    let found = service::entry(&view.app, view.acting()?, number_of(index)?).await?;
    let entry = &found.entry;
    let page = EntryPage {
        frame: view.frame()?,
        t,
        line: line(view, entry),
        registers: entry.registers.iter().map(|register| view.register_title(register)).collect(),
        rules: rules(t, &entry.classes),
        run: entry.run.clone(),
        tables: entry.tables.clone(),
        rows: entry.rows.map(|rows| t.number(&rows)),
        quarantined: entry.quarantined.map(|rows| t.number(&rows)),
        commitment: entry.commitment.clone(),
        bytes: found.bytes.clone(),
        leaf_hash: found.leaf_hash.clone(),
        path: found.path.clone(),
        checkpoint: found.checkpoint.clone(),
        is_auditor: view.who.as_ref().is_some_and(|who| who.role().is_some()),
    };
    view.page(&page)
}

/// Gives the checkpoint that was published last as a file to be kept.
pub(crate) async fn checkpoint(view: View) -> Response {
    let answer = view.acting().map(|_| as_file(service::checkpoint(&view.app)));
    view.answer(answer)
}

/// Gives a checkpoint as a file whose name says how many entries it fixes.
fn as_file(checkpoint: String) -> Response {
    // Its second line is the number of entries.
    let size: String = checkpoint.lines().nth(1).unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"lucarne-checkpoint-{size}.txt\"")),
    ];
    (headers, checkpoint).into_response()
}

#[derive(Deserialize)]
pub(crate) struct Verifying {
    form_token: String,
    #[serde(default)]
    saved: String,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

impl Verifying {
    /// Gives what was pasted.
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("saved", self.saved.clone())]
    }
}

/// Where the form of a verification is.
const LOG: &str = "/log";

/// Where it is sent to.
const VERIFY: &str = "/log/verify";

/// Begins to recompute the whole log, and leads to the page that tells how far that is.
pub(crate) async fn verify(view: View, Sent(form): Sent<Verifying>) -> Response {
    let typed = form.as_ref().ok().and_then(|form| view.typed(&form.form_token, VERIFY, &form.fields()));
    let answer = match form {
        Ok(form) => begun(&view, form).await,
        Err(problem) => Err(problem),
    };
    view.answer_typed(None, typed, answer)
}

async fn begun(view: &View, form: Verifying) -> Result<Response, Problem> {
    let who = view.acting_by(&form.form_token)?;
    if form.again {
        return entries(view, Filter::default(), Some(&form)).await;
    }
    // A signed note has line feeds only, and ends with one; a form's text area sends both.
    let saved = form.saved.replace("\r\n", "\n");
    let saved = (!saved.trim().is_empty()).then(|| format!("{}\n", saved.trim()));
    let run = service::begin_verification(&view.app, who, saved)?;
    Ok(Redirect::to(&format!("/log/verify/{}", run.number)).into_response())
}

/// Says whether the whole log holds, or how far the verification is.
pub(crate) async fn verification(view: View, Path(number): Path<String>) -> Response {
    let answer = verified(&view, &number).await;
    view.answer(answer)
}

fn run_of(view: &View, number: &str) -> Result<Verification, Problem> {
    service::verification(&view.app, view.acting()?, number_of(number)?)
}

fn far(t: Words, done: u64, of: u64) -> String {
    if of == 0 {
        return t.s("progress-begins");
    }
    t.with_all("verify-far", &[("done", t.number(&done)), ("all", t.number(&of))])
}

async fn verified(view: &View, number: &str) -> Result<Response, Problem> {
    let (run, t) = (run_of(view, number)?, view.t);
    let Some(found) = progress::outcome(&run).await? else {
        return progress::page(view, &run, t.s("verify-under-way"), &format!("/log/verify/{}", run.number), far);
    };
    let page = VerifiedPage {
        frame: view.frame()?,
        t,
        outcome: Verified {
            verified: found.verified,
            entries: found.entries,
            root: found.root,
            fault: found.fault_kind.zip(found.fault).map(|(kind, technical)| Fault::new(t, kind, technical)),
            took: t.number(&found.took_ms),
            compared: run.key.is_some(),
        },
        checkpoint: service::checkpoint(&view.app),
    };
    view.page(&page)
}

/// Tells how far the verification is, while it is under way.
pub(crate) async fn verification_events(view: View, Path(number): Path<String>) -> Response {
    let answer = run_of(&view, &number).and_then(|run| progress::events(&view, &run, far));
    view.answer(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stay_in_the_address() {
        let filter = Filter { kind: "look".into(), agency: "education".into(), ..Filter::default() };
        assert_eq!(filter.href(Some(12)), "/log?kind=look&agency=education&before=12");
        assert_eq!(Filter::default().href(None), "/log");
        let refused = Filter { kind: "refusal".into(), rule: "purpose.needs-case".into(), ..Filter::default() };
        assert_eq!(refused.href(None), refused_by_href("purpose.needs-case").unwrap());
        assert_eq!(refused_by_href("a&b"), None);
        let period = Filter {
            role: "education/case-officer".into(),
            from: "2026-05-01".into(),
            until: "2026-05-04".into(),
            ..Filter::default()
        };
        assert_eq!(period.href(None), "/log?role=education/case-officer&from=2026-05-01&until=2026-05-04");
        let made_up = Filter { kind: "look&before=1\"><script>".into(), ..Filter::default() };
        assert_eq!(made_up.href(None), "/log");
    }

    #[test]
    fn the_file_of_a_checkpoint_is_named_after_its_size() {
        let file = as_file("small.example/log\n1234\nAAAA\n\n— small.example/log BBBB\n".to_owned());
        let named = file.headers()["content-disposition"].to_str().unwrap();
        assert_eq!(named, "attachment; filename=\"lucarne-checkpoint-1234.txt\"");
    }
}
