//! What a rollback really brings back: the pods, the data, the traffic, and within which time.

use foldhash::HashSet;

use super::Context;
use super::glance::Kind;
use super::scripts::{Script, verb, workloads};
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Node, Work};
use crate::rule;

rule! {
    /// `kubectl rollout undo` undoes the template of the pods and nothing else: not the number of
    /// replicas, not what was applied from other files, not the database. What is changed on the way
    /// forward and has neither an `undo` nor a step in a rollback stays changed.
    pub ROLLBACK_PARTIAL = "D0631", "rollback-partial", Rollbacks, Warning, "a rollback that undoes only a part", allowable;
    /// Several things are undone, and only some of them are looked at afterwards.
    pub PARTLY_VERIFIED = "D0632", "partly-verified", Rollbacks, Warning, "a rollback of which only a part is verified", allowable;
    /// The rollback undoes a workload that nothing on the way forward touches, so what was
    /// deployed stays. Most often the name was copied from another page.
    pub OTHER_TARGET = "D0633", "other-target", Rollbacks, Warning, "a rollback of something that was not deployed", allowable;
    /// After a first installation there is no version before it: `rollout undo` and `helm rollback`
    /// fail, because there is no earlier revision. Say how it is removed, or install with a command
    /// that can be repeated.
    pub NOTHING_BEFORE = "D0634", "nothing-to-return-to", Rollbacks, Warning, "a rollback to a version that never was", allowable;
    /// A backup is made, and no rollback, procedure or `undo` ever uses it. On the day nobody knows
    /// how to bring it back, or whether it can be.
    pub BACKUP_UNUSED = "D0635", "backup-never-used", Rollbacks, Warning, "a backup that nothing restores", allowable;
    /// Everything that was written since the backup is gone after a restore, and nobody has said how
    /// much that may be. State an `objective rpo`, or call the step `irreversible` behind an approval.
    pub LOSSY_RESTORE = "D0636", "lossy-restore", Rollbacks, Warning, "a restore that loses what was written since", allowable;
    /// Between the backup and the change that it is for lies other work, so the backup is stale when
    /// it is needed. Make it last.
    pub STALE_BACKUP = "D0637", "stale-backup", Rollbacks, Warning, "a backup that is stale when it is needed", allowable;
    /// A recovery time is promised, and the rollback has no length: nothing can tell whether the
    /// promise is kept. Say `within` behind the procedure's title.
    pub RTO_UNPROVEN = "D0638", "rto-unproven", Rollbacks, Warning, "a recovery time that nothing proves", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    partial(context, found);
    partly_verified(context, found);
    other_target(context, found);
    nothing_before(context, found);
    backups(context, found);
    stale(context, found);
    unproven(context, found);
}

/// Whether nothing is said of how it is undone.
fn stays(script: &Script<'_>) -> bool {
    matches!(
        &script.node.work,
        Work::Run {
            effect: Effect::Undeclared,
            ..
        }
    )
}

/// What a command changes that `rollout undo` does not undo.
enum Left {
    Replicas(Vec<String>),
    Files(String),
    Database,
}

fn left(script: &Script<'_>) -> Option<Left> {
    if script.is_migration {
        return Some(Left::Database);
    }
    script.commands.iter().find_map(|simple| {
        let verb = verb(simple);
        let sets_replicas = verb == "scale"
            || verb == "patch"
                && simple
                    .words
                    .iter()
                    .any(|word| word.text.contains("\"replicas\""));
        if sets_replicas {
            return Some(Left::Replicas(workloads(simple)));
        }
        if verb != "apply" {
            return None;
        }
        let (path, _) = simple.value(&["-f", "--filename", "-k", "--kustomize"])?;
        let beside = [
            "canary", "traffic", "split", "ingress", "route", "green", "config", "gateway",
        ];
        let lower = path.to_lowercase();
        beside
            .iter()
            .any(|word| lower.contains(word))
            .then(|| Left::Files(path.to_owned()))
    })
}

