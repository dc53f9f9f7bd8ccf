//! The loop: one thread owns the texts, applies edits strictly in their order and answers; another one
//! checks. A request that needs a check of the text as it stands waits for it, and is refused with
//! `ContentModified` if a newer text comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, after, never, select, unbounded};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::capabilities;
use super::diagnostics;
use super::documents;
use super::refusal::{Errand, Refusal, response};
use super::table;
use super::worker::{self, Checked, Job};
use super::world::{Host, World};

/// So long the server waits for a pause in the typing before it checks.
const PAUSE: Duration = Duration::from_millis(40);

/// A request that waits for a check.
struct Waiting {
    request: Request,
    path: String,
    version: i32,
}

/// The server.
pub(super) struct Server<'c> {
    connection: &'c Connection,
    pub world: World,
    jobs: Sender<Job>,
    errands: Sender<(RequestId, Errand)>,
    /// Files to check, and when.
    due: BTreeMap<String, Instant>,
    waiting: Vec<Waiting>,
    /// Requests that the client takes back.
    cancelled: BTreeSet<RequestId>,
    /// What went wrong with settings, said once.
    told: BTreeSet<String>,
    next_id: i32,
    /// How many states of files there were.
    states: u32,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client said so, after `shutdown`.
    AsAsked,
    /// The client went away, or said `exit` without `shutdown`.
    Abruptly,
}

/// Talks with a client until it leaves.
pub fn serve(connection: &Connection, host: Arc<dyn Host>) -> Ended {
    let Some((client, parameters)) = greeted(connection, &host) else {
        return Ended::Abruptly;
    };
    let (jobs, taken) = unbounded::<Job>();
    let (done, results) = unbounded::<Checked>();
    let worker = {
        let host = Arc::clone(&host);
        std::thread::Builder::new()
            .name("checks".to_owned())
            .stack_size(worker::STACK)
            .spawn(move || worker::work(&taken, &done, host.as_ref()))
    };
    let (errands, tasks) = unbounded::<(RequestId, Errand)>();
    let runner = {
        let sender = connection.sender.clone();
        std::thread::Builder::new()
            .name("errands".to_owned())
            .stack_size(worker::STACK)
            .spawn(move || {
                for (id, errand) in tasks {
                    let answer = catch_unwind(AssertUnwindSafe(errand));
                    if sender.send(response(id, answer).into()).is_err() {
                        return;
                    }
                }
            })
    };
    let mut server = Server {
        connection,
        world: client,
        jobs,
        errands,
        due: BTreeMap::new(),
        waiting: Vec::new(),
        cancelled: BTreeSet::new(),
        told: BTreeSet::new(),
        next_id: 0,
        states: 0,
    };
    server.world.folders = capabilities::folders(&parameters);
    let ended = server.run(&results);
    drop(server);
    for thread in [worker, runner].into_iter().flatten() {
        // A panic in it was told; there is nobody left to tell.
        let _ = thread.join();
    }
    ended
}

