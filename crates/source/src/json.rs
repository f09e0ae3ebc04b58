//! JSON lines: one object a line. Values keep the text in which they are written: numbers lose no digit, and what is
//! nested stays JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use model::Register;
use serde::de::IgnoredAny;

use crate::chunk::{Chunk, FIELD_BYTES_MAX, KEPT_BYTES_MAX, ROW_BYTES_MAX, Rows, TextRow, TextRows};
use crate::error::SourceError;
use crate::files::Delivered;
use crate::reason::Reason;

/// Reads the rows of a file and gives them to `send`, until it says that nobody takes them.
pub(crate) fn read(
    register: &Register,
    file: &Delivered,
    number: usize,
    send: &mut dyn FnMut(Chunk) -> bool,
) -> Result<(), SourceError> {
    let failed = |source| SourceError::io(&file.path, source);
    let mut input = BufReader::with_capacity(256 << 10, File::open(&file.path).map_err(failed)?);
    if file.bytes == 0 {
        return Err(SourceError::EmptyFile { file: PathBuf::from(&file.name), format: Some("json-lines") });
    }
    let mut rows = TextRows::default();
    let (mut line, mut first_row, mut bytes, mut is_first) = (0, 0, 0, true);
    let mut text = Vec::new();
    loop {
        text.clear();
        let Some(length) = read_line(&mut input, &mut text).map_err(failed)? else { break };
        line += 1;
        bytes += length as u64 + 1;
        let content = text.strip_prefix(b"\xEF\xBB\xBF").filter(|_| line == 1).unwrap_or(&text);
        if content.iter().all(u8::is_ascii_whitespace) && length == text.len() {
            continue;
        }
        if std::mem::take(&mut is_first)
            && let Some(column) = unknown_name(register, content)
        {
            return Err(SourceError::NewColumn {
                file: file.name.clone().into(),
                register: register.id.clone(),
                column,
            });
        }
        let begins = rows.raw.len();
        let is_too_long = length > text.len();
        let kept = if is_too_long { &content[..KEPT_BYTES_MAX.min(content.len())] } else { content };
        rows.raw.extend_from_slice(kept);
        let problem = is_too_long.then_some(Reason::RowTooLong);
        let row_bytes = if is_too_long { length } else { kept.len() };
        rows.rows.push(TextRow { line, raw: begins..rows.raw.len(), bytes: row_bytes, problem });
        if rows.is_full() {
            let full = std::mem::take(&mut rows);
            let count = full.rows.len() as u64;
            if !send(Chunk { file: number, first_row, bytes: std::mem::take(&mut bytes), rows: Rows::Json(full) }) {
                return Ok(());
            }
            first_row += count;
        }
    }
    send(Chunk { file: number, first_row, bytes, rows: Rows::Json(rows) });
    Ok(())
}

/// Reads a line without its end and gives its length; what is longer than a row may be is counted and left out.
fn read_line(input: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<Option<usize>> {
    let mut length = 0;
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok((length > 0).then_some(length));
        }
        let newline = buffer.iter().position(|byte| *byte == b'\n');
        let part = &buffer[..newline.unwrap_or(buffer.len())];
        let room = ROW_BYTES_MAX.saturating_sub(text.len());
        text.extend_from_slice(&part[..part.len().min(room)]);
        length += part.len();
        let consumed = part.len() + usize::from(newline.is_some());
        input.consume(consumed);
        if newline.is_some() {
            if text.last() == Some(&b'\r') && text.len() == length {
                text.pop();
                length -= 1;
            }
            return Ok(Some(length));
        }
    }
}

/// Gives a name of the object that the register file does not have.
fn unknown_name(register: &Register, line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?;
    let object = Object::parse(text).ok()?;
    let mut names = object.members().filter_map(|(name, _)| name).map(Cow::into_owned);
    names.find(|name| register.columns.values().all(|column| column.from != *name))
}

/// The fields of some lines, by column of the register.
pub(crate) struct JsonFields {
    width: usize,
    text: Vec<u8>,
    /// For each row and column, where in `text`.
    places: Vec<Option<(usize, usize)>>,
    /// For each row, why it can't be read, and about which column.
    pub(crate) problems: Vec<Option<(Option<usize>, Reason)>>,
    /// For each column, whether a row has its name.
    pub(crate) seen: Vec<bool>,
    /// For each column, how many of the rows so far were begun when a row last had its name.
    last_row: Vec<usize>,
}

/// Finds columns by their names in files.
struct Names<'a> {
    in_order: Vec<&'a str>,
    places: HashMap<&'a str, usize>,
}

impl Names<'_> {
    /// Gives the place of a name. Most rows have the names in the order of the register file, so the one after the last
    /// is tried first.
    fn place(&self, name: &str, after: Option<usize>) -> Option<usize> {
        let next = after.map_or(0, |place| place + 1);
        if self.in_order.get(next).is_some_and(|other| *other == name) {
            return Some(next);
        }
        self.places.get(name).copied()
    }
}

impl JsonFields {
    /// Takes lines apart.
    pub(crate) fn new(register: &Register, rows: &TextRows) -> Self {
        let in_order: Vec<&str> = register.columns.values().map(|column| column.from.as_str()).collect();
        let places = in_order.iter().enumerate().map(|(place, name)| (*name, place)).collect();
        let names = Names { in_order, places };
        let width = register.columns.len();
        let mut fields = Self {
            width,
            text: Vec::with_capacity(rows.raw.len()),
            places: vec![None; rows.rows.len() * width],
            problems: Vec::with_capacity(rows.rows.len()),
            seen: vec![false; width],
            last_row: vec![0; width],
        };
        for (number, row) in rows.rows.iter().enumerate() {
            let problem = match row.problem {
                Some(reason) => Some((None, reason)),
                None => fields.add(&names, number, &rows.raw[row.raw.clone()]).err(),
            };
            fields.problems.push(problem);
        }
        fields
    }

