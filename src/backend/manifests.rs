//! In: objects for a cluster. Out: files with them: YAML or JSON, together or one by one, and a
//! kustomization that lists them. Knows nothing of any kind of object.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Artifact, one_line, yaml};
use crate::plan::Plan;

/// What a target makes for a cluster.
pub struct Manifests {
    /// The words above the objects, where the form has a place for them.
    pub comment: String,
    /// What stands behind the name of the spec: `rollouts`.
    pub ending: &'static str,
    /// The objects, in the order in which they can be applied.
    pub objects: Vec<Value>,
}

/// How objects are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// YAML.
    #[default]
    Yaml,
    /// JSON: several objects as a `List`, which `kubectl apply` takes.
    Json,
}

impl Form {
    /// The ending of a file.
    pub fn ending(self) -> &'static str {
        match self {
            Form::Yaml => "yaml",
            Form::Json => "json",
        }
    }
}

/// How the files of a target are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// How objects are written.
    pub form: Form,
    /// Whether each object has a file of its own, in a folder that is named after the spec.
    pub split: bool,
}

impl Manifests {
    /// Objects with the usual words above them and some more.
    pub fn new(plan: &Plan, ending: &'static str, objects: Vec<Value>, more: &str) -> Self {
        let mut comment = format!(
            "{}\nMade by deployc from {}: change that file, not this one.",
            one_line(&plan.deployment.title.to_string()),
            one_line(&plan.deployment.origin.file),
        );
        if !more.is_empty() {
            comment.push('\n');
            comment.push_str(more);
        }
        Manifests {
            comment,
            ending,
            objects,
        }
    }

    /// The files; none where there are no objects.
    pub fn files(&self, stem: &str, layout: Layout) -> Vec<Artifact> {
        if self.objects.is_empty() {
            return Vec::new();
        }
        let name = format!("{stem}.{}", self.ending);
        if !layout.split {
            return vec![file(
                format!("{name}.{}", layout.form.ending()),
                self.text(&self.objects, layout.form),
            )];
        }
        let mut taken = BTreeSet::new();
        self.objects
            .iter()
            .map(|object| {
                let word = |field: &Value| field.as_str().unwrap_or_default().to_owned();
                let kind = word(&object["kind"]).to_ascii_lowercase();
                let own = format!("{kind}-{}", word(&object["metadata"]["name"]));
                let mut free = own.clone();
                if taken.contains(&free) {
                    // The same name in another namespace.
                    free = format!("{own}-{}", word(&object["metadata"]["namespace"]));
                }
                let mut number = 2;
                while !taken.insert(free.clone()) {
                    free = format!("{own}-{number}");
                    number += 1;
                }
                file(
                    format!("{name}/{free}.{}", layout.form.ending()),
                    self.text(std::slice::from_ref(object), layout.form),
                )
            })
            .collect()
    }

    fn text(&self, objects: &[Value], form: Form) -> String {
        match (form, objects) {
            (Form::Yaml, objects) => yaml::stream(&self.comment, objects),
            (Form::Json, [one]) => format!("{one:#}\n"),
            (Form::Json, several) => {
                let list = json!({ "apiVersion": "v1", "kind": "List", "items": several });
                format!("{list:#}\n")
            }
        }
    }
}

fn file(path: String, text: String) -> Artifact {
    Artifact {
        path,
        text,
        executable: false,
    }
}

/// A kustomization of these files, in their order.
pub fn kustomization(files: &[&str]) -> Artifact {
    let object = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": files,
    });
    file(
        "kustomization.yaml".to_owned(),
        yaml::stream("Made by deployc.", &[object]),
    )
}
