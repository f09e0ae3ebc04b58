//! What is shown depends on nothing that is hidden.

use arrow_array::{Date32Array, Decimal128Array, Int64Array, StringArray, TimestampMicrosecondArray};
use proptest::prelude::*;

use super::*;

const REGISTER: &str = "tax";

/// A row of a register with a column of every type. `record` numbers the record.
#[derive(Debug, Clone)]
struct Row {
    record: u8,
    name: Option<String>,
    birth: Option<i32>,
    income: Option<i64>,
    amount: Option<i64>,
    street: Option<String>,
    district: Option<String>,
    number: Option<String>,
    crossed: Option<i64>,
    has_permit: Option<bool>,
}

fn register() -> RegisterId {
    RegisterId::new(REGISTER).unwrap()
}

fn record_hex(number: u8) -> String {
    RecordId::from_key(&register(), &[Some(&number.to_string())]).hash_hex()
}

fn classes() -> HashMap<String, Class> {
    let classes = [
        ("name", Class::Identity),
        ("birth", Class::Identity),
        ("income", Class::Income),
        ("amount", Class::Tax),
        ("street", Class::Address),
        ("district", Class::Address),
        ("number", Class::Identifier),
        ("crossed", Class::Travel),
        ("has_permit", Class::Firearm),
    ];
    classes.into_iter().map(|(name, class)| (name.to_owned(), class)).collect()
}

