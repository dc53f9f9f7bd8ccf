//! What is done when something fails or a rule fires, and the rollback.

use super::course::{Awaited, Cause, Course};
use super::event::{Happening, action_words};
use super::requests::Verdict;
use super::run::{Engine, Known, State};
use crate::plan::{Action, Deed, Work};

/// Retries without a limit end here: what has not changed by then never will.
const MOST_RETRIES: u32 = 1_000;

impl<'p> Engine<'p> {
    /// What failed takes the `else` of the nearest node from itself outwards, and at last the
    /// deployment's `on failure`.
    pub(super) fn fail(&mut self, place: usize, why: String) {
        self.tell(Some(place), Happening::Failed { why });
        self.fall_back(place, None);
    }

    /// Looks outwards from `place`, behind `beyond` where that has been tried already.
    fn fall_back(&mut self, place: usize, beyond: Option<usize>) {
        let mut path = vec![place];
        while let Some(parent) = self.items[path[path.len() - 1]].parent {
            path.push(parent);
        }
        let skipped = beyond.map_or(0, |beyond| {
            path.iter()
                .position(|&one| one == beyond)
                .map_or(0, |at| at + 1)
        });
        let carrier = path
            .iter()
            .skip(skipped)
            .position(|&one| self.has_else(one))
            .map(|at| at + skipped);
        // A gate is decided as a whole.
        let reach = carrier.map_or(path.len(), |carrier| carrier + 1);
        let target = path[..reach]
            .iter()
            .copied()
            .find(|&one| self.items[one].node.work == Work::Gate)
            .unwrap_or(place);
        for inner in target..self.items[target].end {
            if self.state[inner] == State::Running || inner == target {
                self.state[inner] = State::Failed;
            }
        }
        let cause = Cause::Node(target);
        if self.items[self.items[place].top].node.work == Work::Rollback {
            self.pause(cause);
            return;
        }
        let Some(carrier) = carrier.map(|carrier| path[carrier]) else {
            let actions: Vec<&'p Action> = self.plan.deployment.on_failure.iter().collect();
            match actions.is_empty() {
                true => self.pause(cause),
                false => self.lead_to(actions, cause),
            }
            return;
        };
        self.tries.entry((target, carrier)).or_insert(0);
        let block = self.else_block(carrier);
        match block {
            Some(block) => {
                self.reset(block);
                self.state[block] = State::Running;
                self.since[block] = self.now;
                self.chosen.insert(block, Some(target));
            }
            None => {
                let actions: Vec<&'p Action> = self.items[carrier].node.otherwise.iter().collect();
                self.lead_to(actions, cause);
            }
        }
    }

    fn else_block(&self, place: usize) -> Option<usize> {
        let children = &self.items[place].children;
        children
            .iter()
            .copied()
            .find(|child| self.items[*child].node.work == Work::Else)
    }

    fn has_else(&self, place: usize) -> bool {
        !self.items[place].node.otherwise.is_empty() || self.else_block(place).is_some()
    }

    /// What led to an `else` block: what failed.
    pub(super) fn cause_of_block(&self, mut place: usize) -> Cause {
        loop {
            if self.items[place].node.work == Work::Else
                && let Some(&Some(target)) = self.chosen.get(&place)
            {
                return Cause::Node(target);
            }
            match self.items[place].parent {
                Some(parent) => place = parent,
                None => return Cause::Plan,
            }
        }
    }

    /// Begins a series of actions; those with a delay wait on their own.
    pub(super) fn lead_to(&mut self, actions: Vec<&'p Action>, cause: Cause) {
        let mut at_once = Vec::new();
        let mut decided = false;
        for action in actions {
            match &action.after {
                Some(after) => {
                    if let (Deed::Retry { times }, Cause::Node(target)) = (&action.deed, cause)
                        && !self.may_retry(target, *times)
                    {
                        return;
                    }
                    let due = self.now.saturating_add(after.whole_seconds());
                    self.wake(due);
                    decided |= decides(&action.deed);
                    self.awaited.push(Awaited {
                        action,
                        cause,
                        due: Some(due),
                    });
                }
                None => at_once.push(action),
            }
        }
        self.courses.push(Course {
            actions: at_once,
            next: 0,
            cause,
            procedure: None,
            decided,
        });
    }

