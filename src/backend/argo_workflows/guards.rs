//! Rules that watch phases: beside each phase that they watch, an AnalysisRun asks all the time.

use serde_json::{Value, json};

use super::Builder;
use super::failure::{Place, delay};
use super::library::Task;
use super::rights::Resource;
use super::shared::inputs;
use crate::backend::argo_rollouts::analysis::{self, Asked, Role};
use crate::backend::{Fidelity, yaml};
use crate::plan::{Deed, EdgeKind, Measured, Node, Quantity, Work};

/// The name of the AnalysisRun of a rule beside a phase.
fn run_name(guard: &str) -> String {
    format!("{{{{workflow.name}}}}-{guard}-{{{{inputs.parameters.place}}}}")
}

impl<'a> Builder<'a> {
    /// The rules that a machine can watch, as templates.
    pub fn find_guards(&mut self) {
        for rule in self.plan.of_kind("severity") {
            let Work::Severity { then } = &rule.work else {
                continue;
            };
            let ends = then.iter().any(|action| {
                matches!(
                    action.deed,
                    Deed::Rollback { .. } | Deed::Stop | Deed::Pause
                )
            });
            let mut all: Vec<Measured> = Vec::new();
            for reason in &rule.children {
                let Work::When { holds } = &reason.work else {
                    continue;
                };
                let Some(condition) = holds else {
                    self.fate(
                        reason,
                        Fidelity::approximate("a person stops the workflow: `argo stop`"),
                    );
                    continue;
                };
                let mut measured = Vec::new();
                let whole = analysis::parts(condition, Role::GoesBack, &mut measured);
                let fares = self.fare(&measured, Role::GoesBack, Asked::Always);
                let fate = match (fares.fate, whole, fares.hashes) {
                    (Some(Fidelity::Refused { why }), _, _) => {
                        Fidelity::approximate(format!("a person watches it: {why}"))
                    }
                    (_, _, true) => Fidelity::approximate(
                        "a person watches it: beside a phase nothing is compared with the stable version",
                    ),
                    (Some(other), _, _) => other,
                    (None, false, _) => Fidelity::approximate(
                        "a machine can't decide all of it: a person stops the workflow",
                    ),
                    (None, true, _) => Fidelity::Exact,
                };
                self.fate(reason, fate);
                if !fares.hashes {
                    all.extend(measured.into_iter().map(|one| later(one, delay(then))));
                }
            }
            let measured: Vec<&Measured> = all.iter().collect();
            let fares = self.fare(&measured, Role::GoesBack, Asked::Always);
            if fares.metrics.is_empty() {
                self.fate(rule, Fidelity::elsewhere("prometheus"));
                continue;
            }
            self.fate(
                rule,
                match (ends, super::failure::acted(then)) {
                    (_, Fidelity::Exact) => Fidelity::Exact,
                    (true, _) if then.iter().any(|action| action.after.is_some()) => {
                        Fidelity::approximate(
                            "people are told at once with the rest; a delay is a longer look at the metric",
                        )
                    }
                    (_, other) => other,
                },
            );
            self.guard(rule, &fares.metrics);
        }
    }

    fn guard(&mut self, rule: &'a Node, metrics: &[Value]) {
        let Work::Severity { then } = &rule.work else {
            return;
        };
        let guard = self.library.take(&format!("guard/{}", rule.id));
        let watch = self.library.take(&format!("guard/{}/watch", rule.id));
        self.does(
            Resource::AnalysisRuns,
            &["create", "get", "patch"],
            &rule.id,
        );
        let body = self.analysis_run(
            metrics,
            Some(&run_name(&guard)),
            "status.phase in (Successful, Inconclusive, Error)",
            "status.phase == Failed",
            &["place"],
        );
        self.library.put(&watch, &[&rule.id], body);
        let mut tasks = Vec::new();
        self.deeds(&rule.id, then, Place::Beside, &mut tasks);
        if tasks.is_empty() {
            tasks.push(self.pause(&rule.id, 1));
        }
        let fired = self.series(&format!("guard/{}/fired", rule.id), &[&rule.id], tasks);
        let question = format!(
            "{}: there are no data any more. Does it go on unwatched?",
            self.question(rule)
        );
        let unseen = self
            .agree(&rule.id, &question)
            .only("{{=tasks.watch.outputs.parameters.phase != 'Successful'}}");
        let watching = Task::of(watch).with("place", "{{inputs.parameters.place}}");
        self.library.put(
            &guard,
            &[&rule.id],
            json!({
                "inputs": inputs(&["place"]),
                "dag": { "tasks": [
                    watching.value("watch", ""),
                    fired.value("fired", "watch.Failed || watch.Errored"),
                    unseen.value("unseen", "watch.Succeeded"),
                ]},
            }),
        );
        self.guards.insert(&rule.id, guard);
    }

    /// A phase with the rules that watch it beside it.
    pub fn watched(&mut self, node: &'a Node, work: Task) -> Task {
        let guards: Vec<String> = self
            .plan
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Guards)
            .filter(|edge| self.stretches.reaches(edge, &node.id))
            .filter_map(|edge| self.guards.get(edge.from.as_str()).cloned())
            .collect();
        if guards.is_empty() {
            return work;
        }
        let place = super::library::name_of(&node.id).to_ascii_lowercase();
        let name = self.library.take(&format!("{}/watched", node.id));
        let mut tasks = vec![work.value("work", "")];
        let over = "work.Succeeded || work.Failed || work.Errored || work.Skipped || work.Omitted";
        for guard in guards {
            self.offer(
                "end-watch",
                json!({
                    "inputs": inputs(&["name"]),
                    // A phase may end before the AnalysisRun beside it is there.
                    "retryStrategy": {
                        "limit": "5",
                        "retryPolicy": "Always",
                        "backoff": { "duration": "10s" },
                    },
                    "resource": {
                        "action": "patch",
                        "mergeStrategy": "merge",
                        "manifest": yaml::document(&json!({
                            "apiVersion": "argoproj.io/v1alpha1",
                            "kind": "AnalysisRun",
                            "metadata": {
                                "name": "{{inputs.parameters.name}}",
                                "namespace": "{{workflow.namespace}}",
                            },
                            "spec": { "terminate": true },
                        })),
                    },
                }),
            );
            tasks.push(Task::of(&*guard).with("place", &*place).value(&guard, ""));
            tasks.push(
                Task::of("end-watch")
                    .with("name", format!("{{{{workflow.name}}}}-{guard}-{place}"))
                    .value(&format!("end-{guard}"), over),
            );
        }
        self.library.put(
            &name,
            &[&node.id],
            json!({ "dag": { "failFast": false, "tasks": tasks } }),
        );
        Task::of(name)
    }
}

/// A condition that must hold for some seconds more before something is done.
fn later(measured: &Measured, seconds: i64) -> Measured {
    let mut later = measured.clone();
    if seconds > 0 {
        let all = measured
            .sustained
            .as_deref()
            .map_or(0, Quantity::whole_seconds)
            + seconds;
        later.sustained = Quantity::parse(&format!("{all}s")).ok().map(Box::new);
    }
    later
}
