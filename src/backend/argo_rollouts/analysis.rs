//! Conditions as metrics of an AnalysisTemplate.
//!
//! A measurement is Successful, Failed, or, where both conditions are there and neither holds,
//! Inconclusive, which pauses the Rollout. So *no data* pauses where the plan says that it does.
//! Each expression guards against an empty answer and against NaN, which compares as false with
//! everything: <https://argo-rollouts.readthedocs.io/en/stable/features/analysis/>.
//!
//! What must hold for a while is asked at each moment of it, by a range query, and each moment counts:
//! one at which it did not hold is enough to say no, and yes takes all of them.

use serde_json::{Map, Value, json};

use crate::backend::promql::{self, Moments, Question};
use crate::plan::{Comparator, Condition, Measured, NoData, Plan, Quantity};

/// So many answers in a row that are errors (Prometheus out of reach; asked again every 10 seconds)
/// end the analysis. The controller's own default of 4 gives up after 40 seconds.
const ERRORS: u32 = 30;

/// How often a condition is looked at where its metric says nothing, in seconds.
pub const INTERVAL: i64 = 60;

/// What becomes of a condition in the state of the Rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It must hold; where it fails, the Rollout rolls back.
    Required,
    /// Where it holds, the Rollout rolls back.
    GoesBack,
    /// Where it holds, the Rollout pauses.
    Pauses,
}

/// How often a metric is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Once.
    Once,
    /// For a stretch of seconds.
    For(i64),
    /// As long as the Rollout goes on.
    Always,
}

/// The conditions that a machine decides, each of which counts by itself.
pub fn parts<'a>(condition: &'a Condition, role: Role, parts_of: &mut Vec<&'a Measured>) -> bool {
    match (condition, role) {
        (Condition::Measured(measured), _) => {
            parts_of.push(measured);
            true
        }
        (Condition::All { of }, Role::Required)
        | (Condition::Any { of }, Role::GoesBack | Role::Pauses) => of
            .iter()
            .fold(true, |all, inner| parts(inner, role, parts_of) & all),
        _ => false,
    }
}

/// One metric; the text says why it can't be.
pub fn metric(plan: &Plan, measured: &Measured, role: Role, asked: Asked) -> Result<Value, String> {
    let question = promql::question(plan, measured)?;
    let query = match &question.moments {
        Some(moments) => &moments.query,
        None => &question.query,
    };
    if query.contains("{{") {
        return Err(
            "its query has `{{` in it, which Argo Rollouts takes for an argument".to_owned(),
        );
    }
    let known = plan
        .metrics
        .iter()
        .find(|metric| metric.name == measured.metric.metric);
    let no_data = known.map(|metric| metric.no_data).unwrap_or_default();
    let interval = known
        .and_then(|metric| metric.interval.as_ref())
        .map_or(INTERVAL, Quantity::whole_seconds)
        .max(1);
    let (success, failure) = match &question.moments {
        Some(moments) => throughout(moments, role, no_data),
        None => conditions(&question, role, no_data),
    };
    let mut out = Map::new();
    out.insert("name".to_owned(), json!(measured.metric.metric));
    match asked {
        Asked::Once => {
            out.insert("count".to_owned(), json!(1));
        }
        Asked::For(length) => {
            out.insert(
                "interval".to_owned(),
                json!(go_duration(interval.min(length.max(1)))),
            );
            out.insert(
                "count".to_owned(),
                json!(length.max(1) / interval.min(length.max(1)) + 1),
            );
        }
        Asked::Always => {
            out.insert("interval".to_owned(), json!(go_duration(interval)));
        }
    }
    out.insert("successCondition".to_owned(), json!(success));
    if let Some(failure) = failure {
        out.insert("failureCondition".to_owned(), json!(failure));
    }
    out.insert("failureLimit".to_owned(), json!(0));
    out.insert("inconclusiveLimit".to_owned(), json!(0));
    out.insert("consecutiveErrorLimit".to_owned(), json!(ERRORS));
    let mut prometheus = json!({
        "address": "{{args.prometheus}}",
        "query": query
            .replace(promql::LATEST, "{{args.latest-hash}}")
            .replace(promql::STABLE, "{{args.stable-hash}}"),
    });
    if let Some(moments) = &question.moments {
        let length = go_duration(moments.steps * moments.step_seconds);
        prometheus["rangeQuery"] = json!({
            "start": format!("now() - duration(\"{length}\")"),
            "end": "now()",
            "step": go_duration(moments.step_seconds),
        });
    }
    out.insert("provider".to_owned(), json!({ "prometheus": prometheus }));
    Ok(Value::Object(out))
}

