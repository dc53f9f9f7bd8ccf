//! The way of each service through the plan: its stops, what is asked on the way, who lets it pass, and
//! what becomes of each node.

use std::collections::BTreeMap;

use crate::backend::{Fidelity, kubernetes};
use crate::plan::{Condition, Exact, Measured, Node, Plan, Quantity, Service, WaitFor, Work};

use super::look::{Look, delayed, goes_back, look, parts};
use super::service::{problem, provider};

/// A share of the traffic, and how long it stays.
pub struct Stop<'a> {
    /// In percent.
    pub weight: i64,
    /// In seconds.
    pub stays: i64,
    /// The node that moves the traffic.
    pub node: &'a str,
    /// The nodes that hold it there.
    pub holds: Vec<&'a str>,
}

/// Something that is asked at every look.
pub struct Asked {
    /// Its name, and that of its template.
    pub name: String,
    /// The name of its template.
    pub template: String,
    /// What is asked.
    pub look: Look,
    /// The nodes that ask it.
    pub nodes: Vec<String>,
}

/// Somebody who lets it pass.
pub struct Gate<'a> {
    /// The node.
    pub node: &'a Node,
    /// After how many stops.
    pub after: usize,
}

/// The way of one service.
pub struct Way<'a> {
    pub service: &'a Service,
    pub provider: &'static str,
    /// Whether all traffic moves at once.
    pub blue_green: bool,
    pub stops: Vec<Stop<'a>>,
    /// Blue-green: how long the new version is looked at before the switch, in seconds.
    pub before: i64,
    pub asked: Vec<Asked>,
    pub gates: Vec<Gate<'a>>,
    pub nodes: Vec<String>,
    switched: bool,
}

/// All of them, and what becomes of the nodes that they touch.
pub struct Ways<'a> {
    pub all: Vec<Way<'a>>,
    pub fates: BTreeMap<&'a str, Fidelity>,
    pub plan: &'a Plan,
    active: Option<usize>,
}

