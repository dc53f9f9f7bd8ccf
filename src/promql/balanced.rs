//! PromQL: how deep a query is nested, and long chains of operators as balanced ones.

use std::borrow::Cow;

use super::Unread;
use crate::nesting::{MAX_DEPTH, TooDeep};

/// How high the tree of a query may be, the operators of its chains counted.
const MAX_HEIGHT: usize = 512;

/// How many operators a chain has at the most that is read as it is written: each is a level of the tree.
const LONG: usize = 32;

/// The query, in a form that a reader which recurses can read: parentheses divide its long chains of
/// operators, as in `(a + b) + (c + d)`. It is of the same type, has the same parts, and is refused by
/// the same rules; only the order of operators of equal precedence differs.
pub fn balanced(query: &str) -> Result<Cow<'_, str>, Unread> {
    let mut scan = Scan {
        text: query,
        at: 0,
        levels: vec![Level::default()],
        marks: Vec::new(),
    };
    scan.run()?;
    let mut marks = scan.marks;
    if marks.is_empty() {
        return Ok(Cow::Borrowed(query));
    }
    marks.sort_unstable();
    let mut out = String::with_capacity(query.len() + marks.len());
    let mut from = 0;
    for (at, mark) in marks {
        out.push_str(query.get(from..at).unwrap_or_default());
        out.push(mark);
        from = at;
    }
    out.push_str(query.get(from..).unwrap_or_default());
    Ok(Cow::Owned(out))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Comma,
    Braces,
    Brackets,
    /// `+` or `-`, before an operand or between two.
    Sign,
    /// Between two operands, with its precedence.
    Operator(u8),
    At,
    Word,
    /// A number, a duration or a string.
    Literal,
    Other,
}

/// Precedences of operators. Source: prometheus.io, "Operators", "Binary operator precedence".
const OR: u8 = 1;
const AND: u8 = 2;
const COMPARISON: u8 = 3;
const SUM: u8 = 4;
const PRODUCT: u8 = 5;
const POWER: u8 = 6;

/// What stands between two operators: a metric, a call or a group, with its signs and ranges.
#[derive(Clone, Copy, Default)]
struct Operand {
    start: usize,
    end: usize,
    signs: usize,
    /// Levels inside of it, without chains.
    depth: usize,
    /// Levels inside of it, with chains.
    height: usize,
}

/// A binary operator.
#[derive(Clone, Copy)]
struct Joint {
    precedence: u8,
    /// Whether it says which series match: `on (…)`, `ignoring (…)`.
    matched: bool,
}

/// What stands between two parentheses.
#[derive(Default)]
struct Level {
    /// Whether it holds labels.
    labels: bool,
    /// Levels around it.
    outer: usize,
    /// Levels inside of it so far, without chains and with them.
    depth: usize,
    height: usize,
    operands: Vec<Operand>,
    joints: Vec<Joint>,
    /// The operand that is being read, once it has begun.
    operand: Option<Operand>,
    /// Whether the operand is whole, so that an operator or a range may follow.
    whole: bool,
    /// Whether labels in parentheses follow, as behind `by`.
    labels_follow: bool,
    /// Whether a sign belongs to what stands before it, as in `@ -5`.
    signed: bool,
    /// Whether a duration follows, as behind `offset`.
    lasts: bool,
}

impl Level {
    fn begin(&mut self, start: usize) -> &mut Operand {
        self.operand.get_or_insert(Operand {
            start,
            end: start,
            ..Operand::default()
        })
    }

    fn end_operand(&mut self) {
        let operand = self.operand.take().unwrap_or_default();
        self.depth = self.depth.max(operand.depth + operand.signs);
        self.height = self.height.max(operand.height + operand.signs);
        self.operands.push(operand);
        self.whole = false;
    }
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// The levels that are open; never empty.
    levels: Vec<Level>,
    /// The parentheses that are to be put in, and where.
    marks: Vec<(usize, char)>,
}

