//! The commands of a spec, each read once: which programs run with which words, and on what.

use std::fmt;

use super::Context;
use super::glance::{Glance, Kind};
use crate::graph::Order;
use crate::model::{Command, Effect, Language, Node, WaitFor, Work};
use crate::parallel;
use crate::programs::{Effect as Does, effect};
use crate::shell::{self, Misfit, Simple};

/// A shell command or script of a spec.
pub struct Script<'a> {
    /// The place of its node in the order.
    pub place: usize,
    /// The node that runs it.
    pub node: &'a Node,
    /// The top-level node around it.
    pub root: &'a Node,
    /// Its text.
    pub command: &'a Command,
    /// The programs that it runs, in order.
    pub commands: Vec<Simple<'a>>,
    /// Where a shell would stop reading it.
    pub misfit: Option<Misfit>,
    /// Whether it works on another environment than production, as its words or its title say.
    pub is_elsewhere: bool,
    /// Whether its words or its title name staging.
    pub names_staging: bool,
    /// Whether it makes a backup.
    pub is_backup: bool,
    /// Whether it brings data back from a backup.
    pub is_restore: bool,
    /// Whether it changes the shape of a database.
    pub is_migration: bool,
    /// Whether it changes what production is, as far as its words tell.
    pub changes_production: bool,
    /// Whether it only looks: it says so, or each of its programs does nothing else.
    pub only_looks: bool,
}

/// How many scripts are worth another thread to read them.
const MANY_SCRIPTS: usize = 500;

/// All scripts of a spec that something runs, in the order written.
pub fn collect<'a>(order: &Order<'a>, glances: &[Glance], roots: &[usize]) -> Vec<Script<'a>> {
    let runs: Vec<(usize, &Command)> = order
        .places()
        .filter(|&place| glances[place].kind == Kind::Run)
        .filter_map(|place| match &order.nodes[place].work {
            Work::Run { command, .. } if is_shell(command) => Some((place, &**command)),
            _ => None,
        })
        // Commands to look up run nowhere.
        .filter(|(place, _)| glances[roots[*place]].kind != Kind::Reference)
        .collect();
    let read = |runs: &[(usize, &'a Command)]| -> Vec<Script<'a>> {
        let nodes = runs.iter().map(|&(place, command)| {
            let (node, root) = (order.nodes[place], order.nodes[roots[place]]);
            Script::read(place, node, root, command)
        });
        nodes.collect()
    };
    let mut scripts = Vec::with_capacity(runs.len());
    for some in parallel::stretches(&runs, MANY_SCRIPTS, read) {
        scripts.extend(some);
    }
    scripts
}

/// The scripts that stand beside what is done: how it is undone, how it is told whether it took
/// effect, what is waited for. In the order written.
pub fn collect_besides<'a>(
    order: &Order<'a>,
    glances: &[Glance],
    roots: &[usize],
) -> Vec<Script<'a>> {
    let mut scripts = Vec::new();
    for place in order.places() {
        if glances[roots[place]].kind == Kind::Reference {
            continue;
        }
        let node = order.nodes[place];
        let commands = match &node.work {
            Work::Run { effect, probe, .. } => [effect.undo(), probe.as_deref()],
            Work::Wait {
                until: WaitFor::Command(command),
                ..
            } => [Some(command), None],
            _ => continue,
        };
        let commands = commands.into_iter().flatten();
        scripts.extend(
            commands
                .filter(|command| is_shell(command))
                .map(|command| Script::read(place, node, order.nodes[roots[place]], command)),
        );
    }
    scripts
}

/// Whether a command is written for a shell of the family of `sh`.
pub fn is_shell(command: &Command) -> bool {
    Language::is_shell(&command.language) && command.language != "fish"
}

impl<'a> Script<'a> {
    fn read(place: usize, node: &'a Node, root: &'a Node, command: &'a Command) -> Self {
        let commands = shell::read(&command.text);
        let title = node.title.words().to_lowercase();
        let is_elsewhere = names_elsewhere(&command.text) || names_elsewhere(&title);
        let is_backup = commands.iter().any(backs_up);
        let changes =
            matches!(&node.work, Work::Run { effect, .. } if *effect != Effect::ReadsOnly);
        Script {
            place,
            node,
            root,
            command,
            misfit: shell::misfit(&command.text),
            is_elsewhere,
            names_staging: names_staging(&command.text.to_lowercase()) || names_staging(&title),
            is_backup,
            is_restore: commands.iter().any(restores),
            is_migration: commands.iter().any(migrates),
            changes_production: changes
                && !is_elsewhere
                && !is_backup
                && commands.iter().any(|one| effect(one) == Does::Changes),
            only_looks: !changes
                || !commands.is_empty() && commands.iter().all(|one| effect(one) == Does::Reads),
            commands,
        }
    }

    /// Whether it belongs to a rollback: a rollback, a procedure, or what follows a failure.
    pub fn is_way_back(&self) -> bool {
        matches!(self.root.work, Work::Rollback | Work::Procedure) || self.root.follows_rollback()
    }

    /// Whether it is done on the way forward.
    pub fn is_forward(&self) -> bool {
        matches!(self.root.work, Work::Phase | Work::Gate) && !self.root.follows_rollback()
    }
}

/// Whether a text in small letters names another environment than production, or a copy of it.
fn names_elsewhere(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .any(|word| {
            matches!(
                word,
                "staging"
                    | "stage"
                    | "stg"
                    | "dev"
                    | "development"
                    | "qa"
                    | "uat"
                    | "preprod"
                    | "sandbox"
                    | "test"
                    | "testing"
                    | "copy"
                    | "rehearse"
                    | "rehearsal"
                    | "locally"
            )
        })
}

