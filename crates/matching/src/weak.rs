//! Clusters that one weak link holds together.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::cluster::{Clustering, Link};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::merge::{Evidence, Group};
use crate::model::Model;
use crate::predict::{Edge, Predictions};
use crate::score::{Memory, Scorer};
use crate::tree::Tree;

/// A link without which a cluster of three base records or more would be two: no other kept pair joins its sides.
#[derive(Debug, Clone, PartialEq)]
pub struct WeakLink {
    /// The one record, the smaller index.
    pub left: u32,
    /// The other.
    pub right: u32,
    /// The log2 odds of the pair.
    pub pair_weight: f64,
    /// The log2 odds that the base records of both sides are one person, everything weighed.
    pub merge_weight: f64,
    /// The base records of the smaller side, ascending.
    pub smaller_side: Vec<u32>,
}

/// The base records of a cluster, ascending, and the kept pairs among them.
#[derive(Default)]
struct Held {
    members: Vec<u32>,
    edges: Vec<Edge>,
}

/// Returns of each cluster the weakest link that it needs, where that is the only kept pair between its two sides and weighs
/// at most `weight_max`; in the order of its records. Attached records hold nothing together and are left out, and so are
/// clusters that kept pairs alone don't connect.
///
/// # Errors
/// When the clustering or an edge is not of these records, or the model does not fit the settings.
pub fn weak_links(
    data: &Dataset,
    model: &Model,
    predictions: &Predictions,
    clustering: &Clustering,
    weight_max: f64,
) -> Result<Vec<WeakLink>, Error> {
    let (labels, weakest) = (&clustering.labels, &clustering.weakest);
    let is_unknown = |edge: &Edge| edge.right as usize >= data.records;
    if [labels.len(), weakest.len()] != [data.records; 2] || predictions.edges.iter().any(is_unknown) {
        return Err(Error::NoSuchRecord { index: labels.len().max(data.records), records: data.records });
    }
    let is_base = |record: u32| data.tier(record) == 0;
    let is_weak = |link: &Option<Link>| link.is_some_and(|link| f64::from(link.weight) <= weight_max);
    let suspects = (0_u32..).zip(labels.iter().zip(weakest));
    let suspects: HashSet<u32> = suspects
        .filter(|&(record, (_, link))| is_base(record) && is_weak(link))
        .map(|(_, (label, _))| *label)
        .collect();
    let mut clusters: HashMap<u32, Held> = suspects.into_iter().map(|label| (label, Held::default())).collect();
    for (record, label) in (0_u32..).zip(labels).filter(|(record, _)| is_base(*record)) {
        if let Some(held) = clusters.get_mut(label) {
            held.members.push(record);
        }
    }
    // Of two records the link is all that there is of the person.
    clusters.retain(|_, held| held.members.len() > 2);
    for edge in predictions.edges.iter().filter(|edge| is_base(edge.left) && is_base(edge.right)) {
        let label = labels[edge.left as usize];
        if label == labels[edge.right as usize]
            && let Some(held) = clusters.get_mut(&label)
        {
            held.edges.push(*edge);
        }
    }
    let scorer = Scorer::new(data, model)?;
    let evidence = Evidence::new(&scorer, &[]);
    let mut found: Vec<WeakLink> = clusters
        .into_values()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map_init(|| Memory::new(data), |memory, held| weak_link(data, &evidence, held, weight_max, memory))
        .flatten_iter()
        .collect();
    found.sort_unstable_by_key(|link| (link.left, link.right));
    Ok(found)
}

fn weak_link(
    data: &Dataset,
    evidence: &Evidence<'_>,
    held: Held,
    weight_max: f64,
    memory: &mut Memory,
) -> Option<WeakLink> {
    let Held { members, mut edges } = held;
    let tree = Tree::of(data, members, &mut edges, |record| record)?;
    let (at, link) = tree.links().iter().enumerate().next_back()?;
    if f64::from(link.weight) > weight_max {
        return None;
    }
    let is_left = tree.sides(at);
    let side = |record: u32| tree.place(record).map(|place| is_left[place as usize]);
    if edges.iter().filter(|edge| side(edge.left) != side(edge.right)).count() > 1 {
        return None;
    }
    let (left, right): (Vec<u32>, Vec<u32>) =
        tree.members().iter().copied().partition(|record| side(*record) == Some(true));
    let groups = [&left, &right].map(|side| Group::new(data, side.clone()));
    let parts = evidence.weigh_parts(&groups[0], &groups[1], memory)?;
    Some(WeakLink {
        left: link.left.min(link.right),
        right: link.left.max(link.right),
        pair_weight: f64::from(link.weight),
        merge_weight: parts.weight(),
        smaller_side: if left.len() <= right.len() { left } else { right },
    })
}
