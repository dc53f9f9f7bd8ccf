//! Which small mistakes in a spec its tests do not notice: for people and as JSON.

use std::fmt::Write;

use serde_json::json;

use super::trials::{paint, remark};
use super::{Look, counted, human};
use crate::diagnostic::Level;
use crate::plan::Origin;
use crate::simulate::Mutant;
use crate::source::{Sources, Span};

/// The mutants of one spec.
#[derive(Debug)]
pub struct Survey<'a> {
    /// Every file that took part.
    pub sources: &'a Sources,
    /// Each mutant, and the title of the test that notices it, in the order written.
    pub mutants: &'a [(Mutant, Option<String>)],
}

/// The version of the JSON document's shape.
const VERSION: u32 = 1;

/// Of all mutants, how many a test notices, in percent, rounded down; 100 where there are none.
pub fn score(surveys: &[Survey<'_>]) -> usize {
    let all: usize = surveys.iter().map(|survey| survey.mutants.len()).sum();
    (noticed(surveys) * 100).checked_div(all).unwrap_or(100)
}

fn noticed(surveys: &[Survey<'_>]) -> usize {
    surveys
        .iter()
        .flat_map(|survey| survey.mutants)
        .filter(|(_, test)| test.is_some())
        .count()
}

/// What no test notices, at its place; mutants of one place are told once.
pub fn survived(surveys: &[Survey<'_>], look: Look) -> String {
    let mut out = String::new();
    for survey in surveys {
        let mut places: Vec<(Span, Vec<&str>)> = Vec::new();
        for (mutant, test) in survey.mutants {
            if test.is_some() {
                continue;
            }
            let span = mutant
                .span
                .unwrap_or_else(|| line(survey.sources, &mutant.origin));
            match places.iter_mut().find(|(place, _)| *place == span) {
                Some((_, all)) => all.push(&mutant.becomes),
                None => places.push((span, vec![&mutant.becomes])),
            }
        }
        for (span, all) in places {
            let words: Vec<String> = all
                .iter()
                .map(|becomes| match *becomes {
                    "nothing" => "nothing at all".to_owned(),
                    becomes => format!("`{becomes}`"),
                })
                .collect();
            let message = format!("no test notices if this is {}", words.join(" or "));
            let remark = remark(Level::Note, span, message);
            out.push_str(&human::alone(survey.sources, &remark, look));
        }
    }
    if !look.quiet {
        let all: usize = surveys.iter().map(|survey| survey.mutants.len()).sum();
        let line = format!(
            "{} of {} noticed: {}%",
            noticed(surveys),
            counted(all, "mutant"),
            score(surveys)
        );
        let _ = writeln!(out, "{}", paint(look, "1", &line));
    }
    out
}

/// All mutants as one JSON document.
pub fn survey_json(surveys: &[Survey<'_>]) -> String {
    let mutants: Vec<serde_json::Value> = surveys
        .iter()
        .flat_map(|survey| survey.mutants)
        .map(|(mutant, test)| {
            json!({
                "node": mutant.node,
                "becomes": mutant.becomes,
                "file": mutant.origin.file,
                "line": mutant.origin.line,
                "noticed_by": test,
            })
        })
        .collect();
    let document = json!({
        "version": VERSION,
        "score_percent": score(surveys),
        "noticed": noticed(surveys),
        "mutants": mutants,
    });
    format!("{document:#}\n")
}

/// The first line of a node.
fn line(sources: &Sources, origin: &Origin) -> Span {
    let file = sources.iter().find(|(_, file)| file.path() == origin.file);
    let Some((id, file)) = file else {
        return Span::default();
    };
    let range = file.line(origin.line).unwrap_or_default();
    let text = &file.text()[range.clone()];
    let indent = text.len() - text.trim_start().len();
    let code = text.split(" {").next().unwrap_or(text).trim_end();
    let start = range.start + indent;
    let end = (range.start + code.len()).max(start);
    Span::new(id, start as u32, end as u32)
}
