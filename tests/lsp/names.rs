//! Definition, references, rename, highlight, calls: in this file and across files.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Client, slice, uri};
use crate::{COMMON, SPEC, opened};

const FILE: &str = "checkout.deploy";

/// Where a name is declared: the file, and the line.
fn definition(client: &mut Client, words: &str) -> (String, String) {
    let params = client.before(FILE, words);
    let answer = client.ask("textDocument/definition", params);
    let target = answer["uri"].as_str().expect("a place").to_owned();
    let path = target.trim_start_matches("file://").to_owned();
    let text = match client.texts.get(path.trim_start_matches("/work/")) {
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
    let here = "/work/checkout.deploy";
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
        ("smoke\n  shift", "/work/common.deploy", "checklist smoke"),
        (
            "latency(checkout",
            "/kept/std/http.deploy",
            "metric latency",
        ),
        ("./common", "/work/common.deploy", "edition 2026"),
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
        "/work/other.deploy".to_owned(),
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
        let after = crate::client::apply(&text, edits.as_array().expect("edits"));
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
        assert_eq!(path, "/work/checkout.deploy");
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
