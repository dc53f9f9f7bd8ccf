//! The words that may stand in the blocks of some declarations.

use super::words::{Word, word};

/// What may stand in the blocks of some declarations: (the words before the block, what stands in it).
pub(super) const BLOCKS: &[(&[&str], &[Word])] = &[
    (
        &["deployment"],
        &[
            word("version", "What is deployed.", "version \"$0\""),
            word(
                "starts",
                "Fixes `T`, and the zone of all clock times.",
                "starts ${1:2026-03-10 09:00 UTC}",
            ),
            word("lasts", "How long it may take.", "lasts ${1:2h..3h}"),
            word("owner", "Who answers for it.", "owner "),
            word(
                "status",
                "`draft` or `ready`; `ready` is refused while anything is left open.",
                "status ${1|draft,ready|}",
            ),
            word("strategy", "The strategy, in words.", "strategy \"$0\""),
            word(
                "environment",
                "The environment it goes to.",
                "environment \"$0\"",
            ),
            word("project", "The project it belongs to.", "project \"$0\""),
            word("date", "When this document was written.", "date "),
            word(
                "on",
                "What happens when a step fails that does not say so itself.",
                "on failure ${1:rollback quick}",
            ),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["service"],
        &[
            word("namespace", "The namespace of its workload.", "namespace "),
            word(
                "workload",
                "Its workload, as kubectl writes it.",
                "workload deployment/$0",
            ),
            word("image", "Its image.", "image \"$0\""),
            word(
                "replicas",
                "How many replicas, and between which bounds an autoscaler may choose.",
                "replicas ${1:6} (${2:4..12})",
            ),
            word(
                "traffic",
                "How requests are split between two versions.",
                "traffic ${1|gateway-api,istio,linkerd,nginx,alb,kubernetes,none|}",
            ),
            word(
                "environment",
                "The environment it lives in.",
                "environment \"$0\"",
            ),
            word("port", "The port it listens on.", "port "),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["metric"],
        &[
            word("better", "Which way is good.", "better ${1|lower,higher|}"),
            word(
                "no-data",
                "What it means when there is no data.",
                "no-data ${1|pause,pass,fail|}",
            ),
            word("window", "The window of the query.", "window ${1:5m}"),
            word("interval", "How often it is sampled.", "interval ${1:30s}"),
            word(
                "prometheus",
                "The query, with `$service`, `$namespace` and `$window`.",
                "prometheus `$0`",
            ),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["role"],
        &[
            word("contact", "How to reach them.", "contact ${1:slack} \"$0\""),
            word("person", "Who has the role.", "person \"$0\""),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["message"],
        &[
            word(
                "field",
                "A blank, with its type.",
                "field ${1:name} \"${2:Title}\" : ${3:text}",
            ),
            word("subject", "Its subject.", "subject \"$0\""),
            word(
                "body",
                "What it says, as Markdown.",
                "body \"\"\"\n  $0\n  \"\"\"",
            ),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["severity"],
        &[
            word("when", "Any one of these lines is enough.", "when "),
            word("then", "What happens.", "then "),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["failure"],
        &[
            word("when", "Any one of these lines is enough.", "when "),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["success"],
        &[
            word("require", "What must hold.", "require "),
            word("record", "A blank that a person fills in.", "record \"$0\""),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["reference"],
        &[
            word(
                "link",
                "An address to open.",
                "link \"${1:Title}\" \"${2:https://}\"",
            ),
            word(
                "file",
                "A file to read.",
                "file \"${1:Title}\" \"${2:path}\"",
            ),
            word(
                "command",
                "A command to copy.",
                "command \"${1:Title}\" `$0`",
            ),
            word(
                "group",
                "References that belong together.",
                "group \"$1\" {\n  $0\n}",
            ),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["test"],
        &[
            word(
                "given",
                "What is measured or said, and when.",
                "given ${1:error-rate} = ${2:7%} from ${3:T+5m}",
            ),
            word(
                "expect",
                "What must come of it.",
                "expect ${1:rollback quick} within ${2:1m}",
            ),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
    (
        &["blue-green"],
        &[
            word("prepare", "Before traffic moves.", "prepare {\n  $0\n}"),
            word(
                "verify",
                "Proof that the other colour works.",
                "verify {\n  $0\n}",
            ),
            word(
                "bake",
                "How long it is watched.",
                "bake ${1:30m} while ${2:error-rate < 0.5%}",
            ),
            word("retire", "Takes the old colour away.", "retire {\n  $0\n}"),
            word("note", "Words for the reader, as Markdown.", "note \"$0\""),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::BLOCKS;
    use crate::syntax::{Kind, begin_lines};

    /// What is offered is what the messages say may stand there.
    #[test]
    fn what_is_offered_may_stand_there() {
        for (heads, words) in BLOCKS {
            for head in *heads {
                let rule = head.replace('-', "_");
                let kind = Kind::all_rules()
                    .iter()
                    .find(|kind| format!("{kind:?}") == rule)
                    .expect("a declaration");
                let offered: BTreeSet<&str> = words.iter().map(|word| word.word).collect();
                let allowed: BTreeSet<&str> = begin_lines(*kind).iter().copied().collect();
                assert_eq!(offered, allowed, "{head}");
            }
        }
    }
}
