//! Text that can't break the Markdown around it.
//!
//! What people wrote is words: every character that Markdown or HTML could take for structure is
//! escaped. Notes and bodies of messages are Markdown by their author and are kept whole: they are
//! only held inside the block in which they stand.

use crate::backend::runbook::{Markup, is_page};
use crate::plan::Text;

/// Words inside a line: a heading, an item, a cell of a table.
pub fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let flat: Vec<&str> = text.split_whitespace().collect();
    let flat = flat.join(" ");
    let characters: Vec<char> = flat.chars().collect();
    for (index, &character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(index + 1).copied();
        match character {
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(character);
            }
            '_' => {
                // Inside a word it means nothing.
                let inside = before.is_some_and(char::is_alphanumeric)
                    && after.is_some_and(char::is_alphanumeric);
                if !inside {
                    out.push('\\');
                }
                out.push('_');
            }
            '<' if after.is_some_and(|next| {
                next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')
            }) =>
            {
                out.push_str("&lt;");
            }
            '&' if after.is_some_and(|next| next.is_ascii_alphabetic() || next == '#') => {
                out.push_str("&amp;");
            }
            '#' | '+' | '-' | '=' | '>' if index == 0 => {
                out.push('\\');
                out.push(character);
            }
            '.' | ')'
                if index > 0
                    && after.is_none_or(|next| next == ' ')
                    && characters[..index].iter().all(char::is_ascii_digit) =>
            {
                out.push('\\');
                out.push(character);
            }
            '!' if after == Some('[') => out.push_str("\\!"),
            character if character.is_control() => {}
            character => out.push(character),
        }
    }
    out
}

/// A code span: as many backticks as it takes.
pub fn code(text: &str) -> String {
    let flat: Vec<&str> = text.split_whitespace().collect();
    let flat = flat.join(" ");
    if flat.is_empty() {
        return String::new();
    }
    let mut fence = "`".to_owned();
    while flat.contains(&fence) {
        fence.push('`');
    }
    let edge = if flat.starts_with('`') || flat.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{edge}{flat}{edge}{fence}")
}

/// A block of code: a fence longer than any inside.
pub fn fence(text: &str, language: &str) -> String {
    let mut marks = "```".to_owned();
    while text
        .lines()
        .any(|line| line.trim_start().starts_with(&marks))
    {
        marks.push('`');
    }
    let language: String = language
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        .collect();
    format!(
        "{marks}{language}\n{}\n{marks}",
        text.trim_end_matches('\n')
    )
}

/// Markdown by its author, held inside its block: raw HTML comments and unclosed fences can't
/// swallow what follows, and headings don't mix with those of the runbook.
pub fn prose(text: &Text) -> String {
    let source = text
        .pieces
        .iter()
        .map(|piece| match piece {
            crate::plan::Piece::Literal(literal) => literal.clone(),
            crate::plan::Piece::Parameter { parameter } => code(&format!("{{{parameter}}}")),
        })
        .collect::<String>();
    let mut out: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for line in source.lines() {
        let line = line.trim_end();
        let start = line.trim_start();
        let marks: String = start
            .chars()
            .take_while(|mark| matches!(mark, '`' | '~'))
            .collect();
        match &open {
            Some(fence)
                if start == fence.as_str()
                    || start.starts_with(fence.as_str())
                        && start.trim_start_matches(['`', '~']).is_empty() =>
            {
                open = None;
                out.push(line.to_owned());
            }
            Some(_) => out.push(line.to_owned()),
            None if marks.len() >= 3 => {
                open = Some(marks);
                out.push(line.to_owned());
            }
            None => {
                // HTML of any kind could open what nothing closes.
                let mut safe = String::with_capacity(line.len());
                let mut characters = line.chars().peekable();
                while let Some(character) = characters.next() {
                    let opens = character == '<'
                        && characters.peek().is_some_and(|next| {
                            next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')
                        });
                    if opens {
                        safe.push_str("&lt;");
                    } else {
                        safe.push(character);
                    }
                }
                if start.starts_with('#')
                    || start.len() >= 2 && start.chars().all(|mark| mark == '=')
                {
                    safe = safe.replacen(
                        ['#', '='],
                        if start.starts_with('#') { "\\#" } else { "\\=" },
                        1,
                    );
                }
                out.push(safe);
            }
        }
    }
    out.extend(open);
    out.join("\n").trim().to_owned()
}

/// The text, every line but the first moved to the right; blank lines stay empty.
pub fn hang(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            if index == 0 || line.is_empty() {
                line.to_owned()
            } else {
                format!("{indent}{line}")
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Markdown as a markup.
pub struct Marks;

impl Markup for Marks {
    fn words(&self, text: &str) -> String {
        words(text)
    }

    fn code(&self, text: &str) -> String {
        code(text)
    }

    fn cell_code(&self, text: &str) -> String {
        code(text).replace('|', "\\|")
    }

    fn address(&self, text: &str) -> String {
        match is_page(text) {
            true => format!("<{text}>"),
            false => self.cell_code(text),
        }
    }

    fn sign(&self, sign: &str) -> String {
        sign.to_owned()
    }

    fn strong(&self, marked: &str) -> String {
        format!("**{marked}**")
    }

    fn link(&self, marked: &str, anchor: &str) -> String {
        format!("[{marked}](#{anchor})")
    }

    fn block(&self, text: &str, language: &str) -> String {
        fence(text, language)
    }

    fn prose(&self, text: &Text) -> String {
        prose(text)
    }
}
