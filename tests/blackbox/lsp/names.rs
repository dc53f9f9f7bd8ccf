//! Definition, references, rename, highlight, calls: in this file and across files.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::{Client, slice, uri};
use super::{COMMON, SPEC, opened};

const FILE: &str = "checkout.deploy";

/// Where a name is declared: the file, and the line.
fn definition(client: &mut Client, words: &str) -> (String, String) {
    let params = client.before(FILE, words);
    let answer = client.ask("textDocument/definition", params);
    let target = answer["uri"].as_str().expect("a place").to_owned();
    let path = target.trim_start_matches("file://").to_owned();
    let text = match client.texts.get(path.trim_start_matches("/project/")) {
        Some(text) => text.clone(),
        None => client.files.texts.lock().expect("no panic")[&path].clone(),
    };
    let line = answer["range"]["start"]["line"].as_u64().expect("a line") as usize;
    let line = text.lines().nth(line).expect("it is there").to_owned();
    (path, line)
}

#[test]
fn definitions_are_found_in_every_kind_of_place() {
    let mut client = opened();
    let here = "/project/checkout.deploy";
    for (words, path, line) in [
        ("lead\n  on failure", here, "role lead"),
        ("quick\n}", here, "rollback quick"),
        ("checkout to 25%", here, "service checkout"),
        ("error-rate < 0.5%, slow", here, "metric error-rate"),
        ("slow < 200ms", here, "metric slow"),
        ("ops \"Live", here, "channel ops"),
        ("prepare {", here, "phase prepare"),
        ("rollout\n  expect", here, "phase rollout"),
        ("reachable(checkout)", here, "checklist reachable"),
        ("checkout)\n}", here, "service checkout"),
        ("CHECKOUT_NAMESPACE", here, "service checkout"),
        ("SERVICE_NAMESPACE", here, "checklist reachable"),
        ("migrate} is", here, "param migrate"),
        (
            "smoke\n  shift",
            "/project/common.deploy",
            "checklist smoke",
        ),
        (
            "latency(checkout",
            "/kept/std/http.deploy",
            "metric latency",
        ),
        ("./common", "/project/common.deploy", "edition 2026"),
    ] {
        // Some of these words stand in more places; the place is what counts.
        let params = client.before(FILE, words);
        assert!(params["position"].is_object(), "{words}");
        let (found, text) = definition(&mut client, words);
        assert_eq!(found, path, "{words}");
        assert!(text.trim_start().starts_with(line), "{words}: {text}");
    }
    client.leave();
}

#[test]
fn references_are_found_in_every_file() {
    let mut client = opened();
    client.files.texts.lock().expect("no panic").insert(
        "/project/other.deploy".to_owned(),
        "edition 2026\nuse ./common { smoke }\nphase p {\n  include smoke\n  include common.smoke\n}\n".to_owned(),
    );
    let mut params = client.before(FILE, "smoke\n  shift");
    params["context"] = json!({ "includeDeclaration": true });
    let found = client.ask("textDocument/references", params.clone());
    let places: Vec<String> = found
        .as_array()
        .expect("a list")
        .iter()
        .map(|place| {
            format!(
                "{}:{}",
                place["uri"]
                    .as_str()
                    .expect("an address")
                    .rsplit('/')
                    .next()
                    .expect("a name"),
                place["range"]["start"]["line"]
            )
        })
        .collect();
    let line = SPEC[..SPEC.find("include common.smoke").expect("it is there")]
        .matches('\n')
        .count();
    assert_eq!(
        places,
        [
            format!("checkout.deploy:{line}"),
            "common.deploy:3".to_owned(),
            "other.deploy:1".to_owned(),
            "other.deploy:3".to_owned(),
            "other.deploy:4".to_owned(),
        ]
    );
    params["context"] = json!({ "includeDeclaration": false });
    let without = client.ask("textDocument/references", params);
    assert_eq!(without.as_array().map(Vec::len), Some(4));
    client.leave();
}

