//! Mends a piece whose braces do not balance: the indentation says where they belong.

use super::pieces::{Finding, Piece, word_at};

/// Words that go on with a `run` on a line of their own, so that a deeper line needs no block.
const CONTINUES: &[&str] = &[
    "undo",
    "expect",
    "within",
    "capture",
    "probe",
    "reads-only",
    "irreversible",
    "idempotent",
    "retry",
    "when",
    "then",
];

struct Line {
    start: usize,
    end: usize,
    indent: usize,
    /// Braces of the line outside texts: (offset, opens).
    braces: Vec<(usize, bool)>,
    /// Offset one past the last character of code; equals `start` where there is none.
    code_end: usize,
    /// Whether the line goes on on the next (a comma at its end, an open bracket, an open text).
    goes_on: bool,
}

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
    if !piece.balanced {
        let lines = lines(&bytes);
        balance(&mut bytes, &lines, piece.start, findings);
    }
    String::from_utf8(bytes).unwrap_or_else(|error| {
        // A masked stretch begins and ends at ASCII, so this can't be; a blank piece is still safe.
        " ".repeat(error.into_bytes().len())
    })
}

fn balance(bytes: &mut [u8], lines: &[Line], base: usize, findings: &mut Vec<Finding>) {
    let mut open: Vec<(usize, usize)> = Vec::new(); // (indent of the opening line, offset of the brace)
    let code: Vec<usize> = (0..lines.len())
        .filter(|&index| lines[index].code_end > lines[index].start)
        .collect();
    let mut last_end = 0;
    let mut continued = false;
    for (position, &index) in code.iter().enumerate() {
        let line = &lines[index];
        let first = line.start + line.indent;
        let closes = bytes.get(first) == Some(&b'}');
        if !continued {
            // Blocks that should have ended before this line.
            let mut virtual_closes = 0;
            if closes {
                if open.iter().any(|&(indent, _)| indent == line.indent) {
                    while let Some(&(indent, brace)) = open.last() {
                        if indent <= line.indent {
                            break;
                        }
                        findings.push(Finding::OpenBrace {
                            at: base + brace,
                            near: base + last_end,
                        });
                        open.pop();
                        virtual_closes += 1;
                    }
                }
            } else {
                while let Some(&(indent, brace)) = open.last() {
                    if indent < line.indent {
                        break;
                    }
                    findings.push(Finding::OpenBrace {
                        at: base + brace,
                        near: base + last_end,
                    });
                    open.pop();
                    virtual_closes += 1;
                }
            }
            if virtual_closes > 0 {
                close_virtually(bytes, line, virtual_closes, closes);
            }
        }
        for &(at, opens) in &line.braces {
            if opens {
                open.push((line.indent, at));
            } else if at == first && open.last().is_none_or(|&(indent, _)| indent < line.indent)
                || open.is_empty()
            {
                findings.push(Finding::StrayBrace { at: base + at });
                bytes[at] = b' ';
            } else {
                open.pop();
            }
        }
        let was_continued = continued;
        continued = line.goes_on;
        last_end = line.code_end;
        // A deeper line behind a line that opened nothing: its brace is missing.
        if let Some(&next) = code.get(position + 1) {
            let next = &lines[next];
            let deeper = next.indent > line.indent
                && open.last().is_none_or(|&(indent, _)| indent < line.indent)
                && !continued
                && !was_continued
                && line.end < bytes.len()
                && !CONTINUES.contains(&word_at(bytes, next.start + next.indent))
                && !bytes[line.code_end - 1..].starts_with(b"{");
            let net: i64 = line
                .braces
                .iter()
                .map(|&(_, opens)| if opens { 1 } else { -1 })
                .sum();
            if deeper && net <= 0 {
                findings.push(Finding::NoBrace {
                    at: base + line.code_end,
                });
                bytes[line.end] = 1;
                open.push((line.indent, line.code_end));
            }
        }
    }
    for (_, brace) in open.into_iter().rev() {
        findings.push(Finding::OpenBrace {
            at: base + brace,
            near: base + last_end,
        });
    }
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
        bytes[at] = 2;
        at += 1;
    }
    if !before_brace && marks > 0 {
        bytes[at] = 3;
    }
}

/// The lines of a piece, with their braces outside texts, commands and comments.
fn lines(bytes: &[u8]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut brackets = 0usize;
    let mut start = 0;
    let mut inside: Option<&[u8]> = None; // the mark that ends the text that we are in
    while start < bytes.len() {
        let end = bytes[start..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(bytes.len(), |length| start + length);
        let indent = bytes[start..end]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let mut line = Line {
            start,
            end,
            indent,
            braces: Vec::new(),
            code_end: start,
            goes_on: false,
        };
        let mut at = start;
        while at < end {
            if let Some(mark) = inside {
                let fence = mark == b"```";
                if bytes[at..end].starts_with(mark) && (!fence || at == start + indent) {
                    at += mark.len();
                    inside = None;
                    line.code_end = at;
                } else {
                    at += 1;
                }
                continue;
            }
            match bytes[at] {
                b'#' => break,
                b' ' | b'\t' | b'\r' => {
                    at += 1;
                    continue;
                }
                b'"' if bytes[at..].starts_with(b"\"\"\"") => {
                    inside = Some(b"\"\"\"");
                    at += 3;
                }
                b'`' if bytes[at..].starts_with(b"```") => {
                    inside = Some(b"```");
                    at = end;
                }
                quote @ (b'"' | b'`') => at = closing(bytes, at, end, quote),
                b'{' => {
                    line.braces.push((at, true));
                    at += 1;
                }
                b'}' => {
                    line.braces.push((at, false));
                    at += 1;
                }
                b'(' | b'[' => {
                    brackets += 1;
                    at += 1;
                }
                b')' | b']' => {
                    brackets = brackets.saturating_sub(1);
                    at += 1;
                }
                _ => at += 1,
            }
            line.code_end = at;
        }
        line.goes_on = inside.is_some()
            || brackets > 0
            || line.code_end > start && bytes[line.code_end - 1] == b',';
        lines.push(line);
        start = end + 1;
    }
    lines
}

/// One past the quote that closes the one at `at` on its line; one past the opening quote if none does.
fn closing(bytes: &[u8], at: usize, end: usize, quote: u8) -> usize {
    let mut here = at + 1;
    while here < end {
        match bytes[here] {
            b'\\' if quote == b'"' => here += 2,
            byte if byte == quote => return here + 1,
            _ => here += 1,
        }
    }
    at + 1
}
