//! What people do in a workflow: approve, fill in, be told.

use serde_json::json;

use super::Builder;
use super::library::Task;
use super::shared::{KEPT, steps};
use super::words::{safe, safe_value, safe_variables};
use crate::backend::Fidelity;
use crate::plan::{Node, Notice, Piece, Target, Text, ValueType};

impl<'a> Builder<'a> {
    /// A person's yes: names are typed in, and a script looks whether they are enough.
    pub fn approve(
        &mut self,
        node: &'a Node,
        roles: &[String],
        quorum: Option<u32>,
        not: &[String],
    ) -> Task {
        self.fate(
            node,
            Fidelity::approximate(
                "names are typed in, and nothing proves who typed them: who may resume is a matter of RBAC",
            ),
        );
        let titles: Vec<String> = roles
            .iter()
            .map(|role| safe(&self.sentences.role(role)))
            .collect();
        // One name for each yes that is needed.
        let wanted: Vec<(String, String)> = match quorum {
            None => titles
                .iter()
                .enumerate()
                .map(|(index, title)| (format!("approver-{}", index + 1), title.clone()))
                .collect(),
            Some(quorum) => (1..=quorum.max(1))
                .map(|index| {
                    (
                        format!("approver-{index}"),
                        format!("one of {}", titles.join(", ")),
                    )
                })
                .collect(),
        };
        let excluded: Vec<String> = not
            .iter()
            .map(|role| match role.as_str() {
                "author" => "who wrote what is approved".to_owned(),
                role => safe(&self.sentences.role(role)),
            })
            .collect();
        let mut question = self.question(node);
        if !excluded.is_empty() {
            question.push_str(&format!(" (not by {})", excluded.join(", ")));
        }
        // Who may not is named, too, so that the names can be compared.
        let barred: Vec<(String, String)> = excluded
            .into_iter()
            .enumerate()
            .map(|(index, who)| (format!("barred-{}", index + 1), who))
            .collect();
        let name = self.library.take(&node.id);
        let ask = self.library.take(&format!("{}/ask", node.id));
        let look = self.library.take(&format!("{}/names", node.id));
        let answer = if node.within.is_some() {
            // Time is up without an answer: the answer is no.
            json!({ "supplied": {}, "default": "no" })
        } else {
            json!({ "supplied": {} })
        };
        let mut inputs = vec![
            json!({ "name": "question", "value": question }),
            json!({ "name": "answer", "default": "no", "enum": ["yes", "no"] }),
        ];
        let mut outputs = vec![json!({ "name": "answer", "valueFrom": answer })];
        let mut environment = vec![json!({
            "name": "ANSWER", "value": "{{inputs.parameters.answer}}",
        })];
        let mut needed = vec![json!({ "name": "answer" })];
        let mut check = Task::of(&*look).with("answer", "{{steps.ask.outputs.parameters.answer}}");
        let (mut approvers, mut others) = (String::new(), String::new());
        for (parameter, role) in wanted.iter().chain(&barred) {
            inputs.push(json!({ "name": parameter, "default": "", "description": format!("the name of {role}") }));
            outputs
                .push(json!({ "name": parameter, "valueFrom": { "supplied": {}, "default": "" } }));
            needed.push(json!({ "name": parameter }));
            let variable = parameter.to_uppercase().replace('-', "_");
            let names = match parameter.starts_with("barred") {
                true => &mut others,
                false => &mut approvers,
            };
            names.push_str(&format!(" \"${variable}\""));
            environment.push(json!({
                "name": variable,
                "value": format!("{{{{inputs.parameters.{parameter}}}}}"),
            }));
            check = check.with(
                &**parameter,
                format!("{{{{steps.ask.outputs.parameters.{parameter}}}}}"),
            );
        }
        let suspend = match &node.within {
            Some(within) => {
                json!({ "duration": super::go_duration(within.whole_seconds().max(1)) })
            }
            None => json!({}),
        };
        self.library.put(
            &ask,
            &[&node.id],
            json!({
                "inputs": { "parameters": inputs },
                "outputs": { "parameters": outputs },
                "suspend": suspend,
            }),
        );
        let distinct = if quorum.is_some() { "yes" } else { "no" };
        let mut source = format!(
            "if [ \"$ANSWER\" != yes ]; then echo 'the answer was no' >&2; exit 1; fi\n\
             mkdir -p {KEPT}\n\
             printf '%s\\n'{approvers} | sed 's/^[[:space:]]*//; s/[[:space:]]*$//' >{KEPT}/names\n\
             if grep -q '^$' {KEPT}/names; then echo 'a name is missing' >&2; exit 1; fi\n\
             if [ {distinct} = yes ] && [ -n \"$(sort {KEPT}/names | uniq -d)\" ]; then echo 'a name stands twice' >&2; exit 1; fi\n"
        );
        if !others.is_empty() {
            source.push_str(&format!(
                "printf '%s\\n'{others} | sed 's/^[[:space:]]*//; s/[[:space:]]*$//' >{KEPT}/barred\n\
                 if grep -q '^$' {KEPT}/barred; then echo 'the name of who may not approve is missing' >&2; exit 1; fi\n\
                 if grep -Fxiqf {KEPT}/barred {KEPT}/names; then echo 'somebody approves who may not' >&2; exit 1; fi\n"
            ));
        }
        self.library.put(
            &look,
            &[&node.id],
            json!({
                "inputs": { "parameters": needed },
                "script": {
                    "image": self.image(),
                    "command": ["bash", "-e"],
                    "env": environment,
                    "source": source,
                },
            }),
        );
        self.library.put(
            &name,
            &[&node.id],
            json!({ "steps": steps(&[("ask", Task::of(ask)), ("names", check)]) }),
        );
        Task::of(name)
    }

