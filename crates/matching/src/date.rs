//! Dates as registers write them, right or wrong.

use crate::normalise;

/// A date as eight digits `yyyymmdd`, or what was written when it is no date.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Date {
    /// Eight digits, year first. They need not be a day that exists: a 13th month is evidence of a swap.
    Digits([u8; 8]),
    /// Letters and digits of anything else.
    Other(String),
}

/// How two dates relate, from the same to unrelated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateRelation {
    /// Equal.
    Same,
    /// Day and month swapped.
    Swapped,
    /// One digit wrong, missing or too many, or two neighbours swapped.
    OneSlip,
    /// Two slips.
    TwoSlips,
    /// Day and month are the same, the year is not.
    SameDayOfYear,
    /// The year is the same and so is either the month or the day.
    SameYearAndPart,
    /// The year is the same or differs by one.
    NearYear,
    /// None of these.
    Different,
}

impl Date {
    /// Reads a date written year first (`19640229`, `1964-02-29`, `1964/2/29`); anything else is kept as it is.
    pub fn parse(text: &str) -> Self {
        let folded = normalise::fold(text);
        let other = || Self::Other(folded.replace(' ', ""));
        let digits = if folded.contains(' ') {
            let parts: Vec<&str> = folded.split(' ').collect();
            let [year, month, day] = parts.as_slice() else { return other() };
            if year.len() != 4 || month.len() > 2 || day.len() > 2 {
                return other();
            }
            format!("{year}{month:0>2}{day:0>2}")
        } else {
            folded.clone()
        };
        match <[u8; 8]>::try_from(digits.as_bytes()) {
            Ok(digits) if digits.iter().all(u8::is_ascii_digit) => Self::Digits(digits),
            _ => other(),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Digits(digits) => str::from_utf8(digits).unwrap_or_default(),
            Self::Other(text) => text,
        }
    }

    /// Returns the four digits of the year, where there are any.
    pub fn year(&self) -> Option<String> {
        self.part(0, 4)
    }

    /// Returns the two digits of the month, where there are any.
    pub fn month(&self) -> Option<String> {
        self.part(4, 6)
    }

    /// Returns the two digits of the day, where there are any.
    pub fn day(&self) -> Option<String> {
        self.part(6, 8)
    }

    fn part(&self, from: usize, to: usize) -> Option<String> {
        match self {
            Self::Digits(_) => self.text().get(from..to).map(str::to_owned),
            Self::Other(_) => None,
        }
    }

    /// Says how two dates relate. Symmetric.
    pub fn relation(&self, other: &Self) -> DateRelation {
        if self == other {
            return DateRelation::Same;
        }
        if let (Self::Digits(left), Self::Digits(right)) = (self, other) {
            return digits_relation(left, right);
        }
        match crate::distance::damerau_text(self.text(), other.text(), 2) {
            Some(1) => DateRelation::OneSlip,
            Some(2) => DateRelation::TwoSlips,
            _ => DateRelation::Different,
        }
    }
}

fn digits_relation(left: &[u8; 8], right: &[u8; 8]) -> DateRelation {
    let same_year = left[..4] == right[..4];
    if same_year && left[4..6] == right[6..8] && left[6..8] == right[4..6] {
        return DateRelation::Swapped;
    }
    let slips = crate::distance::damerau(left, right, 2);
    if slips == Some(1) {
        return DateRelation::OneSlip;
    }
    if left[4..] == right[4..] {
        return DateRelation::SameDayOfYear;
    }
    if same_year && (left[4..6] == right[4..6] || left[6..] == right[6..]) {
        return DateRelation::SameYearAndPart;
    }
    if slips == Some(2) {
        return DateRelation::TwoSlips;
    }
    if year_of(left).abs_diff(year_of(right)) <= 1 { DateRelation::NearYear } else { DateRelation::Different }
}

fn year_of(digits: &[u8; 8]) -> u32 {
    digits[..4].iter().fold(0, |year, digit| year * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations() {
        use DateRelation::*;
        for (left, right, expected) in [
            ("19640229", "1964-02-29", Same),
            ("19640203", "19640302", Swapped),
            ("19640229", "19640228", OneSlip),
            ("19640229", "19640292", OneSlip),
            ("19640229", "19650310", NearYear),
            ("19640215", "19870215", SameDayOfYear),
            ("19640215", "19640229", SameYearAndPart),
            ("19640215", "19640315", OneSlip),
            ("19640215", "19740216", TwoSlips),
            ("1964021", "19640215", OneSlip),
            ("x", "19640215", Different),
            ("19640215", "19871130", Different),
        ] {
            let (left_date, right_date) = (Date::parse(left), Date::parse(right));
            assert_eq!(left_date.relation(&right_date), expected, "{left} {right}");
            assert_eq!(right_date.relation(&left_date), expected, "{right} {left}");
        }
    }

    #[test]
    fn parts() {
        assert_eq!(Date::parse("1964/2/9").month().as_deref(), Some("02"));
        assert_eq!(Date::parse("9 Feb 1964").year(), None);
    }
}
