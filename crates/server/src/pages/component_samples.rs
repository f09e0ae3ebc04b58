//! What the page of components shows of the citizen's, the steward's and the auditor's pages. All of it is made up.

use chrono::{DateTime, Utc};
use gate::{Digest32, ENTRY_VERSION, Part, commitment_of};
use linkage::{
    BY_REGISTER, Column, Distribution, Drift, Group, GroupName, GroupSample, Moved, Past, Sample, StratumCount, Truth,
    Watch,
};
use matching::{
    BIN_WIDTH, DoubtKind, Estimate, Estimates, GroupShape, Histogram, LeftOut, SIZES, STRATA, Shape, SizeClass, Stratum,
};
use model::RunId;

use super::allows::Allows;
use super::components::DAY;
use super::contest::{self, ContestRow};
use super::desk::{self, Bars, TermLine};
use super::differ::{Mark, Stretch, differ, whole};
use super::frame::{Acting, Choice, Frame};
use super::household::Household;
use super::log::{Fault, Filters, Verified};
use super::mailed::{Line, line};
use super::me::{self, grouped};
use super::problem::{Refusing, Written};
use super::quality::{self, Found};
use super::reason;
use super::review::{Contested, Row, Said, Told, said};
use super::rules::rule_says;
use super::search::{FormError, Hit, SEARCH};
use super::values::{KeptColumns, Shown, noted_place, within};
use super::view::{Retyped, Typed};
use super::words::{ProjectText, Words};
use crate::service::{
    ClassRule, JUDGEMENT_TAKEN_BACK, LookView, OfficerUse, Officers, OwnContest, PurposeView, SaidView, Standing, Term,
};

/// The threshold of the sample run, in log2 odds.
const THRESHOLD: f64 = 6.0;

/// A run that read a register in, called as its template calls it.
pub(super) struct RunSample {
    pub(super) name: String,
    pub(super) at: String,
    pub(super) rows: String,
    pub(super) quarantined: String,
    pub(super) share: String,
    pub(super) is_last: bool,
    pub(super) reasons: Vec<ReasonSample>,
}

/// Rows of it for one reason.
pub(super) struct ReasonSample {
    pub(super) says: String,
    pub(super) code: String,
    pub(super) column: Option<String>,
    pub(super) rows: String,
    pub(super) places: Vec<String>,
}

/// Gives parts of a receipt, the entry that they open and their commitment: it holds when it is checked.
fn receipt(kind: &str, parts: Vec<Part>) -> (Vec<Part>, String, String) {
    let commitment = hex::encode(commitment_of(&parts).0);
    let entry = serde_json::json!({ "v": ENTRY_VERSION, "kind": kind, "subjects": 1, "commitment": commitment });
    (parts, entry.to_string(), commitment)
}

