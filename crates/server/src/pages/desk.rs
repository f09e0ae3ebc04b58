//! The data protection officer's first page: what the log counts, who asks most, what was refused, and which rules end soon.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;

use super::chart::{self, Bar, Stretch};
use super::contest::fits;
use super::frame::Frame;
use super::rules::rule_says;
use super::search::FormError;
use super::view::{AGAIN, Sent, View};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, DayUse, DeskView, OfficerUse, Officers, SOON_DAYS, Standing, Term, UnreachedContests};

/// Where the page is.
const DESK: &str = "/desk";

/// Where the form is sent to by which the officers are named.
const NAMED: &str = "/desk/officers";

/// The most rows of a table of bars: the rest is counted.
const ROWS_MAX: usize = 10;

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    frame: Frame,
    t: Words,
    size: u64,
    days: Days,
    purposes: Bars,
    roles: Bars,
    /// None when they can't be told.
    officers: Option<Bars>,
    /// What the form by which they are named says; none where they are named, or nobody is there to be.
    naming: Option<Naming>,
    /// What is to be mended in it.
    errors: Vec<FormError>,
    /// What says from when on they are counted, where that is less than all of these days.
    officers_since: Option<String>,
    /// What is said where none of them asked for anything.
    officers_none: String,
    /// Whether a name that is there could not be read.
    officers_unread: bool,
    /// What says that naming them was logged, and the address of the entry.
    officers_logged: Option<(String, String)>,
    refusals: u64,
    rules: Bars,
    /// What ends soon.
    ending: Vec<TermLine>,
    soon_days: u64,
    /// What is in force for longer.
    lasting: Vec<TermLine>,
    /// What is not in force.
    idle: Vec<TermLine>,
    fixed_size: u64,
    fixed_at: Option<String>,
    /// Contested links that nobody can judge.
    unreached: Vec<UnreachedLine>,
    unreached_count: u64,
}

/// The form by which the officers are named, as it was filled in.
struct Naming {
    reason: String,
    reason_wrong: bool,
}

/// What somebody sends to have the officers named.
#[derive(Deserialize)]
pub(crate) struct NamingSent {
    form_token: String,
    #[serde(default)]
    reason: String,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

impl NamingSent {
    /// Gives what was typed.
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("reason", self.reason.clone())]
    }
}

/// Contested links of the same registers that nobody can judge.
struct UnreachedLine {
    registers: Vec<String>,
    count: u64,
    since: String,
}

/// What happened day by day: a picture of several panels, each on its own scale, and a table.
pub(crate) struct Days {
    pub(crate) count: u64,
    pub(crate) panels: Vec<Panel>,
    /// Each day with what it brought, the latest first.
    pub(crate) rows: Vec<DayRow>,
    /// The first, the middle and the last day, as the axis has them.
    pub(crate) axis: Vec<String>,
}

/// One series.
pub(crate) struct Panel {
    pub(crate) title: String,
    /// The picture in a sentence.
    pub(crate) says: String,
    pub(crate) total: u64,
    pub(crate) top: u64,
    pub(crate) width: f64,
    pub(crate) class: &'static str,
    /// Each bar with its day and value.
    pub(crate) bars: Vec<(Bar, String)>,
}

/// A day of the table.
pub(crate) struct DayRow {
    pub(crate) day: String,
    pub(crate) values: [u64; 3],
}

