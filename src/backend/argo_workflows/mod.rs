//! In: a plan. Out: the whole of it as a WorkflowTemplate of Argo Workflows, the Rollouts whose traffic
//! it moves, and CronWorkflows for what recurs.
//! Fields and semantics: <https://argo-workflows.readthedocs.io/en/latest/fields/>.
//! Knows nothing of how a Rollout splits traffic or of how a query is asked.

mod back;
mod commands;
mod expectations;
mod failure;
mod guards;
mod holds;
mod library;
mod measure;
mod monitors;
mod nodes;
mod people;
mod rights;
mod shared;
mod traffic;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::argo_rollouts::analysis::go_duration;
use super::kubernetes::{self, dns_label};
use super::manifests::{Layout, Manifests};
use super::runbook::Sentences;
use super::{Artifact, Backend, Fidelity, Once, Templates};
use crate::plan::{Node, Plan, Stretches, Work};
use library::{Library, Task};
use shared::{KEPT, UNSAID, WAY_BACK};

/// How people are told.
const TOLD: &str = "posted to the address in the parameter `notify-url`; without one the words stand in the log only";

/// A WorkflowTemplate, its Rollouts and CronWorkflows.
pub struct ArgoWorkflows;

impl Backend for ArgoWorkflows {
    fn name(&self) -> &'static str {
        "argo-workflows"
    }

    fn summary(&self) -> &'static str {
        "the whole plan as a WorkflowTemplate for Argo Workflows"
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        let mut builder = Builder::new(plan, "spec");
        if !plan.forward().is_empty() {
            builder.build();
        }
        plan.walk()
            .map(|node| {
                builder
                    .fates
                    .remove(node.id.as_str())
                    .unwrap_or_else(|| besides(node))
            })
            .collect()
    }

    fn manifests(&self, plan: &Plan, stem: &str) -> Option<Manifests> {
        let mut builder = Builder::new(plan, stem);
        let objects = if plan.forward().is_empty() {
            Vec::new()
        } else {
            builder.build();
            builder.objects().0
        };
        let more = format!(
            "Submit it with `argo submit --from workflowtemplate/{}`. What it needs: a service account that may\n\
             patch Rollouts and create AnalysisRuns (`--rbac` makes one), an image with bash, kubectl, jq and\n\
             curl, and the Secrets that are named here. Each command has a pod of its own: it sees the files of\n\
             the image, and the next one does not see those that it writes.",
            dns_label(stem),
        );
        Some(Manifests::new(plan, "workflow", objects, &more))
    }

    fn manifests_with_rights(&self, plan: &Plan, stem: &str, namespace: &str) -> Option<Manifests> {
        let mut builder = Builder::new(plan, stem);
        let name = dns_label(stem);
        let mut objects = Vec::new();
        if !plan.forward().is_empty() {
            builder.build();
            let (mut workflow, rights) = builder.objects();
            rights::run_as(&mut workflow, &name, namespace);
            objects = rights.objects(plan, &name, namespace);
            objects.extend(workflow);
        }
        let more = format!(
            "Submit it with `argo submit -n {namespace} --from workflowtemplate/{name}`. It runs as the service\n\
             account {name}, which may do what the steps of the workflow do themselves; what its commands do in\n\
             the cluster, it may do only where more is granted. What else it needs: an image with bash, kubectl,\n\
             jq and curl, and the Secrets that are named here.",
        );
        Some(Manifests::new(plan, "workflow", objects, &more))
    }

    fn emit(
        &self,
        plan: &Plan,
        stem: &str,
        _templates: &dyn Templates,
    ) -> Result<Vec<Artifact>, String> {
        Ok(self
            .manifests(plan, stem)
            .map(|manifests| manifests.files(stem, Layout::default()))
            .unwrap_or_default())
    }
}

/// What becomes of a node that no workflow touches.
fn besides(node: &Node) -> Fidelity {
    match &node.work {
        Work::Alert { .. } | Work::Severity { .. } | Work::When { .. } | Work::Failure => {
            Fidelity::elsewhere("prometheus")
        }
        Work::Test { .. } => Fidelity::elsewhere("deployc test"),
        Work::Phase
        | Work::Gate
        | Work::Group { .. }
        | Work::Check { .. }
        | Work::Require { .. }
        | Work::Run { .. }
        | Work::Shift { .. }
        | Work::Switch { .. }
        | Work::Scale { .. }
        | Work::Hold { .. }
        | Work::Approve { .. }
        | Work::Record { .. }
        | Work::Every { .. }
        | Work::Watch { .. }
        | Work::Choose
        | Work::Option
        | Work::Wait { .. }
        | Work::Notify { .. }
        | Work::Note { .. }
        | Work::Act { .. }
        | Work::Else
        | Work::Rollback
        | Work::Procedure
        | Work::Monitor
        | Work::Baseline { .. }
        | Work::Bound { .. }
        | Work::Success
        | Work::Escalation
        | Work::Escalate { .. }
        | Work::Objective { .. }
        | Work::Backup { .. }
        | Work::Freeze { .. }
        | Work::Reference
        | Work::Link { .. }
        | Work::File { .. }
        | Work::Lookup { .. } => Fidelity::elsewhere("markdown"),
    }
}

