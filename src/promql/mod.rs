//! In: the text of a query. Out: its tree, or why Prometheus can't read it. promql-parser is called
//! here and nowhere else, for it recurses, and it panics at durations that no number of seconds holds.
//! Knows nothing of metrics.

mod balanced;
mod fill;
mod text;

use std::borrow::Cow;

use promql_parser::label::Matcher;
use promql_parser::parser::token::T_EQL_REGEX;
use promql_parser::parser::{self, Expr};

use crate::nesting::TooDeep;
use balanced::balanced;
pub use fill::{Unfit, Value, fill, holes};
pub use text::{escaped, quoted};

/// Why a query has no tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is nested too deep to be read.
    TooDeep(TooDeep),
    /// Prometheus would refuse it, for this reason.
    Refused(String),
}

impl std::fmt::Display for Unread {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unread::TooDeep(deep) => deep.fmt(out),
            Unread::Refused(why) => out.write_str(why),
        }
    }
}

/// The tree of a query.
#[derive(Debug)]
pub struct Query {
    /// The tree.
    pub tree: Expr,
    /// Whether it is that of the text as it is written. A long chain of operators is read as a balanced
    /// one, which has the same parts and the same type.
    pub is_as_written: bool,
}

/// Whether Prometheus takes a text for a regular expression; its reason where not.
pub fn read_pattern(text: &str) -> Result<(), String> {
    Matcher::new_matcher(T_EQL_REGEX, "label".to_owned(), text.to_owned()).map(|_| ())
}

/// Reads a query.
pub fn read(query: &str) -> Result<Query, Unread> {
    let text = balanced(query)?;
    let tree = parser::parse(&text).map_err(Unread::Refused)?;
    Ok(Query {
        tree,
        is_as_written: matches!(text, Cow::Borrowed(_)),
    })
}