#[test]
fn files_that_come_and_change_are_seen_whether_or_not_they_are_watched() {
    for watches in [false, true] {
        let mut client = Client::with(json!({
            "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": watches } },
        }));
        client.open(
            FILE,
            "edition 2026\nuse ./common\nphase p {\n  include common.smoke\n}\n",
        );
        let places = |client: &mut Client| {
            let mut params = client.before(FILE, "smoke");
            params["context"] = json!({ "includeDeclaration": true });
            let found = client.ask("textDocument/references", params);
            found.as_array().map_or(0, Vec::len)
        };
        let write = |client: &mut Client, name: &str, text: &str| {
            let path = format!("/project/{name}");
            let mut files = client.files.texts.lock().expect("no panic");
            files.insert(path, text.to_owned());
            drop(files);
            if watches {
                let change = json!({ "changes": [{ "uri": uri(name), "type": 2 }] });
                client.tell("workspace/didChangeWatchedFiles", change);
            }
        };
        assert_eq!(places(&mut client), 0);
        write(&mut client, "common.deploy", COMMON);
        assert_eq!(places(&mut client), 2);
        let other = "edition 2026\nuse ./common { smoke }\n";
        write(&mut client, "other.deploy", other);
        assert_eq!(places(&mut client), 3);
        write(&mut client, "other.deploy", "edition 2026\n");
        assert_eq!(places(&mut client), 2);
        client.leave();
    }
}

#[test]
fn highlights_stay_in_the_file() {
    let mut client = opened();
    let params = client.before(FILE, "error-rate > 5%");
    let found = client.ask("textDocument/documentHighlight", params);
    let texts: BTreeSet<&str> = found
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| slice(SPEC, &one["range"]))
        .collect();
    assert_eq!(texts, BTreeSet::from(["error-rate"]));
    assert_eq!(found.as_array().map(Vec::len), Some(6));
    client.leave();
}

/// The texts of all files after a rename.
fn renamed(client: &mut Client, words: &str, name: &str) -> Vec<(String, String)> {
    let mut params = client.before(FILE, words);
    params["newName"] = json!(name);
    let edit = client.ask("textDocument/rename", params);
    let mut changed = Vec::new();
    for (uri, edits) in edit["changes"].as_object().expect("changes") {
        let path = uri.trim_start_matches("file://");
        let text = client.files.texts.lock().expect("no panic")[path].clone();
        let after = super::client::apply(&text, edits.as_array().expect("edits"));
        changed.push((path.to_owned(), after));
    }
    changed.sort();
    changed
}

/// What a check says of a text, beside its name.
fn errors(text: &str) -> Vec<String> {
    struct Common;
    impl deployc::source::Loader for Common {
        fn load(
            &self,
            _from: &str,
            path: &str,
        ) -> Result<(String, String), deployc::source::LoadError> {
            Ok((format!("{path}.deploy"), COMMON.to_owned()))
        }
    }
    deployc::compile::check("x.deploy", text.to_owned(), &Common)
        .diagnostics
        .iter()
        .filter(|finding| finding.level == deployc::diagnostic::Level::Error)
        .map(|finding| finding.message.clone())
        .collect()
}

#[test]
fn a_rename_keeps_the_meaning() {
    assert_eq!(errors(SPEC), Vec::<String>::new());
    for (words, name, gone) in [
        ("error-rate \"Error", "failures", "error-rate <"),
        ("checkout \"Checkout\"", "web-shop", "shift checkout"),
        ("lead \"Release", "boss", "by lead"),
        ("quick \"Quick", "fast", "rollback quick"),
        ("rollout \"Rollout\"", "go", "from rollout"),
        ("prepare \"Prep", "first", "after prepare"),
        ("reachable \"Reach", "seen", "include reachable"),
        ("service : service", "target", "$SERVICE_NAMESPACE"),
        ("migrate \"Does", "move-data", "{migrate}"),
        ("ops slack", "war-room", "notify ops"),
    ] {
        let mut client = opened();
        let changed = renamed(&mut client, words, name);
        let [(path, after)] = changed.as_slice() else {
            panic!("{words}: one file changes");
        };
        assert_eq!(path, "/project/checkout.deploy");
        assert!(
            !after.contains(gone),
            "{words}: `{gone}` is left in\n{after}"
        );
        assert_eq!(errors(after), Vec::<String>::new(), "{words}:\n{after}");
        client.leave();
    }
}

