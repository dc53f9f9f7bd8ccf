//! Values that are written as elsewhere: times, comparisons, quotes, lists, references, numbers.

use super::moments;
use super::numbers;
use super::repair::Repair;
use super::stop::Stop;
use crate::blank::Blanks;
use crate::syntax::grammar::Rule as Kind;
use crate::syntax::words;

/// Comparators in other languages and in words.
const COMPARATORS: &[(&str, &str)] = &[
    ("less than", "<"),
    ("lower than", "<"),
    ("smaller than", "<"),
    ("fewer than", "<"),
    ("below", "<"),
    ("under", "<"),
    ("at most", "<="),
    ("no more than", "<="),
    ("up to", "<="),
    ("greater than", ">"),
    ("more than", ">"),
    ("higher than", ">"),
    ("larger than", ">"),
    ("above", ">"),
    ("over", ">"),
    ("exceeds", ">"),
    ("exceed", ">"),
    ("at least", ">="),
    ("no less than", ">="),
    ("not", "!="),
    ("equal to", "=="),
    ("equals", "=="),
    ("equal", "=="),
    ("exactly", "=="),
    ("around", "about"),
    ("approximately", "about"),
    ("lt", "<"),
    ("lte", "<="),
    ("gt", ">"),
    ("gte", ">="),
    ("eq", "=="),
    ("ne", "!="),
];

/// Verbs that stand before a comparator in words, or for one.
const VERBS: &[&str] = &[
    "is ",
    "are ",
    "stays ",
    "remains ",
    "drops ",
    "falls ",
    "rises ",
    "goes ",
    "must be ",
    "should be ",
    "has to be ",
    "was ",
];

/// Signs of other languages.
const SIGNS: &[(&str, &str, bool)] = &[
    ("=<", "<=", true),
    ("=>", ">=", true),
    ("<>", "!=", true),
    ("!==", "!=", true),
    ("===", "==", true),
    ("≤", "<=", true),
    ("≥", ">=", true),
    ("≠", "!=", true),
    ("~", "about", false),
    ("≈", "about", false),
    ("&&", "and", true),
    ("||", "or", true),
    ("=", "==", false),
];

/// Guesses for values.
pub(super) fn of(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    comparisons(stop, &mut repairs);
    moments::times(stop, stop.at, &mut repairs);
    let begin = stop.word_start(stop.at);
    if begin < stop.at {
        moments::times(stop, begin, &mut repairs);
    }
    numbers::numbers(stop, &mut repairs);
    quotes(stop, &mut repairs);
    lists(stop, &mut repairs);
    parameters(stop, &mut repairs);
    references(stop, &mut repairs);
    repairs
}

fn comparisons(stop: &Stop<'_>, repairs: &mut Vec<Repair>) {
    if stop.kind == Kind::objective && stop.token == "=" {
        repairs.push(Repair::new(stop.at, stop.at + 1, "<").help("an objective is a bound"));
    }
    for start in stop.starts_far().into_iter().rev() {
        let here = &stop.head[start..];
        for (theirs, ours, safe) in SIGNS {
            if here.starts_with(theirs) && start + theirs.len() >= stop.at.min(start + 1) {
                let behind = &here[theirs.len()..];
                let gap = if behind.starts_with(' ') { "" } else { " " };
                let repair = Repair::new(start, start + theirs.len(), format!("{ours}{gap}"));
                repairs.push(if *safe { repair.safe() } else { repair });
            }
        }
        if let Some(inner) = here.strip_prefix('!') {
            repairs.push(Repair::new(start, stop.head.len(), format!("not {inner}")).safe());
        }
        if let Some(range) = here.strip_prefix("between ")
            && let Some((low, high)) = range.split_once(" and ")
        {
            repairs.push(Repair::new(
                start,
                stop.head.len(),
                format!("in {low}..{high}"),
            ));
            repairs.push(Repair::new(
                start,
                stop.head.len(),
                format!("from {low} to {high}"),
            ));
        }
        let verb = VERBS.iter().find(|verb| here.starts_with(**verb));
        let begin = verb.map_or(0, |verb| verb.len());
        for (theirs, ours) in COMPARATORS {
            if (verb.is_some() || *theirs != "not")
                && here[begin..].starts_with(theirs)
                && here[begin + theirs.len()..].starts_with(' ')
            {
                repairs.push(Repair::new(start, start + begin + theirs.len(), *ours));
            }
        }
        if let Some(verb) = verb {
            repairs.push(Repair::new(start, start + verb.len() - 1, "=="));
            repairs.push(Repair::new(start, start + verb.len(), ""));
        }
    }
    // `error-rate not increasing`
    if stop.token == "not" {
        let last = stop.before().trim_blanks_end();
        let start = last.rfind(' ').map_or(0, |end| end + 1);
        let rest = stop.head[stop.at + 3..].trim_blanks_start();
        if start > 0 {
            repairs.push(
                Repair::new(
                    start,
                    stop.head.len(),
                    format!("not {} {rest}", &last[start..]),
                )
                .help("`not` stands before the whole comparison"),
            );
        }
    }
    // `0.1% < error-rate < 1%`
    let words: Vec<&str> = stop.head[stop.at..].words().collect();
    if let [low, "<" | "<=", metric, "<" | "<=", high] = words.as_slice() {
        repairs.push(
            Repair::new(
                stop.at,
                stop.head.len(),
                format!("{metric} in {low}..{high}"),
            )
            .help("a range stands behind `in`"),
        );
    }
    // `1% < error-rate`
    let mut words = stop.head[stop.at..].splitn(4, ' ');
    if let (Some(value), Some(sign), Some(metric)) = (words.next(), words.next(), words.next()) {
        let turned = match sign {
            "<" => ">",
            "<=" => ">=",
            ">" => "<",
            ">=" => "<=",
            "==" | "!=" => sign,
            _ => return,
        };
        let length = value.len() + sign.len() + metric.len() + 2;
        repairs.push(
            Repair::new(
                stop.at,
                stop.at + length,
                format!("{metric} {turned} {value}"),
            )
            .help("the metric stands first"),
        );
    }
}

