//! Changes that no grammar knows of: blanks of all kinds, depth, broken lines, bytes.

use super::lex::{self, Kind};
use super::replaced;
use crate::corpus::Corpus;
use crate::faults::Random;

/// What looks like a blank, or like nothing.
const BLANKS: &[&str] = &[
    "\u{a0}",
    "\u{3000}",
    "\u{2003}",
    "\u{1680}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{200b}",
    "\u{200d}",
    "\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\t",
    "\r",
    "\r\n",
    "\u{b}",
    "\u{c}",
    "\0",
    "\u{1}",
    "\u{2}",
    "\u{3}",
    "\u{1f}",
    "\u{7f}",
    "\u{202e}",
    "\u{202a}",
    "\u{2066}",
    "\u{2069}",
    "\u{200e}",
    "\u{61c}",
    "  ",
    " \t ",
    "\u{180e}",
    "\u{2800}",
    "\u{3164}",
    "\u{e0001}",
    "\n",
    "\n\n",
    "\\\n",
];

/// A text after one change.
pub fn change(text: &str, corpus: &Corpus, random: &mut Random) -> String {
    let tokens = lex::tokens(text);
    let any = |random: &mut Random, of: &dyn Fn(Kind) -> bool| {
        let those: Vec<_> = tokens.iter().filter(|token| of(token.kind)).collect();
        (!those.is_empty()).then(|| *those[random.below(those.len())])
    };
    let blank = |kind| matches!(kind, Kind::Blank | Kind::Break);
    let changed = match random.below(14) {
        // A blank by another one, or one more.
        0..3 => any(random, &blank).map(|token| {
            let new = random.choose(BLANKS);
            let start = match random.below(3) {
                0 => token.end,
                _ => token.start,
            };
            replaced(text, start, token.end, new)
        }),
        // Between, before or inside of tokens.
        3..5 => any(random, &|kind| !blank(kind)).map(|token| {
            let place = match random.below(3) {
                0 => token.start,
                1 => token.end,
                _ => token.start + random.below(token.end - token.start + 1),
            };
            let mut new = random.choose(BLANKS).to_owned();
            if random.below(8) == 0 {
                new = new.repeat(1 + random.below(80));
            }
            replaced(text, place, place, &new)
        }),
        5 => Some(match random.below(4) {
            0 => text.replace('\n', "\r\n"),
            1 => text.replace('\n', "\r"),
            2 => format!("\u{feff}{text}"),
            _ => text.trim_end().to_owned(),
        }),
        6 => any(random, &|kind| kind == Kind::Break).map(|token| {
            let new = random.choose(&["", " ", "\r", "\n\n\n", "\r\r\n", " \\\n", ";", ", "]);
            replaced(text, token.start, token.end, new)
        }),
        7 => any(random, &|kind| kind == Kind::Blank).map(|token| {
            let new = random.choose(&["\n", "\n  ", "", "\r\n", "        ", "\n#\n", "\n\n"]);
            replaced(text, token.start, token.end, new)
        }),
        // The text ends too early, or a stretch of it is gone.
        8 => {
            let start = random.below(text.len() + 1);
            let end = match random.below(2) {
                0 => text.len(),
                _ => (start + random.below(60)).min(text.len()),
            };
            Some(replaced(text, start, end, ""))
        }
        // Any character by any other.
        9..11 => {
            let start = random.below(text.len() + 1);
            let new = match random.below(4) {
                0 => char::from((random.next() % 128) as u8),
                1 => char::from_u32((random.next() % 0x3000) as u32).unwrap_or('x'),
                2 => char::from_u32((random.next() % 0x11_0000) as u32).unwrap_or('x'),
                _ => random.choose(&['{', '}', '"', '`', '#', '\n', ' ', '(', ')', '/', '\\', '$']),
            };
            let end = start + random.below(3);
            Some(replaced(text, start, end, &new.to_string()))
        }
        11 => Some(letter_case(text, random)),
        12 => deep(text, random, &any),
        _ => {
            let other = &corpus.bases[random.below(corpus.bases.len())].text;
            let start = random.below(text.len() + 1);
            let from = random.below(other.len() + 1);
            let part = replaced(other, 0, from, "");
            let part = replaced(&part, random.below(200), part.len(), "");
            Some(replaced(text, start, start, &part))
        }
    };
    changed.unwrap_or_else(|| text.to_owned())
}

