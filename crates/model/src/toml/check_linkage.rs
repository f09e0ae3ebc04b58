//! Checks the linkage of a project against its agreements, purposes and models.

use super::checks::{check_job_purpose, is_there};
use super::nearest::advice;
use super::{Draft, Entry};
use crate::agreement::Agreement;
use crate::class::Class;
use crate::diagnostic::Diagnostics;
use crate::id::RegisterId;
use crate::linkage::{Attach, LinkageConfig, Part};
use crate::purpose::Job;
use crate::sql_model::{ModelKind, PERSON_COLUMNS};

/// The columns of person records that are dates, `born` as far as it is known.
const DATES: [&str; 2] = ["birth_date", "born"];

pub(crate) fn check(draft: &Draft, entry: &Entry<LinkageConfig>, config: &LinkageConfig, found: &mut Diagnostics) {
    if let Some(id) = &config.purpose {
        let codes = ["linkage/unknown-purpose", "linkage/not-a-link-purpose"];
        check_job_purpose(draft, entry, "purpose", Job::Link, id, codes, found);
    }
    let base = check_base(draft, entry, config, found);
    check_models(draft, entry, config, base, found);
    let mut attached: Vec<&RegisterId> = Vec::new();
    for (index, attach) in config.attach.iter().enumerate() {
        check_attach(draft, entry, (index, attach), (base, &mut attached), found);
    }
    for id in config.one_record_per_person.keys() {
        let place = format!("one_record_per_person.{id}");
        is_there(entry, &place, "register", id, &draft.registers, "linkage/unknown-register", found);
    }
    check_columns(draft, entry, config, found);
}

/// Checks the agreement of the base registers and gives it.
fn check_base<'d>(
    draft: &'d Draft,
    entry: &Entry<LinkageConfig>,
    config: &LinkageConfig,
    found: &mut Diagnostics,
) -> Option<&'d Agreement> {
    let Some(id) = &config.agreement else {
        let help = "add `agreement = \"…\"`: the one that lets these registers be linked";
        let mut missing = entry.error("", "linkage/no-agreement", "no agreement lets records be linked", help);
        missing.span = Some(0..0);
        found.push(missing);
        return None;
    };
    let agreement = linking_agreement(draft, entry, "agreement", id.as_str(), found)?;
    for id in &agreement.registers {
        let Some(register) = draft.registers.get(id).and_then(|named| named.thing.as_ref()) else { continue };
        if let Some(category) = register.special_categories().first() {
            let message = format!("`{id}` has columns of the special category `{category}` and can't connect persons");
            let help = format!(
                "take `{id}` out of agreements/{}.toml and attach it: `[[attach]]` with an agreement that names \
                 `{category}`",
                agreement.id
            );
            found.push(entry.error("agreement", "linkage/special-category-in-base", message, help));
        }
    }
    Some(agreement)
}

/// Checks that there are person records, and that an agreement covers the register of each model of them: a linkage that left
/// some out would look whole and would not be.
fn check_models(
    draft: &Draft,
    entry: &Entry<LinkageConfig>,
    config: &LinkageConfig,
    base: Option<&Agreement>,
    found: &mut Diagnostics,
) {
    let models = draft.models.values().filter_map(|entry| entry.thing.as_ref());
    let mut persons = models.filter(|model| model.kind == ModelKind::Person).peekable();
    if persons.peek().is_none() && !draft.faulty.has_any_in("models") {
        let help = "write `--! kind = \"person\"` in a file of models/, with one row a record";
        let mut none = entry.error("", "linkage/no-person-records", "no model makes person records to link", help);
        none.span = Some(0..0);
        found.push(none.warning());
    }
    // What a key that is not known, or a slip in a name, would have covered can't be told.
    let is_misread = found.0.iter().any(|error| error.path() == entry.file.path && error.code.starts_with("toml/"));
    let Some(base) = base.filter(|base| !is_misread && draft.knows_registers_of(base)) else { return };
    for model in persons {
        let id = &model.register;
        let is_attached = config.attach.iter().any(|attach| attach.registers.contains(id));
        let Some(register) = draft.registers.get(id).filter(|_| !is_attached && !base.registers.contains(id)) else {
            continue;
        };
        let (base, file) = (&base.id, model.path.display());
        let category = register.thing.as_ref().and_then(|register| register.special_categories().first().copied());
        let message = format!("the agreement `{base}` does not cover `{id}`, of which {file} makes person records");
        let help = match category {
            // Such a register connects nobody, so that it has no place in the base agreement.
            Some(category) => {
                format!("attach it: `[[attach]]` with an agreement that names `{category}`; or take {file} out")
            }
            None => format!(
                "add `{id}` to agreements/{base}.toml, attach it under an agreement that covers it, or take {file} out"
            ),
        };
        found.push(entry.error("agreement", "linkage/register-not-covered", message, help));
    }
}

/// Gives an agreement that lets records be linked.
fn linking_agreement<'d>(
    draft: &'d Draft,
    entry: &Entry<LinkageConfig>,
    place: &str,
    id: &str,
    found: &mut Diagnostics,
) -> Option<&'d Agreement> {
    let code = "linkage/unknown-agreement";
    let agreement = is_there(entry, place, "agreement", id, &draft.agreements, code, found)?.thing.as_ref()?;
    if !agreement.allows_linking {
        let message = format!("the agreement `{id}` does not allow linking");
        let help = format!("name another, or write `allows_linking = true` in agreements/{id}.toml if its law says so");
        found.push(entry.error(place, "linkage/not-allowed", message, help));
    }
    Some(agreement)
}

