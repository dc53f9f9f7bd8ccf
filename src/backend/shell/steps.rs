//! Each node as a call of what the script can do.

use super::Script;
use super::actions::Ends;
use super::quote::{lines, name, quoted};
use super::words::{record_kind, record_shape};
use crate::backend::one_line;
use crate::plan::{Condition, Interval, Node, Range, Target, Work};

impl Script<'_> {
    /// The function that does a node and all inside.
    pub fn stretch(&mut self, node: &Node, function: &str) {
        let mut body = Vec::new();
        self.handler(node, &mut body);
        body.push(format!(
            "  heading {} {}",
            self.title(node),
            quoted(&self.about(node))
        ));
        for child in &node.children {
            self.step(child, &mut body);
        }
        self.function(function, &node.label(), &body);
    }

    /// Makes what happens on failure the function's own, if the node says what happens.
    fn handler(&mut self, node: &Node, body: &mut Vec<String>) {
        let block = node
            .children
            .iter()
            .find(|child| matches!(child.work, Work::Else));
        if block.is_none() && node.otherwise.is_empty() {
            return;
        }
        let function = self.take(&format!("{}/else", node.id));
        let mut lines = Vec::new();
        let mut reached = Ends::Perhaps;
        for child in block.into_iter().flat_map(|block| &block.children) {
            match &child.work {
                Work::Act { actions } if child.condition.is_none() => {
                    reached = self.actions(&child.id, actions, &mut lines);
                }
                _ => self.step(child, &mut lines),
            }
            if reached == Ends::Always {
                break;
            }
        }
        if reached == Ends::Perhaps {
            reached = self.actions(&node.id, &node.otherwise, &mut lines);
        }
        if reached == Ends::Perhaps {
            lines.push("  return 2".to_owned());
        }
        self.function(
            &function,
            &format!("If this fails: {}", node.label()),
            &lines,
        );
        body.push(format!("  local otherwise={function}"));
    }

    /// One node inside a function.
    pub fn step(&mut self, node: &Node, body: &mut Vec<String>) {
        if matches!(node.work, Work::Else) {
            return;
        }
        let own = !node.otherwise.is_empty()
            || node
                .children
                .iter()
                .any(|child| matches!(child.work, Work::Else));
        let stretch = matches!(node.work, Work::Phase | Work::Gate);
        let mut inner = Vec::new();
        if stretch {
            let function = self.take(&node.id);
            self.stretch(node, &function);
            inner.push(format!("  {function}"));
        } else if own {
            let function = self.take(&node.id);
            let mut lines = Vec::new();
            self.handler(node, &mut lines);
            self.work(node, &mut lines);
            self.function(&function, &node.label(), &lines);
            inner.push(format!("  {function}"));
        } else {
            self.work(node, &mut inner);
        }
        match &node.condition {
            Some(condition) => {
                body.push(format!("  if {}; then", self.test(condition)));
                body.extend(inner);
                body.push("  fi".to_owned());
            }
            None => body.extend(inner),
        }
    }

    fn work(&mut self, node: &Node, body: &mut Vec<String>) {
        let id = quoted(&node.id);
        let title = self.title(node);
        match &node.work {
            Work::Phase | Work::Gate => {}
            Work::Check { holds } | Work::Require { holds } => {
                if !node.children.is_empty() {
                    body.push(format!("  inform {id} {title} ''"));
                    self.inside(node, body);
                }
                let details = self.details(node, holds.as_ref());
                body.push(format!("  check {id} {title} {details}"));
            }
            Work::Run { .. } => self.run(node, body),
            Work::Shift { service, share } => {
                let what = format!(
                    "{share} of {} goes to the new version",
                    self.service(service)
                );
                self.moved(node, service, "all of {} goes to the version before", body);
                self.instruct(node, &what, body);
            }
            Work::Switch { service, colour } => {
                let what = format!("all of {} goes to {colour}", self.service(service));
                self.moved(node, service, "all of {} goes to the version before", body);
                self.instruct(node, &what, body);
            }
            Work::Scale { service, replicas } => {
                let what = format!("{} has {replicas}", self.service(service));
                self.moved(node, service, "{} has as many replicas as before", body);
                self.instruct(node, &what, body);
            }
            Work::Hold { length, holds, .. } => self.hold(node, length, holds.as_ref(), body),
            Work::Approve { roles, quorum, not } => {
                let needed = quorum.map_or(roles.len(), |quorum| quorum as usize);
                let roles: Vec<String> =
                    roles.iter().map(|role| quoted(&self.role(role))).collect();
                let not: Vec<String> = not.iter().map(|role| self.role(role)).collect();
                body.push(format!(
                    "  approve {id} {title} {needed} {} {}",
                    quoted(&not.join(", ")),
                    roles.join(" ")
                ));
            }
            Work::Record {
                value,
                unit,
                target,
                capture,
            } => {
                if !node.children.is_empty() {
                    body.push(format!("  inform {id} {title} ''"));
                    self.inside(node, body);
                }
                let kind = record_kind(value, unit.as_deref());
                let target = target.as_deref().map(|target| match target {
                    Target::Compare { comparator, value } => {
                        format!("{} {value}", comparator.sign())
                    }
                    Target::Between { range } => range.to_string(),
                });
                let mut shape = String::new();
                if let Some(capture) = capture {
                    body.push(format!("  capture={}", name("kept", capture)));
                    shape = record_shape(value);
                }
                body.push(format!(
                    "  record {id} {title} {} {}{shape}",
                    quoted(&kind),
                    quoted(&target.unwrap_or_default())
                ));
            }
            Work::Every { interval } => {
                let often = match interval {
                    Interval::Period(period) => format!("every {period}"),
                    Interval::Event(event) => format!("at every {event}"),
                };
                body.push(format!(
                    "  inform {id} {title} {}",
                    quoted(&one_line(&format!("Now, and {often} while this lasts:")))
                ));
                self.inside(node, body);
            }
            Work::Watch { metrics, things } => {
                let mut lines: Vec<String> = metrics
                    .iter()
                    .map(|metric| self.of_metric(metric))
                    .collect();
                lines.extend(things.iter().map(|thing| one_line(&thing.to_string())));
                body.push(format!(
                    "  inform {id} {title} {}",
                    quoted(&lines.join("\n"))
                ));
                self.inside(node, body);
            }
            Work::Choose => self.choose(node, body),
            Work::Wait { until, every } => self.wait(node, until, every.as_deref(), body),
            Work::Notify { notice, .. } => {
                let words = self.notice(notice, !node.title.is_empty());
                body.push(format!("  instruct {id} {title} {words}"));
            }
            Work::Note { markdown } => {
                let words = quoted(&lines(&markdown.to_string()));
                body.push(format!("  inform {id} Note {words}"));
            }
            Work::Act { actions } => {
                self.actions(&node.id, actions, body);
            }
            Work::Group { .. }
            | Work::Option
            | Work::Rollback
            | Work::Procedure
            | Work::Monitor => {
                body.push(format!(
                    "  inform {id} {title} {}",
                    quoted(&self.about(node))
                ));
                self.inside(node, body);
            }
            Work::When { holds } | Work::Bound { holds } => {
                let details = self.details(node, holds.as_ref());
                body.push(format!("  check {id} {title} {details}"));
            }
            Work::Lookup { command } => {
                let words = quoted(&lines(&command.text));
                body.push(format!("  inform {id} {title} {words}"));
            }
            Work::Else
            | Work::Severity { .. }
            | Work::Alert { .. }
            | Work::Baseline { .. }
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
            | Work::Test { .. } => self.inside(node, body),
        }
    }

    /// A person does it; what it comes to stands below a title that an author chose.
    fn instruct(&mut self, node: &Node, what: &str, body: &mut Vec<String>) {
        let what = if node.title.is_empty() { "" } else { what };
        body.push(format!(
            "  instruct {} {} {}",
            quoted(&node.id),
            self.title(node),
            quoted(&one_line(what))
        ));
        self.inside(node, body);
    }

    /// What a rollback asks for once traffic has moved or replicas were set: the same for each time.
    fn moved(&mut self, node: &Node, service: &str, what: &str, body: &mut Vec<String>) {
        let what = what.replace("{}", &self.service(service));
        let wanted = match &node.work {
            Work::Scale { .. } => format!("service/{service}/replicas/undo"),
            _ => format!("service/{service}/traffic/undo"),
        };
        let function = match self.moves.get(&wanted) {
            Some(function) => function.clone(),
            None => {
                let function = self.take(&wanted);
                let line = format!(
                    "  instruct {} {} ''",
                    quoted(&wanted),
                    quoted(&one_line(&format!("Undo: {what}")))
                );
                self.function(&function, &format!("Undoes: {what}"), &[line]);
                self.moves.insert(wanted, function.clone());
                function
            }
        };
        body.push(format!("  undo={function}"));
        self.undos.insert(node.id.clone(), function);
    }

    pub fn inside(&mut self, node: &Node, body: &mut Vec<String>) {
        for child in &node.children {
            self.step(child, body);
        }
    }

    fn hold(
        &mut self,
        node: &Node,
        length: &Range,
        holds: Option<&Condition>,
        body: &mut Vec<String>,
    ) {
        let seconds = length.low.whole_seconds();
        let condition = holds.map(ToString::to_string).unwrap_or_default();
        let mut meanwhile = String::new();
        if !node.children.is_empty() {
            let function = self.take(&format!("{}/meanwhile", node.id));
            let mut lines = Vec::new();
            self.inside(node, &mut lines);
            self.function(&function, &format!("Meanwhile: {}", node.label()), &lines);
            meanwhile = format!(" {function}");
        }
        body.push(format!(
            "  hold {} {} {seconds} {}{meanwhile}",
            quoted(&node.id),
            self.title(node),
            quoted(&one_line(&condition)),
        ));
    }

    fn choose(&mut self, node: &Node, body: &mut Vec<String>) {
        let options: Vec<&Node> = node
            .children
            .iter()
            .filter(|child| matches!(child.work, Work::Option))
            .collect();
        let mut functions = Vec::new();
        for option in &options {
            let function = self.take(&option.id);
            let mut lines = Vec::new();
            self.handler(option, &mut lines);
            self.inside(option, &mut lines);
            self.function(&function, &option.label(), &lines);
            functions.push(function);
        }
        if options.is_empty() {
            return;
        }
        let titles: Vec<String> = options.iter().map(|option| self.title(option)).collect();
        body.push(format!(
            "  choose {} {} {}",
            quoted(&node.id),
            self.title(node),
            titles.join(" ")
        ));
        body.push("  case $choice in".to_owned());
        for (index, function) in functions.iter().enumerate() {
            body.push(format!("    {}) {function} ;;", index + 1));
        }
        body.push("  esac".to_owned());
    }
}
