//! Who decides, who is reached, and whether they can be.

use super::Context;
use super::glance::Kind;
use super::glance::actions_of;
use crate::diagnostic::Diagnostic;
use crate::model::{Deed, Node, Work};
use crate::rule;

rule! {
    /// A gate asks for a person's word, and nobody is named who gives it. Say who decides: `approve
    /// by ROLE`, or give the gate an owner with `by ROLE`.
    pub NOBODY_DECIDES = "D0541", "nobody-decides", People, Warning, "a gate on a person's word that nobody owns", allowable;
    /// The same role stands on both sides of a rule that wants two people: it approves what it must
    /// not approve, or is counted twice.
    pub SAME_PERSON = "D0542", "same-person", People, Warning, "the same role on both sides of a two-person rule", allowable;
    /// An alert or severity fires and nothing follows: nobody is told and nothing is done.
    pub NO_ACTION = "D0543", "no-action", People, Warning, "a rule that fires and does nothing", allowable;
    /// A severity that no condition makes fire.
    pub NO_TRIGGER = "D0544", "no-trigger", People, Warning, "a severity that nothing makes fire", allowable;
    /// Several stretches of work follow each other and nothing between them decides whether to go on.
    pub NO_GATE = "D0545", "no-gate", People, Warning, "a deployment without a decision", allowable;
    /// Somebody is to be paged, and nothing says how they are reached.
    pub UNREACHABLE = "D0546", "unreachable", People, Warning, "a role that is paged and has no contact", allowable;
    /// Alerts go by mail alone, while the escalation says that somebody is called within minutes. Mail
    /// is read when there is time.
    pub SLOW_CHANNEL = "D0547", "slow-channel", People, Warning, "alerts on a slower way than the escalation promises", allowable;
    /// A rule fires and leaves a word behind, "Investigate": nobody is paged, no channel is told, and
    /// nothing is done by itself. Whoever happens to look may see it.
    pub NOBODY_TOLD = "D0548", "nobody-told", People, Warning, "a rule that fires and tells nobody", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let spec = context.spec;
    let owner = spec
        .deployment
        .as_ref()
        .is_some_and(|head| !head.owners.is_empty());
    // Decisions so far, and those up to the last phase that changes something.
    let mut gates = 0;
    let mut decided = 0;
    let mut changing: Vec<&Node> = Vec::new();
    let mut unreached: Vec<&str> = Vec::new();
    let order = context.order;
    for place in order.places() {
        let node = order.nodes[place];
        let on_the_way = context.is_forward(place);
        match context.kind(place) {
            Kind::Gate => {
                gates += usize::from(on_the_way);
                nobody_decides(node, owner, found);
            }
            Kind::Approve => {
                gates += usize::from(on_the_way);
                if let Work::Approve { roles, not, .. } = &node.work {
                    same_person(node, roles, not, found);
                }
            }
            // A choice, a hold that can fail, or a person's go are decisions as well.
            Kind::Hold | Kind::Choose => gates += usize::from(on_the_way),
            Kind::Alert | Kind::Severity => of_rule(node, found),
            _ => {}
        }
        if context.glance(place).acts {
            for action in actions_of(node) {
                if let Deed::Page { roles } = &action.deed {
                    for role in roles {
                        if !unreached.contains(&role.as_str()) {
                            unreached.push(role);
                            unreachable(context, role, action.span, found);
                        }
                    }
                }
            }
        }
        let ends = order.parents.get(place + 1).is_none_or(Option::is_none);
        if ends && context.root_kind(place) == Kind::Phase {
            let phase = context.root(place);
            if phase.children.iter().any(changes) {
                changing.push(phase);
                decided = gates;
            }
        }
    }
    slow_channels(context, found);
    if decided == 0
        && let [_, .., last_phase] = changing.as_slice()
    {
        found.push(
            Diagnostic::new(
                &NO_GATE,
                last_phase.name_span,
                format!(
                    "{} phases change something, and nothing decides whether to go on",
                    changing.len()
                ),
            )
            .also(changing[0].name_span, "the first of them")
            .help("let a gate stand between them: `gate go \"Go or no-go\" { require … approve by … }`"),
        );
    }
}

/// A rule or an alert that nothing makes fire, or that fires and does nothing.
fn of_rule(node: &Node, found: &mut Vec<Diagnostic>) {
    match &node.work {
        Work::Alert { then, .. } if then.is_empty() => no_action(node, "alert", found),
        Work::Severity { then } => {
            if then.is_empty() {
                no_action(node, "severity", found);
            }
            let mut children = node.children.iter();
            if !children.any(|child| matches!(child.work, Work::When { .. })) {
                found.push(
                    Diagnostic::new(
                        &NO_TRIGGER,
                        node.name_span,
                        format!("nothing makes the severity `{}` fire", last(&node.id)),
                    )
                    .help("say when: `when error-rate > 5%`"),
                );
            }
        }
        _ => {}
    }
    nobody_told(node, found);
}

fn changes(node: &Node) -> bool {
    match &node.work {
        Work::Run { effect, .. } => *effect != crate::model::Effect::ReadsOnly,
        Work::Shift { .. } | Work::Switch { .. } | Work::Scale { .. } => true,
        _ => node.children.iter().any(changes),
    }
}

