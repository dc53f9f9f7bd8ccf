//! Reads shell text far enough to know which programs it runs with which words. What is quoted,
//! substituted or commented is kept apart; nothing is ever run.

mod grammar;
mod lexer;

pub use grammar::{Misfit, misfit};

/// A word of a command: its text without quotes, and where it stands in the text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, quotes removed, substitutions as they are written.
    pub text: String,
    /// First byte in the shell text.
    pub start: usize,
    /// One past the last byte in the shell text.
    pub end: usize,
    /// Whether any part of it was quoted.
    pub quoted: bool,
}

/// A program with its words; the first one names it. Redirections are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simple {
    /// The words.
    pub words: Vec<Word>,
    /// Whether its output goes into another program.
    pub piped: bool,
}

impl Simple {
    /// The name of the program without its folder; empty where there is none.
    pub fn program(&self) -> &str {
        self.words
            .iter()
            .map(|word| word.text.as_str())
            .find(|word| {
                !is_assignment(word) && !matches!(*word, "sudo" | "exec" | "command" | "time")
            })
            .map_or("", |word| word.rsplit('/').next().unwrap_or(word))
    }

    /// The words behind the program's name.
    pub fn arguments(&self) -> &[Word] {
        let at = self
            .words
            .iter()
            .position(|word| {
                !is_assignment(&word.text)
                    && !matches!(word.text.as_str(), "sudo" | "exec" | "command" | "time")
            })
            .map_or(self.words.len(), |at| at + 1);
        &self.words[at..]
    }

    /// Whether one of these words stands among the arguments; `--name` stands for `--name=value` too.
    pub fn has(&self, options: &[&str]) -> bool {
        self.find(options).is_some()
    }

    /// The first argument that is one of these options.
    pub fn find(&self, options: &[&str]) -> Option<&Word> {
        self.arguments().iter().find(|word| {
            options.iter().any(|option| {
                word.text == *option
                    || option.starts_with("--")
                        && word
                            .text
                            .strip_prefix(option)
                            .is_some_and(|rest| rest.starts_with('='))
                    || single_letter(option).is_some_and(|letter| {
                        is_cluster(&word.text) && word.text[1..].contains(letter)
                    })
            })
        })
    }

    /// The value of an option: `-n value`, `-nvalue`, `--namespace=value`.
    pub fn value(&self, options: &[&str]) -> Option<(&str, &Word)> {
        let arguments = self.arguments();
        for (index, word) in arguments.iter().enumerate() {
            for option in options {
                if word.text == *option {
                    let next = arguments.get(index + 1)?;
                    return Some((&next.text, next));
                }
                if let Some(rest) = word.text.strip_prefix(option) {
                    if let Some(value) = rest.strip_prefix('=') {
                        return Some((value, word));
                    }
                    if option.len() == 2 && !rest.is_empty() {
                        return Some((rest, word));
                    }
                }
            }
        }
        None
    }

    /// The arguments that are no options. An option that takes a value is told by `takes`.
    pub fn operands(&self, takes: &[&str]) -> Vec<&Word> {
        let mut operands = Vec::new();
        let mut skip = false;
        for word in self.arguments() {
            if std::mem::take(&mut skip) {
                continue;
            }
            if word.text == "--" {
                break;
            }
            if word.text.starts_with('-') && word.text.len() > 1 {
                skip = takes.contains(&word.text.as_str());
                continue;
            }
            operands.push(word);
        }
        operands
    }
}

fn single_letter(option: &str) -> Option<char> {
    let mut letters = option.strip_prefix('-')?.chars();
    let letter = letters.next()?;
    (letters.next().is_none() && letter != '-').then_some(letter)
}

/// `-it`: several letters behind one dash.
fn is_cluster(word: &str) -> bool {
    word.len() > 2
        && word.len() <= 4
        && word.starts_with('-')
        && word[1..].chars().all(|letter| letter.is_ascii_lowercase())
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && !name.starts_with(|letter: char| letter.is_ascii_digit())
    })
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    commands: Vec<Simple>,
    command: Simple,
    word: Option<Word>,
    redirects: bool,
    heredocs: Vec<String>,
    heredoc_next: bool,
}

/// The commands of a shell text, in order.
pub fn read(text: &str) -> Vec<Simple> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        commands: Vec::new(),
        command: Simple::default(),
        word: None,
        redirects: false,
        heredocs: Vec::new(),
        heredoc_next: false,
    };
    reader.run();
    reader.commands
}

