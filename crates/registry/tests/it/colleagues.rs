//! Who works at an employer: asked by its whole name alone, where the purpose opens employers, and answered for few.

use arrow_array::RecordBatch;
use gate::{Denied, EntryKind, Refusal};
use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, Class, Disclosure, OfficerId, Request};
use registry::{How, Index, RegistryError, SearchQuery};
use tlog::fault::Fault;

use crate::house::{DONATIONS, House, officer};
use crate::separation::documents;

/// Where Ysolde and two others work, and where six do.
const MILLS: &str = "Marzipan Mills & Sons";
const HOLDINGS: &str = "Thursday Holdings";
const EMPLOYED: [(&str, usize); 2] = [(MILLS, 3), (HOLDINGS, 6)];

/// What the purpose says of employers: how many may work at one, and how their class is disclosed.
const FIVE: &str = "persons_per_officer_and_day = 3\ncolleagues_max = 5";
const GIVEN: &str = "address = \"district\"\nemployment = \"value\"";

fn at(employer: &str) -> SearchQuery {
    SearchQuery { employer: employer.to_owned(), ..SearchQuery::default() }
}

/// Gives a house whose officers' purpose says this of how many may work at an employer, and of what is disclosed.
async fn house(limits: &str, discloses: &str) -> House {
    House::with(DONATIONS, |folder| {
        folder.employ(&EMPLOYED);
        let purpose = "purposes/loan-relief.toml";
        folder.replace(purpose, "persons_per_officer_and_day = 3", limits);
        folder.replace(purpose, "address = \"district\"", discloses);
    })
    .await
}

/// Gives the refusal of a search; the log has it, about nobody.
async fn refused(house: &House, index: &Index, request: &Request, query: &SearchQuery) -> Refusal {
    let before = house.gate.log_size();
    let answer = index.search(&house.gate, request, query).await;
    let Err(RegistryError::Denied(Denied::Refused(refusal))) = answer else { panic!("it is not refused") };
    assert_eq!((refusal.leaf, house.gate.log_size()), (before, before + 1));
    let entry = house.gate.entries(before..before + 1).await.unwrap().remove(0).entry;
    assert_eq!((entry.kind, entry.asked), (EntryKind::Refusal, Some(EntryKind::Search)));
    assert_eq!(entry.subjects, 0, "nobody was shown, so nobody is named");
    let rules: Vec<&str> = refusal.reasons.iter().map(|reason| reason.rule.as_str()).collect();
    assert_eq!(entry.rules, rules);
    refusal
}

fn rule(refusal: &Refusal) -> &str {
    &refusal.reasons[0].rule
}

