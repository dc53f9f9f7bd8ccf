//! A client in the same process: it keeps its own copy of every text, edits it as an editor would,
//! and remembers what the server said.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deployc::diagnostic::Diagnostic;
use deployc::lsp::{Connection, Ended, Host, Message, serve};
use deployc::settings::Settings;
use deployc::source::{LoadError, SourceId};
use deployc::syntax::{self, File, Placed};
use lsp_server::{Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// So long a test waits for an answer at the most.
const PATIENCE: Duration = Duration::from_secs(60);

/// A text with this in it can't be read: there the compiler of the tests has a bug.
pub const BUG: &str = "# here the compiler panics";

/// Files in memory, and bugs where a test wants them.
#[derive(Default)]
pub struct Files {
    pub texts: Mutex<BTreeMap<String, String>>,
    pub settings: Mutex<String>,
}

impl Host for Files {
    fn read(&self, path: &str) -> Option<String> {
        self.texts.lock().expect("no panic").get(path).cloned()
    }

    fn specs(&self, folder: &str) -> Vec<String> {
        assert!(folder != "/panic", "a bug, on purpose");
        let texts = self.texts.lock().expect("no panic");
        let below = format!("{folder}/");
        texts
            .keys()
            .filter(|path| path.starts_with(&below))
            .cloned()
            .collect()
    }

    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = path.trim_start_matches("./");
        let name = name.trim_end_matches(".deploy");
        assert!(name != "panic", "a bug, on purpose");
        let path = match name.strip_prefix("../") {
            Some(rest) => {
                let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
                format!("{above}/{rest}.deploy")
            }
            None => format!("{folder}/{name}.deploy"),
        };
        match self.read(&path) {
            Some(text) => Ok((path, text)),
            None => Err(LoadError::Missing),
        }
    }

    fn settings(&self, _path: &str) -> Result<Settings, String> {
        let text = self.settings.lock().expect("no panic").clone();
        assert!(text != "panic", "a bug, on purpose");
        Settings::read(&text).map_err(|mistake| format!("deployc.toml: {}", mistake.message))
    }

    fn parse(&self, text: &str, before: &[Placed]) -> (File, Vec<Diagnostic>) {
        assert!(!text.contains(BUG), "a bug, on purpose");
        syntax::parse_again(SourceId::default(), text, before)
    }

    fn keep(&self, name: &str, text: &str) -> Option<String> {
        let path = format!("/kept/{name}");
        let mut texts = self.texts.lock().expect("no panic");
        texts.insert(path.clone(), text.to_owned());
        Some(path)
    }
}

/// A conversation with a server.
pub struct Client {
    connection: Connection,
    server: Option<std::thread::JoinHandle<Ended>>,
    pub files: Arc<Files>,
    next: i32,
    versions: BTreeMap<String, i32>,
    pub texts: BTreeMap<String, String>,
    /// What the server said by itself, oldest first.
    pub said: VecDeque<Message>,
    pub capabilities: Value,
}

/// The folder of the tests.
pub const FOLDER: &str = "/project";

pub fn uri(name: &str) -> String {
    format!("file://{FOLDER}/{name}")
}

impl Client {
    /// A client that understands everything.
    pub fn new() -> Client {
        Client::with(json!({
            "textDocument": {
                "completion": { "completionItem": { "snippetSupport": true } },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            },
            "workspace": { "workspaceEdit": { "documentChanges": false } },
        }))
    }

    pub fn with(capabilities: Value) -> Client {
        let (server, connection) = Connection::memory();
        let files = Arc::new(Files::default());
        let host: Arc<dyn Host> = files.clone();
        let server = std::thread::Builder::new()
            .stack_size(32 * 1024 * 1024)
            .spawn(move || serve(&server, host))
            .expect("a thread");
        let mut client = Client {
            connection,
            server: Some(server),
            files,
            next: 0,
            versions: BTreeMap::new(),
            texts: BTreeMap::new(),
            said: VecDeque::new(),
            capabilities: Value::Null,
        };
        let answer = client.ask(
            "initialize",
            json!({
                "processId": null,
                "rootUri": null,
                "capabilities": capabilities,
                "workspaceFolders": [{ "uri": format!("file://{FOLDER}"), "name": "work" }],
            }),
        );
        client.capabilities = answer["capabilities"].clone();
        client.tell("initialized", json!({}));
        client
    }

