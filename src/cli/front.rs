//! From inputs to what the compiler says of them.

use deployc::compile::{self, Compilation};
use deployc::diagnostic::Diagnostic;
use deployc::report::{self, Failure};
use deployc::source::Sources;

use super::disk::Disk;
use super::files::Input;
use super::screen::Screen;
use super::trouble::Trouble;

/// What is kept of a spec that was checked.
pub struct Checked {
    /// The name of the file as it is shown.
    pub path: String,
    /// Every file that took part.
    pub sources: Sources,
    /// What was found.
    pub findings: Vec<Diagnostic>,
}

impl Checked {
    /// As the report takes it.
    pub fn for_report(&self) -> report::Checked<'_> {
        report::Checked {
            path: &self.path,
            sources: &self.sources,
            findings: &self.findings,
        }
    }
}

/// Reads and checks one spec, and keeps only what is needed to report on it.
pub fn check(input: &Input) -> Result<Checked, Failure> {
    let Compilation {
        sources,
        diagnostics,
        ..
    } = compile(input)?;
    Ok(Checked {
        path: input.name(),
        // Of a thousand files most are clean, and nobody asks for their text again.
        sources: if diagnostics.is_empty() {
            Sources::default()
        } else {
            sources
        },
        findings: diagnostics,
    })
}

/// Reads and checks one spec.
pub fn compile(input: &Input) -> Result<Compilation, Failure> {
    let path = input.name();
    match input.read() {
        Ok(text) => {
            let disk = Disk::of(&path);
            Ok(compile::check(&path, text, &disk))
        }
        Err(error) => Err(Failure {
            message: error.in_words(),
            path,
        }),
    }
}

/// Says on standard error what could not be read.
pub fn complain(screen: Screen, failures: &[Failure]) {
    for failure in failures {
        let trouble = Trouble::worked(format!("`{}` {}", failure.path, failure.message));
        screen.complain(&format!("{:?}\n", miette::Report::new(trouble)));
    }
}
