//! Reads parameters, secrets and fields: what a caller or a person fills in, and its type.

use std::collections::{BTreeMap, BTreeSet};

use super::bindings::{Binding, Bindings};
use super::in_order::InOrder;
use super::lower::{Lower, Scope, file_scope, one_of, own_name, repeated};
use super::names::{Declared, Noun};
use super::spec::{Parameter, Secret};
use super::text::{Piece, Text};
use super::values::{TYPE, plain, trimmed};
use super::variables::variable;
use crate::blank::Blanks;
use crate::diagnostic::{Diagnostic, nearest};
use crate::quantity::Dimension;
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax};

/// The types that a parameter or field may have, besides the dimensions.
const TYPES: &[&str] = &[
    "text",
    "yes-no",
    "choice",
    "service",
    "percentile",
    "date",
    "time",
    "person",
];

/// Whether there is a type of this name.
pub(super) fn is_type(word: &str) -> bool {
    Dimension::of_type(word, None).is_some() || TYPES.contains(&word)
}

impl<'a> Lower<'a> {
    /// Checks the type of a parameter or field. Returns its word.
    pub fn type_word(&mut self, type_node: Syntax<'_>) -> Option<String> {
        let name = type_node.child(Kind::type_name)?;
        let of = type_node.child(Kind::noun).map(|noun| noun.text());
        if Dimension::of_type(name.text(), of).is_some() || TYPES.contains(&name.text()) {
            return Some(match of {
                Some(of) => format!("{} of {of}", name.text()),
                None => name.text().to_owned(),
            });
        }
        let all: Vec<&str> = TYPES.iter().chain(Dimension::TYPE_NAMES).copied().collect();
        let (list, near) = one_of(name.text(), &all);
        let mut finding = Diagnostic::new(
            &TYPE,
            name.span(),
            format!("there is no type `{}`", name.text()),
        )
        .help(list);
        let meant = match name.text() {
            "bool" | "boolean" | "flag" | "toggle" => "yes-no",
            "string" | "str" | "varchar" | "url" | "email" => "text",
            "int" | "integer" | "float" | "decimal" | "num" | "long" => "number",
            "enum" | "one-of" | "options" | "select" => "choice",
            "percentage" | "fraction" => "percent",
            "latency" | "seconds" | "minutes" | "hours" | "interval" | "timeout" => "duration",
            "datetime" | "timestamp" | "instant" => "time",
            "bytes" | "memory" | "storage" => "size",
            "role" | "user" => "person",
            _ => "",
        };
        if !meant.is_empty() {
            finding = finding.offer(format!("write `{meant}`"), name.span(), meant);
        } else if let Some(near) = near {
            finding = finding.offer(format!("write `{near}`"), name.span(), near);
        }
        self.report(finding);
        None
    }

    /// The default of a parameter or field, checked against its type, as words without quotes.
    pub fn default_of(&mut self, scope: &Scope, declaration: Syntax<'_>) -> Option<String> {
        let default = declaration.child(Kind::default)?;
        let value = default
            .children()
            .find(|node| node.kind() != Kind::comment)?;
        let text = (value.kind() == Kind::string).then(|| self.text(scope, value));
        if text.is_some_and(|text| text.parameters().next().is_some()) {
            let finding = Diagnostic::new(
                &TYPE,
                trimmed(value),
                "a default is fixed when compiling: the value of a parameter can't stand in it",
            )
            .help(
                "put the values together where they are used; a brace by itself is written `\\{`",
            );
            self.report(finding);
            return None;
        }
        self.value_for(scope, declaration, value)
    }

    /// A value for a parameter or field, checked against its type, as words without quotes.
    pub fn value_for(
        &mut self,
        scope: &Scope,
        declaration: Syntax<'_>,
        value: Syntax<'_>,
    ) -> Option<String> {
        let written = value.text().trim_blanks();
        let Some(type_node) = declaration.child(Kind::type_) else {
            return Some(plain(value));
        };
        let name = type_node.child(Kind::type_name)?.text();
        let of = type_node.child(Kind::noun).map(|noun| noun.text());
        if let Some(dimension) = Dimension::of_type(name, of) {
            match value.kind() {
                Kind::range => {
                    self.range_of(value, Some(&dimension))?;
                }
                Kind::quantity => {
                    self.quantity_of(value, &dimension)?;
                }
                _ => {
                    self.report(Diagnostic::new(
                        &TYPE,
                        trimmed(value),
                        format!("expected {}, found `{written}`", dimension.phrase()),
                    ));
                    return None;
                }
            }
            return Some(written.to_owned());
        }
        match name {
            "yes-no" if !matches!(written, "yes" | "no" | "true" | "false") => {
                let mut finding = Diagnostic::new(
                    &TYPE,
                    trimmed(value),
                    format!("expected `yes` or `no`, found `{written}`"),
                );
                let meant = match written.trim_matches('"').to_ascii_lowercase().as_str() {
                    "yes" | "y" | "on" | "true" | "1" => "yes",
                    "no" | "n" | "off" | "false" | "0" => "no",
                    _ => "",
                };
                if !meant.is_empty() {
                    finding = finding.offer(format!("write `{meant}`"), trimmed(value), meant);
                }
                self.report(finding);
                None
            }
            "yes-no" => Some(
                if matches!(written, "yes" | "true") {
                    "true"
                } else {
                    "false"
                }
                .to_owned(),
            ),
            "choice" => {
                let choices = choices(declaration);
                let word = plain(value);
                if choices.contains(&word) {
                    return Some(word);
                }
                let mut finding = Diagnostic::new(
                    &TYPE,
                    trimmed(value),
                    format!("`{word}` is none of the choices"),
                )
                .help(format!("the choices: {}", choices.join(", ")));
                if let Some(near) = nearest(&word, choices.iter().map(String::as_str)) {
                    let near = match value.kind() {
                        Kind::string => format!("\"{near}\""),
                        _ => near.to_owned(),
                    };
                    finding = finding.offer(format!("write `{near}`"), trimmed(value), near);
                }
                self.report(finding);
                None
            }
            _ => match value.kind() {
                Kind::string => Some(self.text(scope, value).to_string()),
                _ => Some(written.to_owned()),
            },
        }
    }

