//! `deployc check --coverage`: how much of a spec a machine checks, and what is left to words.

use std::fmt::Write;

use deployc::compile::Compilation;
use deployc::coverage::{self, Stretch, percent};
use deployc::report::visible_line;
use serde_json::json;

/// The account of specs, for people.
pub fn table(compilations: &[(String, Compilation)]) -> String {
    let mut out = String::new();
    for (path, compilation) in compilations {
        let stretches = coverage::of(&compilation.spec);
        let (machine, all) = sums(&stretches);
        let _ = writeln!(
            out,
            "{path}: a machine checks {machine} of {all} ({}%)\n",
            percent(machine, all)
        );
        let width = stretches
            .iter()
            .map(|stretch| stretch.title.chars().count())
            .max()
            .unwrap_or(0)
            .min(40);
        let _ = writeln!(out, "  {:width$}  metrics  commands  words  decisions", "");
        for stretch in &stretches {
            let title: String = visible_line(&stretch.title).chars().take(width).collect();
            let _ = writeln!(
                out,
                "  {title:width$}  {:>7}  {:>8}  {:>5}  {:>9}",
                stretch.metrics,
                stretch.commands,
                stretch.words.len(),
                stretch.decisions
            );
        }
        let words = stretches.iter().flat_map(|stretch| &stretch.words);
        let mut first = true;
        for word in words {
            if std::mem::take(&mut first) {
                out.push_str("\nLeft to people's words:\n");
            }
            let source = compilation.sources.get(word.span.source);
            let line = source.position(word.span.start).line;
            let _ = writeln!(
                out,
                "  {}:{line}: {}",
                visible_line(source.path()),
                visible_line(&word.text)
            );
        }
        out.push('\n');
    }
    out
}

/// The same as one JSON document.
pub fn document(compilations: &[(String, Compilation)]) -> String {
    let files: Vec<serde_json::Value> = compilations
        .iter()
        .map(|(path, compilation)| {
            let stretches = coverage::of(&compilation.spec);
            let (machine, all) = sums(&stretches);
            json!({ "file": path, "machine": machine, "all": all, "stretches": stretches })
        })
        .collect();
    format!("{:#}\n", json!({ "coverage": files }))
}

fn sums(stretches: &[Stretch]) -> (usize, usize) {
    stretches.iter().fold((0, 0), |(machine, all), stretch| {
        (machine + stretch.machine(), all + stretch.all())
    })
}
