//! The comparisons: which levels each kind has, and which level two values are at.
//!
//! Level 0 is *missing* for every kind and weighs nothing. Every comparison is symmetric.

use std::sync::OnceLock;

use crate::check_digit::CheckDigit;
use crate::date::{Date, DateRelation};
use crate::distance;
use crate::error::Error;
use crate::nickname;
use crate::normalise;
use crate::pool::{MISSING, Pool, room};
use crate::script::{self, Across, Sketch};
use crate::settings::Kind;

/// The level of a pair in which one value is missing.
pub(crate) const MISSING_LEVEL: u8 = 0;

/// What a level is called and what is believed of it before any data is seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LevelSpec {
    pub(crate) name: String,
    /// The share of matches at this level, where both values are there.
    pub(crate) m: f64,
    /// How much of a term frequency adjustment the level takes, from 0 to 1.
    pub(crate) frequency: f64,
}

/// Returns the levels of a kind, level 0 first.
pub(crate) fn levels(kind: &Kind) -> Vec<LevelSpec> {
    let rows: &[(&str, f64, f64)] = match kind {
        Kind::Exact | Kind::Sex => &[("equal", 0.97, 1.0), ("different", 0.03, 0.0)],
        Kind::GivenName => &[
            ("equal", 0.82, 1.0),
            ("familiar form", 0.03, 0.5),
            ("initial", 0.01, 0.0),
            ("shared part", 0.01, 0.5),
            ("one slip", 0.04, 0.5),
            ("similar 0.92", 0.015, 0.5),
            ("similar 0.88", 0.01, 0.25),
            ("similar 0.7", 0.025, 0.0),
            ("different", 0.04, 0.0),
        ],
        Kind::FamilyName => &[
            ("equal", 0.85, 1.0),
            ("shared part", 0.01, 0.5),
            ("one slip", 0.04, 0.5),
            ("similar 0.92", 0.015, 0.5),
            ("similar 0.88", 0.015, 0.25),
            ("similar 0.7", 0.02, 0.0),
            ("different", 0.05, 0.0),
        ],
        Kind::SwappedNames => &[("in order", 0.994, 0.0), ("exchanged", 0.005, 0.0), ("nearly exchanged", 0.001, 0.0)],
        Kind::Date => &[
            ("equal", 0.878, 1.0),
            ("day and month exchanged", 0.01, 0.0),
            ("one slip", 0.04, 0.0),
            ("two slips", 0.005, 0.0),
            ("same day of year", 0.005, 0.0),
            ("same year and month or day", 0.005, 0.0),
            ("year within one", 0.005, 0.0),
            ("same year and month, no day", 0.02, 0.0),
            ("same year, no month", 0.02, 0.0),
            ("one slip in what is there", 0.002, 0.0),
            ("different", 0.01, 0.0),
        ],
        Kind::Identifier => {
            &[("equal", 0.93, 1.0), ("one slip", 0.04, 0.0), ("two slips", 0.01, 0.0), ("different", 0.02, 0.0)]
        }
        Kind::CheckedIdentifier { .. } => &[
            ("equal", 0.93, 1.0),
            ("one slip", 0.035, 0.0),
            ("two slips", 0.01, 0.0),
            // At most: what is presumed lies below u, see `ComparisonModel::hold_apart`.
            ("near but both valid", 0.005, 0.0),
            ("different", 0.02, 0.0),
        ],
        Kind::Number | Kind::Code | Kind::Phone => {
            &[("equal", 0.85, 1.0), ("one slip", 0.05, 0.0), ("different", 0.1, 0.0)]
        }
        Kind::Address => &[
            ("equal", 0.7, 1.0),
            ("number and street", 0.05, 1.0),
            ("nearly equal", 0.06, 0.25),
            ("same street", 0.02, 0.0),
            ("same place", 0.07, 0.0),
            ("different", 0.1, 0.0),
        ],
        Kind::Email => {
            &[("equal", 0.8, 1.0), ("same name, other host", 0.05, 0.0), ("near", 0.05, 0.0), ("different", 0.1, 0.0)]
        }
        Kind::Text { distances } => {
            let spread = 0.1 / distances.len().max(1) as f64;
            let mut specs = vec![missing(), spec("equal", 0.8, 1.0)];
            specs.extend(distances.iter().map(|most| spec(&format!("within {most} edits"), spread, 0.0)));
            specs.push(spec("different", if distances.is_empty() { 0.2 } else { 0.1 }, 0.0));
            return specs;
        }
    };
    std::iter::once(missing()).chain(rows.iter().map(|(name, m, frequency)| spec(name, *m, *frequency))).collect()
}

