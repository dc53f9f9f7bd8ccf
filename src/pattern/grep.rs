//! A tree as an extended regular expression of POSIX for `LC_ALL=C`, where each byte is a character: what
//! is beyond ASCII is spelt out in bytes of UTF-8.

use regex_syntax::utf8::Utf8Sequences;

use super::tree::{BEYOND_ASCII, Set, Tree};

/// How long an expression may become, in bytes.
const MAX_LENGTH: usize = 8 * 1024;
/// How many bytes an expression has whose repetitions are written out.
const MAX_UNROLLED: u64 = 10_000;
/// How many sequences of bytes one class may have.
const MAX_SEQUENCES: usize = 64;

/// How tightly what is written must hold together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Within {
    Any,
    All,
    Repeat,
}

/// The expression; nothing where it would be too large for some `regcomp`.
pub fn written(tree: &Tree) -> Option<Vec<u8>> {
    if unrolled(tree) > MAX_UNROLLED {
        return None;
    }
    let mut out = Vec::new();
    write(tree, Within::Any, &mut out)?;
    if out.is_empty() {
        // Every line has a beginning.
        out.push(b'^');
    }
    Some(out)
}

/// How many states an automaton would have that repeats by writing out.
fn unrolled(tree: &Tree) -> u64 {
    match tree {
        Tree::Empty | Tree::Start | Tree::End | Tree::Edge | Tree::Beside => 1,
        Tree::One(set) if set.beyond().next().is_some() => 10,
        Tree::One(_) => 1,
        Tree::Repeat(inner, least, most) => {
            unrolled(inner).saturating_mul(u64::from(most.unwrap_or(*least)).max(1))
        }
        Tree::All(parts) | Tree::Any(parts) => parts
            .iter()
            .fold(1, |sum: u64, part| sum.saturating_add(unrolled(part))),
    }
}

fn write(tree: &Tree, within: Within, out: &mut Vec<u8>) -> Option<()> {
    match tree {
        Tree::Empty | Tree::Edge => {}
        Tree::Beside => bracket(&Set::words().others(), true, out),
        Tree::Start => out.push(b'^'),
        Tree::End => out.push(b'$'),
        Tree::One(set) => one(set, within, out)?,
        Tree::All(parts) => grouped(within == Within::Repeat, out, |out| {
            parts
                .iter()
                .try_for_each(|part| write(part, Within::All, out))
        })?,
        Tree::Any(parts) => {
            // An empty alternative is none to POSIX: the others may be left out.
            let (empty, others): (Vec<&Tree>, Vec<&Tree>) =
                parts.iter().partition(|part| **part == Tree::Empty);
            let choice = |out: &mut Vec<u8>| {
                others.iter().enumerate().try_for_each(|(index, part)| {
                    if index > 0 {
                        out.push(b'|');
                    }
                    write(part, Within::Any, out)
                })
            };
            if empty.is_empty() {
                grouped(within != Within::Any, out, choice)?;
            } else {
                grouped(within == Within::Repeat, out, |out| {
                    grouped(true, out, choice)?;
                    out.push(b'?');
                    Some(())
                })?;
            }
        }
        Tree::Repeat(inner, least, most) => {
            grouped(within == Within::Repeat, out, |out| {
                repeated(inner, *least, *most, out)
            })?;
        }
    }
    (out.len() <= MAX_LENGTH).then_some(())
}

