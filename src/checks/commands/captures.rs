//! Captured values that are not there where a command wants them.

use foldhash::{HashMap, HashSet};

use super::NOT_CAPTURED;
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::diagnostic::Diagnostic;
use crate::graph::Precedence;
use crate::model::{Command, Origin, WaitFor, Work};

/// Where a value is captured in more places than this, nobody can follow the ways to its uses, and nothing
/// is said.
const MOST_MAKERS: usize = 100;

/// Where captures are made: the places of the commands and records, by the name.
type Makers<'a> = HashMap<&'a str, Vec<usize>>;

pub(super) fn not_captured(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut makers: Makers<'_> = HashMap::default();
    for place in context.of_kinds(&[Kind::Run, Kind::Record]) {
        if context.root_kind(place) == Kind::Reference {
            continue; // run nowhere
        }
        if let Some(name) = context.order.nodes[place].work.captures() {
            makers.entry(name).or_default().push(place);
        }
    }
    makers.retain(|_, places| places.len() <= MOST_MAKERS);
    if makers.is_empty() || context.order.sequence.is_empty() {
        return;
    }
    let mut turns = vec![0; context.order.nodes.len()];
    for (turn, &place) in context.order.sequence.iter().enumerate() {
        turns[place] = turn;
    }
    let precedence = Precedence::of(context.order);
    for user in users(context) {
        let uses = uses(user.command).find_map(|(name, at, length)| {
            let places = makers.get(name)?;
            // What takes a command back may ask for what the command itself printed.
            if user.takes_back && places.contains(&user.place) {
                return None;
            }
            let variable = &user.command.text[at..at + length];
            let missing = missing(context, &precedence, &turns, user.place, variable, places)?;
            Some((user.command.place(at, at + length), missing))
        });
        // Once for each command.
        if let Some((span, missing)) = uses {
            let maker = context.order.nodes[missing.maker];
            found.push(
                Diagnostic::new(&NOT_CAPTURED, span, missing.message)
                    .also(maker.name_span, missing.label)
                    .help(missing.help),
            );
        }
    }
}

/// A command on the way forward, and the place of its node.
struct User<'a> {
    place: usize,
    command: &'a Command,
    takes_back: bool,
}

/// What is run on the way forward, and what takes it back.
fn users<'a>(context: &Context<'a>) -> impl Iterator<Item = User<'a>> {
    let forward = context.order.places().filter(|&place| {
        matches!(context.root_kind(place), Kind::Phase | Kind::Gate)
            && !context.root(place).follows_rollback()
    });
    forward.flat_map(|place| {
        let work = &context.order.nodes[place].work;
        let (command, undo) = match work {
            Work::Run {
                command, effect, ..
            } => (Some(&**command), effect.undo()),
            Work::Wait {
                until: WaitFor::Command(command),
                ..
            } => (Some(command), None),
            _ => (None, None),
        };
        [(command, false), (undo, true)]
            .into_iter()
            .filter_map(move |(command, takes_back)| {
                Some(User {
                    place,
                    command: command?,
                    takes_back,
                })
            })
    })
}

/// What a command uses of what is captured: the name, and the offset and length of the variable in the
/// text, in bytes.
fn uses(command: &Command) -> impl Iterator<Item = (&str, usize, usize)> {
    command
        .variables()
        .into_iter()
        .filter_map(|(variable, at)| {
            let Some(Origin::Capture(name)) = command.environment.get(variable) else {
                return None;
            };
            let behind = &command.text[at + variable.len()..];
            // `${NAME:-otherwise}`: the script knows that it may be empty.
            let knows =
                behind.starts_with([':', '-', '+', '?']) && command.text[..at].ends_with('{');
            (!knows).then_some((name.as_str(), at, variable.len()))
        })
}

/// Why a variable may be empty in a command.
struct Missing {
    message: String,
    /// Who captures it, and what to say of that.
    maker: usize,
    label: String,
    help: String,
}

/// How the making of a value is called: of the output of a command, and of what a person fills in.
struct Words {
    made: &'static str,
    make: &'static str,
}

