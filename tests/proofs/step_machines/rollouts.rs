//! The controller of Argo Rollouts as a step machine, from its documented semantics:
//! <https://argo-rollouts.readthedocs.io/en/stable/features/canary/>,
//! <https://argo-rollouts.readthedocs.io/en/stable/features/analysis/>,
//! <https://argo-rollouts.readthedocs.io/en/stable/features/bluegreen/>.
//! What people do is told by whoever asks. Pods are there at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::query::{World, ask};
use super::way::{End, Way, seconds};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    Successful,
    Failed,
    Inconclusive,
}

/// An AnalysisRun from a moment on.
struct Run<'a> {
    metrics: Vec<Metric<'a>>,
}

/// One of its metrics, and how far it is.
struct Metric<'a> {
    spec: &'a Value,
    phase: Phase,
    next: i64,
    taken: i64,
    failed: i64,
    inconclusive: i64,
}

impl<'a> Run<'a> {
    fn of(analysis: &Value, templates: &BTreeMap<String, &'a Value>, from: i64) -> Self {
        let metrics = analysis["templates"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|template| templates.get(template["templateName"].as_str()?))
            .flat_map(|template| template["spec"]["metrics"].as_array().into_iter().flatten())
            .map(|spec| Metric {
                spec,
                phase: Phase::Running,
                next: from,
                taken: 0,
                failed: 0,
                inconclusive: 0,
            })
            .collect();
        Run { metrics }
    }

    fn is_inconclusive(&self) -> bool {
        self.metrics
            .iter()
            .any(|metric| metric.phase == Phase::Inconclusive)
    }

    /// The phase at a moment, which is no earlier than the last that was asked for. The first metric
    /// that is decided against it decides.
    fn phase(&mut self, at: i64, world: World<'_>) -> Phase {
        let phases: Vec<Phase> = self
            .metrics
            .iter_mut()
            .map(|metric| metric.phase(at, world))
            .collect();
        for wanted in [Phase::Failed, Phase::Inconclusive, Phase::Running] {
            if phases.contains(&wanted) {
                return wanted;
            }
        }
        Phase::Successful
    }
}

impl Metric<'_> {
    fn phase(&mut self, at: i64, world: World<'_>) -> Phase {
        let limit = |name: &str| self.spec[name].as_i64().expect("limits are explicit");
        while self.phase == Phase::Running && self.next <= at {
            match measured(self.spec, self.next, world) {
                Phase::Failed => self.failed += 1,
                Phase::Inconclusive => self.inconclusive += 1,
                Phase::Running | Phase::Successful => {}
            }
            self.taken += 1;
            if self.failed > limit("failureLimit") {
                self.phase = Phase::Failed;
            } else if self.inconclusive > limit("inconclusiveLimit") {
                self.phase = Phase::Inconclusive;
            } else if self.spec["count"].as_i64() == Some(self.taken) {
                self.phase = Phase::Successful;
            } else {
                let interval = self.spec["interval"].as_str().map_or(0, seconds);
                assert!(
                    interval > 0,
                    "it is asked again and says not when: {}",
                    self.spec
                );
                self.next += interval;
            }
        }
        self.phase
    }
}

/// One measurement: `utils/evaluate` of the controller, with the expressions evaluated by a port of
/// their language.
fn measured(metric: &Value, at: i64, world: World<'_>) -> Phase {
    let prometheus = &metric["provider"]["prometheus"];
    let query = prometheus["query"].as_str().expect("a query");
    let result: Vec<f64> = if prometheus["rangeQuery"].is_object() {
        let range = &prometheus["rangeQuery"];
        let length = range["start"]
            .as_str()
            .and_then(|start| start.strip_prefix("now() - duration(\""))
            .and_then(|start| start.strip_suffix("\")"))
            .map(seconds)
            .expect("it begins so long ago");
        assert_eq!(range["end"], "now()");
        let step = range["step"].as_str().map(seconds).expect("a step");
        (at - length..=at)
            .step_by(usize::try_from(step).expect("small"))
            .filter_map(|moment| ask(query, moment, world))
            .collect()
    } else {
        ask(query, at, world).into_iter().collect()
    };
    let holds = |condition: &str| evaluated(condition, &result);
    let success = metric["successCondition"].as_str().map(holds);
    let failure = metric["failureCondition"].as_str().map(holds);
    match (success, failure) {
        (_, Some(true)) => Phase::Failed,
        (Some(true), _) | (None, None | Some(false)) => Phase::Successful,
        (Some(false), None) => Phase::Failed,
        (Some(false), Some(false)) => Phase::Inconclusive,
    }
}

