//! The records of a pair's persons and the links that hold them together, as a picture in which a link can be followed to
//! where it is cut, and as a table.

use registry::LINKS_MAX;

use super::labels::{Area, LINE, Label, beside_line, number, number_apart};
use super::values::{headline, shown};
use super::view::View;
use super::words::Words;
use crate::service::{ClusterLinkView, ClusterRecordView, PairView};

/// The picture's width, in its own units.
const WIDTH: f64 = 960.0;

/// How far records are below each other: the two lines of words beside each have room.
const PITCH: f64 = 40.0;

/// What is left free above the first record and below the last.
const MARGIN: f64 = 26.0;

/// How far a column of records is from the middle, at its ends and where it is bent most.
const INNER: f64 = 70.0;
const BENT_MAX: f64 = 60.0;

/// How far a record may stand aside from the one above it, so that no line between the two runs through their words.
const STEP_MAX: f64 = 24.0;

/// How far words are from the middle of their record, and how large its dot is.
const BESIDE: f64 = 16.0;
const DOT: f64 = 10.0;

/// How wide letters of a label are at most, in a wide typeface: narrow ones, those that are about as wide as high, capitals,
/// all else of our alphabets, and what is of others.
const NARROW: f64 = 5.8;
const WIDEST: f64 = 14.0;
const CAPITAL: f64 = 10.9;
const USUAL: f64 = 9.0;

/// What is left free between a label and the edge of the picture.
const EDGE: f64 = 2.0;

/// The most characters of a date.
const DATE_MAX: usize = 20;

/// Links that weigh less than this many bits have their weight beside them, and the weakest in any case.
const DOUBTFUL_BITS: f64 = 25.0;

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
    /// Why records of one person are joined by no line, where some are not.
    pub(crate) islands: Option<String>,
    pub(crate) left_out: u64,
    /// Whether the two records are of two persons.
    pub(crate) are_two: bool,
}

/// What tells a record from others.
#[derive(Clone)]
pub(crate) struct Told {
    /// Its register, with a number where the picture has several of it.
    pub(crate) register: String,
    pub(crate) name: String,
    /// The birth date, as far as it is given.
    pub(crate) born: String,
}

impl Told {
    /// Gives what tells it from others of its register.
    fn who(&self) -> String {
        let words: Vec<&str> =
            [&self.name, &self.born].into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        words.join(", ")
    }

    /// Gives it in two lines of a label: its register and birth date, and its name. Where there is no room for the former two in
    /// one line, the date begins the other. It is what differs, and the number is what the table calls the record by, so neither
    /// is cut; the table has all of it.
    fn lines(&self, room: f64) -> [String; 2] {
        let born = super::chart::cut(&self.born, DATE_MAX);
        let both = if born.is_empty() { self.register.clone() } else { format!("{}, {born}", self.register) };
        if wide(&both) <= room {
            return [both, cut(&self.name, room)];
        }
        let (title, nth) = number_apart(&self.register);
        let head = format!("{}{nth}", cut(title, room - wide(nth)));
        let before = if born.is_empty() || self.name.is_empty() { born } else { format!("{born}, ") };
        let name = cut(&self.name, room - wide(&before));
        [head, format!("{before}{name}")]
    }
}

/// Gives how wide a text is at most.
fn wide(text: &str) -> f64 {
    let letter = |letter: char| match letter {
        'f' | 'i' | 'j' | 'l' | 'r' | 't' | 'I' | 'î' | 'ï' | ' ' | '\u{a0}' | ',' | '.' | '-' | '\'' | '’' => {
            NARROW
        }
        'm' | 'w' | 'M' | 'W' | 'Æ' | 'Œ' | 'æ' | 'œ' | '…' | '–' => WIDEST,
        letter if letter > '\u{24f}' => WIDEST,
        letter if letter.is_uppercase() => CAPITAL,
        _ => USUAL,
    };
    text.chars().map(letter).sum()
}

/// Cuts a text off where it has more than this much room.
fn cut(text: &str, room: f64) -> String {
    if wide(text) <= room {
        return text.to_owned();
    }
    let (mut kept, mut left) = (String::new(), room - wide("…"));
    for letter in text.chars() {
        left -= wide(letter.encode_utf8(&mut [0; 4]));
        if left < 0.0 {
            break;
        }
        kept.push(letter);
    }
    format!("{}…", kept.trim_end())
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
    /// The register, and the birth date.
    pub(crate) head: String,
    pub(crate) name: String,
    /// All of it in full.
    pub(crate) says: String,
    pub(crate) class: &'static str,
}

