//! Conditions made ready for many pairs: what is about one record is worked out once for every distinct value, and a
//! pair is told by codes.

use std::sync::Arc;

use super::error::SplinkError;
use super::kernel::{Comparer, Masks, Word};
use super::model::{faulty, only_side};
use super::records::{Column, Dictionary, NULL};
use super::sql::{Comparator, Expr, Fault, Function, Kind, Side};
use super::value::{Type, Value, evaluate, type_of};

/// The most distances of one program: which of them are known is kept in the bits of a word.
const SLOTS_MAX: usize = 32;

/// Some conditions over the same pairs.
pub(super) struct Program {
    parts: Vec<Part>,
    slots: Vec<Slot>,
    /// Nothing stands for ELSE.
    conditions: Vec<Option<Condition>>,
    places: Vec<String>,
}

/// An expression of one record, worked out.
struct Part {
    codes: Codes,
    dictionary: Arc<Dictionary>,
    /// Filled where distances are taken.
    words: Vec<Word>,
}

/// Where the code of a part is found.
enum Codes {
    /// The key that the caller gives is the code.
    Key,
    /// By the key that the caller gives.
    Table(Arc<Vec<u32>>),
}

/// A distance between a part of the left record and one of the right.
struct Slot {
    comparer: Comparer,
    left: usize,
    right: usize,
    /// The right record's text is the first argument.
    swapped: bool,
    at: usize,
}

enum Condition {
    Known(Option<bool>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// Says whether a part is NULL, or is not where true.
    Null(Side, usize, bool),
    /// A part that is a truth value.
    Truth(Side, usize),
    /// Parts with a common dictionary are equal, or are not where true.
    Equal(usize, usize, bool),
    Distance(usize, Comparator, f64),
    /// Anything else. A leaf `2 * part`, or one more for the right record, stands for a part.
    Scalar(Box<Expr>),
}

/// What a thread keeps from pair to pair.
pub(super) struct Desk {
    masks: Masks,
    /// The first fault, with the condition in which it was.
    pub(super) fault: Option<SplinkError>,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self { masks: Masks::new(), fault: None }
    }
}

/// Truth values that a condition may have, as bits.
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const OPEN: u8 = 4;

/// What is known of a pair whose keys differ.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    pub(super) left_null: bool,
    pub(super) right_null: bool,
    /// The texts of the one distance are beyond every threshold.
    far: bool,
}

impl Known {
    pub(super) fn nulls(left_null: bool, right_null: bool) -> Self {
        Self { left_null, right_null, far: false }
    }
}

/// A program of one distance between its keys, where the condition of two keys that are far apart is known.
pub(super) struct Shortcut {
    comparer: Comparer,
    words: Vec<Word>,
    place: u8,
    /// For a similarity, how many bytes texts of two lengths must have in common.
    needed: Vec<[u8; SHORT]>,
}

/// Lengths below this have their place in [`Shortcut::needed`].
const SHORT: usize = 32;

impl Shortcut {
    fn new(comparer: Comparer, words: Vec<Word>, place: u8) -> Self {
        let mut needed = Vec::new();
        if matches!(comparer, Comparer::Jaro(_) | Comparer::JaroWinkler(_)) {
            needed.resize(SHORT, [0; SHORT]);
            for (left, row) in needed.iter_mut().enumerate() {
                for (right, needed) in row.iter_mut().enumerate() {
                    let short = left.min(right);
                    let enough = (0..=short).find(|common| !comparer.shares_too_little(*common, left, right));
                    *needed = enough.unwrap_or(short + 1) as u8;
                }
            }
        }
        Self { comparer, words, place, needed }
    }

    /// Returns the condition of two keys, where that can be seen without their texts.
    #[inline]
    pub(super) fn place(&self, left: u32, right: u32) -> Option<u8> {
        let (left, right) = (&self.words[left as usize], &self.words[right as usize]);
        let needed = self.needed.get(left.length()).and_then(|row| row.get(right.length()));
        let far = match needed {
            Some(needed) => left.common(right) < usize::from(*needed),
            None => self.comparer.is_far(left, right),
        };
        far.then_some(self.place)
    }
}

/// How a program is given its pairs.
#[derive(Clone, Copy)]
pub(super) enum Keys {
    /// By the codes of the one column that all conditions are about.
    Codes,
    /// By record.
    Records,
}

