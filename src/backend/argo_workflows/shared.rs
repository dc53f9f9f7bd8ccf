//! Templates that many tasks use: to ask, to refuse, to tell, to wait, to remember.

use serde_json::{Value, json};

use super::Builder;
use super::library::Task;

/// Where a container keeps what the workflow reads of it.
pub const KEPT: &str = "/tmp/deployc";

/// The names of templates that many tasks use: no node's template takes one.
pub const NAMES: &[&str] = &[
    "abort",
    "agree",
    "ask",
    "decide-the-way-back",
    "end-watch",
    "give-up",
    "pause",
    "pod-hashes",
    "refuse",
    "remember",
    "rollout-waits",
    "seconds-until",
    "stop",
    "suspend",
    "tell",
    "until",
    "which-way-back",
];

/// What the rollback is until something says it.
pub const UNSAID: &str = "unsaid";

/// The name under which the workflow remembers which rollback is taken.
pub const WAY_BACK: &str = "way-back";

impl Builder<'_> {
    /// The image in which commands run.
    pub fn image(&self) -> String {
        self.own("shell-image")
    }

    /// The value of a parameter of ours, whatever it had to be called.
    pub fn own(&self, name: &str) -> String {
        format!("{{{{workflow.parameters.{}}}}}", self.own_name(name))
    }

    /// The name of a parameter of ours: another one where the spec has a parameter of that name.
    pub fn own_name(&self, name: &str) -> String {
        let mut free = name.to_owned();
        while self
            .plan
            .parameters
            .iter()
            .any(|parameter| parameter.name == free)
        {
            free.insert_str(0, "deployc-");
        }
        free
    }

    /// Asks a person, and goes on only with a yes.
    pub fn agree(&mut self, node: &str, question: &str) -> Task {
        self.shared("ask", ask);
        self.refuse_template();
        self.shared("agree", |_| agree());
        Task::of("agree")
            .with("node", node)
            .with("question", question)
    }

    /// Fails with a reason.
    pub fn refuse(&mut self, node: &str, why: &str) -> Task {
        self.refuse_template();
        Task::of("refuse").with("node", node).with("why", why)
    }

    fn refuse_template(&mut self) {
        self.shared("refuse", |builder| {
            json!({
                "inputs": inputs(&["node", "why"]),
                "script": {
                    "image": builder.image(),
                    "command": ["bash", "-e"],
                    "env": [{ "name": "WHY", "value": "{{inputs.parameters.why}}" }],
                    "source": "printf '%s\\n' \"$WHY\" >&2\nexit 1\n",
                },
            })
        });
    }

    /// Tells somebody something.
    pub fn tell(&mut self, node: &str, to: &str, text: &str) -> Task {
        self.shared("tell", tell);
        Task::of("tell")
            .with("node", node)
            .with("to", to)
            .with("text", text)
    }

    /// Waits for so many seconds.
    pub fn pause(&mut self, node: &str, seconds: i64) -> Task {
        self.shared("pause", |_| pause());
        Task::of("pause")
            .with("node", node)
            .with("duration", super::go_duration(seconds.max(1)))
    }

    /// Waits until so many seconds after `T`.
    pub fn until(&mut self, node: &str, offset: i64) -> Task {
        self.shared("pause", |_| pause());
        self.shared("seconds-until", seconds_until);
        self.shared("until", |_| until());
        Task::of("until")
            .with("node", node)
            .with("offset", offset.to_string())
    }

    /// Remembers which rollback is taken.
    pub fn remember(&mut self, way: &str) -> Task {
        self.shared("remember", remember);
        Task::of("remember").with("way", way)
    }

    /// Remembers which rollback is taken, and fails.
    pub fn give_up(&mut self, node: &str, way: &str, why: &str) -> Task {
        self.shared("remember", remember);
        self.refuse_template();
        self.shared("give-up", |_| give_up());
        Task::of("give-up")
            .with("node", node)
            .with("way", way)
            .with("why", why)
    }

    fn shared(&mut self, name: &str, body: impl FnOnce(&Self) -> Value) {
        if self.shared.contains_key(name) {
            return;
        }
        let body = body(self);
        debug_assert!(NAMES.contains(&name), "{name} is kept");
        self.shared.insert(name.to_owned(), body);
    }

    /// A template that many tasks may use, under its own name.
    pub fn offer(&mut self, name: &str, body: Value) {
        debug_assert!(NAMES.contains(&name), "{name} is kept");
        self.shared.entry(name.to_owned()).or_insert(body);
    }
}

