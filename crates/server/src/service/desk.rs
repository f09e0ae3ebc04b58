//! What a data protection officer watches: use by day, by purpose and by role, who asks most, refusals, and which rules end
//! soon. Counts and names of the project only. The few accounts that ask most are named once somebody says why, which the gate
//! writes down.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use gate::{ActiveAccount, By, Denied, EntryKind, MostActive};
use model::agency::RoleKind;
use model::{AgencyId, Project};

use super::catalogue::{Standing, UseCount, purpose_view, use_counts};
use super::contest::{UnreachedContests, unreached_contests};
use super::log::failed;
use crate::app::{App, Who};
use crate::problem::Problem;

/// How many days are told day by day.
pub const DAYS: u64 = 30;

// Accounts are counted over the same days: their numbers are kept for as long.
const _: () = assert!(DAYS <= state::ACTIVITY_DAYS);

/// What ends within so many days ends soon.
pub const SOON_DAYS: i64 = 60;

/// What a data protection officer watches.
#[derive(Debug, Clone)]
pub struct DeskView {
    /// How many entries the log has.
    pub size: u64,
    /// Each of the last [`DAYS`] days, the earliest first; today is the last.
    pub days: Vec<DayUse>,
    /// How often each role acted under each purpose, over the whole log.
    pub uses: Vec<UseCount>,
    /// The accounts that asked most in these days; none when their numbers can't be read, or they were to be named and that can't
    /// be written to the log.
    pub officers: Option<Officers>,
    /// Refusals, over the whole log.
    pub refusals: u64,
    /// The rules that refused and how often, the most frequent first.
    pub refused_by: Vec<(String, u64)>,
    /// Agreements and purposes: those that end soon first, then those in force, those to come, those that ended.
    pub terms: Vec<Term>,
    /// What the last checkpoint fixes.
    pub fixed: Fixed,
    /// What citizens contest and nobody can judge.
    pub unreached: Vec<UnreachedContests>,
}

/// What a day brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayUse {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// Persons opened, links shown, own records read.
    pub looks: u64,
    /// Searches.
    pub searches: u64,
    /// Refusals of any of these.
    pub refusals: u64,
}

/// The accounts that asked most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officers {
    /// Whether they were to be named; else they are only counted.
    pub named: bool,
    /// The number of the entry that naming them made in the log; none when nobody was named.
    pub log_index: Option<u64>,
    /// They, the most active first.
    pub most: Vec<OfficerUse>,
    /// How many others asked for anything.
    pub others: u64,
    /// Looks and searches of those together.
    pub looks_of_others: u64,
    /// Refusals of those together.
    pub refusals_of_others: u64,
    /// The day from which accounts are counted, where that is one of these days.
    pub counted_since: Option<NaiveDate>,
    /// Whether a name that is there could not be read, though the entry says that it was.
    pub unread: bool,
}

/// How often an account asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerUse {
    /// The account; none where accounts are only counted, and when no detail of the log names it any more.
    pub account: Option<String>,
    /// `agency/role`, as it acted last. Where accounts are only counted, the agency alone, and that only where another account that
    /// is shown is of it too: a role that one person has, or an agency of which one account asks, would be a name. None otherwise,
    /// and when that isn't known.
    pub by: Option<String>,
    /// Looks and searches.
    pub looks: u64,
    /// Refusals.
    pub refusals: u64,
}

/// An agreement or a purpose and how long it is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its id.
    pub id: String,
    /// Whether it is an agreement.
    pub is_agreement: bool,
    /// What it is for, in English.
    pub says: String,
    /// The same in French; none where the project has none.
    pub says_fr: Option<String>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day on which it can be used: a purpose is of no use once its agreement has ended.
    pub until: NaiveDate,
    /// Whether that is the last day of its agreement, its own being later.
    pub by_agreement: bool,
    /// How it stands today.
    pub standing: Standing,
    /// Of what is in force and ends soon: the days that are left after today.
    pub days_left: Option<u64>,
}

/// What a checkpoint fixes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixed {
    /// How many entries.
    pub size: u64,
    /// When the last of them was written, in UTC; none when there is none.
    pub last_at: Option<String>,
}

/// Gives what a data protection officer watches. With a reason the accounts that asked most are named, which is an entry of the
/// log; without one they are only counted.
///
/// # Errors
/// For other roles; when the clock can't be trusted or the log can't be read, or is still being read.
pub async fn desk(app: &App, who: &Who, why: Option<&str>) -> Result<DeskView, Problem> {
    who.must_be(RoleKind::DataProtectionOfficer)?;
    let today = app.now()?.date_naive();
    let first = today.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(today);
    // Nobody is named for a page that then can but say that the log is still being read.
    app.gate().usage(first).await.map_err(failed)?;
    // Before the log is counted, in which naming is an entry.
    let officers = officers(app, who, first, why).await?;
    let usage = app.gate().usage(first).await.map_err(failed)?;
    let uses = use_counts(app).await?;
    let mut refused_by: Vec<(String, u64)> = usage.refused_by.into_iter().collect();
    refused_by.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Ok(DeskView {
        size: app.gate().log_size(),
        days: first.iter_days().take_while(|day| *day <= today).map(|day| day_use(day, usage.days.get(&day))).collect(),
        refusals: uses.iter().map(|count| count.refusals).sum(),
        uses,
        officers,
        refused_by,
        terms: terms(app.project(), today),
        fixed: fixed(app).await?,
        unreached: unreached_contests(app, today).await?,
    })
}