/// A table whose last column is a bar.
pub(crate) struct Bars {
    pub(crate) caption: String,
    /// What the rows are.
    pub(crate) what: String,
    /// What the columns of numbers are, each with the class of its stretch of the bar.
    pub(crate) columns: Vec<(String, &'static str)>,
    pub(crate) rows: Vec<BarRow>,
    /// How many rows are left out.
    pub(crate) rest: u64,
}

/// A row of such a table.
pub(crate) struct BarRow {
    pub(crate) title: String,
    /// The name that it has where it is written, of a thing whose title is a sentence.
    pub(crate) code: Option<String>,
    pub(crate) href: Option<String>,
    /// The numbers as the language writes them, each with its stretch.
    pub(crate) values: Vec<(String, Stretch)>,
}

/// An agreement or a purpose in the table of what ends.
pub(super) struct TermLine {
    pub(super) href: String,
    pub(super) says: String,
    /// Whether the text is English whatever the page is.
    pub(super) is_english: bool,
    pub(super) kind: String,
    pub(super) standing: String,
    pub(super) code: &'static str,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) by_agreement: bool,
}

/// Shows the page, on which officers have no names.
pub(crate) async fn page(view: View) -> Response {
    let answer = desk(&view, None).await;
    view.answer(answer)
}

/// Shows the page with names, once it is said why.
pub(crate) async fn named(view: View, Sent(form): Sent<NamingSent>) -> Response {
    let typed = form.as_ref().ok().and_then(|form| view.typed(&form.form_token, NAMED, &form.fields()));
    let answer = match form {
        Ok(form) => desk_named(&view, form).await,
        Err(problem) => Err(problem),
    };
    view.answer_typed(None, typed, answer)
}

async fn desk_named(view: &View, form: NamingSent) -> Result<Response, Problem> {
    view.acting_by(&form.form_token)?;
    desk(view, Some(form)).await
}

async fn desk(view: &View, sent: Option<NamingSent>) -> Result<Response, Problem> {
    let t = view.t;
    let reason_wrong = sent.as_ref().is_some_and(|form| !fits(&form.reason));
    let why = sent.as_ref().filter(|form| !form.again && fits(&form.reason)).map(|form| form.reason.trim());
    let found = service::desk(&view.app, view.acting()?, why).await?;
    let mut frame = view.frame()?;
    let reason = sent.map(|form| form.reason).unwrap_or_default();
    if view.is_form {
        frame.back = DESK.to_owned();
        // In another language the form is shown again, filled in: names that are read twice are two entries.
        frame.repeat = vec![("reason", reason.clone()), (AGAIN, true.to_string())];
    }
    let is_nameless = |known: &&Officers| !known.named && !known.most.is_empty();
    let naming = found.officers.as_ref().filter(is_nameless).map(|_| Naming { reason, reason_wrong });
    let is_wrong = naming.as_ref().is_some_and(|naming| naming.reason_wrong);
    let wrong = is_wrong.then(|| FormError { href: "#officers-reason".to_owned(), text: t.s("contest-reason-wrong") });
    let logged = |index: u64| (t.with("desk-officers-logged", "entry", t.number(&index)), format!("/log/{index}"));
    let lines = |wanted: fn(&Term) -> bool| -> Vec<TermLine> {
        found.terms.iter().filter(|term| wanted(term)).map(|term| line(t, term)).collect()
    };
    let (officers_since, officers_none) = counted(t, found.officers.as_ref().and_then(|known| known.counted_since));
    let page = DeskPage {
        frame,
        t,
        size: found.size,
        days: days(t, &found.days),
        purposes: purposes(view, &found),
        roles: roles(view, &found),
        officers: found.officers.as_ref().map(|known| {
            officers(t, known, |by| if known.named { view.recipient_title(by) } else { view.agency_title(by) })
        }),
        naming,
        errors: wrong.into_iter().collect(),
        officers_since,
        officers_none,
        officers_unread: found.officers.as_ref().is_some_and(|known| known.unread),
        officers_logged: found.officers.as_ref().and_then(|known| known.log_index).map(logged),
        refusals: found.refusals,
        rules: rules(t, &found.refused_by),
        ending: lines(|term| term.days_left.is_some()),
        soon_days: u64::try_from(SOON_DAYS).unwrap_or_default(),
        lasting: lines(|term| term.standing == Standing::InForce && term.days_left.is_none()),
        idle: lines(|term| term.standing != Standing::InForce),
        fixed_size: found.fixed.size,
        unreached_count: found.unreached.iter().map(|known| known.count).sum(),
        unreached: found.unreached.iter().map(|known| unreached(view, known)).collect(),
        fixed_at: found.fixed.last_at,
    };
    view.page_as(if reason_wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK }, &page)
}

