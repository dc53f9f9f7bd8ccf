//! The command line: one file for each subcommand, and what they share.

mod bug;
mod build;
mod check;
mod completions;
mod coverage;
mod dependents;
mod disk;
mod explain;
mod fidelity;
mod files;
mod fix;
mod fmt;
mod front;
mod graph;
mod layout;
mod lsp;
mod man;
mod mdbook;
mod new;
mod patch;
mod schema;
mod screen;
mod settings;
mod templates;
mod test;
mod timeline;
mod trace;
mod trouble;
mod watch;
mod whence;
mod why;
mod write;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use deployc::parallel;

use screen::{Color, Screen};

/// How a command ended, the worse the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// 0: nothing to complain about.
    Clean,
    /// 1: something was found.
    Found,
    /// 2: the command was used wrongly.
    UsedWrongly,
    /// 3: the system refused, or there is a bug in deployc.
    CouldNotWork,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Found => 1,
            Exit::UsedWrongly => 2,
            Exit::CouldNotWork => 3,
        })
    }
}

/// A compiler for deployment runbooks.
///
/// A .deploy spec says what a deployment does: its phases, checks, gates and rollbacks. deployc
/// proves what it can about it before deployment day, and turns it into the runbook that people
/// follow and the plan that machines run.
#[derive(Debug, Parser)]
#[command(name = "deployc", version, about, long_about, max_term_width = 100)]
#[command(propagate_version = true, after_help = EXAMPLES)]
struct Arguments {
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value_t,
        display_order = 900
    )]
    color: Color,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  deployc new checkout                Begin a spec: checkout.deploy
  deployc check                       Check every spec below this folder
  deployc fmt                         Bring them into their canonical form
  deployc build checkout.deploy       Print the runbook
  deployc test                        Run the tests that specs bring with them
  deployc explain unknown-name        Explain what a check found

Exit codes:
  0  clean
  1  something was found
  2  used wrongly (also: no file matched)
  3  could not work (a file that can't be read or has changed meanwhile, a bug in deployc)";

// The arguments of a subcommand are described when it is used: the rest need not be built at each start.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Command {
    /// Check specs, and say what is wrong with them
    Check(check::Check),
    /// Bring specs into their canonical form, in place; there are no options of style
    Fmt(fmt::Fmt),
    /// Build the files of targets from specs: the runbook, the plan, the script
    Build(build::Build),
    /// Run the tests of specs against a simulated clock
    Test(test::Test),
    /// Explain a rule: why it is there, what breaks it, what fixes it
    Explain(explain::Explain),
    /// Draw the order of a deployment: what follows what, what guards it, what undoes it
    Graph(graph::Graph),
    /// Show the schedule as it really adds up: phases, holds, slack, what determines the end
    Timeline(timeline::Timeline),
    /// From a line of what was built to the lines of the spec, and back
    Why(why::Why),
    /// Serve an editor over the Language Server Protocol
    ///
    /// Editors start this themselves and speak to it on standard input and output.
    Lsp(lsp::Lsp),
    /// Begin a spec: a commented file that checks clean
    New(new::New),
    /// Print the JSON Schema of what deployc writes for machines, and of its settings
    Schema(schema::Schema),
    /// Print completions for a shell
    Completions(completions::Completions),
    /// Print the manual page, of deployc or of one subcommand
    Man(man::Man),
    /// Draw runbooks, timelines and graphs in the chapters of an mdBook
    Mdbook(mdbook::Mdbook),
}

impl Command {
    fn run(self, screen: Screen) -> miette::Result<Exit> {
        match self {
            Command::Check(check) if check.watches() => watch::run(&check, screen),
            Command::Check(check) => check.run(screen),
            Command::Fmt(fmt) => fmt.run(screen),
            Command::Build(build) => build.run(screen),
            Command::Test(test) => test.run(screen),
            Command::Explain(explain) => explain.run(screen),
            Command::Graph(graph) => graph.run(screen),
            Command::Timeline(timeline) => timeline.run(screen),
            Command::Why(why) => why.run(screen),
            Command::Lsp(lsp) => lsp.run(screen),
            Command::New(new) => new.run(screen),
            Command::Schema(schema) => schema.run(screen),
            Command::Completions(completions) => completions.run(screen),
            Command::Man(man) => man.run(screen),
            Command::Mdbook(mdbook) => mdbook.run(screen),
        }
    }
}

/// Runs the command that the arguments of the process ask for, on a thread whose stack is as large
/// everywhere.
pub fn main() -> ExitCode {
    bug::watch();
    let command = std::thread::Builder::new()
        .name(parallel::WORKER.to_owned())
        .stack_size(parallel::STACK)
        .spawn(|| guarded(parsed));
    let exit = match command.map(std::thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit,
        // A panic outside of what is guarded: it was told by the hook, as far as it could be.
        Ok(Err(_)) => Exit::CouldNotWork,
        // The system gives no thread.
        Err(_) => guarded(parsed),
    };
    exit.into()
}

fn parsed() -> Exit {
    match Arguments::try_parse() {
        Ok(arguments) => run(arguments),
        Err(error) => {
            // help and version go to standard output and are no errors
            let _ = error.print();
            if error.use_stderr() {
                Exit::UsedWrongly
            } else {
                Exit::Clean
            }
        }
    }
}

/// Does the work; a panic in it, in whatever thread, is a way to end like others.
fn guarded(work: impl FnOnce() -> Exit) -> Exit {
    parallel::caught(work).unwrap_or_else(|panic| {
        bug::tell(&panic);
        Exit::CouldNotWork
    })
}

fn run(arguments: Arguments) -> Exit {
    let screen = Screen::new(arguments.color);
    let color = screen.look_of_errors().color;
    // The hook can be set once in a process, and this is the only place that does.
    let _ = miette::set_hook(Box::new(move |_| Box::new(trouble::Drawn { color })));
    match arguments.command.run(screen) {
        Ok(exit) => exit,
        Err(error) => {
            screen.complain(&format!("{error:?}\n"));
            trouble::exit(&error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exit, guarded};

    #[test]
    fn a_panic_ends_with_could_not_work() {
        assert_eq!(guarded(|| Exit::Found), Exit::Found);
        assert_eq!(guarded(|| panic!("on purpose")), Exit::CouldNotWork);
        let items: Vec<u32> = (0..64).collect();
        let in_a_worker = || {
            let done = deployc::parallel::each(&items, |item| {
                assert_ne!(*item, 40, "on purpose");
                *item
            });
            assert!(done.is_empty());
            Exit::Clean
        };
        assert_eq!(guarded(in_a_worker), Exit::CouldNotWork);
    }
}
