//! What is written for people and says too little, the wrong thing, or the same thing twice.

mod blanks;
mod repeats;
mod units;

pub(super) use blanks::blank;

use std::sync::LazyLock;

use foldhash::HashMap;

use super::Context;
use super::glance::Kind;
use super::titles::{Lower, Phrase, phrases};
use crate::diagnostic::Diagnostic;
use crate::model::{Condition, Node, Work};
use crate::rule;

rule! {
    /// "Normal", "acceptable", "no issues": two people will not agree on what it means, and neither
    /// will one person at 02:00. Say a figure, or what is looked at and what must be seen there.
    pub VAGUE = "D0611", "vague", Wording, Note, "words that everybody reads otherwise", allowable;
    /// The condition under which something is done is left to the reader: "if applicable". Declare a
    /// parameter (`if migration-needed`), or say who decides.
    pub UNDEFINED_CONDITION = "D0612", "undefined-condition", Wording, Warning, "a condition that nobody decides", allowable;
    /// A blank in a text: `[name]`, `TBD`, `____`. On the day somebody looks for a telephone number
    /// and finds a bracket.
    pub OPEN_BLANK = "D0613", "open-blank", Wording, Warning, "a blank in a text that nobody filled in", allowable;
    /// The same is said in two places. One of them will be changed, and the other forgotten. Keep
    /// one, or let both `include` it.
    pub SAID_TWICE = "D0614", "said-twice", Wording, Note, "the same thing in two places", allowable;
    /// A box says in words what the language can do: `pause`, `rollback NAME`, `retry`. In words
    /// nothing happens unless somebody does it by hand.
    pub ORDER_IN_WORDS = "D0615", "order-in-words", Wording, Note, "an action that stands there in words alone", allowable;
    /// The title names one figure and the condition behind it another. People read the title, and
    /// machines the condition.
    pub TITLE_SAYS_OTHERWISE = "D0616", "title-says-otherwise", Wording, Warning, "a title with another figure than its condition", allowable;
    /// What is called the same is measured in two dimensions: a share here, an amount there. They
    /// compare only for somebody who knows the limit.
    pub MIXED_UNITS = "D0617", "mixed-units", Wording, Warning, "one thing in two dimensions", allowable;
    /// A latency without a percentile: the mean hides the slow requests, and the maximum is one
    /// request. Say which is meant: `latency-p95`.
    pub NO_PERCENTILE = "D0618", "no-percentile", Wording, Note, "a latency that does not say which", allowable;
    /// A text tells people of one way to deploy, and the spec does another: all traffic at once is not
    /// a share that grows. Their expectations, and the rollback, differ.
    pub OTHER_STRATEGY = "D0619", "other-strategy", Wording, Warning, "a text that tells of another strategy", allowable;
}

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    vague(context, found);
    for place in context.order.places() {
        if context.glance(place).has_condition {
            undefined(context.order.nodes[place], found);
        }
    }
    for place in context.of_kinds(&[Kind::Check]) {
        order_in_words(context, place, found);
    }
    units::titles(context, found);
    strategies(context, found);
    blanks::blanks(context, found);
    repeats::twice(context, found);
    units::records(context, found);
    units::percentiles(context, found);
}

/// So many places are shown in one finding.
const MOST_LABELS: usize = 8;

/// Words that say nothing. Each stands between blanks in the text.
const VAGUE_WORDS: [&str; 56] = [
    "acceptable",
    "reasonable",
    "appropriate",
    "appropriately",
    "adequate",
    "normal",
    "as needed",
    "if needed",
    "if necessary",
    "looks good",
    "look good",
    "no issues",
    "no major issues",
    "all green",
    "metrics green",
    "within limits",
    "expected range",
    "expected ranges",
    "acceptable range",
    "target range",
    "target ranges",
    "below the threshold",
    "below threshold",
    "within thresholds",
    "monitor closely",
    "watch closely",
    "excessive",
    "excessively",
    "concerning",
    "intermittent",
    "unexpected",
    "confidence high",
    "high confidence",
    "confident",
    "metrics are flat",
    "no anomalies",
    "any anomalies",
    "unknown anomalies",
    "on track",
    "is good",
    "optimal",
    "as it should",
    "as they should",
    "maintained",
    "sustained",
    "degradation",
    "no problems",
    "spike",
    "as usual",
    "stable",
    "user-facing issues",
    "monitor",
    "compare",
    "differences",
    "sla",
    "slas",
];

