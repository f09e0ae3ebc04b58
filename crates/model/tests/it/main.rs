//! Whole projects: good ones load, broken ones say what is wrong and where.

mod cases;
mod design;
mod docs;
mod files;
mod folders;
mod mutations;