    /// A parameter of the deployment.
    pub fn parameter_declaration(&mut self, scope: &Scope, node: Syntax<'_>) {
        let Some(name) = node.child(Kind::name) else {
            return;
        };
        let kind = node
            .child(Kind::type_)
            .and_then(|type_node| self.type_word(type_node))
            .unwrap_or_else(|| "text".to_owned());
        let title = self.title(scope, node);
        let default = self.default_of(scope, node);
        self.add_parameter(Parameter {
            name: name.text().to_owned(),
            title,
            kind,
            choices: choices(node),
            default,
            variable: variable(name.text()),
            span: name.span(),
        });
    }

    /// A secret.
    pub fn secret_declaration(&mut self, scope: &Scope, node: Syntax<'_>) {
        let Some(name) = node.child(Kind::name) else {
            return;
        };
        let title = self.title(scope, node);
        self.add_secret(Secret {
            name: name.text().to_owned(),
            title,
            variable: variable(name.text()),
            span: name.span(),
        });
    }

    /// The values for the fields of a message.
    pub fn fields(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        arguments: Syntax<'_>,
    ) -> InOrder<Text> {
        let names: Vec<Syntax<'_>> = declared
            .node
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .filter(|child| child.kind() == Kind::field)
            .filter_map(|field| field.child(Kind::name))
            .collect();
        let known: Vec<&str> = names.iter().map(|name| name.text()).collect();
        let mut fields = InOrder::default();
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        for argument in arguments.all(Kind::argument) {
            let Some(name) = argument.child(Kind::name) else {
                self.report(
                    Diagnostic::new(&TYPE, trimmed(argument), "a field is given by its name")
                        .help("write `(reason = \"…\")`"),
                );
                continue;
            };
            if !known.contains(&name.text()) {
                let (all, near) = one_of(name.text(), &known);
                let mut finding = Diagnostic::new(
                    &super::names::UNKNOWN_NAME,
                    name.span(),
                    format!("the message has no field `{}`", name.text()),
                )
                .also(declared.name_span(), "the message")
                .help(if known.is_empty() {
                    "declare it: `field …`".to_owned()
                } else {
                    all
                });
                if let Some(near) = near {
                    finding = finding.offer(format!("write `{near}`"), name.span(), near);
                }
                self.report(finding);
                continue;
            }
            for own in names.iter().filter(|own| own.text() == name.text()) {
                self.names.noted.declared(name.span(), own.span());
            }
            let Some(value) = argument
                .children()
                .find(|child| child.span().start > name.span().start)
            else {
                continue;
            };
            let text = match value.kind() {
                Kind::string => self.text(scope, value),
                _ => Text::plain(value.text().trim_blanks()),
            };
            match first.get(name.text()) {
                Some(first) => self.report(repeated(name.text(), trimmed(argument), *first)),
                None => {
                    first.insert(name.text(), trimmed(argument));
                    fields.add(name.text(), text);
                }
            }
        }
        fields
    }

