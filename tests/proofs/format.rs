//! The formatter changes white space alone, and there is one form for each file.

use crate::faults::{Fault, Random, apply, tokens, well_written};
use deployc::source::SourceId;
use deployc::syntax::{Kind, format, parse, text};
use proptest::prelude::*;

fn formatted(text: &str) -> String {
    let (file, _) = parse(SourceId(0), text);
    format(&file, text)
}

/// What a file says: its nodes, and the text of those that have none inside.
fn meaning(text: &str) -> Vec<(Kind, String)> {
    let (file, _) = parse(SourceId(0), text);
    let nodes = file.pieces.iter().flat_map(|piece| piece.root().descend());
    nodes
        .filter(|node| node.kind() != Kind::piece)
        .map(|node| {
            let own = node.text().trim();
            let own = match node.kind() {
                Kind::prose | Kind::script | Kind::query => text::content(own),
                _ if node.is_leaf() => own.split_whitespace().collect::<Vec<_>>().join(" "),
                _ => String::new(),
            };
            (node.kind(), own)
        })
        .collect()
}

/// Equal, or the lines that differ.
fn assert_same(left: &str, right: &str, context: &str) {
    let diff = similar::TextDiff::from_lines(right, left);
    assert!(left == right, "{context}\n{}", diff.unified_diff());
}

fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The text with other blanks between its tokens, and another indentation of its lines.
fn disturbed(text: &str, random: &mut Random) -> String {
    let (file, _) = parse(SourceId(0), text);
    let tokens = tokens(&file, text);
    let mut out = String::new();
    let mut at = 0;
    for token in tokens {
        let gap = &text[at..token.start];
        if gap.contains('\n') {
            let indent = gap.len() - gap.rfind('\n').map_or(0, |at| at + 1);
            out.push_str(&" ".repeat(random.below(3)));
            out.push_str(&gap[..gap.len() - indent]);
            // Column 0 is where items begin.
            if indent > 0 {
                out.push_str(&" ".repeat(1 + random.below(12)));
            }
        } else if gap.is_empty() {
            if at > 0 && random.below(3) == 0 {
                out.push_str(&" ".repeat(random.below(3)));
            }
        } else {
            out.push_str(
                [" ", "  ", "\t", "   "]
                    .get(random.below(4))
                    .unwrap_or(&" "),
            );
        }
        out.push_str(&text[token.start..token.end]);
        at = token.end;
    }
    out.push_str(&text[at..]);
    out
}

#[test]
fn the_files_of_the_project_keep_their_meaning() {
    let files = well_written();
    assert!(files.len() > 10);
    for (path, text) in files {
        let once = formatted(&text);
        assert_eq!(dense(&once), dense(&text), "{path}");
        assert_same(&formatted(&once), &once, &path);
        assert_eq!(meaning(&once), meaning(&text), "{path}");
        assert!(once.lines().all(|line| !line.ends_with(' ')), "{path}");
    }
}

/// `UPDATE=1 cargo test --test proofs format::` formats them.
#[test]
fn the_files_of_the_project_are_formatted() {
    for (path, text) in well_written() {
        let form = formatted(&text);
        if std::env::var_os("UPDATE").is_some() && form != text {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            std::fs::write(root.join(&path), &form).expect("a file of the project");
            continue;
        }
        assert_same(&form, &text, &format!("{path} is not formatted"));
    }
}

#[test]
fn there_is_one_form() {
    let mut random = Random(7);
    for (path, text) in well_written() {
        let form = formatted(&text);
        for _ in 0..6 {
            let other = disturbed(&form, &mut random);
            assert_eq!(meaning(&other), meaning(&form), "{path}\n{other}");
            assert_same(&formatted(&other), &form, &path);
        }
    }
}

#[test]
fn files_with_faults_keep_everything() {
    let mut random = Random(11);
    for (path, text) in well_written() {
        let (file, _) = parse(SourceId(0), &text);
        let tokens = tokens(&file, &text);
        for kind in Fault::ALL {
            for count in [1, 3] {
                let edits = crate::faults::faults(kind, count, &text, &tokens, &mut random);
                let faulty = disturbed_lines(&apply(&text, &edits), &mut random);
                let once = formatted(&faulty);
                assert_eq!(dense(&once), dense(&faulty), "{path} {edits:?}");
                let twice = formatted(&once);
                assert_same(&twice, &once, &format!("{path} {edits:?}"));
                let comments = |text: &str| -> Vec<(Kind, String)> {
                    let mut nodes = meaning(text);
                    nodes.retain(|(kind, _)| *kind == Kind::comment);
                    nodes
                };
                assert_eq!(comments(&once), comments(&faulty), "{path} {edits:?}");
            }
        }
    }
}

/// More blanks at the end of some lines, more blank lines between some.
fn disturbed_lines(text: &str, random: &mut Random) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) if random.below(8) == 0 => {
                out.push_str(line);
                out.push_str(&" ".repeat(random.below(3)));
                out.push('\n');
            }
            Some(_) | None => out.push_str(line),
        }
    }
    out
}

/// Pieces that files are made of, in any order.
fn nearly_files() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "phase p",
        "gate g",
        "check",
        "\"a text\"",
        "{",
        "}",
        "\n",
        "\n\n",
        " ",
        "  ",
        "# words\n",
        "run",
        "`cmd  x`",
        "```bash\n  x\n    y\n  ```",
        "\"\"\"\n   a\n  b\n\"\"\"",
        "\"",
        "`",
        "hold 5m while x < 1%",
        ",",
        "(",
        ")",
        "[",
        "]",
        "metric m : percent in ratio",
        "edition 2026\n",
        "undo",
        "else",
        "retry",
        "1%..5%",
        "T-6h",
        "@@",
        "\r\n",
        "\t",
        "role r \"R\"",
        "use ./x { a, b }",
        "=======\n",
        "<<<<<<< x\n",
        "require x[a=b] < 3  pods",
        "baseline b {\n \"x\" y > 1\n}",
        "escalation {\ncritical to r via s\n}",
        "é",
        "\u{1}",
        "\u{0}",
        "=",
        ":",
        "not",
        "and",
    ]);
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(1_500),
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn anything_keeps_all_but_white_space(text in prop_oneof![nearly_files(), "\\PC{0,200}"]) {
        let once = formatted(&text);
        prop_assert_eq!(dense(&once), dense(&text));
        let twice = formatted(&once);
        prop_assert_eq!(&twice, &once);
    }
}
