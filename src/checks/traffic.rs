//! Shares of traffic: that they grow, end at all of it, and can be had with the replicas there are.

use std::collections::BTreeMap;

use foldhash::HashSet;

use super::Context;
use super::glance::Kind;
use crate::diagnostic::Diagnostic;
use crate::model::{Node, Router, Service, Work};
use crate::quantity::{Dimension, Exact, Quantity};
use crate::rule;

rule! {
    /// The share of the new version falls or stays from one step to the next. If the new version is
    /// bad, the rollback is a rollback; a step that does not grow is most often a slip.
    pub SHARE_NOT_GROWING = "D0531", "share-not-growing", Traffic, Warning, "a share of traffic that does not grow", allowable;
    /// The last step leaves some traffic on the old version, so the deployment is never complete.
    pub NOT_ALL_TRAFFIC = "D0532", "not-all-traffic", Traffic, Warning, "a rollout that never reaches all traffic", allowable;
    /// Without a traffic router a share is made by the number of pods, so only some shares can be
    /// had. The message says which one is really served.
    pub SHARE_BY_REPLICAS = "D0533", "share-by-replicas", Traffic, Warning, "a share that the number of replicas can't express", allowable;
    /// The number of replicas is set by hand while an autoscaler chooses it: one of them undoes what
    /// the other did.
    pub SCALED_BY_HAND = "D0534", "scaled-by-hand", Traffic, Warning, "replicas set by hand under an autoscaler", allowable;
    /// A share of traffic moves, and nothing is said to move it: no router, and no command. A rollout
    /// by itself replaces all pods at once. Say `traffic gateway-api …` in the service, or `traffic
    /// none` where the pods themselves make the share.
    pub NO_ROUTER = "D0535", "no-router", Traffic, Warning, "a share of traffic that nothing makes", allowable;
    /// The spec declares a service, and says of others how they are deployed, but nothing names this
    /// one. It was forgotten, or it does not belong here.
    pub NEVER_DEPLOYED = "D0536", "never-deployed", Traffic, Note, "a service that nothing deploys", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut shifts: BTreeMap<&str, Vec<(&Node, Exact)>> = BTreeMap::new();
    for place in context.of_kinds(&[Kind::Shift, Kind::Scale, Kind::Run]) {
        if matches!(
            context.root_kind(place),
            Kind::Rollback | Kind::Procedure | Kind::Test
        ) {
            continue;
        }
        let node = context.order.nodes[place];
        scaled_by_hand(context, node, found);
        if let Work::Shift { service, share } = &node.work
            && context.is_forward(place)
            && !is_aside(context, place)
        {
            shifts.entry(service).or_default().push((node, share.value));
        }
    }
    never_deployed(context, found);
    for (name, steps) in shifts {
        let service = context.service(name);
        for pair in steps.windows(2) {
            let [(first, before), (second, after)] = pair else {
                continue;
            };
            if after <= before {
                found.push(
                    Diagnostic::new(
                        &SHARE_NOT_GROWING,
                        second.name_span,
                        format!(
                            "the share of `{name}` goes from {} to {}",
                            percent(*before),
                            percent(*after)
                        ),
                    )
                    .also(first.name_span, "the step before")
                    .help(
                        "let each step be larger than the one before; to roll back, write a `rollback`",
                    ),
                );
            }
        }
        if let Some((last, share)) = steps.last()
            && *share < Exact::ONE
        {
            found.push(
                Diagnostic::new(
                    &NOT_ALL_TRAFFIC,
                    last.name_span,
                    format!(
                        "the rollout of `{name}` ends at {} of traffic",
                        percent(*share)
                    ),
                )
                .help(format!("add a last step: `shift {name} to 100%`")),
            );
        }
        if let Some(service) = service {
            unrouted(context, service, &steps, found);
            for (node, share) in steps {
                by_replicas(service, node, share, found);
            }
        }
    }
}

