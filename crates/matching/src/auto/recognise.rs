//! What a column holds, by its name and by its values. Names are read as English, values as any language's.

use serde::{Deserialize, Serialize};

use super::profile::ColumnProfile;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// What tells the records apart, see [`crate::Settings::id`].
    RecordId,
    /// The name of the record's source, see [`crate::Settings::source`].
    Source,
    /// A given name.
    GivenName,
    /// Further given names.
    MiddleName,
    /// A family name.
    FamilyName,
    /// A whole name in one column.
    FullName,
    /// A date of the person, such as the birth.
    Date,
    /// Sex or gender.
    Sex,
    /// A number or code that stands for one person.
    Identifier,
    /// The number of a house.
    HouseNumber,
    /// A street without its number.
    Street,
    /// Street and number in one column.
    AddressLine,
    /// A city, town or village.
    Place,
    /// A postal code.
    PostalCode,
    /// A state, county or country.
    Region,
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// One of few values that stay with a person, such as a nationality.
    Category,
    /// Nothing to compare.
    Unused,
}

impl Role {
    /// Says whether one column of the role is enough; a second is left out.
    pub(crate) fn is_single(self) -> bool {
        !matches!(self, Self::Identifier | Self::Date | Self::Phone | Self::Email | Self::Category | Self::Unused)
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::RecordId => "the record's own id",
            Self::Source => "the record's source",
            Self::GivenName => "a given name",
            Self::MiddleName => "further given names",
            Self::FamilyName => "a family name",
            Self::FullName => "a whole name",
            Self::Date => "a date of the person",
            Self::Sex => "the sex",
            Self::Identifier => "an identifier of the person",
            Self::HouseNumber => "a house number",
            Self::Street => "a street",
            Self::AddressLine => "street and house number",
            Self::Place => "a place",
            Self::PostalCode => "a postal code",
            Self::Region => "a region",
            Self::Phone => "a telephone number",
            Self::Email => "an e-mail address",
            Self::Category => "a property of the person with few values",
            Self::Unused => "nothing to compare",
        }
    }
}

/// What is held of a column, and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recognised {
    pub(crate) role: Role,
    pub(crate) reason: String,
    /// How sure it is: 2 where the caller says so, 1 by name, 0 by values alone.
    pub(crate) sure: u8,
}

/// What the name of a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hint {
    Is(Role),
    /// That it is not to be used, and why.
    Not(&'static str),
}

/// Below this share of records with a value a column says nothing of nearly all pairs.
const FILLED_MIN: f64 = 0.02;

/// From this share of values of one shape a column without a telling name is taken for it.
const SURE: f64 = 0.9;

/// From this share a column whose name tells it is taken for it.
const LIKELY: f64 = 0.5;

/// Below this share of recurring values a column without a telling name cannot put records together.
const RECURRING_MIN: f64 = 0.02;

/// Dates of people's lives are spread over at least so many years.
const LIVES_YEARS: u32 = 40;

/// Says what a column holds.
pub(crate) fn recognise(column: &str, profile: &ColumnProfile) -> Recognised {
    let unused = |reason: String| Recognised { role: Role::Unused, reason, sure: 0 };
    let hint = hint(column);
    if let Some(Hint::Not(reason)) = hint {
        return Recognised { sure: 1, ..unused(format!("Its name says that it is {reason}.")) };
    }
    if profile.filled() == 0 {
        return unused("It has no values.".to_owned());
    }
    if 1.0 - profile.missing < FILLED_MIN {
        return unused(format!("Only {} of records have a value.", percent(1.0 - profile.missing)));
    }
    if profile.distinct == 1 && hint != Some(Hint::Is(Role::Source)) {
        return unused("All records that have a value have the same, so it tells nobody apart.".to_owned());
    }
    if let Some(Hint::Is(said)) = hint {
        let named = |role: Role, values: &str| Recognised {
            role,
            reason: format!("Taken for {}, by its name and since {values}.", role.words()),
            sure: 1,
        };
        if let Some((role, values)) = confirm(said, profile) {
            return named(role, &values);
        }
        let found = by_values(profile);
        if found.role != Role::Unused {
            return Recognised {
                reason: format!("Its name says {}, its values do not. {}", said.words(), found.reason),
                ..found
            };
        }
        return match said {
            Role::RecordId if profile.recurring > 0.0 => {
                unused("A number that several records share, and its name does not say whose it is.".to_owned())
            }
            _ => unused(format!("Its name says {}, its values do not.", said.words())),
        };
    }
    by_values(profile)
}

