//! Social security, tax, student loans and benefits: the registers that have the national identifier.

use super::{Clerk, employer, money};
use crate::day::{AS_OF, Day, DayFormat};
use crate::identifiers::{self, Kind as Identifier, lasting};
use crate::names;
use crate::rates::Register;
use crate::seen::styled;
use crate::table::{Cell, Format, Kind, Layout};

/// A CSV with commas, names in unaccented capitals, dates as `19800305`; no address.
pub(super) const SOCIAL_SECURITY: Layout = Layout {
    format: Format::Csv { delimiter: ',' },
    columns: &[
        ("record_no", Kind::Text),
        ("event", Kind::Text),
        ("event_date", Kind::Written(DayFormat::Compact)),
        ("rpn", Kind::Text),
        ("first_name", Kind::Text),
        ("middle_name", Kind::Text),
        ("last_name", Kind::Text),
        ("suffix", Kind::Text),
        ("date_of_birth", Kind::Written(DayFormat::Compact)),
        ("sex", Kind::Text),
        ("place_of_birth", Kind::Text),
        ("mothers_maiden_name", Kind::Text),
        ("fathers_name", Kind::Text),
        ("monthly_pension", Kind::Money),
        ("pension_start", Kind::Written(DayFormat::Compact)),
    ],
};

/// A CSV with semicolons, names as people write them, dates as `05/03/1980` (day first); a file a year.
pub(super) const TAX: Layout = Layout {
    format: Format::Csv { delimiter: ';' },
    columns: &[
        ("return_no", Kind::Text),
        ("tax_year", Kind::Integer),
        ("tin", Kind::Text),
        ("rpn", Kind::Text),
        ("surname", Kind::Text),
        ("given_names", Kind::Text),
        ("birth_date", Kind::Written(DayFormat::DayMonthYear)),
        ("filing_status", Kind::Text),
        ("address", Kind::Text),
        ("postcode", Kind::Text),
        ("town", Kind::Text),
        ("district", Kind::Text),
        ("employer", Kind::Text),
        ("wages", Kind::Money),
        ("other_income", Kind::Money),
        ("tax_due", Kind::Money),
        ("filed_on", Kind::Written(DayFormat::DayMonthYear)),
    ],
};

/// A CSV with commas, dates as `03-05-1980` (month first).
pub(super) const STUDENT_LOANS: Layout = Layout {
    format: Format::Csv { delimiter: ',' },
    columns: &[
        ("loan_no", Kind::Text),
        ("borrower_rpn", Kind::Text),
        ("borrower_first", Kind::Text),
        ("borrower_mi", Kind::Text),
        ("borrower_last", Kind::Text),
        ("dob", Kind::Written(DayFormat::MonthDayYear)),
        ("street", Kind::Text),
        ("city", Kind::Text),
        ("zip", Kind::Text),
        ("phone", Kind::Text),
        ("email", Kind::Text),
        ("institution", Kind::Text),
        ("programme", Kind::Text),
        ("disbursed_on", Kind::Written(DayFormat::MonthDayYear)),
        ("principal", Kind::Money),
        ("balance", Kind::Money),
        ("status", Kind::Text),
    ],
};

/// A CSV with commas, surnames in capitals, dates as `1980-03-05`.
pub(super) const BENEFITS: Layout = Layout {
    format: Format::Csv { delimiter: ',' },
    columns: &[
        ("claim_no", Kind::Text),
        ("rpn", Kind::Text),
        ("tin", Kind::Text),
        ("title", Kind::Text),
        ("forename", Kind::Text),
        ("SURNAME", Kind::Text),
        ("birth_date", Kind::Written(DayFormat::Iso)),
        ("address_line_1", Kind::Text),
        ("address_line_2", Kind::Text),
        ("postcode", Kind::Text),
        ("phone", Kind::Text),
        ("benefit_type", Kind::Text),
        ("amount_monthly", Kind::Money),
        ("start_date", Kind::Written(DayFormat::Iso)),
        ("end_date", Kind::Written(DayFormat::Iso)),
        ("household_size", Kind::Integer),
    ],
};

/// Yearly wages in units of currency, as evenly spaced quantiles.
const WAGES: [f64; 11] =
    [2_400.0, 11_000.0, 18_500.0, 25_000.0, 31_000.0, 37_500.0, 45_500.0, 56_000.0, 72_000.0, 102_000.0, 410_000.0];

pub(super) fn record(clerk: &mut Clerk) {
    social_security(clerk);
    tax(clerk, 1, 2023);
    tax(clerk, 2, 2024);
    student_loans(clerk);
    benefits(clerk);
}

