//! Why two records of loose files are, or are not, one person: any two, whether a rule looks at the pair or not.

use arrow_array::StringArray;
use arrow_array::cast::AsArray;
use arrow_cast::cast;
use arrow_schema::DataType;
use indexmap::IndexMap;
use matching::{FieldExplanation, Judgements, SharedBlock};
use model::LinkageConfig;
use serde::Serialize;

use crate::compute::{self, Watcher};
use crate::error::LinkageError;
use crate::files::{self, FileOptions, Loaded};
use crate::freeze::Frozen;
use crate::report::{LinkProgress, Stopwatch};
use crate::resolve::{RecordName, kept_model};

/// Why two records are, or are not, held to be one person.
///
/// Holds values of both records, hence no `Debug`: it must not end in a log.
#[derive(Clone, PartialEq, Serialize)]
pub struct FileExplanation {
    /// The first record.
    pub left: RecordName,
    /// The second record.
    pub right: RecordName,
    /// The log2 odds that both are one person: the prior, the comparisons, and what is taken back for households.
    pub match_weight: f64,
    /// The probability of that.
    pub match_probability: f64,
    /// Whether the pair alone reaches the threshold.
    pub reaches_threshold: bool,
    /// The log2 odds before anything is compared.
    pub prior_weight: f64,
    /// What is taken back since people of one household agree on much, at most 0 but for rounding.
    pub household_weight: f64,
    /// The comparisons, with the values of both.
    pub comparisons: Vec<FieldExplanation>,
    /// The blocking rules on whose keys the two agree; none where no rule looks at the pair.
    pub rules: Vec<SharedBlock>,
    /// Whether pairs of their sources are looked at at all: those within one source are not where only pairs across sources
    /// are wanted, nor are those of two sources that are only attached.
    pub is_admitted: bool,
    /// Whether the pair is looked at: it is admitted, and a rule that gives it did not cut the block.
    pub is_looked_at: bool,
    /// Whether clustering puts both together.
    pub is_together: bool,
    /// Whether the model was learnt now.
    pub model_learnt: bool,
    /// Whether the model was only presumed, since there were too few records to learn from. If it was neither learnt nor
    /// presumed, it is the one that was kept.
    pub model_presumed: bool,
    /// Where the data does not settle a parameter, in sentences; none where a model was kept.
    pub warnings: Vec<String>,
    /// All of it in a sentence, without the values.
    pub sentence: String,
    /// Seconds by stage, on the wall's clock.
    pub seconds: IndexMap<&'static str, f64>,
}

/// Links files as [`crate::link_files`] does, and explains two of their records in place of writing what came of it. A record
/// is named by its id, or by `SOURCE:ID`, which goes first where it is both. Neither files nor a model are written. Blocks for as long as it takes.
///
/// # Errors
/// [`LinkageError::Named`] when a name is of no record or of several, or both are of one; else as [`crate::link_files`].
pub fn explain_files(
    config: &LinkageConfig,
    options: &FileOptions,
    (left, right): (&str, &str),
    progress: &(dyn Fn(LinkProgress) + Sync),
) -> Result<FileExplanation, LinkageError> {
    let mut watch = Stopwatch::start();
    let (loaded, base_records) = files::read(config, options)?;
    let ids = cast(&loaded.ids, &DataType::Utf8)?.as_string::<i32>().clone();
    let left = find(&loaded, &ids, left, "LEFT")?;
    let right = find(&loaded, &ids, right, "RIGHT")?;
    if left == right {
        return Err(LinkageError::Named("LEFT and RIGHT name one record".to_owned()));
    }
    let name = |record: u32| RecordName {
        source: loaded.source_names[loaded.sources[record as usize] as usize].clone(),
        id: ids.value(record as usize).to_owned(),
    };
    let names = (name(left), name(right));
    let kept = kept_model(options.model.as_deref())?;
    let is_kept = kept.is_some();
    watch.lap("read");

    let told = Watcher::new(progress);
    let data = loaded.builder.finish()?;
    let nothing = (Judgements::default(), Frozen::default());
    let matched = compute::run(data, base_records, kept, &nothing.0, &nothing.1, &told, &mut watch)?;
    let model_learnt = matched.model_learnt(is_kept);
    let data = &matched.data;
    let rules = matching::shared_blocks(data, left, right)?;
    // Weighed in the order in which a run weighs the pair, and told in the order in which it was asked for.
    let mut pair = matching::explain(data, &matched.model, left.min(right), left.max(right))?;
    if left > right {
        pair.fields.iter_mut().for_each(|field| std::mem::swap(&mut field.left, &mut field.right));
    }
    let same_source = data.source(left) == data.source(right);
    let both_attached = data.is_attached(left) && data.is_attached(right);
    let is_admitted = !(options.link_only && same_source) && (same_source || !both_attached);
    watch.lap("explain");
    Ok(FileExplanation {
        left: names.0,
        right: names.1,
        match_weight: pair.weight,
        match_probability: pair.probability,
        reaches_threshold: pair.reaches_threshold,
        prior_weight: pair.prior_weight,
        household_weight: pair.household_weight,
        comparisons: pair.fields,
        is_looked_at: is_admitted && rules.iter().any(|rule| !rule.is_cut),
        rules,
        is_admitted,
        is_together: matched.clusters[left as usize] == matched.clusters[right as usize],
        model_learnt,
        model_presumed: !model_learnt && !is_kept,
        warnings: matched.training.warnings.clone(),
        sentence: pair.sentence,
        seconds: watch.stop(),
    })
}

/// Gives the record that is named by source and id, or else by its id.
fn find(loaded: &Loaded, ids: &StringArray, named: &str, which: &str) -> Result<u32, LinkageError> {
    let source = |record: u32| loaded.source_names[loaded.sources[record as usize] as usize].as_str();
    let id = |record: u32| ids.value(record as usize);
    let is_whole = |record: &u32| {
        let after = named.strip_prefix(source(*record)).and_then(|rest| rest.strip_prefix(':'));
        after == Some(id(*record))
    };
    let records = || 0..loaded.sources.len() as u32;
    let problem = |says: &str| {
        let sources = loaded.source_names.join(", ");
        Err(LinkageError::Named(format!("{which} names {says}; the sources are {sources}")))
    };
    let mut whole = records().filter(is_whole);
    match (whole.next(), whole.next()) {
        (Some(record), None) => return Ok(record),
        (Some(_), Some(_)) => {
            return problem(
                "several records, each by its source and id, since a colon is in both: rename one of the sources",
            );
        }
        (None, _) => {}
    }
    let mut found = records().filter(|record| id(*record) == named);
    match (found.next(), found.next()) {
        (Some(record), None) => Ok(record),
        (None, _) => problem("no record: write its id, or SOURCE:ID"),
        (Some(_), Some(_)) => problem("several records: write it as SOURCE:ID"),
    }
}
