//! DuckDB's functions of one text: by characters, with its own idea of case, and the regular expressions it takes.

/// Letters whose case Unicode knew only after version 14, which DuckDB follows.
const WITHOUT_CASE: [std::ops::RangeInclusive<char>; 6] = [
    '\u{1c89}'..='\u{1c8a}',
    '\u{a7cb}'..='\u{a7cf}',
    '\u{a7d2}'..='\u{a7d5}',
    '\u{a7da}'..='\u{a7dd}',
    '\u{10d50}'..='\u{10d85}',
    '\u{16ea0}'..='\u{16ed3}',
];

fn cased(from: char, to: char) -> char {
    let unknown = |letter: char| WITHOUT_CASE.iter().any(|range| range.contains(&letter));
    if unknown(from) || unknown(to) { from } else { to }
}

/// Returns the one character of a mapping, or nothing when it has more.
fn only(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    if mapped.next().is_none() { first } else { None }
}

/// Returns the text in small letters, each character by itself.
pub(super) fn lower(text: &str) -> String {
    let small = |letter: char| match letter {
        '\u{130}' => 'i',
        _ => only(letter.to_lowercase()).map_or(letter, |small| cased(letter, small)),
    };
    text.chars().map(small).collect()
}

/// Returns the text in capitals, each character by itself.
pub(super) fn upper(text: &str) -> String {
    let capital = |letter: char| match letter {
        'ß' => 'ẞ',
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            char::from_u32(u32::from(letter) + 8).unwrap_or(letter)
        }
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(u32::from(letter) + 9).unwrap_or(letter),
        _ => only(letter.to_uppercase()).map_or(letter, |capital| cased(letter, capital)),
    };
    text.chars().map(capital).collect()
}

/// Returns the text without the space separators of Unicode around it. Tabs and line ends stay.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|letter| {
        matches!(letter, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
    })
}

/// Returns the characters from `offset`, counted from 1, or from the end where negative. A negative length takes the
/// characters before it.
pub(super) fn substring(text: &str, offset: i64, length: Option<i64>) -> &str {
    let size = text.chars().count() as i64;
    let start = if offset < 0 { size.saturating_add(offset) } else { offset - 1 };
    let (from, to) = match length {
        None => (start, size),
        Some(length) if length < 0 => (start.saturating_add(length), start),
        Some(length) => (start, start.saturating_add(length)),
    };
    slice(text, from.clamp(0, size) as usize, to.clamp(0, size) as usize)
}

/// Returns the first characters, or all but the last where negative.
pub(super) fn left(text: &str, length: i64) -> &str {
    let size = text.chars().count() as i64;
    let to = if length < 0 { size.saturating_add(length).max(0) } else { length.min(size) };
    slice(text, 0, to as usize)
}

/// Returns the last characters, or all but the first where negative.
pub(super) fn right(text: &str, length: i64) -> &str {
    let size = text.chars().count() as i64;
    let from = if length < 0 { length.saturating_neg().min(size) } else { size.saturating_sub(length).max(0) };
    slice(text, from as usize, size as usize)
}

fn slice(text: &str, from: usize, to: usize) -> &str {
    let byte = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(byte, _)| byte);
    text.get(byte(from)..byte(to)).unwrap_or_default()
}

/// A regular expression, of which DuckDB's RE2 and this give the same match: the leftmost, and of these the one that
/// a backtracking search finds first.
///
/// It knows characters, `.`, classes, `\d \w \s` and their opposites, groups, `|`, and `* + ? {m,n}` with or without
/// a lazy `?`, `^` and `$` for the ends of the text. Anything else is refused.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    program: Vec<Step>,
    groups: usize,
}

/// How long a program may be; counted repetitions are written out.
const PROGRAM_MAX: usize = 4_096;

#[derive(Debug, Clone, PartialEq)]
enum Step {
    One(Class),
    /// Try the first, then the second.
    Fork(usize, usize),
    Go(usize),
    Mark(usize),
    Start,
    End,
    Done,
}

#[derive(Debug, Clone, PartialEq)]
struct Class {
    ranges: Vec<(char, char)>,
    negated: bool,
}

impl Class {
    fn of(ranges: &[(char, char)], negated: bool) -> Self {
        Self { ranges: ranges.to_vec(), negated }
    }

    fn holds(&self, letter: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter)) != self.negated
    }
}

enum Part {
    One(Class),
    Start,
    End,
    Group(usize, Box<Part>),
    All(Vec<Part>),
    Any(Vec<Part>),
    Repeat { part: Box<Part>, least: usize, most: Option<usize>, lazy: bool },
}

