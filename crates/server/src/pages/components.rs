//! Every part that pages are made of, in every state: for who changes the design. It shows made-up things only, through
//! the templates that the real pages use.

use askama::Template;
use axum::response::Response;
use chrono::NaiveDate;
use model::ModelKind;

use super::allows::Allows;
use super::cluster::{self, Cluster, Links};
use super::component_samples::{self as samples, ComparedSample, NotGiven, RunSample};
use super::contest::ContestRow;
use super::desk::{self, Bars, Days, TermLine};
use super::differ::{Mark, Stretch, differ};
use super::frame::{Acting, Frame};
use super::graph::{self, Band, Graph, Label, Model, State};
use super::household::Household;
use super::log::{Filters, Verified};
use super::map::{self, Map};
use super::me;
use super::person::{Link, Record, Section, Waterfall, waterfall};
use super::problem::Written;
use super::progress::ProgressBar;
use super::quality::Found;
use super::reason;
use super::relations::{self, Hop, Naming, Opens, Relations, Thing, Tie};
use super::review::{Contested, Said, Told};
use super::search::{self, FormError, SearchField};
use super::timeline::{self, Event, Timeline};
use super::values::{Kept, KeptColumns, Shown, record_of_file, reduced};
use super::view::View;
use super::words::{ProjectText, Words};
use crate::districts::Districts;
use crate::problem::Problem;
use crate::service::{ClassRule, ClusterLinkView, DayUse, FieldEvidence, GivenColumn, SaidView};

/// The day that samples are of.
pub(super) const DAY: &str = "2026-11-24";

/// A checkpoint as it is kept and pasted.
const CHECKPOINT: &str = "log.example/looks\n1234\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

/// What the ids of the bar begin with whose form has something to mend.
const MENDING: &str = "bar-5";

/// The first of thirty that end with it.
const FIRST_DAY: &str = "2026-10-26";

#[derive(Template)]
#[template(path = "components.html")]
struct ComponentsPage {
    frame: Frame,
    t: Words,
    day: &'static str,
    many: u64,
    few: u64,
    share: f64,
    differing: [(Vec<Stretch>, Mark); 4],
    section: Section,
    waterfall: Waterfall,
    days: Days,
    no_days: Days,
    bars: Bars,
    graph: Graph,
    acting: Vec<BarSample>,
    /// One whose form has something to mend.
    mending: [Frame; 1],
    mending_label: String,
    /// What is to be mended in a form, above it.
    errors: Vec<FormError>,
    /// The fields of a search, in every state.
    fields: Vec<SearchField>,
    /// Two records side by side.
    compared: [ComparedSample; 1],
    /// What was written in a form that is gone.
    written: Vec<Written>,
    /// Just begun, and under way.
    progress: [ProgressBar; 2],
    cluster: Cluster,
    /// Who looked, as a person reads it.
    groups: Vec<me::Group>,
    /// The filters of the log: with nothing chosen, and with something.
    filters_of_log: [Filters; 2],
    /// What was said of a pair, by another steward and by oneself.
    judged: [Said; 2],
    /// Where its forms would lead, which cannot be used here.
    path: &'static str,
    generation: &'static str,
    in_sample: bool,
    named: Vec<(&'static str, String)>,
    contested: Contested,
    contests: Vec<ContestRow>,
    runs: Vec<RunSample>,
    found: Option<Found>,
    checkpoint: &'static str,
    dossier: Pictures,
    /// One whose map can't be drawn.
    unmapped: [Pictures; 1],
    /// Who else is at an address of the pictures: some, and nobody.
    households: [Household; 3],
    may_search: bool,
    /// What a purpose allows: in force, of another role, not yet in force, ended.
    allowing: [Allows; 4],
    /// Parts of a page that were asked for: refused, and failed.
    not_given: [NotGiven; 2],
    /// What was just written of a pair.
    tellings: [Option<Told>; 2],
    terms: Vec<TermLine>,
    /// Officers without names.
    unnamed: [Bars; 3],
    /// What came of verifying the log.
    outcomes: [Verified; 3],
}

/// The pictures of a dossier, called as its templates call them.
struct Pictures {
    timeline: Option<Timeline>,
    map: Option<Map>,
    map_missing: bool,
    relations: Option<Relations>,
}

/// Three districts of no country.
const DISTRICTS: &[u8] = br#"{"type":"FeatureCollection","features":[
{"properties":{"code":"01","name":"North"},"geometry":{"type":"Polygon","coordinates":[[[0,51],[4,51],[4,52],[0,52],[0,51]]]}},
{"properties":{"code":"02","name":"West"},"geometry":{"type":"Polygon","coordinates":[[[0,50],[2,50],[2,51],[0,51],[0,50]]]}},
{"properties":{"code":"03","name":"East"},"geometry":{"type":"Polygon","coordinates":[[[2,50],[4,50],[4,51],[2,51],[2,50]]]}}]}"#;

