//! Names that are one letter away from the name that is meant.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashSet};

use super::MISSPELT;
use super::targets::addresses;
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::diagnostic::{Diagnostic, is_one_slip};
use crate::model::{Command, Effect, Work};
use crate::shell::{self, Simple, Word};
use crate::source::Span;

/// What a name stands for in a command; names of one kind are held against each other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role<'a> {
    Namespace,
    /// What kubectl works on.
    Object,
    /// What helm installs.
    Release,
    Host,
    /// The value of an option of a program.
    Option(&'a str, &'a str),
}

/// Where a name stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    command: &'a Command,
    start: usize,
    end: usize,
}

impl Place<'_> {
    fn span(&self) -> Span {
        self.command.place(self.start, self.end)
    }
}

/// The names of a spec's commands, and where they stand.
#[derive(Default)]
struct Names<'a> {
    places: BTreeMap<Role<'a>, BTreeMap<&'a str, Vec<Place<'a>>>>,
}

impl<'a> Names<'a> {
    fn add(&mut self, role: Role<'a>, name: &'a str, command: &'a Command, start: usize) {
        let shortest = match role {
            Role::Namespace | Role::Object | Role::Release => SHORTEST_DECLARED,
            Role::Host | Role::Option(..) => SHORTEST,
        };
        let plain = name.len() >= shortest
            && name.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && name.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'=')
            });
        if plain {
            let end = start + name.len();
            let place = Place {
                command,
                start,
                end,
            };
            let names = self.places.entry(role).or_default();
            names.entry(name).or_default().push(place);
        }
    }

    /// The part of a word that is a name.
    fn add_part(&mut self, role: Role<'a>, name: &'a str, command: &'a Command, word: &Word<'_>) {
        if let Some(at) = command.text[word.start..word.end].rfind(name) {
            self.add(role, name, command, word.start + at);
        }
    }

    /// A command that was read before.
    fn of_read(&mut self, command: &'a Command, commands: &'a [Simple<'a>]) {
        for simple in commands {
            self.of_simple(command, simple);
        }
        for (scheme, host, at) in addresses(&command.text) {
            let start = at + scheme.len() + "://".len();
            self.add(Role::Host, host, command, start);
        }
    }

    fn of_simple(&mut self, command: &'a Command, simple: &'a Simple<'a>) {
        let program = simple.program();
        let clustered = matches!(program, "kubectl" | "oc" | "helm");
        let arguments = simple.arguments();
        for (index, word) in arguments.iter().enumerate() {
            if word.text == "--" {
                break;
            }
            if !word.text.starts_with('-') {
                continue;
            }
            let (option, value, at) = match word.text.split_once('=') {
                Some((option, value)) => (option, value, word),
                None => match arguments.get(index + 1) {
                    Some(next) if !next.text.starts_with('-') => (&*word.text, &*next.text, next),
                    Some(_) | None => continue,
                },
            };
            let role = match option {
                "-n" | "--namespace" if clustered => Role::Namespace,
                // Words for people, and patches.
                "-m" | "--message" | "--description" | "-p" | "--patch" => continue,
                _ => Role::Option(program, option),
            };
            self.add_part(role, value, command, at);
        }
        match program {
            "kubectl" | "oc" => {
                for word in simple.operands().skip(1) {
                    let name = word.text.rsplit('/').next().unwrap_or(&word.text);
                    if !name.contains(['=', '.']) {
                        self.add_part(Role::Object, name, command, word);
                    }
                }
            }
            "helm" => {
                let mut operands = simple.operands();
                let verb = operands.next().map(|word| &*word.text);
                if matches!(
                    verb,
                    Some("upgrade" | "install" | "rollback" | "status" | "history" | "uninstall")
                ) && let Some(word) = operands.next()
                {
                    self.add_part(Role::Release, &word.text, command, word);
                }
            }
            _ => {}
        }
    }
}

/// Shorter names are often one letter away from another that is meant, too.
const SHORTEST: usize = 5;

/// Of names that a spec declares, those so short are told from others by the order of their letters:
/// `pya` for `pay`.
const SHORTEST_DECLARED: usize = 3;

