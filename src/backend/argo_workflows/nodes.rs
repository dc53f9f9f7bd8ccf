//! Each node as a task, and what stands inside it as a DAG.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Builder;
use super::library::{MOST_STEPS, Task, free, name_of};
use super::words::safe;
use crate::backend::{Fidelity, one_line};
use crate::plan::{Interval, Node, WaitFor, Work};

/// A step of a DAG with the node that it does.
pub struct Step<'a> {
    pub node: &'a Node,
    pub task: Task,
    /// What is done where it fails, and whether the work goes on then.
    pub failed: Option<(Task, bool)>,
    /// Whether what follows waits for it.
    pub waits: bool,
}

impl<'a> Builder<'a> {
    /// The DAG of what stands inside a node; nothing where nothing is done there.
    pub fn inside(&mut self, node: &'a Node, before: Vec<Task>) -> Option<Task> {
        let name = self.library.take(&node.id);
        let ordered = node.work.is_sequence();
        let steps = self.children(node);
        if steps.is_empty() && before.is_empty() {
            return None;
        }
        let dag = self.dag(&name, &before, &steps, ordered);
        self.library.put(&name, &[&node.id], dag);
        Some(Task::of(name))
    }

    /// The steps inside a node.
    pub fn children(&mut self, node: &'a Node) -> Vec<Step<'a>> {
        node.children
            .iter()
            .filter(|child| !matches!(child.work, Work::Else | Work::When { .. }))
            .filter_map(|child| self.step(child))
            .collect()
    }

    /// A node as a step, with what is done where it fails.
    pub fn step(&mut self, node: &'a Node) -> Option<Step<'a>> {
        let mut task = self.task(node)?;
        if let Some(retry) = self.retry_of(node) {
            task = self.wrapped(node, task, retry);
        }
        let failed = self.otherwise(node);
        if let Some(condition) = &node.condition {
            match self.expression(condition) {
                Some(expression) => task.when = Some(format!("{{{{={expression}}}}}")),
                None => self.fate(
                    node,
                    Fidelity::approximate(
                        "it is always done: whether it takes part is not a matter of parameters alone",
                    ),
                ),
            }
        }
        Some(Step {
            node,
            task,
            failed,
            waits: !matches!(node.work, Work::Every { .. }),
        })
    }

    /// A DAG of steps. In a long one, parts of it are DAGs of their own.
    pub fn dag(&mut self, name: &str, before: &[Task], steps: &[Step<'a>], ordered: bool) -> Value {
        if self.at_exit {
            return in_steps(before, steps, ordered);
        }
        let mut taken = BTreeSet::new();
        let mut tasks = Vec::new();
        let mut passed = String::new();
        for task in before {
            let name = free(&name_of(&task.template), &mut taken);
            tasks.push(task.value(&name, &passed));
            passed = name;
        }
        if steps.len() > MOST_STEPS {
            // A part waits for the one before it, even where nothing is ordered: no edge crosses then.
            for part in steps.chunks(MOST_STEPS) {
                let template = self.library.take(&format!("{name}/part"));
                let dag = self.dag(&template, &[], part, ordered);
                self.library.put(&template, &[], dag);
                let name = free("part", &mut taken);
                tasks.push(Task::of(template).value(&name, &passed));
                passed = name;
            }
            return json!({ "dag": { "tasks": tasks } });
        }
        let first = passed;
        // What of a step lets those that follow it begin.
        let mut done: BTreeMap<&str, String> = BTreeMap::new();
        let mut previous: Option<String> = None;
        for step in steps {
            let last = step.node.id.rsplit('/').next().unwrap_or(&step.node.id);
            let own = free(&name_of(last), &mut taken);
            let mut needs: Vec<String> = Vec::new();
            for other in steps {
                let follows = step
                    .node
                    .walk()
                    .flat_map(|inner| &inner.after)
                    .any(|after| {
                        other.node.id != step.node.id
                            && (*after == other.node.id
                                || after.starts_with(&format!("{}/", other.node.id)))
                    });
                if follows && let Some(passed) = done.get(other.node.id.as_str()) {
                    needs.push(passed.clone());
                }
            }
            if ordered
                && step.node.after.is_empty()
                && let Some(previous) = &previous
                && !needs.contains(previous)
            {
                needs.push(previous.clone());
            }
            if needs.is_empty() && !first.is_empty() {
                needs.push(first.clone());
            }
            tasks.push(step.task.value(&own, &needs.join(" && ")));
            let mut passes = own.clone();
            if let Some((handler, goes_on)) = &step.failed {
                let handled = free(&format!("{own}-failed"), &mut taken);
                tasks.push(handler.value(&handled, &format!("{own}.Failed || {own}.Errored")));
                if *goes_on {
                    passes = format!("({own} || {handled}.Succeeded)");
                }
            }
            done.insert(&step.node.id, passes.clone());
            if step.waits {
                previous = Some(passes);
            }
        }
        json!({ "dag": { "tasks": tasks } })
    }

    /// A template of its own around a task, so that it can be tried again as a whole.
    fn wrapped(&mut self, node: &Node, task: Task, retry: Value) -> Task {
        let name = self.library.take(&format!("{}/tried", node.id));
        let mut body = Map::new();
        body.insert("retryStrategy".to_owned(), retry);
        body.insert("steps".to_owned(), super::shared::steps(&[("try", task)]));
        self.library.put(&name, &[&node.id], Value::Object(body));
        Task::of(name)
    }

    /// What a node comes to; nothing where nothing is done.
    fn task(&mut self, node: &'a Node) -> Option<Task> {
        match &node.work {
            Work::Phase | Work::Gate | Work::Group { .. } | Work::Option => {
                Some(self.stretch(node))
            }
            Work::Check { holds } | Work::Require { holds } => {
                Some(self.check(node, holds.as_ref()))
            }
            Work::Run { .. } => Some(self.run(node)),
            Work::Shift { .. } | Work::Switch { .. } => {
                let task = self.shift(node);
                self.also_inside(node, task)
            }
            Work::Scale { service, replicas } => {
                let task = self.scale(node, service, replicas);
                self.also_inside(node, task)
            }
            Work::Hold { holds, .. } => Some(self.hold(node, holds.as_ref())),
            Work::Approve { roles, quorum, not } => Some(self.approve(node, roles, *quorum, not)),
            Work::Record {
                value,
                unit,
                target,
                capture,
            } => {
                let target = target.as_deref();
                Some(self.record(node, value, unit.as_deref(), target, capture.as_deref()))
            }
            Work::Every { interval } => {
                let often = match interval {
                    Interval::Period(period) => format!("every {period}"),
                    Interval::Event(event) => format!("at every {event}"),
                };
                self.fate(
                    node,
                    Fidelity::approximate(format!(
                        "done once beside the rest; {} it is for a person",
                        one_line(&often)
                    )),
                );
                self.inside(node, Vec::new())
            }
            Work::Choose => self.choose(node),
            Work::Wait { until, every } => Some(match until {
                WaitFor::Length(length) => {
                    self.fate(node, Fidelity::Exact);
                    self.pause(&node.id, length.whole_seconds())
                }
                WaitFor::Time(_) => match node.schedule.ends_seconds {
                    Some(offset) if self.has_start => {
                        self.fate(node, Fidelity::Exact);
                        self.until(&node.id, offset)
                    }
                    Some(_) | None => self.waits_for_person(node),
                },
                WaitFor::Event(_) => self.waits_for_person(node),
                WaitFor::Command(command) => {
                    self.fate(node, Fidelity::Exact);
                    self.wait_until(node, command, every.as_deref())
                }
            }),
            Work::Notify { notice, every } => {
                let mut how = super::TOLD.to_owned();
                if let Some(every) = every {
                    how.push_str(&format!("; once, not every {every}"));
                }
                self.fate(node, Fidelity::approximate(how));
                Some(self.notice(&node.id, notice))
            }
            Work::Act { actions } => {
                self.fate(node, Fidelity::Exact);
                self.acts(node, actions)
            }
            Work::Rollback | Work::Procedure => Some(self.stretch(node)),
            Work::Watch { .. }
            | Work::Note { .. }
            | Work::Else
            | Work::Severity { .. }
            | Work::When { .. }
            | Work::Monitor
            | Work::Alert { .. }
            | Work::Baseline { .. }
            | Work::Bound { .. }
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
            | Work::Test { .. } => None,
        }
    }

    /// A phase, a gate, a group: what stands in it, from the time on that it says.
    pub fn stretch(&mut self, node: &'a Node) -> Task {
        let mut before = Vec::new();
        let said = node.at.is_some() || node.window.is_some();
        let mut fate = Fidelity::Exact;
        if said && !node.follows_rollback() {
            match node.schedule.starts_seconds {
                Some(offset) if self.has_start => before.push(self.until(&node.id, offset)),
                Some(_) | None => {
                    fate = Fidelity::approximate(
                        "it begins when its turn comes: nothing says when `T` is",
                    );
                }
            }
        }
        self.fate(node, fate);
        match self.inside(node, before) {
            Some(task) => task,
            None => {
                self.fate(
                    node,
                    Fidelity::approximate("nothing stands in it: a person says that it is done"),
                );
                let question = format!("{}: is it done?", self.question(node));
                self.agree(&node.id, &question)
            }
        }
    }

    /// A task, and what stands inside its node before it.
    fn also_inside(&mut self, node: &'a Node, task: Option<Task>) -> Option<Task> {
        if node.children.is_empty() {
            return task;
        }
        let inner = self.inside(node, Vec::new());
        match (inner, task) {
            (Some(inner), Some(task)) => {
                let name = self.library.take(&format!("{}/all", node.id));
                self.library.put(
                    &name,
                    &[&node.id],
                    json!({ "steps": super::shared::steps(&[("inside", inner), ("then", task)]) }),
                );
                Some(Task::of(name))
            }
            (inner, task) => inner.or(task),
        }
    }

    fn waits_for_person(&mut self, node: &'a Node) -> Task {
        self.fate(
            node,
            Fidelity::approximate("a person says when it has come"),
        );
        let question = format!("{}: has it come?", self.question(node));
        self.agree(&node.id, &question)
    }

    fn choose(&mut self, node: &'a Node) -> Option<Task> {
        let options: Vec<&'a Node> = node
            .children
            .iter()
            .filter(|child| matches!(child.work, Work::Option))
            .collect();
        if options.is_empty() {
            self.fate(node, Fidelity::Exact);
            return None;
        }
        self.fate(node, Fidelity::Exact);
        let name = self.library.take(&node.id);
        let ask = self.library.take(&format!("{}/which", node.id));
        let mut words = Vec::new();
        let mut chosen = Vec::new();
        let mut handlers = Vec::new();
        let mut taken = BTreeSet::from(["ask".to_owned()]);
        for option in options {
            let word = free(
                &name_of(option.id.rsplit('/').next().unwrap_or(&option.id)),
                &mut taken,
            );
            if let Some(step) = self.step(option) {
                let task = step.task.only(format!(
                    "{{{{=steps.ask.outputs.parameters.option == '{word}'}}}}"
                ));
                chosen.push(task.step(&word, step.failed.is_some()));
                if let Some((handler, _)) = step.failed {
                    let name = free(&format!("{word}-failed"), &mut taken);
                    handlers.push(handler.where_failed(&word).step(&name, false));
                }
            }
            words.push(word);
        }
        let question = self.question(node);
        self.library.put(
            &ask,
            &[&node.id],
            json!({
                "inputs": { "parameters": [
                    { "name": "question", "value": question },
                    { "name": "option", "default": words[0], "enum": words },
                ]},
                "outputs": { "parameters": [{ "name": "option", "valueFrom": { "supplied": {} } }] },
                "suspend": {},
            }),
        );
        let mut groups = vec![vec![Task::of(ask).step("ask", false)], chosen, handlers];
        groups.retain(|group| !group.is_empty());
        self.library
            .put(&name, &[&node.id], json!({ "steps": groups }));
        Some(Task::of(name))
    }

    /// A node as a person reads it.
    pub fn question(&self, node: &Node) -> String {
        let line = self.sentences.item(node).line;
        let title = self.text(&node.title);
        if title.is_empty() {
            safe(&line)
        } else if node.title.parameters().next().is_some() {
            // The values stand in it.
            title
        } else {
            safe(if line.is_empty() { &title } else { &line })
        }
    }
}

/// The same as steps. In an exit handler a DAG fails at once where somebody has stopped the workflow
/// (up to version 3.7: `assessDAGPhase`); steps do not.
fn in_steps(before: &[Task], steps: &[Step<'_>], ordered: bool) -> Value {
    let mut taken = BTreeSet::new();
    let mut groups: Vec<Vec<Value>> = Vec::new();
    for task in before {
        let name = free(&name_of(&task.template), &mut taken);
        groups.push(vec![task.step(&name, false)]);
    }
    let ordered = ordered || steps.iter().any(|step| !step.node.after.is_empty());
    let (mut together, mut handlers) = (Vec::new(), Vec::new());
    for step in steps {
        let last = step.node.id.rsplit('/').next().unwrap_or(&step.node.id);
        let own = free(&name_of(last), &mut taken);
        together.push(step.task.step(&own, step.failed.is_some()));
        if let Some((handler, _)) = &step.failed {
            let name = free(&format!("{own}-failed"), &mut taken);
            handlers.push(handler.clone().where_failed(&own).step(&name, false));
        }
        if ordered {
            groups.push(std::mem::take(&mut together));
            groups.push(std::mem::take(&mut handlers));
        }
    }
    groups.push(together);
    groups.push(handlers);
    groups.retain(|group| !group.is_empty());
    json!({ "steps": groups })
}
