//! People who come late, or never, or say no: gates, and rules that pause.

use deployc::backend::argo_rollouts::ArgoRollouts;
use deployc::backend::flagger::Flagger;
use serde_json::Value;

use super::plans::{Fault, HEAD, objects, shows, ways};
use super::rollouts::Says;
use super::way::{End, Seen, Way};
use super::{flagger, rollouts};

const GATED: &str = r#"phase rollout "Rollout" at T {
  shift shop to 10%
  hold first 10m while errors < 1%
  gate go "Go" { approve yes by oncall }
  shift shop to 60%
  hold second 5m while errors < 1%
  gate last "Last" { approve yes by oncall }
  shift shop to 100%
}
severity critical "Critical" {
  when errors > 5%
  then rollback back
}
"#;

const GATED_BLUE_GREEN: &str = r#"phase rollout "Rollout" at T {
  hold tried 10m while errors < 1%
  gate colour "Colour" { approve yes by oncall }
  switch shop to green
}
"#;

const PAUSING: &str = r#"phase rollout "Rollout" at T {
  shift shop to 10%
  hold first 10m while errors < 1%
  shift shop to 60%
  hold second 15m while errors < 1%
  shift shop to 100%
}
severity odd "Odd" {
  when errors > 0.4%
  when latency > 200ms for 3m
  then pause
}
"#;

/// What people say of a gate.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// Yes, from this moment on, in seconds from `T`.
    YesFrom(i64),
    Never,
    No,
}

impl Answer {
    fn said(self, gate: &str) -> String {
        match self {
            Answer::YesFrom(at) => {
                format!("  given \"rollout/{gate}/yes is not answered\" to T+{at}s\n")
            }
            Answer::Never => format!("  given \"rollout/{gate}/yes is not answered\"\n"),
            Answer::No => format!("  given \"rollout/{gate}/yes is rejected\"\n"),
        }
    }
}

const ANSWERS: [Answer; 6] = [
    Answer::YesFrom(300),
    Answer::YesFrom(660),
    Answer::YesFrom(1320),
    Answer::YesFrom(3600),
    Answer::Never,
    Answer::No,
];

/// A fault of the metrics, what people say of which gate, and both as the language says it.
struct Case {
    faults: Vec<Fault>,
    gate: &'static str,
    answer: Answer,
    said: String,
}

fn cases_of(gates: &[&'static str], step: i64) -> Vec<Case> {
    let mut cases = Vec::new();
    for gate in gates {
        for answer in ANSWERS {
            let mut faults: Vec<Vec<Fault>> = vec![Vec::new()];
            for from in (0..=50 * 60).step_by(usize::try_from(step).expect("small")) {
                faults.push(vec![Fault {
                    metric: "errors",
                    written: "7%",
                    value: Some(0.07),
                    from,
                    length: None,
                }]);
            }
            cases.extend(faults.into_iter().map(|faults| Case {
                faults,
                gate,
                answer,
                said: answer.said(gate),
            }));
        }
    }
    cases
}

fn given(cases: &[Case]) -> impl Iterator<Item = (&[Fault], &str)> {
    cases.iter().map(|case| (&case.faults[..], &*case.said))
}

/// What people do to a Rollout. Which gate it is they see by the share.
fn people(case: &Case, at: i64, share: i64) -> Says {
    if share != share_at(case.gate) {
        return Says::GoOn;
    }
    match case.answer {
        Answer::YesFrom(from) if at >= from => Says::GoOn,
        Answer::YesFrom(_) | Answer::Never => Says::Nothing,
        Answer::No => Says::Abort,
    }
}

/// The share at which a gate stands, in percent.
fn share_at(gate: &str) -> i64 {
    match gate {
        "go" => 10,
        "last" => 60,
        _ => 0,
    }
}

#[test]
fn a_rollout_waits_for_people_as_the_plan_does() {
    for (body, gates) in [
        (GATED, &["go", "last"][..]),
        (GATED_BLUE_GREEN, &["colour"][..]),
    ] {
        let cases = cases_of(gates, 300);
        let (plan, ways) = ways(&format!("{HEAD}{body}"), given(&cases));
        let objects = objects(&ArgoRollouts, &plan);
        let mut seen = Seen::default();
        for (case, planned) in cases.iter().zip(&ways) {
            let world = |metric: &str, moment: i64| shows(&case.faults, metric, moment);
            let way = rollouts::run(&objects, &world, &|at, share| people(case, at, share));
            assert_eq!(
                way, *planned,
                "{} {:?} {:?}",
                case.gate, case.answer, case.faults
            );
            seen.add(&way);
        }
        seen.is_enough();
    }
}

#[test]
fn a_rule_that_pauses_stops_a_rollout_until_a_person_lets_it_go_on() {
    let mut all = Vec::new();
    for (metric, written, value) in [("errors", "0.5%", 0.005), ("latency", "300ms", 0.3)] {
        for from in (60..=28 * 60).step_by(60) {
            for length in [Some(60), Some(300), Some(900), None] {
                all.push(vec![Fault {
                    metric,
                    written,
                    value: Some(value),
                    from,
                    length,
                }]);
            }
        }
    }
    let cases = all.iter().map(|faults| (&faults[..], ""));
    let (plan, ways) = ways(&format!("{HEAD}{PAUSING}"), cases);
    let objects = objects(&ArgoRollouts, &plan);
    let (mut waited, mut never) = (0, 0);
    for (faults, planned) in all.iter().zip(&ways) {
        let world = |metric: &str, moment: i64| shows(faults, metric, moment);
        let way = rollouts::run(&objects, &world, &|at, _| match planned.resumes(at) {
            true => Says::GoOn,
            false => Says::Nothing,
        });
        assert_eq!(way, *planned, "{faults:?}");
        waited += usize::from(!way.waits.is_empty());
        never += usize::from(matches!(way.end, End::Paused(_)));
    }
    assert!(waited > 50 && never > 20, "{waited}, {never}");
}

/// What a webhook says of itself.
fn metadata<'a>(hook: &'a Value, name: &str) -> Option<&'a str> {
    hook["metadata"][name].as_str()
}

