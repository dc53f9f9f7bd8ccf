//! The plan as JSON: every plan keeps to the schema, and the schema refuses everything else.

mod damaged;
mod page;
mod schedule;
mod symbols;

use std::collections::BTreeSet;

use deployc::backend::plan_json::{self, PlanJson};
use deployc::backend::{Backend, Embedded, Fidelity, account};
use deployc::compile;
use deployc::plan::{Edge, EdgeKind, Plan};
use deployc::source::NoFiles;
use serde_json::Value;

use crate::specs;

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::new(&plan_json::schema()).expect("the schema is one")
}

fn json(plan: &Plan) -> Value {
    serde_json::from_str(&plan_json::text(plan)).expect("the plan is JSON")
}

#[test]
fn every_plan_keeps_to_the_schema() {
    let validator = validator();
    let mut seen = BTreeSet::new();
    for (path, plan) in specs::plans() {
        let json = json(&plan);
        let wrong: Vec<String> = validator
            .iter_errors(&json)
            .map(|error| format!("{}: {error:.200}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{path}: {wrong:#?}");
        seen.extend(plan.walk().map(|node| node.work.kind()));
    }
    let unseen: Vec<&str> = page::kinds()
        .into_iter()
        .map(|kind| kind.name)
        .filter(|kind| !seen.contains(kind.as_str()))
        .map(|kind| &*kind.leak())
        .collect();
    assert_eq!(unseen, [""; 0], "no example has a node of these kinds");
}

#[test]
fn the_schema_is_a_schema_and_says_what_it_describes() {
    let schema = plan_json::schema();
    jsonschema::meta::validate(&schema).expect("it keeps to draft 2020-12");
    let mut nameless = Vec::new();
    describe("", &schema, &mut nameless);
    assert_eq!(nameless, [""; 0], "without a title or a description");
    let text = schema.to_string();
    assert!(!text.contains("\"null\""), "what is unknown is absent");
    assert!(!text.contains("$id"), "a schema is where it is");
}

/// Definitions have a title and a description, properties a description or a definition.
fn describe(at: &str, schema: &Value, nameless: &mut Vec<String>) {
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        if definition["title"].as_str() != Some(name) || !definition["description"].is_string() {
            nameless.push(format!("{at}/$defs/{name}"));
        }
        describe(&format!("{at}/$defs/{name}"), definition, nameless);
    }
    for keyword in ["oneOf", "anyOf"] {
        for branch in schema[keyword].as_array().into_iter().flatten() {
            describe(&format!("{at}/{keyword}"), branch, nameless);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let tag = property["const"].is_string();
        let one_word = schema["additionalProperties"] == Value::Bool(false);
        if !tag && !one_word && !property["description"].is_string() {
            nameless.push(format!("{at}/{name}"));
        }
    }
}

#[test]
fn the_file_is_the_same_every_time_and_ends_with_a_line_break() {
    for (path, plan) in specs::plans() {
        let made = PlanJson
            .emit(&plan, "checkout", &Embedded)
            .expect("a plan is always written");
        let [file] = made.as_slice() else {
            panic!("{path}: {} files", made.len());
        };
        assert_eq!(file.path, "checkout.plan.json");
        assert!(!file.executable);
        assert!(
            file.text
                .starts_with("{\n  \"plan\": 2,\n  \"deployment\": {")
        );
        assert!(file.text.ends_with("}\n"));
        assert_eq!(file.text, plan_json::text(&specs::plan_of(&path)));
        assert!(
            account(&PlanJson, &plan)
                .iter()
                .all(|node| node.fidelity == Fidelity::Exact)
        );
    }
}

#[test]
fn ids_are_unique_and_everything_that_is_named_is_there() {
    for (path, plan) in specs::plans() {
        let ids: Vec<&str> = plan.walk().map(|node| node.id.as_str()).collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{path}: an id stands twice");
        let ordered: BTreeSet<&str> = plan.order.iter().map(String::as_str).collect();
        assert_eq!(known, ordered, "{path}: the order has all nodes");
        assert_eq!(
            plan.order.len(),
            ids.len(),
            "{path}: the order has each once"
        );
        for edge in &plan.edges {
            assert!(known.contains(edge.from.as_str()), "{path}: {edge:?}");
            assert!(known.contains(edge.to.as_str()), "{path}: {edge:?}");
            let through = edge.through.as_deref().unwrap_or(&edge.to);
            assert!(known.contains(through), "{path}: {edge:?}");
        }
        for node in plan.walk() {
            for child in &node.children {
                let inside = child.id.strip_prefix(&node.id);
                assert!(
                    inside.is_some_and(|rest| rest.starts_with('/')),
                    "{path}: `{}` stands in `{}`",
                    child.id,
                    node.id
                );
            }
            assert!(node.origin.line >= 1 && node.origin.column >= 1);
        }
    }
}

/// A rule is armed while traffic moves; where none does, while something is changed.
#[test]
fn a_rule_guards_what_moves_traffic_or_else_what_changes() {
    let reached = |middle: &str, kind: EdgeKind| -> Vec<String> {
        let text = format!(
            "edition 2026\ndeployment \"D\" {{ version \"v1\" }}\nservice shop \"Shop\" {{ traffic istio \"shop\" }}\nmetric n \"N\" : percent\nrollback back \"Back\" {{ run `true` }}\nseverity s \"S\" {{\n  when n > 5%\n  then rollback back\n}}\nphase look \"Look\" {{ check \"A\" }}\nphase change \"Change\" {{ run `kubectl rollout restart deployment/shop` undo `true` }}\nphase middle \"Middle\" {{ {middle} }}\nphase end \"End\" {{ check \"B\" }}\n"
        );
        let compilation = compile::check("spec.deploy", text, &NoFiles);
        let plan = compile::plan(&compilation).expect("it has a plan");
        let edges: Vec<&Edge> = plan.edges.iter().filter(|edge| edge.kind == kind).collect();
        assert_eq!(edges.len(), 1, "one to the whole stretch: {edges:?}");
        let nodes = plan.stretches().reached(edges[0]).into_iter();
        nodes.map(|node| node.id.clone()).collect()
    };
    let shift = "shift shop to 10%";
    assert_eq!(reached(shift, EdgeKind::Guards), ["middle"]);
    assert_eq!(reached(shift, EdgeKind::Undoes), ["middle", "change"]);
    let check = "check \"C\"";
    assert_eq!(reached(check, EdgeKind::Guards), ["change"]);
    assert_eq!(reached(check, EdgeKind::Undoes), ["change"]);
    // What is changed for good is changed.
    let gone = "run drop `./drop` irreversible \"the rows are gone\"";
    assert_eq!(reached(gone, EdgeKind::Guards), ["change", "middle"]);
    assert_eq!(reached(gone, EdgeKind::Undoes), ["change"]);
    // A stretch goes over what stands in it and changes nothing.
    let three = "shift shop to 10%\n}\nphase wait \"Wait\" { check \"C\" }\nphase full \"Full\" { shift shop to 100%";
    assert_eq!(reached(three, EdgeKind::Guards), ["middle", "wait", "full"]);
    assert_eq!(
        reached(three, EdgeKind::Undoes),
        ["full", "middle", "change"]
    );
}

#[test]
fn the_order_keeps_what_is_written_and_what_is_said() {
    for (path, plan) in specs::plans() {
        let place = |id: &str| {
            plan.order
                .iter()
                .position(|other| other == id)
                .unwrap_or_else(|| panic!("{path}: `{id}` is in no order"))
        };
        for edge in &plan.edges {
            match edge.kind {
                EdgeKind::Sequence | EdgeKind::After => {
                    assert!(place(&edge.from) < place(&edge.to), "{path}: {edge:?}");
                }
                EdgeKind::Guards | EdgeKind::Undoes => {}
            }
        }
        for node in plan.walk() {
            for child in &node.children {
                assert!(place(&node.id) < place(&child.id), "{path}: {}", child.id);
            }
        }
        let written: Vec<&str> = plan.walk().map(|node| node.id.as_str()).collect();
        if !plan.walk().any(|node| !node.after.is_empty()) {
            assert_eq!(
                plan.order, written,
                "{path}: nothing forbids the order written"
            );
        }
    }
}
