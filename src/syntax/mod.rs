//! In: text. Out: a [`File`]: a lossless tree of what was written, and what could not be read.
//! Knows nothing of what names mean. Reading never fails, and never loses a byte; only what hides between words is read
//! as blanks (see `odd`).

pub mod text;
pub mod words;

mod depth;
mod edition;
mod format;
mod grammar;
mod layout;
mod lines;
mod marks;
mod mistakes;
mod odd;
mod pieces;
mod tree;

use std::borrow::Cow;
use std::sync::Arc;

pub use edition::EDITIONS;
pub use format::{format, format_range};
pub use grammar::Rule as Kind;
pub use mistakes::*;
pub(crate) use odd::DIRECTIVE;
pub use tree::{Children, Node, Placed, Tree};

use crate::diagnostic::Diagnostic;
use crate::parallel;
use crate::source::{SourceId, Span};

/// How many bytes of text are parsed in one go at the least, so that another thread pays.
const WORTH_A_THREAD: usize = 64 * 1024;

/// A file as it was written.
#[derive(Clone, Debug)]
pub struct File {
    /// Its number.
    pub source: SourceId,
    /// What stands between top-level words, in order. Together they cover the whole text.
    pub pieces: Vec<Placed>,
    /// Whether the edition is one that this compiler reads.
    pub readable: bool,
}

impl File {
    /// The top-level items, mistakes included.
    pub fn items(&self) -> impl Iterator<Item = Node<'_>> {
        self.pieces
            .iter()
            .flat_map(|piece| piece.root().children())
            .filter(|node| node.kind() != Kind::comment)
    }

    /// All comments, in order.
    pub fn comments(&self) -> impl Iterator<Item = Node<'_>> {
        self.pieces
            .iter()
            .flat_map(|piece| piece.root().descend())
            .filter(|node| node.kind() == Kind::comment)
    }

    /// The nodes around a byte offset, outermost first.
    pub fn around(&self, offset: u32) -> Vec<Node<'_>> {
        let index = self
            .pieces
            .partition_point(|piece| piece.offset <= offset)
            .saturating_sub(1);
        self.pieces
            .get(index)
            .map(|piece| piece.root().around(offset))
            .unwrap_or_default()
    }
}

/// Reads a text. Never fails: what can't be read is a node of the tree and a finding.
pub fn parse(source: SourceId, text: &str) -> (File, Vec<Diagnostic>) {
    parse_again(source, text, &[])
}

/// Reads a text of which an older state was read before: pieces with the same text are not parsed
/// again.
pub fn parse_again(source: SourceId, text: &str, before: &[Placed]) -> (File, Vec<Diagnostic>) {
    let (seen, odd) = odd::seen(text);
    let (file, found) = parse_seen(source, &seen, before);
    (file, odd::findings(source, &seen, &odd, found))
}

/// The same for a text in which nothing hides.
fn parse_seen(source: SourceId, text: &str, before: &[Placed]) -> (File, Vec<Diagnostic>) {
    let mut found: Vec<Diagnostic> = Vec::new();
    let edition = edition::of_edition(source, text);
    let readable = edition
        .as_ref()
        .is_none_or(|finding| !finding.fixes.is_empty());
    found.extend(edition);
    if !readable {
        // A later language: whatever follows would be misread.
        return (
            File {
                source,
                pieces: Vec::new(),
                readable,
            },
            found,
        );
    }
    let (cuts, mut findings) = pieces::cut(text);

    let known: std::collections::HashMap<&str, &Arc<Tree>> = before
        .iter()
        .map(|placed| (placed.text(), &placed.tree))
        .collect();
    let clean = findings.is_empty();
    let parse_one = |piece: &pieces::Piece| -> (Placed, Vec<Finding>) {
        let own = &text[piece.start..piece.end];
        let mut findings = Vec::new();
        let tree = match known.get(own) {
            Some(tree) if clean && piece.balanced && piece.lone.is_empty() => Arc::clone(tree),
            _ => Arc::new(tree_of(text, piece, &mut findings)),
        };
        let placed = Placed {
            source,
            offset: piece.start as u32,
            tree,
        };
        (placed, findings)
    };
    // What was read before costs no time, and threads are not worth it for one piece that changed.
    let unread: usize = cuts
        .iter()
        .filter(|piece| !known.contains_key(&text[piece.start..piece.end]))
        .map(|piece| piece.end - piece.start)
        .sum();
    let pieces_a_thread = cuts.len() * WORTH_A_THREAD / unread.max(1);
    let parsed = parallel::stretches(&cuts, pieces_a_thread, |pieces| {
        pieces.iter().map(parse_one).collect::<Vec<_>>()
    });
    let mut placed = Vec::with_capacity(cuts.len());
    for (piece, more) in parsed.into_iter().flatten() {
        findings.extend(more);
        placed.push(piece);
    }
    found.extend(
        findings
            .iter()
            .map(|finding| marks::of_scan(source, finding)),
    );
    let before_tree = found.len();
    for piece in &placed {
        if !piece.tree.too_deep && piece.tree.broken {
            mistakes::of_piece(piece, &mut found);
        }
    }
    mistakes::mute_braces(text, &mut found, before_tree);
    edition::mute_edition(&mut found);
    let file = File {
        source,
        pieces: placed,
        readable,
    };
    (file, found)
}

use pieces::Finding;

/// Parses one piece. Stretches without an end are hidden from the parser.
fn tree_of(text: &str, piece: &pieces::Piece, findings: &mut Vec<Finding>) -> Tree {
    let own = &text[piece.start..piece.end];
    let mut seen = Cow::Borrowed(own);
    let mut too_deep = piece.too_deep;
    let marked = !piece.masked.is_empty() || !piece.quoted.is_empty() || !piece.lone.is_empty();
    if !piece.balanced || marked {
        seen = Cow::Owned(layout::mend(text, piece, findings));
        if !too_deep && let Some(Finding::TooDeep { at, len }) = depth::too_deep(&seen) {
            too_deep = true;
            findings.push(Finding::TooDeep {
                at: piece.start + at,
                len,
            });
        }
    }
    let as_written = piece.balanced && !too_deep && seen == own;
    if piece.crowded && !too_deep {
        seen = Cow::Owned(depth::masked(&seen));
    }
    let nodes = match too_deep {
        true => None,
        false => grammar::read(Kind::piece, &seen),
    };
    let nodes = nodes.unwrap_or_else(|| {
        vec![
            grammar::Raw {
                kind: Kind::piece,
                start: 0,
                end: own.len() as u32,
                next: 2,
            },
            grammar::Raw {
                kind: Kind::ERR_ITEM,
                start: 0,
                end: own.len() as u32,
                next: 2,
            },
        ]
    });
    let broken = nodes.iter().any(|node| {
        matches!(
            node.kind,
            Kind::ERR_ITEM | Kind::ERR_STMT | Kind::ERR_HEAD | Kind::ERR_TAIL | Kind::MISSING
        )
    });
    Tree {
        text: Arc::from(own),
        nodes,
        broken,
        too_deep,
        as_written,
    }
}

#[cfg(test)]
mod tests;

/// The text of a node as a span's worth: a short way to say where a thing is.
pub fn span_of(node: Node<'_>) -> Span {
    node.trimmed()
}
