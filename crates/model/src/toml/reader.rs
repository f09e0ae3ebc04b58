//! Reads values out of a TOML table, keeps what is wrong with them, and remembers where each was.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;
use toml_edit::{ArrayOfTables, Document, Item, TableLike};

use super::nearest::advice;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::id::IdError;
use crate::validity::Validity;

/// Where values were found, by their path within the file, such as `registers[1]` or `valid.until`.
pub(crate) type Places = HashMap<String, Range<usize>>;

/// One file while it is read: what was found wrong and where values are.
pub(crate) struct Sheet {
    file: Arc<SourceFile>,
    found: RefCell<Vec<Diagnostic>>,
    places: RefCell<Places>,
}

impl Sheet {
    pub(crate) fn new(file: &Arc<SourceFile>) -> Self {
        Self { file: Arc::clone(file), found: RefCell::default(), places: RefCell::default() }
    }

    pub(crate) fn error(
        &self,
        span: Range<usize>,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = within(&self.file.text, span);
        self.found.borrow_mut().push(Diagnostic::error(&self.file, Some(span), code, message, help));
    }

    pub(crate) fn into_parts(self) -> (Vec<Diagnostic>, Places) {
        (self.found.into_inner(), self.places.into_inner())
    }

    /// Parses TOML; a syntax error is kept and hides the rest of the file.
    ///
    /// `text` is the file's text, or a text of the same length in which what is not TOML was blanked out.
    pub(crate) fn parse(&self, text: &str) -> Option<Document<String>> {
        match Document::parse(text.to_owned()) {
            Ok(document) => Some(document),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let message = format!("this is not TOML: {}", error.message().trim().replace('\n', ", "));
                self.error(
                    span,
                    "toml/syntax",
                    message,
                    "mend this first, the rest of the file was not read; texts stand in quotes",
                );
                None
            }
        }
    }
}

/// Cuts a span to the text and to whole characters.
fn within(text: &str, span: Range<usize>) -> Range<usize> {
    let floor = |offset: usize| {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = floor(span.start);
    start..floor(span.end).max(start)
}

/// A table whose keys are asked for one by one; [`Table::finish`] complains about those that nobody asked for.
pub(crate) struct Table<'d> {
    sheet: &'d Sheet,
    table: &'d dyn TableLike,
    path: String,
    span: Range<usize>,
    asked: RefCell<Vec<&'static str>>,
}

/// A key of a table whose keys are names that people choose.
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

impl<'d> Table<'d> {
    pub(crate) fn root(sheet: &'d Sheet, document: &'d Document<String>) -> Self {
        let table = document.as_table();
        Self { sheet, table, path: String::new(), span: 0..0, asked: RefCell::default() }
    }

    pub(crate) fn sheet(&self) -> &'d Sheet {
        self.sheet
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    fn value(&self, key: &str) -> Option<(Name, Value<'d>)> {
        let (key_, item) = self.table.get_key_value(key)?;
        let name_span = key_.span().unwrap_or(self.span.clone());
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        let node = match item {
            Item::Value(value) => Node::of(value),
            Item::Table(table) => Node::Table(table),
            Item::ArrayOfTables(tables) => Node::Tables(tables),
            Item::None => return None,
        };
        let span = item.span().unwrap_or(name_span.clone());
        self.sheet.places.borrow_mut().insert(path.clone(), within(&self.sheet.file.text, span.clone()));
        let name = Name { text: key.to_owned(), span: name_span };
        Some((name, Value { sheet: self.sheet, node, span, path }))
    }

    /// Gives the value of a key that may be left out.
    pub(crate) fn get(&self, key: &'static str) -> Option<Value<'d>> {
        self.asked.borrow_mut().push(key);
        self.value(key).map(|(_, value)| value)
    }

    /// Gives the value of a key that must be there; `example` is a line that would mend its absence.
    pub(crate) fn require(&self, key: &'static str, example: &str) -> Option<Value<'d>> {
        let value = self.get(key);
        if value.is_none() {
            let within = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
            let message = format!("`{key}` is missing{within}");
            self.sheet.error(self.span(), "toml/missing-key", message, format!("add it, for example `{example}`"));
        }
        value
    }

    /// Gives all keys and values, in the order of the file, of a table whose keys are names that people choose.
    pub(crate) fn entries(&self) -> Vec<(Name, Value<'d>)> {
        self.table.iter().filter_map(|(key, _)| self.value(key)).collect()
    }

    /// Complains about keys that were not asked for.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter() {
            if asked.contains(&key) {
                continue;
            }
            let span = self.table.get_key_value(key).and_then(|(key, _)| key.span()).unwrap_or(self.span());
            let within = if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) };
            let help = advice(key, asked.iter().copied());
            self.sheet.error(span, "toml/unknown-key", format!("there is no key `{key}`{within}"), help);
        }
    }
}