pub(super) fn misspelt(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut beside: Vec<&Command> = Vec::new();
    for script in &context.scripts {
        if let Work::Run { effect, probe, .. } = &script.node.work {
            if let Effect::Undo { undo } = effect {
                beside.push(undo);
            }
            beside.extend(probe.as_deref());
        }
    }
    for place in context.of_kinds(&[Kind::Lookup]) {
        if let Work::Lookup { command } = &context.order.nodes[place].work {
            beside.push(command);
        }
    }
    let read: Vec<Vec<Simple<'_>>> = beside
        .iter()
        .map(|command| shell::read(&command.text))
        .collect();
    let mut names = Names::default();
    for script in &context.scripts {
        names.of_read(script.command, &script.commands);
    }
    for (command, commands) in beside.iter().zip(&read) {
        names.of_read(command, commands);
    }
    let all_declared: HashSet<&str> = [Role::Namespace, Role::Object]
        .iter()
        .flat_map(|role| declared(context, role).into_keys())
        .collect();
    let mut said: HashSet<Span> = HashSet::default();
    for (role, of_role) in &names.places {
        let declared = declared(context, role);
        let mut odd = of_role
            .iter()
            .filter(|(name, _)| !declared.contains_key(*name))
            .filter(|(_, spans)| !declared.is_empty() || spans.len() < OFTEN)
            .peekable();
        if odd.peek().is_none() {
            continue;
        }
        let often = of_role
            .iter()
            .filter(|(_, spans)| spans.len() >= OFTEN)
            .map(|(name, _)| *name);
        let neighbours = Neighbours::of(declared.keys().copied().chain(often));
        if neighbours.by_rest.is_empty() {
            continue;
        }
        for (name, spans) in odd {
            let Some(known) = neighbours.of_name(name).find(|known| {
                let usual = || of_role.get(known).map_or(0, Vec::len) >= OFTEN;
                let short = || {
                    spans.len() == 1
                        && declared.contains_key(known)
                        && !all_declared.contains(name)
                        && usual()
                        && is_swapped(name, known)
                };
                near(name, known) && (declared.contains_key(known) || spans.len() < OFTEN)
                    || short()
            }) else {
                continue;
            };
            let (message, other, label) = match declared.get(known) {
                Some(span) => (
                    match is_swapped(name, known) {
                        true => format!("`{name}` is `{known}` with two letters swapped"),
                        false => format!("`{name}` is one letter away from `{known}`"),
                    },
                    *span,
                    match role {
                        Role::Namespace => format!("it lives in `{known}`"),
                        _ => format!("`{known}` is declared here"),
                    },
                ),
                None => (
                    format!(
                        "`{name}` stands here alone, and `{known}` in {} places",
                        of_role[known].len()
                    ),
                    of_role[known][0].span(),
                    format!("`{known}`, for one"),
                ),
            };
            for at in spans.iter().map(Place::span) {
                if !said.insert(at) {
                    continue;
                }
                found.push(
                    Diagnostic::new(&MISSPELT, at, message.as_str())
                        .also(other, label.as_str())
                        .help(format!("did you mean `{known}`?"))
                        .offer(format!("write `{known}`"), at, known),
                );
            }
        }
    }
}

/// Names by what is left of them without any one of their letters: two names that are one slip apart
/// have that in common.
struct Neighbours<'a> {
    by_rest: HashMap<Vec<u8>, Vec<&'a str>>,
}

impl<'a> Neighbours<'a> {
    fn of(names: impl Iterator<Item = &'a str>) -> Self {
        let mut by_rest: HashMap<Vec<u8>, Vec<&str>> = HashMap::default();
        for name in names {
            for rest in rests(name) {
                by_rest.entry(rest).or_default().push(name);
            }
        }
        Neighbours { by_rest }
    }

    /// The names that may be one slip away, in the order in which they were given.
    fn of_name(&self, name: &str) -> impl Iterator<Item = &'a str> {
        rests(name)
            .filter_map(|rest| self.by_rest.get(rest.as_slice()))
            .flatten()
            .copied()
    }
}

/// A name, and what is left of it without each one of its letters.
fn rests(name: &str) -> impl Iterator<Item = Vec<u8>> {
    let bytes = name.as_bytes();
    let without = |at: usize| [&bytes[..at], &bytes[at + 1..]].concat();
    std::iter::once(bytes.to_vec()).chain((0..bytes.len()).map(without))
}

/// In so many places a name stands that is taken for the right one, though nothing declares it.
const OFTEN: usize = 2;

/// The names of this kind that the spec declares, and where.
fn declared<'a>(context: &Context<'a>, role: &Role) -> BTreeMap<&'a str, Span> {
    let mut names = BTreeMap::new();
    if matches!(role, Role::Host | Role::Option(..)) {
        return names;
    }
    for service in &context.spec.services {
        let workload = service.workload.as_deref();
        let of_service = match role {
            Role::Namespace => [service.namespace.as_deref(), None],
            Role::Object | Role::Release => [
                Some(service.name.as_str()),
                workload.and_then(|workload| workload.rsplit('/').next()),
            ],
            Role::Host | Role::Option(..) => [None, None],
        };
        for name in of_service.into_iter().flatten() {
            names.entry(name).or_insert(service.span);
        }
    }
    names
}

