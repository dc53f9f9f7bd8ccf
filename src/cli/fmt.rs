//! `deployc fmt`: specs in the one canonical form.

use deployc::report::visible_line;
use deployc::source::{Source, SourceId};
use deployc::syntax;

use super::files::{Chosen, Input};
use super::patch::patch;
use super::screen::Screen;
use super::{Exit, front, write};
use deployc::parallel;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Fmt {
    #[command(flatten)]
    chosen: Chosen,
    /// Write nothing; say which specs would change
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    diff: bool,
    /// Say nothing but what is wrong
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  deployc fmt                          Every spec below this folder
  deployc fmt --check                  For CI: is everything formatted?
  deployc fmt --diff checkout.deploy   Look before
  deployc fmt - < checkout.deploy      From standard input to standard output";

/// A spec before and after.
struct Formatted {
    before: String,
    after: String,
}

impl Fmt {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let inputs = self.chosen.inputs()?;
        let formatted = parallel::each(&inputs, |input| {
            input.read().map(|before| Formatted {
                after: canonical(&before),
                before,
            })
        });
        let mut failures = Vec::new();
        let (mut changed, mut same) = (0, 0);
        for (input, result) in inputs.iter().zip(formatted) {
            let name = input.name();
            let one = match result {
                Ok(one) => one,
                Err(error) => {
                    failures.push(deployc::report::Failure {
                        path: name,
                        message: error.in_words(),
                    });
                    continue;
                }
            };
            if one.before == one.after {
                same += 1;
            } else {
                changed += 1;
            }
            self.show_or_write(screen, input, &name, &one)?;
        }
        front::complain(screen, &failures);
        self.sum_up(screen, &inputs, changed, same);
        Ok(if !failures.is_empty() {
            Exit::CouldNotWork
        } else if changed > 0 && (self.check || self.diff) {
            Exit::Found
        } else {
            Exit::Clean
        })
    }

    fn show_or_write(
        &self,
        screen: Screen,
        input: &Input,
        name: &str,
        one: &Formatted,
    ) -> miette::Result<()> {
        let changes = one.before != one.after;
        if self.diff && changes {
            screen.print(&patch(name, &one.before, &one.after, screen.look()))?;
        }
        if self.check || self.diff {
            if changes && !self.diff && !self.quiet {
                screen.print(&format!("would change {}\n", visible_line(name)))?;
            }
            return Ok(());
        }
        match input {
            Input::Stdin(_) => screen.print(&one.after)?,
            Input::File { path, .. } if changes => {
                write::replace_in_project(path, &one.after)?;
            }
            Input::File { .. } => {}
        }
        Ok(())
    }

    /// One line for people; none where standard output holds a spec or a patch.
    fn sum_up(&self, screen: Screen, inputs: &[Input], changed: usize, same: usize) {
        let stdin = inputs.iter().any(|input| matches!(input, Input::Stdin(_)));
        if self.quiet || stdin || inputs.is_empty() {
            return;
        }
        let files = |count: usize| {
            if count == 1 {
                "1 file".to_owned()
            } else {
                format!("{count} files")
            }
        };
        let verb = if self.check || self.diff {
            "would change"
        } else {
            "changed"
        };
        let line = if changed == 0 {
            format!("{} in canonical form\n", files(same))
        } else if same == 0 {
            format!("{} {verb}\n", files(changed))
        } else {
            format!("{} {verb}, {} did not\n", files(changed), files(same))
        };
        screen.complain(&line);
    }
}

/// A spec in its canonical form.
fn canonical(text: &str) -> String {
    // without a byte order mark
    let source = Source::new("", text);
    let (file, _) = syntax::parse(SourceId::default(), source.text());
    syntax::format(&file, source.text())
}
