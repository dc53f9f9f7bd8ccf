//! In: a plan. Out: a bash script that walks it with a person: it asks, runs, compares, and offers
//! the rollback where something fails. Knows nothing of clusters.

mod actions;
mod commands;
mod frame;
mod quote;
mod steps;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::{Artifact, Backend, Fidelity, Templates};
use crate::plan::{Condition, Node, Piece, Plan, Text, WaitFor, Work};

use crate::backend::one_line;
pub(super) use commands::{extended, jq_program};
pub(super) use quote::quoted_bytes;
use quote::{name, part, quoted};

/// What every script can do, before the plan's own part.
const RUNTIME: &str = include_str!("runtime.sh");

/// What is shown of a value that is not known yet.
const BLANK: &str = "____";

/// A bash script to follow on the day.
pub struct Shell;

impl Backend for Shell {
    fn name(&self) -> &'static str {
        "shell"
    }

    fn summary(&self) -> &'static str {
        "a bash script that walks the plan with a person"
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        plan.walk().map(fate).collect()
    }

    fn emit(
        &self,
        plan: &Plan,
        stem: &str,
        _templates: &dyn Templates,
    ) -> Result<Vec<Artifact>, String> {
        Ok(vec![Artifact {
            path: format!("{stem}.sh"),
            text: Script::new(plan, stem).write(),
            executable: true,
        }])
    }
}

/// What the script makes of a node.
fn fate(node: &Node) -> Fidelity {
    match &node.work {
        Work::Phase
        | Work::Gate
        | Work::Group { .. }
        | Work::Run { .. }
        | Work::Record { .. }
        | Work::Watch { .. }
        | Work::Choose
        | Work::Option
        | Work::Note { .. }
        | Work::Act { .. }
        | Work::Else
        | Work::Rollback
        | Work::Procedure
        | Work::Monitor
        | Work::Success => Fidelity::Exact,
        Work::Check { holds } | Work::Require { holds } => match holds {
            Some(condition) if !condition.measured().is_empty() => {
                Fidelity::approximate("a person looks at the metric and says whether it holds")
            }
            Some(_) | None => Fidelity::Exact,
        },
        Work::Hold { .. } => Fidelity::approximate(
            "the script keeps the time; a person watches and says whether it held",
        ),
        Work::Shift { .. } | Work::Switch { .. } | Work::Scale { .. } => {
            Fidelity::approximate("a person does it, and says when it is done")
        }
        Work::Approve { .. } => {
            Fidelity::approximate("names go into the journal; nothing proves who typed them")
        }
        Work::Every { .. } => Fidelity::approximate("done once, with a reminder to do it again"),
        Work::Wait { until, .. } => match until {
            WaitFor::Command(_) | WaitFor::Length(_) => Fidelity::Exact,
            WaitFor::Time(_) | WaitFor::Event(_) => {
                Fidelity::approximate("a person says when it has come")
            }
        },
        Work::Notify { .. } => {
            Fidelity::approximate("a person sends it; the script shows the words")
        }
        Work::Severity { .. } | Work::When { .. } | Work::Failure => {
            Fidelity::approximate("shown at every question by `?`; a person watches")
        }
        Work::Alert { .. } => Fidelity::elsewhere("prometheus"),
        Work::Baseline { .. }
        | Work::Bound { .. }
        | Work::Escalation
        | Work::Escalate { .. }
        | Work::Objective { .. }
        | Work::Backup { .. }
        | Work::Freeze { .. }
        | Work::Reference
        | Work::Link { .. }
        | Work::File { .. }
        | Work::Lookup { .. } => Fidelity::elsewhere("markdown"),
        Work::Test { .. } => Fidelity::elsewhere("deployc test"),
    }
}

/// A script in the making.
struct Script<'a> {
    plan: &'a Plan,
    stem: &'a str,
    /// The functions, in the order in which they were finished.
    functions: Vec<String>,
    /// The names of functions that are taken.
    taken: BTreeSet<String>,
    /// The functions of what is called by its id: rollbacks and procedures.
    called: BTreeMap<&'a str, String>,
    /// The functions that take a step back, by its id.
    undos: BTreeMap<String, String>,
    /// The functions that move a service back, by what it is that moves.
    moves: BTreeMap<String, String>,
    /// The names of parameters.
    values: BTreeSet<&'a str>,
    /// The nodes that capture a value, by the name of it.
    captured: BTreeMap<&'a str, Vec<&'a Node>>,
}

impl<'a> Script<'a> {
    fn new(plan: &'a Plan, stem: &'a str) -> Self {
        let values: BTreeSet<&str> = plan
            .parameters
            .iter()
            .map(|parameter| parameter.name.as_str())
            .collect();
        let mut script = Script {
            plan,
            stem,
            functions: Vec::new(),
            taken: BTreeSet::new(),
            called: BTreeMap::new(),
            undos: BTreeMap::new(),
            moves: BTreeMap::new(),
            values,
            captured: plan.captured(),
        };
        for node in &plan.nodes {
            if matches!(node.work, Work::Rollback | Work::Procedure) {
                let function = script.take(&node.id);
                script.called.insert(&node.id, function);
            }
        }
        script
    }

    /// A name for a function that no other has.
    fn take(&mut self, id: &str) -> String {
        let wanted = name("do", id);
        let mut free = wanted.clone();
        let mut number = 2;
        while !self.taken.insert(free.clone()) {
            free = format!("{wanted}_{number}");
            number += 1;
        }
        free
    }

