//! Specs that are a little, or very, wrong: made from those of the project by a number alone, so that the
//! same number gives the same text on every machine.

pub mod lex;
mod odd;
mod parts;

use crate::corpus::Corpus;
use crate::faults::Random;

/// How rough the changes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// What was well formed mostly stays so: whole statements and clauses, values by values.
    Gentle,
    /// Anything.
    Rough,
}

/// No text grows beyond this many bytes by a change.
const MOST_BYTES: usize = 24 * 1024;

/// A spec of the project, small ones more often.
pub fn base<'c>(corpus: &'c Corpus, sound: bool, random: &mut Random) -> &'c str {
    let pick = |random: &mut Random| match sound && !corpus.sound().is_empty() {
        true => &corpus.bases[corpus.sound()[random.below(corpus.sound().len())]].text,
        false => &corpus.bases[random.below(corpus.bases.len())].text,
    };
    let mut text = pick(random);
    for _ in 0..3 {
        let other = pick(random);
        if other.len() < text.len() && random.below(8) > 0 {
            text = other;
        }
    }
    text
}

/// A text after one change.
pub fn change(text: &str, corpus: &Corpus, manner: Manner, random: &mut Random) -> String {
    let changed = match manner {
        Manner::Gentle => parts::change(text, corpus, manner, random),
        Manner::Rough if random.below(5) < 3 => parts::change(text, corpus, manner, random),
        Manner::Rough => odd::change(text, corpus, random),
    };
    match changed.len() > MOST_BYTES.max(text.len()) && random.below(50) > 0 {
        true => text.to_owned(),
        false => changed,
    }
}

/// A text with a few changes.
pub fn rough(corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    let mut text = base(corpus, false, random).to_owned();
    for _ in 0..=random.below(4) {
        text = change(&text, corpus, Manner::Rough, random);
    }
    if random.below(40) == 0 {
        return odd::bytes(text, random);
    }
    text.into_bytes()
}

/// A text with a few changes that keeps what `holds` asks of it, as far as that was so before.
pub fn kept(corpus: &Corpus, random: &mut Random, holds: impl Fn(&str) -> bool) -> Vec<u8> {
    let mut text = base(corpus, true, random).to_owned();
    let wanted = 1 + random.below(4);
    let mut made = 0;
    for _ in 0..3 * wanted {
        let changed = change(&text, corpus, Manner::Gentle, random);
        if changed != text && holds(&changed) {
            text = changed;
            made += 1;
        }
        if made == wanted {
            break;
        }
    }
    text.into_bytes()
}

/// The text with a stretch replaced. Ends inside of a character are moved to its begin.
fn replaced(text: &str, start: usize, end: usize, new: &str) -> String {
    let floor = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(start);
    let end = floor(end).max(start);
    let mut out = String::with_capacity(text.len() + new.len());
    out.push_str(&text[..start]);
    out.push_str(new);
    out.push_str(&text[end..]);
    out
}