fn partial(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let back: Vec<&Script<'_>> = context.ways_back().collect();
    let Some(rollback) = back
        .iter()
        .find(|script| script.root.work == Work::Rollback && script.changes_production)
        .map(|script| script.root)
    else {
        return;
    };
    let mut files: HashSet<&str> = HashSet::default();
    let mut sized: HashSet<String> = HashSet::default();
    let mut database = false;
    for script in &back {
        database |= script.is_migration || script.is_restore;
        for simple in &script.commands {
            let verb = verb(simple);
            if verb.is_one_of(&["delete", "apply", "replace"]) {
                let value = simple.value(&["-f", "--filename", "-k", "--kustomize"]);
                files.extend(value.map(|(path, _)| path));
            } else if verb.is_one_of(&["scale", "patch"]) {
                sized.extend(workloads(simple));
            }
            database |= simple
                .words
                .iter()
                .any(|word| word.text.contains("downgrade"));
        }
    }
    let mut remains: Vec<(&Node, &str)> = Vec::new();
    for script in context.forward() {
        if !stays(script) || !script.changes_production {
            continue;
        }
        let what = match left(script) {
            Some(Left::Replicas(named)) if !named.iter().any(|one| sized.contains(one)) => {
                "the number of replicas stays"
            }
            Some(Left::Files(path)) if !files.contains(path.as_str()) => "what it applies stays",
            Some(Left::Database) if !database => "the database stays changed",
            _ => continue,
        };
        remains.push((script.node, what));
    }
    if remains.is_empty() {
        return;
    }
    let steps = match remains.len() {
        1 => "one step as it is".to_owned(),
        many => format!("{many} steps as they are"),
    };
    let mut finding = Diagnostic::new(
        &ROLLBACK_PARTIAL,
        rollback.name_span,
        format!("the rollback `{}` leaves {steps}", last(&rollback.id)),
    );
    for (node, what) in remains.iter().take(MOST_LABELS) {
        finding = finding.also(node.name_span, *what);
    }
    let undoes = back
        .iter()
        .flat_map(|script| &script.commands)
        .any(|simple| verb(simple) == "rollout undo");
    if undoes {
        finding = finding.note("`kubectl rollout undo` restores only the pod template");
    }
    found.push(finding.help("give each of them an `undo`, or take it back in the rollback"));
}

/// So many places are shown in one finding.
const MOST_LABELS: usize = 8;

