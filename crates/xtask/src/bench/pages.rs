//! Every page, asked for by whoever may see it.

mod altered;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use self::altered::{Altered, RETURNS};
use super::promises::Promises;
use super::{LARGE, READ_AHEAD, SMALL, made, some_persons};
use crate::browser::{self, Served};
use crate::load::{self, Answered, Shot};
use crate::run;

/// How often each page is asked for, unless it is said of it.
const VISITS: usize = 200;

/// Of how many addresses it is asked who else is there, and who lives there.
const HOMES: usize = 5;

/// How many dossiers are opened at most to find an employer.
const DOSSIERS: usize = 10;

/// How many pairs are judged, and that taken back: the spine keeps both for good.
const JUDGED: usize = 40;

/// How often each record that a citizen can contest is contested, and that taken back.
const CONTESTED: usize = 4;

/// How many pairs of records are explained, each as often as makes up all visits.
const EXPLAINED: usize = 20;

/// How often the whole log is verified.
const VERIFIED: usize = 10;

/// How many milliseconds the p95 of a page is promised to be beyond the disk's own, at most.
const PAGE_MS: f64 = 30.0;

/// How many thousand bytes a page is promised to have over the wire, at most.
const PAGE_KB: f64 = 150.0;

/// The body's type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

// Who visits.
const NOBODY: &str = "nobody";
const LOAD_TEST: &str = "load-test";
const REFUSED: &str = "refused";
const WELFARE: &str = "welfare-officer";
const STEWARD: &str = "steward";
const OFFICER: &str = "data-protection-officer";
const ENGINEER: &str = "engineer";
const CITIZEN: &str = "citizen";

/// What is said wherever a reason is asked for, as a form sends it.
const WHY: &str = "measuring+how+long+a+page+takes";

/// A page that is measured: who asks, how it is called, what is sent each time and with which status it is answered in the end.
struct PageAsked {
    who: &'static str,
    name: &'static str,
    shots: Vec<Shot>,
    status: u16,
    /// Whether a time is promised: a page that waits for work to be done has none, nor has one that the demo itself does not have.
    is_timed: bool,
}

impl PageAsked {
    fn of(who: &'static str, name: &'static str, shots: Vec<Shot>) -> Self {
        Self { who, name, shots, status: 200, is_timed: true }
    }

    /// Gives a page that has one address.
    fn at(who: &'static str, path: &'static str) -> Self {
        Self::of(who, path, again(path))
    }
}

fn get(path: String) -> Shot {
    Shot { method: "GET", path, body: String::new() }
}

fn post(path: &str, body: String) -> Shot {
    Shot { method: "POST", path: path.to_owned(), body }
}

/// Gives what asks for a path all the time.
fn again(path: &str) -> Vec<Shot> {
    (0..VISITS).map(|_| get(path.to_owned())).collect()
}

/// Gives what stands between `before` and the next quotation mark, wherever that is in a page.
fn quoted<'t>(page: &'t str, before: &'t str) -> impl Iterator<Item = &'t str> {
    page.split(before).skip(1).filter_map(|rest| rest.split('"').next())
}

/// Gives a text of a page as it was before it was escaped; none where anything but `&` was.
fn unescaped(text: &str) -> Option<String> {
    let plain = text.replace("&#38;", "&").replace("&amp;", "&");
    (!plain.contains("&#")).then_some(plain)
}

/// Gives a text as a form sends it.
fn form_encoded(text: &str) -> String {
    let of = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(of).collect()
}

/// A server of a demo, and the sessions of those who visit it.
struct Visits {
    served: Served,
    address: SocketAddr,
    sessions: BTreeMap<&'static str, String>,
}

impl Visits {
    fn begin(folder: &Path) -> Result<Self> {
        let served = browser::serve(folder)?;
        let address = served.told.address.trim_start_matches("http://").parse()?;
        Ok(Self { served, address, sessions: BTreeMap::new() })
    }

    /// Has `who` enter as this identity of the demo.
    fn enter(&mut self, who: &'static str, name: &str) -> Result<()> {
        let identity = self.served.told.identities.iter().find(|identity| identity.name == name);
        let token = &identity.with_context(|| format!("the demo has no identity `{name}`"))?.token;
        let entered = load::ask(self.address, "", FORM, &get(format!("/enter?token={token}")))?;
        self.sessions.insert(who, entered.session().context("no session")?);
        Ok(())
    }

