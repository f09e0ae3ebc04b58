//! Where things stand in the picture of what a dossier holds together.
//!
//! The person is in the middle, records stand around on a ring of their own, and places beyond them. A line that passes through
//! a third thing would say what is not so: each thing is put where its own lines, and those of others, pass everything by. Then
//! places go as near to the records that name them as that lets them.

use std::f64::consts::TAU;

/// The picture's width and height, in its own units.
pub(crate) const WIDTH: f64 = 960.0;
pub(crate) const HEIGHT: f64 = 640.0;

/// How far records and places may be from the person, as shares of half the picture: the first where nothing is in the way.
const RECORDS_AT: [f64; 5] = [0.5, 0.42, 0.58, 0.34, 0.64];
const PLACES_AT: [f64; 3] = [0.86, 0.92, 0.74];

/// At how many angles a place may stand, and how far a record may turn from its own, as shares of what is between two.
const ANGLES: usize = 60;
const TURNS: [f64; 3] = [0.0, -0.3, 0.3];

/// How far a line passes by what it does not end at: beyond the rim of a thing, whose radius is 9.
pub(crate) const CLEAR: f64 = 14.0;

/// How far lines of others pass by the person, so that none runs through their name.
const CLEAR_OF_NAME: f64 = 44.0;

/// What a label needs beside and below its thing: half of its width in most cases, and the height of its two
/// lines with what is above them.
const LABEL_WIDTH: f64 = 84.0;
const LABEL_HEIGHT: f64 = 64.0;

/// What it costs that a line passes through a thing or that two things are too near each other, against the length of lines.
const THROUGH: f64 = 10_000.0;
const NEAR: f64 = 500.0;

/// How often all things are put anew, at most.
const ROUNDS: usize = 8;

/// How often places are put nearer to their records after that, at most.
const NEARER_ROUNDS: usize = 2;

/// A point in the picture.
pub(crate) type Point = (f64, f64);

fn middle() -> Point {
    (WIDTH / 2.0, HEIGHT / 2.0 - 10.0)
}

fn put(angle: f64, share: f64) -> Point {
    let (x, y) = middle();
    (x + angle.cos() * share * WIDTH * 0.5, y + angle.sin() * share * HEIGHT * 0.5)
}

/// Gives the angle of a place of `of` on a ring: the first is right of the top.
fn turn(place: usize, of: usize) -> f64 {
    turned(place as f64, of)
}

fn turned(place: f64, of: usize) -> f64 {
    TAU * (place + 0.5) / of.max(1) as f64 - TAU / 4.0
}

/// Gives where each of `count` things stands: the first is the person, `is_record` tells records from places, `lines` are
/// pairs of things.
pub(crate) fn laid_out(count: usize, is_record: impl Fn(usize) -> bool, lines: &[(usize, usize)]) -> Vec<Point> {
    let (records, places): (Vec<usize>, Vec<usize>) = (1..count).partition(|thing| is_record(*thing));
    let mut at = vec![middle(); count];
    for (place, record) in records.iter().enumerate() {
        at[*record] = put(turn(place, records.len()), RECORDS_AT[0]);
    }
    // To begin with, in the order of the first records that name them, evenly.
    let first = |thing: usize| {
        let line = lines.iter().find(|(_, to)| *to == thing);
        line.and_then(|(from, _)| records.iter().position(|record| record == from)).unwrap_or(0)
    };
    let mut around = places;
    around.sort_by_key(|thing| first(*thing));
    for (place, thing) in around.iter().enumerate() {
        at[*thing] = put(turn(place, around.len()), PLACES_AT[0]);
    }
    let picture = Picture { lines, of: lines_of(count, lines) };
    let on_ring: Vec<f64> = (0..ANGLES).map(|place| turn(place, ANGLES)).collect();
    let even: Vec<f64> = (0..around.len()).map(|place| turn(place, around.len())).collect();
    let places_at = || on_ring.iter().chain(&even).flat_map(|angle| PLACES_AT.map(|share| put(*angle, share)));
    for _ in 0..ROUNDS {
        let mut is_moved = false;
        for (place, record) in records.iter().enumerate() {
            let angles = TURNS.map(|part| turned(place as f64 + part, records.len()));
            let points = RECORDS_AT.iter().flat_map(|share| angles.map(|angle| put(angle, *share)));
            is_moved |= picture.put_better(&mut at, *record, points, NEAR);
        }
        for place in &around {
            is_moved |= picture.put_better(&mut at, *place, places_at(), NEAR);
        }
        if !is_moved {
            break;
        }
    }
    for _ in 0..NEARER_ROUNDS {
        for place in &around {
            picture.put_better(&mut at, *place, places_at(), 0.0);
        }
    }
    at
}

