//! Streams of bytes: what is no message is answered, and the next one is heard.

use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex};

use deployc::lsp::{Ended, serve_streams};
use serde_json::{Value, json};

use super::client::{Files, uri};

/// What the server writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn frame(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

fn raw(body: &[u8]) -> Vec<u8> {
    [
        format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(),
        body,
    ]
    .concat()
}

fn request(id: i32, method: &str, params: &Value) -> Vec<u8> {
    frame(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
}

fn note(method: &str, params: &Value) -> Vec<u8> {
    frame(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
}

/// A whole conversation: how it ended, and what the server wrote.
fn conversation(bytes: Vec<u8>) -> (Ended, Vec<Value>) {
    let written = Written::default();
    let ended = serve_streams(
        Cursor::new(bytes),
        written.clone(),
        Arc::new(Files::default()),
    );
    let bytes = written.0.lock().expect("no panic").clone();
    let mut text = std::str::from_utf8(&bytes).expect("UTF-8");
    let mut messages = Vec::new();
    while !text.is_empty() {
        let (header, rest) = text.split_once("\r\n\r\n").expect("a header");
        let length = header.strip_prefix("Content-Length: ").expect("a length");
        let (body, rest) = rest.split_at(length.parse().expect("a number"));
        messages.push(serde_json::from_str(body).expect("JSON"));
        text = rest;
    }
    (ended, messages)
}

/// The conversation with some bytes in the middle of it.
fn with(junk: &[u8]) -> (Ended, Vec<Value>) {
    let initialize = json!({ "processId": null, "rootUri": null, "capabilities": {} });
    let document = json!({ "uri": uri("a.deploy"), "version": 1, "text": "edition 2026\n" });
    let name = json!({ "textDocument": { "uri": uri("a.deploy") } });
    conversation(
        [
            request(1, "initialize", &initialize),
            note("initialized", &json!({})),
            note("textDocument/didOpen", &json!({ "textDocument": document })),
            junk.to_vec(),
            request(2, "deployc/text", &name),
            request(3, "shutdown", &Value::Null),
            note("exit", &Value::Null),
        ]
        .concat(),
    )
}

#[test]
fn frames_that_hold_no_message_are_answered_and_the_next_one_is_heard() {
    let cases: Vec<(Vec<u8>, i64, Value)> = vec![
        (raw(b"{nope"), -32700, Value::Null),
        (raw(b""), -32700, Value::Null),
        (raw(b"\"\xff\xfe\""), -32700, Value::Null),
        (raw(&b"[".repeat(100_000)), -32700, Value::Null),
        (raw(b"{}"), -32600, Value::Null),
        (raw(b"7"), -32600, Value::Null),
        (raw(b"null"), -32600, Value::Null),
        (
            raw(br#"[{"jsonrpc":"2.0","id":9,"method":"deployc/text"}]"#),
            -32600,
            Value::Null,
        ),
        (
            raw(br#"{"id":null,"method":"deployc/text"}"#),
            -32600,
            Value::Null,
        ),
        (
            raw(br#"{"id":1.5,"method":"deployc/text"}"#),
            -32600,
            json!(1.5),
        ),
        (
            raw(br#"{"id":true,"method":"deployc/text"}"#),
            -32600,
            Value::Null,
        ),
        (raw(br#"{"id":9,"method":7}"#), -32600, json!(9)),
        (raw(br#"{"id":9,"method":"initialize"}"#), -32600, json!(9)),
        (raw(br#"{"id":9,"method":"nonsense"}"#), -32601, json!(9)),
        (
            raw(br#"{"id":9,"method":"deployc/text","params":7}"#),
            -32602,
            json!(9),
        ),
        (b"no header\n\n".to_vec(), -32700, Value::Null),
        (b"X-Header: y\r\n\r\n".to_vec(), -32700, Value::Null),
    ];
    for (junk, code, id) in cases {
        let (ended, messages) = with(&junk);
        let shown = String::from_utf8_lossy(&junk).into_owned();
        let shown = shown.get(..60).unwrap_or(&shown);
        assert_eq!(ended, Ended::AsAsked, "{shown}");
        let refused: Vec<&Value> = messages
            .iter()
            .filter(|message| message["error"]["code"] == code)
            .collect();
        assert_eq!(refused.len(), 1, "{shown}: {messages:#?}");
        assert_eq!(refused[0]["id"], id, "{shown}");
        let text = messages
            .iter()
            .find(|message| message["id"] == 2)
            .expect("the next one is answered");
        assert_eq!(text["result"], "edition 2026\n", "{shown}");
    }
}

#[test]
fn what_needs_no_answer_gets_none() {
    for junk in [
        &b"\r\n\r\n\n"[..],
        // LF alone, and headers in any order and case.
        b"content-type: x\ncontent-length: 32\n\n{\"jsonrpc\":\"2.0\",\"method\":\"$/x\"}",
        &raw(br#"{"jsonrpc":"2.0","id":5,"result":null}"#),
        &raw(br#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#),
        &raw(br#"{"jsonrpc":"2.0","id":"x","error":{"code":1,"message":""}}"#),
        &raw(br#"{"method":"$/cancelRequest","params":{"id":[]}}"#),
        &raw(br#"{"method":"nonsense","params":[[]]}"#),
    ] {
        let (ended, messages) = with(junk);
        assert_eq!(ended, Ended::AsAsked);
        let ids: Vec<&Value> = messages
            .iter()
            .filter_map(|message| message.get("id"))
            .collect();
        assert_eq!(ids, [&json!(1), &json!(2), &json!(3)]);
    }
}

#[test]
fn a_stream_that_can_t_be_followed_ends_the_conversation_with_the_reason() {
    for length in ["100000000000", "-5", "many", "18446744073709551616"] {
        let (ended, _) = with(format!("Content-Length: {length}\r\n\r\n").as_bytes());
        let Ended::Lost(why) = ended else {
            panic!("{length}: {ended:?}");
        };
        assert!(why.contains(length), "{why}");
    }
    // It ends within a message.
    let (ended, _) = conversation(b"Content-Length: 9\r\n\r\n{".to_vec());
    assert_eq!(ended, Ended::Abruptly);
    let (ended, _) = conversation(Vec::new());
    assert_eq!(ended, Ended::Abruptly);
}

/// Half of a pair of surrogates is no JSON, and some editors send it while an emoji is typed.
#[test]
fn a_change_that_is_no_json_is_not_lost_in_silence() {
    let change = format!(
        "{{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didChange\",\"params\":{{\
         \"textDocument\":{{\"uri\":\"{}\",\"version\":2}},\
         \"contentChanges\":[{{\"text\":\"\\ud83d\"}}]}}}}",
        uri("a.deploy")
    );
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": uri("a.deploy") }, "options": options });
    let junk = [
        raw(change.as_bytes()),
        request(8, "textDocument/formatting", &params),
    ];
    let (_, messages) = with(&junk.concat());
    let answer = messages.iter().find(|message| message["id"] == 8);
    let answer = answer.expect("it is answered");
    assert_eq!(answer["error"]["code"], -32803, "{answer:#}");
}

/// Bytes at random between two requests: an end with a reason or an answer, and no panic.
#[test]
fn garbage_ends_nothing_but_the_stream() {
    let mut seed = 20_260_310_u64;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let pieces: [&[u8]; 10] = [
        b"Content-Length: ",
        b"2",
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"{}",
        b"{\"id\":",
        b"\"method\":\"x\"}",
        b"\xff\x00",
        b"[[",
    ];
    for _ in 0..500 {
        let mut junk = Vec::new();
        for _ in 0..next() % 12 {
            junk.extend_from_slice(pieces[(next() % 10) as usize]);
        }
        let (ended, messages) = with(&junk);
        // The text, if it is still answered, is the one that was opened.
        let text = messages.iter().find(|message| message["id"] == 2);
        if let Some(text) = text {
            assert_eq!(text["result"], "edition 2026\n");
        }
        if ended == Ended::AsAsked {
            assert!(messages.iter().any(|message| message["id"] == 3));
        }
    }
}

/// A message of 64 MiB and a byte is skipped; the conversation goes on behind it.
#[test]
fn a_message_that_is_too_long_is_skipped() {
    let length = 64 * 1024 * 1024 + 1;
    let header = format!("Content-Length: {length}\r\n\r\n");
    let mut junk = header.into_bytes();
    io::repeat(b' ')
        .take(length)
        .read_to_end(&mut junk)
        .expect("it is read");
    let (ended, messages) = with(&junk);
    assert_eq!(ended, Ended::AsAsked);
    assert!(
        messages
            .iter()
            .any(|message| message["error"]["code"] == -32600)
    );
}