#[test]
fn a_rename_reaches_other_files() {
    let mut client = opened();
    let changed = renamed(&mut client, "smoke\n  shift", "outside");
    assert_eq!(changed.len(), 2);
    assert!(changed[0].1.contains("include common.outside"));
    assert!(changed[1].1.contains("checklist outside \"Smoke\""));
    client.leave();
}

#[test]
fn what_cannot_be_renamed_says_why() {
    let mut client = opened();
    let mut refused = |words: &str, name: &str| {
        let mut params = client.before(FILE, words);
        params["newName"] = json!(name);
        client
            .try_ask("textDocument/rename", params)
            .expect_err("it is refused")
            .1
    };
    assert!(refused("lead \"Release", "Boss").contains("is no name"));
    assert!(refused("lead \"Release", "phase").contains("is no name"));
    assert!(refused("error-rate \"Error", "slow").contains("already"));
    assert!(refused("latency(checkout", "x").contains("standard library"));
    let params = client.before(FILE, "lead \"Release");
    let place = client.ask("textDocument/prepareRename", params);
    assert_eq!(place["placeholder"], "lead");
    client.leave();
}

#[test]
fn a_renamed_file_is_followed() {
    let mut client = opened();
    let edit = client.ask(
        "workspace/willRenameFiles",
        json!({ "files": [{ "oldUri": uri("common.deploy"), "newUri": uri("parts/shared.deploy") }] }),
    );
    let edits = &edit["changes"][uri(FILE)];
    assert!(client.after(FILE, edits).contains("use ./parts/shared\n"));
    let edit = client.ask(
        "workspace/willRenameFiles",
        json!({ "files": [{ "oldUri": uri(FILE), "newUri": uri("specs/shop/checkout.deploy") }] }),
    );
    let edits = &edit["changes"][uri(FILE)];
    assert!(client.after(FILE, edits).contains("use ../../common\n"));
    client.leave();
}

