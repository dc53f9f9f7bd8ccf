//! Spaces, tabs and line breaks separate words, and nothing else does: every other white space, and whatever can't be
//! seen, is a finding wherever it stands between or inside of words, and is never lost.

use std::collections::BTreeSet;

use crate::faults::alone::{Alone, statements};
use crate::faults::{is_block, tokens, well_written};
use deployc::compile;
use deployc::diagnostic::Diagnostic;
use deployc::parallel;
use deployc::source::{NoFiles, SourceId};
use deployc::syntax::{File, Kind, Node, format, parse};

/// White space by Unicode or ASCII that is no blank of the language.
const SPACES: &[char] = &[
    '\u{a0}', '\u{1680}', '\u{2000}', '\u{2001}', '\u{2002}', '\u{2003}', '\u{2004}', '\u{2005}',
    '\u{2006}', '\u{2007}', '\u{2008}', '\u{2009}', '\u{200a}', '\u{202f}', '\u{205f}', '\u{3000}',
];

/// White space that ends a line for some readers.
const ENDS: &[char] = &['\r', '\u{0b}', '\u{0c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// What takes no room, or is drawn as nothing.
const UNSEEN: &[char] = &[
    '\0',
    '\u{1}',
    '\u{2}',
    '\u{3}',
    '\u{8}',
    '\u{1b}',
    '\u{7f}',
    '\u{80}',
    '\u{9f}',
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{115f}',
    '\u{180e}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202e}',
    '\u{2060}',
    '\u{2066}',
    '\u{2069}',
    '\u{2800}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{ffa0}',
    '\u{e0041}',
];

fn all() -> impl Iterator<Item = char> {
    [SPACES, ENDS, UNSEEN].concat().into_iter()
}

/// Of each kind one character, another one at each place; all of them at each place where `EVERY` is set.
fn some(index: usize) -> impl Iterator<Item = char> {
    let every = std::env::var_os("EVERY").is_some();
    let some = move |kind: &[char]| match every {
        true => kind.to_vec(),
        false => vec![kind[index % kind.len()]],
    };
    [some(SPACES), some(ENDS), some(UNSEEN)]
        .concat()
        .into_iter()
}

/// A place between two tokens: where the first one ends and the second one begins.
struct Gap<'t> {
    /// A statement alone in the blocks around it.
    text: &'t str,
    from: usize,
    to: usize,
}

/// What surrounds a gap: the nodes around, and the words or signs at both sides.
fn surroundings(file: &File, text: &str, from: usize, to: usize) -> String {
    let nodes = file.around(to as u32);
    let kinds: Vec<Kind> = nodes.iter().rev().take(3).map(|node| node.kind()).collect();
    let word = |text: &str| -> String {
        let mut word: String = text.chars().take(24).collect();
        // Names, numbers and texts are alike.
        if word.starts_with(|first: char| first.is_ascii_digit()) {
            word = "0".into();
        } else if word.starts_with('"') || word.ends_with('"') {
            word = "\"".into();
        } else if word.len() > 11 {
            word.truncate(1);
        }
        word
    };
    let before = text[..from].rsplit([' ', '\n']).next().unwrap_or_default();
    let behind = text[to..].split([' ', '\n']).next().unwrap_or_default();
    format!("{kinds:?} {} {} {}", word(before), from == to, word(behind))
}

/// The gaps of the statements, one for each of their kinds, and the ends of lines.
fn gaps(statements: &[Alone]) -> Vec<Gap<'_>> {
    let mut seen = BTreeSet::new();
    let mut gaps = Vec::new();
    for Alone { text, .. } in statements {
        let (file, _) = parse(SourceId(0), text);
        let tokens = tokens(&file, text);
        let ends = tokens.iter().map(|token| token.end);
        let starts = tokens.iter().skip(1).map(|token| token.start);
        for ((token, from), to) in tokens.iter().zip(ends).zip(starts.chain([text.len()])) {
            // A comment goes on up to its line's end.
            if token.comment {
                continue;
            }
            let to = text[from..to].find('\n').map_or(to, |end| from + end);
            if seen.insert(surroundings(&file, text, from, to)) {
                gaps.push(Gap { text, from, to });
            }
        }
    }
    gaps
}

