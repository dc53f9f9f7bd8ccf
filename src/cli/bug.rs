//! Panics: bugs of ours, told once for each file that led to one, with the place in our code.

use std::panic::PanicHookInfo;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use deployc::parallel;
use deployc::report::{Failure, visible_text};

use super::screen::{Color, Screen};
use super::trouble::Trouble;

/// The most panics that are remembered until somebody tells them.
const MOST: usize = 64;

/// The messages of panics and their places in our code, until they are told.
static SEEN: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Whether a panic is told when it happens, and not by whoever catches it.
static AT_ONCE: AtomicBool = AtomicBool::new(false);

const HELP: &str = "please report it with the command and the file that led here";

/// Notes every panic of the process. Threads that nobody waits for tell it themselves.
pub fn watch() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let message = panic.payload_as_str().unwrap_or("no reason given");
        let place = panic
            .location()
            .map(|place| format!(" at {}:{}", place.file(), place.line()))
            .unwrap_or_default();
        let caught = matches!(
            std::thread::current().name(),
            None | Some("main" | parallel::WORKER)
        );
        if AT_ONCE.load(Ordering::Relaxed) || !caught {
            say(&format!("{}{place}", visible_text(message)));
        } else if let Ok(mut seen) = SEEN.lock()
            && seen.len() < MOST
        {
            seen.push((message.to_owned(), place));
        }
    }));
}

/// From now on a panic is told when it happens: what catches it can't write to standard error.
pub fn tell_at_once() {
    AT_ONCE.store(true, Ordering::Relaxed);
}

/// Tells a panic that belongs to no file.
pub fn tell(message: &str) {
    say(&in_words(message));
}

fn say(what: &str) {
    Screen::new(Color::Never).complain(&format!(
        "error: this is a bug in deployc {}: {what}\n  = help: {HELP}\n",
        env!("CARGO_PKG_VERSION"),
    ));
}

/// The message of a panic with its place in our code.
fn in_words(message: &str) -> String {
    let place = SEEN.lock().ok().and_then(|mut seen| {
        let at = seen.iter().position(|(other, _)| other == message)?;
        Some(seen.swap_remove(at).1)
    });
    format!("{}{}", visible_text(message), place.unwrap_or_default())
}

/// What is said of a file that led to a panic.
fn said(message: &str) -> String {
    format!(
        "leads to a bug in deployc {}: {}",
        env!("CARGO_PKG_VERSION"),
        in_words(message)
    )
}

/// Does what is about one file; a panic in it is a failure of that file.
pub fn guarded<R>(path: &str, work: impl FnOnce() -> R) -> Result<R, Failure> {
    parallel::caught(work).map_err(|panic| failure(path, &panic))
}

/// The failure of a file that led to a panic with this message.
pub fn failure(path: &str, panic: &str) -> Failure {
    Failure {
        path: path.to_owned(),
        message: format!("{}; {HELP}", said(panic)),
    }
}

/// Does what a command is about, for one file; a panic in it is an error that names the file.
pub fn about<R>(path: &str, work: impl FnOnce() -> miette::Result<R>) -> miette::Result<R> {
    match parallel::caught(work) {
        Ok(done) => done,
        Err(panic) => Err(Trouble::worked(format!("`{path}` {}", said(&panic)))
            .help(HELP)
            .into()),
    }
}

/// Panics where a test wants to see what becomes of it: in builds for development, on a text that holds
/// what the variable `DEPLOYC_PANIC_ON` says. No build for use looks at the variable.
#[cfg(debug_assertions)]
pub fn planted(text: &str) {
    let words = std::env::var("DEPLOYC_PANIC_ON").unwrap_or_default();
    assert!(
        words.is_empty() || !text.contains(&words),
        "planted by a test"
    );
}

/// Nothing: only builds for development have planted panics.
#[cfg(not(debug_assertions))]
pub fn planted(_text: &str) {}
