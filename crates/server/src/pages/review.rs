//! The data steward's queue: two records side by side, and what is decided about them.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use model::agency::RoleKind;
use model::{Actor, Subject, Verdict};
use serde::Deserialize;

use super::allows::Allows;
use super::cluster::{Cluster, cluster, numbered_side};
use super::dates;
use super::differ::{Coded, Mark, Stretch, differ_coded, whole, with_code};
use super::effect::effects;
use super::frame::Frame;
use super::judged::{JUDGED, ProposalLine, proposal_lines};
use super::map::placed;
use super::person::{Waterfall, waterfall};
use super::reason::{is_enough, least, too_little};
use super::search::FormError;
use super::values::{Kept, KeptColumns, Shown, kept, record_of_file, reduced, shown};
use super::view::{AGAIN, Asked, Sent, View, number_of};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{
    self, ContestedView, ExplainedView, FieldEvidence, JudgedView, JudgementForm, List, OutcomeView, PairPlace,
    PairView, PurposeView, ReasonView, ReviewRow, SaidView, SampleProgressView, SourceView, TakeBackForm,
    WithheldColumn,
};

/// The longest reason, in characters.
const REASON_MAX: usize = 500;

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    frame: Frame,
    t: Words,
    open: u64,
    contested: u64,
    kept_apart: u64,
    weak_links: u64,
    judged: u64,
    proposed: u64,
    /// One's own proposals that wait for a second steward.
    own: Vec<ProposalLine>,
    /// Those of others, which wait for whom is asking.
    for_you: Vec<ProposalLine>,
    next: Option<u64>,
    /// How many come last since their persons were judged together, and where the first is.
    set_aside: u64,
    next_set_aside: Option<String>,
    /// Where what was judged is listed.
    judged_at: &'static str,
    sample: SampleProgressView,
    told: Option<Told>,
    /// What the purpose of reviews allows.
    allows: Option<Allows>,
    /// Whether it lets stewards name records.
    may_explain: bool,
}

#[derive(Template)]
#[template(path = "pair.html")]
struct PairPage {
    frame: Frame,
    t: Words,
    open: String,
    judged: String,
    /// Where what is decided goes to.
    path: String,
    /// Of a link: the pair whose person it holds together.
    back_to: Option<String>,
    /// Whether it waits for a second steward, and is in no list else.
    is_proposal: bool,
    /// Whether it is whom is asking that it waits for.
    is_second: bool,
    /// Whether the pairs of the quality sample are gone through.
    in_sample: bool,
    /// Whether the pair is of it.
    sampled: bool,
    generation: String,
    log_index: String,
    /// The entry of the look, as the form names it.
    seen: u64,
    /// The fields by which forms name the two: the path does so.
    named: Vec<(&'static str, String)>,
    left: String,
    right: String,
    rows: Vec<Row>,
    /// Columns of either record of which less than the values is given.
    reduced: Option<KeptColumns>,
    withheld: Option<KeptColumns>,
    /// What became of the pair, and on what that rests.
    outcome: String,
    /// From when on two are put together by themselves.
    threshold: Option<String>,
    /// Why it waits, where that is not that its weight is near the threshold.
    waits: Option<String>,
    caption: String,
    waterfall: Waterfall,
    told: Option<Told>,
    next: Option<String>,
    said: Option<Said>,
    contested: Option<Contested>,
    /// Where they contest the other record as well.
    contested_too: Option<Contested>,
    cluster: Option<Cluster>,
    /// What each verdict would do, in the order of the choices.
    effects: Vec<String>,
    verdict: String,
    reason: String,
    verdict_missing: bool,
    /// What is wrong with the reason.
    reason_wrong: Option<String>,
    /// How much a reason has to say at least; none where any will do.
    reason_least: Option<String>,
    /// What is missing, each with where.
    errors: Vec<FormError>,
}

/// What was just written, and of which pair.
pub(super) struct Told {
    pub(super) sentence: String,
    /// Where that is.
    pub(super) pair: Option<String>,
}

/// What was said of the pair since the index was built.
pub(crate) struct Said {
    pub(crate) sentence: String,
    /// Its entry in the log, as the form names what it takes back.
    pub(crate) entry: u64,
    pub(crate) own: bool,
    /// Why it was said, in one's own words.
    pub(crate) why: Option<String>,
    /// Why it is taken back, as far as that was written.
    pub(crate) reason: String,
}

/// A form of a pair that is shown again, as it was filled in.
#[derive(Clone, Copy)]
enum Filled<'a> {
    Judged(&'a Judged),
    TakenBack(&'a TakenBack),
}

impl<'a> Filled<'a> {
    fn judged(self) -> Option<&'a Judged> {
        match self {
            Self::Judged(form) => Some(form),
            Self::TakenBack(_) => None,
        }
    }

    fn taken_back(self) -> Option<&'a TakenBack> {
        match self {
            Self::TakenBack(form) => Some(form),
            Self::Judged(_) => None,
        }
    }

