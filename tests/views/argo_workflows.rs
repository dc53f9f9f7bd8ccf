//! The workflows for Argo Workflows: what refers to what, what is watched and taken back, and what
//! hostile words come to. `tests/upstream/workflows` has the upstream's own code read them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use deployc::backend::argo_workflows::ArgoWorkflows;
use deployc::backend::{Backend, Embedded, Fidelity, account};
use deployc::plan::{Plan, Work};
use serde_json::Value;

use crate::specs;

fn yaml(plan: &Plan) -> String {
    let mut artifacts = ArgoWorkflows
        .emit(plan, "spec", &Embedded)
        .expect("it has no templates");
    artifacts
        .pop()
        .map(|artifact| artifact.text)
        .unwrap_or_default()
}

fn objects(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The templates of all parts, by name.
fn templates(objects: &[Value]) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for object in objects {
        if object["kind"] != "WorkflowTemplate" {
            continue;
        }
        for template in object["spec"]["templates"].as_array().into_iter().flatten() {
            let name = template["name"].as_str().expect("it has a name").to_owned();
            assert!(
                found.insert(name.clone(), template.clone()).is_none(),
                "{name} stands twice"
            );
        }
    }
    found
}

/// The tasks and steps of a template.
fn tasks(template: &Value) -> Vec<&Value> {
    let dag = template["dag"]["tasks"].as_array().into_iter().flatten();
    let steps = template["steps"].as_array().into_iter().flatten();
    dag.chain(steps.flat_map(|group| group.as_array().into_iter().flatten()))
        .collect()
}

fn needs(task: &Value) -> Option<&str> {
    task["template"]
        .as_str()
        .or_else(|| task["templateRef"]["template"].as_str())
}

#[test]
fn everything_that_is_named_is_there_and_everything_there_is_used() {
    for (path, plan) in specs::plans() {
        let objects = objects(&yaml(&plan));
        if objects.is_empty() {
            assert!(plan.forward().is_empty(), "{path}: nothing is done");
            continue;
        }
        let templates = templates(&objects);
        let mut wanted = vec!["deployment".to_owned(), "exit".to_owned()];
        for object in &objects {
            if object["kind"] == "CronWorkflow" {
                for template in object["spec"]["workflowSpec"]["templates"]
                    .as_array()
                    .into_iter()
                    .flatten()
                {
                    wanted.extend(
                        tasks(template)
                            .into_iter()
                            .filter_map(needs)
                            .map(str::to_owned),
                    );
                }
            }
        }
        let mut used = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            let template = templates
                .get(&name)
                .unwrap_or_else(|| panic!("{path}: there is no template {name}"));
            if !used.insert(name) {
                continue;
            }
            let inputs: BTreeSet<&str> = template["inputs"]["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|input| input["name"].as_str())
                .collect();
            let text = template.to_string();
            for input in &inputs {
                // What people read of a suspended node stands in its inputs.
                assert!(
                    ["node", "question", "answer", "value", "option", "way"].contains(input)
                        || input.starts_with("approver-")
                        || input.starts_with("barred-")
                        || text.contains(&format!("inputs.parameters.{input}")),
                    "{path}: nobody needs the input {input}: {text}"
                );
            }
            wanted.extend(
                tasks(template)
                    .into_iter()
                    .filter_map(needs)
                    .map(str::to_owned),
            );
        }
        for (name, template) in &templates {
            // A procedure is there for whoever submits it by hand.
            let by_hand = template["metadata"]["annotations"]["deployc/nodes"]
                .as_str()
                .is_some_and(|nodes| nodes.starts_with("procedure/"));
            let within = name.starts_with("procedure-");
            assert!(
                used.contains(name) || by_hand || within,
                "{path}: nobody uses {name}"
            );
        }
    }
}

