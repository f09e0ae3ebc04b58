//! Why there is no answer: refusals that explain themselves, and everything else.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use model::agency::RoleKind;
use serde::{Deserialize, Serialize};

use super::advice;
use super::explain::EXPLAIN;
use super::frame::{Frame, Link, home_of};
use super::mailed::{Line, line, plain};
use super::search::SEARCH;
use super::titles::Titles;
use super::values::sentence;
use super::view::{CARRIED, Sent, Typed, View, own_path};
use super::words::{Language, ProjectText, Words};
use crate::app::Who;
use crate::problem::{InWords, KINDS, Problem, RefusedBy};

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage {
    frame: Frame,
    t: Words,
    asked: String,
    /// None where what was asked has a purpose of its own.
    under: Option<AskedUnder>,
    who: String,
    reasons: Vec<Refusing>,
    log_index: Option<String>,
    /// The fields of a search that were filled in.
    filled: Option<String>,
    /// What can be done now, in sentences.
    next: Vec<Line>,
    /// Whether whoever was refused is of an agency: others write to those that keep the registers.
    is_member: bool,
    typed: Option<Typed>,
}

/// What an officer chose and said before they asked.
struct AskedUnder {
    purpose: Option<String>,
    case: String,
    justification: String,
}

/// A rule that refused, as the page shows it.
pub(super) struct Refusing {
    pub(super) rule: String,
    pub(super) file: Option<String>,
    pub(super) says: String,
    pub(super) needed: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    t: Words,
    kind: String,
    title: String,
    what_to_do: String,
    detail: Option<ProjectText>,
    event: Option<String>,
    typed: Option<Typed>,
    /// What was typed into a form to which nothing leads back.
    written: Vec<Written>,
    /// Whether a session had ended when the form was sent, and it can't be told who had written what it holds.
    is_foreign: bool,
    /// Where whoever sent the form can begin anew.
    onward: Option<Link>,
    /// Whether the log can be verified without what it was to be compared with.
    verifies_alone: bool,
}

/// A text that somebody wrote, as a page repeats it.
pub(super) struct Written {
    pub(super) label: String,
    pub(super) text: String,
    /// Whether its lines have to stay as they are.
    pub(super) is_exact: bool,
}

/// Kinds of problem after which the form that was sent is not there any more, or is that of something else: what was typed is
/// shown to be read, and is in no form.
const FORM_IS_GONE: [&str; 3] = ["unauthenticated", "changed-meanwhile", "not-found"];

/// Tells whether the form that was sent is gone. The one in which two records are named is about neither of them: it is there
/// whatever ids were typed into it. A pair that the person contested meanwhile is that pair still: it leads back there, to read
/// why.
fn is_gone(problem: &Problem, typed: &Typed) -> bool {
    let kind = kind_of(problem);
    let is_contested = problem.words.as_ref().is_some_and(|words| words.key == "problem-is-contested-since");
    FORM_IS_GONE.contains(&kind) && !is_contested && !(kind == "not-found" && typed.path == EXPLAIN)
}

/// The kind of problem of a checkpoint with which the log can't be compared.
const UNUSABLE_CHECKPOINT: &str = "unusable-checkpoint";

/// Lists from which forms are come to.
const LISTS: [&str; 2] = ["/review", "/me/records"];

/// What stands in a page where a part of it was asked for.
#[derive(Template)]
#[template(path = "not_given.html")]
struct ProblemPart {
    frame: Frame,
    t: Words,
    kind: String,
    title: String,
    what_to_do: String,
    detail: Option<ProjectText>,
    event: Option<String>,
    reasons: Vec<Refusing>,
    log_index: Option<String>,
    next: Vec<Line>,
    typed: Option<Typed>,
}

