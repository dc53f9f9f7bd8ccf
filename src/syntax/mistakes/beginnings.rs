//! Lines that begin with no known word: what their author meant, and how it is written here.

use super::blocks::Block;
use super::{MISSING_BRACE, UNKNOWN_WORD, first_word, found_at, line_of};
use super::{foreign, programs, synonyms};
use crate::blank::{Blanks, is_blank};
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::tree::{Node, Placed};
use crate::syntax::words;

/// What is said of a line, and whether it is more than that nobody knows its first word.
pub(super) struct Said {
    pub finding: Diagnostic,
    /// Whether the line was understood: another line behind it is then a mistake of its own.
    pub understood: bool,
    /// Whether a word of it is misspelled: that is a mistake each time.
    misspelled: bool,
}

impl Said {
    fn understood(finding: Diagnostic) -> Said {
        Said {
            finding,
            understood: true,
            misspelled: false,
        }
    }

    /// A word that is nearly one of the language.
    fn misspelled(found: Diagnostic, at: Span, meant: &str) -> Said {
        Said {
            misspelled: true,
            ..Said::understood(did_you_mean(found, at, meant))
        }
    }
}

/// A line, or a block's head, that begins with no word that may stand there.
pub(super) fn of_line(node: Node<'_>, block: &Block, placed: &Placed) -> Said {
    let span = line_of(node);
    let line = node.text().trim_blanks();
    let word = first_word(line);
    if word.is_empty() {
        return without_word(span, line, block, placed);
    }
    let at = Span::new(span.source, span.start, span.start + word.len() as u32);
    if words::ITEMS.contains(&word) || words::STATEMENTS.contains(&word) {
        let found = Diagnostic::new(&UNKNOWN_WORD, at, format!("`{word}` can't stand here"));
        let meant =
            synonyms::of(word).any(|synonym| synonym.ours.iter().any(|ours| block.takes(ours)));
        let own = block.of == "a `deployment`" || !words::ITEMS.contains(&word);
        let setting = block.of == Block::TOP.of && home(word) != "phase" && home(word) != "gate";
        if block.takes(word) && !block.words.is_empty() {
            return Said::understood(
                Diagnostic::new(&UNKNOWN_WORD, at, format!("`{word}` lacks what it is about"))
                    .help("an outcome is written like this: `rollback quick`, `page oncall`, `do restore`, `retry 3 after 10m`"),
            );
        }
        if let Some(finding) =
            by_synonym(found, word, at, block, line).filter(|_| meant && own && !setting)
        {
            return Said::understood(finding);
        }
        return Said::understood(elsewhere(word, at, block));
    }
    unknown(word, at, block, line, span)
}

/// A word of the language that can't stand here.
fn elsewhere(word: &str, at: Span, block: &Block) -> Diagnostic {
    let found = Diagnostic::new(&UNKNOWN_WORD, at, format!("`{word}` can't stand here"));
    let top = block.of == Block::TOP.of;
    if words::ITEMS.contains(&word) && !top {
        return found.help(format!("`{word}` stands at the top level of a file"));
    }
    if top {
        let meant = synonyms::of(word)
            .flat_map(|synonym| synonym.ours)
            .find(|ours| block.takes(ours))
            .filter(|_| matches!(home(word), "phase" | "gate"));
        if let Some(meant) = meant {
            return found
                .help(format!("at the top level it is called `{meant}`"))
                .offer(format!("write `{meant}`"), at, *meant);
        }
        return found.help(format!(
            "`{word}` stands in the block of a `{}`",
            home(word)
        ));
    }
    found.help(block.help())
}

/// The declaration in whose block a word stands.
fn home(word: &str) -> &'static str {
    match word {
        "version" | "starts" | "lasts" | "owner" | "status" | "strategy" | "date" | "project"
        | "on" => "deployment",
        "namespace" | "workload" | "image" | "replicas" | "traffic" | "port" | "environment" => {
            "service"
        }
        "better" | "no-data" | "prometheus" | "window" | "interval" => "metric",
        "subject" | "body" | "field" => "message",
        "command" | "runbook" | "link" | "file" => "reference",
        "contact" | "person" => "role",
        "given" | "expect" => "test",
        "when" | "then" => "severity",
        "option" => "choose",
        "prepare" | "verify" | "bake" | "retire" => "blue-green",
        "require" | "approve" => "gate",
        _ => "phase",
    }
}

