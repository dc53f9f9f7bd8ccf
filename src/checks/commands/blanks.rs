//! What a command lacks: blanks that nobody filled in, variables that nothing declares, and secrets
//! that everybody sees.

use foldhash::HashSet;

use super::{PLACEHOLDER, SECRET_IN_SIGHT, UNDECLARED_VARIABLE};
use crate::checks::Context;
use crate::checks::scripts::Script;
use crate::diagnostic::Diagnostic;
use crate::model::{Command, Origin};
use crate::shell::{self, Word};

pub(super) fn placeholder(word: &Word<'_>, command: &Command, found: &mut Vec<Diagnostic>) {
    if !word.text.bytes().any(|byte| matches!(byte, b'<' | b'[')) {
        return;
    }
    let blank = word
        .text
        .match_indices('<')
        .find_map(|(index, _)| shell::placeholder(&word.text[index..]));
    let bracket = bracketed(&word.text);
    let Some(blank) = blank.or(bracket) else {
        return;
    };
    if word.quoted && bracket.is_some() {
        return;
    }
    found.push(
        Diagnostic::new(
            &PLACEHOLDER,
            command.place(word.start, word.end),
            format!("the blank `{blank}` is not filled in"),
        )
        .help("declare a `param` and use it as `$NAME`, `capture` it from an earlier command, or let a person `record` it"),
    );
}

/// `[backup-timestamp]` as a word by itself.
fn bracketed(word: &str) -> Option<&str> {
    let inner = word.strip_prefix('[')?.strip_suffix(']')?;
    let valid = inner.len() > 2
        && inner.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && inner
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ' '));
    valid.then_some(word)
}

/// Variables in capitals that nothing declares and the script does not set.
pub(super) fn variables(context: &Context<'_>, script: &Script<'_>, found: &mut Vec<Diagnostic>) {
    let command = script.command;
    let text = &command.text;
    let mut set = None;
    for (name, at) in crate::model::variables(text) {
        let capital = name
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
        if let Some(Origin::Secret(secret)) = command.environment.get(name) {
            in_sight(script, secret, at, name.len(), found);
        }
        if !capital
            || crate::model::is_of_machine(name)
            || command.environment.get(name).is_some()
            || set.get_or_insert_with(|| set_in(text)).contains(name)
        {
            continue;
        }
        let written = name.to_ascii_lowercase().replace('_', "-");
        let span = command.place(at, at + name.len());
        let finding = Diagnostic::new(
            &UNDECLARED_VARIABLE,
            span,
            format!("nothing declares the variable `{name}`"),
        );
        if let Some(near) = context.variables().near(name) {
            found.push(finding.help(format!("did you mean `{near}`?")).offer(
                format!("write `{near}`"),
                span,
                near.to_owned(),
            ));
            return;
        }
        let record = context.variables().recorded(name);
        found.push(match record {
            Some(record) if record.name_span.source != span.source => finding.also(
                record.name_span,
                "what a person fills in here, the commands of this file alone find",
            ),
            Some(record) => finding
                .also(
                    record.name_span,
                    "what a person fills in here has a title and no name",
                )
                .help(format!("give it one: `record {written} \"…\"`")),
            None => finding.help(format!(
                "declare it: `param {written} : text`, or let a command `capture` or a person `record` it before this"
            )),
        });
        return; // once for each command: the next is most often the same slip
    }
}

/// The variables that a script sets: `NAME=…`, `for NAME in …`, `read NAME`.
fn set_in(text: &str) -> HashSet<&str> {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut set = HashSet::default();
    // What stands before a name that is read or goes through a list.
    let mut reads = false;
    for word in text.split([' ', '\t', '\n', ';']) {
        let length = word.find(|letter| !of_name(letter)).unwrap_or(word.len());
        let (name, behind) = word.split_at(length);
        if behind.starts_with('=') || reads && !name.is_empty() {
            set.insert(name);
        }
        reads = match word {
            "read" | "for" => true,
            option => reads && option.starts_with('-'),
        };
    }
    set
}

/// A secret that is an argument of a program other than the shell's own `export` or `printf`.
fn in_sight(
    script: &Script<'_>,
    secret: &str,
    at: usize,
    length: usize,
    found: &mut Vec<Diagnostic>,
) {
    let command = script.command;
    // Commands and their words stand in the order of the text.
    let behind = script.commands.partition_point(|simple| {
        let first = simple.words.first();
        first.is_none_or(|word| word.start <= at)
    });
    let simple = behind.checked_sub(1).map(|last| &script.commands[last]);
    let shown = simple.filter(|simple| {
        let words = simple.arguments();
        let behind = words.partition_point(|word| word.start <= at);
        let word = behind.checked_sub(1).map(|last| &words[last]);
        !matches!(
            simple.program(),
            "export" | "printf" | "echo" | "test" | "[" | "[[" | ""
        ) && word.is_some_and(|word| at < word.end)
    });
    if let Some(simple) = shown {
        let program = simple.arguments().first().map_or("", |first| {
            let before = command.text[..first.start].trim_end();
            before.rsplit(char::is_whitespace).next().unwrap_or(before)
        });
        let variable = &command.text[at..at + length];
        let better = match program {
            "curl" if simple.has(&["-u", "--user"]) => {
                "let it read name and password from its input (`curl -K - …`), or from a file: `--netrc-file`"
                    .to_owned()
            }
            "curl" => "let it read the header from its input: `curl -H @- …`".to_owned(),
            "psql" | "pg_dump" | "pg_restore" | "pg_dumpall" => {
                "hand over the password alone, in the environment as `PGPASSWORD`, or name a service file"
                    .to_owned()
            }
            _ => format!(
                "let the program read it from its environment (`{variable}=\"${variable}\" {program} …`), from a file or from its input"
            ),
        };
        found.push(
            Diagnostic::new(
                &SECRET_IN_SIGHT,
                command.place(at, at + length),
                format!("the secret `{secret}` stands on a command line"),
            )
            .help(better),
        );
    }
}
