//! The words of the language: what each is for, in a line, and how one begins to write with it.

use super::blocks::BLOCKS;

/// A word.
pub(super) struct Word {
    /// The word.
    pub word: &'static str,
    /// What it is for, in a line.
    pub about: &'static str,
    /// What is inserted, with places to fill in; empty where the word is all.
    pub snippet: &'static str,
}

/// A word, what it is for, and how one begins to write with it.
pub(super) const fn word(word: &'static str, about: &'static str, snippet: &'static str) -> Word {
    Word {
        word,
        about,
        snippet,
    }
}

/// Words that begin a declaration.
pub(super) const ITEMS: &[Word] = &[
    word(
        "alert",
        "A standing alert, which also lives when nothing is being deployed.",
        "alert ${1:name} when ${2:metric} > ${3:500ms} for ${4:5m} then page ${5:oncall}",
    ),
    word(
        "backup",
        "A backup, how often it is made and how long it is kept.",
        "backup ${1:database} \"${2:Title}\" every ${3:1h} keep ${4:30d}",
    ),
    word(
        "baseline",
        "What is normal for a service; conditions may say `within baseline`.",
        "baseline ${1:service} \"${2:What is normal}\" {\n  $0\n}",
    ),
    word(
        "channel",
        "A place where people read.",
        "channel ${1:operations} ${2:slack} \"${3:#operations}\"",
    ),
    word(
        "checklist",
        "A group that is used again and again; `include` puts it in.",
        "checklist ${1:name} \"${2:Title}\" (${3:service : service}) {\n  check \"$0\"\n}",
    ),
    word(
        "deployment",
        "The head of the spec; there is one.",
        "deployment \"${1:Title}\" {\n  version \"${2:1.0.0}\"\n  starts ${3:2026-03-10 09:00 UTC}\n  owner ${4:owner}\n  on failure ${5:pause}\n}",
    ),
    word(
        "edition",
        "Stands first; fixes the words and their meaning.",
        "edition 2026",
    ),
    word(
        "escalation",
        "Who is reached, when, and how.",
        "escalation {\n  ${1:critical} to ${2:oncall} after ${3:1m} via ${4:phone}\n}",
    ),
    word(
        "failure",
        "The verdict on the whole: any line is enough.",
        "failure {\n  when $0\n}",
    ),
    word(
        "freeze",
        "When nothing may start.",
        "freeze ${1:weekend} \"${2:No deployments}\" from ${3:Fri 16:00} to ${4:Mon 07:00} ${5:UTC}",
    ),
    word(
        "gate",
        "A decision: every `require` holds and each `approve` is given, or the `else` happens.",
        "gate ${1:go} \"${2:Go or no-go}\" {\n  require ${3:error-rate < 0.5%}\n  approve by ${4:owner}\n  else ${5:rollback quick}\n}",
    ),
    word(
        "message",
        "A message that `notify` sends, with typed fields.",
        "message ${1:name} \"${2:Title}\" {\n  subject \"${3:Subject}\"\n  body \"\"\"\n    $0\n    \"\"\"\n}",
    ),
    word(
        "metric",
        "A measured value: what it measures, the unit of its query, which way is good.",
        "metric ${1:name} \"${2:Title}\" : ${3:percent} in ${4:ratio} {\n  better ${5|lower,higher|}\n  prometheus `$0`\n}",
    ),
    word(
        "monitor",
        "Checks that recur.",
        "monitor ${1:first-day} \"${2:The first day}\" from ${3:T+2h} to ${4:T+24h} {\n  every ${5:1h} {\n    check \"$0\"\n  }\n}",
    ),
    word(
        "objective",
        "A recovery objective.",
        "objective ${1|rto,rpo|} \"${2:Back in service}\" < ${3:4h}",
    ),
    word(
        "param",
        "A value from outside; reaches commands as `$NAME`.",
        "param ${1:name} \"${2:Title}\" : ${3:text} = ${4:\"\"}",
    ),
    word(
        "phase",
        "A phase of work; without `after`, it follows the phase before it.",
        "phase ${1:name} \"${2:Title}\" {\n  $0\n}",
    ),
    word(
        "procedure",
        "A series of steps, which an outcome starts: `do NAME`.",
        "procedure ${1:name} \"${2:Title}\" {\n  $0\n}",
    ),
    word(
        "reference",
        "The appendix: what one looks up at three in the morning.",
        "reference {\n  link \"${1:Dashboard}\" \"${2:https://}\"\n}",
    ),
    word(
        "role",
        "People, by what they do.",
        "role ${1:oncall} \"${2:On-call engineer}\" { contact ${3:slack} \"${4:@oncall}\" }",
    ),
    word(
        "rollback",
        "A rollback, with how long it may take.",
        "rollback ${1:quick} \"${2:Quick rollback}\" within ${3:5m} {\n  check \"$0\"\n}",
    ),
    word(
        "secret",
        "A value that must not be seen; reaches commands as `$NAME`.",
        "secret ${1:name} \"${2:Title}\"",
    ),
    word(
        "service",
        "What is deployed, and how traffic is split.",
        "service ${1:api} \"${2:Title}\" {\n  namespace ${3:production}\n  workload deployment/${1:api}\n  replicas ${4:3}\n  traffic ${5:gateway-api}\n}",
    ),
    word(
        "severity",
        "A rule that stays armed while traffic moves, and while a gate waits.",
        "severity ${1:critical} \"${2:Roll back at once}\" {\n  when ${3:error-rate > 5%}\n  then ${4:rollback quick}\n}",
    ),
    word(
        "success",
        "The verdict on the whole: all of it must hold.",
        "success {\n  require $0\n}",
    ),
    word(
        "test",
        "An executable test of the spec itself.",
        "test \"${1:a bad canary rolls back}\" {\n  given ${2:error-rate} = ${3:7%} from ${4:T+5m}\n  expect ${5:rollback quick} within ${6:1m}\n}",
    ),
    word(
        "use",
        "Brings in metrics, checklists and procedures.",
        "use ${1:std/http}",
    ),
];

