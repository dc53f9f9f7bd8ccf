//! Bugs of the compiler, planted: the text of the editor is kept, who asks is told, and the next request
//! is answered.

use serde_json::{Value, json};

use super::client::{BUG, Client, uri};
use super::opened;

const FILE: &str = "checkout.deploy";

/// An answer, or the code and the message of an error.
type Answer = Result<Value, (i32, String)>;

fn formatting(client: &mut Client) -> Answer {
    let file = client.file(FILE);
    client.try_ask(
        "textDocument/formatting",
        json!({
            "textDocument": file["textDocument"],
            "options": { "tabSize": 2, "insertSpaces": true },
        }),
    )
}

/// What answers with edits, and may not while the text can't be read.
fn edits(client: &mut Client) -> Vec<(&'static str, Answer)> {
    let document = client.file(FILE)["textDocument"].clone();
    let start = json!({ "line": 0, "character": 0 });
    let range = json!({ "start": start, "end": { "line": 9, "character": 0 } });
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let asked = [
        (
            "textDocument/formatting",
            json!({ "textDocument": document, "options": options }),
        ),
        (
            "textDocument/rangeFormatting",
            json!({ "textDocument": document, "range": range, "options": options }),
        ),
        (
            "textDocument/codeAction",
            json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } }),
        ),
        (
            "textDocument/rename",
            json!({ "textDocument": document, "position": start, "newName": "x" }),
        ),
        (
            "textDocument/prepareRename",
            json!({ "textDocument": document, "position": start }),
        ),
        (
            "textDocument/completion",
            json!({ "textDocument": document, "position": start }),
        ),
        (
            "workspace/willRenameFiles",
            json!({ "files": [{ "oldUri": uri(FILE), "newUri": uri("other.deploy") }] }),
        ),
    ];
    asked
        .into_iter()
        .map(|(method, params)| (method, client.try_ask(method, params)))
        .collect()
}

#[test]
fn a_panic_while_a_text_is_read_loses_no_edit() {
    let mut client = opened();
    // The bug is typed in, more is typed beside it, and what led to it is taken away again.
    client.edit(FILE, 13..13, &format!("{BUG}\n"));
    assert_eq!(client.text(FILE), client.texts[FILE]);
    client.replace(FILE, "owner lead", "owner   lead");
    client.edit(FILE, 0..0, "# ä😀\r\n");
    assert_eq!(client.text(FILE), client.texts[FILE]);
    let (code, why) = formatting(&mut client).expect_err("it was not read");
    assert_eq!(code, -32803);
    assert!(why.contains("bug in deployc"), "{why}");
    client.replace(FILE, &format!("{BUG}\n"), "");
    assert_eq!(client.text(FILE), client.texts[FILE]);
    let edits = formatting(&mut client).expect("it is read again");
    let formatted = client.after(FILE, &edits);
    assert!(formatted.contains("\n  owner lead\r\n") || formatted.contains("\n  owner lead\n"));
    assert!(formatted.starts_with("# ä😀"));
    client.leave();
}

#[test]
fn a_text_that_can_t_be_read_has_one_finding_that_says_so() {
    for pulls in [false, true] {
        let capabilities = match pulls {
            true => json!({ "textDocument": { "diagnostic": {} } }),
            false => json!({}),
        };
        let mut client = Client::with(capabilities);
        client.open(FILE, &format!("edition 2026\n{BUG}\nnonsense\n"));
        let found = client.findings(FILE);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0]["code"], "internal-error");
        let message = found[0]["message"].as_str().expect("a message");
        assert!(
            message.contains("bug in deployc: a bug, on purpose"),
            "{message}"
        );
        assert!(message.contains("report it"), "{message}");
        if !pulls {
            let shown = client.hear("textDocument/publishDiagnostics");
            assert_eq!(shown["diagnostics"], json!(found));
        }
        client.replace(FILE, &format!("{BUG}\n"), "");
        assert_eq!(client.codes(FILE), ["D0102"]);
        if !pulls {
            // What was shown goes with the bug.
            let shown = client.hear("textDocument/publishDiagnostics");
            assert_eq!(shown["diagnostics"][0]["code"], "D0102", "{shown:#}");
        }
        client.leave();
    }
}

