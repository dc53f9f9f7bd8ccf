//! Regular expressions of the language: what the `regex` crate says of a text, `grep -E` says of it too.
#![cfg(unix)]

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use deployc::pattern::Pattern;
use proptest::prelude::*;

/// The lines of a text that `grep -E` finds, by number.
fn found(pattern: &Pattern, text: &str) -> Vec<usize> {
    let mut grep = Command::new("grep")
        .env("LC_ALL", "C")
        .args(["-E", "-n", "-e"])
        .arg(OsStr::from_bytes(pattern.extended()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("grep is there");
    let mut input = grep.stdin.take().expect("its input is piped");
    let _ = input.write_all(text.as_bytes());
    drop(input);
    let output = grep.wait_with_output().expect("it ends");
    assert!(
        output.stderr.is_empty() && output.status.code() < Some(2),
        "{:?}: {}",
        String::from_utf8_lossy(pattern.extended()),
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = output.stdout.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| {
            let number = line.split(|byte| *byte == b':').next()?;
            str::from_utf8(number).ok()?.parse().ok()
        })
        .collect()
}

/// An expression of the dialect, and the same for the `regex` crate, whose `\d`, `\w`, `\s` and `\b` are
/// those of Unicode otherwise.
fn expressions() -> impl Strategy<Value = (String, String)> {
    let same = |text: &str| (text.to_owned(), text.to_owned());
    let signs = [
        "a", "b", "ab", "1", "_", "-", " ", "é", "€", "\\.", "\\]", "\\[", "\\\\", "\\^", "\\$",
        "\\{", "\"", "\\/", "'", "\\t", "\\x{e9}", ".", "^", "$", "[a-c]", "[^a]", "[à-ü]",
        "[^é\"]", "[]-]", "[!-~]", "(?i:a)",
    ];
    let atom = prop_oneof![
        6 => prop::sample::select(signs.to_vec()).prop_map(same),
        3 => prop::sample::select(vec![
            ("\\d", "[0-9]"),
            ("\\D", "[^0-9]"),
            ("\\w", "[0-9A-Za-z_]"),
            ("\\W", "[^0-9A-Za-z_]"),
            ("\\s", "[\\t\\n\\x0b\\x0c\\r ]"),
            ("\\S", "[^\\t\\n\\x0b\\x0c\\r ]"),
            ("[\\d.]", "[0-9.]"),
            ("[^\\w-]", "[^0-9A-Za-z_-]"),
            ("[[:alpha:]]", "[A-Za-z]"),
            ("\\b", "(?-u:\\b)"),
        ])
        .prop_map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned())),
    ];
    let often = prop::sample::select(vec![
        "", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,3}", "{2,}",
    ]);
    let repeated = |inner: BoxedStrategy<(String, String)>| {
        (inner, often.clone()).prop_map(|((ours, theirs), often)| {
            (format!("{ours}{often}"), format!("{theirs}{often}"))
        })
    };
    let joined = |parts: Vec<(String, String)>, between: &str| {
        let (ours, theirs): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
        (ours.join(between), theirs.join(between))
    };
    repeated(atom.boxed())
        .boxed()
        .prop_recursive(3, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(move |parts| joined(parts, "")),
                prop::collection::vec(inner.clone(), 2..4).prop_map(move |parts| {
                    let (ours, theirs) = joined(parts, "|");
                    (format!("({ours})"), format!("(?:{theirs})"))
                }),
                (inner, prop::sample::select(vec!["*", "+", "?", "{0,2}"])).prop_map(
                    |((ours, theirs), often)| (
                        format!("(?:{ours}){often}"),
                        format!("(?:{theirs}){often}")
                    )
                ),
            ]
        })
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let signs = vec![
        "a", "b", "A", "B", "1", "2", "_", "-", " ", "é", "É", "€", "x", ".", "]", "[", "\\", "^",
        "$", "{", "}", "\"", "/", "'", "\t", "ü", "\r",
    ];
    let line =
        prop::collection::vec(prop::sample::select(signs), 0..8).prop_map(|signs| signs.concat());
    prop::collection::vec(line, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn grep_says_what_the_crate_says((ours, theirs) in expressions(), lines in lines()) {
        // Some edges of words would need far larger expressions; that is a finding.
        let Ok(pattern) = Pattern::parse(&ours) else {
            return Ok(());
        };
        let oracle = regex::Regex::new(&theirs).expect("it is in the dialect");
        let wanted: Vec<usize> = (1..)
            .zip(&lines)
            .filter_map(|(number, line)| oracle.is_match(line).then_some(number))
            .collect();
        let text = lines.join("\n") + "\n";
        prop_assert_eq!(found(&pattern, &text), wanted, "{} on {:?}", ours, text);
    }
}

#[test]
fn what_tools_read_differently_is_refused() {
    for (text, said) in [
        ("(?<=a)b", "lookaround"),
        ("a(?!b)", "lookaround"),
        ("(a)\\1", "backreference"),
        ("\\p{L}", "class of Unicode"),
        ("[\\pL]", "class of Unicode"),
        ("a{256}", "more than 255"),
        ("a{1,256}", "more than 255"),
        ("[a&&b]", "operation on sets"),
        ("[[a]]", "brackets in brackets"),
        ("\\u00e9", "an escape"),
        ("\\Bx", "an escape"),
        ("\\<x", "an escape"),
        ("\\h", "an escape"),
        ("a\\nb", "a line break"),
        ("a\\x00", "a zero byte"),
        ("(?x)a", "a flag"),
        ("a**", "repetition of a repetition"),
        ("*a", "nothing stands before it"),
        ("(a", "a parenthesis"),
        ("a)", "a parenthesis"),
        ("[a", "a bracket"),
        ("[^\\s\\S]", "no line can match"),
        (
            "((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
            "repeats too much",
        ),
    ] {
        let mistake = Pattern::parse(text).expect_err(text);
        assert!(
            mistake.message.contains(said),
            "{text}: {}",
            mistake.message
        );
        assert!(
            mistake.start <= mistake.end && mistake.end <= text.len(),
            "{text}"
        );
    }
    let deep = format!("{}a{}", "(".repeat(200), ")".repeat(200));
    let mistake = Pattern::parse(&deep).expect_err("too deep");
    assert!(mistake.message.contains("deeper"), "{}", mistake.message);
    assert!(Pattern::parse(&"a".repeat(5000)).is_err());
    let edges = format!("{}\\b{}", "(a|".repeat(50), ")*".repeat(50));
    assert!(Pattern::parse(&edges).is_err(), "it ends");
}