/// Inputs without a value.
pub fn inputs(names: &[&str]) -> Value {
    let parameters: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    json!({ "parameters": parameters })
}

/// One step after the other.
pub fn steps(tasks: &[(&str, Task)]) -> Value {
    Value::Array(
        tasks
            .iter()
            .map(|(name, task)| json!([task.value(name, "")]))
            .collect(),
    )
}

fn agree() -> Value {
    json!({
        "inputs": inputs(&["node", "question"]),
        "steps": steps(&[
            (
                "ask",
                Task::of("ask")
                    .with("node", "{{inputs.parameters.node}}")
                    .with("question", "{{inputs.parameters.question}}"),
            ),
            (
                "refused",
                Task::of("refuse")
                    .with("node", "{{inputs.parameters.node}}")
                    .with("why", "the answer was no")
                    .only("{{=steps.ask.outputs.parameters.answer != 'yes'}}"),
            ),
        ]),
    })
}

/// A plain `argo resume` without an answer is refused: the output has no default.
fn ask(_: &Builder<'_>) -> Value {
    json!({
        "inputs": { "parameters": [
            { "name": "node" },
            { "name": "question" },
            { "name": "answer", "default": "no", "enum": ["yes", "no"], "description": "yes goes on; no stops here" },
        ]},
        "outputs": { "parameters": [
            { "name": "answer", "valueFrom": { "supplied": {} } },
        ]},
        "suspend": {},
    })
}

fn pause() -> Value {
    json!({
        "inputs": inputs(&["node", "duration"]),
        "suspend": { "duration": "{{inputs.parameters.duration}}" },
    })
}

fn until() -> Value {
    json!({
        "inputs": inputs(&["node", "offset"]),
        "steps": steps(&[
            ("seconds", Task::of("seconds-until").with("offset", "{{inputs.parameters.offset}}")),
            (
                "wait",
                Task::of("pause")
                    .with("node", "{{inputs.parameters.node}}")
                    .with("duration", "{{steps.seconds.outputs.result}}"),
            ),
        ]),
    })
}

fn seconds_until(builder: &Builder<'_>) -> Value {
    json!({
        "inputs": inputs(&["offset"]),
        "script": {
            "image": builder.image(),
            "command": ["bash", "-e"],
            "env": [
                { "name": "START", "value": builder.own("start") },
                { "name": "OFFSET", "value": "{{inputs.parameters.offset}}" },
            ],
            "source": "left=$((START + OFFSET - $(date +%s)))\nif [ \"$left\" -lt 1 ]; then left=1; fi\necho \"$left\"\n",
        },
    })
}

fn remember(builder: &Builder<'_>) -> Value {
    json!({
        "inputs": inputs(&["way"]),
        "outputs": { "parameters": [
            { "name": "way", "valueFrom": { "path": format!("{KEPT}/way") }, "globalName": WAY_BACK },
        ]},
        "script": {
            "image": builder.image(),
            "command": ["bash", "-e"],
            "env": [{ "name": "WAY", "value": "{{inputs.parameters.way}}" }],
            "source": format!("mkdir -p {KEPT}\nprintf '%s' \"$WAY\" >{KEPT}/way\n"),
        },
    })
}

fn give_up() -> Value {
    json!({
        "inputs": inputs(&["node", "way", "why"]),
        "steps": steps(&[
            ("remember", Task::of("remember").with("way", "{{inputs.parameters.way}}")),
            (
                "fail",
                Task::of("refuse")
                    .with("node", "{{inputs.parameters.node}}")
                    .with("why", "{{inputs.parameters.why}}"),
            ),
        ]),
    })
}

fn tell(builder: &Builder<'_>) -> Value {
    let source = "\
printf '%s: %s\\n' \"$TO\" \"$TEXT\"
if [ -n \"$URL\" ]; then
  jq -n --arg to \"$TO\" --arg text \"$TEXT\" '{to: $to, text: $text}' |
    curl -fsS --max-time 30 -H 'content-type: application/json' --data @- \"$URL\"
fi
";
    json!({
        "inputs": inputs(&["node", "to", "text"]),
        "script": {
            "image": builder.image(),
            "command": ["bash", "-e", "-o", "pipefail"],
            "env": [
                { "name": "URL", "value": builder.own("notify-url") },
                { "name": "TO", "value": "{{inputs.parameters.to}}" },
                { "name": "TEXT", "value": "{{inputs.parameters.text}}" },
            ],
            "source": source,
        },
    })
}
