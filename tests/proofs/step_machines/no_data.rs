//! Metrics of which there are no data: a gap, NaN, no answer at all. What that means is a word of the
//! language, and means the same in the controllers.

use deployc::backend::argo_rollouts::ArgoRollouts;
use deployc::backend::flagger::Flagger;
use serde_json::Value;

use super::plans::{BLUE_GREEN, CANARY, Fault, HEAD, objects, shows, ways};
use super::rollouts::Says;
use super::way::{End, Way};
use super::{flagger, rollouts};

/// The rule asks another metric than the holds do.
const APART: &str = r#"phase rollout "Rollout" at T {
  shift shop to 10%
  hold first 10m while errors < 1%
  shift shop to 25%
  hold second 15m while errors < 1%
  shift shop to 60%
  hold third 5m while errors < 1%
  shift shop to 100%
}
severity critical "Critical" {
  when latency > 2s for 5m
  then rollback back
}
"#;

/// The plan's head, with what its metrics say of no data.
fn head(word: &str) -> String {
    HEAD.replace(
        "better lower\n",
        &format!("better lower\n  no-data {word}\n"),
    )
}

/// Gaps at many moments, short and long, of each metric; some of them in the middle of what is bad.
fn gaps(step: i64) -> Vec<Vec<Fault>> {
    let mut all = Vec::new();
    for (metric, bad, value) in [
        ("errors", "0.5%", 0.005),
        ("errors", "7%", 0.07),
        ("latency", "300ms", 0.3),
        ("latency", "3s", 3.0),
    ] {
        // The run that asks begins with the first share: what is wrong before it, it finds there.
        for from in (step..=36 * 60).step_by(usize::try_from(step).expect("small")) {
            for length in [Some(60), Some(240), Some(420), None] {
                for nothing in [None, Some(f64::NAN)] {
                    let before = Fault {
                        metric,
                        written: bad,
                        value: Some(value),
                        from: from - 120,
                        length: None,
                    };
                    let gap = Fault {
                        metric,
                        written: "no-data",
                        value: nothing,
                        from,
                        length,
                    };
                    all.push(vec![before, gap]);
                }
            }
        }
    }
    all
}

/// A Rollout whose people let it go on when the plan's do.
fn rollout(objects: &[Value], faults: &[Fault], planned: &Way) -> Way {
    let world = |metric: &str, moment: i64| shows(faults, metric, moment);
    rollouts::run(objects, &world, &|moment, _| {
        if planned.resumes(moment) {
            Says::GoOn
        } else {
            Says::Nothing
        }
    })
}

fn canary(objects: &[Value], faults: &[Fault]) -> Way {
    let world = |metric: &str, moment: i64| shows(faults, metric, moment);
    flagger::run(objects, &world, flagger::OPEN)
}

fn cases(all: &[Vec<Fault>]) -> impl Iterator<Item = (&[Fault], &str)> {
    all.iter().map(|faults| (&faults[..], ""))
}

/// How often each end came.
#[derive(Debug, Default)]
struct Ends {
    done: usize,
    back: usize,
    waited: usize,
}

impl Ends {
    fn count(&mut self, way: &Way) {
        match way.end {
            End::Done => self.done += 1,
            End::Back(_) => self.back += 1,
            End::Under | End::Paused(_) => {}
        }
        self.waited += usize::from(!way.waits.is_empty() || matches!(way.end, End::Paused(_)));
    }
}

#[test]
fn without_data_a_rollout_goes_the_way_of_the_plan() {
    for word in ["pause", "pass", "fail"] {
        for body in [APART, BLUE_GREEN] {
            let all = gaps(180);
            let (plan, ways) = ways(&format!("{}{body}", head(word)), cases(&all));
            let objects = objects(&ArgoRollouts, &plan);
            let mut ends = Ends::default();
            for (faults, planned) in all.iter().zip(&ways) {
                let way = rollout(&objects, faults, planned);
                assert_eq!(way, *planned, "{word}: {faults:?}");
                ends.count(&way);
            }
            assert!(ends.done > 20 && ends.back > 20, "{word}: {ends:?}");
            assert_eq!(ends.waited > 20, word == "pause", "{word}: {ends:?}");
        }
    }
}

