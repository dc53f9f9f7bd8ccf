//! The frames of the protocol: a header with the length, then so many bytes of JSON.
//!
//! A message that can't be read is answered and skipped; only a stream whose lengths can't be read
//! any more is given up.

use std::io::{self, BufRead, Read, Write};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// A message of more bytes than this is skipped.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A header that tells more bytes than this is no header: nobody sends so much, and to skip it would
/// take everything that follows.
const MOST_SKIPPED: usize = 16 * MOST_BYTES;

/// No header has more bytes than this, nor a line of it.
const MOST_HEADER: u64 = 4096;

/// The method by which the reader tells the server that a message was lost which may have been a change
/// of a text.
pub const MISSED: &str = "$/deployc/missed";

/// A frame whose content is no message.
#[derive(Debug)]
pub struct Broken {
    /// What to say to the client about it.
    pub answer: Value,
    /// Whether it may have been a change of a text: the server is told by [`missed`].
    pub missed: bool,
}

/// The next message; nothing at the end of the stream. An error where no frame can be found.
pub fn receive(from: &mut impl BufRead) -> io::Result<Option<Result<Message, Broken>>> {
    loop {
        let length = match header(from)? {
            Header::End => return Ok(None),
            Header::Length(length) => length,
            Header::None => {
                let why = "a header without the length of a message";
                return Ok(Some(Err(broken(ErrorCode::ParseError, &Value::Null, why))));
            }
        };
        if length > MOST_BYTES {
            let skipped = io::copy(&mut from.take(length as u64), &mut io::sink())?;
            if skipped < length as u64 {
                return Ok(None);
            }
            let why = format!("a message has at most {MOST_BYTES} bytes");
            let mut broken = broken(ErrorCode::InvalidRequest, &Value::Null, &why);
            broken.missed = true;
            return Ok(Some(Err(broken)));
        }
        let mut bytes = Vec::new();
        from.take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Ok(None);
        }
        if let Some(message) = message(&bytes).transpose() {
            return Ok(Some(message));
        }
    }
}

/// What stands before a message.
enum Header {
    /// Nothing: the stream has ended.
    End,
    /// So many bytes follow.
    Length(usize),
    /// Something else, up to an empty line.
    None,
}

fn header(from: &mut impl BufRead) -> io::Result<Header> {
    let mut length = None;
    let mut other = false;
    loop {
        let mut line = Vec::new();
        // A stream without line ends must not fill the memory.
        from.by_ref()
            .take(MOST_HEADER)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(Header::End);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            match length {
                Some(length) => return Ok(Header::Length(length)),
                None if other => return Ok(Header::None),
                None => continue,
            }
        }
        other = true;
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            let read = value.trim().parse::<usize>().ok();
            let read = read.filter(|length| *length <= MOST_SKIPPED);
            length = Some(read.ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("`{}` is no length of a message", value.trim()),
                )
            })?);
        }
    }
}

/// Reads the content of a frame; nothing where it needs no attention.
fn message(bytes: &[u8]) -> Result<Option<Message>, Broken> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        let mut broken = broken(ErrorCode::ParseError, &Value::Null, &error.to_string());
        // Half of a pair of surrogates, for one, is no JSON, and editors send it all the same.
        let name = b"textDocument/didChange";
        broken.missed = bytes.windows(name.len()).any(|window| window == name);
        broken
    })?;
    let refuse = |id: &Value, why: &str| Err(broken(ErrorCode::InvalidRequest, id, why));
    let Value::Object(mut object) = value else {
        return refuse(&Value::Null, "expected one message, as an object");
    };
    let id = object.remove("id");
    let known = id.clone().map(serde_json::from_value::<RequestId>);
    let params = object.remove("params").unwrap_or_default();
    match (object.remove("method"), known) {
        (Some(Value::String(method)), None) => Ok(Some(Notification { method, params }.into())),
        (Some(Value::String(method)), Some(Ok(id))) => {
            Ok(Some(Request { id, method, params }.into()))
        }
        (Some(Value::String(_)), Some(Err(_))) => refuse(
            &id.unwrap_or_default(),
            "an id is a string, or an integer of 32 bits",
        ),
        (Some(_), _) => refuse(&id.unwrap_or_default(), "a method is a string"),
        (None, known) => match (object.remove("result"), object.contains_key("error")) {
            // An answer to what the server asked, or a complaint about what it said.
            (Some(result), _) => Ok(known.and_then(Result::ok).map(|id| {
                let response_result = Ok(result);
                Response {
                    id,
                    response_result,
                }
                .into()
            })),
            (None, true) => Ok(None),
            (None, false) => refuse(&id.unwrap_or_default(), "expected a method"),
        },
    }
}

/// Tells the server that a message was lost which may have been a change of any text.
pub fn missed() -> Message {
    Message::Notification(Notification {
        method: MISSED.to_owned(),
        params: Value::Null,
    })
}

