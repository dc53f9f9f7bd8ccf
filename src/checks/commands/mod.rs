//! Commands: what never ends, asks, names nothing, fails the second time, or is still a blank.

mod blanks;
mod effects;
mod endings;

use super::Context;
use super::shell::{self, Word};
use crate::diagnostic::Diagnostic;
use crate::model::{Command, Node, Work};
use crate::rule;

rule! {
    /// A quote or substitution begins in the command and never ends: the shell would wait for more,
    /// or take the next line as part of it.
    pub SHELL_SYNTAX = "D0571", "shell-syntax", Warning, "a command that the shell can't read", allowable;
    /// The command goes on until somebody stops it, so the step never ends. Leave out `-f` or `-w`, or
    /// bound it with `within`.
    pub ENDLESS_COMMAND = "D0572", "endless-command", Warning, "a command that never ends", allowable;
    /// The command wants a terminal and somebody who types. In a plan nobody is there.
    pub INTERACTIVE = "D0573", "interactive-command", Warning, "a command that waits for somebody to type", allowable;
    /// The command names nothing to work on: it fails, or works on more than was meant.
    pub NAMES_NOTHING = "D0574", "names-nothing", Warning, "a command that names nothing to work on", allowable;
    /// Run a second time, the command fails because of what it did the first time. After an
    /// interruption nobody can simply start again. Use `apply`, `upgrade --install`, or tell with
    /// `probe` whether it has taken effect.
    pub NOT_REPEATABLE = "D0575", "not-repeatable", Warning, "a command that fails when it is run again", allowable;
    /// A blank that nobody filled in: `<pod>` or `[timestamp]`. The shell takes the first as a
    /// redirection and the second as a pattern. Declare a `param`, or `capture` it from an earlier
    /// command.
    pub PLACEHOLDER = "D0576", "placeholder", Warning, "a blank in a command that nobody filled in", allowable;
    /// A variable that nothing declares: no parameter, secret, capture or service has its name. It
    /// will be empty.
    pub UNDECLARED_VARIABLE = "D0577", "undeclared-variable", Warning, "a variable that nothing declares", allowable;
    /// Ways between which one was to choose stand one after the other, so all of them would run.
    pub ALTERNATIVES = "D0578", "alternatives-in-sequence", Warning, "alternatives that would all run", allowable;
    /// The command takes what belongs to another environment into the namespace of this service.
    pub WRONG_ENVIRONMENT = "D0579", "wrong-environment", Warning, "another environment's files for this service", allowable;
    /// `curl` without `-f` ends well whatever the server answers, so the step can't fail. Write
    /// `curl -f`, or say what to `expect`.
    pub NEVER_FAILS = "D0580", "never-fails", Warning, "a check by a command that can't fail", allowable;
    /// A secret on a command line can be read by everybody on the machine, in the list of processes.
    /// Programs take it from the environment or from a file.
    pub SECRET_IN_SIGHT = "D0581", "secret-in-sight", Warning, "a secret on a command line", allowable;
    /// `kubectl wait` gives up after 30 seconds unless told otherwise, whatever the step allows.
    /// Source: `kubectl wait --help`.
    pub SHORT_WAIT = "D0582", "short-wait", Warning, "a wait with the default of thirty seconds", allowable;
    /// The command takes away old and new alike, or takes everything down, before anything serves in
    /// its place.
    pub OUTAGE = "D0583", "outage", Warning, "a command that takes the service down", allowable;
}

/// Options of kubectl that take a value.
const KUBECTL: &[&str] = &[
    "-n",
    "--namespace",
    "-l",
    "--selector",
    "-f",
    "--filename",
    "-k",
    "--kustomize",
    "-o",
    "--output",
    "-c",
    "--container",
    "-p",
    "--patch",
    "--type",
    "--context",
    "--cluster",
    "--image",
    "--sort-by",
    "--replicas",
    "--timeout",
    "--for",
    "--to-revision",
];

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for item in &context.spec.nodes {
        if item.work == Work::Reference {
            continue; // commands to look up run nowhere
        }
        item.walk(&mut |node| {
            if let Work::Run { command, .. } = &node.work
                && matches!(command.language.as_str(), "sh" | "bash" | "shell" | "zsh")
            {
                of_run(context, item, node, command, found);
            }
            alternatives(node, found);
        });
    }
}

fn of_run(
    context: &Context<'_>,
    item: &Node,
    node: &Node,
    command: &Command,
    found: &mut Vec<Diagnostic>,
) {
    let (commands, unclosed) = shell::read(&command.text);
    if let Some(unclosed) = unclosed {
        found.push(
            Diagnostic::new(
                &SHELL_SYNTAX,
                command.place(unclosed.at, unclosed.at + unclosed.mark.len()),
                format!("`{}` begins here and never ends", unclosed.mark),
            )
            .help("close it"),
        );
        return;
    }
    for simple in &commands {
        let at = |word: &Word| command.place(word.start, word.end);
        endings::endless(node, simple, at, found);
        endings::interactive(simple, at, found);
        effects::names_nothing(simple, at, found);
        if let Some(inner) = effects::inner(simple) {
            effects::names_nothing(&inner, at, found);
        }
        effects::not_repeatable(node, simple, at, found);
        endings::never_fails(node, simple, at, found);
        effects::wrong_environment(context, simple, at, found);
        effects::outage(context, item, simple, at, found);
        for word in &simple.words {
            blanks::placeholder(word, command, found);
        }
    }
    blanks::variables(command, found);
}

/// "Option A" and "Option B" one after the other.
fn alternatives(node: &Node, found: &mut Vec<Diagnostic>) {
    if node.work == Work::Choose {
        return;
    }
    let options: Vec<&Node> = node
        .children
        .iter()
        .filter(|child| {
            let title = child.title.to_string().to_lowercase();
            let mut words = title.split(|letter: char| !letter.is_alphanumeric());
            let first = words.next().unwrap_or_default();
            let second = words.next().unwrap_or_default();
            matches!(first, "option" | "alternative" | "variant")
                && (second.len() == 1 || second.parse::<u32>().is_ok())
                && !matches!(child.work, Work::Option | Work::Note { .. })
        })
        .collect();
    if let [first, second, ..] = options.as_slice() {
        found.push(
            Diagnostic::new(
                &ALTERNATIVES,
                second.name_span,
                format!("`{}` would run after `{}`, not instead of it", second.id, first.id),
            )
            .also(first.name_span, "the other way")
            .help("let one be chosen: `choose how \"…\" { option a \"…\" { … } option b \"…\" { … } }`"),
        );
    }
}