    /// Has them work under a purpose.
    fn work(&mut self, who: &'static str, purpose: &str) -> Result<()> {
        let token = self.form_token(who, "/search")?;
        let work = format!("form_token={token}&back=/search&purpose={purpose}&case=BENCH-1&justification={WHY}");
        let set = self.ask(who, &post("/work", work))?;
        self.sessions.insert(who, set.session().context("the purpose was not taken")?);
        Ok(())
    }

    /// Gives the header of the session; that of nobody is empty.
    fn cookie(&self, who: &str) -> String {
        format!("Cookie: {}\r\n", self.sessions.get(who).map_or("", String::as_str))
    }

    /// Asks as a browser does: compressed.
    fn ask(&self, who: &str, shot: &Shot) -> Result<Answered> {
        load::ask(self.address, &format!("{}Accept-Encoding: gzip\r\n", self.cookie(who)), FORM, shot)
    }

    /// Asks, and goes on to where the answer leads, if it does.
    fn visit(&self, who: &str, shot: &Shot) -> Result<Answered> {
        let answered = self.ask(who, shot)?;
        if answered.status != 303 {
            return Ok(answered);
        }
        let onward = answered.location().context("an answer leads nowhere")?;
        self.ask(who, &get(onward.to_owned()))
    }

    /// Gives a page to be read here.
    fn page(&self, who: &str, shot: &Shot) -> Result<String> {
        let page = load::ask(self.address, &self.cookie(who), FORM, shot)?;
        Ok(String::from_utf8_lossy(&page.body).into_owned())
    }

    /// Gives the first value of a field that a page's forms send along.
    fn hidden(&self, who: &str, path: &str, name: &str) -> Result<String> {
        let page = self.page(who, &get(path.to_owned()))?;
        let found = quoted(&page, &format!("name=\"{name}\" value=\"")).next().map(str::to_owned);
        found.with_context(|| format!("{path} has no form with `{name}`"))
    }

    fn form_token(&self, who: &str, path: &str) -> Result<String> {
        self.hidden(who, path, "form_token")
    }

    /// Gives the first address on a page that has a part in it.
    fn link_on(&self, who: &str, path: &str, part: &str) -> Result<String> {
        let page = self.page(who, &get(path.to_owned()))?;
        let mut links = quoted(&page, "href=\"").filter_map(unescaped);
        links.find(|link| link.contains(part)).with_context(|| format!("{path} has no link to {part}"))
    }

    /// Gives how many entries the log has.
    fn entries(&self) -> Result<u64> {
        let checkpoint = self.page(OFFICER, &get("/log/checkpoint".to_owned()))?;
        checkpoint.lines().nth(1).and_then(|size| size.parse().ok()).context("the checkpoint has no number of entries")
    }

    /// Gives where the persons are opened whom a search finds.
    fn found(&self, who: &str, token: &str, asked: &str) -> Result<Vec<String>> {
        let found = self.page(who, &post("/search", format!("form_token={token}&{asked}")))?;
        Ok(quoted(&found, "href=\"/person/").map(|person| format!("/person/{person}")).collect())
    }

    /// Gives the dossiers, as pages, that a search by a usual name leads to, so many at most.
    fn dossiers(&self, who: &str, token: &str, (asked, most): (&str, usize)) -> Result<Vec<String>> {
        let found = self.found(who, token, asked)?;
        found.into_iter().take(most).map(|person| self.page(who, &get(person))).collect()
    }

    /// Gives the forms that ask who else works at an employer of these dossiers.
    fn employers(token: &str, dossiers: &[String]) -> Vec<String> {
        let names = dossiers.iter().flat_map(|dossier| quoted(dossier, "name=\"employer\" value=\""));
        let asked = |name: String| format!("form_token={token}&employer={}", form_encoded(&name));
        names.filter_map(unescaped).map(asked).collect()
    }
}

/// Measures what the server takes for each page, from the request to the last byte of the answer, and its size over the wire.
pub(super) fn every() -> Result<()> {
    let mut promises = Promises::default();
    let done = measured(&mut promises);
    promises.kept(done)
}

