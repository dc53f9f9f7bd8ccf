//! What can hold or not hold.

use schemars::JsonSchema;
use serde::Serialize;

use super::text::Text;
use crate::quantity::{Quantity, Range};
use crate::source::Span;

/// A condition. Its verdict is pass, fail or no data.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "condition", rename_all = "kebab-case")]
pub enum Condition {
    /// Every one holds.
    All {
        /// At least two.
        of: Vec<Condition>,
    },
    /// At least one holds.
    Any {
        /// At least two.
        of: Vec<Condition>,
    },
    /// The inner one does not hold.
    Not {
        /// The inner one.
        of: Box<Condition>,
    },
    /// A person's word.
    Asserted {
        /// What the person asserts.
        text: Text,
        /// How long it must hold without a break.
        #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
        sustained: Option<Box<Quantity>>,
        /// The stretch of time that it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        over: Option<Box<Quantity>>,
    },
    /// A metric is measured.
    Measured(Box<Measured>),
    /// A parameter is true, or equals a value.
    Parameter {
        /// The parameter.
        parameter: String,
        /// `==` or `!=`.
        comparator: Comparator,
        /// What it is compared with, as the language writes it; `true` for a bare name.
        value: String,
    },
}

/// A metric and what must be true of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Measured {
    /// What is measured.
    #[serde(flatten)]
    pub metric: MetricRef,
    /// What must be true of it.
    #[serde(flatten)]
    pub bound: Bound,
    /// How long it must be true without a break before it counts (`for 5m`).
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub sustained: Option<Box<Quantity>>,
    /// The window that is looked at as a whole (`over 24h`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<Box<Quantity>>,
    /// The parameter of the deployment whose value it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
    /// Where the value stands that it is compared with; the whole where there is none.
    #[serde(skip)]
    pub value_span: Span,
}

/// What must be true of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "bound", rename_all = "kebab-case")]
pub enum Bound {
    /// Compared with one value.
    Compare {
        /// How.
        comparator: Comparator,
        /// With what.
        value: Quantity,
    },
    /// Inside a range.
    Between {
        /// The range.
        range: Box<Range>,
    },
    /// Rounds to the value, at the precision at which the value is written.
    About {
        /// The value.
        value: Quantity,
    },
    /// Not further than `tolerance` from what the reference shows at the same time.
    Near {
        /// A share of the reference's value.
        tolerance: Quantity,
        /// `stable`, or the name of a service or baseline.
        of: String,
    },
    /// Within what the baseline says for this metric.
    Baseline {
        /// The baseline; nothing where the only one for the metric is meant.
        #[serde(skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// A trend over the window; see `docs/language.md` for the tolerances.
    Trend {
        /// Which.
        trend: Trend,
    },
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub enum Comparator {
    /// Less.
    #[serde(rename = "<")]
    Less,
    /// Less or equal.
    #[serde(rename = "<=")]
    AtMost,
    /// Greater.
    #[serde(rename = ">")]
    Greater,
    /// Greater or equal.
    #[serde(rename = ">=")]
    AtLeast,
    /// Equal.
    #[serde(rename = "==")]
    Equal,
    /// Not equal.
    #[serde(rename = "!=")]
    NotEqual,
}

impl Comparator {
    /// As the language writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Comparator::Less => "<",
            Comparator::AtMost => "<=",
            Comparator::Greater => ">",
            Comparator::AtLeast => ">=",
            Comparator::Equal => "==",
            Comparator::NotEqual => "!=",
        }
    }

    /// What holds exactly where this does not.
    pub fn opposite(self) -> Comparator {
        match self {
            Comparator::Less => Comparator::AtLeast,
            Comparator::AtMost => Comparator::Greater,
            Comparator::Greater => Comparator::AtMost,
            Comparator::AtLeast => Comparator::Less,
            Comparator::Equal => Comparator::NotEqual,
            Comparator::NotEqual => Comparator::Equal,
        }
    }

    /// Reads what the language writes.
    pub fn of_sign(sign: &str) -> Option<Comparator> {
        Some(match sign {
            "<" => Comparator::Less,
            "<=" => Comparator::AtMost,
            ">" => Comparator::Greater,
            ">=" => Comparator::AtLeast,
            "==" => Comparator::Equal,
            "!=" => Comparator::NotEqual,
            _ => return None,
        })
    }
}

/// How a metric moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trend {
    /// It stays.
    Stable,
    /// It rises.
    Increasing,
    /// It falls.
    Decreasing,
}

