//! What two queries have in common that differ only in whom they ask, so that it is read once.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use foldhash::{HashMap, HashMapExt};
use promql_parser::parser::Expr;

use crate::promql::{self, Unread};

/// So many shapes are kept; beyond that, all are forgotten.
const MOST: usize = 4_096;

/// So many bytes has a query at the most that is kept.
const LONGEST: usize = 16 * 1_024;

/// What was read in this process. Specs of many services ask the same of each, and so do the specs of
/// a repository.
static READ: LazyLock<Mutex<HashMap<String, Arc<Expr>>>> =
    LazyLock::new(|| Mutex::new(HashMap::new()));

/// A query, or another of the same shape; why Prometheus can't read it.
pub fn read(query: &str) -> Result<Arc<Expr>, Unread> {
    let tree = || promql::read(query).map(|read| Arc::new(read.tree));
    if query.len() > LONGEST {
        return tree();
    }
    let shape = of(query);
    let kept = || READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept().get(&shape) {
        return Ok(Arc::clone(known));
    }
    let read = tree()?;
    let mut kept = kept();
    if kept.len() >= MOST {
        kept.clear();
    }
    kept.insert(shape, Arc::clone(&read));
    Ok(read)
}

/// A query without the values that labels must equal: nothing that is said of it depends on them.
fn of(query: &str) -> String {
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
    fn a_shape_is_read_once() {
        let first = super::read(r#"sum(rate(once_total{a="b", c=~"5.."}[5m]))"#).expect("PromQL");
        let again = super::read(r#"sum(rate(once_total{a="d", c=~"5.."}[5m]))"#).expect("PromQL");
        let other = super::read(r#"sum(rate(once_total{a="d", c=~"4.."}[5m]))"#).expect("PromQL");
        assert!(std::sync::Arc::ptr_eq(&first, &again));
        assert!(!std::sync::Arc::ptr_eq(&first, &other));
        for _ in 0..2 {
            assert!(super::read(r#"sum(rate(once_total{a="b", c=~"("}[5m]))"#).is_err());
        }
    }

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
