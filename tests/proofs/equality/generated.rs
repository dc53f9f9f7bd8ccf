//! The generator of valid specs: what it makes is valid, and nothing of the language is missing.

use std::collections::BTreeSet;

use deployc::syntax::{Kind, words};

use super::corpus::cases;
use super::outputs::errors;
use crate::generator::Spec;
use crate::generator::print::Layout;

/// So many specs have everything in them.
const ENOUGH: u64 = 300;

#[test]
fn what_is_made_is_valid() {
    let mut wrong = Vec::new();
    for seed in 0..cases(20) {
        let spec = Spec::of(seed);
        let naming = spec.readable();
        let layouts = [Layout::plain(), Layout::strange(seed)];
        for layout in &layouts {
            let text = spec.laid_out(&naming, layout);
            let found = errors(&[("spec.deploy".to_owned(), text.clone())]);
            wrong.extend(found.iter().map(|error| format!("seed {seed}: {error}")));
        }
    }
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_number_makes_one_spec() {
    for seed in [0, 1, u64::MAX] {
        let text = |spec: Spec| spec.text(&spec.readable());
        assert_eq!(text(Spec::of(seed)), text(Spec::of(seed)));
    }
    let texts: BTreeSet<String> = (0..50)
        .map(|seed| {
            let spec = Spec::of(seed);
            spec.text(&spec.readable())
        })
        .collect();
    assert_eq!(texts.len(), 50);
}

/// The rules of the grammar that make a node in a file without mistakes.
fn rules() -> BTreeSet<String> {
    let silent: BTreeSet<&str> = include_str!("../../../grammar/deploy.pest")
        .lines()
        .filter_map(|line| {
            let (name, rule) = line.split_once('=')?;
            rule.trim_start().starts_with('_').then(|| name.trim())
        })
        .collect();
    Kind::all_rules()
        .iter()
        .map(|kind| format!("{kind:?}"))
        .filter(|name| !silent.contains(name.as_str()))
        .filter(|name| {
            let beginnings = ["ERR_", "MISSING", "explain_", "k_"];
            !beginnings.iter().any(|begin| name.starts_with(begin))
        })
        // What looks ahead and makes no node, and what stands for another rule until it is known which.
        .filter(|name| {
            let ahead = [
                "clause_word",
                "spoken_word",
                "statement_word",
                "predicate_word",
                "action_word",
                "noun_stop",
                "counting_word",
                "extent",
                "EOI",
            ];
            !ahead.contains(&name.as_str())
        })
        .collect()
}

#[test]
fn every_construct_of_the_language_is_made() {
    let mut kinds = BTreeSet::new();
    let mut begun = BTreeSet::new();
    for seed in 0..ENOUGH {
        let spec = Spec::of(seed);
        let text = spec.laid_out(&spec.readable(), &Layout::strange(seed));
        kinds.extend(Spec::kinds(&text).iter().map(|kind| format!("{kind:?}")));
        begun.extend(spec.words());
    }
    let missing: Vec<String> = rules().difference(&kinds).cloned().collect();
    assert!(missing.is_empty(), "rules of the grammar: {missing:?}");
    assert!(rules().len() > 120, "the rules were read");
    let all = words::ITEMS.iter().chain(words::STATEMENTS);
    let missing: Vec<&&str> = all
        .filter(|word| **word != "use" && !begun.contains(**word))
        .collect();
    assert!(missing.is_empty(), "words: {missing:?}");
}

/// `SHOW=7 cargo test --test proofs generated::shown -- --nocapture` prints a spec.
#[test]
fn shown() {
    let Some(seed) = std::env::var("SHOW")
        .ok()
        .and_then(|seed| seed.parse().ok())
    else {
        return;
    };
    let spec = Spec::of(seed);
    println!("{}", spec.text(&spec.readable()));
}
