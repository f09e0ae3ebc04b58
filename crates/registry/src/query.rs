//! Search: find persons, log who is shown, show them.

use std::collections::{BTreeSet, HashMap, HashSet};

use arrow_array::{Array, Date32Array, RecordBatch, StringArray};
use chrono::Datelike as _;
use gate::{Compares, Disclosed, Gate, Grant, LookSubject};
use matching::normalise;
use model::{Compared, ModelId, PersonId, RegisterId, Request};
use serde::{Deserialize, Serialize};
use tantivy::columnar::Column;
use tantivy::schema::Field;
use tantivy::{DocAddress, Searcher, SegmentReader};

use crate::address;
use crate::birth::Birth;
use crate::colleagues;
use crate::error::RegistryError;
use crate::index::Index;
use crate::link::Place;
use crate::rank::{self, How, Seen, Wanted};
use crate::sought::{self, Clue, Part, Way};
use crate::terms::{self, HASH_HIGH, HASH_LOW, Kind, REGISTER};

/// How many records are looked at before ranking.
const CANDIDATES: usize = 400;

/// The most persons that one search shows.
pub const HITS_MAX: usize = 50;

/// From how many characters on one slip, and two, are forgiven in a word.
const ONE_SLIP: usize = 4;
const TWO_SLIPS: usize = 8;

/// What to look for. Empty fields are not looked for.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchQuery {
    /// Names in any order, with slips.
    #[serde(default)]
    pub name: String,
    /// The birth date, as far as it is known.
    #[serde(default)]
    pub birth_date: Option<Birth>,
    /// A national, tax or passport number.
    #[serde(default)]
    pub identifier: String,
    /// A telephone number or an address of electronic mail.
    #[serde(default)]
    pub contact: String,
    /// Number, street, town or postcode.
    #[serde(default)]
    pub address: String,
    /// An employer by its whole name, as who works there is asked: alone, under a purpose that opens employers, and answered
    /// where no more work there than the purpose says.
    #[serde(default)]
    pub employer: String,
    /// How many persons to show, at most [`HITS_MAX`]; 0 means 20. Of an employer all are shown or nobody, whatever this says: to
    /// show some would tell that there are others.
    #[serde(default)]
    pub limit: usize,
}

/// Shows nothing of what was typed.
impl std::fmt::Debug for SearchQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchQuery").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// What a search found. Holds values, hence no `Debug`: it must not end in a log.
pub struct SearchAnswer {
    /// The number of its entry in the log.
    pub leaf: u64,
    /// The persons, best first.
    pub hits: Vec<Hit>,
    /// Whether there are more than are shown.
    pub more: bool,
    /// Parts of the search that the purpose doesn't let the asker compare, or not beside others; they were not used, and others
    /// were.
    pub not_used: Vec<&'static str>,
    /// Parts that were compared as a whole: one wrong letter of such a part finds nobody.
    pub as_a_whole: Vec<&'static str>,
}

/// The parts of a search that a purpose lets be compared, each by its name in [`Matched`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparable {
    /// All of them.
    pub parts: Vec<&'static str>,
    /// Those that are compared as a whole: beside others they are not used, and each search by one is taken out of the day's budget.
    pub alone: Vec<&'static str>,
}

/// A person that was found. Holds values, hence no `Debug`.
pub struct Hit {
    /// The person. Agencies see a pseudonym of it.
    pub person: PersonId,
    /// How well they answer, 0 to 1.
    pub score: f64,
    /// What was alike.
    pub matched: Vec<Matched>,
    /// The register of the record that is shown: the one that answers best, or where the purpose lets that be compared but
    /// not seen, another record of the person.
    pub register: RegisterId,
    /// What the purpose discloses of that record: one row of the register's person model.
    pub shown: Disclosed,
    /// The registers within reach that hold records of the person.
    pub registers: Vec<RegisterId>,
}

/// A part of the search and how it compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// `name`, `birth_date`, `identifier`, `contact`, `address` or `employer`.
    pub part: &'static str,
    /// How.
    pub how: How,
}

