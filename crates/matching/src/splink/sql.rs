//! The SQL of a Splink model in DuckDB's dialect: conditions of levels, and blocking rules.
//!
//! Only what is listed here is read, everything else is refused with the character at which it stands. The precedence
//! of operators is DuckDB's: `OR`, `AND`, `NOT`, `IS`, comparisons (which do not chain), `||`, `+ -`, `* /`, sign.

use std::ops::RangeInclusive;

use super::strings::Pattern;
use super::time::Format;
use super::value::Type;

/// How deep expressions may nest.
const DEPTH_MAX: usize = 64;

/// What is wrong with an SQL text, and at which character of it, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) reason: String,
}

impl Fault {
    pub(super) fn new(at: usize, reason: impl Into<String>) -> Self {
        Self { at, reason: reason.into() }
    }
}

/// Which record of a pair an expression is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Left,
    Right,
}

/// How columns say their side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// `"name_l"`, `"name_r"`: conditions of levels.
    Suffix,
    /// `l."name"`, `r."name"`: blocking rules.
    Table,
}

/// An expression. Two are equal when they say the same, wherever they stand.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub(super) at: usize,
    pub(super) kind: Kind,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Column(Side, String),
    /// A value that the caller of [`super::value::evaluate`] gives; the parser makes none.
    Leaf(usize),
    Integer(i64),
    /// A number with a point, which DuckDB takes as a decimal, or with an exponent, which it takes as a double.
    Number(f64, Type),
    Text(String),
    Null,
    Bool(bool),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    /// `IS NULL`, or `IS NOT NULL` where true.
    IsNull(Box<Expr>, bool),
    Compare(Comparator, Box<Expr>, Box<Expr>),
    Arithmetic(Operator, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    Join(Box<Expr>, Box<Expr>),
    Call(Function, Vec<Expr>),
    Cast(Box<Expr>, Type),
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    /// Returns the operator that says the same with both sides exchanged.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }

    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// The functions, under the names that DuckDB has for them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Function {
    Lower,
    Upper,
    Trim,
    Substring,
    Left,
    Right,
    Length,
    Concat,
    Nullif,
    Coalesce,
    TryStrptime(Format),
    RegexpExtract(Pattern, usize),
    Epoch,
    Year,
    Month,
    Day,
    Abs,
    Sin,
    Cos,
    Acos,
    Radians,
    Levenshtein,
    Damerau,
    Jaro,
    JaroWinkler,
    Jaccard,
}

/// The functions by their names, with how many arguments they take, but for the two of [`Parser::call`] that take literals.
const FUNCTIONS: &[(&[&str], Function, RangeInclusive<usize>)] = &[
    (&["lower", "lcase"], Function::Lower, 1..=1),
    (&["upper", "ucase"], Function::Upper, 1..=1),
    (&["trim"], Function::Trim, 1..=1),
    (&["substring", "substr"], Function::Substring, 2..=3),
    (&["left"], Function::Left, 2..=2),
    (&["right"], Function::Right, 2..=2),
    (&["length", "len", "char_length", "character_length"], Function::Length, 1..=1),
    (&["concat"], Function::Concat, 1..=16),
    (&["nullif"], Function::Nullif, 2..=2),
    (&["coalesce"], Function::Coalesce, 1..=16),
    (&["ifnull"], Function::Coalesce, 2..=2),
    (&["epoch"], Function::Epoch, 1..=1),
    (&["year"], Function::Year, 1..=1),
    (&["month"], Function::Month, 1..=1),
    (&["day"], Function::Day, 1..=1),
    (&["abs"], Function::Abs, 1..=1),
    (&["sin"], Function::Sin, 1..=1),
    (&["cos"], Function::Cos, 1..=1),
    (&["acos"], Function::Acos, 1..=1),
    (&["radians"], Function::Radians, 1..=1),
    (&["levenshtein", "editdist3"], Function::Levenshtein, 2..=2),
    (&["damerau_levenshtein"], Function::Damerau, 2..=2),
    (&["jaro_similarity"], Function::Jaro, 2..=2),
    (&["jaro_winkler_similarity"], Function::JaroWinkler, 2..=2),
    (&["jaccard"], Function::Jaccard, 2..=2),
];

