//! Reads who is called, and when nobody answers, who next.

use super::lower::{Lower, Scope};
use super::names::Noun;
use super::node::Node;
use super::statements::Place;
use super::text::Text;
use super::work::Work;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    pub fn escalation(&mut self, scope: &Scope, item: Syntax<'a>) -> Option<Node> {
        let mut draft = self.draft_named(scope, "", item, "escalation", Work::Escalation);
        if let Some(name) = item.child(Kind::name) {
            draft.node.name_span = name.span();
        }
        let mut node = draft.node;
        let lines: Vec<Syntax<'a>> = item
            .child(Kind::escalation_block)
            .into_iter()
            .flat_map(|block| block.children())
            .collect();
        for line in lines {
            match line.kind() {
                Kind::escalate => {
                    let name = line.child(Kind::name);
                    let titles: Vec<Syntax<'a>> = line.all(Kind::title).collect();
                    let severity = match (name, titles.first()) {
                        (Some(name), _) => name.text().to_owned(),
                        (None, Some(title)) => self.text(scope, *title).to_string(),
                        (None, None) => continue,
                    };
                    if let Some(name) = name {
                        self.names.find(0, Noun::Severity, name.text(), name.span());
                    }
                    let roles = line
                        .child(Kind::to_roles)
                        .map(|list| self.roles(scope, list))
                        .unwrap_or_default();
                    let delay = line
                        .child(Kind::delay)
                        .and_then(|delay| self.duration(delay))
                        .map(Box::new);
                    let via = line
                        .child(Kind::via)
                        .into_iter()
                        .flat_map(|via| via.children())
                        .filter(|child| child.kind() == Kind::via_kind)
                        .map(|kind| kind.text().to_owned())
                        .collect();
                    let around = node.id.clone();
                    let words = severity.clone();
                    let work = Work::Escalate {
                        severity,
                        roles,
                        delay,
                        via,
                    };
                    // The same severity may be escalated in several steps.
                    let mut draft = self.draft_named(scope, &around, line, &words, work);
                    if let Some(name) = name {
                        draft.node.name_span = name.span();
                    } else {
                        draft.node.title = match titles.get(1) {
                            Some(title) => self.text(scope, *title),
                            None => Text::default(),
                        };
                    }
                    node.children.push(draft.node);
                }
                Kind::note => {
                    if let Some(note) = self.plain(scope, &mut node, line, Place::Work) {
                        node.children.push(note);
                    }
                }
                _ => {}
            }
        }
        Some(node)
    }
}
