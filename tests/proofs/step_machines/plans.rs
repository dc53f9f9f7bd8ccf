//! Plans, metrics that go wrong, and what becomes of the traffic when the plan itself is simulated.

use deployc::backend::Backend;
use deployc::compile;
use deployc::plan::{Deed, Plan};
use deployc::simulate::{Happening, Judged, Outcome, run_tests};
use deployc::source::NoFiles;
use serde_json::Value;

use super::way::{End, Way};

/// What stands around each plan; its metrics pause without data.
pub const HEAD: &str = r#"edition 2026
deployment "Shop" {
  version "v1"
  starts 2026-12-01 09:00 UTC
  on failure rollback back
}
role oncall "On call" { contact phone "1" }
service shop "Shop" {
  namespace shop
  workload deployment/shop
  replicas 10
  traffic istio "shop"
}
metric errors "Errors" : percent in ratio {
  better lower
  interval 1m
  prometheus `errors`
}
metric latency "Latency" : duration in seconds {
  better lower
  interval 1m
  prometheus `latency`
}
rollback back "Back" { run look `true` reads-only }
"#;

/// Three shares and a rule.
pub const CANARY: &str = r#"phase rollout "Rollout" at T {
  shift shop to 10%
  hold first 10m while errors < 1%
  shift shop to 25%
  hold second 15m while errors < 1%
  shift shop to 60%
  hold third 5m while errors < 1%
  shift shop to 100%
}
severity critical "Critical" {
  when errors > 5%
  when latency > 2s for 5m
  then rollback back
}
"#;

/// All at once, watched for a while.
pub const BLUE_GREEN: &str = r#"phase rollout "Rollout" at T {
  require calm errors < 1%
  switch shop to green
  hold bake 20m while errors < 1%, latency < 400ms
}
"#;

/// One way in which a metric goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The name of the metric.
    pub metric: &'static str,
    /// As the language writes it.
    pub written: &'static str,
    /// As the query returns it; nothing where there is no answer.
    pub value: Option<f64>,
    /// In seconds from `T`.
    pub from: i64,
    /// In seconds; nothing where it stays so.
    pub length: Option<i64>,
}

impl Fault {
    fn given(&self) -> String {
        let length = self
            .length
            .map_or_else(String::new, |length| format!(" for {length}s"));
        format!(
            "  given {} = {} from T+{}s{length}\n",
            self.metric, self.written, self.from
        )
    }

    fn lasts(&self, metric: &str, moment: i64) -> bool {
        metric == self.metric
            && moment >= self.from
            && self.length.is_none_or(|length| moment < self.from + length)
    }
}

/// What a metric shows at a moment: the last fault that lasts, or what is usual.
pub fn shows(faults: &[Fault], metric: &str, moment: i64) -> Option<f64> {
    let usual = match metric {
        "errors" => 0.001,
        _ => 0.1,
    };
    faults
        .iter()
        .rev()
        .find(|fault| fault.lasts(metric, moment))
        .map_or(Some(usual), |fault| fault.value)
}

/// A test of the language in which some faults come, and something is said.
fn test(number: usize, faults: &[Fault], said: &str) -> String {
    let faults: String = faults.iter().map(Fault::given).collect();
    format!(
        "test \"{number}\" {{\n  given errors = 0.1%\n  given latency = 100ms\n{faults}{said}  expect page oncall\n}}\n"
    )
}

/// What becomes of the traffic when the plan itself is simulated.
fn planned(judged: &Judged) -> Way {
    let mut way = Way::default();
    let mut waits: Option<i64> = None;
    let mut approval = 0;
    for moment in &judged.timeline.events {
        let approves = moment
            .node
            .as_deref()
            .is_some_and(|id| id.ends_with("/yes"));
        match &moment.what {
            Happening::Moved { to } => {
                let percent = to
                    .split(['%', ' '])
                    .find_map(|word| word.parse().ok())
                    .unwrap_or(100);
                way.weight(moment.at, percent);
            }
            Happening::Acted { deed } => match deed {
                Deed::Rollback { .. } => {
                    return way.back(moment.at);
                }
                Deed::Pause => waits = waits.or(Some(moment.at)),
                _ => {}
            },
            Happening::Resumed => {
                if let Some(since) = waits.take() {
                    way.resumed(since, moment.at);
                }
            }
            Happening::Began if approves => approval = moment.at,
            Happening::Approved => way.resumed(approval, moment.at),
            _ => {}
        }
    }
    way.end = match judged.timeline.outcome {
        Outcome::Waiting => End::Paused(waits.unwrap_or(approval)),
        _ => End::Done,
    };
    way
}

/// What a target makes of a plan.
pub fn objects(backend: &dyn Backend, plan: &Plan) -> Vec<Value> {
    backend
        .manifests(plan, "shop")
        .expect("it makes manifests")
        .objects
}

/// The plan of a text, and its own way under each group of faults, with what is said meanwhile.
pub fn ways<'a>(
    text: &str,
    cases: impl IntoIterator<Item = (&'a [Fault], &'a str)>,
) -> (Plan, Vec<Way>) {
    let tests: Vec<String> = cases
        .into_iter()
        .enumerate()
        .map(|(number, (faults, said))| test(number, faults, said))
        .collect();
    let text = format!("{text}{}", tests.concat());
    let compilation = compile::check("shop.deploy", text, &NoFiles);
    let plan =
        compile::plan(&compilation).unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics));
    let ways: Vec<Way> = run_tests(&plan, &[]).iter().map(planned).collect();
    assert_eq!(ways.len(), tests.len());
    (plan, ways)
}

/// The same with one fault each, of which nobody says anything.
pub fn ways_of_each(head: &str, body: &str, faults: &[Fault]) -> (Plan, Vec<Way>) {
    let cases = faults.iter().map(|fault| (std::slice::from_ref(fault), ""));
    ways(&format!("{head}{body}"), cases)
}