fn unreached(view: &View, known: &UnreachedContests) -> UnreachedLine {
    let registers = known.registers.iter().map(|register| view.register_title(register)).collect();
    UnreachedLine { registers, count: known.count, since: known.since.clone() }
}

/// Gives days as the page shows them.
pub(crate) fn days(t: Words, days: &[DayUse]) -> Days {
    let written = |day: NaiveDate| t.date(&day.to_string());
    let short = |day: &DayUse| t.day_and_month(day.day);
    let panel = |title: String, class: &'static str, of: fn(&DayUse) -> u64| {
        let values: Vec<u64> = days.iter().map(of).collect();
        let chart = chart::upright(&values);
        let total = values.iter().sum();
        let most = days.iter().max_by_key(|day| of(day)).filter(|day| of(day) > 0);
        let says = match most {
            Some(day) => {
                let values = [("title", title.clone()), ("most", t.number(&of(day))), ("day", written(day.day))];
                t.with_all("chart-says", &values)
            }
            None => t.with("chart-says-none", "title", title.clone()),
        };
        let told = |(day, value): (&DayUse, &u64)| {
            t.with_all("chart-day", &[("day", written(day.day)), ("n", t.number(value))])
        };
        let bars = chart.bars.into_iter().zip(days.iter().zip(&values).map(told)).collect();
        Panel { title, says, total, top: chart.top, width: chart.width, class, bars }
    };
    let axis = match days {
        [] => Vec::new(),
        [only] => vec![short(only)],
        [first, .., last] => {
            let middle = days.get(days.len() / 2).filter(|_| days.len() > 2);
            [Some(first), middle, Some(last)].into_iter().flatten().map(short).collect()
        }
    };
    Days {
        count: days.len() as u64,
        panels: vec![
            panel(t.s("desk-looks"), "bar-looks", |day| day.looks),
            panel(t.s("desk-searches"), "bar-looks", |day| day.searches),
            panel(t.s("desk-refusals"), "bar-refused", |day| day.refusals),
        ],
        rows: days
            .iter()
            .rev()
            .map(|day| DayRow { day: day.day.to_string(), values: [day.looks, day.searches, day.refusals] })
            .collect(),
        axis,
    }
}

/// Adds up looks and refusals by a name, and gives the most frequent first.
fn summed<'a>(uses: impl Iterator<Item = (&'a str, &'a service::UseCount)>) -> Vec<(&'a str, [u64; 2])> {
    let mut sums: Vec<(&str, [u64; 2])> = Vec::new();
    for (name, count) in uses.filter(|(_, count)| count.looks + count.refusals > 0) {
        match sums.iter_mut().find(|(known, _)| *known == name) {
            Some((_, [looks, refusals])) => {
                *looks += count.looks;
                *refusals += count.refusals;
            }
            None => sums.push((name, [count.looks, count.refusals])),
        }
    }
    sums.sort_by_key(|(_, [looks, refusals])| std::cmp::Reverse(looks + refusals));
    sums
}

fn purposes(view: &View, found: &DeskView) -> Bars {
    let t = view.t;
    let none = t.s("desk-no-purpose");
    let named = found.uses.iter().map(|count| (count.purpose.as_deref().unwrap_or_default(), count));
    let sums = summed(named);
    let title = |id: &str| if id.is_empty() { none.clone() } else { view.purpose_says(id) };
    let href = |id: &str| (!id.is_empty()).then(|| format!("/log?purpose={id}"));
    bars(t, t.s("desk-purposes-caption"), t.s("log-purpose"), looks_and_refusals(t), &sums, title, href)
}

fn roles(view: &View, found: &DeskView) -> Bars {
    let t = view.t;
    let sums = summed(found.uses.iter().map(|count| (count.by.as_str(), count)));
    let title = |by: &str| view.recipient_title(by);
    let href = |by: &str| Some(format!("/log?role={by}"));
    bars(t, t.s("desk-roles-caption"), t.s("log-by"), looks_and_refusals(t), &sums, title, href)
}