/// What the page of a problem tells, in both languages.
///
/// The page of what a form was answered with, and that of a refusal, carry it along: to switch the language they are shown
/// again from it. Sending the form once more could do what was refused before, and asking once more would write a second
/// refusal into the log, which the person asked about would read. It holds no value of a record; what was typed is in it, and
/// travels in the bodies of forms, never in an address. Whoever changes it deceives nobody but themselves: the page is of
/// their own session, as the form's token says, and nothing is done with it.
#[derive(Serialize, Deserialize)]
struct Kept {
    asked: Option<String>,
    detail: Option<String>,
    detail_fr: Option<String>,
    event: Option<String>,
    /// What the rules say, with titles in the place of ids.
    reasons: Vec<RefusedBy>,
    log_index: Option<u64>,
    /// Where the bar leads back to.
    back: String,
    typed: Option<Typed>,
    /// The fields of a form to which nothing leads back, without those that were left empty.
    #[serde(default)]
    written: Vec<(String, String)>,
    /// Whether something was written into a form of another session, which is shown to nobody.
    #[serde(default)]
    is_foreign: bool,
}

/// Gives the fields of a form in which something stands, and those of the form that it carries along.
fn filled_in(typed: Typed) -> Vec<(String, String)> {
    let carried = typed.fields.iter().find(|(name, _)| name == CARRIED);
    let carried = carried.and_then(|(_, text)| serde_json::from_str::<Typed>(text).ok());
    let fields = typed.fields.into_iter().chain(carried.into_iter().flat_map(|carried| carried.fields));
    fields.filter(|(_, text)| !text.trim().is_empty()).collect()
}

/// Gives what a field is called into which people write; none for those in which they choose, or that are hidden.
pub(super) fn label(t: Words, field: &str) -> Option<String> {
    Some(match field {
        "name" => t.s("search-name"),
        "birth_date" => t.s("search-birth-date"),
        "identifier" => t.s("search-identifier"),
        "address" => t.s("search-address"),
        "contact" => t.s("search-contact"),
        "case" => t.s("work-case"),
        "justification" => t.s("work-why"),
        "left" => t.s("explain-left"),
        "right" => t.s("explain-right"),
        "reason" => t.s("judge-reason"),
        SAVED => t.s("checkpoint-title"),
        _ => return None,
    })
}

/// The field of a checkpoint, which is a signed text of several lines.
const SAVED: &str = "saved";

impl Kept {
    fn new(view: &View, asked: Option<&str>, typed: Option<Typed>, problem: &Problem) -> Self {
        let says = |language, words: &InWords| Words::new(language).with_all(words.key, &words.values);
        let in_words = problem.words.as_ref();
        // What an event stands for is told to nobody, and that nothing was disclosed is said already.
        let technical = || Some(sentence(&problem.detail)).filter(|text| problem.event.is_none() && !text.is_empty());
        // A form that is not of this session may have been filled in by somebody else.
        let is_foreign = typed.as_ref().is_some_and(Typed::is_foreign);
        let typed = typed.filter(|_| !is_foreign && kind_of(problem) != "foreign-request");
        let (typed, written) = match typed {
            Some(typed) if is_gone(problem, &typed) => (None, Some(typed)),
            typed => (typed, None),
        };
        let list = |typed: &Typed| LISTS.into_iter().find(|list| typed.path.starts_with(list));
        let home = || view.who.as_ref().map_or("/", |who| home_of(who.actor()));
        Self {
            asked: asked.map(str::to_owned),
            detail: in_words.map(|words| says(Language::English, words)).or_else(technical),
            detail_fr: in_words.map(|words| says(Language::French, words)),
            event: problem.event.clone(),
            reasons: problem.reasons.iter().map(|reason| with_titles(view, reason)).collect(),
            log_index: problem.log_index,
            back: match &typed {
                Some(typed) => typed.page().to_owned(),
                // A form's path may have no page.
                None if view.is_form => written.as_ref().and_then(list).unwrap_or_else(home).to_owned(),
                None => view.path.clone(),
            },
            typed,
            written: written.map(filled_in).unwrap_or_default(),
            is_foreign,
        }
    }
}

