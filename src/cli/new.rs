//! `deployc new`: a spec to start from.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::screen::Screen;
use super::trouble::Trouble;
use super::write::{self, Expected, Replacing};
use super::{Exit, disk};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct New {
    /// The name of the service, or the path of the spec; `-` prints the spec
    #[arg(value_name = "NAME")]
    name: PathBuf,
    /// How the new version is brought in
    #[arg(long, value_enum, default_value = "canary")]
    strategy: Strategy,
}

const EXAMPLES: &str = "\
Examples:
  deployc new checkout                             Writes checkout.deploy
  deployc new specs/search.deploy --strategy blue-green
  deployc new - | less                             Look first";

/// The strategies of `--strategy`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Strategy {
    /// A growing share of traffic, with a gate at each step
    Canary,
    /// A second environment, then one switch
    BlueGreen,
}

impl New {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        if self.name.as_os_str() == "-" {
            screen.print(&self.spec("checkout"))?;
            return Ok(Exit::Clean);
        }
        let mut path = self.name.clone();
        if path.extension().is_none_or(|end| end != "deploy") {
            path.as_mut_os_string().push(".deploy");
        }
        let shown = disk::shown(&path);
        let service = service_name(&path).ok_or_else(|| {
            Trouble::used(format!("`{shown}` gives no name for the service"))
                .help("begin the name with a letter: `deployc new checkout`")
        })?;
        let text = self.spec(&service);
        if path.symlink_metadata().is_ok() {
            let trouble = Trouble::used(format!("`{shown}` exists, and is left as it is"));
            return Err(trouble.help("choose another name").into());
        }
        let root = disk::folder_of(&path)
            .canonicalize()
            .map_err(|_| Trouble::used(format!("there is no folder to put `{shown}` in")))?;
        let how = Replacing {
            expected: Expected::Nothing,
            runs: false,
            root: &root,
        };
        write::replace(&path, &text, how)?;
        screen.complain(&format!(
            "wrote {shown}\nnext: deployc check {shown}\n      deployc build {shown}\n"
        ));
        Ok(Exit::Clean)
    }

    fn spec(&self, service: &str) -> String {
        let template = match self.strategy {
            Strategy::Canary => include_str!("new/canary.deploy"),
            Strategy::BlueGreen => include_str!("new/blue-green.deploy"),
        };
        template
            .replace("checkout", service)
            .replace("Checkout", &title(service))
    }
}

/// A name of the language, made of a file's name: `Search API.deploy` gives `search-api`.
fn service_name(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy().to_ascii_lowercase();
    let words: Vec<&str> = stem
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let name = words.join("-");
    name.starts_with(|first: char| first.is_ascii_lowercase())
        .then_some(name)
}

/// `search-api` as people write it: `Search api`.
fn title(service: &str) -> String {
    let words = service.replace('-', " ");
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::service_name;
    use std::path::Path;

    #[test]
    fn files_give_names() {
        let name = |path: &str| service_name(Path::new(path));
        assert_eq!(name("specs/checkout.deploy").as_deref(), Some("checkout"));
        assert_eq!(name("Search API.deploy").as_deref(), Some("search-api"));
        assert_eq!(name("v1.2.deploy").as_deref(), Some("v1-2"));
        assert_eq!(name("42.deploy"), None);
        assert_eq!(name("数据.deploy"), None);
    }
}
