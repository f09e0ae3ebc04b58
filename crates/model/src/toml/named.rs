//! Looks for what files name of which nothing else can be made out: a slip elsewhere in a file hides no name that is wrong.
//!
//! What a whole file says is checked with all that it means ([`super::checks`]). Here names are read from where they stand.

use std::borrow::Borrow;
use std::hash::Hash;

use super::checks::is_there;
use super::nearest::advice;
use super::{Draft, Entries, Entry};
use crate::diagnostic::Diagnostics;

/// Checks the names in the files that could not be made out.
pub(crate) fn check(draft: &Draft, found: &mut Diagnostics) {
    let Draft { agencies, registers, agreements, purposes, models, ontology, .. } = draft;
    for entry in illegible(registers) {
        look_for(entry, "agency", "agency", agencies, "register/unknown-agency", found);
    }
    for entry in illegible(agreements) {
        look_for(entry, "parties[]", "agency", agencies, "agreement/unknown-party", found);
        look_for(entry, "registers[]", "register", registers, "agreement/unknown-register", found);
    }
    for entry in illegible(purposes) {
        look_for(entry, "agreement", "agreement", agreements, "purpose/unknown-agreement", found);
        look_for(entry, "registers[]", "register", registers, "purpose/unknown-register", found);
        look_for_roles(draft, entry, "recipients[]", ["purpose/unknown-recipient", "purpose/unknown-role"], found);
    }
    for entry in illegible(models) {
        look_for(entry, "register", "register", registers, "model/unknown-register", found);
    }
    for entry in illegible(ontology) {
        look_for(entry, "model", "model", models, "ontology/unknown-model", found);
        look_for(entry, "links[].to", "object type", ontology, "ontology/unknown-type", found);
    }
    if let Some(entry) = draft.linkage.as_ref().filter(|entry| entry.thing.is_none()) {
        for place in ["agreement", "attach[].agreement"] {
            look_for(entry, place, "agreement", agreements, "linkage/unknown-agreement", found);
        }
        look_for(entry, "purpose", "purpose", purposes, "linkage/unknown-purpose", found);
        look_for(entry, "attach[].registers[]", "register", registers, "linkage/unknown-register", found);
    }
    if draft.settings.thing.is_none() {
        for place in ["jobs.build", "jobs.link", "jobs.index"] {
            look_for(&draft.settings, place, "purpose", purposes, "project/unknown-purpose", found);
        }
        let codes = ["project/unknown-identity"; 2];
        look_for_roles(draft, &draft.settings, "demo_identities[].as", codes, found);
    }
}

fn illegible<Id, T>(entries: &Entries<Id, T>) -> impl Iterator<Item = &Entry<T>> {
    entries.values().filter(|entry| entry.thing.is_none())
}

/// Gives the texts that stand where `wanted` says, `[]` standing for any number in brackets.
fn texts<'e, T>(entry: &'e Entry<T>, wanted: &str) -> Vec<(&'e str, &'e str)> {
    let is_wanted = |place: &str| {
        let mut rest = wanted;
        for (number, part) in place.split(['[', ']']).enumerate() {
            let Some(after) = (if number % 2 == 1 { rest.strip_prefix("[]") } else { rest.strip_prefix(part) }) else {
                return false;
            };
            rest = after;
        }
        rest.is_empty()
    };
    let text = |span: &std::ops::Range<usize>| {
        let written = entry.file.text.get(span.clone())?;
        let within = written.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        // What is written in another way is no name, and was told of.
        within.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/.".contains(&byte)).then_some(within)
    };
    let places = entry.places.iter().filter(|(place, _)| is_wanted(place));
    places.filter_map(|(place, span)| Some((place.as_str(), text(span)?))).collect()
}

fn look_for<T, Id, U>(
    entry: &Entry<T>,
    wanted: &str,
    kind: &str,
    among: &Entries<Id, U>,
    code: &'static str,
    found: &mut Diagnostics,
) where
    Id: Hash + Eq + Borrow<str> + AsRef<str>,
{
    for (place, id) in texts(entry, wanted) {
        is_there(entry, place, kind, id, among, code, found);
    }
}

fn look_for_roles<T>(
    draft: &Draft,
    entry: &Entry<T>,
    wanted: &str,
    [unknown_agency, unknown_role]: [&'static str; 2],
    found: &mut Diagnostics,
) {
    for (place, recipient) in texts(entry, wanted) {
        let Some((id, name)) = recipient.split_once('/') else { continue };
        let Some(named) = is_there(entry, place, "agency", id, &draft.agencies, unknown_agency, found) else {
            continue;
        };
        let Some(agency) = &named.thing else { continue };
        if !agency.roles.iter().any(|role| role.id.as_str() == name) {
            let help = advice(name, agency.roles.iter().map(|role| role.id.as_str()));
            found.push(entry.error(place, unknown_role, format!("`{id}` has no role `{name}`"), help));
        }
    }
}
