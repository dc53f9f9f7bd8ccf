//! What a plan does on a clock of its own, one behaviour at a time, and that every example passes
//! its own tests.

use deployc::compile;
use deployc::plan::Plan;
use deployc::simulate::{Judged, Outcome, read_csv, read_prometheus, run_tests};
use deployc::source::NoFiles;

const HEAD: &str = r##"edition 2026
deployment "D" { starts 2026-03-10 09:00 UTC }
role oncall "On-call"
role lead "Lead"
channel ops slack "#ops"
service api { namespace shop  workload deployment/api  replicas 6  traffic gateway-api }
metric errors "Errors" : percent in ratio { better lower  prometheus `errors` }
metric latency "Latency" : duration in seconds { better lower  prometheus `latency` }
metric restarts "Restarts" : count of restarts { better lower  prometheus `restarts` }
metric strict "Strict" : percent in ratio { better lower  no-data fail  prometheus `strict` }
metric lenient "Lenient" : percent in ratio { better lower  no-data pass  prometheus `lenient` }
rollback back "Back" { run look `true` reads-only }
"##;

fn plan(body: &str) -> Plan {
    // Two blanks stand for the end of a line.
    let text = format!("{}{body}", HEAD.replace("  ", "\n"));
    let compilation = compile::check("d.deploy", text.clone(), &NoFiles);
    let found: Vec<&str> = compilation
        .diagnostics
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    compile::plan(&compilation).unwrap_or_else(|| panic!("{text}\n{found:#?}"))
}

/// Runs the only test of a body.
fn run(body: &str) -> Judged {
    let mut judged = run_tests(&plan(body), &[]);
    assert_eq!(judged.len(), 1, "{body}");
    judged.remove(0)
}

/// The story of the only test of a body: the landmarks, each with its time.
fn story(body: &str) -> Vec<String> {
    run(body)
        .timeline
        .events
        .iter()
        .filter(|moment| moment.landmark)
        .map(|moment| format!("{} {}", moment.time, moment.words))
        .collect()
}

fn has(story: &[String], line: &str) {
    assert!(
        story.iter().any(|one| one.starts_with(line)),
        "no `{line}` in {story:#?}"
    );
}

fn passes(body: &str) {
    let judged = run(body);
    assert!(judged.passed, "{judged:#?}");
}

fn fails(body: &str, found: &str) {
    let judged = run(body);
    let all: Vec<&str> = judged
        .expectations
        .iter()
        .map(|judgement| judgement.found.as_str())
        .chain(judged.problems.iter().map(|one| one.message.as_str()))
        .collect();
    assert!(!judged.passed, "{judged:#?}");
    assert!(
        all.iter().any(|one| one.contains(found)),
        "no `{found}` in {all:#?}"
    );
}

/// A canary that is watched by a rule.
fn canary(rule: &str, test: &str) -> String {
    format!(
        "phase rollout \"Rollout\" at T {{\n  shift api to 10%\n  hold 30m\n  shift api to 100%\n  \
         hold 30m\n}}\n{rule}\ntest \"t\" {{\n{test}\n}}\n"
    )
}

const WARNS: &str =
    "severity bad \"Bad\" {\n  when errors > 5%\n  then rollback back, page oncall\n}";
const LASTING: &str = "severity bad \"Bad\" {\n  when errors > 5% for 5m\n  then rollback back\n}";
const LATER: &str = "severity bad \"Bad\" {\n  when errors > 5%\n  then rollback back after 10m\n}";
const WAITS: &str =
    "severity bad \"Bad\" {\n  when errors > 5%\n  then pause, notify ops \"Slow\"\n}";

#[test]
fn a_healthy_run_ends_when_its_holds_do() {
    let judged = run(&canary(WARNS, "expect success\nexpect never rollback back"));
    assert!(judged.passed, "{judged:#?}");
    assert_eq!(judged.timeline.outcome, Outcome::Success);
    assert_eq!(judged.timeline.ended_seconds, 3600);
}

#[test]
fn a_rule_goes_back_at_once_and_people_hear_of_it() {
    let body = canary(
        WARNS,
        "given errors = 7% from T+10m\nexpect rollback back within 1s\nexpect page oncall",
    );
    passes(&body);
    let story = story(&body);
    has(&story, "T+10m undone: api's traffic is back where it was");
    has(&story, "T+10m the end: rolled back");
    assert!(
        !story.iter().any(|line| line.contains("100%")),
        "{story:#?}"
    );
}