/// The same, to look for.
const VAGUE_PHRASES: [Phrase; 56] = phrases(VAGUE_WORDS);

/// Words among them that say nothing only at the beginning of a text.
const AT_THE_START: &[&str] = &["monitor", "compare"];

/// The vague words by their first word, each cut into words.
static BY_FIRST: LazyLock<HashMap<&str, Vec<Vague>>> = LazyLock::new(|| {
    let mut all: HashMap<&str, Vec<Vague>> = HashMap::default();
    for phrase in VAGUE_WORDS {
        let words: Vec<&str> = phrase.split(' ').collect();
        if let Some(first) = words.first() {
            all.entry(first).or_default().push(Vague { phrase, words });
        }
    }
    all
});

/// A vague word or phrase.
struct Vague {
    phrase: &'static str,
    words: Vec<&'static str>,
}

/// The vague word in a text; words of it that a baseline defines are not vague.
fn vague_word(text: Lower<'_>, defined: &[String]) -> Option<&'static str> {
    if !text.may_hold(&VAGUE_PHRASES) {
        return None;
    }
    let words: Vec<&str> = text
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '-'))
        .filter(|word| !word.is_empty())
        .collect();
    (0..words.len()).find_map(|at| {
        let known = BY_FIRST.get(words[at])?;
        known
            .iter()
            .filter(|vague| words[at..].starts_with(&vague.words))
            .filter(|vague| at == 0 || !AT_THE_START.contains(&vague.phrase))
            .map(|vague| vague.phrase)
            .find(|phrase| {
                let stem = phrase.trim_end_matches('s');
                !defined
                    .iter()
                    .any(|name| name.trim_end_matches('s') == stem)
            })
    })
}

/// Checks of one stretch with a vague word each.
struct Together<'a> {
    parent: Option<usize>,
    nodes: Vec<(&'a Node, &'static str)>,
}

fn vague(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let defined: Vec<String> = context
        .spec
        .nodes
        .iter()
        .filter(|node| matches!(node.work, Work::Baseline { .. }) && !node.children.is_empty())
        .map(|node| {
            node.id
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_lowercase()
        })
        .collect();
    let mut open: Option<Together<'_>> = None;
    let mut close = |open: &mut Option<Together<'_>>| {
        let Some(Together { nodes, .. }) = open.take() else {
            return;
        };
        let Some(((first, word), rest)) = nodes.split_first() else {
            return;
        };
        let message = match rest.len() {
            0 => format!("`{word}` means another thing to everybody"),
            1 => format!("`{word}`, and one more check here, mean another thing to everybody"),
            many => {
                format!("`{word}`, and {many} more checks here, mean another thing to everybody")
            }
        };
        let mut finding = Diagnostic::new(&VAGUE, first.name_span, message);
        for (node, word) in rest.iter().take(MOST_LABELS) {
            finding = finding.also(node.name_span, format!("`{word}`"));
        }
        found.push(
            finding.help("say a figure (`error-rate < 1%`), or what is looked at and must be seen"),
        );
    };
    for place in context.of_kinds(&[Kind::Check, Kind::Require, Kind::When]) {
        let node = context.order.nodes[place];
        let asserted = match &node.work {
            Work::Check { holds } | Work::Require { holds } | Work::When { holds } => holds
                .as_ref()
                .is_none_or(|holds| !holds.is_machine_checked()),
            _ => false,
        };
        if !asserted
            || node
                .children
                .iter()
                .any(|child| matches!(child.work, Work::Run { .. }))
        {
            continue;
        }
        let title = context.titles.lower(place);
        let word = match node.work.holds() {
            None => vague_word(title, &defined),
            Some(holds) => {
                let mut text = title.text().to_owned();
                holds.walk(&mut |one| {
                    if let Condition::Asserted { text: said, .. } = one {
                        text.push_str(" . ");
                        text.push_str(&said.words().to_lowercase());
                    }
                });
                vague_word(Lower::of(&text), &defined)
            }
        };
        let Some(word) = word else {
            continue;
        };
        let parent = context.order.parents[place];
        if open.as_ref().is_none_or(|open| open.parent != parent) {
            close(&mut open);
        }
        let together = open.get_or_insert_with(|| Together {
            parent,
            nodes: Vec::new(),
        });
        together.nodes.push((node, word));
    }
    close(&mut open);
}

