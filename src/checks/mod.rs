//! In: a spec, whole or not, and its order. Out: what is wrong with it, proven by a counterexample.
//! Knows nothing of how it was written or what is made of it. One file for each family of rules.

mod bands;
mod facts;
mod interval;
mod people;
mod rollbacks;
mod thresholds;
mod traffic;
mod words;

pub use bands::{BAND_BOUNDARY, BAND_GAP, BAND_OVERLAP};
pub use people::{NO_ACTION, NO_GATE, NO_TRIGGER, NOBODY_DECIDES, SAME_PERSON, UNREACHABLE};
pub use rollbacks::{
    BACKUP_TOO_RARE, EMPTY_ROLLBACK, NO_BAKE, NO_ROLLBACK, SLOWER_THAN_RTO, UNAPPROVED,
    UNUSED_ROLLBACK, UNVERIFIED_ROLLBACK,
};
pub use thresholds::{
    BOUND_MISMATCH, DECIDES_NOTHING, LOOSER_LATER, PASSES_WHAT_ROLLS_BACK, POLARITY,
    UNCHECKED_SUCCESS,
};

pub use traffic::{NOT_ALL_TRAFFIC, SCALED_BY_HAND, SHARE_BY_REPLICAS, SHARE_NOT_GROWING};

use crate::diagnostic::Diagnostic;
use crate::graph::Order;
use crate::model::Spec;

/// What the rules look at.
pub(crate) struct Context<'a> {
    /// The whole of it.
    pub spec: &'a Spec,
    /// What the spec says of each metric.
    pub facts: facts::Facts<'a>,
}

/// All findings of all rules, in no order.
pub fn run(spec: &Spec, _order: &Order<'_>) -> Vec<Diagnostic> {
    let context = Context {
        spec,
        facts: facts::collect(spec),
    };
    let mut found = Vec::new();
    bands::check(&context, &mut found);
    thresholds::check(&context, &mut found);
    rollbacks::check(&context, &mut found);
    traffic::check(&context, &mut found);
    people::check(&context, &mut found);
    found
}