/// Gives who looked in every state: an officer who opened the person, one who was refused, one who searched, and the person
/// themselves, twice.
pub(super) fn looks(t: Words, classes: &[ClassRule]) -> Vec<me::Group> {
    let opened =
        |salt: u8, name: &str, text: String| Part::Opened { name: name.to_owned(), salt: Digest32([salt; 32]), text };
    let closed = |salt: u8, name: &str, text: String| Part::Closed { digest: opened(salt, name, text).digest() };
    let look = |log_index: u64, time: &str, kind: &str, parts: Vec<Part>| {
        let (parts, entry, commitment) = receipt(kind, parts);
        LookView {
            log_index,
            at: format!("{DAY}T{time}Z"),
            kind: kind.to_owned(),
            agency: Some("education".to_owned()),
            agency_title: Some(t.s("sample-agency")),
            agency_title_fr: None,
            role: Some(t.s("sample-officer")),
            role_fr: None,
            purpose: Some("loan-relief".to_owned()),
            says: Some(t.s("sample-purpose")),
            says_fr: None,
            legal_basis: vec![t.s("sample-law")],
            legal_basis_fr: Some(vec![t.s("sample-law")]),
            registers: vec!["student_loans".to_owned()],
            classes: classes.to_vec(),
            alone: kind != "search",
            entry_names_more: kind == "search",
            case_named: false,
            justification: None,
            by_program: false,
            refused: Vec::new(),
            entry,
            commitment,
            parts,
        }
    };
    let terms = || opened(1, "terms", t.s("sample-purpose"));
    let you = || opened(2, "subject", "p-1".to_owned());
    let officer = || closed(3, "officer", "o-1".to_owned());
    let alone = vec![terms(), officer(), opened(4, "justification", t.s("sample-why")), you()];
    let among_others = vec![terms(), officer(), closed(4, "justification", t.s("sample-why")), you()];
    let own = |log_index: u64, time: &str| LookView {
        agency: None,
        agency_title: None,
        role: None,
        ..look(log_index, time, "own", vec![you()])
    };
    let all = vec![
        LookView { case_named: true, justification: Some(t.s("sample-why")), ..look(1_236, "10:12:00", "look", alone) },
        LookView {
            refused: vec!["purpose.not-a-recipient".to_owned()],
            ..look(1_235, "10:11:00", "look", vec![terms(), officer(), you()])
        },
        look(1_234, "10:10:00", "search", among_others),
        own(1_233, "09:01:00"),
        own(1_232, "09:00:00"),
    ];
    grouped(t, all, |_| t.s("sample-register"), |_, _, _| vec![t.of("field", "first_name"), t.of("field", "last_name")])
}

/// Gives the filters of the log with nothing chosen, and with a kind, a rule and a day.
pub(super) fn filters(t: Words) -> [Filters; 2] {
    let choice = |value: &str, title: String, chosen: bool| Choice { value: value.to_owned(), title, chosen };
    [(1, "all-", None), (2, "some-", Some("purpose.not-a-recipient"))].map(|(at, prefix, rule)| Filters {
        prefix,
        label: format!("{} {at}", t.s("log-filters")),
        kinds: ["look", "refusal"]
            .map(|kind| choice(kind, t.of("kind", kind), rule.is_some() && kind == "refusal"))
            .into(),
        purposes: vec![choice("loan-relief", t.s("sample-purpose"), false)],
        agencies: vec![choice("education", t.s("sample-agency"), false)],
        roles: vec![choice("citizen", t.of("by", "citizen"), false)],
        rules: ["purpose.not-a-recipient", "budget.exceeded"]
            .map(|known| choice(known, rule_says(t, known), rule == Some(known)))
            .into(),
        from: rule.map(|_| DAY.to_owned()).unwrap_or_default(),
        until: String::new(),
        filtered: rule.is_some(),
    })
}

/// Gives what was said of a pair: what another steward proposed, and a judgement of one's own, which can be taken back.
pub(super) fn judged(t: Words) -> [Said; 2] {
    [("same", "proposed", false), ("different", "judged", true)].map(|(verdict, standing, own)| {
        let (verdict, standing, at) = (verdict.to_owned(), standing.to_owned(), format!("{DAY}T09:00:00Z"));
        let reason = own.then(|| t.s("sample-judged"));
        said(
            t,
            &SaidView {
                verdict,
                standing,
                own,
                before_contest: false,
                before_index: false,
                log_index: 1_234,
                at,
                reason,
            },
        )
    })
}

/// Gives what a steward reads of a link that its person contests.
pub(super) fn contested(t: Words) -> Contested {
    let values = [("register", t.s("sample-register")), ("when", t.moment(&format!("{DAY}T09:00:00Z")))];
    Contested { sentence: t.with_all("pair-contested", &values), reason: t.s("sample-contest") }
}

