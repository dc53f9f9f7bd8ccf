//! What helm forgets from one upgrade of a release to the next.

use std::collections::BTreeSet;

use foldhash::HashMap;

use super::VALUES_DROPPED;
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::checks::scripts::Script;
use crate::diagnostic::Diagnostic;
use crate::programs;
use crate::shell::Simple;
use crate::source::Span;

/// An upgrade of a release, and the values that it is given.
struct Upgrade<'a> {
    /// The place of its node.
    place: usize,
    /// The release and its namespace.
    release: (&'a str, &'a str),
    /// The words `helm upgrade`, or however it begins.
    span: Span,
    files: BTreeSet<&'a str>,
    /// The keys that `--set` sets.
    keys: BTreeSet<&'a str>,
    /// Whether it keeps what was given before.
    keeps: bool,
}

fn upgrade<'a>(script: &Script<'_>, simple: &'a Simple<'_>) -> Option<Upgrade<'a>> {
    if simple.program() != "helm" || simple.has(&["--dry-run"]) {
        return None;
    }
    let mut operands = simple.operands();
    let verb = operands.next()?;
    if !matches!(&*verb.text, "upgrade" | "install") {
        return None;
    }
    let release = operands.next()?;
    let namespace = programs::namespace(simple).map_or("", |(namespace, _)| namespace);
    let mut upgrade = Upgrade {
        place: script.place,
        release: (&release.text, namespace),
        span: script.command.place(simple.words.first()?.start, verb.end),
        files: BTreeSet::new(),
        keys: BTreeSet::new(),
        keeps: simple.has(&["--reuse-values", "--reset-then-reuse-values"]),
    };
    let arguments = simple.arguments();
    for (at, word) in arguments.iter().enumerate() {
        let (option, value) = match word.text.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, value),
            _ => {
                let value = arguments.get(at + 1).map_or("", |next| &*next.text);
                (&*word.text, value)
            }
        };
        match option {
            "-f" | "--values" => {
                upgrade.files.insert(value);
            }
            "--set" | "--set-string" | "--set-json" | "--set-file" => {
                let pairs = value.split(',').filter_map(|pair| pair.split_once('='));
                upgrade.keys.extend(pairs.map(|(key, _)| key));
            }
            _ => {}
        }
    }
    Some(upgrade)
}

pub(super) fn values_dropped(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut earlier: HashMap<(&str, &str), Vec<Upgrade<'_>>> = HashMap::default();
    for script in context.forward() {
        for simple in &script.commands {
            let Some(now) = upgrade(script, simple) else {
                continue;
            };
            let of_release = earlier.entry(now.release).or_default();
            // What stands in an option is before nothing behind that.
            while of_release
                .pop_if(|before| are_alternatives(context, before.place, now.place))
                .is_some()
            {}
            // With a file it says all that it wants; without any value it keeps what there was.
            if now.files.is_empty()
                && !now.keys.is_empty()
                && !now.keeps
                && let Some(before) = of_release.last()
            {
                dropped(before, &now, found);
            }
            of_release.push(now);
        }
    }
}

fn dropped(before: &Upgrade<'_>, now: &Upgrade<'_>, found: &mut Vec<Diagnostic>) {
    let lost: Vec<String> = before
        .files
        .iter()
        .chain(before.keys.difference(&now.keys))
        .map(|one| format!("`{one}`"))
        .collect();
    if lost.is_empty() {
        return;
    }
    found.push(
        Diagnostic::new(
            &VALUES_DROPPED,
            now.span,
            format!("this upgrade forgets {}", lost.join(", ")),
        )
        .also(before.span, "the upgrade before gives them")
        .note("where any value is given, helm begins with those of the chart, not with those of the release")
        .help("say `--reuse-values`, or give them again"),
    );
}

/// Whether two nodes stand in two options of which one is chosen.
pub(super) fn are_alternatives(context: &Context<'_>, first: usize, second: usize) -> bool {
    let mut options = context.around(first);
    let option = options.find(|&at| context.kind(at) == Kind::Option);
    // What stands around the innermost option stands around all that is inside of it.
    option.is_some_and(|option| !context.around(second).any(|at| at == option))
}
