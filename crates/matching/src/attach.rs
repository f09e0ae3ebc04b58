//! Records of sources that are attached to persons but never connect two.
//!
//! Bought or self-declared data is too weak to decide that two officials' records are one person. Each such source is
//! attached on its own to the clusters of base records, which stay as they are: a record joins the one person it fits,
//! or none where two fit about as well. What is left clusters within its source.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::cluster::{Judgements, Run, join_all};
use crate::merge::Group;
use crate::predict::{Edge, Predictions};
use crate::score::Memory;
use crate::union::Sets;

/// A group of records of one attach-only source, and the persons it might belong to.
struct Unit {
    group: Group,
    /// Representatives of base clusters.
    candidates: Vec<u32>,
    /// Representatives of base clusters that judgements name.
    judged: Vec<u32>,
}

struct Proposal {
    unit: usize,
    person: u32,
    weight: f64,
    ties: (u64, u64),
}

impl Run<'_> {
    /// Attaches every attach-only source to the base clusters in `sets`, and returns how many groups of its own were repaired.
    pub(crate) fn attach(
        &self,
        predictions: &Predictions,
        judgements: &Judgements,
        sets: &mut Sets,
        contradictions: &mut Vec<(u32, u32)>,
    ) -> u64 {
        let mut repaired = 0;
        let base = sets.clone().labels();
        for tier in 1..=self.data.settings.attach_only.len() as u16 {
            let must = self.within(tier, judgements);
            let units = self.units(tier, &base, predictions, judgements, &must);
            let attached = self.attach_units(&units, &base, judgements, sets, contradictions);
            join_all(&must, sets);
            let alone = |record: u32| self.data.tier(record) == tier && !attached.contains(&record);
            let inside = |edge: &&Edge| edge.weight >= self.floor() && alone(edge.left) && alone(edge.right);
            let edges: Vec<Edge> = predictions.edges.iter().filter(inside).copied().collect();
            let must_alone: Vec<(u32, u32)> = must.iter().copied().filter(|(left, _)| alone(*left)).collect();
            repaired += self.agglomerate(edges, &must_alone, sets);
        }
        self.join_judged_across(&base, judgements, sets, contradictions);
        repaired
    }

    fn units(
        &self,
        tier: u16,
        base: &[u32],
        predictions: &Predictions,
        judgements: &Judgements,
        must: &[(u32, u32)],
    ) -> Vec<Unit> {
        let mut bound: HashMap<u32, u32> = HashMap::new();
        for record in must.iter().flat_map(|(left, right)| [*left, *right]) {
            bound.insert(record, record);
        }
        // Few judgements, so the plain closure: lower representatives until nothing changes.
        let mut changed = true;
        while changed {
            changed = false;
            for (left, right) in must {
                let least = bound[left].min(bound[right]);
                for record in [left, right] {
                    if bound[record] != least {
                        bound.insert(*record, least);
                        changed = true;
                    }
                }
            }
        }
        let mut members: HashMap<u32, Vec<u32>> = HashMap::new();
        bound.iter().for_each(|(record, unit)| members.entry(*unit).or_default().push(*record));
        // Who is short of the threshold by less than the margin still makes the best person doubtful.
        let near = (self.threshold - self.data.settings.attach_margin) as f32;
        let mut candidates: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut judged: HashMap<u32, Vec<u32>> = HashMap::new();
        let note = |left: u32, right: u32, into: &mut HashMap<u32, Vec<u32>>| {
            for (record, other) in [(left, right), (right, left)] {
                if self.data.tier(record) == tier && self.data.tier(other) == 0 {
                    let unit = bound.get(&record).copied().unwrap_or(record);
                    into.entry(unit).or_default().push(base[other as usize]);
                }
            }
        };
        for edge in predictions.edges.iter().filter(|edge| edge.weight >= near) {
            note(edge.left, edge.right, &mut candidates);
        }
        judgements.must_link.iter().for_each(|(left, right)| note(*left, *right, &mut judged));
        let named: HashSet<u32> = candidates.keys().chain(judged.keys()).copied().collect();
        let mut units: Vec<Unit> = named
            .into_iter()
            .map(|unit| {
                let group = Group::new(self.data, members.get(&unit).cloned().unwrap_or_else(|| vec![unit]));
                let of = |from: &mut HashMap<u32, Vec<u32>>| {
                    let mut persons = from.remove(&unit).unwrap_or_default();
                    persons.sort_unstable();
                    persons.dedup();
                    persons
                };
                Unit { group, candidates: of(&mut candidates), judged: of(&mut judged) }
            })
            .collect();
        units.sort_unstable_by_key(|unit| (unit.group.tie(self.data), unit.group.members.first().copied()));
        units
    }

    /// Attaches units to persons and returns the records that found one.
    fn attach_units(
        &self,
        units: &[Unit],
        base: &[u32],
        judgements: &Judgements,
        sets: &mut Sets,
        contradictions: &mut Vec<(u32, u32)>,
    ) -> HashSet<u32> {
        let wanted = units.iter().flat_map(|unit| unit.candidates.iter().chain(&unit.judged));
        let mut members: HashMap<u32, Vec<u32>> = wanted.map(|person| (*person, Vec::new())).collect();
        for (record, person) in base.iter().enumerate() {
            if self.data.tier(record as u32) == 0
                && let Some(of_person) = members.get_mut(person)
            {
                of_person.push(record as u32);
            }
        }
        let persons: HashMap<u32, Group> =
            members.into_iter().map(|(person, members)| (person, Group::new(self.data, members))).collect();
        let mut proposals: Vec<Proposal> = units
            .par_iter()
            .enumerate()
            .map_init(|| Memory::new(self.data), |memory, (at, unit)| self.propose_person(at, unit, &persons, memory))
            .flatten()
            .collect();
        proposals.sort_unstable_by(|a, b| {
            b.weight.total_cmp(&a.weight).then_with(|| a.ties.cmp(&b.ties)).then_with(|| a.unit.cmp(&b.unit))
        });
        let mut attached: HashSet<u32> = HashSet::new();
        let mut at_person: HashMap<u32, Group> = HashMap::new();
        for Proposal { unit, person, weight, .. } in proposals {
            let Unit { group, judged, .. } = &units[unit];
            let mine = at_person.get(&person);
            let forced = !judged.is_empty();
            if !forced {
                let penalty = mine.map_or(0.0, |mine| self.evidence.penalty(group, mine));
                if weight + penalty < self.threshold || self.forbidden_at(group, person, judgements, sets) {
                    continue;
                }
            }
            // Judgements that name a second person cannot be followed: the source would connect two.
            for other in judged.iter().filter(|other| **other != person) {
                contradictions.push((group.members[0], *other));
            }
            let together = mine.map_or_else(|| group.clone(), |mine| Group::union(self.data, mine, group));
            at_person.insert(person, together);
            for record in &group.members {
                attached.insert(*record);
                sets.join(*record, person);
            }
        }
        attached
    }

    /// Returns the one person a unit fits, or nothing when none does, or two do about as well.
    fn propose_person(
        &self,
        at: usize,
        unit: &Unit,
        persons: &HashMap<u32, Group>,
        memory: &mut Memory,
    ) -> Option<Proposal> {
        let among = if unit.judged.is_empty() { &unit.candidates } else { &unit.judged };
        let mut weighed: Vec<(f64, u64, u32)> = among
            .iter()
            .filter_map(|person| {
                let group = persons.get(person)?;
                Some((self.evidence.weigh(&unit.group, group, memory), group.tie(self.data), *person))
            })
            .collect();
        weighed.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        let (weight, tie, person) = *weighed.first()?;
        let proposal =
            |weight: f64| Some(Proposal { unit: at, person, weight, ties: (unit.group.tie(self.data), tie) });
        if !unit.judged.is_empty() {
            return proposal(f64::INFINITY);
        }
        let next = weighed.get(1).map_or(f64::NEG_INFINITY, |next| next.0);
        if weight >= self.threshold && weight - next >= self.data.settings.attach_margin {
            return proposal(weight);
        }
        None
    }

    /// Says whether a judgement keeps a group from whom is with a person already, records of other sources included.
    fn forbidden_at(&self, group: &Group, person: u32, judgements: &Judgements, sets: &mut Sets) -> bool {
        let there = sets.find(person);
        judgements.cannot_link.iter().any(|(left, right)| {
            [(left, right), (right, left)]
                .into_iter()
                .any(|(mine, other)| group.members.contains(mine) && sets.find(*other) == there)
        })
    }

    /// Follows judgements that join records of two attach-only sources, unless that connects two persons.
    fn join_judged_across(
        &self,
        base: &[u32],
        judgements: &Judgements,
        sets: &mut Sets,
        contradictions: &mut Vec<(u32, u32)>,
    ) {
        let tier = |record: u32| self.data.tier(record);
        let across: Vec<(u32, u32)> = judgements
            .must_link
            .iter()
            .copied()
            .filter(|(left, right)| tier(*left) > 0 && tier(*right) > 0 && tier(*left) != tier(*right))
            .collect();
        if across.is_empty() {
            return;
        }
        let mut person_of: HashMap<u32, u32> = HashMap::new();
        for (record, person) in base.iter().enumerate().filter(|(record, _)| tier(*record as u32) == 0) {
            person_of.insert(sets.find(record as u32), *person);
        }
        for (left, right) in across {
            let (a, b) = (sets.find(left), sets.find(right));
            match (person_of.get(&a).copied(), person_of.get(&b).copied()) {
                (Some(one), Some(other)) if one != other => contradictions.push((left, right)),
                (one, other) => {
                    sets.join(a, b);
                    if let Some(person) = one.or(other) {
                        person_of.insert(sets.find(a), person);
                    }
                }
            }
        }
    }
}