fn batch(rows: &[Row]) -> RecordBatch {
    fn texts(rows: &[Row], value: impl Fn(&Row) -> Option<String>) -> ArrayRef {
        Arc::new(rows.iter().map(value).collect::<StringArray>())
    }
    let amounts: Decimal128Array = rows.iter().map(|row| row.amount.map(i128::from)).collect();
    let row_numbers: Int64Array = (0..rows.len() as i64).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("name", texts(rows, |row| row.name.clone())),
        ("birth", Arc::new(rows.iter().map(|row| row.birth).collect::<Date32Array>())),
        ("income", Arc::new(rows.iter().map(|row| row.income).collect::<Int64Array>())),
        ("amount", Arc::new(amounts.with_precision_and_scale(20, 2).unwrap())),
        ("street", texts(rows, |row| row.street.clone())),
        ("district", texts(rows, |row| row.district.clone())),
        ("number", texts(rows, |row| row.number.clone())),
        ("crossed", Arc::new(rows.iter().map(|row| row.crossed).collect::<TimestampMicrosecondArray>())),
        ("has_permit", Arc::new(rows.iter().map(|row| row.has_permit).collect::<BooleanArray>())),
        ("_record", texts(rows, |row| Some(record_hex(row.record)))),
        ("_file", texts(rows, |_| Some("tax_2026.csv".into()))),
        ("_row", Arc::new(row_numbers)),
        ("_run", texts(rows, |_| Some("run-1".into()))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn terms(disclosures: &[(Class, Disclosure)]) -> Terms {
    Terms::made_up(&[register()], disclosures.iter().cloned().collect())
}

fn granted() -> HashSet<[u8; 16]> {
    [0, 1].map(|number| hash_of(&record_hex(number))).into()
}

fn hash_of(digits: &str) -> [u8; 16] {
    RecordId::from_hex(&register(), digits).unwrap().hash
}

fn apply_to(batch: &RecordBatch, terms: &Terms) -> Result<Disclosed, GateError> {
    apply(&Table { name: REGISTER, register: &register(), classes: &classes() }, terms, Scope::Given, &granted(), batch)
}

fn row() -> impl Strategy<Value = Row> {
    let text = || proptest::option::weighted(0.8, "[A-Za-zÀ-ÿ0-9 '-]{1,12}");
    // Microseconds and days between the years 1900 and 2100.
    let days = -25_567..47_482_i32;
    let personal = (text(), proptest::option::weighted(0.8, days.clone()), text(), text(), text());
    let numbers = (
        proptest::option::weighted(0.8, -100_000..100_000_i64),
        proptest::option::weighted(0.8, -10_000_000..10_000_000_i64),
        proptest::option::weighted(0.8, days),
        proptest::option::weighted(0.8, any::<bool>()),
    );
    (0..4_u8, personal, numbers).prop_map(|(record, (name, birth, street, district, number), numbers)| {
        let (income, amount, crossed, has_permit) = numbers;
        let crossed = crossed.map(|day| i64::from(day) * 86_400_000_000 + 1);
        Row { record, name, birth, income, amount, street, district, number, crossed, has_permit }
    })
}

fn disclosure() -> impl Strategy<Value = Disclosure> {
    prop_oneof![
        Just(Disclosure::Value),
        (-50_000..50_000_i32).prop_map(|below| Disclosure::YesNo { below: f64::from(below) / 4.0 }),
        Just(Disclosure::District),
        Just(Disclosure::Coarse),
        (0..=4_u8, proptest::bool::ANY).prop_map(|(keep, matched)| Disclosure::Last { keep, matched }),
        Just(Disclosure::Presence),
        Just(Disclosure::MatchOnly),
        Just(Disclosure::Withheld),
    ]
}

fn any_terms() -> impl Strategy<Value = Vec<(Class, Disclosure)>> {
    let classes =
        [Class::Identity, Class::Income, Class::Tax, Class::Address, Class::Identifier, Class::Travel, Class::Firearm];
    let of_each = proptest::collection::vec(proptest::option::weighted(0.9, disclosure()), classes.len());
    of_each.prop_map(move |chosen| {
        classes.iter().zip(chosen).filter_map(|(class, disclosure)| Some((*class, disclosure?))).collect()
    })
}

/// Gives `value` with what `disclosure` hides of it taken from `other`. Written apart from the function under test: it
/// says what each way of disclosing leaves to be seen.
fn replaced_text(disclosure: &Disclosure, name: &str, value: Option<&str>, other: Option<&str>) -> Option<String> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    match (disclosure, value) {
        (Disclosure::Value, _) => owned(value),
        (Disclosure::District, _) if name == "district" => owned(value),
        (Disclosure::Coarse, Some(text)) => {
            let first: String = text.trim_start().chars().take(1).collect();
            // Of white space nothing is shown, so that nothing can stand in its place.
            let rest = if first.is_empty() { "" } else { other.unwrap_or("") };
            Some(format!("{first}{rest}"))
        }
        (Disclosure::Last { keep, .. }, Some(text)) => {
            let length = text.chars().count();
            let shown = usize::from(*keep).min(length / 2);
            let end: String = text.chars().skip(length - shown).collect();
            Some("x".repeat(length - shown) + &end)
        }
        (Disclosure::Coarse | Disclosure::Last { .. }, None) => None,
        (Disclosure::Presence, Some(_)) => Some(other.unwrap_or("x").to_owned()),
        (Disclosure::Presence, None) => None,
        _ => owned(other),
    }
}

fn replaced_number(disclosure: &Disclosure, value: Option<i64>, other: Option<i64>, unit: f64) -> Option<i64> {
    match (disclosure, value) {
        (Disclosure::Value, _) => value,
        (Disclosure::YesNo { below }, Some(number)) => {
            let side = |number: i64| (number as f64) / unit < *below;
            Some(other.filter(|other| side(*other) == side(number)).unwrap_or(number))
        }
        (Disclosure::YesNo { .. }, None) => None,
        // The last digits of numbers are compared in the table of examples; here the number stays.
        (Disclosure::Last { .. }, _) => value,
        (Disclosure::Presence, Some(_)) => other.or(value),
        (Disclosure::Presence, None) => None,
        _ => other,
    }
}

fn year_of_day(day: i32) -> i32 {
    DateTime::from_timestamp(i64::from(day) * 86_400, 0).unwrap().year()
}

fn replaced_day(disclosure: &Disclosure, value: Option<i32>, other: Option<i32>) -> Option<i32> {
    match (disclosure, value) {
        (Disclosure::Value, _) => value,
        (Disclosure::Coarse, Some(day)) => {
            let moved = day + 100;
            Some(if year_of_day(moved) == year_of_day(day) { moved } else { day - 100 })
        }
        (Disclosure::Coarse | Disclosure::Presence, None) => None,
        (Disclosure::Presence, Some(_)) => other.or(value),
        _ => other,
    }
}

fn with_hidden_replaced(rows: &[Row], others: &[Row], terms: &Terms) -> Vec<Row> {
    let how = |class| terms.disclosure(&register(), class);
    let replace = |(row, other): (&Row, &Row)| {
        if row.record > 1 {
            return Row { record: 2 + other.record % 2, ..other.clone() };
        }
        let text = |class, name: &str, value: &Option<String>, other: &Option<String>| {
            replaced_text(how(class), name, value.as_deref(), other.as_deref())
        };
        Row {
            record: row.record,
            name: text(Class::Identity, "name", &row.name, &other.name),
            birth: replaced_day(how(Class::Identity), row.birth, other.birth),
            income: replaced_number(how(Class::Income), row.income, other.income, 1.0),
            amount: replaced_number(how(Class::Tax), row.amount, other.amount, 100.0),
            street: text(Class::Address, "street", &row.street, &other.street),
            district: text(Class::Address, "district", &row.district, &other.district),
            number: text(Class::Identifier, "number", &row.number, &other.number),
            crossed: {
                let day = |moment: Option<i64>| moment.map(|moment| moment.div_euclid(86_400_000_000) as i32);
                let replaced = replaced_day(how(Class::Travel), day(row.crossed), day(other.crossed));
                replaced.map(|day| i64::from(day) * 86_400_000_000 + 1)
            },
            has_permit: match (how(Class::Firearm), row.has_permit) {
                (Disclosure::Value, value) => value,
                (Disclosure::Presence, Some(_)) => Some(other.has_permit.unwrap_or(true)),
                (Disclosure::Presence, None) => None,
                _ => other.has_permit,
            },
        }
    };
    rows.iter().zip(others).map(replace).collect()
}

/// Gives the batch as a table that never had what is hidden: only the subjects' rows, nulls where nothing is given.
fn with_hidden_removed(batch: &RecordBatch, terms: &Terms) -> RecordBatch {
    let ids = batch.column_by_name("_record").unwrap().as_string::<i32>().clone();
    let keep: BooleanArray = ids.iter().map(|id| Some(granted().contains(&hash_of(id.unwrap())))).collect();
    let kept = filter_record_batch(batch, &keep).unwrap();
    let classes = classes();
    let is_hidden = |name: &str| {
        let disclosure = classes.get(name).map(|class| terms.disclosure(&register(), *class));
        matches!(disclosure, Some(Disclosure::Withheld | Disclosure::MatchOnly))
            || (name == "street" && disclosure == Some(&Disclosure::District))
    };
    let schema = kept.schema();
    let arrays = schema.fields().iter().zip(kept.columns()).map(|(field, array)| {
        if is_hidden(field.name()) {
            arrow_array::new_null_array(array.data_type(), array.len())
        } else {
            array.clone()
        }
    });
    let arrays = arrays.collect();
    RecordBatch::try_new(schema, arrays).unwrap()
}

fn as_json(disclosed: &Disclosed) -> (RecordBatch, Vec<ColumnDisclosed>, Vec<RecordId>) {
    (disclosed.batch.clone(), disclosed.columns.to_vec(), disclosed.records.clone())
}

proptest! {
    /// Invariant 3: changing what is hidden changes nothing that is shown.
    #[test]
    fn changing_what_is_hidden_changes_nothing_shown(
        pairs in proptest::collection::vec((row(), row()), 0..12),
        disclosures in any_terms(),
    ) {
        let terms = terms(&disclosures);
        let (rows, others): (Vec<Row>, Vec<Row>) = pairs.into_iter().unzip();
        let changed = with_hidden_replaced(&rows, &others, &terms);
        let shown = apply_to(&batch(&rows), &terms).unwrap();
        let shown_of_changed = apply_to(&batch(&changed), &terms).unwrap();
        prop_assert_eq!(as_json(&shown), as_json(&shown_of_changed));
    }

    /// Invariant 2: what the gate returns equals the same on a copy from which the hidden rows and values were removed.
    #[test]
    fn what_is_shown_is_what_a_copy_without_the_hidden_shows(
        rows in proptest::collection::vec(row(), 0..12),
        disclosures in any_terms(),
    ) {
        let terms = terms(&disclosures);
        let full = batch(&rows);
        let shown = apply_to(&full, &terms).unwrap();
        let shown_of_copy = apply_to(&with_hidden_removed(&full, &terms), &terms).unwrap();
        prop_assert_eq!(as_json(&shown), as_json(&shown_of_copy));
        prop_assert_eq!(shown.batch.num_rows(), rows.iter().filter(|row| row.record < 2).count());
        prop_assert!(shown.batch.schema().index_of("_record").is_err());
    }
}

fn one_row() -> Row {
    Row {
        record: 0,
        name: Some(" Éloïse".into()),
        birth: Some(18_262), // 2020-01-01
        income: Some(39_999),
        amount: Some(4_000_001),
        street: Some("Rue Haute 3".into()),
        district: Some("Lower Ward".into()),
        number: Some("123456789".into()),
        crossed: Some(1_577_836_800_000_000),
        has_permit: Some(true),
    }
}

/// Gives what is shown of each column of one row as text.
fn shown(row: Row, disclosure: &Disclosure) -> Vec<(String, String)> {
    let all: Vec<_> = Class::ALL.iter().map(|class| (*class, disclosure.clone())).collect();
    let disclosed = apply_to(&batch(&[row]), &terms(&all)).unwrap();
    let schema = disclosed.batch.schema();
    let fields = schema.fields().iter().zip(disclosed.batch.columns());
    let fields = fields.filter(|(field, _)| !field.name().starts_with('_'));
    fields
        .map(|(field, array)| {
            let text = arrow_cast::display::array_value_to_string(array, 0).unwrap();
            (field.name().clone(), text)
        })
        .collect()
}

fn check(disclosure: Disclosure, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    assert_eq!(shown(one_row(), &disclosure), expected, "{disclosure:?}");
}

#[test]
fn each_way_of_disclosing_gives_what_it_says() {
    check(Disclosure::Withheld, &[]);
    check(Disclosure::MatchOnly, &[]);
    check(Disclosure::YesNo { below: 40_000.0 }, &[("income", "true"), ("amount", "false")]);
    check(Disclosure::YesNo { below: 39_999.0 }, &[("income", "false"), ("amount", "false")]);
    check(Disclosure::YesNo { below: 39_999.5 }, &[("income", "true"), ("amount", "false")]);
    check(Disclosure::YesNo { below: 40_000.011 }, &[("income", "true"), ("amount", "true")]);
    check(Disclosure::YesNo { below: f64::NAN }, &[]);
    check(Disclosure::District, &[("district", "Lower Ward")]);
    check(
        Disclosure::Coarse,
        &[("name", "É"), ("birth", "2020"), ("street", "R"), ("district", "L"), ("number", "1"), ("crossed", "2020")],
    );
    check(
        Disclosure::Last { keep: 4, matched: false },
        &[
            ("name", "•••ïse"),
            ("income", "•••99"),
            ("amount", "•••0.01"),
            ("street", "•••te 3"),
            ("district", "•••Ward"),
            ("number", "•••6789"),
        ],
    );
    check(
        Disclosure::Presence,
        &[
            ("name", "true"),
            ("birth", "true"),
            ("income", "true"),
            ("amount", "true"),
            ("street", "true"),
            ("district", "true"),
            ("number", "true"),
            ("crossed", "true"),
            ("has_permit", "true"),
        ],
    );
}

#[test]
fn last_never_shows_more_than_half_nor_more_than_four() {
    for (text, keep, expected) in
        [("12", 4, "•••2"), ("1", 4, "•••"), ("", 4, "•••"), ("1234567890", 200, "•••7890"), ("1234567890", 0, "•••")]
    {
        let row = Row { number: Some(text.into()), ..one_row() };
        let shown = shown(row, &Disclosure::Last { keep, matched: keep > 4 });
        let number = shown.iter().find(|(name, _)| name == "number").unwrap();
        assert_eq!(number.1, expected, "{text:?} keep {keep}");
    }
}

#[test]
fn a_column_without_a_class_gives_nothing_at_all() {
    let full = batch(&[one_row()]);
    let table_classes: HashMap<String, Class> = classes().into_iter().filter(|(name, _)| name != "street").collect();
    let table = Table { name: REGISTER, register: &register(), classes: &table_classes };
    let refused = apply(&table, &terms(&[(Class::Identity, Disclosure::Value)]), Scope::Given, &granted(), &full);
    assert!(matches!(refused, Err(GateError::UnknownColumn { column, .. }) if column == "street"));
}

#[test]
fn a_batch_without_record_ids_gives_nothing_at_all() {
    let full = batch(&[one_row()]);
    let terms = terms(&[(Class::Identity, Disclosure::Value)]);
    let record = full.schema().index_of("_record").unwrap();
    let others: Vec<usize> = (0..full.num_columns()).filter(|column| *column != record).collect();
    assert!(matches!(apply_to(&full.project(&others).unwrap(), &terms), Err(GateError::Shape { .. })));
}

#[test]
fn a_column_that_occurs_twice_gives_nothing_at_all() {
    let full = batch(&[one_row()]);
    let terms = terms(&[(Class::Identity, Disclosure::Value)]);
    let mut columns: Vec<usize> = (0..full.num_columns()).collect();
    columns.push(0);
    assert!(matches!(apply_to(&full.project(&columns).unwrap(), &terms), Err(GateError::Shape { .. })));
}

#[test]
fn dictionaries_and_views_carry_no_rows_of_others() {
    let rows = [one_row(), Row { record: 3, name: Some("SOMEBODY ELSE".into()), ..one_row() }];
    let full = batch(&rows);
    for to in [DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)), DataType::Utf8View] {
        let name = full.schema().index_of("name").unwrap();
        let mut arrays = full.columns().to_vec();
        arrays[name] = cast(&arrays[name], &to).unwrap();
        let fields: Vec<Field> = full
            .schema()
            .fields()
            .iter()
            .zip(&arrays)
            .map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true))
            .collect();
        let packed = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
        let disclosed = apply_to(&packed, &terms(&[(Class::Identity, Disclosure::Value)])).unwrap();
        let names = disclosed.batch.column_by_name("name").unwrap().as_string::<i32>();
        assert_eq!(names.value(0), " Éloïse");
        assert!(!String::from_utf8_lossy(names.value_data()).contains("SOMEBODY"));
    }
}

