//! Reads `purposes/*.toml`.

use indexmap::IndexMap;

use super::nearest::advice;
use super::reader::{Table, Value};
use crate::class::Class;
use crate::disclosure::Disclosure;
use crate::id::PurposeId;
use crate::purpose::{COLLEAGUES_MAX, Job, Purpose, RESERVED, Subject};

/// What a person who asks must give.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Case,
    Justification,
}

/// What a purpose can be about, before the jobs of a run are known.
#[derive(Clone, Copy, PartialEq)]
enum SubjectWord {
    OnePerson,
    Own,
    LinkReview,
    Run,
}

const SUBJECTS: [(&str, SubjectWord); 4] = [
    ("one-person", SubjectWord::OnePerson),
    ("self", SubjectWord::Own),
    ("link-review", SubjectWord::LinkReview),
    ("run", SubjectWord::Run),
];

/// Reads a purpose. Where the file names no registers the list is left empty; the loader fills in the agreement's.
pub(crate) fn read(table: &Table<'_>, id: PurposeId) -> Option<Purpose> {
    if RESERVED.contains(&id.as_str()) {
        let message = format!("entries of the log that have no purpose are kept under the name `{id}`");
        table.sheet().error(table.span(), "purpose/reserved-name", message, "rename the file");
    }
    let says =
        table.require("says", "says = \"Decide whether a borrower is entitled to relief\"").and_then(|v| v.text());
    let says_fr = table.get("says_fr").and_then(|value| value.text());
    let legal_basis = table
        .require("legal_basis", "legal_basis = [\"dpv:PublicInterest\", \"Loan Relief Act, art. 4\"]")
        .and_then(|value| value.texts("purpose/no-legal-basis"));
    let legal_basis_fr = table.get("legal_basis_fr").and_then(|value| value.texts("purpose/no-legal-basis"));
    let recipients_value = table.get("recipients");
    let recipients = recipients_value.as_ref().map_or(Some(Vec::new()), |value| value.distinct(Value::id));
    let agreement = table.require("agreement", "agreement = \"education-tax-2026\"").and_then(|value| value.id());
    let registers = table
        .get("registers")
        .map_or(Some(Vec::new()), |value| value.filled_list("purpose/no-registers", |value| value.id()));
    let word = table
        .require("subject", "subject = \"one-person\"")
        .and_then(|value| value.choice("purpose/unknown-subject", &SUBJECTS));
    let jobs_value = table.get("jobs");
    let jobs = jobs_value.as_ref().map_or(Some(Vec::new()), |value| {
        let jobs = Job::ALL.map(|job| (job.as_str(), job));
        value.distinct(|value| value.choice("purpose/unknown-job", &jobs))
    });
    let needs_value = table.get("needs");
    let needs = needs_value.as_ref().map_or(Some(Vec::new()), |value| {
        let needs = [("case", Need::Case), ("justification", Need::Justification)];
        value.distinct(|value| value.choice("purpose/unknown-need", &needs))
    });
    let budget_value = table.get("persons_per_officer_and_day");
    let budget = budget_value.as_ref().map(|value| value.integer(1..=1_000_000));
    let colleagues_value = table.get("colleagues_max");
    let colleagues = colleagues_value.as_ref().map(|value| value.integer(1..=i64::from(COLLEAGUES_MAX)));
    let valid =
        table.require("valid", "valid = { from = 2026-01-01, until = 2026-12-31 }").and_then(|value| value.validity());
    let discloses_value = table.get("discloses");
    let has_budget = budget_value.is_some();
    let discloses = discloses_value.as_ref().map_or(Some(IndexMap::new()), |value| discloses(value, has_budget));
    table.finish();

    let word = word?;
    let values = [&recipients_value, &needs_value, &budget_value];
    check_shape(table, word, values, &jobs_value, &discloses_value);
    if let Some(value) = colleagues_value.filter(|_| word != SubjectWord::OnePerson) {
        let message = "only under a purpose of subject `one-person` is anybody asked who works at an employer";
        value.error("purpose/colleagues-without-person", message, "leave `colleagues_max` out");
    }
    let persons_per_officer_and_day = match budget {
        Some(number) => Some(u32::try_from(number?).ok()?),
        None => None,
    };
    let colleagues_max = match colleagues {
        Some(number) => Some(u32::try_from(number?).ok()?),
        None => None,
    };
    let needs = needs?;
    let subject = match word {
        SubjectWord::OnePerson => Subject::OnePerson,
        SubjectWord::Own => Subject::Self_,
        SubjectWord::LinkReview => Subject::LinkReview,
        SubjectWord::Run => Subject::Run { jobs: jobs? },
    };
    Some(Purpose {
        id,
        says: says?,
        says_fr,
        legal_basis: legal_basis?,
        legal_basis_fr,
        recipients: recipients?,
        agreement: agreement?,
        registers: registers?,
        subject,
        needs_case: needs.contains(&Need::Case),
        needs_justification: needs.contains(&Need::Justification),
        persons_per_officer_and_day,
        colleagues_max,
        valid: valid?,
        discloses: discloses?,
    })
}

