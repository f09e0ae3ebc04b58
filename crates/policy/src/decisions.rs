//! Decisions given before, and what two questions may differ in and still be answered alike.
//!
//! A number that policies only compare with other numbers, such as how many persons were opened today, changes a decision
//! where it passes one of those and nowhere else. So Cedar is told, in place of the number, one that stands for all between
//! the same two, and what Cedar is told is the key under which its answer is kept: an answer is never given to a question
//! that Cedar was not asked.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cedar_policy::PolicySet;
use model::{Purpose, PurposeId};
use parking_lot::RwLock;
use serde_json::Value;

use crate::facts::{Asked, Asker};
use crate::reason::Decision;

/// A number that policies compare a fact with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Mark {
    /// One that is written in a policy.
    Written(i64),
    /// `resource.persons_limit`: how many persons the purpose allows.
    PersonsLimit,
}

/// What the policies of an action can tell apart in the facts that nearly every question has anew.
#[derive(Debug, Default)]
pub(crate) struct Distinctions {
    /// By fact: the numbers that it is compared with; what is not in here is mentioned by no policy.
    compared: HashMap<String, HashSet<Mark>>,
    /// Facts of which policies do more than compare.
    exact: HashSet<String>,
    /// Policies use the facts as a whole, or can't be read.
    all_exact: bool,
}

/// The operators that compare. Strict validation lets numbers be compared with numbers only.
const COMPARISONS: [&str; 6] = ["<", "<=", ">", ">=", "==", "!="];

impl Distinctions {
    /// Reads what `policies` do with the facts of a question.
    pub(crate) fn of(policies: &PolicySet) -> Self {
        let mut found = Self::default();
        for policy in policies.policies() {
            match policy.to_json() {
                // The scope of a policy can't name facts; conditions can.
                Ok(Value::Object(policy)) => found.read(policy.get("conditions").unwrap_or(&Value::Null)),
                _ => found.all_exact = true,
            }
        }
        found
    }

