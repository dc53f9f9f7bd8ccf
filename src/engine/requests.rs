//! What the engine asks for, and what it is told.

use super::event::Happening;
use crate::plan::Condition;

/// What a condition comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Nobody knows, and a person has to say.
    NoData,
}

/// How the work of a node stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It goes on.
    Pending,
    /// It is done and went well.
    Well,
    /// It went wrong, and why.
    Failed(String),
}

/// What is asked for. Nodes are named by their places: see [`Engine::node`](super::Engine::node).
#[derive(Clone, Debug)]
pub enum Request<'p> {
    /// Tell people what happened, and keep it.
    Note {
        /// The node to which it happened.
        place: Option<usize>,
        /// What.
        what: Happening,
    },
    /// Do the work of a node; [`Event::Stands`] says how it stands.
    Perform {
        /// Which.
        place: usize,
    },
    /// Judge a condition at this moment; [`Event::Judged`] answers.
    Judge {
        /// Which.
        condition: &'p Condition,
        /// Whether it is required, and not a warning: what it is where nothing is known.
        required: bool,
    },
    /// Say whether the words of a reason are true at this moment; [`Event::Heard`] answers.
    Hear {
        /// The reason.
        place: usize,
    },
    /// Say whether what went wrong in a node could go well now; [`Event::Cleared`] answers.
    Recheck {
        /// Which.
        place: usize,
    },
    /// Choose an option; [`Event::Chosen`] answers.
    Choose {
        /// The choice.
        place: usize,
        /// The options whose conditions hold.
        offered: Vec<usize>,
    },
}

/// What the engine is told.
#[derive(Clone, Debug)]
pub enum Event<'p> {
    /// What is measured or said has changed: nothing that was judged before counts.
    Changed,
    /// What a condition comes to at this moment.
    Judged {
        /// Which.
        condition: &'p Condition,
        /// As it was asked.
        required: bool,
        /// What it comes to.
        verdict: Verdict,
        /// What is measured, in words; needed where it is not as it should be.
        shown: String,
    },
    /// Whether the words of a reason are true at this moment.
    Heard {
        /// The reason.
        place: usize,
        /// Whether they are.
        is_true: bool,
    },
    /// Whether what went wrong in a node could go well now.
    Cleared {
        /// Which.
        place: usize,
        /// Whether it could.
        cleared: bool,
    },
    /// Which option is taken.
    Chosen {
        /// The choice.
        place: usize,
        /// The option; nothing where none can be taken.
        option: Option<usize>,
    },
    /// How the work of a node stands.
    Stands {
        /// Which.
        place: usize,
        /// How.
        standing: Standing,
    },
}
