//! Rollbacks: that there is one, that something leads to it, that it is verified and fast enough.

use foldhash::HashSet;

use super::Context;
use super::glance::Kind;
use super::glance::actions_of;
use crate::diagnostic::Diagnostic;
use crate::model::{Action, Comparator, Deed, Effect, Node, Work};
use crate::rule;

rule! {
    /// Traffic moves to a new version and nothing says how it comes back. Whoever is on call has to
    /// invent the way at the worst moment. Declare a `rollback`.
    pub NO_ROLLBACK = "D0521", "no-rollback", Rollbacks, Warning, "traffic moves and there is no rollback", allowable;
    /// A rollback that no rule, no `else` and no `on failure` names is run by nobody. Say when: in a
    /// `severity`, in the `else` of a gate, or with `on failure`.
    pub UNUSED_ROLLBACK = "D0522", "rollback-without-trigger", Rollbacks, Warning, "a rollback that nothing leads to", allowable;
    /// A rollback without a step takes nothing back. Kubernetes, for one, never rolls back by itself
    /// when a readiness probe fails: the rollout only stops. Write the command that rolls back, or the
    /// checks by which a person does.
    pub EMPTY_ROLLBACK = "D0523", "empty-rollback", Rollbacks, Warning, "a rollback without a step", allowable;
    /// After the last command of a rollback nothing looks whether the old version really serves.
    /// End it with a check, or with a command that `reads-only`.
    pub UNVERIFIED_ROLLBACK = "D0524", "unverified-rollback", Rollbacks, Warning, "a rollback that is not verified", allowable;
    /// What can't be undone should be agreed on first: nothing asks anybody before this command.
    pub UNAPPROVED = "D0525", "irreversible-without-approval", Rollbacks, Warning, "an irreversible step without an approval before it", allowable;
    /// The rollback may take longer than the recovery time objective allows.
    pub SLOWER_THAN_RTO = "D0526", "slower-than-rto", Rollbacks, Warning, "a rollback slower than the recovery objective", allowable;
    /// Between two backups more can be lost than the recovery point objective allows: everything
    /// written since the last backup is gone after a restore.
    pub BACKUP_TOO_RARE = "D0527", "backup-too-rare", Rollbacks, Warning, "a backup interval longer than the recovery point objective", allowable;
    /// After a switch, all traffic is on the new version at once, and nothing watches it before the
    /// work goes on. Let a `hold` follow.
    pub NO_BAKE = "D0528", "no-bake", Rollbacks, Warning, "a switch of all traffic that nothing watches", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let spec = context.spec;
    let rollbacks: Vec<&Node> = spec
        .nodes
        .iter()
        .filter(|node| node.work == Work::Rollback)
        .collect();
    let mut moved: Option<&Node> = None;
    let mut named: HashSet<&str> = HashSet::default();
    // Who rolls back was asked on the way, or is asked there.
    let mut approvals = context.of_kinds(&[Kind::Approve]);
    let asked = approvals.any(|place| context.is_forward(place));
    let (mut on_the_way, mut inside) = (false, None);
    let on_failure = spec.deployment.iter().flat_map(|head| &head.on_failure);
    named.extend(on_failure.filter_map(rollback_of));
    for place in context.order.places() {
        let node = context.order.nodes[place];
        if context.glance(place).acts {
            named.extend(actions_of(node).iter().filter_map(rollback_of));
        }
        match context.kind(place) {
            Kind::Shift | Kind::Switch if moved.is_none() => moved = Some(node),
            Kind::Approve => match context.is_forward(place) {
                true => on_the_way = true,
                false => inside = Some(&context.root(place).id),
            },
            Kind::Run => {
                let approved = match context.is_forward(place) {
                    true => on_the_way,
                    false => asked || inside == Some(&context.root(place).id),
                };
                if !approved {
                    unapproved(node, found);
                }
            }
            _ => {}
        }
    }
    if let Some(moved) = moved
        && rollbacks.is_empty()
    {
        found.push(
            Diagnostic::new(
                &NO_ROLLBACK,
                moved.name_span,
                "traffic moves here, and no rollback is declared",
            )
            .help("declare one: `rollback quick \"Quick rollback\" within 5m { … }`"),
        );
    }
    let looks: HashSet<&str> = context
        .ways_back()
        .filter(|script| script.only_looks)
        .map(|script| script.node.id.as_str())
        .collect();
    for rollback in &rollbacks {
        of_rollback(rollback, &named, &looks, found);
    }
    objectives(context, &rollbacks, found);
    bakes(context, found);
}

