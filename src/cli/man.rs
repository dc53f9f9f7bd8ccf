//! `deployc man`: the manual page.

use clap::CommandFactory;

use super::screen::Screen;
use super::trouble::Trouble;
use super::{Arguments, Exit};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Man {
    /// The subcommand
    subcommand: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  deployc man > /usr/local/share/man/man1/deployc.1
  deployc man check | man -l -";

impl Man {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        let mut command = Arguments::command();
        command.build();
        let (title, command) = match &self.subcommand {
            None => ("deployc".to_owned(), command),
            Some(name) => {
                let found = command.find_subcommand(name).cloned().ok_or_else(|| {
                    Trouble::used(format!("there is no subcommand `{name}`"))
                        .help("`deployc --help` lists them")
                })?;
                (format!("deployc-{name}"), found)
            }
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .title(title)
            .source(concat!("deployc ", env!("CARGO_PKG_VERSION")))
            .render(&mut page)
            .map_err(|error| Trouble::io("the page can't be made", error))?;
        screen.print_bytes(&page)?;
        Ok(Exit::Clean)
    }
}
