//! Whatever is put in, nested or repeated in a spec, however often: it is read, or it is said where it is too much. On the
//! stack that a thread has, and in time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use deployc::compile::{self, Compilation};
use deployc::source::{LoadError, Loader, NoFiles, SourceId};
use deployc::syntax;

/// What any of the inputs may take, without optimisation, on a machine that does other things as well.
const LONG: Duration = Duration::from_secs(60);

/// Checks a spec and formats it, on the stack of a thread.
fn check(text: &str) -> Compilation {
    with_files(text, Files::default())
}

fn with_files(text: &str, files: Files) -> Compilation {
    let text = text.to_owned();
    let start = Instant::now();
    let compilation = std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(move || {
            let (file, _) = syntax::parse(SourceId(0), &text);
            syntax::format(&file, &text);
            compile::check("big.deploy", text, &files)
        })
        .expect("a thread")
        .join()
        .expect("no panic");
    assert!(start.elapsed() < LONG, "{:?}", start.elapsed());
    compilation
}

/// The names of the rules that are broken, once each.
fn said(compilation: &Compilation) -> Vec<&'static str> {
    let mut names: Vec<&str> = compilation
        .diagnostics
        .iter()
        .map(|one| one.rule.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

const HEAD: &str = "edition 2026

deployment \"D\" {
  on failure stop
}

service api \"API\" {
}

metric m \"M\" : number {
  prometheus `up`
}

";

/// A spec with these lines in a phase.
fn with_lines(lines: &str) -> String {
    format!("{HEAD}phase p \"P\" {{\n{lines}\n}}\n")
}

/// What opens a level, what stands innermost, and what closes it. Of 64 levels, `around` are open already.
struct Nest {
    open: &'static str,
    inner: &'static str,
    close: &'static str,
    around: usize,
}

const fn nest(open: &'static str, inner: &'static str, close: &'static str, around: usize) -> Nest {
    Nest {
        open,
        inner,
        close,
        around,
    }
}

/// In a phase.
const NESTS: &[Nest] = &[
    nest("not ", "m < 1", "", 1),
    nest("not\n", "m < 1", "", 1),
    nest("not # why\n  ", "m < 1", "", 1),
    nest("(", "m < 1", ")", 1),
    nest("(\n", "m < 1", "\n)", 1),
    nest("m < 1 and (", "m < 1", ")", 1),
    nest("(m < 1 or ", "m < 1", ")", 1),
    nest("m(", "1", ")", 1),
    nest("m(a = m(", "1", "))", 1),
];

/// As lines of a phase.
const BLOCKS: &[Nest] = &[
    nest("group \"G\" {\n", "note \"x\"\n", "}\n", 1),
    nest("group \"G\" { ", "note \"x\" ", "} ", 1),
    nest("foo {\n", "note \"x\"\n", "}\n", 1),
    nest("foo { ", "note \"x\"\n", "} ", 1),
    nest("check \"x\" else {\n", "note \"x\"\n", "}\n", 1),
    nest("check \"x\" else { ", "note \"x\" ", "} ", 1),
    nest(
        "choose \"c\" {\noption \"o\" {\n",
        "note \"x\"\n",
        "}\n}\n",
        1,
    ),
    nest("group \"G\" {\nfoo }\n}\n", "", "", 1),
    nest("group \"G\" {\nfoo {\n", "", "} {\n}\n", 1),
    nest("group \"G\" {\n", "", "} {\n}\n", 1),
    nest("foo {\n", "", "} x {\n} y\n", 1),
    nest("group \"G\" { foo expect /}/\n", "", "", 1),
    nest("group \"G\" {\nrecord \"r\" target == /}/\n", "", "", 1),
];