/// The types that `CAST` makes, by their names.
const CASTS: &[(&[&str], Type)] = &[
    (&["text", "varchar", "string"], Type::Text),
    (&["int", "integer", "bigint"], Type::Integer),
    (&["real", "float", "float4"], Type::Real),
    (&["double", "float8"], Type::Double),
    (&["date"], Type::Date),
];

impl Function {
    fn find(name: &str) -> Option<(Self, RangeInclusive<usize>)> {
        let (_, function, counts) = FUNCTIONS.iter().find(|(names, ..)| names.contains(&name))?;
        Some((function.clone(), counts.clone()))
    }

    /// Says whether this compares two texts and gives a number.
    pub(super) fn is_distance(&self) -> bool {
        matches!(self, Self::Levenshtein | Self::Damerau | Self::Jaro | Self::JaroWinkler | Self::Jaccard)
    }
}

/// Reads a condition.
pub(super) fn parse(text: &str, naming: Naming) -> Result<Expr, Fault> {
    let tokens = lex(text)?;
    let end = text.chars().count() + 1;
    let mut parser = Parser { tokens: &tokens, next: 0, end, naming, depth: 0 };
    let expr = parser.or()?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(Fault::new(token.at, format!("{} is not expected here", token.kind.said()))),
    }
}

impl Expr {
    fn new(at: usize, kind: Kind) -> Self {
        Self { at, kind }
    }

