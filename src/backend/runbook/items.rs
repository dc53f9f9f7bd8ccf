//! Nodes as items of a list: a box to tick, a blank to fill in, a command to run.
//! A new kind of node must be given words here: no match on the kind of work has a wildcard.

#![warn(clippy::wildcard_enum_match_arm)]

use super::commands::{About, Fact};
use super::sentences::{Sentences, and};
use super::{capital, uncapital};
use crate::plan::{
    Bound, Command, Condition, Interval, Node, Target, Text, ValueType, WaitFor, Work,
};

/// What a runbook says of a node, without what stands inside it.
#[derive(Default)]
pub struct Item<'a> {
    /// Whether a person ticks it.
    pub tick: bool,
    /// What it is, marked up.
    pub line: String,
    /// What follows from it, marked up.
    pub then: Option<String>,
    /// Words of the author for the reader, as Markdown.
    pub note: Option<&'a Text>,
    /// The command.
    pub command: Option<&'a Command>,
    /// The command that takes it back.
    pub undo: Option<&'a Command>,
    /// What else there is to know of the command.
    pub facts: Vec<Fact>,
    /// What must stay true, marked up.
    pub holds: Vec<String>,
    /// What a person fills in.
    pub blank: Option<Blank<'a>>,
}

/// What a person fills in.
pub enum Blank<'a> {
    /// A value.
    Record {
        /// What kind of value.
        value: &'a ValueType,
        /// The unit in which a number is written.
        unit: Option<&'a str>,
        /// What it should be, marked up.
        target: Option<String>,
    },
    /// A name, for a yes.
    Approval {
        /// Whose it must not be, marked up.
        not: Option<String>,
    },
}

impl<'a> Item<'a> {
    fn line(line: String) -> Self {
        Item {
            line,
            ..Item::default()
        }
    }

    fn tick(line: String) -> Self {
        Item {
            tick: true,
            line,
            ..Item::default()
        }
    }
}

