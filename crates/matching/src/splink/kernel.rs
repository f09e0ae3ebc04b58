//! DuckDB's distances between two texts, byte by byte.
//!
//! Each function has one definition that is short enough to be checked by reading, and where it is hot a faster one:
//! bit-parallel Levenshtein (G. Myers, "A fast bit-vector algorithm for approximate string matching", JACM 46, 1999)
//! and Jaro with the matches of a window found in one word (the method of M. Bachmann's `rapidfuzz`, which DuckDB
//! uses), for texts of up to 64 bytes. Property tests hold them to their definitions.
//!
//! Where only a threshold matters, [`Comparer`] looks at [`Word::signature`] first: how many bytes of one text can
//! have no partner in the other bounds every distance from below and every similarity from above.

/// The longest text that fits the bits of a word.
const WORD: usize = 64;

/// Bounds are computed in another order than values; a bound within this of a threshold settles nothing.
const SLACK: f64 = 1e-9;

/// Returns the number of insertions, deletions and substitutions between two texts.
pub fn levenshtein(left: &[u8], right: &[u8]) -> usize {
    let (left, right) = stripped(left, right);
    if left.len().min(right.len()) > WORD {
        return levenshtein_table(left, right);
    }
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    levenshtein_bits(short, long, &mut Masks::new())
}

/// Returns the number of insertions, deletions, substitutions and swaps of neighbours between two texts.
///
/// DuckDB has the unrestricted variant: what was swapped may be edited further, so `ca` and `abc` are 2 apart.
pub fn damerau_levenshtein(left: &[u8], right: &[u8]) -> usize {
    damerau(left, right)
}

/// Returns the Jaro similarity of two texts; 0 when either is empty, even both.
pub fn jaro_similarity(left: &[u8], right: &[u8]) -> f64 {
    jaro(left, right)
}

/// Returns the Jaro-Winkler similarity of two texts: Jaro's, raised for a common prefix of up to four bytes where
/// Jaro's is above 0.7.
pub fn jaro_winkler_similarity(left: &[u8], right: &[u8]) -> f64 {
    jaro_winkler(left, right)
}

/// Returns how many bytes both texts have, of those that either has. It is not defined where one is empty.
pub fn jaccard(left: &[u8], right: &[u8]) -> Option<f64> {
    let set = |text: &[u8]| {
        let mut set = [0_u64; 4];
        text.iter().for_each(|byte| set[usize::from(byte / 64)] |= 1 << (byte % 64));
        set
    };
    if left.is_empty() || right.is_empty() {
        return None;
    }
    let (left, right) = (set(left), set(right));
    let count = |of: fn(u64, u64) -> u64| left.iter().zip(&right).map(|(a, b)| of(*a, *b).count_ones()).sum::<u32>();
    Some(f64::from(count(|a, b| a & b)) / f64::from(count(|a, b| a | b)))
}

pub(super) fn jaro(left: &[u8], right: &[u8]) -> f64 {
    jaro_at_least(left, right, 0.0, &mut Masks::new())
}

pub(super) fn jaro_winkler(left: &[u8], right: &[u8]) -> f64 {
    jaro_winkler_at_least(left, right, 0.0, &mut Masks::new())
}

/// The bits at which each byte stands in a text. All are zero between uses.
pub(super) struct Masks([u64; 256]);

impl Masks {
    pub(super) fn new() -> Self {
        Self([0; 256])
    }

    fn set(&mut self, text: &[u8]) {
        for (place, byte) in text.iter().enumerate() {
            self.0[usize::from(*byte)] |= 1 << place;
        }
    }

    fn clear(&mut self, text: &[u8]) {
        text.iter().for_each(|byte| self.0[usize::from(*byte)] = 0);
    }

    fn of(&self, byte: u8) -> u64 {
        self.0[usize::from(byte)]
    }
}

/// Drops the common beginning and the common end, which change no edit distance.
fn stripped<'a>(mut left: &'a [u8], mut right: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let same = prefix(left, right);
    (left, right) = (&left[same..], &right[same..]);
    let same = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    (&left[..left.len() - same], &right[..right.len() - same])
}

fn prefix(left: &[u8], right: &[u8]) -> usize {
    left.iter().zip(right).take_while(|(a, b)| a == b).count()
}

/// The definition: the cheapest way through the table of prefixes.
fn levenshtein_table(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.iter().enumerate() {
            let cheapest = (diagonal + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cheapest);
        }
    }
    row[right.len()]
}