#[derive(Clone, Copy)]
enum Node<'d> {
    Value(&'d toml_edit::Value),
    Table(&'d dyn TableLike),
    Tables(&'d ArrayOfTables),
}

impl<'d> Node<'d> {
    fn of(value: &'d toml_edit::Value) -> Self {
        match value {
            toml_edit::Value::InlineTable(table) => Self::Table(table),
            other => Self::Value(other),
        }
    }
}

/// A value that was found. Its methods give what it holds, or keep what is wrong with it and give none.
pub(crate) struct Value<'d> {
    sheet: &'d Sheet,
    node: Node<'d>,
    span: Range<usize>,
    path: String,
}

impl<'d> Value<'d> {
    /// Keeps an error that points at the value.
    pub(crate) fn error(&self, code: &'static str, message: impl Into<String>, help: impl Into<String>) {
        self.sheet.error(self.span.clone(), code, message, help);
    }

    fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        let found = match self.node {
            Node::Value(toml_edit::Value::String(_)) => "a text",
            Node::Value(toml_edit::Value::Integer(_)) => "an integer",
            Node::Value(toml_edit::Value::Float(_)) => "a number",
            Node::Value(toml_edit::Value::Boolean(_)) => "true or false",
            Node::Value(toml_edit::Value::Datetime(_)) => "a date",
            Node::Value(toml_edit::Value::Array(_)) | Node::Tables(_) => "a list",
            Node::Value(toml_edit::Value::InlineTable(_)) | Node::Table(_) => "a table",
        };
        let message = format!("`{}` is {found}", self.path);
        self.error("toml/wrong-type", message, format!("write {expected} here"));
        None
    }

    /// Gives the text if the value is one, without complaint if it is not.
    pub(crate) fn as_text(&self) -> Option<&'d str> {
        match self.node {
            Node::Value(value) => value.as_str(),
            Node::Table(_) | Node::Tables(_) => None,
        }
    }

    /// Gives a text, which may be blank.
    pub(crate) fn raw_text(&self) -> Option<&'d str> {
        self.as_text().or_else(|| self.wrong_type("a text in quotes"))
    }

    /// Gives a text that is not blank.
    pub(crate) fn text(&self) -> Option<String> {
        let text = self.raw_text()?;
        if text.trim().is_empty() {
            self.error("toml/empty-text", format!("`{}` is empty", self.path), "write what it should say");
            return None;
        }
        Some(text.to_owned())
    }

    /// Gives an id.
    pub(crate) fn id<T: FromStr<Err = IdError>>(&self) -> Option<T> {
        let text = self.raw_text()?;
        match text.parse() {
            Ok(id) => Some(id),
            Err(reason) => {
                self.error("toml/bad-id", format!("`{text}` can't be an id"), reason.to_string());
                None
            }
        }
    }

    /// Gives a whole number within `range`.
    pub(crate) fn integer(&self, range: RangeInclusive<i64>) -> Option<i64> {
        let number = match self.node {
            Node::Value(toml_edit::Value::Integer(number)) => *number.value(),
            _ => return self.wrong_type("a whole number"),
        };
        if range.contains(&number) {
            return Some(number);
        }
        let help = match *range.end() {
            i64::MAX => format!("write a number from {} up", range.start()),
            end => format!("write a number from {} to {end}", range.start()),
        };
        self.error("toml/out-of-range", format!("`{}` can't be {number}", self.path), help);
        None
    }

    /// Gives a number.
    pub(crate) fn number(&self) -> Option<f64> {
        match self.node {
            Node::Value(toml_edit::Value::Float(number)) if number.value().is_finite() => Some(*number.value()),
            // Bounds are money or shares: far below 2^53, from where integers stop being exact.
            #[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
            Node::Value(toml_edit::Value::Integer(number)) => Some(*number.value() as f64),
            _ => self.wrong_type("a finite number"),
        }
    }

    /// Gives a number from 0 to 1, both included.
    pub(crate) fn share(&self) -> Option<f64> {
        let number = self.number()?;
        if (0.0..=1.0).contains(&number) {
            return Some(number);
        }
        self.error("toml/out-of-range", format!("`{}` can't be {number}", self.path), "write a number from 0 to 1");
        None
    }

    /// Gives true or false.
    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.node {
            Node::Value(toml_edit::Value::Boolean(value)) => Some(*value.value()),
            _ => self.wrong_type("`true` or `false`"),
        }
    }

    /// Gives a day.
    pub(crate) fn date(&self) -> Option<NaiveDate> {
        let datetime = match self.node {
            Node::Value(toml_edit::Value::Datetime(datetime)) => datetime.value(),
            _ => return self.wrong_type("a day without quotes, such as `2026-01-31`"),
        };
        let day = match (datetime.date, datetime.time) {
            (Some(date), None) => {
                NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
            }
            _ => None,
        };
        if day.is_none() {
            let message = format!("`{}` is not a day", self.path);
            self.error("toml/bad-date", message, "write a day without a time, such as `2026-01-31`");
        }
        day
    }

    /// Gives the value of the word that the text is.
    pub(crate) fn choice<T: Clone>(&self, code: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.raw_text()?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(value.clone());
        }
        let help = advice(text, choices.iter().map(|(word, _)| *word));
        self.error(code, format!("`{}` can't be `{text}`", self.path), help);
        None
    }

    /// Gives what `read` makes of every element of a list; none when one of them is wrong.
    pub(crate) fn list<T>(&self, read: impl Fn(&Value<'d>) -> Option<T>) -> Option<Vec<T>> {
        let elements: Vec<(Node<'d>, Option<Range<usize>>)> = match self.node {
            Node::Value(toml_edit::Value::Array(array)) => {
                array.iter().map(|element| (Node::of(element), element.span())).collect()
            }
            Node::Tables(tables) => tables.iter().map(|table| (Node::Table(table), table.span())).collect(),
            _ => return self.wrong_type("a list in `[…]`"),
        };
        let mut made = Vec::with_capacity(elements.len());
        let mut whole = true;
        for (index, (node, span)) in elements.into_iter().enumerate() {
            let span = span.unwrap_or(self.span.clone());
            let path = format!("{}[{index}]", self.path);
            self.sheet.places.borrow_mut().insert(path.clone(), within(&self.sheet.file.text, span.clone()));
            match read(&Value { sheet: self.sheet, node, span, path }) {
                Some(element) => made.push(element),
                None => whole = false,
            }
        }
        whole.then_some(made)
    }

    /// Gives a list of which no two elements are the same.
    pub(crate) fn distinct<T: PartialEq + Clone>(&self, read: impl Fn(&Value<'d>) -> Option<T>) -> Option<Vec<T>> {
        let seen: RefCell<Vec<T>> = RefCell::default();
        self.list(|value| {
            let element = read(value)?;
            if seen.borrow().contains(&element) {
                let message = format!("`{}` says the same as an element before it", value.path);
                value.error("toml/named-twice", message, "leave one out");
            }
            seen.borrow_mut().push(element.clone());
            Some(element)
        })
    }

    /// Gives a list of at least one element, no two of them the same.
    pub(crate) fn filled_list<T: PartialEq + Clone>(
        &self,
        code: &'static str,
        read: impl Fn(&Value<'d>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = self.distinct(read)?;
        if list.is_empty() {
            self.error(code, format!("`{}` is empty", self.path), "name at least one");
            return None;
        }
        Some(list)
    }

    /// Gives a list that may be written as one text when it has one element; it has at least one.
    pub(crate) fn texts(&self, code: &'static str) -> Option<Vec<String>> {
        match self.as_text() {
            Some(text) if text.trim().is_empty() => {
                self.error(code, format!("`{}` is empty", self.path), "name at least one");
                None
            }
            Some(text) => {
                // A lone text counts as the first element.
                let place = within(&self.sheet.file.text, self.span.clone());
                self.sheet.places.borrow_mut().insert(format!("{}[0]", self.path), place);
                Some(vec![text.to_owned()])
            }
            None => self.filled_list(code, Value::text),
        }
    }

    pub(crate) fn is_table(&self) -> bool {
        matches!(self.node, Node::Table(_))
    }

    /// Gives a table.
    pub(crate) fn table(&self) -> Option<Table<'d>> {
        let Node::Table(table) = self.node else { return self.wrong_type("a table `{ … }`") };
        let (sheet, path, span) = (self.sheet, self.path.clone(), self.span.clone());
        Some(Table { sheet, table, path, span, asked: RefCell::default() })
    }

    /// Gives days from until, in `{ from = …, until = … }`.
    pub(crate) fn validity(&self) -> Option<Validity> {
        let table = self.table()?;
        let from = table.require("from", "from = 2026-01-01").and_then(|value| value.date());
        let until = table.require("until", "until = 2026-12-31").and_then(|value| value.date());
        table.finish();
        let (from, until) = (from?, until?);
        if from > until {
            let message = format!("it ends on {until}, before it begins on {from}");
            self.error("validity/ends-before-it-begins", message, "swap the days or mend one");
            return None;
        }
        Some(Validity { from, until })
    }

    /// Gives how many elements a list or table has; none for other values.
    pub(crate) fn element_count(&self) -> Option<usize> {
        match self.node {
            Node::Value(toml_edit::Value::Array(array)) => Some(array.len()),
            Node::Tables(tables) => Some(tables.len()),
            Node::Table(table) => Some(table.len()),
            Node::Value(_) => None,
        }
    }

    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    pub(crate) fn sheet(&self) -> &'d Sheet {
        self.sheet
    }
}

/// Gives the title of a thing that has only a name: `date_of_birth` is `Date of birth`.
pub(crate) fn title_from(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

/// Tells whether a name can be a column: lower-case letters, digits and `_`, beginning with a letter, at most 64.
pub(crate) fn is_column_name(name: &str) -> bool {
    let well_formed = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    well_formed && name.len() <= 64 && name.starts_with(|first: char| first.is_ascii_lowercase())
}
