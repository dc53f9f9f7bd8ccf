//! The controller of Flagger as a step machine, from its documented semantics:
//! <https://docs.flagger.app/usage/how-it-works>. One look each interval: first whether enough checks
//! have failed, then the metrics, then the next weight. Pods are there at once.

use serde_json::Value;

use super::query::{World, ask};
use super::way::{End, Way, seconds};

/// How often it looks, in seconds.
pub fn interval(objects: &[Value]) -> i64 {
    seconds(
        canary(objects)["spec"]["analysis"]["interval"]
            .as_str()
            .expect("an interval"),
    )
}

fn canary(objects: &[Value]) -> &Value {
    objects
        .iter()
        .find(|object| object["kind"] == "Canary")
        .expect("a Canary")
}

/// Whether a gate says yes: the webhook that asks it, the share of traffic in percent, the moment.
pub type Gates<'a> = &'a dyn Fn(&Value, i64, i64) -> bool;

/// Every gate is open.
pub const OPEN: Gates<'static> = &|_, _, _| true;

/// After so many seconds nothing more is expected.
const LONGEST: i64 = 7 * 3600;

/// What becomes of the traffic of the only Canary among some objects, from `T` on.
pub fn run(objects: &[Value], world: World<'_>, gates: Gates<'_>) -> Way {
    let spec = &canary(objects)["spec"];
    let analysis = &spec["analysis"];
    let every = interval(objects);
    let threshold = analysis["threshold"].as_i64().unwrap_or(1).max(1);
    let weights: Vec<i64> = analysis["stepWeights"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_i64)
        .collect();
    let iterations = analysis["iterations"].as_i64();
    assert!(iterations.is_some() == weights.is_empty(), "one of the two");
    let confirmed = |kind: &str, weight: i64, at: i64| {
        analysis["webhooks"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|hook| hook["type"] == kind)
            .all(|hook| gates(hook, weight, at))
    };
    let mut way = Way::default();
    let (mut failed, mut weight, mut looks) = (0, 0, 0);
    let mut waits: Option<i64> = None;
    // In the phase `WaitingPromotion`.
    let mut waits_at_end = false;
    for at in (0..LONGEST).step_by(usize::try_from(every).expect("small")) {
        if failed >= threshold {
            return way.back(at);
        }
        // Before traffic is on the new version, or it is tested, nothing of it is measured.
        if (weight > 0 || looks > 0) && !well(objects, analysis, at, world) {
            failed += 1;
            continue;
        }
        if let Some(iterations) = iterations
            && looks < iterations
        {
            looks += 1;
            continue;
        }
        if iterations.is_none() {
            if !waits_at_end && !confirmed("confirm-traffic-increase", weight, at) {
                waits = waits.or(Some(at));
                continue;
            }
            // Below the last weight there is a next one.
            if let Some(next) = weights.iter().find(|next| **next > weight) {
                if let Some(since) = waits.take() {
                    way.resumed(since, at);
                }
                weight = *next;
                way.weight(at, weight);
                continue;
            }
        }
        if !confirmed("confirm-promotion", weight, at) {
            waits = waits.or(Some(at));
            if waits_at_end && let Some(iterations) = iterations {
                looks = iterations - 1;
            }
            waits_at_end = true;
            continue;
        }
        if let Some(since) = waits.take() {
            way.resumed(since, at);
        }
        if iterations == Some(looks) {
            // All traffic to the new version, as far as there is a router, before it is copied over.
            if spec["provider"] != "kubernetes" {
                way.weight(at, 100);
            }
            looks += 1;
            continue;
        }
        way.weight(at, 100);
        way.end = End::Done;
        return way;
    }
    way.paused(waits.expect("it never ends"))
}

/// Whether all metrics are inside of their ranges; no answer is not.
fn well(objects: &[Value], analysis: &Value, at: i64, world: World<'_>) -> bool {
    analysis["metrics"]
        .as_array()
        .into_iter()
        .flatten()
        .all(|metric| {
            let name = &metric["templateRef"]["name"];
            let template = objects
                .iter()
                .find(|object| {
                    object["kind"] == "MetricTemplate" && object["metadata"]["name"] == *name
                })
                .unwrap_or_else(|| panic!("there is no template {name}"));
            let query = template["spec"]["query"].as_str().expect("a query");
            let range = &metric["thresholdRange"];
            ask(query, at, world).is_some_and(|value| {
                !value.is_nan()
                    && range["min"].as_f64().is_none_or(|least| value >= least)
                    && range["max"].as_f64().is_none_or(|most| value <= most)
            })
        })
}
