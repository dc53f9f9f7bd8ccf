//! What has a name at the margin of a file: people, services, metrics, messages, values.

use super::Spec;
use super::names::Names;
use super::tree::{Item, Line, Name, Noun, Piece, Statement, Token, enclosed};
use super::values::{Dimension, Type};
use crate::faults::Random;

/// A parameter of a declaration, or a field of a message.
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Name,
    pub of: Type,
    /// Whether it may be left out.
    pub default: bool,
}

/// A metric, a checklist, a procedure: what stands behind its name where it is used.
#[derive(Clone, Debug)]
pub struct Metric {
    pub name: Name,
    pub dimension: Dimension,
    pub arguments: Vec<Argument>,
}

/// A checklist or a procedure.
#[derive(Clone, Debug)]
pub struct Called {
    pub name: Name,
    pub arguments: Vec<Argument>,
}

/// Makes one spec.
pub struct Maker {
    pub random: Random,
    pub names: Names,
    pub items: Vec<Item>,
    /// The number of the last text of its own.
    pub texts: usize,
    pub roles: Vec<Name>,
    pub channels: Vec<Name>,
    pub services: Vec<Name>,
    pub metrics: Vec<Metric>,
    pub parameters: Vec<(Name, Type, bool)>,
    pub secrets: Vec<Name>,
    pub messages: Vec<(Name, Vec<Argument>)>,
    pub checklists: Vec<Called>,
    pub procedures: Vec<Called>,
    pub rollbacks: Vec<Name>,
    pub baselines: Vec<Name>,
    pub severities: Vec<Name>,
    pub stretches: Vec<Name>,
    /// The parameters of the declaration around.
    pub arguments: Vec<Argument>,
    /// The fields of the message around.
    pub fields: Vec<Name>,
    /// What was captured before, where it is known.
    pub captured: Vec<Name>,
    /// Whether something may be captured here.
    pub captures: bool,
    /// Whether a way back is written: it starts no other.
    pub in_rollback: bool,
}

/// The spec of a number.
pub fn spec(seed: u64) -> Spec {
    let mut maker = Maker {
        random: Random(seed),
        names: Names::default(),
        items: Vec::new(),
        texts: 0,
        roles: Vec::new(),
        channels: Vec::new(),
        services: Vec::new(),
        metrics: Vec::new(),
        parameters: Vec::new(),
        secrets: Vec::new(),
        messages: Vec::new(),
        checklists: Vec::new(),
        procedures: Vec::new(),
        rollbacks: Vec::new(),
        baselines: Vec::new(),
        severities: Vec::new(),
        stretches: Vec::new(),
        arguments: Vec::new(),
        fields: Vec::new(),
        captured: Vec::new(),
        captures: false,
        in_rollback: false,
    };
    maker.everything();
    // A spec of one seed should not look like that of the next.
    let mut random = Random(seed ^ 0x5eed);
    let spec = Spec {
        seed,
        items: maker.items,
        names: maker.names,
    };
    match random.below(3) {
        0 => spec,
        _ => spec.shuffled(&mut random, |item| !item.is_ordered()),
    }
}

impl Maker {
    /// Whether one of so many dice shows a one.
    pub fn one_in(&mut self, sides: usize) -> bool {
        self.random.below(sides) == 0
    }

