//! Runs an oracle over inputs made from numbers, on all cores, and says what did not hold. Each core has a
//! process of its own, so that one that overflows its stack, takes all memory or never ends is noticed,
//! and the input is known by its number.

mod child;
mod inputs;
mod parent;
mod shrink;
mod watched;

use std::path::PathBuf;

pub use child::{replay, work};
pub use inputs::input;
pub use parent::run;
pub use shrink::shrink;
pub use watched::watched;

/// What a run is to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// The name of the oracle.
    pub target: String,
    pub seed: u64,
    /// The number of the first input.
    pub first: u64,
    /// How long at the most, in seconds.
    pub seconds: u64,
    /// How many inputs at the most.
    pub count: u64,
    /// How many processes.
    pub workers: u64,
    /// Where inputs that fail are put.
    pub out: PathBuf,
    /// How much longer than a second an input may take: seconds of the processor.
    pub limit: f64,
    /// Whether the first failure is the end.
    pub first_failure: bool,
    /// Failures that don't count, by their names.
    pub but: Vec<String>,
}
