//! The clock, and the state of every node at each moment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::actions::{Awaited, Cause, Course};
use super::decisions::Decisions;
use super::event::{Happening, Moment, Outcome, Timeline, is_landmark, time, words};
use super::rules::Rule;
use super::verdict::{Judge, Look, Verdict};
use super::world::{World, offset};
use crate::plan::{Condition, EdgeKind, Node, Plan, Work};

/// After so many moments a run is given up: something goes round for ever.
const MOST_MOMENTS: usize = 100_000;
/// So many parts of a stretch are looked at while a change slides through it.
const PARTS: i64 = 60;
/// So many times all nodes are looked at in one moment.
const MOST_PASSES: usize = 10_000;

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has not begun.
    Idle,
    /// It has begun.
    Running,
    /// It has ended well.
    Done,
    /// It takes no part.
    LeftOut,
    /// It has failed, and what follows from that is not over.
    Failed,
    /// It was ended from outside.
    Ended,
}

/// A node with its place among the others.
pub struct Item<'p> {
    pub node: &'p Node,
    pub parent: Option<usize>,
    pub children: Vec<usize>,
    /// What must have ended before it begins.
    pub before: Vec<usize>,
    /// The top-level node that it stands in.
    pub top: usize,
    /// One past the last of those that stand in it.
    pub end: usize,
    /// When it says that it begins: whole seconds from `T`.
    pub stated: Option<i64>,
    /// When its window closes.
    pub closes: Option<i64>,
}

/// Something that recurs while the node around it lasts.
pub struct Recurring {
    pub item: usize,
    pub next: i64,
    pub period: i64,
}

/// A run of a plan in a world.
pub struct Engine<'p> {
    pub plan: &'p Plan,
    pub judge: Judge<'p>,
    pub world: World,
    pub decisions: Decisions,
    pub items: Vec<Item<'p>>,
    pub index: HashMap<&'p str, usize>,
    pub state: Vec<State>,
    pub since: Vec<i64>,
    /// Attempts of commands, and retries of what failed.
    pub tries: BTreeMap<(usize, usize), u32>,
    pub chosen: BTreeMap<usize, usize>,
    /// Steps whose effect a rollback takes back, in the order done.
    pub effects: Vec<usize>,
    /// The share of the new version, by service, as words.
    pub traffic: BTreeMap<&'p str, Vec<String>>,
    pub recurring: Vec<Recurring>,
    pub rules: Vec<Rule>,
    pub courses: Vec<Course<'p>>,
    pub awaited: Vec<Awaited<'p>>,
    pub pauses: Vec<Cause>,
    /// The rollback that has begun.
    pub back: Option<usize>,
    pub stopped: bool,
    pub failure: Option<String>,
    pub now: i64,
    wakeups: BTreeSet<i64>,
    /// So long behind a change a verdict may change, in seconds; true where it may change at any
    /// moment of that stretch.
    offsets: BTreeSet<(i64, bool)>,
    pub words: BTreeMap<i64, Vec<String>>,
    pub changes: BTreeSet<i64>,
    pub events: Vec<Moment>,
}

/// Runs a plan to its end.
pub fn run(plan: &Plan, world: World, decisions: Decisions) -> Timeline {
    Engine::new(plan, world, decisions).run()
}

impl<'p> Engine<'p> {
    fn new(plan: &'p Plan, world: World, decisions: Decisions) -> Self {
        let mut items = Vec::new();
        for node in &plan.nodes {
            add(&mut items, node, None, plan);
        }
        let index: HashMap<&str, usize> = items
            .iter()
            .enumerate()
            .map(|(place, item)| (item.node.id.as_str(), place))
            .collect();
        for edge in &plan.edges {
            if matches!(edge.kind, EdgeKind::Sequence | EdgeKind::After)
                && let (Some(&from), Some(&to)) =
                    (index.get(edge.from.as_str()), index.get(edge.to.as_str()))
                // What comes after a rollback waits for that one alone.
                && items[from].node.work != Work::Rollback
                && (items[to].parent.is_some() || !items[to].node.follows_rollback())
            {
                items[to].before.push(from);
            }
        }
        let count = items.len();
        let mut engine = Engine {
            plan,
            judge: Judge::new(plan),
            rules: Rule::all(&items, plan, &index),
            items,
            index,
            world,
            decisions,
            state: vec![State::Idle; count],
            since: vec![0; count],
            tries: BTreeMap::new(),
            chosen: BTreeMap::new(),
            effects: Vec::new(),
            traffic: BTreeMap::new(),
            recurring: Vec::new(),
            courses: Vec::new(),
            awaited: Vec::new(),
            pauses: Vec::new(),
            back: None,
            stopped: false,
            failure: None,
            now: 0,
            wakeups: BTreeSet::new(),
            offsets: offsets(plan),
            words: BTreeMap::new(),
            changes: BTreeSet::new(),
            events: Vec::new(),
        };
        engine.now = engine.begin_of_time();
        // Decided before anything begins: told, and no change that `within` is counted from.
        let decided: Vec<String> = engine.decisions.words().collect();
        if !decided.is_empty() {
            engine.words.insert(engine.now, decided);
            engine.wakeups.insert(engine.now);
        }
        let changes = engine.world.changes();
        engine.know(changes);
        let samples: Vec<i64> = engine.world.samples().collect();
        for at in samples {
            engine.wake_behind(at, false);
        }
        let turned: Vec<i64> = engine.world.turned().collect();
        engine.changes.extend(turned);
        let stated: Vec<i64> = engine
            .items
            .iter()
            .flat_map(|item| [item.stated, item.closes])
            .flatten()
            .collect();
        for at in stated {
            engine.wake(at);
        }
        engine
    }

