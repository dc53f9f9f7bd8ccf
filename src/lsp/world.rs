//! All that the server knows: the texts that are open, those that it read from a disk, and what a
//! check said of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use lsp_types::{Location, Uri};

use super::changes::Doubt;
use super::index::{Index, Whole};
use super::lines::Encoding;
use super::parsed::Parsed;
use super::uri::{join, path_of, uri_of};
use crate::compile::Compilation;
use crate::diagnostic::Diagnostic;
use crate::settings::Settings;
use crate::source::{LoadError, Loader, SourceId, Span};
use crate::stdlib;
use crate::syntax::{self, File, Placed};

/// What the server asks of the machine. Paths are absolute and have forward slashes.
pub trait Host: Send + Sync {
    /// The text of a file; nothing where there is none, or where it can't be read.
    fn read(&self, path: &str) -> Option<String>;

    /// Every spec below a folder, in the order of their paths.
    fn specs(&self, folder: &str) -> Vec<String>;

    /// What the file `from` brings in when it says `use path`: the path of that file, and its text.
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError>;

    /// The settings that hold for a file; a text that says why they can't be read.
    fn settings(&self, path: &str) -> Result<Settings, String>;

    /// Reads a text; pieces that an older state of it had need not be read again. A test may put
    /// something that fails in its place.
    fn parse(&self, text: &str, before: &[Placed]) -> (File, Vec<Diagnostic>) {
        syntax::parse_again(SourceId::default(), text, before)
    }

    /// Keeps a text that comes with the compiler (`std/http.deploy`, the page of a rule) where an
    /// editor can open it; the path of that file.
    fn keep(&self, name: &str, text: &str) -> Option<String>;
}

/// What the client can do, as far as it matters.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Client {
    /// It understands snippets in completions.
    pub snippets: bool,
    /// It understands symbols inside symbols.
    pub nested_symbols: bool,
    /// It can be told to watch files.
    pub watches: bool,
    /// It asks for diagnostics itself.
    pub pulls: bool,
    /// It can be asked to ask again for lenses, hints, tokens and diagnostics.
    pub refreshes: Refreshes,
    /// Edits may carry the versions of their documents.
    pub versioned_edits: bool,
}

/// What the client can be asked to ask for again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Refreshes {
    /// Code lenses.
    pub lenses: bool,
    /// Inlay hints.
    pub hints: bool,
    /// Diagnostics.
    pub diagnostics: bool,
}

/// What a check said of one state of a file.
pub(super) struct Deep {
    /// The revision of the text that was checked.
    pub revision: u32,
    /// What the compiler knows of it; the findings have the levels that the settings say.
    pub compilation: Compilation,
}

/// A text that is open in the editor.
pub(super) struct Document {
    /// Its address, as the client writes it.
    pub uri: Uri,
    /// The version that the client gave it last. It says nothing of the text: a client may give the
    /// same one twice.
    pub version: i32,
    /// A number that no other state of its text has.
    pub revision: u32,
    /// Grows whenever what a check says may change without the text.
    pub state: u32,
    /// Its text, read.
    pub parsed: Arc<Parsed>,
    /// Its last whole state, where it can't be read whole as it is.
    pub whole: Option<Whole>,
    /// What the last check said; it may be of an older revision.
    pub deep: Option<Arc<Deep>>,
    /// The revision whose check panicked, if one did, and with what message.
    pub failed: Option<(u32, String)>,
    /// What the editor shows at the moment, at the places where it now stands.
    pub shown: Vec<Diagnostic>,
    /// Whether the editor shows that the file could not be read or checked.
    pub shows_failure: bool,
    /// The text after changes that were not read yet.
    pub pending: Option<String>,
    /// Why it is not certain that the editor has this text.
    pub doubt: Option<Doubt>,
}

impl Document {
    /// What a check said of the text as it stands.
    pub fn fresh(&self) -> Option<&Arc<Deep>> {
        self.deep
            .as_ref()
            .filter(|deep| deep.revision == self.revision)
    }

    /// The text as the editor has it, read or not.
    pub fn text(&self) -> &str {
        self.pending.as_deref().unwrap_or(&self.parsed.raw)
    }

