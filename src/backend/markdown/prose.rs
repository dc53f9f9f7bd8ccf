//! The words of a note, written again: what a reader of Markdown makes of a note is what its author
//! wrote, and its end is the end of it. Links, quotes and fences of one form, whatever form they had.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, Tag, TagEnd};

use super::inline::{code, escape, fence, hang};
use super::table::cell;
use crate::backend::runbook::{is_page, prose as read};
use crate::plan::{Piece, Text};

/// A note.
pub struct Prose {
    /// Its Markdown.
    pub text: String,
    /// Whether it begins with words, so that it may stand behind something on a line.
    pub begins_with_words: bool,
}

/// A note as Markdown.
pub fn prose(text: &Text) -> Prose {
    let mut events = read(text);
    let mut written = write(&events);
    // Emphasis of some shapes can't be written in every place: it is left out where it would change
    // what is read. What is read otherwise even then is shown as it was written.
    if !reads_as(&written, &events) {
        events.retain(|event| !is_emphasis(event));
        events = joined(events);
        written = write(&events);
        if !reads_as(&written, &events) {
            return Prose {
                text: fence(&text.words(), "text"),
                begins_with_words: false,
            };
        }
    }
    Prose {
        text: written,
        begins_with_words: matches!(events.first(), Some(Event::Start(Tag::Paragraph))),
    }
}

fn is_emphasis(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough)
    )
}

/// The events, of which no text follows a text and no code a code.
fn joined(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut out: Vec<Event<'static>> = Vec::with_capacity(events.len());
    for event in events {
        match (out.last_mut(), &event) {
            (Some(Event::Text(before)), Event::Text(text))
            | (Some(Event::Code(before)), Event::Code(text)) => {
                *before = format!("{before}{text}").into();
            }
            _ => out.push(event),
        }
    }
    out
}

