//! How a node begins, goes on and ends.

use super::actions::Cause;
use super::engine::{Engine, Recurring, State, is_main, takes_turn};
use super::event::{Happening, notice_words};
use super::verdict::Verdict;
use super::world::{Answer, offset};
use crate::plan::{Action, Condition, Effect, Interval, Quantity, WaitFor, Work};

impl<'p> Engine<'p> {
    /// Whether a node's turn has come.
    pub fn may_begin(&self, place: usize) -> bool {
        let item = &self.items[place];
        let turn = match item.parent {
            Some(parent) => {
                self.state[parent] == State::Running
                    && takes_turn(&item.node.work)
                    && match self.items[parent].node.work {
                        Work::Choose => self.chosen.get(&parent) == Some(&place),
                        _ => true,
                    }
            }
            None => match &item.node.work {
                Work::Phase | Work::Gate if item.node.follows_rollback() => {
                    self.comes_after_back(place)
                        && self.back.is_some_and(|back| self.is_finished(back))
                }
                Work::Phase | Work::Gate | Work::Monitor => self.back.is_none(),
                _ => false,
            },
        };
        turn && !self.is_frozen(place)
            && item.before.iter().all(|before| self.is_finished(*before))
            && item.stated.is_none_or(|stated| stated <= self.now)
    }

    /// Begins a node whose turn has come. Always moves something.
    pub fn begin(&mut self, place: usize) -> bool {
        let node = self.items[place].node;
        if let Some(condition) = &node.condition
            && self.judge.holds(condition, &self.look(), true) == Verdict::Fail
        {
            self.state[place] = State::LeftOut;
            self.tell(Some(place), Happening::LeftOut);
            return true;
        }
        self.start(place);
        true
    }

    /// Begins a node, whoever asks for it.
    pub fn start(&mut self, place: usize) {
        let node = self.items[place].node;
        self.state[place] = State::Running;
        self.since[place] = self.now;
        self.tell(Some(place), Happening::Began);
        let known = self.world.begins(&node.id, self.now);
        if !known.is_empty() {
            self.know(known);
            if let Some(words) = self.words.remove(&self.now) {
                for to in words {
                    self.tell(None, Happening::Changed { to });
                }
            }
        }
        let mut lengths = vec![self.seconds_of(place)];
        lengths.extend(node.within.as_deref().map(Quantity::whole_seconds));
        match &node.work {
            Work::Hold { length, .. } => lengths.push(length.high.whole_seconds()),
            Work::Wait { until, .. } => match until {
                WaitFor::Length(length) => lengths.push(length.whole_seconds()),
                WaitFor::Time(time) => {
                    let start = self.plan.deployment.starts.as_ref();
                    if let Some(until) = offset(time, start) {
                        self.wake(until);
                    }
                }
                WaitFor::Event(_) | WaitFor::Command(_) => {}
            },
            Work::Choose if self.choose(place) => return,
            _ => {}
        }
        for length in lengths {
            self.wake(self.now.saturating_add(length));
        }
        let children = self.items[place].children.clone();
        for child in children {
            if let Work::Every {
                interval: Interval::Period(period),
            } = &self.items[child].node.work
            {
                self.recurs(child, period);
            }
        }
    }

    /// Takes the option that the test says, or the first that is offered. Returns whether there is
    /// none that can be taken.
    fn choose(&mut self, place: usize) -> bool {
        let decided = self.decisions.options.get(&self.items[place].node.id);
        let mut wanted = self.items[place].children.iter().copied().filter(|option| {
            let node = self.items[*option].node;
            matches!(node.work, Work::Option) && decided.is_none_or(|decided| *decided == node.id)
        });
        let offered = |option: &usize| {
            let condition = self.items[*option].node.condition.as_ref();
            condition.is_none_or(|condition| {
                self.judge.holds(condition, &self.look(), true) != Verdict::Fail
            })
        };
        match wanted.clone().find(offered) {
            Some(taken) => {
                self.chosen.insert(place, taken);
                false
            }
            None => {
                let refused = decided.and(wanted.next());
                let condition = refused.and_then(|one| self.items[one].node.condition.as_ref());
                let Some(condition) = condition else {
                    return false;
                };
                let why = self.broken(condition, "does not hold, so this option is not offered");
                self.fail(place, why);
                true
            }
        }
    }

