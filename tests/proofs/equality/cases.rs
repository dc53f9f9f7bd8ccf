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
