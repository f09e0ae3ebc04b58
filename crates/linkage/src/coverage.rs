//! Which registers may be linked, and how: the agreements decide.
//!
//! The gate decides, by the day and by all policies, whether the job may read a table. This decides whether what was
//! read may be put together, and holds even if a policy should be written too wide. A register that no agreement covers
//! stops the run: to leave it out silently would give a spine that looks whole and isn't.

use model::{Agreement, AgreementId, LinkageConfig, ModelId, ModelKind, Project, RegisterId};

use crate::error::LinkageError;

/// A person model whose records may be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Covered {
    pub(crate) model: ModelId,
    pub(crate) register: RegisterId,
    /// Whether its records are attached to persons without connecting any.
    pub(crate) is_attached: bool,
}

/// Gives the person models of a project with how each may be linked, as far as that does not hang on the day.
pub(crate) fn covered(project: &Project, config: &LinkageConfig) -> Result<Vec<Covered>, LinkageError> {
    let base = agreed(project, config.agreement.as_ref().ok_or(LinkageError::NoAgreement)?)?;
    let mut found = Vec::new();
    for model in project.models.values().filter(|model| model.kind == ModelKind::Person) {
        // A register named under `attach` is attached, also when the base agreement covers it: the narrower wins.
        let attach = config.attach.iter().find(|attach| attach.registers.contains(&model.register));
        let agreement = match attach {
            Some(attach) => agreed(project, &attach.agreement)?,
            None => base,
        };
        if !agreement.registers.contains(&model.register) {
            return Err(LinkageError::RegisterNotCovered {
                model: model.id.clone(),
                register: model.register.clone(),
                agreement: agreement.id.clone(),
            });
        }
        let categories = project.registers.get(&model.register).map(model::Register::special_categories);
        for category in categories.into_iter().flatten() {
            if !agreement.special_categories.contains(&category) {
                return Err(LinkageError::CategoryNotNamed {
                    register: model.register.clone(),
                    category,
                    agreement: agreement.id.clone(),
                });
            }
        }
        found.push(Covered {
            model: model.id.clone(),
            register: model.register.clone(),
            is_attached: attach.is_some(),
        });
    }
    if found.is_empty() { Err(LinkageError::NoPersonModels) } else { Ok(found) }
}

fn agreed<'a>(project: &'a Project, id: &AgreementId) -> Result<&'a Agreement, LinkageError> {
    let agreement =
        project.agreements.get(id).ok_or_else(|| LinkageError::AgreementMissing { agreement: id.clone() })?;
    if agreement.allows_linking { Ok(agreement) } else { Err(LinkageError::LinkingNotAgreed { agreement: id.clone() }) }
}
