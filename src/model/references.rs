//! Settles what `after`, `from` and `expect` mean, when every id is known.

use std::collections::HashMap;

use super::lower::Lower;
use super::names::UNKNOWN_NAME;
use super::node::Node;
use super::trial::{Event, TestPoint};
use super::work::Work;
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;

impl Lower<'_> {
    /// Replaces every reference to a node by its id. What means no node is a finding, and goes.
    pub fn settle(&mut self) {
        let mut nodes = std::mem::take(&mut self.spec.nodes);
        let mut ids: HashMap<String, ()> = HashMap::new();
        for node in &nodes {
            node.walk(&mut |node| {
                ids.insert(node.id.clone(), ());
            });
        }
        let mut found = Vec::new();
        for node in &mut nodes {
            settle_node(node, &ids, &mut found);
        }
        let poisoned = |name: &str| self.names.is_poisoned(0, name);
        found.retain(|(name, _): &(String, Diagnostic)| !poisoned(name));
        self.found
            .extend(found.into_iter().map(|(_, finding)| finding));
        self.spec.nodes = nodes;
    }
}

type Found = Vec<(String, Diagnostic)>;

fn settle_node(node: &mut Node, ids: &HashMap<String, ()>, found: &mut Found) {
    let around = node.id.clone();
    node.after.retain_mut(|after| {
        if after.id == "rollback" {
            return true;
        }
        match resolve(&around, &after.id, ids) {
            Some(id) => {
                after.id = id;
                true
            }
            None => {
                found.push((after.id.clone(), unknown(&after.id, after.span, ids)));
                false
            }
        }
    });
    if let Work::Test { given, expect } = &mut node.work {
        for given in given {
            for point in [&mut given.from, &mut given.to].into_iter().flatten() {
                if let TestPoint::Node(name) = point {
                    match resolve("", name, ids) {
                        Some(id) => *name = id,
                        None => found.push((name.clone(), unknown(name, given.span, ids))),
                    }
                }
            }
        }
        for expected in expect {
            if let Event::Reached { node } = &mut expected.event {
                match resolve("", node, ids) {
                    Some(id) => *node = id,
                    // The verdict on the whole is there whether or not it is spelled out.
                    None if matches!(node.as_str(), "success" | "failure") => {}
                    None => found.push((node.clone(), unknown(node, expected.span, ids))),
                }
            }
        }
    }
    for child in &mut node.children {
        settle_node(child, ids, found);
    }
}

/// The id that a name means, seen from a node: beside it, beside what is around it, and so on to
/// the top; rules and rollbacks by their name alone.
fn resolve(from: &str, name: &str, ids: &HashMap<String, ()>) -> Option<String> {
    let mut around = from;
    loop {
        around = around.rsplit_once('/').map_or("", |(outer, _)| outer);
        let id = if around.is_empty() {
            name.to_owned()
        } else {
            format!("{around}/{name}")
        };
        if ids.contains_key(&id) && id != from {
            return Some(id);
        }
        if around.is_empty() {
            break;
        }
    }
    ["rollback", "severity", "monitor", "procedure", "alert"]
        .iter()
        .map(|kind| format!("{kind}/{name}"))
        .find(|id| ids.contains_key(id))
        .or_else(|| ids.contains_key(name).then(|| name.to_owned()))
}

fn unknown(name: &str, span: Span, ids: &HashMap<String, ()>) -> Diagnostic {
    let mut known: Vec<&str> = ids.keys().map(String::as_str).collect();
    known.sort_unstable();
    let mut finding = Diagnostic::new(
        &UNKNOWN_NAME,
        span,
        format!("no phase, gate or step is called `{name}`"),
    );
    let last = name.rsplit('/').next().unwrap_or(name);
    let inner: Vec<&str> = known
        .iter()
        .copied()
        .filter(|id| id.rsplit('/').next() == Some(last))
        .take(3)
        .collect();
    if let Some(near) = inner
        .first()
        .copied()
        .or_else(|| nearest(name, known.iter().copied()))
    {
        finding =
            finding
                .help(format!("perhaps `{near}`"))
                .offer(format!("write `{near}`"), span, near);
    } else {
        finding = finding.help("a node is named by its id, such as `canary/decision`");
    }
    finding
}
