//! Lines and columns as editors count them: zero-based, the column in the units that were agreed.
//!
//! A line ends with `\n`, `\r\n` or a lone `\r`, as the protocol has it; the compiler's own lines
//! do not know the last one, and edits must not go astray over it.

use lsp_types::{Position, PositionEncodingKind};

/// The units in which a column is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16: what every editor understands.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The encoding by the name that the protocol gives it.
    pub fn of(kind: &PositionEncodingKind) -> Option<Encoding> {
        match kind.as_str() {
            "utf-8" => Some(Encoding::Utf8),
            "utf-16" => Some(Encoding::Utf16),
            "utf-32" => Some(Encoding::Utf32),
            _ => None,
        }
    }

    /// The name that the protocol gives it.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// How many units a text has.
    pub fn length(self, text: &str) -> u32 {
        let length = match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 if text.is_ascii() => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        };
        length as u32
    }

    fn width(self, character: char) -> u32 {
        let width = match self {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
            Encoding::Utf32 => 1,
        };
        width as u32
    }
}

/// Where the lines of a text begin.
#[derive(Debug)]
pub(super) struct Lines {
    /// The first byte of every line; the first is 0.
    starts: Vec<u32>,
}

impl Lines {
    /// The lines of a text.
    pub fn new(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(at as u32 + 1);
            }
        }
        Lines { starts }
    }

    /// How many lines there are; at least one.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The bytes of a line without its end; those of the last line where there is no such line.
    pub fn line(&self, text: &str, line: u32) -> std::ops::Range<usize> {
        let line = line.min(self.count() - 1) as usize;
        let start = self.starts[line] as usize;
        let end = self
            .starts
            .get(line + 1)
            .map_or(text.len(), |next| *next as usize);
        start..start + text[start..end].trim_end_matches(['\n', '\r']).len()
    }

    /// The line in which a byte offset lies.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32 - 1
    }

    /// The byte offset of a position. Past the end of a line it is the line's end, past the last line
    /// the end of the text; inside a character its beginning.
    pub fn offset(&self, text: &str, at: Position, encoding: Encoding) -> u32 {
        self.place(text, at, encoding).0
    }

    /// The same, and whether the position is one that the protocol allows in this text: not past the
    /// last line, not inside a character.
    pub fn place(&self, text: &str, at: Position, encoding: Encoding) -> (u32, bool) {
        if at.line >= self.count() {
            // The beginning of the line behind the last one is a common way to say the end.
            let is_end = at.line == self.count() && at.character == 0;
            return (text.len() as u32, is_end);
        }
        let range = self.line(text, at.line);
        let line = &text[range.clone()];
        let mut left = at.character;
        for (index, character) in line.char_indices() {
            let width = encoding.width(character);
            if left < width {
                return ((range.start + index) as u32, left == 0);
            }
            left -= width;
        }
        (range.end as u32, true)
    }

    /// The position of a byte offset; an offset past the end counts as the end.
    pub fn position(&self, text: &str, offset: u32, encoding: Encoding) -> Position {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset as u32);
        let range = self.line(text, line);
        // Between `\r` and `\n` there is no position.
        let end = offset.min(range.end);
        Position::new(line, encoding.length(&text[range.start..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Lines};
    use lsp_types::Position;

    #[test]
    fn columns_in_every_encoding() {
        let text = "aé😀b\r\nx\ry\n";
        let lines = Lines::new(text);
        assert_eq!(lines.count(), 4);
        for (encoding, column) in [
            (Encoding::Utf8, 7),
            (Encoding::Utf16, 4),
            (Encoding::Utf32, 3),
        ] {
            let at = Position::new(0, column);
            assert_eq!(lines.offset(text, at, encoding), 7);
            assert_eq!(lines.position(text, 7, encoding), at);
        }
        // Inside of a surrogate pair, past the end of a line, past the end of the text.
        assert_eq!(lines.offset(text, Position::new(0, 3), Encoding::Utf16), 3);
        assert_eq!(lines.offset(text, Position::new(0, 99), Encoding::Utf16), 8);
        assert_eq!(
            lines.offset(text, Position::new(9, 0), Encoding::Utf16) as usize,
            text.len()
        );
        assert_eq!(
            lines.position(text, 12, Encoding::Utf16),
            Position::new(2, 0)
        );
    }
}
