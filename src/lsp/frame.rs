//! The frames of the protocol: a header with the length, then so many bytes of JSON.
//!
//! A message that can't be read is answered and skipped; only a stream whose lengths can't be read
//! any more is given up.

use std::io::{self, BufRead, Read, Write};

use lsp_server::Message;
use serde_json::{Value, json};

/// A message of more bytes than this is skipped.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A frame whose content is no message.
#[derive(Debug)]
pub struct Broken {
    /// What to say to the client about it.
    pub answer: Value,
}

/// The next message; nothing at the end of the stream. An error where no frame can be found.
pub fn receive(from: &mut impl BufRead) -> io::Result<Option<Result<Message, Broken>>> {
    let Some(length) = header(from)? else {
        return Ok(None);
    };
    if length > MOST_BYTES {
        io::copy(&mut from.take(length as u64), &mut io::sink())?;
        return Ok(Some(Err(broken("the message is too long"))));
    }
    let mut bytes = Vec::new();
    from.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Ok(None);
    }
    let message = serde_json::from_slice(&bytes).map_err(|error| broken(&error.to_string()));
    Ok(Some(message))
}

/// The length that a header tells; nothing at the end of the stream.
fn header(from: &mut impl BufRead) -> io::Result<Option<usize>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        // No header is longer than this; a stream without line ends must not fill the memory.
        from.by_ref().take(4096).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            match length {
                Some(length) => return Ok(Some(length)),
                None => continue,
            }
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            let read = value.trim().parse::<usize>().map_err(|_| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the length of a message can't be read",
                )
            })?;
            length = Some(read);
        }
    }
}

fn broken(why: &str) -> Broken {
    Broken {
        answer: json!({
            "jsonrpc": "2.0",
            "id": null,
            "error": { "code": -32700, "message": why },
        }),
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
    use super::{receive, send};
    use lsp_server::Message;

    #[test]
    fn broken_frames_are_skipped() {
        let text = "Content-Length: 5\r\n\r\n{nope\
                    X: y\r\ncontent-length: 33\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}\
                    Content-Length: 99999999999\r\n\r\n";
        let mut bytes = text.as_bytes();
        let first = receive(&mut bytes).expect("a frame").expect("no end yet");
        assert_eq!(
            first.expect_err("it is broken").answer["error"]["code"],
            -32700
        );
        let second = receive(&mut bytes).expect("a frame").expect("no end yet");
        assert!(matches!(second, Ok(Message::Notification(note)) if note.method == "exit"));
        // Far too long, and the stream ends: it is skipped without taking the memory for it.
        assert!(
            receive(&mut bytes)
                .expect("a frame")
                .is_some_and(|third| third.is_err())
        );
        assert!(receive(&mut bytes).expect("the end").is_none());
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