/// Returns what a column holds whose name says what it is, and what of its values agrees; nothing where they do not.
fn confirm(said: Role, profile: &ColumnProfile) -> Option<(Role, String)> {
    let shapes = &profile.shapes;
    let dates = shapes.date + shapes.part_date + shapes.late_year;
    let of_values = |share: f64, what: &str| format!("{} of its values {what}", percent(share));
    let distinct = || format!("it has {} distinct values", profile.distinct);
    match said {
        Role::Email => (shapes.email >= LIKELY).then(|| (said, of_values(shapes.email, "look like one"))),
        Role::Phone => (shapes.digits >= LIKELY && profile.usual_length >= 5)
            .then(|| (said, of_values(shapes.digits, "are digits and separators"))),
        Role::Date if dates >= LIKELY => Some((said, of_values(dates, "are dates or parts of one"))),
        // The day or the month by itself.
        Role::Date if shapes.digits >= SURE && profile.usual_length <= 2 && profile.distinct <= 31 => {
            Some((Role::Category, "its values are a day or a month".to_owned()))
        }
        Role::Sex => (profile.distinct <= 12).then(|| (said, distinct())),
        Role::Source => (profile.missing == 0.0 && profile.distinct_share() < 0.1)
            .then(|| (said, "every record has one of few values".to_owned())),
        Role::GivenName | Role::MiddleName | Role::FamilyName => {
            (shapes.name >= LIKELY).then(|| (said, of_values(shapes.name, "are words of letters")))
        }
        // A column called `name` may hold a whole name or, beside another, one part of it.
        Role::FullName if shapes.name >= LIKELY && profile.words >= 1.6 => {
            Some((said, format!("its values have {:.1} words on average", profile.words)))
        }
        Role::FullName if shapes.name >= LIKELY => {
            let role = if shapes.known_given >= 0.3 { Role::GivenName } else { Role::FamilyName };
            Some((role, "its values are one word".to_owned()))
        }
        Role::Identifier => (shapes.some_digit >= LIKELY && shapes.text < 0.1 && profile.distinct_share() >= 0.05)
            .then(|| (said, distinct())),
        Role::HouseNumber => {
            (shapes.some_digit >= LIKELY && profile.length <= 10.0).then(|| (said, "its values are short".to_owned()))
        }
        Role::Street | Role::AddressLine => Some(if shapes.some_digit >= LIKELY {
            (Role::AddressLine, of_values(shapes.some_digit, "have a number"))
        } else {
            (Role::Street, of_values(1.0 - shapes.some_digit, "have no number"))
        }),
        Role::PostalCode => (profile.length <= 12.0 && shapes.some_digit >= LIKELY)
            .then(|| (said, format!("most values have {} letters and digits", profile.usual_length))),
        Role::Place | Role::Region | Role::Category => {
            (shapes.text < LIKELY && profile.distinct_share() < 0.5).then(|| (said, distinct()))
        }
        Role::RecordId => profile.tells_all_apart().then(|| (said, "every record has a value of its own".to_owned())),
        Role::Date | Role::FullName | Role::Unused => None,
    }
}