impl Program {
    /// Makes conditions ready. Each has a place for messages; nothing stands for ELSE.
    pub(super) fn new<'a>(
        conditions: impl Iterator<Item = (Option<&'a Expr>, String)>,
        columns: &[Column],
        keys: Keys,
    ) -> Result<Self, SplinkError> {
        let mut builder = Builder { columns, drafts: Vec::new(), slots: Vec::new(), place: 0 };
        let (mut made, mut places) = (Vec::new(), Vec::new());
        for (condition, place) in conditions {
            builder.place = places.len();
            made.push(match condition {
                None => None,
                Some(expr) => Some(builder.whole(expr).map_err(|fault| faulty(&place, fault))?),
            });
            places.push(place);
        }
        let parts = builder.parts(keys, &places)?;
        Ok(Self { parts, slots: builder.slots.iter().map(DraftSlot::finish).collect(), conditions: made, places })
    }

    /// Says whether any distance is taken.
    pub(super) fn is_costly(&self) -> bool {
        !self.slots.is_empty() || self.conditions.iter().flatten().any(Condition::is_scalar)
    }

    /// Returns the place of the first condition that holds; ELSE always does.
    pub(super) fn first(&self, left: u32, right: u32, desk: &mut Desk) -> u8 {
        let mut pair = Pair { program: self, left, right, place: 0, known: 0, found: [0.0; SLOTS_MAX], desk };
        let holds = |condition: &Option<Condition>| condition.as_ref().is_none_or(|condition| pair.holds(condition));
        self.conditions.iter().position(holds).unwrap_or(self.conditions.len()) as u8
    }

    /// Says whether all conditions hold.
    pub(super) fn all(&self, left: u32, right: u32, desk: &mut Desk) -> bool {
        let mut pair = Pair { program: self, left, right, place: 0, known: 0, found: [0.0; SLOTS_MAX], desk };
        self.conditions.iter().flatten().all(|condition| pair.holds(condition))
    }

    /// Returns the places of the conditions that may be the first to hold for two different keys of which this is
    /// known.
    pub(super) fn reachable(&self, known: Known) -> Vec<usize> {
        let mut reachable = Vec::new();
        for (place, condition) in self.conditions.iter().enumerate() {
            let outcomes = condition.as_ref().map_or(TRUE, |condition| self.outcomes(condition, known));
            if outcomes & TRUE != 0 {
                reachable.push(place);
            }
            if outcomes == TRUE {
                break;
            }
        }
        reachable
    }

    /// Returns the shortcut that the program has, if it has one. Keys that are NULL must not be asked of it.
    pub(super) fn shortcut(&self) -> Option<Shortcut> {
        let [slot] = self.slots.as_slice() else { return None };
        if slot.left != slot.right || !self.is_key(slot.left) || slot.comparer.far().is_none() {
            return None;
        }
        let reachable = self.reachable(Known { far: true, ..Known::default() });
        let [place] = reachable.as_slice() else { return None };
        let words = self.parts[slot.left].words.clone();
        Some(Shortcut::new(slot.comparer, words, *place as u8))
    }

    fn is_key(&self, part: usize) -> bool {
        matches!(self.parts[part].codes, Codes::Key)
    }

    fn outcomes(&self, condition: &Condition, known: Known) -> u8 {
        let null = |side: Side| if side == Side::Left { known.left_null } else { known.right_null };
        let not = |outcomes: u8| (outcomes & OPEN) | (outcomes & TRUE) << 1 | (outcomes & FALSE) >> 1;
        match condition {
            Condition::Known(truth) => match truth {
                Some(true) => TRUE,
                Some(false) => FALSE,
                None => OPEN,
            },
            Condition::Not(one) => not(self.outcomes(one, known)),
            Condition::All(all) => all.iter().fold(TRUE, |so_far, one| both(so_far, self.outcomes(one, known))),
            Condition::Any(all) => {
                not(all.iter().fold(TRUE, |so_far, one| both(so_far, not(self.outcomes(one, known)))))
            }
            Condition::Null(side, part, negated) if self.is_key(*part) => {
                if null(*side) != *negated {
                    TRUE
                } else {
                    FALSE
                }
            }
            Condition::Null(..) => TRUE | FALSE,
            Condition::Equal(left, right, negated) if left == right && self.is_key(*left) => {
                // The keys differ.
                if known.left_null || known.right_null {
                    OPEN
                } else if *negated {
                    TRUE
                } else {
                    FALSE
                }
            }
            Condition::Distance(slot, how, threshold) if known.far => {
                let far = self.slots[*slot].comparer.far().and_then(|far| far.partial_cmp(threshold));
                if far.is_some_and(|order| how.holds(order)) { TRUE } else { FALSE }
            }
            Condition::Distance(slot, ..) => {
                let slot = &self.slots[*slot];
                let open = (self.is_key(slot.left) && known.left_null) || (self.is_key(slot.right) && known.right_null);
                if open { OPEN } else { TRUE | FALSE | OPEN }
            }
            Condition::Equal(..) | Condition::Truth(..) | Condition::Scalar(_) => TRUE | FALSE | OPEN,
        }
    }
}

