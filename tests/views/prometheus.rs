//! The alerting rules: each expression is PromQL, each rule has its name, and no text of people is a
//! template.

use std::collections::BTreeSet;
use std::path::Path;

use deployc::backend::prometheus::Prometheus;
use deployc::backend::{Backend, Embedded, Fidelity, account};
use deployc::compile;
use deployc::plan::Plan;
use deployc::source::NoFiles;
use promql_parser::parser;
use serde_json::Value;

use crate::specs;

fn yaml(plan: &Plan) -> Option<String> {
    let mut artifacts = Prometheus
        .emit(plan, "spec", &Embedded)
        .expect("it has no templates");
    artifacts.pop().map(|artifact| artifact.text)
}

fn rules(text: &str) -> Vec<Value> {
    let object: Value = serde_saphyr::from_str(text).expect("it is YAML");
    object["spec"]["groups"][0]["rules"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

#[test]
fn every_rule_asks_what_prometheus_can_read() {
    let mut seen = 0;
    for (path, plan) in specs::plans() {
        let accounts = account(&Prometheus, &plan);
        assert_eq!(accounts.len(), plan.walk().count(), "{path}");
        let asked = accounts
            .iter()
            .filter(|one| matches!(one.kind.as_str(), "alert" | "when"))
            .filter(|one| matches!(one.fidelity, Fidelity::Exact | Fidelity::Approximate { .. }))
            .count();
        let rules = yaml(&plan).map(|text| rules(&text)).unwrap_or_default();
        assert_eq!(rules.len(), asked, "{path}: as many rules as conditions");
        let mut names = BTreeSet::new();
        for rule in rules {
            seen += 1;
            let name = rule["alert"].as_str().unwrap_or_default().to_owned();
            assert!(!name.is_empty(), "{path}: {rule}");
            let expression = rule["expr"].as_str().unwrap_or_default();
            parser::parse(expression)
                .unwrap_or_else(|error| panic!("{path}: {error}: {expression}"));
            assert!(
                !expression.contains("$window") && !expression.contains('@'),
                "{expression}"
            );
            let anchor = rule["annotations"]["runbook"].as_str().unwrap_or_default();
            let (_, id) = anchor.split_once('#').expect("it has an anchor");
            assert!(plan.node(id).is_some(), "{path}: {id}");
            assert!(names.insert(name), "{path}: {rule} stands twice");
        }
    }
    assert!(seen > 20, "{seen} rules");
}

fn spec(more: &str) -> Plan {
    let text = format!(
        "edition 2026\ndeployment \"D\" {{ version \"v1\" }}\nrole lead \"Lead\" {{ contact phone \"1\" }}\nmetric m \"M\" : duration in ms {{\n  no-data fail\n  prometheus `max(latency_ms)`\n}}\nmetric n \"N\" : percent in ratio {{ prometheus `sum(rate(errors[$window]))` }}\n{more}\nphase p \"P\" {{ check \"A\" }}\n"
    );
    let compilation = compile::check("spec.deploy", text, &NoFiles);
    compile::plan(&compilation).unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics))
}

#[test]
fn conditions_keep_their_meaning() {
    let cases = [
        (
            "m > 2s",
            "((max(latency_ms)) > 2000)\nor\nabsent(max(latency_ms))",
            None,
        ),
        (
            "n > 5% for 10m",
            "(sum(rate(errors[5m]))) > 0.05",
            Some("10m"),
        ),
        ("n > 5% over 1h", "(sum(rate(errors[1h]))) > 0.05", None),
        (
            "n in 1%..<5%",
            "(sum(rate(errors[5m]))) >= 0.01\nand\n(sum(rate(errors[5m]))) < 0.05",
            None,
        ),
        (
            "n[code=500] > 5%",
            "(sum(rate(errors{code=\"500\"}[5m]))) > 0.05",
            None,
        ),
        (
            "n > 5% and n < 50%",
            "((sum(rate(errors[5m]))) > 0.05)\nand on ()\n((sum(rate(errors[5m]))) < 0.5)",
            None,
        ),
        // Each part of a condition keeps its own time; the worst value of that time decides, and of
        // what must (not) equal something each moment does.
        (
            "n > 5% for 10m or n > 50% for 1m",
            "((min_over_time((sum(rate(errors[5m])))[10m29s:30s])) > 0.05)\nor\n((min_over_time((sum(rate(errors[5m])))[1m29s:30s])) > 0.5)",
            None,
        ),
        (
            "n > 5% and n != 50% for 2m",
            "((sum(rate(errors[5m]))) > 0.05)\nand on ()\n((min_over_time(((sum(rate(errors[5m]))) != bool 0.5)[2m29s:30s])) == 1)",
            None,
        ),
    ];
    for (condition, expression, sustained) in cases {
        let text = yaml(&spec(&format!("alert a when {condition} then page lead")))
            .expect("there is an alert");
        let rule = &rules(&text)[0];
        assert_eq!(rule["expr"], expression, "{condition}");
        assert_eq!(rule["for"].as_str(), sustained, "{condition}");
    }
}

#[test]
fn no_text_of_people_is_a_template() {
    let plan =
        spec("severity s \"An \\{\\{ evil \\}\\} title\" {\n  when n > 5%\n  then page lead\n}");
    let text = yaml(&plan).expect("there is a rule");
    let summary = rules(&text)[0]["annotations"]["summary"].to_string();
    assert!(summary.contains(r#"{{ \"{{\" }} evil"#), "{summary}");
}

#[test]
fn the_rules_of_an_example() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/checkout.deploy");
    let text = std::fs::read_to_string(path).expect("the example can be read");
    let compilation = compile::check("checkout.deploy", text, &NoFiles);
    let plan = compile::plan(&compilation).expect("an example has a plan");
    insta::assert_snapshot!("rules_checkout", yaml(&plan).expect("it has rules"));
}

#[test]
fn an_alert_links_to_the_published_runbook_and_says_how_urgent_it_is() {
    let plan_of = |url: Option<&str>| {
        let mut plan = spec(
            "alert slow when m > 2s for 5m then page lead\nalert odd when m > 1s then pause\nseverity warning \"W\" {\n  when n > 5%\n  then page lead\n}\n",
        );
        plan.deployment.runbook_url = url.map(str::to_owned);
        let text = yaml(&plan).expect("there are rules");
        rules(&text)
    };
    let found = plan_of(Some("https://runbooks.example.com/spec.html"));
    let told: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|rule| {
            (
                rule["labels"]["rule"].as_str().unwrap_or_default(),
                rule["labels"]["severity"].as_str().unwrap_or_default(),
                rule["annotations"]["runbook_url"]
                    .as_str()
                    .unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "slow",
                "critical",
                "https://runbooks.example.com/spec.html#alert/slow"
            ),
            (
                "odd",
                "warning",
                "https://runbooks.example.com/spec.html#alert/odd"
            ),
            (
                "warning",
                "warning",
                "https://runbooks.example.com/spec.html#severity/warning"
            ),
        ]
    );
    // Where it is published is not known: no dead link, and words that say where to look.
    let plain = plan_of(None);
    assert!(plain[0]["annotations"].get("runbook_url").is_none());
    assert!(
        plain[0]["annotations"]["runbook"]
            .as_str()
            .is_some_and(|place| place.ends_with(".md#alert/slow"))
    );
}
