//! What a dossier holds together: the person, their records, addresses and employers, as a picture and as tables.
//!
//! The picture ends at what the dossier gives. Who else is at an address, or works at an employer where the purpose opens employers,
//! is another look at other people: each such step is a search of its own, under the same purpose, with its own entry in the log
//! (see [`household`](super::household)).

use std::collections::{BTreeMap, BTreeSet};

use super::address::{address_of, is_given, words_of};
use super::labels::{Area, Beside, Called, Label, Stroke, beside_line, beside_things, number};
use super::layout::{HEIGHT, WIDTH, laid_out};
use super::person::is_linked_to;
use super::values::plain;
use super::view::View;
use super::words::Words;
use crate::service::{Field, RecordView, SectionView};

/// The most records that stand in the picture each by itself; of more, those of one register are one thing, which opens.
const RECORDS_MAX: usize = 16;

/// The most addresses and employers in the picture; the table has all of them.
const PLACES_MAX: usize = 14;

/// The most rows of a table that narrow screens, which have no picture, show at once, each as a card; more of them open.
pub(crate) const CARDS_MAX: usize = 40;

/// The most records of a register that are named one by one where a table says which others name the same.
const OTHERS_MAX: usize = 3;

/// How many words say which place is meant, where another text has more.
const WORDS_MIN: usize = 4;

/// What hangs together.
pub(crate) struct Relations {
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    /// Addresses and employers with the registers that say them.
    pub(crate) places: Vec<Place>,
    /// The lines of the picture: each record with how sure it is and what it names.
    pub(crate) ties: Vec<Tie>,
    /// The person, as results of searches name them; `me` on the page of their own.
    pub(crate) person: String,
    /// The addresses and employers of the picture from which a hop leads on.
    pub(crate) hops: Vec<Hop>,
    /// Up to how many people may work at an employer that opens under the purpose; none where no employer does.
    pub(crate) colleagues: Option<u64>,
}

impl Relations {
    /// Tells whether there are employers.
    pub(crate) fn has_employers(&self) -> bool {
        let places = self.places.iter().map(|place| place.kind);
        self.nodes.iter().map(|node| node.kind).chain(places).any(|kind| kind == "employer")
    }

    /// Tells whether something in the picture opens.
    pub(crate) fn has_groups(&self) -> bool {
        self.nodes.iter().any(|node| node.opens.is_some())
    }

    /// Tells whether the table is shown in the place of the picture where that has no room.
    pub(crate) fn is_short(&self) -> bool {
        self.ties.len() <= CARDS_MAX
    }
}

/// A way from an address or employer to who else is there.
pub(crate) struct Hop {
    /// `address` or `employer`, which is also the field that is searched for.
    pub(crate) kind: &'static str,
    /// Where the table tells of it, which is how the picture knows it.
    pub(crate) href: String,
    pub(crate) text: String,
    /// What is searched for.
    pub(crate) search: String,
}

/// A thing in the picture.
pub(crate) struct Node {
    /// `person`, `record`, `records` of one register, `address`, `employer`, or `others` of these.
    pub(crate) kind: &'static str,
    /// What it is called, in full.
    pub(crate) says: String,
    pub(crate) href: Option<String>,
    /// What opens from it.
    pub(crate) opens: Option<Opens>,
    pub(crate) x: String,
    pub(crate) y: String,
    /// The lines of its words, each after the height on which it is written.
    pub(crate) lines: Vec<(String, String)>,
    /// From where they are written, and which point of them that is.
    pub(crate) text_x: String,
    pub(crate) anchor: &'static str,
    /// On which side of it they stand: `left`, `center` or `right`, and `top`, `center` or `bottom`.
    pub(crate) across: &'static str,
    pub(crate) down: &'static str,
}

impl Node {
    /// Tells whether it is an address or employer, or stands for several.
    pub(crate) fn is_place(&self) -> bool {
        matches!(self.kind, "address" | "employer" | "others")
    }
}

/// A line between two things, by their places in the list of nodes.
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) x1: String,
    pub(crate) y1: String,
    pub(crate) x2: String,
    pub(crate) y2: String,
    /// How sure it is that the record is of the person, where there is room to say it; none for others.
    pub(crate) label: Option<Label>,
}

/// The records that one thing of the picture stands for.
pub(crate) struct Opens {
    /// What each is called, before its number.
    pub(crate) title: String,
    /// For each record the certainty of its link, empty where there is none, and the things that it names, as JSON.
    pub(crate) records: String,
}

