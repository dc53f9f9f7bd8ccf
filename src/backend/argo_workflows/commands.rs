//! Commands as scripts: their environment, what they must give, what is kept of them.
//!
//! A command is never put together from values: they are in its environment. A text that Argo or
//! Kubernetes would read templates in is written so that they find none.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::Builder;
use super::library::Task;
use super::shared::KEPT;
use super::words::{filled, is_read};
use crate::backend::Fidelity;
use crate::backend::kubernetes::dns_label;
use crate::plan::{
    Attempts, Command, Effect, Expectation, Language, Node, Quantity, Text, ValueOrigin, Work,
};

/// How often a command is tried where nothing says it, in seconds.
pub const PAUSE: i64 = 10;

/// What is asked of a command besides its exit code, and what is kept of it.
#[derive(Default)]
struct Asked<'a> {
    expect: &'a [Expectation],
    capture: Option<&'a str>,
    /// The name under which it is remembered that it was done.
    done: Option<String>,
}

impl<'a> Builder<'a> {
    /// A `run`.
    pub fn run(&mut self, node: &'a Node) -> Task {
        let Work::Run {
            command,
            expect,
            attempts,
            capture,
            effect,
            probe: _,
        } = &node.work
        else {
            return Task::of("begin");
        };
        let name = self.library.take(&node.id);
        let done = match effect {
            Effect::Undo { undo } if self.undoable.contains(node.id.as_str()) => {
                let done = self.global(&format!("done-{}", node.id), "no");
                let takes_back = self.library.take(&format!("{}/undo", node.id));
                let mut body = self.script(undo, &Asked::default());
                body.insert("retryStrategy".to_owned(), json!({ "limit": "2" }));
                self.library
                    .put(&takes_back, &[&node.id], Value::Object(body));
                self.undos
                    .insert(&node.id, (done.clone(), Task::of(takes_back)));
                Some(done)
            }
            Effect::Undo { .. }
            | Effect::Undeclared
            | Effect::ReadsOnly
            | Effect::Idempotent
            | Effect::Irreversible { .. } => None,
        };
        let mut body = Map::new();
        if let Some(within) = &node.within {
            body.insert(
                "activeDeadlineSeconds".to_owned(),
                json!(within.whole_seconds().max(1)),
            );
        }
        if let Some(attempts) = attempts {
            body.insert("retryStrategy".to_owned(), again(attempts));
        }
        let capture = capture.as_deref();
        if let Some(capture) = capture {
            self.captures.add(capture);
        }
        body.extend(self.script(
            command,
            &Asked {
                expect,
                capture,
                done,
            },
        ));
        self.library.put(&name, &[&node.id], Value::Object(body));
        self.fate(node, Fidelity::Exact);
        Task::of(name)
    }

    /// A `wait … for` a command.
    pub fn wait_until(
        &mut self,
        node: &'a Node,
        command: &Command,
        every: Option<&Quantity>,
    ) -> Task {
        let name = self.library.take(&node.id);
        let pause = every.map_or(PAUSE, Quantity::whole_seconds).max(1);
        let mut body = Map::new();
        if let Some(within) = &node.within {
            body.insert(
                "activeDeadlineSeconds".to_owned(),
                json!(within.whole_seconds().max(1)),
            );
        }
        let mut source = self.exports(command);
        source.push_str(&written(&command.text));
        let _ = writeln!(
            source,
            "until {} </dev/null; do sleep {pause}; done",
            run(&command.language)
        );
        body.extend(self.container(command, &[], &["bash", "-e"], source));
        self.library.put(&name, &[&node.id], Value::Object(body));
        Task::of(name)
    }

