//! A text cut into tokens, statements and clauses, broken or not. It knows less than the compiler's own
//! reader and shares nothing with it.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Blank,
    Break,
    Comment,
    /// `"…"` and `"""…"""`.
    Text,
    /// `` `…` `` and fences.
    Command,
    /// A number with what is stuck to it: `10%`, `2026-03-10`, `1h30m`, `T+5m`.
    Number,
    Word,
    Open,
    Close,
    Sign,
}

/// A token: what it is and where it stands, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
}

/// The tokens of a text. Together they cover it.
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::with_capacity(text.len() / 4);
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |end| from + end);
        let kind = match bytes[at] {
            b'\n' => {
                at += 1;
                Kind::Break
            }
            b' ' | b'\t' | b'\r' => {
                while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r')) {
                    at += 1;
                }
                Kind::Blank
            }
            b'#' => {
                at = line_end(at);
                Kind::Comment
            }
            quote @ (b'"' | b'`') => {
                let long = if quote == b'"' { "\"\"\"" } else { "```" };
                if text[at..].starts_with(long) {
                    let inner = at + 3;
                    at = text[inner..]
                        .find(long)
                        .map_or(text.len(), |end| inner + end + 3);
                } else {
                    let end = line_end(at);
                    let mut inner = at + 1;
                    // A command may go on over lines; one that is never closed is one line.
                    let limit = match (quote, text[inner..].find('`')) {
                        (b'`', Some(close)) => inner + close + 1,
                        _ => end,
                    };
                    while inner < limit && bytes[inner] != quote {
                        inner += if bytes[inner] == b'\\' && quote == b'"' {
                            2
                        } else {
                            1
                        };
                    }
                    at = (inner + 1).min(limit).max(start + 1);
                    while !text.is_char_boundary(at) {
                        at += 1;
                    }
                }
                if quote == b'"' {
                    Kind::Text
                } else {
                    Kind::Command
                }
            }
            b'{' => {
                at += 1;
                Kind::Open
            }
            b'}' => {
                at += 1;
                Kind::Close
            }
            first if first.is_ascii_digit() => {
                while bytes
                    .get(at)
                    .is_some_and(|byte| word(*byte) || matches!(byte, b'%' | b':' | b'+'))
                {
                    at += 1;
                }
                Kind::Number
            }
            first if word(first) => {
                while bytes
                    .get(at)
                    .is_some_and(|byte| word(*byte) || *byte == b'/')
                {
                    at += 1;
                }
                Kind::Word
            }
            _ => {
                at += text[at..].chars().next().map_or(1, char::len_utf8);
                Kind::Sign
            }
        };
        found.push(Token {
            kind,
            start,
            end: at,
        });
    }
    found
}

/// A statement with all that stands in its block: whole lines.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub start: usize,
    pub end: usize,
    pub depth: usize,
    /// The statement around it, by its place among the statements.
    pub parent: Option<usize>,
    /// Its first word.
    pub word: (usize, usize),
    indent: usize,
}

/// The statements of a text, in the order in which they begin.
pub fn statements(text: &str, tokens: &[Token]) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut last: Option<usize> = None;
    let mut depth = 0usize;
    for line in tokens.split_inclusive(|token| token.kind == Kind::Break) {
        let (Some(first), Some(end)) = (
            line.iter()
                .find(|token| !matches!(token.kind, Kind::Blank | Kind::Break)),
            line.last().map(|token| token.end),
        ) else {
            continue;
        };
        let start = line.first().map_or(0, |token| token.start);
        let indent = first.start - start;
        let before = depth;
        let mut deepest = depth;
        for token in line {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        match first.kind {
            Kind::Comment | Kind::Close => {}
            _ => {
                let goes_on = last.filter(|last| {
                    found[*last].depth == before
                        && indent > found[*last].indent
                        && found[*last].end == start
                });
                match goes_on {
                    Some(last) => found[last].end = end,
                    None => {
                        found.push(Statement {
                            start,
                            end,
                            depth: before,
                            parent: open.last().copied(),
                            word: (first.start, first.end),
                            indent,
                        });
                        last = Some(found.len() - 1);
                    }
                }
                if depth > before
                    && let Some(last) = last
                {
                    open.push(last);
                }
            }
        }
        while let Some(inner) = open.last().copied()
            && depth <= found[inner].depth
        {
            found[inner].end = end;
            last = Some(inner);
            open.pop();
        }
    }
    for inner in open {
        found[inner].end = text.len();
    }
    found
}

/// Words that begin a clause in the head of a statement.
const CLAUSES: &[&str] = &[
    "after",
    "at",
    "by",
    "due",
    "else",
    "every",
    "expect",
    "for",
    "from",
    "idempotent",
    "if",
    "in",
    "over",
    "reads-only",
    "retry",
    "takes",
    "then",
    "timeout",
    "to",
    "undo",
    "until",
    "valid",
    "when",
    "while",
    "with",
    "within",
    "as",
    "on",
    "of",
    "and",
    "or",
    "not",
    "needs",
    "status",
    "via",
    "done",
    "into",
    "capture",
    "captures",
    "against",
];

/// The clauses of a text: from a word that begins one up to the next one, a brace or the line's end.
pub fn clauses(text: &str, tokens: &[Token]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut begun: Option<(usize, usize)> = None;
    let mut first = true;
    for token in tokens {
        let begins =
            token.kind == Kind::Word && !first && CLAUSES.contains(&&text[token.start..token.end]);
        let ends = matches!(
            token.kind,
            Kind::Open | Kind::Close | Kind::Break | Kind::Comment
        );
        if (begins || ends)
            && let Some(clause) = begun.take()
        {
            found.push(clause);
        }
        if begins {
            begun = Some((token.start, token.end));
        } else if let Some(clause) = &mut begun
            && token.kind != Kind::Blank
        {
            clause.1 = token.end;
        }
        first = match token.kind {
            Kind::Break | Kind::Open => true,
            Kind::Blank => first,
            _ => false,
        };
    }
    found.extend(begun);
    found
}