    /// A blank that a person fills in. What it should be is said beside it, as in the runbook.
    pub fn record(
        &mut self,
        node: &'a Node,
        value: &ValueType,
        unit: Option<&str>,
        target: Option<&Target>,
        capture: Option<&'a str>,
    ) -> Task {
        let fate = match (value, capture) {
            (ValueType::Number | ValueType::Date, Some(_)) => Fidelity::approximate(
                "commands get what is typed in; nothing looks whether it is a number or a date",
            ),
            (
                ValueType::Text
                | ValueType::Time
                | ValueType::YesNo
                | ValueType::Choice(_)
                | ValueType::Person,
                Some(_),
            )
            | (_, None) => Fidelity::Exact,
        };
        self.fate(node, fate);
        let name = self.library.take(&node.id);
        let question = self.question(node);
        let words: Vec<String> = match value {
            ValueType::YesNo => vec!["yes".to_owned(), "no".to_owned()],
            ValueType::Choice(words) => words.iter().map(|word| safe(word)).collect(),
            ValueType::Number
            | ValueType::Text
            | ValueType::Date
            | ValueType::Time
            | ValueType::Person => Vec::new(),
        };
        let mut about = Vec::new();
        if let Some(unit) = unit {
            about.push(format!("in {}", safe(unit)));
        }
        if let Some(target) = target {
            about.push(match target {
                Target::Compare { comparator, value } => {
                    format!("should be {} {value}", comparator.sign())
                }
                Target::Between { range } => format!("should be in {range}"),
            });
        }
        let mut input = json!({ "name": "value", "default": "" });
        if !about.is_empty() {
            input["description"] = json!(safe(&about.join("; ")));
        }
        if let Some(first) = words.first() {
            input["default"] = json!(first);
            input["enum"] = json!(words);
        }
        let mut output = json!({ "name": "value", "valueFrom": { "supplied": {} } });
        // `argo node set` makes what has a global name an output of the whole workflow at once
        // (`updateSuspendedNode` of versions 3.4 to 4).
        if let Some(capture) = capture {
            self.captures.add(capture);
            output["globalName"] = json!(capture);
        }
        self.library.put(
            &name,
            &[&node.id],
            json!({
                "inputs": { "parameters": [{ "name": "question", "value": question }, input] },
                "outputs": { "parameters": [output] },
                "suspend": {},
            }),
        );
        let task = Task::of(name);
        if node.children.is_empty() {
            return task;
        }
        match self.inside(node, Vec::new()) {
            Some(inner) => self.together(node, vec![("inside", inner), ("filled-in", task)]),
            None => task,
        }
    }

    /// Tells somebody something.
    pub fn notice(&mut self, id: &str, notice: &Notice) -> Task {
        let mut to: Vec<String> = notice
            .channels
            .iter()
            .map(|channel| self.sentences.channel(channel))
            .collect();
        to.extend(notice.roles.iter().map(|role| self.sentences.role(role)));
        let mut words = Vec::new();
        if !notice.text.is_empty() {
            words.push(self.body(&notice.text, notice));
        }
        let message = notice.message.as_ref().and_then(|name| {
            self.plan
                .messages
                .iter()
                .find(|message| message.name == *name)
        });
        if let Some(message) = message {
            if !message.subject.is_empty() {
                words.push(self.body(&message.subject, notice));
            }
            words.push(self.body(&message.body, notice));
        }
        self.tell(id, &safe_value(&to.join(", ")), &words.join(" "))
    }

    /// Wakes people up. The values of parameters may stand in the text already.
    pub fn page(&mut self, id: &str, roles: &[String], why: &str) -> Task {
        let to: Vec<String> = roles.iter().map(|role| self.sentences.role(role)).collect();
        self.tell(id, &safe_value(&to.join(", ")), &safe_variables(why))
    }

    fn body(&self, text: &Text, notice: &Notice) -> String {
        let filled = Text {
            pieces: text
                .pieces
                .iter()
                .flat_map(|piece| match piece {
                    Piece::Parameter { parameter } => match notice.fields.get(parameter) {
                        Some(value) => value.pieces.clone(),
                        None => vec![piece.clone()],
                    },
                    Piece::Literal(_) => vec![piece.clone()],
                })
                .collect(),
        };
        self.text(&filled)
    }
}
