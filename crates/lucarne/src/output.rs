//! What is written where: results on standard output, progress and errors on standard error.
//!
//! Whoever reads may be gone before all is written, as in `lucarne log show | head`. That is no failure: what is left to say
//! is dropped, a list ends, and work that has effects goes on to its end.

use std::fmt::Arguments;
use std::io::{self, IsTerminal, Write as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::exit::Failure;
use crate::hint;

/// Why standard output takes nothing more, once it does not.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Gives why results were lost, such as a full disk. That nobody reads any more is no loss.
pub(crate) fn lost() -> Option<&'static io::Error> {
    LOST.get().filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
}

/// Whose the last word is: one of the three below.
static LAST_WORD: AtomicU8 = AtomicU8::new(OPEN);

/// Nobody has said it.
const OPEN: u8 = 0;

/// The work has written the one JSON object, or is writing it.
const OF_WORK: u8 = 1;

/// Whoever interrupted the work has it: what the work still says is dropped.
const TAKEN: u8 = 2;

/// Takes the last word from the work, which writes nothing any more then, and tells whether that could be: the work may have
/// it already.
pub(crate) fn take_from_work() -> bool {
    take(&LAST_WORD, TAKEN)
}

/// Takes a last word for somebody, and tells whether it is theirs.
fn take(word: &AtomicU8, whose: u8) -> bool {
    let taken = word.compare_exchange(OPEN, whose, Ordering::SeqCst, Ordering::SeqCst);
    taken.is_ok() || taken == Err(whose)
}

/// Writes to standard output and tells whether it takes more.
fn write(text: Arguments<'_>) -> bool {
    if LOST.get().is_some() {
        return false;
    }
    let mut out = io::stdout().lock();
    match out.write_fmt(text).and_then(|()| out.flush()) {
        Ok(()) => true,
        Err(error) => {
            // Another thread may have found the same.
            let _ = LOST.set(error);
            false
        }
    }
}

/// How the command writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    progress: bool,
    /// Whether it is for what is said after the work was interrupted.
    is_last: bool,
}

impl Output {
    /// Gives the way of writing that was asked for; progress is drawn on a terminal only.
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, progress: !quiet && io::stderr().is_terminal(), is_last: false }
    }

    /// Gives the way of writing of whoever interrupted the work: with the one JSON object, unless the work has written it. What
    /// the work still says is dropped from here on.
    pub(crate) fn last(self) -> Self {
        let is_taken = take_from_work();
        Self { json: self.json && is_taken, is_last: true, ..self }
    }

    /// Tells whether what is said is dropped, since the last word was taken from the work.
    fn is_dropped(self) -> bool {
        !self.is_last && LAST_WORD.load(Ordering::SeqCst) == TAKEN
    }

    /// Tells whether one JSON object is wanted.
    pub(crate) fn json(self) -> bool {
        self.json
    }

    /// Tells whether somebody watches: on a terminal there is room for what would only fill a log.
    pub(crate) fn watched(self) -> bool {
        self.progress
    }

    /// Writes a line for people; nothing when JSON is wanted.
    pub(crate) fn say(self, line: impl AsRef<str>) {
        self.line(hint::completed(line.as_ref()));
    }

    /// Writes a line of advice that belongs to results, unless quiet is wanted.
    pub(crate) fn advise(self, line: impl AsRef<str>) {
        if !self.quiet {
            self.say(line);
        }
    }

    /// Writes a line of a list for people, nothing when JSON is wanted, and tells whether anybody reads on: a list need not
    /// be gone through to its end for nobody.
    pub(crate) fn line(self, line: impl AsRef<str>) -> bool {
        self.json || (!self.is_dropped() && write(format_args!("{}\n", line.as_ref())))
    }

    /// Writes a line to standard error, so that it doesn't mix with results.
    pub(crate) fn note(self, line: impl AsRef<str>) {
        self.quote(hint::completed(line.as_ref()));
    }

    /// Writes text to standard error as it is: what stands in files is not ours to complete.
    pub(crate) fn quote(self, line: impl AsRef<str>) {
        if self.is_dropped() {
            return;
        }
        // Nowhere is left to say that it can't be said.
        let _ = writeln!(io::stderr().lock(), "{}", line.as_ref());
    }

    /// Writes advice to standard error, unless quiet is wanted.
    pub(crate) fn aside(self, line: impl AsRef<str>) {
        if !self.quiet {
            self.note(line);
        }
    }

    /// Writes text as it is to standard output, in both ways of writing.
    pub(crate) fn raw(self, text: &str) {
        if !self.is_dropped() {
            write(format_args!("{text}"));
        }
    }

    /// Writes the one JSON object when JSON is wanted.
    ///
    /// # Errors
    /// When the value can't be written as JSON.
    pub(crate) fn object(self, value: &impl Serialize) -> Result<(), Failure> {
        if self.json {
            let text = serde_json::to_string(value)?;
            if take(&LAST_WORD, OF_WORK) {
                write(format_args!("{text}\n"));
            }
        }
        Ok(())
    }

    /// Begins a stage whose length isn't known yet.
    pub(crate) fn stage(self, name: &'static str) -> Stage {
        let bar = if self.progress { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        bar.set_style(style(false));
        bar.set_message(name);
        bar.enable_steady_tick(Duration::from_millis(120));
        Stage { bar, name, begun: Instant::now(), output: self }
    }
}

