//! The specs of the project, and their plans.

use std::path::{Path, PathBuf};

use deployc::compile;
use deployc::diagnostic::Level;
use deployc::plan::Plan;
use deployc::source::NoFiles;

/// Every example, every file of the corpus, and a spec with each kind of node.
pub fn plans() -> Vec<(String, Plan)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("examples"), root.join("tests/corpus")];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the entry can be read").path();
            // What is wrong on purpose has no plan.
            if path.ends_with("mistakes") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "deploy") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    assert!(paths.len() >= 10, "the examples and the real checklists");
    paths
        .iter()
        .map(|path| {
            let path = path.strip_prefix(root).expect("below the project");
            let path = path.to_str().expect("a name in UTF-8").replace('\\', "/");
            let plan = plan_of(&path);
            (path, plan)
        })
        .collect()
}

/// The plan of a file of the project.
pub fn plan_of(path: &str) -> Plan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(path)).expect("the spec can be read");
    plan(path, &text)
}

/// The plan of a text without mistakes.
pub fn plan(path: &str, text: &str) -> Plan {
    let compilation = compile::check(path, text.to_owned(), &NoFiles);
    let errors: Vec<&str> = compilation
        .diagnostics
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .map(|finding| finding.message.as_str())
        .collect();
    assert!(errors.is_empty(), "{path}: {errors:?}");
    compile::plan(&compilation).unwrap_or_else(|| panic!("{path} has a plan"))
}
