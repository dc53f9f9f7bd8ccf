//! The bash script, walked by real bash: what it asks, what it runs, how it fails and how it goes
//! back. Needs bash alone; `.ci/run` has ShellCheck read every script as well.
#![cfg(unix)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use deployc::backend::shell::Shell;
use deployc::backend::{Backend, Embedded, Fidelity, account};
use deployc::compile;
use deployc::plan::Plan;
use deployc::source::NoFiles;
use tempfile::TempDir;

use crate::specs;

const HEAD: &str = "edition 2026\ndeployment \"D\" {\n  version \"v1\"\n}\nrole lead \"Lead\" { contact phone \"1\" }\n";

fn plan(text: &str) -> Plan {
    let compilation = compile::check("spec.deploy", format!("{HEAD}{text}"), &NoFiles);
    compile::plan(&compilation).unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics))
}

fn script(plan: &Plan) -> String {
    Shell
        .emit(plan, "spec", &Embedded)
        .expect("it has no templates")
        .remove(0)
        .text
}

/// What a run of a script left behind.
struct Run {
    code: i32,
    out: String,
    journal: String,
    folder: TempDir,
}

impl Run {
    fn has(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    /// What the journal says happened, and where.
    fn events(&self) -> Vec<String> {
        self.journal
            .lines()
            .map(|line| {
                let fields: Vec<&str> = line.split('\t').collect();
                format!("{} {}", fields[1], fields[2])
            })
            .collect()
    }
}

/// Runs a script with these lines as the person's answers.
fn run(text: &str, arguments: &[&str], answers: &[&str]) -> Run {
    run_in(&[], text, arguments, answers)
}

/// The same, with these variables in the environment.
fn run_in(environment: &[(&str, &str)], text: &str, arguments: &[&str], answers: &[&str]) -> Run {
    let folder = TempDir::new().expect("there is room for a folder");
    let path = folder.path().join("spec.sh");
    std::fs::write(&path, text).expect("written");
    let mut child = Command::new("bash")
        .arg(&path)
        .args(arguments)
        .current_dir(folder.path())
        .env("JOURNAL", folder.path().join("journal"))
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash is there");
    let mut input = child.stdin.take().expect("it was asked for");
    // A script that ends early has closed its input.
    let _ = input.write_all(
        answers
            .iter()
            .map(|line| format!("{line}\n"))
            .collect::<String>()
            .as_bytes(),
    );
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let journal = std::fs::read_to_string(folder.path().join("journal")).unwrap_or_default();
    let mut out = String::from_utf8(output.stdout).expect("it writes UTF-8");
    out.push_str(&String::from_utf8_lossy(&output.stderr));
    Run {
        code: output.status.code().expect("nothing killed it"),
        out,
        journal,
        folder,
    }
}

fn is_bash(text: &str, path: &Path) -> bool {
    std::fs::write(path, text).expect("written");
    Command::new("bash")
        .arg("-n")
        .arg(path)
        .status()
        .expect("bash is there")
        .success()
}

#[test]
fn every_script_is_bash() {
    let folder = TempDir::new().expect("there is room for a folder");
    let mut seen = 0;
    for (path, plan) in specs::plans() {
        assert!(
            is_bash(&script(&plan), &folder.path().join("spec.sh")),
            "{path}"
        );
        seen += 1;
    }
    assert!(seen > 10, "{seen} specs");
}

#[test]
fn every_node_has_its_account_and_every_command_its_place() {
    for (path, plan) in specs::plans() {
        let accounts = account(&Shell, &plan);
        assert_eq!(accounts.len(), plan.walk().count(), "{path}");
        let text = script(&plan);
        for (account, node) in accounts.iter().zip(plan.walk()) {
            if node.work.kind() == "run" && account.fidelity == Fidelity::Exact {
                assert!(
                    text.contains(&format!("'{}'", node.id)),
                    "{path}: {}",
                    node.id
                );
            }
        }
    }
}

const STEPS: &str = r#"
phase one "One" {
  check ready "All is ready"
  run look "Look" `echo the pods are fine` reads-only expect "fine"
  run make "Make" `touch made` undo `rm made`
  run more "More" `touch more` undo `rm more && echo took back more`
}
gate go "Go" {
  approve by lead
}
phase two "Two" {
  record build "Build" as text
  run bad "Bad" `echo broken` expect "well"
}
rollback back "Back" within 5m {
  run again "Again" `touch again`
}
"#;

#[test]
fn a_script_stops_at_its_first_failing_line() {
    let plan = plan(
        "phase one \"One\" {\n run two \"Two\" ```bash\n  false\n  touch made\n  ``` reads-only\n}\n",
    );
    let run = run(&script(&plan), &[], &["q"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(!run.has("made"), "{}", run.out);
}

#[test]
fn a_run_to_the_end_ends_with_0() {
    let text = script(&plan(&STEPS.replace("echo broken", "echo well")));
    let run = run(&text, &[], &["y", "", "", "Ada", "b-17", ""]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(run.has("made") && run.has("more"));
    assert_eq!(
        run.events(),
        [
            "begun one",
            "finished one/ready",
            "finished one/look",
            "finished one/make",
            "finished one/more",
            "begun go",
            "approved go/approve-lead",
            "begun two",
            "recorded two/build",
            "finished two/bad",
            "ended ",
        ]
    );
    assert!(run.journal.contains("Lead: Ada") && run.journal.contains("b-17"));
}

#[test]
fn a_failure_leads_back_by_the_rollback_that_is_chosen() {
    let text = script(&plan(STEPS));
    let run = run(
        &text,
        &[],
        &["y", "", "", "Ada", "b-17", "", "b", "1", "", "", ""],
    );
    assert_eq!(run.code, 4, "{}", run.out);
    assert!(
        run.out
            .contains("FAILED: Bad: the output does not have 'well' in it"),
        "{}",
        run.out
    );
    // What was done is taken back first, whichever way is chosen.
    assert!(run.has("again") && !run.has("made") && !run.has("more"));
    assert_eq!(
        run.events().last().map(String::as_str),
        Some("rolled-back ")
    );
}

#[test]
fn what_was_run_is_taken_back_newest_first() {
    let text = script(&plan(STEPS));
    let run = run(
        &text,
        &[],
        &["y", "", "", "Ada", "b-17", "", "b", "2", "", ""],
    );
    assert_eq!(run.code, 4, "{}", run.out);
    assert!(!run.has("made") && !run.has("more"));
    let back: Vec<String> = run
        .events()
        .into_iter()
        .filter(|event| event.ends_with("/undo"))
        .collect();
    assert_eq!(back, ["finished one/more/undo", "finished one/make/undo"]);
}

#[test]
fn traffic_goes_back_once_and_before_what_it_went_to() {
    let plan = plan(
        r#"service api "API" { traffic istio }
        phase one "One" {
          run make "Make" `touch made` undo `rm made`
          shift api to 10%
          shift api to 50%
          check "Well"
        }
        rollback back "Back" { check "All is as before" }
        "#,
    );
    let run = run(&script(&plan), &[], &["", "y", "y", "b", "1", "y", "", "y"]);
    assert_eq!(run.code, 4, "{}", run.out);
    assert!(!run.has("made"));
    assert_eq!(
        run.events()[5..],
        [
            "rollback rollback",
            "finished service/api/traffic/undo",
            "finished one/make/undo",
            "finished rollback/back/all-is-as-before",
            "rolled-back ",
        ]
    );
}

#[test]
fn shellcheck_takes_no_step_for_a_command_and_asks_after_no_value() {
    let plan = plan(
        r#"param unused "Unused" : text = "x"
        phase one "One" {
          run kill "Kill" `touch made` reads-only capture unseen
        }
        "#,
    );
    let text = script(&plan);
    // Behind a command called `run`, ShellCheck reads the word `one/kill` as a command.
    assert!(text.contains("\n  perform 'one/kill'") && !text.contains("\n  run '"));
    assert!(!text.contains("\nvalue_"), "{text}");
    assert_eq!(run(&text, &[], &[""]).code, 0);
}

#[test]
fn where_the_input_ends_nothing_further_is_done() {
    let text = script(&plan(STEPS));
    let run = run(&text, &[], &["y"]);
    assert_eq!(run.code, 3, "{}", run.out);
    assert!(!run.has("made"));
    assert!(
        run.out.contains("The input ended at one/make"),
        "{}",
        run.out
    );
}

#[test]
fn a_stopped_run_says_how_to_go_on_and_does() {
    let text = script(&plan(STEPS));
    let stopped = run(&text, &[], &["y", "q"]);
    assert_eq!(stopped.code, 1, "{}", stopped.out);
    assert!(stopped.out.contains("--from one"), "{}", stopped.out);
    let later = run(&text, &["--from", "two"], &["b-18", "h"]);
    assert_eq!(later.code, 0, "{}", later.out);
    assert!(later.out.contains("-- passed over: One"), "{}", later.out);
    assert!(!later.has("made"));
}

#[test]
fn parts_and_ways_back_are_listed_and_anything_else_is_misuse() {
    let text = script(&plan(STEPS));
    let list = run(&text, &["--list"], &[]);
    assert_eq!(list.code, 0);
    assert!(
        list.out.contains("two\tTwo") && list.out.contains("back\tBack"),
        "{}",
        list.out
    );
    for arguments in [
        &["--from", "three"][..],
        &["--rollback", "nowhere"],
        &["onwards"],
    ] {
        assert_eq!(run(&text, arguments, &[]).code, 2, "{arguments:?}");
    }
    // It does not know what an earlier run did: a person skips what was not done.
    let back = run(
        &text,
        &["--rollback", "back"],
        &["s", "never done", "s", "never done", ""],
    );
    assert_eq!(back.code, 4, "{}", back.out);
    assert!(
        back.out.contains("skip what was not") && back.out.contains("Undo: Make"),
        "{}",
        back.out
    );
    assert!(back.has("again"));
}

#[test]
fn what_the_runbook_says_of_a_failure_is_offered() {
    let text = script(&plan(
        r#"
phase one "One" {
  check ready "All is ready" else {
    check told "The lead knows"
    stop
  }
}
"#,
    ));
    let run = run(&text, &[], &["n", "o", "y"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.out.contains("The lead knows"), "{}", run.out);
    assert!(run.out.contains("Stopped at one/ready"), "{}", run.out);
}

#[test]
fn values_reach_commands_as_environment_variables_and_secrets_reach_nothing_else() {
    let text = script(&plan(
        r#"
param region "Region" : text = "eu"
secret token "Token"
phase one "One in {region}" {
  run ask "Ask" `echo "$REGION $TOKEN" > seen; echo 42` capture answer
  run use "Use {answer}" `echo "$ANSWER" >> seen`
}
"#,
    ));
    let run = run(&text, &[], &["a $(touch hacked) 'b'", "s3cret", "", ""]);
    assert_eq!(run.code, 0, "{}", run.out);
    let seen = std::fs::read_to_string(run.folder.path().join("seen")).expect("written");
    assert_eq!(seen, "a $(touch hacked) 'b' s3cret\n42\n");
    assert!(
        run.out.contains("One in a $(touch hacked) 'b'"),
        "{}",
        run.out
    );
    assert!(run.out.contains("Use 42"), "{}", run.out);
    assert!(!run.out.contains("s3cret") && !run.journal.contains("s3cret"));
    assert!(!run.has("hacked"));
}

#[test]
fn a_yes_or_a_no_reaches_commands_as_that_word_however_it_was_said() {
    let text = script(&plan(
        r#"
param migrate "Migrate?" : yes-no = yes
phase one "One" {
  run use "Use" `echo "$MIGRATE" > seen`
  check more "It is migrated" if migrate
}
"#,
    ));
    for (said, answers, seen) in [
        ("", vec!["", "y"], "yes\n"),
        ("Y", vec!["", "y"], "yes\n"),
        ("true", vec!["", "y"], "yes\n"),
        ("no", vec![""], "no\n"),
        ("False", vec![""], "no\n"),
    ] {
        let answers: Vec<&str> = std::iter::once(said).chain(answers).collect();
        let run = run(&text, &[], &answers);
        assert_eq!(run.code, 0, "{said}: {}", run.out);
        let found = std::fs::read_to_string(run.folder.path().join("seen")).expect("written");
        assert_eq!(found, seen, "{said}");
    }
}

#[test]
fn what_a_person_fills_in_reaches_later_commands_in_the_shape_that_they_rely_on() {
    let text = script(&plan(
        r#"
phase one "One" {
  record previous "Revision that runs now" as text {
    run history `touch looked` reads-only
  }
  record limit "Limit" in ms target < 200ms
  record warm "Is it warm?" as yes-no
  record day "Day" as date
  record way "Way" as choice("left", "right")
  record lessons "Lessons" as text
  run upgrade "Upgrade from {previous}" `printf '%s|' "$LIMIT" "$WARM" "$DAY" "$WAY" > seen`
    undo `printf '%s' "$PREVIOUS" > back`
  run fails `false` idempotent
}
"#,
    ));
    let answers = [
        "  it's $(touch hacked) 7 ",
        "190ms",
        "190.5",
        "perhaps",
        "Y",
        "1.12.2026",
        "2026-12-01",
        "up",
        "left",
        "none",
        "",
        "",
        "b",
        "1",
        "",
    ];
    let run_it = run(&text, &[], &answers);
    assert_eq!(run_it.code, 4, "{}", run_it.out);
    let read = |run: &Run, name: &str| std::fs::read_to_string(run.folder.path().join(name));
    assert_eq!(
        read(&run_it, "seen").expect("written"),
        "190.5|yes|2026-12-01|left|"
    );
    assert_eq!(
        read(&run_it, "back").expect("it was taken back"),
        "it's $(touch hacked) 7"
    );
    assert!(run_it.has("looked") && !run_it.has("hacked"));
    assert!(
        run_it.out.contains("Upgrade from it's $(touch hacked) 7\n"),
        "{}",
        run_it.out
    );
    assert!(
        run_it
            .out
            .contains("\n      with LIMIT=190.5\n      with WARM=yes\n"),
        "what a command gets is shown before it is run: {}",
        run_it.out
    );
    assert!(
        run_it.out.contains("\"190ms\" is no number"),
        "{}",
        run_it.out
    );
    assert!(
        !text.contains("value_lessons"),
        "what nothing uses is for people alone"
    );
}

#[test]
fn what_was_passed_over_a_person_says_before_a_command_needs_it() {
    let text = script(&plan(
        r#"
phase one "One" {
  run backup "Back up" `echo 41` capture id
  record previous "Revision that runs now" as text
}
phase two "Two" {
  run restore "Restore {id}" `printf '%s' "$ID $PREVIOUS" > seen` idempotent
}
rollback quick "Back to {previous}" {
  run last `printf '%s' "$PREVIOUS" > back` idempotent
}
"#,
    ));
    let seen = |run: &Run, name: &str| {
        std::fs::read_to_string(run.folder.path().join(name)).unwrap_or_default()
    };
    let by_hand = run(&text, &[], &["h", "42", "7", ""]);
    assert_eq!(by_hand.code, 0, "{}", by_hand.out);
    assert_eq!(seen(&by_hand, "seen"), "42 7");
    let later = run(&text, &["--from", "two"], &["43", "8", ""]);
    assert_eq!(later.code, 0, "{}", later.out);
    assert_eq!(seen(&later, "seen"), "43 8");
    assert!(
        later
            .out
            .contains("$PREVIOUS was not kept on the way here: Revision that runs now"),
        "{}",
        later.out
    );
    let back = run(&text, &["--rollback", "quick"], &["9", ""]);
    assert_eq!(back.code, 4, "{}", back.out);
    assert_eq!(seen(&back, "back"), "9");
    assert!(back.out.contains("Back to ____"), "{}", back.out);
    assert_eq!(
        seen(&run(&text, &[], &["s", "why", "7", "", ""]), "seen"),
        " 7"
    );
}

#[test]
fn yes_and_no_are_understood_and_nothing_that_must_be_given_stays_empty() {
    let text = script(&plan(
        "param migrate \"Migrate?\" : yes-no = no\nparam region \"Region\" : text\n\
         param suffix \"Suffix\" : text = \"\"\n\
         phase data \"Data\" if migrate {\n  run copy `touch \"copied-$REGION$SUFFIX\"`\n}\n\
         phase end \"End\" {\n  run say `touch ended`\n}",
    ));
    let done = run(
        &text,
        &[],
        &["maybe", "Yes", "", "eu", "", "hm", "y", "yes"],
    );
    assert_eq!(done.code, 0, "{}", done.out);
    assert!(done.out.contains("[no]"), "{}", done.out);
    assert!(
        done.out.contains("\"maybe\" is neither yes nor no."),
        "{}",
        done.out
    );
    assert!(
        done.out
            .contains("\"hm\" is none of these. Nothing was run."),
        "{}",
        done.out
    );
    assert!(done.has("copied-eu"), "{}", done.out);
    assert!(done.has("ended"), "{}", done.out);
}

#[test]
fn no_text_of_a_spec_is_ever_run() {
    let evil = r#"it's $(touch hacked) `touch hacked` \"; touch hacked; # ${IFS} \\ !! *"#;
    let spec = format!(
        r#"
phase one "One {evil}" {{
  check a "{evil}"
  note """
    {plain}
    END
    """
  run b "{evil}" ```bash
    cat <<'END'
    END
    echo ok
    ```
}}
rollback r "{evil}" within 5m {{
  check c "{evil}"
}}
"#,
        evil = evil.replace("${", "$\\{").replace('}', "\\}"),
        plain = "it's $(touch hacked)",
    );
    let text = script(&plan(&spec));
    let run = run(&text, &[], &["?", "y", ""]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert!(!run.has("hacked"), "{}", run.out);
    assert!(
        run.out
            .contains("it's $(touch hacked) `touch hacked` \"; touch hacked;"),
        "{}",
        run.out
    );
}

#[test]
fn a_hold_is_cut_short_with_a_reason_or_fails_when_a_person_says_so() {
    let text = script(&plan(
        "phase one \"One\" {\n  hold 1h while \"it is calm\"\n}\n",
    ));
    let short = run(&text, &[], &["", "e", "the night is quiet", "y"]);
    assert_eq!(short.code, 0, "{}", short.out);
    assert!(short.out.contains("while \"it is calm\""), "{}", short.out);
    assert!(
        short.journal.contains("the night is quiet"),
        "{}",
        short.journal
    );
    let failed = run(&text, &[], &["f", "q"]);
    assert_eq!(failed.code, 1, "{}", failed.out);
    assert!(failed.out.contains("it did not hold"), "{}", failed.out);
}

fn seen(run: &Run) -> String {
    std::fs::read_to_string(run.folder.path().join("seen"))
        .unwrap_or_else(|_| panic!("{}", run.out))
}

/// The findings of a spec, by the names of their rules.
fn found(text: &str) -> Vec<&'static str> {
    let compilation = compile::check("spec.deploy", format!("{HEAD}{text}"), &NoFiles);
    let found = compilation.diagnostics.iter();
    found.map(|finding| finding.rule.name).collect()
}

/// Every variable that a real bash knows by itself, and those of its manual that it only looks at.
#[test]
fn a_parameter_is_never_what_the_machine_has() {
    let known = Command::new("bash")
        .args(["--norc", "--noprofile", "-c", "compgen -v; compgen -e"])
        .env("USER", "machine")
        .output()
        .expect("bash is there");
    let known = String::from_utf8(known.stdout).expect("names are ASCII");
    let manual = "REPLY OPTARG COLUMNS LINES CDPATH ENV BASH_ENV LD_PRELOAD TMPDIR MAIL TZ LANG LC_ALL \
                  TERM SHELL LOGNAME EDITOR KUBECONFIG AWS_PROFILE HTTP_PROXY HISTFILE SRANDOM \
                  EPOCHSECONDS FUNCNAME GLOBIGNORE TIMEFORMAT PS1 PS3 MAPFILE LD_API_KEY";
    let mut names: Vec<&str> = known
        .split_whitespace()
        .chain(manual.split_whitespace())
        .collect();
    names.retain(|name| {
        let mut letters = name.chars();
        letters
            .next()
            .is_some_and(|letter| letter.is_ascii_uppercase())
            && letters.all(|letter| {
                letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
            })
            && !name.ends_with('_')
            && !name.contains("__")
    });
    names.sort_unstable();
    names.dedup();
    let (mut refused, mut carried) = (0, 0);
    for name in names {
        let parameter = name.to_ascii_lowercase().replace('_', "-");
        let spec = format!(
            "param {parameter} \"P\" : text = \"/tmp\"\nphase one \"One\" {{\n  run use `printf '%s' \"${name}\" > seen` reads-only\n}}\n"
        );
        if found(&spec).contains(&"reserved-variable") {
            refused += 1;
            continue;
        }
        let done = run_in(&[(name, "/")], &script(&plan(&spec)), &[], &[""]);
        assert_eq!(done.code, 0, "{name}: {}", done.out);
        assert_eq!(seen(&done), "/tmp", "{name}: {}", done.out);
        carried += 1;
    }
    assert!(refused > 30 && carried > 10, "{refused}, {carried}");
}

#[test]
fn what_one_variable_would_hold_twice_is_a_finding() {
    let phase = |body: &str| format!("phase one \"One\" {{\n{body}\n}}\n");
    let capture =
        phase("run ask `echo us` reads-only capture region\nrun use `echo \"$REGION\"` reads-only");
    for (text, rule) in [
        (format!("param region \"R\" : text = \"eu\"\n{capture}"), "ambiguous-variable"),
        (format!("secret region \"R\"\n{capture}"), "ambiguous-variable"),
        (format!("service region \"R\" {{\n  namespace shop\n}}\n{capture}"), "ambiguous-variable"),
        (format!("param region \"R\" : text = \"eu\"\nsecret region \"R\"\n{}", phase("run use `echo \"$REGION\"` reads-only")), "ambiguous-variable"),
        (format!("param theRegion \"R\" : text = \"eu\"\nparam theregion \"R\" : text = \"us\"\n{}", phase("run use `echo \"$THEREGION\"` reads-only")), "ambiguous-variable"),
        (format!("param region \"R\" : text = \"eu\"\n{}", phase("record region \"R\" as text\nrun use `echo \"$REGION\"` reads-only")), "ambiguous-variable"),
        (phase("run ask `echo us` reads-only capture uid"), "reserved-variable"),
        (format!("secret ld-preload \"R\"\n{}", phase("run use `echo \"$LD_PRELOAD\"` reads-only")), "reserved-variable"),
        ("checklist c \"C\" (path : text) {\n run use `echo \"$PATH\"` reads-only\n}\nphase one \"One\" {\n include c(\"x\")\n}\n".to_owned(), "reserved-variable"),
        (format!("service path \"P\" {{\n  namespace shop\n}}\n{}", phase("run use `ls \"$PATH\"` reads-only")), "machine-variable"),
        (phase("record hostname \"Which\" as text\nrun use `echo \"$HOSTNAME\"` reads-only"), "machine-variable"),
    ] {
        assert!(found(&text).contains(&rule), "{text}: {:?}", found(&text));
    }
    // What shares a name where nothing asks for it is for people.
    let apart = format!(
        "param region \"R\" : text = \"eu\"\nservice home \"H\" {{\n  namespace shop\n}}\n{}",
        phase("record home \"H\" as text\nrun use `ls \"$REGION\"` reads-only")
    );
    for rule in [
        "ambiguous-variable",
        "machine-variable",
        "reserved-variable",
    ] {
        assert!(!found(&apart).contains(&rule), "{:?}", found(&apart));
    }
}

#[test]
fn values_come_from_the_command_line_and_from_variables_of_their_own() {
    let text = script(&plan(
        "param region \"Region\" : text = \"eu\"\nparam size \"Size\" : choice(\"small\", \"large\") = small\nsecret token \"Token\"\nphase one \"One\" {\n  run use `printf '%s|' \"$REGION\" \"$SIZE\" \"$TOKEN\" > seen` reads-only\n  run other `env > others` reads-only\n}\n",
    ));
    let machine = [
        ("REGION", "machine"),
        ("TOKEN", "machine"),
        ("value_region", "machine"),
    ];
    let asked = run_in(&machine, &text, &[], &["", "", "asked"]);
    assert_eq!(seen(&asked), "eu|small|asked|", "{}", asked.out);
    let given = run_in(
        &[
            ("DEPLOYC_PARAM_REGION", "a b"),
            ("DEPLOYC_SECRET_TOKEN", "s3cret"),
        ],
        &text,
        &["-P", "size=large"],
        &[],
    );
    assert_eq!(seen(&given), "a b|large|s3cret|", "{}", given.out);
    let others = std::fs::read_to_string(given.folder.path().join("others")).expect("written");
    assert!(
        !others.contains("s3cret") && !others.contains("a b"),
        "{others}"
    );
    let both = run_in(
        &[("DEPLOYC_PARAM_REGION", "us")],
        &text,
        &["-P", "region=x=y -- 'z'", "-P", "size=huge"],
        &["large", "t"],
    );
    assert_eq!(seen(&both), "x=y -- 'z'|large|t|", "{}", both.out);
    for arguments in [
        &["-P", "nothing=1"][..],
        &["-P", "region"],
        &["-P"],
        &["-P", "token=1"],
    ] {
        assert_eq!(run(&text, arguments, &[]).code, 2, "{arguments:?}");
    }
}

/// What the command lines of all processes say while a secret is used in each way that there is.
#[cfg(target_os = "linux")]
#[test]
fn a_secret_is_on_no_command_line() {
    let text = script(&plan(
        r#"
secret token "Token"
param zone "Zone" : text = "private-zone"
phase one "One" {
  run limited "Limited" `sleep 0.3; test "$TOKEN$ZONE"` reads-only within 30s
  run tried "Tried" `sleep 0.2; test "$TOKEN" && test -e tried || { touch tried; false; }` reads-only retry 2 every 1s
  run kept "Kept" `sleep 0.2; echo "kept-$TOKEN"` reads-only capture copy expect "kept" expect /kept-\w+/
  run used "Used" `sleep 0.2; test "$COPY"` idempotent undo `sleep 0.3; test "$TOKEN$COPY"` probe `test "$TOKEN"`
  run node "Other" ```python
    import os, time
    time.sleep(0.3)
    print(len(os.environ["TOKEN"]))
    ```
    reads-only expect "12"
  wait for `sleep 0.2; test "$TOKEN"` every 1s within 10s
  run fails `false` reads-only
}
rollback back "Back" { run last `sleep 0.2; test "$TOKEN"` idempotent }
"#,
    ));
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (watched, mut looks) = (std::sync::Arc::clone(&stop), 0u32);
    let watcher = std::thread::spawn(move || {
        let mut lines = std::collections::BTreeSet::new();
        while !watched.load(std::sync::atomic::Ordering::Relaxed) {
            for entry in std::fs::read_dir("/proc").expect("Linux has it").flatten() {
                if let Ok(line) = std::fs::read(entry.path().join("cmdline")) {
                    lines.insert(String::from_utf8_lossy(&line).into_owned());
                }
            }
            looks += 1;
        }
        (lines, looks)
    });
    let done = run_in(
        &[("DEPLOYC_SECRET_TOKEN", "s3cretvalue9")],
        &text,
        &["-P", "zone=private-zone-7"],
        &["", "b", "1", "", ""],
    );
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let (lines, looks) = watcher.join().expect("it looked");
    assert_eq!(done.code, 4, "{}", done.out);
    assert!(looks > 20, "{looks}");
    assert!(
        lines.iter().any(|line| line.contains("sleep 0.3")),
        "it saw nothing"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("timeout")),
        "no limit was seen"
    );
    for line in &lines {
        assert!(!line.contains("s3cretvalue9"), "{line:?}");
        assert!(
            !line.contains("private-zone-7") || line.contains("spec.sh"),
            "{line:?}"
        );
    }
    let printed = done
        .out
        .replace("kept-s3cretvalue9", "")
        .replace("COPY=", "");
    assert!(!printed.contains("s3cretvalue9"), "{}", done.out);
}

#[test]
fn values_reach_a_command_as_they_are() {
    let text = script(&plan(
        "param value \"Value\" : text = \"two\\nlines 'and' \\\"more\\\" \\\\ $(touch hacked) `x` \"\nphase one \"One\" {\n  run use `printf '%s' \"$VALUE\" > seen` reads-only\n}\n",
    ));
    let of_spec = run(&text, &[], &[""]);
    assert_eq!(
        seen(&of_spec),
        "two\nlines 'and' \"more\" \\ $(touch hacked) `x` "
    );
    let long = "x".repeat(100_000);
    for value in [
        "-rf",
        "--",
        "a\nb\n",
        "$(touch hacked)",
        "'\"\\",
        "*",
        "~",
        "ü€😀",
        "=",
        &long,
    ] {
        let done = run_in(&[("DEPLOYC_PARAM_VALUE", value)], &text, &[], &[]);
        assert_eq!(seen(&done), value, "{}", done.out);
        assert!(!done.has("hacked"));
    }
}

#[test]
fn a_command_reads_nothing_and_what_it_prints_is_kept_apart() {
    let text = script(&plan(
        r#"
phase one "One" {
  run greedy `cat; echo out; echo warning >&2` idempotent capture answer expect "warning" expect not /^outwarning/
  run use `printf '%s' "$ANSWER" > seen` idempotent
  run dash `-x || echo 'no options'` reads-only expect "no options"
  run lines `printf 'a\nb'` reads-only expect "a\nb"
  run high `exit 130` reads-only expect exit 130
}
"#,
    ));
    let done = run(&text, &[], &["", ""]);
    assert_eq!(done.code, 0, "{}", done.out);
    assert_eq!(seen(&done), "out", "{}", done.out);
}

#[test]
fn expressions_are_read_in_one_dialect_and_line_by_line() {
    let of = |expect: &str| {
        script(&plan(&format!(
            "phase one \"One\" {{\n  run look `printf 'ready\\n42 errors\\n'` reads-only expect {expect}\n}}\n"
        )))
    };
    for expect in [
        "/^\\d+ errors$/",
        "/\\bready\\b/",
        "/(?i)READY/",
        "not /\\d{3}/",
        "/^ready$/",
        "not /ready.42/",
    ] {
        let done = run(&of(expect), &[], &["q"]);
        assert_eq!(done.code, 0, "{expect}: {}", done.out);
    }
    for expect in ["not /\\d+ errors/", "/^\\d+$/", "not /\\S/", "\"\""] {
        let done = run(&of(expect), &[], &["q"]);
        assert_eq!(done.code, 1, "{expect}: {}", done.out);
    }
}

#[test]
fn a_script_is_run_by_the_program_of_its_language() {
    let there = |program: &str| {
        let found = Command::new(program).arg("--version").output();
        found.is_ok_and(|output| output.status.success())
    };
    for (fence, program, body) in [
        (
            "python",
            "python3",
            "import os\nprint(os.environ['REGION'])",
        ),
        ("perl", "perl", "print $ENV{REGION}"),
        ("node", "node", "console.log(process.env.REGION)"),
        ("js", "node", "console.log(process.env.REGION)"),
        ("bash", "bash", "[[ $REGION == eu ]] && echo \"$REGION\""),
    ] {
        if !there(program) {
            continue;
        }
        let body = body.replace('\n', "\n    ");
        let spec = format!(
            "param region \"Region\" : text = \"eu\"\nphase one \"One\" {{\n  run use ```{fence}\n    {body}\n    ```\n    reads-only expect /^eu$/\n}}\n"
        );
        let done = run(&script(&plan(&spec)), &[], &["", "q"]);
        assert_eq!(done.code, 0, "{fence}: {}", done.out);
    }
    let nowhere = "phase one \"One\" {\n  run use ```deno\n    x\n    ```\n    reads-only expect exit 127\n}\n";
    if !there("deno") {
        let done = run(&script(&plan(nowhere)), &[], &["q"]);
        assert_eq!(done.code, 1, "{}", done.out);
        assert!(
            done.out.contains("there is no program called deno here"),
            "{}",
            done.out
        );
    }
    assert!(
        found("phase one \"One\" {\n  run use ```cobol\n    x\n    ```\n    reads-only\n}\n")
            .contains(&"script-language")
    );
}
