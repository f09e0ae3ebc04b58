//! Who looks at a page, in which language, from where; and how pages and failures are answered.

use std::convert::Infallible;

use askama::Template;
use axum::extract::{FromRequest, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::mailed::{Line, line, plain};
use super::problem;
use super::search::SEARCH;
use super::titles::Titles;
use super::values::within;
use super::words::{LANGUAGE_COOKIE, Language, Words};
use crate::app::{App, SESSION_COOKIE, Visitor, Who};
use crate::problem::Problem;

/// The cookie that forms are bound to before there is a session.
const VISIT_COOKIE: &str = "lucarne_visit";

/// The longest value of that cookie, in bytes.
const VISIT_BYTES_MAX: usize = 64;

/// The first page for whoever comes to it because their session has ended.
pub(crate) const ENDED: &str = "/?ended";

/// A visit of a page.
pub(crate) struct View {
    pub(crate) app: App,
    pub(crate) t: Words,
    pub(crate) who: Option<Who>,
    /// The path and query of the page.
    pub(crate) path: String,
    /// Whether a form was sent: then the path alone does not make the page again.
    pub(crate) is_form: bool,
    /// What was typed into the form of purpose, case and reason, where it is only shown again.
    pub(crate) retyped: Option<Retyped>,
    /// The cookie of a session that is not believed any more, where one came along.
    ended: Option<String>,
    /// Why nobody could be recognised, where that is the server's failure.
    failed: Option<Problem>,
    visit: String,
    visit_is_new: bool,
}

impl FromRequestParts<App> for View {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let jar = CookieJar::from_headers(&parts.headers);
        let language = Language::wanted(&parts.headers);
        let (who, failed) = match Visitor::from_request_parts(parts, app).await {
            Ok(Visitor(who)) => (who, None),
            Err(problem) => (None, Some(problem)),
        };
        let ended = jar.get(SESSION_COOKIE).map(|cookie| cookie.value().to_owned());
        let ended = ended.filter(|token| who.is_none() && failed.is_none() && !token.is_empty());
        let known =
            jar.get(VISIT_COOKIE).map(Cookie::value).filter(|visit| (1..=VISIT_BYTES_MAX).contains(&visit.len()));
        let visit_is_new = known.is_none();
        let (visit, failed) = match known {
            Some(visit) => (visit.to_owned(), failed),
            None => match random() {
                Ok(visit) => (visit, failed),
                Err(problem) => (String::new(), Some(problem)),
            },
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let (t, is_form) = (Words::new(language), parts.method == Method::POST);
        let retyped = None;
        Ok(Self { app: app.clone(), t, who, path, is_form, retyped, ended, failed, visit, visit_is_new })
    }
}

/// Gives a text that nobody can guess.
///
/// # Errors
/// When the machine has no randomness.
pub(crate) fn random() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Problem::failure("unavailable", &error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Gives a cookie of this server: never read by scripts, never sent along from another site.
fn cookie(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Strict).build()
}

/// Gives the cookie of a session.
pub(crate) fn session_cookie(token: String) -> Cookie<'static> {
    cookie(SESSION_COOKIE, token)
}

/// Gives the cookie that ends a session.
pub(crate) fn no_session_cookie() -> Cookie<'static> {
    let mut gone = cookie(SESSION_COOKIE, String::new());
    gone.make_removal();
    gone
}

/// Gives the cookie that keeps a language.
pub(crate) fn language_cookie(words: Words) -> Cookie<'static> {
    let mut kept = cookie(LANGUAGE_COOKIE, words.code().to_owned());
    kept.make_permanent();
    kept
}

/// Adds a cookie to an answer.
pub(crate) fn with_cookie(mut response: Response, cookie: &Cookie<'_>) -> Response {
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Gives the path to go back to after a form: one of this server, else the start page. Segments that a browser takes for the
/// way up, or for none, would have it ask for another path than the one that is looked at here.
pub(crate) fn own_path(path: &str) -> &str {
    let at = path.split(['?', '#']).next().unwrap_or_default();
    let is_way = |segment: &str| matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | "..");
    let is_own = path.starts_with('/')
        && !path.starts_with("//")
        && !at.split('/').any(is_way)
        && path.bytes().all(|byte| byte > b' ' && byte != b'\\' && byte < 0x7f);
    if is_own { path } else { "/" }
}

