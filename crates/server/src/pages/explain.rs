//! Why any two records that a steward names are, or are not, of one person. Their ids travel in the bodies of forms only:
//! whoever knows a row's key can work its id out, and addresses end up in histories and logs of access.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use model::RecordId;
use model::agency::RoleKind;
use serde::Deserialize;

use super::allows::Allows;
use super::frame::Frame;
use super::person::Waterfall;
use super::reason::{is_enough, least, too_little};
use super::review::{
    Compared, Row, caption, check_reason, kept_back, needs_justification, of_pair, outcome, review_allows,
    review_purpose, rows,
};
use super::search::FormError;
use super::values::KeptColumns;
use super::view::{AGAIN, Sent, View};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, ExplainForm, ExplainedView};

/// Where the form is, and where it is sent to.
pub(super) const EXPLAIN: &str = "/review/explain";

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
    fn records(&self) -> [Option<RecordId>; 2] {
        [&self.left, &self.right].map(|text| text.trim().parse().ok())
    }

    /// Gives what can't be used, where the purpose `needs` a justification or does not.
    fn wrong(&self, needs: bool) -> Wrong {
        let [left, right] = self.records();
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
    let wrong = if was_sent { asked.wrong(needs) } else { Wrong::default() };
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
    if asked.again || !asked.wrong(needs_justification(view)).is_nothing() {
        return form_page(view, asked, true);
    }
    check_reason(&asked.reason)?;
    let form = ExplainForm {
        work: service::review_work(&view.app, asked.reason.clone())?,
        left: asked.left.trim().to_owned(),
        right: asked.right.trim().to_owned(),
    };
    // Others than stewards are refused by the gate, on the record, as over the API.
    let found = service::explain(&view.app, who, &form).await?;
    // The one that was named first stands first.
    let [left, right] = asked.records();
    explained_page(view, &asked, &found, left > right)
}

fn explained_page(
    view: &View,
    asked: &ExplainAsked,
    found: &ExplainedView,
    is_turned: bool,
) -> Result<Response, Problem> {
    let t = view.t;
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
    frame.repeat = asked.fields();
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
    };
    view.page(&page)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pages::review::outcome as outcome_in_words;
    use crate::pages::words::Language;
    use crate::service::{OutcomeView, ReviewRow, Values};

    #[test]
    fn where_nothing_was_kept_the_page_says_by_what_it_is_sure() {
        let row = ReviewRow {
            register: "loans".to_owned(),
            columns: Arc::from([]),
            values: Values::none(),
            withheld: Vec::new(),
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
            let Wrong { left, right, same, reason } = asked.wrong(false);
            [left, right, same, reason]
        };
        let (one, other) = (id("loans", "0"), id("tax", "f"));
        assert_eq!(wrong(&format!(" {one} "), &other, "x"), [false; 4]);
        assert_eq!(wrong(&one, &format!("{one}\t"), " "), [false, false, true, true]);
        assert_eq!(wrong("", &id("tax", "g"), "x"), [true, true, false, false], "nothing is not the same as nothing");
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
        assert!(!short.wrong(false).reason && short.wrong(true).reason, "as much as the purpose needs");
    }
}
