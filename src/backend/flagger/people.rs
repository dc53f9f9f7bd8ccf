//! Whom Flagger tells, and how.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::backend::{channels, kubernetes, one_line};
use crate::plan::{Channel, Plan, Work};

/// Flagger's name for a kind of channel, if it has one.
fn provider(kind: &str) -> Option<&'static str> {
    match kind {
        "slack" => Some("slack"),
        "teams" | "msteams" => Some("msteams"),
        "discord" => Some("discord"),
        "rocket" | "rocketchat" => Some("rocket"),
        "gchat" | "google-chat" => Some("gchat"),
        _ => None,
    }
}

/// A channel that Flagger tells something.
pub struct Told<'a> {
    pub channel: &'a Channel,
    /// Flagger's name for its kind.
    pub kind: &'static str,
    /// `error` for what goes wrong, `info` for all.
    pub severity: &'static str,
    /// The nodes that tell it.
    pub nodes: Vec<&'a str>,
}

/// The channels that are told while traffic moves, in the order declared.
pub fn told(plan: &Plan) -> Vec<Told<'_>> {
    let mut all: BTreeMap<&str, (&'static str, Vec<&str>)> = BTreeMap::new();
    for node in plan.walk() {
        let (severity, channels): (_, Vec<&String>) = match &node.work {
            Work::Severity { then } => ("error", channels(then).collect()),
            Work::Notify { notice, .. } => ("info", notice.channels.iter().collect()),
            _ => continue,
        };
        for name in channels {
            let known = all.entry(name).or_insert((severity, Vec::new()));
            if severity == "info" {
                known.0 = severity;
            }
            known.1.push(&node.id);
        }
    }
    for name in channels(&plan.deployment.on_failure) {
        all.entry(name).or_insert(("error", vec!["deployment"]));
    }
    plan.channels
        .iter()
        .filter_map(|channel| {
            let kind = provider(&channel.kind)?;
            let (severity, nodes) = all.remove(channel.name.as_str())?;
            Some(Told {
                channel,
                kind,
                severity,
                nodes,
            })
        })
        .collect()
}

/// What an AlertProvider says. Its address is a secret, which must exist.
pub fn alert_provider(channel: &Channel, kind: &str) -> Value {
    let address = one_line(&channel.address.to_string());
    let mut spec = json!({ "type": kind });
    if kind == "slack" && !address.is_empty() {
        spec["channel"] = json!(address.trim_start_matches('#'));
        spec["username"] = json!("flagger");
    }
    spec["secretRef"] =
        json!({ "name": format!("{}-webhook", kubernetes::dns_label(&channel.name)) });
    spec
}
