//! The rights that `--rbac` gives a workflow: what its steps ask of the cluster, derived once more from
//! what was emitted, and nothing else. `tests/upstream` has the upstream's authorizer decide the same.

use std::collections::BTreeSet;

use deployc::backend::Backend;
use deployc::backend::argo_rollouts::ArgoRollouts;
use deployc::backend::argo_workflows::ArgoWorkflows;
use deployc::plan::Plan;
use serde_json::Value;

use crate::specs;

const HOME: &str = "deploys";

/// A verb in a namespace on a resource, and on which object; any where it is not named.
type Right = (String, String, String, Option<String>);

fn objects(plan: &Plan) -> Vec<Value> {
    ArgoWorkflows
        .manifests_with_rights(plan, "spec", HOME)
        .expect("it works in a cluster")
        .objects
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn words(value: &Value) -> Vec<String> {
    list(value)
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// What the roles allow.
fn allowed(objects: &[Value]) -> BTreeSet<Right> {
    let mut all = BTreeSet::new();
    for role in objects.iter().filter(|object| object["kind"] == "Role") {
        let namespace = role["metadata"]["namespace"].as_str().expect("a namespace");
        for rule in list(&role["rules"]) {
            assert!(!rule.to_string().contains('*'), "{rule}");
            let names = words(&rule["resourceNames"]);
            for verb in words(&rule["verbs"]) {
                for resource in words(&rule["resources"]) {
                    let mut right = |name| {
                        all.insert((namespace.to_owned(), resource.clone(), verb.clone(), name))
                    };
                    match names.as_slice() {
                        [] => {
                            right(None);
                        }
                        names => {
                            for name in names {
                                right(Some(name.clone()));
                            }
                        }
                    }
                }
            }
        }
    }
    all
}

/// A field of a manifest inside a workflow, as it stands behind its name.
fn field<'a>(manifest: &'a str, name: &str) -> Option<&'a str> {
    manifest.lines().find_map(|line| {
        let value = line.trim_start().strip_prefix(name)?.strip_prefix(':')?;
        Some(value.trim().trim_matches(['"', '\'']))
    })
}

/// What the steps of a workflow ask for.
fn asked(objects: &[Value]) -> BTreeSet<Right> {
    let right = |namespace: &str, resource: &str, verb: &str, name: Option<String>| {
        (
            namespace.to_owned(),
            resource.to_owned(),
            verb.to_owned(),
            name,
        )
    };
    let mut all = BTreeSet::from([
        right(HOME, "workflowtaskresults", "create", None),
        right(HOME, "workflowtaskresults", "patch", None),
    ]);
    let templates: Vec<&Value> = objects
        .iter()
        .filter(|object| object["kind"] == "WorkflowTemplate")
        .flat_map(|object| list(&object["spec"]["templates"]))
        .collect();
    for caller in &templates {
        let steps = list(&caller["steps"]).flat_map(list);
        for task in list(&caller["dag"]["tasks"]).chain(steps) {
            let called = task["template"]
                .as_str()
                .or_else(|| task["templateRef"]["template"].as_str());
            let step = templates
                .iter()
                .find(|template| template["name"].as_str() == called)
                .unwrap_or_else(|| panic!("there is no {called:?}"));
            let Some(manifest) = step["resource"]["manifest"].as_str() else {
                continue;
            };
            let filled = |text: &str| -> String {
                let mut text = text.to_owned();
                for argument in list(&task["arguments"]["parameters"]) {
                    let (Some(name), Some(value)) =
                        (argument["name"].as_str(), argument["value"].as_str())
                    else {
                        continue;
                    };
                    text = text.replace(&format!("{{{{inputs.parameters.{name}}}}}"), value);
                }
                text.replace("{{workflow.namespace}}", HOME)
            };
            let resource = match field(manifest, "kind").expect("a kind") {
                "Rollout" => "rollouts",
                "AnalysisRun" => "analysisruns",
                "Workflow" => "workflows",
                "Deployment" => "deployments",
                "StatefulSet" => "statefulsets",
                other => panic!("nobody grants anything on {other}"),
            };
            let namespace = field(manifest, "namespace").map_or(HOME.to_owned(), filled);
            // Names that are made as the workflow runs can't be granted one by one.
            let name = field(manifest, "name")
                .map(filled)
                .filter(|name| !name.contains("{{"))
                .filter(|_| !matches!(resource, "analysisruns" | "workflows"));
            let action = step["resource"]["action"].as_str().expect("an action");
            let part = match words(&step["resource"]["flags"]).as_slice() {
                [] => resource.to_owned(),
                [flag] if flag == "--subresource=status" => format!("{resource}/status"),
                other => panic!("{other:?}"),
            };
            all.insert(right(&namespace, &part, action, name.clone()));
            let looks = step["resource"]["successCondition"].is_string()
                || step["resource"]["failureCondition"].is_string()
                || list(&step["outputs"]["parameters"]).next().is_some();
            if looks {
                all.insert(right(&namespace, resource, "get", name));
            }
        }
    }
    all
}

