//! Names that become variables of commands: which of them the machine holds already, and which would
//! share one variable.

use std::collections::BTreeMap;

use foldhash::HashSet;

use super::language::Language;
use super::lower::{Lower, Scope, file_scope, own_name};
use super::names::{Declared, Names, Noun};
use super::node::Node;
use super::variables::{Holder, holder, variable};
use crate::diagnostic::Diagnostic;
use crate::rule;
use crate::source::Span;
use crate::syntax::text::language;
use crate::syntax::{File, Kind};

rule! {
    /// The variable of this name is set by bash itself, can't be set, or is what bash and the system work
    /// by: `$SECONDS` counts, `$UID` is read-only, without `$PATH` no program is found. A command would
    /// get the machine's value or break. Call it otherwise: `drain-seconds` is `$DRAIN_SECONDS`.
    pub RESERVED_VARIABLE = "D0206", "reserved-variable", Names, Error, "a name whose variable the shell or the system holds";
    /// Every login has a variable of this name, or the shell has. The targets take the value that the spec
    /// says where they can, but a command copied from the runbook into a terminal gets what the terminal
    /// has. Records and services never take a variable from the shell: a command that names it gets
    /// the shell's.
    pub MACHINE_VARIABLE = "D0207", "machine-variable", Names, Warning, "a name whose variable every machine has", allowable;
    /// Commands find a value in the variable of its name, in capitals and with `_` for `-`. Two values with
    /// one variable are two meanings of `$NAME`, and of `{name}` in a text. One name may be captured in
    /// several places of a file: the last one counts.
    pub AMBIGUOUS_VARIABLE = "D0208", "ambiguous-variable", Names, Error, "two values that share one variable";
}

/// What makes a value that commands find as a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Maker {
    Parameter,
    Secret,
    Service,
    Capture,
    Record,
    /// A parameter of a checklist or procedure.
    Argument,
}

impl Maker {
    fn word(self) -> &'static str {
        match self {
            Maker::Parameter | Maker::Argument => "parameter",
            Maker::Secret => "secret",
            Maker::Service => "service",
            Maker::Capture => "captured value",
            Maker::Record => "record",
        }
    }

    /// Whether it is declared for the sake of commands. Services and records have their names for people
    /// as well: what they share matters where a command or text uses it.
    fn is_for_commands(self) -> bool {
        match self {
            Maker::Parameter | Maker::Secret | Maker::Capture | Maker::Argument => true,
            Maker::Service | Maker::Record => false,
        }
    }

    /// Whether it may be made in several places under one name.
    fn is_made_again(self) -> bool {
        matches!(self, Maker::Capture | Maker::Record)
    }
}

/// A value that commands find as a variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    pub maker: Maker,
    pub name: &'a str,
    pub span: Span,
}

/// The values that a declaration of a file makes.
pub(super) fn declared<'a>(item: crate::syntax::Node<'a>, values: &mut Vec<Value<'a>>) {
    let maker = match item.kind() {
        Kind::param => Maker::Parameter,
        Kind::secret => Maker::Secret,
        Kind::service => Maker::Service,
        Kind::checklist | Kind::procedure => {
            let parameters = item.child(Kind::parameters).into_iter();
            for parameter in parameters.flat_map(|list| list.all(Kind::parameter)) {
                if let Some(name) = parameter.child(Kind::name) {
                    values.push(Value {
                        maker: Maker::Argument,
                        name: name.text(),
                        span: name.span(),
                    });
                }
            }
            return;
        }
        _ => return,
    };
    if let Some(name) = item.child(Kind::name) {
        values.push(Value {
            maker,
            name: name.text(),
            span: name.span(),
        });
    }
}

/// What the commands and texts of a file use. Found out when somebody asks.
struct Uses<'a> {
    file: &'a File,
    variables: Option<HashSet<&'a str>>,
}

impl<'a> Uses<'a> {
    fn of(file: &'a File) -> Self {
        Uses {
            file,
            variables: None,
        }
    }

    /// Whether a command names a variable.
    fn has_variable(&mut self, name: &str) -> bool {
        let file = self.file;
        let known = self.variables.get_or_insert_with(|| {
            let nodes = file.pieces.iter().flat_map(|piece| piece.root().descend());
            nodes
                .filter(|node| matches!(node.kind(), Kind::command | Kind::script))
                .flat_map(|node| Language::variables(language(node.text()), node.text()))
                .map(|(name, _)| name)
                .collect()
        });
        known.contains(name)
    }

