//! The state of every node, and how it changes from one answer to the next.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::course::{Awaited, Cause, Course};
use super::event::{Happening, Outcome};
use super::items::{Item, add, is_main};
use super::requests::{Event, Request, Standing, Verdict};
use super::rule::Rule;
use crate::plan::{Condition, EdgeKind, Node, Plan, Work};

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

/// Something that recurs while the node around it lasts.
pub(super) struct Recurring {
    pub item: usize,
    pub next: i64,
    pub period: i64,
}

/// An answer is needed before it goes on; it is among the requests.
pub(super) struct Unknown;

/// What follows, unless an answer is needed first. Whoever asks has changed nothing before.
pub(super) type Known<T> = Result<T, Unknown>;

/// What was answered at this moment. A condition is known by its address: plans do not move.
#[derive(Default)]
struct Answers {
    judged: HashMap<(*const Condition, bool), (Verdict, String)>,
    heard: HashMap<usize, bool>,
    cleared: HashMap<usize, bool>,
    options: HashMap<usize, Option<usize>>,
}

/// Where a pass over the plan stands.
#[derive(Clone, Copy)]
enum Stage {
    Rules,
    Pauses,
    Courses,
    Items(usize),
    Recurring,
    Outcome,
}

/// A plan that is carried out.
pub struct Engine<'p> {
    pub(super) plan: &'p Plan,
    pub(super) items: Vec<Item<'p>>,
    pub(super) index: HashMap<&'p str, usize>,
    pub(super) state: Vec<State>,
    pub(super) since: Vec<i64>,
    pub(super) standing: Vec<Standing>,
    /// Attempts of commands, and retries of what failed.
    pub(super) tries: BTreeMap<(usize, usize), u32>,
    /// The option that is taken; nothing where none can be. Of an `else`: what failed.
    pub(super) chosen: BTreeMap<usize, Option<usize>>,
    /// Steps whose effect a rollback undoes, in the order done.
    pub(super) effects: Vec<usize>,
    /// The share of the new version, by service, as words.
    pub(super) traffic: BTreeMap<&'p str, Vec<String>>,
    pub(super) recurring: Vec<Recurring>,
    pub(super) rules: Vec<Rule>,
    pub(super) courses: Vec<Course<'p>>,
    pub(super) awaited: Vec<Awaited<'p>>,
    pub(super) pauses: Vec<Cause>,
    /// The rollback that has begun.
    pub(super) back: Option<usize>,
    pub(super) stopped: bool,
    pub(super) failure: Option<String>,
    pub(super) now: i64,
    begun: bool,
    outcome: Option<Outcome>,
    wakeups: BTreeSet<i64>,
    answers: Answers,
    requests: Vec<Request<'p>>,
    stage: Stage,
    /// Whether anything moved in this pass.
    pub(super) moved: bool,
    passes: usize,
}

impl<'p> Engine<'p> {
    /// A plan of which nothing has begun.
    pub fn new(plan: &'p Plan) -> Self {
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
        let stated = items.iter().flat_map(|item| [item.stated, item.closes]);
        Engine {
            plan,
            rules: Rule::all(&items, plan, &index),
            wakeups: stated.flatten().collect(),
            items,
            index,
            state: vec![State::Idle; count],
            since: vec![0; count],
            standing: vec![Standing::Well; count],
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
            begun: false,
            outcome: None,
            answers: Answers::default(),
            requests: Vec::new(),
            stage: Stage::Rules,
            moved: false,
            passes: 0,
        }
    }

    /// The moment at which it begins: when the first phase or gate does, and not after `T`. Whole seconds
    /// from `T`, as all moments are.
    pub fn first_moment(&self) -> i64 {
        self.items
            .iter()
            .filter(|item| item.parent.is_none() && is_main(item.node))
            .filter_map(|item| item.stated.or(item.node.schedule.starts_seconds))
            .min()
            .unwrap_or(0)
            .min(0)
    }

