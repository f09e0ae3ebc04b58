//! What the server holds, and who asks.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts as RequestParts;
use axum_extra::extract::CookieJar;
use chrono::{DateTime, TimeDelta, Utc};
use gate::Gate;
use lake::Lake;
use model::agency::RoleKind;
use model::{Actor, AgencyId, Clock, Project, RegisterId};
use registry::Index;
use state::State as Decided;

use crate::districts::{Districts, Unreadable};
use crate::identity::{self, DemoIdentity, TokenError, Verified, Work};
use crate::left::Left;
use crate::problem::Problem;
use crate::progress::Runs;
use crate::resolving::Resolving;
use crate::searched::{Fields, Searched, Sweeping};
use crate::service::{Heads, ReadIn, VerifyView};
use crate::turns::Turns;

/// The name of the cookie of the pages' session.
pub const SESSION_COOKIE: &str = "lucarne_session";

/// How long a token of a session is good, at most.
pub(crate) const SESSION: TimeDelta = TimeDelta::hours(8);

/// How long a session that was left is remembered after the last of its tokens has expired: a change of purpose may have been under
/// way when it was left.
const LEFT_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Verifications of the whole log, each from a checkpoint that somebody saved or from the beginning. Each reads every entry,
/// which many at once would pay for many times.
pub(crate) type Verifications = Runs<Option<String>, VerifyView>;

/// Deliveries that are read in, each of a register.
pub(crate) type Ingests = Runs<RegisterId, ReadIn>;

/// What the server is made of.
pub struct Parts {
    /// The project.
    pub project: Arc<Project>,
    /// The one door to personal data.
    pub gate: Gate,
    /// The serving index.
    pub index: Arc<Index>,
    /// What is known of tables without reading rows.
    pub lake: Lake,
    /// What people decide.
    pub state: Decided,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How far it is with resolving records.
    pub resolving: Resolving,
    /// Whose turn it is to contest or to judge.
    pub turns: Turns,
    /// Signs sessions and tokens.
    pub session_key: [u8; 32],
    /// Who can act in a demo; none when there is no demo, and then nobody can.
    pub demo: Option<Vec<DemoIdentity>>,
}

/// The server's state, shared by all requests.
///
/// It serves one generation of the index for as long as it runs. A newer one can't appear meanwhile: it is made by a job,
/// for which the data folder must be open, and one process at a time has that. So who has new data stops the server, runs
/// the jobs and starts it again.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    project: Arc<Project>,
    gate: Gate,
    index: Arc<Index>,
    lake: Lake,
    state: Decided,
    clock: Arc<dyn Clock>,
    resolving: Resolving,
    session_key: [u8; 32],
    demo: Vec<DemoIdentity>,
    verifications: Arc<Verifications>,
    ingests: Arc<Ingests>,
    heads: Heads,
    districts: Option<Result<Districts, Unreadable>>,
    turns: Turns,
    left: Left,
    searched: Arc<Searched>,
    _sweeping: Sweeping,
}

