//! What is expected at a place, in words for people.

use super::first_word;
use super::stop::Stop;
use crate::blank::Blanks;
use crate::syntax::grammar::Rule as Kind;

/// Where a rule of the grammar stands in a list of expectations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phrase {
    /// Something that the author writes: "a duration such as `5m`".
    Thing(&'static str),
    /// A word of the language.
    Word(String),
    /// One of the clauses that any statement may take.
    Clause(String),
    /// Not worth a word.
    Nothing,
}

/// The phrase for a rule of the grammar. Every rule that can be missed has one (a test holds it).
pub(super) fn phrase(kind: Kind) -> Phrase {
    use Phrase::{Clause, Nothing, Thing, Word};
    let thing = match kind {
        Kind::name => "a name such as `canary`",
        Kind::path | Kind::metric_ref => "a name such as `error-rate`",
        Kind::amount => "a parameter that holds a duration",
        Kind::title => "a title in quotes",
        Kind::string => "a text in quotes",
        Kind::prose => "a text in `\"\"\"`",
        Kind::command => "a command in backticks",
        Kind::script => "a script in a fence",
        Kind::query => "a query in backticks",
        Kind::quantity => "a quantity such as `5m`, `10%` or `3 pods`",
        Kind::range => "a range such as `1%..5%`",
        Kind::instant | Kind::date => "a date such as `2026-10-26 07:00 UTC`",
        Kind::clock | Kind::clock_time => "a time such as `07:00`",
        Kind::offset => "an offset such as `T-6h`",
        Kind::weekday => "a day such as `Sat`",
        Kind::zone => "a time zone such as `Europe/Berlin`",
        Kind::condition | Kind::all_of => "a condition such as `error-rate < 1%`",
        Kind::comparison => "a comparison such as `error-rate < 1%`",
        Kind::comparator => "a comparator such as `<`",
        Kind::trend => "a trend (`stable`, `increasing`, `decreasing`)",
        Kind::type_ | Kind::type_name => "a type such as `percent`",
        Kind::unit => "a unit such as `ms`",
        Kind::module => "a module such as `std/http` or `./common`",
        Kind::year => "a year",
        Kind::label_name => "a label",
        Kind::label_value => "a label's value",
        Kind::matching => "`=`, `!=`, `=~` or `!~`",
        Kind::colour => "a colour such as `green`",
        Kind::channel_kind => "a kind of channel such as `slack`",
        Kind::via_kind => "a way to reach somebody such as `phone`",
        Kind::selector => "labels such as `[path=cache]`",
        Kind::regex => "a pattern such as `/ready/`",
        Kind::json => "a JSON path such as `$.status`",
        Kind::parameters => "parameters in parentheses",
        Kind::arguments => "arguments in parentheses",
        Kind::parameter => "a parameter such as `s : service`",
        Kind::argument => "an argument",
        Kind::moment => "a moment such as `18:00` or `Sat 01:00`",
        Kind::limits => "limits such as `(3..10)`",
        Kind::range_dots => "`..`",
        Kind::setting_word => "a setting",
        Kind::default => "`=` and a value",
        Kind::alias => "`=` and another metric",
        Kind::actions | Kind::action | Kind::go_back => {
            "an outcome such as `rollback quick`, `pause` or `stop`"
        }
        Kind::watched => "a metric or a text in quotes",
        Kind::words => "a text in quotes",
        Kind::measure => "`:` and a type",
        Kind::imports => "names in `{ }`",
        _ => "",
    };
    if !thing.is_empty() {
        return Thing(thing);
    }
    let name = format!("{kind:?}");
    match name.strip_prefix("k_") {
        Some(word) => {
            let word = word.replace('_', "-");
            match kind {
                Kind::k_at
                | Kind::k_from
                | Kind::k_due
                | Kind::k_takes
                | Kind::k_by
                | Kind::k_if
                | Kind::k_status
                | Kind::k_after
                | Kind::k_done
                | Kind::k_else => Clause(word),
                _ => Word(word),
            }
        }
        None => Nothing,
    }
}

