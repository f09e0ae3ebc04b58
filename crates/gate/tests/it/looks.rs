//! What is decided, what is shown, and what the log says of it.

use arrow_array::cast::AsArray;
use chrono::TimeDelta;
use gate::{By, Denied, Entry, EntryKind, GateError, LookSubject, SUBJECTS_MAX};
use model::agency::RoleKind;
use model::request::Action;
use model::{Class, Disclosure, ModelId, PersonId, Request};
use testkit::ProjectFolder;
use tlog::fault::MemoryStorage;

use crate::house::{House, YSOLDE, ZACHARIAS, member, officer, open, register, request, ysolde, zacharias};

#[tokio::test]
async fn an_officer_sees_what_the_purpose_gives_and_the_log_says_so() {
    let house = House::new().await;
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    assert_eq!(permit.registers(), [register("tax"), register("loans")]);
    assert!(permit.searchable(&register("tax"), "tax_number"), "identifiers may be matched");
    assert!(permit.searchable(&register("tax"), "first_name"));
    assert!(!permit.searchable(&register("tax"), "income"));
    assert!(!permit.searchable(&register("donations"), "first_name"), "out of reach");
    assert_eq!(house.gate.log_size(), 0, "a permit is not in the log");

    let grant = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    assert_eq!((grant.leaf(), house.gate.log_size()), (0, 1));
    let tax = grant.read(&register("tax")).await.unwrap();
    assert_eq!(tax.batch.num_rows(), 1);
    let text = |name: &str| tax.batch.column_by_name(name).unwrap().as_string::<i32>().value(0).to_owned();
    assert_eq!(text("first_name"), "Zacharias");
    assert_eq!(text("district"), "Willowmere");
    assert!(tax.batch.column_by_name("income").unwrap().as_boolean().value(0), "31,415.00 is below 40,000");
    for hidden in ["tax_number", "street", "_record"] {
        assert!(tax.batch.column_by_name(hidden).is_none(), "{hidden}");
    }
    let withheld = tax.columns.iter().filter(|column| column.withheld_because.is_some());
    assert_eq!(withheld.map(|column| column.name.as_str()).collect::<Vec<_>>(), ["tax_number", "street"]);
    assert_eq!(tax.records, [zacharias().records[0].clone()]);
    assert_eq!(*grant.how(&register("tax"), "income"), Disclosure::YesNo { below: 40_000.0 });
    assert_eq!(*grant.how(&register("donations"), "amount"), Disclosure::Withheld);

    let entry = &house.entries().await[0];
    assert_eq!(entry.kind, EntryKind::Look);
    assert_eq!(entry.by, By::Recipient("education/case-officer".parse().unwrap()));
    assert_eq!(entry.purpose.as_ref().unwrap().as_str(), "loan-relief");
    assert_eq!(entry.registers, [register("tax"), register("loans")]);
    assert_eq!(entry.classes[&Class::Income], Disclosure::YesNo { below: 40_000.0 });
    assert!(!entry.classes.contains_key(&Class::Donation));
    assert_eq!((entry.subjects, entry.tags.len()), (1, 1));
    assert!(house.gate.entry_bytes(0).await.unwrap().len() < 1024);
    house.assert_log_is_clean().await;
}

#[tokio::test]
async fn registers_and_persons_outside_the_grant_give_nothing() {
    let house = House::new().await;
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let grant = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    let refused = grant.read(&register("donations")).await;
    assert!(matches!(refused, Err(GateError::RegisterNotGranted(_))));
    // The whole table handed over: only the subject's row comes back.
    let both = crate::house::tax_rows([1, 2]);
    assert_eq!(grant.apply(&register("tax"), &both).unwrap().batch.num_rows(), 1);
    // Rows of a register in the place of another's: their record ids are not the subject's there.
    let missing_class = grant.apply(&register("loans"), &both);
    assert!(matches!(missing_class, Err(GateError::UnknownColumn { .. })));
}

#[tokio::test]
async fn a_register_without_the_persons_records_gives_columns_and_no_rows() {
    let house = House::new().await;
    let permit = house.gate.decide(&open(YSOLDE)).await.unwrap();
    let grant = house.gate.commit(permit, vec![ysolde()]).await.unwrap();
    let loans = grant.read(&register("loans")).await.unwrap();
    assert_eq!(loans.batch.num_rows(), 0);
    assert!(loans.batch.column_by_name("owed").is_some());
}