/// Gives what a rule that refused says to people, in both languages.
fn with_titles(view: &View, reason: &RefusedBy) -> RefusedBy {
    let said = |language| Titles::new(view.app.project(), Words::new(language)).said(&reason.wording);
    let (english, french) = (said(Language::English), said(Language::French));
    RefusedBy {
        says: english.says,
        says_fr: french.says_fr,
        needed: english.needed,
        needed_fr: french.needed_fr,
        ..reason.clone()
    }
}

/// Answers with the page of a problem.
pub(crate) fn answer(view: &View, asked: Option<&'static str>, typed: Option<Typed>, problem: Problem) -> Response {
    let page = shown(view, kind_of(&problem), problem.status(), Kept::new(view, asked, typed, &problem));
    // Without a clock or a template there is no page; the problem document still says what happened.
    page.unwrap_or_else(|_| problem.into_response())
}

/// Answers where a part of a page was asked for: with what the page of the problem says, and the ways on from there, for the
/// page that is there already to take in.
pub(crate) fn answer_part(view: &View, typed: Option<Typed>, problem: Problem) -> Response {
    // Without a session no form is sent, so none is filled in.
    let typed = typed.filter(|_| view.who.is_some());
    // The parts that are asked for are those of searches.
    let kept = Kept::new(view, Some("search"), typed, &problem);
    part(view, kind_of(&problem), problem.status(), kept).unwrap_or_else(|_| problem.into_response())
}

fn part(view: &View, kind: &str, status: StatusCode, kept: Kept) -> Result<Response, Problem> {
    let t = view.t;
    // That nobody acts is all that there is to say of it, and the title does.
    let detail = kept.detail.filter(|_| kind != "unauthenticated");
    let frame = view.frame()?;
    let part = ProblemPart {
        next: next_steps(view, &frame, kept.asked.as_deref(), &kept.reasons),
        frame,
        t,
        kind: kind.to_owned(),
        title: t.of("problem-title", kind),
        what_to_do: t.of("problem-do", kind),
        detail: detail.as_deref().map(|detail| t.said(detail, kept.detail_fr.as_deref())),
        event: kept.event,
        reasons: refusing(t, &kept.reasons),
        log_index: kept.log_index.map(|index| t.number(&index)),
        typed: kept.typed,
    };
    view.page_as(status, &part)
}

fn shown(view: &View, kind: &str, status: StatusCode, kept: Kept) -> Result<Response, Problem> {
    let mut frame = view.frame()?;
    frame.back.clone_from(&kept.back);
    frame.carry(kept.typed.as_ref())?;
    if view.is_form || kept.log_index.is_some() {
        let text = serde_json::to_string(&kept).map_err(|error| Problem::failure("internal", &error))?;
        frame.repeat = vec![("kept", text)];
        frame.repeat_at = format!("/problems/{kind}");
    }
    if kept.reasons.is_empty() {
        view.page_as(status, &told_plainly(view, frame, kind, kept))
    } else {
        view.page_as(status, &refused(view, frame, kept))
    }
}

/// What the page of a problem sends to be shown again.
#[derive(Deserialize)]
pub(crate) struct Again {
    form_token: String,
    #[serde(default)]
    kept: String,
}

/// Shows the page of a problem again, in the language chosen meanwhile, and does nothing else.
pub(crate) async fn again(view: View, Path(kind): Path<String>, Sent(form): Sent<Again>) -> Response {
    let answer = form.and_then(|form| shown_again(&view, &kind, &form));
    view.answer(answer)
}

fn shown_again(view: &View, kind: &str, form: &Again) -> Result<Response, Problem> {
    view.check_form(&form.form_token)?;
    let (kind, status) = known(kind)?;
    let unread = |_| Problem::new("bad-request", "the form can't be read").in_words("problem-is-form");
    let mut kept: Kept = serde_json::from_str(&form.kept).map_err(unread)?;
    kept.back = own_path(&kept.back).to_owned();
    kept.typed = kept.typed.filter(|typed| own_path(&typed.path) == typed.path);
    shown(view, kind, status, kept)
}

