//! Whose a record is that comes ahead of its register's next delivery.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use model::request::Action;
use registry::{ResolveError, ResolveQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dossier::LinkEvidence;
use super::work::{WorkForm, refuse, request};
use crate::app::{App, Who};
use crate::problem::Problem;

/// The longest value, in characters: nobody's is longer, and comparing costs time.
const VALUE_CHARACTERS_MAX: usize = 200;

/// The most columns of a record.
const COLUMNS_MAX: usize = 64;

/// A record, and why whose it is is asked.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct ResolveForm {
    /// Under which purpose, for which case and why.
    #[serde(flatten)]
    pub work: WorkForm,
    /// The record's register: one that the asker's own agency keeps.
    #[schema(example = "student_loans")]
    pub register: String,
    /// The columns of the register's key, as its files write them.
    #[schema(value_type = Object, example = json!({ "loan_no": "SL-2026-0417" }))]
    pub key: BTreeMap<String, String>,
    /// The record's values by column of person records, as models of the kind `person` make them; dates as `1984-03-12`.
    #[schema(value_type = Object, example = json!({ "first_name": "Amelia", "last_name": "Okafor", "born": "1984-03-12" }))]
    pub values: BTreeMap<String, String>,
}

/// Whose a record is.
#[derive(Clone, Serialize, ToSchema)]
pub struct ResolveView {
    /// The number of the question's entry in the log.
    pub log_index: u64,
    /// The person, as the asker's agency knows them; none when no record that the purpose lets be compared is of the same
    /// person.
    #[schema(example = "p-4k3jq7xw2m5n6a7b2c3d4e5f6g")]
    pub person: Option<String>,
    /// What links the record to the person, as far as the purpose discloses it; there when the person is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkEvidence>,
    /// Columns that the purpose doesn't let the asker compare; they were not used and are not kept.
    pub not_used: Vec<String>,
    /// Until when the record is kept, in UTC, if no delivery of its register brings it before.
    pub kept_until: String,
}

impl ResolveForm {
    /// Checks what needs no knowledge of the register.
    fn check(&self) -> Result<(), Problem> {
        let all = self.key.iter().chain(&self.values).flat_map(|(column, value)| [column, value]);
        if self.key.len() + self.values.len() > COLUMNS_MAX
            || all.into_iter().any(|text| text.chars().count() > VALUE_CHARACTERS_MAX)
        {
            let detail = format!(
                "a record has at most {COLUMNS_MAX} columns and a value at most {VALUE_CHARACTERS_MAX} characters"
            );
            return Err(Problem::new("bad-request", detail));
        }
        Ok(())
    }
}

/// Tells whose a record is, and keeps it. Whoever is named is the subject of the log entry.
///
/// # Errors
/// What the gate refuses, what names nobody, what can't be read, and what fails; and while records are being read.
pub async fn resolve(app: &App, who: &Who, form: ResolveForm) -> Result<ResolveView, Problem> {
    let request = request(who, &form.work, Action::Search)?;
    form.check()?;
    let Some(agency) = who.agency() else { return Err(refuse(app, &request).await) };
    let resolver = app.resolving().resolver()?;
    let ResolveForm { register, mut key, values, .. } = form;
    // The id is that of the record when it is delivered, however its key is written.
    if let Some(register) = app.project().registers.get(register.as_str()) {
        for (name, value) in &mut key {
            let column = register.columns.get(name.as_str());
            if let Some(text) = column.and_then(|column| source::text_in_ids(column, value.trim())) {
                *value = text;
            }
        }
    }
    let resolved = resolver.resolve(app.gate(), &request, ResolveQuery { register, key, values }).await?;
    Ok(ResolveView {
        log_index: resolved.leaf,
        person: resolved.person.map(|person| app.gate().pseudonym(agency, person)),
        link: resolved.evidence.map(LinkEvidence::from),
        not_used: resolved.not_used,
        kept_until: resolved.kept_until.to_rfc3339_opts(SecondsFormat::Secs, true),
    })
}

impl From<ResolveError> for Problem {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::Asked(why) => Self::new("bad-request", why),
            ResolveError::AgreementEnded => Self::new("unavailable", error.to_string()),
            ResolveError::Registry(error) => error.into(),
        }
    }
}