    fn recurs(&mut self, item: usize, period: &Quantity) {
        let period = period.whole_seconds().max(1);
        let next = self.now.saturating_add(period);
        self.recurring.push(Recurring { item, next, period });
    }

    /// Begins what recurs and is due. Returns whether anything did.
    pub fn recur(&mut self) -> bool {
        let mut due = Vec::new();
        let (state, items, now) = (&self.state, &self.items, self.now);
        self.recurring.retain_mut(|recurring| {
            let lasts = items[recurring.item]
                .parent
                .is_some_and(|parent| matches!(state[parent], State::Running | State::Failed));
            if lasts && recurring.next <= now {
                recurring.next = now.saturating_add(recurring.period);
                due.push(recurring.item);
            }
            lasts
        });
        for item in &due {
            match &self.items[*item].node.work {
                Work::Every { .. } => {
                    let all = *item..self.items[*item].end;
                    for inner in all {
                        self.state[inner] = State::Idle;
                    }
                    self.state[*item] = State::Running;
                    self.since[*item] = self.now;
                }
                Work::Notify { notice, .. } => {
                    let whom = notice_words(notice);
                    self.tell(Some(*item), Happening::Told { whom });
                }
                _ => {}
            }
        }
        !due.is_empty()
    }

    /// Goes on with a node that has begun. Returns whether anything moved.
    pub fn advance(&mut self, place: usize) -> bool {
        let node = self.items[place].node;
        if self.answer_fails(place) {
            return self.advance_failing(place);
        }
        let inside = self.inside_is_finished(place);
        let length = match &node.work {
            Work::Hold { length, .. } => length.high.whole_seconds(),
            Work::Wait {
                until: WaitFor::Length(length),
                ..
            } => length.whole_seconds(),
            _ => self.seconds_of(place),
        };
        let until = self.since[place].saturating_add(length);
        let ripe = inside && until <= self.now;
        match &node.work {
            Work::Hold { holds, .. } => {
                if let Some(holds) = holds
                    && self.judged(place, holds)
                {
                    return true;
                }
                ripe && self.end(place)
            }
            Work::Check { holds } | Work::Require { holds } => {
                if !ripe {
                    return false;
                }
                if let Some(holds) = holds
                    && !node.done
                    && self.judged(place, holds)
                {
                    return true;
                }
                self.end(place)
            }
            Work::Run { effect, .. } => {
                if !ripe {
                    return false;
                }
                if matches!(effect, Effect::Undo { .. }) {
                    self.effects.push(place);
                }
                self.end(place)
            }
            Work::Shift { service, share } => {
                self.move_traffic(place, service, format!("{service}: {share} of the traffic"))
            }
            Work::Switch { service, colour } => self.move_traffic(
                place,
                service,
                format!("{service}: all traffic to {colour}"),
            ),
            Work::Scale { service, replicas } => {
                self.effects.push(place);
                let to = format!("{service}: {replicas} replicas");
                self.tell(Some(place), Happening::Moved { to });
                self.end(place)
            }
            Work::Approve { .. } => {
                self.tell(Some(place), Happening::Approved);
                self.end(place)
            }
            Work::Wait { until: wait, .. } => {
                let start = self.plan.deployment.starts.as_ref();
                let waits = match wait {
                    WaitFor::Time(time) => offset(time, start).is_some_and(|at| at > self.now),
                    WaitFor::Length(_) | WaitFor::Event(_) | WaitFor::Command(_) => false,
                };
                ripe && !waits && self.end(place)
            }
            Work::Notify { notice, every } => {
                let whom = notice_words(notice);
                self.tell(Some(place), Happening::Told { whom });
                if let Some(period) = every {
                    self.recurs(place, period);
                }
                self.end(place)
            }
            Work::Act { actions } => {
                let actions: Vec<&'p Action> = actions.iter().collect();
                let cause = self.cause_of_block(place);
                self.state[place] = State::Done;
                self.lead_to(actions, cause);
                true
            }
            Work::Else => {
                let undecided = !node
                    .children
                    .iter()
                    .any(|child| matches!(child.work, Work::Act { .. }));
                if !inside {
                    return false;
                }
                self.state[place] = State::Done;
                if undecided {
                    self.pause(self.cause_of_block(place));
                }
                true
            }
            Work::Rollback => {
                if !ripe {
                    return false;
                }
                let took = self.now - self.since[place];
                if let Some(within) = &node.within
                    && within.whole_seconds() < took
                {
                    let limit = within.to_string();
                    self.tell(Some(place), Happening::Overran { limit });
                }
                self.end(place)
            }
            Work::Monitor => {
                let closes = self.items[place].closes;
                let over = match closes {
                    Some(closes) => closes <= self.now,
                    None => self.is_main_finished(),
                };
                ripe && over && self.end(place)
            }
            Work::Phase
            | Work::Gate
            | Work::Group { .. }
            | Work::Choose
            | Work::Option
            | Work::Procedure
            | Work::Every { .. } => {
                let closes = self.items[place].closes;
                ripe && closes.is_none_or(|closes| closes <= self.now) && self.end(place)
            }
            Work::Record { .. }
            | Work::Watch { .. }
            | Work::Note { .. }
            | Work::Severity { .. }
            | Work::When { .. }
            | Work::Alert { .. }
            | Work::Baseline { .. }
            | Work::Bound { .. }
            | Work::Success
            | Work::Failure
            | Work::Escalation
            | Work::Escalate { .. }
            | Work::Objective { .. }
            | Work::Backup { .. }
            | Work::Freeze { .. }
            | Work::Reference
            | Work::Link { .. }
            | Work::File { .. }
            | Work::Lookup { .. }
            | Work::Test { .. } => ripe && self.end(place),
        }
    }