    /// Why nothing can be said of the text as it stands, if nothing can.
    pub fn failure(&self) -> Option<String> {
        if let Some(unread) = &self.parsed.unread {
            return Some(unread.in_words());
        }
        let (_, panic) = self
            .failed
            .as_ref()
            .filter(|(revision, _)| *revision == self.revision)?;
        Some(format!(
            "this file can't be checked because of a bug in deployc: {panic}\n\
             help: please report it together with the file"
        ))
    }

    /// Why no edit of the text can be answered, if none can: it was not read, or it may not be what
    /// the editor has.
    pub fn why_not_edited(&self) -> Option<String> {
        let unread = self.parsed.unread.as_ref().map(|unread| unread.in_words());
        unread.or_else(|| {
            self.doubt.map(|doubt| {
                format!(
                    "{}, so the text of this file is not certain; save it, or close and open it again",
                    doubt.in_words()
                )
            })
        })
    }
}

/// All that the server knows.
pub(super) struct World {
    /// The machine.
    pub host: Arc<dyn Host>,
    /// The units of columns.
    pub encoding: Encoding,
    /// What the client can do.
    pub client: Client,
    /// The folders of the workspace.
    pub folders: Vec<String>,
    /// The open texts, by path.
    pub documents: BTreeMap<String, Document>,
    /// Files that were read, by path. What is open counts more.
    read: RefCell<BTreeMap<String, Arc<Parsed>>>,
    /// The specs of the workspace, by folder, as long as the client watches them.
    specs: RefCell<BTreeMap<String, Vec<String>>>,
    /// The addresses of texts that come with the compiler, by name.
    kept: RefCell<BTreeMap<String, Option<Uri>>>,
    /// The symbols of files, by path: of the texts as they are, and as they were when they were whole.
    pub indices: RefCell<BTreeMap<(String, bool), Arc<Index>>>,
    /// Grows whenever a text or a file changes.
    state: Cell<u64>,
}

impl World {
    /// Nothing is open yet.
    pub fn new(host: Arc<dyn Host>, encoding: Encoding, client: Client) -> World {
        World {
            host,
            encoding,
            client,
            folders: Vec::new(),
            documents: BTreeMap::new(),
            read: RefCell::default(),
            kept: RefCell::default(),
            specs: RefCell::default(),
            indices: RefCell::default(),
            state: Cell::default(),
        }
    }

    /// The open text of an address.
    pub fn document(&self, uri: &Uri) -> Option<&Document> {
        self.documents.get(&path_of(uri))
    }

    /// A file as it stands: in the editor, in the standard library or on the disk.
    pub fn parsed(&self, path: &str) -> Option<Arc<Parsed>> {
        if let Some(document) = self.documents.get(path) {
            return Some(Arc::clone(&document.parsed));
        }
        let known = self.read.borrow().get(path).cloned();
        let module = path
            .strip_prefix("std/")
            .and_then(|name| name.strip_suffix(".deploy"))
            .and_then(stdlib::module);
        // A client that watches the files says when one has changed.
        let text = match (&known, module) {
            (Some(_), Some(_)) => return known,
            (Some(_), None) if self.client.watches => return known,
            (_, Some(text)) => text.to_owned(),
            (_, None) => self.host.read(path)?,
        };
        if known.as_ref().is_some_and(|known| *known.raw == *text) {
            return known;
        }
        let parsed = Arc::new(Parsed::new(
            self.host.as_ref(),
            path,
            Arc::from(text),
            self.encoding,
            None,
        ));
        self.read
            .borrow_mut()
            .insert(path.to_owned(), Arc::clone(&parsed));
        Some(parsed)
    }

    /// Forgets what was read of a file that changed on the disk, came or went.
    pub fn forget(&self, path: &str) {
        self.read.borrow_mut().remove(path);
        self.forget_folders();
    }

    /// A number for what all texts and files say.
    pub fn state(&self) -> u64 {
        self.state.get()
    }

    /// Notes that a text or a file says something else.
    pub fn changed(&self) {
        self.state.set(self.state.get() + 1);
    }

    /// Forgets which specs there are.
    pub fn forget_folders(&self) {
        self.changed();
        self.specs.borrow_mut().clear();
    }

