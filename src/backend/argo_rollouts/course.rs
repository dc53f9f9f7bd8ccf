//! The way of each service through the plan: the steps of its Rollout, what is measured on the way,
//! and what becomes of each node.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::backend::{Fidelity, one_line, promql};
use crate::plan::{Condition, Exact, Measured, Node, Plan, Quantity, Service, WaitFor, Work};

use super::analysis::{self, Asked, Role, analysis_step};
use super::dns_label;
use super::people;
use super::traffic::{moved, problem, share_fidelity, switched_in};

/// An AnalysisTemplate in the making.
pub struct Template {
    pub name: String,
    pub metrics: Vec<Value>,
    pub nodes: Vec<String>,
}

/// The way of one service.
pub struct Course<'a> {
    pub service: &'a Service,
    /// Whether all traffic moves at once.
    pub blue_green: bool,
    /// Canary: the steps. Blue-green: nothing.
    pub steps: Vec<Value>,
    pub templates: Vec<Template>,
    /// Blue-green: the templates before the switch and after it.
    pub before: Vec<String>,
    pub after: Vec<String>,
    /// Templates that are asked all the time.
    pub background: Vec<String>,
    /// Whether somebody has to resume it.
    pub waits: bool,
    pub nodes: Vec<String>,
    switched: bool,
    /// How long the new version is watched after the switch, in seconds.
    pub baked: i64,
}

/// All of them, and what becomes of the nodes that they touch.
pub struct Courses<'a> {
    pub all: Vec<Course<'a>>,
    pub fates: BTreeMap<&'a str, Fidelity>,
    pub plan: &'a Plan,
    pub active: Option<usize>,
    /// Nodes that are a pause of the Rollout, and whether a time ends it.
    pub pauses: Vec<(&'a str, bool)>,
}

fn both_ways() -> Fidelity {
    Fidelity::refused(
        "a Rollout moves its traffic in steps or at once, and this is both: choose one",
    )
}