    fn generation(self) -> &'a str {
        match self {
            Self::Judged(form) => &form.generation,
            Self::TakenBack(form) => &form.generation,
        }
    }

    fn list(self) -> List {
        match self {
            Self::Judged(form) => form.list,
            Self::TakenBack(form) => form.list,
        }
    }

    /// Gives what was filled in, and where it is sent to.
    fn sent(self, place: PairPlace) -> (Vec<(&'static str, String)>, String) {
        match self {
            Self::Judged(form) => (form.fields(), path_of(place)),
            Self::TakenBack(form) => (form.fields(), back_path_of(place)),
        }
    }
}

/// What the person whom a record was linked to says of it.
pub(crate) struct Contested {
    pub(crate) sentence: String,
    pub(crate) reason: String,
}

/// A column of both records.
pub(super) struct Row {
    pub(super) title: String,
    pub(super) left: Option<Vec<Stretch>>,
    pub(super) right: Option<Vec<Stretch>>,
    /// How the two are together; none where one has no value.
    pub(super) mark: Option<Mark>,
    /// What was done to the values, in a sentence; none where they are given as they are.
    pub(super) masked: Option<String>,
}

/// Two records that are compared, of the queue or not.
#[derive(Clone, Copy)]
pub(super) struct Compared<'a> {
    pub(super) left: &'a ReviewRow,
    pub(super) right: &'a ReviewRow,
    pub(super) weight: f64,
    pub(super) probability: f64,
    pub(super) fields: &'a [FieldEvidence],
    pub(super) outcome: &'a OutcomeView,
    pub(super) reasons: &'a [Arc<ReasonView>],
}

impl<'a> From<&'a PairView> for Compared<'a> {
    fn from(pair: &'a PairView) -> Self {
        Self {
            left: &pair.left,
            right: &pair.right,
            weight: pair.weight,
            probability: pair.probability,
            fields: &pair.fields,
            outcome: &pair.outcome,
            reasons: &pair.reasons,
        }
    }
}

impl<'a> From<&'a ExplainedView> for Compared<'a> {
    fn from(pair: &'a ExplainedView) -> Self {
        Self {
            left: &pair.left,
            right: &pair.right,
            weight: pair.weight,
            probability: pair.probability,
            fields: &pair.fields,
            outcome: &pair.outcome,
            reasons: &pair.reasons,
        }
    }
}

#[derive(Default, Deserialize)]
pub(crate) struct After {
    decided: Option<String>,
    #[serde(default)]
    standing: String,
    /// The pair of which it was.
    pair: Option<String>,
    /// The link of that pair's persons of which it was.
    link: Option<String>,
    #[serde(default)]
    list: List,
    /// How many of the weakest links of the persons come before those that are listed.
    links: Option<String>,
}

/// Gives where a pair is, or a link of its persons.
fn path_of(place: PairPlace) -> String {
    match place.link {
        Some(link) => format!("/review/{}/links/{link}", place.pair),
        None => format!("/review/{}", place.pair),
    }
}

/// Gives where taking back is sent to.
fn back_path_of(place: PairPlace) -> String {
    format!("{}/take-back", path_of(place))
}

/// Shows how far the queue is.
pub(crate) async fn queue(view: View, Asked(asked): Asked<After>) -> Response {
    let answer = match asked {
        Ok(after) => queue_page(&view, &after).await,
        Err(problem) => Err(problem),
    };
    view.answer(answer)
}

/// Gives what was just written, in a sentence.
fn told(view: &View, after: &After) -> Result<Option<Told>, Problem> {
    let Some(entry) = after.decided.as_deref().map(number_of).transpose()? else { return Ok(None) };
    let key = match after.standing.as_str() {
        "proposed" => "queue-proposed",
        "taken-back" => "queue-taken-back",
        _ => "queue-decided",
    };
    let pair = after.pair.as_deref().map(number_of).transpose()?;
    let link = after.link.as_deref().map(number_of).transpose()?;
    let pair = pair.map(|pair| PairPlace { pair, link });
    // What was taken back is what this page shows, or is gone.
    let pair = pair.filter(|_| after.standing != "taken-back").map(path_of);
    Ok(Some(Told { sentence: view.t.with(key, "entry", view.t.number(&entry)), pair }))
}

