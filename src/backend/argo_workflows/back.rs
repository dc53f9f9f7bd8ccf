//! The exit handler: which rollback is taken, what it undoes, what follows it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Builder;
use super::failure::{Ends, NONE, Place, way};
use super::library::{Task, free, name_of};
use super::shared::{UNSAID, WAY_BACK};
use crate::backend::Fidelity;
use crate::plan::{Node, Plan, Work};

/// The nodes inside what some rollback undoes.
pub fn undoable(plan: &Plan) -> BTreeSet<&str> {
    plan.undone(&plan.stretches(), |_| true)
        .flat_map(Node::walk)
        .map(|node| node.id.as_str())
        .collect()
}

fn taken(way: &str) -> String {
    format!("workflow.outputs.parameters['{WAY_BACK}'] == '{way}'")
}

impl<'a> Builder<'a> {
    /// The exit handler. Does nothing where the workflow succeeded.
    pub fn exit(&mut self) {
        self.at_exit = true;
        let name = self.library.take("exit");
        let failed = "workflow.status != 'Succeeded'";
        let unsaid = self.unsaid();
        let mut steps = vec![vec![
            unsaid
                .only(format!("{{{{={failed} && {}}}}}", taken(UNSAID)))
                .step("unsaid", false),
        ]];
        let rollbacks: Vec<&'a Node> = self.plan.of_kind("rollback").collect();
        let mut names = BTreeSet::from(["unsaid".to_owned()]);
        for rollback in &rollbacks {
            let template = self.library.take(&rollback.id);
            let body = self.back(rollback);
            self.library.put(&template, &[&rollback.id], body);
            let own = free(&name_of(&rollback.id), &mut names);
            let back = Task::of(template).only(format!(
                "{{{{={failed} && {}}}}}",
                taken(&way(&rollback.id))
            ));
            steps.push(vec![back.step(&own, false)]);
        }
        let plan = self.plan;
        let behind = plan.in_order(|node| {
            matches!(node.work, Work::Phase | Work::Gate) && node.follows_rollback()
        });
        for node in behind {
            let Some(step) = self.step(node) else {
                continue;
            };
            let ways: Vec<String> = rollbacks
                .iter()
                .filter(|rollback| {
                    node.after
                        .iter()
                        .any(|after| after == "rollback" || *after == rollback.id)
                })
                .map(|rollback| taken(&way(&rollback.id)))
                .collect();
            if ways.is_empty() {
                continue;
            }
            let own = free(&name_of(&node.id), &mut names);
            let task = step
                .task
                .only(format!("{{{{={failed} && ({})}}}}", ways.join(" || ")));
            steps.push(vec![task.step(&own, false)]);
        }
        self.library.put(&name, &[], json!({ "steps": steps }));
        self.at_exit = false;
    }

    /// What is done where nothing nearer says what happens.
    fn unsaid(&mut self) -> Task {
        let on_failure = &self.plan.deployment.on_failure;
        let mut tasks = Vec::new();
        let ends = self.deeds("deployment", on_failure, Place::Exit, &mut tasks);
        if ends == Ends::Over {
            return self.series("on-failure", &[], tasks);
        }
        // Nothing says which rollback: a person does.
        let mut ways: Vec<String> = self
            .plan
            .of_kind("rollback")
            .map(|rollback| way(&rollback.id))
            .collect();
        ways.push(NONE.to_owned());
        self.offer(
            "which-way-back",
            json!({
                "inputs": { "parameters": [
                    { "name": "question", "value": "It failed, and nothing says what happens then. Which rollback?" },
                    { "name": "way", "default": NONE, "enum": ways },
                ]},
                "outputs": { "parameters": [{ "name": "way", "valueFrom": { "supplied": {} } }] },
                "suspend": {},
            }),
        );
        let remember = self.remember("{{steps.ask.outputs.parameters.way}}");
        self.offer(
            "decide-the-way-back",
            json!({ "steps": super::shared::steps(&[
                ("ask", Task::of("which-way-back")),
                ("remember", remember),
            ])}),
        );
        tasks.push(Task::of("decide-the-way-back"));
        self.series("on-failure", &[], tasks)
    }