/// Returns the names that levels can have, each once, but for those of texts, which say `within N edits` too.
pub fn level_names() -> Vec<String> {
    let kinds = [
        Kind::Exact,
        Kind::GivenName,
        Kind::FamilyName,
        Kind::SwappedNames,
        Kind::Date,
        Kind::Identifier,
        Kind::CheckedIdentifier { check: CheckDigit::Luhn },
        Kind::Number,
        Kind::Address,
        Kind::Email,
    ];
    let mut names: Vec<String> = kinds.iter().flat_map(levels).map(|level| level.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Returns the place, without level 0, of the level that two numbers are at which are near and both pass their check.
pub(crate) fn another_number(kind: &Kind) -> Option<usize> {
    matches!(kind, Kind::CheckedIdentifier { .. }).then_some(3)
}

fn missing() -> LevelSpec {
    spec("missing", 0.0, 0.0)
}

fn spec(name: &str, m: f64, frequency: f64) -> LevelSpec {
    LevelSpec { name: name.to_owned(), m, frequency }
}

/// The distinct values of one comparison, ready to be compared by code.
pub(crate) struct Values {
    kind: Kind,
    /// The folded values of kinds with one column; for those with more, of all columns.
    pool: Pool,
    /// What a value is made of, for kinds with several columns: codes in `pool`.
    parts: Vec<[u32; 3]>,
    dates: Vec<Date>,
    nicknames: Vec<&'static [u16]>,
    /// The class of script of each name, [`script::LATIN`] for nearly all.
    scripts: Vec<u8>,
    /// What names are compared by with those of another script, by [`SKETCHES`] codes: made when two such names first meet.
    sketches: Vec<OnceLock<Box<[OnDemand]>>>,
    /// Whether the address has a column for the place.
    placed: bool,
    index: hashbrown::HashMap<[u32; 3], u32>,
    /// For each column the code of each raw text by that text's own code; [`UNKNOWN`] where it has none yet.
    pub(crate) of_raw: Vec<Vec<u32>>,
}

/// A sketch that is made when it is first asked for; nothing inside where the name has none.
type OnDemand = OnceLock<Option<Box<Sketch>>>;

/// For how many codes there is room made at once where one of them needs a sketch.
const SKETCHES: usize = 256;

/// No code of a value.
const UNKNOWN: u32 = u32::MAX;

impl Values {
    pub(crate) fn new(kind: &Kind, columns: usize) -> Self {
        Self {
            kind: kind.clone(),
            pool: Pool::new(),
            parts: vec![[MISSING; 3]],
            dates: Vec::new(),
            nicknames: Vec::new(),
            scripts: Vec::new(),
            sketches: Vec::new(),
            placed: columns == 3,
            index: hashbrown::HashMap::new(),
            of_raw: vec![Vec::new(); columns],
        }
    }

    /// Returns the code of a raw value in one column: of the value itself for kinds with one column, else of a part.
    pub(crate) fn intern_column(&mut self, column: usize, raw: &str) -> Result<u32, Error> {
        let folded = match self.kind {
            Kind::GivenName | Kind::FamilyName | Kind::SwappedNames => {
                let given = matches!(self.kind, Kind::GivenName) || column == 0 && self.kind == Kind::SwappedNames;
                let folded = normalise::fold(raw);
                let nobody =
                    if given { normalise::is_placeholder(&folded) } else { normalise::is_family_placeholder(&folded) };
                if nobody { String::new() } else { normalise::fold_name(raw) }
            }
            Kind::Exact | Kind::Text { .. } => normalise::fold(raw),
            Kind::Date => Date::parse(raw).text().to_owned(),
            Kind::Identifier | Kind::CheckedIdentifier { .. } | Kind::Number | Kind::Code => {
                normalise::fold_identifier(raw)
            }
            Kind::Address if column == 1 => normalise::fold_street(raw),
            Kind::Address => normalise::fold(raw),
            Kind::Phone => normalise::fold_phone(raw),
            Kind::Email => raw.trim().to_lowercase(),
            Kind::Sex => normalise::fold(raw).chars().take(1).collect(),
        };
        self.pool.intern(&folded)
    }

    /// Returns the same by the code that the raw value has among those of its column: each is folded once.
    pub(crate) fn intern_raw(&mut self, column: usize, raw: &Pool, code: u32) -> Result<u32, Error> {
        let at = code as usize;
        if let Some(known) = self.of_raw[column].get(at).copied().filter(|known| *known != UNKNOWN) {
            return Ok(known);
        }
        let found = self.intern_column(column, raw.get(code))?;
        let of_raw = &mut self.of_raw[column];
        if of_raw.len() <= at {
            of_raw.resize(raw.len(), UNKNOWN);
        }
        of_raw[at] = found;
        Ok(found)
    }

    /// Returns the code of a value made of parts.
    pub(crate) fn intern_parts(&mut self, parts: [u32; 3]) -> Result<u32, Error> {
        let nothing = match self.kind {
            Kind::SwappedNames => parts[0] == MISSING || parts[1] == MISSING,
            _ => parts[1] == MISSING && parts[2] == MISSING,
        };
        if nothing {
            return Ok(MISSING);
        }
        if let Some(code) = self.index.get(&parts) {
            return Ok(*code);
        }
        let code = self.parts.len();
        if code >= crate::pool::VALUES_MAX {
            return Err(Error::TooMany("distinct values", crate::pool::VALUES_MAX));
        }
        self.parts.push(parts);
        self.index.insert(parts, code as u32);
        Ok(code as u32)
    }

    /// Prepares the values for comparing, and drops what is only needed to add further ones.
    pub(crate) fn finish(&mut self) {
        self.index = hashbrown::HashMap::new();
        self.pool.finish();
        self.prepare();
    }

    /// Makes it possible again to add values. Those that are added must be prepared before they are compared.
    pub(crate) fn open(&mut self) {
        self.pool.open();
        self.parts.reserve_exact(room(self.parts.len()));
        self.dates.reserve_exact(room(self.dates.len()));
        self.nicknames.reserve_exact(room(self.nicknames.len()));
        self.scripts.reserve_exact(room(self.scripts.len()));
        self.sketches.reserve_exact(room(self.sketches.len()));
        self.of_raw.iter_mut().for_each(|codes| codes.reserve_exact(room(codes.len())));
        self.index = hashbrown::HashMap::with_capacity(self.parts.len() + room(self.parts.len()));
        let parts = self.parts.iter().enumerate().skip(1);
        self.index.extend(parts.map(|(code, parts)| (*parts, code as u32)));
    }

    /// Prepares the values that were added since for comparing.
    pub(crate) fn prepare(&mut self) {
        let Self { kind, pool, dates, nicknames, scripts, sketches, .. } = self;
        let all = pool.len() as u32;
        if matches!(kind, Kind::GivenName | Kind::FamilyName) {
            scripts.extend((scripts.len() as u32..all).map(|code| script::class(pool.get(code))));
            sketches.resize_with(scripts.len().div_ceil(SKETCHES), OnceLock::new);
        }
        match kind {
            Kind::Date => dates.extend((dates.len() as u32..all).map(|code| Date::parse(pool.get(code)))),
            Kind::GivenName => {
                let first = |code: u32| pool.get(code).split(' ').next().unwrap_or_default();
                nicknames.extend((nicknames.len() as u32..all).map(|code| nickname::groups(first(code))));
            }
            _ => {}
        }
    }

    /// Returns what a name is compared by with one of another script, made when it is first asked for: one name in another script
    /// must not have it made of all the others.
    fn sketch(&self, code: u32) -> Option<&Sketch> {
        let (part, place) = (code as usize / SKETCHES, code as usize % SKETCHES);
        let part = self.sketches.get(part)?.get_or_init(|| (0..SKETCHES).map(|_| OnceLock::new()).collect());
        part.get(place)?.get_or_init(|| Sketch::of(self.pool.get(code))).as_deref()
    }

    /// Returns the number of codes, the missing value included.
    pub(crate) fn len(&self) -> usize {
        if self.kind.columns().1 == 1 { self.pool.len() } else { self.parts.len() }
    }

    /// Returns the folded text of a value, its parts separated by commas.
    pub(crate) fn text(&self, code: u32) -> String {
        if self.kind.columns().1 == 1 {
            return self.pool.get(code).to_owned();
        }
        let parts = self.parts[code as usize];
        parts.iter().filter(|part| **part != MISSING).map(|part| self.pool.get(*part)).collect::<Vec<_>>().join(", ")
    }

    /// Says whether a value is compared as a date and is none that can be read.
    pub(crate) fn is_unread_date(&self, code: u32) -> bool {
        self.kind == Kind::Date && self.dates.get(code as usize).is_some_and(|date| !date.is_readable())
    }

    /// Returns the level of two equal values.
    pub(crate) fn level_of_equal(&self, code: u32) -> u8 {
        if self.kind == Kind::Date {
            return self.level_of_different(code, code);
        }
        if self.kind != Kind::Address {
            return 1;
        }
        let [number, street, place] = self.parts[code as usize];
        match (number != MISSING, street != MISSING, place != MISSING) {
            (_, false, _) => 5,
            (true, true, placed) if placed || !self.placed => 1,
            (true, true, _) => 2,
            (false, true, _) => 4,
        }
    }

    /// Returns the level of two values that are there and differ.
    pub(crate) fn level_of_different(&self, left: u32, right: u32) -> u8 {
        match &self.kind {
            Kind::Exact | Kind::Sex => 2,
            Kind::GivenName => self.given_name(left, right),
            Kind::FamilyName => self.family_name(left, right),
            Kind::SwappedNames => self.swapped(self.parts[left as usize], self.parts[right as usize]),
            Kind::Date => match self.dates[left as usize].relation(&self.dates[right as usize]) {
                DateRelation::Same => 1,
                DateRelation::Swapped => 2,
                DateRelation::OneSlip => 3,
                DateRelation::TwoSlips => 4,
                DateRelation::SameDayOfYear => 5,
                DateRelation::SameYearAndPart => 6,
                DateRelation::NearYear => 7,
                DateRelation::SameMonth => 8,
                DateRelation::SameYear => 9,
                DateRelation::PartSlip => 10,
                DateRelation::Different => 11,
            },
            Kind::Identifier => match distance::damerau_text(self.pool.get(left), self.pool.get(right), 2) {
                Some(1) => 2,
                Some(_) => 3,
                None => 4,
            },
            Kind::CheckedIdentifier { check } => {
                let (left, right) = (self.pool.get(left), self.pool.get(right));
                match distance::damerau_text(left, right, 2) {
                    // A slip of the pen leaves a number that fails its check: two that both pass are two numbers.
                    Some(_) if check.passes(left) && check.passes(right) => 4,
                    Some(1) => 2,
                    Some(_) => 3,
                    None => 5,
                }
            }
            Kind::Number | Kind::Code | Kind::Phone => {
                match distance::damerau_text(self.pool.get(left), self.pool.get(right), 1) {
                    Some(_) => 2,
                    None => 3,
                }
            }
            Kind::Address => self.address(self.parts[left as usize], self.parts[right as usize]),
            Kind::Email => {
                let (left, right) = (self.pool.get(left), self.pool.get(right));
                let name = |address: &str| address.split('@').next().unwrap_or_default().to_owned();
                if name(left) == name(right) {
                    2
                } else if distance::damerau_text(left, right, 2).is_some() {
                    3
                } else {
                    4
                }
            }
            Kind::Text { distances } => {
                let most = usize::from(distances.last().copied().unwrap_or(0));
                let found = distance::levenshtein_text(self.pool.get(left), self.pool.get(right), most);
                let reached = found.and_then(|found| distances.iter().position(|most| found <= usize::from(*most)));
                (2 + reached.unwrap_or(distances.len())) as u8
            }
        }
    }

    /// Returns the level of two names as texts, `first` being that of one slip. Names of two scripts are never nearer than
    /// those that are similar.
    fn likeness(&self, left: u32, right: u32, first: u8) -> u8 {
        let level = similarity_level(self.pool.get(left), self.pool.get(right), first);
        // Nearly always both are in Latin letters; and no names of two scripts are nearer than this.
        if level <= first + 1 || self.scripts[left as usize] == self.scripts[right as usize] {
            return level;
        }
        level.min(self.level_across(left, right, first).unwrap_or(level))
    }

    fn level_across(&self, left: u32, right: u32, first: u8) -> Option<u8> {
        let names = [self.pool.get(left), self.pool.get(right)];
        Some(match self.sketch(left)?.across(self.sketch(right)?, names)? {
            Across::Spelling => first + 1,
            Across::Consonants(2..) => first + 2,
            Across::Consonants(_) => first + 3,
            Across::Texts(one, other) => (similarity_level(one, other, first) + 1).min(first + 4),
            Across::Nothing => first + 4,
        })
    }

    fn given_name(&self, left_code: u32, right_code: u32) -> u8 {
        let (left, right) = (self.pool.get(left_code), self.pool.get(right_code));
        if is_initial(left) || is_initial(right) {
            return if left.chars().next() == right.chars().next() { 3 } else { 9 };
        }
        let right_groups = self.nicknames[right_code as usize];
        if self.nicknames[left_code as usize].iter().any(|group| right_groups.contains(group)) {
            return 2;
        }
        if share_part(left, right) {
            return 4;
        }
        self.likeness(left_code, right_code, 5)
    }

    fn family_name(&self, left_code: u32, right_code: u32) -> u8 {
        let (left, right) = (self.pool.get(left_code), self.pool.get(right_code));
        if share_part(left, right) || has_glued_particles(left, right) {
            return 2;
        }
        self.likeness(left_code, right_code, 3)
    }

    fn swapped(&self, left: [u32; 3], right: [u32; 3]) -> u8 {
        let near = |a: u32, b: u32| a == b || similarity_level(self.pool.get(a), self.pool.get(b), 0) <= 1;
        if left[0] == right[1] && left[1] == right[0] {
            2
        } else if (left[0] == right[1] || left[1] == right[0]) && near(left[0], right[1]) && near(left[1], right[0]) {
            3
        } else {
            1
        }
    }

    fn address(&self, left: [u32; 3], right: [u32; 3]) -> u8 {
        let [same_number, same_street, same_place] = [0, 1, 2]
            .map(|part| (left[part] != MISSING && right[part] != MISSING).then_some(left[part] == right[part]));
        let Some(same_street) = same_street else {
            return match same_place {
                Some(true) => 5,
                Some(false) => 6,
                None => MISSING_LEVEL,
            };
        };
        let text = |part: u32| self.pool.get(part);
        if same_street {
            return match same_number {
                Some(true) => 2,
                Some(false) if distance::damerau_text(text(left[0]), text(right[0]), 1).is_some() => 3,
                _ if same_place != Some(false) => 4,
                _ => 6,
            };
        }
        if same_number == Some(true)
            && same_place != Some(false)
            && distance::jaro_winkler_text(text(left[1]), text(right[1])) >= 0.9
        {
            return 3;
        }
        if same_place == Some(true) { 5 } else { 6 }
    }

    /// Returns the bytes held on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.pool.bytes()
            + self.parts.capacity() * size_of::<[u32; 3]>()
            + self.dates.capacity() * size_of::<Date>()
            + self.nicknames.capacity() * size_of::<&[u16]>()
            + self.scripts.capacity()
            + self.sketches.capacity() * size_of::<OnceLock<Box<[OnDemand]>>>()
            + self.sketches.iter().filter_map(OnceLock::get).map(|part| bytes_of(part)).sum::<usize>()
            + self.of_raw.iter().map(|codes| codes.capacity() * size_of::<u32>()).sum::<usize>()
    }
}

/// Says whether a name is one letter. A Chinese or Korean character is no letter: it may be a whole given name.
fn is_initial(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|letter| !is_syllable(letter)) && letters.next().is_none()
}