/// Returns what `AND` of two conditions may be.
fn both(one: u8, other: u8) -> u8 {
    let mut outcomes = 0;
    if one & TRUE != 0 && other & TRUE != 0 {
        outcomes |= TRUE;
    }
    if (one | other) & FALSE != 0 {
        outcomes |= FALSE;
    }
    if (one & OPEN != 0 && other & (TRUE | OPEN) != 0) || (other & OPEN != 0 && one & (TRUE | OPEN) != 0) {
        outcomes |= OPEN;
    }
    outcomes
}

impl Condition {
    fn is_scalar(&self) -> bool {
        match self {
            Self::Scalar(_) => true,
            Self::All(all) | Self::Any(all) => all.iter().any(Self::is_scalar),
            Self::Not(one) => one.is_scalar(),
            _ => false,
        }
    }
}

/// A pair of which conditions are asked.
struct Pair<'a, 'b> {
    program: &'a Program,
    left: u32,
    right: u32,
    /// The condition that is asked, for messages.
    place: usize,
    /// The slots whose distance is known, as bits.
    known: u32,
    /// NaN stands for NULL.
    found: [f64; SLOTS_MAX],
    desk: &'b mut Desk,
}

impl Pair<'_, '_> {
    /// Says whether a condition holds, which is the next of the program.
    fn holds(&mut self, condition: &Condition) -> bool {
        let holds = self.truth(condition) == Some(true);
        self.place += 1;
        holds
    }

    fn code(&self, side: Side, part: usize) -> u32 {
        let key = if side == Side::Left { self.left } else { self.right };
        match &self.program.parts[part].codes {
            Codes::Key => key,
            Codes::Table(codes) => codes[key as usize],
        }
    }

    fn truth(&mut self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Known(truth) => *truth,
            Condition::All(all) => self.joined(all, false),
            Condition::Any(all) => self.joined(all, true),
            Condition::Not(one) => self.truth(one).map(|truth| !truth),
            Condition::Null(side, part, negated) => Some((self.code(*side, *part) == NULL) != *negated),
            Condition::Truth(side, part) => match self.program.parts[*part].dictionary.value(self.code(*side, *part)) {
                Value::Bool(truth) => Some(truth),
                _ => None,
            },
            Condition::Equal(left, right, negated) => {
                let (left, right) = (self.code(Side::Left, *left), self.code(Side::Right, *right));
                (left != NULL && right != NULL).then_some((left == right) != *negated)
            }
            Condition::Distance(slot, how, threshold) => {
                let distance = self.distance(*slot);
                if distance.is_nan() { None } else { distance.partial_cmp(threshold).map(|order| how.holds(order)) }
            }
            Condition::Scalar(expr) => {
                let value = evaluate(expr, &mut |leaf| match leaf.kind {
                    Kind::Leaf(leaf) => {
                        let side = if leaf % 2 == 0 { Side::Left } else { Side::Right };
                        self.program.parts[leaf / 2].dictionary.value(self.code(side, leaf / 2))
                    }
                    _ => Value::Null,
                });
                match value {
                    Ok(Value::Bool(truth)) => Some(truth),
                    Ok(_) => None,
                    Err(fault) => {
                        self.fail(fault);
                        None
                    }
                }
            }
        }
    }

    fn joined(&mut self, all: &[Condition], decisive: bool) -> Option<bool> {
        let mut open = false;
        for one in all {
            match self.truth(one) {
                Some(truth) if truth == decisive => return Some(decisive),
                Some(_) => {}
                None => open = true,
            }
        }
        (!open).then_some(!decisive)
    }

    fn distance(&mut self, slot: usize) -> f64 {
        if self.known & (1 << slot) != 0 {
            return self.found[slot];
        }
        let program = self.program;
        let Slot { comparer, left, right, swapped, at } = &program.slots[slot];
        let (a, b) = (self.code(Side::Left, *left), self.code(Side::Right, *right));
        let (left, right) = (&program.parts[*left], &program.parts[*right]);
        let distance = if a == NULL || b == NULL {
            f64::NAN
        } else {
            let left = (&left.words[a as usize], left.dictionary.bytes());
            let right = (&right.words[b as usize], right.dictionary.bytes());
            let (left, right) = if *swapped { (right, left) } else { (left, right) };
            let distance = comparer.compare(left, right, &mut self.desk.masks);
            if distance.is_nan() {
                self.fail(Fault::new(*at, "jaccard is not defined where a text is empty, make it NULL first"));
            }
            distance
        };
        self.known |= 1 << slot;
        self.found[slot] = distance;
        distance
    }

    fn fail(&mut self, fault: Fault) {
        if self.desk.fault.is_none() {
            let place = self.program.places.get(self.place).cloned().unwrap_or_default();
            self.desk.fault = Some(SplinkError::Evaluation { place, at: fault.at, reason: fault.reason });
        }
    }
}