#[test]
fn a_sustained_condition_forgives_a_blip() {
    let blip = "given errors = 7% from T+10m for 4m\nexpect never rollback back\nexpect success";
    passes(&canary(LASTING, blip));
    let lasting = "given errors = 7% from T+10m\nexpect rollback back at T+15m";
    passes(&canary(LASTING, lasting));
}

#[test]
fn a_delayed_action_falls_away_when_its_reason_clears() {
    let clears = "given errors = 7% from T+10m to T+19m\nexpect never rollback back";
    passes(&canary(LATER, clears));
    has(
        &story(&canary(LATER, clears)),
        "T+19m rollback back after 10m falls away",
    );
    passes(&canary(
        LATER,
        "given errors = 7% from T+10m\nexpect rollback back at T+20m",
    ));
}

#[test]
fn a_pause_ends_when_its_reason_clears_and_else_never() {
    let clears = canary(
        WAITS,
        "given errors = 7% from T+20m to T+45m\nexpect pause at T+20m\nexpect success",
    );
    passes(&clears);
    let story = story(&clears);
    has(&story, "T+20m notify ops");
    // The hold of 30 minutes was over while the pause lasted.
    has(&story, "T+45m api: 100% of the traffic");
    let stays = run(&canary(WAITS, "given errors = 7% from T+20m\nexpect pause"));
    assert_eq!(stays.timeline.outcome, Outcome::Waiting);
}

#[test]
fn a_rule_comes_before_a_hold_that_breaks_at_the_same_moment() {
    let body = format!(
        "phase rollout \"Rollout\" at T {{\n  shift api to 100%\n  hold 30m while errors < 1% else stop\n}}\n\
         {WAITS}\ntest \"t\" {{\n  given errors = 7% from T+5m to T+10m\n  expect pause\n  expect never stop\n  expect success\n}}\n"
    );
    passes(&body);
}

#[test]
fn no_data_pauses_or_counts_as_the_metric_says() {
    let hold = |metric: &str| {
        format!(
            "phase one \"One\" at T {{\n  hold 30m while {metric} < 1% else stop\n}}\n\
             test \"t\" {{\n  given {metric} = no-data from T+5m\n"
        )
    };
    passes(&format!(
        "{}  expect pause at T+5m\n  expect never stop\n}}\n",
        hold("errors")
    ));
    passes(&format!("{}  expect stop at T+5m\n}}\n", hold("strict")));
    passes(&format!("{}  expect success\n}}\n", hold("lenient")));
    let rule = |metric: &str| WARNS.replace("errors > 5%", &format!("{metric} > 5%"));
    passes(&canary(
        &rule("strict"),
        "given strict = no-data from T+5m\nexpect rollback back",
    ));
    passes(&canary(
        &rule("lenient"),
        "given lenient = no-data from T+5m\nexpect success",
    ));
    passes(&canary(
        &rule("errors"),
        "given errors = no-data from T+5m to T+9m\nexpect pause\nexpect success",
    ));
}

#[test]
fn what_is_written_below_counts_more_and_labels_choose() {
    let body = |test: &str| {
        format!(
            "phase one \"One\" at T {{\n  hold 30m while latency[path=a] < 100ms else stop\n}}\ntest \"t\" {{\n{test}\n}}\n"
        )
    };
    passes(&body(
        "given latency = 50ms\ngiven latency[path=b] = 1s\nexpect success",
    ));
    passes(&body(
        "given latency = 50ms\ngiven latency[path=a] = 1s from T+5m\nexpect stop at T+5m",
    ));
    passes(&body(
        "given latency = 1s\ngiven latency = 50ms\nexpect success",
    ));
}

#[test]
fn a_canary_is_compared_with_what_runs() {
    let body = |canary: &str| {
        format!(
            "phase one \"One\" at T {{\n  hold 30m while latency within 20% of stable else stop\n}}\n\
             test \"t\" {{\n  given latency = {canary}\n  given latency[version=stable] = 100ms\n  expect stop\n}}\n"
        )
    };
    passes(&body("121ms"));
    fails(&body("120ms"), "it did not come; the end: success");
}

