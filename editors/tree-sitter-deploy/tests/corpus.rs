//! Every healthy spec parses without an ERROR node, and has the declarations that the compiler reads.

use std::path::{Path, PathBuf};

use deployc::source::SourceId;
use deployc::syntax::{self, Kind};
use tree_sitter::{Node, Parser, Query, QueryCursor, StreamingIterator, Tree};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Specs in which the compiler finds no mistake of reading, by their paths.
fn specs() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["examples", "stdlib", "tests/corpus", "tests/rules"]
        .iter()
        .map(|folder| root().join(folder))
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "deploy") {
                let text = std::fs::read_to_string(&path).expect("the spec can be read");
                let (_, mistakes) = syntax::parse(SourceId(0), &text);
                if mistakes.is_empty() {
                    found.push((path, text));
                }
            }
        }
    }
    found.sort();
    assert!(found.len() > 150, "the specs were found: {}", found.len());
    found
}

fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_deploy::LANGUAGE.into())
        .expect("the language fits the library");
    parser.parse(text, None).expect("there is a tree")
}

#[test]
fn healthy_specs_have_no_error_node() {
    let mut wrong = Vec::new();
    for (path, text) in specs() {
        let tree = parse(&text);
        if tree.root_node().has_error() {
            wrong.push(format!(
                "{}: {}",
                path.display(),
                first_error(tree.root_node())
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn first_error(node: Node<'_>) -> String {
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        if child.is_error() || child.is_missing() {
            return format!("{} at {}", child.kind(), child.start_position());
        }
        if child.has_error() {
            return first_error(child);
        }
    }
    String::new()
}

/// A declaration: what it is, where it begins, its name.
type Item = (String, usize, Option<String>);

fn items_of_the_compiler(text: &str) -> Vec<Item> {
    let (file, _) = syntax::parse(SourceId(0), text);
    file.items()
        .map(|item| {
            let kind = format!("{:?}", item.kind());
            // The services of a freeze or backup have names as others have.
            let name = item.child(Kind::name).map(|name| name.text().to_owned());
            (
                kind.trim_end_matches('_').to_owned(),
                item.span().start as usize,
                name,
            )
        })
        .collect()
}

fn items_of_the_editor(text: &str) -> Vec<Item> {
    let tree = parse(text);
    let root = tree.root_node();
    let mut cursor = root.walk();
    root.children(&mut cursor)
        .filter(|node| node.kind() != "comment")
        .map(|node| {
            let name = node
                .child_by_field_name("name")
                .map(|name| text[name.byte_range()].to_owned());
            (node.kind().to_owned(), node.start_byte(), name)
        })
        .collect()
}

#[test]
fn both_read_the_same_declarations() {
    for (path, text) in specs() {
        let compiler = items_of_the_compiler(&text);
        let editor = items_of_the_editor(&text);
        assert_eq!(compiler, editor, "{}", path.display());
    }
}

/// What a query finds in a text: the name of the capture and the text.
fn captures(query: &str, text: &str) -> Vec<(String, String)> {
    let language = tree_sitter_deploy::LANGUAGE.into();
    let query = Query::new(&language, query).expect("the query can be read");
    let tree = parse(text);
    let mut cursor = QueryCursor::new();
    let mut found = Vec::new();
    let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
    while let Some(one) = matches.next() {
        for capture in one.captures() {
            found.push((
                query.capture_names()[capture.index as usize].to_owned(),
                text[capture.node.byte_range()].to_owned(),
            ));
        }
    }
    found
}

const SPEC: &str = r#"edition 2026
use std/http { error-rate }
metric slow "Slow" : duration in seconds {
  better lower
  prometheus `max(x{a="b"})
    / 2`
}
phase go "Go" at T-1h by lead {
  check done "It is {done}" slow < 200ms # a comment
  run x `kubectl get pods`
    undo `true`
  run y ```python
    print("`")
    ```
    within 5m
  shift api to 25%
}
"#;

#[test]
fn queries_colour_and_find_the_languages_inside() {
    let colours = captures(tree_sitter_deploy::HIGHLIGHTS, SPEC);
    let has = |name: &str, text: &str| {
        assert!(
            colours.iter().any(|(n, t)| n == name && t == text),
            "{name} `{text}` in {colours:?}"
        );
    };
    for word in [
        "edition", "use", "metric", "phase", "check", "run", "undo", "within", "shift", "better",
    ] {
        has("keyword", word);
    }
    has("number", "200ms");
    has("property", "slow");
    has("module", "std/http");
    has("comment", "# a comment");
    has("variable.parameter", "{done}");
    has("string.special", "`kubectl get pods`");

    let inside = captures(tree_sitter_deploy::INJECTIONS, SPEC);
    let has = |name: &str, text: &str| {
        assert!(
            inside.iter().any(|(n, t)| n == name && t == text),
            "{name} `{text}` in {inside:?}"
        );
    };
    has("injection.content", "kubectl get pods");
    has("injection.language", "python");
    has("injection.content", "\n    print(\"`\")\n");
    has("injection.content", "max(x{a=\"b\"})\n    / 2");
    assert_eq!(captures(tree_sitter_deploy::FOLDS, SPEC).len(), 5);
    assert!(captures(tree_sitter_deploy::INDENTS, SPEC).len() > 3);
    let names: Vec<String> = captures(tree_sitter_deploy::TAGS, SPEC)
        .into_iter()
        .filter(|(name, _)| name == "name")
        .map(|(_, text)| text)
        .collect();
    assert_eq!(names, ["slow", "go"]);
}

/// The queries that other editors have of their own.
#[test]
fn the_queries_of_each_editor_can_be_read() {
    let language = tree_sitter_deploy::LANGUAGE.into();
    for folder in ["editors/helix", "editors/zed/languages/deploy"] {
        for entry in std::fs::read_dir(root().join(folder)).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.extension().is_some_and(|end| end == "scm") {
                let text = std::fs::read_to_string(&path).expect("the query can be read");
                Query::new(&language, &text)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
        }
    }
    for name in ["highlights.scm", "injections.scm"] {
        let own =
            std::fs::read_to_string(root().join("editors/tree-sitter-deploy/queries").join(name));
        let zed = std::fs::read_to_string(root().join("editors/zed/languages/deploy").join(name));
        assert_eq!(
            own.expect("it is there"),
            zed.expect("it is there"),
            "{name}"
        );
    }
}

/// A spec that is broken in one place keeps its declarations.
#[test]
fn broken_specs_keep_their_declarations() {
    let broken = SPEC.replace("at T-1h by lead {", "at ((( by lead {");
    let kinds: Vec<String> = items_of_the_editor(&broken)
        .into_iter()
        .map(|(kind, _, _)| kind)
        .collect();
    assert_eq!(kinds[..3], ["edition", "use", "metric"]);
}
