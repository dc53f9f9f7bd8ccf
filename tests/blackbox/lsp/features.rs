//! Every feature that is about one place of one file.

use serde_json::{Value, json};

use super::client::{Client, slice, uri};
use super::{SPEC, opened};

const FILE: &str = "checkout.deploy";

fn hover(client: &mut Client, words: &str) -> String {
    let params = client.before(FILE, words);
    let answer = client.ask("textDocument/hover", params);
    answer["contents"]["value"]
        .as_str()
        .unwrap_or_else(|| panic!("something is said of `{words}`"))
        .to_owned()
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is said:\n{text}");
    }
}

#[test]
fn hover_says_what_stands_there() {
    let mut client = opened();
    // A quantity in base units.
    says(
        &hover(&mut client, "200ms"),
        &["**0.2** seconds", "duration"],
    );
    says(&hover(&mut client, "0.5%"), &["**0.005** 1 = 100%"]);
    // A metric with its query and its meaning, also over an alias into the standard library.
    says(
        &hover(&mut client, "error-rate < 0.5%, slow"),
        &[
            "How many requests fail.",
            "percent in ratio",
            "Lower is better",
            "No data pauses",
            "```promql",
            "http_requests_total",
        ],
    );
    says(&hover(&mut client, "slow < 200ms"), &["histogram_quantile"]);
    // A phase with its computed window.
    says(
        &hover(&mut client, "clean \"Clean"),
        &["phase clean", "09:15–09:25"],
    );
    // Now that it was checked, its query is the one that is asked.
    let asked = hover(&mut client, "slow < 200ms");
    says(&asked, &["histogram_quantile(0.99", "[5m]"]);
    // Times, words, modules, people, variables.
    says(&hover(&mut client, "T-1h"), &["Tue 2026-03-10 08:00"]);
    says(
        &hover(&mut client, "hold watch-it"),
        &["**hold**", "the whole time"],
    );
    says(
        &hover(&mut client, "std/http"),
        &["`error-rate`", "`latency`"],
    );
    says(
        &hover(&mut client, "lead\n  on failure"),
        &["role lead", "@lead"],
    );
    says(
        &hover(&mut client, "migrate}"),
        &["param migrate", "$MIGRATE"],
    );
    says(
        &hover(&mut client, "SERVICE_NAMESPACE"),
        &["service : service"],
    );
    client.leave();
}

#[test]
fn hover_shows_texts_and_comments_as_words() {
    let mut client = Client::new();
    let text = "edition 2026\n\n# <script>x</script> and <!-- a comment\nmetric m \"M\" (c : text) : number {\n  better lower\n  \
                prometheus `sum(x{a=\"$c\"})`\n}\n\nseverity bad \"Bad\" {\n  note \"\"\"\n    ```\n    <b>\n    ```\n    \"\"\"\n  \
                when \"it is\"\n  then pause\n}\n\nescalation {\n  bad to lead\n}\n\nrole lead \"Lead\"\n\nalert a when m(\"1\") > 5 then page lead\n";
    client.open(FILE, text);
    let metric = hover(&mut client, "m(\"1\")");
    says(
        &metric,
        &[
            "&lt;script>x&lt;/script> and &lt;!-- a comment",
            "```promql",
        ],
    );
    let severity = hover(&mut client, "bad \"Bad\"");
    says(&severity, &["````deploy\n", "\n````"]);
    client.leave();
}

#[test]
fn hover_on_an_allowance_is_the_page_of_its_rule() {
    let mut client = Client::new();
    let text = "edition 2026\n\n# deployc: allow(unused, reason = \"soon\")\nparam x : text\n";
    client.open(FILE, text);
    says(&hover(&mut client, "unused"), &["D0203", "nothing uses"]);
    client.leave();
}

