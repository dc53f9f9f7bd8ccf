//! A folder to work in, and the binary run in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A spec without mistakes.
pub const CLEAN: &str = "edition 2026\n\ndeployment \"Checkout\" {\n  version \"v1\"\n}\n";

/// A spec with one mistake, at 4:3.
pub const BROKEN: &str =
    "edition 2026\ndeployment \"D\"\nphase one \"One\" {\n  chek \"it works\"\n}\n";

/// A folder of its own, gone afterwards.
pub struct Bench {
    folder: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Bench {
    /// An empty folder.
    pub fn new() -> Self {
        Bench {
            folder: TempDir::new().expect("there is room for a folder"),
        }
    }

    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let bench = Bench::new();
        for (name, text) in files {
            bench.write(name, text);
        }
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The binary in this folder, in an environment that is the same everywhere.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("deployc").expect("it is built");
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("LANG", "C.UTF-8")
            .env("HOME", self.folder.path())
            .args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.command(arguments).output().expect("it starts").into()
    }

    pub fn run_with(&self, arguments: &[&str], stdin: impl AsRef<[u8]>) -> Run {
        let mut command = self.command(arguments);
        command.write_stdin(stdin.as_ref());
        command.output().expect("it starts").into()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Run {
    /// It ended with this code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// It said nothing on standard error.
    #[track_caller]
    pub fn silent(self) -> Self {
        assert_eq!(self.err, "", "{self:#?}");
        self
    }

    /// It said exactly this on standard error.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert_eq!(self.err, text, "{self:#?}");
        self
    }

    /// It printed exactly this.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert_eq!(self.out, text, "{self:#?}");
        self
    }
}
