//! What people write out of habit, and how it is written here.

use super::blocks::Block;
use super::moments;
use super::stop::Stop;
use crate::blank::{Blanks, is_blank};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::Kind;
use crate::syntax::words;

/// Says of a finding how it is written here, if what stands there is a known habit.
pub(super) fn hint(found: Diagnostic, stop: &Stop<'_>) -> Diagnostic {
    let token = stop.token;
    if let Some(hinted) = template(&found, stop) {
        return hinted;
    }
    let outcome = matches!(
        token,
        "rollback" | "pause" | "stop" | "page" | "notify" | "do" | "then"
    );
    if stop.kind == Kind::when && outcome {
        return found.help(
            "what happens then stands in a line of its own: `then rollback quick`, `then page oncall`",
        );
    }
    if let Some(first) = token.chars().next().filter(|first| "≤≥≠".contains(*first)) {
        let ours = match first {
            '≤' => "<=",
            '≥' => ">=",
            _ => "!=",
        };
        let sign = stop.around(0, first.len_utf8());
        return found.safe_fix(format!("write `{ours}`"), sign, ours);
    }
    let sign = token.trim_start_matches(|digit: char| digit.is_ascii_digit());
    if stop.kind == Kind::run && matches!(sign, ">" | ">>" | "|" | "&&" | "||" | "&" | "<") {
        return found.help(format!(
            "`{token}` belongs to the command: all of it stands inside the backticks, or in a fence"
        ));
    }
    if stop.kind == Kind::step && (token.starts_with('.') || token.starts_with(')')) {
        let text = stop.head[stop.at + 1..].trim_blanks();
        let found = found.help("what is written first happens first: steps have no numbers");
        return match text.is_empty() || text.contains(['"', '\\', '{']) {
            true => found,
            false => {
                let start = stop.place.start - stop.at as u32;
                let whole = Span::new(stop.place.source, start, start + stop.head.len() as u32);
                found.offer(
                    format!("write `check \"{text}\"`"),
                    whole,
                    format!("check \"{text}\""),
                )
            }
        };
    }
    if stop.kind == Kind::then && words::STATEMENTS.contains(&token) {
        return found.help(format!(
            "an outcome is short; a series of steps such as `{token}` is a `procedure`, and `then do NAME` starts it"
        ));
    }
    if matches!(stop.kind, Kind::check | Kind::require) && token.starts_with('`') {
        return found.help(
            "a command is a `run`: ``run `…` ``; what establishes a check stands in its block: `check \"…\" { … }`",
        );
    }
    if stop.before().ends_with('[') && moments::is_duration(token.trim_end_matches(']')) {
        return found.help(format!(
            "a window follows the comparison: `over {}`",
            token.trim_end_matches(']')
        ));
    }
    if stop.kind == Kind::metric && token.starts_with('`') {
        return found.help(
            "a query stands in the block of a metric: `metric errors \"Errors\" : percent in ratio { … }`, and in it ``prometheus `…` ``",
        );
    }
    if stop.kind == Kind::notify && token.starts_with('"') {
        return found.help(format!(
            "who is told stands before what they are told: `notify ops {token}`"
        ));
    }
    if stop.kind == Kind::secret && token.starts_with('=') {
        return found
            .help("a secret has no value in a spec: whoever runs the plan sets it from outside");
    }
    if stop.is_item() && words::STATEMENTS.contains(&token) {
        return found.help(format!("`{token}` stands in a block: `{{ … }}`"));
    }
    if words::STATEMENTS.contains(&token) && !stop.head[stop.at + token.len()..].is_empty() {
        return found.help(format!(
            "`{token}` begins a statement: give it a line of its own"
        ));
    }
    if stop.kind == Kind::setting && token.starts_with('$') {
        return found.help(
            "a setting is written out; values from outside are a `param`, and reach commands",
        );
    }
    if stop.kind == Kind::escalate {
        return found
            .help("it is written like this: `critical to oncall after 5m via phone, slack`");
    }
    if token.starts_with('"') && stop.rules.contains(&Kind::name) {
        let name = words::slug(token);
        if name.starts_with(|first: char| first.is_ascii_lowercase()) {
            return found
                .help("a name stands before the title: other places refer to it")
                .offer(
                    format!("write `{name} {token}`"),
                    stop.around(0, 0),
                    format!("{name} "),
                );
        }
    }
    let foreign = token
        .chars()
        .find(|letter| letter.is_alphabetic() && !letter.is_ascii());
    if let Some(letter) = foreign
        && !token.starts_with(['"', '`'])
    {
        return found.help(format!(
            "names are made of a–z, digits and hyphens; `{letter}` here is U+{:04X}",
            letter as u32
        ));
    }
    if token.starts_with(['“', '”', '‘', '’']) {
        return found.help("use straight quotes: `\"…\"`");
    }
    if token.starts_with('\'') {
        return found.help("a text stands in double quotes: `\"…\"`");
    }
    if token.starts_with(';') {
        return found.help("a statement ends with its line: there is no `;`");
    }
    if stop.kind == Kind::run && token.is_empty() && stop.head.ends_with('"') {
        return found.help(
            "what stands in quotes is a title; its command stands behind it in backticks, or in a fence",
        );
    }
    match example(stop.kind) {
        "" => found,
        example => found.help(format!("it is written like this: {example}")),
    }
}

