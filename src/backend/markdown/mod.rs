//! The runbook that people follow, as Markdown. Its shape is in the templates, its words are here.

mod graph;
mod inline;
mod items;
mod marks;
mod prose;
mod sections;
mod stretches;
mod table;

pub use inline::{code, fence, words};

use serde_json::Value;

use super::runbook::Sentences;
use super::templates::{Filled, Set};
use super::{Artifact, Backend, Fidelity, Templates};
use crate::plan::{Plan, Text, Work};

static TEMPLATES: Set = Set::new(
    &[
        ("runbook", include_str!("templates/runbook.hbs")),
        ("item", include_str!("templates/item.hbs")),
        ("stretch", include_str!("templates/stretch.hbs")),
    ],
    |handlebars| {
        // What reaches a template is Markdown already: every word is escaped where it is read.
        handlebars.register_escape_fn(handlebars::no_escape);
        handlebars.register_helper("cell", Box::new(table::Cell));
    },
);

/// The Markdown target.
pub struct Markdown;

impl Backend for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn summary(&self) -> &'static str {
        "the runbook that people follow"
    }

    fn fates(&self, plan: &Plan) -> Vec<Fidelity> {
        plan.walk()
            .map(|node| match &node.work {
                Work::Test { .. } => {
                    Fidelity::elsewhere("a test is about the spec itself; `deployc test` runs it")
                }
                _ => Fidelity::Exact,
            })
            .collect()
    }

    fn emit(
        &self,
        plan: &Plan,
        stem: &str,
        templates: &dyn Templates,
    ) -> Result<Vec<Artifact>, String> {
        Ok(vec![Artifact {
            path: format!("{stem}.md"),
            text: document(plan, templates, None)?,
            executable: false,
        }])
    }
}

/// The runbook as text. A picture, as Markdown, takes the place of the Mermaid chart.
pub fn document(
    plan: &Plan,
    templates: &dyn Templates,
    picture: Option<&str>,
) -> Result<String, String> {
    let renderer = Renderer::new(plan, templates, picture)?;
    Ok(tidy(&renderer.runbook()?))
}

/// Markdown by its author, whose end is its own.
pub fn note(text: &str) -> String {
    prose::prose(&Text::plain(text)).text
}

/// A plan, its sentences and the templates.
pub(super) struct Renderer<'a> {
    pub plan: &'a Plan,
    pub say: Sentences<'a>,
    pub picture: Option<&'a str>,
    templates: Filled,
}

impl<'a> Renderer<'a> {
    fn new(
        plan: &'a Plan,
        templates: &dyn Templates,
        picture: Option<&'a str>,
    ) -> Result<Self, String> {
        Ok(Renderer {
            plan,
            say: Sentences::new(plan, &marks::Marks),
            picture,
            templates: TEMPLATES.with(templates)?,
        })
    }

    pub(super) fn render(&self, template: &str, data: &Value) -> Result<String, String> {
        self.templates.render(template, data)
    }
}

/// No blanks at the end of a line, one blank line at the most between two, one line break at the
/// end. Fenced blocks keep their blank lines.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let line = line.trim_end();
        let start = line.trim_start().trim_start_matches("- ").trim_start();
        let marks: String = start.chars().take_while(|mark| *mark == '`').collect();
        match &fence {
            Some(open) if marks == *open && start == open.as_str() => fence = None,
            Some(_) => {}
            None if marks.len() >= 3 => fence = Some(marks),
            None => {}
        }
        if line.is_empty() && fence.is_none() {
            if blank {
                continue;
            }
            blank = true;
        } else {
            blank = false;
        }
        out.push_str(line);
        out.push('\n');
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
    out
}
