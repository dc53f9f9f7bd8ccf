//! What may be written at the cursor: words in their place, names in scope, units that fit, modules,
//! rules in suppressions.

mod decisions;
mod names;
mod units;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse,
    CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind, TextEdit,
};

use super::parsed::Parsed;
use super::place::{Inside, Place, place};
use super::refusal::Refusal;
use super::words::{self, Word};
use super::world::World;
use crate::blank::Blanks;
use crate::catalogue;
use crate::model::SymbolKind;
use crate::source::{SourceId, Span};

/// What may be written at the cursor.
pub(super) fn completion(
    world: &World,
    params: CompletionParams,
) -> Result<Option<CompletionResponse>, Refusal> {
    let at = params.text_document_position;
    let parsed = &super::editable(world, &at.text_document)?.parsed;
    let offset = parsed.offset(at.position);
    let mut offers = Offers {
        world,
        parsed,
        offset,
        place: place(parsed, offset),
        items: Vec::new(),
    };
    offers.gather();
    // The same word may be offered twice over; the first offer is the better one.
    let mut seen = std::collections::BTreeSet::new();
    offers.items.retain(|item| {
        seen.insert((
            item.label.clone(),
            item.kind.map(|kind| format!("{kind:?}")),
        ))
    });
    for (index, item) in offers.items.iter_mut().enumerate() {
        item.sort_text = Some(format!("{index:04}"));
    }
    Ok(Some(CompletionResponse::List(CompletionList {
        is_incomplete: false,
        items: offers.items,
    })))
}

/// What is gathered for one cursor.
pub(super) struct Offers<'w> {
    world: &'w World,
    parsed: &'w std::sync::Arc<Parsed>,
    offset: u32,
    place: Place<'w>,
    items: Vec<CompletionItem>,
}

impl<'w> Offers<'w> {
    fn gather(&mut self) {
        match self.place.inside {
            Inside::Comment => self.allowances(),
            Inside::Text => self.holes(),
            Inside::Command => self.variables(),
            Inside::Query => self.query_variables(),
            Inside::Code => self.code(),
        }
    }

    fn code(&mut self) {
        let before = self.place.before();
        let keyword = self.place.keyword();
        if keyword == "use" || self.place.head() == Some("use") {
            return self.modules();
        }
        let word = self.place.word;
        if word.starts_with(|letter: char| letter.is_ascii_digit()) {
            return self.units();
        }
        if before.is_empty() && self.place.open == 0 {
            return self.first_words();
        }
        if self.place.open > 0 {
            self.arguments();
            return;
        }
        let last = before.last().copied().unwrap_or_default();
        if self.after_word(&before, last) {
            return;
        }
        self.clauses(keyword);
    }

    /// What may begin a line.
    fn first_words(&mut self) {
        match self.place.head() {
            None => {
                self.words(words::ITEMS);
            }
            Some(head) => {
                let list = words::inside(head);
                match head {
                    "canary" => self.stages(),
                    "escalation" => self.names(&[SymbolKind::Severity]),
                    "baseline" => self.names(&[SymbolKind::Metric]),
                    _ => self.words(list),
                }
                // The clauses of a `run` may stand on lines of their own.
                let text = &self.parsed.text()[..self.offset as usize];
                let above = text
                    .trim_end_matches(self.place.word)
                    .trim_blanks_end()
                    .lines()
                    .rev()
                    .map(Blanks::trim_blanks)
                    .find(|line| !line.starts_with("expect") && !line.starts_with("within"));
                if above.is_some_and(|line| line.starts_with("run ")) {
                    self.words(words::OF_RUN);
                }
            }
        }
    }

    fn stages(&mut self) {
        for share in ["10%", "25%", "50%", "100%"] {
            self.offer(
                share,
                CompletionItemKind::VALUE,
                "a stage",
                &format!("{share} for ${{1:15m}} while ${{2:error-rate < 0.5%}}"),
                true,
            );
        }
    }

