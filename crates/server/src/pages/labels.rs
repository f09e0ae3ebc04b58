//! Where words stand in a picture: apart from each other, from its things and from lines that are not theirs, and within it.

use super::chart::cut;
use super::layout::Point;

/// How wide a letter is at most, on average, at 13 px, and a digit of a weight or share; how high a line of words is.
pub(crate) const LETTER: f64 = 9.0;
const DIGIT: f64 = 9.0;
pub(crate) const LINE: f64 = 16.0;

/// How far a thing and its rim reach from its middle, and how far its words stand from there.
const RIM: f64 = 15.0;
const BESIDE: f64 = 17.0;

/// What stays free along the edge of the picture.
const EDGE: f64 = 2.0;

/// How many letters the lines of a picture's words may have, the most that there is room for first.
const LETTERS: [usize; 6] = [22, 18, 15, 12, 9, 7];

/// How many letters a line of words may have, and whether a line may run through them, the best first: to be crossed is better
/// than to say little.
const WAYS: [(usize, bool); 12] = [
    (22, false),
    (18, false),
    (15, false),
    (22, true),
    (18, true),
    (15, true),
    (12, false),
    (12, true),
    (9, false),
    (9, true),
    (7, false),
    (7, true),
];

/// How many letters are enough: for more, the words of others are not made shorter.
const LETTERS_ENOUGH: usize = 15;

/// How far below its top a line of words is written.
const BASELINE: f64 = 12.0;

/// Where a line begins and ends.
pub(crate) type Stroke = (Point, Point);

/// Words beside a line, and where their middle is.
pub(crate) struct Label {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) text: String,
}

/// A part of a picture that is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Area {
    /// Gives the area that reaches so far from its middle.
    pub(crate) fn around((x, y): Point, wide: f64, high: f64) -> Self {
        Self { left: x - wide, top: y - high, right: x + wide, bottom: y + high }
    }

    /// Gives the area of a thing with its rim.
    pub(crate) fn of_thing(at: Point) -> Self {
        Self::around(at, RIM, RIM)
    }

    /// Gives the area of a label's words; one that is nowhere where the label has no place.
    #[cfg(test)]
    pub(crate) fn of_label(label: &Label) -> Self {
        let read = |text: &str| text.parse().unwrap_or(f64::NAN);
        Self::around((read(&label.x), read(&label.y) - 5.0), length(&label.text) * DIGIT / 2.0, LINE / 2.0)
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Tells whether it is within a picture of that width and height.
    pub(crate) fn is_within(&self, (width, height): (f64, f64)) -> bool {
        self.left >= 0.0 && self.right <= width && self.top >= 0.0 && self.bottom <= height
    }

    /// Tells whether a straight line runs through it.
    pub(crate) fn is_crossed(&self, (from, to): Stroke) -> bool {
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        let ways = [(from.0, to.0 - from.0, self.left, self.right), (from.1, to.1 - from.1, self.top, self.bottom)];
        for (start, way, least, most) in ways {
            if way.abs() < 1e-9 {
                if start <= least || start >= most {
                    return false;
                }
                continue;
            }
            let (one, other) = ((least - start) / way, (most - start) / way);
            enters = enters.max(one.min(other));
            leaves = leaves.min(one.max(other));
        }
        enters < leaves
    }
}

/// Gives a coordinate as a picture has it.
pub(crate) fn number(value: f64) -> String {
    format!("{value:.1}")
}

fn length(text: &str) -> f64 {
    text.chars().count() as f64
}

/// Gives words where they stand beside their line, or else on it, clear of all that is there already, in a picture of that width
/// and height; none where there is no room.
pub(crate) fn beside_line(
    text: &str,
    own: Stroke,
    size: (f64, f64),
    taken: &mut Vec<Area>,
    lines: &[Stroke],
) -> Option<Label> {
    let (from, to) = own;
    let (way_x, way_y) = (to.0 - from.0, to.1 - from.1);
    let along = way_x.hypot(way_y).max(1.0);
    let (aside_x, aside_y) = (-way_y / along, way_x / along);
    let (wide, high) = (length(text) * DIGIT / 2.0, LINE / 2.0);
    let far = aside_x.abs() * wide + aside_y.abs() * high + 2.0;
    for (side, is_on) in [(far, false), (-far, false), (0.0, true)] {
        for share in [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8] {
            let (x, y) = (from.0 + way_x * share + aside_x * side, from.1 + way_y * share + aside_y * side);
            let area = Area::around((x, y), wide, high);
            let is_crossed = || lines.iter().any(|line| !(is_on && *line == own) && area.is_crossed(*line));
            if area.is_within(size) && !taken.iter().any(|other| other.overlaps(&area)) && !is_crossed() {
                taken.push(area);
                return Some(Label { x: number(x), y: number(y + 5.0), text: text.to_owned() });
            }
        }
    }
    None
}