#[test]
fn calls_go_over_includes() {
    let mut client = opened();
    let params = client.before(FILE, "smoke\n  shift");
    let items = client.ask("textDocument/prepareCallHierarchy", params);
    let smoke = &items[0];
    assert_eq!(smoke["name"], "smoke");
    let names = |calls: &Value, end: &str| -> Vec<String> {
        calls
            .as_array()
            .expect("a list")
            .iter()
            .map(|call| call[end]["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let incoming = client.ask("callHierarchy/incomingCalls", json!({ "item": smoke }));
    assert_eq!(names(&incoming, "from"), ["rollout"]);
    let outgoing = client.ask("callHierarchy/outgoingCalls", json!({ "item": smoke }));
    assert_eq!(names(&outgoing, "to"), ["inner"]);
    let rollout = &incoming[0]["from"];
    let outgoing = client.ask("callHierarchy/outgoingCalls", json!({ "item": rollout }));
    assert_eq!(names(&outgoing, "to"), ["smoke"]);
    client.leave();
}

/// Every healthy spec of the project, by its folder and name.
fn healthy() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in [
        "examples",
        "stdlib",
        "tests/corpus",
        "tests/corpus/nouns",
        "tests/corpus/as-written",
    ] {
        for entry in std::fs::read_dir(root.join(folder)).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.extension().is_some_and(|end| end == "deploy") {
                let name = path.file_name().expect("a name").to_string_lossy();
                let text = std::fs::read_to_string(&path).expect("the spec can be read");
                found.push((format!("{folder}/{name}"), text));
            }
        }
    }
    found.sort();
    found
}

/// What the compiler resolves, the editor finds: each name in a healthy spec that is coloured as one
/// leads to its declaration, and so the two ways of reading names agree.
#[test]
fn every_name_of_a_healthy_spec_leads_to_its_declaration() {
    let mut client = Client::new();
    let specs = healthy();
    for (name, text) in &specs {
        let mut files = client.files.texts.lock().expect("no panic");
        files.insert(format!("/project/{name}"), text.clone());
    }
    let legend = client.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    let mut asked = 0;
    let mut lost = Vec::new();
    for (name, text) in &specs {
        client.open(name, text);
        let codes = client.codes(name);
        assert!(!codes.contains(&"D0201".to_owned()), "{name} is healthy");
        let params = client.file(name);
        let answer = client.ask("textDocument/semanticTokens/full", params);
        let data: Vec<u64> = answer["data"]
            .as_array()
            .expect("numbers")
            .iter()
            .map(|number| number.as_u64().expect("a number"))
            .collect();
        let (mut line, mut column) = (0, 0);
        for token in data.chunks(5) {
            column = if token[0] == 0 {
                column + token[1]
            } else {
                token[1]
            };
            line += token[0];
            let kind = legend[token[3] as usize].as_str().expect("a type");
            // An escalation may be about what no severity is called.
            let name_of = ["class", "property", "function", "namespace"];
            if !name_of.contains(&kind) || token[4] & 1 == 1 {
                continue;
            }
            // The last letter: of `http.latency` the metric, not the module.
            let position = json!({ "line": line, "character": column + token[2] - 1 });
            let range = json!({
                "start": { "line": line, "character": column },
                "end": { "line": line, "character": column + token[2] },
            });
            let there = client.ask(
                "textDocument/definition",
                json!({ "textDocument": { "uri": uri(name) }, "position": position }),
            );
            asked += 1;
            if there.is_null() {
                let line = text.lines().nth(line as usize).unwrap_or_default();
                lost.push(format!(
                    "{name}: `{}` in `{}`",
                    slice(text, &range),
                    line.trim()
                ));
            }
        }
        client.close(name);
    }
    assert!(asked > 1000, "names were asked for: {asked}");
    assert!(lost.is_empty(), "{}", lost.join("\n"));
    client.leave();
}

/// What a person records, as what a command captures, is found by commands as a variable.
#[test]
fn a_record_is_one_with_the_variable_of_its_name() {
    let text = r#"edition 2026
deployment "D" { version "1" }
phase one "One" {
  record previous "Revision that runs now" as text
  record path "Path" as text
  choose how "How" {
    option all "All" { run all-of-it `./all` capture made }
    option some "Some" { record made "What was made" as text }
  }
  run go "From {previous}" `PATH=$PATH:/x ./go "$PREVIOUS" "$MADE"` idempotent after previous
}
"#;
    let mut client = Client::new();
    client.open(FILE, text);
    for (words, line) in [
        ("PREVIOUS\"", "record previous"),
        ("previous}", "record previous"),
        ("previous\n}", "record previous"),
        ("MADE\"", "option all"),
    ] {
        let (_, found) = definition(&mut client, words);
        assert!(found.contains(line), "{words}: {found}");
    }
    let params = client.before(FILE, "PATH:/x");
    assert!(client.ask("textDocument/definition", params).is_null());
    let mut params = client.before(FILE, "previous \"Revision");
    params["context"] = json!({ "includeDeclaration": true });
    let all = client.ask("textDocument/references", params);
    assert_eq!(all.as_array().expect("places").len(), 4, "{all}");
    let edits = |client: &mut Client, words: &str, name: &str| {
        let mut params = client.before(FILE, words);
        params["newName"] = json!(name);
        let edit = client.ask("textDocument/rename", params);
        let edits = edit["changes"][uri(FILE)]
            .as_array()
            .expect("edits")
            .clone();
        super::client::apply(text, &edits)
    };
    let after = edits(&mut client, "PREVIOUS\"", "old-revision");
    assert!(after.contains("record old-revision \"Rev"), "{after}");
    assert!(after.contains("\"From {old-revision}\""), "{after}");
    assert!(after.contains("\"$OLD_REVISION\""), "{after}");
    assert!(after.ends_with("after old-revision\n}\n"), "{after}");
    let after = edits(&mut client, "made \"What", "thing");
    assert!(
        after.contains("capture thing") && after.contains("record thing"),
        "whichever was done last is meant: {after}"
    );
    assert!(after.contains("\"$THING\""), "{after}");
    let params = client.before(FILE, "PREVIOUS\"");
    let hover = client.ask("textDocument/hover", params);
    let said = hover["contents"]["value"].as_str().expect("words");
    assert!(
        said.contains("record previous") && said.contains("Commands find it as `$PREVIOUS`."),
        "{said}"
    );
    let params = client.before(FILE, "PREVIOUS\"");
    let offers = client.ask("textDocument/completion", params).to_string();
    assert!(
        offers.contains("\"MADE\"") && !offers.contains("\"PATH\""),
        "{offers}"
    );
}
