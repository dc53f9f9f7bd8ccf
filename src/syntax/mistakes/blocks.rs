//! What may stand in which block, as the messages say it.

use crate::syntax::grammar::Rule as Kind;
use crate::syntax::words;

/// A block, or the top level of a file.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// Whose it is, in words: "a `rollback`".
    pub of: &'static str,
    /// The words that may begin a line in it, the likeliest first.
    pub words: &'static [&'static str],
}

/// Statements of work, the likeliest first.
const WORK: &[&str] = &[
    "check",
    "run",
    "hold",
    "shift",
    "gate",
    "approve",
    "notify",
    "record",
    "wait",
    "group",
    "include",
    "note",
    "canary",
    "blue-green",
    "every",
    "choose",
    "watch",
    "scale",
    "switch",
    "phase",
    "require",
    "else",
    "pause",
    "page",
    "rollback",
    "retry",
    "skip",
    "stop",
    "do",
    "severity",
    "alert",
    "link",
    "file",
    "command",
];

/// Of more words than these the first ones are named.
const MOST: usize = 12;

impl Block {
    /// The top level of a file.
    pub const TOP: Block = Block {
        of: "the top level of a file",
        words: words::ITEMS,
    };

    /// The block of a statement or declaration of this kind.
    pub fn of(kind: Kind) -> Block {
        let (of, words): (&str, &[&str]) = match kind {
            Kind::deployment => (
                "a `deployment`",
                &[
                    "version",
                    "starts",
                    "lasts",
                    "owner",
                    "status",
                    "on",
                    "strategy",
                    "environment",
                    "date",
                    "project",
                    "note",
                ],
            ),
            Kind::service => (
                "a `service`",
                &[
                    "namespace",
                    "workload",
                    "image",
                    "replicas",
                    "traffic",
                    "environment",
                    "port",
                    "note",
                ],
            ),
            Kind::metric => (
                "a `metric`",
                &[
                    "better",
                    "no-data",
                    "window",
                    "interval",
                    "prometheus",
                    "note",
                ],
            ),
            Kind::role => ("a `role`", &["contact", "person", "note"]),
            Kind::message => ("a `message`", &["field", "subject", "body", "note"]),
            Kind::severity => ("a `severity`", &["when", "then", "note"]),
            Kind::alert => ("an `alert`", &["when", "then", "note"]),
            Kind::failure => ("a `failure`", &["when", "note"]),
            Kind::success => ("a `success`", &["require", "record", "note"]),
            Kind::reference => (
                "a `reference`",
                &["link", "file", "command", "group", "note"],
            ),
            Kind::test => ("a `test`", &["given", "expect", "note"]),
            Kind::choose => ("a `choose`", &["option", "note"]),
            Kind::canary => ("a `canary`", &[]),
            Kind::blue_green => (
                "a `blue-green`",
                &["prepare", "verify", "bake", "retire", "note"],
            ),
            Kind::escalation | Kind::escalation_block => ("an `escalation`", &["note"]),
            Kind::baseline | Kind::baseline_block => ("a `baseline`", &["note"]),
            Kind::phase => ("a `phase`", WORK),
            Kind::gate => (
                "a `gate`",
                &[
                    "require", "approve", "check", "run", "record", "wait", "else", "note",
                ],
            ),
            Kind::rollback => ("a `rollback`", WORK),
            Kind::procedure => ("a `procedure`", WORK),
            Kind::checklist => ("a `checklist`", WORK),
            Kind::monitor => ("a `monitor`", WORK),
            Kind::group => ("a `group`", WORK),
            Kind::param => ("a `param`", &[]),
            Kind::secret => ("a `secret`", &[]),
            Kind::channel => ("a `channel`", &[]),
            Kind::objective => ("an `objective`", &[]),
            Kind::backup => ("a `backup`", &[]),
            Kind::freeze => ("a `freeze`", &[]),
            Kind::use_ => ("a `use`", &[]),
            Kind::edition => ("an `edition`", &[]),
            _ => ("this block", WORK),
        };
        Block { of, words }
    }

    /// Whether a line in it may begin with this word.
    pub fn takes(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    /// What stands in it, as a sentence.
    pub fn help(&self) -> String {
        let quoted: Vec<String> = self
            .words
            .iter()
            .take(match self.words.len() <= MOST || self.is_top() {
                true => self.words.len(),
                false => MOST,
            })
            .map(|word| match *word {
                "on" => "`on failure`".to_owned(),
                word => format!("`{word}`"),
            })
            .collect();
        let list = quoted.join(", ");
        if self.is_top() {
            return format!("a declaration begins with one of {list}");
        }
        let more = quoted.len() < self.words.len();
        match self.of {
            "a `canary`" => "a step of a `canary` is a share of the traffic and how long it stays: \
                             `10% for 15m while error-rate < 1%`"
                .to_owned(),
            "an `escalation`" => {
                "a line of an `escalation` is who is told of what: `critical to oncall after 5m via phone`"
                    .to_owned()
            }
            "a `baseline`" => {
                "a line of a `baseline` is a condition: `error-rate < 0.1%`".to_owned()
            }
            of if self.words.is_empty() => {
                format!("{of} has no block: all of it stands on its line")
            }
            of if more => format!("a line in {of} begins with a word such as {list}"),
            of => format!("a line in {of} begins with one of {list}"),
        }
    }

    /// Whether it is the block of a noun that is known here.
    pub fn is_declared(&self) -> bool {
        self.of != "this block" && !self.words.is_empty()
    }

    fn is_top(&self) -> bool {
        self.of == Block::TOP.of
    }
}
