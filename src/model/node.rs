//! Everything that has a place in a runbook: one tree of nodes with ids made of names.

use super::action::Action;
use super::condition::Condition;
use super::text::Text;
use super::work::Work;
use crate::quantity::{Quantity, Range};
use crate::source::Span;
use crate::time::When;

/// A node: what is to be done, known or decided, with what stands inside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Names from the outermost to this one, with `/` between them; unique in the deployment.
    pub id: String,
    /// What it is called by people; empty where nothing was written.
    pub title: Text,
    /// What it is.
    pub work: Work,
    /// When it is done.
    pub times: Times,
    /// Who does it: names of roles.
    pub owners: Vec<String>,
    /// It takes part only if this holds of the parameters.
    pub condition: Option<Condition>,
    /// What must be done before it: ids of nodes; `rollback` for any rollback.
    pub after: Vec<Reference>,
    /// A word on its state, as the author put it.
    pub status: Option<String>,
    /// Whether it was ticked when the spec was written.
    pub done: bool,
    /// What happens if it fails, when that is said in one line.
    pub otherwise: Vec<Action>,
    /// What stands inside it.
    pub children: Vec<Node>,
    /// Where it is written.
    pub span: Span,
    /// Where its name or title stands: the place that findings point to.
    pub name_span: Span,
}

/// A reference to a node, and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The id.
    pub id: String,
    /// Where it is written.
    pub span: Span,
}

/// When a node is done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    /// When it begins.
    pub at: Option<Box<Timed<When>>>,
    /// The window in which it is done: its begin and its end.
    pub window: Option<Box<(Timed<When>, Timed<When>)>>,
    /// When it must be done.
    pub due: Option<Box<Timed<When>>>,
    /// How long it is said to take; a single duration is a range whose ends are equal.
    pub takes: Option<Box<Timed<Range>>>,
    /// How long it may take.
    pub within: Option<Box<Timed<Quantity>>>,
    /// Until when it may be used (rollbacks).
    pub valid_until: Option<Box<Timed<When>>>,
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl Node {
    /// Whether it is done only once something was rolled back: after any rollback, or after one by
    /// its name.
    pub fn follows_rollback(&self) -> bool {
        self.after
            .iter()
            .any(|after| after.id == "rollback" || after.id.starts_with("rollback/"))
    }

    /// Calls `visit` with this node and all inside, in the order written.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        visit(self);
        for child in &self.children {
            child.walk(visit);
        }
    }
}
