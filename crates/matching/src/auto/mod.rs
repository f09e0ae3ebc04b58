//! A first draft of [`Settings`] from the records themselves.
//!
//! [`propose`] looks at every column, says what it holds and why, gives each the comparison that suits it, and chooses
//! blocking rules by what they would cost and find. Names of columns are read as English; values count in any language.
//!
//! It is a draft for a person to read. It knows no truth: how often values of one person agree is presumed, as
//! [`crate::Model::presumed`] does, and only what rules cost is counted. Reasons hold names of columns and numbers,
//! never a value of a record.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, RecordBatch, StringArray};
//! use matching::{Kind, auto};
//!
//! let column = |value: fn(usize) -> String| -> ArrayRef {
//!     Arc::new(StringArray::from_iter_values((0..600).map(|record| value(record % 400))))
//! };
//! let records = RecordBatch::try_from_iter([
//!     ("surname", column(|person| format!("Ash{}", ["ford", "ton", "ley"][person % 3]))),
//!     ("born", column(|person| format!("{}-03-{:02}", 1940 + person % 60, person % 28 + 1))),
//!     ("ssn", column(|person| format!("{:09}", person * 1_234_567))),
//!     ("remarks", column(|person| format!("called {person} times"))),
//! ])?;
//! let proposal = auto::propose([&records], &auto::Options::default())?;
//! let kinds: Vec<&Kind> = proposal.settings.comparisons.iter().map(|comparison| &comparison.kind).collect();
//! assert_eq!(kinds, [&Kind::FamilyName, &Kind::Date, &Kind::Identifier]);
//! assert_eq!(proposal.unused().map(|column| column.column.as_str()).collect::<Vec<_>>(), ["remarks"]);
//! assert!(!proposal.blocks.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod profile;
mod recognise;
mod rules;

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use rayon::prelude::*;

pub use profile::{ColumnProfile, Shapes};
pub use recognise::Role;

use crate::dataset::{Column, RECORDS_MAX};
use crate::error::Error;
use crate::key::KeyPart;
use crate::pool::{MISSING, Pool};
use crate::settings::{Comparison, Kind, Settings};
use recognise::{Recognised, recognise};

/// What a proposal may do.
#[derive(Debug, Clone)]
pub struct Options {
    /// What columns hold, where that is known. It wins over what their names and values say.
    pub roles: BTreeMap<String, Role>,
    /// How many pairs a record all blocking rules together may give, about.
    pub pairs_per_record: f64,
    /// Which parts of values may be keys of blocking rules: a format in which settings are written may not have all.
    pub key_allowed: fn(KeyPart) -> bool,
    /// The most records that blocking rules are tried on, drawn by the seed. Columns are profiled whole.
    pub sample: usize,
    /// The seed of every random draw, and of [`Settings::seed`].
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { roles: BTreeMap::new(), pairs_per_record: 100.0, key_allowed: |_| true, sample: 50_000, seed: 0 }
    }
}

/// Settings that were proposed, and why.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The settings. They pass [`Settings::check`].
    pub settings: Settings,
    /// Why each comparison is there: one or more sentences, in the order of [`Settings::comparisons`].
    pub comparisons: Vec<String>,
    /// Why each blocking rule is there, in the order of [`Settings::blocks`].
    pub blocks: Vec<ProposedBlock>,
    /// What every column was taken for, in the order they came.
    pub columns: Vec<ProposedColumn>,
    /// The share of pairs of one person that the rules together are presumed to give.
    pub recall: f64,
    /// About how many pairs the rules give, those that several give counted several times.
    pub pairs: f64,
    /// What else the reader of the settings should know, in sentences.
    pub notes: Vec<String>,
}

/// What a column was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedColumn {
    /// The column.
    pub column: String,
    /// What it holds, as far as it is used; [`Role::Unused`] if it is not.
    pub role: Role,
    /// Why, in sentences.
    pub reason: String,
    /// What its values look like; nothing where they are not text.
    pub profile: Option<ColumnProfile>,
}

/// Why a blocking rule was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedBlock {
    /// The rule as text, see [`crate::Block::name`].
    pub rule: String,
    /// About how many pairs it gives, blocks over [`Settings::block_size_max`] left out.
    pub pairs: f64,
    /// The share of pairs of one person that it is presumed to give.
    pub recall: f64,
    /// The share that it is presumed to give and no rule before it.
    pub gain: f64,
    /// Why it is there, in sentences.
    pub reason: String,
}

