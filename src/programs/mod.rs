//! In: a command as a shell splits it. Out: what its program does, as far as its words tell: whether it only
//! reads, whether it ends by itself, whether it wants a terminal. What is known of programs is data (`table`).
//! Knows nothing of specs.

mod judges;
mod table;

use std::sync::OnceLock;

use foldhash::HashMap;

use crate::shell::{Simple, Word};

/// What a command does to what is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It only looks, so that what it says can be taken for a verification.
    Reads,
    /// It changes something.
    Changes,
    /// Its words do not tell.
    Unknown,
}

/// What is known of a program. [`OTHER`] is one of which nothing is known.
pub(crate) struct Program {
    /// Its names.
    names: &'static [&'static str],
    /// Options that take a value, so that the word behind them is no operand.
    takes: &'static [&'static str],
    /// The options that name a namespace.
    namespace: &'static [&'static str],
    /// What it does by its verbs.
    verbs: Verbs,
    /// What it does where no verb says it.
    otherwise: Effect,
    /// Whether verbs are understood in capital letters, too.
    any_case: bool,
    /// What says more than a table can.
    judge: Option<fn(&Simple<'_>) -> Effect>,
    /// An option with which nothing is done, and what that leaves.
    rehearsal: Option<(&'static str, Effect)>,
    /// When it does not end by itself.
    endless: &'static [Endless],
    /// Options that want a terminal.
    terminal: &'static [&'static str],
    /// Whether it is nothing without a terminal.
    is_terminal: bool,
}

/// A program of which nothing is known changes something.
const OTHER: Program = Program {
    names: &[],
    takes: &[],
    namespace: &[],
    verbs: Verbs::First(&[]),
    otherwise: Effect::Changes,
    any_case: false,
    judge: None,
    rehearsal: None,
    endless: &[],
    terminal: &[],
    is_terminal: false,
};

type Verb = (&'static [&'static str], Effect);

/// Where a program has its verbs.
enum Verbs {
    /// The first word that is no option.
    First(&'static [Verb]),
    /// The first words that are no options and no values of options: `rollout status`.
    Operands(&'static [Verb]),
    /// Any word before the first option, and then it only reads. `get-*` is every word that begins so.
    Anywhere(&'static [&'static str]),
}

/// When a program does not end by itself.
struct Endless {
    /// The first argument; empty where any will do.
    verb: &'static str,
    /// One of these options stands there; empty where none is needed.
    options: &'static [&'static str],
    /// None of these stands there.
    unless: &'static [&'static str],
}

impl Endless {
    const fn always(verb: &'static str) -> Endless {
        Endless::when(verb, &[])
    }

    const fn when(verb: &'static str, options: &'static [&'static str]) -> Endless {
        Endless {
            verb,
            options,
            unless: &[],
        }
    }

    const fn unless(options: &'static [&'static str]) -> Endless {
        Endless {
            verb: "",
            options: &[],
            unless: options,
        }
    }
}

/// What is known of a program, by its name.
fn known(name: &str) -> Option<&'static Program> {
    static BY_NAME: OnceLock<HashMap<&str, &Program>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| {
        let named =
            |program: &'static Program| program.names.iter().map(move |name| (*name, program));
        table::PROGRAMS.iter().flat_map(named).collect()
    });
    by_name.get(name).copied()
}

impl<'t> Simple<'t> {
    /// The arguments that are no options, and no values of options that the program is known to have.
    pub fn operands(&self) -> impl Iterator<Item = &Word<'t>> {
        self.operands_with(known(self.program()).map_or(&[], |program| program.takes))
    }
}

/// What a command does.
pub fn effect(simple: &Simple<'_>) -> Effect {
    let name = simple.program();
    if name.is_empty() {
        return Effect::Unknown;
    }
    let Some(program) = known(name) else {
        return match judges::names_a_look(name) {
            true => Effect::Reads,
            false => Effect::Changes,
        };
    };
    if let Some(judge) = program.judge {
        return judge(simple);
    }
    let effect = program.effect(simple);
    match program.rehearsal {
        Some((option, rehearsed)) if effect != Effect::Reads && simple.has(&[option]) => rehearsed,
        Some(_) | None => effect,
    }
}

impl Program {
    fn effect(&self, simple: &Simple<'_>) -> Effect {
        let same = |word: &str, other: &str| match self.any_case {
            true => word.eq_ignore_ascii_case(other),
            false => word == other,
        };
        let found = match &self.verbs {
            Verbs::First(verbs) => {
                let first = judges::first(simple).unwrap_or_default();
                verbs
                    .iter()
                    .find(|(words, _)| words.iter().any(|word| same(first, word)))
                    .map(|(_, effect)| *effect)
            }
            Verbs::Operands(verbs) => {
                let words: Vec<&str> = simple
                    .operands_with(self.takes)
                    .take(3)
                    .map(|word| &*word.text)
                    .collect();
                let begins = |verb: &str| {
                    let mut verb = verb.split(' ');
                    let mut words = words.iter();
                    verb.all(|part| words.next().is_some_and(|word| same(word, part)))
                };
                verbs
                    .iter()
                    .find(|(words, _)| words.iter().any(|verb| begins(verb)))
                    .map(|(_, effect)| *effect)
            }
            Verbs::Anywhere(asks) => judges::verbs(simple)
                .any(|word| {
                    asks.iter().any(|ask| match ask.strip_suffix('*') {
                        Some(begin) => word.starts_with(begin),
                        None => word == *ask,
                    })
                })
                .then_some(Effect::Reads),
        };
        found.unwrap_or(self.otherwise)
    }
}

/// The word by which a command never ends by itself.
pub fn never_ends<'s, 't>(simple: &'s Simple<'t>) -> Option<&'s Word<'t>> {
    let program = known(simple.program())?;
    let first = simple.arguments().first();
    program.endless.iter().find_map(|endless| {
        let verb = first.filter(|word| word.text == endless.verb);
        if !endless.verb.is_empty() && verb.is_none() || simple.has(endless.unless) {
            return None;
        }
        match endless.options {
            [] => verb.or(simple.words.first()),
            options => simple.find(options),
        }
    })
}

/// The word by which a command wants a terminal.
pub fn wants_terminal<'s, 't>(simple: &'s Simple<'t>) -> Option<&'s Word<'t>> {
    let program = known(simple.program())?;
    match program.is_terminal {
        true => simple.words.first(),
        false => simple.find(program.terminal),
    }
}

/// The namespace that a command names, and where.
pub fn namespace<'s, 't>(simple: &'s Simple<'t>) -> Option<(&'s str, &'s Word<'t>)> {
    simple.value(known(simple.program())?.namespace)
}
