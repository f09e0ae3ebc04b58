//! Dates as registers write them, right or wrong.

use crate::normalise;

/// A date as eight digits `yyyymmdd`, or what was written when it is no date.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Date {
    /// Eight digits, year first. They need not be a day that exists: a 13th month is evidence of a swap.
    Digits([u8; 8]),
    /// Six digits: the year and the month are known, the day is not.
    Month([u8; 6]),
    /// Four digits: only the year is known.
    Year([u8; 4]),
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
    /// One of them has no day, and year and month are the same.
    SameMonth,
    /// One of them has only the year, and that is the same.
    SameYear,
    /// One of them lacks a part, and what both have is one slip apart.
    PartSlip,
    /// None of these.
    Different,
}

impl Date {
    /// Says whether it can be a date that was written year first. Eight digits in another order (`27121980`) are read like one, and
    /// are of a year or a month that nobody alive knows. Day and month may be exchanged.
    pub(crate) fn is_readable(&self) -> bool {
        let number = |digits: &[u8]| digits.iter().fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'));
        let is_year = |digits: &[u8]| (1800..=2100).contains(&number(digits));
        match self {
            Self::Digits(digits) => {
                let (month, day) = (number(&digits[4..6]), number(&digits[6..]));
                is_year(&digits[..4]) && month.min(day) <= 12 && month.max(day) <= 31
            }
            Self::Month(digits) => is_year(&digits[..4]),
            Self::Year(digits) => is_year(digits),
            Self::Other(_) => false,
        }
    }

    /// Reads a date written year first (`19640229`, `1964-02-29`, `1964/2/29`), or as much of one as is known (`1964-02`,
    /// `1964`); anything else is kept as it is.
    pub fn parse(text: &str) -> Self {
        let folded = normalise::fold(text);
        let other = || Self::Other(folded.replace(' ', ""));
        let digits = if folded.contains(' ') {
            let parts: Vec<&str> = folded.split(' ').collect();
            match parts.as_slice() {
                [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
                    format!("{year}{month:0>2}{day:0>2}")
                }
                [year, month] if year.len() == 4 && month.len() <= 2 => format!("{year}{month:0>2}"),
                _ => return other(),
            }
        } else {
            folded.clone()
        };
        let bytes = digits.as_bytes();
        if !bytes.iter().all(u8::is_ascii_digit) {
            return other();
        }
        if let Ok(digits) = bytes.try_into() {
            return Self::Digits(digits);
        }
        // Six digits in one are a date without its century as often as a month: only a separated one is read as a month.
        match (bytes.try_into(), bytes.try_into()) {
            (Ok(digits), _) if folded.contains(' ') || is_month(&digits) => Self::Month(digits),
            (_, Ok(digits)) => Self::Year(digits),
            _ => other(),
        }
    }

    /// Returns the digits, or what was written.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Digits(digits) => str::from_utf8(digits).unwrap_or_default(),
            Self::Month(digits) => str::from_utf8(digits).unwrap_or_default(),
            Self::Year(digits) => str::from_utf8(digits).unwrap_or_default(),
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
            Self::Digits(_) | Self::Month(_) | Self::Year(_) => self.text().get(from..to).map(str::to_owned),
            Self::Other(_) => None,
        }
    }

    fn is_whole_or_part(&self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// Says how two dates relate. Symmetric.
    pub fn relation(&self, other: &Self) -> DateRelation {
        if self == other {
            return match self {
                Self::Digits(_) | Self::Other(_) => DateRelation::Same,
                Self::Month(_) => DateRelation::SameMonth,
                Self::Year(_) => DateRelation::SameYear,
            };
        }
        if let (Self::Digits(left), Self::Digits(right)) = (self, other) {
            return digits_relation(left, right);
        }
        if self.is_whole_or_part() && other.is_whole_or_part() {
            return part_relation(self.text().as_bytes(), other.text().as_bytes());
        }
        match crate::distance::damerau_text(self.text(), other.text(), 2) {
            Some(1) => DateRelation::OneSlip,
            Some(2) => DateRelation::TwoSlips,
            _ => DateRelation::Different,
        }
    }
}

/// Says whether six digits are a year and a month that people alive can have been born in.
fn is_month(digits: &[u8; 6]) -> bool {
    matches!(&digits[..2], b"18" | b"19" | b"20") && (b"01".as_slice()..=b"12").contains(&&digits[4..])
}

/// Says how two dates relate of which at least one lacks a part: by what both have.
fn part_relation(left: &[u8], right: &[u8]) -> DateRelation {
    let known = left.len().min(right.len());
    let (left, right) = (&left[..known], &right[..known]);
    if left == right {
        return if known == 4 { DateRelation::SameYear } else { DateRelation::SameMonth };
    }
    match crate::distance::damerau(left, right, 1) {
        Some(_) => DateRelation::PartSlip,
        None => DateRelation::Different,
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
    fn a_date_in_another_order_is_none_that_can_be_read() {
        for text in ["1980-12-27", "19801227", "1980-27-12", "1980-12", "1980", "1980-00-00"] {
            assert!(Date::parse(text).is_readable(), "{text}");
        }
        for text in ["27/12/1980", "27121980", "05.01.1990", "19/05/1990", "December 1980", "1980-13-45", "0980"] {
            assert!(!Date::parse(text).is_readable(), "{text}");
        }
    }

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
            ("1964-02", "1964-02-15", SameMonth),
            ("1964-02", "196402", SameMonth),
            ("1964", "1964-02-15", SameYear),
            ("1964", "1964-02", SameYear),
            ("1964-02", "1964-03-15", PartSlip),
            ("1964", "1965-02-15", PartSlip),
            ("1964-02", "1987-11-30", Different),
            ("1964", "1987", Different),
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
        assert_eq!(Date::parse("1964-2"), Date::parse("196402"));
        assert_eq!((Date::parse("1964-02").year().as_deref(), Date::parse("1964-02").day()), (Some("1964"), None));
        assert_eq!((Date::parse("1964").year().as_deref(), Date::parse("1964").month()), (Some("1964"), None));
        // Day, month and year without a century are no month.
        assert_eq!(Date::parse("150264").year(), None);
    }
}