/// An address or employer.
pub(crate) struct Place {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    pub(crate) registers: Vec<String>,
    /// What to search for to see who else is there; none where the purpose does not give it whole, an address names no house, or
    /// an employer does not open.
    pub(crate) search: Option<String>,
}

/// A record in the table of lines.
pub(crate) struct Tie {
    /// Its register, with its number where there are several.
    pub(crate) title: String,
    pub(crate) href: String,
    /// How sure it is that it is of the person; none where no link is told.
    pub(crate) percent: Option<String>,
    /// Whether others are linked to it, where it is not linked itself.
    pub(crate) is_linked_to: bool,
    pub(crate) names: Vec<Naming>,
}

/// What a record names.
pub(crate) struct Naming {
    pub(crate) kind: String,
    pub(crate) text: String,
    /// Where the table of addresses and employers tells of it; none of what is neither.
    pub(crate) href: Option<String>,
    /// The other records that name it too.
    pub(crate) others: Vec<String>,
}

/// A thing before it has a place.
pub(crate) struct Thing {
    pub(crate) kind: &'static str,
    pub(crate) label: String,
    pub(crate) href: Option<String>,
    pub(crate) opens: Option<Opens>,
}

impl Thing {
    pub(crate) fn new(kind: &'static str, label: String, href: Option<String>) -> Self {
        Self { kind, label, href, opens: None }
    }
}

/// Where the page tells of a record: `number` counts from 1 within the section.
pub(crate) fn record_anchor(section: &str, number: u64) -> String {
    // No register's name has a colon, so that this is no other's anchor.
    format!("{}:{number}", section.replace('_', "-"))
}

/// Gives what the dossier of `about` holds together; none when there is one record and nothing beside it.
pub(crate) fn relations(view: &View, about: &str, sections: &[SectionView], name: Option<&str>) -> Option<Relations> {
    let t = view.t;
    let colleagues = colleagues_max(view);
    let mut places = Places::default();
    let record = |places: &mut Places, section: &SectionView, record: &RecordView| Named {
        // What a steward judged is so whatever the two weigh.
        percent: (!record.link.alone && !record.link.judged).then_some(record.link.probability),
        is_linked_to: is_linked_to(sections, section, record),
        places: places.of(t.pick(&section.title, &section.title_fr), places_of(record, colleagues.is_some())),
        contacts: contacts_of(t, record),
    };
    let groups: Vec<Group> = sections
        .iter()
        .map(|section| {
            let title = t.pick(&section.title, &section.title_fr);
            let records = section.records.iter().map(|known| record(&mut places, section, known)).collect();
            Group { register: section.register.clone(), title: title.to_owned(), records }
        })
        .collect();
    let person = name.map_or_else(|| t.s("relations-person"), str::to_owned);
    gathered(t, person, &groups, places).map(|found| Relations { person: about.to_owned(), colleagues, ..found })
}

/// Gives up to how many people may work at an employer for it to open under the purpose of this visit.
fn colleagues_max(view: &View) -> Option<u64> {
    let purpose = view.acting().ok()?.work.purpose.as_deref()?;
    view.app.project().purposes.get(purpose)?.colleagues_max.map(u64::from)
}

/// The records of a register.
struct Group {
    register: String,
    title: String,
    records: Vec<Named>,
}

impl Group {
    /// Gives what a record is called.
    fn called(&self, number: u64) -> String {
        if self.records.len() > 1 { format!("{} {number}", self.title) } else { self.title.clone() }
    }
}

/// A record, how sure it is that it is of the person, and what it names: places, and telephones and the like by the titles of
/// their columns.
struct Named {
    percent: Option<f64>,
    is_linked_to: bool,
    places: Vec<usize>,
    contacts: Vec<(String, String)>,
}

/// The numbers of the records that name a thing, by the places of their registers.
#[derive(Default)]
struct NamedBy(BTreeMap<usize, Vec<u64>>);

impl NamedBy {
    fn add(&mut self, group: usize, number: u64) {
        let numbers = self.0.entry(group).or_default();
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
    }

    /// Gives the records beside the `own` one, each by itself or, of many of one register, how many they are.
    fn others(&self, t: Words, groups: &[Group], own: (usize, u64)) -> Vec<String> {
        let of_group = |(at, numbers): (&usize, &Vec<u64>)| {
            let group = &groups[*at];
            // The own one is among them.
            let count = numbers.len() - usize::from(*at == own.0);
            if count > OTHERS_MAX {
                let told = [("register", group.title.clone()), ("n", t.number(&(count as u64)))];
                return vec![t.with_all("relations-records", &told)];
            }
            let others = numbers.iter().filter(|number| (*at, **number) != own);
            others.map(|number| group.called(*number)).collect()
        };
        self.0.iter().flat_map(of_group).collect()
    }
}

