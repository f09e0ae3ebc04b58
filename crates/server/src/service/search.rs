//! Searching for a person under a purpose.

use std::sync::Arc;

use model::request::Action;
use registry::{Birth, Comparable, How, RegistryError, SearchQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::given::{GivenColumn, ReasonView, Reasons, Values, WithheldColumn, given};
use super::said::Said;
use super::work::{WorkForm, request};
use crate::app::{App, Who};
use crate::problem::Problem;

/// The longest part of a search, in characters: nobody's name is longer, and comparing costs time.
const PART_CHARACTERS_MAX: usize = 200;

/// Whom to look for, and why.
#[derive(Clone, Default, Deserialize, ToSchema)]
pub struct SearchForm {
    /// Under which purpose, for which case and why.
    #[serde(flatten)]
    pub work: WorkForm,
    /// Names in any order, with slips.
    #[serde(default)]
    pub name: String,
    /// The birth date, `1984-03-12`; as far as it is known, `1984-03` or `1984`, beside another part.
    #[serde(default)]
    pub birth_date: String,
    /// A national, tax or passport number. Where the purpose shows the end of numbers alone, it is compared as a whole and by itself:
    /// beside anything else it is not used, and each search by it is taken out of the day's number of persons.
    #[serde(default)]
    pub identifier: String,
    /// A telephone number or an address of electronic mail.
    #[serde(default)]
    pub contact: String,
    /// Number, street, town or postcode.
    #[serde(default)]
    pub address: String,
    /// An employer by its whole name, as who works there is asked: alone, under a purpose that opens employers
    /// (`colleagues_max`), and refused where more work there than it says. Whoever is shown counts as opened in the day.
    #[serde(default)]
    pub employer: String,
    /// How many persons to show, at most 50; 0 means 20. Of an employer all are shown or nobody, whatever this says.
    #[serde(default)]
    #[schema(maximum = 50)]
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Serialize, ToSchema)]
pub struct SearchView {
    /// The number of the search's entry in the log.
    pub log_index: u64,
    /// The persons, best first.
    pub hits: Vec<HitView>,
    /// Whether there are more than are shown.
    pub more: bool,
    /// Parts of the search that the purpose doesn't let the asker compare, or not beside others; they were not used. Where no part
    /// can be used there is no answer, but a problem: nothing was compared then, and nothing is in the log.
    pub not_used: Vec<String>,
    /// Parts that were compared as a whole, because the purpose shows the end of such values alone: one wrong digit or letter finds
    /// nobody.
    pub as_a_whole: Vec<String>,
    /// Why columns of hits are withheld.
    #[schema(value_type = Vec<ReasonView>)]
    pub reasons: Vec<Arc<ReasonView>>,
}

/// A person that was found.
#[derive(Clone, Serialize, ToSchema)]
pub struct HitView {
    /// The person, as the asker's agency knows them.
    #[schema(example = "p-4k3jq7xw2m5n6a7b2c3d4e5f6g")]
    pub person: String,
    /// How well they answer, 0 to 1.
    pub score: f64,
    /// What was alike.
    pub matched: Vec<MatchView>,
    /// The register of the record that answers best.
    pub register: String,
    /// The columns of that record which the purpose gives: all of them, so that a program can choose by which it tells people
    /// apart. Pages show fewer. Of those who work at an employer they are those alone by which people are told apart.
    #[schema(value_type = Vec<GivenColumn>)]
    pub columns: Said<GivenColumn>,
    /// Their values; `null` where the record has none.
    #[schema(value_type = Object)]
    pub values: Values,
    /// What it withholds, and why.
    #[schema(value_type = Vec<WithheldColumn>)]
    pub withheld: Said<WithheldColumn>,
    /// The registers within reach that hold records of the person.
    pub registers: Vec<String>,
}

/// A part of the search and how it compared.
#[derive(Clone, Serialize, ToSchema)]
pub struct MatchView {
    /// `name`, `birth_date`, `identifier`, `contact`, `address` or `employer`.
    pub part: String,
    /// `same`; `similar`; `part`, where what was typed is the same and is not all of the name or the birth date; `last-name`, where
    /// that is the last name.
    pub how: String,
}

