//! The engines of order and time against brute force: small specs are made at random, and what the
//! compiler says of them is compared with what trying everything says.

use std::collections::{BTreeMap, BTreeSet};

use deployc::compile;
use deployc::graph;
use deployc::schedule::Placing;
use deployc::source::NoFiles;
use proptest::prelude::*;

/// A phase: what it comes after, when it is said to begin, and how long its holds last, in minutes.
#[derive(Clone, Debug)]
struct Phase {
    after: Vec<usize>,
    at: Option<i64>,
    holds: Vec<i64>,
    takes: Option<i64>,
}

fn phases() -> impl Strategy<Value = Vec<Phase>> {
    let phase = (
        proptest::collection::vec(0usize..6, 0..3),
        proptest::option::weighted(0.3, -120i64..240),
        proptest::collection::vec(1i64..60, 0..3),
        proptest::option::weighted(0.3, 1i64..90),
    );
    proptest::collection::vec(phase, 1..6).prop_map(|raw| {
        let count = raw.len();
        raw.into_iter()
            .map(|(after, at, holds, takes)| Phase {
                after: after
                    .into_iter()
                    .map(|to| to % count)
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
                at,
                holds,
                takes,
            })
            .collect()
    })
}

/// Phases that come after earlier ones alone, so that there is no circle.
fn ordered() -> impl Strategy<Value = Vec<Phase>> {
    phases().prop_map(|mut phases| {
        for (index, phase) in phases.iter_mut().enumerate() {
            phase.after.retain(|to| *to < index);
        }
        phases
    })
}

fn spec(phases: &[Phase]) -> String {
    let mut text = String::from(
        "edition 2026\n\ndeployment \"Made\" {\n  version \"v1\"\n  starts 2026-10-26 07:00 UTC\n}\n",
    );
    for (index, phase) in phases.iter().enumerate() {
        text.push_str(&format!("\nphase p{index} \"Phase {index}\""));
        if let Some(at) = phase.at {
            let sign = if at < 0 { '-' } else { '+' };
            text.push_str(&format!(" at T{sign}{}m", at.abs()));
        }
        if let Some(takes) = phase.takes {
            text.push_str(&format!(" takes {takes}m"));
        }
        let after: Vec<String> = phase.after.iter().map(|to| format!("p{to}")).collect();
        if !after.is_empty() {
            text.push_str(&format!(" after {}", after.join(", ")));
        }
        text.push_str(" {\n");
        for hold in &phase.holds {
            text.push_str(&format!("  hold {hold}m\n"));
        }
        text.push_str("  check \"It works\"\n}\n");
    }
    text
}

/// What each phase waits for: what it names, or the phase above it.
fn waits(phases: &[Phase]) -> Vec<Vec<usize>> {
    phases
        .iter()
        .enumerate()
        .map(|(index, phase)| match phase.after.as_slice() {
            [] => index.checked_sub(1).into_iter().collect(),
            after => after.to_vec(),
        })
        .collect()
}

/// All that can be reached from a phase by going back to what it waits for.
fn behind(waits: &[Vec<usize>], from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open = waits[from].clone();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(&waits[next]);
        }
    }
    reached
}