#[test]
fn every_node_has_its_account_and_its_place() {
    for (path, plan) in specs::plans() {
        let accounts = account(&ArgoWorkflows, &plan);
        assert_eq!(accounts.len(), plan.walk().count(), "{path}");
        let text = yaml(&plan);
        for one in accounts {
            match &one.fidelity {
                Fidelity::Exact | Fidelity::Approximate { .. } => {
                    let node = plan.node(&one.node).expect("it is of the plan");
                    // What decides or ends a node stands in what is around it.
                    let inside = matches!(
                        node.work,
                        Work::When { .. } | Work::Else | Work::Act { .. } | Work::Monitor
                    );
                    assert!(
                        inside || text.contains(&one.node),
                        "{path}: {} is {} and stands nowhere",
                        one.node,
                        one.fidelity.name()
                    );
                }
                Fidelity::Elsewhere { .. } | Fidelity::Refused { .. } => {
                    assert!(!one.fidelity.detail().is_empty(), "{path}: {}", one.node);
                }
            }
        }
    }
}

#[test]
fn the_workflows_of_the_examples() {
    for name in ["checkout", "ollama-blue-green"] {
        let plan = specs::plan_of(&format!("examples/{name}.deploy"));
        insta::assert_snapshot!(format!("workflow_{name}"), yaml(&plan));
    }
}

const HEAD: &str = r##"edition 2026
deployment "D" {
  version "v1"
  starts 2026-12-01 09:00 UTC
}
role lead "Lead" { contact phone "1" }
role dba "Database" { contact phone "2" }
channel ops slack "#ops"
service shop "Shop" {
  namespace shop
  workload deployment/shop
  replicas 4
  traffic istio "shop"
}
metric errors "Errors" : percent in ratio {
  no-data pause
  prometheus `sum(rate(errors[5m]))`
}
"##;

fn of(text: &str) -> BTreeMap<String, Value> {
    templates(&objects(&yaml(&specs::plan(
        "spec.deploy",
        &format!("{HEAD}{text}"),
    ))))
}

/// A gate whose time runs out says no; one without a time can't be resumed without an answer.
#[test]
fn a_gate_is_never_passed_by_waiting() {
    let timed = of(
        "gate go \"Go\" { approve yes \"Yes\" by lead, dba within 30m }\nrollback back \"Back\" { run `true` }\n",
    );
    let ask = &timed["go-yes-ask"];
    assert_eq!(ask["suspend"]["duration"], "30m");
    assert_eq!(
        ask["outputs"]["parameters"][0]["valueFrom"]["default"],
        "no"
    );
    let source = timed["go-yes-names"]["script"]["source"]
        .as_str()
        .expect("a script");
    let verdict = |answer: &str, first: &str, second: &str| {
        run(
            source,
            &[
                ("ANSWER", answer),
                ("APPROVER_1", first),
                ("APPROVER_2", second),
            ],
        )
    };
    assert!(verdict("yes", "Ann", "Bob"));
    assert!(!verdict("no", "Ann", "Bob"));
    assert!(!verdict("yes", "Ann", " "));
    let untimed = of(
        "gate go \"Go\" { approve yes \"Yes\" by 2 of lead, dba }\nrollback back \"Back\" { run `true` }\n",
    );
    let ask = &untimed["go-yes-ask"];
    assert_eq!(ask["suspend"], serde_json::json!({}));
    assert!(
        ask["outputs"]["parameters"][0]["valueFrom"]
            .get("default")
            .is_none()
    );
    let source = untimed["go-yes-names"]["script"]["source"]
        .as_str()
        .expect("a script");
    assert!(!run(
        source,
        &[
            ("ANSWER", "yes"),
            ("APPROVER_1", "Ann"),
            ("APPROVER_2", "Ann")
        ]
    ));
}

