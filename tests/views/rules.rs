//! Every rule has an example that it finds, and the same spec mended, in which nothing is found.

use std::collections::BTreeSet;

use deployc::catalogue::RULES;
use deployc::compile;
use deployc::diagnostic::Category;
use deployc::source::NoFiles;

fn found(text: &str) -> Vec<(&'static str, String)> {
    listed(compile::check("example.deploy", text.to_owned(), &NoFiles))
}

fn listed(compilation: compile::Compilation) -> Vec<(&'static str, String)> {
    compilation
        .diagnostics
        .into_iter()
        .map(|finding| (finding.rule.name, finding.message))
        .collect()
}

#[test]
fn every_rule_finds_its_example_and_leaves_the_mended_one_alone() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let bad = listed(compile::example(rule, rule.bad));
        if !bad.iter().any(|(name, _)| *name == rule.name) {
            wrong.push(format!("{} is silent in its example: {bad:?}", rule.name));
        }
        let good = listed(compile::example(rule, rule.good));
        if !good.is_empty() {
            wrong.push(format!(
                "{}: the mended example has findings: {good:?}",
                rule.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_are_named_as_people_write_them() {
    let mut names = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for rule in RULES {
        assert!(
            names.insert(rule.name),
            "two rules are called {}",
            rule.name
        );
        assert!(
            codes.insert(rule.code),
            "two rules have the code {}",
            rule.code
        );
        assert!(
            rule.name
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '-'),
            "{} is not kebab-case",
            rule.name
        );
        assert!(
            rule.code.len() == 5
                && rule.code.starts_with('D')
                && rule.code[1..].bytes().all(|digit| digit.is_ascii_digit()),
            "{} is no code",
            rule.code
        );
        assert!(rule.page.trim().len() > 20, "{} says too little", rule.name);
        assert!(!rule.summary.ends_with('.') && !rule.summary.is_empty());
    }
}

#[test]
fn examples_and_mended_checklists_have_no_finding() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.extension().is_none_or(|end| end != "deploy") {
            continue;
        }
        seen += 1;
        let text = std::fs::read_to_string(&path).expect("the example can be read");
        let found = found(&text);
        assert!(found.is_empty(), "{}: {found:?}", path.display());
    }
    assert!(seen >= 6, "only {seen} examples");
}

/// The headings under which rules stand.
fn heading(category: Category) -> &'static str {
    match category {
        Category::Syntax => "How it is written",
        Category::Names => "Names",
        Category::Values => "Quantities, times and types",
        Category::Structure => "Order",
        Category::Figures => "Bands and thresholds",
        Category::Rollbacks => "Rollbacks",
        Category::Traffic => "Traffic",
        Category::People => "People",
        Category::Times => "Times",
        Category::Commands => "Commands",
        Category::Readiness => "Readiness",
        Category::Queries => "Queries",
        Category::Wording => "Words",
        Category::Platform => "Platforms",
        Category::Fidelity => "Targets: `deployc check --target`",
        Category::Suppressions => "Suppressions",
    }
}

fn page() -> String {
    let mut out = String::from(
        "<!-- Printed from the rules by `UPDATE=1 cargo test --test views rules::`. Don't edit it here. -->\n\n\
         # Rules\n\n\
         What `deployc check` finds. `deployc explain RULE` says of a rule why it is there, with a spec that\n\
         breaks it, what deployc says of that, and the same spec fixed.\n\n\
         An error stops everything behind the check; a warning is likely a mistake; a note is good to\n\
         know. A warning or note that is meant can be allowed where it is found, with a reason:\n\
         `# deployc: allow(RULE, reason = \"…\")`.\n\n\
         <!-- deployc mdbook: a page for each rule -->\n",
    );
    let mut last = "";
    for rule in RULES {
        let family = heading(rule.category);
        if family != last {
            out.push_str(&format!("\n**{family}**\n\n"));
            last = family;
        }
        out.push_str(&format!(
            "- <a id=\"{}-{}\"></a>{} `{}`: {}\n",
            rule.code.to_lowercase(),
            rule.name,
            rule.code,
            rule.name,
            rule.summary
        ));
    }
    out
}

#[test]
fn the_page_of_the_rules_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/rules.md is not what the rules say: `UPDATE=1 cargo test --test views rules::` prints it again"
    );
}