fn part_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Name => "name",
        Kind::Birth => "birth_date",
        Kind::Identifier => "identifier",
        Kind::Contact => "contact",
        Kind::Address => "address",
        Kind::Employer => "employer",
    }
}

struct Candidate {
    place: Place,
    score: f64,
    parts: Vec<(Kind, How)>,
}

/// Gives the record that names an employer, which is the very one or none.
fn at_work(place: Place) -> Candidate {
    Candidate { place, score: 1.0, parts: vec![(Kind::Employer, How::Same)] }
}

impl Index {
    /// Looks for persons under a purpose. Everyone shown is a subject of the log entry.
    ///
    /// A number of which the purpose shows the end alone is compared as a whole, by itself, and out of the day's budget: the person
    /// who has it counts as opened, and a number that nobody has counts as a person. So do all who work at an employer.
    ///
    /// # Errors
    /// [`RegistryError::Denied`] when the gate refuses or fails, and where an employer is asked for that the purpose does not open;
    /// [`RegistryError::NothingCompared`] when nothing that was typed can be searched for, and [`RegistryError::BirthTooWide`] when
    /// a month or a year of birth is left: then nothing is compared or logged; whatever keeps the index from being read.
    pub async fn search(
        &self,
        gate: &Gate,
        request: &Request,
        query: &SearchQuery,
    ) -> Result<SearchAnswer, RegistryError> {
        let permit = gate.decide(request).await?;
        if colleagues::is_asked(query) {
            let found = match self.colleagues(gate, &permit, query)? {
                Ok(found) => found.into_iter().map(|(person, place)| (person, at_work(place))).collect::<Vec<_>>(),
                Err(reason) => return Err(gate.refuse(permit, vec![reason]).await.into()),
            };
            let subjects = self.subjects_found(&found)?;
            let grant = gate.commit_opening(permit, subjects).await?;
            let mut hits = self.hits_of(&grant, found)?;
            colleagues::tell_apart(&mut hits)?;
            return Ok(SearchAnswer {
                leaf: grant.leaf(),
                hits,
                more: false,
                not_used: Vec::new(),
                as_a_whole: Vec::new(),
            });
        }
        let limit = if query.limit == 0 { 20 } else { query.limit.min(HITS_MAX) };
        let compares = permit.compares();
        let (mut wanted, allowed) = (Wanted::of(query), self.allowed(&compares));
        let whole = self.compared_whole(&compares, &allowed);
        let not_used = drop_what_is_not_used(&mut wanted, &allowed, &whole);
        if wanted.is_empty() {
            return Err(RegistryError::NothingCompared { not_used });
        }
        if wanted.is_wide() {
            return Err(RegistryError::BirthTooWide);
        }
        wanted.is_whole = whole.contains(&Kind::Identifier);
        let tried: Vec<&str> = whole.iter().filter(|kind| wanted.has(**kind)).map(|kind| part_name(*kind)).collect();
        let mut best = self.best_of(self.candidates(&allowed, &wanted)?)?;
        let more = best.len() > limit;
        best.truncate(limit);
        let subjects = self.subjects_found(&best)?;
        let grant = if tried.is_empty() {
            gate.commit(permit, subjects).await?
        } else {
            gate.commit_trying(permit, subjects).await?
        };
        Ok(SearchAnswer { leaf: grant.leaf(), hits: self.hits_of(&grant, best)?, more, not_used, as_a_whole: tried })
    }

    /// Gives the persons who were found as what a look is about.
    fn subjects_found(&self, found: &[(PersonId, Candidate)]) -> Result<Vec<LookSubject>, RegistryError> {
        let subject = |person: PersonId| -> Result<LookSubject, RegistryError> {
            Ok(LookSubject { person, records: self.records_of(person)? })
        };
        found.iter().map(|(person, _)| subject(*person)).collect()
    }