/// Services that no command and no step names, where others are named.
fn never_deployed(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    if context.spec.services.len() < 2 {
        return;
    }
    let mut named: HashSet<&str> = HashSet::default();
    for place in context.of_kinds(&[Kind::Shift, Kind::Switch, Kind::Scale]) {
        match &context.order.nodes[place].work {
            Work::Shift { service, .. }
            | Work::Switch { service, .. }
            | Work::Scale { service, .. } => {
                named.insert(service);
            }
            _ => {}
        }
    }
    let is_named = |named: &HashSet<&str>, service: &Service| {
        named.contains(service.name.as_str()) || named.contains(workload(service))
    };
    let services = &context.spec.services;
    if services.iter().all(|service| is_named(&named, service)) {
        return;
    }
    for script in context.forward() {
        let words = script.command.text.split(|letter: char| {
            letter.is_whitespace() || matches!(letter, '/' | '=' | '"' | ',')
        });
        named.extend(words);
        let known = script.command.environment.iter().map(|(_, origin)| origin);
        named.extend(known.filter_map(|origin| match origin {
            crate::model::Origin::Value(value) => Some(value.rsplit('/').next().unwrap_or(value)),
            _ => None,
        }));
    }
    let (known, open): (Vec<&Service>, Vec<&Service>) = services
        .iter()
        .partition(|service| is_named(&named, service));
    let Some(known) = known.first() else {
        return;
    };
    for service in open {
        found.push(
            Diagnostic::new(
                &NEVER_DEPLOYED,
                service.span,
                format!("nothing deploys `{}`", service.name),
            )
            .also(known.span, format!("`{}` is named by a step", known.name))
            .help("deploy it here, or leave it out"),
        );
    }
}

/// Whether a step is none of the rollout: what happens after a failure, or one way of a choice.
fn is_aside(context: &Context<'_>, place: usize) -> bool {
    let mut around = context.around(place);
    around.any(|at| matches!(context.kind(at), Kind::Else | Kind::Choose))
}

fn percent(share: Exact) -> String {
    Quantity::of(share, Dimension::Ratio).written
}

/// The share that is really served where pods make it, as the Argo Rollouts controller counts:
/// of the nearest numbers of new pods below and above, with one pod more or not, the one that is
/// nearest to the share; never none of either for a share between 0 and 100%.
/// Source: argo-rollouts `utils/replicaset/canary.go`, `approximateWeightedCanaryStableReplicaCounts`.
pub fn served(share: Exact, replicas: i64) -> Option<(i64, i64)> {
    let mut best: Option<(Exact, i64, i64)> = None;
    for total in [replicas, replicas + 1] {
        let exact = share.times(Exact::whole(total))?;
        for new in [exact.floor(), exact.ceiling()] {
            let new = i64::try_from(new).ok()?;
            let partial = !share.is_zero() && share < Exact::ONE;
            if partial && total > 1 && (new == 0 || new == total) {
                continue;
            }
            let off = Exact::fraction(i128::from(new), i128::from(total))?
                .minus(share)?
                .magnitude();
            if best.is_none_or(|(least, _, _)| off < least) {
                best = Some((off, new, total));
            }
        }
    }
    best.map(|(_, new, total)| (new, total))
}

fn by_replicas(service: &Service, node: &Node, share: Exact, found: &mut Vec<Diagnostic>) {
    let routed = service.router().is_some_and(Router::has_shares);
    let Some(replicas) = &service.replicas else {
        return;
    };
    let Some(count) = replicas
        .value
        .to_whole()
        .and_then(|count| i64::try_from(count).ok())
    else {
        return;
    };
    // Nothing said of a router may mean that there is one: only a clear `none` is held to it.
    if routed || service.traffic.is_none() || count < 1 {
        return;
    }
    let Some((new, total)) = served(share, count) else {
        return;
    };
    let Some(real) = Exact::fraction(i128::from(new), i128::from(total)) else {
        return;
    };
    if real == share {
        return;
    }
    let real = real
        .times(Exact::whole(1000))
        .and_then(|real| Exact::fraction(real.plus(Exact::fraction(1, 2)?)?.floor(), 1000))
        .map_or_else(String::new, percent);
    found.push(
        Diagnostic::new(
            &SHARE_BY_REPLICAS,
            node.name_span,
            format!(
                "{} of traffic can't be had with {count} replicas",
                percent(share)
            ),
        )
        .label(format!("really {new} of {total} pods: {real}"))
        .also(service.traffic_span, "no router splits the traffic")
        .help("name a router (`traffic gateway-api …`), or a share that pods can make"),
    );
}

