//! Reads conditions: names resolved, values in the dimension of their metric.

use super::bindings::Binding;
use super::condition::{Bound, Comparator, Condition, Matcher, Measured, MetricRef, Trend};
use super::lower::{Lower, Scope};
use super::names::{Noun, UNKNOWN_NAME};
use super::text::Text;
use super::values::{DIMENSION, TYPE, plain, trimmed};
use crate::blank::Blanks;
use crate::diagnostic::{Diagnostic, nearest};
use crate::promql;
use crate::quantity::{Dimension, Exact, Quantity, Range};
use crate::source::Span;
use crate::syntax::{Kind, Node as Syntax};

impl Lower<'_> {
    /// The condition inside a statement or clause.
    pub fn condition_in(&mut self, scope: &Scope, around: Syntax<'_>) -> Option<Condition> {
        let condition = around.child(Kind::condition)?;
        self.condition(scope, condition)
    }

    /// A condition on metrics and people's words.
    pub fn condition(&mut self, scope: &Scope, node: Syntax<'_>) -> Option<Condition> {
        let any: Vec<Option<Condition>> = node
            .all(Kind::all_of)
            .map(|all| {
                let terms: Vec<Option<Condition>> = all
                    .children()
                    .filter_map(|term| self.term(scope, term))
                    .collect();
                joined(terms, |of| Condition::All { of })
            })
            .collect();
        joined(any, |of| Condition::Any { of })
    }

    /// A term; the outer `None` for what is no term (a comment between two).
    fn term(&mut self, scope: &Scope, term: Syntax<'_>) -> Option<Option<Condition>> {
        match term.kind() {
            Kind::negation => {
                let inner = term
                    .children()
                    .find(|node| node.kind() != Kind::not_ && node.kind() != Kind::comment)?;
                let inner = self.term(scope, inner)?;
                Some(inner.map(|inner| Condition::Not {
                    of: Box::new(inner),
                }))
            }
            Kind::nested => {
                let inner = term.child(Kind::condition)?;
                Some(self.condition(scope, inner))
            }
            Kind::words => {
                let text = term
                    .child(Kind::string)
                    .map(|string| self.text(scope, string))
                    .unwrap_or_default();
                Some(Some(Condition::Asserted {
                    text,
                    sustained: self.stretch_of(term, Kind::sustained).map(Box::new),
                    over: self.stretch_of(term, Kind::over).map(Box::new),
                }))
            }
            Kind::comparison => Some(self.comparison(scope, term)),
            _ => None,
        }
    }

    fn stretch_of(&mut self, term: Syntax<'_>, kind: Kind) -> Option<Quantity> {
        term.child(kind).and_then(|clause| self.duration(clause))
    }

    fn comparison(&mut self, scope: &Scope, node: Syntax<'_>) -> Option<Condition> {
        let subject = node.child(Kind::metric_ref)?;
        let path = subject.child(Kind::path)?;
        // A parameter may stand where a metric does: it is compared as words.
        let is_metric = self
            .names
            .find(scope.file, Noun::Metric, path.text(), path.span())
            .is_some();
        if !is_metric && let Some(condition) = self.parameter(scope, node, path) {
            return Some(condition);
        }
        if !is_metric && self.is_no_condition(path) {
            return None;
        }
        let sustained = self.stretch_of(node, Kind::sustained);
        let over = self.stretch_of(node, Kind::over);
        let (metric, dimension) = self.metric_ref(scope, subject)?;
        let (bound, value_span) = self.bound(scope, node, subject, (&metric.metric, &dimension))?;
        Some(Condition::Measured(Box::new(Measured {
            metric,
            bound,
            sustained: sustained.map(Box::new),
            over: over.map(Box::new),
            parameter: self.bounding_parameter(scope, node, subject),
            span: trimmed(node),
            value_span,
        })))
    }

    fn bound(
        &mut self,
        scope: &Scope,
        node: Syntax<'_>,
        subject: Syntax<'_>,
        (metric, dimension): (&str, &Dimension),
    ) -> Option<(Bound, Span)> {
        if let Some(sign) = node.child(Kind::comparator) {
            let comparator = Comparator::of_sign(sign.text())?;
            let token = node.children().find(|child| {
                child.span().start >= sign.span().end && child.kind() != Kind::comment
            })?;
            let value = self.compared_with(scope, token, subject, (metric, dimension))?;
            return Some((Bound::Compare { comparator, value }, trimmed(token)));
        }
        if let Some(between) = node.child(Kind::between) {
            let token = between.child(Kind::range)?;
            let declared =
                self.names
                    .lookup(scope.file, Noun::Metric, subject.child(Kind::path)?.text());
            let number = Range::parse(token.text()).map_or(Exact::ZERO, |range| range.high.value);
            let likely = self.likely_units(metric, declared, dimension, number);
            let range = Box::new(self.range_likely(token, Some(dimension), |_| likely)?);
            return Some((Bound::Between { range }, trimmed(token)));
        }
        if let Some(about) = node.child(Kind::about) {
            let token = about.child(Kind::quantity)?;
            let value = self.quantity_of(token, dimension)?;
            return Some((Bound::About { value }, token.span()));
        }
        if let Some(near) = node.child(Kind::close_to) {
            let span = trimmed(near);
            let name = near.child(Kind::path);
            if let Some(token) = near.child(Kind::quantity) {
                let tolerance = self.quantity_of(token, &Dimension::Ratio)?;
                let (path, mut of) = (name?, name?.text().to_owned());
                if of == "stable" {
                } else if let Some(declared) =
                    self.names.find(scope.file, Noun::Service, &of, path.span())
                {
                    of = self.use_service(declared);
                } else if self
                    .names
                    .find(scope.file, Noun::Baseline, &of, path.span())
                    .is_none()
                {
                    let finding = self.names.unknown(
                        scope.file,
                        &[Noun::Baseline, Noun::Service],
                        &of,
                        name?.span(),
                    );
                    self.found.extend(finding.map(|finding| {
                        finding.help(
                            "`within 20% of stable` compares the canary with the stable version",
                        )
                    }));
                }
                return Some((Bound::Near { tolerance, of }, span));
            }
            let of = match name {
                Some(name) => {
                    self.find(scope, Noun::Baseline, name)?;
                    Some(name.text().to_owned())
                }
                None => None,
            };
            return Some((Bound::Baseline { of }, span));
        }
        if let Some(trend) = node.child(Kind::trend) {
            let trend = match trend.text() {
                "increasing" => Trend::Increasing,
                "decreasing" => Trend::Decreasing,
                _ => Trend::Stable,
            };
            return Some((Bound::Trend { trend }, trimmed(node)));
        }
        let finding = Diagnostic::new(
            &TYPE,
            trimmed(subject),
            format!(
                "the metric `{}` is compared with nothing",
                subject.text().trim_blanks()
            ),
        )
        .help(format!(
            "say what it must be: `{} < …` with {}",
            subject.text().trim_blanks(),
            dimension.phrase()
        ));
        self.report(finding);
        None
    }

    /// The value that a metric is compared with: a quantity, or a parameter with a known value.
    fn compared_with(
        &mut self,
        scope: &Scope,
        token: Syntax<'_>,
        subject: Syntax<'_>,
        (metric, dimension): (&str, &Dimension),
    ) -> Option<Quantity> {
        match token.kind() {
            Kind::quantity => {
                let quantity = self.quantity(token)?;
                if let Some(fitted) = quantity.fit(dimension) {
                    return Some(fitted);
                }
                let declared = subject
                    .child(Kind::path)
                    .and_then(|path| self.names.lookup(scope.file, Noun::Metric, path.text()));
                let mut finding = Diagnostic::new(
                    &DIMENSION,
                    token.span(),
                    format!(
                        "`{}` is a {}, and `{quantity}` is a {}",
                        subject.text().trim_blanks(),
                        dimension.name(),
                        quantity.dimension.name()
                    ),
                )
                .label(format!("expected {}", dimension.phrase()))
                .also(trimmed(subject), format!("this is a {}", dimension.name()));
                if let Some(declared) = declared {
                    finding = finding.also(declared.name_span(), "declared here");
                }
                let likely = self.likely_units(metric, declared, dimension, quantity.value);
                for (title, text) in quantity.suggest(dimension, likely) {
                    finding = finding.offer(title, token.span(), text);
                }
                self.report(finding);
                None
            }
            Kind::metric_ref => {
                let path = token.child(Kind::path)?;
                self.stands_alone(token);
                let value = self.known_value(scope, path)?;
                match Quantity::parse(&value) {
                    Ok(quantity) => self.fitted(&quantity, dimension, token.span(), &[]),
                    Err(_) => {
                        self.report(Diagnostic::new(
                            &TYPE,
                            token.span(),
                            format!("expected {}, found `{value}`", dimension.phrase()),
                        ));
                        None
                    }
                }
            }
            _ => {
                self.report(Diagnostic::new(
                    &DIMENSION,
                    trimmed(token),
                    format!(
                        "expected {}, found `{}`",
                        dimension.phrase(),
                        token.text().trim_blanks()
                    ),
                ));
                None
            }
        }
    }

    /// The value of a parameter as far as it is known when compiling.
    pub fn known_value(&mut self, scope: &Scope, path: Syntax<'_>) -> Option<String> {
        if let Some(binding) = scope.bindings.get(path.text()) {
            self.note_argument(path.text(), path.span());
            return Some(binding.written());
        }
        let declared = self.find(scope, Noun::Parameter, path)?;
        let value = declared.node.child(Kind::default).map(|default| {
            default
                .text()
                .trim_start_matches('=')
                .trim_blanks()
                .to_owned()
        });
        if value.is_none() {
            let finding = Diagnostic::new(
                &TYPE,
                path.span(),
                format!("the parameter `{}` has no value yet", path.text()),
            )
            .also(declared.name_span(), "declared without a value")
            .help("a threshold must be known before the deployment: give it a default");
            self.report(finding);
        }
        value
    }

    /// A condition on a parameter, if the name is one.
    fn parameter(
        &mut self,
        scope: &Scope,
        node: Syntax<'_>,
        path: Syntax<'_>,
    ) -> Option<Condition> {
        let mut name = path.text().to_owned();
        let mut declared = None;
        if scope.bindings.has(&name) {
            self.note_argument(&name, path.span());
        }
        match scope.bindings.get(&name).map(Binding::parameter) {
            // What was handed over may be a parameter of the deployment.
            Some(Some(parameter)) => name = parameter.to_owned(),
            Some(None) => {
                let finding = Diagnostic::new(
                    &TYPE,
                    path.span(),
                    format!("`{name}` is fixed where this is included, and decides nothing on the day"),
                )
                .help("hand over a parameter of the deployment, or leave the condition to who includes it");
                self.report(finding);
                return None;
            }
            None => {
                let found = self
                    .names
                    .find(scope.file, Noun::Parameter, &name, path.span())?;
                name = self.use_parameter(found);
                declared = Some(found);
            }
        }
        if let Some(reference) = node.child(Kind::metric_ref) {
            self.stands_alone(reference);
        }
        let Some(sign) = node.child(Kind::comparator) else {
            return Some(Condition::Parameter {
                parameter: name,
                comparator: Comparator::Equal,
                value: "true".to_owned(),
            });
        };
        let comparator = Comparator::of_sign(sign.text())?;
        if !matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
            self.report(
                Diagnostic::new(
                    &TYPE,
                    sign.span(),
                    format!(
                        "a parameter is compared by `==` or `!=`, not by `{}`",
                        sign.text()
                    ),
                )
                .help("what is measured is a metric"),
            );
        }
        let token = node
            .children()
            .find(|child| child.span().start >= sign.span().end && child.kind() != Kind::comment)?;
        let value = plain(token);
        if let Some(declared) = declared {
            let choices = super::parameters::choices(declared.node);
            if !choices.is_empty() && !choices.contains(&value) {
                let mut finding = Diagnostic::new(
                    &TYPE,
                    trimmed(token),
                    format!("`{value}` is no choice of `{name}`"),
                )
                .also(
                    declared.name_span(),
                    format!("the choices: {}", choices.join(", ")),
                );
                if let Some(near) = nearest(&value, choices.iter().map(String::as_str)) {
                    finding = finding.offer(format!("write `{near}`"), trimmed(token), near);
                }
                self.report(finding);
            }
        }
        Some(Condition::Parameter {
            parameter: name,
            comparator,
            value,
        })
    }

    /// A metric in use, made if it was not made yet, and what it measures.
    pub fn metric_ref(
        &mut self,
        scope: &Scope,
        node: Syntax<'_>,
    ) -> Option<(MetricRef, Dimension)> {
        let path = node.child(Kind::path)?;
        let Some(declared) = self
            .names
            .find(scope.file, Noun::Metric, path.text(), path.span())
        else {
            let finding = self.names.unknown(
                scope.file,
                &[Noun::Metric, Noun::Parameter],
                path.text(),
                path.span(),
            );
            self.found.extend(finding.map(|finding| {
                if finding.rule.code == UNKNOWN_NAME.code
                    && finding.helps.is_empty()
                    && finding.fixes.is_empty()
                {
                    finding.help("what a person asserts stands in quotes")
                } else {
                    finding
                }
            }));
            return None;
        };
        let name = self.metric(scope, declared, node.child(Kind::arguments), path)?;
        let dimension = self.metric_made(&name)?.dimension.clone();
        let labels = self.labels(scope, node);
        Some((
            MetricRef {
                metric: name,
                labels,
            },
            dimension,
        ))
    }

    /// The parameter of the deployment with whose value a metric is compared, where one is.
    fn bounding_parameter(
        &mut self,
        scope: &Scope,
        node: Syntax<'_>,
        subject: Syntax<'_>,
    ) -> Option<String> {
        let after = |token: &Syntax<'_>| token.span().start >= subject.span().end;
        let path = node.all(Kind::metric_ref).find(after)?.child(Kind::path)?;
        self.parameter_outside(scope, path)
    }

    /// The labels behind a metric in use.
    pub fn labels(&mut self, scope: &Scope, node: Syntax<'_>) -> Vec<Matcher> {
        node.child(Kind::selector)
            .into_iter()
            .flat_map(|selector| selector.children())
            .filter(|matcher| matcher.kind() == Kind::matcher)
            .filter_map(|matcher| {
                let matching = matcher.child(Kind::matching)?.text().to_owned();
                let (text, written) = match matcher.child(Kind::label_value) {
                    Some(value) => (Text::plain(value.text()), value),
                    None => {
                        let string = matcher.child(Kind::string)?;
                        (self.text(scope, string), string)
                    }
                };
                let value = text.to_string();
                let is_known = text == Text::plain(&value);
                if matching.ends_with('~') && is_known && promql::read_pattern(&value).is_err() {
                    let message = "a regular expression that Prometheus can't read";
                    let finding = Diagnostic::new(&TYPE, written.span(), message);
                    self.report(finding.help("Prometheus reads the syntax of RE2"));
                }
                Some(Matcher {
                    label: matcher.child(Kind::label_name)?.text().to_owned(),
                    matching,
                    value,
                })
            })
            .collect()
    }
}

/// One condition where there is one, the combination where there are more, none where one could
/// not be read.
fn joined(
    parts: Vec<Option<Condition>>,
    join: impl FnOnce(Vec<Condition>) -> Condition,
) -> Option<Condition> {
    let mut parts: Vec<Condition> = parts.into_iter().collect::<Option<Vec<_>>>()?;
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(join(parts)),
    }
}
