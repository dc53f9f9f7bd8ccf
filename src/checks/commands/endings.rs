//! How a command ends: never, only when somebody types, or always well.

use super::{ENDLESS_COMMAND, INTERACTIVE, NEVER_FAILS};
use crate::diagnostic::Diagnostic;
use crate::model::Node;
use crate::programs;
use crate::shell::{Simple, Word};

pub(super) fn endless(
    node: &Node,
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let Some(word) = programs::never_ends(simple) else {
        return;
    };
    if node.times.within.is_some() {
        return;
    }
    found.push(
        Diagnostic::new(
            &ENDLESS_COMMAND,
            at(word),
            format!("`{}` never ends by itself", simple.program()),
        )
        .label(format!("`{}` goes on until somebody stops it", word.text))
        .help("leave it out, or bound the step: `within 2m`"),
    );
}

pub(super) fn interactive(
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    if let Some(word) = programs::wants_terminal(simple) {
        found.push(
            Diagnostic::new(
                &INTERACTIVE,
                at(word),
                format!("`{} {}` wants a terminal", simple.program(), word.text),
            )
            .help("leave out the terminal, so that it can run unattended"),
        );
    }
}

/// `expects` says whether something is expected of its output; nothing where nothing can be.
pub(super) fn never_fails(
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> crate::source::Span,
    expects: Option<bool>,
    found: &mut Vec<Diagnostic>,
) {
    if simple.program() != "curl" {
        return;
    }
    let fails = simple.has(&["-f", "--fail", "--fail-with-body"])
        || simple.arguments().iter().any(|word| {
            word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('f')
        });
    if !fails
        && expects != Some(true)
        && !simple.piped
        && let Some(word) = simple.words.first()
    {
        found.push(
            Diagnostic::new(
                &NEVER_FAILS,
                at(word),
                "`curl` without `-f` ends well whatever the server answers",
            )
            .help(match expects {
                Some(_) => "write `curl -f`, or say what to `expect`",
                None => "write `curl -f`",
            })
            .offer("write `curl -f`", at(word), "curl -f"),
        );
    }
}
