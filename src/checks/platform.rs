//! What platforms do by themselves and what they don't: a pack of its own. Each fact names its source.

use super::Context;
use super::glance::Kind;
use super::scripts::verb;
use super::titles::{Lower, Phrase, phrases};
use crate::diagnostic::Diagnostic;
use crate::model::{Node, Work};
use crate::rule;
use crate::shell::Word;

rule! {
    /// A text promises what the platform does not do. Kubernetes stops a rollout whose pods don't
    /// become ready, and leaves it there; it never rolls back by itself. Pods don't see a change of a
    /// ConfigMap that they read as environment variables until they are started again.
    ///
    /// Source: kubernetes.io, "Deployments", "Failed Deployment"; "Configure a Pod to Use a ConfigMap".
    pub NEVER_BY_ITSELF = "D0621", "never-by-itself", Platform, Warning, "a promise that the platform does not keep", allowable;
    /// A manifest stands in a note: nothing applies it, and nobody checks it. What it should change
    /// stays as it is. Put it into a file, and apply the file.
    ///
    /// Source: kubernetes.io, "Objects in Kubernetes", "Required fields"; "Ingress".
    pub MANIFEST_IN_NOTE = "D0622", "manifest-in-note", Platform, Warning, "a manifest that nothing applies", allowable;
    /// A revision by its number is the one that was meant only on the day when it was written: every
    /// rollout counts on. Without `--to-revision` the one before is taken.
    ///
    /// Source: `kubectl rollout undo --help`; `helm rollback --help`.
    pub FIXED_REVISION = "D0623", "fixed-revision", Platform, Warning, "a rollback to a revision by its number", allowable;
    /// `docker images` lists what this machine has. The cluster pulls from a registry.
    ///
    /// Source: docs.docker.com, "docker image ls"; kubernetes.io, "Images".
    pub LOCAL_IMAGE = "D0624", "local-image", Platform, Warning, "a look at this machine's images instead of the registry's", allowable;
    /// `SAVE` stops Redis for everybody until the file is written. `BGSAVE` does not.
    ///
    /// Source: redis.io, "SAVE".
    pub BLOCKS_EVERYBODY = "D0625", "blocks-everybody", Platform, Warning, "a command that stops a server for everybody", allowable;
    /// With `--force` a pod is forgotten before it has ended: its replacement may start while it still
    /// works, and what it was doing is cut off.
    ///
    /// Source: kubernetes.io, "Pod Lifecycle", "Forced Pod termination".
    pub FORCED_DELETE = "D0626", "forced-delete", Platform, Warning, "pods that are forgotten before they have ended", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for place in context.of_kinds(&[Kind::Note, Kind::Check, Kind::Require]) {
        promises(context, place, found);
    }
    for place in context.of_kinds(&[Kind::Note]) {
        manifests(context.order.nodes[place], found);
    }
    for message in &context.spec.messages {
        let text = message.body.words().to_lowercase();
        if let Some(truth) = broken_promise(Lower::of(&text)) {
            found.push(Diagnostic::new(&NEVER_BY_ITSELF, message.span, truth));
        }
    }
    commands(context, found);
}

/// Words that must all stand in one text, and what is true instead.
const PROMISES: &[(&[&[Phrase]], &str)] = &[
    (
        &[
            &phrases(["kubernetes", "k8s", "deployment controller", "readiness"]),
            &phrases([
                "roll back",
                "rolls back",
                "rollback",
                "rolled back",
                "auto-rolls",
                "reverts",
            ]),
            &phrases(["itself", "automatic", "auto-", "no action"]),
        ],
        "Kubernetes stops a rollout whose pods don't become ready; it never rolls back by itself",
    ),
    (
        &[
            &phrases(["configmap", "config map"]),
            &phrases([
                "pick up",
                "picks up",
                "picked up",
                "reload",
                "take effect",
                "takes effect",
            ]),
            &phrases(["itself", "automatic", "immediately", "at once"]),
        ],
        "pods that read a ConfigMap as environment variables see a change only when they start again",
    ),
    (
        &[
            &phrases(["rollout undo", "kubectl undo"]),
            &phrases(["configmap", "config map", "secret", "database", "schema"]),
            &phrases(["restores", "reverts", "brings back", "rolls back"]),
        ],
        "`kubectl rollout undo` restores only the pod template",
    ),
    (
        &[
            &phrases(["liveness"]),
            &phrases(["roll back", "rolls back", "rollback"]),
        ],
        "a liveness probe starts a container again; it never rolls back to another version",
    ),
];

/// What says that it does not happen.
const DENIES: [Phrase; 5] = phrases(["never", "does not", "doesn't", "won't", "not roll"]);

