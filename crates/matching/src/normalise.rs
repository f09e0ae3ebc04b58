//! Folding of text, so that case, accents, punctuation and script do not hide that two values are the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words between the parts of a name that registers keep or drop at will.
const PARTICLES: &[&str] = &[
    "af", "al", "ap", "av", "ben", "bin", "bint", "da", "dal", "das", "de", "degli", "dei", "del", "dela", "della",
    "den", "der", "des", "di", "do", "dos", "du", "el", "et", "ibn", "la", "las", "le", "les", "los", "op", "t", "te",
    "ten", "ter", "und", "van", "vande", "vander", "ver", "vom", "von", "y", "zu", "zum", "zur",
];

/// Particles as they are written as one with a name, and the fewest letters of a name that they are taken for particles
/// before. Those that also begin other names, as `ver` does `Vermann`, need more; those that mostly do are left out: `Altmann`
/// is no `Mann`, `Delgado` no `Gado` and `Dasgupta` no `Gupta`.
const GLUED: &[(&str, usize)] = &[
    ("degli", 5),
    ("dela", 4),
    ("delas", 4),
    ("della", 4),
    ("delos", 4),
    ("dos", 5),
    ("van", 4),
    ("vande", 4),
    ("vanden", 4),
    ("vander", 4),
    ("ver", 5),
    ("vom", 5),
    ("von", 4),
    ("vonder", 4),
    ("zum", 5),
    ("zur", 5),
];

/// Marks of generation and rank, which are no part of the name itself.
const SUFFIXES: &[&str] = &["jr", "sr", "ii", "iii", "iv", "junior", "senior", "esq", "phd", "md"];

/// Words that clerks write where a name is not known, with the words that go with them. A value made of nothing else
/// is no name.
const PLACEHOLDERS: &[&str] = &[
    "adult",
    "anonymous",
    "answer",
    "applicant",
    "available",
    "babe",
    "babies",
    "baby",
    "blank",
    "boy",
    "brother",
    "child",
    "children",
    "client",
    "customer",
    "dad",
    "daughter",
    "deceased",
    "declined",
    "dk",
    "do",
    "doe",
    "dont",
    "dummy",
    "eldest",
    "employee",
    "father",
    "fem",
    "female",
    "first",
    "foetus",
    "friend",
    "gentleman",
    "gentlemen",
    "girl",
    "given",
    "grandchild",
    "grandma",
    "grandpa",
    "granddaughter",
    "grandfather",
    "grandmother",
    "grandson",
    "guest",
    "hh",
    "hhm",
    "home",
    "house",
    "household",
    "householder",
    "husband",
    "inc",
    "infant",
    "inconnu",
    "inconnue",
    "kid",
    "know",
    "known",
    "lady",
    "ladies",
    "last",
    "lodger",
    "male",
    "man",
    "member",
    "middle",
    "miss",
    "missing",
    "mom",
    "mother",
    "mr",
    "mrs",
    "ms",
    "mum",
    "na",
    "name",
    "named",
    "nephew",
    "newborn",
    "niece",
    "nil",
    "nn",
    "no",
    "nobody",
    "none",
    "not",
    "null",
    "number",
    "occupant",
    "of",
    "old",
    "older",
    "oldest",
    "one",
    "other",
    "owner",
    "parent",
    "patient",
    "people",
    "person",
    "provided",
    "refuse",
    "refused",
    "reported",
    "resident",
    "respondent",
    "roomer",
    "roommate",
    "same",
    "second",
    "sibling",
    "sister",
    "son",
    "spouse",
    "stated",
    "stillborn",
    "tenant",
    "test",
    "the",
    "third",
    "twin",
    "two",
    "unbekannt",
    "undisclosed",
    "unk",
    "unkn",
    "unknown",
    "unnamed",
    "wife",
    "woman",
    "women",
    "year",
    "young",
    "younger",
    "youngest",
];

/// Single words of the list above that are family names of their own too.
const PLACEHOLDERS_AND_FAMILY_NAMES: &[&str] = &[
    "answer",
    "babe",
    "baby",
    "blank",
    "boy",
    "child",
    "doe",
    "friend",
    "gentleman",
    "given",
    "guest",
    "home",
    "house",
    "husband",
    "kid",
    "lady",
    "last",
    "lodger",
    "male",
    "man",
    "miss",
    "na",
    "no",
    "nobody",
    "old",
    "parent",
    "person",
    "resident",
    "roomer",
    "second",
    "son",
    "test",
    "the",
    "twin",
    "wife",
    "young",
    "younger",
];

