//! The specs that bring in a file, directly or over others: a change of it may break them.

use deployc::blank::Blanks;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use deployc::parallel;
use deployc::source::SourceId;
use deployc::syntax::{self, Kind};

use super::disk::{self, Disk};
use super::files::{Chosen, Input};

/// The specs of the project that bring in one of `inputs` and are none of them, in the order of their
/// names. Where no `deployc.toml` and no `.git` bounds a project, there are none.
pub fn of(inputs: &[Input], chosen: &Chosen) -> miette::Result<Vec<Input>> {
    let mut projects: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for input in inputs {
        // What was searched with its folder is there already.
        if let Input::File { path, .. } = input
            && chosen.names(path)
            && let Some(project) = Disk::of(path).project()
            && let Ok(real) = path.canonicalize()
        {
            projects.entry(project).or_default().insert(real);
        }
    }
    let known: BTreeSet<PathBuf> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::File { path, .. } => path.canonicalize().ok(),
            Input::Stdin(_) => None,
        })
        .collect();
    let mut dependents = Vec::new();
    for (project, mut reached) in projects {
        let files = chosen.below(&here(project))?;
        // One that can't be read brings in none, whatever the reason.
        let read = parallel::each(&files, |file| {
            let uses = parallel::caught(|| brought_in(file)).unwrap_or_default();
            (file.canonicalize().unwrap_or_default(), uses)
        });
        // What brings in a dependent depends, too.
        loop {
            let before = reached.len();
            for (real, uses) in &read {
                if uses.iter().any(|used| reached.contains(used)) {
                    reached.insert(real.clone());
                }
            }
            if reached.len() == before {
                break;
            }
        }
        for (path, (real, _)) in files.into_iter().zip(read) {
            if reached.contains(&real) && !known.contains(&real) {
                dependents.push(Input::File {
                    path,
                    below: PathBuf::new(),
                });
            }
        }
    }
    dependents.sort_by_key(Input::name);
    dependents.dedup_by_key(|input| input.name());
    Ok(dependents)
}

/// The files that a file brings in, without symbolic links; what can't be read brings in none.
fn brought_in(file: &Path) -> Vec<PathBuf> {
    let Ok(text) = disk::read(file) else {
        return Vec::new();
    };
    // Most files bring in none of the project's: those are not parsed.
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| {
            let rest = line.trim_blanks_start().strip_prefix("use");
            rest.is_some_and(|rest| rest.trim_blanks_start().starts_with('.'))
        })
        .collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let disk = Disk::of(file);
    let name = disk::shown(file);
    let (read, _) = syntax::parse(SourceId::default(), &lines.join("\n"));
    read.items()
        .filter(|item| item.kind() == Kind::use_)
        .filter_map(|item| item.child(Kind::module))
        .filter_map(|module| disk.real(&name, module.text()))
        .collect()
}

/// The folder as it is named from the current one, where that is the same: patterns of `--exclude`
/// begin there.
fn here(folder: PathBuf) -> PathBuf {
    let current = std::env::current_dir().and_then(|folder| folder.canonicalize());
    match current {
        Ok(current) if current == folder => PathBuf::from("."),
        Ok(_) | Err(_) => folder,
    }
}
