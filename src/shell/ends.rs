//! Where what is quoted, substituted or grouped in a shell text ends. One pass from left to right, on a
//! stack of its own: a text may nest as deep as it likes, and is refused where that is too deep.

use super::misfit::{Misfit, too_deep};
use crate::nesting::MAX_DEPTH;

/// A stretch that begins with a quote, a backtick, a dollar or a parenthesis.
pub struct Whole {
    /// One past its last byte.
    pub end: usize,
    /// Whether it is `((…))` or `$((…))`.
    pub arithmetic: bool,
    /// Where the insides of the commands lie that are substituted in it.
    pub inner: Vec<(usize, usize)>,
}

/// The whole of what begins at a byte.
pub fn end(text: &str, open: usize) -> Result<Whole, Misfit> {
    let mut scan = Scan {
        text,
        at: open,
        stack: Vec::new(),
        arithmetic: false,
        inner: Vec::new(),
    };
    match text.as_bytes().get(open) {
        Some(b'<' | b'>') => scan.group(&text[open..=open + 1], Some(0))?,
        Some(b'(') if text[open..].starts_with("((") => scan.doubled("((", None)?,
        Some(b'(') => scan.group("(", None)?,
        _ => scan.quoted()?,
    }
    scan.run()?;
    Ok(Whole {
        end: scan.at,
        arithmetic: scan.arithmetic,
        inner: scan.inner,
    })
}

/// What is open.
struct Open<'t> {
    kind: Inside<'t>,
    /// What it begins with.
    mark: &'t str,
    /// Where it begins.
    at: usize,
}

enum Inside<'t> {
    /// `"…"`
    Double,
    /// `` `…` ``
    Backticks,
    /// `${…}`
    Braces,
    /// `(…)` and its kind.
    Group(Group<'t>),
}

/// What stands in parentheses: commands, words of an array, or a calculation.
#[derive(Default)]
struct Group<'t> {
    /// How many substitutions were noted before it, where it is one.
    noted: Option<usize>,
    /// Whether it may be the inner one of `((…))`: then it is a level with the outer one.
    second: bool,
    /// Whether `<<` may be a sign of a calculation.
    shifts: bool,
    /// How many `case` are open: a `)` ends a pattern of theirs.
    cases: usize,
    /// Whether no command has begun yet where the scan stands.
    fresh: bool,
    /// Whether the last word was `in`.
    after_in: bool,
    /// Where the word begins that is being read.
    word: Option<usize>,
    /// The ends of the texts that follow the line.
    heredocs: Vec<&'t str>,
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    stack: Vec<Open<'t>>,
    arithmetic: bool,
    inner: Vec<(usize, usize)>,
}

