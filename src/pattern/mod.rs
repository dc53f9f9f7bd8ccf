//! In: a regular expression as a spec writes it. Out: whether it is in the dialect of the language, and
//! the same for `grep -E` of any machine. Knows nothing of commands. regex-syntax lives here.
//!
//! The dialect is RE2's as far as a tool without lookaround, Unicode tables and line breaks keeps it:
//! each line of a text is matched by itself, and it matches where one line does.

mod boundary;
mod grep;
mod tree;

use regex_syntax::ast::{
    self, Ast, ClassPerl, ClassPerlKind, ClassSetItem, ErrorKind, Flags, FlagsItemKind,
    HexLiteralKind, Literal, LiteralKind, RepetitionKind, RepetitionRange,
};
use regex_syntax::hir::translate::TranslatorBuilder;

use crate::quantity::Mistake;

/// How deep groups may stand in groups.
const MAX_DEPTH: u32 = 64;
/// How long an expression may be, in bytes.
const MAX_LENGTH: usize = 4096;
/// How often something may be repeated: what every `regcomp` takes (`RE_DUP_MAX` of POSIX).
const MAX_REPEATS: u32 = 255;

/// An expression of the dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// As `grep -E` reads it where `LC_ALL` is `C`: bytes, which need not be UTF-8.
    extended: Vec<u8>,
}

impl Pattern {
    /// Reads an expression; a mistake says what stands in it that is not in the dialect.
    pub fn parse(text: &str) -> Result<Pattern, Mistake> {
        if text.len() > MAX_LENGTH {
            let message = format!("a regular expression of more than {MAX_LENGTH} bytes");
            return Err(Mistake::new(0, text.len(), message).help("look for less, or in two steps"));
        }
        let parsed = ast::parse::ParserBuilder::new()
            .nest_limit(MAX_DEPTH)
            .build()
            .parse(text)
            .map_err(|error| unread(&error))?;
        let plain = ast::visit(&parsed, Dialect::of(text))?;
        let hir = ast::parse::ParserBuilder::new()
            .nest_limit(MAX_DEPTH + 4)
            .build()
            .parse(&plain)
            .ok()
            .and_then(|parsed| {
                TranslatorBuilder::new()
                    .build()
                    .translate(&plain, &parsed)
                    .ok()
            });
        let whole = |message: &str| Mistake::new(0, text.len(), message);
        let Some(hir) = hir else {
            return Err(whole("a regular expression that can't be read"));
        };
        let tree = tree::of(&hir).map_err(|why| whole(why.message()).help(why.help()))?;
        let tree = boundary::without(tree).ok_or_else(|| {
            whole("`\\b` leads to a far larger expression here")
                .help("write what may stand beside the word: `(^|[^a-z])word([^a-z]|$)`")
        })?;
        let extended = grep::written(&tree).ok_or_else(|| {
            whole("a regular expression that repeats too much")
                .help("look for less, or in two steps")
        })?;
        Ok(Pattern { extended })
    }

    /// The expression as `grep -E` reads it where `LC_ALL` is `C`; matched against each line.
    pub fn extended(&self) -> &[u8] {
        &self.extended
    }
}

/// What regex-syntax can't read, in words.
fn unread(error: &ast::Error) -> Mistake {
    let span = error.span();
    let (start, end) = (
        span.start.offset,
        span.end.offset.max(span.start.offset + 1),
    );
    let (message, help) = match error.kind() {
        ErrorKind::UnsupportedBackreference => (
            "a backreference is not in the dialect".to_owned(),
            "write what stands there again, or look in two steps",
        ),
        ErrorKind::UnsupportedLookAround => (
            "lookaround is not in the dialect".to_owned(),
            "say it in two expectations: `expect /…/` and `expect not /…/`",
        ),
        ErrorKind::NestLimitExceeded(_) => (
            format!("groups nested deeper than {MAX_DEPTH}"),
            "look for less, or in two steps",
        ),
        ErrorKind::RepetitionMissing => (
            "nothing stands before it that could be repeated".to_owned(),
            "the sign itself is written with a backslash: `\\*`",
        ),
        ErrorKind::EscapeUnrecognized => (
            "an escape that is not in the dialect".to_owned(),
            "the escapes are `\\d \\w \\s \\b`, their capitals, `\\t \\r \\x{e9}`, and a backslash before a sign",
        ),
        ErrorKind::GroupUnclosed | ErrorKind::GroupUnopened => (
            "a parenthesis without its other half".to_owned(),
            "the sign itself is written with a backslash: `\\(`",
        ),
        ErrorKind::ClassUnclosed => (
            "a bracket that nothing closes".to_owned(),
            "the sign itself is written with a backslash: `\\[`",
        ),
        kind => (kind.to_string(), ""),
    };
    let mistake = Mistake::new(start, end, message);
    match help {
        "" => mistake,
        help => mistake.help(help),
    }
}

/// Walks an expression: refuses what tools read in different ways, and writes it again with the classes
/// of `\d`, `\w` and `\s` spelt out.
struct Dialect<'t> {
    text: &'t str,
    plain: String,
    /// Up to where the text was written.
    done: usize,
}

impl<'t> Dialect<'t> {
    fn of(text: &'t str) -> Self {
        Dialect {
            text,
            plain: String::with_capacity(text.len()),
            done: 0,
        }
    }