/// What a thing is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Called<'c> {
    pub(crate) text: &'c str,
    /// Whether a number at the end tells it from others, so that it is never cut.
    pub(crate) is_counted: bool,
}

/// On which side of a thing words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Side {
    /// `left`, `center` or `right` of it.
    pub(crate) across: &'static str,
    /// `top`, `center` or `bottom` of it.
    pub(crate) down: &'static str,
}

impl Side {
    /// All of them, the best one first.
    const ALL: [Self; 8] = [
        Self { across: "center", down: "bottom" },
        Self { across: "center", down: "top" },
        Self { across: "right", down: "center" },
        Self { across: "left", down: "center" },
        Self { across: "right", down: "bottom" },
        Self { across: "left", down: "bottom" },
        Self { across: "right", down: "top" },
        Self { across: "left", down: "top" },
    ];

    /// Gives which point of a line of words is told by its place.
    pub(crate) fn anchor(self) -> &'static str {
        match self.across {
            "left" => "end",
            "right" => "start",
            _ => "middle",
        }
    }

    /// Gives where words of that width and height stand beside a thing.
    fn area(self, (x, y): Point, wide: f64, high: f64) -> Area {
        let left = match self.across {
            "left" => x - BESIDE - wide,
            "right" => x + BESIDE,
            _ => x - wide / 2.0,
        };
        let top = match self.down {
            "top" => y - BESIDE - high,
            "bottom" => y + BESIDE,
            _ => y - high / 2.0,
        };
        Area { left, top, right: left + wide, bottom: top + high }
    }
}

/// Words beside a thing.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    /// One line, or two.
    pub(crate) lines: Vec<String>,
    pub(crate) side: Side,
    pub(crate) area: Area,
    /// How many letters a line could have.
    letters: usize,
}

impl Beside {
    /// Gives from where its lines are written, as its side anchors them.
    pub(crate) fn x(&self) -> f64 {
        match self.side.across {
            "left" => self.area.right,
            "right" => self.area.left,
            _ => f64::midpoint(self.area.left, self.area.right),
        }
    }

    /// Gives on what height each line is written.
    pub(crate) fn heights(&self) -> impl Iterator<Item = f64> {
        let top = self.area.top + BASELINE;
        (0..self.lines.len()).map(move |line| top + line as f64 * LINE)
    }
}

