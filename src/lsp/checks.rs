//! Which file is checked when, and what becomes of those who wait for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lsp_server::ErrorCode;
use serde_json::{Value, json};

use super::diagnostics;
use super::server::{Server, Waiting};
use super::worker::{Checked, Job};

/// So long the server waits for a pause in the typing before it checks.
const PAUSE: Duration = Duration::from_millis(40);

impl Server<'_> {
    /// A file is to be checked after the next pause, or at once.
    pub fn check_soon(&mut self, path: &str, at_once: bool) {
        let now = Instant::now();
        let pause = if at_once { Duration::ZERO } else { PAUSE };
        self.due.insert(path.to_owned(), now + pause);
    }

    /// Nobody waits for a check of this file any more.
    pub fn forget_check(&mut self, path: &str) {
        self.due.remove(path);
        self.modified(path);
    }

    /// Every open file is to be checked again: something that they share has changed.
    pub fn check_all(&mut self) {
        let paths: Vec<String> = self.world.documents.keys().cloned().collect();
        for path in paths {
            self.check_again(&path);
        }
        self.refresh();
    }

    /// What a check said of a file no longer holds, though its text is the same.
    pub fn check_again(&mut self, path: &str) {
        let state = self.state();
        if let Some(document) = self.world.documents.get_mut(path) {
            document.deep = None;
            document.failed = None;
            document.state = state;
        }
        self.check_soon(path, false);
    }

    /// A number for a state of a file that no other has.
    pub fn state(&mut self) -> u32 {
        self.states += 1;
        self.states
    }

    /// Has the client ask again for what it asked before: something else than its texts has changed.
    pub fn refresh(&mut self) {
        let refreshes = self.world.client.refreshes;
        for (wanted, method) in [
            (refreshes.diagnostics, "workspace/diagnostic/refresh"),
            (refreshes.lenses, "workspace/codeLens/refresh"),
            (refreshes.hints, "workspace/inlayHint/refresh"),
        ] {
            if wanted {
                self.ask(method, Value::Null);
            }
        }
    }

    /// Refuses what waits for a check of an older text.
    pub fn modified(&mut self, path: &str) {
        let revision = self
            .world
            .documents
            .get(path)
            .map(|document| document.revision);
        let (gone, kept): (Vec<Waiting>, Vec<Waiting>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one| one.path == path && Some(one.revision) != revision);
        self.waiting = kept;
        for one in gone {
            self.refuse(
                one.request.id,
                ErrorCode::ContentModified,
                "a newer text came",
            );
        }
    }

    /// Has those files checked whose time has come.
    pub fn start_checks(&mut self) {
        let now = Instant::now();
        let ready: Vec<String> = self
            .due
            .iter()
            .filter(|(_, due)| **due <= now)
            .map(|(path, _)| path.clone())
            .collect();
        for path in ready {
            self.due.remove(&path);
            let Some(document) = self.world.documents.get(&path) else {
                continue;
            };
            if document.parsed.unread.is_some() {
                // There is nothing to check; that is what is shown.
                self.publish(&path);
                continue;
            }
            let job = Job {
                path,
                revision: document.revision,
                state: document.state,
                parsed: Arc::clone(&document.parsed),
                texts: self.world.texts(),
            };
            // The worker lives as long as the server.
            let _ = self.jobs.send(job);
        }
    }

    /// A check is finished.
    pub fn checked(&mut self, checked: Checked) {
        if let Some(trouble) = &checked.trouble
            && self.told.insert(trouble.clone())
        {
            self.notify(
                "window/showMessage",
                json!({ "type": 1, "message": trouble }),
            );
        }
        let Some(document) = self.world.documents.get_mut(&checked.path) else {
            return;
        };
        let fresh = checked.revision == document.revision && checked.state == document.state;
        match checked.outcome {
            Ok(outcome) if checked.state == document.state => document.deep = Some(outcome),
            Ok(_) => {}
            Err(panic) if fresh => {
                document.failed = Some((checked.revision, panic));
                self.log("a check failed: that is a bug in deployc");
            }
            Err(_) => {}
        }
        if fresh {
            self.publish(&checked.path);
            self.retry(&checked.path);
        }
    }

    /// Shows what is known of a file.
    fn publish(&mut self, path: &str) {
        self.guarded("findings could not be shown", |server| {
            diagnostics::publish(server, path);
        });
    }

    /// Answers what waited for a check of this file.
    fn retry(&mut self, path: &str) {
        let (ready, kept): (Vec<Waiting>, Vec<Waiting>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one| one.path == path);
        self.waiting = kept;
        for one in ready {
            self.answer(one.request);
        }
    }
}
