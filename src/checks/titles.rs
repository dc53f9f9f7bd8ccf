//! What nodes are called, in small letters, and how words are looked for in it: many rules ask of every
//! title whether it holds one of some words, and hardly any does.

use std::ops::Deref;

use crate::graph::Order;

/// The titles of all nodes, in small letters.
pub struct Titles {
    /// One behind the other.
    text: String,
    /// Where each begins, and behind the last one where it ends.
    begins: Vec<u32>,
    /// Which letters stand in each.
    letters: Vec<Letters>,
    /// Whether each has, as it is written, one of the signs with which a blank begins.
    signs: Vec<bool>,
}

impl Titles {
    /// The titles of the nodes of an order.
    pub fn of(order: &Order<'_>) -> Self {
        let mut titles = Titles {
            text: String::new(),
            begins: Vec::with_capacity(order.nodes.len() + 1),
            letters: Vec::with_capacity(order.nodes.len()),
            signs: Vec::with_capacity(order.nodes.len()),
        };
        titles.begins.push(0);
        for node in &order.nodes {
            let begin = titles.text.len();
            let title = node.title.words();
            if title.is_ascii() {
                titles.text.push_str(&title);
                titles.text[begin..].make_ascii_lowercase();
            } else {
                titles.text.push_str(&title.to_lowercase());
            }
            titles.begins.push(titles.text.len() as u32);
            titles.signs.push(title.bytes().any(begins_blank));
            titles.letters.push(Letters::of(&titles.text[begin..]));
        }
        titles
    }

    /// Whether the title of a node has one of the signs with which a blank begins.
    pub fn has_signs(&self, place: usize) -> bool {
        self.signs[place]
    }

    /// The title of a node, by its place.
    pub fn lower(&self, place: usize) -> Lower<'_> {
        Lower {
            text: &self.text[self.begins[place] as usize..self.begins[place + 1] as usize],
            letters: self.letters[place],
        }
    }
}

/// A text in small letters.
#[derive(Clone, Copy)]
pub struct Lower<'t> {
    text: &'t str,
    letters: Letters,
}

impl<'t> Lower<'t> {
    /// A text that is in small letters already.
    pub fn of(text: &'t str) -> Self {
        let letters = Letters::of(text);
        Lower { text, letters }
    }

    /// The text.
    pub fn text(self) -> &'t str {
        self.text
    }

    /// Whether one of the phrases might stand in it, by the letters alone.
    pub fn may_hold(self, phrases: &[Phrase]) -> bool {
        phrases
            .iter()
            .any(|phrase| self.letters.include(phrase.letters))
    }

    /// Whether one of the phrases stands in it.
    pub fn holds(self, phrases: &[Phrase]) -> bool {
        phrases
            .iter()
            .any(|phrase| self.letters.include(phrase.letters) && self.text.contains(phrase.text))
    }
}

impl Deref for Lower<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.text
    }
}

/// A word, a part of one or several words that is looked for in many texts; in small letters.
#[derive(Clone, Copy)]
pub struct Phrase {
    text: &'static str,
    letters: Letters,
}

/// Phrases to look for.
pub const fn phrases<const N: usize>(texts: [&'static str; N]) -> [Phrase; N] {
    let mut all = [Phrase {
        text: "",
        letters: Letters(0),
    }; N];
    let mut at = 0;
    while at < N {
        let text = texts[at];
        let letters = Letters::of(text);
        all[at] = Phrase { text, letters };
        at += 1;
    }
    all
}

/// Which of the letters from a to z stand in a text: one that lacks a letter of a phrase need not be
/// searched for it.
#[derive(Clone, Copy)]
struct Letters(u32);

impl Letters {
    const fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut letters, mut at) = (0, 0);
        while at < bytes.len() {
            if bytes[at].is_ascii_lowercase() {
                letters |= 1 << (bytes[at] - b'a');
            }
            at += 1;
        }
        Letters(letters)
    }

    const fn include(self, of_phrase: Letters) -> bool {
        self.0 & of_phrase.0 == of_phrase.0
    }
}

/// Whether a blank may begin with a byte.
pub(super) fn begins_blank(byte: u8) -> bool {
    matches!(byte, b'[' | b'_' | b'?' | b'T' | b'F')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_where_they_stand() {
        const WORDS: [Phrase; 2] = phrases(["roll back", "k8s"]);
        assert!(Lower::of("then k8s restarts it").holds(&WORDS));
        assert!(Lower::of("roll back at once").holds(&WORDS));
        assert!(!Lower::of("back to roll call").holds(&WORDS));
        assert!(!Lower::of("").holds(&WORDS));
    }
}