    /// Whether a text has the value of this name in it.
    fn has_hole(&self, name: &str) -> bool {
        let hole = format!("{{{name}}}");
        let mut pieces = self.file.pieces.iter();
        pieces.any(|piece| piece.root().text().contains(&hole))
    }
}

impl<'a> Names<'a> {
    /// The declaration of a file that commands find as this variable.
    pub fn find_variable(
        &mut self,
        file: usize,
        noun: Noun,
        variable: &str,
        at: Span,
    ) -> Option<Declared<'a>> {
        let table = &self.tables[file];
        let name = match table.variable(noun, variable) {
            Some(name) => name,
            None => table.brought_in().find_map(|(name, elsewhere)| {
                let there = self.tables[elsewhere].variable(noun, variable)?;
                (there == name).then_some(name)
            })?,
        };
        let found = self.find(file, noun, name, at);
        if found.is_some() {
            self.noted.as_variable();
        }
        found
    }

    /// What is captured in a file and found as this variable.
    pub fn captured_as(&self, file: usize, wanted: &str) -> Option<&'a str> {
        self.tables[file].captured.get(wanted).copied()
    }
}

impl<'a> Lower<'a> {
    /// The name of a parameter that is used: one of a module comes into the plan.
    pub fn use_parameter(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        let known = match self.value_made(Maker::Parameter, &name) {
            Some(known) => Some(known),
            None if declared.file == 0 => return name,
            None => {
                self.parameter_declaration(&file_scope(declared.file), declared.node);
                None
            }
        };
        self.same_declaration(Maker::Parameter, declared, known);
        name
    }

    /// The parameter of the deployment that a path names, and not one of the checklist or procedure around.
    pub fn parameter_outside(
        &mut self,
        scope: &Scope,
        path: crate::syntax::Node<'_>,
    ) -> Option<String> {
        if scope.bindings.has(path.text()) {
            return None;
        }
        let declared = self
            .names
            .find(scope.file, Noun::Parameter, path.text(), path.span())?;
        Some(self.use_parameter(declared))
    }

    /// The name of a secret that is used: one of a module comes into the plan.
    pub fn use_secret(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        let known = match self.value_made(Maker::Secret, &name) {
            Some(known) => Some(known),
            None if declared.file == 0 => return name,
            None => {
                self.secret_declaration(&file_scope(declared.file), declared.node);
                None
            }
        };
        self.same_declaration(Maker::Secret, declared, known);
        name
    }

    fn same_declaration(&mut self, maker: Maker, declared: Declared<'_>, known: Option<Span>) {
        let span = declared.name_span();
        if let Some(known) = known
            && known != span
        {
            let name = own_name(declared);
            self.report(ambiguous((maker, &name, span), (maker, &name, known)));
        }
    }

    /// Where a parameter or secret was declared that is in the plan.
    fn value_made(&self, maker: Maker, name: &str) -> Option<Span> {
        match self.values.get(&(maker.word(), name.to_owned())) {
            Some(span) => Some(*span),
            None => self.before?.value_made(maker, name),
        }
    }

    /// Adds a parameter to the plan.
    pub fn add_parameter(&mut self, parameter: super::spec::Parameter) {
        let key = (Maker::Parameter.word(), parameter.name.clone());
        self.values.entry(key).or_insert(parameter.span);
        self.spec.parameters.push(parameter);
    }

    /// Adds a secret to the plan.
    pub fn add_secret(&mut self, secret: super::spec::Secret) {
        let key = (Maker::Secret.word(), secret.name.clone());
        self.values.entry(key).or_insert(secret.span);
        self.spec.secrets.push(secret);
    }

    /// Takes over the parameters and secrets of modules that a part of the file brought in.
    pub fn take_values(
        &mut self,
        parameters: Vec<super::spec::Parameter>,
        secrets: Vec<super::spec::Secret>,
    ) {
        for parameter in parameters {
            if self.value_made(Maker::Parameter, &parameter.name).is_none() {
                self.add_parameter(parameter);
            }
        }
        for secret in secrets {
            if self.value_made(Maker::Secret, &secret.name).is_none() {
                self.add_secret(secret);
            }
        }
    }

    /// Looks at every name that becomes a variable of commands.
    pub fn name_variables(&mut self, files: &[File]) {
        let mut found = Vec::new();
        for (file, table) in files.iter().zip(self.names.tables.iter()) {
            let mut uses = Uses::of(file);
            let mut first: BTreeMap<String, Vec<Value<'_>>> = BTreeMap::new();
            for value in &table.values {
                let variable = variable(value.name);
                held(*value, &variable, &mut uses, &mut found);
                if value.maker != Maker::Argument {
                    first.entry(variable).or_default().push(*value);
                }
            }
            for (variable, values) in first {
                if values.len() > 1 {
                    shared(&variable, &values, &mut uses, &mut found);
                }
            }
        }
        self.across(files, &mut found);
        self.found.extend(found);
    }