/// Gives what says from which day on accounts are counted, and what is said where none of them asked for anything.
fn counted(t: Words, since: Option<NaiveDate>) -> (Option<String>, String) {
    match since.map(|day| t.date(&day.to_string())) {
        None => (None, t.s("desk-officers-none")),
        Some(day) => {
            (Some(t.with("desk-officers-since", "day", &day)), t.with("desk-officers-none-since", "day", &day))
        }
    }
}

/// Gives the accounts that asked most, and after them all others in one row without a bar: that of hundreds together would
/// leave none to be seen of each. Without names they are numbered, with the agency of those that have it in common, which `title`
/// names; else with their role.
pub(super) fn officers(t: Words, found: &Officers, title: impl Fn(&str) -> String) -> Bars {
    let label = |(officer, place): (&OfficerUse, u64)| match (&officer.account, &officer.by) {
        (_, None) if !found.named => t.with("desk-officer-rank", "n", t.number(&place)),
        (_, Some(agency)) if !found.named => {
            t.with_all("desk-officer-rank-of", &[("n", t.number(&place)), ("agency", title(agency))])
        }
        // Which of the two it is of each can't be told when reading failed.
        (None, _) if found.unread => t.s("desk-officer-unread"),
        (None, _) => t.s("desk-officer-unknown"),
        (Some(account), None) => account.clone(),
        (Some(account), Some(by)) => t.with_all("desk-officer", &[("account", account.clone()), ("by", title(by))]),
    };
    let labels: Vec<String> = found.most.iter().zip(1..).map(label).collect();
    let counts = found.most.iter().map(|officer| [officer.looks, officer.refusals]);
    let sums: Vec<(&str, [u64; 2])> = labels.iter().map(String::as_str).zip(counts).collect();
    let (caption, what) = (t.s("desk-officers-caption"), t.s("desk-officers-who"));
    let mut bars = bars(t, caption, what, looks_and_refusals(t), &sums, str::to_owned, |_| None);
    if found.others != 0 {
        let none = Stretch { x: 0.0, width: 0.0 };
        let together = [found.looks_of_others, found.refusals_of_others];
        bars.rows.push(BarRow {
            title: t.count("desk-officers-others", &found.others),
            code: None,
            href: None,
            values: together.map(|value| (t.number(&value), none)).to_vec(),
        });
    }
    bars
}

fn rules(t: Words, refused_by: &[(String, u64)]) -> Bars {
    let sums: Vec<(&str, [u64; 1])> = refused_by.iter().map(|(rule, count)| (rule.as_str(), [*count])).collect();
    let columns = vec![(t.s("desk-refusals"), "bar-refused")];
    let href = |rule: &str| super::log::refused_by_href(rule);
    let title = |rule: &str| rule_says(t, rule);
    let mut bars = bars(t, t.s("desk-rules-caption"), t.s("refused-rule"), columns, &sums, title, href);
    for (row, (rule, _)) in bars.rows.iter_mut().zip(refused_by) {
        row.code = Some(rule.clone());
    }
    bars
}

fn looks_and_refusals(t: Words) -> Vec<(String, &'static str)> {
    vec![(t.s("desk-looks-and-searches"), "bar-looks"), (t.s("desk-refusals"), "bar-refused")]
}