    fn script(&mut self, command: &Command, asked: &Asked<'_>) -> Map<String, Value> {
        let exports = self.exports(command);
        let plain = asked.expect.is_empty()
            && asked.capture.is_none()
            && asked.done.is_none()
            && exports.is_empty()
            && is_bash(&command.language)
            && !is_read(&command.text);
        if plain {
            return self.container(command, &[], &["bash", "-e"], lines(&command.text));
        }
        let mut source = exports;
        source.push_str(&written(&command.text));
        source.push_str("status=0\n");
        let _ = writeln!(
            source,
            "{} </dev/null 2>{KEPT}/errors | tee {KEPT}/output || status=${{PIPESTATUS[0]}}\ncat {KEPT}/errors >&2",
            run(&command.language)
        );
        let exit = asked.expect.iter().rev().find_map(|one| match one {
            Expectation::Exit { code } => Some(*code),
            Expectation::Contains { .. }
            | Expectation::Matches { .. }
            | Expectation::Json { .. } => None,
        });
        let exit = exit.unwrap_or(0);
        let _ = writeln!(
            source,
            "if [ \"$status\" -ne {exit} ]; then\n  echo \"it ended with exit code $status instead of {exit}\" >&2\n  exit 1\nfi"
        );
        source.push_str(&self.expectations(asked.expect));
        if asked.done.is_some() {
            let _ = writeln!(source, "printf yes >{KEPT}/done");
        }
        if asked.capture.is_some() {
            let _ = writeln!(
                source,
                "kept=$(cat {KEPT}/output)\nprintf '%s' \"$kept\" >{KEPT}/kept"
            );
        }
        let mut outputs = Vec::new();
        if let Some(done) = &asked.done {
            outputs.push(json!({
                "name": "done",
                "valueFrom": { "path": format!("{KEPT}/done"), "default": "no" },
                "globalName": done,
            }));
        }
        if let Some(capture) = asked.capture {
            outputs.push(json!({
                "name": "kept",
                "valueFrom": { "path": format!("{KEPT}/kept"), "default": "" },
                "globalName": capture,
            }));
        }
        let mut body = Map::new();
        if !outputs.is_empty() {
            body.insert("outputs".to_owned(), json!({ "parameters": outputs }));
        }
        body.extend(self.container(
            command,
            asked.expect,
            &["bash", "-e", "-o", "pipefail"],
            source,
        ));
        body
    }

    fn container(
        &self,
        command: &Command,
        expect: &[Expectation],
        interpreter: &[&str],
        source: String,
    ) -> Map<String, Value> {
        let mut script = Map::new();
        script.insert("image".to_owned(), json!(self.image()));
        script.insert("command".to_owned(), json!(interpreter));
        let mut environment = self.environment(command);
        environment.extend(self.values_in(command, expect));
        if !environment.is_empty() {
            script.insert("env".to_owned(), json!(environment));
        }
        script.insert("source".to_owned(), json!(source));
        let mut body = Map::new();
        body.insert("script".to_owned(), Value::Object(script));
        body
    }

    /// The variables of a command that a container gets as such.
    fn environment(&self, command: &Command) -> Vec<Value> {
        command
            .environment
            .iter()
            .filter_map(|(variable, origin)| match origin {
                ValueOrigin::Value(value) if is_read(value) => None,
                ValueOrigin::Value(value) => Some(json!({ "name": variable, "value": value })),
                ValueOrigin::Text(_) => None,
                ValueOrigin::Parameter(of) | ValueOrigin::Capture(of) => {
                    Some(json!({ "name": variable, "value": self.value_of(of) }))
                }
                ValueOrigin::Secret(of) => Some(json!({
                    "name": variable,
                    "valueFrom": { "secretKeyRef": { "name": dns_label(of), "key": "value" } },
                })),
            })
            .collect()
    }

    /// The variables whose values something on the way would read: the script makes them itself. And a
    /// look whether there is what a person should have filled in: a rollback may begin before that.
    fn exports(&self, command: &Command) -> String {
        let mut out = String::new();
        for (variable, origin) in command.environment.iter() {
            if let ValueOrigin::Capture(of) = origin
                && self.only_recorded(of)
                && !looks_itself(&command.text, variable)
            {
                let _ = writeln!(
                    out,
                    "if [ -z \"${variable}\" ]; then echo 'nobody has filled in {variable}' >&2; exit 1; fi"
                );
            }
            match origin {
                ValueOrigin::Value(value) if is_read(value) => {
                    let _ = writeln!(out, "export {variable}={}", quoted(value));
                }
                ValueOrigin::Text(text) => {
                    let _ = writeln!(out, "export {variable}={}", self.word(text));
                }
                ValueOrigin::Value(_)
                | ValueOrigin::Parameter(_)
                | ValueOrigin::Capture(_)
                | ValueOrigin::Secret(_) => {}
            }
        }
        out
    }

