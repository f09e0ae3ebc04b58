//! Splink's models: read what Splink 5 saved, and do the same work on the same records.
//!
//! Splink (R. Linacre et al., IJPDS 7, 2022) trains a model and writes it as JSON. [`SplinkModel`] reads that,
//! [`SplinkLinker`] makes records ready for it, and scores the pairs that its blocking rules give: the same pairs as
//! Splink 5.0.0 on DuckDB 2.0.0, with the same comparison vector, and the same match weight to 1e-9. SQL that is not
//! understood is refused with its comparison, level and character, never passed over; `docs/splink.md` lists what is.
//!
//! # Why it is fast
//!
//! Every distinct value of a column has a code, so equality is a comparison of codes, and what a condition asks of one
//! record is worked out once for each value. A block's rows are gathered, and each pair first gets a bound on its
//! weight from equal codes alone, all comparisons at once; where a least weight is asked for, most pairs end there. A
//! distance is looked at through a signature of both texts, then in a small memory of earlier pairs, and computed
//! bit-parallel and no further than the thresholds see. There is no table of pairs: they are handed on as they come.
//!
//! # A worked example
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
//! use matching::Silent;
//! use matching::splink::{SplinkLinker, SplinkModel};
//!
//! let model = SplinkModel::from_json(r#"{
//!     "link_type": "dedupe_only",
//!     "unique_id_column_name": "id",
//!     "probability_two_random_records_match": 0.01,
//!     "comparisons": [{
//!         "output_column_name": "name",
//!         "comparison_levels": [
//!             {"sql_condition": "\"name_l\" IS NULL OR \"name_r\" IS NULL", "is_null_level": true},
//!             {"sql_condition": "\"name_l\" = \"name_r\"", "m_probability": 0.8, "u_probability": 0.01},
//!             {"sql_condition": "jaro_winkler_similarity(\"name_l\", \"name_r\") >= 0.88",
//!              "m_probability": 0.15, "u_probability": 0.02},
//!             {"sql_condition": "ELSE", "m_probability": 0.05, "u_probability": 0.97}
//!         ]
//!     }],
//!     "blocking_rules_to_generate_predictions": [
//!         {"blocking_rule": "SUBSTRING(l.\"name\", 1, 1) = SUBSTRING(r.\"name\", 1, 1)"}
//!     ]
//! }"#)?;
//! let ids: ArrayRef = Arc::new(Int64Array::from(vec![10, 11, 12]));
//! let names: ArrayRef = Arc::new(StringArray::from(vec!["Martha", "Marhta", "Anna"]));
//! let records = RecordBatch::try_from_iter([("id", ids), ("name", names)])?;
//!
//! let linker = SplinkLinker::new(&model, &[records])?;
//! let found = Mutex::new(Vec::new());
//! linker.predict(Some(-10.0), &Silent, &|pairs| {
//!     // Called from several threads, a batch of pairs at a time.
//!     if let Ok(mut found) = found.lock() {
//!         found.extend_from_slice(pairs);
//!     }
//! })?;
//! let found = found.into_inner()?;
//! assert_eq!((found[0].left, found[0].right), (0, 1));
//! assert_eq!(linker.gammas(&found[0]).collect::<Vec<_>>(), [1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod components;
mod error;
mod kernel;
mod linker;
mod model;
mod parts;
mod program;
mod records;
mod score;
mod search;
mod sql;
mod strings;
mod time;
mod value;

pub use self::model::{SplinkComparison, SplinkLevel, SplinkLinkType, SplinkModel};
pub use components::SplinkComponents;
pub use error::SplinkError;
pub use kernel::{damerau_levenshtein, jaccard, jaro_similarity, jaro_winkler_similarity, levenshtein};
pub use linker::{SplinkLinker, SplinkPair, SplinkReport, SplinkRuleReport};
pub use parts::SplinkParts;
pub use records::SplinkColumn;
