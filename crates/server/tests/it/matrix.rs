//! Who may do what: every route, asked by every role, against a file that people review.

use std::fmt::Write as _;
use std::path::Path;

use server::ROUTES;

use crate::house::{Answer, Ask, House, example};

const GOLDEN: &str = "tests/golden/endpoint-roles.txt";

const BLESS: &str = "BLESS=1 cargo test -p server --test it matrix";

fn outcome(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if answer.status.is_client_error() || answer.status.is_server_error() {
        format!("{status} {}", answer.problem())
    } else {
        status.to_string()
    }
}

async fn matrix(house: &House) -> String {
    let mut text = "# What each role gets at each route of the API, asked as well as it can be asked.\n\
        # A refusal by a rule (`refused`) is in the log; a new route or role has to be added here knowingly:\n"
        .to_owned();
    writeln!(text, "#   {BLESS}").unwrap();
    for route in ROUTES {
        writeln!(text, "\n{} {}", route.method, route.path).unwrap();
        let nobody = (String::from("nobody"), None);
        let members =
            house.identities.iter().map(|identity| (identity.name.clone(), Some(house.token(&identity.name))));
        for (name, token) in std::iter::once(nobody).chain(members) {
            // Each agency has a name of its own for the person; others try that of Education.
            let agency = match name.as_str() {
                "tax-officer" => "tax",
                "auditor" => "elections",
                _ => "education",
            };
            let (path, body) = example(route.path, &house.ysolde_at(agency));
            let mut ask = Ask::new(route.method, &path);
            if let Some(token) = token {
                ask = ask.token(&token);
            }
            if let Some(body) = body {
                ask = ask.json(&body);
            }
            writeln!(text, "  {name:<12} {}", outcome(&house.ask(ask).await)).unwrap();
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_gets_what_the_reviewed_matrix_says() {
    let house = House::new().await;
    let found = matrix(&house).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == reviewed, "{GOLDEN} says otherwise; review and bless with `{BLESS}`. Found:\n{found}");
}
