//! Traffic: a Rollout that pauses before each share, and tasks that move it on and await what comes.
//!
//! `kubectl argo rollouts promote` and `abort` are patches of the status, and so are these tasks:
//! <https://github.com/argoproj/argo-rollouts/tree/v1.9.1/pkg/kubectl-argo-rollouts/cmd>.

use serde_json::{Map, Value, json};

use super::Builder;
use super::library::Task;
use super::rights::Resource;
use super::shared::{inputs, steps};
use crate::backend::argo_rollouts::rollout::routing;
use crate::backend::argo_rollouts::traffic::{Split, problem, share_fidelity, split};
use crate::backend::kubernetes::{self, dns_label};
use crate::backend::{Fidelity, yaml};
use crate::plan::{Exact, Node, Quantity, Service, Work};

/// A service whose traffic the workflow moves.
pub struct Moved<'a> {
    pub service: &'a Service,
    /// The shares in whole percent, in the order in which they come, with the nodes.
    pub shares: Vec<(u8, &'a Node)>,
    /// The nodes that switch it.
    pub switches: Vec<&'a Node>,
    /// The name under which it is remembered that it moved.
    pub global: String,
}

impl Moved<'_> {
    /// Its namespace, or the workflow's.
    pub fn namespace(&self) -> String {
        namespace(self.service)
    }
}

fn namespace(service: &Service) -> String {
    service
        .namespace
        .clone()
        .unwrap_or_else(|| "{{workflow.namespace}}".to_owned())
}

impl<'a> Builder<'a> {
    /// Which services move, in what steps.
    pub fn find_moved(&mut self) {
        let plan = self.plan;
        for top in plan.forward() {
            for node in top.walk() {
                let (name, weight) = match &node.work {
                    Work::Shift { service, share } => (service, weight(share)),
                    Work::Switch { service, .. } => (service, None),
                    _ => continue,
                };
                let Some(service) = plan.services.iter().find(|one| one.name == *name) else {
                    continue;
                };
                let known = self
                    .rollouts
                    .iter()
                    .position(|moved| moved.service.name == *name);
                let place = known.unwrap_or_else(|| {
                    let global = self.global(&format!("moved-{name}"), "no");
                    self.rollouts.push(Moved {
                        service,
                        shares: Vec::new(),
                        switches: Vec::new(),
                        global,
                    });
                    self.rollouts.len() - 1
                });
                let moved = &mut self.rollouts[place];
                match (&node.work, weight) {
                    (Work::Shift { .. }, Some(weight)) => moved.shares.push((weight, node)),
                    (Work::Shift { .. }, None) => {}
                    _ => moved.switches.push(node),
                }
            }
        }
    }

    /// Moves a share of traffic, or all of it.
    pub fn shift(&mut self, node: &'a Node) -> Option<Task> {
        let place = self.rollouts.iter().position(|moved| {
            moved.shares.iter().any(|(_, other)| other.id == node.id)
                || moved.switches.iter().any(|other| other.id == node.id)
        });
        let Some(place) = place else {
            self.fate(
                node,
                Fidelity::refused("the weight of a Rollout is a whole percentage: round it"),
            );
            return None;
        };
        let moved = &self.rollouts[place];
        let fate = self.moves(moved, node);
        let rollout = dns_label(&moved.service.name);
        let namespace = moved.namespace();
        let global = moved.global.clone();
        let index = moved
            .shares
            .iter()
            .position(|(_, other)| other.id == node.id);
        let last = match index {
            Some(index) => moved.shares[index].0 == 100 && index + 1 == moved.shares.len(),
            None => true,
        };
        let refused = matches!(fate, Fidelity::Refused { .. });
        self.fate(node, fate);
        if refused {
            return None;
        }
        self.moves_rollout(place, &node.id);
        self.offer("rollout-waits", waits());
        let name = self.library.take(&node.id);
        let moves = self.library.take(&format!("{}/move", node.id));
        // Step 0 is a share of nothing and step 1 a pause, and so for each share.
        let step = index.map(|index| 2 * (index + 1));
        let mut status = Map::new();
        status.insert("pauseConditions".to_owned(), Value::Null);
        if let Some(step) = step {
            status.insert("currentStepIndex".to_owned(), json!(step));
        }
        let success = match step {
            Some(step) if !last => {
                format!(
                    "status.currentStepIndex == {},status.phase == Paused",
                    step + 1
                )
            }
            Some(_) | None => "status.phase == Healthy".to_owned(),
        };
        self.library.put(
            &moves,
            &[&node.id],
            json!({
                "inputs": inputs(&["rollout", "namespace"]),
                "outputs": { "parameters": [{
                    "name": "moved",
                    "valueFrom": { "jsonPath": "{.metadata.name}", "default": "no" },
                    "globalName": global,
                }]},
                "resource": {
                    "action": "patch",
                    "mergeStrategy": "merge",
                    "flags": ["--subresource=status"],
                    "successCondition": success,
                    "failureCondition": "status.phase == Degraded",
                    "manifest": rollout_manifest(&[("status", Value::Object(status))]),
                },
            }),
        );
        let both = |task: Task| {
            task.with("rollout", &*rollout)
                .with("namespace", &*namespace)
        };
        self.library.put(
            &name,
            &[&node.id],
            json!({ "steps": steps(&[
                ("ready", both(Task::of("rollout-waits"))),
                ("move", both(Task::of(moves))),
            ])}),
        );
        Some(Task::of(name))
    }

