//! What was found stays a test: each file of `tests/found` once broke a promise that is made for any bytes
//! (`docs/reliability.md`). Each is read, formatted, fixed, built for every target and run here; `.ci/fuzz` tries
//! them before anything else.

use std::ops::Range;
use std::path::Path;

use deployc::backend::graph::{Form, View, chart};
use deployc::backend::timeline::{Paper, timeline};
use deployc::backend::{Embedded, account};
use deployc::catalogue::BACKENDS;
use deployc::compile::{self, Compilation};
use deployc::diagnostic::Fix;
use deployc::parallel;
use deployc::plan::Plan;
use deployc::report::{Checked, Format, Report};
use deployc::simulate::run_tests;
use deployc::source::{NoFiles, SourceId};
use deployc::syntax;

/// After so many rounds of safe fixes nothing may be left to fix.
const ROUNDS: usize = 12;

/// The files by name, as text: bytes that are none become U+FFFD.
fn found() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/found");
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut found: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.expect("the entry can be read").path();
            let bytes = std::fs::read(&path).expect("the file can be read");
            let name = path.file_name().expect("a name").display().to_string();
            (name, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    found.sort();
    found
}

fn check(text: &str) -> Compilation {
    compile::check("found.deploy", text.to_owned(), &NoFiles)
}

fn formatted(text: &str) -> String {
    let (file, _) = syntax::parse(SourceId::default(), text);
    syntax::format(&file, text)
}

/// Text without white space.
fn dense(text: &str) -> String {
    text.chars()
        .filter(|letter| !matches!(letter, ' ' | '\t' | '\r' | '\n'))
        .collect()
}

#[test]
fn what_is_said_of_it_stands_in_it() {
    for (name, text) in found() {
        let compilation = check(&text);
        // Characters that hide are told one by one.
        let said = compilation.diagnostics.iter();
        let said = said
            .filter(|finding| finding.rule.name != "hidden-character")
            .count();
        assert!(
            said <= 200 + 12 * text.lines().count(),
            "{name}: {said} findings"
        );
        for finding in &compilation.diagnostics {
            let edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
            let spans = edits
                .map(|edit| edit.span)
                .chain(finding.secondary.iter().map(|label| label.span))
                .chain([finding.primary.span]);
            for span in spans {
                let source = compilation.sources.get(span.source);
                let inside = source.text().get(span.range()).is_some();
                assert!(inside, "{name}: {span:?} {}", finding.message);
            }
        }
        let (file, _) = syntax::parse(SourceId::default(), &text);
        let mut end = 0;
        for piece in &file.pieces {
            assert_eq!(piece.offset() as usize, end, "{name}");
            end += piece.text().len();
        }
        assert!(!file.readable || end == text.len(), "{name}");
        let checked = Checked {
            path: "found.deploy",
            sources: &compilation.sources,
            findings: &compilation.diagnostics,
        };
        let report = Report::new([checked], &[], deployc::diagnostic::Level::Error);
        for format in [Format::Short, Format::Json, Format::Sarif, Format::Github] {
            report.render(format);
        }
    }
}

#[test]
fn it_has_one_form() {
    for (name, text) in found() {
        let once = formatted(&text);
        assert_eq!(dense(&once), dense(&text), "{name}");
        assert_eq!(formatted(&once), once, "{name}");
        let codes = |text: &str| {
            let found = check(text).diagnostics;
            let mut codes: Vec<_> = found.iter().map(|finding| finding.rule.code).collect();
            codes.retain(|code| *code != "D0108");
            codes.sort_unstable();
            codes
        };
        assert_eq!(codes(&once), codes(&text), "{name}");
    }
}