/// Begins and ends in minutes, by trying again until nothing changes any more.
fn times(phases: &[Phase], waits: &[Vec<usize>]) -> Vec<(Option<i64>, Option<i64>)> {
    // Where no phase says when, the first one begins the deployment.
    let anchored = phases.iter().any(|phase| phase.at.is_some());
    let mut times = vec![(None, None); phases.len()];
    for _ in 0..=phases.len() {
        for (index, phase) in phases.iter().enumerate() {
            let done = waits[index].iter().filter_map(|&to| times[to].1).max();
            let first = (!anchored && index == 0).then_some(0);
            let begin: Option<i64> = phase.at.or(done).or(first);
            let inside: i64 = phase.holds.iter().sum();
            let end = begin.map(|begin| begin + inside.max(phase.takes.unwrap_or(0)));
            times[index] = (begin, end);
        }
    }
    times
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_circle_is_found_where_a_phase_waits_for_itself(phases in phases()) {
        let waits = waits(&phases);
        let circular: Vec<usize> = (0..phases.len())
            .filter(|&phase| behind(&waits, phase).contains(&phase))
            .collect();
        let compilation = compile::check("made.deploy", spec(&phases), &NoFiles);
        let found: Vec<&str> = compilation
            .diagnostics
            .iter()
            .filter(|finding| finding.rule.name == "cycle")
            .map(|finding| finding.message.as_str())
            .collect();
        prop_assert_eq!(found.is_empty(), circular.is_empty(), "{:?}", found);
        // Everything that the findings name waits for itself.
        for message in found {
            let named = message.split('`').filter(|word| word.starts_with('p'));
            for name in named {
                let index: usize = name[1..].parse().expect("a number");
                prop_assert!(circular.contains(&index), "{}", message);
            }
        }
    }

    #[test]
    fn the_order_puts_everything_behind_what_it_waits_for(phases in phases()) {
        let waits = waits(&phases);
        let compilation = compile::check("made.deploy", spec(&phases), &NoFiles);
        let (order, circles) = graph::order(&compilation.spec);
        if !circles.is_empty() {
            prop_assert!(order.sequence.is_empty());
            return Ok(());
        }
        let place: BTreeMap<&str, usize> = order
            .sequence
            .iter()
            .enumerate()
            .map(|(at, &node)| (order.nodes[node].id.as_str(), at))
            .collect();
        prop_assert_eq!(place.len(), order.nodes.len());
        for (index, waits) in waits.iter().enumerate() {
            for to in waits {
                let (before, behind) = (format!("p{to}"), format!("p{index}"));
                prop_assert!(place[before.as_str()] < place[behind.as_str()]);
            }
        }
    }

    #[test]
    fn times_add_up_as_they_do_by_hand(phases in ordered()) {
        let waits = waits(&phases);
        let compilation = compile::check("made.deploy", spec(&phases), &NoFiles);
        let (order, circles) = graph::order(&compilation.spec);
        prop_assert!(circles.is_empty());
        let schedules = Placing::new(&compilation.spec).all(&order);
        for (index, (begin, end)) in times(&phases, &waits).into_iter().enumerate() {
            let id = format!("p{index}");
            let place = order.nodes.iter().position(|node| node.id == id).expect("a phase");
            let minutes = |seconds: Option<i64>| seconds.map(|seconds| seconds / 60);
            prop_assert_eq!(minutes(schedules[place].starts_seconds), begin, "begin of p{}", index);
            prop_assert_eq!(minutes(schedules[place].ends_seconds), end, "end of p{}", index);
        }
    }

    #[test]
    fn an_overlap_is_found_where_times_collide(phases in ordered()) {
        let waits = waits(&phases);
        let text = spec(&phases);
        let compilation = compile::check("made.deploy", text, &NoFiles);
        let times = times(&phases, &waits);
        // A phase that is said to begin before something that it waits for has ended.
        let collide = (0..phases.len()).any(|index| {
            phases[index].at.is_some_and(|at| {
                waits[index].iter().any(|&to| times[to].1.is_some_and(|end| end > at))
            })
        });
        let found = compilation.diagnostics.iter().any(|finding| finding.rule.name == "overlap");
        prop_assert_eq!(found, collide);
    }

    #[test]
    fn a_change_without_a_way_back_is_found_where_one_can_be_reached(
        holds in proptest::collection::vec((0i64..60, any::<bool>()), 1..6),
        closes in proptest::collection::vec(1i64..200, 1..3),
    ) {
        // Stretches that follow each other; some change something after their hold.
        let mut text = String::from(
            "edition 2026\n\ndeployment \"Made\" {\n  version \"v1\"\n  starts 2026-10-26 07:00 UTC\n  \
             on failure rollback r0\n}\n\nservice shop {\n  namespace shop\n  workload deployment/shop\n  \
             traffic gateway-api\n}\n",
        );
        for (index, (hold, changes)) in holds.iter().enumerate() {
            text.push_str(&format!("\nphase p{index} \"Phase {index}\" {{\n  hold {hold}m\n"));
            if *changes {
                text.push_str(&format!("  shift shop to {}%\n", index + 1));
            }
            text.push_str("}\n");
        }
        for (index, close) in closes.iter().enumerate() {
            text.push_str(&format!(
                "\nrollback r{index} \"Back {index}\" within 5m valid until T+{close}m {{\n  check \"It is back\"\n}}\n"
            ));
        }
        // Walk through all states: after each change, is there a way back?
        let last = closes.iter().max().copied().unwrap_or(0);
        let mut now = 0;
        let mut lost = false;
        for (hold, changes) in &holds {
            now += hold;
            lost |= *changes && now > last;
        }
        let compilation = compile::check("made.deploy", text, &NoFiles);
        let found = compilation.diagnostics.iter().any(|finding| finding.rule.name == "no-way-back");
        prop_assert_eq!(found, lost);
    }
}
