//! Commands: their environment, what they must give, how they are taken back.

use super::Script;
use super::quote::{here, name, quoted};
use crate::backend::one_line;
use crate::plan::{Command, Effect, Expectation, Node, Quantity, ValueOrigin, WaitFor, Work};

/// How often a command is tried where nothing says it, in seconds.
const PAUSE: i64 = 10;

impl Script<'_> {
    /// The environment of the next command of a node. What should have been captured before it, and was
    /// not on the way that was gone, a person says.
    fn environment(&self, node: &Node, command: &Command, body: &mut Vec<String>) {
        for (variable, origin) in &command.environment {
            if let ValueOrigin::Capture(of) = origin {
                let what = match self.captured.get(of.as_str()).map(Vec::as_slice) {
                    Some([maker]) => self.title(maker),
                    Some(_) | None => quoted(of),
                };
                body.push(format!(
                    "  captured {} {} {variable} {what}",
                    quoted(&node.id),
                    name("value", of)
                ));
            }
            let value = match origin {
                ValueOrigin::Value(value) => quoted(value),
                ValueOrigin::Parameter(of) | ValueOrigin::Capture(of) => {
                    format!("\"${}\"", name("value", of))
                }
                ValueOrigin::Secret(of) => format!("\"${}\"", name("secret", of)),
            };
            body.push(format!("  with+=({variable}={value})"));
        }
    }

    pub fn run(&mut self, node: &Node, body: &mut Vec<String>) {
        let Work::Run {
            command,
            expect,
            attempts,
            capture,
            effect,
            probe,
        } = &node.work
        else {
            return;
        };
        let mut settings = Vec::new();
        let mut exit = 0;
        let mut wanted = String::new();
        for expectation in expect {
            if let Expectation::Exit { code } = expectation {
                exit = *code;
            } else {
                wanted.push_str(&self.expectation(expectation));
            }
        }
        if exit != 0 || !wanted.is_empty() {
            settings.push(format!("wanted=({exit}{wanted})"));
        }
        if let Some(within) = node.within.as_deref().map(Quantity::whole_seconds) {
            settings.push(format!("within={within}"));
        }
        if let Some(attempts) = attempts {
            let every = attempts
                .every
                .as_ref()
                .map(Quantity::whole_seconds)
                .unwrap_or(PAUSE);
            settings.push(format!("retries={} every={every}", attempts.retries));
        }
        if let Some(capture) = capture {
            settings.push(format!("capture={}", name("value", capture)));
        }
        if let Some(undo) = effect.undo() {
            let function = self.take(&format!("{}/undo", node.id));
            let mut lines = Vec::new();
            self.environment(node, undo, &mut lines);
            let (redirect, text) = here(&undo.text);
            lines.push(format!(
                "  perform {} {} {} idempotent{redirect}\n{text}",
                quoted(&format!("{}/undo", node.id)),
                quoted(&format!("Take back: {}", one_line(&node.label()))),
                quoted(&undo.language),
            ));
            self.function(&function, &format!("Takes back: {}", node.label()), &lines);
            settings.push(format!("undo={function}"));
            self.undos.insert(node.id.clone(), function);
        }
        if let Some(probe) = probe {
            let function = self.take(&format!("{}/probe", node.id));
            let mut lines = Vec::new();
            self.environment(node, probe, &mut lines);
            let (redirect, text) = here(&probe.text);
            lines.push(format!(
                "  probing {}{redirect}\n{text}",
                quoted(&probe.language)
            ));
            self.function(
                &function,
                &format!("Tells whether this took effect: {}", node.label()),
                &lines,
            );
            settings.push(format!("probe={function}"));
        }
        self.environment(node, command, body);
        body.extend(settings.into_iter().map(|setting| format!("  {setting}")));
        let effect = match effect {
            Effect::ReadsOnly => "reads-only",
            Effect::Idempotent => "idempotent",
            Effect::Irreversible { .. } => "irreversible",
            Effect::Undeclared | Effect::Undo { .. } => "changes",
        };
        let (redirect, text) = here(&command.text);
        body.push(format!(
            "  perform {} {} {} {effect}{redirect}\n{text}",
            quoted(&node.id),
            self.title(node),
            quoted(&command.language),
        ));
    }

    fn expectation(&self, expectation: &Expectation) -> String {
        match expectation {
            Expectation::Exit { .. } => String::new(),
            Expectation::Contains { text, absent } => {
                let kind = if *absent { "lacks" } else { "contains" };
                format!(" {kind} {} '' ''", self.text(text))
            }
            Expectation::Matches { pattern, absent } => {
                let kind = if *absent { "differs" } else { "matches" };
                format!(" {kind} {} '' ''", quoted(pattern))
            }
            Expectation::Json {
                path,
                comparator,
                value,
            } => format!(
                " json {} {} {}",
                quoted(&jq_path(path)),
                quoted(comparator.sign()),
                quoted(value)
            ),
        }
    }

    pub fn wait(
        &mut self,
        node: &Node,
        until: &WaitFor,
        every: Option<&Quantity>,
        body: &mut Vec<String>,
    ) {
        let id = quoted(&node.id);
        let title = self.title(node);
        match until {
            WaitFor::Time(when) => body.push(format!(
                "  wait_for {id} {title} {}",
                quoted(&format!("it is {when}"))
            )),
            WaitFor::Length(length) => {
                body.push(format!("  hold {id} {title} {} ''", length.whole_seconds()))
            }
            WaitFor::Event(event) => {
                body.push(format!("  wait_for {id} {title} {}", self.text(event)));
            }
            WaitFor::Command(command) => {
                self.environment(node, command, body);
                let limit = node
                    .within
                    .as_deref()
                    .map(Quantity::whole_seconds)
                    .unwrap_or(0);
                let pause = every.map(Quantity::whole_seconds).unwrap_or(PAUSE);
                let (redirect, text) = here(&command.text);
                body.push(format!(
                    "  wait_until {id} {title} {pause} {limit}{redirect}\n{text}"
                ));
            }
        }
        self.inside(node, body);
    }
}

/// `$.a.b-c[0]` as jq reads it: `.["a"]["b-c"][0]`.
pub fn jq_path(path: &str) -> String {
    let mut out = String::from(".");
    let path = path.strip_prefix('$').unwrap_or(path);
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let (key, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        if !key.is_empty() {
            out.push_str(&format!("[\"{}\"]", key.replace(['"', '\\'], "")));
        }
        out.push_str(indices);
    }
    out
}
