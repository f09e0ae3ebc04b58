//! Which registers may be linked, and under which agreement.

use chrono::NaiveDate;
use indexmap::IndexMap;
use model::{AgreementId, RegisterId};

use crate::engine::Engine;
use crate::facts;
use crate::reason::{Decision, Named, Names};

/// Whether records of a register may be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linkable {
    /// The agreement by which it was judged; none when `linkage.toml` names none for it.
    pub agreement: Option<AgreementId>,
    /// Whether its records are attached to persons without ever connecting two.
    pub attached: bool,
    /// The decision, with the reasons for which a register is left out.
    pub decision: Decision,
}

pub(crate) fn of(engine: &Engine, day: NaiveDate) -> IndexMap<RegisterId, Linkable> {
    let Some(linkage) = &engine.project.linkage else { return IndexMap::new() };
    let mut found = IndexMap::with_capacity(engine.project.registers.len());
    for register in engine.project.registers.values() {
        let attaching = linkage.attach.iter().find(|attach| attach.registers.contains(&register.id));
        let agreement_id = attaching.map(|attach| &attach.agreement).or(linkage.agreement.as_ref());
        let agreement = agreement_id.and_then(|id| engine.project.agreements.get(id));
        let attached = attaching.is_some();
        let mut names = Names::default().with("day", Named::Day(day));
        facts::add_register(&mut names, register);
        if let Some(id) = agreement_id {
            names.set("agreement", Named::Agreement(id.clone()));
        }
        if let Some(agreement) = agreement {
            names.set("agreement_from", Named::Day(agreement.valid.from));
            names.set("agreement_until", Named::Day(agreement.valid.until));
        }
        let verdict = engine.ask(
            engine.types.system(),
            engine.types.action("link"),
            engine.types.register(register.id.as_str()),
            facts::linked(&engine.types, agreement, attached, day),
        );
        let linkable = Linkable { agreement: agreement_id.cloned(), attached, decision: verdict.decision(&names) };
        found.insert(register.id.clone(), linkable);
    }
    found
}