/// Myers' algorithm in the form of H. Hyyrö, "Explaining and extending the bit-parallel approximate string matching
/// algorithm of Myers" (2001). `short` has at most 64 bytes.
fn levenshtein_bits(short: &[u8], long: &[u8], masks: &mut Masks) -> usize {
    if short.is_empty() {
        return long.len();
    }
    masks.set(short);
    let last = 1_u64 << (short.len() - 1);
    let (mut more, mut fewer) = (u64::MAX, 0_u64);
    let mut distance = short.len();
    for byte in long {
        let same = masks.of(*byte);
        let across = ((same & more).wrapping_add(more) ^ more) | same | fewer;
        let mut up = fewer | !(across | more);
        let mut down = more & across;
        distance += usize::from(up & last != 0);
        distance -= usize::from(down & last != 0);
        up = (up << 1) | 1;
        down <<= 1;
        let vertical = same | fewer;
        more = down | !(vertical | up);
        fewer = up & vertical;
    }
    masks.clear(short);
    distance
}

pub(super) fn damerau(left: &[u8], right: &[u8]) -> usize {
    let (left, right) = stripped(left, right);
    damerau_table(left, right)
}

/// The definition: the algorithm of R. Lowrance and R. A. Wagner, "An extension of the string-to-string correction
/// problem", JACM 22 (1975), as DuckDB has it.
fn damerau_table(left: &[u8], right: &[u8]) -> usize {
    if left.is_empty() || right.is_empty() {
        return left.len().max(right.len());
    }
    let width = right.len() + 2;
    let infinite = left.len() + right.len() + 1;
    let mut table = vec![infinite; (left.len() + 2) * width];
    for i in 0..=left.len() {
        table[(i + 1) * width + 1] = i;
    }
    for j in 0..=right.len() {
        table[width + j + 1] = j;
    }
    // Where each byte of the left text was seen last, counted from 1.
    let mut last_row = [0_usize; 256];
    for (i, a) in left.iter().enumerate() {
        let mut last_column = 0;
        for (j, b) in right.iter().enumerate() {
            let (row, column) = (last_row[usize::from(*b)], last_column);
            let substituted = table[(i + 1) * width + j + 1] + usize::from(a != b);
            if a == b {
                last_column = j + 1;
            }
            let inserted = table[(i + 2) * width + j + 1] + 1;
            let deleted = table[(i + 1) * width + j + 2] + 1;
            let swapped = table[row * width + column] + (i - row) + 1 + (j - column);
            table[(i + 2) * width + j + 2] = substituted.min(inserted).min(deleted).min(swapped);
        }
        last_row[usize::from(*a)] = i + 1;
    }
    table[(left.len() + 1) * width + right.len() + 1]
}

/// Returns the distance with swaps, or `most + 1` where it is more than `most`.
fn damerau_within(left: &[u8], right: &[u8], most: usize) -> usize {
    if left.len().abs_diff(right.len()) > most {
        return most + 1;
    }
    if most > 2 {
        return damerau(left, right).min(most + 1);
    }
    (0..=most).find(|edits| within(left, right, *edits)).unwrap_or(most + 1)
}

/// Says whether at most `edits`, of 0 to 2, lead from one text to the other, by trying each at the first difference.
fn within(left: &[u8], right: &[u8], edits: usize) -> bool {
    if left.len().abs_diff(right.len()) > edits {
        return false;
    }
    let same = prefix(left, right);
    let (left, right) = (&left[same..], &right[same..]);
    if left.is_empty() || right.is_empty() {
        return true;
    }
    if edits == 0 {
        return false;
    }
    let rest = |a: usize, b: usize, edits: usize| within(&left[a..], &right[b..], edits);
    if rest(1, 1, edits - 1) || rest(1, 0, edits - 1) || rest(0, 1, edits - 1) {
        return true;
    }
    match (left, right) {
        ([a, b, ..], [c, d, ..]) if a == d && b == c => rest(2, 2, edits - 1),
        // Two that are swapped with one byte put between them, or taken out.
        ([a, b, ..], [c, _, d, ..]) if edits == 2 && a == d && b == c => rest(2, 3, 0),
        ([a, _, b, ..], [c, d, ..]) if edits == 2 && a == d && b == c => rest(3, 2, 0),
        _ => false,
    }
}

