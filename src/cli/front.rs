//! From an input to what the compiler says of it.

use deployc::diagnostic::Diagnostic;
use deployc::report::Failure;
use deployc::source::{Source, Sources};

use super::files::Input;

/// A spec that was read and checked.
pub struct Checked {
    /// The name of the file as it is shown.
    pub path: String,
    /// Every file that took part.
    pub sources: Sources,
    /// What was found.
    pub findings: Vec<Diagnostic>,
}

/// Reads and checks one spec.
pub fn check(input: &Input) -> Result<Checked, Failure> {
    let path = input.name();
    let text = input.read().map_err(|error| Failure {
        path: path.clone(),
        message: error.in_words(),
    })?;
    let mut sources = Sources::default();
    let id = sources.add(Source::new(path.as_str(), text));
    let (_, findings) = deployc::syntax::parse(id, sources.get(id).text());
    Ok(Checked {
        path,
        sources,
        findings,
    })
}
