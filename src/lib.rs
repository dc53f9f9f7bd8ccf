#![doc = include_str!("../docs/architecture.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, clippy::wildcard_enum_match_arm)]

// The rooms, in the order of the floors: a room uses only rooms above it (tests/architecture.rs).

pub mod source;

// what is said to people
pub mod diagnostic;

// numbers with dimensions
pub mod quantity;

// dates, clocks, offsets
pub mod time;

// what was written
pub mod syntax;

// what is shown of it
pub mod report;