    pub fn tell(&self, method: &str, params: Value) {
        let note = Notification::new(method.to_owned(), params);
        self.connection
            .sender
            .send(note.into())
            .expect("the server listens");
    }

    /// Sends a request and does not wait.
    pub fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        let request = Request::new(id.clone(), method.to_owned(), params);
        self.connection
            .sender
            .send(request.into())
            .expect("the server listens");
        id
    }

    /// The answer to a request.
    pub fn wait(&mut self, id: &RequestId) -> Response {
        loop {
            let message = self
                .connection
                .receiver
                .recv_timeout(PATIENCE)
                .expect("the server answers");
            match message {
                Message::Response(response) if response.id == *id => return response,
                other => self.said.push_back(other),
            }
        }
    }

    pub fn try_ask(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        let id = self.send(method, params);
        self.wait(&id)
            .response_result
            .map_err(|error| (error.code, error.message))
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params)
            .unwrap_or_else(|error| panic!("{method}: {error:?}"))
    }

    pub fn open(&mut self, name: &str, text: &str) {
        self.texts.insert(name.to_owned(), text.to_owned());
        self.versions.insert(name.to_owned(), 1);
        self.tell(
            "textDocument/didOpen",
            json!({ "textDocument": {
                "uri": uri(name), "languageId": "deploy", "version": 1, "text": text,
            } }),
        );
    }

    /// Replaces a stretch of bytes, in the server's copy by an incremental change.
    pub fn edit(&mut self, name: &str, range: std::ops::Range<usize>, text: &str) {
        let old = &self.texts[name];
        let change = json!({
            "range": { "start": position(old, range.start), "end": position(old, range.end) },
            "text": text,
        });
        let mut new = old.clone();
        new.replace_range(range, text);
        self.texts.insert(name.to_owned(), new);
        let version = self.versions.get_mut(name).expect("it is open");
        *version += 1;
        let version = *version;
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": uri(name), "version": version },
                "contentChanges": [change],
            }),
        );
    }

    /// The server's copy of a text.
    pub fn text(&mut self, name: &str) -> String {
        let params = self.file(name);
        let answer = self.ask("deployc/text", params);
        answer.as_str().expect("a text").to_owned()
    }

    /// A change as it stands, of which this client's copy knows nothing.
    pub fn change(&self, name: &str, version: &Value, changes: &Value) {
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": uri(name), "version": version },
                "contentChanges": changes,
            }),
        );
    }

    /// Replaces the first occurrence of some words.
    pub fn replace(&mut self, name: &str, old: &str, new: &str) {
        let at = self.texts[name].find(old).expect("the words are there");
        self.edit(name, at..at + old.len(), new);
    }

    pub fn close(&mut self, name: &str) {
        self.texts.remove(name);
        self.tell(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": uri(name) } }),
        );
    }

    pub fn version(&self, name: &str) -> i32 {
        self.versions[name]
    }

    /// The parameters of a request about the place behind some words.
    pub fn behind(&self, name: &str, words: &str) -> Value {
        let text = &self.texts[name];
        let at = text
            .find(words)
            .unwrap_or_else(|| panic!("`{words}` is there"));
        self.at(name, at + words.len())
    }

    /// The parameters of a request about the place before some words.
    pub fn before(&self, name: &str, words: &str) -> Value {
        let text = &self.texts[name];
        let at = text
            .find(words)
            .unwrap_or_else(|| panic!("`{words}` is there"));
        self.at(name, at)
    }

    pub fn at(&self, name: &str, offset: usize) -> Value {
        json!({
            "textDocument": { "uri": uri(name) },
            "position": position(&self.texts[name], offset),
        })
    }

    pub fn file(&self, name: &str) -> Value {
        json!({ "textDocument": { "uri": uri(name) } })
    }

    /// What the server next says by this method.
    pub fn hear(&mut self, method: &str) -> Value {
        loop {
            let position = self.said.iter().position(|message| match message {
                Message::Notification(note) => note.method == method,
                Message::Request(request) => request.method == method,
                Message::Response(_) => false,
            });
            if let Some(position) = position {
                match self.said.remove(position) {
                    Some(Message::Notification(note)) => return note.params,
                    Some(Message::Request(request)) => return request.params,
                    Some(Message::Response(_)) | None => unreachable!("it was found"),
                }
            }
            let message = self
                .connection
                .receiver
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("the server says `{method}`"));
            self.said.push_back(message);
        }
    }

    /// The findings that are shown for the text as it stands, after all checks.
    pub fn findings(&mut self, name: &str) -> Vec<Value> {
        // A pull waits for the checks, whatever the client can do.
        let params = self.file(name);
        let report = self.ask("textDocument/diagnostic", params);
        report["items"].as_array().expect("a full report").clone()
    }

    /// The rules of the findings that are shown.
    pub fn codes(&mut self, name: &str) -> Vec<String> {
        self.findings(name)
            .iter()
            .map(|finding| finding["code"].as_str().expect("a code").to_owned())
            .collect()
    }

    /// A text after the edits that the server answered for it.
    pub fn after(&self, name: &str, edits: &Value) -> String {
        apply(&self.texts[name], edits.as_array().expect("edits"))
    }

    /// Ends the conversation as it should be.
    pub fn leave(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        let server = self.server.take().expect("it runs");
        assert_eq!(server.join().expect("no panic"), Ended::AsAsked);
    }
}

