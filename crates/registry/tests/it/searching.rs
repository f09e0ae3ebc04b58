//! Searches forgive slips, and compare only what the purpose lets the asker compare.

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
    let number = |text: &str| SearchQuery { identifier: text.to_owned(), ..SearchQuery::default() };
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
    assert_eq!(index.comparable(&house.gate, &officer(Action::Search)).unwrap(), ["name", "birth_date"]);
    let with_name = house.search(&index, &SearchQuery { name: "Ysolde Quillfeather".to_owned(), ..query }).await;
    let without = house.search(&index, &named("Ysolde Quillfeather")).await;
    let scores = |answer: &registry::SearchAnswer| -> Vec<_> {
        answer.hits.iter().map(|hit| (hit.person, hit.score.to_bits())).collect()
    };
    assert_eq!(scores(&with_name), scores(&without));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_whose_end_alone_is_shown_is_compared_as_a_whole_where_the_purpose_says_so() {
    let house = House::with(DONATIONS, |folder| {
        let last = "identifier = { as = \"last\", keep = 4, match = true }";
        folder.replace("purposes/loan-relief.toml", "identifier = \"match-only\"", last);
    })
    .await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    let comparable = index.comparable(&house.gate, &officer(Action::Search)).unwrap();
    assert_eq!(comparable, ["name", "birth_date", "identifier"]);
    let number = |text: &str| SearchQuery { identifier: text.to_owned(), ..SearchQuery::default() };
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
async fn people_are_found_by_the_year_and_the_month_of_their_birth() {
    let house = House::new().await;
    let index = house.index();
    let ysolde = house.find(&index, "Ysolde Quillfeather").await;
    for birth in ["1984", "1984-03"] {
        let query = SearchQuery { birth_date: Some(birth.parse().unwrap()), limit: 50, ..SearchQuery::default() };
        let answer = house.search(&index, &query).await;
        let hers = answer.hits.iter().find(|hit| hit.person == ysolde).unwrap_or_else(|| panic!("{birth}"));
        assert_eq!(hers.matched[0].how, How::Part, "{birth}");
        let named = house.search(&index, &SearchQuery { name: "Ysolde".to_owned(), ..query }).await;
        assert_eq!(named.hits.first().map(|hit| hit.person), Some(ysolde), "{birth}");
    }
    let other = SearchQuery { birth_date: Some("1984-04".parse().unwrap()), limit: 50, ..SearchQuery::default() };
    assert!(house.search(&index, &other).await.hits.iter().all(|hit| hit.person != ysolde));
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
