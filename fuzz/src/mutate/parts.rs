//! Changes by whole parts of the language: tokens, clauses, statements, blocks, values.

use super::lex::{self, Kind, Statement, Token};
use super::{Manner, replaced};
use crate::corpus::Corpus;
use crate::faults::Random;

/// Texts that mean something to what is built.
const HOSTILE: &[&str] = &[
    "$(id)",
    "`id`",
    "'; id; '",
    "\\\" ; id",
    "${HOME}",
    "$x",
    "%s%n",
    "{{workflow.name}}",
    "{{=1",
    "}}",
    "{{",
    "{release}",
    "\\{\\{ x \\}\\}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    "-->",
    "]]>",
    "</style>",
    "</script>",
    "&amp;lt;",
    "&#x41;",
    "a | b",
    "a \\\\| b",
    "|",
    "- [ ] x",
    "# heading",
    "```",
    "~~~",
    "*bold* _it_ ~~gone~~",
    "[a](javascript:alert(1))",
    "![a](http://x)",
    "<https://example.com>",
    ": #",
    "- - ",
    "key: value",
    "@everyone",
    "*anchor &anchor",
    "!!binary x",
    "yes",
    "null",
    "~",
    "0x1f",
    "1e999",
    "2026-03-10",
    "\\u{202e}txt",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "é😀𝒳",
    "\u{85}\u{2028}",
    "\u{7f}",
    "trailing \\\\",
    "end;",
    "classDef x",
    "subgraph",
    "\\\"]",
    "%% c",
    "style a fill",
    "",
    " ",
    "x",
    "EOF",
    "--",
    "-n",
    "!",
    "~root",
    "/etc/*",
];

/// Numbers at the edges of what numbers can be.
const EDGES: &[&str] = &[
    "0",
    "0%",
    "0s",
    "1",
    "100%",
    "101%",
    "99.999%",
    "-1",
    "1e999",
    "99999999999999999999",
    "170141183460469231731687303715884105727",
    "0.0000000000000000000001",
    "1.5h",
    "1h1h",
    "30m1h",
    "5M",
    "5mo",
    "1d",
    "1w",
    "999999999h",
    "T",
    "T-0s",
    "T+1000000d",
    "24:00",
    "23:59:60",
    "2024-02-29",
    "2023-02-29",
    "9999-12-31",
    "1ms",
    "1us",
    "1Ki",
    "1k",
    "10k rows",
    "007",
    ".5",
    "5.",
    "1..2",
    "2..1",
    "1..<1",
    "1%..5%",
    "00:00",
    "0m",
    "64",
    "65536",
    "4294967296",
];

/// Words that are likely to be special somewhere.
const NAMES: &[&str] = &[
    "seconds",
    "user",
    "home",
    "path",
    "random",
    "uid",
    "if",
    "not",
    "over",
    "for",
    "success",
    "failure",
    "rollback",
    "test",
    "name",
    "x",
    "a-b",
    "stable",
    "t",
    "item",
    "inputs",
    "workflow",
    "yes",
    "no",
    "null",
    "true",
    "end",
    "style",
    "class",
    "constructor",
    "default",
    "window",
];

/// A text after one change.
pub fn change(text: &str, corpus: &Corpus, manner: Manner, random: &mut Random) -> String {
    let tokens = lex::tokens(text);
    let gentle: &[Change] = &[
        number,
        string,
        payload,
        name,
        delete_statement,
        repeat_statement,
        swap_statements,
        insert_statement,
        insert_statement,
        insert_statement,
        delete_clause,
        insert_clause,
        insert_clause,
        replace_block,
        comment,
        value,
    ];
    let rough: &[Change] = &[
        delete_token,
        repeat_token,
        swap_tokens,
        replace_token,
        insert_token,
        delete_clause,
        insert_clause,
        move_clause,
        delete_statement,
        repeat_statement,
        swap_statements,
        insert_statement,
        move_statement,
        replace_block,
        number,
        string,
        payload,
        name,
        value,
        comment,
        wrap,
        append,
    ];
    let from = match manner {
        Manner::Gentle => gentle,
        Manner::Rough => rough,
    };
    let chosen = random.choose(from);
    chosen(&mut Place {
        text,
        tokens: &tokens,
        corpus,
        random,
    })
    .unwrap_or_else(|| text.to_owned())
}

type Change = fn(&mut Place<'_>) -> Option<String>;

struct Place<'a> {
    text: &'a str,
    tokens: &'a [Token],
    corpus: &'a Corpus,
    random: &'a mut Random,
}