#[test]
fn windows_take_the_mean_and_of_counts_the_highest() {
    let body = |condition: &str, test: &str| {
        format!(
            "phase one \"One\" at T {{\n  hold 2h\n  check {condition} else stop\n}}\ntest \"t\" {{\n{test}\n}}\n"
        )
    };
    // Six minutes of 10% in an hour of 0% are 1%.
    let errors = "given errors = 0%\ngiven errors = 10% from T+1h30m for 6m\n";
    passes(&body(
        "errors <= 1% over 1h",
        &format!("{errors}expect success"),
    ));
    passes(&body(
        "errors < 1% over 1h",
        &format!("{errors}expect stop"),
    ));
    let restarts = "given restarts = 0\ngiven restarts = 2 from T+1h30m for 1m\n";
    passes(&body(
        "restarts < 3 over 1h",
        &format!("{restarts}expect success"),
    ));
    passes(&body(
        "restarts == 0 over 1h",
        &format!("{restarts}expect stop"),
    ));
    let rising = "given latency = 100ms\ngiven latency = 115ms from T+1h50m\n";
    passes(&body(
        "latency stable over 1h",
        &format!("{rising}expect success"),
    ));
    let more = "given latency = 100ms\ngiven latency = 150ms from T+1h50m\n";
    passes(&body(
        "latency increasing over 1h",
        &format!("{more}expect success"),
    ));
    passes(&body(
        "latency stable over 1h",
        &format!("{more}expect stop"),
    ));
}

#[test]
fn a_gate_is_tried_again_when_it_can_pass() {
    let body = |otherwise: &str, test: &str| {
        format!(
            "phase one \"One\" at T {{\n  gate go \"Go\" {{\n    require errors < 1%\n    approve by lead\n    \
             else {otherwise}\n  }}\n  hold 5m\n}}\ntest \"t\" {{\n{test}\n}}\n"
        )
    };
    let clears = "given errors = 7% to T+10m\nexpect success";
    passes(&body("retry", clears));
    let judged = run(&body("retry", clears));
    assert_eq!(judged.timeline.ended_seconds, 900);
    // Two times after four minutes each is too early; three times is not.
    passes(&body("retry 3 after 4m", clears));
    let few = run(&body(
        "retry 2 after 4m",
        "given errors = 7% to T+10m\nexpect pause at T+8m",
    ));
    assert!(few.passed, "{few:#?}");
    passes(&body(
        "skip",
        "given errors = 7%\nexpect skip\nexpect success",
    ));
    passes(&body(
        "{\n  check cause \"The cause is known\"\n  notify ops \"Known\"\n  stop\n}",
        "given errors = 7%\nexpect notify ops \"Known\"\nexpect stop\nexpect one/go/else/cause",
    ));
}

#[test]
fn after_a_rollback_comes_what_says_so() {
    let body = format!(
        "{}phase post \"Post mortem\" after rollback {{\n  check written \"It is written up\"\n}}\n",
        canary(
            WARNS,
            "given errors = 7% from T+10m\nexpect post\nexpect never success"
        )
    );
    passes(&body);
    let healthy = body
        .replace(
            "given errors = 7% from T+10m\nexpect post",
            "expect never post",
        )
        .replace("expect never success", "expect success");
    passes(&healthy);
}

#[test]
fn words_of_people_are_given_in_words() {
    let rule = "severity bad \"Bad\" {\n  when \"Users complain\"\n  then rollback back\n}";
    passes(&canary(
        rule,
        "given \"users complain.\" from T+3m\nexpect rollback back at T+3m",
    ));
    fails(
        &canary(rule, "given \"It rains\" from T+3m\nexpect success"),
        "no condition of the deployment asks whether \"It rains\"",
    );
}

#[test]
fn an_expectation_that_did_not_come_says_what_came() {
    fails(
        &canary(
            LASTING,
            "given errors = 7% from T+10m\nexpect rollback back within 1m",
        ),
        "it came at T+15m, 5m after what changed before it",
    );
    fails(
        &canary(
            WARNS,
            "given errors = 7% from T+10m\nexpect never rollback back",
        ),
        "it came at T+10m",
    );
    fails(
        &canary(WARNS, "expect pause"),
        "it did not come; the end: success at T+1h",
    );
    fails(&canary(WARNS, ""), "the test expects nothing");
}

#[test]
fn success_is_judged_by_what_it_requires() {
    let body =
        canary(WARNS, "given errors = 1%\nexpect success") + "success { require errors < 0.5% }\n";
    fails(
        &body,
        "done, and no success at T+1h, `errors < 0.5%` does not hold: `errors` is 1%",
    );
}