    /// What the parameters of a declaration stand for, given these arguments.
    pub fn bind(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        arguments: Option<Syntax<'_>>,
        at: Span,
    ) -> Option<Bindings> {
        let parameters: Vec<Syntax<'a>> = declared
            .node
            .child(Kind::parameters)
            .into_iter()
            .flat_map(|list| list.children())
            .filter(|child| child.kind() == Kind::parameter)
            .collect();
        let given: Vec<Syntax<'_>> = arguments
            .into_iter()
            .flat_map(|list| list.children())
            .filter(|child| child.kind() == Kind::argument)
            .collect();
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, argument) in given.iter().enumerate() {
            if let Some(name) = argument.child(Kind::name) {
                names.entry(name.text()).or_insert(place);
            }
        }
        let mut bindings = Bindings::default();
        let mut used = BTreeSet::new();
        let mut complete = true;
        for (index, parameter) in parameters.iter().enumerate() {
            let Some(name) = parameter.child(Kind::name) else {
                continue;
            };
            let by_name = names.get(name.text()).copied();
            let by_place = given
                .get(index)
                .filter(|argument| argument.child(Kind::name).is_none())
                .map(|_| index);
            let chosen = by_name.or(by_place);
            if let Some(given) = by_name.and_then(|place| given[place].child(Kind::name)) {
                self.names.noted.declared(given.span(), name.span());
            }
            let value = match chosen {
                Some(place) => {
                    used.insert(place);
                    given[place]
                        .children()
                        .filter(|child| child.kind() != Kind::name)
                        .last()
                }
                None => parameter
                    .child(Kind::default)
                    .and_then(|default| default.children().last()),
            };
            let binding = match value {
                Some(value) if chosen.is_some() => self.binding(scope, *parameter, value),
                Some(value) => self.binding(&file_scope(declared.file), *parameter, value),
                None => {
                    let finding = Diagnostic::new(
                        &TYPE,
                        at,
                        format!("the argument `{}` is missing", name.text()),
                    )
                    .also(name.span(), "declared here without a default");
                    self.report(finding);
                    None
                }
            };
            match binding {
                Some(binding) => {
                    bindings.add(name.text(), binding);
                }
                None => complete = false,
            }
        }
        for (index, argument) in given.iter().enumerate() {
            if !used.contains(&index) {
                let finding = Diagnostic::new(
                    &TYPE,
                    trimmed(*argument),
                    format!("`{}` takes no such argument", own_name(declared)),
                )
                .also(declared.name_span(), "declared here");
                self.report(finding);
            }
        }
        complete.then_some(bindings)
    }

    /// What an argument of this type stands for.
    pub fn binding(
        &mut self,
        scope: &Scope,
        parameter: Syntax<'_>,
        value: Syntax<'_>,
    ) -> Option<Binding> {
        let type_node = parameter.child(Kind::type_)?;
        let type_name = type_node.child(Kind::type_name)?.text().to_owned();
        let written = value.text().trim_blanks();
        if let Some(bound) = scope.bindings.get(written) {
            self.note_argument(written, trimmed(value));
            return Some(bound.clone());
        }
        if type_name == "service" {
            let path = value.descend().find(|node| node.kind() == Kind::path);
            let Some(path) = path else {
                self.wrong_type(value, "a service");
                return None;
            };
            let declared = self.find(scope, Noun::Service, path)?;
            return Some(Binding::Service(self.use_service(declared)));
        }
        if type_name == "percentile" {
            let number = written
                .strip_prefix('p')
                .filter(|digits| (1..=4).contains(&digits.len()))
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
            return match number {
                Some(digits) => Some(Binding::Percentile(digits.to_owned())),
                None => {
                    self.wrong_type(value, "a percentile such as `p95`");
                    None
                }
            };
        }
        let of = type_node.child(Kind::noun).map(|noun| noun.text());
        if let Some(dimension) = Dimension::of_type(&type_name, of) {
            let Some(token) = value.descend().find(|node| node.kind() == Kind::quantity) else {
                self.wrong_type(value, &dimension.phrase());
                return None;
            };
            return self.quantity_of(token, &dimension).map(Binding::Quantity);
        }
        if let Some(string) = value.descend().find(|node| node.kind() == Kind::string) {
            let text = self.text(scope, string);
            let has_values = text.parameters().next().is_some();
            return Some(match has_values {
                true => Binding::Text(text),
                false => Binding::Words(text.to_string()),
            });
        }
        // A bare word is a word, or the parameter of the deployment that has this name.
        let is_choice = choices(parameter).contains(&written.to_owned());
        if !is_choice
            && let Some(declared) =
                self.names
                    .find(scope.file, Noun::Parameter, written, trimmed(value))
        {
            let parameter = self.use_parameter(declared);
            return Some(Binding::Text(Text {
                pieces: vec![Piece::Parameter { parameter }],
            }));
        }
        Some(Binding::Words(written.to_owned()))
    }

    pub fn wrong_type(&mut self, value: Syntax<'_>, wanted: &str) {
        self.report(Diagnostic::new(
            &TYPE,
            trimmed(value),
            format!("expected {wanted}, found `{}`", value.text().trim_blanks()),
        ));
    }
}

/// The words of a parameter of type `choice(…)`.
pub(super) fn choices(parameter: Syntax<'_>) -> Vec<String> {
    parameter
        .child(Kind::type_)
        .and_then(|node| node.child(Kind::arguments))
        .into_iter()
        .flat_map(|arguments| arguments.children())
        .filter(|argument| argument.kind() == Kind::argument)
        .map(plain)
        .collect()
}
