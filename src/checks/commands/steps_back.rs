//! Commands that go back by one revision, whichever it is: done twice, they go forth again.

use super::UNDONE_TWICE;
use super::releases::are_alternatives;
use crate::checks::Context;
use crate::checks::scripts::{verb, workloads};
use crate::checks::shell;
use crate::diagnostic::Diagnostic;
use crate::model::{Command, Node, Work};
use crate::source::Span;

/// A command that goes back by one revision.
struct StepBack {
    /// The place of its node.
    place: usize,
    /// The words `kubectl rollout undo` or `helm rollback`.
    words: &'static str,
    /// What goes back: a workload, a release.
    target: String,
    namespace: Option<String>,
    span: Span,
}

impl StepBack {
    fn is_of(&self, other: &StepBack) -> bool {
        let (one, two) = (&self.namespace, &other.namespace);
        self.words == other.words
            && self.target == other.target
            && (one.is_none() || two.is_none() || one == two)
    }
}

pub(super) fn undone_twice(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut undos: Vec<StepBack> = Vec::new();
    for script in context.forward() {
        if let Work::Run { effect, .. } = &script.node.work
            && let Some(undo) = effect.undo()
            && is_always_done(context, script.place)
        {
            undos.extend(steps_back(script.place, undo));
        }
    }
    if undos.is_empty() {
        return;
    }
    // A rollback goes from the last to the first: an earlier one goes back after a later one.
    for (at, earlier) in undos.iter().enumerate() {
        let later = undos[at + 1..].iter().find(|later| {
            later.is_of(earlier) && !are_alternatives(context, earlier.place, later.place)
        });
        if let Some(later) = later {
            let node = |one: &StepBack| &context.order.nodes[one.place].id;
            found.push(twice(earlier, later, node(later)).help(
                "say in one of them what it goes back to: the manifest, chart or image before",
            ));
        }
    }
    for script in context.ways_back() {
        if script.root.work != Work::Rollback || !is_always_done(context, script.place) {
            continue;
        }
        for own in steps_back(script.place, script.command) {
            if let Some(undo) = undos.iter().find(|undo| undo.is_of(&own)) {
                let id = &context.order.nodes[undo.place].id;
                found.push(
                    twice(&own, undo, id)
                        .help("leave it out here: a rollback takes back what was done by itself"),
                );
            }
        }
    }
}

fn twice(second: &StepBack, first: &StepBack, of: &str) -> Diagnostic {
    Diagnostic::new(
        &UNDONE_TWICE,
        second.span,
        format!(
            "`{}` goes back by a revision twice, which is forth again",
            second.target
        ),
    )
    .label("the revision before is the one that was just left")
    .also(first.span, format!("`{of}` is taken back before"))
}

/// Whether nothing but the way that it stands on decides whether it is done.
fn is_always_done(context: &Context<'_>, place: usize) -> bool {
    let conditional = |node: &Node| node.condition.is_some();
    !conditional(context.order.nodes[place])
        && !context
            .around(place)
            .any(|at| conditional(context.order.nodes[at]))
}

/// What a command takes back by one revision; what a variable names is anything.
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
            let mut operands = simple.operands(super::spellings::HELM);
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
