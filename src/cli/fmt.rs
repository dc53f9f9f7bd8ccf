//! `deployc fmt`: specs in the one canonical form.

use deployc::diagnostic::{Diagnostic, Level};
use deployc::parallel;
use deployc::report::{Checked, Failure, Format, Report, visible_line};
use deployc::source::{Source, SourceId, Sources};
use deployc::syntax;

use super::disk::ReadError;
use super::files::{Chosen, Found, Input};
use super::patch::patch;
use super::screen::Screen;
use super::trouble::Trouble;
use super::{Exit, bug, front, write};

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
    /// The text that was read, and what of it could not be.
    sources: Sources,
    unread: Vec<Diagnostic>,
    /// What came of writing it, where it changes and is written: what there is to say.
    written: Result<Option<String>, Trouble>,
}

/// How many specs came to what.
#[derive(Default)]
struct Counts {
    changed: usize,
    same: usize,
    /// Among those: specs with statements that can't be read.
    unread: usize,
    /// Specs that could not be read or written.
    failed: usize,
}

impl Fmt {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let Found {
            inputs,
            mut failures,
        } = self.chosen.inputs()?;
        // A spec is written when it is formatted, so that little time passes since it was read.
        let formatted = parallel::each_caught(&inputs, |input| self.format(input));
        let mut counts = Counts::default();
        let mut troubles = Vec::new();
        for (input, result) in inputs.iter().zip(formatted) {
            let name = input.name();
            let one = match result {
                Ok(Ok(one)) => one,
                Ok(Err(error)) => {
                    let message = error.in_words();
                    failures.push(Failure {
                        path: name,
                        message,
                    });
                    continue;
                }
                Err(panic) => {
                    failures.push(bug::failure(&name, &panic));
                    continue;
                }
            };
            self.show(screen, input, &name, &one)?;
            if !one.unread.is_empty() {
                counts.unread += 1;
                tell_unread(screen, &name, &one);
            }
            match one.written {
                Ok(said) => {
                    match one.before == one.after {
                        true => counts.same += 1,
                        false => counts.changed += 1,
                    }
                    said.iter().for_each(|said| screen.note(said));
                }
                Err(trouble) => troubles.push(trouble),
            }
        }
        front::complain(screen, &failures);
        counts.failed = failures.len() + troubles.len();
        for trouble in troubles {
            screen.trouble(trouble);
        }
        self.sum_up(screen, &inputs, &counts);
        Ok(if counts.failed > 0 {
            Exit::CouldNotWork
        } else if counts.unread > 0 || counts.changed > 0 && !self.writes() {
            Exit::Found
        } else {
            Exit::Clean
        })
    }

    fn writes(&self) -> bool {
        !self.check && !self.diff
    }

    /// Brings a spec into its canonical form, and writes it where it is to be written.
    fn format(&self, input: &Input) -> Result<Formatted, ReadError> {
        let before = input.read()?;
        bug::planted(&before);
        // without a byte order mark
        let mut sources = Sources::default();
        let id = sources.add(Source::new(input.name(), before.as_str()));
        let text = sources.get(id).text();
        let (file, found) = syntax::parse(SourceId::default(), text);
        let after = syntax::format(&file, text);
        let unread = found.into_iter().filter(|finding| {
            // Without its edition a spec can be read all the same.
            let edition = std::ptr::eq(finding.rule, &syntax::EDITION) && file.readable;
            finding.level == Level::Error && !edition
        });
        let unread = unread.collect();
        let written = match input {
            Input::File { path, .. } if self.writes() && before != after => {
                write::replace_spec(path, &before, &after)
            }
            Input::File { .. } | Input::Stdin(_) => Ok(None),
        };
        Ok(Formatted {
            before,
            after,
            sources,
            unread,
            written,
        })
    }

    /// Prints what goes to standard output.
    fn show(
        &self,
        screen: Screen,
        input: &Input,
        name: &str,
        one: &Formatted,
    ) -> miette::Result<()> {
        let changes = one.before != one.after;
        if self.diff {
            if changes {
                screen.print(&patch(name, &one.before, &one.after, screen.look()))?;
            }
        } else if self.check {
            if changes && !self.quiet {
                screen.print(&format!("would change {}\n", visible_line(name)))?;
            }
        } else if matches!(input, Input::Stdin(_)) {
            screen.print(&one.after)?;
        }
        Ok(())
    }

    /// One line for people; none where standard output holds a spec or a patch.
    fn sum_up(&self, screen: Screen, inputs: &[Input], counts: &Counts) {
        let stdin = inputs.iter().any(|input| matches!(input, Input::Stdin(_)));
        if self.quiet || stdin || inputs.is_empty() && counts.failed == 0 {
            return;
        }
        let files = |count: usize| {
            if count == 1 {
                "1 file".to_owned()
            } else {
                format!("{count} files")
            }
        };
        let verb = if self.writes() {
            "changed"
        } else {
            "would change"
        };
        let (changed, same) = (counts.changed, counts.same);
        let mut parts = Vec::new();
        if changed > 0 && same > 0 {
            parts.push(format!(
                "{} {verb}, {} did not",
                files(changed),
                files(same)
            ));
        } else if changed > 0 {
            parts.push(format!("{} {verb}", files(changed)));
        } else if same > 0 {
            parts.push(format!("{} in canonical form", files(same)));
        }
        if counts.unread > 0 {
            parts.push(format!(
                "statements that can't be read are left as they are, in {}",
                files(counts.unread)
            ));
        }
        if counts.failed > 0 {
            parts.push(format!("{} could not be formatted", files(counts.failed)));
        }
        let line = parts.join("; ");
        screen.complain(&format!("{line}\n"));
    }
}

/// Says which statements could not be read, and are left as they are.
fn tell_unread(screen: Screen, name: &str, one: &Formatted) {
    let checked = Checked {
        path: name,
        sources: &one.sources,
        findings: &one.unread,
    };
    screen.complain(&Report::new([checked], &[], Level::Error).render(Format::Short));
}
