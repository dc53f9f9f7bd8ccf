//! `deployc graph`: pictures of a plan.

use clap::ValueEnum;
use deployc::backend::graph::{Form, View, chart, parts};
use deployc::compile;
use deployc::diagnostic::nearest;
use deployc::plan::Plan;

use super::files::{Input, One};
use super::screen::Screen;
use super::trouble::Trouble;
use super::{Exit, bug, front};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Graph {
    #[command(flatten)]
    spec: One,
    /// The language of the picture
    #[arg(long, value_enum, default_value = "mermaid")]
    format: Language,
    /// Draw one phase, gate, rollback or procedure with all that is in it
    #[arg(long, value_name = "NAME", conflicts_with = "critical_path")]
    phase: Option<String>,
    /// Draw what determines when the deployment ends
    #[arg(long)]
    critical_path: bool,
}

const EXAMPLES: &str = "\
Examples:
  deployc graph checkout.deploy                               Mermaid, for Markdown
  deployc graph checkout.deploy --format svg > checkout.svg
  deployc graph checkout.deploy --format dot | dot -Tpdf > checkout.pdf
  deployc graph checkout.deploy --phase rollout
  deployc graph checkout.deploy --critical-path";

/// The languages of `--format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    /// Mermaid's flowchart, which GitHub and GitLab draw
    Mermaid,
    /// Graphviz
    Dot,
    /// A picture that needs nothing else
    Svg,
}

impl Graph {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let input = self.spec.input();
        bug::about(&input.name(), || self.draw(screen, &input))
    }

    fn draw(&self, screen: Screen, input: &Input) -> miette::Result<Exit> {
        let Some(sound) = front::sound(screen, input, false)? else {
            return Ok(Exit::Found);
        };
        let Some(plan) = compile::plan(&sound) else {
            return Err(front::no_deployment(input).into());
        };
        let form = match self.format {
            Language::Mermaid => Form::Mermaid,
            Language::Dot => Form::Dot,
            Language::Svg => Form::Svg,
        };
        let view = match &self.phase {
            Some(name) => View::Within(part(&plan, name)?),
            None if self.critical_path => View::CriticalPath,
            None => View::Whole,
        };
        let drawn = chart(&plan, view).ok_or_else(|| {
            Trouble::used("no times are known, so no path is critical")
                .help("give phases times: `at 07:00`, `takes 10m`, `from T+1h to T+2h`")
        })?;
        screen.print(&drawn.write(form))?;
        Ok(Exit::Clean)
    }
}

/// The id of the part with this id or last name.
pub fn part<'a>(plan: &'a Plan, name: &str) -> Result<&'a str, Trouble> {
    let parts = parts(plan);
    parts.get(name).copied().ok_or_else(|| {
        let trouble = Trouble::used(format!("no phase is called `{name}`"));
        match nearest(name, parts.keys().copied()) {
            Some(near) => trouble.help(format!("did you mean `{near}`?")),
            None => {
                let all: Vec<String> = plan
                    .nodes
                    .iter()
                    .filter(|node| parts.contains_key(node.id.as_str()))
                    .map(|node| format!("`{}`", node.id))
                    .collect();
                trouble.help(format!("one of {}", all.join(", ")))
            }
        }
    })
}
