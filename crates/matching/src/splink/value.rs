//! Values and what expressions make of them, with SQL's three truth values.

use std::cmp::Ordering;

use super::kernel;
use super::sql::{Comparator, Expr, Fault, Function, Kind, Operator};
use super::strings;
use super::time;

/// The type of a column or an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Type {
    /// Of the literal `NULL`: any.
    Null,
    Bool,
    Integer,
    /// Of a literal with a point. It is compared, but not calculated with, unless with doubles.
    Decimal,
    Real,
    Double,
    Text,
    Date,
    Timestamp,
}

impl Type {
    fn said(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool => "a truth value",
            Self::Integer => "an integer",
            Self::Decimal => "a decimal",
            Self::Real | Self::Double => "a number",
            Self::Text => "text",
            Self::Date => "a date",
            Self::Timestamp => "a time",
        }
    }

    fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Real | Self::Double)
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }
}

/// A value. `Debug` is left out: values are personal data.
#[derive(Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Real(f32),
    Double(f64),
    Text(String),
    /// Days since 1970.
    Date(i64),
    /// Microseconds since 1970.
    Timestamp(i64),
}

/// Returns the type of an expression.
///
/// # Errors
/// Where DuckDB would refuse the expression, or would convert a value in a way that is not supported here.
pub(super) fn type_of(expr: &Expr, column: &mut impl FnMut(&Expr) -> Result<Type, Fault>) -> Result<Type, Fault> {
    let mut of = |part: &Expr| type_of(part, column);
    let wrong = |reason: String| Err(Fault::new(expr.at, reason));
    match &expr.kind {
        Kind::Column(..) | Kind::Leaf(_) => column(expr),
        Kind::Integer(_) => Ok(Type::Integer),
        Kind::Number(_, of) => Ok(*of),
        Kind::Text(_) => Ok(Type::Text),
        Kind::Null => Ok(Type::Null),
        Kind::Bool(_) => Ok(Type::Bool),
        Kind::Not(one) => expect(one, of(one)?, Type::Bool, "NOT").map(|()| Type::Bool),
        Kind::And(all) | Kind::Or(all) => {
            for one in all {
                expect(one, of(one)?, Type::Bool, "AND and OR")?;
            }
            Ok(Type::Bool)
        }
        Kind::IsNull(one, _) => of(one).map(|_| Type::Bool),
        Kind::Compare(_, a, b) => {
            let (left, right) = (of(a)?, of(b)?);
            // DuckDB compares a real with a decimal as reals, but with a double as doubles; values only show the first.
            let mixed = [left, right].contains(&Type::Real) && [left, right].contains(&Type::Double);
            let alike = left == right
                || left == Type::Null
                || right == Type::Null
                || (left.is_number() && right.is_number() && !mixed)
                || (left.is_time() && right.is_time());
            if alike {
                return Ok(Type::Bool);
            }
            wrong(format!("{} is compared with {}, cast the column first", left.said(), right.said()))
        }
        Kind::Arithmetic(how, a, b) => {
            let (left, right) = (of(a)?, of(b)?);
            match (left, right) {
                (Type::Null, _) | (_, Type::Null) => Ok(Type::Null),
                _ if *how == Operator::Divide && left.is_number() && right.is_number() => {
                    // Integers are divided as doubles; reals stay reals.
                    let real = [left, right].contains(&Type::Real) && ![left, right].contains(&Type::Double);
                    if real || [left, right].contains(&Type::Decimal) {
                        return wrong(format!("{} is not divided by {} here", left.said(), right.said()));
                    }
                    Ok(Type::Double)
                }
                (Type::Integer, Type::Integer) => Ok(Type::Integer),
                (Type::Double, other) | (other, Type::Double) if other.is_number() => Ok(Type::Double),
                (Type::Date, Type::Date) if *how == Operator::Subtract => Ok(Type::Integer),
                _ => wrong(format!("this is not calculated with {} and {}", left.said(), right.said())),
            }
        }
        Kind::Negate(one) => match of(one)? {
            number if number.is_number() || number == Type::Null => Ok(number),
            other => wrong(format!("{} has no sign", other.said())),
        },
        Kind::Join(a, b) => {
            expect(a, of(a)?, Type::Text, "||")?;
            expect(b, of(b)?, Type::Text, "||").map(|()| Type::Text)
        }
        Kind::Cast(one, to) => {
            let from = of(one)?;
            let known = match to {
                Type::Text => matches!(from, Type::Text | Type::Integer | Type::Date | Type::Bool | Type::Null),
                Type::Integer => matches!(from, Type::Integer | Type::Null),
                Type::Real | Type::Double => from.is_number() || from == Type::Null,
                Type::Date => {
                    matches!(from, Type::Date | Type::Timestamp | Type::Null)
                        || matches!(&one.kind, Kind::Text(text) if time::iso(text).is_some())
                }
                _ => false,
            };
            if known { Ok(*to) } else { wrong(format!("{} is not cast to {} here", from.said(), to.said())) }
        }
        Kind::Case(arms, otherwise) => {
            let mut found = Type::Null;
            for (when, then) in arms {
                expect(when, of(when)?, Type::Bool, "WHEN")?;
                found = unified(then, found, of(then)?)?;
            }
            match otherwise {
                Some(otherwise) => unified(otherwise, found, of(otherwise)?),
                None => Ok(found),
            }
        }
        Kind::Call(function, arguments) => {
            let types = arguments.iter().map(of).collect::<Result<Vec<_>, _>>()?;
            call_type(expr, function, arguments, &types)
        }
    }
}