fn labels(client: &mut Client, place: Value) -> Vec<String> {
    let answer = client.ask("textDocument/completion", place);
    answer["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| item["label"].as_str().expect("a label").to_owned())
        .collect()
}

#[track_caller]
fn offers(found: &[String], wanted: &[&str], unwanted: &[&str]) {
    for word in wanted {
        assert!(found.iter().any(|one| one == word), "`{word}` in {found:?}");
    }
    for word in unwanted {
        assert!(
            !found.iter().any(|one| one == word),
            "no `{word}` in {found:?}"
        );
    }
}

#[test]
fn completion_knows_the_place() {
    // (what is typed behind the whole spec, what is offered, what is not)
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("ph", &["phase", "service"], &["check", "shift"]),
        (
            "phase x {\n  ",
            &["check", "run", "shift", "hold"],
            &["service", "metric"],
        ),
        (
            "service x {\n  ",
            &["namespace", "replicas", "traffic"],
            &["check"],
        ),
        (
            "metric x : percent {\n  ",
            &["better", "prometheus"],
            &["check"],
        ),
        (
            "phase x {\n  shift ",
            &["checkout"],
            &["lead", "error-rate"],
        ),
        (
            "phase x {\n  check \"a\" by ",
            &["lead"],
            &["checkout", "ops"],
        ),
        ("phase x {\n  notify ", &["ops", "lead"], &["checkout"]),
        (
            "phase x {\n  include ",
            &["reachable", "common.smoke"],
            &["error-rate"],
        ),
        (
            "phase x after ",
            &["rollout", "prepare", "rollout/deploy"],
            &["lead"],
        ),
        (
            "phase x {\n  hold 5m while ",
            &["error-rate", "slow", "http.error-rate"],
            &["lead"],
        ),
        (
            "phase x {\n  require error-rate < 5",
            &["5%"],
            &["5ms", "5MiB"],
        ),
        (
            "phase x {\n  require slow < 5",
            &["5ms", "5s"],
            &["5%", "5MiB"],
        ),
        ("phase x {\n  hold 5", &["5m", "5h"], &["5%"]),
        ("phase x {\n  require error-rate < ", &["0.5%"], &["200ms"]),
        (
            "severity s {\n  when error-rate > 1% then ",
            &["rollback quick", "pause", "page lead"],
            &[],
        ),
        (
            "phase x {\n  check \"a\" ",
            &["by", "at", "else", "done"],
            &["checkout"],
        ),
        (
            "phase x {\n  run a `true` ",
            &["reads-only", "undo", "expect"],
            &[],
        ),
        (
            "phase x {\n  run a `echo $",
            &["MIGRATE", "CHECKOUT", "CHECKOUT_NAMESPACE"],
            &["lead"],
        ),
        ("phase x {\n  note \"about {", &["migrate"], &["lead"]),
        (
            "phase x {\n  include reachable(",
            &["service", "times", "checkout"],
            &[],
        ),
        (
            "use ",
            &["std/http", "std/kubernetes", "./common"],
            &["./checkout"],
        ),
        (
            "use std/kubernetes { ",
            &["pods-ready", "restarts"],
            &["phase"],
        ),
        ("# deployc: allow(", &["unused", "no-rollback"], &["syntax"]),
        ("metric x \"X\" : ", &["percent", "duration"], &["checkout"]),
        (
            "test \"t\" {\n  given error-rate = 7% from ",
            &["rollout", "clean"],
            &["lead"],
        ),
        (
            "phase x {\n  choose y {\n    option z {\n    }\n  }\n}\ntest \"t\" {\n  given ",
            &["migrate", "slow", "x/y"],
            &["lead", "x/y/z", "rollout"],
        ),
        (
            "phase x {\n  choose y {\n    option z {\n    }\n  }\n}\ntest \"t\" {\n  given x/y = ",
            &["z"],
            &["no-data", "migrate"],
        ),
        (
            "test \"t\" {\n  given migrate = ",
            &["yes", "no"],
            &["no-data", "migrate"],
        ),
        ("canary checkout {\n", &[], &[]),
    ];
    let mut client = opened();
    for (typed, wanted, unwanted) in cases {
        let text = format!("{SPEC}\n{typed}");
        let whole = client.texts[FILE].len();
        client.edit(FILE, 0..whole, &text);
        let place = client.at(FILE, text.len());
        let found = labels(&mut client, place);
        println!("{typed:?}");
        offers(&found, wanted, unwanted);
    }
    client.leave();
}

