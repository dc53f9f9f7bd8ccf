//! In: what the parser could not read. Out: findings, in words for people, with what may have been meant.
//! Knows nothing of what names mean, and costs nothing where everything can be read.

mod beginnings;
mod blocks;
mod clauses;
mod conditions;
mod echoes;
mod expected;
mod foreign;
mod guesses;
mod habits;
mod moments;
mod naming;
mod notations;
mod numbers;
mod programs;
mod repair;
mod repairs;
mod stop;
mod synonyms;
mod tokens;

pub(super) use beginnings::lone_brace;
pub(super) use echoes::mute_braces;
use tokens::{found_at, token_length};

use crate::blank::Blanks;
use crate::diagnostic::{Diagnostic, nearest};
use crate::rule;
use crate::source::Span;
use crate::syntax::grammar::{self, Rule as Kind};
use crate::syntax::tree::{Node, Placed};
use crate::syntax::words;
use blocks::Block;
use stop::Stop;

rule! {
    /// A statement begins well and goes on with something that can't stand there, or stops before it
    /// is complete. The message says what is expected at the first place that does not fit.
    pub SYNTAX = "D0101", "syntax", Syntax, Error, "a statement that can't be read";
    /// A line begins with a word that begins nothing here. Statements and declarations begin with a
    /// word of the language; what a person has to assert is written `check "…"`.
    pub UNKNOWN_WORD = "D0102", "unknown-word", Syntax, Error, "a line that begins with no known word";
    /// A block begins with `{` and never ends. The indentation says where it was probably meant to.
    pub UNCLOSED_BRACE = "D0103", "unclosed-brace", Syntax, Error, "a `{` that nothing closes";
    /// A `}` closes no block.
    pub STRAY_BRACE = "D0104", "stray-brace", Syntax, Error, "a `}` that closes nothing";
    /// The lines below are indented as a block, and the line above them opens none.
    pub MISSING_BRACE = "D0105", "missing-brace", Syntax, Error, "a block without its `{`";
    /// A text in `"""` or a fence begins and never ends. It would swallow the rest of the file.
    pub UNCLOSED_TEXT = "D0106", "unclosed-text", Syntax, Error, "a text or fence that is never closed";
    /// A merge left its marks in the file. Both sides are still there: choose, then remove the marks.
    pub MERGE_CONFLICT = "D0107", "merge-conflict", Syntax, Error, "the marks of a merge conflict";
    /// A character that can't be seen, or that makes text appear in another order than it is read
    /// (bidirectional controls). What is reviewed must be what is run, so it is refused everywhere,
    /// comments included.
    ///
    /// Between words and in commands, so is white space that is no space, tab or line break: a no-break
    /// space that was pasted from a page looks like a space, and no program takes it for one.
    pub HIDDEN_CHARACTER = "D0108", "hidden-character", Syntax, Error, "a control or hidden character";
    /// The spec, or a command or query in it, is nested deeper than 64 levels. No runbook needs that; the
    /// bound keeps every tool safe. Name the inner parts: with `checklist`, `procedure` or `metric` in a
    /// spec, as functions in a script, as recorded series of Prometheus in a query.
    pub TOO_DEEP = "D0109", "too-deep", Syntax, Error, "a text that is nested too deep";
    /// The first statement of a file is its edition, so that a later compiler reads it as it was meant.
    pub EDITION = "D0110", "edition", Syntax, Error, "the edition is missing or not known";
}

/// The words that may begin a line in the block of a statement or declaration of this kind.
pub fn begin_lines(kind: Kind) -> &'static [&'static str] {
    Block::of(kind).words
}

/// Of more findings than these in a file, the later ones are not held against what they might have
/// been: that takes a reading for each guess.
const WORTH_A_GUESS: usize = 64;

/// What the parser could not read in a piece.
pub(super) fn of_piece(placed: &Placed, found: &mut Vec<Diagnostic>) {
    let mut pass = Pass {
        placed,
        around: Vec::new(),
        item: None,
        mistaken: None,
        unread: None,
        said: None,
        unbraced: None,
        muted: 0,
    };
    for node in placed.root().descend().skip(1) {
        while pass
            .around
            .pop_if(|outer| !node.is_inside(*outer))
            .is_some()
        {}
        pass.node(node, found);
        if pass.around.is_empty() && !matches!(node.kind(), Kind::comment | Kind::ERR_ITEM) {
            pass.item = Some(node);
        }
        if !node.is_leaf() {
            pass.around.push(node);
        }
    }
}