/// A bar, with what keeps its labels apart from those of the others.
struct BarSample {
    prefix: String,
    label: String,
    acting: Acting,
}

/// Shows the page.
pub(crate) async fn page(view: View) -> Response {
    view.answer(components(&view))
}

fn components(view: &View) -> Result<Response, Problem> {
    view.page(&sample(view.t, view.frame()?))
}

fn sample(t: Words, frame: Frame) -> ComponentsPage {
    let (left, right) = differ("Jon Ruiz, 1984-03-12", "John Ruiz, 1984-12-03");
    let (same, _) = differ("Ana Ruiz", "Ana Ruiz");
    let (written, _) = differ("Zoë Ruiz", "ZOE RUIZ");
    ComponentsPage {
        frame,
        t,
        day: DAY,
        many: 1_234,
        few: 12,
        share: 0.9734,
        differing: [(left, Mark::Differs), (right, Mark::Differs), (same, Mark::Alike), (written, Mark::Written)],
        section: section(t),
        waterfall: evidence(t),
        days: desk::days(t, &use_of_days(|at| (at * 37 % 53 + at, at * 11 % 29, u64::from(at % 9 == 4) * at))),
        no_days: desk::days(t, &use_of_days(|_| (0, 0, 0))),
        bars: bars(t),
        graph: pipeline(t),
        acting: acting(t),
        mending: [samples::mending(t, MENDING, ready(t), &class_rules())],
        mending_label: format!("{} 5", t.s("bar-label")),
        errors: samples::errors(t),
        fields: search::fields_in_every_state(t),
        compared: [compared(t)],
        written: samples::written(t, CHECKPOINT),
        progress: [(0, 0), (1_234, 50_000)].map(|(done, of)| progress(t, done, of)),
        cluster: cluster(t),
        groups: samples::looks(t, &class_rules()),
        filters_of_log: samples::filters(t),
        judged: samples::judged(t),
        path: "/components",
        generation: "",
        in_sample: false,
        named: Vec::new(),
        contested: samples::contested(t),
        contests: samples::contests(t),
        runs: samples::quarantined(t),
        found: samples::quality(t),
        dossier: pictures(t),
        unmapped: [unmapped()],
        households: [samples::household(t), samples::nobody(t), samples::colleagues(t)],
        may_search: false,
        allowing: samples::allowing(t, &class_rules()),
        not_given: samples::not_given(t),
        tellings: samples::told(t),
        terms: samples::terms(t),
        unnamed: samples::unnamed(t),
        outcomes: samples::verified(t),
        checkpoint: CHECKPOINT,
    }
}

/// Gives two persons: the pair that is asked about, a link that was judged since, one that was before, one that others back.
fn cluster(t: Words) -> Cluster {
    let link = |number: u64, left, right, probability: f64, apart| ClusterLinkView {
        number,
        left,
        right,
        weight: (probability / (1.0 - probability)).log2(),
        probability,
        apart,
        judged: false,
        is_pair: false,
        said: None,
    };
    let said = SaidView {
        verdict: "different".to_owned(),
        standing: "judged".to_owned(),
        own: true,
        before_contest: false,
        before_index: false,
        log_index: 1_234,
        at: format!("{DAY}T09:00:00Z"),
        reason: None,
    };
    let links = [
        ClusterLinkView { said: Some(said), ..link(1, 0, 2, 0.71, Some([1, 2])) },
        ClusterLinkView { judged: true, ..link(2, 2, 3, 0.96, Some([2, 1])) },
        link(3, 1, 4, 0.999, None),
    ];
    let told = ["A", "B", "C", "D", "E"].map(|register| cluster::Told {
        register: register.to_owned(),
        name: "Ana Ruiz".to_owned(),
        born: t.date("1984-03-12"),
    });
    let links = Links { pictured: &links, listed: &links, from: 24, of: 200 };
    cluster::drawn(t, &told, &[false, true, false, false, true], &links, 7, "#cluster-", &|_| "#cluster".to_owned())
}

