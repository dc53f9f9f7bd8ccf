//! What can happen, and how it is said.

use serde::Serialize;

use crate::plan::{Action, Deed, Exact, Node, Work, duration_text};

/// A kind of event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Happening {
    /// What was given changed.
    Changed {
        /// In words: `error-rate is 7%`.
        to: String,
    },
    /// A node began.
    Began,
    /// A node ended well.
    Ended,
    /// A node took no part.
    LeftOut,
    /// A node failed.
    Failed {
        /// In words.
        why: String,
    },
    /// Traffic moved, or replicas were set.
    Moved {
        /// In words: `10% of checkout's traffic`.
        to: String,
    },
    /// Somebody said yes.
    Approved,
    /// A rule or an alert became true.
    Fired {
        /// In words.
        why: String,
    },
    /// A rule or an alert that was true is so no more.
    Cleared,
    /// An action was taken.
    Acted {
        /// Which.
        #[serde(flatten)]
        deed: Deed,
    },
    /// Somebody is told something as the plan goes its way.
    Told {
        /// In words.
        whom: String,
    },
    /// A delayed action fell away, because what led to it had cleared.
    FellAway {
        /// In words.
        what: String,
    },
    /// A pause ended.
    Resumed,
    /// A rollback was called for and could not begin.
    TooLate {
        /// Why.
        why: String,
    },
    /// A step was undone.
    Undone {
        /// In words.
        how: String,
    },
    /// A rollback took longer than it may.
    Overran {
        /// In words.
        limit: String,
    },
    /// The verdict on the whole.
    Over {
        /// Which.
        outcome: Outcome,
        /// Why, where it is not plain.
        #[serde(skip_serializing_if = "String::is_empty")]
        why: String,
    },
}

/// How a deployment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All was done, and what success requires holds.
    Success,
    /// All was done, and something that success requires does not hold.
    NoSuccess,
    /// A line of `failure` came true.
    Failure,
    /// It went back.
    RolledBack,
    /// It was stopped.
    Stopped,
    /// It waits for something that never comes.
    Waiting,
}

impl Outcome {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::NoSuccess => "done, and no success",
            Outcome::Failure => "failure",
            Outcome::RolledBack => "rolled back",
            Outcome::Stopped => "stopped",
            Outcome::Waiting => "waits for ever",
        }
    }
}

/// An event in words, without its time.
pub fn words(what: &Happening, node: Option<&Node>) -> String {
    let called = || node.map_or_else(String::new, called);
    match what {
        Happening::Changed { to } | Happening::Moved { to } => to.clone(),
        Happening::Began => format!("{} begins", called()),
        Happening::Ended => format!("{} is done", called()),
        Happening::LeftOut => format!("{} is left out", called()),
        Happening::Failed { why } => format!("{} fails: {why}", called()),
        Happening::Approved => format!("{} is approved", called()),
        Happening::Fired { why } => format!("{} fires: {why}", called()),
        Happening::Cleared => format!("{} has cleared", called()),
        Happening::Acted { deed } => deed_words(deed),
        Happening::Told { whom } => whom.clone(),
        Happening::FellAway { what } => format!("{what} falls away: it has cleared"),
        Happening::Resumed => "a person lets it go on".to_owned(),
        Happening::TooLate { why } => format!("{} can't begin: {why}", called()),
        Happening::Undone { how } => format!("undone: {how}"),
        Happening::Overran { limit } => format!("{} took longer than {limit}", called()),
        Happening::Over { outcome, why } if why.is_empty() => {
            format!("the end: {}", outcome.words())
        }
        Happening::Over { outcome, why } => format!("the end: {}, {why}", outcome.words()),
    }
}

/// Whether an event is one of those that tell the story, and not a small step.
pub fn is_landmark(what: &Happening, node: Option<&Node>) -> bool {
    let kind = node.map(|node| &node.work);
    match what {
        Happening::Began => matches!(
            kind,
            Some(
                Work::Phase
                    | Work::Gate
                    | Work::Hold { .. }
                    | Work::Rollback
                    | Work::Procedure
                    | Work::Monitor
            )
        ),
        Happening::Ended => matches!(kind, Some(Work::Rollback)),
        Happening::Changed { .. }
        | Happening::LeftOut
        | Happening::Failed { .. }
        | Happening::Moved { .. }
        | Happening::Approved
        | Happening::Fired { .. }
        | Happening::Cleared
        | Happening::Acted { .. }
        | Happening::Told { .. }
        | Happening::FellAway { .. }
        | Happening::Resumed
        | Happening::TooLate { .. }
        | Happening::Undone { .. }
        | Happening::Overran { .. }
        | Happening::Over { .. } => true,
    }
}

/// Seconds from `T` as the language writes them: `T+1h30m`, `T-2d`, `T`.
pub fn time(seconds: i64) -> String {
    let length = || duration_text(Exact::whole(seconds.saturating_abs()));
    match seconds {
        0 => "T".into(),
        1.. => format!("T+{}", length()),
        _ => format!("T-{}", length()),
    }
}

/// What a node is called, with its id.
fn called(node: &Node) -> String {
    let last = node.id.rsplit('/').next().unwrap_or(&node.id);
    let title = node.title.to_string();
    let kind = match node.work {
        Work::Phase => "",
        _ => node.work.kind(),
    };
    let name = if title.is_empty() || title == last {
        format!("`{}`", node.id)
    } else {
        format!("\"{title}\" (`{}`)", node.id)
    };
    match kind.is_empty() {
        true => name,
        false => format!("{kind} {name}"),
    }
}

/// An action in the words of the language.
pub fn action_words(action: &Action) -> String {
    let deed = deed_words(&action.deed);
    match &action.after {
        Some(after) => format!("{deed} after {after}"),
        None => deed,
    }
}

/// What is done, in the words of the language.
pub fn deed_words(deed: &Deed) -> String {
    let name = |id: &str| id.split_once('/').map_or(id, |(_, name)| name).to_owned();
    match deed {
        Deed::Rollback { rollback } => format!("rollback {}", name(rollback)),
        Deed::Pause => "pause".into(),
        Deed::Stop => "stop".into(),
        Deed::Skip => "skip".into(),
        Deed::Retry { times: None } => "retry".into(),
        Deed::Retry { times: Some(times) } => format!("retry {times}"),
        Deed::Page { roles } => format!("page {}", roles.join(", ")),
        Deed::Notify(notice) => notice_words(notice),
        Deed::Do { procedure } => format!("do {}", name(procedure)),
        Deed::Instruct { text } => format!("\"{text}\""),
    }
}

/// A notice in the words of the language.
pub fn notice_words(notice: &crate::plan::Notice) -> String {
    let to: Vec<&str> = notice
        .channels
        .iter()
        .chain(&notice.roles)
        .map(String::as_str)
        .collect();
    let mut words = format!("notify {}", to.join(", "));
    if !notice.text.is_empty() {
        words.push_str(&format!(" \"{}\"", notice.text));
    }
    if let Some(message) = &notice.message {
        words.push_str(&format!(" with {message}"));
    }
    words
}
