//! What was searched for last in a session: what was typed, so that whoever opened a person can go back and look again.
//!
//! It is held in memory alone, session by session, and nobody who was found is in it: to see them again is another search, with an
//! entry of its own in the log. It is gone when the session is left or ends, when its purpose, case, reason or identity change, and
//! when the server is started again.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use crate::app::Who;
use crate::identity::Work;

/// The most sessions of which it is held; of more, those that searched last.
const SESSIONS_MAX: usize = 1_000;

/// The most characters that are held of one search, all fields together.
const CHARACTERS_MAX: usize = 1_200;

/// The fields of a search with what was typed into them.
pub(crate) type Fields = Vec<(&'static str, String)>;

/// What was searched for last, by session. Holds what people typed, hence no `Debug`.
#[derive(Default)]
pub(crate) struct Searched(Mutex<HashMap<String, Last>>);

struct Last {
    identity: String,
    work: Work,
    fields: Fields,
    at: DateTime<Utc>,
    ends: DateTime<Utc>,
}

impl Searched {
    /// Holds what somebody has just searched for, in place of what they did before. Too much of it is not held, nor what is asked
    /// without a session.
    pub(crate) fn keep(&self, who: &Who, fields: Fields, now: DateTime<Utc>) {
        let Some(session) = &who.session else { return };
        let mut searched = self.0.lock();
        searched.remove(session);
        searched.retain(|_, last| last.ends > now);
        let characters: usize = fields.iter().map(|(_, text)| text.chars().count()).sum();
        if characters > CHARACTERS_MAX {
            return;
        }
        if searched.len() >= SESSIONS_MAX {
            let oldest = searched.iter().min_by_key(|(_, last)| last.at).map(|(session, _)| session.clone());
            if let Some(oldest) = oldest {
                searched.remove(&oldest);
            }
        }
        let (identity, work) = (who.identity.name.clone(), who.work.clone());
        searched.insert(session.clone(), Last { identity, work, fields, at: now, ends: who.expires });
    }

    /// Gives what somebody searched for last under what they work on now.
    pub(crate) fn last(&self, who: &Who, now: DateTime<Utc>) -> Option<Fields> {
        let searched = self.0.lock();
        let last = searched.get(who.session.as_ref()?)?;
        let is_theirs = last.identity == who.identity.name && last.work == who.work && last.ends > now;
        is_theirs.then(|| last.fields.clone())
    }

    /// Forgets what was searched for in a session.
    pub(crate) fn forget(&self, session: &str) {
        self.0.lock().remove(session);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use model::Actor;

    use super::*;
    use crate::identity::DemoIdentity;

    fn at(hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 24, hour, 0, 0).unwrap()
    }

    fn who(session: Option<&str>) -> Who {
        let identity =
            DemoIdentity { name: "officer".into(), title: "Officer".into(), title_fr: None, actor: Actor::System };
        let work = Work { purpose: Some("relief".into()), ..Work::default() };
        Who { identity, session: session.map(Into::into), expires: at(16), work, token: String::new() }
    }

    fn name(text: &str) -> Fields {
        vec![("name", text.to_owned())]
    }

    #[test]
    fn what_was_searched_for_is_there_for_the_same_session_under_the_same_work() {
        let searched = Searched::default();
        let one = who(Some("one"));
        assert_eq!(searched.last(&one, at(8)), None);
        searched.keep(&one, name("Ana"), at(8));
        searched.keep(&one, name("Ruiz"), at(9));
        assert_eq!(searched.last(&one, at(10)), Some(name("Ruiz")));
        assert_eq!(searched.last(&who(Some("two")), at(10)), None);
        assert_eq!(searched.last(&who(None), at(10)), None);
        let other_case = Who { work: Work { case: Some("C-2".into()), ..one.work.clone() }, ..who(Some("one")) };
        assert_eq!(searched.last(&other_case, at(10)), None);
        let mut other_identity = who(Some("one"));
        other_identity.identity.name = "auditor".into();
        assert_eq!(searched.last(&other_identity, at(10)), None);
        assert_eq!(searched.last(&one, at(16)), None, "the session has ended");
        searched.forget("one");
        assert_eq!(searched.last(&one, at(10)), None);
    }

    #[test]
    fn what_is_held_is_bounded() {
        let searched = Searched::default();
        let session = |number: usize| who(Some(&format!("session-{number}")));
        searched.keep(&who(None), name("Ana"), at(8));
        assert_eq!(searched.0.lock().len(), 0);
        searched.keep(&session(0), name("Ana"), at(7));
        for number in 1..=SESSIONS_MAX {
            searched.keep(&session(number), name("Ana"), at(8));
        }
        assert_eq!(searched.0.lock().len(), SESSIONS_MAX);
        assert!(searched.last(&session(0), at(8)).is_none() && searched.last(&session(1), at(8)).is_some());
        searched.keep(&session(1), name(&"x".repeat(CHARACTERS_MAX + 1)), at(9));
        assert!(searched.last(&session(1), at(9)).is_none(), "nor is what was searched for before");
        searched.keep(&who(None), Vec::new(), at(9));
        let late = Who { expires: at(20), ..session(5) };
        searched.keep(&late, name("Ana"), at(17));
        assert_eq!(searched.0.lock().len(), 1, "sessions that have ended are forgotten");
    }
}
