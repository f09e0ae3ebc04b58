//! Record linkage as a library: comparisons, Fellegi-Sunter EM, scores, clusters, explanations. Arrow in, Arrow out.
//!
//! Registers that share no reliable identifier hold records of the same people. This crate says which records are one
//! person, how sure that is, and why. It reads no file and keeps no state: records come as Arrow batches, results are
//! arrays again, and a record is known by its index from 0.
//!
//! # The steps
//!
//! 1. [`Settings`] say which columns are compared and how ([`Comparison`]), which pairs are looked at at all
//!    ([`Block`]), and what is known of the sources. [`auto`] proposes some.
//! 2. [`Dataset`] encodes the records: each distinct value once, each record as a row of codes.
//! 3. [`train`] learns the [`Model`] without labels: how often matches and others reach each level.
//! 4. [`predict`] scores every pair that the blocking rules give and keeps those of some weight. [`predict_partition`]
//!    does a share of it, so that several processes can do the whole.
//! 5. [`cluster`] merges records into persons, best evidence first, under constraints and judgements. What then shows in
//!    clusters and in no pair is looked for after it: [`weak_links`], [`conflicts`], [`check_households`].
//! 6. [`explain`] takes any score apart; [`evaluate`] measures against a truth where there is one.
//! 7. [`shape()`] counts what can be watched without a truth; [`draw`] draws pairs for people to judge, and [`estimate`] says
//!    what precision and recall their judgements make likely.
//!
//! # A worked example
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, RecordBatch, StringArray};
//! use matching::{Block, Comparison, Dataset, Judgements, Kind, Model, Settings, Silent};
//!
//! let column = |values: [&str; 5]| -> ArrayRef {
//!     Arc::new(StringArray::from_iter(values.map(|value| Some(value).filter(|value| !value.is_empty()))))
//! };
//! let records = RecordBatch::try_from_iter([
//!     ("source", column(["tax", "health", "tax", "health", "loans"])),
//!     ("given", column(["William", "Bill", "Aicha", "Aïcha", "Haddad"])),
//!     ("family", column(["O'Hara", "OHara", "Haddad", "Haddad", "Aicha"])),
//!     ("birth", column(["1961-03-04", "1961-04-03", "1988-12-01", "1988-12-01", "1988-12-01"])),
//!     ("number", column(["10-443", "10443", "10-871", "", "10871"])),
//! ])?;
//!
//! let settings = Settings {
//!     comparisons: vec![
//!         Comparison::new("given", Kind::GivenName).with_term_frequency(),
//!         Comparison::new("family", Kind::FamilyName).with_term_frequency(),
//!         Comparison::of(["given", "family"], Kind::SwappedNames),
//!         Comparison::new("birth", Kind::Date),
//!         Comparison::new("number", Kind::Identifier),
//!     ],
//!     blocks: vec![
//!         Block::on(["digits(number)"])?,
//!         Block::on(["birth"])?,
//!         Block::on(["soundex(family)", "birth.year"])?,
//!     ],
//!     source: Some("source".to_owned()),
//!     prior: Some(1e-4),
//!     ..Settings::default()
//! };
//! let data = Dataset::new(&settings, &records)?;
//!
//! // Thousands of records teach a model: `let (model, report) = matching::train(&data, &Silent)?;`. Five do not, so
//! // this takes what is usually true of each kind of comparison.
//! let model = Model::presumed(&settings);
//!
//! let predictions = matching::predict(&data, &model, &Silent)?;
//! let persons = matching::cluster(&data, &model, &predictions, &Judgements::default())?;
//! assert_eq!(persons.labels, [0, 0, 2, 2, 2]);
//!
//! // Why are records 0 and 1 one person?
//! let why = matching::explain(&data, &model, 0, 1)?;
//! assert_eq!(why.fields[0].level, "familiar form");
//! assert_eq!(why.fields[3].level, "day and month exchanged");
//! assert!(why.probability > 0.99);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From columns to a measured result
//!
//! Where nobody has written settings yet, [`auto`] proposes some, and where the truth is known, [`evaluate`] says how right the
//! result is.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, RecordBatch, StringArray};
//! use matching::{Dataset, Judgements, Settings, Silent, auto};
//!
//! // Six hundred records of four hundred people: two hundred of them have two.
//! let column = |value: fn(usize) -> String| -> ArrayRef {
//!     Arc::new(StringArray::from_iter_values((0..600).map(|record| value(record % 400))))
//! };
//! let records = RecordBatch::try_from_iter([
//!     ("surname", column(|person| format!("Ash{}", ["ford", "ton", "ley"][person % 3]))),
//!     ("born", column(|person| format!("{}-03-{:02}", 1940 + person % 60, person % 28 + 1))),
//!     ("ssn", column(|person| format!("{:09}", person * 1_234_567))),
//! ])?;
//! let truth: Vec<u32> = (0..600).map(|record| record % 400).collect();
//!
//! let proposal = auto::propose([&records], &auto::Options::default())?;
//! // Why each comparison and each rule is there, for somebody to read before the settings are used.
//! assert_eq!(proposal.comparisons.len(), proposal.settings.comparisons.len());
//! let settings = Settings { random_pairs: 20_000, ..proposal.settings };
//!
//! let data = Dataset::new(&settings, &records)?;
//! let (model, _) = matching::train(&data, &Silent)?;
//! let predictions = matching::predict(&data, &model, &Silent)?;
//! let persons = matching::cluster(&data, &model, &predictions, &Judgements::default())?;
//! let quality = matching::evaluate(&predictions.edges, &persons.labels, &truth, None);
//! assert_eq!(quality.clusters.wanted, 200);
//! assert!(quality.clusters.precision > 0.99 && quality.clusters.recall > 0.99);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Learning a model, and records that come later
//!
//! Where there are hundreds of records, [`train`] says what it learnt and what it doubts. A [`Resident`] keeps records with
//! their persons in memory, so that one that comes or goes costs what it touches.
//!
//! ```
//! use std::ops::Range;
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, RecordBatch, StringArray};
//! use matching::{Block, Comparison, Dataset, Judgements, Kind, Resident, Settings, Silent};
//!
//! const GIVEN: [&str; 7] = ["Aicha", "Bruno", "Clara", "Dmitri", "Elena", "Farid", "Greta"];
//! const FAMILY: [&str; 11] = [
//!     "Haddad", "Ivanov", "Jensen", "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quiroga", "Rossi",
//! ];
//!
//! /// The records of one source about some of the people: made up, but as regular as no register is.
//! fn records(source: &str, people: Range<usize>) -> Result<RecordBatch, arrow_schema::ArrowError> {
//!     let column = |value: &dyn Fn(usize) -> String| -> ArrayRef {
//!         Arc::new(StringArray::from_iter_values(people.clone().map(|person| value(person))))
//!     };
//!     RecordBatch::try_from_iter([
//!         ("source", column(&|_| source.to_owned())),
//!         ("given", column(&|person| GIVEN[person % 7].to_owned())),
//!         ("family", column(&|person| FAMILY[person % 11].to_owned())),
//!         ("birth", column(&|person| format!("{}-{:02}-{:02}", 1940 + person % 60, person % 12 + 1, person % 28 + 1))),
//!         ("number", column(&|person| format!("{:06}", person * 7919 % 1_000_000))),
//!     ])
//! }
//!
//! let settings = Settings {
//!     comparisons: vec![
//!         Comparison::new("given", Kind::GivenName),
//!         Comparison::new("family", Kind::FamilyName),
//!         Comparison::new("birth", Kind::Date),
//!         Comparison::new("number", Kind::Identifier),
//!     ],
//!     blocks: vec![Block::on(["number"])?, Block::on(["birth"])?],
//!     source: Some("source".to_owned()),
//!     random_pairs: 20_000,
//!     ..Settings::default()
//! };
//! // Two registers of the same three hundred people.
//! let (tax, health) = (records("tax", 0..300)?, records("health", 0..300)?);
//! let data = Dataset::from_batches(&settings, [&tax, &health])?;
//! let (model, report) = matching::train(&data, &Silent)?;
//! let number = &model.comparisons[3].levels[0];
//! assert!(number.m > 0.9 && number.u < 0.01);
//! // Nobody's number was ever mistyped here, and the report says so.
//! assert!(report.warnings.iter().any(|warning| warning.starts_with("number: ")));
//!
//! let mut resident = Resident::new(data, model, Judgements::default(), &Silent)?;
//! assert_eq!(resident.members(7), [7, 307]);
//! let change = resident.change(&[], Some(&records("tax", 7..8)?))?;
//! let came = change.added.start;
//! assert_eq!(resident.members(7), [7, 307, came]);
//! resident.change(&[came], None)?;
//! assert_eq!(resident.cluster_of(came), None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What clustering does not weigh
//!
//! Merges go by the best first, also where each of two sources has one record a person: of the assignments that are
//! possible between them, the one that begins with the best pair is taken, not the one whose merges weigh most in all. They
//! differ only where records of both sources fit several of the other, mostly since something is missing in them; what is
//! left alone then is among the refused merges ([`Clustering::refused`]).
//!
//! # Where the methods come from
//!
//! - Weights: I. P. Fellegi and A. B. Sunter, "A theory for record linkage", JASA 64 (1969).
//! - EM: W. E. Winkler, "Using the EM algorithm for weight computation in the Fellegi-Sunter model of record linkage"
//!   (1988); the class for households: M. D. Larsen and D. B. Rubin, "Iterative automated record linkage using mixture
//!   models", JASA 96 (2001).
//! - Term frequencies: H. B. Newcombe et al., "Automatic linkage of vital records", Science 130 (1959).
//! - Clusters: agglomeration with group evidence after I. Bhattacharya and L. Getoor, "Collective entity resolution in
//!   relational data", TKDD 1 (2007); constraints in it after I. Davidson and S. S. Ravi, "Agglomerative hierarchical
//!   clustering with constraints" (2005); that sources are free of duplicates as evidence: M. Nentwig and E. Rahm,
//!   "Incremental clustering on linked data" (2018).
//!   Other ways to mend what connected components join, and why they are not taken: `docs/decisions/0009`.
//! - Estimating u apart and blocking in rules after the practice of Splink (R. Linacre et al., IJPDS 7, 2022).
//!
//! # What does not happen here
//!
//! No record is dropped in silence: blocks that are too large are reported ([`RuleReport`]), parameters that the data
//! does not settle are reported ([`TrainingReport::warnings`]), refused merges are reported
//! ([`Clustering::refused`]). No result depends on the number of threads. No error, and no `Debug` of a type that
//! can reach a log, holds a value of a record.

