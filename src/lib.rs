#![doc = include_str!("../docs/architecture.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

// The rooms, in the order of the floors: a room uses only rooms above it (tests/architecture.rs).

pub mod source;

// what separates words
pub mod blank;

// the same work on many things
pub mod parallel;

// how deep texts of other languages are nested
pub mod nesting;

// queries of Prometheus
pub mod promql;

// commands as a shell splits them
pub mod shell;

// what programs do
pub mod programs;

// what is said to people
pub mod diagnostic;

// numbers with dimensions
pub mod quantity;

// dates, clocks, offsets
pub mod time;

// regular expressions
pub mod pattern;

// what was written
pub mod syntax;

// the library written in the language
pub mod stdlib;

// what it means
pub mod model;

// what comes before what
pub mod graph;

// when it is done
pub mod schedule;

// what is wrong with it
pub mod checks;

// how much of it a machine decides
pub mod coverage;

// what the author allowed
pub mod allow;

// what is to be done: the waist
pub mod plan;

// carries it out, answer by answer
pub mod engine;

// what would happen
pub mod simulate;

// the targets that read the plan
pub mod backend;

// what the targets make of it, as findings
pub mod fidelity;

// every rule and every backend in one list
pub mod catalogue;

// which rules hold, and at which level
pub mod settings;

// the whole compiler
pub mod compile;

// what is shown of the findings
pub mod report;

// what an editor asks
pub mod lsp;
