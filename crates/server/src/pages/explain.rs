//! Why any two records that a steward names are, or are not, of one person. Their ids travel in the bodies of forms only:
//! whoever knows a row's key can work its id out, and addresses end up in histories and logs of access.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use model::agency::RoleKind;
use model::{Project, RecordId};
use serde::Deserialize;

use super::allows::Allows;
use super::effect::effects;
use super::frame::Frame;
use super::person::Waterfall;
use super::reason::{is_enough, least, too_little};
use super::review::{
    Compared, Contested, Row, Said, caption, check_reason, contested, kept_back, missing, needs_justification, of_pair,
    outcome, review_allows, review_purpose, rows, said,
};
use super::search::FormError;
use super::values::KeptColumns;
use super::view::{AGAIN, Sent, View};
use super::words::Words;
use crate::app::Who;
use crate::problem::Problem;
use crate::service::{
    self, ContestedView, ExplainForm, ExplainedView, JudgedView, NamedJudgementForm, NamedTakeBackForm, named_record,
};

/// Where the form is, and where it is sent to.
pub(super) const EXPLAIN: &str = "/review/explain";

/// Where what is judged of two named records is sent to, and where it is taken back.
pub(super) const JUDGE: &str = "/review/explain/judgement";
pub(super) const TAKE_BACK: &str = "/review/explain/take-back";

#[derive(Template)]
#[template(path = "explain.html")]
struct FormPage {
    frame: Frame,
    t: Words,
    /// What the purpose of reviews allows.
    allows: Option<Allows>,
    asked: ExplainAsked,
    wrong: Wrong,
    /// What is wrong with the reason, where it is.
    reason_wrong: String,
    /// The same of all fields, each with its place.
    errors: Vec<FormError>,
    /// How much a reason has to say at least; none where any will do.
    least: Option<String>,
}