/// Other quotes.
fn quotes(stop: &Stop<'_>, repairs: &mut Vec<Repair>) {
    let rest = &stop.head[stop.at..];
    let Some(open) = rest
        .chars()
        .next()
        .filter(|first| "'“”„‘’«»\"".contains(*first))
    else {
        return;
    };
    let inner = &rest[open.len_utf8()..];
    let Some((end, close)) = inner
        .char_indices()
        .rfind(|(_, letter)| "'“”‘’«»\"".contains(*letter))
    else {
        return;
    };
    let to = stop.at + open.len_utf8() + end + close.len_utf8();
    let text = &inner[..end];
    if !text.contains('"') && open != '"' {
        let help = "a text stands in straight double quotes";
        repairs.push(
            Repair::new(stop.at, to, format!("\"{text}\""))
                .safe()
                .help(help),
        );
    }
    // A module, a year or a number needs none.
    let named = stop.rules.contains(&Kind::path) && stop.kind != Kind::notify;
    let bare = match named {
        true => words::name(text),
        false => text.to_owned(),
    };
    if (named
        || stop.rules.iter().any(|rule| {
            matches!(
                rule,
                Kind::module | Kind::year | Kind::type_name | Kind::type_
            )
        }))
        && !bare.is_empty()
    {
        let same = bare == text;
        let repair = Repair::new(stop.at, to, bare).help("no quotes stand around it");
        repairs.push(if same { repair.safe() } else { repair });
    }
    repairs.push(
        Repair::new(stop.at, to, format!("`{text}`"))
            .help("a command stands in backticks, a script in a fence"),
    );
}

/// Lists in brackets.
fn lists(stop: &Stop<'_>, repairs: &mut Vec<Repair>) {
    let rest = &stop.head[stop.at..];
    // `by Alice or Bob`
    let people = stop
        .before()
        .trim_blanks_end()
        .rsplit(' ')
        .next()
        .unwrap_or_default();
    if matches!(people, "by" | "notify" | "page" | "to" | "after") {
        let names: Vec<String> = rest
            .replace(" or ", ",")
            .replace(" and ", ",")
            .split([',', '&'])
            .map(|name| words::name(name.trim_blanks()))
            .collect();
        if names.len() > 1 && names.iter().all(|name| !name.is_empty()) {
            repairs.push(
                Repair::new(stop.at, stop.head.len(), names.join(", "))
                    .help("who is listed is named as declared, with commas between"),
            );
        }
    }
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some(inner) = rest.strip_prefix(open)
            && let Some((list, _)) = inner.split_once(close)
        {
            let to = stop.at + list.len() + 2;
            let plain = list.replace('"', "");
            let repair = Repair::new(stop.at, to, plain);
            repairs.push(
                repair
                    .safe()
                    .help("a list stands without brackets, with commas between"),
            );
            if open == '(' {
                let list = format!("{{ {} }}", list.trim_blanks());
                repairs
                    .push(Repair::new(stop.at, to, list).help("names of a module stand in braces"));
            }
            if open == '[' {
                if matches!(list.trim_blanks(), "x" | "X") {
                    repairs.insert(0, Repair::new(stop.at, to, "done"));
                } else if list.trim_blanks().is_empty() {
                    repairs.insert(0, Repair::new(stop.at, to, ""));
                }
                repairs.push(Repair::new(stop.at, to, format!("({list})")));
            }
        }
    }
}

