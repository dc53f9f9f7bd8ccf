//! What changes in a file, as a patch.

use deployc::report::{Look, visible_line};
use similar::TextDiff;

/// A patch, as `patch` and `git apply` read it; coloured, it is for people alone.
pub fn patch(name: &str, before: &str, after: &str, look: Look) -> String {
    let patch = TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&visible_line(name), &visible_line(name))
        .to_string();
    if !look.color {
        return patch;
    }
    let mut out = String::with_capacity(patch.len() + 64);
    for line in patch.split_inclusive('\n') {
        let words = line.trim_end_matches(['\n', '\r']);
        let color = match words.as_bytes().first() {
            Some(b'+') => "\u{1b}[32m",
            Some(b'-') => "\u{1b}[31m",
            Some(b'@') => "\u{1b}[36m",
            Some(_) | None => "",
        };
        out.push_str(color);
        // what a person sees must not act on the terminal
        for (index, part) in words.split('\t').enumerate() {
            if index > 0 {
                out.push('\t');
            }
            out.push_str(&visible_line(part));
        }
        out.push_str(if color.is_empty() { "" } else { "\u{1b}[0m" });
        out.push('\n');
    }
    out
}