/// Gives the lines that end at each thing, by their places.
fn lines_of(count: usize, lines: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut of = vec![Vec::new(); count];
    for (place, (from, to)) in lines.iter().enumerate() {
        of[*from].push(place);
        of[*to].push(place);
    }
    of
}

struct Picture<'a> {
    lines: &'a [(usize, usize)],
    of: Vec<Vec<usize>>,
}

impl Picture<'_> {
    /// Puts a thing at that of some points where it costs least as the others stand; tells whether it moved. It stays where it costs
    /// less than `enough`: below `NEAR` only the length of lines could be less.
    fn put_better(&self, at: &mut [Point], thing: usize, points: impl Iterator<Item = Point>, enough: f64) -> bool {
        let before = at[thing];
        let (mut best, mut least) = (before, self.cost(at, thing));
        if least < enough {
            return false;
        }
        for point in points {
            at[thing] = point;
            // Less by more than what numbers are rounded by, so that nothing goes back and forth. Where the lines alone cost as much
            // nothing else has to be looked at.
            if self.length(at, thing) + 1e-6 >= least {
                continue;
            }
            let cost = self.cost(at, thing);
            if cost + 1e-6 < least {
                (best, least) = (point, cost);
            }
        }
        at[thing] = best;
        best != before
    }

    /// Gives what it costs that a thing stands where it does: its lines through others, those of others through it, what
    /// stands too near, and how long its lines are.
    fn cost(&self, at: &[Point], thing: usize) -> f64 {
        let own = &self.of[thing];
        let through = |line: usize, other: usize| {
            let (from, to) = self.lines[line];
            let is_end = from == other || to == other;
            if is_end {
                return 0.0;
            }
            let far = distance(at[other], at[from], at[to]);
            let name = if other == 0 { too_near(far, CLEAR_OF_NAME) * NEAR } else { 0.0 };
            too_near(far, CLEAR) * THROUGH + name
        };
        let mut cost = 0.0;
        for (other, point) in at.iter().enumerate().filter(|(other, _)| *other != thing) {
            cost += own.iter().map(|line| through(*line, other)).sum::<f64>();
            let (x, y) = ((point.0 - at[thing].0).abs(), (point.1 - at[thing].1).abs());
            let shared = too_near(x, 2.0 * LABEL_WIDTH).min(too_near(y, LABEL_HEIGHT));
            cost += if shared > 0.0 { NEAR * (1.0 + shared) } else { 0.0 };
        }
        cost += (0..self.lines.len()).map(|line| through(line, thing)).sum::<f64>();
        cost + self.length(at, thing)
    }

    /// Gives what it costs that the lines of a thing are as long as they are: how long they are on average, as a share of the
    /// picture's width.
    fn length(&self, at: &[Point], thing: usize) -> f64 {
        let own = &self.of[thing];
        let length = |line: &usize| {
            let (from, to) = self.lines[*line];
            (at[from].0 - at[to].0).hypot(at[from].1 - at[to].1)
        };
        own.iter().map(length).sum::<f64>() / (WIDTH * own.len().max(1) as f64)
    }
}

/// Gives how much nearer something is than it may be: 0 where it is far enough; else 1, and up to 1 more the nearer it is.
fn too_near(distance: f64, least: f64) -> f64 {
    if distance < least { 2.0 - distance / least } else { 0.0 }
}