/// Whether a reader finds in the text what was meant. Lists with blank lines between their items and
/// without are one and the same.
fn reads_as(written: &str, meant: &[Event<'_>]) -> bool {
    let text = Text {
        pieces: vec![Piece::Literal(written.to_owned())],
    };
    shape(&read(&text)) == shape(meant)
}

fn shape(events: &[Event<'_>]) -> Vec<String> {
    let mut shape: Vec<String> = Vec::with_capacity(events.len());
    let mut words = false;
    for event in events {
        let inline = matches!(
            event,
            Event::Text(_) | Event::Code(_) | Event::SoftBreak | Event::HardBreak
        ) || is_emphasis(event)
            || matches!(
                event,
                Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link)
            );
        match event {
            Event::Start(Tag::Paragraph) if words => shape.push("paragraph".to_owned()),
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => continue,
            Event::Start(Tag::CodeBlock(_)) => shape.push("code".to_owned()),
            Event::Start(Tag::List(start)) => shape.push(format!("list {start:?}")),
            Event::Text(text) if text.trim_matches('\n').is_empty() => continue,
            Event::Text(text) => shape.push(text.trim_end_matches('\n').to_owned()),
            Event::Start(Tag::Link { dest_url, .. }) => {
                shape.push(format!("link {}", encoded(dest_url)));
            }
            event => shape.push(format!("{event:?}")),
        }
        words = inline;
    }
    shape
}

/// What is being written.
enum Frame {
    Blocks {
        blocks: Vec<Block>,
        item: bool,
    },
    List {
        start: Option<u64>,
        items: Vec<String>,
        loose: bool,
    },
    Code {
        language: String,
        text: String,
    },
    Table {
        columns: Vec<Alignment>,
        rows: Vec<String>,
    },
}

/// A block that was written.
struct Block {
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Words without blank lines around them.
    Tight,
    /// A list, with another mark than the one before it.
    List {
        other: bool,
    },
    Fence,
    Other,
}

fn write(events: &[Event<'_>]) -> String {
    let mut writer = Writer {
        frames: vec![blocks(false)],
        ..Writer::default()
    };
    for event in events {
        writer.event(event);
    }
    match writer.frames.pop() {
        Some(Frame::Blocks { blocks, .. }) => join(&blocks, true),
        Some(_) | None => String::new(),
    }
}

fn blocks(item: bool) -> Frame {
    let blocks = Vec::new();
    Frame::Blocks { blocks, item }
}

/// Blocks below each other. Where nothing is loose a list stands right below the words of its item.
fn join(blocks: &[Block], loose: bool) -> String {
    let mut out = String::new();
    let mut before: Option<Kind> = None;
    for block in blocks {
        if let Some(before) = before {
            let near = !loose
                && before == Kind::Tight
                && match block.kind {
                    Kind::Fence => true,
                    Kind::List { .. } => begins_at_one(&block.text),
                    Kind::Tight | Kind::Other => false,
                };
            out.push_str(if near { "\n" } else { "\n\n" });
        }
        out.push_str(&block.text);
        before = Some(block.kind);
    }
    out
}

/// Only such a list ends a paragraph by itself.
fn begins_at_one(list: &str) -> bool {
    ["- ", "* ", "1. ", "1) "]
        .iter()
        .any(|mark| list.starts_with(mark))
}

#[derive(Default)]
struct Writer {
    frames: Vec<Frame>,
    /// The words that are being written: a paragraph, an item, a cell.
    line: String,
    /// The marks of emphasis around, to close it by.
    marks: Vec<&'static str>,
    /// For each link around whether it is an address that stands for itself.
    links: Vec<(String, usize)>,
}

impl Writer {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) => match self.frames.last_mut() {
                Some(Frame::Code { text: code, .. }) => code.push_str(text),
                _ => {
                    let begins = self.line.is_empty() || self.line.ends_with('\n');
                    escape(text, begins, false, &mut self.line);
                }
            },
            Event::Code(text) => self.line.push_str(&code(text)),
            Event::SoftBreak => self.line.push('\n'),
            Event::HardBreak => self.line.push_str("\\\n"),
            Event::Rule => self.block("___".to_owned(), Kind::Other),
            _ => {}
        }
    }

    fn mark(&mut self, mark: &'static str, other: &'static str) {
        // Marks of one sign side by side would be one.
        let mark = match self.line.ends_with(&mark[..1]) {
            true => other,
            false => mark,
        };
        self.line.push_str(mark);
        self.marks.push(mark);
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Emphasis => self.mark("*", "_"),
            Tag::Strong => self.mark("**", "__"),
            Tag::Strikethrough => self.mark("~~", "~~"),
            Tag::Link { dest_url, .. } => {
                let at = self.line.len();
                self.links.push((dest_url.to_string(), at));
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.frames.push(blocks(false));
            }
            Tag::List(start) => {
                self.flush();
                self.frames.push(Frame::List {
                    start: *start,
                    items: Vec::new(),
                    loose: false,
                });
            }
            Tag::Item => self.frames.push(blocks(true)),
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next(),
                    CodeBlockKind::Indented => None,
                };
                self.frames.push(Frame::Code {
                    language: language.unwrap_or_default().to_owned(),
                    text: String::new(),
                });
            }
            Tag::Table(columns) => {
                self.flush();
                self.frames.push(Frame::Table {
                    columns: columns.clone(),
                    rows: Vec::new(),
                });
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(Frame::Table { rows, .. }) = self.frames.last_mut() {
                    rows.push(String::new());
                }
            }
            Tag::Paragraph => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                let mark = self.marks.pop().unwrap_or_default();
                self.line.push_str(mark);
            }
            TagEnd::Link => {
                let (address, at) = self.links.pop().unwrap_or_default();
                let label = self.line.split_off(at.min(self.line.len()));
                let mut plain = String::new();
                escape(&address, false, false, &mut plain);
                self.line
                    .push_str(&match is_page(&address) && label == plain {
                        true => format!("<{address}>"),
                        false => format!("[{label}]({})", encoded(&address)),
                    });
            }
            TagEnd::Paragraph => {
                let words = std::mem::take(&mut self.line);
                self.block(words, Kind::Other);
                if let [.., Frame::List { loose, .. }, _] = self.frames.as_mut_slice() {
                    *loose = true;
                }
            }
            TagEnd::TableCell => {
                let words = std::mem::take(&mut self.line);
                if let Some(Frame::Table { rows, .. }) = self.frames.last_mut()
                    && let Some(row) = rows.last_mut()
                {
                    row.push_str(&format!("| {} ", cell(&words)));
                }
            }
            TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::Table => {
                self.flush();
                if let Some(frame) = self.frames.pop() {
                    self.close(frame);
                }
            }
            _ => {}
        }
    }

    /// Ends the words of an item that have no paragraph around them.
    fn flush(&mut self) {
        if !self.line.is_empty() {
            let words = std::mem::take(&mut self.line);
            self.block(words, Kind::Tight);
        }
    }

    fn block(&mut self, text: String, kind: Kind) {
        if let Some(Frame::Blocks { blocks, .. }) = self.frames.last_mut() {
            blocks.push(Block { text, kind });
        }
    }

    fn close(&mut self, frame: Frame) {
        match frame {
            Frame::Blocks { blocks, item } => match (item, self.frames.last_mut()) {
                (true, Some(Frame::List { items, loose, .. })) => {
                    items.push(join(&blocks, *loose));
                }
                _ => {
                    let quoted: Vec<String> = join(&blocks, true)
                        .lines()
                        .map(|line| format!("> {line}").trim_end().to_owned())
                        .collect();
                    let quoted = match quoted.is_empty() {
                        true => ">".to_owned(),
                        false => quoted.join("\n"),
                    };
                    self.block(quoted, Kind::Other);
                }
            },
            Frame::List {
                start,
                items,
                loose,
            } => {
                let before = match self.frames.last() {
                    Some(Frame::Blocks { blocks, .. }) => blocks.last().map(|block| block.kind),
                    _ => None,
                };
                let other = matches!(before, Some(Kind::List { other: false }));
                let items: Vec<String> = items
                    .iter()
                    .zip(0u64..)
                    .map(|(item, at)| {
                        let mark = match (start, other) {
                            (None, false) => "- ".to_owned(),
                            (None, true) => "* ".to_owned(),
                            // A number has nine digits at the most.
                            (Some(start), other) => {
                                let number = start.saturating_add(at).min(999_999_999);
                                format!("{number}{} ", if other { ')' } else { '.' })
                            }
                        };
                        format!("{mark}{}", hang(item, mark.len()))
                            .trim_end()
                            .to_owned()
                    })
                    .collect();
                let text = items.join(if loose { "\n\n" } else { "\n" });
                self.block(text, Kind::List { other });
            }
            Frame::Code { language, text } => {
                self.block(fence(&text, &language), Kind::Fence);
            }
            Frame::Table { columns, rows } => {
                let mut lines: Vec<String> = rows.iter().map(|row| format!("{row}|")).collect();
                let marks = columns.iter().map(|column| match column {
                    Alignment::None => "| --- ",
                    Alignment::Left => "| :-- ",
                    Alignment::Center => "| :-: ",
                    Alignment::Right => "| --: ",
                });
                lines.insert(
                    lines.len().min(1),
                    format!("{}|", marks.collect::<String>()),
                );
                self.block(lines.join("\n"), Kind::Other);
            }
        }
    }
}

/// An address as the target of a link: what could end it, or be read as something else, by its bytes.
fn encoded(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for (at, letter) in address.char_indices() {
        match letter {
            '(' | ')' | '<' | '>' | '"' | '\'' | '\\' | '`' | '|' | '[' | ']' | '{' | '}' | '^' => {
                out.push_str(&format!("%{:02X}", u32::from(letter)));
            }
            '*' | '_' | '~' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            '&' if address[at + 1..]
                .starts_with(|next: char| next.is_ascii_alphabetic() || next == '#') =>
            {
                out.push_str("&amp;");
            }
            letter if letter.is_whitespace() || letter.is_control() => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
            letter => out.push(letter),
        }
    }
    out
}