/// The places that records name, each once, and how many records name it.
#[derive(Default)]
struct Places(Vec<(Place, usize)>);

impl Places {
    /// Takes in what a record of a register names; gives where each is among the places.
    fn of(&mut self, register: &str, named: Vec<(&'static str, String, Option<String>)>) -> Vec<usize> {
        let mut found = Vec::new();
        for (kind, text, search) in named {
            let known = self.0.iter().position(|(place, _)| place.kind == kind && is_same(&place.text, &text));
            let at = known.unwrap_or_else(|| {
                let (text, search) = (text.clone(), search.clone());
                self.0.push((Place { kind, text, registers: Vec::new(), search }, 0));
                self.0.len() - 1
            });
            let (place, count) = &mut self.0[at];
            // The fullest text is shown, and searched for where it names a house.
            if text.len() > place.text.len() {
                (place.text, place.search) = (text, search.or_else(|| place.search.take()));
            } else if place.search.is_none() {
                place.search = search;
            }
            if !place.registers.iter().any(|known| known == register) {
                place.registers.push(register.to_owned());
            }
            if !found.contains(&at) {
                *count += 1;
                found.push(at);
            }
        }
        found
    }
}

/// Puts person, records and places together: each record by itself, or, where there are many, those of one register as one.
fn gathered(t: Words, person: String, groups: &[Group], places: Places) -> Option<Relations> {
    let records: usize = groups.iter().map(|group| group.records.len()).sum();
    if records + places.0.len() < 2 {
        return None;
    }
    let is_one = |group: &Group| records > RECORDS_MAX && group.records.len() > 1;
    let nodes_of = |group: &Group| if is_one(group) { 1 } else { group.records.len() };
    let first_place = 1 + groups.iter().map(nodes_of).sum::<usize>();
    // Those that most records name are in the picture.
    let mut by_use: Vec<usize> = (0..places.0.len()).collect();
    by_use.sort_by_key(|place| std::cmp::Reverse(places.0[*place].1));
    let shown = &mut by_use[..places.0.len().min(PLACES_MAX)];
    shown.sort_unstable();
    let shown = &*shown;
    let node_of = |place: usize| first_place + shown.binary_search(&place).unwrap_or(shown.len());
    let nodes_named = |record: &Named| {
        let mut nodes: Vec<usize> = record.places.iter().map(|place| node_of(*place)).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    };

    let mut things = vec![Thing::new("person", person, None)];
    let mut lines: Vec<(usize, usize, Option<String>)> = Vec::new();
    for group in groups {
        if is_one(group) {
            let at = things.len();
            let told = [("register", group.title.clone()), ("n", t.number(&(group.records.len() as u64)))];
            let opened = group.records.iter().map(|record| {
                (record.percent.map(|percent| t.percent(&percent)).unwrap_or_default(), nodes_named(record))
            });
            let opened = serde_json::to_string(&opened.collect::<Vec<_>>()).unwrap_or_default();
            let href = format!("#{}", group.register.replace('_', "-"));
            things.push(Thing {
                opens: Some(Opens { title: group.title.clone(), records: opened }),
                ..Thing::new("records", t.with_all("relations-records", &told), Some(href))
            });
            lines.push((0, at, least_of(t, group.records.iter().filter_map(|record| record.percent))));
            let named: BTreeSet<usize> = group.records.iter().flat_map(nodes_named).collect();
            lines.extend(named.into_iter().map(|node| (at, node, None)));
            continue;
        }
        for (record, number) in group.records.iter().zip(1..) {
            let at = things.len();
            let href = format!("#{}", record_anchor(&group.register, number));
            things.push(Thing::new("record", group.called(number), Some(href)));
            lines.push((0, at, record.percent.map(|percent| t.percent(&percent))));
            lines.extend(nodes_named(record).into_iter().map(|node| (at, node, None)));
        }
    }
    for place in shown {
        let known = &places.0[*place].0;
        things.push(Thing::new(known.kind, known.text.clone(), Some(format!("#place-{}", place + 1))));
    }
    let rest = places.0.len() - shown.len();
    if rest > 0 {
        things.push(Thing::new("others", t.count("relations-more", &(rest as u64)), Some("#places".to_owned())));
    }
    let hop = |place: &usize| {
        let known = &places.0[*place].0;
        let href = format!("#place-{}", place + 1);
        Some(Hop { kind: known.kind, href, text: known.text.clone(), search: known.search.clone()? })
    };
    let hops = shown.iter().filter_map(hop).collect();
    let ties = ties(t, groups, &places);
    let drawn = drawn(things, lines, places.0.into_iter().map(|(place, _)| place).collect(), ties);
    Some(Relations { hops, ..drawn })
}

/// Gives how sure the least certain of some links is; where it reads as the surest one does, it is how sure each is.
fn least_of(t: Words, shares: impl Iterator<Item = f64> + Clone) -> Option<String> {
    let least = t.percent(&shares.clone().min_by(f64::total_cmp)?);
    let most = t.percent(&shares.max_by(f64::total_cmp)?);
    Some(if least == most { least } else { t.with("relations-least", "percent", least) })
}

/// Gives the lines of the picture in words. Who has the same telephone is told here alone.
fn ties(t: Words, groups: &[Group], places: &Places) -> Vec<Tie> {
    let mut by_place: Vec<NamedBy> = places.0.iter().map(|_| NamedBy::default()).collect();
    let mut by_contact: BTreeMap<String, NamedBy> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        for (record, number) in group.records.iter().zip(1..) {
            for place in &record.places {
                by_place[*place].add(at, number);
            }
            for (_, text) in &record.contacts {
                by_contact.entry(plain(text)).or_default().add(at, number);
            }
        }
    }
    let mut ties = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        for (record, number) in group.records.iter().zip(1..) {
            let named = record.places.iter().map(|place| {
                let known = &places.0[*place].0;
                Naming {
                    kind: t.of("thing", known.kind),
                    text: known.text.clone(),
                    href: Some(format!("#place-{}", place + 1)),
                    others: by_place[*place].others(t, groups, (at, number)),
                }
            });
            let reached = record.contacts.iter().map(|(title, text)| Naming {
                kind: title.clone(),
                text: text.clone(),
                href: None,
                others: by_contact.get(&plain(text)).map(|by| by.others(t, groups, (at, number))).unwrap_or_default(),
            });
            ties.push(Tie {
                title: group.called(number),
                href: format!("#{}", record_anchor(&group.register, number)),
                percent: record.percent.map(|percent| t.percent(&percent)),
                is_linked_to: record.is_linked_to,
                names: named.chain(reached).collect(),
            });
        }
    }
    ties
}

