//! Reads `registers/*.toml`.

use indexmap::IndexMap;

use super::codes;
use super::date_format::reads_back;
use super::nearest::advice;
use super::reader::{Name, Table, Value, is_column_name, title_from};
use super::settings::stays_inside;
use crate::class::Class;
use crate::id::RegisterId;
use crate::register::{Bought, Check, Column, ColumnType, Delivery, Format, Register, Retention, Source};

/// The share of rows that may be quarantined where the file doesn't say.
const QUARANTINED_SHARE_MAX: f64 = 0.05;

pub(crate) fn read(table: &Table<'_>, id: RegisterId) -> Option<Register> {
    let title = table.get("title").map_or_else(|| Some(title_from(id.as_str())), |value| value.text());
    let title_fr = table.get("title_fr").and_then(|value| value.text());
    let says = table.get("says").map(|value| value.text());
    let says_fr = table.get("says_fr").and_then(|value| value.text());
    let agency = table.require("agency", "agency = \"tax\"").and_then(|value| value.id());
    let legal_basis = table.require("legal_basis", "legal_basis = \"Tax Code, art. 7\"").and_then(|value| value.text());
    let legal_basis_fr = table.get("legal_basis_fr").and_then(|value| value.text());
    let retention = table.require("retention", "retention = \"10y\"").and_then(|value| retention(&value));
    let source = table.require("source", "source = { file = \"incoming/tax_*.csv\" }").and_then(|value| source(&value));
    let deliveries = [("full", Delivery::Full), ("changes", Delivery::Changes)];
    let delivery_value = table.require("delivery", "delivery = \"full\"");
    let delivery = delivery_value.as_ref().and_then(|value| value.choice("register/unknown-delivery", &deliveries));
    let key_value = table.get("key");
    let key = key_value.as_ref().map_or(Some(Vec::new()), |value| value.distinct(Value::text));
    let quarantined_share_max =
        table.get("quarantined_share_max").map_or(Some(QUARANTINED_SHARE_MAX), |value| value.share());
    let gone_share_max = table.get("gone_share_max").map(|value| value.share());
    let source_kind = table
        .get("source_kind")
        .map(|value| value.choice("register/unknown-source-kind", &[("agency", false), ("bought", true)]));
    let bought_value = table.get("bought");
    let bought = bought_value.as_ref().map(bought);
    let columns_value = table.require("columns", "[columns]");
    let mut columns = columns_value.as_ref().and_then(columns);
    let codes_value = table.get("codes");
    table.finish();

    if let (Some(Delivery::Changes), Some(value)) = (delivery, &delivery_value)
        && key.as_ref().is_some_and(Vec::is_empty)
    {
        let message = "without a key a changed row can't be told from a new one";
        value.error("register/changes-without-key", message, "add `key = […]` or write `delivery = \"full\"`");
    }
    if let (Some(columns), Some(value)) = (&columns_value, &key_value)
        && columns.is_table()
    {
        check_key(value, columns);
    }
    let codes = codes_value.as_ref().map(|value| {
        let described = columns_value.as_ref().filter(|value| value.is_table()).and_then(Value::table);
        let described = described.map(|columns| columns.entries()).unwrap_or_default();
        let names: Vec<String> = described.into_iter().map(|(name, _)| name.text).collect();
        let mut unknown = IndexMap::new();
        let columns = columns.as_mut().unwrap_or(&mut unknown);
        let is_french = title_fr.is_some() || columns.values().any(|column| column.title_fr.is_some());
        codes::read(value, &names, columns, is_french)
    });
    match (&source_kind, &bought_value) {
        (Some(Some(false)), Some(value)) => {
            let message = "a register whose `source_kind` is `agency` was not bought";
            value.error("register/not-bought", message, "leave `bought` out or write `source_kind = \"bought\"`");
        }
        (Some(Some(true)), None) => {
            let span = table.get("source_kind").map_or(table.span(), |value| value.span());
            bought_missing(table, span);
        }
        _ => {}
    }
    if let (Some(columns), None) = (&columns, &bought_value)
        && source_kind != Some(Some(true))
        && let Some(column) = columns.values().find(|column| column.class == Class::Commercial)
    {
        let span = columns_value.as_ref().and_then(Value::table).and_then(|columns| {
            let (_, value) = columns.entries().into_iter().find(|(name, _)| name.text == column.name)?;
            Some(value.table()?.get("class")?.span())
        });
        bought_missing(table, span.unwrap_or(table.span()));
    }

    let title = title?;
    Some(Register {
        says: says.unwrap_or_else(|| Some(title.clone()))?,
        says_fr,
        title,
        title_fr,
        agency: agency?,
        legal_basis: legal_basis?,
        legal_basis_fr,
        retention: retention?,
        source: source?,
        delivery: delivery?,
        key: key?,
        quarantined_share_max: quarantined_share_max?,
        gone_share_max: match gone_share_max {
            Some(share) => Some(share?),
            None => None,
        },
        bought: match bought {
            Some(bought) => Some(bought?),
            None => None,
        },
        columns: match codes {
            Some(codes) => codes.and(columns)?,
            None => columns?,
        },
        id,
    })
}

