//! Findings, pushed and pulled, and what can be done about them.

use serde_json::{Value, json};

use super::client::{Client, FOLDER, slice, uri};
use super::{SPEC, opened};

const FILE: &str = "checkout.deploy";

#[test]
fn findings_come_by_themselves_and_go_again() {
    let mut client = opened();
    let first = client.hear("textDocument/publishDiagnostics");
    assert_eq!(first["uri"], uri(FILE));
    assert_eq!(first["version"], 1);
    client.replace(FILE, "owner lead", "owner leed");
    let shown = loop {
        let shown = client.hear("textDocument/publishDiagnostics");
        if shown["version"] == 2 {
            break shown;
        }
    };
    let finding = shown["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|finding| finding["code"] == "D0201")
        .expect("the name is unknown")
        .clone();
    assert_eq!(finding["severity"], 1);
    assert_eq!(finding["source"], "deployc");
    assert_eq!(slice(&client.texts[FILE], &finding["range"]), "leed");
    let page = finding["codeDescription"]["href"].as_str().expect("a link");
    let path = page.trim_start_matches("file://");
    let text = client.files.texts.lock().expect("no panic")[path].clone();
    assert!(text.contains("D0201") && text.contains("unknown-name"));
    client.close(FILE);
    loop {
        let shown = client.hear("textDocument/publishDiagnostics");
        if shown.get("version").is_none() {
            assert_eq!(shown["diagnostics"], json!([]));
            break;
        }
    }
    client.leave();
}

#[test]
fn mistakes_of_reading_are_shown_at_once_and_others_stay_where_they_move() {
    let mut client = opened();
    client.replace(FILE, "owner lead", "owner leed");
    assert!(client.codes(FILE).contains(&"D0201".to_owned()));
    client.said.clear();
    client.edit(FILE, 13..13, "@@@\n");
    let shown = loop {
        let shown = client.hear("textDocument/publishDiagnostics");
        if shown["version"] == client.version(FILE) {
            break shown;
        }
    };
    let texts: Vec<&str> = shown["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| slice(&client.texts[FILE], &finding["range"]))
        .collect();
    assert!(texts.iter().any(|text| text.contains('@')), "{texts:?}");
    assert!(texts.contains(&"leed"), "{texts:?}");
    client.leave();
}

#[test]
fn related_places_and_tags_are_told() {
    let mut client = Client::new();
    let text = format!("{SPEC}\nrole lead \"Again\"\nparam left : text\n");
    client.open(FILE, &text);
    let findings = client.findings(FILE);
    let twice = findings
        .iter()
        .find(|finding| finding["code"] == "D0202")
        .expect("it is declared twice");
    let related = &twice["relatedInformation"][0];
    assert_eq!(related["message"], "declared first");
    assert_eq!(related["location"]["uri"], uri(FILE));
    assert_eq!(slice(&text, &related["location"]["range"]), "lead");
    let unused = findings
        .iter()
        .find(|finding| finding["code"] == "D0203" && slice(&text, &finding["range"]) == "left")
        .expect("it is unused");
    assert_eq!(unused["tags"], json!([1]));
    client.leave();
}

#[test]
fn a_pull_that_knows_the_state_is_told_so() {
    let mut client = opened();
    let params = client.file(FILE);
    let first = client.ask("textDocument/diagnostic", params.clone());
    assert_eq!(first["kind"], "full");
    let mut again = params;
    again["previousResultId"] = first["resultId"].clone();
    let second = client.ask("textDocument/diagnostic", again);
    assert_eq!(second["kind"], "unchanged");
    client.leave();
}

#[test]
fn a_client_that_pulls_is_not_pushed_to() {
    let mut client = Client::with(json!({ "textDocument": { "diagnostic": {} } }));
    client.open(FILE, SPEC);
    let params = client.file(FILE);
    client.ask("textDocument/diagnostic", params);
    let pushed = client.said.iter().any(|message| {
        matches!(message, deployc::lsp::Message::Notification(note)
            if note.method == "textDocument/publishDiagnostics")
    });
    assert!(!pushed);
    client.leave();
}

/// The actions that are offered at some words.
fn actions(client: &mut Client, words: &str, only: Option<&str>) -> Vec<Value> {
    let text = &client.texts[FILE];
    let at = text.find(words).expect("the words are there");
    let mut context = json!({ "diagnostics": [] });
    if let Some(only) = only {
        context["only"] = json!([only]);
    }
    let params = json!({
        "textDocument": { "uri": uri(FILE) },
        "range": {
            "start": super::client::position(text, at),
            "end": super::client::position(text, at + words.len()),
        },
        "context": context,
    });
    let answer = client.ask("textDocument/codeAction", params);
    answer.as_array().expect("a list").clone()
}

fn titled(actions: &[Value], title: &str) -> Value {
    actions
        .iter()
        .find(|action| {
            action["title"]
                .as_str()
                .is_some_and(|own| own.contains(title))
        })
        .unwrap_or_else(|| panic!("`{title}` in {actions:#?}"))
        .clone()
}

#[test]
fn every_fix_is_offered() {
    let mut client = opened();
    client.replace(FILE, "owner lead", "owner leed");
    let action = titled(&actions(&mut client, "leed", None), "Write `lead`");
    let after = client.after(FILE, &action["edit"]["changes"][uri(FILE)]);
    assert_eq!(after, SPEC);
    client.leave();
}

#[test]
fn a_finding_can_be_allowed_with_a_reason() {
    let mut client = opened();
    let text = format!("{SPEC}\nparam left : text\n");
    let whole = client.texts[FILE].len();
    client.edit(FILE, 0..whole, &text);
    let action = titled(&actions(&mut client, "left", None), "Allow `unused`");
    let after = client.after(FILE, &action["edit"]["changes"][uri(FILE)]);
    assert!(after.ends_with("# deployc: allow(unused, reason = \"…\")\nparam left : text\n"));
    let whole = client.texts[FILE].len();
    let unused = |findings: &[Value], text: &str| {
        findings
            .iter()
            .any(|finding| finding["code"] == "D0203" && slice(text, &finding["range"]) == "left")
    };
    assert!(unused(&client.findings(FILE), &text));
    client.edit(FILE, 0..whole, &after);
    assert!(!unused(&client.findings(FILE), &after));
    client.leave();
}

#[test]
fn all_safe_fixes_at_once() {
    let mut client = Client::new();
    let text = "edition 2026\n\nphase a\n  check \"x\"\n}\n\nphase b\n  check \"y\"\n}\n";
    client.open(FILE, text);
    let all = actions(&mut client, "edition", Some("source.fixAll"));
    let action = titled(&all, "all fixes");
    let after = client.after(FILE, &action["edit"]["changes"][uri(FILE)]);
    assert_eq!(after.matches('{').count(), 2, "{after}");
    client.leave();
}

#[test]
fn statements_become_a_checklist() {
    let mut client = opened();
    let words =
        "check reviewed \"The change of {migrate} is reviewed\"\n  check tested \"All tests pass\"";
    let action = titled(
        &actions(&mut client, words, Some("refactor")),
        "Make a checklist",
    );
    let after = client.after(FILE, &action["edit"]["changes"][uri(FILE)]);
    assert!(after.contains(
        "checklist prepare-checks \"…\" {\n  check reviewed \"The change of {migrate} is reviewed\"\n  check tested \"All tests pass\"\n}\n\nphase prepare"
    ), "{after}");
    assert!(
        after.contains("by lead {\n  include prepare-checks\n  include reachable"),
        "{after}"
    );
    let whole = client.texts[FILE].len();
    client.edit(FILE, 0..whole, &after);
    assert!(
        !client
            .codes(FILE)
            .iter()
            .any(|code| code.starts_with("D01") || code.starts_with("D02"))
    );
    client.leave();
}

#[test]
fn mistakes_in_modules_are_shown_where_they_are_brought_in() {
    let mut client = opened();
    let broken = "edition 2026\nchecklist smoke \"Smoke\" {\n  chekc \"x\"\n}\n";
    client
        .files
        .texts
        .lock()
        .expect("no panic")
        .insert("/project/common.deploy".to_owned(), broken.to_owned());
    client.tell(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": uri("common.deploy"), "type": 2 }] }),
    );
    let findings = client.findings(FILE);
    let found = findings
        .iter()
        .find(|finding| slice(SPEC, &finding["range"]) == "./common")
        .expect("it is shown at the `use`");
    let related = &found["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], uri("common.deploy"));
    client.leave();
}

#[test]
fn an_open_module_counts_before_the_one_on_the_disk() {
    let mut client = opened();
    assert!(!client.codes(FILE).contains(&"D0201".to_owned()));
    let other = "edition 2026\nchecklist other \"Other\" {\n  check \"x\"\n}\n";
    client.open("common.deploy", other);
    assert!(client.codes(FILE).contains(&"D0201".to_owned()));
    client.replace("common.deploy", "other \"", "smoke \"");
    assert!(!client.codes(FILE).contains(&"D0201".to_owned()));
    client.close("common.deploy");
    assert!(!client.codes(FILE).contains(&"D0201".to_owned()));
    client.leave();
}

#[test]
fn settings_are_honoured_and_read_again() {
    let mut client = Client::new();
    let text = format!("{SPEC}\nparam left : text\n");
    client.open(FILE, &text);
    assert!(client.codes(FILE).contains(&"D0203".to_owned()));
    *client.files.settings.lock().expect("no panic") = "[rules]\nunused = \"off\"\n".to_owned();
    let settings =
        json!({ "changes": [{ "uri": format!("file://{FOLDER}/deployc.toml"), "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", settings.clone());
    assert!(!client.codes(FILE).contains(&"D0203".to_owned()));
    // Settings that can't be read are told once, and the rules hold as if there were none.
    *client.files.settings.lock().expect("no panic") = "[rules]\nunusd = \"off\"\n".to_owned();
    client.tell("workspace/didChangeWatchedFiles", settings);
    assert!(client.codes(FILE).contains(&"D0203".to_owned()));
    let told = client.hear("window/showMessage");
    assert!(
        told["message"]
            .as_str()
            .is_some_and(|text| text.contains("unusd"))
    );
    client.leave();
}
