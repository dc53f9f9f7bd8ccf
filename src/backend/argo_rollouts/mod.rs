//! In: a plan. Out: a Rollout for each service whose traffic moves, with the AnalysisTemplates that
//! guard it. Fields and semantics: <https://argo-rollouts.readthedocs.io/en/stable/>.
//! Knows nothing of steps that a person or a command does: they stay in the runbook.

pub(super) mod analysis;
mod course;
mod guards;
pub(super) mod rollout;
pub(super) mod traffic;

use serde_json::Value;

use super::kubernetes::{self, dns_label};
use super::{Artifact, Backend, Fidelity, Templates, one_line, yaml};
use crate::plan::Plan;

/// Rollouts and AnalysisTemplates.
pub struct ArgoRollouts;

impl Backend for ArgoRollouts {
    fn name(&self) -> &'static str {
        "argo-rollouts"
    }

    fn summary(&self) -> &'static str {
        "Rollouts and AnalysisTemplates for Argo Rollouts"
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        let mut fates = course::Courses::of(plan).fates;
        plan.walk()
            .map(|node| {
                fates
                    .remove(node.id.as_str())
                    .unwrap_or_else(|| Fidelity::beside_traffic(node))
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

/// An object of Argo Rollouts.
fn object(
    plan: &Plan,
    kind: &str,
    name: &str,
    namespace: Option<&str>,
    nodes: &[&str],
    spec: Value,
) -> Value {
    kubernetes::object(
        plan,
        "argoproj.io/v1alpha1",
        kind,
        name,
        namespace,
        nodes,
        spec,
    )
}