#[tokio::test]
async fn models_are_masked_by_the_classes_of_their_columns() {
    use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
    let house = House::new().await;
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let grant = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
    let record = zacharias().records[1].hash_hex();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("_record", std::sync::Arc::new(StringArray::from(vec![record]))),
        ("loan_number", std::sync::Arc::new(StringArray::from(vec!["LN-7001"]))),
        ("owed", std::sync::Arc::new(Int64Array::from(vec![12_345]))),
        ("is_large", std::sync::Arc::new(BooleanArray::from(vec![true]))),
    ];
    let loan = RecordBatch::try_from_iter(columns).unwrap();
    let disclosed = grant.apply_model(&ModelId::new("loan").unwrap(), &loan).unwrap();
    let names: Vec<_> = disclosed.batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(names, ["owed", "is_large"], "the number is administrative, which the purpose does not give");
    let unknown = grant.apply_model(&ModelId::new("nothing").unwrap(), &loan);
    assert!(matches!(unknown, Err(GateError::UnknownModel(_))));
}

/// Decides `request`, which must be refused, and gives the rules; checks that the log has the refusal.
async fn refused(house: &House, request: &Request) -> Vec<String> {
    let size = house.gate.log_size();
    let denied = house.gate.decide(request).await;
    let Err(Denied::Refused(refusal)) = denied else { panic!("{denied:?}") };
    assert_eq!(refusal.leaf, size);
    let entry = house.entries().await.pop().unwrap();
    assert_eq!(entry.kind, EntryKind::Refusal);
    let rules: Vec<String> = refusal.reasons.into_iter().map(|reason| reason.rule).collect();
    assert_eq!(entry.rules, rules);
    rules
}

#[tokio::test]
async fn refusals_say_why_and_are_in_the_log_before_they_are_returned() {
    let house = House::new().await;
    let unknown = request(officer(), "quillfeather-inquiry", Action::OpenPerson { person: ZACHARIAS });
    assert!(refused(&house, &unknown).await.contains(&"purpose.unknown".to_owned()));
    let entry = house.entries().await.pop().unwrap();
    assert_eq!((entry.purpose, entry.asked, entry.subjects), (None, Some(EntryKind::Look), 1));
    let bytes = house.gate.entry_bytes(0).await.unwrap();
    assert!(!String::from_utf8(bytes).unwrap().contains("quillfeather"), "a made-up purpose is not repeated");

    let mut other = open(ZACHARIAS);
    other.actor = member("tax/case-officer", RoleKind::Officer);
    assert!(!refused(&house, &other).await.is_empty());
    let mut invented = open(ZACHARIAS);
    invented.actor = member("zacharias/case-officer", RoleKind::Officer);
    assert!(refused(&house, &invented).await.contains(&"actor.unknown-role".to_owned()));
    assert_eq!(house.entries().await.pop().unwrap().by, By::Unknown);
    for without in [|r: &mut Request| r.case = None, |r: &mut Request| r.justification = None] {
        let mut request = open(ZACHARIAS);
        without(&mut request);
        assert_eq!(refused(&house, &request).await.len(), 1);
    }
    house.clock.set("2026-07-01T00:00:00Z".parse().unwrap());
    assert!(refused(&house, &open(ZACHARIAS)).await.contains(&"purpose.expired".to_owned()));
    house.assert_log_is_clean().await;
    let refusals = house.gate.refusals(0..u64::MAX).await.unwrap();
    assert_eq!(refusals.len() as u64, house.gate.log_size());
}

#[tokio::test]
async fn the_budget_of_a_day_holds_even_when_all_come_at_once() {
    let house = House::new().await;
    let subject = |id: u64| LookSubject { person: PersonId(id), records: vec![] };
    let tries = (0..10).map(|id| {
        let gate = house.gate.clone();
        async move {
            let permit = gate.decide(&open(PersonId(id))).await?;
            gate.commit(permit, vec![subject(id)]).await
        }
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 3);
    for outcome in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        let Denied::Refused(refusal) = outcome else { panic!("{outcome:?}") };
        assert_eq!(refusal.reasons[0].rule, "budget.exceeded");
    }
    let entries = house.entries().await;
    let of_kind = |kind| entries.iter().filter(|entry: &&Entry| entry.kind == kind).count();
    assert_eq!((of_kind(EntryKind::Look), of_kind(EntryKind::Refusal)), (3, 7));
    // The next day all is as at first.
    house.clock.advance(TimeDelta::days(1));
    assert!(house.gate.decide(&open(PersonId(99))).await.is_ok());
}

