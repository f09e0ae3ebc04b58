//! The records of a pair's persons and the links that hold them together, as a picture in which a link can be followed to
//! where it is cut, and as a table.

use std::f64::consts::TAU;

use registry::LINKS_MAX;

use super::values::{headline, shown};
use super::view::View;
use super::words::Words;
use crate::service::{ClusterLinkView, ClusterRecordView, PairView};

/// The picture's size, in its own units.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 420.0;

/// How high it is where no person has more than two records: those stand beside each other.
const HEIGHT_OF_FEW: f64 = 170.0;

/// Where the left of two persons stands, as a share of the width; outside of both there is room for a label.
const LEFT_MIDDLE: f64 = 0.3;

/// The most characters of a label in the picture; the table has all of it.
const LABEL_MAX: usize = 30;

/// The same where two persons share the picture.
const LABEL_BESIDE_MAX: usize = 18;

/// The records and links of a pair's persons.
pub(crate) struct Cluster {
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) lines: Vec<Line>,
    /// A page of all links.
    pub(crate) rows: Vec<LinkRow>,
    /// Which of all links these are, where they are not all.
    pub(crate) part: Option<String>,
    /// Where weaker links are.
    pub(crate) weaker: Option<String>,
    /// Where stronger links are.
    pub(crate) stronger: Option<String>,
    /// Between the two records of the pair, where no link is: from where to where.
    pub(crate) question: Option<[String; 4]>,
    pub(crate) left_out: u64,
    /// Whether the two records are of two persons.
    pub(crate) are_two: bool,
}

/// A record.
pub(crate) struct Node {
    pub(crate) x: String,
    pub(crate) y: String,
    /// Where its two lines of words stand.
    pub(crate) first: String,
    pub(crate) second: String,
    pub(crate) anchor: &'static str,
    pub(crate) text_x: String,
    pub(crate) register: String,
    pub(crate) name: String,
    /// Both in full.
    pub(crate) says: String,
    pub(crate) class: &'static str,
}

/// A link in the picture.
pub(crate) struct Line {
    pub(crate) points: [String; 4],
    /// Where its certainty stands.
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) class: &'static str,
    pub(crate) link: LinkRow,
}

/// A link in words.
pub(crate) struct LinkRow {
    pub(crate) percent: String,
    pub(crate) weight: String,
    /// The records, in full: the register, and what tells the record from others.
    pub(crate) left: (String, String),
    pub(crate) right: (String, String),
    /// What stands apart without it.
    pub(crate) apart: String,
    /// Where it is judged; none of the pair that is shown.
    pub(crate) href: Option<String>,
    /// What was said of it.
    pub(crate) said: Option<String>,
}

/// The links of a pair's persons.
pub(crate) struct Links<'l> {
    /// Those of the picture.
    pub(crate) pictured: &'l [ClusterLinkView],
    /// A page of all of them, the weakest first.
    pub(crate) listed: &'l [ClusterLinkView],
    /// How many weaker ones come before these.
    pub(crate) from: u64,
    /// How many there are.
    pub(crate) of: u64,
}

/// Gives the picture of a pair's persons; none when it would be the pair alone. `pair` is the number of the queue's pair;
/// `page` gives the address at which the links after that many weaker ones are.
pub(crate) fn cluster(view: &View, found: &PairView, pair: u64, page: &dyn Fn(u64) -> String) -> Option<Cluster> {
    let t = view.t;
    let records = &found.cluster.records;
    if records.len() < 3 && found.cluster.links.is_empty() {
        return None;
    }
    let told = |record: &ClusterRecordView| {
        let row = &record.row;
        let born = row.values.fields().find(|field| field.column.name == "birth_date");
        let born = born.and_then(|field| shown(t, view.app.project(), &row.register, field).text);
        let name = headline(row.values.fields()).unwrap_or_default();
        let words = [name, born.unwrap_or_default()];
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        (view.register_title(&row.register), words.join(", "))
    };
    let told: Vec<(String, String)> = records.iter().map(told).collect();
    let pictured = records.iter().take(found.cluster.pictured);
    let is_right: Vec<bool> = pictured.map(|record| record.person == "right").collect();
    let links = Links {
        pictured: &found.cluster.links,
        listed: &found.cluster.listed,
        from: found.cluster.listed_from,
        of: found.cluster.link_count,
    };
    let base = format!("/review/{pair}/links/");
    Some(drawn(t, &told, &is_right, &links, found.cluster.left_out, &base, page))
}

