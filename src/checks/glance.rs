//! What is known of a node at a glance: most rules are about a few nodes of a large spec, and to look at
//! each of them takes longer than what there is to say.

use crate::model::{Action, Node, Work};

/// What a node is, and what it has.
#[derive(Clone, Copy)]
pub struct Glance {
    /// What it is.
    pub kind: Kind,
    /// Whether any time is written beside it.
    pub is_timed: bool,
    /// Whether it was ticked when the spec was written.
    pub is_done: bool,
    /// Whether there is a word on its state.
    pub has_status: bool,
    /// Whether it takes part only on a condition.
    pub has_condition: bool,
    /// Whether it says what is done if something fails or fires.
    pub acts: bool,
}

/// What a node is, as far as rules ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Phase,
    Gate,
    Group,
    Check,
    Require,
    Run,
    Shift,
    Switch,
    Scale,
    Hold,
    Approve,
    Record,
    Every,
    Watch,
    Choose,
    Option,
    Notify,
    Note,
    Else,
    Severity,
    When,
    Rollback,
    Procedure,
    Monitor,
    Alert,
    Bound,
    Success,
    Failure,
    Test,
    Reference,
    Link,
    File,
    Lookup,
    /// Whatever no rule asks for by its kind.
    Other,
}

impl Glance {
    /// At a node.
    pub fn at(node: &Node) -> Self {
        let times = &node.times;
        let kind = Kind::of(&node.work);
        Glance {
            kind,
            is_timed: times.at.is_some()
                || times.window.is_some()
                || times.due.is_some()
                || times.takes.is_some()
                || times.within.is_some()
                || times.valid_until.is_some(),
            is_done: node.done,
            has_status: node.status.is_some(),
            has_condition: node.condition.is_some(),
            acts: !actions_of(node).is_empty(),
        }
    }
}

impl Kind {
    /// Whether it is one of the kinds that ask for a condition.
    pub fn may_hold(self) -> bool {
        matches!(
            self,
            Kind::Check | Kind::Require | Kind::When | Kind::Bound | Kind::Hold | Kind::Alert
        )
    }

    fn of(work: &Work) -> Self {
        match work {
            Work::Phase => Kind::Phase,
            Work::Gate => Kind::Gate,
            Work::Group { .. } => Kind::Group,
            Work::Check { .. } => Kind::Check,
            Work::Require { .. } => Kind::Require,
            Work::Run { .. } => Kind::Run,
            Work::Shift { .. } => Kind::Shift,
            Work::Switch { .. } => Kind::Switch,
            Work::Scale { .. } => Kind::Scale,
            Work::Hold { .. } => Kind::Hold,
            Work::Approve { .. } => Kind::Approve,
            Work::Record { .. } => Kind::Record,
            Work::Every { .. } => Kind::Every,
            Work::Watch { .. } => Kind::Watch,
            Work::Choose => Kind::Choose,
            Work::Option => Kind::Option,
            Work::Notify { .. } => Kind::Notify,
            Work::Note { .. } => Kind::Note,
            Work::Else => Kind::Else,
            Work::Severity { .. } => Kind::Severity,
            Work::When { .. } => Kind::When,
            Work::Rollback => Kind::Rollback,
            Work::Procedure => Kind::Procedure,
            Work::Monitor => Kind::Monitor,
            Work::Alert { .. } => Kind::Alert,
            Work::Bound { .. } => Kind::Bound,
            Work::Success => Kind::Success,
            Work::Failure => Kind::Failure,
            Work::Test { .. } => Kind::Test,
            Work::Reference => Kind::Reference,
            Work::Link { .. } => Kind::Link,
            Work::File { .. } => Kind::File,
            Work::Lookup { .. } => Kind::Lookup,
            Work::Wait { .. }
            | Work::Act { .. }
            | Work::Baseline { .. }
            | Work::Escalation
            | Work::Escalate { .. }
            | Work::Objective { .. }
            | Work::Backup { .. }
            | Work::Freeze { .. } => Kind::Other,
        }
    }
}

/// The actions that a node states.
pub(super) fn actions_of(node: &Node) -> &[Action] {
    match &node.work {
        Work::Severity { then } | Work::Alert { then, .. } => then,
        Work::Act { actions } => actions,
        _ => &node.otherwise,
    }
}
