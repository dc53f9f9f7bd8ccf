//! In: text. Out: a plan. The whole compiler on one screen.
//! Knows nothing of disks, terminals or editors.

use std::collections::{HashMap, HashSet};

use crate::allow::Allowances;
use crate::backend::{self, Account, Backend};
use crate::catalogue;
use crate::checks;
use crate::diagnostic::{self, Category, Diagnostic, Level, Rule};
use crate::fidelity;
use crate::graph;
use crate::model::{self, Spec};
use crate::plan::{self, Plan};
use crate::source::{Loader, NoFiles, Source, SourceId, Sources, Span};
use crate::syntax::{self, File};

/// What is known of a file after reading and checking it.
pub struct Compilation {
    /// The file and those that it brings in.
    pub sources: Sources,
    /// The file that was asked for.
    pub root: SourceId,
    /// What it means.
    pub spec: Spec,
    /// What was found, in the order of places.
    pub diagnostics: Vec<Diagnostic>,
    /// What its author allowed.
    pub allowances: Allowances,
}

/// Reads and checks a file. Never fails: mistakes are findings.
pub fn check(path: &str, text: String, loader: &dyn Loader) -> Compilation {
    let source = Source::new(path, text);
    let (file, found) = syntax::parse(SourceId::default(), source.text());
    check_read(source, file, found, loader)
}

/// Checks a file that was read already, with what was found while reading it. The file was read as
/// the one with the number [`SourceId::default`].
pub fn check_read(
    source: Source,
    file: File,
    found: Vec<Diagnostic>,
    loader: &dyn Loader,
) -> Compilation {
    let mut sources = Sources::default();
    let root = sources.add(source);
    let mut diagnostics = found;
    let (spec, unresolved) = model::lower(&file, &mut sources, loader);
    diagnostics.extend(unresolved);
    let (mut allowances, unreadable) = Allowances::of(&file, catalogue::RULES);
    // The trees are as large as what they mean, and nothing below asks how it was written.
    drop(file);
    let (order, cycles) = graph::order(&spec);
    diagnostics.extend(cycles);
    diagnostics.extend(checks::run(&spec, &order));
    let mut diagnostics = allowances.filter(diagnostics);
    diagnostics.extend(unreadable);
    diagnostics.extend(allowances.unused());
    without_echoes(&sources, &mut diagnostics);
    diagnostic::sort(&mut diagnostics);
    // A checklist may be put in at many places, and is wrong at one.
    diagnostics.dedup_by(|again, first| again.is_same_as(first));
    Compilation {
        sources,
        root,
        spec,
        diagnostics,
        allowances,
    }
}

/// Of a line that can't be read whole, only that is said: what it means is not known yet.
fn without_echoes(sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
    let line = |span: Span| {
        let position = sources.get(span.source).position(span.start);
        (span.source, position.line)
    };
    // Of the lines that can't be read: what is not understood, and what is replaced so that it is.
    let mut unread: HashSet<(SourceId, u32)> = HashSet::new();
    let mut replaced: HashMap<(SourceId, u32), Vec<Span>> = HashMap::new();
    let is_unread = |finding: &&Diagnostic| std::ptr::eq(finding.rule, &syntax::SYNTAX);
    for finding in diagnostics.iter().filter(is_unread) {
        let primary = finding.primary.span;
        unread.insert(line(primary));
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
        let edits = edits.map(|edit| edit.span.to(primary));
        let others = finding.secondary.iter().map(|label| label.span);
        for span in edits.chain(others).chain([primary]) {
            replaced.entry(line(span)).or_default().push(span);
        }
    }
    if unread.is_empty() {
        return;
    }
    diagnostics.retain(|finding| {
        let category = finding.rule.category;
        // What can't be read, and names that mean nothing, are mistakes of their own; but words that
        // are replaced so that the line can be read were no names.
        if category == Category::Syntax {
            return true;
        }
        let at = finding.primary.span;
        let covers = |span: &Span| span.start < at.end && at.start < span.end;
        let was_no_name = || {
            let spans = replaced.get(&line(at));
            spans.is_some_and(|spans| spans.iter().any(covers))
        };
        let echoes = category != Category::Names && unread.contains(&line(at));
        !(echoes || matches!(category, Category::Names | Category::Values) && was_no_name())
    });
}

impl Compilation {
    /// Whether nothing found is an error.
    pub fn is_sound(&self) -> bool {
        self.diagnostics
            .iter()
            .all(|finding| finding.level < Level::Error)
    }
}

/// The one gate: the plan of a file without errors that declares a deployment.
pub fn plan(compilation: &Compilation) -> Option<Plan> {
    if !compilation.is_sound() || compilation.spec.deployment.is_none() {
        return None;
    }
    let (order, _) = graph::order(&compilation.spec);
    Some(plan::schedule(
        &compilation.spec,
        &order,
        &compilation.sources,
    ))
}

/// Adds what targets make of a file without errors that declares a deployment, and returns their
/// accounts, one for each target.
pub fn for_targets(
    compilation: &mut Compilation,
    targets: &[&'static dyn Backend],
) -> Vec<(&'static str, Vec<Account>)> {
    if targets.is_empty() {
        return Vec::new();
    }
    let Some(plan) = plan(compilation) else {
        return Vec::new();
    };
    let mut accounts = Vec::new();
    for target in targets {
        let account = backend::account(*target, &plan);
        let found = fidelity::findings(target.name(), &plan, &account, &compilation.sources);
        let found = compilation.allowances.filter(found);
        compilation.diagnostics.extend(found);
        accounts.push((target.name(), account));
    }
    diagnostic::sort(&mut compilation.diagnostics);
    accounts
}

/// Checks an example of a rule. One of a rule that is looked for in targets alone is checked for
/// `argo-rollouts`, and for nothing else that is looked for there.
pub fn example(rule: &Rule, text: &str) -> Compilation {
    let mut compilation = check("example.deploy", text.to_owned(), &NoFiles);
    if fidelity::is_of_targets(rule.code) {
        let targets: Vec<&'static dyn Backend> =
            catalogue::backend("argo-rollouts").into_iter().collect();
        for_targets(&mut compilation, &targets);
        compilation.diagnostics.retain(|finding| {
            finding.rule.code == rule.code || !fidelity::is_of_targets(finding.rule.code)
        });
    }
    compilation
}
