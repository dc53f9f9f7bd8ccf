//! Every view of the same findings, and what must hold of them whatever the findings are.

use deployc::diagnostic::{Diagnostic, Edit, Fix, Level, Rule};
use deployc::report::{Checked, Failure, Format, Look, Report};
use deployc::source::{Source, SourceId, Sources, Span};

static MISMATCH: Rule = rule("D0203", "unit-mismatch", Level::Error);
static UNUSED: Rule = rule("D0301", "unused-name", Level::Warning);
static BARE: Rule = rule("D0302", "bare-gate", Level::Note);

const fn rule(code: &'static str, name: &'static str, level: Level) -> Rule {
    Rule {
        code,
        name,
        category: deployc::diagnostic::Category::Structure,
        level,
        summary: "two quantities of different dimensions meet",
        page: "A latency can't be compared with a size.\n\nWrite a quantity of the metric's own dimension.\n",
        bad: "",
        good: "",
        allowable: false,
    }
}

const MAIN: &str = "edition 2026

use ./metrics

phase canary \"Größe ✓ 数据\" {
  hold 15m while latency < 200MB
  hold 1h
}
";

const METRICS: &str = "metric latency : duration in s\n\tmetric spare : duration\n";

/// The span of the nth occurrence (from zero) of `word`.
fn span(sources: &Sources, id: SourceId, word: &str, nth: usize) -> Span {
    let text = sources.get(id).text();
    let (start, _) = text
        .match_indices(word)
        .nth(nth)
        .expect("the word is there");
    Span::new(id, start as u32, (start + word.len()) as u32)
}

fn sample() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let main = sources.add(Source::new("specs/checkout.deploy", MAIN));
    let metrics = sources.add(Source::new("specs/metrics.deploy", METRICS));
    let size = span(&sources, main, "200MB", 0);
    let mismatch = Diagnostic::new(&MISMATCH, size, "expected a duration, found a size")
        .label("this is a size")
        .also(
            span(&sources, main, "latency", 0),
            "`latency` is a duration",
        )
        .also(span(&sources, metrics, "latency", 0), "declared here")
        .note("`MB` counts bytes,\nas everywhere")
        .help("durations end in `ms`, `s`, `m` or `h`")
        .offer("write a duration", size, "200ms");
    let spare = span(&sources, metrics, "spare", 0);
    let unused = Diagnostic::new(&UNUSED, spare, "nothing uses `spare`").safe_fix(
        "remove the line",
        spare,
        "",
    );
    let block = Span::new(main, MAIN.find("phase").unwrap() as u32, MAIN.len() as u32);
    let mut bare = Diagnostic::new(&BARE, block, "phase `canary` has no gate");
    bare.fixes.push(Fix {
        title: "add a gate".to_owned(),
        edits: vec![Edit {
            span: span(&sources, main, "}", 0).head(),
            text: "  gate go \"Go\" {\n    approve by sre\n  }\n".to_owned(),
        }],
        safe: false,
    });
    let mut findings = vec![unused, mismatch, bare];
    deployc::diagnostic::sort(&mut findings);
    (sources, findings)
}

fn render(format: Format) -> String {
    let (sources, findings) = sample();
    let clean = Sources::default();
    let failures = [Failure {
        path: "specs/odd, name.deploy".to_owned(),
        message: "not UTF-8 at byte 7".to_owned(),
    }];
    let checked = [
        Checked {
            path: "specs/checkout.deploy",
            sources: &sources,
            findings: &findings,
        },
        Checked {
            path: "specs/clean.deploy",
            sources: &clean,
            findings: &[],
        },
    ];
    Report::new(checked, &failures, Level::Warning).render(format)
}

/// Findings of one file, in one report.
fn one(
    text: &str,
    findings: impl FnOnce(SourceId, &Sources) -> Vec<Diagnostic>,
    format: Format,
) -> String {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("a.deploy", text));
    let findings = findings(id, &sources);
    let checked = Checked {
        path: "a.deploy",
        sources: &sources,
        findings: &findings,
    };
    Report::new([checked], &[], Level::Warning).render(format)
}

