//! Which lines of what is built come from which part of a spec: those that would not be there without
//! it. The spec is built again with the part left out, and compared.

use std::collections::BTreeSet;

use deployc::backend::manifests::Layout;
use deployc::backend::{Backend, Templates};
use deployc::plan::{Edge, EdgeKind, Node, Plan};
use similar::{Algorithm, ChangeTag, TextDiff};

use super::trouble::Trouble;

/// A file of a target.
pub struct Built {
    /// Its path below the output folder.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// How a file is built.
#[derive(Clone, Copy, Default)]
pub struct How<'a> {
    /// How manifests are laid out.
    pub layout: Layout,
    /// The namespace of `--rbac`.
    pub rbac: Option<&'a str>,
}

/// What a target makes of a plan.
pub fn built(
    backend: &dyn Backend,
    plan: &Plan,
    stem: &str,
    templates: &dyn Templates,
    how: How<'_>,
) -> Result<Vec<Built>, Trouble> {
    let with_rights = how
        .rbac
        .and_then(|namespace| backend.manifests_with_rights(plan, stem, namespace));
    let artifacts = match with_rights.or_else(|| backend.manifests(plan, stem)) {
        Some(manifests) => manifests.files(stem, how.layout),
        None => backend.emit(plan, stem, templates).map_err(Trouble::used)?,
    };
    Ok(artifacts
        .into_iter()
        .map(|artifact| Built {
            path: artifact.path,
            text: artifact.text,
        })
        .collect())
}

/// A part of a plan that can be left out.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// A node and all inside.
    Node(&'a Node),
    /// The metric at this place.
    Metric(usize),
    /// The service at this place.
    Service(usize),
}

/// The edges of a plan without some of its nodes; a stretch of which an end is gone is as long as what
/// is left of it.
fn edges_without(plan: &Plan, gone: &BTreeSet<&str>) -> Vec<Edge> {
    let stretches = plan.stretches();
    let left = plan
        .edges
        .iter()
        .filter(|edge| !gone.contains(edge.from.as_str()));
    left.filter_map(|edge| match edge.kind {
        EdgeKind::Sequence | EdgeKind::After => {
            (!gone.contains(edge.to.as_str())).then(|| edge.clone())
        }
        EdgeKind::Guards | EdgeKind::Undoes => {
            let mut reached = stretches.reached(edge);
            reached.retain(|node| !gone.contains(node.id.as_str()));
            edge.narrowed(&reached)
        }
    })
    .collect()
}

/// The plan without a part of it.
pub fn without(whole: &Plan, part: Part<'_>) -> Plan {
    let mut plan = whole.clone();
    match part {
        Part::Node(node) => {
            let gone: BTreeSet<&str> = node.walk().map(|inner| inner.id.as_str()).collect();
            remove(&mut plan.nodes, &gone);
            plan.edges = edges_without(whole, &gone);
            plan.order.retain(|id| !gone.contains(id.as_str()));
            plan.critical_path.retain(|id| !gone.contains(id.as_str()));
        }
        // What asks it stays, and asks something else.
        Part::Metric(place) => {
            if let Some(metric) = plan.metrics.get_mut(place) {
                metric.query = metric.query.as_ref().map(|_| "vector(8128)".to_owned());
                metric.title = deployc::plan::Text::plain("8128");
            }
        }
        Part::Service(place) => {
            if let Some(service) = plan.services.get_mut(place) {
                service.namespace = Some("n8128".to_owned());
                service.workload = service
                    .workload
                    .as_ref()
                    .map(|_| "deployment/w8128".to_owned());
                service.traffic = None;
                service.replicas = None;
                service.title = deployc::plan::Text::plain("8128");
            }
        }
    }
    plan
}

fn remove(nodes: &mut Vec<Node>, gone: &BTreeSet<&str>) {
    nodes.retain(|node| !gone.contains(node.id.as_str()));
    for node in nodes {
        remove(&mut node.children, gone);
    }
}

/// The lines of a text that are not in another one, from 1.
pub fn gone(before: &str, after: &str) -> BTreeSet<usize> {
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .diff_lines(before, after);
    diff.iter_all_changes()
        .filter(|change| change.tag() == ChangeTag::Delete)
        .filter_map(|change| change.old_index())
        .map(|index| index + 1)
        .collect()
}

/// The line of `after` that is line `line` of `before`; where that one is not there, the next that is.
pub fn same_line(before: &str, after: &str, line: usize) -> Option<usize> {
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .diff_lines(before, after);
    let mut last = None;
    for change in diff.iter_all_changes() {
        if change.tag() != ChangeTag::Equal {
            continue;
        }
        let (Some(old), Some(new)) = (change.old_index(), change.new_index()) else {
            continue;
        };
        last = Some(new + 1);
        if old + 1 >= line {
            return last;
        }
    }
    last
}

