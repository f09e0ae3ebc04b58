//! Who works at an employer: asked by its whole name alone, where the purpose opens employers, and answered for few.

use gate::{Denied, EntryKind, Refusal};
use model::agency::RoleKind;
use model::request::Action;
use model::{Actor, Class, Disclosure, OfficerId, Request};
use registry::{How, Index, RegistryError, SearchQuery};
use testkit::ProjectFolder;

use crate::house::{DONATIONS, House, officer};
use crate::separation::documents;

/// Where Ysolde and two others work, and where six do.
const MILLS: &str = "Marzipan Mills & Sons";
const HOLDINGS: &str = "Thursday Holdings";

/// What the purpose says of employers: how many may work at one, and how their class is disclosed.
const FIVE: &str = "persons_per_officer_and_day = 3\ncolleagues_max = 5";
const GIVEN: &str = "address = \"district\"\nemployment = \"value\"";

fn at(employer: &str) -> SearchQuery {
    SearchQuery { employer: employer.to_owned(), ..SearchQuery::default() }
}

/// Has tax returns name employers: of the first three one, of the next six another, and of the others none.
fn employ(folder: &ProjectFolder) {
    let path = "incoming/tax_2025.csv";
    let text = std::fs::read_to_string(folder.root().join(path)).unwrap();
    let with_employer = |(number, line): (usize, &str)| {
        let (before, income) = line.rsplit_once(',').unwrap();
        let employer = match number {
            0 => "employer",
            1..=3 => MILLS,
            4..=9 => HOLDINGS,
            _ => "",
        };
        format!("{before},{employer},{income}\n")
    };
    folder.write(path, &text.lines().enumerate().map(with_employer).collect::<String>());
    folder.replace(
        "registers/tax.toml",
        "income = {",
        "employer = { type = \"text\", class = \"employment\" }\nincome = {",
    );
    folder.replace("models/tax_person.sql", "street, district", "street, district, employer");
    let says = "--! says = \"Persons who filed a return\"";
    folder.replace("models/tax_person.sql", says, &format!("{says}\n--! classes = {{ employer = \"employment\" }}"));
}

/// Gives a house whose officers' purpose says this of how many may work at an employer, and of what is disclosed.
async fn house(limits: &str, discloses: &str) -> House {
    House::with(DONATIONS, |folder| {
        employ(folder);
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
    let six = house(&FIVE.replace("= 5", "= 6"), GIVEN).await;
    let index = six.index();
    assert_eq!(six.search(&index, &at(HOLDINGS)).await.hits.len(), 6);
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
        employ(folder);
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