#[test]
fn completion_replaces_what_was_typed() {
    let mut client = opened();
    let text = format!("{SPEC}\nphase x {{\n  require slow < 5");
    let whole = client.texts[FILE].len();
    client.edit(FILE, 0..whole, &text);
    let place = client.at(FILE, text.len());
    let answer = client.ask("textDocument/completion", place);
    let item = answer["items"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|item| item["label"] == "5ms")
        .expect("it is offered")
        .clone();
    let after = client.after(FILE, &json!([item["textEdit"]]));
    assert!(after.ends_with("require slow < 5ms"));
    client.leave();
}

#[test]
fn the_likeliest_unit_stands_first() {
    let mut client = opened();
    for (typed, first) in [
        ("phase x {\n  hold 15", "15m"),
        ("phase x {\n  require slow < 200ms for 5", "5m"),
        ("phase x {\n  require slow < 20", "20ms"),
        ("phase x takes 10", "10m"),
        ("phase x {\n  require error-rate < 1", "1%"),
        (
            "metric burn-rate \"Burn rate\" : ratio in ratio\nphase x {\n  require burn-rate < 2",
            "2x",
        ),
    ] {
        let text = format!("{SPEC}\n{typed}");
        let whole = client.texts[FILE].len();
        client.edit(FILE, 0..whole, &text);
        let place = client.at(FILE, text.len());
        let found = labels(&mut client, place);
        assert_eq!(found.first().map(String::as_str), Some(first), "{typed}");
    }
    client.leave();
}

#[test]
fn signature_help_follows_the_arguments() {
    let mut client = opened();
    for (typed, active) in [("(", 0), ("(checkout, ", 1), ("(times = 2", 1)] {
        let text = format!("{SPEC}\nphase x {{\n  include reachable{typed}");
        let whole = client.texts[FILE].len();
        client.edit(FILE, 0..whole, &text);
        let place = client.at(FILE, text.len());
        let help = client.ask("textDocument/signatureHelp", place);
        let signature = &help["signatures"][0];
        assert_eq!(
            signature["label"],
            "reachable(service : service, times : count = 3)"
        );
        assert_eq!(help["activeParameter"], active, "{typed}");
    }
    client.leave();
}

#[test]
fn symbols_are_the_outline() {
    let mut client = opened();
    let params = client.file(FILE);
    let symbols = client.ask("textDocument/documentSymbol", params);
    let named = |list: &Value, name: &str| -> Value {
        list.as_array()
            .expect("a list")
            .iter()
            .find(|symbol| symbol["name"] == name)
            .unwrap_or_else(|| panic!("`{name}` in {list}"))
            .clone()
    };
    let rollout = named(&symbols, "rollout");
    assert_eq!(rollout["detail"], "phase Rollout");
    let hold = named(&rollout["children"], "watch-it");
    named(&hold["children"], "logs");
    let selected = slice(SPEC, &rollout["selectionRange"]);
    assert_eq!(selected, "rollout");
    let found = client.ask("workspace/symbol", json!({ "query": "smk" }));
    let smoke = named(&found, "smoke");
    assert_eq!(smoke["location"]["uri"], uri("common.deploy"));
    client.leave();
}

#[test]
fn a_client_without_nested_symbols_gets_a_list() {
    let mut client = Client::with(json!({}));
    client.open(FILE, SPEC);
    let params = client.file(FILE);
    let symbols = client.ask("textDocument/documentSymbol", params);
    let logs = symbols
        .as_array()
        .expect("a list")
        .iter()
        .find(|symbol| symbol["name"] == "logs")
        .expect("it is there");
    assert_eq!(logs["containerName"], "watch-it");
    client.leave();
}

/// The tokens of an answer: the text of each, and its type.
fn tokens(client: &mut Client, method: &str, params: Value) -> Vec<(String, String)> {
    let legend = client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    let answer = client.ask(method, params);
    let data: Vec<u64> = answer["data"]
        .as_array()
        .expect("numbers")
        .iter()
        .map(|number| number.as_u64().expect("a number"))
        .collect();
    let text = client.texts[FILE].clone();
    let (mut line, mut column) = (0, 0);
    data.chunks(5)
        .map(|token| {
            column = if token[0] == 0 {
                column + token[1]
            } else {
                token[1]
            };
            line += token[0];
            let range = json!({
                "start": { "line": line, "character": column },
                "end": { "line": line, "character": column + token[2] },
            });
            let kind = legend[token[3] as usize].as_str().expect("a type");
            (slice(&text, &range).to_owned(), kind.to_owned())
        })
        .collect()
}

