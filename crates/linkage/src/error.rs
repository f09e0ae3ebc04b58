//! What can go wrong. No message holds a value of a record.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use model::{AgreementId, ModelId, RegisterId, SpecialCategory};

/// Says why records were not linked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkageError {
    /// The project does not say how to link.
    #[error("the project has no linkage.toml: write one, or leave `link` out")]
    NoConfig,
    /// A model of Splink is not understood, or does not fit the records.
    #[error(transparent)]
    Splink(#[from] matching::splink::SplinkError),
    /// What the settings say can't be done. Whoever read them says in which file they are.
    #[error("{0}")]
    Config(String),
    /// The records to explain are not named as they should be. It holds no id.
    #[error("{0}")]
    Named(String),
    /// Pairs across sources are wanted of one source.
    #[error(
        "only pairs across sources are wanted, and there is one source: give two files, or name the column that tells \
         sources apart"
    )]
    OneSource,
    /// `linkage.toml` names no agreement.
    #[error("linkage.toml names no agreement: registers are linked only under one (`agreement = \"…\"`)")]
    NoAgreement,
    /// The project has no such agreement.
    #[error("linkage.toml names the agreement `{agreement}`, and there is none: write agreements/{agreement}.toml")]
    AgreementMissing {
        /// The agreement.
        agreement: AgreementId,
    },
    /// The agreement is not in force.
    #[error(
        "the agreement `{agreement}` is in force from {from} until {until}, today is {today}: renew it before linking"
    )]
    AgreementNotInForce {
        /// The agreement.
        agreement: AgreementId,
        /// Its first day.
        from: chrono::NaiveDate,
        /// Its last day.
        until: chrono::NaiveDate,
        /// Today (UTC).
        today: chrono::NaiveDate,
    },
    /// The agreement does not allow linking.
    #[error("the agreement `{agreement}` does not allow linking: link under another, or have `linking` agreed")]
    LinkingNotAgreed {
        /// The agreement.
        agreement: AgreementId,
    },
    /// The agreement does not cover a register that has person records.
    #[error(
        "the model `{model}` makes person records of the register `{register}`, which no agreement of linkage.toml \
         covers: add the register to `{agreement}`, attach it under an agreement of its own, or take the model out"
    )]
    RegisterNotCovered {
        /// The model.
        model: ModelId,
        /// Its register.
        register: RegisterId,
        /// The agreement of the linkage.
        agreement: AgreementId,
    },
    /// The agreement does not name a special category of a register.
    #[error(
        "the register `{register}` holds {category} data, which the agreement `{agreement}` does not name: link it under \
         an agreement that does (`attach`), or take its person model out"
    )]
    CategoryNotNamed {
        /// The register.
        register: RegisterId,
        /// The category.
        category: SpecialCategory,
        /// The agreement.
        agreement: AgreementId,
    },
    /// There are no person records.
    #[error("the project has no model of the kind `person`: write one for each register to link")]
    NoPersonModels,
    /// A person model has no table.
    #[error("the model `{model}` has no table: build it first (`lucarne build`)")]
    NotBuilt {
        /// The model.
        model: ModelId,
    },
    /// The spine has no model under the settings in force.
    #[error("no model was learnt under the settings of linkage.toml: link first (`lucarne link`)")]
    NoModel,
    /// A record that is to go did not come.
    #[error("the record did not come by itself")]
    NoArrival,
    /// A record is in two person models.
    #[error(
        "{records} records of the register `{register}` are in more than one person model (the second is `{model}`): a \
         record is of one person, so let each be in one model"
    )]
    RecordTwice {
        /// How many.
        records: u64,
        /// The register.
        register: RegisterId,
        /// The model in which they are for the second time.
        model: ModelId,
    },
    /// A table does not have the columns that it should.
    #[error("the table {table} is not as Lucarne writes it: {problem}")]
    Table {
        /// The table.
        table: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// What people said can't be taken over into the spine, which does not follow it then.
    #[error("what stewards and citizens said can't be taken over into the spine")]
    Kept(#[source] gate::GateError),
    /// A judgement can't be taken.
    #[error("{0}")]
    Judgement(&'static str),
    /// The truth can't be used.
    #[error("the truth in {}: {problem}", path.display())]
    Truth {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// An input file can't be used.
    #[error("{}: {problem}", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A file can't be written.
    #[error("{} can't be written: {problem}", path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        problem: String,
    },
    /// The gate did not let the job read.
    #[error(transparent)]
    Denied(gate::Denied),
    /// The gate failed while the job was reading.
    #[error("reading through the gate failed")]
    Gate(#[from] gate::GateError),
    /// The lake failed.
    #[error("the lake failed")]
    Lake(#[from] lake::LakeError),
    /// The matching failed.
    #[error(transparent)]
    Matching(#[from] matching::Error),
    /// Arrow failed.
    #[error("a column could not be made")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The clock can't be trusted.
    #[error(transparent)]
    Clock(#[from] model::clock::ClockError),
    /// A thread of the linkage died.
    #[error("a part of the linkage stopped: see the log")]
    Stopped,
    /// The system gives no threads to work on.
    #[error("threads for the linkage can't be started: {0}; see how many processes and how much memory are allowed")]
    Threads(String),
}

impl LinkageError {
    /// Gives the error of a file that can't be written, with what to do about it.
    pub(crate) fn output(path: &Path, error: &(dyn Error + 'static)) -> Self {
        Self::Output { path: path.to_owned(), problem: format!("{error}; {}", mend(error)) }
    }
}

/// Says what to do about a file that can't be written.
fn mend(error: &(dyn Error + 'static)) -> &'static str {
    use io::ErrorKind::{
        AlreadyExists, IsADirectory, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    // The writer of Parquet gives what the system said as its source.
    let mut causes = std::iter::successors(Some(error), |&error| error.source());
    match causes.find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind) {
        Some(StorageFull | QuotaExceeded) => "make room there, or name a place on another disk",
        Some(PermissionDenied | ReadOnlyFilesystem) => "let this account write there, or name another place",
        Some(AlreadyExists | IsADirectory | NotADirectory) => {
            "something else is in the way: move it, or name another place"
        }
        _ => "see that it can be written, or name another place",
    }
}

#[cfg(test)]
mod tests {
    use parquet::errors::ParquetError;

    use super::*;

    #[test]
    fn what_can_not_be_written_says_what_to_do() {
        let said = |kind: io::ErrorKind| LinkageError::output(Path::new("out/x"), &io::Error::from(kind)).to_string();
        for full in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            let said = said(full);
            assert!(said.starts_with("out/x can't be written: ") && said.contains("; make room there"), "{said}");
            let parquet = LinkageError::output(Path::new("out/x"), &ParquetError::from(io::Error::from(full)));
            assert!(parquet.to_string().contains("; make room there"), "{parquet}");
        }
        assert!(said(io::ErrorKind::PermissionDenied).contains("let this account"));
        assert!(said(io::ErrorKind::NotADirectory).contains("in the way"));
        assert!(said(io::ErrorKind::Other).contains("see that it can be written"));
    }
}
