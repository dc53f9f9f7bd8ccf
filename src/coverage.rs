//! In: a spec. Out: for each stretch of it what a machine decides and what is left to people's words.
//! Knows nothing of whether the deciding is right, or of how it is shown.

use serde::Serialize;

use crate::model::{Node, Spec, WaitFor, Work};
use crate::source::Span;

/// What is decided in one stretch at the top of a spec, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// The id of the stretch.
    pub id: String,
    /// Its title; its id where it has none.
    pub title: String,
    /// Conditions on metrics.
    pub metrics: usize,
    /// Commands, by their exit code or what they print.
    pub commands: usize,
    /// Approvals, and blanks that people fill in: meant to be theirs.
    pub decisions: usize,
    /// What somebody asserts in words.
    pub words: Vec<Word>,
}

/// Something that a person must say is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Word {
    /// The id of its node.
    pub id: String,
    /// What is asserted.
    pub text: String,
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
}

impl Stretch {
    /// What a machine decides.
    pub fn machine(&self) -> usize {
        self.metrics + self.commands
    }

    /// Everything that can be right or wrong: decisions that are meant to be people's are neither.
    pub fn all(&self) -> usize {
        self.machine() + self.words.len()
    }
}

/// How many of a hundred; a hundred where there is nothing.
pub fn percent(part: usize, all: usize) -> usize {
    match all {
        0 => 100,
        all => part * 100 / all,
    }
}

/// What is decided in each stretch, in the order written. Stretches in which nothing is decided are
/// left out.
pub fn of(spec: &Spec) -> Vec<Stretch> {
    spec.nodes
        .iter()
        .filter(|node| !matches!(node.work, Work::Test { .. } | Work::Reference))
        .map(|node| {
            let title = node.title.to_string();
            let mut stretch = Stretch {
                id: node.id.clone(),
                title: if title.is_empty() {
                    node.id.clone()
                } else {
                    title
                },
                metrics: 0,
                commands: 0,
                decisions: 0,
                words: Vec::new(),
            };
            count(node, &mut stretch);
            stretch
        })
        .filter(|stretch| stretch.all() + stretch.decisions > 0)
        .collect()
}

fn count(node: &Node, stretch: &mut Stretch) {
    let word = |node: &Node| {
        let title = node.title.to_string();
        let text = match node.work.holds() {
            Some(holds) if title.is_empty() => holds.to_string(),
            Some(_) | None => title,
        };
        Word {
            id: node.id.clone(),
            text,
            span: node.name_span,
        }
    };
    match &node.work {
        Work::Check { holds }
        | Work::Require { holds }
        | Work::When { holds }
        | Work::Bound { holds }
        | Work::Alert { when: holds, .. } => match holds {
            Some(holds) if holds.is_machine_checked() => stretch.metrics += 1,
            // A box around commands is as good as what is expected of them, which is counted below.
            Some(_) | None if node.children.iter().any(expects) => {}
            Some(_) | None => stretch.words.push(word(node)),
        },
        Work::Hold {
            holds: Some(holds), ..
        } => {
            if holds.is_machine_checked() {
                stretch.metrics += 1;
            } else {
                stretch.words.push(word(node));
            }
        }
        Work::Run { .. } => stretch.commands += 1,
        Work::Wait {
            until: WaitFor::Event(_),
            ..
        } => stretch.words.push(word(node)),
        Work::Wait {
            until: WaitFor::Command(_),
            ..
        } => stretch.commands += 1,
        Work::Approve { .. } | Work::Record { .. } => stretch.decisions += 1,
        Work::Phase
        | Work::Gate
        | Work::Group { .. }
        | Work::Shift { .. }
        | Work::Switch { .. }
        | Work::Scale { .. }
        | Work::Hold { holds: None, .. }
        | Work::Every { .. }
        | Work::Watch { .. }
        | Work::Choose
        | Work::Option
        | Work::Wait {
            until: WaitFor::Time(_) | WaitFor::Length(_),
            ..
        }
        | Work::Notify { .. }
        | Work::Note { .. }
        | Work::Act { .. }
        | Work::Else
        | Work::Severity { .. }
        | Work::Rollback
        | Work::Procedure
        | Work::Monitor
        | Work::Baseline { .. }
        | Work::Success
        | Work::Failure
        | Work::Escalation
        | Work::Escalate { .. }
        | Work::Objective { .. }
        | Work::Backup { .. }
        | Work::Freeze { .. }
        | Work::Reference
        | Work::Link { .. }
        | Work::File { .. }
        | Work::Lookup { .. }
        | Work::Test { .. } => {}
    }
    for child in &node.children {
        count(child, stretch);
    }
}

/// Whether something is expected of a command.
fn expects(node: &Node) -> bool {
    matches!(&node.work, Work::Run { expect, .. } if !expect.is_empty())
}
