//! Names across scripts: how letters of Arabic, Hebrew, Korean and Japanese are written in Latin ones, and whether a name in
//! such letters and one in others may be one name.
//!
//! Folding leaves such letters as they are, because two names in one script are told apart best in it: 민수 and 민서 are two
//! names, while `Minsu` and `Minseo` are nearly one. Only names of two scripts are compared by what both come to.

/// The scripts of which something is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Arabic,
    Hebrew,
    Hangul,
    Hiragana,
    Katakana,
}

impl Script {
    /// Returns the script of a folded letter.
    #[inline]
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'a'..='z' => Self::Latin,
            '\u{5d0}'..='\u{5ea}' => Self::Hebrew,
            '\u{620}'..='\u{64a}' | '\u{66e}'..='\u{6d3}' | '\u{6d5}' => Self::Arabic,
            '\u{ac00}'..='\u{d7a3}' => Self::Hangul,
            '\u{3041}'..='\u{3096}' => Self::Hiragana,
            '\u{30a1}'..='\u{30f6}' => Self::Katakana,
            _ => return None,
        })
    }

    /// Says whether the script writes consonants only, or hardly more.
    fn is_of_consonants(self) -> bool {
        matches!(self, Self::Arabic | Self::Hebrew)
    }
}

/// The class of a name that [`class`] gives where it is in Latin letters, or in none of which anything is known.
pub(crate) const LATIN: u8 = 0;

/// Returns a number for the script of a folded name that is not in Latin letters alone: that of its last letter of which
/// something is known. Names of one number are not compared across scripts.
pub(crate) fn class(folded: &str) -> u8 {
    if folded.is_ascii() {
        return LATIN;
    }
    script_of(folded).map_or(LATIN, |script| script as u8)
}

/// Returns the script of a folded name: that of its last letter in another than Latin ones, or Latin; nothing where it has no
/// letter of which something is known.
fn script_of(folded: &str) -> Option<Script> {
    let mut script = None;
    for found in folded.chars().filter_map(Script::of) {
        if script.is_none() || found != Script::Latin {
            script = Some(found);
        }
    }
    script
}

/// Says whether a folded text holds a letter that [`roman`] writes in Latin ones.
fn is_foreign(folded: &str) -> bool {
    !folded.is_ascii() && folded.chars().any(|letter| Script::of(letter).is_some_and(|script| script != Script::Latin))
}

/// Returns a folded text with Arabic, Hebrew, Korean and Japanese letters written in Latin ones, or nothing where it has none.
///
/// Between two Arabic or Hebrew consonants stands an `a`, whatever vowel is spoken there: `محمد` is `mahamad`. Korean is written by
/// the Revised Romanization, syllable by syllable as in names, but for family names of one syllable, which have a usual spelling;
/// kana as Hepburn did. Other letters stay.
pub(crate) fn roman(folded: &str) -> Option<String> {
    is_foreign(folded).then(|| {
        // Written with two letters of which one is heard.
        let folded = folded.replace("الله", "اله");
        let words: Vec<String> = folded.split(' ').map(roman_word).collect();
        words.join(" ")
    })
}

fn roman_word(word: &str) -> String {
    if let Some((_, spellings)) = family_name(word) {
        return spellings.split(' ').next().unwrap_or_default().to_owned();
    }
    let mut written = String::with_capacity(word.len());
    let mut is_after_consonant = false;
    let mut is_doubled = false;
    for letter in word.chars() {
        let script = Script::of(letter);
        let is_after = std::mem::replace(&mut is_after_consonant, false);
        match script {
            Some(Script::Arabic | Script::Hebrew) => {
                let spelling = consonant(letter, written.is_empty());
                let is_vowel = matches!(spelling, "a" | "i" | "u");
                is_after_consonant = if spelling.is_empty() { is_after } else { !is_vowel };
                if is_after && is_after_consonant && !spelling.is_empty() {
                    written.push('a');
                }
                written.push_str(spelling);
            }
            Some(Script::Hangul) => syllable(letter, &mut written),
            Some(Script::Hiragana | Script::Katakana) => kana(letter, &mut is_doubled, &mut written),
            // What makes a Japanese vowel long is not written.
            None if letter == 'ー' => {}
            Some(Script::Latin) | None => written.push(letter),
        }
    }
    written
}

