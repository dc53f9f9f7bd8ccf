//! Reads what is declared once and used by name: parameters, people, services, metrics, messages.

use std::collections::{BTreeMap, BTreeSet};

use super::lower::{Binding, Lower, Scope, one_of, repeated};
use super::names::{Declared, Noun};
use super::spec::{
    Better, Channel, Contact, Field, Message, Metric, NoData, Parameter, Role, Secret, Service,
    Traffic,
};
use super::text::Text;
use super::values::{TYPE, trimmed};
use crate::diagnostic::Diagnostic;
use crate::quantity::{Dimension, Quantity, Unit};
use crate::source::Span;
use crate::syntax::text::content;
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

/// One setting of a declaration: its word and its values.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a> {
    pub word: &'a str,
    pub word_span: Span,
    pub node: Syntax<'a>,
}

impl<'a> Setting<'a> {
    /// The values, in order.
    pub fn values(&self) -> Vec<Syntax<'a>> {
        self.node
            .children()
            .filter(|child| {
                !matches!(
                    child.kind(),
                    Kind::setting_word
                        | Kind::comment
                        | Kind::ERR_TAIL
                        | Kind::MISSING
                        | Kind::block
                )
            })
            .collect()
    }
}

/// The environment variable in which commands find a name.
pub(super) fn variable(name: &str) -> String {
    name.replace(['-', '.'], "_").to_ascii_uppercase()
}

/// The words of a parameter of type `choice(…)`.
pub(super) fn choices(parameter: Syntax<'_>) -> Vec<String> {
    parameter
        .child(Kind::type_)
        .and_then(|node| node.child(Kind::arguments))
        .into_iter()
        .flat_map(|arguments| arguments.children())
        .filter(|argument| argument.kind() == Kind::argument)
        .map(|argument| argument.text().trim().trim_matches('"').to_owned())
        .collect()
}

