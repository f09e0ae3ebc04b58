//! Searches forgive slips, and compare only what the purpose lets the asker compare.

use registry::{How, SearchQuery};

use crate::house::House;

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
    let house = House::with(crate::house::DONATIONS, |folder| {
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
    let answer = house.search(&index, &query).await;
    assert_eq!(answer.not_used, ["identifier", "contact", "address"]);
    assert!(answer.hits.is_empty(), "nothing is left to look for");
    let with_name = house.search(&index, &SearchQuery { name: "Ysolde Quillfeather".to_owned(), ..query }).await;
    let without = house.search(&index, &named("Ysolde Quillfeather")).await;
    let scores = |answer: &registry::SearchAnswer| -> Vec<_> {
        answer.hits.iter().map(|hit| (hit.person, hit.score.to_bits())).collect()
    };
    assert_eq!(scores(&with_name), scores(&without));
}
