//! In: files and what was found in them. Out: views, for people and for machines, as text.
//! Knows nothing of the language, of disks or of terminals.

mod excerpt;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod mutants;
mod place;
mod sarif;
mod short;
mod trials;
mod visible;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Level};
use crate::source::Sources;

pub use human::fix_text;
pub use mutants::{Survey, score, survey_json, survived};
pub use trials::{Tested, TrialFormat, trials};
pub use visible::{short_lines, visible_line, visible_text};

/// One file that was checked, the files that it drew in, and what was found in them all.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    /// The name of the file as it is shown.
    pub path: &'a str,
    /// Every file that took part.
    pub sources: &'a Sources,
    /// The findings.
    pub findings: &'a [Diagnostic],
}

/// A file that could not be checked at all, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The name of the file as it is shown.
    pub path: String,
    /// One lower-case sentence without a full stop.
    pub message: String,
}

/// One finding with the files that its spans point into.
#[derive(Clone, Copy, Debug)]
struct Finding<'a> {
    sources: &'a Sources,
    diagnostic: &'a Diagnostic,
}

impl<'a> Finding<'a> {
    fn path(self) -> &'a str {
        self.sources.get(self.diagnostic.primary.span.source).path()
    }
}

/// How a view for people looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// ANSI colours.
    pub color: bool,
    /// No character outside of ASCII in frames and marks.
    pub ascii: bool,
    /// Findings only, without the line that counts them.
    pub quiet: bool,
}

/// The views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: excerpts of the source with labels.
    Human(Look),
    /// One line for each finding.
    Short,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML.
    Junit,
}

/// How many findings there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings of level error.
    pub errors: usize,
    /// Findings of level warning.
    pub warnings: usize,
    /// Findings of level note.
    pub notes: usize,
}

impl Counts {
    fn add(&mut self, level: Level) {
        match level {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
            Level::Note => self.notes += 1,
        }
    }

    /// Every finding of this level or a worse one.
    pub fn at_least(self, level: Level) -> usize {
        match level {
            Level::Error => self.errors,
            Level::Warning => self.errors + self.warnings,
            Level::Note => self.errors + self.warnings + self.notes,
        }
    }
}

/// What a run found, in the order of path and place. A finding that several files lead to (it lies
/// in a file that they all import) counts once.
#[derive(Debug)]
pub struct Report<'a> {
    files: Vec<&'a str>,
    findings: Vec<Finding<'a>>,
    failures: &'a [Failure],
    fails: Level,
}

impl<'a> Report<'a> {
    /// Gathers the findings of all files. `fails` is the least level that makes a run fail.
    pub fn new(
        checked: impl IntoIterator<Item = Checked<'a>>,
        failures: &'a [Failure],
        fails: Level,
    ) -> Self {
        let mut files = Vec::new();
        let mut findings = Vec::new();
        for one in checked {
            files.push(one.path);
            findings.extend(one.findings.iter().map(|diagnostic| Finding {
                sources: one.sources,
                diagnostic,
            }));
        }
        files.sort_unstable();
        files.dedup();
        findings.sort_by(|a, b| key(a).cmp(&key(b)));
        findings.dedup_by(|a, b| key(a) == key(b));
        Report {
            files,
            findings,
            failures,
            fails,
        }
    }

    /// How many findings there are of each level.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in &self.findings {
            counts.add(finding.diagnostic.level);
        }
        counts
    }

    /// Whether a finding is bad enough for the run to fail.
    pub fn failed(&self) -> bool {
        self.counts().at_least(self.fails) > 0
    }

    /// The report as text, with a line break at its end unless it is empty.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Human(look) => human::render(self, look),
            Format::Short => short::render(self),
            Format::Json => json::render(self),
            Format::Sarif => sarif::render(self),
            Format::Github => github::render(self),
            Format::Gitlab => gitlab::render(self),
            Format::Junit => junit::render(self),
        }
    }

    /// One line that counts: `2 errors, 1 warning in 2 of 3 files`.
    pub fn summary(&self) -> String {
        let counts = self.counts();
        let parts: Vec<String> = [
            (counts.errors, "error"),
            (counts.warnings, "warning"),
            (counts.notes, "note"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
        let all = self.files.len();
        let with = self.by_file().len();
        let mut line = if parts.is_empty() {
            format!("no findings in {}", counted(all, "file"))
        } else if with >= all {
            format!("{} in {}", parts.join(", "), counted(with, "file"))
        } else {
            format!("{} in {with} of {}", parts.join(", "), counted(all, "file"))
        };
        if !self.failures.is_empty() {
            line.push_str(&format!(
                "; {} could not be checked",
                counted(self.failures.len(), "file")
            ));
        }
        line
    }

    /// The findings of each file that has any, in the order of the paths.
    fn by_file(&self) -> BTreeMap<&'a str, Vec<Finding<'a>>> {
        let mut files: BTreeMap<&str, Vec<Finding<'_>>> = BTreeMap::new();
        for finding in &self.findings {
            files.entry(finding.path()).or_default().push(*finding);
        }
        files
    }
}

fn key<'a>(finding: &Finding<'a>) -> (&'a str, u32, u32, &'static str, &'a str) {
    let diagnostic = finding.diagnostic;
    let span = diagnostic.primary.span;
    (
        finding.path(),
        span.start,
        span.end,
        diagnostic.rule.code,
        &diagnostic.message,
    )
}

/// `1 file`, `2 files`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
