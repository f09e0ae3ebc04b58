//! The server from the outside: requests go in, answers come out, over a small republic with rows of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail tests")]

mod apart;
mod bodies;
mod catalogue;
mod citizen;
mod citizen_told;
mod codes;
mod colleagues;
mod components;
mod contests;
mod description;
mod desk;
mod explain_page;
mod explaining;
mod french;
mod guards;
mod house;
mod households;
mod kept;
mod languages;
mod leaving;
mod log;
mod many_links;
mod matrix;
mod own_words;
mod pages;
mod plain_words;
mod purposes;
mod quality;
mod refusals;
mod resolving;
mod review;
mod runs;
mod runs_api;
mod said_since;
mod search;
mod steward;
mod taken_back;
mod tokens;
mod tour;
mod undone;
mod unkept;
mod words_of_rules;
