//! Why a row is quarantined: a code for programs, a sentence for people, and never the value.

use std::fmt;

/// Why a row is quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reason {
    FieldCount,
    OpenQuote,
    StrayQuote,
    RowTooLong,
    FieldTooLong,
    NotInEncoding,
    NulByte,
    NotJson,
    NotAnObject,
    FieldTwice,
    UnknownField,
    MissingValue,
    NotAnInteger,
    NotADecimal,
    TooManyDigits,
    NotABoolean,
    NotADate,
    NotAMonth,
    NotATimestamp,
    FailsCheck,
    NoKey,
    DuplicateKey,
    DuplicateRow,
    Superseded,
}

impl Reason {
    pub(crate) const ALL: [Self; 24] = [
        Self::FieldCount,
        Self::OpenQuote,
        Self::StrayQuote,
        Self::RowTooLong,
        Self::FieldTooLong,
        Self::NotInEncoding,
        Self::NulByte,
        Self::NotJson,
        Self::NotAnObject,
        Self::FieldTwice,
        Self::UnknownField,
        Self::MissingValue,
        Self::NotAnInteger,
        Self::NotADecimal,
        Self::TooManyDigits,
        Self::NotABoolean,
        Self::NotADate,
        Self::NotAMonth,
        Self::NotATimestamp,
        Self::FailsCheck,
        Self::NoKey,
        Self::DuplicateKey,
        Self::DuplicateRow,
        Self::Superseded,
    ];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::FieldCount => "field-count",
            Self::OpenQuote => "open-quote",
            Self::StrayQuote => "stray-quote",
            Self::RowTooLong => "row-too-long",
            Self::FieldTooLong => "field-too-long",
            Self::NotInEncoding => "not-in-encoding",
            Self::NulByte => "nul-byte",
            Self::NotJson => "not-json",
            Self::NotAnObject => "not-an-object",
            Self::FieldTwice => "field-twice",
            Self::UnknownField => "unknown-field",
            Self::MissingValue => "missing-value",
            Self::NotAnInteger => "not-an-integer",
            Self::NotADecimal => "not-a-decimal",
            Self::TooManyDigits => "too-many-digits",
            Self::NotABoolean => "not-a-boolean",
            Self::NotADate => "not-a-date",
            Self::NotAMonth => "not-a-month",
            Self::NotATimestamp => "not-a-timestamp",
            Self::FailsCheck => "fails-check",
            Self::NoKey => "no-key",
            Self::DuplicateKey => "duplicate-key",
            Self::DuplicateRow => "duplicate-row",
            Self::Superseded => "superseded",
        }
    }

    fn says(self) -> &'static str {
        match self {
            Self::FieldCount => "the row has more or fewer fields than the header line",
            Self::OpenQuote => "a quote is opened and not closed before the file ends: lines below may be within it",
            Self::StrayQuote => {
                "text stands right after a quote that closes a field: a quote before it may be left open, and lines may be within it"
            }
            Self::RowTooLong => "the row is longer than 8 MiB; a quote may be left open",
            Self::FieldTooLong => "a field is longer than 1 MiB; a quote may be left open",
            Self::NotInEncoding => {
                "a byte means nothing in the encoding that the register file states: set `encoding` there to the delivery's"
            }
            Self::NulByte => "the text has a byte of value zero",
            Self::NotJson => "the line is not JSON",
            Self::NotAnObject => "the line is JSON but no object in braces",
            Self::FieldTwice => "the object has the same name twice",
            Self::UnknownField => {
                "the object has a name that the register file does not have: describe it there under `[columns]`, or have it \
                 left out of the delivery"
            }
            Self::MissingValue => "the column is required and has no value",
            Self::NotAnInteger => "the text is not a whole number of at most 64 bits",
            Self::NotADecimal => "the text is not a decimal number",
            Self::TooManyDigits => "the number has more digits than the type of the column",
            Self::NotABoolean => "the text is none of true, false, yes, no, y, n, 1 and 0",
            Self::NotADate => {
                "the text is not a day in a format of the column: add its own to `format` in the register file, or have it \
                 corrected"
            }
            Self::NotAMonth => "the text is not a year and a month such as 1993-07",
            Self::NotATimestamp => {
                "the text is not a moment in a format of the column: add its own to `format` in the register file, or have it \
                 corrected"
            }
            Self::FailsCheck => "the text fails the check of the column",
            Self::NoKey => "no column of the key has a value",
            Self::DuplicateKey => "a row before it has the same key and other values",
            Self::DuplicateRow => "a row before it has the same key and the same values",
            Self::Superseded => "a later row of the delivery changes the same record",
        }
    }

    /// Tells whether the row is wrong. A row that a later one takes the place of is not.
    pub(crate) fn is_fault(self) -> bool {
        self != Self::Superseded
    }
}

/// Writes `code: sentence`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.says())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_register_file_can_mend_is_said() {
        for (reason, mend) in [
            (Reason::NotInEncoding, "set `encoding`"),
            (Reason::UnknownField, "under `[columns]`"),
            (Reason::NotADate, "`format` in the register file"),
            (Reason::NotATimestamp, "`format` in the register file"),
        ] {
            assert!(reason.to_string().contains(mend), "{reason}");
        }
    }

    #[test]
    fn all_reasons_are_listed_once_and_in_order() {
        assert!(Reason::ALL.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Reason::ALL.last().map(|last| *last as usize + 1), Some(Reason::ALL.len()));
        assert_eq!(Reason::ALL.last(), Some(&Reason::Superseded));
    }
}
