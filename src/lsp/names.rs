//! Which names a file declares and which it uses, from its tree alone, so that an editor has an
//! answer while the rest of the file makes no sense. What a name means is found in
//! [`resolve`](super::resolve).

use std::collections::BTreeSet;

use super::noun::Noun;
use crate::blank::Blanks;
use crate::model;
use crate::source::{SourceId, Span};
use crate::syntax::words::slug;
use crate::syntax::{File, Kind, Node};

/// A declaration.
#[derive(Clone, Debug)]
pub(super) struct Declaration {
    /// What is declared.
    pub noun: Noun,
    /// The keyword that declares it.
    pub kind: Kind,
    /// Its name; of a node without one, what its title makes of it.
    pub name: String,
    /// Of a node: the names from the outermost to this one, with `/` between them.
    pub id: String,
    /// Where its name stands; the title or the head where it has none.
    pub name_span: Span,
    /// Where the whole of it stands.
    pub span: Span,
    /// The stretch in which it is known; nothing where that is the whole file.
    pub scope: Option<Span>,
    /// Whether the author gave it a name.
    pub named: bool,
}

impl Declaration {
    /// Whether commands find what comes of it as a variable: the output of a command under its name, or
    /// what a person fills in at a record.
    pub fn is_captured(&self) -> bool {
        match self.kind {
            Kind::capture => true,
            Kind::record => self.named && model::is_free(&self.name),
            _ => false,
        }
    }

    /// Whether it can be what a name stands for that means one of these.
    pub fn is_one_of(&self, nouns: &[Noun]) -> bool {
        nouns.contains(&self.noun) || nouns.contains(&Noun::Capture) && self.is_captured()
    }
}

/// A name in use.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// Where it is written; of `http.latency` both words.
    pub span: Span,
    /// What is written.
    pub path: String,
    /// What it may stand for, the likeliest first.
    pub nouns: &'static [Noun],
    /// The id of the node around, for references to nodes.
    pub around: String,
    /// The declaration whose parameter or field it names, by its path, for names of arguments.
    pub of: Option<(Noun, String)>,
    /// The name as a variable of the environment: `$API_NAMESPACE`.
    pub variable: bool,
}

/// A `use`.
#[derive(Clone, Debug)]
pub(super) struct Module {
    /// The name under which it is known.
    pub name: String,
    /// The path as it is written: `std/http`, `./common`.
    pub path: String,
    /// Where the path stands.
    pub span: Span,
    /// The names that are brought in by themselves.
    pub imports: Vec<(String, Span)>,
}

/// The names of a file, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// What is declared.
    pub declarations: Vec<Declaration>,
    /// What is used.
    pub uses: Vec<Use>,
    /// What is brought in.
    pub modules: Vec<Module>,
}

impl Names {
    /// The names of a file.
    pub fn of(file: &File) -> Names {
        let mut names = Names::default();
        for item in file.items() {
            names.item(item);
        }
        names
            .declarations
            .sort_by_key(|one| (one.name_span.start, one.name_span.end));
        names.uses.sort_by_key(|one| (one.span.start, one.span.end));
        let choices: BTreeSet<&str> = (names.declarations.iter())
            .filter(|one| one.kind == Kind::choose)
            .map(|one| one.id.as_str())
            .collect();
        names.uses.retain(|one| {
            let choice = one.around.strip_suffix('/');
            choice.is_none_or(|choice| choices.contains(choice))
        });
        names
    }

    fn item(&mut self, item: Node<'_>) {
        if item.kind() == Kind::use_ {
            self.module(item);
            return;
        }
        let id = self.declare(item, "");
        self.inside(item, &id, item);
    }

    fn module(&mut self, item: Node<'_>) {
        let Some(module) = item.child(Kind::module) else {
            return;
        };
        let path = module.text().to_owned();
        let name = path.trim_end_matches(".deploy");
        let name = name.rsplit('/').next().unwrap_or(name).to_owned();
        let imports = item
            .child(Kind::imports)
            .into_iter()
            .flat_map(|imports| imports.children())
            .filter(|node| node.kind() == Kind::name)
            .map(|node| (node.text().to_owned(), node.span()))
            .collect();
        self.modules.push(Module {
            name,
            path,
            span: module.span(),
            imports,
        });
    }

