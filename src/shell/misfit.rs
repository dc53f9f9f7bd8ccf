//! Where a shell would stop reading, and why.

use crate::nesting::TooDeep;

/// Where a shell would stop reading, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// First byte in the shell text.
    pub start: usize,
    /// One past the last byte in the shell text.
    pub end: usize,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// Whether a shell could go on, and nothing else should.
    pub is_too_deep: bool,
}

/// A level that no reader may follow.
pub fn too_deep(start: usize, end: usize) -> Misfit {
    Misfit {
        start,
        end,
        message: format!("the command is {}", TooDeep { at: start }),
        help: "name the inner parts: as functions, or with a variable for what a command prints",
        is_too_deep: true,
    }
}
