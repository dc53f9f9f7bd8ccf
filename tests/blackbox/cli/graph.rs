//! `deployc graph`.

use super::bench::{BROKEN, Bench, CLEAN};

fn bench() -> Bench {
    let bench = Bench::new();
    bench.run(&["new", "checkout"]).ends(0);
    bench
}

#[test]
fn a_plan_is_drawn_on_standard_output() {
    let bench = bench();
    let draws = |format: &str, start: &str, end: &str| {
        let run = bench
            .run(&["graph", "checkout.deploy", "--format", format])
            .ends(0)
            .silent();
        assert!(
            run.out.starts_with(start) && run.out.ends_with(end),
            "{run:#?}"
        );
        run.out
    };
    let mermaid = draws("mermaid", "flowchart TD\n", "\n");
    draws("dot", "digraph \"Checkout, next version\" {\n", "}\n");
    draws("svg", "<svg xmlns=", "</svg>\n");
    assert_eq!(bench.run(&["graph", "checkout.deploy"]).out, mermaid);
    let text = bench.read("checkout.deploy");
    assert_eq!(bench.run_with(&["graph", "-"], text).ends(0).out, mermaid);
}

#[test]
fn a_part_is_drawn_by_its_name() {
    let bench = bench();
    let run = bench
        .run(&["graph", "checkout.deploy", "--phase", "rollout"])
        .ends(0)
        .silent();
    assert!(run.out.contains("n_rollout__apply"), "{run:#?}");
    assert!(!run.out.contains("n_preparation"), "{run:#?}");
    bench
        .run(&["graph", "checkout.deploy", "--phase", "roll-out"])
        .ends(2)
        .prints("")
        .complains("error: no phase is called `roll-out`\n  = help: did you mean `rollout`?\n");
    let run = bench
        .run(&["graph", "checkout.deploy", "--phase", "xyzzy"])
        .ends(2);
    assert!(
        run.err.contains("one of `preparation`, `go`, `rollout`"),
        "{run:#?}"
    );
}

#[test]
fn the_critical_path_is_drawn_where_times_are_known() {
    let bench = bench();
    let run = bench
        .run(&["graph", "checkout.deploy", "--critical-path"])
        .ends(0)
        .silent();
    assert!(run.out.contains("n_rollout"), "{run:#?}");
    assert!(!run.out.contains("guards"), "{run:#?}");
    bench.write("a.deploy", CLEAN);
    let run = bench.run(&["graph", "a.deploy", "--critical-path"]).ends(2);
    assert!(run.err.contains("no times are known"), "{run:#?}");
    bench
        .run(&[
            "graph",
            "checkout.deploy",
            "--critical-path",
            "--phase",
            "x",
        ])
        .ends(2);
}

#[test]
fn nothing_is_drawn_of_a_spec_with_errors() {
    let bench = Bench::with(&[
        ("a.deploy", BROKEN),
        ("m.deploy", "edition 2026\n\nrole x \"X\"\n"),
    ]);
    let run = bench.run(&["graph", "a.deploy"]).ends(1).prints("");
    assert!(run.err.contains("`chek` begins no statement"), "{run:#?}");
    let run = bench.run(&["graph", "m.deploy"]).ends(2).prints("");
    assert!(run.err.contains("declares no deployment"), "{run:#?}");
    bench
        .run(&["graph", "gone.deploy"])
        .ends(2)
        .complains("error: `gone.deploy` does not exist\n");
    bench.run(&["graph", "."]).ends(2);
}