impl<'a> Ways<'a> {
    pub fn of(plan: &'a Plan) -> Self {
        let mut ways = Ways {
            all: Vec::new(),
            fates: BTreeMap::new(),
            plan,
            active: None,
        };
        let tops = plan.forward();
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, top) in tops.iter().enumerate() {
            for (service, _) in top.walk().filter_map(moved) {
                last.insert(service, place);
            }
        }
        for (place, top) in tops.iter().enumerate() {
            ways.begin_switch(top);
            ways.node(top);
            if let Some(active) = ways.active
                && last.get(ways.all[active].service.name.as_str()).copied() <= Some(place)
            {
                ways.active = None;
            }
        }
        for rule in plan.of_kind("severity") {
            ways.severity(rule);
        }
        if !ways.all.is_empty() {
            for rollback in plan.of_kind("rollback") {
                ways.fates.insert(
                    &rollback.id,
                    Fidelity::approximate(
                        "Flagger gives the traffic back to the running version; the commands stay in the script",
                    ),
                );
            }
        }
        ways.tell_of_stops();
        ways
    }

    /// A phase that switches all traffic is under way from its begin: what is held before counts.
    fn begin_switch(&mut self, top: &'a Node) {
        if self.active.is_some() {
            return;
        }
        if let Some((service, false)) = top.walk().find_map(moved) {
            self.activate(service, false);
        }
    }

    fn activate(&mut self, name: &str, steps: bool) -> Option<Result<usize, String>> {
        if let Some(known) = self.all.iter().position(|way| way.service.name == name) {
            self.active = Some(known);
            return Some(Ok(known));
        }
        let service = self
            .plan
            .services
            .iter()
            .find(|service| service.name == name)?;
        let provider = match (problem(service), provider(service, steps)) {
            (None, Ok(provider)) => provider,
            (Some(why), _) | (None, Err(why)) => return Some(Err(why)),
        };
        self.all.push(Way {
            service,
            provider,
            blue_green: !steps,
            stops: Vec::new(),
            before: 0,
            asked: Vec::new(),
            gates: Vec::new(),
            nodes: Vec::new(),
            switched: false,
        });
        self.active = Some(self.all.len() - 1);
        Some(Ok(self.all.len() - 1))
    }

    /// The way that is under way and not yet at its end.
    fn running(&mut self) -> Option<&mut Way<'a>> {
        let active = self.active?;
        Some(&mut self.all[active]).filter(|way| !way.switched)
    }

    /// One node of the work, and all inside.
    fn node(&mut self, node: &'a Node) {
        match &node.work {
            Work::Shift { service, share } => self.shift(node, service, share),
            Work::Switch { service, .. } => self.switch(node, service),
            Work::Hold { length, holds, .. } => {
                self.hold(node, length.high.whole_seconds(), holds.as_ref())
            }
            Work::Wait {
                until: WaitFor::Length(length),
                ..
            } => self.hold(node, length.whole_seconds(), None),
            Work::Check { holds } | Work::Require { holds } => {
                if let Some(condition) = holds {
                    self.ask(node, condition);
                }
            }
            Work::Approve { .. } => self.approve(node),
            Work::Phase | Work::Gate | Work::Group { .. } => {
                if let Some(way) = self.running() {
                    way.nodes.push(node.id.clone());
                    self.fates.insert(&node.id, Fidelity::Exact);
                }
            }
            _ => {}
        }
        for child in &node.children {
            if !matches!(child.work, Work::Else) {
                self.node(child);
            } else if self.running().is_some() {
                self.fates.insert(
                    &child.id,
                    Fidelity::approximate(
                        "a failed check gives the traffic back; the rest is in the runbook",
                    ),
                );
            }
        }
    }

    fn shift(&mut self, node: &'a Node, service: &str, share: &Quantity) {
        let weight = Exact::decimal("100")
            .and_then(|hundred| share.value.times(hundred))
            .and_then(Exact::to_whole)
            .and_then(|weight| i64::try_from(weight).ok())
            .filter(|weight| (1..=100).contains(weight));
        let fate = match (weight, self.activate(service, true)) {
            (None, _) => Fidelity::refused(format!(
                "the weight of a Canary is a whole percentage above 0, and this is {share}"
            )),
            (_, None) => return,
            (_, Some(Err(why))) => Fidelity::refused(why),
            (Some(weight), Some(Ok(active))) => {
                let way = &mut self.all[active];
                let before = way.stops.last().map_or(0, |stop| stop.weight);
                if way.blue_green {
                    Fidelity::refused("Flagger moves the traffic in steps or at once, not both")
                } else if weight == before {
                    Fidelity::Exact
                } else if weight < before {
                    Fidelity::refused(format!(
                        "the weight of a Canary only grows, and {before}% comes before {share}"
                    ))
                } else {
                    way.nodes.push(node.id.clone());
                    way.stops.push(Stop {
                        weight,
                        stays: 0,
                        node: &node.id,
                        holds: Vec::new(),
                    });
                    return;
                }
            }
        };
        self.fates.insert(&node.id, fate);
    }

    fn switch(&mut self, node: &'a Node, service: &str) {
        let fate = match self.activate(service, false) {
            None => return,
            Some(Err(why)) => Fidelity::refused(why),
            Some(Ok(active)) => {
                let way = &mut self.all[active];
                if way.blue_green {
                    way.switched = true;
                    way.nodes.push(node.id.clone());
                    Fidelity::approximate(
                        "Flagger tests the new version beside the running one, then copies it over: no second colour stays to roll back to",
                    )
                } else {
                    Fidelity::refused("Flagger moves the traffic in steps or at once, not both")
                }
            }
        };
        self.fates.insert(&node.id, fate);
    }

    fn hold(&mut self, node: &'a Node, seconds: i64, holds: Option<&'a Condition>) {
        let Some(active) = self.active else {
            return;
        };
        let way = &mut self.all[active];
        // What is watched after the switch, Flagger watches before it: then it lets go.
        if way.switched && holds.is_none() {
            return;
        }
        way.nodes.push(node.id.clone());
        if way.blue_green {
            way.before += seconds;
        } else if let Some(stop) = way.stops.last_mut() {
            stop.stays += seconds;
            stop.holds.push(&node.id);
        }
        self.fates.insert(&node.id, Fidelity::Exact);
        if let Some(condition) = holds {
            self.ask(node, condition);
        }
    }

    /// A condition that must hold. Flagger has one list of them, for the whole way.
    fn ask(&mut self, node: &'a Node, condition: &'a Condition) {
        let Some(active) = self.active else {
            return;
        };
        let early = self.all[active].switched;
        let mut measured = Vec::new();
        let all = parts(condition, false, &mut measured);
        if measured.is_empty() {
            return;
        }
        let fate = self.look_at(node, &measured, false, 0);
        let fate = fate.unwrap_or_else(|pauses| {
            let mut how = vec![match early {
                true => {
                    "Flagger asks it before the switch, while the new version stands beside the running one"
                }
                false => "Flagger asks it at every look, from the first step on",
            }];
            if pauses {
                how.push("no data gives the traffic back");
            }
            if !all {
                how.push("what it can't ask is in the runbook");
            }
            Fidelity::approximate(how.join("; "))
        });
        self.fates.insert(&node.id, fate);
    }

    /// Adds what is asked; answers whether no data should have paused, or what was lost.
    fn look_at(
        &mut self,
        node: &Node,
        measured: &[&Measured],
        fires: bool,
        after: i64,
    ) -> Result<Fidelity, bool> {
        let mut pauses = false;
        let mut lost = None;
        for one in measured {
            let found = look(self.plan, &delayed(one, after), fires);
            let Some(active) = self.active else {
                break;
            };
            let way = &mut self.all[active];
            match found {
                Ok(found) => {
                    pauses |= found.pauses;
                    if !way.nodes.contains(&node.id) {
                        way.nodes.push(node.id.clone());
                    }
                    if let Some(known) = way.asked.iter_mut().find(|asked| asked.look == found) {
                        if !known.nodes.contains(&node.id) {
                            known.nodes.push(node.id.clone());
                        }
                        continue;
                    }
                    // What makes a rule fire bears its name.
                    let rule = node.id.rsplit('/').nth(1).filter(|_| fires);
                    let metric = one.metric.to_string();
                    let metric = kubernetes::dns_label(&match rule {
                        Some(rule) => format!("{rule}-{metric}"),
                        None => metric,
                    });
                    let same = way
                        .asked
                        .iter()
                        .filter(|asked| {
                            asked.name == metric || asked.name.starts_with(&format!("{metric}-"))
                        })
                        .count();
                    let name = match same {
                        0 => metric,
                        same => kubernetes::dns_label(&format!("{metric}-{}", same + 1)),
                    };
                    way.asked.push(Asked {
                        template: kubernetes::dns_label(&format!("{}-{name}", way.service.name)),
                        name,
                        look: found,
                        nodes: vec![node.id.clone()],
                    });
                }
                Err(why) => lost = Some(Fidelity::refused(why)),
            }
        }
        lost.ok_or(pauses)
    }

    fn approve(&mut self, node: &'a Node) {
        let Some(way) = self.running() else {
            return;
        };
        way.nodes.push(node.id.clone());
        let after = way.stops.len();
        way.gates.push(Gate { node, after });
    }

    /// A rule that rolls back. Flagger has no other consequence.
    fn severity(&mut self, rule: &'a Node) {
        let Work::Severity { then } = &rule.work else {
            return;
        };
        let Some(after) = goes_back(then) else {
            return;
        };
        for place in 0..self.all.len() {
            self.active = Some(place);
            let look = self.all[place].look();
            let mut any = false;
            for reason in &rule.children {
                let Work::When {
                    holds: Some(condition),
                } = &reason.work
                else {
                    continue;
                };
                let mut measured = Vec::new();
                let all = parts(condition, true, &mut measured);
                if measured.is_empty() {
                    continue;
                }
                any = true;
                let fate = self.look_at(reason, &measured, true, after);
                let fate = fate.unwrap_or_else(|pauses| {
                    let mut how = vec![format!(
                        "Flagger looks every {look}, and gives the traffic back at the look after"
                    )];
                    if pauses {
                        how.push("no data does so too".to_owned());
                    }
                    if !all {
                        how.push("what it can't ask is in the runbook".to_owned());
                    }
                    Fidelity::approximate(how.join("; "))
                });
                self.fates.insert(&reason.id, fate);
            }
            if any {
                self.fates.insert(
                    &rule.id,
                    Fidelity::approximate(
                        "Flagger gives the traffic back; who is told is a matter of its alerts and the prometheus target",
                    ),
                );
            }
        }
        self.active = None;
    }
}

/// The service whose traffic a node moves, and whether it does so in steps.
fn moved(node: &Node) -> Option<(&str, bool)> {
    match &node.work {
        Work::Shift { service, .. } => Some((service, true)),
        Work::Switch { service, .. } => Some((service, false)),
        _ => None,
    }
}