impl Place<'_> {
    fn any(&mut self, of: impl Fn(Kind) -> bool) -> Option<Token> {
        let count = self.tokens.iter().filter(|token| of(token.kind)).count();
        if count == 0 {
            return None;
        }
        let wanted = self.random.below(count);
        let mut those = self.tokens.iter().filter(|token| of(token.kind));
        those.nth(wanted).copied()
    }

    fn solid(&mut self) -> Option<Token> {
        self.any(|kind| !matches!(kind, Kind::Blank | Kind::Break))
    }

    fn with(&self, token: Token, new: &str) -> String {
        replaced(self.text, token.start, token.end, new)
    }

    fn of<'p>(&mut self, pool: &'p [String]) -> Option<&'p str> {
        (!pool.is_empty()).then(|| pool[self.random.below(pool.len())].as_str())
    }

    fn statements(&self) -> Vec<Statement> {
        lex::statements(self.text, self.tokens)
    }

    fn statement(&mut self) -> Option<Statement> {
        let all = self.statements();
        (!all.is_empty()).then(|| all[self.random.below(all.len())])
    }

    fn slice(&self, token: Token) -> &str {
        &self.text[token.start..token.end]
    }
}

fn delete_token(at: &mut Place<'_>) -> Option<String> {
    let token = at.solid()?;
    Some(at.with(token, ""))
}

fn repeat_token(at: &mut Place<'_>) -> Option<String> {
    let token = at.solid()?;
    let own = at.slice(token).to_owned();
    Some(at.with(token, &format!("{own} {own}")))
}

fn swap_tokens(at: &mut Place<'_>) -> Option<String> {
    let (one, other) = (at.solid()?, at.solid()?);
    Some(swapped(
        at.text,
        (one.start, one.end),
        (other.start, other.end),
    ))
}

fn swapped(text: &str, one: (usize, usize), other: (usize, usize)) -> String {
    let (first, second) = if one.0 <= other.0 {
        (one, other)
    } else {
        (other, one)
    };
    if first.1 > second.0 {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first.0]);
    out.push_str(&text[second.0..second.1]);
    out.push_str(&text[first.1..second.0]);
    out.push_str(&text[first.0..first.1]);
    out.push_str(&text[second.1..]);
    out
}

/// A token by another one of its kind.
fn replace_token(at: &mut Place<'_>) -> Option<String> {
    let token = at.solid()?;
    let corpus = at.corpus;
    let new = match token.kind {
        Kind::Text => at.of(&corpus.texts)?,
        Kind::Command => at.of(&corpus.commands)?,
        Kind::Number => at.of(&corpus.numbers)?,
        Kind::Word => at.of(&corpus.words)?,
        _ => signs(at),
    };
    Some(at.with(token, new))
}

