//! What is promised of figures: a benchmark prints all of them, and fails at its end when one was missed.

use anyhow::{Result, anyhow};

/// Figures that were promised and missed. All is printed first, then the benchmark fails.
#[derive(Default)]
pub(super) struct Promises {
    missed: Vec<String>,
}

impl Promises {
    /// Holds a figure to the least one that is promised, and gives what the table says of it.
    pub(super) fn least(&mut self, what: &str, found: f64, least: f64) -> String {
        // What is not a number has not kept its promise.
        self.hold(found >= least, what, found, &least.to_string())
    }

    /// Holds a figure to the most that is promised, and gives what the table says of it.
    pub(super) fn most(&mut self, what: &str, found: f64, most: f64) -> String {
        self.hold(found <= most, what, found, &format!("at most {most}"))
    }

    fn hold(&mut self, is_kept: bool, what: &str, found: f64, promised: &str) -> String {
        if is_kept {
            return promised.to_owned();
        }
        let missed = format!("{what}: {found:.4}, promised {promised}");
        // What two tables show of one figure is told once.
        if !self.missed.contains(&missed) {
            self.missed.push(missed);
        }
        format!("{promised}: **missed**")
    }

    /// Fails when a promise was missed or what was `done` did not come to its end; when both, with both.
    pub(super) fn kept(self, done: Result<()>) -> Result<()> {
        if self.missed.is_empty() {
            return done;
        }
        let missed = format!("promised and missed: {}", self.missed.join("; "));
        Err(match done {
            Ok(()) => anyhow!(missed),
            Err(error) => error.context(format!("{missed}; and not all was held")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_that_was_missed_fails_after_all_was_held() {
        let mut promises = Promises::default();
        assert_eq!(promises.least("met", 0.99, 0.99), "0.99");
        assert_eq!(promises.least("not met", 0.9899, 0.99), "0.99: **missed**");
        assert_eq!(promises.least("no figure", f64::NAN, 15.0), "15: **missed**");
        assert_eq!(promises.least("not met", 0.9899, 0.99), "0.99: **missed**", "and is told once");
        let said = promises.kept(Ok(())).unwrap_err().to_string();
        assert_eq!(said, "promised and missed: not met: 0.9899, promised 0.99; no figure: NaN, promised 15");
        assert!(Promises::default().kept(Ok(())).is_ok());
    }

    #[test]
    fn a_promise_of_the_most_is_missed_by_more() {
        let mut promises = Promises::default();
        assert_eq!(promises.most("met", 10.0, 10.0), "at most 10");
        assert_eq!(promises.most("not met", 10.5, 10.0), "at most 10: **missed**");
        assert_eq!(promises.most("no figure", f64::NAN, 1.0), "at most 1: **missed**");
        let said = promises.kept(Ok(())).unwrap_err().to_string();
        assert_eq!(
            said,
            "promised and missed: not met: 10.5000, promised at most 10; no figure: NaN, promised at most 1"
        );
    }

    #[test]
    fn an_error_after_a_missed_promise_hides_neither() {
        let mut promises = Promises::default();
        promises.least("not met", 0.5, 0.99);
        let said = format!("{:#}", promises.kept(Err(anyhow!("no table"))).unwrap_err());
        assert!(said.starts_with("promised and missed: not met: 0.5000, promised 0.99"), "{said}");
        assert!(said.ends_with(": no table"), "{said}");
        assert_eq!(Promises::default().kept(Err(anyhow!("no table"))).unwrap_err().to_string(), "no table");
    }
}