/// What a person fills in at a suspended node is an output of the whole workflow.
#[test]
fn what_a_person_fills_in_reaches_later_steps() {
    let templates = of(r#"phase p "P" {
  record previous "Revision" as text
  record lessons "Lessons" as text
  run go "From {previous}" `printf '%s' "$PREVIOUS"` idempotent
  run either `printf '%s' "${PREVIOUS:-none}"` idempotent
}
rollback back "Back to {previous}" within 5m { run undo `./back "$PREVIOUS"` idempotent }
"#);
    let kept = |name: &str| templates[name]["outputs"]["parameters"][0].clone();
    assert_eq!(kept("p-previous")["globalName"], "previous");
    assert_eq!(
        kept("p-previous")["valueFrom"]["supplied"],
        serde_json::json!({})
    );
    assert!(kept("p-lessons")["globalName"].is_null());
    let begun = templates["begin"]["outputs"]["parameters"]
        .as_array()
        .is_some_and(|all| all.iter().any(|one| one["globalName"] == "previous"));
    assert!(
        begun,
        "a way back finds it even where it was never filled in"
    );
    for name in ["p-go", "rollback-back-undo"] {
        let variable = &templates[name]["script"]["env"][0];
        assert_eq!(variable["name"], "PREVIOUS", "{name}");
        assert_eq!(
            variable["value"],
            "{{workflow.outputs.parameters.previous}}"
        );
    }
    let source = |name: &str| {
        templates[name]["script"]["source"]
            .as_str()
            .expect("a script")
    };
    let filled = "it's 7 $(touch x)";
    let (good, said) = output(source("p-go"), &[("PREVIOUS", filled)]);
    assert!(good && said == filled, "{said}");
    let (good, said) = output(source("p-go"), &[("PREVIOUS", "")]);
    assert!(
        !good && said.is_empty(),
        "nothing is run with nothing: {said}"
    );
    let (good, said) = output(source("p-either"), &[("PREVIOUS", "")]);
    assert!(good && said == "none", "{said}");
    let said = serde_json::to_string(&templates).expect("it is JSON");
    assert!(said.contains("Back to {{workflow.outputs.parameters.previous}} took longer than 5m"));
    assert!(!said.contains("{ {workflow"), "{said}");
}

/// Who may not approve is named besides, and is none of those who do.
#[test]
fn nobody_approves_who_may_not() {
    let gate = of(
        "gate go \"Go\" { approve yes \"Yes\" by lead not by author }\nrollback back \"Back\" { run `true` }\n",
    );
    let asked: Vec<&str> = gate["go-yes-ask"]["inputs"]["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|input| input["name"].as_str())
        .collect();
    assert_eq!(asked, ["question", "answer", "approver-1", "barred-1"]);
    let source = gate["go-yes-names"]["script"]["source"]
        .as_str()
        .expect("a script");
    let verdict = |approver: &str, author: &str| {
        run(
            source,
            &[
                ("ANSWER", "yes"),
                ("APPROVER_1", approver),
                ("BARRED_1", author),
            ],
        )
    };
    assert!(verdict("Ann", "Bob"));
    assert!(verdict("Ann", "Anna") && verdict("Ann", "A.n"));
    assert!(!verdict("Ann", " "), "nobody says who may not");
    assert!(!verdict("Ann", "Ann"));
    assert!(!verdict("Ann", "ann "));
}

/// Runs a script of the workflow as its container would, with `/tmp/deployc` in a folder of its own.
fn run(source: &str, environment: &[(&str, &str)]) -> bool {
    output(source, environment).0
}

fn output(source: &str, environment: &[(&str, &str)]) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().join("kept");
    let source = source.replace("/tmp/deployc", kept.to_str().expect("a path"));
    let script = folder.path().join("script");
    std::fs::write(&script, source).expect("written");
    let mut command = Command::new("bash");
    command.arg("-e").arg("-o").arg("pipefail").arg(&script);
    for (name, value) in environment {
        command.env(name, value);
    }
    let out = command
        .stdin(Stdio::null())
        .output()
        .expect("there is a bash");
    (
        out.status.success(),
        String::from_utf8_lossy(&out.stdout).into_owned(),
    )
}

