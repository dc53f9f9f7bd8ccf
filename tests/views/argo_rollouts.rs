//! The manifests for Argo Rollouts: what refers to what, what ends, what each condition means.
//! `tests/upstream` has the upstream's own code read them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use deployc::backend::argo_rollouts::ArgoRollouts;
use deployc::backend::{Backend, Embedded, Fidelity, account};
use deployc::compile;
use deployc::plan::Plan;
use deployc::source::NoFiles;
use serde_json::{Value, json};

use crate::specs;

fn plan(text: &str) -> Plan {
    let compilation = compile::check("spec.deploy", text.to_owned(), &NoFiles);
    compile::plan(&compilation).unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics))
}

fn yaml(plan: &Plan) -> Option<String> {
    let mut artifacts = ArgoRollouts
        .emit(plan, "spec", &Embedded)
        .expect("it has no templates");
    artifacts.pop().map(|artifact| artifact.text)
}

/// The objects, read back by a YAML parser.
fn objects(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects
        .iter()
        .filter(|object| object["kind"] == kind)
        .collect()
}

/// The names of the templates that stand at some places of a Rollout.
fn templates(value: &Value) -> Vec<&str> {
    value["templates"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|template| template["templateName"].as_str())
        .collect()
}

#[test]
fn what_is_named_is_there_and_what_must_end_ends() {
    let mut rollouts = 0;
    for (path, plan) in specs::plans() {
        let Some(text) = yaml(&plan) else {
            continue;
        };
        let objects = objects(&text);
        let known: BTreeMap<&str, &Value> = of_kind(&objects, "AnalysisTemplate")
            .into_iter()
            .map(|template| {
                (
                    template["metadata"]["name"].as_str().unwrap_or_default(),
                    template,
                )
            })
            .collect();
        let mut used = BTreeSet::new();
        for rollout in of_kind(&objects, "Rollout") {
            rollouts += 1;
            let canary = &rollout["spec"]["strategy"]["canary"];
            let blue_green = &rollout["spec"]["strategy"]["blueGreen"];
            let mut finite: Vec<&str> = Vec::new();
            let mut names = BTreeSet::new();
            for name in templates(&canary["analysis"]) {
                used.insert(name);
                for metric in known[name]["spec"]["metrics"]
                    .as_array()
                    .into_iter()
                    .flatten()
                {
                    let metric = metric["name"].as_str().unwrap_or_default();
                    assert!(
                        names.insert(metric),
                        "{path}: `{metric}` stands twice in one run"
                    );
                }
            }
            for step in canary["steps"].as_array().into_iter().flatten() {
                assert_eq!(
                    step.as_object().map_or(0, serde_json::Map::len),
                    1,
                    "{path}: {step}"
                );
                finite.extend(templates(&step["analysis"]));
            }
            finite.extend(templates(&blue_green["prePromotionAnalysis"]));
            finite.extend(templates(&blue_green["postPromotionAnalysis"]));
            for name in finite {
                used.insert(name);
                let template = known
                    .get(name)
                    .unwrap_or_else(|| panic!("{path}: no {name}"));
                for metric in template["spec"]["metrics"].as_array().into_iter().flatten() {
                    assert!(
                        metric["count"].as_u64() > Some(0),
                        "{path}: {name} never ends"
                    );
                }
            }
        }
        let all: BTreeSet<&str> = known.keys().copied().collect();
        assert_eq!(used, all, "{path}: every template is used");
        for object in &objects {
            let name = object["metadata"]["name"].as_str().unwrap_or_default();
            assert!(!name.is_empty() && name.len() <= 63, "{path}: {name}");
            let nodes = object["metadata"]["annotations"]["deployc/nodes"].as_str();
            for id in nodes.unwrap_or_default().split(", ") {
                assert!(
                    plan.node(id).is_some(),
                    "{path}: {name} names the node `{id}`"
                );
            }
        }
    }
    assert!(rollouts >= 4, "{rollouts} rollouts");
}

#[test]
fn every_node_has_its_account() {
    for (path, plan) in specs::plans() {
        let accounts = account(&ArgoRollouts, &plan);
        assert_eq!(accounts.len(), plan.walk().count(), "{path}");
        for one in accounts {
            if !matches!(one.fidelity, Fidelity::Exact) {
                assert!(!one.fidelity.detail().is_empty(), "{path}: {}", one.node);
            }
        }
    }
}

/// Two specs as an engineer would read them in a review.
#[test]
fn the_manifests_of_the_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["checkout", "ollama-blue-green"] {
        let path = root.join("examples").join(format!("{name}.deploy"));
        let text = std::fs::read_to_string(path).expect("the example can be read");
        let compilation = compile::check(&format!("{name}.deploy"), text, &NoFiles);
        let plan = compile::plan(&compilation).expect("an example has a plan");
        insta::assert_snapshot!(
            format!("rollouts_{name}"),
            yaml(&plan).expect("it moves traffic")
        );
    }
}

