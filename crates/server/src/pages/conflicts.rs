//! What registers say of who a person is, and all else in which they differ, side by side.
//!
//! Values are compared when they are of one thing: of one class, given in the same way, and held by columns that mean the same,
//! which the models of person records say, or else their names. Where somebody is is one thing, whichever columns it stands in.
//! Only what the page shows is compared: of what is given in part, the part. A given name that says less than another, such as
//! its initial, is that one.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use matching::normalise::{fold, fold_identifier, fold_phone};

use super::address::{address_of, is_part, words_of};
use super::differ::with_code;
use super::known_as::{is_given_name, is_short_for};
use super::map::placed;
use super::meaning::meanings;
use super::person::moment_of_run;
use super::relations::record_anchor;
use super::timeline::day_of;
use super::values::{Shown, plain, shown};
use super::view::View;
use super::words::{Language, Words};
use crate::service::{Field, GivenColumn, RecordView, SectionView};

/// The most values that are told of a thing in which registers differ; the records have all of them.
const DIFFERING_MAX: usize = 6;

/// The most records of a register that are named one by one as having a value.
const NAMED_MAX: usize = 3;

/// One thing that registers say of someone, and which of them say what.
pub(crate) struct Identity {
    pub(crate) title: String,
    /// Each value in each of its spellings, that of most registers first.
    pub(crate) values: Vec<Value>,
    /// How many are left out.
    pub(crate) more: u64,
    /// What is said of all of them together.
    pub(crate) verdict: Option<Verdict>,
}

/// Whether values agree.
pub(crate) struct Verdict {
    pub(crate) says: String,
    pub(crate) is_conflict: bool,
}

/// A value as some records write it.
pub(crate) struct Value {
    pub(crate) text: String,
    /// Whether it is the value before, written differently.
    pub(crate) is_written_differently: bool,
    pub(crate) sources: Vec<Source>,
}

/// A register or a record that says something.
pub(crate) struct Source {
    pub(crate) says: String,
    /// Where the page tells of it.
    pub(crate) href: String,
}

/// A record that says something.
struct Origin<'a> {
    register: &'a str,
    title: &'a str,
    /// Its number within its register, from 1, and how many records are there.
    number: u64,
    of: u64,
    /// The day that is told with it.
    day: Option<NaiveDate>,
    dated: Option<String>,
}

impl Origin<'_> {
    fn called(&self) -> String {
        if self.of > 1 { format!("{} {}", self.title, self.number) } else { self.title.to_owned() }
    }

    fn href(&self) -> String {
        format!("#{}", record_anchor(self.register, self.number))
    }
}

/// The language in which what codes mean is compared.
const ENGLISH: Words = Words::new(Language::English);

/// What a column is called: its name, its title in English and that in French.
type Called<'a> = [&'a str; 3];

/// What a column holds, and how it is given.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind<'a> {
    class: &'a str,
    /// The disclosure, with how many characters it keeps.
    given: (&'a str, Option<u8>),
    called: Called<'a>,
    /// What person records call it, where they take it as it is.
    meaning: Option<&'a str>,
}

/// Where somebody is, put together from its columns.
const ADDRESS: Kind<'static> =
    Kind { class: "address", given: ("value", None), called: [""; 3], meaning: Some("address") };

impl<'a> Kind<'a> {
    fn of(column: &'a GivenColumn, meanings: &[(&'a str, &'static str)]) -> Self {
        let meaning = meanings.iter().find(|(known, _)| *known == column.name).map(|(_, meaning)| *meaning);
        Self {
            class: &column.rule.class,
            given: (column.rule.disclosure.as_str(), column.rule.keep),
            called: [&column.name, &column.title, &column.title_fr],
            meaning,
        }
    }

    /// Tells whether another column holds the same thing: person records say so, or, where they don't tell of both, one of the
    /// names meets. It is asked in both languages, whichever the page has: what differs does so for every reader.
    fn meets(&self, other: &Kind<'_>) -> bool {
        let alike = |(one, other): (&&str, &&str)| one.to_lowercase() == other.to_lowercase();
        let is_one = match (self.meaning, other.meaning) {
            (Some(one), Some(other)) => one == other,
            _ => self.called.iter().zip(&other.called).any(alike),
        };
        is_one && (self.class, self.given) == (other.class, other.given)
    }

    fn is_reduced(&self) -> bool {
        self.given.0 != "value"
    }

    /// Tells whether values are compared at all. An answer or the existence of a value says nothing that another contradicts;
    /// what is of a register's own work, such as its numbers, is not for others to agree with; parts of an address are
    /// compared as one.
    fn is_compared(&self) -> bool {
        let is_given = matches!(self.given.0, "value" | "last" | "coarse" | "district");
        let [name, ..] = self.called;
        let is_in_address = self.class == "address" && !self.is_reduced() && (is_part(name) || name == "district");
        is_given && self.class != "administrative" && !is_in_address
    }

