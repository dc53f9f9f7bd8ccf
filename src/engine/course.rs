//! What led to an action, and actions that are under way.

use crate::plan::Action;

/// What led to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// A node that failed; nothing can be done about it but to try again, leave it out or roll back.
    Node(usize),
    /// A rule that came true.
    Rule(usize),
    /// A rule for which there is no data.
    Blind(usize),
    /// The plan itself.
    Plan,
}

impl Cause {
    /// The node or rule.
    pub fn place(self) -> Option<usize> {
        match self {
            Cause::Node(place) | Cause::Rule(place) | Cause::Blind(place) => Some(place),
            Cause::Plan => None,
        }
    }
}

/// Actions that are done one after the other.
pub(super) struct Course<'p> {
    pub actions: Vec<&'p Action>,
    pub next: usize,
    pub cause: Cause,
    /// The procedure that it waits for.
    pub procedure: Option<usize>,
    /// Whether one of them has said what becomes of the work.
    pub decided: bool,
}

/// An action that waits for its time.
pub(super) struct Awaited<'p> {
    pub action: &'p Action,
    pub cause: Cause,
    /// When it is done, unless what led to it clears; never where only that is waited for.
    pub due: Option<i64>,
}