mod attach;
pub mod auto;
mod block;
mod check_digit;
mod cluster;
mod compare;
mod conflict;
mod dataset;
pub mod date;
pub mod distance;
mod doubt;
mod error;
mod evaluate;
mod explain;
mod household;
mod key;
mod merge;
mod model;
pub mod nickname;
pub mod normalise;
mod partition;
pub mod phonetic;
mod pool;
mod predict;
mod progress;
mod refusal;
mod repair;
mod resident;
mod sample;
mod score;
mod script;
mod settings;
mod shape;
pub mod splink;
mod train;
mod tree;
mod union;
mod weak;

pub use self::model::{ComparisonModel, Frequencies, Level, Model};
pub use block::{RuleReport, SharedBlock, shared_blocks};
pub use check_digit::CheckDigit;
pub use cluster::{Clustering, Judgements, Link, cluster};
pub use compare::level_names;
pub use conflict::{Conflicts, IdentifierCheck, SHARERS_MAX, SharedIdentifier, conflicts};
pub use dataset::{Dataset, DatasetBuilder, RECORDS_MAX};
pub use doubt::{Doubt, DoubtKind};
pub use error::Error;
pub use evaluate::{Evaluation, Quality, evaluate, evaluate_groups};
pub use explain::{Breakdown, Explanation, FieldExplanation, Fitted, explain};
pub use household::{HouseholdCheck, check_households};
pub use key::{KeyExpr, KeyPart};
pub use merge::SEEN_MAX;
pub use partition::Partition;
pub use predict::{Edge, LeftOut, PredictionReport, Predictions, predict, predict_partition, probability};
pub use progress::{Progress, Silent};
pub use refusal::{Kept, Refusal};
pub use resident::{Change, Resident};
pub use sample::{Draw, Estimate, Estimates, JUDGED_MIN, Reviewed, STRATA, STRATUM_BOUNDS, Stratum, draw, estimate};
pub use settings::{Block, Comparison, Kind, Settings};
pub use shape::{
    BIN_FIRST, BIN_WIDTH, BINS, DENSITY_MIN, GroupShape, Grouping, Histogram, SIZES, Shape, SizeClass, shape,
    stability_chance, stability_index,
};
pub use train::{TrainingBlock, TrainingReport, train};
pub use weak::{WeakLink, weak_links};
