//! What a statement that can't be read might have been: each guess is read again, and the first one
//! that makes the whole head readable is said and offered.
//!
//! Nothing here is done for a statement that can be read.

use super::repair::Repair;
use super::stop::Stop;
use super::{clauses, conditions, guesses, moments, naming, notations};
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::syntax::grammar::Rule as Kind;
use crate::syntax::{Placed, words};

/// Whether a quote or backtick is left open on the line of a place: where it belongs is not known, and what stands
/// behind it is read otherwise once the line is mended.
pub(super) fn is_quoted(placed: &Placed, from: u32) -> bool {
    let (before, behind) = placed.text().split_at((from - placed.offset()) as usize);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let length = behind.find('\n').unwrap_or(behind.len());
    let line = &placed.text()[start..before.len() + length];
    ['"', '`']
        .iter()
        .any(|quote| line.matches(*quote).count() % 2 == 1)
}

/// What stands before a statement that is put below the one that begins at `start`.
pub(super) fn indentation(placed: &Placed, start: u32) -> String {
    let own = start.saturating_sub(placed.offset()) as usize;
    let before = &placed.text()[..own];
    let line = before.rfind('\n').map_or(before, |end| &before[end + 1..]);
    let blanks = &line[..line.len() - line.trim_blanks_start().len()];
    match blanks.len() == line.len() {
        true => blanks.to_owned(),
        false => format!("{blanks}  "),
    }
}

/// The finding with the first guess that can be read; nothing if none can. `indent` is what stands
/// before a statement that is put on a line of its own.
pub(super) fn of(found: &Diagnostic, stop: &Stop<'_>, indent: &str) -> Option<Diagnostic> {
    let sure = [
        conditions::of,
        notations::of,
        guesses::blocks,
        guesses::marks,
        guesses::first_words,
        guesses::statements,
        naming::titles,
        naming::names,
        clauses::of,
        guesses::texts,
    ];
    // A value of a secret in a spec is none, however it is written.
    if stop.kind == Kind::secret && stop.token.starts_with('=') {
        return None;
    }
    // Where words for people stand, bare words are such.
    let wordy = matches!(stop.kind, Kind::notify | Kind::note);
    for guess in wordy
        .then_some(guesses::texts as fn(&Stop<'_>) -> Vec<Repair>)
        .into_iter()
        .chain(sure)
    {
        let mut repairs = guess(stop);
        repairs.retain(|repair| repair.from <= repair.to && repair.to <= stop.head.len());
        if let Some(repair) = repairs.iter_mut().find(|repair| repair.reads(stop)) {
            repair.text = repair.text.replace('\n', &format!("\n{indent}"));
            return Some(repair.on(found, stop));
        }
    }
    missing_words(found, stop)
}

/// Words of the language that may be missing where the head stops, and those that are offered of them.
fn missing_words(found: &Diagnostic, stop: &Stop<'_>) -> Option<Diagnostic> {
    if words::STATEMENTS.contains(&stop.token) {
        return None;
    }
    let mut fitting: Vec<Repair> = Vec::new();
    for (start, words) in clauses::missing(stop) {
        // Behind the first word, a word of the language would be read as a name.
        let before = stop.head[..start].trim_blanks_end();
        let first = !before.contains(' ') && clauses::takes_name(stop);
        let here = stop.head[start..].trim_blanks();
        let nothing = here.is_empty() || clauses::is_keyword(super::first_word(here));
        for word in words {
            let again = before.ends_with(&format!(" {word}"));
            let needs_duration = matches!(
                word.as_str(),
                "for" | "takes" | "within" | "after" | "every" | "over" | "about"
            );
            let figure = stop.token.starts_with(|first: char| first.is_ascii_digit());
            let measured = matches!(
                stop.kind,
                Kind::check | Kind::require | Kind::when | Kind::bound | Kind::hold | Kind::step
            );
            let other = word == "," && measured
                || figure && needs_duration && !moments::is_duration(stop.token);
            if first || nothing || again || other {
                continue;
            }
            let repair = match word.as_str() {
                "," => Repair::new(stop.before().trim_blanks_end().len(), start, ", ")
                    .help("what is listed has commas between"),
                word => Repair::new(start, start, format!("{word} ")),
            };
            if repair.reads(stop) {
                let comma = word == ",";
                fitting.push(repair);
                if comma {
                    break;
                }
            }
        }
        if !fitting.is_empty() {
            break;
        }
    }
    match fitting.as_slice() {
        [] => None,
        [one] => Some(one.on(found, stop)),
        many => {
            let shown: Vec<String> = many
                .iter()
                .take(3)
                .map(|repair| format!("`{}`", repair.shown(stop)))
                .collect();
            Some(found.clone().help(format!(
                "a word is missing: {}",
                shown.join(", ").replace("`, `", "`, or `")
            )))
        }
    }
}
