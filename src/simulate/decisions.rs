//! What a test decides before anything begins: values of parameters, and which option is taken.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::plan::{Bound, Condition, Decided, Given, Measured, Node, Plan, Quantity, Range, Work};

/// Values of parameters that are not left to their defaults, and the options taken.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// The value of a parameter by its name, as the language writes it, without quotes.
    pub parameters: BTreeMap<String, String>,
    /// The id of the option by that of its `choose`.
    pub options: BTreeMap<String, String>,
}

impl Decisions {
    /// What the lines of a test decide.
    pub fn new(given: &[Given]) -> Decisions {
        let mut decisions = Decisions::default();
        for decided in given.iter().filter_map(|line| line.decided.as_ref()) {
            match decided {
                Decided::Parameter { parameter, set, .. } => {
                    decisions.parameters.insert(parameter.clone(), set.clone());
                }
                Decided::Choice { choose, option, .. } => {
                    decisions.options.insert(choose.clone(), option.clone());
                }
            }
        }
        decisions
    }

    /// What is decided, each in words.
    pub fn words(&self) -> impl Iterator<Item = String> + '_ {
        let parameters = self.parameters.iter().map(|(name, value)| {
            let value = match value.as_str() {
                "true" => "yes",
                "false" => "no",
                other => other,
            };
            format!("{name} is {value}")
        });
        let options = self.options.iter().map(|(choose, option)| {
            let option = option.rsplit('/').next().unwrap_or(option);
            format!("{choose} is {option}")
        });
        parameters.chain(options)
    }

    /// The plan with the thresholds and lengths that these parameters say.
    pub fn fitted<'p>(&self, plan: &'p Plan) -> Cow<'p, Plan> {
        let named = |name: &Option<String>| {
            let name = name.as_deref();
            name.is_some_and(|name| self.parameters.contains_key(name))
        };
        let concerned = plan.walk().any(|node| {
            let measured = node.work.holds().map(Condition::measured);
            let length = matches!(&node.work, Work::Hold { parameter, .. } if named(parameter));
            length || (measured.iter().flatten()).any(|one| named(&one.parameter))
        });
        if !concerned {
            return Cow::Borrowed(plan);
        }
        let mut plan = plan.clone();
        for node in &mut plan.nodes {
            self.fit(node);
        }
        Cow::Owned(plan)
    }

    fn fit(&self, node: &mut Node) {
        if let Work::Hold {
            length,
            parameter: Some(name),
            ..
        } = &mut node.work
            && let Some(set) = self.parameters.get(name)
            && let Some(set) = stretch(set)
        {
            **length = set;
        }
        if let Some(condition) = holds(&mut node.work) {
            self.fit_condition(condition);
        }
        for child in &mut node.children {
            self.fit(child);
        }
    }

    fn fit_condition(&self, condition: &mut Condition) {
        match condition {
            Condition::All { of } | Condition::Any { of } => {
                of.iter_mut().for_each(|inner| self.fit_condition(inner));
            }
            Condition::Not { of } => self.fit_condition(of),
            Condition::Measured(measured) => self.fit_bound(measured),
            Condition::Asserted { .. } | Condition::Parameter { .. } => {}
        }
    }

    fn fit_bound(&self, measured: &mut Measured) {
        let name = measured.parameter.as_deref();
        let set = name.and_then(|name| self.parameters.get(name));
        if let Some(set) = set
            && let Bound::Compare { value, .. } = &mut measured.bound
            && let Ok(set) = Quantity::parse(set)
            && let Some(set) = set.fit(&value.dimension)
        {
            *value = set;
        }
    }
}

/// Whether something that happens depends on a parameter: a condition asks for it, or it is a
/// threshold or a length.
pub fn decides(plan: &Plan, name: &str) -> bool {
    let asks = |condition: &Condition| {
        let mut asks = false;
        condition.walk(&mut |condition| {
            asks |= match condition {
                Condition::Parameter { parameter, .. } => parameter == name,
                Condition::Measured(measured) => measured.parameter.as_deref() == Some(name),
                Condition::All { .. }
                | Condition::Any { .. }
                | Condition::Not { .. }
                | Condition::Asserted { .. } => false,
            };
        });
        asks
    };
    plan.walk().any(|node| {
        node.condition.as_ref().is_some_and(asks)
            || node.work.holds().is_some_and(asks)
            || matches!(&node.work, Work::Hold { parameter, .. } if parameter.as_deref() == Some(name))
    })
}

/// A range, or a single quantity as a range whose ends are equal.
fn stretch(text: &str) -> Option<Range> {
    if let Ok(range) = Range::parse(text) {
        return Some(range);
    }
    let quantity = Quantity::parse(text).ok()?;
    Some(Range {
        low: quantity.clone(),
        high: quantity,
        high_inclusive: true,
    })
}

/// The condition of a node, to be changed.
pub(super) fn holds(work: &mut Work) -> Option<&mut Condition> {
    match work {
        Work::Check { holds }
        | Work::Require { holds }
        | Work::When { holds }
        | Work::Bound { holds }
        | Work::Hold { holds, .. } => holds.as_mut(),
        Work::Alert { when, .. } => when.as_mut(),
        _ => None,
    }
}
