//! `deployc check`: what is wrong with specs.

use clap::ValueEnum;
use deployc::diagnostic::Level;
use deployc::report::{Failure, Format, Look, Report};

use super::files::Chosen;
use super::screen::Screen;
use super::{Exit, front, parallel};

/// Check specs, and say what is wrong with them
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    #[command(flatten)]
    chosen: Chosen,
    /// How to show the findings
    #[arg(long, alias = "output-format", value_enum, default_value = "human")]
    format: View,
    /// The least level of a finding that makes the check fail
    #[arg(long, value_enum, default_value = "warning")]
    level: LeastLevel,
    /// Show findings only, without the line that counts them
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  deployc check                              Every spec below this folder
  deployc check specs/ --level error         Let warnings pass
  deployc check checkout.deploy --format short
  deployc check --format sarif > deployc.sarif
  git show main:checkout.deploy | deployc check - --stdin-filename checkout.deploy";

/// The views of `--format`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum View {
    /// Excerpts of the specs, with labels
    Human,
    /// One line for each finding
    Short,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML
    Junit,
}

/// The levels of `--level`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LeastLevel {
    Error,
    Warning,
    Note,
}

impl Check {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let inputs = self.chosen.inputs()?;
        let mut checked = Vec::new();
        let mut failures: Vec<Failure> = Vec::new();
        for result in parallel::each(&inputs, front::check) {
            match result {
                Ok(one) => checked.push(one),
                Err(failure) => failures.push(failure),
            }
        }
        let fails = match self.level {
            LeastLevel::Error => Level::Error,
            LeastLevel::Warning => Level::Warning,
            LeastLevel::Note => Level::Note,
        };
        let report = Report::new(
            checked.iter().map(front::Checked::for_report),
            &failures,
            fails,
        );
        screen.print(&report.render(self.view(screen)))?;
        front::complain(screen, &failures);
        Ok(if !failures.is_empty() {
            Exit::CouldNotWork
        } else if report.failed() {
            Exit::Found
        } else {
            Exit::Clean
        })
    }

    fn view(&self, screen: Screen) -> Format {
        match self.format {
            View::Human => Format::Human(Look {
                quiet: self.quiet,
                ..screen.look()
            }),
            View::Short => Format::Short,
            View::Json => Format::Json,
            View::Sarif => Format::Sarif,
            View::Github => Format::Github,
            View::Gitlab => Format::Gitlab,
            View::Junit => Format::Junit,
        }
    }
}