    /// Notes what a statement declares. Returns its id, or that of what is around it.
    fn declare(&mut self, node: Node<'_>, around: &str) -> String {
        let kind = node.kind();
        let noun = Noun::of(kind);
        let top = around.is_empty();
        let Some(noun) = noun
            .filter(|_| top || kind == Kind::severity)
            .or_else(|| is_node(kind).then_some(Noun::Node))
        else {
            return around.to_owned();
        };
        let named = node.child(Kind::name);
        let title = node.child(Kind::title);
        let name = match (named, title) {
            (Some(name), _) => name.text().to_owned(),
            (None, Some(title)) => slug(&crate::syntax::text::content(title.text())),
            (None, None) if noun == Noun::Node => made(node),
            (None, None) => return around.to_owned(),
        };
        let prefix = match kind {
            Kind::severity => "severity/",
            Kind::rollback => "rollback/",
            Kind::procedure => "procedure/",
            Kind::monitor => "monitor/",
            Kind::alert => "alert/",
            Kind::test => "test/",
            Kind::baseline => "baseline/",
            Kind::objective => "objective/",
            Kind::backup => "backup/",
            Kind::freeze => "freeze/",
            _ => "",
        };
        let id = if top {
            format!("{prefix}{name}")
        } else if name.is_empty() {
            around.to_owned()
        } else {
            format!("{around}/{name}")
        };
        if !name.is_empty() {
            self.declarations.push(Declaration {
                noun,
                kind,
                name,
                id: id.clone(),
                name_span: named.or(title).map_or_else(|| head(node), Node::span),
                span: node.trimmed(),
                scope: None,
                named: named.is_some(),
            });
        }
        id
    }

    fn local(&mut self, noun: Noun, node: Node<'_>, scope: Option<Span>) {
        if let Some(name) = node.child(Kind::name) {
            self.declarations.push(Declaration {
                noun,
                kind: node.kind(),
                name: name.text().to_owned(),
                id: String::new(),
                name_span: name.span(),
                span: node.trimmed(),
                scope,
                named: true,
            });
        }
    }

    /// Everything inside a node; `item` is the top-level item around.
    fn inside(&mut self, node: Node<'_>, id: &str, item: Node<'_>) {
        for child in node.children() {
            match child.kind() {
                Kind::parameter => self.local(Noun::Argument, child, Some(item.span())),
                Kind::field => self.local(Noun::Field, child, Some(item.span())),
                Kind::capture => self.local(Noun::Capture, child, None),
                Kind::title | Kind::string | Kind::prose => {
                    self.holes(child, id);
                    continue;
                }
                Kind::command | Kind::script => {
                    self.variables(child, id);
                    continue;
                }
                _ => {}
            }
            let inner = self.declare(child, id);
            self.used(node, child, &inner, item);
            self.inside(child, &inner, item);
        }
        if node.kind() == Kind::baseline
            && !node.has(Kind::path)
            && let Some(name) = node.child(Kind::name)
        {
            self.add(name, &[Noun::Service], id);
        }
    }

    fn add(&mut self, node: Node<'_>, nouns: &'static [Noun], around: &str) {
        self.uses.push(Use {
            span: node.span(),
            path: node.text().to_owned(),
            nouns,
            around: around.to_owned(),
            of: None,
            variable: false,
        });
    }

