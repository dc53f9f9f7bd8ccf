//! `deployc check --watch`, as an editor and a person use it.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::bench::{BROKEN, Bench, CLEAN};

/// So long a change may take to be noticed; a crowded machine is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// On a text with this in it a build for development panics.
const BUG: &str = "# a bug is here";

/// A watch that is running, and what it has printed.
struct Watch {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Watch {
    fn of(bench: &Bench, arguments: &[&str]) -> Self {
        // The shell gives both streams to one pipe, so that lines come in their order, and makes room.
        let mut child = Command::new("/bin/sh")
            .args(["-c", "exec \"$0\" check --watch --format short \"$@\" 2>&1"])
            .arg(env!("CARGO_BIN_EXE_deployc"))
            .args(arguments)
            .current_dir(bench.root())
            .env_clear()
            .env("LANG", "C.UTF-8")
            .env("DEPLOYC_PANIC_ON", BUG)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (sender, lines) = channel();
        let out = child.stdout.take().expect("a pipe");
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Watch {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// Waits for a line with these words; the lines up to it.
    #[track_caller]
    fn says(&mut self, words: &str) -> Vec<String> {
        let begun = Instant::now();
        let mut lines = Vec::new();
        while begun.elapsed() < PATIENCE {
            if let Ok(line) = self.lines.recv_timeout(Duration::from_millis(100)) {
                self.seen.push(line.clone());
                lines.push(line);
                if lines.last().is_some_and(|line| line.contains(words)) {
                    return lines;
                }
            }
        }
        panic!("it never said `{words}`: {:#?}", self.seen);
    }

    /// Waits until it is watching, which it says after each round.
    #[track_caller]
    fn rests(&mut self) {
        self.says("Ctrl-C ends");
    }

    /// Sends a signal, and waits for the end: the exit code.
    fn signal(mut self, name: &str) -> Option<i32> {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                return status.code();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it did not end");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_is_checked_and_ctrl_c_ends_with_what_was_found_last() {
    let bench = Bench::with(&[("a.deploy", CLEAN)]);
    let mut watch = Watch::of(&bench, &[]);
    watch.rests();
    bench.write("a.deploy", BROKEN);
    watch.says("a.deploy:4:3");
    watch.rests();
    assert_eq!(watch.signal("INT"), Some(1));

    let mut watch = Watch::of(&bench, &["a.deploy"]);
    watch.says("a.deploy:4:3");
    watch.rests();
    bench.write("a.deploy", CLEAN);
    watch.says("a.deploy has changed");
    watch.rests();
    assert!(
        watch.seen.iter().all(|line| !line.contains('\u{1b}')),
        "{:#?}",
        watch.seen
    );
    assert_eq!(watch.signal("TERM"), Some(0));
}

#[cfg(debug_assertions)]
#[test]
fn a_bug_in_one_file_ends_nothing_and_hides_no_other() {
    let bench = Bench::with(&[("a.deploy", CLEAN), ("z.deploy", CLEAN)]);
    let mut watch = Watch::of(&bench, &[]);
    watch.rests();
    bench.write("a.deploy", format!("{CLEAN}{BUG}\n"));
    watch.says("`a.deploy` leads to a bug in deployc");
    watch.rests();
    bench.write("z.deploy", BROKEN);
    watch.says("z.deploy:4:3");
    watch.says("`a.deploy` leads to a bug in deployc");
    watch.rests();
    bench.write("a.deploy", CLEAN);
    watch.rests();
    assert_eq!(watch.signal("INT"), Some(1));
}

#[test]
fn the_last_of_many_writes_is_never_missed() {
    let bench = Bench::with(&[("a.deploy", CLEAN)]);
    let mut watch = Watch::of(&bench, &[]);
    watch.rests();
    for round in 0..20 {
        for write in 0..10 {
            bench.write("a.deploy", if write % 2 == 0 { BROKEN } else { CLEAN });
            thread::sleep(Duration::from_millis(round * 2));
        }
        // Names tell the rounds apart.
        let last = BROKEN.replace("chek", &format!("check{round}x"));
        bench.write("a.deploy", last);
        watch.says(&format!("check{round}x"));
    }
}

#[test]
fn every_way_to_save_is_seen() {
    let bench = Bench::with(&[("specs/a.deploy", CLEAN)]);
    let mut watch = Watch::of(&bench, &["specs"]);
    watch.rests();
    // Another file takes its place.
    bench.write("specs/.a.tmp", BROKEN);
    std::fs::rename(bench.path("specs/.a.tmp"), bench.path("specs/a.deploy")).expect("moved");
    watch.says("specs/a.deploy:4:3");
    watch.rests();
    // It is moved away, and written anew.
    std::fs::rename(bench.path("specs/a.deploy"), bench.path("specs/a.deploy~")).expect("moved");
    bench.write("specs/a.deploy", BROKEN.replace("chek", "chekk"));
    watch.says("chekk");
    watch.rests();
    // It goes, and the last of the specs with it: there is nothing to check, but something to wait for.
    std::fs::remove_file(bench.path("specs/a.deploy")).expect("removed");
    watch.says("no .deploy file in `specs`");
    watch.rests();
    bench.write("specs/a.deploy", BROKEN.replace("chek", "chekkk"));
    watch.says("chekkk");
}

#[test]
fn new_folders_imports_and_settings_are_seen() {
    let bench = Bench::with(&[
        ("deployc.toml", ""),
        (
            "specs/a.deploy",
            "edition 2026\nuse ../shared/roles { lead }\ndeployment \"D\" { owner lead }\n",
        ),
    ]);
    let mut watch = Watch::of(&bench, &["specs"]);
    watch.says("shared/roles");
    watch.rests();
    // The import appears in a folder that was not there.
    bench.write("shared/roles.deploy", "edition 2026\nrole laed \"Lead\"\n");
    watch.says("`lead`");
    watch.rests();
    bench.write("shared/roles.deploy", "edition 2026\nrole lead \"Lead\"\n");
    watch.says("roles.deploy has changed");
    watch.rests();
    // A spec in new folders, made at once.
    bench.write("specs/b/c/d.deploy", BROKEN);
    watch.says("specs/b/c/d.deploy:4:3");
    watch.rests();
    bench.write("specs/b/c/d.deploy", BROKEN.replace("chek", "chekk"));
    watch.says("chekk");
    watch.rests();
    // Settings that can't be read end nothing.
    bench.write("deployc.toml", "[rules\n");
    watch.says("deployc.toml:1");
    watch.rests();
    bench.write("deployc.toml", "");
    watch.says("chekk");
    watch.rests();
    // A folder goes, and comes again.
    std::fs::remove_dir_all(bench.path("specs/b")).expect("removed");
    watch.rests();
    bench.write("specs/b/e.deploy", BROKEN.replace("chek", "chekkk"));
    watch.says("chekkk");
}

#[test]
fn what_is_not_about_specs_wakes_nobody() {
    let bench = Bench::with(&[
        ("a.deploy", CLEAN),
        (".gitignore", "/target\n"),
        ("target/x", ""),
    ]);
    let mut watch = Watch::of(&bench, &[]);
    watch.rests();
    bench.write("notes.txt", "words");
    bench.write("target/debug/b.deploy", BROKEN);
    bench.read("a.deploy");
    thread::sleep(Duration::from_millis(600));
    let more = watch.lines.try_iter().collect::<Vec<_>>();
    assert!(more.is_empty(), "{more:#?}");
}

#[test]
fn what_can_t_be_watched_is_refused() {
    let bench = Bench::with(&[("a.deploy", CLEAN)]);
    let run = bench.run(&["check", "--watch", "missing.deploy"]).ends(2);
    assert!(
        run.err.contains("`missing.deploy` does not exist"),
        "{run:#?}"
    );
    let run = bench.run(&["check", "--watch", "-"]).ends(2);
    assert!(
        run.err.contains("standard input can't be watched"),
        "{run:#?}"
    );
    for other in ["--fix", "--diff", "--coverage"] {
        bench.run(&["check", "--watch", other]).ends(2);
    }
}

#[test]
fn who_stops_listening_ends_it() {
    let bench = Bench::with(&[("a.deploy", BROKEN)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_deployc"))
        .args(["check", "--watch"])
        .current_dir(bench.root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    drop(out);
    let begun = Instant::now();
    loop {
        bench.write("a.deploy", BROKEN);
        if child.try_wait().expect("it can be asked").is_some() {
            return;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "it goes on though nobody listens"
        );
        thread::sleep(Duration::from_millis(200));
    }
}

/// On a terminal each round begins on an empty screen. `script` gives the program one.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_cleared_before_the_next_round() {
    let bench = Bench::with(&[("a.deploy", CLEAN)]);
    let command = format!("{} check --watch", env!("CARGO_BIN_EXE_deployc"));
    let mut child = Command::new("script")
        .args(["-qefc", &command, "/dev/null"])
        .current_dir(bench.root())
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`script` of util-linux is there");
    let mut out = child.stdout.take().expect("a pipe");
    let (sender, parts) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = out.read(&mut buffer) {
            if sender
                .send(String::from_utf8_lossy(&buffer[..read]).into_owned())
                .is_err()
            {
                break;
            }
        }
    });
    let mut seen = String::new();
    let mut wait = |words: &str| {
        let begun = Instant::now();
        while !seen.contains(words) {
            assert!(begun.elapsed() < PATIENCE, "{words:?} is not in {seen:?}");
            if let Ok(part) = parts.recv_timeout(Duration::from_millis(100)) {
                seen.push_str(&part);
            }
        }
        std::mem::take(&mut seen)
    };
    let first = wait("Ctrl-C ends");
    assert!(
        !first.contains("\u{1b}[2J"),
        "the first round leaves the screen alone: {first:?}"
    );
    bench.write("a.deploy", BROKEN);
    let second = wait("4:3");
    assert!(second.contains("\u{1b}[2J\u{1b}[3J\u{1b}[H"), "{second:?}");
    let _ = child.kill();
    let _ = child.wait();
}
