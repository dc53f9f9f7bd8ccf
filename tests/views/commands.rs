//! The commands of a spec, as the checks read them: what bash can't read is a finding, and what it
//! can is none. Needs bash alone.

use std::io::Write;
use std::process::{Command, Stdio};

use deployc::compile;
use deployc::plan::Work;
use deployc::source::NoFiles;
use proptest::prelude::*;

use crate::specs;

/// Whether bash reads a text to its end.
fn bash_reads(text: &str) -> bool {
    let mut child = Command::new("bash")
        .args(["--norc", "--noprofile", "-n"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash is there");
    let mut input = child.stdin.take().expect("its input is piped");
    // A shell that stops reading closes its end: what it then says is what counts.
    let _ = writeln!(input, "{text}");
    drop(input);
    let output = child.wait_with_output().expect("bash ends");
    // Bash only warns of a here-document whose end is missing.
    output.status.success() && output.stderr.is_empty()
}

/// Whether a check says that the shell can't read a command.
fn is_said(text: &str) -> bool {
    let indented = text.replace('\n', "\n    ");
    let spec = format!(
        "edition 2026\ndeployment \"D\" {{ version \"v1\" }}\nphase p \"P\" {{\n  run ```bash\n    {indented}\n    ```\n}}\n"
    );
    let compilation = compile::check("spec.deploy", spec, &NoFiles);
    let commands = compilation
        .spec
        .nodes
        .iter()
        .flat_map(|node| &node.children);
    let read = commands.filter(|node| node.work.kind() == "run").count();
    assert_eq!(read, 1, "{text}");
    compilation
        .diagnostics
        .iter()
        .any(|finding| finding.rule.code == "D0571")
}

const READ: &[&str] = &[
    "a",
    "a b 'c d' \"e $f\" > g 2>&1 | h && i || j; k &",
    "if a; then b; elif c; then d; else e; fi",
    "if ! a | b\nthen\n  c\nfi > d",
    "while a; do b; done < c",
    "until a\ndo\n  b\ndone",
    "for i in 1 2 3; do a $i; done",
    "for i\ndo\n  a\ndone",
    "for ((i = 0; i < 3; i++)); do a; done",
    "case $a in\n  b|c) d ;;\n  (e) f ;&\n  *) ;;\nesac",
    "case a in b) c; esac",
    "a() { b; }; a",
    "function a { b; }",
    "{ a; b; } | c",
    "(a; b) && c",
    "[[ $a == b* && ( -f c || $d =~ ^(e|f)$ ) ]] && g",
    "((a > 1)) && b",
    "a=$((1 + (2 * 3)))",
    "a=(b c 'd e')",
    "a \"$(b \"$(c ')')\")\" `d`",
    "a ${b:-\"c d\"} ${e//f/g}",
    "a $(case b in c) d;; esac)",
    "cat <<EOF\nif 'it' is (not) closed; \"\nEOF\nb",
    "cat <<-'E O'\n\tx\n\tE O\nb",
    "cat <<<\"a\" <(b) >(c)",
    "a \\\n  b # if (\nc",
    "a | # why\n  b",
    "a &&\n\n  b",
    "echo if then fi done",
    "echo {a,b} } {",
    "time a",
    "! a",
    "a $'it\\'s'",
    "kubectl get pods -o jsonpath='{.items[*].metadata.name}' -l app=a",
    "kubectl patch svc a -p '{\"spec\":{\"selector\":{\"v\":\"b\"}}}'",
    "while read -r a; do b; done < <(c)",
    "{ a; } 2>/dev/null",
    "$(a) b",
    "a; # nothing more",
    "a \"costs $'5\"",
    "a \"${b:-'}'}\" ${c#'}'} \"${d%'}'}\"",
    "a $(grep case b) $(b -case) $(echo esac)",
    "a $(case b in c) d;; esac; e) $(case b in (c) d;; esac)",
    "a $(cat <<EOF\nit's ) \" $(\nEOF\n)",
    "a $(cat <<'E' <<-F\n(\nE\n\t)\n\tF\n) b",
    "a $((1 << 2)) $(( (1 << 2) + 3 )) b",
    "a $(( $(b \"$(c)\") + ${d} ))",
    "a $( (b; c) | d )",
    "a $(b # it's )\n)",
    "a \"$(b \"${c:-\"$(d)\"}\")\" `e \\`f\\` \"g\"`",
    "a=(b $(c) \"d)\") e",
    "a $'\\')' $\"b)\"",
    "",
];

const NOT_READ: &[&str] = &[
    "if a; then b",
    "if a; b; fi",
    "if a; then fi",
    "if; then a; fi",
    "a; fi",
    "while a; do b",
    "while a; b; done",
    "for i in 1 2; do done",
    "for i in 1 2; a; done",
    "done",
    "do",
    "case a in b) c ;;",
    "case a b) c;; esac",
    "a;; b",
    "esac",
    "{ a; b",
    "{ a }",
    "{ }",
    "}",
    "(a; b",
    "a)",
    "()",
    "a b (c)",
    "a &&",
    "a ||",
    "a |",
    "| a",
    "&& a",
    "a && || b",
    "a | | b",
    ";",
    "; a",
    "a ; ; b",
    "a & ; b",
    "a >",
    "a > | b",
    "a < ; b",
    "a 'b",
    "a \"b",
    "a `b",
    "a $(b",
    "a $(b; c &&)",
    "a $(if b)",
    "a \"$(b",
    "a ${b",
    "[[ a == b",
    "if a; then b; fi c",
    "(a) b",
    "else a",
    "a \"${b:-it's}\"",
    "a $(b 'c)",
    "a $((b)",
    "a $(case b in c) d)",
];

#[test]
fn what_bash_reads_is_no_finding() {
    for text in READ {
        assert!(bash_reads(text), "bash does not read: {text}");
        assert!(!is_said(text), "bash reads it: {text}");
    }
}

#[test]
fn what_bash_does_not_read_is_a_finding() {
    for text in NOT_READ {
        assert!(!bash_reads(text), "bash reads: {text}");
        assert!(is_said(text), "bash does not read it: {text}");
    }
}

/// Every command of every example and corpus file.
#[test]
fn the_verdict_on_real_commands_is_that_of_bash() {
    let mut seen = 0;
    for (path, plan) in specs::plans() {
        for node in plan.walk() {
            let Work::Run { command, .. } = &node.work else {
                continue;
            };
            // `<pod>` is a blank to fill in, which has a rule of its own.
            let blank = command.text.contains('<') && command.text.contains('>');
            if !matches!(command.language.as_str(), "sh" | "bash") || blank {
                continue;
            }
            seen += 1;
            assert_eq!(
                is_said(&command.text),
                !bash_reads(&command.text),
                "{path}: {}:\n{}",
                node.id,
                command.text
            );
        }
    }
    assert!(seen > 100, "{seen} commands");
}

/// Pieces of shell, put together at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b", "if", "then", "else", "elif", "fi", "while", "do", "done", "for", "in", "case",
        "esac", "{", "}", "(", ")", ";", ";;", "&", "&&", "||", "|", "\n", "'c'", "\"d\"", "$(e)",
        "$f", "> g", "!", "x=1", "# h",
    ]);
    prop::collection::vec(piece, 1..9).prop_map(|pieces| pieces.join(" "))
}

/// Pieces of quotes and substitutions, put together at random.
fn quotes() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "it's", "'", "\"", "\"b c\"", "`", "$", "$(", "$((", "((", "))", ")", "(", "${d:-",
        "${d#", "}", "\\", "#", " ", " ", "\n", ";", "<(", "case ", " in ", "esac", ";;", "'e f'",
    ]);
    prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_verdict_on_any_pieces_is_that_of_bash(text in pieces()) {
        prop_assert_eq!(is_said(&text), !bash_reads(&text), "{}", text);
    }

    #[test]
    fn the_verdict_on_any_quotes_is_that_of_bash(text in quotes()) {
        // A line break follows; and bash reads `$(() a)` and `$((${a))`, which it can't run.
        let unrunnable = text.contains("(()") || text.contains("<((") || text.contains("((") && text.contains(['{', '#']);
        prop_assume!(!text.ends_with('\\') && !text.contains("```") && !text.contains("\\\n") && !unrunnable);
        prop_assert_eq!(is_said(&text), !bash_reads(&text), "{}", text);
    }
}