/// A pass over the nodes of a piece, in the order of the text.
struct Pass<'a> {
    placed: &'a Placed,
    /// The nodes around the one that is looked at, outermost first.
    around: Vec<Node<'a>>,
    /// The last item that could be read.
    item: Option<Node<'a>>,
    /// The last statement that could not be read, and where the lines end that belong to it.
    mistaken: Option<(Node<'a>, u32)>,
    /// The last line that begins with no known word.
    unread: Option<Span>,
    /// Which finding is about it, or about the lines before it that are of one kind with it.
    said: Option<usize>,
    /// A head without braces and the lines below it that are indented as its block.
    unbraced: Option<Span>,
    /// Where the stretch ends of which nothing more is said.
    muted: u32,
}

impl<'a> Pass<'a> {
    fn node(&mut self, node: Node<'a>, found: &mut Vec<Diagnostic>) {
        if node.span().start < self.muted {
            return;
        }
        match node.kind() {
            Kind::ERR_BLOCK if self.belongs(line_of(node)) => {
                self.muted = node.span().end;
            }
            Kind::ERR_ITEM | Kind::ERR_STMT => self.line(node, found),
            Kind::ERR_HEAD => {
                let line = beginnings::of_line(node, &self.block(), self.placed);
                found.push(line.finding);
                // `pause: { duration: 10m }` is no block.
                if let Some(around) = self.around.last()
                    && node.text().trim_blanks_end().ends_with([':', '='])
                {
                    self.muted = around.span().end;
                }
            }
            Kind::ERR_TAIL | Kind::MISSING => {
                let Some(&statement) = self.around.last() else {
                    return;
                };
                if echoes::is_first(statement, node) {
                    self.mistaken = Some((statement, statement.span().end));
                    let guess = found.len() < WORTH_A_GUESS;
                    found.push(of_statement(statement, node, guess.then_some(self.placed)));
                    // `${x}` and `{{ x }}` are no blocks: what is said reaches into them.
                    let behind = node.span().end;
                    let braces = found
                        .last()
                        .is_some_and(|said| said.primary.span.end > behind + 1);
                    let nothing = statement.kind() == Kind::run && statement.has(Kind::MISSING);
                    if braces || nothing {
                        self.muted = statement.span().end;
                    }
                }
            }
            _ => {}
        }
    }

    /// A line that begins with no known word.
    fn line(&mut self, node: Node<'a>, found: &mut Vec<Diagnostic>) {
        let span = line_of(node);
        if span.end <= span.start {
            return;
        }
        if let Some(block) = self.unbraced
            && only_blanks(self.placed, block.end, span.start)
            && column(self.placed, span.start) > column(self.placed, block.start)
        {
            if let Some(finding) = found.last_mut() {
                beginnings::longer(finding, span);
            }
            self.unbraced = Some(Span::new(block.source, block.start, span.end));
            return;
        }
        // Lines that follow each other and are of one kind are one mistake, said once.
        let follows = self
            .unread
            .is_some_and(|last| only_blanks(self.placed, last.end, span.start));
        self.unread = Some(span);
        if self.belongs(span) {
            return;
        }
        if let Some(head) = self.head_above(node, span.start) {
            self.unbraced = Some(Span::new(head.source, head.start, span.end));
            let above = &self.placed.text()[..(head.end - self.placed.offset()) as usize];
            found.push(match above.ends_with('}') {
                true => beginnings::brace_missing(head),
                false => beginnings::braces_missing(head, span),
            });
            return;
        }
        self.mistaken = Some((node, node.span().end));
        let line = beginnings::of_line(node, &self.block(), self.placed);
        // What stands in a block that nobody knows belongs to it.
        let foreign = self
            .around
            .iter()
            .any(|outer| outer.kind() == Kind::ERR_BLOCK);
        if foreign && !line.understood {
            return;
        }
        if node.text().trim_blanks_start().starts_with("```") {
            self.muted = self.fence_end(span.end);
        }
        let last = self
            .said
            .filter(|_| follows)
            .and_then(|index| found.get_mut(index));
        if last.is_some_and(|last| beginnings::is_same(last, &line)) {
            return;
        }
        self.said = Some(found.len());
        found.push(line.finding);
    }

