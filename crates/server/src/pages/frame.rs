//! What surrounds every page: who acts, for whom, under which purpose and case, and the ways on.

use model::agency::RoleKind;
use model::{Actor, PurposeId, Subject};

use super::assets::{Addresses, addresses};
use super::reason;
use super::search::{FormError, SEARCH};
use super::view::{AGAIN, Retyped, Typed, View, WORK};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{PurposeView, Standing, purpose_view};

/// How long the number of a case is at most that stands on one line.
const CASE_LINE: usize = 24;

/// What surrounds a page.
pub(crate) struct Frame {
    pub(crate) assets: &'static Addresses,
    /// What the whole is called.
    pub(crate) project: String,
    pub(crate) acting: Option<Acting>,
    pub(crate) identities: Vec<Choice>,
    pub(crate) links: Vec<Link>,
    pub(crate) form_token: String,
    /// Where forms of the bar lead back to.
    pub(crate) back: String,
    /// Fields of the form that made this page, for switching the language without losing it. Where sending them once more
    /// would do or log something, [`AGAIN`] is among them, or they go where nothing is done.
    pub(crate) repeat: Vec<(&'static str, String)>,
    /// Where these fields are sent.
    pub(crate) repeat_at: String,
    /// What was typed into a form that is shown again when the purpose was changed, as the form that changes it carries it.
    pub(crate) typed: Option<String>,
    /// What was typed into the form that changes the purpose, where that form is shown again.
    pub(crate) retyped: Option<Retyped>,
    /// What is to be mended in that form, each with its field.
    pub(crate) work_errors: Vec<FormError>,
}

/// Who acts and what they work on.
pub(crate) struct Acting {
    pub(crate) title: String,
    pub(crate) agency: Option<String>,
    /// Whether the purpose is theirs to choose.
    pub(crate) chooses: bool,
    pub(crate) purpose: Option<PurposeView>,
    /// Whether the purpose names the role as recipient, or is about those who act themselves.
    pub(crate) is_mine: bool,
    /// What the purpose says, in the page's language.
    pub(crate) purpose_says: Option<String>,
    pub(crate) case: String,
    pub(crate) justification: String,
    /// How much a reason has to say at least, where the purpose needs one.
    pub(crate) least: String,
    /// Purposes that name the role as recipient.
    pub(crate) mine: Vec<Choice>,
    /// All others about persons: choosing one shows how it is refused.
    pub(crate) others: Vec<Choice>,
}

/// Something to choose.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) title: String,
    pub(crate) chosen: bool,
}

/// A way on.
pub(crate) struct Link {
    pub(crate) href: &'static str,
    /// The key of its text.
    pub(crate) key: &'static str,
    pub(crate) current: bool,
}

impl Frame {
    /// Gives what surrounds a page of this visit.
    ///
    /// # Errors
    /// When the clock can't be trusted.
    pub(crate) fn new(view: &View) -> Result<Self, Problem> {
        let t = view.t;
        let settings = &view.app.project().settings;
        let acting = match &view.who {
            Some(_) => Some(Acting::new(view)?),
            None => None,
        };
        let name = view.who.as_ref().map(|who| who.identity.name.as_str());
        let identities = view.app.demo().iter().map(|identity| Choice {
            value: identity.name.clone(),
            title: t.pick(&identity.title, identity.title_fr.as_deref().unwrap_or(&identity.title)).to_owned(),
            chosen: name == Some(identity.name.as_str()),
        });
        let links = ways_on(view.who.as_ref().map(|who| who.actor()));
        let at = view.path.split('?').next().unwrap_or_default();
        let current = |href: &str| at == href || (href != "/me" && at.starts_with(&format!("{href}/")));
        let (repeat, repeat_at) = match &view.retyped {
            Some(retyped) => {
                let mut fields = retyped.fields();
                fields.push((AGAIN, true.to_string()));
                (fields, WORK.to_owned())
            }
            None => (Vec::new(), view.path.clone()),
        };
        let mut frame = Self {
            assets: addresses(),
            project: t.pick(&settings.name, settings.name_fr.as_deref().unwrap_or(&settings.name)).to_owned(),
            acting,
            identities: identities.collect(),
            links: links.into_iter().map(|(href, key)| Link { href, key, current: current(href) }).collect(),
            form_token: view.form_token(),
            back: view.path.clone(),
            repeat,
            repeat_at,
            typed: None,
            retyped: view.retyped.clone(),
            work_errors: Vec::new(),
        };
        frame.work_errors = frame.wrong_work(t);
        Ok(frame)
    }

