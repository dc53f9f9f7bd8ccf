//! Plans with one thing wrong each: the schema refuses every one of them.

use serde_json::{Value, json};

use super::{json, validator};
use crate::specs;

type Damage = fn(&mut Value);

/// The first node of a kind, wherever it stands.
fn node<'a>(plan: &'a mut Value, kind: &str) -> &'a mut Value {
    find(&mut plan["nodes"], &|value| {
        value["kind"] == kind && value["id"].is_string()
    })
    .unwrap_or_else(|| panic!("there is a {kind}"))
}

/// The first condition on a metric.
fn measured(plan: &mut Value) -> &mut Value {
    find(&mut plan["nodes"], &|value| {
        value["condition"] == "measured"
    })
    .expect("something is measured")
}

fn find<'a>(value: &'a mut Value, wanted: &dyn Fn(&Value) -> bool) -> Option<&'a mut Value> {
    if wanted(value) {
        return Some(value);
    }
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, wanted)),
        Value::Object(fields) => fields.values_mut().find_map(|field| find(field, wanted)),
        _ => None,
    }
}

fn remove(value: &mut Value, field: &str) {
    let removed = value
        .as_object_mut()
        .and_then(|object| object.shift_remove(field));
    assert!(removed.is_some(), "`{field}` is there");
}

const DAMAGES: &[(&str, Damage)] = &[
    ("an unknown field of the plan", |plan| {
        plan["colour"] = json!("red")
    }),
    ("an unknown field of the head", |plan| {
        plan["deployment"]["colour"] = json!("red")
    }),
    ("another version", |plan| plan["plan"] = json!(3)),
    ("no version", |plan| remove(plan, "plan")),
    ("a node of an unknown kind", |plan| {
        node(plan, "phase")["kind"] = json!("stage")
    }),
    ("a node without a kind", |plan| {
        remove(node(plan, "check"), "kind")
    }),
    ("a node without an id", |plan| {
        remove(node(plan, "check"), "id")
    }),
    ("a node without an origin", |plan| {
        remove(node(plan, "check"), "origin")
    }),
    ("an unknown field of a node", |plan| {
        node(plan, "check")["color"] = json!("red")
    }),
    ("a field of another kind", |plan| {
        node(plan, "phase")["command"] = json!({"text": "ls", "language": "sh"})
    }),
    ("a command that is a text", |plan| {
        node(plan, "run")["command"] = json!("ls")
    }),
    ("an unknown field of a command", |plan| {
        node(plan, "run")["command"]["shell"] = json!("zsh")
    }),
    ("an unknown effect", |plan| {
        node(plan, "run")["effect"] = json!("harmless")
    }),
    ("an undo without its command", |plan| {
        let undone = find(&mut plan["nodes"], &|value| value["effect"] == "undo");
        remove(undone.expect("something is undone"), "undo");
    }),
    ("an undo of what only reads", |plan| {
        let reading = find(&mut plan["nodes"], &|value| value["effect"] == "reads-only");
        reading.expect("something only reads")["undo"] = json!({"text": "ls", "language": "sh"});
    }),
    ("an unknown comparator", |plan| {
        measured(plan)["comparator"] = json!("=<")
    }),
    ("an unknown bound", |plan| {
        measured(plan)["bound"] = json!("near-enough")
    }),
    ("an unknown field of a condition", |plan| {
        measured(plan)["hopefully"] = json!(true)
    }),
    ("a value without its dimension", |plan| {
        let compared = find(&mut plan["nodes"], &|value| value["bound"] == "compare");
        remove(
            &mut compared.expect("something is compared")["value"],
            "kind",
        );
    }),
    ("a value that is a bare number", |plan| {
        let compared = find(&mut plan["nodes"], &|value| value["bound"] == "compare");
        compared.expect("something is compared")["value"] = json!(0.5);
    }),
    ("a value that is no number", |plan| {
        let compared = find(&mut plan["nodes"], &|value| value["bound"] == "compare");
        compared.expect("something is compared")["value"]["value"] = json!("a lot");
    }),
    ("an unknown action", |plan| {
        let rule = node(plan, "severity");
        rule["then"][0]["action"] = json!("hope");
    }),
    ("an action with the field of another", |plan| {
        let rule = node(plan, "severity");
        rule["then"][0]["procedure"] = json!("procedure/investigate");
    }),
    ("an unknown kind of edge", |plan| {
        plan["edges"][0]["kind"] = json!("blocks")
    }),
    ("an edge from nowhere", |plan| {
        remove(&mut plan["edges"][0], "from")
    }),
    ("a schedule in words", |plan| {
        node(plan, "phase")["schedule"]["starts_seconds"] = json!("soon")
    }),
    ("an unknown time of a schedule", |plan| {
        node(plan, "phase")["schedule"]["ends_minutes"] = json!(5)
    }),
    ("nothing where something may be absent", |plan| {
        node(plan, "check")["status"] = Value::Null
    }),
    ("an unknown no-data policy", |plan| {
        plan["metrics"][0]["no_data"] = json!("guess")
    }),
    ("an unknown field of a metric", |plan| {
        plan["metrics"][0]["threshold"] = json!(5)
    }),
    ("a secret with its value", |plan| {
        plan["secrets"] = json!([{"name": "a", "variable": "A", "value": "b"}])
    }),
    ("a text with an unknown piece", |plan| {
        plan["deployment"]["title"] = json!(["Video ", {"secret": "token"}])
    }),
    ("children that are not nodes", |plan| {
        node(plan, "phase")["children"] = json!(["check"])
    }),
    ("an unknown field deep inside", |plan| {
        let holds = |value: &Value| value["kind"] == "hold" && value["children"].is_array();
        let hold = find(&mut plan["nodes"], &holds);
        hold.expect("a hold with checks")["children"][0]["origin"]["byte"] = json!(7);
    }),
];

#[test]
fn the_schema_refuses_what_nothing_describes() {
    let validator = validator();
    let whole = json(&specs::plan_of("examples/video-ranking.deploy"));
    assert!(validator.is_valid(&whole));
    let mut accepted = Vec::new();
    for (what, damage) in DAMAGES {
        let mut damaged = whole.clone();
        damage(&mut damaged);
        assert_ne!(damaged, whole, "{what}: nothing was damaged");
        if validator.is_valid(&damaged) {
            accepted.push(*what);
        }
    }
    assert_eq!(accepted, [""; 0]);
}

/// At every object of a plan, one property more.
#[test]
fn no_object_of_a_plan_takes_a_property_that_nothing_describes() {
    let validator = validator();
    let whole = json(&specs::plan_of("examples/hsc-jit.deploy"));
    let mut places = Vec::new();
    objects(&whole, String::new(), &mut places);
    assert!(places.len() > 300, "{} places", places.len());
    let mut accepted = Vec::new();
    for place in &places {
        // What a message's fields and a command's environment are called is for the spec to say.
        if place.ends_with("/environment") || place.ends_with("/fields") {
            continue;
        }
        let mut damaged = whole.clone();
        let object = damaged.pointer_mut(place).expect("the place is there");
        object["x-unknown"] = json!(1);
        if validator.is_valid(&damaged) {
            accepted.push(place.as_str());
        }
    }
    assert_eq!(accepted, [""; 0]);
}

fn objects(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                objects(field, format!("{at}/{name}"), places);
            }
            places.push(at);
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                objects(item, format!("{at}/{index}"), places);
            }
        }
        _ => {}
    }
}