    /// Whether people alone make a value: what a command prints may well be empty.
    fn only_recorded(&self, name: &str) -> bool {
        self.sentences
            .makers_of(name)
            .iter()
            .all(|maker| matches!(maker.work, Work::Record { .. }))
    }

    /// A text with the values of parameters and captured outputs in it.
    pub fn text(&self, text: &Text) -> String {
        filled(text, |name| self.value_of(name))
    }

    /// The value of a parameter or captured output, as Argo fills it in.
    pub fn value_of(&self, name: &str) -> String {
        if self.is_parameter(name) {
            format!("{{{{workflow.parameters.{name}}}}}")
        } else if self.known_captures.contains(name) {
            format!("{{{{workflow.outputs.parameters.{name}}}}}")
        } else {
            format!("{{{name}}}")
        }
    }

    /// A name under which the whole workflow keeps something, and what it is at first.
    pub fn global(&mut self, wanted: &str, first: &str) -> String {
        let name = super::library::name_of(wanted);
        let mut free = name.clone();
        let mut number = 2;
        while self.globals.has(&free) || self.known_captures.contains(free.as_str()) {
            free = format!("{name}-{number}");
            number += 1;
        }
        self.keep(&free, first);
        free
    }

    /// Keeps something for the whole workflow under a name that is free.
    pub fn keep(&mut self, name: &str, first: &str) {
        if self.globals.add(name) {
            self.firsts.push(first.to_owned());
        }
    }
}

/// Further attempts, as Argo makes them.
pub fn again(attempts: &Attempts) -> Value {
    let pause = attempts
        .every
        .as_ref()
        .map_or(PAUSE, Quantity::whole_seconds);
    json!({
        "limit": attempts.retries.to_string(),
        "retryPolicy": "Always",
        "backoff": { "duration": super::go_duration(pause.max(1)) },
    })
}

/// Whether a script says itself what happens where a variable is empty: `${NAME:-otherwise}`.
fn looks_itself(text: &str, variable: &str) -> bool {
    text.split("${").skip(1).any(|behind| {
        behind
            .strip_prefix(variable)
            .is_some_and(|rest| rest.starts_with([':', '-', '+', '?']))
    })
}

/// Whether the shell of the image reads a language as it stands.
fn is_bash(language: &str) -> bool {
    matches!(language, "sh" | "bash" | "")
}

/// What runs the text that was written into a file.
fn run(language: &str) -> String {
    match Language::of(language) {
        Some(language) if !is_bash(language.word) => {
            format!("{} \"$(cat {KEPT}/command)\"", language.program.join(" "))
        }
        Some(_) | None => format!("bash -e {KEPT}/command"),
    }
}

fn lines(text: &str) -> String {
    format!("{}\n", text.trim_end_matches('\n'))
}

/// Lines of a script that write a text into a file as it is.
fn written(text: &str) -> String {
    let mut end = "END".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    if !is_read(text) {
        return format!(
            "mkdir -p {KEPT}\ncat >{KEPT}/command <<'{end}'\n{}{end}\n",
            lines(text)
        );
    }
    // Behind each of the signs that somebody on the way would read stands a `~`, until it is here.
    let mut marked = String::with_capacity(text.len());
    for letter in text.chars() {
        marked.push(letter);
        if matches!(letter, '{' | '$') {
            marked.push('~');
        }
    }
    format!(
        "mkdir -p {KEPT}\nsed 's/\\([{{$]\\)~/\\1/g' >{KEPT}/command <<'{end}'\n{}{end}\n",
        lines(&marked)
    )
}

/// A text as one word of bash, of which nobody reads anything but the letters.
pub fn quoted(text: &str) -> String {
    if !text.contains(['\'', '\n', '\t', '\r', '\\']) && !is_read(text) {
        return format!("'{text}'");
    }
    let mut out = String::from("$'");
    for letter in text.chars() {
        match letter {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '{' => out.push_str("\\x7b"),
            '$' => out.push_str("\\x24"),
            letter => out.push(letter),
        }
    }
    out.push('\'');
    out
}
