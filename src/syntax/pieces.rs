//! Cuts a file into pieces at the top-level words in column 0, and mends a piece whose braces do not
//! balance by its indentation, so that a mistake in one piece leaves the others whole.
//!
//! Nothing is taken away: a fixed piece is a copy of the same length, made for the parser alone.

use crate::blank::{Blanks, is_blank, is_blank_byte, trim_bytes, trim_bytes_end};

use super::words;

/// A stretch of the file between two top-level words. Offsets in bytes, in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub start: usize,
    pub end: usize,
    /// Whether `{` and `}` balance.
    pub balanced: bool,
    /// Whether it is nested deeper than [`MAX_DEPTH`]; such a piece is not parsed.
    pub too_deep: bool,
    /// Whether brackets stand in its texts, and more of them in all than may nest: the parser must not see those.
    pub crowded: bool,
    /// Stretches that the parser must not see (a text that is never closed); offsets in the file.
    pub masked: Vec<(usize, usize)>,
    /// Braces behind a quote or backtick that its line does not close: they open and close nothing.
    /// Offsets in the file.
    pub quoted: Vec<usize>,
    /// A `{` on a line of its own below the head that it belongs to: where the head ends, and where the
    /// brace stands. Offsets in the file.
    pub lone: Vec<(usize, usize)>,
}

/// What the scan finds before there is a tree. Offsets in bytes, in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// A bracket or a `not` that is nested too deep.
    TooDeep { at: usize, len: usize },
    /// A `"""` or a fence that is never closed.
    Unclosed { at: usize, len: usize },
    /// A line of a merge conflict.
    Conflict { at: usize, len: usize },
    /// A `{` that nothing closes, or the place of one that is missing (of no length); `near` is where the layout
    /// says that its block ends.
    OpenBrace { at: usize, len: usize, near: usize },
    /// A `}` that closes nothing, or several with nothing but blanks between them.
    StrayBrace { at: usize, len: usize },
    /// A block without its `{`; `at` is the end of its head.
    NoBrace { at: usize },
    /// A block on one line without its `{`; `at` is where its first statement begins.
    NoBraceWithin { at: usize },
    /// A `{` on a line of its own; `head` is the end of the head above it.
    LoneBrace { head: usize, at: usize },
}

/// The bytes at which the scan stops: brackets and what layout puts in for them, what begins a text, a
/// comment, a pattern or a `not`, the end of a line.
const MARKS: [bool; 256] = {
    let mut marks = [false; 256];
    let mut at = 0;
    while at < MARKED.len() {
        marks[MARKED[at] as usize] = true;
        at += 1;
    }
    marks
};
const MARKED: &[u8] = b"\n#\"`/{}()[]n\x01\x02";

/// Who reads what stands somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The language: words, signs, numbers.
    Code,
    /// People: texts and comments.
    People,
    /// Other programs: commands, scripts, queries, patterns.
    Machine,
}

/// A text, a command or a comment. Offsets in bytes, in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub start: usize,
    pub end: usize,
    pub role: Role,
}

pub(super) struct Scan<'a> {
    text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    /// What is open, outermost first: the bracket, and how deep what stands in it is nested.
    pub(super) open: Vec<(u8, usize)>,
    /// How many times `not` stands right before here, and up to where.
    pub(super) negated: usize,
    pub(super) negated_to: usize,
    /// How many brackets open in the piece: in the language, and in what others read.
    pub(super) opening: usize,
    pub(super) hidden: usize,
    braces: i64,
    broken: bool,
    pub(super) deep: bool,
    masked: Vec<(usize, usize)>,
    quoted: Vec<usize>,
    lone: Vec<(usize, usize)>,
    start: usize,
    pieces: Vec<Piece>,
    pub(super) findings: Vec<Finding>,
    /// Texts, commands and comments, where they are asked for.
    stretches: Option<Vec<Stretch>>,
}

/// Cuts the text. The pieces follow each other without a gap and cover all of it.
pub(super) fn cut(text: &str) -> (Vec<Piece>, Vec<Finding>) {
    let mut scan = Scan::new(text);
    scan.run();
    (scan.pieces, scan.findings)
}

