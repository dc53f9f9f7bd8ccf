//! Stops on the way as Flagger makes them: it looks at a fixed interval and moves on at every look.

use crate::backend::Fidelity;

use super::way::{Gate, Stop, Way, Ways};

/// How often Flagger looks at the most, in seconds.
const LOOK: i64 = 60;

impl Ways<'_> {
    /// Whether each stop is one step, or the weight grows to it.
    pub fn tell_of_stops(&mut self) {
        for way in &self.all {
            let interval = way.interval();
            let mut before = 0;
            for stop in &way.stops {
                let steps = steps(stop, before, interval);
                let fate = match steps {
                    1 => Fidelity::Exact,
                    steps => Fidelity::approximate(format!(
                        "the weight grows from {}% to {}% in {steps} steps, and is never more",
                        stop.weight - steps + 1,
                        stop.weight
                    )),
                };
                self.fates.insert(stop.node, fate);
                for hold in &stop.holds {
                    if steps > 1 && self.fates.get(hold) == Some(&Fidelity::Exact) {
                        self.fates.insert(
                            hold,
                            Fidelity::approximate(format!("it is {steps} steps of {}", way.look())),
                        );
                    }
                }
                before = stop.weight;
            }
            for gate in &way.gates {
                let how = match way.closes_at(gate) {
                    None => {
                        "a webhook asks a gate that you run, before all traffic moves; who may open it is the gate's matter, and it never times out".to_owned()
                    }
                    Some(weight) => format!(
                        "a webhook asks a gate that you run, before every step: keep it open, close it at {weight}%, open it again when that is approved; who may is the gate's matter, and it never times out"
                    ),
                };
                self.fates.insert(&gate.node.id, Fidelity::approximate(how));
            }
        }
    }
}

impl Way<'_> {
    /// How often Flagger looks and moves on, in seconds. It moves at every look, so a stop is as many
    /// weights as looks fit into its time; none is above its own.
    pub fn interval(&self) -> i64 {
        let mut before = 0;
        let mut interval = LOOK;
        for stop in &self.stops {
            let room = (stop.weight - before).max(1);
            interval = interval.max(stop.stays.div_euclid(room) + i64::from(stop.stays % room > 0));
            before = stop.weight;
        }
        interval
    }

    /// The share in percent at which a gate stands between two steps; nothing where it stands before
    /// all traffic moves, which Flagger asks for by itself.
    pub fn closes_at(&self, gate: &Gate<'_>) -> Option<i64> {
        let weight = self.stops.get(gate.after.checked_sub(1)?)?.weight;
        (!self.blue_green && self.weights().last() != Some(&weight)).then_some(weight)
    }

    /// The same as Flagger writes it, which knows no hours.
    pub fn look(&self) -> String {
        match self.interval() {
            seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
            seconds => format!("{seconds}s"),
        }
    }

    /// All weights, each larger than the one before. The last move to everybody is the promotion, unless
    /// something is held there.
    pub fn weights(&self) -> Vec<i64> {
        let interval = self.interval();
        let mut weights = Vec::new();
        let mut before = 0;
        for stop in &self.stops {
            let steps = steps(stop, before, interval);
            weights.extend(stop.weight - steps + 1..=stop.weight);
            before = stop.weight;
        }
        let held = self.stops.last().is_some_and(|stop| stop.stays > 0);
        if !held && weights.len() > 1 && weights.last() == Some(&100) {
            weights.pop();
        }
        weights
    }
}

fn steps(stop: &Stop<'_>, before: i64, interval: i64) -> i64 {
    let looks = stop.stays.div_euclid(interval) + i64::from(stop.stays % interval > 0);
    looks.clamp(1, (stop.weight - before).max(1))
}
