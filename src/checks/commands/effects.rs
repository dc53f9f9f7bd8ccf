//! What a command works on: nothing, everything, the wrong environment, or what is there already.

use super::{NAMES_NOTHING, NOT_REPEATABLE, OUTAGE, SHORT_WAIT, WRONG_ENVIRONMENT};
use crate::checks::Context;
use crate::checks::scripts::{Script, verb};
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Node, Service, Timed, Work};
use crate::shell::{Simple, Word};
use crate::source::Span;

pub(super) fn names_nothing(
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> Span,
    found: &mut Vec<Diagnostic>,
) {
    let Some(first) = simple.words.first() else {
        return;
    };
    match simple.program() {
        "kubectl" | "oc" => {
            let verb = simple.operands().next().map(|word| &*word.text);
            if !matches!(
                verb,
                Some("rollout" | "scale" | "delete" | "patch" | "wait")
            ) {
                return;
            }
            let operands: Vec<&Word<'_>> = simple.operands().collect();
            let words: Vec<&str> = operands.iter().map(|word| &*word.text).collect();
            let chosen = simple.has(&["-l", "--selector", "--all", "-f", "--filename", "-k"]);
            let (verb, rest) = match words.as_slice() {
                ["rollout", verb, rest @ ..] => (*verb, rest),
                [verb @ ("scale" | "delete" | "patch"), rest @ ..] => (*verb, rest),
                ["wait", ..] => {
                    if !simple.has(&["--timeout"]) {
                        found.push(
                            Diagnostic::new(
                                &SHORT_WAIT,
                                at(first).to(at(operands[0])),
                                "`kubectl wait` gives up after 30 seconds",
                            )
                            .help("say how long: `--timeout=5m`"),
                        );
                    }
                    return;
                }
                _ => return,
            };
            let names = match rest {
                [] => 0,
                [one] => usize::from(one.contains(['/', '$'])),
                [_, names @ ..] => names.len(),
            };
            if names == 0 && !chosen {
                let last = operands.last().copied().unwrap_or(first);
                found.push(
                    Diagnostic::new(
                        &NAMES_NOTHING,
                        at(first).to(at(last)),
                        format!("`kubectl {verb}` names nothing to work on"),
                    )
                    .help("name it (`deployment/api`), or choose with `-l` or `--all`"),
                );
            }
        }
        "pg_restore" if !simple.has(&["-d", "--dbname", "-f", "--file", "-l", "--list"]) => {
            found.push(restore(at(first)));
        }
        _ => {}
    }
}

/// `kubectl exec … -- pg_restore …`: what a program runs inside.
pub(super) fn inner<'t>(simple: &Simple<'t>) -> Option<Simple<'t>> {
    let at = simple.words.iter().position(|word| word.text == "--")?;
    Some(Simple::new(simple.words[at + 1..].to_vec(), simple.piped))
}

fn restore(span: Span) -> Diagnostic {
    Diagnostic::new(
        &NAMES_NOTHING,
        span,
        "`pg_restore` without a database writes to its output and restores nothing",
    )
    .help("name the database: `-d NAME`")
}

pub(super) fn not_repeatable(
    node: &Node,
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> Span,
    found: &mut Vec<Diagnostic>,
) {
    let Work::Run { effect, probe, .. } = &node.work else {
        return;
    };
    let (Some(first), Some(verb)) = (simple.words.first(), simple.operands().next()) else {
        return;
    };
    let better = match (simple.program(), &*verb.text) {
        ("kubectl" | "oc", "create") if !simple.piped => "`kubectl apply`",
        ("kubectl" | "oc", "run") => "a Job, applied under a new name",
        ("helm", "install") => "`helm upgrade --install`",
        _ => return,
    };
    if probe.is_some() || *effect == Effect::Idempotent || simple.has(&["--dry-run"]) {
        return;
    }
    found.push(
        Diagnostic::new(
            &NOT_REPEATABLE,
            at(first).to(at(verb)),
            format!(
                "`{} {}` fails when it is run again",
                simple.program(),
                verb.text
            ),
        )
        .label("what it makes is there already then")
        .help(format!(
            "use {better}, or tell with `probe` whether it has taken effect"
        )),
    );
}

/// Programs that end what has a name, and fail where nothing has it.
const KILLERS: &[&str] = &["pkill", "killall"];

/// Where what it ends has ended by itself, there is nothing to end, and a script stops there.
pub(super) fn kills(
    node: &Node,
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> Span,
    found: &mut Vec<Diagnostic>,
) {
    let (Some(first), Work::Run { expect, .. }) = (simple.words.first(), &node.work) else {
        return;
    };
    if !KILLERS.contains(&&*first.text) || simple.piped || simple.or_else || !expect.is_empty() {
        return;
    }
    found.push(
        Diagnostic::new(
            &NOT_REPEATABLE,
            at(first),
            format!("`{}` fails where nothing of that name runs", first.text),
        )
        .label("it may have ended by itself, or been ended before")
        .help(format!("let that be well: `{} … || true`", first.text)),
    );
}