    fn moves(&self, moved: &Moved<'_>, node: &Node) -> Fidelity {
        if !moved.shares.is_empty() && !moved.switches.is_empty() {
            return Fidelity::refused(
                "a Rollout moves its traffic in steps or at once, and this is both: choose one",
            );
        }
        if let Some(why) = problem(moved.service) {
            return Fidelity::refused(why);
        }
        let Work::Shift { share, .. } = &node.work else {
            return Fidelity::Exact;
        };
        share_fidelity(moved.service, matches!(weight(share), Some(0 | 100)))
    }

    /// Sets the number of replicas, and waits for them.
    pub fn scale(&mut self, node: &'a Node, service: &str, replicas: &Quantity) -> Option<Task> {
        let known = self.plan.services.iter().find(|one| one.name == service)?;
        let Some(count) = replicas
            .value
            .to_whole()
            .and_then(|count| u32::try_from(count).ok())
        else {
            self.fate(
                node,
                Fidelity::refused("a number of pods is whole: round it"),
            );
            return None;
        };
        let Some((kind, name)) = self.workload(known) else {
            self.fate(
                node,
                Fidelity::refused(format!(
                    "nothing says what runs `{service}`: give it a workload, `workload deployment/{service}`"
                )),
            );
            return None;
        };
        self.fate(node, Fidelity::Exact);
        let resource = match kind {
            "Rollout" => Resource::Rollouts,
            "StatefulSet" => Resource::StatefulSets,
            _ => Resource::Deployments,
        };
        let place = known.namespace.as_deref();
        self.rights
            .need(place, resource, Some(&name), &["get", "patch"], &node.id);
        let scaled = self.global(&format!("done-{}", node.id), "no");
        let template = self.library.take(&node.id);
        let body = scaling(kind, &name, &namespace(known), count, Some(&scaled));
        self.library.put(&template, &[&node.id], body);
        let before = known
            .replicas
            .as_ref()
            .and_then(|replicas| replicas.value.to_whole())
            .and_then(|count| u32::try_from(count).ok());
        if let Some(before) = before
            && self.undoable.contains(node.id.as_str())
        {
            let back = self.library.take(&format!("{}/back", node.id));
            let body = scaling(kind, &name, &namespace(known), before, None);
            self.library.put(&back, &[&node.id], body);
            self.undos.insert(&node.id, (scaled, Task::of(back)));
        }
        Some(Task::of(template))
    }

    /// What carries the pods of a service: its Rollout where the workflow moves its traffic.
    fn workload(&self, service: &Service) -> Option<(&'static str, String)> {
        if self
            .rollouts
            .iter()
            .any(|moved| moved.service.name == service.name)
        {
            return Some(("Rollout", dns_label(&service.name)));
        }
        let (kind, name) = service.workload.as_deref()?.split_once('/')?;
        let kind = match kind.to_ascii_lowercase().as_str() {
            "deployment" | "deployments" | "deploy" => "Deployment",
            "statefulset" | "statefulsets" | "sts" => "StatefulSet",
            _ => return None,
        };
        Some((kind, name.to_owned()))
    }

    /// Gives the traffic of a service back to the stable version.
    pub fn abort(&mut self, place: usize, node: &str) -> Task {
        self.moves_rollout(place, node);
        self.offer(
            "abort",
            json!({
                "inputs": inputs(&["rollout", "namespace"]),
                "resource": {
                    "action": "patch",
                    "mergeStrategy": "merge",
                    "flags": ["--subresource=status"],
                    "successCondition": "status.phase in (Degraded, Healthy)",
                    "manifest": rollout_manifest(&[("status", json!({ "abort": true }))]),
                },
            }),
        );
        let moved = &self.rollouts[place];
        Task::of("abort")
            .with("rollout", dns_label(&moved.service.name))
            .with("namespace", moved.namespace())
            .only(format!(
                "{{{{=workflow.outputs.parameters['{}'] != 'no'}}}}",
                moved.global
            ))
    }

