//! The schema of the plan's JSON: what the types say, made strict.
//!
//! The types say what may stand in a plan; a reader also wants to hear of what may not. So every
//! value refuses the properties that nothing describes, and nothing is ever `null`: what is
//! unknown is absent.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::plan::{Plan, VERSION};

type Object = Map<String, Value>;

/// Keywords whose schemas describe the same value as the schema around them.
const SAME_VALUE: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// Where the definitions stand.
const DEFINITIONS: &str = "$defs";

/// The schema of a plan (JSON Schema, draft 2020-12). It has no `$id`: it is known by where it is.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let made = settings.into_generator().into_root_schema_for::<Plan>();
    let mut root = match made.to_value() {
        Value::Object(root) => root,
        other => return other,
    };
    let mut definitions = match root.remove(DEFINITIONS) {
        Some(Value::Object(definitions)) => definitions,
        _ => Object::new(),
    };
    for (name, definition) in &mut definitions {
        tidy(definition);
        if let Value::Object(definition) = definition {
            definition.insert("title".into(), json!(name));
        }
    }
    let mut plan = Value::Object(root);
    tidy(&mut plan);
    let mut parts: BTreeSet<String> = BTreeSet::new();
    for schema in definitions.values().chain([&plan]) {
        find_parts(schema, &mut parts);
    }
    for (name, definition) in &mut definitions {
        refuse_inside(definition, &parts);
        if !parts.contains(name) {
            refuse(definition);
        }
    }
    refuse_inside(&mut plan, &parts);
    refuse(&mut plan);
    let mut first = Object::new();
    if let Value::Object(mut plan) = plan {
        for keyword in ["$schema", "title", "description"] {
            if let Some(value) = plan.remove(keyword) {
                first.insert(keyword.into(), value);
            }
        }
        first.extend(plan);
    }
    if let Some(version) = first
        .get_mut("properties")
        .and_then(|properties| properties.get_mut("plan"))
    {
        *version = json!({ "const": VERSION, "description": "The version of this format." });
    }
    first.insert(DEFINITIONS.into(), Value::Object(definitions));
    Value::Object(first)
}

/// Descriptions in one line, titles for the kinds of a thing, no `null`, and no formats that only
/// Rust knows.
fn tidy(schema: &mut Value) {
    without_null(schema);
    let Value::Object(object) = schema else {
        return;
    };
    object.remove("format");
    if let Some(Value::String(description)) = object.get_mut("description") {
        *description = description.replace("\n\n", "\u{0}").replace('\n', " ");
        *description = description.replace('\u{0}', "\n\n");
    }
    for keyword in SAME_VALUE {
        for branch in schemas(object.get_mut(keyword)) {
            if let Some(kind) = tag(branch)
                && let Value::Object(branch) = branch
            {
                branch.insert("title".into(), json!(kind));
            }
            tidy(branch);
        }
    }
    for inner in values_inside(object) {
        tidy(inner);
    }
}

/// The word by which a branch of a tagged type is known.
fn tag(branch: &Value) -> Option<String> {
    let properties = branch.get("properties")?.as_object()?;
    let (_, first) = properties.iter().next()?;
    Some(first.get("const")?.as_str()?.to_owned())
}

/// What is unknown is absent, so an optional value has the schema of the value.
fn without_null(schema: &mut Value) {
    let Value::Object(object) = schema else {
        return;
    };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|of| of != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    let Some(Value::Array(branches)) = object.get_mut("anyOf") else {
        return;
    };
    branches.retain(|branch| branch.get("type") != Some(&json!("null")));
    if let [Value::Object(_)] = branches.as_slice()
        && let Some(Value::Object(mut only)) = branches.pop()
    {
        object.remove("anyOf");
        if let Some(description) = object.remove("description") {
            only.insert("description".into(), description);
        }
        object.append(&mut only);
    }
}

/// The names of the definitions that are a part of another one, with more properties beside them.
fn find_parts(schema: &Value, parts: &mut BTreeSet<String>) {
    let Value::Object(object) = schema else {
        return;
    };
    for keyword in SAME_VALUE {
        for branch in object
            .get(keyword)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            parts.extend(referred(branch));
        }
    }
    if object.contains_key("properties") {
        parts.extend(referred(schema));
    }
    for value in object.values() {
        match value {
            Value::Object(_) => find_parts(value, parts),
            Value::Array(list) => {
                for value in list {
                    find_parts(value, parts);
                }
            }
            _ => {}
        }
    }
}

fn referred(schema: &Value) -> Option<String> {
    let address = schema.get("$ref")?.as_str()?;
    Some(address.rsplit('/').next()?.to_owned())
}

/// Makes every value inside a schema refuse what nothing describes.
fn refuse_inside(schema: &mut Value, parts: &BTreeSet<String>) {
    let Value::Object(object) = schema else {
        return;
    };
    for keyword in SAME_VALUE {
        for branch in schemas(object.get_mut(keyword)) {
            refuse_inside(branch, parts);
        }
    }
    for inner in values_inside(object) {
        refuse_inside(inner, parts);
        // A definition that is no part of another refuses by itself.
        match referred(inner) {
            Some(name) if !parts.contains(&name) => {}
            Some(_) | None => refuse(inner),
        }
    }
}

/// Refuses what nothing describes, where the value may be an object.
fn refuse(schema: &mut Value) {
    if may_be_object(schema)
        && let Value::Object(object) = schema
        && !object.contains_key("additionalProperties")
    {
        object.insert("unevaluatedProperties".into(), json!(false));
    }
}

fn may_be_object(schema: &Value) -> bool {
    schema.get("properties").is_some()
        || schema.get("$ref").is_some()
        || SAME_VALUE.iter().any(|keyword| {
            let branches = schema.get(*keyword).and_then(Value::as_array);
            branches.into_iter().flatten().any(may_be_object)
        })
}

fn schemas(list: Option<&mut Value>) -> &mut [Value] {
    list.and_then(Value::as_array_mut)
        .map(Vec::as_mut_slice)
        .unwrap_or_default()
}

/// The schemas of the values that stand inside a value: its properties and its items.
fn values_inside(object: &mut Object) -> Vec<&mut Value> {
    let mut inside = Vec::new();
    for (keyword, value) in object.iter_mut() {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => inside.extend(properties.values_mut()),
            ("items" | "additionalProperties", value) => inside.push(value),
            _ => {}
        }
    }
    inside
}