fn signs(at: &mut Place<'_>) -> &'static str {
    at.random.choose(&[
        "{", "}", "(", ")", "[", "]", "\"", "`", "```", "\"\"\"", ",", "<", ">", "<=", ">=", "=",
        "==", "!=", "..", "..<", "/", ":", "|", "&", "&&", "@", "$", "%", ";", "#", "*", "+", "-",
        "~", "!", "?", "\\", "'",
    ])
}

/// A token of the corpus between two others.
fn insert_token(at: &mut Place<'_>) -> Option<String> {
    let place = at.solid()?;
    let corpus = at.corpus;
    let new = match at.random.below(6) {
        0 => at.of(&corpus.texts)?,
        1 => at.of(&corpus.commands)?,
        2 => at.of(&corpus.numbers)?,
        3 => signs(at),
        _ => at.of(&corpus.words)?,
    };
    let (before, after) = match at.random.below(4) {
        0 => ("", ""),
        1 => ("", " "),
        _ => (" ", " "),
    };
    let edge = match at.random.below(2) {
        0 => place.start,
        _ => place.end,
    };
    Some(replaced(
        at.text,
        edge,
        edge,
        &format!("{before}{new}{after}"),
    ))
}

fn number(at: &mut Place<'_>) -> Option<String> {
    let token = at.any(|kind| kind == Kind::Number)?;
    let corpus = at.corpus;
    let new = match at.random.below(3) {
        0 => at.random.choose(EDGES),
        // Of the same unit: more of them stay valid.
        1 => {
            let unit = |text: &str| {
                text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
                    .to_owned()
            };
            let own = unit(at.slice(token));
            let same: Vec<&String> = corpus
                .numbers
                .iter()
                .filter(|number| unit(number) == own)
                .collect();
            if same.is_empty() {
                return None;
            }
            same[at.random.below(same.len())].as_str()
        }
        _ => at.of(&corpus.numbers)?,
    };
    Some(at.with(token, new))
}

fn string(at: &mut Place<'_>) -> Option<String> {
    let token = at.any(|kind| matches!(kind, Kind::Text | Kind::Command))?;
    let corpus = at.corpus;
    let new = match token.kind {
        Kind::Text => at.of(&corpus.texts)?,
        _ => at.of(&corpus.commands)?,
    };
    Some(at.with(token, new))
}

/// Something hostile inside of a text or a command, or in its place.
fn payload(at: &mut Place<'_>) -> Option<String> {
    let token = at.any(|kind| matches!(kind, Kind::Text | Kind::Command))?;
    let own = at.slice(token);
    let mark = ["\"\"\"", "```", "\"", "`"]
        .into_iter()
        .find(|mark| own.starts_with(mark) && own.len() >= 2 * mark.len() && own.ends_with(mark))?;
    let inner = (token.start + mark.len(), token.end - mark.len());
    let new = at.random.choose(HOSTILE);
    let mut new = match mark.starts_with('`') {
        true => new.replace('`', "'"),
        false => new.to_owned(),
    };
    if at.random.below(16) == 0 {
        new = new.repeat(1 + at.random.below(30));
    }
    let (start, end) = match at.random.below(3) {
        0 => inner,
        _ => {
            let place = inner.0 + at.random.below(inner.1 - inner.0 + 1);
            (place, place)
        }
    };
    Some(replaced(at.text, start, end, &new))
}

/// A name by another one, everywhere or at one place.
fn name(at: &mut Place<'_>) -> Option<String> {
    let token = at.any(|kind| kind == Kind::Word)?;
    let own = at.slice(token).to_owned();
    let corpus = at.corpus;
    let new = match at.random.below(3) {
        0 => at.random.choose(NAMES).to_owned(),
        // Another one of the same text.
        1 => {
            let other = at.any(|kind| kind == Kind::Word)?;
            at.slice(other).to_owned()
        }
        _ => at.of(&corpus.words)?.to_owned(),
    };
    if at.random.below(2) == 0 {
        return Some(at.with(token, &new));
    }
    let mut out = String::with_capacity(at.text.len());
    for token in at.tokens {
        let text = &at.text[token.start..token.end];
        out.push_str(if token.kind == Kind::Word && text == own {
            &new
        } else {
            text
        });
    }
    Some(out)
}

/// The value of a setting, a text or a number, by one that stands behind the same word elsewhere.
fn value(at: &mut Place<'_>) -> Option<String> {
    let statement = at.statement()?;
    let word = at.text[statement.word.0..statement.word.1].to_owned();
    let corpus = at.corpus;
    let same: Vec<&String> = corpus
        .all_statements
        .iter()
        .filter(|other| {
            let other = other.trim_start();
            other.starts_with(&word) && other[word.len()..].starts_with(' ')
        })
        .collect();
    if same.is_empty() {
        return None;
    }
    let new = same[at.random.below(same.len())];
    Some(replaced(at.text, statement.start, statement.end, new))
}

fn delete_statement(at: &mut Place<'_>) -> Option<String> {
    let statement = at.statement()?;
    Some(replaced(at.text, statement.start, statement.end, ""))
}

fn repeat_statement(at: &mut Place<'_>) -> Option<String> {
    let statement = at.statement()?;
    let own = at.text[statement.start..statement.end].to_owned();
    let times = if at.random.below(40) == 0 { 60 } else { 1 };
    Some(replaced(
        at.text,
        statement.end,
        statement.end,
        &own.repeat(times),
    ))
}

fn swap_statements(at: &mut Place<'_>) -> Option<String> {
    let (one, other) = (at.statement()?, at.statement()?);
    Some(swapped(
        at.text,
        (one.start, one.end),
        (other.start, other.end),
    ))
}

fn move_statement(at: &mut Place<'_>) -> Option<String> {
    let (one, other) = (at.statement()?, at.statement()?);
    let own = at.text[one.start..one.end].to_owned();
    let place = other.start;
    if place <= one.start {
        let without = replaced(at.text, one.start, one.end, "");
        return Some(replaced(&without, place, place, &own));
    }
    let with = replaced(at.text, place, place, &own);
    Some(replaced(&with, one.start, one.end, ""))
}

/// A statement of another spec, mostly of a block of the same kind.
fn insert_statement(at: &mut Place<'_>) -> Option<String> {
    let corpus = at.corpus;
    let all = at.statements();
    if all.is_empty() {
        return None;
    }
    let place = all[at.random.below(all.len())];
    let parent = place
        .parent
        .map(|parent| &at.text[all[parent].word.0..all[parent].word.1]);
    let pool = match (parent, at.random.below(16)) {
        (_, 0) => &corpus.all_statements,
        (Some(parent), _) => corpus
            .statements
            .get(parent)
            .unwrap_or(&corpus.all_statements),
        (None, _) => &corpus.items,
    };
    let new = at.of(pool)?;
    let new = match new.ends_with('\n') {
        true => new.to_owned(),
        false => format!("{new}\n"),
    };
    let edge = match at.random.below(2) {
        0 => place.start,
        _ => place.end,
    };
    Some(replaced(at.text, edge, edge, &new))
}

fn delete_clause(at: &mut Place<'_>) -> Option<String> {
    let (start, end) = clause(at)?;
    Some(replaced(at.text, start, end, ""))
}

fn clause(at: &mut Place<'_>) -> Option<(usize, usize)> {
    let all = lex::clauses(at.text, at.tokens);
    (!all.is_empty()).then(|| all[at.random.below(all.len())])
}

/// The end of a statement's head: before its block, its comment, or the end of its line.
fn head_end(at: &mut Place<'_>) -> Option<usize> {
    let statement = at.statement()?;
    let mut end = statement.word.1;
    for token in at
        .tokens
        .iter()
        .filter(|token| token.start >= statement.word.1)
    {
        match token.kind {
            Kind::Open | Kind::Close | Kind::Break | Kind::Comment => break,
            Kind::Blank => {}
            _ => end = token.end,
        }
    }
    Some(end)
}

fn insert_clause(at: &mut Place<'_>) -> Option<String> {
    let place = match at.random.below(4) {
        0 => at.solid()?.start,
        _ => head_end(at)?,
    };
    let corpus = at.corpus;
    let new = at.of(&corpus.clauses)?;
    Some(replaced(at.text, place, place, &format!(" {new} ")))
}

fn move_clause(at: &mut Place<'_>) -> Option<String> {
    let (start, end) = clause(at)?;
    let own = format!(" {} ", &at.text[start..end]);
    let place = head_end(at)?;
    if place <= start {
        let without = replaced(at.text, start, end, "");
        return Some(replaced(&without, place, place, &own));
    }
    if place < end {
        return None;
    }
    let with = replaced(at.text, place, place, &own);
    Some(replaced(&with, start, end, ""))
}

/// What stands in one block by what stands in another.
fn replace_block(at: &mut Place<'_>) -> Option<String> {
    let open = at.any(|kind| kind == Kind::Open)?;
    let other = at.any(|kind| kind == Kind::Open)?;
    let end = |open: Token| {
        let mut depth = 0usize;
        for token in at.tokens.iter().filter(|token| token.start >= open.start) {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return token.end;
            }
        }
        at.text.len()
    };
    let (end, other_end) = (end(open), end(other));
    let new = &at.text[other.start..other_end];
    Some(replaced(at.text, open.start, end, new))
}