impl Proposal {
    /// Returns the columns that are not used, with the reasons.
    pub fn unused(&self) -> impl Iterator<Item = &ProposedColumn> {
        self.columns.iter().filter(|column| column.role == Role::Unused)
    }
}

/// A text column with what was found of it.
pub(crate) struct Found {
    pub(crate) column: Column,
    pub(crate) profile: ColumnProfile,
    pub(crate) recognised: Recognised,
}

/// Proposes settings for records.
///
/// The batches count on from one to the next and need not have the same columns: what a batch lacks is missing there.
/// Only columns of text are looked at. The result depends on records and options alone, not on the number of threads.
///
/// # Errors
/// [`Error::Settings`] when nothing can be compared, no blocking rule is within the budget, or a role is given to a column
/// that is not there or is no text; [`Error::TooMany`] when there are too many records or values.
pub fn propose<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>, options: &Options) -> Result<Proposal, Error> {
    let (columns, others) = read(batches)?;
    for named in options.roles.keys() {
        if !columns.iter().any(|column| column.name == *named) {
            return Err(Error::Settings(format!("column {named} was given a role and is no column of text")));
        }
    }
    let mut found: Vec<Found> = columns
        .into_par_iter()
        .map(|column| {
            let profile = ColumnProfile::of(&column);
            let recognised = match options.roles.get(&column.name) {
                Some(role) => Recognised { role: *role, reason: format!("Said to be {}.", role.words()), sure: 2 },
                None => recognise(&column.name, &profile),
            };
            Found { column, profile, recognised }
        })
        .collect();
    resolve(&mut found);
    let mut notes = Vec::new();
    let (comparisons, reasons) = comparisons(&mut found, &mut notes);
    if comparisons.is_empty() {
        return Err(Error::Settings("no column holds anything of people that could be compared".to_owned()));
    }
    let one =
        |role: Role| found.iter().find(|found| found.recognised.role == role).map(|found| found.column.name.clone());
    let mut settings = Settings {
        comparisons,
        source: one(Role::Source),
        id: one(Role::RecordId),
        seed: options.seed,
        ..Settings::default()
    };
    let chosen = rules::choose(&found, &settings, options)?;
    settings.blocks = chosen.blocks;
    settings.check()?;
    note(&found, &settings, &mut notes);
    let mut columns: Vec<ProposedColumn> = found
        .into_iter()
        .map(|found| ProposedColumn {
            column: found.column.name,
            role: found.recognised.role,
            reason: found.recognised.reason,
            profile: Some(found.profile),
        })
        .collect();
    for (place, column) in others {
        columns.insert(place.min(columns.len()), column);
    }
    Ok(Proposal {
        settings,
        comparisons: reasons,
        blocks: chosen.proposed,
        columns,
        recall: chosen.recall,
        pairs: chosen.pairs,
        notes,
    })
}

/// A column that is no text, with its place among all.
type Placed = (usize, ProposedColumn);

/// Reads the columns of text, and names the others by their place among all.
fn read<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>) -> Result<(Vec<Column>, Vec<Placed>), Error> {
    let mut columns: Vec<Column> = Vec::new();
    let mut others: Vec<Placed> = Vec::new();
    let mut records = 0;
    for batch in batches {
        let schema = batch.schema();
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            let is_text =
                matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null);
            if !is_text {
                if !others.iter().any(|(_, other)| other.column == *field.name()) {
                    let reason = format!("It is {}, not text: cast it for it to be looked at.", field.data_type());
                    let column = field.name().clone();
                    let place = columns.len() + others.len();
                    others.push((place, ProposedColumn { column, role: Role::Unused, reason, profile: None }));
                }
                continue;
            }
            let at = columns.iter().position(|column| column.name == *field.name()).unwrap_or_else(|| {
                columns.push(Column { name: field.name().clone(), pool: Pool::new(), codes: vec![MISSING; records] });
                columns.len() - 1
            });
            columns[at].push(array.as_ref())?;
        }
        records += batch.num_rows();
        if records > RECORDS_MAX {
            return Err(Error::TooMany("records", RECORDS_MAX));
        }
        columns.iter_mut().for_each(|column| column.codes.resize(records, MISSING));
    }
    // A column that is text in one batch and a number in another cannot be read as either.
    columns.retain(|column| !others.iter().any(|(_, other)| other.column == column.name));
    Ok((columns, others))
}

