//! Values as a page shows them: written as the language does, with what the purpose made of them.

use std::sync::Arc;

use model::sql_model::PERSON_COLUMNS;
use model::{Column, ColumnType, Project, RegisterId};

use super::mailed::Line;
use super::view::View;
use super::words::Words;
use crate::service::{ClassRule, Field, GivenColumn, ReasonView, ShownValue, WithheldColumn};

/// A value of a record.
pub(crate) struct Shown {
    /// What people call the column.
    pub(crate) title: String,
    /// The value; none where the record has none.
    pub(crate) text: Option<String>,
    /// The code that `text` puts into words, by which values are compared; none where `text` is the value itself.
    pub(crate) code: Option<String>,
    /// What was done to it, in a sentence; none when it is given as it is, and where the record has none.
    pub(crate) masked: Option<String>,
    /// The class.
    pub(crate) class: String,
    /// Whether the class is of a special category.
    pub(crate) special: bool,
}

/// Gives which record of its file a row is, as whoever opens the file counts: `row` counts from 0 over data rows. It is no line:
/// a header line, line breaks in values and blank lines count in these, and some files have none.
pub(crate) fn record_of_file(t: Words, row: i64) -> String {
    t.with("source-row-number", "number", row.saturating_add(1))
}

/// Gives where a row in quarantine is, of the place that its run noted: `FILE:LINE`, or `FILE, row ROW` of a file without lines,
/// counted from 0.
pub(crate) fn noted_place(t: Words, place: &str) -> String {
    if let Some((file, row)) =
        place.rsplit_once(", row ").and_then(|(file, row)| Some((file, row.parse::<i64>().ok()?)))
    {
        return format!("{file}, {}", record_of_file(t, row));
    }
    match place.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse::<u64>().ok()?))) {
        Some((file, line)) => t.with_all("source-line", &[("file", file.to_owned()), ("number", line.to_string())]),
        None => place.to_owned(),
    }
}

/// A column that is not given, or not as it is.
#[derive(PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) title: String,
    pub(crate) class: String,
    pub(crate) says: String,
    pub(crate) needed: String,
    pub(crate) rule: String,
}

/// Columns that are kept back, wholly or in part, and what is said of all of them.
pub(crate) struct KeptColumns {
    /// How many they are.
    pub(crate) says: String,
    pub(crate) caption: String,
    pub(crate) why: String,
    pub(crate) columns: Vec<Kept>,
    /// Whom to ask for more, and what to quote; nothing where nobody is named.
    pub(crate) ask: Vec<Line>,
    /// Whether they are told to the person whom they are about: rules and purposes are nothing that they can do with.
    pub(crate) is_own: bool,
}

impl KeptColumns {
    /// Gives columns that are withheld; none when there are none.
    pub(crate) fn withheld(t: Words, columns: Vec<Kept>) -> Option<Self> {
        let says = t.count("withheld-count", &(columns.len() as u64));
        let (caption, why) = (t.s("withheld-caption"), t.s("withheld-why"));
        (!columns.is_empty()).then_some(Self { says, caption, why, columns, ask: Vec::new(), is_own: false })
    }

    /// Gives columns of which less than the values is given; none when there are none.
    pub(crate) fn reduced(t: Words, columns: Vec<Kept>) -> Option<Self> {
        let says = t.count("reduced-count", &(columns.len() as u64));
        let (caption, why) = (t.s("reduced-caption"), t.s("reduced-why"));
        (!columns.is_empty()).then_some(Self { says, caption, why, columns, ask: Vec::new(), is_own: false })
    }

    /// Says whom to ask for more.
    pub(crate) fn asking(mut self, ask: &[Line]) -> Self {
        self.ask = ask.to_vec();
        self
    }

    /// Says that they are told to the person whom they are about.
    pub(crate) fn told_to_oneself(mut self, is_own: bool) -> Self {
        self.is_own = is_own;
        self
    }
}

