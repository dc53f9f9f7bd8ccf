//! What happens where something fails.
//!
//! All rollbacks are gone in the exit handler. A failure remembers which one it is and lets the
//! workflow fail; so a workflow that somebody stops rolls back, too.

use serde_json::{Map, Value, json};

use super::Builder;
use super::library::{Task, free, name_of};
use super::rights::Resource;
use crate::backend::Fidelity;
use crate::plan::{Action, Deed, Node, Quantity, Work};

/// No rollback is taken.
pub const NONE: &str = "none";

/// The word for a rollback.
pub fn way(rollback: &str) -> String {
    name_of(rollback.rsplit('/').next().unwrap_or(rollback))
}

/// Where actions are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the way forward: what ends the deployment fails.
    Forward,
    /// In the exit handler: what ends the deployment has ended it.
    Exit,
    /// Beside the work, where a rule fired: what ends the deployment has to stop it.
    Beside,
}

/// What comes after actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The work goes on.
    GoesOn,
    /// The deployment has ended.
    Over,
    /// Nothing was said: what failed has failed.
    Unsaid,
}

impl<'a> Builder<'a> {
    /// The actions of a node's own `else`, wherever they stand.
    fn own_actions(node: &'a Node) -> impl Iterator<Item = &'a Action> {
        let block = node
            .children
            .iter()
            .filter(|child| matches!(child.work, Work::Else))
            .flat_map(|block| &block.children)
            .filter_map(|child| match &child.work {
                Work::Act { actions } => Some(actions),
                _ => None,
            })
            .flatten();
        block.chain(&node.otherwise)
    }

    /// How often a node is tried again.
    pub fn retry_of(&self, node: &'a Node) -> Option<Value> {
        let action =
            Self::own_actions(node).find(|action| matches!(action.deed, Deed::Retry { .. }))?;
        let mut retry = Map::new();
        if let Deed::Retry { times: Some(times) } = &action.deed {
            retry.insert("limit".to_owned(), json!(times.to_string()));
        }
        retry.insert("retryPolicy".to_owned(), json!("Always"));
        if let Some(after) = &action.after {
            retry.insert(
                "backoff".to_owned(),
                json!({ "duration": super::go_duration(after.whole_seconds().max(1)) }),
            );
        }
        Some(Value::Object(retry))
    }

    /// What is done where a node fails, and whether the work goes on then.
    pub fn otherwise(&mut self, node: &'a Node) -> Option<(Task, bool)> {
        let block = node
            .children
            .iter()
            .find(|child| matches!(child.work, Work::Else));
        if block.is_none() && node.otherwise.is_empty() {
            return None;
        }
        let mut tasks: Vec<Task> = Vec::new();
        let mut ends = Ends::Unsaid;
        if let Some(block) = block {
            let retries = self.retry_of(node).is_some();
            self.fate(
                block,
                if retries && block.children.len() > 1 {
                    Fidelity::approximate(
                        "it is tried again first; the rest follows where that fails",
                    )
                } else {
                    Fidelity::Exact
                },
            );
            for child in &block.children {
                if let (Work::Act { actions }, None) = (&child.work, &child.condition) {
                    self.fate(child, acted(actions));
                    ends = self.deeds(&child.id, actions, Place::Forward, &mut tasks);
                } else if let Some(step) = self.step(child) {
                    tasks.push(step.task);
                    ends = Ends::Unsaid;
                }
                if ends == Ends::Over {
                    break;
                }
            }
        }
        if ends != Ends::Over && !node.otherwise.is_empty() {
            ends = self.deeds(&node.id, &node.otherwise, Place::Forward, &mut tasks);
        }
        if ends == Ends::Unsaid {
            tasks.push(self.refuse(&node.id, "nothing more is said of this failure"));
        }
        if tasks.is_empty() {
            // Only `skip`: something has to succeed in the place of what failed.
            tasks.push(self.pause(&node.id, 1));
        }
        let task = self.series(&format!("{}/else", node.id), &[&node.id], tasks);
        Some((task, ends == Ends::GoesOn))
    }

    /// Tasks one after the other, as one.
    pub fn series(&mut self, id: &str, nodes: &[&str], mut tasks: Vec<Task>) -> Task {
        if tasks.len() == 1 {
            return tasks.remove(0);
        }
        let name = self.library.take(id);
        let mut taken = std::collections::BTreeSet::new();
        let steps: Vec<Value> = tasks
            .iter()
            .map(|task| {
                let name = free(&name_of(&task.template), &mut taken);
                json!([task.value(&name, "")])
            })
            .collect();
        self.library.put(&name, nodes, json!({ "steps": steps }));
        Task::of(name)
    }

    /// An `act` that stands in the work.
    pub fn acts(&mut self, node: &'a Node, actions: &'a [Action]) -> Option<Task> {
        self.fate(node, acted(actions));
        let mut tasks = Vec::new();
        self.deeds(&node.id, actions, Place::Forward, &mut tasks);
        if tasks.is_empty() {
            return None;
        }
        Some(self.series(&node.id, &[&node.id], tasks))
    }

    /// Actions as tasks.
    pub fn deeds(
        &mut self,
        id: &str,
        actions: &'a [Action],
        place: Place,
        tasks: &mut Vec<Task>,
    ) -> Ends {
        let mut ends = Ends::Unsaid;
        let mut sorted: Vec<&Action> = actions.iter().collect();
        // People are told before what ends everything ends that, too.
        sorted.sort_by_key(|action| match place {
            Place::Forward | Place::Beside => last(&action.deed),
            Place::Exit => false,
        });
        for action in sorted {
            let mut own = Vec::new();
            // Of a rule, the delay is part of what is measured.
            if let (Some(after), Place::Forward | Place::Exit) = (&action.after, place)
                && !matches!(action.deed, Deed::Retry { .. })
            {
                own.push(self.pause(id, after.whole_seconds()));
            }
            let ended = self.deed(id, &action.deed, place, &mut own);
            match ended {
                Some(Ends::Over) => {
                    tasks.extend(own);
                    return Ends::Over;
                }
                Some(other) => ends = other,
                None => {}
            }
            if !matches!(action.deed, Deed::Skip | Deed::Retry { .. }) {
                tasks.extend(own);
            }
        }
        ends
    }

    fn deed(
        &mut self,
        id: &str,
        deed: &'a Deed,
        place: Place,
        tasks: &mut Vec<Task>,
    ) -> Option<Ends> {
        match deed {
            Deed::Rollback { rollback } => {
                let way = way(rollback);
                let task = match place {
                    Place::Forward => self.give_up(id, &way, "the rollback has begun"),
                    Place::Exit | Place::Beside => self.remember(&way),
                };
                tasks.push(task);
                if place == Place::Beside {
                    tasks.push(self.stop_workflow(id));
                }
                Some(Ends::Over)
            }
            Deed::Stop => {
                let task = match place {
                    Place::Forward => self.give_up(id, NONE, "it stops here"),
                    Place::Exit | Place::Beside => self.remember(NONE),
                };
                tasks.push(task);
                if place == Place::Beside {
                    tasks.push(self.stop_workflow(id));
                }
                Some(Ends::Over)
            }
            Deed::Pause => {
                match place {
                    Place::Beside => tasks.push(self.suspend_workflow(id)),
                    Place::Forward | Place::Exit => {
                        tasks.push(self.agree(id, "Paused: does it go on?"));
                    }
                }
                Some(Ends::GoesOn)
            }
            Deed::Skip => Some(Ends::GoesOn),
            Deed::Retry { .. } => None,
            Deed::Page { roles } => {
                let why = self
                    .plan
                    .node(id)
                    .map_or_else(|| id.to_owned(), |node| self.question(node));
                tasks.push(self.page(id, roles, &why));
                None
            }
            Deed::Notify(notice) => {
                tasks.push(self.notice(id, notice));
                None
            }
            Deed::Do { procedure } => {
                match self.called.get(procedure.as_str()) {
                    Some(template) => tasks.push(Task::of(&**template)),
                    None => tasks.push(self.agree(id, &super::words::safe(procedure))),
                }
                None
            }
            Deed::Instruct { text } => {
                let words = self.text(text);
                tasks.push(self.agree(id, &format!("{words}: is it done?")));
                None
            }
        }
    }

    fn stop_workflow(&mut self, node: &str) -> Task {
        self.does(Resource::Workflows, &["patch"], node);
        self.offer("stop", of_this_workflow(json!({ "shutdown": "Stop" })));
        Task::of("stop")
    }

    fn suspend_workflow(&mut self, node: &str) -> Task {
        self.does(Resource::Workflows, &["patch"], node);
        self.offer("suspend", of_this_workflow(json!({ "suspend": true })));
        Task::of("suspend")
    }
}

/// How actions fare.
pub fn acted(actions: &[Action]) -> Fidelity {
    if actions
        .iter()
        .any(|action| action.after.is_some() && !matches!(action.deed, Deed::Retry { .. }))
    {
        return Fidelity::approximate(
            "after the delay it is done, whether or not what led to it has cleared",
        );
    }
    if actions
        .iter()
        .any(|action| matches!(action.deed, Deed::Page { .. } | Deed::Notify(_)))
    {
        return Fidelity::approximate(super::TOLD);
    }
    Fidelity::Exact
}

/// How long to wait before a rule does what ends the deployment, in seconds.
pub fn delay(actions: &[Action]) -> i64 {
    actions
        .iter()
        .filter(|action| last(&action.deed))
        .filter_map(|action| action.after.as_deref())
        .map(Quantity::whole_seconds)
        .max()
        .unwrap_or(0)
}

fn last(deed: &Deed) -> bool {
    match deed {
        Deed::Rollback { .. } | Deed::Stop | Deed::Pause => true,
        Deed::Skip
        | Deed::Retry { .. }
        | Deed::Page { .. }
        | Deed::Notify(_)
        | Deed::Do { .. }
        | Deed::Instruct { .. } => false,
    }
}

fn of_this_workflow(spec: Value) -> Value {
    json!({
        "resource": {
            "action": "patch",
            "mergeStrategy": "merge",
            "manifest": crate::backend::yaml::document(&json!({
                "apiVersion": "argoproj.io/v1alpha1",
                "kind": "Workflow",
                "metadata": {
                    "name": "{{workflow.name}}",
                    "namespace": "{{workflow.namespace}}",
                },
                "spec": spec,
            })),
        },
    })
}
