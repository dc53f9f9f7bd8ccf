//! What a `check`, a `require` or a `when` asks.

use super::condition::Condition;
use super::lower::{Lower, Scope};
use super::names::{Noun, UNKNOWN_NAME};
use super::statements::first_words;
use super::values::{TYPE, trimmed};
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Kind, Node as Syntax};

impl Lower<'_> {
    /// The condition of a check, or what a person asserts, and words for an id.
    pub(super) fn asserted(
        &mut self,
        scope: &Scope,
        statement: Syntax<'_>,
    ) -> (Option<Condition>, String) {
        let Some(syntax) = statement.child(Kind::condition) else {
            return (None, first_words(statement));
        };
        let words: String = syntax
            .descend()
            .find(|node| matches!(node.kind(), Kind::path | Kind::string))
            .map(|node| node.text().trim_matches('"').replace('.', " "))
            .unwrap_or_default();
        let before = self.found.len();
        let condition = self.condition(scope, syntax);
        if condition.is_none() {
            self.perhaps_words(scope, before, statement, syntax);
        }
        (condition, words)
    }

    /// A yes or a no where something is asked. Whether it is one; it is told.
    pub(super) fn is_no_condition(&mut self, path: Syntax<'_>) -> bool {
        let word = path.text();
        let constant = matches!(word, "true" | "false" | "yes" | "no" | "always" | "never");
        if constant {
            self.report(
                Diagnostic::new(
                    &TYPE,
                    path.span(),
                    format!("`{word}` asks nothing: it is neither a metric nor a parameter"),
                )
                .help("a condition is a metric with what it must be, `error-rate < 1%`, a parameter, `migrate`, or a person's word in quotes, `\"The logs are clean\"`"),
            );
        }
        constant
    }

    /// Bare words behind `check` were meant for people: a name that means nothing and is compared
    /// with nothing. `before` is how many findings there were before it was read.
    fn perhaps_words(
        &mut self,
        scope: &Scope,
        before: usize,
        statement: Syntax<'_>,
        condition: Syntax<'_>,
    ) {
        let asks =
            |node: Syntax<'_>| node.kind() == Kind::comparison && node.children().count() > 1;
        if condition.descend().any(asks) {
            return;
        }
        // Of a statement that can't be read to its end, that is what is said.
        if statement.has(Kind::ERR_TAIL) {
            self.found.truncate(before);
            return;
        }
        let written = condition.text().trim_blanks();
        let bare = written
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if let [finding] = &mut self.found[before..]
            && finding.rule.code == UNKNOWN_NAME.code
            && finding.fixes.is_empty()
            && finding.secondary.is_empty()
            && !statement.has(Kind::title)
            && bare
        {
            let metric = statement.child(Kind::name).filter(|name| {
                (self.names)
                    .find(scope.file, Noun::Metric, name.text(), name.span())
                    .is_some()
            });
            if let Some(metric) = metric {
                let name = metric.text();
                finding.helps = vec![format!(
                    "what must be so of a metric is a bound, `{name} < 1%`, or a trend: `{name} stable`, `{name} increasing`, `{name} decreasing`"
                )];
                let trend = match written {
                    "rising" | "growing" | "up" => "increasing",
                    "falling" | "shrinking" | "dropping" | "down" => "decreasing",
                    "steady" | "constant" | "flat" => "stable",
                    _ => return,
                };
                let place = trimmed(condition);
                *finding = finding
                    .clone()
                    .offer(format!("write `{trend}`"), place, trend);
                return;
            }
            let (words, from) = match statement.child(Kind::name) {
                Some(name) => (format!("\"{} {written}\"", name.text()), name.span()),
                None => (format!("\"{written}\""), condition.span()),
            };
            let place = from.to(trimmed(condition));
            finding
                .helps
                .insert(0, "what a person asserts stands in quotes".into());
            *finding = finding
                .clone()
                .offer(format!("write `{words}`"), place, words);
        }
    }
}
