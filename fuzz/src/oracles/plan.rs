//! A plan is whole: ids are its own, what it names is there, its order is one.

use std::collections::{BTreeMap, BTreeSet};

use deployc::plan::{EdgeKind, Node, Plan};
use deployc::source::Sources;

use super::{Failure, failure};

pub fn is_whole(plan: &Plan, sources: &Sources) -> Result<(), Failure> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let ids: Vec<&str> = plan.walk().map(|node| node.id.as_str()).collect();
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    if known.len() != ids.len() {
        return Err(failure("plan: two nodes of one id", format!("{ids:?}")));
    }
    for (place, id) in plan.order.iter().enumerate() {
        if !known.contains(id.as_str()) || places.insert(id, place).is_some() {
            return Err(failure("plan: its order names a node twice, or none", id));
        }
    }
    if let Some(missing) = ids.iter().find(|id| !places.contains_key(*id)) {
        return Err(failure("plan: a node is not in its order", *missing));
    }
    for edge in &plan.edges {
        let ends = [Some(&edge.from), Some(&edge.to), edge.through.as_ref()];
        if let Some(unknown) = ends
            .into_iter()
            .flatten()
            .find(|id| !known.contains(id.as_str()))
        {
            return Err(failure("plan: an edge leads nowhere", unknown));
        }
        let orders = matches!(edge.kind, EdgeKind::Sequence | EdgeKind::After);
        if orders && places[edge.from.as_str()] >= places[edge.to.as_str()] {
            return Err(failure(
                "plan: its order is not that of its edges",
                format!("{edge:?}"),
            ));
        }
    }
    if let Some(unknown) = plan
        .critical_path
        .iter()
        .find(|id| !known.contains(id.as_str()))
    {
        return Err(failure(
            "plan: a critical path of what is not there",
            unknown,
        ));
    }
    let lines: BTreeMap<&str, usize> = sources
        .iter()
        .map(|(_, source)| (source.path(), source.text().lines().count() + 1))
        .collect();
    plan.nodes
        .iter()
        .try_for_each(|node| node_is_whole(node, &lines))
}

fn node_is_whole(node: &Node, lines: &BTreeMap<&str, usize>) -> Result<(), Failure> {
    let origin = &node.origin;
    let begin = (origin.line, origin.column);
    let end = (origin.end_line, origin.end_column);
    let fits = lines
        .get(origin.file.as_str())
        .is_some_and(|lines| origin.line > 0 && origin.end_line as usize <= *lines);
    if !fits || begin > end {
        return Err(failure(
            "plan: a node is written nowhere",
            format!("{} {origin:?}", node.id),
        ));
    }
    let times = node.schedule;
    if let (Some(starts), Some(ends)) = (times.starts_seconds, times.ends_seconds)
        && starts > ends
    {
        return Err(failure(
            "plan: a node ends before it begins",
            format!("{} {times:?}", node.id),
        ));
    }
    for child in &node.children {
        let inside = child.id.strip_prefix(node.id.as_str());
        if !inside.is_some_and(|rest| rest.starts_with('/')) {
            return Err(failure(
                "plan: the id of a child is not below its parent's",
                &child.id,
            ));
        }
        node_is_whole(child, lines)?;
    }
    Ok(())
}
