//! Commands: what never ends, asks, names nothing, fails the second time, or is still a blank.

mod blanks;
mod captures;
mod effects;
mod endings;
mod known;
mod releases;
mod spellings;
mod steps_back;
mod targets;
mod unordered;
mod verdicts;

pub(crate) use known::Known;

use super::Context;
use super::glance::Kind;
use super::scripts::Script;
use crate::diagnostic::Diagnostic;
use crate::model::{Node, Work};
use crate::rule;
use crate::shell::Word;
use crate::syntax;

rule! {
    /// The shell would stop reading: a quote or substitution never ends, an `if` has no `fi`, nothing
    /// follows an `&&`. It would wait for more, or take the next line as part of it.
    pub SHELL_SYNTAX = "D0571", "shell-syntax", Commands, Warning, "a command that the shell can't read", allowable;
    /// The command goes on until somebody stops it, so the step never ends. Leave out `-f` or `-w`, or
    /// bound it with `within`.
    pub ENDLESS_COMMAND = "D0572", "endless-command", Commands, Warning, "a command that never ends", allowable;
    /// The command wants a terminal and somebody who types. In a plan nobody is there.
    pub INTERACTIVE = "D0573", "interactive-command", Commands, Warning, "a command that waits for somebody to type", allowable;
    /// The command names nothing to work on: it fails, or works on more than was meant.
    pub NAMES_NOTHING = "D0574", "names-nothing", Commands, Warning, "a command that names nothing to work on", allowable;
    /// Run a second time, the command fails because of what it did the first time. After an
    /// interruption nobody can simply start again. Use `apply`, `upgrade --install`, or tell with
    /// `probe` whether it has taken effect. `pkill` fails where what it ends has ended already.
    pub NOT_REPEATABLE = "D0575", "not-repeatable", Commands, Warning, "a command that fails when it is run again", allowable;
    /// A blank that nobody filled in: `<pod>` or `[timestamp]`. The shell takes the first as a
    /// redirection and the second as a pattern. Declare a `param`, `capture` it from an earlier
    /// command, or let a person `record` it.
    pub PLACEHOLDER = "D0576", "placeholder", Commands, Warning, "a blank in a command that nobody filled in", allowable;
    /// A variable that nothing declares: no parameter, secret, capture, record or service has its
    /// name. It will be empty.
    pub UNDECLARED_VARIABLE = "D0577", "undeclared-variable", Commands, Warning, "a variable that nothing declares", allowable;
    /// Ways between which one was to choose stand one after the other, so all of them would run.
    pub ALTERNATIVES = "D0578", "alternatives-in-sequence", Commands, Warning, "alternatives that would all run", allowable;
    /// The command takes what belongs to another environment into the namespace of this service.
    pub WRONG_ENVIRONMENT = "D0579", "wrong-environment", Commands, Warning, "another environment's files for this service", allowable;
    /// `curl` without `-f` ends well whatever the server answers, so the step can't fail. Write
    /// `curl -f`, or say what to `expect`.
    pub NEVER_FAILS = "D0580", "never-fails", Commands, Warning, "a check by a command that can't fail", allowable;
    /// A secret on a command line can be read by everybody on the machine, in the list of processes.
    /// Programs take it from the environment or from a file.
    pub SECRET_IN_SIGHT = "D0581", "secret-in-sight", Commands, Warning, "a secret on a command line", allowable;
    /// `kubectl wait` gives up after 30 seconds unless told otherwise, whatever the step allows.
    /// Source: `kubectl wait --help`.
    pub SHORT_WAIT = "D0582", "short-wait", Commands, Warning, "a wait with the default of thirty seconds", allowable;
    /// The command takes away old and new alike, or takes everything down, before anything serves in
    /// its place.
    pub OUTAGE = "D0583", "outage", Commands, Warning, "a command that takes the service down", allowable;
    /// `example.com` and its like are kept for examples. Copied from a template, the command asks
    /// nobody.
    pub EXAMPLE_HOST = "D0584", "example-host", Commands, Warning, "a host that is kept for examples", allowable;
    /// The title promises a test, and the command asks only whether the service is up.
    pub ONLY_HEALTH = "D0585", "only-health", Commands, Warning, "a test that asks only whether the service is up", allowable;
    /// The command prints something and ends well whatever it is. Nobody is asked to look. Put it into
    /// the `check` that it establishes, or say what to `expect`.
    pub UNJUDGED = "D0586", "unjudged", Commands, Note, "a look at something that nobody judges", allowable;
    /// The command lists everything in the namespace, and the check counts a part of it.
    pub SHOWS_MORE = "D0587", "shows-more", Commands, Warning, "a list that shows more than is counted", allowable;
    /// Staging is made in another way than production, so it tries out something else.
    pub STAGING_DIFFERS = "D0588", "staging-differs", Commands, Warning, "staging is not made as production is", allowable;
    /// Without a namespace kubectl works in the one of its configuration: `default`, or where somebody
    /// was last.
    pub NO_NAMESPACE = "D0589", "no-namespace", Commands, Warning, "a command without the namespace of the service", allowable;
    /// The name says that the file is compressed, and nothing compresses it. Who restores it will
    /// believe the name.
    pub NOT_COMPRESSED = "D0590", "not-compressed", Commands, Warning, "a dump that is not what its name says", allowable;
    /// One host is asked by http in one place and by https in another. The first may see a redirection
    /// alone, and end well.
    pub TWO_SCHEMES = "D0598", "http-and-https", Commands, Warning, "one host by http and by https", allowable;
    /// `curl` takes `{}` and `[]` in an address for a list of addresses, and a blank for its end. A query
    /// for Prometheus needs `--globoff`, or better `--data-urlencode`.
    pub URL_GLOB = "D0597", "url-glob", Commands, Warning, "an address that curl takes apart", allowable;
    /// The log of a pod or job is read right after it was started: it has hardly begun, and whatever it
    /// has not said yet is taken for good. Wait for it first: `kubectl wait --for=condition=complete`.
    pub NOT_AWAITED = "D0599", "not-awaited", Commands, Warning, "a result that is read before it is there", allowable;
    /// What is to be tried out in staging is tried out after production was changed, so it can't stop
    /// anything any more.
    pub REHEARSED_AFTERWARDS = "D0570", "rehearsed-afterwards", Commands, Warning, "staging tries it out after production", allowable;
    /// A namespace, a workload, a host or the value of an option is one letter away from the name that
    /// the spec declares, or that stands everywhere else. The command fails on the day, or works on
    /// something else; in a rollback it goes unnoticed until then. Of names with three or four letters
    /// that is only said where two letters are swapped: `pya` once, and `pay` declared and used elsewhere.
    pub MISSPELT = "D0641", "misspelt", Commands, Warning, "a name in a command that is one letter off", allowable;
    /// A command uses what another one captures or a person records, and there is a way to it on which
    /// nobody has: another option was chosen, a condition did not hold, that comes later, or both stand
    /// in a group, whose parts have no order. The variable is empty then, and `rm -r "$FOLDER/"` is
    /// another command.
    pub NOT_CAPTURED = "D0642", "not-captured", Commands, Warning, "a captured value that may not be there", allowable;
    /// A release is upgraded with `--set` alone, after an upgrade that gave it other values. Helm forgets
    /// those: it begins with the values of the chart, and the image, the replicas or the canary are
    /// what they are there. Say `--reuse-values`.
    pub VALUES_DROPPED = "D0643", "values-dropped", Commands, Warning, "an upgrade that forgets the values before it", allowable;
    /// `kubectl rollout undo` and `helm rollback` without a revision roll back by one, whichever that is.
    /// A rollback undoes every step that says how, then does its own steps. Where two of these go
    /// back by one revision, the second rolls back to the version that the first has just left.
    pub UNDONE_TWICE = "D0644", "undone-twice", Commands, Warning, "a rollback that is undone by a second one", allowable;
    /// Members of a group or checklist have no order among themselves: a person ticks them as they come,
    /// and a machine does them at the same time. Steps that change something one after the other stand
    /// in a phase, which a checklist may hold, too.
    pub UNORDERED = "D0645", "unordered", Commands, Warning, "changes in a checklist, which has no order", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for script in &context.scripts {
        of_script(context, script, found);
    }
    for script in &context.besides {
        beside(context, script, found);
    }
    for place in context.order.places() {
        alternatives(context, place, found);
    }
    targets::hosts(context, found);
    targets::parity(context, found);
    targets::rehearsal(context, found);
    spellings::misspelt(context, found);
    captures::not_captured(context, found);
    releases::values_dropped(context, found);
    steps_back::undone_twice(context, found);
    unordered::check(context, found);
    verdicts::not_awaited(context, found);
}

