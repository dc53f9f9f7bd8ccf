//! Hints between the words: what a time is on the clock, when a phase comes, which share of traffic the
//! number of replicas really makes.

use std::collections::BTreeMap;

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams};

use super::parsed::Parsed;
use super::refusal::Refusal;
use super::world::{Deep, World};
use crate::blank::Blanks;
use crate::checks;
use crate::graph;
use crate::model::Work;
use crate::quantity::{Dimension, Exact, Quantity};
use crate::schedule::Placing;
use crate::source::Span;
use crate::syntax::{Kind, Node};
use crate::time::{Instant, When};

/// The hints of a range.
pub(super) fn hints(
    world: &World,
    params: InlayHintParams,
) -> Result<Option<Vec<InlayHint>>, Refusal> {
    let document = super::document(world, &params.text_document)?;
    let parsed = &document.parsed;
    let wanted = parsed.span(params.range);
    let mut hints: BTreeMap<u32, String> = BTreeMap::new();
    let start = start_of(parsed);
    let pods = pods(parsed);
    for piece in &parsed.file.pieces {
        let root = piece.root();
        let own = root.span();
        if own.end < wanted.start || wanted.end < own.start {
            continue;
        }
        for node in root.descend() {
            match node.kind() {
                Kind::offset | Kind::clock => {
                    let span = node.trimmed();
                    let written = parsed.slice(span);
                    if let Some(words) = absolute(start.as_ref(), node.kind(), written) {
                        hints.insert(span.end, format!(" = {words}"));
                    }
                }
                Kind::shift => share(node, node, &pods, &mut hints),
                Kind::canary => {
                    for step in node
                        .child(Kind::block)
                        .into_iter()
                        .flat_map(|block| block.children())
                        .filter(|child| child.kind() == Kind::step)
                    {
                        share(node, step, &pods, &mut hints);
                    }
                }
                _ => {}
            }
        }
    }
    // When phases come is known by a check alone; a spec without errors has one.
    if start.is_some() {
        let deep = document
            .fresh()
            .ok_or_else(|| Refusal::NotYet(parsed.path.clone()))?;
        for time in times(deep) {
            if !time.stated && matches!(time.kind, "phase" | "gate") {
                hints.insert(time.name.end, format!(" {}", time.words));
            }
        }
    }
    let hints = hints
        .into_iter()
        .filter(|(at, _)| wanted.start <= *at && *at <= wanted.end)
        .map(|(at, label)| InlayHint {
            position: parsed.position(at),
            label: InlayHintLabel::String(label),
            kind: Some(InlayHintKind::TYPE),
            text_edits: None,
            tooltip: None,
            padding_left: None,
            padding_right: None,
            data: None,
        })
        .collect();
    Ok(Some(hints))
}

/// The start that the deployment states.
pub(super) fn start_of(parsed: &Parsed) -> Option<Instant> {
    let deployment = parsed
        .file
        .items()
        .find(|item| item.kind() == Kind::deployment)?;
    let starts = deployment.child(Kind::block)?.children().find(|child| {
        child
            .child(Kind::setting_word)
            .is_some_and(|word| word.text() == "starts")
    })?;
    let instant = starts.child(Kind::instant)?;
    Instant::parse(parsed.slice(instant.trimmed())).ok()
}

/// A time on the clock; nothing where the spec does not say when it starts, or says it there.
pub(super) fn absolute(start: Option<&Instant>, kind: Kind, written: &str) -> Option<String> {
    let start = start?;
    let when = When::parse(written).ok()?;
    let at = when.resolve(Some(start), None).ok()?.at?;
    match kind {
        Kind::offset | Kind::clock => Some(words_of(start, &at)),
        Kind::instant => {
            let seconds = at.seconds_since(start)?;
            Some(format!(
                "T{}",
                crate::time::Offset::of(seconds)
                    .to_string()
                    .trim_start_matches('T')
            ))
        }
        _ => None,
    }
}

/// A moment, in the zone of the start.
fn words_of(start: &Instant, at: &Instant) -> String {
    let at = match start.zone() {
        Some(zone) => at.in_zone(zone).unwrap_or_else(|| at.clone()),
        None => at.clone(),
    };
    format!("{} {at}", &at.weekday().name()[..3])
}

