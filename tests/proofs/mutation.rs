//! Faults in good files: what is whole stays whole, and what is said stays short.

use std::collections::{BTreeMap, BTreeSet};

use crate::faults::{Edit, Fault, Random, apply, is_block, moved, tokens, well_written};
use deployc::source::SourceId;
use deployc::syntax::{File, Kind, Node, parse};

/// A statement or item of the original: what it is, where it stands, where its head ends.
struct Statement {
    kind: Kind,
    start: usize,
    end: usize,
    head_end: usize,
    simple: bool,
    item: bool,
}

fn statements(file: &File) -> Vec<Statement> {
    fn inside(node: Node<'_>, item: bool, found: &mut Vec<Statement>) {
        for child in node.children() {
            if item || is_block(node.kind()) {
                if child.kind() == Kind::comment {
                    continue;
                }
                let span = child.trimmed().range();
                let block = child.descend().find(|inner| is_block(inner.kind()));
                found.push(Statement {
                    kind: child.kind(),
                    start: span.start,
                    end: span.end,
                    head_end: block.map_or(span.end, |block| block.span().start as usize),
                    simple: block.is_none(),
                    item,
                });
            }
            inside(child, false, found);
        }
    }
    let mut found = Vec::new();
    for piece in &file.pieces {
        inside(piece.root(), true, &mut found);
    }
    found
}

/// Whether an edit touches the lines of a stretch. A line that is put in before it does not.
fn touched(text: &str, start: usize, end: usize, edits: &[Edit]) -> bool {
    let from = crate::faults::line_start(text, start);
    let to = crate::faults::line_end(text, end);
    edits.iter().any(|edit| {
        let whole_line = edit.text.ends_with('\n');
        edit.start <= to && (edit.end > from || edit.end == from && !whole_line)
    })
}

#[derive(Default)]
struct Tally {
    files: usize,
    faults: usize,
    diagnostics: usize,
    silent: usize,
    statements: usize,
    statements_kept: usize,
    items: usize,
    items_kept: usize,
    worst: (usize, String),
    lost: Vec<String>,
}

/// Every byte is in exactly one piece, and every node inside its parent, behind its sibling.
fn assert_whole(file: &File, text: &str) {
    let mut at = 0;
    for piece in &file.pieces {
        assert_eq!(piece.offset() as usize, at);
        at += piece.text().len();
        assert_eq!(piece.text(), &text[piece.offset() as usize..at]);
        for node in piece.root().descend() {
            let own = node.span();
            let mut last = own.start;
            for child in node.children() {
                let span = child.span();
                assert!(last <= span.start && span.start <= span.end && span.end <= own.end);
                last = span.end;
            }
        }
    }
    assert_eq!(at, text.len());
}

