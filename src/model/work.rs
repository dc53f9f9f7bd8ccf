//! What a node is: the work to do, the thing to know, the decision to take.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Notice};
use super::command::{Attempts, Command, Effect, Expectation};
use super::condition::{Comparator, Condition, MetricRef};
use super::text::Text;
use super::trial::{Expected, Given};
use crate::quantity::{Quantity, Range};
use crate::time::{Moment, When};

/// What a node is. The words are those of the language.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Work {
    /// A stretch of work.
    Phase,
    /// A decision: everything required inside holds, and everybody asked approves.
    Gate,
    /// Things that belong together and have no order among themselves.
    Group {
        /// The checklist or procedure that was included, if it was.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// Something that is established, by a person or by a metric.
    Check {
        /// What must hold; nothing where the title is what a person asserts.
        #[serde(skip_serializing_if = "Option::is_none")]
        holds: Option<Condition>,
    },
    /// Something that a gate or a verdict requires.
    Require {
        /// What must hold; nothing where the title is what a person asserts.
        #[serde(skip_serializing_if = "Option::is_none")]
        holds: Option<Condition>,
    },
    /// A command.
    Run {
        /// The command.
        command: Box<Command>,
        /// What its result must be; without any, its exit code is 0.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        expect: Vec<Expectation>,
        /// Further attempts.
        #[serde(skip_serializing_if = "Option::is_none")]
        attempts: Option<Box<Attempts>>,
        /// The name under which its output is kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        capture: Option<String>,
        /// What it does to the world.
        #[serde(flatten)]
        effect: Effect,
        /// A command that tells, after a crash, whether this one took effect (exit code 0: it did).
        #[serde(skip_serializing_if = "Option::is_none")]
        probe: Option<Box<Command>>,
    },
    /// A share of traffic moves to the new version.
    Shift {
        /// The service.
        service: String,
        /// The share of the new version, 0 to 1.
        share: Quantity,
    },
    /// All traffic moves to a colour.
    Switch {
        /// The service.
        service: String,
        /// `green`, `blue` …
        colour: String,
    },
    /// The number of replicas is set.
    Scale {
        /// The service.
        service: String,
        /// How many.
        replicas: Quantity,
    },
    /// Waiting while something must stay true. What stands inside is checked meanwhile.
    Hold {
        /// How long; a single duration is a range whose ends are equal.
        length: Box<Range>,
        /// The parameter of the deployment that says how long.
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter: Option<String>,
        /// What must stay true.
        #[serde(rename = "while", skip_serializing_if = "Option::is_none")]
        holds: Option<Condition>,
    },
    /// A person's yes.
    Approve {
        /// Names of roles that may give it.
        roles: Vec<String>,
        /// How many of them must; nothing where every role must.
        #[serde(skip_serializing_if = "Option::is_none")]
        quorum: Option<u32>,
        /// Who must not: a name of a role, or `author`.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        not: Vec<String>,
    },
    /// A blank that a person fills in.
    Record {
        /// What is filled in.
        value: ValueType,
        /// The unit in which it is written; for numbers.
        #[serde(skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        /// What it should be.
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<Box<Target>>,
        /// The name under which commands and texts find what is filled in; absent where none does.
        #[serde(skip_serializing_if = "Option::is_none")]
        capture: Option<String>,
    },
    /// Something that recurs while the node around it lasts.
    Every {
        /// How often, or at what event.
        interval: Interval,
    },
    /// Metrics and things to keep an eye on, without a verdict.
    Watch {
        /// Metrics.
        metrics: Vec<MetricRef>,
        /// Other things.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        things: Vec<Text>,
    },
    /// Exactly one of the options inside is taken.
    Choose,
    /// One of several ways.
    Option,
    /// Waiting for a time, an event or a command.
    Wait {
        /// For what.
        until: WaitFor,
        /// How often a command is tried.
        #[serde(skip_serializing_if = "Option::is_none")]
        every: Option<Box<Quantity>>,
    },
    /// Somebody is told something.
    Notify {
        /// Who and what.
        #[serde(flatten)]
        notice: Notice,
        /// How often, if it recurs.
        #[serde(skip_serializing_if = "Option::is_none")]
        every: Option<Box<Quantity>>,
    },
    /// Words for the reader, as Markdown.
    Note {
        /// The words.
        markdown: Text,
    },
    /// An action where a decision fell: in an `else`, or in a rule.
    Act {
        /// What is done.
        actions: Vec<Action>,
    },
    /// What happens if the node around it fails.
    Else,
    /// A rule that stays armed while traffic moves, or else while something is changed: any `when` inside
    /// leads to its actions.
    Severity {
        /// What is done.
        then: Vec<Action>,
    },
    /// One reason for the rule around it.
    When {
        /// What must hold; nothing where the title is what a person asserts.
        #[serde(skip_serializing_if = "Option::is_none")]
        holds: Option<Condition>,
    },
    /// A named rollback.
    Rollback,
    /// A named piece of work that others call.
    Procedure,
    /// Recurring checks over a stretch of time.
    Monitor,
    /// A standing alert.
    Alert {
        /// When it fires.
        #[serde(skip_serializing_if = "Option::is_none")]
        when: Option<Condition>,
        /// What is done.
        then: Vec<Action>,
    },
    /// What is normal.
    Baseline {
        /// The service it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        service: Option<String>,
    },
    /// One thing that is normal.
    Bound {
        /// What holds when all is well; nothing where the title says it.
        #[serde(skip_serializing_if = "Option::is_none")]
        holds: Option<Condition>,
    },
    /// When the whole has succeeded.
    Success,
    /// When the whole has failed.
    Failure,
    /// Who is reached, and when.
    Escalation,
    /// One line of an escalation.
    Escalate {
        /// The severity: the name of a rule, or words.
        severity: String,
        /// Names of roles.
        roles: Vec<String>,
        /// How long nobody answered before these are called.
        #[serde(skip_serializing_if = "Option::is_none")]
        delay: Option<Box<Quantity>>,
        /// Ways to reach them: `slack`, `phone` …
        via: Vec<String>,
    },
    /// A recovery objective.
    Objective {
        /// `rto`, `rpo` or another name.
        objective: String,
        /// How it is compared.
        comparator: Comparator,
        /// With what.
        value: Quantity,
    },
    /// A backup.
    Backup {
        /// What is backed up.
        of: String,
        /// How often.
        #[serde(skip_serializing_if = "Option::is_none")]
        every: Option<Box<Quantity>>,
        /// How long it is kept.
        #[serde(skip_serializing_if = "Option::is_none")]
        keep: Option<Box<Quantity>>,
    },
    /// A stretch in which nothing may start.
    Freeze {
        /// Its begin.
        from: Moment,
        /// Its end.
        to: Moment,
    },
    /// The appendix.
    Reference,
    /// An address.
    Link {
        /// Where it leads.
        #[serde(skip_serializing_if = "Text::is_empty")]
        address: Text,
    },
    /// A file or folder.
    File {
        /// Where it is.
        #[serde(skip_serializing_if = "Text::is_empty")]
        path: Text,
    },
    /// A command to look up; nothing runs it.
    Lookup {
        /// The command.
        command: Box<Command>,
    },
    /// An executable test of the spec itself.
    Test {
        /// What is assumed.
        given: Vec<Given>,
        /// What must happen.
        expect: Vec<Expected>,
    },
}