fn progress(t: Words, done: u64, of: u64) -> ProgressBar {
    let says = match of {
        0 => t.s("progress-begins"),
        _ => t.with_all("verify-far", &[("done", t.number(&done)), ("all", t.number(&of))]),
    };
    ProgressBar { done, of, says, label: t.s("verify-under-way"), events: None }
}

fn pictures(t: Words) -> Pictures {
    let event = |date: &str, register: &str, about: Option<&str>| {
        Some(Event {
            date: date.parse().ok()?,
            when: t.date(date),
            title: t.of("field", "birth_date"),
            about: about.map(str::to_owned),
            about_code: None,
            register: register.to_owned(),
            href: "#charts".to_owned(),
        })
    };
    let events = [
        event("1984-03-12", "A", None),
        event("2004-09-01", "B", Some("x")),
        event("2011-05-20", "B", None),
        event("2024-07-15", "A", None),
    ];
    let thing = |kind, label: String, href: bool| Thing::new(kind, label, href.then(|| "#charts".to_owned()));
    let many = t.with_all("relations-records", &[("register", "C".to_owned()), ("n", t.number(&24))]);
    let visits: Vec<(String, [usize; 1])> = (0..24).map(|at| (t.percent(&0.98), [4 + at % 3])).collect();
    let records = serde_json::to_string(&visits).unwrap_or_default();
    let things = vec![
        thing("person", t.s("relations-person"), false),
        thing("record", "A".to_owned(), true),
        thing("record", "B".to_owned(), true),
        Thing { opens: Some(Opens { title: "C".to_owned(), records }), ..thing("records", many, true) },
        thing("address", t.of("thing", "address"), false),
        thing("employer", t.of("thing", "employer"), false),
        thing("others", t.count("relations-more", &7), true),
    ];
    let least = t.with("relations-least", "percent", t.percent(&0.98));
    let lines = vec![(0, 1, Some(t.percent(&0.97))), (0, 2, None), (0, 3, Some(least)), (1, 4, None), (2, 5, None)];
    let lines = lines.into_iter().chain((4..7).map(|to| (3, to, None))).collect();
    let naming = |kind: String, text: &str, others: &[&str]| Naming {
        kind,
        text: text.to_owned(),
        href: None,
        others: others.iter().map(|other| (*other).to_owned()).collect(),
    };
    let tie = |title: &str, percent: Option<String>, names: Vec<Naming>| Tie {
        title: title.to_owned(),
        href: "#charts".to_owned(),
        is_linked_to: false,
        percent,
        names,
    };
    let address = naming(t.of("thing", "address"), "62 Robin Lane", &["B", "C 2"]);
    let phone = naming(t.of("field", "phone"), "555 0101", &[]);
    let ties = vec![
        tie("A", Some(t.percent(&0.97)), vec![address, phone]),
        tie("B", None, vec![naming(t.of("thing", "employer"), "Marzipan Data", &[])]),
        tie("C 1", Some(t.percent(&0.98)), Vec::new()),
    ];
    let of = [
        ("address", "62 Robin Lane, 16385, Newmere"),
        ("address", "4 Mill Lane, 16301, Newmere"),
        ("employer", "Marzipan Data"),
    ];
    let hops =
        of.map(|(kind, text)| Hop { kind, href: "#charts".to_owned(), text: text.to_owned(), search: text.to_owned() });
    let hops = hops.into();
    let map = Districts::parse(DISTRICTS).ok().and_then(|districts| map::drawn(&districts, &[(0, "A"), (2, "B")]));
    Pictures {
        timeline: timeline::drawn(events.into_iter().flatten().collect()),
        map,
        map_missing: true,
        relations: Some(Relations { hops, ..relations::drawn(things, lines, Vec::new(), ties) }),
    }
}

/// Gives the pictures of a dossier whose districts can't be read: the map says so, in its place.
fn unmapped() -> Pictures {
    Pictures { timeline: None, map: None, map_missing: Districts::parse(b"{}").is_err(), relations: None }
}