    /// Gives a frame in which nobody acts: for samples, and for tests of templates.
    pub(crate) fn of_nobody() -> Self {
        Self {
            assets: addresses(),
            project: String::new(),
            acting: None,
            identities: Vec::new(),
            links: Vec::new(),
            form_token: "token".to_owned(),
            back: "/".to_owned(),
            repeat: Vec::new(),
            repeat_at: "/".to_owned(),
            typed: None,
            retyped: None,
            work_errors: Vec::new(),
        }
    }

    /// Has the form that changes the purpose carry what was typed: a session of another purpose has other tokens, to which no
    /// form of this page belongs any more. Only a search's form is shown again without a look.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn carry(&mut self, typed: Option<&Typed>) -> Result<(), Problem> {
        let text = typed.filter(|typed| typed.path == SEARCH).map(serde_json::to_string).transpose();
        self.typed = text.map_err(|error| Problem::failure("internal", &error))?;
        Ok(())
    }

    /// Gives the purpose that was chosen.
    pub(crate) fn purpose(&self) -> Option<&PurposeView> {
        self.acting.as_ref()?.purpose.as_ref()
    }

    /// Tells whether the chosen purpose can be used by who acts, as far as the page can tell: the gate decides.
    pub(crate) fn is_ready(&self) -> bool {
        let Some(acting) = &self.acting else { return false };
        let Some(purpose) = &acting.purpose else { return false };
        let needs = [purpose.needs_case, purpose.needs_justification];
        reason::missing(needs, &acting.case, &acting.justification).is_empty()
    }

    /// Gives what is to be mended in the form of purpose, case and reason, where it said too little when it was sent. Until the
    /// purpose can be used that form stands on the page of the search too, which is where it is told then, and not in the bar.
    fn wrong_work(&self, t: Words) -> Vec<FormError> {
        let Some(retyped) = &self.retyped else { return Vec::new() };
        let prefix = if self.is_ready() { "bar" } else { "work" };
        let error = |field: &&'static str| {
            let (id, text) = match *field {
                reason::PURPOSE => ("purpose", t.s("work-purpose-missing")),
                reason::CASE => ("case", t.s("work-case-missing")),
                _ => ("why", reason::too_little(t, t.s("work-why-missing"), &retyped.justification)),
            };
            FormError { href: format!("#{prefix}-{id}"), text }
        };
        retyped.wrong.iter().map(error).collect()
    }

    /// Gives what is to be mended in a field of that form, where it stands under these ids: those that begin with `prefix`.
    pub(crate) fn wrong_at(&self, prefix: &str, field: &str) -> Option<&str> {
        let href = format!("#{prefix}-{field}");
        self.work_errors.iter().find(|error| error.href == href).map(|error| error.text.as_str())
    }
}

/// Gives the first page of a role.
pub(crate) fn home_of(actor: &Actor) -> &'static str {
    match actor {
        Actor::Citizen { .. } => "/me",
        Actor::Member { role: RoleKind::Officer, .. } => "/search",
        Actor::Member { role: RoleKind::Steward, .. } => "/review",
        Actor::Member { role: RoleKind::DataProtectionOfficer, .. } => "/desk",
        Actor::Member { role: RoleKind::Engineer, .. } => "/runs",
        Actor::System => "/",
    }
}

fn ways_on(actor: Option<&Actor>) -> Vec<(&'static str, &'static str)> {
    let mut links = match actor {
        Some(Actor::Citizen { .. }) => vec![("/me", "nav-looks"), ("/me/records", "nav-records")],
        Some(Actor::Member { role: RoleKind::Officer, .. }) => vec![("/search", "nav-search")],
        Some(Actor::Member { role: RoleKind::Steward, .. }) => {
            vec![("/review", "nav-review"), ("/quality", "nav-quality")]
        }
        Some(Actor::Member { role: RoleKind::DataProtectionOfficer, .. }) => {
            vec![("/desk", "nav-desk"), ("/quality", "nav-quality"), ("/log", "nav-log")]
        }
        Some(Actor::Member { role: RoleKind::Engineer, .. }) => vec![("/runs", "nav-runs")],
        Some(Actor::System) | None => Vec::new(),
    };
    links.extend([("/registers", "nav-registers"), ("/purposes", "nav-purposes"), ("/agreements", "nav-agreements")]);
    links
}