/// What a shell would stop at; nothing of what follows is read then.
fn stops(script: &Script<'_>, found: &mut Vec<Diagnostic>) -> bool {
    let Some(misfit) = &script.misfit else {
        return false;
    };
    let rule = match misfit.is_too_deep {
        true => &syntax::TOO_DEEP,
        false => &SHELL_SYNTAX,
    };
    found.push(
        Diagnostic::new(
            rule,
            script.command.place(misfit.start, misfit.end),
            misfit.message.clone(),
        )
        .help(misfit.help),
    );
    true
}

/// A command that undoes, tells or waits: it is run on the day as any other, and most of them when
/// something is wrong already.
fn beside(context: &Context<'_>, script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    let command = script.command;
    if stops(script, found) {
        return;
    }
    for simple in &script.commands {
        let at = |word: &Word<'_>| command.place(word.start, word.end);
        endings::endless(script.node, simple, at, found);
        endings::interactive(simple, at, found);
        endings::never_fails(simple, at, None, found);
        effects::names_nothing(simple, at, found);
        effects::wrong_environment(context, script, simple, at, found);
        for word in &simple.words {
            blanks::placeholder(word, command, found);
        }
    }
    blanks::variables(context, script, found);
    targets::namespaces(context, script, found);
    verdicts::globs(script, found);
}

