//! Finds what someone may have meant.

/// The most alternatives that a message lists.
const LISTED_MAX: usize = 12;

/// Gives advice for a text that is none of `known`: the nearest one if it is near, else the list of them.
pub(crate) fn advice<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(text, &known) {
        return format!("did you mean `{near}`?");
    }
    known.sort_unstable();
    known.dedup();
    let listed: Vec<String> = known.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    match known.len() {
        0 => "there is none yet".to_owned(),
        count if count > LISTED_MAX => format!("known are {} and {} more", listed.join(", "), count - LISTED_MAX),
        _ => format!("known are {}", listed.join(", ")),
    }
}

/// Gives the one of `known` that differs from `text` by at most a third of its letters; of equally near ones, the first.
pub(crate) fn nearest<'a>(text: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance_max = (text.chars().count() / 3).max(1);
    known
        .iter()
        .map(|name| (distance(text, name), *name))
        .filter(|(distance, _)| *distance <= distance_max)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Gives the number of letters inserted, left out, replaced, or swapped with their neighbour (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = Vec::with_capacity(right.len() + 1);
        row.push(i + 1);
        for (j, b) in right.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b;
            if swapped {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_single_slips() {
        for (left, right, expected) in
            [("", "", 0), ("", "ab", 2), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abd", 1), ("tax", "taxi", 1)]
        {
            assert_eq!(distance(left, right), expected, "{left} {right}");
            assert_eq!(distance(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn advice_names_the_nearest_or_lists_all() {
        assert_eq!(advice("incme", ["identity", "income"]), "did you mean `income`?");
        assert_eq!(advice("zzz", ["b", "a"]), "known are `a`, `b`");
        assert_eq!(advice("zzz", []), "there is none yet");
    }
}
