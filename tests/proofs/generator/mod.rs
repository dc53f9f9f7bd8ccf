//! Valid specs of every construct of the language, made from a number.
//!
//! [`Spec::of`] makes one: a small tree of declarations, statements and tokens ([`tree`]), in which a name is a
//! number until it is printed ([`names`]). It is printed in one file or in several, with blanks, line breaks and
//! comments where they may stand ([`print`]). What a spec has in it is read from its text: [`Spec::kinds`] are
//! the rules of the grammar that it used, [`Spec::words`] the words that begin its statements.
//!
//! | file | makes |
//! | --- | --- |
//! | `declare.rs` | what has a name at the margin: people, services, metrics, messages, values |
//! | `rules.rs` | what is done and judged: phases, gates, rules, rollbacks, verdicts, tests, the deployment |
//! | `steps.rs` | what stands in a phase, and the clauses of any statement |
//! | `values.rs` | quantities, times, types, conditions, actions, texts |
//!
//! Every rule of `grammar/deploy.pest` that makes a node, and every word that begins a statement, occurs in a
//! few hundred specs: `tests/proofs/equality/generated.rs` holds it. A spec has no finding that is an error; it may well have
//! warnings. The same number makes the same spec on every machine.

#![allow(dead_code)]

pub mod declare;
pub mod names;
pub mod print;
pub mod rules;
pub mod steps;
pub mod tree;
pub mod values;

use std::collections::BTreeSet;

use deployc::source::SourceId;
use deployc::stdlib;
use deployc::syntax::{Kind, parse};

use crate::faults::Random;
use names::{Names, Naming};
use print::{Layout, Split, files};
use tree::{Item, Name, Noun, Seen, Token};

/// A spec.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The number that it was made from.
    pub seed: u64,
    /// Its declarations, in the order in which they are written.
    pub items: Vec<Item>,
    /// What its names name.
    pub names: Names,
}

impl Spec {
    /// The spec of a number.
    pub fn of(seed: u64) -> Spec {
        declare::spec(seed)
    }

    /// Names as people choose them.
    pub fn readable(&self) -> Naming {
        Naming::readable(&self.names, &mut Random(self.seed))
    }

    /// Its text, in one file, as people write it.
    pub fn text(&self, naming: &Naming) -> String {
        self.laid_out(naming, &Layout::plain())
    }

    /// Its text, in one file, with blanks and comments.
    pub fn laid_out(&self, naming: &Naming, layout: &Layout) -> String {
        let mut files = files(self, naming, &Split::default(), layout, "");
        files.swap_remove(0).1
    }

    /// Its texts with their paths, in several files, the one that is asked for first.
    pub fn split(&self, naming: &Naming, split: &Split) -> Vec<(String, String)> {
        files(self, naming, split, &Layout::plain(), "")
    }

    /// Whether a name is that of a module of the standard library which it uses.
    pub fn is_of_library(&self, module: &str) -> bool {
        let mut found = false;
        for item in &self.items {
            item.statement.visit(&mut |seen| {
                if let Seen::Token(Token::Std(own, _)) = seen {
                    found |= *own == module;
                }
            });
        }
        found && stdlib::module(module).is_some()
    }

    /// The same declarations in another order: those that `moves` are put anywhere, the others keep theirs.
    pub fn shuffled(&self, random: &mut Random, moves: impl Fn(&Item) -> bool) -> Spec {
        let mut items: Vec<Item> = Vec::with_capacity(self.items.len());
        let (moving, staying): (Vec<&Item>, Vec<&Item>) =
            self.items.iter().partition(|item| moves(item));
        items.extend(staying.into_iter().cloned());
        for item in moving {
            let at = random.below(items.len() + 1);
            items.insert(at, item.clone());
        }
        Spec {
            items,
            ..self.clone()
        }
    }

    /// The same declarations, where those of a kind have changed places among themselves.
    pub fn permuted(&self, random: &mut Random, moves: impl Fn(&Item) -> bool) -> Spec {
        let places: Vec<usize> = (0..self.items.len())
            .filter(|&at| moves(&self.items[at]))
            .collect();
        let mut order = places.clone();
        for at in (1..order.len()).rev() {
            order.swap(at, random.below(at + 1));
        }
        let mut spec = self.clone();
        for (place, from) in places.into_iter().zip(order) {
            spec.items[place] = self.items[from].clone();
        }
        spec
    }