/// Leaves one column for each role of which one is enough, and none that says what others say.
fn resolve(found: &mut [Found]) {
    let mut best: BTreeMap<Role, usize> = BTreeMap::new();
    for at in 0..found.len() {
        let role = found[at].recognised.role;
        if !role.is_single() {
            continue;
        }
        let Some(kept) = best.get(&role).copied() else {
            best.insert(role, at);
            continue;
        };
        // Surer first, then fuller, then the one that came first.
        let rank = |at: usize| (found[at].recognised.sure, 1.0 - found[at].profile.missing);
        let (kept, dropped) = if rank(at) > rank(kept) { (at, kept) } else { (kept, at) };
        best.insert(role, kept);
        // A birth name beside a family name is a name of its own.
        let further = role == Role::FamilyName && found[dropped].recognised.sure > 0;
        if !further {
            let reason = format!("Column {} is {} already, and one is enough.", found[kept].column.name, role.words());
            drop_column(&mut found[dropped], &reason);
        }
    }
    let name = |role: Role, found: &[Found]| {
        found.iter().find(|one| one.recognised.role == role).map(|one| one.column.name.clone())
    };
    let said_by = [
        (Role::FullName, [Role::GivenName, Role::FamilyName].as_slice()),
        (Role::AddressLine, &[Role::Street, Role::HouseNumber]),
        (Role::Place, &[Role::PostalCode]),
        (Role::Region, &[Role::PostalCode]),
        (Role::Region, &[Role::Place]),
    ];
    for (role, others) in said_by {
        let names: Option<Vec<String>> = others.iter().map(|other| name(*other, found)).collect();
        if let Some(names) = names {
            for one in found.iter_mut().filter(|one| one.recognised.role == role && one.recognised.sure < 2) {
                let reason = format!(
                    "What it says is in {} already; compared as well, the same evidence would count twice.",
                    names.join(" and ")
                );
                drop_column(one, &reason);
            }
        }
    }
}

fn drop_column(found: &mut Found, reason: &str) {
    let Recognised { role, reason: before, .. } = &mut found.recognised;
    *role = Role::Unused;
    *before = format!("{before} Not used: {}{}", reason[..1].to_lowercase(), &reason[1..]);
}

/// Returns the comparisons with the reasons for each. A column for which there is no place is dropped.
fn comparisons(found: &mut [Found], notes: &mut Vec<String>) -> (Vec<Comparison>, Vec<String>) {
    let all = |role: Role| -> Vec<String> {
        found.iter().filter(|one| one.recognised.role == role).map(|one| one.column.name.clone()).collect()
    };
    let one = |role: Role| all(role).into_iter().next();
    let mut made: Vec<(Comparison, &str)> = Vec::new();
    let given = one(Role::GivenName);
    if let Some(given) = &given {
        made.push((
            Comparison::new(given, Kind::GivenName).with_term_frequency(),
            "Compared as a given name: familiar forms, initials and slips are levels of their own, and a rare name weighs more.",
        ));
    }
    for middle in all(Role::MiddleName) {
        made.push((
            Comparison::new(middle, Kind::GivenName),
            "Compared as a given name, without weighing rare ones more: many records have none or an initial.",
        ));
    }
    for family in all(Role::FamilyName) {
        made.push((
            Comparison::new(family, Kind::FamilyName).with_term_frequency(),
            "Compared as a family name: parts of compounds and slips are levels of their own, and a rare name weighs more.",
        ));
    }
    // Where both were told by their values alone, what looks like an exchange may be a mistake of this very guess.
    let certain = |role: Role| found.iter().find(|one| one.recognised.role == role && one.recognised.sure > 0);
    if let (Some(given), Some(family)) = (certain(Role::GivenName), certain(Role::FamilyName)) {
        made.push((
            Comparison::of([given.column.name.as_str(), family.column.name.as_str()], Kind::SwappedNames),
            "Given and family name may stand in each other's place.",
        ));
    }
    for full in all(Role::FullName) {
        made.push((
            Comparison::new(full, Kind::Text { distances: vec![1, 3] }),
            "A whole name is compared as text, up to one and three edits: its parts cannot be told apart.",
        ));
    }
    for date in all(Role::Date) {
        made.push((
            Comparison::new(date, Kind::Date),
            "Compared as a date: day and month exchanged, slips, and parts of dates are levels of their own.",
        ));
    }
    for sex in all(Role::Sex) {
        made.push((Comparison::new(sex, Kind::Sex), "Compared by its first letter."));
    }
    for identifier in all(Role::Identifier) {
        made.push((
            Comparison::new(identifier, Kind::Identifier),
            "Compared as an identifier, without separators; up to two slips are levels of their own.",
        ));
    }
    made.extend(addresses(&all));
    for phone in all(Role::Phone) {
        made.push((
            Comparison::new(phone, Kind::Phone),
            "Compared by the last nine digits, so that prefixes of countries do not matter; people of a household share it.",
        ));
    }
    for email in all(Role::Email) {
        made.push((
            Comparison::new(email, Kind::Email),
            "Compared as an e-mail address: the same name at another host is a level of its own.",
        ));
    }
    for category in all(Role::Category) {
        made.push((Comparison::new(category, Kind::Exact), "Equal or not: its values are few and stay with a person."));
    }
    for region in all(Role::Region) {
        made.push((
            Comparison::new(region, Kind::Exact).with_household(true),
            "Equal or not: people of a household share it.",
        ));
    }
    for (comparison, _) in made.iter().skip(Settings::COMPARISONS_MAX) {
        for one in found.iter_mut().filter(|one| comparison.columns.contains(&one.column.name)) {
            drop_column(one, "There are more comparisons than settings can have, and others tell more.");
        }
        notes.push(format!("The comparison of {} found no place.", comparison.name()));
    }
    made.truncate(Settings::COMPARISONS_MAX);
    made.into_iter().map(|(comparison, reason)| (comparison, reason.to_owned())).unzip()
}