#[tokio::test]
async fn a_permit_is_for_its_subjects_its_gate_and_a_moment() {
    let house = House::new().await;
    let failed = |denied: Denied| match denied {
        Denied::Failed(error) => error,
        Denied::Refused(refusal) => panic!("{refusal:?}"),
    };
    for wrong in [vec![], vec![ysolde()], vec![zacharias(), ysolde()], vec![zacharias(), zacharias()]] {
        let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
        let error = failed(house.gate.commit(permit, wrong).await.unwrap_err());
        assert!(matches!(error, GateError::Subjects), "{error:?}");
    }
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    house.clock.advance(TimeDelta::seconds(61));
    let error = failed(house.gate.commit(permit, vec![zacharias()]).await.unwrap_err());
    assert!(matches!(error, GateError::PermitStale));
    // Decided before midnight, spent after: the purpose may have ended with the day.
    house.clock.set("2026-05-04T23:59:59Z".parse().unwrap());
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    house.clock.advance(TimeDelta::seconds(2));
    let error = failed(house.gate.commit(permit, vec![zacharias()]).await.unwrap_err());
    assert!(matches!(error, GateError::PermitStale));
    let other = House::new().await;
    let permit = other.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let error = failed(house.gate.commit(permit, vec![zacharias()]).await.unwrap_err());
    assert!(matches!(error, GateError::PermitStale));
    assert_eq!(house.gate.log_size() + other.gate.log_size(), 0);
}

#[tokio::test]
async fn a_search_names_all_that_it_shows() {
    let house = House::new().await;
    let search = request(officer(), "loan-relief", Action::Search);
    let permit = house.gate.decide(&search).await.unwrap();
    let grant = house.gate.commit(permit, vec![zacharias(), ysolde()]).await.unwrap();
    assert_eq!(grant.read(&register("tax")).await.unwrap().batch.num_rows(), 2);
    let entry = &house.entries().await[0];
    assert_eq!((entry.kind, entry.subjects, entry.tags.len()), (EntryKind::Search, 2, 2));
    assert!(entry.tags.is_sorted());
    house.assert_log_is_clean().await;

    let many = |count: u64| (0..count).map(|id| LookSubject { person: PersonId(id), records: vec![] }).collect();
    let permit = house.gate.decide(&search).await.unwrap();
    assert!(house.gate.commit(permit, many(SUBJECTS_MAX as u64)).await.is_ok());
    let permit = house.gate.decide(&search).await.unwrap();
    let denied = house.gate.commit(permit, many(SUBJECTS_MAX as u64 + 1)).await.unwrap_err();
    assert!(matches!(denied, Denied::Failed(GateError::TooManySubjects { .. })));
}

#[tokio::test]
async fn political_data_is_reached_by_the_purpose_whose_agreement_names_it_and_by_no_other() {
    let house = House::new().await;
    let auditor = member("elections/auditor", RoleKind::Officer);
    let mut request = request(auditor, "party-finance", Action::OpenPerson { person: YSOLDE });
    request.case = None;
    let permit = house.gate.decide(&request).await.unwrap();
    let grant = house.gate.commit(permit, vec![ysolde()]).await.unwrap();
    let donations = grant.read(&register("donations")).await.unwrap();
    assert_eq!(donations.batch.column_by_name("party").unwrap().as_string::<i32>().value(0), "Canal Party");
    assert!(matches!(grant.read(&register("tax")).await, Err(GateError::RegisterNotGranted(_))));
}

