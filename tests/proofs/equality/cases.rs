//! Specs in which names, files or places once meant more than they say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::outputs::{Outputs, errors, of, of_files};

const HEAD: &str = "edition 2026
deployment \"D\" {
  version \"1\"
  owner lead
}
role lead \"Lead\"
";

fn file(path: &str, text: &str) -> (String, String) {
    (format!("{path}.deploy"), text.to_owned())
}

/// What is said of a spec without errors.
#[track_caller]
fn sound(files: &[(String, String)]) -> Outputs {
    assert_eq!(errors(files), Vec::<String>::new());
    of_files(files)
}

fn root(body: &str) -> (String, String) {
    let (edition, rest) = HEAD.split_once('\n').expect("its first line");
    file("spec", &format!("{edition}\nuse ./part\n{rest}{body}"))
}

fn part(body: &str) -> (String, String) {
    file("part", &format!("edition 2026\n{body}"))
}

/// The things of a list of the plan, by their names.
fn named<'p>(outputs: &'p Outputs, list: &str) -> BTreeMap<&'p str, &'p Value> {
    let list = outputs.plan[list].as_array().into_iter().flatten();
    list.map(|one| (one["name"].as_str().unwrap_or_default(), one))
        .collect()
}

#[test]
fn metrics_of_several_files_are_told_apart() {
    let metric = |query: &str| {
        format!(
            "metric errors \"Errors\" : percent in ratio {{\n  better lower\n  prometheus `sum({query})`\n}}\n"
        )
    };
    let outputs = sound(&[
        root(&format!(
            "{}phase one \"One\" {{\n  include part.good\n  check errors < 1%\n  check part.errors < 2%\n}}\n",
            metric("ours")
        )),
        part(&format!(
            "{}checklist good \"Good\" {{\n  check errors < 3%\n}}\n",
            metric("theirs")
        )),
    ]);
    let metrics = named(&outputs, "metrics");
    let names: Vec<&&str> = metrics.keys().collect();
    assert_eq!(names, [&"errors", &"part.errors"]);
    assert_eq!(metrics["errors"]["query"], "sum(ours)");
    assert_eq!(metrics["part.errors"]["query"], "sum(theirs)");
    let one = &outputs.plan["nodes"][0]["children"];
    assert_eq!(one[0]["children"][0]["holds"]["metric"], "part.errors");
    assert_eq!(one[1]["holds"]["metric"], "errors");
    assert_eq!(one[2]["holds"]["metric"], "part.errors");
}

#[test]
fn two_of_one_name_do_not_become_one() {
    for (declaration, used) in [
        ("role oncall \"{}\"", "check \"X\" by part.oncall"),
        ("channel oncall slack \"{}\"", "notify part.oncall \"X\""),
        ("service oncall \"{}\"", "shift part.oncall to 10%"),
        (
            "message oncall \"{}\" {\n  body \"b\"\n}",
            "notify ops with part.oncall",
        ),
    ] {
        let body = format!(
            "channel ops slack \"#ops\"\n{}\nphase one \"One\" {{\n  {used}\n}}\n",
            declaration.replace("{}", "ours")
        );
        let files = [
            root(&body),
            part(&format!("{}\n", declaration.replace("{}", "theirs"))),
        ];
        let found = errors(&files);
        assert!(
            matches!(found.as_slice(), [one] if one.starts_with("part.deploy:2") && one.contains("[D0202]")),
            "{used}: {found:#?}"
        );
        // Under another name it is there.
        let (path, text) = files[1].clone();
        let other = text.replace(" oncall ", " other ");
        let used = body.replace("part.oncall", "part.other");
        sound(&[root(&used), (path, other)]);
    }
}

#[test]
fn values_of_modules_come_into_the_plan() {
    let outputs = sound(&[
        root("phase one \"One\" {\n  include part.good\n  hold part.soak\n}\n"),
        part(
            "param region \"Region\" : text = \"eu\"
param soak \"Soak\" : duration = 5m
param spare \"Spare\" : text = \"x\"
secret token \"Token\"
checklist good \"Good {region}\" {
  run x `./x \"$REGION\" \"$TOKEN\"` idempotent
}
",
        ),
    ]);
    let names: Vec<&str> = named(&outputs, "parameters").into_keys().collect();
    assert_eq!(names, ["region", "soak"]);
    assert_eq!(named(&outputs, "secrets").len(), 1);
    assert_eq!(outputs.plan["nodes"][0]["children"][1]["parameter"], "soak");
}

