//! Names that may stand at the cursor: those of this file, of what it brings in, of what is around.

use lsp_types::CompletionItemKind;
use std::collections::BTreeSet;

use super::Offers;
use crate::blank::Blanks;
use crate::lsp::index::Found;
use crate::lsp::uri;
use crate::model::Router;
use crate::model::{Definition, SymbolKind};
use crate::stdlib;

impl Offers<'_> {
    /// What may stand behind a word that wants something special. Whether it does.
    pub(super) fn after_word(&mut self, before: &[&str], last: &str) -> bool {
        let keyword = before.first().copied().unwrap_or_default();
        // In a list, the word before the list says what it is of.
        let wants = if last == "," {
            before
                .iter()
                .rev()
                .copied()
                .find(|word| {
                    matches!(
                        *word,
                        "by" | "to"
                            | "page"
                            | "notify"
                            | "after"
                            | "owner"
                            | "while"
                            | "watch"
                            | "require"
                            | "check"
                            | "when"
                            | "then"
                            | "else"
                            | "failure"
                    )
                })
                .unwrap_or(last)
        } else {
            last
        };
        match wants {
            "shift" | "switch" | "scale" | "canary" | "blue-green" => {
                self.names(&[SymbolKind::Argument, SymbolKind::Service]);
            }
            "by" | "page" | "owner" => self.names(&[SymbolKind::Role]),
            "to" if matches!(self.place.head(), Some("escalation")) => {
                self.names(&[SymbolKind::Role])
            }
            "to" if matches!(keyword, "switch" | "blue-green") => self.plain(&["blue", "green"]),
            "to" if keyword == "given" => self.names(&[SymbolKind::Node]),
            "to" => self.suggest(&["25%", "50%", "100%"]),
            "notify" => self.names(&[SymbolKind::Channel, SymbolKind::Role]),
            "with" => self.names(&[SymbolKind::Message]),
            "do" => self.names(&[SymbolKind::Procedure]),
            "include" => self.names(&[SymbolKind::Checklist]),
            "after" => {
                self.names(&[SymbolKind::Node]);
                self.plain(&["rollback"]);
            }
            "rollback" if before.len() > 1 || self.place.head().is_some() => {
                self.names(&[SymbolKind::Rollback]);
            }
            "from" if keyword == "given" => self.names(&[SymbolKind::Node]),
            "given" => self.assumed(),
            "while" | "watch" | "require" | "check" | "when" | "and" | "or" | "not" => {
                self.names(&[
                    SymbolKind::Argument,
                    SymbolKind::Metric,
                    SymbolKind::Parameter,
                ]);
            }
            "if" => self.names(&[SymbolKind::Parameter, SymbolKind::Argument]),
            "=" if keyword == "metric" => self.names(&[SymbolKind::Metric]),
            "=" if keyword == "given" => {
                self.assumed_value(before);
            }
            "<" | "<=" | ">" | ">=" | "==" | "!=" => self.values_for(before),
            "in" if matches!(keyword, "metric" | "record") => self.query_units(before),
            "in" => self.values_for(before),
            "for" | "over" | "within" | "every" | "takes" | "keep" | "lasts" | "window"
            | "interval" => {
                self.suggest(&["30s", "1m", "5m", "10m", "15m", "30m", "1h", "1d"]);
                if wants == "within" {
                    self.plain(&["baseline"]);
                    self.names(&[SymbolKind::Baseline]);
                }
            }
            "at" | "due" | "until" | "from" => {
                self.suggest(&["T", "T+30m", "T-1h", "T-1d", "09:00"])
            }
            "then" | "else" | "failure" | "expect" => self.actions(),
            ":" | "as" => self.types(),
            "better" => self.plain(&["lower", "higher"]),
            "no-data" => self.plain(&["pause", "pass", "fail"]),
            "traffic" => self.plain(
                &Router::ALL
                    .iter()
                    .map(|router| router.name())
                    .collect::<Vec<_>>(),
            ),
            "status" => self.plain(&["draft", "open", "ready", "done"]),
            "edition" => self.plain(&["2026"]),
            "workload" => self.suggest(&["deployment/", "statefulset/", "daemonset/"]),
            "contact" => self.plain(&["phone", "email", "slack", "pagerduty"]),
            "via" => self.plain(&["phone", "slack", "email", "sms", "pagerduty"]),
            "on" => self.plain(&["failure"]),
            "hold" => {
                self.suggest(&["5m", "15m", "30m", "1h"]);
                self.names(&[SymbolKind::Argument, SymbolKind::Parameter]);
            }
            _ => return false,
        }
        true
    }

    fn actions(&mut self) {
        self.plain(&["pause", "stop", "skip", "retry"]);
        for (word, nouns) in [
            ("rollback", SymbolKind::Rollback),
            ("page", SymbolKind::Role),
            ("notify", SymbolKind::Channel),
            ("do", SymbolKind::Procedure),
        ] {
            for name in self.known(&[nouns]) {
                let text = format!("{word} {}", name.0);
                self.offer(&text, CompletionItemKind::KEYWORD, &name.1, &text, false);
            }
        }
    }

    fn types(&mut self) {
        self.plain(crate::quantity::Dimension::TYPE_NAMES);
        self.plain(&[
            "text",
            "yes-no",
            "choice",
            "service",
            "percentile",
            "date",
            "time",
            "person",
        ]);
    }

    /// Words as they are.
    pub(super) fn plain(&mut self, words: &[&str]) {
        for word in words {
            self.offer(word, CompletionItemKind::ENUM_MEMBER, "", word, false);
        }
    }

    /// Values to begin with.
    pub(super) fn suggest(&mut self, values: &[&str]) {
        for value in values {
            self.offer(value, CompletionItemKind::VALUE, "", value, false);
        }
    }

    /// The names of these kinds that are known at the cursor.
    pub(super) fn names(&mut self, nouns: &[SymbolKind]) {
        for (name, about, noun) in self.known(nouns) {
            let kind = match noun {
                SymbolKind::Service | SymbolKind::Role => CompletionItemKind::CLASS,
                SymbolKind::Metric | SymbolKind::Baseline => CompletionItemKind::FIELD,
                SymbolKind::Checklist | SymbolKind::Procedure | SymbolKind::Rollback => {
                    CompletionItemKind::FUNCTION
                }
                SymbolKind::Channel | SymbolKind::Message => CompletionItemKind::TEXT,
                SymbolKind::Severity => CompletionItemKind::EVENT,
                SymbolKind::Node => CompletionItemKind::REFERENCE,
                SymbolKind::Parameter
                | SymbolKind::Secret
                | SymbolKind::Capture
                | SymbolKind::Argument
                | SymbolKind::Field => CompletionItemKind::VARIABLE,
            };
            self.offer(&name, kind, &about, &name, false);
        }
    }

    /// The names of these kinds, and a line about each.
    fn known(&self, kinds: &[SymbolKind]) -> Vec<(String, String, SymbolKind)> {
        let mut known = Vec::new();
        let mut seen = BTreeSet::new();
        let mut add = |name: &str, one: &Found| {
            let kind = one.declaration.kind;
            if seen.insert((kind, name.to_owned())) {
                let head = one.parsed.slice(one.declaration.span);
                let head = head.split(['\n', '{']).next().unwrap_or_default();
                known.push((name.to_owned(), format!("`{}`", head.trim_blanks()), kind));
            }
        };
        let wanted = |one: &Definition| {
            kinds.contains(&one.kind) || kinds.contains(&SymbolKind::Capture) && one.captured
        };
        for view in self.world.views(self.parsed) {
            let mut own: Vec<Found> = view.declared_in(&self.parsed.path, wanted).collect();
            // What its author gave a name is meant more often than what was made.
            own.sort_by_key(|one| !one.declaration.named);
            for found in &own {
                let one = &found.declaration;
                let here = one.scope.is_none_or(|scope| scope.touches(self.offset));
                // What is being written is not offered to itself.
                if !here || one.name_span.touches(self.offset) {
                    continue;
                }
                if one.kind != SymbolKind::Node || !kinds.contains(&SymbolKind::Node) {
                    add(&one.name, found);
                    continue;
                }
                for id in &one.ids {
                    add(id, found);
                }
            }
            for module in self.parsed.modules() {
                let Some(there) = self.world.module(self.parsed, module.path) else {
                    continue;
                };
                let wanted = |one: &Definition| one.is_shared() && kinds.contains(&one.kind);
                for found in view.declared_in(&there.path, wanted) {
                    let name = &found.declaration.name;
                    if module.names().any(|own| own == name) {
                        add(name, &found);
                    }
                    add(&format!("{}.{name}", module.name), &found);
                }
            }
        }
        known
    }

    /// Modules behind `use`, and what they hold in its braces.
    pub(super) fn modules(&mut self) {
        if self.place.head() == Some("use") {
            let text = self.parsed.text();
            let line = self.parsed.line_of(self.offset);
            let written = text[self.parsed.line(line)]
                .trim_blanks_start()
                .strip_prefix("use")
                .map(|rest| rest.trim_blanks_start())
                .and_then(|rest| rest.split([' ', '{']).next())
                .unwrap_or_default();
            if let Some(there) = self.world.module(self.parsed, written) {
                for found in self.world.shared(&there) {
                    let name = &found.declaration.name;
                    self.offer(name, CompletionItemKind::REFERENCE, "", name, false);
                }
            }
            return;
        }
        for (name, text) in stdlib::MODULES {
            let path = format!("std/{name}");
            let about: Vec<&str> = text
                .lines()
                .map_while(|line| line.strip_prefix('#'))
                .map(Blanks::trim_blanks)
                .collect();
            self.offer(
                &path,
                CompletionItemKind::MODULE,
                &about.join(" "),
                &path,
                false,
            );
        }
        let own = uri::folder(&self.parsed.path).to_owned();
        for other in self.world.all() {
            let beside = other.path.strip_prefix(&format!("{own}/"));
            if let Some(rest) = beside.and_then(|rest| rest.strip_suffix(".deploy"))
                && other.path != self.parsed.path
            {
                let path = format!("./{rest}");
                self.offer(&path, CompletionItemKind::FILE, "", &path, false);
            }
        }
    }

    /// What may stand in braces in a text.
    pub(super) fn holes(&mut self) {
        let text = &self.parsed.text()[self.place.token..self.offset as usize];
        let Some(brace) = text.rfind('{') else { return };
        let typed = &text[brace + 1..];
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if !typed.chars().all(is_name) || text[..brace].ends_with('\\') {
            return;
        }
        let start = self.offset - typed.len() as u32;
        let nouns = [
            SymbolKind::Argument,
            SymbolKind::Field,
            SymbolKind::Capture,
            SymbolKind::Parameter,
        ];
        for (name, about, _) in self.known(&nouns) {
            let kind = CompletionItemKind::VARIABLE;
            self.offer_from(start, &name, kind, &about, &name, false);
        }
    }

    /// The variables that a command finds in its environment.
    pub(super) fn variables(&mut self) {
        let nouns = [
            SymbolKind::Argument,
            SymbolKind::Parameter,
            SymbolKind::Secret,
            SymbolKind::Capture,
            SymbolKind::Service,
        ];
        let mut offers = Vec::new();
        for (name, about, noun) in self.known(&nouns) {
            if name.contains('.') {
                continue;
            }
            let name = name.replace('-', "_").to_ascii_uppercase();
            offers.push((name.clone(), about.clone()));
            if matches!(noun, SymbolKind::Service) {
                for of in ["NAMESPACE", "WORKLOAD", "IMAGE"] {
                    offers.push((format!("{name}_{of}"), about.clone()));
                }
            }
        }
        self.dollar(&offers);
    }

    /// What is filled in in a query.
    pub(super) fn query_variables(&mut self) {
        let mut offers: Vec<(String, String)> = [
            ("service", "the name of the service"),
            ("namespace", "the namespace of the service"),
            ("workload", "the workload of the service"),
            ("window", "the window of the query"),
        ]
        .map(|(name, about)| (name.to_owned(), about.to_owned()))
        .to_vec();
        for (name, about, _) in self.known(&[SymbolKind::Argument]) {
            offers.push((name, about));
        }
        self.dollar(&offers);
    }

    /// Names behind a `$`.
    fn dollar(&mut self, offers: &[(String, String)]) {
        let text = &self.parsed.text()[self.place.token..self.offset as usize];
        let Some(dollar) = text.rfind('$') else {
            return;
        };
        let typed = text[dollar + 1..].trim_start_matches('{');
        if !typed
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
        {
            return;
        }
        let start = self.offset - typed.len() as u32;
        for (name, about) in offers {
            let kind = CompletionItemKind::VARIABLE;
            self.offer_from(start, name, kind, about, name, false);
        }
    }

    /// Arguments between parentheses: names of parameters, and what may be given for them.
    pub(super) fn arguments(&mut self) {
        let call = crate::lsp::signature::call(self.world, self.parsed, self.offset);
        if let Some(call) = call {
            for parameter in &call.parameters {
                if let Some((name, _)) = parameter.split_once(':') {
                    let text = format!("{} = ", name.trim_blanks());
                    let kind = CompletionItemKind::FIELD;
                    self.offer(
                        name.trim_blanks(),
                        kind,
                        &format!("`{parameter}`"),
                        &text,
                        false,
                    );
                }
            }
        }
        self.names(&[
            SymbolKind::Argument,
            SymbolKind::Service,
            SymbolKind::Parameter,
            SymbolKind::Metric,
        ]);
    }
}

/// The metric that a path names.
pub(super) fn metric(offers: &Offers<'_>, path: &str) -> Option<Found> {
    offers.world.find(offers.parsed, SymbolKind::Metric, path)
}
