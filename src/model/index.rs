//! Makes the index of symbols of what the lowering noted.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashSet};

use super::modules::Modules;
use super::node::Node;
use super::noted::{Meant, Noted, Step, Use};
use super::references;
use super::spec::Spec;
use super::symbols::{Definition, ModuleReference, Reference, SymbolKind, Symbols};
use super::tables::Table;
use crate::source::Span;
use crate::syntax::{File, Kind, Node as Syntax};

/// The symbols of all that was lowered.
pub(super) fn symbols(
    modules: &Modules,
    tables: &[Table<'_>],
    spec: &Spec,
    noted: Noted,
) -> Symbols {
    let mut index = Index::default();
    for (file, table) in modules.files.iter().zip(tables) {
        index.declarations(file, table);
    }
    for node in &spec.nodes {
        node.walk(&mut |node| {
            let at = index.node(node, &noted.named);
            index.definitions[at].ids.push(node.id.clone());
        });
    }
    for node in &noted.discarded {
        node.walk(&mut |node| {
            index.node(node, &noted.named);
        });
    }
    for name in tables
        .iter()
        .flat_map(|table| table.captures.values().flatten())
    {
        if let Some(at) = index.at(*name) {
            index.definitions[at].captured = true;
        }
    }
    for one in &noted.uses {
        index.used(one, modules, tables);
    }
    for one in modules.uses.iter().flatten() {
        index.import(modules, one);
    }
    for step in &noted.steps {
        index.step(step);
    }
    for (span, id) in &noted.taken {
        index.means_id(*span, id);
    }
    let files = &modules.files;
    let of_modules = noted.modules.iter().map(|(span, file)| ModuleReference {
        span: *span,
        source: files[*file].source,
    });
    index.modules.extend(of_modules);
    index.sorted()
}

#[derive(Default)]
struct Index<'a> {
    definitions: Vec<Definition>,
    references: BTreeSet<Reference>,
    modules: BTreeSet<ModuleReference>,
    /// What is declared, by where its name stands.
    declared: HashMap<Span, usize>,
    /// Nodes by where their names stand, and by what they are.
    nodes: HashMap<(Span, &'static str), usize>,
    /// Nodes by their ids.
    ids: HashMap<&'a str, usize>,
}

impl<'a> Index<'a> {
    /// What a file declares, but for nodes.
    fn declarations(&mut self, file: &File, table: &Table<'_>) {
        for item in file.items() {
            if let Some(kind) = SymbolKind::of(item.kind()) {
                self.declare(kind, item, None);
            }
            let scope = Some(item.span());
            for parameter in item.child(Kind::parameters).into_iter() {
                for parameter in parameter.all(Kind::parameter) {
                    self.declare(SymbolKind::Argument, parameter, scope);
                }
            }
            if item.kind() == Kind::message {
                for field in item.child(Kind::block).into_iter() {
                    for field in field.all(Kind::field) {
                        self.declare(SymbolKind::Field, field, scope);
                    }
                }
            }
        }
        if !table.captures.is_empty() {
            let nodes = file.pieces.iter().flat_map(|piece| piece.root().descend());
            for capture in nodes.filter(|node| node.kind() == Kind::capture) {
                self.declare(SymbolKind::Capture, capture, None);
            }
        }
    }

    fn declare(&mut self, kind: SymbolKind, node: Syntax<'_>, scope: Option<Span>) {
        let Some(name) = node.child(Kind::name) else {
            return;
        };
        self.declared.insert(name.span(), self.definitions.len());
        self.definitions.push(Definition {
            kind,
            name: name.text().to_owned(),
            name_span: name.span(),
            span: node.trimmed(),
            scope,
            ids: Vec::new(),
            named: true,
            captured: false,
        });
    }

    /// A node of the plan, or of what is in none: its number.
    fn node(&mut self, node: &'a Node, named: &HashSet<Span>) -> usize {
        let own = (node.name_span, node.work.kind());
        let known = self.declared.get(&node.name_span).or(self.nodes.get(&own));
        let at = match known {
            Some(&at) => at,
            None => {
                let name = node.id.rsplit('/').next().unwrap_or_default();
                self.definitions.push(Definition {
                    kind: SymbolKind::Node,
                    name: name.to_owned(),
                    name_span: node.name_span,
                    span: node.span,
                    scope: None,
                    ids: Vec::new(),
                    named: named.contains(&node.name_span),
                    captured: false,
                });
                self.nodes.insert(own, self.definitions.len() - 1);
                self.definitions.len() - 1
            }
        };
        self.ids.insert(&node.id, at);
        at
    }

    /// What is declared at a place, or is a node that has its name there.
    fn at(&self, name: Span) -> Option<usize> {
        let declared = self.declared.get(&name).copied();
        declared.or_else(|| self.nodes.get(&(name, "record")).copied())
    }

    fn means(&mut self, span: Span, to: usize, variable: bool) {
        self.references.insert(Reference { span, to, variable });
    }

    fn used(&mut self, one: &Use, modules: &Modules, tables: &[Table<'_>]) {
        let own = |file: &File| file.source == one.span.source;
        let Some(file) = modules.files.iter().position(own) else {
            return;
        };
        match &one.meant {
            Meant::Declared(name) => {
                if let Some(to) = self.at(*name) {
                    self.means(one.span, to, one.variable);
                }
            }
            Meant::Local(kind, name) => {
                let around = modules.files[file].around(one.span.start);
                let Some(item) = around.get(1) else { return };
                let list = match kind {
                    SymbolKind::Field => item.child(Kind::block),
                    _ => item.child(Kind::parameters),
                };
                let own = list.into_iter().flat_map(|list| list.children());
                let own = own.filter_map(|child| child.child(Kind::name));
                let own = own.filter(|own| own.text() == name);
                for own in own {
                    if let Some(&to) = self.declared.get(&own.span())
                        && self.definitions[to].kind == *kind
                    {
                        self.means(one.span, to, one.variable);
                    }
                }
            }
            Meant::Captured(name) => {
                let makers = tables[file].captures.get(name.as_str());
                for maker in makers.into_iter().flatten() {
                    if let Some(to) = self.at(*maker) {
                        self.means(one.span, to, one.variable);
                    }
                }
            }
        }
    }

    /// What a `use` brings in: a module, and names by themselves.
    fn import(&mut self, modules: &Modules, one: &super::modules::Use) {
        let source = modules.files[one.file].source;
        self.modules.insert(ModuleReference {
            span: one.span,
            source,
        });
        for (name, span) in &one.names {
            for to in 0..self.definitions.len() {
                let there = &self.definitions[to];
                if there.name_span.source == source && there.name == *name && there.is_shared() {
                    self.means(*span, to, false);
                }
            }
        }
    }

    /// Each part of a path that names a node means the node of that part.
    fn step(&mut self, step: &Step) {
        let known = |id: &str| self.ids.contains_key(id);
        let Some(id) = references::resolve(&step.from, &step.path, known) else {
            return;
        };
        self.means_id(step.span, &id);
    }

    /// The parts of a path that stands here mean the last parts of an id.
    fn means_id(&mut self, span: Span, id: &str) {
        let mut id = id;
        let mut end = span.end;
        loop {
            let (outer, own) = id.rsplit_once('/').unwrap_or(("", id));
            let start = end.saturating_sub(own.len() as u32);
            if start < span.start {
                return;
            }
            if let Some(&to) = self.ids.get(id) {
                self.means(Span::new(span.source, start, end), to, false);
            }
            if start == span.start || outer.is_empty() {
                return;
            }
            end = start - 1;
            id = outer;
        }
    }

    /// Everything in the order of files and places.
    fn sorted(self) -> Symbols {
        let mut order: Vec<usize> = (0..self.definitions.len()).collect();
        order.sort_by_key(|&at| (self.definitions[at].name_span, self.definitions[at].kind));
        let mut places = vec![0; order.len()];
        for (place, &at) in order.iter().enumerate() {
            places[at] = place;
        }
        let mut definitions: Vec<Option<Definition>> =
            self.definitions.into_iter().map(Some).collect();
        let mut references: Vec<Reference> = self
            .references
            .into_iter()
            .map(|one| Reference {
                to: places[one.to],
                ..one
            })
            .collect();
        references.sort_unstable();
        Symbols {
            definitions: order
                .iter()
                .filter_map(|&at| definitions[at].take())
                .collect(),
            references,
            modules: self.modules.into_iter().collect(),
        }
    }
}
