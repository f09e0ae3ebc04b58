//! Birth dates as far as they are known: compared by day, month and year, so that what is missing is no difference.

use chrono::NaiveDate;

use super::differ::{Mark, Stretch};
use super::words::Words;
use crate::service::ReviewRow;

/// The columns of person records that tell a birth date: the whole one, and as far as it is known.
const TELLING: [&str; 2] = ["birth_date", "born"];

/// Gives the birth date of a record as far as it is given as it is: `1993`, `1993-07` or `1993-07-23`.
pub(super) fn known(row: &ReviewRow) -> Option<String> {
    TELLING.into_iter().find_map(|name| raw(row, name)).filter(|text| is_known(text))
}

/// Gives the value of a column of a record as it is; none where it is missing or not given so.
pub(super) fn raw(row: &ReviewRow, name: &str) -> Option<String> {
    let field = row.values.fields().find(|field| field.column.name == name)?;
    if field.column.rule.disclosure == "value" { field.value.text() } else { None }
}

/// Tells whether a text is a date as far as it is known.
pub(super) fn is_known(text: &str) -> bool {
    filled(text).is_some()
}

/// Tells whether two dates can be of one day, as far as both are known.
pub(super) fn agree(one: &str, other: &str) -> bool {
    one.split('-').zip(other.split('-')).all(|(one, other)| one == other)
}

/// Gives the first day that a date as far as it is known can be, and of how many parts it is.
fn filled(text: &str) -> Option<(NaiveDate, usize)> {
    let parts = text.split('-').count();
    let whole = match parts {
        1 => format!("{text}-01-01"),
        2 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    Some((whole.parse().ok()?, parts))
}

/// Gives the parts that are known of a date in words, the day first; none of what is no date.
fn parts(t: Words, text: &str) -> Option<Vec<String>> {
    let (day, parts) = filled(text)?;
    let words = t.date(&day.to_string());
    let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    Some(words[words.len().saturating_sub(parts)..].to_vec())
}

/// Gives a date in words as far as it is known; a text that is none, unchanged.
pub(super) fn in_words(t: Words, text: &str) -> String {
    parts(t, text).map_or_else(|| text.to_owned(), |parts| parts.join(" "))
}

/// Two dates in stretches, and how they are together: none where they agree as far as both are known, and one is known further.
pub(super) type DatesCompared = (Vec<Stretch>, Vec<Stretch>, Option<Mark>);

/// Compares two dates part by part; none where either is no date.
pub(super) fn differ(t: Words, left: &str, right: &str) -> Option<DatesCompared> {
    let (of_left, of_right) = (parts(t, left)?, parts(t, right)?);
    let (raw_left, raw_right): (Vec<&str>, Vec<&str>) = (left.split('-').collect(), right.split('-').collect());
    // From the year on, which every date has.
    let differs: Vec<bool> = raw_left.iter().zip(&raw_right).map(|(left, right)| left != right).collect();
    let side = |words: &[String], most: usize| {
        let mut stretches = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let from_year = words.len() - 1 - at;
            let mark = if differs.get(from_year).copied().unwrap_or_default() { Mark::Differs } else { Mark::Alike };
            if at > 0 {
                stretches.push(Stretch { text: " ".to_owned(), mark: Mark::Alike });
            }
            stretches.push(Stretch { text: word.clone(), mark });
        }
        let missing = match (words.len(), most) {
            (1, 2..) => Some(t.s("pair-month-unknown")),
            (2, 3..) => Some(t.s("pair-day-unknown")),
            _ => None,
        };
        stretches.extend(missing.map(|text| Stretch { text: format!(" ({text})"), mark: Mark::Alike }));
        stretches
    };
    let most = of_left.len().max(of_right.len());
    let mark = if differs.contains(&true) {
        Some(Mark::Differs)
    } else {
        (of_left.len() == of_right.len()).then_some(Mark::Alike)
    };
    Some((side(&of_left, most), side(&of_right, most), mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    const EN: Words = Words::new(Language::English);

    fn written(stretches: &[Stretch]) -> String {
        let shown = |stretch: &Stretch| match stretch.mark {
            Mark::Differs => format!("[{}]", stretch.text),
            Mark::Alike | Mark::Written | Mark::Given => stretch.text.clone(),
        };
        stretches.iter().map(shown).collect()
    }

    #[test]
    fn dates_are_compared_by_their_parts_and_what_is_missing_is_no_difference() {
        let cases = [
            ("1993-07-23", "1993-07-23", "23 July 1993", "23 July 1993", Some(Mark::Alike)),
            ("1993-07", "1993-07-23", "July 1993 (day not known)", "23 July 1993", None),
            ("1993", "1993-07-23", "1993 (day and month not known)", "23 July 1993", None),
            ("1993-08", "1993-07-23", "[August] 1993 (day not known)", "23 [July] 1993", Some(Mark::Differs)),
            ("1988-11-06", "2004-03-25", "[6] [November] [1988]", "[25] [March] [2004]", Some(Mark::Differs)),
            ("1993-07", "1993-07", "July 1993", "July 1993", Some(Mark::Alike)),
        ];
        for (left, right, marked_left, marked_right, mark) in cases {
            let (of_left, of_right, together) = differ(EN, left, right).unwrap();
            let marked = (written(&of_left), written(&of_right));
            assert_eq!((marked.0.as_str(), marked.1.as_str(), together), (marked_left, marked_right, mark));
        }
        for none in ["", "someday", "1993-13", "1993-02-30"] {
            assert!(differ(EN, none, "1993").is_none() && !is_known(none), "{none}");
        }
    }

    #[test]
    fn dates_agree_as_far_as_both_are_known() {
        for (one, other, is_one) in
            [("1993", "1993-07-23", true), ("1993-07-23", "1993-07", true), ("1993-07", "1993-08-23", false)]
        {
            assert_eq!((agree(one, other), agree(other, one)), (is_one, is_one), "{one} {other}");
        }
    }

    #[test]
    fn dates_are_written_as_far_as_they_are_known() {
        let fr = Words::new(Language::French);
        assert_eq!(
            (in_words(EN, "1993-07"), in_words(fr, "1993-07-01")),
            ("July 1993".into(), "1er juillet 1993".into())
        );
        assert_eq!(in_words(EN, "someday"), "someday");
    }
}