pub(super) fn wrong_environment(
    context: &Context<'_>,
    script: &Script<'_>,
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> Span,
    found: &mut Vec<Diagnostic>,
) {
    const OTHERS: &[&str] = &[
        "staging",
        "stage",
        "dev",
        "development",
        "test",
        "testing",
        "qa",
    ];
    let named = simple
        .value(&["-n", "--namespace"])
        .map(|(namespace, _)| namespace);
    let head = context.spec.deployment.as_ref();
    let environment = head.and_then(|head| head.environment.as_ref());
    let place = match named {
        Some(namespace) => {
            let Some(service) = context.service_in(namespace) else {
                return;
            };
            let own = service
                .environment
                .as_deref()
                .or(environment.map(|environment| environment.value.as_str()))
                .unwrap_or(namespace);
            Place::Namespace {
                own,
                namespace,
                service,
            }
        }
        // Without a namespace the environment of the deployment tells, unless a title tells otherwise.
        None => {
            let applies = verb(simple).is_one_of(&["apply", "replace", "create"])
                || simple.program() == "helm";
            let Some(environment) = environment.filter(|_| applies) else {
                return;
            };
            let titled = std::iter::once(script.place)
                .chain(context.around(script.place))
                .any(|at| {
                    let title = context.titles.lower(at);
                    title
                        .split(|letter: char| !letter.is_ascii_alphanumeric())
                        .any(|word| OTHERS.contains(&word))
                });
            if titled {
                return;
            }
            Place::Environment(environment)
        }
    };
    for word in simple.arguments() {
        let file = word.text.contains('/')
            || [".yaml", ".yml"]
                .iter()
                .any(|part| word.text.contains(part));
        if !file {
            continue;
        }
        let other = word
            .text
            .split(['/', '.', '-', '_'])
            .find(|part| OTHERS.contains(part));
        if let Some(other) = other
            && !place.own().contains(other)
        {
            let (goes, span, fact) = place.in_words();
            found.push(
                Diagnostic::new(
                    &WRONG_ENVIRONMENT,
                    at(word),
                    format!("files of `{other}` go {goes}"),
                )
                .also(span, fact)
                .help("take the files of this environment"),
            );
        }
    }
}

/// Where a command goes.
enum Place<'a> {
    /// Into the namespace of a service, which lives in this environment.
    Namespace {
        own: &'a str,
        namespace: &'a str,
        service: &'a Service,
    },
    /// To the environment of the deployment.
    Environment(&'a Timed<String>),
}

impl Place<'_> {
    /// The name of the environment.
    fn own(&self) -> &str {
        match self {
            Place::Namespace { own, .. } => own,
            Place::Environment(environment) => &environment.value,
        }
    }

    /// Where it is in words, what says so, and what that says.
    fn in_words(&self) -> (String, Span, String) {
        match self {
            Place::Namespace {
                namespace, service, ..
            } => (
                format!("into the namespace `{namespace}`"),
                service.span,
                format!("`{}` lives there", service.name),
            ),
            Place::Environment(environment) => (
                format!("to `{}`", environment.value),
                environment.span,
                "the environment of the deployment".to_owned(),
            ),
        }
    }
}

pub(super) fn outage(
    context: &Context<'_>,
    item: &Node,
    simple: &Simple<'_>,
    at: impl Fn(&Word<'_>) -> Span,
    found: &mut Vec<Diagnostic>,
) {
    if simple.program() != "kubectl" {
        return;
    }
    let mut operands = simple.operands();
    let (Some(first), Some(verb)) = (simple.words.first(), operands.next()) else {
        return;
    };
    let second = operands.next();
    let takes_down = match &*verb.text {
        "delete" => {
            second.is_some_and(|word| matches!(&*word.text, "pod" | "pods" | "po"))
                && simple.has(&["-l", "--selector", "--all"])
        }
        // A database is stopped on purpose before it is restored: then the services are many.
        "scale" => {
            simple
                .value(&["--replicas"])
                .is_some_and(|(value, _)| value == "0")
                && item.work == Work::Rollback
                && second.is_some()
                && context.spec.services.len() == 1
        }
        _ => false,
    };
    if !takes_down {
        return;
    }
    let last = operands.last().or(second).unwrap_or(verb);
    found.push(
        Diagnostic::new(
            &OUTAGE,
            at(first).to(at(last)),
            "this takes the service down: old and new pods go alike",
        )
        .help("roll back first (`kubectl rollout undo`); pods that are not needed are removed by themselves"),
    );
}