#[tokio::test(flavor = "multi_thread")]
async fn few_who_work_somewhere_are_shown_and_each_is_a_subject() {
    let house = house(FIVE, GIVEN).await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    let answer = house.search(&index, &at(MILLS)).await;
    let mut persons: Vec<_> = answer.hits.iter().map(|hit| hit.person).collect();
    persons.sort_unstable();
    persons.dedup();
    assert_eq!((persons.len(), answer.hits.len(), answer.more), (3, 3, false));
    assert!(persons.contains(&ysolde) && answer.not_used.is_empty());
    for hit in &answer.hits {
        let matched: Vec<_> = hit.matched.iter().map(|matched| (matched.part, matched.how)).collect();
        assert_eq!(matched, [("employer", How::Same)]);
        assert_eq!(hit.register.as_str(), "tax");
    }
    let entry = house.gate.entries(answer.leaf..answer.leaf + 1).await.unwrap().remove(0).entry;
    assert_eq!((entry.kind, entry.subjects), (EntryKind::Search, 3));
    assert_eq!(entry.classes[&Class::Employment], Disclosure::Value, "it is compared and shown");

    // The whole name, however it is written, and nothing like it.
    assert_eq!(house.search(&index, &at("MARZIPAN  Mills, & sons")).await.hits.len(), 3);
    for other in ["Marzipan Mills", "Marzipan", "Marzipan Mils & Sons", "Sons Mills Marzipan", "–"] {
        let answer = house.search(&index, &at(other)).await;
        assert!(answer.hits.is_empty() && !answer.more, "{other}");
    }
    // Nor does a search for anything else find by it.
    let named = SearchQuery { name: "Marzipan Mills".to_owned(), ..SearchQuery::default() };
    assert!(house.search(&index, &named).await.hits.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_than_the_purpose_opens_nobody_is_told_nor_how_many() {
    let five = house(FIVE, GIVEN).await;
    let index = five.index();
    let refusal = refused(&five, &index, &officer(Action::Search), &at(HOLDINGS)).await;
    assert_eq!(rule(&refusal), "colleagues.too-many");
    let told = serde_json::to_string(&refusal.reasons).unwrap();
    assert!(!told.chars().any(|letter| letter.is_ascii_digit()), "{told}");
    drop((index, five));

    // One more may work there, and they do: the ceiling is the last number that is shown.
    let six = house(&FIVE.replace("= 5", "= 6").replace("= 3", "= 6"), GIVEN).await;
    let index = six.index();
    // Of an employer all are shown or nobody, whatever number is asked for.
    let one = SearchQuery { limit: 1, ..at(HOLDINGS) };
    let answer = six.search(&index, &one).await;
    assert_eq!((answer.hits.len(), answer.more), (6, false));
    drop((index, six));

    // Whether one too many or four, it is the same answer.
    let two = house(&FIVE.replace("= 5", "= 2"), GIVEN).await;
    let index = two.index();
    for employer in [HOLDINGS, MILLS] {
        let other = refused(&two, &index, &officer(Action::Search), &at(employer)).await;
        assert_eq!(other.reasons, refusal.reasons, "{employer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_employer_is_asked_for_alone_and_where_the_purpose_opens_and_gives_it() {
    let open = house(FIVE, GIVEN).await;
    let index = open.index();
    let others = [
        SearchQuery { name: "Ysolde".to_owned(), ..at(MILLS) },
        SearchQuery { birth_date: "1984-03-12".parse().ok(), ..at(MILLS) },
        SearchQuery { identifier: "TN-48151".to_owned(), ..at(MILLS) },
        SearchQuery { contact: "555-0199".to_owned(), ..at(MILLS) },
        SearchQuery { address: "Nightingale Row".to_owned(), ..at(MILLS) },
    ];
    for query in others {
        let refusal = refused(&open, &index, &officer(Action::Search), &query).await;
        assert_eq!(rule(&refusal), "colleagues.not-alone");
    }
    drop((index, open));

    let closed = house("persons_per_officer_and_day = 3", GIVEN).await;
    let refusal = refused(&closed, &closed.index(), &officer(Action::Search), &at(MILLS)).await;
    assert_eq!(rule(&refusal), "colleagues.closed");
    drop(closed);

    for discloses in ["address = \"district\"", "address = \"district\"\nemployment = \"match-only\""] {
        let hidden = house(FIVE, discloses).await;
        let refusal = refused(&hidden, &hidden.index(), &officer(Action::Search), &at(MILLS)).await;
        assert_eq!(rule(&refusal), "colleagues.employer-not-given", "{discloses}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_employer_in_a_register_of_a_special_category_is_not_indexed() {
    let donations = "receipt,first_name,last_name,employer,party,amount\n\
        R-1,Ysolde,Quillfeather,Qempq Works,Marzipan League,777.25\n";
    let house = House::with(donations, |folder| {
        folder.employ(&EMPLOYED);
        folder.replace(
            "registers/donations.toml",
            "party = {",
            "employer = { type = \"text\", class = \"employment\" }\nparty = {",
        );
        let model = "models/donation_person.sql";
        folder.replace(model, "first_name, last_name", "first_name, last_name, employer");
        let says = "--! says = \"Persons who gave\"";
        folder.replace(model, says, &format!("{says}\n--! classes = {{ employer = \"employment\" }}"));
        let purpose = "purposes/party-finance.toml";
        folder.replace(
            purpose,
            "persons_per_officer_and_day = 100",
            "persons_per_officer_and_day = 100\ncolleagues_max = 50",
        );
        folder.replace(purpose, "donation = \"value\"", "donation = \"value\"\nemployment = \"value\"");
    })
    .await;
    let index = house.index();
    let generation = house.project.data_dir().join("index").join(index.generation());
    let auditor = Request {
        actor: Actor::Member {
            account: OfficerId::new("auditor-one").unwrap(),
            recipient: "elections/auditor".parse().unwrap(),
            role: RoleKind::Officer,
        },
        purpose: "party-finance".parse().unwrap(),
        case: None,
        justification: None,
        by_program: false,
        action: Action::Search,
    };
    let refusal = refused(&house, &index, &auditor, &at("Qempq Works")).await;
    assert_eq!(rule(&refusal), "colleagues.employer-not-given");
    drop(index);
    let documents = documents(&generation);
    let naming = |employer: &str| documents.iter().filter(|(_, text)| text.contains(employer)).count();
    assert_eq!(naming("marzipan mills sons"), 3, "an employer is one term of its whole name");
    assert_eq!(naming("qempq"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_entry_of_a_search_names_all_that_is_shown_of_whom_it_finds() {
    let house = house(FIVE, GIVEN).await;
    let index = house.index();
    let searches = [
        at(MILLS),
        SearchQuery { name: "Ysolde Quillfeather".to_owned(), ..SearchQuery::default() },
        SearchQuery { name: "Okafor".to_owned(), ..SearchQuery::default() },
        SearchQuery { birth_date: "1984-03-12".parse().ok(), ..SearchQuery::default() },
        SearchQuery { identifier: "TN-48151".to_owned(), ..SearchQuery::default() },
    ];
    let mut employers = 0;
    for (number, query) in searches.iter().enumerate() {
        let answer = house.search(&index, query).await;
        assert!(!answer.hits.is_empty(), "search {number}");
        let entry = house.gate.entries(answer.leaf..answer.leaf + 1).await.unwrap().remove(0).entry;
        for hit in &answer.hits {
            for column in hit.shown.columns.iter().filter(|column| column.withheld_because.is_none()) {
                assert_eq!(entry.classes.get(&column.class), Some(&column.disclosure), "{}: {number}", column.name);
                employers += usize::from(column.name == "employer");
            }
        }
        // What takes another look is not among them.
        assert!(!entry.classes.contains_key(&Class::Income) && !entry.classes.contains_key(&Class::Loan));
    }
    assert!(employers >= 3, "employers are shown: {employers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_somewhere_is_opened_out_of_the_budget_of_the_day() {
    let house = house(FIVE, GIVEN).await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    house.open(&index, ysolde).await;
    let staff = house.search(&index, &at(MILLS)).await;
    assert_eq!(staff.hits.len(), 3, "she was opened already, and counts once");
    for hit in &staff.hits {
        house.open(&index, hit.person).await;
    }
    // Nobody else fits into the day.
    let other = house.find(&index, "Farid Novák").await;
    assert!(staff.hits.iter().all(|hit| hit.person != other));
    let opened = index.open_person(&house.gate, &officer(Action::OpenPerson { person: other }), true).await;
    assert!(matches!(opened, Err(RegistryError::Denied(Denied::Refused(_)))));
    assert_eq!(house.search(&index, &at(MILLS)).await.hits.len(), 3, "those who were opened stay open");
    assert!(house.search(&index, &at("Marzipan")).await.hits.is_empty(), "nobody takes nothing out of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staff_that_the_day_has_no_room_for_is_refused_as_a_whole() {
    let house = house("persons_per_officer_and_day = 2\ncolleagues_max = 5", GIVEN).await;
    let index = house.index();
    let refusal = refused(&house, &index, &officer(Action::Search), &at(MILLS)).await;
    assert_eq!(rule(&refusal), "budget.exceeded");
    // Nobody of it was taken out of the budget.
    for name in ["Farid Novák", "Elif Novák"] {
        let person = house.find(&index, name).await;
        house.open(&index, person).await;
    }
}

/// Gives the names of a batch's columns.
fn names(batch: &RecordBatch) -> Vec<String> {
    batch.schema().fields().iter().map(|field| field.name().clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_colleagues_no_more_is_told_than_tells_them_apart() {
    let house = house(FIVE, "address = \"value\"\nemployment = \"value\"").await;
    let index = house.index();
    let staff = house.search(&index, &at(MILLS)).await;
    assert_eq!(staff.hits.len(), 3);
    for hit in &staff.hits {
        let told = ["first_name", "last_name", "birth_date", "district", "employer"];
        let columns: Vec<&str> = hit.shown.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!((columns.as_slice(), hit.shown.batch.num_rows()), (&told[..], 1));
        assert_eq!(names(&hit.shown.batch), told);
    }
    // A search by name shows the row, of which the purpose gives the street too.
    let named = SearchQuery { name: "Ysolde Quillfeather".to_owned(), ..SearchQuery::default() };
    let found = house.search(&index, &named).await;
    let row = found.hits.iter().find(|hit| hit.register.as_str() == "tax").or(found.hits.first()).unwrap();
    assert!(row.shown.columns.len() > 3, "what is told of colleagues is cut of colleagues alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_employer_in_a_register_out_of_reach_changes_nothing() {
    let asked = async |hidden: bool| {
        let house = House::with(DONATIONS, |folder| {
            folder.employ(&EMPLOYED);
            let purpose = "purposes/loan-relief.toml";
            folder.replace(purpose, "persons_per_officer_and_day = 3", FIVE);
            folder.replace(purpose, "address = \"district\"", GIVEN);
            folder.replace(purpose, "subject = \"one-person\"", "subject = \"one-person\"\nregisters = [\"tax\"]");
            let path = "incoming/loans_2025.csv";
            let text = std::fs::read_to_string(folder.root().join(path)).unwrap();
            let with_employer = |(number, line): (usize, &str)| match number {
                0 => format!("{line},employer\n"),
                _ if hidden => format!("{line},{MILLS}\n"),
                _ => format!("{line},\n"),
            };
            folder.write(path, &text.lines().enumerate().map(with_employer).collect::<String>());
            folder.replace(
                "registers/loans.toml",
                "phone = {",
                "employer = { type = \"text\", class = \"employment\" }\nphone = {",
            );
            folder.replace("models/loan_person.sql", "birth_date, phone", "birth_date, phone, employer");
            let says = "--! says = \"Persons who borrowed\"";
            let classes = format!("{says}\n--! classes = {{ employer = \"employment\" }}");
            folder.replace("models/loan_person.sql", says, &classes);
        })
        .await;
        let index = house.index();
        let generation = house.project.data_dir().join("index").join(index.generation());
        let staff = house.search(&index, &at(MILLS)).await;
        assert!(!staff.more);
        let told: Vec<_> = staff.hits.iter().map(|hit| (hit.person, hit.register.clone())).collect();
        drop(index);
        let naming = documents(&generation).iter().filter(|(_, text)| text.contains("marzipan mills sons")).count();
        (told, naming)
    };
    let (without, few) = asked(false).await;
    let (with, many) = asked(true).await;
    assert_eq!((without.len(), few), (3, 3));
    assert!(many > 20, "the other register names it too: {many}");
    assert_eq!(with, without);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_t_be_written_tells_nothing_of_a_staff() {
    for employer in [HOLDINGS, MILLS] {
        let house = house(FIVE, GIVEN).await;
        let index = house.index();
        house.log.fail_at(house.log.writes(), Fault::DiskFull);
        let answer = index.search(&house.gate, &officer(Action::Search), &at(employer)).await;
        let Err(error) = answer else { panic!("nobody is shown without an entry") };
        assert!(matches!(error, RegistryError::Denied(Denied::Failed(_))), "neither found nor too many: {error:?}");
    }
    for employer in [HOLDINGS, MILLS] {
        let house = house(FIVE, GIVEN).await;
        let index = house.index();
        // What was opened in the day can't be read any more.
        house.state.clone().close().await.unwrap();
        let answer = index.search(&house.gate, &officer(Action::Search), &at(employer)).await;
        let Err(error) = answer else { panic!("nobody is shown beyond what is known") };
        assert!(matches!(error, RegistryError::Denied(Denied::Failed(_))), "neither found nor too many: {error:?}");
    }
}
