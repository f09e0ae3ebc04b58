//! The first page, and what the bar changes: who acts, on what, in which language.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use model::agency::RoleKind;
use serde::Deserialize;

use super::frame::{Frame, home_of, is_purpose_of};
use super::problem;
use super::reason;
use super::search::{self, SEARCH};
use super::view::{
    Asked, ENDED, Retyped, Sent, Typed, View, WORK, language_cookie, no_session_cookie, own_path, random,
    session_cookie, with_cookie,
};
use super::words::{Language, Words};
use crate::app::{SESSION, Who};
use crate::identity::{DemoIdentity, Work};
use crate::problem::Problem;
use crate::service::{self, Standing};

/// The longest case, in characters.
const CASE_MAX: usize = 60;

/// The longest justification, in characters: the session's cookie has to hold it.
const JUSTIFICATION_MAX: usize = 300;

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage {
    frame: Frame,
    t: Words,
    agencies: String,
    registers: String,
    rows: String,
    looks: String,
    refusals: String,
    log_size: String,
    /// What each identity can do here, in the order of the frame's identities.
    tasks: Vec<String>,
    home: Option<&'static str>,
    /// Whether somebody was led here because their session has ended.
    ended: bool,
    /// Whether somebody has just ended it.
    left: bool,
}

/// Where a session leads that was ended on its page.
const LEFT: &str = "/?left";

/// Shows the first page.
pub(crate) async fn page(view: View) -> Response {
    view.answer(start(&view).await)
}

async fn start(view: &View) -> Result<Response, Problem> {
    let t = view.t;
    let catalogue = service::catalogue(&view.app).await?;
    let uses = service::use_counts(&view.app).await?;
    let today = view.app.now()?.date_naive();
    let task = |identity: &DemoIdentity| match home_of(&identity.actor) {
        "/me" => t.s("task-citizen"),
        "/search" => officers_task(view, identity, today),
        "/review" => t.s("task-steward"),
        "/desk" => t.s("task-data-protection-officer"),
        "/runs" => t.s("task-engineer"),
        _ => String::new(),
    };
    let page = StartPage {
        frame: view.frame()?,
        t,
        agencies: t.number(&(catalogue.agencies.len() as u64)),
        registers: t.number(&(catalogue.registers.len() as u64)),
        rows: t.number(&catalogue.registers.iter().filter_map(|register| register.rows).sum()),
        looks: t.number(&uses.iter().map(|count| count.looks).sum()),
        refusals: t.number(&uses.iter().map(|count| count.refusals).sum()),
        log_size: t.number(&view.app.gate().log_size()),
        tasks: view.app.demo().iter().map(task).collect(),
        home: view.who.as_ref().map(|who| home_of(who.actor())),
        ended: view.path == ENDED && view.has_ended(),
        left: view.path == LEFT && view.who.is_none(),
    };
    view.page(&page)
}

/// Gives what an officer may do: what the purposes in force are for that name the role, by which officers differ; what officers
/// do in general where there is none.
fn officers_task(view: &View, identity: &DemoIdentity, today: NaiveDate) -> String {
    let project = view.app.project();
    let own = project.purposes.values().filter(|purpose| is_purpose_of(purpose, &identity.actor));
    let own = own.map(|purpose| service::purpose_view(project, purpose, today));
    let in_force = own.filter(|purpose| purpose.standing == Standing::InForce);
    let says: Vec<String> = in_force.map(|purpose| view.t.pick(&purpose.says, &purpose.says_fr).to_owned()).collect();
    if says.is_empty() { view.t.s("task-officer") } else { says.join(" ") }
}

#[derive(Deserialize)]
pub(crate) struct Entering {
    #[serde(default)]
    token: String,
}

/// Opens a session with a token of the demo, and leaves the token out of the address: the session's own is another, which ends
/// with it. A token of a session opens that one again. Where the token is not believed, a page says so and how to get another.
pub(crate) async fn enter(mut view: View, Asked(asked): Asked<Entering>) -> Response {
    // No page repeats a token: the bar leads back here without it, to the same page.
    view.path = "/enter".to_owned();
    let entered = asked.and_then(|asked| {
        let who = view.app.who(&asked.token)?;
        let to = home_of(who.actor());
        let session = session_of(Some(&who))?;
        let token = view.app.session_token(&who.identity.name, &session, who.expires, &who.work)?;
        Ok(with_cookie(Redirect::to(to).into_response(), &session_cookie(token)))
    });
    view.answer(entered.or_else(|problem| match problem.status {
        401 => Ok(problem::answer(&view, None, None, problem)),
        _ => Err(problem),
    }))
}

/// Gives the id of the session of whoever acts, or that of a new one.
fn session_of(who: Option<&Who>) -> Result<String, Problem> {
    who.and_then(|who| who.session.clone()).map_or_else(random, Ok)
}

