//! The README's commands, run: what it shows is what the program prints.
//!
//! In a `console` block a line that begins with `$ ` is run by `sh` in the project's folder, and
//! the lines below it are its output. `UPDATE=1 cargo test --test blackbox readme::` rewrites them.

use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn run(line: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_deployc"));
    let folder = binary.parent().expect("the binary stands in a folder");
    let path = format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {line}\n}} 2>&1")])
        .current_dir(ROOT)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("FORCE_COLOR")
        .output()
        .expect("sh runs");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let path = Path::new(ROOT).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("the README is there");
    let mut made = String::new();
    let mut in_console = false;
    let mut commands = 0;
    let mut lines = readme.lines().peekable();
    while let Some(line) = lines.next() {
        made.push_str(line);
        made.push('\n');
        if line == "```console" {
            in_console = true;
        } else if line.starts_with("```") {
            in_console = false;
        }
        if in_console && let Some(command) = line.strip_prefix("$ ") {
            commands += 1;
            made.push_str(run(command).trim_end());
            made.push('\n');
            while lines
                .peek()
                .is_some_and(|next| !next.starts_with("$ ") && !next.starts_with("```"))
            {
                lines.next();
            }
        }
    }
    assert!(commands >= 2, "the README shows {commands} commands");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).expect("the README can be written");
        return;
    }
    assert!(
        readme == made,
        "the README is not what the program prints: run `UPDATE=1 cargo test --test blackbox readme::`\n{}",
        similar::TextDiff::from_lines(&readme, &made).unified_diff()
    );
}

#[test]
fn the_readme_shows_the_example_that_is_there() {
    let readme =
        std::fs::read_to_string(Path::new(ROOT).join("README.md")).expect("the README is there");
    let example = std::fs::read_to_string(Path::new(ROOT).join("examples/checkout.deploy"))
        .expect("the example is there");
    assert!(
        readme.contains(&format!("```deploy\n{example}```")),
        "the README shows examples/checkout.deploy as it is"
    );
}