/// A command that can't be undone, before which nobody was asked.
fn unapproved(node: &Node, found: &mut Vec<Diagnostic>) {
    if let Work::Run {
        effect: Effect::Irreversible { .. },
        ..
    } = node.work
    {
        found.push(
            Diagnostic::new(
                &UNAPPROVED,
                node.name_span,
                format!(
                    "nobody is asked before `{}`, which can't be undone",
                    node.id
                ),
            )
            .help("let a gate with `approve by ROLE` come before it"),
        );
    }
}

/// One rollback: `named` are the ids of those that something leads to, `looks` those of commands that
/// only look.
fn of_rollback(
    rollback: &Node,
    named: &HashSet<&str>,
    looks: &HashSet<&str>,
    found: &mut Vec<Diagnostic>,
) {
    let name = rollback.id.rsplit('/').next().unwrap_or(&rollback.id);
    if !named.contains(rollback.id.as_str()) {
        found.push(
            Diagnostic::new(
                &UNUSED_ROLLBACK,
                rollback.name_span,
                format!("nothing leads to the rollback `{name}`"),
            )
            .help(
                "say when it is run: `severity … { when … then rollback NAME }`, or `on failure`",
            ),
        );
    }
    let mut steps = 0;
    let mut unverified: Option<&Node> = None;
    rollback.walk(&mut |node| match &node.work {
        Work::Run { effect, .. } => {
            steps += 1;
            let verifies = *effect == Effect::ReadsOnly || looks.contains(node.id.as_str());
            unverified = (!verifies).then_some(node);
        }
        Work::Check { .. } | Work::Require { .. } | Work::Hold { .. } => {
            steps += 1;
            // A box whose commands stand inside it is about them: it is read before it is ticked.
            let contains_change = node.children.iter().any(|child| changes(child, looks));
            if !contains_change {
                unverified = None;
            }
        }
        Work::Shift { .. } | Work::Switch { .. } | Work::Scale { .. } | Work::Act { .. } => {
            steps += 1;
            unverified = Some(node);
        }
        _ => {}
    });
    if steps == 0 {
        found.push(
            Diagnostic::new(
                &EMPTY_ROLLBACK,
                rollback.name_span,
                format!("the rollback `{name}` has no step"),
            )
            .note("Kubernetes stops a rollout whose pods don't become ready; it never rolls back by itself")
            .help("write the command that rolls back, or the checks by which a person does"),
        );
    } else if let Some(last) = unverified {
        found.push(
            Diagnostic::new(
                &UNVERIFIED_ROLLBACK,
                rollback.name_span,
                format!("nothing verifies the rollback `{name}`"),
            )
            .also(last.name_span, "its last step changes something")
            .help("end it with a `check`, or with a command that `reads-only`"),
        );
    }
}

fn changes(node: &Node, looks: &HashSet<&str>) -> bool {
    match &node.work {
        Work::Run { effect, .. } => {
            *effect != Effect::ReadsOnly && !looks.contains(node.id.as_str())
        }
        Work::Shift { .. } | Work::Switch { .. } | Work::Scale { .. } => true,
        _ => node.children.iter().any(|child| changes(child, looks)),
    }
}

