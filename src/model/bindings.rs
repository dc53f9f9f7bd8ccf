//! What the parameters of a checklist, procedure or metric stand for while it is expanded.

use super::in_order::InOrder;
use super::text::{Piece, Text};
use crate::quantity::Quantity;

/// What one parameter stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Binding {
    /// A service, by name.
    Service(String),
    /// A number with its dimension.
    Quantity(Quantity),
    /// Words, as the language writes them, without quotes.
    Words(String),
    /// Words in which values stand that are known on the day.
    Text(Text),
    /// A percentile, by its digits: `95`.
    Percentile(String),
}

impl Binding {
    /// The parameter of the deployment that was handed over, where one was.
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Binding::Text(text) => match text.pieces.as_slice() {
                [Piece::Parameter { parameter }] => Some(parameter),
                _ => None,
            },
            Binding::Service(_)
            | Binding::Quantity(_)
            | Binding::Words(_)
            | Binding::Percentile(_) => None,
        }
    }

    pub fn written(&self) -> String {
        match self {
            Binding::Service(name) | Binding::Words(name) => name.clone(),
            Binding::Text(text) => text.to_string(),
            Binding::Quantity(quantity) => quantity.written.clone(),
            Binding::Percentile(digits) => format!("p{digits}"),
        }
    }

    /// As commands and queries get it: a percentile is a number there.
    pub fn value(&self) -> String {
        match self {
            // `p5` is the fifth of a hundred, `p999` of a thousand.
            Binding::Percentile(digits) => format!("0.{digits:0>2}"),
            Binding::Service(_) | Binding::Quantity(_) | Binding::Words(_) | Binding::Text(_) => {
                self.written()
            }
        }
    }
}

/// What all parameters stand for, in the order in which they are declared: where several would do, the first
/// counts, whatever they are called.
pub(super) type Bindings = InOrder<Binding>;

impl InOrder<Binding> {
    /// The service that it is about: the first that is handed over.
    pub fn service(&self) -> Option<&str> {
        self.values().find_map(|binding| match binding {
            Binding::Service(name) => Some(name.as_str()),
            Binding::Quantity(_)
            | Binding::Words(_)
            | Binding::Text(_)
            | Binding::Percentile(_) => None,
        })
    }
}
