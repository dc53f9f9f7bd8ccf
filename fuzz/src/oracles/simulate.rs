//! Every plan is run to its end in any world, the same way each time, and what happens has an order.

use std::collections::BTreeMap;

use deployc::compile;
use deployc::plan::{Exact, Node, Plan, Work};
use deployc::simulate::{
    Happening, Judged, Recording, Timeline, Trial, mutants, noticed, run_test, run_tests,
};

use super::spec::{self, PATH, check};
use super::{Failure, Verdict, failure};
use crate::faults::Random;

/// So many events are more than any of these plans can have: a watch of a day that looks each second has five in
/// a round.
const MOST_EVENTS: usize = 500_000;

pub fn holds(bytes: &[u8]) -> Verdict {
    let text = spec::text(bytes);
    let Some(plan) = compile::plan(&check(&text)) else {
        return Ok(false);
    };
    let mut random = spec::random(&text);
    let judged = run_tests(&plan, &[]);
    for one in &judged {
        ordered(&plan, &one.timeline)?;
    }
    // In a world that nobody wrote: each metric has a recorded life of its own.
    let recordings = recorded(&plan, &mut random);
    let node = empty_test(&plan, &judged, &mut random);
    let Some(node) = node else { return Ok(true) };
    let trial = Trial { node: &node };
    let run = run_test(&plan, trial, &recordings);
    ordered(&plan, &run.timeline)?;
    match random.below(4) {
        0 => {
            let again = run_test(&plan, trial, &recordings);
            let text = |judged: &Judged| serde_json::to_string(judged).unwrap_or_default();
            if text(&run) != text(&again) {
                return Err(failure("two runs differ", format!("{run:?}")));
            }
        }
        1 => {
            let all = mutants(&plan, PATH);
            if !all.is_empty() {
                let mutant = &all[random.below(all.len())];
                let tests: Vec<String> = judged
                    .iter()
                    .filter(|one| one.passed)
                    .map(|one| one.id.clone())
                    .collect();
                noticed(&plan, mutant, &tests, &[]);
            }
        }
        _ => {}
    }
    Ok(true)
}

/// A test of the plan, perhaps without what it gives and expects.
fn empty_test(plan: &Plan, judged: &[Judged], random: &mut Random) -> Option<Node> {
    let mut node = match judged.is_empty() {
        true => plan.nodes.first()?.clone(),
        false => {
            let id = &judged[random.below(judged.len())].id;
            plan.node(id)?.clone()
        }
    };
    if !matches!(node.work, Work::Test { .. }) || random.below(2) == 0 {
        node.children.clear();
        node.work = Work::Test {
            given: Vec::new(),
            expect: Vec::new(),
        };
    }
    Some(node)
}

fn recorded(plan: &Plan, random: &mut Random) -> Vec<Recording> {
    let mut recordings = Vec::new();
    for metric in &plan.metrics {
        if random.below(4) == 0 {
            continue;
        }
        let mut at = -600 + random.below(1200) as i64;
        let mut samples = Vec::new();
        for _ in 0..1 + random.below(8) {
            let value = match random.below(5) {
                0 => None,
                1 => Some(Exact::whole(0)),
                2 => Exact::fraction(1 + random.below(200) as i128, 1000),
                3 => Some(Exact::whole(random.below(10_000) as i64)),
                _ => Exact::fraction(-(random.below(100) as i128), 7),
            };
            samples.push((at, value));
            at += [1, 15, 60, 299, 300, 301, 3600][random.below(7)];
        }
        recordings.push(Recording {
            metric: metric.name.clone(),
            labels: Vec::new(),
            samples,
        });
    }
    recordings
}

/// Time goes on, the end is the end, and what ends has begun.
fn ordered(plan: &Plan, timeline: &Timeline) -> Result<(), Failure> {
    let wrong = |kind: &str, detail: String| Err(failure(kind, detail));
    let words = || {
        let lines: Vec<String> = timeline
            .events
            .iter()
            .map(|event| format!("{} {}", event.time, event.words))
            .collect();
        lines.join("\n")
    };
    let Some(last) = timeline.events.last() else {
        return wrong("nothing happens at all", String::new());
    };
    if timeline.events.len() > MOST_EVENTS {
        return wrong(
            "more happens than can happen",
            format!("{}", timeline.events.len()),
        );
    }
    let over = |what: &Happening| matches!(what, Happening::Over { .. });
    if timeline
        .events
        .iter()
        .filter(|event| over(&event.what))
        .count()
        != 1
        || !over(&last.what)
    {
        return wrong("the end is not the end", words());
    }
    if let Happening::Over { outcome, .. } = &last.what
        && *outcome != timeline.outcome
    {
        return wrong("two ends", words());
    }
    if last.at != timeline.ended_seconds {
        return wrong("it ends at another time than it ends", words());
    }
    if !timeline.events.is_sorted_by_key(|event| event.at) {
        return wrong("time goes backwards", words());
    }
    let mut begun: BTreeMap<&str, i64> = BTreeMap::new();
    let mut rollbacks = 0;
    for event in &timeline.events {
        let Some(id) = event.node.as_deref() else {
            continue;
        };
        let Some(node) = plan.node(id) else {
            return wrong(
                "something happens to a node that is not there",
                id.to_owned(),
            );
        };
        match &event.what {
            Happening::Began => {
                *begun.entry(id).or_default() += 1;
                rollbacks += usize::from(node.work == Work::Rollback);
            }
            Happening::Ended
                if !begun.contains_key(id) && !matches!(node.work, Work::Every { .. }) =>
            {
                return wrong(
                    "a node ends that did not begin",
                    format!("{id}\n{}", words()),
                );
            }
            _ => {}
        }
    }
    match rollbacks {
        0 | 1 => Ok(()),
        _ => wrong("two rollbacks", words()),
    }
}