fn bought_missing(table: &Table<'_>, span: std::ops::Range<usize>) {
    let message = "bought data states its seller, licence and legal basis";
    let help = "add `bought = { seller = \"…\", licence = \"…\", legal_basis = \"…\" }`";
    table.sheet().error(span, "register/bought-without-licence", message, help);
}

/// Checks that the key is made of columns, be these right or wrong in themselves.
fn check_key(value: &Value<'_>, columns: &Value<'_>) {
    let Some(columns) = columns.table() else { return };
    let columns: Vec<Name> = columns.entries().into_iter().map(|(name, _)| name).collect();
    value.list(|element| {
        let name = element.as_text()?;
        if !columns.iter().any(|column| column.text == name) {
            let help = advice(name, columns.iter().map(|column| column.text.as_str()));
            element.error("register/unknown-key-column", format!("there is no column `{name}`"), help);
        }
        Some(())
    });
}

fn retention(value: &Value<'_>) -> Option<Retention> {
    let text = value.text()?;
    let unit = text.chars().last();
    let number = text.strip_suffix(['y', 'm', 'd']).and_then(|digits| digits.parse::<u16>().ok());
    match (number, unit) {
        (Some(number), Some('y')) if number > 0 => Some(Retention::Years(number)),
        (Some(number), Some('m')) if number > 0 => Some(Retention::Months(number)),
        (Some(number), Some('d')) if number > 0 => Some(Retention::Days(number)),
        _ => {
            let help = "write a number and `y`, `m` or `d`, such as `10y`";
            value.error("register/retention", format!("`{text}` is not a time to keep rows"), help);
            None
        }
    }
}

fn bought(value: &Value<'_>) -> Option<Bought> {
    let table = value.table()?;
    let seller = table.require("seller", "seller = \"Acme Data\"").and_then(|value| value.text());
    let licence = table.require("licence", "licence = \"contract 2026/7\"").and_then(|value| value.text());
    let legal_basis =
        table.require("legal_basis", "legal_basis = \"Procurement Act, art. 3\"").and_then(|value| value.text());
    table.finish();
    Some(Bought { seller: seller?, licence: licence?, legal_basis: legal_basis? })
}

/// How a file is written, before its delimiter and encoding are known.
#[derive(Clone, Copy, PartialEq)]
enum FormatWord {
    Csv,
    JsonLines,
    Parquet,
}

const FORMATS: [(&str, FormatWord); 3] =
    [("csv", FormatWord::Csv), ("json-lines", FormatWord::JsonLines), ("parquet", FormatWord::Parquet)];

fn source(value: &Value<'_>) -> Option<Source> {
    let table = value.table()?;
    let files_value = table.require("file", "file = \"incoming/tax_*.csv\"");
    let files = files_value.as_ref().and_then(files);
    let format = table.get("format").map(|value| value.choice("register/unknown-format", &FORMATS));
    let delimiter_value = table.get("delimiter");
    let delimiter = delimiter_value.as_ref().map(delimiter);
    let encoding_value = table.get("encoding");
    let encoding = encoding_value.as_ref().map(encoding);
    table.finish();

    let files = files?;
    let format = match format {
        Some(format) => format?,
        None => format_of(files_value.as_ref()?, &files)?,
    };
    if format != FormatWord::Csv {
        for (key, value) in [("delimiter", &delimiter_value), ("encoding", &encoding_value)] {
            if let Some(value) = value {
                value.error("register/csv-only", format!("only CSV has `{key}`"), "leave it out");
            }
        }
    }
    let format = match format {
        FormatWord::Csv => {
            let by_default = if files.iter().all(|file| file.ends_with(".tsv")) { '\t' } else { ',' };
            Format::Csv {
                delimiter: delimiter.unwrap_or(Some(by_default))?,
                encoding: encoding.unwrap_or_else(|| Some("utf-8".to_owned()))?,
            }
        }
        FormatWord::JsonLines => Format::JsonLines,
        FormatWord::Parquet => Format::Parquet,
    };
    Some(Source { files, format })
}

