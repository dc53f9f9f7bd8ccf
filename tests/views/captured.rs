//! Values that a command prints or a person fills in: which commands find them, and whether they are
//! there on every way that leads to one.

use deployc::compile;
use deployc::model::{Effect, Node, Origin, Work};
use deployc::source::NoFiles;

const HEAD: &str = "edition 2026\ndeployment \"D\" {\n  version \"v1\"\n}\n";

fn checked(text: &str) -> compile::Compilation {
    compile::check("spec.deploy", format!("{HEAD}{text}"), &NoFiles)
}

/// What is said of captured values and of variables that nothing declares.
fn said(text: &str) -> Vec<String> {
    let rules = ["not-captured", "undeclared-variable"];
    checked(text)
        .diagnostics
        .into_iter()
        .filter(|finding| rules.contains(&finding.rule.name))
        .map(|finding| finding.message)
        .collect()
}

fn in_phase(body: &str) -> Vec<String> {
    said(&format!("phase one \"One\" {{\n{body}\n}}\n"))
}

/// Where the variables of the command called `use` come from.
fn environment(text: &str) -> Vec<(String, Origin)> {
    let spec = checked(text).spec;
    let mut found = Vec::new();
    let mut look = |node: &Node| {
        if node.id.ends_with("/use")
            && let Work::Run { command, .. } = &node.work
        {
            let known = command.environment.iter();
            found.extend(known.map(|(variable, origin)| (variable.to_owned(), origin.clone())));
        }
    };
    for node in &spec.nodes {
        node.walk(&mut |node| look(node));
    }
    found
}

#[test]
fn what_is_surely_filled_in_before_is_found_in_silence() {
    let nothing: [String; 0] = [];
    for body in [
        "record x \"X\" as text\nrun use `echo \"$X\"` reads-only",
        "group g \"G\" { record x \"X\" as text }\nrun use `echo \"$X\"` reads-only",
        "group g \"G\" {\n record x \"X\" as text\n run use `echo \"$X\"` reads-only after x\n}",
        "choose c \"C\" {\n option a \"A\" { run m `m` reads-only capture x }\n option b \"B\" { record x \"X\" as text }\n}\nrun use `echo \"$X\"` reads-only",
        "run use `m` undo `back \"$X\"` capture x",
        "run use `echo \"${X:-none}\"` reads-only\nrecord x \"X\" as text",
        "run use `X=$(date); echo \"$X\"` reads-only\nrecord x \"X\" as text",
        "run use `read -r X < f; echo \"$X\"` reads-only\nrecord x \"X\" as text",
        "record x \"X\" as text\nwait for `test \"$X\"` every 5s within 1m",
    ] {
        assert_eq!(in_phase(body), nothing, "{body}");
    }
    let across = "gate go \"Go\" { record x \"X\" as text }\nphase two \"Two\" { run use `echo \"$X\"` reads-only }\nrollback back \"Back\" { run last `echo \"$X\"` idempotent }\n";
    assert_eq!(said(across), nothing);
}

#[test]
fn what_may_be_missing_is_told_with_the_reason() {
    for (body, message) in [
        (
            "run use `echo \"$X\"` reads-only\nrecord x \"X\" as text",
            "`X` is empty here: it is recorded afterwards",
        ),
        (
            "wait for `test \"$X\"` every 5s within 1m\nrecord x \"X\" as text",
            "`X` is empty here: it is recorded afterwards",
        ),
        (
            "run use `go` idempotent undo `back \"$X\"`\nrecord x \"X\" as text",
            "`X` is empty here: it is recorded afterwards",
        ),
        (
            "run use `X=\"$X\" go` idempotent\nrecord x \"X\" as text",
            "`X` is empty here: it is recorded afterwards",
        ),
        (
            "record x \"X\" as text { run use `echo \"$X\"` reads-only }",
            "`X` is empty here: it is recorded afterwards",
        ),
        (
            "group g \"G\" {\n record x \"X\" as text\n run use `echo \"$X\"` reads-only\n}",
            "`X` may be empty here: nothing says that it is recorded before",
        ),
        (
            "check c \"C\" {\n run m `m` reads-only capture x\n run use `echo \"$X\"` reads-only\n}",
            "`X` may be empty here: nothing says that it is captured before",
        ),
        (
            "every 5m { record x \"X\" as text }\nrun use `echo \"$X\"` idempotent",
            "`X` may be empty here: nothing says that it is recorded before",
        ),
        (
            "choose c \"C\" {\n option a \"A\" { record x \"X\" as text }\n option b \"B\" { check d \"D\" }\n}\nrun use `echo \"$X\"` reads-only",
            "`X` is empty here if `one/c/b` is chosen",
        ),
        (
            "record \"Titled\" as text\nrun use `echo \"$TITLED\"` reads-only",
            "nothing declares the variable `TITLED`",
        ),
        (
            "record previous \"X\" as text\nrun use `echo \"$PREVIUOS\"` reads-only",
            "nothing declares the variable `PREVIUOS`",
        ),
    ] {
        assert_eq!(in_phase(body), [message], "{body}");
    }
    let after = "phase zero \"Zero\" { check c \"C\" }\nparam m \"M\" : yes-no = no\nphase two \"Two\" after three { run use `echo \"$X\"` reads-only }\nphase three \"Three\" after zero { record x \"X\" as text if m }\n";
    assert_eq!(said(after), ["`X` is empty here unless `m`"]);
    let beside = "phase zero \"Zero\" { check c \"C\" }\nphase two \"Two\" after zero { run use `echo \"$X\"` reads-only }\nphase three \"Three\" after zero { record x \"X\" as text }\nphase four \"Four\" after three { run use `echo \"$X\"` reads-only }\n";
    assert_eq!(said(beside).len(), 1, "{:?}", said(beside));
}

#[test]
fn a_name_means_one_thing() {
    let capture = |name: &str| Origin::Capture(name.to_owned());
    let text = r#"
param version "Version" : text
service api "API" {
  namespace shop
  workload deployment/api
  replicas 3
}
phase one "One" {
  record version "Version" as text
  record api "P95 of it" in ms
  record api-namespace "Where" as text
  record path "Path" as text
  record lessons "Lessons" as text
  run use `echo "$VERSION" "$API" "$API_NAMESPACE" "$API_WORKLOAD" "$PATH"` reads-only
}
"#;
    assert_eq!(
        environment(text),
        [
            (
                "VERSION".to_owned(),
                Origin::Parameter("version".to_owned())
            ),
            ("API".to_owned(), Origin::Value("api".to_owned())),
            ("API_NAMESPACE".to_owned(), capture("api-namespace")),
            (
                "API_WORKLOAD".to_owned(),
                Origin::Value("deployment/api".to_owned())
            ),
        ]
    );
    let mut captured = Vec::new();
    let spec = checked(text).spec;
    for node in &spec.nodes {
        node.walk(&mut |node| {
            if let Some(name) = node.work.captures() {
                captured.push(name);
            }
        });
    }
    assert_eq!(
        captured,
        ["api-namespace"],
        "the others are for people alone"
    );
}

#[test]
fn what_takes_a_command_back_finds_it_too() {
    let spec = checked(
        "phase one \"One\" {\n record x \"X\" as text\n run go `go` undo `back \"$X\"`\n}\n",
    )
    .spec;
    let Work::Run {
        effect: Effect::Undo { undo },
        ..
    } = &spec.nodes[0].children[1].work
    else {
        panic!("it has an undo");
    };
    let x = Origin::Capture("x".to_owned());
    assert_eq!(undo.environment.get("X"), Some(&x));
}
