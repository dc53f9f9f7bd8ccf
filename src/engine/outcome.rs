//! How it ends: whether there is nothing left to do, and what that comes to.

use super::event::Outcome;
use super::items::{Item, is_main};
use super::requests::Verdict;
use super::run::{Engine, Known, State};
use crate::plan::Work;

impl Engine<'_> {
    /// The verdict, once there is nothing left to do.
    pub(super) fn is_over(&mut self) -> Known<Option<(Outcome, String)>> {
        if self.stopped {
            return Ok(Some((Outcome::Stopped, String::new())));
        }
        if !self.pauses.is_empty() || !self.courses.is_empty() {
            return Ok(None);
        }
        if let Some(back) = self.back {
            let after = self.items.iter().enumerate().all(|(place, item)| {
                item.parent.is_some() || !self.comes_after_back(place) || self.is_finished(place)
            });
            let over = self.is_finished(back) && after;
            return Ok(over.then(|| (Outcome::RolledBack, String::new())));
        }
        let busy = self.items.iter().enumerate().any(|(place, item)| {
            let node = item.node;
            let main = is_main(node) && !node.follows_rollback();
            let waits = item.parent.is_none() && (main || node.work == Work::Monitor);
            waits && !self.is_finished(place)
        });
        if busy {
            return Ok(None);
        }
        if let Some(why) = &self.failure {
            return Ok(Some((Outcome::Failure, why.clone())));
        }
        Ok(Some(match self.what_success_lacks()? {
            None => (Outcome::Success, String::new()),
            Some(why) => (Outcome::NoSuccess, why),
        }))
    }

    /// The first thing required for success that does not hold.
    fn what_success_lacks(&mut self) -> Known<Option<String>> {
        let success = |item: &Item<'_>| item.node.work == Work::Success;
        let Some(place) = self.items.iter().position(success) else {
            return Ok(None);
        };
        for inner in self.within(place).skip(1) {
            let node = self.items[inner].node;
            let Some(condition) = node.work.holds() else {
                continue;
            };
            match self.judge(condition, true)? {
                Verdict::Pass => {}
                Verdict::Fail => return Ok(Some(self.broken(condition, true, "does not hold"))),
                Verdict::NoData => {
                    return Ok(Some(self.broken(condition, true, "can't be judged")));
                }
            }
        }
        Ok(None)
    }

    /// Why nothing goes on.
    pub(super) fn what_waits(&self) -> String {
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
}