/// Checks that the keys given fit the subject.
fn check_shape(
    table: &Table<'_>,
    word: SubjectWord,
    [recipients, needs, budget]: [&Option<Value<'_>>; 3],
    jobs: &Option<Value<'_>>,
    discloses: &Option<Value<'_>>,
) {
    let sheet = table.sheet();
    let subject_span = table.get("subject").map_or(table.span(), |value| value.span());
    let has_elements = |value: &Option<Value<'_>>| value.as_ref().is_some_and(|value| value.element_count() != Some(0));
    if matches!(word, SubjectWord::OnePerson | SubjectWord::LinkReview) && !has_elements(recipients) {
        let help = "add `recipients = [\"agency/role\"]`";
        sheet.error(subject_span.clone(), "purpose/no-recipients", "nobody may use this purpose", help);
    }
    if word == SubjectWord::OnePerson && budget.is_none() {
        let message = "it doesn't say how many persons an officer may open in a day";
        sheet.error(subject_span.clone(), "purpose/no-budget", message, "add `persons_per_officer_and_day = 40`");
    }
    if word == SubjectWord::Own && has_elements(recipients) {
        let span = recipients.as_ref().map_or(subject_span.clone(), Value::span);
        let message = "under a purpose of subject `self` people read about themselves only";
        sheet.error(span, "purpose/self-recipients", message, "leave `recipients` out");
    }
    if word == SubjectWord::Run {
        if !has_elements(jobs) {
            let message = "it doesn't say which jobs run under it";
            sheet.error(subject_span, "purpose/no-jobs", message, "add `jobs = [\"build\"]`");
        }
        for (key, value) in [("recipients", recipients), ("needs", needs), ("persons_per_officer_and_day", budget)] {
            if let Some(value) = value {
                let message = format!("`{key}` means nothing for a run: no person asks");
                value.error("purpose/not-for-runs", message, "leave it out");
            }
        }
        if let Some(value) = discloses
            && has_elements(discloses)
        {
            let message = "a run discloses nothing to anybody";
            value.error("purpose/run-discloses", message, "leave `[discloses]` out");
        }
    } else if let Some(value) = jobs {
        let message = "only a purpose of subject `run` has jobs";
        value.error("purpose/jobs-without-run", message, "leave `jobs` out or write `subject = \"run\"`");
    }
}

fn discloses(value: &Value<'_>, has_budget: bool) -> Option<IndexMap<Class, Disclosure>> {
    let table = value.table()?;
    let mut discloses = IndexMap::new();
    let mut whole = true;
    for (name, value) in table.entries() {
        let class: Option<Class> = name.text.parse().ok();
        if class.is_none() {
            let help = advice(&name.text, Class::ALL.iter().map(|class| class.as_str()));
            let message = format!("there is no class `{}`", name.text);
            value.sheet().error(name.span, "purpose/unknown-class", message, help);
        }
        match (class, disclosure(&value, class, has_budget)) {
            (Some(class), Some(disclosure)) => {
                discloses.insert(class, disclosure);
            }
            _ => whole = false,
        }
    }
    whole.then_some(discloses)
}

/// How a class is disclosed, before its bounds are known.
#[derive(Clone, Copy)]
enum Way {
    Plain(&'static Disclosure),
    YesNo,
    Last,
}

const WAYS: [(&str, Way); 8] = [
    ("value", Way::Plain(&Disclosure::Value)),
    ("yes-no", Way::YesNo),
    ("district", Way::Plain(&Disclosure::District)),
    ("coarse", Way::Plain(&Disclosure::Coarse)),
    ("last", Way::Last),
    ("presence", Way::Plain(&Disclosure::Presence)),
    ("match-only", Way::Plain(&Disclosure::MatchOnly)),
    ("withheld", Way::Plain(&Disclosure::Withheld)),
];

fn disclosure(value: &Value<'_>, class: Option<Class>, has_budget: bool) -> Option<Disclosure> {
    let made = if value.as_text().is_some() {
        match value.choice("purpose/unknown-disclosure", &WAYS)? {
            Way::Plain(disclosure) => disclosure.clone(),
            Way::YesNo => return needs_bound(value, "{ as = \"yes-no\", below = 40_000 }"),
            Way::Last => return needs_bound(value, "{ as = \"last\", keep = 4 }"),
        }
    } else {
        let table = value.table()?;
        let way = table
            .require("as", "as = \"yes-no\"")
            .and_then(|value| value.choice("purpose/unknown-disclosure", &WAYS))?;
        let disclosure = match way {
            Way::Plain(disclosure) => Some(disclosure.clone()),
            Way::YesNo => {
                let below = table.require("below", "below = 40_000").and_then(|value| value.number());
                below.map(|below| Disclosure::YesNo { below })
            }
            Way::Last => {
                let keep = table.require("keep", "keep = 4").and_then(|value| value.integer(1..=4));
                let matched = matched(&table, class, has_budget);
                keep.and_then(|keep| u8::try_from(keep).ok()).map(|keep| Disclosure::Last { keep, matched })
            }
        };
        table.finish();
        disclosure?
    };
    if made == Disclosure::District && class.is_some_and(|class| class != Class::Address) {
        let help = "write `district` for the class `address` only";
        value.error("purpose/district-of-no-address", "only an address has a district", help);
    }
    Some(made)
}

/// Classes whose values are compared as a whole: numbers and addresses by which somebody is known, no texts of several words.
const COMPARED_WHOLE: [Class; 2] = [Class::Identifier, Class::Contact];

/// Reads whether a search may compare whole values of a class of which the end alone is shown. What is tried so is taken out of the
/// day's budget, so there has to be one.
fn matched(table: &Table<'_>, class: Option<Class>, has_budget: bool) -> bool {
    let Some(value) = table.get("match") else { return false };
    let matched = value.boolean() == Some(true);
    if matched && class.is_some_and(|class| !COMPARED_WHOLE.contains(&class)) {
        let help =
            "leave `match` out, or write `match-only` if a search may compare the class and nothing of it is shown";
        value.error(
            "purpose/match-of-no-number",
            "only the classes `identifier` and `contact` are compared as a whole",
            help,
        );
    } else if matched && !has_budget {
        let message = "whole numbers are tried out of the day's number of persons, and the purpose sets none";
        let help = "add `persons_per_officer_and_day = 40`, or leave `match` out";
        value.error("purpose/match-without-budget", message, help);
    }
    matched
}

fn needs_bound(value: &Value<'_>, example: &str) -> Option<Disclosure> {
    let message = "this way of disclosing needs a number";
    value.error("purpose/disclosure-without-bound", message, format!("write it as `{example}`"));
    None
}