const HEAD: &str = r#"edition 2026
deployment "D" { version "v1" }
role lead "Lead" { contact phone "1" }
rollback back "Back" within 5m { run `true` }
service shop "Shop" {
  namespace shop
  workload deployment/shop
  replicas 4
  traffic istio "shop"
}
"#;

/// Channels are subscribed to what happens to the Rollout; whoever the controller can't reach is not.
#[test]
fn channels_are_subscribed() {
    let text = format!(
        "{HEAD}{}",
        r##"channel deploys slack "#deploys"
channel team teams "shop"
channel war-room zoom "https://zoom.example.com/j/1"
channel several slack "#a;#b"
metric m "M" : percent in ratio { prometheus `errors` }
severity critical "Critical" {
  when m > 5%
  then rollback back, notify team "Back"
}
severity slow "Slow" {
  when m > 3%
  then pause, notify deploys "Slow", page lead
}
phase p "P" {
  shift shop to 10%
  hold 10m while m < 5%
  shift shop to 100%
  notify deploys, team, war-room, several "Done"
  notify war-room "Done"
}
"##
    );
    let plan = plan(&text);
    let objects = objects(&yaml(&plan).expect("it moves traffic"));
    let annotations = &of_kind(&objects, "Rollout")[0]["metadata"]["annotations"];
    let subscribed: Vec<(&str, &str)> = annotations
        .as_object()
        .expect("annotations")
        .iter()
        .filter_map(|(key, value)| {
            let key = key.strip_prefix("notifications.argoproj.io/subscribe.")?;
            Some((key, value.as_str()?))
        })
        .collect();
    assert_eq!(
        subscribed,
        [
            ("on-rollout-aborted.teams", "shop"),
            ("on-rollout-completed.slack", "deploys"),
            ("on-rollout-completed.teams", "shop"),
            ("on-rollout-paused.slack", "deploys"),
        ]
    );
    let fate = |id: &str| {
        account(&ArgoRollouts, &plan)
            .into_iter()
            .find(|one| one.node == id)
            .map(|one| one.fidelity.detail().to_owned())
            .unwrap_or_default()
    };
    assert!(fate("severity/critical").contains("in its own words"));
    assert!(fate("severity/slow").contains("the runbook"));
}

/// A comparison on a number, as the plan means it.
fn holds(sign: &str, value: f64, bound: f64) -> bool {
    match sign {
        "<" => value < bound,
        "<=" => value <= bound,
        ">" => value > bound,
        ">=" => value >= bound,
        "==" => value == bound,
        _ => value != bound,
    }
}

/// Every comparator, every word on no data, in every role: the expressions, sample results, and the
/// phase that each must lead to. The upstream's evaluator is held to the same table.
#[test]
fn conditions_mean_what_the_plan_says() {
    let mut cases = Vec::new();
    for no_data in ["pause", "pass", "fail"] {
        for (sign, length) in ["<", "<=", ">", ">=", "==", "!="]
            .into_iter()
            .flat_map(|sign| ["", " for 2m"].map(|length| (sign, length)))
        {
            for role in ["required", "goes-back", "pauses"] {
                let metric = format!(
                    "metric m \"M\" : percent in ratio {{\n  no-data {no_data}\n  interval 1m\n  prometheus `sum(rate(errors[5m]))`\n}}\n"
                );
                let condition = format!("m {sign} 5%{length}");
                let (held, rule) = match role {
                    "required" => (condition.as_str(), String::new()),
                    "goes-back" => (
                        "\"calm\"",
                        format!(
                            "severity s \"S\" {{\n  when {condition}\n  then rollback back\n}}\n"
                        ),
                    ),
                    _ => (
                        "\"calm\"",
                        format!("severity s \"S\" {{\n  when {condition}\n  then pause\n}}\n"),
                    ),
                };
                let text = format!(
                    "{HEAD}{metric}{rule}phase p \"P\" {{\n  shift shop to 10%\n  hold 10m while {held}\n  shift shop to 100%\n}}\n"
                );
                let objects = objects(&yaml(&plan(&text)).expect("it moves traffic"));
                let template = of_kind(&objects, "AnalysisTemplate")[0];
                let measured = &template["spec"]["metrics"][0];
                // An answer that is not a number, and none at all.
                let mut answers = vec![vec![None], Vec::new()];
                let figures = [0.049, 0.05, 0.051];
                if length.is_empty() {
                    answers.extend(figures.map(|value| vec![Some(value)]));
                } else {
                    // Three moments, of which any may have no answer.
                    for value in figures {
                        answers.push(vec![Some(value); 3]);
                        answers.push(vec![Some(value); 2]);
                        answers.push(vec![Some(value), None, Some(value)]);
                        answers.extend(
                            figures.map(|other| vec![Some(value), Some(other), Some(value)]),
                        );
                        answers.extend(figures.map(|other| vec![Some(other), Some(value)]));
                    }
                }
                let moments = if length.is_empty() { 1 } else { 3 };
                let samples: Vec<Value> = answers
                    .iter()
                    .map(|answer| {
                        let each: Vec<bool> = answer
                            .iter()
                            .flatten()
                            .map(|value| holds(sign, *value, 0.05))
                            .collect();
                        // One moment at which it does not hold says no; yes takes all of them.
                        let held = match (each.contains(&false), each.len()) {
                            (true, _) => Some(false),
                            (false, count) => (count == moments).then_some(true),
                        };
                        json!({ "result": answer, "verdict": wanted(role, no_data, held) })
                    })
                    .collect();
                cases.push(json!({
                    "success": measured["successCondition"],
                    "failure": measured["failureCondition"].as_str().unwrap_or_default(),
                    "samples": samples,
                }));
            }
        }
    }
    let mut text = serde_json::to_string_pretty(&cases).expect("it is JSON");
    text.push('\n');
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upstream/conditions.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("made");
        std::fs::write(&path, &text).expect("written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == text,
        "UPDATE=1 cargo test --test views argo_rollouts:: writes conditions.json anew"
    );
}