impl SearchForm {
    /// Gives the query.
    ///
    /// # Errors
    /// When the birth date can't be read, or nothing is looked for.
    pub fn query(&self) -> Result<SearchQuery, Problem> {
        let written = self.birth_date.trim();
        let birth_date = match written {
            "" => None,
            _ => Some(written.parse::<Birth>().map_err(|_| {
                let detail = "`birth_date` can't be read: write 1984-03-12, or as far as it is known 1984-03 or 1984";
                Problem::new("bad-request", detail).in_words("problem-is-birth-date")
            })?),
        };
        let parts = [&self.name, &self.identifier, &self.contact, &self.address, &self.employer];
        if parts.iter().any(|part| part.chars().count() > PART_CHARACTERS_MAX) {
            let detail = format!("a part of the search is longer than {PART_CHARACTERS_MAX} characters");
            let most = [("max", PART_CHARACTERS_MAX.to_string())];
            return Err(Problem::new("bad-request", detail).in_words_with("problem-is-search-too-long", &most));
        }
        if birth_date.is_none() && parts.iter().all(|part| part.trim().is_empty()) {
            return Err(nothing_asked());
        }
        Ok(SearchQuery {
            name: self.name.clone(),
            birth_date,
            identifier: self.identifier.clone(),
            contact: self.contact.clone(),
            address: self.address.clone(),
            employer: self.employer.clone(),
            limit: self.limit,
        })
    }
}

fn nothing_asked() -> Problem {
    Problem::new("bad-request", "name, birth date, identifier, contact, address or employer: fill in one at least")
        .in_words("problem-is-search-empty")
}

/// Gives why a search compared nothing: of what was typed, these parts are not the asker's to compare; none where marks alone were
/// typed.
fn nothing_compared(not_used: &[&str]) -> Problem {
    if not_used.is_empty() {
        return nothing_asked();
    }
    let parts = not_used.join(", ");
    let detail =
        format!("the purpose doesn't let you compare {parts}: nothing was searched for, and nothing is logged");
    Problem::new("bad-request", detail).in_words("problem-is-not-compared")
}

/// Gives why nobody is searched for by a month or a year of birth alone.
fn birth_too_wide() -> Problem {
    let detail = "a month or a year of birth alone is no search: add a name or another part; nothing was searched for, and nothing \
                  is logged";
    Problem::new("bad-request", detail).in_words("problem-is-birth-wide")
}

/// Tells whether a search was not made because it was by a month or a year of birth alone.
pub(crate) fn is_birth_too_wide(problem: &Problem) -> bool {
    problem.words.as_ref().is_some_and(|words| words.key == "problem-is-birth-wide")
}

/// Tells whether a search was not made because nothing was typed by which somebody could be found.
pub(crate) fn is_nothing_asked(problem: &Problem) -> bool {
    problem.words.as_ref().is_some_and(|words| words.key == "problem-is-search-empty")
}

/// Tells whether a search was not made because the purpose lets nothing of it be compared.
pub(crate) fn is_nothing_compared(problem: &Problem) -> bool {
    problem.words.as_ref().is_some_and(|words| words.key == "problem-is-not-compared")
}

/// Gives the parts of a search that the purpose lets be compared in some register. Nothing is searched for, decided or logged.
///
/// # Errors
/// When the purpose's name can't be that of any purpose, or the clock can't be trusted.
pub(crate) fn comparable(app: &App, who: &Who, work: &WorkForm) -> Result<Comparable, Problem> {
    let request = request(who, work, Action::Search)?;
    Ok(app.index().comparable(app.gate(), &request)?)
}

/// Looks for a person. Everyone shown is a subject of the log entry.
///
/// # Errors
/// What the gate refuses, what can't be read, and what fails.
pub async fn search(app: &App, who: &Who, form: &SearchForm) -> Result<SearchView, Problem> {
    let request = request(who, &form.work, Action::Search)?;
    let query = form.query()?;
    let index = app.index();
    let answer = index.search(app.gate(), &request, &query).await.map_err(|error| match error {
        RegistryError::NothingCompared { not_used } => nothing_compared(&not_used),
        RegistryError::BirthTooWide => birth_too_wide(),
        other => other.into(),
    })?;
    let outside = || {
        Problem::new("wrong-role", "only members of agencies search for persons").in_words("problem-is-agencies-task")
    };
    let agency = who.agency().ok_or_else(outside)?;
    let mut reasons = Reasons::default();
    let mut hits = Vec::with_capacity(answer.hits.len());
    for hit in answer.hits {
        let (columns, values, withheld) = given(app, &hit.register, &hit.shown, &mut reasons)?.into_row();
        hits.push(HitView {
            person: app.gate().pseudonym(agency, hit.person),
            score: hit.score,
            matched: hit
                .matched
                .iter()
                .map(|matched| MatchView {
                    part: matched.part.to_owned(),
                    how: match matched.how {
                        How::Same => "same",
                        How::Similar => "similar",
                        How::Part => "part",
                        How::LastName => "last-name",
                    }
                    .to_owned(),
                })
                .collect(),
            register: hit.register.to_string(),
            columns,
            values,
            withheld,
            registers: hit.registers.iter().map(ToString::to_string).collect(),
        });
    }
    let names = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
    let (not_used, as_a_whole) = (names(&answer.not_used), names(&answer.as_a_whole));
    let reasons = reasons.into_views();
    Ok(SearchView { log_index: answer.leaf, hits, more: answer.more, not_used, as_a_whole, reasons })
}
