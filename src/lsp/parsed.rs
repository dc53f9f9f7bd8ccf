//! One state of one text: what was read from it, whether or not it makes sense.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use lsp_types::{Position, Range};

use super::lines::{Encoding, Lines};
use super::world::Host;
use crate::blank::Blanks;
use crate::diagnostic::{Diagnostic, Level};
use crate::parallel;
use crate::source::{MOST_BYTES, Source, SourceId, Span};
use crate::syntax::{File, Kind, Node};

/// Why nothing of a text was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// The compiler panicked; the text says with what.
    Bug(String),
    /// It is larger than [`MOST_BYTES`].
    TooLarge,
}

impl Unread {
    /// Why, as a finding of the file says it.
    pub fn in_words(&self) -> String {
        match self {
            Unread::Bug(panic) => format!(
                "this file can't be read because of a bug in deployc: {panic}\n\
                 help: please report it together with the file"
            ),
            Unread::TooLarge => format!(
                "this file is larger than {} MB, the most that deployc reads",
                MOST_BYTES / 1_000_000
            ),
        }
    }
}

/// A `use`.
#[derive(Clone, Copy)]
pub(super) struct Module<'p> {
    /// The name under which the module is known.
    pub name: &'p str,
    /// The path as it is written: `std/http`, `./common`.
    pub path: &'p str,
    /// Where the path stands.
    pub span: Span,
    item: Node<'p>,
}

impl<'p> Module<'p> {
    /// The names that are brought in by themselves.
    pub fn names(&self) -> impl Iterator<Item = &'p str> {
        let imports = self.item.child(Kind::imports).into_iter();
        let names = imports.flat_map(|imports| imports.all(Kind::name));
        names.map(|name| name.text())
    }
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

/// A text that was read. Its spans are those of the file [`SourceId::default`].
pub(super) struct Parsed {
    /// The path of the file: absolute, with forward slashes.
    pub path: String,
    /// The text as the editor or the disk has it, a byte order mark included.
    pub raw: Arc<str>,
    lines: Lines,
    /// How many bytes the byte order mark takes: spans do not count it.
    mark: u32,
    /// The text that was read, and the tree of it.
    pub source: Source,
    /// The tree.
    pub file: File,
    /// What was found while reading.
    pub found: Vec<Diagnostic>,
    /// Why nothing was read, if nothing was: the tree is empty then.
    pub unread: Option<Unread>,
    encoding: Encoding,
}

impl Parsed {
    /// Reads a text; pieces that an older state of it had are not read again. A panic is caught: the
    /// text is there, whatever the compiler makes of it.
    pub fn new(
        host: &dyn Host,
        path: &str,
        raw: Arc<str>,
        encoding: Encoding,
        before: Option<&Parsed>,
    ) -> Parsed {
        let source = Source::new(path, Arc::clone(&raw));
        let mark = (raw.len() - source.text().len()) as u32;
        let pieces = before.map_or(&[][..], |before| &before.file.pieces);
        let read = match raw.len() > MOST_BYTES {
            true => Err(Unread::TooLarge),
            false => catch_unwind(AssertUnwindSafe(|| host.parse(source.text(), pieces)))
                .map_err(|panic| Unread::Bug(parallel::panic_message(panic.as_ref()).to_owned())),
        };
        let (file, found, unread) = match read {
            Ok((file, found)) => (file, found, None),
            Err(unread) => {
                let nothing = File {
                    source: SourceId::default(),
                    pieces: Vec::new(),
                    readable: false,
                };
                (nothing, Vec::new(), Some(unread))
            }
        };
        Parsed {
            path: path.to_owned(),
            lines: Lines::new(&raw),
            raw,
            mark,
            source,
            file,
            found,
            unread,
            encoding,
        }
    }

    /// The text without its byte order mark: what spans count in.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// The text of a span; empty where it does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text().get(span.range()).unwrap_or_default()
    }

    /// Whether all of it could be read.
    pub fn is_whole(&self) -> bool {
        let broken = |finding: &Diagnostic| finding.level == Level::Error;
        self.unread.is_none() && !self.found.iter().any(broken)
    }

    /// The modules that the file brings in.
    pub fn modules(&self) -> impl Iterator<Item = Module<'_>> {
        let uses = self.file.items().filter(|item| item.kind() == Kind::use_);
        uses.filter_map(|item| {
            let module = item.child(Kind::module)?;
            let path = module.text();
            let name = path.trim_end_matches(".deploy");
            Some(Module {
                name: name.rsplit('/').next().unwrap_or(name),
                path,
                span: module.span(),
                item,
            })
        })
    }

    /// The byte offset of a position.
    pub fn offset(&self, at: Position) -> u32 {
        self.lines
            .offset(&self.raw, at, self.encoding)
            .saturating_sub(self.mark)
    }

    /// The position of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        self.lines
            .position(&self.raw, offset + self.mark, self.encoding)
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }

    /// The span of a range; a range whose ends are swapped is turned round.
    pub fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(SourceId::default(), start.min(end), end.max(start))
    }

    /// The whole text.
    pub fn whole(&self) -> Range {
        Range::new(Position::new(0, 0), self.position(self.text().len() as u32))
    }

    /// The units of a stretch of text.
    pub fn length(&self, text: &str) -> u32 {
        self.encoding.length(text)
    }

    /// The number of the line of an offset, zero-based.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.lines.line_of(offset + self.mark)
    }

    /// The bytes of a line without its end.
    pub fn line(&self, line: u32) -> std::ops::Range<usize> {
        let range = self.lines.line(&self.raw, line);
        let mark = self.mark as usize;
        range.start.saturating_sub(mark)..range.end.saturating_sub(mark)
    }

    /// How many lines there are.
    pub fn line_count(&self) -> u32 {
        self.lines.count()
    }

    /// The innermost node at an offset and those around it, outermost first.
    pub fn around(&self, offset: u32) -> Vec<Node<'_>> {
        self.file.around(offset)
    }

    /// The top-level item that an offset lies in.
    pub fn item_at(&self, offset: u32) -> Option<Node<'_>> {
        self.around(offset).get(1).copied()
    }
}