/// Returns the Jaro similarity, or 0 where it is below `least`.
fn jaro_at_least(left: &[u8], right: &[u8], least: f64, masks: &mut Masks) -> f64 {
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    if left.len() == 1 && right.len() == 1 {
        return f64::from(u8::from(left == right));
    }
    let (rows, columns) = (left.len(), right.len());
    let bound = rows.max(columns) / 2 - 1;
    // What no window reaches is left out; a common beginning matches itself and is never out of order.
    let (left, right) = (&left[..rows.min(columns + bound)], &right[..columns.min(rows + bound)]);
    let same = prefix(left, right);
    let (left, right) = (&left[same..], &right[same..]);
    let (found, displaced) = if left.len() <= WORD && right.len() <= WORD {
        masks.set(left);
        let found = matches_bits(right, bound, masks, |found| jaro_bound(same + found, rows, columns) < least);
        masks.clear(left);
        match found {
            Some(found) => found,
            None => return 0.0,
        }
    } else {
        matches_table(left, right, bound)
    };
    let common = same + found;
    if common == 0 {
        return 0.0;
    }
    // The order of these operations is DuckDB's: the result is the same to the last bit.
    let (common, swaps) = (common as f64, (displaced / 2) as f64);
    let sum = common / rows as f64 + common / columns as f64 + (common - swaps) / common;
    let similarity = sum / 3.0;
    if similarity < least { 0.0 } else { similarity }
}

/// Returns a bound on the Jaro similarity of texts of these lengths with at most so many bytes in common.
fn jaro_bound(common: usize, rows: usize, columns: usize) -> f64 {
    let common = common as f64;
    (common / rows as f64 + common / columns as f64 + 1.0) / 3.0 + SLACK
}

/// The definition: each byte of the right text takes the first free equal byte of the left one in its window. Returns
/// how many matched, and how many of these stand in another order.
fn matches_table(left: &[u8], right: &[u8], bound: usize) -> (usize, usize) {
    let mut taken = vec![false; left.len()];
    let mut matched = Vec::new();
    for (j, byte) in right.iter().enumerate() {
        let window = j.saturating_sub(bound)..left.len().min(j + bound + 1);
        if let Some(i) = window.into_iter().find(|i| !taken[*i] && left[*i] == *byte) {
            taken[i] = true;
            matched.push(*byte);
        }
    }
    let in_order = left.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(byte, _)| byte);
    let displaced = in_order.zip(&matched).filter(|(a, b)| a != b).count();
    (matched.len(), displaced)
}

/// The same in one word. `masks` holds the left text. Gives nothing where `too_few` says that of the matches.
fn matches_bits(right: &[u8], bound: usize, masks: &Masks, too_few: impl Fn(usize) -> bool) -> Option<(usize, usize)> {
    let (mut taken, mut matched) = (0_u64, 0_u64);
    let mut window = if bound + 1 >= WORD { u64::MAX } else { (1 << (bound + 1)) - 1 };
    for (j, byte) in right.iter().enumerate() {
        let free = masks.of(*byte) & window & !taken;
        taken |= free & free.wrapping_neg();
        matched |= u64::from(free != 0) << j;
        window = (window << 1) | u64::from(j < bound);
    }
    let found = taken.count_ones() as usize;
    if too_few(found) {
        return None;
    }
    let mut displaced = 0;
    while matched != 0 {
        let byte = right[matched.trailing_zeros() as usize];
        displaced += usize::from(masks.of(byte) & taken & taken.wrapping_neg() == 0);
        matched &= matched - 1;
        taken &= taken.wrapping_sub(1);
    }
    Some((found, displaced))
}

/// Returns the Jaro-Winkler similarity, or 0 where it is below `least`.
fn jaro_winkler_at_least(left: &[u8], right: &[u8], least: f64, masks: &mut Masks) -> f64 {
    let length = prefix(&left[..left.len().min(4)], &right[..right.len().min(4)]);
    let similarity = jaro_at_least(left, right, jaro_needed(least, length), masks);
    let raised = raise(similarity, length);
    if raised < least { 0.0 } else { raised }
}

fn raise(similarity: f64, prefix: usize) -> f64 {
    // DuckDB's builds multiply and add in one rounding, which decides texts that lie right at a threshold.
    if similarity > 0.7 { (prefix as f64 * 0.1).mul_add(1.0 - similarity, similarity) } else { similarity }
}

