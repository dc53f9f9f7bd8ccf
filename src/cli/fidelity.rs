//! The account of what a target makes of every node of a plan.

use std::collections::BTreeMap;
use std::fmt::Write;

use deployc::backend::{Account, Backend, Fidelity};
use deployc::plan::{Node, Plan};
use deployc::report::visible_line;
use serde_json::{Value, json};

use super::screen::Screen;

/// What became of the nodes of one spec in one target.
pub struct Accounted {
    /// The spec, as it is shown.
    pub spec: String,
    /// The target.
    pub target: &'static str,
    /// Every node.
    pub nodes: Vec<Account>,
}

/// The version of the report's shape.
const VERSION: u32 = 1;

/// Nodes of one kind that fare alike; what is refused is told one by one.
struct Group<'a> {
    first: &'a Account,
    more: usize,
}

/// Says on standard error what the target can't carry as it is. Returns whether it refuses
/// anything; that is told even where little is to be said.
pub fn tell(
    screen: Screen,
    target: &dyn Backend,
    plan: &Plan,
    accounts: &[Account],
    quiet: bool,
) -> bool {
    let nodes: BTreeMap<&str, &Node> = plan.walk().map(|node| (node.id.as_str(), node)).collect();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for account in accounts {
        let refused = matches!(account.fidelity, Fidelity::Refused { .. });
        if matches!(account.fidelity, Fidelity::Exact) || (quiet && !refused) {
            continue;
        }
        match groups.iter_mut().find(|group| {
            !refused && group.first.kind == account.kind && group.first.fidelity == account.fidelity
        }) {
            Some(group) => group.more += 1,
            None => groups.push(Group {
                first: account,
                more: 0,
            }),
        }
    }
    let mut text = String::new();
    for group in &groups {
        let account = group.first;
        let place = nodes
            .get(account.node.as_str())
            .map_or_else(String::new, |node| {
                let origin = &node.origin;
                format!("{}:{}:{}: ", origin.file, origin.line, origin.column)
            });
        let refused = matches!(account.fidelity, Fidelity::Refused { .. });
        let level = if refused { "error" } else { "note" };
        let more = match group.more {
            0 => " is".to_owned(),
            more => format!(" and {more} more are"),
        };
        let _ = writeln!(
            text,
            "{}{level}: {} `{}`{more} {} in {}: {}",
            visible_line(&place),
            account.kind,
            visible_line(&account.node),
            account.fidelity.name(),
            target.name(),
            visible_line(account.fidelity.detail()),
        );
    }
    if !quiet {
        let _ = writeln!(text, "{}: {}", target.name(), summary(accounts));
    }
    screen.complain(&text);
    accounts
        .iter()
        .any(|account| matches!(account.fidelity, Fidelity::Refused { .. }))
}

const NAMES: [&str; 4] = ["exact", "approximate", "elsewhere", "refused"];

/// `134 exact, 2 approximate`.
fn summary(accounts: &[Account]) -> String {
    let counts = counts(accounts);
    let parts: Vec<String> = NAMES
        .iter()
        .filter(|name| counts[*name] > 0)
        .map(|name| format!("{} {name}", counts[name]))
        .collect();
    if parts.is_empty() {
        "nothing to do".to_owned()
    } else {
        parts.join(", ")
    }
}

fn counts(accounts: &[Account]) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&'static str, usize> = NAMES.iter().map(|name| (*name, 0)).collect();
    for account in accounts {
        *counts.entry(account.fidelity.name()).or_default() += 1;
    }
    counts
}

/// The report as JSON.
pub fn json(all: &[Accounted]) -> String {
    let reports: Vec<Value> = all
        .iter()
        .map(|one| {
            let counts = counts(&one.nodes);
            let mut counted = serde_json::Map::new();
            for name in NAMES {
                counted.insert(name.to_owned(), counts[name].into());
            }
            json!({
                "spec": one.spec,
                "target": one.target,
                "counts": counted,
                "nodes": one.nodes,
            })
        })
        .collect();
    let document = json!({ "version": VERSION, "reports": reports });
    format!("{document:#}\n")
}
