//! The manifests for Flagger: what refers to what, and weights that only grow.
//! `tests/upstream` has the upstream's own code read them.

use std::collections::BTreeSet;

use deployc::backend::flagger::Flagger;
use deployc::backend::{Backend, Embedded, account};
use deployc::plan::Plan;
use serde_json::Value;

use crate::specs;

fn yaml(plan: &Plan) -> Option<String> {
    let mut artifacts = Flagger
        .emit(plan, "spec", &Embedded)
        .expect("it has no templates");
    artifacts.pop().map(|artifact| artifact.text)
}

/// The objects, read back by a YAML parser.
fn objects(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[test]
fn what_is_named_is_there() {
    let mut canaries = 0;
    for (path, plan) in specs::plans() {
        let Some(text) = yaml(&plan) else { continue };
        let objects = objects(&text);
        let mut known = BTreeSet::new();
        for object in &objects {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            let kind = object["kind"].as_str().unwrap_or_default();
            assert!(name.len() <= 63 && !name.is_empty(), "{path}: {name}");
            assert!(known.insert((kind, name)), "{path}: {kind} {name} twice");
        }
        let ids: BTreeSet<&str> = plan.walk().map(|node| node.id.as_str()).collect();
        for object in &objects {
            let nodes = object["metadata"]["annotations"]["deployc/nodes"].as_str();
            for node in nodes.unwrap_or_default().split(", ") {
                assert!(ids.contains(node) || node == "deployment", "{path}: {node}");
            }
            if object["kind"] != "Canary" {
                continue;
            }
            canaries += 1;
            let analysis = &object["spec"]["analysis"];
            for metric in list(&analysis["metrics"]) {
                let name = metric["templateRef"]["name"].as_str().unwrap_or_default();
                assert!(known.contains(&("MetricTemplate", name)), "{path}: {name}");
            }
            for alert in list(&analysis["alerts"]) {
                let name = alert["providerRef"]["name"].as_str().unwrap_or_default();
                assert!(known.contains(&("AlertProvider", name)), "{path}: {name}");
                assert!(alert["severity"].is_string(), "{path}: it would never fire");
            }
            let weights: Vec<i64> = list(&analysis["stepWeights"])
                .filter_map(Value::as_i64)
                .collect();
            assert!(
                weights.windows(2).all(|pair| pair[0] < pair[1]),
                "{path}: {weights:?}"
            );
            assert_ne!(
                weights.is_empty(),
                analysis["iterations"].is_null(),
                "{path}: in steps or at once"
            );
        }
    }
    assert!(canaries >= 5, "{canaries} canaries");
}

#[test]
fn every_node_is_accounted_for() {
    for (path, plan) in specs::plans() {
        let accounts = account(&Flagger, &plan);
        assert_eq!(accounts.len(), plan.walk().count(), "{path}");
        for (node, account) in plan.walk().zip(&accounts) {
            assert_eq!(node.id, account.node, "{path}");
            assert_eq!(
                account.fidelity.detail().is_empty(),
                account.fidelity.name() == "exact",
                "{path}: {} says how, where or why",
                node.id
            );
        }
    }
}

/// Flagger moves on at every look: the weights of a stop, a look each, last as long as it is held, and
/// are never more than it says.
#[test]
fn weights_follow_the_plan() {
    let plan = specs::plan_of("examples/checkout.deploy");
    let text = yaml(&plan).expect("it moves traffic");
    let objects = objects(&text);
    let canary = objects
        .iter()
        .find(|object| object["kind"] == "Canary")
        .expect("it has one");
    let analysis = &canary["spec"]["analysis"];
    assert_eq!(analysis["interval"], "90s");
    let weights: Vec<i64> = list(&analysis["stepWeights"])
        .filter_map(Value::as_i64)
        .collect();
    // 15 minutes at 10%, 15 minutes at 50%, 90 seconds each.
    let expected: Vec<i64> = (1..=10).chain(41..=50).collect();
    assert_eq!(weights, expected);
}

#[test]
fn manifests() {
    for name in ["checkout", "ollama-blue-green"] {
        let plan = specs::plan_of(&format!("examples/{name}.deploy"));
        insta::assert_snapshot!(
            format!("flagger_{name}"),
            yaml(&plan).expect("it moves traffic")
        );
    }
}

/// Flagger reads queries as Go templates: what a spec says is never one.
#[test]
fn no_text_of_a_spec_breaks_out() {
    let evil = r#"\{\{ .Secret \}\}: - [a, b] # \"quoted\" NO on 1:30 \n---"#;
    let text = format!(
        "edition 2026\ndeployment \"{evil}\" {{ version \"NO\" }}\n\
         channel team slack \"#a: {evil}\"\n\
         service shop {{\n  workload deployment/shop\n  traffic istio \"shop\"\n}}\n\
         metric m : percent in ratio {{ better lower\n  prometheus `sum(rate(errors{{path=\"{{{{ .Secret }}}}\"}}[5m]))` }}\n\
         phase p {{\n  notify team \"{evil}\"\n  shift shop to 10%\n  hold 10m while m < 5%\n  shift shop to 100%\n}}\n"
    );
    let text = yaml(&specs::plan("spec.deploy", &text)).expect("it moves traffic");
    let objects = objects(&text);
    assert_eq!(objects.len(), 3, "{text}");
    for object in &objects {
        assert_eq!(object["metadata"]["annotations"]["deployc/version"], "NO");
    }
    let query = objects[1]["spec"]["query"].as_str().unwrap_or_default();
    assert!(query.contains(r#"path="{{ "{{" }} .Secret }}""#), "{query}");
}
