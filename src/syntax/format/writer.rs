//! Puts tokens on lines: blanks between them, breaks, indentation.

use crate::blank::Blanks;

use super::super::Kind;
use super::super::text;

/// Deeper by this many columns with each block, and for a line that goes on.
pub(super) const STEP: usize = 2;

/// What stands before or behind a blank that may have to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glue {
    /// A token like any other.
    Loose,
    /// `(` or `[`: nothing behind it. Whether it also sticks to what stands before it.
    Opens { sticks: bool },
    /// `)`, `]` or `,`: nothing before it.
    Closes,
    /// `..` in a range, `=` in a selector: nothing on either side.
    Tight,
}

/// Text under construction.
pub(super) struct Writer {
    pub out: String,
    /// Columns before the statement that is being written.
    pub indent: usize,
    /// Columns before the line that is being written.
    line_indent: usize,
    /// What was written last on this line; nothing at its beginning.
    last: Option<Glue>,
    /// Whether a line break stood here in the file.
    pub broken: bool,
    /// Whether a comment was written, behind which only a line break can stand.
    commented: bool,
}

impl Writer {
    pub fn new(indent: usize) -> Writer {
        Writer {
            out: String::new(),
            indent,
            line_indent: indent,
            last: None,
            broken: false,
            commented: false,
        }
    }

    /// Begins a line for a statement.
    pub fn line(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.start(self.indent);
    }

    /// Lines that stay as they are, their indentation included.
    pub fn as_it_stands(&mut self, lines: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.start(0);
        self.out.push_str(lines);
        self.last = Some(Glue::Loose);
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.out.push('\n');
    }

    fn indented(&mut self, mut columns: usize) {
        const BLANKS: &str = "                                ";
        while columns > 0 {
            let some = columns.min(BLANKS.len());
            self.out.push_str(&BLANKS[..some]);
            columns -= some;
        }
    }

    fn start(&mut self, indent: usize) {
        self.indented(indent);
        self.line_indent = indent;
        self.last = None;
        self.broken = false;
        self.commented = false;
    }

    /// A statement begins inside a line: `{ better higher }`.
    pub fn begin_within(&mut self) {
        self.broken = false;
    }

    /// One token.
    pub fn token(&mut self, token: &str, glue: Glue) {
        if (self.broken || self.commented) && self.last.is_some() {
            // A bracket that closes stands under the statement, everything else is deeper.
            let deeper = match token {
                ")" | "]" | "}" => 0,
                _ => STEP,
            };
            self.out.push('\n');
            self.start(self.indent + deeper);
        }
        self.broken = false;
        let spaced = match (self.last, glue) {
            (None, _) | (Some(Glue::Opens { .. } | Glue::Tight), _) => false,
            (_, Glue::Closes | Glue::Tight | Glue::Opens { sticks: true }) => false,
            (_, Glue::Loose | Glue::Opens { sticks: false }) => true,
        };
        if spaced {
            self.out.push(' ');
        }
        match text::lines(token) {
            Some(lines) => self.lines(&lines),
            None => self.out.push_str(token),
        }
        self.last = Some(glue);
    }

    /// A text over several lines: moved as a whole, two columns deeper than its line.
    fn lines(&mut self, text: &text::Lines<'_>) {
        let indent = self.line_indent + STEP;
        // Blanks behind an opening mark mean nothing, behind words they may.
        match text.head[text.mark.len()..].trim_blanks().is_empty() || text.mark == "```" {
            true => self.out.push_str(text.head.trim_blanks_end()),
            false => self.out.push_str(text.head),
        }
        for line in &text.lines {
            self.out.push('\n');
            if !line.is_empty() {
                self.indented(indent);
                self.out.push_str(line);
            }
        }
        if text.closes_alone {
            self.out.push('\n');
            self.indented(indent);
        }
        self.out.push_str(text.mark);
    }

    /// A comment at the end of a line, or on a line of its own inside a statement.
    pub fn comment(&mut self, comment: &str) {
        let comment = comment.trim_blanks_end();
        if self.commented || self.broken && self.last.is_some() {
            self.out.push('\n');
            self.start(self.indent + STEP);
        } else if self.last.is_some() {
            self.out.push_str("  ");
        }
        self.out.push_str(comment);
        self.last = Some(Glue::Loose);
        self.broken = false;
        self.commented = true;
    }

    /// How many columns the text behind byte `from` takes, with what stands before it on its line.
    pub fn columns(&self, from: usize) -> usize {
        let start = self.out[..from].rfind('\n').map_or(0, |at| at + 1);
        self.out[start..].chars().count()
    }

    /// The state, to come back to.
    pub fn mark(&self) -> Mark {
        Mark {
            length: self.out.len(),
            indent: self.indent,
            line_indent: self.line_indent,
            last: self.last,
            broken: self.broken,
            commented: self.commented,
        }
    }

    /// Undoes what was written since.
    pub fn back(&mut self, mark: &Mark) {
        self.out.truncate(mark.length);
        self.indent = mark.indent;
        self.line_indent = mark.line_indent;
        self.last = mark.last;
        self.broken = mark.broken;
        self.commented = mark.commented;
    }
}

/// A state of a writer.
pub(super) struct Mark {
    pub length: usize,
    indent: usize,
    line_indent: usize,
    last: Option<Glue>,
    broken: bool,
    commented: bool,
}

/// How a word or sign between the nodes of `parent` stands to its neighbours. Nothing for a sign that
/// has no place there: the text was not read as it stands. `sticks`: whether the parameters or the
/// selector that it may open stand right behind a name.
pub(super) fn glue_of(sign: &str, parent: Kind, sticks: bool) -> Option<Glue> {
    if sign.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some(Glue::Loose);
    }
    Some(match (sign, parent) {
        (",", _) => Glue::Closes,
        ("(", Kind::arguments) => Glue::Opens { sticks: true },
        ("(", Kind::parameters) | ("[", Kind::selector) => Glue::Opens { sticks },
        ("(", Kind::limits | Kind::nested) => Glue::Opens { sticks: false },
        (")", Kind::arguments | Kind::parameters | Kind::limits | Kind::nested)
        | ("]", Kind::selector) => Glue::Closes,
        ("{" | "}", Kind::imports)
        | ("=", Kind::default | Kind::alias | Kind::argument | Kind::given)
        | (":", Kind::param | Kind::parameter | Kind::measure | Kind::field) => Glue::Loose,
        _ => return None,
    })
}
