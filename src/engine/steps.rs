//! How a node begins, goes on and ends.

use super::course::Cause;
use super::event::{Happening, notice_words};
use super::items::{is_main, offset, takes_turn};
use super::requests::{Standing, Verdict};
use super::run::{Engine, Known, Recurring, State};
use crate::plan::{Action, Condition, Effect, Interval, Quantity, WaitFor, Work};

impl<'p> Engine<'p> {
    /// Whether a node's turn has come.
    pub(super) fn may_begin(&self, place: usize) -> bool {
        let item = &self.items[place];
        let turn = match item.parent {
            Some(parent) => {
                self.state[parent] == State::Running
                    && takes_turn(&item.node.work)
                    && match self.items[parent].node.work {
                        Work::Choose => self.chosen.get(&parent) == Some(&Some(place)),
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

    /// Begins a node whose turn has come, unless it is left out. Returns whether it has begun.
    pub(super) fn begin(&mut self, place: usize) -> Known<bool> {
        let node = self.items[place].node;
        if let Some(condition) = &node.condition
            && self.judge(condition, true)? == Verdict::Fail
        {
            self.state[place] = State::LeftOut;
            self.tell(Some(place), Happening::LeftOut);
            self.moved = true;
            return Ok(false);
        }
        self.start(place);
        self.moved = true;
        Ok(true)
    }

    /// Begins a node, whoever asks for it.
    pub(super) fn start(&mut self, place: usize) {
        let node = self.items[place].node;
        self.state[place] = State::Running;
        self.since[place] = self.now;
        self.tell(Some(place), Happening::Began);
        self.perform(place);
        match &node.work {
            Work::Hold { length, .. } => {
                self.wake(self.now.saturating_add(length.high.whole_seconds()));
            }
            Work::Wait { until, .. } => match until {
                WaitFor::Length(length) => {
                    self.wake(self.now.saturating_add(length.whole_seconds()));
                }
                WaitFor::Time(time) => {
                    let start = self.plan.deployment.starts.as_ref();
                    if let Some(until) = offset(time, start) {
                        self.wake(until);
                    }
                }
                WaitFor::Event(_) | WaitFor::Command(_) => {}
            },
            // The option is chosen before anything recurs.
            Work::Choose => return,
            _ => {}
        }
        self.begin_recurring(place);
    }

    fn begin_recurring(&mut self, place: usize) {
        for at in 0..self.items[place].children.len() {
            let child = self.items[place].children[at];
            if let Work::Every {
                interval: Interval::Period(period),
            } = &self.items[child].node.work
            {
                self.recurs_every(child, period);
            }
        }
    }

    /// Takes an option of those that are offered.
    fn choose(&mut self, place: usize) -> Known<()> {
        let mut offered = Vec::new();
        for at in 0..self.items[place].children.len() {
            let option = self.items[place].children[at];
            let node = self.items[option].node;
            if !matches!(node.work, Work::Option) {
                continue;
            }
            let holds = match &node.condition {
                Some(condition) => self.judge(condition, true)? != Verdict::Fail,
                None => true,
            };
            if holds {
                offered.push(option);
            }
        }
        let taken = self.ask_option(place, offered.clone())?;
        let refused = taken.filter(|option| !offered.contains(option));
        let condition = refused.and_then(|one| self.items[one].node.condition.as_ref());
        match condition {
            Some(condition) => {
                let how = "does not hold, so this option is not offered";
                let why = self.broken(condition, true, how);
                self.fail(place, why);
            }
            None => {
                self.chosen.insert(place, taken);
                self.begin_recurring(place);
            }
        }
        Ok(())
    }

    fn recurs_every(&mut self, item: usize, period: &Quantity) {
        let period = period.whole_seconds().max(1);
        let next = self.now.saturating_add(period);
        self.recurring.push(Recurring { item, next, period });
    }

    /// Begins what recurs and is due. Returns whether anything did.
    pub(super) fn recur(&mut self) -> bool {
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
                    self.perform(*item);
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
    pub(super) fn go_on_with(&mut self, place: usize) -> Known<bool> {
        let node = self.items[place].node;
        if let Standing::Failed(why) = &self.standing[place] {
            let why = why.clone();
            self.fail(place, why);
            return Ok(true);
        }
        if node.work == Work::Choose && !self.chosen.contains_key(&place) {
            self.choose(place)?;
            return Ok(true);
        }
        let inside = self.inside_is_finished(place);
        let length = match &node.work {
            Work::Hold { length, .. } => length.high.whole_seconds(),
            Work::Wait {
                until: WaitFor::Length(length),
                ..
            } => length.whole_seconds(),
            _ => 0,
        };
        let until = self.since[place].saturating_add(length);
        let ripe = inside && self.standing[place] == Standing::Well && until <= self.now;
        Ok(match &node.work {
            Work::Hold { holds, .. } => {
                if let Some(holds) = holds
                    && self.judged(place, holds)?
                {
                    return Ok(true);
                }
                ripe && self.end(place)
            }
            Work::Check { holds } | Work::Require { holds } => {
                if !ripe {
                    return Ok(false);
                }
                if let Some(holds) = holds
                    && !node.done
                    && self.judged(place, holds)?
                {
                    return Ok(true);
                }
                self.end(place)
            }
            Work::Run { effect, .. } => {
                if !ripe {
                    return Ok(false);
                }
                if matches!(effect, Effect::Undo { .. }) {
                    self.effects.push(place);
                }
                self.end(place)
            }
            Work::Shift { .. }
            | Work::Switch { .. }
            | Work::Scale { .. }
            | Work::Approve { .. }
            | Work::Notify { .. }
                if !ripe =>
            {
                false
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
                    self.recurs_every(place, period);
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
                    return Ok(false);
                }
                self.state[place] = State::Done;
                if undecided {
                    self.pause(self.cause_of_block(place));
                }
                true
            }
            Work::Rollback => {
                if !ripe {
                    return Ok(false);
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
        })
    }

    /// Looks at a condition that must hold. Returns whether it did not, so that something follows.
    fn judged(&mut self, place: usize, holds: &'p Condition) -> Known<bool> {
        Ok(match self.judge(holds, true)? {
            Verdict::Pass => false,
            Verdict::Fail => {
                let why = self.broken(holds, true, "does not hold");
                self.fail(place, why);
                true
            }
            Verdict::NoData => {
                let why = self.broken(holds, true, "can't be judged");
                self.tell(Some(place), Happening::Failed { why });
                self.state[place] = State::Failed;
                self.pause(Cause::Node(place));
                true
            }
        })
    }

    fn inside_is_finished(&self, place: usize) -> bool {
        let item = &self.items[place];
        if item.node.work == Work::Choose {
            let chosen = self.chosen.get(&place).copied().flatten();
            return chosen.is_none_or(|option| self.is_finished(option));
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