#[derive(Deserialize)]
pub(crate) struct ActAs {
    form_token: String,
    identity: String,
}

/// Lets another identity of the demo act.
pub(crate) async fn act_as(view: View, Sent(form): Sent<ActAs>) -> Response {
    view.answer(form.and_then(|form| acting_as(&view, &form)))
}

fn acting_as(view: &View, form: &ActAs) -> Result<Response, Problem> {
    view.check_form(&form.form_token)?;
    let identity = view.app.demo().iter().find(|identity| identity.name == form.identity);
    let nobody = || Problem::new("bad-request", "the demo has nobody of this name").in_words("problem-is-no-identity");
    let identity = identity.ok_or_else(nobody)?;
    let session = session_of(view.who.as_ref())?;
    let token = view.app.session_token(&identity.name, &session, view.app.now()? + SESSION, &Work::default())?;
    view.app.forget_search(&session);
    Ok(with_cookie(Redirect::to(home_of(&identity.actor)).into_response(), &session_cookie(token)))
}

#[derive(Deserialize)]
pub(crate) struct Leaving {
    form_token: String,
}

/// Ends the session. One that has ended meanwhile is left all the same: its cookie goes, which is what was asked for.
pub(crate) async fn leave(view: View, Sent(form): Sent<Leaving>) -> Response {
    let left = form.and_then(|form| {
        if !view.is_of_ended(&form.form_token) {
            view.check_form(&form.form_token)?;
        }
        if let Some(session) = view.who.as_ref().and_then(|who| who.session.as_deref()) {
            view.app.leave(session)?;
        }
        Ok(with_cookie(Redirect::to(LEFT).into_response(), &no_session_cookie()))
    });
    view.answer(left)
}

#[derive(Deserialize)]
pub(crate) struct WorkOn {
    form_token: String,
    back: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    case: String,
    #[serde(default)]
    justification: String,
    /// What was typed into the form of a search; see [`Frame::carry`].
    #[serde(default)]
    typed: String,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

impl WorkOn {
    /// Gives what was filled in. What is said of another form and can't be read is not carried on.
    fn retyped(&self) -> Retyped {
        let is_read = serde_json::from_str::<Typed>(&self.typed).is_ok();
        Retyped {
            purpose: self.purpose.clone(),
            case: self.case.clone(),
            justification: self.justification.clone(),
            typed: if is_read { self.typed.clone() } else { String::new() },
            wrong: Vec::new(),
        }
    }

    /// Gives what is sent when the form is shown again.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = self.retyped().fields();
        fields.push(("back", self.back.clone()));
        fields
    }
}

/// Changes purpose, case and justification.
pub(crate) async fn work(mut view: View, Sent(form): Sent<WorkOn>) -> Response {
    let typed = form.as_ref().ok().and_then(|form| view.typed(&form.form_token, WORK, &form.fields()));
    let answer = form.and_then(|form| working_on(&mut view, &form));
    view.answer_typed(None, typed, answer)
}

fn working_on(view: &mut View, form: &WorkOn) -> Result<Response, Problem> {
    let who = view.acting_by(&form.form_token)?.clone();
    let unread = |_| Problem::new("bad-request", "the form can't be read").in_words("problem-is-form");
    let typed = Some(form.typed.as_str()).filter(|text| !text.is_empty());
    let typed = typed.map(serde_json::from_str::<Typed>).transpose().map_err(unread)?;
    if form.again {
        return shown_again(view, &who, form, typed);
    }
    let text = |text: &str, max: usize, what: &str| -> Result<Option<String>, Problem> {
        // Browsers send line breaks as two characters; the text is one paragraph.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > max {
            let values = [("what", what.to_owned()), ("max", max.to_string())];
            let long = Problem::new("bad-request", format!("the {what} is longer than {max} characters"));
            return Err(long.in_words_with("problem-is-too-long", &values));
        }
        Ok((!text.is_empty()).then_some(text))
    };
    let work = Work {
        purpose: text(&form.purpose, model::id::MAX_ID_LENGTH, "purpose")?,
        case: text(&form.case, CASE_MAX, "case")?,
        justification: text(&form.justification, JUSTIFICATION_MAX, "justification")?,
    };
    if !missing(view, &who, form).is_empty() {
        return shown_again(view, &who, form, typed);
    }
    let session = session_of(Some(&who))?;
    let token = view.app.session_token(&who.identity.name, &session, who.expires, &work)?;
    if work != who.work {
        view.app.forget_search(&session);
    }
    let response = match typed.filter(|typed| typed.path == SEARCH) {
        // The form is of the new session, and what was typed stays out of addresses.
        Some(typed) => {
            view.who = Some(view.app.who(&token)?);
            view.path = SEARCH.to_owned();
            view.answer(search::form_again(view, &typed))
        }
        None => Redirect::to(&after_work(&who, &form.back)).into_response(),
    };
    Ok(with_cookie(response, &session_cookie(token)))
}

