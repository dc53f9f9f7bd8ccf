//! Declarations may stand in other files, and in another order.

use serde_json::Value;

use super::corpus::seeds;
use super::outputs::{self, Outputs, Tally, errors};
use crate::faults::Random;
use crate::generator::Spec;
use crate::generator::print::Split;
use crate::generator::tree::Noun;

/// Outputs in which the lists that keep the order of declarations are sorted.
fn unordered(outputs: &Outputs) -> Outputs {
    let mut plan = outputs.plan.clone();
    let key = |value: &Value| value.to_string();
    if let Some(plan) = plan.as_object_mut() {
        for (field, list) in plan.iter_mut() {
            if let Value::Array(list) = list
                && field != "critical_path"
            {
                list.sort_by_key(key);
            }
        }
    }
    // Lists stand in lines, in tables and within one line: the words are the same.
    let lines = |text: &String| {
        let mut words: Vec<&str> = text
            .split(|sign: char| {
                sign.is_whitespace() || matches!(sign, ',' | '(' | ')' | ';' | '\'')
            })
            .filter(|word| !word.is_empty() && !matches!(*word, ">-" | "|-"))
            .collect();
        words.sort_unstable();
        words.join("\n")
    };
    // What several queries have in common is told at the first, what a checklist says of several services at the first
    // that it is put in for, and of two that are alike which is the first.
    let findings = outputs
        .findings
        .iter()
        .filter(|one| !one.starts_with("D0534") && !one.starts_with("D0614"));
    let findings = findings.map(|finding| {
        let named = finding
            .split(" | ")
            .filter(|part| !part.starts_with("the metric `"));
        named.collect::<Vec<_>>().join(" | ")
    });
    Outputs {
        plan,
        findings: findings.collect(),
        files: outputs
            .files
            .iter()
            .filter(|(name, _)| !is_drawn(name))
            .map(|(name, text)| (name.clone(), lines(text)))
            .collect(),
    }
}

/// What keeps its order wherever the rest is written: phases and gates, with all that is in them. A phase after a
/// rollback is as late as that.
fn forward(plan: &Value) -> (Vec<&Value>, Vec<&str>) {
    let nodes = plan["nodes"].as_array().into_iter().flatten();
    let nodes: Vec<&Value> = nodes
        .filter(|node| node["kind"] == "phase" || node["kind"] == "gate")
        .filter(|node| !node["after"].to_string().contains("rollback"))
        .collect();
    let order = plan["order"].as_array().into_iter().flatten();
    let order = order.filter_map(Value::as_str).filter(|id| {
        let root = id.split('/').next();
        nodes.iter().any(|node| node["id"].as_str() == root)
    });
    let order = order.collect();
    (nodes, order)
}

/// Whether a file says at which place of a drawing something stands.
fn is_drawn(file: &str) -> bool {
    file.ends_with("Svg") || file.ends_with("svg") || file.ends_with("html")
}

#[test]
fn the_order_of_declarations_is_that_of_lists() {
    let mut tally = Tally::default();
    for seed in seeds(4) {
        let spec = Spec::of(seed);
        let naming = spec.readable();
        let outputs = outputs::of(&spec.text(&naming));
        // What a monitor does at the very moment at which a phase does something is done first if it is written first.
        let other = spec.shuffled(&mut Random(seed), |item| {
            !item.is_ordered() && item.noun != Noun::Monitor
        });
        let others = outputs::of(&other.text(&naming));
        let (ours, theirs) = (forward(&outputs.plan), forward(&others.plan));
        assert_eq!(ours, theirs, "seed {seed}");
        assert!(!ours.0.is_empty(), "seed {seed}");
        tally.hold(
            &format!("seed {seed}"),
            &unordered(&outputs),
            &unordered(&others),
        );
    }
    tally.is_clean();
}

/// Outputs without the names of modules.
fn moduleless(outputs: &Outputs) -> Outputs {
    outputs.map(|text| {
        ["part-1", "part-2", "part-3"]
            .iter()
            .fold(text.to_owned(), |text, module| {
                let text = text.replace(&format!("{module}."), "");
                let text = text.replace(&format!("{module}-"), "");
                text.replace(&format!("{}_", module.replace('-', "_")), "")
            })
    })
}

#[test]
fn declarations_in_modules_mean_the_same() {
    let mut tally = Tally::default();
    for seed in seeds(2) {
        let spec = Spec::of(seed);
        let naming = spec.readable();
        let outputs = outputs::of(&spec.text(&naming));
        for count in [1, 3] {
            let split: Split = spec.divided(&mut Random(seed), count);
            let files = spec.split(&naming, &split);
            let wrong = errors(&files);
            assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
            let others = outputs::of_files(&files);
            let context = format!("seed {seed}, {} files", files.len());
            let (ours, theirs) = (unordered(&outputs), unordered(&moduleless(&others)));
            // An id that is made of the name of a metric has that of its module in it, and is cut elsewhere.
            if ids(&ours.plan) == ids(&theirs.plan) {
                tally.hold(&context, &ours, &theirs);
            } else {
                assert_eq!(ids(&ours.plan).len(), ids(&theirs.plan).len(), "{context}");
            }
        }
    }
    tally.is_clean();
}

/// The ids of all nodes.
fn ids(plan: &Value) -> Vec<String> {
    let order = plan["order"].as_array().into_iter().flatten();
    order.map(Value::to_string).collect()
}