/// Says whether a character stands for a syllable or a word: one of the Han, Kana or Hangul scripts.
fn is_syllable(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Says whether two compound names share a part of three or more letters, or differ by spaces only.
fn share_part(left: &str, right: &str) -> bool {
    if !left.contains(' ') && !right.contains(' ') {
        return false;
    }
    let letters = |name: &str| name.replace(' ', "");
    left.split(' ').any(|part| part.chars().nth(2).is_some() && right.split(' ').any(|other| other == part))
        || letters(left) == letters(right)
}

/// Says whether one of two folded family names is the other with its particles written as part of it: `vanderberg` and
/// `berg`, which is what folding leaves of `van der Berg`. Only of particles that
/// are usually written so: `altmann` is no `mann`.
fn has_glued_particles(left: &str, right: &str) -> bool {
    let (short, long) = if left.len() < right.len() { (left, right) } else { (right, left) };
    long.strip_suffix(short).is_some_and(|particles| normalise::is_glued(particles, short.chars().count()))
}

/// The length in characters from which a name that differs by one letter is taken for the same with a slip: shorter ones
/// often are two names.
const SLIP_LENGTH: usize = 4;

fn is_long_for_slips(name: &str) -> bool {
    name.chars().nth(SLIP_LENGTH - 1).is_some()
}

fn similarity_level(left: &str, right: &str, first: u8) -> u8 {
    // A slip at the beginning of a name, or in a short one, is far for Jaro and Winkler; it is a slip all the same.
    if (is_long_for_slips(left) || is_long_for_slips(right)) && distance::damerau_text(left, right, 1).is_some() {
        return first;
    }
    let similarity = distance::jaro_winkler_text(left, right);
    if similarity >= 0.92 {
        first + 1
    } else if similarity >= 0.88 {
        first + 2
    } else if similarity >= 0.7 {
        first + 3
    } else {
        first + 4
    }
}

/// Returns the bytes that some sketches hold on the heap, with those of their places.
fn bytes_of(part: &[OnDemand]) -> usize {
    let made = part.iter().filter_map(OnceLock::get).flatten();
    size_of_val(part) + made.map(|sketch| sketch.bytes()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(kind: &Kind, left: &str, right: &str) -> String {
        let columns = left.split('|').count();
        let mut values = Values::new(kind, columns);
        let mut code = |text: &str| {
            let codes: Vec<u32> =
                text.split('|').enumerate().map(|(at, part)| values.intern_column(at, part).unwrap()).collect();
            match codes.as_slice() {
                [only] => *only,
                [a, b] => values.intern_parts([*a, *b, MISSING]).unwrap(),
                [a, b, c] => values.intern_parts([*a, *b, *c]).unwrap(),
                codes => panic!("{} parts", codes.len()),
            }
        };
        let (a, b) = (code(left), code(right));
        values.finish();
        let reached = |a: u32, b: u32| match (a, b) {
            (MISSING, _) | (_, MISSING) => MISSING_LEVEL,
            (a, b) if a == b => values.level_of_equal(a),
            _ => values.level_of_different(a, b),
        };
        assert_eq!(reached(a, b), reached(b, a), "{kind:?} {left} {right} is not symmetric");
        levels(kind)[usize::from(reached(a, b))].name.clone()
    }

    #[test]
    fn levels_reached() {
        for (kind, left, right, expected) in [
            (Kind::GivenName, "François", "FRANCOIS", "equal"),
            (Kind::GivenName, "Bill", "William", "familiar form"),
            (Kind::GivenName, "J.", "John", "initial"),
            (Kind::GivenName, "K", "John", "different"),
            (Kind::GivenName, "Anna Maria", "Maria", "shared part"),
            (Kind::GivenName, "Mary-Lou", "Marylou", "shared part"),
            (Kind::GivenName, "Martha", "Marhta", "one slip"),
            (Kind::GivenName, "Gertrude", "Gertrudis", "similar 0.92"),
            (Kind::FamilyName, "Herrera", "Heerera", "one slip"),
            (Kind::GivenName, "Ana", "Ada", "similar 0.7"),
            (Kind::GivenName, "John", "Bartholomew", "different"),
            // Two characters of which one is another are two names, however many bytes they have.
            (Kind::GivenName, "小龍", "小明", "different"),
            (Kind::GivenName, "明", "明華", "similar 0.7"),
            (Kind::GivenName, "مي", "ري", "different"),
            // Two Korean syllables are two characters, and an Indian vowel is one.
            (Kind::GivenName, "민수", "민서", "different"),
            (Kind::FamilyName, "शर्मा", "शरमा", "one slip"),
            (Kind::GivenName, "मीरा", "मेरी", "different"),
            (Kind::FamilyName, "גל", "טל", "different"),
            (Kind::FamilyName, "Иванов", "Ivanow", "one slip"),
            (Kind::FamilyName, "חיימוב", "חיימוף", "one slip"),
            // One in another script: the consonants are the same, or vowels and all.
            (Kind::GivenName, "محمد", "Mohammed", "similar 0.88"),
            (Kind::GivenName, "محمد", "Mehmet", "different"),
            (Kind::FamilyName, "الحسن", "Al-Hassan", "similar 0.88"),
            (Kind::FamilyName, "כהן", "Cohen", "similar 0.88"),
            (Kind::FamilyName, "김", "Kim", "similar 0.92"),
            (Kind::FamilyName, "이", "Rhee", "similar 0.92"),
            (Kind::FamilyName, "박", "Kim", "different"),
            (Kind::GivenName, "민수", "Min-soo", "similar 0.92"),
            (Kind::FamilyName, "タナカ", "Tanaka", "similar 0.92"),
            (Kind::FamilyName, "タナカ", "たなか", "similar 0.92"),
            (Kind::FamilyName, "李", "Li", "different"),
            (Kind::GivenName, "محمد", "محمود", "one slip"),
            (Kind::GivenName, "", "John", "missing"),
            (Kind::GivenName, "Baby Girl", "John", "missing"),
            (Kind::FamilyName, "Unknown", "Smith", "missing"),
            (Kind::FamilyName, "van der Berg", "Berg", "equal"),
            (Kind::FamilyName, "van der Berg", "Vanderberg", "shared part"),
            (Kind::FamilyName, "De la Cruz", "Delacruz", "shared part"),
            (Kind::FamilyName, "Allen", "Len", "different"),
            (Kind::FamilyName, "García Márquez", "Garcia", "shared part"),
            (Kind::FamilyName, "Smith", "Smyth", "one slip"),
            (Kind::SwappedNames, "James|Thomas", "Thomas|James", "exchanged"),
            (Kind::SwappedNames, "James|Thomas", "Thomas|Jamse", "nearly exchanged"),
            (Kind::SwappedNames, "James|Thomas", "James|Thomas", "in order"),
            (Kind::SwappedNames, "James|", "Thomas|James", "missing"),
            (Kind::Date, "1964-03-02", "19640203", "day and month exchanged"),
            (Kind::Date, "1964-03-02", "1964-03-03", "one slip"),
            (Kind::Identifier, "123-45-6789", "123456789", "equal"),
            (Kind::Identifier, "123-45-6789", "123-45-6798", "one slip"),
            (Kind::Identifier, "123-45-6789", "123-45-0000", "different"),
            (Kind::CheckedIdentifier { check: CheckDigit::Luhn }, "7992-7398-713", "79927398713", "equal"),
            // One digit more or less, or another: the other number fails its check digit.
            (Kind::CheckedIdentifier { check: CheckDigit::Luhn }, "79927398713", "79927398714", "one slip"),
            (Kind::CheckedIdentifier { check: CheckDigit::Luhn }, "79927398713", "79927398731", "one slip"),
            (Kind::CheckedIdentifier { check: CheckDigit::Luhn }, "79927398710", "79927398711", "one slip"),
            (Kind::CheckedIdentifier { check: CheckDigit::Luhn }, "79927398713", "79927398724", "two slips"),
            (Kind::CheckedIdentifier { check: CheckDigit::Luhn }, "79927398713", "79927398721", "near but both valid"),
            (Kind::CheckedIdentifier { check: CheckDigit::Luhn }, "79927398713", "4539578763621486", "different"),
            (Kind::CheckedIdentifier { check: CheckDigit::Mod11 }, "0306406152", "0306406160", "near but both valid"),
            (Kind::CheckedIdentifier { check: CheckDigit::Mod11 }, "0306406152", "0306406151", "one slip"),
            (Kind::CheckedIdentifier { check: CheckDigit::Mod97 }, "253012345678977", "253012345678978", "one slip"),
            (Kind::CheckedIdentifier { check: CheckDigit::Mod97 }, "79927398713", "79927398721", "two slips"),
            // Without a check there is nothing to tell a slip from another number.
            (Kind::Identifier, "79927398713", "79927398721", "two slips"),
            (Kind::Number, "12", "13", "one slip"),
            (Kind::Code, "75001", "69002", "different"),
            (Kind::Phone, "+1 (555) 010-9999", "555 010 9999", "equal"),
            (Kind::Email, "a.b@x.org", "a.b@y.org", "same name, other host"),
            (Kind::Sex, "F", "female", "equal"),
            (Kind::Text { distances: vec![1, 3] }, "abcdef", "abcxyf", "within 3 edits"),
            (Kind::Text { distances: vec![1, 3] }, "abcdef", "uvwxyz", "different"),
            (Kind::Address, "12|Elm Street|75001", "12|elm st.|75001", "equal"),
            (Kind::Address, "12|Elm Street|75001", "12|elm st.|", "number and street"),
            (Kind::Address, "12|Elm Street|75001", "13|elm st.|75001", "nearly equal"),
            (Kind::Address, "12|Elm Street|75001", "900|elm st.|75001", "same street"),
            (Kind::Address, "12|Elm Street|75001", "4|High Road|75001", "same place"),
            (Kind::Address, "||75001", "||75001", "same place"),
            (Kind::Address, "12|Elm Street|", "||75001", "missing"),
            (Kind::Address, "12|Elm Street|75001", "4|High Road|69002", "different"),
        ] {
            assert_eq!(level(&kind, left, right), expected, "{kind:?} {left} {right}");
        }
    }

    #[test]
    fn particles_written_as_part_of_a_name_are_told_from_its_first_syllable() {
        let share_part = |one: &str, other: &str| level(&Kind::FamilyName, one, other) == "shared part";
        for (glued, apart) in [
            ("Vanderberg", "van der Berg"),
            ("Vandenberg", "van den Berg"),
            ("Vandevelde", "van de Velde"),
            ("Vanhorn", "van Horn"),
            ("Vonderheide", "von der Heide"),
            ("Delacruz", "de la Cruz"),
            ("Delossantos", "de los Santos"),
            ("Dellarosa", "della Rosa"),
            ("Dossantos", "dos Santos"),
            ("Zurlinden", "zur Linden"),
            ("Verhagen", "ver Hagen"),
        ] {
            assert!(share_part(glued, apart), "{glued} {apart}");
        }
        for (one, other) in [
            ("Altmann", "Mann"),
            ("Dittmann", "Mann"),
            ("Benford", "Ford"),
            ("Layfield", "Field"),
            ("Leyland", "Land"),
            ("Bennett", "Nett"),
            ("Delgado", "Gado"),
            ("Derrick", "Rick"),
            ("Elwood", "Wood"),
            ("Tennyson", "Nyson"),
            ("Binford", "Ford"),
            ("Dalberg", "Berg"),
            ("Dasgupta", "Gupta"),
            ("Vermeer", "Meer"),
            ("Vance", "Ce"),
        ] {
            assert!(!share_part(one, other), "{one} {other}");
        }
    }

    #[test]
    fn the_level_of_another_number_is_where_it_is_said_to_be() {
        let kind = Kind::CheckedIdentifier { check: CheckDigit::Luhn };
        let place = another_number(&kind).unwrap();
        assert_eq!(levels(&kind)[place + 1].name, "near but both valid");
        assert_eq!(another_number(&Kind::Identifier), None);
    }

    #[test]
    fn priors_sum_to_one() {
        for kind in [
            Kind::Exact,
            Kind::GivenName,
            Kind::FamilyName,
            Kind::SwappedNames,
            Kind::Date,
            Kind::Identifier,
            Kind::CheckedIdentifier { check: CheckDigit::Mod97 },
            Kind::Number,
            Kind::Address,
            Kind::Email,
            Kind::Sex,
            Kind::Text { distances: vec![1, 2] },
            Kind::Text { distances: vec![] },
        ] {
            let sum: f64 = levels(&kind).iter().map(|level| level.m).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{kind:?} {sum}");
        }
    }

    /// Letters of all scripts of which something is known, of some of which nothing is, and what stands between them.
    const NAMES: &str =
        "[a-cghjklmnouvyzA-Cßéя اعبتثجخدرسشصضغفقكلمنهويةپیאבהוחיכפתץ가김박민수이정タナカたしゃっょーん゛李मो'-]{0,8}";

    proptest::proptest! {
        #[test]
        fn names_of_any_script_are_compared_alike_from_both_sides(
            [left, right] in [NAMES, NAMES],
            [given, family] in ["(محمد|علي|Ali|Mohammed|민수|Minsu)", "(김|이|Kim|Lee|たなか|タナカ|Tanaka)"],
        ) {
            for kind in [Kind::GivenName, Kind::FamilyName] {
                // Each call compares in both directions.
                level(&kind, &left, &right);
                level(&kind, &left, &given);
                level(&kind, &right, &family);
                level(&kind, &given, &family);
            }
        }
    }

    #[test]
    fn names_of_another_script_may_come_later() {
        let mut values = Values::new(&Kind::FamilyName, 1);
        let kim = values.intern_column(0, "Kim").unwrap();
        values.finish();
        assert_eq!(values.scripts, [script::LATIN; 2], "nothing, and a name");
        values.open();
        let [korean, park] = ["김", "Park"].map(|name| values.intern_column(0, name).unwrap());
        values.prepare();
        assert_eq!((values.scripts.len(), values.level_of_different(kim, park)), (values.len(), 7));
        let made = |values: &Values| -> Vec<u32> {
            let parts = values.sketches.iter().filter_map(OnceLock::get).flatten().zip(0..);
            parts.filter(|(sketch, _)| sketch.get().is_some()).map(|(_, code)| code).collect()
        };
        assert!(made(&values).is_empty(), "none is made before two scripts meet");
        assert_eq!(values.level_of_different(kim, korean), 4);
        assert_eq!(made(&values), [kim, korean], "and none of names that nobody met");
        assert_eq!(values.level_of_different(korean, park), 7);
        let later = values.intern_column(0, "Gim").unwrap();
        values.prepare();
        assert_eq!(values.level_of_different(korean, later), 4);
    }
}
