//! An oracle with its panics noticed, in whatever thread they are.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, Once, PoisonError};

use crate::oracles::{Failure, Oracle, Verdict, failure};

static SEEN: Mutex<Vec<Failure>> = Mutex::new(Vec::new());
static HOOK: Once = Once::new();

fn seen() -> std::sync::MutexGuard<'static, Vec<Failure>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Words without what differs from input to input.
fn general(words: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    for letter in words.lines().next().unwrap_or_default().chars().take(48) {
        match letter {
            '`' | '"' => quoted = !quoted,
            _ if quoted => {}
            '0'..='9' => {
                if !out.ends_with('N') {
                    out.push('N');
                }
            }
            letter => out.push(letter),
        }
    }
    out
}

/// Tries an oracle on an input. A panic is a failure, also one that was caught on its way.
pub fn watched(oracle: Oracle, bytes: &[u8]) -> Verdict {
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let place = info
                .location()
                .map(|place| format!("{}:{}", place.file(), place.line()))
                .unwrap_or_default();
            let place = place
                .rsplit_once("/src/")
                .map_or(place.clone(), |(before, file)| {
                    let krate = before.rsplit('/').next().unwrap_or_default();
                    format!("{krate}/src/{file}")
                });
            let words = info.payload_as_str().unwrap_or("a panic");
            seen().push(failure(
                format!("panic at {place}: {}", general(words)),
                words,
            ));
        }));
    });
    seen().clear();
    let verdict = catch_unwind(AssertUnwindSafe(|| (oracle.holds)(bytes)));
    let panicked = seen().first().cloned();
    match (panicked, verdict) {
        (Some(panic), _) => Err(panic),
        (None, Ok(verdict)) => verdict,
        (None, Err(_)) => Err(failure("a panic without words", "")),
    }
}
