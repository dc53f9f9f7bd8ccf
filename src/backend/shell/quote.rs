//! Words that a shell reads as they are meant.

/// A text as one word, of which the shell reads nothing but the letters.
pub fn quoted(text: &str) -> String {
    if !text.contains(['\'', '$', '`', '\\', '"']) && !text.contains(char::is_control) {
        return format!("'{text}'");
    }
    let mut out = String::from("$'");
    for character in text.chars() {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => escaped(byte, &mut out),
            Ok(_) | Err(_) => out.push(character),
        }
    }
    out.push('\'');
    out
}

/// Bytes as one word; `besides` are written by their number as well, for whoever reads a script on its way
/// to a shell.
pub fn quoted_bytes(bytes: &[u8], besides: &[u8]) -> String {
    let mut out = String::from("$'");
    for &byte in bytes {
        match byte.is_ascii() && !besides.contains(&byte) {
            true => escaped(byte, &mut out),
            false => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('\'');
    out
}

/// A byte between `$'` and `'`.
fn escaped(byte: u8, out: &mut String) {
    match byte {
        b'\'' => out.push_str(r"\'"),
        b'\\' => out.push_str(r"\\"),
        b'\n' => out.push_str(r"\n"),
        b'\t' => out.push_str(r"\t"),
        b'\r' => out.push_str(r"\r"),
        byte if byte.is_ascii_control() => out.push_str(&format!("\\x{byte:02x}")),
        byte => out.push(char::from(byte)),
    }
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
