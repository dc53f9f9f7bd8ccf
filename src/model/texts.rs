//! Reads texts: their escapes, and what the names in their braces stand for.

use super::bindings::Binding;
use super::lower::{Lower, Scope};
use super::names::Noun;
use super::put_in::MAX_TEXT;
use super::text::{Piece, Text};
use super::values::{TYPE, unicode};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::Node as Syntax;
use crate::syntax::text::content;

impl Lower<'_> {
    /// The text of a `string`, `title` or `prose` token: escapes read, indentation removed,
    /// parameters resolved.
    pub fn text(&mut self, scope: &Scope, token: Syntax<'_>) -> Text {
        let raw = token.text();
        let span = token.span();
        if raw.len() > MAX_TEXT {
            // What reads Markdown costs more than the text is long.
            let begin = Span::new(span.source, span.start, span.start + 3);
            self.report(
                Diagnostic::new(&TYPE, begin, format!("a text has at most {MAX_TEXT} bytes"))
                    .label(format!("this one has {}", raw.len()))
                    .help("put what is longer into a file, and write a link to it"),
            );
            return Text::default();
        }
        if raw.starts_with("\"\"\"") {
            let inner = content(raw);
            return self.pieces(scope, &inner, None, token);
        }
        let inner = raw
            .strip_prefix('"')
            .and_then(|raw| raw.strip_suffix('"'))
            .unwrap_or(raw);
        self.pieces(scope, inner, Some(span.start + 1), token)
    }

    /// `start` is the offset of the first byte in the file; nothing where offsets are lost.
    fn pieces(
        &mut self,
        scope: &Scope,
        inner: &str,
        start: Option<u32>,
        token: Syntax<'_>,
    ) -> Text {
        let span = token.span();
        let mut holes = Holes::of(token);
        let mut text = Text::default();
        let mut rest = inner;
        let escapes = start.is_some();
        while let Some(at) = rest.find(['\\', '{']) {
            text.push(&rest[..at]);
            let offset = inner.len() - rest.len() + at;
            let here = |length: usize| match start {
                Some(start) => {
                    let start = start + offset as u32;
                    Span::new(span.source, start, start + length as u32)
                }
                None => span,
            };
            rest = &rest[at..];
            if rest.starts_with('\\') {
                let mut characters = rest.chars();
                characters.next();
                let next = characters.next();
                let (words, length) = match next {
                    Some('{') => ("{".to_owned(), 2),
                    Some('}') => ("}".to_owned(), 2),
                    Some(_) if !escapes => ("\\".to_owned(), 1),
                    Some('n') => ("\n".to_owned(), 2),
                    Some('t') => ("\t".to_owned(), 2),
                    Some('"') => ("\"".to_owned(), 2),
                    Some('\\') => ("\\".to_owned(), 2),
                    Some('u') => match unicode(rest) {
                        Some((character, length)) => (character.to_string(), length),
                        None => {
                            self.report(
                                Diagnostic::new(&TYPE, here(2), "`\\u` names no character")
                                    .help("write the number of a character: `\\u{2192}`"),
                            );
                            (String::new(), 2)
                        }
                    },
                    Some(other) => {
                        let length = 1 + other.len_utf8();
                        self.report(
                            Diagnostic::new(&TYPE, here(length), format!("`\\{other}` is no escape"))
                                .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t`, `\\{`, `\\}` and `\\u{…}`"),
                        );
                        (other.to_string(), length)
                    }
                    None => ("\\".to_owned(), 1),
                };
                text.push(&words);
                rest = &rest[length..];
                continue;
            }
            match hole(rest) {
                Some(name) => {
                    let place = here(name.len() + 2);
                    let own = holes.next(name);
                    self.hole(scope, (name, own), place, &mut text);
                    rest = &rest[name.len() + 2..];
                }
                None => {
                    text.push("{");
                    rest = &rest[1..];
                }
            }
        }
        text.push(rest);
        text
    }

    /// The value of a name that stands in braces at a place; `own` is that of the name alone.
    fn hole(&mut self, scope: &Scope, (name, own): (&str, Span), span: Span, text: &mut Text) {
        if let Some(binding) = scope.bindings.get(name) {
            self.note_argument(name, own);
            let put_in = match binding {
                Binding::Service(service) => {
                    let title = self.service(service).map(|one| one.title.to_string());
                    let title = title.filter(|title| !title.is_empty());
                    Text::plain(title.unwrap_or_else(|| service.clone()))
                }
                Binding::Text(inner) => inner.clone(),
                Binding::Quantity(_) | Binding::Words(_) | Binding::Percentile(_) => {
                    Text::plain(binding.written())
                }
            };
            if self.may_put_in_bytes(text.length(), put_in.length(), span) {
                text.append(&put_in);
            }
            return;
        }
        let captured = self.names.is_captured(scope.file, name);
        if scope.fields.contains(name) {
            self.names.noted.local(Noun::Field, name, own);
        } else if captured {
            self.names.use_captured(scope.file, name, own);
        }
        let mut known = scope.fields.contains(name) || captured;
        if !known && let Some(declared) = self.names.find(scope.file, Noun::Parameter, name, own) {
            self.use_parameter(declared);
            known = true;
        }
        if !known {
            if self
                .names
                .find(scope.file, Noun::Secret, name, own)
                .is_some()
            {
                self.report(
                    Diagnostic::new(
                        &TYPE,
                        span,
                        format!("the secret `{name}` can't stand in a text"),
                    )
                    .help("a secret reaches commands alone, as an environment variable"),
                );
                return;
            }
            let finding = self
                .names
                .unknown(scope.file, &[Noun::Parameter], name, span)
                .map(|finding| finding.help("a brace by itself is written `\\{`"));
            self.found.extend(finding);
        }
        text.pieces.push(Piece::Parameter {
            parameter: name.to_owned(),
        });
    }
}

/// Where the names of a text stand that are in braces, one after the other: indentation was removed
/// before they are found.
struct Holes<'s> {
    token: Syntax<'s>,
    at: usize,
}

impl<'s> Holes<'s> {
    fn of(token: Syntax<'s>) -> Holes<'s> {
        Holes { token, at: 0 }
    }

    /// The place of the next one, which has this name.
    fn next(&mut self, name: &str) -> Span {
        let (raw, span) = (self.token.text(), self.token.span());
        let hole = format!("{{{name}}}");
        let behind = raw.get(self.at..).unwrap_or_default();
        let mut found = behind.match_indices(&hole).map(|(at, _)| self.at + at);
        let found = found.find(|&at| !raw[..at].ends_with('\\'));
        let Some(at) = found else { return span };
        self.at = at + hole.len();
        let start = span.start + at as u32 + 1;
        Span::new(span.source, start, start + name.len() as u32)
    }
}

/// The name in `{name}` at the beginning of a text.
fn hole(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('{')?;
    let of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let end = inner.bytes().position(|byte| !of_name(byte))?;
    let name = &inner[..end];
    let valid =
        inner[end..].starts_with('}') && name.starts_with(|first: char| first.is_ascii_lowercase());
    valid.then_some(name)
}
