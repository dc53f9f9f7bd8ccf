//! Variables of the environment, as shell texts name them.

use foldhash::HashSet;

/// Variables that a shell or machine brings along.
pub const OF_THE_MACHINE: &[&str] = &[
    "HOME",
    "PATH",
    "PWD",
    "OLDPWD",
    "USER",
    "LOGNAME",
    "SHELL",
    "HOSTNAME",
    "TMPDIR",
    "LANG",
    "RANDOM",
    "SECONDS",
    "UID",
    "EUID",
    "PPID",
    "IFS",
    "OSTYPE",
    "LINENO",
    "BASH",
    "BASH_VERSION",
    "REPLY",
    "EDITOR",
    "KUBECONFIG",
    "COLUMNS",
    "LINES",
    "TERM",
];

/// The environment variable in which commands find a name.
pub fn variable(name: &str) -> String {
    name.replace(['-', '.'], "_").to_ascii_uppercase()
}

/// Whether a shell text sets a variable: `NAME=…` or `read NAME`, and goes on behind it.
pub(super) fn sets(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + name.len()..]);
        if !before.is_empty() && !before.ends_with([' ', '\t', '\n', ';', '&', '|', '(']) {
            return false;
        }
        match behind.strip_prefix('=') {
            Some(value) => ends(value),
            None => {
                let mut words = before.split_whitespace().rev();
                let reads = words.find(|word| !word.starts_with('-'));
                matches!(reads, Some("read" | "for")) && behind.starts_with([' ', '\t', '\n', ';'])
            }
        }
    })
}

/// The words in a shell text that it may set as variables: those that stand by themselves or before a
/// `=`. Of no other name can [`sets`] be true.
pub(super) fn settable(text: &str) -> HashSet<&str> {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split([' ', '\t', '\n', ';', '&', '|', '(']);
    words
        .map(|word| &word[..word.find(|letter| !of_name(letter)).unwrap_or(word.len())])
        .collect()
}

/// Whether a word ends in a text that begins with it.
fn ends(text: &str) -> bool {
    let mut quote = None;
    let mut depth = 0u32;
    for letter in text.chars() {
        match (letter, quote) {
            ('\'' | '"', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            ('(' | '{', None) => depth += 1,
            (')' | '}', None) => depth = depth.saturating_sub(1),
            (' ' | '\t' | '\n' | ';' | '&' | '|', None) if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// The names behind `$` in a shell text: `$NAME` and `${NAME…}`, not `$1`, `$?`, `$(`.
/// Each with the offset of the name in the text, in bytes.
pub fn variables(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.match_indices('$').filter_map(|(at, _)| {
        if text[..at].ends_with('\\') {
            return None;
        }
        let behind = &text[at + 1..];
        let rest = behind.strip_prefix('{').unwrap_or(behind);
        let start = text.len() - rest.len();
        let length = rest
            .find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
            .unwrap_or(rest.len());
        let name = &rest[..length];
        name.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_')
            .then_some((name, start))
    })
}
