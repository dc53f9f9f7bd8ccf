//! What is said to be so before it can be: ready, done, successful.

use super::Context;
use super::glance::Kind;
use super::titles::{Lower, Phrase, phrases};
use super::wording::blank;
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Node, Text, Work};
use crate::rule;
use crate::source::Span;

rule! {
    /// The deployment says that it is ready, and something is still open: a blank, a draft, a start
    /// that nobody fixed, boxes of the weeks before. Whoever reads `ready` looks no further.
    pub NOT_READY = "D0591", "not-ready", Readiness, Warning, "called ready while something is open", allowable;
    /// A stretch is called done or ready, and boxes inside it are not ticked. One of the two is wrong.
    pub STATUS_CONTRADICTS = "D0592", "status-contradicts", Readiness, Warning, "a status that the boxes inside contradict", allowable;
    /// A box is ticked although what it asserts can be true only later: a verdict before the work, or
    /// the first day before it has begun. It was copied, and will be believed.
    pub DONE_TOO_EARLY = "D0593", "done-too-early", Readiness, Warning, "ticked before it can be true", allowable;
    /// Success is declared while criteria of success are still open, or is declared again later. Only
    /// the last declaration can be right.
    pub SUCCESS_TOO_EARLY = "D0594", "success-too-early", Readiness, Warning, "success declared before it is known", allowable;
    /// A document is referred to that is not written yet.
    pub REFERENCE_MISSING = "D0595", "reference-missing", Readiness, Warning, "a document that is not there yet", allowable;
    /// Alerts, an on-call rota, a tested rollback: what is needed while traffic moves is made ready only
    /// afterwards.
    pub PREPARED_TOO_LATE = "D0596", "prepared-too-late", Readiness, Warning, "made ready after it was needed", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    not_ready(context, found);
    for place in context.order.places() {
        if context.glance(place).has_status {
            let node = context.order.nodes[place];
            status_contradicts(node, found);
            missing(context, node, found);
        }
    }
    done_too_early(context, found);
    prepared_too_late(context, found);
    success_too_early(context, found);
}

const MOST_LABELS: usize = 12;

/// Whether a word on the state says that nothing is left to do before.
fn says_ready(status: &str) -> bool {
    status.to_lowercase().starts_with("ready")
}

fn says_done(status: &str) -> bool {
    matches!(
        status.to_lowercase().as_str(),
        "done" | "complete" | "completed" | "finished" | "passed" | "approved" | "✓" | "✅"
    )
}

/// Whether a word on the state says that it is still to be made.
fn says_open(status: &str) -> bool {
    let lower = status.to_lowercase();
    [
        "to be",
        "tbd",
        "todo",
        "draft",
        "missing",
        "open",
        "wip",
        "in progress",
        "pending",
        "planned",
        "not ",
    ]
    .iter()
    .any(|word| lower.starts_with(word))
}

fn is_box(node: &Node) -> bool {
    matches!(node.work, Work::Check { .. } | Work::Require { .. })
}

fn not_ready(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let spec = context.spec;
    let Some(head) = &spec.deployment else {
        return;
    };
    let Some(status) = head
        .status
        .as_ref()
        .filter(|status| says_ready(&status.value))
    else {
        return;
    };
    let mut open: Vec<(Span, String)> = Vec::new();
    let mut count = 0usize;
    let mut add = |span: Span, what: String| {
        count += 1;
        open.push((span, what));
    };
    if head.starts.is_none() {
        add(head.name_span, "no `starts` says when".to_owned());
    }
    if head.owners.is_empty() {
        add(head.name_span, "nobody owns it".to_owned());
    }
    let open_of = |texts: &[&Text]| -> Option<String> {
        texts
            .iter()
            .find_map(|text| blank(&text.words()).map(str::to_owned))
    };
    for role in &spec.roles {
        let addresses = role.contacts.iter().map(|contact| &contact.address);
        let texts: Vec<&Text> = role.people.iter().chain(addresses).collect();
        if let Some(blank) = open_of(&texts) {
            add(role.span, format!("`{blank}` is a blank"));
        }
    }
    for channel in &spec.channels {
        if let Some(blank) = open_of(&[&channel.address]) {
            add(channel.span, format!("`{blank}` is a blank"));
        }
    }
    for script in &context.scripts {
        let blank = script
            .commands
            .iter()
            .flat_map(|simple| &simple.words)
            .find_map(|word| {
                let at = word.text.find('<')?;
                crate::shell::placeholder(&word.text[at..])
            });
        if let Some(blank) = blank {
            add(script.node.name_span, format!("`{blank}` is a blank"));
        }
    }
    for place in context.order.places() {
        let node = context.order.nodes[place];
        if let Some(status) = node.status.as_ref().filter(|status| says_open(status)) {
            add(node.name_span, format!("is `{status}`"));
        }
        // What should be over a day before the start is over by now.
        let early = context.schedules[place]
            .starts_seconds
            .is_some_and(|start| start <= -86_400);
        if early && context.order.parents[place].is_none() && node.work == Work::Phase {
            let (mut boxes, mut ticked) = (0usize, 0usize);
            node.walk(&mut |inner| {
                boxes += usize::from(is_box(inner));
                ticked += usize::from(is_box(inner) && inner.done);
            });
            if ticked < boxes {
                add(
                    node.name_span,
                    format!("{} of {boxes} boxes are not ticked", boxes - ticked),
                );
            }
        }
    }
    if open.is_empty() {
        return;
    }
    let things = match count {
        1 => "one thing is".to_owned(),
        many => format!("{many} things are"),
    };
    let mut finding = Diagnostic::new(
        &NOT_READY,
        status.span,
        format!("called `{}`, and {things} open", status.value),
    );
    for (span, what) in open.into_iter().take(MOST_LABELS) {
        finding = finding.also(span, what);
    }
    found.push(finding.help("call it a draft until they are closed"));
}

