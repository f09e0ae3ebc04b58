//! Firearms permits, donations and political activity.

use super::{Clerk, employer, money};
use crate::day::{AS_OF, Day, DayFormat};
use crate::identifiers::{self, Kind as Identifier, lasting};
use crate::names::Sex;
use crate::noise;
use crate::rates::Register;
use crate::seen::Seen;
use crate::table::{Cell, Format, Kind, Layout};

/// A CSV with commas, the name in one field (`Last, First M. Jr`), dates as `03/05/1980` (month first).
pub(super) const FIREARMS: Layout = Layout {
    format: Format::Csv { delimiter: ',' },
    columns: &[
        ("permit_no", Kind::Text),
        ("licence_no", Kind::Text),
        ("holder_name", Kind::Text),
        ("dob", Kind::Written(DayFormat::MonthDayYearSlash)),
        ("sex", Kind::Text),
        ("street_address", Kind::Text),
        ("town", Kind::Text),
        ("postcode", Kind::Text),
        ("permit_type", Kind::Text),
        ("weapons", Kind::Integer),
        ("issued_on", Kind::Written(DayFormat::MonthDayYearSlash)),
        ("expires_on", Kind::Written(DayFormat::MonthDayYearSlash)),
    ],
};

/// A CSV with commas, the name in one field (`First M. Last`), no birth date, dates as `2025-03-05`.
pub(super) const POLITICAL_DONATIONS: Layout = Layout {
    format: Format::Csv { delimiter: ',' },
    columns: &[
        ("donation_no", Kind::Text),
        ("donor_id", Kind::Text),
        ("donor_name", Kind::Text),
        ("address", Kind::Text),
        ("town", Kind::Text),
        ("postcode", Kind::Text),
        ("phone", Kind::Text),
        ("occupation", Kind::Text),
        ("employer", Kind::Text),
        ("amount", Kind::Money),
        ("donated_on", Kind::Written(DayFormat::Iso)),
        ("recipient", Kind::Text),
    ],
};

/// A CSV with commas, the year of birth only, dates as `05/03/2025` (day first).
pub(super) const POLITICAL_ACTIVITY: Layout = Layout {
    format: Format::Csv { delimiter: ',' },
    columns: &[
        ("activity_no", Kind::Text),
        ("activity", Kind::Text),
        ("organisation", Kind::Text),
        ("activity_date", Kind::Written(DayFormat::DayMonthYear)),
        ("first_name", Kind::Text),
        ("last_name", Kind::Text),
        ("birth_year", Kind::Integer),
        ("email", Kind::Text),
        ("phone", Kind::Text),
        ("street", Kind::Text),
        ("postcode", Kind::Text),
        ("district", Kind::Text),
    ],
};

const PARTIES: [&str; 6] =
    ["Civic Union", "Harbour Party", "Green Alden", "Republican Labour", "New Concord", "Free Coast Movement"];

pub(super) fn record(clerk: &mut Clerk) {
    let age = clerk.person.age_on(AS_OF);
    if age < 18.0 || !clerk.person.alive_on(AS_OF) {
        return;
    }
    firearms(clerk);
    donations(clerk);
    activity(clerk);
}

fn firearms(clerk: &mut Clerk) {
    let share = if clerk.person.sex == Sex::Male { 0.17 } else { 0.05 };
    if !clerk.dice.chance(share) {
        return;
    }
    let rates = Register::Firearms.rates();
    let permits = if clerk.dice.chance(0.12) { 2 } else { 1 };
    let licence = format!("FA-{:09}", identifiers::nine(clerk.seed, Identifier::Licence, clerk.person.id));
    for _ in 0..permits {
        let issued = clerk.day(Day::civil(2015, 1, 1).max(clerk.person.birth.plus_years(18.0)), AS_OF);
        let seen = clerk.seen(rates, issued);
        let address = clerk.address(&seen, rates, issued.plus(300).min(AS_OF.plus(-1)));
        let licence_no =
            if clerk.dice.chance(0.01) { noise::wrong_digits(clerk.dice, &licence) } else { licence.clone() };
        let kinds = ["hunting", "sport", "collector", "security"];
        let kind = kinds[clerk.dice.weighted(&[55, 30, 10, 5])];
        let cells = vec![
            clerk.row_key(Register::Firearms, "F").into(),
            licence_no.into(),
            last_first(&seen).into(),
            seen.birth.into(),
            seen.sex.into(),
            address.line().into(),
            address.town.into(),
            address.postcode.into(),
            kind.into(),
            i64::from(clerk.dice.between(1, if kind == "collector" { 14 } else { 4 })).into(),
            issued.into(),
            issued.plus(365 * 5).into(),
        ];
        clerk.file(5, cells);
    }
}