fn grouped(
    group: bool,
    out: &mut Vec<u8>,
    inner: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<()> {
    if group {
        out.push(b'(');
    }
    inner(out)?;
    if group {
        out.push(b')');
    }
    Some(())
}

fn repeated(inner: &Tree, least: u32, most: Option<u32>, out: &mut Vec<u8>) -> Option<()> {
    // Any number of characters is any number of bytes, where everything around is whole characters.
    if let (Tree::One(set), None) = (inner, most)
        && set.has_all_beyond()
    {
        match least {
            0 => {}
            1 => one(set, Within::All, out)?,
            least => {
                one(set, Within::Repeat, out)?;
                out.extend(format!("{{{least}}}").bytes());
            }
        }
        bracket(set, true, out);
        out.push(b'*');
        return Some(());
    }
    write(inner, Within::Repeat, out)?;
    let sign = match (least, most) {
        (0, None) => "*".to_owned(),
        (1, None) => "+".to_owned(),
        (0, Some(1)) => "?".to_owned(),
        (least, None) => format!("{{{least},}}"),
        (least, Some(most)) if least == most => format!("{{{least}}}"),
        (least, Some(most)) => format!("{{{least},{most}}}"),
    };
    out.extend(sign.bytes());
    Some(())
}

/// One character.
fn one(set: &Set, within: Within, out: &mut Vec<u8>) -> Option<()> {
    let mut ways: Vec<Vec<u8>> = Vec::new();
    if (1..BEYOND_ASCII).any(|letter| set.has(letter)) {
        let mut ascii = Vec::new();
        bracket(set, false, &mut ascii);
        ways.push(ascii);
    }
    if set.has_all_beyond() {
        ways.push(b"[\xc2-\xdf][\x80-\xbf]".to_vec());
        ways.push(b"[\xe0-\xef][\x80-\xbf]{2}".to_vec());
        ways.push(b"[\xf0-\xf4][\x80-\xbf]{3}".to_vec());
    } else {
        for (low, high) in set.beyond() {
            let (Some(low), Some(high)) = (char::from_u32(low), char::from_u32(high)) else {
                return None;
            };
            for sequence in Utf8Sequences::new(low, high) {
                let mut way = Vec::new();
                for range in sequence.as_slice() {
                    match range.start == range.end {
                        true => way.push(range.start),
                        false => way.extend([b'[', range.start, b'-', range.end, b']']),
                    }
                }
                ways.push(way);
                if ways.len() > MAX_SEQUENCES {
                    return None;
                }
            }
        }
    }
    let alone = ways.len() == 1;
    // One byte, or one bracket, needs no group even where it is repeated.
    let short = alone && !set.beyond().any(|_| true);
    let group = !(within == Within::Any || alone && (within == Within::All || short));
    grouped(group, out, |out| {
        for (index, way) in ways.iter().enumerate() {
            if index > 0 {
                out.push(b'|');
            }
            out.extend(way);
        }
        Some(())
    })
}

/// One of the ASCII characters of a set, `beyond`: or any byte beyond.
fn bracket(set: &Set, beyond: bool, out: &mut Vec<u8>) {
    let (inside, outside): (Vec<u8>, Vec<u8>) = (1..0x80u8)
        .filter(|letter| *letter != b'\n')
        .partition(|letter| set.has(u32::from(*letter)));
    if beyond && outside.is_empty() {
        out.push(b'.');
        return;
    }
    if let ([letter], false) = (inside.as_slice(), beyond) {
        if b"\\.[(*+?{|^$)".contains(letter) {
            out.push(b'\\');
        }
        out.push(*letter);
        return;
    }
    // Control characters are better left out than listed.
    let negated = beyond || set.has(1);
    out.push(b'[');
    if negated {
        out.push(b'^');
    }
    let mut listed = if negated { outside } else { inside };
    // What has a meaning in brackets stands where it has none: `]` first, `[`, `^` and `-` last.
    let signs = |letter: &u8| matches!(letter, b']' | b'[' | b'^' | b'-');
    if listed.contains(&b']') {
        out.push(b']');
    }
    let last: Vec<u8> = [b'[', b'^', b'-']
        .into_iter()
        .filter(|sign| listed.contains(sign))
        .collect();
    listed.retain(|letter| !signs(letter));
    let mut rest = listed.as_slice();
    while let Some(&first) = rest.first() {
        let mut length = 1;
        while length < rest.len() && rest[length] == first + length as u8 {
            length += 1;
        }
        match length {
            1 | 2 => out.extend(&rest[..length]),
            _ => out.extend([first, b'-', rest[length - 1]]),
        }
        rest = &rest[length..];
    }
    if negated && !beyond {
        out.extend([0x80, b'-', 0xff]);
    }
    // `^` alone would negate what is left.
    if !negated && last.first() == Some(&b'^') && out.last() == Some(&b'[') {
        out.extend(last.iter().rev());
    } else {
        out.extend(&last);
    }
    out.push(b']');
}
