//! The kinds of things that have names.

use crate::syntax::Kind;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Noun {
    /// A value from outside.
    Parameter,
    /// A value that must not be seen.
    Secret,
    /// People.
    Role,
    /// A place where people read.
    Channel,
    /// What is deployed.
    Service,
    /// What is measured.
    Metric,
    /// What is sent.
    Message,
    /// Statements to include.
    Checklist,
    /// Steps to do.
    Procedure,
    /// A rollback.
    Rollback,
    /// What is normal.
    Baseline,
    /// A rule.
    Severity,
    /// A node of the runbook: phases, gates, steps, groups, monitors, alerts.
    Node,
    /// The output of a command.
    Capture,
    /// A parameter of a checklist, procedure or metric.
    Argument,
    /// A blank of a message.
    Field,
}

impl Noun {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Noun::Parameter => "param",
            Noun::Secret => "secret",
            Noun::Role => "role",
            Noun::Channel => "channel",
            Noun::Service => "service",
            Noun::Metric => "metric",
            Noun::Message => "message",
            Noun::Checklist => "checklist",
            Noun::Procedure => "procedure",
            Noun::Rollback => "rollback",
            Noun::Baseline => "baseline",
            Noun::Severity => "severity",
            Noun::Node => "step",
            Noun::Capture => "captured output",
            Noun::Argument => "parameter",
            Noun::Field => "field",
        }
    }

    /// What the keyword of a declaration declares.
    pub fn of(kind: Kind) -> Option<Noun> {
        Some(match kind {
            Kind::param => Noun::Parameter,
            Kind::secret => Noun::Secret,
            Kind::role => Noun::Role,
            Kind::channel => Noun::Channel,
            Kind::service => Noun::Service,
            Kind::metric => Noun::Metric,
            Kind::message => Noun::Message,
            Kind::checklist => Noun::Checklist,
            Kind::procedure => Noun::Procedure,
            Kind::rollback => Noun::Rollback,
            Kind::baseline => Noun::Baseline,
            Kind::severity => Noun::Severity,
            _ => return None,
        })
    }
}
