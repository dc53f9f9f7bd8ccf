//! The server's text is the editor's, or the server knows that it may not be and edits nothing.

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::opened;

const FILE: &str = "checkout.deploy";

fn range(start: (i64, i64), end: (i64, i64)) -> Value {
    json!({
        "start": { "line": start.0, "character": start.1 },
        "end": { "line": end.0, "character": end.1 },
    })
}

fn formatting(client: &mut Client) -> Result<Value, (i32, String)> {
    let document = client.file(FILE)["textDocument"].clone();
    client.try_ask(
        "textDocument/formatting",
        json!({ "textDocument": document, "options": { "tabSize": 2, "insertSpaces": true } }),
    )
}

/// Changes that no text of the editor explains.
fn misplaced() -> Vec<Value> {
    vec![
        json!([{ "range": range((99, 0), (99, 0)), "text": "x" }]),
        json!([{ "range": range((0, 0), (99, 0)), "text": "x" }]),
        json!([{ "range": range((2, 1), (2, 0)), "text": "x" }]),
        json!([{ "range": range((-1, 0), (0, 0)), "text": "x" }]),
        json!([{ "range": range((0, 0), (0, -7)), "text": "x" }]),
        json!([{ "range": range((4_294_967_296, 0), (4_294_967_296, 0)), "text": "x" }]),
        // Inside of a pair of surrogates.
        json!([{ "range": range((2, 3), (2, 3)), "text": "x" }]),
        json!([{ "range": { "start": { "line": 0.5, "character": 0 } }, "text": "x" }]),
        json!([{ "range": range((0, 0), (0, 0)) }]),
        json!([{ "range": range((0, 0), (0, 0)), "text": null }]),
        json!([{ "text": 5 }]),
        json!([null]),
        json!("nonsense"),
        json!(null),
    ]
}

#[test]
fn an_edit_that_does_not_fit_is_told_and_nothing_is_edited_until_the_text_is_known() {
    let text = "edition 2026\n\n# 😀 x\nrole   a \"A\"\n";
    for (index, changes) in misplaced().into_iter().enumerate() {
        let mut client = Client::new();
        client.open(FILE, text);
        client.change(FILE, &json!(2), &changes);
        let told = client.hear("window/showMessage");
        let told = told["message"].as_str().expect("a message").to_owned();
        assert!(told.contains(FILE) && told.contains("formatting"), "{told}");
        let (code, why) = formatting(&mut client).expect_err("it is not certain");
        assert_eq!(code, -32803, "{changes}");
        assert!(why.contains("not certain"), "{why}");
        // What only reads still answers.
        let file = client.file(FILE);
        client.ask("textDocument/documentSymbol", file);
        client.findings(FILE);
        // It is said once.
        client.change(FILE, &json!(3), &changes);
        client.findings(FILE);
        let again = client.said.iter().any(|message| match message {
            deployc::lsp::Message::Notification(note) => note.method == "window/showMessage",
            deployc::lsp::Message::Request(_) | deployc::lsp::Message::Response(_) => false,
        });
        assert!(!again, "{changes}");
        // Each way in which the whole text can come.
        client.texts.insert(FILE.to_owned(), text.to_owned());
        match index % 3 {
            0 => client.change(FILE, &json!(4), &json!([{ "text": text }])),
            1 => client.tell(
                "textDocument/didSave",
                json!({ "textDocument": { "uri": uri(FILE) }, "text": text }),
            ),
            _ => {
                client.close(FILE);
                client.open(FILE, text);
            }
        }
        assert_eq!(client.text(FILE), text);
        let edits = formatting(&mut client).expect("it is certain again");
        assert_eq!(
            client.after(FILE, &edits),
            "edition 2026\n\n# 😀 x\nrole a \"A\"\n"
        );
        client.leave();
    }
}

#[test]
fn a_change_that_names_no_text_may_be_of_any() {
    let mut client = opened();
    client.tell("textDocument/didChange", json!({ "nonsense": true }));
    client.hear("window/showMessage");
    formatting(&mut client).expect_err("it is not certain");
    client.leave();
}

