//! Tells whether a date format can be read with.

use std::fmt::Write;

use chrono::format::{Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate};

/// 23 November 2001, 14:35:00 UTC: no two of its parts are the same number, so no mix-up goes unseen.
const SAMPLE_SECONDS: i64 = 1_006_526_100;

/// Tells whether a day (or moment) written in `format` can be read back from what was written.
pub(crate) fn reads_back(format: &str, with_time: bool) -> bool {
    let Some(sample) = DateTime::from_timestamp(SAMPLE_SECONDS, 0) else { return false };
    let mut text = String::new();
    if write!(text, "{}", sample.format(format)).is_err() {
        return false;
    }
    let mut parsed = Parsed::new();
    if parse(&mut parsed, &text, StrftimeItems::new(format)).is_err() {
        return false;
    }
    if with_time {
        parsed.to_naive_datetime_with_offset(0).is_ok_and(|moment| moment == sample.naive_utc())
    } else {
        let day: Option<NaiveDate> = parsed.to_naive_date().ok();
        day == Some(sample.date_naive())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_must_tell_all_of_a_day_or_moment() {
        for format in ["%Y-%m-%d", "%Y%m%d", "%d/%m/%y", "%d %b %Y", "%Y-%j", "%Y-%m-%d %H:%M"] {
            assert!(reads_back(format, false), "{format}");
        }
        for format in ["", "%Y", "%m-%d", "%Q", "%", "year", "%H:%M"] {
            assert!(!reads_back(format, false), "{format}");
        }
        for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%z", "%s"] {
            assert!(reads_back(format, true), "{format}");
        }
        for format in ["%Y-%m-%d", "%Y-%m-%d %H", "%H:%M:%S"] {
            assert!(!reads_back(format, true), "{format}");
        }
    }
}