/// Draws records, each told by its register and by what tells it from others, and their links; `base` is where those lead, but
/// for their numbers. In the picture are as many records, from the first on, as `is_right` tells the person of.
pub(crate) fn drawn(
    t: Words,
    told: &[(String, String)],
    is_right: &[bool],
    links: &Links<'_>,
    left_out: u64,
    base: &str,
    page: &dyn Fn(u64) -> String,
) -> Cluster {
    let Links { pictured, listed, from, of } = *links;
    let count = is_right.len();
    let are_two = is_right.contains(&true);
    let of_side = |side: bool| is_right.iter().filter(|is_right| **is_right == side).count();
    let height = if of_side(false).max(of_side(true)) < 3 { HEIGHT_OF_FEW } else { HEIGHT };
    let mut at = vec![(0.0, 0.0); count];
    for side in [false, true] {
        let own: Vec<usize> = around(count, pictured).into_iter().filter(|place| is_right[*place] == side).collect();
        let middle = match (are_two, side) {
            (false, _) => WIDTH / 2.0,
            (true, false) => WIDTH * LEFT_MIDDLE,
            (true, true) => WIDTH * (1.0 - LEFT_MIDDLE),
        };
        let (wide, high) = if own.len() < 2 { (0.0, 0.0) } else { (if are_two { 80.0 } else { 240.0 }, 150.0) };
        for (place, record) in own.iter().enumerate() {
            // The pair's own records look at each other from the inner sides.
            let turn = TAU * place as f64 / own.len() as f64 + if side { TAU / 2.0 } else { 0.0 };
            at[*record] = (middle + turn.cos() * wide, height / 2.0 + turn.sin() * high);
        }
    }
    let number = |value: f64| format!("{value:.1}");
    let is_linked = pictured.iter().any(|link| link.is_pair);
    let label_max = if are_two { LABEL_BESIDE_MAX } else { LABEL_MAX };
    let whole = |place: usize| match &told[place] {
        (register, name) if name.is_empty() => register.clone(),
        (register, name) => t.with_all("chart-day", &[("day", register.clone()), ("n", name.clone())]),
    };
    let node = |(place, (register, name)): (usize, &(String, String))| {
        let (x, y) = at[place];
        // Words stand outwards of their record, so that no line runs through them.
        let middle = if are_two {
            if is_right[place] { WIDTH * (1.0 - LEFT_MIDDLE) } else { WIDTH * LEFT_MIDDLE }
        } else {
            WIDTH / 2.0
        };
        let (anchor, text_x) = match x - middle {
            // Between the pair's own records runs the question.
            _ if place < 2 && !is_linked => ("middle", x),
            beside if beside > 20.0 => ("start", x + 16.0),
            beside if beside < -20.0 => ("end", x - 16.0),
            _ => ("middle", x),
        };
        let above = if anchor != "middle" {
            -2.0
        } else if y < height / 2.0 - 1.0 {
            -34.0
        } else {
            28.0
        };
        Node {
            x: number(x),
            y: number(y),
            first: number(y + above),
            second: number(y + above + 17.0),
            anchor,
            text_x: number(text_x),
            register: super::chart::cut(register, label_max),
            name: super::chart::cut(name, label_max),
            says: whole(place),
            class: if place < 2 { "asked" } else { "other" },
        }
    };
    let row = |link: &ClusterLinkView| {
        let said = link.said.as_ref().filter(|said| said.standing != "taken-back").map(|said| {
            let values = [("verdict", t.of("verdict", &said.verdict)), ("entry", t.number(&said.log_index))];
            let key = if said.standing == "proposed" { "cluster-proposed" } else { "cluster-judged" };
            t.with_all(key, &values)
        });
        LinkRow {
            percent: t.percent(&link.probability),
            weight: t.weight(&link.weight),
            left: told[link.left].clone(),
            right: told[link.right].clone(),
            apart: apart(t, link.apart),
            href: (!link.is_pair).then(|| format!("{base}{}", link.number)),
            said,
        }
    };
    let line = |link: &ClusterLinkView| {
        let ((x1, y1), (x2, y2)) = (at[link.left], at[link.right]);
        let link = row(link);
        Line {
            points: [x1, y1, x2, y2].map(number),
            x: number(f64::midpoint(x1, x2)),
            y: number(f64::midpoint(y1, y2) + 5.0),
            class: if link.said.is_some() { "link said" } else { "link" },
            link,
        }
    };
    let to = from + listed.len() as u64;
    let numbers = || [("from", t.number(&(from + 1))), ("to", t.number(&to)), ("all", t.number(&of))];
    let question = (count > 1 && !is_linked).then(|| {
        let ((x1, y1), (x2, y2)) = (at[0], at[1]);
        [x1, y1, x2, y2].map(number)
    });
    Cluster {
        width: number(WIDTH),
        height: number(height),
        nodes: told.iter().take(count).enumerate().map(node).collect(),
        lines: pictured.iter().map(line).collect(),
        rows: listed.iter().map(row).collect(),
        part: ((listed.len() as u64) < of).then(|| t.with_all("cluster-part", &numbers())),
        weaker: (from > 0).then(|| page(from.saturating_sub(LINKS_MAX))),
        stronger: (to < of).then(|| page(to)),
        question,
        left_out,
        are_two,
    }
}