impl View {
    /// Gives who acts.
    ///
    /// # Errors
    /// When nobody does: a page leads to the first one then, and a form is told that nothing was done.
    pub(crate) fn acting(&self) -> Result<&Who, Problem> {
        if let Some(failed) = &self.failed {
            return Err(failed.clone());
        }
        self.who.as_ref().ok_or_else(|| Problem::new("unauthenticated", "nobody acts yet"))
    }

    /// Gives what form tokens are bound to.
    fn bound_to(&self) -> &str {
        self.who.as_ref().map_or(&self.visit, |who| &who.token)
    }

    /// Gives the token that forms of this page carry.
    pub(crate) fn form_token(&self) -> String {
        self.app.form_token(self.bound_to())
    }

    /// Tells whether a session has ended: its cookie came along, and nobody acts by it any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Tells whether a form is of the session that has ended.
    pub(crate) fn is_of_ended(&self, token: &str) -> bool {
        self.ended.as_ref().is_some_and(|session| self.app.is_form_token(session, token))
    }

    /// Gives who acts, where the form is of their session. To whoever has none any more every form is one of another session,
    /// so who acts is asked first: that the session has ended is what there is to say then.
    ///
    /// # Errors
    /// When nobody acts, and for forms of other sessions.
    pub(crate) fn acting_by(&self, token: &str) -> Result<&Who, Problem> {
        let who = self.acting()?;
        self.check_form(token)?;
        Ok(who)
    }