impl App {
    /// Gives the state made of these parts. What searches are held is swept by a task that ends with it.
    ///
    /// # Panics
    /// Outside of a runtime.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { project, gate, index, lake, state, clock, resolving, turns, session_key, demo } = parts;
        let demo = demo.unwrap_or_default();
        let (verifications, ingests, heads) = (Arc::default(), Arc::default(), Heads::default());
        let districts = project.settings.districts.as_ref().map(|file| {
            Districts::read(&project.root.join(file)).map_err(|problem| {
                tracing::warn!("pages have no map: {problem}");
                Unreadable
            })
        });
        let searched = Arc::<Searched>::default();
        let sweeping = Sweeping::begin(&searched, Arc::clone(&clock));
        Self {
            inner: Arc::new(Inner {
                project,
                gate,
                index,
                lake,
                state,
                clock,
                resolving,
                session_key,
                demo,
                verifications,
                ingests,
                heads,
                districts,
                turns,
                left: Left::default(),
                searched,
                _sweeping: sweeping,
            }),
        }
    }

    /// Gives the project.
    #[must_use]
    pub fn project(&self) -> &Arc<Project> {
        &self.inner.project
    }

    /// Gives the districts of maps, or that their file can't be read; none when the project names no file.
    pub(crate) fn districts(&self) -> Option<&Result<Districts, Unreadable>> {
        self.inner.districts.as_ref()
    }

    /// Gives the gate.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    /// Gives the index.
    #[must_use]
    pub fn index(&self) -> &Arc<Index> {
        &self.inner.index
    }

    /// Gives what is known of tables without reading rows.
    #[must_use]
    pub fn lake(&self) -> &Lake {
        &self.inner.lake
    }

    /// Gives what people decided.
    #[must_use]
    pub fn state(&self) -> &Decided {
        &self.inner.state
    }

    /// Gives how far the server is with resolving records.
    pub(crate) fn resolving(&self) -> &Resolving {
        &self.inner.resolving
    }

    /// Gives whose turn it is to contest or to judge.
    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }

    /// Gives the clock.
    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Gives the deliveries that are read in.
    pub(crate) fn ingests(&self) -> &Arc<Ingests> {
        &self.inner.ingests
    }

    /// Gives the verifications of the log.
    pub(crate) fn verifications(&self) -> &Arc<Verifications> {
        &self.inner.verifications
    }

    /// Gives what is known of how tables are shown.
    pub(crate) fn heads(&self) -> &Heads {
        &self.inner.heads
    }

    /// Gives who can act in the demo.
    #[must_use]
    pub fn demo(&self) -> &[DemoIdentity] {
        &self.inner.demo
    }

    /// Gives the present time.
    ///
    /// # Errors
    /// A problem when the clock can't be trusted: then no token can be judged.
    pub fn now(&self) -> Result<DateTime<Utc>, Problem> {
        self.inner.clock.now().map_err(|error| Problem::failure("unavailable", &error))
    }

    /// Gives a token of a session for one of the demo's identities: good until `expires`, and for no longer than [`SESSION`] from
    /// now, so that it is known when none of the session's tokens is good any more.
    ///
    /// # Errors
    /// When the clock can't be trusted.
    pub(crate) fn session_token(
        &self,
        name: &str,
        session: &str,
        expires: DateTime<Utc>,
        work: &Work,
    ) -> Result<String, Problem> {
        let expires = expires.min(self.now()? + SESSION);
        Ok(identity::sign_session(&self.inner.session_key, name, session, expires, work))
    }

    /// Ends a session: no token that was given in it is believed from now on, whoever has a copy.
    ///
    /// # Errors
    /// When the clock can't be trusted.
    pub(crate) fn leave(&self, session: &str) -> Result<(), Problem> {
        let now = self.now()?;
        self.inner.left.note(session, now, now + SESSION + LEFT_AFTER);
        self.forget_search(session);
        Ok(())
    }

    /// Waits until a session is left, or the server has ended.
    pub(crate) fn until_left(&self, session: String) -> impl Future<Output = ()> + Send + use<> {
        self.inner.left.until(session)
    }

    /// Holds what somebody has just searched for, for as long as their session and what they work on stay; nothing where the
    /// session was left while it was searched.
    ///
    /// # Errors
    /// When the clock can't be trusted.
    pub(crate) fn keep_search(&self, who: &Who, fields: Fields) -> Result<(), Problem> {
        // Whoever leaves is noted first, and what they searched for is forgotten next: what comes between is forgotten here.
        self.inner.searched.keep_unless(who, fields, self.now()?, |session| self.inner.left.has(session));
        Ok(())
    }

    /// Gives what somebody searched for last, under what they work on now.
    ///
    /// # Errors
    /// When the clock can't be trusted.
    pub(crate) fn last_search(&self, who: &Who) -> Result<Option<Fields>, Problem> {
        Ok(self.inner.searched.last(who, self.now()?))
    }

    /// Forgets what was searched for in a session.
    pub(crate) fn forget_search(&self, session: &str) {
        self.inner.searched.forget(session);
    }

    /// Gives the token that forms of this session carry.
    #[must_use]
    pub fn form_token(&self, session: &str) -> String {
        identity::form_token(&self.inner.session_key, session)
    }

    /// Tells whether a form's token is of this session.
    #[must_use]
    pub fn is_form_token(&self, session: &str, token: &str) -> bool {
        identity::is_form_token(&self.inner.session_key, session, token)
    }

    /// Gives what links to persons carry on pages of this session.
    #[must_use]
    pub fn under(&self, session: &str) -> String {
        identity::under(&self.inner.session_key, session)
    }

    /// Tells whether a link was made on a page of this session, under what it holds.
    #[must_use]
    pub fn is_under(&self, session: &str, digest: &str) -> bool {
        identity::is_under(&self.inner.session_key, session, digest)
    }

    /// Gives who a token stands for.
    ///
    /// # Errors
    /// A problem when the token is not believed, names an identity that this server does not have, or is of a session that was
    /// left.
    pub fn who(&self, token: &str) -> Result<Who, Problem> {
        let now = self.now()?;
        let verified = identity::verify(&self.inner.session_key, token, now);
        let unknown = |why: String| Problem::new("unauthenticated", why).in_words("problem-is-no-way-in");
        let Verified { name, session, expires, work } =
            verified.map_err(|error: TokenError| unknown(error.to_string()))?;
        if session.as_ref().is_some_and(|session| self.inner.left.has(session)) {
            return Err(unknown("the session was left".to_owned()));
        }
        let identity = self.inner.demo.iter().find(|identity| identity.name == name);
        let identity = identity.ok_or_else(|| unknown("the token names nobody here".to_owned()))?;
        Ok(Who { identity: identity.clone(), session, expires, work, token: token.to_owned() })
    }
}

