//! Nodes as items of a list: a box to tick, a blank to fill in, a command to run.
//! A new kind of node must be given words here: no match on the kind of work has a wildcard.

#![warn(clippy::wildcard_enum_match_arm)]

use serde_json::{Value, json};

use super::Renderer;
use super::inline::{anchor, code, fence, hang, prose, text, words};
use super::sentences::{bound, range_words};
use crate::plan::{Condition, Effect, Interval, Node, Target, ValueType, WaitFor, Work};

impl Renderer<'_> {
    /// The items of several nodes, one below the other.
    pub fn items(&self, nodes: &[Node]) -> Result<String, String> {
        let mut out = String::new();
        for node in nodes {
            let item = self.item(node)?;
            if item.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&item);
        }
        Ok(out)
    }

    /// One node as an item; its children stand below it, moved to the right.
    pub fn item(&self, node: &Node) -> Result<String, String> {
        let mut parts = self.parts(node)?;
        let inner: Vec<&Node> = node.children.iter().collect();
        let mut below = String::new();
        for child in inner {
            let item = self.item(child)?;
            if !item.is_empty() {
                if !below.is_empty() {
                    below.push('\n');
                }
                below.push_str(&item);
            }
        }
        let tick = match parts.get("box").and_then(Value::as_bool) {
            Some(true) if node.done => "[x] ",
            Some(true) => "[ ] ",
            _ => "",
        };
        parts["tick"] = json!(tick);
        parts["anchor"] = json!(anchor(&node.id));
        parts["about"] = json!(self.about(node));
        parts["children"] = json!(below);
        if !node.otherwise.is_empty() {
            parts["otherwise"] = json!(self.say.actions(&node.otherwise));
        }
        let body = self.render("item", &parts)?;
        let body: Vec<&str> = body.trim().lines().map(str::trim_end).collect();
        Ok(format!("- {}", hang(&body.join("\n"), 2)))
    }

    /// When, by whom and on what condition, as a list of phrases.
    pub fn about(&self, node: &Node) -> Vec<String> {
        let mut about = Vec::new();
        if let Some(at) = &node.at {
            about.push(format!("at {}", self.say.when(at)));
        }
        if let Some(window) = &node.window {
            about.push(format!("from {}", self.say.window(window)));
        }
        if let Some(due) = &node.due {
            about.push(format!("due {}", self.say.when(due)));
        }
        if let Some(takes) = &node.takes {
            about.push(format!("takes {}", range_words(takes)));
        }
        if let Some(within) = &node.within {
            about.push(format!("within {within}"));
        }
        if let Some(until) = &node.valid_until {
            about.push(format!("until {}", self.say.when(until)));
        }
        if !node.owners.is_empty() {
            about.push(format!("by {}", self.say.roles(&node.owners)));
        }
        if let Some(condition) = &node.condition {
            about.push(format!("if {}", self.say.condition(condition)));
        }
        if !node.after.is_empty() {
            let after: Vec<String> = node
                .after
                .iter()
                .map(|id| match id.as_str() {
                    "rollback" => "a rollback".to_owned(),
                    id => self.say.link(id),
                })
                .collect();
            about.push(format!("after {}", super::sentences::and(after)));
        }
        if let Some(status) = &node.status {
            about.push(words(status));
        }
        about
    }

    /// What the template of an item needs, by the kind of node.
    fn parts(&self, node: &Node) -> Result<Value, String> {
        let title = text(&node.title);
        let named = |fallback: &str| -> String {
            if title.is_empty() {
                fallback.to_owned()
            } else {
                title.clone()
            }
        };
        // A title and what it asks for: "Error rate: [Error rate] < 1%".
        let asked = |holds: &Option<Condition>| -> String {
            match (holds, title.is_empty()) {
                (None, _) => named(&words(&node.label())),
                (Some(condition), true) => self.say.condition(condition),
                (Some(condition), false) => format!("{title}: {}", self.say.condition(condition)),
            }
        };
        let parts = match &node.work {
            Work::Check { holds } | Work::Require { holds } => {
                json!({ "box": true, "line": asked(holds) })
            }
            Work::When { holds } | Work::Bound { holds } => json!({ "line": asked(holds) }),
            Work::Run {
                command,
                expect,
                attempts,
                capture,
                effect,
                ..
            } => {
                let mut facts = self.say.about_command(
                    command,
                    expect,
                    effect,
                    attempts.as_ref(),
                    capture.as_deref(),
                );
                let mut blocks = vec![fence(&command.text, &command.language)];
                if let Effect::Undo { undo } = effect
                    && undo.text.contains('\n')
                {
                    facts.push("Undo:".to_owned());
                    blocks.push(fence(&undo.text, &undo.language));
                }
                json!({
                    "box": true,
                    "line": named("Run"),
                    "code": blocks.remove(0),
                    "facts": facts,
                    "undo": blocks.pop(),
                })
            }
            Work::Lookup { command } => json!({
                "line": named("Command"),
                "code": fence(&command.text, &command.language),
            }),
            Work::Shift { service, share } => {
                let move_ = format!(
                    "Move **{share}** of the traffic of {} to the new version",
                    self.say.service(service)
                );
                json!({ "box": true, "line": with_title(&title, &move_) })
            }
            Work::Switch { service, colour } => {
                let move_ = format!(
                    "Switch all traffic of {} to **{}**",
                    self.say.service(service),
                    words(colour)
                );
                json!({ "box": true, "line": with_title(&title, &move_) })
            }
            Work::Scale { service, replicas } => {
                let move_ = format!("Scale {} to **{replicas}**", self.say.service(service));
                json!({ "box": true, "line": with_title(&title, &move_) })
            }
            Work::Hold { length, holds } => {
                let hold = format!("Hold for **{}**", range_words(length));
                let conditions: Vec<String> = match holds {
                    None => Vec::new(),
                    Some(Condition::All { of }) => {
                        of.iter().map(|one| self.say.condition(one)).collect()
                    }
                    Some(one) => vec![self.say.condition(one)],
                };
                json!({ "box": true, "line": with_title(&title, &hold), "while": conditions })
            }
            Work::Approve { roles, quorum, not } => {
                let who = match quorum {
                    Some(quorum) => format!("{quorum} of {}", self.say.roles(roles)),
                    None => self.say.roles(roles),
                };
                let mut line =
                    format!("{}: {who} ____________ (date: ________)", named("Approval"));
                if !not.is_empty() {
                    line.push_str(&format!(", not {}", self.say.roles(not)));
                }
                json!({ "box": true, "line": line })
            }
            Work::Record {
                value,
                unit,
                target,
            } => {
                let blank = match value {
                    ValueType::Number => {
                        format!("________ {}", words(unit.as_deref().unwrap_or_default()))
                    }
                    ValueType::Text => "________________".to_owned(),
                    ValueType::Date => "____-__-__".to_owned(),
                    ValueType::Time => "__:__".to_owned(),
                    ValueType::YesNo => "☐ yes ☐ no".to_owned(),
                    ValueType::Person => "____________ (name)".to_owned(),
                    ValueType::Choice(choices) => choices
                        .iter()
                        .map(|choice| format!("☐ {}", words(choice)))
                        .collect::<Vec<_>>()
                        .join(" "),
                };
                let target = match target {
                    None => String::new(),
                    Some(Target::Compare { comparator, value }) => format!(
                        " (target {})",
                        bound(&crate::plan::Bound::Compare {
                            comparator: *comparator,
                            value: value.clone()
                        })
                    ),
                    Some(Target::Between { range }) => format!(" (target {})", range_words(range)),
                };
                json!({ "box": true, "line": format!("{}: {}{target}", named("Record"), blank.trim()) })
            }
            Work::Every { interval } => {
                let often = match interval {
                    Interval::Period(period) => format!("**Every {period}**"),
                    Interval::Event(event) => format!("**At each: {}**", text(event)),
                };
                json!({ "line": with_title(&title, &often) })
            }
            Work::Watch { metrics, things } => {
                let mut all: Vec<String> = metrics
                    .iter()
                    .map(|metric| self.say.metric(metric))
                    .collect();
                all.extend(things.iter().map(text));
                json!({ "line": format!("Keep an eye on {}", super::sentences::and(all)) })
            }
            Work::Choose => {
                json!({ "line": format!("**Exactly one of these** {}", match title.is_empty() {
                true => String::new(),
                false => format!("({title})"),
            }) })
            }
            Work::Option => {
                json!({ "box": true, "line": format!("**{}**", named(&words(&node.label()))) })
            }
            Work::Wait { until, every } => {
                let mut block = None;
                let wait = match until {
                    WaitFor::Time(time) => format!("Wait until **{}**", self.say.when(time)),
                    WaitFor::Length(length) => format!("Wait **{length}**"),
                    WaitFor::Event(event) => format!("Wait for: {}", text(event)),
                    WaitFor::Command(command) => {
                        block = Some(fence(&command.text, &command.language));
                        match every {
                            Some(every) => format!("Wait until this succeeds; try every {every}"),
                            None => "Wait until this succeeds".to_owned(),
                        }
                    }
                };
                json!({ "box": true, "line": with_title(&title, &wait), "code": block })
            }
            Work::Notify { notice, every } => {
                let mut line = capital(&self.say.notice(notice));
                if let Some(every) = every {
                    line.push_str(&format!(", every {every}"));
                }
                json!({ "box": true, "line": line })
            }
            Work::Note { markdown } => {
                let words = prose(markdown);
                // A fence, list or table begins a line of its own.
                let block = words.starts_with(['`', '~', '-', '*', '+', '|', '>'])
                    || words.starts_with(|first: char| first.is_ascii_digit());
                json!({ "line": if block { format!("\n\n{words}") } else { words } })
            }
            Work::Act { actions } => {
                json!({ "box": true, "line": capital(&self.say.actions(actions)) })
            }
            Work::Else => json!({ "line": "**If this fails:**" }),
            Work::Link { address } => {
                let target = address.to_string();
                let line = match target.is_empty() {
                    true => named("Link"),
                    false => format!("{}: {}", named("Link"), code(&target)),
                };
                json!({ "line": line })
            }
            Work::File { path } => {
                let line = match path.is_empty() {
                    true => named("File"),
                    false => format!("{}: {}", named("File"), code(&path.to_string())),
                };
                json!({ "line": line })
            }
            Work::Backup { of, every, keep } => {
                let mut line = named(&capital(&words(of)));
                if let Some(every) = every {
                    line.push_str(&format!(", every {every}"));
                }
                if let Some(keep) = keep {
                    line.push_str(&format!(", kept {keep}"));
                }
                json!({ "line": line })
            }
            Work::Objective {
                objective,
                comparator,
                value,
            } => json!({ "line": format!(
                "{}: {}",
                named(&words(&objective.to_uppercase())),
                bound(&crate::plan::Bound::Compare { comparator: *comparator, value: value.clone() })
            ) }),
            Work::Freeze { from, to } => json!({ "line": format!(
                "{}: nothing may start from {} to {}",
                named("Freeze"), words(&from.to_string()), words(&to.to_string())
            ) }),
            Work::Severity { then } | Work::Alert { then, .. } => json!({
                "line": format!("**{}**", named(&words(&node.label()))),
                "otherwise_then": self.say.actions(then),
            }),
            Work::Phase
            | Work::Gate
            | Work::Group { .. }
            | Work::Rollback
            | Work::Procedure
            | Work::Monitor
            | Work::Baseline { .. }
            | Work::Success
            | Work::Failure
            | Work::Escalation
            | Work::Escalate { .. }
            | Work::Reference
            | Work::Test { .. } => json!({
                "box": matches!(node.work, Work::Phase | Work::Gate | Work::Group { .. }),
                "line": format!("**{}**", named(&words(&node.label()))),
            }),
        };
        let mut whole = json!({
            "box": false, "line": "", "code": null, "undo": null, "facts": [], "while": [],
            "otherwise": null, "otherwise_then": null,
        });
        if let (Value::Object(whole), Value::Object(parts)) = (&mut whole, parts) {
            whole.extend(parts);
        }
        Ok(whole)
    }
}

fn with_title(title: &str, line: &str) -> String {
    if title.is_empty() {
        line.to_owned()
    } else {
        format!("{title}: {}", uncapital(line))
    }
}

/// The sentence with a capital letter.
pub fn capital(line: &str) -> String {
    let mut letters = line.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}

fn uncapital(line: &str) -> String {
    let mut letters = line.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().collect::<String>() + letters.as_str(),
        None => String::new(),
    }
}