/// A Canary whose gates are kept as its webhooks ask for: open below their share, then as people say.
fn canary(objects: &[Value], case: &Case) -> Way {
    let world = |metric: &str, moment: i64| shows(&case.faults, metric, moment);
    flagger::run(objects, &world, &|hook, weight, at| {
        let node = metadata(hook, "node").expect("a gate says whose it is");
        let stands_at = metadata(hook, "weight").and_then(|weight| weight.parse().ok());
        if node != format!("rollout/{}/yes", case.gate) || stands_at.is_some_and(|at| weight < at) {
            return true;
        }
        match case.answer {
            Answer::YesFrom(from) => at >= from,
            Answer::Never | Answer::No => false,
        }
    })
}

/// What becomes of a way before it ends, compared with the plan's.
fn compare(planned: &Way, way: &Way, look: i64, what: &str) {
    way.is_never_ahead(planned, 3 * 3600, what);
    // When the plan moves on, it is where the plan was.
    for pair in planned.weights.windows(2) {
        let [(_, percent), (next, after)] = pair else {
            continue;
        };
        let behind = next + 2 * look;
        if *after > 0 && !matches!(way.end, End::Back(at) if at <= behind) {
            assert!(
                way.at(behind) >= *percent,
                "{what}: {} instead of {percent} at {behind}",
                way.at(behind)
            );
        }
    }
}

#[test]
fn flagger_asks_the_gates_of_the_plan() {
    for (body, gates, kinds) in [
        (
            GATED,
            &["go", "last"][..],
            &["confirm-traffic-increase", "confirm-promotion"][..],
        ),
        (
            GATED_BLUE_GREEN,
            &["colour"][..],
            &["confirm-promotion"][..],
        ),
    ] {
        let cases = cases_of(gates, 300);
        let (plan, ways) = ways(&format!("{HEAD}{body}"), given(&cases));
        let objects = objects(&Flagger, &plan);
        let emitted = objects.iter().find(|object| object["kind"] == "Canary");
        let hooks = &emitted.expect("a Canary")["spec"]["analysis"]["webhooks"];
        let found: Vec<&str> = hooks
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|hook| hook["type"].as_str())
            .collect();
        assert_eq!(found, kinds);
        let look = flagger::interval(&objects);
        let mut seen = Seen::default();
        for (case, planned) in cases.iter().zip(&ways) {
            let what = format!("{} {:?} {:?}", case.gate, case.answer, case.faults);
            let way = canary(&objects, case);
            if matches!(case.answer, Answer::No) {
                // A gate that stays closed gives nothing back: somebody else has to.
                if case.faults.is_empty() {
                    assert_eq!(way.at(3 * 3600), share_at(case.gate), "{what}");
                    assert!(matches!(way.end, End::Paused(_)), "{what}");
                }
                continue;
            }
            compare(planned, &way, look, &what);
            match (planned.end, way.end) {
                (End::Back(wanted), End::Back(came)) => {
                    assert!(
                        (wanted..=wanted + 2 * look).contains(&came),
                        "{what}: {came}"
                    );
                }
                (End::Done, End::Done) | (End::Paused(_), End::Paused(_)) => {}
                // Flagger asks what a hold asks until the end, and that may come a few looks later.
                (End::Done | End::Paused(_), End::Back(came)) => {
                    let from = case.faults.first().map_or(0, |fault| fault.from);
                    assert!((from..=from + 2 * look).contains(&came), "{what}: {came}");
                }
                (wanted, came) => panic!("{what}: {came:?} instead of {wanted:?}"),
            }
            seen.add(&way);
        }
        seen.is_enough();
    }
}

#[test]
fn a_wrong_gate_goes_another_way() {
    let cases = cases_of(&["go", "last"], 900);
    let (plan, _) = ways(&format!("{HEAD}{GATED}"), given(&cases));
    let rollouts_of = objects(&ArgoRollouts, &plan);
    let way = |objects: &[Value], case: &Case| {
        let world = |metric: &str, moment: i64| shows(&case.faults, metric, moment);
        rollouts::run(objects, &world, &|at, share| people(case, at, share))
    };
    let canaries = objects(&Flagger, &plan);
    for (right, old, new, is_canary) in [
        (
            &rollouts_of,
            "{\"pause\":{}}",
            "{\"pause\":{\"duration\":\"1m\"}}",
            false,
        ),
        (
            &canaries,
            "\"confirm-traffic-increase\"",
            "\"confirm-promotion\"",
            true,
        ),
        (&canaries, "\"confirm-promotion\"", "\"post-rollout\"", true),
        (&canaries, "\"weight\":\"10\"", "\"weight\":\"60\"", true),
    ] {
        let text = serde_json::to_string(right).expect("JSON");
        assert!(text.contains(old), "{old}: {text}");
        let wrong: Vec<Value> = serde_json::from_str(&text.replace(old, new)).expect("still JSON");
        let noticed = cases.iter().any(|case| match is_canary {
            true => canary(&wrong, case) != canary(right, case),
            false => way(&wrong, case) != way(right, case),
        });
        assert!(noticed, "{new} instead of {old}: nobody notices");
    }
}
