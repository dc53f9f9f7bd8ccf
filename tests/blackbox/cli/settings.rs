//! `deployc.toml`: found upwards, strict, and what it changes; `deployc check --coverage`.

use super::bench::{BROKEN, Bench};

const VAGUE: &str = include_str!("../../rules/vague.deploy");
const NOTE: &str =
    "specs/a.deploy:8:9: note[D0611] vague: `acceptable` means another thing to everybody\n";

fn bench(settings: &str) -> Bench {
    Bench::with(&[("specs/a.deploy", VAGUE), ("deployc.toml", settings)])
}

const CHECK: &[&str] = &["check", "specs", "--format", "short"];

#[test]
fn the_nearest_file_upwards_sets_levels() {
    bench("").run(CHECK).ends(0).prints(NOTE);
    bench("[rules]\nvague = \"error\"\n")
        .run(CHECK)
        .ends(1)
        .prints(&NOTE.replace("note", "error"));
    bench("[rules]\nvague = \"off\"\n")
        .run(CHECK)
        .ends(0)
        .prints("");
    bench("[packs]\nwording = false\n")
        .run(CHECK)
        .ends(0)
        .prints("");
    let nearer = bench("[rules]\nvague = \"error\"\n");
    nearer.write("specs/deployc.toml", "");
    nearer.run(CHECK).ends(0).prints(NOTE);
}

#[test]
fn a_repository_is_the_end_of_the_search() {
    let inner = bench("[rules]\nvague = \"error\"\n");
    inner.write("specs/.git/HEAD", "");
    inner.run(CHECK).ends(0).prints(NOTE);
}

#[test]
fn settings_can_be_named_or_left_out() {
    let set = bench("[rules]\nvague = \"error\"\n");
    set.write("other.toml", "[packs]\nwording = false\n");
    let with = |more: &[&str]| set.run(&[CHECK, more].concat());
    with(&["--isolated"]).ends(0).prints(NOTE);
    with(&["--config", "other.toml"]).ends(0).prints("");
    with(&["--config", "missing.toml"]).ends(2);
}

#[test]
fn what_it_does_not_know_is_used_wrongly() {
    let run = bench("[rules]\nvaguee = \"error\"\n").run(CHECK).ends(2);
    assert!(
        run.err
            .contains("deployc.toml:2: no rule is called `vaguee`"),
        "{}",
        run.err
    );
    assert!(run.err.contains("did you mean `vague`?"), "{}", run.err);
    let run = bench("[rules]\nunknown-word = \"off\"\n")
        .run(CHECK)
        .ends(2);
    assert!(
        run.err.contains("`unknown-word` is always an error"),
        "{}",
        run.err
    );
}

#[test]
fn what_is_an_error_stops_a_build() {
    let run = bench("[rules]\nvague = \"error\"\n").run(&["build", "specs/a.deploy"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.is_empty(), "{run:?}");
}

#[test]
fn the_schema_knows_every_rule_that_can_be_set() {
    let run = bench("").run(&["schema", "config"]).ends(0).silent();
    let schema: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let fits = |json: &str| validator.is_valid(&serde_json::from_str(json).expect("JSON"));
    assert!(fits(
        r#"{"rules": {"vague": "off"}, "packs": {"platform": false}}"#
    ));
    assert!(!fits(r#"{"rules": {"vaguee": "off"}}"#));
    assert!(!fits(r#"{"rules": {"unknown-word": "off"}}"#));
    assert!(!fits(r#"{"packs": {"platform": "no"}}"#));
    assert!(!fits(r#"{"levels": {}}"#));
}

#[test]
fn coverage_counts_what_a_machine_decides() {
    let spec = "edition 2026\n\ndeployment \"Shop\" {\n  version \"v1\"\n}\n\n\
        metric errors \"Errors\" : percent in ratio {\n  better lower\n}\n\n\
        role lead \"Lead\"\n\n\
        phase work \"Work\" {\n  run deploy `./deploy.sh`\n  check \"Orders go through\"\n  \
        check few \"Few errors\" errors < 1%\n  approve by lead\n}\n";
    let bench = Bench::with(&[("shop.deploy", spec)]);
    let run = bench
        .run(&["check", "--coverage", "shop.deploy"])
        .ends(0)
        .silent();
    insta::assert_snapshot!(run.out, @"
    shop.deploy: a machine checks 2 of 3 (66%)

            metrics  commands  words  decisions
      Work        1         1      1          1

    Left to people's words:
      shop.deploy:15: Orders go through
    ");
    let run = bench
        .run(&["check", "--coverage", "--format", "json", "shop.deploy"])
        .ends(0)
        .silent();
    let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(json["coverage"][0]["machine"], 2);
    assert_eq!(json["coverage"][0]["all"], 3);
    assert_eq!(
        json["coverage"][0]["stretches"][0]["words"][0]["text"],
        "Orders go through"
    );
    bench
        .run(&["check", "--coverage", "--format", "sarif", "shop.deploy"])
        .ends(2);
}

#[test]
fn coverage_of_a_broken_spec_is_that_of_what_can_be_read() {
    let run = Bench::with(&[("a.deploy", BROKEN)])
        .run(&["check", "--coverage", "a.deploy"])
        .ends(0);
    assert!(run.out.contains("a machine checks 0 of"), "{}", run.out);
}

#[test]
fn alerts_link_to_where_the_runbook_is_published() {
    let bench = Bench::with(&[
        (
            "specs/checkout.deploy",
            include_str!("../../../examples/checkout.deploy"),
        ),
        (
            "deployc.toml",
            "[build]\nrunbook-url = \"https://runbooks.example.com/{spec}.html\"\n",
        ),
    ]);
    let build = &[
        "build",
        "specs",
        "--target",
        "prometheus-rules",
        "--out",
        "out",
        "--quiet",
    ];
    bench.run(build).ends(0);
    let rules = bench.read("out/checkout.rules.yaml");
    assert!(
        rules.contains(
            "runbook_url: https://runbooks.example.com/checkout.html#severity/critical\n"
        ),
        "{rules}"
    );
}
