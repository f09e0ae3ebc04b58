//! The order of things, and what happens when one of them fails.

use chrono::{TimeZone, Utc};
use indexmap::IndexMap;
use tokio::sync::Semaphore;

use super::*;
use crate::entry::{By, Digest32, ENTRY_VERSION, EntryKind};

/// A store and a log that note what is done, in one list, and fail when told to.
#[derive(Default)]
struct Fake {
    done: Mutex<Vec<String>>,
    put_fails: Mutex<bool>,
    append_fails: Mutex<bool>,
    /// Whether the log says beforehand that it lets nothing in.
    is_closed: Mutex<bool>,
    placing_fails: Mutex<bool>,
    /// How often keys are found to have changed; each time they are others.
    rounds_of_keys: Mutex<usize>,
    persons: Mutex<HashMap<BudgetKey, HashSet<PersonId>>>,
    /// How often budgets were read.
    reads: Mutex<usize>,
    /// The details, in order.
    kept: Mutex<Vec<u8>>,
    size: Mutex<u64>,
    /// Appending waits for a permit of this, where there is one.
    append_waits_for: Option<Arc<Semaphore>>,
}

impl Fake {
    fn note(&self, what: impl Into<String>) {
        self.done.lock().push(what.into());
    }

    fn keys(&self, persons: &[PersonId]) -> Vec<PersonKey> {
        let round = *self.rounds_of_keys.lock() as u8;
        let key = |person: &PersonId| PersonKey::from_bytes([(person.0 as u8).wrapping_add(round); 32]);
        persons.iter().map(key).collect()
    }

    fn done(&self) -> Vec<String> {
        self.done.lock().clone()
    }
}

fn broken() -> GateError {
    GateError::log(std::io::Error::other("broken on purpose"))
}

impl Details for Fake {
    type Sealed = NewLook;

    fn make_ready(&self, look: NewLook) -> Result<(NewLook, Vec<PersonKey>, UnsavedKeys), GateError> {
        let keys = self.keys(&look.persons);
        Ok((look, keys, UnsavedKeys::default()))
    }

    fn person_keys(&self, persons: Vec<PersonId>) -> BoxFuture<'_, Result<(Vec<PersonKey>, UnsavedKeys), GateError>> {
        Box::pin(async move { Ok((self.keys(&persons), UnsavedKeys::default())) })
    }

    fn put(&self, looks: Vec<NewLook>, _: UnsavedKeys) -> BoxFuture<'_, Result<Put, GateError>> {
        Box::pin(async move {
            if *self.put_fails.lock() {
                return Err(broken());
            }
            let mut rounds = self.rounds_of_keys.lock();
            if *rounds > 0 {
                *rounds -= 1;
                return Ok(Put::KeysChanged);
            }
            let first = self.kept.lock().len() as u64;
            for look in &looks {
                self.kept.lock().push(look.commitment[0]);
                self.note(format!("detail {}", look.commitment[0]));
                if let (true, Some(account)) = (look.counts_to_budget, &look.account) {
                    let key = BudgetKey { account: account.clone(), purpose: look.purpose.clone(), day: look.day };
                    let counted = look.persons.iter().chain(&look.stands_in);
                    self.persons.lock().entry(key).or_default().extend(counted);
                }
            }
            Ok(Put::Kept(first))
        })
    }

    fn place(&self, runs: Vec<PlacedLooks>) -> BoxFuture<'_, Result<(), GateError>> {
        Box::pin(async move {
            if *self.placing_fails.lock() {
                return Err(broken());
            }
            for PlacedLooks { first, leaf, count } in runs {
                for at in 0..count {
                    self.note(format!("place {} at {}", self.kept.lock()[(first + at) as usize], leaf + at));
                }
            }
            Ok(())
        })
    }

    fn persons_opened<'a>(&'a self, key: &'a BudgetKey) -> BoxFuture<'a, Result<HashSet<PersonId>, GateError>> {
        Box::pin(async move {
            *self.reads.lock() += 1;
            Ok(self.persons.lock().get(key).cloned().unwrap_or_default())
        })
    }
}