#[test]
fn every_script_is_one() {
    let mut scripts = 0;
    for (path, plan) in specs::plans() {
        for (name, template) in templates(&objects(&yaml(&plan))) {
            let Some(source) = template["script"]["source"].as_str() else {
                continue;
            };
            if template["script"]["command"][0] != "bash" {
                continue;
            }
            scripts += 1;
            let mut bash = Command::new("bash")
                .arg("-n")
                .stdin(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("there is a bash");
            bash.stdin
                .take()
                .expect("it is piped")
                .write_all(source.as_bytes())
                .expect("it reads");
            let out = bash.wait_with_output().expect("it ends");
            assert!(
                out.status.success(),
                "{path}: {name}: {}\n{source}",
                String::from_utf8_lossy(&out.stderr)
            );
        }
    }
    assert!(scripts > 300, "{scripts} scripts");
}

/// What a command says, it says, whatever Argo and Kubernetes would read in it.
#[test]
fn a_command_runs_as_it_was_written() {
    let templates = of(r#"param region "Region" : text = "eu"
phase p "P" {
  run braces `printf '%s\n' '{{workflow.name}} {~ {{=1+1}} $$ $(HOME) $region' "$REGION"` reads-only
  run plain `printf '%s\n' "$(echo {a,b})"` reads-only
  run kept `printf 'one\ntwo\n\n'` capture lines undo `true`
  run used `printf '%s' "$LINES_KEPT$LINES"` reads-only
}
rollback back "Back" { run `true` }
"#);
    let source = |name: &str| {
        templates[name]["script"]["source"]
            .as_str()
            .expect("a script")
            .to_owned()
    };
    assert!(!source("p-braces").contains("{{"));
    assert!(!source("p-braces").contains("$$"));
    let (good, said) = output(&source("p-braces"), &[("REGION", "it's {{=2}}")]);
    assert!(good, "{said}");
    assert_eq!(
        said,
        "{{workflow.name}} {~ {{=1+1}} $$ $(HOME) $region\nit's {{=2}}\n"
    );
    assert_eq!(
        source("p-plain"),
        "printf '%s\\n' \"$(echo {a,b})\"\n",
        "what nobody reads stays as it is"
    );
    let environment = &templates["p-braces"]["script"]["env"];
    assert_eq!(environment[0]["value"], "{{workflow.parameters.region}}");
    let kept = source("p-kept");
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path().to_str().expect("a path");
    assert!(run(&kept.replace("/tmp/deployc", here), &[]));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    assert_eq!(
        (read("kept").as_str(), read("done").as_str()),
        ("one\ntwo", "yes")
    );
}

#[test]
fn what_a_command_must_give_is_looked_at() {
    let templates = of(r#"phase p "P" {
  run code `exit 3` reads-only
    expect exit 3
  run words `echo 'all is {well}'` reads-only
    expect "is {"
    expect not "ill"
    expect /w.ll/
  run worse `echo ill; echo on >&2` reads-only
    expect not "ill"
  run deeper `false` reads-only
    expect "x"
}
rollback back "Back" { run `true` }
"#
    .replace("\"is {\"", "\"is \\{\"")
    .as_str());
    let good = |name: &str| {
        run(
            templates[name]["script"]["source"]
                .as_str()
                .expect("a script"),
            &[],
        )
    };
    assert!(good("p-code"));
    assert!(good("p-words"));
    assert!(!good("p-worse"));
    assert!(!good("p-deeper"));
}

/// Undone is what was done, the last first; and a way back is gone once, in the exit handler.
#[test]
fn a_rollback_takes_back_in_reverse() {
    let templates = of(r#"phase p "P" {
  run first `true` undo `echo first`
  shift shop to 10%
  hold 10m while errors < 1%
  shift shop to 100%
  run second `true` undo `echo second`
  check fine "Fine" else rollback back
}
rollback back "Back" {
  check proof "It is back"
}
"#);
    let names: Vec<&str> = tasks(&templates["rollback-back"])
        .iter()
        .filter_map(|task| task["name"].as_str())
        .filter(|name| !name.ends_with("-failed"))
        .collect();
    assert_eq!(
        names,
        ["undo-second", "traffic-of-shop", "undo-first", "proof"]
    );
    let guarded = tasks(&templates["rollback-back"])
        .iter()
        .filter(|task| {
            task["when"]
                .as_str()
                .is_some_and(|when| when.contains("workflow.outputs"))
        })
        .count();
    assert_eq!(guarded, 3, "each is taken back only where it was done");
    let text = serde_json::to_string(&templates["p"]).expect("it is JSON");
    assert!(text.contains("give-up") && !text.contains("rollback-back"));
}

/// A way back that is no longer valid is a person's decision, and one that took too long is told of: it
/// is never cut off half-way.
#[test]
fn a_rollback_keeps_an_eye_on_its_time() {
    let spec = |clauses: &str| {
        of(&format!(
            "phase p \"P\" {{\n  run first `true` undo `true`\n  check fine \"Fine\" else rollback back\n}}\nrollback back \"Back\" {clauses} {{\n  check proof \"It is back\"\n}}\n"
        ))
    };
    let names = |templates: &BTreeMap<String, Value>| -> Vec<String> {
        tasks(&templates["rollback-back"])
            .iter()
            .filter_map(|task| task["name"].as_str())
            .filter(|name| !name.ends_with("-failed"))
            .map(str::to_owned)
            .collect()
    };
    let limited = spec("within 5m valid until T+1h");
    assert_eq!(
        names(&limited),
        ["too-late", "began", "undo-first", "proof", "took-too-long"]
    );
    let all = tasks(&limited["rollback-back"]);
    let when = |name: &str| {
        all.iter()
            .find(|task| task["name"] == name)
            .and_then(|task| task["when"].as_str())
            .unwrap_or_default()
    };
    assert_eq!(
        when("too-late"),
        "{{=now().Unix() > asInt(workflow.parameters['start']) + 3600}}"
    );
    assert_eq!(
        when("took-too-long"),
        "{{=now().Unix() - date(steps.began.startedAt).Unix() > 300}}"
    );
    assert_eq!(all[0]["template"], "agree");
    for template in limited.values() {
        assert!(template["activeDeadlineSeconds"].is_null(), "{template}");
    }
    assert_eq!(names(&spec("")), ["undo-first", "proof"]);
}

/// In an exit handler a DAG fails at once where the workflow was stopped (Argo Workflows 3.7), and a rule
/// that fires stops it: nothing there is a DAG.
#[test]
fn nothing_on_the_way_back_is_a_dag() {
    let mut seen = 0;
    for (path, plan) in specs::plans() {
        let objects = objects(&yaml(&plan));
        if objects.is_empty() {
            continue;
        }
        let templates = templates(&objects);
        let mut wanted = vec!["exit".to_owned()];
        let mut known = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            if !known.insert(name.clone()) {
                continue;
            }
            seen += 1;
            let template = &templates[&name];
            assert!(template.get("dag").is_none(), "{path}: {name} is a DAG");
            wanted.extend(
                tasks(template)
                    .into_iter()
                    .filter_map(needs)
                    .map(str::to_owned),
            );
        }
    }
    assert!(seen > 100, "{seen} templates");
}

