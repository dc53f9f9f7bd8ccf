//! `deployc test`.

use super::bench::{BROKEN, Bench, CLEAN};

const SPEC: &str = r#"edition 2026

deployment "Checkout" {
  starts 2026-03-10 09:00 UTC
  on failure rollback back
}

metric errors "Errors" : percent in ratio {
  better lower
  prometheus `sum(errors)`
}

service api {
  namespace shop
  workload deployment/api
  replicas 10
  traffic istio
}

phase rollout "Rollout" at T {
  shift api to 10%
  hold 30m while errors < 1%
  shift api to 100%
}

rollback back "Back" {
  run look `true` reads-only
}

test "a bad version goes back" {
  given errors = 7% from T+5m
  expect rollback back within 1m
}
"#;

const FAILING: &str = r#"
test "a slow one too" {
  given errors = 7% from T+5m
  expect rollback back
  expect success
}
"#;

fn bench() -> Bench {
    Bench::with(&[
        ("a.deploy", SPEC),
        ("b.deploy", &format!("{SPEC}{FAILING}")),
    ])
}

#[test]
fn tests_that_pass_end_with_0() {
    bench()
        .run(&["test", "a.deploy"])
        .ends(0)
        .silent()
        .prints("pass a bad version goes back (a.deploy:30)\n1 test passed in 1 file\n");
    bench()
        .run(&["test", "a.deploy", "--quiet"])
        .ends(0)
        .silent()
        .prints("");
}

