//! Answers given in the order in which they were asked for.
//!
//! A batch has many answers at once. Were all of them given at once, workers would take them in an order of their own: who came
//! first would be last, and who came last first, and one in ten would wait nearly twice as long as half of them do. So as many
//! are under way as there are workers; who takes an answer has a core, and lets the next one go. No batch begins while there
//! are any: batches would get smaller and smaller, and who came later would go before who came first.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

/// How long the next answer is waited for, at most, while none is taken: who has one need not take it, and a worker that has
/// long work to do takes none either.
const TURN_MAX: Duration = Duration::from_millis(5);

/// Where an answer is waited for.
pub(crate) type Waiter<T> = oneshot::Sender<(T, Turn<T>)>;

/// The answers that were not taken yet.
pub(crate) struct Turns<T> {
    answers: Mutex<Answers<T>>,
    /// How many are under way at a time.
    workers: usize,
    none: Notify,
}

struct Answers<T> {
    /// Those that were not given yet, in order.
    left: VecDeque<(Waiter<T>, T)>,
    /// How many were given and not taken.
    under_way: usize,
    /// How many turns have ended.
    ended: u64,
    /// How often those under way were given up.
    given_up: u64,
}

/// Goes with an answer. The next one is let go when this is dropped, as whoever takes the answer does.
pub(crate) struct Turn<T> {
    /// None when nobody was there to take the answer.
    turns: Option<Arc<Turns<T>>>,
    given_up: u64,
}

impl<T> Turns<T> {
    /// Makes turns for so many workers.
    pub(crate) fn new(workers: usize) -> Self {
        let answers = Answers { left: VecDeque::new(), under_way: 0, ended: 0, given_up: 0 };
        Self { answers: Mutex::new(answers), workers: workers.max(1), none: Notify::new() }
    }

    /// Gives answers, in this order and after those that are left.
    pub(crate) fn give(self: &Arc<Self>, answers: impl IntoIterator<Item = (Waiter<T>, T)>) {
        self.answers.lock().left.extend(answers);
        self.let_go(self.workers);
    }

    /// Waits until none is left or under way. When none is taken for [`TURN_MAX`], all that are left are given, and none is waited
    /// for any more.
    pub(crate) async fn none(self: &Arc<Self>) {
        loop {
            let ended = self.answers.lock().ended;
            if tokio::time::timeout(TURN_MAX, self.all_taken()).await.is_ok() {
                return;
            }
            if self.answers.lock().ended == ended {
                break;
            }
        }
        self.let_go(usize::MAX);
        let mut answers = self.answers.lock();
        answers.under_way = 0;
        answers.given_up += 1;
    }

    async fn all_taken(&self) {
        while !self.is_empty() {
            self.none.notified().await;
        }
    }

    fn is_empty(&self) -> bool {
        let answers = self.answers.lock();
        answers.under_way == 0 && answers.left.is_empty()
    }

    /// Lets answers go until so many are under way.
    fn let_go(self: &Arc<Self>, most: usize) {
        loop {
            let (waiter, answer, given_up) = {
                let mut answers = self.answers.lock();
                if answers.under_way >= most {
                    return;
                }
                let Some((waiter, answer)) = answers.left.pop_front() else {
                    if answers.under_way == 0 {
                        self.none.notify_one();
                    }
                    return;
                };
                answers.under_way += 1;
                (waiter, answer, answers.given_up)
            };
            // Without the lock: whoever waits is woken.
            if let Err((_, mut turn)) = waiter.send((answer, Turn { turns: Some(Arc::clone(self)), given_up })) {
                // Who has gone away has no turn.
                turn.turns = None;
                self.end(given_up);
            }
        }
    }

    /// Ends a turn.
    fn end(&self, given_up: u64) {
        let mut answers = self.answers.lock();
        answers.ended += 1;
        if answers.given_up == given_up {
            answers.under_way -= 1;
        }
    }
}

impl<T> Drop for Turn<T> {
    fn drop(&mut self) {
        if let Some(turns) = self.turns.take() {
            turns.end(self.given_up);
            turns.let_go(turns.workers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiters(turns: &Arc<Turns<u32>>, numbers: std::ops::Range<u32>) -> Vec<oneshot::Receiver<(u32, Turn<u32>)>> {
        let (waiters, receivers): (Vec<_>, Vec<_>) = numbers.clone().map(|_| oneshot::channel()).unzip();
        turns.give(waiters.into_iter().zip(numbers));
        receivers
    }

    #[tokio::test]
    async fn who_takes_an_answer_lets_the_next_one_go() {
        let turns = Arc::new(Turns::new(2));
        turns.none().await;
        let mut receivers = waiters(&turns, 0..5);
        let mut none = Box::pin(turns.all_taken());
        assert!(futures::poll!(&mut none).is_pending());
        let mut taken = Vec::new();
        for first in 0..5 {
            let given: Vec<usize> =
                (0..5).filter(|number| *number >= first && !receivers[*number].is_empty()).collect();
            assert_eq!(given, (first..5.min(first + 2)).collect::<Vec<_>>());
            assert!(futures::poll!(&mut none).is_pending());
            let (number, turn) = receivers[first].try_recv().unwrap();
            drop(turn);
            taken.push(number);
        }
        assert_eq!(taken, [0, 1, 2, 3, 4]);
        assert!(futures::poll!(&mut none).is_ready());
    }

    #[tokio::test]
    async fn who_has_gone_away_has_no_turn() {
        let turns = Arc::new(Turns::new(1));
        let mut receivers = waiters(&turns, 0..600);
        // The first goes away with its answer, the others before they have one; the last stays.
        let mut last = receivers.pop().unwrap();
        assert!(last.is_empty());
        receivers.reverse();
        drop(receivers);
        assert_eq!(last.try_recv().unwrap().0, 599);
        turns.all_taken().await;
    }

    #[tokio::test]
    async fn one_that_is_never_taken_holds_the_others_up_once() {
        let turns = Arc::new(Turns::new(1));
        let mut receivers = waiters(&turns, 0..3);
        assert!(receivers[1].is_empty());
        turns.none().await;
        assert!(turns.is_empty(), "all were given");
        assert_eq!(receivers[2].try_recv().unwrap().0, 2);
        let mut more = waiters(&turns, 3..5);
        assert!(!more[0].is_empty() && more[1].is_empty());
        // An answer that was given up ends no turn of another.
        drop(receivers);
        assert!(more[1].is_empty() && !turns.is_empty());
        drop(more[0].try_recv().unwrap());
        assert_eq!(more[1].try_recv().unwrap().0, 4);
        turns.all_taken().await;
    }
}
