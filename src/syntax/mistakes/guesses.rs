//! Guesses about statements that can't be read: marks, names, titles, first words, texts.

use super::blocks::Block;
use super::repair::Repair;
use super::stop::Stop;
use super::{moments, programs};
use crate::blank::{Blanks, is_blank};
use crate::syntax::grammar::Rule as Kind;
use crate::syntax::words;

/// `;` at the end, `:` and `=` between a name and what belongs to it.
pub(super) fn marks(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let rest = &stop.head[stop.at..];
    let ends = "a statement ends with its line: there is no `;`";
    if rest.starts_with(';') {
        let behind = rest.trim_start_matches([';', ' ', '\t']);
        let to = stop.head.len() - behind.len();
        repairs.push(match behind.is_empty() {
            true => Repair::new(stop.before().trim_blanks_end().len(), to, "")
                .safe()
                .help(ends),
            false => Repair::new(stop.before().trim_blanks_end().len(), to, "\n")
                .safe()
                .help(ends),
        });
    }
    // `` run `…`, undo `…` ``, `` run `…` then `…` ``
    if stop.kind == Kind::run {
        let from = stop.before().trim_blanks_end().len();
        let behind = rest.trim_start_matches([',', ' ']);
        if rest.starts_with(',') {
            repairs.push(
                Repair::new(from, stop.head.len() - behind.len(), " ")
                    .help("clauses stand behind each other, without commas"),
            );
        }
        for word in [";", "then", "and", "&&", ","] {
            if let Some(next) = rest.strip_prefix(word)
                && next.trim_blanks_start().starts_with('`')
            {
                let next = next.trim_blanks_start();
                repairs.push(
                    Repair::new(from, stop.head.len() - next.len(), "\nrun ")
                        .help("each command has a `run` of its own, or all stand in a fence"),
                );
            }
        }
    }
    for mark in ["//", "/*", "--"] {
        if let Some(comment) = rest.strip_prefix(mark) {
            let comment = comment.trim_end_matches("*/").trim_blanks();
            repairs.push(
                Repair::new(stop.at, stop.head.len(), format!("# {comment}"))
                    .safe()
                    .help("a comment begins with `#`"),
            );
        }
    }
    for mark in [":=", "=>", "->", ":", "="] {
        let glued = rest
            .strip_prefix(mark)
            .is_some_and(|rest| rest.starts_with(|next: char| !is_blank(next)));
        let first = stop.before().words().count() == 1;
        if rest.starts_with(mark)
            && !rest[mark.len()..].starts_with(['<', '>', '='])
            && (!glued || first && stop.kind != Kind::setting)
            && stop.kind != Kind::secret
        {
            let from = stop.before().trim_blanks_end().len();
            let blanks = rest[mark.len()..].len() - rest[mark.len()..].trim_blanks_start().len();
            let to = stop.at + mark.len() + blanks;
            let help = format!("no `{mark}` stands between a word and what belongs to it");
            let help = help.as_str();
            let figure = stop.head[to..].starts_with(|first: char| first.is_ascii_digit());
            let other = match stop.kind {
                Kind::step if figure => " for ",
                Kind::step | Kind::hold => " while ",
                Kind::given => " = ",
                Kind::escalate => " to ",
                Kind::when if mark.ends_with('>') => "\nthen ",
                _ => "",
            };
            if !other.is_empty() {
                repairs.push(Repair::new(from, to, other));
            }
            if stop.kind == Kind::record {
                repairs.push(
                    Repair::new(from, to, " as ")
                        .help("a type stands behind `as`, a unit behind `in`"),
                );
            }
            if matches!(stop.head[to..].trim_blanks(), "true" | "yes" | "on") {
                repairs.push(
                    Repair::new(from, stop.head.len(), "")
                        .help("a word is there or not: it takes no `true`"),
                );
            }
            let gap = if to < stop.head.len() { " " } else { "" };
            if !gap.is_empty() || stop.statement.len() > stop.head.len() + 1 || !stop.is_item() {
                repairs.push(Repair::new(from, to, gap).safe().help(help));
            }
            // `key: [a, b]`, `key: 'x'`, `key = nginx:1.2`
            let value = stop.head[to..].trim_blanks();
            if let Some(list) = value
                .strip_prefix('[')
                .and_then(|list| list.strip_suffix(']'))
            {
                repairs.push(
                    Repair::new(from, stop.head.len(), format!(" {list}"))
                        .safe()
                        .help(help),
                );
            }
            let measured = matches!(
                stop.kind,
                Kind::check | Kind::require | Kind::when | Kind::bound
            );
            if !value.is_empty() && !value.contains(['"', '`', '<', '>']) && !measured {
                let bare = value.trim_matches('\'');
                let first = super::first_word(stop.head);
                let name = words::name(bare);
                if stop.kind == Kind::setting && !TEXTS.contains(&first) && !name.is_empty() {
                    repairs.push(Repair::new(from, stop.head.len(), format!(" {name}")).help(help));
                }
                repairs.push(Repair::new(from, stop.head.len(), format!(" \"{bare}\"")).help(help));
                repairs.push(Repair::new(from, stop.head.len(), format!(" `{bare}`")).help(help));
            }
            break;
        }
    }
    repairs
}