#[test]
fn semantic_tokens_say_what_names_stand_for() {
    let mut client = opened();
    let params = client.file(FILE);
    let found = tokens(&mut client, "textDocument/semanticTokens/full", params);
    let has = |text: &str, kind: &str| {
        assert!(
            found.iter().any(|(t, k)| t == text && k == kind),
            "`{text}` is a {kind}: {:?}",
            found.iter().filter(|(t, _)| t == text).collect::<Vec<_>>()
        );
    };
    has("phase", "keyword");
    has("shift", "keyword");
    has("checkout", "class");
    has("25%", "number");
    has("http", "namespace");
    has("latency", "property");
    has("reachable", "function");
    has("# How many requests fail.", "comment");
    has("CHECKOUT_NAMESPACE", "variable");
    has("migrate", "variable");
    has("<", "operator");
    // A range has the tokens that the whole file has there.
    let range = json!({
        "textDocument": { "uri": uri(FILE) },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 3, "character": 0 } },
    });
    let part = tokens(&mut client, "textDocument/semanticTokens/range", range);
    assert!(!part.is_empty() && found.starts_with(&part));
    client.leave();
}

#[test]
fn blocks_comments_and_imports_fold() {
    let mut client = opened();
    let params = client.file(FILE);
    let folds = client.ask("textDocument/foldingRange", params);
    let line = |words: &str| {
        let at = SPEC.find(words).expect("it is there");
        SPEC[..at].matches('\n').count() as u64
    };
    let folds = folds.as_array().expect("a list");
    let fold = |start: u64| {
        folds
            .iter()
            .find(|fold| fold["startLine"] == start)
            .unwrap_or_else(|| panic!("line {start} folds: {folds:?}"))
    };
    assert_eq!(
        fold(line("hold watch-it"))["endLine"],
        line("check logs"),
        "the line of the brace stays"
    );
    assert_eq!(fold(line("use std"))["kind"], "imports");
    client.leave();
}

#[test]
fn selections_grow_with_the_tree() {
    let mut client = opened();
    let at = client.before(FILE, "0.5%, slow");
    let answer = client.ask(
        "textDocument/selectionRange",
        json!({ "textDocument": at["textDocument"], "positions": [at["position"]] }),
    );
    let mut texts = Vec::new();
    let mut here = answer[0].clone();
    loop {
        texts.push(slice(SPEC, &here["range"]).to_owned());
        match here.get("parent") {
            Some(parent) => here = parent.clone(),
            None => break,
        }
    }
    assert_eq!(texts[0], "0.5%");
    assert!(texts.contains(&"error-rate < 0.5%".to_owned()));
    assert!(texts.windows(2).all(|pair| pair[0].len() < pair[1].len()));
    assert_eq!(texts.last().map(String::as_str), Some(SPEC));
    client.leave();
}

#[test]
fn formatting_changes_no_more_than_it_must() {
    let mut client = Client::new();
    let text =
        "edition 2026\nparam   a : text\n\n\n\nphase b \"ä\" {\n check   \"x\"\n  check \"y\"\n}\n";
    client.open(FILE, text);
    let params = json!({
        "textDocument": { "uri": uri(FILE) },
        "options": { "tabSize": 2, "insertSpaces": true },
    });
    let edits = client.ask("textDocument/formatting", params.clone());
    let after = client.after(FILE, &edits);
    let (file, _) = deployc::syntax::parse(deployc::source::SourceId(0), text);
    assert_eq!(after, deployc::syntax::format(&file, text));
    for edit in edits.as_array().expect("edits") {
        assert!(!slice(text, &edit["range"]).contains("check \"y\""));
    }
    // The range of one statement leaves the others alone.
    let at = text.find("check   ").expect("it is there");
    let mut params = params;
    params["range"] = json!({
        "start": super::client::position(text, at),
        "end": super::client::position(text, at + 3),
    });
    let edits = client.ask("textDocument/rangeFormatting", params);
    let after = client.after(FILE, &edits);
    assert_eq!(after, text.replace(" check   \"x\"", "  check \"x\""));
    client.leave();
}

