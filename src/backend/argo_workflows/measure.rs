//! Conditions that a machine decides: an AnalysisRun of Argo Rollouts is created and awaited.

use serde_json::{Map, Value, json};

use super::Builder;
use super::library::Task;
use super::rights::Resource;
use super::shared::{inputs, steps};
use crate::backend::argo_rollouts::analysis::{self, Asked, Role};
use crate::backend::kubernetes::dns_label;
use crate::backend::{Fidelity, promql, yaml};
use crate::plan::{Condition, Measured, NoData, Node};

/// What stands for the address of Prometheus until the manifest is a text.
const ADDRESS: &str = "@prometheus@";

/// How a condition fares.
pub struct Fares {
    /// What is asked of Prometheus; nothing where a person decides all of it.
    pub metrics: Vec<Value>,
    /// Whether the machine decides all of it.
    pub whole: bool,
    /// What comes of it where there are no data.
    pub no_data: NoData,
    /// Whether the hashes of the new and the stable pods are needed.
    pub hashes: bool,
    /// How it differs; why it can't be asked.
    pub fate: Option<Fidelity>,
}

impl<'a> Builder<'a> {
    /// The metrics of a condition.
    pub fn fares(&self, condition: &Condition, role: Role, asked: Asked) -> Fares {
        let mut measured = Vec::new();
        let whole = analysis::parts(condition, role, &mut measured);
        let mut fares = self.fare(&measured, role, asked);
        fares.whole = whole;
        fares
    }

    /// The metrics of some measured conditions.
    pub fn fare(&self, measured: &[&Measured], role: Role, asked: Asked) -> Fares {
        let mut fares = Fares {
            metrics: Vec::new(),
            whole: true,
            no_data: NoData::Pass,
            hashes: false,
            fate: None,
        };
        for one in measured {
            match analysis::metric(self.plan, one, role, asked) {
                Ok(mut metric) => {
                    if let Ok(question) = promql::question(self.plan, one)
                        && let Some(how) = question.differs
                    {
                        fares.fate = Some(Fidelity::Approximate { how });
                    }
                    let name = dns_label(&one.metric.to_string());
                    let taken = |name: &str| {
                        fares
                            .metrics
                            .iter()
                            .any(|metric: &Value| metric["name"] == name)
                    };
                    let mut free = name.clone();
                    let mut number = 2;
                    while taken(&free) {
                        free = dns_label(&format!("{name}-{number}"));
                        number += 1;
                    }
                    metric["name"] = json!(free);
                    metric["provider"]["prometheus"]["address"] = json!(ADDRESS);
                    fares.hashes |= analysis::against_stable(one);
                    let known = self
                        .plan
                        .metrics
                        .iter()
                        .find(|metric| metric.name == one.metric.metric)
                        .map(|metric| metric.no_data)
                        .unwrap_or_default();
                    fares.no_data = match (fares.no_data, known) {
                        (NoData::Pause, _) | (_, NoData::Pause) => NoData::Pause,
                        (NoData::Fail, _) | (_, NoData::Fail) => NoData::Fail,
                        (NoData::Pass, NoData::Pass) => NoData::Pass,
                    };
                    fares.metrics.push(metric);
                }
                Err(why) => fares.fate = Some(Fidelity::Refused { why }),
            }
        }
        fares
    }