/// Returns the Jaro similarity below which the raised one is below `least`, less a hair.
fn jaro_needed(least: f64, prefix: usize) -> f64 {
    if least <= 0.7 {
        return least;
    }
    let weight = prefix as f64 * 0.1;
    (((least - weight) / (1.0 - weight)).max(0.7) - SLACK).max(0.0)
}

/// What is known of a text before it is looked at.
#[derive(Clone, Copy)]
pub(super) struct Word {
    /// How often the bytes of each of 16 classes occur, up to four times, as bits.
    signature: u64,
    start: usize,
    length: u32,
}

impl Word {
    pub(super) fn new(text: &[u8], start: usize) -> Self {
        let mut signature = 0_u64;
        for byte in text {
            let class = 4 * u32::from(byte & 15);
            let held = (signature >> class) & 0b1111;
            signature |= (((held << 1) | 1) & 0b1111) << class;
        }
        Self { signature, start, length: text.len() as u32 }
    }

    pub(super) fn length(&self) -> usize {
        self.length as usize
    }

    /// Returns how many bytes of this text at least have no partner in the other.
    fn alone(&self, other: &Self) -> u32 {
        (self.signature & !other.signature).count_ones()
    }

    /// Says whether more than `most` bytes of this text have no partner in the other.
    fn has_alone(&self, other: &Self, most: usize) -> bool {
        if most > 4 {
            return self.alone(other) as usize > most;
        }
        // Few bits are counted faster by taking them away.
        let alone = self.signature & !other.signature;
        (0..most).fold(alone, |alone, _| alone & alone.wrapping_sub(1)) != 0
    }

    /// Returns the most bytes that both texts have in common.
    #[inline]
    pub(super) fn common(&self, other: &Self) -> usize {
        (self.length - self.alone(other)).min(other.length - other.alone(self)) as usize
    }

    fn bytes<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start..self.start + self.length as usize]
    }
}

/// A distance as a model uses it: its result is exact as far as the thresholds can see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Comparer {
    /// Beyond this, one more is as good as any.
    Levenshtein(usize),
    /// The same, with swaps.
    Damerau(usize),
    /// Below this, 0 is as good as any.
    Jaro(f64),
    /// The same, raised for a common prefix.
    JaroWinkler(f64),
    Jaccard,
}

impl Comparer {
    /// Says whether two words are so different that their texts need not be looked at: beyond every threshold.
    #[inline]
    pub(super) fn is_far(self, a: &Word, b: &Word) -> bool {
        match self {
            Self::Levenshtein(most) | Self::Damerau(most) => {
                a.length.abs_diff(b.length) as usize > most || a.has_alone(b, most) || b.has_alone(a, most)
            }
            Self::Jaro(_) | Self::JaroWinkler(_) => self.shares_too_little(a.common(b), a.length(), b.length()),
            Self::Jaccard => false,
        }
    }

    /// Says whether texts of these lengths with so many bytes in common are beyond every threshold of a similarity.
    pub(super) fn shares_too_little(self, common: usize, left: usize, right: usize) -> bool {
        let (Self::Jaro(least) | Self::JaroWinkler(least)) = self else { return false };
        if left == 0 || right == 0 {
            return least > 0.0;
        }
        let bound = jaro_bound(common, left, right);
        match self {
            // A prefix of four raises most.
            Self::JaroWinkler(_) => raise(bound.min(1.0), 4) + SLACK < least,
            _ => bound < least,
        }
    }

    /// Returns what stands for two words that are far.
    pub(super) fn far(self) -> Option<f64> {
        match self {
            Self::Levenshtein(most) | Self::Damerau(most) => Some((most + 1) as f64),
            Self::Jaro(_) | Self::JaroWinkler(_) => Some(0.0),
            Self::Jaccard => None,
        }
    }

