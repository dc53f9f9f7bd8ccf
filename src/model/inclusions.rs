//! Reads an include: a checklist put in with its arguments.

use super::lower::{Lower, Scope, file_scope};
use super::names::{Declared, Noun};
use super::node::Node;
use super::statements::Place;
use super::work::Work;
use crate::diagnostic::Diagnostic;
use crate::nesting::{MAX_DEPTH, TooDeep};
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax, TOO_DEEP};

impl<'a> Lower<'a> {
    /// Brings in a checklist: its statements stand in a group.
    pub fn include(
        &mut self,
        scope: &Scope,
        parent: &mut Node,
        statement: Syntax<'a>,
    ) -> Option<Node> {
        let path = statement.child(Kind::path)?;
        let Some(declared) = self
            .names
            .find(scope.file, Noun::Checklist, path.text(), path.span())
        else {
            let other = self
                .names
                .find(scope.file, Noun::Procedure, path.text(), path.span());
            match other {
                Some(_) => self.misplaced(
                    path.span(),
                    format!("`{}` is a procedure", path.text()),
                    format!("write `do {}`", path.text()),
                ),
                None => {
                    let finding = self.names.unknown(
                        scope.file,
                        &[Noun::Checklist],
                        path.text(),
                        path.span(),
                    );
                    self.found.extend(finding);
                }
            }
            return None;
        };
        self.expand(scope, parent, statement, declared, path)
    }

    /// A checklist or procedure, in place.
    pub fn expand(
        &mut self,
        scope: &Scope,
        parent: &mut Node,
        statement: Syntax<'a>,
        declared: Declared<'a>,
        path: Syntax<'a>,
    ) -> Option<Node> {
        let name = super::lower::own_name(declared);
        let key = (declared.file, name.clone());
        if scope.includes.contains(&key) || scope.includes.len() >= super::lower::MAX_INCLUDES {
            self.endless(declared, path.span());
            return None;
        }
        if !self.may_expand(parent, path.span()) {
            return None;
        }
        let bindings = self.bind(
            scope,
            declared,
            statement.child(Kind::arguments),
            path.span(),
        )?;
        let mut inner = file_scope(declared.file);
        inner.bindings = bindings;
        inner.includes = scope.includes.clone();
        inner.includes.push(key);
        let around = parent.id.clone();
        let work = Work::Group {
            from: Some(path.text().to_owned()),
        };
        let mut draft = self.draft(scope, &around, statement, &name, work);
        draft.node.title = self.title(&inner, declared.node);
        draft.node.name_span = path.span();
        self.clauses(scope, &mut draft, statement);
        let mut node = draft.node;
        self.block(&inner, &mut node, declared.node, Place::Work);
        Some(node)
    }

    /// Whether one more checklist may be put into a node; where not, it is told once.
    fn may_expand(&mut self, parent: &Node, at: Span) -> bool {
        // A checklist may be as deep as a file, and is put in as deep as one may be.
        let depth = parent.id.matches('/').count();
        if depth >= MAX_DEPTH {
            self.report(
                Diagnostic::new(
                    &TOO_DEEP,
                    at,
                    format!("what is put in here is {}", TooDeep { at: 0 }),
                )
                .help("put it in further out"),
            );
            return false;
        }
        self.may_put_in_checklist(at)
    }
}
