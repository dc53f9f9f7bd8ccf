//! Every quantity, unit and time that stands in a file of the project is one that the value rooms read.

use std::path::{Path, PathBuf};

use deployc::quantity::{Mistake, Quantity, Range, Unit};
use deployc::source::SourceId;
use deployc::syntax::{Kind, parse};
use deployc::time::{Moment, When, Zone};

fn deploy_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        // What is wrong on purpose can't be read.
        if path.ends_with("mistakes") {
            continue;
        }
        if path.is_dir() {
            deploy_files(&path, found);
        } else if path.extension().is_some_and(|end| end == "deploy") {
            found.push(path);
        }
    }
}

#[test]
fn every_value_in_the_project_is_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["stdlib", "examples", "tests/corpus"] {
        deploy_files(&root.join(folder), &mut files);
    }
    files.sort();
    let mut read = 0;
    let mut refused = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a file of the project");
        let (file, _) = parse(SourceId(0), &text);
        for node in file.pieces.iter().flat_map(|piece| piece.root().descend()) {
            let text = node.text().trim();
            let result: Option<Result<(), Mistake>> = match node.kind() {
                Kind::quantity => Some(Quantity::parse(text).map(drop)),
                Kind::range => Some(Range::parse(text).map(drop)),
                Kind::unit => Some(Unit::parse(text).map(drop)),
                Kind::instant | Kind::clock | Kind::offset => Some(When::parse(text).map(drop)),
                Kind::moment => Some(Moment::parse(text).map(drop)),
                Kind::zone => Some(Zone::parse(text).map(drop)),
                _ => None,
            };
            match result {
                Some(Ok(())) => read += 1,
                Some(Err(mistake)) => {
                    refused.push(format!("{}: {text}: {}", path.display(), mistake.message));
                }
                None => {}
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(read > 500, "only {read} values found");
}