    /// Whether the test says that a node does not do well; otherwise it does.
    pub fn answer_fails(&self, place: usize) -> bool {
        self.world
            .answer(self.items[place].node, self.now)
            .is_some()
    }

    /// Goes on with a node that can't succeed.
    fn advance_failing(&mut self, place: usize) -> bool {
        let node = self.items[place].node;
        let mut length = self.seconds_of(place);
        if self.world.answer(node, self.now) == Some(Answer::Silence) {
            let Some(within) = &node.within else {
                return false;
            };
            if self.since[place].saturating_add(within.whole_seconds()) > self.now {
                return false;
            }
            self.fail(place, format!("nobody answers within {within}"));
            return true;
        }
        if let Work::Run {
            attempts: Some(attempts),
            ..
        } = &node.work
        {
            let every = attempts.every.as_ref().map_or(0, Quantity::whole_seconds);
            length = length.saturating_add(every.saturating_mul(i64::from(attempts.retries)));
        }
        let until = self.since[place].saturating_add(length);
        if until > self.now {
            self.wake(until);
            return false;
        }
        self.fail(place, "the test says so".into());
        true
    }

    /// Looks at a condition that must hold. Returns whether it did not, so that something follows.
    fn judged(&mut self, place: usize, holds: &Condition) -> bool {
        match self.judge.holds(holds, &self.look(), true) {
            Verdict::Pass => false,
            Verdict::Fail => {
                let why = self.broken(holds, "does not hold");
                self.fail(place, why);
                true
            }
            Verdict::NoData => {
                let why = self.broken(holds, "can't be judged");
                self.tell(Some(place), Happening::Failed { why });
                self.state[place] = State::Failed;
                self.pause(Cause::Node(place));
                true
            }
        }
    }

    fn inside_is_finished(&self, place: usize) -> bool {
        let item = &self.items[place];
        if item.node.work == Work::Choose {
            return self
                .chosen
                .get(&place)
                .is_none_or(|option| self.is_finished(*option));
        }
        item.children
            .iter()
            .all(|child| !takes_turn(&self.items[*child].node.work) || self.is_finished(*child))
    }

    fn is_main_finished(&self) -> bool {
        self.items.iter().enumerate().all(|(place, item)| {
            item.parent.is_some()
                || !is_main(item.node)
                || item.node.follows_rollback()
                || self.is_finished(place)
        })
    }

    fn move_traffic(&mut self, place: usize, service: &'p str, to: String) -> bool {
        self.effects.push(place);
        self.traffic.entry(service).or_default().push(to.clone());
        self.tell(Some(place), Happening::Moved { to });
        self.end(place)
    }

    fn end(&mut self, place: usize) -> bool {
        self.state[place] = State::Done;
        self.tell(Some(place), Happening::Ended);
        true
    }
}
