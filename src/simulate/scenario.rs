//! The clock, and the answers of a world to what the engine asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::decisions::Decisions;
use super::timeline::{Moment, Timeline};
use super::verdict::{Judge, Look};
use super::world::{Answer, World};
use crate::engine::{
    Engine, Event, Happening, Outcome, Request, Standing, State, Verdict, is_landmark, time, words,
};
use crate::plan::{Condition, Plan, Quantity, WaitFor, Work};

/// After so many moments a run is given up: something goes round for ever.
const MOST_MOMENTS: usize = 100_000;
/// So many parts of a stretch are looked at while a change slides through it.
const PARTS: i64 = 60;

/// Work that has begun.
struct Performance {
    since: i64,
    /// What the engine was told of it.
    told: Standing,
}

/// A run of a plan in a world.
struct Scenario<'p> {
    plan: &'p Plan,
    engine: Engine<'p>,
    judge: Judge<'p>,
    world: World,
    decisions: Decisions,
    performances: BTreeMap<usize, Performance>,
    now: i64,
    wakeups: BTreeSet<i64>,
    /// So long behind a change a verdict may change, in seconds; true where it may change at any
    /// moment of that stretch.
    offsets: BTreeSet<(i64, bool)>,
    /// What changes at a moment, in words.
    words: BTreeMap<i64, Vec<String>>,
    changes: BTreeSet<i64>,
    events: Vec<Moment>,
}

/// Runs a plan to its end.
pub fn run(plan: &Plan, world: World, decisions: Decisions) -> Timeline {
    Scenario::new(plan, world, decisions).run()
}

impl<'p> Scenario<'p> {
    fn new(plan: &'p Plan, world: World, decisions: Decisions) -> Self {
        let engine = Engine::new(plan);
        let mut scenario = Scenario {
            plan,
            judge: Judge::new(plan),
            now: engine.first_moment(),
            engine,
            world,
            decisions,
            performances: BTreeMap::new(),
            wakeups: BTreeSet::new(),
            offsets: offsets(plan),
            words: BTreeMap::new(),
            changes: BTreeSet::new(),
            events: Vec::new(),
        };
        // Decided before anything begins: told, and no change that `within` is counted from.
        let decided: Vec<String> = scenario.decisions.words().collect();
        if !decided.is_empty() {
            scenario.words.insert(scenario.now, decided);
        }
        let changes = scenario.world.changes();
        scenario.know(changes);
        let samples: Vec<i64> = scenario.world.samples().collect();
        for at in samples {
            scenario.wake_behind(at, false);
        }
        let turned: Vec<i64> = scenario.world.turned().collect();
        scenario.changes.extend(turned);
        scenario
    }

    /// Takes note of moments at which what is given changes.
    fn know(&mut self, changes: Vec<(i64, String)>) {
        for (at, words) in changes {
            self.changes.insert(at);
            self.words.entry(at).or_default().push(words);
            self.wake_behind(at, true);
        }
    }

    /// The moments at which a verdict may change because of a change at `at`.
    fn wake_behind(&mut self, at: i64, finely: bool) {
        self.wakeups.insert(at);
        for (length, sliding) in &self.offsets {
            self.wakeups.insert(at.saturating_add(*length));
            if finely && *sliding {
                let part = |part: i64| at.saturating_add(length.saturating_mul(part) / PARTS);
                self.wakeups.extend((1..PARTS).map(part));
            }
        }
    }

    fn run(mut self) -> Timeline {
        for _ in 0..MOST_MOMENTS {
            self.say_changes();
            self.settle();
            if self.engine.outcome().is_some() {
                break;
            }
            let own = self.wakeups.range(self.now + 1..).next().copied();
            let Some(next) = own.into_iter().chain(self.engine.due()).min() else {
                break;
            };
            self.now = self.engine.recurs().map_or(next, |at| at.min(next));
        }
        if self.engine.outcome().is_none() {
            let over = self.engine.give_up();
            self.answer(over);
        }
        Timeline {
            events: self.events,
            changes: self.changes.into_iter().collect(),
            outcome: self.engine.outcome().unwrap_or(Outcome::Waiting),
            ended_seconds: self.now,
        }
    }

    /// Everything that happens at this moment.
    fn settle(&mut self) {
        let mut events = self.standings();
        loop {
            let requests = self.engine.advance(self.now, events);
            if requests.is_empty() {
                return;
            }
            events = self.answer(requests);
        }
    }

    /// What is said to change at this moment. Returns whether anything does.
    fn say_changes(&mut self) -> bool {
        let words = self.words.remove(&self.now).unwrap_or_default();
        let any = !words.is_empty();
        for to in words {
            self.keep(None, Happening::Changed { to });
        }
        any
    }

