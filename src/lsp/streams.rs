//! A conversation over two streams of bytes.

use std::io::{BufRead, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossbeam_channel::bounded;
use lsp_server::Connection;
use serde::Serialize;

use super::frame::{missed, receive, send};
use super::server::{Ended, serve};
use super::world::Host;

/// So long the end waits for a client to take what was answered last.
const PATIENCE: Duration = Duration::from_secs(5);

/// Talks with a client over streams until it leaves, or until its stream can't be followed any more.
/// The threads that read and write may outlive the conversation: neither can be called off.
pub fn serve_streams(
    mut from: impl BufRead + Send + 'static,
    to: impl Write + Send + 'static,
    host: Arc<dyn Host>,
) -> Ended {
    let (server, client) = Connection::memory();
    let Connection { sender, receiver } = client;
    let to = Arc::new(Mutex::new(to));
    let answers = Arc::clone(&to);
    let lost: Arc<Mutex<Option<String>>> = Arc::default();
    let noticed = Arc::clone(&lost);
    std::thread::spawn(move || {
        loop {
            let heard = match receive(&mut from) {
                Ok(Some(Ok(message))) => sender.send(message).is_ok(),
                Ok(Some(Err(broken))) => {
                    (!broken.missed || sender.send(missed()).is_ok())
                        && written(&answers, &broken.answer)
                }
                Ok(None) => return,
                Err(error) => {
                    if let Ok(mut lost) = noticed.lock() {
                        *lost = Some(error.to_string());
                    }
                    return;
                }
            };
            if !heard {
                return;
            }
        }
    });
    let (last, done) = bounded::<()>(0);
    std::thread::spawn(move || {
        let _last = last;
        for message in receiver {
            if !written(&to, &message) {
                return;
            }
        }
    });
    let ended = serve(&server, host);
    drop(server);
    // It ends by being dropped.
    let _ = done.recv_timeout(PATIENCE);
    match lost.lock().ok().and_then(|mut lost| lost.take()) {
        Some(why) if ended == Ended::Abruptly => Ended::Lost(why),
        Some(_) | None => ended,
    }
}

/// Whether a message could be written. After a panic in the middle of a frame none can: what follows
/// would not be understood.
fn written(to: &Mutex<impl Write>, message: &impl Serialize) -> bool {
    to.lock()
        .is_ok_and(|mut to| send(&mut *to, message).is_ok())
}
