//! What a test assumes: metrics, parameters and choices, and the values that each may have.

use lsp_types::CompletionItemKind;

use super::Offers;
use crate::blank::Blanks;
use crate::lsp::index::Found;
use crate::lsp::under::node_of;
use crate::model::{Definition, SymbolKind};
use crate::quantity::Dimension;
use crate::syntax::Kind;

impl Offers<'_> {
    /// What may stand behind `given`.
    pub(super) fn assumed(&mut self) {
        self.names(&[SymbolKind::Metric, SymbolKind::Parameter]);
        let choices: Vec<(String, String)> = self
            .nodes(Kind::choose)
            .into_iter()
            .flat_map(|found| {
                let text = found.parsed.slice(found.declaration.span).to_owned();
                let ids = found.declaration.ids.into_iter();
                ids.map(move |id| (id, text.clone()))
            })
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
        if let Some(found) = self.world.find(self.parsed, SymbolKind::Metric, name) {
            drop(found);
            self.measured_values(before);
            self.plain(&["no-data"]);
            return;
        }
        if let Some(found) = self.world.find(self.parsed, SymbolKind::Parameter, name) {
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
            .nodes(Kind::option)
            .iter()
            .flat_map(|found| &found.declaration.ids)
            .filter_map(|id| id.strip_prefix(&around))
            .filter(|rest| !rest.contains('/'))
            .map(str::to_owned)
            .collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        self.plain(&options);
    }

    /// The nodes of this file that statements of a kind are.
    fn nodes(&self, kind: Kind) -> Vec<Found> {
        let views = self.world.views(self.parsed);
        let wanted = |one: &Definition| one.kind == SymbolKind::Node;
        let all = views
            .iter()
            .flat_map(|view| view.declared_in(&self.parsed.path, wanted));
        all.filter(|found| {
            let node = node_of(&found.parsed, &found.declaration);
            node.is_some_and(|node| node.kind() == kind)
        })
        .collect()
    }
}