fn expect(expr: &Expr, found: Type, wanted: Type, whose: &str) -> Result<(), Fault> {
    if found == wanted || found == Type::Null {
        return Ok(());
    }
    Err(Fault::new(expr.at, format!("{whose} takes {} here, not {}", wanted.said(), found.said())))
}

fn unified(expr: &Expr, one: Type, other: Type) -> Result<Type, Fault> {
    match (one, other) {
        (Type::Null, kind) | (kind, Type::Null) => Ok(kind),
        _ if one == other => Ok(one),
        (Type::Double, number) | (number, Type::Double) if number.is_number() => Ok(Type::Double),
        _ => Err(Fault::new(expr.at, format!("{} and {} do not go together here", one.said(), other.said()))),
    }
}

fn call_type(expr: &Expr, function: &Function, arguments: &[Expr], types: &[Type]) -> Result<Type, Fault> {
    let all = |wanted: Type, gives: Type| {
        for (argument, found) in arguments.iter().zip(types) {
            expect(argument, *found, wanted, "the function")?;
        }
        Ok(gives)
    };
    match function {
        Function::Lower | Function::Upper | Function::Trim | Function::Concat => all(Type::Text, Type::Text),
        Function::TryStrptime(_) => all(Type::Text, Type::Timestamp),
        Function::RegexpExtract(..) => all(Type::Text, Type::Text),
        Function::Length => all(Type::Text, Type::Integer),
        Function::Levenshtein | Function::Damerau => all(Type::Text, Type::Integer),
        Function::Jaro | Function::JaroWinkler | Function::Jaccard => all(Type::Text, Type::Double),
        Function::Substring | Function::Left | Function::Right => {
            expect(&arguments[0], types[0], Type::Text, "the function")?;
            for (argument, found) in arguments.iter().zip(types).skip(1) {
                expect(argument, *found, Type::Integer, "the function")?;
            }
            Ok(Type::Text)
        }
        Function::Nullif => {
            let same = types[0] == types[1] || types.contains(&Type::Null);
            if same { Ok(types[0]) } else { unified(expr, types[0], types[1]) }
        }
        Function::Coalesce => {
            arguments.iter().zip(types).try_fold(Type::Null, |found, (argument, of)| unified(argument, found, *of))
        }
        Function::Epoch | Function::Year | Function::Month | Function::Day => {
            let gives = if *function == Function::Epoch { Type::Double } else { Type::Integer };
            if types[0].is_time() || types[0] == Type::Null {
                return Ok(gives);
            }
            Err(Fault::new(arguments[0].at, format!("a date or time is expected, not {}", types[0].said())))
        }
        Function::Abs | Function::Sin | Function::Cos | Function::Acos | Function::Radians => {
            if !types[0].is_number() && types[0] != Type::Null {
                return Err(Fault::new(arguments[0].at, format!("a number is expected, not {}", types[0].said())));
            }
            Ok(if *function == Function::Abs { types[0] } else { Type::Double })
        }
    }
}

