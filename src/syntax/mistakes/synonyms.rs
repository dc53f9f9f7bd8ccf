//! Words of other systems and of the trade, and what is written here instead.

/// A word that begins no line here: what is written instead, the likeliest first, and what to do
/// where none of these may stand.
pub(super) struct Synonym {
    pub theirs: &'static [&'static str],
    pub ours: &'static [&'static str],
    /// A sentence, in place of a word; may be empty.
    pub say: &'static str,
}

const fn is(theirs: &'static [&'static str], ours: &'static [&'static str]) -> Synonym {
    Synonym {
        theirs,
        ours,
        say: "",
    }
}

const fn says(
    theirs: &'static [&'static str],
    ours: &'static [&'static str],
    say: &'static str,
) -> Synonym {
    Synonym { theirs, ours, say }
}

const ONE_BY_ONE: &str =
    "statements stand right in the block, one below the other, without a word around them";
const ORDER: &str = "what is written first happens first; another order stands in the head: `phase two \"Two\" after one { … }`";
const LIMIT: &str = "a limit stands behind what it is for: `within 5m`";
const RETRY: &str = "`retry 3 every 10s` stands behind the command of a `run`";
const NAMED: &str = "a title stands behind the first word, in quotes: `deployment \"Checkout 2.4\"`, `phase canary \"Canary, 10%\"`";
const WEIGHT: &str = "a share of the traffic is a step of a `canary`, `20% for 15m`, or a `shift`: `shift checkout to 20%`";
const YAML: &str =
    "this is no YAML: `deployc new` writes a commented spec, which shows how one is written";
const QUERY: &str =
    "queries are PromQL (`prometheus `…``); a metric without one is read off by a person";
const VALUES: &str =
    "values come from outside: `param region : text`; a command sees each as a variable: `$REGION`";
const PLACES: &str =
    "a place to talk is declared, `channel ops slack \"#ops\"`, and then told: `notify ops \"…\"`";
const BOUND: &str = "a bound stands where it is asked for: `check error-rate < 1%`, `hold 15m while error-rate < 1%`";
const TRIGGER: &str = "what starts a rollback is a `severity`: `when error-rate > 5%`, and below it `then rollback quick`";

