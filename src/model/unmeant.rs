//! What can be read and means nothing: a block where none is looked at, a clause that is said twice, a statement of which
//! nothing comes. Nothing that is written may vanish without a word.

use super::lower::{INCOMPLETE, Lower, first_line, repeated};
use super::parameters::is_type;
use super::statements::command_words;
use super::values::trimmed;
use super::work::Work;
use super::{lower::Scope, settings::Setting};
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::quantity::{Dimension, Quantity};
use crate::syntax::{File, Kind, Node as Syntax};

/// Whether nothing looks at the block of such a statement.
fn takes_no_block(statement: Syntax<'_>) -> bool {
    match statement.kind() {
        Kind::edition
        | Kind::param
        | Kind::secret
        | Kind::channel
        | Kind::setting
        | Kind::field
        | Kind::on_failure
        | Kind::given
        | Kind::expectation
        | Kind::then => true,
        Kind::otherwise => statement.has(Kind::actions),
        _ => false,
    }
}

/// Whether nothing looks at an `else` behind the block of such a declaration.
fn takes_no_else(statement: Syntax<'_>) -> bool {
    takes_no_block(statement)
        || matches!(
            statement.kind(),
            Kind::role | Kind::service | Kind::metric | Kind::message | Kind::otherwise
        )
}

/// Whether only the first clause of each kind counts in such a statement, and no other pass says so.
fn takes_clauses_once(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::given
            | Kind::expectation
            | Kind::escalate
            | Kind::backup
            | Kind::wait
            | Kind::notify
            | Kind::comparison
    )
}

/// Whether it is a clause of which one statement has one.
fn is_said_once(parent: Kind, kind: Kind) -> bool {
    match kind {
        Kind::interval
        | Kind::keep
        | Kind::since
        | Kind::till
        | Kind::sustained
        | Kind::over
        | Kind::delay
        | Kind::via => true,
        // Other statements have them among their clauses.
        Kind::within | Kind::at => parent == Kind::expectation,
        _ => false,
    }
}

/// Whether it could not be read, which is said already.
fn is_unread(node: Syntax<'_>) -> bool {
    matches!(
        node.kind(),
        Kind::MISSING | Kind::ERR_TAIL | Kind::ERR_STMT | Kind::ERR_BLOCK | Kind::ERR_HEAD
    )
}

impl<'a> Lower<'a> {
    /// Parts of a file that can be read, and at which nothing looks.
    pub fn unmeant_parts(&mut self, file: &File) {
        for node in file
            .pieces
            .iter()
            .flat_map(|piece| piece.root().descend())
            .filter(|node| !node.is_leaf())
        {
            let what = || node.text().words().next().unwrap_or_default();
            if takes_no_block(node)
                && let Some(block) = node.child(Kind::block)
                && !block.descend().any(is_unread)
            {
                self.misplaced(
                    first_line(block),
                    format!("a block means nothing behind `{}`", what()),
                    "all of it stands on its line",
                );
            }
            if takes_no_else(node)
                && let Some(otherwise) = node.child(Kind::else_)
            {
                self.misplaced(
                    first_line(otherwise),
                    format!("`else` means nothing behind `{}`", what()),
                    "it stands behind what may fail",
                );
            }
            if takes_clauses_once(node.kind()) {
                let mut seen: Vec<Syntax<'_>> = Vec::new();
                for clause in node.children() {
                    if !is_said_once(node.kind(), clause.kind()) {
                        continue;
                    }
                    match seen.iter().find(|first| first.kind() == clause.kind()) {
                        Some(first) => {
                            let word = clause.text().words().next().unwrap_or_default();
                            let finding = repeated(word, trimmed(clause), trimmed(*first));
                            self.report(finding);
                        }
                        None => seen.push(clause),
                    }
                }
            }
            if node.kind() == Kind::type_
                && let Some(arguments) = node.child(Kind::arguments)
                && let Some(name) = node.child(Kind::type_name)
                && name.text() != "choice"
                && is_type(name.text())
            {
                self.misplaced(
                    trimmed(arguments),
                    format!("`{}` takes nothing in parentheses", name.text()),
                    "a `choice` lists its words there: `choice(fast, slow)`",
                );
            }
        }
    }

    /// A parameter stands alone: what follows it in brackets is a finding.
    pub fn stands_alone(&mut self, reference: Syntax<'_>) {
        let more = reference
            .children()
            .find(|child| matches!(child.kind(), Kind::arguments | Kind::selector));
        if let Some(more) = more {
            self.misplaced(
                trimmed(more),
                "a parameter takes nothing in brackets",
                "a metric takes arguments and labels, a parameter has its value",
            );
        }
    }

    /// A number that says how often or how many stands alone: `by 2 of lead, dba`, `retry 3 times`.
    pub fn counts_nothing(&mut self, token: Syntax<'_>, quantity: &Quantity) {
        if let Dimension::Count { noun: Some(noun) } = &quantity.dimension
            && !matches!(noun.as_str(), "time" | "times")
        {
            self.wrong_type(token, "a number alone");
        }
    }

    /// A statement of which nothing came, and of which nothing was said: `before` is how many findings there were
    /// before it was read.
    pub fn lost(&mut self, statement: Syntax<'_>, before: usize) {
        // Names of a declaration that can't be read are not said to be unknown.
        // What is left out because it would be too much is told once.
        let said = self.found.len() > before || self.names.any_poisoned() || self.put_in.is_full();
        if said || statement.descend().any(is_unread) {
            return;
        }
        let word = statement.text().words().next().unwrap_or_default();
        self.report(
            Diagnostic::new(
                &INCOMPLETE,
                first_line(statement),
                format!("nothing comes of this `{word}`"),
            )
            .help("it lacks a part that can be read, or stands where it means nothing"),
        );
    }

    /// A `command` or `runbook` in a reference, or where work is done: what is looked up, and how.
    pub fn lookup(&mut self, scope: &Scope, statement: Syntax<'a>) -> Option<(Work, String)> {
        let word = statement.child(Kind::setting_word)?;
        let setting = Setting {
            word: word.text(),
            word_span: word.span(),
            node: statement,
        };
        let values = setting.values();
        let is_command =
            |node: &Syntax<'_>| matches!(node.kind(), Kind::query | Kind::script | Kind::command);
        let (token, title) = match values.as_slice() {
            [token] if is_command(token) => (*token, None),
            [title, token] if title.kind() == Kind::string && is_command(token) => {
                (*token, Some(*title))
            }
            _ => {
                self.setting_wants(setting, "a command in backticks, perhaps behind a title");
                return None;
            }
        };
        let command = self.command_to_read(scope, token);
        let words = title.map_or_else(
            || command_words(&command.text),
            |title| title.text().trim_matches('"').to_owned(),
        );
        let command = Box::new(command);
        Some((Work::Lookup { command }, words))
    }
}
