//! Nothing is linked that no agreement covers.

use gate::Denied;
use lake::TableRef;
use linkage::LinkageError;
use model::{ModelKind, Project};

use crate::fixture::{Republic, model};
use crate::people::{deliver, deliveries, link_now};

/// Builds the republic, changes its project, and gives why it is not linked.
async fn refusal(change: impl FnOnce(&mut Project)) -> LinkageError {
    let mut republic = Republic::new();
    let opened = republic.open().await;
    deliver(&opened, &republic.project, &deliveries(40)).await;
    drop(opened);
    change(&mut republic.project);
    let opened = republic.open().await;
    let error = link_now(&opened, &republic, "link-1").await.unwrap_err();
    assert_eq!(opened.lake.info(&TableRef::spine("links")).await.unwrap(), None, "nothing is written");
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_agreement_nothing_is_linked() {
    let error = refusal(|project| project.linkage = None).await;
    assert!(matches!(error, LinkageError::NoConfig), "{error}");
    let error = refusal(|project| project.linkage.as_mut().unwrap().agreement = None).await;
    assert!(matches!(error, LinkageError::NoAgreement), "{error}");
    let error = refusal(|project| {
        let linkage = project.linkage.as_mut().unwrap();
        linkage.agreement = Some("nowhere".parse().unwrap());
    })
    .await;
    assert!(error.to_string().contains("write agreements/nowhere.toml"), "{error}");
    let error = refusal(|project| project.agreements["base"].allows_linking = false).await;
    assert!(matches!(error, LinkageError::LinkingNotAgreed { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agreement_that_ended_links_nothing() {
    for name in ["base", "politics"] {
        let error = refusal(|project| {
            let valid = &mut project.agreements[name].valid;
            valid.until = valid.from;
        })
        .await;
        assert!(matches!(error, LinkageError::Denied(Denied::Refused(_))), "{name}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_no_agreement_covers_stops_the_run() {
    let error =
        refusal(|project| project.agreements["base"].registers.retain(|register| register.as_str() != "census")).await;
    assert!(
        matches!(&error, LinkageError::RegisterNotCovered { register, .. } if register.as_str() == "census"),
        "{error}"
    );
    assert!(error.to_string().contains("add the register to `base`"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn political_data_is_linked_only_under_an_agreement_that_names_it() {
    let error = refusal(|project| project.agreements["politics"].special_categories.clear()).await;
    assert!(matches!(error, LinkageError::CategoryNotNamed { .. }), "{error}");
    // Nor as a base register under an agreement that covers but does not name it.
    let error = refusal(|project| {
        project.linkage.as_mut().unwrap().attach.clear();
        project.agreements["base"].registers.push("donations".parse().unwrap());
    })
    .await;
    assert!(matches!(error, LinkageError::CategoryNotNamed { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_in_one_person_model() {
    let mut republic = Republic::new();
    let sql = "select _record, first_name, last_name, birth_date from registers.tax where income > 20010";
    republic.put(model("person_tax_rich", ModelKind::Person, "tax", sql));
    let opened = republic.open().await;
    deliver(&opened, &republic.project, &deliveries(40)).await;
    let error = link_now(&opened, &republic, "link-1").await.unwrap_err();
    assert!(
        matches!(&error, LinkageError::RecordTwice { records: 29, model, .. } if model.as_str() == "person_tax_rich"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_built_first() {
    let republic = Republic::new();
    let opened = republic.open().await;
    let error = link_now(&opened, &republic, "link-1").await.unwrap_err();
    assert!(error.to_string().contains("build it first"), "{error}");
}