fn class_rules() -> Vec<ClassRule> {
    let rule = |class: &str, special: Option<&str>, disclosure: &str| ClassRule {
        class: class.to_owned(),
        special: special.map(str::to_owned),
        disclosure: disclosure.to_owned(),
        below: (disclosure == "yes-no").then_some(40_000.0),
        keep: (disclosure == "last").then_some(4),
        matched: disclosure == "last",
    };
    vec![
        rule("identity", None, "value"),
        rule("income", None, "yes-no"),
        rule("address", None, "district"),
        rule("identifier", None, "last"),
        rule("contact", None, "match-only"),
        rule("health", Some("health"), "presence"),
        rule("religion", Some("religion"), "withheld"),
    ]
}

/// Gives a record with a value of every kind: given, reduced in every way, missing, of a special category, withheld.
fn section(t: Words) -> Section {
    let field = |title: &str, text: Option<&str>, masked: Option<String>, class: &str, special: bool| Shown {
        title: t.of("field", title),
        text: text.map(str::to_owned),
        code: None,
        masked,
        class: t.of("class", class),
        special,
    };
    let coded = Shown { code: Some("F".to_owned()), ..field("sex", Some(&t.s("sex-F")), None, "identity", false) };
    let bound = format!("{}\u{a0}€", t.decimal("40000"));
    let mut income = field("tax_number", Some(&t.s("value-yes")), None, "income", false);
    income.title = t.of("class", "income");
    income.masked = Some(t.with("masked-yes-no", "bound", bound));
    let mut health = field("tax_number", Some(&t.s("value-held")), Some(t.of("masked", "presence")), "health", true);
    health.title = t.of("class", "health");
    let fields = vec![
        field("first_name", Some("Ana"), None, "identity", false),
        field("birth_date", Some(&t.date("1984-03-12")), None, "identity", false),
        coded,
        field("birth_place", None, None, "identity", false),
        field("birth_year", Some("1984"), Some(t.of("masked", "coarse")), "identity", false),
        field("district", Some("North"), Some(t.of("masked", "district")), "address", false),
        field("national_id", Some("•••1234"), Some(t.s("masked-last")), "identifier", false),
        income,
        health,
    ];
    let record = |number, link| Record {
        anchor: relations::record_anchor("sample", number),
        number,
        fields: Vec::new(),
        file: Some("incoming/registers/loans.csv".to_owned()),
        row: Some(record_of_file(t, 1233)),
        run: Some("r20261124-064000-123-7".to_owned()),
        fresh: Some("2026-11-24T06:40:00Z".to_owned()),
        link,
        contested: (number == 2).then(|| "2026-11-23T09:00:00Z".to_owned()),
        judged: (number == 1).then(|| t.with("record-judged-same", "when", t.moment("2026-11-23T09:00:00Z"))),
        is_judged_away: false,
        name: None,
    };
    let linked = Link {
        alone: false,
        is_linked_to: false,
        percent: t.percent(&0.9994),
        weight: t.weight(&10.4),
        via: Some(t.s("sample-register")),
        judged: false,
        waterfall: Waterfall::default(),
    };
    let alone = Link {
        alone: true,
        percent: String::new(),
        weight: String::new(),
        via: None,
        judged: false,
        waterfall: Waterfall::default(),
        is_linked_to: false,
    };
    let mut second = record(2, alone);
    let [reduced, withheld] = kept_columns(t);
    second.fields = vec![field("last_name", Some("Ruiz"), None, "identity", false)];
    Section {
        id: "sample".to_owned(),
        register: "sample".to_owned(),
        title: t.s("sample-register"),
        agency: t.s("sample-agency"),
        laws: vec![ProjectText { text: t.s("sample-law"), is_foreign: false }],
        bought: Some("Marzipan Data".to_owned()),
        count: 2,
        records: vec![Record { fields, ..record(1, linked) }, second],
        reduced,
        withheld,
    }
}

