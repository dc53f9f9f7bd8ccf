//! Conditions as they are spoken: `check if …`, `check that …`, `pause when …`, `run … unless …`.

use super::first_word;
use super::repair::Repair;
use super::stop::Stop;
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::syntax::grammar::Rule as Kind;
use crate::syntax::words;

/// Whether a statement asks something, and what it asks stands right behind its word.
fn asks(kind: Kind) -> bool {
    matches!(kind, Kind::check | Kind::require | Kind::when)
}

/// Where what stands behind the first word begins.
fn body_at(stop: &Stop<'_>) -> usize {
    let first = first_word(stop.head).len();
    let rest = &stop.head[first..];
    first + rest.len() - rest.trim_blanks_start().len()
}

/// Whether it is words for people and nothing else.
fn is_plain(text: &str, signs: &[char]) -> bool {
    let word = |word: &str| {
        word.trim_end_matches([',', '.', ';', '!', '?'])
            .chars()
            .all(|letter| {
                letter.is_alphanumeric()
                    || matches!(letter, '-' | '\'' | '/')
                    || signs.contains(&letter)
            })
    };
    text.words().count() > 1
        // `error-rate` is rather a metric.
        && !first_word(text).contains('-')
        && text.starts_with(char::is_alphabetic)
        && text.words().all(word)
}

/// What is read again, the likeliest first.
pub(super) fn of(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let end = stop.head.trim_blanks_end().len();
    let from = body_at(stop);
    let Some(body) = stop.head.get(from..end).filter(|body| !body.is_empty()) else {
        return repairs;
    };
    let word = first_word(body);
    let gap = body[word.len()..].len() - body[word.len()..].trim_blanks_start().len();
    let rest_at = from + word.len() + gap;
    let rest = &stop.head[rest_at.min(end)..end];
    if asks(stop.kind) && word != "by" {
        asked(stop, (from, word), (rest_at, rest), &mut repairs);
        sentence(body, from, end, &[], &mut repairs);
    }
    // `check by oncall "The logs are clean"`
    if asks(stop.kind)
        && word == "by"
        && let Some(title) = rest.find('"')
        && let Some(length) = rest[title + 1..].find('"')
    {
        let behind = title + length + 2;
        let (title, by) = (&rest[title..behind], rest[..title].trim_blanks());
        let text = format!("{title} by {by}{}", &rest[behind..]);
        repairs.push(Repair::new(from, end, text).help("the title stands first"));
    }
    let first = first_word(stop.head);
    // `run if migrate `…``
    if stop.kind == Kind::run && matches!(word, "if" | "when" | "unless") {
        let what = rest.find(['"', '`']).unwrap_or(rest.len());
        let (condition, what) = (rest[..what].trim_blanks(), &rest[what..]);
        let not = if word == "unless" { "not " } else { "" };
        repairs.push(
            Repair::new(from, end, format!("{what} if {not}{condition}"))
                .help("`if` stands behind what it is about"),
        );
    }
    if stop.kind == Kind::hold {
        let length = "how long stands first, and behind `while` what must stay true meanwhile";
        match word {
            "while" => {
                // `hold while error-rate < 1% for 15m`
                if let Some((condition, extent)) = rest.rsplit_once(" for ") {
                    let text = format!("{extent} while {condition}");
                    repairs.push(Repair::new(from, end, text).help(length));
                }
                repairs.push(Repair::new(from, from, "15m ").help(length));
            }
            "if" | "when" => {
                repairs.push(Repair::new(from, rest_at, "15m while ").help(length));
            }
            _ if matches!(stop.token, "if" | "that" | "when")
                && stop.before().ends_with("while ") =>
            {
                let behind = stop.head[stop.at + stop.token.len()..].trim_blanks_start();
                repairs.push(Repair::new(
                    stop.at,
                    end - behind.trim_blanks_end().len(),
                    "",
                ));
            }
            _ => {}
        }
    }
    if stop.kind == Kind::verify && rest.contains(['<', '>']) {
        repairs.push(Repair::new(0, first.len(), "check").help("here it is called `check`"));
    }
    for start in stop.starts() {
        let word = first_word(&stop.head[start..]);
        let behind = stop.head[start + word.len()..end].trim_blanks();
        if start <= from || behind.is_empty() || !matches!(word, "unless" | "when") {
            continue;
        }
        let not = if word == "unless" { "not " } else { "" };
        let measured = behind.contains(['<', '>']);
        if measured && !asks(stop.kind) && !stop.is_item() && !stop.head.contains('\n') {
            let done = stop.head[..start].trim_blanks_end();
            repairs.push(
                Repair::new(0, end, format!("check {not}{behind}\n{done}"))
                    .help("what must be so before is asked before, by a `check`"),
            );
        } else if !measured {
            repairs.push(Repair::new(start, end, format!("if {not}{behind}")));
        }
    }
    repairs
}