fn measured(promises: &mut Promises) -> Result<()> {
    let folder = made(LARGE)?;
    let small = made(SMALL)?;
    // Before the server has the folder: two processes never share one.
    let persons = some_persons(&folder, VISITS)?;
    let visits = of_everyone(&folder)?;
    let asked = all_pages(&visits, &folder, &persons)?;
    std::thread::sleep(READ_AHEAD);
    let fsync = load::fsync_latencies(&folder.join("data"), 2_000)?;
    let fsync_p95 = load::quantile_ms(&fsync, 0.95);
    let before = visits.entries()?;
    println!("| page | times | p50, ms | p95, ms | promised | KB over the wire, at most | promised |");
    println!("|---|---|---|---|---|---|---|");
    for asked in &asked {
        time(&visits, asked, fsync_p95, promises)?;
    }
    let after = visits.entries()?;
    drop(visits);
    let visits = of_colleagues(&small)?;
    time(&visits, &colleagues(&visits)?, fsync_p95, promises)?;
    drop(visits);
    let altered = Altered::of(&small)?;
    let visits = of_altered(&altered)?;
    time(&visits, &of_very_many(&visits, &altered)?, fsync_p95, promises)?;
    time(&visits, &contested(&visits)?, fsync_p95, promises)?;
    println!("\nthe disk's own fsync p95: {fsync_p95:.2} ms; the log had {before} entries before and {after} after");
    Ok(())
}

/// Times a page, and prints its row.
fn time(visits: &Visits, page: &PageAsked, fsync_p95: f64, promises: &mut Promises) -> Result<()> {
    let PageAsked { who, name, shots, status, is_timed } = page;
    let (mut latencies, mut bytes) = (Vec::with_capacity(shots.len()), 0_usize);
    for shot in shots {
        let begun = Instant::now();
        let answered = visits.visit(who, shot)?;
        latencies.push(begun.elapsed());
        bytes = bytes.max(answered.body.len());
        if answered.status != *status {
            bail!("{name}: {} {} answered {}", shot.method, shot.path, answered.status);
        }
    }
    latencies.sort_unstable();
    let quantile = |share| load::quantile_ms(&latencies, share);
    let (p50, p95, kilobytes) = (quantile(0.5), quantile(0.95), bytes as f64 / 1e3);
    let in_time = if *is_timed {
        promises.most(&format!("{name}, p95 beyond the disk's, ms"), p95 - fsync_p95, PAGE_MS)
    } else {
        String::new()
    };
    let in_bytes = promises.most(&format!("{name}, KB over the wire"), kilobytes, PAGE_KB);
    let times = shots.len();
    println!("| {name} | {times} | {p50:.1} | {p95:.1} | {in_time} | {kilobytes:.0} | {in_bytes} |");
    Ok(())
}

/// Serves the large demo to one of each role.
fn of_everyone(folder: &Path) -> Result<Visits> {
    let mut visits = Visits::begin(folder)?;
    for who in [LOAD_TEST, WELFARE, STEWARD, OFFICER, ENGINEER, CITIZEN] {
        visits.enter(who, who)?;
    }
    visits.enter(REFUSED, LOAD_TEST)?;
    for (who, purpose) in [(LOAD_TEST, "load-test"), (REFUSED, "student-loan-relief"), (WELFARE, "benefit-eligibility")]
    {
        visits.work(who, purpose)?;
    }
    Ok(visits)
}

/// Gives all pages of the large demo, in the order in which they are asked for.
fn all_pages(visits: &Visits, folder: &Path, persons: &[String]) -> Result<Vec<PageAsked>> {
    let mut all: Vec<PageAsked> =
        ["/", "/components", "/api/docs/", "/registers", "/registers/tax", "/purposes", "/agreements"]
            .map(|path| PageAsked::at(NOBODY, path))
            .into();
    all.extend(of_officers(visits, persons)?);
    all.extend(of_steward(visits, folder)?);
    all.extend(of_protection(visits)?);
    all.push(PageAsked::at(ENGINEER, "/runs"));
    all.push(PageAsked::of(ENGINEER, "/runs, a quarantine", again("/runs/quarantine/tax")));
    all.push(PageAsked::at(CITIZEN, "/me"));
    let a_contest = visits.link_on(CITIZEN, "/me/records", "/contest")?;
    all.push(PageAsked::of(CITIZEN, "/me, contest", again(&a_contest)));
    all.push(PageAsked::at(CITIZEN, "/me/records"));
    // Last, since a run that is not over when its first page was shown takes from whatever comes next.
    let token = visits.form_token(OFFICER, "/log")?;
    let verifying = || post("/log/verify", format!("form_token={token}"));
    let verifying = PageAsked::of(OFFICER, "/log/verify, its first page", (0..VERIFIED).map(|_| verifying()).collect());
    all.push(PageAsked { is_timed: false, ..verifying });
    Ok(all)
}

