//! In: a plan. Out: a Rollout for each service whose traffic moves, with the AnalysisTemplates that
//! guard it. Fields and semantics: <https://argo-rollouts.readthedocs.io/en/stable/>.
//! Knows nothing of steps that a person or a command does: they stay in the runbook.

pub(super) mod analysis;
mod course;
mod guards;
mod people;
pub(super) mod rollout;
pub(super) mod traffic;

use serde_json::Value;

use super::kubernetes::{self, dns_label};
use super::manifests::{Layout, Manifests};
use super::{Artifact, Backend, Fidelity, Templates};
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

    fn manifests(&self, plan: &Plan, _stem: &str) -> Option<Manifests> {
        Some(Manifests::new(
            plan,
            "rollouts",
            rollout::objects(plan, &course::Courses::of(plan)),
            "The Services and routes that are named here must exist; the pods are those of the workload.",
        ))
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