/// The Latin spelling of an Arabic, Persian, Urdu or Hebrew letter: of one that is a vowel or a half vowel as `a`, `i` or `u`.
fn consonant(letter: char, is_first: bool) -> &'static str {
    match letter {
        'ا' | 'ع' | 'ى' | 'ة' | 'א' | 'ע' => "a",
        'و' if is_first => "w",
        'ו' if is_first => "v",
        'و' | 'ו' => "u",
        'ي' | 'ی' | 'ے' | 'ې' | 'י' if is_first => "y",
        'ي' | 'ی' | 'ے' | 'ې' | 'י' => "i",
        'ه' | 'ح' | 'ہ' | 'ھ' | 'ה' | 'ח' => "h",
        'ب' | 'ב' => "b",
        'پ' => "p",
        'ت' | 'ط' | 'ٹ' | 'ת' | 'ט' => "t",
        'ث' => "th",
        'ج' => "j",
        'چ' => "ch",
        'خ' => "kh",
        'د' | 'ڈ' | 'ד' => "d",
        'ذ' | 'ض' => "dh",
        'ر' | 'ڑ' | 'ר' => "r",
        'ز' | 'ظ' | 'ז' => "z",
        'ژ' => "zh",
        'س' | 'ص' | 'ס' => "s",
        'ش' | 'ש' => "sh",
        'غ' => "gh",
        'פ' if is_first => "p",
        'ف' | 'פ' | 'ף' => "f",
        'ڤ' => "v",
        'ق' | 'ك' | 'ک' | 'כ' | 'ך' | 'ק' => "k",
        'گ' | 'ג' => "g",
        'ل' | 'ל' => "l",
        'م' | 'מ' | 'ם' => "m",
        'ن' | 'ں' | 'נ' | 'ן' => "n",
        'צ' | 'ץ' => "tz",
        _ => "",
    }
}

const INITIALS: [&str; 19] =
    ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
const VOWELS: [&str; 21] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu",
    "ui", "i",
];
const FINALS: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
    "t", "k", "t", "p", "t",
];

/// Writes a Korean syllable: its place among all of them says what it is made of.
fn syllable(letter: char, written: &mut String) {
    let place = (letter as usize).saturating_sub(0xac00);
    let parts = [INITIALS.get(place / 588), VOWELS.get(place % 588 / 28), FINALS.get(place % 28)];
    parts.into_iter().flatten().for_each(|part| written.push_str(part));
}

/// Korean family names that are usually written otherwise than by rule, with their spellings: the most usual first.
const FAMILY_NAMES: &[(&str, &str)] = &[
    ("강", "kang gang"),
    ("고", "ko go koh"),
    ("공", "kong gong"),
    ("곽", "kwak gwak"),
    ("구", "koo gu ku goo"),
    ("권", "kwon gwon"),
    ("길", "gil kil"),
    ("김", "kim gim"),
    ("나", "na ra nah"),
    ("노", "noh no roh ro"),
    ("류", "ryu yu yoo ryoo"),
    ("문", "moon mun"),
    ("박", "park bak pak"),
    ("방", "bang pang"),
    ("배", "bae pae"),
    ("백", "baek paik back"),
    ("변", "byun byeon"),
    ("서", "seo suh"),
    ("석", "seok suk"),
    ("선", "sun seon"),
    ("성", "sung seong"),
    ("손", "son sohn"),
    ("신", "shin sin"),
    ("심", "shim sim"),
    ("안", "ahn an"),
    ("엄", "um eom uhm"),
    ("염", "yeom yum"),
    ("오", "oh o"),
    ("우", "woo u wu"),
    ("유", "yoo yu you"),
    ("윤", "yoon yun youn"),
    ("이", "lee yi rhee ri i rhie"),
    ("임", "lim im yim rim"),
    ("장", "jang chang"),
    ("전", "jeon jun chun"),
    ("정", "jung jeong chung cheong joung"),
    ("조", "cho jo"),
    ("주", "joo ju"),
    ("지", "ji jee chi"),
    ("진", "jin chin"),
    ("천", "cheon chun"),
    ("최", "choi choe choy"),
    ("추", "choo chu"),
    ("허", "heo hur huh"),
    ("현", "hyun hyeon"),
];

