//! A file in its one form. Only white space changes; a statement that could not be read stays as it is,
//! byte for byte.
//!
//! Two columns a block, a statement a line, one blank between tokens, at most one blank line. Where
//! a statement goes on over lines, the author's breaks stay. A piece whose braces do not balance is
//! copied as it stands.

mod blanks;
mod writer;

use super::{File, Kind, Node, Placed, WORTH_A_THREAD};
use crate::blank::Blanks;
use crate::parallel;
use crate::source::Span;
use blanks::{between, blank_before, line_start, same_but_blanks, with_line_ends_of};
use writer::{Glue, STEP, Writer, glue_of};

/// Up to so many columns a block of one statement may stay on its line.
const WIDTH: usize = 100;

/// The text was not read as it stands: braces were put in, or a stretch was hidden from the parser.
struct Unread;

/// The file in its one form. `text` is the text that `file` was read from.
pub fn format(file: &File, text: &str) -> String {
    if !file.readable {
        return text.to_string();
    }
    let pieces_a_thread = file.pieces.len() * WORTH_A_THREAD / text.len().max(1);
    let stretches = parallel::stretches(&file.pieces, pieces_a_thread, |pieces| {
        let mut parts: Vec<Part> = Vec::new();
        for placed in pieces {
            match piece(placed, text) {
                Ok(more) => parts.extend(more),
                Err(Unread) => parts.extend(as_it_stands(placed, text)),
            }
        }
        parts
    });
    let parts: Vec<Part> = stretches.into_iter().flatten().collect();
    let mut out = String::with_capacity(text.len());
    for (index, part) in parts.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| parts.get(index));
        let parts_from = || before.is_some_and(|before| parted(before, &parts[index..]));
        if index > 0 && (part.blank_before || !part.fragile && parts_from()) {
            out.push('\n');
        }
        out.push_str(&part.text);
        // Behind a carriage return of no line end a line feed alone would make it one.
        out.push_str(if part.text.ends_with('\r') {
            "\r\n"
        } else {
            "\n"
        });
    }
    with_line_ends_of(text, out)
}

/// The statements that `span` touches, in their one form: the place of whole lines to replace, and
/// their new text. Nothing where they could not be read.
pub fn format_range(file: &File, text: &str, span: Span) -> Option<(Span, String)> {
    if !file.readable {
        return None;
    }
    let touches = |node: &Node<'_>| {
        let own = node.trimmed();
        own.start <= span.end && span.start <= own.end
    };
    let mut depth = 0;
    let touched = |placed: &&Placed| {
        let own = placed.root().span();
        own.start <= span.end && span.start <= own.end
    };
    let mut touched = file.pieces.iter().filter(touched);
    if !touched.all(|placed| placed.as_written(text)) {
        return None;
    }
    let mut nodes: Vec<Node<'_>> = file
        .pieces
        .iter()
        .flat_map(|placed| placed.root().children())
        .filter(touches)
        .collect();
    while let [only] = nodes.as_slice() {
        // Into the block that holds all of it, unless its own head is touched.
        let block = only.descend().find(|node| {
            let own = node.span();
            is_block(node.kind()) && own.start < span.start && span.end < own.end
        });
        let Some(block) = block else { break };
        let inner: Vec<Node<'_>> = block.children().filter(touches).collect();
        if inner.is_empty() || !block.text().contains('\n') {
            break;
        }
        depth += STEP;
        nodes = inner;
    }
    let (first, last) = (nodes.first()?, nodes.last()?);
    let start = line_start(text, first.span().start as usize);
    let end = last.span().start + last.text().trim_blanks_end().len() as u32;
    let alone = text[start..first.span().start as usize]
        .trim_blanks()
        .is_empty();
    if !alone || nodes.iter().any(|node| node.kind() == Kind::ERR_ITEM) {
        return None;
    }
    let mut printer = Printer::new(text, depth);
    printer.statements(&nodes).ok()?;
    let place = Span::new(first.span().source, start as u32, end);
    printer
        .writer
        .out
        .truncate(printer.writer.out.trim_blanks_end().len());
    let new = with_line_ends_of(text, printer.writer.out);
    same_but_blanks(&text[place.range()], &new).then_some((place, new))
}