#[tokio::test]
async fn a_judgement_is_an_entry_of_its_own() {
    let house = House::new().await;
    let steward = member("education/steward", RoleKind::Steward);
    let review = request(steward, "review-links", Action::ReviewLink);
    let permit = house.gate.decide(&review).await.unwrap();
    let grant = house.gate.commit(permit, vec![zacharias(), ysolde()]).await.unwrap();
    assert_eq!(grant.registers(), [register("tax"), register("loans")]);
    let judgement = model::Judgement {
        left: zacharias().records[0].clone(),
        right: ysolde().records[0].clone(),
        verdict: model::Verdict::Different,
        by: "officer-canary".into(),
        at: "2026-05-04T12:00:00Z".parse().unwrap(),
        reason: "because of the canary".into(),
    };
    let permit = house.gate.decide(&review).await.unwrap();
    let leaf = house.gate.record_judgement(permit, vec![zacharias(), ysolde()], &judgement).await.unwrap();
    assert_eq!(leaf, 1);
    let kinds: Vec<_> = house.entries().await.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Review, EntryKind::Judgement]);
    house.assert_log_is_clean().await;
    let permit = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    assert!(house.gate.record_judgement(permit, vec![zacharias()], &judgement).await.is_err());
}

#[tokio::test]
async fn pseudonyms_come_back_to_their_own_agency_only() {
    let house = House::new().await;
    let (education, tax) = ("education".parse().unwrap(), "tax".parse().unwrap());
    let pseudonym = house.gate.pseudonym(&education, ZACHARIAS);
    assert_eq!(house.gate.person_of(&education, &pseudonym), Some(ZACHARIAS));
    assert_eq!(house.gate.person_of(&tax, &pseudonym), None);
}

#[tokio::test]
async fn colleagues_learn_of_their_own_agencys_looks_alone() {
    let house = House::new().await;
    let look = async |actor, purpose: &str, person, subject| {
        let wish = request(actor, purpose, Action::OpenPerson { person });
        let permit = house.gate.decide(&wish).await.unwrap();
        house.gate.commit(permit, vec![subject]).await.unwrap()
    };
    let auditor = || member("elections/auditor", RoleKind::Officer);
    let first = look(officer(), "loan-relief", ZACHARIAS, zacharias()).await;
    assert!(first.earlier_looks(10).await.unwrap().is_empty(), "a look is not before itself");
    let _ = look(officer(), "loan-relief", YSOLDE, ysolde()).await;
    let other = look(auditor(), "party-finance", ZACHARIAS, zacharias()).await;
    assert!(other.earlier_looks(10).await.unwrap().is_empty(), "another agency's looks are not told");
    let again = look(officer(), "loan-relief", ZACHARIAS, zacharias()).await;
    let earlier = again.earlier_looks(10).await.unwrap();
    assert_eq!(earlier.len(), 1, "{earlier:?}");
    assert_eq!((earlier[0].leaf, earlier[0].role.as_str()), (first.leaf(), "case-officer"));
    assert_eq!(earlier[0].purpose.as_ref().unwrap().as_str(), "loan-relief");
    // The id of someone else, whose records these are not.
    let mut stranger = zacharias();
    stranger.records = ysolde().records;
    let stranger = look(officer(), "loan-relief", ZACHARIAS, stranger).await;
    assert!(stranger.earlier_looks(10).await.unwrap().is_empty());
    let third = look(officer(), "loan-relief", ZACHARIAS, zacharias()).await;
    assert_eq!(third.earlier_looks(1).await.unwrap()[0].leaf, again.leaf(), "the newest first, no more than asked for");
}

#[tokio::test]
async fn records_are_named_under_a_permit_to_review_and_a_number_of_persons() {
    let house = House::new().await;
    let review = request(member("education/steward", RoleKind::Steward), "review-links", Action::ReviewLink);
    let permit = async || house.gate.decide(&review).await.unwrap();
    let shown = house.gate.commit_named(permit().await, vec![zacharias(), ysolde()]).await;
    let missed = house.gate.record_miss(permit().await, vec![zacharias()], 1).await;
    for denied in [shown.unwrap_err(), missed.unwrap_err()] {
        let Denied::Refused(refusal) = denied else { panic!("{denied:?}") };
        assert_eq!(refusal.reasons[0].rule, "review.no-budget", "the purpose sets no number");
    }
    let entries = house.entries().await;
    let told: Vec<_> = entries.iter().map(|entry| (entry.kind, entry.asked, entry.subjects)).collect();
    let refused = |subjects| (EntryKind::Refusal, Some(EntryKind::Review), subjects);
    assert_eq!(told, [refused(2), refused(1)]);
    for (subjects, missing) in [(vec![zacharias(), ysolde()], 0), (vec![zacharias(), ysolde()], 1), (vec![], 1)] {
        let denied = house.gate.record_miss(permit().await, subjects, missing).await.unwrap_err();
        assert!(matches!(denied, Denied::Failed(GateError::Subjects)), "{denied:?}");
    }
    let opening = house.gate.decide(&open(ZACHARIAS)).await.unwrap();
    let denied = house.gate.commit_named(opening, vec![zacharias()]).await.unwrap_err();
    assert!(matches!(denied, Denied::Failed(GateError::Rules(_))), "{denied:?}");
    house.assert_log_is_clean().await;
}

