//! The pest parser. Nothing above this room sees a pest pair: what leaves here is a flat list of nodes.

#![allow(missing_docs)]

use pest::Parser;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/deploy.pest"]
pub(super) struct Grammar;

use Rule as Kind;

/// Why a text does not follow a strict rule: where, and which rules could have followed there.
pub(super) struct Expected {
    /// Byte offset, zero-based.
    pub at: usize,
    pub rules: Vec<Rule>,
}

/// One node: what it is, where it stands in its piece, and where its next sibling would stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Raw {
    pub kind: Rule,
    /// First byte, counted from the beginning of the piece.
    pub start: u32,
    /// One past the last byte, counted from the beginning of the piece.
    pub end: u32,
    /// Index one past the last node inside this one.
    pub next: u32,
}

/// Reads a text by a total rule. `None` if pest ran out of stack: the caller bounds the nesting first.
pub(super) fn read(rule: Rule, text: &str) -> Option<Vec<Raw>> {
    let pairs = Grammar::parse(rule, text).ok()?;
    let tokens = pairs.tokens();
    let mut nodes: Vec<Raw> = Vec::with_capacity(tokens.len() / 2);
    let mut open: Vec<usize> = Vec::with_capacity(16);
    for token in tokens {
        match token {
            pest::Token::Start { rule, pos } => {
                open.push(nodes.len());
                nodes.push(Raw {
                    kind: rule,
                    start: pos.pos() as u32,
                    end: 0,
                    next: 0,
                });
            }
            pest::Token::End { pos, .. } => {
                let index = open.pop()?;
                if is_word(nodes[index].kind) {
                    nodes.truncate(index);
                    continue;
                }
                nodes[index].end = pos.pos() as u32;
                nodes[index].next = nodes.len() as u32;
                if nodes[index].kind == Kind::extent {
                    settle(&mut nodes, index);
                }
            }
        }
    }
    Some(nodes)
}

/// A range is told from a quantity by what follows it, and neither is read twice: an `extent`, the last
/// node of all, becomes the one or the other.
fn settle(nodes: &mut Vec<Raw>, index: usize) {
    if nodes.len() > index + 2 {
        nodes[index].kind = Kind::range;
    } else if let Some(quantity) = nodes.pop() {
        nodes[index] = Raw {
            next: index as u32 + 1,
            ..quantity
        };
    }
}

/// Why the text does not follow the strict rule; `None` if it does.
pub(super) fn explain(rule: Rule, text: &str) -> Option<Expected> {
    let error = Grammar::parse(rule, text).err()?;
    let at = match error.location {
        pest::error::InputLocation::Pos(at) => at,
        pest::error::InputLocation::Span((at, _)) => at,
    };
    let rules = match error.variant {
        pest::error::ErrorVariant::ParsingError { positives, .. } => positives,
        pest::error::ErrorVariant::CustomError { .. } => Vec::new(),
    };
    Some(Expected { at, rules })
}

/// Keywords leave no node: between two nodes, the text itself says which word stands there.
fn is_word(rule: Rule) -> bool {
    (rule as usize) >= (Rule::k_about as usize) && (rule as usize) <= (Rule::k_within as usize)
        || rule == Rule::EOI
}

#[cfg(test)]
mod tests {
    use super::{Rule, read};
    use crate::syntax::words::{ITEMS, STATEMENTS};

    /// A word outside of the letters of its group would never be compared.
    #[test]
    fn words_stand_in_the_group_of_their_first_letter() {
        let grammar = include_str!("../../grammar/deploy.pest");
        let mut words = 0;
        for group in grammar.split("&('").skip(1) {
            let letters = group.as_bytes()[0]..=group.as_bytes()[5];
            let end = group
                .find("\n  |")
                .into_iter()
                .chain(group.find(") ~ edge"));
            let group = &group[..end.min().unwrap_or(group.len())];
            for word in group.split('"').skip(1).step_by(2) {
                assert!(
                    letters.contains(&word.as_bytes()[0]),
                    "{word} in {letters:?}"
                );
                words += 1;
            }
        }
        assert!(words > 100, "{words} words in groups");
    }

    #[test]
    fn every_word_begins_what_it_is_said_to_begin() {
        let unread = |text: &str| {
            let nodes = read(Rule::piece, text).unwrap_or_default();
            let unread = [Rule::ERR_ITEM, Rule::ERR_STMT, Rule::ERR_HEAD];
            nodes.is_empty() || nodes.iter().any(|node| unread.contains(&node.kind))
        };
        for word in ITEMS {
            assert!(!unread(&format!("{word} x\n")), "{word}");
        }
        for word in STATEMENTS {
            let rest = if *word == "on" { "failure stop" } else { "x" };
            assert!(
                !unread(&format!("phase x {{\n{word} {rest}\n}}\n")),
                "{word}"
            );
        }
        assert!(unread("phase x {\nfoo x\n}\n"));
    }
}
