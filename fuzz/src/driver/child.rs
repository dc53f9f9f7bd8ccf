//! The process of one core.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Job, inputs, watched};
use crate::corpus::Corpus;
use crate::oracles::{Oracle, Verdict};

/// What a process says, one line of JSON each.
#[derive(Debug, Serialize, Deserialize)]
pub enum Said {
    Failed {
        number: u64,
        kind: String,
        detail: String,
    },
    /// So many inputs were tried, and so many of them were such that everything could be tried.
    Tried { inputs: u64, whole: u64 },
}

/// So much stack has a thread unless it is told otherwise; what is read must need no more.
const STACK: usize = 2 * 1024 * 1024;

/// Does a thing in a thread with the usual stack.
pub fn in_thread<R: Send>(work: impl FnOnce() -> R + Send) -> Option<R> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work)
            .ok()?;
        thread.join().ok()
    })
}

/// Tries every `workers`-th input, beginning with the first, and writes which one it is at into `state`.
pub fn work(job: &Job, oracle: Oracle, state: &Path) -> std::io::Result<()> {
    let mut state = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(state)?;
    in_thread(move || -> std::io::Result<()> {
        let corpus = Corpus::load();
        // What takes long here is no input's fault.
        if matches!(job.target.as_str(), "targets" | "simulate") {
            corpus.sound();
        }
        let end = Instant::now() + Duration::from_secs(job.seconds);
        let mut said = Instant::now();
        let (mut inputs, mut whole) = (0, 0);
        let mut number = job.first;
        let mut out = std::io::stdout();
        let mut say = |said: &Said| -> std::io::Result<()> {
            writeln!(out, "{}", serde_json::to_string(said)?)?;
            out.flush()
        };
        while number < job.count && Instant::now() < end {
            state.seek(SeekFrom::Start(0))?;
            state.write_all(&number.to_le_bytes())?;
            let input = inputs::input(&job.target, &corpus, job.seed, number);
            inputs += 1;
            match watched(oracle, &input) {
                Ok(counts) => whole += u64::from(counts),
                Err(failure) => say(&Said::Failed {
                    number,
                    kind: failure.kind,
                    detail: failure.detail.chars().take(4000).collect(),
                })?,
            }
            if said.elapsed() > Duration::from_millis(500) {
                said = Instant::now();
                say(&Said::Tried { inputs, whole })?;
                (inputs, whole) = (0, 0);
            }
            number += job.workers;
        }
        say(&Said::Tried { inputs, whole })
    })
    .unwrap_or_else(|| Err(std::io::Error::other("a thread")))
}

/// Tries an oracle on one input.
pub fn replay(oracle: Oracle, bytes: &[u8]) -> Verdict {
    in_thread(|| watched(oracle, bytes)).unwrap_or(Ok(false))
}
