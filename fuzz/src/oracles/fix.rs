//! Each fix of each finding, offered ones as well: it can be applied, mends its finding, breaks nothing
//! else.

use std::collections::BTreeMap;

use deployc::compile::{self, Compilation};
use deployc::diagnostic::{Diagnostic, Fix, Level};
use deployc::source::SourceId;

use super::read::findings_have_places;
use super::spec::{self, check};
use super::{Failure, Verdict, failure};

/// So many fixes of one text are tried.
const MOST: usize = 6;
/// After so many rounds of safe fixes nothing may be left to fix.
const ROUNDS: usize = 12;

pub fn holds(bytes: &[u8]) -> Verdict {
    let text = spec::text(bytes);
    let text = text.as_ref();
    let before = check(text);
    let fixes: Vec<(&Diagnostic, &Fix)> = before
        .diagnostics
        .iter()
        .flat_map(|finding| finding.fixes.iter().map(move |fix| (finding, fix)))
        .collect();
    if fixes.is_empty() {
        return Ok(false);
    }
    findings_have_places(&before)?;
    let mut random = spec::random(text);
    let first = random.below(fixes.len());
    for number in 0..fixes.len().min(MOST) {
        let (finding, fix) = fixes[(first + number) % fixes.len()];
        one(text, &before, finding, fix)?;
    }
    if random.below(4) == 0 {
        all(text, before)?;
    }
    Ok(true)
}

/// What a fix is called in a failure: its rule and its words without names and numbers.
fn called(finding: &Diagnostic, fix: &Fix) -> String {
    let mut words = String::new();
    let mut quoted = false;
    for letter in fix.title.chars() {
        match letter {
            '`' | '"' => {
                quoted = !quoted;
                if quoted {
                    words.push('…');
                }
            }
            _ if quoted => {}
            '0'..='9' => {}
            letter => words.push(letter),
        }
    }
    let safe = if fix.safe { "safe" } else { "offered" };
    format!("{} {safe} fix \"{words}\"", finding.rule.code)
}

/// The text after a fix of the root file; nothing where it touches another file.
fn applied(text: &str, fix: &Fix) -> Result<Option<String>, String> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    if edits
        .iter()
        .any(|edit| edit.span.source != SourceId::default())
    {
        return Ok(None);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        let Some(kept) = text.get(at..range.start) else {
            return Err(format!("edits overlap at {range:?}"));
        };
        out.push_str(kept);
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(&text[at..]);
    Ok(Some(out))
}

/// How often each rule says each sentence.
fn counted(
    findings: &[Diagnostic],
    of: impl Fn(&Diagnostic) -> bool,
) -> BTreeMap<(&'static str, &str), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings.iter().filter(|finding| of(finding)) {
        *counts
            .entry((finding.rule.code, finding.message.as_str()))
            .or_default() += 1;
    }
    counts
}

fn is_of_reading(finding: &Diagnostic) -> bool {
    finding.rule.code < "D02"
}

fn one(text: &str, before: &Compilation, finding: &Diagnostic, fix: &Fix) -> Result<(), Failure> {
    let named = || called(finding, fix);
    let show = |after: &str| shown(before, finding, fix, after);
    let fixed = match applied(text, fix) {
        Ok(Some(fixed)) => fixed,
        Ok(None) => return Ok(()),
        Err(why) => return Err(failure(format!("{}: can't be applied", named()), why)),
    };
    if fix.edits.is_empty() || fixed == text {
        return Err(failure(
            format!("{}: changes nothing", named()),
            show(&fixed),
        ));
    }
    let after = check(&fixed);
    let unread = |compilation: &Compilation| {
        let all = compilation.diagnostics.iter();
        all.filter(|finding| is_of_reading(finding)).count()
    };
    if is_of_reading(finding) {
        return read_now(text, before, (finding, fix), &fixed, &after)
            .map_err(|kind| failure(format!("{}: {kind}", named()), show(&fixed)));
    }
    // Where something can't be read, what the rest means is a guess.
    if unread(before) > 0 {
        return Ok(());
    }
    if unread(&after) > 0 {
        return Err(failure(
            format!("{}: can't be read afterwards", named()),
            show(&fixed),
        ));
    }
    let same = |findings: &[Diagnostic]| {
        let those = findings.iter().filter(|other| {
            other.rule.code == finding.rule.code && other.message == finding.message
        });
        those.count()
    };
    if same(&after.diagnostics) >= same(&before.diagnostics) {
        return Err(failure(
            format!("{}: its finding stays", named()),
            show(&fixed),
        ));
    }
    let error = |finding: &Diagnostic| finding.level == Level::Error;
    let (was, is) = (
        counted(&before.diagnostics, error),
        counted(&after.diagnostics, error),
    );
    if is.values().sum::<usize>() > was.values().sum::<usize>() {
        let new = is
            .iter()
            .find(|(error, count)| was.get(*error).unwrap_or(&0) < *count);
        return Err(failure(
            format!(
                "{}: a new error {}",
                named(),
                new.map_or("", |((code, _), _)| code)
            ),
            format!("{new:?}\n{}", show(&fixed)),
        ));
    }
    if fix.safe && compile::plan(before).is_some() && compile::plan(&after).is_none() {
        return Err(failure(
            format!("{}: the plan is gone", named()),
            show(&fixed),
        ));
    }
    Ok(())
}

