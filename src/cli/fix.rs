//! Safe fixes, applied to files.

use std::collections::BTreeMap;

use deployc::diagnostic::{Edit, Fix};

use super::front::Checked;

/// A file before and after its fixes.
#[derive(Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The text that was checked.
    pub before: String,
    /// The text with the fixes.
    pub after: String,
}

/// An edit of a file: bytes of its text, and what stands there afterwards.
type Change<'a> = (usize, usize, &'a str);

/// What the safe fixes of all findings make of the files that were named. A fix is applied whole or
/// not at all: not where it touches another file, or overlaps with a fix that came before it.
/// Returns the files that change, by name, and how many fixes that are.
pub fn apply(checked: &[Checked]) -> (BTreeMap<String, Fixed>, usize) {
    let named: Vec<&str> = checked.iter().map(|one| one.path.as_str()).collect();
    let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
    let mut changes: BTreeMap<&str, Vec<Change<'_>>> = BTreeMap::new();
    let mut seen: Vec<(&str, Change<'_>)> = Vec::new();
    let mut applied = 0;
    for one in checked {
        let place = |edit: &'_ Edit| {
            let source = one.sources.get(edit.span.source);
            let range = edit.span.range();
            let fits = source.text().get(range.clone()).is_some();
            (fits && named.contains(&source.path())).then_some((source, range))
        };
        for fix in one.findings.iter().flat_map(|finding| &finding.fixes) {
            let Some(places) = fix.edits.iter().map(place).collect::<Option<Vec<_>>>() else {
                continue;
            };
            if !fix.safe || fix.edits.is_empty() {
                continue;
            }
            let wanted: Vec<(&str, Change<'_>)> = places
                .iter()
                .zip(&fix.edits)
                .map(|((source, range), edit)| {
                    (source.path(), (range.start, range.end, edit.text.as_str()))
                })
                .collect();
            // the same finding, reached through two files that import the same third
            if wanted.iter().any(|change| seen.contains(change)) {
                continue;
            }
            let free = wanted.iter().all(|(path, change)| {
                changes
                    .get(path)
                    .into_iter()
                    .flatten()
                    .all(|other| apart(*change, *other))
            });
            if !free || overlap_inside(fix) {
                continue;
            }
            applied += 1;
            for ((source, _), (path, change)) in places.iter().zip(&wanted) {
                texts.insert(path, source.text());
                changes.entry(path).or_default().push(*change);
                seen.push((path, *change));
            }
        }
    }
    let fixed = changes
        .into_iter()
        .map(|(path, mut changes)| {
            changes.sort();
            let before = texts[path];
            let mut after = String::with_capacity(before.len());
            let mut at = 0;
            for (start, end, text) in changes {
                after.push_str(&before[at..start]);
                after.push_str(text);
                at = end;
            }
            after.push_str(&before[at..]);
            let before = before.to_owned();
            (path.to_owned(), Fixed { before, after })
        })
        .filter(|(_, fixed)| fixed.before != fixed.after)
        .collect();
    (fixed, applied)
}

/// Whether two changes of a file have nothing to do with each other, not even a border.
fn apart(one: Change<'_>, other: Change<'_>) -> bool {
    one.1 < other.0 || other.1 < one.0
}

fn overlap_inside(fix: &Fix) -> bool {
    fix.edits.iter().enumerate().any(|(index, edit)| {
        fix.edits[index + 1..].iter().any(|other| {
            edit.span.source == other.span.source
                && edit.span.start < other.span.end
                && other.span.start < edit.span.end
        })
    })
}