/// Gives the pages of those who search and open persons.
fn of_officers(visits: &Visits, persons: &[String]) -> Result<Vec<PageAsked>> {
    let token = visits.form_token(LOAD_TEST, "/search")?;
    let names = ["Maria", "Aguilar", "Novak", "Smith", "Elena", "Okafor", "Ines", "Bauer", "Li", "Haddad"];
    let search = |at: usize| {
        let (first, last) = (names[at % names.len()], names[(at / names.len() + 1) % names.len()]);
        post("/search", format!("form_token={token}&name={first}+{last}"))
    };
    // Addresses and employers of some dossiers. The purpose gives them whole, of few persons a day.
    let token_welfare = visits.form_token(WELFARE, "/search")?;
    let dossiers = visits.dossiers(WELFARE, &token_welfare, ("name=Maria+Novak", HOMES))?;
    let homes = dossiers.iter().filter_map(|dossier| quoted(dossier, "name=\"address\" value=\"").next());
    // What has been escaped is another text.
    let homes = homes.filter(|home| !home.contains('&'));
    let homes: Vec<String> =
        homes.map(|home| format!("form_token={token_welfare}&address={}", form_encoded(home))).collect();
    if homes.is_empty() {
        bail!("no dossier has an address of which it can be asked who else is there");
    }
    let at_homes = |path: &str| -> Vec<Shot> {
        homes.iter().flat_map(|home| (0..VISITS / HOMES).map(move |_| post(path, home.clone()))).collect()
    };
    let mut all = vec![
        PageAsked::at(LOAD_TEST, "/search"),
        PageAsked::of(LOAD_TEST, "/search, searched", (0..VISITS).map(search).collect()),
        PageAsked::of(LOAD_TEST, "/person", persons.iter().map(|person| get(format!("/person/{person}"))).collect()),
        PageAsked::of(WELFARE, "/search, an address", at_homes("/search")),
        PageAsked::of(WELFARE, "who else is at an address", at_homes("/search/household")),
    ];
    // In a republic this large all employers have more people than the purpose opens, which is one more page.
    if let Some(employer) = Visits::employers(&token_welfare, &dossiers).into_iter().next() {
        let asked = || post("/search/household", employer.clone());
        let status = visits.ask(WELFARE, &asked())?.status;
        let name = match status {
            200 => "who else works at an employer",
            403 => "who works at a large employer, refused",
            other => bail!("who else works at an employer was answered with {other}"),
        };
        let shots = (0..VISITS).map(|_| asked()).collect();
        all.push(PageAsked { status, ..PageAsked::of(WELFARE, name, shots) });
    }
    let token_refused = visits.form_token(REFUSED, "/search")?;
    let refused = || post("/search", format!("form_token={token_refused}&name=Maria+Novak"));
    let shots = (0..VISITS).map(|_| refused()).collect();
    all.push(PageAsked { status: 403, ..PageAsked::of(REFUSED, "a refusal", shots) });
    Ok(all)
}

