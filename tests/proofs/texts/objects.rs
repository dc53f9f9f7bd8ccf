//! YAML and pictures: the same objects and the same shapes, whatever the words in them.

use std::collections::BTreeMap;

use deployc::backend::argo_rollouts::ArgoRollouts;
use deployc::backend::argo_workflows::ArgoWorkflows;
use deployc::backend::flagger::Flagger;
use deployc::backend::graph::{Form, View, chart};
use deployc::backend::prometheus::{Prometheus, RuleFile};
use deployc::backend::{Backend, timeline};
use deployc::plan::Plan;
use serde_json::Value;

use super::built;
use super::html::read;
use super::markdown::same;
use super::slots::Filled;

const TARGETS: [&dyn Backend; 5] = [
    &ArgoRollouts,
    &ArgoWorkflows,
    &Flagger,
    &Prometheus,
    &RuleFile,
];

/// Everything that is drawn and every object, without the words.
pub struct Baseline(BTreeMap<String, Vec<String>>);

impl Baseline {
    pub fn of(plan: &Plan) -> Baseline {
        let shapes = shapes("harmless words", plan);
        assert!(shapes.len() >= 9, "{:?}", shapes.keys());
        Baseline(shapes)
    }

    pub fn holds(&self, filled: &Filled<'_>) {
        let seen = shapes(filled.payload, &filled.plan);
        assert_eq!(
            seen.keys().collect::<Vec<_>>(),
            self.0.keys().collect::<Vec<_>>()
        );
        for (name, shape) in seen {
            same(
                &format!("{} in {name}", filled.payload),
                &shape,
                &self.0[&name],
            );
        }
    }
}

fn shapes(payload: &str, plan: &Plan) -> BTreeMap<String, Vec<String>> {
    let mut shapes = BTreeMap::new();
    for target in TARGETS {
        for artifact in built(target, plan) {
            if !artifact.path.ends_with(".yaml") {
                continue;
            }
            let objects: Vec<Value> =
                serde_saphyr::from_multiple(&artifact.text).unwrap_or_else(|error| {
                    panic!("{payload:?}, {}: {error}\n{}", target.name(), artifact.text)
                });
            let mut shape = Vec::new();
            objects.iter().for_each(|object| parts(object, &mut shape));
            if target.name().starts_with("prometheus") {
                let groups = |object: &Value| match object["spec"]["groups"].is_null() {
                    true => object["groups"].clone(),
                    false => object["spec"]["groups"].clone(),
                };
                objects
                    .iter()
                    .for_each(|object| no_template(&groups(object)));
            }
            shapes.insert(format!("{} {}", target.name(), artifact.path), shape);
        }
    }
    let chart = chart(plan, View::Whole).expect("there is work");
    shapes.insert("mermaid".into(), mermaid(&chart.write(Form::Mermaid)));
    shapes.insert("dot".into(), dot(&chart.write(Form::Dot)));
    shapes.insert("svg".into(), picture(&chart.write(Form::Svg)));
    let timeline = timeline::timeline(plan).expect("times are known");
    shapes.insert("timeline".into(), picture(&timeline.svg()));
    shapes
}

/// The keys of an object and the kinds of its values.
fn parts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            out.push("{".into());
            for (name, field) in fields {
                // The controller takes an address with `;` for two, so nobody is subscribed by it. Which
                // shell a command needs is up to its text. A workflow asks for a value that it can't hold.
                if name.starts_with("notifications.argoproj.io/")
                    || matches!(name.as_str(), "command" | "value")
                {
                    continue;
                }
                out.push(name.clone());
                parts(field, out);
            }
            out.push("}".into());
        }
        Value::Array(items) => {
            out.push("[".into());
            items.iter().for_each(|item| parts(item, out));
            out.push("]".into());
        }
        Value::String(_) => out.push("text".into()),
        other => out.push(other.to_string()),
    }
}

/// Annotations are templates of Go: the only ones are ours.
fn no_template(value: &Value) {
    match value {
        Value::Object(fields) => fields.values().for_each(no_template),
        Value::Array(items) => items.iter().for_each(no_template),
        Value::String(text) => {
            let left = text.replace("{{ \"{{\" }}", "").replace("{{ $value |", "");
            assert!(!left.contains("{{"), "{text}");
        }
        _ => {}
    }
}

/// A chart without what stands between quotes, and without the names of its nodes.
fn mermaid(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| {
            let quotes: Vec<&str> = line.split('"').collect();
            assert!(matches!(quotes.len(), 1 | 3), "{line}");
            if quotes.len() == 3 {
                let label = quotes[1].replace("<br/>", "");
                assert!(
                    !label.contains(['<', '>', '`', '{', '[', '|', '\\']),
                    "{line}"
                );
                assert!(!label.chars().any(deployc::source::is_hidden), "{line}");
            }
            let words = [quotes[0], quotes.last().copied().unwrap_or_default()].concat();
            let words = words.split(|one: char| !(one.is_alphanumeric() || one == '_'));
            let named: Vec<&str> = words.filter(|word| word.starts_with("n_")).collect();
            let mut shape = [quotes[0], quotes.last().copied().unwrap_or_default()].concat();
            for name in named {
                shape = shape.replacen(name, "n", 1);
            }
            shape
        })
        .collect()
}

/// A graph without what stands between quotes, and between the tags of its labels.
fn dot(text: &str) -> Vec<String> {
    let mut shape = String::new();
    for (at, part) in text.split('"').enumerate() {
        if at % 2 == 0 {
            shape.push_str(part);
        } else {
            assert!(!part.contains(['<', '>', '\\', '\n']), "{part}");
            shape.push('"');
        }
    }
    shape
        .lines()
        .map(|line| {
            // The words of a row are what no tag is.
            let mut tags = String::new();
            let mut inside = false;
            for letter in line.trim().chars() {
                inside |= letter == '<';
                if inside || !line.contains("<td") {
                    tags.push(letter);
                }
                inside &= letter != '>';
            }
            tags
        })
        .collect()
}

/// The elements of a picture; how words are cut into lines is up to their length.
fn picture(svg: &str) -> Vec<String> {
    let (shape, lines) = read(svg);
    assert!(
        lines
            .iter()
            .all(|line| !line.chars().any(deployc::source::is_hidden))
    );
    shape
}
