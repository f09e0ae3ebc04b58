//! The commands, one file each.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod index;
pub(crate) mod ingest;
pub(crate) mod init;
pub(crate) mod link;
pub(crate) mod log;
pub(crate) mod resolve;
pub(crate) mod serve;
pub(crate) mod synth;

use std::path::Path;

use crate::app::App;
use crate::exit::{Ending, Failure};

/// Opens a project for a command that runs jobs.
async fn open(dir: &Path) -> Result<App, Failure> {
    App::open(dir).await
}

/// Closes a project whatever became of the work in it, so that the log's checkpoint covers every entry, and gives what the
/// work gave. Results are printed after that: whoever reads them may keep this process waiting.
pub(crate) async fn closing<T>(app: App, done: Result<T, Failure>) -> Result<T, Failure> {
    let closed = app.close().await;
    let done = done?;
    closed?;
    Ok(done)
}

/// Gives the failure of a job that the gate did not allow or that failed at it.
pub(crate) fn denied(denied: gate::Denied) -> Failure {
    match denied {
        gate::Denied::Refused(refusal) => {
            let rules: Vec<String> = refusal
                .reasons
                .iter()
                .map(|reason| format!("{} ({}): {}", reason.says.trim_end_matches('.'), reason.rule, reason.needed))
                .collect();
            Failure::new(Ending::Refused, anyhow::anyhow!("refused: {}", rules.join("; ")))
        }
        gate::Denied::Failed(error) => Failure::from(error),
    }
}