fn family_name(word: &str) -> Option<&'static (&'static str, &'static str)> {
    FAMILY_NAMES.iter().find(|(name, _)| *name == word)
}

/// Writes a Japanese syllable after what stands before it, which a small letter changes.
fn kana(letter: char, is_doubled: &mut bool, written: &mut String) {
    let letter = match letter {
        '\u{30a1}'..='\u{30f6}' => char::from_u32(letter as u32 - 0x60).unwrap_or(letter),
        other => other,
    };
    if letter == 'っ' {
        *is_doubled = true;
        return;
    }
    let small = match letter {
        'ぁ' => "a",
        'ぃ' => "i",
        'ぅ' => "u",
        'ぇ' => "e",
        'ぉ' => "o",
        'ゃ' => "ya",
        'ゅ' => "yu",
        'ょ' => "yo",
        _ => "",
    };
    if !small.is_empty() {
        if written.ends_with(['a', 'e', 'i', 'o', 'u']) {
            written.pop();
        }
        let has_its_y = ["sh", "ch", "j"].iter().any(|end| written.ends_with(*end));
        written.push_str(if has_its_y { small.trim_start_matches('y') } else { small });
        return;
    }
    let spelling = match letter {
        'あ' => "a",
        'い' | 'ゐ' => "i",
        'う' => "u",
        'え' | 'ゑ' => "e",
        'お' | 'を' => "o",
        'か' | 'ゕ' => "ka",
        'き' => "ki",
        'く' => "ku",
        'け' | 'ゖ' => "ke",
        'こ' => "ko",
        'が' => "ga",
        'ぎ' => "gi",
        'ぐ' => "gu",
        'げ' => "ge",
        'ご' => "go",
        'さ' => "sa",
        'し' => "shi",
        'す' => "su",
        'せ' => "se",
        'そ' => "so",
        'ざ' => "za",
        'じ' | 'ぢ' => "ji",
        'ず' | 'づ' => "zu",
        'ぜ' => "ze",
        'ぞ' => "zo",
        'た' => "ta",
        'ち' => "chi",
        'つ' => "tsu",
        'て' => "te",
        'と' => "to",
        'だ' => "da",
        'で' => "de",
        'ど' => "do",
        'な' => "na",
        'に' => "ni",
        'ぬ' => "nu",
        'ね' => "ne",
        'の' => "no",
        'は' => "ha",
        'ひ' => "hi",
        'ふ' => "fu",
        'へ' => "he",
        'ほ' => "ho",
        'ば' => "ba",
        'び' => "bi",
        'ぶ' => "bu",
        'べ' => "be",
        'ぼ' => "bo",
        'ぱ' => "pa",
        'ぴ' => "pi",
        'ぷ' => "pu",
        'ぺ' => "pe",
        'ぽ' => "po",
        'ま' => "ma",
        'み' => "mi",
        'む' => "mu",
        'め' => "me",
        'も' => "mo",
        'や' => "ya",
        'ゆ' => "yu",
        'よ' => "yo",
        'ら' => "ra",
        'り' => "ri",
        'る' => "ru",
        'れ' => "re",
        'ろ' => "ro",
        'わ' | 'ゎ' => "wa",
        'ん' => "n",
        'ゔ' => "vu",
        _ => "",
    };
    if std::mem::replace(is_doubled, false) {
        match spelling.chars().next() {
            Some('c') => written.push('t'),
            Some(first) if !matches!(first, 'a' | 'e' | 'i' | 'o' | 'u') => written.push(first),
            _ => {}
        }
    }
    written.push_str(spelling);
}

/// How near two names of two scripts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Across<'a> {
    /// They have a usual spelling in common.
    Spelling,
    /// Their consonants are the same, as many of them.
    Consonants(usize),
    /// Both write vowels: these are to be compared.
    Texts(&'a str, &'a str),
    /// Nothing is the same.
    Nothing,
}