    /// Tells whether it is a given name, be it the first or another.
    fn is_given_name(&self) -> bool {
        let [name, ..] = self.called;
        self.class == "identity" && !self.is_reduced() && is_given_name(self.meaning.unwrap_or(name))
    }

    /// Gives a value as it is compared: without regard to case, accents and marks, as far as these don't count in it.
    fn compared(&self, text: &str) -> String {
        let plain = plain(text);
        let folded = match (self.class, self.given.0, self.meaning) {
            ("identifier", ..) | (_, "last", _) => fold_identifier(text),
            (_, "value", Some("phone")) => fold_phone(text),
            // In numbers and electronic addresses the marks count.
            _ if plain.chars().all(char::is_alphanumeric) => fold(&plain),
            _ => String::new(),
        };
        if folded.is_empty() { plain } else { folded }
    }

    /// Tells whether two values agree, as they are compared. Of the ends of two numbers the shorter says less.
    fn agree(&self, one: &str, other: &str) -> bool {
        one == other || (self.given.0 == "last" && (one.ends_with(other) || other.ends_with(one)))
    }
}

/// A value that a record gives.
struct Held<'a> {
    kind: Kind<'a>,
    text: String,
    /// What a code means in English, by which it is compared whatever the page's language, and the code.
    code: Option<(String, String)>,
    origin: &'a Origin<'a>,
}

/// A thing that registers hold.
struct Thing<'a> {
    /// Its columns.
    kinds: Vec<Kind<'a>>,
    values: Vec<ValueHeld<'a>>,
}

/// A value of a thing.
struct ValueHeld<'a> {
    compared: String,
    spellings: Vec<Spelling<'a>>,
}

/// A value as some records write it.
struct Spelling<'a> {
    text: &'a str,
    origins: Vec<&'a Origin<'a>>,
}

impl ValueHeld<'_> {
    fn registers(&self) -> usize {
        let origins = self.spellings.iter().flat_map(|spelling| &spelling.origins);
        origins.map(|origin| origin.register).collect::<BTreeSet<&str>>().len()
    }

    fn records(&self) -> usize {
        self.spellings.iter().map(|spelling| spelling.origins.len()).sum()
    }
}

impl<'a> Thing<'a> {
    /// Gives the value of which a given name says less; none where it may be of several, or of none.
    fn longer(&self, text: &str) -> Option<usize> {
        let is_longer =
            |known: &ValueHeld<'_>| known.spellings.first().is_some_and(|first| is_short_for(text, first.text));
        let mut longer = self.values.iter().enumerate().filter(|(_, known)| is_longer(known)).map(|(at, _)| at);
        let at = longer.next()?;
        longer.next().is_none().then_some(at)
    }

    fn class(&self) -> &'a str {
        self.kinds.first().map_or("", |kind| kind.class)
    }

    fn is_reduced(&self) -> bool {
        self.kinds.iter().any(Kind::is_reduced)
    }

    fn origins(&self) -> impl Iterator<Item = &'a Origin<'a>> {
        self.values.iter().flat_map(|value| &value.spellings).flat_map(|spelling| spelling.origins.iter().copied())
    }

    fn registers(&self) -> usize {
        self.origins().map(|origin| origin.register).collect::<BTreeSet<&str>>().len()
    }

    /// Tells whether registers say different things: several say something, and not all of them all of it.
    fn registers_differ(&self) -> bool {
        let all = self.registers();
        all > 1 && self.values.iter().any(|value| value.registers() < all)
    }

    /// Tells whether the page says it: what tells who somebody is, agreeing or not; of what is given in part, that several
    /// registers agree as well; of all else, that they differ.
    fn is_told(&self) -> bool {
        match self.class() {
            "identity" => true,
            "identifier" => self.origins().count() > 1,
            _ if self.is_reduced() => self.registers() > 1,
            _ => self.registers_differ(),
        }
    }

    /// Takes in a value: as the one at a place, or as a new one.
    fn take(&mut self, at: Option<usize>, compared: String, one: &'a Held<'a>, is_alike: impl Fn(&str, &str) -> bool) {
        let at = at.unwrap_or_else(|| {
            self.values.push(ValueHeld { compared, spellings: Vec::new() });
            self.values.len() - 1
        });
        let spellings = &mut self.values[at].spellings;
        match spellings.iter_mut().find(|known| is_alike(known.text, &one.text)) {
            Some(known) if known.origins.iter().any(|origin| std::ptr::eq(*origin, one.origin)) => {}
            Some(known) => known.origins.push(one.origin),
            None => spellings.push(Spelling { text: &one.text, origins: vec![one.origin] }),
        }
    }
}

