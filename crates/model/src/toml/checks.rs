//! Checks what files say about each other.

use std::borrow::Borrow;
use std::hash::Hash;
use std::path::Path;

use super::nearest::advice;
use super::ontology::PERSON;
use super::{Draft, Entries, Entry, check_linkage, named};
use crate::agency::RoleKind;
use crate::agreement::Agreement;
use crate::class::{Class, SpecialCategory};
use crate::diagnostic::Diagnostics;
use crate::disclosure::Disclosure;
use crate::id::PurposeId;
use crate::ontology::ObjectType;
use crate::purpose::{Job, Purpose, Subject};
use crate::record::column;
use crate::register::Register;
use crate::sql_model::{ModelKind, PERSON_COLUMNS, SqlModel};

/// Checks a draft as a whole.
pub(crate) fn check(draft: &Draft, found: &mut Diagnostics) {
    check_job_purposes(draft, found);
    check_demo_identities(draft, found);
    check_resolve(draft, found);
    for entry in draft.registers.values() {
        if let Some(register) = &entry.thing {
            let id = register.agency.as_str();
            is_there(entry, "agency", "agency", id, &draft.agencies, "register/unknown-agency", found);
        }
    }
    for entry in draft.agreements.values() {
        if let Some(agreement) = &entry.thing {
            check_agreement(draft, entry, agreement, found);
        }
    }
    for entry in draft.purposes.values() {
        if let Some(purpose) = &entry.thing {
            check_purpose(draft, entry, purpose, found);
        }
    }
    for entry in draft.models.values() {
        if let Some(model) = &entry.thing {
            check_model(draft, entry, model, found);
        }
    }
    for entry in draft.ontology.values() {
        if let Some(object) = &entry.thing {
            check_object(draft, entry, object, found);
        }
    }
    if let Some(entry) = &draft.linkage
        && let Some(config) = &entry.thing
    {
        check_linkage::check(draft, entry, config, found);
    }
    named::check(draft, found);
}

/// Gives the entry that an id names; keeps an error at `place` if there is none.
pub(crate) fn is_there<'d, T, Id, U>(
    entry: &Entry<T>,
    place: &str,
    kind: &str,
    id: &str,
    among: &'d Entries<Id, U>,
    code: &'static str,
    found: &mut Diagnostics,
) -> Option<&'d Entry<U>>
where
    Id: Hash + Eq + Borrow<str> + AsRef<str>,
{
    let named = among.get(id);
    if named.is_none() {
        let help = match file_of(kind, id) {
            Some(file) if among.is_empty() => format!("there is none yet: write `{file}`"),
            _ => advice(id, among.keys().map(AsRef::as_ref)),
        };
        found.push(entry.error(place, code, format!("there is no {kind} `{id}`"), help));
    }
    named
}

/// Gives the file in which a thing of a kind is described.
fn file_of(kind: &str, id: &str) -> Option<String> {
    let (folder, ending) = match kind {
        "agency" => ("agencies", "toml"),
        "register" => ("registers", "toml"),
        "agreement" => ("agreements", "toml"),
        "purpose" => ("purposes", "toml"),
        "object type" => ("ontology", "toml"),
        "model" => ("models", "sql"),
        _ => return None,
    };
    Some(format!("{folder}/{id}.{ending}"))
}

fn check_job_purposes(draft: &Draft, found: &mut Diagnostics) {
    let entry = &draft.settings;
    let Some(settings) = &entry.thing else { return };
    let jobs = &settings.jobs;
    for (job, id) in [(Job::Build, &jobs.build), (Job::Link, &jobs.link), (Job::Index, &jobs.index)] {
        let place = format!("jobs.{}", job.as_str());
        check_job_purpose(
            draft,
            entry,
            &place,
            job,
            id,
            ["project/unknown-purpose", "project/not-a-job-purpose"],
            found,
        );
    }
}