#[test]
fn a_workflow_may_do_what_its_steps_do_and_no_more() {
    let mut seen = BTreeSet::new();
    for (path, plan) in specs::plans() {
        let objects = objects(&plan);
        if objects.is_empty() {
            continue;
        }
        let (allowed, asked) = (allowed(&objects), asked(&objects));
        assert_eq!(allowed, asked, "{path}");
        seen.extend(
            asked
                .into_iter()
                .map(|(_, resource, verb, _)| format!("{verb} {resource}")),
        );
    }
    for wanted in [
        "create analysisruns",
        "patch analysisruns",
        "patch rollouts/status",
        "get rollouts",
        "patch workflows",
        "patch deployments",
    ] {
        assert!(seen.contains(wanted), "no step asks to {wanted}: {seen:?}");
    }
}

#[test]
fn everything_runs_as_the_account_in_its_namespace() {
    for (path, plan) in specs::plans() {
        let objects = objects(&plan);
        let bound: BTreeSet<&str> = objects
            .iter()
            .filter(|object| object["kind"] == "RoleBinding")
            .filter_map(|object| object["metadata"]["namespace"].as_str())
            .collect();
        for object in &objects {
            let what = format!("{path}: {} {}", object["kind"], object["metadata"]["name"]);
            let namespace = object["metadata"]["namespace"].as_str();
            assert!(namespace.is_some(), "{what}");
            assert_ne!(
                object["metadata"]["annotations"]["deployc/nodes"], "",
                "{what}"
            );
            match object["kind"].as_str() {
                Some("WorkflowTemplate") if object["spec"]["entrypoint"].is_string() => {
                    assert_eq!(object["spec"]["serviceAccountName"], "spec", "{what}");
                    assert_eq!(namespace, Some(HOME), "{what}");
                }
                Some("CronWorkflow") => {
                    assert_eq!(
                        object["spec"]["workflowSpec"]["serviceAccountName"], "spec",
                        "{what}"
                    );
                }
                Some("Role") => assert!(namespace.is_some_and(|it| bound.contains(it)), "{what}"),
                Some("RoleBinding") => {
                    let subject = &object["subjects"][0];
                    assert_eq!(subject["name"], "spec", "{what}");
                    assert_eq!(subject["namespace"], HOME, "{what}");
                    assert_eq!(object["roleRef"]["name"], "spec", "{what}");
                }
                _ => {}
            }
        }
        // Without it, nothing is said of any account.
        let plain = ArgoWorkflows.manifests(&plan, "spec").expect("manifests");
        let text = serde_json::to_string(&plain.objects).expect("JSON");
        assert!(!text.contains("serviceAccountName"), "{path}");
    }
    let plan = specs::plan_of("examples/checkout.deploy");
    assert!(
        ArgoRollouts
            .manifests_with_rights(&plan, "spec", HOME)
            .is_none()
    );
}
