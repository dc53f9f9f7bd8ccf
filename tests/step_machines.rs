//! What is built is followed by step machines of the controllers, over metrics that go wrong at many
//! moments and in many ways; the shares of traffic over time and the moment of going back are those that
//! the plan itself has when it is simulated.

#[path = "machines/flagger.rs"]
mod flagger;
#[path = "machines/query.rs"]
mod query;
#[path = "machines/rollouts.rs"]
mod rollouts;
#[path = "machines/way.rs"]
mod way;

use deployc::backend::Backend;
use deployc::backend::argo_rollouts::ArgoRollouts;
use deployc::backend::flagger::Flagger;
use deployc::compile;
use deployc::plan::{Deed, Plan};
use deployc::simulate::{Happening, Judged, run_tests};
use deployc::source::NoFiles;
use serde_json::Value;
use way::{End, Way};

const HEAD: &str = r#"edition 2026
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

const CANARY: &str = r#"phase rollout "Rollout" at T {
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

const BLUE_GREEN: &str = r#"phase rollout "Rollout" at T {
  require calm errors < 1%
  switch shop to green
  hold bake 20m while errors < 1%, latency < 400ms
}
"#;

/// One way in which a metric goes wrong.
#[derive(Clone, Copy, Debug)]
struct Fault {
    metric: &'static str,
    /// As the language writes it, and as the query returns it.
    written: &'static str,
    value: f64,
    /// In seconds from `T`.
    from: i64,
    /// In seconds; nothing where it stays so.
    length: Option<i64>,
}

impl Fault {
    fn test(&self, number: usize) -> String {
        let length = self
            .length
            .map_or_else(String::new, |length| format!(" for {length}s"));
        format!(
            "test \"{number}\" {{\n  given errors = 0.1%\n  given latency = 100ms\n  given {} = {} from T+{}s{length}\n  expect page oncall\n}}\n",
            self.metric, self.written, self.from
        )
    }

    fn at(&self, metric: &str, moment: i64) -> Option<f64> {
        let wrong = metric == self.metric
            && moment >= self.from
            && self.length.is_none_or(|length| moment < self.from + length);
        Some(match metric {
            _ if wrong => self.value,
            "errors" => 0.001,
            _ => 0.1,
        })
    }
}

/// What becomes of the traffic when the plan itself is simulated.
fn planned(judged: &Judged) -> Way {
    let mut way = Way::default();
    for moment in &judged.timeline.events {
        match &moment.what {
            Happening::Moved { to } => {
                let percent = to
                    .split(['%', ' '])
                    .find_map(|word| word.parse().ok())
                    .unwrap_or(100);
                way.weight(moment.at, percent);
            }
            Happening::Acted {
                deed: Deed::Rollback { .. },
            } => return way.back(moment.at),
            _ => {}
        }
    }
    way.end = End::Done;
    way
}

fn objects(backend: &dyn Backend, plan: &Plan) -> Vec<Value> {
    backend
        .manifests(plan, "shop")
        .expect("it makes manifests")
        .objects
}

/// The plan of a body, and its own way under each fault.
fn ways(body: &str, faults: &[Fault]) -> (Plan, Vec<Way>) {
    let tests: String = faults
        .iter()
        .enumerate()
        .map(|(number, fault)| fault.test(number))
        .collect();
    let text = format!("{HEAD}{body}{tests}");
    let compilation = compile::check("shop.deploy", text, &NoFiles);
    let plan =
        compile::plan(&compilation).unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics));
    let ways: Vec<Way> = run_tests(&plan, &[]).iter().map(planned).collect();
    assert_eq!(ways.len(), faults.len());
    (plan, ways)
}

/// Faults at every minute, of every size, for a while or for good.
fn faults(step: i64) -> Vec<Fault> {
    let mut all = Vec::new();
    for (metric, written, value) in [
        ("errors", "0.5%", 0.005),
        ("errors", "1%", 0.01),
        ("errors", "3%", 0.03),
        ("errors", "5%", 0.05),
        ("errors", "7%", 0.07),
        ("latency", "300ms", 0.3),
        ("latency", "500ms", 0.5),
        ("latency", "3s", 3.0),
    ] {
        for from in (0..=36 * 60).step_by(usize::try_from(step).expect("small")) {
            for length in [None, Some(60), Some(420)] {
                all.push(Fault {
                    metric,
                    written,
                    value,
                    from,
                    length,
                });
            }
        }
    }
    all
}

/// Where faults begin and end at moments at which the controller looks, both go the same way to the
/// second.
#[test]
fn a_rollout_goes_the_way_of_the_plan() {
    let all = faults(180);
    let (plan, ways) = ways(CANARY, &all);
    let objects = objects(&ArgoRollouts, &plan);
    let mut back = 0;
    for (fault, planned) in all.iter().zip(&ways) {
        let way = rollouts::run(&objects, &|metric, moment| fault.at(metric, moment));
        assert_eq!(way, *planned, "{fault:?}");
        back += usize::from(matches!(way.end, End::Back(_)));
    }
    assert!(back > 60 && back < all.len(), "{back} of {}", all.len());
}

