//! How `deployc build` lays out manifests: YAML or JSON, together or one by one, with a kustomization.

use std::path::Path;

use super::bench::Bench;
use serde_json::Value;

const SPEC: &str = include_str!("../../../examples/checkout.deploy");

fn bench() -> Bench {
    Bench::with(&[("checkout.deploy", SPEC)])
}

fn objects(yaml: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// Everything below a folder, by path, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("it is a folder") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(folder).expect("below");
                found.push(below.display().to_string().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn json_and_yaml_say_the_same() {
    let bench = bench();
    for target in ["argo-rollouts", "argo-workflows", "flagger", "prometheus"] {
        let yaml = bench
            .run(&["build", "checkout.deploy", "-q", "-t", target])
            .ends(0)
            .out;
        let same = bench
            .run(&[
                "build",
                "checkout.deploy",
                "-q",
                "-t",
                target,
                "--format=yaml",
            ])
            .ends(0)
            .out;
        assert_eq!(yaml, same);
        let json = bench
            .run(&[
                "build",
                "checkout.deploy",
                "-q",
                "-t",
                target,
                "--format=json",
            ])
            .ends(0)
            .silent()
            .out;
        let document: Value = serde_json::from_str(&json).expect("it is JSON");
        let items = match document["kind"].as_str() {
            Some("List") => document["items"].as_array().expect("items").clone(),
            _ => vec![document],
        };
        assert_eq!(items, objects(&yaml), "{target}");
    }
}

#[test]
fn each_object_has_a_file_of_its_own() {
    let bench = bench();
    for (form, read) in [
        (
            "yaml",
            (|text: &str| objects(text)) as fn(&str) -> Vec<Value>,
        ),
        ("json", |text| {
            vec![serde_json::from_str(text).expect("JSON")]
        }),
    ] {
        let out = format!("out-{form}");
        let format = format!("--format={form}");
        let arguments = [
            "build",
            "checkout.deploy",
            "-q",
            "-t=argo-rollouts",
            "-t=markdown",
            "--split",
            &format,
            "-o",
            &out,
        ];
        bench.run(&arguments).ends(0).silent();
        let all = files(&bench.path(&out));
        assert!(all.contains(&"checkout.md".to_owned()), "{all:?}");
        let single: Vec<&String> = all
            .iter()
            .filter(|path| path.starts_with("checkout.rollouts/"))
            .collect();
        assert!(single.len() > 1, "{all:?}");
        assert!(
            all.contains(&format!("checkout.rollouts/rollout-checkout.{form}")),
            "{all:?}"
        );
        for path in single {
            let read = read(&bench.read(&format!("{out}/{path}")));
            assert_eq!(read.len(), 1, "{path}");
            let kind = read[0]["kind"].as_str().expect("a kind").to_lowercase();
            assert!(path.contains(&format!("/{kind}-")), "{path}");
        }
        // The check knows them, and knows what should be there no longer.
        let check = [&arguments[..], &["--check"]].concat();
        bench.run(&check).ends(0).silent();
        let old = format!("{out}/checkout.rollouts/rollout-old.{form}");
        bench.write(&old, "x");
        let run = bench.run(&check).ends(1);
        assert_eq!(run.out, format!("{old} is made no longer\n"));
        std::fs::remove_file(bench.path(&old)).expect("removed");
        let one = format!("{out}/checkout.rollouts/rollout-checkout.{form}");
        bench.write(&one, format!("{} ", bench.read(&one)));
        let run = bench.run(&check).ends(1);
        assert!(
            run.out.starts_with(&format!("{one} is out of date: ")),
            "{run:#?}"
        );
    }
}

#[test]
fn a_kustomization_lists_what_was_made() {
    let bench = bench();
    let arguments = [
        "build",
        "checkout.deploy",
        "-q",
        "-t=argo-rollouts",
        "-t=prometheus",
        "-t=markdown",
        "--kustomization",
        "-o=out",
    ];
    bench.run(&arguments).ends(0).silent();
    let kustomization = objects(&bench.read("out/kustomization.yaml")).remove(0);
    assert_eq!(kustomization["kind"], "Kustomization");
    assert_eq!(
        kustomization["resources"],
        serde_json::json!(["checkout.rollouts.yaml", "checkout.prometheus.yaml"])
    );
    bench.run(&[&arguments[..], &["--check"]].concat()).ends(0);
    bench.write("out/kustomization.yaml", "resources: []\n");
    bench.run(&[&arguments[..], &["--check"]].concat()).ends(1);

    bench
        .run(
            &[&arguments[..], &["--split", "-o=apart"]].concat()[..]
                .iter()
                .filter(|one| **one != "-o=out")
                .copied()
                .collect::<Vec<_>>(),
        )
        .ends(0);
    let listed = objects(&bench.read("apart/kustomization.yaml")).remove(0);
    let resources = listed["resources"].as_array().expect("resources");
    assert!(resources.len() > 2, "{listed}");
    for resource in resources {
        let path = resource.as_str().expect("a path");
        assert!(bench.path(&format!("apart/{path}")).is_file(), "{path}");
    }
}

#[test]
fn folders_of_specs_have_a_kustomization_each() {
    let bench = Bench::with(&[("specs/a/one.deploy", SPEC), ("specs/b/two.deploy", SPEC)]);
    bench
        .run(&[
            "build",
            "specs",
            "-q",
            "-t=argo-rollouts",
            "--kustomization",
            "-o=out",
        ])
        .ends(0);
    for (folder, name) in [("a", "one"), ("b", "two")] {
        let listed = objects(&bench.read(&format!("out/{folder}/kustomization.yaml"))).remove(0);
        assert_eq!(
            listed["resources"],
            serde_json::json!([format!("{name}.rollouts.yaml")])
        );
    }
}

#[test]
fn one_kustomization_takes_an_object_once() {
    let bench = bench();
    let run = bench
        .run(&[
            "build",
            "checkout.deploy",
            "-q",
            "-t=argo-rollouts",
            "-t=argo-workflows",
            "--kustomization",
            "-o=out",
        ])
        .ends(2);
    assert!(
        run.err
            .contains("both `rollouts` and `workflow` make the Rollout `checkout`"),
        "{run:#?}"
    );
    assert!(!bench.path("out").exists());
}

#[test]
fn what_has_no_manifests_says_so() {
    let bench = bench();
    for flag in ["--format=json", "--split", "--kustomization"] {
        let run = bench
            .run(&["build", "checkout.deploy", "-q", flag, "-o=out"])
            .ends(2);
        assert!(
            run.err.contains("`markdown` makes no manifests"),
            "{run:#?}"
        );
    }
    for flag in ["--split", "--kustomization"] {
        bench
            .run(&["build", "checkout.deploy", "-t=flagger", flag])
            .ends(2);
    }
}

#[test]
fn a_workflow_gets_an_account_in_the_namespace_that_is_named() {
    let bench = bench();
    let run = |target: &str, more: &[&str]| {
        let target = format!("-t={target}");
        bench.run(&[&["build", "checkout.deploy", "-q", &target], more].concat())
    };
    let plain = objects(&run("argo-workflows", &[]).ends(0).out);
    let granted = objects(&run("argo-workflows", &["--rbac=deploys"]).ends(0).out);
    let kinds: Vec<&Value> = granted.iter().map(|object| &object["kind"]).collect();
    assert_eq!(kinds[..3], ["ServiceAccount", "Role", "RoleBinding"]);
    assert!(granted.len() > plain.len() + 2);
    let refused = run("argo-rollouts", &["--rbac=deploys"]).ends(2);
    assert!(
        refused
            .err
            .contains("`argo-rollouts` does nothing in a cluster"),
        "{refused:#?}"
    );
    let refused = run("argo-workflows", &["--rbac=No Such"]).ends(2);
    assert!(refused.err.contains("small letters"), "{refused:#?}");
}

#[test]
fn why_knows_whose_right_it_is() {
    let bench = bench();
    for layout in [&[][..], &["--split"], &["--format=json"]] {
        let arguments = [
            "build",
            "checkout.deploy",
            "-q",
            "-t=argo-workflows",
            "--rbac=deploys",
            "-o=out",
        ];
        bench.run(&[&arguments[..], layout].concat()).ends(0);
    }
    for (file, word, wanted) in [
        (
            "checkout.workflow.yaml",
            "rollouts/status",
            "rollout/canary-checkout",
        ),
        (
            "checkout.workflow.json",
            "rollouts/status",
            "rollout/canary-checkout",
        ),
        (
            "checkout.workflow/role-checkout-shop.yaml",
            "rollouts/status",
            "rollout/canary-checkout",
        ),
        (
            "checkout.workflow/rolebinding-checkout.yaml",
            "kind: RoleBinding",
            "severity/critical",
        ),
        (
            "checkout.workflow/workflowtemplate-checkout.yaml",
            "serviceAccountName",
            "severity/critical",
        ),
    ] {
        let text = bench.read(&format!("out/{file}"));
        let line = text
            .lines()
            .position(|line| line.contains(word))
            .unwrap_or_else(|| panic!("{file} has no {word}: {text}"))
            + 1;
        let run = bench
            .run(&[
                "why",
                &format!("out/{file}:{line}"),
                "--spec=checkout.deploy",
            ])
            .ends(0);
        assert!(run.out.contains(wanted), "{file}: {run:#?}");
        assert!(run.err.is_empty(), "{file}: {run:#?}");
    }
}

#[test]
fn a_plain_rule_file_has_the_groups_alone() {
    let bench = bench();
    let rules = bench
        .run(&["build", "checkout.deploy", "-q", "-t=prometheus-rules"])
        .ends(0)
        .out;
    let file = objects(&rules).remove(0);
    let keys: Vec<&String> = file.as_object().expect("a map").keys().collect();
    assert_eq!(keys, ["groups"]);
    let object = bench
        .run(&["build", "checkout.deploy", "-q", "-t=prometheus"])
        .ends(0)
        .out;
    assert_eq!(file, objects(&object)[0]["spec"]);
}

#[test]
fn why_reads_every_layout() {
    let bench = bench();
    for (form, layout) in [
        ("json", &[][..]),
        ("yaml", &["--split"]),
        ("json", &["--split"]),
    ] {
        let out = format!("out-{form}-{}", layout.len());
        let format = format!("--format={form}");
        let arguments = [
            &[
                "build",
                "checkout.deploy",
                "-q",
                "-t=argo-rollouts",
                &format,
                "-o",
                &out,
            ],
            layout,
        ]
        .concat();
        bench.run(&arguments).ends(0);
        let file = if layout.is_empty() {
            format!("{out}/checkout.rollouts.{form}")
        } else {
            format!("{out}/checkout.rollouts/rollout-checkout.{form}")
        };
        let text = bench.read(&file);
        let line = text
            .lines()
            .position(|line| line.contains("setWeight") && line.contains("50"))
            .expect("a share")
            + 1;
        let run = bench
            .run(&["why", &format!("{file}:{line}"), "--spec=checkout.deploy"])
            .ends(0);
        assert!(
            run.out
                .contains("shift `rollout/canary-checkout/to-50/shift`"),
            "{run:#?}"
        );
    }
}
