use super::*;
use crate::blank::Blanks;
use crate::source::SourceId;
use crate::syntax::parse;

fn formatted(text: &str) -> String {
    let (file, _) = parse(SourceId(0), text);
    let once = format(&file, text);
    let (file, _) = parse(SourceId(0), &once);
    assert_eq!(format(&file, &once), once, "formatted twice");
    once
}

/// Formats, without the line break at the end.
fn line(text: &str) -> String {
    let once = formatted(text);
    once.strip_suffix('\n').unwrap_or(&once).to_string()
}

#[test]
fn one_blank_stands_between_tokens() {
    for (written, expected) in [
        ("role   oncall\t\"On call\"", "role oncall \"On call\""),
        (
            "param n:count  of pods=3  pods",
            "param n : count of pods = 3 pods",
        ),
        ("param mode : choice( a ,b )", "param mode : choice(a, b)"),
        (
            "use std/kubernetes {pods-ready ,restarts}",
            "use std/kubernetes { pods-ready, restarts }",
        ),
        (
            "checklist security ( s:service )",
            "checklist security(s : service)",
        ),
        (
            "checklist security \"Security\"(s : service)",
            "checklist security \"Security\" (s : service)",
        ),
        (
            "metric p95 = http.latency ( api,p95 )",
            "metric p95 = http.latency(api, p95)",
        ),
        ("objective rto<4h", "objective rto < 4h"),
        (
            "freeze \"Weekend\"  Sat 01:00 to  Sun 21:00   UTC",
            "freeze \"Weekend\" Sat 01:00 to Sun 21:00 UTC",
        ),
    ] {
        assert_eq!(line(written), expected);
    }
    let inside = |statement: &str| {
        let out = formatted(&format!("phase p {{\n{statement}\n}}\n"));
        let inner = out
            .strip_prefix("phase p {\n  ")
            .and_then(|out| out.strip_suffix("\n}\n"));
        inner.map(String::from).unwrap_or(out)
    };
    for (written, expected) in [
        (
            "require x [ path = cache ]<=100ms,y>=95%",
            "require x[path=cache] <= 100ms, y >= 95%",
        ),
        ("when errors   in 1%  ..<  5%", "when errors in 1%..<5%"),
        (
            "require ( a<1% or b<2% )and not c>3",
            "require (a < 1% or b < 2%) and not c > 3",
        ),
        ("replicas 6(3 .. 10)", "replicas 6 (3..10)"),
        ("check \"a\"by ops  done", "check \"a\" by ops done"),
        ("approve by 2   of sre ,ops", "approve by 2 of sre, ops"),
        (
            "notify ops with  m( a = 1,b=2 )",
            "notify ops with m(a = 1, b = 2)",
        ),
        (
            "run `a   b`   undo `c`  # why",
            "run `a   b` undo `c`  # why",
        ),
        ("require x   within   baseline", "require x within baseline"),
    ] {
        assert_eq!(inside(written), expected);
    }
}

#[test]
fn blocks_are_two_deeper() {
    let written = "phase p   {   # first\n\n\ncheck \"a\"\n\n\n# about b\n      check \"b\" { run `x` }\n gate g { require \"c\"\n else { retry } }\n  # last\n\n}\nphase q {\n}";
    let expected = "phase p {  # first\n  check \"a\"\n\n  # about b\n  check \"b\" { run `x` }\n  gate g {\n    require \"c\"\n    else { retry }\n  }\n  # last\n}\n\nphase q {}\n";
    assert_eq!(formatted(written), expected);
}

#[test]
fn a_block_stays_on_its_line_if_it_fits() {
    let short = "metric hits \"Hits\" : percent in ratio {better higher}";
    assert_eq!(
        line(short),
        "metric hits \"Hits\" : percent in ratio { better higher }"
    );
    let title = "x".repeat(70);
    let long = format!("metric hits \"{title}\" : percent in ratio {{ better higher }}");
    let broken = format!("metric hits \"{title}\" : percent in ratio {{\n  better higher\n}}");
    assert_eq!(line(&long), broken);
    let nested = "phase p { check \"a\" { run `x` } }";
    assert_eq!(line(nested), nested);
    let commented = "phase p { check \"a\" # why\n}";
    assert_eq!(line(commented), "phase p {\n  check \"a\"  # why\n}");
}

#[test]
fn declarations_with_blocks_stand_apart() {
    let written = "edition 2026\nuse std/http\nrole a\nrole b\n# about c\nrole c { person \"x\"\n}\nrole d\n\n\n\n# alone\n\nphase p {\ncheck \"a\"\n}\nphase q { check \"b\" }\n";
    let expected = "edition 2026\n\nuse std/http\nrole a\nrole b\n\n# about c\nrole c {\n  person \"x\"\n}\n\nrole d\n\n# alone\n\nphase p {\n  check \"a\"\n}\n\nphase q { check \"b\" }\n";
    assert_eq!(formatted(written), expected);
}

