//! How long somebody waits who types in a spec of 10,000 lines, and how much memory the server has
//! after thousands of edits: `cargo bench --bench editor`.
//!
//! Each figure is taken between the moment in which a message leaves the client and the one in which
//! the answer is there, over a connection in memory; p50 and p99 of all keystrokes. Beside it stands the
//! time that the server's own thread was on a processor, which a busy machine does not stretch.

#[path = "generate/mod.rs"]
mod generate;

use std::sync::Arc;
use std::time::{Duration, Instant};

use deployc::lsp::{Connection, Host, Message, serve};
use deployc::settings::Settings;
use deployc::source::{LoadError, Loader, NoFiles};
use lsp_server::{Notification, Request, RequestId};
use serde_json::{Value, json};

// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const URI: &str = "file:///big.deploy";
const LINES: usize = 10_000;
const KEYSTROKES: usize = 400;
const EDITS: usize = 5_000;

/// No file beside the one that is open.
struct Nothing;

impl Host for Nothing {
    fn read(&self, _path: &str) -> Option<String> {
        None
    }
    fn specs(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }
    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        NoFiles.load(from, path)
    }
    fn settings(&self, _path: &str) -> Result<Settings, String> {
        Ok(Settings::default())
    }
    fn keep(&self, _name: &str, _text: &str) -> Option<String> {
        None
    }
}

struct Client {
    connection: Connection,
    version: i32,
    next: i32,
}

impl Client {
    fn tell(&self, method: &str, params: Value) {
        let note = Notification::new(method.to_owned(), params);
        self.connection
            .sender
            .send(note.into())
            .expect("the server listens");
    }

    /// The answer to a request; what is said besides is thrown away.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = RequestId::from(self.next);
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.connection
            .sender
            .send(request.into())
            .expect("the server listens");
        loop {
            let message = self.connection.receiver.recv().expect("it answers");
            if let Message::Response(response) = message
                && response.id == id
            {
                return response.response_result.expect("an answer");
            }
        }
    }

    fn replace(&mut self, line: usize, from: usize, to: usize, text: &str) {
        self.version += 1;
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": URI, "version": self.version },
                "contentChanges": [{
                    "range": {
                        "start": { "line": line, "character": from },
                        "end": { "line": line, "character": to },
                    },
                    "text": text,
                }],
            }),
        );
    }

    /// Waits until findings for the text as it stands are shown.
    fn shown(&self) {
        loop {
            let message = self.connection.receiver.recv().expect("it answers");
            if let Message::Notification(note) = message
                && note.method == "textDocument/publishDiagnostics"
                && note.params["version"] == self.version
            {
                return;
            }
        }
    }

    fn at(line: usize, column: usize) -> Value {
        json!({
            "textDocument": { "uri": URI },
            "position": { "line": line, "character": column },
        })
    }
}

