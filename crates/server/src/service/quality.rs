//! How good the linkage is, as its last run left it: counts, and no person.

use lake::TableRef;
use linkage::Watch;
use model::agency::RoleKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, Who};
use crate::problem::Problem;

/// How good the linkage is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QualityView {
    /// What the last run of linking kept: the shape of its result, groups, the quality sample, drift since the run before and
    /// the runs before that; none where there was no run, or one by another version of Lucarne.
    #[schema(value_type = Option<Object>)]
    pub watch: Option<Watch>,
}

/// Gives how good the linkage is. It tells of nobody and is no look: no group in it is of fewer persons than
/// [`linkage::PERSONS_MIN`].
///
/// # Errors
/// For others than data stewards and data protection officers; when the lake can't be asked.
pub async fn quality(app: &App, who: &Who) -> Result<QualityView, Problem> {
    if who.role() != Some(RoleKind::Steward) {
        who.must_be(RoleKind::DataProtectionOfficer)?;
    }
    let links = TableRef::spine(linkage::spine::LINKS);
    let info = app.lake().info(&links).await.map_err(|error| Problem::failure("unavailable", &error))?;
    Ok(QualityView { watch: info.and_then(|info| linkage::kept(&info.metadata)) })
}
