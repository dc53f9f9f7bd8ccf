//! What stands under a cursor, and what a path means.

use std::sync::Arc;

use super::index::{Found, View};
use super::parsed::Parsed;
use super::world::World;
use crate::model::{Definition, SymbolKind};
use crate::source::Span;

/// What stands under a cursor.
#[derive(Clone)]
pub(super) enum Under {
    /// A name, and what it stands for.
    Name {
        /// Where it is written.
        span: Span,
        /// What it stands for.
        found: Found,
    },
    /// The path or the name of a module.
    Module {
        /// Where it is written.
        span: Span,
        /// The file.
        parsed: Arc<Parsed>,
    },
}

impl World {
    /// What stands under an offset of a file.
    pub fn under(&self, parsed: &Arc<Parsed>, offset: u32) -> Option<Under> {
        self.views(parsed)
            .iter()
            .find_map(|view| under(view, offset))
    }

    /// The declaration of this kind that a path means in a file.
    pub fn find(&self, parsed: &Arc<Parsed>, kind: SymbolKind, path: &str) -> Option<Found> {
        let mut at = Arc::clone(parsed);
        let mut rest = path;
        while let Some((name, inner)) = rest.split_once('.') {
            let module = at.modules().find(|one| one.name == name)?;
            at = self.module(&at, module.path)?;
            rest = inner;
        }
        let views = self.views(parsed);
        let declared = |at: &Parsed, of_kind: bool| {
            let wanted = |one: &Definition| {
                one.is_shared() && one.name == rest && (!of_kind || one.kind == kind)
            };
            let mut found = views
                .iter()
                .flat_map(|view| view.declared_in(&at.path, wanted));
            found.next()
        };
        if rest == path && declared(&at, false).is_none() {
            let imports = |name: &str| name == rest;
            let module = parsed.modules().find(|one| one.names().any(imports));
            if let Some(module) = module {
                at = self.module(parsed, module.path)?;
            }
        }
        declared(&at, true)
    }

    /// What a file declares for others to use.
    pub fn shared(&self, parsed: &Arc<Parsed>) -> Vec<Found> {
        let Some(view) = self.views(parsed).into_iter().next() else {
            return Vec::new();
        };
        view.declared_in(&parsed.path, Definition::is_shared)
            .collect()
    }
}

fn under(view: &View, offset: u32) -> Option<Under> {
    for place in view.own_places() {
        if place.span.touches(offset)
            && let Some(found) = view.found(place.to)
        {
            let span = place.span;
            return Some(Under::Name { span, found });
        }
    }
    for (span, parsed) in view.own_modules() {
        if span.touches(offset) {
            let parsed = Arc::clone(parsed);
            return Some(Under::Module { span, parsed });
        }
    }
    let path = &view.file(0).path;
    let mut named = view.declared_in(path, |one| one.named);
    let found = named.find(|one| one.declaration.name_span.touches(offset))?;
    Some(Under::Name {
        span: found.declaration.name_span,
        found,
    })
}

/// The node of the tree that a declaration is.
pub(super) fn node_of<'p>(
    parsed: &'p Parsed,
    declaration: &Definition,
) -> Option<crate::syntax::Node<'p>> {
    let around = parsed.around(declaration.name_span.start);
    let mut inside = around.into_iter().skip(1);
    inside.find(|node| node.trimmed() == declaration.span)
}