#[test]
fn what_is_withheld_says_why() {
    let disclosures = [
        (Class::Identity, Disclosure::YesNo { below: 1.0 }),
        (Class::Address, Disclosure::District),
        (Class::Identifier, Disclosure::MatchOnly),
    ];
    let disclosed = apply_to(&batch(&[one_row()]), &terms(&disclosures)).unwrap();
    let rule = |name: &str| {
        let column = disclosed.columns.iter().find(|column| column.name == name).unwrap();
        column.withheld_because.as_ref().map(|because| because.rule.clone())
    };
    assert_eq!(rule("name").as_deref(), Some("disclosure.no-meaning"));
    assert_eq!(rule("street").as_deref(), Some("disclosure.district-only"));
    assert_eq!(rule("district"), None);
    assert_eq!(rule("number").as_deref(), Some("disclosure.match-only"));
    assert_eq!(rule("income").as_deref(), Some("disclosure.class-withheld"));
    assert_eq!(disclosed.columns.len(), classes().len());
}

#[test]
fn a_debug_text_has_the_shape_and_no_value() {
    let disclosed = apply_to(&batch(&[one_row()]), &terms(&[(Class::Identity, Disclosure::Value)])).unwrap();
    assert_eq!(disclosed.batch.column_by_name("name").unwrap().as_string::<i32>().value(0), " Éloïse");
    let text = format!("{disclosed:?}");
    assert!(text.contains("rows: 1") && text.contains("(\"name\", Utf8)"), "{text}");
    for value in ["Éloïse", &disclosed.records[0].hash_hex()] {
        assert!(!text.contains(value), "{text}");
    }
}

