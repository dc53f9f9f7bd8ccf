//! The specs of the project, and what they are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::mutate::lex::{self, Kind};
use crate::oracles::spec_has_plan;

/// The project's folder.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// A spec of the project.
pub struct Base {
    pub name: String,
    pub text: String,
}

/// Every spec of the project, and the parts of them by kind.
pub struct Corpus {
    pub bases: Vec<Base>,
    /// What was found before, as bytes: tried before anything else.
    pub found: Vec<Vec<u8>>,
    /// The specs that have a plan, by their places among all; found out when they are needed.
    sound: OnceLock<Vec<usize>>,
    pub words: Vec<String>,
    pub texts: Vec<String>,
    pub commands: Vec<String>,
    pub numbers: Vec<String>,
    pub clauses: Vec<String>,
    /// Statements with their blocks, by the first word of the block that they stand in.
    pub statements: BTreeMap<String, Vec<String>>,
    /// All of them.
    pub all_statements: Vec<String>,
    /// Top-level items.
    pub items: Vec<String>,
}

/// The fenced specs of a Markdown page.
fn fences(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            Some(text) if line.trim_start().starts_with("```") => {
                found.push(std::mem::take(text));
                open = None;
            }
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
            None if line.starts_with("```deploy") => open = Some(String::new()),
            None => {}
        }
    }
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

impl Corpus {
    /// Reads the files of the project.
    pub fn load() -> Corpus {
        let root = root();
        let mut paths = Vec::new();
        for folder in [
            "examples",
            "stdlib",
            "src/cli/new",
            "tests/corpus",
            "tests/rules",
            "tests/found",
        ] {
            collect(&root.join(folder), &mut paths);
        }
        paths.retain(|path| path.extension().is_some_and(|end| end == "deploy"));
        let mut pages = Vec::new();
        collect(&root.join("docs"), &mut pages);
        pages.push(root.join("README.md"));
        pages.push(root.join("tests/beginners/said.txt"));
        pages.sort();
        paths.sort();
        let mut bases = Vec::new();
        for path in &paths {
            let name = path.strip_prefix(&root).unwrap_or(path);
            if let Ok(text) = std::fs::read_to_string(path) {
                bases.push(Base {
                    name: name.display().to_string(),
                    text,
                });
            }
        }
        for path in &pages {
            let page = std::fs::read_to_string(path).unwrap_or_default();
            let name = path.strip_prefix(&root).unwrap_or(path).display();
            let texts = match path.extension().is_some_and(|end| end == "txt") {
                true => said(&page),
                false => fences(&page),
            };
            for (number, text) in texts.into_iter().enumerate() {
                let name = format!("{name}:{}", number + 1);
                bases.push(Base { name, text });
            }
        }
        let found = paths
            .iter()
            .filter(|path| {
                path.parent()
                    .is_some_and(|folder| folder.ends_with("found"))
            })
            .filter_map(|path| std::fs::read(path).ok())
            .collect();
        let mut seen = BTreeSet::new();
        bases.retain(|base| seen.insert(base.text.clone()));
        Corpus::of(bases, found)
    }

    /// The specs that have a plan, by their places among all.
    pub fn sound(&self) -> &[usize] {
        self.sound.get_or_init(|| {
            let bases = self.bases.iter().enumerate();
            bases
                .filter(|(_, base)| spec_has_plan(&base.text))
                .map(|(place, _)| place)
                .collect()
        })
    }

    fn of(bases: Vec<Base>, found: Vec<Vec<u8>>) -> Corpus {
        let mut words = BTreeSet::new();
        let mut texts = BTreeSet::new();
        let mut commands = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        let mut clauses = BTreeSet::new();
        let mut statements: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut all: BTreeSet<String> = BTreeSet::new();
        let mut items = BTreeSet::new();
        for base in &bases {
            let text = base.text.as_str();
            let tokens = lex::tokens(text);
            for token in &tokens {
                let own = text[token.start..token.end].to_owned();
                match token.kind {
                    Kind::Word => words.insert(own),
                    Kind::Text => texts.insert(own),
                    Kind::Command => commands.insert(own),
                    Kind::Number => numbers.insert(own),
                    _ => false,
                };
            }
            for (start, end) in lex::clauses(text, &tokens) {
                if end - start < 200 {
                    clauses.insert(text[start..end].to_owned());
                }
            }
            let found = lex::statements(text, &tokens);
            for statement in &found {
                let own = &text[statement.start..statement.end];
                if own.len() > 1500 {
                    continue;
                }
                let parent = statement.parent.map(|parent| found[parent].word);
                match parent {
                    Some((start, end)) => {
                        statements
                            .entry(text[start..end].to_owned())
                            .or_default()
                            .insert(own.to_owned());
                    }
                    None => {
                        items.insert(own.to_owned());
                    }
                }
                all.insert(own.to_owned());
            }
        }
        let list = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>();
        Corpus {
            bases,
            found,
            sound: OnceLock::new(),
            words: list(words),
            texts: list(texts),
            commands: list(commands),
            numbers: list(numbers),
            clauses: list(clauses),
            statements: statements
                .into_iter()
                .map(|(parent, set)| (parent, set.into_iter().collect()))
                .collect(),
            all_statements: list(all),
            items: list(items),
        }
    }
}

/// A spec in which all is well, that the words of beginners stand in.
const AROUND: &str = r##"edition 2026
use std/http
deployment "Checkout" {
  version "v2.4.0"
  starts 2026-12-01 09:00 Europe/Berlin
  owner lead
  on failure rollback quick
}
role lead "Lead"
channel ops slack "#ops"
service checkout "Checkout" {
  namespace shop
  workload deployment/checkout
  replicas 6 (4..12)
  traffic istio
}
metric error-rate = http.error-rate(checkout)
metric latency-p95 = http.latency(checkout, p95)
rollback quick "Quick rollback" within 5m {
  check "Orders go through again" error-rate < 1%
}
"##;

/// What beginners write, each in a spec of its own.
fn said(list: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in list.split("\n@ ").skip(1) {
        let Some((block, rest)) = part.split_once('\n') else {
            continue;
        };
        let written: Vec<&str> = rest
            .lines()
            .take_while(|line| !line.starts_with(['>', '?', '=']))
            .collect();
        let body = written.join("\n");
        found.push(match block {
            "top" => format!("{AROUND}{body}\n"),
            block => format!("{AROUND}{block} x \"X\" {{\n{body}\n}}\n"),
        });
    }
    found
}
