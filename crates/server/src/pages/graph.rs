//! The pipeline as a picture: registers, the models made of each, the spine and the index, laid out in columns.
//!
//! A model never reads two registers, so each register has a band of its own, in which every model has a row. A line from
//! what is read to what reads it goes along the row of the reader, which is nobody else's: no line passes through a box.

use model::ModelKind;

use super::chart::cut;

/// How wide boxes are, and how many characters they hold in their first and their second line.
#[derive(Clone, Copy)]
struct Size {
    width: f64,
    name_max: usize,
    note_max: usize,
}

/// The boxes of registers and models.
const WIDE: Size = Size { width: 244.0, name_max: 27, note_max: 34 };

/// The same where models read each other, so that there are more columns for the same page.
const NARROW: Size = Size { width: 204.0, name_max: 22, note_max: 26 };

/// Spine and index.
const END: Size = Size { width: 148.0, name_max: 15, note_max: 20 };

const BOX_HEIGHT: f64 = 46.0;

/// From one row to the next, and what is between two bands in addition.
const ROW: f64 = 54.0;
const BAND_GAP: f64 = 8.0;

/// Between two columns.
const GUTTER: f64 = 44.0;

/// Where boxes begin: above are the heads of the columns and the line from the registers, left of them that line too.
const TOP: f64 = 56.0;
const LEFT: f64 = 28.0;
const LINE_TOP: f64 = 36.0;
const LINE_LEFT: f64 = 12.0;

/// How a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It is there.
    There,
    /// It is there, and something is to be said of it.
    Noted,
    /// There is something to do.
    Careful,
    /// It is not there.
    Missing,
}

/// What a box says.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) name: String,
    /// What is in it, in a few words.
    pub(crate) note: String,
    /// What it is called in full.
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) state: State,
}

/// A model of a register.
pub(crate) struct Model {
    pub(crate) label: Label,
    pub(crate) kind: ModelKind,
    pub(crate) reads_register: bool,
    /// The places, among the models of the register, of those that it reads: each is before it.
    pub(crate) reads: Vec<usize>,
}

/// A register and the models made of it.
pub(crate) struct Band {
    pub(crate) register: Label,
    pub(crate) models: Vec<Model>,
}

/// The picture.
pub(crate) struct Graph {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// The boxes, in the order in which the keyboard reaches them.
    pub(crate) nodes: Vec<Node>,
    /// The lines, as paths.
    pub(crate) lines: Vec<String>,
    /// The points of the lines, as paths.
    pub(crate) points: Vec<String>,
    /// What stands above columns, and where.
    pub(crate) heads: Vec<(f64, String)>,
}

/// A box.
pub(crate) struct Node {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) class: &'static str,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) title: String,
    pub(crate) href: String,
}

impl Node {
    fn new(label: &Label, x: f64, y: f64, size: Size) -> Self {
        let class = match label.state {
            State::There => "node",
            State::Noted => "node noted",
            State::Careful => "node careful",
            State::Missing => "node missing",
        };
        Self {
            x,
            y,
            width: size.width,
            height: BOX_HEIGHT,
            class,
            name: cut(&label.name, size.name_max),
            note: cut(&label.note, size.note_max),
            title: label.title.clone(),
            href: label.href.clone(),
        }
    }

    fn middle(&self) -> f64 {
        self.y + BOX_HEIGHT / 2.0
    }

    fn right(&self) -> f64 {
        self.x + self.width
    }
}

/// Gives the column of each model of a band: one to the right of all that it reads. What is made for others to use stands
/// in the last column that the band needs.
fn columns(models: &[Model]) -> Vec<usize> {
    let mut columns: Vec<usize> = Vec::with_capacity(models.len());
    for model in models {
        let read = model.reads.iter().filter_map(|place| columns.get(*place)).max();
        columns.push(read.map_or(1, |column| column + 1));
    }
    columns
}