    /// Returns the expressions that this one is made of.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Column(..)
            | Kind::Leaf(_)
            | Kind::Integer(_)
            | Kind::Number(..)
            | Kind::Text(_)
            | Kind::Null
            | Kind::Bool(_) => Vec::new(),
            Kind::Not(one) | Kind::IsNull(one, _) | Kind::Negate(one) | Kind::Cast(one, _) => vec![one],
            Kind::Compare(_, a, b) | Kind::Arithmetic(_, a, b) | Kind::Join(a, b) => vec![a, b],
            Kind::And(all) | Kind::Or(all) | Kind::Call(_, all) => all.iter().collect(),
            Kind::Case(arms, otherwise) => {
                arms.iter().flat_map(|(when, then)| [when, then]).chain(otherwise.as_deref()).collect()
            }
        }
    }

    /// Returns this expression with each part replaced by what `change` gives for it.
    pub(super) fn map<E>(&self, change: &mut impl FnMut(&Self) -> Result<Self, E>) -> Result<Self, E> {
        let mut boxed = |one: &Self| change(one).map(Box::new);
        let kind = match &self.kind {
            Kind::Not(one) => Kind::Not(boxed(one)?),
            Kind::IsNull(one, negated) => Kind::IsNull(boxed(one)?, *negated),
            Kind::Negate(one) => Kind::Negate(boxed(one)?),
            Kind::Cast(one, to) => Kind::Cast(boxed(one)?, *to),
            Kind::Compare(how, a, b) => Kind::Compare(*how, boxed(a)?, boxed(b)?),
            Kind::Arithmetic(how, a, b) => Kind::Arithmetic(*how, boxed(a)?, boxed(b)?),
            Kind::Join(a, b) => Kind::Join(boxed(a)?, boxed(b)?),
            Kind::And(all) => Kind::And(all.iter().map(change).collect::<Result<_, _>>()?),
            Kind::Or(all) => Kind::Or(all.iter().map(change).collect::<Result<_, _>>()?),
            Kind::Call(function, all) => {
                Kind::Call(function.clone(), all.iter().map(change).collect::<Result<_, _>>()?)
            }
            Kind::Case(arms, otherwise) => Kind::Case(
                arms.iter().map(|(when, then)| Ok((change(when)?, change(then)?))).collect::<Result<_, E>>()?,
                otherwise.as_deref().map(|one| change(one).map(Box::new)).transpose()?,
            ),
            same => same.clone(),
        };
        Ok(Self { at: self.at, kind })
    }

    /// Calls `take` with every column.
    pub(super) fn each_column<'a>(&'a self, take: &mut impl FnMut(Side, &'a str)) {
        if let Kind::Column(side, name) = &self.kind {
            take(*side, name);
        }
        self.parts().into_iter().for_each(|part| part.each_column(take));
    }

    /// Returns the conditions that `AND` joins at the top.
    pub(super) fn conjuncts(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::And(all) => all.iter().flat_map(Self::conjuncts).collect(),
            _ => vec![self],
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Text(String),
    Number(String),
    Symbol(&'static str),
}

impl Token {
    /// Says the token in a message. Texts are literals of the model, not values of records.
    fn said(&self) -> String {
        match self {
            Self::Word(word) | Self::Number(word) => format!("`{word}`"),
            Self::Quoted(name) => format!("the column \"{name}\""),
            Self::Text(_) => "a text".to_owned(),
            Self::Symbol(symbol) => format!("`{symbol}`"),
        }
    }
}

struct Placed {
    at: usize,
    kind: Token,
}

const SYMBOLS: [&str; 24] = [
    "<>", "!=", "<=", ">=", "||", "::", "->", "==", "=", "<", ">", "+", "-", "*", "/", "(", ")", ",", ".", "[", "]",
    ";", "{", "}",
];

fn lex(text: &str) -> Result<Vec<Placed>, Fault> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let start = at;
        let letter = letters[at];
        if letter.is_whitespace() {
            at += 1;
            continue;
        }
        let kind = if letter.is_alphabetic() || letter == '_' {
            while at < letters.len() && (letters[at].is_alphanumeric() || letters[at] == '_') {
                at += 1;
            }
            Token::Word(letters[start..at].iter().collect())
        } else if letter == '"' || letter == '\'' {
            let mut held = String::new();
            at += 1;
            loop {
                match letters.get(at) {
                    None => return Err(Fault::new(start + 1, "the closing quotation mark is missing")),
                    Some(mark) if *mark == letter && letters.get(at + 1) == Some(&letter) => {
                        held.push(letter);
                        at += 2;
                    }
                    Some(mark) if *mark == letter => break,
                    Some(other) => {
                        held.push(*other);
                        at += 1;
                    }
                }
            }
            at += 1;
            if letter == '"' { Token::Quoted(held) } else { Token::Text(held) }
        } else if letter.is_ascii_digit() || (letter == '.' && letters.get(at + 1).is_some_and(char::is_ascii_digit)) {
            while at < letters.len() && (letters[at].is_ascii_digit() || letters[at] == '.') {
                at += 1;
            }
            if at < letters.len() && letters[at].eq_ignore_ascii_case(&'e') {
                let digits = at + 1 + usize::from(letters.get(at + 1).is_some_and(|sign| "+-".contains(*sign)));
                if letters.get(digits).is_some_and(char::is_ascii_digit) {
                    at = digits;
                    while at < letters.len() && letters[at].is_ascii_digit() {
                        at += 1;
                    }
                }
            }
            Token::Number(letters[start..at].iter().collect())
        } else {
            let rest: String = letters[at..letters.len().min(at + 2)].iter().collect();
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
            let symbol =
                symbol.ok_or_else(|| Fault::new(at + 1, format!("the character {letter:?} is not understood")))?;
            at += symbol.len();
            Token::Symbol(symbol)
        };
        tokens.push(Placed { at: start + 1, kind });
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [Placed],
    next: usize,
    end: usize,
    naming: Naming,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Placed> {
        self.tokens.get(self.next)
    }

    fn at(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at)
    }

    fn symbol(&mut self, symbols: &[&'static str]) -> Option<&'static str> {
        let Some(Placed { kind: Token::Symbol(found), .. }) = self.peek() else { return None };
        let found = symbols.iter().find(|symbol| *symbol == found)?;
        self.next += 1;
        Some(found)
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        let token = self.tokens.get(self.next + ahead).map(|token| &token.kind);
        matches!(token, Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        self.next += usize::from(found);
        found
    }

    fn wants(&mut self, symbol: &'static str) -> Result<(), Fault> {
        match self.symbol(&[symbol]) {
            Some(_) => Ok(()),
            None => Err(self.unexpected(&format!("`{symbol}`"))),
        }
    }

    fn wants_word(&mut self, word: &str) -> Result<(), Fault> {
        if self.word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{word}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        match self.peek() {
            None => Fault::new(self.end, format!("the text ends where {wanted} is expected")),
            Some(token) => Fault::new(token.at, format!("{} stands where {wanted} is expected", token.kind.said())),
        }
    }

    fn or(&mut self) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Fault::new(self.at(), format!("this nests deeper than {DEPTH_MAX} levels")));
        }
        let at = self.at();
        let mut all = vec![self.and()?];
        while self.word("or") {
            all.push(self.and()?);
        }
        self.depth -= 1;
        Ok(joined(at, all, Kind::Or))
    }

    fn and(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        let mut all = vec![self.not()?];
        while self.word("and") {
            all.push(self.not()?);
        }
        Ok(joined(at, all, Kind::And))
    }

    fn not(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        let mut negations = 0_usize;
        while self.word("not") {
            negations += 1;
        }
        let mut expr = self.is()?;
        for _ in 0..negations {
            expr = Expr::new(at, Kind::Not(Box::new(expr)));
        }
        Ok(expr)
    }

    fn is(&mut self) -> Result<Expr, Fault> {
        let mut expr = self.compared()?;
        loop {
            let at = self.at();
            if !self.word("is") {
                return Ok(expr);
            }
            let negated = self.word("not");
            if !self.word("null") {
                return Err(self.unexpected("`NULL`"));
            }
            expr = Expr::new(at, Kind::IsNull(Box::new(expr), negated));
        }
    }

    fn comparator(&mut self) -> Option<Comparator> {
        Some(match self.symbol(&["=", "==", "<>", "!=", "<=", ">=", "<", ">"])? {
            "=" | "==" => Comparator::Equal,
            "<>" | "!=" => Comparator::Unequal,
            "<=" => Comparator::LessOrEqual,
            ">=" => Comparator::GreaterOrEqual,
            "<" => Comparator::Less,
            _ => Comparator::Greater,
        })
    }

    fn compared(&mut self) -> Result<Expr, Fault> {
        let left = self.concatenated()?;
        let at = self.at();
        let Some(how) = self.comparator() else { return Ok(left) };
        let right = self.concatenated()?;
        let second = self.at();
        if self.comparator().is_some() {
            return Err(Fault::new(second, "comparisons do not chain, join them with AND"));
        }
        Ok(Expr::new(at, Kind::Compare(how, Box::new(left), Box::new(right))))
    }

    fn concatenated(&mut self) -> Result<Expr, Fault> {
        let mut left = self.sum()?;
        loop {
            let at = self.at();
            if self.symbol(&["||"]).is_none() {
                return Ok(left);
            }
            left = Expr::new(at, Kind::Join(Box::new(left), Box::new(self.sum()?)));
        }
    }

    fn sum(&mut self) -> Result<Expr, Fault> {
        let mut left = self.product()?;
        loop {
            let at = self.at();
            let Some(symbol) = self.symbol(&["+", "-"]) else { return Ok(left) };
            let how = if symbol == "+" { Operator::Add } else { Operator::Subtract };
            left = Expr::new(at, Kind::Arithmetic(how, Box::new(left), Box::new(self.product()?)));
        }
    }

    fn product(&mut self) -> Result<Expr, Fault> {
        let mut left = self.signed()?;
        loop {
            let at = self.at();
            let Some(symbol) = self.symbol(&["*", "/"]) else { return Ok(left) };
            let how = if symbol == "*" { Operator::Multiply } else { Operator::Divide };
            left = Expr::new(at, Kind::Arithmetic(how, Box::new(left), Box::new(self.signed()?)));
        }
    }

    fn signed(&mut self) -> Result<Expr, Fault> {
        let at = self.at();
        let mut negative = false;
        while let Some(sign) = self.symbol(&["-", "+"]) {
            negative ^= sign == "-";
        }
        let expr = self.primary()?;
        Ok(match (negative, &expr.kind) {
            (false, _) => expr,
            (true, Kind::Integer(number)) => Expr::new(at, Kind::Integer(-number)),
            (true, Kind::Number(number, of)) => Expr::new(at, Kind::Number(-number, *of)),
            (true, _) => Expr::new(at, Kind::Negate(Box::new(expr))),
        })
    }

    fn primary(&mut self) -> Result<Expr, Fault> {
        let Some(token) = self.peek() else { return Err(self.unexpected("a value")) };
        let at = token.at;
        match &token.kind {
            Token::Symbol("(") => {
                self.next += 1;
                let inner = self.or()?;
                self.wants(")")?;
                self.no_suffix()?;
                Ok(inner)
            }
            Token::Text(text) => {
                self.next += 1;
                Ok(Expr::new(at, Kind::Text(text.clone())))
            }
            Token::Number(digits) => {
                self.next += 1;
                number(at, digits)
            }
            Token::Quoted(name) => {
                self.next += 1;
                self.column(at, name, true)
            }
            Token::Word(word) => {
                self.next += 1;
                self.worded(at, word)
            }
            Token::Symbol(_) => Err(self.unexpected("a value")),
        }
    }

    fn worded(&mut self, at: usize, word: &str) -> Result<Expr, Fault> {
        let lower = word.to_ascii_lowercase();
        let called = matches!(self.peek(), Some(Placed { kind: Token::Symbol("("), .. }));
        match lower.as_str() {
            "null" => Ok(Expr::new(at, Kind::Null)),
            "true" => Ok(Expr::new(at, Kind::Bool(true))),
            "false" => Ok(Expr::new(at, Kind::Bool(false))),
            "case" => self.case(at),
            "cast" if called => self.cast(at),
            "else" => Err(Fault::new(at, "ELSE stands alone, as the condition of the last level")),
            _ if called => self.call(at, &lower),
            "and" | "or" | "is" | "not" | "when" | "then" | "end" | "in" | "like" | "between" | "select" => {
                Err(Fault::new(at, format!("`{word}` stands where a value is expected")))
            }
            _ => self.column(at, word, false),
        }
    }

    /// Refuses what DuckDB writes behind a value: `[1]`, `.field`, `::type`.
    fn no_suffix(&self) -> Result<(), Fault> {
        match self.peek() {
            Some(Placed { at, kind: Token::Symbol("[") }) => Err(Fault::new(*at, "parts of lists are not supported")),
            Some(Placed { at, kind: Token::Symbol(".") }) => Err(Fault::new(*at, "parts of structs are not supported")),
            Some(Placed { at, kind: Token::Symbol("::") }) => {
                Err(Fault::new(*at, "`::` is not supported, write CAST(… AS …)"))
            }
            _ => Ok(()),
        }
    }

    fn column(&mut self, at: usize, name: &str, quoted: bool) -> Result<Expr, Fault> {
        let (side, name) = match self.naming {
            Naming::Suffix => {
                let (stem, side) = if let Some(stem) = suffix(name, 'l') {
                    (stem, Side::Left)
                } else if let Some(stem) = suffix(name, 'r') {
                    (stem, Side::Right)
                } else {
                    return Err(Fault::new(at, format!("the column \"{name}\" ends neither in _l nor in _r")));
                };
                (side, stem.to_owned())
            }
            Naming::Table => {
                let side = match name {
                    "l" | "L" => Side::Left,
                    "r" | "R" => Side::Right,
                    _ => return Err(Fault::new(at, format!("\"{name}\" is neither a column of l nor of r"))),
                };
                if quoted || self.symbol(&["."]).is_none() {
                    return Err(self.unexpected("`.` and a column"));
                }
                let Some(Placed { kind: Token::Word(name) | Token::Quoted(name), .. }) = self.peek() else {
                    return Err(self.unexpected("a column"));
                };
                self.next += 1;
                (side, name.clone())
            }
        };
        self.no_suffix()?;
        Ok(Expr::new(at, Kind::Column(side, name)))
    }

    fn case(&mut self, at: usize) -> Result<Expr, Fault> {
        let mut arms = Vec::new();
        while self.word("when") {
            let when = self.or()?;
            self.wants_word("then")?;
            arms.push((when, self.or()?));
        }
        if arms.is_empty() {
            return Err(self.unexpected("`WHEN`"));
        }
        let otherwise = if self.word("else") { Some(Box::new(self.or()?)) } else { None };
        self.wants_word("end")?;
        Ok(Expr::new(at, Kind::Case(arms, otherwise)))
    }

    fn cast(&mut self, at: usize) -> Result<Expr, Fault> {
        self.wants("(")?;
        let inner = self.or()?;
        self.wants_word("as")?;
        let to_at = self.at();
        let Some(Placed { kind: Token::Word(name), .. }) = self.peek() else { return Err(self.unexpected("a type")) };
        self.next += 1;
        let lower = name.to_ascii_lowercase();
        let Some((_, to)) = CASTS.iter().find(|(names, _)| names.contains(&lower.as_str())) else {
            return Err(Fault::new(to_at, format!("the type {name} is not supported")));
        };
        self.wants(")")?;
        self.no_suffix()?;
        Ok(Expr::new(at, Kind::Cast(Box::new(inner), *to)))
    }

    fn call(&mut self, at: usize, name: &str) -> Result<Expr, Fault> {
        self.wants("(")?;
        let mut arguments = Vec::new();
        if self.symbol(&[")"]).is_none() {
            loop {
                arguments.push(self.or()?);
                if self.symbol(&[","]).is_none() {
                    break;
                }
            }
            self.wants(")")?;
        }
        self.no_suffix()?;
        let function = match name {
            "try_strptime" => {
                let format = literal(&arguments, 1, 2..=2, at, name)?;
                arguments.truncate(1);
                Function::TryStrptime(Format::parse(&format.0).map_err(|reason| Fault::new(format.1, reason))?)
            }
            "regexp_extract" => {
                let pattern = literal(&arguments, 1, 2..=3, at, name)?;
                let group = match arguments.get(2).map(|group| &group.kind) {
                    None => 0,
                    Some(Kind::Integer(group @ 0..=9)) => *group as usize,
                    Some(_) => return Err(Fault::new(arguments[2].at, "the group is a number from 0 to 9")),
                };
                arguments.truncate(1);
                let read = Pattern::parse(&pattern.0).map_err(|reason| Fault::new(pattern.1, reason))?;
                if group > read.groups() {
                    return Err(Fault::new(at, format!("the pattern has {} groups, not {group}", read.groups())));
                }
                Function::RegexpExtract(read, group)
            }
            _ => {
                let Some((function, counts)) = Function::find(name) else {
                    return Err(Fault::new(at, format!("the function {name} is not supported")));
                };
                if !counts.contains(&arguments.len()) {
                    return Err(Fault::new(at, format!("{name} has {} arguments here", arguments.len())));
                }
                function
            }
        };
        Ok(Expr::new(at, Kind::Call(function, arguments)))
    }
}

