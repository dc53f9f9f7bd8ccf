//! Brings in the files that a file names with `use`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::lower::{MISPLACED, first_line};
use super::names::{IMPORT, Noun};
use super::tables::Table;
use crate::blank::Blanks;
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::{LoadError, Loader, MOST_BYTES, Source, SourceId, Sources, Span};
use crate::stdlib;
use crate::syntax::{self, File, Kind, Placed};

/// Files that were read, by path.
type Read = BTreeMap<String, Vec<Placed>>;

/// Modules of the standard library as they were read in this process: many specs bring in the same.
static LIBRARY: Mutex<Read> = Mutex::new(Read::new());

/// How many files one deployment may bring in.
const MAX_FILES: usize = 256;

/// How many files may stand behind each other, each of which brings in the next.
const MAX_CHAIN: usize = 32;

/// The files of a deployment, the first being the one that was asked for.
#[derive(Default)]
pub(super) struct Modules {
    pub files: Vec<File>,
    /// For each file: what it brings in, as (the `use`, the file's number).
    pub uses: Vec<Vec<Use>>,
}

/// One `use`.
pub(super) struct Use {
    /// The name under which the module is known.
    pub name: String,
    /// Where the path of the module stands.
    pub span: Span,
    /// The names that are brought in by themselves, and where they stand.
    pub names: Vec<(String, Span)>,
    /// The number of the file.
    pub file: usize,
}

/// How many bytes may be read for all `use` together, files that are known included.
const MOST_LOOKED_UP: usize = 16 * MOST_BYTES;

impl Modules {
    /// What each file is called among those that make up the deployment: by the last part of its path, and by
    /// more of it where two end alike. The one that was asked for needs no name.
    pub fn called(&self, sources: &Sources) -> Vec<String> {
        let paths: Vec<Vec<&str>> = self
            .files
            .iter()
            .map(|file| {
                let path = sources.get(file.source).path();
                path.trim_end_matches(".deploy").split('/').collect()
            })
            .collect();
        let called = paths.iter().enumerate().map(|(at, path)| {
            let others = || {
                paths
                    .iter()
                    .enumerate()
                    .skip(1)
                    .filter(|(other, _)| *other != at)
            };
            let taken = |name: &[&str]| others().any(|(_, other)| other.ends_with(name));
            (0..path.len())
                .rev()
                .map(|from| &path[from..])
                .find(|name| !taken(name))
                .unwrap_or(path)
                .join("/")
        });
        std::iter::once(String::new())
            .chain(called.skip(1))
            .collect()
    }

    /// What a file that is brought in declares, and nothing can reach from outside: a phase, a rule, a test. It would
    /// be left out without a word. A file with a deployment of its own means itself.
    pub fn unreachable(&self) -> impl Iterator<Item = Diagnostic> {
        let brought_in = self.files.iter().skip(1);
        let libraries = brought_in.filter(|file| {
            let mut items = file.items();
            !items.any(|item| item.kind() == Kind::deployment)
        });
        libraries.flat_map(File::items).filter_map(|item| {
            let stays = matches!(
                item.kind(),
                Kind::phase
                    | Kind::gate
                    | Kind::severity
                    | Kind::alert
                    | Kind::monitor
                    | Kind::success
                    | Kind::failure
                    | Kind::reference
                    | Kind::test
                    | Kind::escalation
                    | Kind::baseline
                    | Kind::objective
                    | Kind::backup
                    | Kind::freeze
            );
            let word = item.text().words().next()?;
            stays.then(|| {
                let message = format!("`{word}` means nothing in a file that another one brings in");
                Diagnostic::new(&MISPLACED, first_line(item), message)
                    .help("move it into the file with the `deployment`; what others name there are roles, channels, services, metrics, messages, parameters, secrets, checklists, procedures and rollbacks")
            })
        })
    }
}