#[test]
fn a_service_that_is_brought_in_by_its_name_is_seen_by_commands() {
    let (_, text) =
        root("phase one \"One\" {\n  run x `./x \"$API_NAMESPACE\" \"$API\"` idempotent\n}\n");
    let text = text.replace("use ./part", "use ./part { api }");
    let outputs = sound(&[
        file("spec", &text),
        part("service api \"API\" {\n  namespace shop\n}\n"),
    ]);
    let environment = &outputs.plan["nodes"][0]["children"][0]["command"]["environment"];
    assert_eq!(environment["API_NAMESPACE"]["value"], "shop");
    assert_eq!(environment["API"]["value"], "api");
}

#[test]
fn what_is_brought_in_is_hidden_by_its_own_kind_alone() {
    let (_, text) = root(
        "message api \"News\" {\n  body \"b\"\n}\nphase one \"One\" {\n  shift api to 10%\n}\n",
    );
    let text = text.replace("use ./part", "use ./part { api }");
    sound(&[file("spec", &text), part("service api \"API\"\n")]);
}

#[test]
fn what_several_files_bring_in_under_one_name_is_told_apart_by_its_kind() {
    let (_, text) = root(
        "channel ops slack \"#ops\"\nphase one \"One\" {\n  shift api to 10%\n  notify ops with api\n}\n",
    );
    let text = text.replace("use ./part\n", "use ./part { api }\nuse ./other { api }\n");
    let message = "edition 2026\nmessage api \"News\" {\n  body \"b\"\n}\n";
    let files = |other: &str| {
        [
            file("spec", &text),
            part("service api \"API\"\n"),
            file("other", other),
        ]
    };
    sound(&files(message));
    let both = format!("{message}service api \"Another\"\n");
    let found = errors(&files(&both));
    assert!(
        matches!(found.as_slice(), [one] if one.contains("another service called `api` is brought in already [D0204]")),
        "{found:#?}"
    );
}

#[test]
fn what_nothing_can_reach_in_a_module_is_told() {
    for item in [
        "phase x \"X\" {\n  check \"a\"\n}",
        "gate x \"X\" {\n  require \"a\"\n}",
        "severity x \"X\" {\n  when \"a\"\n  then stop\n}",
        "alert x when \"a\" then stop",
        "monitor x \"X\" {\n  check \"a\"\n}",
        "success {\n  require \"a\"\n}",
        "failure {\n  when \"a\"\n}",
        "reference {\n  link \"a\" \"https://example.org\"\n}",
        "test \"x\" {\n  expect success\n}",
        "escalation {\n  \"a\" to lead\n}",
        "baseline x {\n  \"a\"\n}",
        "objective rto < 4h",
        "backup x every 1h",
        "freeze x \"X\" from 17:00 to 09:00 UTC",
    ] {
        let module = part(&format!("role lead \"Lead\"\n{item}\n"));
        let found = errors(&[
            root("phase one \"One\" {\n  check \"a\"\n}\n"),
            module.clone(),
        ]);
        assert!(
            found
                .iter()
                .any(|one| one.starts_with("part.deploy:3") && one.contains("[D0402]")),
            "{item}: {found:#?}"
        );
        // A deployment of its own is another matter.
        let (path, text) = module;
        let own = format!("{text}deployment \"Own\" {{\n  version \"1\"\n}}\n");
        let found = errors(&[root("phase one \"One\" {\n  check \"a\"\n}\n"), (path, own)]);
        assert!(
            !found.iter().any(|one| one.contains("[D0402]")),
            "{found:#?}"
        );
    }
}

#[test]
fn the_first_service_counts_whatever_it_is_called() {
    let text = |first: &str, second: &str| {
        format!(
            "{HEAD}service api \"API\" {{\n  namespace inner\n}}\nservice db \"DB\" {{\n  namespace outer\n}}
metric errors \"Errors\" ({first} : service, {second} : service) : percent in ratio {{
  better lower
  prometheus `sum(e{{a=\"${first}\",b=\"${second}\",n=\"$namespace\"}})`
}}
procedure mend \"Mend\" ({first} : text, {second} : text) {{\n  check \"{{{first}}} {{{second}}}\"\n}}
phase one \"One\" {{\n  check errors(api, db) < 1% else do mend(\"it\", \"twice\")\n}}\n"
        )
    };
    let outputs = of(&text("a", "b"));
    assert_eq!(
        outputs.plan["metrics"][0]["query"],
        "sum(e{a=\"api\",b=\"db\",n=\"inner\"})"
    );
    assert_eq!(outputs.plan["metrics"][0]["service"], "api");
    assert!(outputs.plan.to_string().contains("procedure/mend-it-twice"));
    assert_eq!(of(&text("z", "b")), outputs);
}