    fn spelt(&mut self, class: &ClassPerl, inside: bool) {
        let name = match class.kind {
            ClassPerlKind::Digit => "digit",
            ClassPerlKind::Space => "space",
            ClassPerlKind::Word => "word",
        };
        let not = if class.negated { "^" } else { "" };
        let class_text = match inside {
            true => format!("[:{not}{name}:]"),
            false => format!("[[:{not}{name}:]]"),
        };
        self.plain
            .push_str(&self.text[self.done..class.span.start.offset]);
        self.plain.push_str(&class_text);
        self.done = class.span.end.offset;
    }

    fn literal(&self, literal: &Literal) -> Result<(), Mistake> {
        let is_other = match &literal.kind {
            LiteralKind::HexFixed(kind) | LiteralKind::HexBrace(kind) => {
                !matches!(kind, HexLiteralKind::X)
            }
            LiteralKind::Octal => true,
            LiteralKind::Verbatim
            | LiteralKind::Meta
            | LiteralKind::Superfluous
            | LiteralKind::Special(_) => false,
        };
        if is_other {
            let mistake = at(&literal.span, "an escape that is not in the dialect");
            return Err(mistake.help(format!("write `\\x{{{:x}}}`", u32::from(literal.c))));
        }
        match literal.c {
            '\n' => Err(at(
                &literal.span,
                "a line break in an expression that is matched against each line",
            )
            .help("say it in two expectations")),
            '\0' => Err(at(
                &literal.span,
                "a zero byte, which no command can print into a variable",
            )
            .help("leave it out")),
            _ => Ok(()),
        }
    }

    fn flags(&self, flags: &Flags) -> Result<(), Mistake> {
        for item in &flags.items {
            if let FlagsItemKind::Flag(
                ast::Flag::Unicode | ast::Flag::CRLF | ast::Flag::IgnoreWhitespace,
            ) = item.kind
            {
                return Err(at(&item.span, "a flag that is not in the dialect")
                    .help("the flags are `i`, `m`, `s` and `U`"));
            }
        }
        Ok(())
    }

    fn repetition(&self, repetition: &ast::Repetition) -> Result<(), Mistake> {
        let span = &repetition.op.span;
        if let RepetitionKind::Range(range) = &repetition.op.kind {
            if self.text[span.start.offset..].starts_with("{,") {
                return Err(at(span, "a repetition without its lower bound").help("write `{0,…}`"));
            }
            let most = match *range {
                RepetitionRange::Exactly(most) | RepetitionRange::AtLeast(most) => most,
                RepetitionRange::Bounded(_, most) => most,
            };
            if most > MAX_REPEATS {
                return Err(at(
                    span,
                    format!("a repetition of more than {MAX_REPEATS} times"),
                )
                .help("`*` repeats as often as there is"));
            }
        }
        if matches!(*repetition.ast, Ast::Repetition(_)) {
            return Err(
                at(span, "a repetition of a repetition").help("put what is repeated into a group")
            );
        }
        Ok(())
    }
}

impl ast::Visitor for Dialect<'_> {
    type Output = String;
    type Err = Mistake;

    fn finish(mut self) -> Result<String, Mistake> {
        self.plain.push_str(&self.text[self.done..]);
        Ok(self.plain)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Mistake> {
        match ast {
            Ast::Flags(flags) => self.flags(&flags.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), |flags| self.flags(flags)),
            Ast::Literal(literal) => self.literal(literal),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::ClassPerl(class) => {
                self.spelt(class, false);
                Ok(())
            }
            Ast::ClassUnicode(class) => Err(unicode_class(&class.span)),
            Ast::Assertion(assertion) => match assertion.kind {
                ast::AssertionKind::StartLine
                | ast::AssertionKind::EndLine
                | ast::AssertionKind::StartText
                | ast::AssertionKind::EndText
                | ast::AssertionKind::WordBoundary => Ok(()),
                _ => Err(at(&assertion.span, "an escape that is not in the dialect")
                    .help("the edge of a word is `\\b`")),
            },
            Ast::Empty(_)
            | Ast::Dot(_)
            | Ast::ClassBracketed(_)
            | Ast::Alternation(_)
            | Ast::Concat(_) => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Mistake> {
        match item {
            ClassSetItem::Literal(literal) => self.literal(literal),
            ClassSetItem::Range(range) => {
                self.literal(&range.start)?;
                self.literal(&range.end)
            }
            ClassSetItem::Perl(class) => {
                self.spelt(class, true);
                Ok(())
            }
            ClassSetItem::Unicode(class) => Err(unicode_class(&class.span)),
            ClassSetItem::Bracketed(class) => {
                Err(at(&class.span, "brackets in brackets")
                    .help("the sign itself is written `\\[`"))
            }
            ClassSetItem::Empty(_) | ClassSetItem::Ascii(_) | ClassSetItem::Union(_) => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, op: &ast::ClassSetBinaryOp) -> Result<(), Mistake> {
        Err(at(&op.span, "an operation on sets is not in the dialect")
            .help("write the characters one by one, each sign with a backslash"))
    }
}

fn unicode_class(span: &ast::Span) -> Mistake {
    at(span, "a class of Unicode is not in the dialect").help("name the characters: `[a-zäöüß]`")
}

fn at(span: &ast::Span, message: impl Into<String>) -> Mistake {
    Mistake::new(span.start.offset, span.end.offset, message)
}