/// Shares of a service of which nothing says how its traffic is split.
fn unrouted(
    context: &Context<'_>,
    service: &Service,
    steps: &[(&Node, Exact)],
    found: &mut Vec<Diagnostic>,
) {
    let partial = |share: &Exact| !share.is_zero() && *share < Exact::ONE;
    let open: Vec<&(&Node, Exact)> = steps
        .iter()
        .filter(|(node, share)| {
            partial(share)
                && !node
                    .children
                    .iter()
                    .any(|child| matches!(child.work, Work::Run { .. }))
        })
        .collect();
    let Some(((first, _), rest)) = open.split_first() else {
        return;
    };
    if service.traffic.is_some() {
        return;
    }
    let mut finding = Diagnostic::new(
        &NO_ROUTER,
        first.name_span,
        format!("nothing says what splits the traffic of `{}`", service.name),
    )
    .label("a share of traffic");
    for (node, share) in std::iter::once(&open[0]).chain(rest).take(8) {
        // Where pods were counted out by hand before, they make the share.
        let Some((count, by)) = counted(context, service, node) else {
            continue;
        };
        let Some(exact) = share.times(Exact::whole(count)) else {
            continue;
        };
        if exact.to_whole().is_none() {
            finding = finding.also(
                node.name_span,
                format!("{} of {count} pods is no whole number", percent(*share)),
            );
            if let Some(by) = by {
                finding = finding.also(by.name_span, format!("{count} pods"));
            }
        }
    }
    found.push(
        finding.help(
            "name the router in the service (`traffic gateway-api …`), or write `traffic none`",
        ),
    );
}

/// The pods of a service before a step, and the command that set them; as declared, where none did.
fn counted<'a>(
    context: &'a Context<'_>,
    service: &Service,
    step: &Node,
) -> Option<(i64, Option<&'a Node>)> {
    let before = context
        .scripts
        .partition_point(|script| script.node.span.start < step.span.start);
    let set = context.scripts[..before].iter().rev().find_map(|script| {
        let text = &script.command.text;
        let digits = |behind: &str| -> Option<i64> {
            let digits: String = behind
                .trim_start_matches([' ', ':', '=', '"'])
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            digits.parse().ok()
        };
        let at = text
            .find("\"replicas\"")
            .map(|at| at + "\"replicas\"".len())
            .or_else(|| text.find("--replicas").map(|at| at + "--replicas".len()))?;
        (script.is_forward() && mentions(text, workload(service)))
            .then(|| digits(&text[at..]))?
            .map(|count| (count, Some(script.node)))
    });
    let declared = || {
        let count = service.replicas.as_ref()?.value.to_whole()?;
        Some((i64::try_from(count).ok()?, None))
    };
    set.or_else(declared).filter(|(count, _)| *count > 0)
}

/// The name of the workload of a service.
fn workload(service: &Service) -> &str {
    service
        .workload
        .as_deref()
        .and_then(|workload| workload.rsplit('/').next())
        .unwrap_or(&service.name)
}

fn scaled_by_hand(context: &Context<'_>, node: &Node, found: &mut Vec<Diagnostic>) {
    let named = match &node.work {
        Work::Scale { service, .. } => Some(service.as_str()),
        Work::Run { command, .. } => {
            let sets = command.text.contains("kubectl scale")
                || command.text.contains("kubectl patch") && command.text.contains("\"replicas\"");
            sets.then_some(command.text.as_str())
        }
        _ => None,
    };
    let Some(named) = named else {
        return;
    };
    let service = context.spec.services.iter().find(|service| {
        let scaled = service.limits.is_some() || context.autoscaler.is_some();
        scaled && (named == service.name || mentions(named, workload(service)))
    });
    if let Some(service) = service {
        let limits = match &service.limits {
            Some(limits) => format!(" ({limits})"),
            None => String::new(),
        };
        let told = match (&service.limits, context.autoscaler) {
            (None, Some(span)) => (span, "an autoscaler is spoken of here"),
            (Some(_) | None, _) => (service.span, "the limits of the autoscaler"),
        };
        found.push(
            Diagnostic::new(
                &SCALED_BY_HAND,
                node.name_span,
                format!(
                    "the replicas of `{}` are set by hand, and an autoscaler chooses them{limits}",
                    service.name
                ),
            )
            .also(told.0, told.1)
            .help("change the limits of the autoscaler instead, or suspend it first"),
        );
    }
}

/// Whether a command names a workload: as a word, or behind `deployment/`.
fn mentions(command: &str, workload: &str) -> bool {
    command
        .split(|character: char| character.is_whitespace() || character == '/')
        .any(|word| word == workload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_those_of_the_controller() {
        // Replicas, percent, new pods, all pods; from the table of the controller's own test.
        for (replicas, share, new, total) in [
            (4, 10, 1, 5),
            (10, 10, 1, 10),
            (10, 5, 1, 11),
            (5, 50, 3, 6),
            (6, 50, 3, 6),
            (3, 25, 1, 4),
            (1, 50, 1, 2),
            (10, 100, 10, 10),
            (10, 0, 0, 10),
        ] {
            let share = Exact::fraction(share, 100).expect("a hundred is not zero");
            assert_eq!(
                served(share, replicas),
                Some((new, total)),
                "{replicas} replicas"
            );
        }
    }
}