/// Gives what a person contests, in every state.
pub(super) fn contests(t: Words) -> Vec<ContestRow> {
    let contest = |standing: &str, unreached: bool| OwnContest {
        record: "r-1".to_owned(),
        register: "student_loans".to_owned(),
        since: format!("{DAY}T09:00:00Z"),
        log_index: 1_234,
        reason: t.s("sample-contest"),
        standing: standing.to_owned(),
        ended: (standing != "open").then(|| format!("{DAY}T10:00:00Z")),
        ended_log_index: (standing != "open").then_some(1_240),
        unreached,
        pending: standing == "different",
    };
    let back = (JUDGEMENT_TAKEN_BACK, false);
    let states = [("open", false), ("open", true), ("different", false), ("same", false), back, ("withdrawn", false)];
    let row = |(standing, unreached)| contest::row(t, &contest(standing, unreached), |_| t.s("sample-register"));
    states.map(row).into()
}

/// Gives who else is at an address: someone there, someone there whose name is withheld, someone at one that is like it, and more
/// than one search shows.
pub(super) fn household(t: Words) -> Household {
    let hit = |name: &str, address: &str, how: &str| Hit {
        href: "/components".to_owned(),
        name: name.to_owned(),
        fields: vec![Shown {
            title: t.of("field", "street"),
            text: Some(address.to_owned()),
            code: None,
            masked: None,
            class: t.of("class", "address"),
            special: false,
        }],
        matched: vec![t.with_all(how, &[("part", t.of("part", "address"))])],
        registers: vec![t.s("sample-register")],
    };
    let nameless = t.s("results-nameless");
    let here = vec![hit("Ana Ruiz", "62 Robin Lane", "matched-same"), hit(&nameless, "62 Robin Lane", "matched-same")];
    let alike = vec![hit("Jon Ruiz", "64 Robin Lane", "matched-similar")];
    Household {
        is_with: true,
        log_index: t.number(&1_241),
        address: "62 Robin Lane".to_owned(),
        ..Household::of(t, here, alike, true)
    }
}

/// Gives who else works at an employer.
pub(super) fn colleagues(t: Words) -> Household {
    let hit = Hit {
        href: "/components".to_owned(),
        name: "Ana Ruiz".to_owned(),
        fields: Vec::new(),
        matched: vec![t.with_all("matched-same", &[("part", t.of("part", "employer"))])],
        registers: vec![t.s("sample-register")],
    };
    Household { is_with: true, log_index: t.number(&1_243), ..Household::at_work(t, vec![hit]) }
}

/// Gives an address at which nobody else is.
pub(super) fn nobody(t: Words) -> Household {
    Household {
        is_with: true,
        log_index: t.number(&1_242),
        address: "4 Mill Lane".to_owned(),
        ..Household::of(t, Vec::new(), Vec::new(), false)
    }
}

/// What stands where a part of a page was asked for and not given, called as its template calls it.
pub(super) struct NotGiven {
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) what_to_do: String,
    pub(super) detail: Option<ProjectText>,
    pub(super) event: Option<String>,
    pub(super) reasons: Vec<Refusing>,
    pub(super) log_index: Option<String>,
    pub(super) next: Vec<Line>,
    pub(super) typed: Option<Typed>,
}

/// Where people write to the sample agency.
const ADDRESS: &str = "data@agency.example";

/// Gives how people write to an agency.
fn contact(t: Words) -> String {
    t.with_all("ask-contact", &[("agency", t.s("sample-agency")), ("contact", ADDRESS.to_owned())])
}

/// Gives the sample purpose as it is quoted.
fn quoted(t: Words) -> String {
    let says = within(&t.s("sample-purpose")).to_owned();
    t.with_all("ask-purpose", &[("says", says), ("purpose", "loan-relief".to_owned())])
}

/// Gives whom to ask for more than a purpose gives.
pub(super) fn whom_to_ask(t: Words) -> [Line; 2] {
    let holder = [("contacts", contact(t)), ("purpose", quoted(t))];
    [t.with_all("ask-holder", &holder), t.with("ask-own", "contact", contact(t))].map(|text| line(&text, [ADDRESS]))
}

