//! Dates and times as DuckDB reads and writes them.

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// A format of `try_strptime`, read once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Format {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Piece {
    Byte(u8),
    Year,
    ShortYear,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Format {
    /// Reads a format of `%Y %y %m %d %H %M %S`, of which all but the years may be written `%-m` and so on.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                let mut bytes = [0; 4];
                pieces.extend(letter.encode_utf8(&mut bytes).bytes().map(Piece::Byte));
                continue;
            }
            let (bare, letter) = match letters.next() {
                Some('-') => (true, letters.next()),
                other => (false, other),
            };
            pieces.push(match letter {
                Some('Y') if !bare => Piece::Year,
                Some('y') => Piece::ShortYear,
                Some('m') => Piece::Month,
                Some('d') => Piece::Day,
                Some('H') => Piece::Hour,
                Some('M') => Piece::Minute,
                Some('S') => Piece::Second,
                Some('%') if !bare => Piece::Byte(b'%'),
                _ => return Err("of date formats, %Y %y %m %d %H %M and %S are supported".to_owned()),
            });
        }
        Ok(Self { pieces })
    }

    /// Reads a time as DuckDB's `try_strptime` does, as microseconds since 1970, or nothing when the text is none.
    pub(super) fn read(&self, text: &[u8]) -> Option<i64> {
        let text = text.trim_ascii_start_spaces();
        if let Some(rest) = special(text) {
            // The named times of DuckDB come out as the date that its parser starts from.
            return rest.iter().all(|byte| is_space(*byte)).then(|| days(1900, 1, 1) * DAY);
        }
        let (mut year, mut month, mut day, mut hour, mut minute, mut second) = (1900, 1, 1, 0, 0, 0);
        let mut rest = text;
        let mut pieces = self.pieces.as_slice();
        while let [piece, following @ ..] = pieces {
            pieces = following;
            let mut number = |width: usize, least: i64, most: i64| -> Option<i64> {
                let length = rest.iter().take(width).take_while(|byte| byte.is_ascii_digit()).count();
                let (digits, behind) = rest.split_at(length);
                rest = behind;
                let number = digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
                (length > 0 && (least..=most).contains(&number)).then_some(number)
            };
            match piece {
                Piece::Year => year = number(4, 0, 9999)?,
                Piece::ShortYear => {
                    let short = number(2, 0, 99)?;
                    year = short + if short >= 69 { 1900 } else { 2000 };
                }
                Piece::Month => month = number(2, 1, 12)?,
                Piece::Day => day = number(2, 1, 31)?,
                Piece::Hour => hour = number(2, 0, 23)?,
                Piece::Minute => minute = number(2, 0, 59)?,
                Piece::Second => second = number(2, 0, 59)?,
                // A run of spaces stands for a run of spaces.
                Piece::Byte(space) if is_space(*space) => {
                    if !rest.first().is_some_and(|byte| is_space(*byte)) {
                        return None;
                    }
                    rest = rest.trim_ascii_start_spaces();
                    while let [Piece::Byte(next), following @ ..] = pieces
                        && is_space(*next)
                    {
                        pieces = following;
                    }
                }
                Piece::Byte(byte) => rest = rest.strip_prefix(std::slice::from_ref(byte))?,
            }
        }
        if !rest.iter().all(|byte| is_space(*byte)) || day > month_length(year, month) {
            return None;
        }
        Some(days(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1_000_000)
    }
}

trait Trim {
    fn trim_ascii_start_spaces(&self) -> &Self;
}

impl Trim for [u8] {
    fn trim_ascii_start_spaces(&self) -> &Self {
        let spaces = self.iter().take_while(|byte| is_space(**byte)).count();
        &self[spaces..]
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r')
}

/// Returns what follows one of DuckDB's named times, when the text begins with one.
fn special(text: &[u8]) -> Option<&[u8]> {
    ["infinity", "-infinity", "epoch"].into_iter().find_map(|name| {
        let (start, rest) = text.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)
    })
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the days since 1970-01-01 of a day of the Gregorian calendar.
///
/// H. Hinnant, "chrono-compatible low-level date algorithms" (2013).
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Returns year, month and day of days since 1970-01-01.
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// Returns the day of a time.
pub(super) fn day_of(micros: i64) -> i64 {
    micros.div_euclid(DAY)
}

/// Returns the time at which a day begins, or nothing beyond what 64 bits hold.
pub(super) fn midnight(days: i64) -> Option<i64> {
    days.checked_mul(DAY)
}

/// Reads a date written `2000-01-31`.
pub(super) fn iso(text: &str) -> Option<i64> {
    let format = [Piece::Year, Piece::Byte(b'-'), Piece::Month, Piece::Byte(b'-'), Piece::Day];
    (text.len() == 10).then(|| Format { pieces: format.to_vec() }.read(text.as_bytes())).flatten().map(day_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_back() {
        for day in (-800_000..3_000_000).step_by(37) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
        assert_eq!((civil(0), civil(-1), civil(18_321)), ((1970, 1, 1), (1969, 12, 31), (2020, 2, 29)));
        assert_eq!((iso("2000-01-01"), iso("2000-02-30"), iso("2000-1-1")), (Some(10_957), None, None));
    }
}
