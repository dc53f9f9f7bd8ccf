//! The page on targets: its tables are printed from the code.

mod fragments;
use std::path::Path;

use deployc::backend::{Backend, Embedded, Fidelity, account};
use deployc::catalogue::BACKENDS;

use crate::specs;

const BEGIN: &str =
    "<!-- Printed by `UPDATE=1 cargo test --test views targets::`. Don't edit it here. -->\n";
const FILES: &str = "<!-- The targets, printed by `UPDATE=1 cargo test --test views targets::`. Don't edit them here. -->\n";
const FRAGMENTS: &str = "<!-- What is written, printed by `UPDATE=1 cargo test --test views targets::`. Don't edit it here. -->\n";
const END: &str = "<!-- end -->\n";

/// What stands around each construct.
const HEAD: &str = r##"edition 2026
deployment "Shop" {
  version "v1"
  starts 2026-12-01 09:00 UTC
}
param migrate "Migrate?" : yes-no = yes
role oncall "On call" { contact phone "1" }
role lead "Lead" { contact phone "2" }
channel ops slack "#ops"
service shop "Shop" {
  namespace shop
  workload deployment/shop
  replicas 10
  traffic istio "shop"
}
service site "Site" {
  namespace shop
  workload deployment/site
  replicas 10
}
metric errors "Errors" : percent in ratio {
  better lower
  prometheus `errors`
}
metric latency "Latency" : duration in seconds {
  better lower
  prometheus `latency`
}
"##;

const BACK: &str = "rollback back \"Back\" { run undo `true` }\n";

