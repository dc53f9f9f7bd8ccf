//! The same thing said in two places.

use foldhash::HashMap;

use super::SAID_TWICE;
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::checks::scripts::Script;
use crate::diagnostic::Diagnostic;
use crate::model::{Effect, Interval, Work};
use crate::quantity::Exact;

/// Whether a word carries no meaning of its own in a check.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "a" | "an"
            | "the"
            | "all"
            | "and"
            | "or"
            | "of"
            | "is"
            | "are"
            | "be"
            | "been"
            | "to"
            | "in"
            | "on"
            | "for"
            | "with"
            | "has"
            | "have"
            | "was"
            | "were"
            | "it"
            | "its"
            | "that"
            | "this"
            | "by"
            | "from"
            | "at"
            | "our"
    )
}

/// The words of a text in small letters, in no order, so that texts that say the same are equal.
fn gist(lower: &str) -> Option<String> {
    let mut words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty() && !is_filler(word))
        .map(|word| match word {
            "tls" => "ssl",
            "gdpr" | "access" | "status" => word,
            _ => word.trim_end_matches('s'),
        })
        .collect();
    // What happens again each time is no repetition.
    const EVENTS: &[&str] = &[
        "updated",
        "update",
        "notified",
        "sent",
        "shared",
        "established",
    ];
    words.sort_unstable();
    words.dedup();
    (words.len() >= 3 && !words.iter().any(|word| EVENTS.contains(word))).then(|| words.join(" "))
}

/// What may be said twice.
#[derive(PartialEq, Eq, Hash)]
enum Saying<'a> {
    /// A check, by its words.
    Check(String),
    /// A message that recurs: how often, and where.
    Message(Exact, &'a [String]),
    /// A command.
    Command(&'a str),
}

impl Saying<'_> {
    fn in_words(&self) -> &'static str {
        match self {
            Saying::Check(_) => "the same check twice",
            Saying::Message(..) => "the same recurring message twice",
            Saying::Command(_) => "the same command twice",
        }
    }
}

pub(super) fn twice(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let order = context.order;
    let mut said: HashMap<Saying<'_>, usize> = HashMap::default();
    let mut say = |saying, place: usize| -> Option<Diagnostic> {
        let node = order.nodes[place];
        match said.get(&saying).copied() {
            // In another group of the same stretch the same words are about something else.
            Some(before)
                if context.roots[before] == context.roots[place]
                    && order.parents[before] != order.parents[place]
                    && matches!(saying, Saying::Check(_)) =>
            {
                None
            }
            Some(before) => Some({
                let before = order.nodes[before];
                Diagnostic::new(
                    &SAID_TWICE,
                    node.name_span,
                    format!("{}: `{}` and `{}`", saying.in_words(), before.id, node.id),
                )
                .also(before.name_span, "said here first")
                .help("keep one, or let both include it")
            }),
            None => {
                said.insert(saying, place);
                None
            }
        }
    };
    // What an `include` brought in, and what is one of several ways, is said twice on purpose.
    let mut apart = vec![false; order.nodes.len()];
    for place in order.places() {
        let kind = context.kind(place);
        apart[place] = order.parents[place].is_some_and(|parent| apart[parent])
            || match kind {
                Kind::Option | Kind::Else => true,
                Kind::Group => {
                    matches!(order.nodes[place].work, Work::Group { from: Some(_) })
                }
                _ => false,
            };
        if apart[place]
            || !matches!(kind, Kind::Check | Kind::Every)
            || !matches!(
                context.root_kind(place),
                Kind::Phase | Kind::Gate | Kind::Monitor | Kind::Procedure
            )
        {
            continue;
        }
        let node = order.nodes[place];
        let saying = match &node.work {
            Work::Check { holds: None } if node.children.is_empty() => {
                gist(context.titles.lower(place).text()).map(Saying::Check)
            }
            Work::Every {
                interval: Interval::Period(period),
            } => node.children.iter().find_map(|child| match &child.work {
                Work::Notify { notice, .. } => {
                    Some(Saying::Message(period.value, &notice.channels))
                }
                _ => None,
            }),
            _ => None,
        };
        if let Some(saying) = saying {
            found.extend(say(saying, place));
        }
    }
    for script in context.forward() {
        if !apart[script.place] && repeats(script) {
            let saying = Saying::Command(script.command.text.trim());
            found.extend(say(saying, script.place));
        }
    }
}

/// Whether a command changes something, so that running it twice is worth a word.
fn repeats(script: &Script<'_>) -> bool {
    script.changes_production
        && !matches!(
            &script.node.work,
            Work::Run {
                effect: Effect::Idempotent,
                ..
            }
        )
}