/// Lays the picture out. `heads` are what the columns of registers, models, spine and index are called.
pub(crate) fn layout(bands: &[Band], spine: &Label, index: &Label, heads: [String; 4]) -> Graph {
    let last = bands.iter().flat_map(|band| columns(&band.models)).max().unwrap_or(1);
    let size = if last > 1 { NARROW } else { WIDE };
    let column_x = |column: usize| LEFT + column as f64 * (size.width + GUTTER);
    let bus = column_x(last) + size.width + LEFT;
    let (spine_x, index_x) = (bus + LEFT, bus + LEFT + END.width + GUTTER);
    let spine = Node::new(spine, spine_x, TOP, END);
    let index = Node::new(index, index_x, TOP, END);
    let mut graph = Graph {
        width: index_x + END.width + 2.0,
        height: 0.0,
        nodes: Vec::new(),
        lines: Vec::new(),
        points: Vec::new(),
        heads: [LEFT, column_x(1), spine_x, index_x].into_iter().zip(heads).collect(),
    };
    let (mut y, mut registers, mut persons) = (TOP, Vec::new(), Vec::new());
    for band in bands {
        let register = Node::new(&band.register, LEFT, y, size);
        registers.push(register.middle());
        let mut boxes = Vec::with_capacity(band.models.len());
        for (row, (model, column)) in band.models.iter().zip(columns(&band.models)).enumerate() {
            let node = Node::new(&model.label, column_x(column), y + row as f64 * ROW, size);
            if model.reads_register {
                graph.join(&register, &node, 0);
            }
            for read in &model.reads {
                if let Some(source) = boxes.get(*read) {
                    // The lines of several models of a column go down side by side.
                    graph.join(source, &node, read + 1);
                }
            }
            if model.kind == ModelKind::Person {
                graph.lines.push(format!("M{} {}H{bus}", node.right(), node.middle()));
                persons.push(node.middle());
            }
            boxes.push(node);
        }
        y += boxes.len().max(1) as f64 * ROW + BAND_GAP;
        graph.nodes.push(register);
        graph.nodes.extend(boxes);
    }
    graph.height = y.max(TOP + ROW + BAND_GAP);
    graph.ends(&registers, &persons, bus, &spine, &index);
    graph.nodes.extend([spine, index]);
    graph
}

impl Graph {
    /// Draws the line from what is read to what reads it; `lane` keeps lines that go down in one gutter apart.
    fn join(&mut self, from: &Node, to: &Node, lane: usize) {
        let turn = from.right() + 10.0 + (lane % 4) as f64 * 7.0;
        self.lines.push(format!("M{} {}H{turn}V{}H{}", from.right(), from.middle(), to.middle(), to.x));
        self.point_right(to);
    }

    fn point_right(&mut self, to: &Node) {
        self.points.push(format!("M{} {}l-8 -4v8z", to.x, to.middle()));
    }