#[test]
fn nothing_is_edited_where_the_text_can_t_be_read() {
    let mut client = opened();
    client.edit(FILE, 0..0, &format!("{BUG}\n"));
    for (method, answer) in edits(&mut client) {
        let (code, why) = answer.expect_err(method);
        assert_eq!(code, -32803, "{method}");
        assert!(why.contains("bug in deployc"), "{method}: {why}");
    }
    // What needs a check does not wait for one that will never come.
    for (method, code) in [
        ("codeLens", -32603),
        ("foldingRange", 0),
        ("documentSymbol", 0),
    ] {
        let file = client.file(FILE);
        let answer = client.try_ask(&format!("textDocument/{method}"), file);
        assert_eq!(answer.err().map_or(0, |error| error.0), code, "{method}");
    }
    client.leave();
}

/// A name in the file that could not be read would keep its old name.
#[test]
fn nothing_is_renamed_while_another_file_can_t_be_read() {
    let mut client = opened();
    {
        let mut files = client.files.texts.lock().expect("no panic");
        files.insert(
            "/project/bad.deploy".to_owned(),
            format!("{BUG}\nuse ./common\n"),
        );
    }
    let mut params = client.behind(FILE, "role lea");
    params["newName"] = json!("boss");
    let (code, why) = client
        .try_ask("textDocument/rename", params.clone())
        .expect_err("a file can't be read");
    assert_eq!(code, -32803);
    assert!(why.contains("/project/bad.deploy"), "{why}");
    client
        .files
        .texts
        .lock()
        .expect("no panic")
        .remove("/project/bad.deploy");
    assert!(client.ask("textDocument/rename", params)["changes"].is_object());
    client.leave();
}

#[test]
fn a_panic_in_a_request_is_its_answer() {
    let mut client = opened();
    let folder = json!([{ "uri": "file:///panic", "name": "panic" }]);
    let folders =
        |added: &Value, removed: &Value| json!({ "event": { "added": added, "removed": removed } });
    client.tell(
        "workspace/didChangeWorkspaceFolders",
        folders(&folder, &json!([])),
    );
    let query = json!({ "query": "rollout" });
    for _ in 0..3 {
        let (code, why) = client
            .try_ask("workspace/symbol", query.clone())
            .expect_err("it panics");
        assert_eq!(code, -32603);
        assert!(why.contains("bug in deployc"), "{why}");
        assert!(why.contains("on purpose"), "{why}");
    }
    assert_eq!(client.text(FILE), client.texts[FILE]);
    client.tell(
        "workspace/didChangeWorkspaceFolders",
        folders(&json!([]), &folder),
    );
    let found = client.ask("workspace/symbol", query);
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    client.leave();
}

#[test]
fn a_panic_in_a_check_is_shown_and_who_waits_is_told() {
    let mut client = opened();
    client.findings(FILE);
    *client.files.settings.lock().expect("no panic") = "panic".to_owned();
    client.replace(FILE, "owner lead", "owner leed");
    let file = client.file(FILE);
    let (code, why) = client
        .try_ask("textDocument/codeLens", file)
        .expect_err("it panics");
    assert_eq!(code, -32603);
    assert!(why.contains("bug in deployc"), "{why}");
    assert_eq!(client.codes(FILE), ["internal-error"]);
    assert_eq!(client.text(FILE), client.texts[FILE]);
    // Reading worked: formatting needs no check.
    let edits = formatting(&mut client).expect("it was read");
    client.after(FILE, &edits);
    client.files.settings.lock().expect("no panic").clear();
    client.replace(FILE, "owner leed", "owner lead");
    let codes = client.codes(FILE);
    assert!(!codes.contains(&"internal-error".to_owned()), "{codes:?}");
    client.leave();
}

#[test]
fn a_panic_in_a_loader_is_a_failed_check() {
    let mut client = Client::new();
    client.open(
        FILE,
        "edition 2026\nuse ./panic\nuse ./other\nrole a \"A\"\n",
    );
    assert_eq!(client.codes(FILE), ["internal-error"]);
    client.replace(FILE, "use ./panic\n", "");
    assert_eq!(client.codes(FILE), ["D0204"]);
    assert_eq!(client.text(FILE), client.texts[FILE]);
    client.leave();
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let mut client = opened();
    client.open("bad.deploy", BUG);
    client.open("good.deploy", "edition 2026\nnonsense\n");
    assert_eq!(client.codes("bad.deploy"), ["internal-error"]);
    assert_eq!(client.codes("good.deploy"), ["D0102"]);
    for name in ["bad.deploy", "good.deploy", FILE] {
        assert_eq!(client.text(name), client.texts[name]);
    }
    let found = client.ask("workspace/symbol", json!({ "query": "rollout" }));
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    client.leave();
}