impl<'a> Lower<'a> {
    /// The settings of a declaration's block. Words that mean nothing there, and words that are
    /// said twice (but for those in `many`), are findings.
    pub fn settings(
        &mut self,
        declaration: Syntax<'a>,
        what: &str,
        allowed: &[&str],
        many: &[&str],
    ) -> Vec<Setting<'a>> {
        let mut settings: Vec<Setting<'a>> = Vec::new();
        let Some(block) = declaration.child(Kind::block) else {
            return settings;
        };
        for node in block.children() {
            match node.kind() {
                Kind::setting => {
                    let Some(word) = node.child(Kind::setting_word) else {
                        continue;
                    };
                    let (text, span) = (word.text(), word.span());
                    if !allowed.contains(&text) {
                        let (all, near) = one_of(text, allowed);
                        let mut finding = Diagnostic::new(
                            &super::lower::MISPLACED,
                            span,
                            format!("a {what} has no `{text}`"),
                        )
                        .help(format!("a {what} takes {all}"));
                        if let Some(near) = near {
                            finding = finding.offer(format!("write `{near}`"), span, near);
                        }
                        self.report(finding);
                        continue;
                    }
                    if let Some(first) = settings.iter().find(|one| one.word == text)
                        && !many.contains(&text)
                    {
                        let finding = repeated(text, span, first.word_span);
                        self.report(finding);
                        continue;
                    }
                    settings.push(Setting {
                        word: text,
                        word_span: span,
                        node,
                    });
                }
                Kind::note
                | Kind::comment
                | Kind::ERR_STMT
                | Kind::ERR_BLOCK
                | Kind::MISSING_BRACE => {}
                Kind::field if what == "message" => {}
                Kind::on_failure if what == "deployment" => {}
                _ => {
                    let (all, _) = one_of("", allowed);
                    self.misplaced(
                        super::lower::first_line(node),
                        format!("this statement means nothing in a {what}"),
                        format!("a {what} takes {all}"),
                    );
                }
            }
        }
        settings
    }

    /// The notes of a declaration's block.
    pub fn notes(&mut self, scope: &Scope, declaration: Syntax<'_>) -> Vec<Text> {
        declaration
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .filter(|node| node.kind() == Kind::note)
            .filter_map(|note| {
                note.children()
                    .find(|child| matches!(child.kind(), Kind::string | Kind::prose))
            })
            .map(|token| self.text(scope, token))
            .collect()
    }

    /// The one text of a setting.
    pub fn setting_text(&mut self, scope: &Scope, setting: Setting<'_>) -> Option<Text> {
        let values = setting.values();
        match values.as_slice() {
            [token] if matches!(token.kind(), Kind::string | Kind::prose) => {
                Some(self.text(scope, *token))
            }
            [token] if token.kind() == Kind::path => Some(Text::plain(token.text())),
            _ => {
                self.setting_wants(setting, "a text in quotes");
                None
            }
        }
    }

    /// The one name of a setting; a text will do.
    pub fn setting_name(
        &mut self,
        scope: &Scope,
        setting: Setting<'_>,
        wanted: &str,
    ) -> Option<String> {
        let values = setting.values();
        match values.as_slice() {
            [token] if token.kind() == Kind::path => Some(token.text().to_owned()),
            [token] if token.kind() == Kind::string => Some(self.text(scope, *token).to_string()),
            _ => {
                self.setting_wants(setting, wanted);
                None
            }
        }
    }

    /// A finding: the values of a setting are not what it takes.
    pub fn setting_wants(&mut self, setting: Setting<'_>, wanted: &str) {
        if setting.node.has(Kind::MISSING) || setting.node.has(Kind::ERR_TAIL) {
            return; // said already
        }
        let span = setting
            .values()
            .iter()
            .map(|token| trimmed(*token))
            .reduce(Span::to)
            .unwrap_or(setting.word_span);
        let finding = Diagnostic::new(&TYPE, span, format!("`{}` takes {wanted}", setting.word));
        self.report(finding);
    }

    /// A word of a closed list as the one value of a setting.
    pub fn setting_word(&mut self, setting: Setting<'_>, allowed: &[&str]) -> Option<String> {
        let values = setting.values();
        let (all, _) = one_of("", allowed);
        let [token] = values.as_slice() else {
            self.setting_wants(setting, &all);
            return None;
        };
        let word = token.text().trim();
        if allowed.contains(&word) {
            return Some(word.to_owned());
        }
        let (all, near) = one_of(word, allowed);
        let mut finding = Diagnostic::new(
            &TYPE,
            trimmed(*token),
            format!("`{}` takes {all}, not `{word}`", setting.word),
        );
        if let Some(near) = near {
            finding = finding.offer(format!("write `{near}`"), trimmed(*token), near);
        }
        self.report(finding);
        None
    }

    /// Checks the type of a parameter or field. Returns its word.
    fn type_word(&mut self, type_node: Syntax<'_>) -> Option<String> {
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
        if matches!(name.text(), "bool" | "boolean" | "flag") {
            finding = finding.offer("write `yes-no`", name.span(), "yes-no");
        } else if name.text() == "string" {
            finding = finding.offer("write `text`", name.span(), "text");
        } else if let Some(near) = near {
            finding = finding.offer(format!("write `{near}`"), name.span(), near);
        }
        self.report(finding);
        None
    }

    /// The default of a parameter or field, checked against its type, as words without quotes.
    fn default_of(&mut self, scope: &Scope, declaration: Syntax<'_>) -> Option<String> {
        let default = declaration.child(Kind::default)?;
        let value = default
            .children()
            .find(|node| node.kind() != Kind::comment)?;
        let written = value.text().trim();
        let Some(type_node) = declaration.child(Kind::type_) else {
            return Some(written.trim_matches('"').to_owned());
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
                self.report(Diagnostic::new(
                    &TYPE,
                    trimmed(value),
                    format!("expected `yes` or `no`, found `{written}`"),
                ));
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
                let word = written.trim_matches('"').to_owned();
                if choices.contains(&word) {
                    return Some(word);
                }
                self.report(
                    Diagnostic::new(
                        &TYPE,
                        trimmed(value),
                        format!("`{word}` is none of the choices"),
                    )
                    .help(format!("the choices: {}", choices.join(", "))),
                );
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
        self.spec.parameters.push(Parameter {
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
        self.spec.secrets.push(Secret {
            name: name.text().to_owned(),
            title,
            variable: variable(name.text()),
            span: name.span(),
        });
    }

    /// The title of a declaration; empty where it has none.
    pub fn title(&mut self, scope: &Scope, node: Syntax<'_>) -> Text {
        node.child(Kind::title)
            .map(|title| self.text(scope, title))
            .unwrap_or_default()
    }

    /// The role's name in the plan; makes it if it was not made yet.
    pub fn use_role(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if self.spec.roles.iter().any(|role| role.name == name) {
            return name;
        }
        let scope = file_scope(declared.file);
        let title = self.title(&scope, declared.node);
        let settings = self.settings(
            declared.node,
            "role",
            &["contact", "person"],
            &["contact", "person"],
        );
        let mut role = Role {
            name: name.clone(),
            title,
            people: Vec::new(),
            contacts: Vec::new(),
            notes: self.notes(&scope, declared.node),
            span: declared.name_span(),
        };
        for setting in settings {
            let values = setting.values();
            match (setting.word, values.as_slice()) {
                ("contact", [kind, address])
                    if kind.kind() == Kind::path && address.kind() == Kind::string =>
                {
                    let address = self.text(&scope, *address);
                    role.contacts.push(Contact {
                        kind: kind.text().to_owned(),
                        address,
                    });
                }
                ("contact", [address]) if address.kind() == Kind::string => {
                    let address = self.text(&scope, *address);
                    role.contacts.push(Contact {
                        kind: String::new(),
                        address,
                    });
                }
                ("person", [name]) if name.kind() == Kind::string => {
                    let person = self.text(&scope, *name);
                    role.people.push(person);
                }
                ("contact", _) => {
                    self.setting_wants(
                        setting,
                        "a way and an address: `contact phone \"+49 30 123\"`",
                    );
                }
                _ => self.setting_wants(setting, "a name in quotes"),
            }
        }
        self.spec.roles.push(role);
        name
    }

    /// The channel's name in the plan; makes it if it was not made yet.
    pub fn use_channel(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if self
            .spec
            .channels
            .iter()
            .any(|channel| channel.name == name)
        {
            return name;
        }
        let scope = file_scope(declared.file);
        let address = self.title(&scope, declared.node);
        let kind = declared
            .node
            .child(Kind::channel_kind)
            .map(|kind| kind.text().to_owned())
            .unwrap_or_default();
        self.spec.channels.push(Channel {
            name: name.clone(),
            kind,
            address,
            span: declared.name_span(),
        });
        name
    }

    /// The service's name in the plan; makes it if it was not made yet.
    pub fn use_service(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if self.services.contains_key(&name) {
            return name;
        }
        let scope = file_scope(declared.file);
        let node = declared.node;
        let title = self.title(&scope, node);
        let settings = self.settings(
            node,
            "service",
            &[
                "namespace",
                "workload",
                "image",
                "replicas",
                "traffic",
                "port",
                "environment",
            ],
            &[],
        );
        let mut service = Service {
            name: name.clone(),
            title,
            namespace: None,
            workload: None,
            image: None,
            replicas: None,
            limits: None,
            environment: None,
            port: None,
            traffic: None,
            notes: self.notes(&scope, node),
            span: declared.name_span(),
            traffic_span: declared.name_span(),
        };
        for setting in settings {
            match setting.word {
                "namespace" => {
                    service.namespace = self.setting_name(&scope, setting, "a namespace")
                }
                "workload" => {
                    service.workload =
                        self.setting_name(&scope, setting, "a workload such as `deployment/api`");
                }
                "image" => service.image = self.setting_text(&scope, setting),
                "environment" => {
                    service.environment =
                        self.setting_name(&scope, setting, "a name such as `production`");
                }
                "port" => {
                    let port = self
                        .count(setting.node)
                        .and_then(|port| u16::try_from(port).ok());
                    if port.is_none() {
                        self.setting_wants(setting, "a port, 1 to 65535");
                    }
                    service.port = port;
                }
                "replicas" => self.replicas(setting, &mut service),
                _ => {
                    service.traffic_span = setting.word_span;
                    service.traffic = self.traffic(&scope, setting);
                }
            }
        }
        self.services.insert(name.clone(), self.spec.services.len());
        self.spec.services.push(service);
        name
    }

    fn replicas(&mut self, setting: Setting<'_>, service: &mut Service) {
        let pods = Dimension::Count { noun: None };
        for value in setting.values() {
            match value.kind() {
                Kind::quantity => service.replicas = self.quantity_of(value, &pods),
                Kind::limits => {
                    service.limits = value
                        .child(Kind::range)
                        .and_then(|range| self.range_of(range, Some(&pods)));
                }
                _ => self.setting_wants(setting, "a number, and perhaps its limits: `6 (3..10)`"),
            }
        }
    }

    fn traffic(&mut self, scope: &Scope, setting: Setting<'_>) -> Option<Traffic> {
        const ROUTERS: &[&str] = &[
            "none",
            "gateway-api",
            "istio",
            "nginx",
            "alb",
            "linkerd",
            "kubernetes",
        ];
        let values = setting.values();
        let router = values
            .first()
            .copied()
            .filter(|first| first.kind() == Kind::path);
        let (all, _) = one_of("", ROUTERS);
        let Some(router) = router else {
            self.setting_wants(setting, &all);
            return None;
        };
        if !ROUTERS.contains(&router.text()) {
            let (all, near) = one_of(router.text(), ROUTERS);
            let mut finding = Diagnostic::new(
                &TYPE,
                router.span(),
                format!("`traffic` takes {all}, not `{}`", router.text()),
            );
            if let Some(near) = near {
                finding = finding.offer(format!("write `{near}`"), router.span(), near);
            }
            self.report(finding);
            return None;
        }
        let names = values[1..]
            .iter()
            .map(|value| match value.kind() {
                Kind::string => self.text(scope, *value).to_string(),
                _ => value.text().trim().to_owned(),
            })
            .collect();
        Some(Traffic {
            router: router.text().to_owned(),
            names,
        })
    }

    /// The message's name in the plan; makes it if it was not made yet.
    pub fn use_message(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if self
            .spec
            .messages
            .iter()
            .any(|message| message.name == name)
        {
            return name;
        }
        let mut scope = file_scope(declared.file);
        let node = declared.node;
        let title = self.title(&scope, node);
        let mut fields = Vec::new();
        let field_nodes: Vec<Syntax<'a>> = node
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .filter(|child| child.kind() == Kind::field)
            .collect();
        for field in field_nodes {
            let Some(field_name) = field.child(Kind::name) else {
                continue;
            };
            let kind = field
                .child(Kind::type_)
                .and_then(|type_node| self.type_word(type_node))
                .unwrap_or_else(|| "text".to_owned());
            let title = self.title(&scope, field);
            let default = self.default_of(&scope, field);
            fields.push(Field {
                name: field_name.text().to_owned(),
                title,
                kind,
                default,
            });
            scope.fields.insert(field_name.text().to_owned());
        }
        let settings = self.settings(node, "message", &["subject", "body"], &[]);
        let mut subject = Text::default();
        let mut body = Text::default();
        for setting in settings {
            let text = self.setting_text(&scope, setting).unwrap_or_default();
            if setting.word == "subject" {
                subject = text;
            } else {
                body = text;
            }
        }
        self.spec.messages.push(Message {
            name: name.clone(),
            title,
            subject,
            body,
            fields,
            span: declared.name_span(),
        });
        name
    }

    /// The values for the fields of a message.
    pub fn fields(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        arguments: Syntax<'_>,
    ) -> BTreeMap<String, String> {
        let known: Vec<&str> = declared
            .node
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .filter(|child| child.kind() == Kind::field)
            .filter_map(|field| field.child(Kind::name))
            .map(|name| name.text())
            .collect();
        let mut fields = BTreeMap::new();
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
            let Some(value) = argument
                .children()
                .find(|child| child.span().start > name.span().start)
            else {
                continue;
            };
            let text = match value.kind() {
                Kind::string => self.text(scope, value).to_string(),
                _ => value.text().trim().to_owned(),
            };
            fields.insert(name.text().to_owned(), text);
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
    ) -> Option<BTreeMap<String, Binding>> {
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
        let mut bindings = BTreeMap::new();
        let mut used = BTreeSet::new();
        let mut complete = true;
        for (index, parameter) in parameters.iter().enumerate() {
            let Some(name) = parameter.child(Kind::name) else {
                continue;
            };
            let by_name = given.iter().position(|argument| {
                argument
                    .child(Kind::name)
                    .is_some_and(|given| given.text() == name.text())
            });
            let by_place = given
                .get(index)
                .filter(|argument| argument.child(Kind::name).is_none())
                .map(|_| index);
            let chosen = by_name.or(by_place);
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
                    bindings.insert(name.text().to_owned(), binding);
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

    /// The plan's name of a metric with these arguments; makes it if it was not made yet.
    pub fn metric(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        arguments: Option<Syntax<'_>>,
        path: Syntax<'_>,
    ) -> Option<String> {
        let bindings = self.bind(scope, declared, arguments, path.span())?;
        let mut name = if declared.file == 0 {
            own_name(declared)
        } else {
            path.text().to_owned()
        };
        if !bindings.is_empty() {
            let parameters = declared.node.child(Kind::parameters);
            let values: Vec<String> = parameters
                .into_iter()
                .flat_map(|list| list.children())
                .filter_map(|parameter| parameter.child(Kind::name))
                .filter_map(|name| bindings.get(name.text()))
                .map(Binding::written)
                .collect();
            name = format!("{name}({})", values.join(", "));
        }
        if self.metrics.contains_key(&name) {
            return Some(name);
        }
        let inner = Scope {
            file: declared.file,
            bindings,
            includes: scope.includes.clone(),
            ..Scope::default()
        };
        if inner.includes.len() > super::lower::MAX_INCLUDES {
            self.endless(declared, path.span());
            return None;
        }
        let metric = self.make_metric(&inner, declared, name.clone())?;
        self.add_metric(metric);
        Some(name)
    }

    /// A finding: a declaration uses itself.
    pub fn endless(&mut self, declared: Declared<'_>, at: Span) {
        let finding = Diagnostic::new(
            &super::lower::ENDLESS,
            at,
            format!("`{}` uses itself without an end", own_name(declared)),
        )
        .also(declared.name_span(), "declared here");
        self.report(finding);
    }

    pub fn make_metric(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        name: String,
    ) -> Option<Metric> {
        let node = declared.node;
        let title = self.title(scope, node);
        let settings = self.settings(
            node,
            "metric",
            &["better", "no-data", "prometheus", "window", "interval"],
            &[],
        );
        let notes = self.notes(scope, node);
        // An alias begins as what it stands for; its own settings win.
        let mut metric = if let Some(alias) = node.child(Kind::alias) {
            let target = alias.child(Kind::metric_ref)?;
            self.behind_alias(scope, declared, target)?
        } else {
            let measure = node.child(Kind::measure);
            let Some(type_node) = measure.and_then(|measure| measure.child(Kind::type_)) else {
                if !node.has(Kind::MISSING) && !node.has(Kind::ERR_TAIL) {
                    let finding = Diagnostic::new(
                        &super::lower::INCOMPLETE,
                        declared.name_span(),
                        format!(
                            "the metric `{}` does not say what it measures",
                            own_name(declared)
                        ),
                    )
                    .help("say it behind a colon: `: percent in ratio`, `: duration in seconds`");
                    self.report(finding);
                }
                return None;
            };
            let word = type_node.child(Kind::type_name)?;
            let of = type_node.child(Kind::noun).map(|noun| noun.text());
            let Some(dimension) = Dimension::of_type(word.text(), of) else {
                self.type_of_metric(word);
                return None;
            };
            Metric {
                name: name.clone(),
                title: Text::default(),
                dimension,
                unit: None,
                better: None,
                no_data: NoData::default(),
                query: None,
                window: None,
                interval: None,
                service: None,
                labels: Vec::new(),
                notes: Vec::new(),
                span: declared.name_span(),
                query_span: declared.name_span(),
            }
        };
        metric.name = name;
        metric.span = declared.name_span();
        if !title.is_empty() {
            metric.title = title;
        }
        metric.notes.extend(notes);
        if let Some(unit) = node
            .child(Kind::measure)
            .and_then(|measure| measure.child(Kind::unit))
        {
            self.unit_of(&mut metric, unit);
        }
        for setting in settings {
            match setting.word {
                "better" => {
                    metric.better = self
                        .setting_word(setting, &["lower", "higher"])
                        .map(|word| {
                            if word == "lower" {
                                Better::Lower
                            } else {
                                Better::Higher
                            }
                        });
                }
                "no-data" => {
                    if let Some(word) = self.setting_word(setting, &["pause", "pass", "fail"]) {
                        metric.no_data = match word.as_str() {
                            "pass" => NoData::Pass,
                            "fail" => NoData::Fail,
                            _ => NoData::Pause,
                        };
                    }
                }
                "window" => metric.window = self.duration(setting.node),
                "interval" => metric.interval = self.duration(setting.node),
                _ => self.query(scope, setting, &mut metric),
            }
        }
        if let Some(Binding::Service(service)) = scope
            .bindings
            .values()
            .find(|binding| matches!(binding, Binding::Service(_)))
        {
            metric.service = Some(service.clone());
        }
        Some(metric)
    }

    /// The metric that an alias stands for. It is in the plan under the alias alone.
    fn behind_alias(
        &mut self,
        scope: &Scope,
        alias: Declared<'a>,
        target: Syntax<'a>,
    ) -> Option<Metric> {
        let path = target.child(Kind::path)?;
        let declared = self.find(scope, Noun::Metric, path)?;
        let key = (declared.file, own_name(declared));
        let mut inner = file_scope(declared.file);
        inner.includes = scope.includes.clone();
        if inner.includes.contains(&key) || inner.includes.len() >= super::lower::MAX_INCLUDES {
            self.endless(declared, path.span());
            return None;
        }
        inner.includes.push(key);
        inner.bindings = self.bind(scope, declared, target.child(Kind::arguments), path.span())?;
        let mut metric = self.make_metric(&inner, declared, own_name(alias))?;
        let labels = self.labels(scope, target);
        metric.labels.extend(labels);
        Some(metric)
    }

    fn type_of_metric(&mut self, word: Syntax<'_>) {
        let (all, near) = one_of(word.text(), Dimension::TYPE_NAMES);
        let mut finding = Diagnostic::new(
            &TYPE,
            word.span(),
            format!("a metric can't measure `{}`", word.text()),
        )
        .help(all);
        if let Some(near) = near {
            finding = finding.offer(format!("write `{near}`"), word.span(), near);
        }
        self.report(finding);
    }

    fn unit_of(&mut self, metric: &mut Metric, unit: Syntax<'_>) {
        match Unit::parse(unit.text()) {
            Ok(read) if crate::quantity::compatible(&read.dimension, &metric.dimension) => {
                metric.unit = Some(unit.text().to_owned());
            }
            Ok(read) => {
                let finding = Diagnostic::new(
                    &super::values::DIMENSION,
                    unit.span(),
                    format!(
                        "a {} is not measured in `{}`",
                        metric.dimension.name(),
                        unit.text()
                    ),
                )
                .label(format!("a unit of {}", read.dimension.name()));
                self.report(finding);
            }
            Err(mistake) => self.mistake(&super::values::QUANTITY, unit.span(), mistake),
        }
    }

    fn query(&mut self, scope: &Scope, setting: Setting<'_>, metric: &mut Metric) {
        let values = setting.values();
        let [token] = values.as_slice() else {
            self.setting_wants(setting, "a query in backticks");
            return;
        };
        let raw = token.text();
        let body = match token.kind() {
            Kind::query => content(raw),
            Kind::script => super::commands::script(raw).1,
            _ => {
                self.setting_wants(setting, "a query in backticks");
                return;
            }
        };
        metric.query_span = token.span();
        metric.query = Some(self.fill_query(scope, &body, metric));
    }

    /// Fills `$service`, `$namespace` and the parameters into a query; `$window` stays.
    fn fill_query(&self, scope: &Scope, query: &str, metric: &Metric) -> String {
        let service = scope
            .bindings
            .values()
            .find_map(|binding| match binding {
                Binding::Service(name) => Some(name.as_str()),
                Binding::Quantity(_) | Binding::Words(_) => None,
            })
            .or(metric.service.as_deref())
            .or_else(|| match self.names.all(0, Noun::Service).as_slice() {
                [(only, _)] => Some(*only),
                _ => None,
            });
        let service = service
            .and_then(|name| self.services.get(name))
            .map(|&index| &self.spec.services[index]);
        let hole = |name: &str| match (scope.bindings.get(name), service, name) {
            (Some(Binding::Quantity(quantity)), _, _) => Some(in_unit(quantity, metric)),
            (Some(Binding::Words(words)), _, _) => Some(words.clone()),
            (Some(Binding::Service(name)), _, _) => Some(name.clone()),
            (None, Some(service), "service") => Some(service.name.clone()),
            (None, Some(service), "namespace") => service.namespace.clone(),
            (None, Some(service), "workload") => service
                .workload
                .as_deref()
                .map(|workload| workload.rsplit('/').next().unwrap_or(workload).to_owned())
                .or_else(|| Some(service.name.clone())),
            _ => None,
        };
        let mut out = String::with_capacity(query.len());
        let mut rest = query;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let length = rest
                .find(|character: char| {
                    !(character.is_ascii_alphanumeric() || character == '_' || character == '-')
                })
                .unwrap_or(rest.len());
            // A name may have hyphens in it, and hyphens may follow it: `pod=~"$workload-.+"`.
            let mut name = &rest[..length];
            let mut value = hole(name);
            while value.is_none()
                && let Some((shorter, _)) = name.rsplit_once('-')
            {
                name = shorter;
                value = hole(name);
            }
            match value {
                Some(value) => {
                    out.push_str(&value);
                    rest = &rest[name.len()..];
                }
                None => {
                    out.push('$');
                    out.push_str(&rest[..length]);
                    rest = &rest[length..];
                }
            }
        }
        out.push_str(rest);
        out
    }
}

/// A quantity in a query: in the metric's unit where it is of its dimension, in the base unit
/// otherwise.
fn in_unit(quantity: &Quantity, metric: &Metric) -> String {
    let value = metric
        .unit
        .as_deref()
        .and_then(|unit| quantity.in_unit(unit))
        .unwrap_or(quantity.value);
    value
        .to_decimal()
        .map_or_else(|| value.to_string(), |decimal| decimal.to_string())
}

/// The name that a declaration gives.
pub(super) fn own_name(declared: Declared<'_>) -> String {
    declared
        .node
        .child(Kind::name)
        .map(|name| name.text().to_owned())
        .unwrap_or_default()
}

/// The scope of a file's top level.
pub(super) fn file_scope(file: usize) -> Scope {
    Scope {
        file,
        ..Scope::default()
    }
}
