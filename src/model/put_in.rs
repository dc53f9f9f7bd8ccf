//! Bounds what is put into something else, and may double there: checklists and procedures, and values in texts.

use super::lower::{ENDLESS, Lower};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// How often checklists may be put in.
const MAX_EXPANSIONS: usize = 10_000;

/// How many statements of checklists and procedures may be put in.
const MAX_STATEMENTS: usize = 100_000;

/// How long a text may be, and become by what is put into it, in bytes.
pub(super) const MAX_TEXT: usize = 64 * 1024;

/// How long all texts together may become by what is put into them, in bytes.
const MAX_TEXTS: usize = 16 * 1024 * 1024;

/// How much was put in: checklists and procedures in others, values in texts. Each may double what is in it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PutIn {
    checklists: usize,
    statements: usize,
    bytes: usize,
}

impl PutIn {
    /// Whether something was left out because it would be too much.
    pub fn is_full(&self) -> bool {
        self.checklists >= MAX_EXPANSIONS
            || self.statements >= MAX_STATEMENTS
            || self.bytes >= MAX_TEXTS
    }

    /// What was put in since it was so much.
    pub fn since(self, before: PutIn) -> PutIn {
        PutIn {
            checklists: self.checklists - before.checklists,
            statements: self.statements - before.statements,
            bytes: self.bytes - before.bytes,
        }
    }
}

impl std::ops::AddAssign for PutIn {
    fn add_assign(&mut self, other: PutIn) {
        self.checklists += other.checklists;
        self.statements += other.statements;
        self.bytes += other.bytes;
    }
}

impl Lower<'_> {
    /// Whether one more checklist may be put in; told once where not.
    pub fn may_put_in_checklist(&mut self, at: Span) -> bool {
        self.put_in.checklists += 1;
        if self.put_in.checklists == MAX_EXPANSIONS {
            self.too_much(
                at,
                format!("checklists are put in more than {MAX_EXPANSIONS} times"),
            );
        }
        self.put_in.checklists < MAX_EXPANSIONS
    }

    /// Whether one more statement of a checklist or procedure may be put in; told once where not.
    pub fn may_put_in_statement(&mut self, at: Span) -> bool {
        self.put_in.statements += 1;
        if self.put_in.statements == MAX_STATEMENTS {
            self.too_much(
                at,
                format!("checklists and procedures put in more than {MAX_STATEMENTS} statements"),
            );
        }
        self.put_in.statements < MAX_STATEMENTS
    }

    fn too_much(&mut self, at: Span, message: String) {
        self.report(
            Diagnostic::new(&ENDLESS, at, message)
                .label("the first that is left out")
                .help("checklists that include others more than once double what there is to do"),
        );
    }

    /// Whether so many bytes of values may be put into a text that is as long as this; told where not.
    pub fn may_put_in_bytes(&mut self, length: usize, bytes: usize, at: Span) -> bool {
        if length + bytes > MAX_TEXT {
            self.report(
                Diagnostic::new(
                    &ENDLESS,
                    at,
                    format!("with what is put in here, the text is longer than {MAX_TEXT} bytes"),
                )
                .help(
                    "values that are put into others more than once double what there is to read",
                ),
            );
            return false;
        }
        let before = self.put_in.bytes;
        self.put_in.bytes += bytes;
        if before < MAX_TEXTS && self.put_in.bytes >= MAX_TEXTS {
            self.report(Diagnostic::new(
                &ENDLESS,
                at,
                format!("more than {MAX_TEXTS} bytes of values are put into texts"),
            ));
        }
        self.put_in.bytes < MAX_TEXTS
    }
}
