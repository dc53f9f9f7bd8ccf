//! The loop: one thread owns the texts, applies edits strictly in their order and answers; another one
//! checks. A request that needs a check of the text as it stands waits for it, and is refused with
//! `ContentModified` if a newer text comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, after, never, select, unbounded};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::capabilities;
use super::documents;
use super::refusal::{Errand, Refusal, response};
use super::table;
use super::worker::{self, Checked, Job};
use super::world::{Host, World};
use crate::parallel;

/// A request that waits for a check.
pub(super) struct Waiting {
    pub request: Request,
    pub path: String,
    /// The revision of the text that the check must be of.
    pub revision: u32,
}

/// The server.
pub(super) struct Server<'c> {
    connection: &'c Connection,
    pub world: World,
    pub jobs: Sender<Job>,
    errands: Sender<(RequestId, Errand)>,
    /// Files to check, and when.
    pub due: BTreeMap<String, Instant>,
    pub waiting: Vec<Waiting>,
    /// Requests that the client undoes, of those that were received together.
    cancelled: BTreeSet<RequestId>,
    /// What went wrong with settings, said once.
    pub told: BTreeSet<String>,
    next_id: i32,
    /// How many states of files there were.
    pub states: u32,
}

/// How a conversation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client said so, after `shutdown`.
    AsAsked,
    /// The client went away, or said `exit` without `shutdown`.
    Abruptly,
    /// What the client sends can't be told apart into messages; the text says why.
    Lost(String),
}

/// Talks with a client until it leaves. Texts are read on the thread that calls: it needs a stack of
/// [`parallel::STACK`] bytes.
pub fn serve(connection: &Connection, host: Arc<dyn Host>) -> Ended {
    let Some((client, parameters)) = greeted(connection, &host) else {
        return Ended::Abruptly;
    };
    let (jobs, taken) = unbounded::<Job>();
    let (done, results) = unbounded::<Checked>();
    let worker = {
        let host = Arc::clone(&host);
        std::thread::Builder::new()
            .name(parallel::WORKER.to_owned())
            .stack_size(parallel::STACK)
            .spawn(move || worker::work(&taken, &done, host.as_ref()))
    };
    let (errands, tasks) = unbounded::<(RequestId, Errand)>();
    let runner = {
        let sender = connection.sender.clone();
        std::thread::Builder::new()
            .name(parallel::WORKER.to_owned())
            .stack_size(parallel::STACK)
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
                    // was undone is not answered.
                    let mut batch = vec![first];
                    batch.extend(self.connection.receiver.try_iter());
                    self.note_cancelled(&batch);
                    for message in batch {
                        match message {
                            Message::Request(request) if request.method == "shutdown" => {
                                shut_down = true;
                                self.send(Response::new_ok(request.id, Value::Null));
                            }
                            Message::Request(request)
                                if shut_down || request.method == "initialize" =>
                            {
                                let why = if shut_down { "shut down" } else { "initialized" };
                                let why = format!("the server is {why} already");
                                self.refuse(request.id, ErrorCode::InvalidRequest, &why);
                            }
                            Message::Request(request) => self.request(request),
                            Message::Notification(note) if note.method == "exit" => {
                                return if shut_down { Ended::AsAsked } else { Ended::Abruptly };
                            }
                            Message::Notification(note) => self.notification(&note),
                            Message::Response(_) => {}
                        }
                    }
                    self.cancelled.clear();
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

    pub fn refuse(&self, id: RequestId, code: ErrorCode, message: &str) {
        self.send(Response::new_err(id, code as i32, message.to_owned()));
    }

    /// Notes what is undone: requests that came before that was said, and no later ones, which
    /// may be given the same number again.
    fn note_cancelled(&mut self, batch: &[Message]) {
        let mut cancelled = BTreeSet::new();
        for message in batch.iter().rev() {
            match message {
                Message::Notification(note) if note.method == "$/cancelRequest" => {
                    let id = note.params.get("id").cloned().unwrap_or_default();
                    cancelled.extend(serde_json::from_value::<RequestId>(id));
                }
                Message::Request(request) if cancelled.remove(&request.id) => {
                    self.cancelled.insert(request.id.clone());
                }
                Message::Request(_) | Message::Notification(_) | Message::Response(_) => {}
            }
        }
        let (gone, kept): (Vec<Waiting>, Vec<Waiting>) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one| cancelled.contains(&one.request.id));
        self.waiting = kept;
        for one in gone {
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
    pub fn answer(&mut self, request: Request) {
        let world = &self.world;
        let answer = catch_unwind(AssertUnwindSafe(|| {
            table::answer(world, &request.method, request.params.clone())
        }));
        match answer {
            Ok(Err(Refusal::Beside(errand))) => {
                // The thread lives as long as the server; without one the work is done here.
                if let Err(unsent) = self.errands.send((request.id, errand)) {
                    let (id, errand) = unsent.0;
                    let answer = catch_unwind(AssertUnwindSafe(errand));
                    self.send(response(id, answer));
                }
            }
            Ok(Err(Refusal::NotYet(path))) => {
                let Some(document) = self.world.documents.get(&path) else {
                    self.refuse(request.id, ErrorCode::RequestFailed, "the file is not open");
                    return;
                };
                if let Some(failure) = document.failure() {
                    self.refuse(request.id, ErrorCode::InternalError, &failure);
                    return;
                }
                let revision = document.revision;
                if let Some(due) = self.due.get_mut(&path) {
                    *due = Instant::now();
                }
                self.waiting.push(Waiting {
                    request,
                    path,
                    revision,
                });
            }
            answer => self.send(response(request.id, answer)),
        }
    }

    fn notification(&mut self, note: &Notification) {
        let what = format!("`{}` failed", note.method);
        let noted = self.guarded(&what, |server| {
            if note.method == "initialized" {
                server.watch_files();
                return Ok(());
            }
            documents::noted(server, note)
        });
        if let Some(Err(why)) = noted {
            self.log(&format!("{}: {why}", note.method));
        }
    }

    /// Does something in which a panic is told and ends nothing.
    pub fn guarded<R>(&mut self, what: &str, work: impl FnOnce(&mut Self) -> R) -> Option<R> {
        match parallel::caught(|| work(self)) {
            Ok(done) => Some(done),
            Err(panic) => {
                self.log(&format!("{what}: that is a bug in deployc: {panic}"));
                None
            }
        }
    }

    /// Shows a warning to the person.
    pub fn show(&self, message: &str) {
        self.notify(
            "window/showMessage",
            json!({ "type": 2, "message": message }),
        );
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

    fn settle_all(&mut self) {
        self.guarded("a text could not be read", documents::settle);
    }
}