impl Leaves for Fake {
    fn check_open(&self) -> Result<(), GateError> {
        if *self.is_closed.lock() { Err(broken()) } else { Ok(()) }
    }

    fn append(&self, entries: Vec<Vec<u8>>) -> BoxFuture<'_, Result<u64, GateError>> {
        Box::pin(async move {
            self.note(format!("append {}", entries.len()));
            if let Some(semaphore) = &self.append_waits_for {
                semaphore.acquire().await.map_err(|_| broken())?.forget();
            }
            if *self.append_fails.lock() {
                return Err(broken());
            }
            for entry in &entries {
                let entry = Entry::decode(entry).unwrap();
                self.note(format!("entry {}", entry.commitment.0[0]));
                for tag in &entry.tags {
                    self.note(format!("tag {}", hex::encode(tag.0)));
                }
            }
            let mut size = self.size.lock();
            let first = *size;
            *size += entries.len() as u64;
            Ok(first)
        })
    }
}

fn key() -> BudgetKey {
    BudgetKey {
        account: OfficerId::new("ada").unwrap(),
        purpose: PurposeId::new("relief").unwrap(),
        day: NaiveDate::from_ymd_opt(2026, 5, 1).unwrap(),
    }
}

fn look(number: u8, spending: Option<Spending>) -> Prepared {
    let key = key();
    let persons = spending.iter().flat_map(|spending| spending.persons.iter().copied()).collect();
    let look = NewLook {
        commitment: [number; 32],
        at: Utc.with_ymd_and_hms(2026, 5, 1, 12, 0, 0).unwrap(),
        account: Some(key.account),
        purpose: key.purpose,
        day: key.day,
        persons,
        counts_to_budget: spending.is_some(),
        stands_in: None,
        counts_as: None,
        detail: vec![],
    };
    let entry = Entry {
        v: ENTRY_VERSION,
        kind: EntryKind::Look,
        asked: None,
        at_ms: look.at.timestamp_millis(),
        by: By::Citizen,
        purpose: None,
        registers: vec![],
        classes: IndexMap::new(),
        subjects: look.persons.len() as u32,
        rules: vec![],
        job: None,
        run: None,
        tables: vec![],
        files: None,
        rows: None,
        quarantined: None,
        policy: Digest32([0; 32]),
        commitment: Digest32([number; 32]),
        tags: vec![],
    };
    Prepared { look, entry, spending }
}

fn spending(person: u64, persons_max: u32) -> Option<Spending> {
    Some(spending_on(&[person], 0, persons_max))
}

fn spending_on(persons: &[u64], missing: u32, persons_max: u32) -> Spending {
    let persons = persons.iter().copied().map(PersonId).collect();
    Spending { key: key(), persons, missing, is_in_vain: false, persons_max }
}

fn start(fake: Fake) -> (Arc<Writer<Fake>>, Arc<Fake>) {
    let fake = Arc::new(fake);
    let writer = Writer::start(Arc::clone(&fake), Arc::clone(&fake) as Arc<dyn Leaves>);
    (Arc::new(writer), fake)
}

/// Invariant 4: the entry is durable before the first byte of the answer, and the detail before the entry.
#[tokio::test]
async fn the_detail_then_the_entry_then_the_answer() {
    let semaphore = Arc::new(Semaphore::new(0));
    let (writer, fake) = start(Fake { append_waits_for: Some(Arc::clone(&semaphore)), ..Fake::default() });
    let answered = tokio::spawn({
        let (writer, fake) = (Arc::clone(&writer), Arc::clone(&fake));
        async move {
            let outcome = writer.write(look(7, None)).await;
            fake.note("answer");
            outcome
        }
    });
    while !fake.done().contains(&"append 1".to_owned()) {
        tokio::task::yield_now().await;
    }
    // The detail is there, the entry is being written: for as long as that takes nobody is answered.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!answered.is_finished());
    assert_eq!(fake.done(), ["detail 7", "append 1"]);
    semaphore.add_permits(1);
    assert!(matches!(answered.await.unwrap(), Outcome::Written(0)));
    writer.close().await;
    let done = fake.done();
    assert_eq!(done[..3], ["detail 7", "append 1", "entry 7"]);
    assert!(done[3..].contains(&"answer".to_owned()) && done[3..].contains(&"place 7 at 0".to_owned()));
}

