//! `deployc schema`: the shape of what deployc writes for machines, and of its settings.

use clap::ValueEnum;
use deployc::backend::plan_json;
use deployc::settings;

use super::Exit;
use super::screen::Screen;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Schema {
    /// The document
    #[arg(value_enum)]
    document: Document,
}

const EXAMPLES: &str = "\
Examples:
  deployc schema plan > plan.schema.json
  deployc schema config > deployc.schema.json";

/// The documents that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Document {
    /// The plan, as `deployc build --target plan` writes it
    Plan,
    /// The settings of a project, in `deployc.toml`
    Config,
}

impl Schema {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let schema = match self.document {
            Document::Plan => plan_json::schema(),
            Document::Config => settings::schema(),
        };
        screen.print(&format!("{schema:#}\n"))?;
        Ok(Exit::Clean)
    }
}
