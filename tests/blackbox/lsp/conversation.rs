//! The conversation itself: beginnings and ends, order, what is taken back, what is overtaken.

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::{SPEC, opened};

const FILE: &str = "checkout.deploy";

#[test]
fn the_encoding_is_agreed() {
    for (offered, agreed, column) in [
        (json!(["utf-8", "utf-16"]), "utf-8", 11),
        (json!(["utf-32", "utf-16"]), "utf-32", 8),
        (json!(["latin-1"]), "utf-16", 9),
    ] {
        let mut client = Client::with(json!({ "general": { "positionEncodings": offered } }));
        assert_eq!(client.capabilities["positionEncoding"], agreed);
        client.open(FILE, "edition 2026\n# ä😀\n# ä😀 x\nparam x : nope\n");
        // Behind the emoji, in the units that were agreed, stands `x`.
        client.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": uri(FILE), "version": 2 },
                "contentChanges": [{
                    "range": {
                        "start": { "line": 2, "character": column - 3 },
                        "end": { "line": 2, "character": column - 3 },
                    },
                    "text": "",
                }],
            }),
        );
        let params = client.file(FILE);
        let report = client.ask("textDocument/diagnostic", params);
        let found = &report["items"][0];
        assert_eq!(
            found["range"]["start"],
            json!({ "line": 3, "character": 10 })
        );
        client.leave();
    }
}

#[test]
fn what_is_not_known_is_refused_and_nothing_breaks() {
    let mut client = opened();
    let (code, _) = client
        .try_ask("textDocument/moniker", json!({}))
        .expect_err("it is not known");
    assert_eq!(code, -32601);
    let (code, _) = client
        .try_ask("textDocument/hover", json!({ "position": 3 }))
        .expect_err("it can't be read");
    assert_eq!(code, -32602);
    let (code, _) = client
        .try_ask(
            "textDocument/hover",
            json!({ "textDocument": { "uri": uri("no.deploy") }, "position": { "line": 0, "character": 0 } }),
        )
        .expect_err("it is not open");
    assert_eq!(code, -32803);
    client.tell("textDocument/didChange", json!({ "nonsense": true }));
    client.tell("$/anything", json!({}));
    client.hear("window/logMessage");
    let params = client.file(FILE);
    client.ask("textDocument/documentSymbol", params);
    client.leave();
}

#[test]
fn positions_out_of_range_are_bounded() {
    let mut client = opened();
    for position in [
        json!({ "line": 99999, "character": 0 }),
        json!({ "line": 0, "character": 99999 }),
        json!({ "line": 4_294_967_295_u32, "character": 4_294_967_295_u32 }),
    ] {
        for method in [
            "hover",
            "completion",
            "definition",
            "signatureHelp",
            "documentHighlight",
        ] {
            client.ask(
                &format!("textDocument/{method}"),
                json!({ "textDocument": { "uri": uri(FILE) }, "position": position }),
            );
        }
    }
    client.leave();
}

#[test]
fn a_newer_text_overtakes_a_request_that_waits_for_checks() {
    let mut client = opened();
    client.findings(FILE);
    // The change makes the check stale, the request waits for it, and a newer change comes.
    client.replace(FILE, "owner lead", "owner leed");
    let params = client.file(FILE);
    let id = client.send("textDocument/codeLens", params);
    client.replace(FILE, "owner leed", "owner lead");
    let response = client.wait(&id);
    match response.response_result {
        Err(error) => assert_eq!(error.code, -32801),
        // The check may have been faster than the change.
        Ok(lenses) => assert!(lenses.is_array()),
    }
    let params = client.file(FILE);
    client.ask("textDocument/codeLens", params);
    client.leave();
}

#[test]
fn what_is_taken_back_is_answered_so() {
    let mut client = opened();
    client.findings(FILE);
    client.replace(FILE, "owner lead", "owner leed");
    let params = client.file(FILE);
    let id = client.send("textDocument/codeLens", params);
    client.tell("$/cancelRequest", json!({ "id": 0 }));
    let number: i32 = id.to_string().parse().expect("a number");
    client.tell("$/cancelRequest", json!({ "id": number }));
    match client.wait(&id).response_result {
        Err(error) => assert_eq!(error.code, -32800),
        Ok(lenses) => assert!(lenses.is_array(), "it was answered before"),
    }
    client.leave();
}

