//! Reads `lucarne.toml`.

use std::path::{Component, Path, PathBuf};

use super::reader::{Table, Value};
use crate::id::{OfficerId, Recipient};
use crate::project::{DemoIdentity, FORMAT_VERSION, JobPurposes, ResolveSettings, Settings};

/// For how many days a record is kept that no delivery brings, where the file doesn't say.
const KEEP_DAYS: i64 = 30;

pub(crate) fn read(table: &Table<'_>) -> Option<Settings> {
    let format = table.require("format", "format = 1").and_then(|value| value.integer(1..=i64::from(u32::MAX)));
    if format.is_some_and(|format| format != i64::from(FORMAT_VERSION)) {
        return other_version(table, format);
    }
    let name = table.require("name", "name = \"Republic\"").and_then(|value| value.text());
    let name_fr = table.get("name_fr").and_then(|value| value.text());
    let data = table.get("data").map_or(Some(PathBuf::from("data")), |value| inner_path(&value));
    let log_origin =
        table.require("log_origin", "log_origin = \"republic.example/log\"").and_then(|value| origin(&value));
    let jobs = table.require("jobs", "[jobs]").and_then(|value| jobs(&value));
    let districts = table.get("districts").and_then(|value| inner_path(&value));
    let truth = table.get("truth").and_then(|value| inner_path(&value));
    let resolve = table.get("resolve").map(|value| resolve(&value));
    let demo_identities =
        table.get("demo_identities").map_or(Some(Vec::new()), |value| value.list(|value| demo_identity(value)));
    table.finish();
    Some(Settings {
        format: FORMAT_VERSION,
        name: name?,
        name_fr,
        data: data?,
        log_origin: log_origin?,
        jobs: jobs?,
        districts,
        truth,
        resolve: match resolve {
            Some(resolve) => Some(resolve?),
            None => None,
        },
        demo_identities: demo_identities?,
    })
}

/// Says that the project is of another version and nothing else: its other keys may mean other things.
fn other_version(table: &Table<'_>, format: Option<i64>) -> Option<Settings> {
    let value = table.get("format")?;
    let message = format!(
        "this is a project of another version: format {}, and this build reads format {FORMAT_VERSION}",
        format.unwrap_or_default()
    );
    value.error("project/other-version", message, "use the build that made it, or move the project to this format");
    None
}

fn jobs(value: &Value<'_>) -> Option<JobPurposes> {
    let table = value.table()?;
    let build = table.require("build", "build = \"job-build\"").and_then(|value| value.id());
    let link = table.require("link", "link = \"job-link\"").and_then(|value| value.id());
    let index = table.require("index", "index = \"job-index\"").and_then(|value| value.id());
    table.finish();
    Some(JobPurposes { build: build?, link: link?, index: index? })
}

fn resolve(value: &Value<'_>) -> Option<ResolveSettings> {
    let table = value.table()?;
    let keep_days = table.get("keep_days").map_or(Some(KEEP_DAYS), |value| value.integer(1..=366));
    table.finish();
    Some(ResolveSettings { keep_days: u32::try_from(keep_days?).ok()? })
}

fn demo_identity(value: &Value<'_>) -> Option<DemoIdentity> {
    let table = value.table()?;
    let name = table.require("name", "name = \"officer\"").and_then(|value| value.id::<OfficerId>());
    let title = table.require("title", "title = \"Case officer\"").and_then(|value| value.text());
    let title_fr = table.get("title_fr").and_then(|value| value.text());
    let acts_as = table.require("as", "as = \"education/case-officer\"").and_then(|value| acts_as(&value));
    table.finish();
    Some(DemoIdentity { name: name?.as_str().to_owned(), title: title?, title_fr, acts_as: acts_as? })
}

/// Gives who a demo's identity acts as: a role of an agency, or nobody but themselves.
fn acts_as(value: &Value<'_>) -> Option<Option<Recipient>> {
    if value.text()? == "citizen" { Some(None) } else { value.id::<Recipient>().map(Some) }
}

/// Gives a path that stays in the project.
fn inner_path(value: &Value<'_>) -> Option<PathBuf> {
    let text = value.text()?;
    if !stays_inside(&text) {
        let help = "write a path relative to the project, without `..`";
        value.error("project/path-outside", format!("`{text}` leads out of the project"), help);
        return None;
    }
    Some(PathBuf::from(text))
}

/// Tells whether a relative path has no step that leads out of the folder that it begins in.
pub(crate) fn stays_inside(text: &str) -> bool {
    Path::new(text).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        && !text.contains('\\')
}

/// Gives an origin as C2SP checkpoints want it: a URL without a scheme, and as a key name no space and no `+`.
fn origin(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let wrong = text.contains("://") || text.contains('+') || text.chars().any(|c| c.is_whitespace() || c.is_control());
    if wrong {
        let help = "write a name without scheme, spaces and `+`, such as `republic.example/log`";
        value.error("project/log-origin", format!("`{text}` can't be the origin of a log"), help);
        return None;
    }
    Some(text)
}