/// The innermost nodes without which a line would not be there, in the order written.
pub fn nodes_of<'a>(
    plan: &'a Plan,
    line: usize,
    lines: &mut impl FnMut(Part<'_>) -> Result<BTreeSet<usize>, Trouble>,
) -> Result<Vec<&'a Node>, Trouble> {
    fn among<'a>(
        nodes: &'a [Node],
        line: usize,
        lines: &mut impl FnMut(Part<'_>) -> Result<BTreeSet<usize>, Trouble>,
    ) -> Result<Vec<&'a Node>, Trouble> {
        let mut found = Vec::new();
        for node in nodes {
            if !lines(Part::Node(node))?.contains(&line) {
                continue;
            }
            let inside = among(&node.children, line, lines)?;
            if inside.is_empty() {
                found.push(node);
            } else {
                found.extend(inside);
            }
        }
        Ok(found)
    }
    among(&plan.nodes, line, lines)
}

/// The ids that the smallest block of YAML around a line names: a step, a template, an object.
pub fn named_around(text: &str, line: usize, known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let lead = |at: usize| lines[at].len() - lines[at].trim_start_matches(' ').len();
    let is_item = |at: usize| lines[at].trim_start().starts_with("- ");
    let Some(mut at) = line.checked_sub(1).filter(|at| *at < lines.len()) else {
        return Vec::new();
    };
    let mut inner: Option<(usize, bool)> = None;
    while lines[at] != "---" {
        let (own, item) = (lead(at), is_item(at));
        // The items of a list stand as deep as the key that it belongs to.
        let around =
            inner.is_none_or(|(deep, of_list)| own < deep || (own == deep && of_list && !item));
        if around && !lines[at].trim().is_empty() {
            inner = Some((own, item));
            let end = (at + 1..lines.len())
                .find(|next| {
                    lines[*next] == "---"
                        || !lines[*next].trim().is_empty()
                            && (lead(*next) < own
                                || lead(*next) == own && (item || !is_item(*next)))
                })
                .unwrap_or(lines.len());
            let ids = named(&lines[at..end], known);
            if !ids.is_empty() {
                return ids;
            }
        }
        if at == 0 {
            return Vec::new();
        }
        at -= 1;
    }
    let end = (at + 1..lines.len())
        .find(|next| lines[*next] == "---")
        .unwrap_or(lines.len());
    named(&lines[at..end], known)
}

/// The ids of nodes in annotations and arguments.
fn named(lines: &[&str], known: &dyn Fn(&str) -> bool) -> Vec<String> {
    const KEYS: [&str; 3] = ["deployc/nodes:", "deployc_nodes:", "value:"];
    let mut ids: Vec<String> = Vec::new();
    let mut folded = false;
    let mut add = |words: &str| {
        for id in words.split([' ', ',']) {
            if known(id) && !ids.iter().any(|other| other == id) {
                ids.push(id.to_owned());
            }
        }
    };
    for line in lines {
        let text = line.trim().trim_start_matches("- ");
        if let Some(key) = KEYS.iter().find(|key| text.starts_with(**key)) {
            let value = text[key.len()..].trim();
            folded = value.starts_with(['>', '|']);
            add(value);
        } else if folded {
            folded = !text.ends_with(':') && !text.contains(": ");
            if folded {
                add(text);
            }
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::{gone, named_around, same_line};

    #[test]
    fn what_is_gone_and_what_is_the_same() {
        let before = "a\nb\nc\nd\n";
        assert_eq!(
            gone(before, "a\nc\nd\n").into_iter().collect::<Vec<_>>(),
            [2]
        );
        assert_eq!(same_line(before, "x\na\nc\nd\n", 3), Some(3));
        assert_eq!(same_line(before, "x\na\nc\nd\n", 2), Some(3));
    }

    #[test]
    fn the_smallest_block_that_names_nodes() {
        let text = "\
# a comment
---
metadata:
  annotations:
    deployc/nodes: p, q
spec:
  templates:
  - name: one
    metadata:
      annotations:
        deployc/nodes: p/a
    script:
      source: |
        echo
  - name: two
    value: p/b
";
        let around = |line| named_around(text, line, &|id| id.starts_with(['p', 'q']));
        assert_eq!(around(13), ["p/a"]);
        assert_eq!(around(8), ["p/a"]);
        assert_eq!(around(7), ["p/a", "p/b"]);
        assert_eq!(around(15), ["p/b"]);
        assert_eq!(around(1), Vec::<String>::new());
        assert_eq!(around(3), ["p", "q"]);
        assert_eq!(around(6), ["p/a", "p/b"]);
        assert_eq!(around(99), Vec::<String>::new());
    }
}