impl Reader<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\\' if self.bytes.get(self.at + 1) == Some(&b'\n') => self.at += 2,
                b'\\' => {
                    self.push(self.at + 1, self.next_end(self.at + 1), true);
                }
                b' ' | b'\t' | b'\r' => {
                    self.end_word();
                    self.at += 1;
                }
                b'\n' => {
                    self.end_command(false);
                    self.at += 1;
                    self.skip_heredocs();
                }
                b'#' if self.word.is_none() => {
                    while self.bytes.get(self.at).is_some_and(|&byte| byte != b'\n') {
                        self.at += 1;
                    }
                }
                b'\'' | b'"' | b'`' => self.quoted(),
                b'$' if self.bytes.get(self.at + 1) == Some(&b'(') => self.substitution(),
                b'|' if self.bytes.get(self.at + 1) != Some(&b'|') => {
                    self.end_command(true);
                    self.at += 1;
                }
                b';' | b'&' | b'|' | b'(' | b')' => {
                    self.end_command(false);
                    self.at += 1;
                }
                b'<' | b'>' => match placeholder(&self.text[self.at..]) {
                    Some(blank) => self.push(self.at, self.at + blank.len(), false),
                    None => self.redirect(),
                },
                _ => self.push(self.at, self.next_end(self.at), false),
            }
        }
        self.end_command(false);
    }

    fn next_end(&self, at: usize) -> usize {
        self.text
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(self.bytes.len(), |letter| at + letter.len_utf8())
    }

    fn push(&mut self, from: usize, to: usize, quoted: bool) {
        let start = self.at;
        let piece = self.text.get(from..to).unwrap_or_default();
        let word = self.word.get_or_insert_with(|| Word {
            text: String::new(),
            start,
            end: start,
            quoted: false,
        });
        word.text.push_str(piece);
        word.end = to;
        word.quoted |= quoted;
        self.at = to.max(self.at + 1);
    }

    fn quoted(&mut self) {
        let open = self.at;
        let quote = self.bytes[open];
        let mut at = open + 1;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' if quote != b'\'' => at += 2,
                byte if byte == quote => {
                    let start = self.at;
                    let inner = self.text.get(open + 1..at).unwrap_or_default().to_owned();
                    let word = self.word.get_or_insert_with(|| Word {
                        text: String::new(),
                        start,
                        end: start,
                        quoted: true,
                    });
                    word.text.push_str(&inner);
                    word.end = at + 1;
                    word.quoted = true;
                    self.at = at + 1;
                    return;
                }
                _ => at += 1,
            }
        }
        self.at = self.bytes.len();
    }

    fn substitution(&mut self) {
        let open = self.at;
        let mut depth = 0usize;
        let mut at = open + 1;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        self.push(open, at + 1, false);
                        return;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.at = self.bytes.len();
    }

    fn redirect(&mut self) {
        // A number before it is the number of a file.
        if let Some(word) = &self.word
            && word.text.bytes().all(|byte| byte.is_ascii_digit())
        {
            self.word = None;
        }
        self.end_word();
        let here =
            self.bytes[self.at..].starts_with(b"<<") && !self.bytes[self.at..].starts_with(b"<<<");
        while self
            .bytes
            .get(self.at)
            .is_some_and(|byte| matches!(byte, b'<' | b'>' | b'&' | b'-'))
        {
            self.at += 1;
        }
        self.redirects = true;
        self.heredoc_next = here;
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else {
            return;
        };
        if std::mem::take(&mut self.redirects) {
            if std::mem::take(&mut self.heredoc_next) {
                self.heredocs.push(word.text);
            }
            return;
        }
        self.command.words.push(word);
    }

    fn end_command(&mut self, piped: bool) {
        self.end_word();
        self.redirects = false;
        let mut command = std::mem::take(&mut self.command);
        command.piped = piped;
        if !command.words.is_empty() {
            self.commands.push(command);
        }
    }

    fn skip_heredocs(&mut self) {
        for mark in std::mem::take(&mut self.heredocs) {
            while self.at < self.bytes.len() {
                let rest = &self.text[self.at..];
                let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
                let line = rest[..length].trim();
                self.at += length;
                if line == mark {
                    break;
                }
            }
        }
    }
}

/// The blank at the beginning of a text: `<pod>`, `<new-pod-name>`. It is something that somebody
/// should have filled in, not a redirection.
pub fn placeholder(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?;
    let end = inner.find('>')?;
    let name = &inner[..end];
    let valid = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ' '));
    valid.then(|| &text[..end + 2])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        read(text)
            .into_iter()
            .map(|command| command.words.into_iter().map(|word| word.text).collect())
            .collect()
    }

    #[test]
    fn commands_are_told_apart() {
        assert_eq!(
            words("a 'b c' \"d $E\" # no\nf > g 2>&1 | h -x && i"),
            [
                vec!["a", "b c", "d $E"],
                vec!["f"],
                vec!["h", "-x"],
                vec!["i"]
            ]
        );
        assert_eq!(
            words("kubectl patch x \\\n  -p '{\"a\": 1}'"),
            [["kubectl", "patch", "x", "-p", "{\"a\": 1}"]]
        );
        assert_eq!(
            words("cat <<EOF\nnot; a command\nEOF\nnext"),
            [vec!["cat"], vec!["next"]]
        );
        assert_eq!(
            words("pg_dump x > backup_$(date +%Y).sql"),
            [["pg_dump", "x"]]
        );
        assert_eq!(words("exec <pod> -- df"), [["exec", "<pod>", "--", "df"]]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC*") {
            let commands = read(&text);
            for word in commands.iter().flat_map(|command| &command.words) {
                prop_assert!(word.start <= word.end && word.end <= text.len());
            }
        }
    }
}