/// Gives columns of which less than the values is given, and one that is withheld.
fn kept_columns(t: Words) -> [Option<KeptColumns>; 2] {
    let withheld = vec![Kept {
        title: t.of("field", "phone"),
        class: t.of("class", "contact"),
        says: t.s("sample-withheld"),
        needed: t.s("sample-needed"),
        rule: "disclosure.class-not-named".to_owned(),
    }];
    let given = |rule: ClassRule| GivenColumn {
        name: rule.class.clone(),
        title: t.of("class", &rule.class),
        title_fr: t.of("class", &rule.class),
        unit: None,
        rule,
    };
    let reduced = class_rules().into_iter().filter(|rule| !matches!(&*rule.disclosure, "match-only" | "withheld"));
    let reduced = reduced.filter_map(|rule| self::reduced(t, &given(rule), &t.s("sample-purpose"))).collect();
    let asking = |kept: KeptColumns| kept.asking(&samples::whom_to_ask(t));
    [KeptColumns::reduced(t, reduced).map(asking), KeptColumns::withheld(t, withheld).map(asking)]
}

/// Gives two records side by side.
fn compared(t: Words) -> ComparedSample {
    let [reduced, withheld] = kept_columns(t);
    samples::compared(t, reduced, withheld)
}

/// Gives how a weight comes about of which some of the comparisons are not told.
fn evidence(t: Words) -> Waterfall {
    let field = |name: &str, level: &str, chances: Option<(f64, f64)>, weight: f64| FieldEvidence {
        name: name.to_owned(),
        left: Vec::new(),
        right: Vec::new(),
        level: level.to_owned(),
        m: chances.map(|(m, _)| m),
        u: chances.map(|(_, u)| u),
        weight,
        term_frequency: None,
        term_frequency_weight: 0.0,
        sentence: String::new(),
    };
    let fields = [
        field(FieldEvidence::PRIOR, "prior", None, -13.2),
        field("first_name", "equal", Some((0.81, 0.0021)), 8.6),
        field("last_name", "one slip", Some((0.06, 0.0004)), 7.2),
        field("birth_date", "different", Some((0.03, 0.99)), -5.1),
        field("phone", "missing", None, 0.0),
    ];
    waterfall(t, &fields, 10.4, 0.9994)
}

fn use_of_days(of: impl Fn(u64) -> (u64, u64, u64)) -> Vec<DayUse> {
    let Ok(first) = FIRST_DAY.parse::<NaiveDate>() else { return Vec::new() };
    let day = |(at, day)| {
        let (looks, searches, refusals) = of(at);
        DayUse { day, looks, searches, refusals }
    };
    (0..30).zip(first.iter_days()).map(day).collect()
}

/// Gives a table with much, little, nothing and long texts.
fn bars(t: Words) -> Bars {
    let titles = [t.s("task-officer"), t.s("sample-purpose"), t.s("sample-agency")];
    let sums = [(titles[0].as_str(), [12_345, 67]), (titles[1].as_str(), [89, 1]), (titles[2].as_str(), [0, 1])];
    let columns = vec![(t.s("desk-looks-and-searches"), "bar-looks"), (t.s("desk-refusals"), "bar-refused")];
    let mut bars =
        desk::bars(t, t.s("desk-purposes-caption"), t.s("log-purpose"), columns, &sums, str::to_owned, |_| None);
    bars.rest = 4;
    bars
}

fn pipeline(t: Words) -> Graph {
    let label = |name: &str, rows: u64, state: State| Label {
        name: name.to_owned(),
        note: match state {
            State::Missing => t.s("graph-missing"),
            State::Noted | State::Careful => {
                t.with_all("graph-quarantined", &[("rows", t.number(&rows)), ("bad", t.number(&(rows / 99)))])
            }
            State::There => t.count("graph-rows", &rows),
        },
        title: name.to_owned(),
        href: "#pipeline".to_owned(),
        state,
    };
    let model = |name, kind, state, reads: &[usize]| Model {
        label: label(name, 2_143, state),
        kind,
        reads_register: reads.is_empty(),
        reads: reads.to_vec(),
    };
    let bands = [
        Band {
            register: label("student_loans", 2_143, State::Noted),
            models: vec![
                model("person_student_loans", ModelKind::Person, State::There, &[]),
                model("loans_without_those_repaid", ModelKind::Step, State::There, &[]),
                model("loan", ModelKind::Object, State::Missing, &[1]),
            ],
        },
        Band {
            register: label("tax", 1_998, State::There),
            models: vec![model("person_tax", ModelKind::Person, State::There, &[])],
        },
        Band { register: label("travel", 0, State::Missing), models: Vec::new() },
    ];
    let spine = label(&t.s("stage-spine"), 4_141, State::There);
    let index = Label {
        note: t.count("graph-newer", &2),
        state: State::Careful,
        ..label(&t.s("stage-index"), 0, State::There)
    };
    let heads = [t.s("stage-registers"), t.s("stage-models"), t.s("stage-spine"), t.s("stage-index")];
    graph::layout(&bands, &spine, &index, heads)
}