fn broken(code: ErrorCode, id: &Value, why: &str) -> Broken {
    // An id of another type than the protocol has can't be sent back.
    let id = match id {
        Value::String(_) | Value::Number(_) => id,
        _ => &Value::Null,
    };
    Broken {
        answer: json!({
            "jsonrpc": "2.0",
            "id": id,
            "error": { "code": code as i32, "message": why },
        }),
        missed: false,
    }
}

/// Writes a message, or an answer to a broken one, in a frame.
pub fn send(to: &mut impl Write, message: &impl serde::Serialize) -> io::Result<()> {
    let mut value = serde_json::to_value(message)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("jsonrpc".to_owned(), "2.0".into());
    }
    let text = serde_json::to_string(&value)?;
    write!(to, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::{Broken, receive, send};
    use lsp_server::Message;

    fn framed(text: &str) -> Vec<u8> {
        format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
    }

    fn all(mut bytes: &[u8]) -> Vec<Result<Message, Broken>> {
        std::iter::from_fn(|| receive(&mut bytes).expect("frames")).collect()
    }

    fn refused(bytes: &[u8]) -> (i64, String) {
        let mut all = all(bytes);
        let broken = all.remove(0).expect_err("it is broken");
        assert!(all.is_empty(), "{all:?}");
        let answer = broken.answer;
        let code = answer["error"]["code"].as_i64().expect("a code");
        (code, answer["id"].to_string())
    }

    #[test]
    fn broken_frames_are_skipped() {
        let exit = "{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}";
        for (junk, code) in [
            (&b"Content-Length: 5\r\n\r\n{nope"[..], -32700),
            (b"Content-Length: 0\r\n\r\n", -32700),
            (b"Content-Length: 2\n\n[]", -32600),
            (b"X-Nothing: y\r\n\r\n", -32700),
            (b"nonsense\n\n", -32700),
            (b"\xff\xfe\n\r\n", -32700),
            (b"Content-Length: 3\r\n\r\n\"\xff\"", -32700),
        ] {
            let bytes = [junk, b"\r\n", &framed(exit)].concat();
            let all = all(&bytes);
            let [Err(broken), Ok(Message::Notification(note))] = &all[..] else {
                panic!("{all:?}");
            };
            assert_eq!(broken.answer["error"]["code"], code, "{junk:?}");
            assert_eq!(note.method, "exit");
        }
    }

    #[test]
    fn what_is_no_message_is_refused_with_its_id() {
        for (text, code, id) in [
            (r#"{"id":null,"method":"x"}"#, -32600, "null"),
            (r#"{"id":1.5,"method":"x"}"#, -32600, "1.5"),
            (r#"{"id":99999999999,"method":"x"}"#, -32600, "99999999999"),
            (r#"{"id":[1],"method":"x"}"#, -32600, "null"),
            (r#"{"id":"a","method":3}"#, -32600, "\"a\""),
            (r#"{"id":4}"#, -32600, "4"),
            (r#"{}"#, -32600, "null"),
            (r#"[{"id":1,"method":"x"}]"#, -32600, "null"),
            (r#""x""#, -32600, "null"),
            ("{", -32700, "null"),
        ] {
            assert_eq!(refused(&framed(text)), (code, id.to_owned()), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(refused(&framed(&deep)).0, -32700);
    }

    #[test]
    fn lengths_that_can_t_be_followed_end_the_stream() {
        for length in ["-1", "1e3", "", "100000000000", "99999999999999999999999"] {
            let text = format!("Content-Length: {length}\r\n\r\n{{}}");
            assert!(receive(&mut text.as_bytes()).is_err(), "{length}");
        }
        // It ends in the middle of a message, or of a header.
        for text in ["Content-Length: 9\r\n\r\n{", "Content-Length: 9", ""] {
            let end = receive(&mut text.as_bytes()).expect("an end");
            assert!(end.is_none(), "{text}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_skipped_and_may_have_been_a_change() {
        use std::io::Read;
        let length = super::MOST_BYTES as u64 + 1;
        let header = format!("Content-Length: {length}\r\n\r\n");
        let exit = framed("{\"method\":\"exit\"}");
        let mut from = std::io::BufReader::new(
            header
                .as_bytes()
                .chain(std::io::repeat(b' ').take(length))
                .chain(exit.as_slice()),
        );
        let first = receive(&mut from).expect("a frame").expect("no end");
        assert!(first.expect_err("too long").missed);
        let second = receive(&mut from).expect("a frame").expect("no end");
        assert!(second.is_ok());
    }

    #[test]
    fn a_change_that_is_no_json_is_told() {
        let change = r#"{"method":"textDocument/didChange","params":"\ud83d"}"#;
        let all = all(&framed(change));
        let [Err(broken)] = &all[..] else {
            panic!("{all:?}");
        };
        assert!(broken.missed);
    }

    #[test]
    fn what_is_sent_can_be_received() {
        let note = lsp_server::Notification::new("x".to_owned(), "ü");
        let mut bytes = Vec::new();
        send(&mut bytes, &Message::from(note)).expect("it can be written");
        let read = receive(&mut bytes.as_slice()).expect("a frame");
        assert!(matches!(read, Some(Ok(Message::Notification(note))) if note.params == "ü"));
    }
}