/// Holds rollbacks and backups against the recovery objectives. "Within 30m" against "less than 30m" is
/// nothing to quarrel about.
fn objectives(context: &Context<'_>, rollbacks: &[&Node], found: &mut Vec<Diagnostic>) {
    for node in &context.spec.nodes {
        let Work::Objective {
            objective,
            comparator,
            value,
        } = &node.work
        else {
            continue;
        };
        if !matches!(comparator, Comparator::Less | Comparator::AtMost) {
            continue;
        }
        match objective.as_str() {
            "rto" => {
                for rollback in rollbacks {
                    let Some(within) = &rollback.times.within else {
                        continue;
                    };
                    if within.value.value > value.value {
                        found.push(
                            Diagnostic::new(
                                &SLOWER_THAN_RTO,
                                within.span,
                                format!(
                                    "the rollback may take {}, and the recovery time objective is {} {value}",
                                    within.value,
                                    comparator.sign()
                                ),
                            )
                            .also(node.name_span, "the objective")
                            .help("make the rollback faster, or the objective honest"),
                        );
                    }
                }
            }
            "rpo" => {
                for backup in &context.spec.nodes {
                    let Work::Backup {
                        of,
                        every: Some(every),
                        ..
                    } = &backup.work
                    else {
                        continue;
                    };
                    // What was written since the last one is lost, and the time that it takes besides.
                    let lost = match comparator {
                        Comparator::Less => every.value >= value.value,
                        _ => every.value > value.value,
                    };
                    if lost {
                        found.push(
                            Diagnostic::new(
                                &BACKUP_TOO_RARE,
                                backup.name_span,
                                format!(
                                    "`{of}` is backed up every {every}, and the recovery point objective is {} {value}",
                                    comparator.sign()
                                ),
                            )
                            .label(format!("up to {every} of writes are lost"))
                            .also(node.name_span, "the objective")
                            .help("back it up more often, or say for it what may be lost"),
                        );
                    }
                }
            }
            _ => {}
        }
    }
}

/// A switch of all traffic must be followed by a hold, in what stands around it.
fn bakes(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    for place in context.of_kinds(&[Kind::Switch, Kind::Run]) {
        let Some(around) = order.parents[place].filter(|_| switches(order.nodes[place])) else {
            continue;
        };
        // On a rollback, and after a failure, nothing has to bake.
        let back = |at: usize| {
            matches!(
                context.kind(at),
                Kind::Rollback | Kind::Procedure | Kind::Else
            )
        };
        let inside_back = context
            .around(place)
            .any(|at| order.parents[at].is_some() && back(at));
        let watched = order
            .children(around)
            .filter(|&child| child > place)
            .any(|child| watches(order.nodes[child]));
        if watched || inside_back || back(around) || context.kind(around) == Kind::Switch {
            continue;
        }
        found.push(
            Diagnostic::new(
                &NO_BAKE,
                order.nodes[place].name_span,
                "all traffic is switched, and nothing watches the new version afterwards",
            )
            .help("let a `hold 15m while …` follow the switch"),
        );
    }
}

/// What a patch of a service names to send its traffic to other pods.
const SELECTOR: &str = "\"selector\"";

/// Whether all traffic goes to another colour: by `switch`, or by the selector of a service.
fn switches(node: &Node) -> bool {
    match &node.work {
        Work::Switch { .. } => true,
        Work::Run { command, .. } if command.text.contains("selector") => {
            let commands = crate::shell::read(&command.text);
            commands.iter().any(|simple| {
                super::scripts::verb(simple) == "patch"
                    && super::scripts::workloads(simple)
                        .iter()
                        .any(|name| name.starts_with("service/"))
                    && simple.words.iter().any(|word| word.text.contains(SELECTOR))
            })
        }
        _ => false,
    }
}

fn watches(node: &Node) -> bool {
    matches!(node.work, Work::Hold { .. }) || node.children.iter().any(watches)
}

fn rollback_of(action: &Action) -> Option<&str> {
    match &action.deed {
        Deed::Rollback { rollback } => Some(rollback),
        _ => None,
    }
}