fn style(bounded: bool) -> ProgressStyle {
    let template = if bounded {
        "{spinner} {msg:18} {wide_bar} {human_pos}/{human_len} {elapsed}"
    } else {
        "{spinner} {msg:18} {human_pos} {elapsed}"
    };
    // A template that can't be parsed is a mistake of ours; plain bars are the mend, and a test reads both templates.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// A stage that is running.
pub(crate) struct Stage {
    bar: ProgressBar,
    name: &'static str,
    begun: Instant,
    output: Output,
}

impl Stage {
    /// Shows how far it is; `total` may be 0 when it isn't known.
    pub(crate) fn at(&self, done: u64, total: u64) {
        if total > 0 && self.bar.length() != Some(total) {
            self.bar.set_length(total);
            self.bar.set_style(style(true));
        }
        self.bar.set_position(done);
    }

    /// Ends it with a line for people and gives how many seconds it took.
    pub(crate) fn done(self, says: impl AsRef<str>) -> f64 {
        let seconds = self.begun.elapsed().as_secs_f64();
        self.bar.finish_and_clear();
        self.output.say(format!("{:9} {seconds:7.1} s  {}", self.name, says.as_ref()));
        seconds
    }

    /// Ends it with a line on standard error, where standard output is for answers.
    pub(crate) fn done_aside(self, says: impl AsRef<str>) {
        let seconds = self.begun.elapsed().as_secs_f64();
        self.bar.finish_and_clear();
        self.output.note(format!("{:9} {seconds:7.1} s  {}", self.name, says.as_ref()));
    }
}

/// Writes how many there are of something: `1 row`, `2,000 rows`.
pub(crate) fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Writes a number with thin groups of three digits, as people read them.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_last_word() {
        for (first, second) in [(OF_WORK, TAKEN), (TAKEN, OF_WORK)] {
            let word = AtomicU8::new(OPEN);
            assert!(take(&word, first) && !take(&word, second) && take(&word, first));
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(12_345_678), "12,345,678");
        assert_eq!([counted(0, "row"), counted(1, "row"), counted(2_000, "row")], ["0 rows", "1 row", "2,000 rows"]);
    }

    #[test]
    fn templates_can_be_read() {
        for template in [
            "{spinner} {msg:18} {wide_bar} {human_pos}/{human_len} {elapsed}",
            "{spinner} {msg:18} {human_pos} {elapsed}",
        ] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
    }
}