    fn answer(&mut self, requests: Vec<Request<'p>>) -> Vec<Event<'p>> {
        let mut events = Vec::new();
        for request in requests {
            match request {
                Request::Note { place, what } => {
                    let began = place.filter(|_| what == Happening::Began);
                    self.keep(place, what);
                    let Some(began) = began else {
                        continue;
                    };
                    let known = self.world.begins(&self.engine.node(began).id, self.now);
                    if !known.is_empty() {
                        self.know(known);
                        self.say_changes();
                        events.push(Event::Changed);
                        events.extend(self.standings());
                    }
                }
                Request::Perform { place } => events.extend(self.perform(place)),
                Request::Judge {
                    condition,
                    required,
                } => events.push(self.judged(condition, required)),
                Request::Hear { place } => {
                    let words = self.engine.node(place).title.to_string();
                    let is_true = self.world.says(&words, self.now, self.now);
                    events.push(Event::Heard { place, is_true });
                }
                Request::Recheck { place } => {
                    let cleared = self.engine.within(place).all(|inner| {
                        let node = self.engine.node(inner);
                        self.world.answer(node, self.now).is_none()
                    });
                    events.push(Event::Cleared { place, cleared });
                }
                Request::Choose { place, offered } => {
                    let decided = self.decisions.options.get(&self.engine.node(place).id);
                    let option = match decided {
                        Some(id) => {
                            let mut options = self.engine.children(place).iter().copied();
                            options.find(|option| self.engine.node(*option).id == *id)
                        }
                        None => offered.first().copied(),
                    };
                    events.push(Event::Chosen { place, option });
                }
            }
        }
        events
    }

    fn judged(&self, condition: &'p Condition, required: bool) -> Event<'p> {
        let look = Look {
            world: &self.world,
            at: self.now,
            parameters: &self.decisions.parameters,
        };
        let verdict = self.judge.holds(condition, &look, required);
        let is_well = verdict
            == if required {
                Verdict::Pass
            } else {
                Verdict::Fail
            };
        let shown = match is_well {
            true => String::new(),
            false => self.judge.shown(condition, &look),
        };
        Event::Judged {
            condition,
            required,
            verdict,
            shown,
        }
    }

    /// Begins the work of a node: it lasts as long as it `takes`.
    fn perform(&mut self, place: usize) -> Option<Event<'p>> {
        let node = self.engine.node(place);
        let within = node.within.as_deref().map(Quantity::whole_seconds);
        for length in within.into_iter().chain([self.length(place)]) {
            self.wakeups.insert(self.now.saturating_add(length));
        }
        let since = self.now;
        let told = Standing::Pending;
        self.performances.insert(place, Performance { since, told });
        self.standing(place)
    }

    /// How long the work of a node takes, in seconds.
    fn length(&self, place: usize) -> i64 {
        let takes = self.engine.node(place).takes.as_ref();
        takes.map_or(0, |takes| takes.high.whole_seconds())
    }

    /// What is new about all work that goes on.
    fn standings(&mut self) -> Vec<Event<'p>> {
        let engine = &self.engine;
        let goes_on = |place: usize| engine.state(place) == State::Running;
        self.performances.retain(|place, _| goes_on(*place));
        let places: Vec<usize> = self.performances.keys().copied().collect();
        let events = places.into_iter().filter_map(|place| self.standing(place));
        events.collect()
    }

    /// What is new about the work of a node.
    fn standing(&mut self, place: usize) -> Option<Event<'p>> {
        let node = self.engine.node(place);
        let performance = self.performances.get(&place)?;
        let lasted = self.now.saturating_sub(performance.since);
        let length = self.length(place);
        let standing = match self.world.answer(node, self.now) {
            None => {
                // These last as long as they say, and not as long as they take.
                let own = matches!(
                    node.work,
                    Work::Hold { .. }
                        | Work::Wait {
                            until: WaitFor::Length(_),
                            ..
                        }
                );
                match own || lasted >= length {
                    true => Standing::Well,
                    false => Standing::Pending,
                }
            }
            Some(Answer::Silence) => match &node.within {
                Some(within) if lasted >= within.whole_seconds() => {
                    Standing::Failed(format!("nobody answers within {within}"))
                }
                Some(_) | None => Standing::Pending,
            },
            Some(Answer::No) => {
                let again = match &node.work {
                    Work::Run {
                        attempts: Some(attempts),
                        ..
                    } => {
                        let every = attempts.every.as_ref().map_or(0, Quantity::whole_seconds);
                        every.saturating_mul(i64::from(attempts.retries))
                    }
                    _ => 0,
                };
                let until = length.saturating_add(again);
                match lasted >= until {
                    true => Standing::Failed("the test says so".to_owned()),
                    false => {
                        self.wakeups.insert(performance.since.saturating_add(until));
                        Standing::Pending
                    }
                }
            }
        };
        let performance = self.performances.get_mut(&place)?;
        if performance.told == standing {
            return None;
        }
        performance.told = standing.clone();
        Some(Event::Stands { place, standing })
    }

    fn keep(&mut self, place: Option<usize>, what: Happening) {
        let node = place.map(|place| self.engine.node(place));
        let start = self.plan.deployment.starts.as_ref();
        self.events.push(Moment {
            at: self.now,
            time: time(self.now),
            clock: start.and_then(|start| start.later(self.now)),
            node: node.map(|node| node.id.clone()),
            words: words(&what, node),
            landmark: is_landmark(&what, node),
            what,
        });
    }
}

/// The lengths of time behind a change at which a verdict of the work or of a rule may change, in
/// seconds: at their end where a condition must last, at any moment of them where it looks at a
/// stretch as a whole and is asked all the time.
fn offsets(plan: &Plan) -> BTreeSet<(i64, bool)> {
    let mut offsets = BTreeSet::new();
    for node in plan.walk() {
        let watched = matches!(
            node.work,
            Work::Hold { .. } | Work::When { .. } | Work::Alert { .. }
        );
        for measured in node.work.holds().into_iter().flat_map(Condition::measured) {
            if let Some(sustained) = &measured.sustained {
                offsets.insert((sustained.whole_seconds(), false));
            }
            if let Some(over) = &measured.over {
                offsets.insert((over.whole_seconds(), watched));
            }
        }
    }
    offsets.retain(|(length, _)| *length > 0);
    offsets
}