#[test]
fn lines_that_go_on_are_two_deeper() {
    let written = "phase p {\nrun deploy \"Deploy\" `apply`\n      undo `delete`\n        expect exit 0 # well\nrequire a < 1%,\nb < 2%, # both\n  c < 3%\ninclude x(\n a,\n b\n    )\n}\n";
    let expected = "phase p {\n  run deploy \"Deploy\" `apply`\n    undo `delete`\n    expect exit 0  # well\n  require a < 1%,\n    b < 2%,  # both\n    c < 3%\n  include x(\n    a,\n    b\n  )\n}\n";
    assert_eq!(formatted(written), expected);
}

#[test]
fn texts_move_as_a_whole() {
    let written = "phase p {\n      run \"x\" ```bash\n   if a; then\n     b\n\n   fi\n```\nnote \"\"\"\n  One  \n    two\n\"\"\" \nnote \"\"\"Begun\n          here\"\"\"\n}\nmetric m : percent in ratio {\nprometheus `sum(\na)\n  / b`\n}\n";
    let expected = "phase p {\n  run \"x\" ```bash\n    if a; then\n      b\n\n    fi\n    ```\n  note \"\"\"\n    One  \n      two\n    \"\"\"\n  note \"\"\"Begun\n    here\"\"\"\n}\n\nmetric m : percent in ratio {\n  prometheus `sum(\n    a)\n      / b`\n}\n";
    assert_eq!(formatted(written), expected);
}

#[test]
fn what_can_not_be_read_stays() {
    // A statement with something left over, a line with no known word, a block of no known kind.
    let written = "phase p {\n check   \"a\"   b@@  c  # why  \n     check   \"x\"\n   oops   what\t \n\n\n     deeper   still\n  oops {\n check    \"b\"\n }\n}\n";
    let expected = "phase p {\n check   \"a\"   b@@  c  # why  \n  check \"x\"\n   oops   what\t \n\n\n     deeper   still\n  oops {\n check    \"b\"\n }\n}\n";
    assert_eq!(formatted(written), expected);
    // Blank lines and blanks at the ends of lines may be part of a text that could not be read.
    let written = "phase p {\n   oops ```bash\n  a  \n\n\n    b\n```\n   check   \"b\"\n}\nrole   x  @@   y\n";
    let expected =
        "phase p {\n   oops ```bash\n  a  \n\n\n    b\n```\n  check \"b\"\n}\n\nrole   x  @@   y\n";
    assert_eq!(formatted(written), expected);
    // A piece whose braces do not balance is copied, the next one is not.
    let written = "phase p {\n   check   \"a\"\n\nphase  q {\n   check   \"b\"\n}\n";
    let expected = "phase p {\n   check   \"a\"\n\nphase q {\n  check \"b\"\n}\n";
    assert_eq!(formatted(written), expected);
    // So is one with the marks of a merge.
    let written =
        "phase p {\n<<<<<<< HEAD\n check   \"a\"\n=======\n check   \"b\"\n>>>>>>> other\n}\n";
    assert_eq!(formatted(written), written);
    // A later language is not touched at all.
    let later = "edition 2031\nphase   p {\n}\n";
    assert_eq!(formatted(later), later);
}

#[test]
fn line_ends_stay_what_they_are() {
    assert_eq!(formatted("role a\r\nrole   b\n"), "role a\r\nrole b\r\n");
    assert_eq!(formatted("role a\nrole   b\r\n"), "role a\nrole b\n");
    assert_eq!(formatted(""), "");
    assert_eq!(formatted(" \n\n"), "");
    assert_eq!(formatted("# only\n\n\n# words"), "# only\n\n# words\n");
}

#[test]
fn a_range_is_formatted_alone() {
    let text = "phase p {\n check   \"a\"\n check   \"b\"\n check   \"c\" {\nrun   `x`\n}\n}\n";
    let (file, _) = parse(SourceId(0), text);
    let within = |part: &str| {
        let at = text.find(part).expect(part) as u32;
        let span = Span::new(SourceId(0), at, at + part.len() as u32);
        let (span, new) = format_range(&file, text, span).expect("formatted");
        (text[span.range()].to_string(), new)
    };
    assert_eq!(
        within("\"b\""),
        (" check   \"b\"".into(), "  check \"b\"".into())
    );
    assert_eq!(within("`x`"), ("run   `x`".into(), "    run `x`".into()));
    assert_eq!(
        within("\"a\"\n check   \"b\""),
        (
            " check   \"a\"\n check   \"b\"".into(),
            "  check \"a\"\n  check \"b\"".into()
        )
    );
    assert_eq!(within("phase").1, formatted(text).trim_blanks_end());
}

#[test]
fn texts_say_what_they_mean() {
    use crate::syntax::text::{content, language};
    for (token, expected) in [
        ("`kubectl get nodes`", "kubectl get nodes"),
        ("```bash\n    a\n      b\n    ```", "a\n  b"),
        ("```\na\n```", "a"),
        ("\"\"\"\n    One\n\n      two\n    \"\"\"", "One\n\n  two"),
        ("\"\"\"One\n   two\"\"\"", "One\ntwo"),
        ("\"\"\"one\"\"\"", "one"),
        ("`sum(a)\n    / sum(b)`", "sum(a)\n/ sum(b)"),
        ("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb"),
    ] {
        assert_eq!(content(token), expected);
    }
    assert_eq!(language("```bash\nx\n```"), "bash");
    assert_eq!(language("`x`"), "");
}