    /// Gives what was typed into a form, for its page to show it once more; none where it is too much to be kept. A form is
    /// taken for that of whoever sits here where its token is of the session whose cookie came along, ended or not: what
    /// somebody else has typed is shown to nobody, and of a form of which that can't be told it is kept alone that something
    /// was written into it.
    pub(crate) fn typed(&self, token: &str, path: &str, fields: &[(&'static str, String)]) -> Option<Typed> {
        let is_own = match &self.who {
            Some(who) => self.app.is_form_token(&who.token, token),
            None => self.is_of_ended(token),
        };
        if is_own {
            return Typed::new(path, fields);
        }
        let is_written = |(name, text): &(&str, String)| {
            !text.trim().is_empty() && (*name == CARRIED || problem::label(self.t, name).is_some())
        };
        fields.iter().any(is_written).then(Typed::foreign)
    }

    /// Lets only forms of this visit's pages go on.
    ///
    /// # Errors
    /// A problem for all others.
    pub(crate) fn check_form(&self, token: &str) -> Result<(), Problem> {
        if self.app.is_form_token(self.bound_to(), token) {
            return Ok(());
        }
        if self.is_of_ended(token) {
            return Err(Problem::new("unauthenticated", "the session has ended"));
        }
        let foreign = Problem::new("foreign-request", "the form is not of this session: open the page again");
        Err(foreign.in_words("problem-is-foreign-form"))
    }

    /// Gives what links to persons on this page carry: see [`is_under`](Self::is_under).
    pub(crate) fn under(&self) -> String {
        self.app.under(self.bound_to())
    }

    /// Tells whether a link was made under the purpose, case and reason that the session holds now. They may be others by now:
    /// a session is shared by all windows, and a page that stands in one of them goes on saying what it said.
    pub(crate) fn is_under(&self, digest: &str) -> bool {
        self.app.is_under(self.bound_to(), digest)
    }

    /// Gives what surrounds a page.
    ///
    /// # Errors
    /// When the clock can't be trusted.
    pub(crate) fn frame(&self) -> Result<Frame, Problem> {
        Frame::new(self)
    }

    /// Answers with a page.
    ///
    /// # Errors
    /// When the template fails.
    pub(crate) fn page(&self, page: &impl Template) -> Result<Response, Problem> {
        self.page_as(StatusCode::OK, page)
    }

    /// Answers with a page and a status.
    ///
    /// # Errors
    /// When the template fails.
    pub(crate) fn page_as(&self, status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
        let html = page.render().map_err(|error| Problem::failure("internal", &error))?;
        Ok((status, Html(html)).into_response())
    }

    /// Answers with what a handler gave, or a page about why there is nothing.
    pub(crate) fn answer(&self, given: Result<Response, Problem>) -> Response {
        self.answer_asked(None, given)
    }

    /// Does so for a question that may be refused: `asked` is the name of what was asked.
    pub(crate) fn answer_asked(&self, asked: Option<&'static str>, given: Result<Response, Problem>) -> Response {
        self.answer_typed(asked, None, given)
    }

    /// Does so for a form: a page about why there is nothing leads back to it, filled in as it was.
    pub(crate) fn answer_typed(
        &self,
        asked: Option<&'static str>,
        typed: Option<Typed>,
        given: Result<Response, Problem>,
    ) -> Response {
        let response = match given {
            Ok(response) => response,
            // Whoever sent something is told what became of it.
            Err(problem) if problem.status == 401 && !self.is_form => {
                Redirect::to(if self.has_ended() { ENDED } else { "/" }).into_response()
            }
            Err(problem) => problem::answer(self, asked, typed, problem),
        };
        if self.visit_is_new && self.who.is_none() && !self.visit.is_empty() {
            return with_cookie(response, &cookie(VISIT_COOKIE, self.visit.clone()));
        }
        response
    }

    /// Gives what things of the project are called in the page's language.
    pub(crate) fn titles(&self) -> Titles<'_> {
        Titles::new(self.app.project(), self.t)
    }

    /// Gives what a register is called.
    pub(crate) fn register_title(&self, id: &str) -> String {
        self.titles().register(id)
    }

    /// Gives what an agency is called.
    pub(crate) fn agency_title(&self, id: &str) -> String {
        self.titles().agency(id)
    }

    /// Gives where people write to an agency: what it is called, and its contact.
    pub(crate) fn contact_of(&self, id: &str) -> String {
        let title = self.agency_title(id);
        match self.address_of(id) {
            Some(address) => self.t.with_all("ask-contact", &[("agency", title), ("contact", address.to_owned())]),
            None => title,
        }
    }

    /// Gives the contact of an agency.
    pub(crate) fn address_of(&self, id: &str) -> Option<&str> {
        self.app.project().agencies.get(id).map(|agency| agency.contact.as_str())
    }

    /// Gives whom to ask for more than a purpose gives, and what to quote: the agencies that hold it, and one's own, whose
    /// data protection officer knows the purposes. Each address is told once.
    pub(crate) fn whom_to_ask(&self, holders: &[String], purpose: &str) -> Vec<Line> {
        let t = self.t;
        let mut asked: Vec<&str> = Vec::new();
        for holder in holders {
            if !asked.contains(&holder.as_str()) {
                asked.push(holder);
            }
        }
        let contacts: Vec<String> = asked.iter().map(|holder| self.contact_of(holder)).collect();
        let holder = [("contacts", contacts.join(", ")), ("purpose", self.quoted(purpose))];
        let holder =
            line(&t.with_all("ask-holder", &holder), asked.iter().filter_map(|holder| self.address_of(holder)));
        let own = self.who.as_ref().and_then(Who::agency).map(|agency| agency.as_str());
        let own = own.map(|agency| match asked.contains(&agency) {
            true => plain(t.s("ask-own-above")),
            false => line(&t.with("ask-own", "contact", self.contact_of(agency)), self.address_of(agency)),
        });
        std::iter::once(holder).chain(own).collect()
    }

    /// Gives a purpose as it is quoted: its words, and its id, by which the project has it.
    pub(crate) fn quoted(&self, purpose: &str) -> String {
        let values = [("says", within(&self.purpose_says(purpose)).to_owned()), ("purpose", purpose.to_owned())];
        self.t.with_all("ask-purpose", &values)
    }

    /// Gives what a recipient `agency/role`, or one of the log's other names, is called.
    pub(crate) fn recipient_title(&self, text: &str) -> String {
        self.titles().recipient(text)
    }

    /// Gives what a purpose says.
    pub(crate) fn purpose_says(&self, id: &str) -> String {
        self.titles().purpose(id)
    }
}

/// What somebody typed into a form, with which its page can be shown again. It travels in the bodies of forms only: addresses
/// end up in histories and in logs of access.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Typed {
    /// Where the form is sent to. Sent there with [`AGAIN`] it is shown again.
    pub(crate) path: String,
    /// Its fields, without the token.
    pub(crate) fields: Vec<(String, String)>,
    /// Whether the form is not of the session whose cookie came along: then nothing of it is here.
    #[serde(skip)]
    is_foreign: bool,
}

impl Typed {
    /// The most characters that are kept. A form that is sent again has to fit within the limit of bodies, in which a
    /// character can take nine bytes.
    const CHARACTERS_MAX: usize = 4_000;

