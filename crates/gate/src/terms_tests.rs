//! What a search can come upon, and which terms are kept.

use chrono::NaiveDate;
use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, OfficerId, Request};
use policy::{Engine, Query};
use testkit::ProjectFolder;

use super::*;

fn load(folder: &ProjectFolder) -> Project {
    folder.load().unwrap_or_else(|found| panic!("{found}"))
}

fn search(purpose: &str) -> Request {
    let recipient = "education/case-officer".parse().unwrap();
    Request {
        actor: Actor::Member { account: OfficerId::new("one").unwrap(), recipient, role: RoleKind::Officer },
        purpose: PurposeId::new(purpose).unwrap(),
        case: None,
        justification: None,
        by_program: false,
        action: Action::Search,
    }
}

fn query(request: &Request) -> Query<'_> {
    let day = NaiveDate::from_ymd_opt(2026, 5, 4).unwrap();
    Query { request, day, persons_today: 0, subject_is_self: false }
}

#[test]
fn a_search_comes_upon_every_column_that_records_of_persons_can_have() {
    let tax = RegisterId::new("tax").unwrap();
    let usual = ["first_name", "last_name", "birth_date", "tax_number", "street", "district"];
    for further in [None, Some("declared")] {
        let folder = ProjectFolder::small();
        if let Some(name) = further {
            let model = "models/tax_person.sql";
            folder.replace(model, "street, district", &format!("street, district, income as {name}"));
            let says = "--! says = \"Persons who filed a return\"";
            folder.replace(model, says, &format!("{says}\n--! classes = {{ {name} = \"income\" }}"));
        }
        let project = load(&folder);
        let tables = TableClasses::of(&project).unwrap();
        let names: Vec<&str> = tables.found(&tax).iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, usual.into_iter().chain(further).collect::<Vec<_>>());
        let request = search("loan-relief");
        let within = registers_within_reach(&project, &project.purposes[&request.purpose]);
        let disclosures = Engine::new(&project).unwrap_or_else(|found| panic!("{found}")).disclosures(&query(&request));
        let terms = Terms::of(&request.purpose, &within, disclosures, &tables);
        assert!(terms.named(Scope::of(EntryKind::Look)).contains_key(&Class::Income));
        let named = terms.named(Scope::of(EntryKind::Search));
        assert_eq!(named.get(&Class::Income), further.and(terms.given.get(&Class::Income)), "{further:?}");
        assert!(named.contains_key(&Class::Identity) && !named.contains_key(&Class::Loan));
    }
}

#[test]
fn terms_of_purposes_that_are_not_there_give_nothing_and_are_not_kept() {
    let project = load(&ProjectFolder::small());
    let (tables, engine) = (TableClasses::of(&project).unwrap(), Engine::new(&project).unwrap());
    let cache = TermsCache::default();
    for (purpose, kept) in [("nothing-like-it", 0), ("loan-relief", 1), ("nor-this", 1), ("loan-relief", 1)] {
        let request = search(purpose);
        let known = project.purposes.get(&request.purpose);
        let within = known.map(|purpose| registers_within_reach(&project, purpose));
        let disclosures = engine.disclosures(&query(&request));
        let terms = cache.of(&request.purpose, within.as_deref(), disclosures, &tables);
        assert_eq!(cache.0.read().len(), kept, "{purpose}");
        let is_empty = terms.searched.is_empty() && terms.given.is_empty() && terms.found.is_empty();
        assert_eq!(is_empty, known.is_none(), "{purpose}");
    }
}
