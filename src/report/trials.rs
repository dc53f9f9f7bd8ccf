//! What became of the tests of specs: for people with the timeline that happened next to what was
//! expected, as one JSON document, and as JUnit's XML.

use std::fmt::Write;

use serde_json::json;

use super::junit::xml;
use super::visible::{visible_line, visible_text};
use super::{Failure, Look, counted, human};
use crate::diagnostic::{Category, Diagnostic, Level, Rule};
use crate::simulate::{Judged, Moment};
use crate::source::{Sources, Span};

/// The tests of one spec.
#[derive(Clone, Copy, Debug)]
pub struct Tested<'a> {
    /// The name of the file as it is shown.
    pub path: &'a str,
    /// Every file that took part.
    pub sources: &'a Sources,
    /// What became of its tests, in the order written.
    pub judged: &'a [Judged],
}

/// The views of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialFormat {
    /// For people.
    Human {
        /// How it looks.
        look: Look,
        /// Whether the timeline of a test that passed is shown too.
        timelines: bool,
    },
    /// One JSON document.
    Json,
    /// JUnit's XML.
    Junit,
}

/// The version of the JSON document's shape.
const VERSION: u32 = 1;
/// Of a timeline, at most so many lines are drawn.
const MOST_LINES: usize = 60;

/// What has no rule behind it and no code to look up.
static NO_RULE: Rule = Rule {
    code: "",
    name: "",
    category: Category::Structure,
    level: Level::Error,
    summary: "",
    page: "",
    bad: "",
    good: "",
    allowable: false,
};

/// A finding that no rule made.
pub(super) fn remark(level: Level, span: Span, message: String) -> Diagnostic {
    Diagnostic {
        level,
        ..Diagnostic::new(&NO_RULE, span, message)
    }
}

