//! Errors in the files that people write, pointed at like a compiler would.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The project can't be used.
    Error,
    /// It can, but someone should look.
    Warning,
}

/// A file's path and text, shared by the diagnostics that point into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path, relative to the project.
    pub path: PathBuf,
    /// The text.
    pub text: String,
}

impl SourceFile {
    /// Gives the line and column of a byte offset, both counted from 1; columns count characters.
    #[must_use]
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line_begins = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_begins..].chars().count() + 1)
    }
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for it, such as `register/unknown-class`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The file.
    pub file: Arc<SourceFile>,
    /// Where in the file, in bytes; none when it concerns the whole file.
    pub span: Option<Range<usize>>,
}

impl Diagnostic {
    /// Gives an error.
    #[must_use]
    pub fn error(
        file: &Arc<SourceFile>,
        span: Option<Range<usize>>,
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            help: help.into(),
            file: Arc::clone(file),
            span,
        }
    }

    /// Gives the same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Gives the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file.path
    }
}

/// Writes `file:line:column: error[code]: message` and, on a second line, the help.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.path.display())?;
        if let Some(span) = &self.span {
            let (line, column) = self.file.line_and_column(span.start);
            write!(f, ":{line}:{column}")?;
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, ": {severity}[{}]: {}", self.code, self.message)?;
        if !self.help.is_empty() {
            write!(f, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

/// All that was found in one go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// Tells whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Sorts by file, place and code, so that output is stable.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| {
            let place = |d: &Diagnostic| d.span.as_ref().map_or(0, |span| span.start);
            (a.path(), place(a), a.code).cmp(&(b.path(), place(b), b.code))
        });
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_count_characters() {
        let file = SourceFile { path: "a.toml".into(), text: "é = 1\nb = 2\n".into() };
        assert_eq!(file.line_and_column(0), (1, 1));
        assert_eq!(file.line_and_column(3), (1, 3));
        assert_eq!(file.line_and_column(1), (1, 1), "an offset within a character is that character's");
        assert_eq!(file.line_and_column(7), (2, 1));
        assert_eq!(file.line_and_column(999), (3, 1));
    }
}