/// The line around a place, for a message.
fn line_at(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[start..].split('\n').next().unwrap_or_default()
}

/// Whether the character ends a line as it should here.
fn is_crlf(character: char, behind: &str) -> bool {
    character == '\r' && behind.starts_with('\n')
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count()
}

fn hidden(found: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    found
        .iter()
        .filter(|finding| finding.rule.name == "hidden-character")
}

/// Only white space may be changed by the formatter, and nothing of what hides is.
fn dense(text: &str) -> String {
    text.chars()
        .filter(|letter| !matches!(letter, ' ' | '\t' | '\n'))
        .collect::<String>()
        .replace('\r', "")
}

fn assert_kept(text: &str, character: char) {
    let (file, _) = parse(SourceId(0), text);
    let formatted = format(&file, text);
    assert_eq!(dense(&formatted), dense(text), "{text:?}");
    let count = |text: &str| text.matches(character).count();
    assert_eq!(
        count(&formatted),
        count(text),
        "{text:?} became {formatted:?}"
    );
    let (again, _) = parse(SourceId(0), &formatted);
    assert_eq!(format(&again, &formatted), formatted, "{text:?}");
}

/// The text with the first safe fix of each finding applied.
fn fixed(text: &str, found: &[Diagnostic]) -> String {
    let mut edits: Vec<_> = found
        .iter()
        .filter_map(|finding| finding.fixes.iter().find(|fix| fix.safe))
        .flat_map(|fix| &fix.edits)
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.range(), &edit.text);
    }
    text
}

fn formatted(text: &str) -> String {
    let (file, _) = parse(SourceId(0), text);
    format(&file, text)
}

