//! The tests of a plan: what is expected against what happened.

use serde::Serialize;

use super::decisions::{Decisions, decides};
use super::record::Recording;
use super::scenario;
use super::timeline::{Moment, Timeline};
use super::world::{World, answer, same};
use crate::engine::{Happening, Outcome, action_words, offset, time};
use crate::plan::{
    Action, Condition, Decided, Deed, Event, Exact, Expected, Node, Plan, Work, duration_text,
};
use crate::source::Span;

/// A test of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'p> {
    /// Its node.
    pub node: &'p Node,
}

/// What became of a test.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The file it is written in.
    pub file: String,
    /// Its line, one-based.
    pub line: u32,
    /// Whether all that is expected came.
    pub passed: bool,
    /// What is expected, in the order written.
    pub expectations: Vec<Judgement>,
    /// What stands in the test and can have no effect, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// What happened.
    pub timeline: Timeline,
}

/// What became of one expectation.
#[derive(Clone, Debug, Serialize)]
pub struct Judgement {
    /// What is expected, in the words of the language.
    pub expected: String,
    /// Whether it came so.
    pub met: bool,
    /// What came instead; empty where it was met.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub found: String,
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
}

/// Something in a test that can have no effect.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// One lower-case sentence without a full stop.
    pub message: String,
    /// Where it is written.
    #[serde(skip)]
    pub span: Span,
}