    /// One of some things; nothing where there is none.
    pub fn any<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        match of {
            [] => None,
            of => Some(of[self.random.below(of.len())].clone()),
        }
    }

    /// One or more of some names, none twice.
    pub fn some_of(&mut self, of: &[Name]) -> Vec<Name> {
        let mut left = of.to_vec();
        let count = 1 + self.random.below(left.len().min(3));
        (0..count)
            .map(|_| left.swap_remove(self.random.below(left.len())))
            .collect()
    }

    /// The parameters of the deployment, with their types.
    pub fn outside(&self) -> impl Iterator<Item = (Name, Type)> {
        let known = self.parameters.iter();
        known.map(|(name, of, _)| (*name, *of))
    }

    /// A service in use: what a parameter stands for, or one that is declared.
    pub fn service(&mut self) -> Option<Vec<Token>> {
        let given: Vec<Name> = self
            .arguments
            .iter()
            .filter(|argument| argument.of == Type::Service)
            .map(|argument| argument.name)
            .collect();
        let known = match given.is_empty() || self.one_in(4) {
            true => self.services.clone(),
            false => given,
        };
        Some(vec![Token::Use(self.any(&known)?)])
    }

    /// What a command finds in its environment: the name, and what stands behind it.
    pub fn in_command(&self) -> Vec<(Name, &'static str)> {
        const OF_SERVICE: [&str; 3] = ["", "_NAMESPACE", "_WORKLOAD"];
        let arguments = self.arguments.iter().flat_map(|argument| {
            let behind: &[&str] = match argument.of {
                Type::Service => &OF_SERVICE,
                _ => &[""],
            };
            behind.iter().map(|behind| (argument.name, *behind))
        });
        let services = self.services.iter();
        let services = services.flat_map(|name| OF_SERVICE.map(|behind| (*name, behind)));
        let plain = self
            .secrets
            .iter()
            .chain(&self.captured)
            .copied()
            .chain(self.outside().map(|(name, _)| name));
        arguments
            .chain(services)
            .chain(plain.map(|name| (name, "")))
            .collect()
    }

    pub fn add(&mut self, noun: Noun, name: Option<Name>, statement: Statement) {
        self.items.push(Item {
            noun,
            name,
            statement,
        });
    }

    pub fn names_of(&mut self, noun: Noun, least: usize, most: usize) -> Vec<Name> {
        let count = least + self.random.below(most - least + 1);
        (0..count).map(|_| self.names.add(noun)).collect()
    }

    /// Names first, so that anything may be used before it is declared.
    fn everything(&mut self) {
        self.roles = self.names_of(Noun::Role, 2, 4);
        self.channels = self.names_of(Noun::Channel, 1, 2);
        self.services = self.names_of(Noun::Service, 1, 3);
        self.secrets = self.names_of(Noun::Secret, 0, 2);
        self.rollbacks = self.names_of(Noun::Rollback, 1, 2);
        self.severities = self.names_of(Noun::Severity, 1, 3);
        self.settings();
        self.people();
        self.deployed();
        self.measured();
        self.said();
        self.recovery();
        self.called();
        self.stretches();
        self.rules();
        self.verdicts();
        self.deployment();
        self.trials();
    }

    pub fn settings(&mut self) {
        let types = [
            Type::YesNo,
            Type::Text,
            Type::Choice,
            Type::Of(Dimension::Duration),
            Type::Of(Dimension::Ratio),
            Type::Of(Dimension::Count("requests")),
            Type::Of(Dimension::Size),
            Type::Date,
            Type::Time,
            Type::Person,
        ];
        for _ in 0..1 + self.random.below(5) {
            let name = self.names.add(Noun::Parameter);
            let of = self.random.choose(&types);
            // What is compared or waited for has to be known.
            let default = matches!(of, Type::Of(_)) || self.one_in(2);
            let mut line = Line::new("param").own(name);
            if self.one_in(2) {
                let title = self.own_text();
                line = line.token(title);
            }
            line = line.token(Token::Glued(":")).tokens(of.written());
            if default {
                let value = match of {
                    Type::Text => vec![super::values::text("eu-central-1")],
                    _ => self.of_type(of),
                };
                line = line.word("=").tokens(value);
            }
            self.parameters.push((name, of, default));
            self.add(Noun::Parameter, Some(name), line.done());
        }
        for name in self.secrets.clone() {
            let title = self.own_text();
            let line = Line::new("secret").own(name);
            let line = match self.one_in(2) {
                true => line.token(title),
                false => line,
            };
            self.add(Noun::Secret, Some(name), line.done());
        }
    }

    fn people(&mut self) {
        for name in self.roles.clone() {
            let title = self.own_text();
            let mut line = Line::new("role").own(name).token(title);
            let mut block = Vec::new();
            if self.one_in(2) {
                let line =
                    Line::new("contact").word(self.random.choose(&["slack", "pagerduty", "phone"]));
                let address = self.random.choose(&["@somebody", "+49 30 5550100"]);
                block.push(line.text(address).done());
            }
            if self.one_in(4) {
                block.push(Line::new("contact").text("at the desk").done());
            }
            if self.one_in(3) {
                block.push(Line::new("person").text("Robin Example").done());
            }
            if self.one_in(5) {
                block.push(self.note());
            }
            if !block.is_empty() {
                line = line.block(block);
            }
            self.add(Noun::Role, Some(name), line.done());
        }
        for name in self.channels.clone() {
            let kind = self.random.choose(&["slack", "email", "web"]);
            let line = Line::new("channel").own(name).word(kind);
            let line = match self.one_in(4) {
                true => line,
                false => line.text("#somewhere"),
            };
            self.add(Noun::Channel, Some(name), line.done());
        }
        if self.one_in(2) {
            let line = match self.random.below(3) {
                0 => Line::new("escalation"),
                1 => Line::new("escalation").text("Who is called"),
                _ => {
                    let name = self.names.add(Noun::Escalation);
                    Line::new("escalation").own(name)
                }
            };
            let mut block: Vec<Statement> = self
                .severities
                .clone()
                .into_iter()
                .map(|severity| {
                    let roles = self.some_of(&self.roles.clone());
                    let mut line = Line::default().token(Token::Plain(severity));
                    line = line.word("to").list(&roles);
                    if self.one_in(2) {
                        line = line.word("after 15m");
                    }
                    if self.one_in(2) {
                        line = line.word("via phone, slack");
                    }
                    line.done()
                })
                .collect();
            let title = self.own_text();
            let role = self.random.choose(&self.roles.clone());
            block.push(Line::default().token(title).word("to").uses(role).done());
            if self.one_in(3) {
                block.push(self.note());
            }
            self.add(Noun::Escalation, None, line.block(block).done());
        }
    }

    fn deployed(&mut self) {
        for name in self.services.clone() {
            let mut block = Vec::new();
            let all: [&str; 8] = [
                "namespace shop",
                "workload deployment/checkout",
                "image \"registry.example.com/checkout:2.4.0\"",
                "replicas 6 (4..12)",
                "replicas 4",
                "environment production",
                "port 8080",
                "traffic",
            ];
            for setting in all {
                if self.one_in(4) || setting == "replicas 4" && self.one_in(2) {
                    continue;
                }
                let said = |word: &str, block: &[Statement]| {
                    block.iter().any(
                        |line: &Statement| matches!(&line.head[0], Token::Word(own) if own == word),
                    )
                };
                let word = setting.split(' ').next().unwrap_or_default();
                if said(word, &block) {
                    continue;
                }
                let line = match setting {
                    "traffic" => {
                        let router = self.random.choose(&[
                            "none",
                            "gateway-api",
                            "istio",
                            "nginx",
                            "alb",
                            "linkerd",
                            "kubernetes",
                        ]);
                        let line = Line::new("traffic").word(router);
                        match self.one_in(2) {
                            true => line.text("checkout"),
                            false => line,
                        }
                    }
                    "replicas 6 (4..12)" => Line::new("replicas 6").tokens(enclosed(
                        ["(", ")"],
                        false,
                        vec![Token::Word("4..12".to_owned())],
                    )),
                    setting => Line::new(setting),
                };
                block.push(line.done());
            }
            if self.one_in(5) {
                block.push(self.note());
            }
            let mut line = Line::new("service").own(name);
            if !self.one_in(4) {
                let title = self.own_text();
                line = line.token(title);
            }
            self.add(Noun::Service, Some(name), line.block(block).done());
        }
    }

    fn measured(&mut self) {
        for at in 0..3 + self.random.below(4) {
            let name = self.names.add(Noun::Metric);
            let plain: Vec<Metric> = self
                .metrics
                .iter()
                .filter(|metric| at > 1 && !metric.arguments.is_empty())
                .cloned()
                .collect();
            let mut line = Line::new("metric").own(name);
            if self.one_in(2) {
                let title = self.own_text();
                line = line.token(title);
            }
            // What another one stands for.
            if at > 1 && self.one_in(3) {
                let (mut target, dimension) = match self.any(&plain) {
                    Some(metric) => {
                        let mut tokens = vec![Token::Use(metric.name)];
                        tokens.extend(self.given(&metric.arguments));
                        (tokens, metric.dimension)
                    }
                    None => {
                        let service = self.services[0];
                        let mut tokens = vec![Token::Std("http", "error-rate")];
                        tokens.extend(enclosed(["(", ")"], true, vec![Token::Use(service)]));
                        (tokens, Dimension::Ratio)
                    }
                };
                if self.one_in(3) {
                    target.extend(enclosed(["[", "]"], true, Line::new("path=cache").clause()));
                }
                line = line.word("=").tokens(target);
                if self.one_in(3) {
                    line = line.block(vec![Line::new("no-data fail").done()]);
                }
                self.metrics.push(Metric {
                    name,
                    dimension,
                    arguments: Vec::new(),
                });
                self.add(Noun::Metric, Some(name), line.done());
                continue;
            }
            let dimension = self.random.choose(&Dimension::ALL);
            let arguments: Vec<Argument> = match at % 3 == 1 {
                false => Vec::new(),
                true => self.some_arguments(&[
                    Type::Service,
                    Type::Service,
                    Type::Text,
                    Type::Percentile,
                    Type::Of(Dimension::Duration),
                ]),
            };
            if !arguments.is_empty() {
                let parameters = self.parameters(&arguments);
                line = line.tokens(parameters);
            }
            line = line
                .token(Token::Word(":".to_owned()))
                .tokens(dimension.written());
            if let Some(unit) = self.any(dimension.units()) {
                line = line.word("in").word(unit);
            }
            let mut block = Vec::new();
            for setting in [
                "better lower",
                "better higher",
                "no-data pass",
                "window 5m",
                "interval 30s",
            ] {
                if self.one_in(2) && (setting != "better higher" || block.is_empty()) {
                    block.push(Line::new(setting).done());
                }
            }
            if !self.one_in(4) {
                let query = self.query(&arguments);
                block.push(Line::new("prometheus").token(query).done());
            }
            if self.one_in(6) {
                block.push(self.note_without_names());
            }
            if !block.is_empty() {
                line = line.block(block);
            }
            self.metrics.push(Metric {
                name,
                dimension,
                arguments,
            });
            self.add(Noun::Metric, Some(name), line.done());
        }
        for service in self.services.clone() {
            if self.one_in(2) {
                continue;
            }
            // One has the name of its service, or a name of its own.
            let (name, line) = match self.one_in(2) {
                true => (None, Line::new("baseline").token(Token::Plain(service))),
                false => {
                    let name = self.names.add(Noun::Baseline);
                    (Some(name), Line::new("baseline").own(name))
                }
            };
            let mut line = line;
            if self.one_in(2) {
                let title = self.own_text();
                line = line.token(title);
            }
            if name.is_some() {
                line = line.word("of").uses(service);
            }
            let mut block = Vec::new();
            for _ in 0..1 + self.random.below(3) {
                let mut bound = Line::default();
                if self.one_in(2) {
                    let title = self.own_text();
                    bound = bound.token(title);
                }
                let condition = self.comparison();
                block.push(bound.tokens(condition).done());
            }
            if self.one_in(4) {
                block.push(self.note());
            }
            self.baselines.extend(name);
            self.add(Noun::Baseline, name, line.block(block).done());
        }
    }

    fn query(&mut self, arguments: &[Argument]) -> Token {
        let words = |words: &str| Piece::Words(words.to_owned());
        // No two ask the same.
        self.texts += 1;
        let asked = format!(
            "sum(rate(http_requests_{}_total{{namespace=\"$namespace\", status=~\"5..\"",
            self.texts
        );
        let mut lines = vec![vec![words(&asked)]];
        for argument in arguments {
            if argument.of == Type::Of(Dimension::Duration) {
                continue;
            }
            lines[0].push(words(", label=\""));
            lines[0].push(Piece::Filled(argument.name));
            lines[0].push(words("\""));
        }
        lines[0].push(words("}[$window]))"));
        if self.one_in(2) {
            lines.push(vec![words("/ sum(rate(http_requests_total[$window]))")]);
        }
        Token::Query(lines)
    }

    /// Some parameters of these types.
    pub fn some_arguments(&mut self, types: &[Type]) -> Vec<Argument> {
        let count = 1 + self.random.below(3);
        let mut all: Vec<Argument> = (0..count)
            .map(|_| {
                let of = self.random.choose(types);
                Argument {
                    name: self.names.add(Noun::Argument),
                    of,
                    default: of != Type::Service && self.one_in(2),
                }
            })
            .collect();
        all.sort_by_key(|argument| argument.default);
        all
    }

    pub fn note_without_names(&mut self) -> Statement {
        Line::new("note").text("Read **twice**.").done()
    }

    fn said(&mut self) {
        for _ in 0..self.random.below(3) {
            let name = self.names.add(Noun::Message);
            let mut fields = Vec::new();
            let mut block = Vec::new();
            for _ in 0..self.random.below(3) {
                let of =
                    self.random
                        .choose(&[Type::Text, Type::Time, Type::Of(Dimension::Duration)]);
                let field = Argument {
                    name: self.names.add(Noun::Field),
                    of,
                    default: self.one_in(2),
                };
                let mut line = Line::new("field").own(field.name);
                if self.one_in(2) {
                    let title = self.own_text();
                    line = line.token(title);
                }
                line = line.token(Token::Word(":".to_owned())).tokens(of.written());
                if field.default {
                    let value = self.of_type(of);
                    line = line.word("=").tokens(value);
                }
                block.push(line.done());
                fields.push(field);
            }
            self.fields = fields.iter().map(|field| field.name).collect();
            if self.one_in(2) {
                let subject = self.text();
                block.push(Line::new("subject").token(subject).done());
            }
            let body = match self.one_in(2) {
                true => self.prose(),
                false => self.text(),
            };
            block.push(Line::new("body").token(body).done());
            self.fields.clear();
            let title = self.own_text();
            let line = Line::new("message").own(name).token(title).block(block);
            self.messages.push((name, fields));
            self.add(Noun::Message, Some(name), line.done());
        }
    }
}