/// Says what a column holds whose name says nothing.
fn by_values(profile: &ColumnProfile) -> Recognised {
    let found = |role: Role, values: String| Recognised {
        role,
        reason: format!("Taken for {}, since {values}.", role.words()),
        sure: 0,
    };
    let unused = |reason: &str| Recognised { role: Role::Unused, reason: reason.to_owned(), sure: 0 };
    let shapes = &profile.shapes;
    let of_values = |share: f64, what: &str| format!("{} of its values {what}", percent(share));
    let dates = shapes.date + shapes.late_year;
    if shapes.email >= SURE {
        return found(Role::Email, of_values(shapes.email, "look like one"));
    }
    if dates >= SURE {
        if profile.years < LIVES_YEARS {
            return unused(
                "Dates within few years, so they are hardly of people's lives but of what happened to records.",
            );
        }
        return found(Role::Date, format!("its values are dates that spread over {} years", profile.years));
    }
    if shapes.phone >= SURE {
        return found(Role::Phone, of_values(shapes.phone, "look like one"));
    }
    if shapes.sex >= 0.95 && profile.distinct <= 8 {
        return found(Role::Sex, "its values are words for one".to_owned());
    }
    if shapes.text >= 0.3 {
        return unused("Free text, which two records of one person need not share.");
    }
    if profile.recurring < RECURRING_MIN {
        return if profile.tells_all_apart() && shapes.code >= SURE {
            found(Role::RecordId, "every record has a value of its own".to_owned())
        } else {
            unused("Nearly every value is there once, so it puts no records together.")
        };
    }
    let alike = profile.usual_length_share >= SURE;
    if alike && (6..=20).contains(&profile.usual_length) && shapes.some_digit >= SURE && profile.distinct_share() >= 0.2
    {
        return found(
            Role::Identifier,
            format!("its values have {} letters and digits and few records share one", profile.usual_length),
        );
    }
    if alike && (4..=7).contains(&profile.usual_length) && shapes.some_digit >= SURE && profile.distinct >= 10 {
        return found(
            Role::PostalCode,
            format!("its values have {} letters and digits and many records share one", profile.usual_length),
        );
    }
    if shapes.name >= SURE && profile.distinct >= 10 && shapes.known_given >= 0.3 && profile.words < 1.6 {
        return found(Role::GivenName, of_values(shapes.known_given, "are given names with familiar forms"));
    }
    if shapes.name >= SURE && (1.6..3.5).contains(&profile.words) && profile.distinct_share() >= 0.2 {
        return found(Role::FullName, format!("its values have {:.1} words of letters", profile.words));
    }
    if shapes.name >= SURE && profile.distinct >= 50 && profile.words < 1.6 {
        return found(Role::FamilyName, format!("its {} distinct values are words of letters", profile.distinct));
    }
    unused("Neither its name nor its values say what of a person it is.")
}