/// Gives what registers say of who the person is, agreeing or not, and all else in which they differ. None is chosen over
/// another.
pub(crate) fn conflicts(view: &View, sections: &[SectionView]) -> Vec<Identity> {
    let origins: Vec<Vec<Origin<'_>>> = sections.iter().map(|section| origins(view, section)).collect();
    let mut all = Vec::new();
    for (section, origins) in sections.iter().zip(&origins) {
        let meanings = meanings(view.app.project(), &section.register);
        let kinds: Vec<Kind<'_>> = section.columns.iter().map(|column| Kind::of(column, &meanings)).collect();
        for (record, origin) in section.records.iter().zip(origins) {
            // All records of a register have its columns.
            for (field, kind) in record.values.fields().zip(&kinds).filter(|(_, kind)| kind.is_compared()) {
                let Shown { text, code, .. } = placed(view, &section.register, field);
                let Some(text) = text else { continue };
                let english = || shown(ENGLISH, view.app.project(), &section.register, field).text;
                let code = code.and_then(|code| Some((english()?, code)));
                all.push(Held { kind: *kind, text, code, origin });
            }
            if let Some(address) = address_of(&record.values) {
                all.push(Held { kind: ADDRESS, text: address.text, code: None, origin });
            }
        }
    }
    tell_codes_apart(&mut all);
    told(view.t, &all)
}

/// Gives codes with those of which the page's language says the same though they mean different things.
fn tell_codes_apart(all: &mut [Held<'_>]) {
    let is_called_alike = |one: &Held<'_>, other: &Held<'_>| {
        let (Some((one_means, _)), Some((other_means, _))) = (&one.code, &other.code) else { return false };
        one.text == other.text && one_means != other_means && one.kind.meets(&other.kind)
    };
    let alike: Vec<bool> = all.iter().map(|one| all.iter().any(|other| is_called_alike(one, other))).collect();
    for (one, _) in all.iter_mut().zip(alike).filter(|(_, is_alike)| *is_alike) {
        one.text = with_code((std::mem::take(&mut one.text), one.code.as_ref().map(|(_, code)| code.clone())));
    }
}

fn origins<'a>(view: &View, section: &'a SectionView) -> Vec<Origin<'a>> {
    let title = view.t.pick(&section.title, &section.title_fr);
    let origin = |(record, number): (&RecordView, u64)| {
        let (day, dated) = dated(view, section, record);
        Origin { register: &section.register, title, number, of: section.records.len() as u64, day, dated }
    };
    section.records.iter().zip(1..).map(origin).collect()
}

/// Gives the day that a record is of: the last that it says itself, up to that on which it was read in, of what happened and not
/// of whom it is about; else the day on which it was read in.
fn dated(view: &View, section: &SectionView, record: &RecordView) -> (Option<NaiveDate>, Option<String>) {
    let t = view.t;
    let moment = record.run.as_deref().and_then(moment_of_run);
    let read_in: Option<NaiveDate> = moment.and_then(|moment| moment.get(..10)?.parse().ok());
    let is_own = |field: &Field<'_>| !matches!(field.column.rule.class.as_str(), "identity" | "family");
    let own = record.values.fields().filter(is_own);
    let own = own.filter_map(|field| Some((day_of(view, &section.register, field)?, field.column)));
    let own = own.filter(|(day, _)| read_in.is_none_or(|read_in| *day <= read_in)).max_by_key(|(day, _)| *day);
    let when = |day: NaiveDate| t.date(&day.to_string());
    match (own, read_in) {
        (Some((day, column)), _) => {
            let what = t.pick(&column.title, &column.title_fr).to_owned();
            (Some(day), Some(t.with_all("identity-dated", &[("what", what), ("when", when(day))])))
        }
        (None, Some(day)) => (Some(day), Some(t.with("identity-read-in", "when", when(day)))),
        (None, None) => (None, None),
    }
}

