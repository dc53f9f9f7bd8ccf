//! Reads what is said of the deployment itself.

use super::lower::{Lower, Scope, first_line};
use super::names::Noun;
use super::node::Timed;
use super::spec::Deployment;
use super::values::trimmed;
use crate::blank::Blanks;
use crate::quantity::Dimension;
use crate::syntax::{Kind, Node as Syntax};
use crate::time::When;

impl<'a> Lower<'a> {
    /// The window of a deployment; other clauses mean nothing at its head.
    fn deployment_window(&mut self, item: Syntax<'_>) -> Option<(Timed<When>, Timed<When>)> {
        for clause in item.children() {
            let help = match clause.kind() {
                Kind::at => "say it in its block: `starts 2026-10-26 07:00 UTC`",
                Kind::takes => "say it in its block: `lasts 4h..6h`",
                Kind::by => "say it in its block: `owner ROLE`",
                Kind::status => "say it in its block: `status ready`",
                Kind::else_ => "say it in its block: `on failure rollback NAME`",
                Kind::due | Kind::only_if | Kind::after | Kind::done | Kind::within => {
                    "a deployment takes a window, `from 2026-10-26 to 2026-10-27`, and settings in its block"
                }
                _ => continue,
            };
            let word = clause.text().words().next().unwrap_or_default();
            self.misplaced(
                first_line(clause),
                format!("`{word}` means nothing at a deployment"),
                help,
            );
        }
        self.times(item).window.map(|window| *window)
    }

    pub fn deployment(&mut self, scope: &Scope, item: Syntax<'a>) {
        let title = self.title(scope, item);
        let settings = self.settings(
            item,
            "deployment",
            &[
                "version",
                "starts",
                "lasts",
                "owner",
                "status",
                "strategy",
                "environment",
                "date",
                "project",
            ],
            &[],
        );
        let mut head = Deployment {
            title,
            version: None,
            starts: None,
            lasts: None,
            owners: Vec::new(),
            status: None,
            strategy: None,
            environment: None,
            project: None,
            date: None,
            window: self.deployment_window(item),
            on_failure: Vec::new(),
            notes: self.notes(scope, item),
            span: item.trimmed(),
            name_span: item
                .child(Kind::title)
                .map_or_else(|| first_line(item), Syntax::span),
        };
        for setting in settings {
            let span = setting
                .values()
                .first()
                .map_or(setting.word_span, |value| trimmed(*value));
            match setting.word {
                "version" => head.version = self.setting_text(scope, setting),
                "strategy" => head.strategy = self.setting_text(scope, setting),
                "project" => head.project = self.setting_text(scope, setting),
                "starts" | "date" => {
                    let value = match setting.values().as_slice() {
                        [token] if token.kind() == Kind::instant => self.instant(*token),
                        _ => {
                            self.setting_wants(
                                setting,
                                "a date and time such as `2026-10-26 07:00 UTC`",
                            );
                            None
                        }
                    };
                    if setting.word == "starts" {
                        head.starts = value;
                    } else {
                        head.date = value.map(|value| value.value);
                    }
                }
                "lasts" => match setting.values().as_slice() {
                    [token] if matches!(token.kind(), Kind::range | Kind::quantity) => {
                        head.lasts = self
                            .stretch(setting.node, &Dimension::Duration)
                            .map(|value| super::node::Timed { value, span });
                    }
                    _ => self.setting_wants(setting, "a duration such as `4h..6h`"),
                },
                "owner" => {
                    for value in setting.values() {
                        if value.kind() != Kind::path {
                            self.setting_wants(setting, "names of roles");
                            continue;
                        }
                        if let Some(declared) = self.find(scope, Noun::Role, value) {
                            let role = self.use_role(declared);
                            head.owners.push(role);
                        }
                    }
                }
                "environment" => {
                    head.environment = self
                        .setting_name(scope, setting, "a name such as `production`")
                        .map(|value| super::node::Timed { value, span });
                }
                _ => {
                    head.status = self
                        .setting_name(scope, setting, "a word such as `draft` or `ready`")
                        .map(|value| super::node::Timed { value, span });
                }
            }
        }
        let failures: Vec<Syntax<'a>> = item
            .child(Kind::block)
            .into_iter()
            .flat_map(|block| block.children())
            .filter(|child| child.kind() == Kind::on_failure)
            .collect();
        for (index, failure) in failures.iter().enumerate() {
            if index > 0 {
                let finding = super::lower::repeated(
                    "on failure",
                    first_line(*failure),
                    first_line(failures[0]),
                );
                self.report(finding);
            } else {
                head.on_failure = self.actions_in(scope, *failure);
            }
        }
        self.spec.deployment = Some(head);
    }
}