/// In texts, where nothing nests.
const TEXTS: &[(&str, &str, &str)] = &[
    ("check \"", "{a", "\""),
    ("check \"", "{a", ""),
    ("check \"", "({ ", "\""),
    ("foo \"", "{a", "\""),
    ("foo \"", "{a", ""),
    ("foo `", "{a", "`"),
    ("foo `", "{a", ""),
    ("check x y `", "{a", "`"),
    ("check \"x\" bad \"", "{a", "\""),
    ("foo # ", "{a", ""),
    ("note \"x\" # ", "(not ", ""),
    ("foo expect /", "{a", "/"),
    ("foo not /", "{a", "/"),
    ("run `ls` expect /", "{a", "/"),
    ("run `ls` expect not /", "(", "/"),
    ("run `ls` expect $.a == /", "{a", "/"),
    ("foo \"\"\"", "{a\n", "\"\"\""),
    ("foo \"\"\"", "{a\n", ""),
    ("foo ```\n", "{a\n", "\n```"),
    ("foo ```\n", "{a\n", ""),
    ("run \"x\" ```bash {", "{a", "\n```"),
    ("note \"", "not ", "\""),
    ("note \"", "\\\"", "\""),
];

fn depth_said(compilation: &Compilation) -> usize {
    let found = compilation.diagnostics.iter();
    found.filter(|one| one.rule.name == "too-deep").count()
}

#[test]
fn conditions_and_values_nest_64_deep() {
    for Nest {
        open,
        inner,
        close,
        around,
    } in NESTS
    {
        let levels = open.matches("m(").count().max(1);
        let fits = (64 - around) / levels;
        let spec = |times| {
            with_lines(&format!(
                "  check {}{inner}{}",
                open.repeat(times),
                close.repeat(times)
            ))
        };
        assert_eq!(depth_said(&check(&spec(fits))), 0, "{open:?}");
        for times in [fits + 1, 1_000, 100_000] {
            assert_eq!(
                depth_said(&check(&spec(times))),
                1,
                "{open:?}, {times} times"
            );
            let unclosed = with_lines(&format!("  check {}{inner}", open.repeat(times)));
            assert_eq!(
                depth_said(&check(&unclosed)),
                1,
                "{open:?}, {times} times, unclosed"
            );
        }
    }
}

#[test]
fn conditions_nest_64_deep_wherever_they_stand() {
    for (before, behind) in [
        ("check", ""),
        ("require", ""),
        ("hold 5m while", ""),
        ("check \"x\" if", ""),
        ("alert a \"A\" when", " then stop"),
        ("canary api {\n 10% while", "\n}"),
        ("severity s \"S\" {\n when", "\n}"),
    ] {
        for times in [65, 1_000, 100_000] {
            let found = check(&with_lines(&format!(
                "  {before} {}m < 1{behind}",
                "not ".repeat(times)
            )));
            assert_eq!(depth_said(&found), 1, "{before}, {times} times");
        }
    }
}

#[test]
fn blocks_nest_64_deep() {
    for Nest {
        open, inner, close, ..
    } in BLOCKS
    {
        for times in [1, 20, 63, 65, 3_000] {
            let spec = |close: &str| with_lines(&format!("{}{inner}{close}", open.repeat(times)));
            let closed = check(&spec(&close.repeat(times)));
            let nests = !close.is_empty() && !close.contains("{\n");
            assert!(
                !nests || times < 65 || depth_said(&closed) > 0,
                "{open:?}, {times} times"
            );
            check(&spec(""));
        }
    }
}

#[test]
fn indentation_puts_in_no_more_braces_than_may_nest() {
    for line in ["group \"G\"", "foo", "check \"x\" else", "foo }"] {
        for (depth, lines) in [(40, 40), (65, 65), (1_000, 1_000), (70, 3_000)] {
            let lines: String = (0..lines)
                .map(|at| format!("{}{line}\n", " ".repeat(at % depth)))
                .collect();
            check(&with_lines(&lines));
            check(&lines);
        }
    }
}

