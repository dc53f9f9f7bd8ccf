//! Rules, alerts and the signs of failure, and what each of them watches.

use std::collections::HashMap;
use std::rc::Rc;

use super::items::Item;
use crate::plan::{EdgeKind, Plan, Work};

/// Something that is looked at again and again.
pub(super) struct Rule {
    /// The rule, the alert, or the list of failures.
    pub item: usize,
    /// The top-level nodes while which it is armed; nothing where it always is.
    pub guards: Option<Rc<[usize]>>,
    /// Whether it is true, and has led to its actions.
    pub active: bool,
    /// Whether it has paused for lack of data.
    pub blind: bool,
}

impl Rule {
    pub(super) fn all(items: &[Item<'_>], plan: &Plan, index: &HashMap<&str, usize>) -> Vec<Rule> {
        let mut rules = Vec::new();
        let guarded = guarded(plan, index);
        let within = |place: usize| Rc::from([place]);
        for (place, item) in items.iter().enumerate() {
            let guards = match &item.node.work {
                Work::Severity { .. } => Some(match item.parent {
                    None => guarded
                        .get(item.node.id.as_str())
                        .cloned()
                        .unwrap_or_default(),
                    // A rule inside a phase is armed while that lasts.
                    Some(parent) => within(parent),
                }),
                Work::Alert { .. } => item.parent.map(within),
                Work::Failure => None,
                _ => continue,
            };
            rules.push(Rule {
                item: place,
                guards,
                active: false,
                blind: false,
            });
        }
        rules
    }
}

/// The places of what each rule at the top watches, by its id. Rules that watch the same share it.
fn guarded<'p>(plan: &'p Plan, index: &HashMap<&str, usize>) -> HashMap<&'p str, Rc<[usize]>> {
    let stretches = plan.stretches();
    let mut shared: HashMap<(&str, Option<&str>), Rc<[usize]>> = HashMap::new();
    let guards = plan
        .edges
        .iter()
        .filter(|edge| edge.kind == EdgeKind::Guards);
    guards
        .map(|edge| {
            let stretch = (edge.to.as_str(), edge.through.as_deref());
            let places = shared.entry(stretch).or_insert_with(|| {
                let reached = stretches.reached(edge).into_iter();
                let places = reached.filter_map(|node| index.get(node.id.as_str()).copied());
                places.collect()
            });
            (edge.from.as_str(), Rc::clone(places))
        })
        .collect()
}
