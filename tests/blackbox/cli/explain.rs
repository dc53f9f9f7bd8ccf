//! `deployc explain`.

use deployc::catalogue::RULES;

use super::bench::Bench;

#[test]
fn all_rules_are_listed() {
    let run = Bench::new().run(&["explain"]).ends(0).silent();
    for rule in RULES {
        let line = run
            .out
            .lines()
            .find(|line| line.starts_with(rule.code))
            .unwrap_or_else(|| panic!("{} is missing", rule.code));
        assert!(
            line.contains(rule.name) && line.contains(rule.summary),
            "{line}"
        );
    }
}

#[test]
fn every_page_shows_what_the_rule_says_of_its_example() {
    let bench = Bench::new();
    for rule in RULES {
        let run = bench.run(&["explain", rule.code]).ends(0).silent();
        assert_eq!(bench.run(&["explain", rule.name]).out, run.out);
        assert!(run.out.contains(rule.summary), "{}", run.out);
        if rule.bad.is_empty() {
            // tests/views/rules.rs holds that there is an example
            continue;
        }
        let says = format!("{}[{} {}]", rule.level.name(), rule.code, rule.name);
        assert!(
            run.out.contains("What deployc says:") && run.out.contains(&says),
            "{}",
            run.out
        );
        assert_eq!(
            run.out.contains("To allow it where it is meant:"),
            rule.allowable,
            "{}",
            run.out
        );
    }
}

#[test]
fn an_unknown_rule_is_misuse_with_a_suggestion() {
    let bench = Bench::new();
    bench
        .run(&["explain", "unknown-wort"])
        .ends(2)
        .prints("")
        .complains(
            "error: there is no rule `unknown-wort`\n  = help: did you mean `unknown-word`?\n",
        );
    bench.run(&["explain", "xyzzy"]).ends(2).complains(
        "error: there is no rule `xyzzy`\n  = help: `deployc explain` lists all rules\n",
    );
    bench.run(&["explain", "d0102"]).ends(0);
}