/// Words that begin a statement in a stretch of work.
pub(super) const STATEMENTS: &[Word] = &[
    word(
        "approve",
        "Needs the word of each role named.",
        "approve ${1:go} by ${2:owner}",
    ),
    word(
        "blue-green",
        "Prepares the other colour, verifies it, switches to it, bakes, retires the old one.",
        "blue-green ${1:service} to ${2:green} {\n  prepare {\n    $0\n  }\n  verify {\n  }\n  bake ${3:30m}\n}",
    ),
    word(
        "canary",
        "A shift, a hold and what stands in the block, stage by stage.",
        "canary ${1:service} {\n  10% for ${2:15m} while ${3:error-rate < 0.5%}\n  50% for ${2:15m} while ${3:error-rate < 0.5%}\n  100% for ${4:30m} while ${3:error-rate < 0.5%}\n}",
    ),
    word(
        "check",
        "A person asserts the text, or the metric the condition.",
        "check \"$0\"",
    ),
    word(
        "choose",
        "Exactly one of the options.",
        "choose ${1:name} \"${2:Title}\" {\n  option ${3:first} {\n    $0\n  }\n}",
    ),
    word("do", "Starts a procedure.", "do ${1:procedure}"),
    word(
        "every",
        "Recurs while what is around it lasts.",
        "every ${1:15m} {\n  $0\n}",
    ),
    word(
        "gate",
        "A decision.",
        "gate ${1:go} \"${2:Go or no-go}\" {\n  require ${3:error-rate < 0.5%}\n  else ${4:rollback quick}\n}",
    ),
    word(
        "group",
        "A box with boxes in it; its members have no order.",
        "group ${1:name} \"${2:Title}\" {\n  check \"$0\"\n}",
    ),
    word(
        "hold",
        "Waits, and makes sure that the condition holds the whole time.",
        "hold ${1:15m} while ${2:error-rate < 0.5%}",
    ),
    word("include", "Puts a checklist in.", "include ${1:checklist}"),
    word("note", "Words for the reader, as Markdown.", "note \"$0\""),
    word("notify", "Tells somebody.", "notify ${1:operations} \"$0\""),
    word(
        "option",
        "One of the ways of a `choose`.",
        "option ${1:name} \"${2:Title}\" {\n  $0\n}",
    ),
    word("page", "Wakes somebody.", "page ${1:oncall}"),
    word("pause", "Waits for a person.", ""),
    word(
        "phase",
        "A phase of work inside this one.",
        "phase ${1:name} \"${2:Title}\" {\n  $0\n}",
    ),
    word(
        "record",
        "A blank that a person fills in.",
        "record ${1:name} \"${2:Title}\" in ${3:ms} target < ${4:200ms}",
    ),
    word("require", "What must hold.", "require $0"),
    word("retry", "Tries again.", ""),
    word("rollback", "Rolls back.", "rollback ${1:quick}"),
    word(
        "run",
        "Runs a command.",
        "run ${1:name} \"${2:Title}\" `${3:command}` ${4|reads-only,undo ``,idempotent|}",
    ),
    word(
        "scale",
        "Sets the number of replicas.",
        "scale ${1:service} to ${2:3}",
    ),
    word(
        "shift",
        "Sends a share of the traffic to the new version.",
        "shift ${1:service} to ${2:25%}",
    ),
    word("skip", "Leaves this out and goes on.", ""),
    word("stop", "Ends the deployment where it is.", ""),
    word(
        "switch",
        "Sends all traffic to the other colour.",
        "switch ${1:service} to ${2:green}",
    ),
    word(
        "wait",
        "Waits until a time, until somebody says so, or until a command succeeds.",
        "wait ${1:ready} for `${2:command}` every ${3:30s} within ${4:1h}",
    ),
    word(
        "watch",
        "Names what is to be on the screen.",
        "watch ${1:error-rate}",
    ),
    word("else", "What happens when it fails.", "else ${1:pause}"),
];

