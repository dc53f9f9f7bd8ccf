//! A session with the language server: edits at right and wrong places, requests of every kind, garbage.
//! In the end its texts are the editor's, what it says of them is what a fresh server says, and every
//! request was answered once.
//!
//! The first eight bytes of an input are a number that chooses what is done; the rest is the first text.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deployc::lsp::{Connection, Ended, Host, Message, serve};
use deployc::settings::Settings;
use deployc::source::{LoadError, Loader};
use lsp_server::{Notification, Request, RequestId, Response};
use serde_json::{Value, json};

use super::{Failure, Modules, Verdict, difference, failure};
use crate::faults::Random;

/// So long the server may be silent while something waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
const FOLDER: &str = "/project";
/// The stack of the server's own thread.
const STACK: usize = 8 * 1024 * 1024;

/// What the tool says when it has found a bug in itself.
const INTERNAL: i32 = -32603;

pub fn holds(bytes: &[u8]) -> Verdict {
    let (number, text) = match bytes.split_first_chunk::<8>() {
        Some((number, text)) => (u64::from_le_bytes(*number), text),
        None => (0, bytes),
    };
    let text = String::from_utf8_lossy(text).into_owned();
    let mut random = Random(number);
    let mut session = Session::begin(&mut random)?;
    session.open("spec.deploy", &text)?;
    for _ in 0..1 + random.below(12) {
        session.step(&text, &mut random)?;
    }
    session.compare()?;
    session.end()?;
    Ok(true)
}

/// A machine in memory.
#[derive(Default)]
struct Machine {
    files: Mutex<BTreeMap<String, String>>,
    settings: Mutex<String>,
}

impl Machine {
    fn files(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> String {
        let settings = self.settings.lock();
        settings.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Host for Machine {
    fn read(&self, path: &str) -> Option<String> {
        self.files().get(path).cloned()
    }

    fn specs(&self, folder: &str) -> Vec<String> {
        let below = format!("{folder}/");
        let files = self.files();
        files
            .keys()
            .filter(|path| path.starts_with(&below))
            .cloned()
            .collect()
    }

    fn load(&self, from: &str, path: &str) -> Result<(String, String), LoadError> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (name, text) = Modules.load(from, path)?;
        let full = format!("{folder}/{name}");
        let own = self.read(&full);
        Ok((full, own.unwrap_or(text)))
    }

    fn settings(&self, _path: &str) -> Result<Settings, String> {
        Settings::read(&Machine::settings(self)).map_err(|mistake| mistake.message)
    }

    fn keep(&self, name: &str, text: &str) -> Option<String> {
        let path = format!("/kept/{name}");
        self.files().insert(path.clone(), text.to_owned());
        Some(path)
    }
}

/// The units of columns.
#[derive(Clone, Copy)]
enum Units {
    Utf8,
    Utf16,
    Utf32,
}

impl Units {
    fn name(self) -> &'static str {
        match self {
            Units::Utf8 => "utf-8",
            Units::Utf16 => "utf-16",
            Units::Utf32 => "utf-32",
        }
    }

    fn width(self, letter: char) -> usize {
        match self {
            Units::Utf8 => letter.len_utf8(),
            Units::Utf16 => letter.len_utf16(),
            Units::Utf32 => 1,
        }
    }
}

/// Where the lines of a text begin, as the protocol counts them.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends =
        |at: usize| bytes[at] == b'\n' || bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    std::iter::once(0)
        .chain((0..bytes.len()).filter(|at| ends(*at)).map(|at| at + 1))
        .collect()
}

/// The byte at a position, right or wrong: behind a line it is its end, behind the text the text's end,
/// inside of a character its begin.
fn offset(text: &str, line: u64, column: u64, units: Units) -> usize {
    let starts = line_starts(text);
    let Some(start) = usize::try_from(line).ok().and_then(|line| starts.get(line)) else {
        return text.len();
    };
    let end = starts.get(line as usize + 1).copied().unwrap_or(text.len());
    let own = text[*start..end].trim_end_matches(['\n', '\r']);
    let mut left = column;
    for (at, letter) in own.char_indices() {
        let width = units.width(letter) as u64;
        if left < width {
            return start + at;
        }
        left -= width;
    }
    start + own.len()
}

