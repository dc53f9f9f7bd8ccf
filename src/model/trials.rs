//! Reads the lines of a test: what is given, and what must come of it.

use super::lower::{Lower, Scope, first_line};
use super::names::Noun;
use super::node::Node;
use super::text::Text;
use super::trial::{Decided, Event, Expected, Given, TestPoint};
use super::values::{TYPE, trimmed};
use super::work::Work;
use crate::blank::Blanks;
use crate::diagnostic::Diagnostic;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    /// One line of a test.
    pub fn test_line(&mut self, scope: &Scope, parent: &mut Node, line: Syntax<'a>) {
        if line.kind() == Kind::given {
            let given = self.given(scope, line);
            if let (Work::Test { given: all, .. }, Some(given)) = (&mut parent.work, given) {
                all.push(given);
            }
        } else {
            let expected = self.expected(scope, line);
            if let (Work::Test { expect, .. }, Some(expected)) = (&mut parent.work, expected) {
                expect.push(expected);
            }
        }
    }

    fn given(&mut self, scope: &Scope, line: Syntax<'a>) -> Option<Given> {
        let mut given = Given {
            metric: None,
            decided: None,
            value: None,
            text: Text::default(),
            from: None,
            to: None,
            length: None,
            span: first_line(line),
        };
        if let Some(title) = line.child(Kind::title) {
            given.text = self.text(scope, title);
        } else {
            let reference = line.child(Kind::metric_ref)?;
            let value = line.children().find(|child| {
                child.span().start > reference.span().start
                    && !matches!(child.kind(), Kind::comment)
            })?;
            if let Some(decided) = self.decided(scope, reference, value) {
                given.decided = Some(decided?);
                self.lasts_throughout(line);
                return Some(given);
            }
            let (metric, dimension) = self.metric_ref(scope, reference)?;
            given.metric = Some(metric);
            match value.kind() {
                Kind::quantity => given.value = Some(self.quantity_of(value, &dimension)?),
                Kind::metric_ref if value.text().trim_blanks() == "no-data" => {}
                _ => {
                    self.report(Diagnostic::new(
                        &TYPE,
                        trimmed(value),
                        format!(
                            "expected {} or `no-data`, found `{}`",
                            dimension.phrase(),
                            value.text().trim_blanks()
                        ),
                    ));
                    return None;
                }
            }
        }
        for clause in line.children() {
            match clause.kind() {
                Kind::since => given.from = self.test_point(clause),
                Kind::till => given.to = self.test_point(clause),
                Kind::sustained => given.length = self.duration(clause),
                _ => {}
            }
        }
        Some(given)
    }

    /// What is decided by a line `given NAME = VALUE`, if the name is that of a parameter, or may be
    /// that of a choice: which it is, is known when every id is. The inner `None` after a finding.
    fn decided(
        &mut self,
        scope: &Scope,
        reference: Syntax<'_>,
        value: Syntax<'a>,
    ) -> Option<Option<Decided>> {
        let path = reference.child(Kind::path)?;
        let (name, span) = (path.text(), path.span());
        let plain = reference.text().trim_blanks() == name;
        let is_metric = self
            .names
            .find(scope.file, Noun::Metric, name, span)
            .is_some();
        if !plain || is_metric {
            return None;
        }
        if let Some(declared) = self.names.find(scope.file, Noun::Parameter, name, span) {
            let set = self.value_for(scope, declared.node, value);
            let parameter = self.use_parameter(declared);
            return Some(set.map(|set| Decided::Parameter {
                parameter,
                set,
                span,
            }));
        }
        let word = match value.kind() {
            Kind::string => self.text(scope, value).to_string(),
            Kind::metric_ref => value.text().trim_blanks().to_owned(),
            _ => return None,
        };
        (word != "no-data").then(|| {
            Some(Decided::Choice {
                choose: name.to_owned(),
                option: word,
                span,
                option_span: trimmed(value),
            })
        })
    }

    /// What is decided holds from the beginning to the end.
    fn lasts_throughout(&mut self, line: Syntax<'_>) {
        let stretch = line
            .children()
            .find(|child| matches!(child.kind(), Kind::since | Kind::till | Kind::sustained));
        if let Some(stretch) = stretch {
            let span = trimmed(stretch);
            self.report(
                Diagnostic::new(
                    &TYPE,
                    span,
                    "a parameter or a choice is settled for the whole of a test",
                )
                .help("time spans are for metrics and for what people say")
                .offer("leave it out", span, ""),
            );
        }
    }

    fn test_point(&mut self, clause: Syntax<'_>) -> Option<TestPoint> {
        match clause.child(Kind::path) {
            Some(path) => {
                self.names.noted.step(path, "");
                Some(TestPoint::Node(path.text().to_owned()))
            }
            None => self.time(clause).map(|time| TestPoint::Time(time.value)),
        }
    }

    fn expected(&mut self, scope: &Scope, line: Syntax<'a>) -> Option<Expected> {
        let body = line.text();
        let never = body.words().nth(1).is_some_and(|word| word == "never");
        let event = match line.child(Kind::path) {
            Some(path) => {
                self.names.noted.step(path, "");
                Event::Reached {
                    node: path.text().to_owned(),
                }
            }
            None => {
                let action = line.children().find_map(|child| match child.kind() {
                    Kind::within | Kind::at | Kind::comment => None,
                    _ => self.action(scope, child),
                })?;
                Event::Acted { action }
            }
        };
        Some(Expected {
            never,
            event,
            within: line
                .child(Kind::within)
                .and_then(|clause| self.duration(clause)),
            at: line
                .child(Kind::at)
                .and_then(|clause| self.time(clause))
                .map(|time| time.value),
            span: first_line(line),
        })
    }
}