/// A word between a statement and what it asks.
fn asked(
    stop: &Stop<'_>,
    (from, word): (usize, &str),
    (rest_at, rest): (usize, &str),
    repairs: &mut Vec<Repair>,
) {
    let first = first_word(stop.head);
    let end = rest_at + rest.len();
    let help = format!("what a `{first}` asks stands right behind it");
    match word {
        "no" => {
            let inner = rest.trim_matches('"');
            if !rest.is_empty() && !inner.contains(['"', '`', '<', '>', '=', '{']) {
                repairs.push(
                    Repair::new(from, end, format!("\"no {inner}\""))
                        .help("words for people stand in quotes"),
                );
            }
        }
        "unless" => repairs.push(Repair::new(from, rest_at, "not ")),
        "while" => repairs.push(
            Repair::new(0, rest_at, "hold 15m while ")
                .help("what must stay true for a time is a `hold`"),
        ),
        "until" => repairs.push(
            Repair::new(0, end, format!("wait for \"{}\"", rest.trim_matches('"')))
                .help("what somebody waits for is a `wait`, and a text"),
        ),
        "for" | "on" if !rest.contains([' ', '"', '`']) && !rest.is_empty() => {
            repairs.push(
                Repair::new(from, end, format!("\"{rest}\""))
                    .help("words for people stand in quotes"),
            );
        }
        "if" | "that" | "whether" | "when" | "whenever" | "once" | "for" | "on" => {
            repairs.push(Repair::new(from, rest_at, "").help(help));
        }
        "every" => {
            let (often, what) = rest.split_once(' ').unwrap_or((rest, ""));
            let what = what.trim_blanks();
            if what.starts_with('"') || what.contains(['<', '>']) {
                repairs.push(
                    Repair::new(0, end, format!("every {often} {{ {first} {what} }}")).help(
                        format!("what recurs is an `every`, and the `{first}` stands in it"),
                    ),
                );
            }
        }
        _ => return,
    }
    sentence(rest, from, end, &['%'], repairs);
}

/// Words for people without their quotes, up to who does it.
fn sentence(text: &str, from: usize, end: usize, signs: &[char], repairs: &mut Vec<Repair>) {
    let start = end - text.len();
    let quoted = |words: &str, to: usize| {
        Repair::new(from, to, format!("\"{words}\"")).help("words for people stand in quotes")
    };
    if let Some(by) = text.rfind(" by ")
        && is_plain(&text[..by], signs)
    {
        repairs.push(quoted(&text[..by], start + by));
    }
    if is_plain(text, signs) {
        repairs.push(quoted(text, end));
    }
}

/// What is said where no other words make a statement of it.
pub(super) fn spoken(found: &Diagnostic, stop: &Stop<'_>) -> Option<Diagnostic> {
    let first = first_word(stop.head);
    let body = &stop.head[body_at(stop)..];
    let word = first_word(body);
    let conditional = matches!(stop.token, "if" | "when" | "unless" | "once" | "while");
    let help = match stop.kind {
        Kind::check | Kind::require | Kind::hold if stop.token == "then" => {
            "`then` belongs to a `when`, in a `severity`; what happens where this does not hold stands behind `else`: `else pause`".to_owned()
        }
        Kind::check | Kind::require if conditional && word == stop.token && body.contains(" then ") => {
            "what happens by itself is a `severity`: `when error-rate > 5%`, and below it `then rollback quick`".to_owned()
        }
        Kind::act if conditional => {
            let outcome = stop.before().trim_blanks_end();
            format!(
                "an outcome follows from something: `check error-rate < 1% else {outcome}`; what happens by itself is a `severity`, `when error-rate > 5%` and below it `then {outcome}`"
            )
        }
        Kind::gate if conditional || matches!(word, "if" | "when") || stop.token.starts_with(['<', '>', '=']) => {
            let condition = match conditional {
                true => stop.head[stop.at + stop.token.len()..].trim_blanks(),
                false => body.strip_prefix("if ").or(body.strip_prefix("when ")).unwrap_or(body).trim_blanks(),
            };
            format!(
                "what a gate asks stands in its block: `gate go \"Go or no-go\" {{ require {condition} }}`"
            )
        }
        Kind::group | Kind::choose | Kind::option | Kind::record | Kind::approve | Kind::phase
            if conditional && word == stop.token =>
        {
            let condition = body[word.len()..].trim_blanks();
            match condition.contains(['<', '>']) {
                true => format!("what is measured is asked in a statement of its own: `check {condition}`"),
                false => format!(
                    "`{word}` stands behind what it is about: `{first} \"…\" if {condition}`"
                ),
            }
        }
        _ => return None,
    };
    Some(found.clone().help(help))
}

/// Whether a word is spoken between a statement and what it asks, and names nothing.
pub(super) fn is_spoken(word: &str) -> bool {
    words::STATEMENTS.contains(&word) || matches!(word, "if" | "when" | "unless" | "that")
}
