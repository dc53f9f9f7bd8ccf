//! Fills the query of a metric: what its parameters and its service stand for, each as its place in the
//! query takes it.

use std::collections::BTreeMap;

use super::bindings::Binding;
use super::lower::{Lower, Scope};
use super::names::Declared;
use super::spec::Metric;
use super::values::{TYPE, trimmed};
use crate::diagnostic::Diagnostic;
use crate::promql::{self, Unfit, Value};
use crate::quantity::{Dimension, Quantity};
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    /// Fills `$service`, `$namespace` and the parameters into a query; `$window` stays.
    pub(super) fn fill_query(
        &mut self,
        scope: &Scope,
        declared: Declared<'a>,
        query: &str,
        metric: &Metric,
    ) -> String {
        let longest = scope.bindings.values().map(|one| one.written().len()).max();
        let most = query.matches('$').count() * longest.unwrap_or(0);
        if most > 0 && !self.may_put_in_bytes(0, most, metric.query_span) {
            return query.to_owned();
        }
        // The first that it was made for, or the only one there is.
        let handed = scope.bindings.service().or(metric.service.as_deref());
        let asks = ["$service", "$namespace", "$workload"]
            .iter()
            .any(|hole| query.contains(hole));
        let service = match (handed, self.names.only_service()) {
            (Some(service), _) => Some(service.to_owned()),
            (None, Some(only)) if asks => Some(self.use_service(only)),
            (None, _) => None,
        };
        let service = service.as_deref();
        let service = service.and_then(|name| self.service(name));
        let hole = |name: &str| match (scope.bindings.get(name), service, name) {
            (Some(Binding::Quantity(quantity)), _, _) => Some(measured(quantity, metric)),
            (Some(Binding::Words(words)), _, _) => Some(match is_pattern(declared, name) {
                true => Value::Words(words.clone()),
                false => Value::Name(words.clone()),
            }),
            // A metric takes no such argument.
            (Some(Binding::Text(_)), _, _) => None,
            (Some(percentile @ Binding::Percentile(_)), _, _) => {
                Some(Value::Number(percentile.value()))
            }
            (Some(Binding::Service(name)), _, _) => Some(Value::Name(name.clone())),
            (None, Some(service), "service") => Some(Value::Name(service.name.clone())),
            (None, Some(service), "namespace") => service.namespace.clone().map(Value::Name),
            (None, Some(service), "workload") => {
                let workload = service.workload.as_deref();
                let name = workload.map(|one| one.rsplit('/').next().unwrap_or(one));
                Some(Value::Name(name.unwrap_or(&service.name).to_owned()))
            }
            _ => None,
        };
        let (text, unfit) = promql::fill(query, &hole);
        for Unfit { hole, wanted } in unfit {
            let default = parameter(declared, &hole)
                .and_then(|parameter| parameter.child(Kind::default))
                .map(trimmed);
            let at = scope.arguments.get(&hole).copied().or(default);
            let message = format!("`${hole}` stands in the query where only {wanted} may stand");
            let finding = match at {
                Some(at) => {
                    Diagnostic::new(&TYPE, at, message).also(metric.query_span, "the query")
                }
                None => Diagnostic::new(&TYPE, metric.query_span, message),
            };
            self.report(finding.help("any text may stand between double quotes of the query"));
        }
        text
    }
}

impl Lower<'_> {
    /// Notes where a query names parameters of its metric.
    pub(super) fn note_holes(&mut self, scope: &Scope, query: Syntax<'_>) {
        if !self.names.noted.is_on() {
            return;
        }
        for (name, at) in promql::holes(query.text(), |name| scope.bindings.has(name)) {
            let start = query.span().start + at as u32;
            let own = Span::new(query.span().source, start, start + name.len() as u32);
            self.note_argument(name, own);
        }
    }
}

/// A parameter of a declaration.
fn parameter<'s>(declared: Declared<'s>, name: &str) -> Option<Syntax<'s>> {
    declared
        .node
        .child(Kind::parameters)?
        .all(Kind::parameter)
        .find(|parameter| {
            parameter
                .child(Kind::name)
                .is_some_and(|own| own.text() == name)
        })
}

/// Whether the author of an argument means a pattern where the query asks for one: words do, names of
/// people and the like do not.
fn is_pattern(declared: Declared<'_>, name: &str) -> bool {
    let kind = parameter(declared, name).and_then(|one| one.child(Kind::type_));
    let word = kind.and_then(|kind| kind.child(Kind::type_name));
    word.is_none_or(|word| matches!(word.text(), "text" | "choice"))
}

/// Where the arguments stand, by the names of their parameters.
pub(super) fn spans(
    declared: Declared<'_>,
    arguments: Option<Syntax<'_>>,
) -> BTreeMap<String, Span> {
    let parameters = declared.node.child(Kind::parameters);
    let names: Vec<&str> = parameters
        .into_iter()
        .flat_map(|list| list.all(Kind::parameter))
        .filter_map(|parameter| parameter.child(Kind::name))
        .map(|name| name.text())
        .collect();
    let given = arguments
        .into_iter()
        .flat_map(|list| list.all(Kind::argument));
    given
        .enumerate()
        .filter_map(|(at, argument)| {
            let own = argument.child(Kind::name).map(|name| name.text());
            let name = own.or_else(|| names.get(at).copied())?;
            Some((name.to_owned(), trimmed(argument)))
        })
        .collect()
}

/// An argument in the name of a metric: in quotes where it could be taken for two, or for none.
pub(super) fn argument_written(binding: &Binding) -> String {
    let written = binding.written();
    let plain = !written.is_empty() && !written.contains([',', '(', ')', '"', '\\']);
    match binding {
        Binding::Words(_) if !plain => {
            format!("\"{}\"", written.replace('\\', "\\\\").replace('"', "\\\""))
        }
        _ => written,
    }
}

/// A quantity in a query: in the metric's unit where it is of its dimension, in the base unit
/// otherwise.
fn measured(quantity: &Quantity, metric: &Metric) -> Value {
    let value = metric
        .unit
        .as_deref()
        .and_then(|unit| quantity.in_unit(unit))
        .unwrap_or(quantity.value);
    let number = value.to_decimal().unwrap_or_else(|| value.to_string());
    if quantity.dimension != Dimension::Duration {
        return Value::Number(number);
    }
    let duration = match quantity.value.to_whole() {
        Some(seconds) => format!("{seconds}s"),
        None => {
            let millis = quantity.value.times(crate::quantity::Exact::whole(1000));
            format!("{}ms", millis.map_or(1, |millis| millis.ceiling()).max(1))
        }
    };
    Value::Duration { number, duration }
}
