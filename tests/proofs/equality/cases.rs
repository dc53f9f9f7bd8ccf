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
