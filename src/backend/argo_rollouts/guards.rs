//! Rules that stay armed while traffic moves: what they ask, and what comes of it.

use crate::backend::{Fidelity, promql};
use crate::plan::{Action, Deed, Measured, Node, Quantity, Work};

use super::analysis::{self, Asked, Role};
use super::course::{Courses, approximate, refused, runbook, whole};

impl<'a> Courses<'a> {
    /// A rule that stays armed while traffic moves: it goes back, or it pauses.
    pub fn severity(&mut self, rule: &'a Node) {
        let Work::Severity { then } = &rule.work else {
            return;
        };
        let Some((role, after)) = outcome(then) else {
            return;
        };
        let elsewhere = then.iter().any(|action| {
            !matches!(
                action.deed,
                Deed::Rollback { .. } | Deed::Stop | Deed::Pause
            )
        });
        let mut any = false;
        for place in 0..self.all.len() {
            self.active = Some(place);
            let mut reasons: Vec<Measured> = Vec::new();
            let mut nodes = Vec::new();
            for reason in &rule.children {
                let Work::When { holds } = &reason.work else {
                    continue;
                };
                let fate = match holds {
                    None => approximate("a person aborts the Rollout"),
                    Some(condition) => {
                        let mut measured = Vec::new();
                        let all = analysis::parts(condition, role, &mut measured);
                        let mut fate = if all {
                            Fidelity::Exact
                        } else {
                            approximate(
                                "a machine can't decide all of it: a person aborts the Rollout",
                            )
                        };
                        for one in measured {
                            match promql::question(self.plan, one) {
                                Ok(question) => {
                                    if let Some(how) = question.differs {
                                        fate = Fidelity::Approximate { how };
                                    }
                                    reasons.push(delayed(one, after));
                                    nodes.push(reason.id.clone());
                                }
                                Err(why) => fate = refused(why),
                            }
                        }
                        fate
                    }
                };
                self.fates.insert(&reason.id, fate);
            }
            nodes.dedup();
            let measured: Vec<&Measured> = reasons.iter().collect();
            // A blue-green Rollout measures after the switch, for a time.
            let course = &self.all[place];
            let asked = match (course.blue_green, course.baked) {
                (false, _) => Asked::Always,
                (true, 0) => continue,
                (true, seconds) => Asked::For(seconds),
            };
            let (names, why) = self.template(&rule.id, nodes, &measured, role, asked);
            if let Some(why) = why {
                self.fates.insert(&rule.id, why);
            }
            any |= names.is_some();
            self.all[place].nodes.push(rule.id.clone());
            if self.all[place].blue_green {
                self.all[place].after.extend(names);
            } else {
                self.all[place].background.extend(names);
            }
        }
        self.active = None;
        let fate = match (any, elsewhere) {
            (false, _) => runbook(),
            (true, false) => Fidelity::Exact,
            (true, true) => approximate(
                "the Rollout goes back or pauses; who is told is a matter of the prometheus target and the runbook",
            ),
        };
        self.fates.insert(&rule.id, fate);
    }
}

/// What a rule does to the Rollout, and after how many seconds.
fn outcome(actions: &[Action]) -> Option<(Role, i64)> {
    let find = |wanted: fn(&Deed) -> bool| actions.iter().find(|action| wanted(&action.deed));
    let back = find(|deed| matches!(deed, Deed::Rollback { .. } | Deed::Stop));
    let after = |action: &Action| action.after.as_ref().map_or(0, whole);
    match (back, find(|deed| matches!(deed, Deed::Pause))) {
        (Some(back), _) => Some((Role::GoesBack, after(back))),
        (None, Some(pause)) => Some((Role::Pauses, after(pause))),
        (None, None) => None,
    }
}

/// A condition that must hold for some seconds more before something is done.
fn delayed(measured: &Measured, seconds: i64) -> Measured {
    let mut later = measured.clone();
    if seconds > 0 {
        let all = measured.sustained.as_ref().map_or(0, whole) + seconds;
        later.sustained = Quantity::parse(&format!("{all}s")).ok();
    }
    later
}