#[test]
fn nothing_but_blanks_separates_words() {
    let statements = statements();
    let gaps = gaps(&statements);
    println!("{} statements, {} gaps", statements.len(), gaps.len());
    assert!(gaps.len() > 1500, "{} gaps", gaps.len());
    let gaps: Vec<(usize, Gap<'_>)> = gaps.into_iter().enumerate().collect();
    parallel::each(&gaps, |(index, gap)| {
        let Gap { text, from, to } = *gap;
        for character in some(*index) {
            let before = &text[..from];
            for behind in [&text[to..], &text[from..]] {
                if is_crlf(character, behind) {
                    continue;
                }
                let text = format!("{before}{character}{behind}");
                let (_, found) = parse(SourceId(0), &text);
                let at = before.len();
                assert!(
                    hidden(&found).any(|finding| finding.primary.span.start as usize == at),
                    "{:?} in {text:?}: {found:?}",
                    line_at(&text, at)
                );
                assert_kept(&text, character);
            }
        }
    });
}

/// A space of another width between two tokens is a space.
#[test]
fn a_space_of_another_width_is_made_a_space() {
    let statements = statements();
    let gaps = gaps(&statements);
    let mut fixes = 0;
    for gap in gaps.iter().filter(|gap| gap.from < gap.to) {
        let Gap { text, from, to } = *gap;
        let other = format!("{}\u{a0}{}", &text[..from], &text[to..]);
        let (_, found) = parse(SourceId(0), &other);
        let [one] = hidden(&found).collect::<Vec<_>>()[..] else {
            panic!("{:?} in {other:?}: {found:?}", line_at(&other, from));
        };
        assert!(one.fixes.iter().any(|fix| fix.safe), "{other:?}: {one:?}");
        let fixed = fixed(&other, std::slice::from_ref(one));
        assert_eq!(formatted(&fixed), formatted(text));
        // Nothing else is said of the line than what hides in it.
        let line = line_of(&other, from);
        let mut more = found.iter().filter(|finding| {
            !matches!(finding.rule.name, "hidden-character" | "edition")
                && line_of(&other, finding.primary.span.start as usize) == line
        });
        assert!(
            more.next().is_none(),
            "{:?}: {found:?}",
            line_at(&other, from)
        );
        fixes += 1;
    }
    assert!(fixes > 800, "{fixes} fixes");
}

/// Places inside of tokens, of which each is cut in two.
#[test]
fn words_have_no_blanks_of_others_inside() {
    let statements = statements();
    let mut seen = BTreeSet::new();
    let mut cuts: Vec<(&str, usize, Kind)> = Vec::new();
    for Alone { text, .. } in &statements {
        let (file, _) = parse(SourceId(0), text);
        let leaves = file.pieces.iter().flat_map(|piece| piece.root().descend());
        for leaf in leaves.filter(|node: &Node<'_>| node.is_leaf() && !is_block(node.kind())) {
            let place = leaf.trimmed().range();
            let middle = place.start + place.len() / 2;
            let middle = (middle..place.end).find(|at| text.is_char_boundary(*at));
            let around = file.around(leaf.span().start);
            let parent = around.iter().rev().nth(1).map(|node| node.kind());
            if let Some(middle) = middle.filter(|middle| *middle > place.start)
                && seen.insert(format!(
                    "{:?} {parent:?} {}",
                    leaf.kind(),
                    place.len().min(6)
                ))
            {
                cuts.push((text, middle, leaf.kind()));
            }
        }
    }
    assert!(cuts.len() > 300, "{} cuts", cuts.len());
    let cuts: Vec<_> = cuts.into_iter().enumerate().collect();
    parallel::each(&cuts, |&(index, (text, at, kind))| {
        for character in some(index) {
            let text = format!("{}{character}{}", &text[..at], &text[at..]);
            let (_, found) = parse(SourceId(0), &text);
            let said = hidden(&found).any(|finding| finding.primary.span.start as usize == at);
            // In a text, a space of another width is one, and so is the joiner of a drawn sign.
            let machine = matches!(
                kind,
                Kind::command | Kind::script | Kind::query | Kind::regex
            );
            let people = matches!(
                kind,
                Kind::title | Kind::string | Kind::prose | Kind::comment
            );
            let space = SPACES.contains(&character);
            let drawn = matches!(
                character,
                '\u{ad}' | '\u{34f}' | '\u{200d}' | '\u{2800}' | '\u{fe0f}'
            );
            match (people && space, (people || machine) && drawn) {
                (false, false) => assert!(said, "{text:?} at {at}: {found:?}"),
                _ => assert!(!said, "{text:?} at {at}"),
            }
            assert_kept(&text, character);
        }
    });
}

/// The whole compiler reads on, whatever stands between two words.
#[test]
fn no_pass_stumbles_over_a_blank_of_others() {
    let files = well_written();
    let mut places = Vec::new();
    for (path, text) in &files {
        let (file, _) = parse(SourceId(0), text);
        let tokens = tokens(&file, text);
        for (index, token) in tokens.iter().enumerate() {
            places.push((path, text, token.end, index));
        }
    }
    let places: Vec<_> = places.into_iter().step_by(23).collect();
    parallel::each(&places, |&(path, text, at, index)| {
        let characters: Vec<char> = all().collect();
        let character = characters[index % characters.len()];
        if is_crlf(character, &text[at..]) {
            return;
        }
        let text = format!("{}{character}{}", &text[..at], &text[at..]);
        let checked = compile::check(path, text.clone(), &NoFiles);
        let line = line_of(&text, at);
        let found = checked.diagnostics.iter().any(|finding| {
            finding.primary.span.source == SourceId(0)
                && line_of(&text, finding.primary.span.start as usize) == line
        });
        let comment = text[..at]
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.contains('#'));
        assert!(found || comment, "{path}: {:?}", line_at(&text, at));
    });
}

#[test]
fn an_allowance_is_read_as_the_language_is() {
    for character in all() {
        for allowance in [
            format!("#{character}deployc: allow(vague, reason = \"it is meant\")"),
            format!("# deployc:{character}allow(vague, reason = \"it is meant\")"),
            format!("# deployc: allow{character}(vague, reason = \"it is meant\")"),
            format!("# deployc: allow(vague,{character}reason = \"it is meant\")"),
            format!("# deployc: allow(vague, reason{character}= \"it is meant\"){character}"),
        ] {
            let text = format!(
                "edition 2026\nphase p \"P\" {{\n  check \"All is well\"  {allowance}\n}}\n"
            );
            let checked = compile::check("spec.deploy", text.clone(), &NoFiles);
            let at = text.find(character).expect("it is there") as u32;
            let mut said = hidden(&checked.diagnostics);
            assert!(
                said.any(|finding| finding.primary.span.start == at),
                "{text:?}"
            );
        }
    }
}