/// A statement of this kind as it may be written; empty where the message says it all.
fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::edition => "`edition 2026`",
        Kind::use_ => "`use std/http`, `use ./common`, `use std/kubernetes { pods-ready }`",
        Kind::deployment => "`deployment \"Checkout 2.4\" { … }`",
        Kind::param => "`param region \"Region\" : text = \"eu-central-1\"`",
        Kind::secret => "`secret database-url \"Connection string\"`",
        Kind::role => "`role oncall \"On-call engineer\" { contact slack \"@oncall\" }`",
        Kind::channel => "`channel ops slack \"#ops\"`",
        Kind::service => "`service checkout \"Checkout\" { … }`",
        Kind::metric => {
            "`metric errors \"Errors\" : percent in ratio { … }`, `metric errors = http.error-rate(checkout)`"
        }
        Kind::baseline => "`baseline checkout \"What is normal\" { … }`",
        Kind::objective => "`objective rto \"Back in service\" < 4h`",
        Kind::backup => "`backup database \"PostgreSQL\" every 30m keep 30d`",
        Kind::freeze => "`freeze weekend \"Weekend\" from Fri 16:00 to Mon 07:00 Europe/Berlin`",
        Kind::phase => "`phase canary \"Canary, 10%\" at 09:00 by oncall { … }`",
        Kind::checklist => "`checklist reachable \"Reachable\" (service : service) { … }`",
        Kind::gate => "`gate go \"Go or no-go\" { … }`",
        Kind::rollback => "`rollback quick \"Quick rollback\" within 5m { … }`",
        Kind::procedure => "`procedure restore \"Restore the database\" by dba { … }`",
        Kind::monitor => "`monitor first-day \"The first day\" from T+2h to T+24h { … }`",
        Kind::severity => "`severity critical \"Roll back at once\" { … }`",
        Kind::alert => "`alert latency-high when latency-p95 > 500ms for 5m then page oncall`",
        Kind::escalate => "`critical to oncall after 5m via phone, slack`",
        Kind::message => "`message maintenance \"Maintenance\" { … }`",
        Kind::test => "`test \"a bad canary rolls back\" { … }`",
        Kind::check => "`check \"The logs are clean\"`, `check error-rate < 1%`",
        Kind::require => "`require error-rate < 1%`, `require \"The team is confident\"`",
        Kind::when => "`when error-rate > 5% for 5m`",
        Kind::then => "`then rollback quick, page oncall`",
        Kind::run => "``run \"Look at the pods\" `kubectl get pods` reads-only``",
        Kind::shift => "`shift checkout to 25%`",
        Kind::switch => "`switch checkout to green`",
        Kind::scale => "`scale checkout to 3`",
        Kind::hold | Kind::bake => "`hold 15m while error-rate < 1%`",
        Kind::step => "`10% for 15m while error-rate < 1%`",
        Kind::canary => "`canary checkout { 10% for 15m … }`",
        Kind::blue_green => "`blue-green checkout to green { … }`",
        Kind::approve => "`approve by lead, oncall`, `approve by 2 of lead, dba, oncall`",
        Kind::record => {
            "`record p95 \"P95 latency\" in ms target < 200ms`, `record lessons \"Lessons\" as text`"
        }
        Kind::watch => "`watch error-rate, latency-p95, \"Log aggregation\"`",
        Kind::wait => {
            "`wait until 10:00`, `wait for \"the image is there\"`, ``wait for `pg_isready` every 30s within 1h``"
        }
        Kind::notify => "`notify ops \"We begin.\"`",
        Kind::note => "`note \"…\"`",
        Kind::include => "`include reachable(checkout)`",
        Kind::every => "`every 15m { … }`, `every \"shift handoff\" { … }`",
        Kind::choose => "`choose way \"Deploy with\" { … }`",
        Kind::option => "`option helm \"Helm\" { … }`",
        Kind::group => "`group data \"Database and cache\" { … }`",
        Kind::given => {
            "`given error-rate = 7% from T+5m to T+30m`, `given \"Users complain\" from T+10m`"
        }
        Kind::expectation => "`expect rollback quick within 1m`, `expect never stop`",
        Kind::field => "`field ends \"Ends at\" : time`",
        Kind::link => "`link \"Dashboard\" \"https://…\"`",
        Kind::file => "`file \"Helm chart\" \"./charts/checkout\"`",
        Kind::on_failure => "`on failure rollback quick`",
        Kind::otherwise => "`else stop`, `else { … }`",
        Kind::bound => "`error-rate < 0.1%`, `\"Errors\" error-rate < 0.1%`",
        _ => "",
    }
}