impl<'t> Scan<'t> {
    fn run(&mut self) -> Result<(), Unread> {
        while let Some((token, start)) = self.next() {
            self.take(token, start)?;
        }
        while self.levels.len() > 1 {
            self.close(self.text.len())?;
        }
        self.end_chain(self.text.len())
    }

    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    fn rest(&self) -> &'t [u8] {
        self.bytes().get(self.at..).unwrap_or_default()
    }

    /// The next token and where it begins; the scan stands behind it then.
    fn next(&mut self) -> Option<(Token, usize)> {
        loop {
            let blanks = self
                .rest()
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace());
            self.at += blanks.count();
            if self.rest().first() != Some(&b'#') {
                break;
            }
            self.comment();
        }
        let start = self.at;
        let rest = self.rest();
        let byte = *rest.first()?;
        let equals = rest.get(1) == Some(&b'=');
        self.at += 1;
        let token = match byte {
            b'(' => Token::Open,
            b')' => Token::Close,
            b',' => Token::Comma,
            b'@' => Token::At,
            b'+' | b'-' => Token::Sign,
            b'*' | b'/' | b'%' => Token::Operator(PRODUCT),
            b'^' => Token::Operator(POWER),
            b'<' | b'>' | b'=' | b'!' => {
                self.at += usize::from(equals);
                Token::Operator(COMPARISON)
            }
            b'"' | b'\'' | b'`' => {
                self.string(byte);
                Token::Literal
            }
            b'{' => {
                self.braces();
                Token::Braces
            }
            b'[' => {
                let inside = rest.iter().position(|byte| *byte == b']');
                self.at = inside.map_or(self.text.len(), |end| start + end + 1);
                Token::Brackets
            }
            b'0'..=b'9' | b'.' => {
                let length = rest
                    .iter()
                    .take_while(|byte| is_of_word(**byte) || **byte == b'.');
                self.at = start + length.count();
                let hexadecimal = rest.starts_with(b"0x") || rest.starts_with(b"0X");
                // `1e-5`
                if !hexadecimal
                    && matches!(self.bytes().get(self.at - 1), Some(b'e' | b'E'))
                    && matches!(self.rest().first(), Some(b'+' | b'-'))
                {
                    self.at += 1;
                    self.at += self
                        .rest()
                        .iter()
                        .take_while(|byte| is_of_word(**byte))
                        .count();
                }
                Token::Literal
            }
            byte if is_of_word(byte) => {
                self.at = start + rest.iter().take_while(|byte| is_of_word(**byte)).count();
                Token::Word
            }
            _ => {
                let letter = self.text.get(start..).and_then(|rest| rest.chars().next());
                self.at = start + letter.map_or(1, char::len_utf8);
                Token::Other
            }
        };
        Some((token, start))
    }

    fn comment(&mut self) {
        let end = self
            .rest()
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'));
        self.at = end.map_or(self.text.len(), |end| self.at + end);
    }

    /// Passes over a string whose quote has been taken.
    fn string(&mut self, quote: u8) {
        while let Some(&byte) = self.bytes().get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                byte if byte == quote => return,
                _ => {}
            }
        }
        self.at = self.text.len();
    }

    /// Passes over the labels of a selector whose brace has been taken.
    fn braces(&mut self) {
        while let Some(&byte) = self.bytes().get(self.at) {
            match byte {
                b'#' => self.comment(),
                b'"' | b'\'' | b'`' => {
                    self.at += 1;
                    self.string(byte);
                }
                b'}' => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn take(&mut self, token: Token, start: usize) -> Result<(), Unread> {
        let end = self.at;
        let word = match token {
            Token::Word => self
                .text
                .get(start..end)
                .unwrap_or_default()
                .to_ascii_lowercase(),
            _ => String::new(),
        };
        let opens = self.rest().trim_ascii_start().first() == Some(&b'(');
        let Some(level) = self.levels.last_mut() else {
            return Ok(());
        };
        let signed = std::mem::take(&mut level.signed);
        let lasts = std::mem::take(&mut level.lasts);
        match token {
            Token::Open => {
                let labels = std::mem::take(&mut level.labels_follow);
                if !labels {
                    level.begin(start);
                }
                let signs = level.operand.map_or(0, |operand| operand.signs);
                let outer = level.outer + signs + 1;
                if outer > MAX_DEPTH {
                    return Err(Unread::TooDeep(TooDeep { at: start }));
                }
                self.levels.push(Level {
                    labels,
                    outer,
                    ..Level::default()
                });
                return Ok(());
            }
            Token::Close => return self.close(end),
            Token::Comma => return self.end_chain(start),
            Token::Sign if signed => (level.signed, level.lasts) = (true, lasts),
            Token::Sign if !level.whole => {
                let outer = level.outer;
                let operand = level.begin(start);
                operand.signs += 1;
                if outer + operand.signs > MAX_DEPTH {
                    return Err(Unread::TooDeep(TooDeep { at: start }));
                }
            }
            Token::Sign => level.join(SUM),
            Token::Operator(precedence) => level.join(precedence),
            Token::At => level.signed = true,
            Token::Literal if lasts => in_range(self.text.get(start..end))?,
            Token::Brackets => {
                let inside = self.text.get(start + 1..end).unwrap_or_default();
                for length in inside.trim_end_matches(']').split(':') {
                    in_range(Some(length.trim()))?;
                }
                let operand = level.begin(start);
                operand.depth += 1;
                operand.height += 1;
                if operand.depth + operand.signs > MAX_DEPTH {
                    return Err(Unread::TooDeep(TooDeep { at: start }));
                }
            }
            Token::Word if level.whole => match word.as_str() {
                "or" => level.join(OR),
                "and" | "unless" => level.join(AND),
                "atan2" => level.join(PRODUCT),
                "offset" => (level.signed, level.lasts) = (true, true),
                "by" | "without" => level.labels_follow = opens,
                _ => {}
            },
            Token::Word
                if level.operand.is_none()
                    && !level.joints.is_empty()
                    && is_modifier(&word, opens) =>
            {
                if let Some(joint) = level.joints.last_mut() {
                    joint.matched |= word != "bool";
                }
                level.labels_follow = opens && word != "bool";
                return Ok(());
            }
            Token::Word | Token::Literal | Token::Braces | Token::Other => {
                level.begin(start);
                level.whole = true;
            }
        }
        if let Some(operand) = &mut level.operand {
            operand.end = end;
        }
        Ok(())
    }

    /// Closes the innermost level. What it holds is an operand, or part of one, of the level around it.
    fn close(&mut self, end: usize) -> Result<(), Unread> {
        if self.levels.len() < 2 {
            return Ok(());
        }
        self.end_chain(end)?;
        let Some(inner) = self.levels.pop() else {
            return Ok(());
        };
        let Some(level) = self.levels.last_mut() else {
            return Ok(());
        };
        if inner.labels {
            if let Some(operand) = &mut level.operand {
                operand.end = end;
            }
            return Ok(());
        }
        let operand = level.begin(end);
        operand.end = end;
        operand.depth = operand.depth.max(inner.depth + 1);
        operand.height = operand.height.max(inner.height + 1);
        level.whole = true;
        Ok(())
    }

    /// Ends a chain of operators: at a comma, at the end of a level or of the query.
    fn end_chain(&mut self, at: usize) -> Result<(), Unread> {
        let Some(level) = self.levels.last_mut() else {
            return Ok(());
        };
        let before = std::mem::take(&mut level.height);
        level.end_operand();
        let operands = std::mem::take(&mut level.operands);
        let joints = std::mem::take(&mut level.joints);
        let chain = match joints.len() {
            length @ 0..=LONG => length,
            _ => {
                let mut chain = Chain {
                    operands: &operands,
                    joints: &joints,
                    marks: &mut self.marks,
                };
                chain.divide(0, joints.len())
            }
        };
        level.height = before.max(level.height + chain);
        if level.depth > MAX_DEPTH || level.height > MAX_HEIGHT {
            return Err(Unread::TooDeep(TooDeep { at }));
        }
        Ok(())
    }
}

impl Level {
    fn join(&mut self, precedence: u8) {
        self.end_operand();
        self.joints.push(Joint {
            precedence,
            matched: false,
        });
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')
}

/// The most seconds that a duration has. Source: Prometheus keeps nanoseconds in 64 bits.
const MAX_SECONDS: f64 = (i64::MAX / 1_000_000_000) as f64;

/// Refuses a number that is no duration: the reader panics at it.
fn in_range(number: Option<&str>) -> Result<(), Unread> {
    match number.and_then(|number| number.parse::<f64>().ok()) {
        Some(seconds) if seconds > MAX_SECONDS => {
            Err(Unread::Refused("duration out of range".to_owned()))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether a word behind an operator says how its sides match, and is no operand.
fn is_modifier(word: &str, opens: bool) -> bool {
    match word {
        "bool" | "on" | "ignoring" | "group_left" | "group_right" => true,
        "fill" | "fill_left" | "fill_right" => opens,
        _ => false,
    }
}

/// Operands with operators between them.
struct Chain<'c> {
    operands: &'c [Operand],
    joints: &'c [Joint],
    marks: &'c mut Vec<(usize, char)>,
}

impl Chain<'_> {
    /// Divides what stands between two operands, both included, in the middle of its weakest operators;
    /// answers how high its tree is then.
    fn divide(&mut self, first: usize, last: usize) -> usize {
        let joints = &self.joints[first..last];
        let weakest = joints.iter().map(|joint| joint.precedence).min();
        let Some(weakest) = weakest.filter(|_| joints.len() > LONG / 2) else {
            return joints.len();
        };
        let places: Vec<usize> = (first..last)
            .filter(|&at| self.joints[at].precedence == weakest)
            .collect();
        // Comparisons of comparisons and powers of powers depend on the order in which they are made; so
        // does what matches series, where only some of the sides have labels.
        let matched = places.iter().filter(|&&at| self.joints[at].matched).count();
        let apart = !matches!(weakest, COMPARISON | POWER) && [0, places.len()].contains(&matched);
        if !apart {
            return joints.len();
        }
        let middle = places[places.len() / 2];
        let left = self.part(first, middle);
        let right = self.part(middle + 1, last);
        1 + left.max(right)
    }

    /// Puts what stands between two operands in parentheses.
    fn part(&mut self, first: usize, last: usize) -> usize {
        if first == last {
            return 1;
        }
        self.marks.push((self.operands[first].start, '('));
        self.marks.push((self.operands[last].end, ')'));
        1 + self.divide(first, last)
    }
}
