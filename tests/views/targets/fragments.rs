//! What each target writes for a construct, as it stands in the manifests that are made.
//!
//! In a cell, `{Kind/key}` is a field of the first object of that kind, `{Kind/key#2}` the second of that
//! name. A field that is not there any more fails the test, so the words cannot outlive what they are about.

use deployc::backend::{Backend, Fidelity, account};
use deployc::catalogue::BACKENDS;
use serde_json::Value;

use super::{END, FRAGMENTS, specs};

const TARGETS: [&str; 4] = ["argo-rollouts", "argo-workflows", "flagger", "prometheus"];

/// What a target does not write.
const NO: &str = "–";

/// A construct by its label among `CONSTRUCTS`, and what each target writes for it.
const CELLS: &[(&str, [&str; 4])] = &[
    (
        "`shift S to 10%`, with a router",
        [
            "{Rollout/setWeight}",
            "the Rollout waits, {Rollout/pause}, before {Rollout/setWeight#2}; a step patches its status to {Rollout/currentStepIndex} and awaits {WorkflowTemplate/successCondition}",
            "{Canary/stepWeights}: it moves on at every look",
            NO,
        ],
    ),
    (
        "`hold 15m while …`",
        [
            "{Rollout/analysis} with {AnalysisTemplate/interval}, {AnalysisTemplate/count}, {AnalysisTemplate/successCondition}",
            "an AnalysisRun that is awaited, with {AnalysisRun/interval}, {AnalysisRun/count}",
            "as many of {Canary/stepWeights} as looks fit into the time; {Canary/thresholdRange}",
            NO,
        ],
    ),
    (
        "`hold 15m`",
        [
            "{Rollout/pause#2}",
            "{WorkflowTemplate/suspend#2}",
            "as many of {Canary/stepWeights} as looks fit into the time",
            NO,
        ],
    ),
    (
        "`switch S to green`",
        [
            "{Rollout/blueGreen}",
            "{Rollout/blueGreen}; a step clears {Rollout/pauseConditions} and awaits {WorkflowTemplate/successCondition}",
            "{Canary/iterations}, then all traffic",
            NO,
        ],
    ),
    (
        "`scale S to 8`",
        [
            NO,
            "{WorkflowTemplate/action#5}, {Deployment/replicas}",
            NO,
            NO,
        ],
    ),
    (
        "`approve … within 30m`",
        [
            "{Rollout/pause#2}",
            "{WorkflowTemplate/suspend}, and where it is over {WorkflowTemplate/valueFrom#4}",
            "a webhook, {Canary/type}, asked of {Canary/url}",
            NO,
        ],
    ),
    (
        "`check` on a metric",
        [
            "{Rollout/analysis} with {AnalysisTemplate/count}",
            "an AnalysisRun that is awaited, with {AnalysisRun/count}",
            "{Canary/thresholdRange}",
            NO,
        ],
    ),
    (
        "its `when` on a metric",
        [
            "background {Rollout/analysis}; {AnalysisTemplate/failureCondition}, {AnalysisTemplate/rangeQuery}",
            "an AnalysisRun beside the phase, {AnalysisRun/failureCondition}; where it fires, {Workflow/spec}, and the exit handler rolls back",
            "{MetricTemplate/query}, {Canary/thresholdRange}; back at the second look",
            "{PrometheusRule/expr}, {PrometheusRule/for}",
        ],
    ),
    (
        "`severity` that pauses",
        [
            "background {Rollout/analysis}, inconclusive where {AnalysisTemplate/successCondition} is false",
            "an AnalysisRun beside the phase; where it fires, {Workflow/spec}",
            NO,
            "{PrometheusRule/expr}",
        ],
    ),
    (
        "`alert`",
        [
            NO,
            NO,
            NO,
            "{PrometheusRule/expr}, {PrometheusRule/for}, {PrometheusRule/labels}",
        ],
    ),
    (
        "`run`",
        [
            NO,
            "a script with {WorkflowTemplate/image}, {WorkflowTemplate/command}",
            NO,
            NO,
        ],
    ),
    (
        "`wait until 10:00`",
        [
            "{Rollout/pause#2}",
            "a script counts the seconds until then, and {WorkflowTemplate/suspend#2}",
            NO,
            NO,
        ],
    ),
    (
        "`monitor` with `every 1h`",
        [
            NO,
            "a CronWorkflow, {CronWorkflow/schedules}, {CronWorkflow/when}",
            NO,
            NO,
        ],
    ),
];