fn check_attach<'c>(
    draft: &Draft,
    entry: &Entry<LinkageConfig>,
    (index, attach): (usize, &'c Attach),
    (base, attached): (Option<&Agreement>, &mut Vec<&'c RegisterId>),
    found: &mut Diagnostics,
) {
    let place = format!("attach[{index}].agreement");
    let agreement = linking_agreement(draft, entry, &place, attach.agreement.as_str(), found);
    for (position, id) in attach.registers.iter().enumerate() {
        let place = format!("attach[{index}].registers[{position}]");
        if attached.contains(&id) {
            let message = format!("`{id}` is attached twice");
            found.push(entry.error(&place, "linkage/attached-twice", message, "leave one out"));
        }
        if base.is_some_and(|base| base.registers.contains(id)) {
            let message = format!("`{id}` is a base register already and would connect persons");
            let help = "attach it or list it in the base agreement, not both";
            found.push(entry.error(&place, "linkage/attached-base", message, help));
        }
        let code = "linkage/unknown-register";
        let named = is_there(entry, &place, "register", id.as_str(), &draft.registers, code, found);
        let (Some(named), Some(agreement)) = (named, agreement) else { continue };
        if !agreement.registers.contains(id) && draft.knows_registers_of(agreement) {
            let message = format!("the agreement `{}` does not cover `{id}`", agreement.id);
            let help = format!("add `{id}` to agreements/{}.toml, or name an agreement that covers it", agreement.id);
            found.push(entry.error(&place, "linkage/attach-not-covered", message, help));
        }
        let Some(register) = &named.thing else { continue };
        for category in register.special_categories() {
            if !agreement.special_categories.contains(&category) {
                let message = format!(
                    "`{id}` has columns of the special category `{category}`, which the agreement `{}` does not name",
                    agreement.id
                );
                let help = "name an agreement whose `special_categories` name it";
                found.push(entry.error(&place, "linkage/category-not-named", message, help));
            }
        }
    }
    attached.extend(&attach.registers);
}

/// Checks that what is compared are columns of person records.
fn check_columns(draft: &Draft, entry: &Entry<LinkageConfig>, config: &LinkageConfig, found: &mut Diagnostics) {
    // Which columns a broken model has can't be told, so none is said to be unknown.
    let all_known = draft.models.values().all(|entry| entry.thing.is_some());
    let models = draft.models.values().filter_map(|entry| entry.thing.as_ref());
    let mut columns: Vec<&str> = PERSON_COLUMNS.map(|(name, _)| name).to_vec();
    columns.extend(
        models
            .filter(|model| model.kind == ModelKind::Person)
            .flat_map(|model| model.classes.keys().map(String::as_str)),
    );
    let mut used: Vec<(String, &str)> = Vec::new();
    for (index, block) in config.blocks.iter().enumerate() {
        let on = block.on.iter().enumerate().map(|(position, key)| (format!("block[{index}].on[{position}]"), key));
        let split = block.split.iter().enumerate();
        let split = split.map(|(position, key)| (format!("block[{index}].split[{position}]"), key));
        for (place, key) in on.chain(split) {
            let of_a_date = matches!(key.part, Part::Year | Part::Month);
            let is_date = DATES.contains(&key.column.as_str());
            if columns.contains(&key.column.as_str()) && key.part != Part::Whole && of_a_date != is_date {
                let (message, help) = if is_date {
                    (format!("`{}` is a date", key.column), "take all of it, or `.year` or `.month`")
                } else {
                    (format!("`{}` is a text", key.column), "take `[..3]`, `[-4..]`, `.sound` or `.words` of it")
                };
                found.push(entry.error(&place, "linkage/part-of-column", message, help));
            }
            used.push((place, &key.column));
        }
    }
    for (index, comparison) in config.comparisons.iter().enumerate() {
        used.push((format!("compare[{index}].column"), &comparison.column));
    }
    for (index, group) in config.quality.groups.iter().enumerate() {
        let place = format!("quality.groups[{index}]");
        check_group(draft, entry, &place, &group.column, found);
        used.push((place, &group.column));
    }
    for (place, name) in used {
        if all_known && !columns.contains(&name) {
            let help = advice(name, columns.iter().copied());
            found.push(entry.error(
                &place,
                "linkage/unknown-column",
                format!("no person record has a column `{name}`"),
                help,
            ));
        }
    }
}

/// Checks that records are told apart by what many of them share: what names one person is no group, and what nobody may be
/// listed by isn't counted by either.
fn check_group(draft: &Draft, entry: &Entry<LinkageConfig>, place: &str, name: &str, found: &mut Diagnostics) {
    let fixed = PERSON_COLUMNS.iter().find(|(known, _)| *known == name).map(|(_, class)| *class);
    let models = draft.models.values().filter_map(|entry| entry.thing.as_ref());
    let stated = models.filter(|model| model.kind == ModelKind::Person).filter_map(|model| model.classes.get(name));
    let class = fixed
        .into_iter()
        .chain(stated.copied())
        .find(|class| class.special().is_some() || matches!(class, Class::Identifier | Class::Contact));
    if let Some(class) = class {
        let message = format!("`{name}` is of the class `{class}`, by which no groups are told apart");
        let help = "name a column that many share and that is of no special category, such as `sex`";
        found.push(entry.error(place, "linkage/no-group", message, help));
    }
}
