//! What must hold: asked of a machine, of a person, of the parameters.

use serde_json::{Value, json};

use super::Builder;
use super::library::Task;
use crate::backend::Fidelity;
use crate::backend::argo_rollouts::analysis::{Asked, Role};
use crate::plan::{Condition, Node, Work};

impl<'a> Builder<'a> {
    /// Something that must hold, once.
    pub fn check(&mut self, node: &'a Node, holds: Option<&'a Condition>) -> Task {
        let mut all: Vec<(&str, Task)> = Vec::new();
        if !node.children.is_empty()
            && let Some(inner) = self.inside(node, Vec::new())
        {
            all.push(("inside", inner));
        }
        let mut fate = Fidelity::Exact;
        let mut whole = false;
        if let Some(condition) = holds {
            let fares = self.fares(condition, Role::Required, Asked::Once);
            whole = fares.whole;
            if let Some(other) = &fares.fate {
                fate = other.clone();
                whole = false;
            }
            match self.measure(node, &fares) {
                Some(task) => all.push(("measured", task)),
                None => whole = false,
            }
            if !whole {
                fate = match fate {
                    Fidelity::Refused { why } => {
                        Fidelity::approximate(format!("a person says whether it holds: {why}"))
                    }
                    Fidelity::Exact if !condition.measured().is_empty() => Fidelity::approximate(
                        "a machine can't decide all of it: a person says whether it holds",
                    ),
                    other => other,
                };
            }
        }
        if !whole {
            let question = format!("{}: does it hold?", self.question(node));
            all.push(("asked", self.agree(&node.id, &question)));
        }
        self.fate(node, fate);
        self.together(node, all)
    }

    /// Several tasks, one after the other, as one.
    pub fn together(&mut self, node: &Node, mut all: Vec<(&str, Task)>) -> Task {
        if all.len() == 1 {
            return all.remove(0).1;
        }
        let name = self.library.take(&format!("{}/all", node.id));
        self.library.put(
            &name,
            &[&node.id],
            json!({ "steps": super::shared::steps(&all) }),
        );
        Task::of(name)
    }

    /// Waiting while something stays true, and what is done meanwhile.
    pub fn hold(&mut self, node: &'a Node, holds: Option<&'a Condition>) -> Task {
        let Work::Hold { length, .. } = &node.work else {
            return Task::of("begin");
        };
        let seconds = length.low.whole_seconds();
        let mut fate = Fidelity::Exact;
        if length.low.value != length.high.value {
            fate = Fidelity::approximate("it holds for the shorter time");
        }
        let mut tasks: Vec<(String, Task)> = Vec::new();
        let mut asks = false;
        match holds {
            None => tasks.push(("time".to_owned(), self.pause(&node.id, seconds))),
            Some(condition) => {
                let fares = self.fares(condition, Role::Required, Asked::For(seconds));
                asks = !fares.whole || matches!(fares.fate, Some(Fidelity::Refused { .. }));
                if asks {
                    fate = Fidelity::approximate(
                        "a machine can't watch all of it: at the end a person says whether it held",
                    );
                } else if let Some(other) = &fares.fate {
                    fate = other.clone();
                }
                match self.measure(node, &fares) {
                    Some(task) => tasks.push(("measured".to_owned(), task)),
                    None => {
                        asks = true;
                        tasks.push(("time".to_owned(), self.pause(&node.id, seconds)));
                    }
                }
            }
        }
        if !node.children.is_empty()
            && let Some(inner) = self.inside(node, Vec::new())
        {
            tasks.push(("meanwhile".to_owned(), inner));
        }
        self.fate(node, fate);
        let question = format!("{}: did it hold all the time?", self.question(node));
        let asked = asks.then(|| self.agree(&node.id, &question));
        if tasks.len() == 1 && asked.is_none() {
            return tasks.remove(0).1;
        }
        let name = self.library.take(&format!("{}/held", node.id));
        let together: Vec<Value> = tasks
            .iter()
            .map(|(name, task)| task.step(name, false))
            .collect();
        let mut groups = vec![together];
        if let Some(asked) = asked {
            groups.push(vec![asked.step("asked", false)]);
        }
        self.library
            .put(&name, &[&node.id], json!({ "steps": groups }));
        Task::of(name)
    }

    /// A condition on the parameters alone, as an expression.
    pub fn expression(&self, condition: &Condition) -> Option<String> {
        match condition {
            Condition::All { of } => self.expressions(of, " && "),
            Condition::Any { of } => self.expressions(of, " || "),
            Condition::Not { of } => Some(format!("!({})", self.expression(of)?)),
            Condition::Parameter {
                parameter,
                comparator,
                value,
            } => {
                let known = self
                    .plan
                    .parameters
                    .iter()
                    .find(|known| known.name == *parameter)?;
                let equal = *comparator == crate::plan::Comparator::Equal;
                let (value, equal) = match (known.kind.as_str(), value.as_str()) {
                    ("yes-no", "true" | "yes") => ("yes", equal),
                    ("yes-no", "false" | "no") => ("yes", !equal),
                    (_, value) => (value, equal),
                };
                let sign = if equal { "==" } else { "!=" };
                Some(format!(
                    "workflow.parameters['{parameter}'] {sign} {}",
                    expr_text(value)
                ))
            }
            Condition::Asserted { .. } | Condition::Measured(_) => None,
        }
    }

    fn expressions(&self, of: &[Condition], between: &str) -> Option<String> {
        let all: Option<Vec<String>> = of
            .iter()
            .map(|one| Some(format!("({})", self.expression(one)?)))
            .collect();
        Some(all?.join(between))
    }
}

/// A text as the expression language reads it, with no brace that could close the tag.
fn expr_text(text: &str) -> String {
    let mut out = String::from("'");
    for letter in text.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' | ' ' => out.push(letter),
            letter if u32::from(letter) <= 0xffff => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => out.push_str(&format!("\\U{:08x}", u32::from(letter))),
        }
    }
    out.push('\'');
    out
}
