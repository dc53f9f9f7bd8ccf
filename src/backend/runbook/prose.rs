//! Markdown by its author, as every page reads it: the parts of CommonMark with tables and struck
//! words that only shape the words of a note. HTML in it is words. Pictures are links, for a page loads
//! nothing. Headings are strong words, so that they don't mix with those of the runbook. A link leads to
//! a page, an address or a place of this page, or it is its words alone.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::{is_page, visible};
use crate::plan::{Piece, Text};

/// Lists and quotes nest no deeper; what is further inside stands at this depth.
const DEEPEST: usize = 32;

/// In the place of a parameter while its text is read: the first of a plane for private use.
const HOLE: u32 = 0xf_0000;

/// What a text says, as events: no HTML, no headings, no pictures, no references, no breaks inside a text.
pub fn prose(text: &Text) -> Vec<Event<'static>> {
    let mut source = String::new();
    let mut holes: Vec<&str> = Vec::new();
    for piece in &text.pieces {
        match piece {
            Piece::Literal(literal) => {
                source.extend(visible(literal).chars().map(|letter| match hole(letter) {
                    Some(_) => char::REPLACEMENT_CHARACTER,
                    None => letter,
                }))
            }
            Piece::Parameter { parameter } => {
                let at = u32::try_from(holes.len()).ok();
                let letter = at.and_then(|at| char::from_u32(HOLE + at));
                source.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
                holes.push(parameter);
            }
        }
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut reader = Reader {
        holes,
        ..Reader::default()
    };
    for event in Parser::new_ext(&source, options) {
        reader.event(event);
    }
    reader.events
}

fn hole(letter: char) -> Option<usize> {
    let at = u32::from(letter).checked_sub(HOLE)?;
    usize::try_from(at).ok().filter(|at| *at < 0xfffe)
}

/// Whether a link of this address only leads to another page, or to a place of this one.
fn is_safe(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let known = ["https://", "http://", "mailto:"];
    if known.iter().any(|start| lower.starts_with(start)) {
        return true;
    }
    // A relative one has no scheme, nor the name of a host.
    let first = address.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |letter: char| !letter.is_whitespace() && letter != '\\';
    !address.is_empty()
        && !first.contains(':')
        && !address.starts_with("//")
        && address.chars().all(plain)
}