/// Words of addresses and their usual abbreviations.
const STREET_WORDS: &[(&str, &str)] = &[
    ("street", "st"),
    ("str", "st"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("road", "rd"),
    ("drive", "dr"),
    ("boulevard", "blvd"),
    ("lane", "ln"),
    ("court", "ct"),
    ("place", "pl"),
    ("square", "sq"),
    ("terrace", "ter"),
    ("circle", "cir"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("trail", "trl"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("saint", "st"),
    ("mount", "mt"),
    ("fort", "ft"),
    ("apartment", "apt"),
    ("suite", "ste"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("strasse", "st"),
    ("chemin", "ch"),
    ("che", "ch"),
    ("chem", "ch"),
    ("allee", "all"),
    ("allees", "all"),
    // French: an abbreviation is folded to the whole word where English has none for it, else to the English one, as the word is.
    // `sainte` is not among them: `ste` is a suite.
    ("r", "rue"),
    ("bd", "blvd"),
    ("bld", "blvd"),
    ("boul", "blvd"),
    ("imp", "impasse"),
    ("rte", "route"),
    ("fbg", "faubourg"),
    ("fg", "faubourg"),
    // German.
    ("platz", "pl"),
    // Spanish.
    ("c", "calle"),
    ("avenida", "ave"),
    ("avda", "ave"),
    ("pza", "plaza"),
    ("plza", "plaza"),
    ("ctra", "carretera"),
    ("pso", "paseo"),
];

/// Returns the text in lower case without diacritics, with every run of other than letters and digits as one space.
///
/// Apostrophes vanish (`O'Brien` → `obrien`), and so do soft hyphens, marks of direction, joiners of letters and the Arabic
/// stroke that makes words longer. Ligatures and letters with strokes are spelt out (`ß` → `ss`), Greek and Cyrillic letters
/// become Latin ones. Letters of other scripts stay, with the vowel signs of scripts that write vowels so; points and vowel
/// marks of Arabic and Hebrew, which are written or not, go.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    let mut put = |letter: char, folded: &mut String| {
        let spelling = latin(letter);
        // A hard or soft sign that stands alone is no word.
        if vanishes(letter) || spelling == Some("") {
            return;
        }
        if letter.is_alphanumeric() || is_sound(letter) {
            if gap && !folded.is_empty() {
                folded.push(' ');
            }
            gap = false;
            match spelling {
                Some(spelling) => folded.push_str(spelling),
                None => folded.push(letter),
            }
        } else {
            gap = true;
        }
    };
    if text.is_ascii() {
        for byte in text.bytes() {
            put(char::from(byte.to_ascii_lowercase()), &mut folded);
        }
        return folded;
    }
    let is_ornament = |letter: char| is_combining_mark(letter) && !is_sound(letter);
    // Composed again, a Korean syllable is one character and not the two or three that it is made of.
    // What vanishes goes first: decomposed, an acute accent that stands alone is a space.
    let letters = text.chars().filter(|letter| !vanishes(*letter)).nfkd();
    let letters = letters.filter(|letter| !is_ornament(*letter) && !vanishes(*letter)).nfc();
    for letter in letters.flat_map(char::to_lowercase) {
        if !is_ornament(letter) {
            put(letter, &mut folded);
        }
    }
    folded
}

/// Says whether a character is nothing of a name and parts nothing either: apostrophes, soft hyphens, marks of direction and
/// those that join or part the forms of letters, and the stroke that makes an Arabic word longer.
fn vanishes(letter: char) -> bool {
    matches!(letter, '\'' | '’' | 'ʼ' | '`' | '´' | '\u{ad}' | '\u{640}' | '\u{200c}'..='\u{200f}')
}

/// Says whether a mark is a sound of its own and no ornament of a letter: vowel signs of Thaana, from Devanagari to Myanmar, of
/// Khmer, Cham and Meetei Mayek, and what voices a Japanese syllable.
fn is_sound(letter: char) -> bool {
    matches!(letter, '\u{7a6}'..='\u{7b0}' | '\u{900}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3099}' | '\u{309a}'
        | '\u{aa00}'..='\u{aa5f}' | '\u{abe3}'..='\u{abea}')
        && is_combining_mark(letter)
}

/// Returns a folded value with its Korean syllables as one character each. Folding once left them in parts, and models of
/// that time hold such values.
pub(crate) fn composed(folded: String) -> String {
    let is_part = |letter: char| matches!(letter, '\u{1100}'..='\u{11ff}');
    if folded.contains(is_part) { folded.nfc().collect() } else { folded }
}

/// The Latin spelling of a letter that decomposition leaves as it is.
fn latin(letter: char) -> Option<&'static str> {
    if letter.is_ascii() {
        return None;
    }
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "ng",
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'ґ' => "g",
        'д' => "d",
        'е' => "e",
        'є' => "ye",
        'ж' => "zh",
        'з' => "z",
        'и' => "i",
        'і' => "i",
        'й' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' | 'ь' => "",
        'ы' => "y",
        'э' => "e",
        'ю' => "yu",
        'я' => "ya",
        'ђ' => "dj",
        'ј' => "j",
        'љ' => "lj",
        'њ' => "nj",
        'ћ' => "c",
        'џ' => "dz",
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' => "i",
        'θ' => "th",
        'ι' => "i",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' | 'ς' => "s",
        'τ' => "t",
        'υ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        'ω' => "o",
        _ => return None,
    })
}

