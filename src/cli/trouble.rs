//! What the world refused, or what was asked wrongly: the errors that belong to no line of a spec.

use std::fmt;
use std::io;

use deployc::report::{short_lines, visible_line, visible_text};
use miette::ReportHandler;

use super::Exit;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
pub struct Trouble {
    message: String,
    #[help]
    help: Option<String>,
    #[source]
    cause: Option<io::Error>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Used,
    Worked,
}

impl Trouble {
    /// The command was used wrongly: exit code 2.
    pub fn used(message: impl Into<String>) -> Self {
        Trouble {
            message: message.into(),
            help: None,
            cause: None,
            kind: Kind::Used,
        }
    }

    /// The command could not work: exit code 3.
    pub fn worked(message: impl Into<String>) -> Self {
        Trouble {
            kind: Kind::Worked,
            ..Trouble::used(message)
        }
    }

    /// What the system refused: exit code 3.
    pub fn io(message: impl Into<String>, cause: io::Error) -> Self {
        Trouble {
            cause: Some(cause),
            ..Trouble::worked(message)
        }
    }

    /// The place to which it belongs, before what is said: `docs/page.md:12`.
    pub fn at(mut self, place: &str) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The exit code of an error: 2 where the command was used wrongly, 3 otherwise.
pub fn exit(report: &miette::Report) -> Exit {
    match report.downcast_ref::<Trouble>() {
        Some(Trouble {
            kind: Kind::Used, ..
        }) => Exit::UsedWrongly,
        Some(_) | None => Exit::CouldNotWork,
    }
}

/// Draws errors as findings are drawn: `error: message`, then `= help: …`.
pub struct Drawn {
    /// Whether to use ANSI colours.
    pub color: bool,
}

impl ReportHandler for Drawn {
    fn debug(&self, error: &dyn miette::Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (red, cyan, bold, plain) = if self.color {
            ("\u{1b}[1;91m", "\u{1b}[36m", "\u{1b}[1m", "\u{1b}[0m")
        } else {
            ("", "", "", "")
        };
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            message.push_str(&format!(": {}", in_words(inner)));
            cause = inner.source();
        }
        write!(
            f,
            "{red}error{plain}{bold}: {}{plain}",
            short_lines(&visible_text(&message))
        )?;
        if let Some(help) = error.help() {
            write!(
                f,
                "\n  {cyan}={plain} help: {}",
                short_lines(&visible_line(&help.to_string()))
            )?;
        }
        Ok(())
    }
}

/// A cause as we write messages: lower case, and without the number of the system's error.
fn in_words(error: &(dyn std::error::Error + 'static)) -> String {
    error
        .downcast_ref::<io::Error>()
        .map_or_else(|| error.to_string(), io_in_words)
}

/// An error of the system as we write messages.
pub fn io_in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = match text.rfind(" (os error ") {
        Some(at) => &text[..at],
        None => &text,
    };
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}