/// A construct: as it is shown, the spec that has it, and its node. `@` stands for the traffic around
/// it: a phase that shifts.
const CONSTRUCTS: &[(&str, &str, &str)] = &[
    ("`shift S to 10%`, with a router", "@", "p/to-a-tenth"),
    (
        "`shift S to 10%`, without one",
        "phase p \"P\" {\n  shift site to 10% \"To a tenth\"\n  hold 5m\n  shift site to 100%\n}\n",
        "p/to-a-tenth",
    ),
    ("`hold 15m while …`", "@hold x 15m while errors < 1%", "p/x"),
    ("`hold 15m`", "@hold x 15m", "p/x"),
    (
        "`hold 15m..30m while …`",
        "@hold x 15m..30m while errors < 1%",
        "p/x",
    ),
    (
        "`hold … while` a person says so",
        "@hold x 15m while errors < 1%, \"all is calm\"",
        "p/x",
    ),
    (
        "`within 20% of stable`",
        "@check x \"X\" latency within 20% of stable",
        "p/x",
    ),
    (
        "`switch S to green`",
        "phase p \"P\" {\n  switch shop to green \"Switch\"\n  hold 10m while errors < 1%\n}\n",
        "p/switch",
    ),
    ("`scale S to 8`", "@scale site to 8 \"X\"", "p/x"),
    (
        "`gate` among the shifts",
        "@gate x \"X\" {\n  approve y \"Y\" by lead\n}",
        "p/x",
    ),
    ("`approve by …`", "@approve x \"X\" by lead", "p/x"),
    (
        "`approve … within 30m`",
        "@approve x \"X\" by lead within 30m",
        "p/x",
    ),
    ("`check` on a metric", "@check x \"X\" errors < 1%", "p/x"),
    ("`check` by a person", "@check x \"X\"", "p/x"),
    ("`run`", "@run x `true` reads-only", "p/x"),
    ("`run … undo …`", "@run x `true` undo `false`", "p/x"),
    ("`record`", "@record x \"X\" as text", "p/x"),
    (
        "`record x as text`, and a command uses `$X`",
        "@record x \"X\" as text\n  run y \"Y\" `./y \"$X\"` idempotent",
        "p/x",
    ),
    (
        "`record x in ms`, and a command uses `$X`",
        "@record x \"X\" in ms\n  run y \"Y\" `./y \"$X\"` idempotent",
        "p/x",
    ),
    (
        "`choose`",
        "@choose x \"X\" {\n    option a \"A\" { check c \"C\" }\n    option b \"B\" { check d \"D\" }\n  }",
        "p/x",
    ),
    (
        "`every 15m`",
        "@every 15m \"X\" {\n    check c \"C\"\n  }",
        "p/x",
    ),
    ("`watch`", "@watch errors, \"Logs\"", "p/watch"),
    ("`wait … for 10m`", "@wait x \"X\" for 10m", "p/x"),
    ("`wait until 10:00`", "@wait x \"X\" until 10:00", "p/x"),
    (
        "`wait for` an event",
        "@wait x \"X\" for \"it comes\"",
        "p/x",
    ),
    (
        "`wait for` a command",
        "@wait x \"X\" for `true` every 10s within 5m",
        "p/x",
    ),
    ("`notify`", "@notify ops \"X\"", "p/notify-x"),
    ("`note`", "@note \"X\"", "p/note"),
    (
        "`else` that rolls back",
        "@check x \"X\" errors < 1% {\n    else {\n      rollback back\n    }\n  }",
        "p/x/else",
    ),
    (
        "`severity` that rolls back",
        "@\nseverity s \"S\" {\n  when x errors > 5%\n  then rollback back\n}\n",
        "severity/s",
    ),
    (
        "its `when` on a metric",
        "@\nseverity s \"S\" {\n  when x errors > 5% for 5m\n  then rollback back\n}\n",
        "severity/s/x",
    ),
    (
        "its `when` by a person",
        "@\nseverity s \"S\" {\n  when x \"customers complain\"\n  then rollback back\n}\n",
        "severity/s/x",
    ),
    (
        "`severity` that pauses",
        "@\nseverity s \"S\" {\n  when x errors > 5%\n  then pause\n}\n",
        "severity/s",
    ),
    (
        "`severity` that only tells",
        "@\nseverity s \"S\" {\n  when x errors > 5%\n  then page oncall\n}\n",
        "severity/s",
    ),
    (
        "`alert`",
        "@\nalert x \"X\" when errors > 5% for 5m then page oncall\n",
        "alert/x",
    ),
    ("`rollback`", "@", "rollback/back"),
    (
        "`procedure`",
        "@\nprocedure x \"X\" {\n  check c \"C\"\n}\n",
        "procedure/x",
    ),
    (
        "`monitor` with `every 1h`",
        "@\nmonitor x \"X\" from T+2h to T+24h {\n  every 1h {\n    check c \"C\" errors < 1%\n  }\n}\n",
        "monitor/x",
    ),
    (
        "`success`",
        "@\nsuccess {\n  require x errors < 1%\n}\n",
        "success",
    ),
    (
        "`failure`",
        "@\nfailure {\n  when x errors > 50%\n}\n",
        "failure",
    ),
    (
        "`freeze`",
        "@\nfreeze x \"X\" from 2026-12-19 to 2027-01-03\n",
        "freeze/x",
    ),
    (
        "`test`",
        "@\ntest \"x\" {\n  given errors = 0%\n  expect success\n}\n",
        "test/x",
    ),
];

/// A construct in its spec.
fn spec(body: &str) -> String {
    let shifts = |inner: &str| {
        format!(
            "phase p \"P\" {{\n  shift shop to 10% \"To a tenth\"\n  hold 5m\n  {inner}\n  shift shop to 100%\n}}\n"
        )
    };
    let body = match body.strip_prefix('@') {
        Some(rest) if rest.starts_with('\n') => format!("{}{rest}", shifts("")),
        Some(inner) => shifts(inner),
        None => body.to_owned(),
    };
    format!("{HEAD}{BACK}{body}")
}

/// The targets that have a column: what the others make of a node, they say in words.
fn targets() -> impl Iterator<Item = &'static dyn Backend> {
    BACKENDS.iter().copied().filter(|target| {
        !matches!(
            target.name(),
            "plan" | "html" | "markdown" | "prometheus-rules"
        )
    })
}