struct Builder<'a> {
    columns: &'a [Column],
    drafts: Vec<Draft>,
    slots: Vec<DraftSlot>,
    /// The condition that is being read.
    place: usize,
}

/// A part before it is worked out. Its columns say the left side, whichever it is used for.
struct Draft {
    expr: Expr,
    of: Type,
    /// The first of the parts that share its dictionary.
    group: usize,
    /// A distance is taken of it.
    measured: bool,
    /// The condition in which it was met first.
    place: usize,
}

struct DraftSlot {
    function: Function,
    left: usize,
    right: usize,
    swapped: bool,
    at: usize,
    thresholds: Vec<f64>,
}

impl DraftSlot {
    fn finish(&self) -> Slot {
        let most = self.thresholds.iter().copied().fold(0.0, f64::max);
        // No similarity is beyond 0 and 1, so such a threshold, which people write to hoist a function, settles itself.
        let least = self.thresholds.iter().copied().filter(|one| (0.0..=1.0).contains(one)).fold(1.0, f64::min);
        // A distance beyond every threshold needs no telling from one further still.
        let most = most.min(1e6) as usize;
        let comparer = match self.function {
            Function::Levenshtein => Comparer::Levenshtein(most),
            Function::Damerau => Comparer::Damerau(most),
            Function::Jaro => Comparer::Jaro(least),
            Function::JaroWinkler => Comparer::JaroWinkler(least),
            _ => Comparer::Jaccard,
        };
        Slot { comparer, left: self.left, right: self.right, swapped: self.swapped, at: self.at }
    }
}