/// The text with edits that do not overlap; the ones that come first are taken.
fn applied<'f>(text: &str, fixes: impl Iterator<Item = &'f Fix>) -> String {
    let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
    for fix in fixes {
        let free = fix.edits.iter().all(|edit| {
            let range = edit.span.range();
            edit.span.source == SourceId::default()
                && edits
                    .iter()
                    .all(|(other, _)| range.end < other.start || other.end < range.start)
        });
        if free {
            let new = fix.edits.iter();
            edits.extend(new.map(|edit| (edit.span.range(), edit.text.as_str())));
        }
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = text.to_owned();
    for (range, new) in edits.into_iter().rev() {
        out.replace_range(range, new);
    }
    out
}

#[test]
fn safe_fixes_come_to_an_end() {
    for (name, mut text) in found() {
        let mut rounds = 0;
        loop {
            let compilation = check(&text);
            let safe = compilation
                .diagnostics
                .iter()
                .filter_map(|finding| finding.fixes.iter().find(|fix| fix.safe));
            let fixed = applied(&text, safe);
            if fixed == text {
                break;
            }
            rounds += 1;
            assert!(rounds < ROUNDS, "{name}: {fixed:?}");
            text = fixed;
        }
    }
}

#[test]
fn an_offered_fix_mends_its_finding() {
    for (name, text) in found() {
        let before = check(&text).diagnostics;
        for finding in &before {
            let same = |text: &str| {
                let all = check(text).diagnostics;
                let same = all.iter().filter(|other| {
                    other.rule.code == finding.rule.code && other.message == finding.message
                });
                same.count()
            };
            for fix in &finding.fixes {
                let fixed = applied(&text, std::iter::once(fix));
                assert!(fixed != text, "{name}: {}", fix.title);
                // What can't be read may show more of its kind behind the place that was mended.
                let reads = finding.rule.code >= "D02";
                assert!(
                    !reads || same(&fixed) < same(&text),
                    "{name}: {}: {fixed}",
                    fix.title
                );
            }
        }
    }
}

fn built(plan: &Plan) {
    for backend in BACKENDS {
        account(*backend, plan);
        let artifacts = backend.emit(plan, "found", &Embedded).expect("it is built");
        for artifact in artifacts {
            assert!(artifact.text.ends_with('\n'), "{}", artifact.path);
        }
    }
    if let Some(chart) = chart(plan, View::Whole) {
        for form in [Form::Mermaid, Form::Dot, Form::Svg] {
            chart.write(form);
        }
    }
    if let Some(timeline) = timeline(plan) {
        timeline.svg();
        timeline.text(Paper {
            width: 80,
            ascii: true,
            color: false,
        });
    }
    run_tests(plan, &[]);
}

#[test]
fn every_target_is_built_from_it() {
    let found = found();
    let mut plans = 0;
    for (_, text) in &found {
        if let Some(plan) = compile::plan(&check(text)) {
            built(&plan);
            plans += 1;
        }
    }
    println!("{plans} of {} have a plan", found.len());
    assert!(plans > 0);
}

/// Runs of what hides, also of more than one character: a fix of one makes room for the next, and all are gone soon.
#[test]
fn a_run_of_what_hides_is_fixed_as_a_whole() {
    let hides = [
        "\u{2800}",
        "\u{200b}",
        "\u{feff}",
        "\u{a0}",
        "\u{3000}",
        "\u{85}",
        "\u{2028}",
        "\r",
        "\u{c}",
        "\u{2800}\u{a0}",
        "\u{85}\u{2800}",
        "\u{a0}\u{85}",
        "\u{2060}\u{2028}\u{3000}",
    ];
    let places = [
        ("", ""),
        ("role lead", ""),
        ("role", " lead"),
        ("role ", "lead"),
    ];
    let runs: Vec<String> = hides
        .iter()
        .flat_map(|hidden| {
            places.map(|(before, behind)| {
                format!("edition 2026\n{before}{}{behind}\n", hidden.repeat(90))
            })
        })
        .collect();
    parallel::each(&runs, |run| {
        let mut text = run.clone();
        for _ in 0..ROUNDS {
            let compilation = check(&text);
            let safe = compilation
                .diagnostics
                .iter()
                .filter_map(|finding| finding.fixes.iter().find(|fix| fix.safe));
            let fixed = applied(&text, safe);
            if fixed == text {
                let left = text.replace("\r\n", "\n");
                let left = left.chars().filter(|letter| !letter.is_ascii_graphic());
                let left: String = left
                    .filter(|letter| !matches!(letter, ' ' | '\n'))
                    .collect();
                assert!(left.is_empty(), "{run:?} became {text:?}");
                return;
            }
            text = fixed;
        }
        panic!("{run:?} is {text:?} after {ROUNDS} rounds");
    });
}
