//! The symbols of files, as the compiler resolves them, at the places where they stand now.
//!
//! They are worked out when somebody asks, and kept while the texts stay the same. While a text can't be
//! read whole, those of its last whole state serve, moved through the changes since; what they do not
//! know, the present text may.

use std::cell::RefCell;
use std::sync::Arc;

use super::moved::Moved;
use super::parsed::Parsed;
use super::uri::join;
use super::world::World;
use crate::model::{self, Definition, SymbolReference, Symbols};
use crate::parallel;
use crate::source::{LoadError, Loader, SourceId, Sources, Span};

/// After so many changes since a whole state the texts are compared at once.
const MOST_CHANGES: usize = 64;

/// The last state of a text that could be read whole, and what was changed since.
pub(super) struct Whole {
    parsed: Arc<Parsed>,
    since: Vec<Moved>,
}

impl Whole {
    /// The last whole state after a change; nothing where the new text is whole itself, or none was.
    pub fn after(known: Option<Whole>, before: &Arc<Parsed>, now: &Parsed) -> Option<Whole> {
        if now.is_whole() {
            return None;
        }
        let mut whole = match known {
            Some(whole) => whole,
            None if before.is_whole() => Whole {
                parsed: Arc::clone(before),
                since: Vec::new(),
            },
            None => return None,
        };
        whole.since.push(Moved::between(before.text(), now.text()));
        if whole.since.len() > MOST_CHANGES {
            whole.since = vec![Moved::between(whole.parsed.text(), now.text())];
        }
        Some(whole)
    }
}

/// What was brought in: by whom, under which path, and what it was.
struct Brought {
    from: String,
    path: String,
    found: Result<(String, String), LoadError>,
}

/// The symbols of a file and of what it brings in, at the places of the texts that were lowered.
pub(super) struct Index {
    /// The texts, by their numbers; the first one was asked for.
    files: Vec<Arc<Parsed>>,
    symbols: Symbols,
    brought: Vec<Brought>,
    /// The state of the world in which it was made or looked at last.
    state: u64,
}

/// Opens the texts as they are, or as they were when they were whole.
struct Door<'w> {
    world: &'w World,
    whole: bool,
    brought: RefCell<Vec<Brought>>,
}

impl Loader for Door<'_> {
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        let found = self.world.load(from, path, self.whole);
        self.brought.borrow_mut().push(Brought {
            from: from.to_owned(),
            path: path.to_owned(),
            found: found.clone(),
        });
        found
    }
}

/// An index at the places where everything stands now.
pub(super) struct View {
    index: Arc<Index>,
    /// For each of its files, as it is now: what was changed since.
    now: Vec<(Arc<Parsed>, Vec<Moved>)>,
}

/// A declaration and its file.
#[derive(Clone)]
pub(super) struct Found {
    /// The file.
    pub parsed: Arc<Parsed>,
    /// The declaration.
    pub declaration: Definition,
}

impl Found {
    /// Whether both are the same declaration.
    pub fn is(&self, other: &Found) -> bool {
        self.parsed.path == other.parsed.path
            && self.declaration.name_span == other.declaration.name_span
            && self.declaration.kind == other.declaration.kind
    }
}

/// A place that means something.
#[derive(Clone)]
pub(super) struct Place {
    /// The file, by its number in the view.
    pub file: usize,
    /// Where the name stands.
    pub span: Span,
    /// What it means, by its number in the view.
    pub to: usize,
    /// Whether it is written as a variable of the environment.
    pub variable: bool,
}

impl World {
    /// What is known of a file: of its last whole state, and of the present one where that is broken.
    pub fn views(&self, parsed: &Arc<Parsed>) -> Vec<View> {
        let whole = self.whole(&parsed.path);
        let is_whole = whole
            .as_ref()
            .is_none_or(|whole| Arc::ptr_eq(whole, parsed));
        let mut views = Vec::new();
        if let Some(whole) = whole.filter(|_| !is_whole) {
            views.push(self.view(self.index(&whole, true)));
        }
        views.push(self.view(self.index(parsed, is_whole)));
        views
    }