fn check_demo_identities(draft: &Draft, found: &mut Diagnostics) {
    let entry = &draft.settings;
    let Some(settings) = &entry.thing else { return };
    let identities = &settings.demo_identities;
    for (index, identity) in identities.iter().enumerate() {
        // A token carries the name alone, so two of one name would be one.
        let before = identities.iter().take(index).position(|before| before.name == identity.name);
        if let Some(before) = before {
            let message = format!("two demo identities are named `{}`", identity.name);
            let help = match entry.places.get(&format!("demo_identities[{before}].name")) {
                Some(span) => {
                    let (line, _) = entry.file.line_and_column(span.start);
                    format!("give it another name: the first is on line {line}")
                }
                None => "give it another name".to_owned(),
            };
            let place = format!("demo_identities[{index}].name");
            found.push(entry.error(&place, "project/duplicate-identity", message, help));
        }
        let Some(recipient) = &identity.acts_as else { continue };
        let place = format!("demo_identities[{index}].as");
        let id = recipient.agency.as_str();
        let code = "project/unknown-identity";
        let Some(named) = is_there(entry, &place, "agency", id, &draft.agencies, code, found) else { continue };
        let Some(agency) = &named.thing else { continue };
        if !agency.roles.iter().any(|role| role.id == recipient.role) {
            let help = advice(recipient.role.as_str(), agency.roles.iter().map(|role| role.id.as_str()));
            found.push(entry.error(&place, code, format!("`{id}` has no role `{}`", recipient.role), help));
        }
    }
}

/// Checks that records which come one by one can be linked to others.
fn check_resolve(draft: &Draft, found: &mut Diagnostics) {
    let entry = &draft.settings;
    let asks = entry.thing.as_ref().is_some_and(|settings| settings.resolve.is_some());
    // One that can't be read has said so.
    let is_broken = found.0.iter().any(|diagnostic| diagnostic.file.path == Path::new("linkage.toml"));
    if asks && draft.linkage.is_none() && !is_broken {
        let message = "records are resolved by how they are linked, and there is no `linkage.toml`";
        found.push(entry.error("resolve", "project/resolve-unlinked", message, "write one, or leave `[resolve]` out"));
    }
}