pub(super) fn kind_of(problem: &Problem) -> &str {
    problem.kind.strip_prefix("/problems/").unwrap_or(&problem.kind)
}

/// Gives a kind of problem and its status.
fn known(kind: &str) -> Result<(&'static str, StatusCode), Problem> {
    let known = KINDS.iter().find(|(known, ..)| *known == kind).map(|(kind, status, ..)| (*kind, *status));
    known.ok_or_else(|| Problem::new("not-found", "there is no such kind of problem").in_words("problem-is-no-kind"))
}

fn told_plainly(view: &View, frame: Frame, kind: &str, kept: Kept) -> ProblemPage {
    let t = view.t;
    let is_ended = view.is_form && kind == "unauthenticated";
    let onward = frame.links.iter().find(|link| link.href == kept.back);
    let onward = onward.filter(|_| view.is_form && FORM_IS_GONE.contains(&kind));
    let written = kept.written.into_iter().filter_map(|(field, text)| {
        let label = label(t, &field)?;
        Some(Written { label, text, is_exact: field == SAVED })
    });
    let (title, what_to_do) = if is_ended {
        (t.s("ended-title"), t.s("ended-do"))
    } else {
        (t.of("problem-title", kind), t.of("problem-do", kind))
    };
    // That a session has ended is all that there is to say of it.
    let detail = kept.detail.filter(|_| !is_ended);
    ProblemPage {
        onward: onward.map(|link| Link { href: link.href, key: link.key, current: false }),
        frame,
        t,
        kind: kind.to_owned(),
        title,
        what_to_do,
        detail: detail.as_deref().map(|detail| t.said(detail, kept.detail_fr.as_deref())),
        event: kept.event,
        typed: kept.typed,
        written: written.collect(),
        is_foreign: is_ended && kept.is_foreign,
        verifies_alone: kind == UNUSABLE_CHECKPOINT,
    }
}

fn refusing(t: Words, reasons: &[RefusedBy]) -> Vec<Refusing> {
    let reasons = reasons.iter().map(|reason| Refusing {
        rule: reason.rule.clone(),
        file: reason.file.clone(),
        says: t.pick(&reason.says, &reason.says_fr).to_owned(),
        needed: t.pick(&reason.needed, &reason.needed_fr).to_owned(),
    });
    reasons.collect()
}

/// Tells whether this is asked under the purpose that an officer chose: all other questions have one of their own, whatever
/// is chosen.
fn is_of_the_chosen(asked: Option<&str>) -> bool {
    matches!(asked, Some("search" | "person"))
}

/// Gives the rules that refused, each once.
fn rules_of(reasons: &[RefusedBy]) -> String {
    let mut rules: Vec<&str> = Vec::new();
    for reason in reasons {
        if !rules.contains(&reason.rule.as_str()) {
            rules.push(&reason.rule);
        }
    }
    rules.join(", ")
}

/// Gives what whoever was refused can do: what would mend it, whom to ask, and what to quote.
fn next_steps(view: &View, frame: &Frame, asked: Option<&str>, reasons: &[RefusedBy]) -> Vec<Line> {
    let t = view.t;
    let who = view.who.as_ref();
    let agency = who.and_then(Who::agency).map(|agency| agency.as_str());
    let refused = reasons.iter().map(|reason| reason.rule.as_str());
    let first = match (who.and_then(Who::role), agency) {
        (Some(RoleKind::Officer), _) if is_of_the_chosen(asked) => advice::with_chosen(t, refused),
        (_, Some(_)) => vec![advice::without_choice(t, refused)],
        (_, None) => vec![t.s("refused-next-citizen")],
    };
    let rules = rules_of(reasons);
    let quote = match frame.purpose().filter(|_| is_of_the_chosen(asked)) {
        Some(purpose) => t.with_all("refused-quote", &[("purpose", view.quoted(&purpose.id)), ("rules", rules)]),
        None => t.with("refused-quote-rules", "rules", rules),
    };
    let officer = agency
        .map(|agency| line(&t.with("refused-officer", "contact", view.contact_of(agency)), view.address_of(agency)));
    first.into_iter().map(plain).chain(officer).chain([plain(quote)]).collect()
}