/// What is true instead of what a text promises.
fn broken_promise(text: Lower<'_>) -> Option<&'static str> {
    let mut promises = PROMISES.iter();
    let (_, truth) = promises.find(|(groups, _)| groups.iter().all(|words| text.holds(words)))?;
    let denied = text.holds(&DENIES) && !text.contains("no action");
    (!denied).then_some(*truth)
}

fn promises(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let truth = match context.kind(place) {
        Kind::Note => match &context.order.nodes[place].work {
            Work::Note { markdown } => broken_promise(Lower::of(&markdown.words().to_lowercase())),
            _ => None,
        },
        _ => broken_promise(context.titles.lower(place)),
    };
    if let Some(truth) = truth {
        let node = context.order.nodes[place];
        found.push(
            Diagnostic::new(&NEVER_BY_ITSELF, node.name_span, truth)
                .label("promises otherwise")
                .help("write the command that does it, and who runs it"),
        );
    }
}

/// A fence of YAML that looks like a manifest.
fn fence(text: &str) -> Option<&str> {
    let at = text.find("```yaml").or_else(|| text.find("```yml"))?;
    let body = text[at..].split_once('\n')?.1;
    let body = body.split("```").next().unwrap_or(body);
    let keys = ["spec:", "kind:", "apiVersion:", "metadata:"];
    body.lines()
        .any(|line| keys.iter().any(|key| line.trim().starts_with(key)))
        .then_some(body)
}

fn manifests(node: &Node, found: &mut Vec<Diagnostic>) {
    let Work::Note { markdown } = &node.work else {
        return;
    };
    let text = markdown.words();
    let Some(body) = fence(&text) else {
        return;
    };
    let has = |key: &str| body.lines().any(|line| line.trim_start().starts_with(key));
    let mut finding = Diagnostic::new(
        &MANIFEST_IN_NOTE,
        node.name_span,
        "nothing applies the manifest in this note",
    );
    let missing: Vec<&str> = ["apiVersion:", "kind:"]
        .into_iter()
        .filter(|key| !has(key))
        .map(|key| key.trim_end_matches(':'))
        .collect();
    if !missing.is_empty() {
        finding = finding.note(format!(
            "it could not be applied: it has no `{}`",
            missing.join("` and no `")
        ));
    }
    if has("weight:") && has("paths:") {
        finding = finding
            .note("the paths of an Ingress have no `weight`; an HTTPRoute's backendRefs have");
    }
    found.push(finding.help("put it into a file, and apply the file with `run`"));
}

fn commands(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for script in &context.scripts {
        let at = |word: &Word<'_>| script.command.place(word.start, word.end);
        for simple in &script.commands {
            let Some(first) = simple.words.first() else {
                continue;
            };
            let arguments = simple.arguments();
            let verb = verb(simple);
            if verb == "rollout undo"
                && let Some((revision, word)) = simple.value(&["--to-revision"])
                && revision.bytes().all(|digit| digit.is_ascii_digit())
                && revision != "0"
            {
                found.push(
                    Diagnostic::new(
                        &FIXED_REVISION,
                        at(word),
                        format!("revision {revision} is another one after each rollout"),
                    )
                    .help(
                        "leave it out to take the one before, or capture or record it before the deployment",
                    ),
                );
            }
            if simple.program() == "helm"
                && arguments
                    .first()
                    .is_some_and(|word| word.text == "rollback")
                && let Some(word) = arguments.get(2)
                && word.text.bytes().all(|digit| digit.is_ascii_digit())
                && word.text != "0"
            {
                found.push(
                    Diagnostic::new(
                        &FIXED_REVISION,
                        at(word),
                        format!("revision {} is another one after each upgrade", word.text),
                    )
                    .help(
                        "leave it out to take the one before, or capture or record it before the deployment",
                    ),
                );
            }
            let lists = matches!(simple.program(), "docker" | "podman")
                && match arguments {
                    [one, ..] if one.text == "images" => true,
                    [one, two, ..] => one.text == "image" && two.text == "ls",
                    _ => false,
                };
            if lists {
                found.push(
                    Diagnostic::new(
                        &LOCAL_IMAGE,
                        at(first),
                        "this shows the images of this machine, and the cluster pulls from a registry",
                    )
                    .help("ask the registry: `docker manifest inspect REGISTRY/IMAGE:TAG`"),
                );
            }
            if simple.program() == "redis-cli"
                && let Some(word) = arguments
                    .iter()
                    .find(|word| word.text.eq_ignore_ascii_case("save"))
            {
                found.push(
                    Diagnostic::new(
                        &BLOCKS_EVERYBODY,
                        at(word),
                        "`SAVE` stops Redis for everybody until the file is written",
                    )
                    .offer("write `BGSAVE`", at(word), "BGSAVE"),
                );
            }
            if verb == "delete"
                && let Some(word) = simple.find(&["--force"])
                && simple
                    .operands()
                    .nth(1)
                    .is_some_and(|word| matches!(&*word.text, "pod" | "pods" | "po"))
            {
                found.push(
                    Diagnostic::new(
                        &FORCED_DELETE,
                        at(word),
                        "with `--force` pods are forgotten before they have ended",
                    )
                    .help("leave it out: pods are given time to end")
                    .offer("leave it out", at(word), ""),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_told_from_warnings() {
        let broken = |text: &str| broken_promise(Lower::of(text)).is_some();
        assert!(broken(
            "if the readiness probe fails, kubernetes rolls back by itself"
        ));
        assert!(!broken("kubernetes never rolls back by itself"));
        assert!(!broken("argo rollouts rolls back by itself"));
    }

    #[test]
    fn manifests_are_told_from_other_yaml() {
        assert!(fence("x\n```yaml\nspec:\n  a: 1\n```\n").is_some());
        assert!(fence("x\n```yaml\nvalues: 1\n```\n").is_none());
    }
}
