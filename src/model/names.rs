//! Which names there are, and what they stand for.

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::{HashSet, HashSetExt};

use super::noted::Noted;
pub(super) use super::symbols::SymbolKind as Noun;
use super::tables::Table;
use crate::diagnostic::{Diagnostic, nearest};
use crate::rule;
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax};

rule! {
    /// The name is declared nowhere that this file can see. Declare it, bring it in with `use`, or
    /// correct the spelling.
    pub UNKNOWN_NAME = "D0201", "unknown-name", Names, Error, "a name that nothing declares";
    /// Two things of the same kind have the same name, so nobody can tell which one is meant.
    pub DUPLICATE_NAME = "D0202", "duplicate-name", Names, Error, "a name that is declared twice";
    /// What is declared and never used is often a misspelled use somewhere else, or a leftover that
    /// the next reader will trust.
    pub UNUSED = "D0203", "unused", Names, Warning, "a declaration that nothing uses", allowable;
    /// The module can't be brought in: it is missing, lies outside the project, can't be read, or
    /// brings itself in again over others.
    pub IMPORT = "D0204", "import", Names, Error, "a module that can't be brought in";
    /// A parameter of a checklist or procedure has the name of a declaration of the same file.
    /// Inside, the parameter is meant; a reader may think of the other.
    pub SHADOWED = "D0205", "shadowed", Names, Warning, "a parameter that hides a declaration", allowable;
}

impl Noun {
    /// Whether it is worth saying that nothing uses it: people, places, rollbacks and rules
    /// speak for themselves in a runbook.
    fn should_be_used(self) -> bool {
        match self {
            Noun::Parameter | Noun::Secret | Noun::Metric | Noun::Message | Noun::Checklist => true,
            Noun::Role
            | Noun::Channel
            | Noun::Service
            | Noun::Procedure
            | Noun::Rollback
            | Noun::Baseline
            | Noun::Severity
            | Noun::Node
            | Noun::Capture
            | Noun::Argument
            | Noun::Field => false,
        }
    }
}

/// A declaration in a file: the number of the file among those that were read, and the node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declared<'a> {
    pub file: usize,
    pub node: Syntax<'a>,
}

impl Declared<'_> {
    pub fn name_span(&self) -> Span {
        self.node
            .child(Kind::name)
            .map_or_else(|| self.node.trimmed(), Syntax::span)
    }
}

/// For so many unknown names a near one is looked for: nobody reads further, and each look goes
/// through all that is known.
pub(super) const SUGGESTIONS: usize = 200;

/// All tables, and which names were used.
pub(super) struct Names<'a> {
    pub tables: Arc<Vec<Table<'a>>>,
    pub used: Used,
    /// How many unknown names were met.
    pub unknown: usize,
    /// What is noted for an index of symbols.
    pub noted: Noted,
}

/// The declarations that were used: the file's number, and where it is declared.
pub(super) type Used = HashSet<(usize, Span)>;

impl<'a> Names<'a> {
    /// The names of all files, the first being the one that was asked for.
    pub fn new(tables: Vec<Table<'a>>) -> Names<'a> {
        Names {
            tables: Arc::new(tables),
            used: Used::new(),
            unknown: 0,
            noted: Noted::default(),
        }
    }

    /// The same names, of which none was used yet.
    pub fn unused_yet(&self) -> Names<'a> {
        Names {
            tables: Arc::clone(&self.tables),
            used: Used::new(),
            unknown: self.unknown,
            noted: self.noted.of_part(),
        }
    }

