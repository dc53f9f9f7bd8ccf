//! Edges of words, which `grep -E` of POSIX does not know: an expression is written again so that it
//! looks at the character on either side.
//!
//! A walk through the tree knows at each place what stands before it and what must follow. Where an edge
//! was asked for, that decides which characters may come next.

use std::collections::BTreeMap;

use super::tree::{Set, Tree, all, any, repeat};

/// What stands before a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Before {
    Start,
    Word,
    Other,
}

/// What must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Anything,
    Word,
    /// Another character than one of a word, or the end.
    Other,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    before: Before,
    next: Next,
}

/// The ways from one place: what is read on them, by the place they lead to.
type Ways = BTreeMap<Place, Tree>;

/// So many characters and signs may be made of one expression.
const MAX_NODES: usize = 4000;
/// What is repeated at the most so often is written out.
const MAX_WRITTEN_OUT: u32 = 16;
/// So many parts of an expression are looked at, again for each place they can be reached from.
const MAX_STEPS: usize = 10_000;

/// The same expression without edges of words. Nothing where it would become far larger.
pub fn without(tree: Tree) -> Option<Tree> {
    if !has_edge(&tree) && anchors_are_outside(&tree, true, true) {
        return Some(tree);
    }
    let mut walk = Walk { steps: 0 };
    let mut whole: Vec<(Vec<Tree>, Tree)> = Vec::new();
    for before in [Before::Start, Before::Other, Before::Word] {
        let from = Place {
            before,
            next: Next::Anything,
        };
        let lead = match before {
            Before::Start => Tree::Start,
            Before::Other => Tree::Beside,
            Before::Word => Tree::One(Set::words()),
        };
        let mut follows: Vec<Tree> = Vec::new();
        let mut ends: BTreeMap<Next, Vec<Tree>> = BTreeMap::new();
        for (to, way) in walk.ways(&tree, from)? {
            ends.entry(to.next).or_default().push(way);
        }
        for (next, ways) in ends {
            let way = any(ways)?;
            let behind = match next {
                Next::Anything => Tree::Empty,
                Next::Word => Tree::One(Set::words()),
                Next::Other => any(vec![Tree::End, Tree::Beside])?,
                Next::End => Tree::End,
            };
            follows.push(all(vec![way, behind]));
        }
        if let Some(follows) = any(follows) {
            match whole.iter_mut().find(|(_, known)| *known == follows) {
                Some((leads, _)) => leads.push(lead),
                None => whole.push((vec![lead], follows)),
            }
        }
    }
    let parts = whole.into_iter().map(|(leads, follows)| match leads.len() {
        // Whatever stands before it.
        3 => follows,
        _ => all(vec![any(leads).unwrap_or(Tree::Empty), follows]),
    });
    // Where no line can match, there is still an expression that says so.
    let tree =
        any(parts.collect()).unwrap_or_else(|| all(vec![Tree::End, Tree::One(Set::words())]));
    (nodes(&tree) <= MAX_NODES).then_some(tree)
}

fn has_edge(tree: &Tree) -> bool {
    match tree {
        Tree::Edge => true,
        Tree::Repeat(inner, ..) => has_edge(inner),
        Tree::All(parts) | Tree::Any(parts) => parts.iter().any(has_edge),
        Tree::Empty | Tree::One(_) | Tree::Start | Tree::End | Tree::Beside => false,
    }
}

/// Whether the beginning of the line stands at the beginning alone, and its end at the end. Of others the
/// C libraries make different things.
fn anchors_are_outside(tree: &Tree, first: bool, last: bool) -> bool {
    match tree {
        Tree::Start => first,
        Tree::End => last,
        Tree::Repeat(inner, ..) => anchors_are_outside(inner, false, false),
        Tree::Any(parts) => parts
            .iter()
            .all(|part| anchors_are_outside(part, first, last)),
        Tree::All(parts) => parts.iter().enumerate().all(|(index, part)| {
            let (begins, ends) = (index == 0, index + 1 == parts.len());
            anchors_are_outside(part, first && begins, last && ends)
        }),
        Tree::Empty | Tree::One(_) | Tree::Edge | Tree::Beside => true,
    }
}

fn nodes(tree: &Tree) -> usize {
    1 + match tree {
        Tree::Repeat(inner, ..) => nodes(inner),
        Tree::All(parts) | Tree::Any(parts) => parts.iter().map(nodes).sum(),
        Tree::Empty | Tree::One(_) | Tree::Start | Tree::End | Tree::Edge | Tree::Beside => 0,
    }
}

fn add(ways: &mut Ways, to: Place, way: Tree) -> Option<()> {
    let both = match ways.remove(&to) {
        Some(other) => any(vec![other, way])?,
        None => way,
    };
    if nodes(&both) > MAX_NODES {
        return None;
    }
    ways.insert(to, both);
    Some(())
}

/// A walk, which ends where it would become too long.
struct Walk {
    steps: usize,
}