/// Waits for `initialize` and answers it.
fn greeted(connection: &Connection, host: &Arc<dyn Host>) -> Option<(World, Value)> {
    loop {
        match connection.receiver.recv().ok()? {
            Message::Request(request) if request.method == "initialize" => {
                let (client, encoding) = capabilities::of_client(&request.params);
                let answer = capabilities::answer(encoding);
                let _ = connection
                    .sender
                    .send(Response::new_ok(request.id, answer).into());
                let world = World::new(Arc::clone(host), encoding, client);
                return Some((world, request.params));
            }
            Message::Request(request) => {
                let _ = connection.sender.send(
                    Response::new_err(
                        request.id,
                        ErrorCode::ServerNotInitialized as i32,
                        "expected `initialize`".to_owned(),
                    )
                    .into(),
                );
            }
            Message::Notification(note) if note.method == "exit" => return None,
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
}

impl Server<'_> {
    fn run(&mut self, results: &Receiver<Checked>) -> Ended {
        let mut shut_down = false;
        loop {
            let wake = match self.due.values().min() {
                Some(due) => after(due.saturating_duration_since(Instant::now())),
                None => never(),
            };
            select! {
                recv(self.connection.receiver) -> message => {
                    let Ok(first) = message else { return Ended::Abruptly };
                    // Whatever came in the meantime: many changes are read once, and a request that
                    // was taken back is not answered.
                    let mut batch = vec![first];
                    batch.extend(self.connection.receiver.try_iter());
                    self.note_cancelled(&batch);
                    for message in batch {
                        match message {
                            Message::Request(request) if request.method == "shutdown" => {
                                shut_down = true;
                                self.send(Response::new_ok(request.id, Value::Null));
                            }
                            Message::Request(request) if shut_down => {
                                self.refuse(request.id, ErrorCode::InvalidRequest, "shut down");
                            }
                            Message::Request(request) => self.request(request),
                            Message::Notification(note) if note.method == "exit" => {
                                return if shut_down { Ended::AsAsked } else { Ended::Abruptly };
                            }
                            Message::Notification(note) => self.notification(note),
                            Message::Response(_) => {}
                        }
                    }
                    self.settle_all();
                }
                recv(results) -> checked => {
                    let Ok(checked) = checked else { return Ended::Abruptly };
                    self.checked(checked);
                }
                recv(wake) -> _ => {}
            }
            self.start_checks();
        }
    }

    /// Says something to the client; one that left hears nothing.
    pub fn send(&self, message: impl Into<Message>) {
        let _ = self.connection.sender.send(message.into());
    }

    /// A notification.
    pub fn notify(&self, method: &str, params: impl serde::Serialize) {
        self.send(Notification::new(method.to_owned(), params));
    }

    /// A request to the client, whose answer does not matter.
    pub fn ask(&mut self, method: &str, params: Value) {
        self.next_id += 1;
        let id = RequestId::from(self.next_id);
        self.send(Request::new(id, method.to_owned(), params));
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, message: &str) {
        self.send(Response::new_err(id, code as i32, message.to_owned()));
    }

    fn note_cancelled(&mut self, batch: &[Message]) {
        for message in batch {
            if let Message::Notification(note) = message
                && note.method == "$/cancelRequest"
                && let Some(id) = note.params.get("id")
                && let Ok(id) = serde_json::from_value(id.clone())
            {
                self.cancelled.insert(id);
            }
        }
        let cancelled = &self.cancelled;
        let (gone, kept): (Vec<Waiting>, Vec<Waiting>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one| cancelled.contains(&one.request.id));
        self.waiting = kept;
        for one in gone {
            self.cancelled.remove(&one.request.id);
            self.refuse(one.request.id, ErrorCode::RequestCanceled, "cancelled");
        }
    }

    fn request(&mut self, request: Request) {
        if self.cancelled.remove(&request.id) {
            self.refuse(request.id, ErrorCode::RequestCanceled, "cancelled");
            return;
        }
        self.settle_all();
        self.answer(request);
    }

    /// Answers a request, or puts it aside until a check is finished. A panic is ours, and no reason
    /// to leave.
    fn answer(&mut self, request: Request) {
        let world = &self.world;
        let answer = catch_unwind(AssertUnwindSafe(|| {
            table::answer(world, &request.method, request.params.clone())
        }));
        match answer {
            Ok(Err(Refusal::Beside(errand))) => {
                // The thread lives as long as the server.
                let _ = self.errands.send((request.id, errand));
            }
            Ok(Err(Refusal::NotYet(path))) => {
                let Some(document) = self.world.documents.get(&path) else {
                    self.refuse(request.id, ErrorCode::RequestFailed, "the file is not open");
                    return;
                };
                if document.failed == Some(document.version) {
                    self.refuse(
                        request.id,
                        ErrorCode::InternalError,
                        "this file could not be checked: that is a bug in deployc",
                    );
                    return;
                }
                let version = document.version;
                if let Some(due) = self.due.get_mut(&path) {
                    *due = Instant::now();
                }
                self.waiting.push(Waiting {
                    request,
                    path,
                    version,
                });
            }
            answer => self.send(response(request.id, answer)),
        }
    }

    fn notification(&mut self, note: Notification) {
        if note.method == "initialized" {
            self.watch_files();
            return;
        }
        // A panic in here must not leave a text half changed: they are replaced as a whole.
        let result = catch_unwind(AssertUnwindSafe(|| documents::noted(self, &note)));
        match result {
            Ok(Ok(())) => {}
            Ok(Err(why)) => self.log(&format!("{}: {why}", note.method)),
            Err(_) => self.log(&format!(
                "`{}` failed: that is a bug in deployc",
                note.method
            )),
        }
    }

    /// A line for the log of the editor.
    pub fn log(&self, message: &str) {
        self.notify(
            "window/logMessage",
            json!({ "type": 2, "message": message }),
        );
    }

    fn watch_files(&mut self) {
        if !self.world.client.watches {
            return;
        }
        let watchers = json!([
            { "globPattern": "**/*.deploy" },
            { "globPattern": "**/deployc.toml" },
        ]);
        self.ask(
            "client/registerCapability",
            json!({ "registrations": [{
                "id": "files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": watchers },
            }] }),
        );
    }

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
        let version = self
            .world
            .documents
            .get(path)
            .map(|document| document.version);
        let (gone, kept): (Vec<Waiting>, Vec<Waiting>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one| one.path == path && Some(one.version) != version);
        self.waiting = kept;
        for one in gone {
            self.refuse(
                one.request.id,
                ErrorCode::ContentModified,
                "a newer text came",
            );
        }
    }

    fn settle_all(&mut self) {
        let result = catch_unwind(AssertUnwindSafe(|| documents::settle(self)));
        if result.is_err() {
            self.log("a text could not be read: that is a bug in deployc");
        }
    }

    fn start_checks(&mut self) {
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
            let job = Job {
                path,
                version: document.version,
                state: document.state,
                parsed: Arc::clone(&document.parsed),
                texts: self.world.texts(),
            };
            // The worker lives as long as the server.
            let _ = self.jobs.send(job);
        }
    }

    /// A check is finished.
    fn checked(&mut self, checked: Checked) {
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
        let fresh = checked.version == document.version && checked.state == document.state;
        let Some(outcome) = checked.outcome else {
            if fresh {
                document.failed = Some(document.version);
                self.log("a check failed: that is a bug in deployc");
            }
            self.retry(&checked.path);
            return;
        };
        if checked.state == document.state {
            document.deep = Some(outcome);
        }
        if fresh {
            let published = catch_unwind(AssertUnwindSafe(|| {
                diagnostics::publish(self, &checked.path);
            }));
            if published.is_err() {
                self.log("findings could not be shown: that is a bug in deployc");
            }
            self.retry(&checked.path);
        }
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