impl<'p> Trial<'p> {
    /// The tests of a plan, in the order written.
    pub fn all(plan: &'p Plan) -> Vec<Trial<'p>> {
        plan.of_kind("test").map(|node| Trial { node }).collect()
    }
}

/// Runs all tests of a plan, in the order written.
pub fn run_tests(plan: &Plan, recordings: &[Recording]) -> Vec<Judged> {
    Trial::all(plan)
        .into_iter()
        .map(|trial| run_test(plan, trial, recordings))
        .collect()
}

/// Runs one test of a plan.
pub fn run_test(plan: &Plan, trial: Trial<'_>, recordings: &[Recording]) -> Judged {
    let node = trial.node;
    let (given, expect) = match &node.work {
        Work::Test { given, expect } => (given.as_slice(), expect.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let world = World::new(given, plan.deployment.starts.as_ref()).with_recordings(recordings);
    let mut problems = Vec::new();
    for line in given {
        let words = line.text.to_string();
        if line.metric.is_none() && !words.is_empty() && !is_asked(plan, &words) {
            problems.push(Problem {
                message: format!("no condition of the deployment asks whether \"{words}\""),
                span: line.span,
            });
        }
    }
    if expect.is_empty() {
        problems.push(Problem {
            message: "the test expects nothing".into(),
            span: given.first().map_or(Span::default(), |line| line.span),
        });
    }
    let decisions = Decisions::new(given);
    for line in given {
        if let Some(Decided::Parameter { parameter, .. }) = &line.decided
            && !decides(plan, parameter)
        {
            problems.push(Problem {
                message: format!(
                    "`{parameter}` decides nothing: it only reaches commands and texts, and a test runs no commands"
                ),
                span: line.span,
            });
        }
    }
    let fitted = decisions.fitted(plan);
    let timeline = scenario::run(&fitted, world, decisions);
    let expectations: Vec<Judgement> = expect
        .iter()
        .map(|expected| judge(plan, expected, &timeline))
        .collect();
    Judged {
        id: node.id.clone(),
        title: node.title.to_string(),
        file: node.origin.file.clone(),
        line: node.origin.line,
        passed: problems.is_empty() && expectations.iter().all(|judgement| judgement.met),
        expectations,
        problems,
        timeline,
    }
}

/// Whether some condition or reason of a plan consists of these words.
fn is_asked(plan: &Plan, words: &str) -> bool {
    plan.walk().any(|node| {
        let titled = matches!(
            node.work,
            Work::When { holds: None }
                | Work::Check { holds: None }
                | Work::Require { holds: None }
                | Work::Bound { holds: None }
        ) && same(&node.title.to_string(), words);
        let mut asserted = false;
        if let Some(holds) = node.work.holds() {
            holds.walk(&mut |condition| {
                if let Condition::Asserted { text, .. } = condition {
                    asserted |= same(&text.to_string(), words);
                }
            });
        }
        titled || asserted || answer(words, node).is_some()
    })
}

/// What is expected against what happened.
fn judge(plan: &Plan, expected: &Expected, timeline: &Timeline) -> Judgement {
    let start = plan.deployment.starts.as_ref();
    let at = expected.at.as_ref().and_then(|at| offset(at, start));
    let within = expected.within.as_ref().map(|within| within.value);
    let all: Vec<&Moment> = timeline
        .events
        .iter()
        .filter(|moment| is_it(&expected.event, moment))
        .collect();
    let fits = |moment: &&&Moment| {
        let soon = within.is_none_or(|within| {
            let since = since_change(timeline, moment.at);
            Exact::whole(since) <= within
        });
        soon && at.is_none_or(|at| at == moment.at)
    };
    let fitting = all.iter().find(fits);
    let found = match (expected.never, fitting, all.first()) {
        (true, None, _) | (false, Some(_), _) => String::new(),
        (true, Some(moment), _) => format!("it came at {}", time(moment.at)),
        (false, None, Some(moment)) if within.is_some() => format!(
            "it came at {}, {} after what changed before it",
            time(moment.at),
            duration_text(Exact::whole(since_change(timeline, moment.at)))
        ),
        (false, None, Some(moment)) => format!("it came at {}", time(moment.at)),
        (false, None, None) => format!("it did not come; the end: {}", ending(timeline)),
    };
    Judgement {
        expected: words(expected),
        met: found.is_empty(),
        found,
        span: expected.span,
    }
}

fn ending(timeline: &Timeline) -> String {
    let why = timeline.events.last().map(|moment| match &moment.what {
        Happening::Over { why, .. } => why.clone(),
        _ => String::new(),
    });
    let words = timeline.outcome.words();
    match why.filter(|why| !why.is_empty()) {
        Some(why) => format!("{words} at {}, {why}", time(timeline.ended_seconds)),
        None => format!("{words} at {}", time(timeline.ended_seconds)),
    }
}

/// Seconds from the last change of what is given to a moment; from the first event where nothing
/// had changed.
fn since_change(timeline: &Timeline, at: i64) -> i64 {
    let first = timeline.events.first().map_or(at, |moment| moment.at);
    let last = timeline.changes.iter().rev().find(|change| **change <= at);
    at - last.copied().unwrap_or(first).max(first)
}

/// Whether a moment is what an expectation speaks of.
fn is_it(event: &Event, moment: &Moment) -> bool {
    match event {
        Event::Reached { node } => match (&moment.what, node.as_str()) {
            (Happening::Over { outcome, .. }, "success") => *outcome == Outcome::Success,
            (Happening::Over { outcome, .. }, "failure") => *outcome == Outcome::Failure,
            (Happening::Began | Happening::Fired { .. }, _) => moment.node.as_deref() == Some(node),
            (_, _) => false,
        },
        Event::Acted { action } => match &moment.what {
            Happening::Acted { deed } => is_deed(action, deed),
            Happening::Told { whom } => match &action.deed {
                Deed::Notify(_) => whom.starts_with(&action_words(action)),
                _ => false,
            },
            _ => false,
        },
    }
}

fn is_deed(action: &Action, deed: &Deed) -> bool {
    match (&action.deed, deed) {
        (Deed::Rollback { rollback: one }, Deed::Rollback { rollback: other })
        | (Deed::Do { procedure: one }, Deed::Do { procedure: other }) => one == other,
        (Deed::Pause, Deed::Pause) | (Deed::Stop, Deed::Stop) | (Deed::Skip, Deed::Skip) => true,
        (Deed::Retry { times }, Deed::Retry { times: other }) => times.is_none() || times == other,
        (Deed::Page { roles: some }, Deed::Page { roles: all }) => {
            some.iter().all(|role| all.contains(role))
        }
        (Deed::Notify(some), Deed::Notify(all)) => {
            some.channels.iter().all(|one| all.channels.contains(one))
                && some.roles.iter().all(|one| all.roles.contains(one))
                && (some.text.is_empty() || same(&some.text.to_string(), &all.text.to_string()))
                && (some.message.is_none() || some.message == all.message)
        }
        (Deed::Instruct { text: one }, Deed::Instruct { text: other }) => {
            same(&one.to_string(), &other.to_string())
        }
        (_, _) => false,
    }
}

/// An expectation in the words of the language.
fn words(expected: &Expected) -> String {
    let mut words = String::from("expect ");
    if expected.never {
        words.push_str("never ");
    }
    match &expected.event {
        Event::Reached { node } => words.push_str(node),
        Event::Acted { action } => words.push_str(&action_words(action)),
    }
    if let Some(within) = &expected.within {
        words.push_str(&format!(" within {within}"));
    }
    if let Some(at) = &expected.at {
        words.push_str(&format!(" at {at}"));
    }
    words
}
