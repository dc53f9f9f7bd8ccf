//! What a test says: what is given, and what must come of it.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::Action;
use super::condition::MetricRef;
use super::text::Text;
use crate::quantity::Quantity;
use crate::source::Span;
use crate::time::When;

/// What a test assumes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Given {
    /// The metric; nothing where words say what is assumed.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricRef>,
    /// What is decided before anything begins: a parameter, or a choice.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decided>,
    /// Its value; nothing where it shows no data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Quantity>,
    /// What is assumed, in words.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub text: Text,
    /// From when on; the beginning where nothing is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<TestPoint>,
    /// Until when; the end where nothing is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<TestPoint>,
    /// For how long.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub length: Option<Quantity>,
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
}

/// What a test decides otherwise than the spec does by itself.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "decides", rename_all = "kebab-case")]
pub enum Decided {
    /// A parameter has this value.
    Parameter {
        /// Its name.
        parameter: String,
        /// The value, as the language writes it, without quotes.
        set: String,
        /// Where its name is written.
        #[serde(skip)]
        span: Span,
    },
    /// Of a choice, this option is taken.
    Choice {
        /// The id of the `choose`.
        choose: String,
        /// The id of the `option`.
        option: String,
        /// Where the choice is named.
        #[serde(skip)]
        span: Span,
        /// Where the option is named.
        #[serde(skip)]
        option_span: Span,
    },
}

/// A point in a test's time.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestPoint {
    /// A time.
    Time(When),
    /// The beginning of the node with this id.
    Node(String),
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Expected {
    /// Whether it must never happen.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub never: bool,
    /// What happens.
    #[serde(flatten)]
    pub event: Event,
    /// How soon after what was assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Quantity>,
    /// When exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<When>,
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
}

/// What can happen in a test.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A node is reached: its id.
    Reached {
        /// The id.
        node: String,
    },
    /// An action is taken.
    Acted {
        /// Which.
        #[serde(flatten)]
        action: Action,
    },
}
