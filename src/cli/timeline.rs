//! `deployc timeline`: the schedule as it adds up.

use clap::ValueEnum;
use deployc::backend::timeline::{Paper, timeline};
use deployc::compile;

use super::files::{Input, One};
use super::screen::Screen;
use super::trouble::Trouble;
use super::{Exit, bug, front};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Timeline {
    #[command(flatten)]
    spec: One,
    /// What to make
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// Columns of the text; the terminal's where nothing is said, else 100
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(60..))]
    width: Option<u16>,
}

const EXAMPLES: &str = "\
Examples:
  deployc timeline checkout.deploy
  deployc timeline checkout.deploy --width 80
  deployc timeline checkout.deploy --format svg > timeline.svg";

/// The forms of `--format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// Bars in the terminal
    Text,
    /// A picture that needs nothing else
    Svg,
    /// One JSON document
    Json,
}

impl Timeline {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let input = self.spec.input();
        bug::about(&input.name(), || self.draw(screen, &input))
    }

    fn draw(&self, screen: Screen, input: &Input) -> miette::Result<Exit> {
        let Some(sound) = front::sound(screen, input, true)? else {
            return Ok(Exit::Found);
        };
        let Some(plan) = compile::plan(&sound) else {
            return Err(front::no_deployment(input).into());
        };
        let timeline = timeline(&plan).ok_or_else(|| {
            Trouble::used("no times are known, so there is no timeline")
                .help("say when it starts: `starts 2026-03-10 09:00 Europe/Berlin`")
        })?;
        let look = screen.look();
        let text = match self.format {
            Form::Text => timeline.text(Paper {
                width: self.width.map_or_else(|| screen.columns(), usize::from),
                ascii: look.ascii,
                color: look.color,
            }),
            Form::Svg => timeline.svg(),
            Form::Json => format!("{:#}\n", serde_json::json!(timeline)),
        };
        screen.print(&text)?;
        Ok(Exit::Clean)
    }
}
