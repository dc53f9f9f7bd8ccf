//! `deployc why`: from a line that was built to the spec, and back.

use super::bench::{BROKEN, Bench, CLEAN, Run};

const SPEC: &str = include_str!("../../../examples/checkout.deploy");

/// The targets whose files are read line by line, and the endings of their files.
const TARGETS: [(&str, &str); 8] = [
    ("markdown", "md"),
    ("html", "html"),
    ("plan", "plan.json"),
    ("shell", "sh"),
    ("argo-rollouts", "rollouts.yaml"),
    ("argo-workflows", "workflow.yaml"),
    ("flagger", "flagger.yaml"),
    ("prometheus", "prometheus.yaml"),
];

fn built() -> Bench {
    let bench = Bench::with(&[("checkout.deploy", SPEC)]);
    let mut arguments = vec!["build", "checkout.deploy", "-q", "-o", "out"];
    for (target, _) in TARGETS {
        arguments.extend(["-t", target]);
    }
    bench.run(&arguments).ends(0);
    bench
}

/// The number of the first line with these words, from 1.
fn line_with(text: &str, words: &str) -> usize {
    text.lines()
        .position(|line| line.contains(words))
        .unwrap_or_else(|| panic!("no line has {words:?}"))
        + 1
}

fn why(bench: &Bench, file: &str, line: usize) -> Run {
    bench.run(&["why", &format!("{file}:{line}")]).ends(0)
}

/// The first line of the answer that names a place in the spec, as its line there.
fn answer(run: &Run) -> (usize, String) {
    let first = run.out.lines().nth(1).expect("there is an answer").trim();
    let rest = first
        .strip_prefix("checkout.deploy:")
        .unwrap_or_else(|| panic!("{run:#?}"));
    let (line, rest) = rest.split_once(':').expect("a line");
    let (_, what) = rest.split_once(": ").expect("a column");
    (line.parse().expect("a number"), what.to_owned())
}

#[test]
fn a_line_that_was_built_comes_from_the_line_that_says_it() {
    let bench = built();
    for (file, words, spec, what) in [
        (
            "out/checkout.rollouts.yaml",
            "name: checkout-rollout-canary-checkout-to-10-hold",
            "10% for 15m",
            "hold `rollout/canary-checkout/to-10/hold`",
        ),
        (
            "out/checkout.rollouts.yaml",
            "setWeight: 50",
            "50% for 15m",
            "shift `rollout/canary-checkout/to-50/shift`",
        ),
        (
            "out/checkout.rollouts.yaml",
            "result[0] > 0.05",
            "when error-rate > 5%",
            "when `severity/critical/error-rate`",
        ),
        (
            "out/checkout.workflow.yaml",
            "kubectl get nodes",
            "kubectl get nodes",
            "run `preflight/nodes`",
        ),
        (
            "out/checkout.workflow.yaml",
            "- name: rollout-deploy-undo",
            "kubectl apply -k",
            "run `rollout/deploy`",
        ),
        (
            "out/checkout.workflow.yaml",
            "currentStepIndex: 4",
            "50% for 15m",
            "shift `rollout/canary-checkout/to-50/shift`",
        ),
        (
            "out/checkout.flagger.yaml",
            "- 50",
            "50% for 15m",
            "shift `rollout/canary-checkout/to-50/shift`",
        ),
        (
            "out/checkout.prometheus.yaml",
            "alert: CriticalLatencyP95",
            "when latency-p95 > 2s",
            "when `severity/critical/latency-p95`",
        ),
        (
            "out/checkout.sh",
            "kubectl get nodes",
            "kubectl get nodes",
            "run `preflight/nodes`",
        ),
        (
            "out/checkout.plan.json",
            "kubectl get nodes",
            "kubectl get nodes",
            "run `preflight/nodes`",
        ),
        (
            "out/checkout.md",
            "The release notes are reviewed",
            "The release notes are reviewed",
            "check `preflight/the-release-notes-are-reviewed`",
        ),
    ] {
        let line = line_with(&bench.read(file), words);
        let run = bench
            .run(&[
                "why",
                &format!("{file}:{line}"),
                "--spec",
                "checkout.deploy",
            ])
            .ends(0)
            .silent();
        assert!(
            run.out.starts_with(&format!("{file}:{line} comes from\n")),
            "{run:#?}"
        );
        assert_eq!(
            answer(&run),
            (line_with(SPEC, spec), what.to_owned()),
            "{file}: {words}"
        );
    }
}