/// Checks that a purpose is there and is one of runs of `job`.
pub(crate) fn check_job_purpose<T>(
    draft: &Draft,
    entry: &Entry<T>,
    place: &str,
    job: Job,
    id: &PurposeId,
    [unknown, not_a_job]: [&'static str; 2],
    found: &mut Diagnostics,
) {
    let Some(named) = is_there(entry, place, "purpose", id.as_str(), &draft.purposes, unknown, found) else { return };
    let Some(purpose) = &named.thing else { return };
    if !matches!(&purpose.subject, Subject::Run { jobs } if jobs.contains(&job)) {
        let job = job.as_str();
        let help = format!("write `subject = \"run\"` and `jobs = [\"{job}\"]` in purposes/{id}.toml");
        found.push(entry.error(place, not_a_job, format!("`{id}` is not a purpose of the job `{job}`"), help));
    }
}

fn check_agreement(draft: &Draft, entry: &Entry<Agreement>, agreement: &Agreement, found: &mut Diagnostics) {
    for (index, party) in agreement.parties.iter().enumerate() {
        let place = format!("parties[{index}]");
        is_there(entry, &place, "agency", party.as_str(), &draft.agencies, "agreement/unknown-party", found);
    }
    let mut categories: Vec<SpecialCategory> = Vec::new();
    let mut all_known = true;
    for (index, id) in agreement.registers.iter().enumerate() {
        let place = format!("registers[{index}]");
        let code = "agreement/unknown-register";
        let named = is_there(entry, &place, "register", id.as_str(), &draft.registers, code, found);
        let Some(register) = named.and_then(|named| named.thing.as_ref()) else {
            all_known = false;
            continue;
        };
        let owner = &register.agency;
        if !agreement.parties.contains(owner) && draft.agencies.contains_key(owner) && draft.knows_parties_of(agreement)
        {
            let message = format!("`{id}` belongs to `{owner}`, which is no party of the agreement");
            found.push(entry.error(
                &place,
                "agreement/owner-not-party",
                message,
                format!("add `{owner}` to `parties`"),
            ));
        }
        for category in register.special_categories() {
            categories.push(category);
            if !agreement.special_categories.contains(&category) {
                let message = format!("`{id}` has columns of the special category `{category}`, which is not named");
                let help = format!(
                    "these columns are withheld and the register is not linked under this agreement; if it is meant \
                     to, add `special_categories = [\"{category}\"]`"
                );
                found.push(entry.error(&place, "agreement/category-not-named", message, help).warning());
            }
        }
    }
    for (index, category) in agreement.special_categories.iter().enumerate() {
        if all_known && !categories.contains(category) {
            let message = format!("no register of the agreement has columns of the category `{category}`");
            let place = format!("special_categories[{index}]");
            found.push(entry.error(&place, "agreement/category-unused", message, "leave it out").warning());
        }
    }
}

fn check_purpose(draft: &Draft, entry: &Entry<Purpose>, purpose: &Purpose, found: &mut Diagnostics) {
    let id = purpose.agreement.as_str();
    let code = "purpose/unknown-agreement";
    let agreement = is_there(entry, "agreement", "agreement", id, &draft.agreements, code, found)
        .and_then(|named| named.thing.as_ref());
    for (index, register) in purpose.registers.iter().enumerate() {
        let place = format!("registers[{index}]");
        let code = "purpose/unknown-register";
        let known = is_there(entry, &place, "register", register.as_str(), &draft.registers, code, found).is_some();
        if let Some(agreement) = agreement
            && known
            && !agreement.registers.contains(register)
            && draft.knows_registers_of(agreement)
        {
            let message = format!("the agreement `{}` does not cover `{register}`", agreement.id);
            let help = "leave the register out, or name an agreement that covers it";
            found.push(entry.error(&place, "purpose/register-not-covered", message, help));
        }
    }
    check_recipients(draft, entry, purpose, agreement, found);
    let Some(agreement) = agreement else { return };
    for (class, disclosure) in &purpose.discloses {
        if let Some(category) = class.special()
            && *disclosure != Disclosure::Withheld
            && !agreement.special_categories.contains(&category)
        {
            let message = format!("the agreement `{}` does not name the special category `{category}`", agreement.id);
            let help = format!("withhold `{class}`, or name an agreement whose `special_categories` name `{category}`");
            found.push(entry.error(&format!("discloses.{class}"), "purpose/category-not-named", message, help));
        }
    }
    if purpose.valid.until > agreement.valid.until || purpose.valid.from < agreement.valid.from {
        let message = format!(
            "the agreement `{}` is in force from {} until {} only",
            agreement.id, agreement.valid.from, agreement.valid.until
        );
        let help = "outside these days the purpose gives nothing; shorten it or renew the agreement";
        found.push(entry.error("valid", "purpose/outlives-agreement", message, help).warning());
    }
}

fn check_recipients(
    draft: &Draft,
    entry: &Entry<Purpose>,
    purpose: &Purpose,
    agreement: Option<&Agreement>,
    found: &mut Diagnostics,
) {
    let wanted = match purpose.subject {
        Subject::OnePerson => Some((RoleKind::Officer, "officer")),
        Subject::LinkReview => Some((RoleKind::Steward, "steward")),
        Subject::Self_ | Subject::Run { .. } => None,
    };
    for (index, recipient) in purpose.recipients.iter().enumerate() {
        let place = format!("recipients[{index}]");
        let id = recipient.agency.as_str();
        let code = "purpose/unknown-recipient";
        let Some(named) = is_there(entry, &place, "agency", id, &draft.agencies, code, found) else { continue };
        if let Some(agreement) = agreement
            && !agreement.parties.contains(&recipient.agency)
            && draft.knows_parties_of(agreement)
        {
            let message = format!("`{id}` is no party of the agreement `{}`", agreement.id);
            let help = "leave the recipient out, or name an agreement that the agency signed";
            found.push(entry.error(&place, "purpose/recipient-not-party", message, help));
        }
        let Some(agency) = &named.thing else { continue };
        let Some(role) = agency.roles.iter().find(|role| role.id == recipient.role) else {
            let help = advice(recipient.role.as_str(), agency.roles.iter().map(|role| role.id.as_str()));
            let message = format!("`{id}` has no role `{}`", recipient.role);
            found.push(entry.error(&place, "purpose/unknown-role", message, help));
            continue;
        };
        if let Some((kind, word)) = wanted
            && role.kind != kind
        {
            let message = format!("`{recipient}` is not a role of kind `{word}`");
            let help = format!("name a role of kind `{word}`: only such roles read under a purpose of this subject");
            found.push(entry.error(&place, "purpose/role-kind", message, help));
        }
    }
}

/// Gives the columns that a model can have: its own, its register's, those of person records, and those of ingest.
pub(crate) fn columns_of<'d>(model: &'d SqlModel, register: &'d Register) -> Vec<&'d str> {
    let mut columns: Vec<&str> = column::ALL.to_vec();
    columns.extend(model.classes.keys().map(String::as_str));
    if model.kind == ModelKind::Person {
        columns.extend(PERSON_COLUMNS.map(|(name, _)| name));
    }
    columns.extend(register.columns.keys().map(String::as_str));
    columns
}

fn check_model(draft: &Draft, entry: &Entry<SqlModel>, model: &SqlModel, found: &mut Diagnostics) {
    let id = model.register.as_str();
    let named = is_there(entry, "register", "register", id, &draft.registers, "model/unknown-register", found);
    let Some(register) = named.and_then(|named| named.thing.as_ref()) else { return };
    let columns = columns_of(model, register);
    let numbered = |list: &'static str, names: &[String]| -> Vec<(String, String)> {
        names.iter().enumerate().map(|(index, name)| (format!("expect.{list}[{index}]"), name.clone())).collect()
    };
    let mut used = numbered("unique", &model.expect.unique);
    used.extend(numbered("not_null", &model.expect.not_null));
    used.extend(model.expect.accepted.keys().map(|name| (format!("expect.accepted.{name}"), name.clone())));
    for (place, name) in used {
        if !columns.contains(&name.as_str()) {
            let help = advice(&name, columns.iter().copied());
            let message = format!("neither `[classes]` nor the register `{id}` has a column `{name}`");
            found.push(entry.error(&place, "model/unknown-column", message, help));
        }
    }
    let is_found_by = model.kind == ModelKind::Person && model.can_have("employer");
    let employer = model.class_of("employer", register).filter(|class| is_found_by && *class != Class::Employment);
    if let Some(class) = employer {
        let message = format!("persons are found by `employer`, which is of the class `employment`, not `{class}`");
        let help = "write `--! classes = { employer = \"employment\" }`, or call the column something else";
        found.push(entry.error("classes.employer", "model/employer-class", message, help));
    }
}