#[test]
fn hints_say_times_and_shares() {
    let mut client = opened();
    let answer = client.ask(
        "textDocument/inlayHint",
        json!({
            "textDocument": { "uri": uri(FILE) },
            "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } },
        }),
    );
    let hints: Vec<(&str, String)> = answer
        .as_array()
        .expect("a list")
        .iter()
        .map(|hint| {
            let at = super::client::offset(SPEC, &hint["position"]);
            let line = SPEC[..at].rsplit('\n').next().expect("a line");
            (line, hint["label"].as_str().expect("a text").to_owned())
        })
        .collect();
    let has = |line: &str, label: &str| {
        assert!(
            hints
                .iter()
                .any(|(l, hint)| l.ends_with(line) && hint.contains(label)),
            "`{label}` behind `{line}`: {hints:#?}"
        );
    };
    has("at T-1h", "Tue 2026-03-10 08:00");
    has("at 09:00", "2026-03-10 09:00");
    has("phase clean", "09:15–09:25");
    has("shift checkout to 25%", "2 of 7 pods, 28.6%");
    client.leave();
}

#[test]
fn lenses_tell_of_targets_and_tests() {
    let mut client = opened();
    let params = client.file(FILE);
    let lenses = client.ask("textDocument/codeLens", params);
    let titles: Vec<&str> = lenses
        .as_array()
        .expect("a list")
        .iter()
        .map(|lens| lens["command"]["title"].as_str().expect("a title"))
        .collect();
    for start in [
        "runbook",
        "graph",
        "markdown: 25 exact",
        "argo-rollouts: ",
        "✓ passes",
    ] {
        assert!(
            titles.iter().any(|title| title.starts_with(start)),
            "{start}: {titles:?}"
        );
    }
    let test = lenses
        .as_array()
        .expect("a list")
        .iter()
        .find(|lens| lens["command"]["command"] == "deployc.test")
        .expect("a test can be run");
    assert!(slice(SPEC, &test["range"]).starts_with("test \"a bad canary"));
    let result = client.ask("workspace/executeCommand", test["command"].clone());
    assert_eq!(result["passed"], true);
    assert_eq!(result["tests"][0]["title"], "a bad canary rolls back");
    client.leave();
}

#[test]
fn commands_show_what_stands_in_the_editor() {
    let mut client = opened();
    client.replace(FILE, "The old pods are gone", "Nothing is left of it");
    let mut command = |name: &str, form: &str| {
        client.ask(
            "workspace/executeCommand",
            json!({ "command": name, "arguments": [uri(FILE), form] }),
        )
    };
    let runbook = command("deployc.preview", "markdown");
    says(
        runbook["text"].as_str().expect("a text"),
        &["# Checkout 2.4", "Nothing is left of it"],
    );
    let graph = command("deployc.preview", "graph");
    says(
        graph["text"].as_str().expect("a text"),
        &["<svg", "Rollout"],
    );
    let account = command("deployc.fidelity", "flagger");
    assert!(
        account["nodes"]
            .as_array()
            .is_some_and(|nodes| nodes.len() > 5)
    );
    client.leave();
}

#[test]
fn modules_and_addresses_are_links() {
    let mut client = opened();
    let params = client.file(FILE);
    let links = client.ask("textDocument/documentLink", params);
    let links: Vec<(&str, &str)> = links
        .as_array()
        .expect("a list")
        .iter()
        .map(|link| {
            (
                slice(SPEC, &link["range"]),
                link["target"].as_str().expect("a target"),
            )
        })
        .collect();
    assert!(
        links.contains(&("./common", "file:///project/common.deploy")),
        "{links:?}"
    );
    assert!(
        links.contains(&("std/http", "file:///kept/std/http.deploy")),
        "{links:?}"
    );
    let grafana = "https://grafana.example.com/d/1";
    assert!(links.contains(&(grafana, grafana)), "{links:?}");
    client.leave();
}
