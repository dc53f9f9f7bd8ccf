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

/// What becomes of the traffic of the only Canary among some objects, from `T` on.
pub fn run(objects: &[Value], world: World<'_>) -> Way {
    let analysis = &canary(objects)["spec"]["analysis"];
    let every = interval(objects);
    let threshold = analysis["threshold"].as_i64().unwrap_or(1).max(1);
    let weights: Vec<i64> = analysis["stepWeights"]
        .as_array()
        .expect("weights")
        .iter()
        .filter_map(Value::as_i64)
        .collect();
    let mut way = Way::default();
    let (mut failed, mut place) = (0, 0);
    for look in 0.. {
        let at = look * every;
        if failed >= threshold {
            return way.back(at);
        }
        // Before traffic is on the new version, nothing of it is measured.
        if place > 0 && !well(objects, analysis, at, world) {
            failed += 1;
            continue;
        }
        match weights.get(place) {
            Some(weight) => {
                way.weight(at, *weight);
                place += 1;
            }
            None => {
                way.weight(at, 100);
                way.end = End::Done;
                return way;
            }
        }
    }
    way
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
