//! Words of people where Argo Workflows reads templates: nothing of them is one.
//!
//! Argo replaces `{{…}}` and `{{=…}}` in everything that a template of a workflow says, and what runs
//! as a container has `$(NAME)` and `$$` replaced in its environment by Kubernetes.

use crate::backend::one_line;
use crate::backend::runbook::Markup;
use crate::plan::{Piece, Text};

/// Sentences without any markup.
pub struct Plain;

impl Markup for Plain {
    fn words(&self, words: &str) -> String {
        words.to_owned()
    }

    fn code(&self, code: &str) -> String {
        code.to_owned()
    }

    fn sign(&self, sign: &str) -> String {
        sign.to_owned()
    }

    fn strong(&self, marked: &str) -> String {
        marked.to_owned()
    }

    fn link(&self, marked: &str, _anchor: &str) -> String {
        marked.to_owned()
    }

    fn block(&self, text: &str, _language: &str) -> String {
        text.to_owned()
    }

    fn prose(&self, text: &Text) -> String {
        text.to_string()
    }
}

/// Words on one line that hold no template: a blank stands between two opening braces.
pub fn safe(text: &str) -> String {
    parted(&one_line(text), |before, letter| {
        before == '{' && letter == '{'
    })
}

/// The same for the environment of a container, where `$(NAME)` and `$$` are replaced, too.
pub fn safe_value(text: &str) -> String {
    safe_variables(&safe(text))
}

/// A text whose templates are meant, for the environment of a container.
pub fn safe_variables(text: &str) -> String {
    parted(text, |before, letter| {
        before == '$' && matches!(letter, '$' | '(')
    })
}

fn parted(text: &str, apart: fn(char, char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if let Some(before) = out.chars().next_back()
            && apart(before, letter)
        {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

/// Whether something on the way to a container reads more in a text than its letters: Argo reads
/// `{{`, Kubernetes reads `$$` and `$(NAME)`.
pub fn is_read(text: &str) -> bool {
    let variable = |rest: &str| {
        rest.split_once(')').is_some_and(|(name, _)| {
            !name.is_empty()
                && name.chars().all(|letter| {
                    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
                })
        })
    };
    text.contains("{{")
        || text.contains("$$")
        || text
            .match_indices("$(")
            .any(|(at, opening)| variable(&text[at + opening.len()..]))
}

/// A text with the values of parameters and captured outputs in it, as Argo fills them in.
pub fn filled(text: &Text, value: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for piece in &text.pieces {
        match piece {
            Piece::Literal(literal) => {
                // Blanks at the edge of a piece belong to the sentence.
                let flat: String = literal
                    .chars()
                    .map(|letter| if letter.is_whitespace() { ' ' } else { letter })
                    .filter(|letter| !letter.is_control())
                    .collect();
                out.push_str(&parted(&flat, |before, letter| {
                    (before == '{' && letter == '{')
                        || (before == '$' && matches!(letter, '$' | '('))
                }));
                // Nor does a brace at its end open what follows.
                if out.ends_with('{') {
                    out.push(' ');
                }
            }
            Piece::Parameter { parameter } => out.push_str(&value(parameter)),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{filled, is_read, safe, safe_value};
    use crate::plan::{Piece, Text};

    #[test]
    fn nothing_opens_a_template() {
        assert_eq!(safe("a {{workflow.name}} b"), "a { {workflow.name}} b");
        assert_eq!(safe("{{{{"), "{ { { {");
        assert_eq!(safe("one\ntwo\u{7}"), "one two");
        assert_eq!(safe_value("$(HOME) $$$"), "$ (HOME) $ $ $");
        assert!(is_read("echo $$") && is_read("a{{b") && is_read("$(HOME)"));
        assert!(!is_read("$HOME {a} $(date +%s)"));
    }

    #[test]
    fn a_brace_before_a_value_opens_nothing() {
        let text = Text {
            pieces: vec![
                Piece::Literal("{".to_owned()),
                Piece::Parameter {
                    parameter: "x".to_owned(),
                },
                Piece::Literal("} {{y}}".to_owned()),
            ],
        };
        let shown = filled(&text, |name| format!("{{{{workflow.parameters.{name}}}}}"));
        assert_eq!(shown, "{ {{workflow.parameters.x}}} { {y}}");
    }
}
