//! String distances over slices of characters or bytes.
//!
//! All are symmetric. Lengths count elements: characters where the slice holds characters.

/// The longest slice that the distances look at in full; what lies beyond is ignored.
///
/// Names, identifiers and streets are shorter; a fixed length lets the kernels work on the stack.
pub const LENGTH_MAX: usize = 64;

fn clip<T>(slice: &[T]) -> &[T] {
    &slice[..slice.len().min(LENGTH_MAX)]
}

/// Returns the Jaro similarity, from 0 (nothing in common) to 1 (equal).
///
/// M. A. Jaro, "Advances in record-linkage methodology", JASA 84 (1989).
pub fn jaro<T: Copy + Eq>(left: &[T], right: &[T]) -> f64 {
    let (left, right) = (clip(left), clip(right));
    // The greedy matching depends on the order of its arguments in rare cases; the shorter goes first so that
    // swapping them changes nothing, and equal lengths are settled by taking the better of both directions.
    match left.len().cmp(&right.len()) {
        std::cmp::Ordering::Less => jaro_directed(left, right),
        std::cmp::Ordering::Greater => jaro_directed(right, left),
        std::cmp::Ordering::Equal => {
            let forward = jaro_directed(left, right);
            if forward == 0.0 { 0.0 } else { forward.max(jaro_directed(right, left)) }
        }
    }
}

fn jaro_directed<T: Copy + Eq>(left: &[T], right: &[T]) -> f64 {
    if left.is_empty() || right.is_empty() {
        return if left.len() == right.len() { 1.0 } else { 0.0 };
    }
    let window = (left.len().max(right.len()) / 2).saturating_sub(1);
    let mut left_matched = 0_u64;
    let mut right_matched = 0_u64;
    for (i, wanted) in left.iter().enumerate() {
        let from = i.saturating_sub(window);
        let to = (i + window + 1).min(right.len());
        for (j, candidate) in right.iter().enumerate().take(to).skip(from) {
            if candidate == wanted && right_matched & (1 << j) == 0 {
                left_matched |= 1 << i;
                right_matched |= 1 << j;
                break;
            }
        }
    }
    let matches = left_matched.count_ones();
    if matches == 0 {
        return 0.0;
    }
    let mut out_of_order = 0_u32;
    let (mut left_rest, mut right_rest) = (left_matched, right_matched);
    while left_rest != 0 {
        let (i, j) = (left_rest.trailing_zeros() as usize, right_rest.trailing_zeros() as usize);
        out_of_order += u32::from(left[i] != right[j]);
        left_rest &= left_rest - 1;
        right_rest &= right_rest - 1;
    }
    let matches = f64::from(matches);
    let transpositions = f64::from(out_of_order / 2);
    (matches / left.len() as f64 + matches / right.len() as f64 + (matches - transpositions) / matches) / 3.0
}

/// Returns the Jaro-Winkler similarity: Jaro's, raised for a common prefix of up to four where Jaro's is above 0.7.
///
/// W. E. Winkler, "String comparator metrics and enhanced decision rules in the Fellegi-Sunter model" (1990).
pub fn jaro_winkler<T: Copy + Eq>(left: &[T], right: &[T]) -> f64 {
    let similarity = jaro(left, right);
    if similarity <= 0.7 {
        return similarity;
    }
    let prefix = left.iter().zip(right).take(4).take_while(|(a, b)| a == b).count();
    similarity + prefix as f64 * 0.1 * (1.0 - similarity)
}

/// Returns the number of insertions, deletions and substitutions between two slices if it is at most `most`.
pub fn levenshtein<T: Copy + Eq>(left: &[T], right: &[T], most: usize) -> Option<usize> {
    edits::<T, false>(left, right, most)
}

/// Returns the Levenshtein distance in which swapping two neighbours counts as one edit, if it is at most `most`.
///
/// This is the *optimal string alignment* variant: no part is edited twice.
pub fn damerau<T: Copy + Eq>(left: &[T], right: &[T], most: usize) -> Option<usize> {
    edits::<T, true>(left, right, most)
}