fn words(context: &Context<'_>, maker: usize) -> Words {
    match context.kind(maker) {
        Kind::Record => Words {
            made: "recorded",
            make: "record",
        },
        _ => Words {
            made: "captured",
            make: "capture",
        },
    }
}

fn missing(
    context: &Context<'_>,
    precedence: &Precedence<'_, '_>,
    turns: &[usize],
    user: usize,
    variable: &str,
    makers: &[usize],
) -> Option<Missing> {
    // What rollbacks and procedures capture may be there or not; nobody can tell.
    let known = |&place: &usize| {
        matches!(context.root_kind(place), Kind::Phase | Kind::Gate)
            && !context.root(place).follows_rollback()
    };
    if !makers.iter().all(known) {
        return None;
    }
    let inside: Vec<usize> = std::iter::once(user).chain(context.around(user)).collect();
    // What stands inside a record establishes it, and is done first.
    let before: Vec<usize> = makers
        .iter()
        .copied()
        .filter(|maker| turns[*maker] < turns[user] && !inside.contains(maker))
        .collect();
    let Some(&first) = before.first() else {
        let &later = makers.iter().find(|&&maker| maker != user)?;
        let Words { made, make } = words(context, later);
        return Some(Missing {
            message: format!("`{variable}` is empty here: it is {made} afterwards"),
            maker: later,
            label: format!("{made} here"),
            help: format!("{make} it first"),
        });
    };
    if !before
        .iter()
        .any(|&maker| precedence.is_before(maker, user))
    {
        let Words { made, .. } = words(context, first);
        let maker = context.order.nodes[first];
        let name = maker.id.rsplit('/').next().unwrap_or_default();
        let beside = context.order.parents[first] == context.order.parents[user];
        return Some(Missing {
            message: format!(
                "`{variable}` may be empty here: nothing says that it is {made} before"
            ),
            maker: first,
            label: format!("{made} beside it, in no order"),
            help: format!(
                "{}write both into a phase, one below the other",
                match beside {
                    true => format!("say `after {name}`, or "),
                    false => String::new(),
                }
            ),
        });
    }
    let conditions = |place: usize| {
        let nodes = std::iter::once(place).chain(context.around(place));
        nodes.filter_map(|at| Some(context.order.nodes[at].condition.as_ref()?.to_string()))
    };
    let own: Vec<String> = conditions(user).collect();
    // What each maker is inside of, and may be left out with, though the user is not.
    let exits = |maker: usize| {
        std::iter::once(maker)
            .chain(context.around(maker))
            .filter(|at| !inside.contains(at))
            .filter(|&at| {
                let condition = context.order.nodes[at].condition.as_ref();
                matches!(context.kind(at), Kind::Option | Kind::Else)
                    || condition.is_some_and(|one| !own.contains(&one.to_string()))
            })
            .collect::<Vec<usize>>()
    };
    let ways: Vec<Vec<usize>> = before.iter().map(|&maker| exits(maker)).collect();
    if ways.iter().any(Vec::is_empty) {
        return None;
    }
    let exit = ways[0][0];
    let node = context.order.nodes[exit];
    let Words { made, make } = words(context, first);
    match (context.kind(exit), &node.condition) {
        (Kind::Option, None) => {
            let choose = context.order.parents[exit]?;
            let makes: HashSet<usize> = ways
                .iter()
                .filter_map(|way| match way.as_slice() {
                    [only] => Some(*only),
                    _ => None,
                })
                .collect();
            let other = context
                .children(choose)
                .find(|option| context.kind(*option) == Kind::Option && !makes.contains(option))?;
            Some(Missing {
                message: format!(
                    "`{variable}` is empty here if `{}` is chosen",
                    context.order.nodes[other].id
                ),
                maker: first,
                label: format!("{made} in this option alone"),
                help: format!(
                    "{make} it in each option, or put this command into the one that does"
                ),
            })
        }
        (_, Some(condition)) => Some(Missing {
            message: format!("`{variable}` is empty here unless `{condition}`"),
            maker: first,
            label: format!("{made} on this condition alone"),
            help: "let both happen on the same condition".to_owned(),
        }),
        // What an `else` does, it does once something has failed: who goes on from there knows.
        (_, None) => None,
    }
}