/// Parameters without a type, arguments without parentheses.
fn parameters(stop: &Stop<'_>, repairs: &mut Vec<Repair>) {
    let begin = stop.word_start(stop.at);
    let end = stop.word_end(stop.at);
    let word = &stop.head[begin..end];
    let behind = &stop.head[end..];
    let inside = stop.head[..begin].ends_with('(');
    // `param x = 5m`
    if stop.kind == Kind::param && stop.token == "=" {
        let value = stop.head[stop.at + 1..].trim_blanks();
        let unit = value.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '.');
        let kind = match unit {
            "yes" | "no" | "true" | "false" => "yes-no",
            "%" => "percent",
            "" => "number",
            _ if value.starts_with('"') => "text",
            _ if moments::is_duration(value) => "duration",
            _ => "",
        };
        if !kind.is_empty() {
            repairs.push(
                Repair::new(stop.at, stop.at, format!(": {kind} "))
                    .help("a parameter has a type behind `:`"),
            );
        }
    }
    // `param x : "a" | "b"`
    let choices = &stop.head[stop.at..];
    if stop.kind == Kind::param && choices.contains('|') {
        let list: Vec<&str> = choices.split('|').map(Blanks::trim_blanks).collect();
        repairs.push(Repair::new(
            stop.at,
            stop.head.len(),
            format!("choice({})", list.join(", ")),
        ));
    }
    if inside && !word.is_empty() {
        let next = behind.trim_blanks_start();
        let to = next.find([',', ')']).unwrap_or(next.len());
        let name = next[..to].trim_blanks();
        let help = "a parameter has a type behind `:`";
        if name.is_empty() {
            repairs.push(
                Repair::new(
                    begin,
                    end,
                    format!("{word} : {}", if word == "service" { word } else { "text" }),
                )
                .help(help),
            );
        } else {
            let to = stop.head.len() - next.len() + to;
            repairs.push(Repair::new(begin, to, format!("{name} : {word}")).help(help));
        }
    }
    if stop.head.matches('(').count() > stop.head.matches(')').count() {
        repairs.push(
            Repair::new(stop.head.len(), stop.head.len(), ")")
                .safe()
                .help("the `(` is not closed"),
        );
    }
    let before = stop.before().trim_blanks_end();
    let of_noun = words::begins_item(before.rsplit(' ').next().unwrap_or_default());
    let asks = stop.kind == Kind::include || stop.kind == Kind::metric && before.contains('=');
    if asks && !of_noun && stop.at > before.len() && !word.is_empty() && before.contains(' ') {
        repairs.push(
            Repair::new(before.len(), end, format!("({word})"))
                .help("what it is asked for stands in parentheses"),
        );
    }
    if stop.kind == Kind::metric && stop.head[stop.at..].starts_with("per s") {
        repairs.push(Repair::new(before.len(), stop.head.len(), "/s"));
    }
}

/// References: `$name`, `${name}`, `{{ name }}`, `@name`, `#name`.
fn references(stop: &Stop<'_>, repairs: &mut Vec<Repair>) {
    let rest = &stop.head[stop.at..];
    if stop.kind == Kind::use_ {
        let end = stop.word_end(stop.at);
        let module = stop.head[stop.at..end]
            .trim_matches('"')
            .replace("std.", "std/");
        repairs.push(Repair::new(stop.at, end, module));
        if let Some(list) = rest.strip_prefix(',') {
            let list = list
                .split(',')
                .map(Blanks::trim_blanks)
                .collect::<Vec<_>>()
                .join("\nuse ");
            let from = stop.before().trim_blanks_end().len();
            repairs.push(
                Repair::new(from, stop.head.len(), format!("\nuse {list}"))
                    .help("each module has a line of its own"),
            );
        }
        if rest.starts_with("as ") {
            let from = stop.before().trim_blanks_end().len();
            repairs.push(
                Repair::new(from, stop.head.len(), "")
                    .help("a module is called by the last part of its name"),
            );
        }
    }
    let open = stop.head.matches(')').count() > stop.head.matches('(').count();
    if rest.starts_with(')') && open {
        repairs.push(
            Repair::new(stop.at, stop.at + 1, "")
                .safe()
                .help("this `)` closes nothing"),
        );
    }
    if rest.starts_with('.') && stop.rules.contains(&Kind::json) {
        repairs.push(Repair::new(stop.at, stop.at, "$").help("a JSON path begins with `$`"));
    } else if stop.rules.contains(&Kind::json) && rest.contains("==") {
        repairs.push(Repair::new(stop.at, stop.at, "$.").help("a JSON path begins with `$`"));
    }
    let valued = stop.kind == Kind::setting
        && (rest.starts_with('$') || super::guesses::takes_text(stop.head));
    let Some(first) = rest
        .chars()
        .next()
        .filter(|first| "$@%&*".contains(*first) && !valued)
    else {
        return;
    };
    let end = stop.word_end(stop.at);
    let name = words::name(stop.head[stop.at..end].trim_start_matches(['$', '@', '%', '&', '*']));
    if !name.is_empty() {
        let help = format!("names stand by themselves, without `{first}`");
        repairs.push(Repair::new(stop.at, end, name).safe().help(help));
    }
}