/// Gives `Last, First M. Jr`.
fn last_first(seen: &Seen) -> String {
    let mut name = format!("{}, {}", seen.last, seen.first);
    if !seen.middle.is_empty() {
        name.push_str(&format!(" {}.", seen.middle));
    }
    if !seen.suffix.is_empty() {
        name.push_str(&format!(" {}", seen.suffix));
    }
    name
}

/// Gives `First M. Last Jr`.
fn first_last(seen: &Seen) -> String {
    let middle = if seen.middle.is_empty() { String::new() } else { format!(" {}.", seen.middle) };
    let suffix = if seen.suffix.is_empty() { String::new() } else { format!(" {}", seen.suffix) };
    format!("{}{middle} {}{suffix}", seen.first, seen.last)
}

fn donations(clerk: &mut Clerk) {
    if !clerk.dice.chance(0.075) {
        return;
    }
    let rates = Register::PoliticalDonations.rates();
    let person = clerk.person;
    let donor = format!("D{:09}", identifiers::nine(clerk.seed, Identifier::Donor, person.id));
    let party = PARTIES[(lasting(person.id, "party") % 6) as usize];
    let occupations = [
        "Retired",
        "Teacher",
        "Engineer",
        "Farmer",
        "Nurse",
        "Lawyer",
        "Shopkeeper",
        "Manager",
        "Driver",
        "Consultant",
    ];
    let occupation = if person.age_on(AS_OF) > 67.0 {
        "Retired"
    } else {
        occupations[1 + (lasting(person.id, "occupation") % 9) as usize]
    };
    let workplace = if occupation == "Retired" { String::new() } else { employer(lasting(person.id, "employer")) };
    for _ in 0..1 + clerk.dice.weighted(&[60, 25, 15]) {
        let given = clerk.day(Day::civil(2024, 1, 1), AS_OF);
        let seen = clerk.seen(rates, given);
        let address = clerk.address(&seen, rates, given);
        let amount = [20.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0]
            [clerk.dice.weighted(&[20, 18, 20, 8, 16, 9, 5, 3, 1])];
        let cells = vec![
            clerk.row_key(Register::PoliticalDonations, "G").into(),
            // Small gifts are booked without the donor's number.
            if clerk.dice.chance(0.2) { Cell::Nothing } else { donor.clone().into() },
            first_last(&seen).into(),
            address.line().into(),
            address.town.into(),
            address.postcode.into(),
            clerk.phone(rates),
            occupation.into(),
            workplace.clone().into(),
            money(amount),
            given.into(),
            party.into(),
        ];
        clerk.file(8, cells);
    }
}

fn activity(clerk: &mut Clerk) {
    if !clerk.dice.chance(0.24) {
        return;
    }
    let rates = Register::PoliticalActivity.rates();
    let party = PARTIES[(lasting(clerk.person.id, "party") % 6) as usize];
    for _ in 0..clerk.entries(Register::PoliticalActivity) {
        let day = clerk.day(Day::civil(2021, 1, 1).max(clerk.person.birth.plus_years(17.0)), AS_OF);
        let seen = clerk.seen(rates, day);
        let address = clerk.address(&seen, rates, day);
        let petitions = ["Save the Harbour", "Fair Rents", "Rail for Alden", "Clean Water Now", "No New Quarry"];
        let (activity, organisation) = match clerk.dice.below(100) {
            0..=34 => ("membership", party),
            35..=79 => ("petition", clerk.dice.pick(&petitions)),
            80..=93 => ("event", party),
            _ => ("volunteer", party),
        };
        let email = clerk.email(rates);
        let phone = clerk.phone(rates);
        let cells = vec![
            clerk.row_key(Register::PoliticalActivity, "A").into(),
            activity.into(),
            organisation.into(),
            day.into(),
            seen.first.into(),
            seen.last.into(),
            seen.birth.map(|birth| i64::from(birth.year())).into(),
            email,
            phone,
            address.line().into(),
            address.postcode.into(),
            address.district.into(),
        ];
        clerk.file(9, cells);
    }
}
