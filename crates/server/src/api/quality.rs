//! How good the linkage is.

use axum::extract::State;

use super::Answer;
use crate::app::{App, Caller};
use crate::problem::Problem;
use crate::service::{self, QualityView};

/// Gives how good the linkage is: weights, what can't be linked, sizes and density of clusters, drift, groups, what
/// training doubted of the model (`doubts`), what blocking left out (`left_out`), and precision and recall as far as stewards judged the sample. Counts only. For data stewards and data protection officers.
#[utoipa::path(get, path = "/api/v1/linkage/quality", tag = "review",
    responses((status = 200, body = QualityView), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn quality(State(app): State<App>, Caller(who): Caller) -> Result<Answer<QualityView>, Problem> {
    service::quality(&app, &who).await.map(Answer)
}