/// Gives who acts in every state: an officer without a purpose and with one, another role, a citizen.
fn acting(t: Words) -> Vec<BarSample> {
    // Whoever has one purpose is told it; an engineer has none, since the pages of that role show nobody.
    let engineer = acts(t, t.s("sample-engineer"), false, None);
    let citizen = Acting { agency: None, ..acts(t, t.s("by-citizen"), false, Some(t.s("sample-own-purpose"))) };
    let all = [acts(t, t.s("sample-officer"), true, None), ready(t), engineer, citizen];
    let named =
        |(at, acting)| BarSample { prefix: format!("bar-{at}"), label: format!("{} {at}", t.s("bar-label")), acting };
    (1..).zip(all).map(named).collect()
}

/// Gives somebody who acts; `chooses` where the purpose is theirs to choose.
fn acts(t: Words, title: String, chooses: bool, purpose: Option<String>) -> Acting {
    Acting {
        title,
        agency: Some(t.s("sample-agency")),
        chooses,
        purpose: None,
        is_mine: true,
        purpose_says: purpose,
        case: String::new(),
        justification: String::new(),
        least: reason::least(t),
        mine: Vec::new(),
        others: Vec::new(),
    }
}

/// Gives an officer who has said all that a purpose needs.
fn ready(t: Words) -> Acting {
    Acting {
        case: "SL-2026-0417".to_owned(),
        justification: t.s("sample-why"),
        ..acts(t, t.s("sample-officer"), true, Some(t.s("sample-purpose")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::pages::assets::Addresses;
    use crate::pages::words::Language;

    #[test]
    fn every_id_is_there_once_and_labels_lead_to_one() {
        for language in [Language::English, Language::French] {
            let html = sample(Words::new(language), Frame::of_nobody()).render().unwrap();
            let values = |attribute: &str| {
                let begins = format!(" {attribute}=\"");
                let pieces = html.split(begins.as_str()).skip(1);
                pieces.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect::<Vec<_>>()
            };
            let ids = values("id");
            for id in &ids {
                assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id}");
            }
            let told = ["for", "aria-describedby", "aria-labelledby"].iter().flat_map(|attribute| values(attribute));
            for id in told.flat_map(|list| list.split(' ').map(str::to_owned).collect::<Vec<_>>()) {
                assert!(ids.contains(&id), "{id}");
            }
            assert!(!html.contains("NaN") && !html.contains("style="), "{html}");
        }
    }

    #[test]
    fn the_foot_says_what_a_build_without_islands_lacks() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let page = |script: Option<&str>| {
                let script = script.map(str::to_owned);
                let assets = Box::leak(Box::new(Addresses { styles: Vec::new(), script, icon: String::new() }));
                sample(t, Frame { assets, ..Frame::of_nobody() }).render().unwrap()
            };
            let said = t.s("foot-no-islands");
            let (still, unchecked) = (t.s("picture-no-island"), t.s("receipt-no-island"));
            let without = page(None);
            assert!(without.contains(&said) && !without.contains("<script"), "{without}");
            // Where it is missing it is said too: of both pictures, and of each receipt.
            assert_eq!(without.matches(&still).count(), 2, "{still}");
            assert_eq!(without.matches(&unchecked).count(), without.matches("data-island=\"receipt\"").count());
            let with = page(Some("/assets/app.js"));
            assert!(!with.contains(&said) && with.contains(r#"src="/assets/app.js""#), "{with}");
            assert!(!with.contains(&still) && !with.contains(&unchecked), "{with}");
        }
    }

    #[test]
    fn every_class_of_the_styles_is_shown_or_known_to_be_of_a_page() {
        // What belongs to one page alone: `beside`, `led`, `doors`, `purpose`.
        // `keys`, `moved`, `out`, `stage`, `still` and the nameless one are put there by scripts.
        const ELSEWHERE: [&str; 11] =
            ["", "keys", "moved", "out", "stage", "still", "beside", "led", "judging", "doors", "purpose"];
        let html = sample(Words::new(Language::English), Frame::of_nobody()).render().unwrap();
        let shown: Vec<&str> = html
            .split("class=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .flat_map(|classes| classes.split(' '))
            .collect();
        let css = include_str!("../../assets/parts.css");
        let selectors =
            css.lines().filter(|line| !line.starts_with([' ', '@', '}', '/'])).flat_map(|line| line.split('.').skip(1));
        for class in selectors {
            let name: String = class.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            assert!(shown.contains(&name.as_str()) || ELSEWHERE.contains(&name.as_str()), "{name} is not shown");
        }
        let both: Vec<&&str> = ELSEWHERE.iter().filter(|class| !class.is_empty() && shown.contains(*class)).collect();
        assert!(both.is_empty(), "shown after all: {both:?}");
    }

    /// Gives the parts that each template includes, by the names of their files.
    fn included() -> BTreeMap<String, BTreeSet<String>> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let parts = |text: &str| -> BTreeSet<String> {
            let names = text.split("include \"").skip(1).filter_map(|rest| rest.split('"').next());
            names.map(str::to_owned).collect()
        };
        let named = |path: std::path::PathBuf| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), parts(&text))
        };
        files.map(named).collect()
    }

    #[test]
    fn every_part_of_templates_is_shown_or_known_to_be_of_a_page() {
        const ELSEWHERE: [(&str, &str); 2] = [
            ("dossier.html", "what two pages have in common: all that it is made of is shown"),
            ("judge_fields.html", "the fields of a judgement, with keys of their own, which are shown one by one"),
        ];
        let included = included();
        let mut shown = BTreeSet::from(["components.html".to_owned()]);
        let mut open: Vec<String> = shown.iter().cloned().collect();
        while let Some(template) = open.pop() {
            for part in &included[&template] {
                if shown.insert(part.clone()) {
                    open.push(part.clone());
                }
            }
        }
        let parts: BTreeSet<&String> = included.values().flatten().collect();
        assert!(parts.len() > 30, "{parts:?}");
        let is_elsewhere = |part: &str| ELSEWHERE.iter().any(|(known, _)| *known == part);
        for part in &parts {
            assert_ne!(shown.contains(*part), is_elsewhere(part), "{part}");
        }
        for (part, why) in ELSEWHERE {
            assert!(parts.iter().any(|known| *known == part), "{part} is no part any more: {why}");
        }
    }

    #[test]
    fn what_waits_for_someone_is_shown_in_every_state() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            let html = sample(t, Frame::of_nobody()).render().unwrap();
            // Looks: of an officer, refused, in a search, one's own; each with its receipt, some of whose parts stay closed.
            assert_eq!(html.matches("class=\"look\"").count(), 4);
            assert_eq!(html.matches("data-island=\"receipt\"").count(), 5);
            for told in [
                t.with("look-look", "agency", t.s("sample-agency")),
                t.with("look-refused-look", "agency", t.s("sample-agency")),
                t.with("look-search", "agency", t.s("sample-agency")),
                t.count("look-yourself", &2),
                t.s("receipt-closed"),
                t.s("log-unfilter"),
                t.s("back-reason"),
                t.s("contest-unreached-short"),
                t.of("contest-standing", "open"),
                t.of("contest-standing", "withdrawn"),
                t.of("bad-row", "not-a-date"),
                t.s("quarantine-earlier-run"),
                t.s("quality-apart"),
                t.s("quality-too-few"),
                t.s("quality-drifts-caption"),
                t.s("allows-rest"),
                t.s("allows-not-mine"),
                t.with("allows-until", "date", t.date("2026-12-06")),
                t.with("allows-not-yet", "date", t.date("2026-12-01")),
                t.with("allows-ended", "date", t.date("2026-11-20")),
                t.count("purpose-budget-says", &3),
                t.of("problem-title", "unavailable"),
                t.s("refused-nothing"),
                t.s("problem-to-form"),
                t.count("household-count", &0),
                t.count("colleagues-count", &1),
                t.count("purpose-colleagues-says", &25),
                t.s("queue-again"),
                t.count("desk-ends-in", &12),
                t.of("standing", "expired"),
                t.s("desk-officer-unread"),
                t.s("desk-officer-unknown"),
                t.s("verified-not-compared"),
                t.s("verified-do-not-trust"),
                samples::whom_to_ask(t)[0][0].text.clone(),
                t.s("results-none"),
                t.s("results-nameless"),
                t.s("person-empty"),
                t.s("records-empty"),
                t.s("runs-empty"),
                t.s("past-none"),
                t.s("past-none-earlier"),
                t.s("quarantine-empty"),
                t.s("map-missing"),
                t.s("start-nobody"),
                t.count("error-summary", &2),
                t.s("search-off"),
                t.s("search-alone"),
                t.s("search-birth-date-unread"),
                t.s("problem-written"),
                t.s("pair-written"),
                t.s("work-purpose-missing"),
                t.s("work-case-missing"),
                reason::too_little(t, t.s("work-why-missing"), "abc"),
            ] {
                assert!(html.contains(&t.coded(&told).to_string()), "{told}");
            }
            assert!(!html.contains('`'), "what is code is marked as such");
        }
    }

    #[test]
    fn a_form_of_the_bar_is_open_where_it_has_something_to_mend() {
        for language in [Language::English, Language::French] {
            let html = sample(Words::new(language), Frame::of_nobody()).render().unwrap();
            let bars: Vec<&str> = html.split("<section class=\"bar\"").skip(1).collect();
            let is_open = |bar: &&str| bar.split("</section>").next().is_some_and(|bar| bar.contains("<details open>"));
            assert_eq!(bars.iter().map(is_open).collect::<Vec<_>>(), [false, false, false, false, true]);
            for field in ["purpose", "case", "why"] {
                assert_eq!(html.matches(&format!("id=\"{MENDING}-{field}-wrong\"")).count(), 1, "{field}");
            }
        }
    }

    #[test]
    fn why_an_employer_does_not_open_is_said_to_whoever_may_search() {
        let place = |kind, text: &str| relations::Place {
            kind,
            text: text.to_owned(),
            registers: vec!["A".to_owned()],
            search: None,
        };
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            for may_search in [true, false] {
                let mut page = sample(t, Frame::of_nobody());
                page.may_search = may_search;
                let places = vec![place("employer", "Marzipan Data"), place("address", "Newmere")];
                page.dossier.relations.as_mut().unwrap().places = places;
                let html = page.render().unwrap();
                let (closed, why) = (t.s("relations-employer-closed"), t.s("relations-employer-why"));
                // In the picture, for the script that moves it, and in the table.
                assert_eq!(html.matches(&closed).count(), if may_search { 3 } else { 0 }, "{closed}");
                assert_eq!(html.contains(&why), may_search, "{why}");
                assert_eq!(html.contains(&t.s("relations-address-closed")), may_search);
            }
        }
    }

    #[test]
    fn colours_are_written_among_the_tokens_alone_light_and_dark() {
        let tokens = include_str!("../../assets/tokens.css");
        let others = [
            include_str!("../../assets/page.css"),
            include_str!("../../assets/parts.css"),
            include_str!("../../assets/print.css"),
        ];
        let is_colour = |value: &str| ["#", "rgb", "hsl", "oklch"].iter().any(|begin| value.contains(begin));
        for line in others.iter().flat_map(|css| css.lines()) {
            let value = line.trim().split_once(": ").map_or("", |(_, value)| value);
            assert!(!is_colour(value), "{line}");
        }
        let declared = |css: &str| {
            let lines = css.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "));
            lines.map(|(name, value)| (name.to_owned(), is_colour(value))).collect::<Vec<_>>()
        };
        let (light, rest) = tokens.split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
        let dark = declared(rest.split_once("@media").unwrap().0);
        let light = declared(light);
        for (name, is_colour) in &light {
            assert_eq!(dark.iter().any(|(other, _)| other == name), *is_colour, "--{name}");
        }
        for used in others.iter().flat_map(|css| css.split("var(--").skip(1)) {
            let name = used.split([')', ',']).next().unwrap();
            assert!(light.iter().any(|(known, _)| known == name), "--{name} is no token");
        }
    }
}
