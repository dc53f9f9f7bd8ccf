//! The runbook that people follow on the day, as one page that needs nothing else. Its shape is in the
//! templates, its looks and its life in the style and the script beside them.

mod items;
mod marks;
mod page;
mod stretches;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::runbook::Sentences;
use super::templates::{Filled, Set};
use super::{Artifact, Backend, Fidelity, Templates};
use crate::plan::{Plan, Work};

static TEMPLATES: Set = Set::new(
    &[
        ("html-page", include_str!("templates/html-page.hbs")),
        ("html-stretch", include_str!("templates/html-stretch.hbs")),
        ("html-item", include_str!("templates/html-item.hbs")),
    ],
    // `{{x}}` is text and escaped; `{{{x}}}` stands where `Marks` or a template has made HTML.
    |handlebars| handlebars.register_escape_fn(handlebars::html_escape),
);

const STYLE: &str = include_str!("templates/page.css");
const SCRIPT: &str = include_str!("templates/page.js");

/// The HTML target.
pub struct Html;

impl Backend for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn summary(&self) -> &'static str {
        "the runbook to follow on the day, one page with a clock"
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
        let renderer = Renderer::new(plan, templates)?;
        Ok(vec![Artifact {
            path: format!("{stem}.html"),
            text: renderer.page(stem)?,
            executable: false,
        }])
    }
}

/// A plan, its sentences and the templates.
struct Renderer<'a> {
    plan: &'a Plan,
    say: Sentences<'a>,
    templates: Filled,
}

impl<'a> Renderer<'a> {
    fn new(plan: &'a Plan, templates: &dyn Templates) -> Result<Self, String> {
        Ok(Renderer {
            plan,
            say: Sentences::new(plan, &marks::Marks),
            templates: TEMPLATES.with(templates)?,
        })
    }

    fn render(&self, template: &str, data: &Value) -> Result<String, String> {
        self.templates.render(template, data)
    }
}

/// What the page may do: show itself and run its own script. Whatever found its way into the text, no
/// other script runs and nothing is fetched.
fn policy() -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src data:; \
         base-uri 'none'; form-action 'none'"
    )
}

/// JSON that can stand in a `script` element.
fn embedded(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}