impl Walk {
    /// The ways through a tree from a place. Nothing where they are too many.
    fn ways(&mut self, tree: &Tree, from: Place) -> Option<Ways> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return None;
        }
        let mut ways_on = Ways::new();
        match tree {
            Tree::Empty => {
                ways_on.insert(from, Tree::Empty);
            }
            Tree::One(set) => {
                let words = Set::words();
                for (before, kind) in [
                    (Before::Word, words.clone()),
                    (Before::Other, words.others()),
                ] {
                    let fits = match from.next {
                        Next::Anything => true,
                        Next::Word => before == Before::Word,
                        Next::Other => before == Before::Other,
                        Next::End => false,
                    };
                    let set = set.and(&kind);
                    if fits && !set.is_empty() {
                        let to = Place {
                            before,
                            next: Next::Anything,
                        };
                        ways_on.insert(to, Tree::One(set));
                    }
                }
            }
            Tree::Start => {
                if from.before == Before::Start {
                    ways_on.insert(from, Tree::Empty);
                }
            }
            Tree::End => {
                if from.next != Next::Word {
                    ways_on.insert(
                        Place {
                            next: Next::End,
                            ..from
                        },
                        Tree::Empty,
                    );
                }
            }
            // The walk puts these in; it never meets one.
            Tree::Beside => {}
            Tree::Edge => {
                // On one side of an edge stands a word, and on the other none.
                let wants_word = from.before != Before::Word;
                let next = match (wants_word, from.next) {
                    (true, Next::Anything | Next::Word) => Some(Next::Word),
                    (false, Next::Anything | Next::Other) => Some(Next::Other),
                    (false, Next::End) => Some(Next::End),
                    (true, Next::Other | Next::End) | (false, Next::Word) => None,
                };
                if let Some(next) = next {
                    ways_on.insert(Place { next, ..from }, Tree::Empty);
                }
            }
            Tree::All(parts) => {
                ways_on.insert(from, Tree::Empty);
                for part in parts {
                    ways_on = self.on(&ways_on, part)?;
                }
            }
            Tree::Any(parts) => {
                for part in parts {
                    for (to, way) in self.ways(part, from)? {
                        add(&mut ways_on, to, way)?;
                    }
                }
            }
            Tree::Repeat(inner, least, most) => {
                // Where each turn leads back to where it began, it stays a repetition.
                let once = self.ways(inner, from)?;
                if let Some(way) = once.get(&from)
                    && once.len() == 1
                {
                    ways_on.insert(from, repeat(way.clone(), *least, *most));
                    return Some(ways_on);
                }
                if *least > MAX_WRITTEN_OUT || most.is_some_and(|most| most > MAX_WRITTEN_OUT) {
                    return None;
                }
                ways_on.insert(from, Tree::Empty);
                for _ in 0..*least {
                    ways_on = self.on(&ways_on, inner)?;
                }
                match most {
                    Some(most) => {
                        let mut turn = ways_on.clone();
                        for _ in *least..*most {
                            turn = self.on(&turn, inner)?;
                            for (to, way) in &turn {
                                add(&mut ways_on, *to, way.clone())?;
                            }
                        }
                    }
                    None => ways_on = self.endlessly(&ways_on, inner)?,
                }
            }
        }
        Some(ways_on)
    }

    /// The ways that go on through a further tree.
    fn on(&mut self, ways_there: &Ways, tree: &Tree) -> Option<Ways> {
        let mut further = Ways::new();
        for (place, way) in ways_there {
            for (to, next) in self.ways(tree, *place)? {
                add(&mut further, to, all(vec![way.clone(), next]))?;
            }
        }
        Some(further)
    }

    /// The ways that go on through any number of turns: one place after the other is taken out of the
    /// turns, until what is left leads from where they begin to where they end.
    fn endlessly(&mut self, ways_there: &Ways, turn: &Tree) -> Option<Ways> {
        let mut turns: BTreeMap<Place, Ways> = BTreeMap::new();
        let mut open: Vec<Place> = ways_there.keys().copied().collect();
        while let Some(place) = open.pop() {
            if turns.contains_key(&place) {
                continue;
            }
            let once = self.ways(turn, place)?;
            open.extend(once.keys());
            turns.insert(place, once);
        }
        let places: Vec<Place> = turns.keys().copied().collect();
        for &middle in &places {
            let round = turns.get(&middle)?.get(&middle).cloned();
            let out = turns.get(&middle)?.clone();
            for &from in &places {
                let Some(into) = turns.get(&from)?.get(&middle).cloned() else {
                    continue;
                };
                let round = round
                    .clone()
                    .map_or(Tree::Empty, |round| repeat(round, 0, None));
                let there = all(vec![into, round]);
                for (&to, way) in &out {
                    // Around `middle` itself it already goes as often as it likes.
                    let way = if to == middle {
                        Tree::Empty
                    } else {
                        way.clone()
                    };
                    let known = turns.get_mut(&from)?;
                    if to == middle {
                        known.insert(to, there.clone());
                    } else {
                        add(known, to, all(vec![there.clone(), way]))?;
                    }
                }
            }
        }
        let mut found = ways_there.clone();
        for (place, way) in ways_there {
            for (to, next) in turns.get(place)? {
                add(&mut found, *to, all(vec![way.clone(), next.clone()]))?;
            }
        }
        Some(found)
    }
}
