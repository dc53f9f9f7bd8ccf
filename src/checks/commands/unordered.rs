//! Commands that stand in a box whose members have no order.

use foldhash::HashSet;

use super::UNORDERED;
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Node, Work};

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    // A checklist that is included twice is written once.
    let mut told = HashSet::default();
    for place in context.of_kinds(&[Kind::Group]) {
        let mut changes = context
            .children(place)
            .map(|child| context.order.nodes[child])
            .filter(|node| changes_for_itself(node));
        let (Some(first), Some(second)) = (changes.next(), changes.next()) else {
            continue;
        };
        if !told.insert((second.name_span.source, second.name_span.start)) {
            continue;
        }
        let around = context.order.nodes[place];
        found.push(
            Diagnostic::new(
                &UNORDERED,
                second.name_span,
                format!("`{}` and `{}` have no order", name(first), name(second)),
            )
            .label("may be done before the other, or at the same time")
            .also(first.name_span, "changes something")
            .also(
                around.name_span,
                "what stands in a group or checklist has no order",
            )
            .help("put them into a `phase` inside, where steps follow each other, or say `after`"),
        );
    }
}

/// Whether a command changes something, and nothing says what it comes after.
fn changes_for_itself(node: &Node) -> bool {
    let changes = match &node.work {
        Work::Run { effect, .. } => {
            matches!(effect, Effect::Undo { .. } | Effect::Irreversible { .. })
        }
        _ => false,
    };
    changes && node.after.is_empty()
}

fn name(node: &Node) -> &str {
    node.id.rsplit('/').next().unwrap_or(&node.id)
}