/// A link in the picture.
pub(crate) struct Line {
    pub(crate) points: [String; 4],
    /// Its weight beside it, where it is doubtful and there is room.
    pub(crate) label: Option<Label>,
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

/// Gives where the words of a record are.
fn words_area((x, y): (f64, f64), is_left: bool, lines: [&str; 2]) -> Area {
    let wide = lines.map(wide).into_iter().fold(0.0, f64::max);
    let (left, right) = if is_left { (x - BESIDE - wide, x - BESIDE) } else { (x + BESIDE, x + BESIDE + wide) };
    Area { left, top: y - LINE, right, bottom: y + LINE + 2.0 }
}

/// Gives how far the record of a row of so many stands aside: a column is bent, so that lines within it pass beside the records
/// between their ends.
fn bent(row: usize, rows: usize) -> f64 {
    if rows < 3 {
        return 0.0;
    }
    let along = |row: usize| 2.0 * row as f64 / (rows - 1) as f64 - 1.0;
    let bent = |row: usize| 1.0 - along(row).powi(2);
    (STEP_MAX / bent(1)).min(BENT_MAX) * bent(row)
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
    let titles: Vec<String> = records.iter().map(|record| view.register_title(&record.row.register)).collect();
    let told = |(place, record): (usize, &ClusterRecordView)| {
        let row = &record.row;
        let born = row.values.fields().find(|field| field.column.name == "birth_date");
        let born = born.and_then(|field| shown(t, view.app.project(), &row.register, field).text);
        let name = headline(row.values.fields()).unwrap_or_default();
        Told { register: numbered(t, &titles, found.cluster.pictured, place), name, born: born.unwrap_or_default() }
    };
    let told: Vec<Told> = records.iter().enumerate().map(told).collect();
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

/// Gives what a record of the picture is called by its register: with its place among those of the same register, where there
/// are several. Those that the picture leaves out have none: which ones are listed beside it hangs on the page.
fn numbered(t: Words, titles: &[String], pictured: usize, place: usize) -> String {
    let title = titles.get(place).cloned().unwrap_or_default();
    let alike: Vec<usize> = (0..titles.len().min(pictured)).filter(|other| titles[*other] == title).collect();
    match alike.iter().position(|other| *other == place) {
        Some(at) if alike.len() > 1 => numbered_side(t, title, at as u64 + 1),
        _ => title,
    }
}

/// Gives a register with the number of a record of it.
pub(crate) fn numbered_side(t: Words, register: String, number: u64) -> String {
    t.with_all("pair-side-number", &[("register", register), ("number", t.number(&number))])
}

/// Gives where each record stands, whether its words are on its left, and how high the picture is. One person's records stand
/// around, those of two in a column each.
fn places(is_right: &[bool], pictured: &[ClusterLinkView]) -> (Vec<(f64, f64)>, Vec<bool>, f64) {
    let count = is_right.len();
    let order = around(count, pictured);
    let columns: [Vec<usize>; 2] = if is_right.contains(&true) {
        let of = |side: bool| order.iter().copied().filter(|place| is_right[*place] == side).collect();
        [of(false), of(true)]
    } else {
        let (left, right) = order.split_at(count.div_ceil(2));
        [left.to_vec(), right.iter().rev().copied().collect()]
    };
    let (mut at, mut is_left) = (vec![(0.0, 0.0); count], vec![false; count]);
    for (column, side) in columns.iter().zip([-1.0, 1.0]) {
        for (row, record) in column.iter().enumerate() {
            let aside = INNER + bent(row, column.len());
            at[*record] = (WIDTH / 2.0 + side * aside, MARGIN + row as f64 * PITCH);
            is_left[*record] = side < 0.0;
        }
    }
    let rows = columns.iter().map(Vec::len).max().unwrap_or_default();
    (at, is_left, MARGIN * 2.0 + rows.saturating_sub(1) as f64 * PITCH)
}

/// Draws records, each told by its register and by what tells it from others, and their links; `base` is where those lead, but
/// for their numbers. In the picture are as many records, from the first on, as `is_right` tells the person of.
pub(crate) fn drawn(
    t: Words,
    told: &[Told],
    is_right: &[bool],
    links: &Links<'_>,
    left_out: u64,
    base: &str,
    page: &dyn Fn(u64) -> String,
) -> Cluster {
    let Links { pictured, listed, from, of } = *links;
    let count = is_right.len();
    let are_two = is_right.contains(&true);
    let (at, is_left, height) = places(is_right, pictured);
    let is_linked = pictured.iter().any(|link| link.is_pair);
    let whole = |told: &Told| match told.who() {
        who if who.is_empty() => told.register.clone(),
        who => t.with_all("chart-day", &[("day", told.register.clone()), ("n", who)]),
    };
    let node = |(place, told): (usize, &Told)| {
        let (x, y) = at[place];
        let (anchor, text_x) = if is_left[place] { ("end", x - BESIDE) } else { ("start", x + BESIDE) };
        let [head, name] = told.lines(if is_left[place] { text_x } else { WIDTH - text_x } - EDGE);
        Node {
            x: number(x),
            y: number(y),
            first: number(y - 3.0),
            second: number(y + 13.0),
            anchor,
            text_x: number(text_x),
            head,
            name,
            says: whole(told),
            class: if place < 2 { "asked" } else { "other" },
        }
    };
    let row = |link: &ClusterLinkView| {
        // What was said since the index was made comes first. What was said before the person contested the link counts no more.
        let judged = (link.judged && link.said.is_none()).then(|| t.s("cluster-judged-before"));
        let said = link.said.as_ref().filter(|said| said.standing != "taken-back" && !said.before_contest);
        let said = said.map(|said| {
            let values = [("verdict", t.of("verdict", &said.verdict)), ("entry", t.number(&said.log_index))];
            let key = if said.standing == "proposed" { "cluster-proposed" } else { "cluster-judged" };
            t.with_all(key, &values)
        });
        let said = said.or(judged);
        LinkRow {
            percent: t.percent(&link.probability),
            weight: t.weight(&link.weight),
            left: (told[link.left].register.clone(), told[link.left].who()),
            right: (told[link.right].register.clone(), told[link.right].who()),
            apart: apart(t, link.apart),
            href: (!link.is_pair).then(|| format!("{base}{}", link.number)),
            said,
        }
    };
    let nodes: Vec<Node> = told.iter().take(count).enumerate().map(node).collect();
    let question = (count > 1 && !is_linked).then(|| (at[0], at[1]));
    let mut strokes: Vec<_> = pictured.iter().map(|link| (at[link.left], at[link.right])).collect();
    strokes.extend(question);
    let mut taken: Vec<Area> = at.iter().map(|place| Area::around(*place, DOT, DOT)).collect();
    taken.extend(
        nodes.iter().enumerate().map(|(place, node)| words_area(at[place], is_left[place], [&node.head, &node.name])),
    );
    let line = |(place, link): (usize, &ClusterLinkView)| {
        let ends = (at[link.left], at[link.right]);
        let is_doubtful = place == 0 || link.weight < DOUBTFUL_BITS;
        let link_row = row(link);
        Line {
            points: [ends.0.0, ends.0.1, ends.1.0, ends.1.1].map(number),
            label: if is_doubtful {
                beside_line(&link_row.weight, ends, (WIDTH, height), &mut taken, &strokes)
            } else {
                None
            },
            class: if link_row.said.is_some() { "link said" } else { "link" },
            link: link_row,
        }
    };
    let lines = pictured.iter().enumerate().map(line).collect();
    let to = from + listed.len() as u64;
    let numbers = || [("from", t.number(&(from + 1))), ("to", t.number(&to)), ("all", t.number(&of))];
    let groups = groups(count, pictured);
    Cluster {
        width: number(WIDTH),
        height: number(height),
        nodes,
        lines,
        rows: listed.iter().map(row).collect(),
        part: ((listed.len() as u64) < of).then(|| t.with_all("cluster-part", &numbers())),
        weaker: (from > 0).then(|| page(from.saturating_sub(LINKS_MAX))),
        stronger: (to < of).then(|| page(to)),
        question: question.map(|((x1, y1), (x2, y2))| [x1, y1, x2, y2].map(number)),
        islands: (groups > 1 + usize::from(are_two)).then(|| t.with("cluster-islands", "groups", groups)),
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

/// Gives how many groups of records there are that no link joins.
fn groups(count: usize, links: &[ClusterLinkView]) -> usize {
    let mut group: Vec<usize> = (0..count).collect();
    for link in links {
        let (one, other) = (group[link.left], group[link.right]);
        for of in group.iter_mut().filter(|of| **of == other) {
            *of = one;
        }
    }
    group.sort_unstable();
    group.dedup();
    group.len()
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
    use crate::pages::labels::Stroke;
    use crate::pages::words::Language;
    use crate::service::SaidView;

    const EN: Words = Words::new(Language::English);

    fn link(number: u64, left: usize, right: usize, apart: Option<[u64; 2]>) -> ClusterLinkView {
        ClusterLinkView {
            number,
            left,
            right,
            weight: 3.0,
            probability: 0.9,
            apart,
            judged: false,
            is_pair: false,
            said: None,
        }
    }

    fn all(links: &[ClusterLinkView]) -> Links<'_> {
        Links { pictured: links, listed: links, from: 0, of: links.len() as u64 }
    }

    fn page(from: u64) -> String {
        format!("from {from}")
    }

    fn told(count: usize) -> Vec<Told> {
        let told = |at: usize| Told {
            register: format!("Register {at} of a name that is very long indeed"),
            name: "CHLOÉ-NOÉMIE NATHALIE WOLOWITZ-BLANC DE LA TOUR".to_owned(),
            born: "23 September 1993".to_owned(),
        };
        (0..count).map(told).collect()
    }

    fn area(node: &Node) -> Area {
        let at = (node.x.parse().unwrap(), node.y.parse().unwrap());
        words_area(at, node.anchor == "end", [&node.head, &node.name])
    }

    fn ends(line: &Line) -> Stroke {
        let [x1, y1, x2, y2] = [0, 1, 2, 3].map(|at| line.points[at].parse().unwrap());
        ((x1, y1), (x2, y2))
    }

    /// Gives links as a person's records have them: of each to one before it.
    fn tree(is_right: &[bool], to: impl Fn(usize) -> usize) -> Vec<ClusterLinkView> {
        let joined = |at: usize| {
            let other = (0..at).rev().filter(|other| is_right[*other] == is_right[at]).nth(to(at));
            let other = other.or_else(|| (0..at).find(|other| is_right[*other] == is_right[at]))?;
            Some(link(at as u64, other, at, None))
        };
        (1..is_right.len()).filter_map(joined).collect()
    }

    #[test]
    fn no_words_lie_on_others_or_leave_the_picture_and_no_line_runs_through_them() {
        for count in 2..=24 {
            for right in [0, 1, count / 2, count - 1] {
                let is_right: Vec<bool> = (0..count).map(|at| right > 0 && (at == 1 || at > count - right)).collect();
                for far in [0, 1, 3, 7] {
                    let links = tree(&is_right, |at| at % (far + 1));
                    let found = drawn(EN, &told(count), &is_right, &all(&links), 0, "/review/7/links/", &page);
                    let what = format!("{count} records, {right} on the right, links over {far}");
                    let height: f64 = found.height.parse().unwrap();
                    let areas: Vec<Area> = found.nodes.iter().map(area).collect();
                    for (at, words) in areas.iter().enumerate() {
                        assert!(words.is_within((WIDTH, height)), "{what}: {words:?}");
                        assert!(!areas[..at].iter().any(|other| other.overlaps(words)), "{what}: {words:?}");
                        let crossing = found.lines.iter().find(|line| words.is_crossed(ends(line)));
                        assert!(crossing.is_none(), "{what}: {words:?}");
                    }
                    let labels: Vec<Area> =
                        found.lines.iter().filter_map(|line| line.label.as_ref().map(Area::of_label)).collect();
                    for (at, words) in labels.iter().enumerate() {
                        assert!(words.is_within((WIDTH, height)), "{what}: {words:?}");
                        let others = areas.iter().chain(&labels[..at]);
                        assert!(others.into_iter().all(|other| !other.overlaps(words)), "{what}: {words:?}");
                    }
                    assert_eq!(labels.is_empty(), found.lines.is_empty(), "{what}: a weight can be read");
                }
            }
        }
    }

    #[test]
    fn the_birth_date_is_told_whole_and_weights_only_where_there_is_doubt() {
        let links = [
            ClusterLinkView { weight: 30.0, ..link(1, 0, 1, None) },
            ClusterLinkView { weight: 41.5, ..link(2, 0, 2, None) },
        ];
        let found = drawn(EN, &told(3), &[false; 3], &all(&links), 0, "/review/7/links/", &page);
        assert!(
            found.nodes.iter().all(|node| node.name.starts_with("23 September 1993, CH")),
            "what differs is not cut"
        );
        let lines = |register: &str, born: &str, room: f64| {
            Told { register: register.to_owned(), name: "Zoë Ruiz".to_owned(), born: born.to_owned() }.lines(room)
        };
        let is = |head: &str, name: &str| [head.to_owned(), name.to_owned()];
        let born = "18 February 2000";
        assert_eq!(lines("Border crossings 12", born, 340.0), is("Border crossings 12, 18 February 2000", "Zoë Ruiz"));
        assert_eq!(lines("Border crossings 12", born, 260.0), is("Border crossings 12", "18 February 2000, Zoë Ruiz"));
        let [head, name] = lines("Border crossings 12", born, 150.0);
        assert!(head.starts_with("Border c") && head.ends_with("… 12"), "its number is not cut: {head}");
        assert!(name.starts_with("18 February 2000"), "{name}");
        assert_eq!(lines("Tax returns 2", "", 340.0), is("Tax returns 2", "Zoë Ruiz"));
        let labels: Vec<Option<&str>> =
            found.lines.iter().map(|line| line.label.as_ref().map(|label| label.text.as_str())).collect();
        assert_eq!(labels, [Some("+30.0"), None], "the weakest in any case");
    }

    #[test]
    fn registers_of_the_example_are_called_whole_by_both_languages() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/republic");
        let project = model::Project::load(&root).unwrap_or_else(|found| panic!("{found}"));
        let narrowest = WIDTH / 2.0 - INNER - BENT_MAX - BESIDE - EDGE;
        for register in project.registers.values() {
            let french = register.title_fr.as_deref().unwrap_or(&register.title);
            for (title, born) in [(register.title.as_str(), "23 September 1993"), (french, "23 septembre 1993")] {
                let told = Told { register: format!("{title} 12"), name: "ZOË".to_owned(), born: born.to_owned() };
                let lines = told.lines(narrowest);
                assert!(lines.iter().all(|line| !line.contains('…')), "{lines:?}");
                assert!(lines.iter().all(|line| wide(line) <= narrowest), "{lines:?}");
            }
        }
    }

    #[test]
    fn records_that_no_line_joins_are_explained() {
        let drawn = |links: &[ClusterLinkView], is_right: &[bool]| {
            drawn(EN, &told(is_right.len()), is_right, &all(links), 0, "/review/7/links/", &page).islands
        };
        let links = [link(0, 0, 1, None), link(1, 2, 3, None)];
        assert!(drawn(&links, &[false; 4]).is_some_and(|told| told.contains("2 groups")));
        assert!(drawn(&links, &[false, false, true, true]).is_none(), "two persons are not one");
        assert!(drawn(&[link(0, 0, 1, None), link(1, 1, 2, None)], &[false; 3]).is_none());
    }

    #[test]
    fn records_of_one_register_are_told_apart_by_numbers() {
        let titles = ["Tax", "Loans", "Tax", "Tax"].map(str::to_owned);
        let names: Vec<String> = (0..4).map(|place| numbered(EN, &titles, 3, place)).collect();
        assert_eq!(names, ["Tax 1", "Loans", "Tax 2", "Tax"], "what the picture leaves out has no number");
    }

    #[test]
    fn records_stand_apart_and_the_question_is_drawn() {
        for (count, right) in [(2, 1), (3, 0), (24, 0), (24, 12), (5, 1)] {
            let is_right: Vec<bool> = (0..count).map(|at| right > 0 && (at == 1 || at > count - right)).collect();
            let links: Vec<_> = (2..count).map(|at| link(at as u64, 0, at, None)).collect();
            let found = drawn(EN, &told(count), &is_right, &all(&links), 0, "/review/7/links/", &page);
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
    fn a_link_that_was_judged_says_so_unless_something_was_said_of_it_since() {
        let said = |standing: &str| SaidView {
            verdict: "same".to_owned(),
            standing: standing.to_owned(),
            own: true,
            before_contest: false,
            before_index: false,
            log_index: 12,
            at: "2026-03-01T09:00:00Z".to_owned(),
            reason: None,
        };
        let told_of = |judged: bool, said: Option<SaidView>| {
            let links = [ClusterLinkView { judged, said, ..link(1, 0, 1, None) }];
            drawn(EN, &told(2), &[false; 2], &all(&links), 0, "/review/7/links/", &page).rows[0].said.clone()
        };
        assert_eq!(told_of(false, None), None);
        assert_eq!(told_of(true, None), Some(EN.s("cluster-judged-before")));
        let since = told_of(true, Some(said("judged")));
        assert!(since.as_ref().is_some_and(|text| text.contains("entry 12")), "{since:?}");
        assert_eq!(told_of(true, Some(said("taken-back"))), None);
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