/// Gives the words beside each thing of a picture of that width and height, which stands at the point of the same place; none of
/// what there is no room for at all. `lines` are those between things.
pub(crate) fn beside_things(
    called: &[Called<'_>],
    at: &[Point],
    size: (f64, f64),
    lines: &[Stroke],
) -> Vec<Option<Beside>> {
    let mut best: Option<(usize, Vec<Option<Beside>>)> = None;
    // Where the words of one thing take the room of another's, all are made shorter.
    for most in LETTERS {
        let found = of_length(most, called, at, size, lines);
        let least = found.iter().map(|words| words.as_ref().map_or(0, |words| words.letters)).min().unwrap_or(most);
        if best.as_ref().is_none_or(|(before, _)| least > *before) {
            best = Some((least, found));
        }
        if least >= most.min(LETTERS_ENOUGH) {
            break;
        }
    }
    best.map(|(_, found)| found).unwrap_or_default()
}

/// Gives the words beside each thing with lines of `most` letters at most.
fn of_length(
    most: usize,
    called: &[Called<'_>],
    at: &[Point],
    size: (f64, f64),
    lines: &[Stroke],
) -> Vec<Option<Beside>> {
    let mut taken: Vec<Area> = at.iter().map(|point| Area::of_thing(*point)).collect();
    let mut found = Vec::with_capacity(called.len());
    for (called, point) in called.iter().zip(at) {
        let mut ways = WAYS.into_iter().filter(|(letters, _)| *letters <= most);
        let words = ways.find_map(|(letters, may_cross)| {
            let shown = in_lines(*called, letters);
            let wide = shown.iter().map(|line| length(line)).fold(0.0, f64::max) * LETTER;
            let high = shown.len() as f64 * LINE;
            let (side, area) =
                Side::ALL.iter().map(|side| (*side, side.area(*point, wide, high))).find(|(_, area)| {
                    let edged = Area::around(
                        (f64::midpoint(area.left, area.right), f64::midpoint(area.top, area.bottom)),
                        wide / 2.0 + EDGE,
                        high / 2.0 + EDGE,
                    );
                    edged.is_within(size)
                        && !taken.iter().any(|other| other.overlaps(area))
                        && (may_cross || !lines.iter().any(|line| area.is_crossed(*line)))
                })?;
            Some(Beside { lines: shown, side, area, letters })
        });
        taken.extend(words.iter().map(|words| words.area));
        found.push(words);
    }
    found
}

/// Gives what a thing is called in one line of at most so many letters, or in two of which the second is cut where it has to be,
/// before its number.
fn in_lines(called: Called<'_>, most: usize) -> Vec<String> {
    let Called { text, is_counted } = called;
    let count = |text: &str| text.chars().count();
    if count(text) <= most {
        return vec![text.to_owned()];
    }
    let (head, number) = if is_counted { number_apart(text) } else { (text, "") };
    let mut words = head.split(' ');
    let mut first = words.next().unwrap_or_default().to_owned();
    let mut rest: Vec<&str> = Vec::new();
    for word in words {
        if rest.is_empty() && count(&first) + 1 + count(word) <= most {
            first.push(' ');
            first.push_str(word);
        } else {
            rest.push(word);
        }
    }
    let room = most.saturating_sub(count(number)).max(2);
    let second = format!("{}{number}", cut(&rest.join(" "), room));
    let lines = [cut(&first, most), second.trim_start().to_owned()];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// Gives a text without the number at its end, and that number with the space before it.
pub(crate) fn number_apart(text: &str) -> (&str, &str) {
    let is_number = |word: &str| word.contains(|c: char| c.is_ascii_digit()) && !word.contains(char::is_alphabetic);
    match text.rsplit_once(' ') {
        Some((head, last)) if is_number(last) => text.split_at(head.len()),
        _ => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> Called<'_> {
        Called { text, is_counted: true }
    }

    #[test]
    fn a_line_through_an_area_is_seen_and_one_beside_it_is_not() {
        let area = Area::around((100.0, 50.0), 20.0, 10.0);
        for through in [((0.0, 50.0), (200.0, 50.0)), ((100.0, 0.0), (100.0, 99.0)), ((70.0, 35.0), (130.0, 65.0))] {
            assert!(area.is_crossed(through), "{through:?}");
        }
        for beside in [((0.0, 61.0), (200.0, 61.0)), ((0.0, 50.0), (79.0, 50.0)), ((60.0, 50.0), (100.0, 90.0))] {
            assert!(!area.is_crossed(beside), "{beside:?}");
        }
    }

    #[test]
    fn a_number_is_never_cut_and_a_title_stands_in_two_lines_before_it_is() {
        assert_eq!(in_lines(counted("Tax returns (4)"), 22), ["Tax returns (4)"]);
        assert_eq!(in_lines(counted("Déclarations de revenus (4)"), 22), ["Déclarations de", "revenus (4)"]);
        assert_eq!(in_lines(counted("Déclarations de revenus 12"), 12), ["Déclarations", "de reven… 12"]);
        assert_eq!(in_lines(counted("Grundstücksverzeichnis (1\u{202f}200)"), 9), ["Grundstü…", "(1\u{202f}200)"]);
        let address = Called { text: "115 Birch Place, Bayhaven 10", is_counted: false };
        assert_eq!(in_lines(address, 15), ["115 Birch", "Place, Bayhave…"]);
        assert_eq!(in_lines(Called { text: "", is_counted: false }, 22), [""]);
    }

    #[test]
    fn words_stand_on_the_side_on_which_there_is_room() {
        let at = [(6.0, 50.0), (394.0, 50.0), (200.0, 90.0)];
        let found =
            beside_things(&[counted("Benefits 1"), counted("Benefits 2"), counted("Tax 1")], &at, (400.0, 100.0), &[]);
        let anchors: Vec<&str> = found.iter().flatten().map(|words| words.side.anchor()).collect();
        assert_eq!(anchors, ["start", "end", "middle"]);
        assert!(found.iter().flatten().all(|words| words.area.is_within((400.0, 100.0))));
        assert_eq!(found[2].as_ref().map(|words| words.side.down), Some("top"));
    }

    #[test]
    fn a_share_stands_beside_its_line_on_it_where_there_is_less_room_and_nowhere_where_there_is_none() {
        let line = ((0.0, 50.0), (200.0, 50.0));
        let place = |height: f64, taken: Vec<Area>, lines: &[Stroke]| {
            let mut taken = taken;
            beside_line("99.1%", line, (200.0, height), &mut taken, lines).map(|label| label.y)
        };
        assert_eq!(place(100.0, Vec::new(), &[line]).as_deref(), Some("65.0"));
        let walls = || {
            vec![
                Area { left: 0.0, top: 0.0, right: 200.0, bottom: 41.0 },
                Area { left: 0.0, top: 59.0, right: 200.0, bottom: 100.0 },
            ]
        };
        assert_eq!(place(100.0, walls(), &[line]).as_deref(), Some("55.0"), "on its own line");
        assert!(place(100.0, walls(), &[line, ((0.0, 49.0), (200.0, 51.0))]).is_none(), "not on another");
    }
}
