//! Readers of what is built.

pub mod html;
pub mod markdown;
pub mod objects;
pub mod pictures;
pub mod script;