/// Anywhere else the controller notices at its next look.
#[test]
fn between_two_looks_a_rollout_is_late_by_less_than_one() {
    let all: Vec<Fault> = faults(157)
        .into_iter()
        .filter(|fault| fault.length.is_none())
        .collect();
    let (plan, ways) = ways(CANARY, &all);
    let objects = objects(&ArgoRollouts, &plan);
    let mut late = 0;
    for (fault, planned) in all.iter().zip(&ways) {
        let way = rollouts::run(&objects, &|metric, moment| fault.at(metric, moment));
        match (planned.end, way.end) {
            (End::Back(wanted), End::Back(came)) => {
                assert!(
                    (wanted..wanted + 60).contains(&came),
                    "{fault:?}: {wanted}, {came}"
                );
                late += usize::from(came > wanted);
            }
            (wanted, came) => assert_eq!(wanted, came, "{fault:?}"),
        }
    }
    assert!(late > 20, "{late}");
}

#[test]
fn a_blue_green_rollout_goes_the_way_of_the_plan() {
    let all: Vec<Fault> = faults(180);
    let (plan, ways) = ways(BLUE_GREEN, &all);
    let objects = objects(&ArgoRollouts, &plan);
    let mut back = 0;
    for (fault, planned) in all.iter().zip(&ways) {
        let way = rollouts::run(&objects, &|metric, moment| fault.at(metric, moment));
        assert_eq!(way.end, planned.end, "{fault:?}");
        for moment in (0..30 * 60).step_by(30) {
            assert_eq!(way.at(moment), planned.at(moment), "{fault:?} at {moment}");
        }
        back += usize::from(matches!(way.end, End::Back(_)));
    }
    assert!(back > 30 && back < all.len(), "{back} of {}", all.len());
}

/// Flagger knows one interval and goes back at the look after: never more traffic than the plan, and
/// back at most two looks later.
#[test]
fn flagger_is_never_ahead_of_the_plan_and_at_most_two_looks_late() {
    let all: Vec<Fault> = faults(120)
        .into_iter()
        .filter(|fault| fault.length.is_none())
        .collect();
    let (plan, ways) = ways(CANARY, &all);
    let objects = objects(&Flagger, &plan);
    let look = flagger::interval(&objects);
    let (mut back, mut done) = (0, 0);
    for (fault, planned) in all.iter().zip(&ways) {
        let way = flagger::run(&objects, &|metric, moment| fault.at(metric, moment));
        let until = match planned.end {
            End::Back(at) => at,
            _ => 30 * 60,
        };
        for moment in 0..until {
            assert!(
                way.at(moment) <= planned.at(moment),
                "{fault:?}: {} instead of {} at {moment}",
                way.at(moment),
                planned.at(moment)
            );
        }
        match (planned.end, way.end) {
            (End::Back(wanted), End::Back(came)) => {
                back += 1;
                assert!(
                    (wanted..=wanted + 2 * look).contains(&came),
                    "{fault:?}: {wanted}, {came}"
                );
            }
            (End::Done, End::Done) => {
                done += 1;
                // At the end of each hold it is where the plan is.
                for (at, percent) in [(600, 10), (1500, 25), (1800, 60)] {
                    assert_eq!(way.at(at - 1), percent, "{fault:?}");
                }
                let (promoted, _) = *way.weights.last().expect("weights");
                assert!((1800..=1800 + 2 * look).contains(&promoted), "{promoted}");
            }
            // What goes wrong when the plan is done already, a late look may still see.
            (End::Done, End::Back(_)) => assert!(fault.from >= 1800 - look, "{fault:?}"),
            (wanted, came) => assert_eq!(wanted, came, "{fault:?}"),
        }
    }
    assert!(back > 50 && done > 20, "{back} back, {done} done");
}

/// A machine that is blind would agree with everything: manifests with a fault put in go another way.
#[test]
fn a_wrong_manifest_goes_another_way() {
    let all: Vec<Fault> = faults(120)
        .into_iter()
        .filter(|fault| fault.length.is_none())
        .collect();
    let (plan, ways) = ways(CANARY, &all);
    let right = serde_json::to_string(&objects(&ArgoRollouts, &plan)).expect("JSON");
    for (old, new) in [
        ("\"setWeight\":25", "\"setWeight\":30"),
        ("result[0] >= 0.01", "result[0] >= 0.04"),
        ("result[0] > 2", "result[0] > 3"),
        ("[5m59s:1m]", "[5m:1m]"),
        ("\"count\":11", "\"count\":12"),
        ("\"interval\":\"1m\"", "\"interval\":\"2m\""),
        ("\"failureLimit\":0", "\"failureLimit\":1"),
    ] {
        assert!(right.contains(old), "{old}: {right}");
        let wrong: Vec<Value> = serde_json::from_str(&right.replace(old, new)).expect("still JSON");
        let other = all
            .iter()
            .zip(&ways)
            .filter(|(fault, planned)| {
                rollouts::run(&wrong, &|metric, moment| fault.at(metric, moment)) != **planned
            })
            .count();
        assert!(other > 0, "{new} instead of {old}: nobody notices");
    }
}