/// Returns the folded parts of a name, separated by spaces, without particles and suffixes.
///
/// Where nothing else is left, particles count as the name (`Le` is a family name too).
pub fn fold_name(text: &str) -> String {
    let folded = fold(text);
    if !folded.contains(' ') {
        return folded;
    }
    let kept: Vec<&str> =
        folded.split(' ').filter(|word| !PARTICLES.contains(word) && !SUFFIXES.contains(word)).collect();
    if kept.is_empty() { folded } else { kept.join(" ") }
}

/// Says whether what a folded word begins with are particles written as one with a name of so many letters: `vander`, `dela`.
pub(crate) fn is_glued(beginning: &str, letters: usize) -> bool {
    GLUED.iter().any(|(particles, fewest)| *particles == beginning && letters >= *fewest)
}

/// Says whether a folded value stands where a given name should but says that there is none (`unknown`, `baby girl`).
pub fn is_placeholder(folded: &str) -> bool {
    !folded.is_empty()
        && folded.split(' ').all(|word| PLACEHOLDERS.contains(&word) || word.bytes().all(|byte| byte == b'x'))
}

/// Says whether a folded value stands where a family name should but says that there is none.
pub fn is_family_placeholder(folded: &str) -> bool {
    is_placeholder(folded) && !PLACEHOLDERS_AND_FAMILY_NAMES.contains(&folded)
}

/// Returns the folded words of a street, each in one of its usual spellings. German names end with theirs: `Hauptstr.` is
/// `Hauptstraße`.
pub fn fold_street(text: &str) -> String {
    let folded = fold(text);
    let mut street = String::with_capacity(folded.len());
    for word in folded.split(' ') {
        if !street.is_empty() {
            street.push(' ');
        }
        let short = STREET_WORDS.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| short);
        street.push_str(short);
        if word.len() > "str".len() && word.ends_with("str") {
            street.push_str("asse");
        }
    }
    street
}

/// Tells whether a folded word says what kind of street something is, or where in a house or a town: such words many addresses
/// have. It is one of those that [`fold_street`] abbreviates, or the abbreviation.
pub fn is_street_word(word: &str) -> bool {
    STREET_WORDS.iter().any(|(long, short)| *long == word || *short == word)
}

