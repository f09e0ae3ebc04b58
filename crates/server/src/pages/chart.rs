//! Charts as numbers for templates: where bars begin and how long they are. Every chart stands beside the same numbers in
//! a table, and texts are never in the picture, which is stretched to the width that there is.

/// The height of upright bars, in the units of the picture.
pub(crate) const HEIGHT: f64 = 100.0;

/// The length of the longest lying bar, in the units of the picture.
pub(crate) const LENGTH: f64 = 200.0;

/// How wide the place of an upright bar is, and how much of it the bar takes.
const STEP: f64 = 20.0;
const BAR: f64 = 14.0;

/// What is not nothing is at least so large, else it could not be seen.
const LEAST: f64 = 1.5;

/// Upright bars on one scale.
pub(crate) struct Upright {
    /// How wide the picture is.
    pub(crate) width: f64,
    /// What the top of the picture stands for: a round number that no bar is above.
    pub(crate) top: u64,
    pub(crate) bars: Vec<Bar>,
}

/// A bar, and the place that it has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bar {
    /// Where its place begins.
    pub(crate) place: f64,
    /// How wide its place is.
    pub(crate) step: f64,
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Gives upright bars, one a value, in the order of the values.
pub(crate) fn upright(values: &[u64]) -> Upright {
    let top = round_above(values.iter().copied().max().unwrap_or_default());
    let bar = |(at, value): (usize, &u64)| {
        let height = scaled(*value, top, HEIGHT);
        let place = at as f64 * STEP;
        Bar { place, step: STEP, x: place + (STEP - BAR) / 2.0, y: hundredths(HEIGHT - height), width: BAR, height }
    };
    // A picture without a width is none: an empty chart has the place of one bar.
    Upright { width: values.len().max(1) as f64 * STEP, top, bars: values.iter().enumerate().map(bar).collect() }
}

/// A stretch of a lying bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) x: f64,
    pub(crate) width: f64,
}

/// Gives lying bars of stretches that follow each other, the longest bar being [`LENGTH`] long.
pub(crate) fn lying<const N: usize>(rows: &[[u64; N]]) -> Vec<[Stretch; N]> {
    let total = |row: &[u64; N]| row.iter().fold(0_u64, |sum, value| sum.saturating_add(*value));
    let longest = rows.iter().map(total).max().unwrap_or_default();
    let bar = |row: &[u64; N]| {
        let mut x: f64 = 0.0;
        row.map(|value| {
            // What could not be seen was made longer, so that what follows it may have to give way.
            let width = scaled(value, longest, LENGTH);
            let begins = x.min(LENGTH - width);
            x = begins + width;
            Stretch { x: hundredths(begins), width }
        })
    };
    rows.iter().map(bar).collect()
}

/// Gives `value` in units of which `most` has `length`; nothing of nothing.
fn scaled(value: u64, most: u64, length: f64) -> f64 {
    if value == 0 || most == 0 {
        return 0.0;
    }
    hundredths((value as f64 / most as f64 * length).clamp(LEAST, length))
}

fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Gives a round number that is at least `value`: one to ten of a power of ten.
fn round_above(value: u64) -> u64 {
    let mut power: u64 = 1;
    while value.div_ceil(power) > 10 {
        let Some(next) = power.checked_mul(10) else { return value };
        power = next;
    }
    value.div_ceil(power).max(1).saturating_mul(power)
}

/// Gives a text for a place that holds `most` characters: cut where it is longer, which `…` shows.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_values_or_with_zeros_there_are_no_bars_to_see() {
        let empty = upright(&[]);
        assert_eq!((empty.bars.len(), empty.width, empty.top), (0, STEP, 1));
        let zeros = upright(&[0, 0, 0]);
        assert_eq!((zeros.bars.len(), zeros.top), (3, 1));
        assert!(zeros.bars.iter().all(|bar| bar.height == 0.0 && bar.y == HEIGHT));
        assert!(lying::<2>(&[]).is_empty());
        assert_eq!(lying(&[[0, 0]])[0], [Stretch { x: 0.0, width: 0.0 }; 2]);
    }

    #[test]
    fn one_value_fills_what_a_round_number_leaves() {
        let one = upright(&[7]);
        assert_eq!((one.top, one.bars[0].height, one.bars[0].y), (7, 100.0, 0.0));
        let one = upright(&[1_234]);
        assert_eq!((one.top, one.bars[0].height), (2_000, 61.7));
        assert_eq!(lying(&[[5]])[0][0], Stretch { x: 0.0, width: LENGTH });
    }

    #[test]
    fn tops_are_round() {
        let tops = [(0, 1), (1, 1), (10, 10), (11, 20), (99, 100), (101, 200), (1_000, 1_000), (87_001, 90_000)];
        for (value, top) in tops {
            assert_eq!(round_above(value), top, "{value}");
        }
        assert!(round_above(u64::MAX) == u64::MAX);
    }

    #[test]
    fn what_is_little_is_seen_beside_what_is_much() {
        let bars = upright(&[1_000_000, 1, 0]).bars;
        assert_eq!((bars[1].height, bars[2].height), (LEAST, 0.0));
        let rows = lying(&[[1_000_000, 1], [0, 1]]);
        assert_eq!(rows[0], [Stretch { x: 0.0, width: 200.0 }, Stretch { x: 198.5, width: 1.5 }]);
        assert_eq!(rows[1], [Stretch { x: 0.0, width: 0.0 }, Stretch { x: 0.0, width: 1.5 }]);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("person_tax", 10), "person_tax");
        assert_eq!(cut("person_social_security", 10), "person_so…");
        assert_eq!(cut("élève né à Évry", 6), "élève…");
        assert_eq!((cut("abc", 1).as_str(), cut("", 0).as_str()), ("…", ""));
    }

    proptest! {
        #[test]
        fn bars_are_numbers_within_the_picture(values in proptest::collection::vec(any::<u64>(), 0..40)) {
            let chart = upright(&values);
            prop_assert!(chart.width.is_finite() && chart.width > 0.0);
            for bar in &chart.bars {
                prop_assert!([bar.x, bar.y, bar.height].iter().all(|number| number.is_finite()));
                prop_assert!(bar.y >= 0.0 && bar.y + bar.height <= HEIGHT + 0.01 && bar.x + bar.width <= chart.width);
            }
            let rows: Vec<[u64; 2]> = values.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect();
            for stretch in lying(&rows).iter().flatten() {
                prop_assert!(stretch.x >= 0.0 && stretch.x + stretch.width <= LENGTH + 0.01, "{stretch:?}");
            }
        }
    }
}