impl<'a> Courses<'a> {
    pub fn of(plan: &'a Plan) -> Self {
        let mut courses = Courses {
            all: Vec::new(),
            fates: BTreeMap::new(),
            plan,
            active: None,
            pauses: Vec::new(),
        };
        let tops = plan.forward();
        // The last top-level node that moves each service.
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, top) in tops.iter().enumerate() {
            for service in top.walk().filter_map(moved) {
                last.insert(service, place);
            }
        }
        for (place, top) in tops.iter().enumerate() {
            if courses.active.is_none()
                && let Some(service) = switched_in(top)
                && let Some(active) = courses.activate(service)
            {
                // What is asked before the switch counts, too.
                let course = &mut courses.all[active];
                course.blue_green |= course.steps.is_empty();
            }
            courses.node(top);
            if let Some(active) = courses.active
                && last.get(courses.all[active].service.name.as_str()).copied() <= Some(place)
            {
                courses.active = None;
            }
        }
        if !courses.all.is_empty() {
            for rule in plan.of_kind("severity") {
                courses.severity(rule);
            }
        }
        courses.tell_of_pauses();
        if !courses.all.is_empty() {
            for node in people::afterwards(plan) {
                if people::is_told(plan, node) {
                    courses.fates.insert(
                        &node.id,
                        Fidelity::approximate(
                            "the controller tells the channels in its own words, when all traffic has moved",
                        ),
                    );
                }
            }
        }
        for rollback in plan.of_kind("rollback") {
            if !courses.all.is_empty() {
                courses.fates.insert(
                    &rollback.id,
                    Fidelity::approximate(
                        "the controller gives the traffic back to the stable version; the commands stay in the script",
                    ),
                );
            }
        }
        courses
    }

    fn activate(&mut self, name: &str) -> Option<usize> {
        if let Some(known) = self
            .all
            .iter()
            .position(|course| course.service.name == name)
        {
            self.active = Some(known);
            return self.active;
        }
        let service = self
            .plan
            .services
            .iter()
            .find(|service| service.name == name)?;
        self.all.push(Course {
            service,
            blue_green: false,
            steps: Vec::new(),
            templates: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            background: Vec::new(),
            waits: false,
            nodes: Vec::new(),
            switched: false,
            baked: 0,
        });
        self.active = Some(self.all.len() - 1);
        self.active
    }

    /// One node of the work, and all inside.
    fn node(&mut self, node: &'a Node) {
        match &node.work {
            Work::Shift { service, share } => self.shift(node, service, share),
            Work::Switch { service, .. } => self.switch(node, service),
            Work::Hold { length, holds, .. } => {
                let seconds = length.low.whole_seconds();
                let exact = length.low.value == length.high.value;
                self.hold(node, seconds, exact, holds.as_ref());
            }
            Work::Check { holds } | Work::Require { holds } => {
                if let Some(condition) = holds {
                    self.asked_once(node, condition);
                }
            }
            Work::Approve { .. } => {
                let late = node.within.as_ref().map_or_else(String::new, |within| {
                    format!(", after {within} too: abort it then")
                });
                self.pause(
                    node,
                    &format!(
                        "the Rollout waits until somebody resumes it{late}; who may is a matter of RBAC on `rollouts/status`"
                    ),
                );
            }
            Work::Wait { until, .. } => match until {
                WaitFor::Length(length) => {
                    let seconds = length.whole_seconds();
                    self.hold(node, seconds, true, None);
                }
                WaitFor::Time(_) | WaitFor::Event(_) | WaitFor::Command(_) => {
                    self.pause(node, "the Rollout waits until somebody resumes it");
                }
            },
            Work::Phase | Work::Gate | Work::Group { .. } => {
                if let Some(course) = self.running() {
                    course.nodes.push(node.id.clone());
                    self.fates.insert(&node.id, Fidelity::Exact);
                }
            }
            _ => {}
        }
        // What happens on a failure is no step of the way.
        for child in &node.children {
            if !matches!(child.work, Work::Else) {
                self.node(child);
            } else if self.running().is_some() {
                self.fates.insert(
                    &child.id,
                    Fidelity::approximate(
                        "a failed analysis gives the traffic back; the rest is in the runbook",
                    ),
                );
            }
        }
        // The first shift stands inside of something: that is on the way, too.
        let around = matches!(node.work, Work::Phase | Work::Gate | Work::Group { .. });
        if around
            && !self.fates.contains_key(node.id.as_str())
            && node.walk().any(|inner| moved(inner).is_some())
        {
            self.fates.insert(&node.id, Fidelity::Exact);
        }
    }

    /// The course that is under way: a canary after its first shift, a blue-green from its phase on.
    fn running(&mut self) -> Option<&mut Course<'a>> {
        let active = self.active?;
        Some(&mut self.all[active])
    }

    fn shift(&mut self, node: &'a Node, service: &str, share: &Quantity) {
        let percent = Exact::decimal("100").and_then(|hundred| share.value.times(hundred));
        let weight = percent
            .and_then(Exact::to_whole)
            .and_then(|weight| u8::try_from(weight).ok());
        let Some(weight) = weight.filter(|weight| *weight <= 100) else {
            self.fates.insert(
                &node.id,
                Fidelity::refused(format!(
                    "the weight of a Rollout is a whole percentage, and this is {share}: round it"
                )),
            );
            return;
        };
        let Some(active) = self.activate(service) else {
            return;
        };
        let course = &mut self.all[active];
        if course.blue_green {
            self.fates.insert(&node.id, both_ways());
            return;
        }
        course.steps.push(json!({ "setWeight": weight }));
        course.nodes.push(node.id.clone());
        let fate = match problem(course.service) {
            Some(why) => Fidelity::refused(why),
            None => share_fidelity(course.service, matches!(weight, 0 | 100)),
        };
        self.fates.insert(&node.id, fate);
    }

    fn switch(&mut self, node: &'a Node, service: &str) {
        let Some(active) = self.activate(service) else {
            return;
        };
        let course = &mut self.all[active];
        if !course.blue_green && !course.steps.is_empty() {
            self.fates.insert(&node.id, both_ways());
            return;
        }
        course.blue_green = true;
        course.switched = true;
        course.nodes.push(node.id.clone());
        let fate = match problem(course.service) {
            Some(why) => Fidelity::refused(why),
            None => Fidelity::Exact,
        };
        self.fates.insert(&node.id, fate);
    }

    fn hold(&mut self, node: &'a Node, seconds: i64, exact: bool, holds: Option<&'a Condition>) {
        if self.running().is_none() {
            return;
        }
        let mut measured = Vec::new();
        let all =
            holds.is_none_or(|condition| analysis::parts(condition, Role::Required, &mut measured));
        let (name, why) = self.template(
            &node.id,
            vec![node.id.clone()],
            &measured,
            Role::Required,
            Asked::For(seconds),
        );
        let plan_says = holds.map(ToString::to_string).unwrap_or_default();
        let Some(course) = self.running() else {
            return;
        };
        course.nodes.push(node.id.clone());
        let mut fate = Fidelity::Exact;
        match name {
            Some(name) if course.blue_green && course.switched => {
                course.baked = course.baked.max(seconds);
                course.after.push(name);
            }
            Some(name) if course.blue_green => course.before.push(name),
            Some(name) => course
                .steps
                .push(json!({ "analysis": analysis_step(&name, &measured) })),
            None if course.blue_green => {
                fate = Fidelity::approximate("a blue-green Rollout only waits for an analysis");
            }
            None => {
                course
                    .steps
                    .push(json!({ "pause": { "duration": analysis::go_duration(seconds) } }));
                self.pauses.push((&node.id, true));
            }
        }
        if !exact {
            fate = Fidelity::approximate("it holds for the shorter time");
        }
        if !all {
            fate = Fidelity::approximate(format!(
                "a machine can't watch all of it: {}",
                one_line(&plan_says)
            ));
        }
        if let Some(why) = why {
            fate = why;
        }
        self.fates.insert(&node.id, fate);
    }

    fn asked_once(&mut self, node: &'a Node, condition: &'a Condition) {
        if self.running().is_none() {
            return;
        }
        let mut measured = Vec::new();
        let all = analysis::parts(condition, Role::Required, &mut measured);
        if measured.is_empty() {
            return;
        }
        let (name, why) = self.template(
            &node.id,
            vec![node.id.clone()],
            &measured,
            Role::Required,
            Asked::Once,
        );
        let Some(course) = self.running() else {
            return;
        };
        let mut early = false;
        if let Some(name) = name {
            course.nodes.push(node.id.clone());
            early = course.blue_green && course.switched && course.baked > 0;
            match (course.blue_green, course.switched) {
                (true, true) => course.after.push(name),
                (true, false) => course.before.push(name),
                (false, _) => course
                    .steps
                    .push(json!({ "analysis": analysis_step(&name, &measured) })),
            }
        }
        let fate = match why {
            Some(why) => why,
            None if early => {
                Fidelity::approximate("it is asked right after the switch, not after the hold")
            }
            None if all => Fidelity::Exact,
            None => Fidelity::approximate("what a person says of it is in the runbook"),
        };
        self.fates.insert(&node.id, fate);
    }

    fn pause(&mut self, node: &'a Node, how: &str) {
        let Some(course) = self.running() else {
            return;
        };
        course.nodes.push(node.id.clone());
        if course.blue_green && course.switched {
            self.fates.insert(&node.id, Fidelity::elsewhere("markdown"));
            return;
        }
        course.waits = true;
        if !course.blue_green && course.steps.last() != Some(&json!({ "pause": {} })) {
            course.steps.push(json!({ "pause": {} }));
        }
        self.fates.insert(&node.id, Fidelity::approximate(how));
        self.pauses.push((&node.id, false));
    }

    /// A template for some conditions; also what is lost where one can't be asked.
    pub fn template(
        &mut self,
        id: &str,
        nodes: Vec<String>,
        measured: &[&Measured],
        role: Role,
        asked: Asked,
    ) -> (Option<String>, Option<Fidelity>) {
        let Some(active) = self.active else {
            return (None, None);
        };
        let service = self.all[active].service.name.clone();
        let mut metrics: Vec<Value> = Vec::new();
        let mut fate = None;
        for one in measured {
            match analysis::metric(self.plan, one, role, asked) {
                Ok(mut metric) => {
                    if let Ok(question) = promql::question(self.plan, one)
                        && let Some(differs) = question.differs
                    {
                        fate = Some(Fidelity::Approximate { how: differs });
                    }
                    let short = dns_label(&one.metric.to_string());
                    // The templates of a blue-green Rollout are asked in one run, where a name stands
                    // once.
                    let course = &self.all[active];
                    let before = course.templates.iter().filter(|_| course.blue_green);
                    let taken: Vec<&Value> = before
                        .flat_map(|template| &template.metrics)
                        .chain(&metrics)
                        .map(|metric| &metric["name"])
                        .collect();
                    let name = match role {
                        Role::Required => short,
                        // All rules are asked in one run, where a name stands once.
                        Role::GoesBack | Role::Pauses => {
                            dns_label(&format!("{}-{short}", id.rsplit('/').next().unwrap_or(id)))
                        }
                    };
                    let name = (2..)
                        .map(|count| dns_label(&format!("{name}-{count}")))
                        .find(|other| !taken.iter().any(|taken| *taken == other))
                        .filter(|_| taken.iter().any(|taken| *taken == &name))
                        .unwrap_or(name);
                    metric["name"] = json!(name);
                    metrics.push(metric);
                }
                Err(why) => fate = Some(Fidelity::refused(why)),
            }
        }
        if metrics.is_empty() {
            return (None, fate);
        }
        // Steps that ask the same share a template. A blue-green Rollout asks all of them in one run.
        let course = &mut self.all[active];
        let same = course
            .templates
            .iter_mut()
            .find(|known| !course.blue_green && known.metrics == metrics);
        if let Some(known) = same {
            known.nodes.extend(nodes);
            return (Some(known.name.clone()), fate);
        }
        let name = dns_label(&format!("{service}-{id}"));
        self.all[active].templates.push(Template {
            name: name.clone(),
            metrics,
            nodes,
        });
        (Some(name), fate)
    }
}