/// What opens a block elsewhere: `:`, `do`, `[`, at the end of a head that has none.
pub(super) fn blocks(stop: &Stop<'_>) -> Vec<Repair> {
    let rest = stop.head[stop.at..].trim_blanks();
    let has = stop.statement[stop.head.len()..]
        .trim_blanks_start()
        .starts_with('{');
    let opens = matches!(
        rest,
        ":" | "do" | "then" | "begin" | "[" | "(" | "=" | "=>" | "->" | "is"
    );
    if has || !opens || !Block::of(stop.kind).is_declared() {
        return Vec::new();
    }
    let from = stop.before().trim_blanks_end().len();
    vec![Repair::new(from, stop.head.len(), " {").help("a block stands in braces: `{ … }`")]
}

/// Another first word for what stands behind it: `wait 5m`, `hold until 10:00`.
pub(super) fn first_words(stop: &Stop<'_>) -> Vec<Repair> {
    let first = super::first_word(stop.head);
    let rest = stop.head[first.len()..].trim_blanks();
    let end = stop.head.len();
    let pause = "a pause is `hold 5m`; `wait` is for a time or a condition";
    let mut repairs = Vec::new();
    if stop.kind == Kind::bound && words::STATEMENTS.contains(&first) {
        repairs.push(
            Repair::new(0, first.len() + 1, "")
                .help("a line of a `baseline` is the condition itself"),
        );
    }
    if let Some(at) = stop.head.find(" if ").filter(|_| stop.kind == Kind::alert) {
        repairs.push(Repair::new(at, at + 4, " when "));
    }
    match first {
        "wait" | "pause" => {
            let length = rest.strip_prefix("for ").unwrap_or(rest);
            if length.starts_with(|first: char| first.is_ascii_digit()) {
                let length = moments::duration(length).unwrap_or_else(|| length.to_owned());
                repairs.push(Repair::new(0, end, format!("hold {length}")).help(pause));
            }
            let words = length.strip_prefix("until ").unwrap_or(length);
            if first == "wait"
                && words.starts_with(|first: char| first.is_alphabetic())
                && !words.contains(['"', '`'])
                && !programs::is_command(words)
                && words.len() < rest.len()
            {
                repairs.push(Repair::new(0, end, format!("wait for \"{words}\"")).help(
                    "what somebody waits for is a text in quotes; `wait until` takes a time",
                ));
            }
        }
        "shift" => {
            // `shift 10% of the traffic to checkout`
            let share = rest.words().next().unwrap_or_default();
            if let Some((_, service)) = rest.rsplit_once(" to ")
                && share.starts_with(|first: char| first.is_ascii_digit())
            {
                repairs.push(
                    Repair::new(0, end, format!("shift {service} to {share}"))
                        .help("the service stands first"),
                );
            }
        }
        _ if stop.kind == Kind::step => {
            // `10% 15m error-rate < 1%`
            let words: Vec<&str> = stop.head.words().collect();
            if let [share, length, more @ ..] = words.as_slice()
                && moments::is_duration(length)
            {
                let gap = if more.is_empty() { "" } else { " while " };
                repairs.push(Repair::new(
                    0,
                    end,
                    format!("{share} for {length}{gap}{}", more.join(" ")),
                ));
            }
        }
        "do" => repairs.push(
            Repair::new(0, first.len() + 1, "")
                .help("`do` starts a procedure; another outcome stands by itself"),
        ),
        "hold" => {
            if rest.starts_with("until ") || rest.starts_with("for `") || rest.starts_with("for \"")
            {
                repairs.push(Repair::new(0, first.len(), "wait").help(pause));
            }
            if let Some(rest) = rest.strip_prefix("for ") {
                let length = moments::duration(rest).unwrap_or_else(|| rest.to_owned());
                repairs.push(
                    Repair::new(0, end, format!("hold {length}"))
                        .help("the length stands right behind `hold`"),
                );
            }
        }
        _ => {}
    }
    repairs
}