/// A workflow in the making.
struct Builder<'a> {
    plan: &'a Plan,
    /// What its rules watch and its rollbacks undo.
    stretches: Stretches<'a>,
    stem: String,
    sentences: Sentences<'a>,
    library: Library,
    /// Templates that many tasks use, by name.
    shared: BTreeMap<String, Value>,
    fates: BTreeMap<&'a str, Fidelity>,
    /// The templates of what is called by its id: procedures.
    called: BTreeMap<&'a str, String>,
    /// What takes a node back: what tells that it was done, and the task.
    undos: BTreeMap<&'a str, (String, Task)>,
    /// The nodes that a rollback may undo.
    undoable: BTreeSet<&'a str>,
    /// What the whole workflow remembers, and what it is at first.
    globals: Once,
    /// What each of these is at first, in their order.
    firsts: Vec<String>,
    /// The names under which outputs are kept: all that the plan has, and those that are there.
    known_captures: BTreeSet<&'a str>,
    captures: Once,
    rollouts: Vec<traffic::Moved<'a>>,
    /// The templates of rules that watch phases.
    guards: BTreeMap<&'a str, String>,
    recurring: Vec<monitors::Recurring<'a>>,
    /// What its steps do in the cluster.
    rights: rights::Rights,
    /// Whether it is known when `T` is.
    has_start: bool,
    /// Whether what is made now is done in the exit handler.
    at_exit: bool,
}

impl<'a> Builder<'a> {
    fn new(plan: &'a Plan, stem: &str) -> Self {
        Builder {
            plan,
            stretches: plan.stretches(),
            stem: stem.to_owned(),
            sentences: Sentences::new(plan, &words::Plain),
            library: Library::default(),
            shared: BTreeMap::new(),
            fates: BTreeMap::new(),
            called: BTreeMap::new(),
            undos: BTreeMap::new(),
            undoable: back::undoable(plan),
            globals: Once::default(),
            firsts: Vec::new(),
            known_captures: plan
                .walk()
                .filter_map(|node| node.work.captures())
                .collect(),
            captures: Once::default(),
            rollouts: Vec::new(),
            guards: BTreeMap::new(),
            recurring: Vec::new(),
            rights: rights::Rights::default(),
            has_start: plan.deployment.starts_unix_seconds.is_some(),
            at_exit: false,
        }
    }

    fn fate(&mut self, node: &'a Node, fate: Fidelity) {
        self.fates.insert(&node.id, fate);
    }

    /// Makes all templates.
    fn build(&mut self) {
        let plan = self.plan;
        self.library.reserve(shared::NAMES);
        let entry = self.library.take("deployment");
        let begin = self.library.take("begin");
        self.keep(WAY_BACK, UNSAID);
        self.find_moved();
        for procedure in plan.of_kind("procedure") {
            let name = self.library.take(&procedure.id);
            self.called.insert(&procedure.id, name);
        }
        self.find_guards();
        let mut steps = Vec::new();
        for top in plan.forward() {
            if let Some(mut step) = self.step(top) {
                step.task = match step.task.when.take() {
                    Some(when) => self.watched(top, step.task).only(when),
                    None => self.watched(top, step.task),
                };
                steps.push(step);
            }
        }
        for success in plan.of_kind("success") {
            self.fate(success, Fidelity::Exact);
            if let Some(task) = self.inside(success, Vec::new()) {
                steps.push(nodes::Step {
                    node: success,
                    task,
                    failed: None,
                    waits: true,
                });
            }
        }
        let dag = self.dag(&entry, &[Task::of(&*begin)], &steps, true);
        self.library.put(&entry, &[], dag);
        // A procedure may be called there, too.
        self.at_exit = true;
        for procedure in plan.of_kind("procedure") {
            let steps = self.children(procedure);
            self.fate(procedure, Fidelity::Exact);
            let name = self.called[procedure.id.as_str()].clone();
            let dag = if steps.is_empty() {
                let question = format!("{}: is it done?", self.question(procedure));
                let task = self.agree(&procedure.id, &question);
                json!({ "steps": shared::steps(&[("asked", task)]) })
            } else {
                self.dag(&name, &[], &steps, true)
            };
            self.library.put(&name, &[&procedure.id], dag);
        }
        self.at_exit = false;
        self.monitors();
        self.exit();
        let begins = self.begins();
        self.library.put(&begin, &[], begins);
        for (name, body) in std::mem::take(&mut self.shared) {
            self.library.put_reserved(&name, body);
        }
    }

