//! In: a plan. Out: files for a target, and an account of what the target can carry.
//! Knows nothing of syntax or names: the plan is all there is.

pub mod argo_rollouts;
pub mod argo_workflows;
pub mod flagger;
pub mod graph;
pub mod html;
pub mod kubernetes;
pub mod manifests;
pub mod markdown;
pub mod plan_json;
pub mod prometheus;
pub mod promql;
pub mod runbook;
pub mod shell;
mod templates;
pub mod timeline;
pub mod yaml;

use std::collections::BTreeSet;

use manifests::Manifests;
use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Action, Deed, Node, Plan, Work};
use crate::source::is_hidden;

/// A file that a backend makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its path below the output folder, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether it is meant to be run.
    pub executable: bool,
}

/// What becomes of a node in a target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(tag = "fidelity", rename_all = "kebab-case")]
pub enum Fidelity {
    /// The target does what the plan says.
    Exact,
    /// The target does something near it.
    Approximate {
        /// How it differs.
        how: String,
    },
    /// Another target carries it.
    Elsewhere {
        /// Which, or where.
        place: String,
    },
    /// The target can't carry it.
    Refused {
        /// Why, and what to change.
        why: String,
    },
}

/// Names, each once, in the order in which they came: no order of the alphabet, which another name would change.
#[derive(Clone, Debug, Default)]
pub struct Once {
    all: Vec<String>,
    known: BTreeSet<String>,
}

impl Once {
    /// Adds a name. Whether it is new.
    pub fn add(&mut self, name: &str) -> bool {
        let is_new = self.known.insert(name.to_owned());
        if is_new {
            self.all.push(name.to_owned());
        }
        is_new
    }

    /// Whether a name is among them.
    pub fn has(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(String::as_str)
    }
}

impl Fidelity {
    /// The target does something near it: how it differs.
    pub fn approximate(how: impl Into<String>) -> Fidelity {
        Fidelity::Approximate { how: how.into() }
    }

    /// Another target carries it: which.
    pub fn elsewhere(place: &str) -> Fidelity {
        Fidelity::Elsewhere {
            place: place.to_owned(),
        }
    }

    /// The target can't carry it: why, and what to change.
    pub fn refused(why: impl Into<String>) -> Fidelity {
        Fidelity::Refused { why: why.into() }
    }

    /// What carries a node that a controller of traffic has nothing to do with.
    pub fn beside_traffic(node: &Node) -> Fidelity {
        Fidelity::elsewhere(match &node.work {
            Work::Run { .. } | Work::Act { .. } | Work::Rollback | Work::Procedure => "shell",
            // It is filled in where the commands run that use it.
            Work::Record {
                capture: Some(_), ..
            } => "shell",
            Work::Alert { .. } | Work::Severity { .. } | Work::When { .. } | Work::Failure => {
                "prometheus"
            }
            Work::Test { .. } => "deployc test",
            _ => "markdown",
        })
    }

    /// `exact`, `approximate`, `elsewhere` or `refused`.
    pub fn name(&self) -> &'static str {
        match self {
            Fidelity::Exact => "exact",
            Fidelity::Approximate { .. } => "approximate",
            Fidelity::Elsewhere { .. } => "elsewhere",
            Fidelity::Refused { .. } => "refused",
        }
    }

    /// How, where or why; empty for what is exact.
    pub fn detail(&self) -> &str {
        match self {
            Fidelity::Exact => "",
            Fidelity::Approximate { how } => how,
            Fidelity::Elsewhere { place } => place,
            Fidelity::Refused { why } => why,
        }
    }
}

/// The account of one node in one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Account {
    /// The node's id.
    pub node: String,
    /// Its kind.
    pub kind: String,
    /// What becomes of it.
    #[serde(flatten)]
    pub fidelity: Fidelity,
}

/// Replaces the text of embedded templates by name: the file `phase.hbs` of `--templates DIR`.
pub trait Templates {
    /// The text of a template that replaces the embedded one of this name; nothing to keep it.
    fn template(&self, name: &str) -> Option<String>;
}

/// The embedded templates alone.
pub struct Embedded;

impl Templates for Embedded {
    fn template(&self, _name: &str) -> Option<String> {
        None
    }
}

/// A target.
pub trait Backend: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// What it makes, in one line.
    fn summary(&self) -> &'static str;

    /// What becomes of every node, in the order of [`Plan::walk`].
    fn fates(&self, plan: &Plan) -> Vec<Fidelity>;

    /// The objects for a cluster, of a target that makes nothing else.
    fn manifests(&self, _plan: &Plan, _stem: &str) -> Option<Manifests> {
        None
    }

    /// The same, run by a service account in this namespace that may do what it has to, and no more;
    /// nothing where the target does nothing in a cluster by itself.
    fn manifests_with_rights(
        &self,
        _plan: &Plan,
        _stem: &str,
        _namespace: &str,
    ) -> Option<Manifests> {
        None
    }

    /// The files for a plan. `stem` is the name of the spec's file without its ending. Fails only
    /// where a template that replaces an embedded one can't be read; the text says which and why.
    fn emit(
        &self,
        plan: &Plan,
        stem: &str,
        templates: &dyn Templates,
    ) -> Result<Vec<Artifact>, String>;
}

/// The account of every node of a plan in a target, in the order written.
pub fn account(backend: &dyn Backend, plan: &Plan) -> Vec<Account> {
    plan.walk()
        .zip(backend.fates(plan))
        .map(|(node, fidelity)| Account {
            node: node.id.clone(),
            kind: node.work.kind().to_owned(),
            fidelity,
        })
        .collect()
}

/// The channels that some actions tell.
pub fn channels(actions: &[Action]) -> impl Iterator<Item = &String> {
    actions
        .iter()
        .filter_map(|action| match &action.deed {
            Deed::Notify(notice) => Some(&notice.channels),
            _ => None,
        })
        .flatten()
}

/// A text on one line, without what is not seen.
pub fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|character| !is_hidden(*character))
        .collect()
}