fn main() {
    // `cargo test --benches` and the like ask for a list.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let text = generate::spec(LINES / 6);
    let lines: Vec<&str> = text.lines().collect();
    let (server, connection) = Connection::memory();
    let thread = std::thread::Builder::new()
        .name("server".to_owned())
        .stack_size(32 * 1024 * 1024)
        .spawn(move || serve(&server, Arc::new(Nothing)))
        .expect("a thread");
    let mut client = Client {
        connection,
        version: 1,
        next: 0,
    };
    client.ask("initialize", json!({ "capabilities": {} }));
    client.tell("initialized", json!({}));
    let begun = Instant::now();
    client.tell(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": URI, "languageId": "deploy", "version": 1, "text": text } }),
    );
    let document = json!({ "textDocument": { "uri": URI } });
    client.ask("textDocument/diagnostic", document.clone());
    println!(
        "{} lines, {} KB; opened and checked in {:.0} ms, {} MB",
        lines.len(),
        text.len() / 1000,
        begun.elapsed().as_secs_f64() * 1e3,
        memory()
    );

    // A statement in every part of the file, so that no place is favoured.
    let places: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.trim_start().starts_with("require errors-"))
        .map(|(number, _)| number)
        .collect();
    let place = |round: usize| places[round * 7919 % places.len()];

    let mut reading = Vec::new();
    let mut checks = Vec::new();
    for round in 0..KEYSTROKES {
        let line = place(round);
        let watch = Watch::start();
        client.replace(line, 2, 2, "@");
        client.shown();
        reading.push(watch.stop());
        client.replace(line, 2, 3, "");
        client.shown();
        let column = lines[line].len();
        let watch = Watch::start();
        client.replace(line, column - 1, column, "");
        client.ask("textDocument/diagnostic", document.clone());
        checks.push(watch.stop());
        client.replace(line, column - 1, column - 1, "%");
        client.ask("textDocument/diagnostic", document.clone());
    }
    tell("a keystroke until mistakes of reading are shown", reading);
    tell("a keystroke until all checks are done", checks);

    for (what, method) in [
        ("a keystroke and completion", "textDocument/completion"),
        ("a keystroke and hover on a metric", "textDocument/hover"),
        ("a keystroke and definition", "textDocument/definition"),
    ] {
        let mut times = Vec::new();
        for round in 0..KEYSTROKES {
            let line = place(round);
            let column = if method.ends_with("completion") {
                "  require ".len()
            } else {
                "  require er".len()
            };
            let watch = Watch::start();
            client.replace(line, 0, 0, " ");
            client.ask(method, Client::at(line, column + 1));
            times.push(watch.stop());
            client.replace(line, 0, 1, "");
            // The typist's pause: checks that began are over.
            client.ask("textDocument/diagnostic", document.clone());
        }
        tell(what, times);
    }
    let mut times = Vec::new();
    for round in 0..KEYSTROKES {
        let watch = Watch::start();
        client.ask("textDocument/hover", Client::at(place(round), 12));
        times.push(watch.stop());
    }
    tell("hover alone", times);
    for (what, method) in [
        (
            "semantic tokens of the whole file",
            "textDocument/semanticTokens/full",
        ),
        ("outline of the whole file", "textDocument/documentSymbol"),
    ] {
        let mut times = Vec::new();
        for _ in 0..40 {
            let watch = Watch::start();
            client.ask(method, document.clone());
            times.push(watch.stop());
        }
        tell(what, times);
    }

    let before = memory();
    for round in 0..EDITS {
        let line = place(round);
        client.replace(line, 2, 2, "x");
        client.replace(line, 2, 3, "");
        if round % 50 == 0 {
            client.ask("textDocument/diagnostic", document.clone());
        }
    }
    client.ask("textDocument/diagnostic", document);
    println!(
        "memory: {before} MB before, {} MB after {} more edits",
        memory(),
        2 * EDITS
    );
    client.ask("shutdown", Value::Null);
    client.tell("exit", Value::Null);
    let _ = thread.join();
}

/// How long something took: in all, and on a processor.
struct Took {
    all: Duration,
    working: Duration,
}

/// A watch that was started.
struct Watch {
    begun: Instant,
    worked: Duration,
}

impl Watch {
    fn start() -> Watch {
        Watch {
            worked: working(),
            begun: Instant::now(),
        }
    }

    fn stop(&self) -> Took {
        let all = self.begun.elapsed();
        // The system counts when a thread goes to sleep, which is just after the answer.
        std::thread::sleep(Duration::from_micros(500));
        Took {
            all,
            working: working().saturating_sub(self.worked),
        }
    }
}

/// So long the server's thread was on a processor; nothing where the system does not say.
fn working() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let own = threads.flatten().find(|thread| {
        std::fs::read_to_string(thread.path().join("comm"))
            .is_ok_and(|name| name.trim() == "server")
    });
    let count = own
        .and_then(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok())
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .unwrap_or(0);
    Duration::from_nanos(count)
}

fn tell(what: &str, times: Vec<Took>) {
    let at = |share: usize, of: fn(&Took) -> Duration| {
        let mut all: Vec<Duration> = times.iter().map(of).collect();
        all.sort();
        all[(all.len() * share / 100).min(all.len() - 1)].as_secs_f64() * 1e3
    };
    println!(
        "{what:<48} p50 {:>6.1} ms   p99 {:>6.1} ms   at work p50 {:>5.1} ms   p99 {:>5.1} ms   ({} times)",
        at(50, |took| took.all),
        at(99, |took| took.all),
        at(50, |took| took.working),
        at(99, |took| took.working),
        times.len()
    );
}

/// Megabytes that the process holds; 0 where the system does not say.
fn memory() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/statm") else {
        return 0;
    };
    let pages: u64 = status
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .unwrap_or(0);
    pages * 4096 / 1_000_000
}