impl<'t> Scan<'t> {
    fn run(&mut self) -> Result<(), Misfit> {
        while let Some(open) = self.stack.last() {
            let Some(&byte) = self.text.as_bytes().get(self.at) else {
                let first =
                    |open: &&Open<'_>| !matches!(&open.kind, Inside::Group(group) if group.second);
                let open = self.stack.iter().rfind(first).unwrap_or(open);
                return Err(unclosed(open.mark, open.at));
            };
            match (&open.kind, byte) {
                (Inside::Group(_), _) => self.in_group(byte)?,
                (Inside::Double, b'"') | (Inside::Backticks, b'`') | (Inside::Braces, b'}') => {
                    self.stack.pop();
                    self.at += 1;
                }
                (_, b'\\') => self.at += 2,
                (Inside::Double, b'`' | b'$') | (Inside::Braces, b'`' | b'$' | b'"' | b'\'') => {
                    self.quoted()?;
                }
                (Inside::Braces, b'<' | b'>') if self.rest()[1..].starts_with('(') => {
                    let mark = &self.rest()[..2];
                    self.group(mark, Some(self.inner.len()))?;
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Inside<'t>, mark: &'t str) -> Result<(), Misfit> {
        let counts = |kind: &Inside<'_>| match kind {
            Inside::Double => false,
            Inside::Group(group) => !group.second,
            Inside::Backticks | Inside::Braces => true,
        };
        let depth = self.stack.iter().filter(|open| counts(&open.kind)).count();
        if counts(&kind) && depth >= MAX_DEPTH {
            return Err(too_deep(self.at, self.at + mark.len()));
        }
        let at = self.at;
        self.at += mark.len();
        self.stack.push(Open { kind, mark, at });
        Ok(())
    }

    fn group(&mut self, mark: &'t str, noted: Option<usize>) -> Result<(), Misfit> {
        let around = match self.stack.last() {
            Some(Open {
                kind: Inside::Group(group),
                ..
            }) => group.shifts,
            _ => false,
        };
        let group = Group {
            noted,
            shifts: mark == "(" && around,
            fresh: true,
            ..Group::default()
        };
        self.push(Inside::Group(group), mark)
    }

    /// `((` and `$((`: two groups, of which the first is a calculation if both end at once.
    fn doubled(&mut self, mark: &'static str, noted: Option<usize>) -> Result<(), Misfit> {
        self.group(&mark[..mark.len() - 1], noted)?;
        let second = Group {
            second: true,
            shifts: true,
            fresh: true,
            ..Group::default()
        };
        self.push(Inside::Group(second), "(")
    }

    /// What begins here with a quote, a backtick or a dollar.
    fn quoted(&mut self) -> Result<(), Misfit> {
        let rest = self.rest();
        let around = self.stack.last().map(|open| &open.kind);
        let double = matches!(around, Some(Inside::Double));
        if rest.starts_with("$((") {
            self.doubled("$((", Some(self.inner.len()))
        } else if rest.starts_with("$(") {
            self.group("$(", Some(self.inner.len()))
        } else if rest.starts_with("${") {
            self.push(Inside::Braces, "${")
        } else if rest.starts_with('"') {
            self.push(Inside::Double, "\"")
        } else if rest.starts_with('`') {
            self.push(Inside::Backticks, "`")
        } else if rest.starts_with('\'') {
            self.single(1, false)
        } else if rest.starts_with("$'") && !double {
            self.single(2, true)
        } else if rest.starts_with("$$") {
            self.at += 2;
            Ok(())
        } else {
            self.at += 1;
            Ok(())
        }
    }

    /// Passes over single quotes.
    fn single(&mut self, mark: usize, escapes: bool) -> Result<(), Misfit> {
        let open = self.at;
        self.at += mark;
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'\'' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' if escapes => self.at += 2,
                _ => self.at += 1,
            }
        }
        Err(unclosed("'", open))
    }

