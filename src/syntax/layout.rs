//! Mends a piece whose braces do not balance: the indentation says where they belong.

use super::lines::{Line, lines};
use super::pieces::{Finding, Piece, word_at};

/// Words that go on with a statement on a line of its own, and the statements they go on with.
const CONTINUES: &[(&str, &[&str])] = &[
    (
        "run",
        &[
            "undo",
            "expect",
            "within",
            "capture",
            "probe",
            "reads-only",
            "irreversible",
            "idempotent",
            "retry",
        ],
    ),
    ("alert", &["when", "then"]),
];

/// What has no block: what stands deeper below it is only indented.
const BLOCKLESS: &[&str] = &["edition", "use"];

/// A copy of the piece, of the same length, in which the braces balance. Offsets of `findings` are
/// those of the file.
pub(super) fn mend(text: &str, piece: &Piece, findings: &mut Vec<Finding>) -> String {
    let mut bytes = text.as_bytes()[piece.start..piece.end].to_vec();
    for &(from, to) in &piece.masked {
        for byte in &mut bytes[from - piece.start..to.min(piece.end) - piece.start] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    for &at in &piece.quoted {
        bytes[at - piece.start] = b'.';
    }
    for &(head, at) in &piece.lone {
        bytes[head - piece.start..at - piece.start].fill(b' ');
        findings.push(Finding::LoneBrace { head, at });
    }
    if !piece.balanced {
        let mut lines = lines(&bytes);
        lines.retain(Line::has_code);
        let heads = heads(&bytes, &lines);
        let ends = ends(&lines, &heads);
        Mender {
            bytes: &mut bytes,
            lines: &lines,
            heads: &heads,
            ends: &ends,
            base: piece.start,
            open: Vec::new(),
            findings,
        }
        .balance();
    }
    String::from_utf8(bytes).unwrap_or_else(|error| {
        // A masked stretch begins and ends at ASCII, so this can't be; a blank piece is still safe.
        " ".repeat(error.into_bytes().len())
    })
}

/// A block that is open.
struct Open {
    /// Of the line that opened it.
    indent: usize,
    /// Where its brace stands, or is put in.
    brace: usize,
    /// The index of its line.
    line: usize,
}

struct Mender<'a> {
    bytes: &'a mut Vec<u8>,
    /// The lines with code.
    lines: &'a [Line],
    /// For each line, the one that its statement begins on.
    heads: &'a [usize],
    /// For each line, the next one that is not deeper and begins a statement.
    ends: &'a [Option<usize>],
    base: usize,
    open: Vec<Open>,
    findings: &'a mut Vec<Finding>,
}

/// For each line, the one that its statement begins on: itself, unless the line above goes on.
fn heads(bytes: &[u8], lines: &[Line]) -> Vec<usize> {
    let mut heads: Vec<usize> = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let above = index
            .checked_sub(1)
            .map(|above| (&lines[above], heads[above]));
        let head = match above {
            Some((above, head)) if above.goes_on || continues(bytes, &lines[head], line) => head,
            Some(_) | None => index,
        };
        heads.push(head);
    }
    heads
}

/// Whether a deeper line goes on with the statement above it and needs no block.
fn continues(bytes: &[u8], head: &Line, line: &Line) -> bool {
    let word = word_at(bytes, line.first());
    let statement = word_at(bytes, head.first());
    line.indent > head.indent
        && (bytes.get(line.first()) == Some(&b'`')
            || CONTINUES
                .iter()
                .any(|(known, words)| *known == statement && words.contains(&word)))
}

fn ends(lines: &[Line], heads: &[usize]) -> Vec<Option<usize>> {
    let mut ends = vec![None; lines.len()];
    let mut waiting: Vec<usize> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if heads[index] != index {
            continue;
        }
        while let Some(last) = waiting.pop_if(|last| lines[*last].indent >= line.indent) {
            ends[last] = Some(index);
        }
        waiting.push(index);
    }
    ends
}

