//! A person as one register sees them: the truth put through that register's errors.

use crate::day::{AS_OF, Day};
use crate::dice::Dice;
use crate::family::{Block, Person};
use crate::identifiers::{self, Kind};
use crate::names;
use crate::noise;
use crate::place::Address;
use crate::rates::{Middle, Rates};

/// Name, birth and sex, with this record's errors. Empty text where nothing was written.
pub(crate) struct Seen {
    pub(crate) first: String,
    pub(crate) middle: String,
    pub(crate) last: String,
    pub(crate) suffix: String,
    pub(crate) birth: Option<Day>,
    pub(crate) sex: &'static str,
    /// Whether accents are lost in this record.
    plain: bool,
}

/// An address, with this record's errors.
#[derive(Clone, Default)]
pub(crate) struct SeenAddress {
    pub(crate) number: String,
    pub(crate) street: String,
    pub(crate) unit: String,
    pub(crate) town: String,
    pub(crate) postcode: String,
    pub(crate) district: String,
}

impl SeenAddress {
    /// Gives number, street and flat on one line.
    pub(crate) fn line(&self) -> String {
        match (self.street.is_empty(), self.unit.is_empty()) {
            (true, _) => String::new(),
            (false, true) => format!("{} {}", self.number, self.street),
            (false, false) => format!("{} {}, Apt {}", self.number, self.street, self.unit),
        }
    }
}

/// Gives the person as the register wrote them down on this day.
pub(crate) fn person(dice: &mut Dice, person: &Person, rates: &Rates, day: Day) -> Seen {
    let plain = dice.chance(rates.unaccented);
    let mut last = person.surname_on(day).to_owned();
    if person.surnames.len() > 1 && dice.chance(rates.surname_stale) {
        let current = person.surnames.iter().rposition(|(from, _)| *from <= day).unwrap_or(0);
        last = person.surnames[current.saturating_sub(1)].1.clone();
    }
    let mut first = person.first.clone();
    if dice.chance(rates.nickname)
        && let Some(short) = names::nickname(dice, &first)
    {
        first = short.to_owned();
    }
    for name in [&mut first, &mut last] {
        if dice.chance(rates.transliterated)
            && let Some(other) = names::transliteration(dice, name)
        {
            *name = other.to_owned();
        }
    }
    let mut middle = person.middle.clone().unwrap_or_default();
    if rates.middle == Middle::Dropped || dice.chance(rates.middle_missing) {
        middle.clear();
    } else if rates.middle == Middle::Initial {
        middle = initial(&middle);
    }
    for name in [&mut first, &mut last] {
        if dice.chance(rates.misspelt) {
            *name = noise::misspell(dice, name, rates.channel);
        }
    }
    if dice.chance(rates.initial_only) {
        first = initial(&first);
    }
    if dice.chance(rates.names_swapped) {
        std::mem::swap(&mut first, &mut last);
    }
    let suffix = if dice.chance(0.4) { "" } else { person.suffix.unwrap_or("") };
    let mut seen = Seen {
        first,
        middle,
        last,
        suffix: suffix.to_owned(),
        birth: birth(dice, person.birth, rates),
        sex: person.sex.letter(),
        plain,
    };
    for name in [&mut seen.first, &mut seen.middle, &mut seen.last, &mut seen.suffix] {
        *name = styled(name, plain, rates.capitals, rates.name_letters_max);
    }
    seen
}

fn initial(name: &str) -> String {
    name.chars().next().map(String::from).unwrap_or_default()
}

fn birth(dice: &mut Dice, birth: Day, rates: &Rates) -> Option<Day> {
    if dice.chance(rates.birth_missing) {
        return None;
    }
    if dice.chance(rates.birth_wrong) {
        return Some(noise::wrong_day(dice, birth));
    }
    let swapped = dice.chance(rates.birth_swapped).then(|| noise::swapped_day(birth)).flatten();
    Some(swapped.unwrap_or(birth))
}

/// Gives the text in the register's letters.
pub(crate) fn styled(text: &str, plain: bool, capitals: bool, letters_max: usize) -> String {
    let mut text = if plain && !text.is_ascii() { names::unaccented(text) } else { text.to_owned() };
    if capitals {
        text = text.to_uppercase();
    }
    if text.len() > letters_max {
        text = text.chars().take(letters_max).collect::<String>().trim_end().to_owned();
    }
    text
}