    /// A task that measures and awaits the verdict; where there are no data and nothing says what
    /// that means, a person decides.
    pub fn measure(&mut self, node: &'a Node, fares: &Fares) -> Option<Task> {
        if fares.metrics.is_empty() {
            return None;
        }
        if fares.hashes && self.rollouts.is_empty() {
            return None;
        }
        let name = self.library.take(&format!("{}/measured", node.id));
        let run = self.library.take(&format!("{}/measure", node.id));
        let success = match fares.no_data {
            NoData::Pause => "status.phase in (Successful, Inconclusive, Error)",
            NoData::Pass => "status.phase in (Successful, Error)",
            NoData::Fail => "status.phase == Successful",
        };
        let failure = match fares.no_data {
            NoData::Pause | NoData::Pass => "status.phase == Failed",
            NoData::Fail => "status.phase in (Failed, Inconclusive, Error)",
        };
        let needs: &[&str] = if fares.hashes {
            &["latest-hash", "stable-hash"]
        } else {
            &[]
        };
        self.does(Resource::AnalysisRuns, &["create", "get"], &node.id);
        let body = self.analysis_run(&fares.metrics, None, success, failure, needs);
        self.library.put(&run, &[&node.id], body);
        let mut all: Vec<(&str, Task)> = Vec::new();
        let mut measure = Task::of(run);
        if fares.hashes {
            all.push(("hashes", self.hashes(&node.id)));
            measure = measure
                .with("latest-hash", "{{steps.hashes.outputs.parameters.latest}}")
                .with("stable-hash", "{{steps.hashes.outputs.parameters.stable}}");
        }
        all.push(("measure", measure));
        if fares.no_data == NoData::Pause {
            let question = format!(
                "{}: there are no data. Does it hold?",
                self.question(node).trim_end_matches(['.', '?'])
            );
            all.push((
                "undecided",
                self.agree(&node.id, &question)
                    .only("{{=steps.measure.outputs.parameters.phase != 'Successful'}}"),
            ));
        }
        self.library
            .put(&name, &[&node.id], json!({ "steps": steps(&all) }));
        Some(Task::of(name))
    }

    /// A template that creates an AnalysisRun and awaits its end. With a name it can be found again.
    pub fn analysis_run(
        &self,
        metrics: &[Value],
        name: Option<&str>,
        success: &str,
        failure: &str,
        needs: &[&str],
    ) -> Value {
        let metadata = match name {
            Some(name) => json!({ "name": name }),
            None => json!({ "generateName": "{{workflow.name}}-" }),
        };
        let object = json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "AnalysisRun",
            "metadata": metadata,
            "spec": { "metrics": metrics },
        });
        let address = format!(
            "{{{{=toJson(workflow.parameters['{}'])}}}}",
            self.own_name("prometheus")
        );
        let manifest = yaml::document(&object)
            .replace(&format!("'{ADDRESS}'"), &address)
            .replace(&format!("\"{ADDRESS}\""), &address)
            .replace("{{args.latest-hash}}", "{{inputs.parameters.latest-hash}}")
            .replace("{{args.stable-hash}}", "{{inputs.parameters.stable-hash}}");
        let mut body = Map::new();
        if !needs.is_empty() {
            body.insert("inputs".to_owned(), inputs(needs));
        }
        body.insert(
            "outputs".to_owned(),
            json!({ "parameters": [
                { "name": "phase", "valueFrom": { "jsonPath": "{.status.phase}", "default": "Error" } },
            ]}),
        );
        body.insert(
            "resource".to_owned(),
            json!({
                "action": "create",
                "setOwnerReference": true,
                "successCondition": success,
                "failureCondition": failure,
                "manifest": manifest,
            }),
        );
        Value::Object(body)
    }

    /// The hashes of the new and the stable pods of the first service whose traffic moves.
    fn hashes(&mut self, node: &str) -> Task {
        if let Some(moved) = self.rollouts.first() {
            let namespace = moved.service.namespace.as_deref();
            let name = dns_label(&moved.service.name);
            self.rights
                .need(namespace, Resource::Rollouts, Some(&name), &["get"], node);
        }
        let (rollout, namespace) = self
            .rollouts
            .first()
            .map(|moved| (dns_label(&moved.service.name), moved.namespace()))
            .unwrap_or_default();
        self.offer(
            "pod-hashes",
            json!({
                "inputs": inputs(&["rollout", "namespace"]),
                "outputs": { "parameters": [
                    { "name": "latest", "valueFrom": { "jsonPath": "{.status.currentPodHash}" } },
                    { "name": "stable", "valueFrom": { "jsonPath": "{.status.stableRS}" } },
                ]},
                "resource": { "action": "get", "manifest": super::traffic::rollout_manifest(&[]) },
            }),
        );
        Task::of("pod-hashes")
            .with("rollout", rollout)
            .with("namespace", namespace)
    }
}
