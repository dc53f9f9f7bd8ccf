//! Captured values that are not there where a command wants them.

use foldhash::HashMap;

use super::NOT_CAPTURED;
use crate::checks::Context;
use crate::checks::glance::Kind;
use crate::checks::scripts::Script;
use crate::diagnostic::Diagnostic;
use crate::model::Origin;

/// Where captures are made on the way forward: the places of the commands, by the name.
type Makers<'a> = HashMap<&'a str, Vec<usize>>;

pub(super) fn not_captured(context: &Context<'_>, found: &mut Vec<Diagnostic>) {
    let mut makers: Makers<'_> = HashMap::default();
    for place in context.of_kinds(&[Kind::Run]) {
        if context.root_kind(place) == Kind::Reference {
            continue; // run nowhere
        }
        if let Some(name) = context.order.nodes[place].work.captures() {
            makers.entry(name).or_default().push(place);
        }
    }
    if makers.is_empty() || context.order.sequence.is_empty() {
        return;
    }
    let mut turns = vec![0; context.order.nodes.len()];
    for (turn, &place) in context.order.sequence.iter().enumerate() {
        turns[place] = turn;
    }
    for script in context.forward() {
        for (variable, at) in crate::model::variables(&script.command.text) {
            let Some(Origin::Capture(name)) = script.command.environment.get(variable) else {
                continue;
            };
            let Some(places) = makers.get(name.as_str()) else {
                continue;
            };
            let text = &script.command.text[at + variable.len()..];
            // `${NAME:-otherwise}`: the script knows that it may be empty.
            if text.starts_with([':', '-', '+', '?']) && script.command.text[..at].ends_with('{') {
                continue;
            }
            let span = script.command.place(at, at + variable.len());
            if let Some((message, maker, label, help)) =
                missing(context, &turns, script, variable, places)
            {
                let maker = context.order.nodes[maker];
                found.push(
                    Diagnostic::new(&NOT_CAPTURED, span, message)
                        .also(maker.name_span, label)
                        .help(help),
                );
                break; // once for each command
            }
        }
    }
}

/// Why a variable may be empty in a command: a message, who captures it, what to say of that, and what
/// to do.
fn missing(
    context: &Context<'_>,
    turns: &[usize],
    user: &Script<'_>,
    variable: &str,
    makers: &[usize],
) -> Option<(String, usize, &'static str, &'static str)> {
    // What rollbacks and procedures capture may be there or not; nobody can tell.
    let known = |&place: &usize| {
        matches!(context.root_kind(place), Kind::Phase | Kind::Gate)
            && !context.root(place).follows_rollback()
    };
    if !makers.iter().all(known) {
        return None;
    }
    let before: Vec<usize> = makers
        .iter()
        .copied()
        .filter(|&maker| turns[maker] < turns[user.place])
        .collect();
    let Some(&first) = before.first() else {
        let &later = makers.iter().find(|&&maker| maker != user.place)?;
        return Some((
            format!("`{variable}` is empty here: it is captured afterwards"),
            later,
            "captured here",
            "capture it first",
        ));
    };
    let conditions = |place: usize| {
        let nodes = std::iter::once(place).chain(context.around(place));
        nodes.filter_map(|at| Some(context.order.nodes[at].condition.as_ref()?.to_string()))
    };
    let own: Vec<String> = conditions(user.place).collect();
    let inside: Vec<usize> = std::iter::once(user.place)
        .chain(context.around(user.place))
        .collect();
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
    match (context.kind(exit), &node.condition) {
        (Kind::Option, None) => {
            let choose = context.order.parents[exit]?;
            let other = context.children(choose).find(|option| {
                context.kind(*option) == Kind::Option && !ways.iter().any(|way| way == &[*option])
            })?;
            Some((
                format!(
                    "`{variable}` is empty here if `{}` is chosen",
                    context.order.nodes[other].id
                ),
                first,
                "captured in this option alone",
                "capture it in each option, or put this command into the one that does",
            ))
        }
        (_, Some(condition)) => Some((
            format!("`{variable}` is empty here unless `{condition}`"),
            first,
            "captured on this condition alone",
            "let both happen on the same condition",
        )),
        // What an `else` does, it does once something has failed: who goes on from there knows.
        (_, None) => None,
    }
}