/// The protocol says what these mean, or all clients mean the same.
#[test]
fn edits_at_the_edges_are_applied_as_they_are_meant() {
    let mut client = Client::new();
    client.open(FILE, "ab\r\nc😀d");
    for (changes, text) in [
        (
            json!([{ "range": range((0, 99), (0, 4_294_967_296)), "text": "!" }]),
            "ab!\r\nc😀d",
        ),
        (
            json!([{ "range": range((2, 0), (2, 0)), "text": "\n" }]),
            "ab!\r\nc😀d\n",
        ),
        (
            json!([{ "range": range((1, 1), (1, 3)), "text": "" }]),
            "ab!\r\ncd\n",
        ),
        (
            json!([
                { "range": range((0, 0), (9, 9)), "text": "gone" },
                { "range": null, "text": "a\nb" },
                { "range": range((1, 0), (1, 1)), "text": "c" },
            ]),
            "a\nc",
        ),
        (json!([]), "a\nc"),
    ] {
        client.change(FILE, &json!(2), &changes);
        assert_eq!(client.text(FILE), text);
        formatting(&mut client).expect("it is certain");
    }
    client.leave();
}

#[test]
fn versions_say_nothing_of_a_text() {
    let mut client = opened();
    for version in [
        json!(1),
        json!(1),
        json!(null),
        json!(-5),
        json!(1.5),
        json!("x"),
    ] {
        let text = client.texts[FILE].clone();
        let at = text.find("owner le").expect("it is there");
        let wrong = text.replacen("owner lead", "owner leed", 1);
        let line = text[..at].lines().count() as i64 - 1;
        let change = |new: &str| json!([{ "range": range((line, 10), (line, 11)), "text": new }]);
        client.change(FILE, &version, &change("e"));
        client.texts.insert(FILE.to_owned(), wrong);
        assert_eq!(client.text(FILE), client.texts[FILE]);
        // The finding is about this text, whatever its version.
        let codes = client.codes(FILE);
        assert!(codes.contains(&"D0201".to_owned()), "{version}: {codes:?}");
        client.change(FILE, &version, &change("a"));
        client.texts.insert(FILE.to_owned(), text);
        assert!(
            !client.codes(FILE).contains(&"D0201".to_owned()),
            "{version}"
        );
    }
    client.leave();
}

#[test]
fn texts_that_are_not_open_stay_closed() {
    let mut client = Client::new();
    let change = json!([{ "range": range((0, 0), (0, 0)), "text": "x" }]);
    client.change(FILE, &json!(1), &change);
    let log = client.hear("window/logMessage");
    assert!(
        log["message"]
            .as_str()
            .is_some_and(|text| text.contains("not open"))
    );
    client.open(FILE, "edition 2026\n");
    assert_eq!(client.text(FILE), "edition 2026\n");
    client.close(FILE);
    client.change(FILE, &json!(2), &change);
    client.tell(
        "textDocument/didSave",
        json!({ "textDocument": { "uri": uri(FILE) }, "text": "x" }),
    );
    client.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": uri(FILE) } }),
    );
    let document = json!({ "textDocument": { "uri": uri(FILE) } });
    let (code, _) = client
        .try_ask("deployc/text", document)
        .expect_err("it is closed");
    assert_eq!(code, -32803);
    client.open(FILE, "a\n");
    client.open(FILE, "b\n");
    assert_eq!(client.text(FILE), "b\n");
    for params in [
        json!({}),
        json!({ "textDocument": { "uri": uri(FILE) } }),
        json!({ "textDocument": { "uri": 3, "text": "x" } }),
        json!({ "textDocument": { "uri": "::", "text": "x" } }),
    ] {
        client.tell("textDocument/didOpen", params);
    }
    // No version and no language: the text counts.
    client.tell(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": uri(FILE), "text": "c\n" } }),
    );
    assert_eq!(client.text(FILE), "c\n");
    client.leave();
}

#[test]
fn what_was_saved_is_the_text() {
    let mut client = opened();
    let saved = "edition 2026\n\nrole   a \"A\"\n";
    client.tell(
        "textDocument/didSave",
        json!({ "textDocument": { "uri": uri(FILE) }, "text": saved }),
    );
    client.texts.insert(FILE.to_owned(), saved.to_owned());
    assert_eq!(client.text(FILE), saved);
    let edits = formatting(&mut client).expect("it is certain");
    assert!(client.after(FILE, &edits).contains("role a"));
    client.leave();
}

#[test]
fn an_id_that_was_taken_back_once_can_be_used_again() {
    let mut client = opened();
    // Taken back after its answer, and before the next request is given that number.
    client.tell("$/cancelRequest", json!({ "id": 4711 }));
    client.findings(FILE);
    client.tell("$/cancelRequest", json!({ "id": 3 }));
    client.text(FILE);
    client.text(FILE);
    client.leave();
}
