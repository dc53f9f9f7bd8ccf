//! What the workflow may do in the cluster: the rights that its steps use, and no others.
//!
//! A resource step patches by the name in its manifest, asks again with `get` until its conditions say
//! something, and reads its outputs with `get`; every step reports what became of it in a
//! WorkflowTaskResult: <https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Builder;
use crate::backend::kubernetes;
use crate::plan::Plan;

/// What rights are about: an API group and a resource in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    TaskResults,
    Workflows,
    AnalysisRuns,
    Rollouts,
    RolloutStatus,
    Deployments,
    StatefulSets,
}

impl Resource {
    fn group(self) -> &'static str {
        match self {
            Resource::TaskResults
            | Resource::Workflows
            | Resource::AnalysisRuns
            | Resource::Rollouts
            | Resource::RolloutStatus => "argoproj.io",
            Resource::Deployments | Resource::StatefulSets => "apps",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Resource::TaskResults => "workflowtaskresults",
            Resource::Workflows => "workflows",
            Resource::AnalysisRuns => "analysisruns",
            Resource::Rollouts => "rollouts",
            Resource::RolloutStatus => "rollouts/status",
            Resource::Deployments => "deployments",
            Resource::StatefulSets => "statefulsets",
        }
    }
}

/// The rights of a workflow. A namespace that is not said is its own; where no object is named, all of
/// them are meant.
#[derive(Debug, Default)]
pub struct Rights {
    all: BTreeMap<(Option<String>, Resource), Right>,
}

#[derive(Debug, Default)]
struct Right {
    verbs: BTreeSet<&'static str>,
    names: BTreeSet<String>,
    nodes: Vec<String>,
}

impl Rights {
    /// What every step needs, to say what became of it.
    pub fn reports(&mut self, node: &str) {
        self.need(
            None,
            Resource::TaskResults,
            None,
            &["create", "patch"],
            node,
        );
    }

    /// One right more, and the node whose step uses it.
    pub fn need(
        &mut self,
        namespace: Option<&str>,
        resource: Resource,
        name: Option<&str>,
        verbs: &[&'static str],
        node: &str,
    ) {
        let key = (namespace.map(str::to_owned), resource);
        let right = self.all.entry(key).or_default();
        right.verbs.extend(verbs);
        right.names.extend(name.map(str::to_owned));
        if !right.nodes.iter().any(|known| known == node) {
            right.nodes.push(node.to_owned());
        }
    }

    /// A service account for a workflow in a namespace, and a role with its binding in each namespace
    /// in which it does something.
    pub fn objects(&self, plan: &Plan, name: &str, namespace: &str) -> Vec<Value> {
        let head = |kind: &str, place: &str, nodes: &[&str]| {
            let api = match kind {
                "ServiceAccount" => "v1",
                _ => "rbac.authorization.k8s.io/v1",
            };
            kubernetes::head(plan, api, kind, name, Some(place), nodes)
        };
        let mut places: BTreeMap<&str, Vec<(Resource, &Right)>> = BTreeMap::new();
        for ((place, resource), right) in &self.all {
            places
                .entry(place.as_deref().unwrap_or(namespace))
                .or_default()
                .push((*resource, right));
        }
        let nodes_of = |rights: &[(Resource, &Right)]| -> Vec<String> {
            let used: BTreeSet<&str> = rights
                .iter()
                .flat_map(|(_, right)| right.nodes.iter().map(String::as_str))
                .collect();
            // What stands in a node that is named, is named with it.
            let inside = |id: &str| {
                id.match_indices('/')
                    .any(|(end, _)| used.contains(&id[..end]))
            };
            plan.walk()
                .map(|node| node.id.as_str())
                .filter(|id| used.contains(id) && !inside(id))
                .map(str::to_owned)
                .collect()
        };
        let everything: Vec<(Resource, &Right)> = places.values().flatten().copied().collect();
        let all_nodes = nodes_of(&everything);
        let all_nodes: Vec<&str> = all_nodes.iter().map(String::as_str).collect();
        let mut objects = vec![Value::Object(head("ServiceAccount", namespace, &all_nodes))];
        for (place, rights) in &places {
            let nodes = nodes_of(rights);
            let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
            let mut role = head("Role", place, &nodes);
            role.insert("rules".to_owned(), rules(rights));
            objects.push(Value::Object(role));
            let mut binding = head("RoleBinding", place, &nodes);
            binding.insert(
                "roleRef".to_owned(),
                json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name }),
            );
            binding.insert(
                "subjects".to_owned(),
                json!([{ "kind": "ServiceAccount", "name": name, "namespace": namespace }]),
            );
            objects.push(Value::Object(binding));
        }
        objects
    }
}

/// Rules; of one resource in the workflow's namespace, what is said with and without names is one.
fn rules(rights: &[(Resource, &Right)]) -> Value {
    let mut merged: BTreeMap<Resource, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for (resource, right) in rights {
        let (verbs, names) = merged.entry(*resource).or_default();
        verbs.extend(&right.verbs);
        names.extend(right.names.iter().map(String::as_str));
    }
    merged
        .into_iter()
        .map(|(resource, (verbs, names))| {
            let mut rule = Map::new();
            rule.insert("apiGroups".to_owned(), json!([resource.group()]));
            rule.insert("resources".to_owned(), json!([resource.name()]));
            if !names.is_empty() {
                rule.insert("resourceNames".to_owned(), json!(names));
            }
            rule.insert("verbs".to_owned(), json!(verbs));
            Value::Object(rule)
        })
        .collect()
}

/// Objects of a workflow that run as a service account in a namespace.
pub fn run_as(objects: &mut [Value], account: &str, namespace: &str) {
    for object in objects {
        let place = if object["kind"] == "CronWorkflow" {
            "/spec/workflowSpec"
        } else {
            "/spec"
        };
        if let Some(Value::Object(spec)) = object.pointer_mut(place)
            && spec.contains_key("entrypoint")
        {
            insert_behind(
                spec,
                &["onExit", "entrypoint"],
                "serviceAccountName",
                account,
            );
        }
        if let Some(Value::Object(metadata)) = object.get_mut("metadata")
            && !metadata.contains_key("namespace")
        {
            insert_behind(metadata, &["name"], "namespace", namespace);
        }
    }
}

/// A field behind the first of these that is there.
fn insert_behind(fields: &mut Map<String, Value>, behind: &[&str], name: &str, value: &str) {
    let behind = behind.iter().find(|key| fields.contains_key(**key));
    for (key, old) in std::mem::take(fields) {
        let here = behind.is_some_and(|behind| *behind == key);
        fields.insert(key, old);
        if here {
            fields.insert(name.to_owned(), json!(value));
        }
    }
}

impl Builder<'_> {
    /// The workflow moves a Rollout, and looks at it until it is where it should be.
    pub fn moves_rollout(&mut self, place: usize, node: &str) {
        let moved = &self.rollouts[place];
        let namespace = moved.service.namespace.as_deref();
        let name = kubernetes::dns_label(&moved.service.name);
        self.rights
            .need(namespace, Resource::Rollouts, Some(&name), &["get"], node);
        self.rights.need(
            namespace,
            Resource::RolloutStatus,
            Some(&name),
            &["patch"],
            node,
        );
    }

    /// The workflow does this with objects of its own namespace.
    pub fn does(&mut self, resource: Resource, verbs: &[&'static str], node: &str) {
        self.rights.need(None, resource, None, verbs, node);
    }
}
