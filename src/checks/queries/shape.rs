//! What two queries have in common that differ only in whom they ask.

/// A query without the values that labels must equal: nothing that is said of it depends on them.
pub fn of(query: &str) -> String {
    let mut out = String::with_capacity(query.len());
    let mut rest = query;
    while let Some(at) = rest.find('"') {
        let (before, behind) = rest.split_at(at + 1);
        out.push_str(before);
        rest = behind;
        let Some(end) = behind.find(['"', '\\']) else {
            break;
        };
        let equals = before.trim_end_matches('"').trim_end().ends_with('=');
        if behind[end..].starts_with('\\') {
            // What is escaped stays as it is, to the end.
            break;
        }
        if !equals || end == 0 {
            out.push_str(&behind[..end]);
        } else {
            out.push('…');
        }
        out.push('"');
        rest = &behind[end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn only_what_labels_must_equal_is_left_out() {
        assert_eq!(
            of(r#"a{b="x", c=~"5.."} / label_replace(d{e != "y"}, "f", "$1", "g", "h")"#),
            r#"a{b="…", c=~"5.."} / label_replace(d{e != "…"}, "f", "$1", "g", "h")"#
        );
        assert_eq!(of(r#"a{b=""}"#), r#"a{b=""}"#);
        assert_eq!(of(r#"a{b="\"", c="d"}"#), r#"a{b="\"", c="d"}"#);
        assert_eq!(of(r#"a{b="x"#), r#"a{b="x"#);
    }
}