#[test]
fn recorded_values_count_under_what_is_given() {
    let plan = plan(&canary(WARNS, "expect rollback back at T+10m"));
    let csv = "time,errors,latency\nT,0.1%,0.2\nT+5m,0.001,\n600,0.07,0.2\nT+15m,0.1%,0.2\n";
    let recordings = read_csv(csv, &plan).expect("a table");
    assert!(run_tests(&plan, &recordings)[0].passed);
    let start = 1_773_133_200;
    assert_eq!(plan.deployment.starts_unix_seconds, Some(start));
    let json = format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{{\"metric\":{{\"__name__\":\"x\"}},\
         \"values\":[[{start},\"1e-3\"],[{},\"NaN\"],[{},\"7.0e-2\"]]}}]}}}}",
        start + 300,
        start + 600
    );
    let recordings = read_prometheus(&json, "errors", &plan).expect("an answer");
    let judged = run_tests(&plan, &recordings);
    assert!(judged[0].passed, "{:#?}", judged[0]);
    for (text, message) in [
        ("", "is empty"),
        ("errors\n1%\n", "has no column `time`"),
        ("time,error\nT,1%\n", "did you mean `errors`?"),
        ("time,errors\nsoon,1%\n", "no time `soon`"),
        ("time,errors\nT,7s\n", "no value `7s`"),
        ("time,errors\nT\n", "1 cells in line 2"),
        ("time,errors\n", "holds no samples"),
    ] {
        let error = read_csv(text, &plan).expect_err(text);
        assert!(error.contains(message), "{error}");
    }
    assert!(read_prometheus("{}", "errors", &plan).is_err());
    assert!(read_prometheus("[", "errors", &plan).is_err());
}

#[test]
fn every_example_passes_its_own_tests() {
    let mut tests = 0;
    let folders = ["examples", "src/cli/new"];
    let files = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("the folder"));
    for entry in files {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "deploy") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("the example");
        let compilation = compile::check(&path.to_string_lossy(), text, &NoFiles);
        let plan = compile::plan(&compilation).expect("a plan");
        for judged in run_tests(&plan, &[]) {
            assert!(
                judged.passed,
                "{}: {}: {judged:#?}",
                path.display(),
                judged.title
            );
            tests += 1;
        }
    }
    assert!(tests > 20, "{tests}");
}

#[test]
fn the_page_about_tests_is_true() {
    let page = std::fs::read_to_string("docs/testing.md").expect("the page");
    let text = page
        .split("```deploy\n")
        .nth(1)
        .and_then(|rest| rest.split("\n```").next())
        .expect("an example");
    let compilation = compile::check("page.deploy", format!("{text}\n"), &NoFiles);
    let found: Vec<&str> = compilation
        .diagnostics
        .iter()
        .map(|finding| finding.message.as_str())
        .collect();
    assert!(found.is_empty(), "{found:#?}");
    let judged = run_tests(&compile::plan(&compilation).expect("a plan"), &[]);
    assert_eq!(judged.len(), 4);
    for judged in judged {
        assert!(judged.passed, "{judged:#?}");
    }
}

#[test]
fn people_may_say_no_and_commands_may_fail() {
    let body = |test: &str| {
        format!(
            "phase one \"One\" at T {{\n  run deploy \"Deploy\" `./deploy` retry 2 every 1m\n  \
             gate go \"Go or no-go\" {{\n    approve yes by lead within 30m\n    else stop\n  }}\n}}\n\
             test \"t\" {{\n{test}\n}}\n"
        )
    };
    passes(&body("given \"Go or no-go is rejected\"\nexpect stop at T"));
    passes(&body("given \"one/go/yes is rejected\"\nexpect stop at T"));
    passes(&body(
        "given \"one/go/yes is not answered\"\nexpect stop at T+30m",
    ));
    passes(&body(
        "given \"one/go/yes is not answered\" to T+10m\nexpect success",
    ));
    passes(&body(
        "given \"Deploy fails\"\nexpect pause at T+2m\nexpect never one/go",
    ));
    passes(&body(
        "given \"Deploy fails\" to T+10m\nexpect pause\nexpect success",
    ));
    fails(
        &body("given \"Undeploy fails\"\nexpect success"),
        "asks whether",
    );
}

/// Parameters and a choice, and a test of them.
fn decided(test: &str) -> String {
    format!(
        "param migrate \"M\" : yes-no = no\n\
         param region \"R\" : choice(\"eu\", \"us\") = \"eu\"\n\
         param soak \"S\" : duration = 15m\n\
         param limit \"L\" : percent = 1%\n\
         param rows \"N\" : count of rows = 10k rows\n\
         phase migration \"Migration\" at T if migrate {{\n  run up `./migrate up $ROWS` undo `./down`\n}}\n\
         phase rollout \"Rollout\" {{\n  choose with \"With\" {{\n    \
         option helm \"Helm\" {{ run helm `helm upgrade a b` undo `helm rollback a` }}\n    \
         option kustomize \"Kustomize\" if region == \"us\" {{ run apply `kubectl apply -k .` undo `true` }}\n  \
         }}\n  hold look soak while errors < limit\n  check big \"Big\" if rows == 20k rows\n}}\n\
         test \"t\" {{\n{test}\n}}\n"
    )
}