impl Work {
    /// The word for it, as in the plan's JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Work::Phase => "phase",
            Work::Gate => "gate",
            Work::Group { .. } => "group",
            Work::Check { .. } => "check",
            Work::Require { .. } => "require",
            Work::Run { .. } => "run",
            Work::Shift { .. } => "shift",
            Work::Switch { .. } => "switch",
            Work::Scale { .. } => "scale",
            Work::Hold { .. } => "hold",
            Work::Approve { .. } => "approve",
            Work::Record { .. } => "record",
            Work::Every { .. } => "every",
            Work::Watch { .. } => "watch",
            Work::Choose => "choose",
            Work::Option => "option",
            Work::Wait { .. } => "wait",
            Work::Notify { .. } => "notify",
            Work::Note { .. } => "note",
            Work::Act { .. } => "act",
            Work::Else => "else",
            Work::Severity { .. } => "severity",
            Work::When { .. } => "when",
            Work::Rollback => "rollback",
            Work::Procedure => "procedure",
            Work::Monitor => "monitor",
            Work::Alert { .. } => "alert",
            Work::Baseline { .. } => "baseline",
            Work::Bound { .. } => "bound",
            Work::Success => "success",
            Work::Failure => "failure",
            Work::Escalation => "escalation",
            Work::Escalate { .. } => "escalate",
            Work::Objective { .. } => "objective",
            Work::Backup { .. } => "backup",
            Work::Freeze { .. } => "freeze",
            Work::Reference => "reference",
            Work::Link { .. } => "link",
            Work::File { .. } => "file",
            Work::Lookup { .. } => "lookup",
            Work::Test { .. } => "test",
        }
    }

    /// What must hold, for the nodes that say so.
    pub fn holds(&self) -> Option<&Condition> {
        match self {
            Work::Check { holds }
            | Work::Require { holds }
            | Work::When { holds }
            | Work::Bound { holds }
            | Work::Hold { holds, .. } => holds.as_ref(),
            Work::Alert { when, .. } => when.as_ref(),
            Work::Phase
            | Work::Gate
            | Work::Group { .. }
            | Work::Run { .. }
            | Work::Shift { .. }
            | Work::Switch { .. }
            | Work::Scale { .. }
            | Work::Approve { .. }
            | Work::Record { .. }
            | Work::Every { .. }
            | Work::Watch { .. }
            | Work::Choose
            | Work::Option
            | Work::Wait { .. }
            | Work::Notify { .. }
            | Work::Note { .. }
            | Work::Act { .. }
            | Work::Else
            | Work::Severity { .. }
            | Work::Rollback
            | Work::Procedure
            | Work::Monitor
            | Work::Baseline { .. }
            | Work::Success
            | Work::Failure
            | Work::Escalation
            | Work::Escalate { .. }
            | Work::Objective { .. }
            | Work::Backup { .. }
            | Work::Freeze { .. }
            | Work::Reference
            | Work::Link { .. }
            | Work::File { .. }
            | Work::Lookup { .. }
            | Work::Test { .. } => None,
        }
    }

    /// The name under which later commands and texts find what came of it, if they do.
    pub fn captures(&self) -> Option<&str> {
        match self {
            Work::Run { capture, .. } | Work::Record { capture, .. } => capture.as_deref(),
            _ => None,
        }
    }

    /// Whether its children are done one after the other, in the order written.
    pub fn is_sequence(&self) -> bool {
        matches!(
            self,
            Work::Phase
                | Work::Option
                | Work::Rollback
                | Work::Procedure
                | Work::Else
                | Work::Every { .. }
        )
    }
}

/// What a person fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ValueType {
    /// A number, in the record's unit.
    Number,
    /// Words.
    Text,
    /// A day.
    Date,
    /// A time, perhaps with its day.
    Time,
    /// Yes or no.
    YesNo,
    /// One of these words.
    Choice(Vec<String>),
    /// A person's name.
    Person,
}

/// What a record should be.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Target {
    /// Compared with a value.
    Compare {
        /// How.
        comparator: Comparator,
        /// With what.
        value: Quantity,
    },
    /// Inside a range.
    Between {
        /// The range.
        range: Range,
    },
}

/// How often something recurs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Interval {
    /// Every so often.
    Period(Quantity),
    /// At each event of this kind.
    Event(Text),
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaitFor {
    /// A time.
    Time(When),
    /// A stretch of time.
    Length(Quantity),
    /// A person says that it happened.
    Event(Text),
    /// A command succeeds.
    Command(Command),
}