    /// The first moment: when the first phase or gate begins, and not after `T`.
    fn begin_of_time(&self) -> i64 {
        self.items
            .iter()
            .filter(|item| item.parent.is_none() && is_main(item.node))
            .filter_map(|item| item.stated.or(item.node.schedule.starts_seconds))
            .min()
            .unwrap_or(0)
            .min(0)
    }

    /// Takes note of moments at which what is given changes.
    pub fn know(&mut self, changes: Vec<(i64, String)>) {
        for (at, words) in changes {
            self.changes.insert(at);
            self.words.entry(at).or_default().push(words);
            self.wake_behind(at, true);
        }
    }

    /// The moments at which a verdict may change because of a change at `at`.
    fn wake_behind(&mut self, at: i64, finely: bool) {
        self.wake(at);
        let mut moments = Vec::new();
        for (length, sliding) in &self.offsets {
            moments.push(at.saturating_add(*length));
            if finely && *sliding {
                let part = |part: i64| at.saturating_add(length.saturating_mul(part) / PARTS);
                moments.extend((1..PARTS).map(part));
            }
        }
        for moment in moments {
            self.wake(moment);
        }
    }

    pub fn wake(&mut self, at: i64) {
        if at > self.now || self.events.is_empty() {
            self.wakeups.insert(at);
        }
    }

    fn run(mut self) -> Timeline {
        let mut outcome = None;
        for _ in 0..MOST_MOMENTS {
            if let Some(words) = self.words.remove(&self.now) {
                for to in words {
                    self.tell(None, Happening::Changed { to });
                }
            }
            self.settle();
            if let Some(over) = self.is_over() {
                outcome = Some(over);
                break;
            }
            // What recurs goes on for ever: it keeps nobody waiting when nothing else is to come.
            let Some(next) = self.wakeups.range(self.now + 1..).next().copied() else {
                break;
            };
            let recurs = self.recurring.iter().map(|recurring| recurring.next);
            self.now = recurs.filter(|at| *at > self.now).fold(next, i64::min);
        }
        let (outcome, why) = outcome.unwrap_or_else(|| (Outcome::Waiting, self.what_waits()));
        self.tell(None, Happening::Over { outcome, why });
        let ended_seconds = self.now;
        Timeline {
            events: self.events,
            changes: self.changes.into_iter().collect(),
            outcome,
            ended_seconds,
        }
    }

    /// Everything that happens at this moment.
    fn settle(&mut self) {
        for _ in 0..MOST_PASSES {
            let mut moved = self.look_at_rules();
            moved |= self.end_pauses();
            moved |= self.go_on();
            if self.stopped {
                return;
            }
            for place in 0..self.items.len() {
                moved |= match self.state[place] {
                    State::Idle => self.may_begin(place) && self.begin(place),
                    State::Running => !self.is_frozen(place) && self.advance(place),
                    State::Done | State::LeftOut | State::Failed | State::Ended => false,
                };
            }
            moved |= self.recur();
            if !moved {
                return;
            }
        }
    }

    /// The verdict, once there is nothing left to do.
    fn is_over(&mut self) -> Option<(Outcome, String)> {
        if self.stopped {
            return Some((Outcome::Stopped, String::new()));
        }
        if !self.pauses.is_empty() || !self.courses.is_empty() {
            return None;
        }
        if let Some(back) = self.back {
            let after = self.items.iter().enumerate().all(|(place, item)| {
                item.parent.is_some() || !self.comes_after_back(place) || self.is_finished(place)
            });
            let over = self.is_finished(back) && after;
            return over.then(|| (Outcome::RolledBack, String::new()));
        }
        let busy = self.items.iter().enumerate().any(|(place, item)| {
            let node = item.node;
            let main = is_main(node) && !node.follows_rollback();
            let waits = item.parent.is_none() && (main || node.work == Work::Monitor);
            waits && !self.is_finished(place)
        });
        if busy {
            return None;
        }
        if let Some(why) = &self.failure {
            return Some((Outcome::Failure, why.clone()));
        }
        Some(match self.what_success_lacks() {
            None => (Outcome::Success, String::new()),
            Some(why) => (Outcome::NoSuccess, why),
        })
    }