#[test]
fn a_query_comes_from_its_condition_and_its_metric() {
    let bench = built();
    let file = "out/checkout.rollouts.yaml";
    let line = line_with(&bench.read(file), "histogram_quantile");
    let run = why(&bench, file, line);
    assert!(run.out.contains("metric `latency-p95`"), "{run:#?}");
    let line = line_with(&bench.read(file), "httpRoute:");
    let run = why(&bench, file, line);
    assert!(run.out.contains("service `checkout`"), "{run:#?}");
}

/// Whatever line of whatever file: there is an answer, and it is a place in the spec.
#[test]
fn every_line_has_an_answer() {
    let bench = built();
    let lines = SPEC.lines().count();
    for (target, ending) in TARGETS {
        let file = format!("out/checkout.{ending}");
        let text = bench.read(&file);
        let step = (text.lines().count() / 12).max(1);
        for line in (1..=text.lines().count()).step_by(step) {
            let run = bench
                .run(&[
                    "why",
                    &format!("{file}:{line}"),
                    "--spec",
                    "checkout.deploy",
                ])
                .ends(0);
            let (at, _) = answer(&run);
            assert!((1..=lines).contains(&at), "{target}:{line}: {run:#?}");
        }
    }
}

#[test]
fn a_line_of_the_spec_leads_to_each_target() {
    let bench = built();
    let line = line_with(SPEC, "50% for 15m");
    // The column is no matter, and neither is which of two things on the line is meant.
    let run = bench
        .run(&["why", &format!("checkout.deploy:{line}:1")])
        .ends(0);
    for (target, ending) in TARGETS {
        let said = run
            .out
            .lines()
            .find(|one| one.trim_start().starts_with(target))
            .unwrap_or_else(|| panic!("{target}: {run:#?}"));
        if target == "prometheus" {
            assert!(said.contains("(elsewhere: markdown)"), "{said}");
        } else {
            assert!(said.contains(&format!("checkout.{ending}:")), "{said}");
        }
    }
    let run = bench
        .run(&[
            "why",
            &format!("checkout.deploy:{}", line_with(SPEC, "kubectl get nodes")),
            "--target=argo-workflows",
            "--format=json",
        ])
        .ends(0)
        .silent();
    let answer: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!(answer["version"], 1);
    assert_eq!(answer["what"], "run `preflight/nodes`");
    assert_eq!(answer["targets"][0]["fidelity"]["fidelity"], "exact");
    let text = bench.read("out/checkout.workflow.yaml");
    let lines: Vec<&str> = text.lines().collect();
    let ranges = answer["targets"][0]["places"][0]["lines"]
        .as_array()
        .expect("ranges");
    let said: Vec<&str> = ranges
        .iter()
        .flat_map(|range| {
            let number =
                |key: &str| usize::try_from(range[key].as_u64().expect("a number")).expect("small");
            lines[number("line") - 1..number("end_line")]
                .iter()
                .copied()
        })
        .collect();
    assert!(
        said.iter().any(|line| line.contains("kubectl get nodes")),
        "{said:?}"
    );
}

#[test]
fn metrics_and_services_lead_somewhere_too() {
    let bench = built();
    for (words, what) in [
        ("metric latency-p95", "metric `latency-p95`"),
        ("traffic gateway-api", "service `checkout`"),
    ] {
        let line = line_with(SPEC, words);
        let run = why(&bench, "checkout.deploy", line);
        assert!(
            run.out
                .starts_with(&format!("checkout.deploy:{line}: {what}\n")),
            "{run:#?}"
        );
        assert!(run.out.contains("checkout.rollouts.yaml:"), "{run:#?}");
    }
}