fn social_security(clerk: &mut Clerk) {
    let person = clerk.person;
    // Who came from abroad is insured on arrival, one in twelve never is.
    if person.arrival.is_some() && clerk.dice.chance(0.08) {
        return;
    }
    let created = person.arrival.map_or(person.birth, |arrival| arrival.day);
    let created = clerk.day(created, created.plus(120));
    for _ in 0..clerk.entries(Register::SocialSecurity) {
        social_security_row(clerk, "CREATION", created, created);
    }
    let changes: Vec<Day> = person.surnames.iter().skip(1).map(|(day, _)| *day).collect();
    if let Some(changed) = changes.last().filter(|day| **day > created)
        && clerk.dice.chance(0.55)
    {
        let entered = clerk.day(*changed, changed.plus(400));
        social_security_row(clerk, "NAME_CHANGE", entered, *changed);
    }
    if let Some(death) = person.death
        && clerk.dice.chance(0.96)
    {
        social_security_row(clerk, "DEATH", death, death);
    }
}

fn social_security_row(clerk: &mut Clerk, event: &str, entered: Day, named_on: Day) {
    let rates = Register::SocialSecurity.rates();
    let person = clerk.person;
    let seen = clerk.seen(rates, named_on);
    let capitals = |text: &str| styled(text, true, true, 40);
    let age_of_pension = 62.0 + (lasting(person.id, "pension") % 6) as f64;
    let pension_start = person.birth.plus_years(age_of_pension);
    let pensioner = event == "CREATION" && pension_start < AS_OF && person.alive_on(AS_OF);
    let pension = pensioner.then(|| 700.0 + clerk.dice.unit() * 1_900.0);
    let cells = vec![
        clerk.row_key(Register::SocialSecurity, "S").into(),
        event.into(),
        entered.into(),
        clerk.national(rates),
        seen.first.into(),
        seen.middle.into(),
        seen.last.into(),
        seen.suffix.into(),
        seen.birth.into(),
        seen.sex.into(),
        capitals(&person.birthplace).into(),
        if clerk.dice.chance(0.06) { Cell::Nothing } else { capitals(&person.mother_maiden).into() },
        if clerk.dice.chance(0.12) { Cell::Nothing } else { capitals(&person.father_name).into() },
        pension.map_or(Cell::Nothing, money),
        pensioner.then_some(pension_start).into(),
    ];
    clerk.file(0, cells);
}

/// Gives the person's usual yearly wages: the same in both years but for growth.
fn usual_wages(clerk: &Clerk) -> f64 {
    let share = (lasting(clerk.person.id, "wages") >> 11) as f64 / (1_u64 << 53) as f64;
    let place = share * (WAGES.len() - 1) as f64;
    let (below, rest) = (place as usize, place - (place as usize) as f64);
    WAGES[below] * (1.0 - rest) + WAGES[(below + 1).min(WAGES.len() - 1)] * rest
}

fn tax(clerk: &mut Clerk, file: usize, year: i32) {
    let person = clerk.person;
    let end_of_year = Day::civil(year, 12, 31);
    let age = person.age_on(end_of_year);
    let works =
        lasting(person.id, "work").checked_rem(100).is_some_and(|share| share < if age < 66.0 { 78 } else { 40 });
    if age < 18.0 || !person.alive_on(end_of_year) || !works || !clerk.dice.chance(0.92) {
        return;
    }
    if person.arrival.is_some_and(|arrival| arrival.day > Day::civil(year, 6, 30)) {
        return;
    }
    let rates = Register::Tax.rates();
    let filed = Day::civil(year + 1, 2, 1).plus(clerk.dice.between(0, 200));
    let seen = clerk.seen(rates, filed);
    let address = clerk.address(&seen, rates, filed);
    let married = person.spouse.is_some() && person.married.is_some_and(|day| day < end_of_year);
    let status = match (married, clerk.dice.below(10)) {
        (true, 0..=7) => "married_joint",
        (true, _) => "married_separate",
        (false, 0) => "head_of_household",
        (false, _) => "single",
    };
    let growth = if year == 2024 { 1.03 } else { 1.0 };
    let wages = if age < 67.0 { usual_wages(clerk) * growth * (0.94 + 0.12 * clerk.dice.unit()) } else { 0.0 };
    let other = if clerk.dice.chance(0.3) || age >= 67.0 { clerk.dice.unit() * 16_000.0 } else { 0.0 };
    let taxable = (wages + other - 9_000.0).max(0.0);
    let due = taxable * if taxable > 50_000.0 { 0.31 } else { 0.19 };
    let workplace = if wages > 0.0 { employer(lasting(person.id, "employer")) } else { String::new() };
    let given_names = if seen.middle.is_empty() { seen.first } else { format!("{} {}", seen.first, seen.middle) };
    let cells = vec![
        clerk.row_key(Register::Tax, "R").into(),
        i64::from(year).into(),
        if clerk.dice.chance(0.02) { Cell::Nothing } else { clerk.tax_number().into() },
        clerk.national(rates),
        seen.last.into(),
        given_names.into(),
        seen.birth.into(),
        status.into(),
        address.line().into(),
        address.postcode.into(),
        address.town.into(),
        address.district.into(),
        workplace.into(),
        money(wages),
        money(other),
        money(due),
        filed.into(),
    ];
    clerk.file(file, cells);
}

