//! What a test assumes: metrics, parameters and choices, and the values that each may have.

use lsp_types::CompletionItemKind;

use super::Offers;
use crate::blank::Blanks;
use crate::lsp::hover::node_of;
use crate::lsp::noun::Noun;
use crate::quantity::Dimension;
use crate::syntax::Kind;

impl Offers<'_> {
    /// What may stand behind `given`.
    pub(super) fn assumed(&mut self) {
        self.names(&[Noun::Metric, Noun::Parameter]);
        let choices: Vec<(String, String)> = self
            .parsed
            .names()
            .declarations
            .iter()
            .filter(|one| one.kind == Kind::choose)
            .map(|one| (one.id.clone(), self.parsed.slice(one.span).to_owned()))
            .collect();
        for (id, text) in choices {
            let head = text
                .split(['\n', '{'])
                .next()
                .unwrap_or_default()
                .trim_blanks();
            let about = format!("`{head}`");
            self.offer(&id, CompletionItemKind::REFERENCE, &about, &id, false);
        }
    }

    /// What may stand behind `given NAME =`.
    pub(super) fn assumed_value(&mut self, before: &[&str]) {
        let name = before.iter().rev().nth(1).copied().unwrap_or_default();
        if let Some(found) = self.world.find(self.parsed, Noun::Metric, name) {
            drop(found);
            self.measured_values(before);
            self.plain(&["no-data"]);
            return;
        }
        if let Some(found) = self.world.find(self.parsed, Noun::Parameter, name) {
            let Some(declared) = node_of(&found.parsed, &found.declaration) else {
                return;
            };
            let Some(of_type) = declared.child(Kind::type_) else {
                return;
            };
            let word = of_type
                .child(Kind::type_name)
                .map_or("", |name| name.text());
            let noun = of_type.child(Kind::noun).map(|noun| noun.text());
            if let Some(dimension) = Dimension::of_type(word, noun) {
                self.values_of(Some(&dimension));
            } else if word == "yes-no" {
                self.plain(&["yes", "no"]);
            } else if let Some(choices) = of_type.child(Kind::arguments) {
                let words: Vec<String> = choices
                    .all(Kind::argument)
                    .map(|choice| choice.text().trim_blanks().to_owned())
                    .collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                self.plain(&words);
            }
            return;
        }
        let around = format!("{name}/");
        let options: Vec<String> = self
            .parsed
            .names()
            .declarations
            .iter()
            .filter(|one| one.kind == Kind::option)
            .filter_map(|one| one.id.strip_prefix(&around))
            .filter(|rest| !rest.contains('/'))
            .map(str::to_owned)
            .collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        self.plain(&options);
    }
}