fn joined(at: usize, mut all: Vec<Expr>, join: impl FnOnce(Vec<Expr>) -> Kind) -> Expr {
    match all.len() {
        1 => all.remove(0),
        _ => Expr::new(at, join(all)),
    }
}

/// Returns the stem of a column name with the suffix `_l` or `_r`, in either case.
fn suffix(name: &str, side: char) -> Option<&str> {
    let stem = name.strip_suffix([side, side.to_ascii_uppercase()])?.strip_suffix('_')?;
    (!stem.is_empty()).then_some(stem)
}

/// Reads a number. DuckDB keeps decimals exactly and converts them where they meet a double; up to 15 digits that is
/// the nearest double, beyond it is not for sure, and such numbers are refused.
fn number(at: usize, digits: &str) -> Result<Expr, Fault> {
    let wrong = || Fault::new(at, format!("{digits} is not a number"));
    if digits.contains(['e', 'E']) {
        return Ok(Expr::new(at, Kind::Number(digits.parse().map_err(|_| wrong())?, Type::Double)));
    }
    if !digits.contains('.') {
        let whole = digits.parse().map_err(|_| Fault::new(at, format!("{digits} does not fit 64 bits")))?;
        return Ok(Expr::new(at, Kind::Integer(whole)));
    }
    let significant = digits.replace('.', "");
    if significant.trim_start_matches('0').len() > 15 {
        return Err(Fault::new(at, format!("{digits} has more than 15 digits")));
    }
    Ok(Expr::new(at, Kind::Number(digits.parse().map_err(|_| wrong())?, Type::Decimal)))
}

