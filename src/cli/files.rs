//! Which files a command is about: paths as they were given, folders walked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use ignore::overrides::{Override, OverrideBuilder};

use super::disk::{self, ReadError};
use super::trouble::Trouble;

/// What standard input is called unless it is given a name.
const STDIN: &str = "<stdin>";

// The arguments that choose files. (Documented, it would say so of the subcommand.)
#[derive(Debug, clap::Args)]
pub struct Chosen {
    /// Specs, folders to search for them, or `-` for standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Leave out what matches this pattern, written as in .gitignore (may be repeated)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Leave out what is excluded or ignored even where it is named as a PATH
    #[arg(long)]
    force_exclude: bool,
    /// The name of what comes from standard input; imports are searched from its folder
    #[arg(long, value_name = "PATH", default_value = STDIN)]
    stdin_filename: String,
}

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A file on the disk.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its folder below the one that was searched; empty where the file itself was named.
        below: PathBuf,
    },
    /// Standard input, under this name.
    Stdin(String),
}

impl Input {
    /// The name as it is shown.
    pub fn name(&self) -> String {
        match self {
            Input::File { path, .. } => disk::shown(path),
            Input::Stdin(name) => name.clone(),
        }
    }

    /// The text.
    pub fn read(&self) -> Result<String, ReadError> {
        match self {
            Input::File { path, .. } => disk::read(path),
            Input::Stdin(_) => disk::read_stdin(),
        }
    }

    /// The name of the file without its folder and its ending.
    pub fn stem(&self) -> String {
        let path = match self {
            Input::File { path, .. } => path.as_path(),
            Input::Stdin(name) if name == STDIN => return "stdin".to_owned(),
            Input::Stdin(name) => Path::new(name),
        };
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }
}

impl Chosen {
    /// The files, each once, in the order of their names. Empty only where files were named and
    /// all of them are excluded by force.
    pub fn inputs(&self) -> miette::Result<Vec<Input>> {
        let excluded = self.excluded()?;
        let mut inputs = BTreeSet::new();
        let mut left_out = false;
        for path in &self.paths {
            if path.as_os_str() == "-" {
                inputs.insert((
                    self.stdin_filename.clone(),
                    Input::Stdin(self.stdin_filename.clone()),
                ));
                continue;
            }
            let metadata = std::fs::metadata(path).map_err(|error| {
                let name = disk::shown(path);
                match ReadError::from(error) {
                    ReadError::Missing => Trouble::used(format!("`{name}` does not exist")),
                    other => Trouble::worked(format!("`{name}` {}", other.in_words())),
                }
            })?;
            if metadata.is_dir() {
                for file in walk(path, &excluded)? {
                    let below = file
                        .parent()
                        .and_then(|folder| folder.strip_prefix(path).ok())
                        .map_or_else(PathBuf::new, Path::to_path_buf);
                    inputs.insert((disk::shown(&file), Input::File { path: file, below }));
                }
            } else if self.force_exclude && is_excluded(path, &excluded) {
                left_out = true;
            } else {
                let named = Input::File {
                    path: path.clone(),
                    below: PathBuf::new(),
                };
                inputs.insert((disk::shown(path), named));
            }
        }
        if inputs.is_empty() && !left_out {
            let paths: Vec<String> = self
                .paths
                .iter()
                .map(|path| format!("`{}`", disk::shown(path)))
                .collect();
            let message = format!("no .deploy file in {}", paths.join(", "));
            return Err(Trouble::used(message)
                .help("name the specs or their folder: `deployc check specs/`")
                .into());
        }
        let mut inputs: Vec<(String, Input)> = inputs.into_iter().collect();
        inputs.dedup_by(|a, b| a.0 == b.0);
        Ok(inputs.into_iter().map(|(_, input)| input).collect())
    }

    /// Whether standard input is among them.
    pub fn reads_stdin(&self) -> bool {
        self.paths.iter().any(|path| path.as_os_str() == "-")
    }

    /// The folders in which a file may appear, change or go that is about one of these paths.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        let excluded = self.excluded().ok();
        let mut folders = BTreeSet::new();
        for path in &self.paths {
            if !path.is_dir() {
                folders.insert(disk::folder_of(path));
                // It may be a link to a file elsewhere.
                let real = path.canonicalize().ok();
                folders.extend(
                    real.as_deref()
                        .and_then(Path::parent)
                        .map(Path::to_path_buf),
                );
                continue;
            }
            let mut walk = WalkBuilder::new(path);
            walk.require_git(false);
            if let Some(excluded) = &excluded {
                walk.overrides(excluded.clone());
            }
            let entries = walk.build().filter_map(Result::ok);
            let inside =
                entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
            folders.extend(inside.map(ignore::DirEntry::into_path));
        }
        folders
    }

    /// Whether a file was named itself, and not found in a folder.
    pub fn names(&self, file: &Path) -> bool {
        self.paths.iter().any(|path| path == file)
    }

    /// The specs in a folder that neither `.gitignore` nor `--exclude` leaves out.
    pub fn below(&self, folder: &Path) -> miette::Result<Vec<PathBuf>> {
        walk(folder, &self.excluded()?)
    }

    fn excluded(&self) -> miette::Result<Override> {
        let wrong = |error: ignore::Error| {
            Trouble::used(format!("the pattern of --exclude can't be read: {error}"))
        };
        let mut builder = OverrideBuilder::new(".");
        for glob in &self.exclude {
            builder.add(&format!("!{glob}")).map_err(wrong)?;
        }
        Ok(builder.build().map_err(wrong)?)
    }
}

/// The specs in a folder that `.gitignore` does not leave out.
pub fn below(folder: &Path) -> miette::Result<Vec<PathBuf>> {
    walk(folder, &Override::empty())
}

/// The specs in a folder that neither `.gitignore` nor `--exclude` leaves out.
fn walk(folder: &Path, excluded: &Override) -> miette::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let walk = WalkBuilder::new(folder)
        .require_git(false)
        .overrides(excluded.clone())
        .build();
    for entry in walk {
        let entry = entry.map_err(|error| {
            Trouble::worked(format!(
                "`{}` can't be searched: {error}",
                disk::shown(folder)
            ))
        })?;
        let file = entry.file_type().is_some_and(|kind| kind.is_file());
        if file && entry.path().extension().is_some_and(|end| end == "deploy") {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Whether a file that was named would have been left out of a walk.
fn is_excluded(path: &Path, excluded: &Override) -> bool {
    let matchers = WalkBuilder::new(".")
        .require_git(false)
        .hidden(false)
        .overrides(excluded.clone())
        .build_matchers();
    matchers.into_iter().any(|mut matcher| {
        matcher
            .normalize(path)
            .is_some_and(|relative| matcher.matched(relative, false).is_ignore())
    })
}

// The arguments that choose one spec. (Documented, it would say so of the subcommand.)
#[derive(Debug, clap::Args)]
pub struct One {
    /// The spec, or `-` for standard input
    #[arg(value_name = "SPEC")]
    spec: PathBuf,
    /// The name of what comes from standard input; imports are searched from its folder
    #[arg(long, value_name = "PATH", default_value = STDIN)]
    stdin_filename: String,
}

impl One {
    /// Where the spec comes from.
    pub fn input(&self) -> Input {
        if self.spec.as_os_str() == "-" {
            Input::Stdin(self.stdin_filename.clone())
        } else {
            Input::File {
                path: self.spec.clone(),
                below: PathBuf::new(),
            }
        }
    }
}