fn undefined(node: &Node, found: &mut Vec<Diagnostic>) {
    const OPEN: &[&str] = &[
        "applicable",
        "needed",
        "necessary",
        "possible",
        "available",
        "required",
        "appropriate",
        "relevant",
        "desired",
    ];
    let Some(Condition::Asserted { text, .. }) = &node.condition else {
        return;
    };
    let text = text.to_string();
    let lower = text.to_lowercase();
    let word = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .find(|word| OPEN.contains(word));
    if word.is_none() {
        return;
    }
    found.push(
        Diagnostic::new(
            &UNDEFINED_CONDITION,
            node.name_span,
            format!("nothing decides whether it is done: `if \"{text}\"`"),
        )
        .help("declare a parameter, `param NAME \"…\" : yes-no`, and write `if NAME`"),
    );
}

/// Texts that tell of blue-green where shares grow, and the other way round.
fn strategies(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut shares: Option<&Node> = None;
    let mut switches: Option<&Node> = None;
    for place in context.of_kinds(&[Kind::Shift, Kind::Switch, Kind::Run]) {
        let node = context.order.nodes[place];
        if !matches!(context.root_kind(place), Kind::Phase | Kind::Gate) {
            continue;
        }
        match &node.work {
            Work::Shift { share, .. } if share.value < crate::quantity::Exact::ONE => {
                shares.get_or_insert(node);
            }
            Work::Switch { .. } => {
                switches.get_or_insert(node);
            }
            Work::Run { command, .. } if command.text.contains("\"selector\"") => {
                switches.get_or_insert(node);
            }
            _ => {}
        }
    }
    let (told, done, how) = match (shares, switches) {
        (Some(node), None) => (
            ["blue-green", "blue/green"],
            node,
            "a share of traffic grows",
        ),
        (None, Some(node)) => (
            ["canary", "gradual rollout"],
            node,
            "all traffic goes at once",
        ),
        (Some(_), Some(_)) | (None, None) => return,
    };
    let mut texts: Vec<(crate::source::Span, String)> = Vec::new();
    if let Some(head) = &context.spec.deployment {
        let strategy = head.strategy.iter().map(ToString::to_string);
        texts.extend(strategy.map(|text| (head.name_span, text)));
    }
    for message in &context.spec.messages {
        texts.push((message.span, message.body.to_string()));
    }
    for (span, text) in texts {
        let lower = text.to_lowercase();
        if let Some(word) = told.iter().find(|word| lower.contains(**word)) {
            found.push(
                Diagnostic::new(
                    &OTHER_STRATEGY,
                    span,
                    format!("this tells of `{word}`, and {how}"),
                )
                .also(done.name_span, how)
                .help("tell people what is done"),
            );
        }
    }
}

fn order_in_words(context: &Context<'_>, place: usize, found: &mut Vec<Diagnostic>) {
    let title = context.titles.lower(place).text().trim();
    let action = if title.starts_with("pause the ")
        || title == "pause"
        || title.starts_with("pause deployment")
    {
        "pause"
    } else if title.starts_with("roll back") || title.ends_with("or roll back") {
        "rollback NAME"
    } else if title.starts_with("stop the deployment") || title.starts_with("abort the deployment")
    {
        "stop"
    } else if title.starts_with("retry") {
        "retry"
    } else if title.starts_with("proceed to ") && title.contains('%') {
        "shift SERVICE to SHARE"
    } else if title.starts_with("hold for ")
        || title.starts_with("wait for ") && title.ends_with("minutes")
    {
        "hold LENGTH while …"
    } else {
        return;
    };
    let node = context.order.nodes[place];
    let said = matches!(node.work, Work::Check { holds: None }) && node.children.is_empty();
    if !said {
        return;
    }
    found.push(
        Diagnostic::new(
            &ORDER_IN_WORDS,
            node.name_span,
            "this is done by hand or not at all",
        )
        .label(format!("the language has `{action}`"))
        .help(format!("write `{action}`")),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_words_stand_alone() {
        let vague = |text: &str, defined: &[String]| vague_word(Lower::of(text), defined);
        assert_eq!(vague("error rate normal", &[]), Some("normal"));
        assert_eq!(vague("abnormal exits are listed", &[]), None);
        assert_eq!(vague("performance meets the sla", &[]), Some("sla"));
        assert_eq!(
            vague("performance meets the sla", &["sla".to_owned()]),
            None
        );
        assert_eq!(vague("monitor at 10%", &[]), Some("monitor"));
        assert_eq!(vague("the monitor is mounted", &[]), None);
    }
}
