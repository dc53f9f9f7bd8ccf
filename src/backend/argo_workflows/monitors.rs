//! What recurs after the deployment: a CronWorkflow for each `every` of a monitor.

use serde_json::{Map, Value, json};

use super::Builder;
use super::library::name_of;
use crate::backend::Fidelity;
use crate::backend::kubernetes::{self, dns_label_within};
use crate::plan::{Interval, Node, Work};

/// The work of an `every`, and when it is done.
pub struct Recurring<'a> {
    pub node: &'a Node,
    pub monitor: &'a Node,
    pub template: String,
    pub schedule: String,
}

impl<'a> Builder<'a> {
    /// The monitors: their work as templates, their times for CronWorkflows.
    pub fn monitors(&mut self) {
        for monitor in self.plan.of_kind("monitor") {
            let mut recurs = false;
            for child in &monitor.children {
                let Work::Every { interval } = &child.work else {
                    continue;
                };
                let Interval::Period(period) = interval else {
                    self.fate(child, Fidelity::elsewhere("markdown"));
                    continue;
                };
                let (schedule, exact) = schedule(period.whole_seconds());
                let Some(task) = self.inside(child, Vec::new()) else {
                    self.fate(child, Fidelity::elsewhere("markdown"));
                    continue;
                };
                recurs = true;
                self.fate(
                    child,
                    if exact {
                        Fidelity::Exact
                    } else {
                        Fidelity::approximate(format!(
                            "a cron schedule begins anew each hour, day or month: `{schedule}`"
                        ))
                    },
                );
                self.recurring.push(Recurring {
                    node: child,
                    monitor,
                    template: task.template,
                    schedule,
                });
            }
            let fate = match (recurs, self.times_of(monitor)) {
                (false, _) => Fidelity::elsewhere("markdown"),
                (true, Some(_)) => Fidelity::Exact,
                (true, None) => Fidelity::approximate(
                    "nothing says when it begins and ends: it is suspended until somebody resumes it",
                ),
            };
            self.fate(monitor, fate);
        }
    }

    /// When a monitor begins and ends, in seconds since 1970.
    fn times_of(&self, monitor: &Node) -> Option<(i64, i64)> {
        let start = self.plan.deployment.starts_unix_seconds?;
        monitor.window.as_ref()?;
        Some((
            start + monitor.schedule.starts_seconds?,
            start + monitor.schedule.ends_seconds?,
        ))
    }

    /// The CronWorkflows. They take their work from the template, without its exit handler: a check
    /// that fails a day later takes nothing back by itself.
    pub fn cron_objects(&self, arguments: &Value, part_of: impl Fn(&str) -> String) -> Vec<Value> {
        self.recurring
            .iter()
            .map(|recurring| {
                let node = recurring.node;
                let mut spec = Map::new();
                spec.insert("schedules".to_owned(), json!([recurring.schedule]));
                spec.insert("timezone".to_owned(), json!("Etc/UTC"));
                spec.insert("concurrencyPolicy".to_owned(), json!("Forbid"));
                spec.insert("startingDeadlineSeconds".to_owned(), json!(300));
                match self.times_of(recurring.monitor) {
                    Some((from, to)) => spec.insert(
                        "when".to_owned(),
                        json!(format!(
                            "{{{{=now().Unix() >= {from} && now().Unix() < {to}}}}}"
                        )),
                    ),
                    None => spec.insert("suspend".to_owned(), json!(true)),
                };
                let entry = name_of(node.id.rsplit('/').next().unwrap_or(&node.id));
                let mut task = Map::new();
                task.insert("name".to_owned(), json!(entry));
                task.insert(
                    "templateRef".to_owned(),
                    json!({ "name": part_of(&recurring.template), "template": recurring.template }),
                );
                let mut workflow = Map::new();
                workflow.insert("entrypoint".to_owned(), json!("check"));
                workflow.insert("arguments".to_owned(), filled_in(arguments));
                workflow.insert(
                    "templates".to_owned(),
                    json!([{ "name": "check", "steps": [[task]] }]),
                );
                spec.insert("workflowSpec".to_owned(), Value::Object(workflow));
                // A CronWorkflow adds eleven characters to make the names of its workflows.
                let name = dns_label_within(&format!("{}-{}", self.stem, node.id), 52);
                kubernetes::object(
                    self.plan,
                    "argoproj.io/v1alpha1",
                    "CronWorkflow",
                    &name,
                    None,
                    &[&node.id],
                    Value::Object(spec),
                )
            })
            .collect()
    }
}

/// Arguments of which each has a value: nobody is there to ask.
fn filled_in(arguments: &Value) -> Value {
    let mut arguments = arguments.clone();
    if let Some(parameters) = arguments["parameters"].as_array_mut() {
        for parameter in parameters {
            if parameter.get("value").is_none() {
                parameter["value"] = json!("");
            }
        }
    }
    arguments
}

/// A cron schedule for a period in seconds, and whether it is that period.
fn schedule(seconds: i64) -> (String, bool) {
    let minutes = (seconds / 60).max(1);
    let whole = seconds % 60 == 0 && seconds > 0;
    if minutes < 60 {
        return (format!("*/{minutes} * * * *"), whole && 60 % minutes == 0);
    }
    if minutes < 24 * 60 {
        let hours = minutes / 60;
        return (
            format!("0 */{hours} * * *"),
            whole && minutes % 60 == 0 && 24 % hours == 0,
        );
    }
    let days = minutes / (24 * 60);
    let exact = whole && minutes % (24 * 60) == 0;
    match days {
        1 => ("0 0 * * *".to_owned(), exact),
        7 => ("0 0 * * 0".to_owned(), exact),
        days => (format!("0 0 */{} * *", days.min(28)), false),
    }
}

#[cfg(test)]
mod tests {
    use super::schedule;

    #[test]
    fn a_schedule_says_whether_it_is_the_period() {
        assert_eq!(schedule(900), ("*/15 * * * *".to_owned(), true));
        assert_eq!(schedule(420), ("*/7 * * * *".to_owned(), false));
        assert_eq!(schedule(4 * 3600), ("0 */4 * * *".to_owned(), true));
        assert_eq!(schedule(5400), ("0 */1 * * *".to_owned(), false));
        assert_eq!(schedule(86400), ("0 0 * * *".to_owned(), true));
        assert_eq!(schedule(7 * 86400), ("0 0 * * 0".to_owned(), true));
        assert_eq!(schedule(30), ("*/1 * * * *".to_owned(), false));
    }
}