/// Gives a table of bars; `sums` has the most frequent first.
pub(crate) fn bars<const N: usize>(
    t: Words,
    caption: String,
    what: String,
    columns: Vec<(String, &'static str)>,
    sums: &[(&str, [u64; N])],
    title: impl Fn(&str) -> String,
    href: impl Fn(&str) -> Option<String>,
) -> Bars {
    let shown = &sums[..sums.len().min(ROWS_MAX)];
    let stretches = chart::lying(&shown.iter().map(|(_, values)| *values).collect::<Vec<_>>());
    let row = |((name, values), stretches): (&(&str, [u64; N]), [Stretch; N])| BarRow {
        title: title(name),
        code: None,
        href: href(name),
        values: values.iter().map(|value| t.number(value)).zip(stretches).collect(),
    };
    Bars {
        caption,
        what,
        columns,
        rows: shown.iter().zip(stretches).map(row).collect(),
        rest: (sums.len() - shown.len()) as u64,
    }
}

/// Gives a row of the table of what ends.
pub(super) fn line(t: Words, term: &Term) -> TermLine {
    let (standing, code) = match (term.standing, term.days_left) {
        (_, Some(0)) => (t.s("desk-ends-today"), "ends-soon"),
        (_, Some(days)) => (t.count("desk-ends-in", &days), "ends-soon"),
        (Standing::InForce, None) => (t.of("standing", "in-force"), "in-force"),
        (Standing::NotYet, None) => (t.of("standing", "not-yet"), "not-yet"),
        (Standing::Expired, None) => (t.of("standing", "expired"), "expired"),
    };
    let (page, kind) = match term.is_agreement {
        true => ("agreements", t.s("purpose-agreement")),
        false => ("purposes", t.s("log-purpose")),
    };
    TermLine {
        href: format!("/{page}#{}", term.id),
        says: term.says_fr.as_deref().map_or(term.says.as_str(), |french| t.pick(&term.says, french)).to_owned(),
        is_english: term.says_fr.is_none() && t.is_french(),
        kind,
        standing,
        code,
        from: term.from.to_string(),
        until: term.until.to_string(),
        by_agreement: term.by_agreement,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;
    use crate::service::UseCount;

    const EN: Words = Words::new(Language::English);

    fn day(day: &str, looks: u64, refusals: u64) -> DayUse {
        DayUse { day: day.parse().unwrap(), looks, searches: 0, refusals }
    }

    fn count(purpose: Option<&str>, by: &str, looks: u64, refusals: u64) -> UseCount {
        UseCount { purpose: purpose.map(Into::into), by: by.into(), looks, refusals }
    }

    #[test]
    fn a_chart_of_days_says_what_it_shows() {
        let found = days(EN, &[day("2026-05-01", 3, 0), day("2026-05-02", 12, 1), day("2026-05-03", 0, 0)]);
        let [looks, searches, refusals] = &found.panels[..] else { panic!("three panels") };
        assert_eq!((looks.total, looks.top, looks.bars.len()), (15, 20, 3));
        assert!(looks.says.contains("12") && looks.says.contains("2 May 2026"), "{}", looks.says);
        assert!(looks.bars[0].1.contains("1 May 2026") && looks.bars[0].1.contains('3'), "{}", looks.bars[0].1);
        assert_eq!((searches.total, searches.top, refusals.total), (0, 1, 1));
        assert_ne!(searches.says, looks.says);
        assert_eq!(found.axis, ["1 May", "2 May", "3 May"]);
        assert_eq!((found.rows[0].day.as_str(), found.rows[1].values), ("2026-05-03", [12, 0, 1]));
    }

    #[test]
    fn one_day_or_none_is_a_chart_too() {
        assert_eq!(days(EN, &[day("2026-05-01", 1, 0)]).axis, ["1 May"]);
        assert_eq!(days(EN, &[day("2026-05-01", 1, 0), day("2026-05-02", 1, 0)]).axis.len(), 2);
        let none = days(EN, &[]);
        assert!(none.axis.is_empty() && none.rows.is_empty() && none.panels.iter().all(|panel| panel.bars.is_empty()));
    }

    #[test]
    fn use_is_added_up_and_what_nobody_did_is_left_out() {
        let uses = [
            count(Some("relief"), "education/officer", 3, 1),
            count(Some("relief"), "tax/officer", 0, 4),
            count(Some("build"), "system", 0, 0),
            count(None, "unknown", 0, 1),
        ];
        let by_purpose = summed(uses.iter().map(|count| (count.purpose.as_deref().unwrap_or_default(), count)));
        assert_eq!(by_purpose, [("relief", [3, 5]), ("", [0, 1])]);
        let by_role = summed(uses.iter().map(|count| (count.by.as_str(), count)));
        assert_eq!(by_role.len(), 3);
    }

    #[test]
    fn officers_have_a_bar_each_and_all_others_a_row() {
        let officer = |account: Option<&str>, by: Option<&str>, looks, refusals| OfficerUse {
            account: account.map(Into::into),
            by: by.map(Into::into),
            looks,
            refusals,
        };
        let mut found = Officers {
            named: true,
            log_index: Some(7),
            most: vec![
                officer(Some("ada"), Some("tax/officer"), 1_200, 0),
                officer(None, None, 3, 1),
                officer(Some("tom"), None, 0, 2),
                officer(None, None, 1, 0),
            ],
            others: 0,
            looks_of_others: 0,
            refusals_of_others: 0,
            counted_since: None,
            unread: false,
        };
        let shown = officers(EN, &found, |by| format!("title of {by}"));
        let titles: Vec<&str> = shown.rows.iter().map(|row| row.title.as_str()).collect();
        let unknown = EN.s("desk-officer-unknown");
        assert_eq!(titles, ["ada (title of tax/officer)", unknown.as_str(), "tom", unknown.as_str()]);
        assert_eq!(shown.rows[0].values[0].0, "1,200");
        assert!(shown.rows.iter().all(|row| row.href.is_none()) && shown.rest == 0);
        (found.others, found.looks_of_others, found.refusals_of_others) = (240, 90_000, 12);
        let shown = officers(EN, &found, str::to_owned);
        let last = shown.rows.last().unwrap();
        assert!(last.title.contains("240"), "{}", last.title);
        assert_eq!([last.values[0].0.as_str(), last.values[1].0.as_str()], ["90,000", "12"]);
        assert!(last.values.iter().all(|(_, stretch)| stretch.width == 0.0), "it has no bar");
        assert_eq!(shown.rows[0].values[0].1.width, chart::LENGTH, "and takes none of the others' length");
        // Where reading failed it is not said that an account is known to nobody.
        found.unread = true;
        let shown = officers(EN, &found, str::to_owned);
        assert_eq!(shown.rows[1].title, EN.s("desk-officer-unread"));
        assert_ne!(shown.rows[1].title, unknown);
        // Whose names were not asked for has a number, and an agency where that is told.
        found = Officers {
            named: false,
            most: vec![officer(None, Some("tax"), 1_200, 0), officer(None, None, 3, 1)],
            ..found
        };
        let titles: Vec<String> =
            officers(EN, &found, |agency| format!("title of {agency}")).rows.into_iter().map(|row| row.title).collect();
        assert_eq!(titles[..2], ["Officer 1, title of tax", "Officer 2"]);
    }

    #[test]
    fn from_when_on_accounts_are_counted_is_said_where_that_is_not_always() {
        for language in [Language::English, Language::French] {
            let t = Words::new(language);
            assert_eq!(counted(t, None), (None, t.s("desk-officers-none")));
            let (since, none) = counted(t, "2026-05-04".parse().ok());
            let day = t.date("2026-05-04");
            assert!(since.is_some_and(|text| text.contains(&day)) && none.contains(&day), "{none}");
            assert_ne!(none, t.s("desk-officers-none"));
        }
    }

    #[test]
    fn many_rows_are_cut_and_the_rest_is_counted() {
        let names: Vec<String> = (0..25).map(|number| format!("rule-{number}")).collect();
        let sums: Vec<(&str, [u64; 1])> = names.iter().map(|name| (name.as_str(), [1])).collect();
        let found = bars(EN, String::new(), String::new(), Vec::new(), &sums, str::to_owned, |_| None);
        assert_eq!((found.rows.len(), found.rest), (10, 15));
        let none = bars::<1>(EN, String::new(), String::new(), Vec::new(), &[], str::to_owned, |_| None);
        assert_eq!((none.rows.len(), none.rest), (0, 0));
    }
}