/// Tells columns apart into things: two that meet hold one thing, be it through a third.
fn things<'a>(held: &'a [Held<'a>]) -> Vec<Thing<'a>> {
    let mut things: Vec<Thing<'a>> = Vec::new();
    for kind in held.iter().map(|one| one.kind) {
        if things.iter().any(|thing| thing.kinds.contains(&kind)) {
            continue;
        }
        let is_of = |thing: &Thing<'_>| thing.kinds.iter().any(|known| known.meets(&kind));
        let places = things.iter().enumerate().filter(|(_, thing)| is_of(thing));
        let mut places: Vec<usize> = places.map(|(place, _)| place).collect();
        if places.is_empty() {
            places.push(things.len());
            things.push(Thing { kinds: Vec::new(), values: Vec::new() });
        }
        // The later ones are taken out from the last on, so that the others keep their places.
        for place in places.split_off(1).into_iter().rev() {
            let joined = things.remove(place);
            things[places[0]].kinds.extend(joined.kinds);
        }
        things[places[0]].kinds.push(kind);
    }
    things
}

/// Gives the things that are held, with who says what of them.
fn said<'a>(held: &'a [Held<'a>]) -> Vec<Thing<'a>> {
    let mut things = things(held);
    let mut others: Vec<&Held<'_>> = held.iter().filter(|one| one.kind != ADDRESS).collect();
    others.sort_by_key(|one| Reverse(fullness(one)));
    for one in others {
        let Some(thing) = things.iter_mut().find(|thing| thing.kinds.contains(&one.kind)) else { continue };
        let compared = one.kind.compared(one.code.as_ref().map_or(&one.text, |(means, _)| means));
        let at = thing.values.iter().position(|known| one.kind.agree(&known.compared, &compared));
        let at = at.or_else(|| if one.kind.is_given_name() { thing.longer(&one.text) } else { None });
        thing.take(at, compared, one, |known, text| known == text);
    }
    if let Some(thing) = things.iter_mut().find(|thing| thing.kinds.contains(&ADDRESS)) {
        take_addresses(thing, held);
    }
    for thing in &mut things {
        for value in &mut thing.values {
            value.spellings.sort_by_key(|spelling| Reverse(spelling.origins.len()));
        }
        thing.values.sort_by_key(|value| Reverse((value.registers(), value.records())));
    }
    things
}

/// Gives how much a given name says: its words, and those of them that are more than initials. The fuller ones are taken in
/// first, so that each that says less finds what it may be of. Of all else the order stays.
fn fullness(one: &Held<'_>) -> (usize, usize) {
    if !one.kind.is_given_name() {
        return (0, 0);
    }
    let folded = fold(&one.text);
    let words = || folded.split(' ').filter(|word| !word.is_empty());
    (words().count(), words().filter(|word| word.chars().count() > 1).count())
}

/// Takes in addresses. One that says less than another is that one, written shorter; where it says no more than several do,
/// such as their town, it contradicts none and is not told.
fn take_addresses<'a>(thing: &mut Thing<'a>, held: &'a [Held<'a>]) {
    let addresses = held.iter().filter(|one| one.kind == ADDRESS);
    let mut addresses: Vec<_> = addresses.map(|one| (words_of(&one.text), one)).collect();
    addresses.sort_by_key(|(words, _)| Reverse(words.len()));
    let mut known: Vec<BTreeSet<String>> = Vec::new();
    for (words, one) in addresses {
        let within = known.iter().enumerate().filter(|(_, fuller)| words.is_subset(fuller));
        let within: Vec<usize> = within.map(|(place, _)| place).collect();
        let at = match within.as_slice() {
            [] => {
                known.push(words);
                None
            }
            [place] => Some(*place),
            _ => continue,
        };
        thing.take(at, String::new(), one, |known, text| as_written(text).is_subset(&as_written(known)));
    }
}

