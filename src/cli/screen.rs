//! Standard output and standard error: who watches, what they can show, and that they may go away.

use std::io::{self, IsTerminal, Write};

use deployc::report::{Look, visible_line};

use super::trouble::Trouble;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// Where a person watches; NO_COLOR and FORCE_COLOR are heard.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where a command writes.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    color: Color,
}

impl Screen {
    /// A screen with this wish for colours.
    pub fn new(color: Color) -> Self {
        Screen { color }
    }

    /// How to draw on standard output.
    pub fn look(self) -> Look {
        look(self.color, io::stdout().is_terminal())
    }

    /// How to draw on standard error.
    pub fn look_of_errors(self) -> Look {
        look(self.color, io::stderr().is_terminal())
    }

    /// How many columns standard output has; 100 where it is no terminal.
    pub fn columns(self) -> usize {
        terminal_size::terminal_size_of(io::stdout())
            .map_or(100, |(terminal_size::Width(columns), _)| {
                usize::from(columns)
            })
    }

    /// Writes to standard output. A reader who has gone away (`| head`) is no trouble.
    pub fn print(self, text: &str) -> miette::Result<()> {
        self.print_bytes(text.as_bytes())
    }

    /// Writes bytes to standard output.
    pub fn print_bytes(self, bytes: &[u8]) -> miette::Result<()> {
        send(bytes).map(|_| ())
    }

    /// Writes to standard output; false where the reader has gone away.
    pub fn print_if_heard(self, text: &str) -> miette::Result<bool> {
        send(text.as_bytes())
    }

    /// Makes room for the next of several reports: a terminal is cleared, anything else left alone.
    pub fn begin_again(self) {
        let mut out = io::stdout().lock();
        if out.is_terminal() {
            // Clear the screen and what has been scrolled away, and go to the upper left corner.
            let _ = out
                .write_all(b"\x1b[2J\x1b[3J\x1b[H")
                .and_then(|()| out.flush());
        }
    }

    /// Says something that is good to know, on standard error.
    pub fn note(self, text: &str) {
        self.complain(&format!("note: {}\n", visible_line(text)));
    }

    /// Says an error of something after which the work goes on.
    pub fn trouble(self, trouble: Trouble) {
        self.complain(&format!("{:?}\n", miette::Report::new(trouble)));
    }

    /// Writes to standard error; there is nobody to tell if that fails.
    pub fn complain(self, text: &str) {
        let mut out = io::stderr().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// Writes to standard output; false where the reader has gone away.
fn send(bytes: &[u8]) -> miette::Result<bool> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Trouble::io("can't write to standard output", error).into()),
    }
}

fn look(color: Color, watched: bool) -> Look {
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => wants_color(watched, &|name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        }),
    };
    Look {
        color,
        ascii: !speaks_unicode(&|name| std::env::var(name).ok().filter(|value| !value.is_empty())),
        quiet: false,
    }
}

/// Whether the environment wants colours; `variable` gives what is set and not empty.
fn wants_color(watched: bool, variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let on = |name: &str| variable(name).is_some_and(|value| value != "0");
    if variable("NO_COLOR").is_some() {
        return false;
    }
    if on("FORCE_COLOR") || on("CLICOLOR_FORCE") {
        return true;
    }
    watched
        && variable("CLICOLOR").is_none_or(|value| value != "0")
        && variable("TERM").is_none_or(|value| value != "dumb")
}

/// Whether the locale is one of UTF-8. Windows and its consoles speak Unicode whatever is set.
fn speaks_unicode(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    cfg!(windows)
        || ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(variable)
            .is_some_and(|value| {
                let value = value.to_ascii_lowercase();
                value.contains("utf-8") || value.contains("utf8")
            })
}

#[cfg(test)]
mod tests {
    use super::{speaks_unicode, wants_color};

    fn with(set: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            set.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn colours_follow_the_environment() {
        assert!(wants_color(true, &with(&[])));
        assert!(!wants_color(false, &with(&[])));
        assert!(!wants_color(true, &with(&[("NO_COLOR", "1")])));
        assert!(!wants_color(
            true,
            &with(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")])
        ));
        assert!(wants_color(false, &with(&[("FORCE_COLOR", "1")])));
        assert!(!wants_color(false, &with(&[("FORCE_COLOR", "0")])));
        assert!(wants_color(false, &with(&[("CLICOLOR_FORCE", "1")])));
        assert!(!wants_color(true, &with(&[("CLICOLOR", "0")])));
        assert!(!wants_color(true, &with(&[("TERM", "dumb")])));
    }

    #[test]
    fn frames_follow_the_locale() {
        if cfg!(windows) {
            return;
        }
        assert!(speaks_unicode(&with(&[("LANG", "de_DE.UTF-8")])));
        assert!(speaks_unicode(&with(&[("LC_ALL", "C.utf8")])));
        assert!(!speaks_unicode(&with(&[])));
        assert!(!speaks_unicode(&with(&[
            ("LC_ALL", "C"),
            ("LANG", "de_DE.UTF-8")
        ])));
    }
}