/// Gives the pages of whoever judges pairs.
fn of_steward(visits: &Visits, folder: &Path) -> Result<Vec<PageAsked>> {
    let pair = |pair: usize| format!("/review/{pair}");
    let mut of_pairs = (0..VISITS).filter_map(|number| visits.link_on(STEWARD, &pair(number), "/links/").ok());
    let a_link = of_pairs.next().context("no pair has a link")?;
    let mut all = vec![
        PageAsked::at(STEWARD, "/review"),
        PageAsked::of(STEWARD, "/review, a pair", (0..VISITS).map(|number| get(pair(number))).collect()),
        PageAsked::of(STEWARD, "/review, a link", again(&a_link)),
    ];
    match visits.link_on(STEWARD, "/review", "list=sample") {
        Ok(sampled) => all.push(PageAsked::of(STEWARD, "/review, a pair of the sample", again(&sampled))),
        Err(_) => println!("no pair of the quality sample is left to be judged: none is timed\n"),
    }
    let token = visits.form_token(STEWARD, "/review")?;
    let generation = visits.hidden(STEWARD, &pair(0), "generation")?;
    let said = format!("form_token={token}&generation={}&reason={WHY}", form_encoded(&generation));
    // A verdict that needs no second steward. It is taken back, so that the queue is the same after all.
    let judge = |number: usize| post(&pair(number), format!("{said}&verdict=cannot-say"));
    let take_back = |number: usize| post(&format!("{}/take-back", pair(number)), said.clone());
    all.push(PageAsked::of(STEWARD, "/review, judged, and the next pair", (0..JUDGED).map(judge).collect()));
    all.push(PageAsked::at(STEWARD, "/review/judged"));
    all.push(PageAsked::of(STEWARD, "/review, taken back, and the pair", (0..JUDGED).map(take_back).collect()));
    all.push(PageAsked::at(STEWARD, "/review/explain"));
    let explained = explained(visits, folder, &token)?;
    let explained =
        explained.iter().flat_map(|asked| (0..VISITS / EXPLAINED).map(move |_| post("/review/explain", asked.clone())));
    all.push(PageAsked::of(STEWARD, "/review/explain, two records", explained.collect()));
    Ok(all)
}

/// Gives forms that have two tax returns of one personal number explained, as far as both are there.
fn explained(visits: &Visits, folder: &Path, token: &str) -> Result<Vec<String>> {
    // It needs nothing but Python itself.
    let mut command = run::command("python3");
    command.arg(run::root().join("bench").join("pages").join("two_returns.py")).arg(folder);
    let pairs = run::output(command.arg((2 * EXPLAINED).to_string()))?;
    let mut found = Vec::with_capacity(EXPLAINED);
    for (left, right) in pairs.lines().filter_map(|line| line.split_once(' ')) {
        let [left, right] = [left, right].map(form_encoded);
        let asked = format!("form_token={token}&left={left}&right={right}&reason={WHY}");
        // A row that is in quarantine is no record.
        if visits.ask(STEWARD, &post("/review/explain", asked.clone()))?.status == 200 {
            found.push(asked);
        }
        if found.len() == EXPLAINED {
            return Ok(found);
        }
    }
    bail!("of {EXPLAINED} pairs of tax returns {} could be explained", found.len())
}

/// Gives the pages of whoever watches over use.
fn of_protection(visits: &Visits) -> Result<Vec<PageAsked>> {
    let token = visits.form_token(OFFICER, "/desk")?;
    let naming = || post("/desk/officers", format!("form_token={token}&reason={WHY}"));
    // So that there is a rule that has refused.
    let refused = visits.form_token(REFUSED, "/search")?;
    visits.ask(REFUSED, &post("/search", format!("form_token={refused}&name=Maria+Novak")))?;
    let by_rule = visits.link_on(OFFICER, "/desk", "rule=")?;
    let newest = visits.page(OFFICER, &get("/log".to_owned()))?;
    let day = quoted(&newest, "<time datetime=\"").next().and_then(|moment| moment.get(..10));
    let day = day.context("the log has no entry with a day")?;
    Ok(vec![
        PageAsked::at(OFFICER, "/desk"),
        PageAsked::of(OFFICER, "/desk, officers named", (0..VISITS).map(|_| naming()).collect()),
        PageAsked::at(OFFICER, "/quality"),
        PageAsked::at(OFFICER, "/log"),
        PageAsked::of(OFFICER, "/log, an entry", again("/log/1")),
        PageAsked::of(OFFICER, "/log, refusals", again("/log?kind=refusal")),
        PageAsked::of(OFFICER, "/log, refusals by a rule", again(&by_rule)),
        PageAsked::of(OFFICER, "/log, a day", again(&format!("/log?from={day}&until={day}"))),
        // One of which the demo asks little: what there is of it lies far apart.
        PageAsked::of(OFFICER, "/log, a role", again("/log?role=electoral-commission/finance-auditor")),
    ])
}