/// Returns the value of an expression, whose columns and leaves `leaf` gives. Its types must have been checked.
///
/// # Errors
/// Where DuckDB stops the query: an overflow, or a distance that is not defined.
pub(super) fn evaluate(expr: &Expr, leaf: &mut impl FnMut(&Expr) -> Value) -> Result<Value, Fault> {
    let mut of = |part: &Expr| evaluate(part, leaf);
    Ok(match &expr.kind {
        Kind::Column(..) | Kind::Leaf(_) => leaf(expr),
        Kind::Integer(number) => Value::Integer(*number),
        Kind::Number(number, _) => Value::Double(*number),
        Kind::Text(text) => Value::Text(text.clone()),
        Kind::Null => Value::Null,
        Kind::Bool(truth) => Value::Bool(*truth),
        Kind::Not(one) => match of(one)? {
            Value::Bool(truth) => Value::Bool(!truth),
            _ => Value::Null,
        },
        Kind::And(all) => truths(all, false, &mut of)?,
        Kind::Or(all) => truths(all, true, &mut of)?,
        Kind::IsNull(one, negated) => Value::Bool((of(one)? == Value::Null) != *negated),
        Kind::Compare(how, a, b) => compared(*how, &of(a)?, &of(b)?),
        Kind::Arithmetic(how, a, b) => {
            let (left, right) = (of(a)?, of(b)?);
            arithmetic(*how, &left, &right).ok_or_else(|| overflow(expr))?
        }
        Kind::Negate(one) => match of(one)? {
            Value::Integer(number) => Value::Integer(number.checked_neg().ok_or_else(|| overflow(expr))?),
            Value::Double(number) => Value::Double(-number),
            Value::Real(number) => Value::Real(-number),
            _ => Value::Null,
        },
        Kind::Join(a, b) => match (of(a)?, of(b)?) {
            (Value::Text(mut left), Value::Text(right)) => {
                left.push_str(&right);
                Value::Text(left)
            }
            _ => Value::Null,
        },
        Kind::Cast(one, to) => cast(of(one)?, *to),
        Kind::Case(arms, otherwise) => {
            let mut found = None;
            for (when, then) in arms {
                if of(when)? == Value::Bool(true) {
                    found = Some(then);
                    break;
                }
            }
            match found.or(otherwise.as_deref()) {
                Some(then) => of(then)?,
                None => Value::Null,
            }
        }
        Kind::Call(function, arguments) => {
            let values = arguments.iter().map(of).collect::<Result<Vec<_>, _>>()?;
            call(expr, function, &values)?
        }
    })
}

fn overflow(expr: &Expr) -> Fault {
    Fault::new(expr.at, "a number does not fit 64 bits")
}

/// Joins truth values: `decisive` settles it, NULL leaves it open.
fn truths(all: &[Expr], decisive: bool, of: &mut impl FnMut(&Expr) -> Result<Value, Fault>) -> Result<Value, Fault> {
    let mut open = false;
    for one in all {
        match of(one)? {
            Value::Bool(truth) if truth == decisive => return Ok(Value::Bool(decisive)),
            Value::Bool(_) => {}
            _ => open = true,
        }
    }
    Ok(if open { Value::Null } else { Value::Bool(!decisive) })
}

fn compared(how: Comparator, left: &Value, right: &Value) -> Value {
    match ordering(left, right) {
        Some(order) => Value::Bool(how.holds(order)),
        None => Value::Null,
    }
}