/// A Rollout waits before each share, and each shift moves it on by exactly its own step.
#[test]
fn each_shift_is_a_step_of_the_rollout() {
    let plan = specs::plan_of("examples/checkout.deploy");
    let objects = objects(&yaml(&plan));
    let rollout = objects
        .iter()
        .find(|object| object["kind"] == "Rollout")
        .expect("its traffic moves");
    let steps = rollout["spec"]["strategy"]["canary"]["steps"]
        .as_array()
        .expect("it has steps");
    let mut moved = 0;
    for (name, template) in templates(&objects) {
        let Some(manifest) = template["resource"]["manifest"].as_str() else {
            continue;
        };
        let manifest: Value = serde_saphyr::from_str(
            &manifest.replace("{{=toJson(workflow.parameters['prometheus'])}}", "x"),
        )
        .unwrap_or_else(|error| panic!("{error}\n{manifest}"));
        let Some(index) = manifest["status"]["currentStepIndex"].as_u64() else {
            continue;
        };
        moved += 1;
        let index = usize::try_from(index).expect("a small number");
        let weight = steps[index]["setWeight"].as_u64().expect("a share");
        assert!(name.contains(&format!("to-{weight}-")), "{name}: {weight}");
        let wanted = template["resource"]["successCondition"]
            .as_str()
            .expect("it waits");
        match steps.get(index + 1) {
            Some(next) => {
                assert_eq!(next["pause"], serde_json::json!({}));
                assert_eq!(
                    wanted,
                    format!(
                        "status.currentStepIndex == {},status.phase == Paused",
                        index + 1
                    )
                );
            }
            None => assert_eq!(wanted, "status.phase == Healthy"),
        }
    }
    assert_eq!(moved, 3);
}

