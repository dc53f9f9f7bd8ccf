//! The names of a spec, and what they are called.

use std::collections::BTreeSet;

use super::tree::{Name, Noun};
use crate::faults::Random;

/// All names of a spec: what each of them names.
#[derive(Clone, Debug, Default)]
pub struct Names(pub Vec<Noun>);

impl Names {
    /// A new name.
    pub fn add(&mut self, noun: Noun) -> Name {
        self.0.push(noun);
        Name(self.0.len() - 1)
    }

    /// What a name names.
    pub fn noun(&self, name: Name) -> Noun {
        self.0[name.0]
    }
}

/// What the names of a spec are called.
#[derive(Clone, Debug)]
pub struct Naming(Vec<String>);

/// Consonants that no word of a spec has in such a row.
const LETTERS: &[u8] = b"bcdfgjkmvwx";

impl Naming {
    /// Words as people choose them. Now and then things of different kinds have the same name.
    pub fn readable(names: &Names, random: &mut Random) -> Naming {
        let mut taken = BTreeSet::new();
        let mut homonyms: Vec<String> = Vec::new();
        let all = names.0.iter().map(|noun| {
            let (words, shares) = words(*noun);
            let word = random.choose(words);
            // A phase may be called like the service that it is about; what stands in one place may not.
            if shares && random.below(4) == 0 && !homonyms.is_empty() {
                return homonyms.swap_remove(random.below(homonyms.len()));
            }
            let mut name = word.to_owned();
            let mut number = 2;
            while !taken.insert(name.clone()) {
                name = format!("{word}-{number}");
                number += 1;
            }
            if *noun == Noun::Service {
                homonyms.push(name.clone());
            }
            name
        });
        Naming(all.collect())
    }

    /// Names that occur in no text, each as long as `length` says for its number, in an order of the alphabet
    /// that `random` decides. None is the beginning of another.
    pub fn tokens(
        names: &Names,
        random: &mut Random,
        length: impl Fn(usize, &mut Random) -> usize,
    ) -> Naming {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let all = (0..names.0.len()).map(|at| {
            loop {
                let length = length(at, random).max(6);
                // They begin and end alike, and have none of both inside.
                let mut name = String::from("q");
                while name.len() < length - 1 {
                    name.push(random.choose(LETTERS) as char);
                }
                name.push('z');
                // Two that differ in one letter would be taken for a slip.
                let apart = taken.iter().all(|other| {
                    let same = other.bytes().zip(name.bytes()).filter(|(a, b)| a == b);
                    same.count() + 4 <= name.len().max(other.len())
                });
                if apart && taken.insert(name.clone()) {
                    return name;
                }
            }
        });
        Naming(all.collect())
    }

    /// What a name is called.
    pub fn of(&self, name: Name) -> &str {
        &self.0[name.0]
    }

    /// The environment variable of a name.
    pub fn variable(&self, name: Name) -> String {
        self.of(name).replace('-', "_").to_ascii_uppercase()
    }

    /// A text in which each name of this naming is replaced by that of another. Only for names that occur in
    /// no text, as those of [`Naming::tokens`].
    pub fn translate(&self, text: &str, other: &Naming) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['q', 'Q']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = rest.find(['z', 'Z']).map_or(rest.len(), |end| end + 1);
            let word = &rest[..end];
            let lower = word.to_ascii_lowercase();
            match self.0.iter().position(|name| *name == lower) {
                Some(at) => {
                    let name = &other.0[at];
                    let (first, others) = name.split_at(1);
                    match (word.starts_with('Q'), word.ends_with('Z')) {
                        (true, true) => out.push_str(&name.to_ascii_uppercase()),
                        (true, false) => {
                            out.push_str(&first.to_ascii_uppercase());
                            out.push_str(others);
                        }
                        (false, _) => out.push_str(name),
                    }
                    rest = &rest[end..];
                }
                None => {
                    out.push_str(&rest[..1]);
                    rest = &rest[1..];
                }
            }
        }
        out.push_str(rest);
        out
    }
}

/// What something of a kind may be called, and whether it may be called like a service.
fn words(noun: Noun) -> (&'static [&'static str], bool) {
    match noun {
        Noun::Role => (
            &["oncall", "release-manager", "dba", "lead", "security-2nd"],
            false,
        ),
        Noun::Channel => (&["operations", "status-page", "war-room"], false),
        Noun::Service => (&["checkout", "video-ranking", "api", "worker"], false),
        Noun::Metric => (
            &["error-rate", "latency-p95", "queue-age", "hits", "memory"],
            false,
        ),
        Noun::Parameter => (&["migrate", "region", "batch-size", "soak"], false),
        Noun::Secret => (&["database-url", "token"], false),
        Noun::Message => (&["maintenance", "going-live"], true),
        Noun::Checklist => (&["reachable", "ready", "code-review"], true),
        Noun::Procedure => (&["investigate", "restore-database"], false),
        Noun::Rollback => (&["quick", "full"], false),
        Noun::Severity => (&["critical", "notice"], false),
        Noun::Baseline => (&["normal", "weekday"], false),
        Noun::Phase => (&["preparation", "rollout", "migration", "aftercare"], true),
        Noun::Gate => (&["go", "decision"], false),
        Noun::Monitor => (&["first-day", "week"], false),
        Noun::Alert => (&["latency-high", "errors-high"], false),
        Noun::Backup => (&["database", "files"], false),
        Noun::Freeze => (&["weekend", "holidays"], false),
        Noun::Step => (
            &["tests", "deploy", "rows", "observe", "review", "helm"],
            false,
        ),
        Noun::Argument => (&["goal", "limit", "how-long", "code"], false),
        Noun::Field => (&["downtime", "ends", "reason"], false),
        Noun::Capture => (&["snapshot", "revision", "build-id"], false),
        _ => (&["thing"], false),
    }
}