fn measure(kind: Fault, count: usize, rounds: usize) -> Tally {
    let mut tally = Tally::default();
    let mut random = Random(20_261_026 + 100 * kind as u64 + count as u64);
    let originals: Vec<_> = well_written()
        .into_iter()
        .map(|(path, text)| {
            let (file, _) = parse(SourceId(0), &text);
            let (tokens, statements) = (tokens(&file, &text), statements(&file));
            (path, text, tokens, statements)
        })
        .collect();
    for round in 0..rounds {
        let (path, text, tokens, statements) = &originals[round % originals.len()];
        let edits = crate::faults::faults(kind, count, text, tokens, &mut random);
        if edits.is_empty() {
            continue;
        }
        let faulty = apply(text, &edits);
        let (file, found) = parse(SourceId(0), &faulty);
        assert_whole(&file, &faulty);
        tally.files += 1;
        tally.faults += edits.len();
        tally.diagnostics += found.len();
        tally.silent += usize::from(found.is_empty());
        if std::env::var("SHOW").is_ok_and(|show| show == format!("{kind:?}{count}"))
            && found.len() > edits.len()
        {
            println!("---- {path} {} diagnostics", found.len());
            for edit in &edits {
                let from = crate::faults::line_start(text, edit.start);
                println!(
                    "  {:?}: {}",
                    &text[edit.start..edit.end],
                    text[from..].lines().next().unwrap_or_default()
                );
            }
            for found in &found {
                let at = crate::faults::line_start(&faulty, found.primary.span.start as usize);
                println!(
                    "    {} | {}",
                    found.message,
                    faulty[at..].lines().next().unwrap_or_default()
                );
            }
        }
        if found.len() > tally.worst.0 {
            let said: Vec<String> = found.iter().map(|found| found.message.clone()).collect();
            tally.worst = (
                found.len(),
                format!("{path}: {edits:?}\n{}", said.join("\n")),
            );
        }
        let mut whole: BTreeSet<(Kind, usize, usize)> = BTreeSet::new();
        let mut heads: BTreeSet<(Kind, usize)> = BTreeSet::new();
        for node in file.pieces.iter().flat_map(|piece| piece.root().descend()) {
            let span = node.trimmed().range();
            whole.insert((node.kind(), span.start, span.end));
            heads.insert((node.kind(), span.start));
        }
        for statement in statements {
            if touched(text, statement.start, statement.head_end, &edits) {
                continue;
            }
            let start = moved(statement.start, &edits);
            let kept = match statement.simple {
                true => start
                    .zip(moved(statement.end, &edits))
                    .is_some_and(|(start, end)| whole.contains(&(statement.kind, start, end))),
                false => start.is_some_and(|start| heads.contains(&(statement.kind, start))),
            };
            tally.statements += 1;
            tally.statements_kept += usize::from(kept);
            if !kept && tally.lost.len() < 400 {
                let line = text[statement.start..].lines().next().unwrap_or_default();
                tally
                    .lost
                    .push(format!("{path}: {edits:?}\n    lost {line}"));
            }
            if statement.item && !touched(text, statement.start, statement.end, &edits) {
                let end = moved(statement.end, &edits);
                let kept = start
                    .zip(end)
                    .is_some_and(|(start, end)| whole.contains(&(statement.kind, start, end)));
                tally.items += 1;
                tally.items_kept += usize::from(kept);
            }
        }
    }
    tally
}

#[test]
fn faults_stay_where_they_are() {
    let rounds = std::env::var("ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(300);
    let mut failures = Vec::new();
    let mut table =
        String::from("fault            n  diagnostics/fault  silent   statements  items\n");
    let mut tallies: BTreeMap<(usize, Fault), Tally> = BTreeMap::new();
    for count in [1, 2, 3] {
        for kind in Fault::ALL {
            tallies.insert((count, kind), measure(kind, count, rounds));
        }
    }
    for ((count, kind), tally) in &tallies {
        let per_fault = tally.diagnostics as f64 / tally.faults as f64;
        let statements = tally.statements_kept as f64 / tally.statements as f64;
        let items = tally.items_kept as f64 / tally.items as f64;
        table.push_str(&format!(
            "{:<16} {count}  {per_fault:>17.2}  {:>5.1}%  {:>9.2}%  {:>6.2}%\n",
            format!("{kind:?}"),
            100.0 * tally.silent as f64 / tally.files as f64,
            100.0 * statements,
            100.0 * items,
        ));
        if per_fault > 1.3 || statements < 0.99 || items < 1.0 {
            failures.push(format!(
                "{kind:?} x{count}: {per_fault:.2} diagnostics a fault, {:.2}% of statements, {:.2}% of items\nworst: {}\nlost: {}",
                100.0 * statements,
                100.0 * items,
                tally.worst.1,
                tally.lost.iter().take(12).cloned().collect::<Vec<_>>().join("\n"),
            ));
        }
    }
    println!("{table}");
    assert!(failures.is_empty(), "{table}\n{}", failures.join("\n\n"));
}
