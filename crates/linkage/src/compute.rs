//! The work of `matching`, off the threads that serve.

use std::sync::atomic::{AtomicU64, Ordering};

use matching::{Clustering, Conflicts, Dataset, DoubtKind, Judgements, Model, Predictions, TrainingReport};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::error::LinkageError;
use crate::freeze::{self, Frozen};
use crate::report::{LinkProgress, Stopwatch};

/// What came of matching.
pub(crate) struct Matched {
    pub(crate) data: Dataset,
    pub(crate) model: Model,
    pub(crate) training: TrainingReport,
    pub(crate) predictions: Predictions,
    pub(crate) clustering: Clustering,
    /// What the clusters show of identifiers; nothing before somebody looks.
    pub(crate) conflicts: Conflicts,
    /// The cluster of each record, numbered from 0.
    pub(crate) clusters: Vec<u32>,
    /// How many clusters there are.
    pub(crate) count: usize,
}

impl Matched {
    /// Counts the pairs that rules did not look at for the size of their blocks.
    pub(crate) fn pairs_cut(&self) -> u64 {
        self.predictions.report.rules.iter().map(|rule| rule.pairs_cut).sum()
    }

    /// Tells whether the model was learnt in this run, of one that was `kept` or not. One that is neither was presumed.
    pub(crate) fn model_learnt(&self, kept: bool) -> bool {
        !kept && self.training.records > 0
    }

    /// Counts the clusters of more records than a merge looks at.
    pub(crate) fn persons_large(&self) -> u64 {
        let mut sizes = vec![0_usize; self.count];
        self.clusters.iter().for_each(|cluster| sizes[*cluster as usize] += 1);
        sizes.into_iter().filter(|size| *size > matching::SEEN_MAX).count() as u64
    }
}

/// Learns, scores and clusters. `frozen` are records that their person disputes.
///
/// `base_records` are those of sources that are not only attached. Fewer than two teach nothing: records are then
/// weighed by what is presumed. Nothing is learnt where a model is `kept`.
pub(crate) fn run(
    data: Dataset,
    base_records: usize,
    kept: Option<(Model, TrainingReport)>,
    judgements: &Judgements,
    frozen: &Frozen,
    progress: &dyn matching::Progress,
    watch: &mut Stopwatch,
) -> Result<Matched, LinkageError> {
    let (model, training) = match kept {
        Some(kept) => kept,
        None if base_records < 2 => {
            let warning = "there are fewer than two records to learn from: usual shares are presumed".to_owned();
            let (warnings, doubts) = (vec![warning], vec![DoubtKind::Presumed.of_all()]);
            (Model::presumed(data.settings()), TrainingReport { warnings, doubts, ..TrainingReport::default() })
        }
        None => matching::train(&data, progress)?,
    };
    watch.lap("train");
    let predictions = matching::predict(&data, &model, progress)?;
    watch.lap("score");
    progress.stage("clustering", 0);
    let clustering = freeze::cluster(&data, &model, &predictions, judgements, frozen)?;
    let (clusters, count) = numbered(&clustering.labels);
    watch.lap("cluster");
    let conflicts = Conflicts::default();
    Ok(Matched { data, model, training, predictions, clustering, conflicts, clusters, count })
}

/// Numbers clusters from 0 in the order of their smallest record. `labels` names for each record that record.
fn numbered(labels: &[u32]) -> (Vec<u32>, usize) {
    let mut number = vec![u32::MAX; labels.len()];
    let mut count = 0_u32;
    for label in labels {
        let number = &mut number[*label as usize];
        if *number == u32::MAX {
            *number = count;
            count += 1;
        }
    }
    (labels.iter().map(|label| number[*label as usize]).collect(), count as usize)
}

/// Runs `work` on a thread for long work, and tells `progress` where it is.
pub(crate) async fn blocking<T: Send + 'static>(
    progress: &(dyn Fn(LinkProgress) + Send + Sync),
    work: impl FnOnce(&dyn matching::Progress) -> T + Send + 'static,
) -> Result<T, LinkageError> {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    // Who no longer listens need not hear.
    let tell = move |step| drop(sender.send(step));
    let task = tokio::task::spawn_blocking(move || work(&Watcher::new(tell)));
    // Ends when the work is done, since the watcher goes with it.
    while let Some(step) = receiver.recv().await {
        progress(step);
    }
    task.await.map_err(|_| LinkageError::Stopped)
}

/// Tells of progress, at most a hundred times a stage.
pub(crate) struct Watcher<T> {
    tell: T,
    stage: Mutex<(String, u64)>,
    done: AtomicU64,
}

impl<T: Fn(LinkProgress) + Sync> Watcher<T> {
    pub(crate) fn new(tell: T) -> Self {
        Self { tell, stage: Mutex::new((String::new(), 0)), done: AtomicU64::new(0) }
    }
}

impl<T: Fn(LinkProgress) + Sync> matching::Progress for Watcher<T> {
    fn stage(&self, name: &str, work: u64) {
        *self.stage.lock() = (name.to_owned(), work);
        self.done.store(0, Ordering::Relaxed);
        (self.tell)(LinkProgress { stage: name.to_owned(), done: 0, of: work });
    }

    fn advance(&self, units: u64) {
        let before = self.done.fetch_add(units, Ordering::Relaxed);
        let (stage, work) = self.stage.lock().clone();
        let hundredth = |done: u64| (done * 100).checked_div(work);
        if hundredth(before) != hundredth(before + units) {
            (self.tell)(LinkProgress { stage, done: before + units, of: work });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use matching::Progress;

    #[test]
    fn clusters_are_numbered_by_their_first_record() {
        assert_eq!(numbered(&[0, 1, 0, 3, 1]), (vec![0, 1, 0, 2, 1], 3));
        assert_eq!(numbered(&[]), (vec![], 0));
    }

    #[test]
    fn progress_is_told_at_most_a_hundred_times_a_stage() {
        let told = Mutex::new(Vec::new());
        let watcher = Watcher::new(|step: LinkProgress| told.lock().push(step.done));
        watcher.stage("scoring", 10_000);
        for _ in 0..10_000 {
            watcher.advance(1);
        }
        drop(watcher);
        let told = told.into_inner();
        assert_eq!(told.len(), 101);
        assert_eq!(told.last(), Some(&10_000));
    }
}