/// Where a rule and a hold ask the same metric, the plan's pause keeps the hold where it is; the run of
/// the hold has an answer of its own and is measured anew. It is never ahead.
#[test]
fn a_hold_without_data_is_measured_anew() {
    let all = gaps(180);
    let (plan, ways) = ways(&format!("{HEAD}{CANARY}"), cases(&all));
    let objects = objects(&ArgoRollouts, &plan);
    let mut later = 0;
    for (faults, planned) in all.iter().zip(&ways) {
        let way = rollout(&objects, faults, planned);
        way.is_never_ahead(planned, 3 * 3600, &format!("{faults:?}"));
        assert_eq!(way.waits.first(), planned.waits.first(), "{faults:?}");
        match (planned.end, way.end) {
            (End::Done, End::Done) => later += usize::from(way != *planned),
            (wanted, came) => assert_eq!(wanted, came, "{faults:?}"),
        }
    }
    assert!(later > 10, "{later}");
}

/// Flagger knows no third state: what pauses the plan gives the traffic back, as what counts as bad
/// does; what counts as good is no reason.
#[test]
fn without_data_flagger_goes_back_or_not_as_the_report_says() {
    for word in ["pause", "pass", "fail"] {
        let all = gaps(120);
        let (plan, ways) = ways(&format!("{}{CANARY}", head(word)), cases(&all));
        let objects = objects(&Flagger, &plan);
        let look = flagger::interval(&objects);
        let mut ends = Ends::default();
        for (faults, planned) in all.iter().zip(&ways) {
            let way = canary(&objects, faults);
            ends.count(&way);
            let paused = planned.waits.first().map(|(since, _)| *since);
            let first = match planned.end {
                End::Paused(at) | End::Back(at) => Some(paused.map_or(at, |paused| paused.min(at))),
                End::Done | End::Under => paused,
            };
            match (first, way.end) {
                (Some(wanted), End::Back(came)) => assert!(
                    (wanted..=wanted + 2 * look).contains(&came),
                    "{word}: {faults:?}: {wanted}, {came}"
                ),
                (None, End::Done) => {}
                // What ends before the next look, nobody has seen.
                (Some(_), End::Done) => {
                    let length = faults[1].length;
                    assert!(
                        length.is_some_and(|length| length <= look),
                        "{word}: {faults:?}"
                    );
                }
                (None, End::Back(came)) => assert!(came >= 1800, "{word}: {faults:?}: {came}"),
                (wanted, came) => panic!("{word}: {faults:?}: {wanted:?}, {came:?}"),
            }
        }
        assert!(ends.done > 20 && ends.back > 20, "{word}: {ends:?}");
    }
}

/// A machine that is blind to data that are missing would agree with everything.
#[test]
fn a_manifest_that_takes_no_data_for_something_else_goes_another_way() {
    for (word, faults) in [
        (
            "pause",
            &[
                (
                    "len(result) > 0 && !isNaN(result[0]) && result[0] < 0.01",
                    "len(result) == 0 || isNaN(result[0]) || result[0] < 0.01",
                ),
                (
                    "!isNaN(result[0]) && result[0] >= 0.01",
                    "true && !(result[0] < 0.01)",
                ),
                ("len(result) > 5 && all", "all"),
                ("\"inconclusiveLimit\":0", "\"inconclusiveLimit\":1"),
            ][..],
        ),
        (
            "pass",
            &[
                ("isNaN(result[0]) || ", ""),
                (
                    "!(len(result) > 5 && all(result, # > 2))",
                    "any(result, # <= 2)",
                ),
            ][..],
        ),
        (
            "fail",
            &[
                (
                    "!isNaN(result[0]) && result[0] < 0.01",
                    "!(result[0] >= 0.01)",
                ),
                (
                    "any(result, # <= 2)",
                    "!(len(result) > 5 && all(result, # > 2))",
                ),
            ][..],
        ),
    ] {
        let all = gaps(180);
        let (plan, ways) = ways(&format!("{}{APART}", head(word)), cases(&all));
        let right = serde_json::to_string(&objects(&ArgoRollouts, &plan)).expect("JSON");
        for (old, new) in faults {
            assert!(right.contains(old), "{word}: {old}: {right}");
            let wrong: Vec<Value> =
                serde_json::from_str(&right.replace(old, new)).expect("still JSON");
            let other = all
                .iter()
                .zip(&ways)
                .filter(|(faults, planned)| rollout(&wrong, faults, planned) != **planned)
                .count();
            assert!(other > 0, "{word}: {new} instead of {old}: nobody notices");
        }
    }
}