    /// Words of the language; those with places to fill in as snippets, where the client knows them.
    fn words(&mut self, list: &'static [Word]) {
        for word in list {
            let snippets = self.world.client.snippets && !word.snippet.is_empty();
            let text = if snippets { word.snippet } else { word.word };
            let kind = if snippets {
                CompletionItemKind::SNIPPET
            } else {
                CompletionItemKind::KEYWORD
            };
            self.offer(word.word, kind, word.about, text, snippets);
        }
    }

    fn clauses(&mut self, keyword: &str) {
        if keyword == "run" {
            self.words(words::OF_RUN);
        }
        self.words(words::CLAUSES);
        let more: &[&str] = match keyword {
            "hold" | "bake" => &["while"],
            "check" | "require" | "when" => &["for", "over", "and", "or"],
            "record" => &["in", "as", "target"],
            "wait" => &["until", "for", "every", "within"],
            "shift" | "switch" | "scale" | "blue-green" => &["to"],
            "rollback" => &["valid"],
            "given" => &["from", "to", "for"],
            "backup" => &["every", "keep"],
            "alert" => &["when", "then"],
            "notify" => &["with"],
            _ => &[],
        };
        for word in more {
            let about = words::about(word, self.place.head()).unwrap_or_default();
            self.offer(word, CompletionItemKind::KEYWORD, about, word, false);
        }
    }

    /// Offers a text in the place of the word at the cursor.
    fn offer(
        &mut self,
        label: &str,
        kind: CompletionItemKind,
        about: &str,
        text: &str,
        snippet: bool,
    ) {
        let snippet = snippet && self.world.client.snippets;
        let start = self.offset - self.place.word.len() as u32;
        self.offer_from(start, label, kind, about, text, snippet);
    }

    fn offer_from(
        &mut self,
        start: u32,
        label: &str,
        kind: CompletionItemKind,
        about: &str,
        text: &str,
        snippet: bool,
    ) {
        let span = Span::new(SourceId::default(), start, self.offset);
        self.items.push(CompletionItem {
            label: label.to_owned(),
            kind: Some(kind),
            documentation: (!about.is_empty()).then(|| {
                Documentation::MarkupContent(MarkupContent {
                    kind: MarkupKind::Markdown,
                    value: about.to_owned(),
                })
            }),
            insert_text_format: snippet.then_some(InsertTextFormat::SNIPPET),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(
                self.parsed.range(span),
                text.to_owned(),
            ))),
            ..CompletionItem::default()
        });
    }

    /// The names of rules in a suppression, and suppressions themselves.
    fn allowances(&mut self) {
        let comment = &self.parsed.text()[self.place.token..self.offset as usize];
        let inner = comment
            .split_once("allow(")
            .or_else(|| comment.split_once("allow-file("))
            .map(|(_, inner)| inner);
        match inner {
            Some(inner) if comment.contains("deployc:") && !inner.contains([',', ')']) => {
                let start = self.offset - inner.trim_blanks_start().len() as u32;
                for rule in catalogue::RULES.iter().filter(|rule| rule.allowable) {
                    let about = format!("**{}** {}", rule.code, rule.summary);
                    self.offer_from(
                        start,
                        rule.name,
                        CompletionItemKind::CONSTANT,
                        &about,
                        rule.name,
                        false,
                    );
                }
            }
            Some(_) => {}
            None => {
                let typed = comment.trim_start_matches('#').trim_blanks_start();
                if "deployc: allow".starts_with(typed) {
                    let start = self.offset - typed.len() as u32;
                    let snippet = self.world.client.snippets;
                    let text = if snippet {
                        "deployc: allow(${1:rule}, reason = \"${2:why}\")"
                    } else {
                        "deployc: allow("
                    };
                    let about = "Allows a finding where it is meant, with the reason.";
                    self.offer_from(
                        start,
                        "deployc: allow(…)",
                        CompletionItemKind::SNIPPET,
                        about,
                        text,
                        snippet,
                    );
                }
            }
        }
    }
}