    /// Gives the text of a field; nothing where the object has no such name or it is null.
    pub(crate) fn field(&self, row: usize, column: usize) -> Option<&[u8]> {
        let (begin, end) = self.places[row * self.width + column]?;
        Some(&self.text[begin..end])
    }

    fn add(&mut self, names: &Names<'_>, row: usize, line: &[u8]) -> Result<(), (Option<usize>, Reason)> {
        let text = std::str::from_utf8(line).map_err(|_| (None, Reason::NotInEncoding))?;
        let object = Object::parse(text).map_err(|reason| (None, reason))?;
        let mut last = None;
        for (name, value) in object.members() {
            let name = name.ok_or((None, Reason::NotJson))?;
            let column = names.place(&name, last).ok_or((None, Reason::UnknownField))?;
            last = Some(column);
            if std::mem::replace(&mut self.last_row[column], row + 1) == row + 1 {
                return Err((Some(column), Reason::FieldTwice));
            }
            self.seen[column] = true;
            let value = match value {
                "null" => continue,
                text if text.starts_with('"') => unquoted(text).ok_or((Some(column), Reason::NotJson))?,
                // Numbers, booleans, and what is nested, as they are written.
                text => Cow::Borrowed(text),
            };
            if value.len() > FIELD_BYTES_MAX {
                return Err((Some(column), Reason::FieldTooLong));
            }
            let begin = self.text.len();
            self.text.extend_from_slice(value.as_bytes());
            self.places[row * self.width + column] = Some((begin, self.text.len()));
        }
        Ok(())
    }
}

/// A line that is a JSON object.
struct Object<'a>(&'a str);

impl<'a> Object<'a> {
    fn parse(line: &'a str) -> Result<Self, Reason> {
        let line = line.trim();
        // The whole is checked by the parser; what follows may then take it apart without looking twice.
        serde_json::from_str::<IgnoredAny>(line).map_err(|_| Reason::NotJson)?;
        if line.starts_with('{') { Ok(Self(line)) } else { Err(Reason::NotAnObject) }
    }

    /// Gives the names and the values as they are written, in order. A name is none when its escapes mean no character,
    /// which the parser doesn't look at in what it skips.
    fn members(&self) -> impl Iterator<Item = (Option<Cow<'a, str>>, &'a str)> + use<'a> {
        let mut rest = self.0[1..].trim_start();
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches([',', ' ', '\t']).trim_start();
            let (name, after) = rest.split_at(value_length(rest));
            let after = after.trim_start().strip_prefix(':')?.trim_start();
            let (value, after) = after.split_at(value_length(after));
            rest = after.trim_start();
            Some((unquoted(name), value))
        })
    }
}

/// Gives how long the value is with which this JSON begins.
fn value_length(json: &str) -> usize {
    let bytes = json.as_bytes();
    let (mut depth, mut place) = (0_usize, 0);
    while place < bytes.len() {
        match bytes[place] {
            b'"' => {
                place += 1;
                while place < bytes.len() && bytes[place] != b'"' {
                    place += 1 + usize::from(bytes[place] == b'\\');
                }
                if depth == 0 {
                    return (place + 1).min(bytes.len());
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return place,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return place + 1;
                }
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return place,
            _ => {}
        }
        place += 1;
    }
    bytes.len()
}

fn unquoted(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(text).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(line: &str) -> Vec<(String, String)> {
        let object = Object::parse(line).map_err(|reason| reason.code()).unwrap();
        object.members().map(|(name, value)| (name.unwrap().into_owned(), value.to_owned())).collect()
    }

    #[test]
    fn values_keep_their_text() {
        let line = r#" { "a" : 1.10 ,"b":12345678901234567890123, "c":"x, \"y\": {" ,"d":{"e":[1,"]"]},"f":null,"\u0067":-0, "h":[] } "#;
        let expected = [
            ("a", "1.10"),
            ("b", "12345678901234567890123"),
            ("c", r#""x, \"y\": {""#),
            ("d", r#"{"e":[1,"]"]}"#),
            ("f", "null"),
            ("g", "-0"),
            ("h", "[]"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(members(line), expected);
        assert!(members("{}").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn every_object_is_taken_apart_as_the_parser_does(
            map in proptest::collection::btree_map("\\PC{0,6}", proptest::prop_oneof![
                proptest::prelude::any::<i64>().prop_map(serde_json::Value::from),
                "\\PC{0,9}".prop_map(serde_json::Value::from),
                proptest::prelude::Just(serde_json::json!({"x": ["}", null]})),
            ], 0..6)
        ) {
            use proptest::prelude::*;
            let object: serde_json::Map<String, serde_json::Value> = map.into_iter().collect();
            let line = serde_json::to_string(&object).unwrap();
            let found: serde_json::Map<String, serde_json::Value> = members(&line)
                .into_iter()
                .map(|(name, value)| (name, serde_json::from_str(&value).unwrap()))
                .collect();
            prop_assert_eq!(found, object);
        }
    }

    use proptest::strategy::Strategy as _;
}