impl Part {
    fn may_be_empty(&self) -> bool {
        match self {
            Self::One(_) => false,
            Self::Start | Self::End => true,
            Self::Group(_, part) => part.may_be_empty(),
            Self::All(parts) => parts.iter().all(Self::may_be_empty),
            Self::Any(parts) => parts.iter().any(Self::may_be_empty),
            Self::Repeat { part, least, .. } => *least == 0 || part.may_be_empty(),
        }
    }
}

impl Pattern {
    /// Reads a pattern.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let letters: Vec<char> = text.chars().collect();
        let mut reader = Reader { letters: &letters, next: 0, groups: 0, depth: 0 };
        let whole = reader.any()?;
        if reader.next < letters.len() {
            return Err("the pattern has a bracket too many".to_owned());
        }
        let mut program = Vec::new();
        emit(&mut program, &whole)?;
        program.push(Step::Done);
        Ok(Self { program, groups: reader.groups })
    }

    /// Returns how many groups the pattern has.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Returns what a group matched (0 is the whole), or the empty text where nothing did.
    pub(super) fn extract<'a>(&self, text: &'a str, group: usize) -> &'a str {
        let letters: Vec<(usize, char)> = text.char_indices().collect();
        // A state that led nowhere once leads nowhere again, so each is entered once and the search is linear.
        let mut entered = vec![false; self.program.len() * (letters.len() + 1)];
        for start in 0..=letters.len() {
            let mut marks = vec![None; 2 * (self.groups + 1)];
            if let Some(end) = self.run(&letters, start, &mut entered, &mut marks) {
                (marks[0], marks[1]) = (Some(start), Some(end));
                let byte = |place: usize| letters.get(place).map_or(text.len(), |(byte, _)| *byte);
                return match (marks[2 * group], marks[2 * group + 1]) {
                    (Some(from), Some(to)) => text.get(byte(from)..byte(to)).unwrap_or_default(),
                    _ => "",
                };
            }
        }
        ""
    }

    fn run(
        &self,
        letters: &[(usize, char)],
        start: usize,
        entered: &mut [bool],
        marks: &mut [Option<usize>],
    ) -> Option<usize> {
        enum Job {
            Try(usize, usize),
            Restore(usize, Option<usize>),
        }
        let mut jobs = vec![Job::Try(0, start)];
        while let Some(job) = jobs.pop() {
            let (mut step, mut at) = match job {
                Job::Restore(mark, value) => {
                    marks[mark] = value;
                    continue;
                }
                Job::Try(step, at) => (step, at),
            };
            loop {
                let seen = &mut entered[step * (letters.len() + 1) + at];
                if std::mem::replace(seen, true) {
                    break;
                }
                match &self.program[step] {
                    Step::One(class) => {
                        if !letters.get(at).is_some_and(|(_, letter)| class.holds(*letter)) {
                            break;
                        }
                        (step, at) = (step + 1, at + 1);
                    }
                    Step::Fork(first, second) => {
                        jobs.push(Job::Try(*second, at));
                        step = *first;
                    }
                    Step::Go(to) => step = *to,
                    Step::Mark(mark) => {
                        jobs.push(Job::Restore(*mark, marks[*mark]));
                        marks[*mark] = Some(at);
                        step += 1;
                    }
                    Step::Start if at == 0 => step += 1,
                    Step::End if at == letters.len() => step += 1,
                    Step::Start | Step::End => break,
                    Step::Done => return Some(at),
                }
            }
        }
        None
    }
}