/// What became of tests, as text with a line break at its end.
pub fn trials(tested: &[Tested<'_>], failures: &[Failure], format: TrialFormat) -> String {
    match format {
        TrialFormat::Human { look, timelines } => people(tested, failures, look, timelines),
        TrialFormat::Json => document(tested, failures),
        TrialFormat::Junit => junit(tested, failures),
    }
}

fn people(tested: &[Tested<'_>], failures: &[Failure], look: Look, timelines: bool) -> String {
    let mut out = String::new();
    let mut passed = 0;
    let mut failed = 0;
    for one in tested {
        for judged in one.judged {
            match judged.passed {
                true => {
                    passed += 1;
                    if !look.quiet || timelines {
                        let _ = writeln!(
                            out,
                            "{} {} ({}:{})",
                            paint(look, "32", "pass"),
                            visible_line(&judged.title),
                            visible_line(&judged.file),
                            judged.line,
                        );
                    }
                    if timelines {
                        out.push_str(&story(judged, look));
                        out.push('\n');
                    }
                }
                false => {
                    failed += 1;
                    let _ = writeln!(
                        out,
                        "{} {} ({}:{})\n",
                        paint(look, "1;31", "FAIL"),
                        visible_line(&judged.title),
                        visible_line(&judged.file),
                        judged.line,
                    );
                    failure(&mut out, one.sources, judged, look);
                }
            }
        }
    }
    if !look.quiet {
        let files = counted(tested.len(), "file");
        let mut line = match (passed, failed) {
            (0, 0) => format!("no tests in {files}"),
            (passed, 0) => format!("{} passed in {files}", counted(passed, "test")),
            (passed, failed) => format!(
                "{failed} of {} failed in {files}",
                counted(passed + failed, "test")
            ),
        };
        if !failures.is_empty() {
            let _ = write!(
                line,
                "; {} could not be tested",
                counted(failures.len(), "file")
            );
        }
        let _ = writeln!(out, "{line}");
    }
    out
}

/// What was expected and did not come, and what came.
fn failure(out: &mut String, sources: &Sources, judged: &Judged, look: Look) {
    for problem in &judged.problems {
        let remark = remark(Level::Error, problem.span, problem.message.clone());
        out.push_str(&human::alone(sources, &remark, look));
    }
    for judgement in judged.expectations.iter().filter(|one| !one.met) {
        let message = format!("`{}` is not what happened", judgement.expected);
        let remark = remark(Level::Error, judgement.span, message).label(judgement.found.clone());
        out.push_str(&human::alone(sources, &remark, look));
    }
    let met: Vec<&str> = judged
        .expectations
        .iter()
        .filter(|judgement| judgement.met)
        .map(|judgement| judgement.expected.as_str())
        .collect();
    if !met.is_empty() {
        let _ = writeln!(out, "  as expected: `{}`\n", met.join("`, `"));
    }
    let _ = writeln!(out, "  What happened:");
    out.push_str(&story(judged, look));
    out.push('\n');
}

/// The landmarks of a timeline, a line for each.
pub(super) fn story(judged: &Judged, look: Look) -> String {
    let moments: Vec<&Moment> = judged
        .timeline
        .events
        .iter()
        .filter(|moment| moment.landmark)
        .collect();
    let days = moments
        .iter()
        .filter_map(|moment| moment.clock.as_ref())
        .map(|clock| clock.date())
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    let clock = |moment: &Moment| match &moment.clock {
        None => String::new(),
        Some(instant) => {
            let time = instant.to_string();
            let mut words = time.split(' ');
            let (date, time) = (words.next(), words.next().unwrap_or_default());
            match days {
                0 | 1 => time.to_owned(),
                _ => format!("{} {time}", date.and_then(|d| d.get(5..)).unwrap_or("")),
            }
        }
    };
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for moment in &moments {
        rows.push((moment.time.clone(), clock(moment), moment.words.clone()));
    }
    let widest = |column: fn(&(String, String, String)) -> &String| {
        rows.iter()
            .map(|row| column(row).chars().count())
            .max()
            .unwrap_or(0)
    };
    let (first, second) = (widest(|row| &row.0), widest(|row| &row.1));
    let mut out = String::new();
    let hidden = rows.len().saturating_sub(MOST_LINES);
    let mut last = None;
    for (index, (time, clock, words)) in rows.iter().enumerate() {
        // What is left out lies in the middle: how it began and how it ended tell most.
        if hidden > 0 && (MOST_LINES / 2..MOST_LINES / 2 + hidden).contains(&index) {
            if index == MOST_LINES / 2 {
                let _ = writeln!(out, "    {} more", counted(hidden, "event"));
            }
            continue;
        }
        let (shown, shown_clock) = match last == Some(time) {
            true => ("", ""),
            false => (time.as_str(), clock.as_str()),
        };
        last = Some(time);
        let when = format!("{shown:<first$}  {shown_clock:<second$}");
        let _ = writeln!(
            out,
            "    {}  {}",
            paint(look, "2", &when),
            visible_line(words)
        );
    }
    out
}

pub(super) fn paint(look: Look, code: &str, text: &str) -> String {
    match look.color {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    }
}

fn document(tested: &[Tested<'_>], failures: &[Failure]) -> String {
    let tests: Vec<&Judged> = tested.iter().flat_map(|one| one.judged).collect();
    let document = json!({
        "version": VERSION,
        "tests": tests,
        "failures": failures
            .iter()
            .map(|failure| json!({ "path": failure.path, "message": failure.message }))
            .collect::<Vec<_>>(),
        "passed": tests.iter().filter(|judged| judged.passed).count(),
        "failed": tests.iter().filter(|judged| !judged.passed).count(),
    });
    format!("{document:#}\n")
}

fn junit(tested: &[Tested<'_>], failures: &[Failure]) -> String {
    let count = |judged: &[Judged]| {
        (
            judged.len(),
            judged.iter().filter(|one| !one.passed).count(),
        )
    };
    let (mut tests, mut failed) = (0, 0);
    for one in tested {
        let (all, bad) = count(one.judged);
        tests += all;
        failed += bad;
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"deployc test\" tests=\"{}\" failures=\"{failed}\" errors=\"{}\">",
        tests + failures.len(),
        failures.len(),
    );
    for failure in failures {
        let path = xml(&visible_line(&failure.path));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
             <testcase name=\"can be tested\" classname=\"{path}\">\n      \
             <error message=\"{}\" type=\"could-not-test\"/>\n    </testcase>\n  </testsuite>",
            xml(&visible_line(&failure.message)),
        );
    }
    for one in tested {
        let path = xml(&visible_line(one.path));
        let (all, bad) = count(one.judged);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"{all}\" failures=\"{bad}\" errors=\"0\">"
        );
        for judged in one.judged {
            let name = xml(&visible_line(&judged.title));
            if judged.passed {
                let _ = writeln!(
                    out,
                    "    <testcase name=\"{name}\" classname=\"{path}\" file=\"{}\" line=\"{}\"/>",
                    xml(&visible_line(&judged.file)),
                    judged.line
                );
                continue;
            }
            let mut reasons: Vec<String> = judged
                .problems
                .iter()
                .map(|problem| problem.message.clone())
                .collect();
            reasons.extend(
                judged
                    .expectations
                    .iter()
                    .filter(|judgement| !judgement.met)
                    .map(|judgement| format!("{}: {}", judgement.expected, judgement.found)),
            );
            let text = format!("{}\n{}", reasons.join("\n"), story(judged, Look::default()));
            let _ = writeln!(
                out,
                "    <testcase name=\"{name}\" classname=\"{path}\" file=\"{}\" line=\"{}\">\n      \
                 <failure message=\"{}\" type=\"expectation\">{}</failure>\n    </testcase>",
                xml(&visible_line(&judged.file)),
                judged.line,
                xml(&visible_line(&reasons.join("; "))),
                xml(&visible_text(&text)),
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}
