//! Reads commands and what is said about them.

use std::collections::BTreeMap;

use super::bindings::Binding;
use super::command::{Attempts, Command, Effect, Environment, Expectation, Origin};
use super::condition::Comparator;
use super::language::{LANGUAGES, Language};
use super::lower::{Lower, Scope, one_of, repeated};
use super::names::Noun;
use super::text::Text;
use super::values::{TYPE, trimmed};
use super::variables::{Holder, holder, sets, settable, variable};
use super::work::Work;
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::pattern::Pattern;
use crate::rule;
use crate::source::Span;
use crate::syntax::text::{content, language};
use crate::syntax::{Kind, Node as Syntax};

rule! {
    /// The word behind the fence names the program that runs the script, in every target. A word that is
    /// none of those known would be guessed at, and fail on the day.
    pub LANGUAGE = "D0406", "script-language", Structure, Error, "a script in a language that no program is known for";
    /// Tools read regular expressions in different ways: `\d` is a digit to one and a `d` to another. The
    /// language has one dialect, which every target keeps: characters, `.`, classes, groups, `|`, `*`, `+`,
    /// `?`, `{2,5}`, `^`, `$`, `\d`, `\w`, `\s`, `\b`, and `(?i)`. Each line of the output is matched by
    /// itself.
    pub PATTERN = "D0305", "regular-expression", Values, Error, "a regular expression that is not in the dialect";
}

/// The language and the text of a fence.
pub(super) fn script(raw: &str) -> (String, String) {
    let language = match language(raw) {
        "" => "sh",
        language => language,
    };
    (language.to_owned(), content(raw))
}

/// Where each line of a script's text begins in it, and in the file: behind the indentation that was
/// removed.
fn line_starts(raw: &str, text: &str, start: u32) -> Vec<(u32, u32)> {
    let mut offset = raw.find('\n').map_or(raw.len(), |end| end + 1);
    let mut begin = 0;
    text.split('\n')
        .map(|line| {
            let rest = &raw[offset.min(raw.len())..];
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let original = rest[..length].trim_blanks_end();
            let removed = original.len().saturating_sub(line.len());
            let at = start + (offset + removed) as u32;
            offset += length;
            let own = begin;
            begin += line.len() as u32 + 1;
            (own, at)
        })
        .collect()
}

/// What stands behind a service's own variable in the variables that tell something of it.
const OF_SERVICE: &[&str] = &[
    "_NAMESPACE",
    "_WORKLOAD",
    "_IMAGE",
    "_ENVIRONMENT",
    "_PORT",
    "_REPLICAS",
];