    /// What the workflow remembers before anything was done.
    fn begins(&self) -> Value {
        let mut outputs: Vec<Value> = Vec::new();
        let first = self
            .globals
            .iter()
            .zip(self.firsts.iter().map(String::as_str))
            .chain(self.captures.iter().map(|name| (name, "")));
        for (name, first) in first {
            outputs.push(json!({
                "name": name,
                "valueFrom": { "path": format!("{KEPT}/nothing"), "default": first },
                "globalName": name,
            }));
        }
        json!({
            "outputs": { "parameters": outputs },
            "script": {
                "image": self.image(),
                "command": ["bash", "-e"],
                "source": "# Nothing was done yet: what the workflow remembers is what its outputs say.\nexit 0\n",
            },
        })
    }

    /// What is filled in when it is submitted.
    fn arguments(&self) -> Value {
        let mut all = vec![
            json!({
                "name": self.own_name("shell-image"),
                "value": "alpine/k8s:1.34.1",
                "description": "where commands run: bash, kubectl, jq, curl, and what the commands need",
            }),
            json!({
                "name": self.own_name("prometheus"),
                "value": "http://prometheus.monitoring.svc:9090",
                "description": "where Prometheus answers",
            }),
            json!({
                "name": self.own_name("notify-url"),
                "value": "",
                "description": "where messages are posted as JSON: {to, text}; empty for the log only",
            }),
        ];
        if let Some(start) = self.plan.deployment.starts_unix_seconds {
            all.push(json!({
                "name": self.own_name("start"),
                "value": start.to_string(),
                "description": "T: when the deployment starts, in seconds since 1970-01-01 00:00 UTC",
            }));
        }
        for parameter in &self.plan.parameters {
            let mut one = Map::new();
            one.insert("name".to_owned(), json!(parameter.name));
            let mut about = words::safe(&parameter.title.to_string());
            match parameter.default.as_deref() {
                Some(value) if value.contains("{{") => {
                    about.push_str(" (its default has braces that Argo would read: give it here)");
                }
                Some(value) => {
                    let value = match (parameter.kind.as_str(), value) {
                        ("yes-no", "true") => "yes",
                        ("yes-no", "false") => "no",
                        (_, value) => value,
                    };
                    one.insert("value".to_owned(), json!(value));
                }
                None => {}
            }
            let choices = match parameter.kind.as_str() {
                "yes-no" => vec!["yes".to_owned(), "no".to_owned()],
                _ => parameter.choices.clone(),
            };
            if !choices.is_empty() {
                one.insert("enum".to_owned(), json!(choices));
            }
            let about = about.trim();
            if !about.is_empty() {
                one.insert("description".to_owned(), json!(about));
            }
            all.push(Value::Object(one));
        }
        json!({ "parameters": all })
    }

    /// All objects, in the order in which they can be applied, and what they do in the cluster.
    fn objects(mut self) -> (Vec<Value>, rights::Rights) {
        let arguments = self.arguments();
        let mut objects = self.rollout_objects();
        let name = dns_label(&self.stem);
        let library = std::mem::take(&mut self.library);
        let parts = library.parts(&name, |part| dns_label(&format!("{}-{part}", self.stem)));
        let mut place: BTreeMap<String, String> = BTreeMap::new();
        for (part, templates) in &parts {
            for template in templates {
                if let Some(name) = template["name"].as_str() {
                    place.insert(name.to_owned(), part.clone());
                }
            }
        }
        let nodes: Vec<&str> = self
            .plan
            .nodes
            .iter()
            .filter(|node| {
                self.fates.get(node.id.as_str()).is_some_and(|fate| {
                    matches!(fate, Fidelity::Exact | Fidelity::Approximate { .. })
                })
            })
            .map(|node| &*node.id)
            .collect();
        for node in &nodes {
            self.rights.reports(node);
        }
        for (index, (part, templates)) in parts.into_iter().enumerate() {
            let mut spec = Map::new();
            if index == 0 {
                spec.insert("entrypoint".to_owned(), json!("deployment"));
                spec.insert("onExit".to_owned(), json!("exit"));
                // Two of them would pull at the same Rollouts: the second waits.
                spec.insert(
                    "synchronization".to_owned(),
                    json!({ "mutexes": [{ "name": name }] }),
                );
                spec.insert(
                    "workflowMetadata".to_owned(),
                    json!({ "annotations": head_words(self.plan) }),
                );
            }
            spec.insert("arguments".to_owned(), arguments.clone());
            spec.insert("templates".to_owned(), Value::Array(templates));
            objects.push(kubernetes::object(
                self.plan,
                "argoproj.io/v1alpha1",
                "WorkflowTemplate",
                &part,
                None,
                &nodes,
                Value::Object(spec),
            ));
        }
        let crons = self.cron_objects(&arguments, |template| {
            place.get(template).cloned().unwrap_or_else(|| name.clone())
        });
        objects.extend(crons);
        (objects, self.rights)
    }
}

/// The annotations of each workflow.
fn head_words(plan: &Plan) -> Value {
    let mut all = Map::new();
    all.insert(
        "deployc/spec".to_owned(),
        json!(words::safe(&plan.deployment.title.to_string())),
    );
    if let Some(version) = &plan.deployment.version {
        all.insert(
            "deployc/version".to_owned(),
            json!(words::safe(&version.to_string())),
        );
    }
    Value::Object(all)
}
