//! The words of Lucarne: typed ids, project files and their errors, sensitivity classes, judgements.
//!
//! This crate reads project folders and nothing else: it opens no table, no network connection and no database.
//! Every other room speaks in its types.

pub mod agency;
pub mod agreement;
pub mod class;
pub mod clock;
pub mod diagnostic;
pub mod disclosure;
pub mod id;
pub mod judgement;
pub mod legible;
pub mod linkage;
pub mod ontology;
pub mod project;
pub mod purpose;
pub mod record;
pub mod register;
pub mod request;
pub mod sql_model;
mod toml;
pub mod validity;

pub use agency::{Agency, Role};
pub use agreement::Agreement;
pub use class::{Class, SpecialCategory};
pub use clock::{Clock, SystemClock};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use disclosure::{Compared, Disclosure};
pub use id::{
    AgencyId, AgreementId, CaseId, ModelId, ObjectTypeId, OfficerId, PersonId, PurposeId, Recipient, RegisterId,
    RoleId, RunId,
};
pub use judgement::{Judgement, TAKING_BACK, Verdict, taken_back};
pub use legible::{Legible, Survey};
pub use linkage::LinkageConfig;
pub use ontology::ObjectType;
pub use project::Project;
pub use purpose::{Job, Purpose, Subject};
pub use record::RecordId;
pub use register::{Code, Column, ColumnType, Delivery, Register};
pub use request::{Actor, Request};
pub use sql_model::{Expectations, ModelKind, SqlModel};
pub use validity::Validity;