pub(crate) fn percent(share: f64) -> String {
    match 100.0 * share {
        percent if percent < 0.1 && percent > 0.0 => "less than 0.1 %".to_owned(),
        percent if percent < 10.0 || (99.0..99.95).contains(&percent) => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

/// Splits a name into words in lower case: at what is no letter or digit, before capitals, and before numbers.
fn words_of(column: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    for letter in column.chars() {
        let new = letter.is_uppercase() && before.is_lowercase() || letter.is_numeric() && before.is_alphabetic();
        if new || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut()
            && letter.is_alphanumeric()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns what the name of a column says, if anything.
fn hint(column: &str) -> Option<Hint> {
    use Role::*;
    let words = words_of(column);
    let joined = words.concat();
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let holds = |parts: &[&str]| parts.iter().any(|part| joined.contains(part));
    let only = |wanted: &[&str]| wanted.contains(&joined.as_str());
    let number = has(&["id", "ids", "number", "no", "num", "nr", "code", "ref", "card", "key", "identifier"]);
    let place = ["place", "city", "town", "village", "suburb", "locality", "municipality", "parish", "commune"];
    let region = ["state", "county", "country", "region", "province", "district", "nation"];

    if has(&["cluster", "truth", "gold", "entity", "label", "matched", "linked", "match"]) {
        return Some(Hint::Not("the answer of another linkage"));
    }
    if holds(&["soundex", "metaphone", "phonetic", "nysiis"]) {
        return Some(Hint::Not("worked out from another column"));
    }
    if has(&["note", "notes", "remark", "remarks", "comment", "comments", "description", "memo"]) {
        return Some(Hint::Not("free text, which two records of one person need not share"));
    }
    if has(&["household", "dwelling"]) && number {
        return Some(Hint::Not("a household's number, not a person's"));
    }
    if has(&["mail", "mails"]) || holds(&["email"]) {
        return Some(Hint::Is(Email));
    }
    if has(&["tel", "cell", "landline", "fax"]) || holds(&["phone", "mobile"]) {
        return Some(Hint::Is(Phone));
    }
    if has(&["dob", "born", "yob", "dod", "died", "deceased"]) || holds(&["birth", "death"]) {
        let name = has(&["name", "surname"]);
        let elsewhere = has(&place) || has(&region);
        let other = has(&["order", "weight", "certificate", "cause", "type"]) || number;
        return Some(match (name, elsewhere, other) {
            (true, ..) => Hint::Is(FamilyName),
            (_, true, _) => Hint::Is(Category),
            (_, _, true) => Hint::Not("about a birth or death, not its date"),
            _ => Hint::Is(Date),
        });
    }
    if has(&["sex", "gender"]) {
        return Some(Hint::Is(Sex));
    }
    let known = [
        "ssn", "sin", "nin", "nino", "nhs", "tin", "itin", "cpf", "nif", "bsn", "cpr", "pesel", "aadhaar", "curp",
        "passport", "licence", "license", "medicare", "medicaid", "mrn",
    ];
    let whose = [
        "national",
        "tax",
        "taxpayer",
        "social",
        "soc",
        "insurance",
        "identity",
        "identification",
        "personal",
        "person",
        "citizen",
        "patient",
        "student",
        "pupil",
        "voter",
        "health",
        "pension",
        "member",
        "customer",
        "client",
        "employee",
        "resident",
        "individual",
    ];
    if has(&known) || holds(&["passport", "socialsecurity", "nationalid", "taxid"]) || has(&whose) && number {
        return Some(Hint::Is(Identifier));
    }
    if has(&["updated", "created", "modified", "inserted", "loaded", "extracted", "timestamp", "filed", "issued"])
        || has(&["expires", "expiry", "valid", "registered", "visit", "admitted", "admission", "seen"])
    {
        return Some(Hint::Not("about the record or what happened to it, not about the person"));
    }
    if has(&["source", "src", "register", "registry", "dataset", "origin", "provider", "file", "filename", "system"])
        && !number
        && !has(&["record", "row", "date"])
    {
        return Some(Hint::Is(Source));
    }
    let name = has(&["name", "names"]) || words.len() == 1;
    if holds(&["firstname", "givenname", "forename", "christianname"])
        || has(&["first", "given", "fore", "fname"]) && name
    {
        return Some(Hint::Is(GivenName));
    }
    if holds(&["middlename", "secondname"])
        || only(&["mi"])
        || has(&["middle", "mname"]) && (name || has(&["initial", "initials"]))
    {
        return Some(Hint::Is(MiddleName));
    }
    if holds(&["lastname", "familyname", "surname", "maidenname"])
        || has(&["last", "family", "sur", "maiden", "lname"]) && name
    {
        return Some(Hint::Is(FamilyName));
    }
    if holds(&["fullname"])
        || only(&["name", "names", "personname", "personsname", "patientname", "customername", "membername"])
    {
        return Some(Hint::Is(FullName));
    }
    if has(&["house", "building", "street", "door", "premises"]) && number
        || only(&["house", "houseno", "housenumber", "hno"])
    {
        return Some(Hint::Is(HouseNumber));
    }
    if holds(&["postcode", "zipcode", "postalcode"]) || has(&["zip", "postal"]) {
        return Some(Hint::Is(PostalCode));
    }
    if has(&["street", "road", "address", "addr"]) && !has(&["ip", "mac", "web", "url", "type"]) {
        if words.last().is_some_and(|word| word.parse::<u8>().is_ok_and(|line| line > 1)) {
            return Some(Hint::Not("a further line of an address, which sources fill in their own ways"));
        }
        return Some(Hint::Is(if has(&["address", "addr"]) { AddressLine } else { Street }));
    }
    if has(&place) {
        return Some(Hint::Is(Place));
    }
    if has(&region) {
        return Some(Hint::Is(Region));
    }
    if has(&["nationality", "citizenship", "ethnicity", "race", "religion", "language"]) {
        return Some(Hint::Is(Category));
    }
    if number || has(&["uid", "uuid", "guid", "rec", "record", "row", "rowid", "pk", "index", "idx", "seq"]) {
        return Some(Hint::Is(RecordId));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::profile::tests::profile;
    use super::*;

    #[test]
    fn names_of_columns() {
        use Role::*;
        for (column, expected) in [
            ("first_name", Some(GivenName)),
            ("GivenName", Some(GivenName)),
            ("forename", Some(GivenName)),
            ("first", Some(GivenName)),
            ("middle_name", Some(MiddleName)),
            ("mi", Some(MiddleName)),
            ("Last Name", Some(FamilyName)),
            ("surname", Some(FamilyName)),
            ("birth_name", Some(FamilyName)),
            ("name", Some(FullName)),
            ("fullName", Some(FullName)),
            ("dob", Some(Date)),
            ("BirthDate", Some(Date)),
            ("date_of_birth", Some(Date)),
            ("yearOfBirth", Some(Date)),
            ("date_of_death", Some(Date)),
            ("birth_place", Some(Category)),
            ("sex", Some(Sex)),
            ("SSN", Some(Identifier)),
            ("national_id", Some(Identifier)),
            ("tax_number", Some(Identifier)),
            ("passport_no", Some(Identifier)),
            ("soc_sec_id", Some(Identifier)),
            ("person_id", Some(Identifier)),
            ("email_address", Some(Email)),
            ("phone_number", Some(Phone)),
            ("mobile", Some(Phone)),
            ("house", Some(HouseNumber)),
            ("house_number", Some(HouseNumber)),
            ("street_no", Some(HouseNumber)),
            ("street", Some(Street)),
            ("address_1", Some(AddressLine)),
            ("post_code", Some(PostalCode)),
            ("zip", Some(PostalCode)),
            ("postal_code", Some(PostalCode)),
            ("city", Some(Place)),
            ("state", Some(Region)),
            ("nationality", Some(Category)),
            ("source_dataset", Some(Source)),
            ("rec_id", Some(RecordId)),
            ("unique_id", Some(RecordId)),
            ("last", Some(FamilyName)),
            ("blood_pressure", None),
            ("lastly", None),
        ] {
            assert_eq!(hint(column), expected.map(Hint::Is), "{column}");
        }
        for column in [
            "cluster",
            "remarks",
            "last_updated",
            "surname_soundex",
            "address_2",
            "household_id",
            "birth_order",
            "match_id",
        ] {
            assert!(matches!(hint(column), Some(Hint::Not(_))), "{column}");
        }
    }

    /// A thousand values, most of which are there several times.
    fn many(value: impl Fn(usize) -> String) -> ColumnProfile {
        profile(&(0..1000).map(|at| value(at * 7919 % 400)).collect::<Vec<_>>())
    }

    #[test]
    fn values_alone_tell() {
        let letter = |at: usize| char::from(b'a' + (at % 26) as u8);
        let word = |at: usize| ["Ash", "Black", "Crom", "Dray"][at % 4].to_owned() + ["ton", "ley"][at / 4 % 2];
        for (found, expected) in [
            (many(|at| format!("a{at}@example.org")), Role::Email),
            (many(|at| format!("{}-03-04", 1930 + at % 60)), Role::Date),
            (many(|at| format!("04/03/{}", 1930 + at % 60)), Role::Date),
            (many(|at| format!("+33 6 12 34 {:02} {:02}", at / 100, at % 100)), Role::Phone),
            (many(|at| ["M", "F", "f"][at % 3].to_owned()), Role::Sex),
            (many(|at| format!("{:09}", at * 2_400_011)), Role::Identifier),
            (many(|at| format!("AB{:06}C", at * 977)), Role::Identifier),
            (many(|at| format!("{:05}", at % 60 + 75000)), Role::PostalCode),
            (many(|at| format!("{}{}", word(at), letter(at))), Role::FamilyName),
            (
                many(|at| {
                    ["Bill", "Mary", "Susan", "Tom", "Bob", "Kate", "Ann", "Peter", "Liz", "Rob", "Zenobia"][at % 11]
                        .to_owned()
                }),
                Role::GivenName,
            ),
            (many(|at| format!("Anna {}{}{}", word(at), letter(at), letter(at / 26))), Role::FullName),
            (profile(&(0..500).map(|at| format!("r{at}")).collect::<Vec<_>>()), Role::RecordId),
            // And what is none of these.
            (many(|at| format!("2024-03-{:02}", at % 28 + 1)), Role::Unused),
            (many(|at| format!("called {at} back later no answer")), Role::Unused),
            (many(|at| ["open", "closed"][at % 2].to_owned()), Role::Unused),
            (many(|_| "x".to_owned()), Role::Unused),
            (many(|_| String::new()), Role::Unused),
            (profile(&(0..500).map(|at| if at < 5 { "7" } else { "" }).collect::<Vec<_>>()), Role::Unused),
            (
                profile(&(0..500).map(|at| if at == 0 { String::new() } else { format!("r{at}") }).collect::<Vec<_>>()),
                Role::Unused,
            ),
        ] {
            let recognised = recognise("c", &found);
            assert_eq!(recognised.role, expected, "{} {found:?}", recognised.reason);
            assert!(recognised.reason.ends_with('.'), "a sentence: {}", recognised.reason);
        }
    }

    #[test]
    fn a_name_that_the_values_belie_does_not_count() {
        let addresses = many(|at| format!("a{at}@example.org"));
        let recognised = recognise("surname", &addresses);
        assert_eq!((recognised.role, recognised.sure), (Role::Email, 0));
        assert!(recognised.reason.contains("its values do not"), "{}", recognised.reason);
        assert_eq!(recognise("dob", &many(|at| ["open", "closed"][at % 2].to_owned())).role, Role::Unused);
        assert_eq!(recognise("id", &many(|at| format!("{}", at % 30))).role, Role::Unused);
    }

    #[test]
    fn names_and_values_together() {
        assert_eq!(recognise("address", &many(|at| format!("{at} Elm Street"))).role, Role::AddressLine);
        assert_eq!(recognise("address", &many(|at| format!("Elm Street {}", ["a", "b"][at % 2]))).role, Role::Street);
        assert_eq!(recognise("birth_month", &many(|at| format!("{}", at % 12 + 1))).role, Role::Category);
        assert_eq!(recognise("birth_year", &many(|at| format!("{}", at % 60 + 1930))).role, Role::Date);
        assert_eq!(
            recognise("name", &many(|at| format!("Anna {at}x").replace(char::is_numeric, "q"))).role,
            Role::FullName
        );
    }

    #[test]
    fn percents() {
        for (share, expected) in [
            (0.0, "0.0 %"),
            (0.0004, "less than 0.1 %"),
            (0.0123, "1.2 %"),
            (0.5, "50 %"),
            (0.995, "99.5 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), expected);
        }
    }
}
