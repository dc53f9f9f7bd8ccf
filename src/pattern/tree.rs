//! An expression as a tree of characters on one line: no line breaks, no groups, no greed.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Ranges of characters, in order and apart from each other. Neither a line break nor a zero byte is in
/// one: no line holds them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set(Vec<(u32, u32)>);

/// The last character there is.
const LAST: u32 = char::MAX as u32;
/// The first character that is not ASCII.
pub const BEYOND_ASCII: u32 = 0x80;
/// What no line holds.
const LINE_BREAK: u32 = '\n' as u32;

impl Set {
    fn of(ranges: impl IntoIterator<Item = (u32, u32)>) -> Set {
        let mut set = Vec::new();
        for (low, high) in ranges {
            let low = low.max(1);
            for (low, high) in [
                (low, high.min(LINE_BREAK - 1)),
                (low.max(LINE_BREAK + 1), high),
            ] {
                if low <= high {
                    set.push((low, high));
                }
            }
        }
        Set(set)
    }

    /// The characters of words: ASCII letters, digits and `_`.
    pub fn words() -> Set {
        Set::of(
            [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]
                .map(|(low, high)| (u32::from(low), u32::from(high))),
        )
    }

    /// Every character but these.
    pub fn others(&self) -> Set {
        let mut others = Vec::new();
        let mut next = 0;
        for &(low, high) in &self.0 {
            if next < low {
                others.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= LAST {
            others.push((next, LAST));
        }
        Set::of(others)
    }

    /// The characters that are in both.
    pub fn and(&self, other: &Set) -> Set {
        let mut both = Vec::new();
        for &(low, high) in &self.0 {
            for &(from, to) in &other.0 {
                if low.max(from) <= high.min(to) {
                    both.push((low.max(from), high.min(to)));
                }
            }
        }
        Set(both)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn has(&self, character: u32) -> bool {
        self.0
            .iter()
            .any(|&(low, high)| (low..=high).contains(&character))
    }

    /// The ranges beyond ASCII.
    pub fn beyond(&self) -> impl Iterator<Item = (u32, u32)> {
        self.0
            .iter()
            .filter(|(_, high)| *high >= BEYOND_ASCII)
            .map(|&(low, high)| (low.max(BEYOND_ASCII), high))
    }

    /// Whether every character beyond ASCII is in it. Surrogates are none.
    pub fn has_all_beyond(&self) -> bool {
        let mut next = BEYOND_ASCII;
        for (low, high) in self.beyond() {
            if low > next && !(next..low).all(|one| char::from_u32(one).is_none()) {
                return false;
            }
            next = high + 1;
        }
        next > LAST
    }
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tree {
    /// Nothing, which is everywhere.
    Empty,
    /// One of these characters.
    One(Set),
    /// The beginning of the line.
    Start,
    /// The end of the line.
    End,
    /// Between a character of a word and one that is none.
    Edge,
    /// A byte beside a word that belongs to none.
    Beside,
    /// So many times; without an end where there is no most.
    Repeat(Box<Tree>, u32, Option<u32>),
    /// One after the other.
    All(Vec<Tree>),
    /// One or the other.
    Any(Vec<Tree>),
}

/// Why an expression has no tree.
#[derive(Clone, Copy, Debug)]
pub enum Unfit {
    /// Nothing matches it.
    Nothing,
    /// Something of a kind that is unknown here.
    Unknown,
}

impl Unfit {
    pub fn message(self) -> &'static str {
        match self {
            Unfit::Nothing => "no line can match this regular expression",
            Unfit::Unknown => "a regular expression that is not in the dialect",
        }
    }

    pub fn help(self) -> &'static str {
        match self {
            Unfit::Nothing => "each line is matched by itself, without its line break",
            Unfit::Unknown => "write it with characters, classes, groups and repetitions",
        }
    }
}

/// The tree of what regex-syntax has read. As deep as the expression, which is bounded.
pub fn of(hir: &Hir) -> Result<Tree, Unfit> {
    Ok(match hir.kind() {
        HirKind::Empty => Tree::Empty,
        HirKind::Literal(literal) => {
            let text = str::from_utf8(&literal.0).map_err(|_| Unfit::Unknown)?;
            let each = text
                .chars()
                .map(|letter| one(Set::of([(u32::from(letter), u32::from(letter))])));
            all(each.collect::<Result<Vec<Tree>, Unfit>>()?)
        }
        HirKind::Class(Class::Unicode(class)) => {
            one(Set::of(class.iter().map(|range| {
                (u32::from(range.start()), u32::from(range.end()))
            })))?
        }
        HirKind::Class(Class::Bytes(class)) => {
            one(Set::of(class.iter().map(|range| {
                (u32::from(range.start()), u32::from(range.end()))
            })))?
        }
        HirKind::Look(look) => match look {
            Look::Start | Look::StartLF => Tree::Start,
            Look::End | Look::EndLF => Tree::End,
            Look::WordAscii | Look::WordUnicode => Tree::Edge,
            _ => return Err(Unfit::Unknown),
        },
        HirKind::Repetition(repetition) => {
            let inner = of(&repetition.sub);
            if repetition.min == 0 && matches!(inner, Err(Unfit::Nothing)) {
                return Ok(Tree::Empty);
            }
            repeat(inner?, repetition.min, repetition.max)
        }
        HirKind::Capture(capture) => of(&capture.sub)?,
        HirKind::Concat(parts) => {
            all(parts.iter().map(of).collect::<Result<Vec<Tree>, Unfit>>()?)
        }
        HirKind::Alternation(parts) => {
            let mut found = Vec::new();
            for part in parts {
                match of(part) {
                    Ok(tree) => found.push(tree),
                    Err(Unfit::Nothing) => {}
                    Err(unfit) => return Err(unfit),
                }
            }
            any(found).ok_or(Unfit::Nothing)?
        }
    })
}

fn one(set: Set) -> Result<Tree, Unfit> {
    match set.is_empty() {
        true => Err(Unfit::Nothing),
        false => Ok(Tree::One(set)),
    }
}

/// One after the other.
pub fn all(parts: Vec<Tree>) -> Tree {
    let mut flat: Vec<Tree> = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Tree::Empty => {}
            Tree::All(inner) => flat.extend(inner),
            part => flat.push(part),
        }
    }
    match flat.len() {
        0 => Tree::Empty,
        1 => flat.remove(0),
        _ => Tree::All(flat),
    }
}

/// One or the other; nothing where there is none.
pub fn any(parts: Vec<Tree>) -> Option<Tree> {
    let mut flat: Vec<Tree> = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Tree::Any(inner) => inner.into_iter().for_each(|part| add(&mut flat, part)),
            part => add(&mut flat, part),
        }
    }
    match flat.len() {
        0 | 1 => flat.pop(),
        _ => Some(Tree::Any(flat)),
    }
}

fn add(parts: &mut Vec<Tree>, part: Tree) {
    if !parts.contains(&part) {
        parts.push(part);
    }
}

/// So many times.
pub fn repeat(inner: Tree, least: u32, most: Option<u32>) -> Tree {
    match (inner, least, most) {
        (Tree::Empty, ..) | (_, _, Some(0)) => Tree::Empty,
        (inner, 1, Some(1)) => inner,
        // What takes no room is there as often as wanted, or not needed at all.
        (Tree::Start | Tree::End | Tree::Edge, 0, _) => Tree::Empty,
        (inner @ (Tree::Start | Tree::End | Tree::Edge), ..) => inner,
        (inner, least, most) => Tree::Repeat(Box::new(inner), least, most),
    }
}
