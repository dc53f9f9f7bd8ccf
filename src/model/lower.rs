//! The pass itself: what every part of it shares.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use foldhash::{HashMap, HashMapExt};

use super::bindings::Bindings;
use super::names::{self, Declared, Names, Noun};
use super::node::{Node, Reference, Times};
use super::put_in::PutIn;
use super::spec::{Metric, Service, Spec};
use super::tables::MAX_NAME;
use super::text::Text;
use super::work::Work;
use crate::blank::Blanks;
use crate::diagnostic::{Diagnostic, nearest};
use crate::quantity::Mistake;
use crate::rule;
use crate::source::Span;
use crate::syntax::words::slug;
use crate::syntax::{Kind, Node as Syntax};

rule! {
    /// The statement or clause exists, and it means nothing where it stands. Move it to where it
    /// belongs, or remove it.
    pub MISPLACED = "D0402", "misplaced", Structure, Error, "a statement or clause where it means nothing";
    /// Something is said twice, so the second would silently win or lose.
    pub REPEATED = "D0403", "repeated", Structure, Error, "a setting or clause that is said twice";
    /// What is declared lacks what it needs to mean anything.
    pub INCOMPLETE = "D0404", "incomplete", Structure, Error, "a declaration that lacks what it needs";
    /// A checklist or procedure includes itself, directly or over others, and would never end.
    pub ENDLESS = "D0405", "endless-include", Structure, Error, "a checklist or procedure that includes itself";
}

/// How deep includes may nest.
pub(super) const MAX_INCLUDES: usize = 32;

/// Where the pass stands.
#[derive(Clone, Default)]
pub(super) struct Scope {
    /// The file whose names are visible, by number.
    pub file: usize,
    /// What the parameters of the checklist or procedure around stand for.
    pub bindings: Bindings,
    /// Where the arguments stand that the parameters got, by name; those of metrics alone.
    pub arguments: BTreeMap<String, Span>,
    /// The includes around, outermost first: (file, name).
    pub includes: Vec<(usize, String)>,
    /// The fields of the message around.
    pub fields: BTreeSet<String>,
    /// The service that a canary or blue-green around is about.
    pub service: Option<String>,
}

/// What the pass has made so far.
pub(super) struct Lower<'a> {
    pub names: Names<'a>,
    pub spec: Spec,
    pub found: Vec<Diagnostic>,
    /// Every id that was given away around here, and where.
    pub ids: HashMap<String, Given>,
    /// Metrics that were made, by name.
    pub metrics: HashMap<String, usize>,
    /// Services that were made, by name: whatever they need to fill in queries and commands.
    pub services: HashMap<String, usize>,
    /// Roles, channels, services and messages that were made, and where their names stand.
    pub named: HashMap<Noun, HashMap<String, Span>>,
    /// Where the parameters and secrets were declared that were made, by name.
    pub values: HashMap<(&'static str, String), Span>,
    /// Procedures from elsewhere or with arguments that were made, by (file, name and arguments).
    pub procedures: BTreeMap<Call, String>,
    /// Nodes that such procedures became; they stand after everything else.
    pub made: Vec<(Call, Node)>,
    /// Such nodes that are only begun.
    pub begun: VecDeque<Begun<'a>>,
    /// How much was put in, and how much before this part of the file was begun.
    pub put_in: PutIn,
    /// What was made before this part of the file was begun.
    pub before: Option<&'a Lower<'a>>,
}

/// A procedure from elsewhere or with arguments: its file, its name with the arguments.
pub(super) type Call = (usize, String);

/// A rollback or procedure whose node has an id, and whose block is not read yet: so that those that call each other
/// are not read inside each other.
pub(super) struct Begun<'a> {
    pub call: Call,
    pub declared: Declared<'a>,
    pub scope: Scope,
    pub draft: Draft,
}

/// A node under construction.
pub(super) struct Draft {
    pub node: Node,
    pub seen: Vec<(Kind, Span)>,
}

/// An id that a node has.
#[derive(Clone, Copy)]
pub(super) struct Given {
    /// Where that node is named.
    at: Span,
    /// The number that the next node of this id gets.
    next: u32,
}

impl Given {
    fn at(at: Span) -> Self {
        Given { at, next: 2 }
    }
}

