//! What stewards judged since the index was built, and what oneself said that waits for a second one, to go back to.

use askama::Template;
use axum::response::Response;
use model::agency::RoleKind;
use serde::Deserialize;

use super::frame::Frame;
use super::review::review_purpose;
use super::view::{Asked, View, number_of};
use super::words::Words;
use crate::problem::Problem;
use crate::service::{self, JUDGEMENTS_MAX, JudgementView, ProposalView};

/// Where the page is.
pub(super) const JUDGED: &str = "/review/judged";

#[derive(Template)]
#[template(path = "judged.html")]
struct JudgedPage {
    frame: Frame,
    t: Words,
    /// One's own proposals that wait for a second steward.
    waiting: Vec<ProposalLine>,
    lines: Vec<JudgedLine>,
    /// Which of all these are, where they are not all.
    part: Option<String>,
    newer: Option<String>,
    older: Option<String>,
    /// Whether the purpose of reviews lets stewards name records, as those of what was judged before.
    may_explain: bool,
}

/// A judgement as the page lists it: nobody is named, and not why, since to see whom it is about is a look.
struct JudgedLine {
    what: String,
    href: String,
    verdict: String,
    at: String,
    entry: String,
    own: bool,
}

/// A proposal as the queue lists it.
pub(super) struct ProposalLine {
    pub(super) href: String,
    pub(super) says: String,
}

/// Gives proposals as the queue lists them: one's own with what would come of them, others' without.
pub(super) fn proposal_lines(t: Words, proposals: &[ProposalView], own: bool) -> Vec<ProposalLine> {
    let line = |proposal: &ProposalView| ProposalLine {
        href: format!("/review/{}", proposal.number),
        says: match &proposal.kind {
            Some(kind) => {
                let values = [("what", t.of("proposal", kind)), ("when", t.moment(&proposal.at))];
                t.with_all("queue-own-pair", &values)
            }
            None => t.with("queue-for-you-pair", "when", t.moment(&proposal.at)),
        },
    };
    proposals.iter().filter(|proposal| proposal.own == own).map(line).collect()
}

#[derive(Default, Deserialize)]
pub(crate) struct JudgedAsked {
    /// How many come before those that are listed.
    from: Option<String>,
}

/// Lists what was judged.
pub(crate) async fn page(view: View, Asked(asked): Asked<JudgedAsked>) -> Response {
    let answer = match asked {
        Ok(asked) => judged_page(&view, &asked).await,
        Err(problem) => Err(problem),
    };
    view.answer(answer)
}

async fn judged_page(view: &View, asked: &JudgedAsked) -> Result<Response, Problem> {
    view.acting()?.must_be(RoleKind::Steward)?;
    let from = asked.from.as_deref().map(number_of).transpose()?.unwrap_or_default();
    let found = service::judgements(&view.app, view.acting()?, from).await?;
    let (t, purpose) = (view.t, review_purpose(view)?);
    let line = |judged: &JudgementView| JudgedLine {
        what: match judged.kind {
            "pair" => t.with("judged-pair", "number", t.number(&judged.number)),
            kind => t.of("judged-kind", kind),
        },
        href: format!("/review/{}", judged.number),
        verdict: t.of("verdict", &judged.verdict),
        at: judged.at.clone(),
        entry: t.number(&judged.log_index),
        own: judged.own,
    };
    let lines: Vec<JudgedLine> = found.judgements.iter().map(line).collect();
    let to = found.from + lines.len() as u64;
    let at = |from: u64| if from == 0 { JUDGED.to_owned() } else { format!("{JUDGED}?from={from}") };
    let numbers = [("from", t.number(&(found.from + 1))), ("to", t.number(&to)), ("all", t.number(&found.of))];
    // They come before all that was judged, so they are on the first page of it.
    let waiting = match found.from {
        0 => proposal_lines(t, &service::progress(&view.app, view.acting()?, 0).await?.proposals, true),
        _ => Vec::new(),
    };
    let page = JudgedPage {
        frame: view.frame()?,
        t,
        waiting,
        part: ((lines.len() as u64) < found.of).then(|| t.with_all("judged-part", &numbers)),
        newer: (found.from > 0).then(|| at(found.from.saturating_sub(JUDGEMENTS_MAX))),
        older: (to < found.of).then(|| at(to)),
        may_explain: purpose.is_some_and(|purpose| purpose.persons_per_officer_and_day.is_some()),
        lines,
    };
    view.page(&page)
}