/// Gives what would stand apart without a link, in a sentence.
pub(crate) fn apart(t: Words, apart: Option<[u64; 2]>) -> String {
    match apart {
        Some([one, other]) => {
            let values = [("one", t.count("effect-records", &one)), ("other", t.count("effect-records", &other))];
            t.with_all("cluster-apart", &values)
        }
        None => t.s("cluster-held"),
    }
}

/// Gives the records in an order in which those that are linked stand near each other, the first record first.
fn around(count: usize, links: &[ClusterLinkView]) -> Vec<usize> {
    let mut order = Vec::with_capacity(count);
    for from in 0..count {
        let mut next = vec![from];
        while let Some(at) = next.pop() {
            if order.contains(&at) {
                continue;
            }
            order.push(at);
            for link in links {
                if link.left == at {
                    next.push(link.right);
                } else if link.right == at {
                    next.push(link.left);
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    const EN: Words = Words::new(Language::English);

    fn link(number: u64, left: usize, right: usize, apart: Option<[u64; 2]>) -> ClusterLinkView {
        ClusterLinkView { number, left, right, weight: 3.0, probability: 0.9, apart, is_pair: false, said: None }
    }

    fn all(links: &[ClusterLinkView]) -> Links<'_> {
        Links { pictured: links, listed: links, from: 0, of: links.len() as u64 }
    }

    fn page(from: u64) -> String {
        format!("from {from}")
    }

    fn told(count: usize) -> Vec<(String, String)> {
        (0..count).map(|at| (format!("Register {at}"), "Ana Ruiz, 12 March 1984".to_owned())).collect()
    }

    #[test]
    fn records_stand_within_the_picture_and_apart() {
        for (count, right) in [(2, 1), (3, 0), (24, 0), (24, 12), (5, 1)] {
            let is_right: Vec<bool> = (0..count).map(|at| right > 0 && (at == 1 || at > count - right)).collect();
            let links: Vec<_> = (2..count).map(|at| link(at as u64, 0, at, None)).collect();
            let found = drawn(EN, &told(count), &is_right, &all(&links), 0, "/review/7/links/", &page);
            let places: Vec<(f64, f64)> =
                found.nodes.iter().map(|node| (node.x.parse().unwrap(), node.y.parse().unwrap())).collect();
            for (at, (x, y)) in places.iter().enumerate() {
                let height: f64 = found.height.parse().unwrap();
                assert!((0.0..=WIDTH).contains(x) && (20.0..=height - 20.0).contains(y), "{count}: {x} {y}");
                let is_apart = |(a, b): &(f64, f64)| (a - x).hypot(b - y) > 15.0;
                assert!(places[..at].iter().all(is_apart), "{count} {at}: {places:?}");
            }
            assert_eq!((found.lines.len(), found.are_two), (count - 2, right > 0));
            assert!(found.question.is_some(), "no link is between the two that are asked about");
        }
    }

    #[test]
    fn a_link_leads_to_where_it_is_cut_and_says_what_stands_apart() {
        let mut links = vec![link(3, 1, 2, Some([1, 4])), link(9, 0, 2, None), link(4, 0, 1, Some([2, 3]))];
        links[2].is_pair = true;
        let found = drawn(EN, &told(3), &[false; 3], &all(&links), 0, "/review/7/links/", &page);
        let hrefs: Vec<_> = found.lines.iter().map(|line| line.link.href.as_deref()).collect();
        assert_eq!(hrefs, [Some("/review/7/links/3"), Some("/review/7/links/9"), None]);
        let apart: Vec<&str> = found.rows.iter().map(|row| row.apart.as_str()).collect();
        assert!(apart[0].contains("one record") && apart[0].contains("4 records"), "{apart:?}");
        assert_eq!(apart[1], EN.s("cluster-held"));
        assert!(found.question.is_none());
        assert!(found.part.is_none() && found.weaker.is_none() && found.stronger.is_none(), "that is all of them");
    }

    #[test]
    fn links_of_records_that_the_picture_leaves_out_are_listed_page_by_page() {
        let (drawn_ones, further) = ([link(0, 0, 1, None)], [link(7, 2, 3, None), link(8, 1, 3, None)]);
        let links = Links { pictured: &drawn_ones, listed: &further, from: 24, of: 60 };
        let found = drawn(EN, &told(4), &[false, false], &links, 2, "/review/7/links/", &page);
        assert_eq!((found.nodes.len(), found.lines.len()), (2, 1), "the picture stays as it is");
        let hrefs: Vec<_> = found.rows.iter().map(|row| row.href.as_deref()).collect();
        assert_eq!(hrefs, [Some("/review/7/links/7"), Some("/review/7/links/8")]);
        assert_eq!((found.weaker.as_deref(), found.stronger.as_deref()), (Some("from 0"), Some("from 26")));
        assert!(found.part.is_some_and(|part| part.contains("25 to 26 of 60")));
    }

    #[test]
    fn linked_records_stand_beside_each_other() {
        let links = [link(0, 0, 3, None), link(1, 3, 1, None)];
        assert_eq!(around(4, &links), [0, 3, 1, 2]);
    }
}
