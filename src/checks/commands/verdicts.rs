//! What a command shows, and whether anybody judges it.

use super::{NOT_AWAITED, NOT_COMPRESSED, ONLY_HEALTH, SHOWS_MORE, UNJUDGED, URL_GLOB};
use crate::checks::Context;
use crate::checks::scripts::{Script, verb};
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Work};
use crate::shell::Word;

/// Verbs of kubectl that print and end well whatever they print.
const PRINTING: &[&str] = &[
    "get",
    "describe",
    "top",
    "cluster-info",
    "events",
    "logs",
    "rollout history",
];

pub(super) fn unjudged(context: &Context<'_>, script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    let Work::Run {
        expect,
        capture,
        effect,
        ..
    } = &script.node.work
    else {
        return;
    };
    if *effect != Effect::ReadsOnly || !script.is_forward() {
        return;
    }
    let prints = !script.commands.is_empty()
        && script
            .commands
            .iter()
            .all(|simple| verb(simple).is_one_of(PRINTING) && !simple.kept);
    if !prints {
        return;
    }
    let judges = |work: &Work| {
        matches!(
            work,
            Work::Check { .. } | Work::Require { .. } | Work::Record { .. }
        )
    };
    let around = context.order.parents[script.place].map(|at| context.order.nodes[at]);
    // A title that says what is so is what somebody looks for.
    let title = format!(" {} ", context.titles.lower(script.place).text());
    let states = [" is ", " are ", " has ", " have "]
        .iter()
        .any(|word| title.contains(word));
    let judged = states
        || !expect.is_empty()
        || capture.is_some()
        || script.node.children.iter().any(|child| judges(&child.work))
        || around
            .is_some_and(|around| judges(&around.work) || matches!(around.work, Work::Hold { .. }));
    if judged {
        shows_more(script, found);
        return;
    }
    found.push(
        Diagnostic::new(
            &UNJUDGED,
            script.node.name_span,
            "nobody judges what this prints",
        )
        .help("put it into the `check` that it establishes, or say what to `expect`"),
    );
}

/// All pods are listed, and the check inside is about some of them.
fn shows_more(script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    let counted = script.node.children.iter().find(|child| {
        matches!(&child.work, Work::Check { holds: Some(holds) } if holds.is_machine_checked())
    });
    let Some(counted) = counted else {
        return;
    };
    for simple in &script.commands {
        let operands: Vec<&Word<'_>> = simple.operands().collect();
        let words: Vec<&str> = operands.iter().map(|word| &*word.text).collect();
        let all = matches!(words.as_slice(), ["get", "pods" | "pod" | "po"])
            && !simple.has(&["-l", "--selector", "--field-selector"]);
        if !all {
            continue;
        }
        let (Some(first), Some(last)) = (operands.first(), operands.last()) else {
            continue;
        };
        let at = |word: &Word<'_>| script.command.place(word.start, word.end);
        found.push(
            Diagnostic::new(
                &SHOWS_MORE,
                at(first).to(at(last)),
                "this lists every pod of the namespace, and the check counts some of them",
            )
            .also(counted.name_span, "the check")
            .help("choose them: `-l app=NAME`"),
        );
    }
}

/// A title that promises a test, and a command that asks only whether the service is up.
pub(super) fn only_health(context: &Context<'_>, script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    let title = context.titles.lower(script.place);
    let mut words = title
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    if !matches!(words.next(), Some("test" | "try" | "exercise" | "verify")) {
        return;
    }
    let known = [
        "health",
        "healthy",
        "ready",
        "readiness",
        "alive",
        "liveness",
        "up",
        "service",
        "answers",
        "answer",
        "responds",
        "responding",
        "status",
        "endpoint",
        "endpoints",
        "api",
        "rollback",
        "probe",
        "deployment",
        "reachable",
    ];
    if words.any(|word| known.contains(&word)) {
        return;
    }
    let [simple] = script.commands.as_slice() else {
        return;
    };
    if !matches!(simple.program(), "curl" | "wget") {
        return;
    }
    let word = simple.arguments().iter().find(|word| {
        let path = word.text.trim_end_matches('/');
        [
            "/health", "/healthz", "/ready", "/readyz", "/livez", "/ping", "/status", "/up",
        ]
        .iter()
        .any(|end| path.ends_with(end))
    });
    if let Some(word) = word {
        found.push(
            Diagnostic::new(
                &ONLY_HEALTH,
                script.command.place(word.start, word.end),
                "this asks whether the service is up, and the title promises more",
            )
            .also(script.node.name_span, "the title")
            .help("ask for what is to be tested, or call it a health check"),
        );
    }
}