    /// A text when it was whole, or else as it stands.
    fn whole(&self, path: &str) -> Option<Arc<Parsed>> {
        let document = self.documents.get(path);
        match document.and_then(|document| document.whole.as_ref()) {
            Some(whole) => Some(Arc::clone(&whole.parsed)),
            None => self.parsed(path),
        }
    }

    /// What a file brings in: the path, and the text as it is or as it was when it was whole.
    pub fn load(&self, from: &str, path: &str, whole: bool) -> Result<(String, String), LoadError> {
        let (shown, text) = match self.host.load(from, path) {
            Ok(loaded) => loaded,
            // It may be open and not saved yet.
            Err(error) => match join(from, path) {
                joined if self.documents.contains_key(&joined) => (joined, String::new()),
                _ => return Err(error),
            },
        };
        let Some(document) = self.documents.get(&shown) else {
            return Ok((shown, text));
        };
        let raw = match &document.whole {
            Some(known) if whole => &known.parsed.raw,
            _ => &document.parsed.raw,
        };
        Ok((shown, raw.to_string()))
    }

    fn index(&self, root: &Arc<Parsed>, whole: bool) -> Arc<Index> {
        let key = (root.path.clone(), whole);
        let known = self.indices.borrow().get(&key).cloned();
        if let Some(known) = known
            && Arc::ptr_eq(&known.files[0], root)
            && self.holds(&known, whole)
        {
            return known;
        }
        let index = Arc::new(self.lowered(root, whole));
        self.indices.borrow_mut().insert(key, Arc::clone(&index));
        index
    }

    /// Whether what an index was made of is still the same.
    fn holds(&self, index: &Index, whole: bool) -> bool {
        // A client that watches the files says when one has changed.
        if self.client.watches && index.state == self.state() {
            return true;
        }
        let mut brought = index.brought.iter();
        brought.all(|one| self.load(&one.from, &one.path, whole) == one.found)
    }

    fn lowered(&self, root: &Arc<Parsed>, whole: bool) -> Index {
        let mut sources = Sources::default();
        sources.add(root.source.clone());
        let door = Door {
            world: self,
            whole,
            brought: RefCell::default(),
        };
        // A panic is a bug that the check reports.
        let symbols = parallel::caught(|| model::symbols(&root.file, &mut sources, &door));
        let files = sources.iter().map(|(source, text)| {
            if source == SourceId::default() {
                return Arc::clone(root);
            }
            let known = match whole {
                true => self.whole(text.path()),
                false => self.parsed(text.path()),
            };
            let known = known.filter(|known| known.text() == text.text());
            let (host, path) = (self.host.as_ref(), text.path());
            known.unwrap_or_else(|| {
                Arc::new(Parsed::new(host, path, text.shared(), self.encoding, None))
            })
        });
        Index {
            files: files.collect(),
            symbols: symbols.unwrap_or_default(),
            brought: door.brought.into_inner(),
            state: self.state(),
        }
    }

    fn view(&self, index: Arc<Index>) -> View {
        let now = index.files.iter().map(|parsed| {
            let Some(document) = self.documents.get(&parsed.path) else {
                return (Arc::clone(parsed), Vec::new());
            };
            let since = match &document.whole {
                Some(whole) if Arc::ptr_eq(&whole.parsed, parsed) => whole.since.clone(),
                _ => Vec::new(),
            };
            (Arc::clone(&document.parsed), since)
        });
        let now = now.collect();
        View { index, now }
    }
}

impl View {
    /// The files, as they are now; the first one was asked for.
    pub fn files(&self) -> impl Iterator<Item = &Arc<Parsed>> {
        self.now.iter().map(|(parsed, _)| parsed)
    }

    /// A file by its number.
    pub fn file(&self, number: usize) -> &Arc<Parsed> {
        &self.now[number].0
    }