    /// Gives the rows of those who were found; they are the subjects of the grant, in its order.
    fn hits_of(&self, grant: &Grant, found: Vec<(PersonId, Candidate)>) -> Result<Vec<Hit>, RegistryError> {
        let mut hits = Vec::with_capacity(found.len());
        for ((person, candidate), subject) in found.into_iter().zip(grant.subjects()) {
            let Some((register, shown)) = self.shown_of(grant, candidate.place, subject)? else { continue };
            let mut registers: Vec<RegisterId> = subject.records.iter().map(|record| record.register.clone()).collect();
            registers.retain(|register| grant.registers().contains(register));
            registers.sort();
            registers.dedup();
            hits.push(Hit {
                person,
                score: candidate.score,
                matched: candidate
                    .parts
                    .iter()
                    .map(|(kind, how)| Matched { part: part_name(*kind), how: *how })
                    .collect(),
                shown,
                register,
                registers,
            });
        }
        Ok(hits)
    }

    /// Gives each person of these records once, by the record that answers best; the best first.
    fn best_of(&self, candidates: Vec<Candidate>) -> Result<Vec<(PersonId, Candidate)>, RegistryError> {
        let mut best: Vec<(PersonId, Candidate)> = Vec::new();
        let mut known: HashMap<PersonId, usize> = HashMap::new();
        for candidate in candidates {
            let Some(person) = self.person_of(candidate.place)? else { continue };
            match known.get(&person) {
                Some(at) if best[*at].1.score >= candidate.score => {}
                Some(at) => best[*at].1 = candidate,
                None => {
                    known.insert(person, best.len());
                    best.push((person, candidate));
                }
            }
        }
        best.sort_by(|a, b| b.1.score.total_cmp(&a.1.score).then(a.1.place.cmp(&b.1.place)));
        Ok(best)
    }

    /// Gives the row that stands for a person who was found. A record whose register can be compared but not seen is not
    /// told of; a person who has no other record is not shown.
    fn shown_of(
        &self,
        grant: &Grant,
        found: Place,
        subject: &LookSubject,
    ) -> Result<Option<(RegisterId, Disclosed)>, RegistryError> {
        let found = self.record_id(found)?;
        if grant.registers().contains(&found.register) {
            let shown = self.disclosed_person(grant, &found)?;
            let shown = shown.ok_or_else(|| RegistryError::Stale { register: found.register.clone() })?;
            return Ok(Some((found.register, shown)));
        }
        for record in &subject.records {
            if let Some(shown) = self.disclosed_person(grant, record)? {
                return Ok(Some((record.register.clone(), shown)));
            }
        }
        Ok(None)
    }

    /// Gives the parts of a search that this request's purpose lets be compared in some register. Nothing is decided or written by
    /// that.
    ///
    /// # Errors
    /// When the clock can't be trusted.
    pub fn comparable(&self, gate: &Gate, request: &Request) -> Result<Comparable, RegistryError> {
        let compares = gate.compares(request)?;
        let allowed = self.allowed(&compares);
        let kinds =
            Kind::COMPARED.into_iter().filter(|kind| allowed.get(kind).is_some_and(|registers| !registers.is_empty()));
        let alone = self.compared_whole(&compares, &allowed);
        Ok(Comparable { parts: kinds.map(part_name).collect(), alone: alone.into_iter().map(part_name).collect() })
    }

    /// Tells how the values of a kind in a register may be compared: as the one of its columns that may be least.
    fn how_compared(&self, compares: &Compares, register: &RegisterId, kind: Kind) -> Compared {
        let models = self.person_models.get(register).map_or(&[][..], Vec::as_slice);
        let of_model = |model| kind.columns().iter().map(move |column| compares.in_model(model, column));
        let least = models.iter().flat_map(of_model).min().unwrap_or(Compared::Not);
        // Words of a name or an address are no whole values.
        let is_one_value = matches!(kind, Kind::Identifier | Kind::Contact);
        if least == Compared::Whole && !is_one_value { Compared::Not } else { least }
    }

