//! Reads the lines of a test: what is given, and what must come of it.

use super::lower::{Lower, Scope, first_line};
use super::node::Node;
use super::text::Text;
use super::trial::{Event, Expected, Given, TestPoint};
use super::values::{TYPE, trimmed};
use super::work::Work;
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
            let (metric, dimension) = self.metric_ref(scope, reference)?;
            given.metric = Some(metric);
            let value = line.children().find(|child| {
                child.span().start > reference.span().start
                    && !matches!(child.kind(), Kind::comment)
            })?;
            match value.kind() {
                Kind::quantity => given.value = Some(self.quantity_of(value, &dimension)?),
                Kind::metric_ref if value.text().trim() == "no-data" => {}
                _ => {
                    self.report(Diagnostic::new(
                        &TYPE,
                        trimmed(value),
                        format!(
                            "expected {} or `no-data`, found `{}`",
                            dimension.phrase(),
                            value.text().trim()
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

    fn test_point(&mut self, clause: Syntax<'_>) -> Option<TestPoint> {
        match clause.child(Kind::path) {
            Some(path) => Some(TestPoint::Node(path.text().to_owned())),
            None => self.time(clause).map(|time| TestPoint::Time(time.value)),
        }
    }

    fn expected(&mut self, scope: &Scope, line: Syntax<'a>) -> Option<Expected> {
        let body = line.text();
        let never = body
            .split_whitespace()
            .nth(1)
            .is_some_and(|word| word == "never");
        let event = match line.child(Kind::path) {
            Some(path) => Event::Reached {
                node: path.text().to_owned(),
            },
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
