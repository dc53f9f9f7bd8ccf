//! Templates from a folder, in the place of embedded ones.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use deployc::backend::Templates;

use super::disk::{self, ReadError};
use super::trouble::Trouble;

/// The ending of a template's file.
const ENDING: &str = "hbs";

/// A folder with templates, or none.
pub struct Folder {
    folder: Option<PathBuf>,
    asked: RefCell<BTreeSet<String>>,
    trouble: RefCell<Option<String>>,
}

impl Folder {
    /// The templates of a folder; without one, the embedded templates alone.
    pub fn open(folder: Option<&Path>) -> Result<Self, Trouble> {
        if let Some(folder) = folder
            && !folder.is_dir()
        {
            return Err(Trouble::used(format!(
                "there is no folder `{}` with templates",
                disk::shown(folder)
            )));
        }
        Ok(Folder {
            folder: folder.map(Path::to_path_buf),
            asked: RefCell::default(),
            trouble: RefCell::default(),
        })
    }

    /// Complains about a template that could not be read, and about one that nothing asked for:
    /// its name is probably misspelt.
    pub fn finish(&self) -> miette::Result<()> {
        if let Some(trouble) = self.trouble.take() {
            return Err(Trouble::worked(trouble).into());
        }
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        let asked = self.asked.borrow();
        let entries = std::fs::read_dir(folder).map_err(|error| {
            Trouble::io(
                format!("`{}` can't be searched", disk::shown(folder)),
                error,
            )
        })?;
        let mut unknown: Vec<String> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
            .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
            .filter(|stem| !asked.contains(stem))
            .collect();
        unknown.sort();
        match unknown.first() {
            None => Ok(()),
            Some(name) => {
                let known: Vec<&str> = asked.iter().map(String::as_str).collect();
                Err(
                    Trouble::used(format!("`{name}.{ENDING}` takes the place of no template"))
                        .help(format!("one of `{}`", known.join("`, `")))
                        .into(),
                )
            }
        }
    }
}

impl Templates for Folder {
    fn template(&self, name: &str) -> Option<String> {
        let stem = name.strip_suffix(".hbs").unwrap_or(name);
        self.asked.borrow_mut().insert(stem.to_owned());
        let path = self.folder.as_ref()?.join(format!("{stem}.{ENDING}"));
        match disk::read(&path) {
            Ok(text) => Some(text),
            Err(ReadError::Missing) => None,
            Err(error) => {
                let text = format!("`{}` {}", disk::shown(&path), error.in_words());
                self.trouble.borrow_mut().get_or_insert(text);
                None
            }
        }
    }
}
