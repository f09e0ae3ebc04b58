//! Delta tables, their versions, and SQL sessions over them.
//!
//! [`Lake::open`] gives two things: a [`Lake`], which writes and knows what is not personal (names of tables, versions,
//! counts of rows), and a [`ReadAuthority`], without which no row can be read. There is one authority a process, it can be
//! neither made nor copied elsewhere, and the gate takes it. So whoever holds only a [`Lake`] can't see a value.
//!
//! ```
//! # async fn example(folder: &std::path::Path) -> Result<(), lake::LakeError> {
//! let (lake, authority): (lake::Lake, lake::ReadAuthority) = lake::Lake::open(folder).await?;
//! # drop((lake, authority));
//! # Ok(())
//! # }
//! ```
//!
//! Nobody else can make an authority. Each example that must not compile has one beside it that does, and differs in the line
//! that is forbidden:
//!
//! ```compile_fail,E0451
//! fn any<T>() -> T { loop {} }
//! fn forge() -> lake::ReadAuthority {
//!     lake::ReadAuthority { lake: any() }
//! }
//! ```
//!
//! ```
//! fn any<T>() -> T { loop {} }
//! fn forge() -> lake::ReadAuthority {
//!     any()
//! }
//! ```
//!
//! nor take the lake out of one:
//!
//! ```compile_fail,E0616
//! fn inside(authority: lake::ReadAuthority) {
//!     let inside = authority.lake;
//! }
//! ```
//!
//! ```
//! fn inside(authority: lake::ReadAuthority) {
//!     let inside = authority;
//! }
//! ```
//!
//! nor copy the one there is (a [`Lake`] can be copied, which shows that the failure is the authority's):
//!
//! ```
//! fn copy<T: Clone>() {}
//! copy::<lake::Lake>();
//! ```
//!
//! ```compile_fail,E0277
//! fn copy<T: Clone>() {}
//! copy::<lake::ReadAuthority>();
//! ```
//!
//! nor make one of nothing, or read one from a file:
//!
//! ```
//! fn of_nothing<T: Default>() {}
//! of_nothing::<String>();
//! ```
//!
//! ```compile_fail,E0277
//! fn of_nothing<T: Default>() {}
//! of_nothing::<lake::ReadAuthority>();
//! ```
//!
//! ```
//! fn read<T: serde::de::DeserializeOwned>() {}
//! read::<String>();
//! ```
//!
//! ```compile_fail,E0277
//! fn read<T: serde::de::DeserializeOwned>() {}
//! read::<lake::ReadAuthority>();
//! ```
//!
//! What this crate never does: it keeps no minimum or maximum of a column in the Delta log unless the writer names the
//! column; it writes no deletion vector; it puts no value of a row into an error.

mod compare;
mod delta;
mod disk;
mod error;
mod folder;
mod part;
mod read;
mod rewrite;
mod schema;
mod session;
pub mod sql;
mod statistics;
mod table;
mod write;

pub use compare::Compared;
pub use delta::{TableInfo, TableVersion};
pub use error::LakeError;
pub use folder::{DATA_FORMAT, is_within_data};
pub use read::{Filter, ReadAuthority};
pub use session::{SqlSession, planned_columns};
pub use table::{Namespace, TableRef};
pub use write::{
    BatchStream, DeleteReport, Lake, Prepared, SendableBatches, VacuumReport, Write, WriteMode, WriteReport,
};
