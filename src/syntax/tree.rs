//! The tree of a piece of text: flat, in preorder, without a copy of the text.

use std::sync::Arc;

use super::grammar::{Raw, Rule as Kind};
use crate::blank::Blanks;
use crate::source::{SourceId, Span};

/// A piece of a file and its nodes.
#[derive(Debug, PartialEq, Eq)]
pub struct Tree {
    pub(super) text: Arc<str>,
    pub(super) nodes: Vec<Raw>,
    /// Whether a mistake is among the nodes.
    pub(super) broken: bool,
    /// Whether it is nested too deep, and was not read.
    pub(super) too_deep: bool,
    /// Whether the parser saw this text: no brace put in, no stretch hidden.
    pub(super) as_written: bool,
}

/// A tree at its place in a file.
#[derive(Clone, Debug)]
pub struct Placed {
    pub(super) source: SourceId,
    /// Where the piece begins in its file, in bytes.
    pub(super) offset: u32,
    pub(super) tree: Arc<Tree>,
}

impl Placed {
    /// The node of the whole piece.
    pub fn root(&self) -> Node<'_> {
        Node {
            placed: self,
            index: 0,
        }
    }

    /// Where the piece begins in its file, in bytes.
    pub fn offset(&self) -> u32 {
        self.offset
    }

    /// Whether the parser saw the piece as it stands in the text of its file.
    pub(super) fn as_written(&self, text: &str) -> bool {
        self.tree.as_written && text.get(self.root().span().range()) == Some(self.text())
    }

    /// The text of the piece, with blanks in the place of what hides in it.
    pub fn text(&self) -> &str {
        &self.tree.text
    }
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    placed: &'a Placed,
    index: u32,
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}@{}", self.kind(), self.span().start)
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.placed, other.placed) && self.index == other.index
    }
}

impl<'a> Node<'a> {
    fn raw(self) -> &'a Raw {
        &self.placed.tree.nodes[self.index as usize]
    }

    /// What it is: the rule of the grammar.
    pub fn kind(self) -> Kind {
        self.raw().kind
    }

    /// Its place in its file.
    pub fn span(self) -> Span {
        let raw = self.raw();
        Span::new(
            self.placed.source,
            self.placed.offset + raw.start,
            self.placed.offset + raw.end,
        )
    }

    /// Its place without the line break and the comment at the end that a statement includes.
    pub fn trimmed(self) -> Span {
        let span = self.span();
        let end = self
            .children()
            .filter(|child| child.kind() != Kind::comment)
            .last()
            .map_or(0, |child| child.trimmed_end());
        let text = self.text();
        let own = text.trim_blanks_end().len() as u32 + span.start;
        let end = end.max(span.start);
        // A statement may end in words that are no node (`done`, `}`): what stands before a comment counts.
        let comment = self
            .children()
            .find(|child| child.kind() == Kind::comment && child.span().start >= end);
        let limit = comment.map_or(own, |comment| {
            let before = &text[..(comment.span().start - span.start) as usize];
            before.trim_blanks_end().len() as u32 + span.start
        });
        Span::new(span.source, span.start, limit.max(span.start))
    }

    fn trimmed_end(self) -> u32 {
        let span = self.span();
        span.start + self.text().trim_blanks_end().len() as u32
    }

    /// Its text.
    pub fn text(self) -> &'a str {
        let raw = self.raw();
        &self.placed.tree.text[raw.start as usize..raw.end as usize]
    }

    /// The nodes directly inside, in order.
    pub fn children(self) -> Children<'a> {
        Children {
            placed: self.placed,
            at: self.index + 1,
            end: self.raw().next,
        }
    }

    /// The first child of this kind.
    pub fn child(self, kind: Kind) -> Option<Node<'a>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// All children of this kind.
    pub fn all(self, kind: Kind) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(move |child| child.kind() == kind)
    }

    /// Whether a child of this kind is there.
    pub fn has(self, kind: Kind) -> bool {
        self.child(kind).is_some()
    }

    /// All nodes inside, this one first, in the order of the text.
    pub fn descend(self) -> impl Iterator<Item = Node<'a>> {
        (self.index..self.raw().next).map(move |index| Node {
            placed: self.placed,
            index,
        })
    }

    /// Whether it is one of the nodes inside of another.
    pub fn is_inside(self, other: Node<'_>) -> bool {
        other.index < self.index && self.index < other.raw().next
    }

    /// Whether there is no node inside.
    pub fn is_leaf(self) -> bool {
        self.raw().next == self.index + 1
    }

    /// The nodes around the byte offset (counted in the file), outermost first; this one included.
    pub fn around(self, offset: u32) -> Vec<Node<'a>> {
        let mut path = vec![self];
        let mut here = self;
        loop {
            // Where two nodes meet, the one that begins at the offset is the one that is meant.
            let inside = here
                .children()
                .filter(|child| child.span().touches(offset))
                .last();
            match inside {
                Some(child) => {
                    path.push(child);
                    here = child;
                }
                None => return path,
            }
        }
    }
}

/// The nodes directly inside a node.
#[derive(Clone)]
pub struct Children<'a> {
    placed: &'a Placed,
    at: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node {
            placed: self.placed,
            index: self.at,
        };
        self.at = node.raw().next;
        Some(node)
    }
}