#[test]
fn a_way_back_that_goes_forth_again_is_found_and_no_other() {
    let of = |steps: &str| {
        let text = format!(
            "edition 2026\ndeployment \"D\" {{\n version \"1\"\n on failure rollback quick\n}}\n{steps}"
        );
        let twice = found(&text)
            .into_iter()
            .filter(|(name, _)| *name == "undone-twice");
        twice.count()
    };
    let back = "rollback quick \"Quick\" {\n run back `helm rollback api -n shop`\n check \"It serves\"\n}\n";
    let step = |name: &str, undo: &str| format!("run {name} `./{name}.sh` undo `{undo}`\n");
    let phase = |steps: String| format!("phase one \"One\" {{\n{steps}}}\n");
    let undo = "helm rollback api -n shop";
    assert_eq!(of(&(phase(step("a", undo)) + back)), 1);
    // Another namespace, another release, a revision, or something else by hand.
    for other in [
        "helm rollback api -n other",
        "helm rollback web -n shop",
        "helm rollback api 7 -n shop",
        "./back.sh",
    ] {
        assert_eq!(of(&(phase(step("a", other)) + back)), 0, "{other}");
    }
    // Two steps that go back one after the other; one of two options alone does.
    let alone = "rollback quick \"Quick\" { check \"It serves\" }\n";
    assert_eq!(of(&(phase(step("a", undo) + &step("b", undo)) + alone)), 1);
    let options = format!(
        "choose how \"How\" {{\n option a {{\n{}}}\n option b {{\n{}}}\n}}\n",
        step("a", undo),
        step("b", undo)
    );
    assert_eq!(of(&(phase(options) + alone)), 0);
}

#[test]
fn a_failure_leads_to_no_way_back_that_is_over() {
    let of = |until: &str, otherwise: &str| {
        let text = format!(
            r#"edition 2026
deployment "D" {{
  version "1"
  starts 2026-10-26 07:00 UTC
  on failure rollback quick
}}
phase one "One" at T {{ run a `./a.sh` undo `./b.sh` }}
phase two "Two" at T+15m {{
  check "It serves" {otherwise}
}}
rollback quick "Quick" valid until {until} {{ check "All is as before" }}
"#
        );
        let over = found(&text)
            .into_iter()
            .filter(|(name, _)| *name == "rollback-expires");
        over.map(|(_, message)| message).collect::<Vec<_>>()
    };
    assert_eq!(
        of("T+5m", ""),
        ["the rollback ends at 07:05, and what fails at 07:15 leads to it"]
    );
    assert!(of("T+15m", "").is_empty());
    assert!(of("T+5m", "else stop").is_empty());
}

#[test]
fn what_goes_into_a_file_shows_nothing() {
    let of = |command: &str| {
        let text = format!(
            "edition 2026\ndeployment \"D\" {{ version \"1\" }}\nphase one \"One\" {{\n run look \"Pods\" `{command}` reads-only\n}}\n"
        );
        found(&text).iter().any(|(name, _)| *name == "unjudged")
    };
    assert!(of("kubectl get pods -A"));
    assert!(of("kubectl get pods -A 2> errors.txt"));
    assert!(of("kubectl get pods -A 2>&1"));
    assert!(!of("kubectl get pods -A > pods.txt"));
    assert!(!of("kubectl get pods -A -o yaml 1>>pods.yaml"));
}

#[test]
fn what_ends_nothing_fails() {
    let of = |command: &str| {
        let text = format!(
            "edition 2026\ndeployment \"D\" {{ version \"1\" }}\nphase one \"One\" {{\n run end \"End it\" ```bash\n  {command}\n  ```\n}}\n"
        );
        let all = found(&text).into_iter();
        all.filter(|(name, _)| *name == "not-repeatable").count()
    };
    assert_eq!(of("pkill -f migration-runner"), 1);
    assert_eq!(of("killall migration-runner"), 1);
    assert_eq!(of("pkill -f migration-runner\n  ./status"), 1);
    for well in [
        "pkill -f migration-runner || true",
        "if pkill -f migration-runner; then echo ended; fi",
        "kubectl apply -f pkill.yaml",
    ] {
        assert_eq!(of(well), 0, "{well}");
    }
}

#[test]
fn what_takes_back_tells_or_waits_is_read_as_any_other_command() {
    let of = |step: &str| {
        let text = format!(
            "edition 2026\ndeployment \"D\" {{ version \"1\" }}\nsecret token \"T\"\nphase one \"One\" {{\n {step}\n}}\n"
        );
        let all = found(&text).into_iter();
        all.filter(|(name, _)| *name != "unused")
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    let places = |command: &str| {
        [
            format!("run a \"A\" `./a` undo `{command}`"),
            format!("run a \"A\" `./a` irreversible probe `{command}`"),
            format!("wait ready \"Ready\" for `{command}` every 10s within 5m"),
        ]
    };
    for (command, rule) in [
        ("./back 'oops", "shell-syntax"),
        ("kubectl delete pod <pod> -n shop", "placeholder"),
        ("./back \\\"$NOBODY\\\"", "undeclared-variable"),
        (
            "curl -u \\\"a:$TOKEN\\\" -f https://a.internal/",
            "secret-in-sight",
        ),
        ("curl https://a.internal/", "never-fails"),
        ("kubectl logs -f deployment/a -n shop", "endless-command"),
    ] {
        let command = command.replace('\\', "");
        for step in places(&command) {
            // A step that is bounded is, and so is a wait.
            let bounded = rule == "endless-command" && step.contains("within");
            let found = of(&step);
            assert_eq!(found.contains(&rule), !bounded, "{step}: {found:?}");
        }
    }
    for step in places("curl -f https://a.internal/") {
        let found = of(&step);
        assert!(!found.contains(&"never-fails"), "{step}: {found:?}");
    }
}