impl Lower<'_> {
    /// A command in backticks or a script in a fence, which something runs.
    pub fn command(&mut self, scope: &Scope, token: Syntax<'_>) -> Command {
        let mut command = self.command_to_read(scope, token);
        match Language::of(&command.language) {
            Some(language) => {
                command.language = language.word.to_owned();
                if language.word == "php" && command.text.starts_with("<?") {
                    let place = command.place(0, command.text.len());
                    let finding = Diagnostic::new(
                        &LANGUAGE,
                        place,
                        "`php -r` reads code without an opening tag",
                    )
                    .help("leave `<?php` out");
                    self.report(finding);
                }
            }
            None => {
                let words: Vec<&str> = LANGUAGES.iter().map(|language| language.word).collect();
                let (all, near) = one_of(&command.language, &words);
                let start = token.span().start + 3;
                let place = Span::new(
                    token.span().source,
                    start,
                    start + command.language.len() as u32,
                );
                let mut finding = Diagnostic::new(
                    &LANGUAGE,
                    place,
                    format!("no program is known that runs `{}`", command.language),
                )
                .help(all);
                let meant = match command.language.as_str() {
                    "console" | "shell-session" | "terminal" | "cmd" | "command" => "sh",
                    "mjs" | "cjs" | "jsx" => "node",
                    "typescript" | "ts" => "deno",
                    "gawk" | "mawk" | "nawk" => "awk",
                    _ => near.as_deref().unwrap_or_default(),
                };
                if !meant.is_empty() {
                    finding = finding.offer(format!("write `{meant}`"), place, meant);
                }
                self.report(finding);
            }
        }
        command
    }

    /// A command in backticks, or whatever stands in a fence, for people to look up.
    pub fn command_to_read(&mut self, scope: &Scope, token: Syntax<'_>) -> Command {
        let raw = token.text();
        let span = token.span();
        let (language, text, line_starts) = if token.kind() == Kind::script {
            let (language, text) = script(raw);
            let line_starts = line_starts(raw, &text, span.start);
            (language, text, line_starts)
        } else {
            let inner = raw.trim_matches('`');
            let lead = inner.len() - inner.trim_blanks_start().len();
            let start = span.start + 1 + lead as u32;
            (
                "sh".to_owned(),
                inner.trim_blanks().to_owned(),
                vec![(0, start)],
            )
        };
        let mut command = Command {
            text,
            language,
            environment: Environment::default(),
            span,
            line_starts,
        };
        command.environment = self.environment(scope, &command);
        command
    }

    /// The command or script inside a clause.
    pub fn command_in(&mut self, scope: &Scope, around: Syntax<'_>) -> Option<Command> {
        around
            .children()
            .find(|child| matches!(child.kind(), Kind::command | Kind::script))
            .map(|token| self.command(scope, token))
    }

    /// The environment variables in a text that this file knows.
    fn environment(&mut self, scope: &Scope, command: &Command) -> Environment {
        let text = &command.text;
        let mut environment = Environment::default();
        let mut seen = BTreeMap::new();
        let mut names = None;
        for (name, at) in command.variables() {
            let place = command.place(at, at + name.len());
            // Where it is named first decides what it means.
            let first = *seen.entry(name).or_insert(at);
            if first < at && !self.names.noted.is_on() {
                continue;
            }
            let names = names.get_or_insert_with(|| settable(text));
            let before = match names.contains(name) {
                true => &text[..first],
                false => "",
            };
            if let Some(origin) = self.origin(scope, (name, place), before) {
                environment.add(name, origin);
            }
        }
        environment
    }

    /// Where the value of a variable comes from; a captured one only where the text before has not set it
    /// itself.
    fn origin(
        &mut self,
        scope: &Scope,
        (name, place): (&str, Span),
        before: &str,
    ) -> Option<Origin> {
        // What has this very name comes before what is told of a service.
        let mut handed = scope.bindings.iter();
        if let Some((parameter, binding)) = handed.find(|(own, _)| variable(own) == name) {
            self.note_variable(parameter, place);
            return Some(match binding {
                Binding::Text(text) => Origin::Text(text.clone()),
                Binding::Service(_)
                | Binding::Quantity(_)
                | Binding::Words(_)
                | Binding::Percentile(_) => Origin::Value(binding.value()),
            });
        }
        for (parameter, binding) in scope.bindings.iter() {
            let own = variable(parameter);
            if let Binding::Service(service) = binding
                && let Some(rest) = name.strip_prefix(&own)
                && let Some(value) = self.of_service(service, rest)
            {
                let at = Span::new(place.source, place.start, place.start + own.len() as u32);
                self.note_variable(parameter, at);
                return Some(Origin::Value(value));
            }
        }
        if let Some(declared) = self
            .names
            .find_variable(scope.file, Noun::Parameter, name, place)
        {
            return Some(Origin::Parameter(self.use_parameter(declared)));
        }
        if let Some(declared) = self
            .names
            .find_variable(scope.file, Noun::Secret, name, place)
        {
            return Some(Origin::Secret(self.use_secret(declared)));
        }
        // What has this very name comes before what is known of a service under it.
        if holder(name) != Some(Holder::System)
            && let Some(value) = self.told_of_service(scope, (name, place), "")
        {
            return Some(Origin::Value(value));
        }
        if let Some(captured) = self.names.captured_as(scope.file, name)
            && !sets(before, name)
        {
            self.names.use_captured(scope.file, captured, place);
            self.names.noted.as_variable();
            return Some(Origin::Capture(captured.to_owned()));
        }
        OF_SERVICE
            .iter()
            .find_map(|of| self.told_of_service(scope, (name, place), of))
            .map(Origin::Value)
    }

    /// What a variable tells of a service that this file declares, if it ends like this.
    fn told_of_service(
        &mut self,
        scope: &Scope,
        (name, place): (&str, Span),
        of: &str,
    ) -> Option<String> {
        let stem = name.strip_suffix(of)?;
        let (service, declared) = self.names.service_of_variable(scope.file, stem)?;
        self.use_service(declared);
        let told = self.of_service(service, of)?;
        let at = Span::new(place.source, place.start, place.start + stem.len() as u32);
        self.names.noted.declared(at, declared.name_span());
        self.names.noted.as_variable();
        Some(told)
    }

    /// Notes that a variable holds the value of a parameter of the declaration around it.
    fn note_variable(&mut self, parameter: &str, at: Span) {
        self.note_argument(parameter, at);
        self.names.noted.as_variable();
    }

    /// `$API` is the name of the service `api`, `$API_NAMESPACE` its namespace, and so on.
    fn of_service(&self, service: &str, rest: &str) -> Option<String> {
        let service = self.service(service)?;
        match rest {
            "" => Some(service.name.clone()),
            "_NAMESPACE" => service.namespace.clone(),
            "_WORKLOAD" => service.workload.clone(),
            "_IMAGE" => service.image.as_ref().map(Text::to_string),
            "_ENVIRONMENT" => service.environment.clone(),
            "_PORT" => service.port.map(|port| port.to_string()),
            "_REPLICAS" => service
                .replicas
                .as_ref()
                .and_then(|replicas| replicas.value.to_whole())
                .map(|replicas| replicas.to_string()),
            _ => None,
        }
    }

    /// What a `run` is: its command and its clauses.
    pub fn run(&mut self, scope: &Scope, node: Syntax<'_>) -> Option<Work> {
        let command = self.command_in(scope, node)?;
        let mut expect = Vec::new();
        let mut effect: Option<(Effect, Syntax<'_>)> = None;
        let mut attempts = None;
        let mut capture = None;
        let mut probe = None;
        for clause in node.children() {
            let one = match clause.kind() {
                Kind::expect => {
                    expect.extend(self.expectation(scope, clause));
                    None
                }
                Kind::undo => self.command_in(scope, clause).map(|undo| Effect::Undo {
                    undo: Box::new(undo),
                }),
                Kind::reads_only => Some(Effect::ReadsOnly),
                Kind::idempotent => Some(Effect::Idempotent),
                Kind::irreversible => Some(Effect::Irreversible {
                    why: self.title(scope, clause),
                }),
                Kind::attempts => {
                    attempts = self.attempts(clause);
                    None
                }
                Kind::capture => {
                    capture = clause.child(Kind::name).map(|name| name.text().to_owned());
                    None
                }
                Kind::probe => {
                    probe = self.command_in(scope, clause);
                    None
                }
                _ => None,
            };
            if let Some(one) = one {
                match &effect {
                    // What may be run again may also be undone.
                    Some((Effect::Idempotent, _)) if matches!(one, Effect::Undo { .. }) => {
                        effect = Some((one, clause));
                    }
                    Some((Effect::Undo { .. }, _)) if one == Effect::Idempotent => {}
                    Some((_, first)) => {
                        let first = first.span();
                        let finding = repeated("the effect of a command", clause.span(), first)
                            .help("a command has one of `undo`, `reads-only`, `idempotent`, `irreversible`");
                        self.report(finding);
                    }
                    None => effect = Some((one, clause)),
                }
            }
        }
        Some(Work::Run {
            command: Box::new(command),
            expect,
            attempts: attempts.map(Box::new),
            capture,
            effect: effect.map_or(Effect::Undeclared, |(effect, _)| effect),
            probe: probe.map(Box::new),
        })
    }

    fn attempts(&mut self, clause: Syntax<'_>) -> Option<Attempts> {
        let retries = self.count(clause)?;
        let every = clause
            .child(Kind::interval)
            .and_then(|interval| self.duration(interval));
        Some(Attempts { retries, every })
    }

    fn expectation(&mut self, scope: &Scope, clause: Syntax<'_>) -> Option<Expectation> {
        let absent = clause.has(Kind::not_);
        if let Some(exit) = clause.child(Kind::exit) {
            let code = self.count(exit)?;
            return match u8::try_from(code) {
                Ok(code) => Some(Expectation::Exit { code }),
                Err(_) => {
                    self.report(Diagnostic::new(
                        &TYPE,
                        exit.span(),
                        format!("an exit code is 0 to 255, not {code}"),
                    ));
                    None
                }
            };
        }
        if let Some(json) = clause.child(Kind::json) {
            let sign = clause.child(Kind::comparator)?;
            let value = clause.children().last()?;
            let value = match value.kind() {
                Kind::string => self.text(scope, value),
                Kind::regex => {
                    let finding = Diagnostic::new(
                        &TYPE,
                        trimmed(value),
                        "a value in JSON is compared, not matched",
                    )
                    .help("compare it with a text, or match the whole output: `expect /…/`");
                    self.report(finding);
                    return None;
                }
                _ => Text::plain(value.text().trim_blanks()),
            };
            return Some(Expectation::Json {
                path: json.text().to_owned(),
                comparator: Comparator::of_sign(sign.text())?,
                value,
            });
        }
        if let Some(regex) = clause.child(Kind::regex) {
            let token = regex.text();
            let pattern = &token[1..token.len() - 1];
            if let Err(mistake) = Pattern::parse(pattern) {
                self.mistake(&PATTERN, regex.span(), mistake.within(1, "/", "/"));
                return None;
            }
            return Some(Expectation::Matches {
                pattern: pattern.replace("\\/", "/"),
                absent,
            });
        }
        let string = clause.child(Kind::string)?;
        let text = self.text(scope, string);
        // Every output has nothing in it: what is meant is that there is nothing else.
        if text.is_empty() {
            return Some(Expectation::Matches {
                pattern: Expectation::ANYTHING.to_owned(),
                absent: !absent,
            });
        }
        Some(Expectation::Contains { text, absent })
    }
}
