//! Immigration, border crossings and biometrics: the registers that know a person by a document.

use super::Clerk;
use crate::day::{AS_OF, Day, DayFormat};
use crate::family::Arrival;
use crate::identifiers::{self, Kind as Identifier, lasting};
use crate::names::Sex;
use crate::noise;
use crate::rates::Register;
use crate::table::{Cell, Format, Kind, Layout};

/// A CSV with tabs, family names in capitals, dates as `5 Mar 1980`.
pub(super) const IMMIGRATION_STATUS: Layout = Layout {
    format: Format::Csv { delimiter: '\t' },
    columns: &[
        ("file_no", Kind::Text),
        ("person_file", Kind::Text),
        ("rpn", Kind::Text),
        ("family_name", Kind::Text),
        ("given_names", Kind::Text),
        ("date_of_birth", Kind::Written(DayFormat::Words)),
        ("sex", Kind::Text),
        ("country_of_birth", Kind::Text),
        ("nationality", Kind::Text),
        ("passport_no", Kind::Text),
        ("status", Kind::Text),
        ("visa_class", Kind::Text),
        ("entry_date", Kind::Written(DayFormat::Words)),
        ("valid_from", Kind::Written(DayFormat::Words)),
        ("valid_until", Kind::Written(DayFormat::Words)),
        ("address", Kind::Text),
        ("postcode", Kind::Text),
    ],
};

/// Parquet; names in unaccented capitals, cut after 20 letters as in a machine-readable zone.
pub(super) const TRAVEL: Layout = Layout {
    format: Format::Parquet,
    columns: &[
        ("crossing_no", Kind::Text),
        ("passport_no", Kind::Text),
        ("issuing_state", Kind::Text),
        ("surname", Kind::Text),
        ("given_names", Kind::Text),
        ("birth_date", Kind::Written(DayFormat::Compact)),
        ("sex", Kind::Text),
        ("crossing_date", Kind::Date),
        ("direction", Kind::Text),
        ("port", Kind::Text),
        ("carrier", Kind::Text),
    ],
};

/// Parquet; the template itself is sealed elsewhere, here is only the reference to it.
pub(super) const BIOMETRICS: Layout = Layout {
    format: Format::Parquet,
    columns: &[
        ("enrolment_no", Kind::Text),
        ("sealed_ref", Kind::Text),
        ("kind", Kind::Text),
        ("quality", Kind::Integer),
        ("captured_at", Kind::Moment),
        ("occasion", Kind::Text),
        ("document_no", Kind::Text),
        ("family_name", Kind::Text),
        ("given_names", Kind::Text),
        ("birth_date", Kind::Written(DayFormat::Iso)),
        ("sex", Kind::Text),
    ],
};

pub(super) fn record(clerk: &mut Clerk) {
    immigration_status(clerk);
    let travels = travel(clerk);
    biometrics(clerk, travels);
}

/// Gives the number of the passport held on the day: passports are renewed every ten years.
fn passport(clerk: &Clerk, day: Day) -> String {
    let since = day.0 - (lasting(clerk.person.id, "passport") % 3_652) as i32;
    identifiers::passport(clerk.seed, clerk.person.id, (since / 3_652).clamp(0, 99) as u64)
}

fn person_file(clerk: &Clerk) -> String {
    format!("IM{:09}", identifiers::nine(clerk.seed, Identifier::Immigration, clerk.person.id))
}

fn immigration_status(clerk: &mut Clerk) {
    let Some(arrival) = clerk.person.arrival else { return };
    if clerk.person.death.is_some_and(|death| death < Day::civil(2012, 1, 1)) || clerk.dice.chance(0.05) {
        return;
    }
    for _ in 0..clerk.entries(Register::ImmigrationStatus) {
        permit(clerk, arrival);
    }
    // Who came a few years ago has an earlier permit too.
    if arrival.day > Day::civil(2012, 1, 1) && clerk.dice.chance(0.45) {
        permit(clerk, arrival);
    }
}

fn permit(clerk: &mut Clerk, arrival: Arrival) {
    let rates = Register::ImmigrationStatus.rates();
    let from = clerk.day(arrival.day, arrival.day.plus(3_000));
    let seen = clerk.seen(rates, from);
    let address = clerk.address(&seen, rates, from.plus(200).min(AS_OF.plus(-1)));
    let settled = AS_OF.years_since(arrival.day) > 9.0;
    let (status, class) = match (settled, clerk.dice.below(10)) {
        (true, 0..=4) => ("citizen", ""),
        (true, 5..=8) => ("permanent_resident", "PR"),
        (false, 0..=4) => ("temporary_resident", "W1"),
        (false, 5..=6) => ("student", "S2"),
        (false, 7) => ("refugee", "H1"),
        (false, 8) => ("asylum_pending", "H0"),
        _ => ("expired", "W1"),
    };
    let until = if class.is_empty() { None } else { Some(from.plus(365 * clerk.dice.between(1, 10))) };
    let given_names = if seen.middle.is_empty() { seen.first } else { format!("{} {}", seen.first, seen.middle) };
    let number = passport(clerk, from);
    let passport_no: Cell = if clerk.dice.chance(0.12) { Cell::Nothing } else { number.into() };
    let cells = vec![
        clerk.row_key(Register::ImmigrationStatus, "P").into(),
        if clerk.dice.chance(0.05) { Cell::Nothing } else { person_file(clerk).into() },
        clerk.national(rates),
        seen.last.to_uppercase().into(),
        given_names.into(),
        seen.birth.into(),
        seen.sex.into(),
        arrival.country.name.into(),
        arrival.country.code.into(),
        passport_no,
        status.into(),
        class.into(),
        arrival.day.into(),
        from.into(),
        until.into(),
        address.line().into(),
        address.postcode.into(),
    ];
    clerk.file(4, cells);
}