fn files(value: &Value<'_>) -> Option<Vec<String>> {
    if value.as_text().is_some() {
        return pattern(value).map(|pattern| vec![pattern]);
    }
    value.filled_list("register/no-files", pattern)
}

fn pattern(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let wrong = if stays_inside(&text) {
        glob::Pattern::new(&text).err().map(|error| error.msg.to_lowercase())
    } else {
        Some("it leads out of the project".to_owned())
    };
    if let Some(reason) = wrong {
        let help = "write a path relative to the project; `*`, `?` and `[…]` stand for parts of names";
        value.error("register/file-pattern", format!("`{text}` names no files: {reason}"), help);
        return None;
    }
    Some(text)
}

/// Gives the format that all files' names end like.
fn format_of(value: &Value<'_>, files: &[String]) -> Option<FormatWord> {
    let by_name = |file: &String| match file.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv" | "tsv" | "txt") => Some(FormatWord::Csv),
        Some("jsonl" | "ndjson") => Some(FormatWord::JsonLines),
        Some("parquet") => Some(FormatWord::Parquet),
        _ => None,
    };
    let first = files.first().and_then(by_name);
    if first.is_some() && files.iter().all(|file| by_name(file) == first) {
        return first;
    }
    let help = "add `format = \"csv\"`, `\"json-lines\"` or `\"parquet\"`";
    value.error("register/format-unclear", "the names of the files don't tell how they are written", help);
    None
}

fn delimiter(value: &Value<'_>) -> Option<char> {
    let text = value.raw_text()?;
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(delimiter), None)
            if delimiter.is_ascii()
                && !delimiter.is_alphanumeric()
                && !matches!(delimiter, '"' | '\n' | '\r' | '\0') =>
        {
            Some(delimiter)
        }
        _ => {
            let help = "write one ASCII character that is no letter, digit or quote, such as `,`, `;`, `|` or `\\t`";
            value.error("register/delimiter", "this can't be a delimiter", help);
            None
        }
    }
}

fn encoding(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if encoding_rs::Encoding::for_label_no_replacement(text.as_bytes()).is_none() {
        let help = advice(&text, ["utf-8", "windows-1252", "iso-8859-15", "utf-16le", "macintosh", "windows-1250"]);
        value.error("register/unknown-encoding", format!("there is no encoding `{text}`"), help);
        return None;
    }
    Some(text)
}

fn columns(value: &Value<'_>) -> Option<IndexMap<String, Column>> {
    let table = value.table()?;
    let mut columns: IndexMap<String, Column> = IndexMap::new();
    let mut whole = true;
    for (name, value) in table.entries() {
        let Some(column) = column(&name, &value) else {
            whole = false;
            continue;
        };
        if let Some(other) = columns.values().find(|other| other.from == column.from) {
            let message = format!("`{}` and `{}` are both made from `{}`", other.name, column.name, column.from);
            value.error("register/duplicate-from", message, "leave one out; a model can derive more columns");
        }
        columns.insert(name.text, column);
    }
    if whole && columns.is_empty() {
        value.error("register/no-columns", "the register has no columns", "describe at least one");
        return None;
    }
    whole.then_some(columns)
}

