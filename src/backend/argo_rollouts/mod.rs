//! In: a plan. Out: a Rollout for each service whose traffic moves, with the AnalysisTemplates that
//! guard it. Fields and semantics: <https://argo-rollouts.readthedocs.io/en/stable/>.
//! Knows nothing of steps that a person or a command does: they stay in the runbook.

mod analysis;
mod course;
mod guards;
mod rollout;
mod traffic;

use serde_json::{Map, Value, json};

use super::{Artifact, Backend, Fidelity, Templates, yaml};
use crate::plan::{Node, Plan};

/// Rollouts and AnalysisTemplates.
pub struct ArgoRollouts;

impl Backend for ArgoRollouts {
    fn name(&self) -> &'static str {
        "argo-rollouts"
    }

    fn summary(&self) -> &'static str {
        "Rollouts and AnalysisTemplates for Argo Rollouts"
    }

    fn fidelity(&self, plan: &Plan, node: &Node) -> Fidelity {
        let fates = self.fates(plan);
        plan.walk()
            .zip(fates)
            .find(|(other, _)| other.id == node.id)
            .map_or_else(course::runbook, |(_, fate)| fate)
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        let mut fates = course::Courses::of(plan).fates;
        plan.walk()
            .map(|node| {
                fates
                    .remove(node.id.as_str())
                    .unwrap_or_else(|| course::default_fate(node))
            })
            .collect()
    }

    fn emit(
        &self,
        plan: &Plan,
        stem: &str,
        _templates: &dyn Templates,
    ) -> Result<Vec<Artifact>, String> {
        let objects = rollout::objects(plan, &course::Courses::of(plan));
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let comment = format!(
            "{}\nMade by deployc from {}: change that file, not this one.\n\
             The Services and routes that are named here must exist; the pods are those of the workload.",
            one_line(&plan.deployment.title.to_string()),
            one_line(&plan.deployment.origin.file),
        );
        Ok(vec![Artifact {
            path: format!("{stem}.rollouts.yaml"),
            text: yaml::stream(&comment, &objects),
            executable: false,
        }])
    }
}

/// An object with its head; it says which nodes it was made of.
fn object(
    plan: &Plan,
    kind: &str,
    name: &str,
    namespace: Option<&str>,
    nodes: &[&str],
    spec: Value,
) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!(name));
    if let Some(namespace) = namespace {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    metadata.insert("annotations".to_owned(), annotations(plan, nodes));
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    })
}

/// Where an object comes from: the spec, its version, the ids of its nodes.
fn annotations(plan: &Plan, nodes: &[&str]) -> Value {
    let mut all = Map::new();
    all.insert(
        "deployc/spec".to_owned(),
        json!(one_line(&plan.deployment.title.to_string())),
    );
    if let Some(version) = &plan.deployment.version {
        all.insert(
            "deployc/version".to_owned(),
            json!(one_line(&version.to_string())),
        );
    }
    all.insert("deployc/nodes".to_owned(), json!(nodes.join(", ")));
    Value::Object(all)
}

/// A text on one line, without control characters.
fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|character| !character.is_control())
        .collect()
}

/// A name as Kubernetes takes it (a DNS label: at most 63 of a–z, 0–9 and `-`), the same for the same
/// words. A name that had to be cut ends in a hash of the whole.
fn dns_label(words: &str) -> String {
    let mut label = String::new();
    for character in words.chars() {
        match character {
            'a'..='z' | '0'..='9' => label.push(character),
            'A'..='Z' => label.push(character.to_ascii_lowercase()),
            _ if label.ends_with('-') || label.is_empty() => {}
            _ => label.push('-'),
        }
    }
    let label = label.trim_end_matches('-');
    if label.len() <= 63 && !label.is_empty() {
        return label.to_owned();
    }
    use sha2::Digest;
    let hash = sha2::Sha256::digest(words.as_bytes());
    let hash: String = hash
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let kept = label[..label.len().min(54)].trim_end_matches('-');
    format!("{}-{hash}", if kept.is_empty() { "x" } else { kept })
}
