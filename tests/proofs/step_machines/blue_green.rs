//! Flagger's blue-green: the new version is looked at beside the running one, then all traffic moves.

use deployc::backend::flagger::Flagger;
use serde_json::Value;

use super::flagger;
use super::plans::{BLUE_GREEN, Fault, HEAD, objects, shows, ways_of_each};
use super::way::{End, Way};

const TRIED: &str = r#"phase rollout "Rollout" at T {
  hold tried 20m while errors < 1%, latency < 400ms
  switch shop to green
}
"#;

/// The service without a router: all traffic moves when the new version is copied over.
fn without_router() -> String {
    HEAD.replace("  traffic istio \"shop\"\n", "")
}

fn faults() -> Vec<Fault> {
    let mut all = Vec::new();
    for (metric, written, value) in [
        ("errors", "0.5%", Some(0.005)),
        ("errors", "1%", Some(0.01)),
        ("errors", "no-data", None),
        ("latency", "300ms", Some(0.3)),
        ("latency", "400ms", Some(0.4)),
        ("latency", "no-data", Some(f64::NAN)),
    ] {
        for from in (0..=30 * 60).step_by(60) {
            for length in [None, Some(60), Some(300)] {
                all.push(Fault {
                    metric,
                    written,
                    value,
                    from,
                    length,
                });
            }
        }
    }
    all
}

fn canary(objects: &[Value], fault: &Fault) -> Way {
    let world = |metric: &str, moment: i64| shows(std::slice::from_ref(fault), metric, moment);
    flagger::run(objects, &world, flagger::OPEN)
}

/// The first thing that becomes of the plan but that it goes on.
fn first(planned: &Way) -> Option<i64> {
    let waits = planned.waits.first().map(|(since, _)| *since);
    match planned.end {
        End::Back(at) | End::Paused(at) => Some(waits.map_or(at, |since| since.min(at))),
        End::Done | End::Under => waits,
    }
}

/// What differs from the plan by more than the report says.
fn differs(planned: &Way, way: &Way, fault: &Fault, look: i64) -> Option<String> {
    let switched = |way: &Way| {
        way.weights
            .iter()
            .find(|(_, percent)| *percent == 100)
            .map(|(at, _)| *at)
    };
    let fine = match (first(planned), way.end) {
        (None, End::Done) => switched(planned)
            .zip(switched(way))
            .is_some_and(|(wanted, came)| (wanted..=wanted + look).contains(&came)),
        (Some(wanted), End::Back(came)) => (wanted..=wanted + 2 * look).contains(&came),
        // It asks nothing at the first look, and what is over before the next one nobody sees.
        (Some(_), End::Done) => fault.length.is_some_and(|length| length <= look),
        // It looks until the new version is copied over.
        (None, End::Back(_)) => fault.from >= 20 * 60,
        (_, _) => false,
    };
    (!fine).then(|| format!("{fault:?}: {way:?} instead of {planned:?}"))
}

#[test]
fn flagger_tries_the_new_version_as_long_as_the_plan() {
    for head in [HEAD.to_owned(), without_router()] {
        let all = faults();
        let (plan, ways) = ways_of_each(&head, TRIED, &all);
        let objects = objects(&Flagger, &plan);
        let look = flagger::interval(&objects);
        let (mut back, mut done) = (0, 0);
        for (fault, planned) in all.iter().zip(&ways) {
            let way = canary(&objects, fault);
            assert_eq!(differs(planned, &way, fault, look), None);
            match way.end {
                End::Back(_) => back += 1,
                _ => done += 1,
            }
        }
        assert!(back > 50 && done > 50, "{back} back, {done} done");
    }
}

/// What the plan watches after the switch, Flagger watches before it: traffic moves when the plan is done
/// watching, and not at all where the plan gives it back.
#[test]
fn flagger_bakes_before_the_switch() {
    let all = faults();
    let (plan, ways) = ways_of_each(HEAD, BLUE_GREEN, &all);
    let objects = objects(&Flagger, &plan);
    let look = flagger::interval(&objects);
    let (mut back, mut done) = (0, 0);
    for (fault, planned) in all.iter().zip(&ways) {
        let way = canary(&objects, fault);
        match (first(planned), way.end) {
            (Some(wanted), End::Back(came)) => {
                back += 1;
                assert!(
                    (wanted..=wanted + 2 * look).contains(&came),
                    "{fault:?}: {came}"
                );
                assert!(
                    way.weights
                        .iter()
                        .all(|(at, percent)| *percent == 0 || *at >= 1200)
                );
            }
            (None, End::Done) => {
                done += 1;
                assert_eq!(way.weights, [(1200, 100)], "{fault:?}");
            }
            (Some(_), End::Done) => assert!(fault.length.is_some_and(|length| length <= look)),
            (None, End::Back(came)) => assert!(fault.from >= 20 * 60, "{fault:?}: {came}"),
            (wanted, came) => panic!("{fault:?}: {came:?} instead of {wanted:?}"),
        }
    }
    assert!(back > 50 && done > 50, "{back} back, {done} done");
}

#[test]
fn a_wrong_canary_goes_another_way() {
    let all = faults();
    let (plan, ways) = ways_of_each(HEAD, TRIED, &all);
    let right = serde_json::to_string(&objects(&Flagger, &plan)).expect("JSON");
    let look = flagger::interval(&objects(&Flagger, &plan));
    for (old, new) in [
        ("\"iterations\":20", "\"iterations\":15"),
        ("\"iterations\":20", "\"iterations\":24"),
        ("\"interval\":\"1m\"", "\"interval\":\"2m\""),
        ("\"threshold\":1", "\"threshold\":3"),
        ("< bool 0.01", "< bool 0.02"),
        ("< bool 0.01", "<= bool 0.01"),
        ("\"min\":1", "\"min\":0"),
    ] {
        assert!(right.contains(old), "{old}: {right}");
        let wrong: Vec<Value> = serde_json::from_str(&right.replace(old, new)).expect("still JSON");
        let noticed = all.iter().zip(&ways).any(|(fault, planned)| {
            differs(planned, &canary(&wrong, fault), fault, look).is_some()
        });
        assert!(noticed, "{new} instead of {old}: nobody notices");
    }
}
