//! The commands of a spec, each read once: which programs run with which words, and on what.

use super::Context;
use super::shell::{self, Misfit, Simple};
use crate::graph::Order;
use crate::model::{Command, Effect, Node, Work};

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
    pub commands: Vec<Simple>,
    /// Where a shell would stop reading it.
    pub misfit: Option<Misfit>,
}

/// All scripts of a spec that something runs, in the order written.
pub fn collect<'a>(order: &Order<'a>, roots: &[usize]) -> Vec<Script<'a>> {
    let mut scripts = Vec::new();
    for place in order.places() {
        let node = order.nodes[place];
        let root = order.nodes[roots[place]];
        if root.work == Work::Reference {
            continue; // commands to look up run nowhere
        }
        if let Work::Run { command, .. } = &node.work
            && is_shell(command)
        {
            let commands = shell::read(&command.text);
            scripts.push(Script {
                place,
                node,
                root,
                command,
                commands,
                misfit: shell::misfit(&command.text),
            });
        }
    }
    scripts
}

/// Whether a command is written for a shell.
pub fn is_shell(command: &Command) -> bool {
    matches!(command.language.as_str(), "sh" | "bash" | "shell" | "zsh")
}

/// Words that name an environment other than production, or a copy.
const ELSEWHERE: &[&str] = &[
    "staging",
    "stage",
    "stg",
    "dev",
    "development",
    "qa",
    "uat",
    "preprod",
    "sandbox",
    "test",
    "testing",
    "copy",
    "rehearse",
    "rehearsal",
    "locally",
];

/// Programs that look or measure, and change nothing that is served.
const LOOKING: &[&str] = &[
    "curl", "wget", "pytest", "locust", "k6", "ab", "hey", "wrk", "newman", "echo", "cat", "grep",
    "jq", "tail", "head", "ls", "df", "ping", "dig", "nslookup", "sleep", "test", "true", "wc",
    "sort", "python", "python3",
];

/// The verbs of kubectl that change nothing.
const READING: &[&str] = &[
    "get",
    "describe",
    "logs",
    "top",
    "cluster-info",
    "version",
    "explain",
    "auth",
    "api-resources",
    "wait",
    "diff",
    "config",
    "events",
    "exec",
    "port-forward",
    "proxy",
    "rollout status",
    "rollout history",
];

impl Script<'_> {
    /// Whether it belongs to a way back: a rollback, a procedure, or what follows a failure.
    pub fn is_way_back(&self) -> bool {
        matches!(self.root.work, Work::Rollback | Work::Procedure) || self.root.follows_rollback()
    }

    /// Whether it is done on the way forward.
    pub fn is_forward(&self) -> bool {
        matches!(self.root.work, Work::Phase | Work::Gate) && !self.root.follows_rollback()
    }

    /// Whether it works on another environment than production, as its words or its title say.
    pub fn is_elsewhere(&self) -> bool {
        let title = self.node.title.to_string().to_lowercase();
        let words = |text: &str| {
            text.split(|letter: char| !letter.is_ascii_alphanumeric())
                .any(|word| ELSEWHERE.contains(&word))
        };
        words(&self.command.text) || words(&title)
    }

    /// Whether it makes a backup.
    pub fn is_backup(&self) -> bool {
        self.commands.iter().any(|simple| {
            let program = simple.program();
            match program {
                "pg_dump" | "pg_dumpall" | "mysqldump" | "mongodump" | "pg_basebackup" => true,
                "redis-cli" => simple.arguments().iter().any(|word| {
                    word.text.eq_ignore_ascii_case("save")
                        || word.text.eq_ignore_ascii_case("bgsave")
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
        })
    }

    /// Whether it brings data back from a backup.
    pub fn is_restore(&self) -> bool {
        self.commands.iter().any(|simple| {
            simple
                .words
                .iter()
                .filter(|word| !word.text.starts_with('-'))
                .any(|word| {
                    let name = word.text.rsplit('/').next().unwrap_or(&word.text);
                    name == "pg_restore" || name == "mongorestore" || name.starts_with("restore")
                })
        })
    }

    /// Whether it changes the shape of a database.
    pub fn is_migration(&self) -> bool {
        self.commands.iter().any(|simple| {
            simple.words.iter().any(|word| {
                let name = word.text.rsplit('/').next().unwrap_or(&word.text);
                matches!(name, "alembic" | "flyway" | "liquibase" | "db:migrate")
                    || name.starts_with("migrat")
            })
        })
    }

    /// Whether it changes what production is, as far as its words tell.
    pub fn changes_production(&self) -> bool {
        let Work::Run { effect, .. } = &self.node.work else {
            return false;
        };
        *effect != Effect::ReadsOnly
            && !self.is_elsewhere()
            && !self.is_backup()
            && self.commands.iter().any(|simple| {
                let program = simple.program();
                match program {
                    "kubectl" | "oc" => {
                        !READING.contains(&verb(simple).as_str()) && !simple.has(&["--dry-run"])
                    }
                    "docker" | "podman" => false,
                    "helm" => simple.arguments().first().is_some_and(|word| {
                        matches!(
                            word.text.as_str(),
                            "install" | "upgrade" | "rollback" | "uninstall"
                        )
                    }),
                    "" => false,
                    _ => !LOOKING.contains(&program) && !program.contains("test"),
                }
            })
    }
}

/// The verb of kubectl: `apply`, `rollout undo`, `set image`; empty for another program.
pub fn verb(simple: &Simple) -> String {
    if !matches!(simple.program(), "kubectl" | "oc") {
        return String::new();
    }
    let operands = simple.operands(super::commands::KUBECTL);
    let words: Vec<&str> = operands.iter().map(|word| word.text.as_str()).collect();
    match words.as_slice() {
        [first @ ("rollout" | "set" | "create" | "auth"), second, ..] if *first != "create" => {
            format!("{first} {second}")
        }
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

/// The workloads that a kubectl command names: `deployment/api`, its kind written out.
pub fn workloads(simple: &Simple) -> Vec<String> {
    if !matches!(simple.program(), "kubectl" | "oc") {
        return Vec::new();
    }
    let operands = simple.operands(super::commands::KUBECTL);
    let mut words: Vec<&str> = operands.iter().map(|word| word.text.as_str()).collect();
    let leads = match words.first() {
        Some(&("rollout" | "set")) => 2,
        _ => 1,
    };
    words.drain(..leads.min(words.len()));
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

    /// The ways back: what rollbacks and procedures run.
    pub fn ways_back(&self) -> impl Iterator<Item = &Script<'_>> {
        self.scripts.iter().filter(|script| script.is_way_back())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Simple {
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
            assert_eq!(verb(&simple), wanted, "{text}");
            assert_eq!(workloads(&simple), named, "{text}");
        }
    }
}
