//! A compiler for deployment runbooks: a `.deploy` spec is checked, and becomes a plan, and the plan becomes a runbook,
//! manifests, alerting rules or a script.
//!
//! [`check`] reads a spec and says what is wrong with it, [`plan`] makes the plan of what was read, and a [`Backend`],
//! found by its name with [`backend()`], writes the files of a target. A [`Report`] shows findings as text, JSON or
//! SARIF. The library opens no file: a [`Loader`] brings in what a spec names with `use`.
//!
//! `examples/library.rs` does all of this. What is documented here is what others may rely on; the modules behind it
//! are for the binary, the tests and the benchmarks, and change without notice. `docs/architecture.md` is their map.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

// The rooms, in the order of the floors: a room uses only rooms above it (tests/architecture.rs).
// They are public for the binary, the tests and the benchmarks, and hidden for others.

#[doc(hidden)]
pub mod source;

// what separates words
#[doc(hidden)]
pub mod blank;

// the same work on many things
#[doc(hidden)]
pub mod parallel;

// how deep texts of other languages are nested
#[doc(hidden)]
pub mod nesting;

// queries of Prometheus
#[doc(hidden)]
pub mod promql;

// commands as a shell splits them
#[doc(hidden)]
pub mod shell;

// what programs do
#[doc(hidden)]
pub mod programs;

// what is said to people
#[doc(hidden)]
pub mod diagnostic;

// numbers with dimensions
#[doc(hidden)]
pub mod quantity;

// dates, clocks, offsets
#[doc(hidden)]
pub mod time;

// regular expressions
#[doc(hidden)]
pub mod pattern;

// what was written
#[doc(hidden)]
pub mod syntax;

// the library written in the language
#[doc(hidden)]
pub mod stdlib;

// what it means
#[doc(hidden)]
pub mod model;

// what comes before what
#[doc(hidden)]
pub mod graph;

// when it is done
#[doc(hidden)]
pub mod schedule;

// what is wrong with it
#[doc(hidden)]
pub mod checks;

// how much of it a machine decides
#[doc(hidden)]
pub mod coverage;

// what the author allowed
#[doc(hidden)]
pub mod allow;

// what is to be done: the waist
#[doc(hidden)]
pub mod plan;

// carries it out, answer by answer
#[doc(hidden)]
pub mod engine;

// what would happen
#[doc(hidden)]
pub mod simulate;

// the targets that read the plan
#[doc(hidden)]
pub mod backend;

// what the targets make of it, as findings
#[doc(hidden)]
pub mod fidelity;

// every rule and every backend in one list
#[doc(hidden)]
pub mod catalogue;

// which rules hold, and at which level
#[doc(hidden)]
pub mod settings;

// the whole compiler
#[doc(hidden)]
pub mod compile;

// what is shown of the findings
#[doc(hidden)]
pub mod report;

// what an editor asks
#[doc(hidden)]
pub mod lsp;

pub use backend::{Artifact, Backend, Embedded, Templates};
pub use catalogue::backend;
pub use compile::{Compilation, check, plan};
pub use diagnostic::{Category, Diagnostic, Edit, Fix, Label, Level, Rule};
pub use plan::Plan;
pub use report::{Checked, Format, Look, Report};
pub use source::{LoadError, Loader, NoFiles, Source, SourceId, Sources, Span};