fn emit(program: &mut Vec<Step>, part: &Part) -> Result<(), String> {
    if program.len() > PROGRAM_MAX {
        return Err("the pattern is too long".to_owned());
    }
    match part {
        Part::One(class) => program.push(Step::One(class.clone())),
        Part::Start => program.push(Step::Start),
        Part::End => program.push(Step::End),
        Part::Group(group, part) => {
            program.push(Step::Mark(2 * group));
            emit(program, part)?;
            program.push(Step::Mark(2 * group + 1));
        }
        Part::All(parts) => parts.iter().try_for_each(|part| emit(program, part))?,
        Part::Any(parts) => {
            let mut ends = Vec::new();
            for (place, part) in parts.iter().enumerate() {
                let fork = program.len();
                let last = place + 1 == parts.len();
                if !last {
                    program.push(Step::Done);
                }
                emit(program, part)?;
                if !last {
                    ends.push(program.len());
                    program.push(Step::Done);
                    program[fork] = Step::Fork(fork + 1, program.len());
                }
            }
            for end in ends {
                program[end] = Step::Go(program.len());
            }
        }
        Part::Repeat { part, least, most, lazy } => {
            let fork = |inside, after| if *lazy { Step::Fork(after, inside) } else { Step::Fork(inside, after) };
            for _ in 0..*least {
                emit(program, part)?;
            }
            match most {
                None => {
                    let start = program.len();
                    program.push(Step::Done);
                    emit(program, part)?;
                    program.push(Step::Go(start));
                    program[start] = fork(start + 1, program.len());
                }
                Some(most) => {
                    let mut forks = Vec::new();
                    for _ in *least..*most {
                        forks.push(program.len());
                        program.push(Step::Done);
                        emit(program, part)?;
                    }
                    for start in forks {
                        program[start] = fork(start + 1, program.len());
                    }
                }
            }
        }
    }
    Ok(())
}