#[test]
fn what_the_entry_does_not_name_is_withheld_whatever_the_purpose_gives() {
    let disclosures = [
        (Class::Identity, Disclosure::Value),
        (Class::Travel, Disclosure::Coarse),
        (Class::Identifier, Disclosure::MatchOnly),
    ];
    let mut terms = terms(&disclosures);
    for class in [Class::Travel, Class::Identifier] {
        terms.found.shift_remove(&class);
    }
    let (batch, classes, register) = (batch(&[one_row()]), classes(), register());
    let table = Table { name: REGISTER, register: &register, classes: &classes };
    // In turn, under the same terms and of the same schema: neither is taken for the other.
    for (scope, is_given) in [(Scope::Given, true), (Scope::Found, false), (Scope::Given, true)] {
        let disclosed = apply(&table, &terms, scope, &granted(), &batch).unwrap();
        let column = |name: &str| disclosed.columns.iter().find(|column| column.name == name).unwrap();
        let rule = |name: &str| column(name).withheld_because.as_ref().map(|because| because.rule.as_str());
        assert_eq!(disclosed.batch.column_by_name("crossed").is_some(), is_given, "{scope:?}");
        assert_eq!(rule("crossed"), (!is_given).then_some("disclosure.not-named"), "{scope:?}");
        assert_eq!(column("crossed").disclosure == Disclosure::Withheld, !is_given, "{scope:?}");
        assert!(disclosed.batch.column_by_name("name").is_some() && rule("name").is_none(), "{scope:?}");
        // What the purpose does not show anyway is withheld for that reason.
        assert_eq!(rule("number"), Some("disclosure.match-only"), "{scope:?}");
    }
}
