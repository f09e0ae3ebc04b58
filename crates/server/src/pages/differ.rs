//! Marks where two texts differ, letter by letter; letters that differ in case or accents alone, in a lighter way.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The longest text that is compared, in letters; longer ones are marked whole.
const LETTERS_MAX: usize = 300;

/// What a pair of letters is worth when they are the same, and when they are written differently. Two of the latter are
/// worth more than one of the former.
const SAME: u16 = 3;
const WRITTEN: u16 = 2;

/// How a stretch of a text is in the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// As it is here.
    Alike,
    /// In other case or with other accents.
    Written,
    /// Not at all.
    Differs,
    /// As it is here, where less than the values is given: of two that are one in what is given nobody can say more.
    Given,
}

impl Mark {
    pub(crate) fn is_alike(&self) -> bool {
        *self == Self::Alike
    }

    pub(crate) fn is_written(&self) -> bool {
        *self == Self::Written
    }

    pub(crate) fn differs(&self) -> bool {
        *self == Self::Differs
    }

    pub(crate) fn is_given(&self) -> bool {
        *self == Self::Given
    }

    /// Gives what is told of two values of which less than the whole is given.
    pub(crate) fn in_part(self) -> Self {
        match self {
            Self::Alike | Self::Written | Self::Given => Self::Given,
            Self::Differs => Self::Differs,
        }
    }
}

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) text: String,
    pub(crate) mark: Mark,
}

/// Tells what two texts in stretches are together: as different as their most different stretch.
pub(crate) fn whole(left: &[Stretch], right: &[Stretch]) -> Mark {
    let mut marks = left.iter().chain(right).map(|stretch| stretch.mark);
    let most = marks.clone().find(|mark| *mark == Mark::Differs);
    most.or_else(|| marks.find(|mark| *mark == Mark::Written)).unwrap_or(Mark::Alike)
}

/// A letter with its accents.
struct Letter<'a> {
    text: &'a str,
    /// The same whether an accent is part of the letter or follows it.
    composed: String,
    /// In lower case and without accents.
    folded: String,
}

fn letters(text: &str) -> Vec<Letter<'_>> {
    let begins = text.char_indices().filter(|(at, letter)| *at == 0 || !is_combining_mark(*letter)).map(|(at, _)| at);
    let begins: Vec<usize> = begins.collect();
    let ends = begins.iter().skip(1).copied().chain([text.len()]);
    let letter = |(begin, end): (&usize, usize)| {
        let text = &text[*begin..end];
        let bare = text.nfd().filter(|letter| !is_combining_mark(*letter));
        Letter { text, composed: text.nfc().collect(), folded: bare.flat_map(char::to_lowercase).collect() }
    };
    begins.iter().zip(ends).map(letter).collect()
}

fn worth(one: &Letter<'_>, other: &Letter<'_>) -> Option<(u16, Mark)> {
    if one.composed == other.composed {
        return Some((SAME, Mark::Alike));
    }
    (!one.folded.is_empty() && one.folded == other.folded).then_some((WRITTEN, Mark::Written))
}

/// A value as it is shown, and the code that it puts into words, if it is one.
pub(crate) type Coded = (String, Option<String>);

/// Gives both values in stretches, codes with the words for them: these are alike where the registers have the same code,
/// whatever it is called, and texts are compared letter by letter.
pub(crate) fn differ_coded(left: Coded, right: Coded) -> (Vec<Stretch>, Vec<Stretch>) {
    if left.1.is_none() && right.1.is_none() {
        return differ(&left.0, &right.0);
    }
    let raw = |(text, code): &Coded| code.clone().unwrap_or_else(|| text.clone());
    let mark = if raw(&left) == raw(&right) { Mark::Alike } else { Mark::Differs };
    (vec![Stretch { text: with_code(left), mark }], vec![Stretch { text: with_code(right), mark }])
}

/// Gives a value with its code, if it is one.
pub(crate) fn with_code((text, code): Coded) -> String {
    match code {
        Some(code) => format!("{text} ({code})"),
        None => text,
    }
}

/// Gives both texts in stretches: what belongs to a best common subsequence of them is alike or written differently, all
/// else differs.
pub(crate) fn differ(left: &str, right: &str) -> (Vec<Stretch>, Vec<Stretch>) {
    let (a, b) = (letters(left), letters(right));
    if a.len() > LETTERS_MAX || b.len() > LETTERS_MAX {
        let mark = if left == right { Mark::Alike } else { Mark::Differs };
        let whole = |text: &str| vec![Stretch { text: text.to_owned(), mark }];
        return (whole(left), whole(right));
    }
    // best[i][j] is what the best common subsequence of a[i..] and b[j..] is worth.
    let mut best = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let taken = worth(&a[i], &b[j]).map_or(0, |(worth, _)| worth + best[i + 1][j + 1]);
            best[i][j] = taken.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut shown_a, mut shown_b) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let pair = if i < a.len() && j < b.len() { worth(&a[i], &b[j]) } else { None };
        match pair.filter(|(worth, _)| worth + best[i + 1][j + 1] == best[i][j]) {
            Some((_, mark)) => {
                push(&mut shown_a, a[i].text, mark);
                push(&mut shown_b, b[j].text, mark);
                (i, j) = (i + 1, j + 1);
            }
            None if j == b.len() || (i < a.len() && best[i + 1][j] >= best[i][j + 1]) => {
                push(&mut shown_a, a[i].text, Mark::Differs);
                i += 1;
            }
            None => {
                push(&mut shown_b, b[j].text, Mark::Differs);
                j += 1;
            }
        }
    }
    (shown_a, shown_b)
}

