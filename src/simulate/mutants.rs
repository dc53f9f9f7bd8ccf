//! Plans that are a little wrong: each threshold, length and rule moved, one at a time, to see
//! whether a test notices.

use serde::Serialize;

use super::decisions::holds;
use super::record::Recording;
use super::trial::{Trial, run_test};
use crate::plan::{
    Action, Bound, Condition, Deed, Exact, Measured, Node, Origin, Plan, Quantity, Range, Work,
};
use crate::source::Span;

/// A way in which a plan is made a little wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Mutant {
    /// The id of the node that is changed.
    pub node: String,
    /// What it becomes, in words: `error-rate < 1.5%`, `hold 30m`, `never`.
    pub becomes: String,
    /// Where the changed node is written.
    pub origin: Origin,
    /// The place of the value that is changed, where that is smaller than the node.
    #[serde(skip)]
    pub span: Option<Span>,
    /// The place of the node among all nodes, outermost first, in the order written.
    #[serde(skip)]
    place: usize,
    #[serde(skip)]
    change: Change,
}

#[derive(Clone, Debug, PartialEq)]
enum Change {
    /// The n-th measured condition.
    Condition(usize, Box<Measured>),
    /// The length of a hold.
    Length(Box<Range>),
    /// The delay of the n-th action.
    Delay(usize, Quantity),
    /// The n-th action is left out.
    Action(usize),
    /// What must hold, holds; what warns, never does.
    Gone,
}

/// Every mutant of a plan whose node is written in `file`, in the order written.
pub fn mutants(plan: &Plan, file: &str) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (place, node) in plan.walk().enumerate() {
        if node.origin.file != file {
            continue;
        }
        let mut push = |becomes: String, span: Option<Span>, change: Change| {
            all.push(Mutant {
                node: node.id.clone(),
                becomes,
                origin: node.origin.clone(),
                span,
                place,
                change,
            });
        };
        if let Some(condition) = node.work.holds() {
            for (index, measured) in condition.measured().into_iter().enumerate() {
                for changed in moved(measured) {
                    push(
                        changed.to_string(),
                        Some(measured.span),
                        Change::Condition(index, Box::new(changed)),
                    );
                }
            }
        }
        if let Work::Hold { length, .. } = &node.work {
            for changed in scaled(&length.high) {
                let range = Range {
                    low: changed.clone(),
                    high: changed.clone(),
                    high_inclusive: true,
                };
                push(
                    format!("hold {changed}"),
                    None,
                    Change::Length(Box::new(range)),
                );
            }
        }
        for (index, action) in actions(node).iter().enumerate() {
            let words = crate::engine::action_words(action);
            for changed in action.after.as_deref().into_iter().flat_map(scaled) {
                let deed = crate::engine::deed_words(&action.deed);
                push(
                    format!("{deed} after {changed}"),
                    Some(action.span),
                    Change::Delay(index, changed),
                );
            }
            // What people are told changes nothing that happens; whether they are is the point.
            if !matches!(action.deed, Deed::Instruct { .. }) {
                push(
                    format!("no {words}"),
                    Some(action.span),
                    Change::Action(index),
                );
            }
        }
        let decides = matches!(
            node.work,
            Work::Require { holds: Some(_) } | Work::When { .. } | Work::Alert { .. }
        );
        if decides {
            push("nothing".into(), None, Change::Gone);
        }
    }
    all
}

/// The title of a test that passes, and fails with the mutant; nothing if no test notices it.
/// `trials` are the ids of the tests to run.
pub fn noticed(
    plan: &Plan,
    mutant: &Mutant,
    trials: &[String],
    recordings: &[Recording],
) -> Option<String> {
    let mut changed = plan.clone();
    let mut place = 0;
    for node in &mut changed.nodes {
        apply(node, &mut place, mutant);
    }
    Trial::all(&changed)
        .into_iter()
        .filter(|trial| trials.contains(&trial.node.id))
        .find(|trial| !run_test(&changed, *trial, recordings).passed)
        .map(|trial| trial.node.title.to_string())
}

fn apply(node: &mut Node, place: &mut usize, mutant: &Mutant) {
    if *place == mutant.place {
        change(node, &mutant.change);
    }
    *place += 1;
    for child in &mut node.children {
        apply(child, place, mutant);
    }
}

