//! What must hold for any bytes, one file each: plain functions, for the driver, for libFuzzer and for the
//! tests that read again what was found.

mod built;
pub mod fix;
pub mod format;
mod plan;
pub mod read;
pub mod readers;
pub mod server;
pub mod simulate;
mod spec;
pub mod targets;

pub use spec::Modules;

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The same for all inputs that fail in the same way.
    pub kind: String,
    /// What was seen.
    pub detail: String,
}

/// Whether the input was one that everything could be tried on: a spec without a plan is none for targets.
pub type Verdict = Result<bool, Failure>;

/// Something that must hold.
#[derive(Clone, Copy)]
pub struct Oracle {
    pub name: &'static str,
    pub holds: fn(&[u8]) -> Verdict,
}

/// Every oracle.
pub const ORACLES: &[Oracle] = &[
    Oracle {
        name: "read",
        holds: read::holds,
    },
    Oracle {
        name: "format",
        holds: format::holds,
    },
    Oracle {
        name: "fix",
        holds: fix::holds,
    },
    Oracle {
        name: "targets",
        holds: targets::holds,
    },
    Oracle {
        name: "simulate",
        holds: simulate::holds,
    },
    Oracle {
        name: "server",
        holds: server::holds,
    },
    Oracle {
        name: "readers",
        holds: readers::holds,
    },
];

/// The oracle with this name.
pub fn oracle(name: &str) -> Option<Oracle> {
    ORACLES.iter().find(|oracle| oracle.name == name).copied()
}

/// A failure.
pub fn failure(kind: impl Into<String>, detail: impl Into<String>) -> Failure {
    Failure {
        kind: kind.into(),
        detail: detail.into(),
    }
}

/// Two texts that should be equal, from the first line that differs.
pub fn difference(left: &str, right: &str) -> String {
    let mut lines = left.lines().zip(right.lines());
    let number = lines.position(|(one, other)| one != other);
    let number = number.unwrap_or(left.lines().count().min(right.lines().count()));
    let show = |text: &str| {
        let lines: Vec<&str> = text.lines().skip(number).take(3).collect();
        format!("{:?}", lines.join("\n"))
    };
    format!("line {}: {} / {}", number + 1, show(left), show(right))
}

/// Whether a text has a plan: what targets and simulations need.
pub fn spec_has_plan(text: &str) -> bool {
    deployc::compile::plan(&spec::check(text)).is_some()
}