/// Who asks: a verified identity of the demo.
#[derive(Clone)]
pub struct Who {
    /// The identity.
    pub identity: DemoIdentity,
    /// The session of the pages; none where a token for the API is used, which is of none.
    pub(crate) session: Option<String>,
    /// When the session ends.
    pub expires: DateTime<Utc>,
    /// What they work on, as their session says.
    pub work: Work,
    /// The token itself, to which form tokens are bound. Never written anywhere.
    pub(crate) token: String,
}

impl Who {
    /// Gives the actor.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.identity.actor
    }

    /// Gives the agency that they work for; none for a citizen.
    #[must_use]
    pub fn agency(&self) -> Option<&AgencyId> {
        match self.actor() {
            Actor::Member { recipient, .. } => Some(&recipient.agency),
            _ => None,
        }
    }

    /// Gives what their role does; none for a citizen.
    #[must_use]
    pub fn role(&self) -> Option<RoleKind> {
        match self.actor() {
            Actor::Member { role, .. } => Some(*role),
            _ => None,
        }
    }

    /// Lets only members of this kind of role go on.
    ///
    /// # Errors
    /// The problem that others get.
    pub fn must_be(&self, kind: RoleKind) -> Result<(), Problem> {
        if self.role() == Some(kind) {
            return Ok(());
        }
        Err(Problem::new("wrong-role", "this is the task of another role").in_words("problem-is-others-task"))
    }
}

/// Shows the identity's name only.
impl std::fmt::Debug for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Who").field("name", &self.identity.name).finish_non_exhaustive()
    }
}

/// Who calls the API: by `Authorization: Bearer`, and by nothing else. A cookie is not enough, so that no page of another
/// site can call it.
pub struct Caller(pub Who);

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut RequestParts, app: &App) -> Result<Self, Problem> {
        let missing = || Problem::new("unauthenticated", "there is no bearer token");
        let value = parts.headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
        let value = value.to_str().map_err(|_| missing())?;
        let (scheme, token) = value.split_once(' ').ok_or_else(missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(missing());
        }
        app.who(token.trim()).map(Caller)
    }
}

/// Who looks at a page: by the session's cookie. None when there is no session, or one that is not believed any more. A token
/// for the API is none, even in the cookie: whoever leaves could not end it.
pub struct Visitor(pub Option<Who>);

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut RequestParts, app: &App) -> Result<Self, Problem> {
        let jar = CookieJar::from_headers(&parts.headers);
        let Some(cookie) = jar.get(SESSION_COOKIE) else { return Ok(Self(None)) };
        match app.who(cookie.value()) {
            Ok(who) => Ok(Self(Some(who).filter(|who| who.session.is_some()))),
            Err(problem) if problem.status == 401 => Ok(Self(None)),
            Err(problem) => Err(problem),
        }
    }
}