/// What a name is compared by with one of another script.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sketch {
    script: Script,
    /// Its sounds with vowels, those that Latin spellings of Korean and Japanese confuse as one.
    sounds: String,
    /// What its consonants may be, in order.
    skeletons: Vec<String>,
}

impl Sketch {
    /// Returns the sketch of a folded name, or nothing where it has no letters that can be compared with those of other scripts.
    pub(crate) fn of(folded: &str) -> Option<Box<Self>> {
        let script = script_of(folded)?;
        let latin = roman(folded).unwrap_or_else(|| folded.to_owned());
        let mut skeletons = skeletons(&latin);
        match script {
            // The article is written as one with the name, and Latin spellings of names lose it in folding.
            Script::Arabic => {
                let words: Vec<&str> = folded.split(' ').map(|word| word.strip_prefix("ال").unwrap_or(word)).collect();
                let bare = words.join(" ").replace("عبدال", "عبد");
                if bare != folded {
                    skeletons.extend(roman(&bare).iter().flat_map(|bare| self::skeletons(bare)));
                }
            }
            Script::Latin => {
                let joined = latin.replace(' ', "");
                let servant = ["abdul", "abdel", "abdal", "abdil", "abdoul", "abdool"];
                if let Some(rest) = servant.iter().find_map(|of| joined.strip_prefix(*of)) {
                    skeletons.extend(self::skeletons(&format!("abd{rest}")));
                }
            }
            _ => {}
        }
        skeletons.retain(|skeleton| !skeleton.is_empty());
        skeletons.sort_unstable();
        skeletons.dedup();
        Some(Box::new(Self { script, sounds: sounds(&latin), skeletons }))
    }

    /// Compares with the sketch of a name in another script; nothing where both are of one. `names` are the folded names of both.
    pub(crate) fn across<'a>(&'a self, other: &'a Self, names: [&str; 2]) -> Option<Across<'a>> {
        if self.script == other.script {
            return None;
        }
        let [own, others] = names;
        if self.is_spelt(own, others) || other.is_spelt(others, own) {
            return Some(Across::Spelling);
        }
        if !self.script.is_of_consonants() && !other.script.is_of_consonants() {
            return Some(Across::Texts(&self.sounds, &other.sounds));
        }
        let common = self.skeletons.iter().filter(|one| other.skeletons.contains(one)).map(String::len).max();
        Some(common.map_or(Across::Nothing, Across::Consonants))
    }

    /// Says whether this, whose folded name is given, is a Korean family name with such a spelling.
    fn is_spelt(&self, folded: &str, latin: &str) -> bool {
        self.script == Script::Hangul
            && family_name(folded).is_some_and(|(_, spellings)| spellings.split(' ').any(|one| one == latin))
    }

    /// Returns the bytes held on the heap.
    pub(crate) fn bytes(&self) -> usize {
        let texts = self.skeletons.iter().map(|one| one.capacity() + size_of::<String>()).sum::<usize>();
        size_of::<Self>() + self.sounds.capacity() + texts
    }
}

/// The most readings of the consonants of one name.
const READINGS_MAX: usize = 16;

/// The readings of a letter that stands for no consonant.
const SILENT: &[&str] = &[];

/// Latin spellings of consonants and what each may stand for, longest first. Other letters stand for nothing here.
const CONSONANTS: &[(&str, &[&str])] = &[
    ("tsch", &["s"]),
    ("sch", &["s"]),
    ("tch", &["s"]),
    // `Rachid` and `Rashid`, `Chalid` and `Khalid`, `Rachel` and `Rahel`.
    ("ch", &["s", "k", ""]),
    ("ck", &["k"]),
    ("dj", &["j"]),
    ("ph", &["f"]),
    // `Othman` and `Osman`, `Ramadhan` and `Ramazan`.
    ("th", &["t", "s"]),
    ("dh", &["d", "s"]),
    ("ts", &["s"]),
    ("tz", &["s"]),
    ("ce", &["s"]),
    ("ci", &["s"]),
    ("cy", &["s"]),
    ("b", &["b"]),
    ("c", &["k"]),
    ("d", &["d"]),
    ("f", &["f"]),
    // `Gamal` and `Jamal`.
    ("g", &["k", "j"]),
    // `Jakob` and `Yakub`.
    ("j", &["j", ""]),
    ("k", &["k"]),
    ("l", &["l"]),
    ("m", &["m"]),
    ("n", &["n"]),
    ("p", &["f"]),
    ("q", &["k"]),
    ("r", &["r"]),
    ("s", &["s"]),
    ("t", &["t"]),
    // `Davud` and `Daud`, `Avraham` and `Abraham`.
    ("v", &["", "b"]),
    ("x", &["ks"]),
    ("z", &["s"]),
];

