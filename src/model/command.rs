//! A command and what is known about it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::condition::Comparator;
use super::in_order::InOrder;
use super::language::Language;
use super::text::Text;
use crate::quantity::Quantity;
use crate::source::Span;

/// A command line or a script. It is never a template: values reach it as environment variables.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Command {
    /// The text, dedented, without a line break at its end.
    pub text: String,
    /// The language of a script: the word for the program that runs it; `sh` for a command line.
    pub language: String,
    /// The environment variables that the text uses and where their values come from.
    #[serde(skip_serializing_if = "Environment::is_empty")]
    #[schemars(with = "BTreeMap<String, Origin>")]
    pub environment: Environment,
    /// Where the text stands, its quotes included.
    #[serde(skip)]
    pub span: Span,
    /// Where each line of the text begins in it, and in its file, in bytes.
    #[serde(skip)]
    pub line_starts: Vec<(u32, u32)>,
}

impl Command {
    /// The variables of the environment that the text names, each with its offset in bytes.
    pub fn variables(&self) -> Vec<(&str, usize)> {
        Language::variables(&self.language, &self.text)
    }

    /// The place in the file of a stretch of the text, in bytes of the text; the end is cut at the
    /// end of its line.
    pub fn place(&self, start: usize, end: usize) -> Span {
        let start = start.min(self.text.len());
        let stretch = &self.text[start..end.clamp(start, self.text.len())];
        let length = stretch.find('\n').unwrap_or(stretch.len());
        let behind = self
            .line_starts
            .partition_point(|(begin, _)| *begin as usize <= start);
        match self.line_starts.get(behind.wrapping_sub(1)) {
            Some((begin, at)) => {
                let at = at + start as u32 - begin;
                Span::new(self.span.source, at, at + length as u32)
            }
            None => self.span,
        }
    }
}

/// Environment variables and where their values come from, in the order in which the text names them.
pub type Environment = InOrder<Origin>;

/// Where the value of an environment variable comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ValueOrigin")]
pub enum Origin {
    /// Known when compiling.
    Value(String),
    /// Words in which the values of parameters and of what was captured stand.
    Text(Text),
    /// A parameter of the deployment.
    Parameter(String),
    /// A secret; it must not reach any output.
    Secret(String),
    /// What an earlier command printed or a person filled in: the name under which it was captured.
    Capture(String),
}

/// What a command's result must be.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "expect", rename_all = "kebab-case")]
pub enum Expectation {
    /// The exit code.
    Exit {
        /// 0 to 255.
        code: u8,
    },
    /// The output contains a text.
    Contains {
        /// The text.
        text: Text,
        /// Whether it must *not* contain it.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        absent: bool,
    },
    /// The output matches a regular expression.
    Matches {
        /// The expression, between the slashes: in the dialect of the language, and matched against each
        /// line by itself.
        pattern: String,
        /// Whether it must *not* match.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        absent: bool,
    },
    /// A value in the output, read as JSON.
    Json {
        /// The path, beginning with `$`.
        path: String,
        /// How it is compared.
        comparator: Comparator,
        /// With what: a text, or as the language writes it.
        value: Text,
    },
}

impl Expectation {
    /// The pattern that matches whatever there is: nothing matches it where nothing was printed.
    pub const ANYTHING: &'static str = ".";
}

impl Effect {
    /// The command that takes it back, if one does.
    pub fn undo(&self) -> Option<&Command> {
        match self {
            Effect::Undo { undo } => Some(undo),
            Effect::Undeclared
            | Effect::ReadsOnly
            | Effect::Idempotent
            | Effect::Irreversible { .. } => None,
        }
    }
}

/// What a command does to the world, and how that is undone.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "effect", rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing was said.
    Undeclared,
    /// It changes nothing.
    ReadsOnly,
    /// It may be run again without harm.
    Idempotent,
    /// A command takes it back.
    Undo {
        /// The command.
        undo: Box<Command>,
    },
    /// It can't be undone.
    Irreversible {
        /// Why; may be empty.
        #[serde(skip_serializing_if = "Text::is_empty")]
        why: Text,
    },
}

/// How often a command is tried.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Attempts {
    /// How many further attempts after the first.
    pub retries: u32,
    /// How long to wait between two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Quantity>,
}
