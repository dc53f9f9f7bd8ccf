//! Where a command goes: a host that belongs to nobody, one host by two ways, a namespace that nobody
//! named, an environment that is not made as production is.

use std::collections::BTreeMap;

use super::{EXAMPLE_HOST, NO_NAMESPACE, REHEARSED_AFTERWARDS, STAGING_DIFFERS, TWO_SCHEMES};
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::checks::scripts::{Script, names_staging, verb};
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Work};
use crate::shell::Word;
use crate::source::Span;

/// An address in a text: its scheme, its host, and where it begins in the text.
pub(super) fn addresses(text: &str) -> Vec<(&'static str, &str, usize)> {
    let mut found = Vec::new();
    for (colon, _) in text.match_indices("://") {
        let scheme = match &text[..colon] {
            before if before.ends_with("https") => "https",
            before if before.ends_with("http") => "http",
            _ => continue,
        };
        let behind = &text[colon + "://".len()..];
        let end = behind
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-')))
            .unwrap_or(behind.len());
        if end > 0 {
            found.push((scheme, &behind[..end], colon - scheme.len()));
        }
    }
    found
}

/// Every address of a spec with its place, in the order of the lists: commands, links, channels.
fn all(context: &Context<'_>) -> Vec<(&'static str, String, Span)> {
    let mut found = Vec::new();
    for script in &context.scripts {
        for (scheme, host, at) in addresses(&script.command.text) {
            let end = at + scheme.len() + 3 + host.len();
            found.push((scheme, host.to_lowercase(), script.command.place(at, end)));
        }
    }
    for place in context.of_kinds(&[Kind::Link, Kind::Lookup]) {
        let node = context.order.nodes[place];
        match &node.work {
            Work::Link { address } => {
                for (scheme, host, _) in addresses(&address.to_string()) {
                    found.push((scheme, host.to_lowercase(), node.name_span));
                }
            }
            Work::Lookup { command } => {
                for (scheme, host, at) in addresses(&command.text) {
                    let end = at + scheme.len() + 3 + host.len();
                    found.push((scheme, host.to_lowercase(), command.place(at, end)));
                }
            }
            _ => {}
        }
    }
    for channel in &context.spec.channels {
        for (scheme, host, _) in addresses(&channel.address.to_string()) {
            found.push((scheme, host.to_lowercase(), channel.span));
        }
    }
    for message in &context.spec.messages {
        for (scheme, host, _) in addresses(&message.body.to_string()) {
            found.push((scheme, host.to_lowercase(), message.span));
        }
    }
    found
}

pub(super) fn hosts(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let all = all(context);
    for (_, host, span) in &all {
        // RFC 2606 keeps these for examples: nobody answers there.
        let reserved = ["example.com", "example.org", "example.net"]
            .iter()
            .any(|one| {
                let before = host.strip_suffix(one);
                before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            });
        if reserved {
            found.push(
                Diagnostic::new(
                    &EXAMPLE_HOST,
                    *span,
                    format!("`{host}` is kept for examples: nobody answers there"),
                )
                .help("name the host that is meant"),
            );
        }
    }
    let mut schemes: BTreeMap<&str, (Option<Span>, Option<Span>, usize)> = BTreeMap::new();
    for (scheme, host, span) in &all {
        let entry = schemes.entry(host).or_default();
        if *scheme == "http" {
            entry.0.get_or_insert(*span);
            entry.2 += 1;
        } else {
            entry.1.get_or_insert(*span);
        }
    }
    for (host, (plain, safe, times)) in schemes {
        if let (Some(plain), Some(safe)) = (plain, safe) {
            let more = match times {
                1 => String::new(),
                many => format!(" ({many} times)"),
            };
            found.push(
                Diagnostic::new(
                    &TWO_SCHEMES,
                    plain,
                    format!("`{host}` is asked by http here{more}, and by https elsewhere"),
                )
                .also(safe, "by https")
                .help(
                    "ask it by https everywhere: what answers to http may be a redirection alone",
                ),
            );
        }
    }
}