fn nobody_decides(gate: &Node, owned: bool, found: &mut Vec<Diagnostic>) {
    let mut approved = owned || !gate.owners.is_empty();
    let mut word: Option<&Node> = None;
    gate.walk(&mut |node| {
        approved |= matches!(node.work, Work::Approve { .. });
        if let Work::Require { holds } | Work::Check { holds } = &node.work
            && holds
                .as_ref()
                .is_none_or(|condition| !condition.is_machine_checked())
            && node.owners.is_empty()
            && word.is_none()
        {
            word = Some(node);
        }
    });
    if let Some(word) = word
        && !approved
    {
        found.push(
            Diagnostic::new(
                &NOBODY_DECIDES,
                gate.name_span,
                format!("nobody is named who decides the gate `{}`", gate.id),
            )
            .also(word.name_span, "a person must say this")
            .help("say who: `approve by ROLE`, or `by ROLE` behind the gate's title"),
        );
    }
}

fn same_person(node: &Node, roles: &[String], not: &[String], found: &mut Vec<Diagnostic>) {
    if let Some(role) = roles.iter().find(|role| not.contains(role)) {
        found.push(
            Diagnostic::new(
                &SAME_PERSON,
                node.name_span,
                format!("`{role}` must approve and must not approve"),
            )
            .help("let somebody else approve"),
        );
    }
    for (index, role) in roles.iter().enumerate() {
        if roles[..index].contains(role) {
            found.push(
                Diagnostic::new(
                    &SAME_PERSON,
                    node.name_span,
                    format!("`{role}` is counted twice"),
                )
                .help("name each role once"),
            );
        }
    }
}

fn no_action(node: &Node, what: &str, found: &mut Vec<Diagnostic>) {
    found.push(
        Diagnostic::new(
            &NO_ACTION,
            node.name_span,
            format!("the {what} `{}` fires and does nothing", last(&node.id)),
        )
        .help("say what is done: `then page ROLE`, `then rollback NAME`"),
    );
}

fn unreachable(
    context: &Context<'_>,
    name: &str,
    span: crate::source::Span,
    found: &mut Vec<Diagnostic>,
) {
    let Some(role) = context.spec.roles.iter().find(|role| role.name == name) else {
        return;
    };
    let escalated = context.spec.nodes.iter().any(|node| {
        node.work == Work::Escalation
            && node.children.iter().any(|line| match &line.work {
                Work::Escalate { roles, via, .. } => {
                    roles.iter().any(|role| role == name) && !via.is_empty()
                }
                _ => false,
            })
    });
    if role.contacts.is_empty() && !escalated {
        found.push(
            Diagnostic::new(
                &UNREACHABLE,
                span,
                format!("`{name}` is paged, and nothing says how they are reached"),
            )
            .also(role.span, "declared without a contact")
            .help(format!(
                "give a contact: `role {name} \"…\" {{ contact phone \"…\" }}`"
            )),
        );
    }
}

fn nobody_told(node: &Node, found: &mut Vec<Diagnostic>) {
    let (Work::Alert { then, .. } | Work::Severity { then }) = &node.work else {
        return;
    };
    let words = then
        .iter()
        .all(|action| matches!(action.deed, Deed::Instruct { .. }));
    if then.is_empty() || !words || !node.owners.is_empty() {
        return;
    }
    found.push(
        Diagnostic::new(
            &NOBODY_TOLD,
            node.name_span,
            format!("`{}` fires, and nobody is told", last(&node.id)),
        )
        .also(then[0].span, "words that nobody hears")
        .help("name somebody: `then page ROLE`, `then notify CHANNEL \"…\"`"),
    );
}

/// Alerts that go by mail alone, against an escalation that promises more.
fn slow_channels(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let spec = context.spec;
    let fast = |via: &String| {
        matches!(
            via.as_str(),
            "phone" | "call" | "pager" | "pagerduty" | "sms"
        )
    };
    let promised = spec
        .nodes
        .iter()
        .filter(|node| node.work == Work::Escalation)
        .flat_map(|node| &node.children)
        .find(|line| match &line.work {
            Work::Escalate { via, delay, .. } => {
                via.iter().any(fast)
                    && delay
                        .as_ref()
                        .and_then(|delay| delay.value.to_whole())
                        .is_some_and(|seconds| seconds <= 900)
            }
            _ => false,
        });
    let Some(promised) = promised else {
        return;
    };
    let slow = |name: &String| {
        spec.channels.iter().any(|channel| {
            channel.name == *name && matches!(channel.kind.as_str(), "email" | "mail")
        })
    };
    let mut by_mail: Vec<&Node> = Vec::new();
    for node in &context.order.nodes {
        let (Work::Alert { then, .. } | Work::Severity { then }) = &node.work else {
            continue;
        };
        let mut told = Vec::new();
        for action in then {
            if let Deed::Notify(notice) = &action.deed {
                told.extend(&notice.channels);
            }
        }
        // A page reaches somebody only where a role says how.
        let paged = then.iter().any(|action| match &action.deed {
            Deed::Page { roles } => roles.iter().any(|name| {
                spec.roles
                    .iter()
                    .any(|role| role.name == *name && !role.contacts.is_empty())
            }),
            _ => false,
        });
        if !told.is_empty() && told.into_iter().all(slow) && !paged {
            by_mail.push(node);
        }
    }
    let Some((first, rest)) = by_mail.split_first() else {
        return;
    };
    let message = match rest.len() {
        0 => format!("`{}` goes by mail alone", first.id),
        many => format!("{} alerts go by mail alone", many + 1),
    };
    let mut finding = Diagnostic::new(&SLOW_CHANNEL, first.name_span, message);
    for node in rest.iter().take(8) {
        finding = finding.also(node.name_span, "this one too");
    }
    found.push(
        finding
            .also(promised.name_span, "the escalation promises a call")
            .help("page somebody, or tell a channel that is read at once"),
    );
}

fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}