/// All that are known. Of two with the same word the first counts whose own word may stand there.
pub(super) const SYNONYMS: &[Synonym] = &[
    // What a spec is made of.
    is(
        &["stage", "rollout", "job", "milestone", "sprint", "wave"],
        &["phase", "group"],
    ),
    says(
        &["stages", "phases", "jobs", "pipeline", "workflow", "plan"],
        &[],
        "each `phase` stands by itself, one below the other, without a word around them",
    ),
    says(
        &[
            "roles",
            "services",
            "metrics",
            "channels",
            "params",
            "secrets",
            "gates",
            "rollbacks",
        ],
        &[],
        "each one is declared by itself: `role lead \"Lead\"`, `role dba \"DBA\"`",
    ),
    says(
        &[
            "steps", "tasks", "items", "actions", "checks", "todos", "list", "block", "begin", "do",
        ],
        &[],
        ONE_BY_ONE,
    ),
    is(
        &[
            "section",
            "box",
            "parallel",
            "concurrent",
            "concurrently",
            "async",
        ],
        &["group", "phase"],
    ),
    is(
        &["import", "using", "load", "source", "from"],
        &["use", "include"],
    ),
    is(&["requires"], &["require"]),
    is(
        &[
            "on",
            "on-failure",
            "onfailure",
            "on-error",
            "failure",
            "else",
        ],
        &["on"],
    ),
    is(&["require", "include"], &["use"]),
    is(
        &[
            "var",
            "variable",
            "input",
            "inputs",
            "parameter",
            "arg",
            "argument",
            "const",
            "let",
            "define",
            "parameters",
            "variables",
        ],
        &["param"],
    ),
    is(&["template", "module", "macro"], &["checklist", "include"]),
    is(&["function", "def", "playbook"], &["procedure", "do"]),
    is(
        &["app", "application", "microservice", "component", "target"],
        &["service"],
    ),
    is(&["revert", "back-out", "backout", "restore"], &["rollback"]),
    is(&["incident", "rule"], &["severity"]),
    is(&["alarm", "alerts"], &["alert", "page"]),
    is(&["slo", "sli", "goal"], &["require", "objective", "check"]),
    is(&["credential", "password", "token"], &["secret"]),
    is(&["blackout", "moratorium"], &["freeze"]),
    is(&["appendix", "links", "references"], &["reference"]),
    is(&["url", "href"], &["link"]),
    // Work.
    says(
        &["step"],
        &["run", "check"],
        "a step is `check \"…\"` for a person, ``run `…` `` for a command",
    ),
    is(
        &[
            "task",
            "todo",
            "item",
            "manual",
            "confirm",
            "verify",
            "validate",
            "assert",
            "ensure",
            "test",
            "must",
            "checkpoint",
            "review",
        ],
        &["check", "require", "expect"],
    ),
    is(
        &["assert", "then", "should", "expects", "expected"],
        &["expect"],
    ),
    is(&["when", "with", "set", "mock", "if"], &["given"]),
    says(
        &[
            "script", "exec", "shell", "cmd", "bash", "sh", "command", "execute", "call",
        ],
        &["run", "command"],
        "a command stands in backticks behind `run`; a script in a fence",
    ),
    is(
        &["sleep", "soak", "delay", "pause-for", "linger", "observe"],
        &["hold"],
    ),
    says(
        &[
            "weight",
            "setweight",
            "set-weight",
            "percent",
            "percentage",
            "traffic",
            "traffic-shift",
            "route",
        ],
        &["traffic"],
        WEIGHT,
    ),
    says(
        &["analysis", "analysisrun", "analyze", "experiment"],
        &[],
        "what is measured while time passes is `hold 15m while error-rate < 1%`",
    ),
    is(
        &[
            "approval",
            "approvals",
            "sign-off",
            "signoff",
            "sign",
            "approver",
            "approvers",
            "approved",
            "reviewer",
            "reviewers",
        ],
        &["approve"],
    ),
    is(
        &[
            "threshold",
            "criteria",
            "criterion",
            "condition",
            "conditions",
            "assertion",
            "limit",
        ],
        &["when", "require", "check"],
    ),
    says(&["threshold", "threshhold", "limit"], &[], BOUND),
    says(
        &["trigger", "triggers", "on-error", "if", "in-case"],
        &["when"],
        "",
    ),
    says(&["trigger", "triggers"], &[], TRIGGER),
    says(
        &["if", "unless"],
        &[],
        "a condition stands behind what it is about: `group \"…\" if migrate { … }`; what is measured is asked: `check error-rate < 1% else pause`",
    ),
    is(&["case"], &["option"]),
    says(
        &[
            "otherwise",
            "on-failure",
            "onfailure",
            "catch",
            "except",
            "fallback",
            "on-error",
            "onerror",
            "fails",
        ],
        &["else"],
        "what happens when a step fails stands behind it, `else rollback quick`, or in the `deployment`: `on failure rollback quick`",
    ),
    says(&["action", "actions", "response"], &["then"], ""),
    is(
        &[
            "abort", "cancel", "fail", "exit", "quit", "halt", "end", "break",
        ],
        &["stop"],
    ),
    is(&["continue", "ignore", "proceed"], &["skip"]),
    is(&["call-out", "wake", "escalate"], &["page"]),
    says(
        &[
            "comment",
            "info",
            "text",
            "description",
            "desc",
            "print",
            "echo",
            "warning",
            "warn",
            "summary",
            "doc",
            "documentation",
            "remark",
            "hint",
        ],
        &["note"],
        "a line that begins with `#` is a comment; words for the reader are `note \"…\"`",
    ),
    is(&["log", "measure", "input", "blank"], &["record", "note"]),
    is(
        &["announce", "inform", "tell", "message", "post", "send"],
        &["notify"],
    ),
    says(
        &[
            "slack",
            "email",
            "mail",
            "pagerduty",
            "webhook",
            "teams",
            "sms",
            "phone",
            "web",
            "zoom",
        ],
        &[],
        PLACES,
    ),
    is(&["hourly", "daily", "weekly"], &["every"]),
    is(&["repeat", "each", "loop", "recurring", "cron"], &["every"]),
    is(
        &["choice", "either", "alternatives", "select", "one-of"],
        &["choose", "option"],
    ),
    is(&["case", "alternative", "variant"], &["option"]),
    says(
        &["while", "for", "foreach"],
        &[],
        "a step that is needed for several is a `checklist` with a parameter, and `include` puts it in for each",
    ),
    is(&["resize", "autoscale"], &["scale"]),
    is(&["promote", "cutover"], &["switch", "shift"]),
    is(&["monitoring", "dashboard"], &["watch", "monitor", "link"]),
    says(&["timeout", "deadline", "time-limit"], &[], LIMIT),
    says(&["retries", "attempts", "backoff"], &[], RETRY),
    says(
        &[
            "needs",
            "depends-on",
            "dependson",
            "requires",
            "dependencies",
            "dependency",
            "after",
            "before",
            "prerequisite",
            "prerequisites",
            "previous",
            "next",
        ],
        &[],
        ORDER,
    ),
    says(
        &[
            "by", "at", "due", "takes", "within", "from", "until", "to", "done",
        ],
        &[],
        "it stands behind a statement, on its line: `check \"…\" by oncall due T-1h`",
    ),
    says(
        &[
            "undo",
            "expect",
            "retry",
            "capture",
            "probe",
            "reads-only",
            "irreversible",
            "idempotent",
        ],
        &[],
        "it stands behind the command of a `run`: ``run `…` undo `…` ``",
    ),
    // Settings.
    is(&["env", "stage", "target"], &["environment"]),
    says(
        &[
            "env",
            "environment",
            "environment-variables",
            "envs",
            "set",
            "export",
            "vars",
        ],
        &[],
        VALUES,
    ),
    is(&["duration", "length", "timebox", "takes"], &["lasts"]),
    says(
        &["duration", "length", "time", "estimate"],
        &[],
        "how long it takes stands behind it: `takes 10m`",
    ),
    is(
        &["schedule", "start", "begins", "when", "time", "at"],
        &["starts"],
    ),
    is(
        &[
            "owners",
            "author",
            "maintainer",
            "lead",
            "team",
            "responsible",
        ],
        &["owner"],
    ),
    is(
        &[
            "contacts",
            "slack",
            "email",
            "phone",
            "mail",
            "pagerduty",
            "sms",
            "teams",
        ],
        &["contact"],
    ),
    is(
        &["team", "people", "user", "owner", "contacts", "contact"],
        &["role"],
    ),
    is(&["name", "fullname", "user", "who"], &["person"]),
    says(&["name", "title", "id", "label"], &[], NAMED),
    is(&["release", "revision", "build"], &["version"]),
    is(&["tag", "container"], &["image"]),
    is(&["ns"], &["namespace"]),
    is(&["deployment", "statefulset", "daemonset"], &["workload"]),
    is(&["instances", "count", "size", "pods"], &["replicas"]),
    is(&["ingress", "router", "mesh", "provider"], &["traffic"]),
    is(
        &["query", "promql", "expr", "expression", "metric", "metrics"],
        &["prometheus"],
    ),
    says(
        &[
            "datadog",
            "cloudwatch",
            "newrelic",
            "graphite",
            "influxdb",
            "sql",
            "wavefront",
            "kayenta",
        ],
        &[],
        QUERY,
    ),
    says(
        &["unit", "type", "measures", "dimension"],
        &[],
        "a type stands behind the name: `param region : text`, `metric errors \"Errors\" : percent in ratio`",
    ),
    says(
        &["direction", "lower", "higher", "polarity", "goal"],
        &[],
        "which way is good is `better lower` or `better higher`",
    ),
    is(&["field", "variable", "placeholder"], &["field"]),
    is(&["content", "text", "message"], &["body"]),
    is(&["title", "heading"], &["subject"]),
    // Whole other languages.
    says(
        &["apiversion", "kind", "metadata", "spec", "data"],
        &[],
        YAML,
    ),
    says(
        &[
            "resource",
            "provider",
            "locals",
            "output",
            "terraform",
            "data",
        ],
        &[],
        "a block begins with a word of the language itself: `phase canary \"Canary, 10%\" { … }`",
    ),
];

/// What is known of a word that begins no line, all of it.
pub(super) fn of(word: &str) -> impl Iterator<Item = &'static Synonym> {
    let lower = word.to_ascii_lowercase().replace('_', "-");
    SYNONYMS
        .iter()
        .filter(move |synonym| synonym.theirs.contains(&lower.as_str()))
}