/// The objects that a target makes, with those inside of workflows.
fn objects(target: &dyn Backend, text: &str) -> Vec<Value> {
    let plan = specs::plan("fragments", text);
    let manifests = target.manifests(&plan, "spec").expect("it makes manifests");
    let mut all = manifests.objects;
    let mut inside = Vec::new();
    for object in &all {
        for template in object["spec"]["templates"].as_array().into_iter().flatten() {
            if let Some(manifest) = template["resource"]["manifest"].as_str() {
                inside.extend(
                    serde_saphyr::from_multiple::<Value>(&filled(manifest))
                        .unwrap_or_else(|error| panic!("{error}: {manifest}")),
                );
            }
        }
    }
    all.extend(inside);
    all
}

/// A manifest with something where a workflow fills something in.
fn filled(manifest: &str) -> String {
    let mut out = String::new();
    let mut rest = manifest;
    while let Some((before, behind)) = rest.split_once("{{") {
        out.push_str(before);
        out.push_str("filled-in");
        rest = behind.split_once("}}").map_or("", |(_, rest)| rest);
    }
    out + rest
}

fn find<'a>(value: &'a Value, key: &str, left: &mut usize) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, inner)| {
            if name == key {
                *left -= 1;
                if *left == 0 {
                    return Some(inner);
                }
            }
            find(inner, key, left)
        }),
        Value::Array(items) => items.iter().find_map(|item| find(item, key, left)),
        _ => None,
    }
}

/// A value on one line, as YAML.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let all: Vec<String> = fields
                .iter()
                .map(|(name, inner)| format!("{name}: {}", flow(inner)))
                .collect();
            format!("{{{}}}", all.join(", "))
        }
        Value::Array(items) => {
            let all: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", all.join(", "))
        }
        Value::String(text)
            if !text.contains(['\n', ',', ':', '#', '"', '{'])
                && !["", "false", "true", "yes", "no"].contains(&text.as_str()) =>
        {
            text.clone()
        }
        other => other.to_string(),
    }
}

/// A cell with its fields filled in.
fn cell(label: &str, words: &str, objects: &[Value]) -> String {
    let mut out = String::new();
    let mut rest = words;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let (field, behind) = behind.split_once('}').expect("a field ends");
        let (kind, key) = field.split_once('/').expect("a field has a kind");
        let (key, number) = match key.split_once('#') {
            Some((key, number)) => (key, number.parse().expect("a number")),
            None => (key, 1),
        };
        let mut left = number;
        let found = objects
            .iter()
            .filter(|object| object["kind"] == kind)
            .find_map(|object| find(object, key, &mut left))
            .unwrap_or_else(|| panic!("{label}: there is no {field} in {objects:#?}"));
        out.push_str(&format!("`{key}: {}`", flow(found)));
        rest = behind;
    }
    // A bar would end the cell.
    (out + rest).replace('|', "\\|")
}

/// The table.
pub fn table() -> String {
    let mut out = format!("{FRAGMENTS}\n| in the spec |");
    let mut line = String::from("| --- |");
    for target in TARGETS {
        out.push_str(&format!(" `{target}` |"));
        line.push_str(" --- |");
    }
    out.push_str(&format!("\n{line}\n"));
    for (label, cells) in CELLS {
        let (_, body, id) = super::CONSTRUCTS
            .iter()
            .find(|(known, _, _)| known == label)
            .unwrap_or_else(|| panic!("there is no construct {label}"));
        let text = super::spec(body);
        let plan = specs::plan(label, &text);
        out.push_str(&format!("| {label} |"));
        for (name, words) in TARGETS.iter().zip(cells) {
            let target = BACKENDS
                .iter()
                .find(|target| target.name() == *name)
                .expect("it is a target");
            let carried = account(*target, &plan)
                .iter()
                .find(|one| one.node == *id || one.node.starts_with(&format!("{id}-")))
                .is_some_and(|one| {
                    matches!(one.fidelity, Fidelity::Exact | Fidelity::Approximate { .. })
                });
            assert_eq!(carried, *words != NO, "{label} in {name}");
            out.push_str(&format!(
                " {} |",
                cell(label, words, &objects(*target, &text))
            ));
        }
        out.push('\n');
    }
    format!("{out}\n{END}")
}
