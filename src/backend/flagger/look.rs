//! Conditions as metrics of a Canary.
//!
//! Flagger compares one number with a least and a greatest value, both allowed, and knows no third
//! state: an empty answer or NaN is a failed check
//! (<https://docs.flagger.app/usage/metrics#custom-metrics>). What is not such a range becomes a query
//! that is 1 as long as all is well.

use serde_json::{Map, Value};

use crate::backend::promql::{self, Moments, Question};
use crate::plan::{Action, Comparator, Condition, Deed, Measured, NoData, Plan, Quantity};

/// What is asked, and between what the answer must lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The query, in Flagger's template language.
    pub query: String,
    /// The least and the greatest value that are well.
    pub range: Value,
    /// Whether no data should have paused, which Flagger can't.
    pub pauses: bool,
}

/// What Flagger asks for a condition. `fires` says that it is the reason of a rule: it is well where
/// the condition does not hold. The text says why it can't be asked.
pub fn look(plan: &Plan, measured: &Measured, fires: bool) -> Result<Look, String> {
    let question = promql::question(plan, measured)?;
    if question.query.contains(promql::LATEST) {
        return Err(
            "Flagger has no label that tells the new version's series from the old one's: compare with a value"
                .to_owned(),
        );
    }
    let no_data = plan
        .metrics
        .iter()
        .find(|metric| metric.name == measured.metric.metric)
        .map(|metric| metric.no_data)
        .unwrap_or_default();
    let (query, range) = match &question.moments {
        Some(moments) if no_data == NoData::Pass => counted(moments, fires),
        Some(_) | None => asked(&question, fires, no_data == NoData::Pass),
    };
    Ok(Look {
        query: escaped(&query),
        range,
        pauses: no_data == NoData::Pause,
    })
}

/// The query and the range of what is well.
fn asked(question: &Question, fires: bool, well_without_data: bool) -> (String, Value) {
    let query = &question.query;
    let well: Vec<(Comparator, &str)> = question
        .tests
        .iter()
        .map(|(comparator, value)| match fires {
            true => (comparator.opposite(), value.as_str()),
            false => (*comparator, value.as_str()),
        })
        .collect();
    // All tests must hold; where a rule fires on all of them, it is well if one does not hold.
    if !well_without_data
        && (!fires || well.len() == 1)
        && let Some(range) = plain(&well)
    {
        return (query.clone(), range);
    }
    let compared = |comparator: Comparator, value: &str| {
        format!("(({query}) {} bool {value})", comparator.sign())
    };
    let one = |sign: &str, tests: &[(Comparator, &str)]| {
        tests
            .iter()
            .map(|(comparator, value)| compared(*comparator, value))
            .collect::<Vec<_>>()
            .join(sign)
    };
    let query = match (well_without_data, fires) {
        // A comparison with NaN is 0, so that only what is certainly ill counts as ill.
        (true, _) => {
            let ill: Vec<(Comparator, &str)> = well
                .iter()
                .map(|(comparator, value)| (comparator.opposite(), *value))
                .collect();
            let sign = if fires { " * " } else { " + " };
            format!("({} == bool 0) or vector(1)", one(sign, &ill))
        }
        (false, true) if well.len() > 1 => format!("({}) > bool 0", one(" + ", &well)),
        (false, _) => one(" * ", &well),
    };
    (query, range(Some("1"), None))
}

/// What must hold for a while, where a moment without data is well: the moments that are not well are
/// counted. A rule fires where all of them are; what must hold, fails where one is.
fn counted(moments: &Moments, fires: bool) -> (String, Value) {
    let (query, stretch) = (&moments.query, moments.stretch());
    let tests: Vec<String> = moments
        .tests
        .iter()
        .map(|(comparator, value)| {
            let comparator = match fires {
                true => *comparator,
                false => comparator.opposite(),
            };
            format!("(({query}) {} bool {value})", comparator.sign())
        })
        .collect();
    let ill = match tests.as_slice() {
        [one] => one.clone(),
        several if fires => format!("({})", several.join(" * ")),
        several => format!("(({}) > bool 0)", several.join(" + ")),
    };
    let most = if fires { moments.steps } else { 0 };
    (
        format!("sum_over_time({ill}[{stretch}]) or vector(0)"),
        range(None, Some(&most.to_string())),
    )
}