impl Mender<'_> {
    fn balance(&mut self) {
        for index in 0..self.lines.len() {
            if self.heads[index] == index {
                self.close_before(index);
            }
            self.braces(index);
            self.open_behind(index);
        }
        let near = self.lines.last().map_or(0, |line| line.code_end);
        while let Some(open) = self.open.pop() {
            self.never_closed(&open, near);
        }
    }

    fn begins_with_brace(&self, index: usize) -> bool {
        self.bytes.get(self.lines[index].first()) == Some(&b'}')
    }

    /// Says that a block has no end. Blocks that begin side by side are one mistake.
    fn never_closed(&mut self, open: &Open, near: usize) {
        let begin = self.base + open.brace;
        let brace = |at: usize| self.bytes.get(at) == Some(&b'{');
        if let Some(Finding::OpenBrace { at, len, near: end }) = self.findings.last_mut()
            && brace(open.brace)
            && *len > 0
            && begin < *at
            && *end == self.base + near
            && self.bytes[open.brace + 1..*at - self.base]
                .iter()
                .all(|byte| matches!(byte, b' ' | b'\t'))
        {
            *len += *at - begin;
            *at = begin;
            return;
        }
        self.findings.push(Finding::OpenBrace {
            at: self.base + open.brace,
            len: usize::from(brace(open.brace)),
            near: self.base + near,
        });
    }

    /// Closes the blocks that should have ended before this line.
    fn close_before(&mut self, index: usize) {
        let line = &self.lines[index];
        let closes = self.begins_with_brace(index);
        // A `}` ends the block that was opened at its indentation, if there is one.
        if closes && self.open.iter().all(|open| open.indent != line.indent) {
            return;
        }
        // Not this one, if the inner block has its own further down.
        if closes
            && self
                .open
                .last()
                .is_some_and(|open| open.indent > line.indent)
            && self.ends_below(index)
        {
            return;
        }
        let near = index
            .checked_sub(1)
            .map_or(0, |above| self.lines[above].code_end);
        let mut count = 0;
        while let Some(open) = self
            .open
            .pop_if(|open| open.indent > line.indent || !closes && open.indent == line.indent)
        {
            self.never_closed(&open, near);
            count += 1;
        }
        if count > 0 {
            close_virtually(self.bytes, line, count, closes);
        }
    }

    /// Whether the innermost block is ended by a `}` on a line of its own below line `index`.
    fn ends_below(&self, index: usize) -> bool {
        let Some(open) = self.open.last() else {
            return false;
        };
        let mut end = (index + 1 < self.lines.len()).then_some(index + 1);
        while let Some(line) = end
            && (self.lines[line].indent > open.indent || self.heads[line] != line)
        {
            end = match self.heads[line] == line {
                true => self.ends[line],
                false => (line + 1 < self.lines.len()).then_some(line + 1),
            };
        }
        end.is_some_and(|end| self.lines[end].indent == open.indent && self.begins_with_brace(end))
    }

    /// Whether the line below is deeper, and begins a statement.
    fn deeper_below(&self, index: usize, indent: usize) -> bool {
        let below = index + 1;
        self.lines
            .get(below)
            .is_some_and(|line| line.indent > indent && self.heads[below] == below)
    }

    /// The braces that stand in a line.
    fn braces(&mut self, index: usize) {
        let line = &self.lines[index];
        let head = self.heads[index];
        let opening = line.braces.iter().filter(|(_, opens)| *opens).count();
        let more_end = opening * 2 < line.braces.len();
        for &(at, opens) in &line.braces {
            if opens {
                self.open.push(Open {
                    indent: self.lines[head].indent,
                    brace: at,
                    line: head,
                });
                continue;
            }
            let Some(open) = self.open.last() else {
                self.stray(index, at);
                continue;
            };
            let too_early = if open.line == head {
                // Nothing but `else` stands behind a block; the lines of a block are deeper.
                more_end && self.words_behind(index, at)
                    || at + 1 == line.code_end
                        && self.deeper_below(index, open.indent)
                        && self.ends_below(index)
            } else if at == line.first() {
                let deeper = line.indent != open.indent || self.deeper_below(index, open.indent);
                deeper && self.ends_below(index)
            } else {
                self.ends_below(index)
            };
            if too_early {
                self.stray(index, at);
            } else {
                self.open.pop();
            }
        }
    }

    /// Whether words stand behind the `}` at `at` that can't stand there.
    fn words_behind(&self, index: usize, at: usize) -> bool {
        let behind = &self.bytes[at + 1..self.lines[index].code_end.max(at + 1)];
        let blanks = behind
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        match behind.get(blanks) {
            None | Some(b'}') => false,
            Some(_) => word_at(behind, blanks) != "else",
        }
    }

    /// A `}` that closes nothing: perhaps its `{` is missing on the line, else it is taken out.
    fn stray(&mut self, index: usize, at: usize) {
        let line = &self.lines[index];
        let alone = line.braces.len() == 1 && at + 1 == line.code_end;
        let inner = line.inner.iter().find(|&&inner| alone && inner < at);
        match inner {
            Some(&inner) if self.bytes[inner - 1] != 1 => {
                self.findings.push(Finding::NoBraceWithin {
                    at: self.base + inner,
                });
                self.bytes[inner - 1] = 1;
            }
            Some(_) | None => {
                self.stray_at(at);
            }
        }
    }

    /// Takes a `}` out. What follows another one on its line, but for blanks, is one mistake with it.
    fn stray_at(&mut self, at: usize) {
        self.bytes[at] = b' ';
        let begin = self.base + at;
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        match self.findings.last_mut() {
            Some(Finding::StrayBrace { at: first, len })
                if *first >= self.base
                    && self.bytes[*first + *len - self.base..at].iter().all(blank) =>
            {
                *len = begin + 1 - *first;
            }
            Some(_) | None => self
                .findings
                .push(Finding::StrayBrace { at: begin, len: 1 }),
        }
    }

    /// A deeper line behind a line that opened nothing: its brace is missing.
    fn open_behind(&mut self, index: usize) {
        let line = &self.lines[index];
        let head = self.heads[index];
        let indent = self.lines[head].indent;
        if !self.deeper_below(index, indent)
            || line.goes_on
            || self.open.last().is_some_and(|open| open.indent >= indent)
            || line.end >= self.bytes.len()
            || BLOCKLESS.contains(&word_at(self.bytes, self.lines[head].first()))
        {
            return;
        }
        // A `}` may end a block, but it heads none.
        if self.begins_with_brace(index) && line.braces.len() == 1 {
            return;
        }
        self.findings.push(Finding::NoBrace {
            at: self.base + line.code_end,
        });
        end_with(self.bytes, line.end, 1);
        self.open.push(Open {
            indent,
            brace: line.code_end,
            line: head,
        });
    }
}

/// Writes a mark over the line break at `at`, both bytes of it where it has two.
fn end_with(bytes: &mut [u8], at: usize, mark: u8) {
    if let Some(before) = at.checked_sub(1)
        && bytes[before] == b'\r'
    {
        bytes[before] = b' ';
    }
    bytes[at] = mark;
}

/// Writes `count` closing marks and a line end over the line break before `line` and its indentation.
fn close_virtually(bytes: &mut [u8], line: &Line, count: usize, before_brace: bool) {
    let mut at = line.start.saturating_sub(1);
    let room = line.indent + 1;
    // Before a `}`, each mark ends a statement by itself; elsewhere the last needs a line end.
    let marks = count.min(if before_brace {
        room
    } else {
        room.saturating_sub(1)
    });
    for _ in 0..marks {
        end_with(bytes, at, 2);
        at += 1;
    }
    if !before_brace && marks > 0 {
        bytes[at] = 3;
    }
}
