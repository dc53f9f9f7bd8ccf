//! Commands: their environment, what they must give, how they are undone.

use super::Script;
use super::quote::{here, name, quoted, quoted_bytes};
use crate::backend::one_line;
use crate::plan::{
    Command, Effect, Expectation, Node, Pattern, Quantity, Text, ValueOrigin, WaitFor, Work,
    variable,
};

/// How often a command is tried where nothing says it, in seconds.
const PAUSE: i64 = 10;

impl Script<'_> {
    /// The environment of the next command of a node. What should have been captured before it, and was
    /// not on the way that was gone, a person says.
    fn environment(&self, node: &Node, command: &Command, body: &mut Vec<String>) {
        for (variable, origin) in command.environment.iter() {
            match origin {
                ValueOrigin::Capture(of) => self.captured(node, of, variable, body),
                ValueOrigin::Text(text) => self.captured_in(node, text, body),
                ValueOrigin::Value(_) | ValueOrigin::Parameter(_) | ValueOrigin::Secret(_) => {}
            }
            let value = match origin {
                ValueOrigin::Value(value) => quoted(value),
                ValueOrigin::Text(text) => self.exact(text),
                ValueOrigin::Parameter(of) => format!("\"${}\"", name("value", of)),
                ValueOrigin::Capture(of) => format!("\"${}\"", name("kept", of)),
                ValueOrigin::Secret(of) => format!("\"${}\"", name("secret", of)),
            };
            body.push(format!("  with+=({variable}={value})"));
        }
    }

    /// Asks for what should have been captured, where it was not.
    fn captured(&self, node: &Node, of: &str, variable: &str, body: &mut Vec<String>) {
        let what = match self.captured.get(of).map(Vec::as_slice) {
            Some([maker]) => self.title(maker),
            Some(_) | None => quoted(of),
        };
        body.push(format!(
            "  captured {} {} {variable} {what}",
            quoted(&node.id),
            name("kept", of)
        ));
    }

    /// The same for what stands in a text that must be known.
    fn captured_in(&self, node: &Node, text: &Text, body: &mut Vec<String>) {
        for of in text.parameters() {
            // What the node itself captures is there when it is asked for.
            if !self.values.contains(of)
                && self.captured.contains_key(of)
                && node.work.captures() != Some(of)
            {
                self.captured(node, of, &variable(of), body);
            }
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
            match expectation {
                Expectation::Exit { code } => exit = *code,
                Expectation::Contains { text, .. } | Expectation::Json { value: text, .. } => {
                    self.captured_in(node, text, body);
                }
                Expectation::Matches { .. } => {}
            }
            wanted.push_str(&self.expectation(expectation));
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
            settings.push(format!("capture={}", name("kept", capture)));
        }
        if let Some(undo) = effect.undo() {
            let function = self.take(&format!("{}/undo", node.id));
            let mut lines = Vec::new();
            self.environment(node, undo, &mut lines);
            let (redirect, text) = here(&undo.text);
            lines.push(format!(
                "  perform {} {} {} idempotent{redirect}\n{text}",
                quoted(&format!("{}/undo", node.id)),
                quoted(&format!("Undo: {}", one_line(&node.label()))),
                quoted(&undo.language),
            ));
            self.function(&function, &format!("Undoes: {}", node.label()), &lines);
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
                format!(" {kind} {} '' ''", self.exact(text))
            }
            Expectation::Matches { pattern, absent } if pattern == Expectation::ANYTHING => {
                let kind = if *absent { "nothing" } else { "something" };
                format!(" {kind} '' '' ''")
            }
            Expectation::Matches { pattern, absent } => {
                let kind = if *absent { "differs" } else { "matches" };
                format!(
                    " {kind} {} {} ''",
                    quoted_bytes(&extended(pattern), &[]),
                    quoted(pattern)
                )
            }
            Expectation::Json {
                path,
                comparator,
                value,
            } => format!(
                " json {} {} {}",
                quoted(&jq_program(path, comparator.sign())),
                quoted(&format!("{path} {}", comparator.sign())),
                self.exact(value)
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
                    "  wait_until {id} {title} {} {pause} {limit}{redirect}\n{text}",
                    quoted(&command.language),
                ));
            }
        }
        self.inside(node, body);
    }
}

/// A regular expression of the language as `grep -E` reads it in the locale `C`.
pub fn extended(pattern: &str) -> Vec<u8> {
    // The gate lets no other pass; one that could would match nothing.
    Pattern::parse(pattern).map_or_else(|_| b"$x".to_vec(), |read| read.extended().to_vec())
}

/// What jq is asked whether a value in its input holds against `$value`: numbers are compared as numbers.
pub fn jq_program(path: &str, sign: &str) -> String {
    let path = jq_path(path);
    format!(
        "{path} as $found | ($value | tonumber? // $value) as $wanted \
         | if ([$found, $wanted] | map(type) | unique) == [\"number\"] then $found {sign} $wanted \
         else ($found | tostring) {sign} $value end"
    )
}

/// `$.a.b-c[0]` as jq reads it: `.["a"]["b-c"][0]`.
fn jq_path(path: &str) -> String {
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