    /// The specs below a folder; they are searched again if nobody watches them.
    fn specs(&self, folder: &str) -> Vec<String> {
        if !self.client.watches {
            return self.host.specs(folder);
        }
        let mut specs = self.specs.borrow_mut();
        specs
            .entry(folder.to_owned())
            .or_insert_with(|| self.host.specs(folder))
            .clone()
    }

    /// The file that a `use` in `from` names.
    pub fn module(&self, from: &Parsed, written: &str) -> Option<Arc<Parsed>> {
        if let Some(name) = written.strip_prefix("std/") {
            return self.parsed(&format!("std/{name}.deploy"));
        }
        self.parsed(&join(&from.path, written))
    }

    /// Every spec of the workspace and every open text, in the order of their paths.
    pub fn all(&self) -> Vec<Arc<Parsed>> {
        let mut paths: Vec<String> = self.documents.keys().cloned().collect();
        for folder in &self.folders {
            paths.extend(self.specs(folder));
        }
        paths.sort();
        paths.dedup();
        paths.iter().filter_map(|path| self.parsed(path)).collect()
    }

    /// The address of a file, as the client writes it where the file is open.
    pub fn uri(&self, path: &str) -> Option<Uri> {
        if let Some(document) = self.documents.get(path) {
            return Some(document.uri.clone());
        }
        if let Some(name) = path
            .strip_prefix("std/")
            .and_then(|name| name.strip_suffix(".deploy"))
        {
            return self.kept(path, || stdlib::module(name).map(str::to_owned));
        }
        uri_of(path)
    }

    /// The address of a text that comes with the compiler.
    pub fn kept(&self, name: &str, text: impl FnOnce() -> Option<String>) -> Option<Uri> {
        if let Some(known) = self.kept.borrow().get(name) {
            return known.clone();
        }
        let kept = text()
            .and_then(|text| self.host.keep(name, &text))
            .and_then(|path| uri_of(&path));
        self.kept.borrow_mut().insert(name.to_owned(), kept.clone());
        kept
    }

    /// The place of a span.
    pub fn location(&self, parsed: &Parsed, span: Span) -> Option<Location> {
        Some(Location::new(self.uri(&parsed.path)?, parsed.range(span)))
    }

    /// The file of a compilation to which a span belongs, as it stands now.
    pub fn of_compilation(
        &self,
        compilation: &Compilation,
        source: SourceId,
    ) -> Option<Arc<Parsed>> {
        self.parsed(compilation.sources.get(source).path())
    }

    /// The texts that are open, for a check in another thread.
    pub fn texts(&self) -> BTreeMap<String, Arc<str>> {
        self.documents
            .iter()
            .map(|(path, document)| (path.clone(), Arc::clone(&document.parsed.raw)))
            .collect()
    }

    /// Why edits over several files can't be answered, if they can't: a file could not be read, so
    /// that a place in it may be missing, or the editor may have another text.
    pub fn why_not_edited<'p>(&self, all: impl Iterator<Item = &'p Arc<Parsed>>) -> Option<String> {
        let mut all = all;
        all.find_map(|parsed| {
            let why = match self.documents.get(&parsed.path) {
                Some(document) => document.why_not_edited(),
                None => parsed.unread.as_ref().map(|unread| unread.in_words()),
            };
            Some(format!("`{}`: {}", parsed.path, why?))
        })
    }
}

/// The disk, with the texts of the editor in the place of their files.
pub(super) struct Overlay<'a> {
    /// The machine.
    pub host: &'a dyn Host,
    /// The open texts, by path.
    pub texts: &'a BTreeMap<String, Arc<str>>,
}

impl Loader for Overlay<'_> {
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        match self.host.load(from, path) {
            Ok((shown, text)) => {
                let open = self.texts.get(&shown).map(|text| text.to_string());
                Ok((shown, open.unwrap_or(text)))
            }
            // It may be open and not saved yet.
            Err(error) => {
                let joined = join(from, path);
                match self.texts.get(&joined) {
                    Some(text) => Ok((joined, text.to_string())),
                    None => Err(error),
                }
            }
        }
    }
}
