//! The rollback: what it ends, what it undoes, and where it begins.

use super::course::Cause;
use super::event::Happening;
use super::items::is_main;
use super::run::{Engine, State};
use crate::plan::{Deed, Effect, Work};

impl Engine<'_> {
    /// Begins a rollback, if it can begin.
    pub(super) fn go_back(&mut self, place: usize, deed: Deed, cause: Cause) {
        if self.back.is_some() {
            return;
        }
        let node = self.items[place].node;
        self.tell(cause.place(), Happening::Acted { deed });
        if let Some(until) = node.schedule.valid_until_seconds
            && self.now > until
        {
            let valid = node.valid_until.as_ref().map(ToString::to_string);
            let why = format!("it was valid until {}", valid.unwrap_or_default());
            self.tell(Some(place), Happening::TooLate { why });
            self.pause(cause);
            return;
        }
        self.back = Some(place);
        self.pauses.clear();
        // What led here goes on to tell people; everything else is over.
        self.courses.retain(|course| course.cause == cause);
        self.awaited.clear();
        self.recurring.clear();
        let mut under_way = Vec::new();
        for (inner, item) in self.items.iter().enumerate() {
            let top = self.items[item.top].node;
            let ends = is_main(top) || matches!(top.work, Work::Monitor | Work::Procedure);
            if ends
                && matches!(
                    self.state[inner],
                    State::Running | State::Failed | State::Idle
                )
            {
                if self.state[inner] == State::Running {
                    under_way.push(inner);
                }
                self.state[inner] = State::Ended;
            }
        }
        // What is under way may have taken effect.
        for inner in under_way {
            if matches!(
                self.items[inner].node.work,
                Work::Run {
                    effect: Effect::Undo { .. },
                    ..
                }
            ) {
                self.effects.push(inner);
            }
        }
        for undone in std::mem::take(&mut self.effects).into_iter().rev() {
            let how = self.undone(undone);
            self.tell(Some(undone), Happening::Undone { how });
        }
        for (inner, item) in self.items.iter().enumerate() {
            if item.parent.is_none() && self.comes_after_back(inner) {
                for state in &mut self.state[inner..item.end] {
                    *state = State::Idle;
                }
            }
        }
        self.start(place);
    }

    /// How a step is undone, in words.
    fn undone(&mut self, place: usize) -> String {
        let items = &self.items;
        match &items[place].node.work {
            Work::Run {
                effect: Effect::Undo { undo },
                ..
            } => format!("`{}`", undo.text.lines().next().unwrap_or_default().trim()),
            Work::Shift { service, .. } | Work::Switch { service, .. } => {
                let before = self.traffic.get_mut(service.as_str());
                before
                    .and_then(|shares| {
                        shares.pop();
                        shares.last().cloned()
                    })
                    .unwrap_or_else(|| format!("{service}'s traffic is back where it was"))
            }
            Work::Scale { service, .. } => format!("{service} has its replicas again"),
            _ => items[place].node.label(),
        }
    }
}