    /// Notes a name in use: `child` stands in `node`.
    fn used(&mut self, node: Node<'_>, child: Node<'_>, id: &str, item: Node<'_>) {
        let nouns: &'static [Noun] = match (node.kind(), child.kind()) {
            (
                Kind::shift | Kind::switch | Kind::scale | Kind::canary | Kind::blue_green,
                Kind::path,
            )
            | (Kind::baseline, Kind::path) => &[Noun::Argument, Noun::Service],
            (Kind::by | Kind::to_roles, Kind::path) => &[Noun::Role],
            (Kind::not_by, Kind::name) if child.text() != "author" => &[Noun::Role],
            (Kind::recipients, Kind::path) => &[Noun::Channel, Noun::Role],
            (Kind::with, Kind::path) => &[Noun::Message],
            (Kind::go_back, Kind::path) => &[Noun::Rollback],
            (Kind::do_, Kind::path) => &[Noun::Procedure],
            (Kind::include, Kind::path) => &[Noun::Checklist],
            (Kind::after, Kind::path) if child.text() != "rollback" => &[Noun::Node],
            (Kind::since | Kind::till | Kind::expectation, Kind::path) => &[Noun::Node],
            (Kind::amount, Kind::path) => &[Noun::Argument, Noun::Parameter],
            (Kind::close_to, Kind::path) if node.has(Kind::quantity) => {
                if child.text() == "stable" {
                    return;
                }
                &[Noun::Baseline, Noun::Service]
            }
            (Kind::close_to, Kind::path) => &[Noun::Baseline],
            (Kind::escalate, Kind::name) => &[Noun::Severity],
            (Kind::alias, Kind::metric_ref) => return self.metric(child, &[Noun::Metric], id),
            (Kind::watched, Kind::metric_ref) => return self.metric(child, &[Noun::Metric], id),
            (Kind::given, Kind::metric_ref) => {
                let first = node.child(Kind::metric_ref);
                if first == Some(child) {
                    let nouns = &[Noun::Metric, Noun::Parameter, Noun::Node];
                    return self.metric(child, nouns, "");
                }
                // The option of a choice, and of nothing else: `no-data`, `yes`.
                let choice = first.map_or("", |first| first.text().trim_blanks());
                return self.metric(child, &[Noun::Node], &format!("{choice}/"));
            }
            (Kind::comparison, Kind::metric_ref) => {
                let first = node.child(Kind::metric_ref) == Some(child);
                let nouns: &[Noun] = if first {
                    &[Noun::Argument, Noun::Metric, Noun::Parameter]
                } else {
                    &[Noun::Argument, Noun::Parameter]
                };
                return self.metric(child, nouns, id);
            }
            // `p95` is a percentile.
            (Kind::argument, Kind::metric_ref) if is_percentile(child.text().trim_blanks()) => {
                return;
            }
            (Kind::argument, Kind::metric_ref) => {
                let nouns = &[Noun::Argument, Noun::Service, Noun::Parameter, Noun::Metric];
                return self.metric(child, nouns, id);
            }
            (Kind::argument, Kind::name) => return self.argument(child, id, item),
            (Kind::setting, Kind::path) => {
                let word = node.child(Kind::setting_word).map(Node::text);
                if word != Some("owner") {
                    return;
                }
                &[Noun::Role]
            }
            _ => return,
        };
        self.add(child, nouns, id);
    }

    fn metric(&mut self, reference: Node<'_>, nouns: &'static [Noun], id: &str) {
        if let Some(path) = reference.child(Kind::path) {
            self.add(path, nouns, id);
        }
    }

    /// `name = value` between parentheses: the name is a parameter or a field of what stands before.
    fn argument(&mut self, name: Node<'_>, id: &str, item: Node<'_>) {
        let offset = name.span().start;
        let around: Vec<Node<'_>> = item.around(offset);
        let called = around.iter().rev().find_map(|node| {
            let noun = match node.kind() {
                Kind::include => Noun::Checklist,
                Kind::do_ => Noun::Procedure,
                Kind::with => Noun::Message,
                Kind::metric_ref => Noun::Metric,
                _ => return None,
            };
            Some((noun, node.child(Kind::path)?.text().to_owned()))
        });
        let Some((noun, path)) = called else { return };
        self.uses.push(Use {
            span: name.span(),
            path: name.text().to_owned(),
            nouns: if noun == Noun::Message {
                &[Noun::Field]
            } else {
                &[Noun::Argument]
            },
            around: id.to_owned(),
            of: Some((noun, path)),
            variable: false,
        });
    }

    /// The `{name}`s of a text.
    fn holes(&mut self, token: Node<'_>, id: &str) {
        let text = token.text();
        let start = token.span().start;
        for (at, _) in text.match_indices('{') {
            if text[..at].ends_with('\\') {
                continue;
            }
            let rest = &text[at + 1..];
            let length = rest
                .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'))
                .unwrap_or(rest.len());
            if length == 0 || !rest[length..].starts_with('}') {
                continue;
            }
            let from = start + at as u32 + 1;
            self.uses.push(Use {
                span: Span::new(SourceId::default(), from, from + length as u32),
                path: rest[..length].to_owned(),
                nouns: &[Noun::Argument, Noun::Field, Noun::Capture, Noun::Parameter],
                around: id.to_owned(),
                of: None,
                variable: false,
            });
        }
    }

    /// The `$NAME`s of a command.
    fn variables(&mut self, token: Node<'_>, id: &str) {
        let start = token.span().start;
        for (name, at) in model::variables(token.text()) {
            let lower = name.to_ascii_lowercase().replace('_', "-");
            if lower.to_ascii_uppercase().replace('-', "_") != name {
                continue; // a variable of the shell itself, such as `$i`
            }
            let from = start + at as u32;
            self.uses.push(Use {
                span: Span::new(SourceId::default(), from, from + name.len() as u32),
                path: lower,
                nouns: &[
                    Noun::Argument,
                    Noun::Parameter,
                    Noun::Secret,
                    Noun::Capture,
                    Noun::Service,
                ],
                around: id.to_owned(),
                of: None,
                variable: true,
            });
        }
    }
}