    /// What a path means in a file: `error-rate`, or `http.error-rate` over a module. It is written
    /// `at` a place.
    pub fn find(&mut self, file: usize, noun: Noun, path: &str, at: Span) -> Option<Declared<'a>> {
        let found = self.lookup(file, noun, path);
        if let Some(declared) = found
            && self.noted.is_on()
        {
            self.noted.path(path, at, declared.name_span());
            self.note_modules(file, path, at);
        }
        found
    }

    /// The same, where no place of the file says the path as it is.
    pub fn lookup(&mut self, file: usize, noun: Noun, path: &str) -> Option<Declared<'a>> {
        let (at, name) = self.locate(file, noun, path)?;
        let found = self.tables[at].names.get(&(noun, name)).copied();
        if let Some(declared) = found {
            self.used.insert((at, declared.node.span()));
        }
        found
    }

    /// Notes the modules over which a path goes.
    fn note_modules(&mut self, file: usize, path: &str, at: Span) {
        let mut from = file;
        let mut start = at.start;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next()
            && names.peek().is_some()
            && let Some(&number) = self.tables[from].modules.get(name)
        {
            let end = start + name.len() as u32;
            self.noted.module(Span::new(at.source, start, end), number);
            (from, start) = (number, end + 1);
        }
    }

    /// The file in which something of a kind is declared, and its name there. What the file itself declares hides
    /// only what is of its kind among the names that are brought in.
    fn locate<'p>(&self, file: usize, noun: Noun, path: &'p str) -> Option<(usize, &'p str)> {
        let mut at = file;
        let mut rest = path;
        while let Some((module, inner)) = rest.split_once('.') {
            at = *self.tables[at].modules.get(module)?;
            rest = inner;
        }
        if rest == path && !self.tables[file].names.contains_key(&(noun, rest)) {
            let mut elsewhere = self.tables[file].imported.get(rest).into_iter().flatten();
            let declares = |at: &&usize| self.tables[**at].names.contains_key(&(noun, rest));
            at = elsewhere.find(declares).copied().unwrap_or(at);
        }
        Some((at, rest))
    }

    /// Whether something used a name of a file.
    pub fn is_used(&self, file: usize, noun: Noun, name: &str) -> bool {
        let declared = self.tables[file].names.get(&(noun, name));
        declared.is_some_and(|declared| self.used.contains(&(file, declared.node.span())))
    }

    /// Whether a name may have been declared in what could not be read.
    pub fn any_poisoned(&self) -> bool {
        self.tables.iter().any(|table| !table.poisoned.is_empty())
    }

    pub fn is_poisoned(&self, file: usize, name: &str) -> bool {
        name.split('/')
            .any(|part| self.tables[file].poisoned.contains(part))
    }

    /// What a parameter of this name hides: the word for it, and its place.
    pub fn shadows(&self, file: usize, name: &str) -> Option<(&'static str, Span)> {
        [Noun::Service, Noun::Metric, Noun::Parameter, Noun::Secret]
            .into_iter()
            .find_map(|noun| {
                let declared = self.tables[file].names.get(&(noun, name))?;
                Some((noun.word(), declared.name_span()))
            })
    }

    /// The only service of the deployment: of the file that was asked for, or, where that declares none, of
    /// those that it brings in.
    pub fn only_service(&self) -> Option<Declared<'a>> {
        let (own, others) = self.tables.split_first()?;
        let mut all = match own.services.is_empty() {
            true => others.iter().flat_map(Table::declared_services).collect(),
            false => own.declared_services().collect::<Vec<_>>(),
        };
        all.pop().filter(|_| all.is_empty())
    }

    /// What something of a file is called in the plan, where names of several files have to be told apart:
    /// with the name of its module before its own.
    pub fn in_plan(&self, declared: Declared<'_>) -> String {
        let name = declared.node.child(Kind::name).map_or("", Syntax::text);
        match self.tables[declared.file].called.as_str() {
            "" => name.to_owned(),
            module => format!("{module}.{name}"),
        }
    }

    /// The service that a file declares and that this environment variable names.
    pub fn service_of_variable(
        &self,
        file: usize,
        variable: &str,
    ) -> Option<(&'a str, Declared<'a>)> {
        let own = &self.tables[file];
        if let Some(name) = own.variable(Noun::Service, variable) {
            return Some((name, *own.names.get(&(Noun::Service, name))?));
        }
        // One that was brought in by its name is there like those of the file itself.
        own.brought_in().find_map(|(name, elsewhere)| {
            let there = &self.tables[elsewhere];
            let found = there.variable(Noun::Service, variable)?;
            let declared = there.names.get(&(Noun::Service, found))?;
            (found == name).then_some((found, *declared))
        })
    }

    /// The finding for a name that means nothing; nothing where a mistake may have swallowed its
    /// declaration.
    pub fn unknown(
        &mut self,
        file: usize,
        nouns: &[Noun],
        path: &str,
        span: Span,
    ) -> Option<Diagnostic> {
        let table = &self.tables[file];
        let last = path.rsplit('.').next().unwrap_or(path);
        if table.poisoned.contains(path) || table.poisoned.contains(last) {
            return None;
        }
        let words: Vec<&str> = nouns.iter().map(|noun| noun.word()).collect();
        let what = words.join(" or ");
        if let Some((module, _)) = path.split_once('.')
            && !table.modules.contains_key(module)
        {
            let modules: Vec<&str> = table.modules.keys().map(String::as_str).collect();
            let mut finding = Diagnostic::new(
                &UNKNOWN_NAME,
                span,
                format!("no module is called `{module}`"),
            );
            let text = path.replacen(
                module,
                nearest(module, modules.iter().copied()).unwrap_or(module),
                1,
            );
            if text != path {
                finding = finding.offer(format!("write `{text}`"), span, text);
            } else if crate::stdlib::MODULES
                .iter()
                .any(|(name, _)| *name == module)
            {
                finding = finding.help(format!("bring it in: `use std/{module}`"));
            } else {
                finding = finding.help("bring it in with `use`");
            }
            return Some(finding);
        }
        let mut finding =
            Diagnostic::new(&UNKNOWN_NAME, span, format!("no {what} is called `{path}`"));
        self.unknown += 1;
        if self.unknown > SUGGESTIONS {
            return Some(finding);
        }
        let known = self.known(file, nouns);
        if let Some(near) = nearest(path, known.iter().map(String::as_str)) {
            let near = near.to_owned();
            return Some(finding.help(format!("did you mean `{near}`?")).offer(
                format!("write `{near}`"),
                span,
                near,
            ));
        }
        if let Some(other) = ALL
            .iter()
            .find(|&&noun| !nouns.contains(&noun) && table.names.contains_key(&(noun, path)))
        {
            let declared = table.names[&(*other, path)];
            finding = finding.also(
                declared.name_span(),
                format!("`{path}` is a {}", other.word()),
            );
            if *other == Noun::Role && nouns.contains(&Noun::Metric) {
                return Some(finding.help(format!("who does it stands behind `by`: `by {path}`")));
            }
        }
        Some(match known.len() {
            0 => finding.help(format!("declare it: `{}`", declaration(nouns, last))),
            1..=6 => finding.help(format!(
                "known here: {}",
                known
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
            _ => finding.help(format!("declare it: `{}`", declaration(nouns, last))),
        })
    }

    /// Every path that means a thing of these kinds in a file, sorted.
    pub fn known(&self, file: usize, nouns: &[Noun]) -> Vec<String> {
        let table = &self.tables[file];
        let mut known: BTreeSet<String> = BTreeSet::new();
        for (noun, name) in table.names.keys() {
            if nouns.contains(noun) {
                known.insert((*name).to_owned());
            }
        }
        for (name, elsewhere) in table.brought_in() {
            let there = &self.tables[elsewhere];
            if nouns
                .iter()
                .any(|&noun| there.names.contains_key(&(noun, name)))
            {
                known.insert(name.to_owned());
            }
        }
        for (module, &elsewhere) in &table.modules {
            for (noun, name) in self.tables[elsewhere].names.keys() {
                if nouns.contains(noun) {
                    known.insert(format!("{module}.{name}"));
                }
            }
        }
        known.into_iter().collect()
    }

    /// What the first file declares and nothing uses.
    pub fn unused(&self, found: &mut Vec<Diagnostic>) {
        let Some(table) = self.tables.first() else {
            return;
        };
        let mut unused: Vec<(Noun, &str, Declared<'_>)> = table
            .names
            .iter()
            .filter(|((noun, name), declared)| {
                noun.should_be_used()
                    && !table.poisoned.contains(name)
                    && !self.used.contains(&(0, declared.node.span()))
            })
            .map(|((noun, name), declared)| (*noun, *name, *declared))
            .collect();
        unused.sort_by_key(|(_, _, declared)| declared.node.span());
        for (noun, name, declared) in unused {
            let span = declared.name_span();
            let finding = Diagnostic::new(
                &UNUSED,
                span,
                format!("nothing uses the {} `{name}`", noun.word()),
            );
            found.push(match noun {
                Noun::Parameter | Noun::Secret => {
                    let variable = name.to_ascii_uppercase().replace('-', "_");
                    finding.help(format!(
                        "use it or remove it; a script that reads it by itself gets it so: `{variable}=\"${variable}\" ./script`"
                    ))
                }
                _ => finding.help("use it or remove it"),
            });
        }
    }
}

pub(super) const ALL: &[Noun] = &[
    Noun::Parameter,
    Noun::Secret,
    Noun::Role,
    Noun::Channel,
    Noun::Service,
    Noun::Metric,
    Noun::Message,
    Noun::Checklist,
    Noun::Procedure,
    Noun::Rollback,
    Noun::Baseline,
    Noun::Severity,
];

fn declaration(nouns: &[Noun], name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    match nouns.first() {
        Some(Noun::Role) => format!("role {name} \"…\""),
        Some(Noun::Channel) => format!("channel {name} slack \"#…\""),
        Some(Noun::Metric) => format!("metric {name} \"…\" : percent in ratio"),
        Some(Noun::Parameter) => format!("param {name} : text"),
        Some(Noun::Secret) => format!("secret {name}"),
        Some(Noun::Service) => format!("service {name} {{ … }}"),
        Some(Noun::Message) => format!("message {name} \"…\" {{ … }}"),
        Some(Noun::Checklist) => format!("checklist {name} \"…\" {{ … }}"),
        Some(Noun::Procedure) => format!("procedure {name} \"…\" {{ … }}"),
        Some(Noun::Rollback) => format!("rollback {name} \"…\" within 5m {{ … }}"),
        Some(Noun::Baseline) => format!("baseline {name} {{ … }}"),
        Some(Noun::Severity) => format!("severity {name} \"…\" {{ … }}"),
        Some(Noun::Node | Noun::Capture | Noun::Argument | Noun::Field) | None => name.to_owned(),
    }
}

/// The finding for a second declaration.
pub(super) fn duplicate(what: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        &DUPLICATE_NAME,
        span,
        format!("a {what} called `{name}` is declared already"),
    )
    .label("declared again")
    .also(first, "declared first")
    .help("give one of them another name")
}