#[test]
fn brackets_in_texts_are_no_levels() {
    for (before, unit, behind) in TEXTS {
        for times in [3, 65, 20_000] {
            let found = check(&with_lines(&format!(
                "  {before}{}{behind}",
                unit.repeat(times)
            )));
            assert_eq!(
                depth_said(&found),
                0,
                "{before:?} {unit:?}, {times} times: {:?}",
                said(&found)
            );
            // At the top level, and as the rest of a declaration.
            check(&format!("{HEAD}{before}{}{behind}\n", unit.repeat(times)));
            check(&format!(
                "{HEAD}phase q {before}{}{behind}\n",
                unit.repeat(times)
            ));
        }
    }
}

#[test]
fn what_stands_behind_a_text_full_of_brackets_is_read() {
    let text = "{a".repeat(1_000);
    for line in [
        format!("check \"{text}\""),
        format!("foo \"{text}\""),
        format!("note `{text}`"),
    ] {
        let spec = with_lines(&format!("  {line}\n  check nothing < 1\n"));
        assert!(
            said(&check(&spec)).contains(&"unknown-name"),
            "{}",
            &line[..9]
        );
    }
}

/// Checklists, each of which puts its value into what it includes, so often.
fn doubled(levels: usize, times: usize) -> String {
    let mut spec = HEAD.to_owned();
    for at in 0..levels {
        let inner = match at {
            0 => "  note \"{x}\"\n".to_owned(),
            _ => format!("  include c{}(\"{}\")\n", at - 1, "{x}".repeat(times)),
        };
        spec.push_str(&format!("checklist c{at} \"C\" (x : text) {{\n{inner}}}\n"));
    }
    spec + &format!(
        "phase p \"P\" {{\n  include c{}(\"long\")\n}}\n",
        levels - 1
    )
}

#[test]
fn a_text_grows_to_64_kib_by_what_is_put_in() {
    assert!(!said(&check(&doubled(10, 2))).contains(&"endless-include"));
    for (levels, times) in [(20, 2), (31, 2), (6, 1_000)] {
        let found = check(&doubled(levels, times));
        let of_text: Vec<_> = found
            .diagnostics
            .iter()
            .filter(|one| one.message.contains("longer than 65536 bytes"))
            .collect();
        let [first, ..] = of_text.as_slice() else {
            panic!("{levels} levels: {:?}", said(&found));
        };
        let span = first.primary.span;
        assert_eq!(found.sources.slice(span), "{x}");
    }
}

#[test]
fn procedures_that_call_others_are_bounded() {
    // Each calls the next twice, with other values: 2^20 procedures.
    let mut spec = HEAD.to_owned();
    for at in 0..20 {
        let next = at + 1;
        spec.push_str(&format!(
            "procedure q{at} \"Q\" (x : text) {{\n  do q{next}(\"{{x}}a\")\n  do q{next}(\"{{x}}b\")\n}}\n"
        ));
    }
    spec.push_str(
        "procedure q20 \"Q\" (x : text) {\n  note \"{x}\"\n}\nphase p \"P\" {\n  do q0(\"x\")\n}\n",
    );
    assert!(said(&check(&spec)).contains(&"endless-include"));
    // Each deep in the one before: they are not read inside each other.
    let mut spec = HEAD.to_owned();
    for at in 0..30 {
        let inner = match at {
            29 => "note \"{x}\"\n".to_owned(),
            _ => format!("do q{}(\"{{x}}\")\n", at + 1),
        };
        spec.push_str(&format!(
            "procedure q{at} \"Q\" (x : text) {{\n{}{inner}{}}}\n",
            "group \"g\" {\n".repeat(60),
            "}\n".repeat(60)
        ));
    }
    spec.push_str("phase p \"P\" {\n  do q0(\"x\")\n}\n");
    let found = check(&spec);
    assert!(
        !said(&found).contains(&"endless-include"),
        "{:?}",
        said(&found)
    );
}