/// A conversation, and what the editor knows.
struct Session {
    connection: Connection,
    server: std::thread::JoinHandle<Ended>,
    machine: Arc<Machine>,
    client: Value,
    units: Units,
    /// The texts that are open, in the order in which they were opened.
    texts: Vec<(String, String)>,
    folders: Vec<String>,
    version: i32,
    next: i32,
    /// How often each request was answered.
    asked: BTreeMap<RequestId, (String, usize)>,
    answers: BTreeMap<RequestId, Response>,
}

fn uri(name: &str) -> String {
    match name.contains(':') {
        true => name.to_owned(),
        false => format!("file://{FOLDER}/{name}"),
    }
}

/// What the editor can do, by chance.
fn client(random: &mut Random, units: Units) -> Value {
    let mut flag = || random.below(2) == 0;
    let mut client = json!({
        "general": { "positionEncodings": [units.name()] },
        "textDocument": {
            "completion": { "completionItem": { "snippetSupport": flag() } },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": flag() },
        },
        "workspace": {
            "workspaceEdit": { "documentChanges": flag() },
            "didChangeWatchedFiles": { "dynamicRegistration": flag() },
            "codeLens": { "refreshSupport": flag() },
            "inlayHint": { "refreshSupport": flag() },
            "diagnostics": { "refreshSupport": flag() },
        },
    });
    if flag() {
        client["textDocument"]["diagnostic"] = json!({});
    }
    client
}

impl Session {
    fn begin(random: &mut Random) -> Result<Session, Failure> {
        let units = random.choose(&[Units::Utf16, Units::Utf16, Units::Utf8, Units::Utf32]);
        let client = client(random, units);
        let machine = Arc::new(Machine::default());
        let folders = vec![format!("file://{FOLDER}")];
        Session::with(machine, client, units, folders)
    }