/// When a node begins and ends.
pub(super) struct Time {
    /// Where its name stands.
    pub name: Span,
    /// What it is: `phase`, `gate` …
    pub kind: &'static str,
    /// Its begin and end, for people.
    pub words: String,
    /// Whether the author says when it begins.
    pub stated: bool,
}

/// When the nodes of a spec begin and end, as the schedule adds up.
pub(super) fn times(deep: &Deep) -> Vec<Time> {
    let compilation = &deep.compilation;
    let spec = &compilation.spec;
    let start = spec
        .deployment
        .as_ref()
        .and_then(|head| head.starts.as_ref())
        .map(|starts| &starts.value);
    let (order, _) = graph::order(spec);
    let schedules = Placing::new(spec).all(&order);
    let moment = |seconds: i64| -> Option<String> {
        match start {
            Some(start) => {
                let at = start.later(seconds)?;
                let at = match start.zone() {
                    Some(zone) => at.in_zone(zone)?,
                    None => at,
                };
                let (hour, minute, _) = at.clock()?.parts();
                let days = at.date() != start.date();
                let day = if days {
                    format!("{} {} ", &at.weekday().name()[..3], at.date())
                } else {
                    String::new()
                };
                Some(format!("{day}{hour:02}:{minute:02}"))
            }
            None => Some(crate::time::Offset::of(seconds).to_string()),
        }
    };
    order
        .nodes
        .iter()
        .zip(schedules)
        .filter(|(node, _)| node.name_span.source == compilation.root)
        .filter_map(|(node, schedule)| {
            let begins = moment(schedule.starts_seconds?)?;
            let words = match schedule
                .ends_seconds
                .filter(|end| Some(*end) != schedule.starts_seconds)
            {
                Some(end) => format!("{begins}–{}", moment(end)?),
                None => begins,
            };
            Some(Time {
                name: node.name_span,
                kind: match node.work {
                    Work::Phase => "phase",
                    Work::Gate => "gate",
                    _ => "step",
                },
                words,
                stated: node.times.at.is_some() || node.times.window.is_some(),
            })
        })
        .collect()
}

/// The replicas of services whose traffic no router splits.
fn pods(parsed: &Parsed) -> BTreeMap<&str, i64> {
    let mut pods = BTreeMap::new();
    for item in parsed
        .file
        .items()
        .filter(|item| item.kind() == Kind::service)
    {
        let Some(name) = item.child(Kind::name) else {
            continue;
        };
        let setting = |word: &str| {
            item.child(Kind::block)?.children().find(|child| {
                child
                    .child(Kind::setting_word)
                    .is_some_and(|own| own.text() == word)
            })
        };
        let router = setting("traffic")
            .and_then(|setting| setting.child(Kind::path))
            .map(Node::text);
        if !matches!(router, Some("none" | "kubernetes")) {
            continue;
        }
        let replicas = setting("replicas")
            .and_then(|setting| setting.child(Kind::quantity))
            .and_then(|token| Quantity::parse(token.text().trim_blanks()).ok())
            .and_then(|quantity| quantity.value.to_whole())
            .and_then(|count| i64::try_from(count).ok());
        if let Some(replicas) = replicas.filter(|replicas| (1..10_000).contains(replicas)) {
            pods.insert(name.text(), replicas);
        }
    }
    pods
}

/// The share that so many pods really make, where it is another one than the author wrote.
fn share(
    around: Node<'_>,
    step: Node<'_>,
    pods: &BTreeMap<&str, i64>,
    hints: &mut BTreeMap<u32, String>,
) {
    let Some(count) = around
        .child(Kind::path)
        .and_then(|path| pods.get(path.text()))
    else {
        return;
    };
    let Some(token) = step.child(Kind::quantity) else {
        return;
    };
    let Ok(quantity) = Quantity::parse(token.text().trim_blanks()) else {
        return;
    };
    if quantity.dimension != Dimension::Ratio {
        return;
    }
    let Some((new, total)) = checks::served(quantity.value, *count) else {
        return;
    };
    let Some(real) = Exact::fraction(i128::from(new), i128::from(total)) else {
        return;
    };
    if real == quantity.value || quantity.value >= Exact::ONE {
        return;
    }
    let tenths = (i128::from(new) * 1000 + i128::from(total) / 2) / i128::from(total);
    hints.insert(
        token.trimmed().end,
        format!(" ≈ {new} of {total} pods, {}.{}%", tenths / 10, tenths % 10),
    );
}
