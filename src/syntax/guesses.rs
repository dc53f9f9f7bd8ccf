//! Guesses about statements that can't be read: marks, names, titles, first words, texts.

use super::blocks::Block;
use super::grammar::Rule as Kind;
use super::habits::Stop;
use super::repairs::Repair;
use super::{moments, programs, words};

/// `;` at the end, `:` and `=` between a name and what belongs to it.
pub(super) fn marks(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let rest = &stop.head[stop.at..];
    let ends = "a statement ends with its line: there is no `;`";
    if rest.starts_with(';') {
        let behind = rest.trim_start_matches([';', ' ', '\t']);
        let to = stop.head.len() - behind.len();
        repairs.push(match behind.is_empty() {
            true => Repair::new(stop.before().trim_end().len(), to, "")
                .safe()
                .help(ends),
            false => Repair::new(stop.before().trim_end().len(), to, "\n")
                .safe()
                .help(ends),
        });
    }
    for mark in ["//", "/*", "--"] {
        if let Some(comment) = rest.strip_prefix(mark) {
            let comment = comment.trim_end_matches("*/").trim();
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
            .is_some_and(|rest| rest.starts_with(|next: char| !next.is_whitespace()));
        let first = stop.before().split_whitespace().count() == 1;
        if rest.starts_with(mark)
            && !rest[mark.len()..].starts_with(['<', '>', '='])
            && (!glued || first && stop.kind != Kind::setting)
            && stop.kind != Kind::secret
        {
            let from = stop.before().trim_end().len();
            let blanks = rest[mark.len()..].len() - rest[mark.len()..].trim_start().len();
            let to = stop.at + mark.len() + blanks;
            let help = format!("no `{mark}` stands between a word and what belongs to it");
            let help = help.as_str();
            let other = match stop.kind {
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
            if matches!(stop.head[to..].trim(), "true" | "yes" | "on") {
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
            let value = stop.head[to..].trim();
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
            if !value.is_empty() && !value.contains(['"', '`']) && !measured {
                let bare = value.trim_matches('\'');
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
    let rest = stop.head[stop.at..].trim();
    let has = stop.statement[stop.head.len()..]
        .trim_start()
        .starts_with('{');
    let opens = matches!(
        rest,
        ":" | "do" | "then" | "begin" | "[" | "(" | "=" | "=>" | "->" | "is"
    );
    if has || !opens || !Block::of(stop.kind).is_declared() {
        return Vec::new();
    }
    let from = stop.before().trim_end().len();
    vec![Repair::new(from, stop.head.len(), " {").help("a block stands in braces: `{ … }`")]
}

/// Names that are not written as names are: `Error_Rate`, `two b`, `2`, `fehlerquöte`.
pub(super) fn names(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let begin = stop.word_start(stop.at);
    let end = stop.word_end(stop.at);
    let word = &stop.head[begin..end];
    let help = "names are made of lower-case letters, digits and hyphens";
    if word.is_empty() || word.starts_with(['"', '`', '\'']) {
        return repairs;
    }
    let bare = word.trim_start_matches(['@', '#', '$', '%', '&', '*']);
    let ours = match stop.kind == Kind::setting && bare.len() < word.len() {
        true => String::new(),
        false => words::name(bare),
    };
    // A letter that only looks like one of a–z is better shown than left out.
    let known = |letter: char| letter.is_ascii() || "äöüÄÖÜß".contains(letter);
    if !ours.is_empty() && ours != word && word.chars().all(known) {
        let repair = Repair::new(begin, end, ours.as_str()).help(help);
        repairs.push(match word.is_ascii() {
            true => repair.safe(),
            false => repair,
        });
    }
    let first = stop.head.split_whitespace().next().unwrap_or_default();
    if bare.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && bare.starts_with(|first: char| first.is_ascii_digit())
    {
        repairs.push(
            Repair::new(begin, end, format!("{first}-{}", bare.to_ascii_lowercase()))
                .help("a name begins with a letter"),
        );
    }
    // A point in a name.
    if word.contains('.') {
        repairs.push(Repair::new(begin, end, words::name(&word.replace('.', "-"))).help(help));
    }
    // Two words for one name.
    let before = stop.before();
    let last = before.trim_end();
    let second = last.split_whitespace().count() == 2 && stop.rules.contains(&Kind::title);
    if stop.at == begin && second && word.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        let start = stop.word_start(last.len().saturating_sub(1));
        if start > 0 && stop.head[end..].trim_start().starts_with(['"', '(']) {
            let joined = words::name(&format!("{}-{word}", &last[start..]));
            repairs.push(Repair::new(start, end, joined).help("a name is one word, with hyphens"));
        }
    }
    if stop.kind == Kind::run && stop.at == begin {
        let next = stop.head[end..].trim_start();
        let next_end = next.find([' ', '"', '`']).unwrap_or(next.len());
        let joined = words::name(&format!("{word}-{}", &next[..next_end]));
        let to = stop.head.len() - next.len() + next_end;
        if next_end > 0 {
            repairs.push(Repair::new(begin, to, joined).help("a name is one word, with hyphens"));
        }
    }
    repairs
}

/// Titles: behind what they are the title of, with a name where none may stand, without one.
pub(super) fn titles(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    // A name where only a title may stand.
    let begin = stop.word_start(stop.at);
    let end = stop.word_end(stop.at);
    let behind = &stop.head[end..];
    let second = stop.head[..begin].split_whitespace().count() == 1;
    if end > begin
        && second
        && stop.rules.contains(&Kind::title)
        && behind.trim_start().starts_with('"')
        && stop.is_item()
    {
        let to = end + behind.len() - behind.trim_start().len();
        let first = super::mistakes::first_word(stop.head);
        repairs
            .push(Repair::new(begin, to, "").help(format!("a `{first}` has a title and no name")));
    }
    // A title behind what it is the title of.
    if stop.token.starts_with('"') && stop.token.len() > 1 && stop.at > 0 {
        let first = super::mistakes::first_word(stop.head).len();
        let body = stop.before()[first..].trim();
        let to = stop.at + stop.token.len();
        if !body.is_empty() && to <= stop.head.len() {
            let text = format!(" {} {body}", stop.token);
            repairs.push(Repair::new(first, to, text).help("the title stands first"));
        }
    }
    // A title before its name.
    let after = stop.head[(stop.at + stop.token.len()).min(stop.head.len())..].trim();
    if stop.token.starts_with('"')
        && stop.rules.contains(&Kind::name)
        && words::name(after) == after
        && !after.is_empty()
    {
        let text = format!("{after} {}", stop.token);
        repairs.push(
            Repair::new(stop.at, stop.head.len(), text)
                .safe()
                .help("a name stands before the title"),
        );
    }
    // A title alone: the name is made of it.
    if stop.token.starts_with('"') && stop.rules.contains(&Kind::name) {
        let name = words::slug(stop.token);
        if name.starts_with(|first: char| first.is_ascii_lowercase()) {
            repairs.push(
                Repair::new(stop.at, stop.at, format!("{name} "))
                    .help("a name stands before the title: other places refer to it"),
            );
        }
    }
    repairs
}

/// Another first word for what stands behind it: `wait 5m`, `hold until 10:00`.
pub(super) fn first_words(stop: &Stop<'_>) -> Vec<Repair> {
    let first = super::mistakes::first_word(stop.head);
    let rest = stop.head[first.len()..].trim();
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
        stop.word_start(stop.before().trim_end().len().saturating_sub(1)),
    ] {
        let word = super::mistakes::first_word(stop.head.get(start..).unwrap_or_default());
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
            .trim_start()
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

/// Words for people and for machines that stand there bare.
pub(super) fn texts(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let rest = stop.head[stop.at..].trim_end();
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
        if text
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
    if stop.kind == Kind::setting
        && !rest.is_empty()
        && TEXTS.contains(&super::mistakes::first_word(stop.head))
    {
        // `image nginx:1.2`: a text without its quotes.
        let first = super::mistakes::first_word(stop.head).len();
        let value = stop.head[first..].trim();
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