    /// Gives the registers whose records may be compared, by kind of value.
    fn allowed(&self, compares: &Compares) -> HashMap<Kind, Vec<u16>> {
        let mut allowed = HashMap::new();
        for kind in Kind::COMPARED {
            let may = |register: &&RegisterId| self.how_compared(compares, register, kind) > Compared::Not;
            let registers = compares.registers().iter().filter(may).filter_map(|id| self.numbers.get(id).copied());
            allowed.insert(kind, registers.collect());
        }
        allowed
    }

    /// Gives the kinds that some register lets be compared as a whole alone. Then they are in all of them: what is like such a value
    /// is not even looked for, so that it moves nothing.
    fn compared_whole(&self, compares: &Compares, allowed: &HashMap<Kind, Vec<u16>>) -> Vec<Kind> {
        let is_whole = |kind: &Kind| {
            let is_among = |number: &u16| allowed.get(kind).is_some_and(|numbers| numbers.contains(number));
            let mut reached = compares.registers().iter().filter(|id| self.numbers.get(*id).is_some_and(is_among));
            reached.any(|id| self.how_compared(compares, id, *kind) == Compared::Whole)
        };
        Kind::COMPARED.into_iter().filter(is_whole).collect()
    }

    fn candidates(&self, allowed: &HashMap<Kind, Vec<u16>>, wanted: &Wanted) -> Result<Vec<Candidate>, RegistryError> {
        let parts = Kind::COMPARED.into_iter().filter_map(|kind| {
            let part = part_of(self.fields.of(kind), kind, wanted)?;
            // What the index finds of a register in which a kind may not be compared counts for nothing: that kind of column is
            // not scored of it either.
            let registers: BTreeSet<u64> = allowed[&kind].iter().copied().map(u64::from).collect();
            Some(Part { registers: Some(registers), ..part })
        });
        let mut parts: Vec<Part> = parts.collect();
        // Where all kinds reach the same registers only those records are asked for theirs that are worth enough.
        let same = parts.first().and_then(|first| first.registers.clone());
        let same = same.filter(|registers| parts.iter().all(|part| part.registers.as_ref() == Some(registers)));
        if same.is_some() {
            parts.iter_mut().for_each(|part| part.registers = None);
        }
        let found = sought::best(&self.reader.searcher(), &self.places, &parts, same.as_ref(), CANDIDATES)?;
        let mut by_register: HashMap<u16, Vec<[u8; 16]>> = HashMap::new();
        for address in found {
            let place = self.places.at(address)?;
            by_register.entry(place.register).or_default().push(place.hash);
        }
        let mut candidates = Vec::new();
        for (number, hashes) in by_register {
            let register = self.record_id(Place { register: number, hash: [0; 16] })?.register;
            let kinds: HashSet<Kind> =
                Kind::COMPARED.into_iter().filter(|kind| allowed[kind].contains(&number)).collect();
            for model in self.person_models.get(&register).into_iter().flatten() {
                if let Some(rows) = self.person_rows(model, &hashes)?.filter(|rows| rows.num_rows() > 0) {
                    candidates.extend(score_rows(model, number, &rows, &kinds, wanted)?);
                }
            }
        }
        candidates.retain(|candidate| candidate.score >= rank::SCORE_MIN);
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.place.cmp(&b.place)));
        Ok(candidates)
    }
}

/// Gives what finds records by a kind of value, in whatever register; nothing where none was typed.
fn part_of(field: Field, kind: Kind, wanted: &Wanted) -> Option<Part> {
    let clues: Vec<Clue> = match kind {
        Kind::Address => return address::part(field, &wanted.address),
        Kind::Name => wanted.name.iter().map(|text| word(text, 3.0)).collect(),
        Kind::Birth => wanted.birth.map(birth_clues).unwrap_or_default(),
        Kind::Identifier => wanted.identifier.iter().map(|number| identifier(number, wanted.is_whole)).collect(),
        Kind::Contact => wanted.contact.iter().map(|term| Clue::exact(term, 6.0)).collect(),
        // It is no part beside others.
        Kind::Employer => Vec::new(),
    };
    (!clues.is_empty()).then_some(Part { field, clues, counted: Vec::new(), registers: None })
}