/// Gives a value as the page shows it.
pub(crate) fn shown(t: Words, project: &Project, register: &str, field: Field<'_>) -> Shown {
    let register = RegisterId::new(register).ok().and_then(|id| project.registers.get(&id));
    let column = register.and_then(|register| register.columns.get(&field.column.name));
    // Columns of person records are ours, not a register's: they are in the pages' words, and two of them are dates, one of
    // which may be known in part.
    let is_ours = column.is_none() && PERSON_COLUMNS.iter().any(|(name, _)| *name == field.column.name);
    let is_date = matches!(field.column.name.as_str(), "birth_date" | "born");
    let own_kind = if is_ours && is_date { ColumnType::Date } else { ColumnType::Text };
    let kind = column.map(|column| column.r#type).or(is_ours.then_some(own_kind));
    let title = if is_ours {
        t.of("field", &field.column.name)
    } else {
        t.pick(&field.column.title, &field.column.title_fr).to_owned()
    };
    let coded = in_words(t, field, column, is_ours);
    let code = coded.is_some().then(|| field.value.text()).flatten();
    let text = coded.or_else(|| text(t, field, kind));
    // Where there is no value nothing was taken from it.
    let masked = text.as_ref().and_then(|_| masked(t, &field.column.rule, field.column.unit.as_deref()));
    Shown {
        title,
        text,
        code,
        masked,
        class: t.of("class", &field.column.rule.class),
        special: field.column.rule.special.is_some(),
    }
}

/// Gives what a code means in the page's language; none for a value that is no code, or is not given as it is.
fn in_words(t: Words, field: Field<'_>, column: Option<&Column>, is_ours: bool) -> Option<String> {
    let ShownValue::Text(value) = field.value else { return None };
    if field.column.rule.disclosure != "value" {
        return None;
    }
    if is_ours && field.column.name == "sex" {
        // Models make person records of other codes, all of them of the same ones.
        return Some(t.of("sex", value)).filter(|words| words != value);
    }
    let code = column?.code(value)?;
    Some(t.pick(&code.title, code.title_fr.as_deref().unwrap_or(&code.title)).to_owned())
}

fn text(t: Words, field: Field<'_>, kind: Option<ColumnType>) -> Option<String> {
    let as_it_is = field.column.rule.disclosure == "value";
    let with_unit = |number: String| match &field.column.unit {
        Some(unit) => format!("{number}\u{a0}{unit}"),
        None => number,
    };
    Some(match field.value {
        ShownValue::Missing(()) => return None,
        ShownValue::Truth(truth) => match (field.column.rule.disclosure.as_str(), truth) {
            ("presence", true) => t.s("value-held"),
            ("presence", false) => t.s("value-not-held"),
            ("yes-no", truth) => {
                let answer = if *truth { t.s("value-yes") } else { t.s("value-no") };
                let bound = bound(t, &field.column.rule, field.column.unit.as_deref());
                t.with_all("value-below", &[("bound", bound), ("answer", answer)])
            }
            (_, true) => t.s("value-yes"),
            (_, false) => t.s("value-no"),
        },
        // A number without a unit is often a year or a code: it is not grouped.
        ShownValue::Number(number) if field.column.unit.is_some() => with_unit(t.decimal(&number.to_string())),
        ShownValue::Number(number) => number.to_string(),
        ShownValue::Fraction(number) => with_unit(t.decimal(&number.to_string())),
        ShownValue::Text(text) if as_it_is => match kind {
            Some(ColumnType::Date | ColumnType::Month) => t.date(text),
            Some(ColumnType::Timestamp) => t.moment(text),
            Some(ColumnType::Decimal { .. }) => with_unit(t.decimal(text)),
            _ => text.clone(),
        },
        ShownValue::Text(text) => text.clone(),
    })
}

/// Gives the bound below which a purpose asks whether a number is.
fn bound(t: Words, rule: &ClassRule, unit: Option<&str>) -> String {
    let bound = t.decimal(&rule.below.unwrap_or_default().to_string());
    unit.map_or_else(|| bound.clone(), |unit| format!("{bound}\u{a0}{unit}"))
}

fn masked(t: Words, rule: &ClassRule, unit: Option<&str>) -> Option<String> {
    match rule.disclosure.as_str() {
        "value" => None,
        "yes-no" => Some(t.with("masked-yes-no", "bound", bound(t, rule, unit))),
        "last" => Some(t.s("masked-last")),
        other => Some(t.of("masked", other)),
    }
}

/// Gives a column that is not given as the page shows it.
pub(crate) fn kept(view: &View, column: &WithheldColumn, reasons: &[Arc<ReasonView>]) -> Kept {
    let t = view.t;
    let reason = reasons.get(column.reason);
    let said = reason.map(|reason| view.titles().said(&reason.wording)).unwrap_or_default();
    Kept {
        title: t.pick(&column.column.title, &column.column.title_fr).to_owned(),
        class: t.of("class", &column.column.class),
        says: t.pick(&said.says, &said.says_fr).to_owned(),
        needed: t.pick(&said.needed, &said.needed_fr).to_owned(),
        rule: reason.map(|reason| reason.rule.clone()).unwrap_or_default(),
    }
}

/// Gives a column of which the purpose, in its words, gives less than its values as the page shows it; none when it gives
/// them. What a purpose gives of a class is a line of its own, which is the rule.
pub(crate) fn reduced(t: Words, column: &GivenColumn, purpose: &str) -> Option<Kept> {
    let rule = &column.rule;
    if rule.disclosure == "value" {
        return None;
    }
    let class = t.of("class", &rule.class);
    let says = [("purpose", within(purpose).to_owned()), ("class", class.clone()), ("how", how(t, rule))];
    Some(Kept {
        title: t.pick(&column.title, &column.title_fr).to_owned(),
        says: t.with_all("reduced-says", &says),
        needed: t.with("reduced-needed", "class", &class),
        rule: format!("discloses.{}", rule.class),
        class,
    })
}

/// Does so for the person whom the column is about: what they read of it, without the purpose that says so.
pub(crate) fn reduced_to_oneself(t: Words, column: &GivenColumn) -> Option<Kept> {
    let kept = reduced(t, column, "")?;
    Some(Kept { says: t.with("reduced-says-own", "how", how(t, &column.rule)), ..kept })
}

/// Gives a text with a capital first and a full stop last.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let Some(first) = letters.next() else { return String::new() };
    let mut sentence: String = first.to_uppercase().chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

/// Gives a sentence as it stands within another: without its full stop.
pub(crate) fn within(sentence: &str) -> &str {
    let sentence = sentence.trim_end();
    sentence.strip_suffix('.').unwrap_or(sentence)
}

/// Gives a text as it is compared: the letters and digits, the letters small, since registers put different marks between the
/// same ones. In numbers and electronic addresses the marks count.
pub(crate) fn plain(text: &str) -> String {
    let of_number = |letter: char| letter.is_ascii_digit() || letter.is_whitespace() || ",.-\u{2212}".contains(letter);
    let is_number = text.chars().all(of_number) && text.contains(['.', ',', '\u{2212}']) || text.starts_with('-');
    let letters: String = text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if is_number || text.contains('@') || letters.is_empty() { text.trim().to_lowercase() } else { letters }
}

/// Gives what a comparison of linkage is called: its name is that of a column, of several joined by `+`, or of two that
/// may be swapped.
pub(crate) fn comparison(t: Words, name: &str) -> String {
    let inner = name.strip_prefix("swapped(").and_then(|rest| rest.strip_suffix(')'));
    let columns: Vec<String> = inner.unwrap_or(name).split('+').map(|column| t.of("field", column)).collect();
    let columns = columns.join(", ");
    if inner.is_some() { t.with("comparison-swapped", "columns", columns) } else { columns }
}

/// Gives a share: in per cent, small ones as one in so many.
pub(crate) fn share(t: Words, share: f64) -> String {
    if share >= 0.01 || share <= 0.0 {
        return t.rate(&share);
    }
    t.with("one-in", "many", about(t, share.recip()))
}

/// Gives a large number with the two digits that an estimate can be trusted with, from two million on in words.
fn about(t: Words, number: f64) -> String {
    let unit = 10_f64.powf((number.log10().floor() - 1.0).max(0.0));
    let rounded = (number / unit).round() * unit;
    let of = |unit: f64| {
        let text = format!("{:.1}", rounded / unit);
        t.decimal(text.strip_suffix(".0").unwrap_or(&text))
    };
    match rounded {
        rounded if rounded >= 2e9 => t.with("many-billions", "n", of(1e9)),
        rounded if rounded >= 2e6 => t.with("many-millions", "n", of(1e6)),
        // Below what an u64 holds by far.
        rounded => t.number(&(rounded as u64)),
    }
}

/// What a purpose does with a class.
pub(crate) struct Rule {
    pub(crate) class: String,
    pub(crate) special: Option<String>,
    pub(crate) how: String,
}

/// Gives what a purpose does with each class that it names.
pub(crate) fn rules(t: Words, classes: &[ClassRule]) -> Vec<Rule> {
    let rule = |rule: &ClassRule| Rule {
        class: t.of("class", &rule.class),
        special: rule.special.as_ref().map(|category| t.of("special", category)),
        how: how(t, rule),
    };
    classes.iter().map(rule).collect()
}

/// Gives how much of a class is given.
fn how(t: Words, rule: &ClassRule) -> String {
    match rule.disclosure.as_str() {
        "yes-no" => t.with("how-yes-no", "bound", t.decimal(&rule.below.unwrap_or_default().to_string())),
        "last" if rule.matched => t.count("how-last-match", &u64::from(rule.keep.unwrap_or_default())),
        "last" => t.count("how-last", &u64::from(rule.keep.unwrap_or_default())),
        other => t.of("how", other),
    }
}

/// Gives the words by which people would recognise the person: the values of the columns that hold parts of a name.
///
/// Registers call these columns differently; all of them say `name` in their name or title, and are of the class
/// identity. At most three are joined, in the order of the register.
pub(crate) fn headline<'a>(fields: impl Iterator<Item = Field<'a>>) -> Option<String> {
    let words: Vec<String> = fields
        .filter(|field| is_name(*field) && field.column.rule.disclosure == "value")
        .filter_map(|field| field.value.text())
        .take(3)
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Tells whether a column holds a part of a name.
pub(crate) fn is_name(field: Field<'_>) -> bool {
    let column = field.column;
    let says_so = column.name.contains("name") || column.title.to_lowercase().contains("name");
    column.rule.class == "identity" && says_so
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    fn column(name: &str, disclosure: &str, unit: Option<&str>) -> GivenColumn {
        GivenColumn {
            name: name.into(),
            title: name.into(),
            title_fr: name.into(),
            unit: unit.map(Into::into),
            rule: ClassRule {
                class: "identity".into(),
                special: None,
                disclosure: disclosure.into(),
                below: (disclosure == "yes-no").then_some(40_000.0),
                keep: None,
                matched: false,
            },
        }
    }

    #[test]
    fn where_a_row_is_is_counted_as_whoever_opens_the_file_counts() {
        let (english, french) = (Words::new(Language::English), Words::new(Language::French));
        assert_eq!(record_of_file(english, 492), "record 493 of the file, counted from 1");
        assert_eq!(record_of_file(french, 0), "enregistrement 1 du fichier, compté à partir de 1");
        assert_eq!(noted_place(english, "in/a.csv:812"), "in/a.csv, line 812");
        assert_eq!(noted_place(french, "in/a.jsonl:812"), "in/a.jsonl, ligne 812");
        assert_eq!(noted_place(english, "in/a.parquet, row 7"), "in/a.parquet, record 8 of the file, counted from 1");
        assert_eq!(noted_place(english, "in/a:b"), "in/a:b");
    }

    fn written(t: Words, column: &GivenColumn, value: ShownValue, kind: Option<ColumnType>) -> Option<String> {
        text(t, Field { column, value: &value }, kind)
    }

    #[test]
    fn marks_count_in_numbers_and_electronic_addresses_alone() {
        for (one, other) in
            [("555-0199", "555 0199"), ("Hazel Ct.", "HAZEL CT"), ("TN-12", "tn12"), ("A@b.org", "a@b.org ")]
        {
            assert_eq!(plain(one), plain(other), "{one} {other}");
        }
        for (one, other) in
            [("a.b@x.org", "ab@x.org"), ("\u{2212}250.00", "250.00"), ("125,000", "1,250.00"), ("-5", "5"), ("-", "?")]
        {
            assert_ne!(plain(one), plain(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_one_in_very_many_is_no_more_exact_than_an_estimate() {
        let (en, fr) = (Words::new(Language::English), Words::new(Language::French));
        for (number, english, french) in [
            (2_000.0, "1 in 2,000", "1 sur 2\u{202f}000"),
            (12_345.0, "1 in 12,000", "1 sur 12\u{202f}000"),
            (1_549_000.0, "1 in 1,500,000", "1 sur 1\u{202f}500\u{202f}000"),
            (2_716_000.0, "1 in 2.7\u{a0}million", "1 sur 2,7\u{a0}millions"),
            (271_787_189.0, "1 in 270\u{a0}million", "1 sur 270\u{a0}millions"),
            (2_996_000_000.0, "1 in 3\u{a0}billion", "1 sur 3\u{a0}milliards"),
        ] {
            assert_eq!([share(en, 1.0 / number), share(fr, 1.0 / number)], [english, french]);
        }
        assert_eq!(share(en, 0.25), "25.0%");
    }

    #[test]
    fn values_are_written_as_the_language_does() {
        let fr = Words::new(Language::French);
        let en = Words::new(Language::English);
        let decimal = Some(ColumnType::Decimal { precision: 10, scale: 2 });
        let owed = column("income", "value", Some("€"));
        assert_eq!(
            written(fr, &owed, ShownValue::Text("40000.50".into()), decimal).unwrap(),
            "40\u{202f}000,50\u{a0}€"
        );
        let plain = column("x", "value", None);
        let date = written(en, &plain, ShownValue::Text("1984-03-12".into()), Some(ColumnType::Date));
        assert_eq!(date.unwrap(), "12 March 1984");
        let month = |t: Words| written(t, &plain, ShownValue::Text("1993-07".into()), Some(ColumnType::Month));
        assert_eq!((month(en).unwrap(), month(fr).unwrap()), ("July 1993".to_owned(), "juillet 1993".to_owned()));
        let year = written(en, &plain, ShownValue::Number(2026), Some(ColumnType::Integer));
        assert_eq!(year.unwrap(), "2026");
        // What the purpose asks stands with the answer.
        let asked = column("income", "yes-no", Some("€"));
        assert_eq!(written(en, &asked, ShownValue::Truth(false), decimal).unwrap(), "below 40,000\u{a0}€: no");
        let french = written(fr, &asked, ShownValue::Truth(true), decimal).unwrap();
        assert_eq!(french, "inférieur à 40\u{202f}000\u{a0}€\u{a0}: oui");
        let number = column("ssn", "last", None);
        let hidden = written(en, &number, ShownValue::Text("•••1234".into()), Some(ColumnType::Text));
        assert_eq!(hidden.unwrap(), "•••1234");
        assert_eq!(written(en, &plain, ShownValue::Missing(()), None), None);
    }

    #[test]
    fn what_is_masked_says_so() {
        let en = Words::new(Language::English);
        assert_eq!(masked(en, &column("x", "value", None).rule, None), None);
        let rule = column("x", "yes-no", None).rule;
        assert!(masked(en, &rule, Some("€")).unwrap().contains("40,000\u{a0}€"));
        for how in ["last", "district", "coarse", "presence"] {
            assert_ne!(masked(en, &column("x", how, None).rule, None).unwrap(), how);
        }
    }

    #[test]
    fn what_is_masked_says_why_and_what_would_be_needed() {
        let (en, fr) = (Words::new(Language::English), Words::new(Language::French));
        assert!(reduced(en, &column("x", "value", None), "loan-relief").is_none());
        let owed = column("x", "yes-no", Some("€"));
        let told = reduced(en, &owed, "loan-relief").unwrap();
        assert!(told.says.contains("loan-relief") && told.says.contains("below 40,000"), "{}", told.says);
        assert!(told.needed.contains(&told.class) && told.class == en.of("class", "identity"), "{}", told.needed);
        assert_eq!(told.rule, "discloses.identity");
        let whole = reduced(en, &owed, "Decide on relief.").unwrap().says;
        assert!(whole.contains("“Decide on relief” gives"), "{whole}");
        let told = reduced(fr, &owed, "loan-relief").unwrap();
        assert!(
            told.says.contains("40\u{202f}000") && told.needed.contains(&fr.of("class", "identity")),
            "{}",
            told.says
        );
        for how in ["last", "district", "coarse", "presence"] {
            let told = reduced(en, &column("x", how, None), "p").unwrap();
            assert!(!told.says.contains("reduced-") && !told.says.contains(&format!(": {how}.")), "{}", told.says);
        }
        assert!(KeptColumns::reduced(en, Vec::new()).is_none() && KeptColumns::withheld(en, Vec::new()).is_none());
        assert!(KeptColumns::reduced(en, vec![told]).unwrap().says.starts_with("One column is reduced"));
    }

    #[test]
    fn a_headline_is_made_of_names_that_are_given() {
        let columns = ["ssn", "first_name", "middle_name", "last_name"].map(|name| column(name, "value", None));
        let text = |text: &str| ShownValue::Text(text.into());
        let values = [text("1"), text("Ana"), ShownValue::Missing(()), text("Ruiz")];
        let fields = columns.iter().zip(&values).map(|(column, value)| Field { column, value });
        assert_eq!(headline(fields.clone()).unwrap(), "Ana Ruiz");
        assert_eq!(headline(fields.take(1)), None);
    }

    #[test]
    fn comparisons_are_called_after_their_columns() {
        let en = Words::new(Language::English);
        assert_eq!(comparison(en, "first_name"), "First name");
        assert_eq!(comparison(en, "street+city"), "Street, Town");
        assert_eq!(comparison(en, "swapped(first_name+last_name)"), "Order of First name, Last name");
    }

    #[test]
    fn sentences_begin_and_end_as_sentences() {
        assert_eq!(sentence("the rule says no"), "The rule says no.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), "");
        assert_eq!(within("Decide on relief. For one year."), "Decide on relief. For one year");
        assert_eq!(within("Decide on relief"), "Decide on relief");
    }

    #[test]
    fn codes_are_in_words_and_others_as_they_are() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/republic");
        let project = Project::load(&root).unwrap_or_else(|found| panic!("{found}"));
        let (en, fr) = (Words::new(Language::English), Words::new(Language::French));
        let told = |t: Words, register: &str, name: &str, disclosure: &str, value: &str| {
            let (column, value) = (column(name, disclosure, None), ShownValue::Text(value.into()));
            let Shown { text, code, .. } = shown(t, &project, register, Field { column: &column, value: &value });
            (text.unwrap(), code.unwrap_or_default())
        };
        let is = |words: &str, code: &str| (words.to_owned(), code.to_owned());
        assert_eq!(told(en, "student_loans", "status", "value", "in_school"), is("in school", "in_school"));
        assert_eq!(told(fr, "student_loans", "status", "value", "in_school"), is("en études", "in_school"));
        // A code that the register doesn't list, and one that is not given as it is.
        assert_eq!(told(fr, "student_loans", "status", "value", "forgiven"), is("forgiven", ""));
        assert_eq!(told(fr, "student_loans", "status", "coarse", "in_school"), is("in_school", ""));
        // Nothing is taken from a value that is not there.
        let (status, none) = (column("status", "last", None), ShownValue::Missing(()));
        let masked = |value: &ShownValue| shown(en, &project, "student_loans", Field { column: &status, value }).masked;
        assert_eq!((masked(&none), masked(&ShownValue::Text("•••hool".into())).is_some()), (None, true));
        // A column of person records that the register has under another name.
        assert_eq!(told(fr, "broker_data", "sex", "value", "F"), is("féminin", "F"));
        assert_eq!(told(fr, "broker_data", "sex", "value", "?"), is("?", ""));
        assert_eq!(told(fr, "broker_data", "born", "value", "1993-07"), is("juillet 1993", ""));
        assert_eq!(told(en, "broker_data", "birth_month", "value", "1993-07"), is("July 1993", ""));
    }
}