/// The phrase for a rule where a statement stops: what stands before says which name or quantity.
fn phrase_at(kind: Kind, stop: &Stop<'_>) -> Phrase {
    let before = stop.before().trim_blanks_end();
    let word = before.rsplit([' ', '\t', ',']).next().unwrap_or_default();
    let first = first_word(stop.head);
    if stop.kind == Kind::setting {
        return match (kind, setting(first)) {
            (Kind::range_dots, _) => Phrase::Nothing,
            (Kind::path, Some(wanted)) => Phrase::Thing(wanted),
            (_, Some(_)) => Phrase::Nothing,
            (_, None) => phrase(kind),
        };
    }
    let thing = match kind {
        Kind::path | Kind::name => match word {
            "by" | "page" => "a role such as `oncall`",
            "notify" => "a channel or role such as `ops`",
            "shift" | "switch" | "scale" | "canary" | "blue-green" => {
                "the name of a service such as `checkout`"
            }
            "include" => "the name of a checklist",
            "rollback" if stop.kind != Kind::rollback => "the name of a rollback such as `quick`",
            "do" => "the name of a procedure",
            "after" => "the name of a phase such as `canary`",
            "capture" => "a name such as `version`",
            "to" if stop.kind == Kind::escalate => "a role such as `oncall`",
            _ if stop.kind == Kind::rollback && kind == Kind::path => "a name such as `quick`",
            _ if stop.kind == Kind::rollback => "a name such as `quick`",
            _ if stop.kind == Kind::role => "a name such as `oncall`",
            _ if stop.kind == Kind::metric => "a name such as `error-rate`",
            _ if stop.kind == Kind::service => "a name such as `checkout`",
            _ => return phrase(kind),
        },
        Kind::quantity => match (word, stop.kind) {
            (
                "within" | "for" | "takes" | "every" | "over" | "hold" | "bake" | "after" | "keep",
                _,
            ) => "a duration such as `5m`",
            (_, Kind::hold | Kind::bake) => "a duration such as `5m`",
            ("to", Kind::shift) | (_, Kind::step) => "a share such as `10%`",
            ("to", Kind::scale) => "a number such as `3`",
            ("retry" | "exit", _) => "a number such as `3`",
            ("by", _) => "how many of them (`2 of …`)",
            _ => return phrase(kind),
        },
        Kind::offset | Kind::clock | Kind::clock_time | Kind::date | Kind::instant
            if matches!(word, "<" | "<=" | ">" | ">=" | "==" | "!=") =>
        {
            "a value such as `1%` or `200ms`"
        }
        Kind::regex | Kind::metric_ref | Kind::string | Kind::selector
            if matches!(word, "<" | "<=" | ">" | ">=" | "==" | "!=") =>
        {
            return Phrase::Nothing;
        }
        // What may go on with a number or a name is not worth a word.
        Kind::range_dots | Kind::arguments | Kind::selector | Kind::matching
            if stop.at > before.len() =>
        {
            return Phrase::Nothing;
        }
        _ => return phrase(kind),
    };
    Phrase::Thing(thing)
}

/// What a setting takes.
fn setting(word: &str) -> Option<&'static str> {
    Some(match word {
        "version" => "a version such as `\"v2.4.0\"`",
        "starts" => "a time such as `2026-12-01 09:00 Europe/Berlin`",
        "date" => "a date such as `2026-12-01`",
        "lasts" => "a duration such as `2h` or `2h..3h`",
        "owner" => "a role such as `oncall`",
        "status" => "`draft`, `ready` or a text in quotes",
        "namespace" => "a namespace such as `shop`",
        "workload" => "a workload such as `deployment/checkout`",
        "replicas" => "a number, and perhaps its limits: `6 (3..10)`",
        "traffic" => "a way to split traffic such as `gateway-api` or `istio`",
        "port" => "a number such as `8080`",
        "better" => "`lower` or `higher`",
        "no-data" => "`pause`, `pass` or `fail`",
        "window" | "interval" => "a duration such as `5m`",
        "prometheus" => "a query in backticks",
        "contact" => "a way to reach them such as `slack \"@oncall\"`",
        "image" | "strategy" | "environment" | "project" | "subject" | "person" | "runbook" => {
            "a text in quotes"
        }
        "body" => "a text in quotes or in `\"\"\"`",
        "command" => "a title and a command in backticks",
        _ => return None,
    })
}

/// The words of the language among the expectations.
pub(super) fn words(kinds: &[Kind]) -> Vec<String> {
    kinds
        .iter()
        .filter_map(|&kind| match phrase(kind) {
            Phrase::Word(word) | Phrase::Clause(word) => Some(word),
            Phrase::Thing(_) | Phrase::Nothing => None,
        })
        .collect()
}

/// Of more things than these the first few are named: nobody reads a list of ten.
const MOST: usize = 5;

/// A list of expectations as one phrase: things first, then words, then "a clause such as …".
pub(super) fn list(stop: &Stop<'_>) -> String {
    let mut phrases: Vec<Phrase> = stop
        .rules
        .iter()
        .map(|&kind| phrase_at(kind, stop))
        .collect();
    phrases.sort();
    phrases.dedup();
    // `else` alone stands for the end of a head that takes no clause.
    if !phrases.contains(&Phrase::Clause("by".to_owned())) {
        phrases.retain(|phrase| *phrase != Phrase::Clause("else".to_owned()));
    }
    if stop.kind == Kind::param && stop.before().words().count() == 2 {
        phrases.push(Phrase::Thing("`:` and a type"));
    }
    let mut parts: Vec<String> = Vec::new();
    let mut clauses: Vec<String> = Vec::new();
    for phrase in phrases {
        match phrase {
            Phrase::Thing(text) => parts.push(text.to_owned()),
            Phrase::Word(word) => parts.push(format!("`{word}`")),
            Phrase::Clause(word) => clauses.push(word),
            Phrase::Nothing => {}
        }
    }
    if parts.len() > MOST {
        parts.truncate(MOST - 2);
    }
    match clauses.as_slice() {
        [] => {}
        [word] => parts.push(format!("`{word}`")),
        [first, .., _] => parts.push(format!("a clause such as `{first}`")),
    }
    match parts.len() {
        0 => "the end of the line".to_owned(),
        1 => parts.remove(0),
        _ => {
            let last = parts.pop().unwrap_or_default();
            format!("{} or {last}", parts.join(", "))
        }
    }
}