    /// Gives what was typed; none where it is too much to be kept.
    pub(crate) fn new(path: impl Into<String>, fields: &[(&'static str, String)]) -> Option<Self> {
        let characters: usize = fields.iter().map(|(_, text)| text.chars().count()).sum();
        let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), text.clone()));
        (characters <= Self::CHARACTERS_MAX).then(|| Self {
            path: path.into(),
            fields: fields.collect(),
            is_foreign: false,
        })
    }

    /// Gives that something was written into a form of another session, and nothing of it.
    fn foreign() -> Self {
        Self { path: "/".to_owned(), fields: Vec::new(), is_foreign: true }
    }

    /// Tells whether it is of another session, and not here.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// Gives the page that has the form, where that is not the path to which it is sent.
    pub(crate) fn page(&self) -> &str {
        let path = self.path.as_str();
        if path == WORK {
            return SEARCH;
        }
        let below = ["/take-back", "/judgement", "/verify", "/officers"];
        below.iter().find_map(|below| path.strip_suffix(*below)).unwrap_or(path)
    }
}

/// Where the form of purpose, case and reason is sent to.
pub(crate) const WORK: &str = "/work";

/// What was typed into that form, which is in the bar of an officer's every page.
#[derive(Clone, Default)]
pub(crate) struct Retyped {
    pub(crate) purpose: String,
    pub(crate) case: String,
    pub(crate) justification: String,
    /// What was typed into the form of a search, as it travels along; empty where nothing was.
    pub(crate) typed: String,
    /// The names of those of its fields that say too little.
    pub(crate) wrong: Vec<&'static str>,
}

impl Retyped {
    /// Gives its fields.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("purpose", self.purpose.clone()),
            ("case", self.case.clone()),
            ("justification", self.justification.clone()),
        ];
        if !self.typed.is_empty() {
            fields.push((CARRIED, self.typed.clone()));
        }
        fields
    }
}

/// The field in which the form of purpose, case and reason carries what was typed into another one.
pub(crate) const CARRIED: &str = "typed";

/// The field with which a form's page is only shown again, as it was filled in. Nothing is done then, though what was typed
/// may be whole by now: a language is switched, and nobody has sent the form.
pub(crate) const AGAIN: &str = "again";

/// A form that a page sent, or why it can't be read.
pub(crate) struct Sent<T>(pub(crate) Result<T, Problem>);

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Infallible;

    async fn from_request(request: axum::extract::Request, app: &App) -> Result<Self, Infallible> {
        let form = axum::Form::<T>::from_request(request, app).await;
        Ok(Self(form.map(|axum::Form(form)| form).map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new("too-large", "the form is too large").in_words("problem-is-large-form")
            }
            _ => Problem::new("bad-request", "the form can't be read").in_words("problem-is-form"),
        })))
    }
}

/// What an address asks for after `?`, or why it can't be read.
pub(crate) struct Asked<T>(pub(crate) Result<T, Problem>);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        let unread = |_| Problem::new("bad-request", "the address can't be read").in_words("problem-is-address");
        Ok(Self(query.map(|axum::extract::Query(query)| query).map_err(unread)))
    }
}

/// A number in an address, or that there is no such page.
pub(crate) fn number_of(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::new("not-found", "there is no such page").in_words("problem-is-no-page"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_lead_back_to_this_server_only() {
        for good in ["/", "/log?kind=look&before=12", "/person/p-abc", "/registers/..tax", "/log?rule=a/../b#../c"] {
            assert_eq!(own_path(good), good);
        }
        for bad in ["", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/\r\nSet-Cookie: x", "/é"]
        {
            assert_eq!(own_path(bad), "/", "{bad:?}");
        }
        let ways =
            ["/..", "/registers/../person/p-abc", "/registers/./tax", "/registers/%2E%2e/me", "/a/.%2e?b", "/a/..#b"];
        for way in ways {
            assert_eq!(own_path(way), "/", "{way:?}");
        }
    }

    #[test]
    fn forms_lead_back_to_the_page_that_has_them() {
        for (path, page) in [
            ("/search", "/search"),
            (WORK, SEARCH),
            ("/review/7/take-back", "/review/7"),
            ("/log/verify", "/log"),
            ("/desk/officers", "/desk"),
            ("/review/explain", "/review/explain"),
            ("/review/explain/judgement", "/review/explain"),
            ("/review/explain/take-back", "/review/explain"),
        ] {
            assert_eq!(Typed::new(path, &[]).unwrap().page(), page, "{path}");
        }
    }

    #[test]
    fn cookies_are_strict() {
        let text = session_cookie("token".into()).to_string();
        assert!(text.contains("HttpOnly") && text.contains("SameSite=Strict") && text.contains("Path=/"), "{text}");
        assert!(no_session_cookie().to_string().contains("Max-Age=0"));
    }
}