struct Reader<'a> {
    letters: &'a [char],
    next: usize,
    groups: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.next).copied()
    }

    fn take(&mut self, letter: char) -> bool {
        let found = self.peek() == Some(letter);
        self.next += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Part, String> {
        self.depth += 1;
        if self.depth > 32 {
            return Err("the pattern nests too deeply".to_owned());
        }
        let mut parts = vec![self.all()?];
        while self.take('|') {
            parts.push(self.all()?);
        }
        self.depth -= 1;
        Ok(if parts.len() == 1 { parts.remove(0) } else { Part::Any(parts) })
    }

    fn all(&mut self) -> Result<Part, String> {
        let mut parts = Vec::new();
        while let Some(letter) = self.peek().filter(|letter| !"|)".contains(*letter)) {
            self.next += 1;
            let part = match letter {
                '^' => Part::Start,
                '$' => Part::End,
                '.' => Part::One(Class::of(&[('\n', '\n')], true)),
                '(' => self.group()?,
                '[' => Part::One(self.class()?),
                '\\' => Part::One(self.escape()?),
                '*' | '+' | '?' | '{' => return Err(format!("`{letter}` repeats nothing")),
                other => Part::One(Class::of(&[(other, other)], false)),
            };
            parts.push(self.repeated(part)?);
        }
        Ok(Part::All(parts))
    }

    fn group(&mut self) -> Result<Part, String> {
        let kept = if self.take('?') {
            if !self.take(':') {
                return Err("of the groups that begin with `(?`, only `(?:` is supported".to_owned());
            }
            None
        } else {
            self.groups += 1;
            Some(self.groups)
        };
        let inner = self.any()?;
        if !self.take(')') {
            return Err("the pattern lacks a closing bracket".to_owned());
        }
        Ok(match kept {
            Some(group) => Part::Group(group, Box::new(inner)),
            None => inner,
        })
    }

    fn repeated(&mut self, part: Part) -> Result<Part, String> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => self.counts()?,
            _ => return Ok(part),
        };
        self.next += 1;
        let lazy = self.take('?');
        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return Err("a repetition is not repeated".to_owned());
        }
        if part.may_be_empty() {
            return Err("a part that may be empty is not repeated".to_owned());
        }
        Ok(Part::Repeat { part: Box::new(part), least, most, lazy })
    }

    /// Reads `{2}`, `{2,}`, `{2,5}` up to its closing brace.
    fn counts(&mut self) -> Result<(usize, Option<usize>), String> {
        let wrong = || "a count is written {2}, {2,} or {2,5}, up to 1000".to_owned();
        let length = self.letters[self.next..].iter().position(|letter| *letter == '}').ok_or_else(wrong)?;
        let inner: String = self.letters[self.next + 1..self.next + length].iter().collect();
        self.next += length;
        let number = |text: &str| match text.parse() {
            Ok(number @ 0..=1000) => Ok(number),
            _ => Err(wrong()),
        };
        let (least, most) = match inner.split_once(',') {
            None => (number(&inner)?, Some(number(&inner)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        if most.is_some_and(|most| most < least) { Err(wrong()) } else { Ok((least, most)) }
    }

    fn escape(&mut self) -> Result<Class, String> {
        let letter = self.peek().ok_or("the pattern ends with a backslash")?;
        self.next += 1;
        let negated = letter.is_ascii_uppercase();
        Ok(match letter {
            'd' | 'D' => Class::of(&[('0', '9')], negated),
            'w' | 'W' => Class::of(&[('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')], negated),
            's' | 'S' => Class::of(&[('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')], negated),
            't' => Class::of(&[('\t', '\t')], false),
            'n' => Class::of(&[('\n', '\n')], false),
            'r' => Class::of(&[('\r', '\r')], false),
            other if other.is_ascii_punctuation() => Class::of(&[(other, other)], false),
            other => return Err(format!("`\\{other}` is not supported")),
        })
    }

    fn class(&mut self) -> Result<Class, String> {
        let missing = || "the pattern lacks a closing square bracket".to_owned();
        let negated = self.take('^');
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            let letter = self.peek().ok_or_else(missing)?;
            self.next += 1;
            if letter == ']' && !first {
                return Ok(Class { ranges, negated });
            }
            first = false;
            if letter == '[' && self.peek() == Some(':') {
                return Err("classes such as [:alpha:] are not supported".to_owned());
            }
            let from = match letter {
                '\\' => {
                    let class = self.escape()?;
                    match class.ranges.as_slice() {
                        [(from, to)] if from == to && !class.negated => *from,
                        more if !class.negated => {
                            ranges.extend_from_slice(more);
                            continue;
                        }
                        _ => return Err("an opposite within a class is not supported".to_owned()),
                    }
                }
                letter => letter,
            };
            let mut to = from;
            if self.peek() == Some('-') && self.letters.get(self.next + 1).is_some_and(|end| *end != ']') {
                self.next += 1;
                to = self.peek().ok_or_else(missing)?;
                self.next += 1;
                if to == '\\' {
                    match self.escape()?.ranges.as_slice() {
                        [(one, end)] if one == end => to = *one,
                        _ => return Err("a range ends with a character".to_owned()),
                    }
                }
                if to < from {
                    return Err("a range of the pattern ends before it begins".to_owned());
                }
            }
            ranges.push((from, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_texts() {
        for (offset, length, expected) in [
            (0, Some(3), "äb"),
            (-2, Some(2), "ef"),
            (2, None, "bcdef"),
            (1, Some(-1), ""),
            (4, Some(-2), "bc"),
            (3, Some(-5), "äb"),
            (-3, Some(-2), "bc"),
            (0, Some(-1), ""),
            (-8, Some(3), "ä"),
            (9, Some(2), ""),
            (0, None, "äbcdef"),
            (i64::MIN, Some(i64::MIN), ""),
            (i64::MAX, Some(i64::MAX), ""),
        ] {
            assert_eq!(substring("äbcdef", offset, length), expected, "{offset} {length:?}");
        }
        assert_eq!((left("äbc", 1), left("äbc", -1), left("äbc", -9), left("äbc", 9)), ("ä", "äb", "", "äbc"));
        assert_eq!((right("äbc", 1), right("äbc", -1), right("äbc", -9), right("äbc", 9)), ("c", "bc", "", "äbc"));
        assert_eq!((trim("\u{2003} a\t "), trim("\u{200b}")), ("a\t", "\u{200b}"));
    }

    #[test]
    fn patterns_match_as_re2_does() {
        for (pattern, text, group, expected) in [
            ("^[^@]+", "john@x.com", 0, "john"),
            ("@([^@]+)$", "john@x.com", 1, "x.com"),
            ("^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]", "SW1A 2AA", 0, "SW1A 2"),
            ("^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9][A-Za-z]{2}$", "SW1A 2AA ", 0, ""),
            ("a.b", "a\nb", 0, ""),
            ("a|ab", "ab", 0, "a"),
            ("(a|ab)(c|bcd)", "abcd", 2, "bcd"),
            ("(a)?x", "x", 1, ""),
            ("a+?", "aaa", 0, "a"),
            ("a{2}", "aaa", 0, "aa"),
            ("(?:ab)+", "xababab", 0, "ababab"),
            (r"\d{2,}", "1 23 456", 0, "23"),
            ("[]a-]+", "x]a-", 0, "]a-"),
            ("é.", "xéà", 0, "éà"),
            ("a$", "a\n", 0, ""),
            (r"[\d.]+", "v1.2", 0, "1.2"),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().extract(text, group), expected, "{pattern}");
        }
        // The pattern that makes backtracking exponential.
        let hard = Pattern::parse("^(a|a)+b$").unwrap();
        assert_eq!(hard.extract(&"a".repeat(200), 0), "");
        for pattern in ["(", "a)", "[a", "*a", "a**", "(a*)*", r"\b", "(?i)a", "a{3,2}", "[[:alpha:]]", "\\"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