struct Load<'a> {
    sources: &'a mut Sources,
    loader: &'a dyn Loader,
    known: HashMap<String, usize>,
    /// The files that are being read, outermost first: (path, number).
    open: Vec<(String, usize)>,
    modules: Modules,
    found: Vec<Diagnostic>,
    /// How many bytes the files have that were read.
    bytes: usize,
    /// The same, with those that were known.
    looked_up: usize,
}

/// Reads every file that `root` brings in, and those that they bring in.
pub(super) fn load(
    root: &File,
    sources: &mut Sources,
    loader: &dyn Loader,
) -> (Modules, Vec<Diagnostic>) {
    let path = sources.get(root.source).path().to_owned();
    let mut load = Load {
        sources,
        loader,
        known: HashMap::from([(path.clone(), 0)]),
        open: vec![(path, 0)],
        modules: Modules::default(),
        found: Vec::new(),
        bytes: 0,
        looked_up: 0,
    };
    load.modules.files.push(root.clone());
    load.modules.uses.push(Vec::new());
    load.follow(0);
    (load.modules, load.found)
}

impl Load<'_> {
    fn follow(&mut self, at: usize) {
        let file = self.modules.files[at].clone();
        let from = self.sources.get(file.source).path().to_owned();
        // What was read is not read again; what can't be is told each time.
        let mut named: HashMap<&str, usize> = HashMap::new();
        for item in file.items().filter(|item| item.kind() == Kind::use_) {
            let Some(module) = item.child(Kind::module) else {
                continue;
            };
            let names = item
                .child(Kind::imports)
                .into_iter()
                .flat_map(|imports| imports.children())
                .filter(|node| node.kind() == Kind::name)
                .map(|node| (node.text().to_owned(), node.span()))
                .collect();
            let number = match named.get(module.text()) {
                Some(number) => Some(*number),
                None => self.read(&from, module.text(), module.span()),
            };
            if let Some(number) = number {
                named.insert(module.text(), number);
                let name = module
                    .text()
                    .trim_end_matches(".deploy")
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                self.modules.uses[at].push(Use {
                    name,
                    span: module.span(),
                    names,
                    file: number,
                });
            }
        }
    }

    fn read(&mut self, from: &str, module: &str, span: Span) -> Option<usize> {
        let (path, text) = if let Some(name) = module.strip_prefix("std/") {
            match stdlib::module(name) {
                Some(text) => (format!("std/{name}.deploy"), text.to_owned()),
                None => {
                    let known = stdlib::MODULES.iter().map(|(name, _)| *name);
                    let mut finding = Diagnostic::new(
                        &IMPORT,
                        span,
                        format!("the standard library has no module `{module}`"),
                    );
                    if let Some(near) = nearest(name, known.clone()) {
                        finding = finding.offer(
                            format!("write `std/{near}`"),
                            span,
                            format!("std/{near}"),
                        );
                    }
                    let all: Vec<String> = known.map(|name| format!("`std/{name}`")).collect();
                    self.found
                        .push(finding.help(format!("it has {}", all.join(", "))));
                    return None;
                }
            }
        } else {
            match self.loader.load(from, module) {
                Ok(loaded) => loaded,
                Err(error) => {
                    self.found.push(refused(module, span, error));
                    return None;
                }
            }
        };
        // A file that is known may have many names, by each of which it is looked up.
        self.looked_up += text.len();
        if self.looked_up > MOST_LOOKED_UP {
            self.found.push(Diagnostic::new(
                &IMPORT,
                span,
                "the same files are brought in under too many names",
            ));
            return None;
        }
        if let Some(position) = self.open.iter().position(|(open, _)| *open == path) {
            let mut circle: Vec<String> = self.open[position..]
                .iter()
                .map(|(path, _)| format!("`{path}`"))
                .collect();
            circle.push(format!("`{path}`"));
            self.found.push(
                Diagnostic::new(
                    &IMPORT,
                    span,
                    format!("`{module}` brings this file in again"),
                )
                .note(format!("the cycle: {}", circle.join(" → ")))
                .help("move what both need into a third file"),
            );
            return None;
        }
        if let Some(&number) = self.known.get(&path) {
            return Some(number);
        }
        self.bytes += text.len();
        let too_much = if self.modules.files.len() >= MAX_FILES {
            Some(format!("more than {MAX_FILES} files"))
        } else if self.bytes > MOST_BYTES {
            Some(format!(
                "files of more than {} MB together",
                MOST_BYTES / 1_000_000
            ))
        } else if self.open.len() > MAX_CHAIN {
            Some(format!(
                "more than {MAX_CHAIN} files, each of which brings in the next"
            ))
        } else {
            None
        };
        if let Some(too_much) = too_much {
            self.found.push(Diagnostic::new(
                &IMPORT,
                span,
                format!("a deployment can't bring in {too_much}"),
            ));
            return None;
        }
        let source: SourceId = self.sources.add(Source::new(path.clone(), text));
        let shared = self.sources.get(source).shared();
        let known = |read: &Read| read.get(&path).cloned().unwrap_or_default();
        let of_library = path.starts_with("std/");
        let before = match of_library {
            true => known(&LIBRARY.lock().unwrap_or_else(PoisonError::into_inner)),
            false => Vec::new(),
        };
        let (file, found) = syntax::parse_again(source, &shared, &before);
        if of_library && before.is_empty() {
            let mut library = LIBRARY.lock().unwrap_or_else(PoisonError::into_inner);
            library.insert(path.clone(), file.pieces.clone());
        }
        self.found.extend(found);
        let number = self.modules.files.len();
        self.modules.files.push(file);
        self.modules.uses.push(Vec::new());
        self.known.insert(path.clone(), number);
        self.open.push((path, number));
        self.follow(number);
        self.open.pop();
        Some(number)
    }
}

