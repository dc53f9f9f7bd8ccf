//! Names over every spec of the project, through the server: each place that names something leads to
//! it, and whatever its author named can have another name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use deployc::backend::plan_json;
use deployc::compile;
use deployc::model::{self, Definition, SymbolKind};
use deployc::source::{NoFiles, Source, SourceId, Sources};
use deployc::syntax::{self, Kind, Node};
use serde_json::{Value, json};

use super::client::{Client, offset, slice, uri};

const FILE: &str = "spec.deploy";

/// The specs that bring in nothing but the standard library and have a plan.
fn specs() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("examples"), root.join("tests/corpus")];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "deploy") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).ok()?;
        plan(&text)?;
        Some((path.display().to_string(), text))
    };
    let specs: Vec<(String, String)> = paths.iter().filter_map(read).collect();
    assert!(specs.len() > 20, "{}", specs.len());
    specs
}

/// The plan of a text, if it has one.
fn plan(text: &str) -> Option<String> {
    let compilation = compile::check(FILE, text.to_owned(), &NoFiles);
    Some(plan_json::text(&compile::plan(&compilation)?))
}

/// The declarations and nodes that stand in a text itself, and how often each is meant.
fn definitions(text: &str) -> Vec<(Definition, usize)> {
    let mut sources = Sources::default();
    let root = sources.add(Source::new(FILE, text.to_owned()));
    let (file, _) = syntax::parse(root, text);
    let symbols = model::symbols(&file, &mut sources, &NoFiles);
    let mut uses = vec![0; symbols.definitions.len()];
    for reference in &symbols.references {
        uses[reference.to] += 1;
    }
    let all = symbols.definitions.into_iter().zip(uses);
    all.filter(|(one, _)| one.name_span.source == root)
        .collect()
}

/// The paths of a text that name something, whatever it is.
fn paths(node: Node<'_>, found: &mut Vec<(usize, String)>) {
    for child in node.children() {
        let (around, kind) = (node.kind(), child.kind());
        let names = match (around, kind) {
            (Kind::setting, Kind::path) => {
                node.child(Kind::setting_word).map(Node::text) == Some("owner")
            }
            (Kind::metric_ref, Kind::path) => {
                // A percentile, an option, a word of a choice, `no-data`.
                false
            }
            (_, Kind::path) => !matches!(child.text(), "rollback" | "stable"),
            _ => false,
        };
        if names {
            found.push((child.span().end as usize, child.text().to_owned()));
        }
        paths(child, found);
    }
}

#[test]
fn every_path_leads_to_what_it_names() {
    let (mut client, mut count) = (Client::new(), 0);
    for (path, text) in specs() {
        client.open(FILE, &text);
        let (file, _) = syntax::parse(SourceId::default(), &text);
        let mut found = Vec::new();
        for piece in &file.pieces {
            paths(piece.root(), &mut found);
        }
        for (end, written) in found {
            let params = client.at(FILE, end);
            let answer = client.ask("textDocument/definition", params);
            assert!(
                answer["uri"].is_string(),
                "{path}: `{written}` leads nowhere"
            );
            count += 1;
        }
        client.close(FILE);
    }
    assert!(count > 400, "{count}");
    client.leave();
}

/// Every node of a plan can be named in an `after`, and leads to where it is written.
#[test]
fn every_id_leads_to_where_it_is_written() {
    let (mut client, mut count) = (Client::new(), 0);
    for (path, text) in specs() {
        let known = definitions(&text);
        let ids = known
            .iter()
            .flat_map(|(one, _)| one.ids.iter().map(move |id| (id, one)));
        let ids: Vec<(&String, &Definition)> = ids.collect();
        let mut more = format!("{text}\n");
        let mut places = Vec::new();
        for (number, (id, one)) in ids.iter().enumerate() {
            more.push_str(&format!("phase zq-{number} after {id}"));
            places.push((more.len(), *one, id.as_str()));
            more.push_str(" {\n}\n");
        }
        client.open(FILE, &more);
        for (end, one, id) in places {
            let params = client.at(FILE, end);
            let answer = client.ask("textDocument/definition", params);
            let start = offset(&more, &answer["range"]["start"]);
            assert_eq!(
                start, one.name_span.start as usize,
                "{path}: {id}: {answer}"
            );
            count += 1;
        }
        client.close(FILE);
    }
    assert!(count > 300, "{count}");
    client.leave();
}

/// Another name of the same length, so that what is made of names is cut at the same places. Each word of
/// it has letters of its own.
fn other(name: &str) -> String {
    let pairs = ["zq", "xj", "vk", "wq", "yx", "zj", "kx", "qv"];
    let words = name.split('-').zip(pairs.iter().cycle());
    let words = words.map(|(word, pair)| {
        let length = word.len().max(3);
        pair.chars().cycle().take(length).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}

/// A plan in which the old name stands again, or what is left of it where it was cut.
fn with_old(plan: &str, old: &str, new: &str) -> Value {
    let mut back = plan.replace(new, old);
    back = back.replace(&model::variable(new), &model::variable(old));
    for (old, new) in old.split('-').zip(new.split('-')) {
        back = back.replace(new, old);
    }
    without_places(serde_json::from_str(&back).expect("it is JSON"))
}

/// A plan without the columns of what stands behind names of other lengths.
fn without_places(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let inner = map.into_iter();
            let inner = inner.filter(|(key, _)| !matches!(key.as_str(), "column" | "end_column"));
            Value::Object(
                inner
                    .map(|(key, value)| (key, without_places(value)))
                    .collect(),
            )
        }
        Value::Array(list) => Value::Array(list.into_iter().map(without_places).collect()),
        value => value,
    }
}

