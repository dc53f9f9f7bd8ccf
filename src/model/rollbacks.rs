//! Reads rollbacks and procedures, each where it is first used.

use super::bindings::Binding;
use super::lower::{Lower, Scope};
use super::lower::{file_scope, own_name};
use super::names::{Declared, Noun};
use super::work::Work;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    /// The node id of a rollback.
    pub fn use_rollback(&mut self, declared: Declared<'a>) -> String {
        let name = own_name(declared);
        if declared.file == 0 {
            return format!("rollback/{name}");
        }
        self.make(
            declared,
            "rollback",
            (&name, &[]),
            Work::Rollback,
            file_scope(declared.file),
        )
    }

    /// The node id of a procedure that a `do` names; makes it if it has arguments or comes from
    /// elsewhere.
    pub fn procedure(&mut self, scope: &Scope, node: Syntax<'_>) -> Option<String> {
        let path = node.child(Kind::path)?;
        let declared = self.find(scope, Noun::Procedure, path)?;
        let name = own_name(declared);
        if declared.file == 0 && !declared.node.has(Kind::parameters) {
            // There is nothing that arguments could stand for.
            self.bind(scope, declared, node.child(Kind::arguments), path.span())?;
            return Some(format!("procedure/{name}"));
        }
        let bindings = self.bind(scope, declared, node.child(Kind::arguments), path.span())?;
        let mut full = name.clone();
        let values: Vec<String> = bindings.values().map(Binding::written).collect();
        for value in &values {
            full.push('-');
            full.push_str(value);
        }
        let key = (declared.file, name.clone());
        if scope.includes.contains(&key) || scope.includes.len() >= super::lower::MAX_INCLUDES {
            self.endless(declared, path.span());
            return None;
        }
        if !self.may_put_in_statement(path.span())
            || !self.may_put_in_bytes(0, full.len(), path.span())
        {
            return None;
        }
        let mut inner = file_scope(declared.file);
        inner.bindings = bindings;
        inner.includes = scope.includes.clone();
        inner.includes.push(key);
        Some(self.make(
            declared,
            "procedure",
            (&full, &values),
            Work::Procedure,
            inner,
        ))
    }
}