/// The phase of a measurement: whether the condition holds, or nothing where there is no data.
fn wanted(role: &str, no_data: &str, holds: Option<bool>) -> &'static str {
    let well = match (role, holds) {
        ("required", Some(holds)) => holds,
        (_, Some(fires)) => !fires,
        (_, None) => match no_data {
            "pass" => true,
            "fail" if role == "pauses" => return "Inconclusive",
            "fail" => false,
            _ => return "Inconclusive",
        },
    };
    match (well, role) {
        (true, _) => "Successful",
        (false, "pauses") => "Inconclusive",
        (false, _) => "Failed",
    }
}

#[test]
fn what_a_rollout_cannot_carry_is_refused_with_a_reason() {
    let refused = |text: &str| -> Vec<String> {
        account(&ArgoRollouts, &plan(text))
            .into_iter()
            .filter(|one| matches!(one.fidelity, Fidelity::Refused { .. }))
            .map(|one| format!("{}: {}", one.node, one.fidelity.detail()))
            .collect()
    };
    let spec = |share: &str, more: &str| {
        format!(
            "{HEAD}phase p \"P\" {{\n  shift shop to {share}\n  hold 10m\n  {more}\n  shift shop to 100%\n}}\n"
        )
    };
    assert_eq!(refused(&spec("10%", "")), Vec::<String>::new());
    assert!(refused(&spec("0.5%", ""))[0].contains("whole percentage"));
    let workload = spec("10%", "").replace("deployment/shop", "statefulset/shop");
    assert!(refused(&workload)[0].contains("Deployment"));
    let router = spec("10%", "").replace("istio", "linkerd");
    assert!(refused(&router)[0].contains("no router `linkerd`"));
}

/// A blue-green Rollout has no analysis that goes on all the time: a rule is asked after the switch for
/// as long as the plan holds there, or not at all, and the account says which.
#[test]
fn a_rule_of_a_blue_green_rollout_is_asked_after_the_switch() {
    let reason = |behind: &str| {
        let text = format!(
            "{HEAD}metric n \"N\" : percent in ratio {{ prometheus `sum(rate(errors[5m]))` }}\nseverity s \"S\" {{\n  when n > 5%\n  then rollback back\n}}\nphase p \"P\" {{\n  switch shop to green\n  {behind}\n}}\n"
        );
        let plan = plan(&text);
        account(&ArgoRollouts, &plan)
            .into_iter()
            .find(|one| one.kind == "when")
            .map(|one| one.fidelity)
            .expect("the rule has a reason")
    };
    assert!(
        reason("hold 10m while n < 5%")
            .detail()
            .contains("after the switch alone")
    );
    assert!(matches!(reason(""), Fidelity::Refused { .. }));
}

/// Words of people reach annotations only; whatever they write, the YAML stays what it is.
#[test]
fn no_text_of_a_spec_breaks_out() {
    let evil =
        r#"{{args.x}} : - [a, b] # \"quoted\" 'single' NO on 1:30 \n--- &anchor *alias !tag | > %"#;
    let evil_text = evil.replace('{', "\\{").replace('}', "\\}");
    let text = format!(
        "{}metric m \"{evil_text}\" : percent in ratio {{ prometheus `sum(rate(errors[5m]))` }}\nphase p \"{evil_text}\" {{\n  shift shop to 10% \"{evil_text}\"\n  hold 10m while m < 5%\n  shift shop to 100%\n}}\n",
        HEAD.replace(
            "deployment \"D\" { version \"v1\" }",
            &format!("deployment \"{evil_text}\" {{ version \"NO\" }}")
        )
    );
    let plan = plan(&text);
    let text = yaml(&plan).expect("it moves traffic");
    for object in objects(&text) {
        let annotations = &object["metadata"]["annotations"];
        assert_eq!(annotations["deployc/version"], "NO", "{text}");
        assert!(
            annotations["deployc/spec"]
                .as_str()
                .is_some_and(|title| title.contains("NO on 1:30"))
        );
        assert!(!object["spec"].to_string().contains("{{args.x}}"), "{text}");
    }
}