fn check_object(draft: &Draft, entry: &Entry<ObjectType>, object: &ObjectType, found: &mut Diagnostics) {
    if let Some(columns) = object_columns(draft, entry, object, found) {
        for property in &object.properties {
            if !columns.contains(&property.name.as_str()) {
                let help = advice(&property.name, columns.iter().copied());
                let message = format!("the model has no column `{}`", property.name);
                let place = format!("properties.{}", property.name);
                found.push(entry.error(&place, "ontology/unknown-column", message, help));
            }
        }
    }
    let mut used = vec![("label".to_owned(), &object.label)];
    used.extend(object.when.iter().map(|name| ("when".to_owned(), name)));
    for (index, link) in object.links.iter().enumerate() {
        used.extend(link.via.iter().map(|name| (format!("links[{index}].via"), name)));
        let place = format!("links[{index}].to");
        is_there(entry, &place, "object type", link.to.as_str(), &draft.ontology, "ontology/unknown-type", found);
    }
    for (place, name) in used {
        if !object.properties.iter().any(|property| property.name == *name) {
            let help = advice(name, object.properties.iter().map(|property| property.name.as_str()));
            let message = format!("`{name}` is not among the properties");
            found.push(entry.error(&place, "ontology/unknown-property", message, help));
        }
    }
}

/// Gives the columns that an object type's properties can be; none where that can't be told.
fn object_columns<'d>(
    draft: &'d Draft,
    entry: &Entry<ObjectType>,
    object: &ObjectType,
    found: &mut Diagnostics,
) -> Option<Vec<&'d str>> {
    let Some(id) = &object.model else {
        return (object.id.as_str() == PERSON).then(|| PERSON_COLUMNS.map(|(name, _)| name).to_vec());
    };
    let named = is_there(entry, "model", "model", id.as_str(), &draft.models, "ontology/unknown-model", found)?;
    let model = named.thing.as_ref()?;
    if model.kind != ModelKind::Object {
        let message = format!("the model `{id}` does not make objects");
        let help = format!("write `--! kind = \"object\"` in {}, or name another model", model.path.display());
        found.push(entry.error("model", "ontology/not-an-object", message, help));
    }
    let register = draft.registers.get(&model.register)?.thing.as_ref()?;
    Some(columns_of(model, register))
}