/// Serves the small demo, in which employers are small too, to a member of the office that asks who works there.
fn of_colleagues(folder: &Path) -> Result<Visits> {
    let mut visits = Visits::begin(folder)?;
    visits.enter(WELFARE, WELFARE)?;
    visits.work(WELFARE, "benefit-eligibility")?;
    std::thread::sleep(READ_AHEAD);
    Ok(visits)
}

fn colleagues(visits: &Visits) -> Result<PageAsked> {
    let token = visits.form_token(WELFARE, "/search")?;
    let mut opened = 0;
    // Most employers are larger than the purpose opens. Fewer persons are opened than it gives for a day.
    for asked in ["name=Maria+Novak", "name=Novak", "name=Martin", "name=Schmidt", "name=Kowalski"] {
        let dossiers = visits.dossiers(WELFARE, &token, (asked, DOSSIERS))?;
        opened += dossiers.len();
        for employer in Visits::employers(&token, &dossiers) {
            let asked = || post("/search/household", employer.clone());
            if visits.ask(WELFARE, &asked())?.status == 200 {
                return Ok(PageAsked::of(
                    WELFARE,
                    "who else works at an employer, 50,000 people",
                    (0..VISITS).map(|_| asked()).collect(),
                ));
            }
        }
    }
    bail!("no employer of {opened} dossiers opens; the day's budget of persons may be spent")
}

/// Serves the altered copy of the small demo to one who opens dossiers, and to its citizen.
fn of_altered(altered: &Altered) -> Result<Visits> {
    let mut visits = Visits::begin(&altered.folder)?;
    for who in [LOAD_TEST, CITIZEN] {
        visits.enter(who, who)?;
    }
    visits.work(LOAD_TEST, "load-test")?;
    std::thread::sleep(READ_AHEAD);
    Ok(visits)
}

/// Gives the dossier of the person who has very many records.
fn of_very_many(visits: &Visits, altered: &Altered) -> Result<PageAsked> {
    let token = visits.form_token(LOAD_TEST, "/search")?;
    let asked = format!("name={}&birth_date={}", form_encoded(&altered.name), altered.born);
    for person in visits.found(LOAD_TEST, &token, &asked)? {
        let records = visits.page(LOAD_TEST, &get(person.clone()))?.matches("<div class=\"record\"").count();
        if records > RETURNS {
            let name = "/person, more than 200 records, 50,000 people";
            return Ok(PageAsked { is_timed: false, ..PageAsked::of(LOAD_TEST, name, again(&person)) });
        }
    }
    bail!("nobody whom the search finds has more than {RETURNS} records")
}

/// Gives the page after the citizen contests a record of theirs, one after the other, and after they take that back. Their page
/// of what is held lists it ever after, so this is done in a copy that is made for it.
fn contested(visits: &Visits) -> Result<PageAsked> {
    let held = visits.page(CITIZEN, &get("/me/records".to_owned()))?;
    let links = quoted(&held, "href=\"").filter_map(unescaped).filter(|link| link.ends_with("/contest"));
    let contests: Vec<String> = links.collect();
    let first = contests.first().context("the citizen has no record that can be contested")?;
    let token = visits.form_token(CITIZEN, first)?;
    let contest = |path: &String| post(path, format!("form_token={token}&reason={WHY}"));
    let take_back = |path: &String| {
        let path = path.replace("/contest", "/take-back");
        post(&path, format!("form_token={token}"))
    };
    let round = || contests.iter().map(contest).chain(contests.iter().map(take_back));
    let shots = (0..CONTESTED).flat_map(|_| round()).collect();
    Ok(PageAsked::of(CITIZEN, "/me/records, contested or taken back, 50,000 people", shots))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_links_to_is_read_as_it_was_written() {
        let page = r#"<a href="/log?kind=refusal&#38;rule=a.b">x</a> <a href="/quality">y</a>"#;
        let links: Vec<String> = quoted(page, "href=\"").filter_map(unescaped).collect();
        assert_eq!(links, ["/log?kind=refusal&rule=a.b", "/quality"]);
        assert_eq!(unescaped("O&#39;Hara"), None, "what is not known to be another text");
        assert_eq!(form_encoded("Crown & Söhne"), "Crown%20%26%20S%C3%B6hne");
    }
}