fn unknown(word: &str, at: Span, block: &Block, line: &str, span: Span) -> Said {
    let place = match block.of == Block::TOP.of {
        true => "declaration",
        false => "statement",
    };
    let found = Diagnostic::new(&UNKNOWN_WORD, at, format!("`{word}` begins no {place}"));
    let lower = word.to_ascii_lowercase();
    if block.takes(&lower) {
        return Said::misspelled(found, at, &lower);
    }
    let behind = line[word.len()..].trim_blanks_start();
    if block.of == "a `canary`" && behind.starts_with(|first: char| first.is_ascii_digit()) {
        let gap = (line.len() - behind.len()) as u32;
        let place = Span::new(at.source, at.start, at.start + gap);
        return Said::understood(
            found
                .help("a step of a `canary` begins with its share: `10% for 15m`")
                .offer(format!("write `{behind}`"), place, ""),
        );
    }
    if ["=\"", "=~\"", "!=\""]
        .iter()
        .any(|sign| line[word.len()..].starts_with(sign))
    {
        return Said::understood(
            found.help("labels of a metric stand in brackets: `error-rate[path=cache] < 1%`"),
        );
    }
    if let Some((prefix, rest)) = line.split_once(is_blank)
        && prefix.ends_with(':')
        && block.takes(&rest.to_ascii_lowercase())
    {
        return Said::understood(found.help(synonyms_help(rest)));
    }
    if matches!(line, "end" | "fi" | "esac") {
        return Said::understood(found.help("a block is closed by `}`"));
    }
    if let Some(finding) = by_synonym(found.clone(), word, at, block, line) {
        return Said::understood(finding);
    }
    if let Some(finding) = bare_condition(found.clone(), block, line, at) {
        return Said::understood(finding);
    }
    if programs::PROGRAMS.contains(&word) && !line.ends_with('{') {
        let finding = found
            .help("a command stands in backticks behind `run`")
            .offer(
                format!("write ``run `{line}` ``"),
                span,
                format!("run `{line}`"),
            );
        return Said::understood(finding);
    }
    if let Some(meant) = nearest(word, block.words.iter().copied()) {
        return Said::misspelled(found, at, meant);
    }
    if let Some(finding) = foreign::of(found.clone(), line, span) {
        return Said::understood(finding);
    }
    if word.len() > 4
        && let Some(meant) = nearest(word, words::STATEMENTS.iter().copied())
    {
        return Said::misspelled(found, at, meant);
    }
    if is_sentence(line) && block.of == Block::TOP.of {
        return Said {
            finding: found
                .help("words for readers of the spec are a comment: `# …`; words for readers of the runbook are a `note \"…\"` in a block")
                .offer(format!("write `# {line}`"), span, format!("# {line}")),
            understood: false,
            misspelled: false,
        };
    }
    if is_sentence(line) {
        let finding =
            found.help("a sentence for people stands in quotes: `check \"…\"`, `note \"…\"`");
        return Said {
            finding: foreign::quoted(finding, line, span, ""),
            understood: false,
            misspelled: false,
        };
    }
    Said {
        finding: found.help(block.help()),
        understood: false,
        misspelled: false,
    }
}

/// A condition without the word that says what it is for: `error-rate > 5%`.
fn bare_condition(found: Diagnostic, block: &Block, line: &str, at: Span) -> Option<Diagnostic> {
    let mut words = line.words();
    let sign = words.nth(1)?;
    if !matches!(sign, "<" | "<=" | ">" | ">=" | "==" | "!=" | "=") {
        return None;
    }
    let begin = ["given", "when", "require", "check"]
        .into_iter()
        .find(|word| block.takes(word))?;
    if (sign == "=") != (begin == "given") {
        return None;
    }
    let first = Span::new(at.source, at.start, at.start);
    Some(
        found
            .help(format!("a condition stands behind `{begin}`"))
            .offer(
                format!("write `{begin} {line}`"),
                first,
                format!("{begin} "),
            ),
    )
}

fn synonyms_help(word: &str) -> String {
    format!("a statement begins with its word: `{word}`")
}

fn did_you_mean(found: Diagnostic, at: Span, meant: &str) -> Diagnostic {
    found
        .help(format!("did you mean `{meant}`?"))
        .safe_fix(format!("write `{meant}`"), at, meant)
}

/// A word of the trade for something that has another name here.
fn by_synonym(
    found: Diagnostic,
    word: &str,
    at: Span,
    block: &Block,
    line: &str,
) -> Option<Diagnostic> {
    if matches!(word, "if" | "when" | "on" | "once")
        && line.contains(" then ")
        && !block.takes("when")
    {
        return Some(found.help(
            "what happens by itself is a `severity`: `when error-rate > 5%`, and below it `then rollback quick`",
        ));
    }
    let command = line.contains('`') || line.ends_with(".sh\"");
    for synonym in synonyms::of(word) {
        let mut ours = synonym.ours.iter().filter(|ours| block.takes(ours));
        let first = ours.next();
        // Of `run` and `check` the one that fits what stands behind it.
        let meant = match first {
            Some(&"run") if !command => ours.next().or(first),
            first => first,
        };
        let Some(meant) = meant else {
            continue;
        };
        // A module is brought in at the top level.
        if *meant == "include" && line.contains('/') {
            continue;
        }
        let (shown, written) = match *meant {
            "contact" => (format!("`contact {word} \"…\"`"), format!("contact {word}")),
            "on" => ("`on failure`".to_owned(), "on failure".to_owned()),
            meant => (format!("`{meant}`"), meant.to_owned()),
        };
        let two = line.words().nth(1);
        let at = match (two, word) {
            (Some(second @ ("failure" | "error")), "on") => {
                Span::new(at.source, at.start, at.end + 1 + second.len() as u32)
            }
            _ => at,
        };
        return Some(found.help(format!("here it is called {shown}")).offer(
            format!("write `{written}`"),
            at,
            written,
        ));
    }
    if let Some(synonym) = synonyms::of(word).find(|synonym| !synonym.say.is_empty()) {
        return Some(found.help(synonym.say));
    }
    let elsewhere = synonyms::of(word).flat_map(|synonym| synonym.ours).next()?;
    let place = match words::ITEMS.contains(elsewhere) {
        true => "at the top level of a file".to_owned(),
        false => format!("in the block of a `{}`", home(elsewhere)),
    };
    let found = found.help(format!(
        "what others call `{word}` is `{elsewhere}` here, and stands {place}"
    ));
    Some(match block.of == Block::TOP.of {
        true => found,
        false => found.help(block.help()),
    })
}