#[test]
fn statements_that_are_put_in_are_bounded() {
    let many = "  note \"x\"\n".repeat(2_000);
    let mut spec = format!("{HEAD}checklist c \"C\" {{\n{many}}}\nphase p \"P\" {{\n");
    for at in 0..100 {
        spec.push_str(&format!("  group g{at} \"G\" {{\n    include c\n  }}\n"));
    }
    spec.push_str("}\n");
    let found = check(&spec);
    let mut of_much = found.diagnostics.iter();
    assert!(of_much.any(|one| one.message.contains("more than 100000 statements")));
}

/// Files by their names.
#[derive(Default)]
struct Files(HashMap<String, String>);

impl Loader for Files {
    fn load(&self, _from: &str, path: &str) -> Result<(String, String), LoadError> {
        let name = path.trim_start_matches("./").to_owned() + ".deploy";
        match self.0.get(&name) {
            Some(text) => Ok((name, text.clone())),
            None => Err(LoadError::Missing),
        }
    }
}

fn imports(files: impl IntoIterator<Item = (usize, String)>) -> Files {
    let named = files
        .into_iter()
        .map(|(at, text)| (format!("f{at}.deploy"), text));
    Files(named.collect())
}

fn messages(compilation: &Compilation) -> Vec<&str> {
    compilation
        .diagnostics
        .iter()
        .map(|one| one.message.as_str())
        .collect()
}

#[test]
fn imports_are_bounded() {
    let root = "edition 2026\n\nuse ./f0\n";
    // Each brings in the next.
    for (chain, fits) in [(32, true), (33, false), (1_000, false)] {
        let next = |at: usize| {
            if at + 1 < chain {
                format!("use ./f{}\n", at + 1)
            } else {
                String::new()
            }
        };
        let files = imports((0..chain).map(|at| (at, format!("edition 2026\n\n{}", next(at)))));
        let found = with_files(root, files);
        let said = messages(&found);
        let too_long = said
            .iter()
            .any(|one| one.contains("more than 32 files, each of which brings in the next"));
        assert_eq!(too_long, !fits, "{chain}: {said:?}");
    }
    // All by one.
    for (many, fits) in [(255, true), (256, false), (5_000, false)] {
        let uses: String = (0..many).map(|at| format!("use ./f{at}\n")).collect();
        let files = imports((0..many).map(|at| (at, "edition 2026\n".to_owned())));
        let found = with_files(&format!("edition 2026\n\n{uses}"), files);
        let too_many = messages(&found)
            .iter()
            .any(|one| one.contains("more than 256 files"));
        assert_eq!(too_many, !fits, "{many}");
    }
    // Together.
    let large = format!("edition 2026\n#{}\n", "x".repeat(30_000_000));
    let uses: String = (0..4).map(|at| format!("use ./f{at}\n")).collect();
    let found = with_files(
        &format!("edition 2026\n\n{uses}"),
        imports((0..4).map(|at| (at, large.clone()))),
    );
    assert!(
        messages(&found)
            .iter()
            .any(|one| one.contains("files of more than 64 MB together"))
    );
    // The same one again and again.
    let again = format!("edition 2026\n\n{}", "use ./f0\n".repeat(50_000));
    let found = with_files(&again, imports([(0, large)]));
    assert!(found.is_sound(), "{:?}", said(&found));
}

/// A circle is said as a path, and what two bring in is read once.
#[test]
fn circles_and_diamonds() {
    let uses = |of: &[usize]| -> String {
        let lines: String = of.iter().map(|at| format!("use ./f{at}\n")).collect();
        format!("edition 2026\n\n{lines}")
    };
    let found = with_files(
        &uses(&[0]),
        imports([(0, uses(&[1])), (1, uses(&[2])), (2, uses(&[0]))]),
    );
    let circle: Vec<_> = found
        .diagnostics
        .iter()
        .filter(|one| one.rule.name == "import")
        .collect();
    assert_eq!(circle.len(), 1);
    let notes = circle[0].notes.join("\n");
    assert!(
        notes.contains("`f0.deploy` → `f1.deploy` → `f2.deploy` → `f0.deploy`"),
        "{notes}"
    );

    let both = imports([(0, uses(&[2])), (1, uses(&[2])), (2, uses(&[]))]);
    let found = with_files(&uses(&[0, 1]), both);
    assert_eq!(found.sources.iter().count(), 4);

    let found = compile::check("a.deploy", uses(&[7]), &NoFiles);
    assert!(messages(&found).contains(&"there is no file `./f7`"));
}

