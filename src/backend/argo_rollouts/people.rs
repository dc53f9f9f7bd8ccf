//! Whom the controller tells: annotations that subscribe channels to what happens to a Rollout.
//!
//! The words and the addresses of services are an administrator's, in the ConfigMap and the Secret of
//! the controller: <https://argo-rollouts.readthedocs.io/en/stable/features/notifications/>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::backend::{channels, one_line};
use crate::plan::{Action, Channel, Deed, Node, Plan, Work};

use super::traffic::moved;

/// The controller's name for a kind of channel, if it has one.
fn service(kind: &str) -> Option<&'static str> {
    match kind {
        "slack" => Some("slack"),
        "teams" | "msteams" => Some("teams"),
        "gchat" | "google-chat" => Some("googlechat"),
        "rocket" | "rocketchat" => Some("rocketchat"),
        "mattermost" => Some("mattermost"),
        "telegram" => Some("telegram"),
        "email" | "mail" => Some("email"),
        _ => None,
    }
}

/// Whom a channel is for the controller; nothing where it has no such service, or would take the
/// address for several.
fn recipient(channel: &Channel) -> Option<(&'static str, String)> {
    let service = service(&channel.kind)?;
    let address = one_line(&channel.address.to_string());
    let address = if address.is_empty() {
        channel.name.clone()
    } else {
        address
    };
    let address = match service {
        "slack" => address.trim_start_matches('#').to_owned(),
        _ => address,
    };
    (!address.is_empty() && !address.contains([';', '{'])).then_some((service, address))
}

/// The nodes from the last shift or switch on: what is told there, is told when traffic has moved.
pub fn afterwards(plan: &Plan) -> Vec<&Node> {
    let all: Vec<&Node> = plan.forward().into_iter().flat_map(Node::walk).collect();
    let last = all.iter().rposition(|node| moved(node).is_some());
    last.map_or_else(Vec::new, |last| all[last..].to_vec())
}

/// The events of a Rollout of which a plan tells channels: the trigger, the channels.
fn told(plan: &Plan) -> Vec<(&'static str, &String)> {
    let mut all: Vec<(&'static str, &String)> = Vec::new();
    for node in afterwards(plan) {
        if let Work::Notify { notice, .. } = &node.work {
            for channel in &notice.channels {
                all.push(("on-rollout-completed", channel));
            }
        }
    }
    for rule in plan.of_kind("severity") {
        if let Work::Severity { then } = &rule.work {
            let pauses = then.iter().any(|action| matches!(action.deed, Deed::Pause));
            let back = then
                .iter()
                .any(|action| matches!(action.deed, Deed::Rollback { .. } | Deed::Stop));
            for channel in channels(then) {
                if back {
                    all.push(("on-rollout-aborted", channel));
                }
                if pauses {
                    all.push(("on-rollout-paused", channel));
                }
            }
        }
    }
    for channel in channels(&plan.deployment.on_failure) {
        all.push(("on-rollout-aborted", channel));
    }
    all
}

/// The annotations of a Rollout.
pub fn annotations(plan: &Plan) -> Vec<(String, Value)> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (trigger, name) in told(plan) {
        let channel = plan.channels.iter().find(|channel| channel.name == *name);
        if let Some((service, address)) = channel.and_then(recipient) {
            all.entry(format!(
                "notifications.argoproj.io/subscribe.{trigger}.{service}"
            ))
            .or_default()
            .insert(address);
        }
    }
    all.into_iter()
        .map(|(key, addresses)| {
            let addresses: Vec<String> = addresses.into_iter().collect();
            (key, Value::String(addresses.join(";")))
        })
        .collect()
}

/// Whether the controller tells a channel of a node that notifies.
pub fn is_told(plan: &Plan, node: &Node) -> bool {
    let Work::Notify { notice, .. } = &node.work else {
        return false;
    };
    notice.channels.iter().any(|name| is_reached(plan, name))
}

/// Whether the controller can tell the channel of this name anything.
fn is_reached(plan: &Plan, name: &str) -> bool {
    let channel = plan.channels.iter().find(|channel| channel.name == name);
    channel.and_then(recipient).is_some()
}

/// Whether the controller tells all that some actions tell.
pub fn are_told(plan: &Plan, actions: &[Action]) -> bool {
    actions.iter().all(|action| match &action.deed {
        Deed::Rollback { .. } | Deed::Stop | Deed::Pause => true,
        Deed::Notify(notice) => {
            notice.roles.is_empty() && notice.channels.iter().all(|name| is_reached(plan, name))
        }
        Deed::Skip
        | Deed::Retry { .. }
        | Deed::Page { .. }
        | Deed::Do { .. }
        | Deed::Instruct { .. } => false,
    })
}