/// The same as `conditions` for what must hold at each moment: `result` has a value for each moment
/// of which there are data.
fn throughout(moments: &Moments, role: Role, no_data: NoData) -> (String, Option<String>) {
    let written = |tests: Vec<(Comparator, &str)>, between: &str| {
        let nan = tests
            .iter()
            .any(|(comparator, _)| *comparator == Comparator::NotEqual);
        let all = tests
            .iter()
            .map(|(comparator, value)| format!("# {} {value}", comparator.sign()))
            .collect::<Vec<_>>()
            .join(between);
        // NaN is not equal to anything, and no other comparison is true of it.
        match (nan, tests.len()) {
            (false, _) => all,
            (true, 1) => format!("!isNaN(#) && {all}"),
            (true, _) => format!("!isNaN(#) && ({all})"),
        }
    };
    let holds = moments.tests.iter().map(|(is, value)| (*is, &**value));
    let fails = moments
        .tests
        .iter()
        .map(|(is, value)| (is.opposite(), &**value));
    let each = written(holds.collect(), " && ");
    let one = written(fails.collect(), " || ");
    let held = format!("len(result) > {} && all(result, {each})", moments.steps);
    let broken = format!("any(result, {one})");
    let never = Some("false".to_owned());
    match (role, no_data) {
        (Role::Required, NoData::Pause) => (held, Some(broken)),
        (Role::Required, NoData::Pass) => (format!("none(result, {one})"), None),
        (Role::Required, NoData::Fail) => (held, None),
        (Role::GoesBack, NoData::Pause) => (broken, Some(held)),
        (Role::GoesBack, NoData::Pass) => (format!("!({held})"), None),
        (Role::GoesBack, NoData::Fail) => (broken, None),
        // Neither condition holds where the rule fires: the measurement is inconclusive.
        (Role::Pauses, NoData::Pass) => (format!("!({held})"), never),
        (Role::Pauses, NoData::Pause | NoData::Fail) => (broken, never),
    }
}

/// The success condition, and the failure condition where there is a third state between them.
pub fn conditions(question: &Question, role: Role, no_data: NoData) -> (String, Option<String>) {
    let holds = question
        .tests
        .iter()
        .map(|(comparator, value)| format!("result[0] {} {value}", comparator.sign()))
        .collect::<Vec<_>>()
        .join(" && ");
    let fails = question
        .tests
        .iter()
        .map(|(comparator, value)| format!("result[0] {} {value}", comparator.opposite().sign()))
        .collect::<Vec<_>>()
        .join(" || ");
    let some = |test: &str| {
        let test = if test.contains("||") {
            format!("({test})")
        } else {
            test.to_owned()
        };
        format!("len(result) > 0 && !isNaN(result[0]) && {test}")
    };
    let none_or = |test: &str| format!("len(result) == 0 || isNaN(result[0]) || {test}");
    let (well, ill) = match role {
        Role::Required => (holds, fails),
        Role::GoesBack | Role::Pauses => (fails, holds),
    };
    match (role, no_data) {
        // Neither condition holds where the rule fires: the measurement is inconclusive.
        (Role::Pauses, NoData::Pass) => (none_or(&well), Some("false".to_owned())),
        (Role::Pauses, NoData::Pause | NoData::Fail) => (some(&well), Some("false".to_owned())),
        (Role::Required | Role::GoesBack, NoData::Pause) => (some(&well), Some(some(&ill))),
        (Role::Required | Role::GoesBack, NoData::Pass) => (none_or(&well), None),
        (Role::Required | Role::GoesBack, NoData::Fail) => (some(&well), None),
    }
}

/// Seconds as Go reads them; it knows no unit above hours.
pub fn go_duration(seconds: i64) -> String {
    match seconds {
        seconds if seconds > 0 && seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds if seconds > 0 && seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

pub fn analysis_step(name: &str, measured: &[&Measured]) -> Value {
    let mut step = json!({ "templates": [{ "templateName": name }] });
    if measured.iter().any(|one| against_stable(one)) {
        step["args"] = hashes();
    }
    step
}

pub fn hashes() -> Value {
    json!([
        { "name": "latest-hash", "valueFrom": { "podTemplateHashValue": "Latest" } },
        { "name": "stable-hash", "valueFrom": { "podTemplateHashValue": "Stable" } },
    ])
}

pub fn against_stable(measured: &Measured) -> bool {
    matches!(&measured.bound, crate::plan::Bound::Near { of, .. } if of == "stable")
}
