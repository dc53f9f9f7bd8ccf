//! `deployc timeline`.

use super::bench::{BROKEN, Bench, CLEAN};

const SPEC: &str = r#"edition 2026

deployment "Checkout <2.4>" {
  starts 2026-03-10 09:00 Europe/Berlin
  lasts 1h..2h
}

phase staging "Staging" from T-24h to T-12h {
  check works "It works"
}

phase early "Is everybody there?" at 08:30 takes 15m {
  check all "All are there"
}

phase rollout "A rollout with a title that is much longer than any column has room for it" at 09:00 {
  hold first "First" 30m
  gate go "Go or no-go" {
    require "It looks good"
  }
  hold second "Second" 30m
}

rollback back "Back" within 5m {
  check gone "It is gone"
}
"#;

#[test]
fn bars_stand_beside_the_clock() {
    let bench = Bench::with(&[("a.deploy", SPEC)]);
    let run = bench
        .run(&["timeline", "a.deploy", "--width", "80"])
        .ends(0)
        .silent();
    insta::assert_snapshot!(run.out, @r"
    Checkout <2.4>: T is 2026-03-10 09:00 Europe/Berlin

    Mon 2026-03-09                                                    takes    slack
    09:00 21:00  Staging                            ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒    12h  +11h30m

    Tue 2026-03-10                                                    takes    slack
    08:30 08:45  Is everybody there?                ▒▒···               15m     +15m
    09:00 10:00  A rollout with a title that is..        ███████████     1h
    09:00 09:30    First                                 █████          30m
    09:30          Go or no-go                                ◆
    09:30 10:00    Second                                     ██████    30m

    ends 2026-03-10 10:00 Europe/Berlin (T+1h), said to last 1h..2h
    rollback: Back, within 5m
    █ determines the end   ▒ does not   · slack: so much later it may end
    ");
}

#[test]
fn no_line_is_wider_than_asked_for() {
    let bench = Bench::with(&[("a.deploy", SPEC)]);
    for width in ["60", "70", "80", "100", "120", "200"] {
        let run = bench
            .run(&["timeline", "a.deploy", "--width", width])
            .ends(0);
        let most: usize = width.parse().expect("a number");
        let bars = run
            .out
            .lines()
            .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        for line in bars.filter(|line| line.contains('█') || line.contains('▒')) {
            assert!(line.chars().count() <= most, "{width}: {line}");
        }
    }
}

#[test]
fn bars_are_ascii_where_the_locale_is_not_utf_8_and_colours_come_where_asked_for() {
    let bench = Bench::with(&[("a.deploy", SPEC)]);
    let output = bench
        .command(&["timeline", "a.deploy"])
        .env("LC_ALL", "C")
        .output()
        .expect("it starts");
    assert!(output.stdout.is_ascii());
    assert!(String::from_utf8_lossy(&output.stdout).contains("####"));
    let run = bench
        .run(&["timeline", "a.deploy", "--color", "always"])
        .ends(0);
    assert!(run.out.contains("\u{1b}[31m"), "{run:#?}");
}

#[test]
fn other_forms_are_made() {
    let bench = Bench::with(&[("a.deploy", SPEC)]);
    let svg = bench
        .run(&["timeline", "a.deploy", "--format", "svg"])
        .ends(0)
        .silent();
    assert!(svg.out.starts_with("<svg xmlns="), "{svg:#?}");
    assert!(svg.out.contains("Checkout &lt;2.4&gt;"), "{svg:#?}");
    assert!(svg.out.ends_with("</svg>\n"));
    let json = bench
        .run(&["timeline", "a.deploy", "--format", "json"])
        .ends(0)
        .silent();
    let document: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(document["ends_seconds"], 3600);
    let early = &document["days"][1]["bars"][0];
    assert_eq!(early["id"], "early");
    assert_eq!(early["starts_seconds"], -1800);
    assert_eq!(early["slack_seconds"], 900);
    assert_eq!(early["critical"], false);
    let rollout = &document["days"][1]["bars"][1];
    assert_eq!(rollout["critical"], true);
    assert_eq!(rollout["slack_seconds"], 0);
}

#[test]
fn without_times_or_a_sound_spec_there_is_none() {
    let bench = Bench::with(&[
        ("a.deploy", CLEAN),
        ("b.deploy", BROKEN),
        ("m.deploy", "edition 2026\n\nrole x \"X\"\n"),
    ]);
    let run = bench.run(&["timeline", "a.deploy"]).ends(2).prints("");
    assert!(run.err.contains("no times are known"), "{run:#?}");
    bench.run(&["timeline", "b.deploy"]).ends(1).prints("");
    bench.run(&["timeline", "m.deploy"]).ends(2).prints("");
    bench.run(&["timeline", "gone.deploy"]).ends(2);
    bench.run(&["timeline", "a.deploy", "--width", "3"]).ends(2);
}
