//! Rules that stay armed while traffic moves: what they ask, and what comes of it.

use crate::backend::{Fidelity, promql};
use crate::plan::{Action, Deed, Measured, Node, Quantity, Work};

use super::analysis::{self, Asked, Role};
use super::course::Courses;
use super::people;

/// When a blue-green Rollout measures: only for as long as the plan holds after the switch.
const AFTER_THE_SWITCH: &str =
    "a blue-green Rollout asks it after the switch alone, for as long as the plan holds there";

fn unwatched() -> Fidelity {
    Fidelity::refused(
        "a blue-green Rollout measures nothing unless the plan holds after the switch: add `hold 10m while …` behind it",
    )
}

impl<'a> Courses<'a> {
    /// A rule may pause the Rollout, and who lets it go on ends the pause that is a step, too.
    pub fn tell_of_pauses(&mut self) {
        let pauses = self.all.iter().any(|course| {
            course
                .templates
                .iter()
                .filter(|template| course.background.contains(&template.name))
                .flat_map(|template| &template.metrics)
                .any(|metric| metric.get("failureCondition").is_some())
        });
        if !pauses {
            return;
        }
        for (node, timed) in &self.pauses {
            let fate = match (self.fates.get(node), timed) {
                (Some(Fidelity::Exact), true) => Fidelity::approximate(
                    "whoever lets the Rollout go on after a rule has paused it ends this, too",
                ),
                (Some(Fidelity::Approximate { how }), false) => Fidelity::approximate(format!(
                    "{how}; whoever lets it go on after a rule has paused it passes this, too"
                )),
                (_, _) => continue,
            };
            self.fates.insert(node, fate);
        }
    }

    /// A rule: it rolls back, or it pauses.
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
            let mut nodes: Vec<&str> = Vec::new();
            for reason in &rule.children {
                let Work::When { holds } = &reason.work else {
                    continue;
                };
                let fate = match holds {
                    None => Fidelity::approximate("a person aborts the Rollout"),
                    Some(condition) => {
                        let mut measured = Vec::new();
                        let all = analysis::parts(condition, role, &mut measured);
                        let mut fate = if all {
                            Fidelity::Exact
                        } else {
                            Fidelity::approximate(
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
                                    nodes.push(&reason.id);
                                }
                                Err(why) => fate = Fidelity::refused(why),
                            }
                        }
                        fate
                    }
                };
                self.fates.insert(&reason.id, fate);
            }
            nodes.dedup();
            let measured: Vec<&Measured> = reasons.iter().collect();
            let course = &self.all[place];
            let asked = match (course.blue_green, course.baked) {
                (false, _) => Asked::Always,
                (true, 0) => {
                    for node in nodes {
                        self.fates.insert(node, unwatched());
                    }
                    continue;
                }
                (true, seconds) => {
                    for node in &nodes {
                        self.fates
                            .insert(node, Fidelity::approximate(AFTER_THE_SWITCH));
                    }
                    Asked::For(seconds)
                }
            };
            let nodes: Vec<String> = nodes.into_iter().map(str::to_owned).collect();
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
            (false, _) => Fidelity::elsewhere("markdown"),
            (true, false) => Fidelity::Exact,
            (true, true) if people::are_told(self.plan, then) => Fidelity::approximate(
                "the controller tells the channels in its own words, when the Rollout is aborted or pauses",
            ),
            (true, true) => Fidelity::approximate(
                "the Rollout rolls back or pauses; notifications are left to the prometheus target and the runbook",
            ),
        };
        self.fates.insert(&rule.id, fate);
    }
}

/// What a rule does to the Rollout, and after how many seconds.
fn outcome(actions: &[Action]) -> Option<(Role, i64)> {
    let find = |wanted: fn(&Deed) -> bool| actions.iter().find(|action| wanted(&action.deed));
    let back = find(|deed| matches!(deed, Deed::Rollback { .. } | Deed::Stop));
    let after = |action: &Action| action.after.as_deref().map_or(0, Quantity::whole_seconds);
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
        let all = measured
            .sustained
            .as_deref()
            .map_or(0, Quantity::whole_seconds)
            + seconds;
        later.sustained = Quantity::parse(&format!("{all}s")).ok().map(Box::new);
    }
    later
}
