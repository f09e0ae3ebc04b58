//! Reads `agencies/*.toml`.

use super::reader::{Table, Value, title_from};
use crate::agency::{Agency, Role, RoleKind};
use crate::id::AgencyId;

pub(crate) const ROLE_KINDS: [(&str, RoleKind); 4] = [
    ("officer", RoleKind::Officer),
    ("steward", RoleKind::Steward),
    ("data-protection-officer", RoleKind::DataProtectionOfficer),
    ("engineer", RoleKind::Engineer),
];

pub(crate) fn read(table: &Table<'_>, id: AgencyId) -> Option<Agency> {
    let title = table.get("title").map_or_else(|| Some(title_from(id.as_str())), |value| value.text());
    let title_fr = table.get("title_fr").and_then(|value| value.text());
    let says = table.require("says", "says = \"Collects taxes\"").and_then(|value| value.text());
    let contact = table.require("contact", "contact = \"data@tax.example\"").and_then(|value| value.text());
    let roles = table.get("roles").map_or(Some(Vec::new()), |value| roles(&value));
    table.finish();
    Some(Agency { id, title: title?, title_fr, says: says?, contact: contact?, roles: roles? })
}

fn roles(value: &Value<'_>) -> Option<Vec<Role>> {
    let seen = std::cell::RefCell::new(Vec::new());
    value.list(|value| {
        let role = role(value)?;
        if seen.borrow().contains(&role.id) {
            let message = format!("the agency has two roles `{}`", role.id);
            value.error("agency/duplicate-role", message, "give one of them another id");
        }
        seen.borrow_mut().push(role.id.clone());
        Some(role)
    })
}

fn role(value: &Value<'_>) -> Option<Role> {
    let table = value.table()?;
    let id = table.require("id", "id = \"case-officer\"").and_then(|value| value.id::<crate::id::RoleId>());
    let title = table.get("title").map(|value| value.text());
    let title_fr = table.get("title_fr").and_then(|value| value.text());
    let kind = table
        .require("kind", "kind = \"officer\"")
        .and_then(|value| value.choice("agency/unknown-role-kind", &ROLE_KINDS));
    table.finish();
    let id = id?;
    let title = title.unwrap_or_else(|| Some(title_from(id.as_str())))?;
    Some(Role { id, title, title_fr, kind: kind? })
}