    /// The first thing required for success that does not hold.
    fn what_success_lacks(&self) -> Option<String> {
        let success = self
            .items
            .iter()
            .find(|item| item.node.work == Work::Success)?;
        let place = self.index.get(success.node.id.as_str()).copied()?;
        for inner in place + 1..success.end {
            let node = self.items[inner].node;
            let Some(condition) = node.work.holds() else {
                continue;
            };
            match self.judge.holds(condition, &self.look(), true) {
                Verdict::Pass => {}
                Verdict::Fail => return Some(self.broken(condition, "does not hold")),
                Verdict::NoData => return Some(self.broken(condition, "can't be judged")),
            }
        }
        None
    }

    /// Why nothing goes on.
    fn what_waits(&self) -> String {
        let waiting: Vec<&str> = self
            .pauses
            .iter()
            .filter_map(|cause| cause.place())
            .map(|place| self.items[place].node.id.as_str())
            .collect();
        if let Some(first) = waiting.first() {
            return format!("what `{first}` says does not clear");
        }
        let deepest = self
            .items
            .iter()
            .enumerate()
            .filter(|(place, item)| {
                self.state[*place] == State::Running
                    && !item
                        .children
                        .iter()
                        .any(|child| self.state[*child] == State::Running)
            })
            .map(|(_, item)| item.node.id.as_str())
            .next();
        match deepest {
            Some(id) => format!("`{id}` does not end"),
            None => String::new(),
        }
    }

    pub fn look(&self) -> Look<'_> {
        Look {
            world: &self.world,
            at: self.now,
            parameters: &self.decisions.parameters,
        }
    }

    /// What a condition says and what is measured: "`error-rate < 1%` does not hold: `error-rate` is 7%".
    pub fn broken(&self, condition: &Condition, how: &str) -> String {
        let shown = self.judge.shown(condition, &self.look());
        match shown.is_empty() {
            true => format!("`{condition}` {how}"),
            false => format!("`{condition}` {how}: {shown}"),
        }
    }

    pub fn tell(&mut self, place: Option<usize>, what: Happening) {
        let node = place.map(|place| self.items[place].node);
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

    pub fn is_finished(&self, place: usize) -> bool {
        matches!(self.state[place], State::Done | State::LeftOut)
    }

    /// Whether a node waits because a pause holds it: the work itself does, ways back and
    /// procedures do not.
    pub fn is_frozen(&self, place: usize) -> bool {
        !self.pauses.is_empty() && is_main(self.items[self.items[place].top].node)
    }

    /// Whether a top-level node is done because of the rollback that has begun.
    pub fn comes_after_back(&self, place: usize) -> bool {
        let node = self.items[place].node;
        self.back.is_some_and(|back| {
            node.follows_rollback()
                && node
                    .after
                    .iter()
                    .any(|after| after == "rollback" || *after == self.items[back].node.id)
        })
    }

    /// Puts a node and all that stands in it back to its beginning.
    pub fn reset(&mut self, place: usize) {
        for inner in place..self.items[place].end {
            self.state[inner] = State::Idle;
            self.chosen.remove(&inner);
        }
        let end = self.items[place].end;
        self.recurring
            .retain(|recurring| !(place..end).contains(&recurring.item));
    }

    pub fn seconds_of(&self, place: usize) -> i64 {
        let node = self.items[place].node;
        node.takes
            .as_ref()
            .map_or(0, |takes| takes.high.whole_seconds())
    }
}

/// A phase or a gate: what the work at the top consists of.
pub fn is_main(node: &Node) -> bool {
    matches!(node.work, Work::Phase | Work::Gate)
}

/// Whether a node takes its turn: rules and words for the reader do not.
pub fn takes_turn(work: &Work) -> bool {
    !matches!(
        work,
        Work::Note { .. }
            | Work::Else
            | Work::When { .. }
            | Work::Severity { .. }
            | Work::Watch { .. }
            | Work::Every { .. }
            | Work::Alert { .. }
    )
}

fn add<'p>(
    items: &mut Vec<Item<'p>>,
    node: &'p Node,
    parent: Option<usize>,
    plan: &'p Plan,
) -> usize {
    let place = items.len();
    let start = plan.deployment.starts.as_ref();
    let window = node.window.as_ref();
    let from = node.at.as_ref().or(window.map(|window| &window.from));
    items.push(Item {
        node,
        parent,
        children: Vec::new(),
        before: Vec::new(),
        top: parent.map_or(place, |parent| items[parent].top),
        end: place,
        stated: from.and_then(|from| offset(from, start)),
        closes: window.and_then(|window| offset(&window.to, start)),
    });
    for child in &node.children {
        let inner = add(items, child, Some(place), plan);
        items[place].children.push(inner);
    }
    items[place].end = items.len();
    place
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
