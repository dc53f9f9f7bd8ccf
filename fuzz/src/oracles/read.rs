//! Any text is read, and what is said of it stands at places that are there.

use deployc::compile::{self, Compilation};
use deployc::coverage;
use deployc::diagnostic::{Diagnostic, Level};
use deployc::report::{Checked, Format, Look, Report};
use deployc::source::Span;
use deployc::syntax::{File, Kind, Node};

use super::spec::{self, PATH, bare, check, parse};
use super::{Failure, Verdict, failure};
use crate::faults::{Edit, Fault, Random, apply, faults, is_block, line_end, line_start, moved};

pub fn holds(bytes: &[u8]) -> Verdict {
    let text = spec::text(bytes);
    let text = text.as_ref();
    let compilation = check(text);
    findings_have_places(&compilation)?;
    // Characters that are none are told one by one, and so are braces without their other half.
    let told = compilation.diagnostics.iter();
    let told = told
        .filter(|finding| {
            !["hidden-character", "unclosed-brace", "stray-brace"].contains(&finding.rule.name)
        })
        .count();
    if told > 200 + 12 * text.lines().count() {
        return Err(failure(
            "more findings than a person can want",
            format!("{told} findings"),
        ));
    }
    let (file, found) = parse(text);
    whole(&file, text)?;
    let mut random = spec::random(text);
    match random.below(8) {
        0 => reported(&compilation, &mut random),
        1 if found.is_empty() => untouched(&file, text, &mut random)?,
        2..4 if found.is_empty() => nothing_vanishes(&compilation, &file, text, &mut random)?,
        _ => {}
    }
    Ok(true)
}

/// Every place lies inside of its file and cuts no character.
pub fn findings_have_places(compilation: &Compilation) -> Result<(), Failure> {
    let files = compilation.sources.iter().count();
    for finding in &compilation.diagnostics {
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
        let spans = edits
            .map(|edit| edit.span)
            .chain(finding.secondary.iter().map(|label| label.span))
            .chain([finding.primary.span]);
        for span in spans {
            let inside = (span.source.0 as usize) < files
                && compilation
                    .sources
                    .get(span.source)
                    .text()
                    .get(span.range())
                    .is_some();
            if !inside {
                return Err(failure(
                    format!(
                        "{}: a place outside of its file or inside of a character",
                        finding.rule.code
                    ),
                    format!("{span:?} {}", finding.message),
                ));
            }
        }
        if finding.message.trim().is_empty() {
            return Err(failure(
                format!("{}: a finding without words", finding.rule.code),
                format!("{finding:?}"),
            ));
        }
    }
    Ok(())
}

/// Whether what was read is what stands there, but for blanks in the place of characters that hide.
fn is_seen_as(own: &str, seen: &str) -> bool {
    own.char_indices().all(|(at, letter)| {
        let seen = seen.get(at..at + letter.len_utf8());
        seen.is_some_and(|seen| {
            own[at..].starts_with(seen)
                || seen.bytes().all(|byte| byte == b' ')
                    && !letter.is_ascii_graphic()
                    && !matches!(letter, '\n' | '\t')
        })
    }) && own.len() == seen.len()
}

/// Every byte is in exactly one piece, and every node inside of its parent, behind its sibling.
fn whole(file: &File, text: &str) -> Result<(), Failure> {
    if !file.readable {
        return Ok(());
    }
    let broken = |what: &str, span: Span| Err(failure(what, format!("{span:?}")));
    let mut at = 0;
    for piece in &file.pieces {
        let end = at + piece.text().len();
        let covers = text
            .get(at..end)
            .is_some_and(|own| is_seen_as(own, piece.text()));
        if piece.offset() as usize != at || !covers {
            return broken("the pieces do not cover the text", piece.root().span());
        }
        at = end;
        for node in piece.root().descend() {
            let own = node.span();
            let mut last = own.start;
            for child in node.children() {
                let span = child.span();
                if last > span.start || span.start > span.end || span.end > own.end {
                    return broken("a node is not inside of its parent", span);
                }
                last = span.end;
            }
        }
    }
    match at == text.len() {
        true => Ok(()),
        false => Err(failure(
            "the pieces do not cover the text",
            "the end is missing",
        )),
    }
}