/// Gives the fields of the form that say too little for the purpose that is chosen in it. What no purpose is called goes on, to
/// be refused on the record.
fn missing(view: &View, who: &Who, form: &WorkOn) -> Vec<&'static str> {
    // Others than officers choose no purpose.
    if who.role() != Some(RoleKind::Officer) {
        return Vec::new();
    }
    let id = form.purpose.trim();
    if id.is_empty() {
        return vec![reason::PURPOSE];
    }
    let purpose = view.app.project().purposes.get(id);
    let needs = purpose.map(|purpose| [purpose.needs_case, purpose.needs_justification]).unwrap_or_default();
    reason::missing(needs, &form.case, &form.justification)
}

/// Shows the form again, as it was filled in, with what is wrong beside its fields. It is in the bar of every page; of those,
/// the one that has it here is no look.
fn shown_again(view: &mut View, who: &Who, form: &WorkOn, typed: Option<Typed>) -> Result<Response, Problem> {
    let wrong = missing(view, who, form);
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    // Whoever was open is kept, to be asked for once the form is whole.
    let back = after_work(who, &form.back);
    let is_search = back.split(['?', '#']).next() == Some(SEARCH);
    view.path = if is_search { back } else { SEARCH.to_owned() };
    view.retyped = Some(Retyped { wrong, ..form.retyped() });
    let mut response = match typed.filter(|typed| typed.path == SEARCH) {
        Some(typed) => search::form_again(view, &typed)?,
        None => search::form_anew(view)?,
    };
    // What was typed into a search may be wrong by itself.
    if response.status().is_success() {
        *response.status_mut() = status;
    }
    Ok(response)
}

/// Pages, and those below them, that are about nobody: to open one of them is no look.
const ABOUT_NOBODY: [&str; 6] = ["/registers", "/purposes", "/agreements", "/components", "/problems", "/api/docs"];

/// Gives where a change of purpose leads: back, unless that page is about somebody. To open it again is a look under rules
/// that were not shown yet, so the page that shows them comes first, and whoever means the look asks for it from there.
fn after_work(who: &Who, back: &str) -> String {
    let back = own_path(back);
    let at = back.split(['?', '#']).next().unwrap_or_default();
    let is_below = |page: &&str| at.strip_prefix(*page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if at == "/" || at == SEARCH || ABOUT_NOBODY.iter().any(is_below) {
        return back.to_owned();
    }
    match search::person_at(at) {
        Some(person) => format!("{SEARCH}?person={person}"),
        None if who.role() == Some(RoleKind::Officer) => SEARCH.to_owned(),
        None => "/".to_owned(),
    }
}

#[derive(Deserialize)]
pub(crate) struct Speaking {
    form_token: String,
    back: String,
    language: String,
    /// Whether the page was made by a form, which is then sent again.
    #[serde(default)]
    repeat: bool,
}

/// Changes the language and keeps the page.
pub(crate) async fn language(view: View, Sent(form): Sent<Speaking>) -> Response {
    let spoken = form.and_then(|form| {
        view.check_form(&form.form_token)?;
        let language = Language::of_code(&form.language);
        let unknown = || Problem::new("bad-request", "`language` is en or fr").in_words("problem-is-language");
        let language = language.ok_or_else(unknown)?;
        let back = own_path(&form.back);
        // 307 makes the browser send the same fields to the page that they made.
        let response = match form.repeat {
            true => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, back)]).into_response(),
            false => Redirect::to(back).into_response(),
        };
        Ok(with_cookie(response, &language_cookie(Words::new(language))))
    });
    view.answer(spoken)
}

#[cfg(test)]
mod tests {
    use model::Actor;

    use super::*;
    use crate::identity::DemoIdentity;

    #[test]
    fn a_change_of_purpose_leads_back_to_pages_that_are_about_nobody() {
        let identity =
            DemoIdentity { name: "nobody".into(), title: "Nobody".into(), title_fr: None, actor: Actor::System };
        let expires = "2026-05-04T12:00:00Z".parse().unwrap();
        let who = Who { identity, session: None, expires, work: Work::default(), token: String::new() };
        for about_nobody in ["/", "/search", "/registers/tax", "/purposes#relief", "/api/docs/", "/api/docs/#runs"] {
            assert_eq!(after_work(&who, about_nobody), about_nobody);
        }
        for about_somebody in ["/review/0", "/api/docsx", "/api/v1/me/records", "/log/7", "//evil.example"] {
            assert_eq!(after_work(&who, about_somebody), "/", "{about_somebody}");
        }
    }
}
