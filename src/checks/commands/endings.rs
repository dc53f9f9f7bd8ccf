//! How a command ends: never, only when somebody types, or always well.

use super::{ENDLESS_COMMAND, INTERACTIVE, NEVER_FAILS};
use crate::checks::shell::{Simple, Word};
use crate::diagnostic::Diagnostic;
use crate::model::Node;

pub(super) fn endless(
    node: &Node,
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let follows: Option<&Word<'_>> = match simple.program() {
        "kubectl" | "oc" => match simple.arguments().first().map(|word| &*word.text) {
            Some("logs") => simple.find(&["-f", "--follow"]),
            Some("get") => simple.find(&["-w", "--watch", "--watch-only"]),
            Some("port-forward" | "proxy") => simple.arguments().first(),
            _ => None,
        },
        "docker" | "podman" | "journalctl" => {
            let logs = simple.program() == "journalctl"
                || simple
                    .arguments()
                    .first()
                    .is_some_and(|word| word.text == "logs");
            logs.then(|| simple.find(&["-f", "--follow"])).flatten()
        }
        "tail" => simple.find(&["-f", "-F", "--follow"]),
        "locust" if !simple.has(&["--headless", "--autostart"]) => simple.words.first(),
        "watch" | "top" | "htop" => simple.words.first(),
        "ping" if !simple.has(&["-c"]) => simple.words.first(),
        _ => None,
    };
    let Some(word) = follows else {
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
    let asks: Option<&Word<'_>> = match simple.program() {
        "kubectl" | "docker" | "podman" | "oc" => simple.find(&["-it", "-ti", "--tty"]),
        "vi" | "vim" | "nano" | "less" | "more" => simple.words.first(),
        _ => None,
    };
    if let Some(word) = asks {
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
