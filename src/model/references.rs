//! Settles what `after`, `from` and `expect` mean, when every id is known.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::lower::Lower;
use super::names::{SUGGESTIONS, UNKNOWN_NAME};
use super::node::Node;
use super::trial::{Event, TestPoint};
use super::work::Work;
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;

impl Lower<'_> {
    /// Replaces every reference to a node by its id. What means no node is a finding, and goes.
    pub fn settle(&mut self) {
        let mut found = Vec::new();
        let mut settled = self.settled(&mut found).into_iter();
        if settled.len() > 0 {
            for node in &mut self.spec.nodes {
                replace(node, &mut settled);
            }
        }
        let names = &self.names;
        found.retain(|(name, _)| !names.is_poisoned(0, name));
        self.found
            .extend(found.into_iter().map(|(_, finding)| finding));
    }

    /// What every reference means, in the order in which they stand.
    fn settled(&self, found: &mut Vec<(String, Diagnostic)>) -> Vec<Option<String>> {
        let mut refers = false;
        for node in &self.spec.nodes {
            node.walk(&mut |node| refers |= references(node).next().is_some());
        }
        if !refers {
            return Vec::new();
        }
        let mut ids: HashSet<&str> = HashSet::new();
        for node in &self.spec.nodes {
            node.walk(&mut |node| {
                ids.insert(&node.id);
            });
        }
        let mut settled = Vec::new();
        let mut known: Option<Known<'_>> = None;
        for node in &self.spec.nodes {
            node.walk(&mut |node| {
                for (name, span, seen_from) in references(node) {
                    let id = resolve(seen_from, name, |id| ids.contains(id));
                    if id.is_none() {
                        let known = known.get_or_insert_with(|| Known::of(&ids));
                        let suggest = found.len() < SUGGESTIONS;
                        found.push((name.to_owned(), known.unknown(name, span, suggest)));
                    }
                    settled.push(id);
                }
            });
        }
        settled
    }
}

/// The references of a node: what is written, where, and the id from which it is looked for.
fn references(node: &Node) -> impl Iterator<Item = (&str, Span, &str)> {
    let after = node.after.iter().filter(|after| after.id != "rollback");
    let (given, expect) = match &node.work {
        Work::Test { given, expect } => (given.as_slice(), expect.as_slice()),
        _ => Default::default(),
    };
    let points = given.iter().flat_map(|given| {
        let points = [&given.from, &given.to].into_iter().flatten();
        points.filter_map(|point| match point {
            TestPoint::Node(name) => Some((name.as_str(), given.span, "")),
            _ => None,
        })
    });
    let reached = expect.iter().filter_map(|expected| match &expected.event {
        // The verdict on the whole is there whether or not it is spelled out.
        Event::Reached { node } if !matches!(node.as_str(), "success" | "failure") => {
            Some((node.as_str(), expected.span, ""))
        }
        _ => None,
    });
    after
        .map(|after| (after.id.as_str(), after.span, node.id.as_str()))
        .chain(points)
        .chain(reached)
}

/// Puts in what the references of a node and those inside it mean, in the order of [`references`].
fn replace(node: &mut Node, settled: &mut impl Iterator<Item = Option<String>>) {
    node.after.retain_mut(|after| {
        if after.id == "rollback" {
            return true;
        }
        match settled.next().flatten() {
            Some(id) => {
                after.id = id;
                true
            }
            None => false,
        }
    });
    if let Work::Test { given, expect } = &mut node.work {
        for given in given {
            for point in [&mut given.from, &mut given.to].into_iter().flatten() {
                if let TestPoint::Node(name) = point
                    && let Some(id) = settled.next().flatten()
                {
                    *name = id;
                }
            }
        }
        for expected in expect {
            if let Event::Reached { node } = &mut expected.event
                && !matches!(node.as_str(), "success" | "failure")
                && let Some(id) = settled.next().flatten()
            {
                *node = id;
            }
        }
    }
    for child in &mut node.children {
        replace(child, settled);
    }
}

/// The id that a name means, seen from a node: beside it, beside what is around it, and so on to
/// the top; rules and rollbacks by their name alone.
pub(super) fn resolve(from: &str, name: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let mut around = from;
    loop {
        around = around.rsplit_once('/').map_or("", |(outer, _)| outer);
        let id = if around.is_empty() {
            name.to_owned()
        } else {
            format!("{around}/{name}")
        };
        if known(&id) && id != from {
            return Some(id);
        }
        if around.is_empty() {
            break;
        }
    }
    ["rollback", "severity", "monitor", "procedure", "alert"]
        .iter()
        .map(|kind| format!("{kind}/{name}"))
        .find(|id| known(id))
        .or_else(|| known(name).then(|| name.to_owned()))
}

/// The ids that there are, for who names another.
struct Known<'a> {
    sorted: Vec<&'a str>,
    /// The first of those that end in a name.
    by_last: HashMap<&'a str, &'a str>,
}

impl<'a> Known<'a> {
    fn of(ids: &HashSet<&'a str>) -> Self {
        let mut sorted: Vec<&str> = ids.iter().copied().collect();
        sorted.sort_unstable();
        let mut by_last = HashMap::new();
        for id in &sorted {
            by_last.entry(last(id)).or_insert(*id);
        }
        Known { sorted, by_last }
    }

    /// A finding: no id is meant by a name.
    fn unknown(&self, name: &str, span: Span, suggest: bool) -> Diagnostic {
        let finding = Diagnostic::new(
            &UNKNOWN_NAME,
            span,
            format!("no phase, gate or step is called `{name}`"),
        );
        let inner = self.by_last.get(last(name)).copied();
        let near = || nearest(name, self.sorted.iter().copied().filter(|_| suggest));
        match inner.or_else(near) {
            Some(near) => finding.help(format!("did you mean `{near}`?")).offer(
                format!("write `{near}`"),
                span,
                near,
            ),
            None => finding.help("a node is named by its id, such as `canary/decision`"),
        }
    }
}

fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