fn push(stretches: &mut Vec<Stretch>, text: &str, mark: Mark) {
    match stretches.last_mut() {
        Some(last) if last.mark == mark => last.text.push_str(text),
        _ => stretches.push(Stretch { text: text.to_owned(), mark }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(stretches: &[Stretch]) -> String {
        let shown = |stretch: &Stretch| match stretch.mark {
            Mark::Alike | Mark::Given => stretch.text.clone(),
            Mark::Written => format!("({})", stretch.text),
            Mark::Differs => format!("[{}]", stretch.text),
        };
        stretches.iter().map(shown).collect()
    }

    #[test]
    fn differences_are_marked_within_the_texts() {
        let cases = [
            ("Jon", "John", "Jon", "Jo[h]n"),
            ("1984-03-12", "1984-12-03", "1984-[03-]12", "1984-12[-03]"),
            ("same", "same", "same", "same"),
            ("", "a", "", "[a]"),
            ("ab", "cd", "[ab]", "[cd]"),
        ];
        for (left, right, marked_left, marked_right) in cases {
            let (a, b) = differ(left, right);
            assert_eq!((written(&a).as_str(), written(&b).as_str()), (marked_left, marked_right));
        }
    }

    #[test]
    fn case_and_accents_are_marked_in_a_lighter_way() {
        let cases = [
            ("Joshua", "JOSHUA", "J(oshua)", "J(OSHUA)", Mark::Written),
            ("Müller", "Muller", "M(ü)ller", "M(u)ller", Mark::Written),
            ("Müller", "Mueller", "M(ü)ller", "M(u)[e]ller", Mark::Differs),
            ("Zoë Ruiz", "ZOE RUIZ", "Z(oë) R(uiz)", "Z(OE) R(UIZ)", Mark::Written),
            // The same letter, composed and not.
            ("Zo\u{eb}", "Zoe\u{308}", "Zo\u{eb}", "Zoe\u{308}", Mark::Alike),
            ("Ana", "Ana", "Ana", "Ana", Mark::Alike),
            ("Ana", "Eva", "[An]a", "[Ev]a", Mark::Differs),
        ];
        for (left, right, marked_left, marked_right, together) in cases {
            let (a, b) = differ(left, right);
            assert_eq!((written(&a).as_str(), written(&b).as_str()), (marked_left, marked_right));
            assert_eq!(whole(&a, &b), together, "{left} {right}");
        }
    }

    #[test]
    fn of_values_given_in_part_nobody_is_told_that_they_are_the_same() {
        for (left, right, together) in [
            ("•••mple", "•••mple", Mark::Given),
            ("•••mple", "•••MPLE", Mark::Given),
            ("•••0199", "•••0198", Mark::Differs),
        ] {
            let (a, b) = differ(left, right);
            let mark = whole(&a, &b).in_part();
            assert_eq!(mark, together, "{left} {right}");
            assert!(!mark.is_alike() && !mark.is_written(), "{left} {right}");
        }
    }

    #[test]
    fn accents_without_a_letter_are_kept() {
        let (a, b) = differ("\u{301}a", "a");
        assert_eq!((written(&a).as_str(), written(&b).as_str()), ("[\u{301}]a", "a"));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_what_is_alike_is_the_same(left in ".{0,12}", right in ".{0,12}") {
            let (a, b) = differ(&left, &right);
            let all = |stretches: &[Stretch]| stretches.iter().map(|stretch| stretch.text.as_str()).collect::<String>();
            let alike = |stretches: &[Stretch]| -> String {
                let texts = stretches.iter().filter(|stretch| stretch.mark == Mark::Alike);
                let text: String = texts.map(|stretch| stretch.text.as_str()).collect();
                text.nfd().collect()
            };
            prop_assert_eq!(all(&a), left);
            prop_assert_eq!(all(&b), right);
            prop_assert_eq!(alike(&a), alike(&b));
        }
    }

    #[test]
    fn codes_are_compared_and_not_the_words_for_them() {
        let coded = |text: &str, code: &str| (text.to_owned(), (!code.is_empty()).then(|| code.to_owned()));
        let told = |left: Coded, right: Coded| {
            let (left, right) = differ_coded(left, right);
            (whole(&left, &right), left[0].text.clone(), right[0].text.clone())
        };
        let (same, other) = (Mark::Alike, Mark::Differs);
        let is = |mark, left: &str, right: &str| (mark, left.to_owned(), right.to_owned());
        assert_eq!(told(coded("female", "F"), coded("woman", "F")), is(same, "female (F)", "woman (F)"));
        assert_eq!(told(coded("Mme", "Mrs"), coded("Mme", "Ms")), is(other, "Mme (Mrs)", "Mme (Ms)"));
        // A register that lists no codes has the bare one.
        assert_eq!(told(coded("female", "F"), coded("F", "")), is(same, "female (F)", "F"));
        assert_eq!(told(coded("female", "F"), coded("female", "")).0, other);
        let (left, right) = differ_coded(coded("Ana", ""), coded("Ann", ""));
        assert_eq!((left.len(), right.len()), (2, 2), "texts are compared letter by letter");
    }
}
