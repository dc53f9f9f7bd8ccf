//! A text for people: literal words, and parameters that stand in it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// A text, in pieces. In JSON a text without parameters is a string, one with parameters a list of
/// strings and `{"parameter": name}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text {
    /// The pieces, in order; two literals never follow each other.
    pub pieces: Vec<Piece>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Piece {
    /// Words.
    Literal(String),
    /// The value of a parameter, of what was captured or of a field of a message.
    Parameter {
        /// Its name.
        parameter: String,
    },
}

impl Text {
    /// A text without parameters.
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Text {
            pieces: if text.is_empty() {
                Vec::new()
            } else {
                vec![Piece::Literal(text)]
            },
        }
    }

    /// Adds words.
    pub fn push(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Literal(literal)) => literal.push_str(words),
            Some(Piece::Parameter { .. }) | None => {
                // Nearly all texts are one piece.
                self.pieces.reserve_exact(1);
                self.pieces.push(Piece::Literal(words.to_owned()));
            }
        }
    }

    /// Adds another text.
    pub fn append(&mut self, other: &Text) {
        for piece in &other.pieces {
            match piece {
                Piece::Literal(words) => self.push(words),
                Piece::Parameter { .. } => self.pieces.push(piece.clone()),
            }
        }
    }

    /// How many bytes its pieces have.
    pub fn length(&self) -> usize {
        let length = |piece: &Piece| match piece {
            Piece::Literal(words) => words.len(),
            Piece::Parameter { parameter } => parameter.len() + 2,
        };
        self.pieces.iter().map(length).sum()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The words, with `{name}` for each parameter.
    pub fn words(&self) -> Cow<'_, str> {
        match self.pieces.as_slice() {
            [] => Cow::Borrowed(""),
            [Piece::Literal(literal)] => Cow::Borrowed(literal),
            _ => Cow::Owned(self.to_string()),
        }
    }

    /// The names of the parameters in it, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Parameter { parameter } => Some(parameter.as_str()),
            Piece::Literal(_) => None,
        })
    }
}

/// The words, with `{name}` for each parameter.
impl std::fmt::Display for Text {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => out.write_str(literal)?,
                Piece::Parameter { parameter } => write!(out, "{{{parameter}}}")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.pieces.as_slice() {
            [] => serializer.serialize_str(""),
            [Piece::Literal(literal)] => serializer.serialize_str(literal),
            pieces => pieces.serialize(serializer),
        }
    }
}

impl JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let piece = generator.subschema_for::<Piece>();
        schemars::json_schema!({
            "description": "A text for people: a string, or a list of strings and parameters.",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": piece }]
        })
    }
}