/// What would take minutes if each token looked at the whole line, or at the whole rest of the file.
#[test]
fn long_lines_and_many_marks_are_read_once() {
    for unit in ["} ", "` ", "/ ", "not / ", "{} ", "}{ ", "\" ", "{x ", "# "] {
        check(&with_lines(&format!(
            "  foo {}",
            unit.repeat(100_000 / unit.len())
        )));
        check(&unit.repeat(50_000 / unit.len()));
    }
    for unit in [
        "phase p \"P\" {\n  run ```\n}\n",
        "phase p \"P\" {\n  note \"\"\"\n}\n",
    ] {
        check(&format!("{HEAD}{}", unit.repeat(750)));
    }
}

/// A name is an error where it is longer than a label of the DNS (RFC 1035: 63 octets), once, and nothing repeats it.
#[test]
fn names_have_63_characters() {
    for (length, fits) in [(63, true), (64, false), (200_000, false)] {
        let name = "n".repeat(length);
        let checks: String = (0..2_000)
            .map(|at| format!("  check c{at} \"C\"\n"))
            .collect();
        let found = check(&format!("{HEAD}phase {name} \"P\" {{\n{checks}}}\n"));
        let long: Vec<_> = found
            .diagnostics
            .iter()
            .filter(|one| one.message.contains("more than 63 characters"))
            .collect();
        assert_eq!(long.len(), usize::from(!fits), "{length}");
        for one in long {
            assert_eq!(found.sources.slice(one.primary.span), name);
        }
        assert_eq!(found.is_sound(), fits, "{length}: {:?}", said(&found));
    }
}

/// What stands behind `=~` goes to Prometheus, whose readers recurse and whose patterns may be huge when they are built.
#[test]
fn patterns_of_labels_are_read() {
    let nested = format!("{}a{}", "(".repeat(30_000), ")".repeat(30_000));
    for (pattern, fits) in [
        ("5..", true),
        ("/api/(v1|v2)", true),
        ("(a", false),
        ("a**b[", false),
        (nested.as_str(), false),
        ("((a\\{1000\\})\\{1000\\})\\{1000\\}", false),
    ] {
        for operator in ["=~", "!~"] {
            let line = format!("  check m[path{operator}\"{pattern}\"] < 1");
            let found = check(&with_lines(&line));
            let wrong = messages(&found)
                .iter()
                .any(|one| one.contains("a regular expression that Prometheus can't read"));
            assert_eq!(wrong, !fits, "{:?}: {:?}", &line[..20], said(&found));
        }
    }
    // Without `~` it is a value like any other.
    assert!(check(&with_lines("  check m[path=\"(a\"] < 1")).is_sound());
}

/// Markdown in notes is read by targets, and readers of it need more than one pass over nested marks.
#[test]
fn texts_have_64_kibibytes() {
    for (length, fits) in [(60_000, true), (65_536, false), (1_000_000, false)] {
        let note = "[".repeat(length);
        let found = check(&format!(
            "{HEAD}phase p \"P\" {{\n  note \"\"\"{note}\"\"\"\n  check c \"C\"\n}}\n"
        ));
        let all = found.diagnostics.iter();
        let long = all
            .filter(|one| one.message.contains("at most 65536 bytes"))
            .count();
        assert_eq!(long, usize::from(!fits), "{length}: {:?}", said(&found));
    }
}