/// Gives the address that the register holds on this day, and nothing for those whose address is missing.
pub(crate) fn address(
    dice: &mut Dice,
    block: &Block,
    person: &Person,
    seen: &Seen,
    rates: &Rates,
    day: Day,
) -> SeenAddress {
    let Some(mut place) = person.home_on(day) else { return SeenAddress::default() };
    if dice.chance(rates.address_missing) {
        return SeenAddress::default();
    }
    if dice.chance(rates.address_stale) {
        place = place.saturating_sub(1);
    }
    let home = &block.homes[person.homes[place].1 as usize];
    let mut street = home.street.clone();
    if dice.chance(0.35) {
        street = abbreviated(&street);
    }
    if dice.chance(rates.misspelt) {
        street = noise::misspell(dice, &street, rates.channel);
    }
    let mut number = home.number.to_string();
    if dice.chance(rates.misspelt / 3.0) {
        number = noise::wrong_digits(dice, &number);
    }
    let mut postcode = home.postcode.clone();
    if dice.chance(rates.misspelt / 3.0) {
        postcode = noise::wrong_digits(dice, &postcode);
    }
    let unit = home.unit.filter(|_| !dice.chance(0.15)).map(|unit| unit.to_string()).unwrap_or_default();
    let cut = |text: &str| styled(text, seen.plain, rates.capitals, 60);
    SeenAddress {
        number,
        street: cut(&street),
        unit,
        town: cut(&home.town),
        postcode,
        district: crate::place::DISTRICTS[home.district].code.to_owned(),
    }
}

fn abbreviated(street: &str) -> String {
    let short = [
        ("Street", "St"),
        ("Road", "Rd"),
        ("Avenue", "Ave"),
        ("Lane", "Ln"),
        ("Drive", "Dr"),
        ("Court", "Ct"),
        ("Place", "Pl"),
    ];
    for (long, brief) in short {
        if let Some(name) = street.strip_suffix(long) {
            return format!("{name}{brief}");
        }
    }
    street.to_owned()
}

/// Gives the national identifier as this record has it: right, wrong, a relative's, or none.
pub(crate) fn national(dice: &mut Dice, seed: u64, block: &Block, person: &Person, rates: &Rates) -> Option<String> {
    if dice.chance(rates.national_missing) {
        return None;
    }
    if dice.chance(rates.national_borrowed) && !person.kin.is_empty() {
        let relative = person.kin[dice.below(person.kin.len())];
        return Some(identifiers::national(seed, block.people[relative as usize].id));
    }
    let number = identifiers::national(seed, person.id);
    Some(if dice.chance(rates.national_wrong) { noise::wrong_digits(dice, &number) } else { number })
}

/// Gives a phone number in one of the ways in which people write them.
pub(crate) fn phone(dice: &mut Dice, seed: u64, block: &Block, person: &Person, rates: &Rates) -> Option<String> {
    if dice.chance(rates.phone_missing) || person.age_on(AS_OF) < 13.0 {
        return None;
    }
    let home: Option<&Address> = person.homes.last().map(|(_, home)| &block.homes[*home as usize]);
    let digits = match home {
        Some(home) if dice.chance(0.16) => format!("1{:09}", identifiers::nine(seed, Kind::Landline, home.serial)),
        _ => format!("7{:09}", identifiers::nine(seed, Kind::Mobile, person.id)),
    };
    let digits = if dice.chance(0.012) { noise::wrong_digits(dice, &digits) } else { digits };
    Some(match dice.weighted(&[50, 25, 25]) {
        0 => format!("0{digits}"),
        1 => format!("+999{digits}"),
        _ => format!("(0{}) {} {}", &digits[..3], &digits[3..6], &digits[6..]),
    })
}

const MAIL_HOSTS: [&str; 6] =
    ["post.example", "mailbox.example", "valmail.example", "inbox.example", "quickmail.example", "coast.example"];

/// Gives an e-mail address; some people have two, some use their spouse's.
pub(crate) fn email(dice: &mut Dice, block: &Block, person: &Person, rates: &Rates) -> Option<String> {
    if dice.chance(rates.email_missing) || person.age_on(AS_OF) < 13.0 {
        return None;
    }
    let owner = match person.spouse {
        Some(spouse) if dice.chance(0.03) => &block.people[spouse as usize],
        _ => person,
    };
    let hash = identifiers::lasting(owner.id, "e-mail");
    let second = hash.is_multiple_of(4) && dice.chance(0.3);
    let surname = if hash & 16 == 0 { owner.surname_on(AS_OF) } else { &owner.surnames[0].1 };
    let letters = |text: &str| -> String {
        names::unaccented(text).chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let (first, last) = (letters(&owner.first), letters(surname));
    let number = (hash >> 16) % 1_000;
    let local = match (hash >> 8) % 4 {
        _ if second => format!("{last}{number}{}", owner.birth.year() % 100),
        0 => format!("{first}.{last}{number}"),
        1 => format!("{}{last}{number}", initial(&first)),
        2 => format!("{first}{}", owner.birth.year() * 10 + (number % 10) as i32),
        _ => format!("{first}_{last}{}", number % 100),
    };
    let local = if dice.chance(0.012) { noise::misspell(dice, &local, noise::Channel::Keyed) } else { local };
    let host = MAIL_HOSTS[((hash >> 32) % 6) as usize];
    Some(format!("{local}@{host}"))
}
