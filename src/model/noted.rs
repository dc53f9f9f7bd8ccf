//! What the lowering notes of names while it resolves them, if somebody asks for the symbols.

use foldhash::HashSet;

use super::node::Node;
use super::symbols::SymbolKind;
use crate::source::Span;
use crate::syntax::Node as Syntax;

/// What a name in use was found to mean.
pub(super) enum Meant {
    /// What is declared with this name.
    Declared(Span),
    /// The parameter or field of this name of the top-level item around.
    Local(SymbolKind, String),
    /// What is captured under this name in its file.
    Captured(String),
}

pub(super) struct Use {
    pub span: Span,
    pub meant: Meant,
    pub variable: bool,
}

/// A node that is named: what is written, and the id from which it is looked for.
pub(super) struct Step {
    pub span: Span,
    pub path: String,
    pub from: String,
}

/// What the lowering notes of names; nothing where nobody asks for it.
#[derive(Default)]
pub(super) struct Noted {
    on: bool,
    pub uses: Vec<Use>,
    pub modules: Vec<(Span, usize)>,
    pub steps: Vec<Step>,
    /// Choices and their options, by their ids.
    pub taken: Vec<(Span, String)>,
    /// Where the names of nodes stand that their authors gave.
    pub named: HashSet<Span>,
    /// Nodes of what nothing uses: they are in no plan.
    pub discarded: Vec<Node>,
}

impl Noted {
    /// Notes everything.
    pub fn all() -> Noted {
        Noted {
            on: true,
            ..Noted::default()
        }
    }

    /// Empty, for a part of the same pass.
    pub fn of_part(&self) -> Noted {
        Noted {
            on: self.on,
            ..Noted::default()
        }
    }

    /// Whether anything is noted.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Takes over what a part noted.
    pub fn take(&mut self, part: Noted) {
        self.uses.extend(part.uses);
        self.modules.extend(part.modules);
        self.steps.extend(part.steps);
        self.taken.extend(part.taken);
        self.named.extend(part.named);
        self.discarded.extend(part.discarded);
    }

    /// A path means what is declared at `name`; the last part of it is its name.
    pub fn path(&mut self, path: &str, at: Span, name: Span) {
        if self.on {
            let before = path.rfind('.').map_or(0, |dot| dot as u32 + 1);
            let span = Span::new(at.source, at.start + before, at.end);
            self.declared(span, name);
        }
    }

    /// A name means what is declared at `name`.
    pub fn declared(&mut self, span: Span, name: Span) {
        if self.on {
            let meant = Meant::Declared(name);
            self.uses.push(Use {
                span,
                meant,
                variable: false,
            });
        }
    }

    /// A name means a file.
    pub fn module(&mut self, span: Span, file: usize) {
        self.modules.push((span, file));
    }

    /// A name means a parameter or field of the item around it.
    pub fn local(&mut self, kind: SymbolKind, name: &str, span: Span) {
        if self.on {
            let meant = Meant::Local(kind, name.to_owned());
            self.uses.push(Use {
                span,
                meant,
                variable: false,
            });
        }
    }

    /// A name means what is captured under it in its file.
    pub fn captured(&mut self, name: &str, span: Span) {
        if self.on {
            let meant = Meant::Captured(name.to_owned());
            self.uses.push(Use {
                span,
                meant,
                variable: false,
            });
        }
    }

    /// What was noted last stands in a variable of the environment.
    pub fn as_variable(&mut self) {
        if self.on
            && let Some(last) = self.uses.last_mut()
        {
            last.variable = true;
        }
    }

    /// A path means a node, seen from another.
    pub fn step(&mut self, path: Syntax<'_>, from: &str) {
        if self.on {
            self.steps.push(Step {
                span: path.span(),
                path: path.text().to_owned(),
                from: from.to_owned(),
            });
        }
    }

    /// A name means the choice or the option of this id.
    pub fn taken(&mut self, span: Span, id: &str) {
        if self.on {
            self.taken.push((span, id.to_owned()));
        }
    }

    /// The author gave a node its name here.
    pub fn named(&mut self, name: Span) {
        if self.on {
            self.named.insert(name);
        }
    }

    /// A node is in no plan.
    pub fn discard(&mut self, node: Node) {
        if self.on {
            self.discarded.push(node);
        }
    }
}
