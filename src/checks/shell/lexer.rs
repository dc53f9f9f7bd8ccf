//! Cuts shell text into words and operators, as bash does.

use super::grammar::Misfit;
use super::placeholder;

/// A word or an operator. A line break is an operator; the end of the text is an empty one.
#[derive(Clone, Debug, Default)]
pub struct Token<'t> {
    /// As it is written.
    pub text: &'t str,
    /// First byte in the shell text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    End,
    /// Whether any part of it is quoted or substituted.
    Word {
        bare: bool,
    },
    Operator,
    Redirection,
}

impl<'t> Token<'t> {
    pub fn is_end(&self) -> bool {
        self.kind == Kind::End
    }

    /// A word without quotes.
    pub fn is_bare(&self) -> bool {
        self.kind == Kind::Word { bare: true }
    }

    pub fn bare_word(&self) -> Option<&'t str> {
        self.is_bare().then_some(self.text)
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.bare_word() == Some(word)
    }

    pub fn is_any_word(&self) -> bool {
        matches!(self.kind, Kind::Word { .. })
    }

    pub fn is_redirection(&self) -> bool {
        self.kind == Kind::Redirection
    }

    /// An operator that is no redirection.
    pub fn operator(&self) -> Option<&'t str> {
        (self.kind == Kind::Operator).then_some(self.text)
    }

    pub fn is_operator(&self, sign: &str) -> bool {
        self.operator() == Some(sign)
    }
}

/// The longest first.
const OPERATORS: &[&str] = &[
    ";;&", ";;", ";&", "&&", "||", "|&", "|", "&", ";", "(", ")", "\n",
];
const REDIRECTIONS: &[&str] = &[
    "&>>", "&>", "<<<", "<<-", "<<", "<&", ">&", "<>", ">>", ">|", "<", ">",
];

/// Whether an operator or a redirection can begin with a byte.
fn begins_sign(byte: u8) -> bool {
    matches!(
        byte,
        b'&' | b'|' | b';' | b'(' | b')' | b'\n' | b'<' | b'>' | b'0'..=b'9'
    )
}

