//! Reads what people answer: approvals and records.

use super::captures::captured_name;
use super::lower::{Lower, Scope};
use super::names::Noun;
use super::values::{TYPE, plain, trimmed};
use super::work::{ValueType, Work};
use crate::diagnostic::Diagnostic;
use crate::quantity::Unit;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    pub fn approval(&mut self, scope: &Scope, statement: Syntax<'_>) -> Option<(Work, String)> {
        let by = statement.child(Kind::by)?;
        let roles = self.roles(scope, by);
        let quorum = by.child(Kind::quorum).and_then(|quorum| {
            let count = self.count(quorum)?;
            if count == 0 || count as usize > roles.len().max(1) && roles.len() > 1 {
                self.report(
                    Diagnostic::new(
                        &TYPE,
                        trimmed(quorum),
                        format!("{count} of {} can't be had", roles.len()),
                    )
                    .label(format!("there are {} roles", roles.len())),
                );
                return None;
            }
            Some(count)
        });
        let mut not = Vec::new();
        for clause in statement.all(Kind::not_by) {
            let Some(name) = clause.child(Kind::name) else {
                continue;
            };
            if name.text() != "author" {
                match self
                    .names
                    .find(scope.file, Noun::Role, name.text(), name.span())
                {
                    Some(declared) => {
                        self.use_role(declared);
                    }
                    None => {
                        let finding =
                            self.names
                                .unknown(scope.file, &[Noun::Role], name.text(), name.span());
                        self.found.extend(finding);
                    }
                }
            }
            not.push(name.text().to_owned());
        }
        let words = format!("approve {}", roles.join(" "));
        Some((Work::Approve { roles, quorum, not }, words))
    }

    pub fn record(&mut self, scope: &Scope, statement: Syntax<'_>) -> Work {
        let mut value = ValueType::Text;
        let mut unit = None;
        let mut dimension = None;
        if let Some(clause) = statement.child(Kind::measured_in)
            && let Some(token) = clause.child(Kind::unit)
        {
            value = ValueType::Number;
            match Unit::parse(token.text()) {
                Ok(read) => {
                    dimension = Some(read.dimension.clone());
                    unit = Some(token.text().to_owned());
                }
                Err(mistake) => self.mistake(&super::values::QUANTITY, token.span(), mistake),
            }
        }
        if let Some(type_node) = statement
            .child(Kind::recorded_as)
            .and_then(|clause| clause.child(Kind::type_))
        {
            value = self.value_type(type_node);
        }
        let target = statement
            .child(Kind::target)
            .and_then(|clause| self.target(scope, clause, dimension.as_ref(), statement))
            .map(Box::new);
        Work::Record {
            value,
            unit,
            target,
            capture: captured_name(statement).map(|name| name.text().to_owned()),
        }
    }

    fn value_type(&mut self, type_node: Syntax<'_>) -> ValueType {
        const WORDS: &[&str] = &[
            "number", "text", "date", "time", "yes-no", "choice", "person",
        ];
        let Some(name) = type_node.child(Kind::type_name) else {
            return ValueType::Text;
        };
        match name.text() {
            "number" => ValueType::Number,
            "text" => ValueType::Text,
            "date" => ValueType::Date,
            "time" => ValueType::Time,
            "yes-no" => ValueType::YesNo,
            "person" => ValueType::Person,
            "choice" => ValueType::Choice(
                type_node
                    .child(Kind::arguments)
                    .into_iter()
                    .flat_map(|list| list.children())
                    .filter(|child| child.kind() == Kind::argument)
                    .map(plain)
                    .collect(),
            ),
            other => {
                let (all, near) = super::lower::one_of(other, WORDS);
                let mut finding =
                    Diagnostic::new(&TYPE, name.span(), format!("a record can't be a `{other}`"))
                        .help(all);
                if let Some(near) = near {
                    finding = finding.offer(format!("write `{near}`"), name.span(), near);
                }
                self.report(finding);
                ValueType::Text
            }
        }
    }
}
