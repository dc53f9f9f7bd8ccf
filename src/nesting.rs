//! In: a text in another language. Out: where it is nested deeper than the readers of that language,
//! which recurse, may follow. One pass from left to right, without recursion.
//! Knows nothing of what the text means, only what opens and closes in it.

/// How many levels a text may be nested.
pub const MAX_DEPTH: usize = 64;

/// The place at which a text is nested deeper than [`MAX_DEPTH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep {
    /// The byte at which the level begins that is too deep.
    pub at: usize,
}

impl std::fmt::Display for TooDeep {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "nested deeper than {MAX_DEPTH} levels")
    }
}
