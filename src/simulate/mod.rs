//! In: a plan and what is assumed of the world. Out: what would happen, as a timeline of events,
//! and whether the plan's tests hold. Knows nothing of syntax, and of no clock but its own.
//!
//! The clock counts whole seconds from `T` and stands still between two moments at which something
//! can change; nothing is rounded but lengths, which are rounded up to a second.
//!
//! - **Work** goes as the plan says: a node begins when all that it follows has ended and not before its
//!   time; it lasts as long as its hold, its `takes` (the upper end) or its window. What says nothing
//!   takes no time. Commands succeed, people say yes, the first `option` is taken.
//! - **Metrics** have the value that the last line given for them says; a line that names labels is
//!   about the conditions that name them too. A metric of which nothing is given is healthy: what
//!   requires it holds, what warns of it does not.
//! - **Looking back**: `for 5m` looks at every moment of the last five minutes. `over 1h` takes the mean
//!   over the hour, and of counts the highest; what is not given is left out of it.
//! - **No data** pauses, or counts as well (`pass`) or not well (`fail`).
//! - **People** end a pause as soon as what led to it has cleared. What does not clear, stays.

mod decisions;
mod mutants;
mod record;
mod scenario;
mod timeline;
mod trial;
mod verdict;
mod world;

pub use crate::engine::{Happening, Outcome};
pub use mutants::{Mutant, mutants, noticed};
pub use record::{Recording, read_csv, read_prometheus};
pub use timeline::{Moment, Timeline};
pub use trial::{Judged, Judgement, Trial, run_test, run_tests};
pub use world::World;