/// A fix of what could not be read: the finding is gone from its place, and in the other items nothing
/// else is unread. What follows in its own item may show only now.
fn read_now(
    text: &str,
    before: &Compilation,
    (finding, fix): (&Diagnostic, &Fix),
    fixed: &str,
    after: &Compilation,
) -> Result<(), &'static str> {
    let edits: Vec<crate::faults::Edit> = fix
        .edits
        .iter()
        .map(|edit| crate::faults::Edit {
            start: edit.span.start as usize,
            end: edit.span.end as usize,
            text: edit.text.clone(),
        })
        .collect();
    let moved = |offset: u32| crate::faults::moved(offset as usize, &edits);
    let same = |other: &&Diagnostic| {
        other.rule.code == finding.rule.code && other.message == finding.message
    };
    let fewer = after.diagnostics.iter().filter(same).count()
        < before.diagnostics.iter().filter(same).count();
    let stays = after.diagnostics.iter().any(|other| {
        !fewer
            && same(&other)
            && moved(finding.primary.span.start) == Some(other.primary.span.start as usize)
    });
    if stays {
        return Err("its finding stays");
    }
    // Braces belong to no item where they do not match.
    let braces = before.diagnostics.iter().any(|finding| {
        matches!(
            finding.rule.code,
            "D0103" | "D0104" | "D0105" | "D0106" | "D0107"
        )
    });
    if braces || edits.is_empty() {
        return Ok(());
    }
    let items = |text: &str| -> Vec<(usize, usize)> {
        let (file, _) = spec::parse(text);
        let pieces = file.pieces.iter();
        pieces
            .map(|piece| piece.root().span().range())
            .map(|range| (range.start, range.end))
            .collect()
    };
    let first = edits
        .iter()
        .map(|edit| edit.start)
        .min()
        .unwrap_or_default();
    let last = edits.iter().map(|edit| edit.end).max().unwrap_or_default();
    let touched = |text: &str, from: usize, to: usize| -> (usize, usize) {
        let those = items(text).into_iter();
        let those = those.filter(|(start, end)| *start <= to && from <= *end);
        those.fold((from, to), |(from, to), (start, end)| {
            (from.min(start), to.max(end))
        })
    };
    // What is counted stands outside of the items that the fix touches, before and after: it may make two of one.
    let outside = |compilation: &Compilation, from: usize, to: usize| {
        let those = compilation.diagnostics.iter().filter(|finding| {
            let at = finding.primary.span.start as usize;
            is_of_reading(finding) && finding.rule.code != "D0110" && !(from..=to).contains(&at)
        });
        those.count()
    };
    let grown = fixed.len() as i64 - text.len() as i64;
    let end = usize::try_from(last as i64 + grown)
        .unwrap_or(first)
        .max(first);
    let (was, is) = (touched(text, first, last), touched(fixed, first, end));
    let from = was.0.min(is.0);
    let to_before = was.1.max(usize::try_from(is.1 as i64 - grown).unwrap_or(0));
    let to_after = is.1.max(usize::try_from(was.1 as i64 + grown).unwrap_or(0));
    match outside(after, from, to_after) > outside(before, from, to_before) {
        true => Err("other items can't be read any more"),
        false => Ok(()),
    }
}

/// What a fix does, for a person who looks at a failure.
fn shown(before: &Compilation, finding: &Diagnostic, fix: &Fix, after: &str) -> String {
    let errors = |compilation: &Compilation| -> String {
        let lines = compilation.diagnostics.iter().map(|finding| {
            let place = compilation.sources.get(finding.primary.span.source);
            let place = place.position(finding.primary.span.start);
            let level = finding.level.name();
            format!(
                "  {}:{} {level} {} {}\n",
                place.line, place.column, finding.rule.code, finding.message
            )
        });
        lines.take(12).collect()
    };
    format!(
        "{}: {}\n{}\nbefore:\n{}after:\n{}---\n{after}",
        finding.rule.code,
        finding.message,
        fix.title,
        errors(before),
        errors(&check(after)),
    )
}

/// All safe fixes at once, as a person lets the tool apply them, until none is left.
fn all(text: &str, before: Compilation) -> Result<(), Failure> {
    let mut text = text.to_owned();
    let mut compilation = before;
    let mut last = String::new();
    for _ in 0..ROUNDS {
        let errors = |compilation: &Compilation| {
            let all = compilation.diagnostics.iter();
            all.filter(|finding| is_of_reading(finding)).count()
        };
        let mut taken: Vec<std::ops::Range<usize>> = Vec::new();
        let mut edits: Vec<(std::ops::Range<usize>, &str)> = Vec::new();
        last.clear();
        for finding in &compilation.diagnostics {
            let Some(fix) = finding.fixes.iter().find(|fix| fix.safe) else {
                continue;
            };
            let free = fix.edits.iter().all(|edit| {
                let range = edit.span.range();
                edit.span.source == SourceId::default()
                    && taken
                        .iter()
                        .all(|other| range.end < other.start || other.end < range.start)
            });
            if free {
                last = called(finding, fix);
                for edit in &fix.edits {
                    taken.push(edit.span.range());
                    edits.push((edit.span.range(), edit.text.as_str()));
                }
            }
        }
        if edits.is_empty() {
            return Ok(());
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut fixed = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for (range, new) in edits {
            let Some(kept) = text.get(at..range.start) else {
                return Err(failure("safe fixes of one finding overlap", last));
            };
            fixed.push_str(kept);
            fixed.push_str(new);
            at = range.end;
        }
        fixed.push_str(&text[at..]);
        let after = check(&fixed);
        if errors(&compilation) == 0 && errors(&after) > 0 {
            return Err(failure(
                "all safe fixes together: more that can't be read",
                format!("{text}\n---\n{fixed}"),
            ));
        }
        text = fixed;
        compilation = after;
    }
    Err(failure(format!("safe fixes come to no end: {last}"), text))
}