/// `${name}` and `{{ name }}`.
fn template(found: &Diagnostic, stop: &Stop<'_>) -> Option<Diagnostic> {
    let behind = stop.statement.get(stop.head.len()..)?;
    let gap = behind.len() - behind.trim_blanks_start().len();
    let behind = behind.trim_blanks_start();
    let dollar = stop.head.ends_with('$') && behind.starts_with('{');
    let bare = stop.token.is_empty() && behind.starts_with('{');
    if !(dollar || bare || behind.starts_with("{{")) {
        return None;
    }
    let line = behind.lines().next()?;
    let close = line.rfind('}')?;
    let inner = line[..close].trim_matches(['{', '}', ' ', '$']);
    let inner = inner
        .rsplit("var.")
        .next()
        .unwrap_or_default()
        .trim_start_matches('.');
    let one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let name = words::name(inner);
    let block = behind.starts_with('{') && !behind.starts_with("{{") && !dollar;
    if name.is_empty()
        || !inner.bytes().all(one)
        || block && Block::of(stop.kind).of != "this block"
    {
        return None;
    }
    let from = stop.at;
    let to = stop.head.len() + gap + close + 1;
    let start = stop.place.start - stop.at as u32;
    let place = Span::new(stop.place.source, start + from as u32, start + to as u32);
    let mended = format!("{} {name}{}", stop.before(), &line[close + 1..]);
    if super::strictly(stop.kind, mended.trim_blanks_end()).is_some() {
        return None;
    }
    let mut found = found.clone();
    found.primary.span = place;
    found.message = "a name stands by itself here, without braces or `$`".to_owned();
    let gap = if stop.before().ends_with([' ', '\t']) {
        ""
    } else {
        " "
    };
    Some(found.safe_fix(format!("write `{name}`"), place, format!("{gap}{name}")))
}

/// A word of a clause that stands where a name does: `shift to 10%`, `backup every 1h`.
fn nameless(found: &Diagnostic, stop: &Stop<'_>) -> Option<Diagnostic> {
    let mut words = stop.head.words();
    let (first, second) = (words.next()?, words.next()?);
    let named = matches!(
        stop.kind,
        Kind::shift | Kind::scale | Kind::switch | Kind::backup | Kind::canary | Kind::include
    );
    let taken = stop.at > first.len() + second.len();
    if !named
        || !taken
        || !matches!(
            second,
            "to" | "every" | "keep" | "by" | "at" | "for" | "while"
        )
    {
        return None;
    }
    let name = if stop.kind == Kind::backup {
        "database"
    } else {
        "checkout"
    };
    let at = stop.head.find(second)? as u32 + stop.place.start - stop.at as u32;
    let mut found = found.clone();
    found.message = format!("a name is missing before `{second}`");
    found.primary.span = Span::new(stop.place.source, at, at + second.len() as u32);
    Some(found.help(format!(
        "it is written like this: `{first} {name} {second} …`"
    )))
}

