//! The thread that checks: it takes the newest text of each file and leaves out those in between.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};

use super::parsed::Parsed;
use super::world::{Deep, Host, Overlay};
use crate::compile;
use crate::parallel;
use crate::settings::Settings;

/// A text to check.
pub(super) struct Job {
    /// The path of the file.
    pub path: String,
    /// The revision of its text.
    pub revision: u32,
    /// The state of the file and of all that it brings in.
    pub state: u32,
    /// The text, read.
    pub parsed: Arc<Parsed>,
    /// All open texts.
    pub texts: BTreeMap<String, Arc<str>>,
}

/// What came of a check.
pub(super) struct Checked {
    /// The path of the file.
    pub path: String,
    /// The state that was checked.
    pub state: u32,
    /// The revision of the text.
    pub revision: u32,
    /// What was found; the message of the panic where the check failed.
    pub outcome: Result<Arc<Deep>, String>,
    /// Why the settings can't be read.
    pub trouble: Option<String>,
}

/// Checks until nobody asks any more.
pub(super) fn work(jobs: &Receiver<Job>, done: &Sender<Checked>, host: &dyn Host) {
    let mut open: BTreeMap<String, Job> = BTreeMap::new();
    loop {
        if open.is_empty() {
            let Ok(job) = jobs.recv() else { return };
            open.insert(job.path.clone(), job);
        }
        for job in jobs.try_iter() {
            open.insert(job.path.clone(), job);
        }
        let Some((_, job)) = open.pop_first() else {
            continue;
        };
        if done.send(check(job, host)).is_err() {
            return;
        }
    }
}

fn check(job: Job, host: &dyn Host) -> Checked {
    let (outcome, trouble) = match parallel::caught(|| checked(&job, host)) {
        Ok((deep, trouble)) => (Ok(deep), trouble),
        Err(panic) => (Err(panic), None),
    };
    Checked {
        path: job.path,
        state: job.state,
        revision: job.revision,
        outcome,
        trouble,
    }
}

/// What a check says of a text, and why the settings can't be read if they can't.
fn checked(job: &Job, host: &dyn Host) -> (Arc<Deep>, Option<String>) {
    let (settings, trouble) = match host.settings(&job.path) {
        Ok(settings) => (settings, None),
        Err(why) => (Settings::default(), Some(why)),
    };
    let overlay = Overlay {
        host,
        texts: &job.texts,
    };
    let mut compilation = compile::check_read(
        job.parsed.source.clone(),
        job.parsed.file.clone(),
        job.parsed.found.clone(),
        &overlay,
    );
    compilation.diagnostics = settings.apply(compilation.diagnostics);
    let deep = Deep {
        revision: job.revision,
        compilation,
    };
    (Arc::new(deep), trouble)
}
