//! What each file declares and brings in, by name.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use super::captures::captured_name;
use super::environment::{self, Maker, Value};
use super::names::{ALL, Declared, Noun, duplicate};
use super::variables::variable;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::{File, Kind, SYNTAX};

/// How long a name may be, in bytes: as long as a label of the DNS, and the names of services and pods, may be.
pub(super) const MAX_NAME: usize = 63;

/// What one file declares and brings in.
#[derive(Debug, Default)]
pub(super) struct Table<'a> {
    pub names: HashMap<(Noun, &'a str), Declared<'a>>,
    /// What the file is called among those that make up one deployment; empty for the one that was asked for.
    pub called: String,
    /// Names of modules: the number of the file.
    pub modules: BTreeMap<String, usize>,
    /// Names that were brought in by themselves: the numbers of the files that declare something of this name.
    pub imported: HashMap<&'a str, Vec<usize>>,
    /// Words in what could not be read: a name among them may have been declared there.
    pub poisoned: BTreeSet<&'a str>,
    /// What commands print and people fill in: under which name, and where those names stand.
    pub captures: BTreeMap<&'a str, Vec<Span>>,
    /// The services, in the order declared.
    pub services: Vec<&'a str>,
    /// The same names by the variable in which commands find them.
    pub captured: HashMap<String, &'a str>,
    /// What commands find as variables, in no order that means anything.
    pub values: Vec<Value<'a>>,
    /// Parameters, secrets and services by the environment variable that names them.
    variables: HashMap<(Noun, String), &'a str>,
}

impl<'a> Table<'a> {
    /// The parameter, secret or service that commands find as this variable.
    pub fn variable(&self, noun: Noun, variable: &str) -> Option<&'a str> {
        self.variables.get(&(noun, variable.to_owned())).copied()
    }

    /// The services, in the order declared.
    pub fn declared_services(&self) -> impl Iterator<Item = Declared<'a>> {
        let services = self.services.iter();
        services.filter_map(|name| self.names.get(&(Noun::Service, *name)).copied())
    }

    /// The names that were brought in by themselves, each with the number of the file that declares it.
    pub fn brought_in(&self) -> impl Iterator<Item = (&'a str, usize)> {
        let all = self.imported.iter();
        all.flat_map(|(&name, files)| files.iter().map(move |&file| (name, file)))
    }

    /// What the file declares by this name: a service, a message of the same name …
    pub fn declared(&self, name: &str) -> impl Iterator<Item = (Noun, Declared<'a>)> {
        let all = ALL.iter();
        all.filter_map(move |&noun| Some((noun, *self.names.get(&(noun, name))?)))
    }
}

/// What a file declares. Names that are declared twice are findings.
pub(super) fn table<'a>(index: usize, file: &'a File, found: &mut Vec<Diagnostic>) -> Table<'a> {
    let mut table = Table::default();
    for item in file.items() {
        environment::declared(item, &mut table.values);
        if let Some(noun) = Noun::of(item.kind())
            && let Some(name) = item.child(Kind::name)
        {
            let declared = Declared {
                file: index,
                node: item,
            };
            match table.names.entry((noun, name.text())) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(declared);
                    if noun == Noun::Service {
                        table.services.push(name.text());
                    }
                    if matches!(noun, Noun::Parameter | Noun::Secret | Noun::Service) {
                        let key = (noun, variable(name.text()));
                        table.variables.entry(key).or_insert(name.text());
                    }
                }
                std::collections::hash_map::Entry::Occupied(first) => {
                    found.push(duplicate(
                        noun.word(),
                        name.text(),
                        name.span(),
                        first.get().name_span(),
                    ));
                }
            }
        }
    }
    let mut too_long = BTreeSet::new();
    for piece in &file.pieces {
        for node in piece.root().descend() {
            match node.kind() {
                Kind::name if node.text().len() > MAX_NAME && too_long.insert(node.text()) => {
                    let message = format!("a name of more than {MAX_NAME} characters");
                    found.push(
                        Diagnostic::new(&SYNTAX, node.span(), message)
                            .help("give it a short name; a title in quotes may say more"),
                    );
                }
                Kind::capture | Kind::record => {
                    if let Some(name) = node.child(Kind::name) {
                        let maker = match node.kind() {
                            Kind::capture => Maker::Capture,
                            _ => Maker::Record,
                        };
                        let (name, span) = (name.text(), name.span());
                        table.values.push(Value { maker, name, span });
                    }
                    if let Some(name) = captured_name(node) {
                        let variable = variable(name.text());
                        table.captured.entry(variable).or_insert(name.text());
                        let makers = table.captures.entry(name.text()).or_default();
                        makers.push(name.span());
                    }
                }
                Kind::ERR_ITEM | Kind::ERR_STMT | Kind::ERR_HEAD | Kind::ERR_TAIL => {
                    table.poisoned.extend(words(node.text()));
                }
                _ => {}
            }
        }
    }
    table
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'))
        .filter(|word| word.starts_with(|character: char| character.is_ascii_lowercase()))
}
