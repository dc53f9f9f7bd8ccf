//! Names in braces in a text.

use super::bindings::Binding;
use super::lower::{Lower, Scope};
use super::names::Noun;
use super::text::{Piece, Text};
use super::values::TYPE;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::Node as Syntax;

impl Lower<'_> {
    /// The value of a name that stands in braces at a place; `own` is that of the name alone.
    pub fn hole(&mut self, scope: &Scope, (name, own): (&str, Span), span: Span, text: &mut Text) {
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
pub(super) struct Holes<'s> {
    token: Syntax<'s>,
    at: usize,
}

impl<'s> Holes<'s> {
    pub fn of(token: Syntax<'s>) -> Holes<'s> {
        Holes { token, at: 0 }
    }

    /// The place of the next one, which has this name.
    pub fn next(&mut self, name: &str) -> Span {
        let (raw, span) = (self.token.text(), self.token.span());
        let hole = format!("{{{name}}}");
        let mut found = raw.match_indices(&hole).map(|(at, _)| at);
        let found = found.find(|&at| at >= self.at && !raw[..at].ends_with('\\'));
        let Some(at) = found else { return span };
        self.at = at + hole.len();
        let start = span.start + at as u32 + 1;
        Span::new(span.source, start, start + name.len() as u32)
    }
}

/// The name in `{name}` at the beginning of a text.
pub(super) fn hole(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('{')?;
    let of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let end = inner.bytes().position(|byte| !of_name(byte))?;
    let name = &inner[..end];
    let valid =
        inner[end..].starts_with('}') && name.starts_with(|first: char| first.is_ascii_lowercase());
    valid.then_some(name)
}