/// More than Argo takes in one object: the templates are in several, and each names the others right.
#[test]
fn what_is_too_long_is_split() {
    let mut text = String::from("phase p \"P\" {\n");
    for number in 0..450 {
        text.push_str(&format!("  run step-{number} `echo {number}` reads-only\n"));
    }
    text.push_str("}\nrollback back \"Back\" { run `true` }\n");
    let objects = objects(&yaml(&specs::plan("spec.deploy", &format!("{HEAD}{text}"))));
    let parts: Vec<&Value> = objects
        .iter()
        .filter(|object| object["kind"] == "WorkflowTemplate")
        .collect();
    assert!(parts.len() > 2, "{} parts", parts.len());
    let mut place: BTreeMap<String, String> = BTreeMap::new();
    for part in &parts {
        let all = part["spec"]["templates"].as_array().expect("templates");
        assert!(all.len() <= 200);
        for template in all {
            assert!(tasks(template).len() <= 200);
            place.insert(
                template["name"].as_str().expect("a name").to_owned(),
                part["metadata"]["name"]
                    .as_str()
                    .expect("a name")
                    .to_owned(),
            );
        }
    }
    let mut references = 0;
    for part in &parts {
        let own = part["metadata"]["name"].as_str().expect("a name");
        for template in part["spec"]["templates"].as_array().expect("templates") {
            for task in tasks(template) {
                match task["template"].as_str() {
                    Some(name) => assert_eq!(place[name], own),
                    None => {
                        references += 1;
                        let name = task["templateRef"]["template"].as_str().expect("a name");
                        assert_eq!(task["templateRef"]["name"], place[name]);
                    }
                }
            }
        }
    }
    assert!(references > 200, "{references} references");
}

/// Words of people reach inputs, annotations and environments only; whatever they write, nothing of it
/// is a template, a key or a command.
#[test]
fn no_text_of_a_spec_breaks_out() {
    let evil = r#"{{workflow.name}} {{=1+1}} $(HOME) $$ : - [a, b] # \"q\" 'single' `id` NO on 1:30 --- &a *b !t | > %"#;
    let evil = evil.replace('{', "\\{").replace('}', "\\}");
    let text = format!(
        r##"{}
param region "{evil}" : text = "x"
phase p "{evil}" {{
  check a "{evil}"
  notify ops "{evil}"
  shift shop to 10% "{evil}"
  hold 10m while errors < 5%
  shift shop to 100%
  approve b "{evil}" by lead
  record c "{evil}" as text
  choose d "{evil}" {{
    option e "{evil}" {{ check f "{evil}" }}
    option g "G" {{ check h "H" }}
  }}
  check i "{evil}" else page lead, "{evil}", rollback back
}}
severity s "{evil}" {{
  when errors > 5%
  then notify ops "{evil}", rollback back
}}
rollback back "{evil}" {{ check j "{evil}" }}
"##,
        HEAD.replace("deployment \"D\"", &format!("deployment \"{evil}\""))
    );
    let plan = specs::plan("spec.deploy", &text);
    let text = yaml(&plan);
    let objects = objects(&text);
    for object in &objects {
        let spec = object["spec"].to_string();
        assert!(!spec.contains("{{workflow.name}} "), "{spec}");
        assert!(!spec.contains("{{=1+1}}"), "{spec}");
    }
    let mut seen = 0;
    for (name, template) in templates(&objects) {
        if let Some(source) = template["script"]["source"].as_str() {
            assert!(!source.contains("`id`"), "{name}: {source}");
        }
        for task in tasks(&template) {
            for argument in task["arguments"]["parameters"]
                .as_array()
                .into_iter()
                .flatten()
            {
                let value = argument["value"].as_str().unwrap_or_default();
                seen += usize::from(value.contains("NO on 1:30"));
                if argument["name"] == "text" || argument["name"] == "to" {
                    assert!(!value.contains("$(") && !value.contains("$$"), "{value}");
                }
            }
        }
    }
    assert!(seen >= 5, "{seen} texts stand somewhere");
}