/// Gives the fields of a search that were filled in, and nothing of what was typed into them; none where it was no search.
fn filled(t: Words, typed: Option<&Typed>) -> Option<String> {
    let typed = typed.filter(|typed| typed.path == SEARCH)?;
    let written = typed.fields.iter().filter(|(_, text)| !text.trim().is_empty());
    let labels: Vec<String> = written.filter_map(|(field, _)| label(t, field)).collect();
    (!labels.is_empty()).then(|| labels.join(", "))
}

fn refused(view: &View, frame: Frame, kept: Kept) -> RefusedPage {
    let t = view.t;
    let asked = kept.asked.as_deref();
    let next = next_steps(view, &frame, asked, &kept.reasons);
    let acting = frame.acting.as_ref();
    RefusedPage {
        t,
        asked: t.of("asked", asked.unwrap_or("page")),
        under: acting.filter(|_| is_of_the_chosen(asked)).map(|acting| AskedUnder {
            purpose: acting.purpose_says.clone(),
            case: acting.case.clone(),
            justification: acting.justification.clone(),
        }),
        who: acting
            .map(|acting| match &acting.agency {
                Some(agency) => format!("{}, {agency}", acting.title),
                None => acting.title.clone(),
            })
            .unwrap_or_default(),
        reasons: refusing(t, &kept.reasons),
        log_index: kept.log_index.map(|index| t.number(&index)),
        filled: filled(t, kept.typed.as_ref()),
        next,
        is_member: view.who.as_ref().is_some_and(|who| who.agency().is_some()),
        typed: kept.typed,
        frame,
    }
}

#[derive(Template)]
#[template(path = "kind.html")]
struct KindPage {
    frame: Frame,
    t: Words,
    kind: String,
    status: u16,
    title: String,
    what_to_do: String,
}

/// Shows what a kind of problem is: the page that problem documents name as their type.
pub(crate) async fn page(view: View, Path(kind): Path<String>) -> Response {
    view.answer(kind_page(&view, &kind))
}

fn kind_page(view: &View, kind: &str) -> Result<Response, Problem> {
    let (kind, status) = known(kind)?;
    let t = view.t;
    let page = KindPage {
        frame: view.frame()?,
        t,
        kind: kind.to_owned(),
        status: status.as_u16(),
        title: t.of("problem-title", kind),
        what_to_do: t.of("problem-do", kind),
    };
    view.page_as(StatusCode::OK, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_refused_twice_is_quoted_once() {
        let refused = |rule: &str| RefusedBy {
            rule: rule.to_owned(),
            file: None,
            says: String::new(),
            says_fr: String::new(),
            needed: String::new(),
            needed_fr: String::new(),
            wording: std::sync::Arc::default(),
        };
        let reasons = ["purpose.expired", "agreement.expired", "purpose.expired"].map(refused);
        assert_eq!(rules_of(&reasons), "purpose.expired, agreement.expired");
        assert_eq!(rules_of(&[]), "");
    }

    #[test]
    fn a_search_is_told_by_its_fields_and_never_by_what_they_hold() {
        let (en, fr) = (Words::new(Language::English), Words::new(Language::French));
        let fields =
            [("name", "Ysolde".to_owned()), ("birth_date", " ".to_owned()), ("contact", "555-0199".to_owned())];
        let typed = Typed::new(SEARCH, &fields);
        assert_eq!(filled(en, typed.as_ref()).as_deref(), Some("Name, Telephone or e-mail"));
        assert_eq!(filled(fr, typed.as_ref()).as_deref(), Some("Nom, Téléphone ou courriel"));
        assert_eq!(filled(en, Typed::new("/review/0", &fields).as_ref()), None);
        assert_eq!(filled(en, Typed::new(SEARCH, &[("name", String::new())]).as_ref()), None);
        assert_eq!(filled(en, None), None);
    }
}
