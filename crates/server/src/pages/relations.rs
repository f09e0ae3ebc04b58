//! What a dossier holds together: the person, their records, addresses and employers, as a picture and as a table.
//!
//! The picture ends at what the dossier gives. Who else is at an address is another look at other people: each such step is a
//! search of its own, under the same purpose, with its own entry in the log.

use std::collections::BTreeSet;
use std::f64::consts::TAU;

use super::view::View;
use crate::service::{Field, RecordView, SectionView};

/// The picture's width and height, in its own units.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 520.0;

/// How far records and places are from the person, as shares of half the picture.
const RECORDS_AT: f64 = 0.5;
const PLACES_AT: f64 = 0.86;

/// The most characters of a name in the picture; the table has all of it.
const LABEL_MAX: usize = 26;

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
}

/// A thing in the picture.
pub(crate) struct Node {
    /// `person`, `record`, `address` or `employer`.
    pub(crate) kind: &'static str,
    pub(crate) label: String,
    pub(crate) says: String,
    pub(crate) href: Option<String>,
    pub(crate) x: String,
    pub(crate) y: String,
    /// Where its label stands.
    pub(crate) below: String,
}

/// A line between two things, by their places in the list of nodes.
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) x1: String,
    pub(crate) y1: String,
    pub(crate) x2: String,
    pub(crate) y2: String,
    /// How sure it is that the record is of the person; none for others.
    pub(crate) percent: Option<String>,
}

/// An address or employer.
pub(crate) struct Place {
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    pub(crate) registers: Vec<String>,
    /// What to search for to see who else is there; none where the purpose does not give it whole.
    pub(crate) search: Option<String>,
}

/// A thing before it has a place.
pub(crate) struct Thing {
    pub(crate) kind: &'static str,
    pub(crate) label: String,
    pub(crate) href: Option<String>,
}

/// Gives what a dossier holds together; none when there is one record and nothing beside it.
pub(crate) fn relations(view: &View, sections: &[SectionView], name: Option<&str>) -> Option<Relations> {
    let person = name.map_or_else(|| view.t.s("relations-person"), str::to_owned);
    let mut things = vec![Thing { kind: "person", label: person, href: None }];
    let mut lines: Vec<(usize, usize, Option<String>)> = Vec::new();
    let mut places: Vec<(usize, Place)> = Vec::new();
    for section in sections {
        let title = view.t.pick(&section.title, &section.title_fr);
        let href = Some(format!("#{}", section.register.replace('_', "-")));
        for (record, number) in section.records.iter().zip(1..) {
            let label = if section.records.len() > 1 { format!("{title} {number}") } else { title.to_owned() };
            things.push(Thing { kind: "record", label, href: href.clone() });
            let at = things.len() - 1;
            lines.push((0, at, (!record.link.alone).then(|| view.t.percent(&record.link.probability))));
            for (kind, text, search) in places_of(record) {
                let known = places.iter().position(|(_, place)| place.kind == kind && is_same(&place.text, &text));
                let known = known.unwrap_or_else(|| {
                    things.push(Thing { kind, label: text.clone(), href: None });
                    let (text, search) = (text.clone(), search.clone());
                    places.push((things.len() - 1, Place { kind, text, registers: Vec::new(), search }));
                    places.len() - 1
                });
                let (place_at, place) = &mut places[known];
                // The fullest text is shown.
                if text.len() > place.text.len() {
                    things[*place_at].label.clone_from(&text);
                    (place.text, place.search) = (text, search);
                }
                if !lines.iter().any(|(from, to, _)| (*from, *to) == (at, *place_at)) {
                    lines.push((at, *place_at, None));
                }
                if !place.registers.iter().any(|known| known == title) {
                    place.registers.push(title.to_owned());
                }
            }
        }
    }
    if things.len() < 3 {
        return None;
    }
    let places = places.into_iter().map(|(_, place)| place).collect();
    Some(drawn(things, lines, places))
}

/// Gives addresses and employers of a record: kind, text, and what to search for.
fn places_of(record: &RecordView) -> Vec<(&'static str, String, Option<String>)> {
    let given = |field: &Field<'_>| field.column.rule.disclosure == "value" && field.value.text().is_some();
    let mut found = Vec::new();
    let parts: Vec<String> = record
        .values
        .fields()
        .filter(|field| given(field) && field.column.rule.class == "address" && field.column.name != "district")
        .filter_map(|field| field.value.text())
        .collect();
    if !parts.is_empty() {
        let address = parts.join(", ");
        found.push(("address", address.clone(), Some(address)));
    }
    let employers = record.values.fields().filter(|field| given(field) && field.column.name.contains("employer"));
    found.extend(employers.filter_map(|field| field.value.text()).map(|employer| ("employer", employer, None)));
    found
}