fn edits<T: Copy + Eq, const SWAPS: bool>(left: &[T], right: &[T], most: usize) -> Option<usize> {
    let (mut left, mut right) = (clip(left), clip(right));
    let most = most.min(LENGTH_MAX);
    if left.len().abs_diff(right.len()) > most {
        return None;
    }
    while let ([first_left, left_rest @ ..], [first_right, right_rest @ ..]) = (left, right)
        && first_left == first_right
    {
        (left, right) = (left_rest, right_rest);
    }
    while let ([left_rest @ .., last_left], [right_rest @ .., last_right]) = (left, right)
        && last_left == last_right
    {
        (left, right) = (left_rest, right_rest);
    }
    if left.is_empty() || right.is_empty() {
        let distance = left.len().max(right.len());
        return (distance <= most).then_some(distance);
    }
    // What is left begins and ends differently: one edit explains no more than one element of each, or two that changed places.
    if most <= 1 {
        let one_edit = match (left, right) {
            ([_], [_]) => true,
            ([a, b], [c, d]) => SWAPS && a == d && b == c,
            _ => false,
        };
        return (one_edit && most == 1).then_some(1);
    }
    let mut before = [0_u8; LENGTH_MAX + 1];
    let mut above = [0_u8; LENGTH_MAX + 1];
    let mut row = [0_u8; LENGTH_MAX + 1];
    // Whatever is so far off the diagonal takes more edits than are wanted.
    let beyond = most as u8 + 1;
    for (j, cell) in above.iter_mut().enumerate().take(right.len() + 1) {
        *cell = j as u8;
    }
    for i in 1..=left.len() {
        let (from, to) = (i.saturating_sub(most).max(1), (i + most).min(right.len()));
        row[from - 1] = if from == 1 { i as u8 } else { beyond };
        let mut least = row[from - 1];
        for j in from..=to {
            let differs = u8::from(left[i - 1] != right[j - 1]);
            let mut cell = (above[j - 1] + differs).min(above[j] + 1).min(row[j - 1] + 1);
            if SWAPS && i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                cell = cell.min(before[j - 2] + 1);
            }
            row[j] = cell;
            least = least.min(cell);
        }
        if to < right.len() {
            row[to + 1] = beyond;
        }
        // With swaps the next row may come from the row before this one, hence the margin of one.
        if usize::from(least) > most + usize::from(SWAPS) {
            return None;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    let distance = usize::from(above[right.len()]);
    (distance <= most).then_some(distance)
}

/// Calls `bytes` when both texts are ASCII, else `characters` with their characters.
pub(crate) fn over<R>(
    left: &str,
    right: &str,
    bytes: impl FnOnce(&[u8], &[u8]) -> R,
    characters: impl FnOnce(&[char], &[char]) -> R,
) -> R {
    if left.is_ascii() && right.is_ascii() {
        return bytes(left.as_bytes(), right.as_bytes());
    }
    let left: Vec<char> = left.chars().take(LENGTH_MAX).collect();
    let right: Vec<char> = right.chars().take(LENGTH_MAX).collect();
    characters(&left, &right)
}

/// Returns the Jaro-Winkler similarity of two texts by characters.
pub fn jaro_winkler_text(left: &str, right: &str) -> f64 {
    over(left, right, jaro_winkler, jaro_winkler)
}

/// Returns the Levenshtein distance of two texts by characters, if it is at most `most`.
pub fn levenshtein_text(left: &str, right: &str, most: usize) -> Option<usize> {
    over(left, right, |a, b| levenshtein(a, b, most), |a, b| levenshtein(a, b, most))
}

/// Returns the distance with swaps of two texts by characters, if it is at most `most`.
pub fn damerau_text(left: &str, right: &str, most: usize) -> Option<usize> {
    over(left, right, |a, b| damerau(a, b, most), |a, b| damerau(a, b, most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn jaro_winkler_known_values() {
        // Winkler's own examples (1990, 1994), to four digits.
        for (left, right, expected) in [
            ("martha", "marhta", 0.9611),
            ("dixon", "dicksonx", 0.8133),
            ("dwayne", "duane", 0.8400),
            ("jones", "johnson", 0.8324),
            ("abroms", "abrams", 0.9222),
            ("massey", "massie", 0.9333),
            ("nichleson", "nichulson", 0.9556),
            ("a", "a", 1.0),
            ("", "", 1.0),
            ("", "a", 0.0),
            ("abc", "xyz", 0.0),
            ("søren", "soren", 0.88),
        ] {
            let found = jaro_winkler_text(left, right);
            assert!((found - expected).abs() < 6e-3, "{left} {right}: {found} instead of {expected}");
        }
    }

    #[test]
    fn edit_distances_known_values() {
        for (left, right, plain, swapping) in [
            ("kitten", "sitting", 3, 3),
            ("flaw", "lawn", 2, 2),
            ("ca", "abc", 3, 3),
            ("ab", "ba", 2, 1),
            ("12345678", "12435678", 2, 1),
            ("", "abc", 3, 3),
            ("same", "same", 0, 0),
            ("müller", "muller", 1, 1),
        ] {
            assert_eq!(levenshtein_text(left, right, 9), Some(plain), "{left} {right}");
            assert_eq!(damerau_text(left, right, 9), Some(swapping), "{left} {right}");
            if plain > 0 {
                assert_eq!(levenshtein_text(left, right, plain - 1), None, "{left} {right}");
            }
        }
    }

    fn slow_damerau(left: &[u8], right: &[u8]) -> usize {
        let mut table = vec![vec![0; right.len() + 1]; left.len() + 1];
        for i in 0..=left.len() {
            for j in 0..=right.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let differs = usize::from(left[i - 1] != right[j - 1]);
                    let mut cell = (table[i - 1][j - 1] + differs).min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                        cell = cell.min(table[i - 2][j - 2] + 1);
                    }
                    cell
                };
            }
        }
        table[left.len()][right.len()]
    }

    proptest! {
        #[test]
        fn damerau_agrees_with_the_full_table(left in "[ab1]{0,9}", right in "[ab1]{0,9}", most in 0_usize..12) {
            let full = slow_damerau(left.as_bytes(), right.as_bytes());
            prop_assert_eq!(damerau_text(&left, &right, most), (full <= most).then_some(full));
        }

        #[test]
        fn a_limit_hides_nothing_below_it(left in "[ab]{0,12}", right in "[ab]{0,12}", most in 0_usize..6) {
            for edits in [levenshtein_text, damerau_text] {
                let all = edits(&left, &right, LENGTH_MAX);
                prop_assert_eq!(edits(&left, &right, most), all.filter(|distance| *distance <= most));
            }
        }

        #[test]
        fn similarities_are_symmetric(left in "[a-d]{0,12}", right in "[a-d]{0,12}") {
            prop_assert_eq!(jaro_winkler_text(&left, &right), jaro_winkler_text(&right, &left));
            prop_assert_eq!(damerau_text(&left, &right, 4), damerau_text(&right, &left, 4));
        }
    }
}
