//! Cuts shell text into words and operators, as bash does.

use super::ends;
use super::misfit::Misfit;
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

/// Whether words in parentheses may follow: `a=`, `a+=`, `a[b]=`.
fn is_assignment(word: &str) -> bool {
    let Some(target) = word.strip_suffix('=') else {
        return false;
    };
    let name = target.strip_suffix('+').unwrap_or(target);
    let name = match name.split_once('[') {
        Some((name, index)) if index.ends_with(']') => name,
        _ => name,
    };
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !name.is_empty()
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name.chars().all(of_name)
}

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
    heredocs: Vec<&'t str>,
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
            match ends::end(self.text, start) {
                Ok(whole) if whole.arithmetic => {
                    self.at = whole.end;
                    self.inner.extend(whole.inner);
                    return Ok(self.token(start, 2, Kind::Operator));
                }
                Err(misfit) if misfit.is_too_deep => return Err(misfit),
                Ok(_) | Err(_) => {}
            }
        }
        if !word {
            // `2>&1`: the number of a file belongs to the sign.
            let file = rest.bytes().take_while(u8::is_ascii_digit).count();
            let sign_of_file = REDIRECTIONS.iter().find(|sign| {
                let behind = &rest[file..];
                let process = behind.starts_with("<(") || behind.starts_with(">(");
                behind.starts_with(**sign) && !process && (file == 0 || !sign.starts_with('&'))
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
            self.heredocs.push(text);
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
                    if self.text.as_bytes().get(self.at + 1) != Some(&b'(') {
                        break;
                    }
                    self.whole()?;
                    bare = false;
                }
                // An array: `a=(b c)`.
                b'(' if is_assignment(self.slice(start, self.at)) => {
                    self.whole()?;
                }
                b'(' => break,
                b'\\' => {
                    bare = false;
                    let behind = self.text.get(self.at + 1..).unwrap_or_default();
                    self.at += 1 + behind.chars().next().map_or(0, char::len_utf8);
                }
                b'\'' | b'"' | b'`' | b'$' => {
                    bare = false;
                    self.whole()?;
                }
                // Of a letter with several bytes, each is passed over by itself.
                _ => self.at += 1,
            }
        }
        Ok(bare)
    }

    /// Passes over what begins here; the commands that are substituted in it are noted.
    fn whole(&mut self) -> Result<(), Misfit> {
        let whole = ends::end(self.text, self.at)?;
        self.at = whole.end;
        self.inner.extend(whole.inner);
        Ok(())
    }

    fn skip_heredocs(&mut self) {
        let marks = std::mem::take(&mut self.heredocs);
        self.at = ends::behind_heredocs(self.text, self.at, &marks);
    }
}