/// Gives a part that was refused, and one that failed.
pub(super) fn not_given(t: Words) -> [NotGiven; 2] {
    let part = |kind: &'static str| NotGiven {
        kind,
        title: t.of("problem-title", kind),
        what_to_do: t.of("problem-do", kind),
        detail: None,
        event: None,
        reasons: Vec::new(),
        log_index: None,
        next: Vec::new(),
        typed: None,
    };
    let rule = "purpose.not-a-recipient";
    let refused = NotGiven {
        reasons: vec![Refusing {
            rule: rule.to_owned(),
            file: Some("purposes/loan-relief.toml".to_owned()),
            says: t.s("sample-withheld"),
            needed: t.s("sample-needed"),
        }],
        log_index: Some(t.number(&1_243)),
        next: [
            t.s("refused-next-says"),
            t.with("refused-officer", "contact", contact(t)),
            t.with_all("refused-quote", &[("purpose", quoted(t)), ("rules", rule.to_owned())]),
        ]
        .map(|text| line(&text, [ADDRESS]))
        .to_vec(),
        typed: Typed::new(SEARCH, &[("address", "62 Robin Lane".to_owned())]),
        ..part("refused")
    };
    let failed = NotGiven {
        detail: Some(ProjectText { text: t.s("sample-withheld"), is_foreign: false }),
        event: Some("0123456789abcdef".to_owned()),
        ..part("unavailable")
    };
    [refused, failed]
}

/// Gives what was just written of a pair, with a way back to it and without.
pub(super) fn told(t: Words) -> [Option<Told>; 2] {
    let told = |sentence: String, pair: Option<&str>| Some(Told { sentence, pair: pair.map(str::to_owned) });
    let entry = t.number(&1_244);
    [
        told(t.with("queue-decided", "entry", &entry), Some("/components")),
        told(t.with("queue-taken-back", "entry", &entry), None),
    ]
}

/// Gives what is to be mended in a form, each with one of the fields that are shown.
pub(super) fn errors(t: Words) -> Vec<FormError> {
    let wrong = [("#wrong-field", "search-birth-date-unread"), ("#text-field", "judge-reason-missing")];
    wrong.map(|(href, key)| FormError { href: href.to_owned(), text: t.s(key) }).into()
}

/// Gives what was written into a form that is gone: words, and a text whose lines stay as they are.
pub(super) fn written(t: Words, checkpoint: &str) -> Vec<Written> {
    vec![
        Written { label: t.s("judge-reason"), text: t.s("sample-judged"), is_exact: false },
        Written { label: t.s("checkpoint-title"), text: checkpoint.to_owned(), is_exact: true },
    ]
}

/// Two records that are compared, called as their template calls them.
pub(super) struct ComparedSample {
    pub(super) caption: String,
    pub(super) left: String,
    pub(super) right: String,
    pub(super) rows: Vec<Row>,
    pub(super) reduced: Option<KeptColumns>,
    pub(super) withheld: Option<KeptColumns>,
}

/// Gives two records of which a value is alike, one written differently, one another, one reduced and one missing on either side.
pub(super) fn compared(t: Words, reduced: Option<KeptColumns>, withheld: Option<KeptColumns>) -> ComparedSample {
    let both = |name: &str, left: &str, right: &str| {
        let (left, right) = differ(left, right);
        let mark = Some(whole(&left, &right));
        Row { title: t.of("field", name), left: Some(left), right: Some(right), mark, masked: None }
    };
    let only = |text: &str| Some(vec![Stretch { text: text.to_owned(), mark: Mark::Alike }]);
    let one = |name: &str, left: Option<Vec<Stretch>>, right: Option<Vec<Stretch>>| Row {
        title: t.of("field", name),
        left,
        right,
        mark: None,
        masked: None,
    };
    let numbers = [("percent", t.percent(&0.9734)), ("weight", t.weight(&5.2))];
    ComparedSample {
        caption: t.with_all("pair-caption", &numbers),
        left: "A".to_owned(),
        right: "B".to_owned(),
        rows: vec![
            both("first_name", "Ana", "Ana"),
            both("last_name", "Zoë Ruiz", "ZOE RUIZ"),
            both("birth_date", "1984-03-12", "1984-12-03"),
            Row {
                mark: Some(Mark::Given),
                masked: Some(t.of("masked", "district")),
                ..both("district", "North", "North")
            },
            one("birth_place", only("Newmere"), None),
            one("phone", None, only("555 0101")),
        ],
        reduced,
        withheld,
    }
}