impl Builder<'_> {
    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    fn type_of(&self, expr: &Expr) -> Result<Type, Fault> {
        type_of(expr, &mut |leaf| match &leaf.kind {
            Kind::Column(_, name) => Ok(self.column(name).map_or(Type::Null, |at| self.columns[at].of)),
            _ => Ok(Type::Null),
        })
    }

    fn whole(&mut self, expr: &Expr) -> Result<Condition, Fault> {
        match self.type_of(expr)? {
            Type::Bool | Type::Null => self.condition(expr),
            _ => Err(Fault::new(expr.at, "a condition is expected, which is true or false")),
        }
    }

    fn condition(&mut self, expr: &Expr) -> Result<Condition, Fault> {
        match &expr.kind {
            Kind::And(all) => Ok(Condition::All(all.iter().map(|one| self.condition(one)).collect::<Result<_, _>>()?)),
            Kind::Or(all) => Ok(Condition::Any(all.iter().map(|one| self.condition(one)).collect::<Result<_, _>>()?)),
            Kind::Not(one) => Ok(Condition::Not(Box::new(self.condition(one)?))),
            Kind::IsNull(one, negated) if only_side(one).is_some() => match only_side(one) {
                Some(side) => Ok(Condition::Null(side, self.part(one)?, *negated)),
                None => self.scalar(expr),
            },
            Kind::Compare(how, a, b) => match self.compare(*how, a, b)? {
                Some(condition) => Ok(condition),
                None => self.other(expr),
            },
            _ => self.other(expr),
        }
    }

    fn other(&mut self, expr: &Expr) -> Result<Condition, Fault> {
        match only_side(expr) {
            Some(side) => Ok(Condition::Truth(side, self.part(expr)?)),
            None if has_columns(expr) => self.scalar(expr),
            None => Ok(Condition::Known(match evaluate(expr, &mut |_| Value::Null)? {
                Value::Bool(truth) => Some(truth),
                _ => None,
            })),
        }
    }

    fn compare(&mut self, how: Comparator, a: &Expr, b: &Expr) -> Result<Option<Condition>, Fault> {
        if let Some(condition) = self.distance(how, a, b)? {
            return Ok(Some(condition));
        }
        if let Some(condition) = self.distance(how.mirrored(), b, a)? {
            return Ok(Some(condition));
        }
        let negated = match how {
            Comparator::Equal => false,
            Comparator::Unequal => true,
            _ => return Ok(None),
        };
        let (left, right) = match (only_side(a), only_side(b)) {
            (Some(Side::Left), Some(Side::Right)) => (a, b),
            (Some(Side::Right), Some(Side::Left)) => (b, a),
            _ => return Ok(None),
        };
        if self.type_of(left)? != self.type_of(right)? {
            return Ok(None);
        }
        let (left, right) = (self.part(left)?, self.part(right)?);
        let (one, other) = (self.drafts[left].group, self.drafts[right].group);
        self.drafts.iter_mut().filter(|draft| draft.group == other).for_each(|draft| draft.group = one);
        Ok(Some(Condition::Equal(left, right, negated)))
    }

    fn distance(&mut self, how: Comparator, a: &Expr, b: &Expr) -> Result<Option<Condition>, Fault> {
        let Kind::Call(function, arguments) = &a.kind else { return Ok(None) };
        let threshold = match b.kind {
            Kind::Integer(number) => number as f64,
            Kind::Number(number, _) => number,
            _ => return Ok(None),
        };
        let [first, second] = arguments.as_slice() else { return Ok(None) };
        let (left, right, swapped) = match (only_side(first), only_side(second)) {
            (Some(Side::Left), Some(Side::Right)) => (first, second, false),
            (Some(Side::Right), Some(Side::Left)) => (second, first, true),
            _ => return Ok(None),
        };
        // Where a column holds nothing at all, its type is not known and the general way does.
        let text = [left, right].map(|one| self.type_of(one));
        if !function.is_distance() || text.into_iter().any(|of| of != Ok(Type::Text)) {
            return Ok(None);
        }
        let (left, right) = (self.part(left)?, self.part(right)?);
        self.drafts[left].measured = true;
        self.drafts[right].measured = true;
        let alike = |slot: &DraftSlot| {
            slot.function == *function && (slot.left, slot.right, slot.swapped) == (left, right, swapped)
        };
        let slot = match self.slots.iter().position(alike) {
            Some(slot) => slot,
            None if self.slots.len() == SLOTS_MAX => {
                return Err(Fault::new(a.at, format!("more than {SLOTS_MAX} different distances in one comparison")));
            }
            None => {
                let function = function.clone();
                self.slots.push(DraftSlot { function, left, right, swapped, at: a.at, thresholds: Vec::new() });
                self.slots.len() - 1
            }
        };
        self.slots[slot].thresholds.push(threshold);
        Ok(Some(Condition::Distance(slot, how, threshold)))
    }

    fn scalar(&mut self, expr: &Expr) -> Result<Condition, Fault> {
        Ok(Condition::Scalar(Box::new(self.with_leaves(expr)?)))
    }

    fn with_leaves(&mut self, expr: &Expr) -> Result<Expr, Fault> {
        match only_side(expr) {
            Some(side) => {
                let leaf = 2 * self.part(expr)? + usize::from(side == Side::Right);
                Ok(Expr { at: expr.at, kind: Kind::Leaf(leaf) })
            }
            None => expr.map(&mut |part| self.with_leaves(part)),
        }
    }

    fn part(&mut self, expr: &Expr) -> Result<usize, Fault> {
        let expr = one_sided(expr)?;
        if let Some(known) = self.drafts.iter().position(|draft| draft.expr == expr) {
            return Ok(known);
        }
        let of = self.type_of(&expr)?;
        let group = self.drafts.len();
        self.drafts.push(Draft { expr, of, group, measured: false, place: self.place });
        Ok(group)
    }

    /// Works out the parts for every key.
    fn parts(&self, keys: Keys, places: &[String]) -> Result<Vec<Part>, SplinkError> {
        let mut parts: Vec<Option<Part>> = self.drafts.iter().map(|_| None).collect();
        for group in 0..self.drafts.len() {
            let members: Vec<usize> = (0..self.drafts.len()).filter(|at| self.drafts[*at].group == group).collect();
            if let [only] = members.as_slice()
                && let Kind::Column(_, name) = &self.drafts[*only].expr.kind
                && let Some(at) = self.column(name)
            {
                let column = &self.columns[at];
                let codes = match keys {
                    Keys::Codes => Codes::Key,
                    Keys::Records => Codes::Table(Arc::clone(&column.codes)),
                };
                parts[*only] = Some(Part { codes, dictionary: Arc::clone(&column.dictionary), words: Vec::new() });
                continue;
            }
            let Some(first) = members.first() else { continue };
            let mut dictionary = Dictionary::new(self.drafts[*first].of);
            let tables = members
                .iter()
                .map(|member| {
                    let draft = &self.drafts[*member];
                    let failed = |fault: Fault| SplinkError::Evaluation {
                        place: places[draft.place].clone(),
                        at: fault.at,
                        reason: fault.reason,
                    };
                    worked_out(&draft.expr, self.columns, keys, &mut dictionary, &failed)
                })
                .collect::<Result<Vec<_>, _>>()?;
            dictionary.finish();
            let dictionary = Arc::new(dictionary);
            for (member, codes) in members.iter().zip(tables) {
                let codes = Codes::Table(Arc::new(codes));
                parts[*member] = Some(Part { codes, dictionary: Arc::clone(&dictionary), words: Vec::new() });
            }
        }
        let mut made = Vec::with_capacity(parts.len());
        for (part, draft) in parts.into_iter().zip(&self.drafts) {
            // Every group holds its first member, so every part was made.
            let Some(mut part) = part else { continue };
            if draft.measured {
                part.words = words(&part.dictionary);
            }
            made.push(part);
        }
        Ok(made)
    }
}