/// Words that may follow the head of a statement.
pub(super) const CLAUSES: &[Word] = &[
    word(
        "after",
        "Follows these instead of what stands before it.",
        "",
    ),
    word("at", "Begins then.", ""),
    word("by", "Who does it.", ""),
    word("done", "Ticked already.", ""),
    word("due", "Done by then.", ""),
    word("else", "What happens when it fails.", ""),
    word(
        "from",
        "Happens between two times: `from T+1h to T+2h`.",
        "",
    ),
    word("if", "Only then: a parameter or a person's word.", ""),
    word("status", "A word on its state.", ""),
    word("takes", "How long it is estimated to take.", ""),
    word("within", "How long it may take.", ""),
];

/// Words that may follow a `run` besides.
pub(super) const OF_RUN: &[Word] = &[
    word(
        "capture",
        "The output goes to later commands as `$NAME`.",
        "",
    ),
    word(
        "expect",
        "What its result must be: `exit 0`, a text, `/regex/`, `$.path == value`.",
        "",
    ),
    word("idempotent", "It may be run twice.", ""),
    word(
        "irreversible",
        "There is no rollback, on purpose.",
        "irreversible \"${1:why}\"",
    ),
    word(
        "probe",
        "Tells, after a crash, whether it took effect.",
        "probe `$0`",
    ),
    word("reads-only", "It changes nothing.", ""),
    word(
        "retry",
        "How often it is tried again, and how long after.",
        "retry ${1:3} every ${2:10s}",
    ),
    word("undo", "How a rollback takes it back.", "undo `$0`"),
    word("within", "The time limit.", "within ${1:5m}"),
];

/// Words inside conditions and actions.
const OTHERS: &[Word] = &[
    word("while", "What must hold the whole time.", ""),
    word("when", "What makes it so.", ""),
    word("then", "What happens.", ""),
    word(
        "for",
        "All that time without a break; of a stage or `wait`, how long or what for.",
        "",
    ),
    word("over", "Evaluated over that window.", ""),
    word("stable", "A trend; after `of`, the version that runs.", ""),
    word("increasing", "A trend.", ""),
    word("decreasing", "A trend.", ""),
    word(
        "about",
        "Equal once rounded to the digits that are written.",
        "",
    ),
    word("target", "What a record should be.", ""),
    word(
        "valid",
        "Until when a rollback can be used: `valid until T+24h`.",
        "",
    ),
    word("keep", "How long a backup is kept.", ""),
    word("via", "How somebody is reached.", ""),
    word("with", "The message to send.", ""),
];

/// The words that may stand at the beginning of a line in the block of `head`.
pub(super) fn inside(head: &str) -> &'static [Word] {
    BLOCKS
        .iter()
        .find(|(heads, _)| heads.contains(&head))
        .map_or(STATEMENTS, |(_, words)| words)
}

/// What a word is for; the block that it stands in says more than the word alone.
pub(super) fn about(word: &str, head: Option<&str>) -> Option<&'static str> {
    let inner = head.map_or(ITEMS, inside);
    let lists: [&[Word]; 6] = [inner, CLAUSES, OF_RUN, STATEMENTS, ITEMS, OTHERS];
    lists
        .into_iter()
        .flatten()
        .chain(BLOCKS.iter().flat_map(|(_, words)| *words))
        .find(|known| known.word == word)
        .map(|known| known.about)
}