    /// Compares two words, whose bytes are in the two texts. NaN says that the distance is not defined.
    pub(super) fn compare(self, left: (&Word, &[u8]), right: (&Word, &[u8]), masks: &mut Masks) -> f64 {
        let ((a, left), (b, right)) = (left, right);
        if let Some(far) = self.far()
            && self.is_far(a, b)
        {
            return far;
        }
        let (left, right) = (a.bytes(left), b.bytes(right));
        match self {
            Self::Levenshtein(most) => {
                let (left, right) = stripped(left, right);
                let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
                let distance = match short.len() > WORD {
                    true => levenshtein_table(short, long),
                    false => levenshtein_bits(short, long, masks),
                };
                distance.min(most + 1) as f64
            }
            Self::Damerau(most) => damerau_within(left, right, most) as f64,
            Self::Jaro(least) => jaro_at_least(left, right, least, masks),
            Self::JaroWinkler(least) => jaro_winkler_at_least(left, right, least, masks),
            Self::Jaccard => jaccard(left, right).unwrap_or(f64::NAN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pairs of texts that are near each other or not, of few letters, with lengths around the word's.
    fn texts() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let letters = prop_oneof![3 => 0_u8..3, 1 => 0_u8..26, 1 => 100_u8..=255];
        let text = prop_oneof![
            6 => prop::collection::vec(letters.clone(), 0..12),
            2 => prop::collection::vec(letters.clone(), 0..40),
            1 => prop::collection::vec(letters.clone(), 55..140),
        ];
        let edits = prop::collection::vec((0_u8..4, any::<prop::sample::Index>(), letters), 0..5);
        (text.clone(), text, edits, any::<bool>()).prop_map(|(left, other, edits, near)| {
            let mut right = if near { left.clone() } else { other };
            for (edit, place, letter) in edits {
                let at = place.index(right.len() + 1);
                match edit {
                    0 => right.insert(at, letter),
                    1 if at < right.len() => drop(right.remove(at)),
                    2 if at < right.len() => right[at] = letter,
                    3 if at + 1 < right.len() => right.swap(at, at + 1),
                    _ => {}
                }
            }
            (left, right)
        })
    }

    fn jaro_by_definition(left: &[u8], right: &[u8]) -> f64 {
        match (left, right) {
            ([], _) | (_, []) => return 0.0,
            ([a], [b]) => return f64::from(u8::from(a == b)),
            _ => {}
        }
        let (found, displaced) = matches_table(left, right, left.len().max(right.len()) / 2 - 1);
        if found == 0 {
            return 0.0;
        }
        let found_by = found as f64;
        (found_by / left.len() as f64 + found_by / right.len() as f64 + (found_by - (displaced / 2) as f64) / found_by)
            / 3.0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn fast_versions_are_their_definitions((left, right) in texts()) {
            prop_assert_eq!(levenshtein(&left, &right), levenshtein_table(&left, &right));
            prop_assert_eq!(damerau(&left, &right), damerau_table(&left, &right));
            prop_assert_eq!(jaro(&left, &right), jaro_by_definition(&left, &right));
        }

        #[test]
        fn thresholds_see_no_difference((left, right) in texts(), least in 0.0_f64..1.0, most in 0_usize..5) {
            let (a, b) = (Word::new(&left, 0), Word::new(&right, 0));
            let mut masks = Masks::new();
            let mut compare = |comparer: Comparer| comparer.compare((&a, &left), (&b, &right), &mut masks);
            let beyond = (most + 1) as f64;
            prop_assert_eq!(compare(Comparer::Levenshtein(most)), (levenshtein(&left, &right) as f64).min(beyond));
            prop_assert_eq!(compare(Comparer::Damerau(most)), (damerau(&left, &right) as f64).min(beyond));
            let exact = [jaro(&left, &right), jaro_winkler(&left, &right)];
            // A threshold that is a value itself is the hardest.
            for least in [least, 0.7, exact[0], exact[1]] {
                let seen = [compare(Comparer::Jaro(least)), compare(Comparer::JaroWinkler(least))];
                for (seen, exact) in seen.into_iter().zip(exact) {
                    prop_assert_eq!(seen, if exact < least { 0.0 } else { exact });
                }
            }
            prop_assert!(masks.0.iter().all(|mask| *mask == 0));
        }
    }

    #[test]
    fn known_distances() {
        assert_eq!((levenshtein(b"kitten", b"sitting"), levenshtein("é".as_bytes(), b"e")), (3, 2));
        assert_eq!((damerau(b"ca", b"abc"), damerau(b"ab", b"ba"), damerau(b"", b"ab")), (2, 1, 2));
        assert_eq!((jaro(b"", b""), jaro(b"a", b"a"), jaro(b"a", b"")), (0.0, 1.0, 0.0));
        assert_eq!(jaro_winkler(b"DIXON", b"DICKSONX"), 0.813_333_333_333_333_2);
        assert_eq!(jaro_winkler(b"MARTHA", b"MARHTA"), 0.961_111_111_111_111_1);
        assert_eq!((jaccard(b"ab", b"b"), jaccard(b"", b"a")), (Some(0.5), None));
    }
}