/// Gives what surrounds a page in whose bar a form was sent that said too little: no purpose, no case, and half a reason. What is
/// worked on has not changed by that. `prefix` begins the ids of its fields.
pub(super) fn mending(t: Words, prefix: &str, acting: Acting, classes: &[ClassRule]) -> Frame {
    let error = |field: &str, text: String| FormError { href: format!("#{prefix}-{field}"), text };
    let half = "abc";
    let choice = Choice { value: "loan-relief".to_owned(), title: t.s("sample-purpose"), chosen: false };
    Frame {
        acting: Some(Acting { purpose: Some(purpose(t, classes)), mine: vec![choice], ..acting }),
        retyped: Some(Retyped {
            purpose: String::new(),
            case: String::new(),
            justification: half.to_owned(),
            typed: String::new(),
            wrong: vec![reason::PURPOSE, reason::CASE, reason::JUSTIFICATION],
        }),
        work_errors: vec![
            error("purpose", t.s("work-purpose-missing")),
            error("case", t.s("work-case-missing")),
            error("why", reason::too_little(t, t.s("work-why-missing"), half)),
        ],
        ..Frame::of_nobody()
    }
}

/// Gives agreements and purposes: one that ends soon, one in force, one to come, one that has ended.
pub(super) fn terms(t: Words) -> Vec<TermLine> {
    let terms = [
        ("2026-12-06", Standing::InForce, Some(12)),
        ("2027-12-31", Standing::InForce, None),
        ("2028-12-31", Standing::NotYet, None),
        ("2026-06-30", Standing::Expired, None),
    ];
    let term = |(until, standing, days_left): (&str, Standing, Option<u64>)| {
        let term = Term {
            id: "loan-relief".to_owned(),
            is_agreement: standing == Standing::NotYet,
            says: t.s("sample-purpose"),
            says_fr: Some(t.s("sample-purpose")),
            from: "2026-01-01".parse().ok()?,
            until: until.parse().ok()?,
            by_agreement: days_left.is_some(),
            standing,
            days_left,
        };
        Some(desk::line(t, &term))
    };
    terms.into_iter().filter_map(term).collect()
}

/// Gives the accounts that asked most where none of them has a name: none could be read, none is there any more, and none was
/// asked for.
pub(super) fn unnamed(t: Words) -> [Bars; 3] {
    let officer = |looks: u64, refusals: u64| OfficerUse { account: None, by: None, looks, refusals };
    [(true, true), (true, false), (false, false)].map(|(named, unread)| {
        let found = Officers {
            named,
            log_index: None,
            most: vec![officer(41, 2), officer(17, 0)],
            others: 3,
            looks_of_others: 12,
            refusals_of_others: 1,
            counted_since: None,
            unread,
        };
        desk::officers(t, &found, str::to_owned)
    })
}

/// Gives verifications of the log: one that holds, compared with a checkpoint of before and not, and one that does not hold.
pub(super) fn verified(t: Words) -> [Verified; 3] {
    [(true, true), (true, false), (false, false)].map(|(verified, compared)| Verified {
        verified,
        entries: 1_234,
        root: verified.then(|| "0ac518f11a8f1a4f2f2e7d3d5d0f9d0b6c2a1c5b3b9e4a7d8c6f1e2d3c4b5a69".to_owned()),
        fault: (!verified).then(|| Fault::new(t, "changed", "leaf 1233 is another".to_owned())),
        took: t.number(&1_234),
        compared,
    })
}