    /// A rollback: what was done is undone, the last first, then come its own steps.
    fn back(&mut self, rollback: &'a Node) -> Value {
        let mut how = Vec::new();
        if self
            .rollouts
            .iter()
            .any(|moved| !moved.shares.is_empty() || !moved.switches.is_empty())
        {
            how.push("traffic is rolled back by aborting the Rollout, which works until all of it has moved; after that, use the `undo` of what was deployed");
        }
        if rollback.valid_until.is_some() && self.valid_until(rollback).is_none() {
            how.push("nothing says when `T` is: until when it is valid is for people");
        }
        self.fate(
            rollback,
            if how.is_empty() {
                Fidelity::Exact
            } else {
                Fidelity::approximate(how.join("; "))
            },
        );
        let mut steps: Vec<Vec<Value>> = Vec::new();
        // What time it is, the controller knows: nothing of this needs a pod.
        let mut names = BTreeSet::from(["too-late", "began"].map(str::to_owned));
        if let Some((offset, until)) = self.valid_until(rollback) {
            let question = format!(
                "{}: it was valid until {until}, which has passed. Roll back nevertheless?",
                self.question(rollback)
            );
            let start = self.own_name("start");
            let ask = self.agree(&rollback.id, &question).only(format!(
                "{{{{=now().Unix() > asInt(workflow.parameters['{start}']) + {offset}}}}}"
            ));
            steps.push(vec![ask.step("too-late", false)]);
        }
        if rollback.within.is_some() {
            steps.push(vec![self.pause(&rollback.id, 1).step("began", true)]);
        }
        let mut all: Vec<(String, Task)> = Vec::new();
        let mut aborted = BTreeSet::new();
        for node in self.changes(rollback).into_iter().rev() {
            let last = node.id.rsplit('/').next().unwrap_or(&node.id);
            match &node.work {
                Work::Shift { service, .. } | Work::Switch { service, .. } => {
                    let place = self
                        .rollouts
                        .iter()
                        .position(|moved| moved.service.name == *service);
                    if let Some(place) = place
                        && aborted.insert(place)
                    {
                        all.push((
                            format!("traffic-of-{service}"),
                            self.abort(place, &rollback.id),
                        ));
                    }
                }
                _ => {
                    if let Some((done, undo)) = self.undos.get(node.id.as_str()) {
                        let when =
                            format!("{{{{=workflow.outputs.parameters['{done}'] == 'yes'}}}}");
                        let when = match &node.work {
                            Work::Scale { .. } => {
                                format!("{{{{=workflow.outputs.parameters['{done}'] != 'no'}}}}")
                            }
                            _ => when,
                        };
                        all.push((format!("undo-{last}"), undo.clone().only(when)));
                    }
                }
            }
        }
        let children = self.children(rollback);
        if !children.is_empty() {
            let proof = self.library.take(&format!("{}/proof", rollback.id));
            let dag = self.dag(&proof, &[], &children, true);
            self.library.put(&proof, &[&rollback.id], dag);
            all.push(("proof".to_owned(), Task::of(proof)));
        }
        if all.is_empty() {
            let question = format!("{}: is it done?", self.question(rollback));
            all.push(("asked".to_owned(), self.agree(&rollback.id, &question)));
        }
        for (wanted, task) in all {
            let own = free(&name_of(&wanted), &mut names);
            steps.push(vec![task.step(&own, true)]);
            // A step of a rollback that fails is a person's decision.
            let decided = free(&format!("{own}-failed"), &mut names);
            let decide = self.agree(
                &rollback.id,
                &format!("{own} failed during the rollback: does it go on with the rest?"),
            );
            steps.push(vec![decide.where_failed(&own).step(&decided, false)]);
        }
        if let Some(within) = &rollback.within {
            let late = free("took-too-long", &mut names);
            let words = format!("{} took longer than {within}", self.question(rollback));
            let tell = self.page(&rollback.id, &self.plan.deployment.owners, &words);
            let expression = format!(
                "{{{{=now().Unix() - date(steps.began.startedAt).Unix() > {}}}}}",
                within.whole_seconds()
            );
            steps.push(vec![tell.only(expression).step(&late, true)]);
        }
        json!({ "steps": steps })
    }

    /// Until when a rollback is valid: seconds from `T`, and the same in words.
    fn valid_until(&self, rollback: &Node) -> Option<(i64, String)> {
        let until = rollback.valid_until.as_ref()?;
        let offset = rollback.schedule.valid_until_seconds?;
        self.has_start
            .then(|| (offset, super::words::safe(&until.to_string())))
    }

    /// What a rollback undoes, in the order in which it is done.
    fn changes(&self, rollback: &Node) -> Vec<&'a Node> {
        self.plan
            .undone(&self.stretches, |edge| edge.from == rollback.id)
            .flat_map(Node::walk)
            .filter(|node| {
                self.undos.contains_key(node.id.as_str())
                    || matches!(node.work, Work::Shift { .. } | Work::Switch { .. })
            })
            .collect()
    }
}