    /// Where a fence ends that begins before `from`.
    fn fence_end(&self, from: u32) -> u32 {
        let behind = &self.placed.text()[(from - self.placed.offset()) as usize..];
        behind
            .find("```")
            .map_or(from, |length| from + length as u32 + 3)
    }

    /// Whether a line is the rest of the mistaken statement above it: it is deeper.
    fn belongs(&mut self, line: Span) -> bool {
        let Some((above, end)) = &mut self.mistaken else {
            return false;
        };
        let belongs = only_blanks(self.placed, *end, line.start)
            && column(self.placed, line.start) > column(self.placed, line_of(*above).start);
        if belongs {
            *end = line.end;
        }
        belongs
    }

    /// The head of the declaration right above, if it might have a block and has none, and the line is
    /// indented as its block would be.
    fn head_above(&self, node: Node<'_>, start: u32) -> Option<Span> {
        let item = self.item.filter(|_| node.kind() == Kind::ERR_ITEM)?;
        let head = item.trimmed();
        let open = Block::of(item.kind()).is_declared() && !item.has(Kind::block);
        (open
            && only_blanks(self.placed, head.end, start)
            && column(self.placed, start) > column(self.placed, head.start))
        .then_some(head)
    }

    /// The block around the node that is looked at.
    fn block(&self) -> Block {
        let mut around = self.around.iter().rev().copied();
        while let Some(node) = around.next() {
            match node.kind() {
                Kind::block => {
                    return around
                        .next()
                        .map_or(Block::TOP, |noun| Block::of(noun.kind()));
                }
                Kind::escalation_block | Kind::baseline_block => return Block::of(node.kind()),
                _ => {}
            }
        }
        Block::TOP
    }
}

/// Whether nothing but white space stands between two places in the file.
fn only_blanks(placed: &Placed, from: u32, to: u32) -> bool {
    let own = |at: u32| at.saturating_sub(placed.offset()) as usize;
    placed
        .text()
        .get(own(from)..own(to))
        .is_some_and(|between| between.trim_blanks().is_empty())
}

/// How many bytes stand before a place on its line.
fn column(placed: &Placed, at: u32) -> usize {
    let before = &placed.text()[..at.saturating_sub(placed.offset()) as usize];
    before.len() - before.rfind('\n').map_or(0, |end| end + 1)
}

/// The place of a line without the blanks around it.
pub(super) fn line_of(node: Node<'_>) -> Span {
    let span = node.span();
    let text = node.text();
    let length = text.trim_blanks_end().len() as u32;
    let indent = (text.len() - text.trim_blanks_start().len()) as u32;
    Span::new(
        span.source,
        span.start + indent.min(length),
        span.start + length,
    )
}

pub(super) fn first_word(text: &str) -> &str {
    let text = text.trim_blanks_start();
    let end = text
        .find(|character: char| !(character.is_alphanumeric() || matches!(character, '-' | '_')))
        .unwrap_or(text.len());
    &text[..end]
}