#[test]
fn a_file_that_is_out_of_date_is_answered_for_as_it_would_be() {
    let bench = built();
    let text = bench.read("out/checkout.workflow.yaml");
    bench.write("out/checkout.workflow.yaml", format!("# mine\n{text}"));
    let line = line_with(&text, "kubectl get nodes") + 1;
    let run = why(&bench, "out/checkout.workflow.yaml", line);
    assert_eq!(
        run.err,
        "out/checkout.workflow.yaml is out of date: the answer is for the line as it would be built\n"
    );
    assert_eq!(answer(&run).1, "run `preflight/nodes`");
}

#[test]
fn json_says_the_same() {
    let bench = built();
    let text = bench.read("out/checkout.sh");
    let line = line_with(&text, "kubectl get nodes");
    let run = bench
        .run(&[
            "why",
            &format!("out/checkout.sh:{line}"),
            "--format",
            "json",
        ])
        .ends(0)
        .silent();
    let answer: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
    assert_eq!(answer["target"], "shell");
    assert_eq!(answer["sources"][0]["what"], "run `preflight/nodes`");
    assert_eq!(
        answer["sources"][0]["origin"]["line"],
        line_with(SPEC, "kubectl get nodes")
    );
}

#[test]
fn what_cannot_be_answered_is_said() {
    let bench = built();
    for (arguments, words) in [
        (&["why", "checkout.deploy"][..], "names no line"),
        (&["why", "checkout.deploy:0"], "names no line"),
        (&["why", "nothing.deploy:1"], "`nothing.deploy`"),
        (&["why", "checkout.deploy:9999"], "and no line 9999"),
        (
            &["why", "checkout.deploy:1"],
            "nothing that is built stands on line 1",
        ),
        (&["why", "out/checkout.sh:99999"], "and no line 99999"),
        (&["why", "nothing.yaml:1"], "`nothing.yaml`"),
        (
            &["why", "checkout.deploy:30", "-t", "nowhere"],
            "there is no target `nowhere`",
        ),
        (
            &["why", "checkout.deploy:30", "--format", "sarif"],
            "invalid value 'sarif'",
        ),
    ] {
        let run = bench.run(arguments).ends(2);
        assert!(run.err.contains(words), "{arguments:?}: {run:#?}");
    }
    bench.write("notes.txt", "one\n");
    let run = bench.run(&["why", "notes.txt:1"]).ends(2);
    assert!(run.err.contains("does not say which spec"), "{run:#?}");
    let run = bench
        .run(&["why", "notes.txt:1", "--spec", "checkout.deploy"])
        .ends(2);
    assert!(
        run.err
            .contains("no target builds a file such as `notes.txt`"),
        "{run:#?}"
    );
    bench.write("broken.deploy", BROKEN);
    bench.run(&["why", "broken.deploy:3"]).ends(1);
    bench.write("clean.deploy", CLEAN);
    bench.run(&["why", "clean.deploy:4"]).ends(2);
}

#[test]
fn an_alert_is_compared_with_what_the_settings_make_of_it() {
    let bench = Bench::with(&[
        ("checkout.deploy", SPEC),
        (
            "deployc.toml",
            "[build]\nrunbook-url = \"https://runbooks.example.com/{spec}\"\n",
        ),
    ]);
    bench
        .run(&[
            "build",
            "checkout.deploy",
            "-q",
            "-o",
            "out",
            "-t",
            "prometheus-rules",
        ])
        .ends(0);
    let file = "out/checkout.rules.yaml";
    let text = bench.read(file);
    let run = why(
        &bench,
        file,
        line_with(&text, "runbook_url: https://runbooks.example.com/checkout#"),
    );
    assert_eq!(run.err, "", "{run:#?}");
    assert!(
        answer(&run).1.starts_with("when `severity/critical/"),
        "{run:#?}"
    );
}
