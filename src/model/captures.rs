//! Values that a node makes for those that come after it: what a command prints, what a person fills in.

use super::lower::Lower;
use super::names::Names;
use super::node::Node;
use super::symbols::SymbolKind;
use super::variables::is_free;
use super::work::Work;
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax};

/// The name under which commands and texts find what comes of a `capture` or `record`: of a record its
/// own, if it has one and the shell does not call something else so.
pub(super) fn captured_name(node: Syntax<'_>) -> Option<Syntax<'_>> {
    let name = node.child(Kind::name)?;
    (node.kind() != Kind::record || is_free(name.text())).then_some(name)
}

impl Names<'_> {
    /// Whether something is captured under this name in a file.
    pub fn is_captured(&self, file: usize, name: &str) -> bool {
        self.tables[file].captures.contains_key(name)
    }

    /// Notes that something uses what is captured under this name.
    pub fn use_captured(&mut self, file: usize, name: &str, at: Span) {
        self.noted.captured(name, at);
        let makers = self.tables[file].captures.get(name).into_iter().flatten();
        // All of them were used, or none.
        if makers
            .clone()
            .next()
            .is_some_and(|&first| self.used.contains(&(file, first)))
        {
            return;
        }
        self.used.extend(makers.map(|&span| (file, span)));
    }

    fn is_capture_used(&self, name: Span) -> bool {
        (0..self.tables.len()).any(|file| self.used.contains(&(file, name)))
    }
}

impl Lower<'_> {
    /// Notes that a name means a parameter of the declaration around it.
    pub fn note_argument(&mut self, name: &str, at: Span) {
        self.names.noted.local(SymbolKind::Argument, name, at);
    }

    /// A record is captured where something uses it; most are for people alone.
    pub fn settle_captures(&mut self) {
        if self
            .names
            .tables
            .iter()
            .all(|table| table.captures.is_empty())
        {
            return;
        }
        let mut nodes: Vec<&mut Node> = self.spec.nodes.iter_mut().collect();
        while let Some(node) = nodes.pop() {
            if let Work::Record { capture, .. } = &mut node.work
                && !self.names.is_capture_used(node.name_span)
            {
                *capture = None;
            }
            nodes.extend(&mut node.children);
        }
    }
}
