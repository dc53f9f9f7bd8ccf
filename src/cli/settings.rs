//! The `deployc.toml` of a spec: the nearest one upwards, no further than the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deployc::settings::Settings;

use super::disk::{self, ReadError};
use super::files::Input;
use super::trouble::Trouble;

/// The name of the file.
pub const FILE: &str = "deployc.toml";

// The arguments that choose settings. (Documented, it would say so of the subcommand.)
#[derive(Debug, clap::Args)]
pub struct Configured {
    /// Take the settings from this file, and from no other
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,
    /// Take no settings from any file
    #[arg(long)]
    isolated: bool,
}

impl Configured {
    /// The settings for each input, in their order.
    pub fn of(&self, inputs: &[Input]) -> Result<Vec<Arc<Settings>>, Trouble> {
        if let Some(path) = &self.config {
            let settings = Arc::new(read(path)?);
            return Ok(vec![settings; inputs.len()]);
        }
        if self.isolated {
            return Ok(vec![Arc::default(); inputs.len()]);
        }
        nearest(inputs)
    }

    /// The folders in which settings for specs in these folders may appear, change or go.
    pub fn folders(&self, specs: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        if let Some(path) = &self.config {
            return BTreeSet::from([disk::folder_of(path)]);
        }
        if self.isolated {
            return BTreeSet::new();
        }
        let mut folders = BTreeSet::new();
        for folder in specs.iter().filter_map(|folder| folder.canonicalize().ok()) {
            for above in folder.ancestors() {
                let repository = above.join(".git").exists();
                if !folders.insert(above.to_path_buf()) || repository {
                    break;
                }
            }
        }
        folders
    }
}

/// The settings nearest to each input, in their order.
pub fn nearest<'i>(
    inputs: impl IntoIterator<Item = &'i Input>,
) -> Result<Vec<Arc<Settings>>, Trouble> {
    let mut known: BTreeMap<PathBuf, Arc<Settings>> = BTreeMap::new();
    inputs
        .into_iter()
        .map(|input| {
            let folder = disk::folder_of(input.path());
            if let Some(settings) = known.get(&folder) {
                return Ok(Arc::clone(settings));
            }
            let settings = match find(&folder) {
                Some(path) => Arc::new(read(&path)?),
                None => Arc::default(),
            };
            known.insert(folder, Arc::clone(&settings));
            Ok(settings)
        })
        .collect()
}

/// The file that holds for a folder.
fn find(folder: &Path) -> Option<PathBuf> {
    // A folder that can't be found has no file; that the spec can't be read is said elsewhere.
    let folder = folder.canonicalize().ok()?;
    for above in folder.ancestors() {
        let file = above.join(FILE);
        if file.is_file() {
            return Some(file);
        }
        if above.join(".git").exists() {
            return None;
        }
    }
    None
}

fn read(path: &Path) -> Result<Settings, Trouble> {
    let shown = disk::shown(path);
    let text = disk::read(path).map_err(|error| match error {
        ReadError::Missing => Trouble::used(format!("`{shown}` does not exist")),
        other => Trouble::worked(format!("`{shown}` {}", other.in_words())),
    })?;
    Settings::read(&text).map_err(|mistake| {
        let trouble = Trouble::used(format!("{shown}:{}: {}", mistake.line, mistake.message));
        match mistake.help.as_str() {
            "" => trouble,
            help => trouble.help(help),
        }
    })
}
