//! Functions that models use to bring registers to one form. All are pure, and null where their argument is.

use std::sync::Arc;

use arrow_array::builder::{Date32Builder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;
use chrono::NaiveDate;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What a function does, for reference pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionDoc {
    /// How it is called.
    pub call: &'static str,
    /// What it gives.
    pub says: &'static str,
    /// A call whose value is `gives`.
    pub example: &'static str,
    /// The value of the example, as text.
    pub gives: &'static str,
}

/// The functions that [`register_functions`] adds, in the order in which pages list them.
pub const FUNCTIONS: [FunctionDoc; 6] = [
    FunctionDoc {
        call: "blank_to_null(text)",
        says: "the text without spaces around it; null when nothing is left",
        example: "blank_to_null('  Ann ')",
        gives: "Ann",
    },
    FunctionDoc {
        call: "digits_only(text)",
        says: "its ASCII digits; null when it has none",
        example: "digits_only('078-05-1120')",
        gives: "078051120",
    },
    FunctionDoc {
        call: "fold_name(text)",
        says: "the text in lower case, without accents, each run of other characters than letters and digits as one \
               space; null when nothing is left",
        example: "fold_name('  O''Neill-ÉTIENNE ')",
        gives: "o neill etienne",
    },
    FunctionDoc {
        call: "without_title(text)",
        says: "a name without forms of address and academic titles before it, in English and French; null when nothing \
               is left",
        example: "without_title('Mme Dr. Zoé Martin')",
        gives: "Zoé Martin",
    },
    FunctionDoc {
        call: "parse_day(text, format)",
        says: "the day written in this strftime format; null when the text is not such a day",
        example: "parse_day('31/12/1999', '%d/%m/%Y')",
        gives: "1999-12-31",
    },
    FunctionDoc {
        call: "house_number(text)",
        says: "the number at the beginning of a line of an address, with its letter; null when there is none",
        example: "house_number('12B Main Street')",
        gives: "12b",
    },
];

/// Adds the functions of [`FUNCTIONS`] to a session.
pub fn register_functions(context: &SessionContext) {
    context.register_udf(text_function("blank_to_null", |text| some_text(text.trim())));
    context.register_udf(text_function("digits_only", |text| {
        some_text(&text.chars().filter(char::is_ascii_digit).collect::<String>())
    }));
    context.register_udf(text_function("fold_name", |text| some_text(&fold_name(text))));
    context.register_udf(text_function("without_title", |text| some_text(without_title(text))));
    context.register_udf(text_function("house_number", house_number));
    context.register_udf(create_udf(
        "parse_day",
        vec![DataType::Utf8, DataType::Utf8],
        DataType::Date32,
        Volatility::Immutable,
        Arc::new(parse_days),
    ));
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn fold_name(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut is_apart = false;
    let is_accent = |letter: &char| is_combining_mark(*letter) && !is_sound(*letter);
    // Composed again, a Korean syllable is one character and not the two or three that it is made of.
    let letters = text.nfkd().filter(|letter| !is_accent(letter)).nfc();
    for letter in letters.flat_map(char::to_lowercase).filter(|letter| !is_accent(letter)) {
        let plain = match letter {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'ø' => "o",
            'đ' | 'ð' => "d",
            'ł' => "l",
            'þ' => "th",
            'ı' => "i",
            _ if letter.is_alphanumeric() || is_sound(letter) => {
                push_apart(&mut folded, &mut is_apart);
                folded.push(letter);
                continue;
            }
            _ => {
                is_apart = true;
                continue;
            }
        };
        push_apart(&mut folded, &mut is_apart);
        folded.push_str(plain);
    }
    folded
}

/// Says whether a mark is a sound of its own and no accent: vowel signs of Thaana, from Devanagari to Myanmar, of Khmer, Cham and
/// Meetei Mayek, and what voices a Japanese syllable. Linkage takes the same for sounds.
fn is_sound(letter: char) -> bool {
    matches!(letter, '\u{7a6}'..='\u{7b0}' | '\u{900}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3099}' | '\u{309a}'
        | '\u{aa00}'..='\u{aa5f}' | '\u{abe3}'..='\u{abea}')
        && is_combining_mark(letter)
}

fn push_apart(folded: &mut String, is_apart: &mut bool) {
    if std::mem::take(is_apart) && !folded.is_empty() {
        folded.push(' ');
    }
}

const TITLES: [&str; 16] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "dr",
    "prof",
    "professor",
    "rev",
    "m",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "mademoiselle",
];

/// A single letter is a title only with more than one word behind it: `M. Martin` may be the initial of a first name.
fn without_title(text: &str) -> &str {
    let mut rest = text.trim();
    while let Some((word, behind)) = rest.split_once(char::is_whitespace) {
        let behind = behind.trim_start();
        let title = word.trim_end_matches('.').to_lowercase();
        let is_initial = title.len() == 1 && !behind.contains(char::is_whitespace);
        if !TITLES.contains(&title.as_str()) || is_initial {
            return rest;
        }
        rest = behind;
    }
    rest
}

fn house_number(text: &str) -> Option<String> {
    let first = text.trim().split(|c: char| c.is_whitespace() || c == ',').next()?;
    let digits = first.bytes().take_while(u8::is_ascii_digit).count();
    let letters = first[digits..].chars().count();
    (digits > 0 && letters <= 3).then(|| first.to_lowercase())
}

fn text_function(name: &str, of: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> ScalarUDF {
    let compute = move |arguments: &[ColumnarValue]| -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let texts = texts(&arrays, 0)?;
        let mut results = StringBuilder::with_capacity(texts.len(), texts.value_data().len());
        for text in texts {
            results.append_option(text.and_then(&of));
        }
        answer(arguments, Arc::new(results.finish()))
    };
    create_udf(name, vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(compute))
}

fn parse_days(arguments: &[ColumnarValue]) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let (texts, formats) = (texts(&arrays, 0)?, texts(&arrays, 1)?);
    let mut days = Date32Builder::with_capacity(texts.len());
    for (text, format) in texts.iter().zip(formats) {
        let day = text.zip(format).and_then(|(text, format)| NaiveDate::parse_from_str(text.trim(), format).ok());
        days.append_option(day.map(Date32Type::from_naive_date));
    }
    answer(arguments, Arc::new(days.finish()))
}

