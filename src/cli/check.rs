//! `deployc check`: what is wrong with specs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::ValueEnum;
use deployc::compile::Compilation;
use deployc::diagnostic::Level;
use deployc::report::{Failure, Format, Look};
use deployc::settings::Settings;

use super::build;
use super::fidelity::Accounted;
use super::files::{Chosen, Found, Input};
use super::front::Texts;
use super::patch::patch;
use super::screen::Screen;
use super::settings::Configured;
use super::trouble::Trouble;
use super::{Exit, coverage, dependents, fix, front};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    configured: Configured,
    /// How to show the findings
    #[arg(long, alias = "output-format", value_enum, default_value = "human")]
    format: View,
    /// The least level of a finding that makes the check fail
    #[arg(long, value_enum, default_value = "warning")]
    level: LeastLevel,
    /// Apply the fixes that are safe, and show what is left
    #[arg(long)]
    fix: bool,
    /// Show what --fix would change, as a patch, and write nothing
    #[arg(long)]
    diff: bool,
    /// Leave out the specs of the project that bring in a file that is named
    #[arg(long)]
    no_dependents: bool,
    /// Show how much of each spec a machine checks, by phase, and what is left to people's words
    #[arg(long, conflicts_with_all = ["fix", "diff"])]
    coverage: bool,
    /// Check again whenever a spec, an import or the settings change, until Ctrl-C
    #[arg(long, conflicts_with_all = ["fix", "diff", "coverage"])]
    watch: bool,
    /// Also say what a target can't carry as it is (may be repeated)
    #[arg(long, short, value_name = "TARGET")]
    target: Vec<String>,
    /// Write the fidelity report, what each target makes of every node, as JSON
    #[arg(long, value_name = "FILE", requires = "target")]
    fidelity: Option<PathBuf>,
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
  deployc check --diff                       What would --fix do?
  deployc check --coverage checkout.deploy   How much does a machine check?
  deployc check --watch                      Check again at each change
  deployc check --target argo-rollouts       What can't it carry as it is?
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
    /// Whether it goes on with every change.
    pub fn watches(&self) -> bool {
        self.watch
    }

    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let round = self.round(screen)?;
        round.show(screen)?;
        Ok(round.exit)
    }

    /// Checks once; what was found is shown by the round.
    pub fn round(&self, screen: Screen) -> miette::Result<Round> {
        let Found {
            mut inputs,
            failures: not_found,
        } = self.chosen.inputs()?;
        // A fix changes what was named, and nothing else.
        if !(self.no_dependents || self.fix || self.diff || self.coverage) {
            inputs.extend(dependents::of(&inputs, &self.chosen)?);
        }
        let settings = self.configured.of(&inputs)?;
        let all: Vec<(&Input, &Settings)> = inputs
            .iter()
            .zip(settings.iter().map(AsRef::as_ref))
            .collect();
        if self.coverage {
            return Ok(Round::of(self.cover(screen, &all, not_found)?));
        }
        let targets = build::targets(&self.target)?;
        let check_all = |texts: &Texts| {
            let mut failures = not_found.clone();
            let name = |(input, _): &(&Input, &Settings)| input.name();
            let checked = front::each(&all, name, &mut failures, |(input, settings)| {
                front::check(input, texts, settings, &targets)
            });
            let checked: Vec<front::Checked> = checked.into_iter().map(|(_, one)| one).collect();
            (checked, failures)
        };
        let (mut checked, mut failures) = check_all(&Texts::new());
        let mut not_written = false;
        if self.fix || self.diff {
            let files = files_of(&inputs)?;
            let fixes;
            (fixes, checked, failures) = fix::rounds(checked, failures, check_all);
            if self.diff {
                for (name, fixed) in &fixes.files {
                    screen.print(&patch(name, &fixed.before, &fixed.after, screen.look()))?;
                }
                let exit = match (failures.is_empty(), fixes.files.is_empty()) {
                    (false, _) => Exit::CouldNotWork,
                    (true, true) => Exit::Clean,
                    (true, false) => Exit::Found,
                };
                return Ok(Round {
                    failures,
                    ..Round::of(exit)
                });
            }
            let refused = fix::write(screen, &files, &fixes, &failures);
            if !self.quiet {
                let noun = if fixes.applied == 1 { "fix" } else { "fixes" };
                screen.complain(&match refused {
                    0 => format!("{} {noun} applied\n", fixes.applied),
                    1 => "fixes applied, but for 1 file\n".to_owned(),
                    several => format!("fixes applied, but for {several} files\n"),
                });
            }
            if refused > 0 {
                // What is found is what the files say now.
                (checked, failures) = check_all(&Texts::new());
                not_written = true;
            }
        }
        let fails = match self.level {
            LeastLevel::Error => Level::Error,
            LeastLevel::Warning => Level::Warning,
            LeastLevel::Note => Level::Note,
        };
        let (text, failed) = front::drawn(&mut checked, &mut failures, fails, self.view(screen));
        let exit = if !failures.is_empty() || not_written {
            Exit::CouldNotWork
        } else if failed {
            Exit::Found
        } else {
            Exit::Clean
        };
        if let Some(path) = &self.fidelity {
            let accounts: Vec<Accounted> = checked
                .iter_mut()
                .flat_map(|one| {
                    let spec = one.path.clone();
                    std::mem::take(&mut one.accounts)
                        .into_iter()
                        .map(move |(target, nodes)| Accounted {
                            spec: spec.clone(),
                            target,
                            nodes,
                        })
                })
                .collect();
            build::write_fidelity(path, &accounts)?;
        }
        let imports = checked.iter().flat_map(|one| one.imports.iter().cloned());
        Ok(Round {
            exit,
            text,
            failures,
            specs: inputs.len(),
            imports: imports.collect(),
        })
    }

    /// The folders in which specs may appear, change or go, but for those of imports.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        self.chosen.folders()
    }

    /// The folders in which settings for specs in these folders may appear, change or go.
    pub fn folders_of_settings(&self, specs: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        self.configured.folders(specs)
    }

    /// Whether standard input is checked: it does not change.
    pub fn reads_stdin(&self) -> bool {
        self.chosen.reads_stdin()
    }

    fn cover(
        &self,
        screen: Screen,
        inputs: &[(&Input, &Settings)],
        mut failures: Vec<Failure>,
    ) -> miette::Result<Exit> {
        let name = |(input, _): &(&Input, &Settings)| input.name();
        let read: Vec<(String, Compilation)> =
            front::each(inputs, name, &mut failures, |(input, settings)| {
                front::compiled(input, settings)
            })
            .into_iter()
            .map(|((input, _), compilation)| (input.name(), compilation))
            .collect();
        let text = match self.format {
            View::Human | View::Short => coverage::table(&read),
            View::Json => coverage::document(&read),
            View::Sarif | View::Github | View::Gitlab | View::Junit => {
                return Err(Trouble::used("coverage has no such format")
                    .help("`--format human` or `--format json`")
                    .into());
            }
        };
        screen.print(&text)?;
        Ok(front::left_out(screen, &failures, read.len(), Exit::Clean))
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

/// What came of a round.
pub struct Round {
    /// How it would end.
    pub exit: Exit,
    /// What is printed.
    text: String,
    /// What could not be read.
    failures: Vec<Failure>,
    /// How many specs were checked.
    pub specs: usize,
    /// The folders in which imports were looked for.
    pub imports: BTreeSet<PathBuf>,
}

impl Round {
    fn of(exit: Exit) -> Self {
        Round {
            exit,
            text: String::new(),
            failures: Vec::new(),
            specs: 0,
            imports: BTreeSet::new(),
        }
    }
}

impl Round {
    /// Prints it; false where nobody hears.
    pub fn show(&self, screen: Screen) -> miette::Result<bool> {
        let heard = screen.print_if_heard(&self.text)?;
        front::complain(screen, &self.failures);
        Ok(heard)
    }
}

/// The files by the names under which they are shown.
fn files_of(inputs: &[Input]) -> Result<BTreeMap<String, PathBuf>, Trouble> {
    inputs
        .iter()
        .map(|input| match input {
            Input::File { path, .. } => Ok((input.name(), path.clone())),
            Input::Stdin(_) => Err(Trouble::used("standard input can't be fixed")
                .help("name the file, or leave --fix and --diff out")),
        })
        .collect()
}
