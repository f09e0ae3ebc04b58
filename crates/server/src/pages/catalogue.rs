//! What there is: registers, purposes, agreements. Open to everyone; holds no personal data.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::frame::Frame;
use super::mailed;
use super::values::{Rule, rules};
use super::view::View;
use super::words::{ProjectText, Words};
use crate::problem::Problem;
use crate::service::{self, AgreementView, PurposeView, RegisterView, Standing, UseCount};

#[derive(Template)]
#[template(path = "registers.html")]
struct RegistersPage {
    frame: Frame,
    t: Words,
    registers: Vec<Line>,
    count: u64,
}

/// A register in the list.
struct Line {
    href: String,
    title: String,
    says: ProjectText,
    agency: String,
    rows: Option<String>,
    /// Rows in quarantine; none where there are none.
    quarantined: Option<String>,
    fresh: Option<String>,
    special: Vec<String>,
    bought: bool,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    frame: Frame,
    t: Words,
    line: Line,
    /// Where people write to about its data.
    contact: mailed::Line,
    laws: Vec<ProjectText>,
    bought: Option<String>,
    used: Used,
    columns: Vec<Column>,
    purposes: Vec<(String, String)>,
    agreements: Vec<(String, ProjectText)>,
}

/// A column.
struct Column {
    title: String,
    name: String,
    class: String,
    special: Option<String>,
    /// Its codes and what they mean.
    codes: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "purposes.html")]
struct PurposesPage {
    frame: Frame,
    t: Words,
    purposes: Vec<Purpose>,
    count: u64,
}

/// A purpose.
struct Purpose {
    id: String,
    says: String,
    standing: Badge,
    laws: Vec<ProjectText>,
    recipients: Vec<String>,
    agreement: String,
    agreement_says: ProjectText,
    registers: Vec<String>,
    subject: String,
    needs: Vec<String>,
    budget: Option<u64>,
    colleagues: Option<u64>,
    from: String,
    until: String,
    rules: Vec<Rule>,
    looks: u64,
    refusals: u64,
}

/// How often purposes were used.
struct Used {
    looks: u64,
    refusals: u64,
}

/// Counts the uses of the purposes that `is_of` tells.
fn used(purposes: &[PurposeView], uses: &[UseCount], is_of: impl Fn(&PurposeView) -> bool) -> Used {
    let is_its =
        |purpose: &PurposeView, count: &UseCount| count.purpose.as_deref() == Some(&purpose.id) && is_of(purpose);
    let is_own = |count: &&UseCount| purposes.iter().any(|purpose| is_its(purpose, count));
    let own: Vec<&UseCount> = uses.iter().filter(is_own).collect();
    Used { looks: own.iter().map(|count| count.looks).sum(), refusals: own.iter().map(|count| count.refusals).sum() }
}

/// How something stands today.
struct Badge {
    code: &'static str,
    title: String,
}

#[derive(Template)]
#[template(path = "agreements.html")]
struct AgreementsPage {
    frame: Frame,
    t: Words,
    agreements: Vec<Agreement>,
    count: u64,
}

/// An agreement.
struct Agreement {
    id: String,
    says: ProjectText,
    standing: Badge,
    laws: Vec<ProjectText>,
    parties: Vec<String>,
    registers: Vec<String>,
    allows_linking: bool,
    special: Vec<String>,
    used: Used,
    from: String,
    until: String,
}

fn badge(t: Words, standing: Standing) -> Badge {
    let code = match standing {
        Standing::NotYet => "not-yet",
        Standing::InForce => "in-force",
        Standing::Expired => "expired",
    };
    Badge { code, title: t.of("standing", code) }
}

fn line(view: &View, register: &RegisterView) -> Line {
    let t = view.t;
    let mut special: Vec<String> = Vec::new();
    for category in register.columns.iter().filter_map(|column| column.special.as_deref()) {
        let title = t.of("special", category);
        if !special.contains(&title) {
            special.push(title);
        }
    }
    Line {
        href: format!("/registers/{}", register.id),
        title: t.pick(&register.title, &register.title_fr).to_owned(),
        says: t.said(&register.says, register.says_fr.as_deref()),
        agency: view.agency_title(&register.agency),
        rows: register.rows.map(|rows| t.number(&rows)),
        quarantined: (register.quarantined > 0).then(|| t.number(&register.quarantined)),
        fresh: register.fresh.clone(),
        special,
        bought: register.bought.is_some(),
    }
}

/// Shows the registers.
pub(crate) async fn registers(view: View) -> Response {
    let answer = registers_page(&view).await;
    view.answer(answer)
}

async fn registers_page(view: &View) -> Result<Response, Problem> {
    let catalogue = service::catalogue(&view.app).await?;
    let page = RegistersPage {
        frame: view.frame()?,
        t: view.t,
        count: catalogue.registers.len() as u64,
        registers: catalogue.registers.iter().map(|register| line(view, register)).collect(),
    };
    view.page(&page)
}

/// Shows a register.
pub(crate) async fn register(view: View, Path(register): Path<String>) -> Response {
    let answer = register_page(&view, &register).await;
    view.answer(answer)
}