/// Whether a text in small letters names staging.
pub fn names_staging(text: &str) -> bool {
    // Most texts hold nothing like it.
    (text.contains("stag") || text.contains("stg"))
        && text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| matches!(word, "staging" | "stage" | "stg"))
}

fn backs_up(simple: &Simple<'_>) -> bool {
    let program = simple.program();
    match program {
        "pg_dump" | "pg_dumpall" | "mysqldump" | "mongodump" | "pg_basebackup" => true,
        "redis-cli" => simple.arguments().iter().any(|word| {
            word.text.eq_ignore_ascii_case("save") || word.text.eq_ignore_ascii_case("bgsave")
        }),
        "velero" => simple
            .arguments()
            .first()
            .is_some_and(|word| word.text == "backup"),
        _ => {
            let script = program.ends_with(".sh") || program.ends_with(".py");
            script && program.contains("backup") && !program.contains("restore")
        }
    }
}

fn restores(simple: &Simple<'_>) -> bool {
    let words = simple.words.iter();
    words
        .filter(|word| !word.text.starts_with('-'))
        .any(|word| {
            let name = word.text.rsplit('/').next().unwrap_or(&word.text);
            name == "pg_restore" || name == "mongorestore" || name.starts_with("restore")
        })
}

fn migrates(simple: &Simple<'_>) -> bool {
    simple.words.iter().any(|word| {
        let name = word.text.rsplit('/').next().unwrap_or(&word.text);
        matches!(name, "alembic" | "flyway" | "liquibase" | "db:migrate")
            || name.starts_with("migrat")
    })
}

/// The verb of kubectl: `apply`, `rollout undo`, `set image`; empty for another program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verb<'s> {
    first: &'s str,
    /// The word behind it, for verbs of two words; empty for the others.
    second: &'s str,
}

impl Verb<'_> {
    /// Whether it is one of these.
    pub fn is_one_of(self, verbs: &[&str]) -> bool {
        verbs.iter().any(|verb| self == *verb)
    }
}

impl PartialEq<&str> for Verb<'_> {
    fn eq(&self, verb: &&str) -> bool {
        match self.second {
            "" => self.first == *verb,
            second => verb
                .strip_prefix(self.first)
                .and_then(|rest| rest.strip_prefix(' '))
                .is_some_and(|rest| rest == second),
        }
    }
}

impl fmt::Display for Verb<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.first)?;
        match self.second {
            "" => Ok(()),
            second => write!(out, " {second}"),
        }
    }
}

/// The verb of a kubectl command.
pub fn verb<'s>(simple: &'s Simple<'_>) -> Verb<'s> {
    if !matches!(simple.program(), "kubectl" | "oc") {
        return Verb::default();
    }
    let mut operands = simple.operands();
    let first: &str = operands.next().map_or("", |word| &word.text);
    let second: &str = match first {
        "rollout" | "set" | "auth" => operands.next().map_or("", |word| &word.text),
        _ => "",
    };
    Verb { first, second }
}

/// The workloads that a kubectl command names: `deployment/api`, its kind written out.
pub fn workloads(simple: &Simple<'_>) -> Vec<String> {
    if !matches!(simple.program(), "kubectl" | "oc") {
        return Vec::new();
    }
    let mut words = simple.operands().map(|word| &*word.text);
    if let Some("rollout" | "set") = words.next() {
        words.next();
    }
    let mut named = Vec::new();
    let mut kind: Option<&'static str> = None;
    for word in words {
        if let Some((of, name)) = word.split_once('/')
            && let Some(of) = kind_of(of)
        {
            named.push(format!("{of}/{name}"));
        } else if let Some(of) = kind_of(word) {
            kind = Some(of);
        } else if let Some(of) = kind
            && !word.contains('=')
        {
            named.push(format!("{of}/{word}"));
        }
    }
    named
}

fn kind_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "deployment" | "deployments" | "deploy" | "deployment.apps" | "deployments.apps" => {
            "deployment"
        }
        "statefulset" | "statefulsets" | "sts" => "statefulset",
        "daemonset" | "daemonsets" | "ds" => "daemonset",
        "service" | "services" | "svc" => "service",
        _ => return None,
    })
}

impl Context<'_> {
    /// The way forward: what phases and gates run.
    pub fn forward(&self) -> impl Iterator<Item = &Script<'_>> {
        self.scripts.iter().filter(|script| script.is_forward())
    }

    /// The rollbacks: what rollbacks and procedures run.
    pub fn ways_back(&self) -> impl Iterator<Item = &Script<'_>> {
        self.scripts.iter().filter(|script| script.is_way_back())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Simple<'_> {
        shell::read(text).remove(0)
    }

    #[test]
    fn kubectl_is_understood() {
        for (text, wanted, named) in [
            (
                "kubectl -n web rollout undo deployment/api",
                "rollout undo",
                vec!["deployment/api"],
            ),
            (
                "kubectl scale deploy api other --replicas=3",
                "scale",
                vec!["deployment/api", "deployment/other"],
            ),
            (
                "kubectl patch service lb -p '{}'",
                "patch",
                vec!["service/lb"],
            ),
            ("kubectl get pods -n web", "get", vec![]),
            (
                "kubectl set image deployment/api app=x:1",
                "set image",
                vec!["deployment/api"],
            ),
            ("helm upgrade api ./chart", "", vec![]),
        ] {
            let simple = first(text);
            assert_eq!(verb(&simple).to_string(), wanted, "{text}");
            assert!(verb(&simple) == wanted, "{text}");
            assert_eq!(workloads(&simple), named, "{text}");
        }
    }
}
