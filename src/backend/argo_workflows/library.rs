//! The templates of a workflow in the making, in the order in which they were begun, and how they are
//! told apart: Argo Workflows takes 200 templates in an object and 200 tasks in a DAG.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// So many templates stand in one object. Argo takes 200.
pub const MOST_TEMPLATES: usize = 190;

/// So many steps stand in one DAG; each may bring a second task for its failure. Argo takes 200 tasks.
pub const MOST_STEPS: usize = 90;

/// A task of a DAG, or a step.
#[derive(Clone, Debug)]
pub struct Task {
    /// The template that does it.
    pub template: String,
    /// Its arguments.
    pub arguments: Vec<(String, String)>,
    /// What must hold for it to be done.
    pub when: Option<String>,
}

impl Task {
    /// A task without arguments.
    pub fn of(template: impl Into<String>) -> Task {
        Task {
            template: template.into(),
            arguments: Vec::new(),
            when: None,
        }
    }

    /// With an argument more.
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Task {
        self.arguments.push((name.into(), value.into()));
        self
    }

    /// Only where this holds.
    pub fn only(mut self, when: impl Into<String>) -> Task {
        self.when = Some(when.into());
        self
    }

    /// As a step; `caught` where what fails is looked at by the next one.
    pub fn step(&self, name: &str, caught: bool) -> Value {
        let mut step = self.value(name, "");
        if caught {
            step["continueOn"] = json!({ "failed": true, "error": true });
        }
        step
    }

    /// Only where a step before it failed.
    pub fn where_failed(self, step: &str) -> Task {
        self.only(format!(
            "{{{{=steps['{step}'].status == 'Failed' || steps['{step}'].status == 'Error'}}}}"
        ))
    }

    /// As Argo reads it.
    pub fn value(&self, name: &str, depends: &str) -> Value {
        let mut out = Map::new();
        out.insert("name".to_owned(), json!(name));
        out.insert("template".to_owned(), json!(self.template));
        if !self.arguments.is_empty() {
            let parameters: Vec<Value> = self
                .arguments
                .iter()
                .map(|(name, value)| json!({ "name": name, "value": value }))
                .collect();
            out.insert("arguments".to_owned(), json!({ "parameters": parameters }));
        }
        if !depends.is_empty() {
            out.insert("depends".to_owned(), json!(depends));
        }
        if let Some(when) = &self.when {
            out.insert("when".to_owned(), json!(when));
        }
        Value::Object(out)
    }
}

/// All templates.
#[derive(Default)]
pub struct Library {
    templates: Vec<(String, Option<Value>)>,
    taken: BTreeSet<String>,
}

/// A name as tasks and templates take it: letters, digits and `-`, with a letter in front.
pub fn name_of(id: &str) -> String {
    let mut out = String::new();
    for letter in id.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => out.push(letter),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    let mut out = out.trim_end_matches('-').to_owned();
    if !out.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        out.insert_str(0, "n-");
    }
    // Argo takes 128; a number may follow.
    out.truncate(110);
    out.trim_end_matches('-').to_owned()
}

/// A name that is not among those taken, and is from then on.
pub fn free(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = wanted.to_owned();
    let mut number = 2;
    while !taken.insert(free.clone()) {
        free = format!("{wanted}-{number}");
        number += 1;
    }
    free
}

impl Library {
    /// A place and a name for a template that follows.
    pub fn take(&mut self, id: &str) -> String {
        let name = free(&name_of(id), &mut self.taken);
        self.templates.push((name.clone(), None));
        name
    }

    /// Keeps names for templates that are put at the end.
    pub fn reserve(&mut self, names: &[&str]) {
        self.taken
            .extend(names.iter().map(|name| (*name).to_owned()));
    }

    /// A template under a name that was kept for it.
    pub fn put_reserved(&mut self, name: &str, body: Value) {
        self.templates.push((name.to_owned(), None));
        self.put(name, &[], body);
    }

    /// The template of a name that was taken; it says which nodes it was made of.
    pub fn put(&mut self, name: &str, nodes: &[&str], body: Value) {
        let mut template = Map::new();
        template.insert("name".to_owned(), json!(name));
        if !nodes.is_empty() {
            template.insert(
                "metadata".to_owned(),
                json!({ "annotations": { "deployc/nodes": nodes.join(", ") } }),
            );
        }
        if let Value::Object(body) = body {
            template.extend(body);
        }
        if let Some(place) = self.templates.iter_mut().find(|(other, _)| other == name) {
            place.1 = Some(Value::Object(template));
        }
    }

    /// The templates in parts that Argo takes, the first of them under `first`, the others under names
    /// made from it. A task that needs a template of another part says of which.
    pub fn parts(self, first: &str, name: impl Fn(usize) -> String) -> Vec<(String, Vec<Value>)> {
        let all: Vec<(String, Value)> = self
            .templates
            .into_iter()
            .filter_map(|(name, template)| Some((name, template?)))
            .collect();
        let mut place: BTreeMap<String, usize> = BTreeMap::new();
        for (index, (name, _)) in all.iter().enumerate() {
            place.insert(name.clone(), index / MOST_TEMPLATES);
        }
        let part = |index: usize| match index {
            0 => first.to_owned(),
            index => name(index + 1),
        };
        let mut parts: Vec<(String, Vec<Value>)> = Vec::new();
        for (index, (_, mut template)) in all.into_iter().enumerate() {
            let here = index / MOST_TEMPLATES;
            if here == parts.len() {
                parts.push((part(here), Vec::new()));
            }
            for_each_task(&mut template, &mut |task| {
                let Some(there) = task
                    .get("template")
                    .and_then(Value::as_str)
                    .and_then(|name| place.get(name))
                else {
                    return;
                };
                if *there != here {
                    refer(task, &part(*there));
                }
            });
            parts[here].1.push(template);
        }
        parts
    }
}

fn for_each_task(template: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    if let Some(tasks) = template.pointer_mut("/dag/tasks") {
        for task in tasks.as_array_mut().into_iter().flatten() {
            task.as_object_mut().into_iter().for_each(&mut *visit);
        }
    }
    if let Some(steps) = template.get_mut("steps") {
        for step in steps.as_array_mut().into_iter().flatten() {
            for task in step.as_array_mut().into_iter().flatten() {
                task.as_object_mut().into_iter().for_each(&mut *visit);
            }
        }
    }
}

/// The same task, with the template of another object.
fn refer(task: &mut Map<String, Value>, object: &str) {
    let old = std::mem::take(task);
    for (key, value) in old {
        if key == "template" {
            task.insert(
                "templateRef".to_owned(),
                json!({ "name": object, "template": value }),
            );
        } else {
            task.insert(key, value);
        }
    }
}