    /// What is captured in one file under a name that another file gives to something else: the plan has
    /// one value of a name.
    fn across(&self, files: &[File], found: &mut Vec<Diagnostic>) {
        if files.len() < 2 {
            return;
        }
        let mut known: BTreeMap<String, (Maker, &str, Span)> = BTreeMap::new();
        for one in &self.spec.parameters {
            let value = (Maker::Parameter, one.name.as_str(), one.span);
            known.entry(one.variable.clone()).or_insert(value);
        }
        for one in &self.spec.secrets {
            let value = (Maker::Secret, one.name.as_str(), one.span);
            let first = *known.entry(one.variable.clone()).or_insert(value);
            if first.2.source != one.span.source {
                found.push(ambiguous(value, first));
            }
        }
        let mut nodes: Vec<&Node> = self.spec.nodes.iter().rev().collect();
        while let Some(node) = nodes.pop() {
            nodes.extend(node.children.iter().rev());
            let Some(name) = node.work.captures() else {
                continue;
            };
            let made = self.names.tables.iter().flat_map(|table| &table.values);
            let made = made
                .filter(|value| value.maker.is_made_again() && value.name == name)
                .find(|value| {
                    value.span.source == node.span.source
                        && node.span.start <= value.span.start
                        && value.span.end <= node.span.end
                });
            let Some(made) = made else {
                continue;
            };
            let value = (made.maker, made.name, made.span);
            let first = *known.entry(variable(name)).or_insert(value);
            if first.2.source != made.span.source {
                found.push(ambiguous(value, first));
            }
        }
    }
}

/// The finding for a name whose variable the machine holds.
fn held(value: Value<'_>, variable: &str, uses: &mut Uses<'_>, found: &mut Vec<Diagnostic>) {
    let Some(holder) = holder(variable) else {
        return;
    };
    let Value { maker, name, span } = value;
    if !maker.is_for_commands() && !uses.has_variable(variable) {
        return;
    }
    let word = maker.word();
    let finding = match (holder, maker.is_for_commands()) {
        (Holder::System, true) => Diagnostic::new(
            &RESERVED_VARIABLE,
            span,
            format!("`${variable}` is the shell's own, and can't hold the {word} `{name}`"),
        ),
        (Holder::System, false) => Diagnostic::new(
            &MACHINE_VARIABLE,
            span,
            format!("`${variable}` in a command is the shell's own, not the {word} `{name}`"),
        ),
        (Holder::Login, _) => Diagnostic::new(
            &MACHINE_VARIABLE,
            span,
            format!("`${variable}` is also a variable that every login has"),
        )
        .note("a command copied into a terminal gets the value that the terminal has"),
    };
    found.push(finding.help("give it another name, of two words"));
}

/// The findings for values of a file that share a variable.
fn shared(variable: &str, values: &[Value<'_>], uses: &mut Uses<'_>, found: &mut Vec<Diagnostic>) {
    let mut values = values.to_vec();
    // What is said of them does not depend on where they stand.
    values.sort_by_key(|value| (value.maker, value.span));
    let Some((&first, others)) = values.split_first() else {
        return;
    };
    for &other in others {
        let again = first.maker.is_made_again() && other.maker.is_made_again();
        // Two of one kind and name are `duplicate-name`, or made in several places.
        if first.name == other.name && (again || first.maker == other.maker) {
            continue;
        }
        let matters = first.maker.is_for_commands() && other.maker.is_for_commands()
            || other.maker == Maker::Capture
            || uses.has_variable(variable)
            || other.maker == Maker::Record && uses.has_hole(other.name);
        if matters {
            found.push(ambiguous(
                (other.maker, other.name, other.span),
                (first.maker, first.name, first.span),
            ));
        }
    }
}

fn ambiguous(other: (Maker, &str, Span), first: (Maker, &str, Span)) -> Diagnostic {
    let (maker, name, span) = other;
    let variable = variable(name);
    Diagnostic::new(
        &AMBIGUOUS_VARIABLE,
        span,
        format!(
            "`${variable}` is the {} `{}` as well as the {} `{name}`",
            first.0.word(),
            first.1,
            maker.word(),
        ),
    )
    .also(first.2, format!("the {}", first.0.word()))
    .help("give one of them another name")
}