/// Returns what the consonants of a Latin spelling may be. How the name begins is kept too: `a` for any vowel, `h`, `w` or `y`.
fn skeletons(latin: &str) -> Vec<String> {
    let letters: String = latin.chars().filter(char::is_ascii_lowercase).collect();
    let mut grown = vec![String::new()];
    let mut rest = letters.as_str();
    let beginning: &[&str] = match rest.as_bytes() {
        [b'o', b'u', b'a' | b'e' | b'i', ..] | [b'w', ..] => &["w"],
        [b'a' | b'e' | b'i' | b'o' | b'u', ..] => &["a"],
        [b'h', ..] => &["h"],
        [b'y', ..] => &["y"],
        [b'j', ..] => &["j", "y"],
        [b'v', ..] => &["w", "b"],
        _ => &[],
    };
    if !beginning.is_empty() {
        grown = beginning.iter().map(|one| (*one).to_owned()).collect();
        rest = rest.get(1..).unwrap_or_default();
    }
    let mut before = "";
    while let Some(letter) = rest.get(..1) {
        let (spelling, readings) = match CONSONANTS.iter().find(|(spelling, _)| rest.starts_with(*spelling)) {
            Some((spelling, readings)) => (*spelling, *readings),
            None => (letter, SILENT),
        };
        // Doubled letters are one: only those that stand side by side.
        let readings = if spelling == before { SILENT } else { readings };
        match readings {
            [] => {}
            [first, _, ..] if grown.len() * readings.len() > READINGS_MAX => {
                grown.iter_mut().for_each(|one| one.push_str(first));
            }
            [only] => grown.iter_mut().for_each(|one| one.push_str(only)),
            several => {
                let with = |one: &String| several.iter().map(|reading| format!("{one}{reading}")).collect::<Vec<_>>();
                grown = grown.iter().flat_map(with).collect();
            }
        }
        before = spelling;
        rest = rest.get(spelling.len()..).unwrap_or_default();
    }
    grown
}

/// Spellings of Korean and Japanese sounds that stand for one, longest first.
const SOUNDS: &[(&str, &str)] = &[
    ("ch", "j"),
    ("sh", "s"),
    ("eo", "o"),
    ("ou", "o"),
    ("oo", "u"),
    ("eu", "u"),
    ("ee", "i"),
    ("ae", "e"),
    ("b", "p"),
    ("d", "t"),
    ("g", "k"),
    ("l", "r"),
    ("c", "k"),
    ("v", "p"),
];

