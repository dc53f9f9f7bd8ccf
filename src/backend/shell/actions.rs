//! What is done when something fails or a rule fires.

use super::quote::{lines, quoted};
use super::{BLANK, Script};
use crate::backend::one_line;
use crate::plan::{Action, Deed, Node, Notice, Piece, Text, Work};

/// Whether what follows some actions can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// It can't.
    Always,
    /// It can.
    Perhaps,
}

fn ends(deed: &Deed) -> bool {
    match deed {
        Deed::Rollback { .. } | Deed::Stop | Deed::Skip | Deed::Retry { .. } => true,
        Deed::Pause
        | Deed::Page { .. }
        | Deed::Notify(_)
        | Deed::Do { .. }
        | Deed::Instruct { .. } => false,
    }
}

impl Script<'_> {
    /// Actions as lines of a function; what returns says whether to try again (0) or go on (1).
    /// Nothing behind an action that ends it is ever reached, so nothing is written there.
    pub fn actions(&self, id: &str, actions: &[Action], body: &mut Vec<String>) -> Ends {
        let id = quoted(id);
        for action in actions {
            let mut inner = Vec::new();
            self.deed_lines(&id, &action.deed, &mut inner);
            match &action.after {
                Some(after) => {
                    body.push(format!(
                        "  if agree {}; then",
                        quoted(&format!("      Is it still so after {after}?"))
                    ));
                    body.extend(inner);
                    body.push("  fi".to_owned());
                }
                None => body.extend(inner),
            }
            if action.after.is_none() && ends(&action.deed) {
                return Ends::Always;
            }
        }
        Ends::Perhaps
    }

    fn deed_lines(&self, id: &str, deed: &Deed, body: &mut Vec<String>) {
        match deed {
            Deed::Rollback { rollback } => match self.called.get(rollback.as_str()) {
                Some(function) => body.push(format!(
                    "  back {function} {}",
                    quoted(&self.title_of(rollback))
                )),
                None => body.push("  roll_back".to_owned()),
            },
            Deed::Pause => body.push(format!(
                "  wait_for {id} Paused 'a person says that it goes on'"
            )),
            Deed::Stop => body.push("  leave 'as the runbook says'".to_owned()),
            Deed::Skip => {
                body.push("  journal skipped 'as the runbook says'".to_owned());
                body.push("  return 1".to_owned());
            }
            Deed::Retry { .. } => body.push("  return 0".to_owned()),
            Deed::Page { .. } => body.push(format!(
                "  instruct {id} {} ''",
                quoted(&capital(&self.deed(deed)))
            )),
            Deed::Notify(notice) => body.push(format!(
                "  instruct {id} {} {}",
                quoted(&capital(&self.deed(deed))),
                self.notice(notice, false)
            )),
            Deed::Do { procedure } => match self.called.get(procedure.as_str()) {
                Some(function) => body.push(format!("  {function}")),
                None => body.push(format!(
                    "  instruct {id} {} ''",
                    quoted(&capital(&self.deed(deed)))
                )),
            },
            Deed::Instruct { text } => {
                body.push(format!("  instruct {id} {} ''", self.text(text)));
            }
        }
    }

    fn title_of(&self, id: &str) -> String {
        self.plan
            .nodes
            .iter()
            .find(|node| node.id == id)
            .map_or_else(|| id.to_owned(), |node| one_line(&node.label()))
    }

    /// The words of a notice, perhaps below whom they go to.
    pub fn notice(&self, notice: &Notice, addressed: bool) -> String {
        let mut out = String::new();
        if addressed {
            out.push_str(&quoted(&format!("to {}\n", self.receivers(notice))));
        }
        if !notice.text.is_empty() {
            out.push_str(&self.body(&notice.text, notice));
        }
        let message = notice.message.as_ref().and_then(|name| {
            self.plan
                .messages
                .iter()
                .find(|message| message.name == *name)
        });
        if let Some(message) = message {
            if !message.subject.is_empty() {
                out.push_str(&quoted("Subject: "));
                out.push_str(&self.body(&message.subject, notice));
                out.push_str(&quoted("\n"));
            }
            out.push_str(&self.body(&message.body, notice));
        }
        if out.is_empty() { quoted("") } else { out }
    }

    /// A text of several lines; the fields of a message are filled in where the notice says with what.
    fn body(&self, text: &Text, notice: &Notice) -> String {
        let mut out = String::new();
        for piece in &text.pieces {
            match piece {
                Piece::Literal(literal) => out.push_str(&quoted(&lines(literal))),
                Piece::Parameter { parameter } => {
                    out.push_str(&match notice.fields.get(parameter) {
                        Some(value) => self.words(value, lines, BLANK),
                        None => self.value(parameter, BLANK),
                    })
                }
            }
        }
        out
    }

    /// Who a notice goes to.
    pub fn receivers(&self, notice: &Notice) -> String {
        let mut names: Vec<String> = notice
            .channels
            .iter()
            .map(|name| {
                self.plan
                    .channels
                    .iter()
                    .find(|channel| channel.name == *name && !channel.address.is_empty())
                    .map_or_else(
                        || name.clone(),
                        |channel| one_line(&channel.address.to_string()),
                    )
            })
            .collect();
        names.extend(notice.roles.iter().map(|role| self.role(role)));
        names.join(", ")
    }

    /// The rules that a person watches for, as lines of text.
    pub fn rules(&self) -> String {
        let mut out = String::new();
        for node in self
            .plan
            .of_kind("severity")
            .chain(self.plan.of_kind("failure"))
        {
            out.push_str(&format!("{}:\n", one_line(&node.label())));
            for reason in &node.children {
                let words = match reason.work.holds() {
                    Some(condition) => condition.to_string(),
                    None => reason.label(),
                };
                out.push_str(&format!("  when {}\n", one_line(&words)));
            }
            if let Work::Severity { then } = &node.work {
                for action in then {
                    let after = match &action.after {
                        Some(after) => format!(" after {after}"),
                        None => String::new(),
                    };
                    out.push_str(&format!("  then {}{after}\n", self.deed(&action.deed)));
                }
            }
        }
        if out.is_empty() {
            out.push_str("No rules are written.\n");
        }
        lines(&out)
    }

    /// The rollbacks, in the order written.
    pub fn rollbacks(&self) -> Vec<&Node> {
        self.plan.of_kind("rollback").collect()
    }
}

fn capital(words: &str) -> String {
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
