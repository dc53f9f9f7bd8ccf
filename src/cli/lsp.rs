//! `deployc lsp`: the language server, on the standard streams.

use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deployc::lsp::{self, Ended, Host};
use deployc::report::visible_line;
use deployc::settings::Settings;
use deployc::source::{LoadError, Loader};

use super::disk::{self, Disk};
use super::files;
use super::screen::Screen;
use super::write::{self, Expected, Replacing};
use super::{Exit, bug, settings};

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Lsp {
    /// Standard input and output, which is all there is; some editors say so
    #[arg(long = "stdio", hide = true)]
    _stdio: bool,
}

const EXAMPLES: &str = "\
Examples:
  deployc lsp        What an editor starts; docs/editors.md has the settings of each";

impl Lsp {
    pub fn run(self, screen: Screen) -> miette::Result<Exit> {
        // What the editor is answered goes elsewhere; this is what its log shows.
        bug::tell_at_once();
        let ended =
            lsp::serve_streams(BufReader::new(io::stdin()), io::stdout(), Arc::new(Machine));
        match ended {
            Ended::AsAsked => Ok(Exit::Clean),
            Ended::Abruptly => {
                screen.complain("the editor closed the connection without `shutdown` and `exit`\n");
                Ok(Exit::Found)
            }
            Ended::Lost(why) => {
                screen.complain(&format!(
                    "error: the messages of the editor can't be followed any more: {}\n",
                    visible_line(&why)
                ));
                Ok(Exit::Found)
            }
        }
    }
}

/// The machine as the server sees it.
struct Machine;

impl Host for Machine {
    fn read(&self, path: &str) -> Option<String> {
        disk::read(Path::new(path)).ok()
    }

    fn specs(&self, folder: &str) -> Vec<String> {
        let files = files::below(Path::new(folder));
        let mut paths: Vec<String> = files.iter().map(|file| written(file)).collect();
        paths.sort();
        paths
    }

    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        let (shown, text) = Disk::of(Path::new(from)).load(from, path)?;
        let absolute = std::path::absolute(&shown).unwrap_or_else(|_| PathBuf::from(&shown));
        Ok((written(&absolute), text))
    }

    fn settings(&self, path: &str) -> Result<Settings, String> {
        let input = files::Input::File {
            path: PathBuf::from(path),
            below: PathBuf::new(),
        };
        settings::nearest([&input])
            .map(|settings| {
                settings
                    .first()
                    .map(|one| (**one).clone())
                    .unwrap_or_default()
            })
            .map_err(|trouble| trouble.to_string())
    }

    fn keep(&self, name: &str, text: &str) -> Option<String> {
        let path = cache()?
            .join("deployc")
            .join(env!("CARGO_PKG_VERSION"))
            .join(name);
        if disk::read(&path).is_ok_and(|kept| kept == text) {
            return Some(written(&path));
        }
        let folder = path.parent()?;
        std::fs::create_dir_all(folder).ok()?;
        let root = folder.canonicalize().ok()?;
        let how = Replacing {
            expected: Expected::Anything,
            runs: false,
            root: &root,
        };
        write::replace(&path, text, how).ok()?;
        Some(written(&path))
    }
}

/// Where programs of this user keep what they can make again.
fn cache() -> Option<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    folder("XDG_CACHE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| folder("HOME").map(|home| home.join(".cache")))
}

/// A path with forward slashes.
fn written(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
