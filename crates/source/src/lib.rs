//! Connectors: files become rows of registers, and rows that no schema accepts go to quarantine.
//!
//! CSV and JSON lines are read as text and cast to the pinned schema of the register; Parquet is taken as it is where the
//! types match. [`ingest`] reads a delivery into the lake; [`infer`] proposes a register file for one.
//!
//! What this crate never does: it drops no row in silence (each is in the register or in quarantine), it makes nothing
//! readable of a delivery that has too many bad rows, and it puts no value of a row into an error or a message.

mod cast;
mod chunk;
mod csv;
mod error;
mod files;
mod infer;
mod ingest;
mod json;
mod notes;
mod order;
mod parquet;
mod parse;
mod quarantine;
mod reason;
mod report;
mod transcode;

pub use error::{ReasonCount, SourceError, share_up};
pub use infer::infer;
pub use ingest::{NOTE_RUN, Prepared, ingest, prepare};
pub use notes::{QuarantinedFor, QuarantinedRun, quarantined_runs, reason_codes};
pub use parse::text_in_ids;
pub use quarantine::quarantine_schema;
pub use report::{FileReport, IngestProgress, IngestReport};

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use model::record::column;
use model::{ColumnType, Register};

/// Gives the columns of a register's table: its own, then `_record`, `_file`, `_row` and `_run`.
#[must_use]
pub fn register_schema(register: &Register) -> SchemaRef {
    let own = register.columns.values().map(|column| Field::new(&column.name, arrow_type(column.r#type), true));
    let origin = [
        Field::new(column::RECORD, DataType::Utf8, false),
        Field::new(column::FILE, DataType::Utf8, false),
        Field::new(column::ROW, DataType::Int64, false),
        Field::new(column::RUN, DataType::Utf8, false),
    ];
    Arc::new(Schema::new(own.chain(origin).collect::<Vec<_>>()))
}

/// Gives the Arrow type in which tables hold values of a type.
#[must_use]
pub fn arrow_type(of: ColumnType) -> DataType {
    match of {
        ColumnType::Text | ColumnType::Month => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Decimal { precision, scale } => DataType::Decimal128(precision, scale),
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}