/// `pg_dump x > y.gz`: plain text under the name of a compressed file.
pub(super) fn not_compressed(script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    let text = &script.command.text;
    for line in text.lines().filter(|line| line.contains('>')) {
        let Some((before, behind)) = line.split_once("> ") else {
            continue;
        };
        let file = behind.split_whitespace().next().unwrap_or_default();
        let compressed = [".gz", ".zst", ".bz2", ".xz"]
            .iter()
            .any(|end| file.ends_with(end));
        let dumps = ["pg_dump", "mysqldump", "pg_dumpall"]
            .iter()
            .any(|program| before.contains(program));
        let packs = ["gzip", "zstd", "bzip2", "xz", "-Z", "-Fc", "--compress"]
            .iter()
            .any(|word| before.contains(word));
        if compressed && dumps && !packs {
            let at = text.find(file).unwrap_or_default();
            found.push(
                Diagnostic::new(
                    &NOT_COMPRESSED,
                    script.command.place(at, at + file.len()),
                    format!("`{file}` will be plain text: nothing compresses it"),
                )
                .help("send it through `gzip`, or call it what it is"),
            );
        }
    }
}

/// An address with brackets, braces or blanks in it.
pub(super) fn globs(script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    for simple in &script.commands {
        if simple.program() != "curl" || simple.has(&["-g", "--globoff", "--data-urlencode"]) {
            continue;
        }
        let odd = simple.arguments().iter().find(|word| {
            let address = word.text.starts_with("http://") || word.text.starts_with("https://");
            let plain = word.text.replace("${", "$");
            address && word.quoted && plain.contains(['[', '{', ' '])
        });
        if let Some(word) = odd {
            found.push(
                Diagnostic::new(
                    &URL_GLOB,
                    script.command.place(word.start, word.end),
                    "`curl` takes brackets, braces and blanks in an address apart",
                )
                .help("send the query by itself: `curl -fG ADDRESS --data-urlencode 'query=…'`"),
            );
        }
    }
}

/// A pod or job that was started, and whose log is read before anything waits for it.
pub(super) fn not_awaited(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut started: Option<(&str, &Script<'_>)> = None;
    for script in context.forward() {
        for simple in &script.commands {
            let mut operands = simple.operands().map(|word| &*word.text);
            let words = [operands.next(), operands.next(), operands.next()];
            match words {
                [Some("run"), Some(name), _]
                    if !simple.has(&["--attach", "--wait", "-i", "--rm"]) =>
                {
                    started = Some((name, script));
                }
                [Some("create"), Some("job"), Some(name)] => started = Some((name, script)),
                [Some("wait"), ..] => started = None,
                [Some("logs"), Some(of), _] => {
                    let of = of.rsplit('/').next().unwrap_or(of);
                    let Some((_, before)) = started.take_if(|(name, _)| *name == of) else {
                        continue;
                    };
                    if script.command.text.contains("--follow") || simple.has(&["-f"]) {
                        continue; // it ends when the pod does
                    }
                    found.push(
                        Diagnostic::new(
                            &NOT_AWAITED,
                            script.node.name_span,
                            format!("the log of `{of}` is read, and nothing waits for its end"),
                        )
                        .also(before.node.name_span, "started here")
                        .help("wait for it first: `kubectl wait --for=condition=complete job/NAME --timeout=10m`"),
                    );
                }
                _ => {}
            }
        }
    }
}