/// Gives telephones and the like of a record, as far as they are given whole: the titles of their columns, and the values.
fn contacts_of(t: Words, record: &RecordView) -> Vec<(String, String)> {
    let is_contact =
        |field: &Field<'_>| field.column.rule.class == "contact" && field.column.rule.disclosure == "value";
    let told =
        |field: Field<'_>| Some((t.pick(&field.column.title, &field.column.title_fr).to_owned(), field.value.text()?));
    record.values.fields().filter(is_contact).filter_map(told).collect()
}

/// Gives addresses and employers of a record: kind, text, and what to search for.
fn places_of(record: &RecordView, opens_employers: bool) -> Vec<(&'static str, String, Option<String>)> {
    let mut found = Vec::new();
    if let Some(address) = address_of(&record.values) {
        let search = address.is_of_a_house.then(|| address.text.clone());
        found.push(("address", address.text, search));
    }
    let employers = record.values.fields().filter(|field| is_given(field) && field.column.name.contains("employer"));
    // Everyone who works somewhere is a list of people, not somebody whom a purpose of one person is for: unless it says that it
    // opens employers nothing is searched. Persons are found by columns of this name alone.
    found.extend(employers.filter_map(|field| {
        let employer = field.value.text()?;
        let search = (opens_employers && field.column.name == "employer").then(|| employer.clone());
        Some(("employer", employer, search))
    }));
    found
}

/// Tells whether two texts are of one address or employer: one's words are all among the other's, whatever their order and
/// spelling, and there are enough of them to mean one place.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (words_of(one), words_of(other));
    one == other || (one.len().min(other.len()) >= WORDS_MIN && (one.is_subset(&other) || other.is_subset(&one)))
}