/// Orders doubles as DuckDB does: NaN equals itself and is above all others.
pub(super) fn order_doubles(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// Orders two values, or says nothing where one is NULL.
fn ordering(left: &Value, right: &Value) -> Option<Ordering> {
    Some(match (left, right) {
        (Value::Text(left), Value::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) | (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
        (Value::Date(left), Value::Timestamp(right)) => date_with_time(*left, *right),
        (Value::Timestamp(left), Value::Date(right)) => date_with_time(*right, *left).reverse(),
        // A real meets a literal or another real as a real, and a double as a double.
        (Value::Real(left), Value::Double(right)) if !right.is_nan() => {
            order_doubles(f64::from(*left), f64::from(*right as f32))
        }
        (Value::Double(left), Value::Real(right)) if !left.is_nan() => {
            order_doubles(f64::from(*left as f32), f64::from(*right))
        }
        _ => order_doubles(number(left)?, number(right)?),
    })
}

fn date_with_time(day: i64, micros: i64) -> Ordering {
    match time::midnight(day) {
        Some(midnight) => midnight.cmp(&micros),
        None => day.cmp(&0),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Real(number) => Some(f64::from(*number)),
        Value::Double(number) => Some(*number),
        _ => None,
    }
}

/// Calculates, or gives nothing where the result does not fit.
fn arithmetic(how: Operator, left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Some(Value::Null),
        (Value::Integer(left), Value::Integer(right)) if how != Operator::Divide => {
            let result = match how {
                Operator::Add => left.checked_add(*right),
                Operator::Subtract => left.checked_sub(*right),
                _ => left.checked_mul(*right),
            };
            result.map(Value::Integer)
        }
        (Value::Date(left), Value::Date(right)) => left.checked_sub(*right).map(Value::Integer),
        _ => {
            let (left, right) = (number(left)?, number(right)?);
            Some(Value::Double(match how {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                Operator::Divide => left / right,
            }))
        }
    }
}

fn cast(value: Value, to: Type) -> Value {
    match (to, value) {
        (Type::Text, Value::Integer(number)) => Value::Text(number.to_string()),
        (Type::Text, Value::Bool(truth)) => Value::Text(truth.to_string()),
        (Type::Text, Value::Date(days)) => Value::Text(date_text(days)),
        (Type::Real, value) => number(&value).map_or(Value::Null, |number| Value::Real(number as f32)),
        (Type::Double, value) => number(&value).map_or(Value::Null, Value::Double),
        (Type::Date, Value::Timestamp(micros)) => Value::Date(time::day_of(micros)),
        (Type::Date, Value::Text(text)) => time::iso(&text).map_or(Value::Null, Value::Date),
        (_, value) => value,
    }
}

fn date_text(days: i64) -> String {
    let (year, month, day) = time::civil(days);
    if year <= 0 {
        format!("{:04}-{month:02}-{day:02} (BC)", 1 - year)
    } else {
        format!("{year:04}-{month:02}-{day:02}")
    }
}

fn call(expr: &Expr, function: &Function, values: &[Value]) -> Result<Value, Fault> {
    match function {
        Function::Concat => {
            let texts = values.iter().filter_map(|value| if let Value::Text(text) = value { Some(text) } else { None });
            return Ok(Value::Text(texts.map(String::as_str).collect()));
        }
        Function::Coalesce => {
            return Ok(values.iter().find(|value| **value != Value::Null).cloned().unwrap_or(Value::Null));
        }
        Function::Nullif => {
            let equal = ordering(&values[0], &values[1]) == Some(Ordering::Equal);
            return Ok(if equal { Value::Null } else { values[0].clone() });
        }
        _ if values.contains(&Value::Null) => return Ok(Value::Null),
        _ => {}
    }
    let text = |place: usize| match values.get(place) {
        Some(Value::Text(text)) => text.as_str(),
        _ => "",
    };
    let integer = |place: usize| match values.get(place) {
        Some(Value::Integer(number)) => Some(*number),
        _ => None,
    };
    let double = |of: fn(f64) -> f64| number(&values[0]).map_or(Value::Null, |number| Value::Double(of(number)));
    let bytes = |place: usize| text(place).as_bytes();
    Ok(match function {
        Function::Lower => Value::Text(strings::lower(text(0))),
        Function::Upper => Value::Text(strings::upper(text(0))),
        Function::Trim => Value::Text(strings::trim(text(0)).to_owned()),
        Function::Substring => {
            Value::Text(strings::substring(text(0), integer(1).unwrap_or_default(), integer(2)).to_owned())
        }
        Function::Left => Value::Text(strings::left(text(0), integer(1).unwrap_or_default()).to_owned()),
        Function::Right => Value::Text(strings::right(text(0), integer(1).unwrap_or_default()).to_owned()),
        Function::Length => Value::Integer(text(0).chars().count() as i64),
        Function::TryStrptime(format) => format.read(bytes(0)).map_or(Value::Null, Value::Timestamp),
        Function::RegexpExtract(pattern, group) => Value::Text(pattern.extract(text(0), *group).to_owned()),
        Function::Epoch => match values[0] {
            Value::Date(days) => Value::Double(days as f64 * 86_400.0),
            Value::Timestamp(micros) => Value::Double(micros as f64 / 1e6),
            _ => Value::Null,
        },
        Function::Year | Function::Month | Function::Day => {
            let days = match values[0] {
                Value::Date(days) => days,
                Value::Timestamp(micros) => time::day_of(micros),
                _ => return Ok(Value::Null),
            };
            let (year, month, day) = time::civil(days);
            Value::Integer(match function {
                Function::Year => year,
                Function::Month => month,
                _ => day,
            })
        }
        Function::Abs => match values[0] {
            Value::Integer(number) => Value::Integer(number.checked_abs().ok_or_else(|| overflow(expr))?),
            Value::Real(number) => Value::Real(number.abs()),
            _ => double(f64::abs),
        },
        Function::Sin => double(f64::sin),
        Function::Cos => double(f64::cos),
        Function::Acos => double(f64::acos),
        Function::Radians => double(|degrees| degrees * (std::f64::consts::PI / 180.0)),
        Function::Levenshtein => Value::Integer(kernel::levenshtein(bytes(0), bytes(1)) as i64),
        Function::Damerau => Value::Integer(kernel::damerau(bytes(0), bytes(1)) as i64),
        Function::Jaro => Value::Double(kernel::jaro(bytes(0), bytes(1))),
        Function::JaroWinkler => Value::Double(kernel::jaro_winkler(bytes(0), bytes(1))),
        Function::Jaccard => {
            Value::Double(kernel::jaccard(bytes(0), bytes(1)).ok_or_else(|| {
                Fault::new(expr.at, "jaccard is not defined where a text is empty, make it NULL first")
            })?)
        }
        Function::Concat | Function::Coalesce | Function::Nullif => Value::Null,
    })
}

#[cfg(test)]
mod tests {
    use super::super::sql::{Naming, parse};
    use super::*;

    /// The value of an expression without columns, as text.
    fn value(text: &str) -> String {
        let expr = parse(text, Naming::Suffix).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        type_of(&expr, &mut |_| Ok(Type::Null)).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        match evaluate(&expr, &mut |_| Value::Null).unwrap_or_else(|fault| panic!("{text}: {fault:?}")) {
            Value::Null => "NULL".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => format!("{number}r"),
            Value::Double(number) => format!("{number}d"),
            Value::Text(text) => format!("'{text}'"),
            Value::Date(days) => format!("day {days}"),
            Value::Timestamp(micros) => format!("time {micros}"),
        }
    }

    /// What DuckDB 2.0.0 gives for the same.
    #[test]
    fn values_as_duckdb_gives_them() {
        for (text, expected) in [
            ("a_l = a_r", "NULL"),
            ("NOT (a_l = a_r)", "NULL"),
            ("a_l = 1 AND 1 = 2", "false"),
            ("a_l = 1 OR 1 = 1", "true"),
            ("a_l = 1 OR 1 = 2", "NULL"),
            ("(a_l = 1) IS NULL", "true"),
            ("a_l IS NOT NULL", "false"),
            ("CONCAT(a_l, 'a', a_r, 'b')", "'ab'"),
            ("'a' || a_l", "NULL"),
            ("NULLIF('a', '') || NULLIF('b', a_l)", "'ab'"),
            ("NULLIF('', '')", "NULL"),
            ("COALESCE(a_l, 'x')", "'x'"),
            ("3 <= 2.5", "false"),
            ("1 = 1.0", "true"),
            ("5 / 2", "2.5d"),
            ("1 / 0", "infd"),
            ("0 / 0 < 0.1", "false"),
            ("0 / 0 = 0 / 0", "true"),
            ("ABS(-3 - 4) <= 7", "true"),
            ("CASE WHEN a_l = 1 THEN 1 WHEN 2 > 1 THEN 2 END", "2"),
            ("CASE WHEN a_l = 1 THEN 1 END", "NULL"),
            ("EPOCH(try_strptime('2020-02-03', '%Y-%m-%d'))", "1580688000d"),
            (
                "ABS(EPOCH(try_strptime('2020-02-03', '%Y-%m-%d')) - EPOCH(CAST('1970-01-01' AS DATE))) <= 2629800.0",
                "false",
            ),
            ("try_strptime('2020-02-30', '%Y-%m-%d')", "NULL"),
            ("try_strptime('infinity', '%Y-%m-%d')", "time -2208988800000000"),
            ("YEAR(try_strptime('31/12/1969', '%d/%m/%Y'))", "1969"),
            ("CAST(CAST('2000-01-01' AS DATE) AS TEXT)", "'2000-01-01'"),
            ("CAST('2000-01-02' AS DATE) - CAST('2000-01-01' AS DATE)", "1"),
            ("CAST(1e-1 AS FLOAT) <= 0.1", "true"),
            ("CAST(1.5 AS REAL) = 1.5", "true"),
            ("LENGTH('é')", "1"),
            ("levenshtein('é', 'e')", "2"),
            ("damerau_levenshtein('ca', 'abc')", "2"),
            ("UPPER(TRIM(' éß '))", "'Éẞ'"),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn types_that_do_not_fit() {
        for (text, at) in [
            ("'a' = 1", 5),
            ("levenshtein(1, 'a') < 1", 13),
            ("'a' AND 1 = 1", 1),
            ("1 * 0.5 = 1", 3),
            ("CAST(1 AS REAL) = CAST(1 AS DOUBLE)", 17),
            ("LOWER(1) = 'a'", 7),
            ("EPOCH('2020-01-01') < 1", 7),
            ("'a' || 1 = 'a1'", 8),
            ("CAST('x' AS INT) = 1", 1),
            ("CASE WHEN 1 = 1 THEN 1 ELSE 'a' END = 1", 29),
        ] {
            let expr = parse(text, Naming::Suffix).unwrap();
            assert_eq!(type_of(&expr, &mut |_| Ok(Type::Null)).unwrap_err().at, at, "{text}");
        }
    }
}