#[tokio::test]
async fn the_entry_of_a_search_names_what_a_row_of_results_can_show() {
    let house = House::new().await;
    for (action, subject) in [(Action::Search, zacharias()), (Action::OpenPerson { person: ZACHARIAS }, zacharias())] {
        let permit = house.gate.decide(&request(officer(), "loan-relief", action)).await.unwrap();
        let _ = house.gate.commit(permit, vec![subject]).await.unwrap();
    }
    let entries = house.entries().await;
    let classes = |entry: &Entry| entry.classes.keys().copied().collect::<Vec<Class>>();
    assert_eq!((entries[0].kind, entries[1].kind), (EntryKind::Search, EntryKind::Look));
    for class in [Class::Income, Class::Loan] {
        assert!(!classes(&entries[0]).contains(&class) && classes(&entries[1]).contains(&class), "{class}");
    }
    // What it compares and shows is there, as it is given.
    for class in [Class::Identity, Class::Identifier, Class::Address] {
        assert_eq!(entries[0].classes[&class], entries[1].classes[&class], "{class}");
    }
    let found_by =
        |name: &str| house.gate.found_by(&register(name)).iter().map(|(column, _)| column.clone()).collect::<Vec<_>>();
    assert_eq!(found_by("loans"), ["first_name", "last_name", "birth_date", "phone"]);
    assert_eq!(found_by("donations"), ["first_name", "last_name"], "the model has no more of it");
    assert!(found_by("nothing").is_empty());
}

#[tokio::test]
async fn a_search_gives_nothing_that_its_entry_does_not_name() {
    use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    // Of the loan, the records of persons have what their model alone has a class for.
    let folder = ProjectFolder::small();
    let model = "models/loan_person.sql";
    folder.replace(model, "birth_date, phone", "birth_date, phone, owed as debt");
    let says = "--! says = \"Persons who borrowed\"";
    folder.replace(model, says, &format!("{says}\n--! classes = {{ debt = \"loan\" }}"));
    let house = House::over(folder, MemoryStorage::new(), state::Options::default()).await;
    let record = zacharias().records[1].hash_hex();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("_record", std::sync::Arc::new(StringArray::from(vec![record]))),
        ("first_name", std::sync::Arc::new(StringArray::from(vec!["Zacharias"]))),
        ("debt", std::sync::Arc::new(Int64Array::from(vec![12_345]))),
    ];
    let person = RecordBatch::try_from_iter(columns).unwrap();
    for action in [Action::Search, Action::OpenPerson { person: ZACHARIAS }] {
        let is_search = action == Action::Search;
        let permit = house.gate.decide(&request(officer(), "loan-relief", action)).await.unwrap();
        let grant = house.gate.commit(permit, vec![zacharias()]).await.unwrap();
        let entry = house.entries().await.pop().unwrap();
        assert_eq!(entry.classes[&Class::Loan], Disclosure::Value, "a search comes upon it too");
        assert_eq!(entry.classes.contains_key(&Class::Income), !is_search);

        let shown = grant.apply_model(&ModelId::new("loan_person").unwrap(), &person).unwrap();
        assert!(shown.batch.column_by_name("debt").is_some());
        let tax = grant.read(&register("tax")).await.unwrap();
        let income = tax.columns.iter().find(|column| column.name == "income").unwrap();
        let rule = income.withheld_because.as_ref().map(|because| because.rule.as_str());
        assert_eq!(tax.batch.column_by_name("income").is_some(), !is_search);
        assert_eq!(rule, is_search.then_some("disclosure.not-named"));
        assert_eq!(*grant.how(&register("tax"), "income") == Disclosure::Withheld, is_search);
        let columns = shown.columns.iter().chain(tax.columns.iter());
        for column in columns.filter(|column| column.withheld_because.is_none()) {
            assert_eq!(entry.classes.get(&column.class), Some(&column.disclosure), "{}", column.name);
        }
    }
}
