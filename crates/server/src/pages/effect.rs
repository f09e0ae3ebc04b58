//! What a judgement of a pair would do, and what speaks against it as far as the page shows it.

use registry::Effect;

use super::cluster::apart;
use super::dates;
use super::review::is_for_the_second;
use super::words::Words;
use crate::service::{ClusterView, ExplainedView, PairView, ReviewRow, SaidView};

/// Two records of which something can be judged, as far as what that would do hangs on it.
pub(super) struct Judgeable<'a> {
    effect: Effect,
    /// The left record, and the right one.
    rows: [&'a ReviewRow; 2],
    /// Their persons, where the page shows them.
    cluster: Option<&'a ClusterView>,
    said: Option<&'a SaidView>,
    /// The verdicts that need a second steward.
    second_reviewer: &'a [String],
}

impl<'a> From<&'a PairView> for Judgeable<'a> {
    fn from(pair: &'a PairView) -> Self {
        Self {
            effect: pair.effect,
            rows: [&pair.left, &pair.right],
            cluster: Some(&pair.cluster),
            said: pair.said.as_ref(),
            second_reviewer: &pair.second_reviewer,
        }
    }
}

impl<'a> From<&'a ExplainedView> for Judgeable<'a> {
    fn from(pair: &'a ExplainedView) -> Self {
        Self {
            effect: pair.effect,
            rows: [&pair.left, &pair.right],
            cluster: None,
            said: pair.said.as_ref(),
            second_reviewer: &pair.second_reviewer,
        }
    }
}

/// Gives what each verdict would do to persons, in the order of the choices, and whether it needs a second steward.
pub(super) fn effects(t: Words, pair: &Judgeable<'_>) -> Vec<String> {
    let registry_effect = &pair.effect;
    let (left, right) = (registry_effect.left_records, registry_effect.right_records);
    let both = || t.count("effect-records", &(left + right));
    let same = if registry_effect.is_one_person {
        t.s("effect-same-nothing")
    } else if left + right <= 2 {
        t.s("effect-same-alone")
    } else {
        // Which records go along the run decides anew, of all that they say together: only these two are bound.
        let values = [
            ("left", t.count("effect-records", &left)),
            ("right", t.count("effect-records", &right)),
            ("both", both()),
        ];
        t.with_all("effect-same", &values)
    };
    let same = match difference(t, pair) {
        Some(difference) => format!("{same} {difference}"),
        None => same,
    };
    let own_link = pair.cluster.and_then(|cluster| cluster.links.iter().find(|link| link.is_pair));
    let different = if registry_effect.is_one_person {
        let effect = t.with("effect-different", "records", t.count("effect-records", &left));
        let effect = if left > 2 { format!("{effect} {}", t.s("effect-different-others")) } else { effect };
        own_link.map_or_else(|| effect.clone(), |link| format!("{effect} {}", apart(t, link.apart)))
    } else {
        t.s("effect-different-nothing")
    };
    // Another's proposal is told at the top of the page; whoever comes to the same is the second.
    let proposed = pair.said.filter(|said| is_for_the_second(said));
    let second = |verdict: &str, effect: String| {
        let needs = pair.second_reviewer.iter().any(|known| known == verdict);
        match needs {
            true if proposed.is_some_and(|said| said.verdict == verdict) => {
                format!("{effect} {}", t.s("effect-you-are-second"))
            }
            true => format!("{effect} {}", t.s("effect-second")),
            false => effect,
        }
    };
    vec![second("same", same), second("different", different), t.s("effect-cannot-say")]
}

/// Gives how the records that the page shows differ in the birth date, in a sentence: those of two persons from each other, those
/// of one among themselves; none where they can be of one day.
fn difference(t: Words, pair: &Judgeable<'_>) -> Option<String> {
    let of_pair = [("left", pair.rows[0]), ("right", pair.rows[1])];
    let of_persons = pair.cluster.into_iter().flat_map(|cluster| &cluster.records);
    let shown = of_persons.map(|record| (record.person.as_str(), &record.row)).chain(of_pair);
    let shown: Vec<(&str, &ReviewRow)> = shown.collect();
    let born = |side: Option<&str>| {
        let rows = shown.iter().filter(|(person, _)| side.is_none_or(|side| *person == side));
        let mut dates: Vec<String> = rows.filter_map(|(_, row)| dates::known(row)).collect();
        dates.sort_unstable();
        dates.dedup();
        dates
    };
    if pair.effect.is_one_person {
        within(t, &born(None))
    } else {
        between(t, &born(Some("left")), &born(Some("right")))
    }
}

/// Tells of birth dates of one person that two of them are not of one day.
fn within(t: Words, all: &[String]) -> Option<String> {
    let differs = |(at, date): (usize, &String)| all[..at].iter().any(|other| !dates::agree(date, other));
    all.iter().enumerate().any(differs).then(|| t.with("effect-differ-within", "dates", listed(t, all)))
}

/// Tells of birth dates of two persons that none of the one can be of the same day as one of the other.
fn between(t: Words, left: &[String], right: &[String]) -> Option<String> {
    let agree = left.iter().any(|one| right.iter().any(|other| dates::agree(one, other)));
    if left.is_empty() || right.is_empty() || agree {
        return None;
    }
    Some(t.with_all("effect-differ", &[("left", listed(t, left)), ("right", listed(t, right))]))
}

fn listed(t: Words, dates: &[String]) -> String {
    dates.iter().map(|date| dates::in_words(t, date)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::words::Language;

    fn days(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn birth_dates_that_cannot_be_of_one_day_are_told_and_no_others() {
        let en = Words::new(Language::English);
        let told = between(en, &days(&["1988-11-06"]), &days(&["2004-03-25"])).unwrap();
        assert_eq!(told, "They differ in the birth date: 6 November 1988 / 25 March 2004.");
        assert!(
            between(en, &days(&["1988-11-06", "2004-03-25"]), &days(&["2004-03"])).is_none(),
            "one can be the same"
        );
        assert!(between(en, &[], &days(&["2004-03-25"])).is_none(), "nothing is known of one of them");
        assert!(within(en, &days(&["1988", "1988-11-06"])).is_none() && within(en, &[]).is_none());
        let told = within(en, &days(&["1988-11", "2004-03-25"])).unwrap();
        assert!(told.contains("November 1988, 25 March 2004"), "{told}");
    }
}
