//! Reads the settings of a declaration: a word and its values, each once.

use super::lower::{Lower, Scope, one_of, repeated};
use super::text::Text;
use super::values::{TYPE, trimmed};
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::quantity::Quantity;
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax, words};

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
                        .help(match super::places::setting_home(text) {
                            home if home == what || near.is_some() => {
                                format!("a {what} takes {all}")
                            }
                            home => format!("it stands in the block of a `{home}`"),
                        });
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
                    let setting = Setting {
                        word: text,
                        word_span: span,
                        node,
                    };
                    if !self.runs_on(setting, allowed) {
                        settings.push(setting);
                    }
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
                    let line = super::lower::first_line(node);
                    let text = node.text();
                    let word =
                        text.split(|letter: char| !(letter.is_alphanumeric() || letter == '-'));
                    let shown = match word.into_iter().next().unwrap_or_default() {
                        "" => "this statement".to_owned(),
                        word => format!("`{word}`"),
                    };
                    self.misplaced(
                        line,
                        format!("{shown} means nothing in a {what}"),
                        match shown.trim_matches('`') {
                            word if words::ITEMS.contains(&word) => {
                                "it stands at the top level of the file".to_owned()
                            }
                            word if words::STATEMENTS.contains(&word) && word != "else" => {
                                format!(
                                    "work stands in a `phase` or a `gate`; a {what} takes {all}"
                                )
                            }
                            _ => format!("a {what} takes {all}"),
                        },
                    );
                }
            }
        }
        settings
    }

    /// Whether another setting stands on the line of this one; a finding if so.
    fn runs_on(&mut self, setting: Setting<'_>, allowed: &[&str]) -> bool {
        let mut before = setting.word_span.end;
        let values: Vec<Syntax<'_>> = setting.node.children().skip(1).collect();
        for (index, value) in values.iter().copied().enumerate() {
            let is_next = value.kind() == Kind::path
                && before > setting.word_span.end
                && allowed.contains(&value.text());
            if is_next {
                let (word, span) = (value.text(), value.span());
                let gap = Span::new(span.source, before, span.start);
                let mut found = Diagnostic::new(
                    &super::lower::MISPLACED,
                    span,
                    format!("`{word}` stands on the line of `{}`", setting.word),
                )
                .help("a setting ends with its line: give each a line of its own");
                // Each must have its value then, and no setting takes a command.
                let plain = values[..index]
                    .iter()
                    .all(|value| value.kind() != Kind::command);
                if plain && values.len() > index + 1 {
                    let title = format!("write `{word}` on a line of its own");
                    found = found.offer(title, gap, "\n  ");
                }
                self.report(found);
                return true;
            }
            before = trimmed(value).end;
        }
        false
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

    /// The one duration of a setting.
    pub fn setting_duration(&mut self, setting: Setting<'_>) -> Option<Quantity> {
        match setting.values().as_slice() {
            [token] if token.kind() == Kind::quantity => self.duration(setting.node),
            _ => {
                self.setting_wants(setting, "a duration such as `5m`");
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
        let mut finding =
            Diagnostic::new(&TYPE, span, format!("`{}` takes {wanted}", setting.word));
        // The value in other quotes, or in none.
        if let [value] = setting.values().as_slice() {
            let bare = value.text().trim_blanks().trim_matches('"');
            let other = match (value.kind(), wanted) {
                (Kind::string | Kind::path, wanted) if wanted.contains("in backticks") => {
                    format!("`{bare}`")
                }
                (Kind::string, wanted) if wanted.contains(&format!("`{bare}`")) => bare.to_owned(),
                (Kind::quantity, wanted) if wanted.contains("in quotes") => format!("\"{bare}\""),
                _ => String::new(),
            };
            if !other.is_empty() {
                let shown = if other.contains('`') {
                    format!("`` {other} ``")
                } else {
                    format!("`{other}`")
                };
                finding = finding.offer(format!("write {shown}"), span, other);
            }
        }
        self.report(finding);
    }

    /// A word of a closed list as the one value of a setting.
    pub fn setting_word(&mut self, setting: Setting<'_>, allowed: &[&str]) -> Option<String> {
        let values = setting.values();
        let [token] = values.as_slice() else {
            let (all, _) = one_of("", allowed);
            self.setting_wants(setting, &all);
            return None;
        };
        let word = token.text().trim_blanks();
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
}
