//! Clauses that begin with another word than here, or with none.

use super::expected;
use super::repair::Repair;
use super::stop::Stop;
use crate::blank::Blanks;
use crate::syntax::grammar::Rule as Kind;

/// Words of others for the words of clauses, and ours, the likeliest first. What is read again with one
/// of them decides.
const CLAUSES: &[(&[&str], &[&str])] = &[
    (&["any of", "one of", "either"], &["1 of"]),
    (
        &[
            "roll back to",
            "roll back",
            "rollback to",
            "revert to",
            "revert",
            "roll back to",
        ],
        &["rollback"],
    ),
    (&["abort", "cancel", "fail", "halt", "exit"], &["stop"]),
    (&["alert", "call", "wake", "escalate to"], &["page"]),
    (&["tell", "inform", "message", "send"], &["notify"]),
    (&["replicas", "="], &["to"]),
    (&["in", "during", "last", "the last"], &["over", "for"]),
    (&["at least", "more than"], &[""]),
    (&["within"], &["takes"]),
    (&["since", "after", "at", "starting"], &["from"]),
    (&["no", "not"], &["never"]),
    (&["Saturday"], &["Sat"]),
    (&["Sunday"], &["Sun"]),
    (&["Monday"], &["Mon"]),
    (&["Tuesday"], &["Tue"]),
    (&["Wednesday"], &["Wed"]),
    (&["Thursday"], &["Thu"]),
    (&["Friday"], &["Fri"]),
    (
        &[
            "timeout",
            "deadline",
            "limit",
            "max",
            "in",
            "max-duration",
            "time-limit",
            "under",
        ],
        &["within", "due", "in"],
    ),
    (&["retries", "attempts", "repeat", "tries"], &["retry"]),
    (
        &[
            "needs",
            "depends_on",
            "depends-on",
            "dependson",
            "requires",
            "following",
            "depends on",
            "once",
            "when",
        ],
        &["after", "if"],
    ),
    (
        &[
            "owner",
            "owned-by",
            "owned by",
            "assignee",
            "assigned to",
            "responsible",
            "role",
            "who",
            "from",
            "done by",
            "with",
            "for",
            "to",
            "team",
        ],
        &["by"],
    ),
    (
        &["until", "till", "til", "-", "–", "—", "through"],
        &["to", "for", "until"],
    ),
    (
        &[
            "for",
            "duration",
            "lasts",
            "estimate",
            "estimated",
            "lasting",
            "about",
        ],
        &["takes", "for", "within"],
    ),
    (
        &[
            "if",
            "with",
            "provided",
            "as long as",
            "given",
            "when",
            "and",
            ",",
        ],
        &["while"],
    ),
    (
        &["when", "where", "in case", "only if", "unless"],
        &["if", "while", "when"],
    ),
    (
        &[
            "on", "starting", "start", "starts", "begins", "when", "time",
        ],
        &["at", "by", "from"],
    ),
    (&["before", "until", "by"], &["due", "due"]),
    (&["default", "defaults to", "is"], &["="]),
    (
        &[
            "on failure",
            "on-failure",
            "on error",
            "otherwise",
            "or",
            "or else",
            "on fail",
            "catch",
            "||",
        ],
        &["else"],
    ),
    (&["by", "through", "using", "per", "over"], &["via", "with"]),
    (&["page", "notify", "call", "alert"], &["to"]),
    (&["as", "in", "unit", "type"], &["in", "as", ":"]),
    (&["and then", "then", "->", "=>", "leads to"], &["then"]),
    (&["goal", "must be", "should be", "expected"], &["target"]),
    (
        &["read-only", "readonly", "dry-run", "safe", "no-op", "noop"],
        &["reads-only"],
    ),
    (&["permanent", "no-undo", "one-way"], &["irreversible"]),
    (&["rollback", "revert", "back-out", "cleanup"], &["undo"]),
    (
        &["output", "save", "store", "register", "into"],
        &["capture"],
    ),
    (&["every day", "daily"], &["every 1d"]),
    (&["hourly", "hour"], &["1h"]),
    (&["day"], &["1d"]),
    (&["week", "weekly"], &["1w"]),
    (&["minute"], &["1m"]),
    (&["success", "ok", "zero"], &["exit 0"]),
    (&["exit code", "exit-code", "status", "code"], &["exit"]),
];

/// Words that are left out here: `irreversible because "…"`, `expect output "…"`.
const NOISE: &[&str] = &[
    "of the traffic",
    "of traffic",
    "traffic",
    "because",
    "reason",
    "that",
    "code",
    "of",
    "the",
    "a",
    "an",
    "is",
    "be",
    "should",
    "must",
    "as",
    "on",
    "in",
    "at",
    "to",
    "for",
    "then",
    "please",
    "with",
    "output",
    "contains",
    "containing",
    "message",
    "text",
    "says",
    "saying",
    "called",
    "named",
    "title",
    "name",
    "traffic",
    "times",
    "time",
    "also",
    "checklist",
    "phase",
    "role",
    "channel",
    "service",
    "metric",
    "before",
    "exactly",
    "approximately",
    "per",
    "=",
    "-",
    "*",
];