/// Places the person in the middle, records around, and beyond each record what hangs on it.
pub(crate) fn drawn(
    things: Vec<Thing>,
    lines: Vec<(usize, usize, Option<String>)>,
    places: Vec<Place>,
    ties: Vec<Tie>,
) -> Relations {
    let is_record = |at: usize| matches!(things[at].kind, "record" | "records");
    let ends: Vec<(usize, usize)> = lines.iter().map(|(from, to, _)| (*from, *to)).collect();
    let at = laid_out(things.len(), is_record, &ends);
    let strokes: Vec<Stroke> = ends.iter().map(|(from, to)| (at[*from], at[*to])).collect();
    let called: Vec<Called<'_>> = things
        .iter()
        .enumerate()
        .map(|(place, thing)| Called { text: &thing.label, is_counted: is_record(place) })
        .collect();
    let words = beside_things(&called, &at, (WIDTH, HEIGHT), &strokes);
    let mut taken: Vec<Area> = at.iter().map(|point| Area::of_thing(*point)).collect();
    taken.extend(words.iter().flatten().map(|words| words.area));
    let mut edges = Vec::with_capacity(lines.len());
    for ((from, to, percent), own) in lines.into_iter().zip(&strokes) {
        let ((x1, y1), (x2, y2)) = *own;
        let label = percent.and_then(|text| beside_line(&text, *own, (WIDTH, HEIGHT), &mut taken, &strokes));
        edges.push(Edge { from, to, x1: number(x1), y1: number(y1), x2: number(x2), y2: number(y2), label });
    }
    let nodes =
        things.into_iter().zip(&at).zip(&words).map(|((thing, point), words)| node_of(thing, *point, words.as_ref()));
    let nodes = nodes.collect();
    let (width, height) = (format!("{WIDTH:.0}"), format!("{HEIGHT:.0}"));
    Relations { width, height, nodes, edges, places, ties, person: String::new(), hops: Vec::new(), colleagues: None }
}