fn student_loans(clerk: &mut Clerk) {
    let person = clerk.person;
    let age = person.age_on(AS_OF);
    if !(18.5..48.0).contains(&age) || !person.alive_on(AS_OF) || !clerk.dice.chance(0.42) {
        return;
    }
    let loans = if clerk.dice.chance(0.14) { 2 } else { 1 };
    for loan in 0..loans {
        let disbursed = clerk.day(person.birth.plus_years(18.0), person.birth.plus_years(27.0));
        let asked = clerk.day(disbursed, AS_OF);
        student_loan(clerk, loan, disbursed, asked);
    }
}

fn student_loan(clerk: &mut Clerk, loan: u64, disbursed: Day, asked: Day) {
    let rates = Register::StudentLoans.rates();
    let seen = clerk.seen(rates, asked);
    let address = clerk.address(&seen, rates, asked);
    let institutions = [
        "University of Valmere",
        "Castlebridge University",
        "Brightwater Polytechnic",
        "Bayhaven College",
        "Alden Institute of Technology",
        "Cressing School of Nursing",
        "Marisol Conservatory",
        "Ambermouth Maritime Academy",
    ];
    let programmes = [
        "Nursing",
        "Law",
        "Engineering",
        "Business",
        "Education",
        "Biology",
        "Computing",
        "History",
        "Design",
        "Economics",
    ];
    let principal = 3_000.0 + clerk.dice.unit() * 42_000.0;
    let years = AS_OF.years_since(disbursed);
    let (status, left) = match clerk.dice.below(100) {
        _ if years < 4.0 => ("in_school", 1.0),
        0..=54 => ("repayment", 0.15 + 0.7 * clerk.dice.unit()),
        55..=64 => ("deferred", 1.05),
        65..=74 => ("default", 1.1 + 0.3 * clerk.dice.unit()),
        75..=79 => ("grace", 1.0),
        _ => ("paid", 0.0),
    };
    let number = identifiers::twelve(clerk.seed, Identifier::Loan as u64, clerk.person.id, loan);
    let cells = vec![
        format!("SL-{number:012}").into(),
        clerk.national(rates),
        seen.first.into(),
        seen.middle.into(),
        seen.last.into(),
        seen.birth.into(),
        address.line().into(),
        address.town.into(),
        address.postcode.into(),
        clerk.phone(rates),
        clerk.email(rates),
        clerk.dice.pick(&institutions).into(),
        clerk.dice.pick(&programmes).into(),
        disbursed.into(),
        money(principal),
        money(principal * left),
        status.into(),
    ];
    clerk.file(3, cells);
}

fn benefits(clerk: &mut Clerk) {
    let person = clerk.person;
    let age = person.age_on(AS_OF);
    if age < 18.0 || !person.alive_on(AS_OF) || !clerk.dice.chance(if age > 66.0 { 0.5 } else { 0.36 }) {
        return;
    }
    for _ in 0..clerk.entries(Register::Benefits) {
        benefit(clerk, age);
    }
}

fn benefit(clerk: &mut Clerk, age: f64) {
    let rates = Register::Benefits.rates();
    let started = clerk.day(Day::civil(2016, 1, 1).max(clerk.person.birth.plus_years(18.0)), AS_OF);
    let seen = clerk.seen(rates, started.plus(400).min(AS_OF.plus(-1)));
    let address = clerk.address(&seen, rates, started.plus(500).min(AS_OF.plus(-1)));
    let kinds = if age > 66.0 {
        ["care_allowance", "housing", "pension_credit", "heating"]
    } else {
        ["unemployment", "housing", "child_allowance", "disability"]
    };
    let title = match (clerk.person.sex, clerk.person.spouse) {
        (names::Sex::Male, _) => "Mr",
        (names::Sex::Female, Some(_)) => "Mrs",
        (names::Sex::Female, None) => "Ms",
    };
    let ended = clerk.dice.chance(0.35).then(|| clerk.day(started.plus(60), AS_OF));
    let line_2 = format!("{} {}", address.town, address.district);
    let cells = vec![
        clerk.row_key(Register::Benefits, "B").into(),
        clerk.national(rates),
        if clerk.dice.chance(0.45) { Cell::Nothing } else { clerk.tax_number().into() },
        title.into(),
        seen.first.into(),
        seen.last.to_uppercase().into(),
        seen.birth.into(),
        address.line().into(),
        line_2.trim().into(),
        address.postcode.into(),
        clerk.phone(rates),
        clerk.dice.pick(&kinds).into(),
        money(80.0 + clerk.dice.unit() * 1_150.0),
        started.into(),
        ended.into(),
        i64::from(clerk.dice.between(1, 5)).into(),
    ];
    clerk.file(6, cells);
}