/// A top-level item, a comment, or a piece that was not read.
struct Part {
    text: String,
    /// Whether a blank line stands before it in the file.
    blank_before: bool,
    kind: Option<Kind>,
    /// Whether it stands near a mistake, where not even a blank line is put in.
    fragile: bool,
}

/// Whether a blank line must stand between what was written and what follows: a comment belongs to
/// the item below it.
fn parted(before: &Part, rest: &[Part]) -> bool {
    if before.kind == Some(Kind::comment) {
        return false;
    }
    if before.text.contains('\n') || before.kind == Some(Kind::edition) {
        return true;
    }
    let mut below = rest.iter().enumerate();
    let item = below.find(|(_, part)| part.kind != Some(Kind::comment));
    item.is_some_and(|(index, item)| {
        let attached = rest[1..=index].iter().all(|part| !part.blank_before);
        attached && item.text.contains('\n')
    })
}

/// The items and comments of a piece.
fn piece(placed: &Placed, text: &str) -> Result<Vec<Part>, Unread> {
    if !placed.as_written(text) {
        return Err(Unread);
    }
    let root = placed.root();
    // In column 0 an item begins a new piece: near a mistake, that might be read otherwise.
    let moves = |node: Node<'_>| {
        let start = node.span().start as usize;
        !is_unread(node.kind()) && node.kind() != Kind::comment && line_start(text, start) != start
    };
    if placed.tree.broken && root.children().any(moves) {
        return Err(Unread);
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut at = root.span().start;
    for node in root.children() {
        between(&text[at as usize..node.span().start as usize])?;
        at = node.span().end;
        let start = node.span().start as usize;
        let own = match node.kind() {
            Kind::comment => node.text().trim_blanks_end().to_string(),
            // Not even its indentation is touched.
            _ if is_broken(node) => whole_lines(text, node, node).to_string(),
            _ => {
                let mut printer = Printer::new(text, 0);
                printer.writer.out.reserve(node.text().len() + STEP);
                printer.statement(node)?;
                printer.writer.out
            }
        };
        parts.push(Part {
            text: own,
            blank_before: blank_before(text, start),
            kind: Some(node.kind()),
            fragile: placed.tree.broken && !parts.is_empty(),
        });
    }
    between(&text[at as usize..root.span().end as usize])?;
    let written: String = parts.iter().map(|part| part.text.as_str()).collect();
    // What was hidden from the parser (a control character among blanks) may still have been skipped.
    match same_but_blanks(placed.text(), &written) {
        true => Ok(parts),
        false => Err(Unread),
    }
}

fn as_it_stands(placed: &Placed, text: &str) -> Option<Part> {
    let start = placed.root().span().start as usize;
    let own = &text[placed.root().span().range()];
    let first = own.len() - blanks::trim_start(own).len();
    let begin = own[..first].rfind('\n').map_or(0, |at| at + 1);
    let own = blanks::trim_end(&own[begin..]);
    if own.is_empty() {
        return None;
    }
    // A comment at its end belongs to the item behind it.
    let last = own.lines().last().unwrap_or_default();
    Some(Part {
        text: own.to_string(),
        blank_before: blank_before(text, start + first),
        kind: last.starts_with('#').then_some(Kind::comment),
        fragile: false,
    })
}

fn is_block(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::block | Kind::baseline_block | Kind::escalation_block
    )
}

fn is_unread(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ERR_ITEM | Kind::ERR_STMT | Kind::ERR_HEAD | Kind::ERR_TAIL | Kind::MISSING
    )
}

/// Whether a statement could not be read, or not all of it; a block in it counts for itself.
fn is_broken(statement: Node<'_>) -> bool {
    let mut block: Option<Node<'_>> = None;
    statement.descend().any(|node| {
        if block.is_some_and(|block| node.is_inside(block)) {
            return false;
        }
        if is_block(node.kind()) {
            block = Some(node);
        }
        is_unread(node.kind())
    })
}