/// A kubectl command that names things of a namespace, and no namespace.
pub(super) fn namespaces(context: &Context<'_>, script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    const NAMESPACED: &[&str] = &[
        "run",
        "patch",
        "scale",
        "delete",
        "logs",
        "exec",
        "set image",
        "set env",
        "rollout undo",
        "rollout status",
        "rollout restart",
        "rollout history",
        "wait",
    ];
    let Some(service) = context.namespaced else {
        return;
    };
    if script.command.text.contains("set-context") {
        return;
    }
    for simple in &script.commands {
        let verb = verb(simple);
        if !verb.is_one_of(NAMESPACED) {
            continue;
        }
        let chosen = simple.has(&[
            "-n",
            "--namespace",
            "-A",
            "--all-namespaces",
            "-f",
            "--filename",
            "-k",
            "--context",
        ]);
        let mut operands = simple.operands();
        let wide = operands.any(|word| {
            [
                "node",
                "nodes",
                "namespace",
                "namespaces",
                "ns",
                "crd",
                "pv",
            ]
            .contains(&&*word.text)
                || word.text.starts_with("node/")
        });
        if chosen || wide {
            continue;
        }
        let (Some(first), Some(last)) = (simple.words.first(), simple.operands().next()) else {
            continue;
        };
        let at = |word: &Word<'_>| script.command.place(word.start, word.end);
        let namespace = service.namespace.as_deref().unwrap_or_default();
        found.push(
            Diagnostic::new(
                &NO_NAMESPACE,
                at(first).to(at(last)),
                format!("`kubectl {verb}` names no namespace, so it works in the default one"),
            )
            .also(
                service.span,
                format!("`{}` lives in `{namespace}`", service.name),
            )
            .help(format!("name it: `-n {namespace}`")),
        );
    }
}

/// How a script brings a version into an environment: `kubectl apply`, `helm upgrade`.
fn ways(script: &Script<'_>) -> Vec<String> {
    script
        .commands
        .iter()
        .filter_map(|simple| match simple.program() {
            "kubectl" | "oc" => {
                let verb = verb(simple);
                let makes = ["apply", "patch", "scale", "set image", "create", "replace"];
                verb.is_one_of(&makes).then(|| format!("kubectl {verb}"))
            }
            "helm" => simple
                .arguments()
                .first()
                .filter(|word| matches!(&*word.text, "install" | "upgrade"))
                .map(|word| format!("helm {}", word.text)),
            _ => None,
        })
        .collect()
}

pub(super) fn parity(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    if !context.forward().any(|script| script.names_staging) {
        return;
    }
    let mut staging: Option<(&Script<'_>, Vec<String>)> = None;
    let mut production: Vec<(&Script<'_>, String)> = Vec::new();
    for script in context.forward() {
        let ways = ways(script);
        if ways.is_empty() {
            continue;
        }
        // Files of staging in production's namespace are a rule of their own.
        let own = script.commands.iter().any(|simple| {
            simple
                .value(&["-n", "--namespace"])
                .is_some_and(|(namespace, _)| !names_staging(namespace))
        });
        if script.names_staging && !own {
            if staging.is_none() {
                staging = Some((script, ways));
            }
        } else {
            production.extend(ways.into_iter().map(|way| (script, way)));
        }
    }
    let Some((rehearsal, ways)) = staging else {
        return;
    };
    let Some((real, way)) = production.first() else {
        return;
    };
    if production.iter().any(|(_, way)| ways.contains(way)) {
        return;
    }
    found.push(
        Diagnostic::new(
            &STAGING_DIFFERS,
            rehearsal.node.name_span,
            format!(
                "staging is made with `{}`, and production with `{way}`",
                ways.join("`, `")
            ),
        )
        .also(real.node.name_span, "production")
        .help("deploy to both in the same way, so that staging tries out what production gets"),
    );
}

/// Production is changed, and only afterwards the same is tried in staging.
pub(super) fn rehearsal(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut changed: Option<&Script<'_>> = None;
    for script in context.forward() {
        if changed.is_none() && script.changes_production {
            changed = Some(script);
        }
        let tries = script.is_elsewhere
            && matches!(&script.node.work, Work::Run { effect, .. } if *effect != Effect::ReadsOnly);
        let Some(before) = changed.filter(|_| tries) else {
            continue;
        };
        if !names_staging(&script.command.text.to_lowercase()) {
            continue;
        }
        // Files of staging in production's namespace are a rule of their own.
        let own = script.commands.iter().any(|simple| {
            simple
                .value(&["-n", "--namespace"])
                .is_some_and(|(namespace, _)| !namespace.contains("stag"))
        });
        if own {
            continue;
        }
        found.push(
            Diagnostic::new(
                &REHEARSED_AFTERWARDS,
                script.node.name_span,
                "staging tries it out after production has been changed",
            )
            .also(before.node.name_span, "production is changed here")
            .help("try it out in staging first"),
        );
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found() {
        assert_eq!(
            addresses("curl https://a.b-c.de/x?y=http://d.e"),
            [("https", "a.b-c.de", 5), ("http", "d.e", 26)]
        );
    }
}
