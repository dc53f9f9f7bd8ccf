//! In: what an editor says in the Language Server Protocol. Out: what it is answered.
//! Knows nothing of disks, processes and standard streams: a [`Host`] and a connection are given.
//!
//! Edits are applied in the order in which they come, by the one thread that owns the texts. What an
//! editor asks while somebody types is answered at once: what names stand for by the compiler's own index
//! of symbols, everything else by the tree, which is always there. What needs the checks waits for them.

mod actions;
mod blocks;
mod calls;
mod capabilities;
mod changes;
mod checks;
mod commands;
mod completion;
mod definition;
mod diagnostics;
mod documents;
mod folding;
mod formatting;
mod frame;
mod highlight;
mod hints;
mod hover;
mod index;
mod lenses;
mod lines;
mod links;
mod moved;
mod parsed;
mod place;
mod references;
mod refusal;
mod rename;
mod renamed;
mod selection;
mod server;
mod signature;
mod streams;
mod symbols;
mod table;
mod tokens;
mod under;
mod uri;
mod words;
mod worker;
mod world;

pub use lsp_server::{Connection, Message};
pub use server::{Ended, serve};
pub use streams::serve_streams;
pub use world::Host;

use std::sync::Arc;

use lsp_types::TextDocumentIdentifier;

use parsed::Parsed;
use refusal::Refusal;
use world::{Document, World};

/// The open text that a request is about.
fn document<'w>(world: &'w World, of: &TextDocumentIdentifier) -> Result<&'w Document, Refusal> {
    world
        .document(&of.uri)
        .ok_or_else(|| Refusal::Failed("the file is not open".to_owned()))
}

/// The open text that a request is about whose answer changes it: refused where the change might
/// destroy what the editor has.
fn editable<'w>(world: &'w World, of: &TextDocumentIdentifier) -> Result<&'w Document, Refusal> {
    let document = document(world, of)?;
    match document.why_not_edited() {
        None => Ok(document),
        Some(why) => Err(Refusal::Failed(why)),
    }
}

/// The text that a request is about.
fn parsed<'w>(world: &'w World, of: &TextDocumentIdentifier) -> Result<&'w Arc<Parsed>, Refusal> {
    Ok(&document(world, of)?.parsed)
}