impl Sentences<'_> {
    /// When, by whom and on what condition, as a list of phrases.
    pub fn about(&self, node: &Node) -> Vec<String> {
        let mut about = Vec::new();
        if let Some(at) = &node.at {
            about.push(format!("at {}", self.when(at)));
        }
        if let Some(window) = &node.window {
            about.push(format!("from {}", self.window(window)));
        }
        if let Some(due) = &node.due {
            about.push(format!("due {}", self.when(due)));
        }
        if let Some(takes) = &node.takes {
            about.push(format!("takes {}", self.range(takes)));
        }
        if let Some(within) = &node.within {
            about.push(format!("within {within}"));
        }
        if let Some(until) = &node.valid_until {
            about.push(format!("until {}", self.when(until)));
        }
        if !node.owners.is_empty() {
            about.push(format!("by {}", self.roles(&node.owners)));
        }
        if let Some(condition) = &node.condition {
            about.push(format!("if {}", self.condition(condition)));
        }
        if !node.after.is_empty() {
            let after: Vec<String> = node
                .after
                .iter()
                .map(|id| match id.as_str() {
                    "rollback" => "a rollback".to_owned(),
                    id => self.link(id),
                })
                .collect();
            about.push(format!("after {}", and(after)));
        }
        if let Some(status) = &node.status {
            about.push(self.markup.words(status));
        }
        about
    }

    /// What people call a node: its title, or its name.
    pub fn called(&self, node: &Node) -> String {
        match node.title.is_empty() {
            true => self.markup.words(&node.label()),
            false => self.markup.text(&node.title),
        }
    }

    /// A condition as a list: each of several that must hold together.
    fn each(&self, holds: Option<&Condition>) -> Vec<String> {
        match holds {
            None => Vec::new(),
            Some(Condition::All { of }) => of.iter().map(|one| self.condition(one)).collect(),
            Some(one) => vec![self.condition(one)],
        }
    }

    /// The node as an item.
    pub fn item<'n>(&self, node: &'n Node) -> Item<'n> {
        let markup = self.markup;
        let title = markup.text(&node.title);
        let named = |fallback: &str| -> String {
            if title.is_empty() {
                fallback.to_owned()
            } else {
                title.clone()
            }
        };
        // A title and what it asks for: "Error rate: [Error rate] < 1%".
        let asked = |holds: &Option<Condition>| -> String {
            match (holds, title.is_empty()) {
                (None, _) => self.called(node),
                (Some(condition), true) => self.condition(condition),
                (Some(condition), false) => format!("{title}: {}", self.condition(condition)),
            }
        };
        match &node.work {
            Work::Check { holds } | Work::Require { holds } => Item::tick(asked(holds)),
            Work::When { holds } | Work::Bound { holds } => Item::line(asked(holds)),
            Work::Run {
                command,
                expect,
                attempts,
                capture,
                effect,
                ..
            } => Item {
                command: Some(command),
                undo: effect.undo(),
                facts: self.about_command(
                    command,
                    expect,
                    effect,
                    attempts.as_deref(),
                    capture.as_deref(),
                ),
                ..Item::tick(named("Run"))
            },
            Work::Lookup { command } => Item {
                command: Some(command),
                ..Item::line(named("Command"))
            },
            Work::Shift { service, share } => {
                let move_ = format!(
                    "Move {} of the traffic of {} to the new version",
                    markup.strong(&share.to_string()),
                    self.service(service)
                );
                Item::tick(with_title(&title, &move_))
            }
            Work::Switch { service, colour } => {
                let move_ = format!(
                    "Switch all traffic of {} to {}",
                    self.service(service),
                    markup.strong(&markup.words(colour))
                );
                Item::tick(with_title(&title, &move_))
            }
            Work::Scale { service, replicas } => {
                let move_ = format!(
                    "Scale {} to {}",
                    self.service(service),
                    markup.strong(&replicas.to_string())
                );
                Item::tick(with_title(&title, &move_))
            }
            Work::Hold { length, holds, .. } => {
                let hold = format!("Hold for {}", markup.strong(&self.range(length)));
                Item {
                    holds: self.each(holds.as_ref()),
                    ..Item::tick(with_title(&title, &hold))
                }
            }
            Work::Approve { roles, quorum, not } => {
                let who = match quorum {
                    Some(quorum) => format!("{quorum} of {}", self.roles(roles)),
                    None => self.roles(roles),
                };
                Item {
                    blank: Some(Blank::Approval {
                        not: (!not.is_empty()).then(|| self.roles(not)),
                    }),
                    ..Item::tick(match title == who {
                        true => format!("Approval: {who}"),
                        false => format!("{}: {who}", named("Approval")),
                    })
                }
            }
            Work::Record {
                value,
                unit,
                target,
                capture,
            } => {
                let target = target.as_deref().map(|target| match target {
                    Target::Compare { comparator, value } => self.bound(&Bound::Compare {
                        comparator: *comparator,
                        value: value.clone(),
                    }),
                    Target::Between { range } => self.range(range),
                });
                Item {
                    blank: Some(Blank::Record {
                        value,
                        unit: unit.as_deref(),
                        target,
                    }),
                    facts: self.about_record(value, capture.as_deref()),
                    ..Item::tick(named("Record"))
                }
            }
            Work::Every { interval } => {
                let (often, event) = match interval {
                    Interval::Period(period) => (format!("Every {period}"), None),
                    Interval::Event(event) => {
                        let event = markup.text(event);
                        (format!("At each: {event}"), Some(event))
                    }
                };
                // What has no title of its own is called by what it recurs at.
                let title = match event {
                    Some(event) if event == title => "",
                    Some(_) | None => &title,
                };
                Item::line(with_title(title, &markup.strong(&often)))
            }
            Work::Watch { metrics, things } => {
                let mut all: Vec<String> =
                    metrics.iter().map(|metric| self.metric(metric)).collect();
                all.extend(things.iter().map(|thing| markup.text(thing)));
                Item::line(format!("Keep an eye on {}", and(all)))
            }
            Work::Choose => {
                let title = match title.is_empty() {
                    true => String::new(),
                    false => format!("({title})"),
                };
                Item::line(format!("{} {title}", markup.strong("Exactly one of these")))
            }
            Work::Option => Item::tick(markup.strong(&self.called(node))),
            Work::Wait { until, every } => {
                let mut command = None;
                let wait = match until {
                    WaitFor::Time(time) => {
                        format!("Wait until {}", markup.strong(&self.when(time)))
                    }
                    WaitFor::Length(length) => {
                        format!("Wait {}", markup.strong(&length.to_string()))
                    }
                    WaitFor::Event(event) => format!("Wait for: {}", markup.text(event)),
                    WaitFor::Command(wanted) => {
                        command = Some(wanted);
                        match every {
                            Some(every) => format!("Wait until this succeeds; try every {every}"),
                            None => "Wait until this succeeds".to_owned(),
                        }
                    }
                };
                Item {
                    command,
                    ..Item::tick(with_title(&title, &wait))
                }
            }
            Work::Notify { notice, every } => {
                let mut line = capital(&self.notice(notice));
                if let Some(every) = every {
                    line.push_str(&format!(", every {every}"));
                }
                Item::tick(line)
            }
            Work::Note { markdown } => Item {
                note: Some(markdown),
                ..Item::default()
            },
            Work::Act { actions } => Item::tick(capital(&self.actions(actions))),
            Work::Else => Item::line(markup.strong("If this fails:")),
            Work::Link { address } => Item::line(self.place(&named("Link"), address)),
            Work::File { path } => Item::line(self.place(&named("File"), path)),
            Work::Backup { of, every, keep } => {
                let mut line = named(&capital(&markup.words(of)));
                if let Some(every) = every {
                    line.push_str(&format!(", every {every}"));
                }
                if let Some(keep) = keep {
                    line.push_str(&format!(", kept {keep}"));
                }
                Item::line(line)
            }
            Work::Objective {
                objective,
                comparator,
                value,
            } => Item::line(format!(
                "{}: {}",
                named(&markup.words(&objective.to_uppercase())),
                self.bound(&Bound::Compare {
                    comparator: *comparator,
                    value: value.clone()
                })
            )),
            Work::Freeze { from, to } => Item::line(format!(
                "{}: nothing may start {}from {} to {}",
                named("Freeze"),
                if from.is_daily() { "every day " } else { "" },
                markup.words(&from.to_string()),
                markup.words(&to.to_string())
            )),
            Work::Severity { then } | Work::Alert { then, .. } => Item {
                then: Some(self.actions(then)),
                ..Item::line(markup.strong(&self.called(node)))
            },
            Work::Phase | Work::Gate | Work::Group { .. } => {
                Item::tick(markup.strong(&self.called(node)))
            }
            Work::Rollback
            | Work::Procedure
            | Work::Monitor
            | Work::Baseline { .. }
            | Work::Success
            | Work::Failure
            | Work::Escalation
            | Work::Escalate { .. }
            | Work::Reference
            | Work::Test { .. } => Item::line(markup.strong(&self.called(node))),
        }
    }

    /// What a name stands for: an address, a path.
    fn place(&self, named: &str, place: &Text) -> String {
        match place.is_empty() {
            true => named.to_owned(),
            false => format!("{named}: {}", self.markup.address(&place.to_string())),
        }
    }
}

impl Item<'_> {
    /// The sentences about the command but for this.
    pub fn facts_without(&self, left_out: About) -> Vec<&str> {
        self.facts
            .iter()
            .filter(|fact| fact.about != left_out)
            .map(|fact| fact.words.as_str())
            .collect()
    }
}

fn with_title(title: &str, line: &str) -> String {
    if title.is_empty() {
        line.to_owned()
    } else {
        format!("{title}: {}", uncapital(line))
    }
}