/// Habits of speech: `T+5`, `14:00 CET`, `lead and dba`, `notify #ops`, `version v1.2.3`.
pub(super) fn spoken(found: &Diagnostic, stop: &Stop<'_>) -> Option<Diagnostic> {
    if let Some(found) = nameless(found, stop) {
        return Some(found);
    }
    let (before, token) = (stop.before(), stop.token);
    let mut found = found.clone();
    let (before_sign, distance) = match token.strip_prefix('T') {
        Some(distance) => (0, distance),
        None => (usize::from(before.ends_with('T')), token),
    };
    let digits = distance.strip_prefix(['+', '-']).unwrap_or_default();
    if (before_sign > 0 || distance.len() < token.len())
        && !digits.is_empty()
        && digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        let place = stop.around(before_sign, token.len());
        // `T-1 hour`: the unit stands apart.
        let next = stop
            .statement
            .get(stop.at + token.len()..)
            .unwrap_or_default();
        let unit = next.words().next().unwrap_or_default();
        if let Some(length) = moments::duration(&format!("{digits} {unit}")) {
            let gap = next.len() - next.trim_blanks_start().len() + unit.len();
            let place = stop.around(before_sign, token.len() + gap);
            let text = format!("T{}{length}", &distance[..1]);
            found.message = "a unit stands right behind its number".to_owned();
            found.primary.span = place;
            return Some(found.safe_fix(format!("write `{text}`"), place, text));
        }
        found.message = format!("`T{distance}` has no unit");
        found.primary.span = place;
        return Some(found.offer(
            format!("write `T{distance}m`, in minutes"),
            place,
            format!("T{distance}m"),
        ));
    }
    let clock = before.trim_blanks_end().rsplit(is_blank).next()?;
    let abbreviated = (2..=5).contains(&token.len())
        && token.bytes().all(|letter| letter.is_ascii_uppercase())
        && clock.contains(':')
        && clock
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b':');
    if abbreviated {
        found.message = format!("`{token}` is no time zone that holds everywhere and all year");
        return Some(found.help("write `UTC`, or a place: `Europe/Berlin`, `America/New_York`"));
    }
    let next = stop
        .statement
        .get(stop.at + token.len()..)
        .unwrap_or_default();
    let next = super::first_word(next);
    let outcome = token == "or"
        && matches!(
            next,
            "rollback" | "pause" | "stop" | "skip" | "page" | "do" | "notify"
        );
    let listed = !matches!(
        stop.kind,
        Kind::hold | Kind::step | Kind::wait | Kind::shift | Kind::run
    );
    if listed
        && !outcome
        && matches!(token, "and" | "or" | "&")
        && stop.rules.iter().all(|rule| *rule != Kind::k_and)
    {
        let blanks = before.len() - before.trim_blanks_end().len();
        return Some(found.help("what is listed has commas between").offer(
            "write a comma",
            stop.around(blanks, token.len()),
            ",",
        ));
    }
    let rest = stop
        .statement
        .get(stop.at..)
        .unwrap_or_default()
        .trim_blanks_start();
    let named = rest
        .strip_prefix('#')
        .is_some_and(|name| name.starts_with(|first: char| first.is_ascii_lowercase()));
    if named && (token.is_empty() || token.starts_with('#')) {
        return Some(found.help("`#` begins a comment: names of channels stand without it"));
    }
    let word = before.split(is_blank).next_back()?;
    let setting = before.words().count() == 2 && !word.is_empty();
    if setting && before.starts_with("version ") && token.starts_with(['.', '-', '+', ':', '/']) {
        let whole = format!("{word}{token}");
        let place = stop.around(word.len(), token.len());
        found.message = format!("`{whole}` is a text, which stands in quotes");
        found.primary.span = place;
        return Some(found.safe_fix(
            format!("write `\"{whole}\"`"),
            place,
            format!("\"{whole}\""),
        ));
    }
    None
}