/// The texts, commands and comments, in order; what stands between them is the language itself.
pub(super) fn stretches(text: &str) -> Vec<Stretch> {
    let mut scan = Scan::new(text);
    scan.stretches = Some(Vec::new());
    scan.run();
    scan.stretches.unwrap_or_default()
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Scan {
            text,
            bytes: text.as_bytes(),
            at: 0,
            open: Vec::new(),
            negated: 0,
            negated_to: 0,
            opening: 0,
            hidden: 0,
            braces: 0,
            broken: false,
            deep: false,
            masked: Vec::new(),
            quoted: Vec::new(),
            lone: Vec::new(),
            start: 0,
            pieces: Vec::new(),
            findings: Vec::new(),
            stretches: None,
        }
    }

    /// Notes that a token from `start` to here is read by others.
    fn read_by(&mut self, role: Role, start: usize) {
        let end = self.at;
        let opens = |byte: &&u8| matches!(byte, b'{' | b'(');
        self.hidden += self.bytes[start..end].iter().filter(opens).count();
        if let Some(stretches) = &mut self.stretches {
            stretches.push(Stretch { start, end, role });
        }
    }

    pub(super) fn run(&mut self) {
        let mut line_start = true;
        while self.at < self.bytes.len() {
            if line_start {
                line_start = false;
                if self.begins_item(self.at) {
                    self.close_piece(self.at);
                } else if self.conflict() {
                    continue;
                }
            }
            let start = self.at;
            match self.bytes[start] {
                b'\n' => {
                    line_start = true;
                    self.at += 1;
                }
                b'#' => {
                    let negates = self.negates(start);
                    self.at = self.line_end(start);
                    self.read_by(Role::People, start);
                    if negates {
                        self.negated_to = self.at;
                    }
                }
                b'"' => {
                    self.string();
                    self.read_by(Role::People, start);
                }
                b'`' => {
                    self.backtick();
                    self.read_by(Role::Machine, start);
                }
                b'/' if self.regex_may_stand() => {
                    self.regex();
                    self.read_by(Role::Machine, start);
                }
                b'{' => {
                    self.braces += 1;
                    self.lone.extend(self.head_above());
                    self.nest(b'{');
                }
                b'\x01' => self.nest(b'{'),
                bracket @ (b'(' | b'[') => self.nest(bracket),
                b'}' => {
                    self.braces -= 1;
                    self.broken |= self.braces < 0;
                    self.unnest(b'{');
                }
                b'\x02' => self.unnest(b'{'),
                b')' => self.unnest(b'('),
                b']' => self.unnest(b'['),
                b'n' if self.is_not(start) => self.negate(),
                _ => self.at += 1,
            }
            if !line_start {
                self.at = self.bytes[self.at..]
                    .iter()
                    .position(|&byte| MARKS[usize::from(byte)])
                    .map_or(self.bytes.len(), |length| self.at + length);
            }
        }
        self.close_piece(self.bytes.len());
    }

    /// Of a `{` that stands alone on its line: the end of the head right above, if that is one and has
    /// no brace, and the place of the brace.
    fn head_above(&self) -> Option<(usize, usize)> {
        let before = trim_bytes_end(&self.bytes[..self.at]);
        let gap = &self.bytes[before.len()..self.at];
        let breaks = gap.iter().filter(|byte| **byte == b'\n').count();
        if breaks != 1 || before.len() < self.start {
            return None;
        }
        let behind = trim_bytes(&self.bytes[self.at + 1..self.line_end(self.at)]);
        let above = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let head = &before[above..];
        let indent = |line: &[u8]| line.iter().take_while(|byte| is_blank_byte(**byte)).count();
        let own = gap.len() - gap.iter().position(|byte| *byte == b'\n')? - 1;
        let word = word_at(head, indent(head));
        let known = words::begins_item(word) || words::STATEMENTS.contains(&word);
        let plain = !head.contains(&b'#') && !head.ends_with(b"{") && !head.ends_with(b"}");
        (known && plain && behind.is_empty() && indent(head) <= own)
            .then_some((before.len(), self.at))
    }

    fn close_piece(&mut self, end: usize) {
        if end > self.start {
            self.pieces.push(Piece {
                start: self.start,
                end,
                balanced: self.braces == 0 && !self.broken,
                too_deep: self.deep,
                crowded: self.is_crowded(),
                masked: std::mem::take(&mut self.masked),
                quoted: std::mem::take(&mut self.quoted),
                lone: std::mem::take(&mut self.lone),
            });
        }
        self.start = end;
        self.braces = 0;
        self.open.clear();
        self.negated = 0;
        self.opening = 0;
        self.hidden = 0;
        self.broken = false;
        self.deep = false;
    }

    fn line_end(&self, from: usize) -> usize {
        self.bytes[from..]
            .iter()
            .position(|&byte| matches!(byte, b'\n' | b'\x01'..=b'\x03'))
            .map_or(self.bytes.len(), |length| from + length)
    }

    fn begins_item(&self, at: usize) -> bool {
        if !self.bytes.get(at).is_some_and(u8::is_ascii_lowercase) {
            return false;
        }
        let word = word_at(self.bytes, at);
        !word.is_empty() && words::begins_item(word)
    }

    fn conflict(&mut self) -> bool {
        if !matches!(self.bytes[self.at], b'<' | b'>' | b'|' | b'=') {
            return false;
        }
        let end = self.line_end(self.at);
        let line = self.text[self.at..end].trim_blanks_end();
        let marks = ["<<<<<<< ", ">>>>>>> ", "||||||| "];
        let marked = marks.iter().any(|mark| line.starts_with(mark)) || line == "=======";
        if marked {
            self.findings.push(Finding::Conflict {
                at: self.at,
                len: line.len(),
            });
            self.masked.push((self.at, end));
            self.at = end;
        }
        marked
    }

    /// A string that ends on its line, a `"""` text, or a lone quote.
    fn string(&mut self) {
        if self.bytes[self.at..].starts_with(b"\"\"\"") {
            let rest = &self.text[self.at + 3..];
            match rest.find("\"\"\"") {
                Some(length) if !self.swallows_item(self.at + 3, self.at + 3 + length) => {
                    self.at += length + 6;
                }
                _ => self.never_closed(),
            }
            return;
        }
        let mut at = self.at + 1;
        while let Some(length) = self.bytes.get(at..).and_then(|rest| {
            let mut rest = rest.iter();
            rest.position(|byte| matches!(byte, b'\\' | b'"' | b'\n'))
        }) {
            at += length;
            match (self.bytes[at], self.bytes.get(at + 1)) {
                (b'"', _) => {
                    self.at = at + 1;
                    return;
                }
                (b'\\', Some(next)) if *next != b'\n' => at += 2,
                (b'\\', _) => at += 1,
                _ => break,
            }
        }
        self.left_open();
    }

    /// A quote or backtick that its line does not close: what follows on the line is read as text,
    /// but for a brace at its end that stands by itself.
    fn left_open(&mut self) {
        let end = self.line_end(self.at);
        let rest = self.text[self.at..end].trim_blanks_end();
        let alone = rest.ends_with(" {") || rest.ends_with(" }");
        let to = self.at + rest.len() - usize::from(alone);
        let braces = (self.at + 1..to).filter(|&at| matches!(self.bytes[at], b'{' | b'}'));
        self.quoted.extend(braces);
        self.at = to.max(self.at + 1);
    }

    /// A command, a query over several lines, or a fence.
    fn backtick(&mut self) {
        if self.bytes[self.at..].starts_with(b"```") {
            let mut at = self.line_end(self.at);
            while at < self.bytes.len() {
                let start = at + 1;
                let end = self.line_end(start.min(self.bytes.len()));
                let line = &self.text[start.min(self.bytes.len())..end];
                let inner = line.trim_blanks_start();
                if self.heads_item(start, end) {
                    break;
                }
                if inner.starts_with("```") {
                    self.at = start + (line.len() - inner.len()) + 3;
                    return;
                }
                at = end;
            }
            self.never_closed();
            return;
        }
        let lines = words::QUERIES.contains(&word_before(self.bytes, self.at));
        match query_end(self.bytes, self.at, lines) {
            Some(end) => self.at = end + 1,
            None => self.left_open(),
        }
    }

    /// Whether a text that is said to end at `to` has run over the head of a top-level item: a line
    /// that begins with its word in column 0 and ends with `{`.
    fn swallows_item(&self, from: usize, to: usize) -> bool {
        self.text[from..to].match_indices('\n').any(|(index, _)| {
            let start = from + index + 1;
            self.heads_item(start, self.line_end(start))
        })
    }

    /// Whether a line is the head of a top-level item, and opens its block.
    fn heads_item(&self, start: usize, end: usize) -> bool {
        self.begins_item(start) && self.text[start..end].trim_blanks_end().ends_with('{')
    }

    fn never_closed(&mut self) {
        self.findings.push(Finding::Unclosed {
            at: self.at,
            len: 3,
        });
        // Whatever follows up to the next item belongs to the text: the parser need not see it.
        let mut end = self.line_end(self.at);
        while end < self.bytes.len() && !self.begins_item(end + 1) {
            end = self.line_end(end + 1);
        }
        self.masked.push((self.at, end));
        self.broken = true;
        self.at = end;
    }

    fn regex_may_stand(&self) -> bool {
        let before = self.text[self.start..self.at].trim_end_matches([' ', '\t']);
        let compared = before.trim_end_matches(['<', '>', '=', '!']);
        if compared.len() < before.len() {
            // `$.status == /…/`
            let compared = compared.trim_end_matches([' ', '\t']);
            return compared
                .rsplit(is_blank)
                .next()
                .is_some_and(|json| json.starts_with('$'));
        }
        let in_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        ["expect", "not"].iter().any(|word| {
            let rest = before.strip_suffix(word);
            rest.is_some_and(|rest| !rest.bytes().next_back().is_some_and(in_word))
        })
    }

    fn regex(&mut self) {
        let mut at = self.at + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\n' | b'\x01'..=b'\x03' => break,
                b'\\' if self.bytes.get(at + 1).is_some_and(|next| *next != b'\n') => at += 2,
                b'/' => {
                    self.at = at + 1;
                    return;
                }
                _ => at += 1,
            }
        }
        self.at += 1;
    }
}