fn day_use(day: NaiveDate, kinds: Option<&BTreeMap<EntryKind, u64>>) -> DayUse {
    let of = |kind| kinds.and_then(|kinds| kinds.get(&kind)).copied().unwrap_or_default();
    DayUse {
        day,
        looks: of(EntryKind::Look) + of(EntryKind::Review) + of(EntryKind::Own),
        searches: of(EntryKind::Search),
        refusals: of(EntryKind::Refusal),
    }
}

/// Gives who asked most since a day, by name where there is a reason. Whoever watches the log is not kept from the rest of it
/// when that can't be read, or nothing can be written any more; names are.
async fn officers(app: &App, who: &Who, since: NaiveDate, why: Option<&str>) -> Result<Option<Officers>, Problem> {
    let asked = match why {
        Some(why) => app.gate().most_active(who.actor(), since, why).await,
        None => app.gate().activity(who.actor(), since).await,
    };
    match asked {
        Ok(found) => Ok(Some(told(found, since, why.is_some()))),
        Err(Denied::Failed(error)) => {
            tracing::warn!(%error, "the most active accounts can't be told");
            Ok(None)
        }
        Err(refused) => Err(refused.into()),
    }
}

fn told(found: MostActive, since: NaiveDate, named: bool) -> Officers {
    let agency = |known: &ActiveAccount| match &known.by {
        Some(By::Recipient(recipient)) => Some(recipient.agency.clone()),
        _ => None,
    };
    let mut shown: BTreeMap<AgencyId, u64> = BTreeMap::new();
    for agency in found.accounts.iter().filter_map(agency) {
        *shown.entry(agency).or_default() += 1;
    }
    let is_of_several = |agency: &AgencyId| shown.get(agency).is_some_and(|accounts| *accounts > 1);
    let by = |by: By| match by {
        By::Recipient(recipient) if !named => is_of_several(&recipient.agency).then(|| recipient.agency.to_string()),
        by => named.then(|| by.to_string()),
    };
    let most = found.accounts.into_iter().map(|known| OfficerUse {
        account: known.account.map(|account| account.to_string()),
        by: known.by.and_then(by),
        looks: known.looks,
        refusals: known.refusals,
    });
    Officers {
        named,
        log_index: found.leaf,
        most: most.collect(),
        others: found.others,
        looks_of_others: found.looks_of_others,
        refusals_of_others: found.refusals_of_others,
        counted_since: found.counted_since.filter(|day| *day >= since),
        unread: found.unread,
    }
}

/// Gives agreements and purposes, what ends soon first and what ended last.
fn terms(project: &Project, today: NaiveDate) -> Vec<Term> {
    let days_left = |standing, until: NaiveDate| {
        let left = (until - today).num_days();
        (standing == Standing::InForce && left <= SOON_DAYS).then(|| u64::try_from(left).unwrap_or_default())
    };
    let agreements = project.agreements.values().map(|agreement| {
        let standing = Standing::from(agreement.valid.standing(today));
        Term {
            id: agreement.id.to_string(),
            is_agreement: true,
            says: agreement.says.clone(),
            says_fr: agreement.says_fr.clone(),
            from: agreement.valid.from,
            until: agreement.valid.until,
            by_agreement: false,
            standing,
            days_left: days_left(standing, agreement.valid.until),
        }
    });
    let purposes = project.purposes.values().map(|purpose| {
        let standing = purpose_view(project, purpose, today).standing;
        let agreement_ends = project.agreements.get(&purpose.agreement).map(|agreement| agreement.valid.until);
        let until = agreement_ends.unwrap_or(purpose.valid.until).min(purpose.valid.until);
        Term {
            id: purpose.id.to_string(),
            is_agreement: false,
            says: purpose.says.clone(),
            says_fr: Some(purpose.says_fr.clone().unwrap_or_else(|| purpose.says.clone())),
            from: purpose.valid.from,
            until,
            by_agreement: until < purpose.valid.until,
            standing,
            days_left: days_left(standing, until),
        }
    });
    let mut terms: Vec<Term> = agreements.chain(purposes).collect();
    let place = |term: &Term| match term.standing {
        Standing::InForce if term.days_left.is_some() => 0,
        Standing::InForce => 1,
        Standing::NotYet => 2,
        Standing::Expired => 3,
    };
    terms.sort_by_key(|term| (place(term), term.until, !term.is_agreement));
    terms
}

