//! In: a file as it was written, and the files that it brings in. Out: a [`Spec`]: what it means,
//! every name resolved and every quantity typed. Knows nothing of order, time or targets.

// A condition or a command is most of what a node is; boxing it would only move it.
#![allow(clippy::large_enum_variant)]

mod action;
mod actions;
mod answers;
mod assertions;
mod bindings;
mod captures;
mod command;
mod commands;
mod condition;
mod conditions;
mod decisions;
mod deployments;
mod environment;
mod escalations;
mod in_order;
mod inclusions;
mod index;
mod items;
mod language;
mod likely;
mod lower;
mod made;
mod metrics;
mod modules;
mod names;
mod node;
mod noted;
mod parameters;
mod parts;
mod people;
mod places;
mod put_in;
mod queries;
mod references;
mod rollbacks;
mod rollouts;
mod safeguards;
mod services;
mod settings;
mod spec;
mod statements;
mod symbols;
mod tables;
mod text;
mod texts;
mod trial;
mod trials;
mod unmeant;
mod values;
mod variables;
mod waits;
mod work;

pub use action::{Action, Deed, Notice};
pub use command::{Attempts, Command, Effect, Expectation, Origin};
pub use commands::{LANGUAGE, PATTERN};
pub use condition::{Bound, Comparator, Condition, Matcher, Measured, MetricRef, Trend};
pub use environment::{AMBIGUOUS_VARIABLE, MACHINE_VARIABLE, RESERVED_VARIABLE};
pub use items::target_words;
pub use language::{LANGUAGES, Language};
pub use lower::{ENDLESS, INCOMPLETE, MISPLACED, REPEATED};
pub use names::{DUPLICATE_NAME, IMPORT, SHADOWED, UNKNOWN_NAME, UNUSED};
pub use node::{Node, Reference, Timed, Times};
pub use spec::{
    Better, Channel, Contact, Deployment, Field, Message, Metric, NoData, Parameter, Role, Router,
    Secret, Service, Spec, Traffic, WINDOW, WINDOW_SECONDS,
};
pub use symbols::{Definition, ModuleReference, Reference as SymbolReference, SymbolKind, Symbols};
pub use text::{Piece, Text};
pub use trial::{Decided, Event, Expected, Given, TestPoint};
pub use values::{DIMENSION, QUANTITY, TIME, TYPE};
pub use variables::{Holder, holder, is_free, is_of_machine, variable, variables};
pub use work::{Interval, Target, ValueType, WaitFor, Work};

use crate::diagnostic::Diagnostic;
use crate::source::{Loader, Sources};
use crate::syntax::{File, Kind};

use lower::Lower;
use names::Names;
use noted::Noted;
use parts::Cut;

/// What a file means. Never fails: what means nothing is a finding, and the rest is there.
/// The files that are brought in are added to `sources`.
pub fn lower(file: &File, sources: &mut Sources, loader: &dyn Loader) -> (Spec, Vec<Diagnostic>) {
    let cut = Cut::WORTH_A_THREAD;
    let (spec, found, _) = lower_cut(file, sources, loader, cut, Noted::default());
    (spec, found)
}

/// The symbols of a file and of those that it brings in: what `lower` finds names to mean.
pub fn symbols(file: &File, sources: &mut Sources, loader: &dyn Loader) -> Symbols {
    lower_cut(file, sources, loader, Cut::WORTH_A_THREAD, Noted::all()).2
}

fn lower_cut(
    file: &File,
    sources: &mut Sources,
    loader: &dyn Loader,
    cut: Cut,
    noted: Noted,
) -> (Spec, Vec<Diagnostic>, Symbols) {
    let (modules, mut found) = modules::load(file, sources, loader);
    let files = &modules.files;
    let mut tables: Vec<tables::Table<'_>> = files
        .iter()
        .enumerate()
        .map(|(index, file)| tables::table(index, file, &mut found))
        .collect();
    for (table, called) in tables.iter_mut().zip(modules.called(sources)) {
        table.called = called;
    }
    modules::enter(&modules, &mut tables, &mut found);
    found.extend(modules.unreachable());
    let mut names = Names::new(tables);
    names.noted = noted;
    let mut lower = Lower::new(names, found);
    for file in files {
        lower.unmeant_parts(file);
    }
    lower.items(&files[0], cut);
    lower.settle();
    lower.settle_decisions();
    lower.settle_captures();
    lower.shadowed(&files[0]);
    lower.name_variables(files);
    if lower.spec.deployment.is_some() {
        lower.names.unused(&mut lower.found);
    }
    let noted = std::mem::take(&mut lower.names.noted);
    let symbols = match noted.is_on() {
        true => index::symbols(&modules, &lower.names.tables, &lower.spec, noted),
        false => Symbols::default(),
    };
    (lower.spec, lower.found, symbols)
}

impl Lower<'_> {
    /// Parameters that hide declarations of their file.
    fn shadowed(&mut self, file: &File) {
        for item in file.items() {
            for parameter in item
                .child(Kind::parameters)
                .into_iter()
                .flat_map(|list| list.children())
                .filter(|child| child.kind() == Kind::parameter)
            {
                let Some(name) = parameter.child(Kind::name) else {
                    continue;
                };
                if let Some((what, first)) = self.names.shadows(0, name.text()) {
                    let finding = Diagnostic::new(
                        &SHADOWED,
                        name.span(),
                        format!(
                            "the parameter `{}` hides the {what} of this name",
                            name.text()
                        ),
                    )
                    .also(first, "hidden inside")
                    .help("give the parameter another name");
                    self.report(finding);
                }
            }
        }
    }
}
