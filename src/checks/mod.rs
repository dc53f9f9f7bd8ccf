//! In: a spec, whole or not, and its order. Out: what is wrong with it, proven by a counterexample.
//! Knows nothing of how it was written or what is made of it. One file for each family of rules.

mod bands;
mod facts;
mod interval;
mod thresholds;
mod words;

pub use bands::{BAND_BOUNDARY, BAND_GAP, BAND_OVERLAP};
pub use thresholds::{
    BOUND_MISMATCH, DECIDES_NOTHING, LOOSER_LATER, PASSES_WHAT_ROLLS_BACK, POLARITY,
    UNCHECKED_SUCCESS,
};

use crate::diagnostic::Diagnostic;
use crate::graph::Order;
use crate::model::Spec;

/// What the rules look at.
pub(crate) struct Context<'a> {
    /// What the spec says of each metric.
    pub facts: facts::Facts<'a>,
}

/// All findings of all rules, in no order.
pub fn run(spec: &Spec, _order: &Order<'_>) -> Vec<Diagnostic> {
    let context = Context {
        facts: facts::collect(spec),
    };
    let mut found = Vec::new();
    bands::check(&context, &mut found);
    thresholds::check(&context, &mut found);
    found
}
