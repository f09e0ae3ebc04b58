//! Words of the pages in English and French, and how each language writes dates and numbers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use askama::filters::Safe;
use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;
use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid};
use parking_lot::RwLock;

/// The loader of the words, in a module of its own because the macro's items have no documentation.
#[allow(missing_docs)]
mod loaded {
    fluent_templates::static_loader! {
        pub(super) static LOCALES = {
            locales: "./locales",
            fallback_language: "en",
            // Texts are set in elements that isolate their direction already.
            customise: |bundle| bundle.set_use_isolating(false),
        };
    }
}

static ENGLISH: LanguageIdentifier = langid!("en");
static FRENCH: LanguageIdentifier = langid!("fr");

/// Texts in which nothing stands for a value, by their keys, as far as they were asked for. There are no more than in the files.
type Plain = LazyLock<RwLock<HashMap<String, String>>>;

static PLAIN_ENGLISH: Plain = LazyLock::new(RwLock::default);
static PLAIN_FRENCH: Plain = LazyLock::new(RwLock::default);

/// The cookie that keeps the language.
pub(crate) const LANGUAGE_COOKIE: &str = "lucarne_lang";

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    French,
}

impl Language {
    /// Gives the language of a code such as `fr`; none for others.
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    /// Gives the language that somebody chose, else the one that their browser asks for.
    pub(crate) fn wanted(headers: &HeaderMap) -> Self {
        let jar = CookieJar::from_headers(headers);
        let kept = jar.get(LANGUAGE_COOKIE).and_then(|cookie| Self::of_code(cookie.value()));
        kept.unwrap_or_else(|| Self::accepted(headers))
    }

    /// Gives the language that a browser asks for first among those we have; English when it asks for none of them.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut best = (Self::English, 0.0);
        for range in wanted.split(',') {
            let mut pieces = range.split(';');
            let tag = pieces.next().unwrap_or_default().trim();
            let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse::<f64>().ok()).unwrap_or(1.0);
            match Self::of_code(&primary) {
                Some(language) if weight > best.1 => best = (language, weight),
                _ => {}
            }
        }
        best.0
    }
}

/// What a project says of something.
pub(crate) struct ProjectText {
    pub(crate) text: String,
    /// Whether it is English on a page that is not.
    pub(crate) is_foreign: bool,
}

/// Gives words in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    language: Language,
}

impl Words {
    pub(crate) const fn new(language: Language) -> Self {
        Self { language }
    }

