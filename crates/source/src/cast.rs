//! From the text of a value to its type.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime};

use crate::reason::Reason;

/// Reads a whole number.
pub(crate) fn integer(text: &str) -> Result<i64, Reason> {
    text.parse().map_err(|_| Reason::NotAnInteger)
}

/// Reads a boolean, in any case of letters.
pub(crate) fn boolean(text: &str) -> Result<bool, Reason> {
    let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["true", "yes", "y", "1"]) {
        Ok(true)
    } else if is(["false", "no", "n", "0"]) {
        Ok(false)
    } else {
        Err(Reason::NotABoolean)
    }
}

/// Reads a decimal number with a point, and an exponent if need be, as units of its last place.
///
/// Digits beyond `scale` must be zeros: no number is rounded.
pub(crate) fn decimal(text: &str, precision: u8, scale: i8) -> Result<i128, Reason> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| Reason::NotADecimal)?),
        None => (text, 0),
    };
    let (is_negative, digits) = match number.as_bytes() {
        [b'-', ..] => (true, &number[1..]),
        [b'+', ..] => (false, &number[1..]),
        _ => (false, number),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
        return Err(Reason::NotADecimal);
    }
    let mut units: i128 = 0;
    // How many digits follow the point, once the exponent has moved it.
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX).saturating_sub(i64::from(exponent));
    let surplus = places.saturating_sub(i64::from(scale));
    let count = whole.len() + fraction.len();
    let kept = count.saturating_sub(usize::try_from(surplus.max(0)).unwrap_or(usize::MAX));
    for (place, digit) in whole.bytes().chain(fraction.bytes()).enumerate() {
        let digit = i128::from(digit - b'0');
        if place >= kept {
            if digit != 0 {
                return Err(Reason::TooManyDigits);
            }
            continue;
        }
        units = units.checked_mul(10).and_then(|units| units.checked_add(digit)).ok_or(Reason::TooManyDigits)?;
    }
    if units != 0 {
        let shift = u32::try_from(surplus.min(0).unsigned_abs()).unwrap_or(u32::MAX);
        let factor = 10_i128.checked_pow(shift).ok_or(Reason::TooManyDigits)?;
        units = units.checked_mul(factor).ok_or(Reason::TooManyDigits)?;
    }
    let limit = 10_i128.checked_pow(u32::from(precision)).ok_or(Reason::TooManyDigits)?;
    if units >= limit {
        return Err(Reason::TooManyDigits);
    }
    Ok(if is_negative { -units } else { units })
}

/// Tells whether a text is a year and a month, such as `1993-07`.
pub(crate) fn is_month(text: &str) -> bool {
    let Some((year, month)) = text.split_once('-') else { return false };
    let is_number = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number(year, 4) && is_number(month, 2) && ("01"..="12").contains(&month)
}

/// How days are written in a column.
pub(crate) struct DateFormats(Vec<DateFormat>);

struct DateFormat {
    text: String,
    /// Set when the format is made of year, month and day of fixed widths: these are read without interpreting it.
    fixed: Option<Fixed>,
}

/// Where the parts of a day stand.
struct Fixed {
    length: usize,
    year: usize,
    month: usize,
    day: usize,
    signs: Vec<(usize, u8)>,
}

impl DateFormats {
    /// Of a column that states none, days are written as `%Y-%m-%d`.
    pub(crate) fn new(formats: &[String]) -> Self {
        let iso = ["%Y-%m-%d".to_owned()];
        let formats = if formats.is_empty() { iso.as_slice() } else { formats };
        Self(formats.iter().map(|text| DateFormat { text: text.clone(), fixed: Fixed::new(text) }).collect())
    }

    /// Reads a day of the years 1 to 9999.
    pub(crate) fn read(&self, text: &str) -> Result<NaiveDate, Reason> {
        let day = self.0.iter().find_map(|format| {
            let fast = format.fixed.as_ref().and_then(|fixed| fixed.read(text.as_bytes()));
            fast.or_else(|| NaiveDate::parse_from_str(text, &format.text).ok())
        });
        day.filter(|day| (1..=9999).contains(&day.year())).ok_or(Reason::NotADate)
    }
}

impl Fixed {
    fn new(format: &str) -> Option<Self> {
        let mut fixed = Self { length: 0, year: usize::MAX, month: usize::MAX, day: usize::MAX, signs: Vec::new() };
        let mut bytes = format.bytes();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                if !byte.is_ascii() || byte.is_ascii_whitespace() {
                    return None;
                }
                fixed.signs.push((fixed.length, byte));
                fixed.length += 1;
                continue;
            }
            let (place, width) = match bytes.next()? {
                b'Y' => (&mut fixed.year, 4),
                b'm' => (&mut fixed.month, 2),
                b'd' => (&mut fixed.day, 2),
                _ => return None,
            };
            if *place != usize::MAX {
                return None;
            }
            *place = fixed.length;
            fixed.length += width;
        }
        let is_whole = [fixed.year, fixed.month, fixed.day].iter().all(|place| *place != usize::MAX);
        is_whole.then_some(fixed)
    }

    fn read(&self, text: &[u8]) -> Option<NaiveDate> {
        if text.len() != self.length || self.signs.iter().any(|(place, sign)| text[*place] != *sign) {
            return None;
        }
        let number = |place: usize, width: usize| {
            text[place..place + width]
                .iter()
                .try_fold(0_u32, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
        };
        let year = i32::try_from(number(self.year, 4)?).ok()?;
        NaiveDate::from_ymd_opt(year, number(self.month, 2)?, number(self.day, 2)?)
    }
}