fn texts(arrays: &[ArrayRef], index: usize) -> Result<&StringArray> {
    let texts = arrays.get(index).and_then(|array| array.as_string_opt::<i32>());
    texts.ok_or_else(|| DataFusionError::Plan("an argument that should be text is not".to_owned()))
}

/// Of constants the answer is a constant.
fn answer(arguments: &[ColumnarValue], array: ArrayRef) -> Result<ColumnarValue> {
    let is_constant = arguments.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
    if is_constant {
        return Ok(ColumnarValue::Scalar(datafusion::common::ScalarValue::try_from_array(&array, 0)?));
    }
    Ok(ColumnarValue::Array(array))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "sessions without tables")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn functions_give_what_their_pages_say() {
        let context = SessionContext::new();
        register_functions(&context);
        for function in FUNCTIONS {
            let sql = format!("select cast({} as varchar)", function.example);
            let batches = context.sql(&sql).await.unwrap().collect().await.unwrap();
            let shown = arrow_cast::cast(batches[0].column(0), &DataType::Utf8).unwrap();
            assert_eq!(shown.as_string::<i32>().value(0), function.gives, "{}", function.call);
        }
    }

    #[tokio::test]
    async fn what_is_missing_stays_missing() {
        let context = SessionContext::new();
        register_functions(&context);
        let cases = [
            "blank_to_null('   ')",
            "digits_only('none')",
            "fold_name('-–')",
            "house_number('Main Street 12')",
            "parse_day('1999-02-30', '%Y-%m-%d')",
            "parse_day('tomorrow', '%Q')",
            "parse_day(null, '%Y')",
            "fold_name(null)",
        ];
        for case in cases {
            let batches = context.sql(&format!("select {case} is null")).await.unwrap().collect().await.unwrap();
            assert!(batches[0].column(0).as_boolean().value(0), "{case}");
        }
    }

    #[test]
    fn titles_end_where_names_begin() {
        let cases = [
            ("Dr. Prof. Ann Lee", "Ann Lee"),
            ("M. Paul Martin", "Paul Martin"),
            ("M. Martin", "M. Martin"),
            ("Dr", "Dr"),
            ("Drew Barry", "Drew Barry"),
            ("", ""),
        ];
        for (name, rest) in cases {
            assert_eq!(without_title(name), rest, "{name}");
        }
    }

    #[test]
    fn names_fold_alike() {
        for (a, b) in
            [("Łukasz", "lukasz"), ("MÜLLER", "muller"), ("D'Arcy", "d arcy"), ("Æsir", "aesir"), ("Ｊｏｈｎ", "john")]
        {
            assert_eq!(fold_name(a), b);
        }
        // Vowel signs and voiced syllables are no accents, and a Korean syllable stays one character.
        for name in ["मोहन शर्मा", "がか", "김민수"] {
            assert_eq!(fold_name(name), name);
        }
    }
}