async fn register_page(view: &View, id: &str) -> Result<Response, Problem> {
    let t = view.t;
    let catalogue = service::catalogue(&view.app).await?;
    let register = catalogue.registers.iter().find(|register| register.id == id);
    let missing = || Problem::new("not-found", "there is no such register").in_words("problem-is-no-register");
    let register = register.ok_or_else(missing)?;
    let uses = service::use_counts(&view.app).await?;
    let reaches = |registers: &[String]| registers.iter().any(|reached| reached == id);
    let purposes = catalogue.purposes.iter().filter(|purpose| reaches(&purpose.registers));
    let agreements = catalogue.agreements.iter().filter(|agreement| reaches(&agreement.registers));
    let agency = catalogue.agencies.iter().find(|agency| agency.id == register.agency);
    let page = RegisterPage {
        frame: view.frame()?,
        t,
        line: line(view, register),
        contact: agency.map(|agency| mailed::line(&agency.contact, [agency.contact.as_str()])).unwrap_or_default(),
        laws: t.law(&register.legal_basis, register.legal_basis_fr.as_deref()),
        bought: register.bought.clone(),
        used: used(&catalogue.purposes, &uses, |purpose| reaches(&purpose.registers)),
        columns: register
            .columns
            .iter()
            .map(|column| Column {
                title: t.pick(&column.title, &column.title_fr).to_owned(),
                name: column.name.clone(),
                class: t.of("class", &column.class),
                special: column.special.as_deref().map(|category| t.of("special", category)),
                codes: column
                    .codes
                    .iter()
                    .map(|code| (code.code.clone(), t.pick(&code.title, &code.title_fr).to_owned()))
                    .collect(),
            })
            .collect(),
        purposes: purposes
            .map(|purpose| (purpose.id.clone(), t.pick(&purpose.says, &purpose.says_fr).to_owned()))
            .collect(),
        agreements: agreements
            .map(|agreement| (agreement.id.clone(), t.said(&agreement.says, agreement.says_fr.as_deref())))
            .collect(),
    };
    view.page(&page)
}

/// Shows the purposes.
pub(crate) async fn purposes(view: View) -> Response {
    let answer = purposes_page(&view).await;
    view.answer(answer)
}

async fn purposes_page(view: &View) -> Result<Response, Problem> {
    let catalogue = service::catalogue(&view.app).await?;
    let uses = service::use_counts(&view.app).await?;
    let page = PurposesPage {
        frame: view.frame()?,
        t: view.t,
        count: catalogue.purposes.len() as u64,
        purposes: catalogue
            .purposes
            .iter()
            .map(|purpose| self::purpose(view, purpose, &catalogue.agreements, &uses))
            .collect(),
    };
    view.page(&page)
}

fn purpose(view: &View, purpose: &PurposeView, agreements: &[AgreementView], uses: &[UseCount]) -> Purpose {
    let t = view.t;
    let mine = || uses.iter().filter(|count| count.purpose.as_deref() == Some(&purpose.id));
    let agreement = agreements.iter().find(|agreement| agreement.id == purpose.agreement);
    let needs = [(purpose.needs_case, "needs-case"), (purpose.needs_justification, "needs-justification")];
    Purpose {
        id: purpose.id.clone(),
        says: t.pick(&purpose.says, &purpose.says_fr).to_owned(),
        standing: badge(t, purpose.standing),
        laws: t.laws(&purpose.legal_basis, purpose.legal_basis_fr.as_deref()),
        recipients: purpose.recipients.iter().map(|recipient| view.recipient_title(recipient)).collect(),
        agreement: purpose.agreement.clone(),
        agreement_says: agreement.map_or_else(
            || ProjectText { text: purpose.agreement.clone(), is_foreign: false },
            |agreement| t.said(&agreement.says, agreement.says_fr.as_deref()),
        ),
        registers: purpose.registers.iter().map(|register| view.register_title(register)).collect(),
        subject: t.of("subject", &purpose.subject),
        needs: needs.iter().filter(|(needed, _)| *needed).map(|(_, key)| t.s(key)).collect(),
        budget: purpose.persons_per_officer_and_day.map(u64::from),
        colleagues: purpose.colleagues_max.map(u64::from),
        from: purpose.from.clone(),
        until: purpose.until.clone(),
        rules: rules(t, &purpose.discloses),
        looks: mine().map(|count| count.looks).sum(),
        refusals: mine().map(|count| count.refusals).sum(),
    }
}

/// Shows the agreements.
pub(crate) async fn agreements(view: View) -> Response {
    let answer = agreements_page(&view).await;
    view.answer(answer)
}

async fn agreements_page(view: &View) -> Result<Response, Problem> {
    let t = view.t;
    let catalogue = service::catalogue(&view.app).await?;
    let uses = service::use_counts(&view.app).await?;
    let agreement = |agreement: &AgreementView| Agreement {
        id: agreement.id.clone(),
        says: t.said(&agreement.says, agreement.says_fr.as_deref()),
        standing: badge(t, agreement.standing),
        laws: t.laws(&agreement.legal_basis, agreement.legal_basis_fr.as_deref()),
        parties: agreement.parties.iter().map(|party| view.agency_title(party)).collect(),
        registers: agreement.registers.iter().map(|register| view.register_title(register)).collect(),
        allows_linking: agreement.allows_linking,
        special: agreement.special_categories.iter().map(|category| t.of("special", category)).collect(),
        used: used(&catalogue.purposes, &uses, |purpose| purpose.agreement == agreement.id),
        from: agreement.from.clone(),
        until: agreement.until.clone(),
    };
    let page = AgreementsPage {
        frame: view.frame()?,
        t,
        count: catalogue.agreements.len() as u64,
        agreements: catalogue.agreements.iter().map(agreement).collect(),
    };
    view.page(&page)
}
