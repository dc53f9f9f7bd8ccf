//! The script: bash reads it.

use std::io::Write;
use std::process::{Command, Stdio};

use deployc::backend::shell::Shell;
use deployc::backend::{Artifact, Backend};

use crate::oracles::{Failure, failure};

pub fn backend() -> &'static dyn Backend {
    &Shell
}

/// What can be seen without bash.
pub fn holds(text: &str) -> Result<(), Failure> {
    if !text.starts_with("#!") {
        return Err(failure(
            "shell: no script",
            text.lines().next().unwrap_or_default(),
        ));
    }
    let odd = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\t');
    match text.chars().find(odd) {
        Some(letter) => Err(failure("shell: a control character", format!("{letter:?}"))),
        None => Ok(()),
    }
}

/// Bash can read it, where there is one.
pub fn bash_reads(script: &Artifact) -> Result<(), Failure> {
    let bash = Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut bash) = bash else { return Ok(()) };
    if let Some(mut stdin) = bash.stdin.take() {
        // A script that it gives up early is told below.
        let _ = stdin.write_all(script.text.as_bytes());
    }
    match bash.wait_with_output() {
        Ok(output) if !output.status.success() => Err(failure(
            "shell: bash can't read it",
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )),
        _ => Ok(()),
    }
}