/// Returns a Latin spelling with sounds that are easily confused as one, without spaces and doubled letters.
fn sounds(latin: &str) -> String {
    let letters: String = latin.chars().filter(|letter| *letter != ' ').collect();
    let mut heard = String::with_capacity(letters.len());
    let mut rest = letters.as_str();
    while let Some(letter) = rest.chars().next() {
        let found = SOUNDS.iter().find(|(spelling, _)| rest.starts_with(*spelling));
        let length = found.map_or(letter.len_utf8(), |(spelling, _)| spelling.len());
        let sound = found.and_then(|(_, sound)| sound.chars().next()).unwrap_or(letter);
        if !heard.ends_with(sound) {
            heard.push(sound);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::{fold, fold_name};

    #[test]
    fn written_in_latin_letters() {
        for (name, expected) in [
            ("محمد", "mahamad"),
            ("علي", "ali"),
            ("يوسف", "yusaf"),
            ("عبد الله", "abad alah"),
            ("کاوه", "kauh"),
            ("משה", "mashah"),
            ("יצחק", "yatzahak"),
            ("민수", "minsu"),
            ("김", "kim"),
            ("한복남", "hanboknam"),
            ("たなか", "tanaka"),
            ("タナカ", "tanaka"),
            ("きょうこ", "kyouko"),
            ("しょうた", "shouta"),
            ("はっとり", "hattori"),
            ("ファティマ", "fatima"),
            ("シェリー", "sheri"),
        ] {
            assert_eq!(roman(&fold(name)).as_deref(), Some(expected), "{name}");
        }
        for name in ["mohammed", "", "李 小龍", "मोहन", "ivanov"] {
            assert_eq!(roman(name), None, "{name}");
        }
    }

    fn consonants(one: &str, other: &str) -> Option<usize> {
        let names = [one, other].map(fold_name);
        let [one, other] = names.each_ref().map(|name| Sketch::of(name).unwrap());
        match one.across(&other, [&names[0], &names[1]]) {
            Some(Across::Consonants(count)) => Some(count),
            _ => None,
        }
    }

    #[test]
    fn consonants_that_are_the_same() {
        let cases: &[(&str, &[&str])] = &[
            ("محمد", &["Mohammed", "Muhammad", "Mohamad", "Muhammed"]),
            ("أحمد", &["Ahmed", "Ahmad"]),
            ("علي", &["Ali", "Aly"]),
            ("حسين", &["Hussein", "Hossain", "Husayn"]),
            ("خالد", &["Khaled", "Khalid", "Chalid"]),
            ("يوسف", &["Yusuf", "Youssef", "Jusuf"]),
            ("رشيد", &["Rashid", "Rachid"]),
            ("جمال", &["Jamal", "Djamal", "Gamal"]),
            ("عثمان", &["Othman", "Osman", "Usman"]),
            ("رمضان", &["Ramadan", "Ramazan"]),
            ("فاطمة", &["Fatima", "Fatma", "Fatimah"]),
            ("ممدوح", &["Mamdouh"]),
            ("عبد الرحمن", &["Abdul Rahman", "Abdurrahman", "Abd al-Rahman", "Abdelrahman"]),
            ("عبدالله", &["Abdullah", "Abdallah"]),
            ("الحسن", &["Al-Hassan", "Alhassan"]),
            ("الياس", &["Elias", "Ilyas"]),
            ("داوود", &["Davoud", "Dawud", "Daoud"]),
            ("דוד", &["David"]),
            ("אברהם", &["Avraham", "Abraham"]),
            ("יעקב", &["Yaakov", "Jakob", "Yakov"]),
            ("רחל", &["Rachel", "Rahel"]),
            ("יצחק", &["Yitzhak"]),
        ];
        for (name, spellings) in cases {
            for spelling in *spellings {
                assert!(consonants(name, spelling).is_some_and(|count| count >= 2), "{name} {spelling}");
            }
        }
        for (one, other) in [
            ("محمد", "Mehmet"),
            ("محمد", "Mahdi"),
            ("أحمد", "Hamid"),
            ("جمال", "Kamal"),
            ("حسن", "Hussam"),
            ("דוד", "Dan"),
            ("يوسف", "Younis"),
        ] {
            assert_eq!(consonants(one, other), None, "{one} {other}");
        }
    }

    #[test]
    fn names_of_one_script_are_not_compared_across() {
        let is_across = |one: &str, other: &str| {
            let names = [one, other].map(fold_name);
            let [left, right] = names.each_ref().map(|name| Sketch::of(name).unwrap());
            assert_eq!(class(&names[0]) == class(&names[1]), left.script == right.script, "{names:?}");
            left.across(&right, [&names[0], &names[1]]).map(|across| across == Across::Spelling)
        };
        assert_eq!(is_across("محمد", "أحمد"), None);
        assert_eq!(is_across("Ali", "Ahmed"), None);
        assert_eq!(is_across("김", "Kim"), Some(true));
        assert_eq!(is_across("Rhee", "이"), Some(true));
        assert_eq!(["Ali", "李", "ß", ""].map(|name| class(&fold_name(name))), [LATIN; 4]);
        assert!(Sketch::of("李").is_none(), "of a Chinese character no sound is known");
    }
}