fn refused(module: &str, span: Span, error: LoadError) -> Diagnostic {
    match error {
        LoadError::Missing => {
            Diagnostic::new(&IMPORT, span, format!("there is no file `{module}`"))
                .help("the path is seen from this file; `.deploy` may be left out")
        }
        LoadError::Outside => Diagnostic::new(
            &IMPORT,
            span,
            format!("`{module}` lies outside of the project"),
        )
        .help("the project is the folder that holds `deployc.toml` or `.git`, or the file's own"),
        LoadError::Unreadable(why) => {
            Diagnostic::new(&IMPORT, span, format!("`{module}` can't be read: {why}"))
        }
    }
}

/// Enters what each file brings in into the tables of names.
pub(super) fn enter<'a>(
    modules: &'a Modules,
    tables: &mut [Table<'a>],
    found: &mut Vec<Diagnostic>,
) {
    for (at, uses) in modules.uses.iter().enumerate() {
        let mut first: HashMap<(Noun, &str), (usize, Span)> = HashMap::new();
        for one in uses {
            tables[at].modules.insert(one.name.clone(), one.file);
            for (name, span) in &one.names {
                let nouns: Vec<Noun> = tables[one.file]
                    .declared(name)
                    .map(|(noun, _)| noun)
                    .collect();
                for &noun in &nouns {
                    let (file, before) = *first.entry((noun, name)).or_insert((one.file, *span));
                    if file != one.file {
                        found.push(two_brought_in(noun, name, *span, before, &one.name));
                    }
                }
                let imported = tables[at].imported.entry(name).or_default();
                if !nouns.is_empty() {
                    imported.push(one.file);
                } else {
                    found.push(Diagnostic::new(
                        &IMPORT,
                        *span,
                        format!("the module `{}` has nothing called `{name}`", one.name),
                    ));
                }
            }
        }
    }
}

fn two_brought_in(noun: Noun, name: &str, span: Span, first: Span, module: &str) -> Diagnostic {
    let message = format!(
        "another {} called `{name}` is brought in already",
        noun.word()
    );
    Diagnostic::new(&IMPORT, span, message)
        .also(first, "brought in first")
        .help(format!(
            "leave it out here, and write `{module}.{name}` where it is used"
        ))
}
