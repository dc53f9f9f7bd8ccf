//! Another name for everything changes the names alone.

use std::collections::BTreeMap;

use serde_json::Value;

use super::corpus::seeds;
use super::outputs::{self, Outputs, Tally};
use crate::faults::Random;
use crate::generator::Spec;
use crate::generator::names::Naming;

/// Outputs without what is left of names that are cut: where a drawing has no room, and where an object of a
/// cluster has a name of 63 letters, or a template one of 110.
fn whole(outputs: &Outputs) -> Outputs {
    let cut = |text: &str| -> String {
        let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '-';
        let mut out = String::with_capacity(text.len());
        for word in text.split_inclusive(|sign: char| !is_part(sign)) {
            let name = word.trim_end_matches(|sign: char| !is_part(sign));
            let hash = name.rsplit('-').next().unwrap_or_default();
            let hashed = hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            let half = hash.starts_with(['q', 'Q']) && !hash.ends_with(['z', 'Z']);
            let drawn = word.ends_with(['…', '.']) && name == hash && half;
            match name.len() > 45 && hashed || drawn {
                true => out.push_str("(cut)"),
                false if name.len() > 99 && half => {
                    out.push_str(&word.replace(hash, "(cut)"));
                }
                false => out.push_str(word),
            }
        }
        out
    };
    let mut outputs = outputs.map(cut);
    // What somebody may touch is listed in the order of the alphabet.
    for (name, text) in &mut outputs.files {
        *text = selectors(text);
        if name.contains("with rights") {
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            *text = lines.join("\n");
        }
    }
    outputs
}

/// A text in which the labels of queries are sorted. What prints a query sorts them by their values.
fn selectors(text: &str) -> String {
    let mut parts = text.split('{');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push('{');
        match part.split_once('}') {
            Some((inside, rest)) if inside.contains('=') && !inside.contains('\n') => {
                let mut labels: Vec<&str> = inside.split(',').collect();
                labels.sort_unstable();
                out.push_str(&labels.join(","));
                out.push('}');
                out.push_str(rest);
            }
            _ => out.push_str(part),
        }
    }
    out
}

/// Whether a file has objects of a cluster in it, whose names are cut.
fn is_manifest(file: &str) -> bool {
    [
        "argo-workflows spec",
        "argo-workflows with",
        "argo-rollouts spec",
        "flagger spec",
    ]
    .iter()
    .any(|begin| file.starts_with(begin))
}

/// Whether a file is set out by the width of its words.
fn is_drawn(file: &str) -> bool {
    file.ends_with("Svg") || file.starts_with("timeline") && !file.ends_with("json")
}

/// Outputs without what depends on the width of names: one word on each line, no folds and no drawings.
fn widthless(outputs: &Outputs) -> Outputs {
    let files = outputs
        .files
        .iter()
        .filter(|(name, _)| !is_drawn(name) && !is_manifest(name));
    let text = |text: &String| {
        let mut rest = text.as_str();
        let mut words: Vec<&str> = Vec::new();
        while let Some((before, behind)) = rest.split_once("<svg") {
            words.extend(before.split_whitespace());
            rest = behind.split_once("</svg>").map_or("", |(_, rest)| rest);
        }
        words.extend(rest.split_whitespace());
        words.retain(|word| !matches!(*word, ">-" | "|-") && !word.contains('…'));
        words.join("\n")
    };
    Outputs {
        files: files.map(|(name, own)| (name.clone(), text(own))).collect(),
        ..outputs.clone()
    }
}

#[test]
fn names_change_nothing_but_names() {
    let mut tally = Tally::default();
    for seed in seeds(3) {
        let spec = Spec::of(seed);
        let mut random = Random(seed);
        let first = Naming::tokens(&spec.names, &mut random, |_, _| 9);
        let outputs = whole(&outputs::of(&spec.text(&first)));
        // As long, in another order of the alphabet.
        let second = Naming::tokens(&spec.names, &mut random, |_, _| 9);
        let renamed = outputs::of(&spec.text(&second)).map(|text| second.translate(text, &first));
        tally.hold(&format!("seed {seed}"), &outputs, &whole(&renamed));
        // Of another length. Ids that are made of words are cut after forty letters, so that some differ in more than
        // names: there the rest is left to the plan.
        let third = Naming::tokens(&spec.names, &mut random, |_, random| 5 + random.below(7));
        let renamed = outputs::of(&spec.text(&third)).map(|text| third.translate(text, &first));
        let (ours, mut theirs) = (widthless(&outputs), widthless(&whole(&renamed)));
        if ours.plan != theirs.plan {
            let same = positional(&ours.plan, &theirs.plan);
            assert!(same.is_none(), "seed {seed}, other lengths: {same:?}");
            theirs = ours.clone();
        }
        tally.hold(&format!("seed {seed}, other lengths"), &ours, &theirs);
    }
    tally.is_clean();
}

/// What differs in two plans but ids, of which each stands for one of the other at every place.
fn positional(ours: &Value, theirs: &Value) -> Option<String> {
    fn walk(
        path: &str,
        ours: &Value,
        theirs: &Value,
        ids: &mut BTreeMap<String, String>,
    ) -> Option<String> {
        let differ = || Some(format!("{path}: {ours} and {theirs}"));
        match (ours, theirs) {
            (Value::String(one), Value::String(other)) if one != other => {
                if !one.contains('/') || !other.contains('/') {
                    return differ();
                }
                let known = ids.entry(one.clone()).or_insert_with(|| other.clone());
                (known != other).then(differ).flatten()
            }
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                let mut pairs = one.iter().zip(other);
                pairs.find_map(|(one, other)| walk(path, one, other, ids))
            }
            (Value::Object(one), Value::Object(other)) if one.len() == other.len() => {
                let mut fields = one.iter();
                fields.find_map(|(key, one)| match other.get(key) {
                    Some(other) => walk(&format!("{path}.{key}"), one, other, ids),
                    None => differ(),
                })
            }
            (one, other) if one == other => None,
            _ => differ(),
        }
    }
    walk("", ours, theirs, &mut BTreeMap::new())
}
