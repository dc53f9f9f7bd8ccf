//! What happened, and when.

use serde::Serialize;

use crate::engine::{Happening, Outcome};
use crate::plan::Instant;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// When: whole seconds from `T`.
    #[serde(rename = "at_seconds")]
    pub at: i64,
    /// The same as the language writes it: `T+10m`.
    pub time: String,
    /// The same by the clock, where the start is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<Instant>,
    /// The node it happened to, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// What it was.
    #[serde(flatten)]
    pub what: Happening,
    /// The same for people.
    pub words: String,
    /// Whether it is one of the moments that tell the story, and not a small step.
    #[serde(skip)]
    pub landmark: bool,
}

/// All that happened in one run, in order.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// The events.
    pub events: Vec<Moment>,
    /// The moments at which what was given changed, whole seconds from `T`, in order.
    #[serde(skip)]
    pub changes: Vec<i64>,
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended: whole seconds from `T`.
    pub ended_seconds: i64,
}
