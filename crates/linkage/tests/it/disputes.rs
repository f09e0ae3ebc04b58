//! What a person contests is held where it is and decides nothing, until a steward has judged it or it is taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use gate::{EntryKind, LookSubject};
use lake::{TableRef, Write, WriteMode};
use linkage::{EventCounts, LinkageError, dispute, settle, spine, withdraw};
use model::request::Action;
use model::{Actor, Judgement, OfficerId, PersonId, RecordId, Request, Verdict};

use crate::fixture::{Opened, Republic, Row, noon, record};
use crate::people::{Deliveries, Dice, LinkRow, check_story, deliver, deliveries, link_now, links, table};
use crate::steward::decide;
use crate::versions::{clusters, judge_alike, pin};

/// What the citizen writes; it is nowhere in the lake.
const WORDS: &str = "I never lived in that street";

/// Contests that `contested` is about the person whom it is linked to, or takes that back.
pub(crate) async fn say(
    opened: &Opened,
    verdict: Verdict,
    contested: &RecordId,
    tied: &RecordId,
) -> Result<u64, LinkageError> {
    let now = links(opened).await;
    let id = now[&contested.to_string()].person;
    let of_person = now.iter().filter(|(_, link)| link.person == id);
    let subject = LookSubject {
        person: PersonId(id as u64),
        records: of_person.map(|(record, _)| record.parse().unwrap()).collect(),
    };
    let account = OfficerId::new("citizen-one").unwrap();
    let request = Request {
        actor: Actor::Citizen { account: account.clone(), person: subject.person },
        purpose: "own-data".parse().unwrap(),
        case: None,
        justification: Some(WORDS.to_owned()),
        by_program: false,
        action: Action::ReadOwn,
    };
    let permit = opened.gate.decide(&request).await.unwrap();
    let said = Judgement {
        left: contested.clone(),
        right: tied.clone(),
        verdict,
        by: account.to_string(),
        at: noon(),
        reason: WORDS.to_owned(),
    };
    let is_base = |record: &RecordId| record.register.as_str() != "donations";
    let of_person = subject.records.iter().filter(|record| is_base(contested) && is_base(record));
    let base: Vec<RecordId> = of_person.cloned().collect();
    let said = match verdict {
        Verdict::Disputed => dispute(&opened.gate, permit, subject, &said, &base).await?,
        _ => withdraw(&opened.gate, permit, subject, &said).await?,
    };
    opened.gate.keep_spoken(&said.spoken).await.unwrap();
    // Some tests read what the spine has of it before any run does.
    settle(&opened.lake, &opened.gate).await.unwrap();
    Ok(said.leaf)
}

/// A republic that was linked once, in which the tax record of person 0 has a census record beside it.
struct Linked {
    republic: Republic,
    opened: Opened,
    made: Deliveries,
    tax: RecordId,
    census: RecordId,
}

impl Linked {
    async fn new(change: impl FnOnce(&mut Deliveries)) -> Self {
        let mut republic = Republic::new();
        // So that a second tax record can come to a person.
        republic.project.linkage.as_mut().unwrap().one_record_per_person.clear();
        let opened = republic.open().await;
        let mut made = deliveries(200);
        let key = made.census[0].key.clone();
        let row = made.tax.iter_mut().find(|row| row.key == key).unwrap();
        row.last_name = row.last_name.as_ref().map(|name| format!("{name}x"));
        change(&mut made);
        deliver(&opened, &republic.project, &made).await;
        link_now(&opened, &republic, "link-1").await.unwrap();
        let key = &made.census[0].key;
        let (tax, census) = (record("tax", key), record("census", key));
        let now = links(&opened).await;
        assert_eq!(now[&tax.to_string()].person, now[&census.to_string()].person);
        Self { republic, opened, made, tax, census }
    }

    async fn contest(&self) -> u64 {
        say(&self.opened, Verdict::Disputed, &self.tax, &self.census).await.unwrap()
    }

    async fn take_back(&self) {
        say(&self.opened, Verdict::Withdrawn, &self.tax, &self.census).await.unwrap();
    }

    async fn link(&self, name: &str) -> linkage::LinkReport {
        link_now(&self.opened, &self.republic, name).await.unwrap()
    }

    async fn links(&self) -> BTreeMap<String, LinkRow> {
        links(&self.opened).await
    }

    async fn are_one(&self, one: &RecordId, other: &RecordId) -> bool {
        let now = self.links().await;
        now[&one.to_string()].person == now[&other.to_string()].person
    }