fn table() -> String {
    let mut out = String::from(BEGIN);
    out.push_str("\n| in the spec |");
    let mut line = String::from("| --- |");
    for target in targets() {
        out.push_str(&format!(" `{}` |", target.name()));
        line.push_str(" --- |");
    }
    out.push_str(&format!("\n{line}\n"));
    let mut notes: Vec<String> = Vec::new();
    for (label, body, id) in CONSTRUCTS {
        let plan = specs::plan(label, &spec(body));
        out.push_str(&format!("| {label} |"));
        for target in targets() {
            let fate = account(target, &plan)
                .into_iter()
                .find(|one| one.node == *id || one.node.starts_with(&format!("{id}-")))
                .unwrap_or_else(|| {
                    let ids: Vec<&str> = plan.walk().map(|node| node.id.as_str()).collect();
                    panic!("{label}: there is no node {id} among {ids:?}")
                })
                .fidelity;
            let cell = match &fate {
                Fidelity::Exact => "exact".to_owned(),
                Fidelity::Elsewhere { place } => format!("– `{place}`"),
                Fidelity::Approximate { how: words } | Fidelity::Refused { why: words } => {
                    let number = match notes.iter().position(|note| note == words) {
                        Some(place) => place + 1,
                        None => {
                            notes.push(words.clone());
                            notes.len()
                        }
                    };
                    let word = match &fate {
                        Fidelity::Refused { .. } => "refused",
                        _ => "nearly",
                    };
                    format!("{word} ({number})")
                }
            };
            out.push_str(&format!(" {cell} |"));
        }
        out.push('\n');
    }
    out.push('\n');
    for (index, note) in notes.iter().enumerate() {
        out.push_str(&format!("{}. {note}\n", index + 1));
    }
    out.push('\n');
    out.push_str(END);
    out
}

#[test]
fn the_tables_are_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/targets.md");
    let mut page = std::fs::read_to_string(&path).expect("the page can be read");
    let known = page.clone();
    for (begin, table) in [
        (FILES, files()),
        (FRAGMENTS, fragments::table()),
        (BEGIN, table()),
    ] {
        let (before, rest) = page.split_once(begin).expect("the table has its place");
        let (_, behind) = rest.split_once(END).expect("the table has its end");
        page = format!("{before}{table}{behind}");
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
        return;
    }
    assert!(
        known == page,
        "docs/targets.md is not what the targets say: `UPDATE=1 cargo test --test views targets::` prints it again"
    );
}

/// All targets: what they are for, and the files that they make.
fn files() -> String {
    let plan = specs::plan_of("examples/checkout.deploy");
    let mut out = format!("{FILES}\n| target | makes | what it is |\n| --- | --- | --- |\n");
    for target in BACKENDS {
        let made: Vec<String> = target
            .emit(&plan, "NAME", &Embedded)
            .expect("its templates can be read")
            .into_iter()
            .map(|artifact| format!("`{}`", artifact.path))
            .collect();
        assert!(!made.is_empty(), "{} makes nothing", target.name());
        out.push_str(&format!(
            "| `{}` | {} | {} |\n",
            target.name(),
            made.join(", "),
            target.summary()
        ));
    }
    format!("{out}\n{END}")
}

/// Each kind of node that some spec of the project has stands in every target's account, and none of
/// the targets for clusters leaves all of them out.
#[test]
fn no_kind_of_node_is_unaccounted_for() {
    for (path, plan) in specs::plans() {
        for target in BACKENDS {
            assert_eq!(
                account(*target, &plan).len(),
                plan.walk().count(),
                "{path}: {}",
                target.name()
            );
        }
    }
    let plan = specs::plan_of("tests/corpus/every-kind.deploy");
    for target in targets() {
        let carried = account(target, &plan)
            .iter()
            .filter(|one| matches!(one.fidelity, Fidelity::Exact | Fidelity::Approximate { .. }))
            .count();
        assert!(carried > 3, "{} carries {carried}", target.name());
    }
}