    /// Finishes a function.
    fn function(&mut self, name: &str, about: &str, lines: &[String]) {
        let mut text = format!("# {}\n{name}() {{\n", one_line(about));
        if lines.is_empty() {
            text.push_str("  :\n");
        }
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        text.push_str("}\n");
        self.functions.push(text);
    }

    fn write(mut self) -> String {
        let main = self.main();
        let mut body = String::new();
        for function in &self.functions {
            body.push('\n');
            body.push_str(function);
        }
        body.push('\n');
        body.push_str(&main);
        let mut out = self.head(&body);
        out.push('\n');
        out.push_str(RUNTIME);
        out.push_str("\n# ---- The plan.\n");
        out.push_str(&body);
        out
    }

    /// A text on one line as a word of the shell: what is known is quoted, what a person gives is a variable.
    fn text(&self, text: &Text) -> String {
        self.words(text, part, BLANK)
    }

    /// A text as it is, as a word of the shell, where everything in it is known.
    fn exact(&self, text: &Text) -> String {
        self.words(text, str::to_owned, "")
    }

    /// A text as a word of the shell: what is known is quoted as it is to be written, what a person gives
    /// is a variable. What is shown before it is known shows a blank.
    fn words(&self, text: &Text, written: impl Fn(&str) -> String, blank: &str) -> String {
        let mut out = String::new();
        for piece in &text.pieces {
            match piece {
                Piece::Literal(literal) => out.push_str(&quoted(&written(literal))),
                Piece::Parameter { parameter } => out.push_str(&self.value(parameter, blank)),
            }
        }
        if out.is_empty() { quoted("") } else { out }
    }

    /// The value of this name as a word of the shell.
    fn value(&self, of: &str, blank: &str) -> String {
        if self.values.contains(of) {
            format!("\"${}\"", name("value", of))
        } else if self.captured.contains_key(of) {
            match blank {
                "" => format!("\"${}\"", name("kept", of)),
                blank => format!("\"${{{}:-{blank}}}\"", name("kept", of)),
            }
        } else {
            quoted(&format!("{{{of}}}"))
        }
    }

    /// What people call a node, as a word of the shell; where nobody named it, what it does.
    fn title(&self, node: &Node) -> String {
        if !node.title.is_empty() {
            return self.text(&node.title);
        }
        let words = match &node.work {
            Work::Check { holds } | Work::Require { holds } | Work::When { holds } => {
                match holds.as_ref().map(Condition::measured) {
                    Some(measured) if !measured.is_empty() => measured
                        .iter()
                        .map(|measured| self.metric_title(&measured.metric.metric))
                        .collect::<Vec<_>>()
                        .join(", "),
                    Some(_) | None => node.label(),
                }
            }
            Work::Shift { service, share } => {
                format!("Shift {share} of the traffic of {}", self.service(service))
            }
            Work::Switch { service, colour } => {
                format!(
                    "Switch the traffic of {} to {colour}",
                    self.service(service)
                )
            }
            Work::Scale { service, replicas } => {
                format!("Scale {} to {replicas}", self.service(service))
            }
            Work::Hold { length, .. } => format!("Hold for {length}"),
            Work::Approve { .. } => "Approval".to_owned(),
            Work::Notify { notice, .. } => format!("Tell {}", self.receivers(notice)),
            Work::Watch { .. } => "Watch".to_owned(),
            Work::Wait { .. } => "Wait".to_owned(),
            _ => node.label(),
        };
        quoted(&one_line(&words))
    }

    fn metric_title(&self, name: &str) -> String {
        self.plan
            .metrics
            .iter()
            .find(|metric| metric.name == name && !metric.title.is_empty())
            .map_or_else(|| name.to_owned(), |metric| metric.title.to_string())
    }

    fn service(&self, name: &str) -> String {
        self.plan
            .services
            .iter()
            .find(|service| service.name == name && !service.title.is_empty())
            .map_or_else(|| name.to_owned(), |service| service.title.to_string())
    }

    /// A test of the shell for what must hold of the parameters.
    fn test(&self, condition: &Condition) -> String {
        match condition {
            Condition::All { of } => self.tests(of, " && "),
            Condition::Any { of } => self.tests(of, " || "),
            Condition::Not { of } => format!("! {{ {}; }}", self.test(of)),
            Condition::Parameter {
                parameter,
                comparator,
                value,
            } => {
                let variable = format!("\"${}\"", name("value", parameter));
                let equal = *comparator == crate::plan::Comparator::Equal;
                match (value.as_str(), equal) {
                    ("true" | "yes", true) | ("false" | "no", false) => {
                        format!("is_yes {variable}")
                    }
                    ("true" | "yes", false) | ("false" | "no", true) => {
                        format!("! is_yes {variable}")
                    }
                    (value, true) => format!("[ {variable} = {} ]", quoted(value)),
                    (value, false) => format!("[ {variable} != {} ]", quoted(value)),
                }
            }
            Condition::Asserted { .. } | Condition::Measured(_) => {
                format!(
                    "agree {}",
                    quoted(&format!("{}?", one_line(&condition.to_string())))
                )
            }
        }
    }

    fn tests(&self, conditions: &[Condition], between: &str) -> String {
        conditions
            .iter()
            .map(|condition| format!("{{ {}; }}", self.test(condition)))
            .collect::<Vec<_>>()
            .join(between)
    }
}