/// A word with a capital, a slip, or in other letters.
fn letter_case(text: &str, random: &mut Random) -> String {
    let tokens = lex::tokens(text);
    let words: Vec<_> = tokens
        .iter()
        .filter(|token| token.kind == Kind::Word)
        .collect();
    if words.is_empty() {
        return text.to_owned();
    }
    let token = words[random.below(words.len())];
    let own = &text[token.start..token.end];
    let new = match random.below(6) {
        0 => own.to_uppercase(),
        1 => own.replace('-', "_"),
        2 => own.replacen('a', "а", 1),
        3 => own.chars().rev().collect(),
        4 => format!("{own}s"),
        _ => own.get(1..).unwrap_or_default().to_owned(),
    };
    replaced(text, token.start, token.end, &new)
}

type Any<'a> = dyn Fn(&mut Random, &dyn Fn(Kind) -> bool) -> Option<lex::Token> + 'a;

/// Something that goes down and down.
fn deep(text: &str, random: &mut Random, any: &Any<'_>) -> Option<String> {
    let times = match random.below(60) {
        0 => 20_000,
        1..5 => 2_000,
        5..20 => 200,
        20..40 => 70,
        _ => 8,
    };
    let (open, close) = random.choose(&[
        ("(", ")"),
        ("[", "]"),
        ("{ ", " }"),
        ("not ", ""),
        ("$(", ")"),
        ("sum(", ")"),
        ("a and (", ")"),
        ("up + ", ""),
        ("-", ""),
        ("if true; then ", "; fi"),
        ("x = ", ""),
        ("`", "`"),
        ("{a ", "}"),
        ("${x:-", "}"),
        ("> ", ""),
        ("- ", ""),
        ("*", "*"),
        ("(?:a", ")"),
        ("a|", ""),
        ("((", "))"),
        ("group g {\n", "\n}"),
        ("phase p {\n", "\n}"),
        ("every 5m {\n", "\n}"),
        ("a, ", ""),
        ("a[b=c] < 1 and ", ""),
        ("! ", ""),
        ("| cat ", ""),
        ("{{", "}}"),
        ("\"$(", ")\""),
        ("[[", "]]"),
        ("case x in a) ", ";; esac"),
        ("f() { ", "; }"),
    ]);
    let token = any(random, &|kind| !matches!(kind, Kind::Break))?;
    let inside = matches!(token.kind, Kind::Text | Kind::Command) && token.end - token.start > 2;
    let (start, end) = match inside {
        true => (token.start + 1, token.end - 1),
        false => (token.start, token.end),
    };
    let inner = text.get(start..end)?;
    let closes = if random.below(4) > 0 {
        times
    } else {
        random.below(times)
    };
    Some(replaced(
        text,
        start,
        end,
        &format!("{}{inner}{}", open.repeat(times), close.repeat(closes)),
    ))
}

/// Bytes that are no text.
pub fn bytes(text: String, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    match random.below(3) {
        0 => {
            let mut wide: Vec<u8> = vec![0xff, 0xfe];
            wide.extend(bytes.iter().take(400).flat_map(|byte| [*byte, 0]));
            wide
        }
        1 => {
            for _ in 0..=random.below(6) {
                let at = random.below(bytes.len() + 1);
                let byte = random.choose(&[0x80, 0xff, 0xc0, 0xed, 0xa0, 0xf5, 0x00, 0xbf, 0xe2]);
                bytes.insert(at, byte);
            }
            bytes
        }
        _ => {
            for _ in 0..=random.below(20) {
                if bytes.is_empty() {
                    break;
                }
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            bytes
        }
    }
}
