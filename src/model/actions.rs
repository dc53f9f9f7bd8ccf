//! Reads actions.

use super::action::{Action, Deed, Notice};
use super::in_order::InOrder;
use super::lower::{Lower, Scope};
use super::names::Noun;
use super::text::Text;
use super::values::trimmed;
use crate::syntax::{Kind, Node as Syntax};

impl Lower<'_> {
    /// The actions inside a statement or clause.
    pub fn actions_in(&mut self, scope: &Scope, around: Syntax<'_>) -> Vec<Action> {
        around
            .child(Kind::actions)
            .map(|actions| self.actions(scope, actions))
            .unwrap_or_default()
    }

    /// A list of actions.
    pub fn actions(&mut self, scope: &Scope, list: Syntax<'_>) -> Vec<Action> {
        let mut actions: Vec<Action> = list
            .children()
            .filter_map(|node| self.action(scope, node))
            .collect();
        actions.shrink_to_fit();
        actions
    }

    /// One action; nothing where it could not be read, which is then a finding.
    pub fn action(&mut self, scope: &Scope, node: Syntax<'_>) -> Option<Action> {
        let deed = match node.kind() {
            Kind::go_back => {
                let path = node.child(Kind::path)?;
                let declared = self.find(scope, Noun::Rollback, path)?;
                Deed::Rollback {
                    rollback: self.use_rollback(declared),
                }
            }
            Kind::pause => Deed::Pause,
            Kind::stop => Deed::Stop,
            Kind::skip => Deed::Skip,
            Kind::retry => Deed::Retry {
                times: self.count(node),
            },
            Kind::page => Deed::Page {
                roles: node
                    .child(Kind::recipients)
                    .map(|list| self.roles(scope, list))
                    .unwrap_or_default(),
            },
            Kind::send => Deed::Notify(self.notice(scope, node)),
            Kind::do_ => Deed::Do {
                procedure: self.procedure(scope, node)?,
            },
            Kind::say => Deed::Instruct {
                text: self.text(scope, node.child(Kind::string)?),
            },
            _ => return None,
        };
        let after = node
            .child(Kind::delay)
            .and_then(|delay| self.duration(delay));
        Some(Action {
            deed,
            after: after.map(Box::new),
            span: trimmed(node),
        })
    }

    /// Who is told what: the recipients and the text or message of a `notify`.
    pub fn notice(&mut self, scope: &Scope, node: Syntax<'_>) -> Notice {
        let mut channels = Vec::new();
        let mut roles = Vec::new();
        let recipients: Vec<Syntax<'_>> = node
            .child(Kind::recipients)
            .into_iter()
            .flat_map(|list| list.children())
            .filter(|path| path.kind() == Kind::path)
            .collect();
        for path in recipients {
            let text = path.text();
            if let Some(declared) = self
                .names
                .find(scope.file, Noun::Channel, text, path.span())
            {
                channels.push(self.use_channel(declared));
            } else if let Some(declared) =
                self.names.find(scope.file, Noun::Role, text, path.span())
            {
                roles.push(self.use_role(declared));
            } else {
                let finding =
                    self.names
                        .unknown(scope.file, &[Noun::Channel, Noun::Role], text, path.span());
                self.found.extend(finding);
            }
        }
        let text = node
            .children()
            .find(|child| matches!(child.kind(), Kind::string | Kind::prose))
            .map_or_else(Text::default, |token| self.text(scope, token));
        let mut message = None;
        let mut fields = InOrder::default();
        if let Some(with) = node.child(Kind::with)
            && let Some(path) = with.child(Kind::path)
            && let Some(declared) = self.find(scope, Noun::Message, path)
        {
            message = Some(self.use_message(declared));
            if let Some(arguments) = with.child(Kind::arguments) {
                fields = self.fields(scope, declared, arguments);
            }
        }
        Notice {
            channels,
            roles,
            text,
            message,
            fields,
        }
    }
}
