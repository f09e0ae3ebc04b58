//! The pages: rendered here, whole without scripts, in English and French.

mod address;
mod advice;
mod allows;
mod assets;
mod bare;
mod catalogue;
mod chart;
mod cluster;
mod component_samples;
mod components;
mod conflicts;
mod contest;
mod dates;
mod described;
mod desk;
mod differ;
mod done;
mod effect;
mod explain;
mod frame;
mod graph;
mod household;
mod judged;
mod known_as;
mod labels;
mod layout;
mod log;
mod mailed;
mod map;
mod me;
mod meaning;
mod person;
mod plainly;
mod problem;
mod progress;
mod quality;
mod quarantine;
mod reading;
mod reason;
mod relations;
mod review;
mod rules;
mod runs;
mod search;
mod start;
mod timeline;
mod titles;
mod values;
mod view;
mod words;

#[cfg(test)]
mod word_tests;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};

use crate::app::App;
use crate::problem::Problem;
pub(crate) use bare::Answered;
pub(crate) use described::page as described;
use view::View;

pub(crate) use household::is_here;

/// Gives why nothing of a delivery was taken, in English, as the pages say it: without a column that may be a value.
pub(crate) fn why_not_taken(error: &source::SourceError) -> String {
    reading::in_words(words::Words::new(words::Language::English), error)
}

/// Gives the routes of the pages.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(start::page))
        .route("/enter", get(start::enter))
        .route("/act-as", form("/", post(start::act_as)))
        .route("/leave", form("/", post(start::leave)))
        .route("/work", form("/search", post(start::work)))
        .route("/language", form("/", post(start::language)))
        .route("/search", get(search::form).post(search::results))
        .route("/search/household", form("/search", post(household::part)))
        .route("/person/{person}", get(person::page))
        .route("/desk", get(desk::page))
        .route("/desk/officers", form("/desk", post(desk::named)))
        .route("/log", get(log::page))
        .route("/log/checkpoint", get(log::checkpoint))
        .route("/log/verify", form("/log", post(log::verify)))
        .route("/log/verify/{number}", get(log::verification))
        .route("/log/verify/{number}/events", get(log::verification_events))
        .route("/log/{index}", get(log::entry))
        .route("/me", get(me::looks))
        .route("/me/records", get(me::records))
        .route("/me/records/{record}/contest", get(contest::page).post(contest::contest))
        .route("/me/records/{record}/take-back", form("/me/records", post(contest::withdraw)))
        .route("/review", get(review::queue))
        .route(judged::JUDGED, get(judged::page))
        .route(explain::EXPLAIN, get(explain::form).post(explain::explained))
        .route(explain::JUDGE, form(explain::EXPLAIN, post(explain::judge)))
        .route(explain::TAKE_BACK, form(explain::EXPLAIN, post(explain::take_back)))
        .route("/review/{number}", get(review::pair).post(review::judge))
        .route("/review/{number}/take-back", form("/review", post(review::take_back)))
        .route("/review/{number}/links/{link}", get(review::link).post(review::judge_link))
        .route("/review/{number}/links/{link}/take-back", form("/review", post(review::take_back_link)))
        .route("/registers", get(catalogue::registers))
        .route("/registers/{register}", get(catalogue::register))
        .route("/purposes", get(catalogue::purposes))
        .route("/agreements", get(catalogue::agreements))
        .route("/quality", get(quality::page))
        .route("/runs", get(runs::page))
        .route("/runs/quarantine/{register}", get(quarantine::page))
        .route("/runs/deliveries", form("/runs", post(reading::begin)))
        .route("/runs/deliveries/{number}", get(reading::page))
        .route("/runs/deliveries/{number}/events", get(reading::events))
        .route("/components", get(components::page))
        .route("/problems/{kind}", get(problem::page).post(problem::again))
        .route("/assets/{name}", get(assets::asset))
}

/// Gives the route of a form that `page` has: whoever comes to it otherwise is led there.
fn form(page: &'static str, route: MethodRouter<App>) -> MethodRouter<App> {
    route.fallback(move || async move { Problem::of_form(page) })
}

/// Answers where there is no page: with a page, or below `/api` with a problem document.
pub(crate) async fn not_found(view: View) -> Response {
    let problem = Problem::new("not-found", "there is no such page").in_words("problem-is-no-page");
    if view.path.starts_with("/api/") {
        return problem.into_response();
    }
    view.answer(Err(problem))
}