async fn queue_page(view: &View, after: &After) -> Result<Response, Problem> {
    view.acting()?.must_be(RoleKind::Steward)?;
    let progress = service::progress(&view.app, view.acting()?, 0).await?;
    let purpose = review_purpose(view)?;
    let page = QueuePage {
        frame: view.frame()?,
        t: view.t,
        open: progress.open,
        contested: progress.contested,
        kept_apart: progress.kept_apart,
        weak_links: progress.weak_links,
        judged: progress.judged + progress.judged_since,
        proposed: progress.proposed,
        own: proposal_lines(view.t, &progress.proposals, true),
        for_you: proposal_lines(view.t, &progress.proposals, false),
        next: progress.next,
        set_aside: progress.set_aside,
        next_set_aside: progress.next_set_aside.map(|pair| path_of(pair.into())),
        judged_at: JUDGED,
        sample: progress.sample,
        told: told(view, after)?,
        allows: review_allows(view, purpose.as_ref())?,
        may_explain: purpose.is_some_and(|purpose| purpose.persons_per_officer_and_day.is_some()),
    };
    view.page(&page)
}

/// Gives what the purpose of reviews allows whoever acts.
pub(super) fn review_allows(view: &View, purpose: Option<&PurposeView>) -> Result<Option<Allows>, Problem> {
    let recipient = match view.acting()?.actor() {
        Actor::Member { recipient, .. } => recipient.to_string(),
        Actor::Citizen { .. } | Actor::System => String::new(),
    };
    Ok(purpose.map(|purpose| Allows::of(view, purpose, purpose.recipients.contains(&recipient))))
}

/// Gives the purpose under which links are reviewed.
pub(super) fn review_purpose(view: &View) -> Result<Option<PurposeView>, Problem> {
    let (project, today) = (view.app.project(), view.app.now()?.date_naive());
    let purpose = project.purposes.values().find(|purpose| purpose.subject == Subject::LinkReview);
    Ok(purpose.map(|purpose| service::purpose_view(project, purpose, today)))
}

/// Tells whether the purpose under which links are reviewed needs a justification.
pub(super) fn needs_justification(view: &View) -> bool {
    let purposes = &view.app.project().purposes;
    let purpose = purposes.values().find(|purpose| purpose.subject == Subject::LinkReview);
    purpose.is_some_and(|purpose| purpose.needs_justification)
}

/// Shows a pair.
pub(crate) async fn pair(view: View, Path(number): Path<String>, Asked(asked): Asked<After>) -> Response {
    shown_or_refused(&view, place(&number, None), asked).await
}

/// Shows a link of a pair's persons.
pub(crate) async fn link(
    view: View,
    Path((number, link)): Path<(String, String)>,
    Asked(asked): Asked<After>,
) -> Response {
    shown_or_refused(&view, place(&number, Some(&link)), asked).await
}

fn place(number: &str, link: Option<&str>) -> Result<PairPlace, Problem> {
    Ok(PairPlace { pair: number_of(number)?, link: link.map(number_of).transpose()? })
}