/// A metric in use: which one, with which arguments, of which series.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct MetricRef {
    /// The name of the metric among the plan's metrics.
    pub metric: String,
    /// Labels that choose among its series.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Matcher>,
}

impl std::fmt::Display for MetricRef {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.metric)?;
        if !self.labels.is_empty() {
            let labels: Vec<String> = self
                .labels
                .iter()
                .map(|label| format!("{}{}{}", label.label, label.matching, label.value))
                .collect();
            write!(out, "[{}]", labels.join(", "))?;
        }
        Ok(())
    }
}

/// A label and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Matcher {
    /// The label's name.
    pub label: String,
    /// `=`, `!=`, `=~` or `!~`.
    pub matching: String,
    /// The value or pattern.
    pub value: String,
}

impl Condition {
    /// All measured conditions inside, in the order written, with whether they stand under a `not`.
    pub fn measured(&self) -> Vec<&Measured> {
        let mut found = Vec::new();
        self.walk(&mut |condition| {
            if let Condition::Measured(measured) = condition {
                found.push(measured.as_ref());
            }
        });
        found
    }

    /// Calls `visit` with this condition and all inside, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Condition)) {
        visit(self);
        match self {
            Condition::All { of } | Condition::Any { of } => {
                for inner in of {
                    inner.walk(visit);
                }
            }
            Condition::Not { of } => of.walk(visit),
            Condition::Asserted { .. } | Condition::Measured(_) | Condition::Parameter { .. } => {}
        }
    }

    /// Whether a machine can decide it: nothing in it is a person's word.
    pub fn is_machine_checked(&self) -> bool {
        let mut checked = true;
        self.walk(&mut |condition| {
            checked &= !matches!(condition, Condition::Asserted { .. });
        });
        checked
    }
}

/// As the language writes it.
impl std::fmt::Display for Condition {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Condition::All { of } => joined(out, of, ", "),
            Condition::Any { of } => joined(out, of, " or "),
            Condition::Not { of } => match **of {
                Condition::All { .. } | Condition::Any { .. } => write!(out, "not ({of})"),
                Condition::Not { .. }
                | Condition::Asserted { .. }
                | Condition::Measured(_)
                | Condition::Parameter { .. } => write!(out, "not {of}"),
            },
            Condition::Asserted {
                text,
                sustained,
                over,
            } => {
                write!(out, "\"{text}\"")?;
                stretches(out, sustained.as_deref(), over.as_deref())
            }
            Condition::Measured(measured) => measured.fmt(out),
            Condition::Parameter {
                parameter,
                comparator,
                value,
            } => match (comparator, value.as_str()) {
                (Comparator::Equal, "true") => out.write_str(parameter),
                (_, _) => write!(out, "{parameter} {} {value}", comparator.sign()),
            },
        }
    }
}

impl std::fmt::Display for Measured {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.metric, self.bound)?;
        stretches(out, self.sustained.as_deref(), self.over.as_deref())
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bound::Compare { comparator, value } => write!(out, "{} {value}", comparator.sign()),
            Bound::Between { range } => write!(out, "in {range}"),
            Bound::About { value } => write!(out, "about {value}"),
            Bound::Near { tolerance, of } => write!(out, "within {tolerance} of {of}"),
            Bound::Baseline { of: Some(of) } => write!(out, "within {of}"),
            Bound::Baseline { of: None } => out.write_str("within baseline"),
            Bound::Trend { trend } => out.write_str(match trend {
                Trend::Stable => "stable",
                Trend::Increasing => "increasing",
                Trend::Decreasing => "decreasing",
            }),
        }
    }
}

fn stretches(
    out: &mut std::fmt::Formatter<'_>,
    sustained: Option<&Quantity>,
    over: Option<&Quantity>,
) -> std::fmt::Result {
    if let Some(sustained) = sustained {
        write!(out, " for {sustained}")?;
    }
    if let Some(over) = over {
        write!(out, " over {over}")?;
    }
    Ok(())
}

fn joined(
    out: &mut std::fmt::Formatter<'_>,
    conditions: &[Condition],
    between: &str,
) -> std::fmt::Result {
    for (index, condition) in conditions.iter().enumerate() {
        if index > 0 {
            out.write_str(between)?;
        }
        let inner = match condition {
            Condition::Any { .. } => true,
            Condition::All { .. } => between == " or ",
            Condition::Not { .. }
            | Condition::Asserted { .. }
            | Condition::Measured(_)
            | Condition::Parameter { .. } => false,
        };
        if inner {
            write!(out, "({condition})")?;
        } else {
            write!(out, "{condition}")?;
        }
    }
    Ok(())
}
