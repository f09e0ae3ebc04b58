//! The republic as a reader of its files finds it.

#[cfg(test)]
mod files;
#[cfg(test)]
mod reader;