async fn shown_or_refused(view: &View, place: Result<PairPlace, Problem>, asked: Result<After, Problem>) -> Response {
    let answer = match (place, asked) {
        (Ok(place), Ok(after)) => pair_page(view, place, &after, None).await,
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    view.answer_asked(Some("review"), answer)
}

async fn pair_page(
    view: &View,
    place: PairPlace,
    after: &After,
    filled: Option<Filled<'_>>,
) -> Result<Response, Problem> {
    let t = view.t;
    // What was filled in was meant for the pair that was shown then, which may be another one by now.
    if filled.is_some_and(|filled| filled.generation() != view.app.index().generation()) {
        let changed = Problem::new("changed-meanwhile", "the pairs were numbered anew since this one was shown");
        return Err(changed.in_words("problem-is-numbered-anew"));
    }
    let list = filled.map_or(after.list, Filled::list);
    let links = after.links.as_deref().map(number_of).transpose()?.unwrap_or_default();
    let found = service::pair(&view.app, view.acting()?, place, list, links).await?;
    let (form, back) = (filled.and_then(Filled::judged), filled.and_then(Filled::taken_back));
    let mut said = found.said.as_ref().map(|said| self::said(t, said));
    if let Some(back) = back {
        // Without its form what was written would not be seen.
        let own = said.as_mut().filter(|said| said.own).ok_or_else(|| {
            Problem::new("not-found", "you said nothing of this pair since the index was built")
                .in_words("problem-is-nothing-said")
        })?;
        own.reason.clone_from(&back.reason);
    }
    let both = Compared::from(&found);
    let mut rows = rows(view, &both);
    rows.extend(source_row(t, &found));
    let own = [(&found.left, &found.left_source), (&found.right, &found.right_source)];
    let own = own.map(|(row, source)| (row.register.as_str(), source.withheld.as_slice()));
    let (reduced, withheld) = kept_back_also(view, &both, &own)?;
    let [left, right] = sides(view, &found);
    let verdict_missing = form.is_some_and(|form| form.verdict.is_empty());
    let needs = needs_justification(view);
    let short = form.map(|form| form.reason.as_str()).filter(|reason| !is_enough(reason, needs));
    let reason_wrong = short.map(|reason| too_little(t, t.s("judge-reason-missing"), reason));
    let mut frame = view.frame()?;
    frame.back = address(place, list, found.cluster.listed_from);
    frame.repeat_at = path_of(place);
    if let Some(filled) = filled {
        (frame.repeat, frame.repeat_at) = filled.sent(place);
        frame.repeat.push((AGAIN, true.to_string()));
    }
    let contested = |by: &ContestedView| contested(view, (&found.left, &found.right), by);
    let page = PairPage {
        frame,
        t,
        open: t.number(&found.open),
        judged: t.number(&(found.judged + found.judged_since)),
        path: path_of(place),
        back_to: place.link.map(|_| path_of(place.pair.into())),
        is_proposal: place.is_proposal() && found.said.as_ref().is_some_and(|said| said.standing == "proposed"),
        is_second: found.said.as_ref().is_some_and(is_for_the_second),
        generation: found.generation.clone(),
        log_index: t.number(&found.log_index),
        seen: found.log_index,
        named: Vec::new(),
        left,
        right,
        rows,
        reduced,
        withheld,
        outcome: outcome(t, &both),
        threshold: found.threshold.map(|from| t.with("pair-threshold", "percent", t.percent(&from))),
        waits: waits(t, &found),
        caption: caption(t, &both),
        waterfall: of_pair(t, &both),
        told: told(view, after)?,
        next: found.next.filter(|_| place.link.is_none()).map(|next| address(next.into(), list, 0)),
        cluster: cluster(view, &found, place.pair, &|links| format!("{}#cluster", address(place, list, links))),
        in_sample: list == List::Sample,
        sampled: found.sampled,
        said,
        contested: found.contested.as_ref().map(contested),
        contested_too: found.contested_too.as_ref().map(contested),
        effects: effects(t, &(&found).into()),
        // Who follows a link means to cut it; it is theirs to confirm, with a reason.
        verdict: match form {
            Some(form) => form.verdict.clone(),
            None => place.link.map(|_| Verdict::Different.as_str().to_owned()).unwrap_or_default(),
        },
        reason: form.map(|form| form.reason.clone()).unwrap_or_default(),
        verdict_missing,
        reason_least: needs.then(|| least(t)),
        errors: missing(t, verdict_missing, reason_wrong.clone()),
        reason_wrong,
    };
    let status = if form.is_some_and(|form| !form.is_whole(needs)) { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    view.page_as(status, &page)
}

/// Gives what the person contests of two records.
pub(super) fn contested(view: &View, (left, right): (&ReviewRow, &ReviewRow), by: &ContestedView) -> Contested {
    let record = if by.record == "left" { left } else { right };
    let values = [("register", view.register_title(&record.register)), ("when", view.t.moment(&by.since))];
    Contested { sentence: view.t.with_all("pair-contested", &values), reason: by.reason.clone() }
}

/// Gives what is missing in the form of a judgement, each with the place of its field.
pub(super) fn missing(t: Words, verdict: bool, reason: Option<String>) -> Vec<FormError> {
    let verdict = verdict.then(|| ("#verdict-same", t.s("judge-verdict-missing")));
    let reason = reason.map(|wrong| ("#reason", wrong));
    verdict.into_iter().chain(reason).map(|(href, text)| FormError { href: href.to_owned(), text }).collect()
}

/// Gives what the two records are called: by their registers, with which of them is contested, and which is which where both are
/// of one register and neither or both are contested.
fn sides(view: &View, found: &PairView) -> [String; 2] {
    let t = view.t;
    let contests = || found.contested.iter().chain(&found.contested_too);
    let is_of_one = found.left.register == found.right.register && contests().count() != 1;
    let side = |name: &str, row: &ReviewRow, number: u64| {
        let register = view.register_title(&row.register);
        let register = if is_of_one { numbered_side(t, register, number) } else { register };
        if contests().any(|contested| contested.record == name) {
            t.with("pair-side-contested", "register", register)
        } else if contests().next().is_some() {
            t.with("pair-side-tied", "register", register)
        } else {
            register
        }
    };
    [side("left", &found.left, 1), side("right", &found.right, 2)]
}

/// Gives where the two records came from, as a row of what is compared; none where neither is known. Two rows are never the same
/// one, so nothing is marked.
fn source_row(t: Words, found: &PairView) -> Option<Row> {
    let told = |source: &SourceView| {
        let file = source.file.clone()?;
        let text = match source.row {
            Some(row) => format!("{file}, {}", record_of_file(t, row)),
            None => file,
        };
        Some(vec![Stretch { text, mark: Mark::Alike }])
    };
    let (left, right) = (told(&found.left_source), told(&found.right_source));
    let is_known = left.is_some() || right.is_some();
    is_known.then(|| Row { title: t.s("source-row"), left, right, mark: None, masked: None })
}

/// Gives what became of a pair, in a sentence: what the persons are, and not what the pair would be by itself.
pub(super) fn outcome(t: Words, pair: &Compared<'_>) -> String {
    let OutcomeView { outcome, ground, merge, by_given, .. } = pair.outcome;
    match (outcome.as_str(), ground.as_str(), merge) {
        ("together", "judged", _) => t.s("pair-together-judged"),
        ("together", "score", _) if *by_given => t.s("pair-together-given"),
        ("together", "score", _) => t.s("pair-together"),
        ("together", "untold", _) => t.s("pair-together-untold"),
        ("together", ..) => t.s("pair-together-others"),
        (_, "judged", _) => t.s("pair-apart-judged"),
        (_, "untold", _) => t.s("pair-apart-untold"),
        (_, "score", _) if *by_given => t.s("pair-apart-given"),
        (_, "score", _) => t.s("pair-apart"),
        (_, "others-fit", _) => t.s("pair-apart-others-fit"),
        (_, _, Some(merge)) if merge.penalty.is_none() => t.s("pair-apart-beyond"),
        (_, _, Some(merge)) if merge.penalty.is_some_and(|penalty| penalty < 0.0) => t.s("pair-apart-one-record"),
        (_, _, Some(_)) => t.s("pair-apart-records"),
        _ => t.s("pair-apart-others"),
    }
}

/// Gives why a pair waits, where its own weight doesn't tell.
fn waits(t: Words, pair: &PairView) -> Option<String> {
    match pair.reason.as_deref() {
        Some("kept-apart") => Some(t.s("pair-waits-kept-apart")),
        Some("others-fit") => Some(t.s("pair-waits-others-fit")),
        Some("weak-link") => Some(t.s("pair-waits-weak-link")),
        Some("shared-identifier") => Some(t.s("pair-waits-shared-identifier")),
        _ => None,
    }
}

/// Gives how sure the linkage is of a pair; of persons kept apart, by itself and with all that is known of both.
pub(super) fn caption(t: Words, pair: &Compared<'_>) -> String {
    let (percent, weight) = (t.percent(&pair.probability), t.weight(&pair.weight));
    match &pair.outcome.merge {
        None if pair.outcome.by_given => t.with_all("pair-caption-given", &[("percent", percent), ("weight", weight)]),
        None => t.with_all("pair-caption", &[("percent", percent), ("weight", weight)]),
        Some(merge) => {
            let (all, merged) = (t.percent(&merge.probability), t.weight(&merge.weight));
            let values = [("percent", percent), ("weight", weight), ("all", all), ("merged", merged)];
            t.with_all("pair-caption-apart", &values)
        }
    }
}

/// Gives how the weight of a pair comes about; of persons kept apart, that of their being one.
pub(super) fn of_pair(t: Words, pair: &Compared<'_>) -> Waterfall {
    let Some(merge) = &pair.outcome.merge else {
        let mut waterfall = waterfall(t, pair.fields, pair.weight, pair.probability);
        if pair.outcome.verdict.as_deref() == Some("same") {
            waterfall.say_judged(t);
        }
        return waterfall;
    };
    // Where nothing of the pair may be told, neither is the rest.
    let steps = if pair.fields.is_empty() { Vec::new() } else { pair.outcome.steps() };
    let fields: Vec<FieldEvidence> = pair.fields.iter().cloned().chain(steps).collect();
    waterfall(t, &fields, merge.weight, merge.probability)
}

/// Gives the address of a pair or link in the list that is gone through, with the links of its persons from that many on.
fn address(place: PairPlace, list: List, links: u64) -> String {
    let sample = (list == List::Sample).then(|| "list=sample".to_owned());
    let links = (links > 0).then(|| format!("links={links}"));
    let asked: Vec<String> = sample.into_iter().chain(links).collect();
    let path = path_of(place);
    if asked.is_empty() { path } else { format!("{path}?{}", asked.join("&")) }
}

/// Tells whether what was said waits for the asker, as the second steward.
pub(super) fn is_for_the_second(said: &SaidView) -> bool {
    said.standing == "proposed" && !said.own && !said.before_contest
}

/// Gives what was said of a pair, in a sentence.
pub(crate) fn said(t: Words, said: &SaidView) -> Said {
    let key = match (said.standing.as_str(), said.own) {
        (_, true) if said.before_contest => "said-before-contest-own",
        (_, false) if said.before_contest => "said-before-contest",
        ("proposed", true) => "said-proposed-own",
        ("proposed", false) => "said-proposed",
        (_, true) if said.before_index => "said-before-index-own",
        (_, false) if said.before_index => "said-before-index",
        (_, true) => "said-judged-own",
        (_, false) => "said-judged",
    };
    let values = [
        ("verdict", t.of("verdict", &said.verdict)),
        ("when", t.moment(&said.at)),
        ("entry", t.number(&said.log_index)),
    ];
    Said {
        sentence: t.with_all(key, &values),
        entry: said.log_index,
        own: said.own,
        why: said.reason.clone(),
        reason: String::new(),
    }
}

/// The column of person records that says of a birth date what is known of it. It is not shown beside whole dates.
const BORN: &str = "born";

/// The column with whole ones.
const BIRTH_DATE: &str = "birth_date";

/// Tells whether a column has birth dates, which are compared part by part.
fn is_birth(name: &str) -> bool {
    [BORN, BIRTH_DATE].contains(&name)
}

/// Gives the columns of either record of which less than the values is given, and those that are withheld, once where both
/// records have them for the same reason.
pub(super) fn kept_back(
    view: &View,
    pair: &Compared<'_>,
) -> Result<(Option<KeptColumns>, Option<KeptColumns>), Problem> {
    kept_back_also(view, pair, &[])
}

/// Does so with what is withheld of the records' own rows, each with the register that it is of.
fn kept_back_also(
    view: &View,
    pair: &Compared<'_>,
    own: &[(&str, &[WithheldColumn])],
) -> Result<(Option<KeptColumns>, Option<KeptColumns>), Problem> {
    let t = view.t;
    let Some(purpose) = review_purpose(view)? else { return Ok((None, None)) };
    let says = t.pick(&purpose.says, &purpose.says_fr);
    let (mut less, mut nothing): (Vec<Kept>, Vec<Kept>) = (Vec::new(), Vec::new());
    let add = |all: &mut Vec<Kept>, column: Kept| {
        if !all.contains(&column) {
            all.push(column);
        }
    };
    let mut holders = Vec::new();
    for row in [pair.left, pair.right] {
        for column in row.columns.iter() {
            let title = title(t, &column.name, (&column.title, &column.title_fr));
            if let Some(found) = reduced(t, column, says) {
                add(&mut less, Kept { title, ..found });
            }
        }
        for column in &row.withheld {
            let title = title(t, &column.column.name, (&column.column.title, &column.column.title_fr));
            add(&mut nothing, Kept { title, ..kept(view, column, pair.reasons) });
        }
        let register = view.app.project().registers.values().find(|register| register.id.as_str() == row.register);
        holders.extend(register.map(|register| register.agency.to_string()));
    }
    for (register, columns) in own {
        for column in *columns {
            let title = t.pick(&column.column.title, &column.column.title_fr).to_owned();
            let values = [("register", view.register_title(register)), ("column", title)];
            let title = t.with_all("pair-own-column", &values);
            add(&mut nothing, Kept { title, ..kept(view, column, pair.reasons) });
        }
    }
    let ask = view.whom_to_ask(&holders, &purpose.id);
    let less = KeptColumns::reduced(t, less).map(|kept| kept.asking(&ask));
    Ok((less, KeptColumns::withheld(t, nothing).map(|kept| kept.asking(&ask))))
}

/// Puts the columns of both records beside each other, in the order of the left one.
pub(super) fn rows(view: &View, pair: &Compared<'_>) -> Vec<Row> {
    let t = view.t;
    let told = |row: &ReviewRow, name: &str| -> Option<Coded> {
        let field = row.values.fields().find(|field| field.column.name == name)?;
        if name == BORN {
            // A date as far as it is known; a register may have a column of this name too, which it is not.
            return field.value.text().map(|known| (dates::in_words(t, &known), None));
        }
        let Shown { text, code, .. } = placed(view, &row.register, field);
        text.map(|text| (text, code))
    };
    let dated = |row: &ReviewRow| told(row, BIRTH_DATE).is_some();
    let are_dated = dated(pair.left) && dated(pair.right);
    // Either of the two columns says of each record all that the other does.
    let is_in_born = |row: &ReviewRow| {
        !dated(row) || told(row, BORN).is_some() && dates::raw(row, BIRTH_DATE) == dates::raw(row, BORN)
    };
    let is_told_by_born = !are_dated && is_in_born(pair.left) && is_in_born(pair.right);
    let says_less = |name: &str| match name {
        BORN => are_dated,
        BIRTH_DATE => is_told_by_born,
        _ => false,
    };
    let mut columns: Vec<&service::GivenColumn> = Vec::new();
    for column in pair.left.columns.iter().chain(pair.right.columns.iter()) {
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column);
        }
    }
    let row = |column: &service::GivenColumn| {
        let (left, right) = (told(pair.left, &column.name), told(pair.right, &column.name));
        let title = title(t, &column.name, (&column.title, &column.title_fr));
        let how = |row: &ReviewRow| {
            let field = row.values.fields().find(|field| field.column.name == column.name)?;
            shown(t, view.app.project(), &row.register, field).masked
        };
        let masked = how(pair.left).or_else(|| how(pair.right));
        match (left, right) {
            _ if says_less(&column.name) => None,
            (None, None) => None,
            (Some(left), Some(right)) => {
                let raw = |row: &ReviewRow| dates::raw(row, &column.name).filter(|_| is_birth(&column.name));
                let as_dates = raw(pair.left).zip(raw(pair.right));
                let as_dates = as_dates.and_then(|(left, right)| dates::differ(t, &left, &right));
                let (left, right, mark) = as_dates.unwrap_or_else(|| {
                    let (left, right) = differ_coded(left, right);
                    let mark = whole(&left, &right);
                    (left, right, Some(mark))
                });
                // Ends that are one, or what is said of values, are no values that are one.
                let mark = if masked.is_some() { mark.map(Mark::in_part) } else { mark };
                Some(Row { title, left: Some(left), right: Some(right), mark, masked })
            }
            (left, right) => {
                let only = |told: Coded| vec![Stretch { text: with_code(told), mark: Mark::Alike }];
                Some(Row { title, left: left.map(only), right: right.map(only), mark: None, masked })
            }
        }
    };
    columns.into_iter().filter_map(row).collect()
}