    /// Goes on with what is known at a moment, as far as it can. What is asked for is returned once; where
    /// nothing is, all that can happen at this moment has happened.
    pub fn advance(&mut self, at: i64, events: Vec<Event<'p>>) -> Vec<Request<'p>> {
        if !self.begun || at != self.now {
            self.begun = true;
            self.now = at;
            self.answers = Answers::default();
            self.stage = Stage::Rules;
            self.moved = false;
            self.passes = 0;
        }
        for event in events {
            self.take(event);
        }
        if self.outcome.is_none() && self.passes < MOST_PASSES {
            // Where an answer is missing, it is among the requests.
            let _ = self.settle();
        }
        std::mem::take(&mut self.requests)
    }

    /// The next moment at which something can happen by itself.
    pub fn due(&self) -> Option<i64> {
        self.wakeups.range(self.now + 1..).next().copied()
    }

    /// The next moment at which something recurs. It goes on for ever, and keeps nobody waiting where nothing
    /// else is to come.
    pub fn recurs(&self) -> Option<i64> {
        let next = self.recurring.iter().map(|recurring| recurring.next);
        next.filter(|at| *at > self.now).min()
    }

    /// How it ended, once it has.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Gives up waiting: nothing will come any more.
    pub fn give_up(&mut self) -> Vec<Request<'p>> {
        let why = self.what_waits();
        self.over(Outcome::Waiting, why);
        std::mem::take(&mut self.requests)
    }

