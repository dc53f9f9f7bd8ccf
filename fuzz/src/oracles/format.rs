//! The formatter changes white space alone; there is one form; nothing that a spec says gets lost.

use deployc::compile;
use deployc::diagnostic::Diagnostic;
use deployc::source::{SourceId, Span};
use deployc::syntax::{self, Kind, text};

use super::spec::{self, bare, check, parse};
use super::{Verdict, difference, failure};
use crate::faults::is_block;

pub fn holds(bytes: &[u8]) -> Verdict {
    let text = spec::text(bytes);
    let text = text.as_ref();
    let before = Read::of(text);
    let once = before.formatted(text);
    let after = Read::of(&once);
    if !before.file.readable {
        return match once == text {
            true => Ok(false),
            false => Err(failure(
                "a later edition is changed",
                difference(&once, text),
            )),
        };
    }
    if dense(&once).ne(dense(text)) {
        let seen: String = dense(&once).collect();
        let was: String = dense(text).collect();
        return Err(failure(
            "more than blanks is changed",
            difference(&seen, &was),
        ));
    }
    let twice = after.formatted(&once);
    if twice != once {
        return Err(failure("twice is not once", difference(&twice, &once)));
    }
    let (said, was) = (after.meaning(), before.meaning());
    let comments = |nodes: &[(Kind, String)]| -> Vec<String> {
        let comments = nodes.iter().filter(|(kind, _)| *kind == Kind::comment);
        comments.map(|(_, text)| text.clone()).collect()
    };
    if comments(&said) != comments(&was) {
        return Err(failure(
            "comments are lost",
            format!("{:?} / {:?}", comments(&said), comments(&was)),
        ));
    }
    if said != was {
        let pair = said.iter().zip(&was).find(|(one, other)| one != other);
        return Err(failure("the tree is another one", format!("{pair:?}")));
    }
    if codes(&after.found) != codes(&before.found) {
        return Err(failure(
            "other mistakes of reading",
            format!("{:?} / {:?}", codes(&after.found), codes(&before.found)),
        ));
    }
    let mut random = spec::random(text);
    match random.below(4) {
        0 => ends_of_lines(text, &once)?,
        1 => plans(text, &once)?,
        2 => {
            let start = random.below(text.len() + 1) as u32;
            let end = random.below(text.len() + 1) as u32;
            range(&before, text, start.min(end), start.max(end))?;
        }
        _ => {}
    }
    Ok(true)
}

struct Read {
    file: syntax::File,
    found: Vec<Diagnostic>,
}

impl Read {
    fn of(text: &str) -> Read {
        let (file, found) = parse(text);
        Read { file, found }
    }

    fn formatted(&self, text: &str) -> String {
        syntax::format(&self.file, text)
    }

    /// Its nodes, and the text of those that have none inside.
    fn meaning(&self) -> Vec<(Kind, String)> {
        let nodes = self
            .file
            .pieces
            .iter()
            .flat_map(|piece| piece.root().descend());
        nodes
            .filter(|node| node.kind() != Kind::piece)
            .map(|node| {
                let own = node.text().trim();
                let own = match node.kind() {
                    Kind::prose | Kind::script | Kind::query => text::content(own),
                    kind if is_block(kind) => String::new(),
                    _ if node.is_leaf() => own.split_whitespace().collect::<Vec<_>>().join(" "),
                    _ => String::new(),
                };
                (node.kind(), own)
            })
            .collect()
    }
}

fn dense(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|letter| !letter.is_whitespace())
}

fn codes(found: &[Diagnostic]) -> Vec<&'static str> {
    // A carriage return by itself is a blank, and goes where blanks go.
    let mut codes: Vec<_> = found
        .iter()
        .map(|finding| finding.rule.code)
        .filter(|code| *code != "D0108")
        .collect();
    codes.sort_unstable();
    codes
}

/// A spec with the line ends of Windows has the same form, with those.
fn ends_of_lines(text: &str, once: &str) -> Result<(), super::Failure> {
    if text.contains('\r') {
        return Ok(());
    }
    let windows = text.replace('\n', "\r\n");
    let formatted = Read::of(&windows).formatted(&windows);
    let expected = once.replace('\n', "\r\n");
    // A text of one line does not say how its lines end.
    match formatted == expected || !text.contains('\n') {
        true => Ok(()),
        false => Err(failure(
            "another form with the line ends of Windows",
            difference(&formatted.replace('\r', "␍"), &expected.replace('\r', "␍")),
        )),
    }
}

/// The plan and what is found stay the same.
fn plans(text: &str, once: &str) -> Result<(), super::Failure> {
    let (before, after) = (check(text), check(once));
    let said = |findings: &[Diagnostic]| -> Vec<(&'static str, &'static str)> {
        let mut said: Vec<_> = findings
            .iter()
            .map(|finding| (finding.rule.code, finding.level.name()))
            .filter(|(code, _)| *code != "D0108")
            .collect();
        said.sort_unstable();
        said
    };
    let (was, is) = (said(&before.diagnostics), said(&after.diagnostics));
    if was != is {
        return Err(failure("other findings", format!("{is:?} / {was:?}")));
    }
    let (before, after) = (compile::plan(&before), compile::plan(&after));
    let (before, after) = (before.as_ref().map(bare), after.as_ref().map(bare));
    match before == after {
        true => Ok(()),
        false => {
            let text = |plan| serde_json::to_string_pretty(&plan).unwrap_or_default();
            Err(failure(
                "another plan",
                difference(&text(after), &text(before)),
            ))
        }
    }
}

/// A part that is formatted alone: blanks alone change, and twice is once.
fn range(read: &Read, text: &str, start: u32, end: u32) -> Result<(), super::Failure> {
    let span = Span::new(SourceId::default(), start, end);
    let Some((place, new)) = syntax::format_range(&read.file, text, span) else {
        return Ok(());
    };
    let Some(old) = text.get(place.range()) else {
        return Err(failure(
            "a part: its place cuts a character",
            format!("{place:?}"),
        ));
    };
    match dense(old).eq(dense(&new)) {
        true => Ok(()),
        false => Err(failure(
            "a part: more than blanks is changed",
            difference(&new, old),
        )),
    }
}