/// Gives what a column of a record that is compared is called, of which there is a title in English and one in French.
fn title(t: Words, name: &str, (english, french): (&str, &str)) -> String {
    let title = t.pick(english, french);
    if title == english { named(t, name, title) } else { title.to_owned() }
}

/// Gives what a column of a person record is called: person records are ours, so their columns are in the pages' words.
fn named(t: Words, name: &str, title: &str) -> String {
    let known = t.of("field", name);
    if known == name { title.to_owned() } else { known }
}

/// What a steward sends.
#[derive(Deserialize)]
pub(crate) struct Judged {
    form_token: String,
    #[serde(default)]
    generation: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    list: List,
    /// The entry of the look that showed the pair.
    #[serde(default)]
    seen: Option<u64>,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

impl Judged {
    /// Gives what was filled in. Where that is shown again, it is in another look.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("generation", self.generation.clone()),
            ("verdict", self.verdict.clone()),
            ("reason", self.reason.clone()),
        ];
        if self.list == List::Sample {
            fields.push(("list", "sample".to_owned()));
        }
        fields
    }

    /// Tells whether nothing is missing, where the purpose `needs` a justification or does not.
    fn is_whole(&self, needs: bool) -> bool {
        !self.verdict.is_empty() && is_enough(&self.reason, needs)
    }
}