/// What a condition says of a result; the same is evaluated once.
fn evaluated(condition: &str, result: &[f64]) -> bool {
    thread_local! {
        static KNOWN: RefCell<HashMap<(String, Vec<u64>), bool>> = RefCell::default();
    }
    let key = (
        condition.to_owned(),
        result.iter().map(|value| value.to_bits()).collect(),
    );
    KNOWN.with_borrow_mut(|known| {
        *known.entry(key).or_insert_with(|| {
            let mut context = expr::Context::default();
            let values: Vec<expr::Value> = result.iter().copied().map(expr::Value::from).collect();
            context.insert("result".to_owned(), expr::Value::from(values));
            let mut language = expr::Environment::new();
            language.add_function("isNaN", |call| {
                let value = call.args[0].as_float().is_some_and(f64::is_nan);
                Ok(value.into())
            });
            language
                .eval(condition, &context)
                .unwrap_or_else(|error| panic!("{condition}: {error}"))
                .as_bool()
                .unwrap_or_else(|| panic!("{condition} is neither true nor false"))
        })
    })
}

/// What a person does to a Rollout at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Nobody does anything.
    Nothing,
    /// `kubectl argo rollouts promote`: what it waits for is cleared.
    GoOn,
    /// `kubectl argo rollouts abort`.
    Abort,
}

/// What people do to a Rollout that waits for them: at a moment, with a share of traffic in percent.
pub type People<'a> = &'a dyn Fn(i64, i64) -> Says;

/// Whoever is asked says yes at once.
pub const AT_ONCE: People<'static> = &|_, _| Says::GoOn;

/// After so many seconds nothing more is expected.
const LONGEST: i64 = 7 * 3600;

/// What becomes of the traffic of the only Rollout among some objects, from `T` on.
pub fn run(objects: &[Value], world: World<'_>, people: People<'_>) -> Way {
    let templates: BTreeMap<String, &Value> = objects
        .iter()
        .filter(|object| object["kind"] == "AnalysisTemplate")
        .map(|object| {
            let name = object["metadata"]["name"].as_str().expect("a name");
            (name.to_owned(), object)
        })
        .collect();
    let rollout = objects
        .iter()
        .find(|object| object["kind"] == "Rollout")
        .expect("a Rollout");
    let strategy = &rollout["spec"]["strategy"];
    if strategy["canary"].is_object() {
        canary(&strategy["canary"], &templates, world, people)
    } else {
        blue_green(&strategy["blueGreen"], &templates, world, people)
    }
}