/// Gives what a purpose allows, which is said before it is used.
fn purpose(t: Words, discloses: &[ClassRule]) -> PurposeView {
    PurposeView {
        id: "loan-relief".to_owned(),
        says: t.s("sample-purpose"),
        says_fr: t.s("sample-purpose"),
        legal_basis: vec!["dpv:PublicInterest".to_owned(), t.s("sample-law")],
        legal_basis_fr: Some(vec!["dpv:PublicInterest".to_owned(), t.s("sample-law")]),
        recipients: vec!["education/case-officer".to_owned()],
        agreement: "education-tax".to_owned(),
        registers: vec!["student_loans".to_owned()],
        subject: "one-person".to_owned(),
        needs_case: true,
        needs_justification: true,
        persons_per_officer_and_day: Some(3),
        colleagues_max: Some(25),
        discloses: discloses.to_vec(),
        from: "2026-01-01".to_owned(),
        until: "2026-12-06".to_owned(),
        standing: Standing::InForce,
    }
}

/// Gives what a purpose allows in every state: in force, of another role, not yet in force, ended.
pub(super) fn allowing(t: Words, classes: &[ClassRule]) -> [Allows; 4] {
    let purpose = || purpose(t, classes);
    let states = [
        (purpose(), true),
        (purpose(), false),
        (PurposeView { from: "2026-12-01".to_owned(), standing: Standing::NotYet, ..purpose() }, true),
        (PurposeView { until: "2026-11-20".to_owned(), standing: Standing::Expired, ..purpose() }, true),
    ];
    states.map(|(purpose, is_mine)| Allows::said(t, &purpose, is_mine, vec![t.s("sample-register")]))
}

/// Gives the runs that put rows into quarantine: one with reasons, one in which nothing was wrong.
pub(super) fn quarantined(t: Words) -> Vec<RunSample> {
    let reason = |code: &str, column: Option<String>, rows: u64, places: &[&str]| ReasonSample {
        says: t.of("bad-row", code),
        code: code.to_owned(),
        column,
        rows: t.number(&rows),
        places: places.iter().map(|place| noted_place(t, place)).collect(),
    };
    let reasons = vec![
        reason(
            "not-a-date",
            Some(t.of("field", "birth_date")),
            9,
            &["incoming/registers/loans.csv:17", "incoming/registers/loans.csv:1204"],
        ),
        reason("field-count", None, 3, &["incoming/registers/loans.csv:40"]),
    ];
    let run = |name: &str, time: &str, bad: u64, reasons: Vec<ReasonSample>| RunSample {
        name: name.to_owned(),
        at: format!("{DAY}T{time}Z"),
        rows: t.number(&1_234),
        quarantined: t.number(&bad),
        share: t.rate(&(bad as f64 / 1_234.0)),
        is_last: !reasons.is_empty(),
        reasons,
    };
    vec![
        run("r20261124-064000-123-7", "06:40:00", 12, reasons),
        run("r20261123-064000-122-7", "05:40:00", 0, Vec::new()),
    ]
}

/// Gives what a run of linking left; nothing when the sample can't be read.
pub(super) fn quality(t: Words) -> Option<Found> {
    Some(quality::found(t, &watch()?, |_| t.s("sample-register")))
}

/// Puts counts into bins that follow each other, the first being that of `weight`.
fn bins(weight: f64, counts: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    let first = Histogram::bin(weight);
    for (bin, count) in histogram.counts.iter_mut().skip(first).zip(counts) {
        *bin = *count;
    }
    histogram
}