    /// A name where it stands now, if none of its letters was changed.
    fn name(&self, span: Span) -> Option<Span> {
        let (now, since) = &self.now[span.source.0 as usize];
        let moved = since
            .iter()
            .try_fold(span, |span, moved| moved.name(span))?;
        let moved = Span::new(SourceId::default(), moved.start, moved.end);
        let before = self.index.files[span.source.0 as usize].text();
        let same = since.is_empty() || before.get(span.range()) == Some(now.slice(moved));
        same.then_some(moved)
    }

    fn stretch(&self, span: Span) -> Span {
        let since = &self.now[span.source.0 as usize].1;
        let moved = since.iter().fold(span, |span, moved| moved.stretch(span));
        Span::new(SourceId::default(), moved.start, moved.end)
    }

    /// Where the name of a declaration stands now, by the number of the declaration.
    pub fn name_of(&self, number: usize) -> Option<(&Arc<Parsed>, Span)> {
        let known = self.index.symbols.definitions.get(number)?.name_span;
        Some((self.file(known.source.0 as usize), self.name(known)?))
    }

    /// What was found, at the places of the texts that were lowered.
    pub fn symbols(&self) -> &Symbols {
        &self.index.symbols
    }

    /// Whether everything stands where it was found.
    pub fn is_still(&self) -> bool {
        let mut files = self.index.files.iter().zip(self.files());
        files.all(|(lowered, now)| Arc::ptr_eq(lowered, now) && now.is_whole())
    }

    /// How many declarations there are.
    pub fn count(&self) -> usize {
        self.index.symbols.definitions.len()
    }

    /// A declaration by its number, if it is still there.
    pub fn found(&self, number: usize) -> Option<Found> {
        let known = self.index.symbols.definitions.get(number)?;
        let name_span = self.name(known.name_span)?;
        Some(Found {
            parsed: Arc::clone(self.file(known.name_span.source.0 as usize)),
            declaration: Definition {
                name_span,
                span: self.stretch(known.span),
                scope: known.scope.map(|scope| self.stretch(scope)),
                ..known.clone()
            },
        })
    }

    /// The declarations of a file that are wanted, in the order of their places.
    pub fn declared_in<'v>(
        &'v self,
        path: &str,
        wanted: impl Fn(&Definition) -> bool + 'v,
    ) -> impl Iterator<Item = Found> + 'v {
        let mut files = self.files();
        let number = files.position(|parsed| parsed.path == path);
        let definitions = &self.index.symbols.definitions;
        let of_file = move |source: SourceId| Some(source.0 as usize) == number;
        let first = definitions.partition_point(|one| {
            number.is_some_and(|number| (one.name_span.source.0 as usize) < number)
        });
        (first..definitions.len())
            .take_while(move |&at| of_file(definitions[at].name_span.source))
            .filter(move |&at| wanted(&definitions[at]))
            .filter_map(|at| self.found(at))
    }

    /// All places that mean something, in the order of files and places.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        let references = self.index.symbols.references.iter();
        references.filter_map(|reference| self.place(reference))
    }

    fn place(&self, reference: &SymbolReference) -> Option<Place> {
        Some(Place {
            file: reference.span.source.0 as usize,
            span: self.name(reference.span)?,
            to: reference.to,
            variable: reference.variable,
        })
    }

    /// The places of the file itself that mean something.
    pub fn own_places(&self) -> impl Iterator<Item = Place> + '_ {
        let references = &self.index.symbols.references;
        let own = references.partition_point(|one| one.span.source == SourceId::default());
        references[..own].iter().filter_map(|one| self.place(one))
    }

    /// The places of the file itself that mean modules, and those.
    pub fn own_modules(&self) -> impl Iterator<Item = (Span, &Arc<Parsed>)> {
        let own = self.index.symbols.modules.iter();
        let own = own.filter(|one| one.span.source == SourceId::default());
        own.filter_map(|one| Some((self.name(one.span)?, self.file(one.source.0 as usize))))
    }
}