/// Gives how far a point is from the line between two others.
pub(crate) fn distance(point: Point, from: Point, to: Point) -> f64 {
    let (along_x, along_y) = (to.0 - from.0, to.1 - from.1);
    let length = along_x * along_x + along_y * along_y;
    let share = if length > 0.0 { ((point.0 - from.0) * along_x + (point.1 - from.1) * along_y) / length } else { 0.0 };
    let share = share.clamp(0.0, 1.0);
    (point.0 - from.0 - share * along_x).hypot(point.1 - from.1 - share * along_y)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look like chance and are the same each time.
    struct Chance(u64);

    impl Chance {
        fn below(&mut self, most: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 33) % most as u64) as usize
        }
    }

    /// Gives how near the nearest line passes by a thing at which it does not end.
    fn nearest(at: &[Point], lines: &[(usize, usize)]) -> f64 {
        let passes = lines.iter().flat_map(|(from, to)| {
            let others = (0..at.len()).filter(move |other| other != from && other != to);
            others.map(move |other| distance(at[other], at[*from], at[*to]))
        });
        passes.fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn no_line_passes_through_a_thing_at_which_it_does_not_end() {
        let mut chance = Chance(7);
        for records in 1..=16 {
            for places in 1..=15 {
                let mut lines = Vec::new();
                for record in 1..=records {
                    lines.push((0, record));
                    // The records of one register, drawn as one thing, name many places; a record by itself names few.
                    let mut named: Vec<usize> = if record == 1 && (records + places) % 3 == 0 {
                        (0..places).collect()
                    } else {
                        (0..chance.below(3)).map(|_| chance.below(places)).collect()
                    };
                    named.sort_unstable();
                    named.dedup();
                    lines.extend(named.into_iter().map(|place| (record, 1 + records + place)));
                }
                let at = laid_out(1 + records + places, |thing| thing <= records, &lines);
                // The rim of a thing is 9 from its middle.
                assert!(nearest(&at, &lines) > 10.0, "{records} records, {places} places: {}", nearest(&at, &lines));
                for (thing, (x, y)) in at.iter().enumerate() {
                    assert!((0.0..=WIDTH).contains(x) && (0.0..=HEIGHT - 26.0).contains(y), "{x} {y}");
                    let apart = at[thing + 1..].iter().map(|(a, b)| (a - x).hypot(b - y));
                    assert!(apart.fold(f64::INFINITY, f64::min) > 20.0, "{records} records, {places} places");
                }
            }
        }
    }

    #[test]
    fn a_line_that_would_pass_through_a_record_is_led_past_it() {
        // Two returns name one employer, the first of them an address beside it, as do four records of others.
        let lines =
            [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6), (1, 7), (2, 8), (2, 9), (3, 9), (3, 10), (5, 10), (6, 11)];
        let at = laid_out(12, |thing| thing <= 6, &lines);
        assert!(nearest(&at, &lines) >= CLEAR, "{}", nearest(&at, &lines));
    }

    #[test]
    fn a_place_stands_beside_the_record_that_names_it_and_no_line_runs_through_the_name() {
        let pictures: [(usize, &[(usize, usize)]); 3] = [
            (2, &[(1, 3), (1, 4), (2, 5)]),
            (4, &[(1, 5), (2, 5), (3, 6), (4, 7)]),
            (5, &[(1, 6), (2, 6), (3, 7), (4, 8), (5, 9)]),
        ];
        for (records, named) in pictures {
            let lines: Vec<(usize, usize)> =
                (1..=records).map(|record| (0, record)).chain(named.iter().copied()).collect();
            let count = 1 + lines.iter().map(|(_, to)| *to).max().unwrap();
            let at = laid_out(count, |thing| thing <= records, &lines);
            let length = |(from, to): (usize, usize)| (at[from].0 - at[to].0).hypot(at[from].1 - at[to].1);
            for (from, to) in named.iter().copied() {
                assert!(distance(at[0], at[from], at[to]) >= CLEAR_OF_NAME, "{records} records: {from} to {to}");
                // What several name stands between them.
                let is_alone = named.iter().filter(|(_, place)| *place == to).count() == 1;
                assert!(!is_alone || length((from, to)) < 150.0, "{records} records: {from} to {to}");
            }
        }
    }

    #[test]
    fn a_point_is_as_far_from_a_line_as_from_its_nearest_point() {
        assert!((distance((5.0, 3.0), (0.0, 0.0), (10.0, 0.0)) - 3.0).abs() < 1e-9);
        assert!((distance((14.0, 3.0), (0.0, 0.0), (10.0, 0.0)) - 5.0).abs() < 1e-9);
        assert!((distance((3.0, 4.0), (0.0, 0.0), (0.0, 0.0)) - 5.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_but_a_person_stands_in_the_middle() {
        assert_eq!(laid_out(1, |_| false, &[]), [middle()]);
    }
}