/// Returns the comparisons of what says where somebody lives: as one, where there are columns for it.
fn addresses(all: &dyn Fn(Role) -> Vec<String>) -> Vec<(Comparison, &'static str)> {
    let one = |role: Role| all(role).into_iter().next();
    let code = one(Role::PostalCode);
    let place = code.clone().or_else(|| one(Role::Place));
    if let (Some(number), Some(street)) = (one(Role::HouseNumber), one(Role::Street)) {
        let columns = [Some(number), Some(street), place].into_iter().flatten().collect();
        return vec![(
            Comparison { columns, kind: Kind::Address, term_frequency: false, household: None },
            "An address is one piece of evidence, so its parts are compared together; people of a household share it.",
        )];
    }
    let mut made = Vec::new();
    if let Some(line) = one(Role::AddressLine).or_else(|| one(Role::Street)) {
        made.push((
            Comparison::new(line, Kind::Text { distances: vec![1, 3] }).with_household(true),
            "Compared as text, up to one and three edits, since number and street are not apart; people of a household \
             share it.",
        ));
    }
    if let Some(number) = one(Role::HouseNumber) {
        made.push((
            Comparison::new(number, Kind::Number).with_household(true),
            "Compared as a number with one slip; people of a household share it.",
        ));
    }
    if let Some(code) = code {
        made.push((
            Comparison::new(code, Kind::Code).with_household(true),
            "Compared as a code with one slip; people of a household share it.",
        ));
    } else if let Some(place) = place {
        made.push((
            Comparison::new(place, Kind::Exact).with_term_frequency().with_household(true),
            "Equal or not, a small place weighing more; people of a household share it.",
        ));
    }
    made
}

/// Adds what the reader should know beside the reasons of columns and rules.
fn note(found: &[Found], settings: &Settings, notes: &mut Vec<String>) {
    for one in found.iter().filter(|one| one.recognised.role == Role::Date) {
        let late = one.profile.shapes.late_year;
        if late > 0.05 {
            notes.push(format!(
                "{} of the dates in {} have their year last. Write them year first: as they are, exchanged days and months \
                 and near years are not seen.",
                recognise::percent(late),
                one.column.name
            ));
        }
    }
    match &settings.source {
        Some(_) => notes.push(
            "Nothing is proposed for `one_record_per_person`: state it for those sources of which you know it."
                .to_owned(),
        ),
        None => notes.push("No column names the sources: all records are taken to be of one.".to_owned()),
    }
    if settings.id.is_none() {
        notes.push("No column tells all records apart, so ties are broken by what records hold.".to_owned());
    }
    let training = settings.training_blocks();
    for comparison in &settings.comparisons {
        let touched =
            |block: &crate::settings::Block| block.keys.iter().any(|key| comparison.columns.contains(&key.column));
        if training.iter().all(touched) {
            notes.push(format!(
                "Every block of training has a column of {}: its m stays near what is presumed.",
                comparison.name()
            ));
        }
    }
}