fn watch() -> Option<Watch> {
    let estimate = |share: f64, least: f64, most: f64| Some(Estimate { share, least, most });
    let moved = |what, index| Moved { what, index, limit: 0.1 };
    let group = |name: &str, truth: Option<Truth>, unlinkable: u64| Group {
        name: GroupName::Value(name.to_owned()),
        shape: GroupShape {
            records: 1_000,
            persons: 400,
            unlinkable,
            linked: bins(THRESHOLD + BIN_WIDTH, &[12, 90, 340]),
            weight_mean: 21.2,
        },
        truth,
    };
    let truth = Some(Truth { precision: 0.991, recall: 0.95, pairs: 700 });
    let form = "last_name.form";
    let of_group = |name: &str, estimates| GroupSample {
        column: form.to_owned(),
        name: GroupName::Value(name.to_owned()),
        pairs: Vec::new(),
        judged: 40,
        estimates,
    };
    let stratum = |at: usize| {
        let Stratum { is_linked, is_kept, from, below } = Stratum::of(at);
        let from_threshold = |bound: Option<f64>| bound.map(|weight| weight + THRESHOLD);
        StratumCount {
            is_linked,
            is_kept,
            from: from_threshold(from),
            below: from_threshold(below),
            pairs: 300,
            drawn: 20,
            same: if is_linked { 19 } else { 1 },
            different: if is_linked { 0 } else { 17 },
            cannot_say: 1,
            out_of_turn: 0,
        }
    };
    let run = |name: &str| RunId::new(name).ok();
    let at = |time: &str| format!("{DAY}T{time}Z").parse::<DateTime<Utc>>().ok();
    Some(Watch {
        format: 1,
        run: run("link-3")?,
        at: at("06:40:00")?,
        model_version: 3,
        doubts: vec![
            DoubtKind::NoPairs.of_all(),
            DoubtKind::FewMatches.about("last_name"),
            DoubtKind::Said.about("learnt before doubts had kinds"),
        ],
        threshold_weight: THRESHOLD,
        shape: Shape {
            records: 2_420,
            persons: 1_601,
            pairs_given_up: 12_345,
            linked: bins(THRESHOLD, &[6, 14, 40, 120, 310, 540, 610, 380, 150, 40]),
            apart: bins(THRESHOLD - 5.0 * BIN_WIDTH, &[900, 610, 220, 70, 21, 3]),
            apart_at_threshold: 3,
            own: bins(THRESHOLD - BIN_WIDTH, &[10, 0, 40, 210, 2_160]),
            unlinkable: 10,
            sizes: SIZES.iter().map(|least| SizeClass { records_min: *least, ..SizeClass::default() }).collect(),
        },
        left_out: Some(LeftOut { blocks_split: 4, blocks_skipped: 3, pairs_cut: 45_678, records_without_key: 1_017 }),
        identifiers: Vec::new(),
        households: None,
        columns: vec![
            Column { name: BY_REGISTER.to_owned(), groups: vec![group("student_loans", truth, 30)] },
            Column {
                name: form.to_owned(),
                groups: vec![group("plain", None, 0), group("marked", None, 50), group("compound", None, 500)],
            },
        ],
        sample: Some(Sample {
            run: run("link-2")?,
            at: at("05:40:00")?,
            model_version: 3,
            each: 20,
            pairs_kept: 1_400,
            pairs_linked: 1_100,
            strata: (0..STRATA).map(stratum).collect(),
            estimates: Estimates { precision: estimate(0.97, 0.912, 0.995), recall: None },
            groups: vec![
                of_group(
                    "plain",
                    Estimates { precision: estimate(0.98, 0.93, 0.997), recall: estimate(0.95, 0.88, 0.99) },
                ),
                of_group("marked", Estimates { precision: estimate(0.94, 0.81, 0.99), recall: None }),
            ],
        }),
        drift: Some(Drift {
            since: run("link-2")?,
            at: at("05:40:00")?,
            is_other_model: false,
            moved: vec![moved(Distribution::Weights, 0.31), moved(Distribution::ClusterSizes, 0.02)],
        }),
        past: vec![Past {
            run: run("link-2")?,
            at: at("05:40:00")?,
            model_version: 3,
            records: 2_400,
            persons: 1_590,
            unlinkable: 9,
            moved: vec![moved(Distribution::Weights, 0.04), moved(Distribution::ClusterSizes, 0.03)],
            precision: None,
            recall: None,
        }],
    })
}