/// A statement that begins well: read its head strictly to say what was expected where.
fn of_statement(statement: Node<'_>, mistake: Node<'_>, guess: Option<&Placed>) -> Diagnostic {
    let span = statement.span();
    let from = span.start;
    let head_end = (mistake.span().end - from) as usize;
    let text = statement.text();
    let head = text[..head_end.min(text.len())].trim_blanks_end();
    let Some(best) = strictly(statement.kind(), head) else {
        let at = mistake.span();
        let shown = found_at(
            text,
            head_end.saturating_sub(at.end.saturating_sub(at.start) as usize),
        );
        return Diagnostic::new(
            &SYNTAX,
            trim(at, mistake.text()),
            format!("{shown} can't stand here"),
        );
    };
    let skipped = text[best.at.min(text.len())..]
        .bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let at = (best.at + skipped).min(head.len());
    let length = token_length(&head[at..]);
    let place = Span::new(span.source, from + at as u32, from + (at + length) as u32);
    let stop = Stop {
        kind: statement.kind(),
        statement: text,
        head,
        at,
        token: &head[at..at + length],
        place,
        rules: &best.rules,
    };
    let shown = found_at(head, at);
    let wanted = expected::list(&stop);
    let mut found = Diagnostic::new(&SYNTAX, place, format!("expected {wanted}, found {shown}"));
    let token = stop.token;
    if token.starts_with('"') && !token[1..].contains('"') {
        found.message = "this text is not closed on its line".to_owned();
        return found.help("close it with `\"`; a text over several lines stands in `\"\"\"`");
    }
    if token.starts_with('`') && !token[1..].contains('`') {
        found.message = "this command is not closed on its line".to_owned();
        return found.help("close it with a backtick; a script stands in a fence");
    }
    if text[at..].starts_with("\"\"\"") && best.rules.contains(&Kind::command) {
        found.message = "a text in `\"\"\"` is no script".to_owned();
        found.primary.span = Span::new(span.source, from + at as u32, from + at as u32 + 3);
        return found.help("a script stands in a fence: three backticks and `bash`, and three backticks at its end");
    }
    if let Some(finding) = gone_on(&found, &stop) {
        return finding;
    }
    if let Some(hinted) = habits::spoken(&found, &stop) {
        return hinted;
    }
    if let Some(hinted) = conditions::spoken(&found, &stop) {
        return hinted;
    }
    let candidates = expected::words(&best.rules);
    if let Some(meant) = nearest(token, candidates.iter().map(String::as_str)) {
        return found.help(format!("did you mean `{meant}`?")).safe_fix(
            format!("write `{meant}`"),
            place,
            meant,
        );
    }
    if let Some(placed) = guess
        && !repairs::is_quoted(placed, from)
        && let Some(repaired) = repairs::of(&found, &stop, &repairs::indentation(placed, from))
    {
        return repaired;
    }
    habits::hint(found, &stop)
}

/// A condition that ends in `and`, `or` or a comma goes on in the next line, and took the next
/// statement for its end.
fn gone_on(found: &Diagnostic, stop: &Stop<'_>) -> Option<Diagnostic> {
    let (above, below) = stop.before().split_once('\n')?;
    let word = first_word(below);
    if !words::STATEMENTS.contains(&word) && !words::ITEMS.contains(&word) {
        return None;
    }
    let above = above.trim_blanks_end();
    let last = above
        .rsplit(' ')
        .next()
        .filter(|last| matches!(*last, "and" | "or"));
    let last = last.unwrap_or(",");
    let mut found = found.clone();
    let start = stop.place.start - stop.at as u32;
    let from = start + (above.len() - last.len()) as u32;
    found.message =
        format!("nothing stands behind this `{last}`: the next line begins a statement");
    found.primary.span = Span::new(stop.place.source, from, from + last.len() as u32);
    let gap = above[..above.len() - last.len()].trim_blanks_end().len() as u32;
    let place = Span::new(stop.place.source, start + gap, from + last.len() as u32);
    let next = start + (stop.before().len() - below.trim_blanks_start().len()) as u32;
    let below = Span::new(stop.place.source, next, next + word.len() as u32);
    Some(
        found
            .also(below, "a statement begins here")
            .offer(format!("remove `{last}`"), place, ""),
    )
}

/// Why the head of a statement can't be read strictly; nothing if it can.
pub(super) fn strictly(kind: Kind, head: &str) -> Option<grammar::Expected> {
    match kind {
        Kind::bound => explain(Kind::explain_bound, head),
        Kind::escalate => explain(Kind::explain_escalate, head),
        kind if kind != Kind::act && words::begins_item(first_word(head)) => {
            explain(Kind::explain_item, head)
        }
        _ => explain(Kind::explain_line, head),
    }
}

fn trim(span: Span, text: &str) -> Span {
    let lead = (text.len() - text.trim_blanks_start().len()) as u32;
    let trail = (text.len() - text.trim_blanks_end().len()) as u32;
    Span::new(
        span.source,
        span.start + lead,
        span.end.saturating_sub(trail),
    )
}

fn explain(rule: Kind, head: &str) -> Option<grammar::Expected> {
    grammar::explain(rule, head).map(|mut expected| {
        expected.rules.retain(|rule| {
            !matches!(
                rule,
                Kind::comment | Kind::explain_item | Kind::explain_line | Kind::EOI
            )
        });
        expected
    })
}