/// A clause's word, or one too many, where the head stops or just before it.
pub(super) fn of(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    for start in stop.starts() {
        let here = &stop.head[start..];
        // Behind the first word, a word of the language would be read as a name.
        if !stop.head[..start].trim_blanks_end().contains(' ') && takes_name(stop) {
            continue;
        }
        let matched = |word: &str| {
            here.get(..word.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
                && !here[word.len()..].starts_with(|next: char| {
                    next.is_alphanumeric() && word.ends_with(|last: char| last.is_alphanumeric())
                        || matches!(next, '-' | '_')
                })
        };
        for (theirs, ours) in CLAUSES {
            let Some(word) = theirs.iter().find(|word| matched(word)) else {
                continue;
            };
            if here.trim_blanks().len() == word.len() && stop.token.is_empty() {
                continue;
            }
            for &meant in *ours {
                if meant == *word
                    || start + word.len() < stop.at && start + word.len() + 1 < stop.at
                {
                    continue;
                }
                let mut to = start + word.len();
                let mut from = start;
                let mut text = meant.to_owned();
                if matches!(*word, "," | "-" | "–" | "—") {
                    from = stop.head[..start].trim_blanks_end().len();
                    let behind = &stop.head[to..];
                    to += behind.len() - behind.trim_blanks_start().len();
                    text = format!(" {meant} ");
                }
                // `depends_on [one]`
                let list = stop.head[to..].trim_blanks_start();
                if let Some((list, rest)) =
                    list.strip_prefix('[').and_then(|list| list.split_once(']'))
                {
                    let end = stop.head.len() - rest.len();
                    repairs.push(Repair::new(
                        from,
                        end,
                        format!("{text} {}", list.replace('"', "")),
                    ));
                }
                repairs.push(Repair::new(from, to, text));
            }
        }
    }
    for start in stop.starts() {
        let here = &stop.head[start..];
        for word in NOISE {
            if here.starts_with(word) && here[word.len()..].starts_with(' ') {
                repairs.push(Repair::new(start, start + word.len() + 1, ""));
            }
        }
    }
    repairs
}

/// Where words may be missing, and which: at the place where the head stops, and at the word before it.
pub(super) fn missing(stop: &Stop<'_>) -> Vec<(usize, Vec<String>)> {
    let flags = [
        "done",
        "not",
        "reads-only",
        "idempotent",
        "never",
        "or",
        "valid",
        "irreversible",
    ];
    let own: Vec<String> = own(stop.kind)
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    let mut here: Vec<String> = vec![",".to_owned()];
    here.extend(own.iter().cloned());
    // The likeliest clauses first.
    let order = ["at", "by", "after", "takes", "within", "due", "to"];
    let expected = expected::words(stop.rules);
    let likely = |word: &&str| expected.iter().any(|other| other == word);
    for word in order.into_iter().filter(likely) {
        if !here.iter().any(|other| other == word) {
            here.push(word.to_owned());
        }
    }
    for word in expected {
        if !flags.contains(&word.as_str()) && !here.contains(&word) {
            here.push(word);
        }
    }
    let mut places = Vec::new();
    for start in stop.starts() {
        match start == stop.at || here.len() < 6 {
            true => places.push((start, here.clone())),
            false => places.push((start, own.clone())),
        }
    }
    places
}

/// Whether it is a word with which a clause begins: it is no name.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "at" | "after"
            | "as"
            | "by"
            | "due"
            | "else"
            | "every"
            | "expect"
            | "for"
            | "from"
            | "if"
            | "in"
            | "keep"
            | "over"
            | "retry"
            | "status"
            | "takes"
            | "target"
            | "then"
            | "to"
            | "undo"
            | "until"
            | "via"
            | "when"
            | "while"
            | "with"
            | "within"
            | "and"
            | "or"
            | "not"
            | "of"
            | "capture"
    )
}

/// Whether a name may stand where the head stops.
pub(super) fn takes_name(stop: &Stop<'_>) -> bool {
    let names = [Kind::name, Kind::path, Kind::metric_ref, Kind::condition];
    names.iter().any(|kind| stop.rules.contains(kind))
}

/// The words that make a statement of this kind.
fn own(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::alert => &["when", "then"],
        Kind::hold | Kind::bake => &["while"],
        Kind::step => &["for", "while"],
        Kind::shift | Kind::scale | Kind::switch | Kind::blue_green => &["to"],
        Kind::approve => &["by"],
        Kind::record => &["in", "as", "<", "target <", "target"],
        Kind::given => &["=", "from"],
        Kind::metric | Kind::param | Kind::field => &[":", "="],
        Kind::wait => &["for", "until"],
        Kind::freeze => &["from", "to"],
        Kind::objective => &["<"],
        Kind::escalate => &["to", "after", "via"],
        Kind::check | Kind::require | Kind::when | Kind::bound => &["<", ">", "by", "if"],
        Kind::backup => &["every", "keep"],
        Kind::notify => &["with"],
        Kind::expectation => &["within"],
        Kind::monitor => &["from"],
        Kind::use_ => &["\nuse"],
        _ => &[],
    }
}