    fn in_group(&mut self, byte: u8) -> Result<(), Misfit> {
        let (text, at) = (self.text, self.at);
        let Some(Open {
            kind: Inside::Group(group),
            ..
        }) = self.stack.last_mut()
        else {
            return Ok(());
        };
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            group.word.get_or_insert(at);
            self.at += 1;
            return Ok(());
        }
        let blank = matches!(byte, b' ' | b'\t' | b'\r');
        if let Some(word) = group.word.take() {
            group.end_word(&text[word..at], blank || matches!(byte, b'\n' | b'\\'));
        }
        let before = text.as_bytes().get(at.wrapping_sub(1));
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => {
                group.fresh = true;
                let heredocs = std::mem::take(&mut group.heredocs);
                self.at = behind_heredocs(text, at + 1, &heredocs);
            }
            b';' | b'&' | b'|' => {
                group.fresh = true;
                self.at += 1;
            }
            b'{' | b'!' => self.at += 1,
            b')' if group.cases > 0 => {
                group.fresh = true;
                self.at += 1;
            }
            b')' => self.close_group(),
            b'#' if before.is_some_and(|before| begins_comment(*before, group.shifts)) => {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            }
            b'<' if !group.shifts && is_heredoc(&text[at..]) => {
                let (mark, behind) = heredoc(text, at);
                group.heredocs.push(mark);
                self.at = behind;
            }
            b'(' => {
                group.fresh = false;
                self.group("(", None)?;
            }
            b'\\' => {
                // A line that goes on is a blank.
                group.fresh &= text[at..].starts_with("\\\n");
                self.at += 2;
            }
            b'\'' | b'"' | b'`' | b'$' => {
                group.fresh = false;
                self.quoted()?;
            }
            _ => {
                group.fresh = false;
                self.at += 1;
            }
        }
        Ok(())
    }

    /// Ends the innermost group at the `)` here, and the one around it where both were `((`.
    fn close_group(&mut self) {
        let closed = self.pop_group();
        self.at += 1;
        if closed.as_ref().is_some_and(|group| group.second) && self.rest().starts_with(')') {
            self.pop_group();
            self.at += 1;
            self.arithmetic = self.stack.is_empty();
            return;
        }
        if let Some((Some(noted), open)) = closed.map(|group| (group.noted, group.open)) {
            self.inner.truncate(noted);
            self.inner.push((open, self.at - 1));
        }
    }

    fn pop_group(&mut self) -> Option<Closed> {
        match self.stack.pop() {
            Some(Open {
                kind: Inside::Group(group),
                mark,
                at,
            }) => Some(Closed {
                noted: group.noted,
                second: group.second,
                open: at + mark.len(),
            }),
            _ => None,
        }
    }
}

struct Closed {
    noted: Option<usize>,
    second: bool,
    /// Where its inside begins.
    open: usize,
}

impl Group<'_> {
    fn end_word(&mut self, word: &str, ends_here: bool) {
        match word {
            "case" if self.fresh && ends_here && !self.shifts => self.cases += 1,
            "esac" if self.fresh || self.after_in => self.cases = self.cases.saturating_sub(1),
            _ => {}
        }
        self.after_in = word == "in";
        self.fresh &= matches!(
            word,
            "if" | "then" | "elif" | "else" | "while" | "until" | "do" | "time"
        );
    }
}

/// Whether a `#` behind a byte begins a comment.
fn begins_comment(before: u8, shifts: bool) -> bool {
    before.is_ascii_whitespace() || !shifts && matches!(before, b'(' | b';' | b'&' | b'|')
}

/// Whether a text that follows the line is announced here.
fn is_heredoc(rest: &str) -> bool {
    rest.starts_with("<<") && !rest.starts_with("<<<")
}

/// The mark that ends the text announced at a byte, as far as one word goes, and what is behind it.
fn heredoc(text: &str, at: usize) -> (&str, usize) {
    let rest = &text[at..];
    let sign = if rest.starts_with("<<-") { 3 } else { 2 };
    let word = rest[sign..].trim_start_matches([' ', '\t']);
    let length = word
        .find(|letter: char| letter.is_ascii_whitespace() || ";&|()<>".contains(letter))
        .unwrap_or(word.len());
    let behind = at + rest.len() - word.len() + length;
    (&word[..length], behind)
}

/// A mark without its quotes.
fn bare(mark: &str) -> String {
    let quote = |letter: &char| matches!(letter, '\'' | '"' | '\\');
    mark.chars().filter(|letter| !quote(letter)).collect()
}

/// One past the texts that begin at a byte and end with lines that are these marks.
pub fn behind_heredocs(text: &str, mut at: usize, marks: &[&str]) -> usize {
    for mark in marks {
        let mark = bare(mark);
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            at += length;
            if rest[..length].trim() == mark {
                break;
            }
        }
    }
    at
}

fn unclosed(mark: &str, at: usize) -> Misfit {
    Misfit {
        start: at,
        end: at + mark.len(),
        message: format!("`{mark}` begins here and never ends"),
        help: "close it",
        is_too_deep: false,
    }
}