fn status_contradicts(node: &Node, found: &mut Vec<Diagnostic>) {
    let Some(status) = &node.status else {
        return;
    };
    if is_box(node) || !(says_done(status) || says_ready(status)) {
        return;
    }
    let (mut boxes, mut first, mut open) = (0usize, None, 0usize);
    node.walk(&mut |inner| {
        if is_box(inner) {
            boxes += 1;
            if !inner.done {
                open += 1;
                first.get_or_insert(inner);
            }
        }
    });
    let Some(first) = first else {
        return;
    };
    found.push(
        Diagnostic::new(
            &STATUS_CONTRADICTS,
            node.name_span,
            format!(
                "`{}` is called `{status}`, and {open} of its {boxes} boxes are not ticked",
                node.id
            ),
        )
        .also(first.name_span, "the first of them")
        .help("tick what is `done`, or take the status back"),
    );
}

fn missing(context: &Context<'_>, node: &Node, found: &mut Vec<Diagnostic>) {
    if !matches!(node.work, Work::File { .. } | Work::Link { .. }) {
        return;
    }
    let Some(status) = node.status.as_ref().filter(|status| says_open(status)) else {
        return;
    };
    let title = node.title.to_string();
    let mut finding = Diagnostic::new(
        &REFERENCE_MISSING,
        node.name_span,
        format!("`{title}` is `{status}`"),
    );
    // Whoever is to have read it has read nothing.
    let key = title
        .to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .rfind(|word| word.len() > 4)
        .unwrap_or_default()
        .to_owned();
    if !key.is_empty() {
        let claims = context.order.places().filter(|&place| {
            is_box(context.order.nodes[place]) && {
                let text = context.titles.lower(place);
                text.contains(&key)
                    && [
                        "review", "ready", "complete", "prepared", "updated", "written",
                    ]
                    .iter()
                    .any(|word| text.contains(word))
            }
        });
        for claim in claims.take(MOST_LABELS) {
            let claim = context.order.nodes[claim];
            finding = finding.also(claim.name_span, "says that it is there");
        }
    }
    found.push(finding.help("write it, or leave it out"));
}

/// Boxes of one stretch that are ticked too early, and the work that is still to be done.
struct Ticked<'a> {
    parent: Option<usize>,
    nodes: Vec<&'a Node>,
    why: &'static str,
    worked: Option<&'a Node>,
}

fn done_too_early(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let changes = |place: usize| match &context.order.nodes[place].work {
        Work::Run { effect, .. } => *effect != Effect::ReadsOnly,
        Work::Shift { .. } | Work::Switch { .. } | Work::Scale { .. } => true,
        _ => false,
    };
    let forward = |place: usize| context.is_forward(place);
    let mut places = context.order.places();
    let work = places.find(|&place| changes(place) && forward(place));
    let mut groups: Vec<Ticked<'_>> = Vec::new();
    for place in context.order.places() {
        // What is no step on the way comes after all of it, wherever it is written.
        let worked = work
            .filter(|&work| work <= place || !forward(place))
            .map(|work| context.order.nodes[work]);
        if !context.glance(place).is_done {
            continue;
        }
        let (node, root) = (context.order.nodes[place], context.root(place));
        let why = match root.work {
            Work::Success | Work::Failure => "the verdict comes after the work",
            Work::Monitor => "it is watched after the work",
            Work::Rollback | Work::Procedure => "nothing was rolled back yet",
            _ if root.follows_rollback() => "nothing was rolled back yet",
            _ if worked.is_some() => "work that comes before it is not done",
            _ if context.schedules[place]
                .starts_seconds
                .is_some_and(|start| start > 0) =>
            {
                "it begins after the start"
            }
            _ => continue,
        };
        let parent = context.order.parents[place];
        match groups.last_mut() {
            // What stands at the top follows what is written above it on the way forward alone.
            Some(group)
                if group.parent == parent
                    && group.why == why
                    && (parent.is_some() || forward(place)) =>
            {
                group.nodes.push(node);
            }
            Some(_) | None => groups.push(Ticked {
                parent,
                nodes: vec![node],
                why,
                worked,
            }),
        }
    }
    for Ticked {
        nodes, why, worked, ..
    } in groups
    {
        let Some((first, rest)) = nodes.split_first() else {
            continue;
        };
        let message = match rest.len() {
            0 => format!("`{}` is ticked before it can be true", first.id),
            many => format!("{} boxes are ticked before they can be true", many + 1),
        };
        let mut finding = Diagnostic::new(&DONE_TOO_EARLY, first.name_span, message).label(why);
        for node in rest.iter().take(MOST_LABELS) {
            finding = finding.also(node.name_span, "ticked too");
        }
        if let Some(worked) = worked {
            finding = finding.also(worked.name_span, "this is still to be done");
        }
        found.push(finding.help("take `done` away: it is ticked when it is so"));
    }
}

