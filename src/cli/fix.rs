//! Safe fixes, applied to files.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use deployc::diagnostic::{Edit, Fix};
use deployc::report::Failure;
use deployc::source::Source;

use super::front::{Checked, Texts};
use super::screen::Screen;
use super::trouble::Trouble;
use super::{disk, write};

/// So many times fixes are applied and the files checked again.
const MOST_ROUNDS: usize = 32;

/// A file before and after its fixes. Both texts have the byte order mark that the file has.
#[derive(Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The text that was checked.
    pub before: String,
    /// The text with the fixes.
    pub after: String,
    /// The names of files that a fix changes together with this one: all of them or none.
    pub with: BTreeSet<String>,
}

/// What fixes make of files.
#[derive(Default)]
pub struct Fixes {
    /// The files that change, by name.
    pub files: BTreeMap<String, Fixed>,
    /// How many fixes that are.
    pub applied: usize,
}

/// Applies fixes until there are none: one may make room for the next. Files are checked with the texts
/// that the fixes have made. Returns the fixes, and what is found and could not be read afterwards.
pub fn rounds(
    mut checked: Vec<Checked>,
    mut failures: Vec<Failure>,
    check_all: impl Fn(&Texts) -> (Vec<Checked>, Vec<Failure>),
) -> (Fixes, Vec<Checked>, Vec<Failure>) {
    let mut fixes = Fixes::default();
    for _ in 0..MOST_ROUNDS {
        let (fixed, applied) = apply(&checked);
        if fixed.is_empty() {
            break;
        }
        fixes.applied += applied;
        for (name, fixed) in fixed {
            match fixes.files.entry(name) {
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    known.after = fixed.after;
                    known.with.extend(fixed.with);
                }
                Entry::Vacant(new) => {
                    new.insert(fixed);
                }
            }
        }
        let texts = fixes.files.iter();
        let texts = texts.map(|(name, fixed)| (name.clone(), fixed.after.clone()));
        (checked, failures) = check_all(&texts.collect());
    }
    (fixes, checked, failures)
}

/// Writes files that fixes have changed. One that has changed since it was read is left as it is, and so
/// is one whose new text could not be checked; and with them those that the same fix changes. How many
/// are left.
pub fn write(
    screen: Screen,
    places: &BTreeMap<String, PathBuf>,
    fixes: &Fixes,
    failures: &[Failure],
) -> usize {
    let files = &fixes.files;
    let failed = |name: &str| failures.iter().any(|failure| failure.path == name);
    // Of those that change together none is written unless all of them can be.
    let stale = |name: &str, fixed: &Fixed| {
        let now = places.get(name).map(|path| disk::read(path));
        !fixed.with.is_empty() && !now.is_some_and(|now| now.is_ok_and(|now| now == fixed.before))
    };
    let mut left: BTreeSet<&str> = BTreeSet::new();
    let mut more: Vec<&str> = files
        .iter()
        .filter(|(name, fixed)| failed(name) || stale(name, fixed))
        .map(|(name, _)| name.as_str())
        .collect();
    while let Some(name) = more.pop() {
        if left.insert(name)
            && let Some(fixed) = files.get(name)
        {
            more.extend(fixed.with.iter().map(String::as_str));
        }
    }
    for (name, fixed) in files {
        if left.contains(name.as_str()) {
            let why = match failed(name) {
                true => "the file can't be checked after it was fixed",
                false => {
                    "it or a file that is fixed together with it has changed since it was read"
                }
            };
            screen.trouble(Trouble::worked(format!("`{name}` is left as it is: {why}")));
            continue;
        }
        let Some(path) = places.get(name) else {
            continue;
        };
        match write::replace_spec(path, &fixed.before, &fixed.after) {
            Ok(said) => said.iter().for_each(|said| screen.note(said)),
            Err(trouble) => {
                screen.trouble(trouble);
                left.insert(name);
            }
        }
    }
    left.len()
}

/// An edit of a file: bytes of its text, and what stands there afterwards.
type Change<'a> = (usize, usize, &'a str);

/// What the safe fixes of all findings make of the files that were named. A fix is applied whole or
/// not at all: not where it touches another file, or overlaps with a fix that came before it.
/// Returns the files that change, by name, and how many fixes that are.
fn apply(checked: &[Checked]) -> (BTreeMap<String, Fixed>, usize) {
    let named: Vec<&str> = checked.iter().map(|one| one.path.as_str()).collect();
    let mut texts: BTreeMap<&str, &Source> = BTreeMap::new();
    let mut together: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    // Of one file, none touches another but of the same fix.
    let mut changes: BTreeMap<&str, BTreeSet<Change<'_>>> = BTreeMap::new();
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
            // A file that was read twice may have changed in between.
            let same_text = places.iter().all(|(source, _)| {
                let known = texts.get(source.path());
                known.is_none_or(|known| known.text() == source.text())
            });
            let free = wanted.iter().all(|(path, change)| {
                let others = changes.get(path);
                others.is_none_or(|others| is_free(others, *change))
            });
            if !same_text || !free || overlap_inside(fix) {
                continue;
            }
            applied += 1;
            let files: BTreeSet<&str> = wanted.iter().map(|(path, _)| *path).collect();
            for ((source, _), (path, change)) in places.iter().zip(&wanted) {
                texts.insert(path, source);
                let others = files.iter().filter(|other| *other != path);
                let with = together.entry(path).or_default();
                with.extend(others.map(|other| (*other).to_owned()));
                changes.entry(path).or_default().insert(*change);
            }
        }
    }
    let fixed = changes
        .into_iter()
        .map(|(path, changes)| {
            let source = texts[path];
            let mark = if source.is_marked() { "\u{feff}" } else { "" };
            let before = source.text();
            let mut after = String::with_capacity(before.len() + mark.len());
            after.push_str(mark);
            let mut at = 0;
            for (start, end, text) in changes {
                after.push_str(&before[at..start]);
                after.push_str(text);
                at = end;
            }
            after.push_str(&before[at..]);
            let fixed = Fixed {
                before: format!("{mark}{before}"),
                after,
                with: together.remove(path).unwrap_or_default(),
            };
            (path.to_owned(), fixed)
        })
        .filter(|(_, fixed)| fixed.before != fixed.after)
        .collect();
    (fixed, applied)
}

/// Whether a change has nothing to do with others of its file, not even a border. The same change, from
/// a finding that was reached through two files, is not free either.
fn is_free(others: &BTreeSet<Change<'_>>, change: Change<'_>) -> bool {
    let before = others.range(..change).next_back();
    let behind = others.range(change..).next();
    before.is_none_or(|before| before.1 < change.0)
        && behind.is_none_or(|behind| change.1 < behind.0)
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