/// The position of a byte offset, in UTF-16: counted here by itself, so that it checks the server's.
pub fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let mut line = 0;
    let mut start = 0;
    let bytes = before.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let whole = text.as_bytes();
        let ends = *byte == b'\n' || *byte == b'\r' && whole.get(at + 1) != Some(&b'\n');
        if ends {
            line += 1;
            start = at + 1;
        }
    }
    let column = before[start..].encode_utf16().count();
    json!({ "line": line, "character": column })
}

/// The byte offset of a position.
pub fn offset(text: &str, position: &Value) -> usize {
    let wanted = position["line"].as_u64().expect("a line");
    let column = position["character"].as_u64().expect("a column") as usize;
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.bytes().enumerate().filter_map(|(at, byte)| {
            let ends =
                byte == b'\n' || byte == b'\r' && text.as_bytes().get(at + 1) != Some(&b'\n');
            ends.then_some(at + 1)
        }))
        .collect();
    let Some(start) = starts.get(wanted as usize).copied() else {
        return text.len();
    };
    let mut units = 0;
    for (at, letter) in text[start..].char_indices() {
        if units >= column {
            return start + at;
        }
        units += letter.len_utf16();
    }
    text.len()
}

/// The text of a range.
pub fn slice<'t>(text: &'t str, range: &Value) -> &'t str {
    &text[offset(text, &range["start"])..offset(text, &range["end"])]
}

/// A text after edits that do not overlap.
pub fn apply(text: &str, edits: &[Value]) -> String {
    let mut places: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|edit| {
            (
                offset(text, &edit["range"]["start"]),
                offset(text, &edit["range"]["end"]),
                edit["newText"].as_str().expect("a text"),
            )
        })
        .collect();
    places.sort_by_key(|(start, end, _)| (*start, *end));
    let mut out = String::new();
    let mut at = 0;
    for (start, end, new) in places {
        assert!(at <= start, "edits do not overlap");
        out.push_str(&text[at..start]);
        out.push_str(new);
        at = end;
    }
    out.push_str(&text[at..]);
    out
}