/// Tests as Flagger has them: at least, at most, or both.
fn plain(tests: &[(Comparator, &str)]) -> Option<Value> {
    let (mut low, mut high) = (None, None);
    for (comparator, value) in tests {
        match comparator {
            Comparator::AtLeast if low.is_none() => low = Some(*value),
            Comparator::AtMost if high.is_none() => high = Some(*value),
            Comparator::Equal if low.is_none() && high.is_none() => {
                (low, high) = (Some(*value), Some(*value));
            }
            _ => return None,
        }
    }
    Some(range(low, high))
}

fn range(low: Option<&str>, high: Option<&str>) -> Value {
    let mut range = Map::new();
    for (name, bound) in [("min", low), ("max", high)] {
        if let Some(number) = bound.and_then(|bound| serde_json::from_str(bound).ok()) {
            range.insert(name.to_owned(), number);
        }
    }
    Value::Object(range)
}

/// A query in which nothing is taken for an action of Go's templates.
fn escaped(query: &str) -> String {
    query.replace("{{", "{{ \"{{\" }}")
}

/// The conditions that Prometheus decides, each of which counts by itself: all of what must hold, any
/// of what makes a rule fire. Answers whether that was everything.
pub fn parts<'a>(condition: &'a Condition, fires: bool, into: &mut Vec<&'a Measured>) -> bool {
    match condition {
        Condition::Measured(measured) => {
            into.push(measured);
            true
        }
        Condition::All { of } if !fires => of
            .iter()
            .fold(true, |all, one| parts(one, fires, into) & all),
        Condition::Any { of } if fires => of
            .iter()
            .fold(true, |all, one| parts(one, fires, into) & all),
        Condition::All { .. }
        | Condition::Any { .. }
        | Condition::Not { .. }
        | Condition::Asserted { .. }
        | Condition::Parameter { .. } => false,
    }
}

/// After how many seconds a rule rolls back; nothing if it does not.
pub fn goes_back(actions: &[Action]) -> Option<i64> {
    actions
        .iter()
        .find(|action| matches!(action.deed, Deed::Rollback { .. } | Deed::Stop))
        .map(|action| action.after.as_deref().map_or(0, Quantity::whole_seconds))
}

/// A condition that must hold for some seconds more before something is done.
pub fn delayed(measured: &Measured, seconds: i64) -> Measured {
    let mut later = measured.clone();
    if seconds > 0 {
        let all = measured
            .sustained
            .as_deref()
            .map_or(0, Quantity::whole_seconds)
            + seconds;
        later.sustained = Quantity::parse(&format!("{all}s")).ok().map(Box::new);
    }
    later
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn question(tests: &[(Comparator, &str)]) -> Question {
        Question {
            query: "q".to_owned(),
            tests: tests
                .iter()
                .map(|(comparator, value)| (*comparator, (*value).to_owned()))
                .collect(),
            moments: None,
            differs: None,
        }
    }

    #[test]
    fn what_flagger_has_is_asked_as_it_is() {
        let rule = question(&[(Comparator::Greater, "0.05")]);
        assert_eq!(
            asked(&rule, true, false),
            ("q".to_owned(), json!({ "max": 0.05 }))
        );
        let within = question(&[(Comparator::AtLeast, "1"), (Comparator::AtMost, "2")]);
        assert_eq!(
            asked(&within, false, false),
            ("q".to_owned(), json!({ "min": 1, "max": 2 }))
        );
    }

    #[test]
    fn what_it_has_not_is_1_as_long_as_all_is_well() {
        let one = json!({ "min": 1 });
        let below = question(&[(Comparator::Less, "0.005")]);
        assert_eq!(
            asked(&below, false, false),
            ("((q) < bool 0.005)".to_owned(), one.clone())
        );
        let band = question(&[(Comparator::AtLeast, "1"), (Comparator::Less, "2")]);
        assert_eq!(
            asked(&band, true, false),
            (
                "(((q) < bool 1) + ((q) >= bool 2)) > bool 0".to_owned(),
                one.clone()
            )
        );
    }

    #[test]
    fn no_data_is_well_where_the_metric_says_so() {
        let one = json!({ "min": 1 });
        let rule = question(&[(Comparator::Greater, "0")]);
        assert_eq!(
            asked(&rule, true, true),
            ("(((q) > bool 0) == bool 0) or vector(1)".to_owned(), one)
        );
    }

    #[test]
    fn braces_of_a_query_are_no_template() {
        assert_eq!(
            escaped("x{a=\"{{ .Secret }}\"}"),
            "x{a=\"{{ \"{{\" }} .Secret }}\"}"
        );
    }
}