const PLAIN: Format = human(false, false);
const ASCII: Format = human(false, true);
const COLOR: Format = human(true, false);
const ALL: [(&str, Format); 9] = [
    ("human", PLAIN),
    ("human_ascii", ASCII),
    ("human_color", COLOR),
    ("short", Format::Short),
    ("json", Format::Json),
    ("sarif", Format::Sarif),
    ("github", Format::Github),
    ("gitlab", Format::Gitlab),
    ("junit", Format::Junit),
];

const fn human(color: bool, ascii: bool) -> Format {
    Format::Human(Look {
        color,
        ascii,
        quiet: false,
    })
}

#[test]
fn every_view() {
    for (name, format) in ALL {
        insta::assert_snapshot!(name, render(format));
    }
}

#[test]
fn the_ascii_view_is_ascii_where_the_source_is() {
    let out = one(
        "a b\nc d\n",
        |id, _| {
            vec![
                Diagnostic::new(&UNUSED, Span::new(id, 2, 7), "odd")
                    .label("here")
                    .also(Span::new(id, 0, 1), "there")
                    .help("do"),
            ]
        },
        ASCII,
    );
    assert!(out.is_ascii(), "{out}");
}

#[test]
fn no_view_lets_controls_or_commands_through() {
    let nasty = "a\u{1b}[2J\u{7}\u{202e}b\u{85}\u{9b}1m ##[error]x ##vso[task]\u{0}";
    let path = format!("{nasty}\n::error::x.deploy");
    let text = format!("{nasty}\n::error::source {nasty}\n");
    let mut sources = Sources::default();
    let id = sources.add(Source::new(path.clone(), text.as_str()));
    let all = Span::new(id, 0, text.len() as u32);
    let words = format!("{nasty}\n::error::y\n  ::warning::z");
    let mut finding = Diagnostic::new(&MISMATCH, all, words.clone())
        .label(words.clone())
        .also(Span::new(id, 3, 5), words.clone())
        .note(words.clone())
        .help(words.clone())
        .offer(words.clone(), all, words.clone());
    finding.fixes[0].edits[0].text.push('`');
    let findings = [finding];
    let failures = [Failure {
        path: path.clone(),
        message: words,
    }];
    for (name, format) in ALL {
        let checked = Checked {
            path: &path,
            sources: &sources,
            findings: &findings,
        };
        let mut out = Report::new([checked], &failures, Level::Note).render(format);
        if format == COLOR {
            // nothing but colours may be set
            while let Some(start) = out.find("\u{1b}[") {
                let length = out[start..].find('m').expect("a colour ends in m") + 1;
                let inside = &out[start + 2..start + length - 1];
                let digits = |c: char| c.is_ascii_digit() || c == ';';
                assert!(inside.chars().all(digits), "{inside:?}");
                out.replace_range(start..start + length, "");
            }
        }
        let reorders = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let bad = out
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || reorders(*c));
        assert_eq!(bad, None, "{name}: {out}");
        assert!(
            !out.contains("##[") && !out.contains("##vso["),
            "{name}: {out}"
        );
        for line in out.lines() {
            let line = line.trim_start();
            let own = format == Format::Github
                && (line.starts_with("::error file=") || line.starts_with("::notice title="));
            assert!(!line.starts_with("::") || own, "{name}: {line}");
        }
    }
}