/// The steps one after the other, with an analysis beside them. What pauses it stops the steps: runs
/// that are under way go on, and a promotion ends the pause, a step that is one, and has what was
/// inconclusive measured anew (`needsNewAnalysisRun`).
fn canary(
    canary: &Value,
    templates: &BTreeMap<String, &Value>,
    world: World<'_>,
    people: People<'_>,
) -> Way {
    let mut way = Way::default();
    let steps = canary["steps"].as_array().expect("steps");
    let starting = canary["analysis"]["startingStep"].as_u64().unwrap_or(0) as usize;
    let (mut at, mut step, mut since) = (0, 0, 0);
    let mut background: Option<Run<'_>> = None;
    let mut inline: Option<Run<'_>> = None;
    let mut waits: Option<i64> = None;
    loop {
        if at > LONGEST {
            return way.paused(waits.expect("it never ends"));
        }
        if let Some(began) = waits {
            match people(at, way.at(at)) {
                Says::Nothing => {}
                Says::Abort => return way.back(at),
                Says::GoOn => {
                    way.resumed(began, at);
                    waits = None;
                    // What is under way was asked meanwhile.
                    if let Some(run) = &mut inline {
                        run.phase(at - 1, world);
                    }
                    background = background.filter(|run| !run.is_inconclusive());
                    inline = inline.filter(|run| !run.is_inconclusive());
                    if steps[step]["pause"].is_object() {
                        step += 1;
                        since = at;
                    }
                }
            }
        }
        if background.is_none() && step >= starting && canary["analysis"].is_object() {
            background = Some(Run::of(&canary["analysis"], templates, at));
        }
        match background.as_mut().map(|run| run.phase(at, world)) {
            Some(Phase::Failed) => return way.back(at),
            Some(Phase::Inconclusive) => waits = waits.or(Some(at)),
            Some(Phase::Running | Phase::Successful) | None => {}
        }
        if waits.is_some() {
            at += 1;
            continue;
        }
        let Some(now) = steps.get(step) else {
            way.weight(at, 100);
            way.end = End::Done;
            return way;
        };
        let done = if let Some(weight) = now["setWeight"].as_i64() {
            way.weight(at, weight);
            true
        } else if now["pause"].is_object() {
            match now["pause"]["duration"].as_str() {
                Some(length) => at - since >= seconds(length),
                None => match people(at, way.at(at)) {
                    Says::GoOn => true,
                    Says::Abort => return way.back(at),
                    Says::Nothing => {
                        waits = Some(at);
                        false
                    }
                },
            }
        } else {
            let run = inline.get_or_insert_with(|| Run::of(&now["analysis"], templates, at));
            match run.phase(at, world) {
                Phase::Failed => return way.back(at),
                Phase::Inconclusive => {
                    waits = Some(at);
                    false
                }
                Phase::Successful => true,
                Phase::Running => false,
            }
        };
        if done {
            step += 1;
            since = at;
            inline = None;
        } else {
            at += 1;
        }
    }
}

/// What is asked before the switch, who lets it switch, what is asked after it.
fn blue_green(
    strategy: &Value,
    templates: &BTreeMap<String, &Value>,
    world: World<'_>,
    people: People<'_>,
) -> Way {
    let mut way = Way::default();
    let mut at = 0;
    for (name, switched) in [
        ("prePromotionAnalysis", false),
        ("postPromotionAnalysis", true),
    ] {
        if switched {
            if strategy["autoPromotionEnabled"] == false {
                match wait(&mut way, &mut at, people) {
                    Some(Says::Abort) => return way.back(at),
                    Some(_) => {}
                    None => return way.paused(at),
                }
            }
            way.weight(at, 100);
        }
        if !strategy[name].is_object() {
            continue;
        }
        let mut run = Run::of(&strategy[name], templates, at);
        loop {
            match run.phase(at, world) {
                Phase::Failed => return way.back(at),
                Phase::Inconclusive => match wait(&mut way, &mut at, people) {
                    Some(Says::Abort) => return way.back(at),
                    Some(_) => run = Run::of(&strategy[name], templates, at),
                    None => return way.paused(at),
                },
                Phase::Successful => break,
                Phase::Running => at += 1,
            }
        }
    }
    way.end = End::Done;
    way
}

/// Waits for a person; nothing where nobody comes.
fn wait(way: &mut Way, at: &mut i64, people: People<'_>) -> Option<Says> {
    let since = *at;
    let share = way.at(since);
    let came = (since..LONGEST).find(|moment| people(*moment, share) != Says::Nothing)?;
    *at = came;
    let says = people(came, share);
    if says == Says::GoOn {
        way.resumed(since, came);
    }
    Some(says)
}
