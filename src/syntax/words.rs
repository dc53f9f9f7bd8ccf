//! The words of the language that the scan and the messages need as lists.

/// Words that begin a top-level item. They are reserved: in column 0 they always begin one.
pub const ITEMS: &[&str] = &[
    "alert",
    "backup",
    "baseline",
    "channel",
    "checklist",
    "deployment",
    "edition",
    "escalation",
    "failure",
    "freeze",
    "gate",
    "message",
    "metric",
    "monitor",
    "objective",
    "param",
    "phase",
    "procedure",
    "reference",
    "role",
    "rollback",
    "secret",
    "service",
    "severity",
    "success",
    "test",
    "use",
];

/// Words that begin a statement in a block.
pub const STATEMENTS: &[&str] = &[
    "approve",
    "bake",
    "better",
    "blue-green",
    "body",
    "canary",
    "check",
    "choose",
    "command",
    "contact",
    "date",
    "do",
    "else",
    "environment",
    "every",
    "expect",
    "field",
    "file",
    "gate",
    "given",
    "group",
    "hold",
    "image",
    "include",
    "interval",
    "lasts",
    "link",
    "namespace",
    "no-data",
    "note",
    "notify",
    "on",
    "option",
    "owner",
    "page",
    "pause",
    "person",
    "port",
    "prepare",
    "project",
    "prometheus",
    "record",
    "replicas",
    "require",
    "retire",
    "retry",
    "rollback",
    "run",
    "runbook",
    "scale",
    "shift",
    "skip",
    "starts",
    "status",
    "stop",
    "strategy",
    "subject",
    "switch",
    "then",
    "traffic",
    "verify",
    "version",
    "wait",
    "watch",
    "when",
    "window",
    "workload",
];

/// Settings whose value is a query, which may stand on several lines.
pub const QUERIES: &[&str] = &["prometheus"];

/// Whether the word begins a top-level item.
pub fn begins_item(word: &str) -> bool {
    ITEMS.binary_search(&word).is_ok()
}

/// Words that begin a statement, and that also stand in the head of another.
const IN_HEADS: &[&str] = &[
    "command", "date", "do", "else", "expect", "file", "image", "notify", "on", "option", "owner",
    "page", "pause", "person", "port", "project", "retry", "rollback", "skip", "status", "stop",
    "then", "version", "wait", "when", "window",
];

/// Whether the word begins a statement wherever it stands on a line.
pub fn begins_inner(word: &str) -> bool {
    STATEMENTS.binary_search(&word).is_ok() && !IN_HEADS.contains(&word)
}

/// A name as it is written here: `Error_Rate` and `errorRate` become `error-rate`, `ö` becomes `oe`.
/// Points and strokes stay. Empty where nothing is left of it.
pub fn name(written: &str) -> String {
    let mut name = String::with_capacity(written.len() + 4);
    let mut small = false;
    for letter in written.chars() {
        if letter.is_uppercase() && small {
            name.push('-');
        }
        small = letter.is_lowercase() || letter.is_ascii_digit();
        match letter {
            'ä' | 'Ä' => name.push_str("ae"),
            'ö' | 'Ö' => name.push_str("oe"),
            'ü' | 'Ü' => name.push_str("ue"),
            'ß' => name.push_str("ss"),
            'a'..='z' | '0'..='9' | '.' | '/' => name.push(letter),
            'A'..='Z' => name.push(letter.to_ascii_lowercase()),
            '-' | '_' | ' ' if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
    match begins {
        true => name.trim_end_matches('-').to_owned(),
        false => String::new(),
    }
}

/// A name made of words: lower-case letters and digits of the first words, joined by `-`.
pub fn slug(words: &str) -> String {
    let mut slug = String::with_capacity(40);
    for word in words.split(|character: char| !character.is_alphanumeric()) {
        let begin = slug.len();
        if begin > 0 {
            slug.push('-');
        }
        let start = slug.len();
        if word.is_ascii() {
            slug.push_str(word);
            slug[start..].make_ascii_lowercase();
        } else {
            let lower = word.to_lowercase();
            slug.extend(lower.chars().filter(char::is_ascii_alphanumeric));
        }
        let length = slug.len() - start;
        if length == 0 {
            slug.truncate(begin);
        } else if begin > 0 && begin + length >= 40 {
            slug.truncate(begin);
            break;
        } else {
            slug.truncate(start + length.min(40));
        }
    }
    if slug.is_empty() {
        slug.push_str("item");
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::{name, slug};

    #[test]
    fn names_are_written_in_one_way() {
        for (theirs, ours) in [
            ("Error_Rate", "error-rate"),
            ("errorRate", "error-rate"),
            ("API_TOKEN", "api-token"),
            ("fehlerquöte", "fehlerquoete"),
            ("http.errorRate", "http.error-rate"),
            ("-_-", ""),
            ("2nd", ""),
            ("p95", "p95"),
        ] {
            assert_eq!(name(theirs), ours, "{theirs}");
        }
    }

    #[test]
    fn names_are_made_of_the_first_words() {
        for (words, name) in [
            ("", "item"),
            ("…", "item"),
            ("All tests pass", "all-tests-pass"),
            ("P95 < 200ms, for 5m!", "p95-200ms-for-5m"),
            ("Überprüft & freigegeben", "berprft-freigegeben"),
            ("İ x", "i-x"),
            (
                "The migration of the customers table is rehearsed on staging",
                "the-migration-of-the-customers-table-is",
            ),
            (
                "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee f",
                "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd",
            ),
        ] {
            assert_eq!(slug(words), name, "{words}");
        }
    }
}