    /// Reads an expression in Cedar's JSON form of policies.
    fn read(&mut self, expression: &Value) {
        if let Some(fact) = fact_of(expression) {
            self.exact.insert(fact.to_owned());
            return;
        }
        match expression {
            Value::Object(node) => {
                if node.get("Var").is_some_and(|name| name == "context") {
                    self.all_exact = true;
                }
                for (operator, operands) in node {
                    let is_comparison = COMPARISONS.contains(&operator.as_str());
                    if !(is_comparison && self.compare(operands)) {
                        self.read(operands);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.read(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Notes a comparison of a fact with a number; tells whether it is one.
    fn compare(&mut self, operands: &Value) -> bool {
        let (Some(left), Some(right)) = (operands.get("left"), operands.get("right")) else { return false };
        let (fact, mark) = match (fact_of(left), fact_of(right)) {
            (Some(fact), None) => (fact, mark_of(right)),
            (None, Some(fact)) => (fact, mark_of(left)),
            _ => return false,
        };
        let Some(mark) = mark else { return false };
        self.compared.entry(fact.to_owned()).or_default().insert(mark);
        true
    }

    /// Puts in place of every fact that differs from question to question the one that stands for all which the policies
    /// can't tell from it.
    pub(crate) fn reduce(&self, asked: &mut Asked, purpose: Option<&Purpose>) {
        if self.all_exact {
            return;
        }
        if !self.exact.contains("account") && !self.compared.contains_key("account") {
            asked.account.clear();
        }
        for (fact, number) in asked.numbers() {
            if self.exact.contains(fact) {
                continue;
            }
            let limit = purpose.and_then(|purpose| purpose.persons_per_officer_and_day).map(i64::from);
            let number_of = |mark: &Mark| match mark {
                Mark::Written(number) => Some(*number),
                Mark::PersonsLimit => limit,
            };
            let marks = self.compared.get(fact);
            let mut marks: Vec<i64> = marks.into_iter().flatten().filter_map(number_of).collect();
            marks.sort_unstable();
            *number = stand_in(*number, &marks);
        }
    }
}

/// Gives the number that lies to all of `marks`, which are sorted, as `number` does.
fn stand_in(number: i64, marks: &[i64]) -> i64 {
    match marks.binary_search(&number) {
        Ok(_) => number,
        Err(0) => marks.first().map_or(0, |lowest| lowest - 1),
        Err(above) => marks[above - 1] + 1,
    }
}

/// Gives the fact that an expression is: `context.fact`.
fn fact_of(expression: &Value) -> Option<&str> {
    let access = expression.get(".")?;
    if access.get("left")?.get("Var")? != "context" {
        return None;
    }
    access.get("attr")?.as_str()
}

fn mark_of(expression: &Value) -> Option<Mark> {
    if let Some(number) = expression.get("Value").and_then(Value::as_i64) {
        return Some(Mark::Written(number));
    }
    let access = expression.get(".")?;
    let is_limit = access.get("left")?.get("Var")? == "resource" && access.get("attr")? == "persons_limit";
    is_limit.then_some(Mark::PersonsLimit)
}

/// All that a decision depends on besides the project.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    pub(crate) asker: Asker,
    pub(crate) action: &'static str,
    /// None of an unknown purpose: the names of purposes that do not exist are without number.
    pub(crate) purpose: Option<PurposeId>,
    pub(crate) asked: Asked,
}

/// Decisions given before. An engine belongs to one reading of a project, so that nothing in here goes stale.
#[derive(Debug, Default)]
pub(crate) struct Cache(RwLock<HashMap<Question, Arc<Decision>>>);

/// The most decisions kept: some of each role under each purpose a day. More means that days went by.
const CACHED_MAX: usize = 4_096;

impl Cache {
    pub(crate) fn get(&self, question: &Question) -> Option<Arc<Decision>> {
        self.0.read().get(question).map(Arc::clone)
    }

    pub(crate) fn keep(&self, question: Question, decision: &Arc<Decision>) {
        let mut kept = self.0.write();
        if kept.len() >= CACHED_MAX {
            kept.clear();
        }
        kept.insert(question, Arc::clone(decision));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Distinctions {
        Distinctions::of(&text.parse().unwrap())
    }

    #[test]
    fn a_stand_in_lies_to_every_mark_as_the_number_does() {
        for marks in [vec![], vec![5], vec![0, 5, 6, 9], vec![i64::MIN, 3, i64::MAX]] {
            for number in (-2..12).chain([i64::MIN, i64::MAX]) {
                let other = stand_in(number, &marks);
                for mark in &marks {
                    assert_eq!(number.cmp(mark), other.cmp(mark), "{number} and {other} to {mark}");
                }
            }
        }
    }

    #[test]
    fn comparisons_are_told_from_all_other_uses() {
        let compared = of("forbid (principal, action, resource) when { \
             context.persons_today > resource.persons_limit || 10 >= context.persons_today || context.letters == 3 };");
        assert!(compared.exact.is_empty() && !compared.all_exact);
        assert_eq!(compared.compared["persons_today"], HashSet::from([Mark::PersonsLimit, Mark::Written(10)]));
        assert_eq!(compared.compared["letters"], HashSet::from([Mark::Written(3)]));
        for used in [
            "context.persons_today + 1 > 3",
            "context.persons_today > 3 - 1",
            "context.persons_today > context.letters",
            "context.persons_today > resource.other",
            "[1, 2].contains(context.persons_today)",
            "(if context.persons_today > 1 then context.persons_today else 2) > 4",
        ] {
            let found = of(&format!("forbid (principal, action, resource) unless {{ {used} }};"));
            assert!(found.exact.contains("persons_today"), "{used}");
        }
        for whole in
            ["context == {a: 1}", "context has persons_today", "context[\"persons_today\"] > resource[\"a b\"]"]
        {
            let found = of(&format!("forbid (principal, action, resource) when {{ {whole} }};"));
            assert!(found.all_exact || found.exact.contains("persons_today"), "{whole}");
        }
    }
}