    /// The node at a place.
    pub fn node(&self, place: usize) -> &'p Node {
        self.items[place].node
    }

    /// The places of a node and of all that stands in it.
    pub fn within(&self, place: usize) -> std::ops::Range<usize> {
        place..self.items[place].end
    }

    /// The places of what stands right in a node.
    pub fn children(&self, place: usize) -> &[usize] {
        &self.items[place].children
    }

    /// Where a node stands.
    pub fn state(&self, place: usize) -> State {
        self.state[place]
    }

    fn take(&mut self, event: Event<'p>) {
        match event {
            Event::Changed => self.answers = Answers::default(),
            Event::Judged {
                condition,
                required,
                verdict,
                shown,
            } => {
                let key = (std::ptr::from_ref(condition), required);
                self.answers.judged.insert(key, (verdict, shown));
            }
            Event::Heard { place, is_true } => {
                self.answers.heard.insert(place, is_true);
            }
            Event::Cleared { place, cleared } => {
                self.answers.cleared.insert(place, cleared);
            }
            Event::Chosen { place, option } => {
                self.answers.options.insert(place, option);
            }
            Event::Stands { place, standing } => self.standing[place] = standing,
        }
    }

    /// Everything that happens at this moment, up to the first answer that is missing.
    fn settle(&mut self) -> Known<()> {
        loop {
            match self.stage {
                Stage::Rules => {
                    self.look_at_rules()?;
                    self.stage = Stage::Pauses;
                }
                Stage::Pauses => {
                    self.end_pauses()?;
                    self.stage = Stage::Courses;
                }
                Stage::Courses => {
                    self.go_on()?;
                    self.stage = match self.stopped {
                        true => Stage::Outcome,
                        false => Stage::Items(0),
                    };
                }
                Stage::Items(place) if place < self.items.len() => {
                    let idle = self.state[place] == State::Idle;
                    if idle && self.may_begin(place) && self.begin(place)? {
                        // What is measured may change as it begins; then an option is chosen.
                        if self.items[place].node.work != Work::Choose {
                            self.stage = Stage::Items(place + 1);
                        }
                        return Err(Unknown);
                    }
                    if self.state[place] == State::Running && !self.is_frozen(place) {
                        self.moved |= self.go_on_with(place)?;
                    }
                    self.stage = Stage::Items(place + 1);
                }
                Stage::Items(_) => self.stage = Stage::Recurring,
                Stage::Recurring => {
                    self.moved |= self.recur();
                    self.passes += 1;
                    let moved = std::mem::take(&mut self.moved);
                    let over = !moved || self.passes >= MOST_PASSES;
                    self.stage = if over { Stage::Outcome } else { Stage::Rules };
                    if !self.requests.is_empty() {
                        self.stage = Stage::Rules;
                        return Err(Unknown);
                    }
                }
                Stage::Outcome => {
                    if let Some((outcome, why)) = self.is_over()? {
                        self.over(outcome, why);
                    }
                    self.stage = Stage::Rules;
                    return Ok(());
                }
            }
        }
    }

    fn over(&mut self, outcome: Outcome, why: String) {
        self.outcome = Some(outcome);
        self.tell(None, Happening::Over { outcome, why });
    }

    /// What a condition comes to at this moment, and what is measured.
    pub(super) fn judge(&mut self, condition: &'p Condition, required: bool) -> Known<Verdict> {
        let key = (std::ptr::from_ref(condition), required);
        if let Some((verdict, _)) = self.answers.judged.get(&key) {
            return Ok(*verdict);
        }
        self.requests.push(Request::Judge {
            condition,
            required,
        });
        Err(Unknown)
    }

    /// Whether the words of a reason are true at this moment.
    pub(super) fn hear(&mut self, place: usize) -> Known<bool> {
        if let Some(is_true) = self.answers.heard.get(&place) {
            return Ok(*is_true);
        }
        self.requests.push(Request::Hear { place });
        Err(Unknown)
    }

    /// Whether what went wrong in a node could go well now.
    pub(super) fn recheck(&mut self, place: usize) -> Known<bool> {
        if let Some(cleared) = self.answers.cleared.get(&place) {
            return Ok(*cleared);
        }
        self.requests.push(Request::Recheck { place });
        Err(Unknown)
    }

    /// Asks which of these options is taken.
    pub(super) fn ask_option(&mut self, place: usize, offered: Vec<usize>) -> Known<Option<usize>> {
        if let Some(option) = self.answers.options.get(&place) {
            return Ok(*option);
        }
        self.requests.push(Request::Choose { place, offered });
        Err(Unknown)
    }

    /// Asks for the work of a node.
    pub(super) fn perform(&mut self, place: usize) {
        self.standing[place] = Standing::Pending;
        self.requests.push(Request::Perform { place });
    }

    pub(super) fn wake(&mut self, at: i64) {
        if at > self.now {
            self.wakeups.insert(at);
        }
    }

    /// What a condition says and what is measured: "`error-rate < 1%` does not hold: `error-rate` is 7%".
    pub(super) fn broken(&self, condition: &Condition, required: bool, how: &str) -> String {
        let key = (std::ptr::from_ref(condition), required);
        let shown = self.answers.judged.get(&key).map(|(_, shown)| shown);
        match shown.filter(|shown| !shown.is_empty()) {
            None => format!("`{condition}` {how}"),
            Some(shown) => format!("`{condition}` {how}: {shown}"),
        }
    }

    pub(super) fn tell(&mut self, place: Option<usize>, what: Happening) {
        self.requests.push(Request::Note { place, what });
    }

    pub(super) fn is_finished(&self, place: usize) -> bool {
        matches!(self.state[place], State::Done | State::LeftOut)
    }

    /// Whether a node waits because a pause holds it: the work itself does, rollbacks and
    /// procedures do not.
    pub(super) fn is_frozen(&self, place: usize) -> bool {
        !self.pauses.is_empty() && is_main(self.items[self.items[place].top].node)
    }

    /// Whether a top-level node is done because of the rollback that has begun.
    pub(super) fn comes_after_back(&self, place: usize) -> bool {
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
    pub(super) fn reset(&mut self, place: usize) {
        for inner in place..self.items[place].end {
            self.state[inner] = State::Idle;
            self.chosen.remove(&inner);
        }
        let end = self.items[place].end;
        self.recurring
            .retain(|recurring| !(place..end).contains(&recurring.item));
    }
}
