//! `deployc schema`: the shape of what deployc writes for machines.

use clap::ValueEnum;
use deployc::backend::plan_json;

use super::Exit;
use super::screen::Screen;

/// Print the JSON Schema of what deployc writes for machines
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Schema {
    /// The document
    #[arg(value_enum)]
    document: Document,
}

const EXAMPLES: &str = "\
Examples:
  deployc schema plan > plan.schema.json";

/// The documents that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Document {
    /// The plan, as `deployc build --target plan` writes it
    Plan,
}

impl Schema {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let schema = match self.document {
            Document::Plan => plan_json::schema(),
        };
        screen.print(&format!("{schema:#}\n"))?;
        Ok(Exit::Clean)
    }
}