/// What must be ready before traffic moves.
const NEEDED: [Phrase; 7] = phrases([
    "alert",
    "on-call",
    "oncall",
    "rollback",
    "monitoring",
    "runbook",
    "war room",
]);

/// How it is said that it is.
const MADE_READY: [Phrase; 7] = phrases([
    "set up",
    "configured",
    "scheduled",
    "tested",
    "prepared",
    "confirmed",
    "rehearsed",
]);

fn prepared_too_late(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut moved: Option<&Node> = None;
    let mut late: Vec<&Node> = Vec::new();
    for place in context.of_kinds(&[Kind::Shift, Kind::Switch, Kind::Check]) {
        let root = context.root_kind(place);
        if !matches!(root, Kind::Phase | Kind::Gate | Kind::Monitor) {
            continue;
        }
        let is_check = context.kind(place) == Kind::Check;
        let title = context.titles.lower(place);
        if is_check && !(title.holds(&NEEDED) && title.holds(&MADE_READY))
            || !is_check && moved.is_some()
            || context.root(place).follows_rollback()
        {
            continue;
        }
        let node = context.order.nodes[place];
        if !is_check {
            moved = Some(node);
        }
        let behind = moved.is_some_and(|moved| moved.span.end < context.root(place).span.start);
        if behind && matches!(&node.work, Work::Check { holds: None }) {
            late.push(node);
        }
    }
    let (Some(moved), Some((first, rest))) = (moved, late.split_first()) else {
        return;
    };
    let message = match rest.len() {
        0 => format!("`{}` is made ready after traffic has moved", first.id),
        many => format!("{} things are made ready after traffic has moved", many + 1),
    };
    let mut finding = Diagnostic::new(&PREPARED_TOO_LATE, first.name_span, message);
    for node in rest.iter().take(MOST_LABELS) {
        finding = finding.also(node.name_span, "this too");
    }
    found.push(
        finding
            .also(moved.name_span, "traffic moves here")
            .help("make it ready before, and check it there"),
    );
}

/// How it is declared that the whole has succeeded.
const DECLARED: [Phrase; 9] = phrases([
    "deployment successful",
    "deployment considered successful",
    "considered successful",
    "declare success",
    "success announcement",
    "announce success",
    "announce the success",
    "declared successful",
    "of the success",
]);

fn success_too_early(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    let mut declared: Vec<usize> = Vec::new();
    for place in context.of_kinds(&[Kind::Check, Kind::Require, Kind::Notify]) {
        let title_says = context.titles.lower(place).holds(&DECLARED);
        let says = title_says
            || context.kind(place) == Kind::Notify
                && match &order.nodes[place].work {
                    Work::Notify { notice, .. } => {
                        Lower::of(&notice.text.words().to_lowercase()).holds(&DECLARED)
                    }
                    _ => false,
                };
        if says && !context.root(place).follows_rollback() {
            declared.push(place);
        }
    }
    let time = |place: usize| -> Option<i64> {
        std::iter::once(place)
            .chain(context.around(place))
            .find_map(|at| context.schedules[at].starts_seconds)
    };
    let Some(&first) = declared
        .iter()
        .min_by_key(|&&place| (time(place).unwrap_or(i64::MAX), place))
    else {
        return;
    };
    let own = time(first);
    let later: Vec<usize> = declared
        .iter()
        .copied()
        .filter(|&place| match (own, time(place)) {
            (Some(own), Some(other)) => other > own,
            _ => false,
        })
        .collect();
    // Criteria that are known only later.
    let open: Vec<usize> = order
        .places()
        .filter(|&place| {
            let window = || {
                let window = order.nodes[place].times.window.as_deref();
                window.and_then(|(_, to)| context.placing.offset(&to.value))
            };
            context.root_kind(place) == Kind::Success
                && window().zip(own).is_some_and(|(end, own)| end > own)
        })
        .collect();
    if later.is_empty() && open.is_empty() {
        return;
    }
    let node = order.nodes[first];
    let mut finding = Diagnostic::new(
        &SUCCESS_TOO_EARLY,
        node.name_span,
        format!("`{}` declares success before it is known", node.id),
    );
    for place in later.into_iter().take(MOST_LABELS) {
        finding = finding.also(order.nodes[place].name_span, "declared again here");
    }
    for place in open.into_iter().take(MOST_LABELS) {
        finding = finding.also(order.nodes[place].name_span, "known only later");
    }
    found.push(finding.help("declare it once, when every criterion is known"));
}