/// Tells whether two texts are of one address or employer: one's words are all among the other's, whatever their order, and
/// there are enough of them to mean one place.
fn is_same(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let (one, other) = (words(one), words(other));
    one == other || (one.len().min(other.len()) >= WORDS_MIN && (one.is_subset(&other) || other.is_subset(&one)))
}

/// Places the person in the middle, records around, and beyond each record what hangs on it.
pub(crate) fn drawn(things: Vec<Thing>, lines: Vec<(usize, usize, Option<String>)>, places: Vec<Place>) -> Relations {
    let records: Vec<usize> = (0..things.len()).filter(|at| things[*at].kind == "record").collect();
    let others: Vec<usize> = (1..things.len()).filter(|at| things[*at].kind != "record").collect();
    let (middle_x, middle_y) = (WIDTH / 2.0, HEIGHT / 2.0 - 10.0);
    let mut at = vec![(middle_x, middle_y); things.len()];
    let turn = |place: usize, of: usize| TAU * (place as f64 + 0.5) / of.max(1) as f64 - TAU / 4.0;
    let put = |angle: f64, share: f64| {
        (middle_x + angle.cos() * share * WIDTH * 0.5, middle_y + angle.sin() * share * HEIGHT * 0.5)
    };
    for (place, record) in records.iter().enumerate() {
        at[*record] = put(turn(place, records.len()), RECORDS_AT);
    }
    // Beyond the first record that says it, and far enough from its neighbours: in the order of those angles, evenly.
    let angle_of = |thing: usize| {
        let line = lines.iter().find(|(_, to, _)| *to == thing);
        line.and_then(|(from, ..)| records.iter().position(|record| record == from)).unwrap_or(0)
    };
    let mut around = others.clone();
    around.sort_by_key(|thing| angle_of(*thing));
    for (place, thing) in around.iter().enumerate() {
        at[*thing] = put(turn(place, around.len()), PLACES_AT);
    }
    let number = |value: f64| format!("{value:.1}");
    let edges = lines.into_iter().map(|(from, to, percent)| Edge {
        from,
        to,
        x1: number(at[from].0),
        y1: number(at[from].1),
        x2: number(at[to].0),
        y2: number(at[to].1),
        percent,
    });
    let edges = edges.collect();
    let nodes = things.into_iter().zip(&at).map(|(thing, (x, y))| Node {
        kind: thing.kind,
        says: thing.label.clone(),
        label: shortened(&thing.label),
        href: thing.href,
        x: number(*x),
        y: number(*y),
        below: number(y + 26.0),
    });
    Relations { width: format!("{WIDTH:.0}"), height: format!("{HEIGHT:.0}"), nodes: nodes.collect(), edges, places }
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL_MAX {
        return label.to_owned();
    }
    let kept: String = label.chars().take(LABEL_MAX - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_whatever_their_commas_and_letters() {
        assert!(is_same("95 Juniper Ave, 14764", "95 JUNIPER AVE 14764"));
        assert!(is_same("62 Robin Lane, Apt 38, 16385, Newmere", "Robin Lane, Apt 38, 62, 16385"));
        assert!(!is_same("95 Juniper Ave", "96 Juniper Ave"));
        assert!(!is_same("Newmere", "62 Robin Lane, Newmere"), "a town is no address");
    }

    #[test]
    fn all_things_stand_within_the_picture_and_apart() {
        let thing = |kind, label: &str| Thing { kind, label: label.to_owned(), href: None };
        let mut things = vec![thing("person", "Ana")];
        let mut lines = Vec::new();
        for record in 0..8 {
            things.push(thing("record", "Tax"));
            let at = things.len() - 1;
            lines.push((0, at, None));
            things.push(thing("address", &format!("{record} Long Street of a Very Long Name")));
            lines.push((at, things.len() - 1, None));
        }
        let relations = drawn(things, lines, Vec::new());
        let mut seen: Vec<(f64, f64)> = Vec::new();
        for node in &relations.nodes {
            let (x, y): (f64, f64) = (node.x.parse().unwrap(), node.y.parse().unwrap());
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT - 26.0).contains(&y), "{x} {y}");
            assert!(seen.iter().all(|(a, b)| (a - x).hypot(b - y) > 20.0), "{x} {y}");
            seen.push((x, y));
            assert!(node.label.chars().count() <= LABEL_MAX);
        }
        assert_eq!(relations.edges.len(), 16);
    }
}