fn identifier(number: &str, is_whole: bool) -> Clue {
    let clue = Clue::exact(number, 8.0);
    if !is_whole && number.chars().count() >= 6 { clue.with_slips(number, 1, 6.0) } else { clue }
}

fn birth_clues(birth: Birth) -> Vec<Clue> {
    match birth {
        Birth::Day(day) => {
            let terms = terms::birth_terms(day);
            let mut clues: Vec<Clue> = terms.iter().map(|(term, worth)| Clue::exact(term, *worth)).collect();
            clues.extend(terms::swapped(day).map(|swapped| Clue::exact(&terms::day_term(swapped), 3.0)));
            clues.push(Clue(vec![(Way::Slips(terms::day_term(day), 1), 2.0)]));
            clues
        }
        Birth::Month(first) => {
            let days = first.iter_days().take_while(|day| day.month() == first.month());
            vec![Clue(days.map(|day| (Way::Exact(terms::day_term(day)), 2.0)).collect())]
        }
        Birth::Year(year) => vec![Clue::exact(&terms::year_term(year), 1.0)],
    }
}

/// Gives what finds a word, the longer the more slips are forgiven.
pub(crate) fn word(word: &str, worth: f32) -> Clue {
    let length = word.chars().count();
    let mut clue = Clue::exact(word, worth);
    if length >= ONE_SLIP {
        clue = clue.with_slips(word, 1, worth / 2.0);
    }
    if length >= TWO_SLIPS {
        clue = clue.with_slips(word, 2, worth / 4.0);
    }
    clue
}

/// The columns of the index that say where records are: by segment the number of the register, and both halves of the hash. To open
/// one takes as long as to read some thousand values.
pub(crate) struct Places(Vec<[Column<u64>; 3]>);

impl Places {
    /// Opens them.
    ///
    /// # Errors
    /// When they can't be read.
    pub(crate) fn open(searcher: &Searcher) -> Result<Self, RegistryError> {
        let of = |reader: &SegmentReader| -> Result<[Column<u64>; 3], RegistryError> {
            let fast = reader.fast_fields();
            Ok([fast.u64(REGISTER)?, fast.u64(HASH_HIGH)?, fast.u64(HASH_LOW)?])
        };
        Ok(Self(searcher.segment_readers().iter().map(of).collect::<Result<_, _>>()?))
    }

    /// Gives the columns, by segment.
    pub(crate) fn columns(&self) -> &[[Column<u64>; 3]] {
        &self.0
    }

    /// Gives the record at an address of the index.
    ///
    /// # Errors
    /// When there are more registers than can be numbered.
    pub(crate) fn at(&self, address: DocAddress) -> Result<Place, RegistryError> {
        let columns = &self.0[address.segment_ord as usize];
        let [register, high, low] = columns.each_ref().map(|column| column.first(address.doc_id).unwrap_or_default());
        let register = u16::try_from(register).map_err(|_| RegistryError::TooMany)?;
        Ok(terms::place_of(register, high, low))
    }
}

fn score_rows(
    model: &ModelId,
    register: u16,
    rows: &RecordBatch,
    kinds: &HashSet<Kind>,
    wanted: &Wanted,
) -> Result<Vec<Candidate>, RegistryError> {
    let hashes = crate::rows::record_hashes(model.as_str(), rows)?;
    let text = |name: &str, row: usize| -> Option<&str> {
        let column: &StringArray = rows.column_by_name(name)?.as_any().downcast_ref()?;
        column.is_valid(row).then(|| column.value(row))
    };
    let mut candidates = Vec::with_capacity(hashes.len());
    for (row, hash) in hashes.into_iter().enumerate() {
        let mut seen = Seen::default();
        for kind in kinds {
            for name in kind.columns() {
                let into = match kind {
                    Kind::Name => &mut seen.name,
                    Kind::Identifier => &mut seen.identifiers,
                    Kind::Contact => &mut seen.contacts,
                    Kind::Address => &mut seen.address,
                    Kind::Employer => continue,
                    Kind::Birth => {
                        let column = rows.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
                        let births = column.filter(|births: &&Date32Array| births.is_valid(row));
                        seen.birth = births.and_then(|births| births.value_as_date(row));
                        continue;
                    }
                };
                if let Some(text) = text(name, row) {
                    terms::write_terms(*kind, name, text, into);
                    match *name {
                        "first_name" => seen.first.extend(terms::words(text)),
                        "last_name" => seen.last.extend(terms::words(text)),
                        _ => {}
                    }
                }
            }
        }
        let score = rank::score(wanted, &seen);
        candidates.push(Candidate { place: Place { register, hash }, score: score.total, parts: score.parts });
    }
    Ok(candidates)
}

