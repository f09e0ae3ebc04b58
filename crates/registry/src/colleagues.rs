//! Who works at an employer: a search that a purpose has to open, by the whole name, and for few alone.
//!
//! A staff is a list of people whom a case is not about, each of whom would read of the look. So a purpose of one person opens no
//! employer unless it says up to how many may work there (`colleagues_max`), and where more do nobody is shown, and nobody is told
//! how many they are. Whoever is shown counts as opened, and is told of as far as it takes to choose.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use gate::{ColumnDisclosed, Gate, Named, Names, Permit, Reason, Sentences};
use model::{PersonId, PurposeId, RegisterId};
use tantivy::query::{BooleanQuery, ConstScoreQuery, EnableScoring, Occur, Query, TermQuery, TermSetQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, TERMINATED, Term};

use crate::error::RegistryError;
use crate::index::Index;
use crate::link::Place;
use crate::query::{Hit, SearchQuery};
use crate::terms::{self, Kind};

/// The columns of a colleague's record that are told: by which people are told apart, and the employer that was asked for. All else,
/// a number or an address for one, takes a look at the person.
const TOLD: [&str; 10] = [
    "first_name",
    "middle_name",
    "last_name",
    "birth_name",
    "birth_date",
    "birth_year",
    "born",
    "city",
    "district",
    "employer",
];

/// Persons, each with a record that names the employer.
pub(crate) type Colleagues = Vec<(PersonId, Place)>;

impl Index {
    /// Gives those who work at the employer that a query names, or the reason why nobody is shown. Persons are in the order of the
    /// records by which they were found.
    ///
    /// # Errors
    /// When the index can't be read.
    pub(crate) fn colleagues(
        &self,
        gate: &Gate,
        permit: &Permit,
        query: &SearchQuery,
    ) -> Result<Result<Colleagues, Reason>, RegistryError> {
        let purpose = gate.project().purposes.get(permit.purpose());
        let Some(most) = purpose.and_then(|purpose| purpose.colleagues_max) else {
            return Ok(Err(closed(permit.purpose())));
        };
        if has_other_parts(query) {
            return Ok(Err(not_alone(permit.purpose())));
        }
        let registers = self.registers_by_employer(permit);
        if registers.is_empty() {
            return Ok(Err(not_given(permit.purpose())));
        }
        let found = self.who_names(&terms::employer(&query.employer), &registers, most)?;
        Ok(found.ok_or_else(|| too_many(permit.purpose())))
    }

    /// Gives the registers whose person records are found by an employer: the purpose gives that as it is.
    fn registers_by_employer(&self, permit: &Permit) -> Vec<u16> {
        let may = |id: &&RegisterId| {
            let Some(models) = self.person_models.get(*id) else { return false };
            let is_found = self.project.registers.get(*id).is_some_and(|register| Kind::Employer.finds(register));
            let gives = |model| Kind::Employer.columns().iter().all(|column| permit.gives_in_model(model, column));
            is_found && models.iter().all(gives)
        };
        permit.registers().iter().filter(may).filter_map(|id| self.numbers.get(id).copied()).collect()
    }

    /// Gives the clause that keeps what is found within some registers; none where these are all that there are.
    ///
    /// All records of the registers that a clause names are listed for each question. So it names those that are left out where
    /// they are fewer.
    fn within(&self, registers: &[u16]) -> Option<(Occur, Box<dyn Query>)> {
        let others: Vec<u16> = self.numbers.values().copied().filter(|number| !registers.contains(number)).collect();
        if others.is_empty() {
            return None;
        }
        let (occur, named) =
            if others.len() < registers.len() { (Occur::MustNot, &others[..]) } else { (Occur::Must, registers) };
        let terms = named.iter().map(|number| Term::from_field_u64(self.fields.register, u64::from(*number)));
        let query = TermSetQuery::new(terms);
        Some((occur, Box::new(ConstScoreQuery::new(Box::new(query), 0.0))))
    }

    /// Gives the persons of whom a record in one of these registers names this employer; none where they are more than `most`. No
    /// more records are walked over than it takes to know that, and none of other registers.
    fn who_names(&self, employer: &str, registers: &[u16], most: u32) -> Result<Option<Colleagues>, RegistryError> {
        let term = Term::from_field_text(self.fields.of(Kind::Employer), employer);
        let names: Box<dyn Query> = Box::new(TermQuery::new(term, IndexRecordOption::Basic));
        let mut clauses = vec![(Occur::Must, names)];
        clauses.extend(self.within(registers));
        let searcher = self.reader.searcher();
        let weight = BooleanQuery::new(clauses).weight(EnableScoring::disabled_from_searcher(&searcher))?;
        let mut found: BTreeMap<PersonId, Place> = BTreeMap::new();
        for (segment, reader) in (0..).zip(searcher.segment_readers()) {
            let mut records = weight.scorer(reader, 1.0)?;
            while records.doc() != TERMINATED {
                let place = self.places.at(DocAddress::new(segment, records.doc()))?;
                records.advance();
                let Some(person) = self.person_of(place)? else { continue };
                // Of several records the one with the least id stands for the person, in whatever order they come.
                let first = found.entry(person).or_insert(place);
                *first = place.min(*first);
                if found.len() > most as usize {
                    return Ok(None);
                }
            }
        }
        let mut found: Colleagues = found.into_iter().collect();
        found.sort_by_key(|(_, place)| *place);
        Ok(Some(found))
    }
}