    fn with(
        machine: Arc<Machine>,
        client: Value,
        units: Units,
        folders: Vec<String>,
    ) -> Result<Session, Failure> {
        let (server, connection) = Connection::memory();
        let host: Arc<dyn Host> = machine.clone();
        let server = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || serve(&server, host))
            .map_err(|error| failure("no thread", error.to_string()))?;
        let named: Vec<Value> = folders
            .iter()
            .map(|uri| json!({ "uri": uri, "name": "f" }))
            .collect();
        let mut session = Session {
            connection,
            server,
            machine,
            client: client.clone(),
            units,
            texts: Vec::new(),
            folders,
            version: 0,
            next: 0,
            asked: BTreeMap::new(),
            answers: BTreeMap::new(),
        };
        session.ask(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": client, "workspaceFolders": named }),
        )?;
        session.tell("initialized", json!({}))?;
        Ok(session)
    }

    fn say(&self, message: impl Into<Message>) -> Result<(), Failure> {
        let message = message.into();
        if std::env::var_os("DEPLOYC_FUZZ_TALK").is_some() {
            eprintln!("{}", serde_json::to_string(&message).unwrap_or_default());
        }
        self.connection
            .sender
            .send(message)
            .map_err(|_| failure("the server is gone", ""))
    }

    fn tell(&self, method: &str, params: Value) -> Result<(), Failure> {
        self.say(Notification::new(method.to_owned(), params))
    }

    fn send(&mut self, method: &str, params: Value) -> Result<RequestId, Failure> {
        self.next += 1;
        let id = match self.next % 5 {
            0 => RequestId::from(format!("id-{}", self.next)),
            _ => RequestId::from(self.next),
        };
        self.asked.insert(id.clone(), (method.to_owned(), 0));
        self.say(Request::new(id.clone(), method.to_owned(), params))?;
        Ok(id)
    }

    /// Takes note of one message of the server.
    fn hear(&mut self) -> Result<(), Failure> {
        let Ok(message) = self.connection.receiver.recv_timeout(PATIENCE) else {
            let open = self.asked.values().find(|(_, answers)| *answers == 0);
            let method = open.map_or("", |(method, _)| method.as_str());
            return Err(failure(format!("no answer to {}", known(method)), method));
        };
        self.heard(message)
    }

    fn heard(&mut self, message: Message) -> Result<(), Failure> {
        match message {
            Message::Response(response) => {
                let Some((method, answers)) = self.asked.get_mut(&response.id) else {
                    return Err(failure("an answer to nothing", format!("{response:?}")));
                };
                *answers += 1;
                if *answers > 1 {
                    return Err(failure(
                        format!("two answers to {}", known(method)),
                        format!("{response:?}"),
                    ));
                }
                if let Err(error) = &response.response_result
                    && error.code == INTERNAL
                {
                    return Err(failure(
                        format!("{} fails", known(method)),
                        error.message.clone(),
                    ));
                }
                self.answers.insert(response.id.clone(), response);
            }
            Message::Notification(note) => {
                let words = note.params.to_string();
                if note.method == "window/logMessage" && words.contains("bug in deployc") {
                    return Err(failure("the server finds a bug in itself", words));
                }
            }
            Message::Request(request) => {
                // An editor answers.
                self.say(Response::new_ok(request.id, Value::Null))?;
            }
        }
        Ok(())
    }

    fn wait(&mut self, id: &RequestId) -> Result<Response, Failure> {
        loop {
            if let Some(answer) = self.answers.remove(id) {
                return Ok(answer);
            }
            self.hear()?;
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        let id = self.send(method, params)?;
        let answer = self.wait(&id)?;
        answer
            .response_result
            .map_err(|error| failure(format!("{} is refused", known(method)), error.message))
    }

    fn open(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.version += 1;
        self.texts.retain(|(other, _)| other != name);
        self.texts.push((name.to_owned(), text.to_owned()));
        self.tell(
            "textDocument/didOpen",
            json!({ "textDocument": {
                "uri": uri(name), "languageId": "deploy", "version": self.version, "text": text,
            } }),
        )
    }

    /// One thing that an editor does.
    fn step(&mut self, first: &str, random: &mut Random) -> Result<(), Failure> {
        const NAMES: &[&str] = &[
            "spec.deploy",
            "people.deploy",
            "checks.deploy",
            "untitled:One",
        ];
        let name = random.choose(NAMES);
        match random.below(20) {
            0..9 => self.edit(random),
            9..14 => {
                for _ in 0..1 + random.below(3) {
                    let (method, params) = self.request(random);
                    self.send(&method, params)?;
                }
                Ok(())
            }
            14 => {
                let at = random.below(first.len() + 1);
                let text = match random.below(3) {
                    0 => first.to_owned(),
                    1 => first.chars().skip(at).collect(),
                    _ => String::new(),
                };
                self.open(name, &text)
            }
            15 => {
                self.texts.retain(|(other, _)| other != name);
                self.tell(
                    "textDocument/didClose",
                    json!({ "textDocument": { "uri": uri(name) } }),
                )
            }
            16 => self.garbage(random),
            17 => {
                let text: String = first.chars().take(random.below(400)).collect();
                self.machine
                    .files()
                    .insert(format!("{FOLDER}/{name}"), text);
                let change = json!({ "uri": uri(name), "type": 1 + random.below(3) });
                self.tell(
                    "workspace/didChangeWatchedFiles",
                    json!({ "changes": [change] }),
                )
            }
            18 => {
                let settings = random.choose(&[
                    "",
                    "[rules]\nvague = \"off\"\n",
                    "[packs]\nplatform = false\n",
                    "[rules]\nx = 1",
                    "[",
                    "[build]\nrunbook-url = \"https://x/{spec}\"\n",
                ]);
                *self
                    .machine
                    .settings
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = settings.to_owned();
                self.tell(
                    "workspace/didChangeConfiguration",
                    json!({ "settings": null }),
                )
            }
            _ => {
                let id: Value = match random.below(3) {
                    0 => json!(self.next),
                    1 => json!(format!("id-{}", self.next)),
                    _ => json!(random.below(self.next as usize + 1)),
                };
                self.tell("$/cancelRequest", json!({ "id": id }))?;
                match random.below(2) {
                    0 => self.tell(
                        "textDocument/didSave",
                        json!({ "textDocument": { "uri": uri(name) } }),
                    ),
                    _ => Ok(()),
                }
            }
        }
    }

    /// A position: mostly inside of a text, now and then far from it.
    fn position(&self, text: &str, random: &mut Random) -> (u64, u64) {
        let lines = line_starts(text);
        match random.below(12) {
            0 => (
                random.below(2 * lines.len() + 2) as u64,
                random.below(2000) as u64,
            ),
            1 => (u64::from(u32::MAX), u64::from(u32::MAX)),
            _ => {
                let line = random.below(lines.len());
                let end = lines.get(line + 1).copied().unwrap_or(text.len());
                let own = text.get(lines[line]..end).unwrap_or_default();
                (line as u64, random.below(own.len() + 2) as u64)
            }
        }
    }

    fn edit(&mut self, random: &mut Random) -> Result<(), Failure> {
        if self.texts.is_empty() {
            return self.open("spec.deploy", "edition 2026\n");
        }
        let chosen = random.below(self.texts.len());
        let (name, mut text) = self.texts[chosen].clone();
        let mut changes = Vec::new();
        for _ in 0..1 + random.below(3) {
            let new = match random.below(4) {
                0 => String::new(),
                1 => self.texts[random.below(self.texts.len())]
                    .1
                    .chars()
                    .skip(random.below(200))
                    .take(random.below(90))
                    .collect(),
                _ => random
                    .choose(&[
                        "{",
                        "}",
                        "\"",
                        "`",
                        "\n",
                        "\r\n",
                        "\r",
                        " ",
                        "é",
                        "😀",
                        "\u{feff}",
                        "# x\n",
                        "phase p {\n  check \"x\"\n}\n",
                        "check",
                        "1%",
                        "\u{a0}",
                        "\u{2028}",
                        "\0",
                        "```\n",
                        "\"\"\"",
                        "role r \"R\"\n",
                        "use ./people\n",
                        "$x",
                        "T+5m",
                    ])
                    .to_owned(),
            };
            if random.below(24) == 0 {
                text.clone_from(&new);
                changes.push(json!({ "text": new }));
                continue;
            }
            let start = self.position(&text, random);
            let end = match random.below(4) {
                0 => start,
                1 => (
                    start.0,
                    (start.1 + random.below(6) as u64).min(u64::from(u32::MAX)),
                ),
                _ => self.position(&text, random),
            };
            let start_at = offset(&text, start.0, start.1, self.units);
            let end_at = offset(&text, end.0, end.1, self.units);
            text.replace_range(start_at.min(end_at)..start_at.max(end_at), &new);
            let at =
                |(line, character): (u64, u64)| json!({ "line": line, "character": character });
            changes.push(json!({ "range": { "start": at(start), "end": at(end) }, "text": new }));
        }
        self.version += 1;
        self.texts[chosen].1 = text;
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": uri(&name), "version": self.version },
                "contentChanges": changes,
            }),
        )
    }

    /// A request of any kind, at any place of any text, open or not.
    fn request(&self, random: &mut Random) -> (String, Value) {
        let names = [
            "spec.deploy",
            "people.deploy",
            "checks.deploy",
            "untitled:One",
            "none.deploy",
        ];
        let name = random.choose(&names);
        let text = self.texts.iter().find(|(other, _)| other == name);
        let text = text.map_or("", |(_, text)| text.as_str());
        let at = |random: &mut Random| {
            let (line, character) = self.position(text, random);
            json!({ "line": line, "character": character })
        };
        let document = json!({ "uri": uri(name) });
        let range = json!({ "start": at(random), "end": at(random) });
        let place = at(random);
        let words = |random: &mut Random| {
            random
                .choose(&[
                    "",
                    "x",
                    "fresh-name",
                    "Not a name",
                    "é",
                    "spec",
                    "rollout",
                    "phase",
                ])
                .to_owned()
        };
        let method = random.choose(&METHODS);
        let params = match method {
            "textDocument/rename" => {
                json!({ "textDocument": document, "position": place, "newName": words(random) })
            }
            "textDocument/references" => {
                json!({ "textDocument": document, "position": place, "context": { "includeDeclaration": random.below(2) == 0 } })
            }
            "textDocument/codeAction" => {
                json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } })
            }
            "textDocument/inlayHint" | "textDocument/semanticTokens/range" => {
                json!({ "textDocument": document, "range": range })
            }
            "textDocument/rangeFormatting" => {
                json!({ "textDocument": document, "range": range, "options": { "tabSize": 2, "insertSpaces": true } })
            }
            "textDocument/formatting" => {
                json!({ "textDocument": document, "options": { "tabSize": 2, "insertSpaces": true } })
            }
            "textDocument/selectionRange" => {
                json!({ "textDocument": document, "positions": [place, at(random)] })
            }
            "workspace/symbol" => json!({ "query": words(random) }),
            "workspace/willRenameFiles" => {
                json!({ "files": [{ "oldUri": uri(name), "newUri": uri(&format!("{}.deploy", words(random))) }] })
            }
            "callHierarchy/incomingCalls" | "callHierarchy/outgoingCalls" => json!({ "item": {
                "name": words(random), "kind": 12, "uri": uri(name), "range": range, "selectionRange": range,
            } }),
            "workspace/executeCommand" => {
                let command = random.choose(&[
                    "deployc.preview",
                    "deployc.test",
                    "deployc.fidelity",
                    "deployc.none",
                ]);
                let form = random.choose(&[
                    "markdown",
                    "html",
                    "plan",
                    "shell",
                    "graph",
                    "graph-mermaid",
                    "argo-workflows",
                    "prometheus",
                    "",
                    "none",
                ]);
                json!({ "command": command, "arguments": [uri(name), form] })
            }
            "textDocument/hover"
            | "textDocument/definition"
            | "textDocument/documentHighlight"
            | "textDocument/prepareRename"
            | "textDocument/completion"
            | "textDocument/signatureHelp"
            | "textDocument/prepareCallHierarchy" => {
                json!({ "textDocument": document, "position": place })
            }
            _ => json!({ "textDocument": document }),
        };
        (method.to_owned(), params)
    }

    /// What no editor says.
    fn garbage(&mut self, random: &mut Random) -> Result<(), Failure> {
        let odd = [
            Value::Null,
            json!([]),
            json!({}),
            json!("x"),
            json!({ "textDocument": null, "position": { "line": -1, "character": 1.5 } }),
            json!({ "textDocument": { "uri": "" }, "position": { "line": 0, "character": 0 } }),
            json!({ "textDocument": { "uri": "::" } }),
            json!({ "textDocument": { "uri": "file:///%zz/%00" }, "contentChanges": [{}] }),
            json!({ "id": {}, "changes": [1], "files": [{}], "event": {} }),
            json!({ "textDocument": { "uri": uri("none.deploy"), "version": null }, "contentChanges": [] }),
            json!({ "command": "deployc.preview", "arguments": [{}, 7, null] }),
        ];
        let params = odd[random.below(odd.len())].clone();
        let notes = [
            "textDocument/didOpen",
            "textDocument/didClose",
            "textDocument/didSave",
            "workspace/didChangeWatchedFiles",
            "workspace/didRenameFiles",
            "workspace/didChangeWorkspaceFolders",
            "$/cancelRequest",
            "$/none",
            "initialized",
            "",
            "\0",
        ];
        match random.below(3) {
            0 => self.tell(random.choose(&notes), params),
            1 => self.send(random.choose(&METHODS), params).map(drop),
            _ => {
                let method = random.choose(&[
                    "textDocument/moniker",
                    "",
                    "initialize",
                    "$/x",
                    "shutdow",
                    "é",
                ]);
                self.send(method, params).map(drop)
            }
        }
    }

    /// The server has the editor's texts, and a fresh one says the same of them.
    fn compare(&mut self) -> Result<(), Failure> {
        let own = self.state()?;
        let mut fresh = Session::with(
            Arc::clone(&self.machine),
            self.client.clone(),
            self.units,
            self.folders.clone(),
        )?;
        for (name, text) in self.texts.clone() {
            fresh.open(&name, &text)?;
        }
        let other = fresh.state()?;
        fresh.end()?;
        for ((what, one), (_, other)) in own.iter().zip(&other) {
            if one != other {
                let show = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
                let what = what.split(' ').next().unwrap_or_default();
                return Err(failure(
                    format!("{what}: another answer than that of a fresh server"),
                    difference(&show(one), &show(other)),
                ));
            }
        }
        Ok(())
    }

    /// What the server says of each text.
    fn state(&mut self) -> Result<Vec<(String, Value)>, Failure> {
        let mut state = Vec::new();
        for (name, text) in self.texts.clone() {
            let document = json!({ "textDocument": { "uri": uri(&name) } });
            let seen = self.ask("deployc/text", document.clone())?;
            if seen != Value::String(text.clone()) {
                let seen = seen.as_str().unwrap_or_default();
                return Err(failure(
                    "the server has another text",
                    format!("{:?}\n{:?}", seen, text),
                ));
            }
            for method in [
                "textDocument/diagnostic",
                "textDocument/documentSymbol",
                "textDocument/semanticTokens/full",
            ] {
                let mut answer = self.ask(method, document.clone())?;
                // It counts the states that a text has had.
                if let Some(fields) = answer.as_object_mut() {
                    fields.remove("resultId");
                }
                state.push((format!("{method} {name}"), answer));
            }
        }
        Ok(state)
    }

    /// Waits for all answers, and leaves.
    fn end(mut self) -> Result<(), Failure> {
        while self.asked.values().any(|(_, answers)| *answers == 0) {
            self.hear()?;
        }
        let id = self.send("shutdown", Value::Null)?;
        self.wait(&id)?;
        self.tell("exit", Value::Null)?;
        let ended = self.server.join();
        let left: Vec<Message> = self.connection.receiver.try_iter().collect();
        if left
            .iter()
            .any(|message| matches!(message, Message::Response(_)))
        {
            return Err(failure("an answer after all answers", format!("{left:?}")));
        }
        match ended {
            Ok(Ended::AsAsked) => Ok(()),
            Ok(other) => Err(failure("the server leaves early", format!("{other:?}"))),
            Err(_) => Err(failure("the server panics", "")),
        }
    }
}

const METHODS: [&str; 27] = [
    "textDocument/diagnostic",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/rename",
    "workspace/willRenameFiles",
    "textDocument/completion",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/documentSymbol",
    "workspace/symbol",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/range",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/formatting",
    "textDocument/rangeFormatting",
    "textDocument/codeAction",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "textDocument/documentLink",
    "textDocument/prepareCallHierarchy",
    "callHierarchy/incomingCalls",
    "callHierarchy/outgoingCalls",
    "workspace/executeCommand",
];

/// A method as it is called in a failure.
fn known(method: &str) -> &str {
    let others = ["initialize", "shutdown", "deployc/text"];
    match METHODS.contains(&method) || others.contains(&method) {
        true => method,
        false => "something unknown",
    }
}