#[test]
fn a_variable_of_this_very_name_comes_before_what_is_told_of_a_service() {
    for name in ["api-namespace", "api"] {
        let other = if name == "api" { "b" } else { "api" };
        let text = format!(
            "{HEAD}service shop \"Shop\" {{\n  namespace outer\n}}
checklist c \"C\" ({other} : service, {name} : text) {{
  run x `./x \"${}\"` idempotent
}}
phase one \"One\" {{\n  include c(shop, \"given\")\n}}\n",
            name.replace('-', "_").to_ascii_uppercase()
        );
        let outputs = of(&text);
        assert!(
            outputs.plan.to_string().contains(r#""value":"given""#),
            "{name}"
        );
    }
}

#[test]
fn procedures_with_other_values_are_others() {
    let text = format!(
        "{HEAD}procedure mend \"Mend\" (what : text, how : text) {{\n  check \"{{what}}: {{how}}\"\n}}
phase one \"One\" {{
  check \"A\" else do mend(\"a-b\", \"c\")
  check \"B\" else do mend(\"a\", \"b-c\")
}}\n"
    );
    let plan = of(&text).plan.to_string();
    assert!(plan.contains("a-b: c") && plan.contains("a: b-c"), "{plan}");
}

#[test]
fn an_id_does_not_depend_on_lines() {
    let text = |between: &str| {
        format!(
            "{HEAD}role oncall \"On-call\"\nphase one \"One\" {{\n  check \"A\" {{\n    else {{\n      page lead,{between}oncall\n    }}\n  }}\n}}\n"
        )
    };
    let outputs = of(&text(" "));
    assert!(outputs.plan.to_string().contains("page-lead-oncall"));
    assert_eq!(of(&text("\n        ")).plan, outputs.plan);
    assert_eq!(of(&text(" # a word\n        ")).plan, outputs.plan);
}

#[test]
fn recurring_workflows_have_names_of_their_own() {
    let text = format!(
        "{HEAD}metric errors \"Errors\" : percent in ratio {{\n  better lower\n  prometheus `sum(e)`\n}}
monitor first-week \"The first week\" from T+2h to T+24h {{
  every 1h \"Everything that people look at in the morning\" {{\n    check a errors < 1%\n  }}
  every 2h \"Everything that people look at in the evening\" {{\n    check b errors < 2%\n  }}
}}
phase one \"One\" {{\n  run x `./x` idempotent\n}}\n"
    );
    let outputs = of(&text);
    let workflow = &outputs.files["argo-workflows spec.workflow.yaml"];
    let mut names: Vec<&str> = workflow
        .split("kind: CronWorkflow")
        .skip(1)
        .filter_map(|object| object.split("name: ").nth(1)?.lines().next())
        .collect();
    assert_eq!(names.len(), 2, "{workflow}");
    assert!(names.iter().all(|name| name.len() <= 52), "{names:?}");
    names.dedup();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn a_decision_in_a_way_back_decides_nothing_wherever_it_is_written() {
    let phases = "phase a \"A\" {\n  run x `./x` undo `./y`\n  run z `./z` irreversible \"gone\"\n}\nphase b \"B\" {\n  run x `./x` undo `./y`\n}\n";
    let back =
        "rollback quick \"Quick\" within 5m {\n  approve go by lead\n  check \"Back\" done\n}\n";
    let (before, behind) = (
        of(&format!("{HEAD}{back}{phases}")),
        of(&format!("{HEAD}{phases}{back}")),
    );
    assert_eq!(before.findings, behind.findings);
    for code in ["D0525", "D0545"] {
        assert!(
            before.findings.iter().any(|one| one.starts_with(code)),
            "{code}"
        );
    }
}

#[test]
fn the_values_of_a_message_stay_as_they_are_given() {
    let text = |given: &str| {
        format!(
            "{HEAD}channel ops slack \"#ops\"
message news \"News\" {{\n  field zeal\n  field alpha\n  field mid\n  body \"{{alpha}} {{zeal}} {{mid}}\"\n}}
phase one \"One\" {{\n  notify ops with news({given})\n}}\n"
        )
    };
    let outputs = of(&text("mid = \"1\", zeal = \"2\", alpha = \"3\""));
    let fields = &outputs.plan["nodes"][0]["children"][0]["fields"];
    let names: Vec<&String> = fields.as_object().expect("fields").keys().collect();
    assert_eq!(names, ["mid", "zeal", "alpha"]);
    let twice = text("mid = \"1\", zeal = \"2\", mid = \"3\"");
    let found = errors(&[("spec.deploy".to_owned(), twice)]);
    assert!(
        matches!(found.as_slice(), [one] if one.contains("`mid` is said twice")),
        "{found:#?}"
    );
}