#[test]
fn many_changes_at_once_are_applied_in_their_order() {
    let mut client = opened();
    for number in 0..500 {
        let text = format!("# {number}\n");
        client.edit(FILE, 13..13, &text);
        if number % 3 == 0 {
            client.edit(FILE, 13..13 + text.len(), "");
        }
    }
    let params = client.file(FILE);
    let symbols = client.ask("textDocument/documentSymbol", params);
    let first = &symbols[0]["range"]["start"]["line"];
    let line = client.texts[FILE]
        .lines()
        .position(|line| line.starts_with("deployment"))
        .expect("it is there");
    assert_eq!(first.as_u64(), Some(line as u64));
    client.leave();
}

#[test]
fn several_changes_in_one_message_and_whole_texts() {
    let mut client = Client::new();
    client.open(FILE, "edition 2026\n");
    let at = |line: u32, character: u32| json!({ "line": line, "character": character });
    client.tell(
        "textDocument/didChange",
        json!({
            "textDocument": { "uri": uri(FILE), "version": 2 },
            "contentChanges": [
                { "text": "edition 2026\r\nrole a \"A\"\r\n" },
                { "range": { "start": at(1, 5), "end": at(1, 6) }, "text": "first" },
                { "range": { "start": at(1, 5), "end": at(1, 10) }, "text": "second" },
                // Swapped ends are turned round.
                { "range": { "start": at(1, 14), "end": at(1, 13) }, "text": "B" },
            ],
        }),
    );
    client.texts.insert(
        FILE.to_owned(),
        "edition 2026\r\nrole second \"B\"\r\n".to_owned(),
    );
    let params = client.file(FILE);
    let symbols = client.ask("textDocument/documentSymbol", params);
    assert_eq!(symbols[0]["name"], "second");
    assert_eq!(symbols[0]["detail"], "role B");
    client.leave();
}

#[test]
fn texts_with_a_byte_order_mark_are_counted_as_the_client_counts() {
    let mut client = Client::new();
    client.open(FILE, "\u{feff}edition 2026\nrole a \"A\"\nphase p by a\n");
    let params = client.before(FILE, "a\n");
    let answer = client.ask("textDocument/definition", params);
    assert_eq!(
        answer["range"]["start"],
        json!({ "line": 1, "character": 5 })
    );
    let params = client.before(FILE, "edition");
    let hover = client.ask("textDocument/hover", params);
    assert_eq!(
        hover["range"]["start"],
        json!({ "line": 0, "character": 1 })
    );
    client.leave();
}

#[test]
fn untitled_texts_are_served_too() {
    let mut client = Client::new();
    let name = "untitled:Untitled-1";
    client.tell(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": name, "languageId": "deploy", "version": 1, "text": SPEC } }),
    );
    let report = client.ask(
        "textDocument/diagnostic",
        json!({ "textDocument": { "uri": name } }),
    );
    assert_eq!(report["kind"], "full");
    client.leave();
}

#[test]
fn folders_come_and_go() {
    let mut client = Client::new();
    client.files.texts.lock().expect("no panic").insert(
        "/else/x.deploy".to_owned(),
        "edition 2026\nrole faraway \"F\"\n".to_owned(),
    );
    let query = json!({ "query": "faraway" });
    let count = |found: &Value| found.as_array().map(Vec::len);
    assert_eq!(
        count(&client.ask("workspace/symbol", query.clone())),
        Some(0)
    );
    let folder = json!([{ "uri": "file:///else", "name": "else" }]);
    client.tell(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": { "added": folder, "removed": [] } }),
    );
    assert_eq!(
        count(&client.ask("workspace/symbol", query.clone())),
        Some(1)
    );
    client.tell(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": { "added": [], "removed": folder } }),
    );
    assert_eq!(count(&client.ask("workspace/symbol", query)), Some(0));
    client.leave();
}

#[test]
fn files_are_watched_where_the_client_can() {
    let mut client = Client::with(json!({
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
    }));
    let asked = client.hear("client/registerCapability");
    let text = asked.to_string();
    assert!(text.contains("**/*.deploy") && text.contains("deployc.toml"));
    client.leave();
}