fn literal(
    arguments: &[Expr],
    place: usize,
    counts: RangeInclusive<usize>,
    at: usize,
    name: &str,
) -> Result<(String, usize), Fault> {
    if !counts.contains(&arguments.len()) {
        return Err(Fault::new(at, format!("{name} has {} arguments here", arguments.len())));
    }
    match &arguments[place] {
        Expr { at, kind: Kind::Text(text) } => Ok((text.clone(), *at)),
        other => Err(Fault::new(other.at, format!("{name} takes a text here, written between quotation marks"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Expr {
        parse(text, Naming::Suffix).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
    }

    #[test]
    fn what_says_the_same_is_equal() {
        for (one, other) in [
            (
                r#""a_l" = "a_r" or "b_l" = "b_r" AND not "c_l" = "c_r""#,
                "a_l = a_r OR ((b_l = b_r) AND (NOT (c_l = c_r)))",
            ),
            (r#"a_l = b_l IS NULL"#, "(a_l = b_l) IS NULL"),
            ("a_l + 1 || b_l = c_l", "((a_l + 1) || b_l) = c_l"),
            ("1 - 2 - 3 * 4 < 5", "((1 - 2) - (3 * 4)) < 5"),
            ("- -1 < - a_l", "1 < -a_l"),
            ("SUBSTR(a_l, 1, 3) <> 'it''s'", "substring(\"a_l\",1,3) != 'it''s'"),
            ("\"a \"\"b\"\"_L\" is not null", "\"a \"\"b\"\"_l\" IS NOT NULL"),
        ] {
            assert_eq!(read(one), read(other), "{one}");
        }
        assert_ne!(read("a_l = a_r"), read("a_r = a_l"));
    }

    #[test]
    fn refused_by_position() {
        for (text, at) in [
            ("a_l = ", 7),
            ("a_l = a_r)", 10),
            ("hamming(a_l, a_r) <= 1", 1),
            ("a_l = a_r AND \"b\" = 1", 15),
            ("1 < 2 = 3", 7),
            ("a_l[1] = a_r[1]", 4),
            ("'open", 1),
            ("é_l = § ", 7),
            ("a_l::text = a_r", 4),
            ("a_l LIKE 'x%'", 5),
            ("CAST(a_l AS blob) = a_r", 13),
            ("try_strptime(a_l, '%Q') IS NULL", 19),
            ("0.1234567890123456 < 1", 1),
            ("levenshtein(a_l) < 1", 1),
            ("regexp_extract(a_l, '(a', 0) = 'a'", 21),
            ("regexp_extract(a_l, 'a', 1) = 'a'", 1),
            ("ELSE", 1),
            ("", 1),
        ] {
            let fault = parse(text, Naming::Suffix).unwrap_err();
            assert_eq!(fault.at, at, "{text}: {}", fault.reason);
        }
        assert!(parse("l.\"a\" = r.b", Naming::Table).is_ok());
        assert_eq!(parse("x.a = r.a", Naming::Table).unwrap_err().at, 1);
        assert_eq!(parse(&"(".repeat(100), Naming::Suffix).unwrap_err().at, DEPTH_MAX + 1);
    }

    /// Gives the rows of the table below a heading of docs/splink.md: the names in the first two cells, and the last cell.
    fn documented(heading: &str) -> Vec<(Vec<String>, String)> {
        let text = include_str!("../../../../docs/splink.md");
        let (_, below) = text.split_once(&format!("\n### {heading}\n")).unwrap();
        let rows = below.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
        let row = |line: &str| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let names = cells[..2].iter().flat_map(|cell| cell.split('`').skip(1).step_by(2));
            let names: Vec<String> = names.map(str::to_ascii_lowercase).collect();
            (names, cells[2].to_owned())
        };
        // The first two lines are the head.
        rows.skip(2).map(row).collect()
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_documentation_lists_every_function_and_no_other() {
        let said = |counts: &RangeInclusive<usize>| match (counts.start(), counts.end()) {
            (least, most) if least == most => least.to_string(),
            (least, most) => format!("{least} to {most}"),
        };
        let mut read: Vec<(Vec<String>, String)> =
            FUNCTIONS.iter().map(|(names, _, counts)| (owned(names), said(counts))).collect();
        read.push((owned(&["try_strptime"]), "2".to_owned()));
        read.push((owned(&["regexp_extract"]), "2 to 3".to_owned()));
        let mut listed = documented("Functions");
        // What takes literals is read too.
        for sql in
            ["try_strptime(a_l, '%Y') = a_r", "regexp_extract(a_l, 'b') = a_r", "regexp_extract(a_l, 'b', 0) = a_r"]
        {
            assert!(parse(sql, Naming::Suffix).is_ok(), "{sql}");
        }
        read.sort();
        listed.sort();
        assert_eq!(listed, read);
    }

    #[test]
    fn the_documentation_lists_every_type_of_a_cast_and_no_other() {
        let mut read: Vec<Vec<String>> = CASTS.iter().map(|(names, _)| owned(names)).collect();
        let mut listed: Vec<Vec<String>> = documented("Casts").into_iter().map(|(names, _)| names).collect();
        read.sort();
        listed.sort();
        assert_eq!(listed, read);
    }
}