    /// A home in some file for each declaration that may stand in a module.
    pub fn divided(&self, random: &mut Random, files: usize) -> Split {
        let mut split = Split::default();
        for (at, item) in self.items.iter().enumerate() {
            if !may_move(item.noun) || random.below(4) == 0 {
                continue;
            }
            split.file.insert(at, 1 + random.below(files));
            if let Some(name) = item.name
                && random.below(2) == 0
            {
                split.by_name.insert(name);
            }
        }
        // A file can use those behind it alone: what uses something stands with it or before it.
        let all: Vec<(Option<Name>, Vec<Name>, Vec<Name>)> = self
            .items
            .iter()
            .map(|item| (item.name, item.statement.uses(), item.statement.starts()))
            .collect();
        let home = |split: &Split, at: usize| split.file.get(&at).copied().unwrap_or(0);
        // A query may be about the only service that the file with the deployment declares: all of them stand there,
        // or none.
        let services: Vec<usize> = (0..all.len())
            .filter(|&at| self.items[at].noun == Noun::Service)
            .collect();
        let mut stays: BTreeSet<usize> = BTreeSet::new();
        loop {
            let mut moved = false;
            if services.iter().any(|&at| home(&split, at) == 0) {
                for at in &services {
                    moved |= stays.insert(*at) | split.file.remove(at).is_some();
                }
            }
            for (at, (_, uses, _)) in all.iter().enumerate() {
                for (other, (name, ..)) in all.iter().enumerate() {
                    let own = home(&split, at);
                    if name.is_some_and(|name| uses.contains(&name)) && home(&split, other) < own {
                        match may_move(self.items[other].noun) && !stays.contains(&other) {
                            true => split.file.insert(other, own),
                            false => {
                                stays.insert(at);
                                split.file.remove(&at)
                            }
                        };
                        moved = true;
                    }
                }
            }
            // What nothing brings into the plan stays where it is there all the same.
            let mut reached: Vec<usize> =
                (0..all.len()).filter(|at| home(&split, *at) == 0).collect();
            let mut next = 0;
            while let Some(&at) = reached.get(next) {
                next += 1;
                let starts = &all[at].2;
                for (other, (name, ..)) in all.iter().enumerate() {
                    if name.is_some_and(|name| starts.contains(&name)) && !reached.contains(&other)
                    {
                        reached.push(other);
                    }
                }
            }
            let left: Vec<usize> = split
                .file
                .keys()
                .copied()
                .filter(|at| !reached.contains(at))
                .collect();
            for at in left {
                split.file.remove(&at);
                // Or it would be moved again by what uses it.
                stays.insert(at);
                moved = true;
            }
            if !moved {
                return split;
            }
        }
    }

    /// The rules of the grammar that its text uses.
    pub fn kinds(text: &str) -> BTreeSet<Kind> {
        let (file, _) = parse(SourceId(0), text);
        let nodes = file.pieces.iter().flat_map(|piece| piece.root().descend());
        nodes.map(|node| node.kind()).collect()
    }

    /// The words that begin its statements and declarations.
    pub fn words(&self) -> BTreeSet<String> {
        fn first(statements: &[tree::Statement], words: &mut BTreeSet<String>) {
            for statement in statements {
                if let Some(Token::Word(word)) = statement.head.first() {
                    words.insert(word.clone());
                }
                for token in &statement.head {
                    if let Token::Block(block) = token {
                        first(block, words);
                    }
                }
                first(statement.block.as_deref().unwrap_or_default(), words);
            }
        }
        let mut words = BTreeSet::from(["edition".to_owned()]);
        for item in &self.items {
            first(std::slice::from_ref(&item.statement), &mut words);
        }
        words
    }
}

/// Whether a declaration may stand in a file that others bring in.
pub fn may_move(noun: Noun) -> bool {
    matches!(
        noun,
        Noun::Role
            | Noun::Channel
            | Noun::Service
            | Noun::Metric
            | Noun::Message
            | Noun::Checklist
            | Noun::Procedure
            | Noun::Rollback
            | Noun::Parameter
            | Noun::Secret
    )
}