/// Writes border crossings and says whether there were any.
fn travel(clerk: &mut Clerk) -> bool {
    let person = clerk.person;
    let abroad = if person.arrival.is_some() { 0.62 } else { 0.30 };
    let since = Day::civil(2023, 1, 1).max(person.arrival.map_or(person.birth, |arrival| arrival.day));
    if !person.alive_on(Day::civil(2024, 1, 1)) || !clerk.dice.chance(abroad) {
        return false;
    }
    let journeys = 1 + clerk.dice.weighted(&[78, 18, 4]);
    for _ in 0..journeys {
        let out = clerk.day(since, AS_OF.plus(-20));
        let back = clerk.day(out.plus(2), out.plus(60));
        crossing(clerk, out, "exit");
        if back > out {
            crossing(clerk, back, "entry");
        }
    }
    true
}

fn crossing(clerk: &mut Clerk, day: Day, direction: &str) {
    let rates = Register::Travel.rates();
    let seen = clerk.seen(rates, day);
    let ports = [
        "Port Valmere Airport",
        "Bayhaven Ferry Terminal",
        "Ambermouth Harbour",
        "Kestrel Airfield",
        "Puerto Marisol",
        "Castlebridge Airport",
    ];
    let carriers = ["Valmere Air", "Southern Star", "Blue Ferry Line", "Meridian Airways", "Private"];
    let number = passport(clerk, day);
    let number = if clerk.dice.chance(0.008) { noise::wrong_digits(clerk.dice, &number) } else { number };
    let state =
        clerk.person.arrival.filter(|arrival| AS_OF.years_since(arrival.day) < 9.0).map_or("VAL", |a| a.country.code);
    let given_names = if seen.middle.is_empty() { seen.first } else { format!("{} {}", seen.first, seen.middle) };
    let cells = vec![
        clerk.row_key(Register::Travel, "X").into(),
        number.into(),
        state.into(),
        seen.last.into(),
        crate::seen::styled(&given_names, true, true, 20).into(),
        seen.birth.into(),
        seen.sex.into(),
        day.into(),
        direction.into(),
        clerk.dice.pick(&ports).into(),
        clerk.dice.pick(&carriers).into(),
    ];
    clerk.file(7, cells);
}

fn biometrics(clerk: &mut Clerk, travels: bool) {
    let person = clerk.person;
    let immigrant = person.arrival.is_some();
    let share = if immigrant {
        0.8
    } else if travels {
        0.5
    } else {
        0.12
    };
    if person.age_on(AS_OF) < 6.0 || !person.alive_on(Day::civil(2021, 1, 1)) || !clerk.dice.chance(share) {
        return;
    }
    let rates = Register::Biometrics.rates();
    let captured = clerk.day(Day::civil(2014, 1, 1).max(person.birth.plus_years(5.0)), AS_OF);
    let occasion = if immigrant { "residence_permit" } else { "passport" };
    // A face for everybody, a finger for one in four.
    let kinds = ["face", "fingerprint_right_index"];
    let wanted = if clerk.dice.chance(0.25) { 2 } else { 1 };
    for kind in kinds.iter().take(wanted) {
        let seen = clerk.seen(rates, captured);
        let document = if immigrant { person_file(clerk) } else { passport(clerk, captured) };
        let given_names = if seen.middle.is_empty() { seen.first } else { format!("{} {}", seen.first, seen.middle) };
        let quality = if person.sex == Sex::Female { 55 } else { 54 } + clerk.dice.between(0, 45);
        // An opaque handle of the vault where the template is sealed: random, not made from any feature.
        let sealed = format!("sealed:v1:{:016x}{:016x}", clerk.dice.word(), clerk.dice.word());
        let second = i64::from(captured.0) * 86_400 + i64::from(clerk.dice.between(28_800, 61_200));
        let cells = vec![
            clerk.row_key(Register::Biometrics, "E").into(),
            sealed.into(),
            (*kind).into(),
            i64::from(quality).into(),
            Cell::Moment(second),
            occasion.into(),
            if clerk.dice.chance(0.05) { Cell::Nothing } else { document.into() },
            seen.last.into(),
            given_names.into(),
            seen.birth.into(),
            seen.sex.into(),
        ];
        clerk.file(10, cells);
    }
}
