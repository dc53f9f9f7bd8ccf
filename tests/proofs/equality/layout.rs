//! Blanks, lines, comments and line ends mean nothing, and the formatter moves nothing else.

use std::collections::BTreeMap;

use deployc::source::SourceId;
use deployc::syntax::{format, parse};

use super::corpus::{cases, seeds, specs};
use super::outputs::{self, Tally, diff};
use crate::faults::{Random, tokens};
use crate::generator::Spec;
use crate::generator::print::Layout;

fn formatted(text: &str) -> String {
    let (file, _) = parse(SourceId(0), text);
    format(&file, text)
}

/// The comments of a text, each with what stands before it but blanks, and what stands behind.
fn comments(text: &str) -> Vec<(String, String)> {
    let (file, _) = parse(SourceId(0), text);
    let dense = |text: &str| -> String { text.split_whitespace().collect() };
    file.comments()
        .map(|comment| {
            let at = comment.span().start as usize;
            (comment.text().trim_end().to_owned(), dense(&text[..at]))
        })
        .collect()
}

/// The formatter's promise: another layout, the same comments at the same places, and nothing left to do.
fn assert_formatted(name: &str, text: &str) -> String {
    let once = formatted(text);
    let twice = formatted(&once);
    assert!(once == twice, "{name}\n{}", diff(&once, &twice));
    let (ours, theirs) = (comments(&once), comments(text));
    let same = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
    assert!(
        ours == theirs,
        "{name}\n{:?}\n{:?}",
        ours.get(same),
        theirs.get(same)
    );
    assert!(
        once.lines().all(|line| !line.ends_with([' ', '\t'])),
        "{name}\n{once}"
    );
    once
}

/// Where lines begin that are not inside a token of several lines.
fn free_lines(text: &str) -> Vec<usize> {
    let (file, _) = parse(SourceId(0), text);
    let tokens = tokens(&file, text);
    let inside = |at: usize| {
        tokens
            .iter()
            .any(|token| token.start < at && at < token.end)
    };
    std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .filter(|&at| at < text.len() && !inside(at))
        .collect()
}

/// A text with comments and blank lines wherever they may stand, blanks at ends of lines, tabs for blanks.
fn disturbed(text: &str, random: &mut Random, comments: bool, blanks: bool) -> String {
    let free = free_lines(text);
    let mut out = String::new();
    let mut at = 0;
    let mut allows = false;
    let mut comment = 0;
    for line in text.split_inclusive('\n') {
        let is_free = free.contains(&at);
        at += line.len();
        let ends_free = free.contains(&at) || at == text.len();
        // An allowance stands right above what it allows, and what is said of a file on its first lines.
        if is_free && !allows && comments && random.below(3) == 0 {
            comment += 1;
            let indent = " ".repeat(random.below(5));
            out.push_str(&format!("{indent}# added {comment}: \"`{{\n"));
        }
        if is_free && !allows && blanks && random.below(3) == 0 {
            out.push_str(random.choose(&["\n", "  \n", "\n\n\n", "\t\n"]));
        }
        allows = line.contains("deployc: allow");
        let (body, end) = match line.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (line, ""),
        };
        let indent = body.len() - body.trim_start_matches(' ').len();
        match is_free && blanks && indent > 0 && random.below(3) == 0 {
            true => out.push_str(&format!("\t{}", &body[indent..])),
            false => out.push_str(body),
        }
        if ends_free && blanks && random.below(3) == 0 {
            out.push_str(random.choose(&[" ", "\t", "   "]));
        }
        if ends_free && comments && !line.contains('#') && random.below(4) == 0 {
            comment += 1;
            out.push_str(&format!("  # behind {comment} }}"));
        }
        out.push_str(end);
    }
    out
}

fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

/// The texts that mean the same as one of the project's.
fn same(text: &str, seed: u64) -> BTreeMap<&'static str, String> {
    let mut random = Random(seed);
    BTreeMap::from([
        ("formatted", formatted(text)),
        ("crlf", crlf(text)),
        ("with a mark", format!("\u{feff}{text}")),
        ("comments", disturbed(text, &mut random, true, false)),
        ("blanks", disturbed(text, &mut random, false, true)),
        ("both", crlf(&disturbed(text, &mut random, true, true))),
    ])
}

#[test]
fn layout_changes_nothing_of_the_projects_specs() {
    let mut tally = Tally::default();
    // One change for each fourth of them; all of them where there is time.
    let few = cases(0) == 0;
    for (seed, (path, text)) in (0..).zip(specs()) {
        if few && seed % 4 > 0 {
            continue;
        }
        let outputs = outputs::of(&text);
        let all = same(&text, seed);
        let one = seed as usize / 4 % all.len();
        for (change, other) in all
            .into_iter()
            .enumerate()
            .filter(|(at, _)| !few || *at == one)
            .map(|(_, same)| same)
        {
            let context = format!("{path}, {change}");
            tally.hold(&context, &outputs, &outputs::of(&other));
            assert_formatted(&context, &other);
        }
    }
    tally.is_clean();
}

#[test]
fn layout_changes_nothing_of_any_spec() {
    let mut tally = Tally::default();
    for seed in seeds(1) {
        let spec = Spec::of(seed);
        let naming = spec.readable();
        let plain = spec.text(&naming);
        let outputs = outputs::of(&plain);
        let strange = |number: u64| Layout::strange(seed.wrapping_add(number << 32));
        let others = [
            ("formatted", formatted(&plain)),
            ("crlf", crlf(&plain)),
            (
                "comments",
                spec.laid_out(
                    &naming,
                    &Layout::only(seed, |layout| layout.comments = true),
                ),
            ),
            (
                "blank lines",
                spec.laid_out(&naming, &Layout::only(seed, |layout| layout.blanks = true)),
            ),
            (
                "spaces",
                spec.laid_out(&naming, &Layout::only(seed, |layout| layout.spaces = true)),
            ),
            (
                "breaks",
                spec.laid_out(&naming, &Layout::only(seed, |layout| layout.breaks = true)),
            ),
            ("strange", spec.laid_out(&naming, &strange(0))),
            ("stranger", crlf(&spec.laid_out(&naming, &strange(1)))),
        ];
        for (change, other) in others {
            let context = format!("seed {seed}, {change}");
            for (change, other) in [(change, other.clone()), ("formatted", formatted(&other))] {
                let context = format!("{context}, {change}");
                tally.hold(&context, &outputs, &outputs::of(&other));
            }
            assert_formatted(&context, &other);
        }
    }
    tally.is_clean();
}

#[test]
fn the_blanks_of_empty_lists_are_blanks() {
    let text = |list: &str| {
        format!("edition 2026\nchecklist c \"C\" {list} {{\n  check m{list} < 1%\n}}\n")
    };
    for list in ["( )", "(   )", "(\t)", "(   \n  )", "( # word\n  )"] {
        assert_formatted(list, &text(list));
    }
    assert_eq!(formatted(&text("(   )")), formatted(&text("()")));
}