/// Reads a moment, as microseconds since 1970 in UTC. What states no offset is taken as UTC.
///
/// Of a column that states no format, moments are written as RFC 3339 or as `%Y-%m-%d %H:%M:%S` with fractions.
pub(crate) fn timestamp(text: &str, formats: &[String]) -> Result<i64, Reason> {
    let with_format = |format: &str| {
        let with_offset = DateTime::parse_from_str(text, format).ok().map(|moment| moment.timestamp_micros());
        with_offset.or_else(|| Some(NaiveDateTime::parse_from_str(text, format).ok()?.and_utc().timestamp_micros()))
    };
    let moment = if formats.is_empty() {
        let rfc = DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.timestamp_micros());
        rfc.or_else(|| with_format("%Y-%m-%dT%H:%M:%S%.f")).or_else(|| with_format("%Y-%m-%d %H:%M:%S%.f"))
    } else {
        formats.iter().find_map(|format| with_format(format))
    };
    moment.ok_or(Reason::NotATimestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let cases = [
            ("0", Ok(0)),
            ("-0.10", Ok(-10)),
            ("+12.3", Ok(1230)),
            ("12.340000", Ok(1234)),
            (".5", Ok(50)),
            ("5.", Ok(500)),
            ("1e2", Ok(10_000)),
            ("1.5E-1", Ok(15)),
            ("0e99", Ok(0)),
            ("99999999.99", Ok(9_999_999_999)),
            ("100000000", Err(Reason::TooManyDigits)),
            ("12.345", Err(Reason::TooManyDigits)),
            ("1e-3", Err(Reason::TooManyDigits)),
            ("1e99", Err(Reason::TooManyDigits)),
            ("1e-99999999999", Err(Reason::NotADecimal)),
            ("", Err(Reason::NotADecimal)),
            ("-", Err(Reason::NotADecimal)),
            (".", Err(Reason::NotADecimal)),
            ("1,5", Err(Reason::NotADecimal)),
            ("1 000", Err(Reason::NotADecimal)),
            ("--1", Err(Reason::NotADecimal)),
            ("NaN", Err(Reason::NotADecimal)),
            ("١", Err(Reason::NotADecimal)),
        ];
        for (text, expected) in cases {
            assert_eq!(decimal(text, 10, 2), expected, "{text}");
        }
        let largest = "9".repeat(38);
        assert_eq!(decimal(&largest, 38, 0), Ok(10_i128.pow(38) - 1));
        assert_eq!(decimal(&format!("{largest}9"), 38, 0), Err(Reason::TooManyDigits));
    }

    #[test]
    fn days_are_read_in_the_formats_stated() {
        let formats =
            |texts: &[&str]| DateFormats::new(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        let day = NaiveDate::from_ymd_opt(1999, 12, 31).unwrap();
        for (format, text) in
            [("%Y%m%d", "19991231"), ("%d/%m/%Y", "31/12/1999"), ("%d %b %Y", "31 Dec 1999"), ("%m/%d/%y", "12/31/99")]
        {
            assert_eq!(formats(&[format]).read(text), Ok(day), "{format}");
        }
        assert_eq!(formats(&[]).read("1999-12-31"), Ok(day));
        assert_eq!(formats(&["%Y%m%d", "%d.%m.%Y"]).read("31.12.1999"), Ok(day));
        for (format, text) in [
            ("%Y%m%d", "19991331"),
            ("%Y%m%d", "1999-12-31"),
            ("%d/%m/%Y", "12/31/1999"),
            ("%Y-%m-%d", "1999-02-29"),
            ("%Y-%m-%d", "0000-01-01"),
            ("%Y-%m-%d", "1999-12-31 00:00"),
            ("%Y-%m-%d", ""),
        ] {
            assert_eq!(formats(&[format]).read(text), Err(Reason::NotADate), "{format} {text}");
        }
    }

    #[test]
    fn moments_are_kept_in_utc() {
        let formats = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(timestamp("1970-01-01T01:00:00.000001+01:00", &[]), Ok(1));
        assert_eq!(timestamp("1970-01-01 00:00:01", &[]), Ok(1_000_000));
        assert_eq!(timestamp("01/01/1970 00:01", &formats(&["%d/%m/%Y %H:%M"])), Ok(60_000_000));
        assert_eq!(timestamp("1970-01-01 02:00 +0200", &formats(&["%Y-%m-%d %H:%M %z"])), Ok(0));
        assert_eq!(timestamp("yesterday", &[]), Err(Reason::NotATimestamp));
    }

    proptest::proptest! {
        #[test]
        fn fixed_formats_are_read_as_by_chrono(text in "[0-9/-]{0,10}", format in "%Y[-/]?%m[-/]?%d") {
            let formats = DateFormats::new(std::slice::from_ref(&format));
            let by_chrono = NaiveDate::parse_from_str(&text, &format).ok().filter(|day| (1..=9999).contains(&day.year()));
            proptest::prop_assert_eq!(formats.read(&text).ok(), by_chrono);
        }

        #[test]
        fn decimals_read_back(units in -999_999_999_999_i128..=999_999_999_999, scale in 0_i8..=6) {
            let power = 10_i128.pow(u32::from(scale.unsigned_abs()));
            let sign = if units < 0 { "-" } else { "" };
            let width = usize::from(scale.unsigned_abs());
            let text = format!("{sign}{}.{:0width$}", units.abs() / power, units.abs() % power);
            proptest::prop_assert_eq!(decimal(&text, 12, scale), Ok(units));
        }
    }
}