/// Whether one name is most likely the other, mistyped: one letter is wrong, missing, too many, or
/// has changed places with the next one. Numbers, plurals and first letters tell real names apart.
fn near(name: &str, other: &str) -> bool {
    if name == other || other.len() < SHORTEST {
        return false;
    }
    // Names of as many parts must have the same numbers, and most names near each other have not.
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    let ends = |text: &str| {
        text.bytes()
            .filter(|byte| !byte.is_ascii_alphanumeric())
            .count()
    };
    if ends(name) == ends(other) && digits(name) != digits(other) || !is_one_slip(name, other) {
        return false;
    }
    let parts = |text: &str| -> Vec<String> {
        text.split(|letter: char| !letter.is_ascii_alphanumeric())
            .map(str::to_owned)
            .collect()
    };
    let (mine, theirs) = (parts(name), parts(other));
    if mine.len() != theirs.len() {
        // A hyphen is missing, or there is one too many.
        return true;
    }
    let Some(at) = (0..mine.len()).find(|&at| mine[at] != theirs[at]) else {
        return false; // `-` for `_`, `.` for `/`: another name
    };
    let (mine, theirs, last) = (&mine[at], &theirs[at], at + 1 == mine.len());
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let longer = |a: &str, b: &str| {
        a.strip_prefix(b)
            .is_some_and(|rest| matches!(rest, "s" | "d" | "r"))
    };
    let plural = longer(mine, theirs) || longer(theirs, mine);
    let whole = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    mine.len().max(theirs.len()) >= SHORTEST
        && digits(mine) == digits(theirs)
        && mine.chars().next() == theirs.chars().next()
        && !(plural && (last || !whole))
}

/// Whether a name is another one with two letters that stand side by side swapped, behind the first
/// letter of a word: the one slip that makes a short name another that nobody would have chosen.
fn is_swapped(name: &str, other: &str) -> bool {
    let (one, two) = (name.as_bytes(), other.as_bytes());
    let Some(at) = (0..one.len().min(two.len())).find(|&at| one[at] != two[at]) else {
        return false;
    };
    let inside = at > 0 && one[at - 1].is_ascii_alphanumeric();
    let letters = |text: &[u8]| text.iter().skip(at).take(2).all(u8::is_ascii_alphabetic);
    one.len() == two.len()
        && inside
        && letters(one)
        && one.get(at) == two.get(at + 1)
        && one.get(at + 1) == two.get(at)
        && one.get(at + 2..) == two.get(at + 2..)
}

#[cfg(test)]
mod tests {
    use super::{is_swapped, near};

    #[test]
    fn short_names_are_told_by_the_order_of_their_letters() {
        for (name, other) in [("pya", "pay"), ("shpo", "shop"), ("pya-api", "pay-api")] {
            assert!(is_swapped(name, other), "{name} {other}");
            assert!(is_swapped(other, name), "{name} {other}");
        }
        let sets: [&[&str]; 7] = [
            &[
                "dev", "qa", "prd", "stg", "prod", "stag", "test", "uat", "int",
            ],
            &["eu", "us", "ap", "euw", "use", "usw"],
            &["a1", "a2", "a12", "a21"],
            &["web", "wed", "wbe1", "api", "app", "apm"],
            &["db-a", "db-b", "db1", "db2"],
            &["pay", "play", "pays", "apy", "ray"],
            &["auth", "oauth", "path", "math"],
        ];
        for set in sets {
            for (name, other) in set
                .iter()
                .flat_map(|one| set.iter().map(move |two| (one, two)))
            {
                assert!(!is_swapped(name, other), "{name} {other}");
            }
        }
    }

    #[test]
    fn only_slips_of_the_pen_are_near() {
        for (name, other) in [
            ("serach", "search"),
            ("serch", "search"),
            ("searchh", "search"),
            ("seerch-api", "search-api"),
            ("loa-construct-api", "loa-constructs-api"),
            ("codexdominon", "codexdominion"),
            ("checkoutapi", "checkout-api"),
            ("values-prodcution.yaml", "values-production.yaml"),
        ] {
            assert!(near(name, other), "{name} {other}");
            assert!(near(other, name), "{name} {other}");
        }
        for (name, other) in [
            ("search", "search"),
            ("order", "orders"),
            ("shop-api", "shop-app"),
            ("search-1", "search-2"),
            ("search1", "search2"),
            ("db-reader", "db-leader"),
            ("prod", "pord"),
            ("k8s/service.yaml", "k8s/services.yaml"),
            ("search_api", "search-api"),
            ("rollout", "rollouts"),
            ("migrate", "migrated"),
        ] {
            assert!(!near(name, other), "{name} {other}");
            assert!(!near(other, name), "{name} {other}");
        }
    }
}
