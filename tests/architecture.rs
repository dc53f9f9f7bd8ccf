//! The shape of the house, held: the order of the floors, who sees whom, and where outside crates
//! may be named.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file below a folder of `src`, by its path from the project's folder.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path
                    .strip_prefix(root())
                    .expect("it lies in the project")
                    .display()
                    .to_string();
                found.push((name, read(&path)));
            }
        }
    }
    found.sort();
    found
}

/// The code of a file: no comments, and nothing behind the first test module.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms of the library, in the order of the floors.
fn rooms() -> Vec<String> {
    read(&root().join("src/lib.rs"))
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// The room in which a file of the library lies.
fn room_of(file: &str) -> Option<String> {
    let inner = file.strip_prefix("src/")?;
    let room = inner.split(['/', '.']).next()?;
    (!matches!(room, "lib" | "main" | "cli")).then(|| room.to_owned())
}

/// The rooms that a text names: `crate::room`, and the rooms in `use crate::{a, b::c}`.
fn named(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let word = |text: &str| -> String {
            text.chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                .collect()
        };
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0usize;
            let mut start = true;
            for (index, letter) in list.char_indices() {
                match letter {
                    '}' if depth == 0 => break,
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    letter if start && !letter.is_whitespace() => {
                        named.push(word(&list[index..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            named.push(word(rest));
        }
    }
    named
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let rooms = rooms();
    assert!(rooms.len() > 8, "the list of rooms was read: {rooms:?}");
    let mut wrong = Vec::new();
    for (file, text) in files(&root().join("src")) {
        let Some(room) = room_of(&file) else { continue };
        let own = rooms
            .iter()
            .position(|one| *one == room)
            .unwrap_or_else(|| panic!("{file} lies in no room of lib.rs"));
        for other in named(&code(&text)) {
            if let Some(place) = rooms.iter().position(|one| *one == other)
                && place > own
            {
                wrong.push(format!("{file} names crate::{other}, which lies below it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn behind_the_waist_there_is_only_the_plan() {
    let mut wrong = Vec::new();
    for (file, text) in files(&root().join("src/backend")) {
        for other in named(&code(&text)) {
            let allowed = ["plan", "diagnostic", "source", "promql", "backend"];
            if !allowed.contains(&other.as_str()) {
                wrong.push(format!(
                    "{file} names crate::{other}: the plan lacks a field"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_outside_crate_has_one_address() {
    let addresses: &[(&str, &[&str])] = &[
        ("pest", &["src/syntax/"]),
        ("pest_derive", &["src/syntax/"]),
        ("petgraph", &["src/graph.rs"]),
        ("handlebars", &["src/backend/"]),
        ("codespan_reporting", &["src/report/"]),
        ("clap", &["src/cli/", "src/main.rs"]),
        ("clap_complete", &["src/cli/"]),
        ("clap_mangen", &["src/cli/"]),
        ("miette", &["src/cli/", "src/main.rs"]),
        ("tempfile", &["src/cli/"]),
        ("similar", &["src/cli/"]),
        ("ignore", &["src/cli/"]),
        ("jiff", &["src/time/"]),
        ("num_rational", &["src/quantity/"]),
        ("line_index", &["src/source.rs"]),
        ("strsim", &["src/diagnostic.rs"]),
        ("toml", &["src/settings.rs"]),
        (
            "promql_parser",
            &[
                "src/promql/",
                "src/checks/queries/",
                "src/backend/promql.rs",
            ],
        ),
        ("serde_saphyr", &["src/backend/yaml.rs"]),
        ("pulldown_cmark", &["src/backend/", "src/cli/mdbook/"]),
        ("notify", &["src/cli/watch.rs"]),
        ("ctrlc", &["src/cli/watch.rs"]),
        ("libc", &["src/cli/disk.rs"]),
        ("base64", &["src/backend/html/"]),
        ("lsp_server", &["src/lsp/"]),
        ("lsp_types", &["src/lsp/"]),
        ("crossbeam_channel", &["src/lsp/"]),
    ];
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (file, text) in files(&root().join("src")) {
        let code = code(&text);
        for (krate, places) in addresses {
            let path = format!("{krate}::");
            let uses = code.match_indices(&path).any(|(at, _)| {
                !code[..at].ends_with(|letter: char| {
                    letter.is_alphanumeric() || matches!(letter, '_' | ':')
                })
            });
            if uses {
                *seen.entry(krate).or_default() += 1;
                if !places.iter().any(|place| file.starts_with(place)) {
                    wrong.push(format!(
                        "{file} names {krate}, which lives in {}",
                        places.join(", ")
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen.len() > 8, "crates were found: {seen:?}");
}

/// The rules of the grammar that leave a node: not silent, no keyword, no mark of the parser's own.
fn nodes_of_the_grammar() -> Vec<String> {
    read(&root().join("grammar/deploy.pest"))
        .lines()
        .filter_map(|line| {
            let (name, body) = line.split_once('=')?;
            let name = name.trim();
            let body = body.trim_start();
            let word = !name.is_empty()
                && name
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            let own = word && !line.starts_with(' ') && !body.starts_with("_{");
            (own && !name.starts_with("k_") && !name.starts_with("explain_"))
                .then(|| name.to_owned())
        })
        .collect()
}

#[test]
fn every_rule_of_the_grammar_is_read() {
    let mut code = String::new();
    for folder in ["src/syntax", "src/model"] {
        for (_, text) in files(&root().join(folder)) {
            code.push_str(&text);
        }
    }
    let rules = nodes_of_the_grammar();
    assert!(rules.len() > 100, "the grammar was read");
    // Parts of tokens, and words that the text of their node says as well.
    let inside = [
        "noun_stop",
        "clause_word",
        "action_word",
        "predicate_word",
        "spoken_word",
        "counting_word",
        "statement_word",
    ];
    let unread: Vec<&String> = rules
        .iter()
        .filter(|rule| !inside.contains(&rule.as_str()))
        .filter(|rule| {
            !code
                .match_indices(&format!("Kind::{rule}"))
                .any(|(at, found)| {
                    !code[at + found.len()..]
                        .starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
                })
        })
        .collect();
    assert!(unread.is_empty(), "nothing reads {unread:?}");
}

/// What others may rely on is what the library names at its root. The rooms are hidden from its documentation.
#[test]
fn the_documented_items_of_the_library_are_these() {
    let text = read(&root().join("src/lib.rs"));
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with("pub mod ") {
            assert_eq!(lines[at - 1], "#[doc(hidden)]", "{line}");
        }
    }
    let documented: Vec<&str> = lines
        .into_iter()
        .filter(|line| line.starts_with("pub ") && !line.starts_with("pub mod "))
        .collect();
    let expected = [
        "pub use backend::{Artifact, Backend, Embedded, Templates};",
        "pub use catalogue::backend;",
        "pub use compile::{Compilation, check, plan};",
        "pub use diagnostic::{Category, Diagnostic, Edit, Fix, Label, Level, Rule};",
        "pub use plan::Plan;",
        "pub use report::{Checked, Format, Look, Report};",
        "pub use source::{LoadError, Loader, NoFiles, Source, SourceId, Sources, Span};",
    ];
    assert_eq!(documented, expected);
}

/// Each binary of tests links the library once more (`tests/README.md`).
#[test]
fn there_is_one_binary_for_each_kind_of_test() {
    let mut found: Vec<String> = std::fs::read_dir(root().join("tests"))
        .expect("the folder can be read")
        .map(|entry| entry.expect("the entry can be read").path())
        .filter(|path| {
            path.extension().is_some_and(|end| end == "rs") || path.join("main.rs").exists()
        })
        .map(|path| {
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    found.sort();
    assert_eq!(found, ["architecture.rs", "blackbox", "proofs", "views"]);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut wrong = Vec::new();
    for (file, text) in files(&root().join("src")) {
        let code = code(&text);
        for word in ["todo!(", "unimplemented!(", "dbg!(", ".unwrap()"] {
            if code.contains(word) {
                wrong.push(format!("{file} has {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_says_what_it_is_at_its_door() {
    for room in rooms() {
        let file = root().join(format!("src/{room}.rs"));
        let door = match file.exists() {
            true => file,
            false => root().join(format!("src/{room}/mod.rs")),
        };
        let text = read(&door);
        let head: String = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .collect::<Vec<_>>()
            .join(" ")
            .replace("//!", "");
        for part in ["In:", "Out:", "nows nothing of"] {
            assert!(
                head.contains(part),
                "{}: the door does not say `{part}`",
                door.display()
            );
        }
    }
}

/// Rooms that read specs use the one definition of a blank in `src/blank.rs`: what Unicode or ASCII call white space
/// is more, and a place that is found with the one and read with the other may lie inside a character.
#[test]
fn what_separates_words_is_defined_once() {
    let rooms = ["quantity", "time", "syntax", "model", "allow", "lsp"];
    // The frame of a message to the server, and addresses in texts.
    let others = ["src/lsp/frame.rs", "src/lsp/links.rs"];
    let words = [
        "is_whitespace",
        "is_ascii_whitespace",
        "split_whitespace",
        "split_ascii_whitespace",
        ".trim()",
        ".trim_start()",
        ".trim_end()",
        "str::trim",
        "trim_ascii",
    ];
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for (file, text) in files(&root().join("src")) {
        let reads = room_of(&file).is_some_and(|room| rooms.contains(&room.as_str()));
        if !reads || others.contains(&file.as_str()) {
            continue;
        }
        looked_at += 1;
        let code = code(&text);
        for word in words.iter().filter(|word| code.contains(**word)) {
            wrong.push(format!("{file} has `{word}`: see src/blank.rs"));
        }
    }
    assert!(looked_at > 100, "{looked_at} files were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file is one thing a person can hold in mind; longer ones are split by noun.
#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    const LINES: usize = 500;
    let long: Vec<String> = files(&root().join("src"))
        .into_iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES)
        .map(|(name, lines)| format!("{name} has {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split these by noun: {}", long.join(", "));
}

/// The manual is a book: a page that its summary does not name is not in it.
#[test]
fn every_page_stands_in_the_summary_of_the_manual() {
    let summary = read(&root().join("docs/SUMMARY.md"));
    let missing: Vec<String> = std::fs::read_dir(root().join("docs"))
        .expect("the folder can be read")
        .map(|entry| entry.expect("the entry can be read").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
        .filter(|name| !summary.contains(&format!("]({name})")))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/SUMMARY.md does not name {missing:?}"
    );
}

/// The anchor of a heading, as GitHub and mdBook make it.
fn slug(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

#[test]
fn every_link_between_pages_leads_to_a_page_and_a_heading() {
    let folder = root().join("docs");
    let pages: BTreeMap<String, String> = std::fs::read_dir(&folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the entry can be read").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            (name.into_owned(), read(&path))
        })
        .collect();
    let mut wrong = Vec::new();
    let mut links = 0;
    for (name, text) in &pages {
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let (page, anchor) = target.split_once('#').unwrap_or((target, ""));
            let page = if page.is_empty() { name } else { page };
            if page.contains(':') || !page.ends_with(".md") {
                continue;
            }
            links += 1;
            let Some(other) = pages.get(page) else {
                wrong.push(format!("docs/{name}: there is no page {page}"));
                continue;
            };
            let known = other
                .lines()
                .filter_map(|line| line.strip_prefix('#'))
                .any(|heading| slug(heading.trim_start_matches('#')) == anchor);
            let known = known || other.contains(&format!("<a id=\"{anchor}\"></a>"));
            // A runbook that is drawn in a page brings anchors of its own.
            if !anchor.is_empty() && !known && !other.contains("{{#deploy") {
                wrong.push(format!("docs/{name}: {page} has no heading #{anchor}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(links > 20, "links were found: {links}");
}

/// The steps of a script of `.ci`, in their order.
fn steps_of(script: &str) -> Vec<String> {
    read(&root().join(".ci").join(script))
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("step "))
        .filter_map(|rest| rest.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn each_step_of_ci_has_its_time_and_they_add_up_to_forty_minutes() {
    let budget: BTreeMap<String, u32> = read(&root().join(".ci/budget"))
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            let number = words.next().and_then(|number| number.parse().ok());
            (name, number.expect("a name and a number"))
        })
        .collect();
    let (run, long) = (steps_of("run"), steps_of("long"));
    assert!(run.len() > 8 && !long.is_empty(), "steps were found");
    let mut known: Vec<&String> = run.iter().chain(&long).collect();
    known.sort();
    let mut lines: Vec<&String> = budget.keys().filter(|name| *name != "pace-ms").collect();
    lines.sort();
    assert_eq!(known, lines, "the steps, and the lines of .ci/budget");
    let together: u32 = run.iter().map(|step| budget[step]).sum();
    assert!(together <= 2400, ".ci/run may take {together} s");
}

/// The paths of a use tree, flat: `a::{b, c::{d, e}}` is `a::b`, `a::c::d`, `a::c::e`.
fn flat(before: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((head, rest)) = tree.split_once('{') else {
        paths.push(format!("{before}{tree}"));
        return;
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let mut depth = 0usize;
    let mut begin = 0;
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                flat(&format!("{before}{head}"), &inner[begin..at], paths);
                begin = at + 1;
            }
            _ => {}
        }
    }
    flat(&format!("{before}{head}"), &inner[begin..], paths);
}

/// What a file names with `super::` and `crate::`, in `use` and in between, each part by itself.
fn paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for statement in code.split("use ").skip(1) {
        let tree = statement.split(';').next().unwrap_or_default();
        let tree: String = tree.split_whitespace().collect();
        if tree.starts_with("super") || tree.starts_with("crate") {
            flat("", &tree, &mut paths);
        }
    }
    let part = |letter: char| !(letter.is_alphanumeric() || "_:".contains(letter));
    let plain = code
        .split(part)
        .filter(|path| path.starts_with("super::") || path.starts_with("crate::"));
    paths.extend(plain.map(str::to_owned));
    paths
}

/// Files of one room that name each other in a circle make one file of several. A folder and its door count
/// as one way: the door names what stands behind it.
#[test]
fn files_of_a_room_stand_in_few_circles() {
    const MOST: usize = 5;
    let files = files(&root().join("src"));
    let module = |file: &str| {
        let inner = file.trim_start_matches("src/").trim_end_matches(".rs");
        inner.trim_end_matches("/mod").replace('/', "::")
    };
    let modules: Vec<String> = files.iter().map(|(file, _)| module(file)).collect();
    let place = |path: &str| {
        let mut path = path;
        loop {
            if let Some(place) = modules.iter().position(|one| one == path) {
                return Some(place);
            }
            path = path.rsplit_once("::")?.0;
        }
    };
    let mut graph = petgraph::Graph::<usize, ()>::new();
    let nodes: Vec<_> = (0..files.len()).map(|own| graph.add_node(own)).collect();
    for (own, (_, text)) in files.iter().enumerate() {
        let name = &modules[own];
        for path in paths(&code(text)) {
            let mut parts = path.split("::").peekable();
            let mut around: Vec<&str> = name.split("::").collect();
            if parts.next_if_eq(&"crate").is_some() {
                around.clear();
            }
            while parts.next_if_eq(&"super").is_some() {
                around.pop();
            }
            around.extend(parts);
            let Some(other) = place(&around.join("::")) else {
                continue;
            };
            let there = &modules[other];
            let room = |name: &str| name.split("::").next().map(str::to_owned);
            let nested =
                there.starts_with(&format!("{name}::")) || name.starts_with(&format!("{there}::"));
            if own != other && !nested && room(name) == room(there) {
                graph.update_edge(nodes[own], nodes[other], ());
            }
        }
    }
    let circles: Vec<Vec<&str>> = petgraph::algo::tarjan_scc(&graph)
        .into_iter()
        .filter(|circle| circle.len() > 1)
        .map(|circle| {
            circle
                .into_iter()
                .map(|node| modules[graph[node]].as_str())
                .collect()
        })
        .collect();
    assert!(graph.edge_count() > 300, "the files were read");
    assert!(circles.len() <= MOST, "{circles:#?}");
}

/// The words of the left column of the table in `docs/style.md`.
fn words_not_to_write() -> Vec<String> {
    let page = read(&root().join("docs/style.md"));
    let (_, table) = page
        .split_once("| --- | --- |\n")
        .expect("there is a table");
    let rows = table
        .lines()
        .filter_map(|row| row.strip_prefix("| ")?.split(" | ").next());
    let words = rows.flat_map(|words| words.split(", ")).map(str::to_owned);
    words.collect()
}

/// Where a text has one of some words, between letters that belong to no word or name.
fn said(text: &str, words: &[String]) -> Option<String> {
    let text = text.to_lowercase();
    let of_word = |letter: char| letter.is_alphanumeric() || "-_`/{}".contains(letter);
    words.iter().find_map(|word| {
        let (begin, open) = match word.strip_suffix(" `x`") {
            Some(begin) => (format!("{begin} `"), true),
            None => (word.clone(), false),
        };
        let found = text.match_indices(&begin).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let behind = text[at + found.len()..].chars().next();
            !before.is_some_and(of_word) && (open || !behind.is_some_and(of_word))
        });
        found.then(|| word.clone())
    })
}

/// The texts in quotes of a file's code, and what `--help` is made of: the comments of the command line.
fn spoken(file: &str, text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let is_help = file.starts_with("src/cli/");
    let mut texts = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        if let Some(help) = trimmed.strip_prefix("///") {
            if is_help {
                texts.push(help.to_owned());
            }
            continue;
        }
        if trimmed.starts_with("//") {
            continue;
        }
        let quoted = line.split('"').skip(1).step_by(2);
        texts.extend(quoted.map(str::to_owned));
    }
    texts
}

#[test]
fn messages_help_and_manual_use_the_words_of_the_field() {
    let words = words_not_to_write();
    assert!(words.len() > 10, "{words:?}");
    let mut found = Vec::new();
    for (file, text) in files(&root().join("src")) {
        for spoken in spoken(&file, &text) {
            // A text of one word is a name.
            if let Some(word) = said(&spoken, &words)
                && spoken != word
            {
                found.push(format!("{file}: {word}: {}", spoken.trim()));
            }
        }
    }
    let mut pages = vec![root().join("README.md")];
    let docs = std::fs::read_dir(root().join("docs")).expect("the folder can be read");
    pages.extend(docs.map(|entry| entry.expect("the entry can be read").path()));
    for page in pages {
        if page.extension().is_none_or(|end| end != "md") || page.ends_with("style.md") {
            continue;
        }
        for line in read(&page).lines() {
            if let Some(word) = said(line, &words) {
                found.push(format!("{}: {word}: {line}", page.display()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "docs/style.md has better words:\n{}",
        found.join("\n")
    );
}