#[test]
fn parameters_keep_their_defaults_and_the_first_option_is_taken() {
    passes(&decided(
        "expect never migration\nexpect rollout/with/helm\nexpect never rollout/with/kustomize\n\
         expect never rollout/big\nexpect success",
    ));
}

#[test]
fn a_test_sets_parameters_and_takes_an_option() {
    let body = decided(
        "given migrate = yes\ngiven region = us\ngiven rollout/with = kustomize\n\
         given rows = 20000 rows\nexpect migration/up\nexpect rollout/with/kustomize\n\
         expect never rollout/with/helm\nexpect rollout/big\nexpect success",
    );
    passes(&body);
    let story = story(&body);
    has(&story, "T migrate is yes");
    has(&story, "T rollout/with is kustomize");
    // By its title as well.
    passes(&decided(
        "given region = \"us\"\ngiven rollout/with = \"Kustomize\"\nexpect rollout/with/kustomize",
    ));
}

#[test]
fn a_parameter_is_a_threshold_and_a_length() {
    let at = |soak: &str, limit: &str, expect: &str| {
        decided(&format!(
            "{soak}\n{limit}\ngiven errors = 0.7% from T+10m\n{expect}"
        ))
    };
    passes(
        &at("", "", "expect rollout/big at T+15m\nexpect never pause")
            .replace("check big \"Big\" if rows == 20k rows", "check big \"Big\""),
    );
    passes(
        &at("given soak = 1h", "", "expect rollout/big at T+1h")
            .replace("check big \"Big\" if rows == 20k rows", "check big \"Big\""),
    );
    let story = story(&at("", "given limit = 0.5%", "expect never success"));
    has(&story, "T+10m hold `rollout/look` fails: `errors < 0.5%`");
}

#[test]
fn an_option_that_is_not_offered_is_not_taken() {
    let story = story(&decided("given rollout/with = kustomize\nexpect pause"));
    has(
        &story,
        "T choose \"With\" (`rollout/with`) fails: `region == us` does not hold",
    );
}

#[test]
fn a_parameter_that_decides_nothing_is_told() {
    let body = decided("given rows = 20k rows\nexpect success")
        .replace("check big \"Big\" if rows == 20k rows", "");
    fails(&body, "`rows` decides nothing");
}

/// The messages about a test of parameters and a choice.
fn told(test: &str) -> Vec<String> {
    let text = format!("{}{}", HEAD.replace("  ", "\n"), decided(test));
    let compilation = compile::check("d.deploy", text, &NoFiles);
    compilation
        .diagnostics
        .iter()
        .filter(|one| one.level == deployc::diagnostic::Level::Error)
        .map(|one| {
            let fixes: Vec<&str> = one.fixes.iter().map(|fix| fix.title.as_str()).collect();
            format!("{} {}", one.message, fixes.join(", "))
                .trim()
                .to_owned()
        })
        .collect()
}

#[test]
fn what_is_decided_wrongly_is_told() {
    for (line, message) in [
        (
            "given migrat = yes",
            "no metric, parameter or choice is called `migrat` write `migrate`",
        ),
        (
            "given with = kustomize",
            "no metric, parameter or choice is called `with` write `rollout/with`",
        ),
        (
            "given rollout/wiht = kustomize",
            "no metric, parameter or choice is called `rollout/wiht` write `rollout/with`",
        ),
        (
            "given rollout/with = kustomise",
            "`kustomise` is no option of `rollout/with` write `kustomize`",
        ),
        (
            "given region = uss",
            "`uss` is none of the choices write `us`",
        ),
        (
            "given migrate = maybe",
            "expected `yes` or `no`, found `maybe`",
        ),
        (
            "given migrate = on",
            "expected `yes` or `no`, found `on` write `yes`",
        ),
        (
            "given soak = 5%",
            "expected a duration such as `5m`, found `5%`",
        ),
        (
            "given soak = no-data",
            "expected a duration such as `5m`, found `no-data`",
        ),
        (
            "given migrate = yes from T+5m",
            "a parameter or a choice is settled for the whole of a test leave it out",
        ),
        (
            "given migrate = yes\ngiven migrate = no",
            "`migrate` is decided twice in this test",
        ),
    ] {
        let found = told(&format!("{line}\nexpect success"));
        assert_eq!(found, [message], "{line}");
    }
}
