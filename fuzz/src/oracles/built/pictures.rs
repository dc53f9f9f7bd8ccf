//! Pictures: SVG is XML, and no text means anything to Mermaid or Graphviz.

use crate::oracles::{Failure, failure};

pub fn svg(text: &str) -> Result<(), Failure> {
    let read = roxmltree::Document::parse(text);
    let document = read.map_err(|error| failure("svg: no XML", format!("{error}\n{text}")))?;
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        if matches!(name, "script" | "foreignObject" | "image" | "a") {
            return Err(failure("svg: more than a picture", name));
        }
        if let Some(attribute) = node.attributes().find(|one| one.name().starts_with("on")) {
            return Err(failure("svg: more than a picture", attribute.name()));
        }
    }
    Ok(())
}

fn no_controls(what: &str, text: &str) -> Result<(), Failure> {
    let odd = |letter: &char| letter.is_control() && *letter != '\n' || *letter == '\u{202e}';
    match text.chars().find(odd) {
        Some(letter) => Err(failure(
            format!("{what}: a character that can't be seen"),
            format!("{letter:?} in {text}"),
        )),
        None => Ok(()),
    }
}

/// Outside of quotes every bracket is closed, and a line is one of a few.
pub fn mermaid(text: &str) -> Result<(), Failure> {
    no_controls("mermaid", text)?;
    for line in text.lines() {
        let mut outside = String::new();
        for (index, part) in line.split('"').enumerate() {
            if index % 2 == 0 {
                outside.push_str(part);
            } else {
                let label = part.replace("<br/>", " ");
                if label.contains(['`', '<', '>', '&', '\\', '[', ']', '{', '}', '|', '*'])
                    || part.contains("%%")
                {
                    return Err(failure("mermaid: a label that means something", line));
                }
            }
        }
        let count = |letter: char| outside.matches(letter).count();
        let closed = line.matches('"').count() % 2 == 0
            && count('[') + usize::from(outside.contains(">]")) == count(']')
            && count('(') == count(')')
            && count('{') == count('}');
        let first = line.trim_start().split(' ').next().unwrap_or_default();
        let node = |word: &str| {
            let mut letters = word.chars();
            letters
                .next()
                .is_some_and(|letter| letter.is_ascii_lowercase())
                && letters
                    .next()
                    .is_some_and(|next| next == '_' || next.is_ascii_digit())
        };
        let known = matches!(
            first,
            "flowchart" | "subgraph" | "end" | "classDef" | "class"
        ) || node(first);
        if !closed || !known {
            return Err(failure("mermaid: an odd line", line));
        }
    }
    let count = |word: &str| {
        text.lines()
            .filter(|line| line.trim_start().split(' ').next() == Some(word))
            .count()
    };
    match count("subgraph") == count("end") {
        true => Ok(()),
        false => Err(failure("mermaid: a subgraph is not closed", text)),
    }
}

/// Quotes are closed on their line, brackets and labels in the end.
pub fn dot(text: &str) -> Result<(), Failure> {
    no_controls("dot", text)?;
    let (mut braces, mut angles) = (0i64, 0i64);
    for line in text.lines() {
        if line.matches('"').count() % 2 != 0 || line.contains('\\') {
            return Err(failure("dot: an odd line", line));
        }
        let table = angles > 0;
        for (index, part) in line.split('"').enumerate() {
            if index % 2 == 0 || table {
                let part = part.replace("->", "");
                angles += part.matches('<').count() as i64 - part.matches('>').count() as i64;
            }
            if index % 2 == 0 && !table {
                braces += part.matches('{').count() as i64 - part.matches('}').count() as i64;
            }
        }
    }
    match (braces, angles) {
        (0, 0) => Ok(()),
        _ => Err(failure("dot: a bracket is not closed", text)),
    }
}
