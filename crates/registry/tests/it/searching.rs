//! Searches forgive slips, and compare only what the purpose lets the asker compare.

use gate::{Denied, EntryKind};
use model::request::Action;
use registry::{How, RegistryError, SearchQuery};

use crate::house::{DONATIONS, House, officer};

fn named(name: &str) -> SearchQuery {
    SearchQuery { name: name.to_owned(), ..SearchQuery::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn slips_accents_order_and_dashes_are_forgiven() {
    let house = House::new().await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    let born = |day: &str| SearchQuery { birth_date: Some(day.parse().unwrap()), ..SearchQuery::default() };
    let queries = [
        named("Ysolde Quilfeather"),
        named("Quillfeather Ysolde"),
        named("ÝSÖLDE quillfeather"),
        SearchQuery { name: "Quillfether".to_owned(), ..born("1984-12-03") },
        born("1984-03-12"),
        born("1984-12-03"),
        born("1985-03-12"),
        number("TN-48151"),
        number("tn 48-15-1"),
        number("TN48152"),
    ];
    for (number, query) in queries.iter().enumerate() {
        let answer = house.search(&index, query).await;
        assert_eq!(answer.hits.first().map(|hit| hit.person), Some(ysolde), "query {number}");
        assert!(answer.not_used.is_empty());
    }
    let accents = house.search(&index, &named("Bjorn Novak")).await;
    assert!(accents.hits[0].matched.iter().all(|matched| matched.how == How::Same));
    assert!(house.search(&index, &named("Zebulon Wrzesniewski")).await.hits.is_empty());
    let many = house.search(&index, &SearchQuery { limit: 2, ..named("Okafor") }).await;
    assert!(many.hits.len() == 2 && many.more);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_purpose_hides_is_not_compared() {
    let house = House::with(DONATIONS, |folder| {
        let last = "identifier = { as = \"last\", keep = 4 }";
        folder.replace("purposes/loan-relief.toml", "identifier = \"match-only\"", last);
    })
    .await;
    let index = house.index();
    let query = SearchQuery {
        identifier: "TN-48151".to_owned(),
        address: "Nightingale Row".to_owned(),
        contact: "555-0199".to_owned(),
        ..SearchQuery::default()
    };
    let size = house.gate.log_size();
    let Err(RegistryError::NothingCompared { not_used }) =
        index.search(&house.gate, &officer(Action::Search), &query).await
    else {
        panic!("nothing is left to look for")
    };
    assert_eq!(not_used, ["identifier", "contact", "address"]);
    assert_eq!(house.gate.log_size(), size, "nothing was compared, so that nothing is logged");
    let comparable = index.comparable(&house.gate, &officer(Action::Search)).unwrap();
    assert_eq!(comparable.parts, ["name", "birth_date"]);
    assert!(comparable.alone.is_empty());
    let with_name = house.search(&index, &SearchQuery { name: "Ysolde Quillfeather".to_owned(), ..query }).await;
    let without = house.search(&index, &named("Ysolde Quillfeather")).await;
    let scores = |answer: &registry::SearchAnswer| -> Vec<_> {
        answer.hits.iter().map(|hit| (hit.person, hit.score.to_bits())).collect()
    };
    assert_eq!(scores(&with_name), scores(&without));
}

/// Gives a house whose officers' purpose shows the end of numbers and lets whole ones be compared, of so many persons a day.
async fn house_of_whole_numbers(persons: u32) -> House {
    House::with(DONATIONS, |folder| {
        let last = "identifier = { as = \"last\", keep = 4, match = true }";
        folder.replace("purposes/loan-relief.toml", "identifier = \"match-only\"", last);
        let budget = format!("persons_per_officer_and_day = {persons}");
        folder.replace("purposes/loan-relief.toml", "persons_per_officer_and_day = 3", &budget);
    })
    .await
}

fn number(text: &str) -> SearchQuery {
    SearchQuery { identifier: text.to_owned(), ..SearchQuery::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_whose_end_alone_is_shown_is_compared_as_a_whole_where_the_purpose_says_so() {
    let house = house_of_whole_numbers(6).await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    let comparable = index.comparable(&house.gate, &officer(Action::Search)).unwrap();
    assert_eq!((comparable.parts, comparable.alone), (vec!["name", "birth_date", "identifier"], vec!["identifier"]));
    for whole in ["TN-48151", "tn 48-15-1"] {
        let answer = house.search(&index, &number(whole)).await;
        assert_eq!(answer.hits.iter().map(|hit| hit.person).collect::<Vec<_>>(), [ysolde], "{whole}");
        assert_eq!(answer.hits[0].matched[0].how, How::Same, "{whole}");
    }
    for like in ["TN48152", "8151", "48151", "TN-4815", "TN-481511"] {
        let size = house.gate.log_size();
        let answer = house.search(&index, &number(like)).await;
        assert!(answer.hits.is_empty() && answer.not_used.is_empty(), "{like}");
        assert_eq!(house.gate.log_size(), size + 1, "{like}: it was compared, which is logged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_tried_out_of_the_budget_of_the_day_whether_somebody_has_them_or_not() {
    let house = house_of_whole_numbers(3).await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    for wrong in ["TN-48150", "TN-48150", "TN-48152"] {
        assert!(house.search(&index, &number(wrong)).await.hits.is_empty(), "the same again is a try again");
    }
    // Right or wrong, what is beyond is refused alike, and neither the refusal nor its entry tells which it was.
    for beyond in ["TN-48153", "TN-48151"] {
        let size = house.gate.log_size();
        let answer = index.search(&house.gate, &officer(Action::Search), &number(beyond)).await;
        let Err(RegistryError::Denied(Denied::Refused(refusal))) = answer else { panic!("{beyond} is not refused") };
        assert_eq!(refusal.reasons[0].rule, "budget.exceeded");
        assert_eq!(house.gate.log_size(), size + 1);
        let entry = house.gate.entries(size..size + 1).await.unwrap().remove(0).entry;
        assert_eq!((entry.kind, entry.asked, entry.subjects), (EntryKind::Refusal, Some(EntryKind::Search), 0));
    }
    // What was tried in vain leaves no room for persons either.
    let opening = officer(Action::OpenPerson { person: ysolde });
    let opened = index.open_person(&house.gate, &opening, true).await;
    assert!(matches!(opened, Err(RegistryError::Denied(Denied::Refused(_)))));
    // By name nobody is opened: that is bounded by the log alone.
    assert_eq!(house.search(&index, &named("Ysolde Quillfeather")).await.hits[0].person, ysolde);
    // Another day has a number of its own.
    house.clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(house.search(&index, &number("TN-48151")).await.hits[0].person, ysolde);
    for wrong in ["TN-1", "TN-2"] {
        assert!(house.search(&index, &number(wrong)).await.hits.is_empty(), "whoever was found counts once");
    }
    assert_eq!(house.search(&index, &number("TN-48151")).await.hits[0].person, ysolde, "and stays open");
    let answer = index.search(&house.gate, &officer(Action::Search), &number("TN-3")).await;
    assert!(matches!(answer, Err(RegistryError::Denied(Denied::Refused(_)))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_beside_a_name_answers_nothing() {
    let house = house_of_whole_numbers(1).await;
    let index = house.index();
    let scores = |answer: &registry::SearchAnswer| -> Vec<_> {
        answer.hits.iter().map(|hit| (hit.person, hit.score.to_bits(), hit.matched.clone())).collect()
    };
    let born = SearchQuery { birth_date: Some("1984-03-12".parse().unwrap()), ..SearchQuery::default() };
    for beside in [named("Ysolde Quillfeather"), named("Okafor"), born] {
        let without = scores(&house.search(&index, &beside).await);
        assert!(!without.is_empty());
        // More often than the budget has persons: nothing is tried by it.
        for number in ["TN-48151", "TN-48152", "TN-90000"] {
            let with = SearchQuery { identifier: number.to_owned(), ..beside.clone() };
            let answer = house.search(&index, &with).await;
            assert_eq!(answer.not_used, ["identifier"]);
            assert!(scores(&answer) == without, "{number}");
        }
    }
    // What the purpose lets nobody compare is not beside it.
    let with_telephone = SearchQuery { contact: "555-0199".to_owned(), ..number("TN-48151") };
    let answer = house.search(&index, &with_telephone).await;
    assert_eq!((answer.hits.len(), answer.not_used), (1, vec!["contact"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_the_year_and_the_month_of_their_birth() {
    let house = House::new().await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    let born = |birth: &str| SearchQuery { birth_date: Some(birth.parse().unwrap()), limit: 50, ..named("Ysolde") };
    for birth in ["1984", "1984-03"] {
        let answer = house.search(&index, &born(birth)).await;
        assert_eq!(answer.hits.first().map(|hit| hit.person), Some(ysolde), "{birth}");
        assert!(answer.hits[0].matched.iter().any(|matched| (matched.part, matched.how) == ("birth_date", How::Part)));
        // Alone that is everyone who was born then, and nobody who is looked for.
        let size = house.gate.log_size();
        for alone in [
            SearchQuery { name: String::new(), ..born(birth) },
            SearchQuery { name: " – ".to_owned(), contact: "555-0199".to_owned(), ..born(birth) },
        ] {
            let found = index.search(&house.gate, &officer(Action::Search), &alone).await;
            assert!(matches!(found, Err(RegistryError::BirthTooWide)), "{birth}");
        }
        assert_eq!(house.gate.log_size(), size, "nothing was compared, so that nothing is logged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_refuses_is_refused_though_nothing_would_be_compared() {
    let house = House::new().await;
    let index = house.index();
    let mut request = officer(Action::Search);
    request.purpose = "party-finance".parse().unwrap();
    let contact = SearchQuery { contact: "555-0199".to_owned(), ..SearchQuery::default() };
    let year = SearchQuery { birth_date: Some("1984".parse().unwrap()), ..SearchQuery::default() };
    for query in [contact, year] {
        let size = house.gate.log_size();
        let answer = index.search(&house.gate, &request, &query).await;
        let Err(RegistryError::Denied(Denied::Refused(refusal))) = answer else { panic!("the rule comes first") };
        assert_eq!((refusal.leaf, house.gate.log_size()), (size, size + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_alone_are_nothing_to_search_for() {
    let house = House::new().await;
    let index = house.index();
    let marks = SearchQuery { name: " – ".to_owned(), identifier: "--".to_owned(), ..SearchQuery::default() };
    let size = house.gate.log_size();
    let found = index.search(&house.gate, &officer(Action::Search), &marks).await;
    assert!(matches!(found, Err(RegistryError::NothingCompared { not_used }) if not_used.is_empty()));
    assert_eq!(house.gate.log_size(), size);
}
