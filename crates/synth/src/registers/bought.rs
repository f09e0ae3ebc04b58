//! Electronic forms, and data bought from a broker: what people, and others, say of them.

use super::{Clerk, money};
use crate::day::{AS_OF, Day, DayFormat};
use crate::identifiers::lasting;
use crate::rates::Register;
use crate::seen;
use crate::table::{Cell, Format, Kind, Layout};

/// JSON lines, dates as `1980-03-05`, moments in RFC 3339.
pub(super) const ELECTRONIC_FORMS: Layout = Layout {
    format: Format::JsonLines,
    columns: &[
        ("submission_id", Kind::Text),
        ("form_type", Kind::Text),
        ("submitted_at", Kind::Moment),
        ("notice_version", Kind::Text),
        ("legal_basis", Kind::Text),
        ("given_name", Kind::Text),
        ("family_name", Kind::Text),
        ("born", Kind::Written(DayFormat::Iso)),
        ("email", Kind::Text),
        ("phone", Kind::Text),
        ("street", Kind::Text),
        ("house_number", Kind::Text),
        ("postcode", Kind::Text),
        ("town", Kind::Text),
        ("declared_income", Kind::Money),
        ("fields", Kind::Text),
    ],
};

/// JSON lines, the month of birth only (`1980-03`), dates as `2025-03-05`.
pub(super) const BROKER_DATA: Layout = Layout {
    format: Format::JsonLines,
    columns: &[
        ("row_id", Kind::Text),
        ("seller", Kind::Text),
        ("licence", Kind::Text),
        ("collected_on", Kind::Written(DayFormat::Iso)),
        ("first", Kind::Text),
        ("mi", Kind::Text),
        ("last", Kind::Text),
        ("birth_month", Kind::Text),
        ("gender", Kind::Text),
        ("phone", Kind::Text),
        ("email", Kind::Text),
        ("street_address", Kind::Text),
        ("city", Kind::Text),
        ("zip", Kind::Text),
        ("previous_address", Kind::Text),
        ("previous_zip", Kind::Text),
        ("household_segment", Kind::Text),
        ("estimated_income", Kind::Integer),
    ],
};

pub(super) fn record(clerk: &mut Clerk) {
    let age = clerk.person.age_on(AS_OF);
    if age < 17.0 || !clerk.person.alive_on(AS_OF.plus(-200)) {
        return;
    }
    if clerk.dice.chance(if age > 75.0 { 0.3 } else { 0.62 }) {
        for _ in 0..clerk.entries(Register::ElectronicForms) {
            form(clerk);
        }
    }
    if clerk.dice.chance(0.66) {
        for _ in 0..clerk.entries(Register::BrokerData) {
            broker(clerk);
        }
    }
}

fn form(clerk: &mut Clerk) {
    let rates = Register::ElectronicForms.rates();
    let day = clerk.day(Day::civil(2023, 6, 1), AS_OF);
    let seen = clerk.seen(rates, day);
    let address = clerk.address(&seen, rates, day);
    let forms = [
        ("change_of_address", "Registration Act, s. 7"),
        ("tax_relief", "Income Tax Act, s. 41"),
        ("parking_permit", "Roads Act, s. 12"),
        ("childcare_place", "Families Act, s. 3"),
        ("passport_renewal", "Passports Act, s. 9"),
        ("complaint", "Administrative Procedure Act, s. 2"),
    ];
    let (kind, basis) = forms[clerk.dice.weighted(&[25, 20, 18, 12, 15, 10])];
    let fields = match kind {
        "change_of_address" => format!("moved_on={}", day.write(DayFormat::Iso)),
        "childcare_place" => format!("children={}", clerk.dice.between(1, 3)),
        "parking_permit" => format!("vehicles={}", clerk.dice.between(1, 2)),
        _ => format!("attachments={}", clerk.dice.between(0, 4)),
    };
    let income = (kind == "tax_relief" || kind == "childcare_place").then(|| 9_000.0 + clerk.dice.unit() * 60_000.0);
    let moment = i64::from(day.0) * 86_400 + i64::from(clerk.dice.between(21_600, 86_000));
    let version = if day < Day::civil(2025, 1, 1) { "2023-06" } else { "2025-01" };
    let email = clerk.email(rates);
    let street = if address.unit.is_empty() || address.street.is_empty() {
        address.street
    } else {
        format!("{}, Apt {}", address.street, address.unit)
    };
    let cells = vec![
        clerk.row_key(Register::ElectronicForms, "W").into(),
        kind.into(),
        Cell::Moment(moment),
        version.into(),
        basis.into(),
        seen.first.into(),
        seen.last.into(),
        seen.birth.into(),
        email,
        clerk.phone(rates),
        street.into(),
        address.number.into(),
        address.postcode.into(),
        address.town.into(),
        income.map_or(Cell::Nothing, money),
        fields.into(),
    ];
    clerk.file(11, cells);
}

fn broker(clerk: &mut Clerk) {
    let rates = Register::BrokerData.rates();
    let collected = clerk.day(Day::civil(2022, 1, 1).max(clerk.person.birth.plus_years(16.5)), AS_OF);
    let seen = clerk.seen(rates, collected);
    let address = clerk.address(&seen, rates, collected);
    let before =
        clerk.person.home_on(collected).and_then(|place| place.checked_sub(1)).filter(|_| clerk.dice.chance(0.5));
    let before = before.map(|place| &clerk.block.homes[clerk.person.homes[place].1 as usize]);
    let segments = [
        "Harbour Families",
        "Quiet Retirees",
        "Young Renters",
        "Rural Owners",
        "City Professionals",
        "Students",
        "Stretched Households",
    ];
    let hash = lasting(clerk.person.id, "segment");
    let cells = vec![
        clerk.row_key(Register::BrokerData, "K").into(),
        "Harbour Data Partners".into(),
        "HDP-2025-114".into(),
        collected.into(),
        seen.first.into(),
        seen.middle.into(),
        seen.last.into(),
        seen.birth.map(|birth| birth.write(DayFormat::YearMonth)).into(),
        if clerk.dice.chance(0.2) { Cell::Nothing } else { seen.sex.into() },
        clerk.phone(rates),
        clerk.email(rates),
        address.line().into(),
        address.town.into(),
        address.postcode.into(),
        before.map(|home| seen::styled(&format!("{} {}", home.number, home.street), true, false, 60)).into(),
        before.map(|home| home.postcode.clone()).into(),
        segments[(hash % 7) as usize].into(),
        ((hash >> 8) as i64 % 90 * 1_000 + 12_000).into(),
    ];
    clerk.file(12, cells);
}