#[derive(Default)]
struct Reader<'a> {
    events: Vec<Event<'static>>,
    holes: Vec<&'a str>,
    /// For each link and picture around whether it is one, and how many events were there before it.
    links: Vec<(Option<String>, usize)>,
    /// HTML that is being read.
    html: Option<String>,
    /// Lists and quotes around.
    depth: usize,
    /// Whether this is the code of a block.
    code: bool,
    heading: bool,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Html(html) => match &mut self.html {
                Some(text) => text.push_str(&html),
                None => self.words(&html),
            },
            Event::Text(text) if self.code => {
                let text = self.filled(&text);
                self.push(Event::Text(text.into()));
            }
            Event::Text(text) | Event::InlineHtml(text) => self.words(&text),
            Event::Code(code) => {
                let code = self.filled(&code);
                self.code_span(&code);
            }
            Event::SoftBreak | Event::HardBreak => self.line_break(event.into_static()),
            Event::Rule => self.push(Event::Rule),
            // None of these is asked for.
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.words(&text);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.heading = true;
                self.push(Event::Start(Tag::Paragraph));
                self.push(Event::Start(Tag::Strong));
            }
            Tag::Strong if self.heading => {}
            Tag::HtmlBlock => self.html = Some(String::new()),
            Tag::Link {
                dest_url,
                link_type,
                ..
            } => {
                let mail = link_type == LinkType::Email;
                self.link(match mail {
                    true => format!("mailto:{dest_url}").into(),
                    false => dest_url,
                });
            }
            Tag::Image { dest_url, .. } => self.link(dest_url),
            Tag::List(_) | Tag::BlockQuote(_) | Tag::Item => {
                self.depth += usize::from(tag != Tag::Item);
                match self.depth <= DEEPEST {
                    true => self.push(Event::Start(tag.into_static())),
                    false => self.line_break(Event::SoftBreak),
                }
            }
            Tag::CodeBlock(_) => {
                self.code = true;
                self.push(Event::Start(tag.into_static()));
            }
            tag => self.push(Event::Start(tag.into_static())),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.trim();
                self.heading = false;
                self.push(Event::End(TagEnd::Strong));
                self.push(Event::End(TagEnd::Paragraph));
            }
            TagEnd::Strong if self.heading => {}
            TagEnd::HtmlBlock => {
                let html = self.html.take().unwrap_or_default();
                for paragraph in html.split("\n\n") {
                    if !paragraph.trim().is_empty() {
                        self.push(Event::Start(Tag::Paragraph));
                        self.words(paragraph);
                        self.trim();
                        self.push(Event::End(TagEnd::Paragraph));
                    }
                }
            }
            TagEnd::Link | TagEnd::Image => {
                if let Some((Some(address), before)) = self.links.pop() {
                    if self.events.len() == before {
                        self.events.push(Event::Text(address.into()));
                    }
                    self.push(Event::End(TagEnd::Link));
                }
            }
            TagEnd::List(_) | TagEnd::BlockQuote(_) | TagEnd::Item => {
                if self.depth <= DEEPEST {
                    self.trim();
                    self.push(Event::End(tag));
                }
                self.depth -= usize::from(tag != TagEnd::Item);
            }
            TagEnd::Paragraph | TagEnd::TableCell => {
                self.trim();
                self.push(Event::End(tag));
            }
            tag => {
                self.code = false;
                self.push(Event::End(tag));
            }
        }
    }

    /// A link, or a picture as one. There is none inside another.
    fn link(&mut self, address: CowStr<'_>) {
        let inside = self.links.iter().any(|(address, _)| address.is_some());
        let whole = address.chars().all(|letter| hole(letter).is_none());
        if inside || !whole || !is_safe(&address) {
            self.links.push((None, 0));
            return;
        }
        self.start_link(&address);
        self.links
            .push((Some(address.into_string()), self.events.len()));
    }

    fn start_link(&mut self, address: &str) {
        self.push(Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url: address.to_owned().into(),
            title: "".into(),
            id: "".into(),
        }));
    }

    fn push(&mut self, event: Event<'static>) {
        self.events.push(event);
    }

    fn line_break(&mut self, line_break: Event<'static>) {
        self.trim();
        if !self.begins() {
            self.push(line_break);
        }
    }

    /// Whether nothing stands on the line so far.
    fn begins(&self) -> bool {
        match self.events.last() {
            None | Some(Event::SoftBreak | Event::HardBreak) => true,
            Some(Event::Start(tag)) => !matches!(
                tag,
                Tag::Link { .. } | Tag::Strong | Tag::Emphasis | Tag::Strikethrough
            ),
            Some(_) => false,
        }
    }

    /// Takes the blanks at the end of a line away, and a break behind which nothing stands.
    fn trim(&mut self) {
        while let Some(last) = self.events.last_mut() {
            match last {
                Event::Text(text) => {
                    let trimmed = text.trim_end();
                    if !trimmed.is_empty() {
                        let trimmed = trimmed.to_owned();
                        *text = trimmed.into();
                        return;
                    }
                }
                Event::SoftBreak | Event::HardBreak => {}
                _ => return,
            }
            self.events.pop();
        }
    }

    /// Words, their parameters as code, and their addresses of pages as links.
    fn words(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.line_break(Event::SoftBreak);
            }
            for token in line.split_inclusive([' ', '\t']) {
                let word = token.trim_end_matches([' ', '\t']);
                self.word(word);
                if word.len() < token.len() {
                    self.plain(" ");
                }
            }
        }
    }

    fn word(&mut self, word: &str) {
        let mut core = word.trim_start_matches(['(', '[', '<', '"', '\'']);
        let before = &word[..word.len() - core.len()];
        core = core.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '>', '"', '\'']);
        if is_page(core) && self.links.iter().all(|(address, _)| address.is_none()) {
            self.plain(before);
            self.start_link(core);
            self.push(Event::Text(core.to_owned().into()));
            self.push(Event::End(TagEnd::Link));
            self.plain(&word[before.len() + core.len()..]);
            return;
        }
        let mut rest = word;
        while let Some((at, letter)) = rest.char_indices().find(|(_, one)| hole(*one).is_some()) {
            self.plain(&rest[..at]);
            let name = hole(letter).and_then(|at| self.holes.get(at)).copied();
            self.code_span(&format!("{{{}}}", name.unwrap_or_default()));
            rest = &rest[at + letter.len_utf8()..];
        }
        self.plain(rest);
    }

    fn plain(&mut self, words: &str) {
        let begins = self.begins();
        let words = match begins {
            true => words.trim_start_matches(' '),
            false => words,
        };
        match self.events.last_mut() {
            _ if words.is_empty() => {}
            Some(Event::Text(text)) if !begins => {
                // Blanks are one space.
                let words = match text.ends_with(' ') {
                    true => words.trim_start_matches(' '),
                    false => words,
                };
                *text = format!("{text}{words}").into();
            }
            _ => self.push(Event::Text(words.to_owned().into())),
        }
    }

    /// Two side by side are one: Markdown can't write them otherwise.
    fn code_span(&mut self, code: &str) {
        match self.events.last_mut() {
            Some(Event::Code(before)) => *before = format!("{before}{code}").into(),
            _ => self.push(Event::Code(code.to_owned().into())),
        }
    }

    /// Code, with parameters as `{name}`.
    fn filled(&self, code: &str) -> String {
        let mut out = String::with_capacity(code.len());
        for letter in code.chars() {
            match hole(letter).and_then(|at| self.holes.get(at)) {
                Some(name) => out.extend(["{", name, "}"]),
                None => out.push(letter),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn a_link_leads_to_a_page_or_nowhere() {
        for address in [
            "https://example.org",
            "HTTP://example.org",
            "mailto:a@example.org",
            "#rollback/quick",
            "docs/a.md",
            "./a.md#b:c",
            "../a",
            "/a?b=c:d",
            "?a:b",
        ] {
            assert!(is_safe(address), "{address}");
        }
        for address in [
            "",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//example.org/a",
            "\\\\example.org\\a",
            "/\\example.org",
            "a b:c",
        ] {
            assert!(!is_safe(address), "{address}");
        }
    }
}