/// Leaves of each row what tells colleagues apart: columns that are given and those that are withheld alike.
///
/// # Errors
/// When a batch is not what its columns say.
pub(crate) fn tell_apart(hits: &mut [Hit]) -> Result<(), RegistryError> {
    // Rows of one table share what is said of its columns, and still do afterwards.
    type Columns = Arc<[ColumnDisclosed]>;
    let mut told: HashMap<usize, (Columns, Columns)> = HashMap::new();
    let is_told = |name: &str| TOLD.contains(&name);
    for hit in hits {
        let shown = &mut hit.shown;
        let fields = shown.batch.schema();
        let kept = fields.fields().iter().enumerate().filter(|(_, field)| is_told(field.name()));
        let kept: Vec<usize> = kept.map(|(at, _)| at).collect();
        shown.batch = shown.batch.project(&kept)?;
        let of_table = &shown.columns;
        // What they are before is held too, so that nothing else has its address.
        let (_, columns) = told.entry(Arc::as_ptr(of_table).addr()).or_insert_with(|| {
            let left = of_table.iter().filter(|column| is_told(&column.name)).cloned().collect();
            (Arc::clone(of_table), left)
        });
        shown.columns = Arc::clone(columns);
    }
    Ok(())
}

/// Tells whether a query asks who works somewhere.
pub(crate) fn is_asked(query: &SearchQuery) -> bool {
    !query.employer.trim().is_empty()
}

/// Tells whether a query looks for something beside an employer: that would make of the staff a list to search in.
fn has_other_parts(query: &SearchQuery) -> bool {
    let parts = [&query.name, &query.identifier, &query.contact, &query.address];
    query.birth_date.is_some() || parts.iter().any(|part| !part.trim().is_empty())
}

fn of_purpose(rule: &str, purpose: &PurposeId, sentences: Sentences<&str>) -> Reason {
    Reason::new(rule, None, sentences, &Names::default().with("purpose", Named::Purpose(purpose.clone())))
}

fn closed(purpose: &PurposeId) -> Reason {
    let sentences = Sentences {
        says: "The purpose {purpose} opens no employers: who works somewhere is a list of people whom the case is not about.",
        says_fr: "La finalité {purpose} n’ouvre aucun employeur\u{a0}: ceux qui travaillent quelque part forment une liste de \
                  personnes que le dossier ne concerne pas.",
        needed: "Search for the person whom the case is about.",
        needed_fr: "Recherchez la personne que le dossier concerne.",
    };
    of_purpose("colleagues.closed", purpose, sentences)
}

fn not_alone(purpose: &PurposeId) -> Reason {
    let sentences = Sentences {
        says: "Who works at an employer is asked by the employer alone: a staff is no list to search in.",
        says_fr: "Qui travaille chez un employeur se demande par l’employeur seul\u{a0}: l’effectif d’un employeur n’est pas une \
                  liste où chercher.",
        needed: "Leave everything but the employer out, or search without the employer.",
        needed_fr: "Retirez tout sauf l’employeur, ou recherchez sans l’employeur.",
    };
    of_purpose("colleagues.not-alone", purpose, sentences)
}

fn not_given(purpose: &PurposeId) -> Reason {
    let sentences = Sentences {
        says: "The purpose {purpose} gives employers of no register within reach as they are, so nobody is found by one.",
        says_fr: "La finalité {purpose} ne communique tels quels les employeurs d’aucun registre accessible\u{a0}: nul n’y \
                  est trouvé par son employeur.",
        needed: "A purpose that gives employers as they are.",
        needed_fr: "Une finalité qui communique les employeurs tels quels.",
    };
    of_purpose("colleagues.employer-not-given", purpose, sentences)
}

fn too_many(purpose: &PurposeId) -> Reason {
    let sentences = Sentences {
        says: "More people work there than the purpose {purpose} lets be opened, so nobody is shown.",
        says_fr: "Plus de personnes y travaillent que la finalité {purpose} ne permet d’en ouvrir\u{a0}: aucune personne n’est \
                  affichée.",
        needed: "Search for the person whom the case is about; a staff of this size is not opened.",
        needed_fr: "Recherchez la personne que le dossier concerne\u{a0}; un effectif de cette taille ne s’ouvre pas.",
    };
    of_purpose("colleagues.too-many", purpose, sentences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_search_shows_everyone_of_an_employer_that_opens() {
        assert_eq!(model::purpose::COLLEAGUES_MAX as usize, crate::query::HITS_MAX);
    }

    #[test]
    fn an_employer_stands_alone() {
        let asked = SearchQuery { employer: "Alder & Sons".into(), name: "  ".into(), ..SearchQuery::default() };
        assert!(is_asked(&asked) && !has_other_parts(&asked));
        assert!(!is_asked(&SearchQuery { employer: " ".into(), ..SearchQuery::default() }));
        let others = [
            SearchQuery { name: "Ana".into(), ..asked.clone() },
            SearchQuery { identifier: "1".into(), ..asked.clone() },
            SearchQuery { contact: "1".into(), ..asked.clone() },
            SearchQuery { address: "Newmere".into(), ..asked.clone() },
            SearchQuery { birth_date: "1984-03-12".parse().ok(), ..asked },
        ];
        assert!(others.iter().all(has_other_parts));
    }
}