/// Works out an expression of one record for every key.
pub(super) fn worked_out(
    expr: &Expr,
    columns: &[Column],
    keys: Keys,
    dictionary: &mut Dictionary,
    failed: &dyn Fn(Fault) -> SplinkError,
) -> Result<Vec<u32>, SplinkError> {
    let at = |name: &str| columns.iter().position(|column| column.name == name);
    let mut used: Vec<usize> = Vec::new();
    expr.each_column(&mut |_, name| used.extend(at(name).filter(|at| !used.contains(at))));
    if let [only] = used.as_slice() {
        let of_code = (0..columns[*only].dictionary.len() as u32)
            .map(|code| {
                let value = columns[*only].dictionary.value(code);
                let found = evaluate(expr, &mut |_| value.clone()).map_err(failed)?;
                dictionary.code(&found)
            })
            .collect::<Result<Vec<u32>, SplinkError>>()?;
        return Ok(match keys {
            Keys::Codes => of_code,
            Keys::Records => columns[*only].codes.iter().map(|code| of_code[*code as usize]).collect(),
        });
    }
    let records = columns.first().map_or(0, |column| column.codes.len());
    (0..records)
        .map(|record| {
            let found = evaluate(expr, &mut |leaf| match &leaf.kind {
                Kind::Column(_, name) => match at(name) {
                    Some(at) => columns[at].dictionary.value(columns[at].codes[record]),
                    None => Value::Null,
                },
                _ => Value::Null,
            });
            dictionary.code(&found.map_err(failed)?)
        })
        .collect()
}

fn words(dictionary: &Dictionary) -> Vec<Word> {
    (0..dictionary.len() as u32)
        .map(|code| {
            let span = dictionary.span(code);
            let start = span.start;
            Word::new(&dictionary.bytes()[span], start)
        })
        .collect()
}

fn has_columns(expr: &Expr) -> bool {
    let mut found = false;
    expr.each_column(&mut |_, _| found = true);
    found
}

/// Returns the expression as said of the left record, so that what is asked of both is worked out once.
pub(super) fn one_sided(expr: &Expr) -> Result<Expr, Fault> {
    match &expr.kind {
        Kind::Column(_, name) => Ok(Expr { at: expr.at, kind: Kind::Column(Side::Left, name.clone()) }),
        _ => expr.map(&mut one_sided),
    }
}
