//! Reads what goes on in time: checks that recur, watches, waits, and alerts.

use super::lower::{Lower, Scope};
use super::statements::{command_words, first_words};
use super::work::{Interval, WaitFor, Work};
use crate::quantity::Dimension;
use crate::syntax::{Kind, Node as Syntax};

impl<'a> Lower<'a> {
    pub fn every(&mut self, scope: &Scope, statement: Syntax<'_>) -> Option<(Work, String)> {
        if let Some(token) = statement.child(Kind::quantity) {
            let period = self.quantity_likely(token, &Dimension::Duration, |number| {
                super::likely::of_length(Kind::every, number)
            })?;
            let words = format!("every-{}", period.written);
            return Some((
                Work::Every {
                    interval: Interval::Period(period),
                },
                words,
            ));
        }
        let title = statement.child(Kind::title)?;
        let event = self.text(scope, title);
        let words = format!("every {event}");
        Some((
            Work::Every {
                interval: Interval::Event(event),
            },
            words,
        ))
    }

    pub fn watch(&mut self, scope: &Scope, statement: Syntax<'_>) -> (Work, String) {
        let mut metrics = Vec::new();
        let mut things = Vec::new();
        let mut words = "watch".to_owned();
        for watched in statement.all(Kind::watched) {
            if let Some(title) = watched.child(Kind::title) {
                let thing = self.text(scope, title);
                words = format!("{words} {thing}");
                things.push(thing);
            } else if let Some(reference) = watched.child(Kind::metric_ref)
                && let Some((metric, _)) = self.metric_ref(scope, reference)
            {
                words = format!("{words} {}", metric.metric);
                metrics.push(metric);
            }
        }
        (Work::Watch { metrics, things }, words)
    }

    pub fn wait(&mut self, scope: &Scope, statement: Syntax<'_>) -> Option<(Work, String)> {
        let every = statement
            .child(Kind::interval)
            .and_then(|interval| self.duration(interval));
        if let Some(until) = statement.child(Kind::until) {
            let time = self.time(until)?;
            let words = format!("wait until {}", time.value);
            return Some((
                Work::Wait {
                    until: WaitFor::Time(time.value),
                    every: every.map(Box::new),
                },
                words,
            ));
        }
        let clause = statement.child(Kind::wait_for)?;
        let token = clause
            .children()
            .find(|child| child.kind() != Kind::comment)?;
        let (until, words) = match token.kind() {
            Kind::command | Kind::script => {
                let command = self.command(scope, token);
                let words = format!("wait for {}", command_words(&command.text));
                (WaitFor::Command(command), words)
            }
            Kind::quantity => {
                let length = self.quantity_likely(token, &Dimension::Duration, |number| {
                    super::likely::of_length(Kind::wait, number)
                })?;
                let words = format!("wait {}", length.written);
                (WaitFor::Length(length), words)
            }
            _ => {
                let event = self.text(scope, token);
                let words = format!("wait for {event}");
                (WaitFor::Event(event), words)
            }
        };
        Some((
            Work::Wait {
                until,
                every: every.map(Box::new),
            },
            words,
        ))
    }

    pub fn alert(&mut self, scope: &Scope, statement: Syntax<'_>) -> (Work, String) {
        let when = statement
            .child(Kind::triggered)
            .and_then(|clause| self.condition_in(scope, clause));
        let then = statement
            .child(Kind::leads_to)
            .map(|clause| self.actions_in(scope, clause))
            .unwrap_or_default();
        (Work::Alert { when, then }, first_words(statement))
    }
}