/// Orders purposes by what can be done with them: those in force come first, those that have ended last.
fn by_use(standing: Standing) -> u8 {
    match standing {
        Standing::InForce => 0,
        Standing::NotYet => 1,
        Standing::Expired => 2,
    }
}

/// Tells whether a purpose names the role of whoever acts as recipient, or is about those who act themselves.
pub(super) fn is_purpose_of(purpose: &model::Purpose, actor: &Actor) -> bool {
    match actor {
        Actor::Member { recipient, .. } => purpose.recipients.contains(recipient),
        Actor::Citizen { .. } => purpose.subject == Subject::Self_,
        Actor::System => false,
    }
}

impl Acting {
    /// Tells whether the number of the case is short enough for a line of its own: it is not broken at its hyphens then.
    pub(crate) fn is_case_short(&self) -> bool {
        self.case.chars().count() <= CASE_LINE
    }

    fn new(view: &View) -> Result<Self, Problem> {
        let who = view.acting()?;
        let t = view.t;
        let project = view.app.project();
        let today = view.app.now()?.date_naive();
        let chosen = who.work.purpose.clone().unwrap_or_default();
        // The form has what was typed into it; what is worked on has not changed by that.
        let asked = view.retyped.as_ref().map_or(chosen.as_str(), |retyped| retyped.purpose.as_str());
        let is_mine = |purpose: &model::Purpose| is_purpose_of(purpose, who.actor());
        let title_of = |purpose: &PurposeView| {
            let says = t.pick(&purpose.says, &purpose.says_fr);
            match purpose.standing {
                Standing::InForce => says.to_owned(),
                Standing::NotYet => t.with("purpose-not-yet", "says", says),
                Standing::Expired => t.with("purpose-expired", "says", says),
            }
        };
        let (mut mine, mut others) = (Vec::new(), Vec::new());
        let chooses = who.role() == Some(RoleKind::Officer);
        let of_persons = |purpose: &&model::Purpose| is_mine(purpose) || purpose.subject == Subject::OnePerson;
        let asked_for = project.purposes.values().filter(of_persons);
        let mut known: Vec<_> =
            asked_for.map(|purpose| (is_mine(purpose), purpose_view(project, purpose, today))).collect();
        known.sort_by_key(|(_, shown)| by_use(shown.standing));
        for (own, shown) in known {
            let choice = Choice { title: title_of(&shown), chosen: shown.id == asked, value: shown.id };
            if own { mine.push(choice) } else { others.push(choice) }
        }
        // Roles other than officers have one purpose each, which their pages use by themselves.
        let purpose = if chooses {
            PurposeId::new(&chosen).ok().and_then(|id| project.purposes.get(&id))
        } else {
            project.purposes.values().find(|purpose| is_mine(purpose))
        };
        let own = purpose.is_some_and(is_mine);
        let purpose = purpose.map(|purpose| purpose_view(project, purpose, today));
        let identity = &who.identity;
        Ok(Self {
            title: t.pick(&identity.title, identity.title_fr.as_deref().unwrap_or(&identity.title)).to_owned(),
            agency: who.agency().map(|agency| view.agency_title(agency.as_str())),
            chooses,
            purpose_says: purpose.as_ref().map(&title_of),
            purpose,
            is_mine: own,
            case: who.work.case.clone().unwrap_or_default(),
            justification: who.work.justification.clone().unwrap_or_default(),
            least: reason::least(t),
            mine,
            others: if chooses { others } else { Vec::new() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_in_force_come_before_those_that_are_not() {
        let mut known =
            [("a", Standing::Expired), ("b", Standing::InForce), ("c", Standing::NotYet), ("d", Standing::InForce)];
        known.sort_by_key(|(_, standing)| by_use(*standing));
        assert_eq!(known.map(|(id, _)| id), ["b", "d", "c", "a"], "and in their own order otherwise");
    }
}