#[test]
fn spans_that_do_not_fit_are_cut_and_never_panic() {
    let text = "größe ✓ 数据\r\nsecond\n";
    for start in 0..=text.len() as u32 + 3 {
        for end in [start, start + 1, start + 5, u32::MAX] {
            for (name, format) in ALL {
                let out = one(
                    text,
                    |id, _| {
                        vec![
                            Diagnostic::new(&MISMATCH, Span::new(id, start, end), "m")
                                .label("l")
                                .also(Span::new(id, end, end), "s"),
                        ]
                    },
                    format,
                );
                assert!(
                    out.contains("D0203") || out.contains("unit-mismatch"),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn long_lines_are_cut_around_the_label() {
    let text = format!("{}here{}\n", "ä ".repeat(50_000), " x".repeat(50_000));
    let out = one(
        &text,
        |id, sources| {
            vec![
                Diagnostic::new(&MISMATCH, span(sources, id, "here", 0), "m")
                    .label("this")
                    .also(Span::new(id, 0, 2), "far left"),
            ]
        },
        PLAIN,
    );
    for line in out.lines() {
        assert!(line.chars().count() <= 220, "{}", line.chars().count());
    }
    insta::assert_snapshot!("long_line", out);
}

#[test]
fn labels_far_apart_do_not_draw_what_lies_between() {
    let text = (1..=3000)
        .map(|number| format!("line {number}\n"))
        .collect::<String>();
    let out = one(
        &text,
        |id, sources| {
            vec![
                Diagnostic::new(&MISMATCH, span(sources, id, "line 2999", 0), "twice")
                    .label("again")
                    .also(span(sources, id, "line 2", 0), "first"),
                Diagnostic::new(&UNUSED, Span::new(id, 10, 20_000), "long").label("to here"),
            ]
        },
        PLAIN,
    );
    insta::assert_snapshot!("far_apart", out);
}

#[test]
fn people_see_fifty_findings_of_a_file_and_the_number_of_the_rest() {
    let text = "x\n".repeat(70);
    let many = |id, _: &Sources| {
        (0..70)
            .map(|line| Diagnostic::new(&MISMATCH, Span::new(id, line * 2, line * 2 + 1), "bad"))
            .collect()
    };
    let out = one(&text, many, PLAIN);
    assert_eq!(out.matches("error[D0203").count(), 50);
    assert!(out.contains("and 20 more in a.deploy\n"));
    assert!(out.ends_with("70 errors in 1 file\n"));
    assert_eq!(one(&text, many, Format::Short).lines().count(), 70);
}

#[test]
fn github_gets_ten_of_a_level_the_worst_first_and_one_of_each_file_first() {
    let mut all = Vec::new();
    for (file, count) in [("a.deploy", 14), ("b.deploy", 1), ("c.deploy", 2)] {
        let mut sources = Sources::default();
        let id = sources.add(Source::new(file, "x\n".repeat(20)));
        let mut findings: Vec<Diagnostic> = (0..count)
            .map(|line| Diagnostic::new(&MISMATCH, Span::new(id, line * 2, line * 2 + 1), "bad"))
            .collect();
        findings.insert(0, Diagnostic::new(&UNUSED, Span::new(id, 0, 1), "odd"));
        all.push((file, sources, findings));
    }
    let report = Report::new(
        all.iter().map(|(path, sources, findings)| Checked {
            path,
            sources,
            findings,
        }),
        &[],
        Level::Warning,
    );
    insta::assert_snapshot!("github_many", report.render(Format::Github));
}

#[test]
fn fingerprints_differ_within_a_report_and_stay_when_lines_move() {
    let prints = |text: &str| -> Vec<String> {
        let out = one(
            text,
            |id, sources| {
                (0..3)
                    .map(|nth| Diagnostic::new(&MISMATCH, span(sources, id, "same", nth), "m"))
                    .collect()
            },
            Format::Gitlab,
        );
        let issues: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
        issues
            .as_array()
            .expect("a list")
            .iter()
            .map(|issue| issue["fingerprint"].as_str().expect("text").to_owned())
            .collect()
    };
    let before = prints("same line\nsame line\nsame other\n");
    let after = prints("# more\n\n\n  same   line\nsame line\n# x\nsame other\n");
    assert_eq!(before, after);
    let mut distinct = before.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 3);
}

#[test]
fn what_two_files_both_lead_to_is_said_once() {
    let (sources, findings) = sample();
    let (again, same) = sample();
    let checked = [(&sources, &findings), (&again, &same)].map(|(sources, findings)| Checked {
        path: "specs/checkout.deploy",
        sources,
        findings,
    });
    let report = Report::new(checked, &[], Level::Error);
    assert_eq!(report.summary(), "1 error, 1 warning, 1 note in 2 files");
    assert!(report.failed());
}

#[test]
fn a_level_decides_what_fails() {
    let (sources, findings) = sample();
    let only = |level: Level, fails: Level| {
        let findings: Vec<Diagnostic> = findings
            .iter()
            .filter(|finding| finding.level == level)
            .cloned()
            .collect();
        let checked = Checked {
            path: "specs/checkout.deploy",
            sources: &sources,
            findings: &findings,
        };
        Report::new([checked], &[], fails).failed()
    };
    assert!(!only(Level::Note, Level::Warning));
    assert!(only(Level::Note, Level::Note));
    assert!(!only(Level::Warning, Level::Error));
    assert!(only(Level::Error, Level::Error));
}
