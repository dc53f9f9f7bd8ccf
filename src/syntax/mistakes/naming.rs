//! Guesses about names and titles: how they are written, and where they stand.

use super::repair::Repair;
use super::stop::Stop;
use crate::blank::Blanks;
use crate::syntax::grammar::Rule as Kind;
use crate::syntax::words;

/// Names that are not written as names are: `Error_Rate`, `two b`, `2`, `fehlerquöte`.
pub(super) fn names(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    let begin = stop.word_start(stop.at);
    let end = stop.word_end(stop.at);
    let word = &stop.head[begin..end];
    let help = "names are made of lower-case letters, digits and hyphens";
    if word.is_empty() || word.starts_with(['"', '`', '\'']) {
        return repairs;
    }
    let bare = word.trim_start_matches(['@', '#', '$', '%', '&', '*']);
    let text = stop.kind == Kind::setting && super::guesses::takes_text(stop.head);
    let ours = match text || stop.kind == Kind::setting && bare.len() < word.len() {
        true => String::new(),
        false => words::name(bare),
    };
    // A letter that only looks like one of a–z is better shown than left out.
    let known = |letter: char| letter.is_ascii() || "äöüÄÖÜß".contains(letter);
    if !ours.is_empty() && ours != word && word.chars().all(known) {
        let repair = Repair::new(begin, end, ours.as_str()).help(help);
        repairs.push(match word.is_ascii() {
            true => repair.safe(),
            false => repair,
        });
    }
    let first = stop.head.words().next().unwrap_or_default();
    let named = stop.head[..begin].words().count() == 1;
    if named
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && bare.starts_with(|first: char| first.is_ascii_digit())
    {
        repairs.push(
            Repair::new(begin, end, format!("{first}-{}", bare.to_ascii_lowercase()))
                .help("a name begins with a letter"),
        );
    }
    // A point in a name.
    if word.contains('.') {
        repairs.push(Repair::new(begin, end, words::name(&word.replace('.', "-"))).help(help));
    }
    // Two words for one name.
    let before = stop.before();
    let last = before.trim_blanks_end();
    let second = last.words().count() == 2 && stop.rules.contains(&Kind::title);
    if stop.at == begin && second && word.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        let start = stop.word_start(last.len().saturating_sub(1));
        if start > 0 && stop.head[end..].trim_blanks_start().starts_with(['"', '(']) {
            let joined = words::name(&format!("{}-{word}", &last[start..]));
            repairs.push(Repair::new(start, end, joined).help("a name is one word, with hyphens"));
        }
    }
    let spoken = super::conditions::is_spoken(word);
    if named && stop.kind == Kind::run && stop.at == begin && !spoken {
        let next = stop.head[end..].trim_blanks_start();
        let next_end = next.find([' ', '"', '`']).unwrap_or(next.len());
        let joined = words::name(&format!("{word}-{}", &next[..next_end]));
        let to = stop.head.len() - next.len() + next_end;
        if next_end > 0 {
            repairs.push(Repair::new(begin, to, joined).help("a name is one word, with hyphens"));
        }
    }
    repairs
}

/// Titles: behind what they are the title of, with a name where none may stand, without one.
pub(super) fn titles(stop: &Stop<'_>) -> Vec<Repair> {
    let mut repairs = Vec::new();
    // A name where only a title may stand.
    let begin = stop.word_start(stop.at);
    let end = stop.word_end(stop.at);
    let behind = &stop.head[end..];
    let second = stop.head[..begin].words().count() == 1;
    if end > begin
        && second
        && stop.rules.contains(&Kind::title)
        && behind.trim_blanks_start().starts_with('"')
        && stop.is_item()
    {
        let to = end + behind.len() - behind.trim_blanks_start().len();
        let first = super::first_word(stop.head);
        repairs
            .push(Repair::new(begin, to, "").help(format!("a `{first}` has a title and no name")));
    }
    // A title behind what it is the title of.
    if stop.token.starts_with('"') && stop.token.len() > 1 && stop.at > 0 {
        let first = super::first_word(stop.head).len();
        let body = stop.before()[first..].trim_blanks();
        let to = stop.at + stop.token.len();
        if !body.is_empty() && to <= stop.head.len() {
            let text = format!(" {} {body}", stop.token);
            repairs.push(Repair::new(first, to, text).help("the title stands first"));
        }
    }
    // A title before its name.
    let after = stop.head[(stop.at + stop.token.len()).min(stop.head.len())..].trim_blanks();
    if stop.token.starts_with('"')
        && stop.rules.contains(&Kind::name)
        && words::name(after) == after
        && !after.is_empty()
    {
        let text = format!("{after} {}", stop.token);
        repairs.push(
            Repair::new(stop.at, stop.head.len(), text)
                .safe()
                .help("a name stands before the title"),
        );
    }
    // A name in quotes, as in HCL.
    let inner = stop.token.trim_matches('"');
    if stop.token.len() > 2 && stop.rules.contains(&Kind::name) && words::name(inner) == inner {
        repairs.push(
            Repair::new(stop.at, stop.at + stop.token.len(), inner)
                .help("a name stands without quotes; a title may stand behind it"),
        );
    }
    // A title alone: the name is made of it.
    if stop.token.starts_with('"') && stop.rules.contains(&Kind::name) {
        let name = words::slug(stop.token);
        if name.starts_with(|first: char| first.is_ascii_lowercase()) {
            repairs.push(
                Repair::new(stop.at, stop.at, format!("{name} "))
                    .help("a name stands before the title: other places refer to it"),
            );
        }
    }
    repairs
}
