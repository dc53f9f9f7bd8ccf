//! An input made smaller while it fails in the same way.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::child;
use crate::oracles::Oracle;

/// Makes the input in a file smaller, and writes each smaller one there. `dies` says that it ends the
/// process, so that each is tried in another one.
pub fn shrink(
    oracle: Oracle,
    file: &Path,
    kind: &str,
    dies: bool,
    seconds: u64,
) -> std::io::Result<()> {
    let mut best = std::fs::read(file)?;
    let end = Instant::now() + Duration::from_secs(seconds);
    let trial = file.with_extension("trial");
    let mut fails = |bytes: &[u8]| -> bool {
        match dies {
            true => std::fs::write(&trial, bytes).is_ok() && ends_badly(oracle, &trial),
            false => child::replay(oracle, bytes).is_err_and(|failure| failure.kind == kind),
        }
    };
    let head = if oracle.name == "server" { 8 } else { 0 };
    child::in_thread(|| -> std::io::Result<()> {
        let mut round = 0;
        loop {
            let before = best.len();
            let parts: fn(&[u8]) -> Vec<&[u8]> = match round % 3 {
                0 => |bytes| bytes.split_inclusive(|byte| *byte == b'\n').collect(),
                1 => |bytes| {
                    bytes
                        .split_inclusive(|byte| byte.is_ascii_whitespace())
                        .collect()
                },
                _ => characters,
            };
            without(&mut best, head, parts, end, &mut fails, file)?;
            round += 1;
            if Instant::now() >= end || (round >= 3 && best.len() == before && round % 3 == 0) {
                return Ok(());
            }
        }
    })
    .unwrap_or(Ok(()))?;
    let _ = std::fs::remove_file(&trial);
    Ok(())
}

/// The characters of a text; its bytes where it is none.
fn characters(bytes: &[u8]) -> Vec<&[u8]> {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let places = text.char_indices();
            places
                .map(|(at, letter)| &bytes[at..at + letter.len_utf8()])
                .collect()
        }
        Err(_) => bytes.chunks(1).collect(),
    }
}

/// Leaves out parts, many at once first.
fn without(
    best: &mut Vec<u8>,
    head: usize,
    parts: fn(&[u8]) -> Vec<&[u8]>,
    end: Instant,
    fails: &mut impl FnMut(&[u8]) -> bool,
    file: &Path,
) -> std::io::Result<()> {
    let mut length = parts(best.get(head..).unwrap_or_default())
        .len()
        .div_ceil(2);
    while length > 0 {
        let mut at = 0;
        loop {
            let all = parts(best.get(head..).unwrap_or_default());
            if at >= all.len() {
                break;
            }
            let until = (at + length).min(all.len());
            let kept: Vec<u8> = best[..head]
                .iter()
                .copied()
                .chain(all[..at].concat())
                .chain(all[until..].concat())
                .collect();
            if fails(&kept) {
                std::fs::write(file, &kept)?;
                *best = kept;
            } else {
                at += length;
            }
            if Instant::now() >= end {
                return Ok(());
            }
        }
        length /= 2;
    }
    Ok(())
}

/// Whether another process does not survive an input, or does not finish with it.
fn ends_badly(oracle: Oracle, file: &Path) -> bool {
    let Ok(own) = std::env::current_exe() else {
        return false;
    };
    let child = super::parent::bounded(&own)
        .args(["replay", oracle.name])
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.code().is_none_or(|code| code > 1),
            Ok(None) if begun.elapsed() > Duration::from_secs(5) => {
                let _ = child.kill();
                let _ = child.wait();
                return true;
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Err(_) => return false,
        }
    }
}
