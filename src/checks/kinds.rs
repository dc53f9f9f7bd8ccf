//! Workloads that are asked for as what they are not: a Rollout or a StatefulSet as a Deployment.

use super::Context;
use super::scripts::verb;
use crate::diagnostic::Diagnostic;
use crate::model::{Origin, Service};
use crate::rule;

rule! {
    /// The service is a StatefulSet, a DaemonSet or a Rollout of Argo, and a query or a command is about
    /// a Deployment. kube-state-metrics has no such series, so there are never any data; and
    /// `kubectl rollout` does not know a Rollout of Argo, which has a plugin of its own.
    pub OTHER_KIND = "D0627", "other-kind", Platform, Warning, "a workload asked for as another kind", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let kinds: Vec<(&Service, &str, &str)> = context
        .spec
        .services
        .iter()
        .filter_map(|service| {
            let (kind, name) = service.workload.as_deref()?.split_once('/')?;
            Some((service, kind_of(kind)?, name))
        })
        .collect();
    if kinds.iter().all(|(_, kind, _)| *kind == "deployment") {
        return;
    }
    queries(context, &kinds, found);
    commands(context, found);
}

/// The kind of a workload by one of its names.
fn kind_of(word: &str) -> Option<&'static str> {
    Some(match word.split('.').next().unwrap_or(word) {
        "deployment" | "deployments" | "deploy" => "deployment",
        "statefulset" | "statefulsets" | "sts" => "statefulset",
        "daemonset" | "daemonsets" | "ds" => "daemonset",
        "rollout" | "rollouts" => "rollout",
        _ => return None,
    })
}

fn queries(context: &Context<'_>, kinds: &[(&Service, &str, &str)], found: &mut Vec<Diagnostic>) {
    for metric in &context.spec.metrics {
        let Some(query) = metric
            .query
            .as_deref()
            .filter(|query| query.contains("kube_"))
        else {
            continue;
        };
        for asked in ["deployment", "statefulset", "daemonset"] {
            if !query.contains(&format!("kube_{asked}_")) {
                continue;
            }
            let of = |name: &str| query.contains(&format!("{asked}=\"{name}\""));
            let is_there = kinds
                .iter()
                .any(|(_, kind, name)| *kind == asked && of(name));
            let other = kinds
                .iter()
                .find(|(_, kind, name)| *kind != asked && of(name));
            let Some((service, kind, name)) = other.filter(|_| !is_there) else {
                continue;
            };
            let series = match *kind {
                "rollout" => format!(
                    "Argo Rollouts has its own: `rollout_info_replicas_available{{name=\"{name}\"}}`"
                ),
                kind => format!("ask for `kube_{kind}_…{{{kind}=\"{name}\"}}`"),
            };
            // A metric of a library is wrong where it is used.
            let used = context.measurements.iter().find(|one| {
                metric.span.source != service.span.source
                    && one.measured.metric.metric == metric.name
            });
            found.push(
                Diagnostic::new(
                    &OTHER_KIND,
                    used.map_or(metric.span, |one| one.measured.span),
                    format!(
                        "`{}` asks for a {asked}, and `{name}` is a {kind}",
                        metric.name
                    ),
                )
                .label("there are never any data")
                .also(service.span, format!("its workload is `{kind}/{name}`"))
                .help(series),
            );
            break;
        }
    }
}

fn commands(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    for script in &context.scripts {
        for simple in &script.commands {
            let text = verb(simple).to_string();
            let Some(action) = text.strip_prefix("rollout ") else {
                continue;
            };
            let rollout = simple.arguments().iter().find_map(|word| {
                let named = match script
                    .command
                    .environment
                    .get(word.text.trim_start_matches('$'))
                {
                    Some(Origin::Value(value)) if word.text.starts_with('$') => value,
                    _ => &*word.text,
                };
                let (kind, name) = named.split_once('/')?;
                (kind_of(kind) == Some("rollout"))
                    .then(|| (word, named.to_owned(), name.to_owned()))
            });
            let Some((word, named, name)) = rollout else {
                continue;
            };
            let mut finding = Diagnostic::new(
                &OTHER_KIND,
                script.command.place(word.start, word.end),
                format!("`kubectl rollout {action}` does not know Rollouts of Argo"),
            );
            let services = &context.spec.services;
            if let Some(service) = services
                .iter()
                .find(|service| service.workload.as_ref() == Some(&named))
            {
                finding = finding.also(service.span, format!("its workload is `{named}`"));
            }
            found.push(finding.help(format!(
                "use its plugin: `kubectl argo rollouts {action} {name}`"
            )));
        }
    }
}
