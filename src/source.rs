//! In: text. Out: text with an address: files, spans, lines and columns.
//! Knows nothing of the language.

use std::sync::Arc;

use line_index::{LineIndex, TextSize, WideEncoding};

/// The most bytes of a file that are read.
pub const MOST_BYTES: usize = 64_000_000;

/// The number of a file within one compilation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// Whether a character acts on a terminal, turns the direction of what follows, or can't be seen. Line
/// breaks and tabs are among them; whoever writes a text decides about those.
pub fn is_hidden(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A stretch of one file: byte offsets, zero-based, half-open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte, zero-based.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `source` from byte `start` to before byte `end`.
    pub fn new(source: SourceId, start: u32, end: u32) -> Self {
        Span {
            source,
            start,
            end: end.max(start),
        }
    }

    /// The zero-width span at the beginning of this one.
    pub fn head(self) -> Self {
        Span::new(self.source, self.start, self.start)
    }

    /// The zero-width span at the end of this one.
    pub fn tail(self) -> Self {
        Span::new(self.source, self.end, self.end)
    }

    /// The smallest span that covers both; this one where the files differ.
    pub fn to(self, other: Span) -> Self {
        if self.source != other.source {
            return self;
        }
        Span::new(
            self.source,
            self.start.min(other.start),
            self.end.max(other.end),
        )
    }

    /// Whether the byte offset lies inside, the end included (a cursor may stand behind a word).
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// The span as a range of byte offsets.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A line and a column, both one-based; the column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, one-based.
    pub line: u32,
    /// Column in Unicode scalar values, one-based.
    pub column: u32,
}

/// A line and a column as editors count: both zero-based, the column in UTF-16 code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EditorPosition {
    /// Line, zero-based.
    pub line: u32,
    /// Column in UTF-16 code units, zero-based.
    pub column: u32,
}

/// One file: its name as it is shown, and its text (without a byte order mark).
#[derive(Clone, Debug)]
pub struct Source {
    path: String,
    text: Arc<str>,
    marked: bool,
    lines: std::sync::OnceLock<LineIndex>,
}

impl Source {
    /// A file called `path` with this text. A byte order mark at the beginning is dropped.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let (text, marked) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (Arc::from(rest), true),
            None => (text, false),
        };
        Source {
            path: path.into(),
            text,
            marked,
            lines: std::sync::OnceLock::new(),
        }
    }

    /// The name as it is shown, with forward slashes.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a byte order mark stood before the text.
    pub fn is_marked(&self) -> bool {
        self.marked
    }

    /// The whole text, shared.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset; an offset past the end counts as the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = self.clamp(offset);
        let at = self.lines().line_col(TextSize::new(offset));
        let wide = self.lines().to_wide(WideEncoding::Utf32, at);
        Position {
            line: at.line + 1,
            column: wide.map_or(at.col, |wide| wide.col) + 1,
        }
    }

    /// The bytes of a line (one-based) without its line break; nothing where there is no such line.
    pub fn line(&self, line: u32) -> Option<std::ops::Range<usize>> {
        let range = self.lines().line(line.checked_sub(1)?)?;
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let text = &self.text[start..end];
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Some(start..start + text.len())
    }

    /// Line and column of a byte offset as editors count.
    pub fn editor_position(&self, offset: u32) -> EditorPosition {
        let offset = self.clamp(offset);
        let at = self.lines().line_col(TextSize::new(offset));
        let wide = self.lines().to_wide(WideEncoding::Utf16, at);
        EditorPosition {
            line: at.line,
            column: wide.map_or(at.col, |wide| wide.col),
        }
    }

    /// The byte offset of an editor's position; past a line's end it is the line's end.
    pub fn offset(&self, at: EditorPosition) -> u32 {
        let Some(line) = self.lines().line(at.line) else {
            return self.text.len() as u32;
        };
        let (start, end) = (u32::from(line.start()), u32::from(line.end()));
        let text = &self.text[start as usize..end as usize];
        let text = text.trim_end_matches(['\n', '\r']);
        let mut left = at.column;
        for (index, character) in text.char_indices() {
            let width = character.len_utf16() as u32;
            if left < width {
                return start + index as u32;
            }
            left -= width;
        }
        start + text.len() as u32
    }

    fn clamp(&self, offset: u32) -> u32 {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset as u32
    }
}

/// All files of one compilation, by number.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and returns its number.
    pub fn add(&mut self, source: Source) -> SourceId {
        self.files.push(source);
        SourceId(self.files.len() as u32 - 1)
    }

    /// The file with this number. Numbers come from [`Sources::add`] alone.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// The text of a span; empty where the span does not fit the file.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source)
            .text()
            .get(span.range())
            .unwrap_or_default()
    }

    /// All files with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, file)| (SourceId(index as u32), file))
    }
}

/// Why a file can't be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// There is no such file.
    Missing,
    /// The path leaves the project.
    Outside,
    /// The file is there and can't be read; the text says why.
    Unreadable(String),
}

/// The door to other files: the command line brings one that reads a disk, tests bring a table.
pub trait Loader {
    /// The text of the file at `path`, written as in `use`, seen from the file `from`.
    /// Returns the path as it is shown, and the text.
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError>;
}

/// A loader without files: every import is missing.
pub struct NoFiles;

impl Loader for NoFiles {
    fn load(&self, _from: &str, _path: &str) -> Result<(String, String), LoadError> {
        Err(LoadError::Missing)
    }
}
