//! In: a plan. Out: a Canary for each service whose traffic moves, with what it measures and whom it
//! tells. Fields and semantics: <https://docs.flagger.app/usage/how-it-works>.
//! Knows nothing of steps that a person or a command does: they stay in the runbook.

mod canary;
mod look;
mod people;
mod service;
mod stops;
mod way;

use super::manifests::{Layout, Manifests};
use super::{Artifact, Backend, Fidelity, Templates};
use crate::plan::Plan;

/// Canaries, MetricTemplates and AlertProviders.
pub struct Flagger;

impl Backend for Flagger {
    fn name(&self) -> &'static str {
        "flagger"
    }

    fn summary(&self) -> &'static str {
        "Canaries and MetricTemplates for Flagger"
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        let mut fates = way::Ways::of(plan).fates;
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
            "flagger",
            canary::objects(plan, &way::Ways::of(plan)),
            "Flagger makes the Services and the routes itself, from the workload that is named here; a route\n\
             through a Gateway needs its `gatewayRefs`. The port is 80 where the spec names none.",
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