fn of_script(context: &Context<'_>, script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    let (node, command) = (script.node, script.command);
    if stops(script, found) {
        return;
    }
    let expects = match &node.work {
        Work::Run { expect, .. } => Some(!expect.is_empty()),
        _ => None,
    };
    for simple in &script.commands {
        let at = |word: &Word<'_>| command.place(word.start, word.end);
        endings::endless(node, simple, at, found);
        endings::interactive(simple, at, found);
        effects::names_nothing(simple, at, found);
        if let Some(inner) = effects::inner(simple) {
            effects::names_nothing(&inner, at, found);
        }
        effects::not_repeatable(node, simple, at, found);
        effects::kills(node, simple, at, found);
        if let Some(expects) = expects {
            endings::never_fails(simple, at, Some(expects), found);
        }
        effects::wrong_environment(context, script, simple, at, found);
        effects::outage(context, script.root, simple, at, found);
        for word in &simple.words {
            blanks::placeholder(word, command, found);
        }
    }
    blanks::variables(context, script, found);
    targets::namespaces(context, script, found);
    verdicts::unjudged(context, script, found);
    verdicts::only_health(context, script, found);
    verdicts::not_compressed(script, found);
    verdicts::globs(script, found);
}

/// "Option A" and "Option B" one after the other.
fn alternatives(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    if context.kind(place) == Kind::Choose {
        return;
    }
    const WORDS: [&str; 3] = ["option", "alternative", "variant"];
    let options: Vec<&Node> = order
        .children(place)
        .filter(|&child| {
            let title = context.titles.lower(child);
            if !WORDS.iter().any(|word| title.starts_with(word)) {
                return false;
            }
            let mut words = title.text().split(|letter: char| !letter.is_alphanumeric());
            let first = words.next().unwrap_or_default();
            let second = words.next().unwrap_or_default();
            WORDS.contains(&first)
                && (second.len() == 1 || second.parse::<u32>().is_ok())
                && !matches!(context.kind(child), Kind::Option | Kind::Note)
        })
        .map(|child| order.nodes[child])
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