    /// Gives the code that `lang` attributes and the cookie have.
    pub(crate) fn code(&self) -> &'static str {
        match self.language {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    /// Tells whether these words are French.
    pub(crate) fn is_french(&self) -> bool {
        self.language == Language::French
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self.language {
            Language::English => &ENGLISH,
            Language::French => &FRENCH,
        }
    }

    /// Gives the text of a key. A key that is in no file gives itself, and fails a test.
    pub(crate) fn s(&self, key: &str) -> String {
        self.plain(key).unwrap_or_else(|| key.to_owned())
    }

    /// Gives the text of a key in which nothing stands for a value; none where no file has it. Each is made once: a page has some
    /// thousand of them.
    fn plain(self, key: &str) -> Option<String> {
        let known = match self.language {
            Language::English => &PLAIN_ENGLISH,
            Language::French => &PLAIN_FRENCH,
        };
        if let Some(text) = known.read().get(key) {
            return Some(text.clone());
        }
        let text = loaded::LOCALES.lookup_single_language::<&str>(self.id(), key, None).ok()?;
        known.write().insert(key.to_owned(), text.clone());
        Some(text)
    }

    /// Gives the text of a key with what stands for values in it. Each language has all texts: there is none to fall back to.
    fn filled(self, key: &str, values: &HashMap<Cow<'static, str>, FluentValue<'_>>) -> String {
        let filled = loaded::LOCALES.lookup_single_language(self.id(), key, Some(values));
        filled.unwrap_or_else(|_| key.to_owned())
    }

    /// Gives the text of a key in which `{ $name }` stands for `value`.
    pub(crate) fn with(&self, key: &str, name: &'static str, value: impl ToString) -> String {
        self.with_all(key, &[(name, value.to_string())])
    }

    /// Gives the text of a key in which each `{ $name }` stands for its value.
    pub(crate) fn with_all(&self, key: &str, values: &[(&'static str, String)]) -> String {
        let args: HashMap<_, _> =
            values.iter().map(|(name, value)| (Cow::Borrowed(*name), value.as_str().into())).collect();
        self.filled(key, &args)
    }

    /// Gives the text of a key that counts: `$count` chooses the plural, `{ $n }` is the number as the language writes it.
    pub(crate) fn count(&self, key: &str, count: &u64) -> String {
        let mut args = HashMap::new();
        args.insert(Cow::Borrowed("count"), (*count).into());
        args.insert(Cow::Borrowed("n"), self.number(count).into());
        self.filled(key, &args)
    }

    /// Gives what people call one of a family of names, such as `class-identity`; the name itself when it is of none.
    pub(crate) fn of(&self, family: &str, name: &str) -> String {
        let key = format!("{family}-{}", name.replace('_', "-"));
        self.plain(&key).unwrap_or_else(|| name.to_owned())
    }

    /// Gives a text as a page shows it: escaped, and what stands between backticks in it as code.
    pub(crate) fn coded(&self, text: impl AsRef<str>) -> Safe<String> {
        let mut rest = text.as_ref();
        let mut html = String::with_capacity(rest.len() + 16);
        while let Some((before, after)) = rest.split_once('`') {
            let Some((code, after)) = after.split_once('`') else { break };
            push_escaped(&mut html, before);
            html.push_str("<code>");
            push_escaped(&mut html, code);
            html.push_str("</code>");
            rest = after;
        }
        push_escaped(&mut html, rest);
        Safe(html)
    }

    /// Gives the text of a thing that the project says, in both languages or in English alone.
    pub(crate) fn said(&self, english: &str, french: Option<&str>) -> ProjectText {
        match french.filter(|_| self.is_french()) {
            Some(french) => ProjectText { text: french.to_owned(), is_foreign: false },
            None => ProjectText { text: english.to_owned(), is_foreign: self.is_french() },
        }
    }

    /// Gives the text of a thing that the project says in both languages.
    pub(crate) fn pick<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        if self.is_french() { french } else { english }
    }

    /// Gives on what law something rests: articles as the project writes them, in French where it does, and what kinds of
    /// ground the Data Privacy Vocabulary knows in words (<https://w3id.org/dpv/legal-basis>). A term that is in no file is
    /// given as it is written.
    pub(crate) fn laws(&self, basis: &[String], french: Option<&[String]>) -> Vec<ProjectText> {
        let french = french.filter(|_| self.is_french());
        let law = |basis: &String| {
            let ground = basis.strip_prefix("dpv:");
            let words = ground.and_then(|term| self.plain(&format!("dpv-{term}")));
            let is_foreign = words.is_none() && french.is_none() && self.is_french();
            ProjectText { text: words.unwrap_or_else(|| basis.clone()), is_foreign }
        };
        french.unwrap_or(basis).iter().map(law).collect()
    }

    /// Gives the same of a register, which rests on one law.
    pub(crate) fn law(&self, basis: &str, french: Option<&str>) -> Vec<ProjectText> {
        let french = french.map(|french| vec![french.to_owned()]);
        self.laws(&[basis.to_owned()], french.as_deref())
    }

    /// Gives a whole number in groups of three digits.
    pub(crate) fn number(&self, number: &u64) -> String {
        self.grouped(&number.to_string())
    }

    fn grouped(self, digits: &str) -> String {
        let separator = if self.is_french() { '\u{202f}' } else { ',' };
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    /// Gives a decimal such as `-1234.50` as the language writes it; a text that is none, unchanged.
    pub(crate) fn decimal(&self, text: &str) -> String {
        let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("\u{2212}", rest));
        let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !fraction.is_none_or(is_digits) {
            return text.to_owned();
        }
        let point = if self.is_french() { "," } else { "." };
        match fraction {
            Some(fraction) => format!("{sign}{}{point}{fraction}", self.grouped(whole)),
            None => format!("{sign}{}", self.grouped(whole)),
        }
    }

    /// Gives the probability of a link in per cent. No link is certain by its probability, however near to one that is: it is
    /// never rounded up, and what a number can't tell from certainty is given as nearly that.
    pub(crate) fn percent(&self, share: &f64) -> String {
        let tenths = (share.clamp(0.0, 1.0) * 1000.0).floor();
        self.per_cent(match tenths {
            tenths if tenths >= 999.0 => (">\u{a0}", 99.9),
            tenths if tenths < 1.0 && *share > 0.0 => ("<\u{a0}", 0.1),
            tenths => ("", tenths / 10.0),
        })
    }

    /// Gives a share of things that were counted in per cent, rounded. Some are never told as none, nor most as all.
    pub(crate) fn rate(&self, share: &f64) -> String {
        let share = share.clamp(0.0, 1.0);
        let tenths = (share * 1000.0).round();
        self.per_cent(match tenths {
            tenths if tenths >= 1000.0 && share < 1.0 => (">\u{a0}", 99.9),
            tenths if tenths < 1.0 && share > 0.0 => ("<\u{a0}", 0.1),
            tenths => ("", tenths / 10.0),
        })
    }

    fn per_cent(self, (before, shown): (&str, f64)) -> String {
        let after = if self.is_french() { "\u{a0}%" } else { "%" };
        format!("{before}{}{after}", self.decimal(&format!("{shown:.1}")))
    }

    /// Gives a weight with its sign.
    pub(crate) fn weight(&self, weight: &f64) -> String {
        let tenths = (weight * 10.0).round();
        if tenths == 0.0 {
            return self.decimal("0.0");
        }
        let sign = if tenths > 0.0 { "+" } else { "" };
        format!("{sign}{}", self.decimal(&format!("{:.1}", tenths / 10.0)))
    }

    fn month(self, month: u32) -> &'static str {
        const ENGLISH: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        const FRENCH: [&str; 12] = [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ];
        let names = if self.is_french() { &FRENCH } else { &ENGLISH };
        names[(month.clamp(1, 12) - 1) as usize]
    }

    fn day(self, day: NaiveDate) -> String {
        format!("{} {}", self.day_and_month(day), day.year())
    }

    /// Gives a day without its year, for axes.
    pub(crate) fn day_and_month(&self, day: NaiveDate) -> String {
        let first = self.is_french() && day.day() == 1;
        let number = if first { "1er".to_owned() } else { day.day().to_string() };
        format!("{number} {}", self.month(day.month()))
    }

    /// Gives a date such as `2026-11-24`, or a month such as `2026-11`, in words; a text that is neither, unchanged.
    pub(crate) fn date(&self, text: &str) -> String {
        if let Ok(day) = text.parse::<NaiveDate>() {
            return self.day(day);
        }
        let first = format!("{text}-01").parse::<NaiveDate>().ok().filter(|_| text.len() == "2026-11".len());
        first.map_or_else(|| text.to_owned(), |first| format!("{} {}", self.month(first.month()), first.year()))
    }

    /// Gives a moment such as `2026-11-24T07:15:00Z` in words, in UTC and to the minute; a text that is none, unchanged.
    pub(crate) fn moment(&self, text: &str) -> String {
        self.moment_with(text, |moment| format!("{:02}:{:02}", moment.hour(), moment.minute()))
    }

    /// Gives a moment to the second.
    pub(crate) fn second(&self, text: &str) -> String {
        self.moment_with(text, |moment| format!("{:02}:{:02}:{:02}", moment.hour(), moment.minute(), moment.second()))
    }

    fn moment_with(self, text: &str, time: impl Fn(DateTime<Utc>) -> String) -> String {
        let Ok(moment) = DateTime::parse_from_rfc3339(text) else { return text.to_owned() };
        let moment = moment.with_timezone(&Utc);
        let between = if self.is_french() { " à " } else { ", " };
        format!("{}{between}{} UTC", self.day(moment.date_naive()), time(moment))
    }
}

/// Adds a text to a page's, as templates do.
fn push_escaped(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&#38;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            '"' => html.push_str("&#34;"),
            '\'' => html.push_str("&#39;"),
            letter => html.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const EN: Words = Words { language: Language::English };
    const FR: Words = Words { language: Language::French };

    #[test]
    fn numbers_are_written_as_the_language_does() {
        assert_eq!(EN.number(&1_234_567), "1,234,567");
        assert_eq!(FR.number(&1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(EN.number(&7), "7");
        assert_eq!(EN.decimal("-40000.50"), "\u{2212}40,000.50");
        assert_eq!(FR.decimal("40000.50"), "40\u{202f}000,50");
        for text in ["", "-", "1.", ".5", "12a", "•••12"] {
            assert_eq!(EN.decimal(text), text);
        }
    }

    #[test]
    fn what_is_not_certain_is_not_rounded_to_certainty() {
        // So much evidence that a number holds no doubt any more.
        assert_eq!(EN.percent(&1.0), ">\u{a0}99.9%");
        assert_eq!(EN.percent(&0.999), ">\u{a0}99.9%");
        assert_eq!(EN.percent(&0.998_99), "99.8%");
        assert_eq!(EN.percent(&0.999_99), ">\u{a0}99.9%");
        assert_eq!(FR.percent(&0.973_4), "97,3\u{a0}%");
        assert_eq!(EN.percent(&0.000_01), "<\u{a0}0.1%");
        assert_eq!(EN.percent(&0.0), "0.0%");
    }

    #[test]
    fn rates_are_rounded_and_never_to_all_or_none() {
        assert_eq!(EN.rate(&(35.0 / 17_961.0)), "0.2%");
        assert_eq!(EN.rate(&(8.0 / 1_653.0)), "0.5%");
        assert_eq!(FR.rate(&0.2), "20,0\u{a0}%");
        assert_eq!(EN.rate(&1.0), "100.0%");
        assert_eq!(EN.rate(&0.999_99), ">\u{a0}99.9%");
        assert_eq!(EN.rate(&0.000_01), "<\u{a0}0.1%");
        assert_eq!(EN.rate(&0.0), "0.0%");
    }

    #[test]
    fn what_is_code_in_a_text_is_marked_and_all_else_is_text() {
        let coded = |text: &str| EN.coded(text).to_string();
        assert_eq!(
            coded("Run `lucarne build`, then `lucarne link`."),
            "Run <code>lucarne build</code>, then <code>lucarne link</code>."
        );
        assert_eq!(coded("no code"), "no code");
        assert_eq!(coded("`<b>` & \"<i>\" 'x'"), "<code>&#60;b&#62;</code> &#38; &#34;&#60;i&#62;&#34; &#39;x&#39;");
        // What is not closed is no code, and is lost no more than that.
        assert_eq!(coded("a `b"), "a `b");
        assert_eq!(coded("`a` and `<b"), "<code>a</code> and `&#60;b");
        assert_eq!(coded(""), "");
    }

    #[test]
    fn weights_have_their_sign() {
        assert_eq!(EN.weight(&12.34), "+12.3");
        assert_eq!(FR.weight(&-3.0), "\u{2212}3,0");
        assert_eq!(EN.weight(&-0.01), "0.0");
    }

    #[test]
    fn dates_are_written_in_words() {
        assert_eq!(EN.date("2026-11-01"), "1 November 2026");
        assert_eq!(FR.date("2026-11-01"), "1er novembre 2026");
        assert_eq!(FR.date("someday"), "someday");
        assert_eq!(EN.moment("2026-11-24T08:05:09+01:00"), "24 November 2026, 07:05 UTC");
        assert_eq!(FR.second("2026-11-24T07:05:09Z"), "24 novembre 2026 à 07:05:09 UTC");
    }

    #[test]
    fn the_browser_names_its_languages() {
        let accepted = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            Language::accepted(&headers)
        };
        assert_eq!(accepted("fr-FR,fr;q=0.9,en;q=0.8"), Language::French);
        assert_eq!(accepted("de,en;q=0.5,fr;q=0.6"), Language::French);
        assert_eq!(accepted("de"), Language::English);
        assert_eq!(Language::accepted(&HeaderMap::new()), Language::English);
    }

    #[test]
    fn months_are_written_in_words() {
        assert_eq!((EN.date("1993-07"), FR.date("1993-07")), ("July 1993".to_owned(), "juillet 1993".to_owned()));
        for text in ["1993", "1993-13", "1993-7", "07-1993", "", "é993-07"] {
            assert_eq!(FR.date(text), text);
        }
    }
}