/// A line that begins with a sign.
fn without_word(span: Span, line: &str, block: &Block, placed: &Placed) -> Said {
    let end = line.chars().next().map_or(0, char::len_utf8) as u32;
    let at = Span::new(span.source, span.start, span.start + end);
    if line.starts_with('{')
        && let Some(finding) = brace_below(span, placed)
    {
        return Said::understood(finding);
    }
    let found = Diagnostic::new(
        &UNKNOWN_WORD,
        at,
        format!("{} begins no statement", found_at(line, 0)),
    );
    if let Some(finding) = foreign::of(found.clone(), line, span) {
        return Said::understood(finding);
    }
    Said {
        finding: found.help(block.help()),
        understood: false,
        misspelled: false,
    }
}

/// A `{` on a line of its own: it belongs to the head above it.
fn brace_below(span: Span, placed: &Placed) -> Option<Diagnostic> {
    let offset = placed.offset();
    let before = placed
        .text()
        .get(..span.start.checked_sub(offset)? as usize)?;
    let above = before.trim_blanks_end();
    let last = above.lines().next_back()?;
    if above.is_empty() || last.contains('#') || above.ends_with(['{', '}']) {
        return None;
    }
    let gap = Span::new(span.source, offset + above.len() as u32, span.start + 1);
    Some(lone_brace(gap))
}

/// A `{` that belongs to the head above it: `gap` reaches from the end of that head behind the brace.
pub(in crate::syntax) fn lone_brace(gap: Span) -> Diagnostic {
    let brace = Span::new(gap.source, gap.end - 1, gap.end);
    Diagnostic::new(
        &UNKNOWN_WORD,
        brace,
        "a `{` can't stand on a line of its own",
    )
    .help("a statement ends with its line: the `{` of its block stands behind its head")
    .safe_fix("write the `{` at the end of the line above", gap, " {")
}

/// Lines indented as a block behind a declaration that ends as if it had one.
pub(super) fn brace_missing(head: Span) -> Diagnostic {
    Diagnostic::new(
        &MISSING_BRACE,
        Span::new(head.source, head.end, head.end),
        "expected `{`: the lines below are indented as a block",
    )
}

/// A declaration without braces, and its block indented below it: `from` is the end of its head, `to`
/// the end of the last line of the block.
pub(super) fn braces_missing(from: Span, to: Span) -> Diagnostic {
    let at = Span::new(from.source, from.end, from.end);
    let end = Span::new(from.source, to.end, to.end);
    let mut finding = brace_missing(from).offer("write `{` and `}` around them", at, " {");
    if let Some(fix) = finding.fixes.last_mut() {
        fix.edits.push(crate::diagnostic::Edit {
            span: end,
            text: "\n}".to_owned(),
        });
    }
    finding
}

/// The block that [`braces_missing`] is about has one line more.
pub(super) fn longer(finding: &mut Diagnostic, line: Span) {
    if let Some(last) = finding
        .fixes
        .last_mut()
        .and_then(|fix| fix.edits.last_mut())
    {
        last.span = Span::new(line.source, line.end, line.end);
    }
}

/// Whether a line right below another one makes the mistake that was said of that: then the fix is one
/// for both.
pub(super) fn is_same(last: &mut Diagnostic, line: &Said) -> bool {
    let again = &line.finding;
    if last.helps != again.helps {
        return !line.understood;
    }
    if line.misspelled {
        return false;
    }
    if let ([fix], [more]) = (last.fixes.as_mut_slice(), again.fixes.as_slice())
        && fix.safe == more.safe
    {
        if fix.edits.len() == 1 {
            fix.title.push_str(", and so on below");
        }
        fix.edits.extend(more.edits.iter().cloned());
    }
    true
}

/// Words that are plainly a sentence: some of them, and nothing but words.
fn is_sentence(line: &str) -> bool {
    line.words().count() > 2 && !line.contains(['{', '}', '=', '<', '>', '`', '"', '$', '|'])
}