/// Returns letters and digits only, in upper case: an identifier without its separators.
pub fn fold_identifier(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Returns the digits only.
pub fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Returns the last nine digits, which leaves out trunk and country prefixes of telephone numbers.
pub fn fold_phone(text: &str) -> String {
    let digits = digits(text);
    digits[digits.len().saturating_sub(9)..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        for (text, expected) in [
            ("  François-Xavier ", "francois xavier"),
            ("O'Brien", "obrien"),
            ("Łukasz Straße", "lukasz strasse"),
            ("Пётр", "petr"),
            ("Γιώργος", "giorgos"),
            ("李 小龍", "李 小龍"),
            ("김민수", "김민수"),
            ("मोहन शर्मा", "मोहन शर्मा"),
            ("がか", "がか"),
            // Vowel marks and points are written or not.
            ("مُحَمَّد", "محمد"),
            ("שָׁלוֹם", "שלום"),
            ("محـــمد", "محمد"),
            // What joins or parts the forms of letters, directs them or may break a word is no gap.
            ("علی\u{200c}رضا", "علیرضا"),
            ("क्\u{200d}षमा", "क्षमा"),
            ("\u{200f}דוד\u{200e}", "דוד"),
            ("Mar\u{ad}tin", "martin"),
            ("OʼBrien O´Neill", "obrien oneill"),
            // Vowel signs of Thaana, Meetei Mayek and Cham.
            ("އަހުމަދު", "އަހުމަދު"),
            ("\u{abc3}\u{abe4}\u{abc5}\u{abe5}", "\u{abc3}\u{abe4}\u{abc5}\u{abe5}"),
            ("\u{aa06}\u{aa29}", "\u{aa06}\u{aa29}"),
            ("Пётр ь Ильин", "petr ilin"),
            ("Пётр ъ", "petr"),
            ("---", ""),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(fold(text), expected);
        }
    }

    #[test]
    fn what_folding_once_left_in_parts_is_composed() {
        let parts: String = "김민수".nfkd().collect();
        assert_ne!(parts, "김민수");
        assert_eq!(composed(parts), fold("김민수"));
        assert_eq!(composed("e\u{301}".to_owned()), "e\u{301}", "other values stay as they are");
    }

    #[test]
    fn placeholders() {
        for value in ["unknown", "baby girl", "dont know", "no name given", "xxx", "oldest son"] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["", "xavier", "hannah", "baby hannah"] {
            assert!(!is_placeholder(value), "{value}");
        }
        assert!(is_placeholder("young") && !is_family_placeholder("young"));
        assert!(is_family_placeholder("not known"));
    }

    #[test]
    fn folding_of_names_streets_and_numbers() {
        assert!(["street", "st", "rue", "apt", "suite"].into_iter().all(is_street_word));
        assert!(!["newmere", "stree", "16301", ""].into_iter().any(is_street_word));
        assert_eq!(fold_name("van der Berg"), "berg");
        assert_eq!(fold_name("Smith, Jr."), "smith");
        assert!(["vander", "delas", "van", "dela"].iter().all(|word| is_glued(word, 4)));
        assert!(!["vander", "delas", "van", "dela"].iter().any(|word| is_glued(word, 3)));
        assert!(is_glued("ver", 5) && !is_glued("ver", 4));
        let never =
            ["", "t", "y", "al", "el", "et", "ben", "bin", "ten", "ter", "den", "der", "la", "le", "del", "vanb"];
        assert!(!never.iter().any(|word| is_glued(word, 9)));
        assert_eq!(fold_name("de la"), "de la");
        assert_eq!(fold_name("García y Márquez"), "garcia marquez");
        assert_eq!(fold_street("North Elm Street"), "n elm st");
        for (one, other) in [
            ("12, R. de la Paix", "12 rue de la Paix"),
            ("bd Voltaire", "Boulevard Voltaire"),
            ("Av. Foch", "avenue Foch"),
            ("imp. des Lilas", "Impasse des Lilas"),
            ("che. du Moulin", "Chemin du Moulin"),
            ("Allée des Pins", "all. des Pins"),
            ("Rte de Lyon", "route de Lyon"),
            ("12 fbg Saint-Denis", "12 Faubourg St Denis"),
            ("Hauptstr. 7", "Hauptstraße 7"),
            ("Berliner Straße", "Berliner Str."),
            ("C/ Mayor", "Calle Mayor"),
            ("Avda. de América", "Avenida de América"),
        ] {
            assert_eq!(fold_street(one), fold_street(other), "{one}");
        }
        assert_ne!(fold_street("rue Foch"), fold_street("avenue Foch"));
        assert_ne!(fold_street("rue Sainte Anne"), fold_street("rue Suite Anne"), "a saint is no suite");
        assert_eq!(fold_identifier("123-45-6789"), "123456789");
        assert_eq!(fold_phone("+33 (0)6 12 34 56 78"), "612345678");
        assert_eq!(fold_phone("0612345678"), "612345678");
    }
}
