//! `deployc check --watch`: a check after each change.
//!
//! No write is missed: a folder is watched before what is in it is read, and changes that arrive while
//! files are read lead to another round.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::check::Check;
use super::screen::Screen;
use super::trouble::{self, Trouble};
use super::{Exit, bug, disk, settings};

/// A change is followed by others: a round waits until there is none for so long …
const QUIET: Duration = Duration::from_millis(40);
/// … but no longer than this.
const PATIENCE: Duration = Duration::from_millis(400);

/// What wakes the watch.
enum Signal {
    /// Something has changed at this place; nothing where the place is not known.
    Changed(Option<PathBuf>),
    /// It is to end.
    End,
}

/// Checks until it is ended; the exit is that of the last round.
pub fn run(check: &Check, screen: Screen) -> miette::Result<Exit> {
    if check.reads_stdin() {
        return Err(Trouble::used("standard input can't be watched")
            .help("name a file or a folder")
            .into());
    }
    let (sender, signals) = channel();
    let end = sender.clone();
    ctrlc::set_handler(move || {
        let _ = end.send(Signal::End);
    })
    .map_err(|error| Trouble::worked(format!("Ctrl-C can't be handled: {error}")))?;

    let mut imports: BTreeSet<PathBuf> = BTreeSet::new();
    let mut watched: Option<Watched> = None;
    let mut first = true;
    let mut exit = Exit::Clean;
    loop {
        // The new eyes open before the old ones close.
        let opened = Watched::open(wanted(check, &imports), &sender)?;
        let complete = wanted(check, &imports).is_within(&opened.folders);
        watched.replace(opened);
        if !complete {
            // Folders appeared in the meantime; nobody would see what is in them.
            continue;
        }
        if drain(&signals) {
            return Ok(exit);
        }
        let round = bug::about("deployc check --watch", || check.round(screen));
        if let Ok(round) = &round
            && round.imports != imports
        {
            imports.clone_from(&round.imports);
            let seen = watched.as_ref().map(|watched| &watched.folders);
            if !seen.is_some_and(|seen| wanted(check, &imports).is_within(seen)) {
                // What was imported may have changed since it was read: it was not watched yet.
                continue;
            }
        }
        if !first {
            screen.begin_again();
        }
        let said = match round {
            Ok(round) => {
                if !round.show(screen)? {
                    return Ok(round.exit);
                }
                exit = round.exit;
                match round.specs {
                    1 => "watching 1 spec; Ctrl-C ends\n".to_owned(),
                    several => format!("watching {several} specs; Ctrl-C ends\n"),
                }
            }
            Err(trouble) if first => return Err(trouble),
            // A file is gone for a moment while an editor saves it, or settings are being written.
            Err(trouble) => {
                screen.complain(&format!("{trouble:?}\n"));
                exit = trouble::exit(&trouble);
                "watching; Ctrl-C ends\n".to_owned()
            }
        };
        screen.complain(&said);
        first = false;
        if wait(&signals, screen) {
            return Ok(exit);
        }
    }
}

/// The folders to watch, as far as they exist; of a missing one, the nearest that holds its place.
struct Folders {
    /// Where specs may be.
    specs: BTreeSet<PathBuf>,
    /// Where settings may be.
    settings: BTreeSet<PathBuf>,
}

impl Folders {
    fn is_within(&self, others: &Folders) -> bool {
        self.specs.is_subset(&others.specs) && self.settings.is_subset(&others.settings)
    }
}

fn wanted(check: &Check, imports: &BTreeSet<PathBuf>) -> Folders {
    let chosen = check.folders();
    let settings = check.folders_of_settings(&chosen);
    let there = |folders: BTreeSet<PathBuf>| -> BTreeSet<PathBuf> {
        folders
            .iter()
            .filter_map(|folder| existing(folder))
            .collect()
    };
    Folders {
        specs: there(chosen.into_iter().chain(imports.iter().cloned()).collect()),
        settings: there(settings),
    }
}

fn existing(folder: &Path) -> Option<PathBuf> {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    folder
        .ancestors()
        .map(|above| match above.as_os_str().is_empty() {
            true => Path::new("."),
            false => above,
        })
        .find_map(|above| above.canonicalize().ok().filter(|path| path.is_dir()))
}

/// Folders that are watched.
struct Watched {
    folders: Folders,
    /// It watches as long as it lives.
    _watcher: RecommendedWatcher,
}

impl Watched {
    fn open(wanted: Folders, sender: &Sender<Signal>) -> miette::Result<Self> {
        let sender = sender.clone();
        let specs = wanted.specs.clone();
        let tell = move |event: notify::Result<Event>| {
            let changed = match event {
                Ok(event) if event.need_rescan() => vec![None],
                Ok(event) if is_change(event.kind) => event
                    .paths
                    .into_iter()
                    .filter(|path| matters(path, &specs))
                    .map(Some)
                    .collect(),
                Ok(_) => Vec::new(),
                // Events are lost: what has changed is seen by looking at everything.
                Err(_) => vec![None],
            };
            for path in changed {
                let _ = sender.send(Signal::Changed(path));
            }
        };
        let refused = |what: &str, error: &notify::Error| {
            Trouble::worked(format!("{what} can't be watched: {error}")).help(
                "on Linux, `sysctl fs.inotify` shows how many folders may be watched; fewer are, \
                 if folders are named or left out with --exclude",
            )
        };
        let mut watcher = RecommendedWatcher::new(tell, Config::default())
            .map_err(|error| refused("this system", &error))?;
        for folder in wanted.specs.union(&wanted.settings) {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {}
                // Gone since it was found: the folder above has seen it go.
                Err(_) if !folder.exists() => {}
                // Settings in a folder that can't be watched can't be read either.
                Err(_) if !wanted.specs.contains(folder) => {}
                Err(error) => {
                    let name = format!("`{}`", disk::shown(folder));
                    return Err(refused(&name, &error).into());
                }
            }
        }
        Ok(Watched {
            folders: wanted,
            _watcher: watcher,
        })
    }
}

/// Whether something may be different afterwards. That a file is read is an event, too.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

/// Whether a change at a place may change what is found. Settings matter wherever they are looked for;
/// specs, what is left out and folders where specs may be.
fn matters(path: &Path, specs: &BTreeSet<PathBuf>) -> bool {
    let name = path.file_name().unwrap_or_default();
    if name == settings::FILE {
        return true;
    }
    if !path.parent().is_some_and(|folder| specs.contains(folder)) {
        return specs.contains(path);
    }
    let named = path.extension().is_some_and(|end| end == "deploy")
        || name == ".gitignore"
        || name == ".ignore";
    // What is gone may have been a folder; the name of one rarely has an ending.
    named || path.is_dir() || (!path.exists() && path.extension().is_none())
}

/// Takes what has arrived. Whether it is the end.
fn drain(signals: &Receiver<Signal>) -> bool {
    signals
        .try_iter()
        .any(|signal| matches!(signal, Signal::End))
}

/// Waits for a change, and until it is over. Whether it is the end.
fn wait(signals: &Receiver<Signal>, screen: Screen) -> bool {
    let Ok(Signal::Changed(path)) = signals.recv() else {
        return true;
    };
    let begun = Instant::now();
    loop {
        match signals.recv_timeout(QUIET) {
            Ok(Signal::End) => return true,
            Ok(Signal::Changed(_)) if begun.elapsed() < PATIENCE => {}
            Ok(Signal::Changed(_)) | Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return true,
        }
    }
    match path {
        Some(path) => screen.complain(&format!("{} has changed\n", disk::shown(&path))),
        None => screen.complain("something has changed\n"),
    }
    false
}
