//! Which files a command is about: paths as they were given, folders walked.

use std::collections::BTreeSet;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use deployc::report::Failure;
use ignore::WalkBuilder;
use ignore::overrides::{Override, OverrideBuilder};

use super::disk::{self, ReadError};
use super::trouble::{Trouble, io_in_words};

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

/// The files that a command is about, and what could not be had of those that were asked for.
#[derive(Debug, Default)]
pub struct Found {
    /// Each once, in the order of their names.
    pub inputs: Vec<Input>,
    /// Files and folders that can't be read, whose others are among the inputs.
    pub failures: Vec<Failure>,
}

impl Input {
    /// Where it is; where it would be if it has a name alone.
    pub fn path(&self) -> &Path {
        match self {
            Input::File { path, .. } => path,
            Input::Stdin(name) => Path::new(name),
        }
    }

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
        if *self == Input::Stdin(STDIN.to_owned()) {
            return "stdin".to_owned();
        }
        self.path()
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }
}

impl Chosen {
    /// The files. None only where files were named and all of them are excluded by force, or where
    /// none could be read of several that were asked for.
    pub fn inputs(&self) -> miette::Result<Found> {
        let excluded = self.excluded()?;
        let mut inputs: BTreeSet<(String, PathBuf, Input)> = BTreeSet::new();
        let mut add = |input: Input| {
            let place = match &input {
                Input::File { path, .. } => disk::absolute(path),
                Input::Stdin(_) => PathBuf::new(),
            };
            inputs.insert((input.name(), place, input));
        };
        let mut failures = Vec::new();
        let mut left_out = false;
        for path in &self.paths {
            if path.as_os_str() == "-" {
                add(Input::Stdin(self.stdin_filename.clone()));
                continue;
            }
            let metadata = match std::fs::metadata(path) {
                Ok(metadata) => metadata,
                Err(error) => {
                    let error = ReadError::from(error);
                    let name = disk::shown(path);
                    let message = error.in_words();
                    if let [_] = self.paths.as_slice() {
                        let said = format!("`{name}` {message}");
                        return Err(match error {
                            ReadError::Missing => Trouble::used(said),
                            _ => Trouble::worked(said),
                        }
                        .into());
                    }
                    failures.push(Failure {
                        path: name,
                        message,
                    });
                    continue;
                }
            };
            if metadata.is_dir() {
                let walked = walk(path, &excluded);
                failures.extend(walked.failures);
                for file in walked.files {
                    let below = file
                        .parent()
                        .and_then(|folder| folder.strip_prefix(path).ok())
                        .map_or_else(PathBuf::new, Path::to_path_buf);
                    add(Input::File { path: file, below });
                }
            } else if self.force_exclude && is_excluded(path, &excluded) {
                left_out = true;
            } else {
                add(Input::File {
                    path: path.clone(),
                    below: PathBuf::new(),
                });
            }
        }
        if inputs.is_empty() && failures.is_empty() && !left_out {
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
        let mut inputs: Vec<(String, PathBuf, Input)> = inputs.into_iter().collect();
        inputs.dedup_by(|a, b| a.0 == b.0 && a.1 == b.1);
        // What is found and fixed is known by the name of its file.
        inputs.dedup_by(|a, b| {
            let same = a.0 == b.0;
            if same {
                failures.push(Failure {
                    path: a.0.clone(),
                    message: "has the same name as another file when it is shown".to_owned(),
                });
            }
            same
        });
        failures.sort_by(|a, b| a.path.cmp(&b.path));
        failures.dedup();
        Ok(Found {
            inputs: inputs.into_iter().map(|(_, _, input)| input).collect(),
            failures,
        })
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

    /// The specs in a folder that neither `.gitignore` nor `--exclude` leaves out, as far as it can be
    /// searched.
    pub fn below(&self, folder: &Path) -> miette::Result<Vec<PathBuf>> {
        Ok(walk(folder, &self.excluded()?).files)
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

/// The specs in a folder that `.gitignore` does not leave out, as far as it can be searched.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    walk(folder, &Override::empty()).files
}

/// What a folder holds.
#[derive(Default)]
struct Walked {
    files: Vec<PathBuf>,
    failures: Vec<Failure>,
}

/// The specs in a folder that neither `.gitignore` nor `--exclude` leaves out. Links to files are not
/// followed: what they lead to is a spec where it lies.
fn walk(folder: &Path, excluded: &Override) -> Walked {
    let mut walked = Walked::default();
    let walk = WalkBuilder::new(folder)
        .require_git(false)
        .overrides(excluded.clone())
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                walked.failures.push(not_searched(folder, &error));
                continue;
            }
        };
        let path = entry.path();
        if path.extension().is_none_or(|end| end != "deploy") {
            continue;
        }
        match entry.file_type().map(|kind| is_spec(path, kind)) {
            Some(Ok(true)) => walked.files.push(entry.into_path()),
            Some(Ok(false)) | None => {}
            Some(Err(message)) => walked.failures.push(Failure {
                path: disk::shown(path),
                message,
            }),
        }
    }
    walked
}

/// Whether what has the name of a spec is one; why it can't be, though somebody may think so.
fn is_spec(path: &Path, kind: FileType) -> Result<bool, String> {
    if kind.is_file() {
        Ok(true)
    } else if kind.is_dir() {
        Ok(false)
    } else if kind.is_symlink() {
        match std::fs::metadata(path) {
            Ok(_) => Ok(false),
            Err(error) => Err(format!(
                "is a link that can't be followed: {}",
                io_in_words(&error)
            )),
        }
    } else {
        Err(ReadError::Odd.in_words())
    }
}

fn not_searched(folder: &Path, error: &ignore::Error) -> Failure {
    let mut place = folder;
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path, err } => {
                place = path;
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                inner = err;
            }
            _ => break,
        }
    }
    let why = match inner.io_error() {
        // Its own words name the place once more.
        Some(error) => io_in_words(&error.kind().into()),
        None => inner.to_string(),
    };
    Failure {
        path: disk::shown(place),
        message: format!("can't be searched: {why}"),
    }
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
