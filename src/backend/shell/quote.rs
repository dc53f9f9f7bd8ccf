//! Words that a shell reads as they are meant.

/// A text as one word, of which the shell reads nothing but the letters.
pub fn quoted(text: &str) -> String {
    if !text.contains(['\'', '\n', '$', '`', '\\', '"']) {
        return format!("'{text}'");
    }
    let mut out = String::from("$'");
    for character in text.chars() {
        match character {
            '\'' => out.push_str(r"\'"),
            '\\' => out.push_str(r"\\"),
            '\n' => out.push_str(r"\n"),
            '\t' => out.push_str(r"\t"),
            '\r' => out.push_str(r"\r"),
            // Nothing else of what a terminal obeys is in a spec; a shell would take it as it stands.
            _ => out.push(character),
        }
    }
    out.push('\'');
    out
}

/// A part of a text that goes on one line: blanks at its ends stay.
pub fn part(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_whitespace() {
                ' '
            } else {
                character
            }
        })
        .filter(|character| !character.is_control())
        .collect()
}

/// A text of several lines, without other characters that a terminal obeys.
pub fn lines(text: &str) -> String {
    text.chars()
        .filter(|character| *character == '\n' || !character.is_control())
        .collect()
}

/// A name for a function or variable, made of an id.
pub fn name(kind: &str, id: &str) -> String {
    let mut out = format!("{kind}_");
    out.extend(id.chars().map(|character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => character,
        _ => '_',
    }));
    out
}

/// A text as the input of the command before it: `<<'END'` and the lines behind.
pub fn here(text: &str) -> (String, String) {
    let mut end = "END".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    (format!(" <<'{end}'"), format!("{text}\n{end}"))
}