#[derive(Template)]
#[template(path = "explained.html")]
struct ExplainedPage {
    frame: Frame,
    t: Words,
    log_index: String,
    /// What became of the two, and on what that rests.
    outcome: String,
    /// Of how many records their persons are.
    persons: String,
    left: String,
    right: String,
    rows: Vec<Row>,
    /// Columns of either record of which less than the values is given.
    reduced: Option<KeptColumns>,
    withheld: Option<KeptColumns>,
    caption: String,
    waterfall: Waterfall,
    /// Where its forms lead below.
    path: &'static str,
    generation: String,
    /// The entry of the look, as the form names it.
    seen: u64,
    /// The fields by which forms name the two records, and why they are looked at.
    named: Vec<(&'static str, String)>,
    /// No list is gone through here.
    in_sample: bool,
    said: Option<Said>,
    contested: Option<Contested>,
    /// Where they contest the other record as well.
    contested_too: Option<Contested>,
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

/// What a steward sends to judge two records that were explained to them.
#[derive(Deserialize)]
pub(crate) struct Judged {
    form_token: String,
    #[serde(default)]
    left: String,
    #[serde(default)]
    right: String,
    /// Why the two were looked at.
    #[serde(default)]
    asked: String,
    #[serde(default)]
    generation: String,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    reason: String,
    /// The entry of the look that explained them.
    #[serde(default)]
    seen: Option<u64>,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

/// What a steward sends to take back what they said of such records.
#[derive(Deserialize)]
pub(crate) struct TakenBack {
    form_token: String,
    #[serde(default)]
    left: String,
    #[serde(default)]
    right: String,
    /// Why the two were looked at.
    #[serde(default)]
    asked: String,
    #[serde(default)]
    generation: String,
    #[serde(default)]
    reason: String,
    /// The entry of what is taken back.
    #[serde(default)]
    entry: Option<u64>,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

/// A form of an explanation that is shown again, as it was filled in.
#[derive(Clone, Copy)]
enum Filled<'a> {
    Judged(&'a Judged),
    TakenBack(&'a TakenBack),
}

impl Filled<'_> {
    /// Gives what was filled in, and where it is sent to. Where that is shown again, it is in another look.
    fn sent(self) -> (Vec<(&'static str, String)>, &'static str) {
        match self {
            Self::Judged(form) => {
                let Judged { left, right, asked, generation, verdict, reason, .. } = form;
                let mut fields = fields_of([left, right, asked, generation, reason]);
                fields.push(("verdict", verdict.clone()));
                (fields, JUDGE)
            }
            Self::TakenBack(form) => {
                let TakenBack { left, right, asked, generation, reason, .. } = form;
                (fields_of([left, right, asked, generation, reason]), TAKE_BACK)
            }
        }
    }

    /// Gives which records it is about, as they were named.
    fn asked(self) -> ExplainAsked {
        let (left, right, reason) = match self {
            Self::Judged(Judged { left, right, asked, .. }) | Self::TakenBack(TakenBack { left, right, asked, .. }) => {
                (left.clone(), right.clone(), asked.clone())
            }
        };
        ExplainAsked { left, right, reason, ..ExplainAsked::default() }
    }

    fn generation(&self) -> &str {
        match self {
            Self::Judged(form) => &form.generation,
            Self::TakenBack(form) => &form.generation,
        }
    }
}

fn fields_of(values: [&String; 5]) -> Vec<(&'static str, String)> {
    let names = ["left", "right", "asked", "generation", "reason"];
    names.into_iter().zip(values).map(|(name, value)| (name, value.clone())).collect()
}

/// What a form of the page sends.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct ExplainAsked {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    left: String,
    #[serde(default)]
    right: String,
    #[serde(default)]
    reason: String,
    /// Whether the form is only shown again.
    #[serde(default)]
    again: bool,
}

/// What of a form can't be used.
#[derive(Default)]
struct Wrong {
    /// Whether the one text is no record's id.
    left: bool,
    right: bool,
    /// Whether both are the same record's.
    same: bool,
    reason: bool,
}

impl Wrong {
    fn is_nothing(&self) -> bool {
        !(self.left || self.right || self.same || self.reason)
    }

    /// Gives what is to be mended, each with its field; `reason` is what is said of that one.
    fn errors(&self, t: Words, reason: &str) -> Vec<FormError> {
        let told = [
            (self.left, "#left", t.s("explain-left-unread")),
            (self.right, "#right", t.s("explain-right-unread")),
            (self.same, "#right", t.s("explain-same")),
            (self.reason, "#reason", reason.to_owned()),
        ];
        let wrong = told.into_iter().filter(|(is_wrong, ..)| *is_wrong);
        wrong.map(|(_, href, text)| FormError { href: href.to_owned(), text }).collect()
    }
}

impl ExplainAsked {
    /// Gives what was typed.
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("left", self.left.clone()), ("right", self.right.clone()), ("reason", self.reason.clone())]
    }

    /// Gives the records, in the order in which they were named.
    fn records(&self, project: &Project) -> [Option<RecordId>; 2] {
        [&self.left, &self.right].map(|text| named_record(project, text))
    }

    /// Gives what can't be used, where the purpose `needs` a justification or does not.
    fn wrong(&self, project: &Project, needs: bool) -> Wrong {
        self.wrong_of(self.records(project), needs)
    }

    fn wrong_of(&self, [left, right]: [Option<RecordId>; 2], needs: bool) -> Wrong {
        Wrong {
            left: left.is_none(),
            right: right.is_none(),
            same: left.is_some() && left == right,
            reason: !is_enough(&self.reason, needs),
        }
    }
}

/// Shows the form.
pub(crate) async fn form(view: View) -> Response {
    view.answer(form_page(&view, ExplainAsked::default(), false))
}

fn form_page(view: &View, asked: ExplainAsked, was_sent: bool) -> Result<Response, Problem> {
    view.acting()?.must_be(RoleKind::Steward)?;
    let purpose = review_purpose(view)?;
    let mut frame = view.frame()?;
    if was_sent {
        frame.repeat = asked.fields();
        frame.repeat.push((AGAIN, true.to_string()));
    }
    let needs = needs_justification(view);
    let wrong = if was_sent { asked.wrong(view.app.project(), needs) } else { Wrong::default() };
    let status = if wrong.is_nothing() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let (t, allows) = (view.t, review_allows(view, purpose.as_ref())?);
    let reason_wrong = too_little(t, t.s("explain-reason-missing"), &asked.reason);
    let errors = wrong.errors(t, &reason_wrong);
    let page = FormPage { frame, t, allows, asked, wrong, reason_wrong, errors, least: needs.then(|| least(t)) };
    view.page_as(status, &page)
}

/// Shows why two records are, or are not, of one person.
pub(crate) async fn explained(view: View, Sent(form): Sent<ExplainAsked>) -> Response {
    let typed = form.as_ref().ok().and_then(|form| view.typed(&form.form_token, EXPLAIN, &form.fields()));
    let answer = match form {
        Ok(form) => explain(&view, form).await,
        Err(problem) => Err(problem),
    };
    view.answer_typed(Some("explain"), typed, answer)
}

async fn explain(view: &View, asked: ExplainAsked) -> Result<Response, Problem> {
    let who = view.acting_by(&asked.form_token)?;
    if asked.again || !asked.wrong(view.app.project(), needs_justification(view)).is_nothing() {
        return form_page(view, asked, true);
    }
    explained_to(view, who, &asked, None).await
}

/// Explains the two records that were named, with a form that is filled in as it was sent, where it is shown again.
async fn explained_to(
    view: &View,
    who: &Who,
    asked: &ExplainAsked,
    filled: Option<Filled<'_>>,
) -> Result<Response, Problem> {
    check_reason(&asked.reason)?;
    let form = ExplainForm {
        work: service::review_work(&view.app, asked.reason.clone())?,
        left: asked.left.trim().to_owned(),
        right: asked.right.trim().to_owned(),
    };
    // Others than stewards are refused by the gate, on the record, as over the API.
    let found = service::explain(&view.app, who, &form).await?;
    // The one that was named first stands first.
    let [left, right] = asked.records(view.app.project());
    explained_page(view, asked, (&found, left > right), filled)
}

/// Shows a form of an explanation again, which is another look.
async fn shown_again(view: &View, who: &Who, filled: Filled<'_>) -> Result<Response, Problem> {
    // What was filled in was meant for what the index told then, which may be another by now.
    if filled.generation() != view.app.index().generation() {
        let changed = Problem::new("changed-meanwhile", "the pairs were numbered anew since this one was shown");
        return Err(changed.in_words("problem-is-numbered-anew"));
    }
    let asked = filled.asked();
    if !asked.wrong(view.app.project(), needs_justification(view)).is_nothing() {
        return form_page(view, asked, true);
    }
    explained_to(view, who, &asked, Some(filled)).await
}

/// Writes what a steward judged of two records that were explained, and goes on to the queue.
pub(crate) async fn judge(view: View, Sent(form): Sent<Judged>) -> Response {
    let fields = form.as_ref().ok().map(|form| (&form.form_token, Filled::Judged(form).sent().0));
    let typed = fields.and_then(|(token, fields)| view.typed(token, JUDGE, &fields));
    let answer = match form {
        Ok(form) => judged(&view, form).await,
        Err(problem) => Err(problem),
    };
    view.answer_typed(Some("judgement"), typed, answer)
}

async fn judged(view: &View, form: Judged) -> Result<Response, Problem> {
    let who = view.acting_by(&form.form_token)?;
    if form.again || form.verdict.is_empty() || !is_enough(&form.reason, needs_justification(view)) {
        return shown_again(view, who, Filled::Judged(&form)).await;
    }
    check_reason(&form.reason)?;
    let Judged { left, right, generation, verdict, reason, seen, .. } = form;
    let (left, right) = (left.trim().to_owned(), right.trim().to_owned());
    let judgement = NamedJudgementForm { left, right, generation, verdict, reason, seen };
    Ok(onward(&service::judge_named(&view.app, who, &judgement).await?))
}

/// Takes back what the steward said of two records that were explained, and goes on to the queue.
pub(crate) async fn take_back(view: View, Sent(form): Sent<TakenBack>) -> Response {
    let fields = form.as_ref().ok().map(|form| (&form.form_token, Filled::TakenBack(form).sent().0));
    let typed = fields.and_then(|(token, fields)| view.typed(token, TAKE_BACK, &fields));
    let answer = match form {
        Ok(form) => taken_back(&view, form).await,
        Err(problem) => Err(problem),
    };
    view.answer_typed(Some("judgement"), typed, answer)
}

async fn taken_back(view: &View, form: TakenBack) -> Result<Response, Problem> {
    let who = view.acting_by(&form.form_token)?;
    if form.again {
        return shown_again(view, who, Filled::TakenBack(&form)).await;
    }
    check_reason(&form.reason)?;
    let TakenBack { left, right, generation, reason, entry, .. } = form;
    let (left, right) = (left.trim().to_owned(), right.trim().to_owned());
    let form = NamedTakeBackForm { left, right, generation, reason, entry };
    Ok(onward(&service::take_back_named(&view.app, who, &form).await?))
}

/// Leads to the queue, which says what was written. Which records it is of is in no address.
fn onward(judged: &JudgedView) -> Response {
    let JudgedView { log_index, standing } = judged;
    Redirect::to(&format!("/review?decided={log_index}&standing={standing}")).into_response()
}

fn explained_page(
    view: &View,
    asked: &ExplainAsked,
    (found, is_turned): (&ExplainedView, bool),
    filled: Option<Filled<'_>>,
) -> Result<Response, Problem> {
    let t = view.t;
    let (form, back) = match filled {
        Some(Filled::Judged(form)) => (Some(form), None),
        Some(Filled::TakenBack(form)) => (None, Some(form)),
        None => (None, None),
    };
    let mut said = found.said.as_ref().map(|known| said(t, known));
    if let Some(back) = back {
        // Without its form what was written would not be seen.
        let own = said.as_mut().filter(|said| said.own).ok_or_else(|| {
            Problem::new("not-found", "nothing that you said last of these two records is in force")
                .in_words("problem-is-nothing-in-force")
        })?;
        own.reason.clone_from(&back.reason);
    }
    let needs = needs_justification(view);
    let verdict_missing = form.is_some_and(|form| form.verdict.is_empty());
    let short = form.map(|form| form.reason.as_str()).filter(|reason| !is_enough(reason, needs));
    let reason_wrong = short.map(|reason| too_little(t, t.s("judge-reason-missing"), reason));
    let errors = missing(t, verdict_missing, reason_wrong.clone());
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let (mut both, mut records) = (Compared::from(found), [found.effect.left_records, found.effect.right_records]);
    if is_turned {
        (both.left, both.right) = (both.right, both.left);
        records.reverse();
    }
    let [of_left, of_right] = records.map(|count| t.count("effect-records", &count));
    let persons = match found.effect.is_one_person {
        true => t.with("explain-one", "records", of_left),
        false => t.with_all("explain-two", &[("left", of_left), ("right", of_right)]),
    };
    let mut frame = view.frame()?;
    // In the other language they are shown once more, which is a look once more, with its own entry.
    frame.back = EXPLAIN.to_owned();
    (frame.repeat, frame.repeat_at) = (asked.fields(), EXPLAIN.to_owned());
    if let Some(filled) = filled {
        let (fields, at) = filled.sent();
        (frame.repeat, frame.repeat_at) = (fields, at.to_owned());
        frame.repeat.push((AGAIN, true.to_string()));
    }
    let named = [("left", &asked.left), ("right", &asked.right), ("asked", &asked.reason)];
    let contested = |by: &ContestedView| contested(view, (&found.left, &found.right), by);
    let (reduced, withheld) = kept_back(view, &both)?;
    let page = ExplainedPage {
        frame,
        t,
        log_index: t.number(&found.log_index),
        outcome: outcome(t, &both),
        persons,
        left: view.register_title(&both.left.register),
        right: view.register_title(&both.right.register),
        rows: rows(view, &both),
        reduced,
        withheld,
        caption: caption(t, &both),
        waterfall: of_pair(t, &both),
        path: EXPLAIN,
        generation: found.generation.clone(),
        seen: found.log_index,
        named: named.into_iter().map(|(name, value)| (name, value.clone())).collect(),
        in_sample: false,
        said,
        contested: found.contested.as_ref().map(contested),
        contested_too: found.contested_too.as_ref().map(contested),
        effects: effects(t, &found.into()),
        verdict: form.map(|form| form.verdict.clone()).unwrap_or_default(),
        reason: form.map(|form| form.reason.clone()).unwrap_or_default(),
        verdict_missing,
        reason_wrong,
        reason_least: needs.then(|| least(t)),
        errors,
    };
    view.page_as(status, &page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::review::outcome as outcome_in_words;
    use crate::pages::words::Language;
    use crate::service::{OutcomeView, ReviewRow, Values};

    #[test]
    fn where_nothing_was_kept_the_page_says_by_what_it_is_sure() {
        let row = ReviewRow {
            register: "loans".to_owned(),
            columns: service::Said::default(),
            values: Values::none(),
            withheld: service::Said::default(),
        };
        let told = |language, ground: &str, by_given| {
            let outcome = OutcomeView {
                outcome: "apart".to_owned(),
                ground: ground.to_owned(),
                verdict: None,
                by_given,
                merge: None,
                sentence: String::new(),
            };
            let both = Compared {
                left: &row,
                right: &row,
                weight: -2.0,
                probability: 0.2,
                fields: &[],
                outcome: &outcome,
                reasons: &[],
            };
            let t = Words::new(language);
            [caption(t, &both), outcome_in_words(t, &both)]
        };
        for (language, given, judged) in [
            (Language::English, "what you may see", "a steward judged that they are of different persons"),
            (Language::French, "pouvez voir des deux", "un responsable a jugé qu’ils sont de personnes différentes"),
        ] {
            let contains = |ground, by_given| told(language, ground, by_given).map(|text| text.contains(given));
            assert_eq!(contains("score", true), [true, true], "{:?}", told(language, "score", true));
            assert_eq!(contains("untold", true), [true, true], "{:?}", told(language, "untold", true));
            assert_eq!(contains("judged", true), [true, false], "{:?}", told(language, "judged", true));
            assert!(told(language, "judged", true)[1].contains(judged), "{:?}", told(language, "judged", true));
            assert_eq!(contains("score", false), [false, false], "{:?}", told(language, "score", false));
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_field_by_field() {
        let id = |register: &str, digit: &str| format!("{register}:{}", digit.repeat(32));
        let wrong = |left: &str, right: &str, reason: &str| {
            let asked = ExplainAsked {
                left: left.to_owned(),
                right: right.to_owned(),
                reason: reason.to_owned(),
                ..ExplainAsked::default()
            };
            let Wrong { left, right, same, reason } =
                asked.wrong_of([&asked.left, &asked.right].map(|text| text.trim().parse().ok()), false);
            [left, right, same, reason]
        };
        let (one, other) = (id("loans", "0"), id("tax", "f"));
        assert_eq!(wrong(&format!(" {one} "), &other, "x"), [false; 4]);
        assert_eq!(wrong(&one, &format!("{one}\t"), " "), [false, false, true, true]);
        assert_eq!(wrong("", "tax", "x"), [true, true, false, false], "nothing is not the same as nothing");
        for text in ["loans", "loans:", ":0123", &"0".repeat(32), &id("No Register", "0"), &format!("{one}0")] {
            assert_eq!(wrong(text, &other, "x"), [true, false, false, false], "{text}");
        }
        let told = |wrong: Wrong| -> Vec<String> {
            wrong.errors(Words::new(Language::English), "say more").into_iter().map(|error| error.href).collect()
        };
        assert_eq!(told(Wrong { left: true, right: true, same: false, reason: true }), ["#left", "#right", "#reason"]);
        assert_eq!(told(Wrong { same: true, ..Wrong::default() }), ["#right"]);
        assert!(told(Wrong::default()).is_empty());
        let short = ExplainAsked { reason: "x".to_owned(), ..ExplainAsked::default() };
        assert!(
            !short.wrong_of([None, None], false).reason && short.wrong_of([None, None], true).reason,
            "as much as the purpose needs"
        );
    }
}