/// Every view of what was found can be drawn.
fn reported(compilation: &Compilation, random: &mut Random) {
    let checked = Checked {
        path: PATH,
        sources: &compilation.sources,
        findings: &compilation.diagnostics,
    };
    let report = Report::new([checked], &[], Level::Error);
    let look = Look {
        color: random.below(2) == 0,
        ascii: random.below(2) == 0,
        quiet: false,
    };
    for format in [
        Format::Human(look),
        Format::Short,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
    ] {
        report.render(format);
    }
    report.summary();
    coverage::of(&compilation.spec);
}

/// One fault in a spec that is read whole: the other items are read as before.
fn untouched(file: &File, text: &str, random: &mut Random) -> Result<(), Failure> {
    let tokens = crate::faults::tokens(file, text);
    let kind = random.choose(&Fault::ALL);
    let edits = faults(kind, 1, text, &tokens, random);
    if edits.is_empty() {
        return Ok(());
    }
    let faulty = apply(text, &edits);
    let (after, _) = parse(&faulty);
    let kept: std::collections::HashSet<(Kind, Span)> = after
        .items()
        .map(|node| (node.kind(), node.trimmed()))
        .collect();
    for item in file.items() {
        let span = item.trimmed();
        if touched(text, span.range(), &edits) {
            continue;
        }
        let place = moved(span.start as usize, &edits).zip(moved(span.end as usize, &edits));
        let place = place.map(|(start, end)| Span::new(span.source, start as u32, end as u32));
        if !place.is_some_and(|place| kept.contains(&(item.kind(), place))) {
            return Err(failure(
                format!("{kind:?}: an item that was not touched is not read"),
                format!("{edits:?}\n{}", item.text()),
            ));
        }
    }
    Ok(())
}

fn touched(text: &str, item: std::ops::Range<usize>, edits: &[Edit]) -> bool {
    let from = line_start(text, item.start);
    let to = line_end(text, item.end);
    edits.iter().any(|edit| {
        let whole_line = edit.text.ends_with('\n');
        edit.start <= to && (edit.end > from || edit.end == from && !whole_line)
    })
}

/// A statement that is taken away is missed: what is read, and what is said, is no longer the same.
fn nothing_vanishes(
    compilation: &Compilation,
    file: &File,
    text: &str,
    random: &mut Random,
) -> Result<(), Failure> {
    let Some(plan) = compile::plan(compilation) else {
        return Ok(());
    };
    let mut statements: Vec<Node<'_>> = Vec::new();
    // A checklist that nothing includes is told as a whole.
    let items = file.items().filter(|item| item.kind() != Kind::checklist);
    for item in items {
        for node in item.descend().filter(|node| is_block(node.kind())) {
            statements.extend(
                node.children()
                    .filter(|child| child.kind() != Kind::comment),
            );
        }
    }
    if statements.is_empty() {
        return Ok(());
    }
    let statement = statements[random.below(statements.len())];
    let span = statement.span().range();
    let without = apply(
        text,
        &[Edit {
            start: span.start,
            end: span.end,
            text: String::new(),
        }],
    );
    let (_, broken) = parse(&without);
    // Behind a block on one line nothing else may stand.
    if !broken.is_empty() {
        return Ok(());
    }
    let after = check(&without);
    let said = |findings: &[Diagnostic]| -> Vec<(&'static str, String)> {
        let mut said: Vec<_> = findings
            .iter()
            .map(|finding| (finding.rule.code, finding.message.clone()))
            .collect();
        said.sort();
        said
    };
    if said(&after.diagnostics) != said(&compilation.diagnostics) {
        return Ok(());
    }
    let Some(other) = compile::plan(&after) else {
        return Ok(());
    };
    match bare(&plan) == bare(&other) {
        true => Err(failure(
            format!(
                "a statement means nothing and nobody says so: {:?}",
                statement.kind()
            ),
            statement.text(),
        )),
        false => Ok(()),
    }
}