impl Wanted {
    fn of(query: &SearchQuery) -> Self {
        let identifier = normalise::fold_identifier(&query.identifier);
        Self {
            name: terms::words(&query.name),
            birth: query.birth_date,
            identifier: (!identifier.is_empty()).then_some(identifier),
            contact: rank::contacts(&query.contact),
            address: terms::words(&query.address),
            is_whole: false,
        }
    }
}

/// Clears the parts that are not used, and names them: those that no register lets the asker compare, and those that are compared as
/// a `whole` where something else is looked for too. Beside a name or a birth date, who is found anyway, a number would be a question
/// to be answered with yes or no: of the end that is shown, digit after digit of the rest could be tried.
fn drop_what_is_not_used(wanted: &mut Wanted, allowed: &HashMap<Kind, Vec<u16>>, whole: &[Kind]) -> Vec<&'static str> {
    let asked: Vec<Kind> = Kind::COMPARED.into_iter().filter(|kind| wanted.has(*kind)).collect();
    let (usable, mut not_used): (Vec<Kind>, Vec<Kind>) =
        asked.into_iter().partition(|kind| allowed.get(kind).is_some_and(|registers| !registers.is_empty()));
    let is_beside_others = usable.iter().any(|kind| !whole.contains(kind));
    let of_whole = usable.into_iter().filter(|kind| whole.contains(kind));
    not_used.extend(of_whole.skip(usize::from(!is_beside_others)));
    for kind in &not_used {
        wanted.clear(*kind);
    }
    not_used.into_iter().map(part_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_as_a_whole_is_used_by_itself_alone() {
        let asked = |name: &str, identifier: &str, contact: &str| {
            let mut query = SearchQuery { name: name.into(), identifier: identifier.into(), ..SearchQuery::default() };
            contact.clone_into(&mut query.contact);
            Wanted::of(&query)
        };
        let allowed: HashMap<Kind, Vec<u16>> = Kind::COMPARED.into_iter().map(|kind| (kind, vec![1])).collect();
        let both = [Kind::Identifier, Kind::Contact];
        let cases: [(Wanted, &[Kind], &[&str]); 6] = [
            (asked("Ana", "12", ""), &both, &["identifier"]),
            (asked("Ana", "12", "34"), &both, &["identifier", "contact"]),
            (asked("", "12", ""), &both, &[]),
            (asked("", "12", "34"), &both, &["contact"]),
            (asked("", "12", "34"), &both[..1], &["identifier"]),
            (asked("Ana", "12", "34"), &[], &[]),
        ];
        for (mut wanted, whole, not_used) in cases {
            assert_eq!(drop_what_is_not_used(&mut wanted, &allowed, whole), not_used);
            assert!(!wanted.is_empty());
        }
        // What may not be compared at all stands beside nothing.
        let allowed: HashMap<Kind, Vec<u16>> = HashMap::from([(Kind::Identifier, vec![1])]);
        let mut wanted = asked("Ana", "12", "");
        assert_eq!(drop_what_is_not_used(&mut wanted, &allowed, &both), ["name"]);
        assert!(wanted.has(Kind::Identifier) && !wanted.has(Kind::Name));
    }
}
