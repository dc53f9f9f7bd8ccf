//! How the manifests of a build are laid out: YAML or JSON, together or one by one, with a
//! kustomization.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum;
use deployc::backend::kubernetes::dns_label;
use deployc::backend::manifests::{Form, Layout, Manifests, kustomization};
use deployc::backend::{Artifact, Backend, Templates};
use deployc::plan::Plan;
use serde_json::Value;

use super::disk;
use super::trouble::Trouble;

// The arguments that say it. (Documented, it would say so of the subcommand.)
#[derive(Debug, clap::Args)]
pub struct Laid {
    /// How manifests are written
    #[arg(long, value_enum)]
    format: Option<Written>,
    /// Give each object of a manifest a file of its own
    #[arg(long, requires = "out")]
    split: bool,
    /// Add a kustomization.yaml that lists the manifests
    #[arg(long, requires = "out")]
    kustomization: bool,
    /// Add the service account that a workflow runs as in this namespace, and its roles
    #[arg(long, value_name = "NAMESPACE", value_parser = namespace)]
    rbac: Option<String>,
}

/// The name of a namespace, as Kubernetes takes it.
fn namespace(text: &str) -> Result<String, String> {
    if !text.is_empty() && dns_label(text) == text {
        Ok(text.to_owned())
    } else {
        Err("a namespace is at most 63 small letters, digits and `-`".to_owned())
    }
}

/// The forms of `--format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Written {
    /// Objects one after the other; what nothing else is said of
    Yaml,
    /// One JSON document: several objects are a List
    Json,
}

/// The objects of a folder of the output.
#[derive(Default)]
pub struct Listed {
    folders: BTreeMap<String, Vec<String>>,
    objects: BTreeMap<(String, String), String>,
    split: Vec<String>,
}

impl Laid {
    fn layout(&self) -> Layout {
        Layout {
            form: match self.format {
                None | Some(Written::Yaml) => Form::Yaml,
                Some(Written::Json) => Form::Json,
            },
            split: self.split,
        }
    }

    /// Whether a target whose files are no manifests would not heed what is said here.
    pub fn heeded(&self, plan: &Plan, targets: &[&dyn Backend]) -> Result<(), Trouble> {
        if let Some(namespace) = &self.rbac
            && !targets
                .iter()
                .any(|target| target.manifests_with_rights(plan, "", namespace).is_some())
        {
            return Err(
                Trouble::used(format!("{} does nothing in a cluster", named(targets)))
                    .help("`--rbac` is for the target `argo-workflows`"),
            );
        }
        let asked = [
            ("--format", self.format.is_some()),
            ("--split", self.split),
            ("--kustomization", self.kustomization),
        ];
        let Some((flag, _)) = asked.into_iter().find(|(_, said)| *said) else {
            return Ok(());
        };
        if targets
            .iter()
            .any(|target| target.manifests(plan, "").is_some())
        {
            return Ok(());
        }
        Err(
            Trouble::used(format!("{} makes no manifests", named(targets))).help(format!(
                "`{flag}` is for targets such as `argo-rollouts` and `prometheus`"
            )),
        )
    }

    /// The files that a target makes of a plan, as they are to be laid out.
    pub fn files(
        &self,
        target: &dyn Backend,
        plan: &Plan,
        stem: &str,
        templates: &dyn Templates,
    ) -> Result<(Vec<Artifact>, Option<Manifests>), Trouble> {
        let with_rights = self
            .rbac
            .as_ref()
            .and_then(|namespace| target.manifests_with_rights(plan, stem, namespace));
        match with_rights.or_else(|| target.manifests(plan, stem)) {
            Some(manifests) => Ok((manifests.files(stem, self.layout()), Some(manifests))),
            None => target
                .emit(plan, stem, templates)
                .map(|artifacts| (artifacts, None))
                .map_err(Trouble::used),
        }
    }

    /// Remembers the manifests at these paths below the output folder. Of two objects with one name a
    /// cluster has room for one only.
    pub fn list(
        &self,
        listed: &mut Listed,
        paths: &[String],
        manifests: &Manifests,
    ) -> Result<(), Trouble> {
        for path in paths {
            let (folder, split) = match path.rsplit_once('/') {
                Some((folder, _)) if self.split => (
                    folder.rsplit_once('/').map_or("", |(above, _)| above),
                    Some(folder),
                ),
                Some((folder, _)) => (folder, None),
                None => ("", None),
            };
            if let Some(split) = split
                && !listed.split.iter().any(|known| known == split)
            {
                listed.split.push(split.to_owned());
            }
            if self.kustomization {
                let own = path
                    .strip_prefix(folder)
                    .map_or(path.as_str(), |own| own.trim_start_matches('/'));
                listed
                    .folders
                    .entry(folder.to_owned())
                    .or_default()
                    .push(own.to_owned());
                let first = paths.first() == Some(path);
                for object in manifests.objects.iter().filter(|_| first) {
                    let word = |field: &Value| field.as_str().unwrap_or_default().to_owned();
                    let metadata = &object["metadata"];
                    let namespace = word(&metadata["namespace"]);
                    let name = word(&metadata["name"]);
                    let kind = word(&object["kind"]);
                    let key = format!("{kind} {namespace}/{name}");
                    let file = manifests.ending.to_owned();
                    let place = (folder.to_owned(), key);
                    if let Some(other) = listed.objects.insert(place, file.clone()) {
                        return Err(Trouble::used(format!(
                            "both `{other}` and `{file}` make the {kind} `{name}`, and one kustomization takes one"
                        ))
                        .help("build them into different folders"));
                    }
                }
            }
        }
        Ok(())
    }
}

fn named(targets: &[&dyn Backend]) -> String {
    let named: Vec<String> = targets
        .iter()
        .map(|target| format!("`{}`", target.name()))
        .collect();
    named.join(", ")
}

impl Listed {
    /// The kustomizations, with the paths below the output folder where they are to lie.
    pub fn kustomizations(&self) -> Vec<(String, Artifact)> {
        self.folders
            .iter()
            .map(|(folder, files)| {
                let names: Vec<&str> = files.iter().map(String::as_str).collect();
                let artifact = kustomization(&names);
                let path = if folder.is_empty() {
                    artifact.path.clone()
                } else {
                    format!("{folder}/{}", artifact.path)
                };
                (path, artifact)
            })
            .collect()
    }

    /// Files in folders of single objects that are made no longer, as they are shown.
    pub fn left_over(&self, out: &Path, made: &[&str]) -> Vec<String> {
        let mut left = Vec::new();
        for folder in &self.split {
            let Ok(entries) = std::fs::read_dir(out.join(folder)) else {
                continue;
            };
            let mut names: Vec<String> = entries
                .filter_map(Result::ok)
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .filter(|name| name.ends_with(".yaml") || name.ends_with(".json"))
                .map(|name| format!("{folder}/{name}"))
                .filter(|path| !made.contains(&path.as_str()))
                .collect();
            names.sort();
            left.extend(names.iter().map(|name| disk::shown(&out.join(name))));
        }
        left
    }
}
