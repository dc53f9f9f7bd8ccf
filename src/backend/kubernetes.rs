//! In: what an object says. Out: the object, with a head that says where it comes from.
//! Knows nothing of any kind of object.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::one_line;
use crate::plan::Plan;

/// An object with its head; it says which nodes it was made of.
pub fn object(
    plan: &Plan,
    api: &str,
    kind: &str,
    name: &str,
    namespace: Option<&str>,
    nodes: &[&str],
    spec: Value,
) -> Value {
    let mut object = head(plan, api, kind, name, namespace, nodes);
    object.insert("spec".to_owned(), spec);
    Value::Object(object)
}

/// The head alone, for an object that says what it is without a `spec`.
pub fn head(
    plan: &Plan,
    api: &str,
    kind: &str,
    name: &str,
    namespace: Option<&str>,
    nodes: &[&str],
) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!(name));
    if let Some(namespace) = namespace {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    metadata.insert("annotations".to_owned(), annotations(plan, nodes));
    let mut object = Map::new();
    object.insert("apiVersion".to_owned(), json!(api));
    object.insert("kind".to_owned(), json!(kind));
    object.insert("metadata".to_owned(), Value::Object(metadata));
    object
}

/// Where an object comes from: the spec, its version, the ids of its nodes.
pub fn annotations(plan: &Plan, nodes: &[&str]) -> Value {
    let mut all = Map::new();
    all.insert(
        "deployc/spec".to_owned(),
        json!(one_line(&plan.deployment.title.to_string())),
    );
    if let Some(version) = &plan.deployment.version {
        all.insert(
            "deployc/version".to_owned(),
            json!(one_line(&version.to_string())),
        );
    }
    all.insert("deployc/nodes".to_owned(), json!(nodes.join(", ")));
    Value::Object(all)
}

/// A name as Kubernetes takes it (a DNS label: at most 63 of a–z, 0–9 and `-`), the same for the same
/// words. A name that had to be cut ends in a hash of the whole.
pub fn dns_label(words: &str) -> String {
    dns_label_within(words, 63)
}

/// The same, with fewer letters: of an object whose name others are made of.
pub fn dns_label_within(words: &str, most: usize) -> String {
    let mut label = String::new();
    for character in words.chars() {
        match character {
            'a'..='z' | '0'..='9' => label.push(character),
            'A'..='Z' => label.push(character.to_ascii_lowercase()),
            _ if label.ends_with('-') || label.is_empty() => {}
            _ => label.push('-'),
        }
    }
    let label = label.trim_end_matches('-');
    if label.len() <= most && !label.is_empty() {
        return label.to_owned();
    }
    let hash = Sha256::digest(words.as_bytes());
    let hash: String = hash
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let kept = label[..label.len().min(most.saturating_sub(9))].trim_end_matches('-');
    format!("{}-{hash}", if kept.is_empty() { "x" } else { kept })
}
