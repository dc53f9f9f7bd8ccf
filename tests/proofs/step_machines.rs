//! What is built is followed by step machines of the controllers, over metrics that go wrong at many
//! moments and in many ways; the shares of traffic over time and the moment of going back are those that
//! the plan itself has when it is simulated.

mod blue_green;
mod flagger;
mod no_data;
mod people;
mod plans;
mod query;
mod rollouts;
mod way;

use self::plans::{BLUE_GREEN, CANARY, Fault, HEAD, objects, shows, ways_of_each};
use self::way::{End, Way};
use deployc::backend::argo_rollouts::ArgoRollouts;
use deployc::backend::flagger::Flagger;
use serde_json::Value;

/// The way of a Rollout under a fault, with people who say yes at once.
fn rollout(objects: &[Value], fault: &Fault) -> Way {
    let world = |metric: &str, moment: i64| shows(std::slice::from_ref(fault), metric, moment);
    rollouts::run(objects, &world, rollouts::AT_ONCE)
}

/// The way of a Canary under a fault, with gates that are open.
fn canary(objects: &[Value], fault: &Fault) -> Way {
    let world = |metric: &str, moment: i64| shows(std::slice::from_ref(fault), metric, moment);
    flagger::run(objects, &world, flagger::OPEN)
}

/// Faults at every minute, of every size, for a while or for good.
fn faults(step: i64) -> Vec<Fault> {
    let mut all = Vec::new();
    for (metric, written, value) in [
        ("errors", "0.5%", 0.005),
        ("errors", "1%", 0.01),
        ("errors", "3%", 0.03),
        ("errors", "5%", 0.05),
        ("errors", "7%", 0.07),
        ("latency", "300ms", 0.3),
        ("latency", "500ms", 0.5),
        ("latency", "3s", 3.0),
    ] {
        for from in (0..=36 * 60).step_by(usize::try_from(step).expect("small")) {
            for length in [None, Some(60), Some(420)] {
                all.push(Fault {
                    metric,
                    written,
                    value: Some(value),
                    from,
                    length,
                });
            }
        }
    }
    all
}

/// Where faults begin and end at moments at which the controller looks, both go the same way to the
/// second.
#[test]
fn a_rollout_goes_the_way_of_the_plan() {
    let all = faults(180);
    let (plan, ways) = ways_of_each(HEAD, CANARY, &all);
    let objects = objects(&ArgoRollouts, &plan);
    let mut back = 0;
    for (fault, planned) in all.iter().zip(&ways) {
        let way = rollout(&objects, fault);
        assert_eq!(way, *planned, "{fault:?}");
        back += usize::from(matches!(way.end, End::Back(_)));
    }
    assert!(back > 60 && back < all.len(), "{back} of {}", all.len());
}

/// Anywhere else the controller notices at its next look.
#[test]
fn between_two_looks_a_rollout_is_late_by_less_than_one() {
    let all: Vec<Fault> = faults(157)
        .into_iter()
        .filter(|fault| fault.length.is_none())
        .collect();
    let (plan, ways) = ways_of_each(HEAD, CANARY, &all);
    let objects = objects(&ArgoRollouts, &plan);
    let mut late = 0;
    for (fault, planned) in all.iter().zip(&ways) {
        let way = rollout(&objects, fault);
        match (planned.end, way.end) {
            (End::Back(wanted), End::Back(came)) => {
                assert!(
                    (wanted..wanted + 60).contains(&came),
                    "{fault:?}: {wanted}, {came}"
                );
                late += usize::from(came > wanted);
            }
            (wanted, came) => assert_eq!(wanted, came, "{fault:?}"),
        }
    }
    assert!(late > 20, "{late}");
}

#[test]
fn a_blue_green_rollout_goes_the_way_of_the_plan() {
    let all: Vec<Fault> = faults(180);
    let (plan, ways) = ways_of_each(HEAD, BLUE_GREEN, &all);
    let objects = objects(&ArgoRollouts, &plan);
    let mut back = 0;
    for (fault, planned) in all.iter().zip(&ways) {
        let way = rollout(&objects, fault);
        assert_eq!(way.end, planned.end, "{fault:?}");
        for moment in (0..30 * 60).step_by(30) {
            assert_eq!(way.at(moment), planned.at(moment), "{fault:?} at {moment}");
        }
        back += usize::from(matches!(way.end, End::Back(_)));
    }
    assert!(back > 30 && back < all.len(), "{back} of {}", all.len());
}

/// Flagger knows one interval and goes back at the look after: never more traffic than the plan, and
/// back at most two looks later.
#[test]
fn flagger_is_never_ahead_of_the_plan_and_at_most_two_looks_late() {
    let all: Vec<Fault> = faults(120)
        .into_iter()
        .filter(|fault| fault.length.is_none())
        .collect();
    let (plan, ways) = ways_of_each(HEAD, CANARY, &all);
    let objects = objects(&Flagger, &plan);
    let look = flagger::interval(&objects);
    let (mut back, mut done) = (0, 0);
    for (fault, planned) in all.iter().zip(&ways) {
        let way = canary(&objects, fault);
        way.is_never_ahead(planned, 30 * 60, &format!("{fault:?}"));
        match (planned.end, way.end) {
            (End::Back(wanted), End::Back(came)) => {
                back += 1;
                assert!(
                    (wanted..=wanted + 2 * look).contains(&came),
                    "{fault:?}: {wanted}, {came}"
                );
            }
            (End::Done, End::Done) => {
                done += 1;
                // At the end of each hold it is where the plan is.
                for (at, percent) in [(600, 10), (1500, 25), (1800, 60)] {
                    assert_eq!(way.at(at - 1), percent, "{fault:?}");
                }
                let (promoted, _) = *way.weights.last().expect("weights");
                assert!((1800..=1800 + 2 * look).contains(&promoted), "{promoted}");
            }
            // What goes wrong when the plan is done already, a late look may still see.
            (End::Done, End::Back(_)) => assert!(fault.from >= 1800 - look, "{fault:?}"),
            (wanted, came) => assert_eq!(wanted, came, "{fault:?}"),
        }
    }
    assert!(back > 50 && done > 20, "{back} back, {done} done");
}

/// A machine that is blind would agree with everything: manifests with a fault put in go another way.
#[test]
fn a_wrong_manifest_goes_another_way() {
    let all: Vec<Fault> = faults(120)
        .into_iter()
        .filter(|fault| fault.length.is_none())
        .collect();
    let (plan, ways) = ways_of_each(HEAD, CANARY, &all);
    let right = serde_json::to_string(&objects(&ArgoRollouts, &plan)).expect("JSON");
    for (old, new) in [
        ("\"setWeight\":25", "\"setWeight\":30"),
        ("result[0] >= 0.01", "result[0] >= 0.04"),
        ("all(result, # > 2)", "all(result, # > 3)"),
        ("duration(\\\"5m\\\")", "duration(\\\"4m\\\")"),
        ("len(result) > 5", "len(result) > 6"),
        ("\"count\":11", "\"count\":12"),
        ("\"interval\":\"1m\"", "\"interval\":\"2m\""),
        ("\"failureLimit\":0", "\"failureLimit\":1"),
    ] {
        assert!(right.contains(old), "{old}: {right}");
        let wrong: Vec<Value> = serde_json::from_str(&right.replace(old, new)).expect("still JSON");
        let other = all
            .iter()
            .zip(&ways)
            .filter(|(fault, planned)| rollout(&wrong, fault) != **planned)
            .count();
        assert!(other > 0, "{new} instead of {old}: nobody notices");
    }
}