/// Gives the words of a text as they are written, whatever their case, order and commas.
fn as_written(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn told(t: Words, held: &[Held<'_>]) -> Vec<Identity> {
    let mut things = said(held);
    things.retain(Thing::is_told);
    things.sort_by_key(|thing| {
        ["identity", "identifier", "address"].iter().position(|class| *class == thing.class()).unwrap_or(3)
    });
    things.iter().map(|thing| identity(t, thing)).collect()
}

/// Gives what a thing is called: as its first column is.
fn title(t: Words, thing: &Thing<'_>) -> String {
    match thing.kinds.first() {
        Some(kind) if *kind == ADDRESS => t.of("thing", "address"),
        Some(Kind { called: [_, title, title_fr], .. }) => t.pick(title, title_fr).to_owned(),
        None => String::new(),
    }
}

fn verdict(t: Words, thing: &Thing<'_>) -> Option<Verdict> {
    let (says, is_conflict) = match (thing.values.len() > 1, thing.is_reduced()) {
        (false, true) if thing.origins().count() > 1 => (t.s("identity-agrees-given"), false),
        (false, _) => return None,
        (true, true) => (t.s("identity-differs-given"), true),
        (true, false) if thing.registers_differ() => (t.s("identity-differs"), true),
        (true, false) => (t.s("identity-records-differ"), true),
    };
    Some(Verdict { says, is_conflict })
}

fn identity(t: Words, thing: &Thing<'_>) -> Identity {
    let verdict = verdict(t, thing);
    let is_dated = verdict.as_ref().is_some_and(|verdict| verdict.is_conflict);
    let spellings = thing.values.iter().flat_map(|value| value.spellings.iter().enumerate());
    let most = if thing.class() == "identity" { usize::MAX } else { DIFFERING_MAX };
    let more = spellings.clone().count().saturating_sub(most) as u64;
    let value = |(place, spelling): (usize, &Spelling<'_>)| Value {
        text: spelling.text.to_owned(),
        is_written_differently: place > 0,
        sources: sources(t, thing, spelling, is_dated),
    };
    let values = spellings.take(most).map(value).collect();
    Identity { title: title(t, thing), values, more, verdict }
}

/// Gives who writes a value so: registers all of whose records do, and single records of those that say other things as well.
fn sources(t: Words, thing: &Thing<'_>, spelling: &Spelling<'_>, is_dated: bool) -> Vec<Source> {
    let mut registers: Vec<Vec<&Origin<'_>>> = Vec::new();
    for origin in spelling.origins.iter().copied() {
        match registers.iter_mut().find(|known| known.iter().any(|other| other.register == origin.register)) {
            Some(known) => known.push(origin),
            None => registers.push(vec![origin]),
        }
    }
    let says = |called: String, origin: &Origin<'_>| match &origin.dated {
        Some(dated) if is_dated => t.with_all("identity-held", &[("register", called), ("when", dated.clone())]),
        _ => called,
    };
    let mut sources = Vec::new();
    for records in registers {
        // The last of them is told where one is told for all: a list has at least one record.
        let Some(last) = records.iter().copied().max_by_key(|origin| origin.day) else { continue };
        let section = format!("#{}", last.register.replace('_', "-"));
        let all = thing.origins().filter(|origin| origin.register == last.register).count();
        if records.len() == 1 && all == 1 {
            sources.push(Source { says: says(last.title.to_owned(), last), href: last.href() });
        } else if records.len() == all {
            sources.push(Source { says: says(last.title.to_owned(), last), href: section });
        } else if records.len() > NAMED_MAX {
            let told = [("register", last.title.to_owned()), ("n", t.number(&(records.len() as u64)))];
            sources.push(Source { says: says(t.with_all("relations-records", &told), last), href: section });
        } else {
            sources.extend(
                records.iter().map(|origin| Source { says: says(origin.called(), origin), href: origin.href() }),
            );
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Words = Words::new(Language::English);

    /// Registers with how many records each has, and the days of these.
    fn record<'a>(register: &'a str, number: u64, of: u64, day: Option<&str>) -> Origin<'a> {
        let day: Option<NaiveDate> = day.map(|day| day.parse().unwrap());
        let dated = day.map(|day| EN.date(&day.to_string()));
        Origin { register, title: register, number, of, day, dated }
    }

    fn one(register: &str) -> Origin<'_> {
        record(register, 1, 1, None)
    }

    fn kind<'a>(class: &'a str, called: Called<'a>, disclosure: &'a str, meaning: Option<&'a str>) -> Kind<'a> {
        Kind { class, given: (disclosure, (disclosure == "last").then_some(4)), called, meaning }
    }

    fn whole<'a>(class: &'a str, called: Called<'a>) -> Kind<'a> {
        kind(class, called, "value", None)
    }

    fn held<'a>(kind: Kind<'a>, text: &str, origin: &'a Origin<'a>) -> Held<'a> {
        Held { kind, text: text.to_owned(), code: None, origin }
    }

    /// Gives the values of a thing with who says them; those that are another one written differently, in brackets.
    fn rows(entry: &Identity) -> Vec<(String, Vec<&str>)> {
        let mut rows = Vec::new();
        for value in &entry.values {
            let text = if value.is_written_differently { format!("({})", value.text) } else { value.text.clone() };
            rows.push((text, value.sources.iter().map(|source| source.says.as_str()).collect()));
        }
        rows
    }

    fn verdict_of(entry: &Identity) -> Option<&str> {
        entry.verdict.as_ref().map(|verdict| verdict.says.as_str())
    }

    #[test]
    fn registers_that_differ_are_side_by_side_and_those_that_agree_are_not_told() {
        let loans = [record("Loans", 1, 2, Some("2026-11-20")), record("Loans", 2, 2, Some("2026-11-24"))];
        let (tax, benefits) = (one("Tax"), record("Benefits", 1, 1, Some("2026-11-23")));
        let immigration = one("Immigration");
        let phone = |name, title| whole("contact", [name, title, title]);
        let all = [
            held(phone("phone", "Telephone"), "555-0101", &loans[0]),
            held(phone("tel", "telephone"), "555 0199", &tax),
            held(phone("phone", "Phone"), "5550101", &benefits),
            held(phone("phone", "Phone"), "555-0101", &loans[1]),
            held(whole("address", ["old_zip", "Postcode", "Postcode"]), "10115", &loans[0]),
            held(whole("address", ["old_code", "Postcode", "Postcode"]), "10115", &tax),
            // Only one register says anything of it.
            held(whole("employment", ["employer", "Employer", "Employer"]), "Alder & Sons", &tax),
            held(whole("employment", ["employer", "Employer", "Employer"]), "Birch Mills", &tax),
            // The same name in another class is another thing.
            held(whole("loan", ["status", "Status", "Status"]), "repaid", &loans[0]),
            held(whole("migration", ["status", "Status", "Status"]), "resident", &immigration),
        ];
        let found = told(EN, &all);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].title.as_str(), found[0].more, verdict_of(&found[0])),
            ("Telephone", 0, Some("registers differ"))
        );
        assert_eq!(
            rows(&found[0]),
            [
                ("555-0101".to_owned(), vec!["Loans (24 November 2026)"]),
                ("(5550101)".to_owned(), vec!["Benefits (23 November 2026)"]),
                ("555 0199".to_owned(), vec!["Tax"]),
            ]
        );
    }

    #[test]
    fn a_register_on_both_sides_is_told_by_its_records_which_lead_to_them() {
        let tax = [record("tax_returns", 1, 2, Some("2025-06-19")), record("tax_returns", 2, 2, Some("2024-05-11"))];
        let benefits = one("Benefits");
        let number = kind("identifier", ["rpn", "Number", "Numéro"], "last", Some("national_id"));
        let all =
            [held(number, "•••7646", &tax[0]), held(number, "•••7606", &tax[1]), held(number, "•••7606", &benefits)];
        let found = told(EN, &all);
        assert_eq!((found.len(), verdict_of(&found[0])), (1, Some("differ in what is given")));
        assert_eq!(
            rows(&found[0]),
            [
                ("•••7606".to_owned(), vec!["tax_returns 2 (11 May 2024)", "Benefits"]),
                ("•••7646".to_owned(), vec!["tax_returns 1 (19 June 2025)"]),
            ]
        );
        let hrefs: Vec<&str> =
            found[0].values.iter().flat_map(|value| &value.sources).map(|source| source.href.as_str()).collect();
        assert_eq!(hrefs, ["#tax-returns:2", "#Benefits:1", "#tax-returns:1"]);
        // Of many records of one register that say it, how many they are.
        let many: Vec<Origin<'_>> = (1..=6).map(|number| record("Library", number, 6, None)).collect();
        let name = whole("identity", ["last_name", "Last name", "Nom"]);
        let all: Vec<Held<'_>> =
            many.iter().map(|origin| held(name, if origin.number > 1 { "Ruiz" } else { "Okafor" }, origin)).collect();
        let found = told(EN, &all);
        assert_eq!(rows(&found[0])[0], ("Ruiz".to_owned(), vec!["Library (5)"]));
        assert_eq!(rows(&found[0])[1], ("Okafor".to_owned(), vec!["Library 1"]));
    }

    #[test]
    fn what_is_given_in_part_agrees_or_differs_as_far_as_it_is_given() {
        let (tax, loans, benefits) = (one("Tax"), one("Loans"), one("Benefits"));
        let last = |name, meaning| kind("identifier", [name, name, name], "last", meaning);
        // The same kind of number, whatever it is called; another kind is another thing.
        let all = [
            held(last("tin", Some("tax_number")), "•••712U", &tax),
            held(last("fiscal_no", Some("tax_number")), "•••712u", &benefits),
            held(last("rpn", Some("national_id")), "•••7606", &loans),
            held(last("tin", Some("passport_number")), "•••0001", &loans),
        ];
        let found = told(EN, &all);
        assert_eq!((found.len(), verdict_of(&found[0])), (1, Some("agree as far as given")));
        assert!(found[0].verdict.as_ref().is_some_and(|verdict| !verdict.is_conflict));
        // A shorter number has a shorter end.
        let all = [held(last("n", None), "•••45", &tax), held(last("n", None), "•••345", &loans)];
        assert_eq!(verdict_of(&told(EN, &all)[0]), Some("agree as far as given"));
        // The year of a date, and a district.
        for (class, disclosure) in [("family", "coarse"), ("address", "district")] {
            let given = kind(class, ["since", "Since", "Depuis"], disclosure, None);
            let all = [held(given, "2003", &tax), held(given, "2004", &loans)];
            assert_eq!(verdict_of(&told(EN, &all)[0]), Some("differ in what is given"), "{disclosure}");
            // What is given whole is not compared with what is given in part.
            let other = whole(class, ["since", "Since", "Depuis"]);
            assert!(told(EN, &[held(given, "2003", &tax), held(other, "2004", &loans)]).is_empty());
        }
        // An answer or a presence is no value that another contradicts.
        for disclosure in ["yes-no", "presence", "match-only", "withheld"] {
            assert!(!kind("income", ["wages", "Wages", "Salaires"], disclosure, None).is_compared(), "{disclosure}");
        }
    }

    #[test]
    fn an_initial_is_the_name_that_begins_so_and_no_conflict() {
        let (tax, loans, benefits) = (one("Tax"), one("Loans"), one("Benefits"));
        let middle = whole("identity", ["middle_name", "Middle name", "Deuxième prénom"]);
        let all = [held(middle, "M", &tax), held(middle, "MARIA", &loans), held(middle, "M.", &benefits)];
        for order in [[0, 1, 2], [1, 0, 2], [2, 0, 1]] {
            let all = order.map(|at| held(middle, &all[at].text, all[at].origin));
            let found = told(EN, &all);
            assert_eq!((found.len(), found[0].values.len(), verdict_of(&found[0])), (1, 3, None), "{order:?}");
            assert_eq!(found[0].values[0].text, "MARIA");
        }
        // Names that go on are the same; an initial that two begin with is neither's.
        let first = whole("identity", ["given", "Given names", "Prénoms"]);
        let all = [held(first, "Ana", &tax), held(first, "Ana Maria", &loans), held(first, "Ana M", &benefits)];
        assert_eq!(verdict_of(&told(EN, &all)[0]), None);
        let all = [held(first, "M", &tax), held(first, "Martha", &loans), held(first, "Maria", &benefits)];
        let found = told(EN, &all);
        assert_eq!(verdict_of(&found[0]), Some("registers differ"));
        assert!(found[0].values.iter().all(|value| !value.is_written_differently), "{:?}", rows(&found[0]));
        for (one, other) in [("B", "Maria"), ("Ana", "Anabel"), ("Mar", "Maria")] {
            let all = [held(middle, one, &tax), held(middle, other, &loans)];
            assert_eq!(verdict_of(&told(EN, &all)[0]), Some("registers differ"), "{one} and {other}");
        }
        // Of family names, and of what is no name, a letter is a value like others.
        for called in [["last_name", "Last name", "Nom"], ["sex", "Sex", "Sexe"]] {
            let kind = whole("identity", called);
            let all = [held(kind, "M", &tax), held(kind, "Male", &loans)];
            assert_eq!(verdict_of(&told(EN, &all)[0]), Some("registers differ"), "{called:?}");
        }
    }

    #[test]
    fn addresses_are_compared_as_one_whatever_their_columns() {
        let (tax, benefits, loans, forms) = (record("Tax", 1, 2, None), one("Benefits"), one("Loans"), one("Forms"));
        let (second, town) = (record("Tax", 2, 2, None), one("Travel"));
        let all = [
            held(ADDRESS, "115 Birch Pl, Thornford 15, 15747", &benefits),
            held(ADDRESS, "115 Birch Place, 15747, Thornford", &tax),
            held(ADDRESS, "81 Willow Close, Apt 19, 15978, Whitton", &second),
            held(ADDRESS, "81 Willow Close, Apt 19, Whitton, 15978", &loans),
            held(ADDRESS, "81 Willow Close, Apt 19, 15978, Whitton", &forms),
        ];
        let found = told(EN, &all);
        assert_eq!(
            (found.len(), found[0].title.as_str(), verdict_of(&found[0])),
            (1, "Address", Some("registers differ"))
        );
        assert_eq!(
            rows(&found[0]),
            [
                ("81 Willow Close, Apt 19, 15978, Whitton".to_owned(), vec!["Tax 2", "Loans", "Forms"]),
                ("115 Birch Pl, Thornford 15, 15747".to_owned(), vec!["Benefits"]),
                ("(115 Birch Place, 15747, Thornford)".to_owned(), vec!["Tax 1"]),
            ]
        );
        // Parts of it make no conflict of their own; where somebody was before is another thing.
        for part in ["street", "house_number", "postcode", "address_line_2", "town", "district"] {
            assert!(!whole("address", [part, part, part]).is_compared(), "{part}");
        }
        assert!(whole("address", ["previous_zip", "Previous postcode", "Code postal précédent"]).is_compared());
        assert!(kind("address", ["district", "District", "District"], "district", None).is_compared());
        // All say the same; a town says no more than each of two addresses does, and contradicts neither.
        assert!(told(EN, &all[2..]).is_empty());
        let near = [
            held(ADDRESS, "1 Elm Street, Whitton", &benefits),
            held(ADDRESS, "2 Elm Street, Whitton", &loans),
            held(ADDRESS, "Whitton", &town),
        ];
        assert_eq!(told(EN, &near)[0].values.len(), 2);
        assert!(told(EN, &[held(ADDRESS, "1 Elm St, Whitton", &loans), held(ADDRESS, "Whitton", &town)]).is_empty());
    }

    #[test]
    fn of_many_values_that_differ_some_are_told_and_the_others_counted() {
        let origins: Vec<Origin<'_>> =
            (0..40).map(|at| record(if at == 0 { "Tax" } else { "Library" }, at.max(1), 39, None)).collect();
        let phone = whole("contact", ["phone", "Telephone", "Téléphone"]);
        let value = |at: usize, origin| held(phone, &format!("555-01{at:02}"), origin);
        let all: Vec<Held<'_>> = origins.iter().enumerate().map(|(at, origin)| value(at, origin)).collect();
        let found = told(EN, &all);
        assert_eq!((found[0].values.len(), found[0].more), (DIFFERING_MAX, 40 - DIFFERING_MAX as u64));
        // Two registers that have the same two values don't differ.
        let both = |origin| (0..2).map(move |at| (at, origin));
        let all = both(&origins[0]).chain(both(&origins[1])).map(|(at, origin)| value(at, origin));
        assert!(told(EN, &all.collect::<Vec<_>>()).is_empty());
    }

    #[test]
    fn what_registers_call_differently_meets_in_both_languages() {
        let (tax, loans) = (one("Tax"), one("Loans"));
        let name = |called, text: &str, origin| held(whole("identity", called), text, origin);
        let all = [
            name(["birth_date", "Birth date", "Date de naissance"], "12 March 1984", &tax),
            name(["surname", "Surname", "Nom"], "Ruiz", &tax),
            name(["dob", "Date of birth", "Date de naissance"], "21 March 1984", &loans),
            name(["last_name", "Last name", "Nom"], "RUIZ", &loans),
            name(["given_names", "Given names", "Prénoms"], "Ana Maria", &tax),
        ];
        for (language, titles, tag) in [
            (Language::English, ["Birth date", "Surname", "Given names"], "registers differ"),
            (Language::French, ["Date de naissance", "Nom", "Prénoms"], "les registres diffèrent"),
        ] {
            let found = told(Words::new(language), &all);
            assert_eq!(found.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>(), titles);
            assert_eq!((found[0].values.len(), verdict_of(&found[0])), (2, Some(tag)));
            // Case and accents are no difference: it is one name, written differently.
            assert_eq!(rows(&found[1]), [("Ruiz".to_owned(), vec!["Tax"]), ("(RUIZ)".to_owned(), vec!["Loans"])]);
            assert_eq!((verdict_of(&found[1]), verdict_of(&found[2])), (None, None));
        }
        // Beyond name and birth they meet in the same way.
        let all = [
            held(whole("contact", ["phone", "Telephone", "Téléphone"]), "555-0101", &tax),
            held(whole("contact", ["mobile", "Mobile", "TÉLÉPHONE"]), "555-0199", &loans),
        ];
        for (language, title) in [(Language::English, "Telephone"), (Language::French, "Téléphone")] {
            let found = told(Words::new(language), &all);
            assert_eq!(found.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>(), [title]);
        }
    }

    #[test]
    fn what_person_records_tell_apart_does_not_meet_by_its_name() {
        let of = |title, meaning| kind("identity", [title, title, title], "value", meaning);
        assert!(of("First", Some("first_name")).meets(&of("Forename", Some("first_name"))));
        assert!(!of("Name", Some("first_name")).meets(&of("Name", Some("last_name"))));
        assert!(of("Name", Some("last_name")).meets(&of("Name", None)));
        assert!(!of("First", Some("first_name")).meets(&of("Forename", None)));
    }

    #[test]
    fn values_are_compared_by_what_they_are() {
        let of = |class, meaning| kind(class, ["x", "x", "x"], "value", meaning);
        let phone = of("contact", Some("phone"));
        assert_eq!(phone.compared("+33 6 12 34 56 78"), phone.compared("06 12 34 56 78"));
        let identifier = of("identifier", None);
        assert_eq!(identifier.compared("123-45 a"), identifier.compared("12345A"));
        let name = of("identity", None);
        assert_eq!(name.compared("Françoise"), name.compared("FRANCOISE"));
        assert_ne!(name.compared("Françoise"), name.compared("Francine"));
        let mail = of("contact", Some("email"));
        assert_ne!(mail.compared("a.b@x.org"), mail.compared("ab@x.org"));
        let amount = of("income", None);
        assert_ne!(amount.compared("1,250.00"), amount.compared("125,000"));
        assert_eq!(amount.compared("?"), "?");
    }

    #[test]
    fn columns_meet_through_a_third_wherever_it_stands() {
        let origin = one("Tax");
        let (tax, loans) = (["surname", "Surname", "Nom de famille"], ["last", "Last name", "Nom"]);
        let third = ["surname", "Family name", "Nom"];
        for order in [[tax, loans, third], [third, tax, loans], [tax, third, loans]] {
            let all = order.map(|called| held(whole("identity", called), "Ruiz", &origin));
            let found = things(&all);
            assert_eq!((found.len(), found[0].kinds.len()), (1, 3));
        }
        let apart = [tax, loans].map(|called| held(whole("identity", called), "Ruiz", &origin));
        assert_eq!(things(&apart).len(), 2);
    }

    #[test]
    fn records_of_one_register_differ_without_registers_differing() {
        let last = whole("identity", ["last_name", "Last name", "Nom"]);
        let tax = [1, 2].map(|number| record("Tax", number, 2, None));
        let loans = [1, 2].map(|number| record("Loans", number, 2, None));
        for (language, records, registers) in [
            (Language::English, "records differ", "registers differ"),
            (Language::French, "les enregistrements diffèrent", "les registres diffèrent"),
        ] {
            let differs =
                |held: &[Held<'_>]| told(Words::new(language), held).remove(0).verdict.map(|verdict| verdict.says);
            let own = || vec![held(last, "Ruiz", &tax[0]), held(last, "Okafor", &tax[1])];
            assert_eq!(differs(&own()).as_deref(), Some(records));
            let mut both = own();
            both.extend([held(last, "Ruiz", &loans[0]), held(last, "Okafor", &loans[1])]);
            assert_eq!(differs(&both).as_deref(), Some(records), "both have both");
            assert_eq!(differs(&both[..3]).as_deref(), Some(registers));
            assert_eq!(differs(&own()[..1]), None);
        }
    }
}