/// Whether a word is a percentile: `p95`, `p999`.
fn is_percentile(word: &str) -> bool {
    word.strip_prefix('p').is_some_and(|digits| {
        (1..=4).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// The name that a node without name and title gets from what it does; empty where others do not
/// name it.
fn made(node: Node<'_>) -> String {
    let of = |kind: Kind| {
        node.child(kind)
            .map_or("", |child| child.text().trim_blanks())
    };
    let (service, amount) = (of(Kind::path), of(Kind::quantity));
    match node.kind() {
        Kind::success => "success".to_owned(),
        Kind::failure => "failure".to_owned(),
        Kind::canary => slug(&format!("canary {service}")),
        Kind::blue_green => slug(&format!("blue-green {service}")),
        Kind::step => slug(&format!("to-{}", amount.trim_end_matches('%'))),
        Kind::shift => slug(&format!("shift-{service}-to-{amount}")),
        Kind::scale => slug(&format!("scale-{service}-to-{amount}")),
        Kind::switch => slug(&format!("switch-{service}-to-{}", of(Kind::colour))),
        _ => String::new(),
    }
}

/// Whether a statement becomes a node that others may name.
pub(super) fn is_node(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::phase
            | Kind::gate
            | Kind::group
            | Kind::choose
            | Kind::option
            | Kind::every
            | Kind::check
            | Kind::require
            | Kind::run
            | Kind::hold
            | Kind::bake
            | Kind::approve
            | Kind::record
            | Kind::wait
            | Kind::monitor
            | Kind::alert
            | Kind::success
            | Kind::failure
            | Kind::test
            | Kind::objective
            | Kind::backup
            | Kind::freeze
            | Kind::shift
            | Kind::switch
            | Kind::scale
            | Kind::canary
            | Kind::step
            | Kind::blue_green
    )
}

/// The first line of a statement, up to its block.
pub(super) fn head(node: Node<'_>) -> Span {
    let span = node.trimmed();
    let text = &node.text()[..(span.end - span.start) as usize];
    let end = text.find(['\n', '{']).unwrap_or(text.len());
    Span::new(
        span.source,
        span.start,
        span.start + text[..end].trim_blanks_end().len() as u32,
    )
}