fn change(node: &mut Node, change: &Change) {
    match change {
        Change::Condition(index, measured) => {
            if let Some(condition) = holds(&mut node.work) {
                let mut left = *index;
                replace(condition, &mut left, measured);
            }
        }
        Change::Length(length) => {
            if let Work::Hold {
                length: old,
                parameter,
                ..
            } = &mut node.work
            {
                *old = length.clone();
                *parameter = None;
            }
        }
        Change::Delay(index, delay) => {
            if let Some(action) = actions_of(node).and_then(|all| all.get_mut(*index)) {
                action.after = Some(Box::new(delay.clone()));
            }
        }
        Change::Action(index) => {
            if let Some(all) = actions_of(node)
                && *index < all.len()
            {
                all.remove(*index);
            }
        }
        Change::Gone => match &mut node.work {
            Work::Require { holds } => *holds = None,
            Work::When { .. } => {
                // A reason that nobody can give.
                node.work = Work::Note {
                    markdown: crate::plan::Text::default(),
                };
            }
            Work::Alert { when, .. } => *when = None,
            _ => {}
        },
    }
}

fn actions(node: &Node) -> &[Action] {
    match &node.work {
        Work::Severity { then } | Work::Alert { then, .. } => then,
        Work::Act { actions } => actions,
        _ => &node.otherwise,
    }
}

fn actions_of(node: &mut Node) -> Option<&mut Vec<Action>> {
    match &mut node.work {
        Work::Severity { then } | Work::Alert { then, .. } => Some(then),
        Work::Act { actions } => Some(actions),
        _ => Some(&mut node.otherwise),
    }
}

/// Puts `with` in the place of the measured condition at `left`, counted from 0.
fn replace(condition: &mut Condition, left: &mut usize, with: &Measured) -> bool {
    match condition {
        Condition::All { of } | Condition::Any { of } => {
            of.iter_mut().any(|inner| replace(inner, left, with))
        }
        Condition::Not { of } => replace(of, left, with),
        Condition::Measured(measured) if *left == 0 => {
            **measured = with.clone();
            true
        }
        Condition::Measured(_) => {
            *left -= 1;
            false
        }
        Condition::Asserted { .. } | Condition::Parameter { .. } => false,
    }
}

/// A condition with one of its values half as large, and half as large again.
fn moved(measured: &Measured) -> Vec<Measured> {
    let mut all = Vec::new();
    let mut with = |bound: Bound| {
        all.push(Measured {
            bound,
            parameter: None,
            ..measured.clone()
        });
    };
    match &measured.bound {
        Bound::Compare { comparator, value } => {
            for value in scaled(value) {
                with(Bound::Compare {
                    comparator: *comparator,
                    value,
                });
            }
        }
        Bound::Between { range } => {
            for low in scaled(&range.low) {
                if low.value < range.high.value {
                    let range = Box::new(Range {
                        low,
                        ..(**range).clone()
                    });
                    with(Bound::Between { range });
                }
            }
            for high in scaled(&range.high) {
                if high.value > range.low.value {
                    let range = Box::new(Range {
                        high,
                        ..(**range).clone()
                    });
                    with(Bound::Between { range });
                }
            }
        }
        Bound::About { value } => {
            for value in scaled(value) {
                with(Bound::About { value });
            }
        }
        Bound::Near { tolerance, of } => {
            for tolerance in scaled(tolerance) {
                let of = of.clone();
                with(Bound::Near { tolerance, of });
            }
        }
        Bound::Baseline { .. } | Bound::Trend { .. } => {}
    }
    for sustained in measured.sustained.as_deref().into_iter().flat_map(scaled) {
        all.push(Measured {
            sustained: Some(Box::new(sustained)),
            ..measured.clone()
        });
    }
    all
}

/// Half of a value, and half as much again; one of it where it is nothing.
fn scaled(quantity: &Quantity) -> Vec<Quantity> {
    let factors = [Exact::fraction(1, 2), Exact::fraction(3, 2)];
    if quantity.value.is_zero() {
        let one = Quantity::of(Exact::ONE, quantity.dimension.clone());
        return vec![one];
    }
    factors
        .into_iter()
        .flatten()
        .filter_map(|factor| quantity.value.times(factor))
        .map(|value| quantity.like(value))
        .collect()
}