#[tokio::test]
async fn when_the_store_fails_nothing_is_logged_and_nobody_answered() {
    let (writer, fake) = start(Fake { put_fails: Mutex::new(true), ..Fake::default() });
    assert!(matches!(writer.write(look(1, None)).await, Outcome::Failed(_)));
    assert_eq!(fake.done(), Vec::<String>::new());
}

#[tokio::test]
async fn that_looks_can_t_be_written_is_told_until_some_can_or_nobody_tries() {
    let (writer, fake) = start(Fake { put_fails: Mutex::new(true), ..Fake::default() });
    assert!(writer.last_failure(Instant::now()).is_none());
    assert!(matches!(writer.write(look(1, None)).await, Outcome::Failed(_)));
    assert!(writer.last_failure(Instant::now()).is_some());
    assert!(writer.last_failure(Instant::now() + FAILS_FOR).is_none(), "nobody has tried for a while");
    *fake.put_fails.lock() = false;
    assert!(matches!(writer.write(look(2, None)).await, Outcome::Written(_)));
    assert!(writer.last_failure(Instant::now()).is_none());
}

#[tokio::test]
async fn when_the_log_fails_nobody_is_answered() {
    let (writer, fake) = start(Fake { append_fails: Mutex::new(true), ..Fake::default() });
    assert!(matches!(writer.write(look(1, None)).await, Outcome::Failed(_)));
    assert_eq!(fake.done(), ["detail 1", "append 1"]);
}

#[tokio::test]
async fn two_officers_at_once_cannot_both_take_the_last_place() {
    let (writer, fake) = start(Fake::default());
    let looks = (0..20_u8).map(|number| writer.write(look(number, spending(u64::from(number), 5))));
    let outcomes = futures::future::join_all(looks).await;
    let written = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Written(_))).count();
    let over = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::OverBudget(6))).count();
    assert_eq!((written, over), (5, 15));
    assert_eq!(fake.persons.lock()[&key()].len(), 5);
    // Whom the officer has opened already may be opened again.
    assert!(matches!(writer.write(look(99, spending(0, 5))).await, Outcome::Written(5)));
}

#[tokio::test]
async fn a_budget_is_read_from_the_store_and_read_anew_after_a_failure() {
    let opened = HashMap::from([(key(), HashSet::from([PersonId(1), PersonId(2)]))]);
    let (writer, fake) = start(Fake { persons: Mutex::new(opened), ..Fake::default() });
    assert!(matches!(writer.write(look(3, spending(3, 2))).await, Outcome::OverBudget(3)));
    *fake.put_fails.lock() = true;
    assert!(matches!(writer.write(look(4, spending(4, 3))).await, Outcome::Failed(_)));
    *fake.put_fails.lock() = false;
    // The failed look took no place: the budget of three still has one.
    assert!(matches!(writer.write(look(5, spending(5, 3))).await, Outcome::Written(_)));
    assert!(matches!(writer.write(look(6, spending(6, 3))).await, Outcome::OverBudget(4)));
}

#[tokio::test]
async fn places_that_could_not_be_noted_are_noted_with_the_next_ones() {
    let (writer, fake) = start(Fake { placing_fails: Mutex::new(true), ..Fake::default() });
    assert!(matches!(writer.write(look(1, None)).await, Outcome::Written(0)));
    // Until the first attempt has failed.
    tokio::time::sleep(2 * NOTE_EVERY).await;
    assert_eq!(writer.pending.lock().get(&[1; 32]), Some(&0));
    *fake.placing_fails.lock() = false;
    assert!(matches!(writer.write(look(2, None)).await, Outcome::Written(1)));
    writer.close().await;
    let done = fake.done();
    assert!(done.contains(&"place 1 at 0".to_owned()) && done.contains(&"place 2 at 1".to_owned()), "{done:?}");
    assert!(writer.pending.lock().is_empty());
}