    /// Draws what goes into spine and index: person records into both, the spine and all registers into the index.
    fn ends(&mut self, registers: &[f64], persons: &[f64], bus: f64, spine: &Node, index: &Node) {
        let below = TOP + BOX_HEIGHT + 18.0;
        let center = index.x + index.width / 2.0;
        if let Some(lowest) = persons.last() {
            let highest = persons.first().copied().unwrap_or_default().min(spine.middle());
            self.lines.push(format!("M{bus} {highest}V{}", lowest.max(below)));
            self.lines.push(format!("M{bus} {}H{}", spine.middle(), spine.x));
            self.point_right(spine);
            self.lines.push(format!("M{bus} {below}H{center}V{}", TOP + BOX_HEIGHT));
            self.points.push(format!("M{center} {}l-4 8h8z", TOP + BOX_HEIGHT));
            self.lines.push(format!("M{} {}H{}", spine.right(), spine.middle(), index.x));
            self.point_right(index);
        }
        if let Some(lowest) = registers.last() {
            for register in registers {
                self.lines.push(format!("M{LEFT} {register}H{LINE_LEFT}"));
            }
            self.lines.push(format!("M{LINE_LEFT} {lowest}V{LINE_TOP}H{center}V{TOP}"));
            self.points.push(format!("M{center} {TOP}l-4 -8h8z"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(name: &str) -> Label {
        let name = name.to_owned();
        Label { note: String::new(), title: name.clone(), href: format!("#{name}"), state: State::There, name }
    }

    fn model(name: &str, kind: ModelKind, reads_register: bool, reads: &[usize]) -> Model {
        Model { label: label(name), kind, reads_register, reads: reads.to_vec() }
    }

    fn drawn(bands: &[Band]) -> Graph {
        layout(bands, &label("spine"), &label("index"), ["a", "b", "c", "d"].map(str::to_owned))
    }

    fn sample() -> Vec<Band> {
        let tax = vec![
            model("clean", ModelKind::Step, true, &[]),
            model("person", ModelKind::Person, false, &[0]),
            model("return", ModelKind::Object, true, &[0]),
            model("other", ModelKind::Step, true, &[]),
            model("deep", ModelKind::Object, false, &[3, 2]),
        ];
        vec![
            Band { register: label("tax"), models: tax },
            Band { register: label("empty"), models: Vec::new() },
            Band { register: label("loans"), models: vec![model("loan_person", ModelKind::Person, true, &[])] },
        ]
    }

    /// Gives the stretches of a path of `M`, `H` and `V` as corners.
    fn stretches(path: &str) -> Vec<[f64; 4]> {
        let spaced = path.replace('M', " M ").replace('H', " H ").replace('V', " V ");
        let mut words = spaced.split_whitespace();
        let (mut x, mut y, mut found) = (0.0, 0.0, Vec::new());
        while let Some(word) = words.next() {
            let mut number = || words.next().unwrap().parse::<f64>().unwrap();
            let (was_x, was_y) = (x, y);
            match word {
                "M" => {
                    (x, y) = (number(), number());
                    continue;
                }
                "H" => x = number(),
                "V" => y = number(),
                other => panic!("{other} in {path}"),
            }
            found.push([was_x.min(x), was_y.min(y), was_x.max(x), was_y.max(y)]);
        }
        found
    }

    #[test]
    fn what_reads_stands_to_the_right_of_what_it_reads() {
        assert_eq!(columns(&sample()[0].models), [1, 2, 2, 1, 3]);
        let graph = drawn(&sample());
        let x = |name: &str| graph.nodes.iter().find(|node| node.name == name).unwrap().x;
        assert!(x("tax") < x("clean") && x("clean") < x("person") && x("person") < x("deep") && x("deep") < x("spine"));
        assert!(x("spine") < x("index"));
    }

    #[test]
    fn no_line_passes_through_a_box_and_no_box_overlaps_another() {
        let graph = drawn(&sample());
        let corners = |node: &Node| [node.x, node.y, node.right(), node.y + node.height];
        let overlap = |a: [f64; 4], b: [f64; 4]| a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
        for (at, node) in graph.nodes.iter().enumerate() {
            assert!(node.right() <= graph.width && node.y + node.height <= graph.height, "{}", node.name);
            for other in &graph.nodes[at + 1..] {
                assert!(!overlap(corners(node), corners(other)), "{} {}", node.name, other.name);
            }
            for line in &graph.lines {
                // A line may touch a box, which is where it begins or ends.
                for [x, y, to_x, to_y] in stretches(line) {
                    let thin = [x - 0.01, y - 0.01, to_x + 0.01, to_y + 0.01];
                    let [left, top, right, bottom] = corners(node);
                    let inside = [left + 0.1, top + 0.1, right - 0.1, bottom - 0.1];
                    assert!(!overlap(thin, inside), "{line} passes through {}", node.name);
                }
            }
        }
    }

    #[test]
    fn nothing_or_one_register_without_models_is_a_picture() {
        for bands in [Vec::new(), vec![Band { register: label("tax"), models: Vec::new() }]] {
            let graph = drawn(&bands);
            assert_eq!(graph.nodes.len(), bands.len() + 2);
            assert!(graph.width > 0.0 && graph.height > 0.0 && graph.width.is_finite());
            assert_eq!(graph.lines.is_empty(), bands.is_empty());
        }
    }

    #[test]
    fn long_names_are_cut_and_said_in_full_beside() {
        let long = "a_register_with_a_name_that_nobody_would_give_to_it";
        let graph = drawn(&[Band { register: label(long), models: Vec::new() }]);
        assert!(graph.nodes[0].name.ends_with('…') && graph.nodes[0].name.chars().count() == WIDE.name_max);
        assert_eq!(graph.nodes[0].title, long);
    }

    #[test]
    fn a_table_that_is_not_there_looks_so() {
        let mut register = label("tax");
        register.state = State::Missing;
        let graph = drawn(&[Band { register, models: Vec::new() }]);
        assert_eq!((graph.nodes[0].class, graph.nodes[1].class), ("node missing", "node"));
    }
}
