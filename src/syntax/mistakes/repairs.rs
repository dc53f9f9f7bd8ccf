//! What a statement that can't be read might have been: each guess is read again, and the first one
//! that makes the whole head readable is said and offered.
//!
//! Nothing here is done for a statement that can be read.

use super::habits::Stop;
use super::strictly;
use super::{clauses, conditions, guesses, moments, naming, notations};
use crate::blank::{Blanks, is_blank};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::grammar::Rule as Kind;
use crate::syntax::words;

/// A guess: what would stand in the place of some bytes of the head.
pub(super) struct Repair {
    /// The bytes that it replaces, from the beginning of the statement on.
    pub from: usize,
    pub to: usize,
    pub text: String,
    /// What is said besides; may be empty.
    pub help: String,
    /// Whether it keeps what the author plainly meant.
    pub safe: bool,
}

impl Repair {
    pub fn new(from: usize, to: usize, text: impl Into<String>) -> Repair {
        Repair {
            from,
            to,
            text: text.into(),
            help: String::new(),
            safe: false,
        }
    }

    pub fn safe(mut self) -> Repair {
        self.safe = true;
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Repair {
        self.help = help.into();
        self
    }

    /// Whether the head can be read with it: each of its lines, if it makes several.
    fn reads(&self, stop: &Stop<'_>) -> bool {
        let (Some(before), Some(behind)) = (stop.head.get(..self.from), stop.head.get(self.to..))
        else {
            return false;
        };
        let mended = format!("{before}{}{behind}", self.text);
        let mut lines = mended.split('\n').map(Blanks::trim_blanks);
        let first = lines.next().unwrap_or_default();
        let reads = |line: &str| strictly(stop.kind, line).is_none();
        let below = match stop.kind {
            Kind::use_ => Kind::use_,
            _ => Kind::act,
        };
        let begins = |line: &str| strictly(below, line).is_none();
        // A block of one statement.
        let block = self
            .text
            .strip_prefix(" {")
            .and_then(|text| text.strip_suffix('}'));
        if let Some(inner) = block {
            return reads(before.trim_blanks()) && begins(inner.trim_blanks());
        }
        reads(first) && lines.all(|line| line.is_empty() || begins(line))
    }

    fn on(&self, found: &Diagnostic, stop: &Stop<'_>) -> Diagnostic {
        let start = stop.place.start - stop.at as u32;
        let span = Span::new(
            stop.place.source,
            start + self.from as u32,
            start + self.to as u32,
        );
        let mut found = found.clone();
        if !self.help.is_empty() {
            found = found.help(self.help.clone());
        }
        let removed = stop
            .head
            .get(self.from..self.to)
            .unwrap_or_default()
            .trim_blanks();
        let written = self.text.trim_blanks();
        let title = if let Some((_, below)) = self.text.split_once('\n') {
            let behind = stop.head.get(self.to..).unwrap_or_default();
            let line = format!("{}{behind}", below.trim_blanks_start());
            format!("write {} on a line of its own", quoted(line.trim_blanks()))
        } else if written.is_empty() && !removed.is_empty() {
            format!("remove {}", quoted(removed))
        } else {
            format!("write {}", quoted(&self.shown(stop)))
        };
        match self.safe {
            true => found.safe_fix(title, span, self.text.clone()),
            false => found.offer(title, span, self.text.clone()),
        }
    }

    /// What it writes, with the words that it touches.
    fn shown(&self, stop: &Stop<'_>) -> String {
        let (before, behind) = (&stop.head[..self.from], &stop.head[self.to..]);
        let edge = |letter: char| is_blank(letter) || matches!(letter, '(' | '[' | '{' | ',' | ')');
        let start = match self.text.starts_with(' ') {
            true => before.len(),
            false => before.rfind(edge).map_or(0, |end| end + 1),
        };
        // A word that is put in is shown with what stands behind it.
        let mut end = 0;
        if self.text.ends_with(' ') && !self.text.trim_blanks().is_empty() {
            end = match behind.starts_with(['"', '`']) {
                true => behind[1..]
                    .find(&behind[..1])
                    .map_or(behind.len(), |end| end + 2),
                false => behind.find(edge).unwrap_or(behind.len()),
            };
        } else if !self.text.ends_with(' ') {
            end = behind.find(edge).unwrap_or(behind.len());
        }
        format!("{}{}{}", &before[start..], self.text, &behind[..end])
            .trim_blanks()
            .to_owned()
    }
}

/// In backticks; in two where it holds some.
fn quoted(text: &str) -> String {
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
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