impl<'a> Lower<'a> {
    /// A pass that has made nothing yet.
    pub fn new(names: Names<'a>, found: Vec<Diagnostic>) -> Lower<'a> {
        Lower {
            names,
            spec: Spec::default(),
            found,
            ids: HashMap::new(),
            metrics: HashMap::new(),
            services: HashMap::new(),
            named: HashMap::new(),
            values: HashMap::new(),
            procedures: BTreeMap::new(),
            made: Vec::new(),
            begun: VecDeque::new(),
            put_in: PutIn::default(),
            before: None,
        }
    }

    /// A service that was made, by name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        match self.services.get(name) {
            Some(&index) => self.spec.services.get(index),
            None => self.before?.service(name),
        }
    }

    /// A metric that was made, by the name that the plan knows.
    pub fn metric_made(&self, name: &str) -> Option<&Metric> {
        match self.metrics.get(name) {
            Some(&index) => self.spec.metrics.get(index),
            None => self.before?.metric_made(name),
        }
    }

    /// The id of a procedure that was made.
    pub fn procedure_made(&self, call: &Call) -> Option<&str> {
        match self.procedures.get(call) {
            Some(id) => Some(id),
            None => self.before?.procedure_made(call),
        }
    }

    /// Adds a service that was not made before.
    pub fn add_service(&mut self, service: Service) {
        self.services
            .insert(service.name.clone(), self.spec.services.len());
        self.put(service);
    }

    /// The title of a declaration; empty where it has none.
    pub fn title(&mut self, scope: &Scope, node: Syntax<'_>) -> Text {
        node.child(Kind::title)
            .map(|title| self.text(scope, title))
            .unwrap_or_default()
    }

    pub fn report(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// A mistake inside a token, as a finding of `rule` at the token's place.
    pub fn mistake(
        &mut self,
        rule: &'static crate::diagnostic::Rule,
        token: Span,
        mistake: Mistake,
    ) {
        let span = Span::new(
            token.source,
            token.start + mistake.start as u32,
            (token.start + mistake.end as u32).min(token.end),
        );
        let mut finding = Diagnostic::new(rule, span, mistake.message);
        if !mistake.help.is_empty() {
            finding = finding.help(mistake.help);
        }
        for (title, text) in mistake.suggestions {
            finding = finding.offer(title, token, text);
        }
        self.report(finding);
    }

    /// What a path means; a finding where it means nothing.
    pub fn find(&mut self, scope: &Scope, noun: Noun, path: Syntax<'_>) -> Option<Declared<'a>> {
        let found = self.names.find(scope.file, noun, path.text(), path.span());
        if found.is_none() {
            let finding = self
                .names
                .unknown(scope.file, &[noun], path.text(), path.span());
            self.found.extend(finding);
        }
        found
    }

    /// An id for a node: the names around it and its own. A name that the author wrote must be
    /// unique where it stands; one made of words gets a number if it is not.
    pub fn id(
        &mut self,
        around: &str,
        name: Option<(&str, Span)>,
        words: &str,
        span: Span,
    ) -> String {
        let made;
        let own = match name {
            Some((name, at)) => {
                self.names.noted.named(at);
                // One that is longer is an error; an id repeats all that stand around it.
                &name[..name.len().min(MAX_NAME)]
            }
            None => {
                made = slug(words);
                &made
            }
        };
        let mut id = String::with_capacity(around.len() + 1 + own.len());
        if !around.is_empty() {
            id.push_str(around);
            id.push('/');
        }
        id.push_str(own);
        if let Some(&Given { at: first, next }) = self.ids.get(&id) {
            if let Some((name, at)) = name {
                let finding = names::duplicate("node", name, at, first)
                    .note(format!("both would have the id `{id}`"));
                self.report(finding);
            }
            let mut number = next;
            let other = loop {
                let other = format!("{id}-{number}");
                number += 1;
                if !self.ids.contains_key(&other) {
                    break other;
                }
            };
            if let Some(given) = self.ids.get_mut(&id) {
                given.next = number;
            }
            self.ids.insert(other.clone(), Given::at(span));
            return other;
        }
        let at = name.map_or(span, |(_, at)| at);
        self.ids.insert(id.clone(), Given::at(at));
        id
    }

    /// Begins a node: its id, its title, its place.
    pub fn draft(
        &mut self,
        scope: &Scope,
        around: &str,
        syntax: Syntax<'_>,
        words: &str,
        work: Work,
    ) -> Draft {
        let name = syntax.child(Kind::name);
        let title_node = syntax.child(Kind::title);
        let title = title_node
            .map(|title| self.text(scope, title))
            .unwrap_or_default();
        let made;
        let words = match title_node {
            Some(_) if name.is_none() => {
                made = title.to_string();
                &made
            }
            _ => words,
        };
        let span = syntax.trimmed();
        let name_span = name
            .or(title_node)
            .map_or_else(|| first_line(syntax), Syntax::span);
        let id = self.id(
            around,
            name.map(|name| (name.text(), name.span())),
            words,
            name_span,
        );
        Draft {
            node: Node {
                id,
                title,
                work,
                times: Times::default(),
                owners: Vec::new(),
                condition: None,
                after: Vec::new(),
                status: None,
                done: false,
                otherwise: Vec::new(),
                children: Vec::new(),
                span,
                name_span,
            },
            seen: Vec::new(),
        }
    }

    /// The roles that a `by`, `to` or `page` names.
    pub fn roles(&mut self, scope: &Scope, list: Syntax<'_>) -> Vec<String> {
        let mut roles: Vec<String> = list
            .all(Kind::path)
            .filter_map(|path| {
                let declared = self.find(scope, Noun::Role, path)?;
                Some(self.use_role(declared))
            })
            .collect();
        roles.shrink_to_fit();
        roles
    }

    /// The name under which the plan knows a metric; makes it if it was not made yet.
    pub fn add_metric(&mut self, metric: Metric) {
        self.metrics
            .insert(metric.name.clone(), self.spec.metrics.len());
        self.spec.metrics.push(metric);
    }

    /// A finding: this clause or statement means nothing here.
    pub fn misplaced(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let finding = Diagnostic::new(&MISPLACED, span, message).help(help);
        self.report(finding);
    }
}

impl Draft {
    /// Notes that a clause was read; gives the place of the first one if it is said twice.
    pub fn once(&mut self, clause: Syntax<'_>) -> Option<Span> {
        let first = self
            .seen
            .iter()
            .find(|(kind, _)| *kind == clause.kind())
            .map(|&(_, span)| span);
        self.seen.push((clause.kind(), clause.span()));
        first
    }
}

/// The finding for something that is said twice.
pub(super) fn repeated(what: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(&REPEATED, span, format!("`{what}` is said twice"))
        .also(first, "said first")
        .help("keep one of them")
}

/// The first line of a statement: what findings about the whole point to.
pub(super) fn first_line(syntax: Syntax<'_>) -> Span {
    let span = syntax.trimmed();
    let text = syntax.text();
    let head = text
        .find(['\n', '{'])
        .map_or(text.len(), |end| end)
        .min((span.end - span.start) as usize);
    let head = text[..head].trim_blanks_end().len() as u32;
    Span::new(span.source, span.start, span.start + head)
}

/// A finding's help for a word that is none of those allowed.
pub(super) fn one_of(word: &str, allowed: &[&str]) -> (String, Option<String>) {
    let all: Vec<String> = allowed.iter().map(|word| format!("`{word}`")).collect();
    (
        format!("one of {}", all.join(", ")),
        nearest(word, allowed.iter().copied())
            .or_else(|| {
                // `low` for `lower`, `nginx-ingress` for `nginx`.
                let begins = |other: &&&str| {
                    word.len() > 2 && (other.starts_with(word) || word.starts_with(**other))
                };
                allowed.iter().find(begins).copied()
            })
            .map(str::to_owned),
    )
}

/// A reference as it is written; its id is settled when every id is known.
pub(super) fn reference(path: Syntax<'_>) -> Reference {
    Reference {
        id: path.text().to_owned(),
        span: path.span(),
    }
}

/// The name that a declaration gives.
pub(super) fn own_name(declared: Declared<'_>) -> String {
    declared
        .node
        .child(Kind::name)
        .map(|name| name.text().to_owned())
        .unwrap_or_default()
}

/// The scope of a file's top level.
pub(super) fn file_scope(file: usize) -> Scope {
    Scope {
        file,
        ..Scope::default()
    }
}
