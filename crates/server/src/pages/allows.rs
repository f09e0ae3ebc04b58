//! What a purpose allows, to whom and when: said before anything is asked under it.

use super::values::{Rule, rules};
use super::view::View;
use super::words::{ProjectText, Words};
use crate::service::{PurposeView, Standing};

/// What a purpose allows.
pub(crate) struct Allows {
    pub(crate) says: String,
    /// Why whatever is asked under it will be refused, as far as a page can tell: the gate decides.
    pub(crate) careful: Vec<String>,
    /// How each class is disclosed.
    pub(crate) rules: Vec<Rule>,
    pub(crate) laws: Vec<ProjectText>,
    /// What the registers within its reach are called.
    pub(crate) registers: Vec<String>,
    /// How many different persons one officer may open in a day.
    pub(crate) budget: Option<u64>,
    /// Up to how many people may work where an employer opens; none where no employer does.
    pub(crate) colleagues: Option<u64>,
    /// How long it is in force; none when it is not.
    pub(crate) until: Option<String>,
}

impl Allows {
    /// Gives what a purpose allows, for a page of this visit; `is_mine` where the role that acts may use it.
    pub(crate) fn of(view: &View, purpose: &PurposeView, is_mine: bool) -> Self {
        let registers = purpose.registers.iter().map(|register| view.register_title(register)).collect();
        let agreement =
            view.app.project().agreements.values().find(|agreement| agreement.id.as_str() == purpose.agreement);
        // It is in force on the days on which its agreement is too. Dates are written so that they sort as texts.
        let mut purpose = purpose.clone();
        if let Some(agreement) = agreement {
            purpose.from = purpose.from.max(agreement.valid.from.to_string());
            purpose.until = purpose.until.min(agreement.valid.until.to_string());
        }
        Self::said(view.t, &purpose, is_mine, registers)
    }

    /// Gives the same of a purpose whose days are those on which it can be used.
    pub(crate) fn said(t: Words, purpose: &PurposeView, is_mine: bool, registers: Vec<String>) -> Self {
        let not_mine = (!is_mine).then(|| t.s("allows-not-mine"));
        let standing = match purpose.standing {
            Standing::InForce => None,
            Standing::NotYet => Some(t.with("allows-not-yet", "date", t.date(&purpose.from))),
            Standing::Expired => Some(t.with("allows-ended", "date", t.date(&purpose.until))),
        };
        let is_in_force = purpose.standing == Standing::InForce;
        Self {
            says: t.pick(&purpose.says, &purpose.says_fr).to_owned(),
            careful: not_mine.into_iter().chain(standing).collect(),
            rules: rules(t, &purpose.discloses),
            laws: t.laws(&purpose.legal_basis, purpose.legal_basis_fr.as_deref()),
            registers,
            budget: purpose.persons_per_officer_and_day.map(u64::from),
            colleagues: purpose.colleagues_max.map(u64::from),
            until: is_in_force.then(|| t.with("allows-until", "date", t.date(&purpose.until))),
        }
    }
}