/// Where the backtick stands that closes the one at `at`: on its line, or, in a query over several
/// lines, before a blank line and before the next item.
pub(super) fn query_end(bytes: &[u8], at: usize, over_lines: bool) -> Option<usize> {
    let mut line = at + 1;
    loop {
        let rest = bytes.get(line..)?;
        let length = rest.iter().position(|byte| matches!(byte, b'`' | b'\n'))?;
        let end = line + length;
        if bytes[end] == b'`' {
            return Some(end);
        }
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        let ends = line > at + 1 && rest[..length].iter().all(blank);
        if !over_lines || ends || words::begins_item(word_at(bytes, end + 1)) {
            return None;
        }
        line = end + 1;
    }
}

/// The word before `at`, with nothing but blanks between and before it on its line.
pub(super) fn word_before(bytes: &[u8], at: usize) -> &str {
    let before = &bytes[..at];
    let skip = |bytes: &[u8], skipped: fn(&u8) -> bool| {
        bytes
            .iter()
            .rposition(|byte| !skipped(byte))
            .map_or(0, |last| last + 1)
    };
    let blank = |byte: &u8| *byte != b'\n' && is_blank_byte(*byte);
    let end = skip(before, blank);
    let start = skip(&before[..end], |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
    });
    let first = skip(&before[..start], blank);
    match first == 0 || before[first - 1] == b'\n' {
        true => std::str::from_utf8(&before[start..end]).unwrap_or_default(),
        false => "",
    }
}

/// The word of letters, digits, `-` and `_` that begins at `at`.
pub(super) fn word_at(bytes: &[u8], at: usize) -> &str {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')))
        .unwrap_or(rest.len());
    std::str::from_utf8(&rest[..length]).unwrap_or_default()
}
