//! Rules, alerts and the signs of failure: what stays armed, and what it leads to.

use super::course::Cause;
use super::event::Happening;
use super::requests::Verdict;
use super::run::{Engine, Known, State, Unknown};
use crate::plan::{Action, Condition, Work};

impl<'p> Engine<'p> {
    /// Looks at every rule that is armed.
    pub(super) fn look_at_rules(&mut self) -> Known<()> {
        // All is asked before anything comes of it.
        let mut known = true;
        for place in 0..self.rules.len() {
            if self.is_armed(place) {
                let item = self.rules[place].item;
                known &= self.verdict_of(item).is_ok();
            }
        }
        if !known {
            return Err(Unknown);
        }
        for place in 0..self.rules.len() {
            if !self.is_armed(place) {
                let was_active = std::mem::take(&mut self.rules[place].active);
                self.moved |= was_active && self.back.is_none();
                self.rules[place].blind = false;
                continue;
            }
            let item = self.rules[place].item;
            let (verdict, why) = self.verdict_of(item)?;
            match verdict {
                Verdict::Pass if !self.rules[place].active => {
                    self.rules[place].active = true;
                    self.moved = true;
                    self.fire(item, why);
                }
                Verdict::Fail if self.rules[place].active => {
                    self.rules[place].active = false;
                    self.tell(Some(item), Happening::Cleared);
                    self.moved = true;
                }
                Verdict::NoData if !self.rules[place].blind => {
                    self.rules[place].blind = true;
                    // An alert without data wakes nobody; a rule without data leaves us blind.
                    if matches!(self.items[item].node.work, Work::Severity { .. }) {
                        self.tell(Some(item), Happening::Failed { why });
                        self.pause(Cause::Blind(item));
                        self.moved = true;
                    }
                }
                Verdict::Pass | Verdict::Fail | Verdict::NoData => {}
            }
            if verdict != Verdict::NoData {
                self.rules[place].blind = false;
            }
        }
        Ok(())
    }

    fn is_armed(&self, place: usize) -> bool {
        if self.back.is_some() {
            return false;
        }
        match &self.rules[place].guards {
            None => true,
            Some(guards) => guards
                .iter()
                .any(|guarded| matches!(self.state[*guarded], State::Running | State::Failed)),
        }
    }

    fn fire(&mut self, item: usize, why: String) {
        let node = self.items[item].node;
        match &node.work {
            Work::Severity { then } | Work::Alert { then, .. } => {
                let actions: Vec<&'p Action> = then.iter().collect();
                self.tell(Some(item), Happening::Fired { why });
                self.lead_to(actions, Cause::Rule(item));
            }
            Work::Failure => {
                self.tell(Some(item), Happening::Fired { why: why.clone() });
                self.failure.get_or_insert(why);
            }
            _ => {}
        }
    }

    /// What a rule, an alert or a list of failures comes to, and by what.
    pub(super) fn verdict_of(&mut self, item: usize) -> Known<(Verdict, String)> {
        let node = self.items[item].node;
        if let Work::Alert { when, .. } = &node.work {
            return match when {
                Some(when) => self.warning(when),
                None => Ok((Verdict::Fail, String::new())),
            };
        }
        let mut result = (Verdict::Fail, String::new());
        for place in 0..self.items[item].children.len() {
            let child = self.items[item].children[place];
            let reason = self.items[child].node;
            let (verdict, why) = match &reason.work {
                Work::When { holds: Some(holds) } => self.warning(holds)?,
                Work::When { holds: None } => match self.hear(child)? {
                    true => (Verdict::Pass, format!("\"{}\"", reason.title)),
                    false => (Verdict::Fail, String::new()),
                },
                _ => continue,
            };
            match verdict {
                Verdict::Pass => return Ok((verdict, why)),
                Verdict::NoData => result = (verdict, why),
                Verdict::Fail => {}
            }
        }
        Ok(result)
    }

    fn warning(&mut self, condition: &'p Condition) -> Known<(Verdict, String)> {
        let verdict = self.judge(condition, false)?;
        let why = match verdict {
            Verdict::Pass => self.broken(condition, false, "is true"),
            Verdict::NoData => self.broken(condition, false, "can't be judged"),
            Verdict::Fail => String::new(),
        };
        Ok((verdict, why))
    }
}