#[test]
fn a_test_that_fails_shows_what_happened() {
    let run = bench().run(&["test", "-k", "SLOW"]).ends(1).silent();
    insta::assert_snapshot!(run.out, @r#"
    FAIL a slow one too (b.deploy:35)

    error: `expect success` is not what happened
       ┌─ b.deploy:38:3
       │
    38 │   expect success
       │   ^^^^^^^^^^^^^^ it did not come; the end: rolled back at T+5m

      as expected: `expect rollback back`

      What happened:
        T     09:00  "Rollout" (`rollout`) begins
                     api: 10% of the traffic
                     hold `rollout/hold-30m` begins
        T+5m  09:05  errors is 7%
                     hold `rollout/hold-30m` fails: `errors < 1%` does not hold: `errors` is 7%
                     rollback back
                     undone: api's traffic is back where it was
                     rollback "Back" (`rollback/back`) begins
                     rollback "Back" (`rollback/back`) is done
                     the end: rolled back

    1 of 1 test failed in 2 files
    "#);
}

#[test]
fn what_happened_is_shown_where_asked_for() {
    let run = bench()
        .run(&["test", "a.deploy", "--timeline"])
        .ends(0)
        .silent();
    assert!(run.out.contains("T+5m  09:05  errors is 7%\n"), "{run:#?}");
}

#[test]
fn every_format_is_printed() {
    let run = bench().run(&["test", "--format", "json"]).ends(1).silent();
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(document["passed"], 2);
    assert_eq!(document["failed"], 1);
    assert_eq!(document["tests"][0]["passed"], true);
    let last = &document["tests"][2];
    assert_eq!(last["line"], 35);
    assert_eq!(last["timeline"]["outcome"], "rolled-back");
    assert_eq!(last["expectations"][1]["expected"], "expect success");
    assert_eq!(last["timeline"]["events"][0]["at_seconds"], 0);
    let run = bench().run(&["test", "--format", "junit"]).ends(1).silent();
    for part in [
        "<testsuites name=\"deployc test\" tests=\"3\" failures=\"1\" errors=\"0\">",
        "<testcase name=\"a slow one too\" classname=\"b.deploy\" file=\"b.deploy\" line=\"35\">",
        "<failure message=\"expect success: it did not come; the end: rolled back at T+5m\"",
    ] {
        assert!(run.out.contains(part), "{part}: {run:#?}");
    }
}

#[test]
fn recorded_values_drive_the_plan() {
    let bench = Bench::with(&[(
        "a.deploy",
        &SPEC.replace("given errors = 7% from T+5m\n", ""),
    )]);
    bench.run(&["test", "a.deploy"]).ends(1);
    bench.write("bad.csv", "time,errors\n0,0.1%\n300,7%\n600,7%\n");
    bench
        .run(&["test", "a.deploy", "--trace", "bad.csv"])
        .ends(0);
    let json = r#"{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1700000000,"0.07"]]}]}}"#;
    bench.write("bad.json", json);
    bench
        .run(&[
            "test",
            "a.deploy",
            "--trace",
            "errors=bad.json",
            "--trace-at",
            "5m",
        ])
        .ends(0);
    let complains = |arguments: &[&str], message: &str| {
        let run = bench.run(arguments).ends(2).prints("");
        assert!(run.err.contains(message), "{run:#?}");
    };
    let trace = |trace: &'static str| ["test", "a.deploy", "--trace", trace];
    complains(&trace("gone.csv"), "`gone.csv`");
    complains(&trace("bad.json"), "does not say which metric it is about");
    complains(&trace("errors=bad.csv"), "is no JSON");
    bench.write("odd.csv", "time,error\n0,1%\n");
    complains(&trace("odd.csv"), "did you mean `errors`?");
    complains(
        &[
            "test",
            "a.deploy",
            "--trace",
            "bad.csv",
            "--trace-at",
            "soon",
        ],
        "`soon` is not a duration",
    );
}

#[test]
fn what_can_not_be_tested_is_said() {
    let bench = Bench::with(&[
        ("a.deploy", CLEAN),
        ("b.deploy", BROKEN),
        ("c.deploy", SPEC),
    ]);
    let run = bench.run(&["test", "a.deploy"]).ends(2).prints("");
    assert!(run.err.contains("there are no tests"), "{run:#?}");
    let run = bench
        .run(&["test", "c.deploy", "-k", "xyzzy"])
        .ends(2)
        .prints("");
    assert!(
        run.err.contains("no test has `xyzzy` in its title"),
        "{run:#?}"
    );
    let run = bench.run(&["test", "b.deploy"]).ends(1).prints("");
    assert!(run.err.contains("`chek` begins no statement"), "{run:#?}");
    bench.run(&["test", "gone.deploy"]).ends(2);
}

#[test]
fn mutants_that_no_test_notices_are_shown_at_their_line() {
    let bench = bench();
    let run = bench
        .run(&["test", "a.deploy", "--mutate"])
        .ends(0)
        .silent();
    assert!(
        run.out
            .contains("no test notices if this is `hold 15m` or `hold 45m`\n   ┌─ a.deploy:22:3"),
        "{run:#?}"
    );
    assert!(!run.out.contains("`errors < 10.5%`"), "{run:#?}");
    assert!(
        run.out.ends_with("0 of 4 mutants noticed: 0%\n"),
        "{run:#?}"
    );
    let all = ["test", "a.deploy", "--mutate", "--least-score", "50"];
    bench.run(&all).ends(1);
    // With a test for each side of the threshold, and one for the length, each is noticed.
    let more = "\ntest \"near\" {\n  given errors = 0.8% from T+5m\n  expect never rollback back\n  expect success at T+30m\n}\n\
                test \"above\" {\n  given errors = 1.2% from T+5m\n  expect rollback back\n}\n";
    bench.write("a.deploy", format!("{SPEC}{more}"));
    let run = bench
        .run(&["test", "a.deploy", "--mutate"])
        .ends(0)
        .silent();
    assert_eq!(run.out, "4 of 4 mutants noticed: 100%\n");
    bench.run(&all).ends(0);
    let json = ["test", "a.deploy", "--mutate", "--format", "json"];
    let run = bench.run(&json).ends(0).silent();
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(document["score_percent"], 100);
    assert_eq!(document["mutants"][0]["line"], 22);
    assert_eq!(document["mutants"][0]["noticed_by"], "near");
    // Tests that fail come first.
    let run = bench.run(&["test", "b.deploy", "--mutate"]).ends(1);
    assert!(run.out.starts_with("pass a bad version"), "{run:#?}");
    bench
        .run(&["test", "a.deploy", "--mutate", "--format", "junit"])
        .ends(2);
}