/// A statement of its own behind another one, on its line.
pub(super) fn statements(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    for start in [
        stop.at,
        stop.word_start(stop.before().trim_blanks_end().len().saturating_sub(1)),
    ] {
        let word = super::first_word(stop.head.get(start..).unwrap_or_default());
        let behind = stop.head.get(start + word.len()..).unwrap_or_default();
        let of_run = matches!(word, "expect" | "retry" | "undo" | "on") && stop.kind == Kind::run;
        let other = matches!(stop.kind, Kind::expectation | Kind::given | Kind::escalate);
        if start == 0 || other || !words::STATEMENTS.contains(&word) || word == "else" || of_run {
            continue;
        }
        // `require … or rollback quick`
        let outcome = matches!(
            word,
            "rollback" | "pause" | "stop" | "page" | "notify" | "do" | "skip" | "retry"
        );
        if outcome && stop.kind == Kind::alert {
            let from = stop.head[..start].trim_end_matches([' ', ',']).len();
            repairs.push(Repair::new(from, start, " then "));
        }
        let fails = !matches!(
            stop.kind,
            Kind::when | Kind::expectation | Kind::given | Kind::act | Kind::escalate
        );
        if outcome && fails && !stop.is_item() {
            let before = stop.head[..start].trim_end_matches([' ', '\t', ',']);
            let before = ["or", "then", "otherwise", "->", "=>", "||", ":"]
                .iter()
                .find_map(|word| before.strip_suffix(word))
                .unwrap_or(before)
                .trim_end_matches([' ', '\t', ',']);
            repairs.push(Repair::new(before.len(), start, " else ").help(format!(
                "what happens where it fails stands behind `else`: `else {word}{behind}`"
            )));
        }
        let from = stop.head[..start].trim_end_matches([' ', '\t', ',']).len();
        let then = matches!(
            word,
            "rollback" | "page" | "notify" | "pause" | "stop" | "do"
        );
        if stop.kind == Kind::when && then {
            repairs.push(
                Repair::new(from, start, "\nthen ")
                    .help("what happens then stands in a line of its own, behind `then`"),
            );
        }
        let has = stop.statement[stop.head.len()..]
            .trim_blanks_start()
            .starts_with('{');
        if !has && stop.is_item() && Block::of(stop.kind).takes(word) {
            let inner = &stop.head[start..];
            repairs.push(
                Repair::new(from, stop.head.len(), format!(" {{ {inner} }}"))
                    .help(format!("`{word}` stands in a block: `{{ … }}`")),
            );
        }
        if !stop.is_item() {
            repairs.push(Repair::new(from, start, "\n").help(format!(
                "`{word}` begins a statement: give it a line of its own"
            )));
        }
    }
    repairs
}

