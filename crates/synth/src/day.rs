//! Calendar days, counted from 1970-01-01, and the formats in which the registers write them.

/// A day of the proleptic Gregorian calendar: the number of days since 1970-01-01 (Arrow's `Date32`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) i32);

/// The day on which the registers are handed over; nothing in the republic happens after it.
pub(crate) const AS_OF: Day = Day::civil(2026, 1, 1);

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Day {
    /// Gives the day of this year, month (1–12) and day of the month.
    pub(crate) const fn civil(year: i32, month: i32, day: i32) -> Self {
        // Years are counted from March, so that the leap day is the last of its year.
        let year_from_march = if month <= 2 { year - 1 } else { year };
        let month_from_march = (month + 9) % 12;
        let days_before_year = year_from_march * 365 + year_from_march.div_euclid(4) - year_from_march.div_euclid(100)
            + year_from_march.div_euclid(400);
        let days_before_month = (153 * month_from_march + 2) / 5;
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        Self(days_before_year + days_before_month + day - 1 - 719_468)
    }

    /// Gives year, month and day of the month.
    pub(crate) const fn parts(self) -> (i32, i32, i32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month, day)
    }

    pub(crate) const fn year(self) -> i32 {
        self.parts().0
    }

    pub(crate) const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// Gives the day `years` later, by the mean length of a year: fit for ages, not for anniversaries.
    pub(crate) fn plus_years(self, years: f64) -> Self {
        Self(self.0 + (years * 365.25) as i32)
    }

    /// Gives the years from `earlier` to this day.
    pub(crate) fn years_since(self, earlier: Self) -> f64 {
        f64::from(self.0 - earlier.0) / 365.25
    }

    /// Writes the day in one of the registers' formats.
    pub(crate) fn write(self, format: DayFormat) -> String {
        let (year, month, day) = self.parts();
        match format {
            DayFormat::Compact => format!("{year:04}{month:02}{day:02}"),
            DayFormat::Iso => format!("{year:04}-{month:02}-{day:02}"),
            DayFormat::DayMonthYear => format!("{day:02}/{month:02}/{year:04}"),
            DayFormat::MonthDayYear => format!("{month:02}-{day:02}-{year:04}"),
            DayFormat::MonthDayYearSlash => format!("{month:02}/{day:02}/{year:04}"),
            DayFormat::Words => format!("{day} {} {year:04}", MONTHS[(month - 1) as usize]),
            DayFormat::YearMonth => format!("{year:04}-{month:02}"),
        }
    }
}

/// The days of a month, as a calendar counts them.
pub(crate) const fn month_length(year: i32, month: i32) -> i32 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Day::civil(next_year, next_month, 1).0 - Day::civil(year, month, 1).0
}

/// How a register writes days.
#[derive(Clone, Copy)]
pub(crate) enum DayFormat {
    /// 19800305
    Compact,
    /// 1980-03-05
    Iso,
    /// 05/03/1980, day first
    DayMonthYear,
    /// 03-05-1980, month first
    MonthDayYear,
    /// 03/05/1980, month first
    MonthDayYearSlash,
    /// 5 Mar 1980
    Words,
    /// 1980-03
    YearMonth,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_and_parts_are_inverse_over_two_centuries() {
        for day in Day::civil(1899, 12, 31).0..Day::civil(2101, 1, 2).0 {
            let (year, month, of_month) = Day(day).parts();
            assert_eq!(Day::civil(year, month, of_month), Day(day));
            assert!(of_month <= month_length(year, month));
        }
    }

    #[test]
    fn known_days() {
        assert_eq!(Day::civil(1970, 1, 1), Day(0));
        assert_eq!(Day::civil(2000, 2, 29), Day(11_016));
        assert_eq!(Day::civil(2026, 1, 1), Day(20_454));
        assert_eq!(month_length(2024, 2), 29);
        assert_eq!(month_length(1900, 2), 28);
    }

    #[test]
    fn every_format() {
        let day = Day::civil(1980, 3, 5);
        let written = |format| day.write(format);
        assert_eq!(written(DayFormat::Compact), "19800305");
        assert_eq!(written(DayFormat::Iso), "1980-03-05");
        assert_eq!(written(DayFormat::DayMonthYear), "05/03/1980");
        assert_eq!(written(DayFormat::MonthDayYear), "03-05-1980");
        assert_eq!(written(DayFormat::MonthDayYearSlash), "03/05/1980");
        assert_eq!(written(DayFormat::Words), "5 Mar 1980");
        assert_eq!(written(DayFormat::YearMonth), "1980-03");
    }
}
