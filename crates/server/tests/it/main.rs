//! The server from the outside: requests go in, answers come out, over a small republic with rows of its own.

mod bodies;
mod citizen;
mod description;
mod guards;
mod house;
mod matrix;
mod pages;
mod refusals;
mod review;
mod tokens;