/// The lines that statements stand on, from the beginning of the first to the end of the last.
fn whole_lines<'t>(text: &'t str, first: Node<'_>, last: Node<'_>) -> &'t str {
    let start = line_start(text, first.span().start as usize);
    let own = &text[start..last.span().end as usize];
    let end = start + own.trim_end_matches([' ', '\t', '\r', '\n']).len();
    let blanks = text[end..].trim_start_matches([' ', '\t']);
    &text[start..text.len() - blanks.len()]
}

struct Printer<'a> {
    text: &'a str,
    writer: Writer,
    /// Whether everything has to stay on the line.
    one_line: bool,
    /// Whether the next bracket sticks to the metric before it.
    selects: bool,
}

impl<'a> Printer<'a> {
    fn new(text: &'a str, indent: usize) -> Printer<'a> {
        Printer {
            text,
            writer: Writer::new(indent),
            one_line: false,
            selects: false,
        }
    }

    /// Statements and comments, each on its line.
    fn statements(&mut self, nodes: &[Node<'_>]) -> Result<(), Unread> {
        let mut index = 0;
        while let Some(node) = nodes.get(index) {
            let start = node.span().start as usize;
            if index > 0 && blank_before(self.text, start) {
                self.writer.blank();
            }
            let unread = nodes[index..]
                .iter()
                .take_while(|node| is_broken(**node))
                .count();
            if unread > 0 {
                self.unread_lines(*node, nodes[index + unread - 1])?;
                index += unread;
                continue;
            }
            match node.kind() {
                Kind::comment => {
                    self.writer.line();
                    self.writer.comment(node.text());
                }
                _ => self.statement(*node)?,
            }
            index += 1;
        }
        Ok(())
    }

    /// Statements that could not be read, and what stands between them.
    fn unread_lines(&mut self, first: Node<'_>, last: Node<'_>) -> Result<(), Unread> {
        let start = first.span().start as usize;
        between(&self.text[line_start(self.text, start)..start])?;
        self.writer
            .as_it_stands(whole_lines(self.text, first, last));
        Ok(())
    }

    fn statement(&mut self, node: Node<'_>) -> Result<(), Unread> {
        self.writer.line();
        self.inside(node)
    }

    /// The tokens of a node, and of the nodes in it.
    fn inside(&mut self, node: Node<'_>) -> Result<(), Unread> {
        let mut at = node.span().start;
        for child in node.children() {
            self.gap(node, at, child.span().start)?;
            at = child.span().end;
            let own = child.text().trim_blanks_end();
            match child.kind() {
                Kind::MISSING_BRACE => return Err(Unread),
                Kind::comment if self.one_line => return Err(Unread),
                Kind::comment => self.writer.comment(own),
                kind if is_block(kind) => self.block(child)?,
                Kind::range_dots | Kind::matching => self.writer.token(own, Glue::Tight),
                Kind::selector => {
                    self.selects = node.kind() == Kind::metric_ref;
                    self.inside(child)?;
                }
                // An empty list is no token: its blanks are blanks.
                Kind::arguments | Kind::parameters => self.inside(child)?,
                _ if !child.is_leaf() || own.is_empty() => self.inside(child)?,
                // Keywords without a node of their own, of which each is a token.
                _ if own.contains([' ', '\t', '\n']) && own.words().all(is_word) => {
                    self.inside(child)?
                }
                _ => self.leaf(child),
            }
        }
        self.gap(node, at, node.span().end)
    }

    fn leaf(&mut self, node: Node<'_>) {
        let own = node.text().trim_blanks_end();
        if node.kind() == Kind::quantity && own.contains(['\t', ' ']) {
            let words: Vec<&str> = own.words().collect();
            self.writer.token(&words.join(" "), Glue::Loose);
            return;
        }
        self.writer.token(own, Glue::Loose);
    }

    /// Keywords and signs between two nodes.
    fn gap(&mut self, parent: Node<'_>, from: u32, to: u32) -> Result<(), Unread> {
        let gap = &self.text[from as usize..to as usize];
        let mut at = 0;
        while let Some(byte) = gap.as_bytes().get(at) {
            let rest = &gap[at..];
            match byte {
                b' ' | b'\t' => at += 1,
                b'\r' if rest.starts_with("\r\n") => at += 1,
                b'\n' => {
                    self.writer.broken = true;
                    at += 1;
                }
                _ => {
                    let in_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
                    let word = rest.bytes().take_while(in_word).count();
                    let one = rest.chars().next().map_or(0, char::len_utf8);
                    let sign = &rest[..word.max(one)];
                    let sticks = match parent.kind() {
                        Kind::selector => self.selects,
                        _ => !self.text[..from as usize + at]
                            .trim_blanks_end()
                            .ends_with('"'),
                    };
                    let glue = glue_of(sign, parent.kind(), sticks).ok_or(Unread)?;
                    self.writer.token(sign, glue);
                    at += sign.len();
                }
            }
        }
        Ok(())
    }

    fn block(&mut self, block: Node<'_>) -> Result<(), Unread> {
        let own = block.text();
        if !own.starts_with('{') || !own.ends_with('}') || own.len() < 2 {
            return Err(Unread);
        }
        let nodes: Vec<Node<'_>> = block.children().collect();
        let mut at = block.span().start + 1;
        for node in &nodes {
            if node.kind() == Kind::MISSING_BRACE {
                return Err(Unread);
            }
            between(&self.text[at as usize..node.span().start as usize])?;
            at = node.span().end;
        }
        between(&self.text[at as usize..block.span().end as usize - 1])?;
        // Behind what could not be read a `#` may begin a comment or not: a `}` that stands there is not moved.
        let ends_beside = |last: &Node<'_>| {
            is_broken(*last)
                && last.text().contains('#')
                && !self.text[line_start(self.text, at as usize)..block.span().end as usize]
                    .trim_blanks_start()
                    .starts_with('}')
        };
        if nodes.last().is_some_and(ends_beside) {
            return Err(Unread);
        }
        self.writer.broken = false;
        let [first, rest @ ..] = nodes.as_slice() else {
            self.writer.token("{}", Glue::Loose);
            return Ok(());
        };
        if rest.is_empty() && !own.contains('\n') && self.on_one_line(*first) {
            return Ok(());
        }
        if self.one_line {
            return Err(Unread);
        }
        self.writer.token("{", Glue::Loose);
        let indent = self.writer.indent;
        self.writer.indent += STEP;
        let beside = &self.text[block.span().start as usize + 1..first.span().start as usize];
        let mut nodes = nodes.as_slice();
        if first.kind() == Kind::comment && !beside.contains('\n') {
            self.writer.comment(first.text());
            nodes = rest;
        }
        self.statements(nodes)?;
        self.writer.indent = indent;
        self.writer.line();
        self.writer.token("}", Glue::Loose);
        Ok(())
    }

    /// Writes a block of one statement on the line, if it fits; otherwise nothing is written.
    fn on_one_line(&mut self, statement: Node<'_>) -> bool {
        let mark = self.writer.mark();
        let outer = std::mem::replace(&mut self.one_line, true);
        let written = if is_broken(statement) || statement.kind() == Kind::comment {
            Err(Unread)
        } else {
            self.writer.token("{", Glue::Loose);
            self.writer.begin_within();
            self.inside(statement)
        };
        self.one_line = outer;
        self.writer.broken = false;
        if written.is_ok() {
            self.writer.token("}", Glue::Loose);
            if self.writer.columns(mark.length) <= WIDTH
                && !self.writer.out[mark.length..].contains('\n')
            {
                return true;
            }
        }
        self.writer.back(&mark);
        false
    }
}

fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

#[cfg(test)]
mod tests;