fn partly_verified(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut of_root: Vec<(&Node, Vec<&Script<'_>>)> = Vec::new();
    for script in context.ways_back() {
        match of_root.last_mut() {
            Some((root, scripts)) if root.id == script.root.id => scripts.push(script),
            Some(_) | None => of_root.push((script.root, vec![script])),
        }
    }
    for (root, scripts) in of_root {
        let mut undone: Vec<(String, &Script<'_>)> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for &script in &scripts {
            for simple in &script.commands {
                let verb = verb(simple);
                if verb == "rollout undo" {
                    undone.extend(workloads(simple).into_iter().map(|one| (one, script)));
                } else if verb.is_one_of(&["rollout status", "wait", "get"]) {
                    seen.extend(workloads(simple));
                }
            }
        }
        let missing: Vec<&(String, &Script<'_>)> = undone
            .iter()
            .filter(|(name, _)| !seen.contains(name))
            .collect();
        let Some((name, script)) = missing.first() else {
            continue;
        };
        if seen.is_empty() {
            continue; // nothing is verified by name: a rule of its own
        }
        found.push(
            Diagnostic::new(
                &PARTLY_VERIFIED,
                script.node.name_span,
                format!("`{name}` is rolled back, and nothing waits for it"),
            )
            .also(
                root.name_span,
                format!("this waits for `{}` alone", seen.join("`, `")),
            )
            .help(format!(
                "add a step: `kubectl rollout status {name} --timeout=5m`"
            )),
        );
    }
}

fn other_target(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut deployed: Vec<(String, &Node)> = Vec::new();
    for script in context.forward() {
        for simple in &script.commands {
            let named = workloads(simple).into_iter();
            deployed.extend(
                named
                    .filter(|name| !name.starts_with("service/"))
                    .map(|name| (name, script.node)),
            );
        }
    }
    let Some((example, node)) = deployed.first() else {
        return;
    };
    let names: HashSet<&str> = deployed.iter().map(|(name, _)| name.as_str()).collect();
    for script in context.ways_back() {
        for simple in &script.commands {
            if verb(simple) != "rollout undo" {
                continue;
            }
            for name in workloads(simple) {
                if name.contains('$') || names.contains(name.as_str()) {
                    continue;
                }
                found.push(
                    Diagnostic::new(
                        &OTHER_TARGET,
                        script.node.name_span,
                        format!("`{name}` is rolled back, and nothing before changes it"),
                    )
                    .also(node.name_span, format!("this works on `{example}`"))
                    .help("roll back what was deployed"),
                );
            }
        }
    }
}

fn nothing_before(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let installs = context.forward().find(|script| {
        script.commands.iter().any(|simple| {
            let helm = simple.program() == "helm"
                && simple
                    .arguments()
                    .first()
                    .is_some_and(|word| word.text == "install");
            let made =
                verb(simple) == "create" && simple.operands().any(|word| word.text == "deployment");
            helm || made
        })
    });
    let Some(installs) = installs else {
        return;
    };
    for script in context.ways_back() {
        let returns = script.commands.iter().any(|simple| {
            verb(simple) == "rollout undo"
                || simple.program() == "helm"
                    && simple
                        .arguments()
                        .first()
                        .is_some_and(|word| word.text == "rollback")
        });
        if !returns {
            continue;
        }
        found.push(
            Diagnostic::new(
                &NOTHING_BEFORE,
                script.node.name_span,
                format!(
                    "`{}` rolls back to a revision that never existed",
                    script.node.id
                ),
            )
            .also(
                installs.node.name_span,
                "a first installation: it fails if there is a version already",
            )
            .help("say how it is removed, or install with `helm upgrade --install`"),
        );
        return;
    }
}

fn backups(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let made: Vec<&Script<'_>> = context
        .forward()
        .filter(|script| script.is_backup)
        .collect();
    let in_words = |place: usize| {
        let title = context.titles.lower(place);
        let data = ["database", "backup", "data", "dump", "snapshot", "writes"];
        title.contains("restor") && data.iter().any(|word| title.contains(word))
    };
    let restores = context.scripts.iter().any(|script| script.is_restore)
        || context
            .forward()
            .chain(context.ways_back())
            .any(|script| match &script.node.work {
                Work::Run {
                    effect: Effect::Undo { undo },
                    ..
                } => undo.text.contains("restore"),
                _ => false,
            })
        || context.order.places().any(|place| {
            matches!(context.root_kind(place), Kind::Rollback | Kind::Procedure) && in_words(place)
        });
    if let Some((first, rest)) = made.split_first()
        && !restores
    {
        let mut finding = Diagnostic::new(
            &BACKUP_UNUSED,
            first.node.name_span,
            "a backup is made here, and nothing restores it",
        );
        for script in rest.iter().take(MOST_LABELS) {
            finding = finding.also(script.node.name_span, "nor this one");
        }
        let rollbacks = context.spec.nodes.iter();
        for rollback in rollbacks
            .filter(|node| node.work == Work::Rollback)
            .take(MOST_LABELS)
        {
            finding = finding.also(rollback.name_span, "this brings no data back");
        }
        found.push(
            finding.help("write down how it is restored: `procedure restore-database { … }`"),
        );
    }
    let rpo =
        context.spec.nodes.iter().any(
            |node| matches!(&node.work, Work::Objective { objective, .. } if objective == "rpo"),
        );
    for script in context.ways_back() {
        if rpo || !script.is_restore || !stays(script) {
            continue;
        }
        found.push(
            Diagnostic::new(
                &LOSSY_RESTORE,
                script.node.name_span,
                "what was written since the backup is lost, and nothing says how much may be",
            )
            .help("call it `irreversible \"writes since the backup are lost\"` behind an approval, or state an `objective rpo`"),
        );
    }
}

fn stale(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    // For each stretch the backup that was made in it last, and what came after that.
    let mut open: Option<(usize, &Script<'_>, Option<&Node>)> = None;
    for script in context.forward() {
        let parent = context.order.parents[script.place].unwrap_or(script.place);
        if let Some((at, _, _)) = open
            && at != parent
        {
            open = None;
        }
        if script.is_backup {
            open = Some((parent, script, None));
            continue;
        }
        let Some((_, backup, between)) = &mut open else {
            continue;
        };
        let reads = matches!(
            script.node.work,
            Work::Run {
                effect: Effect::ReadsOnly,
                ..
            }
        );
        if script.is_elsewhere && !reads {
            between.get_or_insert(script.node);
        } else if script.changes_production
            && script.is_migration
            && let Some(other) = *between
        {
            found.push(
                Diagnostic::new(
                    &STALE_BACKUP,
                    backup.node.name_span,
                    format!(
                        "the backup is made before `{}`, and is stale when `{}` begins",
                        last(&other.id),
                        last(&script.node.id)
                    ),
                )
                .also(other.name_span, "this comes between")
                .also(script.node.name_span, "this is what it is for")
                .help("make the backup last, right before the change"),
            );
            open = None;
        }
    }
}

fn unproven(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let objective =
        context.spec.nodes.iter().find(
            |node| matches!(&node.work, Work::Objective { objective, .. } if objective == "rto"),
        );
    let Some(objective) = objective else {
        return;
    };
    let recovers = |node: &&Node| {
        let of_disaster = ["restor", "recover", "fail", "disaster", "outage", "loss"];
        match node.work {
            Work::Rollback => true,
            Work::Procedure => {
                let title = node.title.words().to_lowercase();
                of_disaster.iter().any(|word| title.contains(word))
            }
            _ => false,
        }
    };
    let timed = |node: &Node| node.times.within.is_some() || node.times.takes.is_some();
    let open: Vec<&Node> = context
        .spec
        .nodes
        .iter()
        .filter(recovers)
        .filter(|node| !timed(node) && !node.children.iter().all(timed))
        .collect();
    if open.is_empty() {
        return;
    }
    let ways = match open.len() {
        1 => "one rollback has".to_owned(),
        many => format!("{many} rollbacks have"),
    };
    let mut finding = Diagnostic::new(
        &RTO_UNPROVEN,
        objective.name_span,
        format!("a recovery time is promised, and {ways} no length"),
    );
    for node in open.iter().take(MOST_LABELS) {
        finding = finding.also(node.name_span, "how long may this take?");
    }
    found.push(finding.help("say it behind the title: `within 1h`"));
}

fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
