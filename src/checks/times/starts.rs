//! What is done before the deployment is said to start.

use std::collections::HashSet;

use super::{BEFORE_START, clock, length, stated};
use crate::checks::Context;
use crate::diagnostic::Diagnostic;
use crate::model::Work;

/// Traffic that moves before `T`, though nothing says a time for it: it follows what was done to
/// prepare, and nobody thought of it as early.
pub(super) fn before_start(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    let starts = context.spec.deployment.as_ref();
    let Some(starts) = starts.and_then(|head| head.starts.as_ref()) else {
        return;
    };
    let mut told = HashSet::new();
    for place in order.places() {
        let node = order.nodes[place];
        let root = context.root(place);
        if !matches!(node.work, Work::Shift { .. } | Work::Switch { .. })
            || root.work != Work::Phase
            || root.follows_rollback()
        {
            continue;
        }
        let at = context.schedules[place].starts_seconds;
        let Some(early) = at.filter(|at| *at < 0) else {
            continue;
        };
        let chosen = std::iter::once(place)
            .chain(context.around(place))
            .any(|at| stated(order.nodes[at]).is_some());
        if chosen || !told.insert(&root.id) {
            continue;
        }
        found.push(
            Diagnostic::new(
                &BEFORE_START,
                root.name_span,
                format!(
                    "`{}` moves traffic at {}, {} before the deployment starts",
                    root.id,
                    clock(context, early),
                    length(-early)
                ),
            )
            .also(starts.span, "it starts here: this is `T`")
            .note(format!(
                "`{}` says no time, so it begins when what stands before it ends",
                root.id
            ))
            .help("say when it begins: `at T`"),
        );
    }
}
