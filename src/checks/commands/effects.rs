//! What a command works on: nothing, everything, the wrong environment, or what is there already.

use super::{KUBECTL, NAMES_NOTHING, NOT_REPEATABLE, OUTAGE, SHORT_WAIT, WRONG_ENVIRONMENT};
use crate::checks::Context;
use crate::checks::scripts::{Script, verb};
use crate::checks::shell::{Simple, Word};
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Node, Work};

pub(super) fn names_nothing(
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let Some(first) = simple.words.first() else {
        return;
    };
    match simple.program() {
        "kubectl" | "oc" => {
            let operands = simple.operands(KUBECTL);
            let words: Vec<&str> = operands.iter().map(|word| word.text.as_str()).collect();
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
pub(super) fn inner(simple: &Simple) -> Option<Simple> {
    let at = simple.words.iter().position(|word| word.text == "--")?;
    Some(Simple {
        words: simple.words[at + 1..].to_vec(),
        piped: simple.piped,
    })
}

fn restore(span: crate::source::Span) -> Diagnostic {
    Diagnostic::new(
        &NAMES_NOTHING,
        span,
        "`pg_restore` without a database writes to its output and restores nothing",
    )
    .help("name the database: `-d NAME`")
}

pub(super) fn not_repeatable(
    node: &Node,
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let Work::Run { effect, probe, .. } = &node.work else {
        return;
    };
    if probe.is_some() || *effect == Effect::Idempotent || simple.has(&["--dry-run"]) {
        return;
    }
    let operands = simple.operands(KUBECTL);
    let words: Vec<&str> = operands.iter().map(|word| word.text.as_str()).collect();
    let better = match (simple.program(), words.as_slice()) {
        ("kubectl" | "oc", ["create", ..]) if !simple.piped => "`kubectl apply`",
        ("kubectl" | "oc", ["run", ..]) => "a Job, applied under a new name",
        ("helm", ["install", ..]) => "`helm upgrade --install`",
        _ => return,
    };
    let (Some(first), Some(verb)) = (simple.words.first(), operands.first()) else {
        return;
    };
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

pub(super) fn wrong_environment(
    context: &Context<'_>,
    script: &Script<'_>,
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
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
            let service = context
                .spec
                .services
                .iter()
                .find(|service| service.namespace.as_deref() == Some(namespace));
            let Some(service) = service else {
                return;
            };
            let own = service
                .environment
                .as_deref()
                .or(environment.map(|environment| environment.value.as_str()))
                .unwrap_or(namespace);
            Place {
                own,
                words: format!("into the namespace `{namespace}`"),
                span: service.span,
                fact: format!("`{}` lives there", service.name),
            }
        }
        // Without a namespace the environment of the deployment tells, unless a title tells otherwise.
        None => {
            let titled = std::iter::once(script.place)
                .chain(context.around(script.place))
                .any(|at| {
                    let title = context.order.nodes[at].title.to_string().to_lowercase();
                    title
                        .split(|letter: char| !letter.is_ascii_alphanumeric())
                        .any(|word| OTHERS.contains(&word))
                });
            let applies = matches!(verb(simple).as_str(), "apply" | "replace" | "create")
                || simple.program() == "helm";
            let Some(environment) = environment.filter(|_| applies && !titled) else {
                return;
            };
            Place {
                own: &environment.value,
                words: format!("to `{}`", environment.value),
                span: environment.span,
                fact: "the environment of the deployment".to_owned(),
            }
        }
    };
    for word in simple.arguments() {
        let other = word
            .text
            .split(['/', '.', '-', '_'])
            .find(|part| OTHERS.contains(part));
        let file = ["/", ".yaml", ".yml"]
            .iter()
            .any(|part| word.text.contains(part));
        if let Some(other) = other
            && file
            && !place.own.contains(other)
        {
            found.push(
                Diagnostic::new(
                    &WRONG_ENVIRONMENT,
                    at(word),
                    format!("files of `{other}` go {}", place.words),
                )
                .also(place.span, place.fact.clone())
                .help("take the files of this environment"),
            );
        }
    }
}

/// Where a command goes.
struct Place<'a> {
    /// The name of the environment.
    own: &'a str,
    /// For the message.
    words: String,
    /// What says so.
    span: crate::source::Span,
    /// What it says.
    fact: String,
}

pub(super) fn outage(
    context: &Context<'_>,
    item: &Node,
    simple: &Simple,
    at: impl Fn(&Word) -> crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    if simple.program() != "kubectl" {
        return;
    }
    let operands = simple.operands(KUBECTL);
    let words: Vec<&str> = operands.iter().map(|word| word.text.as_str()).collect();
    let (Some(first), Some(verb)) = (simple.words.first(), words.first()) else {
        return;
    };
    let takes_down = match *verb {
        "delete" => {
            matches!(words.get(1), Some(&("pod" | "pods" | "po")))
                && simple.has(&["-l", "--selector", "--all"])
        }
        // A database is stopped on purpose before it is restored: then the services are many.
        "scale" => {
            simple
                .value(&["--replicas"])
                .is_some_and(|(value, _)| value == "0")
                && item.work == Work::Rollback
                && words.len() > 1
                && context.spec.services.len() == 1
        }
        _ => false,
    };
    if !takes_down {
        return;
    }
    let last = operands.last().copied().unwrap_or(first);
    found.push(
        Diagnostic::new(
            &OUTAGE,
            at(first).to(at(last)),
            "this takes the service down: old and new pods go alike",
        )
        .help("go back first (`kubectl rollout undo`); pods that are not needed go by themselves"),
    );
}