    /// The Rollouts that the workflow moves.
    pub fn rollout_objects(&self) -> Vec<Value> {
        self.rollouts
            .iter()
            .filter(|moved| moved.shares.is_empty() || moved.switches.is_empty())
            .filter(|moved| problem(moved.service).is_none())
            .map(|moved| self.rollout(moved))
            .collect()
    }

    fn rollout(&self, moved: &Moved<'_>) -> Value {
        let service = moved.service;
        let name = dns_label(&service.name);
        let mut spec = Map::new();
        if let Some(replicas) = service
            .replicas
            .as_ref()
            .and_then(|replicas| replicas.value.to_whole())
        {
            spec.insert("replicas".to_owned(), json!(replicas as i64));
        }
        let workload = service.workload.as_deref().unwrap_or_default();
        spec.insert(
            "workloadRef".to_owned(),
            json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": workload.strip_prefix("deployment/").unwrap_or(workload),
                "scaleDown": "onsuccess",
            }),
        );
        let strategy = if moved.shares.is_empty() {
            json!({ "blueGreen": {
                "activeService": name,
                "previewService": format!("{name}-preview"),
                "autoPromotionEnabled": false,
            }})
        } else {
            let mut canary = Map::new();
            if matches!(split(service), Split::Router) {
                canary.insert("canaryService".to_owned(), json!(format!("{name}-canary")));
                canary.insert("stableService".to_owned(), json!(format!("{name}-stable")));
                canary.insert("trafficRouting".to_owned(), routing(service));
            }
            let mut all = vec![json!({ "setWeight": 0 })];
            for (weight, _) in &moved.shares {
                all.push(json!({ "pause": {} }));
                all.push(json!({ "setWeight": weight }));
            }
            if moved.shares.last().is_some_and(|(weight, _)| *weight < 100) {
                all.push(json!({ "pause": {} }));
            }
            canary.insert("steps".to_owned(), json!(all));
            json!({ "canary": canary })
        };
        spec.insert("strategy".to_owned(), strategy);
        let mut nodes: Vec<&str> = moved.shares.iter().map(|(_, node)| &*node.id).collect();
        nodes.extend(moved.switches.iter().map(|node| &*node.id));
        kubernetes::object(
            self.plan,
            "argoproj.io/v1alpha1",
            "Rollout",
            &name,
            service.namespace.as_deref(),
            &nodes,
            Value::Object(spec),
        )
    }
}

fn weight(share: &Quantity) -> Option<u8> {
    let percent = Exact::decimal("100").and_then(|hundred| share.value.times(hundred))?;
    let weight = u8::try_from(percent.to_whole()?).ok()?;
    (weight <= 100).then_some(weight)
}

/// The Rollout that the inputs name, with some fields more.
pub fn rollout_manifest(fields: &[(&str, Value)]) -> String {
    let mut object = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {
            "name": "{{inputs.parameters.rollout}}",
            "namespace": "{{inputs.parameters.namespace}}",
        },
    });
    for (name, value) in fields {
        object[*name] = value.clone();
    }
    yaml::document(&object)
}

/// Waits until a Rollout waits: before that it may not know of the new version.
fn waits() -> Value {
    json!({
        "inputs": inputs(&["rollout", "namespace"]),
        "resource": {
            "action": "get",
            "successCondition": "status.phase == Paused",
            "failureCondition": "status.phase == Degraded",
            "manifest": rollout_manifest(&[]),
        },
    })
}

fn scaling(kind: &str, name: &str, namespace: &str, count: u32, global: Option<&str>) -> Value {
    let api = if kind == "Rollout" {
        "argoproj.io/v1alpha1"
    } else {
        "apps/v1"
    };
    let manifest = yaml::document(&json!({
        "apiVersion": api,
        "kind": kind,
        "metadata": { "name": name, "namespace": namespace },
        "spec": { "replicas": count },
    }));
    let mut body = Map::new();
    if let Some(global) = global {
        body.insert(
            "outputs".to_owned(),
            json!({ "parameters": [{
                "name": "scaled",
                "valueFrom": { "jsonPath": "{.metadata.name}", "default": "no" },
                "globalName": global,
            }]}),
        );
    }
    let mut resource = Map::new();
    resource.insert("action".to_owned(), json!("patch"));
    resource.insert("mergeStrategy".to_owned(), json!("merge"));
    if count > 0 {
        resource.insert(
            "successCondition".to_owned(),
            json!(format!("status.readyReplicas == {count}")),
        );
    }
    resource.insert("manifest".to_owned(), json!(manifest));
    body.insert("resource".to_owned(), Value::Object(resource));
    Value::Object(body)
}
