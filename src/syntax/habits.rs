//! What people write out of habit, and how it is written here.

use super::Kind;
use super::words;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Where a statement stops making sense.
pub(super) struct Stop<'t> {
    /// The statement from its first word on.
    pub statement: &'t str,
    /// The offset of the first thing that does not fit.
    pub at: usize,
    /// That thing; empty at the end of the line.
    pub token: &'t str,
    /// Its place.
    pub place: Span,
    /// What could stand there.
    pub rules: &'t [Kind],
}

impl Stop<'_> {
    /// The place of some bytes before and behind the first byte that does not fit.
    fn around(&self, before: usize, behind: usize) -> Span {
        Span::new(
            self.place.source,
            self.place.start.saturating_sub(before as u32),
            self.place.start + behind as u32,
        )
    }

    /// What stands before it in the statement.
    fn before(&self) -> &str {
        self.statement.get(..self.at).unwrap_or_default()
    }
}

/// Says of a finding how it is written here, if what stands there is a known habit.
pub(super) fn hint(found: Diagnostic, stop: &Stop<'_>) -> Diagnostic {
    let token = stop.token;
    if let Some(hinted) = spoken(&found, stop) {
        return hinted;
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
    if words::STATEMENTS.contains(&token) {
        return found.help(format!(
            "`{token}` begins a statement: give it a line of its own"
        ));
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
    found
}

/// Habits of speech: `T+5`, `14:00 CET`, `lead and dba`, `notify #ops`, `version v1.2.3`.
fn spoken(found: &Diagnostic, stop: &Stop<'_>) -> Option<Diagnostic> {
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
        found.message = format!("`T{distance}` has no unit");
        found.primary.span = place;
        return Some(found.offer(
            format!("write `T{distance}m`, in minutes"),
            place,
            format!("T{distance}m"),
        ));
    }
    let clock = before.trim_end().rsplit(char::is_whitespace).next()?;
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
    if matches!(token, "and" | "or" | "&") && stop.rules.iter().all(|rule| *rule != Kind::k_and) {
        let blanks = before.len() - before.trim_end().len();
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
        .trim_start();
    let named = rest
        .strip_prefix('#')
        .is_some_and(|name| name.starts_with(|first: char| first.is_ascii_lowercase()));
    if named && (token.is_empty() || token.starts_with('#')) {
        return Some(found.help("`#` begins a comment: names of channels stand without it"));
    }
    let word = before.split(char::is_whitespace).next_back()?;
    let setting = before.split_whitespace().count() == 2 && !word.is_empty();
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
