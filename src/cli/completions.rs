//! `deployc completions`: what a shell needs to complete our arguments.

use clap::CommandFactory;
use clap_complete::Shell;

use super::screen::Screen;
use super::{Arguments, Exit};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  deployc completions bash > ~/.local/share/bash-completion/completions/deployc
  deployc completions zsh > ~/.zfunc/_deployc
  deployc completions fish > ~/.config/fish/completions/deployc.fish";

impl Completions {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        // Into memory, because the generator panics when it can't write.
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "deployc", &mut text);
        screen.print_bytes(&text)?;
        Ok(Exit::Clean)
    }
}
