//! Marks where two texts differ, character by character.

/// The longest text that is compared, in characters; longer ones are marked whole.
const CHARACTERS_MAX: usize = 300;

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) text: String,
    /// Whether the other text lacks it.
    pub(crate) differs: bool,
}

/// Gives both texts in stretches: what belongs to a longest common subsequence of them is alike, all else differs.
pub(crate) fn differ(left: &str, right: &str) -> (Vec<Stretch>, Vec<Stretch>) {
    let (a, b): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if a.len() > CHARACTERS_MAX || b.len() > CHARACTERS_MAX {
        let whole = |text: &str| vec![Stretch { text: text.to_owned(), differs: left != right }];
        return (whole(left), whole(right));
    }
    // longest[i][j] is the length of the longest common subsequence of a[i..] and b[j..].
    let mut longest = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] =
                if a[i] == b[j] { longest[i + 1][j + 1] + 1 } else { longest[i + 1][j].max(longest[i][j + 1]) };
        }
    }
    let (mut shown_a, mut shown_b) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            push(&mut shown_a, a[i], false);
            push(&mut shown_b, b[j], false);
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            push(&mut shown_a, a[i], true);
            i += 1;
        } else {
            push(&mut shown_b, b[j], true);
            j += 1;
        }
    }
    (shown_a, shown_b)
}

fn push(stretches: &mut Vec<Stretch>, character: char, differs: bool) {
    match stretches.last_mut() {
        Some(last) if last.differs == differs => last.text.push(character),
        _ => stretches.push(Stretch { text: character.to_string(), differs }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(stretches: &[Stretch]) -> String {
        stretches
            .iter()
            .map(|stretch| if stretch.differs { format!("[{}]", stretch.text) } else { stretch.text.clone() })
            .collect()
    }

    #[test]
    fn differences_are_marked_within_the_texts() {
        let cases = [
            ("Jon", "John", "Jon", "Jo[h]n"),
            ("1984-03-12", "1984-12-03", "1984-[03-]12", "1984-12[-03]"),
            ("Müller", "Mueller", "M[ü]ller", "M[ue]ller"),
            ("same", "same", "same", "same"),
            ("", "a", "", "[a]"),
            ("ab", "cd", "[ab]", "[cd]"),
        ];
        for (left, right, marked_left, marked_right) in cases {
            let (a, b) = differ(left, right);
            assert_eq!((written(&a).as_str(), written(&b).as_str()), (marked_left, marked_right));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_what_is_alike_is_the_same(left in ".{0,12}", right in ".{0,12}") {
            let (a, b) = differ(&left, &right);
            let whole = |stretches: &[Stretch]| stretches.iter().map(|stretch| stretch.text.as_str()).collect::<String>();
            let alike = |stretches: &[Stretch]| stretches.iter().filter(|s| !s.differs).map(|s| s.text.as_str()).collect::<String>();
            prop_assert_eq!(whole(&a), left);
            prop_assert_eq!(whole(&b), right);
            prop_assert_eq!(alike(&a), alike(&b));
        }
    }
}