    /// Gives the contested row, to be changed.
    fn row(&mut self) -> &mut Row {
        let key = self.made.census[0].key.clone();
        self.made.tax.iter_mut().find(|row| row.key == key).unwrap()
    }

    async fn deliver(&self) {
        deliver(&self.opened, &self.republic.project, &self.made).await;
    }
}

/// A tax row that is found by the last name of the contested one, which the census writes another way, and by nothing else.
fn newcomer(made: &Deliveries) -> Row {
    let key = &made.census[0].key;
    newcomer_beside(made.tax.iter().find(|row| row.key == *key).unwrap(), "newcomer")
}

fn newcomer_beside(row: &Row, key: &str) -> Row {
    let first_name = row.first_name.as_ref().map(|name| format!("{name}l"));
    Row { key: key.to_owned(), first_name, own: vec![None, Some("1".to_owned())], ..row.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn to_contest_changes_nobody_and_is_in_the_log() {
    let linked = Linked::new(|_| ()).await;
    let before = linked.links().await;
    let leaf = linked.contest().await;
    let entry = linked.opened.gate.entries(leaf..leaf + 1).await.unwrap().remove(0).entry;
    assert_eq!(entry.kind, EntryKind::Contest);
    let report = linked.link("link-2").await;
    assert_eq!((report.judgements.disputed, report.judgements.same, report.judgements.waiting), (1, 0, 0));
    assert_eq!(report.events, EventCounts::default());
    assert_eq!(linked.links().await, before, "persons, weights and reasons are those of before");
    // The spine names the entry of the log; what the citizen wrote is not in it.
    let rows = table(&linked.opened, "judgements").await;
    let shown = format!("{rows:?}");
    assert!(shown.contains(&format!("entry {leaf} of the log")) && !shown.contains(WORDS), "{shown}");
    check_story(&linked.opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contested_record_brings_nobody_in() {
    let new = record("tax", "newcomer");
    // Without a contest the newcomer comes to the person, through the record that has their number.
    let mut free = Linked::new(|_| ()).await;
    free.made.tax.push(newcomer(&free.made));
    free.deliver().await;
    free.link("link-2").await;
    assert!(free.are_one(&new, &free.tax).await);

    let mut held = Linked::new(|_| ()).await;
    held.contest().await;
    held.made.tax.push(newcomer(&held.made));
    held.deliver().await;
    held.link("link-2").await;
    assert!(!held.are_one(&new, &held.tax).await, "nobody comes through a contested record");
    assert!(held.are_one(&held.tax, &held.census).await);
    check_story(&held.opened).await;
    // A steward says that the record is theirs: it decides again.
    decide(&held.opened, Verdict::Same, &held.tax, &held.census, "seen both documents").await.unwrap();
    let report = held.link("link-3").await;
    assert_eq!((report.judgements.disputed, report.judgements.same), (0, 1));
    assert!(held.are_one(&new, &held.tax).await);
    check_story(&held.opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contested_record_is_not_moved() {
    let somebody = "150";
    let become_somebody = |linked: &mut Linked| {
        let other = linked.made.tax.iter().find(|row| row.key == somebody).unwrap().clone();
        let row = linked.row();
        (row.first_name, row.last_name, row.birth_date) = (other.first_name, other.last_name, other.birth_date);
        row.own = vec![None, Some("1".to_owned())];
    };
    let mut free = Linked::new(|_| ()).await;
    become_somebody(&mut free);
    free.deliver().await;
    free.link("link-2").await;
    assert!(!free.are_one(&free.tax, &free.census).await);

    let mut held = Linked::new(|_| ()).await;
    held.contest().await;
    become_somebody(&mut held);
    held.deliver().await;
    held.link("link-2").await;
    assert!(held.are_one(&held.tax, &held.census).await, "it stays where it was when it was contested");
    check_story(&held.opened).await;
    decide(&held.opened, Verdict::Different, &held.tax, &held.census, "another person's record").await.unwrap();
    held.link("link-3").await;
    assert!(!held.are_one(&held.tax, &held.census).await, "a judgement settles it");
    check_story(&held.opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_contested_record_alone_holds_stays() {
    let linked = Linked::new(|made| made.tax.push(newcomer(made))).await;
    let new = record("tax", "newcomer");
    assert!(linked.are_one(&new, &linked.tax).await);
    let before = linked.links().await;
    linked.contest().await;
    let report = linked.link("link-2").await;
    assert_eq!((report.events, linked.links().await), (EventCounts::default(), before));
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_it_back_gives_the_identical_state() {
    // Two republics with one history, but for a contest that was made and taken back.
    let (mut plain, mut contested) = (Linked::new(|_| ()).await, Linked::new(|_| ()).await);
    for linked in [&plain, &contested] {
        decide(&linked.opened, Verdict::Same, &linked.tax, &linked.census, "seen both documents").await.unwrap();
        linked.link("link-2").await;
    }
    contested.contest().await;
    contested.link("link-3").await;
    contested.take_back().await;
    for linked in [&mut plain, &mut contested] {
        linked.made.tax.push(newcomer(&linked.made));
        linked.deliver().await;
        let report = linked.link("link-4").await;
        assert_eq!((report.judgements.same, report.judgements.disputed), (1, 0), "the steward's word holds again");
        check_story(&linked.opened).await;
    }
    assert_eq!(contested.links().await, plain.links().await);
    assert!(contested.are_one(&record("tax", "newcomer"), &contested.tax).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_judgement_about_the_contested_record_and_another_is_followed() {
    let linked = Linked::new(|_| ()).await;
    let other = record("tax", &linked.made.census[1].key);
    linked.contest().await;
    decide(&linked.opened, Verdict::Same, &linked.tax, &other, "seen both documents").await.unwrap();
    linked.link("link-2").await;
    assert!(linked.are_one(&linked.tax, &linked.census).await && linked.are_one(&linked.tax, &other).await);
    decide(&linked.opened, Verdict::Different, &other, &linked.census, "father and son").await.unwrap();
    linked.link("link-3").await;
    assert!(
        !linked.are_one(&linked.census, &other).await,
        "a contested record connects nobody whom stewards keep apart"
    );
    check_story(&linked.opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contest_of_a_record_that_is_away_waits() {
    let mut linked = Linked::new(|_| ()).await;
    linked.contest().await;
    linked.made.census.remove(0);
    linked.deliver().await;
    let report = linked.link("link-2").await;
    assert_eq!((report.judgements.disputed, report.judgements.waiting), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contest_says_why_and_is_the_person_s_own() {
    let linked = Linked::new(|_| ()).await;
    let error = say(&linked.opened, Verdict::Disputed, &linked.tax, &linked.tax).await.unwrap_err();
    assert!(error.to_string().contains("two records"), "{error}");
    let stranger = record("tax", &linked.made.census[1].key);
    let error = say(&linked.opened, Verdict::Disputed, &linked.tax, &stranger).await.unwrap_err();
    assert!(matches!(error, LinkageError::Denied(_)), "{error}");
    let error = say(&linked.opened, Verdict::Same, &linked.tax, &linked.census).await.unwrap_err();
    assert!(matches!(error, LinkageError::Judgement(_)), "{error}");
    assert!(table(&linked.opened, "judgements").await.is_empty());
}

/// What is contested is held with whom it was, also where that was the work of a record that has been erased since. That is
/// what the contest says, and not a trace of the record: where the same is said and the record never was, it is so too.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_record_that_was_erased_put_together_is_held_by_the_contest_alone() {
    // The newcomer and the census record are one person by the tax record, and by nothing else.
    let mut linked = Linked::new(|made| made.tax.push(newcomer(made))).await;
    let new = record("tax", "newcomer");
    assert!(linked.are_one(&new, &linked.census).await);
    say(&linked.opened, Verdict::Disputed, &new, &linked.census).await.unwrap();
    let key = linked.made.census[0].key.clone();
    linked.made.tax.retain(|row| row.key != key);
    linked.deliver().await;
    let report = linked.link("link-2").await;
    assert_eq!((report.judgements.disputed, report.judgements.waiting), (1, 0));
    assert!(!linked.links().await.contains_key(&linked.tax.to_string()), "it was erased");
    assert!(linked.are_one(&new, &linked.census).await, "it stays with whom it was contested");
    let [alike, silent] = [true, false].map(|is_alike| never_saw(&linked.opened, &linked.made, is_alike));
    let (alike, silent) = (alike.await, silent.await);
    assert_eq!(clusters(&linked.opened).await, alike);
    assert!(silent.contains(&BTreeSet::from([new.to_string()])), "without the contest the newcomer is alone");

    say(&linked.opened, Verdict::Withdrawn, &new, &linked.census).await.unwrap();
    let report = linked.link("link-3").await;
    assert_eq!(report.judgements.disputed, 0);
    assert_eq!(clusters(&linked.opened).await, silent, "what the erased record did is gone with the contest");
    check_story(&linked.opened).await;
}

/// Gives the clusters of a lake that has the models of `from` and never had other records than these; where it is `alike`,
/// the same was judged and disputed there.
async fn never_saw(from: &Opened, made: &Deliveries, is_alike: bool) -> BTreeSet<BTreeSet<String>> {
    let mut republic = Republic::new();
    republic.project.linkage.as_mut().unwrap().one_record_per_person.clear();
    let opened = republic.open().await;
    pin(from, &opened).await;
    if is_alike {
        judge_alike(from, &opened).await;
    }
    deliver(&opened, &republic.project, made).await;
    let report = link_now(&opened, &republic, "link-1").await.unwrap();
    assert_eq!((report.model_version, report.model_learnt), (1, false));
    clusters(&opened).await
}

/// Records at random are contested, and others erased, those of contested persons among them.
#[tokio::test(flavor = "multi_thread")]
async fn an_erased_record_leaves_nothing_while_others_are_contested() {
    let mut held_alone = 0;
    for seed in 0..3 {
        let mut dice = Dice::new(seed);
        let mut linked = Linked::new(|made| {
            // They come to their person by the tax record alone, which the census writes another way.
            for row in &mut made.tax[..60] {
                row.last_name = row.last_name.as_ref().map(|name| format!("{name}x"));
            }
            let beside = made.tax[..60].iter().map(|row| newcomer_beside(row, &format!("{}-again", row.key)));
            let beside: Vec<Row> = beside.collect();
            made.tax.extend(beside);
        })
        .await;
        let mut of_person: BTreeMap<i64, Vec<RecordId>> = BTreeMap::new();
        for (record, link) in linked.links().await {
            of_person.entry(link.person).or_default().push(record.parse().unwrap());
        }
        let mut contested = 0;
        for records in of_person.values().filter(|records| records.len() > 2) {
            let first = dice.below(records.len() as u64) as usize;
            let second = (first + 1 + dice.below(records.len() as u64 - 1) as usize) % records.len();
            if dice.below(3) > 0 {
                say(&linked.opened, Verdict::Disputed, &records[first], &records[second]).await.unwrap();
                contested += 1;
            }
        }
        let report = linked.link("link-2").await;
        assert_eq!((report.judgements.disputed, report.events), (contested, EventCounts::default()), "seed {seed}");
        for rows in [&mut linked.made.tax, &mut linked.made.census, &mut linked.made.donations] {
            rows.retain(|_| dice.below(4) > 0);
        }
        linked.deliver().await;
        let report = linked.link("link-3").await;
        assert!(
            report.judgements.disputed > 5 && report.judgements.waiting > 0,
            "seed {seed}: {:?}",
            report.judgements
        );
        let now = clusters(&linked.opened).await;
        assert_eq!(now, never_saw(&linked.opened, &linked.made, true).await, "seed {seed}");
        let silent = never_saw(&linked.opened, &linked.made, false).await;
        held_alone += now.difference(&silent).count();
        check_story(&linked.opened).await;
    }
    assert!(held_alone > 0, "somewhere a contest decides who is whom");
}

/// Gives the records that are listed beside contests.
async fn listed(opened: &Opened) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for batch in table(opened, "judgements").await {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let (rights, verdicts) = (text("right"), text("verdict"));
        let of_list = (0..batch.num_rows()).filter(|row| verdicts.value(*row) == "held");
        found.extend(of_list.map(|row| rights.value(row).to_owned()));
    }
    found
}

/// Gives what was linked where the person of the contests gave something, and the record of that.
async fn with_a_gift() -> (Linked, RecordId) {
    let linked = Linked::new(|made| {
        let gift = Row { own: vec![Some("Reform Party".to_owned())], ..made.census[0].clone() };
        made.donations.retain(|row| row.key != gift.key);
        made.donations.push(gift);
    })
    .await;
    let gift = record("donations", &linked.made.census[0].key);
    assert!(linked.are_one(&gift, &linked.census).await);
    (linked, gift)
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_contest_no_attached_register_is_named() {
    let (linked, gift) = with_a_gift().await;
    linked.contest().await;
    assert_eq!(listed(&linked.opened).await, BTreeSet::from([linked.tax.to_string(), linked.census.to_string()]));
    assert!(!format!("{:?}", table(&linked.opened, "judgements").await).contains("donations"));
    let report = linked.link("link-2").await;
    assert_eq!((report.judgements.disputed, report.events), (1, EventCounts::default()));
    assert!(linked.are_one(&gift, &linked.census).await && linked.are_one(&linked.tax, &linked.census).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contested_record_that_is_attached_is_listed_alone_and_stays() {
    let (linked, gift) = with_a_gift().await;
    say(&linked.opened, Verdict::Disputed, &gift, &linked.census).await.unwrap();
    assert_eq!(listed(&linked.opened).await, BTreeSet::from([gift.to_string()]));
    let report = linked.link("link-2").await;
    assert_eq!((report.judgements.disputed, report.events), (1, EventCounts::default()));
    assert!(linked.are_one(&gift, &linked.census).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn contests_of_before_whom_they_hold_was_told_are_warned_of() {
    let linked = Linked::new(|_| ()).await;
    linked.contest().await;
    let is_warned = |report: &linkage::LinkReport| {
        report
            .warnings
            .iter()
            .any(|warning| warning.starts_with("contests in force that don't tell whom") && warning.contains(": 1."))
    };
    assert!(!is_warned(&linked.link("link-2").await));
    // An earlier version wrote the contest and no list.
    let written = table(&linked.opened, "judgements").await;
    let write = Write {
        table: TableRef::spine(spine::JUDGEMENTS),
        schema: Arc::clone(&spine::JUDGEMENTS_SCHEMA),
        batches: vec![written[0].slice(0, 1)].into(),
        mode: WriteMode::Overwrite,
        txn: None,
        statistics: Vec::new(),
        metadata: BTreeMap::new(),
    };
    linked.opened.lake.write(write).await.unwrap();
    assert!(listed(&linked.opened).await.is_empty());
    let report = linked.link("link-3").await;
    assert!(is_warned(&report) && report.judgements.disputed == 1, "{:?}", report.warnings);
    decide(&linked.opened, Verdict::Same, &linked.tax, &linked.census, "seen both documents").await.unwrap();
    assert!(!is_warned(&linked.link("link-4").await), "it is not in force any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contest_is_held_again_when_what_settled_it_is_taken_back() {
    let linked = Linked::new(|_| ()).await;
    linked.contest().await;
    let held = linked.link("link-2").await;
    let before = linked.links().await;
    decide(&linked.opened, Verdict::Different, &linked.tax, &linked.census, "another person's record").await.unwrap();
    assert_eq!(linked.link("link-3").await.judgements.disputed, 0);
    assert!(!linked.are_one(&linked.tax, &linked.census).await);
    decide(&linked.opened, Verdict::TakenBack, &linked.tax, &linked.census, "I misread the place").await.unwrap();
    let again = linked.link("link-4").await;
    assert_eq!((again.judgements, held.judgements.disputed), (held.judgements, 1));
    assert_eq!(people_of(&linked.links().await), people_of(&before));
    // It is the person's to take back, as before.
    linked.take_back().await;
    assert_eq!(linked.link("link-5").await.judgements.disputed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_contested_records_the_one_is_held_when_the_other_is_taken_back() {
    let mut linked = Linked::new(|_| ()).await;
    let new = record("tax", "newcomer");
    linked.contest().await;
    say(&linked.opened, Verdict::Disputed, &linked.census, &linked.tax).await.unwrap();
    let report = linked.link("link-2").await;
    assert_eq!(report.judgements.disputed, 1, "it is one pair");
    assert!(linked.are_one(&linked.tax, &linked.census).await);
    say(&linked.opened, Verdict::Withdrawn, &linked.census, &linked.tax).await.unwrap();
    linked.made.tax.push(newcomer(&linked.made));
    linked.deliver().await;
    assert_eq!(linked.link("link-3").await.judgements.disputed, 1);
    assert!(!linked.are_one(&new, &linked.tax).await, "nobody comes through a contested record");
    linked.take_back().await;
    assert_eq!(linked.link("link-4").await.judgements.disputed, 0);
    assert!(linked.are_one(&new, &linked.tax).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_once_more_for_the_same_entry_takes_nothing_else_back() {
    let linked = Linked::new(|_| ()).await;
    let (tax, census) = (&linked.tax, &linked.census);
    let leaf = decide(&linked.opened, Verdict::Different, tax, census, "father and son").await.unwrap();
    let last = decide(&linked.opened, Verdict::Same, tax, census, "seen both documents").await.unwrap();
    // The second time because nobody could note that it had been written.
    let reason = format!("taking back entry {last}: I misread the year");
    for name in ["link-2", "link-3"] {
        decide(&linked.opened, Verdict::TakenBack, tax, census, &reason).await.unwrap();
        let counts = linked.link(name).await.judgements;
        assert_eq!((counts.different, counts.same), (1, 0), "{name}");
    }
    let reason = format!("taking back entry {leaf}: they are one after all");
    decide(&linked.opened, Verdict::TakenBack, tax, census, &reason).await.unwrap();
    assert_eq!(linked.link("link-4").await.judgements.different, 0);
}

fn people_of(links: &BTreeMap<String, LinkRow>) -> Vec<(&str, i64)> {
    links.iter().map(|(record, link)| (record.as_str(), link.person)).collect()
}
