//! Plans and objects for a cluster: JSON and YAML are read back, queries are queries, names are names.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use deployc::backend::plan_json;
use deployc::plan::Plan;
use serde_json::Value;

use crate::oracles::{Failure, difference, failure};

/// The value that a text of JSON is.
pub fn json(name: &str, text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text)
        .map_err(|error| failure(format!("{name}: no JSON"), format!("{error}\n{text}")))
}

/// A stream of YAML is read as the objects that were written.
pub fn yaml(name: &str, text: &str, objects: Option<&[Value]>) -> Result<(), Failure> {
    let read: Vec<Value> = serde_saphyr::from_multiple(text)
        .map_err(|error| failure(format!("{name}: no YAML"), format!("{error}\n{text}")))?;
    if let Some(objects) = objects
        && read != objects
    {
        let show = |objects: &[Value]| serde_json::to_string_pretty(objects).unwrap_or_default();
        return Err(failure(
            format!("{name}: YAML is read as something else"),
            difference(&show(&read), &show(objects)),
        ));
    }
    read.iter().try_for_each(|object| queries(name, object))
}

/// Every query that is no template can be read.
fn queries(name: &str, value: &Value) -> Result<(), Failure> {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                if let (true, Some(query)) =
                    (matches!(field.as_str(), "expr" | "query"), value.as_str())
                    && !query.contains("{{")
                    && let Err(error) = promql_parser::parser::parse(query)
                {
                    return Err(failure(
                        format!("{name}: no PromQL"),
                        format!("{error}\n{query}"),
                    ));
                }
                queries(name, value)?;
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| queries(name, item)),
        _ => Ok(()),
    }
}

/// Whether a cluster takes it as the name of an object.
fn is_name(name: &str) -> bool {
    let edge =
        |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = name.as_bytes();
    name.len() <= 253
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
}

/// Every object has a kind and a name that no other one of its kind has; templates of a workflow are
/// there and are called by their names.
pub fn are_named(target: &str, objects: &[Value]) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    for object in objects {
        let word = |field: &Value| field.as_str().unwrap_or_default().to_owned();
        let meta = &object["metadata"];
        let own = (
            word(&object["kind"]),
            word(&meta["name"]),
            word(&meta["namespace"]),
        );
        if own.0.is_empty() || word(&object["apiVersion"]).is_empty() {
            return Err(failure(
                format!("{target}: an object without a kind"),
                object.to_string(),
            ));
        }
        if !is_name(&own.1) {
            return Err(failure(
                format!("{target}: an object without a name"),
                own.1,
            ));
        }
        if !seen.insert(own.clone()) {
            return Err(failure(
                format!("{target}: two objects of one name"),
                format!("{own:?}"),
            ));
        }
        workflow(target, &object["spec"])?;
    }
    Ok(())
}

fn workflow(target: &str, spec: &Value) -> Result<(), Failure> {
    let Some(templates) = spec["templates"].as_array() else {
        return Ok(());
    };
    let mut names = BTreeSet::new();
    for template in templates {
        let name = template["name"].as_str().unwrap_or_default();
        if !is_name(name) || !names.insert(name) {
            return Err(failure(
                format!("{target}: templates of one name, or none"),
                name,
            ));
        }
    }
    for template in templates {
        let tasks = template["dag"]["tasks"].as_array().into_iter().flatten();
        let steps = template["steps"].as_array().into_iter().flatten();
        let steps = steps.flat_map(|step| step.as_array().into_iter().flatten());
        let tasks: Vec<&Value> = tasks.chain(steps).collect();
        let mut own = BTreeSet::new();
        for task in &tasks {
            let name = task["name"].as_str().unwrap_or_default();
            if name.is_empty() || !own.insert(name) {
                return Err(failure(
                    format!("{target}: tasks of one name, or none"),
                    format!("{name} in {}", template["name"]),
                ));
            }
            if let Some(called) = task["template"].as_str()
                && !called.contains("{{")
                && !names.contains(called)
            {
                return Err(failure(
                    format!("{target}: a template is called that is not there"),
                    called,
                ));
            }
        }
        for task in &tasks {
            let depends = task["depends"].as_str().unwrap_or_default();
            let words = depends
                .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
            for word in words.filter(|word| !word.is_empty()) {
                let name = word.split('.').next().unwrap_or_default();
                if !own.contains(name) {
                    return Err(failure(
                        format!("{target}: waits for a task that is not there"),
                        format!("{name} in {depends}"),
                    ));
                }
            }
        }
    }
    Ok(())
}

thread_local! {
    static SCHEMA: OnceCell<Option<jsonschema::Validator>> = const { OnceCell::new() };
}

/// The plan is what its schema says.
pub fn plan_fits_its_schema(plan: &Plan) -> Result<(), Failure> {
    let value = json("plan", &plan_json::text(plan))?;
    SCHEMA.with(|schema| {
        let schema = schema.get_or_init(|| jsonschema::validator_for(&plan_json::schema()).ok());
        let Some(schema) = schema else {
            return Err(failure("plan: its schema is none", ""));
        };
        match schema.validate(&value) {
            Ok(()) => Ok(()),
            Err(error) => Err(failure(
                "plan: not what its schema says",
                format!("{error} at {}", error.instance_path()),
            )),
        }
    })
}
