//! The data engineer's page: what was read in, what was built of it, and what is in quarantine. Counts only.

use askama::Template;
use axum::response::Response;
use lake::Namespace;
use model::agency::RoleKind;

use super::frame::Frame;
use super::view::View;
use super::words::Words;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "runs.html")]
struct RunsPage {
    frame: Frame,
    t: Words,
    tables: Vec<Table>,
    quarantined: u64,
}

/// A table of the lake.
struct Table {
    name: String,
    kind: String,
    rows: String,
    is_quarantine: bool,
    version: String,
    megabytes: String,
    at: String,
}

/// Shows the tables of the lake as their last runs left them.
pub(crate) async fn page(view: View) -> Response {
    let answer = runs_page(&view).await;
    view.answer(answer)
}

async fn runs_page(view: &View) -> Result<Response, Problem> {
    view.acting()?.must_be(RoleKind::Engineer)?;
    let t = view.t;
    let failed = |error: lake::LakeError| Problem::failure("unavailable", &error);
    let lake = view.app.lake();
    let (mut tables, mut quarantined) = (Vec::new(), 0);
    for table in lake.tables().await.map_err(failed)? {
        let Some(info) = lake.info(&table).await.map_err(failed)? else { continue };
        let is_quarantine = table.namespace == Namespace::Quarantine;
        if is_quarantine {
            quarantined += info.rows;
        }
        tables.push(Table {
            name: table.name.clone(),
            kind: t.of("namespace", table.namespace.as_str()),
            rows: t.number(&info.rows),
            is_quarantine: is_quarantine && info.rows > 0,
            version: t.number(&info.version),
            megabytes: t.decimal(&format!("{:.1}", info.bytes as f64 / 1e6)),
            at: info.last_modified.to_rfc3339(),
        });
    }
    view.page(&RunsPage { frame: view.frame()?, t, tables, quarantined })
}