    /// Goes on with what is under way.
    pub(super) fn go_on(&mut self) -> Known<()> {
        self.do_what_is_due()?;
        let mut place = 0;
        while place < self.courses.len() {
            let course = &self.courses[place];
            if let Some(procedure) = course.procedure
                && !self.is_finished(procedure)
                && self.state[procedure] != State::Ended
            {
                place += 1;
                continue;
            }
            let (next, cause) = (course.next, course.cause);
            let action = course.actions.get(next).copied();
            if let (Some(Deed::Retry { .. }), Cause::Node(_)) = (action.map(|one| &one.deed), cause)
            {
                // Asked before anything changes.
                self.has_cleared(cause)?;
            }
            self.moved = true;
            let course = &self.courses[place];
            let Some(action) = action else {
                let undecided = !course.decided;
                self.courses.remove(place);
                // People have been told, and nothing says how it goes on.
                if let (true, Cause::Node(target)) = (undecided, cause)
                    && self.state[target] == State::Failed
                {
                    self.pause(cause);
                }
                continue;
            };
            let course = &mut self.courses[place];
            course.next += 1;
            course.procedure = None;
            course.decided |= decides(&action.deed);
            if let Some(procedure) = self.act(action, cause) {
                self.courses[place].procedure = Some(procedure);
            }
            if self.courses.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn do_what_is_due(&mut self) -> Known<()> {
        let mut place = 0;
        while place < self.awaited.len() {
            let Awaited { action, cause, due } = self.awaited[place];
            let again = matches!(action.deed, Deed::Retry { .. });
            if !(again && due.is_some()) && self.has_cleared(cause)? {
                self.awaited.remove(place);
                self.moved = true;
                if let Cause::Node(target) = cause {
                    if self.state[target] == State::Failed {
                        self.try_again(target);
                    }
                } else {
                    let what = action_words(action);
                    self.tell(cause.place(), Happening::FellAway { what });
                }
            } else if due.is_some_and(|due| due <= self.now) {
                self.awaited.remove(place);
                self.moved = true;
                match (&action.deed, cause) {
                    (Deed::Retry { .. }, Cause::Node(target)) => {
                        let deed = action.deed.clone();
                        self.tell(Some(target), Happening::Acted { deed });
                        self.try_again(target);
                    }
                    (_, _) => {
                        if let Some(procedure) = self.act(action, cause) {
                            self.courses.push(Course {
                                actions: Vec::new(),
                                next: 0,
                                cause,
                                procedure: Some(procedure),
                                decided: true,
                            });
                        }
                    }
                }
            } else {
                place += 1;
            }
        }
        Ok(())
    }

    /// Does one thing. Returns the procedure that has begun, if one has.
    fn act(&mut self, action: &'p Action, cause: Cause) -> Option<usize> {
        let deed = action.deed.clone();
        let in_rollback = cause
            .place()
            .is_some_and(|place| self.items[self.items[place].top].node.work == Work::Rollback);
        if self.back.is_some() && !in_rollback && decides(&action.deed) {
            // Once it rolls back, nothing else becomes of the work.
            return None;
        }
        match &action.deed {
            Deed::Rollback { rollback } => {
                let place = self.index.get(rollback.as_str()).copied()?;
                self.go_back(place, deed, cause);
            }
            Deed::Pause => self.pause(cause),
            Deed::Stop => {
                self.tell(cause.place(), Happening::Acted { deed });
                self.stopped = true;
            }
            Deed::Skip => {
                self.tell(cause.place(), Happening::Acted { deed });
                if let Cause::Node(target) = cause {
                    self.state[target] = State::LeftOut;
                }
            }
            Deed::Retry { times } => {
                if let Cause::Node(target) = cause {
                    self.retry(action, target, *times);
                }
            }
            Deed::Page { .. } | Deed::Notify(_) | Deed::Instruct { .. } => {
                self.tell(cause.place(), Happening::Acted { deed });
            }
            Deed::Do { procedure } => {
                self.tell(cause.place(), Happening::Acted { deed });
                let place = self.index.get(procedure.as_str()).copied()?;
                if self.state[place] != State::Running {
                    self.reset(place);
                    self.start(place);
                }
                return Some(place);
            }
        }
        None
    }

    /// Whether what failed may be done again; if not, what stands around it decides.
    fn may_retry(&mut self, target: usize, times: Option<u32>) -> bool {
        let carrier = self
            .tries
            .keys()
            .filter(|(tried, _)| *tried == target)
            .map(|(_, carrier)| *carrier)
            .next_back()
            .unwrap_or(target);
        let tries = self.tries.entry((target, carrier)).or_insert(0);
        if *tries >= times.unwrap_or(MOST_RETRIES) {
            self.fall_back(target, Some(carrier));
            return false;
        }
        *tries += 1;
        true
    }

    /// What failed is done again, as often as allowed: at once, or as soon as something has
    /// changed so that it can succeed.
    fn retry(&mut self, action: &'p Action, target: usize, times: Option<u32>) {
        if !self.may_retry(target, times) {
            return;
        }
        let deed = action.deed.clone();
        self.tell(Some(target), Happening::Acted { deed });
        if self.has_cleared(Cause::Node(target)).unwrap_or(false) {
            self.try_again(target);
        } else {
            self.awaited.push(Awaited {
                action,
                cause: Cause::Node(target),
                due: None,
            });
        }
    }

    fn try_again(&mut self, target: usize) {
        self.reset(target);
    }

    pub(super) fn pause(&mut self, cause: Cause) {
        let deed = Deed::Pause;
        self.tell(cause.place(), Happening::Acted { deed });
        if !self.pauses.contains(&cause) {
            self.pauses.push(cause);
        }
    }

    /// Ends the pauses whose causes have cleared.
    pub(super) fn end_pauses(&mut self) -> Known<()> {
        let mut over = Vec::new();
        let mut left = Vec::new();
        for place in 0..self.pauses.len() {
            let cause = self.pauses[place];
            match self.has_cleared(cause)? {
                true => over.push(cause),
                false => left.push(cause),
            }
        }
        self.pauses = left;
        for cause in &over {
            if let Cause::Node(target) = cause
                && self.state[*target] == State::Failed
            {
                self.try_again(*target);
            }
        }
        if let (Some(cause), true) = (over.first(), self.pauses.is_empty()) {
            self.tell(cause.place(), Happening::Resumed);
        }
        self.moved |= !over.is_empty();
        Ok(())
    }

    /// Whether what led to something is so no more.
    fn has_cleared(&mut self, cause: Cause) -> Known<bool> {
        match cause {
            Cause::Plan => Ok(true),
            Cause::Rule(item) => {
                let mut rules = self.rules.iter();
                Ok(rules.all(|rule| rule.item != item || !rule.active))
            }
            Cause::Blind(item) => Ok(self.verdict_of(item)?.0 != Verdict::NoData),
            Cause::Node(target) => {
                if !self.recheck(target)? {
                    return Ok(false);
                }
                for inner in self.within(target) {
                    let work = &self.items[inner].node.work;
                    if is_judged(work)
                        && let Some(holds) = work.holds()
                        && self.judge(holds, true)? != Verdict::Pass
                    {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }
}

/// Whether an action says what becomes of the work.
fn decides(deed: &Deed) -> bool {
    match deed {
        Deed::Rollback { .. } | Deed::Pause | Deed::Stop | Deed::Skip | Deed::Retry { .. } => true,
        Deed::Page { .. } | Deed::Notify(_) | Deed::Do { .. } | Deed::Instruct { .. } => false,
    }
}

/// Whether a node fails when its condition does not hold.
fn is_judged(work: &Work) -> bool {
    matches!(
        work,
        Work::Check { .. } | Work::Require { .. } | Work::Hold { .. }
    )
}
