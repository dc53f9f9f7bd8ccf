//! Commands that roll back by one revision, whichever it is: done twice, they go forth again.

use foldhash::HashMap;

use super::UNDONE_TWICE;
use super::releases::are_alternatives;
use crate::checks::Context;
use crate::checks::scripts::{verb, workloads};
use crate::diagnostic::Diagnostic;
use crate::model::{Command, Node, Work};
use crate::shell;
use crate::source::Span;

/// A command that rolls back by one revision.
struct StepBack {
    /// The place of its node.
    place: usize,
    /// The words `kubectl rollout undo` or `helm rollback`.
    words: &'static str,
    /// What rolls back: a workload, a release.
    target: String,
    namespace: Option<String>,
    span: Span,
}

/// Commands that roll back by one revision, in the order written, by what rolls back.
#[derive(Default)]
struct StepsBack {
    all: Vec<StepBack>,
    /// By the words and the target; and of those in one namespace, or in none that is named.
    of_target: HashMap<(&'static str, String), Vec<usize>>,
    of_namespace: HashMap<(&'static str, String, Option<String>), Vec<usize>>,
}

impl StepsBack {
    fn push(&mut self, step: StepBack) {
        let at = self.all.len();
        let (words, target) = (step.words, step.target.clone());
        self.of_target
            .entry((words, target.clone()))
            .or_default()
            .push(at);
        let key = (words, target, step.namespace.clone());
        self.of_namespace.entry(key).or_default().push(at);
        self.all.push(step);
    }

    /// The first, from one in the list on, that rolls back with another: one whose namespace is not
    /// named may be in any.
    fn first_with(&self, other: &StepBack, from: usize) -> Option<&StepBack> {
        let first = |places: Option<&Vec<usize>>| {
            let places = places?;
            places.get(places.partition_point(|&at| at < from)).copied()
        };
        let key = |namespace: Option<String>| (other.words, other.target.clone(), namespace);
        let at = match &other.namespace {
            None => first(self.of_target.get(&(other.words, other.target.clone()))),
            own => [own.clone(), None]
                .into_iter()
                .filter_map(|namespace| first(self.of_namespace.get(&key(namespace))))
                .min(),
        };
        at.map(|at| &self.all[at])
    }
}

pub(super) fn undone_twice(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut undos = StepsBack::default();
    for script in context.forward() {
        if let Work::Run { effect, .. } = &script.node.work
            && let Some(undo) = effect.undo()
            && is_always_done(context, script.place)
        {
            for step in steps_back(script.place, undo) {
                undos.push(step);
            }
        }
    }
    // A rollback goes from the last to the first: an earlier one rolls back after a later one.
    for (at, earlier) in undos.all.iter().enumerate() {
        // Where the next one stands in another option, so do all behind it.
        let later = undos.first_with(earlier, at + 1);
        if let Some(later) = later
            && !are_alternatives(context, earlier.place, later.place)
        {
            let node = |one: &StepBack| &context.order.nodes[one.place].id;
            found.push(
                twice(earlier, later, node(later))
                    .help("name in one of them the manifest, chart or image to restore"),
            );
        }
    }
    for script in context.ways_back() {
        if script.root.work != Work::Rollback || !is_always_done(context, script.place) {
            continue;
        }
        for own in steps_back(script.place, script.command) {
            if let Some(undo) = undos.first_with(&own, 0) {
                let id = &context.order.nodes[undo.place].id;
                found
                    .push(twice(&own, undo, id).help(
                        "leave it out here: a rollback undoes the completed steps by itself",
                    ));
            }
        }
    }
}

fn twice(second: &StepBack, first: &StepBack, of: &str) -> Diagnostic {
    Diagnostic::new(
        &UNDONE_TWICE,
        second.span,
        format!(
            "`{}` is rolled back twice: the second rollback restores the version just removed",
            second.target
        ),
    )
    .label("the revision before is the one that was just left")
    .also(first.span, format!("`{of}` is rolled back before"))
}

/// Whether nothing but the way that it stands on decides whether it is done.
fn is_always_done(context: &Context<'_>, place: usize) -> bool {
    let conditional = |node: &Node| node.condition.is_some();
    !conditional(context.order.nodes[place])
        && !context
            .around(place)
            .any(|at| conditional(context.order.nodes[at]))
}

/// What a command undoes by one revision; what a variable names is anything.
fn steps_back(place: usize, command: &Command) -> Vec<StepBack> {
    let mut all = Vec::new();
    for simple in &shell::read(&command.text) {
        let mut back = |words, target: String| {
            let (Some(first), Some(last)) = (simple.words.first(), simple.words.last()) else {
                return;
            };
            if !target.contains('$') {
                all.push(StepBack {
                    place,
                    words,
                    target,
                    namespace: simple
                        .value(&["-n", "--namespace"])
                        .map(|(namespace, _)| namespace.to_owned()),
                    span: command.place(first.start, last.end),
                });
            }
        };
        if verb(simple).is_one_of(&["rollout undo"]) && !simple.has(&["--to-revision"]) {
            for workload in workloads(simple) {
                back("kubectl rollout undo", workload);
            }
        } else if simple.program() == "helm" {
            let mut operands = simple.operands();
            let (first, release) = (operands.next(), operands.next());
            if let (Some(first), Some(release), None) = (first, release, operands.next())
                && first.text == "rollback"
            {
                back("helm rollback", release.text.to_string());
            }
        }
    }
    all
}
