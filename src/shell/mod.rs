//! In: shell text. Out: the programs that it runs with which words, and where a shell would stop reading it.
//! What is quoted, substituted or commented is kept apart; nothing is ever run. Knows nothing of specs, and
//! nothing of programs.

mod ends;
mod grammar;
mod lexer;
mod misfit;

use std::borrow::Cow;

use lexer::{Lexer, Token};

pub use grammar::misfit;
pub use misfit::Misfit;

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
    pub fn operands_with(&self, takes: &[&str]) -> impl Iterator<Item = &Word<'t>> {
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

impl<'t> Word<'t> {
    fn of(token: &Token<'t>) -> Word<'t> {
        let (text, quoted) = match token.is_bare() {
            true => (Cow::Borrowed(token.text), false),
            false => unquoted(token.text),
        };
        Word {
            text,
            start: token.start,
            end: token.end,
            quoted,
        }
    }

    /// Whether it begins with a dash.
    fn is_option(&self) -> bool {
        self.text.starts_with('-')
    }
}

/// A word without its quotes, and whether it had any. What is substituted in it stays as it is written.
fn unquoted(word: &str) -> (Cow<'_, str>, bool) {
    let mut text = Cow::Borrowed("");
    let mut quoted = false;
    let mut at = 0;
    while let Some(&byte) = word.as_bytes().get(at) {
        let rest = &word[at..];
        let marked = matches!(byte, b'\'' | b'"' | b'`') || rest.starts_with("$'");
        let whole = match byte {
            b'\'' | b'"' | b'`' | b'$' => ends::end(word, at).ok().map(|whole| whole.end),
            b'<' | b'>' if rest[1..].starts_with('(') => {
                ends::end(word, at).ok().map(|whole| whole.end)
            }
            b'\\' => Some(at + 1 + rest[1..].chars().next().map_or(0, char::len_utf8)),
            _ => None,
        };
        let plain = |letter: char| !matches!(letter, '\'' | '"' | '`' | '$' | '<' | '>' | '\\');
        let end = whole.unwrap_or_else(|| {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let more = rest[first..].find(|letter| !plain(letter));
            at + more.map_or(rest.len(), |more| first + more)
        });
        let piece = match byte {
            b'\\' if rest.starts_with("\\\n") || rest.starts_with("\\\r") => "",
            b'\\' => &word[at + 1..end],
            _ if marked && whole.is_some() => {
                &word[at + 1 + usize::from(byte == b'$')..(end - 1).max(at + 1)]
            }
            _ => &word[at..end],
        };
        quoted |= byte == b'\\' || marked;
        let piece = match byte {
            b'"' => unescaped(piece),
            _ => Cow::Borrowed(piece),
        };
        match text.is_empty() {
            true => text = piece,
            false => text.to_mut().push_str(&piece),
        }
        at = end;
    }
    (text, quoted)
}

/// What stands in double quotes, without the backslashes that bash takes away there.
fn unescaped(inner: &str) -> Cow<'_, str> {
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        match letters.peek() {
            Some('\n') if letter == '\\' => _ = letters.next(),
            Some('$' | '`' | '"' | '\\') if letter == '\\' => text.extend(letters.next()),
            Some(_) | None => text.push(letter),
        }
    }
    Cow::Owned(text)
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

/// The commands of a shell text, in order, up to where a shell would stop reading it. Those that are
/// substituted in words are no commands of their own.
pub fn read(text: &str) -> Vec<Simple<'_>> {
    let mut lexer = Lexer::new(text);
    let mut commands = Vec::new();
    let mut words = Vec::new();
    let mut kept = false;
    // Whether the next word is what a redirection names.
    let mut names_file = false;
    loop {
        let token = lexer.next().unwrap_or_default();
        if token.is_redirection() {
            kept |= is_output(token.text);
            names_file = true;
            continue;
        }
        if token.is_any_word() {
            if !std::mem::take(&mut names_file) {
                words.push(Word::of(&token));
            }
            continue;
        }
        names_file = false;
        let piped = matches!(token.operator(), Some("|" | "|&"));
        if !words.is_empty() {
            words.shrink_to_fit();
            let mut simple = Simple::new(std::mem::take(&mut words), piped);
            simple.kept = kept;
            commands.push(simple);
        }
        kept = false;
        if token.is_operator("||")
            && let Some(last) = commands.last_mut()
        {
            last.or_else = true;
        }
        if token.is_end() {
            break;
        }
    }
    commands.shrink_to_fit();
    commands
}

/// Whether a redirection takes what a program prints, and not another of its files.
fn is_output(sign: &str) -> bool {
    let file = sign.trim_end_matches(['<', '>', '&', '|', '-']);
    let sign = &sign[file.len()..];
    matches!(file, "" | "1") && matches!(sign, ">" | ">>" | ">|" | "&>" | "&>>")
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

    #[test]
    fn what_a_program_prints_is_kept_where_a_file_takes_it() {
        let kept = |text: &str| read(text).iter().map(|one| one.kept).collect::<Vec<_>>();
        assert_eq!(
            kept("a >f; b 2>f; c 1>>f; d >&2; e &>f; g <f"),
            [true, false, true, false, true, false]
        );
    }

    /// The words that bash makes of a command without substitutions.
    fn said_by_bash(text: &str) -> Option<Vec<String>> {
        let script = format!("printf '%s\\0' {text}");
        let mut bash = std::process::Command::new("bash");
        let out = bash
            .args(["-f", "-c", &script])
            .output()
            .expect("bash is there");
        let out = String::from_utf8(out.stdout).ok()?;
        Some(out.split_terminator('\0').map(str::to_owned).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn words_are_those_of_bash(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "b-c", "=", " ", " ", "'", "'x y'", "\"p q\"", "\\", "\\ ", "\"\\\"\"", "\"\\n\"", "é", ",", ".",
                ]),
                1..10,
            ),
        ) {
            let text = format!("w{}", pieces.concat());
            if misfit(&text).is_none() && !text.ends_with('\\') {
                let read = words(&text).concat();
                prop_assert_eq!(Some(read), said_by_bash(&text), "{}", text);
            }
        }
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