/// Words that are types, behind a name without its `:`.
const TYPES: &[&str] = &[
    "text", "time", "date", "duration", "percent", "ratio", "count", "number", "size", "rate",
    "person", "yes-no", "score", "version", "cores", "service",
];

/// Settings that take a text.
const TEXTS: &[&str] = &[
    "version",
    "image",
    "strategy",
    "environment",
    "project",
    "subject",
    "person",
    "runbook",
    "body",
    "contact",
];

/// Whether it is a setting that takes a text.
pub(super) fn takes_text(head: &str) -> bool {
    TEXTS.contains(&super::first_word(head))
}

/// Words for people and for machines that stand there bare.
pub(super) fn texts(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let rest = stop.head[stop.at..].trim_blanks_end();
    let end = stop.at + rest.len();
    let text = [Kind::title, Kind::string, Kind::prose]
        .iter()
        .any(|kind| stop.rules.contains(kind));
    let command = stop.rules.contains(&Kind::command);
    let stands = "a command stands in backticks, a script in a fence";
    if let Some(inner) = rest
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        && command
        && !inner.contains('"')
    {
        repairs.push(Repair::new(stop.at, end, format!("`{inner}`")).help(stands));
    }
    let bare = |signs: &'static [char]| {
        rest.starts_with(|first: char| first.is_alphabetic() || signs.contains(&first))
    };
    if bare(&['.', '/', '$']) && !rest.contains('`') {
        if command && (!text || stop.kind == Kind::run || programs::is_command(rest)) {
            repairs.push(Repair::new(stop.at, end, format!("`{rest}`")).help(stands));
        }
        let to = matches!(
            stop.kind,
            Kind::blue_green
                | Kind::canary
                | Kind::include
                | Kind::monitor
                | Kind::shift
                | Kind::step
        );
        if text
            && !to
            && bare(&[])
            && !rest.contains(['"', '{', '<', '>', '=', ':'])
            && moments::is_word(stop.token)
        {
            repairs.push(
                Repair::new(stop.at, end, format!("\"{rest}\""))
                    .help("words for people stand in quotes"),
            );
        }
    }
    if text && bare(&['.', '/']) {
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        let word = &rest[..end];
        if !word.contains(['"', '`', '{']) && matches!(stop.kind, Kind::link | Kind::file) {
            repairs.push(
                Repair::new(stop.at, stop.at + end, format!("\"{word}\""))
                    .help("titles and addresses stand in quotes"),
            );
        }
    }
    if stop.token.is_empty() && command && stop.head.ends_with('"') {
        let title = stop.head.trim_end_matches('"');
        if let Some(open) = title.rfind('"') {
            let inner = &title[open + 1..];
            if programs::is_command(inner) {
                repairs.push(
                    Repair::new(open, stop.head.len(), format!("`{inner}`"))
                        .help(format!("what stands in quotes is a title; {stands}")),
                );
            }
        }
    }
    if matches!(stop.kind, Kind::field | Kind::param | Kind::metric) && TYPES.contains(&stop.token)
    {
        repairs.insert(0, Repair::new(stop.at, stop.at, ": "));
    }
    // `contact slack @lead`
    if stop.kind == Kind::setting
        && takes_text(stop.head)
        && !stop.token.is_empty()
        && !rest.contains(['"', '`', ' '])
    {
        repairs
            .push(Repair::new(stop.at, end, format!("\"{rest}\"")).help("a text stands in quotes"));
    }
    if stop.kind == Kind::setting
        && !rest.is_empty()
        && TEXTS.contains(&super::first_word(stop.head))
    {
        // `image nginx:1.2`: a text without its quotes.
        let first = super::first_word(stop.head).len();
        let value = stop.head[first..].trim_blanks();
        if !value.contains(['"', '`', ',', '$']) {
            let begin = stop.head.len() - value.len();
            repairs.push(
                Repair::new(begin, stop.head.len(), format!("\"{value}\""))
                    .safe()
                    .help("a text stands in quotes"),
            );
        }
    }
    repairs
}