/// Gives a thing at its point with its words.
fn node_of(thing: Thing, (x, y): (f64, f64), words: Option<&Beside>) -> Node {
    let lines = words.map(|words| words.heights().map(number).zip(words.lines.iter().cloned()).collect::<Vec<_>>());
    Node {
        kind: thing.kind,
        says: thing.label,
        href: thing.href,
        opens: thing.opens,
        x: number(x),
        y: number(y),
        lines: lines.unwrap_or_default(),
        text_x: number(words.map_or(x, Beside::x)),
        anchor: words.map_or("middle", |words| words.side.anchor()),
        across: words.map_or("center", |words| words.side.across),
        down: words.map_or("bottom", |words| words.side.down),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::labels::{LETTER, LINE};
    use crate::pages::words::Language;

    const EN: Words = Words::new(Language::English);

    #[test]
    fn addresses_are_the_same_whatever_their_commas_and_letters() {
        assert!(is_same("95 Juniper Ave, 14764", "95 JUNIPER AVE 14764"));
        assert!(is_same("62 Robin Lane, Apt 38, 16385, Newmere", "Robin Lane, Apt 38, 62, 16385"));
        assert!(!is_same("95 Juniper Ave", "96 Juniper Ave"));
        assert!(is_same("115 Birch Pl, Thornford 15, 15747", "115 Birch Place, 15747, Thornford"));
        assert!(is_same("12 Allée des Pins", "12 ALLEE DES PINS"));
        assert!(!is_same("Newmere", "62 Robin Lane, Newmere"), "a town is no address");
    }

    #[test]
    fn all_things_stand_within_the_picture_and_apart() {
        let thing = |kind, label: &str| Thing::new(kind, label.to_owned(), None);
        let mut things = vec![thing("person", "Ana")];
        let mut lines = Vec::new();
        for record in 0..8 {
            things.push(thing("record", "Tax"));
            let at = things.len() - 1;
            lines.push((0, at, None));
            things.push(thing("address", &format!("{record} Long Street of a Very Long Name")));
            lines.push((at, things.len() - 1, None));
        }
        let relations = drawn(things, lines, Vec::new(), Vec::new());
        let mut seen: Vec<(f64, f64)> = Vec::new();
        for node in &relations.nodes {
            let (x, y): (f64, f64) = (node.x.parse().unwrap(), node.y.parse().unwrap());
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT - 26.0).contains(&y), "{x} {y}");
            assert!(seen.iter().all(|(a, b)| (a - x).hypot(b - y) > 20.0), "{x} {y}");
            seen.push((x, y));
            assert!(matches!(node.lines.len(), 1 | 2), "{}", node.says);
        }
        assert_eq!(relations.edges.len(), 16);
    }

    fn group(register: &str, records: Vec<Named>) -> Group {
        Group { register: register.to_owned(), title: format!("The {register}"), records }
    }

    /// Records that name the first `n` of `of` addresses each in turn, the last ones more often.
    fn naming(places: &mut Places, register: &str, records: usize, of: usize) -> Vec<Named> {
        let record = |at: usize| {
            let text = format!("{} Long Street, 10115, Newmere", at % of);
            let places = places.of(register, vec![("address", text.clone(), Some(text))]);
            Named { percent: Some(0.9 + at as f64 / 10_000.0), is_linked_to: false, places, contacts: Vec::new() }
        };
        (0..records).map(record).collect()
    }

    #[test]
    fn what_is_not_searched_for_leads_nowhere() {
        let mut places = Places::default();
        let employer = vec![("employer", "Marzipan Data".to_owned(), None)];
        let named =
            Named { percent: None, is_linked_to: false, places: places.of("tax", employer), contacts: Vec::new() };
        let found = gathered(EN, "Ana".to_owned(), &[group("tax", vec![named])], places).unwrap();
        assert!(found.places.len() == 1 && found.hops.is_empty() && found.has_employers());
    }

    #[test]
    fn an_employer_that_opens_leads_on_as_an_address_does() {
        let mut places = Places::default();
        let named = |text: &str| vec![("employer", text.to_owned(), Some(text.to_owned()))];
        let record = |places: &mut Places, text| Named {
            percent: None,
            is_linked_to: false,
            places: places.of("tax", named(text)),
            contacts: Vec::new(),
        };
        let records = vec![record(&mut places, "Marzipan Data"), record(&mut places, "MARZIPAN DATA")];
        let found = gathered(EN, "Ana".to_owned(), &[group("tax", records)], places).unwrap();
        let hops: Vec<_> = found.hops.iter().map(|hop| (hop.kind, hop.href.as_str(), hop.search.as_str())).collect();
        assert_eq!(hops, [("employer", "#place-1", "Marzipan Data")]);
    }

    #[test]
    fn a_place_is_searched_for_where_any_record_names_the_house() {
        let street = || ("address", "Nightingale Row, 10115, Newmere".to_owned(), None);
        let house = "7 Nightingale Row, 10115".to_owned();
        let house = || ("address", house.clone(), Some(house.clone()));
        for order in [[street(), house()], [house(), street()]] {
            let mut places = Places::default();
            for named in order {
                places.of("tax", vec![named]);
            }
            let found: Vec<_> = places.0.iter().map(|(place, _)| place.search.as_deref()).collect();
            assert_eq!(found.len(), 2, "neither says all that the other does");
            assert_eq!(found.iter().flatten().collect::<Vec<_>>(), [&"7 Nightingale Row, 10115"]);
        }
        // What a record leaves out of one place, such as its number, another says.
        let whole = "7 Nightingale Row, 10115, Newmere".to_owned();
        let whole = || ("address", whole.clone(), Some(whole.clone()));
        for order in [[street(), whole()], [whole(), street()]] {
            let mut places = Places::default();
            for named in order {
                places.of("tax", vec![named]);
            }
            let found: Vec<_> =
                places.0.iter().map(|(place, _)| (place.text.as_str(), place.search.as_deref())).collect();
            let whole = "7 Nightingale Row, 10115, Newmere";
            assert_eq!(found, [(whole, Some(whole))]);
        }
    }

    #[test]
    fn few_records_stand_each_by_itself() {
        let mut places = Places::default();
        let groups =
            [group("tax", naming(&mut places, "tax", 2, 1)), group("loans", naming(&mut places, "loans", 1, 1))];
        let found = gathered(EN, "Ana".to_owned(), &groups, places).unwrap();
        let told: Vec<_> =
            found.nodes.iter().map(|node| (node.kind, node.href.as_deref().unwrap_or_default())).collect();
        assert_eq!(
            told,
            [
                ("person", ""),
                ("record", "#tax:1"),
                ("record", "#tax:2"),
                ("record", "#loans:1"),
                ("address", "#place-1")
            ]
        );
        assert_eq!((found.edges.len(), found.places.len(), found.places[0].registers.len()), (6, 1, 2));
        let hops: Vec<_> = found.hops.iter().map(|hop| (hop.href.as_str(), hop.search.as_str())).collect();
        assert_eq!(hops, [("#place-1", "0 Long Street, 10115, Newmere")]);
        assert!(
            gathered(
                EN,
                String::new(),
                &[group("tax", vec![Named { percent: None, is_linked_to: false, places: vec![], contacts: vec![] }])],
                Places::default()
            )
            .is_none()
        );
    }

    #[test]
    fn the_table_says_what_the_picture_does_and_who_has_the_same_telephone() {
        let mut places = Places::default();
        let mut tax = naming(&mut places, "tax", 2, 1);
        let mut loans = naming(&mut places, "student_loans", 1, 1);
        let phone = |text: &str| ("Telephone".to_owned(), text.to_owned());
        tax[1].contacts = vec![phone("555-0101"), phone("555 0101")];
        loans[0].contacts = vec![phone("5550101")];
        let alone = Named { percent: None, is_linked_to: true, places: Vec::new(), contacts: Vec::new() };
        let groups = [group("tax", tax), group("student_loans", loans), group("travel", vec![alone])];
        let found = gathered(EN, "Ana".to_owned(), &groups, places).unwrap();
        let told: Vec<_> =
            found.ties.iter().map(|tie| (tie.title.as_str(), tie.href.as_str(), tie.names.len())).collect();
        assert_eq!(
            told,
            [
                ("The tax 1", "#tax:1", 1),
                ("The tax 2", "#tax:2", 3),
                ("The student_loans", "#student-loans:1", 2),
                ("The travel", "#travel:1", 0)
            ]
        );
        let percents: Vec<Option<&str>> = found.ties.iter().map(|tie| tie.percent.as_deref()).collect();
        assert_eq!(percents, [Some("90.0%"), Some("90.0%"), Some("90.0%"), None]);
        assert_eq!(found.ties.iter().map(|tie| tie.is_linked_to).collect::<Vec<_>>(), [false, false, false, true]);
        let [address, phone] = &found.ties[2].names[..] else { panic!("an address and a telephone") };
        assert_eq!((address.kind.as_str(), address.href.as_deref()), ("Address", Some("#place-1")));
        assert_eq!(address.others, ["The tax 1", "The tax 2"]);
        assert_eq!((phone.kind.as_str(), phone.href.as_deref(), phone.others.len()), ("Telephone", None, 1));
        assert_eq!(phone.others, ["The tax 2"]);
        // Each line between a record and what it names is a row's.
        let lines = found.edges.iter().filter(|edge| edge.from != 0).count();
        let named = found.ties.iter().flat_map(|tie| &tie.names).filter(|naming| naming.href.is_some()).count();
        assert_eq!(lines, named);
    }

    #[test]
    fn of_many_records_those_of_a_register_are_one_thing_that_opens() {
        let mut places = Places::default();
        let visits = naming(&mut places, "library_members", 200, 40);
        let groups = [group("residents", naming(&mut places, "residents", 1, 1)), group("library_members", visits)];
        let found = gathered(EN, "Ana".to_owned(), &groups, places).unwrap();
        let kinds: Vec<&str> = found.nodes.iter().map(|node| node.kind).collect();
        assert_eq!(kinds[..3], ["person", "record", "records"]);
        assert_eq!(kinds.iter().filter(|kind| **kind == "address").count(), PLACES_MAX);
        assert_eq!((kinds.len(), kinds.last()), (3 + PLACES_MAX + 1, Some(&"others")));
        assert_eq!(found.places.len(), 40, "the table has all of them");
        let in_picture: Vec<&str> =
            found.nodes.iter().filter(|node| node.kind == "address").filter_map(|node| node.href.as_deref()).collect();
        let hops: Vec<&str> = found.hops.iter().map(|hop| hop.href.as_str()).collect();
        assert_eq!(hops, in_picture, "each address of the picture leads on");
        assert_eq!(found.ties.len(), 201, "the table has each record");
        assert_eq!(found.ties[1].names[0].others, ["The residents", "The library_members (4)"]);
        assert!(!found.has_employers());
        let all = &found.nodes[2];
        assert_eq!((all.says.as_str(), all.href.as_deref()), ("The library_members (200)", Some("#library-members")));
        let last = all.lines.last().map(|(_, line)| line.as_str()).unwrap_or_default();
        assert!(last.ends_with("(200)"), "the number is whole: {last}");
        let opened: Vec<(String, Vec<usize>)> = serde_json::from_str(&all.opens.as_ref().unwrap().records).unwrap();
        assert_eq!((opened.len(), opened[0].0.as_str()), (200, "90.0%"));
        let last = kinds.len() - 1;
        assert!(opened.iter().all(|(_, named)| named.len() == 1 && (3..=last).contains(&named[0])));
        assert!(opened.iter().any(|(_, named)| named[0] == last), "what is left out of the picture is one thing");
        // The picture of a group says no more than what the group names.
        let named: BTreeSet<usize> = opened.into_iter().flat_map(|(_, named)| named).collect();
        let drawn: BTreeSet<usize> = found.edges.iter().filter(|edge| edge.from == 2).map(|edge| edge.to).collect();
        assert_eq!(drawn, named);
    }

    #[test]
    fn of_several_links_the_least_certain_is_told_and_once_where_all_read_the_same() {
        let told = |shares: &[f64]| least_of(EN, shares.iter().copied());
        assert_eq!(told(&[0.9995, 0.999_999]).as_deref(), Some(">\u{a0}99.9%"));
        assert_eq!(told(&[0.9995, 0.97]).as_deref(), Some("from 97.0%"));
        assert_eq!(told(&[0.5]).as_deref(), Some("50.0%"));
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn all_words_stand_within_the_picture_and_apart_however_many_things_there_are() {
        let titles = ["Déclarations de revenus", "Passages de frontière", "Prestations sociales et familiales"];
        let names = ["115 Birch Place, Bayhaven 10, 15747, Thornford", "Linden Construction & Sons International"];
        let mut with_shares = 0;
        for records in 1..=16 {
            for places in 1..=15 {
                let what = format!("{records} records, {places} places");
                let mut things = vec![Thing::new("person", "Anne-Françoise DE LA TOUR-DUPONT".to_owned(), None)];
                let mut lines = Vec::new();
                for record in 0..records {
                    let title = titles[record % titles.len()];
                    let label = if record % 2 == 0 {
                        format!("{title} ({})", record * 7 + 2)
                    } else {
                        format!("{title} {record}")
                    };
                    things.push(Thing::new(if record % 2 == 0 { "records" } else { "record" }, label, None));
                    lines.push((0, 1 + record, Some("from 97.0%".to_owned())));
                    // The first one names all, as the records of a register do that are one thing; others name few.
                    let named =
                        if record == 0 && (records + places) % 3 == 0 { places } else { (record * 5 + places) % 3 };
                    let mut named: Vec<usize> = (0..named).map(|at| (record * 7 + at) % places).collect();
                    named.sort_unstable();
                    named.dedup();
                    lines.extend(named.into_iter().map(|place| (1 + record, 1 + records + place, None)));
                }
                for place in 0..places {
                    let kind = if place % 2 == 0 { "address" } else { "employer" };
                    things.push(Thing::new(kind, names[place % names.len()].to_owned(), None));
                }
                let found = drawn(things, lines, Vec::new(), Vec::new());
                let mut taken = Vec::new();
                for node in &found.nodes {
                    let at = (node.x.parse().unwrap(), node.y.parse().unwrap());
                    taken.push((node.says.clone(), Area::of_thing(at)));
                }
                let things = taken.len();
                for node in &found.nodes {
                    assert!(!node.lines.is_empty(), "{what}: {} has no words", node.says);
                    let number = node.says.rsplit(' ').next().filter(|_| node.kind.starts_with("record"));
                    let last = &node.lines.last().unwrap().1;
                    assert!(number.is_none_or(|number| last.ends_with(number)), "{what}: {last}");
                    let letters = node.lines.iter().map(|(_, line)| line.chars().count()).max().unwrap();
                    let wide = letters as f64 * LETTER;
                    let x: f64 = node.text_x.parse().unwrap();
                    let left = match node.anchor {
                        "start" => x,
                        "end" => x - wide,
                        _ => x - wide / 2.0,
                    };
                    let top = node.lines[0].0.parse::<f64>().unwrap() - 12.0;
                    let bottom = top + node.lines.len() as f64 * LINE;
                    taken.push((node.says.clone(), Area { left, top, right: left + wide, bottom }));
                }
                let shares: Vec<Area> =
                    found.edges.iter().filter_map(|edge| edge.label.as_ref().map(Area::of_label)).collect();
                with_shares += usize::from(!shares.is_empty());
                taken.extend(shares.into_iter().map(|area| ("a share".to_owned(), area)));
                for (at, (name, area)) in taken.iter().enumerate().skip(things) {
                    // What is written is rounded.
                    let inner = Area {
                        left: area.left + 0.2,
                        top: area.top + 0.2,
                        right: area.right - 0.2,
                        bottom: area.bottom - 0.2,
                    };
                    assert!(inner.is_within((WIDTH, HEIGHT)), "{what}: {name} {area:?}");
                    let other = taken[..at].iter().find(|(_, other)| other.overlaps(&inner));
                    assert!(other.is_none(), "{what}: {name} {area:?} on {other:?}");
                }
            }
        }
        // Where lines fan out there may be no room; that is in few of these 240.
        assert!(with_shares > 200, "{with_shares}");
    }
}
