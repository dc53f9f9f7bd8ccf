//! The specs that the project has, and how many are made.

use std::path::Path;

use deployc::compile;
use deployc::source::NoFiles;

use crate::faults::files;

/// Every spec of the project that has no error: examples, the library, the corpus, the good examples of rules,
/// and the whole examples of the documentation. Each with its name.
pub fn specs() -> Vec<(String, String)> {
    let mut found = files(&["examples", "stdlib", "tests/corpus", "tests/rules"]);
    found.retain(|(path, _)| !path.starts_with("tests/rules") || path.ends_with(".good.deploy"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    let docs = std::fs::read_dir(root.join("docs")).expect("the pages");
    pages.extend(docs.flatten().map(|entry| entry.path()));
    pages.retain(|path| path.extension().is_some_and(|end| end == "md"));
    pages.sort();
    for page in pages {
        let name = page.file_name().unwrap_or_default().to_string_lossy();
        // The examples of rules are files already.
        if name == "rules.md" {
            continue;
        }
        let text = std::fs::read_to_string(&page).expect("a page");
        for (at, example) in text.split("\n```deploy\n").skip(1).enumerate() {
            let example = example.split("\n```\n").next().unwrap_or_default();
            found.push((format!("docs/{name} {at}"), format!("{example}\n")));
        }
    }
    found.retain(|(path, text)| compile::check(path, text.clone(), &NoFiles).is_sound());
    assert!(found.len() > 150, "{} specs", found.len());
    found
}

/// How many specs are made: as many as `PROPTEST_CASES` says, else these.
pub fn cases(usual: u64) -> u64 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(usual)
}

/// The numbers from which specs are made: from `SEED` on, if it is said.
pub fn seeds(usual: u64) -> std::ops::Range<u64> {
    let first = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(0);
    first..first + cases(usual)
}