#[tokio::test]
async fn tags_are_made_with_the_keys_that_are_kept() {
    let (writer, fake) = start(Fake { rounds_of_keys: Mutex::new(3), ..Fake::default() });
    assert!(matches!(writer.write(look(7, spending(2, 9))).await, Outcome::Written(0)));
    let kept = hex::encode(PersonKey::from_bytes([2; 32]).tag(&[7; 32]));
    assert!(fake.done().contains(&format!("tag {kept}")), "{:?}", fake.done());
    assert_eq!(fake.done().iter().filter(|what| what.starts_with("tag")).count(), 1);

    // Keys that never settle are a failure, not a look without a tag.
    *fake.rounds_of_keys.lock() = usize::MAX;
    assert!(matches!(writer.write(look(8, spending(2, 9))).await, Outcome::Failed(_)));
    assert!(!fake.done().contains(&"entry 8".to_owned()));
}

#[tokio::test]
async fn a_closed_writer_takes_nothing() {
    let (writer, fake) = start(Fake::default());
    writer.close().await;
    assert!(matches!(writer.write(look(1, None)).await, Outcome::Failed(GateError::Closed)));
    assert!(fake.done().is_empty());
}

#[tokio::test]
async fn looks_that_come_together_are_written_together() {
    let semaphore = Arc::new(Semaphore::new(0));
    let (writer, fake) = start(Fake { append_waits_for: Some(Arc::clone(&semaphore)), ..Fake::default() });
    let looks = (0..50_u8).map(|number| writer.write(look(number, None)));
    semaphore.add_permits(50);
    let outcomes = futures::future::join_all(looks).await;
    let mut leaves: Vec<u64> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Written(leaf) => *leaf,
            other => panic!("{other:?}"),
        })
        .collect();
    leaves.sort_unstable();
    assert_eq!(leaves, (0..50).collect::<Vec<_>>());
    let appends = fake.done().iter().filter(|what| what.starts_with("append")).count();
    assert!(appends < 10, "{appends} appends for fifty looks that came at once");
}

#[tokio::test]
async fn who_goes_away_with_an_answer_or_before_it_holds_nobody_up() {
    let (writer, fake) = start(Fake::default());
    let mut first = Box::pin(writer.write(look(1, None)));
    assert!(futures::poll!(&mut first).is_pending());
    while !fake.done().contains(&"entry 1".to_owned()) {
        tokio::task::yield_now().await;
    }
    drop(first);
    let mut second = Box::pin(writer.write(look(2, None)));
    assert!(futures::poll!(&mut second).is_pending());
    drop(second);
    assert!(matches!(writer.write(look(3, None)).await, Outcome::Written(2)));
    writer.close().await;
    assert_eq!(*fake.kept.lock(), [1, 2, 3]);
}

#[tokio::test]
async fn an_answer_that_nobody_takes_keeps_none_from_the_others_though_nobody_asks_any_more() {
    let (writer, fake) = start(Fake::default());
    let mut looks: Vec<_> = (1..4).map(|number| Box::pin(writer.write(look(number, None)))).collect();
    for look in &mut looks {
        assert!(futures::poll!(look).is_pending());
    }
    // Of one batch, on one worker: the first is never asked again, and neither is the second.
    let third = looks.pop().unwrap();
    assert!(matches!(third.await, Outcome::Written(2)));
    assert_eq!(fake.done().iter().filter(|what| what.starts_with("append")).count(), 1);
    drop(looks);
    writer.close().await;
}

#[tokio::test]
async fn a_budget_that_is_only_asked_for_is_read_once() {
    let fake = Arc::new(Fake::default());
    fake.persons.lock().entry(key()).or_default().insert(PersonId(7));
    let writer = Writer::start(Arc::clone(&fake), Arc::clone(&fake) as Arc<dyn Leaves>);
    assert_eq!(writer.count_with(&key(), None).await.unwrap(), 1);
    assert_eq!(writer.count_with(&key(), Some(PersonId(8))).await.unwrap(), 2);
    assert!(matches!(writer.write(look(1, spending(8, 9))).await, Outcome::Written(0)));
    assert_eq!(writer.count_with(&key(), None).await.unwrap(), 2);
    assert_eq!(*fake.reads.lock(), 1);

    *fake.append_fails.lock() = true;
    assert!(matches!(writer.write(look(2, spending(9, 9))).await, Outcome::Failed(_)));
    assert_eq!(writer.count_with(&key(), None).await.unwrap(), 3, "its detail is there: it counts");
    assert_eq!(*fake.reads.lock(), 2, "what became of it was not known");

    writer.close().await;
    let tomorrow = BudgetKey { day: key().day.succ_opt().unwrap(), ..key() };
    assert!(matches!(writer.count_with(&tomorrow, None).await, Err(GateError::Closed)));
}

