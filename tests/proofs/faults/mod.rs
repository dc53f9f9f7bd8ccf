//! The files of the project, their tokens, and faults put into them.

pub mod alone;

use std::path::{Path, PathBuf};

use deployc::source::SourceId;
use deployc::syntax::{File, Kind, Node, parse};

/// All `.deploy` files of some folders of the project: path and text, sorted by path.
pub fn files(folders: &[&str]) -> Vec<(String, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|end| end == "deploy") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in folders {
        collect(&root.join(folder), &mut found);
    }
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a file of the project");
            let shown = path.strip_prefix(root).unwrap_or(&path);
            (shown.display().to_string(), text)
        })
        .collect()
}

/// The files that are well written: they parse without a mistake.
pub fn well_written() -> Vec<(String, String)> {
    let mut files = files(&["stdlib", "examples", "tests/corpus"]);
    files
        .retain(|(path, text)| !path.contains("mistakes") && parse(SourceId(0), text).1.is_empty());
    files
}

/// SplitMix64: the same numbers on every machine.
pub struct Random(pub u64);

impl Random {
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn choose<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A stretch of text that belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub start: usize,
    pub end: usize,
    /// Whether it is a brace of a block.
    pub brace: bool,
    pub comment: bool,
}

/// The tokens of a well-written file, in order.
pub fn tokens(file: &File, text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for piece in &file.pieces {
        inside(piece.root(), text, &mut found);
    }
    found
}

fn inside(node: Node<'_>, text: &str, found: &mut Vec<Token>) {
    let mut at = node.span().start as usize;
    for child in node.children() {
        let span = child.span().range();
        gap(text, at, span.start, found);
        at = span.end;
        let own = child.text().trim_end();
        let words = own
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b == b'-' || b == b' ');
        if child.is_leaf() && !words && !is_block(child.kind()) {
            found.push(Token {
                start: span.start,
                end: span.start + own.len(),
                brace: false,
                comment: child.kind() == Kind::comment,
            });
        } else {
            inside(child, text, found);
        }
    }
    gap(text, at, node.span().end as usize, found);
}

fn gap(text: &str, from: usize, to: usize, found: &mut Vec<Token>) {
    let mut at = from;
    while at < to {
        let rest = &text[at..to];
        let first = rest.chars().next().expect("not empty");
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let word = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .unwrap_or(rest.len());
        let end = at + word.max(first.len_utf8());
        found.push(Token {
            start: at,
            end,
            brace: matches!(first, '{' | '}'),
            comment: false,
        });
        at = end;
    }
}

pub fn is_block(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::block | Kind::baseline_block | Kind::escalation_block
    )
}

/// The kinds of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    DeleteToken,
    InsertSigns,
    TruncateLine,
    DeleteOpening,
    DeleteClosing,
    ExtraClosing,
    OpenQuote,
}

impl Fault {
    pub const ALL: [Fault; 7] = [
        Fault::DeleteToken,
        Fault::InsertSigns,
        Fault::TruncateLine,
        Fault::DeleteOpening,
        Fault::DeleteClosing,
        Fault::ExtraClosing,
        Fault::OpenQuote,
    ];
}

/// A replacement in the original text.
#[derive(Clone, Debug)]
pub struct Edit {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

pub fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length)
}

pub fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

impl Fault {
    /// One fault of this kind somewhere in the text. Nothing where there is no place for it.
    pub fn edit(self, text: &str, tokens: &[Token], random: &mut Random) -> Option<Edit> {
        let code: Vec<&Token> = tokens.iter().filter(|token| !token.comment).collect();
        let braces = |sign: &str| -> Vec<&Token> {
            let own = tokens.iter().filter(|token| token.brace);
            own.filter(|token| &text[token.start..token.end] == sign)
                .collect()
        };
        let delete = |token: &Token| Edit {
            start: token.start,
            end: token.end,
            text: String::new(),
        };
        let insert = |at: usize, text: &str| Edit {
            start: at,
            end: at,
            text: text.into(),
        };
        if code.is_empty() {
            return None;
        }
        Some(match self {
            Fault::DeleteToken => {
                let words: Vec<&Token> = code.into_iter().filter(|token| !token.brace).collect();
                delete(random.choose(&words))
            }
            Fault::InsertSigns => insert(random.choose(&code).start, "@@ "),
            Fault::TruncateLine => {
                let token = random.choose(&code);
                let end = line_end(text, token.start);
                let start = line_start(text, token.start);
                let indent = text[start..].len() - text[start..].trim_start().len();
                let mut at =
                    start + indent + 1 + random.below(end.saturating_sub(start + indent + 1));
                while !text.is_char_boundary(at) {
                    at += 1;
                }
                Edit {
                    start: at.min(end),
                    end,
                    text: String::new(),
                }
            }
            Fault::DeleteOpening => {
                let braces = braces("{");
                (!braces.is_empty()).then(|| delete(random.choose(&braces)))?
            }
            Fault::DeleteClosing => {
                let braces = braces("}");
                (!braces.is_empty()).then(|| delete(random.choose(&braces)))?
            }
            Fault::ExtraClosing => {
                let token = random.choose(&code);
                let at = line_start(text, token.start);
                if text[at..token.start].trim().is_empty() {
                    let indent = (token.start - at).saturating_sub(2 * random.below(2));
                    insert(at, &format!("{}}}\n", " ".repeat(indent)))
                } else {
                    insert(token.end, " }")
                }
            }
            Fault::OpenQuote => insert(random.choose(&code).start, "\""),
        })
    }
}

/// The text with all edits made. They must not overlap.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.start);
    let mut out = String::new();
    let mut at = 0;
    for edit in sorted {
        out.push_str(&text[at..edit.start]);
        out.push_str(&edit.text);
        at = edit.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Where a byte of the original text stands after the edits; nothing where it was taken away.
pub fn moved(offset: usize, edits: &[Edit]) -> Option<usize> {
    let mut at = offset as i64;
    for edit in edits {
        if edit.start < offset && offset < edit.end {
            return None;
        }
        if edit.end <= offset {
            at += edit.text.len() as i64 - (edit.end - edit.start) as i64;
        }
    }
    usize::try_from(at).ok()
}

/// `count` faults of a kind, each on lines of its own.
pub fn faults(
    kind: Fault,
    count: usize,
    text: &str,
    tokens: &[Token],
    random: &mut Random,
) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for _ in 0..count * 8 {
        if edits.len() == count {
            break;
        }
        let Some(edit) = kind.edit(text, tokens, random) else {
            break;
        };
        let lines = |edit: &Edit| (line_start(text, edit.start), line_end(text, edit.end));
        let (start, end) = lines(&edit);
        let apart = edits.iter().all(|other| {
            let (from, to) = lines(other);
            end < from || to < start
        });
        if apart {
            edits.push(edit);
        }
    }
    edits
}
