//! Guesses what a column says about a person, from its name and from what its values look like.

use model::Class;

use super::types::is_count;

/// Words in names of columns, in English and French, and the class that they tell. Special categories come first: where
/// two words of a name tell different classes, the first of this list counts.
const WORDS: &[(Class, &[&str])] = &[
    (Class::Biometric, &["fingerprint", "iris", "biometric", "template", "empreinte", "biometrie"]),
    (
        Class::Health,
        &["diagnosis", "diagnostic", "disability", "disease", "health", "blood", "icd", "sante", "maladie", "handicap"],
    ),
    (Class::Religion, &["religion", "faith", "church", "parish", "confession", "culte", "paroisse"]),
    (Class::Donation, &["donation", "donor", "contribution", "don", "donateur"]),
    (
        Class::Politics,
        &["party", "petition", "political", "candidate", "membership", "parti", "politique", "manifestation"],
    ),
    (Class::Firearm, &["firearm", "weapon", "gun", "calibre", "caliber", "arme"]),
    (
        Class::Identifier,
        &[
            "ssn",
            "nin",
            "nir",
            "itin",
            "tin",
            "passport",
            "passeport",
            "id",
            "uuid",
            "identifier",
            "identifiant",
            "licence",
            "license",
            "permit",
            "iban",
            "matricule",
            "numero",
            "number",
            "no",
            "ref",
            "reference",
        ],
    ),
    (Class::Contact, &["phone", "telephone", "tel", "mobile", "cell", "email", "mail", "courriel", "fax"]),
    (
        Class::Address,
        &[
            "address",
            "adresse",
            "street",
            "rue",
            "city",
            "town",
            "ville",
            "commune",
            "postcode",
            "zip",
            "zipcode",
            "postal",
            "county",
            "state",
            "district",
            "departement",
            "region",
            "unit",
            "latitude",
            "longitude",
            "house",
        ],
    ),
    (
        Class::Family,
        &[
            "spouse",
            "marital",
            "married",
            "mother",
            "father",
            "parent",
            "child",
            "children",
            "household",
            "dependent",
            "conjoint",
            "mere",
            "pere",
            "enfant",
            "foyer",
        ],
    ),
    (Class::Employment, &["employer", "occupation", "job", "profession", "employeur", "metier"]),
    (Class::Income, &["income", "salary", "wage", "wages", "earnings", "pay", "revenu", "salaire"]),
    (Class::Loan, &["loan", "debt", "repayment", "balance", "lender", "pret", "dette"]),
    (Class::Tax, &["tax", "taxable", "vat", "deduction", "impot", "tva"]),
    (Class::Benefit, &["benefit", "allowance", "pension", "welfare", "allocation", "prestation"]),
    (
        Class::Migration,
        &["visa", "nationality", "citizenship", "immigration", "residence", "asylum", "nationalite", "sejour"],
    ),
    (Class::Travel, &["flight", "border", "crossing", "airport", "departure", "arrival", "vol", "frontiere"]),
    (
        Class::Identity,
        &[
            "name",
            "firstname",
            "lastname",
            "surname",
            "forename",
            "given",
            "middle",
            "maiden",
            "initial",
            "suffix",
            "nom",
            "prenom",
            "birth",
            "birthday",
            "birthdate",
            "dob",
            "born",
            "naissance",
            "sex",
            "gender",
            "sexe",
            "age",
            "race",
            "ethnicity",
        ],
    ),
    (
        Class::Administrative,
        &["created", "updated", "modified", "recorded", "event", "status", "version", "source", "statut"],
    ),
];

/// Gives the class, or nothing when neither name nor values tell it: then a person has to say.
pub(super) fn guess(name: &str, values: &[Option<&str>]) -> Option<Class> {
    if mostly(values, looks_like_email) {
        return Some(Class::Contact);
    }
    let words: Vec<&str> = name.split('_').collect();
    // A house number is no number of a person.
    let is_of_a_house = words.contains(&"house") || words.contains(&"street") || words.contains(&"postal");
    let is_phone = words.iter().any(|word| matches!(*word, "phone" | "telephone" | "tel" | "mobile" | "fax"));
    let by_name = WORDS.iter().find(|(class, tells)| {
        let is_overruled = *class == Class::Identifier && (is_of_a_house || is_phone || is_count(&words));
        !is_overruled && words.iter().any(|word| tells.contains(word))
    });
    let by_content = || {
        if mostly(values, |value| model::register::Check::UsSsn.passes(value) && value.contains('-')) {
            Some(Class::Identifier)
        } else if mostly(values, looks_like_phone) {
            Some(Class::Contact)
        } else {
            None
        }
    };
    by_name.map(|(class, _)| *class).or_else(by_content)
}

/// Gives the class that the last word of a name tells of those that tell any: `state_tax` is a tax, `tax_district` a district.
pub(super) fn last_told(words: &[&str]) -> Option<Class> {
    let told = |word: &&str| WORDS.iter().find(|(_, tells)| tells.contains(word)).map(|(class, _)| *class);
    words.iter().rev().find_map(told)
}

/// Tells whether nine of ten values are so, of at least one.
pub(super) fn mostly(values: &[Option<&str>], is_so: impl Fn(&str) -> bool) -> bool {
    let present = values.iter().flatten().map(|value| value.trim()).filter(|value| !value.is_empty());
    let (count, hits) =
        present.fold((0_usize, 0_usize), |(count, hits), value| (count + 1, hits + usize::from(is_so(value))));
    count > 0 && hits * 10 >= count * 9
}

fn looks_like_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(account, host)| {
        !account.is_empty() && !value.contains(char::is_whitespace) && host.contains('.') && !host.contains('@')
    })
}

fn looks_like_phone(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let is_dialled = value.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '.' | '/'));
    let is_grouped = value.starts_with('+') || value.starts_with('(') || value.contains(' ');
    is_dialled && is_grouped && (8..=15).contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_tell_classes() {
        let cases: [(&str, &[&str], Option<Class>); 18] = [
            ("ssn", &[], Some(Class::Identifier)),
            ("first_name", &["Ann"], Some(Class::Identity)),
            ("date_of_birth", &["1980-01-01"], Some(Class::Identity)),
            ("nom_de_naissance", &[], Some(Class::Identity)),
            ("zip", &["01234"], Some(Class::Address)),
            ("house_number", &["12"], Some(Class::Address)),
            ("phone_number", &["555"], Some(Class::Contact)),
            ("number_of_children", &["2"], Some(Class::Family)),
            ("x1", &["a@b.example", "c.d@e.example"], Some(Class::Contact)),
            ("x2", &["+33 1 23 45 67 89", "(555) 555-0100"], Some(Class::Contact)),
            ("x3", &["078-05-1120"], Some(Class::Identifier)),
            ("donation_amount", &["10"], Some(Class::Donation)),
            ("party_id", &["3"], Some(Class::Politics)),
            ("taxable_income", &["3"], Some(Class::Income)),
            ("employer_name", &["Acme"], Some(Class::Employment)),
            ("blood_group", &["A"], Some(Class::Health)),
            ("x4", &["1999-12-31"], None),
            ("x5", &[], None),
        ];
        for (name, values, class) in cases {
            let values: Vec<Option<&str>> = values.iter().map(|value| Some(*value)).collect();
            assert_eq!(guess(name, &values), class, "{name}");
        }
    }
}