/// Every name that something means, and of the others some of each kind.
#[test]
fn whatever_its_author_named_can_have_another_name() {
    let (mut client, mut count) = (Client::new(), 0);
    for (path, text) in specs() {
        let before = plan(&text).expect("it has a plan");
        client.open(FILE, &text);
        let mut alone: BTreeMap<SymbolKind, usize> = BTreeMap::new();
        let known = definitions(&text);
        let mut renamed = Vec::new();
        for (one, uses) in known.iter().filter(|(one, _)| one.named) {
            let alone = alone.entry(one.kind).or_default();
            *alone += usize::from(*uses == 0);
            if *uses == 0 && *alone > 1 {
                continue;
            }
            let new = other(&one.name);
            let mut params = client.at(FILE, one.name_span.start as usize);
            params["newName"] = json!(new);
            let what = format!("{path}: {} `{}`", one.kind.word(), one.name);
            let answer = client
                .try_ask("textDocument/rename", params)
                .unwrap_or_else(|(_, why)| panic!("{what}: {why}"));
            let edits = &answer["changes"][uri(FILE)];
            renamed.push((what, one.name.clone(), new, client.after(FILE, edits)));
            count += 1;
        }
        client.close(FILE);
        let before = without_places(serde_json::from_str(&before).expect("JSON"));
        for (what, old, new, after) in renamed {
            let plan = plan(&after).unwrap_or_else(|| panic!("{what}: no plan after\n{after}"));
            let plan = with_old(&plan, &old, &new);
            assert!(plan == before, "{what}: {}", difference(&before, &plan));
        }
    }
    assert!(count > 300, "{count}");
    client.leave();
}

/// Where two values differ first.
fn difference(a: &Value, b: &Value) -> String {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys());
            let mut keys = keys.filter(|key| a.get(*key) != b.get(*key));
            keys.next().map_or_else(String::new, |key| {
                let (a, b) = (a.get(key), b.get(key));
                let (a, b) = (a.unwrap_or(&Value::Null), b.unwrap_or(&Value::Null));
                format!(".{key}{}", difference(a, b))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let at = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(0);
            format!("[{at}]{}", difference(&a[at], &b[at]))
        }
        (a, b) => format!(": {a:.300} is {b:.300}"),
    }
}

/// Names that the compiler makes have none to replace: what to do is said.
#[test]
fn made_names_are_refused_with_a_way_out() {
    let text = "edition 2026\ndeployment \"D\" {\n}\nphase p \"P\" {\n  hold 15m\n  check \"All tests pass\"\n}\nphase q \"Q\" after p/hold-15m {\n}\nphase r \"R\" after p/all-tests-pass {\n}\n";
    let mut client = Client::new();
    client.open(FILE, text);
    for (words, place, why) in [
        ("hold-15m {", "hold 15m", "behind `hold`"),
        ("all-tests-pass {", "\"All tests pass\"", "from its title"),
    ] {
        let params = client.before(FILE, words);
        let answer = client.ask("textDocument/definition", params);
        assert_eq!(slice(text, &answer["range"]), place);
        let mut params = client.before(FILE, words);
        params["newName"] = json!("other");
        let (_, refusal) = client
            .try_ask("textDocument/rename", params)
            .expect_err("it has no name");
        assert!(refusal.contains(why), "{refusal}");
    }
    client.leave();
}

/// While a declaration can't be read, what it declares is still known, wherever it has moved to.
#[test]
fn a_broken_text_is_answered_from_its_last_whole_state() {
    let text = "edition 2026\ndeployment \"D\" {\n}\nmetric errors \"Errors\" : percent in ratio {\n  better lower\n}\nphase p \"P\" {\n  check errors < 1%\n  hold 5m while errors < 2%\n}\n";
    let mut client = Client::new();
    client.open(FILE, text);
    client.replace(FILE, "edition 2026\n", "edition 2026\n# a line\n");
    client.replace(
        FILE,
        "errors \"Errors\" : percent in ratio {",
        "errors \"Errors : perc {",
    );
    let now = client.texts[FILE].clone();
    assert!(syntax::parse(SourceId::default(), &now).1.len() == 1);
    let params = client.before(FILE, "errors < 2%");
    let answer = client.ask("textDocument/definition", params.clone());
    let at = offset(&now, &answer["range"]["start"]);
    assert!(now[at..].starts_with("errors \"Errors : perc"), "{answer}");
    let mut params = params;
    params["context"] = json!({ "includeDeclaration": true });
    let found = client.ask("textDocument/references", params);
    let found = found.as_array().expect("a list");
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found
            .iter()
            .all(|one| slice(&now, &one["range"]) == "errors")
    );
    // What is new since then is known as well.
    client.replace(FILE, "  check errors < 1%\n", "  check new \"New\"\n");
    client.replace(
        FILE,
        "phase p \"P\" {",
        "phase o \"O\" after p/new {\n}\nphase p \"P\" {",
    );
    let params = client.before(FILE, "new {");
    let answer = client.ask("textDocument/definition", params);
    assert_eq!(slice(&client.texts[FILE].clone(), &answer["range"]), "new");
    client.leave();
}