pub struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// The ends of the texts that follow the line.
    heredocs: Vec<String>,
    /// Whether the next word ends a text that follows, and whether its lines may begin with tabs.
    heredoc_next: bool,
    /// Where the insides of `$(…)` lie in the token that was read last.
    inner: Vec<(usize, usize)>,
    /// Whether a command may begin here.
    fresh: bool,
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Lexer {
            text,
            at: 0,
            heredocs: Vec::new(),
            heredoc_next: false,
            inner: Vec::new(),
            fresh: true,
        }
    }

    pub fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Where the insides of `$(…)` lie in the token that was read last.
    pub fn substitutions(&mut self) -> Vec<(usize, usize)> {
        std::mem::take(&mut self.inner)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn next(&mut self) -> Result<Token<'t>, Misfit> {
        self.blanks();
        let start = self.at;
        let rest = self.rest();
        if rest.is_empty() {
            return Ok(Token {
                start,
                end: start,
                ..Token::default()
            });
        }
        let word = !begins_sign(rest.as_bytes()[0])
            || placeholder(rest).is_some()
            || rest.starts_with("<(")
            || rest.starts_with(">(");
        if !word && self.fresh && rest.starts_with("((") {
            // Arithmetic, up to its `))`.
            if let Some(end) = self
                .balanced(self.at + 1, "((")
                .ok()
                .filter(|end| self.text.as_bytes().get(*end) == Some(&b')'))
            {
                self.at = end + 1;
                return Ok(self.token(start, 2, Kind::Operator));
            }
        }
        if !word {
            // `2>&1`: the number of a file belongs to the sign.
            let file = rest.bytes().take_while(u8::is_ascii_digit).count();
            let sign_of_file = REDIRECTIONS.iter().find(|sign| {
                rest[file..].starts_with(**sign) && (file == 0 || !sign.starts_with('&'))
            });
            if let Some(sign) = sign_of_file {
                self.at += file + sign.len();
                self.heredoc_next = matches!(*sign, "<<" | "<<-");
                self.fresh = false;
                return Ok(self.token(start, file + sign.len(), Kind::Redirection));
            }
            if let Some(sign) = OPERATORS.iter().find(|sign| rest.starts_with(**sign)) {
                self.at += sign.len();
                if *sign == "\n" {
                    self.skip_heredocs();
                }
                self.fresh = true;
                return Ok(self.token(start, sign.len(), Kind::Operator));
            }
        }
        let bare = self.word()?;
        let text = self.slice(start, self.at);
        if std::mem::take(&mut self.heredoc_next) {
            let end: String = text
                .chars()
                .filter(|letter| !matches!(letter, '\'' | '"' | '\\'))
                .collect();
            self.heredocs.push(end);
        }
        // Behind these another command begins; behind `for` stands `((`.
        self.fresh = bare
            && matches!(
                text,
                "if" | "then"
                    | "elif"
                    | "else"
                    | "while"
                    | "until"
                    | "do"
                    | "{"
                    | "!"
                    | "for"
                    | "time"
            );
        Ok(self.token(start, self.at - start, Kind::Word { bare }))
    }

    fn token(&self, start: usize, length: usize, kind: Kind) -> Token<'t> {
        Token {
            text: self.slice(start, start + length),
            start,
            end: start + length,
            kind,
        }
    }

    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            match rest.as_bytes().first() {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if rest.starts_with("\\\n") => self.at += 2,
                Some(b'\\') if rest.starts_with("\\\r\n") => self.at += 3,
                Some(b'#') => self.at += rest.find('\n').unwrap_or(rest.len()),
                Some(_) | None => return,
            }
        }
    }

    /// Reads to the end of a word; answers whether nothing in it is quoted or substituted.
    fn word(&mut self) -> Result<bool, Misfit> {
        let start = self.at;
        let mut bare = true;
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b')' => break,
                b'<' | b'>' => {
                    if let Some(blank) = placeholder(self.rest()) {
                        self.at += blank.len();
                        bare = false;
                        continue;
                    }
                    let process =
                        self.at == start && self.text.as_bytes().get(self.at + 1) == Some(&b'(');
                    if !process {
                        break;
                    }
                    self.at = self.parenthesis(self.at + 1, "<(")?;
                    bare = false;
                }
                // An array: `a=(b c)`.
                b'(' if self.slice(start, self.at).ends_with('=') => {
                    self.at = self.balanced(self.at, "(")?;
                }
                b'(' => break,
                b'\\' => {
                    bare = false;
                    let behind = self.text.get(self.at + 1..).unwrap_or_default();
                    self.at += 1 + behind.chars().next().map_or(0, char::len_utf8);
                }
                b'\'' | b'"' | b'`' | b'$' => {
                    bare = false;
                    self.at = self.quoted(self.at)?;
                }
                // Of a letter with several bytes, each is passed over by itself.
                _ => self.at += 1,
            }
        }
        Ok(bare)
    }

    /// The end of what begins here with a quote, a backtick or a dollar.
    fn quoted(&mut self, open: usize) -> Result<usize, Misfit> {
        let rest = self.text.get(open..).unwrap_or_default();
        let bytes = self.text.as_bytes();
        if rest.starts_with('\'') || rest.starts_with("$'") {
            let escapes = rest.starts_with('$');
            let mut at = open + if escapes { 2 } else { 1 };
            while let Some(&byte) = bytes.get(at) {
                match byte {
                    b'\'' => return Ok(at + 1),
                    b'\\' if escapes => at += 2,
                    _ => at += 1,
                }
            }
            return Err(unclosed("'", open));
        }
        if rest.starts_with("$((")
            && let Ok(end) = self.balanced(open + 1, "$((")
        {
            // `$((…) …)` is a substitution that begins with a subshell.
            if bytes.get(end.wrapping_sub(2)) == Some(&b')') {
                return Ok(end);
            }
        }
        if rest.starts_with("$(") {
            return self.parenthesis(open + 1, "$(");
        }
        if rest.starts_with("${") {
            let mut at = open + 2;
            while let Some(&byte) = bytes.get(at) {
                at = match byte {
                    b'}' => return Ok(at + 1),
                    b'\\' => at + 2,
                    b'\'' | b'"' | b'`' | b'$' => self.quoted(at)?,
                    _ => at + 1,
                };
            }
            return Err(unclosed("${", open));
        }
        let (mark, end) = match rest.as_bytes().first() {
            Some(b'"') => ("\"", b'"'),
            Some(b'`') => ("`", b'`'),
            _ => return Ok(open + 1),
        };
        let mut at = open + 1;
        while let Some(&byte) = bytes.get(at) {
            at = match byte {
                byte if byte == end => return Ok(at + 1),
                b'\\' => at + 2,
                b'$' | b'`' if end == b'"' => self.quoted(at)?,
                _ => at + 1,
            };
        }
        Err(unclosed(mark, open))
    }

    /// The end of a substitution whose `(` stands here; what is inside is noted.
    fn parenthesis(&mut self, open: usize, mark: &'static str) -> Result<usize, Misfit> {
        let noted = self.inner.len();
        let end = self.balanced(open, mark)?;
        self.inner.truncate(noted);
        self.inner.push((open + 1, end - 1));
        Ok(end)
    }

    /// One past the `)` that belongs to the `(` here; quotes and comments are passed over.
    fn balanced(&mut self, open: usize, mark: &'static str) -> Result<usize, Misfit> {
        let bytes = self.text.as_bytes();
        let mut depth = 0usize;
        let mut at = open;
        // In `case`, a pattern ends with a `)` of its own.
        let mut cases = 0usize;
        let mut word = at;
        while let Some(&byte) = bytes.get(at) {
            let plain = byte.is_ascii_alphanumeric() || byte == b'_';
            if !plain {
                match self.slice(word, at) {
                    "case" => cases += 1,
                    "esac" => cases = cases.saturating_sub(1),
                    _ => {}
                }
            }
            at = match byte {
                b'(' => {
                    depth += 1;
                    at + 1
                }
                b')' if cases > 0 && depth == 1 => at + 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(at + 1);
                    }
                    at + 1
                }
                b'\\' => at + 2,
                b'\'' | b'"' | b'`' | b'$' => self.quoted(at)?,
                b'#' if at > open && bytes[at - 1].is_ascii_whitespace() => {
                    at + self.slice(at, bytes.len()).find('\n').unwrap_or(1)
                }
                _ => at + 1,
            };
            if !plain {
                word = at;
            }
        }
        Err(unclosed(mark, open + 1 - mark.len().min(open + 1)))
    }

    fn skip_heredocs(&mut self) {
        for mark in std::mem::take(&mut self.heredocs) {
            while !self.rest().is_empty() {
                let rest = self.rest();
                let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
                self.at += length;
                if rest[..length].trim() == mark {
                    break;
                }
            }
        }
    }
}

fn unclosed(mark: &'static str, at: usize) -> Misfit {
    Misfit {
        start: at,
        end: at + mark.len(),
        message: format!("`{mark}` begins here and never ends"),
        help: "close it",
    }
}
