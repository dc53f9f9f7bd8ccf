//! In: objects. Out: YAML as an expert writes it: fields in the order given, block scalars for what
//! has several lines, and nothing that a YAML 1.1 reader takes for something else.
//! Knows nothing of what the objects mean.

use serde_json::Value;

/// Objects as one YAML stream, below a comment.
pub fn stream(comment: &str, objects: &[Value]) -> String {
    let mut out = String::new();
    // No reader of YAML takes these two, not even in a comment.
    let comment = comment.replace(['\u{fffe}', '\u{ffff}'], "");
    for line in comment.lines() {
        out.push_str(format!("# {line}").trim_end());
        out.push('\n');
    }
    for object in objects {
        out.push_str("---\n");
        out.push_str(&document(object));
    }
    out
}

/// One object.
pub fn document(object: &Value) -> String {
    let options = serde_saphyr::ser_options! {
        indent_step: 2,
        compact_list_indent: true,
        min_fold_chars: usize::MAX,
        prefer_block_scalars: true,
    };
    let mut out = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut out, object, options)
        .expect("a JSON value has no anchors, no cycles and only string keys");
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}
