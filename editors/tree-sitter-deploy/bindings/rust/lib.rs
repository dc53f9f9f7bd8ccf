//! The `.deploy` language for tree-sitter.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_deploy() -> *const ();
}

/// The language.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_deploy) };

/// What every word is, for colours.
pub const HIGHLIGHTS: &str = include_str!("../../queries/highlights.scm");

/// The languages inside: bash in commands, PromQL in queries, what a fence names.
pub const INJECTIONS: &str = include_str!("../../queries/injections.scm");

/// What can be folded.
pub const FOLDS: &str = include_str!("../../queries/folds.scm");

/// How lines are indented, with the names that Neovim knows.
pub const INDENTS: &str = include_str!("../../queries/indents.scm");

/// What is declared.
pub const TAGS: &str = include_str!("../../queries/tags.scm");