fn comment(at: &mut Place<'_>) -> Option<String> {
    let new = at.random.choose(&[
        "# a comment",
        "#",
        "#no blank",
        "# deployc: allow(vague, reason = \"it is so\")",
        "# deployc: allow(band-gap)",
        "# é \u{202e}",
        "# }",
        "# \"",
        "# `",
    ]);
    if at.random.below(2) == 0 {
        let token = at.any(|kind| kind == Kind::Break)?;
        return Some(replaced(
            at.text,
            token.start,
            token.start,
            &format!(" {new}"),
        ));
    }
    let statement = at.statement()?;
    Some(replaced(
        at.text,
        statement.start,
        statement.start,
        &format!("{new}\n"),
    ))
}

/// A statement put into a block.
fn wrap(at: &mut Place<'_>) -> Option<String> {
    let statement = at.statement()?;
    let own = at.text[statement.start..statement.end].to_owned();
    let head = at.random.choose(&[
        "group g \"G\"",
        "else",
        "choose c \"C\"",
        "option o \"O\"",
        "every 5m \"E\"",
        "phase p \"P\"",
        "canary checkout",
        "gate g \"G\"",
        "checklist c \"C\"",
    ]);
    Some(replaced(
        at.text,
        statement.start,
        statement.end,
        &format!("{head} {{\n{own}}}\n"),
    ))
}

/// Another spec behind this one.
fn append(at: &mut Place<'_>) -> Option<String> {
    let corpus = at.corpus;
    let other = &corpus.bases[at.random.below(corpus.bases.len())].text;
    (other.len() < 3000).then(|| format!("{}{other}", at.text))
}