/// Gives what the last checkpoint fixes. A checkpoint has no time of its own: that of its last entry tells how far it goes.
async fn fixed(app: &App) -> Result<Fixed, Problem> {
    let size = app.gate().log_published_size();
    let last = app.gate().entries(size.saturating_sub(1)..size).await;
    let last = last.map_err(|error| Problem::failure("unavailable", &error))?;
    let at = last.first().and_then(|logged| chrono::DateTime::from_timestamp_millis(logged.entry.at_ms));
    Ok(Fixed { size, last_at: at.map(|at| at.to_rfc3339()) })
}

#[cfg(test)]
mod tests {
    use testkit::ProjectFolder;

    use super::*;

    fn at(day: &str) -> Vec<Term> {
        let project = ProjectFolder::small().load().unwrap();
        terms(&project, day.parse().unwrap())
    }

    fn term<'a>(terms: &'a [Term], id: &str) -> &'a Term {
        terms.iter().find(|term| term.id == id).unwrap()
    }

    #[test]
    fn what_ends_soon_comes_first_and_what_ended_last() {
        // `loan-relief` ends on 30 June, most others at the end of the year, some a year later.
        let terms = at("2026-05-04");
        assert_eq!((terms[0].id.as_str(), terms[0].days_left), ("loan-relief", Some(57)));
        assert!(terms[1..].iter().all(|term| term.standing == Standing::InForce && term.days_left.is_none()));
        assert!(terms.windows(2).all(|pair| pair[0].until <= pair[1].until));
        let terms = at("2026-07-01");
        assert_eq!(
            terms.last().map(|term| (term.id.as_str(), term.standing)),
            Some(("loan-relief", Standing::Expired))
        );
        assert!(at("2025-12-31").iter().all(|term| term.standing == Standing::NotYet && term.days_left.is_none()));
    }

    #[test]
    fn the_last_day_is_in_force_and_the_sixtieth_is_soon() {
        assert_eq!(term(&at("2026-06-30"), "loan-relief").days_left, Some(0));
        assert_eq!(term(&at("2026-05-01"), "loan-relief").days_left, Some(60));
        assert_eq!(term(&at("2026-04-30"), "loan-relief").days_left, None);
    }

    #[test]
    fn a_purpose_ends_with_its_agreement() {
        let folder = ProjectFolder::small();
        folder.replace("agreements/education-tax.toml", "until = 2026-12-31", "until = 2026-05-31");
        let terms = terms(&folder.load().unwrap(), "2026-05-04".parse().unwrap());
        let relief = term(&terms, "loan-relief");
        assert_eq!((relief.until.to_string().as_str(), relief.by_agreement), ("2026-05-31", true));
        assert_eq!(relief.days_left, Some(27));
        assert_eq!(terms[0].id, "education-tax", "the agreement before what ends with it");
    }

    #[test]
    fn an_agency_is_told_where_more_than_one_account_of_it_is_shown() {
        let account = |by: Option<&str>| ActiveAccount {
            account: None,
            by: by.map(|by| By::Recipient(by.parse().unwrap())),
            looks: 1,
            refusals: 0,
        };
        let found = |accounts: &[Option<&str>]| MostActive {
            leaf: None,
            accounts: accounts.iter().copied().map(account).collect(),
            others: 4,
            looks_of_others: 4,
            refusals_of_others: 0,
            counted_since: None,
            unread: false,
        };
        let since = "2026-05-04".parse().unwrap();
        let agencies = |accounts: &[Option<&str>], named: bool| -> Vec<Option<String>> {
            told(found(accounts), since, named).most.into_iter().map(|known| known.by).collect()
        };
        let [education, tax] = [Some("education".to_owned()), Some("tax".to_owned())];
        let shown = [Some("education/case-officer"), Some("tax/case-officer"), Some("education/steward"), None];
        assert_eq!(agencies(&shown, false), [education.clone(), None, education.clone(), None]);
        assert_eq!(agencies(&shown[..2], false), [None, None], "each would be a name");
        let twice = [Some("tax/case-officer"), Some("tax/case-officer")];
        assert_eq!(agencies(&twice, false), [tax.clone(), tax]);
        let whole = shown.map(|by| by.map(str::to_owned));
        assert_eq!(agencies(&shown, true), whole, "whoever is named has the role too");
    }

    #[test]
    fn a_day_without_entries_is_a_day() {
        let day = "2026-05-04".parse().unwrap();
        assert_eq!(day_use(day, None), DayUse { day, looks: 0, searches: 0, refusals: 0 });
        let kinds = [(EntryKind::Look, 2), (EntryKind::Own, 1), (EntryKind::Job, 9), (EntryKind::Refusal, 4)];
        let found = day_use(day, Some(&kinds.into()));
        assert_eq!((found.looks, found.searches, found.refusals), (3, 0, 4));
    }
}
