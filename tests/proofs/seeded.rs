//! Seeded faults: clean specs are made, varied by a fixed seed, and one fault of a known kind is put
//! into each. The report must name the right rule at the right line, and be silent on the clean ones.

mod clean;
mod faults;

use std::collections::{BTreeMap, BTreeSet};

use deployc::compile;
use deployc::source::NoFiles;

use self::clean::{Chance, Draft, draft};
use self::faults::{FAULTS, Fault, apply};

/// So many specs of each sort.
const SPECS: usize = 1_000;
/// The seed. Another one makes other specs, for which the same holds.
const SEED: u64 = 2026;
/// Of a hundred faults at least so many are found where they are.
const LEAST: usize = 95;

/// The rules found in a text, with the lines of every place that takes part.
fn found(text: &str) -> BTreeMap<&'static str, BTreeSet<usize>> {
    let compilation = compile::check("seeded.deploy", text.to_owned(), &NoFiles);
    let source = compilation.sources.get(compilation.root);
    let mut found: BTreeMap<&'static str, BTreeSet<usize>> = BTreeMap::new();
    for finding in &compilation.diagnostics {
        let lines = found.entry(finding.rule.name).or_default();
        for label in std::iter::once(&finding.primary).chain(&finding.secondary) {
            if label.span.source == compilation.root {
                lines.insert(source.position(label.span.start).line as usize);
            }
        }
    }
    found
}

fn messages(text: &str) -> Vec<String> {
    compile::check("seeded.deploy", text.to_owned(), &NoFiles)
        .diagnostics
        .into_iter()
        .map(|finding| format!("{}: {}", finding.rule.name, finding.message))
        .collect()
}

#[test]
fn clean_specs_have_no_finding() {
    let mut loud = Vec::new();
    let mut texts = BTreeSet::new();
    for number in 0..SPECS {
        let text = draft(&mut Chance::new(SEED, number)).text().0;
        let found = messages(&text);
        if !found.is_empty() {
            loud.push(format!("{found:?} in\n{text}"));
        }
        texts.insert(text);
    }
    assert!(texts.len() * 10 > SPECS * 9, "the specs are varied");
    assert!(
        loud.is_empty(),
        "{} of {SPECS} clean specs have findings, first: {}",
        loud.len(),
        loud[0]
    );
}

/// Letters whose small and capital forms differ in length, and others that trip up careless code.
const ODD: &[&str] = &[
    "İ", "ß", "§", "…", "\u{0}", "[", "]", "<", ">", "{", "`", "\"", "%", "$", "𝔘", "-", "/",
];

#[test]
fn damaged_specs_are_checked_without_a_panic() {
    for number in 0..SPECS / 4 {
        let mut chance = Chance::new(SEED + 2, number);
        let fault = &FAULTS[number % FAULTS.len()];
        let (text, _) = with(fault, number);
        let mut letters: Vec<String> = text.chars().map(String::from).collect();
        for _ in 0..6 {
            let at = chance.below(letters.len());
            match chance.below(3) {
                0 => letters[at] = (*chance.of(ODD)).to_owned(),
                1 => letters.truncate(letters.len() - letters.len().min(chance.below(9))),
                _ => letters[at].clear(),
            }
        }
        let text = letters.concat();
        for finding in compile::check("damaged.deploy", text.clone(), &NoFiles).diagnostics {
            let span = finding.primary.span;
            assert!(!finding.message.is_empty());
            assert!(span.start <= span.end, "{} in\n{text}", finding.message);
        }
    }
}

/// A clean spec with one fault in it, and the line of the fault.
fn with(fault: &Fault, number: usize) -> (String, usize) {
    let mut chance = Chance::new(SEED + 1, number);
    let mut draft: Draft = draft(&mut chance);
    apply(fault, &mut draft);
    let (text, line) = draft.text();
    (
        text,
        line.unwrap_or_else(|| panic!("{}: the fault marks a line", fault.rule)),
    )
}

#[test]
fn faults_are_found_where_they_are() {
    let kinds: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.rule).collect();
    assert!(kinds.len() >= 30, "only {} kinds", kinds.len());
    let mut missed: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    let mut hits = 0;
    for number in 0..SPECS {
        let fault = &FAULTS[number % FAULTS.len()];
        let (text, line) = with(fault, number);
        let found = found(&text);
        if found
            .get(fault.rule)
            .is_some_and(|lines| lines.contains(&line))
        {
            hits += 1;
        } else {
            let first = || format!("line {line}, found {found:?} in\n{text}");
            missed.entry(fault.rule).or_insert_with(|| (0, first())).0 += 1;
        }
    }
    let report: Vec<String> = missed
        .iter()
        .map(|(rule, (times, first))| format!("{rule}: {times} times, first: {first}"))
        .collect();
    assert!(
        hits * 100 >= SPECS * LEAST,
        "{hits} of {SPECS} are found\n{}",
        report.join("\n")
    );
    // No kind of fault is missed always.
    for (kind, fault) in FAULTS.iter().enumerate() {
        let tried = (0..SPECS)
            .filter(|number| number % FAULTS.len() == kind)
            .count();
        let lost = missed.get(fault.rule).map_or(0, |(times, _)| *times);
        assert!(
            lost < tried,
            "`{}` is never found: {}",
            fault.rule,
            report.join("\n")
        );
    }
}