/// Writes a judgement and goes on to the next pair.
pub(crate) async fn judge(view: View, Path(number): Path<String>, Sent(form): Sent<Judged>) -> Response {
    judged_or_refused(&view, place(&number, None), form).await
}

/// Writes a judgement of a link, and goes back to its pair.
pub(crate) async fn judge_link(
    view: View,
    Path((number, link)): Path<(String, String)>,
    Sent(form): Sent<Judged>,
) -> Response {
    judged_or_refused(&view, place(&number, Some(&link)), form).await
}

async fn judged_or_refused(view: &View, place: Result<PairPlace, Problem>, form: Result<Judged, Problem>) -> Response {
    let typed = match (&place, &form) {
        (Ok(place), Ok(form)) => view.typed(&form.form_token, &path_of(*place), &form.fields()),
        _ => None,
    };
    let answer = match (place, form) {
        (Ok(place), Ok(form)) => judged(view, place, form).await,
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    view.answer_typed(Some("judgement"), typed, answer)
}

async fn judged(view: &View, place: PairPlace, form: Judged) -> Result<Response, Problem> {
    let who = view.acting_by(&form.form_token)?;
    if form.again || !form.is_whole(needs_justification(view)) {
        return pair_page(view, place, &After::default(), Some(Filled::Judged(&form))).await;
    }
    check_reason(&form.reason)?;
    let Judged { generation, verdict, reason, list, seen, .. } = form;
    let judgement = JudgementForm { generation, verdict, reason, seen };
    let judged = service::judge(&view.app, who, place, &judgement).await?;
    let next = match (place.link, list) {
        (Some(_), _) => Some(place.pair),
        (None, list) => {
            let progress = service::progress(&view.app, who, place.pair + 1).await?;
            if list == List::Sample { progress.sample.next } else { progress.next }
        }
    };
    Ok(onward(next.map(PairPlace::from), place, list, &judged))
}

/// Checks how long a reason is.
///
/// # Errors
/// When it is too long.
pub(super) fn check_reason(reason: &str) -> Result<(), Problem> {
    if reason.chars().count() > REASON_MAX {
        let values = [("what", "justification".to_owned()), ("max", REASON_MAX.to_string())];
        let long = Problem::new("bad-request", format!("the reason is longer than {REASON_MAX} characters"));
        return Err(long.in_words_with("problem-is-too-long", &values));
    }
    Ok(())
}

/// Leads on: to what is next, or back to the queue.
fn onward(next: Option<PairPlace>, place: PairPlace, list: List, judged: &JudgedView) -> Response {
    let JudgedView { log_index, standing } = judged;
    let to = next.map_or_else(|| "/review".to_owned(), path_of);
    let link = place.link.map(|link| format!("&link={link}")).unwrap_or_default();
    let list = if list == List::Sample { "&list=sample" } else { "" };
    let asked = format!("decided={log_index}&standing={standing}&pair={}{link}{list}", place.pair);
    Redirect::to(&format!("{to}?{asked}")).into_response()
}

/// What a steward sends to take something back.
#[derive(Deserialize)]
pub(crate) struct TakenBack {
    form_token: String,
    #[serde(default)]
    generation: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    list: List,
    /// The entry of what is taken back.
    #[serde(default)]
    entry: Option<u64>,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

impl TakenBack {
    /// Gives what was filled in. Where that is shown again, it is with what was said last by then.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("generation", self.generation.clone()), ("reason", self.reason.clone())];
        if self.list == List::Sample {
            fields.push(("list", "sample".to_owned()));
        }
        fields
    }
}

/// Takes back what the steward said of a pair, and shows it again.
pub(crate) async fn take_back(view: View, Path(number): Path<String>, Sent(form): Sent<TakenBack>) -> Response {
    taken_back_or_refused(&view, place(&number, None), form).await
}

/// Does so of a link.
pub(crate) async fn take_back_link(
    view: View,
    Path((number, link)): Path<(String, String)>,
    Sent(form): Sent<TakenBack>,
) -> Response {
    taken_back_or_refused(&view, place(&number, Some(&link)), form).await
}

async fn taken_back_or_refused(
    view: &View,
    place: Result<PairPlace, Problem>,
    form: Result<TakenBack, Problem>,
) -> Response {
    let typed = match (&place, &form) {
        (Ok(place), Ok(form)) => view.typed(&form.form_token, &back_path_of(*place), &form.fields()),
        _ => None,
    };
    let answer = match (place, form) {
        (Ok(place), Ok(form)) => taken_back(view, place, form).await,
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    view.answer_typed(Some("judgement"), typed, answer)
}

async fn taken_back(view: &View, place: PairPlace, form: TakenBack) -> Result<Response, Problem> {
    let who = view.acting_by(&form.form_token)?;
    if form.again {
        return pair_page(view, place, &After::default(), Some(Filled::TakenBack(&form))).await;
    }
    check_reason(&form.reason)?;
    let list = form.list;
    let form = TakeBackForm { generation: form.generation, reason: form.reason, entry: form.entry };
    let judged = service::take_back(&view.app, who, place, &form).await?;
    // There may be no page of what was said any more, once that is taken back.
    let to = Some(place).filter(|place| place.link.is_some() || !place.is_proposal());
    Ok(onward(to, place, list, &judged))
}
