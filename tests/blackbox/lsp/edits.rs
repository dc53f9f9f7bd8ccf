//! Random edits on real files: after each the server has the client's text, and still answers.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::client::{Client, uri};

const FILE: &str = "any.deploy";

/// The specs of the corpus.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root.join("tests/corpus"), root.join("examples")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "deploy") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("the spec can be read"))
        .collect()
}

/// An edit, in thousandths of the text: where, how long, and what is put there.
type Edit = (u16, u8, String);

fn edit() -> impl Strategy<Value = Edit> {
    let piece = prop_oneof![
        Just(String::new()),
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("\"".to_owned()),
        Just("`".to_owned()),
        Just("```\n".to_owned()),
        Just("\"\"\"".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\n".to_owned()),
        Just("# deployc: allow(".to_owned()),
        Just("\nphase x \"ä😀\" {\n  check \"".to_owned()),
        Just("include ".to_owned()),
        Just("((((".to_owned()),
        Just("\u{feff}".to_owned()),
        "[a-zß€😀\\\\{}()\\[\\]<>=%0-9\"`# \n.-]{0,12}",
    ];
    (0..=1000u16, 0..40u8, piece)
}

/// A place in a text that lies between two characters.
fn at(text: &str, thousandths: u16) -> usize {
    let mut at = text.len() * usize::from(thousandths) / 1000;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    // An editor's cursor never stands between `\r` and `\n`.
    if at > 0 && text.as_bytes().get(at) == Some(&b'\n') && text.as_bytes()[at - 1] == b'\r' {
        at -= 1;
    }
    at
}

/// The server's text is the client's.
fn same_text(client: &mut Client) {
    let text = client.texts[FILE].clone();
    let answer = client.ask(
        "deployc/text",
        json!({ "textDocument": { "uri": uri(FILE) } }),
    );
    assert_eq!(answer, Value::String(text), "the texts are the same");
}

/// Whether everything is still answered at a place.
fn answers(client: &mut Client, offset: usize) {
    let place = client.at(FILE, offset);
    for method in [
        "hover",
        "completion",
        "definition",
        "signatureHelp",
        "documentHighlight",
        "prepareCallHierarchy",
    ] {
        client.ask(&format!("textDocument/{method}"), place.clone());
    }
    // What stands there may have no other name; it is refused then, and no panic.
    if let Err((code, why)) = client.try_ask("textDocument/prepareRename", place.clone()) {
        assert_eq!(code, -32803, "{why}");
    }
    let file = client.file(FILE);
    for method in [
        "documentSymbol",
        "semanticTokens/full",
        "foldingRange",
        "documentLink",
    ] {
        client.ask(&format!("textDocument/{method}"), file.clone());
    }
    client.ask(
        "textDocument/selectionRange",
        json!({ "textDocument": file["textDocument"], "positions": [place["position"]] }),
    );
    let edits = client.ask(
        "textDocument/formatting",
        json!({ "textDocument": file["textDocument"], "options": { "tabSize": 2, "insertSpaces": true } }),
    );
    let text = client.texts[FILE].clone();
    let after = client.after(FILE, &edits);
    let (mark, stripped) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text.as_str()),
    };
    let (parsed, _) = deployc::syntax::parse(deployc::source::SourceId(0), stripped);
    let expected = deployc::syntax::format(&parsed, stripped);
    assert_eq!(after, format!("{mark}{expected}"));
}

/// What needs the checks.
fn checked(client: &mut Client) {
    let file = client.file(FILE);
    client.findings(FILE);
    client.ask("textDocument/codeLens", file.clone());
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9999, "character": 0 } });
    client.ask(
        "textDocument/inlayHint",
        json!({ "textDocument": file["textDocument"], "range": whole }),
    );
    client.ask(
        "textDocument/codeAction",
        json!({ "textDocument": file["textDocument"], "range": whole, "context": { "diagnostics": [] } }),
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_random_edits_the_texts_are_the_same_and_all_is_answered(
        file in any::<prop::sample::Index>(),
        edits in prop::collection::vec(edit(), 1..12),
    ) {
        let corpus = corpus();
        let text = file.get(&corpus);
        let mut client = Client::new();
        client.open(FILE, text);
        for (place, length, new) in edits {
            let text = &client.texts[FILE];
            let start = at(text, place);
            let mut end = (start + usize::from(length)).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            if end > start
                && text.as_bytes().get(end) == Some(&b'\n')
                && text.as_bytes()[end - 1] == b'\r'
            {
                end -= 1;
            }
            client.edit(FILE, start..end, &new);
            same_text(&mut client);
            answers(&mut client, start + new.len());
        }
        checked(&mut client);
        let confessed = client.said.iter().any(|message| match message {
            deployc::lsp::Message::Notification(note) => {
                note.method == "window/logMessage" && note.params.to_string().contains("bug")
            }
            deployc::lsp::Message::Request(_) | deployc::lsp::Message::Response(_) => false,
        });
        prop_assert!(!confessed, "the server found a bug in itself");
        client.leave();
    }
}

#[test]
fn byte_order_marks_in_a_row() {
    let mut client = Client::new();
    for text in [
        "\u{feff}",
        "\u{feff}\u{feff}",
        "\u{feff}\u{feff}\n",
        "\n\u{feff}",
    ] {
        client.open(FILE, text);
        println!("{text:?}");
        answers(&mut client, 0);
    }
    client.leave();
}
