//! Reads shell text far enough to know which programs it runs with which words. What is quoted,
//! substituted or commented is kept apart; nothing is ever run.

mod ends;
mod grammar;
mod lexer;

use std::borrow::Cow;

pub use grammar::{Misfit, misfit};

/// A word of a command: its text without quotes, and where it stands in the text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'t> {
    /// The word, quotes removed, substitutions as they are written.
    pub text: Cow<'t, str>,
    /// First byte in the shell text.
    pub start: usize,
    /// One past the last byte in the shell text.
    pub end: usize,
    /// Whether any part of it was quoted.
    pub quoted: bool,
}

/// A program with its words; the first one names it. Redirections are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simple<'t> {
    /// The words.
    pub words: Vec<Word<'t>>,
    /// Whether its output goes into another program.
    pub piped: bool,
    /// Whether something else is done where it fails.
    pub or_else: bool,
    /// Whether what it prints goes into a file.
    pub kept: bool,
    /// Which of the words names the program, and where in it the name begins behind its folder.
    name: Option<(usize, usize)>,
}

impl<'t> Simple<'t> {
    /// A command of these words.
    pub fn new(words: Vec<Word<'t>>, piped: bool) -> Self {
        let program = words.iter().position(|word| {
            !is_assignment(&word.text)
                && !matches!(&*word.text, "sudo" | "exec" | "command" | "time")
        });
        let name = program.map(|at| (at, words[at].text.rfind('/').map_or(0, |end| end + 1)));
        Simple {
            words,
            piped,
            or_else: false,
            kept: false,
            name,
        }
    }

    /// The name of the program without its folder; empty where there is none.
    pub fn program(&self) -> &str {
        self.name
            .map_or("", |(at, begin)| &self.words[at].text[begin..])
    }

    /// The words behind the program's name.
    pub fn arguments(&self) -> &[Word<'t>] {
        self.name.map_or(&[], |(at, _)| &self.words[at + 1..])
    }

    /// Whether one of these words stands among the arguments; `--name` stands for `--name=value` too.
    pub fn has(&self, options: &[&str]) -> bool {
        self.find(options).is_some()
    }

    /// The first argument that is one of these options.
    pub fn find(&self, options: &[&str]) -> Option<&Word<'t>> {
        let mut dashed = self.arguments().iter().filter(|word| word.is_option());
        dashed.find(|word| {
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
    pub fn value(&self, options: &[&str]) -> Option<(&str, &Word<'t>)> {
        let arguments = self.arguments();
        for (index, word) in arguments.iter().enumerate() {
            if !word.is_option() {
                continue;
            }
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
    pub fn operands(&self, takes: &[&str]) -> impl Iterator<Item = &Word<'t>> {
        let mut skip = false;
        let mut arguments = self.arguments().iter();
        std::iter::from_fn(move || {
            for word in arguments.by_ref() {
                if std::mem::take(&mut skip) {
                    continue;
                }
                if word.text == "--" {
                    return None;
                }
                if !word.is_option() || word.text.len() == 1 {
                    return Some(word);
                }
                skip = takes.contains(&&*word.text);
            }
            None
        })
    }
}

impl Word<'_> {
    /// Whether it begins with a dash.
    fn is_option(&self) -> bool {
        self.text.starts_with('-')
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
    commands: Vec<Simple<'a>>,
    /// The words of the command so far.
    words: Vec<Word<'a>>,
    word: Option<Word<'a>>,
    /// The bytes that the word consists of, as long as they stand beside each other.
    piece: std::ops::Range<usize>,
    redirects: bool,
    kept: bool,
    heredocs: Vec<Cow<'a, str>>,
    heredoc_next: bool,
}

/// The commands of a shell text, in order.
pub fn read(text: &str) -> Vec<Simple<'_>> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        commands: Vec::new(),
        words: Vec::new(),
        word: None,
        piece: 0..0,
        redirects: false,
        kept: false,
        heredocs: Vec::new(),
        heredoc_next: false,
    };
    reader.run();
    reader.commands.shrink_to_fit();
    reader.commands
}

impl<'a> Reader<'a> {
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
                    if self.bytes[self.at..].starts_with(b"||")
                        && let Some(last) = self.commands.last_mut()
                    {
                        last.or_else = true;
                    }
                    self.at += 1;
                }
                b'<' | b'>' => match placeholder(&self.text[self.at..]) {
                    Some(blank) => self.push(self.at, self.at + blank.len(), false),
                    None => self.redirect(),
                },
                _ => {
                    let mut end = self.next_end(self.at);
                    end += self.bytes[end..]
                        .iter()
                        .take_while(|byte| is_plain(**byte))
                        .count();
                    self.push(self.at, end, false);
                }
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
        self.add(from, to, quoted);
        self.at = to.max(self.at + 1);
        if let Some(word) = &mut self.word {
            word.end = to;
        }
    }

    /// Adds what stands between two bytes to the word, or begins one with it here.
    fn add(&mut self, from: usize, to: usize, quoted: bool) {
        let piece = self.text.get(from..to).unwrap_or_default();
        let Some(word) = &mut self.word else {
            self.word = Some(Word {
                text: Cow::Borrowed(piece),
                start: self.at,
                end: self.at,
                quoted,
            });
            self.piece = from..to;
            return;
        };
        word.quoted |= quoted;
        match &mut word.text {
            Cow::Borrowed(text) if self.piece.end == from => {
                self.piece.end = to;
                *text = self.text.get(self.piece.clone()).unwrap_or_default();
            }
            text => text.to_mut().push_str(piece),
        }
    }

    fn quoted(&mut self) {
        let open = self.at;
        let quote = self.bytes[open];
        let mut at = open + 1;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' if quote != b'\'' => at += 2,
                byte if byte == quote => {
                    self.add(open + 1, at, true);
                    self.at = at + 1;
                    if let Some(word) = &mut self.word {
                        word.end = at + 1;
                    }
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
        let mut output = self.bytes[self.at] == b'>';
        if let Some(word) = &self.word
            && word.text.bytes().all(|byte| byte.is_ascii_digit())
        {
            output &= word.text == "1";
            self.word = None;
        }
        self.end_word();
        // Behind `>&` stands another of its files.
        self.kept |= output && !self.bytes[self.at..].starts_with(b">&");
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
        self.words.push(word);
    }

    fn end_command(&mut self, piped: bool) {
        self.end_word();
        self.redirects = false;
        if !self.words.is_empty() {
            let words = self.words.drain(..).collect();
            let mut simple = Simple::new(words, piped);
            simple.kept = self.kept;
            self.commands.push(simple);
        }
        self.kept = false;
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

/// Whether a byte inside a word is nothing but a part of it.
fn is_plain(byte: u8) -> bool {
    !matches!(
        byte,
        b'\\'
            | b' '
            | b'\t'
            | b'\r'
            | b'\n'
            | b'\''
            | b'"'
            | b'`'
            | b'$'
            | b'|'
            | b';'
            | b'&'
            | b'('
            | b')'
            | b'<'
            | b'>'
    )
}

/// The blank at the beginning of a text: `<pod>`, `<new-pod-name>`. It is something that somebody
/// should have filled in, not a redirection.
pub fn placeholder(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?;
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b' ');
    let length = inner.bytes().take_while(is_of_name).count();
    let named = inner.starts_with(|letter: char| letter.is_ascii_alphabetic());
    (named && inner[length..].starts_with('>')).then(|| &text[..length + 2])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        read(text)
            .into_iter()
            .map(|command| {
                let words = command.words.into_iter();
                words.map(|word| word.text.into_owned()).collect()
            })
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