fn column(name: &Name, value: &Value<'_>) -> Option<Column> {
    if !is_column_name(&name.text) {
        let help = "write lower-case letters, digits and `_`, a letter first; `from` says what the files call it";
        let message = format!("`{}` can't be the name of a column", name.text);
        value.sheet().error(name.span.clone(), "register/column-name", message, help);
    }
    let table = value.table()?;
    let r#type = table.require("type", "type = \"text\"").and_then(|value| column_type(&value));
    let class =
        table.require("class", "class = \"identity\"").and_then(|value| class(&value, "register/unknown-class"));
    let format_value = table.get("format");
    let formats = format_value.as_ref().map_or(Some(Vec::new()), |value| value.texts("register/no-date-format"));
    let check_value = table.get("check");
    let check = check_value.as_ref().map(check);
    let from = table.get("from").map_or_else(|| Some(name.text.clone()), |value| value.text());
    let required = table.get("required").map_or(Some(false), |value| value.boolean());
    let unit_value = table.get("unit");
    let unit = unit_value.as_ref().and_then(Value::text);
    let missing = table.get("missing").map_or(Some(Vec::new()), |value| match value.as_text() {
        Some(text) => Some(vec![text.to_owned()]),
        None => value.list(|value| value.raw_text().map(str::to_owned)),
    });
    let title = table.get("title").map_or_else(|| Some(title_from(&name.text)), |value| value.text());
    let title_fr = table.get("title_fr").and_then(|value| value.text());
    table.finish();

    if let (Some(r#type), Some(formats), Some(value)) = (r#type, &formats, &format_value) {
        check_formats(value, r#type, formats);
    }
    let check = match check {
        Some(check) => Some(check?),
        None => None,
    };
    if let (Some(check), Some(r#type), Some(value)) = (&check, r#type, &check_value)
        && !matches!(check, Check::OneOf(_))
        && r#type != ColumnType::Text
    {
        let message = "this check reads digits as they are written, zeros in front included";
        value.error("register/check-of-no-text", message, "write `type = \"text\"`");
    }
    if let (Some(value), Some(r#type)) = (&unit_value, r#type)
        && !matches!(r#type, ColumnType::Integer | ColumnType::Decimal { .. })
    {
        value.error("register/unit-of-no-number", "only numbers have a unit", "leave it out or mend `type`");
    }
    Some(Column {
        name: name.text.clone(),
        from: from?,
        r#type: r#type?,
        formats: formats?,
        class: class?,
        required: required?,
        check,
        unit,
        missing: missing?,
        title: title?,
        title_fr,
        codes: IndexMap::new(),
    })
}

/// Gives a class of columns.
pub(crate) fn class(value: &Value<'_>, code: &'static str) -> Option<Class> {
    let text = value.raw_text()?;
    let class = text.parse().ok();
    if class.is_none() {
        let help = advice(text, Class::ALL.iter().map(|class| class.as_str()));
        value.error(code, format!("there is no class `{text}`"), help);
    }
    class
}

fn column_type(value: &Value<'_>) -> Option<ColumnType> {
    let text = value.raw_text()?;
    match text {
        "text" => return Some(ColumnType::Text),
        "integer" => return Some(ColumnType::Integer),
        "boolean" => return Some(ColumnType::Boolean),
        "date" => return Some(ColumnType::Date),
        "month" => return Some(ColumnType::Month),
        "timestamp" => return Some(ColumnType::Timestamp),
        _ => {}
    }
    if text == "decimal" || text.starts_with("decimal(") {
        let digits = text.strip_prefix("decimal(").and_then(|rest| rest.strip_suffix(')')).and_then(|inner| {
            let (precision, scale) = inner.split_once(',')?;
            Some((precision.trim().parse::<u8>().ok()?, scale.trim().parse::<i8>().ok()?))
        });
        if let Some((precision, scale)) = digits
            && (1..=38).contains(&precision)
            && scale >= 0
            && scale.unsigned_abs() <= precision
        {
            return Some(ColumnType::Decimal { precision, scale });
        }
        let help = "write 1 to 38 digits in all and how many of them follow the point, such as `decimal(10,2)`";
        value.error("register/decimal", format!("`{text}` is not a decimal type"), help);
        return None;
    }
    let help = advice(text, ["text", "integer", "boolean", "date", "month", "timestamp", "decimal(10,2)"]);
    value.error("register/unknown-type", format!("there is no type `{text}`"), help);
    None
}

fn check(value: &Value<'_>) -> Option<Check> {
    let checks = [("us-ssn", Check::UsSsn), ("luhn", Check::Luhn), ("mod97", Check::Mod97), ("mod11", Check::Mod11)];
    if value.as_text().is_some() {
        return value.choice("register/unknown-check", &checks);
    }
    let table = value.table()?;
    let texts = table
        .require("one-of", "one-of = [\"F\", \"M\"]")
        .and_then(|value| value.filled_list("register/empty-check", |value| value.raw_text().map(str::to_owned)));
    table.finish();
    texts.map(Check::OneOf)
}

fn check_formats(value: &Value<'_>, r#type: ColumnType, formats: &[String]) {
    let with_time = match r#type {
        ColumnType::Date => false,
        ColumnType::Timestamp => true,
        _ => {
            value.error("register/format-of-no-date", "only dates and timestamps have a format", "leave it out");
            return;
        }
    };
    for format in formats {
        if reads_back(format, with_time) {
            continue;
        }
        let (what, example) = if with_time { ("a moment", "%Y-%m-%dT%H:%M:%S") } else { ("a day", "%Y%m%d") };
        let help = format!("write strftime notation that tells all of it, such as `{example}`");
        value.error("register/date-format", format!("`{format}` does not tell {what}"), help);
    }
}