#[tokio::test]
async fn what_the_log_will_not_take_is_not_kept_and_counts_for_nothing() {
    let (writer, fake) = start(Fake { is_closed: Mutex::new(true), ..Fake::default() });
    assert!(matches!(writer.write(look(1, spending(8, 1))).await, Outcome::Failed(_)));
    assert_eq!(fake.done(), Vec::<String>::new());
    *fake.is_closed.lock() = false;
    assert!(matches!(writer.write(look(2, spending(9, 1))).await, Outcome::Written(0)), "the budget is whole");
    writer.close().await;
}

#[tokio::test]
async fn what_is_spent_around_midnight_counts_for_its_day() {
    let semaphore = Arc::new(Semaphore::new(0));
    let (writer, fake) = start(Fake { append_waits_for: Some(Arc::clone(&semaphore)), ..Fake::default() });
    let write = |prepared: Prepared| {
        let writer = Arc::clone(&writer);
        tokio::spawn(async move { writer.write(prepared).await })
    };
    let first = write(look(1, None));
    while !fake.done().contains(&"append 1".to_owned()) {
        tokio::task::yield_now().await;
    }
    // While the first is being written the next batch gathers: a look of today, one of tomorrow, and one of today again.
    let today = write(look(2, spending(1, 1)));
    tokio::task::yield_now().await;
    let tomorrow = BudgetKey { day: key().day.succ_opt().unwrap(), ..key() };
    let next_day = write(look(3, Some(Spending { key: tomorrow, ..spending_on(&[1], 0, 1) })));
    tokio::task::yield_now().await;
    let late = write(look(4, spending(2, 1)));
    tokio::task::yield_now().await;
    semaphore.add_permits(8);
    assert!(matches!(first.await.unwrap(), Outcome::Written(0)));
    assert!(matches!(today.await.unwrap(), Outcome::Written(_)));
    assert!(matches!(next_day.await.unwrap(), Outcome::Written(_)));
    assert!(matches!(late.await.unwrap(), Outcome::OverBudget(2)));
    writer.close().await;
}

#[tokio::test]
async fn of_several_persons_all_are_within_the_budget_or_none_is_spent() {
    let (writer, fake) = start(Fake::default());
    let count = async || writer.count_with(&key(), None).await.unwrap();
    assert!(matches!(writer.write(look(1, Some(spending_on(&[1, 2], 0, 3)))).await, Outcome::Written(0)));
    assert_eq!(count().await, 2);
    assert!(matches!(writer.write(look(2, Some(spending_on(&[3, 4], 0, 3)))).await, Outcome::OverBudget(4)));
    assert_eq!(count().await, 2, "neither of them was looked at");
    assert!(matches!(writer.write(look(3, Some(spending_on(&[2, 1], 0, 3)))).await, Outcome::Written(1)));
    // Who is asked for in vain needs room and takes none.
    assert!(matches!(writer.write(look(4, Some(spending_on(&[2], 1, 3)))).await, Outcome::Written(2)));
    assert_eq!(count().await, 2);
    assert!(matches!(writer.write(look(5, Some(spending_on(&[3], 1, 3)))).await, Outcome::OverBudget(4)));
    assert!(matches!(writer.write(look(6, Some(spending_on(&[], 2, 3)))).await, Outcome::OverBudget(4)));
    assert!(matches!(writer.write(look(7, Some(spending_on(&[2, 3], 0, 3)))).await, Outcome::Written(3)));
    assert_eq!(*fake.kept.lock(), [1, 3, 4, 7]);
    writer.close().await;
}
