//! In: a plan. Out: the plan as JSON, and the schema of that JSON. Knows nothing of runners.

mod schema;

use super::{Artifact, Backend, Fidelity, Templates};
use crate::plan::Plan;

pub use schema::schema;

/// The plan as JSON: what every other target is made of.
pub struct PlanJson;

impl Backend for PlanJson {
    fn name(&self) -> &'static str {
        "plan"
    }

    fn summary(&self) -> &'static str {
        "the plan as JSON, for runners and scripts"
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        plan.walk().map(|_| Fidelity::Exact).collect()
    }

    fn emit(
        &self,
        plan: &Plan,
        stem: &str,
        _templates: &dyn Templates,
    ) -> Result<Vec<Artifact>, String> {
        Ok(vec![Artifact {
            path: format!("{stem}.plan.json"),
            text: text(plan),
            executable: false,
        }])
    }
}

/// The plan as JSON: fields in the order in which the types declare them, and a line break at the
/// end.
pub fn text(plan: &Plan) -> String {
    let mut text = serde_json::to_string_pretty(plan).expect("every key of a plan is a string");
    text.push('\n');
    text
}
