//! `deployc check --target`: what a target makes of a spec, as findings.

use super::bench::{BROKEN, Bench, CLEAN};

const SPEC: &str = include_str!("../../../examples/checkout.deploy");
const REFUSED: &str = include_str!("../../rules/target-refuses.deploy");
const DIFFERS: &str = include_str!("../../rules/target-differs.deploy");

/// The targets whose findings are looked at.
const TARGETS: [&str; 9] = [
    "markdown",
    "html",
    "plan",
    "shell",
    "argo-rollouts",
    "argo-workflows",
    "flagger",
    "prometheus",
    "prometheus-rules",
];

#[test]
fn notes_are_shown_and_fail_nothing() {
    let bench = Bench::with(&[("shop.deploy", DIFFERS)]);
    bench
        .run(&["check", "shop.deploy"])
        .ends(0)
        .prints("no findings in 1 file\n");
    let run = bench
        .run(&[
            "check",
            "shop.deploy",
            "--target",
            "argo-rollouts",
            "--format",
            "short",
        ])
        .ends(0)
        .silent();
    assert!(
        run.out.contains(
            "shop.deploy:28:3: note[D0702] target-differs: hold `rollout/watch` is approximate in argo-rollouts: it holds for the shorter time\n"
        ),
        "{run:#?}"
    );
    bench
        .run(&[
            "check",
            "shop.deploy",
            "-t",
            "argo-rollouts",
            "--level",
            "note",
        ])
        .ends(1);
}

#[test]
fn what_is_refused_fails_with_its_place() {
    let bench = Bench::with(&[("shop.deploy", REFUSED)]);
    let run = bench
        .run(&["check", "shop.deploy", "-t", "argo-rollouts", "-q"])
        .ends(1)
        .silent();
    assert!(
        run.out.contains("error[D0701 target-refuses]: shift `rollout/shift-shop-to-10` is refused in argo-rollouts: a Rollout takes the place of a Deployment"),
        "{run:#?}"
    );
    assert!(run.out.contains("┌─ shop.deploy:27:3\n"), "{run:#?}");
    bench
        .run(&["build", "shop.deploy", "-t", "argo-rollouts"])
        .ends(1);
}

#[test]
fn every_view_has_the_codes() {
    let bench = Bench::with(&[("shop.deploy", DIFFERS)]);
    for view in [
        "human", "short", "json", "sarif", "github", "gitlab", "junit",
    ] {
        let run = bench
            .run(&[
                "check",
                "shop.deploy",
                "-t=argo-rollouts",
                "--format",
                view,
                "--level=note",
            ])
            .ends(1)
            .silent();
        let code = if view == "gitlab" {
            "target-differs"
        } else {
            "D0702"
        };
        assert!(run.out.contains(code), "{view}: {run:#?}");
        assert!(run.out.contains("rollout/watch"), "{view}: {run:#?}");
    }
}

#[test]
fn the_same_is_said_by_check_and_by_build() {
    let bench = Bench::with(&[("checkout.deploy", SPEC)]);
    for target in TARGETS {
        bench
            .run(&[
                "build",
                "checkout.deploy",
                "-q",
                "-t",
                target,
                "-o=out",
                "--fidelity=built.json",
            ])
            .ends(0);
        let run = bench
            .run(&[
                "check",
                "checkout.deploy",
                "-t",
                target,
                "--fidelity=checked.json",
                "--format=json",
            ])
            .ends(0);
        assert_eq!(
            bench.read("built.json"),
            bench.read("checked.json"),
            "{target}"
        );
        // Each node that is not exact is one finding, at a place of its own file.
        let report: serde_json::Value =
            serde_json::from_str(&bench.read("checked.json")).expect("it is JSON");
        let counts = &report["reports"][0]["counts"];
        let said = ["approximate", "elsewhere", "refused"]
            .iter()
            .map(|name| counts[name].as_u64().expect("a count"))
            .sum::<u64>();
        let found: serde_json::Value = serde_json::from_str(&run.out).expect("it is JSON");
        let codes = run.out.matches("\"D070").count() as u64;
        assert_eq!(codes, said, "{target}: {found:#}");
    }
}

#[test]
fn several_targets_are_told_apart() {
    let bench = Bench::with(&[("checkout.deploy", SPEC)]);
    let run = bench
        .run(&[
            "check",
            "checkout.deploy",
            "-t=flagger",
            "-t=argo-workflows",
            "--format=short",
        ])
        .ends(0);
    assert!(run.out.contains(" in flagger: "), "{run:#?}");
    assert!(run.out.contains(" in argo-workflows: "), "{run:#?}");
}

#[test]
fn levels_and_allowances_hold_here_too() {
    let bench = Bench::with(&[
        ("shop.deploy", DIFFERS),
        (
            "deployc.toml",
            "[rules]\ntarget-differs = \"warning\"\ntarget-leaves-out = \"off\"\n",
        ),
    ]);
    let run = bench
        .run(&["check", "shop.deploy", "-t=argo-rollouts", "--format=short"])
        .ends(1);
    assert!(
        run.out.contains("warning[D0702] target-differs"),
        "{run:#?}"
    );
    assert!(!run.out.contains("D0703"), "{run:#?}");
    // Without a target the allowance is no left-over.
    let allowed = DIFFERS.replace(
        "while errors < 1%",
        "while errors < 1% # deployc: allow(target-differs, reason = \"enough\")",
    );
    bench.write("shop.deploy", allowed);
    bench.run(&["check", "shop.deploy"]).ends(0);
    let run = bench
        .run(&["check", "shop.deploy", "-t=argo-rollouts", "--format=short"])
        .ends(1);
    assert!(!run.out.contains("rollout/watch"), "{run:#?}");
    assert!(run.out.contains("rollback/back"), "{run:#?}");
}

#[test]
fn what_has_no_plan_has_no_account() {
    let bench = Bench::with(&[("a.deploy", BROKEN), ("b.deploy", CLEAN)]);
    let run = bench
        .run(&["check", "a.deploy", "-t=flagger", "--format=short"])
        .ends(1);
    assert!(
        run.out.contains("D0102") && !run.out.contains("D07"),
        "{run:#?}"
    );
    bench.run(&["check", "b.deploy", "-t=flagger"]).ends(0);
    let run = bench.run(&["check", "b.deploy", "-t=flager"]).ends(2);
    assert!(run.err.contains("did you mean `flagger`?"), "{run:#?}");
    bench
        .run(&["check", "b.deploy", "--fidelity=x.json"])
        .ends(2);
}
